"""Pictures of cells and plots: the numbers in them are the oracle's, and the drawing keeps its
rules."""

import base64
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import ft2font
from matplotlib.font_manager import FontProperties, findfont

from reference import network, pages
from revlib import activations, model, notation
from revlib.alphabet import Alphabet
from revlib.drawing import blocks, figures, machine, marks, picture, plots
from revlib.drawing.picture import Picture

ROOT = pathlib.Path(__file__).resolve().parent.parent
HOSTILE = "<script>alert('1')</script> & \"x\" ]]>"
SVG = "{http://www.w3.org/2000/svg}"


def shows(numbers, expected, digits=2):
    """The numbers read from a picture are the expected ones to the digits printed."""
    expected = (
        [value for row in expected for value in row]
        if expected and isinstance(expected[0], list)
        else expected
    )
    assert len(numbers) == len(expected)
    for found, value in zip(numbers, expected):
        assert abs(found - float(value)) <= 0.5 * 10**-digits + 1e-9 and found == round(
            found, digits
        ), (numbers, expected)


def says(words, before, expected, digits=2):
    """The words list the expected numbers after `before`."""
    found = re.search(re.escape(before) + r"(-?\d[-\d., e]*\d|-?\d)", words)
    assert found, f"{before!r} is not in {words!r}"
    shows([float(text) for text in found[1].split(", ")], expected, digits)


def texts(svg):
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def drawn_net(activation="relu", end=False, n=5, seed=None):
    """The post's network, or a random one with negative weights; and its weights as lists."""
    if seed is None:
        return model.post_net(), network.post_weights()
    W = network.random_weights(random.Random(seed), 3, n, 3 + end)
    return model.Net(Alphabet("abc", end), n, activation, theta=np.array(network.flat(W))), W


# ---------------------------------------------------------------- what the pictures show


@pytest.mark.parametrize("t", [1, 2, 3])
@pytest.mark.parametrize("activation, seed", [("relu", None), ("relu", 1), ("tanh", 2)])
def test_draw_step(t, activation, seed):
    net, W = drawn_net(activation, seed=seed)
    S, X = net.encode(net.alphabet.one_hot("abc")), net.alphabet.one_hot("abc")
    picture = figures.draw_step(
        t, X[t - 1], net.Wh, S[t - 1], net.Ws, net.bh, S[t], "abc", activation
    )
    right = network.encode(W, [0, 1, 2], activation)
    letter, state = W["Wh"][t - 1], network.product(right[t - 1], W["Ws"])
    before = network.add(letter, state, W["bh"][0])
    expected = {
        f"x({t})": network.one_hot(t - 1, 3),
        "Wh": W["Wh"],
        f"x({t})·Wh": letter,
        f"S({t - 1})": right[t - 1],
        "Ws": W["Ws"],
        f"S({t - 1})·Ws": state,
        "bh": W["bh"],
        "sum": before,
        f"S({t})": right[t],
    }
    assert [name for name, _ in pages.read_blocks(picture.svg)] == list(expected)
    for name, values in expected.items():
        shows(pages.read_block(picture.svg, name), values)
    assert picture.words.startswith(f"Step {t} reads '{'abc'[t - 1]}': ")
    says(picture.words, f"S({t}) = ", right[t])
    says(picture.words, "The letter brings ", letter)
    says(picture.words, "the state before it ", state)
    changed = any(abs(a - b) > 1e-6 for a, b in zip(before, right[t]))
    assert ("Before the activation" in picture.words) == changed
    if changed:
        says(picture.words, "Before the activation it was ", before)
    assert pale(picture.svg, "Wh") == {0, 1, 2} - {t - 1}, "all rows but the letter's are pale"


def framed(svg, name):
    """Places of the heavy frames in a block."""
    (group,) = [g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("data-block") == name]
    at = lambda rect: (float(rect.get("y")), float(rect.get("x")))
    rects = [at(r) for r in group.findall(f"{SVG}rect")]
    frames = [at(r) for r in group.findall(f"{SVG}g[@fill='none']/{SVG}rect")]
    rows, columns = (sorted({rect[k] for rect in rects}) for k in (0, 1))
    return {(rows.index(y), columns.index(x)) for y, x in frames}


def pale(svg, name):
    """Rows of a block that are drawn pale."""
    (group,) = [g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("data-block") == name]
    texts = group.findall(f"{SVG}g/{SVG}text")
    rows = sorted({float(text.get("y")) for text in texts})
    return {rows.index(float(text.get("y"))) for text in texts if text.get("opacity")}


def test_draw_step_frames_what_it_is_told():
    net, _ = drawn_net()
    X = net.alphabet.one_hot("b")
    picture = figures.draw_step(
        1, X[0], net.Wh, np.zeros(5), net.Ws, net.bh, net.Wh[1], "abc", marks={"Ws": {(2, 3)}}
    )
    assert framed(picture.svg, "Ws") == {(2, 3)} and not framed(picture.svg, "Wh")


@pytest.mark.parametrize(
    "activation, caption",
    [
        ("relu", "ReLU makes negative sums 0"),
        ("tanh", "tanh squeezes sums to −1 … 1"),
        ("linear", "the sums as they are"),
    ],
)
@pytest.mark.parametrize("size", [1.0, 0.002])
def test_draw_step_names_the_activation_it_is_told(activation, caption, size):
    """Also where the numbers do not show it: tanh of small sums, ReLU of positive ones."""
    net = model.Net("abc", 5, activation, theta=size * model.post_net().theta)
    X = net.alphabet.one_hot("ab")
    S = net.encode(X)
    drawn = figures.draw_step(2, X[1], net.Wh, S[1], net.Ws, net.bh, S[2], "abc", activation)
    captions = {
        "ReLU makes negative sums 0",
        "tanh squeezes sums to −1 … 1",
        "the sums as they are",
    }
    assert captions & set(texts(drawn.svg)) == {caption}


