"""The panels of chapter 02: thought vectors side by side, on a map, and as strings grow; a row that
a matrix turns."""

from functools import lru_cache

import numpy as np

from revlib.drawing import figures, plane, plots
from revlib.drawing.blocks import units
from revlib.drawing.picture import number
from revlib.panels.controls import Dropdown, Number, TextBox, Weights
from revlib.panels.panel import Panel
from revlib.panels.shared import SCALES, distinct, largest, scaled


def thought_panel(net, first="abc", second="acb"):
    """Return the panel of two strings' states: the strings, the scale of Ws, every weight.

    Parameters
    ----------
    net : model.Net
    first, second : str
        The strings to begin with.
    """
    start = net.copy()
    weights = Weights(net.copy(), ("Wh", "Ws", "bh"))
    one_hot = net.alphabet.one_hot

    def draw(first, second, scale):
        live = scaled(weights.net, scale)
        limit = largest(start.encode(one_hot(first)), start.encode(one_hot(second)))
        S1 = live.encode(one_hot(first))
        S2 = live.encode(one_hot(second))
        states = figures.draw_compare(
            first, S1, second, S2, limit, net.alphabet.symbols, net.activation
        )
        return [states, weights.picture({"Ws": scale})]

    return Panel(
        {
            "first": TextBox("first string", first, net.alphabet),
            "second": TextBox("second string", second, net.alphabet),
            "scale": Number("scale of Ws", 1.0, 0.0, 1.5),
        },
        draw,
        weights,
        frames={"second": distinct(second, "bac", "cba", "cbc", "aba", "abc"), "scale": SCALES},
    )


MOST_POINTS = 1000  # on a map: each is compared with each
ENDS = {"the last letter": -1, "the first letter": 0}


def map_panel(net, length=3, longest=5, axes=(1, 5)):
    """Return the panel of a map: the thought vectors of all strings of a length, in two units.

    Its controls are the length, the scale of Ws, the two units, and what the colours mean.

    Parameters
    ----------
    net : model.Net
    length, longest : int
        Letters to begin with, and at most. No length has more than MOST_POINTS strings.
    axes : (int, int)
        The units to begin with, across and up.
    """
    net = net.copy()
    names = units(net.n)
    across, up = (str(min(unit, net.n)) for unit in axes)
    while longest > 1 and len(net.alphabet) ** longest > MOST_POINTS:
        longest -= 1

    @lru_cache(maxsize=8)
    def usual(length, at):
        """The ends of both axes that suit a scale of 1."""
        farthest = np.abs(net.run(net.alphabet.strings(length), steps=0).thought[:, at]).max(axis=0)
        return 1.15 * np.where(farthest == 0, 1, farthest)

    @lru_cache(maxsize=8)  # each holds a figure, and there are hundreds to ask for
    def empty_map(length, at, group, widened):
        strings = net.alphabet.strings(length)
        limits = usual(length, at) * widened
        lowest = 0 if net.activation == "relu" else -1
        return plots.Map(
            by_letter(strings, net.alphabet.symbols, group),
            strings if len(strings) <= 27 else (),
            xlim=(lowest * limits[0], limits[0]),
            ylim=(lowest * limits[1], limits[1]),
            xlabel=f"unit {at[0] + 1} of S({length})",
            ylabel=f"unit {at[1] + 1} of S({length})",
        )

    def draw(length, scale, across, up, group):
        at = int(across) - 1, int(up) - 1
        strings = net.alphabet.strings(length)
        thoughts = scaled(net, scale).run(strings, steps=0).thought
        words = map_words(strings, thoughts, length, scale)
        widened = widening(thoughts[:, at], usual(length, at))
        return [empty_map(length, at, group, widened).draw(thoughts[:, at], words)]

    return Panel(
        {
            "length": Number("length", length, 1, longest, 1),
            "scale": Number("scale of Ws", 1.0, 0.0, 1.5),
            "across": Dropdown("across: unit", names, across),
            "up": Dropdown("up: unit", names, up),
            "group": Dropdown("colour by", list(ENDS), "the last letter"),
        },
        draw,
        frames={"length": range(1, min(longest, 4) + 1), "scale": SCALES},
    )


WIDER = 1.25


