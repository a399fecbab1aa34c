"""Arrows: what flows where, and how an arrow finds its way between two boxes."""

from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

from revlib.drawing.picture import label, themed

OUTWARD = {"top": (0, -1), "bottom": (0, 1), "left": (-1, 0), "right": (1, 0)}
CORNER = 7  # pixels, the radius of a turn
BESIDE = 40  # pixels; the label of a shorter upright line stands beside it
HEAD = 7  # pixels, the length of an arrow's head


class Box(NamedTuple):
    """What an arrow leaves or enters, in pixels."""

    x: float
    y: float
    width: float  # of the cells
    height: float  # with the captions
    captions: float = 0  # over the cells: what enters from above stops over them
    labels: float = 0  # beside the cells: what enters from the left stops before them


@dataclass(frozen=True)
class Flow:
    """An arrow from one place of a grid to another.

    What flows forward is a line with a filled head; what flows back is dashed, with an open one.

    Parameters
    ----------
    start, end : (row, column)
    out, into : str
        The sides that it leaves and enters: "top", "bottom", "left" or "right".
    role : str
        A key of notation.COLOURS.
    back : bool
        Whether it flows back in time, as blame does.
    label : str
        Written on it.
    label_at : float
        How far along its longest stretch, from 0 to 1.
    label_up : float
        Pixels over the line; 0 is on it, and the line stops for it.
    width : float
        Pixels; where it says how much flows.
    at : (float, float)
        How far along each side it leaves and enters, from 0 to 1.
    reach : float
        How far out it goes, in pixels, if it leaves and enters on the same side.
    """

    start: tuple
    end: tuple
    out: str = "bottom"
    into: str = "top"
    role: str = "encoder"
    back: bool = False
    label: str = ""
    label_at: float = 0.5
    label_up: float = 0
    width: float = 1.6
    at: tuple = (0.5, 0.5)
    reach: float = 16


def route(flow, start, end):
    """Return a Flow as SVG, around corners if it must.

    Parameters
    ----------
    flow : Flow
    start, end : Box
    """
    colour = themed(flow.role)
    points = corners(flow, start, end)
    (x0, y0), (x1, y1) = points[-2:]
    size = max(abs(x1 - x0), abs(y1 - y0)) or 1
    ahead = (x1 - x0) / size, (y1 - y0) / size
    thick = 0.9 + flow.width / 8
    stop = HEAD * thick - 1 if not flow.back else 1
    line = [*points[:-1], (x1 - stop * ahead[0], y1 - stop * ahead[1])]
    dashes = ' stroke-dasharray="6 3"' if flow.back else ""
    parts = [
        f'<g class="flow" stroke="{colour}" fill="none" stroke-width="{flow.width:.3g}">',
        f'<path d="{rounded(line)}"{dashes}/>',
        head(x1, y1, ahead, thick, flow.back, colour),
    ]
    if flow.label:
        parts.append(_label(flow, points, colour))
    return "".join([*parts, "</g>"])


def corners(flow, start, end):
    """Return the points of an arrow's line, from where it leaves to where it enters."""
    p = side(start, flow.out, flow.at[0], 2)
    q = side(end, flow.into, flow.at[1], 3)
    out, into = OUTWARD[flow.out], OUTWARD[flow.into]
    upright = out[0] == 0
    if out == into:  # around both
        if upright:
            far = max(p[1] * out[1], q[1] * out[1]) + flow.reach
            return [p, (p[0], far * out[1]), (q[0], far * out[1]), q]
        far = max(p[0] * out[0], q[0] * out[0]) + flow.reach
        return [p, (far * out[0], p[1]), (far * out[0], q[1]), q]
    if out[0] == -into[0] and out[1] == -into[1]:  # from one to the other, with a step half way
        if abs(p[0] - q[0]) < 1 or abs(p[1] - q[1]) < 1:
            return [p, q]
        if upright:
            half = (p[1] + q[1]) / 2
            return [p, (p[0], half), (q[0], half), q]
        half = (p[0] + q[0]) / 2
        return [p, (half, p[1]), (half, q[1]), q]
    return [p, (p[0], q[1]) if upright else (q[0], p[1]), q]


