"""Floor 4: draws curves, bars and maps (matplotlib figures, never pyplot's state). Knows nothing of
models.

Each class lays a figure out once; its `draw` moves what is on it, so that a slider can follow the
hand. The frame
(axes, ticks, legend) never moves: it is drawn once and kept, and only what moves is drawn again.
"""

import functools
import io
import itertools
import re
import threading
import warnings
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from matplotlib.transforms import ScaledTranslation

from revlib.drawing.picture import Picture, drawable, legible, number
from revlib.notation import COLOURS

# text stays text, and equal figures give equal bytes
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "revlib",
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.formatter.useoffset": False,
    "text.parse_math": False,
}  # a $ is a letter like others
# One group, one colour and one marker: told apart without colour too.
GROUPS = (
    ("#0060a0", "o"),
    ("#c65d10", "s"),
    ("#00704f", "^"),
    ("#9b3a7a", "D"),
    ("#4d4d4d", "v"),
    ("#8a5a00", "P"),
)

# what is further out is outside of every picture, and its place in pixels is still a number
FAR = 1e200
_LOCK = (
    threading.RLock()
)  # matplotlib's settings are one for all threads, and a panel may be drawn beside a cell


@contextmanager
def _style():
    """Matplotlib's settings as here, and afterwards as they were."""
    with _LOCK, mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "Glyph", UserWarning
        )  # text stays text: whoever shows it has a font for it
        yield


def _alone(draw):
    """A drawing that no other thread may enter before it is done."""

    @functools.wraps(draw)
    def one(*given):
        with _LOCK:
            return draw(*given)

    return one


class Plot:
    """One pair of axes with names, units and fixed limits; size in pixels. `moving` lists what
    `draw` moves."""

    def __init__(self, xlabel, ylabel, xlim, ylim, size=(560, 360), yscale="linear"):
        with _style():
            self.figure = Figure(
                figsize=(size[0] / 72, size[1] / 72)
            )  # an SVG point is a pixel here
            FigureCanvasSVG(self.figure)
            left, foot = 62 / size[0], 48 / size[1]
            self.axes = self.figure.add_axes([left, foot, 0.97 - left, 0.95 - foot])
            self.axes.set(
                xlabel=legible(xlabel), ylabel=legible(ylabel), xlim=xlim, ylim=ylim, yscale=yscale
            )
            if yscale == "log":
                self.axes.yaxis.set(
                    minor_locator=NullLocator(), major_formatter="{x:g}"
                )  # plain labels
        self.moving, self._still, self._frame = [], None, None

    def picture(self, words):
        """The figure as it stands now, as a Picture."""
        if self._still is None:
            self._still = [
                part
                for part in self.axes.get_children()
                if part.get_visible() and part not in self.moving
            ]
        if self._frame is None:
            self._frame = self._render(moving=False)
        width, height = self.figure.get_size_inches() * 72
        return Picture(self._frame + self._render(moving=True), width, height, words, kind="plot")

    def _render(self, moving):
        """What moves, or what stays, as SVG elements. Sets all that it needs: the last time may
        have been interrupted."""
        for part in (*self._still, self.figure.patch):
            part.set_visible(not moving)
        for part in self.moving:
            part.set_visible(moving)
        self.axes.axison = not moving
        out = io.StringIO()
        with _style():
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        svg = out.getvalue()
        body = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
        body = re.sub(
            r"<metadata>.*?</metadata>|<style.*?</style>", "", body, flags=re.DOTALL
        )  # a style would reach the page
        return f'<g stroke-linejoin="round" stroke-linecap="butt">{body}</g>'


class Map(Plot):
    """Points on a plane, in groups that differ in colour and marker, with a name at each point if
    wanted.

    Parameters
    ----------
    groups : dict of str to list of int
        Legend entry -> which points belong to it.
    names : sequence of str
        One a point, or none at all.
    xlabel, ylabel, xlim, ylim
        As in Plot.
    """

    def __init__(self, groups, names, **axes):
        super().__init__(**axes)
        self.groups = groups
        with _style():
            self.dots = [
                self.axes.plot(
                    [], [], marker, color=colour, ms=5 if len(names) else 3, label=legible(group)
                )[0]
                for group, (colour, marker) in zip(groups, itertools.cycle(GROUPS))
            ]
            beside = self.axes.transData + ScaledTranslation(
                4 / 72, 2 / 72, self.figure.dpi_scale_trans
            )
            self.names = [
                self.axes.text(0, 0, legible(name), fontsize=8, clip_on=True, transform=beside)
                for name in names
            ]
            self.axes.legend(loc="upper left", frameon=False, handletextpad=0.2)
        self.moving = [*self.dots, *self.names]

    @_alone
    def draw(self, points, words):
        """Move the points to (N, 2) `points` and return the Picture; FloatingPointError if one is
        not finite."""
        points = drawable(points, "the map")
        many = len(self.names) or len(points)
        if (
            points.shape != (many, 2)
            or max(max(group, default=0) for group in self.groups.values()) >= many
        ):
            raise ValueError(
                f"the points have shape {points.shape}; there are {len(self.names)} names, and"
                f" groups {self.groups}"
            )
        for dots, members in zip(self.dots, self.groups.values()):
            dots.set_data(points[members].T)
        for text, (x, y) in zip(self.names, points):
            text.set_position(np.clip((x, y), -FAR, FAR))
        return self.picture(words)


def _touch(low, high, start, end):
    """Whether the boxes from `low` to `high` touch those from `start` to `end`; the last axis has
    the two places of a corner."""
    across, upwards = np.moveaxis((low < end) & (start < high), -1, 0)
    return across & upwards


