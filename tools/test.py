#!/usr/bin/env python3
"""Runs every test of the book: units and rules, panels in a browser, and every notebook with strict nbval.

    python tools/test.py [--lax] [--notebooks]

--lax compares no stored outputs (for systems whose digits are not proven equal); --notebooks runs nothing but the notebooks.
REVLIB_NOTHING_LEFT_OUT=1 makes it an error to leave browser tests out.
"""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools.notebook import book    # noqa: E402  the folder is not a package


def main():
    lax = "--lax" in sys.argv[1:]
    nbval = ["--nbval-lax" if lax else "--nbval", "--nbval-current-env", "--nbval-cell-timeout", "60",
             "--nbval-sanitize-with", "tests/nbval.cfg", "-q", *map(str, book())]
    parts = [nbval] if "--notebooks" in sys.argv[1:] else [["tests"], nbval]
    codes = [subprocess.call([sys.executable, "-m", "pytest", *rest], cwd=ROOT) for rest in parts]
    return 1 if any(codes) else 0    # a run that a signal ended has a negative code


if __name__ == "__main__":
    sys.exit(main())
