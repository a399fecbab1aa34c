"""Drives every panel without a browser: sets its controls, reads its picture, compares with
tests/reference."""

import itertools
import math
import random
import threading

import pytest
from traitlets import TraitError

from helpers.driving import at_once, is_int, move_everything, moves, numbers, page, state
from reference import network, pages, shown
from revlib import model, panels
from revlib.alphabet import Alphabet
from revlib.panels import static

SCORES = [2.0, -1.0, 0.5]
BUILD = {
    "encoding": lambda net: panels.encoding_panel(net, "abc"),
    "thought": lambda net: panels.thought_panel(net, "abc", "acb"),
    "map": lambda net: panels.map_panel(net, 3),
    "turning": lambda net: panels.turning_panel(),
    "growth": lambda net: panels.growth_panel(net, "abc"),
    "decoding": lambda net: panels.decoding_panel(net, network.THOUGHT),
    "softmax": lambda net: panels.softmax_panel(SCORES),
}
WITH_STRING = [
    (name, control)
    for name, controls in {
        "encoding": ["string"],
        "thought": ["first", "second"],
        "growth": ["string"],
    }.items()
    for control in controls
]
WITH_WEIGHTS = ["encoding", "thought", "decoding"]
every_panel = pytest.mark.parametrize("name", BUILD)


def build(name):
    return BUILD[name](model.post_net())


def value(panel, control):
    return panel.controls[control].value


def check(name, panel, W=None):
    """The page shows what its controls say, with the weights W (the post's if not given)."""
    W = W or network.post_weights()
    v = {control: part.value for control, part in panel.controls.items()}
    if name == "encoding":
        shown.check_encoding(page(panel), W, **v, entry=panel.weights.entry)
    elif name == "thought":
        shown.check_thought(page(panel), W, **v)
    elif name == "map":
        shown.check_map(page(panel), W, **v)
    elif name == "turning":
        shown.check_turning(page(panel), **v)
    elif name == "growth":
        shown.check_growth(page(panel), W, **v)
    elif name == "decoding":
        shown.check_decoding(
            page(panel), W, [v[f"unit_{i}"] for i in range(1, 6)], v["step"], v["most"]
        )
    else:
        shown.check_softmax(
            page(panel), [v[f"score_{k}"] for k in "abc"], v["temperature"], v["target"]
        )


# ---------------------------------------------------------------- the whole range


@every_panel
def test_the_start(name):
    check(name, build(name))


@pytest.mark.parametrize("string", ["a", "c", "ba", "abc", "ccc", "bacab", "abcabcab", "cccccccc"])
def test_encoding_strings_and_steps(string):
    panel = build("encoding")
    panel.controls["string"].value = string
    step = panel.controls["step"]
    assert (step.slider.min, step.slider.max) == (step.box.min, step.box.max) == (1, len(string))
    for t in range(1, len(string) + 1):
        step.value = t
        check("encoding", panel)


def test_a_shorter_string_takes_the_step_with_it():
    panel = build("encoding")
    panel.controls["string"].value = "abcabcab"
    panel.controls["step"].value = 8
    panel.controls["string"].value = "cb"
    assert panel.controls["step"].box.value == panel.controls["step"].slider.value == 2
    check("encoding", panel)
    panel.controls["string"].value = "cba"  # room again; the step stays
    assert value(panel, "step") == 2
    check("encoding", panel)


@pytest.mark.parametrize(
    "first, second",
    [("a", "b"), ("abc", "cba"), ("a", "abcabcab"), ("cccccccc", "b"), ("ba", "ba")],
)
def test_thought_strings_and_scale(first, second):
    panel = build("thought")
    panel.controls["first"].value, panel.controls["second"].value = first, second
    for scale in (0.0, 0.01, 0.37, 1.0, 1.5):
        panel.controls["scale"].value = scale
        check("thought", panel)


@pytest.mark.parametrize("direction", [0, 45, 90, 135, 200, 360])
def test_turning_directions_steps_and_scale(direction):
    panel = build("turning")
    panel.controls["direction"].value = direction
    for steps in range(6):
        panel.controls["steps"].value = steps
        for scale in (0.0, 0.83, 1.0):
            panel.controls["scale"].value = scale
            check("turning", panel)


@pytest.mark.parametrize("length", range(1, 6))
def test_map_lengths_and_scale(length):
    panel = build("map")
    panel.controls["length"].value = length
    for scale in (0.0, 0.63, 1.5):
        panel.controls["scale"].value = scale
        check("map", panel)


