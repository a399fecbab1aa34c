"""The one page of chapter 12: taken out of the notebook, run, and held against revlib and against
finite differences."""

import ast
import itertools
import re

import numpy as np
import pytest

from helpers.one_page import CELL, ONE_UPDATE, SOURCE, run, shaken
from revlib import bptt, model, training
from revlib.alphabet import Alphabet

STRINGS = {T: ["".join(s) for s in itertools.product("abc", repeat=T)] for T in range(1, 7)}


@pytest.fixture(scope="module")
def page():
    return run(SOURCE)


@pytest.fixture(scope="module")
def untrained():
    return run(ONE_UPDATE)[0]


def theta(net):
    """The page's weights in one vector: it keeps them in the order in which revlib does."""
    return np.concatenate([np.ravel(weight) for weight in net.values()])


def as_revlib(net, letters="abc"):
    return model.Net(Alphabet(letters, end=True), len(net["Ws"]), theta=theta(net))


# ---------------------------------------------------------------- what it is


def test_it_fits_a_page_and_can_be_typed():
    lines = SOURCE.splitlines()
    assert len(lines) <= 80
    assert max(map(len, lines)) <= 100
    assert "one-page" in CELL.metadata.tags
    assert "\t" not in SOURCE
    tree = ast.parse(SOURCE)
    imported = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert [ast.unparse(node) for node in imported] == ["import numpy as np"]
    assert "revlib" not in SOURCE
    assert not re.search(r"lambda|exec|eval|__", SOURCE)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert len(functions) == 6
    assert all(ast.get_docstring(node) for node in functions)


def test_no_line_does_two_things():
    """No semicolons, no body behind its colon."""
    nodes = [node for node in ast.walk(ast.parse(SOURCE)) if isinstance(node, ast.stmt)]
    assert len({node.lineno for node in nodes}) == len(nodes)


# ---------------------------------------------------------------- what it does


def test_it_reverses_what_it_says(page):
    names, printed = page
    reverse = names["reverse"]
    net = names["net"]
    for T in (1, 2, 3, 4):
        assert [reverse(net, s) for s in STRINGS[T]] == [s[::-1] for s in STRINGS[T]]
    assert printed == "".join(
        f"{3**T:2} of {3**T:2} reversed; {s!r} gives {s[::-1]!r}\n"
        for T, s in enumerate(("b", "cb", "ccb", "cccb"), start=1)
    )
    (stored,) = CELL.outputs
    assert stored.text == printed


def test_its_answers_are_revlibs(page, untrained):
    for names, net in (
        (page[0], page[0]["net"]),
        (untrained, untrained["net"]),
        (untrained, shaken(untrained, 5)),
    ):
        for T in range(1, 7):
            theirs = as_revlib(net).run(STRINGS[T], steps=20).outputs
            assert [names["reverse"](net, s) for s in STRINGS[T]] == theirs
    assert names["reverse"](net, "abc", most=2) == as_revlib(net).run("abc", steps=2).output


def test_it_stops_when_nothing_says_end(untrained):
    net = shaken(untrained, 0)
    net["bo"][3] = -1e9
    assert len(untrained["reverse"](net, "abc")) == 20
    assert len(untrained["reverse"](net, "abc", most=3)) == 3


# ---------------------------------------------------------------- loss and gradient


@pytest.mark.parametrize(
    "strings", [["a"], ["abc"], STRINGS[2], STRINGS[4], ["cabbac", "aaaaaa"]], ids=len
)
@pytest.mark.parametrize("seed", [0, 1, None], ids=str)
def test_its_gradient_is_revlibs(page, strings, seed):
    names = page[0]
    net = names["net"] if seed is None else shaken(names, seed)
    loss, d = names["gradient"](net, strings)
    size = len(strings) * (len(strings[0]) + 1)
    theirs = bptt.gradients(as_revlib(net), strings)
    # digits, where the numbers are large
    far = 1e-12 * max(1, theirs.loss, np.abs(theirs.d.theta).max())
    assert abs(loss / size - theirs.loss) < far
    assert np.abs(theta(d) / size - theirs.d.theta).max() < far
    assert list(d) == list(net), "the page adds them up by name"


