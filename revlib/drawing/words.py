"""Words that are read and said: what each looks at, what one vector holds instead, mini-batches of
texts of different lengths, maps of words, and the four kinds of mapping."""

from html import escape
from itertools import compress
from math import ceil

import numpy as np

from revlib.drawing import plots
from revlib.drawing.blocks import Block, draw
from revlib.drawing.flows import head
from revlib.drawing.marks import Bars
from revlib.drawing.picture import FAINT, INK, PAPER, drawable, label, number, on_paper, themed

# Pixels
EDGE = 12  # of a picture
PILL_H = 24  # a word on its ground
PAD = 9  # before and behind a word
APART = 12  # between two words, at the least
LINE = 18  # of a text
FAN_H = 104  # from the words read to the words said
THICK = 9.0  # a line whose weight is 1
UNLIT = 0.28  # opacity of lines that are not lit
BAR_W = 8.0  # a number of a vector
MAP = (560, 420)  # of a map

LEAST = 0.02  # a smaller weight has no line
NARROW = {letter: 0.5 for letter in "fijlrt'-,.()"} | {letter: 1.05 for letter in "mwMW"}


def width_of(text, size=13):
    """Return how wide bold words are, about, never less than they are, in whole pixels.

    Whole ones add up alike in any order, so a drawing is the same with every NumPy.
    """
    return ceil(size * sum(NARROW.get(each, 0.86 if each.isupper() else 0.72) for each in text))


# ---------------------------------------------------------------- words in a row


def pill(x, y, word, role, there=True):
    """Return a word on its ground, an SVG element around (x, y): full if it is said.

    What is not there yet is a dashed outline.
    """
    colour = themed(role)
    wide = width_of(word) + 2 * PAD
    said = role == "output" and there
    place = f'x="{x - wide / 2:.1f}" y="{y - PILL_H / 2:g}" width="{wide:.1f}" height="{PILL_H}"'
    inside = f'fill="{colour if said else PAPER}" stroke="{colour}"'
    if not there:
        return f'<rect {place} rx="11" {inside} stroke-width="1.2" stroke-dasharray="3 3"/>'
    return (
        f'<rect {place} rx="11" {inside} stroke-width="2"/><text x="{x:.1f}" y="{y + 4.5:g}"'
        f' font-weight="bold" fill="{PAPER if said else colour}">{escape(word)}</text>'
    )


def room_of(words, others=()):
    """Return the width that each word needs, with what stands under it, an array."""
    wide = [width_of(word) + 2 * PAD for word in words]
    for place, other in enumerate(others):
        wide[place] = max(wide[place], width_of(other))
    return np.array(wide) + APART


def spread(rooms, width):
    """Return the middles of words in a row that is as wide as is said, left end at 0."""
    between = (width - rooms.sum()) / len(rooms)
    ends = np.cumsum(rooms + between)
    return ends - (rooms + between) / 2


def text(x, y, words, look=""):
    """Return a text as an SVG element; the picture's ink, if the look names no colour."""
    colour = "" if "fill" in look else f' fill="{INK}"'
    return f'<text x="{x:.1f}" y="{y:g}"{colour}{look}>{escape(words)}</text>'


def listed_words(words):
    """Return words in quotes, as a sentence has them: 'twenty five'."""
    return f"'{' '.join(words)}'"


# ---------------------------------------------------------------- what is said, and how


