"""Draws a stack: as plates, as a number on a line, as a point in a triangle. Knows nothing of
models."""

from dataclasses import dataclass
from html import escape
from math import log2

import numpy as np

from revlib.drawing.flows import head
from revlib.drawing.marks import ARC, LINE_H, NumberLine, letter_disc
from revlib.drawing.picture import (
    FAINT,
    INK,
    PAPER,
    drawable,
    label,
    minus,
    number,
    on_paper,
    themed,
)
from revlib.drawing.plots import Plot, style
from revlib.notation import COLOURS

# Pixels
PLATE_W = 60
PLATE_H = 19
COLUMN = 94  # from one pile of the strip to the next
TABLE = 136  # the height at which piles stand
SIDE = 400  # of the plane with the triangle
ROOM = 44  # around it
BIT = 9  # the width of a bit
ROW = 36  # from one ruler, or line of dust, to the next
MANY = 500  # more dots than these are drawn small
CLOSE = 4  # a dot nearer to another one moves aside


@dataclass(frozen=True)
class Pile:
    """Plates, the newest on top, each beside the number line that it chooses a part of.

    Parameters
    ----------
    letters : sequence of str
        From the top of the pile down.
    line : marks.NumberLine
    role : str
        A key of notation.COLOURS.
    lifted : str
        The letter of the plate that has just been taken off; none if empty.
    """

    letters: tuple
    line: NumberLine
    role: str
    lifted: str = ""

    @property
    def size(self):
        """Width and height in pixels."""
        width, height = self.line.size
        return width + PLATE_W + 14, height

    def svg(self, x, y):
        """Return plates and line as SVG elements, their upper left corner at (x, y)."""
        levels = self.line.levels
        shown = self.letters[:levels]
        first = y + ARC + 12 - LINE_H / 2
        parts = [
            _plate(x, first + k * LINE_H + 1, letter, LINE_H - 2) for k, letter in enumerate(shown)
        ]
        colour = themed(self.role)
        more = len(self.letters) - len(shown)
        below = first + len(shown) * LINE_H
        notes = f'<path d="M{x - 4:g} {below + 1:g}h{PLATE_W + 8}" stroke="var(--i)"/>'
        if more > 0:
            notes += label(x + PLATE_W / 2, below + 13, f"+ {more} more")
        if self.lifted:
            notes += label(x + PLATE_W / 2, first - 8, f"{self.lifted} off ↑", themed("output"))
        return (
            f'<g data-mark="plates" color="{colour}" fill="currentColor" stroke="currentColor">'
            f"{''.join(parts)}{notes}</g>{self.line.svg(x + PLATE_W + 14, y)}"
        )


def _plate(x, y, letter, height=PLATE_H, edge=""):
    """Return a plate with its letter."""
    size = f'width="{PLATE_W}" height="{height:g}" rx="8"'
    return (
        f'<rect x="{x:g}" y="{y:g}" {size} fill-opacity=".22"{edge}/>'
        f'<text x="{x + PLATE_W / 2:g}" y="{y + height / 2 + 4.5:g}" fill="var(--i)"'
        f' stroke="none">{escape(letter)}</text>'
    )


def draw_plates(text, letters="abc", words=""):
    """Draw a string pushed on a pile and popped off again, plate by plate, and as a number.

    Over it, a pile a step and its number, whose base is one more than there are letters. Under it
    the pile when all is on it: each plate chooses a part of its own line, which the next line shows
    large.

    Parameters
    ----------
    text : str
        Up to three letters, the first is pushed first.
    letters : str
        Their digits are 1, 2, …
    words : str

    Returns
    -------
    Picture
    """
    base = len(letters) + 1
    piles = [text[:t] for t in range(len(text) + 1)]
    piles += piles[-2::-1]
    body = []
    for k, pile in enumerate(piles):
        gone = text[len(pile)] if k > len(text) else ""
        body.append(_step(46 + k * COLUMN, pile, gone, pushed=0 < k <= len(text)))
    values = [_value(pile, letters, base) for pile in piles]
    for k, pile in enumerate(piles):
        x = 46 + k * COLUMN
        digits = "".join(str(letters.index(letter) + 1) for letter in reversed(pile))
        body.append(
            _word(x, TABLE + 20, f"0.{digits}" if pile else "0", INK, ' font-weight="bold"')
        )
        body.append(_word(x, TABLE + 37, f"= {values[k]:.4g}" if pile else ""))
    top = TABLE + 62
    digits = tuple(letters.index(letter) + 1 for letter in reversed(text))
    names = ("nothing", *letters)
    line = NumberLine(digits, base, names, "encoder", levels=len(text), width=500)
    left = 16 + PLATE_W + 14 + 12
    plates = tuple(f"{letter} = {digit}" for letter, digit in zip(reversed(text), digits))
    body.append(Pile(plates, line, "encoder").svg(16, top + 18))
    body.append(_jumps(left, top + 18 + ARC + 12, line.width, values[: len(text) + 1], text))
    height = top + 18 + line.size[1] + 4
    return on_paper("".join(body), 46 + (len(piles) - 1) * COLUMN + 46, height, words, "1.2")


