"""Curves and maps, drawn by matplotlib. Knows nothing of models.

Each class lays out a figure once; its `draw` moves what is on it, so that a slider can follow the
hand. The frame (axes, ticks, legend) never moves: it is drawn once and kept as text, and a move
draws only what moves. Matplotlib's own settings and pyplot's figures are left alone.
"""

import io
import itertools
import re
import threading
import warnings
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from revlib.drawing.picture import INK, THEMED, Picture, drawable
from revlib.notation import COLOURS

STYLE = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "revlib",  # equal figures give equal bytes
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.useoffset": False,
    "text.parse_math": False,  # a $ is a letter like others
}
# The rest is as matplotlib comes: what a reader sets for plots of their own changes none of ours.
# Where and on what it draws is the process's own affair, and no matter of looks.
DEFAULTS = {
    name: value
    for name, value in mpl.rcParamsDefault.items()
    if name not in STYLE and not re.match(r"backend|interactive|toolbar|webagg|datapath", name)
}
# One group, one colour and one marker: told apart without colour too.
GROUPS = (
    ("#0060a0", "o"),
    ("#c65d10", "s"),
    ("#00704f", "^"),
    ("#9b3a7a", "D"),
    ("#4d4d4d", "v"),
    ("#8a5a00", "P"),
)
# Matplotlib's settings are one for all threads, and a panel may be drawn beside a cell.
LOCK = threading.RLock()


@contextmanager
def style():
    """Give matplotlib our settings, whatever the reader's are, and those back afterwards."""
    theirs = {name: value for name, value in DEFAULTS.items() if mpl.rcParams[name] != value}
    with LOCK, mpl.rc_context(theirs | STYLE), warnings.catch_warnings():
        # text stays text: whoever shows it has a font for it
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        yield


WHOLE = 5  # a horizontal axis at least as long as this has ticks at whole numbers


class Plot:
    """One pair of axes with names, units and fixed limits.

    A subclass lists in `moving` what its `draw` moves.

    Parameters
    ----------
    xlabel, ylabel : str
        The quantity, and its unit if it has one.
    xlim, ylim : (low, high)
    size : (width, height)
        In pixels.
    xscale, yscale : str
        "linear" or "log".
    """

    def __init__(
        self, xlabel, ylabel, xlim, ylim, size=(560, 360), xscale="linear", yscale="linear"
    ):
        width, height = size
        left = 62 / width
        foot = 48 / height
        with style():
            self.figure = Figure(figsize=(width / 72, height / 72))  # an SVG point is a pixel here
            FigureCanvasSVG(self.figure)
            self.axes = self.figure.add_axes([left, foot, 0.97 - left, 0.95 - foot])
            self.axes.set(xscale=xscale, yscale=yscale)
            self.axes.set(xlabel=xlabel, ylabel=ylabel, xlim=xlim, ylim=ylim)
            if xscale == "log":
                self.axes.xaxis.set(
                    major_locator=LogLocator(10, (1, 4)),
                    minor_locator=NullLocator(),
                    major_formatter="{x:,.0f}",
                )
            elif xlim[1] - xlim[0] >= WHOLE:  # letters and updates come in whole numbers
                self.axes.xaxis.set_major_locator(
                    MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10])
                )
            if yscale == "log":  # plain labels, and none between them
                self.axes.yaxis.set(minor_locator=NullLocator(), major_formatter="{x:g}")
        self.moving = []
        self._still = None  # what does not move; known at the first picture
        self._frame = None  # and its SVG elements

    def picture(self, words):
        """Return the figure as it stands now, as a Picture."""
        if self._still is None:
            shown = [artist for artist in self.axes.get_children() if artist.get_visible()]
            self._still = [artist for artist in shown if artist not in self.moving]
        if self._frame is None:
            self._frame = self._render(moving=False)
        width, height = self.figure.get_size_inches() * 72
        return Picture(self._frame + self._render(moving=True), width, height, words, kind="plot")

    def _render(self, moving):
        """Return what moves, or what does not, as SVG elements.

        Sets the visibility of everything: the last time may have been interrupted.
        """
        for artist in (*self._still, self.figure.patch):
            artist.set_visible(not moving)
        for artist in self.moving:
            artist.set_visible(moving)
        self.axes.axison = not moving
        out = io.StringIO()
        with style():
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        svg = out.getvalue()
        body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
        # a style would reach the whole page
        body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL)
        body = ALIKE.sub(_with_one_style, body)
        body = re.sub('#[0-9a-f]{6}(?=[;"])', lambda found: THEMED.get(found[0], found[0]), body)
        return f'<g stroke-linejoin="round" stroke-linecap="butt" fill="{INK}">{body}</g>'


