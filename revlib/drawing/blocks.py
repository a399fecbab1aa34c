"""Floor 4: draws arrays as cells of numbers (SVG text). Knows nothing of models."""

from dataclasses import dataclass, field
from html import escape
from math import isfinite, isnan

import numpy as np

from revlib.drawing.picture import Picture, legible, number
from revlib.notation import COLOURS, NEGATIVE, POSITIVE

CELL_W, CELL_H = 50, 24  # pixels
DIGIT_W = 24  # of a cell with one digit
CAPTION, LABEL, GAP = 18, 15, 12
INK, FAINT = "#222222", "#767676"


@dataclass(frozen=True)
class Block:
    """An array drawn as a grid of cells, with a caption in the colour of its role.

    Parameters
    ----------
    values : (columns,) or (rows, columns) float array
        A NaN is drawn as an empty cell: "not there yet".
    name : str
        The caption.
    role : str
        A key of symbols.COLOURS.
    rows, columns : sequence of str
        Labels beside the rows and above the columns.
    digits : int
        Decimals.
    mark : set of (row, column)
        Cells with a heavy frame.
    limit : float, optional
        The absolute value with the full colour; the largest in the array if not given.
    width : float
        Of a cell, in pixels.
    """

    values: np.ndarray
    name: str = ""
    role: str = "output"
    rows: tuple = ()
    columns: tuple = ()
    digits: int = 2
    mark: set = field(default_factory=set)
    limit: float | None = None
    width: float = CELL_W

    @property
    def table(self):
        return np.atleast_2d(np.asarray(self.values, dtype=float))

    @property
    def size(self):
        rows, columns = self.table.shape
        return (
            max(
                columns * self.width
                + 2 * LABEL * bool(self.rows),  # room on both sides keeps it centred
                9.4 * len(self.name),
            ),
            rows * CELL_H + CAPTION * bool(self.name) + LABEL * bool(self.columns),
        )

    def svg(self, x, y):
        table, colour = self.table, COLOURS[self.role]
        limit = float(self.limit or max(np.abs(table[np.isfinite(table)]), default=0) or 1)
        middle = x + self.size[0] / 2
        x, parts = middle - table.shape[1] * self.width / 2, []
        if self.name:
            parts.append(_text(middle, y + 13, self.name, colour, ' font-weight="bold"'))
            y += CAPTION
        if self.columns:
            parts += [
                _text(x + (j + 0.5) * self.width, y + 11, label, FAINT, ' font-size="11"')
                for j, label in enumerate(self.columns)
            ]
            y += LABEL
        parts += [
            _text(x - 5 - 3 * len(label), y + i * CELL_H + 17, label, FAINT, ' font-size="11"')
            for i, label in enumerate(self.rows)
        ]
        cells = [
            self._cell(value, x + j * self.width, y + i * CELL_H, limit)
            for i, row in enumerate(table.tolist())
            for j, value in enumerate(row)
        ]
        frames = [
            f'<rect x="{x + j * self.width:g}" y="{y + i * CELL_H:g}" width="{self.width}"'
            f' height="{CELL_H}" fill="none" stroke="{INK}" stroke-width="2.5"/>'
            for i, j in sorted(self.mark)
        ]
        return (
            f'{"".join(parts)}<g data-block="{escape(legible(self.name))}" stroke="{colour}"'
            ' stroke-width="0.6">'
            f"{''.join(cells)}{''.join(frames)}</g>"
        )

    def _cell(self, value, x, y, limit):
        box = (
            f'<rect x="{x:g}" y="{y:g}" width="{self.width}" height="{CELL_H}"'
            f' fill="{shade(value, limit)}"/>'
        )
        if isnan(value):
            return box
        return box + _text(
            x + self.width / 2, y + 17, number(value, self.digits), INK, ' stroke="none"'
        )


