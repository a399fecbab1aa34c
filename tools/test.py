#!/usr/bin/env python3
"""Runs every test of the book: units and rules, panels and pages in a browser, and every notebook
with strict nbval.

    python tools/test.py [--lax] [--notebooks]

--lax compares no stored outputs (for systems whose digits are not proven equal); --notebooks runs
nothing but the notebooks.
REVLIB_NOTHING_LEFT_OUT=1 makes it an error to leave browser tests out.
"""

import contextlib
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
TWO = ["-n", "2", "--dist", "loadscope"]  # two processes; the tests of one file stay together
BROWSER = (
    ("tests/test_browser.py", "tests/test_torture_browser.py"),
    ("tests/test_site.py",),
)  # two runs: JupyterLab, and the site
sys.path.insert(0, str(ROOT))
from tools.notebook import book  # noqa: E402  the folder is not a package


def main():
    lax = "--lax" in sys.argv[1:]
    nbval = [
        "--nbval-lax" if lax else "--nbval",
        "--nbval-current-env",
        "--nbval-cell-timeout",
        "60",
        "--nbval-sanitize-with",
        "tests/nbval.cfg",
        "-q",
        *map(str, book()),
    ]
    if "--notebooks" in sys.argv[1:]:
        return 1 if subprocess.call([*PYTEST, *nbval], cwd=ROOT) else 0
    units = [*TWO, "tests", *(f"--ignore={path}" for paths in BROWSER for path in paths)]
    codes = [subprocess.call([*PYTEST, *units], cwd=ROOT)]  # on both cores, so before the browser
    with contextlib.ExitStack() as files:
        said = [
            files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in BROWSER
        ]
        beside = [
            subprocess.Popen([*PYTEST, *paths], cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)
            for paths, file in zip(BROWSER, said)
        ]
        codes.append(subprocess.call([*PYTEST, *nbval], cwd=ROOT))
        for run, file in zip(beside, said):
            codes.append(run.wait())
            file.seek(0)
            print(file.read())
    return 1 if any(codes) else 0  # a run that a signal ended has a negative code


if __name__ == "__main__":
    sys.exit(main())