def side(box, which, along, off):
    """Return the point on a side of a box, a few pixels off it."""
    dx, dy = OUTWARD[which]
    if dx == 0:
        edge = box.y if dy < 0 else box.y + box.height
        return box.x + along * box.width, edge + off * dy
    edge = box.x - box.labels if dx < 0 else box.x + box.width
    down = box.captions + along * (box.height - box.captions)
    return edge + off * dx, box.y + down


def rounded(points):
    """Return the data of a path along points, with round corners."""
    path = [f"M{points[0][0]:.4g} {points[0][1]:.4g}"]
    for before, corner, after in zip(points, points[1:], points[2:]):
        near = _towards(corner, before)
        far = _towards(corner, after)
        path.append(
            f"L{near[0]:.4g} {near[1]:.4g}Q{corner[0]:.4g} {corner[1]:.4g}"
            f" {far[0]:.4g} {far[1]:.4g}"
        )
    path.append(f"L{points[-1][0]:.4g} {points[-1][1]:.4g}")
    return "".join(path)


def _towards(corner, other):
    """Return the point where a turn begins, on the way from a corner to another point."""
    length = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    share = min(CORNER, length / 2) / length if length else 0
    return (corner[0] + share * (other[0] - corner[0]), corner[1] + share * (other[1] - corner[1]))


def head(x, y, ahead, thick, opened, colour):
    """Return an arrow's head with its tip at (x, y): filled, or two open strokes."""
    dx, dy = ahead
    long, half = HEAD * thick, 0.6 * HEAD * thick
    left = x - long * dx - half * dy, y - long * dy + half * dx
    right = x - long * dx + half * dy, y - long * dy - half * dx
    tip = f"M{left[0]:.4g} {left[1]:.4g}L{x:.4g} {y:.4g}L{right[0]:.4g} {right[1]:.4g}"
    return f'<path d="{tip}"/>' if opened else f'<path d="{tip}z" fill="{colour}" stroke="none"/>'


def _label(flow, points, colour):
    """Return a label on a line's longest stretch, which stops for it; or beside a short one."""

    def length(pair):
        return abs(pair[0][0] - pair[1][0]) + abs(pair[0][1] - pair[1][1])

    longest = max(zip(points, points[1:]), key=length)
    (x0, y0), (x1, y1) = longest
    x = x0 + flow.label_at * (x1 - x0)
    y = y0 + flow.label_at * (y1 - y0) + 4 - flow.label_up
    beside = x0 == x1 and length(longest) < BESIDE
    anchor = ""
    if beside:
        x += 10
        anchor = ' text-anchor="start"'
    return label(x, y, flow.label, colour, anchor)


def straight_arrow(x0, y0, x1, y1, role):
    """Return a straight arrow from one point to another, SVG elements."""
    colour = themed(role)
    long = hypot(x1 - x0, y1 - y0) or 1
    ahead = (x1 - x0) / long, (y1 - y0) / long
    stop = x1 - 5 * ahead[0], y1 - 5 * ahead[1]
    return (
        f'<path d="M{x0:.1f} {y0:.1f}L{stop[0]:.1f} {stop[1]:.1f}" stroke="{colour}"'
        f' stroke-width="1.8"/>{head(x1, y1, ahead, 0.9, False, colour)}'
    )


def curved_arrow(x0, y0, x1, y1, role):
    """Return an arrow down from one point to another, upright at both ends, SVG elements."""
    colour = themed(role)
    half = (y1 - y0) / 2
    path = f"M{x0:.1f} {y0:g}C{x0:.1f} {y0 + half:g} {x1:.1f} {y1 - half:g} {x1:.1f} {y1 - 6:g}"
    tip = head(x1, y1, (0, 1), 0.9, False, colour)
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>{tip}'
