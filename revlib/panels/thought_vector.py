"""The panels of chapter 02: thought vectors side by side, on a map, and as strings grow."""

from functools import lru_cache

import numpy as np

from revlib.drawing import figures, plots
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

    @lru_cache(maxsize=8)  # each holds a figure, and there are hundreds to ask for
    def empty_map(length, at, group):
        strings = net.alphabet.strings(length)
        limits = 1.15 * np.abs(net.run(strings, steps=0).thought[:, at]).max(axis=0)
        limits[limits == 0] = 1
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
        return [empty_map(length, at, group).draw(thoughts[:, at], words)]

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