# Markers of one curve or group, which matplotlib tells their colour one by one.
ALIKE = re.compile(r'<use [^>]* (style="[^"]*")/>(?:\s*<use [^>]* \1/>)+')


def _with_one_style(markers):
    """Return markers that are alike in a group that has the style of all."""
    uses = markers[0].replace(f" {markers[1]}", "")
    return f"<g {markers[1]}>{uses}</g>"


class Map(Plot):
    """Points on a plane, in groups of different colours and markers, with names if wanted.

    Names that would cover one another move away, on a thin line to their points; points at one
    place have one label, "caa = cac".

    Parameters
    ----------
    groups : dict of str to list of int
        Legend entry -> which points belong to it.
    names : sequence of str
        One a point, written beside it; or none at all.
    **axes
        xlabel, ylabel, xlim, ylim, size: as in Plot.
    """

    def __init__(self, groups, names, **axes):
        super().__init__(**axes)
        self.groups = groups
        size = 5 if len(names) else 3
        with style():
            self.dots = []
            for group, (colour, marker) in zip(groups, itertools.cycle(GROUPS)):
                self.dots += self.axes.plot([], [], marker, color=colour, ms=size, label=group)
            leaders, inside = {"color": "#767676", "lw": 0.6}, {"transform": self.axes.transAxes}
            (self.leaders,) = self.axes.plot([], [], **leaders, **inside)
            self.texts = list(names)
            self.names = [
                self.axes.text(0, 0, "", fontsize=8, clip_on=True, **inside) for _ in names
            ]
            self.axes.legend(loc="upper left", frameon=False, handletextpad=0.2)
        self.moving = [*self.dots, self.leaders, *self.names]

    def draw(self, points, words):
        """Move the points and return the Picture.

        Parameters
        ----------
        points : (N, 2) array
        words : str
            What the picture shows.

        Raises
        ------
        FloatingPointError
            If a point is not finite; the message says which.
        """
        points = drawable(points, "the map")
        with LOCK:
            for dots, members in zip(self.dots, self.groups.values()):
                dots.set_data(points[members].T)
            if self.names:
                self._place_names(points)
            return self.picture(words)

    def _place_names(self, points):
        """Move the names to their points, given (N, 2)."""
        pixels = self.figure.get_size_inches() * 72 * self.axes.get_position().size
        to_axes = self.axes.transScale + self.axes.transLimits
        dots = pixels * to_axes.transform(points)
        labels = joined(self.texts, dots)
        corners = beside_dots(dots, labels, pixels)
        leaders = []
        for name, label, corner, dot in zip(self.names, labels, corners, dots, strict=True):
            shown = label and corner is not None
            name.set_text(label if shown else "")
            if shown:
                name.set_position(corner / pixels)
                nearest = np.clip(dot, corner, corner + label_size(label))
                if np.linalg.norm(nearest - dot) > NEAR:
                    leaders += [dot / pixels, nearest / pixels, (np.nan, np.nan)]
        self.leaders.set_data(np.reshape(leaders, (-1, 2)).T)


class Curves(Plot):
    """Curves over one axis, each named where it runs.

    Parameters
    ----------
    names : dict of str to role
        Name of each curve -> key of notation.COLOURS; every second one is dashed.
    **axes
        xlabel, ylabel, xlim, ylim, size, xscale, yscale: as in Plot.
    """

    def __init__(self, names, **axes):
        super().__init__(**axes)
        self.lines = []
        self.names = []
        with style():
            for dash, (name, role) in zip(itertools.cycle(["-", "--"]), names.items()):
                self.lines += self.axes.plot([], [], dash, color=COLOURS[role], lw=2)
                self.names.append(
                    self.axes.text(
                        0,
                        0,
                        name,
                        color=COLOURS[role],
                        clip_on=True,
                        va="bottom",
                        transform=self.axes.transAxes,
                    )
                )
        self.moving = [*self.lines, *self.names]

    def draw(self, x, curves, words):
        """Move the curves and return the Picture.

        Parameters
        ----------
        x : (N,) array, or list of arrays
            The places on the x axis: the same for all curves, or a list of one array a curve.
        curves : sequence of arrays
            The heights, one array a name.
        words : str
            What the picture shows.

        Raises
        ------
        FloatingPointError
            If a number is not finite; the message says which.
        """
        xs = x if isinstance(x, list) else [x] * len(curves)
        points = []  # of each curve, (N, 2)
        for i, (x, y) in enumerate(zip(xs, curves, strict=True), start=1):
            x = drawable(x, f"the axis of curve {i}")
            points.append(np.column_stack([x, drawable(y, f"curve {i}")]))
        with LOCK:
            for line, of_line in zip(self.lines, points, strict=True):
                line.set_data(of_line.T)
            self._place_names(points)
            return self.picture(words)

    def _place_names(self, points):
        """Move the names to their curves, given the points (N, 2) of each."""
        pixels = self.figure.get_size_inches() * 72 * self.axes.get_position().size
        to_axes = self.axes.transScale + self.axes.transLimits  # their corners are (0, 0), (1, 1)
        curves = [pixels * to_axes.transform(evenly(of_line)) for of_line in points]
        sizes = [np.array([6.3 * len(name.get_text()), 15]) for name in self.names]  # about
        for name, corner in zip(self.names, beside_curves(curves, sizes, pixels)):
            name.set_position(corner / pixels)


