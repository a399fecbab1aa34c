"""Says, as one digest, what the live book is built from: so a build of an older book is known."""

import hashlib
import pathlib

from tools import notebook as tool

ROOT = pathlib.Path(__file__).resolve().parent.parent
STAMP = "contents.sha256"  # in the folder of a build
FOLDERS = ("images", "results")  # beside the notebooks
SUFFIXES = (".py", ".js", ".css")  # of what revlib consists of
OTHERS = ("pyproject.toml", "site/wheels.txt", "site/pyodide.json")


def files(root=ROOT):
    """Return the files that a reader of the live book works with, and what says their versions."""
    shown = [path for name in FOLDERS for path in (root / "notebooks" / name).glob("[!.]*")]
    return [
        *tool.book(root),
        *sorted(path for path in shown if path.is_file() and path.suffix != ".part"),
        *sorted(path for path in (root / "revlib").rglob("*") if path.suffix in SUFFIXES),
        *(root / name for name in OTHERS),
    ]


def digest(root=ROOT):
    """Return a digest of these files and their names, in hexadecimal."""
    found = hashlib.sha256()
    for path in files(root):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        found.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return found.hexdigest()


def is_present(build, root=ROOT):
    """Return whether the build in a folder has the stamp of the book as it is now."""
    stamp = build / STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8").strip() == digest(root)
