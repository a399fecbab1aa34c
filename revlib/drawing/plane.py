"""Two numbers as an arrow in a plane: what a matrix does to it, and whether its two numbers
cancel."""

from dataclasses import dataclass
from html import escape

import numpy as np

from revlib.drawing.blocks import Block, draw, spoken
from revlib.drawing.flows import Flow, head
from revlib.drawing.picture import drawable, label, minus, number, themed

# Pixels
SIDE = 300  # of the plane
SMALL = 210  # and of one of several
ROOM = 18  # around it, for names
TITLE = 20  # over it
BELOW = 0.3  # how much of its lower half is shown
FAN = 12  # arrows all around


@dataclass(frozen=True)
class Plane:
    """A row of two numbers as an arrow, split along two directions, before arrows all around.

    Parameters
    ----------
    row : (2,) array
    shares : (2, 2) array
        Two rows that add up to it, one along each direction.
    fan : (N, 2) array
        Other rows, drawn pale.
    directions : (2, 2) array
        A row each, of norm 1.
    names : (str, str)
        What is written along the directions.
    limit : float
        From the middle to each side.
    """

    row: np.ndarray
    shares: np.ndarray
    fan: np.ndarray
    directions: np.ndarray
    names: tuple
    limit: float

    @property
    def size(self):
        """Width and height in pixels."""
        return SIDE + 2 * ROOM, SIDE + 2 * ROOM

    def svg(self, x, y):
        """Return the plane as an SVG element, its upper left corner at (x, y)."""
        middle = np.array([x, y]) + ROOM + SIDE / 2

        def at(point):
            return middle + np.asarray(point) * [1, -1] * (SIDE / 2 / self.limit)

        parts = [_axes(middle, at, SIDE, self.limit, ("entry 1", "entry 2"))]
        for direction, name in zip(self.directions, self.names):
            parts.append(self._direction(direction, name, at))
        parts += [_arrow(at, row, 'stroke-width="1.2" opacity=".35"') for row in self.fan]
        for share in self.shares:
            far = _data(at(share), at(self.row))
            parts.append(f'<path d="{far}" stroke="var(--f)" stroke-dasharray="2 3"/>')
            parts.append(_arrow(at, share, 'stroke-width="2" stroke-dasharray="5 3"'))
        parts.append(_arrow(at, self.row, 'stroke-width="3"'))
        colour = themed("encoder")
        return (
            f'<g data-mark="plane" color="{colour}" fill="none" stroke="currentColor"'
            f' stroke-width="1">{"".join(parts)}</g>'
        )

    def _direction(self, direction, name, at):
        """Return the line of a direction through the middle, and its name at the end on the
        right."""
        end = direction / np.abs(direction).max() * self.limit
        end = end if end[0] > 0 else -end
        line = _data(at(-end), at(end))
        place = at(0.86 * end)
        lower = 16 if end[1] < 0 else -8
        return (
            f'<path d="{line}" stroke="{themed("weights")}" stroke-dasharray="1 4"'
            f' stroke-width="1.6"/>{label(place[0] - 34, place[1] + lower, name)}'
        )


@dataclass(frozen=True)
class Balance:
    """Pairs of numbers that are added up, as arrows: those on the dashed line cancel.

    Parameters
    ----------
    pairs : (N, 2) array
    names : sequence of N str
        What stands at each arrow's tip.
    thick : int
        Which arrow is in the full colour.
    title : str
    axes : (str, str)
        What the two numbers are.
    """

    pairs: np.ndarray
    names: tuple
    thick: int
    title: str
    axes: tuple

    @property
    def size(self):
        """Width and height in pixels."""
        return SMALL + 2 * ROOM, (1 + BELOW) * SMALL / 2 + 2 * ROOM + TITLE

    def svg(self, x, y):
        """Return the plane as an SVG element, its upper left corner at (x, y)."""
        middle = np.array([x, y + TITLE]) + ROOM + SMALL / 2
        pairs = drawable(self.pairs, "a pair")
        limit = 1.25 * float(max(np.abs(pairs).max(), -pairs[:, 1].min() / BELOW) or 1)

        def at(point):
            return middle + np.asarray(point) * [1, -1] * (SMALL / 2 / limit)

        line = _data(at((-limit, limit)), at((BELOW * limit, -BELOW * limit)))
        parts = [
            f'<text x="{middle[0]:.1f}" y="{y + 13:.1f}" font-weight="bold" fill="currentColor"'
            f' stroke="none">{escape(self.title)}</text>',
            _axes(middle, at, SMALL, limit, self.axes, BELOW),
            f'<path d="{line}" stroke="{themed("weights")}" stroke-dasharray="5 4"/>',
        ]
        for k, pair in enumerate(self.pairs):
            look = 'stroke-width="3"' if k == self.thick else 'stroke-width="1.6" opacity=".5"'
            parts.append(_arrow(at, pair, look))
        for pair, name in zip(self.pairs, self.names, strict=True):
            end = at(pair)
            out = (end - middle) / (np.linalg.norm(end - middle) or 1)
            place = end + 9 * out
            parts.append(label(place[0], place[1] + 4, name))
        return (
            f'<g data-mark="plane" color="{themed("decoder")}" fill="none" stroke="currentColor"'
            f' stroke-width="1">{"".join(parts)}</g>'
        )


