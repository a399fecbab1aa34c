"""Networks without a loop: what joins place to place, and what straight cuts can tell apart.

A readout is a matrix W (k, T·V) and a bias b (T·V): three scores a place, say, of which the
highest wins. Over codes of one number it cuts a line into pieces, over two numbers a plane. Knows
nothing of models.
"""

import itertools
from dataclasses import dataclass
from html import escape

import numpy as np

from revlib.drawing.blocks import CELL_H, Block, draw, units
from revlib.drawing.marks import letter_disc
from revlib.drawing.picture import PAPER, drawable, label, number, on_paper, themed
from revlib.drawing.plots import NEAR, beside_dots, joined

# Pixels
CELL = 46  # width of a cell
APART = 14  # between the cells of two places
SIDE = 34  # left of the rows, for their names
DISC = 12  # radius of a letter
RISE = 70  # from a row to the next, where wires run
LEAST = 0.15  # opacity of a wire that carries nothing

SAME = 2  # dots as near as this cover one another

STROKES = ("", ' stroke-dasharray="9 4"', ' stroke-dasharray="2 3"')  # one a place
NAME = 31  # width of a string's name, with room beside it
LINE = 14  # and its height
BIGGER = 11 / 8  # our small words over those of plots.py


@dataclass(frozen=True)
class Layer:
    """A row of cells, in groups that stand a little apart: the letters of each place.

    Parameters
    ----------
    values : (groups, columns) array
    name : str
        What the row is called, beside it.
    role : str
        A key of notation.COLOURS.
    titles : sequence of str
        What stands over each group.
    columns : sequence of str
        What stands over each cell.
    digits : int
        Decimals.
    limit : float, optional
        The absolute value with the full colour.
    """

    values: np.ndarray
    name: str
    role: str
    titles: tuple
    columns: tuple
    digits: int = 2
    limit: float | None = None


def draw_pass(letters, read, rows, P, said, weights, words, middle="h"):
    """Draw a string on its way through a network without a loop.

    Parameters
    ----------
    letters : sequence of V str
    read, said : str
        The string, and the answer.
    rows : sequence of (1, size) arrays
        What each layer holds: the string's row first, the scores last.
    P : (L, V) array
        Probabilities, drawn in place of the scores.
    weights : sequence of (rows, columns) arrays
        Between each layer and the next.
    words : str
        What the picture shows.
    middle : str
        What the hidden units are called.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a number is not finite.
    """
    X = rows[0].reshape(-1, len(letters))
    hidden = [
        Layer(row, "", "encoder", (middle,), units(row.shape[1]), limit=limit_of(row))
        for row in rows[1:-1]
    ]
    layers = [
        Layer(X, "", "input", _numbered("x", len(X)), letters, 0, 1),
        *hidden,
        Layer(P, "", "output", _numbered("p", len(P)), letters, limit=1),
    ]
    names = [f"W{k + 1}" for k in range(len(weights))] if hidden else ["W"]
    return draw_layers(layers, weights, names, words, read, said)


def limit_of(row):
    """Return the absolute value with the full colour: 10, or more if the row has more."""
    return max(10.0, float(np.abs(drawable(row, "a hidden layer")).max()))


def _numbered(name, count):
    """Return x(1), x(2), …"""
    return tuple(f"{name}({t + 1})" for t in range(count))


