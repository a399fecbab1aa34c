#!/usr/bin/env python3
"""Measures how many minutes each chapter takes, and writes the number under its title and into the
map of chapter 00.

    python tools/minutes.py             run every chapter, keep what was measured in
    results/minutes.json, write the minutes
    python tools/minutes.py --stamp     run nothing: today's words, and the running times that were
    kept
    python tools/minutes.py --check     change nothing: say which minutes are wrong by more than
    one; exit status 1 if any are

A chapter takes as long as reading it aloud, prose and code, at 150 words a minute, and running it
once.
"""

import argparse
import json
import math
import os
import pathlib
import platform
import re
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import notebook as tool  # noqa: E402  the folder is not a package

PER_MINUTE, START = 150, "00_start_here.ipynb"
NOT_READ = re.compile(
    r"<details>.*?</details>|(?<=\])\([^)]*\)|</?[a-z][^>\n]*>", re.DOTALL
)  # folded hints, where links lead, HTML tags
OWN = re.compile(r"(?<=\*\*Minutes\*\* )\d+")


def row(name):
    """How the map's row of a chapter ends: in its minutes."""
    return re.compile(
        rf"(^\| \[[^\]]*\]\({re.escape(name)}\) \|[^\n]*\| )(\d+)( \|$)", re.MULTILINE
    )


def words(notebook):
    """How many words a reader of a chapter reads: its prose and its code, without folded hints and
    the cell for Colab."""
    cells = [cell for cell in notebook.cells if "colab" not in cell.metadata.get("tags", [])]
    return sum(
        len(
            re.findall(
                r"\w+",
                NOT_READ.sub(" ", cell.source) if cell.cell_type == "markdown" else cell.source,
            )
        )
        for cell in cells
    )


def seconds(path):
    """How long a notebook takes to run where it stands, from a fresh kernel; nothing is written."""
    notebook, start = tool.read(path), time.perf_counter()
    tool.execute(notebook, path.parent)
    return round(time.perf_counter() - start, 1)


def chapters(folder):
    """The chapters in a folder, by name: no solutions, no hidden files."""
    return {path.name: path for path in sorted(folder.glob("[!.]*.ipynb"))}


def measure(folder):
    """Run every chapter; what results/minutes.json is to hold."""
    found = {}
    for name, path in chapters(folder).items():
        found[name] = {"words": words(tool.read(path)), "seconds": seconds(path)}
        print(f"{name}: {found[name]['words']} words, {found[name]['seconds']} s", flush=True)
    machine = {"cores": os.cpu_count(), "python": ".".join(platform.python_version_tuple()[:2])}
    return {"words a minute": PER_MINUTE, "machine": machine, "chapters": found}


def exact(folder, stored):
    """Name -> minutes, not rounded, with today's words and the stored seconds; chapters that were
    never run are left out."""
    return {
        name: words(tool.read(path)) / PER_MINUTE + stored["chapters"][name]["seconds"] / 60
        for name, path in chapters(folder).items()
        if name in stored["chapters"]
    }


def stamp(folder, stored):
    """Write the minutes into the chapters and the map; returns the names of the notebooks that
    changed."""
    changed, minutes = [], {name: math.ceil(value) for name, value in exact(folder, stored).items()}
    for name, path in chapters(folder).items():
        notebook = tool.read(path)
        before = [cell.source for cell in notebook.cells]
        if name in minutes:
            notebook.cells[0].source = OWN.sub(
                str(minutes[name]), notebook.cells[0].source, count=1
            )
        for cell in notebook.cells if name == START else ():
            for other, value in minutes.items():
                cell.source = row(other).sub(rf"\g<1>{value}\g<3>", cell.source)
        if [cell.source for cell in notebook.cells] != before:
            tool.write(notebook, path)
            changed.append(name)
    return changed


def problems(folder, stored):
    """Which minutes a chapter or the map has wrong by more than one: a list of sentences."""
    found, measured = [], exact(folder, stored)
    start = "\n".join(cell.source for cell in tool.read(folder / START).cells)
    for name, path in chapters(folder).items():
        own, mapped = OWN.search(tool.read(path).cells[0].source), row(name).search(start)
        places = {
            "its title": own and own[0],
            **({} if name == START else {"the map": mapped and mapped[2]}),
        }
        if name not in measured:
            found.append(f"{name}: nobody has measured it: make minutes")
            continue
        found += [
            f"{name}: {place} says {said or 'no'} minutes; measured are {measured[name]:.1f}"
            for place, said in places.items()
            if said is None or abs(int(said) - measured[name]) > 1
        ]
    found += [
        f"{name}: measured, but there is no such chapter"
        for name in stored["chapters"]
        if name not in chapters(folder)
    ]
    return found


def main(arguments=None, folder=ROOT / "notebooks"):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stamp", action="store_true")
    parser.add_argument("--check", action="store_true")
    given, store = parser.parse_args(arguments), folder / "results" / "minutes.json"
    if not given.stamp and not given.check:
        tool.checkpoint.write(store, (json.dumps(measure(folder), indent=1) + "\n").encode())
    if not store.exists():
        found = ["No chapter has been measured: make minutes"]
    else:
        stored = json.loads(store.read_text(encoding="utf-8"))
        if not given.check:
            print("".join(f"{name}: new minutes\n" for name in stamp(folder, stored)), end="")
        found = problems(folder, stored)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