@pytest.mark.slow
def test_map_choices():
    panel = build("map")
    panel.controls["length"].value = 2
    for control in ("across", "up", "group"):
        for choice in panel.controls[control].options:
            panel.controls[control].value = choice
            check("map", panel)
    panel.controls["across"].value = panel.controls["up"].value  # one unit on both axes
    check("map", panel)
    assert panel.controls["across"].options == panel.controls["up"].options == tuple("12345")


@pytest.mark.parametrize("string", ["abc", "a", "cabcabca"])
def test_growth_strings_and_scale(string):
    panel = build("growth")
    panel.controls["string"].value = string
    for scale in (0.0, 0.01, 0.44, 1.0, 1.5):
        panel.controls["scale"].value = scale
        check("growth", panel)


def test_decoding_steps_and_most():
    panel = build("decoding")
    for most in (1, 2, 5, 8):
        panel.controls["most"].value = most
        step = panel.controls["step"]
        assert (step.slider.min, step.slider.max) == (step.box.min, step.box.max) == (1, most)
        for t in range(1, most + 1):
            step.value = t
            check("decoding", panel)
    panel.controls["most"].value = 2
    assert value(panel, "step") == 2
    check("decoding", panel)


@pytest.mark.parametrize("unit", range(1, 6))
def test_decoding_thought(unit):
    panel = build("decoding")
    number = panel.controls[f"unit_{unit}"]
    assert number.slider.min == 0 and number.slider.max >= 2 * max(network.THOUGHT)
    for v in (number.slider.min, 0.01, 2.5, number.slider.max):
        number.value = v
        check("decoding", panel)


def test_decoding_nothing():
    panel = build("decoding")
    for unit, v in enumerate(network.THOUGHT, start=1):
        assert abs(value(panel, f"unit_{unit}") - v) < 0.006  # it starts from the vector given
    for unit in range(1, 6):
        panel.controls[f"unit_{unit}"].value = 0
    check("decoding", panel)  # all scores are equal: it says the first letter


def test_decoding_stops_at_end():
    W = {
        "dec.Wh": [[1.0], [-1.0]],
        "dec.Ws": [[0.5]],
        "dec.bh": [[0.0]],
        "Wo": [[1.0, 0.5, -2.0]],
        "bo": [[-1.0, 0.0, 1.5]],
    }
    net = model.Net(Alphabet("ab", end=True), n=1)
    for name, rows in W.items():
        net.named()[name][...] = rows[0] if name.endswith(("bh", "bo")) else rows
    panel = panels.decoding_panel(net, [4.0], steps=5)
    for thought, step in itertools.product((0.0, 1.0, 4.0, 10.0), range(1, 6)):
        panel.controls["unit_1"].value, panel.controls["step"].value = thought, step
        shown.check_decoding(page(panel), W, [thought], step, 5, ["a", "b", "END"])
    said = {
        tuple(s["said"] for s in network.decode_letters([v], 5, W, ["a", "b", "END"]))
        for v in (0.0, 1.0, 4.0)
    }
    assert len({len(s) for s in said}) > 1 and any(
        s[-1] == "END" for s in said
    )  # the example does what it is for


@pytest.mark.parametrize("letter", "abc")
def test_softmax_scores(letter):
    panel = build("softmax")
    score = panel.controls[f"score_{letter}"]
    assert (score.slider.min, score.slider.max) == (-10, 20)
    for v, target in ((-10.0, "c"), (0.0, "a"), (3.33, "b"), (20.0, "a"), (20.0, "c")):
        score.value, panel.controls["target"].value = v, target
        check("softmax", panel)


def test_softmax_temperature():
    panel = build("softmax")
    temperature = panel.controls["temperature"]
    for v in (temperature.slider.min, 0.5, 1.0, 2.22, temperature.slider.max):
        temperature.value = v
        check("softmax", panel)