class Answer:
    """The words said, in a row: how sure the network was of each, and what would have been right.

    Parameters
    ----------
    said : sequence of L str
        END too.
    there : (L,) bool array
        Which have been said yet.
    sure : (L,) array, optional
        The probability of each.
    right : sequence of str, optional
        The right words, END too.
    """

    def __init__(self, said, there, sure=None, right=None):
        self.said, self.there = tuple(said), there
        self.sure = None if sure is None else drawable(sure, "sure", empty=True)
        self.wrong = {}  # place -> what would be right
        for place, word in enumerate(self.said if right is not None else ()):
            expected = right[place] if place < len(right) else "nothing"
            if word != expected:
                self.wrong[place] = f"≠ {expected}"
        others = [self.wrong.get(place, "") for place in range(len(self.said))]
        self.rooms = room_of(self.said, others)

    @property
    def height(self):
        """In pixels."""
        lines = [self.sure is not None, bool(self.wrong)].count(True)
        return PILL_H + LINE * lines

    def svg(self, middles, y, lit=None):
        """Return SVG elements, the upper edge at y; word `lit`, from 1, is framed."""
        parts = []
        for place, (x, word) in enumerate(zip(middles, self.said)):
            there = bool(self.there[place])
            parts.append(pill(x, y + PILL_H / 2, word, "output", there))
            if place + 1 == lit:
                wide = width_of(word) + 2 * PAD + 6
                place_of = f'x="{x - wide / 2:.1f}" y="{y - 3:g}" rx="14" width="{wide:.1f}"'
                look = f'fill="none" stroke="{INK}" stroke-width="1.6"'
                parts.append(f'<rect {place_of} height="{PILL_H + 6}" {look}/>')
            below = y + PILL_H + 15
            if there and self.sure is not None:
                shown = number(self.sure[place])
                parts.append(text(x, below, shown, f' font-size="12" fill="{FAINT}"'))
                below += LINE
            if there and place in self.wrong:
                look = f' font-weight="bold" fill="{themed("input")}"'
                parts.append(text(x, below, self.wrong[place], look))
        return "".join(parts)


def draw_alignment(
    read, said, weights, words="", lit=None, over="", under="", sure=None, right=None
):
    """Draw the words read, the words said under them, and lines as thick as their weights.

    Parameters
    ----------
    read, said : sequences of T and L str
        END too, if it is read or said.
    weights : (L, T) array
        How much each word said takes of each word read; a row of NaN is a word not said yet.
    words : str
        What the picture shows; which word looks most at which, if not given.
    lit : int, optional
        The word said whose lines alone are in full colour, from 1. Its weights stand as numbers
        over the words read.
    over, under : str
        A line over the words read and one under the words said: the number as it is written.
    sure : (L,) array, optional
        The probability of each word said, written under it.
    right : sequence of str, optional
        The right words. A wrong word has the right one under it.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the weights do not fit the words, or there is no word `lit`.
    FloatingPointError
        If a weight is infinite.
    """
    weights = fitting(weights, read, said)
    if lit is not None and not 1 <= lit <= len(said):
        raise ValueError(f"{len(said)} words are said; word {lit} is none of them")
    answer = Answer(said, ~np.isnan(weights).any(axis=1), sure, right)
    rooms = room_of(read)
    captions = max(width_of(over), width_of(under)) + APART
    width = max(rooms.sum(), answer.rooms.sum(), captions)
    froms, tos = EDGE + spread(rooms, width), EDGE + spread(answer.rooms, width)
    shares = EDGE + LINE if over else EDGE  # of the lit word, over the words read
    top = shares if lit is None else shares + LINE
    foot = top + PILL_H + FAN_H
    middle = EDGE + width / 2

    parts = [lines(froms, tos, top + PILL_H, foot, weights, read, said, lit)]
    parts += [pill(x, top + PILL_H / 2, word, "input") for x, word in zip(froms, read)]
    parts.append(answer.svg(tos, foot, lit))
    if over:
        parts.append(text(middle, EDGE + 11, over))
    if lit is not None and answer.there[lit - 1]:
        most = weights[lit - 1].argmax()
        for place, (x, weight) in enumerate(zip(froms, weights[lit - 1].tolist())):
            bold = ' font-weight="bold"' if place == most else ""
            look = f' font-size="12" fill="{themed("encoder")}"{bold}'
            parts.append(text(x, shares + 12, number(weight), look))
    height = foot + answer.height + EDGE
    if under:
        parts.append(text(middle, height + 6, under))
        height += LINE
    words = words or looks(read, said, weights)
    return on_paper("".join(parts), width + 2 * EDGE, height, words)


def fitting(weights, read, said):
    """Return weights as a float array; ValueError if it has not a row a word said."""
    weights = drawable(weights, "a weight", empty=True)
    if weights.shape != (len(said), len(read)):
        raise ValueError(
            f"the weights have shape {weights.shape}; {len(said)} words said and {len(read)} read"
            f" have {(len(said), len(read))}"
        )
    return weights