class Curves(Plot):
    """Curves over one axis, each named where it runs: beside it, near its middle, clear of the
    others if there is room.

    Parameters
    ----------
    names : dict of str to role
        Name of each curve -> key of symbols.COLOURS; every second one is dashed.
    xlabel, ylabel, xlim, ylim, yscale
        As in Plot.
    """

    ALONG = np.array(
        [50, 40, 60, 30, 70, 20, 80, 10, 90]
    )  # where on a curve its name may stand, in hundredths of it, best first

    def __init__(self, names, **axes):
        super().__init__(**axes)
        with _style():
            self.lines = [
                self.axes.plot([], [], "--" if i % 2 else "-", color=COLOURS[role], lw=2)[0]
                for i, role in enumerate(names.values())
            ]
            self.names = [
                self.axes.text(
                    0,
                    0,
                    legible(name),
                    color=COLOURS[role],
                    clip_on=True,
                    va="bottom",
                    transform=self.axes.transAxes,
                )
                for name, role in names.items()
            ]
        self.moving = [*self.lines, *self.names]

    @_alone
    def draw(self, x, curves, words):
        """Move the curves to `curves`, one (len(x),) array a name, and return the Picture. A list
        as x has one
        array a curve. FloatingPointError if one is not finite."""
        xs = x if isinstance(x, list) else [x] * len(curves)
        if not len(xs) == len(curves) == len(self.lines):
            raise ValueError(
                f"there are {len(self.lines)} names, {len(curves)} curves and {len(xs)} axes to"
                " them"
            )
        curves = [
            (drawable(x, f"the axis of curve {i}"), drawable(y, f"curve {i}"))
            for i, (x, y) in enumerate(zip(xs, curves), start=1)
        ]
        for i, (line, (x, y)) in enumerate(zip(self.lines, curves), start=1):
            if not x.shape == y.shape == (len(x),):
                raise ValueError(f"curve {i} has shape {y.shape}, and its axis {x.shape}")
            line.set_data(x, y)
        self._name(curves)
        return self.picture(words)

    def _name(self, curves):
        """Set each name beside its curve, away from other curves, where it covers the least of them
        all and of the names before it."""
        size = (
            self.figure.get_size_inches() * 72 * self.axes.get_position().size
        )  # of the axes, in pixels
        inside = self.axes.transScale + self.axes.transLimits
        lowest = 1 / FAR if self.axes.get_yscale() == "log" else -FAR

        def along(values, low):
            places = np.linspace(0, len(values) - 1, 101)
            return np.interp(places, np.arange(len(values)), np.clip(values, low, FAR))

        paths = [
            size * inside.transform(np.column_stack([along(x, -FAR), along(y, lowest)]))
            for x, y in curves
        ]
        starts, ends = (
            np.concatenate([pick(path[:-1], path[1:]) for path in paths])
            for pick in (np.minimum, np.maximum)
        )
        taken = []
        for i, (name, path) in enumerate(zip(self.names, paths)):
            box = np.array([6.3 * len(name.get_text()), 15])
            around = [
                (dx, dy)
                for dy in ((3, -3 - box[1]) if i % 2 == 0 else (-3 - box[1], 3))
                for dx in (4, -4 - box[0], -box[0] / 2)
            ]
            low = (path[self.ALONG, None] + around).reshape(-1, 2)
            cost = _touch(low[:, None], low[:, None] + box, starts, ends).sum(1)
            crowd = np.concatenate(
                [np.empty((0, 2)), *(other for other in paths if other is not path)]
            )
            cost = cost + 5 * _touch(
                path[self.ALONG, None] - 20, path[self.ALONG, None] + 20, crowd, crowd
            ).any(1).repeat(len(around))
            for other in taken:
                cost = cost + 1000 * _touch(low, low + box, *other)
            cost = cost + 10_000 * ((low < 0) | (low + box > size)).any(1)
            best = low[cost.argmin()]
            name.set_position(np.clip(best / size, -FAR, FAR))
            taken.append((best, best + box))


class Bars(Plot):
    """Bars with their values written on them.

    Parameters
    ----------
    names : sequence of str
        What stands under each bar.
    role : str
        A key of symbols.COLOURS.
    ylabel, ylim
        As in Plot.
    """

    def __init__(self, names, role, ylabel, ylim, size=(270, 220)):
        super().__init__("", ylabel, (-0.6, len(names) - 0.4), ylim, size)
        with _style():
            self.axes.set_xticks(range(len(names)), [legible(name) for name in names])
            self.axes.axhline(0, color="#767676", lw=0.8)
            self.bars = self.axes.bar(
                range(len(names)), np.zeros(len(names)), color=COLOURS[role], width=0.7
            )
            self.values = [self.axes.text(i, 0, "", ha="center") for i in range(len(names))]
        self.moving = [*self.bars, *self.values]

    @_alone
    def draw(self, heights, words, digits=2):
        """Set the bars to `heights` and return the Picture; FloatingPointError if one is not
        finite."""
        low, high = self.axes.get_ylim()
        if len(heights) != len(self.bars):
            raise ValueError(f"there are {len(self.bars)} bars and {len(heights)} heights")
        for bar, text, height in zip(
            self.bars, self.values, drawable(heights, "the bars").tolist()
        ):
            bar.set_height(min(max(height, -1e9), 1e9))  # a browser has to draw it
            text.set(
                text=number(height, digits), y=min(max(height, 0), high) + 0.015 * (high - low)
            )
        return self.picture(words)
