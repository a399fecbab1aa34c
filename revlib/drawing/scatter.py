"""A scatter plot of groups: each point joined to its group's middle, the centroid. Knows nothing of
models."""

import numpy as np

from revlib.drawing import plots
from revlib.drawing.picture import FAINT, THEMED, drawable, label, on_paper
from revlib.drawing.words import EDGE, LINE, text


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
    named = [f" {name} " for name in groups]
    named += [""] * len(dots)  # a name stands beside its middle, and hides no dot if it can
    corners = plots.beside_dots(np.vstack([middles, dots]), named, np.full(2, side))
    for (name, members), colour, middle, corner in zip(
        groups.items(), colours(len(groups)), middles, corners[: len(groups)]
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


def colours(count):
    """Return the colours of groups, in turn."""
    found = [plots.GROUPS[k % len(plots.GROUPS)][0] for k in range(count)]
    return [THEMED.get(colour, colour) for colour in found]