def draw_layers(layers, weights, names, words, read="", said="", widest=9):
    """Draw a network without a loop: its layers under one another, and a wire for each weight.

    The larger a weight, the thicker its wire; a negative one is dashed, and a wire is pale if the
    number at its upper end is 0.

    Parameters
    ----------
    layers : sequence of Layer
        From the input to the probabilities.
    weights : sequence of (rows, columns) arrays
        Between each layer and the next.
    names : sequence of str
        Of the weights.
    words : str
        What the picture shows.
    read, said : str
        The letters over the first layer and under the last, one a group.
    widest : int
        Cells of the widest layer.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a number or a weight is not finite.
    """
    width = 2 * SIDE + widest * CELL + 2 * APART + 60
    top = 8 + (2 * DISC + 12 if read else 0)
    wires = []
    cells = []
    rows = []  # of each layer: the middles of its cells, their upper edge
    for layer in layers:
        drawn, centres, edge = _layer(layer, width, top)
        cells.append(drawn)
        rows.append((centres, edge))
        top = edge + CELL_H + RISE
    for (upper, edge), (lower, below), W, name, layer, under in zip(
        rows, rows[1:], weights, names, layers, layers[1:]
    ):
        W = drawable(W, name)
        heights = edge + CELL_H, below - (36 if under.titles[0] else 18)
        wires.append(_wires(upper, lower, heights, W, np.ravel(layer.values)))
        beside = max(upper[-1], lower[-1]) + CELL / 2 + 12
        middle = sum(heights) / 2 + 4
        wires.append(label(beside, middle, name, themed("weights"), ' text-anchor="start"'))
    if read:
        centres = _middles(rows[0][0], len(read))
        cells += [letter_disc(x, 8 + DISC, letter, "input") for x, letter in zip(centres, read)]
    bottom = rows[-1][1] + CELL_H
    if said:
        down = bottom + 14 + DISC
        centres = _middles(rows[-1][0], len(said))
        cells += [letter_disc(x, down, letter, "output") for x, letter in zip(centres, said)]
        bottom = down + DISC
    return on_paper("".join(wires) + "".join(cells), width, bottom + 10, words)


def _layer(layer, width, top):
    """Return a layer's cells, the middles of all of them and their upper edge."""
    values = np.atleast_2d(layer.values)
    groups, columns = values.shape
    across = groups * columns * CELL + (groups - 1) * APART
    left = (width - across) / 2
    parts = []
    centres = []
    for k, (row, title) in enumerate(zip(values, layer.titles, strict=True)):
        block = Block(
            row,
            title,
            layer.role,
            columns=layer.columns,
            digits=layer.digits,
            limit=layer.limit,
            width=CELL,
        )
        inner, above, _, _ = block.cells
        x = left + k * (columns * CELL + APART)
        parts.append(block.svg(x - inner, top))
        centres += [x + (j + 0.5) * CELL for j in range(columns)]
    edge = top + above
    look = f' text-anchor="end" font-weight="bold" fill="{themed(layer.role)}"'
    if layer.name:
        parts.append(f'<text x="{left - 12:g}" y="{edge + 17:g}"{look}>{escape(layer.name)}</text>')
    return "".join(parts), centres, edge


def _middles(centres, groups):
    """Return the middle of each group of cells."""
    return np.reshape(centres, (groups, -1)).mean(axis=1).tolist()


def _wires(upper, lower, heights, W, values):
    """Return a line for each weight that is not 0."""
    largest = np.abs(W).max() or 1
    y0, y1 = heights
    lines = []
    for (i, x0), (j, x1) in itertools.product(enumerate(upper), enumerate(lower)):
        if W[i, j] == 0:
            continue
        thick = 3 * abs(W[i, j]) / largest
        dashes = ' stroke-dasharray="4 3"' if W[i, j] < 0 else ""
        pale = f' opacity="{LEAST}"' if values[i] == 0 else ""
        lines.append(
            f'<path d="M{x0:.4g} {y0:.4g}L{x1:.4g} {y1:.4g}" stroke-width="{thick:.3g}"'
            f"{dashes}{pale}/>"
        )
    return f'<g data-mark="wires" stroke="{themed("weights")}">{"".join(lines)}</g>'


# ---------------------------------------------------------------- cuts


def read_off(codes, W, b, letters):
    """Return what a readout makes of codes (N, k): N strings, the highest score at each place."""
    scores = codes @ W + b
    best = scores.reshape(len(codes), -1, len(letters)).argmax(axis=-1)
    return ["".join(letters[i] for i in row) for row in best]