def _value(pile, letters, base):
    """Return the number of a pile: its top is the first digit after the point."""
    value = 0.0
    for letter in pile:
        value = (value + letters.index(letter) + 1) / base
    return value


def _word(x, y, text, colour=FAINT, look=' font-size="12"'):
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}" stroke="none"{look}>{escape(text)}</text>'


def _step(x, pile, gone, pushed):
    """Return a pile that stands in the middle of x, with the plate that was just put on or taken
    off."""
    role = "decoder" if gone else "encoder"
    title = f"push {pile[-1]!r}" if pushed else f"pop {gone!r}" if gone else "start"
    left = x - PLATE_W / 2
    parts = [_word(x, 18, title, INK, ""), f'<path d="M{left - 6:g} {TABLE}h{PLATE_W + 12}"/>']
    for k, letter in enumerate(pile):
        fresh = ' stroke="var(--i)" stroke-width="2"' if pushed and k == len(pile) - 1 else ""
        parts.append(_plate(left, TABLE - (k + 1) * (PLATE_H + 2), letter, edge=fresh))
    top = TABLE - len(pile) * (PLATE_H + 2)
    if pushed:
        parts.append(_upright(x, top - 18, top - 3, "encoder"))
    if gone:
        away = top - 2 * (PLATE_H + 2) + 4
        off = _plate(left, away, gone, edge=' stroke-dasharray="4 3"')
        parts.append(f'<g color="{themed("output")}">{off}</g>')
        parts.append(_upright(x, top - 2, away + PLATE_H + 2, "output"))
    return (
        f'<g data-pile="{pile}" color="{themed(role)}" fill="currentColor"'
        f' stroke="currentColor">{"".join(parts)}</g>'
    )


def _upright(x, start, end, role):
    """Return a short arrow, up or down."""
    down = 1 if end > start else -1
    line = f'<path d="M{x:g} {start:g}V{end - 5 * down:g}" stroke="{themed(role)}"/>'
    return line + head(x, end, (0, down), 0.8, False, themed(role))


def _jumps(left, floor, width, values, text):
    """Return an arc for each push, over the line from the number before to the number after."""
    arcs = []
    for before, after, letter in zip(values, values[1:], text):
        start = left + before * width
        end = left + after * width
        foot = floor - 7
        arcs.append(
            f'<path data-jump="{letter}" d="M{start:.4g} {foot:g}Q{(start + end) / 2:.4g}'
            f' {foot - 40:g} {end:.4g} {foot:g}"/>'
        )
        arcs.append(head(end, foot, (0.35, 0.94), 0.8, False, themed("encoder")))
        arcs.append(label((start + end) / 2, foot - 25, f"push {letter!r}", themed("encoder")))
    return f'<g fill="none" stroke="{themed("encoder")}">{"".join(arcs)}</g>'


