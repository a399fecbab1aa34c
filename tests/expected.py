"""What a panel must show, worked out in plain lists and `math` (what is learned: in NumPy), and how
to read it off the page.

Shares no code with revlib: the weights are typed from the worked example, and the pictures are read
as XML.
A `check_…` raises AssertionError, saying which number or word is wrong.
"""

import itertools
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from functools import cache

import numpy as np

LETTERS = "abc"
NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
XLINK = "{http://www.w3.org/1999/xlink}href"


def post_weights():
    """Name -> rows of the post's network, a fresh copy; the biases are zero."""
    Wh = [[0.1, 0.2, 0.3, 0.4, 0.5], [0.6, 0.7, 0.9, 1.0, 0.1], [0.2, 0.3, 0.6, 0.6, 0.9]]
    Ws = [
        [0.1, 0.2, 0.2, 0.3, 0.5],
        [0.6, 0.7, 0.7, 0.8, 0.1],
        [0.2, 0.3, 0.9, 0.9, 0.9],
        [0.1, 0.7, 0.8, 0.7, 0.1],
        [0.3, 0.1, 0.0, 0.0, 0.2],
    ]
    Wo = [[0.3, 0.1, 0.3], [0.1, 0.2, 0.1], [0.2, 0.3, 0.2], [0.1, 0.1, 0.3], [0.1, 0.2, 0.3]]
    W = {
        "Wh": Wh,
        "Ws": Ws,
        "bh": [[0.0] * 5],
        "dec.Wh": Wh,
        "dec.Ws": Ws,
        "dec.bh": [[0.0] * 5],
        "Wo": Wo,
        "bo": [[0.0] * 3],
    }
    return {name: [list(row) for row in rows] for name, rows in W.items()}


THOUGHT = [
    1.744,
    3.163,
    4.569,
    4.621,
    3.293,
]  # of 'abc': the worked example's exact chain, to three decimals


# ---------------------------------------------------------------- the model, once more


def product(row, matrix):
    return [
        math.fsum(row[i] * matrix[i][j] for i in range(len(row))) for j in range(len(matrix[0]))
    ]


def add(*rows):
    return [math.fsum(column) for column in zip(*rows)]


def distance(u, v):
    return math.sqrt(math.fsum((a - b) ** 2 for a, b in zip(u, v)))


def softmax(z, temperature=1.0):
    e = [math.exp((v - max(z)) / temperature) for v in z]
    return [v / math.fsum(e) for v in e]


def one_hot(letter, letters=LETTERS):
    return [float(letter == other) for other in letters]


def scaled(W, scale):
    return {**W, "Ws": [[scale * v for v in row] for row in W["Ws"]]}


def encode_step(letter, s, W):
    """(what the letter brings, what the state brings, their sum, the new state)."""
    from_letter, from_state = product(one_hot(letter), W["Wh"]), product(s, W["Ws"])
    before = add(from_letter, from_state, W["bh"][0])
    return from_letter, from_state, before, [max(0.0, v) for v in before]


def encode(string, W):
    """[S(0), …, S(T)]"""
    S = [[0.0] * len(W["bh"][0])]
    for letter in string:
        S.append(encode_step(letter, S[-1], W)[-1])
    return S


def decode(thought, steps, W, outputs=LETTERS):
    """One dict a step: x, S, z, p, said; stops after END."""
    run, x, s = [], [0.0] * len(W["dec.Wh"]), list(thought)
    for _ in range(steps):
        s = [
            max(0.0, v)
            for v in add(product(x, W["dec.Wh"]), product(s, W["dec.Ws"]), W["dec.bh"][0])
        ]
        z = add(product(s, W["Wo"]), W["bo"][0])
        said = outputs[z.index(max(z))]
        run.append({"x": x, "S": s, "z": z, "p": softmax(z), "said": said})
        if said == "END":
            break
        x = [float(i == outputs.index(said)) for i in range(len(x))]
    return run


def growth_rate(Ws):
    """Modulus of the largest eigenvalue of a matrix without negative entries, by power
    iteration."""
    v = [1.0] * len(Ws)
    rate = 0.0
    for _ in range(200):
        v = product(v, Ws)
        rate = math.sqrt(math.fsum(a * a for a in v))
        if not rate:
            return 0.0
        v = [a / rate for a in v]
    return rate


# ---------------------------------------------------------------- the loss and its slopes


def scaled_both(W, scale):
    """Both Ws multiplied; arrays, biases with one row."""
    W = {name: np.array(rows, dtype=float) for name, rows in W.items()}
    return W | {name: W[name] * scale for name in ("Ws", "dec.Ws")}


