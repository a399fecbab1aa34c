"""Aside: `python -m revlib` says its version, where the book is, and what to type."""

import importlib.metadata
from pathlib import Path

START = "00_start_here.ipynb"


def told(folder):
    """What to say, line by line, if the book's notebooks are in `folder` or are not."""
    about = importlib.metadata.metadata("revlib")
    address = next(
        (
            url.partition(", ")[2]
            for url in about.get_all("Project-URL", [])
            if url.startswith("Repository")
        ),
        "",
    )
    yield f"revlib {about['Version']}: {about['Summary']}."
    if (folder / START).is_file():
        yield f"The book is in {folder}. To open it, type there:"
        yield f"    jupyter lab {START}"
    else:
        yield "The book itself, the notebooks, is not beside this package." + (
            f" It is at {address}" if address else ""
        )
        yield "In a folder that has it, type: make lab"


if __name__ == "__main__":
    print("\n".join(told(Path(__file__).resolve().parent.parent / "notebooks")))