class Spread(Curves):
    """Curves of groups of runs: every run a thin line, the median of its group a thick one.

    Parameters
    ----------
    names : dict of str to role
        As Curves has it, one a group; a name stands at the median.
    shade : (low, high, what)
        A part of the x axis, and what it is: the lengths trained on, say.
    **axes
        As Curves has them.
    """

    def __init__(self, names, shade=None, **axes):
        super().__init__(names, **axes)
        self.runs = []
        with style():
            for role in names.values():
                thin = LineCollection([], colors=COLOURS[role], lw=0.8, alpha=0.4, zorder=1)
                self.runs.append(self.axes.add_collection(thin, autolim=False))
            self.band = self.axes.axvspan(0, 0, color=COLOURS["weights"], alpha=0.1, lw=0, zorder=0)
            self.named = self.axes.text(
                0,
                0.99,
                "",
                color=COLOURS["weights"],
                va="top",
                ha="center",
                transform=self.axes.get_xaxis_transform(),
            )
        self.moving += [*self.runs, self.band, self.named]
        self.shade(*(shade or (0, 0, "")))

    def shade(self, low, high, what):
        """Shade another part of the x axis."""
        self.band.set(x=low, width=high - low)
        self.named.set(x=(low + high) / 2, text=what)

    def draw(self, x, groups, words, middle=None):
        """Move the lines and return the Picture.

        Parameters
        ----------
        x : (N,) array, or list of arrays
            As Curves has it.
        groups : sequence of (runs, N) arrays
            One a name; a row a run. A group may have none if `middle` is given.
        words : str
            What the picture shows.
        middle : sequence of (N,) arrays, optional
            What is drawn thick; each group's median, if not given.
        """
        groups = [drawable(group, f"group {i}") for i, group in enumerate(groups, start=1)]
        if middle is None:
            middle = [np.median(group, axis=0) for group in groups]
        xs = x if isinstance(x, list) else [x] * len(groups)
        with LOCK:
            for lines, x_of_group, group in zip(self.runs, xs, groups, strict=True):
                lines.set_segments([np.column_stack([x_of_group, run]) for run in group])
            return super().draw(xs, middle, words)


PIECES = 50  # that a curve is cut into, to see where its name has room
PLACES = [25, 20, 30, 15, 35, 10, 40, 5, 45]  # where a name may stand, from the middle outwards
ENOUGH = 25.0  # pixels between a name and another curve


NEAR = 8.0  # pixels; a name farther from its point has a line to it
RINGS = (0, 7, 14, 21, 28, 36, 44, 54)  # how many pixels farther out a name may stand
MOST = 3  # names that one label joins


def label_size(label):
    """Return about how wide and high a name is, in pixels."""
    return np.array([5.1 * len(label), 8.0])


def joined(names, dots):
    """Return the label of each point: points at one place have one, the first of them."""
    labels = []
    places = {}
    for name, place in zip(names, np.round(dots).tolist(), strict=True):
        places.setdefault(tuple(place), []).append(name)
    for name, place in zip(names, np.round(dots).tolist()):
        here = places[tuple(place)]
        label = " = ".join(here[:MOST]) + (f" = … ({len(here)})" if len(here) > MOST else "")
        labels.append(label if name == here[0] else "")
    return labels