def draw_lines(names, slopes, biases, states, said, words):
    """Draw scores as lines over a state of one unit; the highest says the letter.

    Parameters
    ----------
    names : sequence of str
        What each score is of, in the order in which they lead.
    slopes, biases : (K,) arrays
    states : sequence of float
        Where the network is at each step: dots on the highest line.
    said : sequence of str
        What it says there.
    words : str

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a slope or a bias is not finite.
    """
    slopes = drawable(slopes, "the slopes")
    biases = drawable(biases, "the biases")
    plot = Plot("state: one number", "score", (-0.1, 4), (-3.2, 5), (600, 330))
    across = np.linspace(0, 4, 801)
    scores = across[:, None] * slopes + biases  # (801, K)
    leads = scores.argmax(axis=1)
    colour = COLOURS["output"]
    with style():
        for k, name in enumerate(names):
            plot.axes.plot(across, scores[:, k], color=colour, lw=0.8, alpha=0.6)
            mine = across[leads == k]
            if len(mine):
                plot.axes.text(mine.mean(), 4.6, name, ha="center", color=colour, weight="bold")
                if mine[0] > 0:
                    plot.axes.axvline(mine[0], color=COLOURS["weights"], lw=0.8, ls=":")
        plot.axes.plot(across, scores.max(axis=1), color=colour, lw=3)
        for state, letter in zip(states, said, strict=True):
            high = float((state * slopes + biases).max())
            plot.axes.plot([state], [high], "o", color=COLOURS["decoder"], ms=8)
            plot.axes.annotate(
                f"{state:g} → {letter}",
                (state, high),
                (-6, 8) if state > 3 else (0, 10),
                textcoords="offset points",
                ha="left" if state < 0.2 else "right" if state > 3 else "center",
                color=COLOURS["decoder"],
            )
    return plot.picture(words)


def draw_dust(rows, words):
    """Draw numbers from 0 to 1 as ticks, a line a row: where ticks fill the line, and where gaps
    stay open.

    Parameters
    ----------
    rows : dict of str to (array, (low, high), str)
        What a line is called, its numbers, and the gap under which a bracket and words stand.
    words : str

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a number is not finite.
    """
    left, width = 16, 660
    body = []
    y = -26
    for name, (values, gap, note) in rows.items():
        values = drawable(values, name)
        low, high = (left + float(end) * width for end in gap)
        y += 2 * ROW
        ticks = "".join(f"M{left + value * width:.5g} {y - 7:g}v14" for value in values)
        body.append(
            f'<text x="{left}" y="{y - 16}" text-anchor="start" fill="var(--i)">'
            f'{escape(name)}</text><path d="M{left} {y}h{width}" stroke="var(--f)"/>'
            f'<path data-dust="{escape(name)}" d="{ticks}" stroke="{themed("encoder")}"'
            ' stroke-width="1"/>'
        )
        body.append(_word(left, y + 22, "0") + _word(left + width, y + 22, "1"))
        colour = themed("output")
        bracket = f"M{low:.5g} {y + 9:g}v6H{high:.5g}v-6"
        body.append(f'<path data-gap="" d="{bracket}" fill="none" stroke="{colour}"/>')
        body.append(_word((low + high) / 2, y + 29, note, colour))
    return on_paper("".join(body), width + 2 * left, y + 38, words, "1.2")


def draw_rulers(rows, bits, words):
    """Draw how many digits fit into a significand: a ruler of bits, and a box for each digit.

    The first digits lie outside as far as their bits are always 0, which costs nothing.

    Parameters
    ----------
    rows : sequence of (base, digits, free)
        The base, how many digits were held, and how many bits of the first digit are always 0.
    bits : int
        Of the significand.
    words : str

    Returns
    -------
    Picture
    """
    left = 96 + 2 * BIT
    body = [_word(left + bits * BIT / 2, 16, f"{bits} bits", INK, ' font-weight="bold"')]
    for k, (base, digits, free) in enumerate(rows):
        y = 26 + k * ROW
        each = log2(base)
        start = left - free * BIT
        whole = f'x="{left}" y="{y:g}" width="{bits * BIT}" height="22"'
        body.append(f'<rect {whole} fill="none" stroke="var(--f)"/>')
        boxes = "".join(
            f'<rect x="{start + j * each * BIT:.5g}" y="{y + 2:g}" width="{each * BIT:.5g}"'
            ' height="18" fill-opacity=".25"/>'
            for j in range(digits)
        )
        body.append(
            f'<g data-ruler="{base}" fill="{themed("encoder")}" stroke="{themed("encoder")}"'
            f' stroke-width="1">{boxes}</g>'
        )
        body.append(_word(44, y + 16, f"base {base}", INK))
        body.append(_word(left + bits * BIT + 44, y + 16, f"{digits} letters", INK))
    return on_paper("".join(body), left + bits * BIT + 92, 26 + len(rows) * ROW, words, "1.2")


