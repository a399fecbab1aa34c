#!/usr/bin/env python3
"""Runs every notebook afresh and compares it with the file in the book, byte for byte; changes
nothing.

    python tools/fresh.py [FILES]     say which differ, and where first; exit status 1 if any does
    python tools/fresh.py --pin       run nothing: write what is installed here into
    tests/pinned.txt

tests/pinned.txt says with which versions, and which processor's arithmetic, the stored outputs were
made. There, every byte is
compared. Elsewhere the pictures that matplotlib drew are left out, as nbval leaves them out
(tests/nbval.cfg), and nothing else.
"""

import argparse
import configparser
import copy
import hashlib
import importlib.metadata
import os
import pathlib
import re
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import notebook as tool  # noqa: E402  the folder is not a package

PINNED = ROOT / "tests" / "pinned.txt"
MAKERS = (
    "numpy",
    "matplotlib",
    "ipython",
    "ipykernel",
    "nbclient",
    "nbformat",
)  # what a stored output's bytes hang on
HEAD = (
    "# What the stored outputs of the notebooks were made with; `python tools/fresh.py --pin`"
    " writes it, `make fresh` reads it.\n# To have the same: pip install -c tests/pinned.txt -e"
    " '.[test]'\n"
)


def arithmetic():
    """A short name for how this machine rounds: a hash of the weights after a training, which makes
    last bits large."""
    import numpy as np

    from revlib import model, starts, training

    net = starts.initialize(model.Net(), "identity", np.random.default_rng(0)).astype(np.float32)
    batch = training.Batch(net, net.alphabet.strings(3))
    for _ in training.train(net, batch, training.Adam(0.01), 300, clip=1, every=300):
        pass
    return hashlib.sha256(net.theta.tobytes()).hexdigest()[:12]


def here():
    """What pinned.txt would say here."""
    return (
        {"python": "{}.{}".format(*sys.version_info)}
        | {name: importlib.metadata.version(name) for name in MAKERS}
        | {"arithmetic": arithmetic()}
    )


def pinned(text):
    """Name -> version, of a pinned.txt; for pip it is a list of constraints, in which Python and
    arithmetic are comments."""
    return dict(re.findall(r"^(?:# )?(\w+)==(\S+)$", text, re.MULTILINE))


def without_plots(text):
    """A notebook's text without what tests/nbval.cfg leaves out. In a file the quotes of HTML are
    written \\"."""
    rules = configparser.RawConfigParser()
    rules.read(ROOT / "tests" / "nbval.cfg", encoding="utf-8")
    for name in rules.sections():
        text = re.sub(rules[name]["regex"], rules[name]["replace"], text)
    return text


def rerun(path):
    """The notebook of a file, run afresh where it stands, in its canonical form; nothing is
    written."""
    notebook = copy.deepcopy(tool.read(path))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    tool.execute(notebook, path.parent)
    return tool.canonical(notebook)


def difference(stored, fresh, name, exact=True):
    """How the stored text of a notebook differs from a fresh run of it: a sentence about the first
    cell, or ""."""
    made = tool.nbformat.writes(fresh) + "\n"
    same = (
        stored == made
        if exact
        else without_plots(stored.replace(r"\"", '"')) == without_plots(made.replace(r"\"", '"'))
    )
    if same:
        return ""
    for old, new in zip(tool.nbformat.reads(stored, as_version=4).cells, fresh.cells):
        if (
            old.cell_type == "code"
            and old.outputs != new.outputs
            and "nbval-ignore-output" not in old.metadata.get("tags", [])
        ):
            before, after = (
                [line for output in cell.outputs for line in _lines(output, exact)]
                for cell in (old, new)
            )
            pairs = [
                pair
                for pair in zip(before + [""] * len(after), after + [""] * len(before))
                if pair[0] != pair[1]
            ]
            if pairs:
                return (
                    f"{name}, cell {old.id}: stored {pairs[0][0][:150]!r}, now"
                    f" {pairs[0][1][:150]!r}"
                )
    return f"{name}: it is not as `make notebooks` writes it (metadata, ids or execution counts)"


def _lines(output, exact):
    """An output as lines of text; of pictures, a short hash."""
    if "text" in output:
        return output.text.splitlines()
    shown = {
        kind: value if exact else without_plots(str(value))
        for kind, value in sorted(output.get("data", {}).items(), reverse=True)
    }
    return [
        line
        for kind, value in shown.items()
        for line in (
            str(value).splitlines()
            if kind == "text/plain"
            else [f"{kind} {hashlib.sha256(str(value).encode()).hexdigest()[:12]}"]
        )
    ]


def compared(path, exact):
    """`difference` for a file. What cannot repeat (a cell tagged nbval-ignore-output) is taken as
    it is stored."""
    stored, fresh = path.read_text(encoding="utf-8"), rerun(path)
    for old, new in zip(tool.nbformat.reads(stored, as_version=4).cells, fresh.cells):
        if "nbval-ignore-output" in new.metadata.get("tags", []):
            new.outputs = old.outputs
    return difference(
        stored,
        fresh,
        path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name,
        exact,
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pin", action="store_true")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    given, now = parser.parse_args(arguments), here()
    if given.pin:
        PINNED.write_text(
            HEAD
            + "".join(
                f"{'' if name in MAKERS else '# '}{name}=={value}\n" for name, value in now.items()
            ),
            encoding="utf-8",
            newline="\n",
        )
        return 0
    made = pinned(PINNED.read_text(encoding="utf-8"))
    others = [
        f"{name} {value} (pinned: {made.get(name)})"
        for name, value in now.items()
        if made.get(name) != value
    ]
    files = [path.resolve() for path in given.files] or tool.book()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [line for line in pool.map(lambda path: compared(path, not others), files) if line]
    print(
        f"{len(files)} notebooks run afresh: "
        + (
            f"{len(found)} differ from the book."
            if found
            else "equal to those in the book, "
            + (
                "all but plots, since other versions are installed here."
                if others
                else "byte for byte."
            )
        )
    )
    if others:
        print("Not the pinned environment: " + ", ".join(others) + ".")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
