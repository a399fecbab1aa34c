"""The pages of the site that describe revlib: what has an entry, and which chapter leads there."""

import ast
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent

from tools import notebook as tool
from tools import reference


def test_what_is_public():
    """Of a module: what it defines and names without an underscore, in order."""
    assert reference.modules()["revlib.activations"][:2] == ["relu", "relu_slope"]
    assert "_write_one" not in str(reference.modules())
    assert reference.modules()["revlib.exercises"] == [
        node.name
        for node in ast.parse((ROOT / "revlib/exercises/__init__.py").read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
    ]
    assert "revlib.post" not in reference.modules()  # it has numbers, and no function
    public = {name for names in reference.modules().values() for name in names}
    assert not [name for name in public if name.startswith("_")]


def test_every_module_stands_in_one_layer():
    layers = reference.layers()
    assert list(layers) == ["numbers", "networks", "drawing", "panels", "exercises", "beside them"]
    placed = [module for of_layer in layers.values() for module in of_layer]
    assert sorted(placed) == sorted(reference.modules())
    assert "revlib.parameters" in layers["numbers"] and "revlib.tape" in layers["networks"]
    assert layers["beside them"] == ["revlib.installation"]


@pytest.mark.parametrize(
    "cell, names",
    [
        ("from revlib import model\nnet = model.post_net()", ["revlib.model.post_net"]),
        ("import revlib.model as m\nm.Net('ab', 2)", ["revlib.model.Net"]),
        ("from revlib.alphabet import Alphabet as A", ["revlib.alphabet.Alphabet"]),
        ("from revlib.drawing import plots\nplots.Curves", ["revlib.drawing.plots.Curves"]),
        (
            "from revlib import panels\npanels.map_panel(net)",  # the package only passes it on
            ["revlib.panels.thought_vector.map_panel"],
        ),
        ("from revlib.exercises import ender", ["revlib.exercises.decoding.ender"]),
        ("from revlib import post\npost.Wo", []),  # a number has no entry
        ("import numpy as np\nnp.exp(1)", []),
    ],
)
def test_what_cells_use_is_found_where_it_is_defined(cell, names):
    assert reference.used([cell]) == names


def test_the_first_chapter_introduces():
    first = reference.introduced()
    assert first["revlib.model.post_net"] == "00_start_here"
    assert first["revlib.exercises.decoding.ender"] == "03_decoding"
    assert first["revlib.bptt.gradients"] == "05_bptt"
    assert "New in this chapter" in reference.section("03_decoding")
    ender = "{py:obj}`exercises.decoding.ender <revlib.exercises.decoding.ender>`"
    assert ender in reference.section("03_decoding")
    again = reference.section("03_decoding").partition("**Used again**")[2]
    assert "<revlib.model.post_net>" in again
    assert reference.section("no_chapter") == ""


def test_the_section_stands_above_the_neighbours():
    for path in tool.book():
        if path.parent.name == "notebooks" and reference.section(path.stem):
            before = tool.read(path)
            after = tool.read(path)
            reference.with_section(after, path.stem)
            whole = after.cells[-1].source
            assert whole.count(reference.section(path.stem)) == 1
            without = whole.replace(reference.section(path.stem), "").split()
            assert without == before.cells[-1].source.split()
            assert whole.splitlines()[-1] == before.cells[-1].source.splitlines()[-1]


def test_pages_that_are_no_more_are_deleted(tmp_path):
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "revlib.gone.rst").write_text("Gone\n====\n")
    toc = reference.write(tmp_path)
    assert toc.splitlines()[:2] == ["reference/numbers", "reference/networks"]
    there = {path.stem for path in (tmp_path / "reference").iterdir()}
    assert set(reference.modules()) < there and "revlib.gone" not in there
    text = (tmp_path / "reference" / "revlib.model.rst").read_text(encoding="utf-8")
    assert re.search(r"autofunction:: revlib.model.post_net\n\n   First used in", text)
    assert ".. autoclass:: revlib.model.Net\n   :members:\n" in text