def lines(froms, tos, top, foot, weights, read, said, lit):
    """Return the lines between two rows of words, those that are lit the last."""
    drawn = []
    half = (foot - top) / 2
    for t, row in enumerate(weights.tolist()):
        for i, weight in enumerate(row):
            if not weight >= LEAST:  # NaN too
                continue
            x0, x1 = froms[i], tos[t]
            says = f"{said[t]} looks at word {i + 1}, {read[i]}: {number(weight)}"
            shown = 0.25 + 0.6 * min(weight, 1)
            if lit is not None and t != lit - 1:
                shown *= UNLIT
            drawn.append(
                (
                    t + 1 == lit,
                    f'<path d="M{x0:.1f} {top:g}C{x0:.1f} {top + half:g} {x1:.1f} {foot - half:g}'
                    f' {x1:.1f} {foot:g}" stroke-width="{THICK * weight:.2f}"'
                    f' stroke-opacity="{shown:.2f}"><title>{escape(says)}</title></path>',
                )
            )
    drawn.sort(key=lambda pair: pair[0])
    body = "".join(line for _, line in drawn)
    return f'<g data-mark="lines" fill="none" stroke="{themed("encoder")}">{body}</g>'


def looks(read, said, weights):
    """Return which word said looks most at which word read, as a sentence."""
    spelled = f"Read: {listed_words(read)}."
    there = [(word, row) for word, row in zip(said, weights) if not np.isnan(row).any()]
    if not there:
        return spelled
    if np.isin(weights, (0, 1)).all():  # drawn by hand
        links = [
            f"{word} to {' and '.join(compress(read, row.tolist())) or 'none'}"
            for word, row in there
        ]
        return f"{spelled} Words said, joined to words read: {'; '.join(links)}."
    most = [f"{word} at {read[row.argmax()]} ({number(row.max())})" for word, row in there]
    return f"{spelled} Each word said looks most at: {', '.join(most)}."


def draw_shade(read, said, weights, words=""):
    """Draw weights as a grid of shaded cells: a row a word said, a column a word read.

    The heaviest of each row is framed.

    Parameters
    ----------
    read, said, weights, words
        As in draw_alignment.

    Returns
    -------
    Picture
    """
    weights = fitting(weights, read, said)
    there = ~np.isnan(weights).any(axis=1)
    mark = {(int(t), int(weights[t].argmax())) for t in np.flatnonzero(there)}
    width = max(48, *(width_of(word, 12) + 6 for word in read))
    block = Block(
        weights, "", "encoder", tuple(said), tuple(read), limit=1, mark=mark, width=round(width)
    )
    return draw([[block]], words or looks(read, said, weights))


