"""Draws a loss as a valley, and steps down it. Knows nothing of models.

Over one weight, or along one direction, a valley is a curve; over two weights it is a map with
lines of equal loss.
"""

import itertools

import numpy as np

from revlib.drawing.picture import drawable
from revlib.drawing.plots import Plot, style
from revlib.notation import COLOURS


def draw_slice(lengths, losses, steps, xlabel, words):
    """Draw the loss along one direction, and steps that start where the curve does.

    Parameters
    ----------
    lengths, losses : (N,) float arrays
        How far along, from 0, and the loss there, in nats per letter.
    steps : dict of str to (length, loss)
        What each step is called, and where it ends.
    xlabel : str
        What the lengths are.
    words : str
        What the picture shows.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a number is not finite.
    """
    lengths = drawable(lengths, "the axis of the slice")
    losses = drawable(losses, "the slice")
    ends = {name: drawable(end, f"step {name!r}") for name, end in steps.items()}
    highest = 1.1 * max([losses.max(), *(loss for _, loss in ends.values())])
    plot = Plot(
        xlabel,
        "loss, nats per letter",
        (-0.04 * lengths[-1], lengths[-1]),
        (0, highest),
        (560, 320),
    )
    with style():
        plot.axes.plot(lengths, losses, color=COLOURS["output"], lw=2)
        colour = COLOURS["blame"]
        for name, (length, loss) in ends.items():
            plot.axes.annotate(
                "",
                (length, loss),
                (lengths[0], losses[0]),
                arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.5},
            )
            plot.axes.plot([length], [loss], "o", color=colour, ms=6)
            plot.axes.annotate(
                name, (length, loss), (7, -13), textcoords="offset points", color=colour
            )
        plot.axes.plot(lengths[:1], losses[:1], "o", color=COLOURS["weights"], ms=7)
        plot.axes.annotate(
            "here",
            (lengths[0], losses[0]),
            (6, 9),
            textcoords="offset points",
            color=COLOURS["weights"],
        )
    return plot.picture(words)


def draw_paths(loss, paths, levels, xlim, ylim, words):
    """Draw ways down a valley over two weights, seen from above.

    Parameters
    ----------
    loss : function of two arrays
        The loss at every pair of weights.
    paths : dict of str to (N, 2) array, role
        What each way is called -> the pairs of weights along it, and a key of notation.COLOURS.
    levels : sequence of float
        The losses whose lines are drawn.
    xlim, ylim : (low, high)
        Of the first weight and the second.
    words : str
        What the picture shows.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a weight on a path, or a loss, is not finite.
    """
    plot = Plot("weight 1", "weight 2", xlim, ylim, (560, 300))
    across, up = np.meshgrid(np.linspace(*xlim, 200), np.linspace(*ylim, 120))
    with style():
        losses = drawable(loss(across, up), "the loss")
        plot.axes.contour(across, up, losses, levels, colors=COLOURS["output"], linewidths=0.7)
        for marker, (name, (points, role)) in zip(itertools.cycle("os^D"), paths.items()):
            points = drawable(points, name)
            plot.axes.plot(*points.T, f"{marker}-", color=COLOURS[role], ms=4, lw=1.5, label=name)
        plot.axes.legend(loc="upper right", frameon=True, framealpha=1, edgecolor="none")
    return plot.picture(words)
