#!/usr/bin/env python3
"""Runs everything that tries to break the book, at full length, and prints what was tried and how
often.

    python tools/torture.py [PYTEST'S OPTIONS]

The same tests run in a short form with the others (tests/torture.py).
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    files = sorted(
        str(path.relative_to(ROOT)) for path in (ROOT / "tests").glob("test_torture_*.py")
    )
    return subprocess.call(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *files, *sys.argv[1:]],
        cwd=ROOT,
        env=os.environ | {"REVLIB_TORTURE": "1"},
    )


if __name__ == "__main__":
    sys.exit(main())