def unpacked(theta, n, letters=LETTERS):
    """Flat weights -> name -> array: for each layer Wh, Ws and bh below each other, then Wo and
    bo."""
    V, W, at = len(letters), {}, 0
    for name, rows, columns in [
        (layer + part, rows, n)
        for layer in ("", "dec.")
        for part, rows in (("Wh", V), ("Ws", n), ("bh", 1))
    ] + [("Wo", n, V), ("bo", 1, V)]:
        W[name] = np.array(theta[at : at + rows * columns], dtype=float).reshape(rows, columns)
        at += rows * columns
    assert at == len(theta)
    return W


def taught(W, string, share=None, nudge=None, letters=LETTERS):
    """One string, the decoder fed the right letters: (loss, S, _S, P), S(0) and the thought vector
    first.

    `share`: how much each letter counts. `nudge`: (list, step, place, by how much) moves "S", "_S"
    or "z".
    Weights and nudge may be complex: that is how `slope` gets a derivative without rounding.
    """
    where, when, place, much = nudge or (None, 0, 0, 0)

    def moved(row, name, t):
        return row + much * (np.arange(row.size) == place) if (name, t) == (where, when) else row

    rectified = lambda row: np.where(row.real > 0, row, 0)
    right, S = string[::-1], [np.zeros(W["bh"].size)]
    for t, letter in enumerate(string, start=1):
        S.append(
            moved(rectified(W["Wh"][letters.index(letter)] + S[-1] @ W["Ws"] + W["bh"][0]), "S", t)
        )
    R, P, loss = [moved(S[-1], "_S", 0)], [], 0
    for t, letter in enumerate(right, start=1):
        x = W["dec.Wh"][letters.index(right[t - 2])] if t > 1 else 0
        R.append(moved(rectified(x + R[-1] @ W["dec.Ws"] + W["dec.bh"][0]), "_S", t))
        z = moved(R[-1] @ W["Wo"] + W["bo"][0], "z", t)
        z = z - z.real.max()
        P.append(np.exp(z) / np.exp(z).sum())
        loss += (share[t - 1] if share is not None else 1 / len(right)) * (
            np.log(np.exp(z).sum()) - z[letters.index(letter)]
        )
    return loss, S, R, P


def slope(loss, h=1e-30):
    """d loss(x) / dx at 0: Im loss(ih) / h, a finite difference whose step may be as small as one
    likes."""
    return float(np.imag(loss(1j * h)) / h)


def weight_slope(W, string, share, entry, unscaled=1.0):
    """d loss / d W[name][i][j]; `unscaled`: by how much the weight is multiplied after it is
    moved."""
    name, i, j = entry

    def loss(h):
        live = {k: v.astype(complex) for k, v in W.items()}
        live[name][i, j] += h * unscaled
        return taught(live, string, share)[0]

    return slope(loss)


def chain(W, inputs):
    """Loss and gradients of a batch by the chain rule: loss, name -> gradient, blames on S(1..T),
    on _S(0..L).

    inputs: (T, B) int array; the letters read.
    """
    targets, (T, B), n, K = inputs[::-1], inputs.shape, W["bh"].size, W["bo"].size
    one, S = np.eye(K), [np.zeros((B, n))]
    for t in range(T):
        S.append(np.maximum(0, W["Wh"][inputs[t]] + S[-1] @ W["Ws"] + W["bh"]))
    R = [S[-1]]
    for t in range(T):
        R.append(
            np.maximum(
                0, (W["dec.Wh"][targets[t - 1]] if t else 0) + R[-1] @ W["dec.Ws"] + W["dec.bh"]
            )
        )
    Z = np.array(R[1:]) @ W["Wo"] + W["bo"]
    Z -= Z.max(axis=-1, keepdims=True)
    E = np.exp(Z)
    total = E.sum(axis=-1, keepdims=True)
    loss = float(
        (np.log(total[..., 0]) - np.take_along_axis(Z, targets[..., None], -1)[..., 0]).mean()
    )
    dZ = (E / total - one[targets]) / (T * B)
    g = {name: np.zeros_like(value) for name, value in W.items()}
    dR, dS, behind = [None] * (T + 1), [None] * (T + 1), 0
    for t in range(T, 0, -1):
        g["Wo"] += R[t].T @ dZ[t - 1]
        g["bo"] += dZ[t - 1].sum(axis=0)
        dR[t] = dZ[t - 1] @ W["Wo"].T + behind
        before = dR[t] * (R[t] > 0)
        if t > 1:
            g["dec.Wh"] += one[targets[t - 2]].T @ before
        g["dec.Ws"] += R[t - 1].T @ before
        g["dec.bh"] += before.sum(axis=0)
        behind = before @ W["dec.Ws"].T
    dR[0] = behind
    for t in range(T, 0, -1):
        dS[t] = behind
        before = dS[t] * (S[t] > 0)
        g["Wh"] += one[inputs[t - 1]].T @ before
        g["Ws"] += S[t - 1].T @ before
        g["bh"] += before.sum(axis=0)
        behind = before @ W["Ws"].T
    return loss, g, dS[1:], dR