@pytest.mark.parametrize(
    "text, name, role",
    [("abc", "S", "encoder"), ("", "S", "encoder"), ("cabbaca", "_S", "decoder")],
)
@pytest.mark.parametrize("seed", [None, 3])
def test_draw_states(text, name, role, seed):
    net, W = drawn_net(seed=seed)
    picture = figures.draw_states(text, net.encode(net.alphabet.one_hot(text)), name, role)
    right = network.encode(W, ["abc".index(letter) for letter in text])
    blocks = pages.read_blocks(picture.svg)
    assert [block for block, _ in blocks] == [f"{name}({t})" for t in range(len(text) + 1)]
    for (_, numbers), state in zip(blocks, right):
        shows(numbers, state)
    says(picture.words, f"{name}({len(text)}), is ", right[-1])
    letters = [said for said in texts(picture.svg) if said in ("a", "b", "c")]
    assert "".join(letters) == text


@pytest.mark.parametrize("first, second", [("abc", "acb"), ("a", "bcab"), ("cc", ""), ("b", "b")])
def test_draw_compare(first, second):
    net, W = drawn_net()
    picture = figures.draw_compare(
        *(
            item
            for text in (first, second)
            for item in (text, net.encode(net.alphabet.one_hot(text)))
        )
    )
    right = [
        network.encode(W, ["abc".index(letter) for letter in text]) for text in (first, second)
    ]
    *states, (last, difference) = pages.read_blocks(picture.svg)
    rows = max(map(len, right))
    assert len(states) == 2 * rows and last == "difference"
    for side, S in enumerate(right):
        for t, (name, numbers) in enumerate(states[side::2]):
            shows(numbers, S[t] if t < len(S) else [])
            assert name == (f"S({t}) of '{(first, second)[side]}'" if t < len(S) else " ")
    gap = network.add(right[0][-1], [-value for value in right[1][-1]])
    shows(difference, gap)
    says(picture.words, f"The thought vector of '{first}' is ", right[0][-1])
    says(picture.words, f"; of '{second}' ", right[1][-1])
    says(picture.words, "They differ by ", gap)
    says(picture.words, "a distance of ", [math.sqrt(sum(value**2 for value in gap))], 3)


def cells(svg, name):
    """The boxes of a block's cells: (x, y, width, height)."""
    root = ET.fromstring(svg)
    group = next(g for g in root.iter() if g.get("data-block") == name)
    sides = ("x", "y", "width", "height")
    return [
        [float(rect.get(side)) for side in sides] for rect in group if rect.tag.endswith("rect")
    ]


def tipped(picture, cell):
    """Whether an arrow's head ends at the left of a cell."""
    x, y, _, height = cell
    heads = re.findall(r'L([\d.]+) ([\d.]+)L[\d. ]+z" fill', picture.svg)
    tips = [(float(across), float(down)) for across, down in heads]
    return any(0 < x - across < 6 and y < down < y + height for across, down in tips)


@pytest.mark.parametrize("shown", [None, 1, 2, 3, 9])
@pytest.mark.parametrize(
    "activation, end, seed", [("relu", False, None), ("tanh", True, 4), ("relu", True, 10)]
)
def test_draw_decoding(activation, end, seed, shown):
    net, W = drawn_net(activation, end, seed=seed)
    thought = [0.5, 1.0, 0.0, 2.0, 0.25]
    run, right = net.decode(thought, 4), network.decode(W, thought, 4, activation)
    T, said = len(right), [net.alphabet.outputs[k] for *_, k in right]
    picture = figures.draw_decoding(
        run.S[0], run.X, run.S[1:], run.Z, run.P, said, "abc", net.alphabet.outputs, shown
    )
    last = min(shown or T, T)
    shows(pages.read_block(picture.svg, "thought = _S(0)"), thought)
    for t, (x, s, z, _) in enumerate(right, start=1):
        for name, values in (
            (f"_x({t})", x),
            (f"_S({t})", s),
            (f"z({t})", z),
            (f"p({t})", network.softmax(z)),
        ):
            shows(
                pages.read_block(picture.svg, name), values if t <= last else []
            )  # what comes later is not there yet
    arrows = (last - 1) + 5 * last  # fed back; and in each step five
    assert picture.svg.count('class="flow"') == arrows
    for t, (x, *_) in enumerate(right[:last], start=1):  # what was said enters its own cell
        entered = [
            k for k, cell in enumerate(cells(picture.svg, f"_x({t})")) if tipped(picture, cell)
        ]
        assert entered == ([x.index(1)] if 1 in x else []), f"what is fed at step {t}"
    x, s, z, _ = right[last - 1]
    assert picture.words.startswith(
        f"Step {last} of {T}: fed {repr('abc'[x.index(1)]) if 1 in x else 'nothing'}, "
    )
    says(picture.words, "the state becomes ", s)
    says(picture.words, "the probabilities ", network.softmax(z))
    assert picture.words.endswith(
        f"it says {said[last - 1]!r}. So far it has said {' '.join(said[:last])!r}."
    )
    spoken = [text for text in texts(picture.svg) if text in ("a", "b", "c", "END")]
    assert spoken == [*said[:last], *net.alphabet.outputs * 2, *"abc"]


@pytest.mark.parametrize(
    "z", [[2.0, -1.0, 0.5], [6.5, 8.0, 9.69], [0.0, 0.0, 0.0], [1000.0, -1000.0, 0.0]]
)
@pytest.mark.parametrize("temperature", [1.0, 0.5, 2.0])
@pytest.mark.parametrize("target", [0, 2])
def test_draw_blame(z, temperature, target):
    p, y = network.softmax(z, temperature), network.one_hot(target, 3)
    picture = figures.draw_blame(
        np.array(z), activations.softmax(np.array(z), temperature), np.array(y), "abc", temperature
    )
    shifted = [(value - max(z)) / temperature for value in z]
    blame = [float(a) - b for a, b in zip(p, y)]
    expected = {
        "z": (z, 2),
        "z / temperature − max": (shifted, 2),
        "exp": ([math.exp(value) for value in shifted], 3),
        "p": (p, 3),
        "y": (y, 0),
        "p − y": (blame, 3),
    }
    assert [name for name, _ in pages.read_blocks(picture.svg)] == list(expected)
    for name, (values, digits) in expected.items():
        shows(pages.read_block(picture.svg, name), values, digits)
    says(picture.words, f"At temperature {temperature:.2f} the probabilities are ", p, 3)
    says(picture.words, "p − y is ", blame, 3)
    assert f"The right letter is {'abc'[target]!r}: the loss is " in picture.words
    says(picture.words, "the loss is ", [-float(network.log_softmax(z, temperature)[target])], 4)