def cuts_of_line(W, b, V):
    """Return, for each place, (cut, letter below it, letter above it), from left to right.

    Parameters
    ----------
    W, b : (1, T·V) and (T·V,) arrays
    V : int
        Letters.
    """
    places = []
    for slopes, biases in zip(np.reshape(W, (-1, V)), np.reshape(b, (-1, V))):
        ends = [*np.lexsort((biases, -slopes))]
        leader = ends[-1]  # far to the left the smallest slope wins
        cuts = []
        while True:
            later = [j for j in range(V) if slopes[j] > slopes[leader]]
            if not later:
                break
            meets = [(biases[leader] - biases[j]) / (slopes[j] - slopes[leader]) for j in later]
            first = min(range(len(later)), key=lambda m: (meets[m], -slopes[later[m]]))
            cuts.append((meets[first], leader, later[first]))
            leader = later[first]
        places.append(cuts)
    return places


def cuts_of_plane(W, b, V, limit):
    """Return, for each place, the cuts inside a square: pairs of points, (2, 2) arrays.

    Between two letters a cut runs where their scores are equal, and no other letter's is higher.

    Parameters
    ----------
    W, b : (2, T·V) and (T·V,) arrays
    V : int
        Letters.
    limit : float
        From the middle of the square to each side.
    """
    places = []
    for directions, biases in zip(W.T.reshape(-1, V, 2), np.reshape(b, (-1, V))):
        cuts = []
        for i, j in itertools.combinations(range(V), 2):
            across = directions[i] - directions[j]
            if not across.any():
                continue
            foot = across * (biases[j] - biases[i]) / (across @ across)
            along = np.array([-across[1], across[0]]) / np.linalg.norm(across)
            # what must not be below 0 at foot + s·along: gain + s·slope
            bounds = [
                (limit - sign * foot[k], -sign * along[k]) for k in (0, 1) for sign in (1, -1)
            ]
            for other in set(range(V)) - {i, j}:
                better = directions[i] - directions[other]
                gain = better @ foot + biases[i] - biases[other]
                bounds.append((gain, better @ along))
            low, high = -np.inf, np.inf
            for gain, slope in bounds:
                if slope > 0:
                    low = max(low, -gain / slope)
                elif slope < 0:
                    high = min(high, -gain / slope)
                elif gain < 0:
                    high = -np.inf
            if low < high:
                cuts.append(np.array([foot + low * along, foot + high * along]))
        places.append(cuts)
    return places


