"""Where the results of long runs lie, wherever a notebook's kernel was started."""

from pathlib import Path

PLACES = ("results", "notebooks/results")  # below a folder of the book
ALWAYS_THERE = "whole_task.json"  # tells the book's results from another folder of that name


def folder():
    """Return the path of the book's notebooks/results.

    It is looked for in the current folder, in the folders above that, and beside this package.

    Raises
    ------
    FileNotFoundError
        If it is in none of them; the message says where it was looked for, and what to do.
    """
    here = current()
    source = Path(__file__).resolve().parent.parent
    for place in (*([here, *here.parents] if here else []), source):
        for name in PLACES:
            if (place / name / ALWAYS_THERE).is_file():
                return place / name
    looked = f"neither in {here} and the folders above it nor" if here else "not"
    raise FileNotFoundError(
        f"the book's folder notebooks/results, with {ALWAYS_THERE} in it, is {looked} beside the"
        f" package revlib in {source}; start JupyterLab in the book's folder (make lab does)"
    )


def current():
    """Return the folder that this process stands in; None if it is no more."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return None
