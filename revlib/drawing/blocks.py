"""Arrays drawn as cells of numbers (SVG text), and laid out on a grid. Knows nothing of models."""

from dataclasses import dataclass, field
from html import escape
from math import isnan

import numpy as np

from revlib.drawing.flows import Box, route
from revlib.drawing.picture import INK, drawable, minus, number, on_paper, themed

# Pixels
CELL_W = 50
CELL_H = 24
DIGIT_W = 24  # a cell with one digit
CAPTION = 18  # height of a block's name
LABEL = 15  # height of the labels above columns, and the least width of those beside rows
GAP = 12  # between neighbours
CHARACTER = 8.4  # width of one in a label, at most

STRONGEST = 0.5  # opacity of a full cell: numbers stay readable on it
STEP = 0.01  # what one press of + adds to a number in the reader's hand


@dataclass(frozen=True)
class Block:
    """An array drawn as a grid of cells, with a caption in the colour of its role.

    The strength of a cell's colour is the size of its number, stripes are its sign.

    Parameters
    ----------
    values : (columns,) or (rows, columns) float array
        A NaN is drawn as an empty cell: "not there yet".
    name : str
        What the reasons of other blocks call it.
    role : str
        A key of notation.COLOURS.
    rows, columns : sequence of str
        Labels beside the rows and above the columns.
    digits : int
        Decimals.
    mark : set of (row, column)
        Cells with a heavy frame: what is in the reader's hand, or what is wrong.
    limit : float, optional
        The absolute value with the full colour; the largest in the array if not given.
    width : float
        Of a cell, in pixels.
    title : str, optional
        The caption; the name if not given.
    faint : set of int
        Rows drawn pale: they have no part in the result.
    why : str
        How the numbers were made of other blocks: a reason as revlib/panels/hand.js reads it,
        "dot|S(1)|Ws;add|bh".
    names, row_names : sequence of str
        What columns (or the numbers of a vector) and rows are called, where no labels say it.
    scale : float
        What the network multiplies the numbers by.
    held : bool
        Whether the reader can take a number in hand.
    texts : sequence of str
        What stands in the cells instead of numbers, row by row: letters, each in a disc.
    letters : str
        With spaces between, what a letter in hand can become.
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
    title: str | None = None
    faint: set = field(default_factory=set)
    why: str = ""
    names: tuple = ()
    row_names: tuple = ()
    scale: float = 1
    held: bool = False
    texts: tuple = ()
    letters: str = ""

    @property
    def caption(self):
        """What is written above the cells."""
        return self.name if self.title is None else self.title

    @property
    def size(self):
        """Width and height in pixels."""
        rows, columns = np.atleast_2d(self.values).shape
        width = columns * self.width
        height = rows * CELL_H
        width += 2 * self.labels  # as much on the other side keeps the cells in the middle
        if self.caption:
            width = max(width, 9.4 * len(self.caption))
            height += CAPTION
        if self.columns:
            height += LABEL
        return width, height

    @property
    def labels(self):
        """How wide the labels beside the rows are, in pixels."""
        return max(LABEL, 5 + CHARACTER * max(map(len, self.rows))) if self.rows else 0

    @property
    def cells(self):
        """The box of the cells alone: x, y within the block, width, height."""
        rows, columns = np.atleast_2d(self.values).shape
        width, height = self.size
        across = columns * self.width
        down = rows * CELL_H
        return (width - across) / 2, height - down, across, down

    def svg(self, x, y):
        """Return the block as SVG elements, its upper left corner at (x, y).

        Raises
        ------
        FloatingPointError
            If a value is infinite; the message says which, and where.
        """
        table = np.atleast_2d(drawable(self.values, self.name or "a block", empty=True))
        limit = float(self.limit or np.nanmax(np.abs(table), initial=0) or 1)
        colour = themed(self.role)
        middle = x + self.size[0] / 2
        left = middle - table.shape[1] * self.width / 2

        parts = []
        if self.caption:
            parts.append(_text(middle, y + 13, self.caption, colour, ' font-weight="bold"'))
            y += CAPTION
        if self.columns:
            for j, label in enumerate(self.columns):
                centre = left + (j + 0.5) * self.width
                parts.append(_text(centre, y + 11, label, "var(--f)", ' font-size="12"'))
            y += LABEL
        for i, label in enumerate(self.rows):
            look = ' font-size="12" text-anchor="end"'
            parts.append(_text(left - 5, y + i * CELL_H + 17, label, "var(--f)", look))

        parts.append(self._cells(table, limit, left, y, colour))
        return "".join(parts)

    def _cells(self, table, limit, left, top, colour):
        """Return the cells alone: boxes, stripes on negative ones, numbers, heavy frames."""
        shown = self._shown(table)
        boxes = []
        stripes = []
        numbers = []
        frames = []
        for i, row in enumerate(table.tolist()):
            for j, value in enumerate(row):
                x = left + j * self.width
                y = top + i * CELL_H
                text = shown[i][j]
                boxes.append(self._box(x, y, self._look(value, limit, i)))
                if text.startswith("−"):
                    stripes.append(f"M{x:g} {y + CELL_H / 2:g}h{self.width:g}")
                look = ' opacity=".45"' if i in self.faint else ""
                if len(text) > 5 and width_of(text) > self.width - 4:
                    look += ' font-size="11"'
                numbers.append(_text(x + self.width / 2, y + 17, text, "", look))
                if (i, j) in self.mark:
                    frames.append(self._box(x, y))
        parts = [
            f'<g data-block="{escape(self.name)}"{self._data(table, shown)} color="{colour}"'
            ' fill="currentColor" stroke="currentColor">',
            *boxes,
        ]
        if stripes:
            look = f'stroke-width="{CELL_H}" stroke-opacity=".25" stroke-dasharray="1.5 5"'
            parts.append(f'<path d="{"".join(stripes)}" {look}/>')
        parts.append(f'<g fill="var(--i)" stroke="none">{"".join(numbers)}</g>')
        if frames:
            look = 'fill="none" stroke="var(--i)" stroke-width="2.5"'
            parts.append(f"<g {look}>{''.join(frames)}</g>")
        return "".join([*parts, "</g>"])

    def _shown(self, table):
        """Return what stands in the cells, a list of rows."""
        if self.texts:
            columns = table.shape[1]
            return [list(self.texts[k : k + columns]) for k in range(0, len(self.texts), columns)]
        return [
            ["" if isnan(value) else minus(number(value, self.digits)) for value in row]
            for row in table.tolist()
        ]

    def _look(self, value, limit, row):
        """Return how strong a cell's colour is, as an attribute."""
        strength = STRONGEST * strength_of(value, limit)
        if row in self.faint:
            strength *= 0.35
        corners = f' rx="{CELL_H / 2:g}"' if self.texts else ""
        return f'{corners} fill-opacity="{f"{strength:.2f}".removeprefix("0")}"'

    def _box(self, x, y, look=""):
        size = f'width="{self.width:g}" height="{CELL_H}"'
        return f'<rect x="{x:g}" y="{y:g}" {size}{look}/>'

    def _data(self, table, shown):
        """Return what hand.js reads: names, exact numbers, the reason, what can be taken."""
        rows, columns = table.shape
        row_names = self.row_names or self.rows
        names = self.names or self.columns
        if columns == 1:
            names = self.names or self.rows
            row_names = ()
        data = {
            "columns": str(columns) if rows > 1 else "",
            "rows": _listed(row_names),
            "names": _listed(names),
            "v": "" if self.texts else _exact(table, shown),
            "why": self.why,
            "scale": "" if self.scale == 1 else f"{self.scale:.6g}",
            "step": f"{STEP:g}" if self.held and not self.texts else "",
            "letters": self.letters if self.held else "",
        }
        return "".join(f' data-{key}="{escape(text)}"' for key, text in data.items() if text)