def test_its_gradient_is_the_slope_of_its_loss(untrained):
    net = shaken(untrained, 2)
    strings = ["abc", "bca", "ccb"]
    h = 1e-6
    d = untrained["gradient"](net, strings)[1]
    for name, weight in net.items():
        for at in np.ndindex(weight.shape):
            old = weight[at]
            losses = []
            for nudge in (h, -h):
                weight[at] = old + nudge
                losses.append(untrained["gradient"](net, strings)[0])
            weight[at] = old
            assert abs((losses[0] - losses[1]) / (2 * h) - d[name][at]) < 1e-7, (name, at)


# ---------------------------------------------------------------- Adam and the loop


def test_its_adam_is_revlibs(untrained):
    """On gradients of every size, and on none."""
    rng = np.random.default_rng(3)
    net = shaken(untrained, 3)
    m = {}
    v = {}
    theirs = theta(net)
    adam = training.Adam(0.01)
    for t in range(1, 60):
        d = {
            name: rng.normal(0, 10.0 ** rng.integers(-6, 3), weight.shape) * (t % 7 > 0)
            for name, weight in net.items()
        }
        untrained["adam"](net, d, m, v, t)
        adam.update(theirs, theta(d))
        assert np.abs(theta(net) - theirs).max() < 1e-12


def test_its_training_is_revlibs():
    """The same page, stopped after 50 updates."""
    names, _ = run(SOURCE.replace("range(1, 1001)", "range(1, 51)"))
    theirs = as_revlib(names["start"](np.random.default_rng(0)))
    batch = training.Batch(theirs, [s for T in (1, 2, 3, 4) for s in STRINGS[T]])
    for _ in training.train(theirs, batch, training.Adam(0.01), 50, every=50):
        pass
    assert np.abs(theta(names["net"]) - theirs.theta).max() < 1e-12
    assert names["count"] == 3 * 2 + 9 * 3 + 27 * 4 + 81 * 5
    assert names["groups"] == [STRINGS[T] for T in (1, 2, 3, 4)]


# ---------------------------------------------------------------- a line changed, as the chapter
# proposes


def changed(*replacements):
    source = ONE_UPDATE
    for old, new in replacements:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return run(source)[0]


def test_the_posts_size():
    names = changed(("8   ", "5   "), ("range(3)", "range(2)"))
    assert theta(names["net"]).size == 114
    assert [len(group) for group in names["groups"]] == [3, 9, 27]


def test_copying():
    names = changed(("*letters[::-1]", "*letters"), ("X[::-1]", "X"), ("== s[::-1]", "== s"))
    net = shaken(names, 1)
    loss, d = names["gradient"](net, STRINGS[3])
    theirs = bptt.gradients(as_revlib(net), STRINGS[3], STRINGS[3])
    assert loss / 108 == pytest.approx(theirs.loss, abs=1e-12)
    assert np.abs(theta(d) / 108 - theirs.d.theta).max() < 1e-12


def test_tanh():
    names = changed(("np.maximum(0, ", "np.tanh("), ("(after > 0)", "(1 - after**2)"))
    net = shaken(names, 1)
    theirs = model.Net(Alphabet("abc", end=True), 8, "tanh", theta=theta(net))
    _, d = names["gradient"](net, STRINGS[2])
    assert np.abs(theta(d) / 27 - bptt.gradients(theirs, STRINGS[2]).d.theta).max() < 1e-12


def test_another_alphabet():
    names = changed(('"abc"', '"xy"'))
    assert names["net"]["Wo"].shape == (8, 3)
    assert names["groups"][1] == ["xx", "xy", "yx", "yy"]
    net = shaken(names, 1)
    assert names["reverse"](net, "xyx") == as_revlib(net, "xy").run("xyx", steps=20).output
