#!/usr/bin/env python3
"""Runs every test of the book: units and rules, panels and pages in a browser, and every notebook with strict nbval.

    python tools/test.py [--lax] [--notebooks]

--lax compares no stored outputs (for systems whose digits are not proven equal); --notebooks runs nothing but the notebooks.
REVLIB_NOTHING_LEFT_OUT=1 makes it an error to leave browser tests out.
"""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
BROWSER, SITE = ("tests/test_browser.py", "tests/test_torture_browser.py"), "tests/test_site.py"
sys.path.insert(0, str(ROOT))
from tools.notebook import book    # noqa: E402  the folder is not a package


def main():
    lax = "--lax" in sys.argv[1:]
    nbval = ["--nbval-lax" if lax else "--nbval", "--nbval-current-env", "--nbval-cell-timeout", "60",
             "--nbval-sanitize-with", "tests/nbval.cfg", "-q", *map(str, book())]
    if "--notebooks" in sys.argv[1:]:
        return 1 if subprocess.call([*PYTEST, *nbval], cwd=ROOT) else 0
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:    # the browser waits more than it works: it runs beside the rest
        browser = subprocess.Popen([*PYTEST, *BROWSER], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT)
        units = ["tests", *(f"--ignore={path}" for path in (*BROWSER, SITE))]
        codes = [subprocess.call([*PYTEST, *rest], cwd=ROOT) for rest in (units, nbval, [SITE])]
        codes.append(browser.wait())
        said.seek(0)
        print(said.read())
    return 1 if any(codes) else 0    # a run that a signal ended has a negative code


if __name__ == "__main__":
    sys.exit(main())