def indices(strings, letters=LETTERS):
    """(T, B) int array of strings of one length."""
    return np.array([[letters.index(letter) for letter in string] for string in strings]).T


def trained(W, strings, optimiser, rate, steps, clip=None):
    """(loss, weights) after 0, 1, ... `steps` updates; Adam as in the paper, with its bias
    corrections."""
    W, x = dict(W), indices(strings)
    m, v = ({name: np.zeros_like(value) for name, value in W.items()} for _ in range(2))
    for step in range(1, steps + 2):
        loss, g, _, _ = chain(W, x)
        yield loss, dict(W)
        norm = math.sqrt(sum(float((d * d).sum()) for d in g.values()))
        short = clip / norm if clip and norm > clip else 1.0
        for name in W:
            d = g[name] * short
            if optimiser == "Adam":
                m[name] = 0.9 * m[name] + 0.1 * d
                v[name] = 0.999 * v[name] + 0.001 * d * d
                d = (m[name] / (1 - 0.9**step)) / (np.sqrt(v[name] / (1 - 0.999**step)) + 1e-8)
            W[name] = W[name] - rate * d


def answers(W, strings, letters=LETTERS):
    """What the network says to each of some strings."""
    W = {name: value.tolist() for name, value in W.items()}
    return [
        "".join(step["said"] for step in decode(encode(s, W)[-1], len(s), W, letters))
        for s in strings
    ]


def every_string(length, letters=LETTERS):
    return ["".join(some) for some in itertools.product(letters, repeat=length)]


@cache
def trained_panel(theta, n, optimiser, rate, steps=300):
    """(loss, the strings of three letters that are not reversed) after the training that the panel
    runs."""
    strings = every_string(3)
    *_, (loss, W) = trained(unpacked(theta, n), strings, optimiser, rate, steps, clip=1)
    return loss, [s for s, said in zip(strings, answers(W, strings)) if said != s[::-1]]


# ---------------------------------------------------------------- reading a page


@dataclass
class Cells:
    name: str
    texts: list  # one a cell that is not empty, row by row
    cells: int  # empty ones counted
    marked: set  # places, row by row, of the cells with a heavy frame


@dataclass
class Plot:
    """Axes of a drawn figure. `x`, `y` turn data into pixels, by the tick labels of the picture
    itself."""

    x: object
    y: object
    rect: tuple  # left, top, right, bottom of the axes
    lines: list  # one list of (x, y) pixels a curve or group of dots, in the order drawn
    bars: list  # (left, top, right, bottom)
    texts: list  # (text, x, y)
    labels: list  # of the two axes
    legend: list

    def inside(self, x, y, margin=1.0):
        left, top, right, bottom = self.rect
        return left + margin < x < right - margin and top + margin < y < bottom - margin


@dataclass
class Page:
    """What stands on a panel's page now."""

    role: str  # "status" or "alert"
    words: str  # of the line under the pictures
    titles: list  # of the pictures
    blocks: list
    plots: list
    signs: list  # (text, points) of the letters between blocks
    numbers: list = field(repr=False)  # every text that stands in a picture