def shade(value, limit):
    """Colour of a value: white at 0, full NEGATIVE at -limit and POSITIVE at limit."""
    if not isfinite(value):
        return "#ffffff"
    share = min(abs(value) / limit, 1)
    full = NEGATIVE if value < 0 else POSITIVE
    return "#" + "".join(f"{round(255 + (c - 255) * share):02x}" for c in full)


def _text(x, y, text, colour, more=""):
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}"{more}>{escape(legible(text))}</text>'


@dataclass(frozen=True)
class Sign:
    """A letter, an operator or a few words between blocks."""

    text: str
    colour: str = INK
    points: int = 16

    @property
    def size(self):
        return 0.64 * self.points * len(self.text) + 2, self.points + 8

    def svg(self, x, y):
        width, height = self.size
        return _text(
            x + width / 2,
            y + height / 2 + self.points * 0.36,
            self.text,
            self.colour,
            f' font-size="{self.points}"',
        )


def draw(grid, words, arrows=(), gap=GAP):
    """Lay blocks out on a grid, as on paper, and join some of them by arrows.

    Parameters
    ----------
    grid : list of rows, each a list of Block, Sign, str (a Sign) or None
        Every column is as wide as its widest entry; entries are centred.
    words : str
        What the picture shows.
    arrows : sequence of ((row, column), (row, column))
        From the foot of one entry to the head of another in a lower row: how an output is fed back.
    gap : float
        Pixels between rows.

    Returns
    -------
    Picture
    """
    grid = [[Sign(item) if isinstance(item, str) else item for item in row] for row in grid]
    shape = len(grid), max(map(len, grid))
    items = {
        (i, j): item for i, row in enumerate(grid) for j, item in enumerate(row) if item is not None
    }
    widths = [
        max((t.size[0] for (_, j), t in items.items() if j == c), default=0)
        for c in range(shape[1])
    ]
    heights = [
        max((t.size[1] for (i, _), t in items.items() if i == r), default=0)
        for r in range(shape[0])
    ]
    left = GAP + np.cumsum([0, *(w + GAP for w in widths)])
    top = GAP + np.cumsum([0, *(h + gap for h in heights)])
    boxes = {}
    for (i, j), item in items.items():
        w, h = item.size
        # numbers share a line: what is lower than its row stands at its foot, a sign in the middle
        # of a cell
        y = top[i] + heights[i] - (h if isinstance(item, Block) else (CELL_H + h) / 2)
        boxes[i, j] = left[j] + (widths[j] - w) / 2, y, w, h
    body = [item.svg(*boxes[at][:2]) for at, item in items.items()]
    body += [_arrow(boxes[a], boxes[b]) for a, b in arrows]
    width, height = left[-1], top[-1] - gap + GAP
    style = 'font-family="DejaVu Sans,Verdana,sans-serif" font-size="13" text-anchor="middle"'
    return Picture(
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/><g'
        f" {style}>{''.join(body)}</g>",
        width,
        height,
        words,
    )


def _arrow(start, end):
    """From the foot of one box (x, y, width, height), along the gap between rows, to the head of
    another."""
    x0, y0 = start[0] + start[2] / 2, start[1] + start[3] + 1
    x1, y1 = end[0] + end[2] / 2, end[1] - 2
    turn = (y0 + y1) / 2
    return (
        f'<g stroke="{COLOURS["output"]}" fill="none" stroke-width="1.6">'
        f'<path d="M{x0:g} {y0:g}V{turn:g}H{x1:g}V{y1 - 5:g}"/></g>'
        f'<path d="M{x1 - 5:g} {y1 - 6:g}h10l-5 7z" fill="{COLOURS["output"]}"/>'
    )


def spoken(values, digits=2):
    """Numbers as a sentence lists them: '0.98, 1.28, 1.65'."""
    return ", ".join(number(v, digits) for v in np.ravel(values))


def units(n):
    """Labels of n units: ('1', '2', ...)."""
    return tuple(str(i + 1) for i in range(n))