def _listed(names):
    """Return names with spaces between; nothing if they are 1, 2, 3, which goes without saying."""
    return "" if tuple(names) == units(len(names)) else " ".join(names)


def _exact(table, shown):
    """Return the numbers to five digits; nothing if the cells show as much."""
    exact = [f"{value:.5g}" for value in table.ravel().tolist()]
    texts = [text.replace("−", "-") for row in shown for text in row]
    if all(not text or float(text) == float(value) for text, value in zip(texts, exact)):
        return ""
    return " ".join(exact)


def strength_of(value, limit):
    """Return how strong the colour of a value is: 0 at 0 and in an empty cell, 1 at ±limit."""
    return 0.0 if isnan(value) else min(abs(value) / limit, 1)


def width_of(text):
    """Return how wide a number is in a cell, about, in pixels."""
    return sum({".": 4.2, "−": 11.0}.get(character, 8.3) for character in text)


def _text(x, y, text, colour, attributes=""):
    fill = f' fill="{colour}"' if colour else ""
    return f'<text x="{x:g}" y="{y:g}"{fill}{attributes}>{escape(text)}</text>'


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


def draw(grid, words, flows=(), gap=GAP):
    """Lay blocks out on a grid, as on paper, and join some of them by arrows.

    Parameters
    ----------
    grid : list of rows, each a list of Block, Sign, str (a Sign), a mark of marks.py, or None
        Every column is as wide as its widest entry; entries are centred. A row of one
        entry has no columns: it begins at the left.
    words : str
        What the picture shows.
    flows : sequence of Flow
        From one place of the grid, (row, column), to another.
    gap : float or sequence of float
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

    def alone(i):
        return len(grid[i]) == 1 < len(widths)

    sizes = {place: item.size for place, item in items.items()}
    widths = [0] * max(len(row) for row in grid)
    heights = [0] * len(grid)
    for (i, j), (width, height) in sizes.items():
        if not alone(i):
            widths[j] = max(widths[j], width)
        heights[i] = max(heights[i], height)
    gaps = np.broadcast_to(gap, len(grid))
    left = GAP + np.cumsum([0, *(width + GAP for width in widths)])
    top = GAP + np.cumsum([0, *(height + between for height, between in zip(heights, gaps))])

    parts = []
    boxes = {}
    for (i, j), item in items.items():
        width, height = sizes[i, j]
        x = GAP if alone(i) else left[j] + (widths[j] - width) / 2
        # Numbers share a line: a block lower than its row stands at the row's foot, and a sign in
        # the middle of the last cell.
        above_foot = (CELL_H + height) / 2 if isinstance(item, Sign) else height
        y = top[i] + heights[i] - above_foot
        boxes[i, j] = Box(x, y, width, height)
        if isinstance(item, Block):
            inner, captions, across, _ = item.cells
            labels = item.labels
            boxes[i, j] = Box(x + inner, y, across, height, captions, labels)
        parts.append(item.svg(x, y))
    # under the cells, so that no number is ever crossed
    arrows = [route(flow, boxes[flow.start], boxes[flow.end]) for flow in flows]

    width = max([left[-1], *(2 * GAP + sizes[i, j][0] for i, j in items if alone(i))])
    height = top[-1] - gaps[-1] + GAP
    return on_paper("".join(arrows) + "".join(parts), width, height, words)


def spoken(values, digits=2):
    """Return numbers as a sentence lists them: '0.98, 1.28, 1.65'."""
    return ", ".join(number(value, digits) for value in np.ravel(values))


def units(n):
    """Return the labels of n units: ('1', '2', ...)."""
    return tuple(str(i + 1) for i in range(n))