def _axes(middle, at, side, limit, names, below=1.0):
    """Return two axes of a plane, with their numbers and names; `below` is the share of its lower
    half that is shown."""
    left, top = middle - side / 2
    right, foot = middle + side / 2 * np.array([1, below])
    lines = f"M{left:g} {middle[1]:g}H{right:g}M{middle[0]:g} {top:g}V{foot:g}"
    half = float(f"{limit / 2:.1g}")
    ticks = ""
    beside = -6 if below == 1 else 32  # over the axis, or under its numbers where there is no more
    labels = [
        label(right - 3.2 * len(names[0]), middle[1] + beside, names[0]),
        label(middle[0], top - 6, names[1]),
    ]
    for value in (-half, half):
        across, up = at((value, 0)), at((0, value))
        ticks += f"M{across[0]:g} {across[1] - 3:g}v6"
        labels.append(label(across[0], across[1] + 17, minus(f"{value:g}")))
        if up[1] < foot:
            ticks += f"M{up[0] - 3:g} {up[1]:g}h6"
            labels.append(label(up[0] - 14, up[1] + 4, minus(f"{value:g}")))
    return f'<path d="{lines}{ticks}" stroke="var(--f)" stroke-width=".8"/>{"".join(labels)}'


def _data(start, end):
    return f"M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}"


def _arrow(at, row, look):
    """Return an arrow from the middle to a row; nothing if it is too short to be seen."""
    start, end = at((0, 0)), at(row)
    length = np.linalg.norm(end - start)
    if length < 1:
        return ""
    ahead = (end - start) / length
    long = min(1, length / 12)
    near = end - 6 * long * ahead
    tip = head(*end, ahead, long, opened=False, colour="currentColor")
    return f'<g {look}><path d="{_data(start, near)}"/>{tip}</g>'


def draw_turning(A, row, steps, scale=1.0, limit=2.0, most=5):
    """Draw what a matrix does to a row, again and again: the row turns, and its norm changes.

    Over the numbers stand arrows: the row, split along the two directions that the matrix only
    multiplies by a number, and, pale, rows of norm 1 all around, after as many steps.

    Parameters
    ----------
    A : (2, 2) array
        With two real eigenvalues and a direction for each; the one of the larger size comes first.
    row : (2,) array
        The row to begin with.
    steps : int
        How many times it is multiplied, 0 or more.
    scale : float
        What A is multiplied by.
    limit : float
        From the middle of the plane to each side, or more if an arrow would leave it.
    most : int
        Steps for which there are cells, empty ones after the last.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If the row is not finite, or becomes so.
    ValueError
        If A turns every row, or all rows but those of one direction; the message gives its
        eigenvalues.
    """
    row = drawable(row, "the row")
    A = drawable(A, "A")
    # of rows: e·A is the eigenvalue times e; from NumPy 2.5 on they are complex numbers always
    eigenvalues, columns = map(np.real_if_close, np.linalg.eig(A.T))
    if np.iscomplexobj(eigenvalues):
        raise ValueError(f"the matrix turns every row: its eigenvalues are {eigenvalues.round(3)}")
    if np.linalg.cond(columns) > 1e8:
        raise ValueError(
            "the matrix leaves only one direction as it is, and no row can be split: its"
            f" eigenvalues are {eigenvalues.round(3)}"
        )
    order = np.argsort(-np.abs(eigenvalues))
    directions = columns.T[order]
    stretches = scale * eigenvalues[order]
    shares = np.linalg.solve(directions.T, row)[:, None] * directions  # (2, 2), adding up to row
    with np.errstate(all="ignore"):  # what overflows is answered in words
        rows = [row]
        for _ in range(steps):
            rows.append(drawable(rows[-1] @ A * scale, "the row"))
        norm = drawable(np.linalg.norm(rows[-1]), "the norm")
        shares = drawable(shares * stretches[:, None] ** steps, "a share")
        angles = 2 * np.pi * np.arange(FAN) / FAN
        circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)  # (FAN, 2)
        fan = drawable(circle @ np.linalg.matrix_power(scale * A, steps), "an arrow")
    limit = max(limit, 1.05 * float(np.abs([*shares, *fan, rows[-1]]).max()))
    plane = Plane(
        rows[-1],
        shares,
        fan,
        directions,
        tuple(f"× {number(stretch)} a step" for stretch in stretches),
        limit,
    )
    title = "A" if scale == 1 else f"A × {number(scale)}"
    numbers = [Block(A, "A", "weights", digits=1, limit=1.2, title=title, scale=scale)]
    for k in range(max(most, steps) + 1):
        cells = rows[k] if k <= steps else np.full(2, np.nan)
        before = "start" if k == 1 else f"after {k - 1}"
        numbers.append(
            Block(
                cells[:, None],
                f"after {k}" if k else "start",
                "encoder",
                limit=limit,
                why=f"dot|{before}|A" if k else "",
            )
        )
    flows = [Flow((1, k), (1, k + 1), "right", "left") for k in range(1, steps + 1)]
    times = {0: "Before the first step", 1: "After one step"}.get(steps, f"After {steps} steps")
    words = (
        f"{times} the row is {spoken(rows[-1])}, of norm"
        f" {number(float(norm))}: {spoken(shares[0])} along the direction that is"
        f" stretched by {number(stretches[0])} a step, and {spoken(shares[1])} along the one by"
        f" {number(stretches[1])}."
    )
    return draw([[plane], numbers], words, flows, gap=10)


def draw_balance(pairs, names, thick, titles, axes, words):
    """Draw pairs of numbers as arrows, step by step: those on the dashed line add up to 0.

    Parameters
    ----------
    pairs : (T, N, 2) array
    names : sequence of N str
        Of the arrows.
    thick : sequence of T int
        Which arrow of each step is in the full colour.
    titles : sequence of T str
    axes : (str, str)
        What the two numbers are.
    words : str

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a number is not finite.
    """
    planes = [
        Balance(step, tuple(names), which, title, tuple(axes))
        for step, which, title in zip(pairs, thick, titles, strict=True)
    ]
    return draw([planes], words)