def draw_cloud(points, groups, axes, words, corners=None, path=None):
    """Draw states of two units as dots, with names for groups; and one string's way through them.

    Parameters
    ----------
    points : (N, 2) array
    groups : dict of str to list of int
        A name, written in the middle of its points, and which they are.
    axes : (str, str)
        What the two numbers are.
    words : str
    corners : dict of str to (2,) array, optional
        Places that letters pull to.
    path : (text, (T + 1, 2) array), optional
        A string, and its states: an arrow a letter, and a dashed line on to the letter's corner.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a point is not finite.
    """
    points = drawable(points, "the map")
    fixed = [] if corners is None else [*corners.values(), (0, 0)]
    fixed += [] if path is None else [*drawable(path[1], "the way")]
    every = np.vstack([points, np.reshape(fixed, (-1, 2))])
    low = every.min(axis=0)
    scale = SIDE / (every.max(axis=0) - low)  # pixels for one, across and up

    def at(point):
        across, up = (np.asarray(point, dtype=float) - low) * scale
        return np.array([ROOM + 20 + across, ROOM + SIDE - up])

    places = np.array([at(point) for point in points])
    dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in places)
    wide = 2.6 if len(points) > MANY else 4
    look = f'stroke="{themed("encoder")}" stroke-width="{wide}" stroke-linecap="round"'
    body = [_frame(axes, low, every.max(axis=0), at), f'<path data-dots="" d="{dots}" {look}/>']
    for name, members in groups.items():
        x, y = _clear(places[members].mean(axis=0), places)
        body.append(label(x, y + 4, name, INK, ' font-weight="bold"'))
    if corners is not None:
        body += [letter_disc(*at(place), letter, "input") for letter, place in corners.items()]
        x, y = at((0, 0))
        body.append(f'<circle cx="{x:g}" cy="{y:g}" r="5" stroke="{themed("input")}" fill="none"/>')
        body.append(label(x + 26, y - 8, "empty"))
    if path is not None:
        body.append(_way(*path, corners, at))
    return on_paper("".join(body), SIDE + 2 * ROOM + 40, SIDE + 2 * ROOM + 10, words, "1.2")


def _clear(place, dots):
    """Return where a name stands near a place so that it covers as few dots as it can."""
    ways = [(i, j) for i in range(-48, 49, 8) for j in range(-48, 49, 8)]

    def covered(way):
        gaps = np.abs(dots - place - way)
        return ((gaps < [26, 12]).all(axis=1).sum(), way[0] ** 2 + way[1] ** 2)

    return place + min(ways, key=covered)


def _frame(axes, low, high, at):
    """Return the two axes, with numbers at their ends and in the middle, and their names."""
    left, foot = at(low) + [-14, 14]
    right, top = at(high)
    parts = [f'<path d="M{left:g} {top:g}V{foot:g}H{right:g}" fill="none" stroke="var(--f)"/>']
    for value in (low, (low + high) / 2, high):
        x, y = at(value)
        parts.append(_word(x, foot + 15, minus(number(value[0]))))
        parts.append(_word(left - 18, y + 4, minus(number(value[1]))))
    parts.append(_word((left + right) / 2, foot + 32, axes[0], INK))
    place = f"{left - 38:g} {(top + foot) / 2:g}"
    turned = f' font-size="12" transform="rotate(-90 {place})"'
    parts.append(_word(left - 38, (top + foot) / 2, axes[1], INK, turned))
    return "".join(parts)


def _way(text, S, corners, at):
    """Return an arrow from state to state, and the rest of the way to each letter's corner."""
    parts = []
    colour = themed("input")
    for t, letter in enumerate(text):
        start, end = at(S[t]), at(S[t + 1])
        if corners is not None:
            far = at(corners[letter])
            rest = f"M{end[0]:.4g} {end[1]:.4g}L{far[0]:.4g} {far[1]:.4g}"
            parts.append(f'<path d="{rest}" stroke="{colour}" stroke-dasharray="3 4"/>')
        ahead = (end - start) / (np.linalg.norm(end - start) or 1)
        near = end - 8 * ahead
        line = f"M{start[0]:.4g} {start[1]:.4g}L{near[0]:.4g} {near[1]:.4g}"
        parts.append(f'<path d="{line}" stroke="{PAPER}" stroke-width="7"/>')
        parts.append(
            f'<path data-jump="{letter}" d="{line}" stroke="{colour}" stroke-width="2.6"/>'
        )
        parts.append(head(*end, ahead, 1.3, False, colour))
        x, y = (start + end) / 2 + 15 * np.array([ahead[1], -ahead[0]])
        parts.append(label(x, y + 4, f"{t + 1}: {letter!r}", colour, ' font-weight="bold"'))
    return f'<g fill="none">{"".join(parts)}</g>'