def draw_thought(
    read,
    said,
    thought,
    states,
    words="",
    lit=1,
    over="",
    under="",
    sure=None,
    right=None,
    limit=None,
):
    """Draw how all that is read goes through one vector: the words, the vector, a state, the words.

    Parameters
    ----------
    read, said : sequences of T and L str
    thought : (n,) array
        The thought vector, drawn as bars.
    states : (L, n) array
        The decoder's state after each step; a row of NaN belongs to a word not said yet.
    words : str
        What the picture shows; which word is fed and which is said, if not given.
    lit : int
        The step whose state is drawn, from 1.
    over, under, sure, right
        As in draw_alignment.
    limit : float, optional
        The number with the longest bar; the largest of all, if not given.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there is no step `lit`.
    FloatingPointError
        If a number is infinite.
    """
    thought, states = drawable(thought, "S(T)"), drawable(states, "_S(t)", empty=True)
    if not 1 <= lit <= len(said):
        raise ValueError(f"{len(said)} words are said; word {lit} is none of them")
    answer = Answer(said, ~np.isnan(states).any(axis=1), sure, right)
    fed = said[lit - 2] if lit > 1 else ""
    rooms, longest = room_of(read), max(width_of(word) for word in said) + 2 * PAD
    name = f"the thought vector, {len(thought)} numbers"  # stands left of the arrows
    strip = max(BAR_W * len(thought), 2 * width_of(name, 12))
    side = longest + 34  # where the word fed stands
    captions = max(width_of(over), width_of(under)) + APART
    width = max(rooms.sum(), answer.rooms.sum(), captions, strip + 2 * side)
    froms, tos = EDGE + spread(rooms, width), EDGE + spread(answer.rooms, width)
    middle = EDGE + width / 2
    left = middle - strip / 2
    limit = limit or max(np.abs(thought).max(), np.nanmax(np.abs(states), initial=0)) or 1
    bars = [
        Bars(values, role, limit, width=BAR_W)
        for values, role in ((thought, "encoder"), (states[lit - 1], "decoder"))
    ]
    high = bars[0].size[1]

    top = EDGE + LINE if over else EDGE
    first = top + PILL_H + 50  # the upper edges of the two vectors, and of the words said
    second = first + high + 38
    foot = second + high + 26
    blue, purple, green = (themed(role) for role in ("encoder", "decoder", "output"))
    parts = []
    for x in froms:
        parts.append(_curve(x, top + PILL_H, middle, first - 3, themed("input")))
    parts += [pill(x, top + PILL_H / 2, word, "input") for x, word in zip(froms, read)]
    small = ' font-size="12" text-anchor="start"'
    bars_left = middle - bars[0].size[0] / 2
    parts.append(text(left, first - 6, name, f'{small} fill="{blue}"'))
    parts.append(bars[0].svg(bars_left, first))
    caption = f"the decoder's state, step {lit}"
    parts.append(_arrow(middle, first + high + 2, middle, second - 3, "decoder"))
    parts.append(text(left, second - 6, caption, f'{small} fill="{purple}"'))
    passed = "1 step" if lit == 1 else f"{lit} steps"
    parts.append(text(middle + 8, second - 14, passed, f'{small} fill="{FAINT}"'))
    if answer.there[lit - 1]:
        parts.append(bars[1].svg(bars_left, second))
        parts.append(_curve(middle, second + high, tos[lit - 1], foot - 4, green))
    beside = left - 14 - longest / 2
    level = second + high / 2
    if fed:
        parts.append(pill(beside, level, fed, "input"))
    else:
        look = f'fill="{PAPER}" stroke="{themed("input")}" stroke-width="2"'
        parts.append(f'<circle cx="{beside:.1f}" cy="{level:g}" r="4" {look}/>')
    fed_text = "it is fed" if fed else "fed nothing"
    parts.append(text(beside, level - 20, fed_text, f' font-size="12" fill="{FAINT}"'))
    start = beside + (width_of(fed) / 2 + PAD if fed else 5)
    parts.append(_arrow(start + 2, level, bars_left - 2, level, "input"))
    parts.append(answer.svg(tos, foot, lit))
    if over:
        parts.append(text(middle, EDGE + 11, over))
    height = foot + answer.height + EDGE
    if under:
        parts.append(text(middle, height + 6, under))
        height += LINE
    words = words or (
        f"Read: {listed_words(read)}. All that is handed over is one vector of {len(thought)}"
        f" numbers. At step {lit} the decoder is fed {repr(fed) if fed else 'nothing'}, and says"
        f" {said[lit - 1]!r}."
    )
    return on_paper("".join(parts), width + 2 * EDGE, height, words)


def _curve(x0, y0, x1, y1, colour):
    """Return a curved line down, with a head."""
    half = (y1 - y0) / 2
    path = f"M{x0:.1f} {y0:g}C{x0:.1f} {y0 + half:g} {x1:.1f} {y1 - half:g} {x1:.1f} {y1 - 6:g}"
    tip = head(x1, y1, np.array([0, 1]), 0.9, False, colour)
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>{tip}'


def _arrow(x0, y0, x1, y1, role, width=1.8):
    """Return a straight arrow."""
    colour = themed(role)
    ahead = np.array([x1 - x0, y1 - y0]) / (np.hypot(x1 - x0, y1 - y0) or 1)
    stop = np.array([x1, y1]) - 5 * ahead
    return (
        f'<path d="M{x0:.1f} {y0:.1f}L{stop[0]:.1f} {stop[1]:.1f}" stroke="{colour}"'
        f' stroke-width="{width:g}"/>{head(x1, y1, ahead, 0.9, False, colour)}'
    )


# ---------------------------------------------------------------- mini-batches