def read(html):
    """Parse a panel's page; raises if it is not well-formed, or holds any element but drawings and
    one line of words."""
    root = ET.fromstring(f"<page>{html}</page>")
    *drawings, line = root
    assert [_tag(d) for d in drawings] == ["svg"] * len(drawings) and _tag(line) == "p", [
        _tag(e) for e in root
    ]
    assert len(line) == 0, f"markup inside the line of words: {[_tag(e) for e in line]}"
    allowed = {"svg", "title", "g", "rect", "text", "path", "use", "defs", "style", "clipPath"}
    assert {_tag(e) for d in drawings for e in d.iter()} <= allowed
    page = Page(line.get("role"), line.text, [], [], [], [], [])
    for drawing in drawings:
        page.titles.append(drawing[0].text)
        texts = [e for e in drawing.iter() if _tag(e) == "text"]
        page.numbers += [e.text or "" for e in texts]
        page.blocks += [_block(g) for g in drawing.iter() if g.get("data-block") is not None]
        page.signs += [
            (e.text, int(e.get("font-size"))) for e in texts if int(e.get("font-size", 0)) >= 13
        ]
        layers = [
            g for g in drawing.iter() if g.get("id") == "axes_1"
        ]  # the frame, and what moves in it
        page.plots += [_plot([part for layer in layers for part in layer])] if layers else []
    return page


def _tag(element):
    return element.tag.rpartition("}")[2]


def _block(g):
    cells = [e for e in g if _tag(e) == "rect" and e.get("fill") != "none"]
    places = [(e.get("x"), e.get("y")) for e in cells]
    frames = [(e.get("x"), e.get("y")) for e in g if _tag(e) == "rect" and e.get("fill") == "none"]
    texts = [e.text for e in g if _tag(e) == "text"]
    assert places == sorted(places, key=lambda at: (float(at[1]), float(at[0]))), (
        "cells are not row by row"
    )
    return Cells(g.get("data-block"), texts, len(cells), {places.index(frame) for frame in frames})


def _plot(axes):
    vertices = lambda d: [(float(a), float(b)) for a, b in re.findall(r"[ML] (\S+) (\S+)", d)]
    parts = {"line2d": [], "patch": [], "text": []}
    scales, labels, legend = [], [], []
    for g in axes:
        name = g.get("id", "")
        if name.startswith("matplotlib.axis"):
            scales.append(_scale(g, "xy"[len(scales)]))
            labels += [
                t.text
                for e in g
                if e.get("id").startswith("text")
                for t in e.iter()
                if _tag(t) == "text"
            ]
        elif name.startswith("legend"):
            legend = [t.text for t in g.iter() if _tag(t) == "text"]
        else:
            parts[name.rpartition("_")[0]].append(g)
    rect = vertices(parts["patch"][0][0].get("d"))
    xs, ys = [x for x, _ in rect], [y for _, y in rect]
    lines = []
    for g in parts["line2d"]:
        uses = [(float(u.get("x")), float(u.get("y"))) for u in g.iter() if _tag(u) == "use"]
        paths = [vertices(p.get("d", "")) for p in g if _tag(p) == "path"]
        lines.append(uses or (paths[0] if paths else []))
    boxes = [vertices(p.get("d")) for g in parts["patch"][1:] for p in g if p.get("clip-path")]
    bars = [
        (min(x for x, _ in b), min(y for _, y in b), max(x for x, _ in b), max(y for _, y in b))
        for b in boxes
    ]
    texts = [
        (t.text, float(t.get("x")), float(t.get("y")))
        for g in parts["text"]
        for t in g.iter()
        if _tag(t) == "text"
    ]
    return Plot(*scales, (min(xs), min(ys), max(xs), max(ys)), lines, bars, texts, labels, legend)


def _scale(axis, side):
    """Data -> pixels, from the first and last tick; logarithmic if the labels are."""
    ticks = []
    for g in axis:
        if g.get("id").startswith(f"{side}tick"):
            at = [float(u.get(side)) for u in g.iter() if _tag(u) == "use"][0]
            ticks += [(t.text.replace("−", "-"), at) for t in g.iter() if _tag(t) == "text"]
    try:
        values = [float(label) for label, _ in ticks]
    except ValueError:  # bars stand on names
        return dict(ticks).get
    (v0, p0), (v1, p1) = (values[0], ticks[0][1]), (values[-1], ticks[-1][1])
    linear = abs(values[1] - values[0] - (v1 - v0) / (len(ticks) - 1)) < 1e-6 * abs(v1 - v0)
    if linear:
        return lambda v: p0 + (v - v0) / (v1 - v0) * (p1 - p0)
    return lambda v: (
        p0 + (math.log10(v) - math.log10(v0)) / (math.log10(v1) - math.log10(v0)) * (p1 - p0)
    )


