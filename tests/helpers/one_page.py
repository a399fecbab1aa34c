"""Chapter 12's page, taken out of the notebook and run."""

import contextlib
import io
import pathlib

import nbformat
import numpy as np

PATH = pathlib.Path(__file__).resolve().parents[2] / "notebooks" / "12_on_one_page.ipynb"


(CELL,) = [cell for cell in nbformat.read(PATH, as_version=4).cells if cell.id == "one-page"]


SOURCE = CELL.source


ONE_UPDATE = SOURCE.replace("range(1, 1001)", "range(1, 2)")


def run(source):
    """The names that the page makes, and what it prints."""
    names = {}
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, "one-page", "exec"), names)
    return names, out.getvalue()


def shaken(page, seed):
    """A start with every number moved: no sum lies on ReLU's corner."""
    rng = np.random.default_rng(seed)
    return {
        name: weight + rng.normal(0, 0.3, weight.shape)
        for name, weight in page["start"](rng).items()
    }