SHAPES = {  # of a dot, around (0, 0)
    "1": "M-3.6 0a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0z",
    "2": "M-3.2 -3.2h6.4v6.4h-6.4z",
    "3": "M0 -4.2L4.2 3.4H-4.2z",
    "5": "M0 -4.8L4.6 0L0 4.8L-4.6 0z",
    "untrained": "M-3 -3L3 3M-3 3L3 -3",
    "by hand": "M-4.4 0a4.4 4.4 0 1 0 8.8 0a4.4 4.4 0 1 0 -8.8 0z",
}


def draw_tests(titles, dots, names, words):
    """Draw what networks do against what a test says of them, a plane a test.

    Parameters
    ----------
    titles : sequence of str
        Of the tests.
    dots : list of (kind, across, heights)
        A network each: a key of SHAPES, the share it reverses, and the share it passes of each
        test. A dot that would cover another one moves aside.
    names : (str, str)
        Of the axes.
    words : str

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a share is not finite.
    """
    wide, high = 226, 250
    body = []
    for test, title in enumerate(titles):
        left, foot = 84 + test * (wide + 84), 40 + high
        body.append(_word(left + wide / 2, 20, title, INK, ' font-weight="bold"'))
        axes = f"M{left - 22} {foot - high}V{foot + 10}H{left + wide + 30}"
        body.append(f'<path d="{axes}" fill="none" stroke="var(--f)"/>')
        for share in (0, 0.5, 1):
            body.append(_word(left + share * wide, foot + 26, f"{share:.0%}"))
            body.append(_word(left - 42, foot + 4 - share * high, f"{share:.0%}"))
        body.append(_word(left + wide / 2, foot + 44, names[0], INK))
        taken = np.empty((0, 2))
        for kind, across, heights in dots:
            share = drawable([across, heights[test]], "a share")
            place = np.array([left, foot]) + share * [wide, -high]
            if kind == "untrained":
                place[0] -= 12
            elif across > 0.3:  # of those that learned nothing, hundreds stand in one place
                place = _aside(place, taken, foot, foot - high)
                taken = np.vstack([taken, place])
            body.append(_dot(*place, kind))
    turned = f' font-size="12" transform="rotate(-90 14 {40 + high / 2:g})"'
    body.append(_word(14, 40 + high / 2, names[1], INK, turned))
    for k, kind in enumerate(SHAPES):
        x, y = 60 + 104 * k, 40 + high + 72
        said = {"1": "1 unit"}.get(kind, f"{kind} units" if kind.isdigit() else kind)
        body.append(_dot(x, y, kind))
        body.append(_word(x + 10, y + 4, said, INK, ' font-size="12" text-anchor="start"'))
    width = 74 + len(titles) * (wide + 88)
    return on_paper("".join(body), width - 26, 40 + high + 88, words, "1.2")


def _dot(x, y, kind):
    """Return the mark of a network."""
    colour = FAINT if kind == "untrained" else INK if kind == "by hand" else themed("encoder")
    full = f'fill="{colour}" fill-opacity="{1 if kind == "by hand" else 0.25}"'
    place = f'transform="translate({x:.1f} {y:.1f})"'
    return f'<path data-dot="{kind}" {place} d="{SHAPES[kind]}" {full} stroke="{colour}"/>'


def _aside(place, taken, floor, ceiling):
    """Return a place, moved to a side, and by a hair up or down, until it is clear of those taken.

    It stays between two heights.
    """
    ways = [(i * CLOSE, j * CLOSE) for i in range(-30, 31) for j in (-1, 0, 1)]
    for way in sorted(ways, key=lambda way: (way[0] ** 2 + way[1] ** 2, way)):
        moved = place + way
        inside = ceiling <= moved[1] <= floor
        if inside and (np.linalg.norm(taken - moved, axis=1) >= CLOSE - 1e-6).all():
            return moved
    return place