def check_number(text, value, digits=2, where=""):
    """`text` is `value` to the digits printed, with as many digits as promised or as six characters
    hold."""
    said = f"{where} shows {text!r}; {value!r} is right"
    mantissa, _, exponent = text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    assert re.fullmatch(NUMBER, text), said
    assert abs(float(text) - value) <= 0.5000001 * 10.0 ** (
        int(exponent or 0) - decimals
    ) + 1e-12 * abs(value), said
    assert not (text.startswith("-") and float(text) == 0), f"{said}: zero has no sign"
    if exponent:
        assert len(f"{value:.0f}") > 6, f"{said}: it needs no exponent"
    else:
        assert decimals <= digits and len(text) <= 6, said
        sign = value < 0 and not text.startswith("-")  # of a number too small to show
        assert decimals == digits or len(text) + sign + 1 + (decimals == 0) > 6, (
            f"{said}: more digits would fit"
        )


def check_words(words, *parts):
    """The words are these parts: strings to the letter, (numbers, digits) to the digits printed."""
    pattern = "".join(
        re.escape(p) if isinstance(p, str) else "(" + ", ".join([NUMBER] * len(p[0])) + ")"
        for p in parts
    )
    found = re.fullmatch(pattern, words)
    assert found, (
        f"the words are {words!r}, not like"
        f" {''.join(p if isinstance(p, str) else '…' for p in parts)!r}"
    )
    for text, (values, digits) in zip(found.groups(), [p for p in parts if not isinstance(p, str)]):
        for one, value in zip(text.split(", "), values):
            check_number(one, value, digits, f"a number in {words!r}")


def check_same(page, other):
    """Two pages show the same: words, numbers, cells and where curves run."""
    for what in ("role", "words", "titles", "blocks", "signs", "numbers"):
        assert getattr(page, what) == getattr(other, what), what
    assert len(page.plots) == len(other.plots)
    for plot, same in zip(page.plots, other.plots):
        for what in ("lines", "bars", "texts", "labels", "legend"):
            assert getattr(plot, what) == getattr(same, what), what
    return True


def check_blocks(page, expected, room=()):
    """`expected`: (name, rows or a row, digits) of every block, in order; None in place of rows is
    a block of empty cells.
    `room`: name -> cells, of those that have empty cells beside their numbers."""
    assert [b.name for b in page.blocks] == [name for name, _, _ in expected]
    for block, (name, values, digits) in zip(page.blocks, expected):
        values = [] if values is None else values
        flat = list(itertools.chain(*values)) if values and isinstance(values[0], list) else values
        assert len(block.texts) == len(flat), (
            f"{name} shows {len(block.texts)} numbers, not {len(flat)}"
        )
        assert block.cells == dict(room).get(name, len(flat)) or not flat
        for place, (text, value) in enumerate(zip(block.texts, flat)):
            check_number(text, value, digits, f"{name}, place {place + 1}")


def check_still(page):
    """The picture's title and the line of words say the same, and no number is missing."""
    assert page.role == "status", page.words
    assert " ".join(page.titles) == page.words
    for text in page.numbers:
        assert not re.search(r"\b(nan|inf|None)\b", text, re.IGNORECASE), (
            f"{text!r} stands in the picture"
        )


# ---------------------------------------------------------------- what each panel shows


def check_encoding(page, W, string, step, entry=("Wh", 0, 0)):
    s = encode(string[: step - 1], W)[-1]
    from_letter, from_state, before, after = encode_step(string[step - 1], s, W)
    check_still(page)
    check_blocks(
        page,
        [
            (f"x({step})", one_hot(string[step - 1]), 0),
            ("Wh", W["Wh"], 2),
            (f"x({step})·Wh", from_letter, 2),
            (f"S({step - 1})", s, 2),
            ("Ws", W["Ws"], 2),
            (f"S({step - 1})·Ws", from_state, 2),
            ("bh", W["bh"], 2),
            ("sum", before, 2),
            (f"S({step})", after, 2),
        ],
    )
    name, i, j = entry
    assert {b.name: b.marked for b in page.blocks if b.marked} == {name: {i * 5 + j}}, (
        "the frame is not on the weight in hand"
    )
    # the words mention the sum where the activation changed it, which ReLU does to a negative
    # number
    bent = [(" Before the activation it was ", (before, 2), ".")] * (min(before) < 0)
    check_words(
        page.words,
        f"Step {step} reads '{string[step - 1]}': S({step}) = ",
        (after, 2),
        ". The letter brings ",
        (from_letter, 2),
        ", the state before it ",
        (from_state, 2),
        ".",
        *itertools.chain(*bent),
    )