def beside_dots(dots, labels, pixels):
    """Return where the names of points stand, each clear of the others, and of points if it can be.

    Parameters
    ----------
    dots : (N, 2) array
        Pixels from the lower left corner of the axes.
    labels : sequence of N str
        A point may have none: "".
    pixels : (2,) array
        Width and height of the axes.

    Returns
    -------
    list of (2,) arrays, or None
        The lower left corner of each name; None where there is no room, or the point is outside.
    """
    corners = []
    lows = np.zeros((0, 2))
    highs = np.zeros((0, 2))
    for dot, label in zip(dots, labels, strict=True):
        size = label_size(label)
        around = np.concatenate([_around(size, ring) for ring in RINGS])
        low = dot + around
        boxes = low, low + size
        inside = ((low >= 0) & (low + size <= pixels)).all(axis=1)
        off_names = np.full(len(low), True)
        if len(lows):
            off_names = distance(boxes, (lows - 1, highs + 1)) >= 0
        off_dots = distance(boxes, (dots - 2, dots + 2)) >= 0
        good = inside & off_names
        best = good & off_dots if (good & off_dots).any() else good
        seen = ((dot >= 0) & (dot <= pixels)).all()
        if not (label and seen and best.any()):
            corners.append(None)
            continue
        corner = low[best.argmax()]  # the first, which is the nearest
        corners.append(corner)
        lows = np.vstack([lows, corner])
        highs = np.vstack([highs, corner + size])
    return corners


def _around(size, ring):
    """Return eight ways from a point to the lower left corner of its name, so far out."""
    width, height = size
    right, left = 4 + ring, -4 - ring - width
    up, down = 2 + ring, -2 - ring - height
    return np.array(
        [
            (right, up),
            (right, down),
            (left, up),
            (left, down),
            (right, -height / 2),
            (left, -height / 2),
            (-width / 2, up + 3),
            (-width / 2, down - 3),
        ]
    )


def evenly(points):
    """Return the ends of PIECES equal pieces of the line through points: (N, 2) -> (PIECES + 1, 2).

    Equal means as many points in each.
    """
    ends = np.linspace(0, len(points) - 1, PIECES + 1)
    known = np.arange(len(points))
    return np.column_stack([np.interp(ends, known, column) for column in points.T])


def beside_curves(curves, sizes, pixels):
    """Return where the names of curves stand: beside a point of the curve, inside the axes.

    No name covers another, or its own curve, if there is any such place. Of these it takes the one
    that is farthest from the other curves; of those that are ENOUGH pixels away, the one nearest
    to the middle of its curve.

    Parameters
    ----------
    curves : list of (PIECES + 1, 2) arrays
        Points along each curve, in pixels from the lower left corner of the axes.
    sizes : list of (2,) arrays
        Width and height of each name.
    pixels : (2,) array
        Width and height of the axes.

    Returns
    -------
    list of (2,) arrays
        The lower left corner of each name.
    """
    corners = []
    pieces = [(np.minimum(c[:-1], c[1:]), np.maximum(c[:-1], c[1:])) for c in curves]
    for k, (curve, size) in enumerate(zip(curves, sizes)):
        width, height = size
        steps = [(x, y) for y in (3, -3 - height) for x in (4, -4 - width)]  # to a name's corner
        lows = (curve[PLACES, None] + steps).reshape(-1, 2)
        boxes = lows, lows + size
        inside = ((lows >= 0) & (lows + size <= pixels)).all(axis=1)

        off_names = np.full(len(lows), True)
        for corner, its_size in zip(corners, sizes):
            off_names &= distance(boxes, (corner[None], corner[None] + its_size)) > 0
        off_curve = distance(boxes, pieces[k]) > 0
        away = np.full(len(lows), ENOUGH)
        for other in pieces[:k] + pieces[k + 1 :]:
            away = np.minimum(away, distance(boxes, other))
        ranks = list(zip(inside, off_names, off_curve, away))
        best = ranks.index(max(ranks))  # the first of equals
        corners.append(lows[best])
    return corners


def distance(boxes, others):
    """Return how far each of N boxes is from the nearest of M others, across or upwards: (N,).

    Boxes are their lower left and upper right corners, two (N, 2) arrays, or (M, 2). The distance
    of two that overlap is negative.
    """
    lows, highs = (corners.T[:, :, None] for corners in boxes)  # (2, N, 1)
    other_lows, other_highs = (corners.T[:, None] for corners in others)  # (2, 1, M)
    gaps = np.maximum(other_lows - highs, lows - other_highs)  # (2, N, M)
    return gaps.max(axis=0).min(axis=1)