def test_softmax_at_its_hardest():
    """The farthest scores at the lowest temperature: nothing overflows, and the loss is 600."""
    panel = build("softmax")
    for letter, score in zip("abc", (-10.0, 20.0, 20.0)):
        panel.controls[f"score_{letter}"].value = score
    panel.controls["temperature"].value = 0.05
    panel.controls["target"].value = "a"
    check("softmax", panel)
    assert "the loss is 600." in panel.words


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_every_weight(name):
    """Each entry of each matrix, at both ends and in between; the others stay as they are."""
    panel, W = build(name), network.post_weights()
    if name == "encoding":
        panel.controls["step"].value = 3
    weights = panel.weights
    matrices = (
        ("dec.Wh", "dec.Ws", "dec.bh", "Wo", "bo") if name == "decoding" else ("Wh", "Ws", "bh")
    )
    assert weights.matrix.options == matrices
    for matrix in matrices:
        weights.matrix.value = matrix
        columns = network.LETTERS if matrix in ("Wo", "bo") else "12345"
        rows = {"Wh": "abc", "dec.Wh": "abc"}.get(matrix, "12345"[: len(W[matrix])])
        assert len(weights.row.options) == len(W[matrix])
        assert weights.column.options == tuple(columns)
        for (i, row), (j, column) in itertools.product(enumerate(rows), enumerate(columns)):
            weights.select(i, j)
            start, number = W[matrix][i][j], weights.number
            assert weights.entry == (matrix, i, j)
            assert number.box.value == number.slider.value == start
            at = column if len(W[matrix]) == 1 else f"{row}, {column}"
            assert number.description == f"{matrix}[{at}]"
            assert (weights.row.index, weights.column.index) == (i, j)
            assert number.slider.min <= -2 and number.slider.max >= 2
            for v in (number.slider.min, -0.35, number.slider.max):
                number.value = W[matrix][i][j] = v
                check(name, panel, W)
            number.value = W[matrix][i][j] = start
    check(name, panel)


@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_weights_stay_changed(name):
    """Several weights changed one after the other add up, and the picture keeps showing them."""
    panel, W = build(name), network.post_weights()
    rng = random.Random(1)
    for matrix, i, j, v in [
        (m, rng.randrange(len(W[m])), rng.randrange(len(W[m][0])), round(rng.uniform(-2, 2), 2))
        for m in panel.weights.names * 4
    ]:
        panel.weights.matrix.value = matrix
        panel.weights.select(i, j)
        panel.weights.number.box.value = W[matrix][i][j] = v
        check(name, panel, W)
    for matrix in panel.weights.names:
        for text, v in zip(drawn(panel, matrix), itertools.chain(*W[matrix]), strict=True):
            pages.check_number(text, v)


def test_what_is_taken_in_the_picture_is_in_hand():
    panel = build("encoding")
    panel.hand.move = {"block": "Wh", "place": 7, "value": None, "count": 1}  # row b, unit 3
    assert panel.weights.entry == ("Wh", 1, 2)
    check("encoding", panel)


@every_panel
def test_a_network_of_zeros(name):
    """All weights zero, as at the start of training: nothing to divide by, and nothing to see."""
    panel = BUILD[name](model.Net("abc", n=5))
    pages.check_still(page(panel))
    assert "nan" not in panel.words and "inf" not in panel.words
    for number in numbers(panel).values():
        number.value = number.slider.max
        assert "nan" not in panel.words


# ---------------------------------------------------------------- what a reader may type


def test_what_moved_meanwhile_shows_with_the_next_good_string():
    panel, W = build("encoding"), network.post_weights()
    panel.controls["string"].value = "abx"
    panel.weights.number.value = W["Wh"][0][0] = -0.5
    panel.controls["step"].value = 3
    panel.controls["string"].value = "aba"
    assert value(panel, "step") == 3
    check("encoding", panel, W)


NUMBERS = [(name, number) for name in BUILD for number in numbers(build(name))]


@pytest.mark.slow
@pytest.mark.parametrize("name, which", NUMBERS)
def test_inf(name, which):
    """Infinite: a whole number refuses it, any other goes to its end; the picture shows that
    end."""
    panel, W = build(name), network.post_weights()
    number = numbers(panel)[which]
    for part, bad in itertools.product((number.slider, number.box), (math.inf, -math.inf)):
        if is_int(number):
            with pytest.raises(TraitError):
                part.value = bad
        else:
            part.value = bad
            end = number.slider.max if bad > 0 else number.slider.min
            assert number.box.value == number.slider.value == end
            if which == "weight":
                matrix, i, j = panel.weights.entry
                W[matrix][i][j] = end
        check(name, panel, W)
    if panel.weights:
        assert all(map(math.isfinite, panel.weights.net.theta))


# ---------------------------------------------------------------- Reset, redraws, copies


def test_a_string_that_moves_the_step_costs_one_redraw(draws):
    panel = build("encoding")
    panel.controls["step"].value = 3
    calls = draws(panel)
    panel.controls["string"].value = "a"
    assert calls == [{"string": "a", "step": 1}]
    panel = build("decoding")
    calls = draws(panel)
    panel.controls["most"].value = 1
    assert [call["step"] for call in calls] == [1]


