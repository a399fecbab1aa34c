"""Arrays drawn as cells of numbers (SVG text), and laid out on a grid. Knows nothing of models."""

from dataclasses import dataclass, field
from html import escape
from math import isnan

import numpy as np

from revlib.drawing.picture import Picture, drawable, number
from revlib.notation import COLOURS, NEGATIVE, POSITIVE

# Pixels
CELL_W = 50
CELL_H = 24
DIGIT_W = 24  # a cell with one digit
CAPTION = 18  # height of a block's name
LABEL = 15  # height of the labels above columns, and the least width of those beside rows
GAP = 12  # between neighbours
CHARACTER = 6.7  # width of one in a label, about

INK = "#222222"
FAINT = "#767676"


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
        A key of notation.COLOURS.
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
    def size(self):
        """Width and height in pixels."""
        rows, columns = np.atleast_2d(self.values).shape
        width = columns * self.width
        height = rows * CELL_H
        if self.rows:
            label = max(LABEL, 5 + CHARACTER * max(map(len, self.rows)))
            width += 2 * label  # as much on the other side keeps the cells in the middle
        if self.name:
            width = max(width, 9.4 * len(self.name))
            height += CAPTION
        if self.columns:
            height += LABEL
        return width, height

    def svg(self, x, y):
        """Return the block as SVG elements, its upper left corner at (x, y).

        Raises
        ------
        FloatingPointError
            If a value is infinite; the message says which, and where.
        """
        table = np.atleast_2d(drawable(self.values, self.name or "a block", empty=True))
        limit = float(self.limit or np.nanmax(np.abs(table), initial=0) or 1)
        colour = COLOURS[self.role]
        middle = x + self.size[0] / 2
        left = middle - table.shape[1] * self.width / 2

        parts = []
        if self.name:
            parts.append(_text(middle, y + 13, self.name, colour, ' font-weight="bold"'))
            y += CAPTION
        if self.columns:
            for j, label in enumerate(self.columns):
                centre = left + (j + 0.5) * self.width
                parts.append(_text(centre, y + 11, label, FAINT, ' font-size="11"'))
            y += LABEL
        for i, label in enumerate(self.rows):
            centre = left - 5 - 3 * len(label)
            parts.append(_text(centre, y + i * CELL_H + 17, label, FAINT, ' font-size="11"'))

        parts.append(f'<g data-block="{escape(self.name)}" stroke="{colour}" stroke-width="0.6">')
        for i, row in enumerate(table.tolist()):
            for j, value in enumerate(row):
                parts.append(self._cell(value, left + j * self.width, y + i * CELL_H, limit))
        for i, j in sorted(self.mark):
            frame = f'fill="none" stroke="{INK}" stroke-width="2.5"'
            parts.append(self._box(left + j * self.width, y + i * CELL_H, frame))
        parts.append("</g>")
        return "".join(parts)

    def _cell(self, value, x, y, limit):
        box = self._box(x, y, f'fill="{shade(value, limit)}"')
        if isnan(value):
            return box
        shown = number(value, self.digits)
        return box + _text(x + self.width / 2, y + 17, shown, INK, ' stroke="none"')

    def _box(self, x, y, look):
        return f'<rect x="{x:g}" y="{y:g}" width="{self.width}" height="{CELL_H}" {look}/>'


def shade(value, limit):
    """Return the colour of a value: white at 0, POSITIVE at limit, NEGATIVE at -limit.

    An empty cell, NaN, is white.
    """
    if isnan(value):
        return "#ffffff"
    share = min(abs(value) / limit, 1)
    full = NEGATIVE if value < 0 else POSITIVE
    return "#" + "".join(f"{round(255 + (c - 255) * share):02x}" for c in full)


def _text(x, y, text, colour, attributes=""):
    return f'<text x="{x:g}" y="{y:g}" fill="{colour}"{attributes}>{escape(text)}</text>'


@dataclass(frozen=True)
class Sign:
    """A letter, an operator or a few words between blocks."""

    text: str
    colour: str = INK
    points: int = 16

    @property
    def size(self):
        """Width and height in pixels."""
        return 0.64 * self.points * len(self.text) + 2, self.points + 8

    def svg(self, x, y):
        """Return the sign as an SVG element, its upper left corner at (x, y)."""
        width, height = self.size
        line = y + height / 2 + self.points * 0.36
        return _text(x + width / 2, line, self.text, self.colour, f' font-size="{self.points}"')


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

    Raises
    ------
    FloatingPointError
        If a number in a block is infinite.
    """
    items = {}
    for i, row in enumerate(grid):
        for j, item in enumerate(row):
            if item is not None:
                items[i, j] = Sign(item) if isinstance(item, str) else item

    sizes = {place: item.size for place, item in items.items()}
    widths = [0] * max(len(row) for row in grid)
    heights = [0] * len(grid)
    for (i, j), (width, height) in sizes.items():
        widths[j] = max(widths[j], width)
        heights[i] = max(heights[i], height)
    left = GAP + np.cumsum([0, *(width + GAP for width in widths)])
    top = GAP + np.cumsum([0, *(height + gap for height in heights)])

    parts = []
    boxes = {}  # place -> x, y, width, height
    for (i, j), item in items.items():
        width, height = sizes[i, j]
        x = left[j] + (widths[j] - width) / 2
        # Numbers share a line: a block lower than its row stands at the row's foot, and a sign in
        # the middle of the last cell.
        above_foot = height if isinstance(item, Block) else (CELL_H + height) / 2
        y = top[i] + heights[i] - above_foot
        boxes[i, j] = x, y, width, height
        parts.append(item.svg(x, y))
    for start, end in arrows:
        parts.append(_arrow(boxes[start], boxes[end]))

    width = left[-1]
    height = top[-1] - gap + GAP
    return Picture(
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>'
        '<g font-family="DejaVu Sans,Verdana,sans-serif" font-size="13" text-anchor="middle">'
        f"{''.join(parts)}</g>",
        width,
        height,
        words,
    )


def _arrow(start, end):
    """Return an arrow from the foot of one box to the head of another, along the gap between rows.

    A box is x, y, width, height.
    """
    x0 = start[0] + start[2] / 2
    y0 = start[1] + start[3] + 1
    x1 = end[0] + end[2] / 2
    y1 = end[1] - 2
    turn = (y0 + y1) / 2
    colour = COLOURS["output"]
    return (
        f'<g stroke="{colour}" fill="none" stroke-width="1.6">'
        f'<path d="M{x0:g} {y0:g}V{turn:g}H{x1:g}V{y1 - 5:g}"/></g>'
        f'<path d="M{x1 - 5:g} {y1 - 6:g}h10l-5 7z" fill="{colour}"/>'
    )


def spoken(values, digits=2):
    """Return numbers as a sentence lists them: '0.98, 1.28, 1.65'."""
    return ", ".join(number(value, digits) for value in np.ravel(values))


def units(n):
    """Return the labels of n units: ('1', '2', ...)."""
    return tuple(str(i + 1) for i in range(n))