def check_thought(page, W, first, second, scale):
    runs = [encode(string, scaled(W, scale)) for string in (first, second)]
    u, v = runs[0][-1], runs[1][-1]
    rows = [
        (f"S({t})" if t < len(S) else " ", S[t] if t < len(S) else None, 2)
        for t in range(max(map(len, runs)))
        for S in runs
    ]
    check_still(page)
    gap = add(u, [-x for x in v])
    check_blocks(page, [*rows, ("difference", gap, 2)])
    letters = [text for text, points in page.signs if points == 16 and text.strip() and text != "="]
    assert sorted(letters) == sorted(first + second), letters
    check_words(
        page.words,
        f"The thought vector of '{first}' is ",
        (u, 2),
        f"; of '{second}' ",
        (v, 2),
        ". They differ by ",
        (gap, 2),
        ": a distance of ",
        ([distance(u, v)], 3),
        ".",
    )


def check_map(page, W, length, scale, across, up, group):
    strings = ["".join(letters) for letters in itertools.product(LETTERS, repeat=length)]
    thoughts = {s: encode(s, scaled(W, scale))[-1] for s in strings}
    check_still(page)
    pair = re.search(r"of '(\w+)' and '(\w+)', are", page.words)
    assert pair and pair[1] != pair[2], page.words
    closest = min(distance(thoughts[s], thoughts[o]) for s, o in itertools.combinations(strings, 2))
    assert abs(distance(thoughts[pair[1]], thoughts[pair[2]]) - closest) < 1e-9, (
        f"{pair[0]} is not the closest pair"
    )
    check_words(
        page.words,
        f"{len(strings)} strings of length {length}, Ws times ",
        ([scale], 2),
        f". The two closest thought vectors, of '{pair[1]}' and '{pair[2]}', are ",
        ([closest], 4),
        " apart; the largest norm is ",
        ([max(distance(v, [0.0] * 5) for v in thoughts.values())], 2),
        ".",
    )
    (plot,) = page.plots
    assert plot.labels == [f"unit {across} of S({length})", f"unit {up} of S({length})"]
    assert plot.legend == [f"{group} is {letter}" for letter in LETTERS]
    place = {"the first letter": 0, "the last letter": -1}[group]
    at = {s: (plot.x(v[int(across) - 1]), plot.y(v[int(up) - 1])) for s, v in thoughts.items()}
    for letter, dots in zip(LETTERS, plot.lines):
        check_dots(plot, dots, [at[s] for s in strings if s[place] == letter])
    if length <= 3:
        names = [(text, x - 4, y + 2) for text, x, y in plot.texts]  # a name stands beside its dot
        for s, (x, y) in at.items():
            if plot.inside(x, y, 8):
                assert any(
                    n == s and abs(nx - x) < 0.5 and abs(ny - y) < 0.5 for n, nx, ny in names
                ), f"{s} has no name"
    else:
        assert plot.texts == []


def check_dots(plot, dots, points):
    """The dots that can be seen are the points that can be seen, in their order, to half a
    pixel."""
    seen, right = [[p for p in some if plot.inside(*p)] for some in (dots, points)]
    assert len(seen) == len(right), f"{len(seen)} dots are in view, {len(right)} should be"
    for dot, point in zip(seen, right):
        assert math.dist(dot, point) < 0.5, f"a dot is at {dot}, {point} is right"


def check_growth(page, W, string, scale, letters=20):
    W = scaled(W, scale)
    norms = [distance(s, [0.0] * 5) for s in encode((string * letters)[:letters], W)[1:]]
    rate = growth_rate(W["Ws"])
    check_still(page)
    check_words(
        page.words,
        "Ws times ",
        ([scale], 2),
        ": its largest eigenvalue is ",
        ([rate], 2),
        f". After {letters} letters of '{string}', repeated, the norm of the state is ",
        ([norms[-1]], 2),
        ", ",
        ([norms[-1] / norms[-2]], 4),
        " times its norm one letter before.",
    )
    (plot,) = page.plots
    assert len(plot.lines) == 2
    for line, values in zip(plot.lines, (norms, [norms[0] * rate**t for t in range(letters)])):
        for t, value in enumerate(values, start=1):
            if value > 0 and plot.inside(plot.x(t), plot.y(value)):
                nearest = min(math.dist(vertex, (plot.x(t), plot.y(value))) for vertex in line)
                assert nearest < 0.5, (
                    f"at t = {t} the curve is {nearest:.1f} pixels from {value:.4g}"
                )


