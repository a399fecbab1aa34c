#!/usr/bin/env python3
"""Packs dist/reverse-them-all-handout.zip for a class: the book without its solutions and without
the teachers' page.

    python tools/handout.py [FOLDER]     writes the archive into FOLDER (dist, if none is given)

The same book gives the same bytes. No address goes in (tools/stamp.py): where the book is, its
solutions are. What it cannot hide all the same, tools/handout.md says, which becomes its README.
"""

import argparse
import pathlib
import re
import sys
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import notebook as tool  # noqa: E402  the folder is not a package
from tools import stamp  # noqa: E402

TOP = "reverse-them-all"
TEACHERS = "C_teaching.ipynb"
AS_IT_IS = (
    "LICENSE",
    "LICENSE-prose.md",
    "environment.yml",
    "requirements.txt",
    "tools/lab.py",
    "tools/venv.py",
    "revlib/**/*.py",
    "revlib/panels/hand.js",
    "revlib/panels/hand.css",
    "notebooks/images/panel.png",
    "notebooks/results/*",
)
WORKS = (  # how the Makefile's paragraphs begin that go in
    r"# `make` lists|# the first Python|help:|lab:|clean:"
)
KEPT_BACK = rf"\]\((?:solutions/[^)]*|{re.escape(TEACHERS)}[^)]*)\)"  # where no link may lead
LEFT_OUT = [
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        rf"^\|[^\n]*{KEPT_BACK}[^\n]*\|\n?",  # a row of the map
        rf" · (?:next|previous|back to):? \[[^\]]*{KEPT_BACK}",  # a neighbour
        rf" ?\bAnswers with their working: \[[^\]]*{KEPT_BACK}\.",
        r"; answers with their working are in the folder `solutions`",
    )
]
LINK = re.compile(rf"\[([^\]]*){KEPT_BACK}")


def page(path):
    """A chapter as the class gets it: without launch links, and without links to what is kept
    back."""
    notebook = stamp.page(tool.read(path), path.name, "")
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for pattern in LEFT_OUT:
                cell.source = pattern.sub("", cell.source).rstrip("\n")
            cell.source = LINK.sub(r"\1", cell.source)
    return tool.nbformat.writes(notebook) + "\n"


def readme(template, book):
    """The class's README: the template, with two sections of the book's README."""

    def section(title):
        return (
            book.partition(f"\n## {title}\n\n")[2]
            .partition("\n## ")[0]
            .partition("\nCode under")[0]
            .strip()
        )

    wrong = "\n".join(
        line
        for line in section("If something goes wrong").splitlines()
        if not any(other in line for other in ("make test", "make pdf", "JupyterLite"))
    )
    return template.format(wrong=wrong, origin=section("Where it comes from"))


def makefile(text):
    """The Makefile with the targets that work in the handout."""
    paragraphs = [part for part in text.strip().split("\n\n") if re.match(WORKS, part)]
    return "\n\n".join([paragraphs[0], ".PHONY: help lab clean", *paragraphs[1:]]) + "\n"


def contents(root=ROOT):
    """Every file of the handout: its name -> its bytes."""

    def text(name):
        return (root / name).read_text(encoding="utf-8")

    files = {
        "README.md": readme(text("tools/handout.md"), text("README.md")),
        "Makefile": makefile(text("Makefile")),
        "pyproject.toml": stamp.project(text("pyproject.toml"), ""),
    }
    files |= {
        f"notebooks/{path.name}": page(path)
        for path in tool.book(root)
        if path.parent.name == "notebooks" and path.name != TEACHERS
    }
    files = {name: source.encode() for name, source in files.items()}
    return files | {
        path.relative_to(root).as_posix(): path.read_bytes()
        for pattern in AS_IT_IS
        for path in root.glob(pattern)
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".part"
    }


def pack(folder, root=ROOT):
    """Write the archive into a folder; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / "reverse-them-all-handout.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for name, data in sorted(contents(root).items()):
            entry = zipfile.ZipInfo(
                f"{TOP}/{name}", (1980, 1, 1, 0, 0, 0)
            )  # the earliest time that a zip can hold
            entry.compress_type, entry.external_attr, entry.create_system = (
                zipfile.ZIP_DEFLATED,
                0o644 << 16,
                3,
            )
            target.writestr(entry, data)
    return archive


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=ROOT / "dist")
    made = pack(parser.parse_args().folder)
    print(f"{made}: {made.stat().st_size // 1000} kB, no solutions, no page for teachers")
    print("Its README says what it cannot hide: who looks, finds the answers.")
