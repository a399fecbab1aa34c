"""How a panel's page and a picture are read: as XML, without revlib.

A `check_…` raises AssertionError, saying which number or word is wrong.
"""

import itertools
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field, replace

NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"


LONGEST = 26  # pixels, of a bar


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
    thin: list  # one list of (x, y) pixels a thin line, in the order drawn

    def inside(self, x, y, margin=1.0):
        left, top, right, bottom = self.rect
        return left + margin < x < right - margin and top + margin < y < bottom - margin


@dataclass
class Mark:
    """Bars over a floor, a number line, or arrows: in pixels, and what is written."""

    bars: list  # (left, top, width, height, whether it is only an outline)
    floors: list  # (left, y, width) of every line that is level
    points: list  # (x, y)
    tips: list  # (x, y) of the arrows' heads


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
    marks: list = field(default_factory=list)


def read(html):
    """Parse a panel's page; raises if it is not well-formed, or holds any element but drawings and
    one line of words."""
    root = ET.fromstring(f"<page>{html}</page>")
    *drawings, line = root
    assert [_tag(d) for d in drawings] == ["svg"] * len(drawings) and _tag(line) == "p", [
        _tag(e) for e in root
    ]
    assert len(line) == 0, f"markup inside the line of words: {[_tag(e) for e in line]}"
    allowed = {
        "svg",
        "title",
        "g",
        "rect",
        "text",
        "path",
        "use",
        "defs",
        "style",
        "clipPath",
        "circle",
        "tspan",
    }
    assert {_tag(e) for d in drawings for e in d.iter()} <= allowed
    page = Page(line.get("role"), line.text, [], [], [], [], [])
    for drawing in drawings:
        page.titles.append(drawing[0].text)
        texts = [e for e in drawing.iter() if _tag(e) == "text"]
        page.numbers += ["".join(e.itertext()) for e in texts]
        page.blocks += [_block(g) for g in drawing.iter() if g.get("data-block") is not None]
        page.marks += [_mark(g) for g in drawing.iter() if g.get("data-mark")]
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
    cells = [e for e in g if _tag(e) == "rect"]
    places = [(e.get("x"), e.get("y")) for e in cells]
    frames = [
        (e.get("x"), e.get("y"))
        for part in g
        if part.get("fill") == "none"
        for e in part
        if _tag(e) == "rect"
    ]
    texts = [plain(e.text) for e in g.iter() if _tag(e) == "text" and e.text]
    assert places == sorted(places, key=lambda at: (float(at[1]), float(at[0]))), (
        "cells are not row by row"
    )
    return Cells(g.get("data-block"), texts, len(cells), {places.index(frame) for frame in frames})


def _mark(g):
    sizes = lambda e, *names: tuple(float(e.get(name)) for name in names)
    rects = [e for e in g if _tag(e) == "rect"]
    bars = [(*sizes(e, "x", "y", "width", "height"), e.get("fill") == "none") for e in rects]
    level = [re.match(r"M([\d.]+) ([\d.]+)h([\d.]+)", e.get("d", "")) for e in g]
    points = [sizes(e, "cx", "cy") for e in g if _tag(e) == "circle"]
    heads = [re.search(r"L([\d.]+) ([\d.]+)L[\d. ]+z$", e.get("d", "")) for e in g.iter()]
    tips = [tuple(map(float, m.groups())) for m in heads if m]
    return Mark(bars, [tuple(map(float, m.groups())) for m in level if m], points, tips)


def check_bars(mark, values, limit=None, cut=False):
    """A bar for each number that is not 0, in its column, up from the floor or down, as long as the
    number is large; full length from `limit` on, which is the same for all if not given."""
    ((left, ground, width),) = mark.floors
    column = width / len(values)
    drawn = [(j, value) for j, value in enumerate(values) if value != 0]
    scales = set()
    for (j, value), (x, top, wide, high, hollow) in zip(drawn, mark.bars, strict=True):
        assert abs(x + wide / 2 - left - (j + 0.5) * column) < 0.01, f"bar {j + 1} stands elsewhere"
        assert abs((top + high if value > 0 else top) - ground) < 0.01, f"bar {j + 1} is adrift"
        assert hollow == (cut and value < 0)
        if limit is not None:
            assert abs(high - LONGEST * min(1, abs(value) / limit)) < 0.01, f"bar {j + 1}"
        elif 0.5 < high < LONGEST:
            scales.add(round(high / abs(value), 1))
    assert len(scales) <= 1 or max(scales) - min(scales) <= 0.02 * max(scales), scales


def plain(text):
    """A number of a picture with the sign that float() reads."""
    return text.replace("−", "-")


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
            parts.setdefault(name.rpartition("_")[0], []).append(g)
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
    thin = [
        vertices(path.get("d"))
        for g in parts.get("LineCollection", [])
        for path in g.iter()
        if _tag(path) == "path"
    ]
    rect = min(xs), min(ys), max(xs), max(ys)
    return Plot(*scales, rect, lines, bars, texts, labels, legend, thin)


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
    for what in ("role", "words", "titles", "blocks", "signs", "numbers", "marks"):
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


def check_weights(page, names):
    """The last picture is of the weights; returns the page without it, and its blocks by name."""
    lead, said, hand = page.words.rpartition(" The weights, with ")
    assert said and hand.endswith(" in hand."), page.words
    assert " ".join(page.titles) == page.words
    found = {block.name: block for block in page.blocks[-len(names) :]}
    assert set(found) == set(names)
    marked = [block.name for block in found.values() if block.marked]
    assert marked == [hand.partition("[")[0]], "one weight is in hand"
    rest = replace(page, words=lead, titles=page.titles[:-1], blocks=page.blocks[: -len(names)])
    return rest, found


def check_still(page):
    """The picture's title and the line of words say the same, and no number is missing."""
    assert page.role == "status", page.words
    assert " ".join(page.titles) == page.words
    for text in page.numbers:
        assert not re.search(r"\b(nan|inf|None)\b", text, re.IGNORECASE), (
            f"{text!r} stands in the picture"
        )


def read_blocks(svg):
    """(name, numbers) of every block of cells in the order drawn, row by row; an empty cell has no
    number."""
    groups = [g for g in ET.fromstring(svg).iter() if g.get("data-block") is not None]
    texts = [
        [plain(text.text) for text in g.iter() if _tag(text) == "text" and text.text]
        for g in groups
    ]
    return [(g.get("data-block"), [*map(float, some)]) for g, some in zip(groups, texts)]


def read_block(svg, name):
    """The numbers of the one block of that name."""
    (numbers,) = [numbers for other, numbers in read_blocks(svg) if other == name]
    return numbers
