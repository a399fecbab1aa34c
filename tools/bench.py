#!/usr/bin/env python3
"""Runs one of the long computations in benchmarks/ again, or lists them.

python tools/bench.py                  list them
python tools/bench.py sweep --fresh    run one; what follows its name is for it
"""

import ast
import pathlib
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "benchmarks"


def computations():
    """Return name -> first line of what it says of itself, of every script that runs one."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "__main__" in source:
            found[path.stem] = ast.get_docstring(ast.parse(source)).partition("\n")[0]
    return found


def main(arguments):
    """Run the computation that the first argument names; without one, list them all."""
    name = arguments[0].replace("-", "_") if arguments else ""
    if name in computations():
        return subprocess.call([sys.executable, FOLDER / f"{name}.py", *arguments[1:]])
    for each, what in computations().items():
        print(f"  make bench NAME={each:12} {what}")
    return 1 if arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