@pytest.mark.slow
@every_panel
def test_two_copies_are_two(name):
    net = model.post_net()
    theta = net.theta.copy()
    one, other = BUILD[name](net), BUILD[name](net)
    assert one.page.value == other.page.value
    start = state(other)
    move_everything(one)
    assert state(other) == start and one.page.value != other.page.value
    other.redraw()
    assert state(other) == start
    assert (net.theta == theta).all(), "the network that was given has changed"
    net.theta[:] = 7.0  # and what a notebook does to it later is not the panel's
    other.reset()
    assert state(other) == start


# ---------------------------------------------------------------- two threads


def weights_of(panel):
    """The panel's network as plain rows."""
    named = panel.weights.net.named()
    return {
        name: view.tolist() if view.ndim > 1 else [view.tolist()] for name, view in named.items()
    }


def check_weights(name, panel):
    """Picture, network, choice and slider agree."""
    check(name, panel, weights_of(panel))
    matrix, i, j = panel.weights.entry
    here = weights_of(panel)[matrix]
    assert panel.weights.number.box.value == panel.weights.number.slider.value == here[i][j]
    for text, v in zip(drawn(panel, matrix), itertools.chain(*here), strict=True):
        pages.check_number(text, v)
    choice = panel.weights.choice.children
    assert (choice[0].value, choice[1].index, choice[2].index) == (matrix, i, j)


def drawn(panel, matrix):
    """The numbers of a matrix in the panel's pictures, row by row."""
    (block,) = [b for b in page(panel).blocks if b.name == matrix]
    return block.texts


@pytest.mark.slow
@pytest.mark.parametrize("name", WITH_WEIGHTS)
def test_two_threads_a_weight_and_a_control(name):
    panel = build(name)
    control = {"encoding": "string", "thought": "second", "decoding": "unit_5"}[name]
    at_once(moves(panel.weights.number, 100, 1), moves(panel.controls[control], 100, 2))
    check_weights(name, panel)


class Interruption:
    """Another thread's move in the middle of this one's; a lock may hold it back until this one is
    over."""

    def __init__(self, act):
        self.act, self.thread = act, None

    def __call__(self, *_):
        if self.thread is None:
            self.thread = threading.Thread(target=self.act, daemon=True)
            self.thread.start()
            self.thread.join(0.2)

    def finish(self):
        assert self.thread is not None, "the move was not interrupted"
        self.thread.join(10)
        assert not self.thread.is_alive(), "two callbacks wait for each other"


def test_another_string_in_the_middle_of_a_redraw():
    panel = build("encoding")
    panel.controls["step"].value = 3
    other = Interruption(lambda: setattr(panel.controls["string"], "value", "b"))
    panel.controls["step"].slider.observe(
        other, "max"
    )  # between the reading of the string and the drawing
    panel.controls["string"].value = "abcabc"
    other.finish()
    check_weights("encoding", panel)


def test_a_move_in_the_middle_of_reset():
    panel = build("decoding")
    start = value(panel, "unit_1")
    panel.controls["most"].value = 8
    panel.controls["step"].value = 7
    other = Interruption(lambda: setattr(panel.controls["unit_1"].slider, "value", 0.5))
    panel.controls["step"].slider.observe(other, "value")
    panel.reset()
    other.finish()
    assert value(panel, "unit_1") in (0.5, start)  # before Reset or after it
    check_weights("decoding", panel)


# ---------------------------------------------------------------- how it is displayed


# ---------------------------------------------------------------- where no kernel will run


def test_the_site_shows_what_was_drawn_beforehand(monkeypatch):
    """And a text, as everywhere; no widget, which would need all of ipywidgets' scripts."""
    shown = []
    monkeypatch.setattr(static, "SITE", True)
    monkeypatch.setattr(static, "display", lambda data, raw: shown.append(data))
    panel = build("thought")
    static.show(panel, "<p>still</p>", lambda widget: f"<p>instead of {type(widget).__name__}</p>")
    panel._ipython_display_()
    first, second = shown
    assert first == {"text/plain": repr(panel), "text/html": "<p>instead of Panel</p>"}
    assert set(second) == {"text/plain", "text/html"} and second["text/plain"] == repr(panel)
    assert second["text/html"].startswith('<div class="revlib-panel revlib-frames">')