def check_decoding(page, W, thought, step, most, outputs=LETTERS, before=()):
    """`before`: what the words say before those on the decoder, as parts of check_words."""
    run = decode(thought, most, W, outputs)
    T, shown = len(run), min(step, len(run))
    rows = []
    for t, now in enumerate(run, start=1):
        there = t <= shown
        rows += [
            (f"_x({t})", now["x"] if there else None, 0),
            (f"_S({t})", now["S"] if there else None, 2),
            (f"z({t})", now["z"] if there else None, 2),
            (f"p({t})", now["p"] if there else None, 2),
        ]
    check_still(page)
    check_blocks(page, [("thought vector = _S(0)", thought, 2), *rows])
    said, now = [step["said"] for step in run[:shown]], run[shown - 1]
    assert [text for text, points in page.signs if text.strip()] == said
    fed = f"'{outputs[now['x'].index(1)]}'" if 1 in now["x"] else "nothing"
    check_words(
        page.words,
        *before,
        f"Step {shown} of {T}: fed {fed}, the state becomes ",
        (now["S"], 2),
        ", the probabilities ",
        (now["p"], 2),
        f", and it says '{now['said']}'. So far it has said '{' '.join(said)}'.",
    )


def share_of(string, letter):
    """How much each letter counts in the panel's loss: letter 0 is the mean over all."""
    return np.eye(len(string))[letter - 1] if letter else None


def check_blame(page, W, string, letter, scale, entry, label):
    """Every number of the picture, the loss, and the gradient of the weight in hand, as the scaled
    network has it."""
    W, share = scaled_both(W, scale), share_of(string, letter)
    loss, S, R, P = taught(W, string, share)
    n, rows = W["bh"].size, []
    blame = lambda name, t, size: [
        slope(lambda h: taught(W, string, share, (name, t, k, h))[0]) for k in range(size)
    ]
    for t in range(1, len(string) + 1):
        rows += [(f"S({t})", list(S[t]), 2), (f"∂loss/∂S({t})", blame("S", t, n), 3)]
    for t in range(1, len(string) + 1):
        rows += [
            (f"_S({t})", list(R[t]), 2),
            (f"∂loss/∂_S({t})", blame("_S", t, n), 3),
            (f"∂loss/∂z({t})", blame("z", t, len(P[0])), 3),
            (f"p({t})", list(P[t - 1]), 2),
        ]
    check_still(page)
    check_blocks(page, rows)
    check_words(
        page.words,
        "Loss ",
        ([loss], 4),
        f" nats; ∂loss/∂{label} is ",
        ([weight_slope(W, string, share, entry)], 4),
        f". Blame flows from the right letters, {' '.join(string[::-1])}, back to '{string}'. On"
        " the last state of the decoder: ",
        (rows[-3][1], 3),
        "; on the thought vector: ",
        (blame("_S", 0, n), 3),
        "; on S(1): ",
        (rows[1][1], 3),
        ".",
    )


def check_vanishing(page, W, length, scale, text="abc"):
    _, _, dS, dR = chain(scaled_both(W, scale), indices([(text * length)[:length]]))
    sizes = [float(np.linalg.norm(d)) for d in (*dS, *dR[1:])]
    check_still(page)
    found = re.fullmatch(
        rf"{length} letters, both Ws times ({NUMBER})\. The norm of the blame is ({NUMBER}) on"
        r" the decoder's last "
        rf"state, ({NUMBER}) on the thought vector and (\d\.\de[+-]\d+) on S\(1\)\.",
        page.words,
    )
    assert found, page.words
    check_number(found[1], scale, 2)
    check_number(found[2], sizes[-1], 4, "the decoder's last state")
    check_number(found[3], sizes[length - 1], 4, "the thought vector")
    assert abs(float(found[4]) - sizes[0]) <= 0.5001 * 10.0 ** (
        int(found[4].partition("e")[2]) - 1
    ), (found[4], sizes[0])
    (plot,) = page.plots
    for t, size in enumerate(sizes, start=1):
        if size > 0 and plot.inside(plot.x(t), plot.y(size)):
            assert min(math.dist(v, (plot.x(t), plot.y(size))) for v in plot.lines[0]) < 0.5, (
                f"the curve at step {t}"
            )
    seen = [x for x, _ in plot.lines[1]]
    assert seen and max(abs(x - plot.x(length)) for x in seen) < 0.5, (
        "the line at the thought vector"
    )