@dataclass(frozen=True)
class CutLine:
    """Codes of one number on a line, the cuts of each place below it, and the pieces they leave.

    Parameters
    ----------
    codes : (N,) array
    names : sequence of N str
        The strings.
    W, b : (1, T·V) and (T·V,) arrays
        The readout.
    letters : sequence of V str
    limit : float
        From the middle of the line to each end.
    width, height : float
        In pixels.
    framed : int, optional
        The string in the reader's hand.
    """

    codes: np.ndarray
    names: tuple
    W: np.ndarray
    b: np.ndarray
    letters: str
    limit: float
    width: float = 660
    height: float = 330
    framed: int | None = None

    @property
    def size(self):
        """Width and height in pixels."""
        return self.width, self.height

    def svg(self, x, y):
        """Return the line as an SVG element, its upper left corner at (x, y)."""
        codes = drawable(self.codes, "a code")
        left = x + 70
        long = self.width - 80

        def at(code):
            return left + long * (code / self.limit + 1) / 2

        places = cuts_of_line(self.W, self.b, len(self.letters))
        ground = y + self.height - 42 - 30 * len(places) - 34
        cuts = sorted(cut for place in places for cut, _, _ in place if abs(cut) < self.limit)
        answers = ground + 30 * len(places) + 34
        down = "".join(
            f"M{at(cut):.5g} {ground + 42 + 30 * t:g}V{answers:g}"
            for t, place in enumerate(places)
            for cut, _, _ in place
            if abs(cut) < self.limit
        )
        parts = [
            f'<path d="{down}" stroke="{themed("weights")}" stroke-dasharray="2 3"'
            ' stroke-width="1" opacity=".6"/>'
        ]
        for t, place in enumerate(places):
            parts.append(self._place(t, place, at, ground + 22 + 30 * t))
        parts.append(self._pieces(cuts, at, answers))
        parts.append(self._dots(codes, at, ground))
        return f'<g data-mark="line" font-size="12">{"".join(parts)}</g>'

    def _row(self, at, y, high, cuts, texts, role, name, strong):
        """Return a bar that is cut, with a text in each piece that has room for it."""
        ends = [at(end) for end in (-self.limit, *cuts, self.limit)]
        colour = themed(role)
        parts = [
            f'<text x="{ends[0] - 8:g}" y="{y + high / 2 + 4:g}" text-anchor="end"'
            f' fill="{colour}">{name}</text>'
        ]
        for x0, x1, text in zip(ends, ends[1:], texts):
            parts.append(
                f'<rect x="{x0:.5g}" y="{y:g}" width="{x1 - x0:.4g}" height="{high}"'
                f' fill="{colour}" fill-opacity="{strong}" stroke="{colour}" stroke-width="1">'
                f"<title>{text}</title></rect>"
            )
            if x1 - x0 > 8.5 * len(text) + 2:
                # a letter stands at the left, clear of the cuts of places above
                x, anchor = ((x0 + x1) / 2, "middle") if len(text) > 1 else (x0 + 6, "start")
                parts.append(
                    f'<text x="{x:.5g}" y="{y + high / 2 + 4:g}" text-anchor="{anchor}"'
                    f' fill="var(--i)">{text}</text>'
                )
        return "".join(parts)

    def _place(self, t, cuts, at, y):
        """Return the bar of one place: which letter wins where."""
        inside = [cut for cut in cuts if abs(cut[0]) < self.limit]
        middles = np.array([-self.limit, *(cut for cut, _, _ in inside), self.limit])
        middles = (middles[:-1] + middles[1:]) / 2
        texts = [text[t] for text in read_off(middles[:, None], self.W, self.b, self.letters)]
        where = [cut for cut, _, _ in inside]
        return self._row(at, y, 20, where, texts, "weights", f"place {t + 1}", "0.08")

    def _pieces(self, cuts, at, y):
        """Return the bar of the pieces that all cuts leave, with the answer in each."""
        ends = np.array([-self.limit, *cuts, self.limit])
        middles = (ends[:-1] + ends[1:]) / 2
        texts = read_off(middles[:, None], self.W, self.b, self.letters)
        return self._row(at, y, 24, cuts, texts, "output", "answer", "0.2")

    def _dots(self, codes, at, ground):
        """Return the line, a dot for each string, and the strings' names in columns over them."""
        said = read_off(codes[:, None], self.W, self.b, self.letters)
        order = np.argsort(codes, kind="stable").tolist()
        pixels = [at(code) for code in codes]
        x0, x1 = at(-self.limit), at(self.limit)
        parts = [
            f'<path d="M{x0:g} {ground:g}H{x1:g}" stroke="var(--f)" stroke-width="1"/>',
            f'<text x="{x0 - 8:g}" y="{ground + 4:g}" text-anchor="end"'
            f' fill="{themed("encoder")}">code</text>',
        ]
        last = -np.inf
        across, columns = self._columns(order, pixels)
        for column in columns:
            middle = max(last, np.mean([pixels[i] for i in column]))
            last = middle + NAME * across
            column.sort(key=lambda i: said[i] != self.names[i])  # those that come back stand lowest
            for k, i in enumerate(column):
                x = middle + NAME * (k % across - (across - 1) / 2)
                y = ground - 10 - LINE * (k // across)
                parts.append(_name(x, y, self.names[i], said[i], i == self.framed))
        # those that come back on top of those that share their place
        for i in sorted(order, key=lambda i: said[i] == self.names[i]):
            ring = f' stroke="{themed("output")}" stroke-width="2"'
            full = themed("output") if said[i] == self.names[i] else PAPER
            parts.append(
                f'<circle cx="{pixels[i]:.5g}" cy="{ground:g}" r="4" fill="{full}"{ring}>'
                f"<title>{self.names[i]}, {number(codes[i])}, read as {said[i]}</title></circle>"
            )
        return "".join(parts)

    def _columns(self, order, pixels):
        """Return how many names stand side by side, and the strings that share a column."""
        room = self.height - 42 - 34 - 30 * (self.W.shape[1] // len(self.letters)) - 12
        for across in itertools.count(1):
            columns = []
            for i in order:
                if columns and pixels[i] - pixels[columns[-1][0]] < NAME * across:
                    columns[-1].append(i)
                else:
                    columns.append([i])
            if LINE * max(len(column) / across for column in columns) <= room:
                return across, columns


def _name(x, y, name, said, framed, size=12):
    """Return a string's name: bold and in the colour of outputs if it comes back."""
    look = f' font-size="{size}"'
    look += ' font-weight="bold"' if name == said else ""
    look += ' text-decoration="underline"' if framed else ""
    colour = themed("output") if name == said else "var(--i)"
    return f'<text x="{x:.5g}" y="{y:.5g}" fill="{colour}"{look}>{name}</text>'


@dataclass(frozen=True)
class CutPlane:
    """Codes of two numbers in a plane, and the cuts of each place.

    Strings at one place have one name, 'caa = cac'; those that come back are bold, and their dots
    are full.

    Parameters
    ----------
    codes : (N, 2) array
    names : sequence of N str
        The strings; none, and no dot is drawn.
    W, b : (2, T·V) and (T·V,) arrays, or None
        The readout; without one, there are no cuts.
    letters : sequence of V str
    limit : float
        From the middle to each side.
    width : float
        Of the square, in pixels.
    places : sequence of int
        Whose cuts are drawn, from 0, with what they say in each piece; all if not given.
    title : str
        Over the square.
    said : sequence of N str
        What becomes of each string.
    framed : int, optional
        The string in the reader's hand.
    above : bool
        Whether each name stands over its dot; else where there is room.
    axes : (str, str)
        Names of the two numbers.
    """

    codes: np.ndarray
    names: tuple
    W: np.ndarray | None
    b: np.ndarray | None
    letters: str
    limit: float
    width: float = 400
    places: tuple | None = None
    title: str = ""
    said: tuple = ()
    framed: int | None = None
    above: bool = False
    axes: tuple = ("unit 1 of the code", "unit 2 of the code")

    @property
    def size(self):
        """Width and height in pixels."""
        return self.width + 28, self.width + 20 + (24 if self.axes[0] else 4)

    def svg(self, x, y):
        """Return the plane as an SVG element, its upper left corner at (x, y)."""
        codes = drawable(self.codes, "a code")
        left = x + 24
        top = y + 20
        scale = self.width / 2 / self.limit

        def at(point):
            return left + self.width / 2 + point[0] * scale, top + self.width / 2 - point[1] * scale

        parts = [
            f'<rect x="{left:g}" y="{top:g}" width="{self.width:g}" height="{self.width:g}"'
            ' fill="none" stroke="var(--f)" stroke-width=".8"/>'
        ]
        if self.title:
            parts.append(
                f'<text x="{left + self.width / 2:g}" y="{y + 12:g}" fill="var(--i)">'
                f"{escape(self.title)}</text>"
            )
        parts += self._axes(left, top)
        if self.W is not None:
            parts += self._cuts(at)
            if self.places is not None:
                parts += self._answers(at)
            elif not self.title:
                parts += self._legend(left, y + 8)
        if self.names:
            parts += self._dots(codes, at)
            parts += self._names(codes, scale, left, top)
        return f'<g data-mark="plane" font-size="12">{"".join(parts)}</g>'

    def _axes(self, left, top):
        """Return the names of the axes, and how far they reach."""
        if not self.axes[0]:
            return []
        low = top + self.width + 16
        middle = top + self.width / 2
        right = left + self.width
        centre = left + self.width / 2
        turned = f'transform="rotate(-90 {left - 8:g} {middle:g})"'
        places = [
            (left + 10, low, f"−{self.limit:g}", ""),
            (right - 8, low, f"{self.limit:g}", ""),
            (centre, low, self.axes[0], ""),
            (left - 8, middle, self.axes[1], turned),
        ]
        return [
            f'<text x="{x:g}" y="{y:g}" fill="var(--f)" {look}>{text}</text>'
            for x, y, text, look in places
        ]

    def _legend(self, left, y):
        """Return which stroke belongs to which place."""
        parts = []
        for t in range(self.W.shape[1] // len(self.letters)):
            x = left + 20 + 130 * t
            stroke = f'stroke="{themed("weights")}" stroke-width="1.6"{STROKES[t % 3]}'
            parts.append(
                f'<path d="M{x:g} {y:g}h34" {stroke}/><text x="{x + 42:g}" y="{y + 4:g}"'
                f' text-anchor="start" fill="var(--f)">place {t + 1}</text>'
            )
        return parts

    def _answers(self, at):
        """Return what the drawn places say in each piece, a dot for a place that is not drawn."""
        steps = np.linspace(-self.limit, self.limit, 141)
        grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        pieces = {}
        for point, said in zip(grid, read_off(grid, self.W, self.b, self.letters)):
            shown = "".join(c if t in self.places else "·" for t, c in enumerate(said))
            pieces.setdefault(shown, []).append(point)
        parts = []
        for said, points in pieces.items():
            x, y = at(np.mean(points, axis=0))  # a piece has no dent: its middle lies in it
            parts.append(
                f'<text x="{x:.4g}" y="{y + 4:.4g}" fill="{themed("output")}">{said}</text>'
            )
        return parts

    def _cuts(self, at):
        """Return the cuts as lines, another stroke for each place, named where they end."""
        colour = themed("weights")
        parts = []
        drawn = cuts_of_plane(self.W, self.b, len(self.letters), self.limit)
        for t, (stroke, cuts) in enumerate(zip(itertools.cycle(STROKES), drawn)):
            if self.places is not None and t not in self.places:
                continue
            lines = []
            for start, end in cuts:
                (x0, y0), (x1, y1) = at(start), at(end)
                lines.append(
                    f'<path d="M{x0:.5g} {y0:.5g}L{x1:.5g} {y1:.5g}"><title>place {t + 1}</title>'
                    "</path>"
                )
            parts.append(
                f'<g data-place="{t + 1}" fill="none" stroke="{colour}" stroke-width="1.6"'
                f"{stroke}>{''.join(lines)}</g>"
            )
        return parts

    def _dots(self, codes, at):
        """Return a dot for each string inside the square, full if it comes back."""
        parts = []
        for i, (code, name, said) in enumerate(zip(codes, self.names, self.said, strict=True)):
            if np.abs(code).max() > self.limit:
                continue
            x, y = at(code)
            full = themed("output") if said == name else PAPER
            parts.append(
                f'<circle cx="{x:.5g}" cy="{y:.5g}" r="{6 if i == self.framed else 4}"'
                f' fill="{full}" stroke="{themed("output")}" stroke-width="2">'
                f"<title>{name}, read as {said}</title></circle>"
            )
        # those that come back on top of those that share their place
        return sorted(parts, key=lambda part: f'fill="{PAPER}"' not in part)

    def _names(self, codes, scale, left, top):
        """Return the names of the strings, one a place, clear of one another."""
        middle = self.width / 2
        dots = _gathered((codes * scale + middle) / BIGGER)
        labels = joined(self.names, dots)
        if self.above:
            sizes = [5.1 * len(text) for text in labels]
            corners = [dot + [-size / 2, 5] for dot, size in zip(dots, sizes)]
        else:
            corners = beside_dots(dots, labels, np.full(2, self.width) / BIGGER)
        comes_back = {name for name, said in zip(self.names, self.said) if name == said}
        parts = []
        for dot, text, corner in zip(dots, labels, corners):
            if not text or corner is None:
                continue
            x = left + corner[0] * BIGGER
            y = top + self.width - corner[1] * BIGGER
            size = np.array([5.1 * len(text), 8.0])
            nearest = np.clip(dot, corner, corner + size)
            if not self.above and np.linalg.norm(nearest - dot) > NEAR:
                ends = [
                    (left + u * BIGGER, top + self.width - v * BIGGER) for u, v in (dot, nearest)
                ]
                (x0, y0), (x1, y1) = ends
                parts.append(
                    f'<path d="M{x0:.4g} {y0:.4g}L{x1:.4g} {y1:.4g}" stroke="var(--f)"'
                    ' stroke-width=".6"/>'
                )
            spans = []
            for name in text.split(" = "):
                bold = name in comes_back
                look = f' font-weight="bold" fill="{themed("output")}"' if bold else ""
                spans.append(f"<tspan{look}>{name}</tspan>" if look else name)
            parts.append(
                f'<text x="{x:.5g}" y="{y - 2:.5g}" font-size="11" text-anchor="start"'
                f' fill="var(--i)" stroke="{PAPER}" stroke-width="3" paint-order="stroke">'
                f"{' = '.join(spans)}</text>"
            )
        return parts


def _gathered(dots):
    """Return dots with those that cover one another put at one place: they get one name."""
    places = []
    for dot in dots:
        near = [place for place in places if np.linalg.norm(place - dot) < SAME]
        places.append(near[0] if near else dot)
    return np.array(places).reshape(-1, 2)


def draw_cuts(planes, words):
    """Draw lines or planes side by side, each a CutLine or a CutPlane.

    Returns
    -------
    Picture
    """
    return draw([list(planes)], words)


# ---------------------------------------------------------------- results


def draw_seeds(groups, axis, most, words, learned=()):
    """Draw results of many seeds as dots, a line for each kind of network.

    Parameters
    ----------
    groups : dict of str to sequence of int
        Kind of network -> how many came out right, a seed each.
    axis : str
        What is counted.
    most : int
        The most that can be right.
    words : str
        What the picture shows.
    learned : sequence of sequences of bool
        For each kind, whether each seed has learned all that it was trained on; a dot is hollow
        where it has not.

    Returns
    -------
    Picture
    """
    left, long, line = 210, 420, 56
    width = left + long + 40
    floor = 14 + line * len(groups)

    def at(value):
        return left + long * value / most

    colour = themed("output")
    parts = []
    for k, (name, values) in enumerate(groups.items()):
        y = 14 + line * (k + 0.5)
        parts.append(
            f'<path d="M{left} {y + 23:g}h{long}" stroke="var(--f)" stroke-width=".5"/>'
            f'<text x="{left - 14}" y="{y + 17:g}" text-anchor="end" fill="var(--i)">'
            f"{escape(name)}</text>"
        )
        drawn = []
        for seed, value in enumerate(values):
            near = sum(abs(at(value) - at(other)) < 9 for other in drawn)
            drawn.append(value)
            full = not learned or learned[k][seed]
            aside = (
                9 * (near // 5) * (-1 if value > most / 2 else 1)
            )  # five on one another, at most
            across, up = at(value) + aside, y + 17 - 9 * (near % 5)
            parts.append(
                f'<circle data-kind="{k}" cx="{across:.5g}" cy="{up:.5g}" r="4.2" stroke="{colour}"'
                f' stroke-width="1.6" fill="{colour if full else PAPER}">'
                f"<title>{escape(name)}, seed {seed}: {value} of {most}</title></circle>"
            )
    ticks = sorted({0, most, *range(0, most, 1 if most < 10 else 20)})
    ticks = [tick for tick in ticks if tick == most or most - tick > most / 12]
    for tick in ticks:
        parts.append(
            f'<path d="M{at(tick):.5g} {floor:g}v5" stroke="var(--f)" stroke-width="1"/>'
            f'<text x="{at(tick):.5g}" y="{floor + 19:g}" font-size="12" fill="var(--f)">{tick}'
            "</text>"
        )
    parts.append(
        f'<text x="{left + long / 2:g}" y="{floor + 36:g}" font-size="12" fill="var(--f)">'
        f"{escape(axis)}</text>"
    )
    return on_paper("".join(parts), width, floor + 46, words)