# ---------------------------------------------------------------- numbers

VALUES = [
    0.0,
    -0.0,
    0.005,
    0.015,
    0.004999,
    0.0149,
    0.5,
    0.995,
    1.0,
    9.995,
    12.345,
    99.995,
    123.456,
    999.995,
    1234.5,
    9999.95,
    12345.6,
    99999.4,
    99999.6,
    123456.0,
    999999.4,
    999999.6,
    1.23e7,
    1e10,
    1e-300,
    1e-7,
]


@pytest.mark.parametrize("digits", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("value", [*VALUES, *(-value for value in VALUES)])
def test_number_is_as_long_as_it_must_be(value, digits):
    text = picture.number(value, digits)
    mantissa, _, exponent = text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    assert abs(float(text) - value) <= 0.5000001 * 10.0 ** (int(exponent or 0) - decimals)
    assert float(text) or not text.startswith("-"), "zero has no sign"
    if exponent:
        assert len(f"{value:.0f}") > 6, "it needs no exponent"
    else:
        assert len(text) <= 6 and decimals <= digits
        longer = f"{value:.{decimals + 1}f}"
        longer = longer if float(longer) else longer.removeprefix("-")
        assert decimals == digits or len(longer) > 6, "one more decimal would fit"


@pytest.mark.parametrize(
    "value", [*VALUES, *(-value for value in VALUES), math.inf, -math.inf, math.nan]
)
def test_number_is_the_same_for_every_type(value):
    """A cell holds a float and the words hold NumPy's: they must not differ."""
    for digits in (0, 2, 3):
        assert picture.number(np.float64(value), digits) == picture.number(value, digits)
        with np.errstate(over="ignore"):
            single = np.float32(value)
        assert picture.number(single, digits) == picture.number(float(single), digits)


def test_number_of_what_is_none():
    assert [picture.number(value) for value in (math.inf, -math.inf, math.nan)] == [
        "inf",
        "-inf",
        "nan",
    ]
    assert blocks.spoken(np.array([[1.0, -0.001], [2.5, 1e9]])) == "1.00, 0.00, 2.50, 1.0e9"


def text_width(text, points, bold=False):
    """Pixels, in the font that a picture asks for first."""
    font = ft2font.FT2Font(
        findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal"))
    )
    font.set_size(points, 72)
    font.set_text(
        text, 0, flags=getattr(ft2font, "LoadFlags", int)(2)
    )  # no hinting: that differs between versions
    return font.get_width_height()[0] / 64


@pytest.mark.parametrize("value", [-12.34, -123.4, 1234.5, -99999.4, 123456.0, 1e10, -1e10])
def test_a_number_fits_its_cell(value):
    svg = blocks.draw([[blocks.Block([value, value])]], "").svg
    cell = float(ET.fromstring(svg).find(f".//{SVG}g/{SVG}rect").get("width"))
    points = ET.fromstring(svg).find(f".//{SVG}g/{SVG}g/{SVG}text").get("font-size", "13")
    assert text_width(texts(svg)[0], float(points)) <= cell, (
        "two neighbours would read as one number"
    )


def pictures():
    """One of each kind of drawing."""
    net, _ = drawn_net()
    run = net.run("abc")
    z = run.dec.Z[0]
    return {
        "step": figures.draw_step(2, run.X[1], net.Wh, run.S[1], net.Ws, net.bh, run.S[2], "abc"),
        "states": figures.draw_states("abc", run.S),
        "compare": figures.draw_compare("abc", run.S, "ab", run.S[:3]),
        "decoding": figures.draw_decoding(
            run.thought, run.dec.X, run.dec.S[1:], run.dec.Z, run.dec.P, run.output, "abc", "abc", 2
        ),
        "blame": figures.draw_blame(z, activations.softmax(z), np.eye(3)[0], "abc"),
    }


@pytest.mark.parametrize("name", pictures())
def test_every_text_stands_inside_its_picture(name):
    root = ET.fromstring(pictures()[name].svg)
    for text in root.iter(f"{SVG}text"):
        width = text_width(
            text.text or "", float(text.get("font-size", 13)), text.get("font-weight") == "bold"
        )
        if text.get("text-anchor") == "start":
            assert float(text.get("x")) + width <= float(root.get("width"))
            continue
        if text.get("text-anchor") == "end":
            assert float(text.get("x")) - width >= 0
            continue
        assert width / 2 <= float(text.get("x")) <= float(root.get("width")) - width / 2, (
            f"{text.text!r} is cut off"
        )
        assert 0 < float(text.get("y")) <= float(root.get("height"))


# ---------------------------------------------------------------- the picture itself


class Images(HTMLParser):
    def handle_starttag(self, tag, attributes):
        self.found = [*getattr(self, "found", []), (tag, dict(attributes))]


def image(html):
    parser = Images()
    parser.feed(html)
    ((tag, attributes),) = parser.found
    return tag, attributes


@pytest.mark.parametrize("words", ["", "Step 1.", HOSTILE, "é 字 🙂"])
@pytest.mark.parametrize("kind", ["cells", "plot"])
def test_title_and_alternative_text_are_the_words(words, kind):
    picture = Picture("<g/>", 10, 20.4, words, kind)
    root = ET.fromstring(picture.svg)
    assert (
        root[0].tag == f"{SVG}title" and (root[0].text or "") == words and root.get("role") == "img"
    )
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("10", "20", "0 0 10 20")
    tag, attributes = image(picture._repr_html_())
    assert (tag, attributes["alt"], attributes["class"]) == ("img", words, f"revlib-{kind}")
    head, data = attributes["src"].split(",")
    assert head == "data:image/svg+xml;base64" and base64.b64decode(data).decode() == picture.svg
    assert repr(picture) == words


def test_labels_are_escaped():
    block = blocks.Block(
        np.eye(2), HOSTILE, "input", rows=("<script>", "&"), columns=("<b>", "&amp;")
    )
    svg = blocks.draw([[block, blocks.Sign(HOSTILE), "<i>"]], HOSTILE).svg
    assert {element.tag for element in ET.fromstring(svg).iter()} == {
        SVG + name for name in ("svg", "title", "g", "rect", "text")
    }
    assert texts(svg) == [
        HOSTILE,
        "<b>",
        "&amp;",
        "<script>",
        "&",
        "1.00",
        "0.00",
        "0.00",
        "1.00",
        HOSTILE,
        "<i>",
    ]
    assert pages.read_block(svg.replace(">&amp;amp;<", ">0<"), HOSTILE) == [1, 0, 0, 1]
    net, _ = drawn_net()
    S = net.encode(net.alphabet.one_hot("ab"))
    for drawn in (
        figures.draw_states("<&", S),
        figures.draw_compare("<&", S, "'\"", S),
        figures.draw_blame(np.zeros(2), np.ones(2) / 2, np.eye(2)[0], "<&"),
    ):
        assert {"<", "&"} <= set(texts(drawn.svg)) and "<" in ET.fromstring(drawn.svg)[0].text


def test_empty_cells():
    block = blocks.Block([[1.0, math.nan], [math.nan, 2.5]], "part", digits=1)
    svg = blocks.draw([[block]], "").svg
    assert pages.read_block(svg, "part") == [1.0, 2.5]
    (group,) = [g for g in ET.fromstring(svg).iter(f"{SVG}g") if g.get("data-block") == "part"]
    assert [child.tag for child in group] == [SVG + name for name in ("rect",) * 4 + ("g",)]
    assert [text.text for text in group[-1]] == ["1.0", None, None, "2.5"], "each cell has its text"
    assert pages.read_block(blocks.draw([[blocks.Block([math.nan], "none")]], "").svg, "none") == []


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_an_infinite_cell_is_answered_in_words(value):
    for values, place in (([0.0, value], "2"), ([[0.0, 1.0], [value, 2.0]], "2, 1")):
        with pytest.raises(FloatingPointError, match=f"^z is {value} at place {place}; a picture"):
            blocks.draw([[blocks.Block(values, "z")]], "")


def figures_of(value):
    """(what the message names, a drawing): each of numbers of which one is not finite."""
    net, _ = drawn_net()
    x, zeros = net.alphabet.one_hot("a")[0], np.zeros(5)
    bent = net.Ws + value
    row, rows = np.array([0.0, value]), np.array([[0.0, 1.0], [value, 2.0]])
    flat, twos = np.zeros((2, 2)), np.zeros(2)

    def backward(place):
        arrays = [flat] * 6
        arrays[place] = rows
        return figures.draw_backward("a", " b", "ba", *arrays, "ab")

    def decoding(thought, S, Z, P):
        return figures.draw_decoding(thought, flat, S, Z, P, "ab", "ab", "ab")

    gate, total = figures.Gate("keep", row, "f", row, "C"), figures.Sum("sum:", row, "C")
    return [
        ("the sum", lambda: figures.draw_step(1, x, net.Wh, zeros, bent, net.bh, zeros, "abc")),
        ("S", lambda: figures.draw_states("a", rows)),
        ("_S", lambda: figures.draw_states("a", rows, "_S", "decoder")),
        ("S", lambda: figures.draw_compare("a", flat, "a", rows)),
        ("the thought vector", lambda: decoding(row, flat, flat, flat)),
        ("_S", lambda: decoding(twos, rows, flat, flat)),
        ("z", lambda: decoding(twos, flat, rows, flat)),
        ("P", lambda: decoding(twos, flat, flat, rows)),
        ("S", lambda: backward(0)),
        ("_S", lambda: backward(2)),
        ("∂loss/∂S", lambda: backward(1)),
        ("∂loss/∂_S", lambda: backward(3)),
        ("P", lambda: backward(4)),
        ("∂loss/∂z", lambda: backward(5)),
        ("z / temperature − max", lambda: figures.draw_blame(row, twos, twos, "ab")),
        ("p", lambda: figures.draw_blame(twos, row, twos, "ab")),
        ("sure", lambda: figures.draw_answer("ab", "ba", row)),
        ("f", lambda: figures.draw_gates([gate], "input", "")),
        ("C", lambda: figures.draw_gates([total], "input", "")),
        ("A", lambda: figures.draw_attention("ab", "ba", rows)),
    ]


@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_a_figure_of_what_is_not_finite_is_answered_in_words(value):
    """A NaN would be an empty cell: it would say that the number is yet to come."""
    for name, draw in figures_of(value):
        with pytest.raises(FloatingPointError, match=f"^{name} is -?(inf|nan) at place "):
            draw()


def test_arrays_of_another_run_are_not_cut_to_fit():
    net, _ = drawn_net()
    run = net.run("abc")
    dec = run.dec
    for draw in (
        lambda: figures.draw_states("ab", run.S),
        lambda: figures.draw_states("abc", net.run(["abc", "cab"]).S),
        lambda: figures.draw_decoding(
            run.thought, dec.X, dec.S, dec.Z, dec.P, "cba", "abc", "abc"
        ),  # the thought vector left in
        lambda: figures.draw_attention("abc", "cb", np.eye(3)),
    ):
        with pytest.raises(ValueError, match="is (shorter|longer) than argument|too many values"):
            draw()


def test_what_becomes_too_large_while_it_is_drawn():
    huge = np.array([[1.7e308], [1.7e308]])
    one, zero = np.ones(1), np.zeros(1)
    with pytest.raises(FloatingPointError, match="the sum is inf at place 1"):
        figures.draw_step(1, one, huge[:1], one, huge[:1], zero, zero, "a")
    with pytest.raises(FloatingPointError, match="the difference is inf at place 1"):
        figures.draw_compare("a", huge, "b", -huge)
    with pytest.raises(FloatingPointError, match="the distance is inf; a picture"):
        figures.draw_compare("a", np.full((2, 2), 1.7e308), "b", np.zeros((2, 2)))
    assert "1.7e308" in figures.draw_states("a", huge).words


def test_draw_gates():
    f, C, total = np.array([0.5, 0.25]), np.array([2.0, -1.0]), np.array([1.5, 0.0])
    rows = [figures.Gate("keep", f, "f", C, "C(1)"), figures.Sum("sum:", total, "C(2)")]
    picture = figures.draw_gates(rows, "decoder", "A step.")
    assert pages.read_blocks(picture.svg) == [
        ("f", [0.5, 0.25]),
        ("C(1)", [2.0, -1.0]),
        ("f ∘ C(1)", [1.0, -0.25]),
        ("C(2)", [1.5, 0.0]),
    ]
    assert {"keep", "sum:", "∘", "="} <= set(texts(picture.svg)) and picture.words == "A step."


def test_draw_stack():
    picture = figures.draw_stack(
        [0, 1, 2, 3], np.array([0, 1, 3, 3]), 5, " abc", 3, "half", 1, "c", "w"
    )
    found = pages.read_blocks(picture.svg)
    assert [name for name, _ in found] == [
        *("", "the exact number"),
        *("", "what half holds"),
        "the difference",
    ]
    assert [numbers for _, numbers in found] == [[0], [1, 2, 3], [0], [1, 3, 3], [-1]]
    assert {"−", "="} <= set(texts(picture.svg))
    assert (
        framed(picture.svg, "the exact number")
        == framed(picture.svg, "what half holds")
        == {(0, 0)}
    )
    assert not framed(picture.svg, "the difference")


def test_a_floor_cuts():
    """What is below it is an outline: ReLU lets nothing through."""
    bars = marks.Bars(np.array([4.0, -1.0, 0.0, -8.0]), "encoder", limit=4, cut=True)
    page = pages.read(f"{blocks.draw([[bars]], 'w').svg}<p>w</p>")
    pages.check_bars(page.marks[0], [4.0, -1.0, 0.0, -8.0], 4, cut=True)
    assert [hollow for *_, hollow in page.marks[0].bars] == [False, True, True]


def test_a_jump_on_a_number_line():
    """An arc from where the number was to where it is, the higher the farther."""

    def arc(before):
        line = marks.NumberLine((2, 1), 4, ("0", "a", "b", "c"), "encoder", before)
        svg = blocks.draw([[line]], "w").svg
        found = re.search(r"M([\d.]+) ([\d.]+)Q[\d.]+ (-?[\d.]+) ([\d.]+) ([\d.]+)", svg)
        return list(map(float, found.groups()))

    start, foot, high, end, other_foot = arc(0.25)
    assert foot == other_foot and end - start == pytest.approx(
        420 * (2 / 4 + 1 / 16 - 1 / 4), abs=1
    )
    assert high < foot and arc(0.0)[2] < high
    assert "Q" not in blocks.draw([[marks.NumberLine((), 4, (), "encoder")]], "w").svg


def test_draw_board():
    """Filled is what is reversed, and nothing else; a row has the strings of one first letter."""
    strings = Alphabet("ab").strings(2)
    picture = figures.draw_board(strings, ["aa", "ab", "ab", "ba"], "w")
    (board,) = ET.fromstring(picture.svg).findall(f".//{SVG}g[@data-block]")
    assert (board.get("data-rows"), board.get("data-names")) == ("a b", "a b")
    filled = [float(cell.get("fill-opacity")) > 0 for cell in board.findall(f"{SVG}rect")]
    assert filled == [True, False, True, False]
    assert [text for text in texts(picture.svg) if len(text) == 2] == ["aa", "ab", "ab", "ba"]


def lit_and_not(picture):
    """Two lists: the colours of what is lit, and of what is not, in a picture of the machine."""
    found = [[], []]
    (drawn,) = [g for g in ET.fromstring(picture.svg).findall(f"{SVG}g") if g.get("style")]
    for group in drawn.findall(f"{SVG}g"):
        colours = [
            role
            for role in notation.COLOURS
            if f"--revlib-{role}," in ET.tostring(group, "unicode")
        ]
        found[group.get("opacity") is not None] += colours
    return found


def test_draw_machine():
    """Letters in and out, seven states, a feedback for all letters said but the last; lit is what a
    chapter is about."""
    whole = machine.draw_machine()
    said = [text for text in texts(whole.svg) if len(text) == 1]
    assert (
        sorted(said) == sorted("abc" + "cb" + "cba") and whole.words == f"{texts(whole.svg)[-1]}."
    )
    states = [e for e in ET.fromstring(whole.svg).iter(f"{SVG}rect") if e.get("width") == "16"]
    assert len(states) == 7 * 5
    assert lit_and_not(whole)[1] == [] and "blame" not in lit_and_not(whole)[0]
    assert set(lit_and_not(machine.draw_machine("encoder"))[0]) == {"input", "encoder", "decoder"}
    assert set(lit_and_not(machine.draw_machine("decoder"))[0]) == {"input", "decoder", "output"}
    assert set(lit_and_not(machine.draw_machine("scores"))[0]) == {"output"}
    assert set(lit_and_not(machine.draw_machine("blame"))[0]) == {"blame"}
    for part in machine.PARTS:
        assert f"{machine.PARTS[part]}." == machine.draw_machine(part).words
    with pytest.raises(ValueError, match="no part 'ear' of the machine; there are all, encoder, "):
        machine.draw_machine("ear")


def test_a_machine_with_numbers():
    """The larger a state's number, the stronger its cell; the likelier a letter, the higher."""
    S = np.arange(14.0).reshape(7, 2)
    P = np.array([[0.5, 0.2, 0.3]] * 3)
    root = ET.fromstring(machine.draw_machine(S=S, P=P).svg)
    cells = [e for e in root.iter(f"{SVG}rect") if e.get("width") == "16"]
    strong = sorted(
        (float(e.get("x")), float(e.get("y")), float(e.get("fill-opacity"))) for e in cells
    )
    assert [full for *_, full in strong] == pytest.approx(np.arange(14) / 13, abs=0.006)
    bars = [float(e.get("height")) for e in root.iter(f"{SVG}rect") if e.get("width") == "6"]
    assert bars == pytest.approx([7.5, 3.0, 4.5] * 3)


def test_figures_of_words():
    """A text over words is a sequence of them: written with spaces between."""
    text, S = ("twenty", "five"), np.arange(6.0).reshape(3, 2)
    states = figures.draw_states(text, S)
    assert states.words.startswith("The states while 'twenty five' is read; the last, S(2), is ")
    assert {"twenty", "five"} <= set(texts(states.svg))
    answer = figures.draw_answer(text, ("five", "six", "END"), np.ones(3))
    assert answer.words.startswith("'twenty five' gives 'five six': first wrong at letter 2.")
    assert "six≠twenty" in texts(answer.svg)


def test_long_labels_beside_rows_have_room():
    block = blocks.Block(np.eye(2), rows=("twenty", "END"))
    svg = blocks.draw([[block, block]], "").svg
    root = ET.fromstring(svg)
    cells = [float(cell.get("x")) for cell in root.iter(f"{SVG}rect") if cell.get("x")]
    labels = [text for text in root.iter(f"{SVG}text") if text.text in block.rows]
    assert len(labels) == 4
    for label in labels:
        assert label.get("text-anchor") == "end"
        high = float(label.get("x"))
        low = high - text_width(label.text, float(label.get("font-size")))
        assert low >= 0
        assert all(high <= x or x + blocks.CELL_W <= low for x in cells)


@pytest.mark.parametrize("name", pictures())
def test_equal_input_gives_equal_bytes(name):
    assert pictures()[name].svg == pictures()[name].svg
    assert ET.fromstring(pictures()[name].svg)[0].text == pictures()[name].words


# ---------------------------------------------------------------- colours


def rgb(colour):
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def contrast(one, other):
    """The ratio of WCAG 2."""

    def luminance(colour):
        parts = [c / 255 for c in rgb(colour)]
        return sum(
            weight * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
            for weight, c in zip((0.2126, 0.7152, 0.0722), parts)
        )

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_strength():
    """As strong on one side of 0 as on the other; the sign is said by stripes, and by a minus."""
    for limit in (0.5, 1.0, 57.0):
        assert blocks.strength_of(0.0, limit) == blocks.strength_of(-0.0, limit) == 0
        for share in (0.1, 0.25, 0.5, 0.9, 1.0, 9.0):
            for sign in (1, -1):
                assert blocks.strength_of(sign * share * limit, limit) == min(share, 1)
    assert blocks.strength_of(math.nan, 1.0) == 0, "an empty cell"
    svg = blocks.draw([[blocks.Block([-2.0, 0.0, 1.0, -0.001], "z")]], "").svg
    group = ET.fromstring(svg).find(f".//{SVG}g[@data-block]")
    left = group.find(f"{SVG}rect").get("x")
    assert group.find(f"{SVG}path").get("d").startswith(f"M{left} ")
    assert group.find(f"{SVG}path").get("d").count("M") == 1, "what shows as 0 has no stripes"
    assert [text.text for text in group.iter(f"{SVG}text")] == ["−2.00", "0.00", "1.00", "0.00"]


def over_white(colour, opacity):
    """A colour through which white paper is seen."""
    return "#" + "".join(f"{round(255 + (c - 255) * opacity):02x}" for c in rgb(colour))


def on_paper(colour):
    """The colour where no theme changes it."""
    return re.fullmatch(r"var\(--revlib-\w+,(#\w{6})\)", colour)[1]


def test_contrast():
    assert round(contrast("#000000", "#ffffff"), 9) == 21
    ink, faint = on_paper(picture.INK), on_paper(picture.FAINT)
    for colour in (*notation.COLOURS.values(), ink, faint):
        assert contrast(colour, "#ffffff") >= 4.5, colour
    for colour in notation.COLOURS.values():
        assert contrast(ink, over_white(colour, blocks.STRONGEST)) >= 4.5, colour
    assert len(set(notation.COLOURS.values())) == len(notation.COLOURS), "one role, one colour"
    assert {symbol.role for symbol in notation.TABLE} == {"", *notation.COLOURS}


def test_a_block_without_limit_gives_its_largest_value_the_full_colour():
    def strengths(*values, limit=None):
        svg = blocks.draw([[blocks.Block(values, "z", limit=limit)]], "").svg
        group = ET.fromstring(svg).find(f".//{SVG}g[@data-block]")
        return [float(r.get("fill-opacity")) for r in group.findall(f"{SVG}rect")]

    assert strengths(-2.0, 0.0, 1.0, math.nan) == [0.5, 0, 0.25, 0]
    assert strengths(-2.0, 0.0, 1.0, limit=1) == [0.5, 0, 0.5]
    assert strengths(0.0, 0.0) == [0, 0]


# ---------------------------------------------------------------- plots

AXES = {"xlabel": "unit 1", "ylabel": "unit 2", "xlim": (0, 3), "ylim": (0, 3)}
POINTS = np.array([[0.5, 1.0], [1.5, 2.0], [2.5, 0.5]])
X = np.arange(1.0, 6.0)
PLOTS = {
    "map": (
        lambda: plots.Map({"odd": [0, 2], "even": [1]}, ["a", "b", "c"], **AXES),
        [(POINTS,), (POINTS[::-1] + 0.25,)],
    ),
    "map without names": (
        lambda: plots.Map({"odd": [0, 2], "none": []}, (), **AXES),
        [(POINTS,), (POINTS / 2,)],
    ),
    "curves": (
        lambda: plots.Curves({"one": "encoder", "two": "encoder"}, **AXES),
        [(X, [X / 2, X / 3]), (X[:3] / 2, [X[:3], X[:3] / 4])],
    ),
    "spread": (
        lambda: plots.Spread({"one": "encoder", "two": "output"}, (1, 2, "taught"), **AXES),
        [(X / 2, [[X / 2, X / 3], [X / 4]]), (X / 2, [[X / 5], [X / 2, X / 3, X / 9]])],
    ),
    "logarithmic curves": (
        lambda: plots.Curves({"one": "blame"}, **{**AXES, "ylim": (1e-3, 1e6)}, yscale="log"),
        [(X, [10**X]), (X, [0.1**X])],
    ),
}


@pytest.mark.parametrize("name", PLOTS)
def test_a_moved_plot_equals_a_fresh_one(name):
    make, (first, second) = PLOTS[name]
    moved, fresh = make(), make()
    one = moved.draw(*first, "first").svg
    two = moved.draw(*second, HOSTILE).svg
    assert two == fresh.draw(*second, HOSTILE).svg
    assert (
        moved.draw(*first, "first").svg == one
        and one.split("</title>")[1] != two.split("</title>")[1]
    )
    assert ET.fromstring(two)[0].text == HOSTILE


@given(
    hnp.arrays(float, (12, 2), elements=st.floats(-20, 320).map(lambda x: round(x, 1))),
    st.integers(1, 6),
)
def test_names_stand_clear_of_one_another(dots, letters):
    """And beside their own points; two points at one place have one name."""
    pixels = np.array([300.0, 300.0])
    names = [chr(97 + k) * letters for k in range(12)]
    labels = plots.joined(names, dots)
    corners = plots.beside_dots(dots, labels, pixels)
    boxes = []
    for dot, label, corner in zip(dots, labels, corners, strict=True):
        inside = ((dot >= 0) & (dot <= pixels)).all()
        assert (corner is None) or (inside and label)
        if corner is not None:
            high = corner + plots.label_size(label)
            assert (corner >= 0).all() and (high <= pixels).all()
            assert not any((corner < h).all() and (low < high).all() for low, h in boxes)
            assert np.linalg.norm(np.clip(dot, corner, high) - dot) < 90
            boxes.append((corner, high))
    for name, place in zip(names, np.round(dots)):
        same = [other for other, at in zip(names, np.round(dots)) if (at == place).all()]
        label = labels[names.index(same[0])]
        assert label.startswith(" = ".join(same[:3]))
        assert (f"({len(same)})" in label) == (len(same) > 3)


def test_a_name_that_moved_away_has_a_line_to_its_point():
    """Twelve points in a heap: some names find no room beside them."""
    heap = np.array([[1.5 + 0.03 * (k % 4), 1.5 + 0.03 * (k // 4)] for k in range(12)])
    names = ["abcdefgh"] * 12
    moved = plots.Map({"one": [*range(12)]}, names, **AXES)
    assert "abcdefgh" in texts(moved.draw(heap, "").svg)
    x, y = moved.leaders.get_data()
    assert len(x) >= 3 and len(x) % 3 == 0
    alone = plots.Map({"one": [0]}, ["abc"], **AXES)
    alone.draw(heap[:1], "")
    assert len(alone.leaders.get_data()[0]) == 0


def places(plot, picture):
    """Where each name of a drawn Curves stands, as (low corner, high corner) in pixels of the axes;
    y counts upwards."""
    corner, size = np.array([62, 48]), np.array([560 * 0.97 - 62, 360 * 0.95 - 48])
    found = {
        text.text: np.array([float(text.get("x")), 360 - float(text.get("y"))]) - corner
        for text in ET.fromstring(picture.svg).iter(f"{SVG}text")
    }
    return size, [
        (found[name.get_text()], found[name.get_text()] + [5.5 * len(name.get_text()), 11])
        for name in plot.names
    ]


@pytest.mark.parametrize("seed", range(20))
def test_names_stand_beside_their_curves_and_clear_of_others(seed):
    """Bent lines one above the other, with room between them: no name touches another, a curve or
    the frame; its own curve is the nearest."""
    rng = np.random.default_rng(seed)
    many, yscale = rng.integers(1, 5), ["linear", "log"][seed % 2]
    ends = np.cumsum(rng.uniform(0.18, 0.22, many))
    xs = [np.sort(rng.uniform(0, 3, rng.integers(8, 400))) for _ in range(many)]
    shares = [
        end + 0.05 * np.sin(rng.uniform(1, 2) * x + rng.uniform(0, 6)) for end, x in zip(ends, xs)
    ]  # of the height
    ys = [3 * share if yscale == "linear" else 10 ** (9 * share - 3) for share in shares]
    plot = plots.Curves(
        dict.fromkeys(["a", "length of it", "the third one", "END"][:many], "encoder"),
        **AXES | ({"ylim": (1e-3, 1e6)} if yscale == "log" else {}),
        yscale=yscale,
    )
    size, boxes = places(plot, plot.draw(xs, ys, ""))
    dense = np.linspace(0, 3, 2000)
    lines = [
        size * np.column_stack([dense / 3, np.interp(dense, x, share, np.nan, np.nan)])
        for x, share in zip(xs, shares)
    ]
    for i, (low, high) in enumerate(boxes):
        assert (low >= 0).all() and (high <= size).all()
        assert not any((low < other[1]).all() and (other[0] < high).all() for other in boxes[:i])
        away = [
            np.nanmin(np.hypot(*np.maximum(0, np.maximum(low - line, line - high)).T))
            for line in lines
        ]
        assert 0 < away[i] == min(away) < 12


def test_a_spread_has_a_line_a_run_the_median_and_its_band():
    """Read out of the SVG: three thin lines and the thick one between them; the shaded part."""
    runs = np.array([[0.0, 1.0, 2.0], [1.0, 1.0, 0.0], [3.0, 2.5, 0.5]])
    x = np.array([0.0, 1.0, 3.0])
    picture = plots.Spread({"five": "encoder"}, (1, 2, "taught"), **AXES).draw(x, [runs], "")
    corner, size = np.array([62, 360 * 0.95]), np.array([560 * 0.97 - 62, 360 * 0.95 - 48])
    paths = [
        (element.get("style"), element.get("d"))
        for element in ET.fromstring(picture.svg).iter(f"{SVG}path")
        if "stroke-opacity: 0.4" in (element.get("style") or "")
        or "stroke-width: 2" in (element.get("style") or "")
        or "opacity: 0.1" in (element.get("style") or "")
    ]

    def corners(d):
        pairs = re.findall(r"[ML] ([\d.]+) ([\d.]+)", d)
        places = np.array(pairs, float)
        return np.column_stack(
            [
                (places[:, 0] - corner[0]) / size[0] * 3,
                3 - (places[:, 1] - (360 - corner[1])) / size[1] * 3,
            ]
        )

    thin = [corners(d) for look, d in paths if "stroke-opacity: 0.4" in look]
    (thick,) = [corners(d) for look, d in paths if "stroke-width: 2" in look]
    (shaded,) = [corners(d) for look, d in paths if look.endswith("opacity: 0.1")]
    assert len(thin) == 3
    for line, run in zip(thin, runs):
        assert line == pytest.approx(np.column_stack([x, run]), abs=0.01)
    assert thick == pytest.approx(np.column_stack([x, [1.0, 1.0, 0.5]]), abs=0.01)
    assert (shaded[:, 0].min(), shaded[:, 0].max()) == pytest.approx((1, 2), abs=0.01)
    assert "taught" in texts(picture.svg)


def test_names_of_curves_that_are_one_stand_apart():
    line = np.linspace(0.5, 2.5, 9)
    _, boxes = places(
        plot := plots.Curves(
            dict.fromkeys(["a curve", "the same", "once more", "again"], "encoder"), **AXES
        ),
        plot.draw(line, [line] * 4, ""),
    )
    assert not any(
        (low < other[1]).all() and (other[0] < high).all()
        for i, (low, high) in enumerate(boxes)
        for other in boxes[:i]
    )


def test_plots_are_pictures():
    picture = plots.Curves({"loss": "output"}, **AXES, size=(270, 220)).draw(X, [X], "p")
    assert picture.kind == "plot" and (picture.width, picture.height) == pytest.approx((270, 220))
    assert {"loss", AXES["xlabel"]} <= set(texts(picture.svg)) and repr(picture) == "p"
    assert not re.search("<metadata|<dc:date|matplotlib v", picture.svg), (
        "the picture tells when or by what it was drawn"
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["<script>", "a & b", "$$", "$a$", "_a", "\\alpha"])
def test_names_in_plots_stand_as_they_are(name):
    for drawn in (
        plots.Map({"one": [0], "other": [1]}, [name, "b"], **AXES).draw(POINTS[:2], ""),
        plots.Map({f"it is {name}": [0]}, (), **AXES).draw(POINTS, ""),
        plots.Curves({name: "encoder"}, **AXES).draw(X, [X], ""),
    ):
        said = [text.strip().removeprefix("it is ") for text in texts(drawn.svg)]
        assert said.count(name) == 1, said


def test_a_map_leaves_no_group_out():
    """There are six colours with six markers; an alphabet may have more letters."""
    groups = {f"group {i}": [i] for i in range(7)}
    drawn = plots.Map(groups, (), **AXES).draw(np.ones((7, 2)), "")
    assert set(groups) <= set(texts(drawn.svg))


def test_what_has_no_name_is_not_left_out():
    """Nor is what was drawn the last time left standing."""
    two = plots.Curves({"one": "input", "two": "input"}, **AXES)
    for draw in (
        lambda: two.draw(X, [X], ""),
        lambda: two.draw([X], [X, X], ""),
        lambda: two.draw(X, [X, X, X], ""),
        lambda: plots.Map({"one": [0]}, "ab", **AXES).draw(np.zeros((1, 2)), ""),
    ):
        with pytest.raises(ValueError, match="is (shorter|longer) than argument"):
            draw()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_plot_of_what_is_not_finite_is_answered_in_words(value):
    line, points = np.array([1.0, value, 2.0]), np.array([[0.0, 1.0], [value, 2.0]])
    curve = plots.Curves({"a": "blame"}, **AXES)
    for words, draw in (
        ("curve 1 is V at place 2", lambda: curve.draw(np.arange(3.0), [line], "")),
        ("the axis of curve 1 is V at place 2", lambda: curve.draw(line, [np.arange(3.0)], "")),
        ("the map is V at place 2, 1", lambda: plots.Map({"a": [0]}, (), **AXES).draw(points, "")),
    ):
        with pytest.raises(
            FloatingPointError, match=f"^{words.replace('V', str(value))}; a picture"
        ):
            draw()


@pytest.mark.slow
def test_nothing_touches_pyplot():
    """In a process of its own: nothing that revlib draws loads pyplot, and so no figure stays
    open."""
    program = """
import json, sys
from matplotlib._pylab_helpers import Gcf
from revlib import exercises, installation, model, panels
from revlib.drawing import plots
net = model.post_net()
for panel in (panels.encoding_panel(net), panels.map_panel(net, 2), panels.growth_panel(net), panels.softmax_panel([1.0, 2.0, 3.0])):
    panel.reset()
print(json.dumps([name for name in sys.modules if "pyplot" in name] + list(Gcf.figs)))
"""  # noqa: E501
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, cwd=ROOT
    )
    assert found.stderr == "" and json.loads(found.stdout) == []