def draw_padded(read, said=(), words=""):
    """Draw a mini-batch of texts: padded before the first word read, and behind the last one said.

    Under each step stands how many texts have begun by it, or still speak.

    Parameters
    ----------
    read : sequence of texts, each a sequence of str
        The longest first.
    said : sequence of texts
        An answer each, END too; or none at all.
    words : str
        What the picture shows; how much is padded, if not given.

    Returns
    -------
    Picture
    """
    sides = [("read", "input", [tuple(each) for each in read], True)]
    if said:
        sides.append(("said", "output", [tuple(each) for each in said], False))
    parts, told = [], []
    top, right = EDGE, 0.0
    for name, role, texts, before in sides:
        long = max(map(len, texts))
        full = np.array([[_is_word(len(t), k, long, before) for k in range(long)] for t in texts])
        edges = EDGE + np.cumsum([0, *_columns(texts, long, before)])
        colour = themed(role)
        many = "have begun" if before else "not past END"
        heading = f"{name}, in {long} steps"
        look = f' font-weight="bold" fill="{colour}" text-anchor="start"'
        parts.append(text(EDGE, top + 12, heading, look))
        parts.append(_grid(texts, full, edges, top + LINE + 4, colour, before))
        below = top + LINE + 4 + len(texts) * PILL_H + 16
        look = f' font-size="12" fill="{FAINT}"'
        for middle, count in zip((edges[1:] + edges[:-1]) / 2, full.sum(axis=0).tolist()):
            parts.append(text(middle, below, str(count), look))
        parts.append(text(edges[-1] + 10, below, many, f'{look} text-anchor="start"'))
        empty = int((~full).sum())
        where = "before the first word" if before else "behind END"
        told.append(f"{name} in {long} steps, {empty} of {full.size} places padded {where}")
        top, right = below + 2 * APART, max(right, edges[-1] + 20 + width_of(many, 12))
    words = words or f"A mini-batch of {len(read)} texts: {'; '.join(told)}."
    return on_paper("".join(parts), right, top - APART, words)


def _columns(texts, long, before):
    """Return how wide each column of a padded mini-batch is."""
    columns = [[] for _ in range(long)]
    for each in texts:
        for k, word in enumerate(each, start=long - len(each) if before else 0):
            columns[k].append(width_of(word) + 14)
    return [max(widths) for widths in columns]


def _is_word(count, place, long, before):
    """Return whether a place of a padded text holds one of its words."""
    return place >= long - count if before else place < count


def _grid(texts, full, edges, top, colour, before):
    """Return the cells of texts: words on their ground, padding with stripes and without a word."""
    boxes, stripes, words = [], [], []
    for i, each in enumerate(texts):
        shift = full.shape[1] - len(each) if before else 0
        for k in range(full.shape[1]):
            x, y = edges[k], top + i * PILL_H
            cell = edges[k + 1] - x
            solid = full[i, k]
            look = ' fill-opacity=".2"' if solid else ' fill="none" data-padded=""'
            boxes.append(
                f'<rect x="{x:.1f}" y="{y:g}" width="{cell:.1f}" height="{PILL_H}"{look}/>'
            )
            if solid:
                look = ' font-weight="bold" stroke="none"'
                words.append(text(x + cell / 2, y + 16.5, each[k - shift], look))
            else:
                stripes.append(f"M{x:.1f} {y + PILL_H / 2:g}h{cell:.1f}")
    hatched = f'stroke-width="{PILL_H}" stroke-opacity=".3" stroke-dasharray="1 6"'
    return (
        f'<g fill="{colour}" stroke="{colour}">{"".join(boxes)}'
        f'<path d="{"".join(stripes)}" {hatched}/>{"".join(words)}</g>'
    )


# ---------------------------------------------------------------- maps


def draw_map(points, names, groups, words, axes=("component 1", "component 2")):
    """Draw words as dots with their names, groups told apart by marker and colour.

    Parameters
    ----------
    points : (N, 2) array
    names : sequence of N str
        Or none at all.
    groups : dict of str to list of int
        Group -> which points belong to it.
    words : str
        What the picture shows.
    axes : (str, str)
        What the two numbers are.

    Returns
    -------
    Picture
    """
    points = drawable(points, "the map")
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.09 * (high - low)
    room = 0.055 * len(groups) * (high - low)[1]  # of the list of groups, over all dots
    chart = plots.Map(
        groups,
        names,
        xlabel=axes[0],
        ylabel=axes[1],
        xlim=(low[0] - margin[0], high[0] + margin[0]),
        ylim=(low[1] - margin[1], high[1] + margin[1] + room),
        size=MAP,
    )
    return chart.draw(points, words)