def widening(points, limits):
    """Return what axes must be multiplied by, so that no point leaves them: 1, or a power of WIDER.

    Parameters
    ----------
    points : (N, 2) array
    limits : (2,) array
        The ends of both axes.
    """
    beyond = float((np.abs(points) / limits).max())
    return WIDER ** np.ceil(np.log(beyond) / np.log(WIDER)) if beyond > 1 else 1.0


def by_letter(strings, letters, group):
    """Return a dict, legend entry -> places of strings, by their first or last letter."""
    groups = {f"{group} is {letter}": [] for letter in letters}
    for place, string in enumerate(strings):
        groups[f"{group} is {string[ENDS[group]]}"].append(place)
    return groups


def closest(points):
    """Return the places of the two closest points, the first of equally close pairs."""
    gaps = np.linalg.norm(points[:, None] - points, axis=-1)
    np.fill_diagonal(gaps, np.inf)
    return np.unravel_index(gaps.round(9).argmin(), gaps.shape)


def map_words(strings, thoughts, length, scale):
    """Return what a map shows: how close thought vectors come, and how far out they are."""
    i, j = closest(thoughts)
    gap = np.linalg.norm(thoughts[i] - thoughts[j])
    farthest = np.linalg.norm(thoughts, axis=1).max()
    return (
        f"{len(strings)} strings of length {length}, Ws times {number(scale)}. The two closest"
        f" thought vectors, of '{strings[i]}' and '{strings[j]}', are {number(gap, 4)} apart; the"
        f" largest norm is {number(farthest)}."
    )


A = np.array([[0.9, 0.3], [0.3, 0.9]])  # stretches (1, 1) by 1.2, (1, -1) by 0.6


def turning_panel(most=5):
    """Return the panel of a row of two numbers that is multiplied by a matrix again and again.

    Its controls are the direction in which the row begins, the steps, the scale of the matrix.

    Parameters
    ----------
    most : int
        Steps.
    """

    def draw(direction, steps, scale):
        angle = np.deg2rad(direction)
        row = np.array([np.cos(angle), np.sin(angle)]).round(12)  # no 6e-17 for a 0
        return [plane.draw_turning(A, row, steps, scale, most=most)]

    return Panel(
        {
            "direction": Number("start, degrees", 0, 0, 360, 5),
            "steps": Number("steps", 0, 0, most, 1),
            "scale": Number("scale of A", 1.0, 0.0, 1.0),
        },
        draw,
        frames={"direction": [0, 45, 90, 135], "steps": range(most + 1)},
        play="steps",
    )


def growth_panel(net, text="abc", letters=20):
    """Return the panel of the state's norm as a string repeats: the string, the scale of Ws.

    Parameters
    ----------
    net : model.Net
    text : str
        The string to begin with.
    letters : int
        Letters that are read, 2 or more.
    """
    net = net.copy()
    t = np.arange(1, letters + 1)
    curves = plots.Curves(
        {"norm of S(t)": "encoder", "by the largest eigenvalue": "weights"},
        xlabel="letters read, t",
        ylabel="norm of S(t)",
        xlim=(0, letters + 1),
        ylim=(1e-4, 1e10),
        yscale="log",
    )

    def draw(string, scale):
        live = scaled(net, scale)
        repeated = (string * letters)[:letters]
        S = live.encode(net.alphabet.one_hot(repeated))
        norms = np.linalg.norm(S[1:], axis=1)
        rate = np.abs(np.linalg.eigvals(live.Ws)).max()
        words = growth_words(string, scale, rate, norms)
        return [curves.draw(t, [norms, norms[0] * rate ** (t - 1)], words)]

    return Panel(
        {
            "string": TextBox("string", text, net.alphabet),
            "scale": Number("scale of Ws", 1.0, 0.0, 1.5),
        },
        draw,
        frames={
            "string": distinct(text, "a", "b", "c"),
            "scale": [tenths / 10 for tenths in range(16)],
        },
    )


def growth_words(string, scale, rate, norms):
    """Return how large the state has become, and how fast it still grows."""
    growth = norms[-1] / (norms[-2] or 1)
    return (
        f"Ws times {number(scale)}: its largest eigenvalue is {number(rate)}. After {len(norms)}"
        f" letters of '{string}', repeated, the norm of the state is {number(norms[-1])},"
        f" {number(growth, 4)} times its norm one letter before."
    )
