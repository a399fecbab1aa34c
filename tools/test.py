#!/usr/bin/env python3
"""Runs the tests.

    python tools/test.py quick      lint, the rules of a chapter, the core's mathematics
    python tools/test.py test       every notebook by strict nbval, every panel, every page once
    python tools/test.py rest       what is marked slow or nightly, at the length of a test
    python tools/test.py nightly    the same at full length, the planted faults, and nox
    python tools/test.py test --lax compares no stored outputs: for systems whose digits may differ

What else is given goes to pytest. REVLIB_NOTHING_LEFT_OUT=1 makes it an error to leave browser
tests out.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTEST = ["-m", "pytest", "-p", "no:cacheprovider", "-q", "-n", "2"]
PYTEST += ["--dist", "loadscope"]  # the tests of one file, or page, stay together
NBVAL = ["--nbval-current-env", "--nbval-cell-timeout", "120"]
NBVAL += ["--nbval-sanitize-with", "tests/nbval.cfg"]
COLLECTS = "first collects them (a minute or so), then prints a dot a test"
LINT = (
    ["-m", "ruff", "check", "-q", "."],
    ["-m", "ruff", "format", "-q", "--check", "."],
    ["tools/notebook.py", "check"],
)


def say(what):
    """Print what the next wait is for."""
    print(f"== {what}", flush=True)


def call(*arguments):
    """Run this Python with arguments, in the book's folder; return whether it went well."""
    return subprocess.call([sys.executable, *arguments], cwd=ROOT) == 0


def lint():
    """Return whether sources and notebooks keep the rules."""
    say("Lint: the sources, and the rules of a chapter")
    return all([call(*command) for command in LINT])


def quick(options):
    """Return whether lint and the core's mathematics are well."""
    say("The core's mathematics")
    core = call(
        *PYTEST, "tests/core", "tests/test_house.py", "-m", "not slow and not nightly", *options
    )
    return lint() and core


def everyday(options):
    """Return whether everything is well, each notebook and page seen once."""
    strictly = "--nbval-lax" if "--lax" in options else "--nbval"
    options = [option for option in options if option != "--lax"]
    sys.path.insert(0, str(ROOT))
    from tools.notebook import book

    paths = ["tests", *map(str, book())]
    units = ["-m", "not browser and not slow and not nightly", *paths, *options]
    well = lint()
    say(f"Tests and every notebook; pytest {COLLECTS}")
    well &= call(*PYTEST, strictly, *NBVAL, *units)
    say(f"Panels and pages in Chromium, and the site is built; pytest {COLLECTS}")
    well &= call(*PYTEST, "-m", "browser and not nightly", *in_browser(), *options)
    return well


def in_browser():
    """Return the test files that open a browser: to collect all others takes longer than a page."""
    paths = (ROOT / "tests").glob("test_*.py")
    return sorted(str(path) for path in paths if "mark.browser" in path.read_text("utf-8"))


def rest(options):
    """Return whether what is marked slow or nightly is well, tried at the length of a test."""
    say(f"What is slow or nightly; pytest {COLLECTS}")
    well = call(*PYTEST, "-m", "(slow or nightly) and not browser", "tests", *options)
    say(f"What is nightly, in Chromium; pytest {COLLECTS}")
    well &= call(*PYTEST, "-m", "nightly and browser", *in_browser(), *options)
    return well


def nightly(options):
    """Return whether all that takes hours is well."""
    os.environ["REVLIB_TORTURE"] = "1"
    well = [
        rest(options),
        call("tests/mutants.py"),
        call("-m", "nox", "-s", "units", "notebooks", "oldest", "bare", "colab"),
        call("-m", "nox", "-s", "blas", "last_bit", "shuffled", "places"),
    ]
    return all(well)


RUNS = {"quick": quick, "test": everyday, "rest": rest, "nightly": nightly}

if __name__ == "__main__":
    which, *rest_of_line = sys.argv[1:] or ["test"]
    if which not in RUNS:
        raise SystemExit(f"there is no run {which!r}; there are {', '.join(RUNS)}")
    try:
        sys.exit(0 if RUNS[which](rest_of_line) else 1)
    except KeyboardInterrupt:
        sys.exit("Stopped.")