def draw_stars(points, groups, words, titles=("",)):
    """Draw dots, each joined to the middle of its group by a line; one star a group.

    Where groups lie apart, stars do not overlap.

    Parameters
    ----------
    points : (N, 2) array, or a list of them
        One for each chart, or one for all.
    groups : list of dict of str to list of int
        A chart each, side by side: a group's name, written at its middle -> its points.
    words : str
        What the picture shows.
    titles : sequence of str
        One a chart.

    Returns
    -------
    Picture
    """
    many = points if isinstance(points, list) else [points] * len(groups)
    side = 300
    parts = []
    for place, (each, named, title) in enumerate(zip(many, groups, titles, strict=True)):
        each = drawable(each, "the map")
        low, high = each.min(axis=0), each.max(axis=0)
        left = EDGE + place * (side + 30)
        size = np.where(high > low, high - low, 1)
        dots = 14 + (each - low) / size * (side - 28)  # from the lower left corner
        parts.append(_stars(dots, named, left, EDGE + LINE + 6, side))
        parts.append(text(left + side / 2, EDGE + 11, title, ' font-weight="bold"'))
    width = 2 * EDGE + len(groups) * (side + 30) - 30
    return on_paper("".join(parts), width, EDGE + LINE + 6 + side + EDGE, words, "1")


def _stars(dots, groups, left, top, side):
    """Return one chart of stars in a frame; names stand apart, on a line to their middles."""

    def at(point):
        return f"{left + point[0]:.1f} {top + side - point[1]:.1f}"

    middles = np.array([dots[members].mean(axis=0) for members in groups.values()])
    frame = f'x="{left:g}" y="{top:g}" width="{side}" height="{side}" fill="none" stroke="{FAINT}"'
    parts = [f'<rect {frame}/><g data-mark="stars" fill="none" stroke-linecap="round">']
    names = []
    corners = plots.beside_dots(middles, [f" {name} " for name in groups], np.full(2, side))
    for (name, members), (colour, _), middle, corner in zip(
        groups.items(), _colours(len(groups)), middles, corners
    ):
        spokes = "".join(f"M{at(middle)}L{at(dots[k])}" for k in members)
        points = "".join(f"M{at(dots[k])}h0" for k in members)
        parts.append(
            f'<path d="{spokes}" stroke="{colour}" stroke-opacity=".55"/>'
            f'<path d="{points}" stroke="{colour}" stroke-width="5"/>'
        )
        if corner is not None:
            x, y = corner + plots.label_size(f" {name} ") / 2
            names.append(label(left + x, top + side - y + 4, name, colour, ' font-weight="bold"'))
    return "".join([*parts, "</g>", *names])


def _colours(count):
    """Return colours and markers of groups, in turn."""
    found = [plots.GROUPS[k % len(plots.GROUPS)] for k in range(count)]
    return [(plots.THEMED.get(colour, colour), marker) for colour, marker in found]


# ---------------------------------------------------------------- the four kinds

SAID = 16  # the middle of the words said, from a machine's upper edge
STATE = 50  # the upper edge of a state
UNIT = 8  # of a state, high
BROAD = 14  # of a state
READ = STATE + 5 * UNIT + 32  # the middle of the words read
MACHINE_H = READ + PILL_H / 2 + 4
TITLE_H = 42