def read_training(page):
    """What the words say of a training: a dict of texts."""
    found = re.fullmatch(
        rf"(?P<optimiser>gradient descent|Adam), rate (?P<rate>\S+), (?P<units>\d+) units?,"
        rf" (?P<start>\w+) start, "
        rf"seed (?P<seed>\d+): after (?P<steps>\d+) updates the loss is (?P<loss>{NUMBER}) nats"
        r" and "
        r"(?P<right>\d+) of 27 strings are reversed(?:; 'abc' gives '(?P<abc>\w+)'|, not"
        r" (?P<wrong>[abc, ]+)(?P<more> …)?)\.",
        page.words,
    )
    assert found, page.words
    return found.groupdict()


def check_training(
    page, theta, rate, optimiser, units, start, seed, exact=True, near=0.03, steps=300
):
    """`theta`: the weights it starts from. `exact`: the number of reversed strings too, and which
    are not."""
    check_still(page)
    said = read_training(page)
    assert abs(float(said["rate"]) / 10.0**rate - 1) < 0.006
    right = [optimiser, units, start, seed, steps]
    assert [
        said["optimiser"],
        int(said["units"]),
        said["start"],
        int(said["seed"]),
        int(said["steps"]),
    ] == right
    loss, wrong = trained_panel(tuple(float(v) for v in theta), units, optimiser, 10.0**rate, steps)
    assert abs(float(said["loss"]) - loss) <= near * loss + 0.00005, (
        f"loss {said['loss']}; {loss:.6g} is right"
    )
    (plot,) = page.plots
    end = plot.lines[0][-1]
    assert abs(end[0] - plot.x(steps)) < 0.5 and abs(end[1] - plot.y(float(said["loss"]))) < 3, (
        "the end of the curve"
    )
    if exact:
        assert int(said["right"]) == 27 - len(wrong), (
            f"{said['right']} are reversed; {27 - len(wrong)} is right"
        )
        if wrong:
            assert said["wrong"].split(", ") == wrong[:4] and bool(said["more"]) == (
                len(wrong) > 4
            ), page.words
        else:
            assert said["abc"] == "cba"


def check_scrub(page, W, step, loss, string):
    """`W`: the weights of the moment."""
    plain = {name: value.tolist() for name, value in W.items()}
    (answer,) = answers(W, [string])
    before = [
        f"After {step} updates the loss is ",
        ([loss], 4),
        (
            f" nats, and '{string}' gives '{answer}', which is "
            f"{'right' if answer == string[::-1] else 'wrong'}. "
        ),
    ]
    check_decoding(page, plain, encode(string, plain)[-1], len(string), len(string), before=before)
    (plot,) = page.plots
    assert max(abs(x - plot.x(step)) for x, _ in plot.lines[1]) < 0.5, "the line at this moment"
    assert (
        min(abs(x - plot.x(step)) + abs(y - plot.y(loss)) for x, y in plot.lines[0]) < 1
        or not 1e-4 < loss < 20
    )


def check_softmax(page, z, temperature, target, letters=LETTERS):
    p = softmax(z, temperature)
    shifted = [(v - max(z)) / temperature for v in z]
    blame = add(p, [-v for v in one_hot(target, letters)])
    # from the scores: the loss stays finite where p would be 0
    loss = math.log(math.fsum(math.exp(v) for v in shifted)) - shifted[letters.index(target)]
    check_still(page)
    check_blocks(
        page,
        [
            ("z", z, 2),
            ("z / temperature − max", shifted, 2),
            ("exp", [math.exp(v) for v in shifted], 3),
            ("p", p, 3),
            ("y", one_hot(target, letters), 0),
            ("p − y", blame, 3),
        ],
    )
    check_words(
        page.words,
        "At temperature ",
        ([temperature], 2),
        " the probabilities are ",
        (p, 3),
        f". The right letter is '{target}': the loss is ",
        ([loss], 4),
        " nats, and p − y is ",
        (blame, 3),
        ". Bars: p. Bars: p − y.",
    )
    for plot, heights, label in zip(page.plots, (p, blame), ("probability", "p − y"), strict=True):
        assert label in plot.labels
        assert len(plot.bars) == len(plot.texts) == len(heights)
        for (left, top, right, bottom), (text, _, _), name, height in zip(
            plot.bars, plot.texts, letters, heights
        ):
            assert abs((left + right) / 2 - plot.x(name)) < 0.5, (
                f"the bar of {name} stands elsewhere"
            )
            for edge, value in ((top, max(height, 0)), (bottom, min(height, 0))):
                assert abs(edge - plot.y(value)) < 0.5, (
                    f"the bar of {name} ends at {edge}, {plot.y(value)} is right"
                )
            check_number(text.replace("−", "-"), height, 2, f"the bar of {name}")