def draw_kinds(rows, words=""):
    """Draw kinds of mapping as small machines, two beside each other.

    One word said is made of the last state of the half that reads; more have a half that says.

    Parameters
    ----------
    rows : sequence of (name, read, said)
        read, said: sequences of str.
    words : str
        What the picture shows; all kinds with their words, if not given.

    Returns
    -------
    Picture
    """
    machines = [Kind(name, tuple(read), tuple(said)) for name, read, said in rows]
    across = max(machine.width for machine in machines) + 24
    down = TITLE_H + MACHINE_H + 14
    parts = [
        machine.svg(EDGE + across * (place % 2), EDGE + down * (place // 2))
        for place, machine in enumerate(machines)
    ]
    lines_of_two = -(-len(machines) // 2)
    words = words or "; ".join(f"{machine.name}: {machine.example}" for machine in machines) + "."
    width = EDGE + across * min(2, len(machines))
    return on_paper("".join(parts), width, EDGE + down * lines_of_two, words, "1")


class Kind:
    """One small machine: what it reads, its states, what it says."""

    def __init__(self, name, read, said):
        self.name, self.read, self.said = name, read, said
        steps = len(read) + (len(said) if len(said) > 1 else 0)
        need = np.full(steps, 48.0)  # a column's room
        need[: len(read)] = np.maximum(need[: len(read)], room_of(read))
        said_from = steps - len(said)
        need[said_from:] = np.maximum(need[said_from:], room_of(said))
        self.middles = np.cumsum(need) - need / 2
        self.width = max(need.sum(), width_of(self.example, 12), width_of(name))

    @property
    def example(self):
        """What goes in and what comes out."""
        return f"{' '.join(self.read)} → {' '.join(self.said)}"

    def svg(self, left, top):
        """Return the machine under its two lines of text, the upper left corner given."""
        parts = [
            text(left, top + 13, self.name, ' font-weight="bold" text-anchor="start"'),
            text(
                left, top + 30, self.example, f' font-size="12" fill="{FAINT}" text-anchor="start"'
            ),
        ]
        xs, top = left + self.middles, top + TITLE_H
        handed = len(self.read) if len(self.said) > 1 else 0  # the state in a frame, from 1
        level, foot = top + STATE + 2.5 * UNIT, top + STATE + 5 * UNIT

        def off(k):
            """Return how far from the middle of state k, from 1, an arrow stops beside it."""
            return BROAD / 2 + (6 if k == handed else 2)

        roles = ["encoder"] * len(self.read) + ["decoder"] * (len(xs) - len(self.read))
        for k, (x, role) in enumerate(zip(xs, roles), start=1):
            parts.append(self._state(x, top + STATE, role, k == handed))
        for k, (x0, x1, role) in enumerate(zip(xs, xs[1:], roles[1:]), start=1):
            parts.append(_arrow(x0 + off(k), level, x1 - off(k + 1), level, role))
        for k, (x, word) in enumerate(zip(xs, self.read), start=1):
            stop = foot + (7 if k == handed else 3)
            parts.append(_arrow(x, top + READ - PILL_H / 2, x, stop, "input"))
            parts.append(pill(x, top + READ, word, "input"))
        of_said = xs[len(xs) - len(self.said) :]
        for x, word in zip(of_said, self.said):
            parts.append(_arrow(x, top + STATE - 3, x, top + SAID + PILL_H / 2, "output"))
            parts.append(pill(x, top + SAID, word, "output"))
        parts += [self._back(x0, x1, top) for x0, x1 in zip(of_said, of_said[1:])]
        return f'<g data-kind="{escape(self.name)}">{"".join(parts)}</g>'

    def _state(self, x, y, role, framed):
        """Return a state: five cells upright, in a frame if it is handed over."""
        colour = themed(role)
        cells = "".join(
            f'<rect x="{x - BROAD / 2:.1f}" y="{y + UNIT * unit:g}" width="{BROAD}"'
            f' height="{UNIT}"/>'
            for unit in range(5)
        )
        frame = (
            f'<rect x="{x - BROAD / 2 - 4:.1f}" y="{y - 4:g}" width="{BROAD + 8}"'
            f' height="{5 * UNIT + 8}" rx="4" fill="none" stroke="{themed("decoder")}"'
            ' stroke-width="2.2"/>'
        )
        drawn = f'<g fill="{colour}" stroke="{colour}" fill-opacity=".3">{cells}</g>'
        return drawn + (frame if framed else "")

    def _back(self, x0, x1, top):
        """Return the line from a word said to the next step, which is fed it."""
        start, end = top + SAID + PILL_H / 2, top + STATE + UNIT
        right = x1 - BROAD / 2 - 2
        path = f"M{x0 + 10:.1f} {start:g}C{x0 + 14:.1f} {end:g} {x0 + 22:.1f} {end:g}"
        path += f" {right - 5:.1f} {end:g}"
        colour = themed("output")
        tip = head(right, end, np.array([1, 0]), 0.8, False, colour)
        return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"/>{tip}'
