"""The panel of chapter 07: how far trained networks reach."""

import numpy as np

from revlib.drawing import figures, plots
from revlib.panels.controls import Dropdown, Number, TextBox
from revlib.panels.panel import Panel
from revlib.panels.words import plural


def reach_panel(shares, nets, start=(5, 1, 8, 0), length=9, text="abcabcabc", longest=16):
    """Return the panel of trained networks: units, lengths trained on, seed, a length, a string.

    Parameters
    ----------
    shares : dict of (units, shortest, longest, seed) to array
        The share reversed of each length, from 1.
    nets : dict of the same keys to model.Net
    start : (units, shortest, longest, seed)
        The network to begin with.
    length, text : int, str
        The length and the string to begin with.
    longest : int
        Letters of a string, at most.
    """
    shares = {key: np.array(share) for key, share in shares.items()}
    nets = {key: net.copy() for key, net in nets.items()}
    lengths = np.arange(1, len(shares[start]) + 1)
    units = sorted({units for units, _, _, _ in shares})
    spans = sorted({(low, high) for _, low, high, _ in shares})
    spans = {f"{low} to {high}": (low, high) for low, high in spans}
    last_seed = {n: max(seed for units, _, _, seed in shares if units == n) for n in units}
    seed = Number("seed", start[3], 0, max(last_seed.values()), 1)
    curves = plots.Spread(
        {"share reversed": "output", "this length": "input"},
        xlabel="letters in the string",
        ylabel="share of strings reversed",
        xlim=(0, len(lengths) + 1),
        ylim=(0, 1.08),
    )

    def draw(units, trained, seed, length, string):
        low, high = spans[trained]
        net = nets[int(units), low, high, seed]
        share = shares[int(units), low, high, seed]
        run = net.run(string)
        said = [net.says.outputs[y] for y in run.dec.Y]
        here = share[length - 1]
        others = [found for key, found in shares.items() if key[:3] == (int(units), low, high)]
        curves.shade(low - 0.5, high + 0.5, "trained on")
        plot = curves.draw(
            [lengths, np.full(2, length)],
            [np.array(others), np.zeros((0, 2))],
            f"{plural(int(units), 'unit')}, {net.theta.size} parameters, trained on lengths"
            f" {trained}, seed {seed}: of length {length}, {place(length, low, high)} the lengths"
            f" trained on, it reverses {100 * here:.1f} %. The thin lines are all"
            f" {len(others)} seeds.",
            middle=[share, np.array([0, here])],
        )
        return [plot, figures.draw_answer(string, said, run.dec.P.max(axis=-1))]

    return Panel(
        {
            "units": Dropdown("units", [str(n) for n in units], str(start[0])),
            "trained": Dropdown("trained on lengths", list(spans), f"{start[1]} to {start[2]}"),
            "seed": seed,
            "length": Number("length", length, 1, len(lengths), 1),
            "string": TextBox("string", text, nets[start].alphabet, longest),
        },
        draw,
        adjust=lambda values: seed.bound(last_seed[int(values["units"])]),
        frames={"trained": list(spans), "units": [str(n) for n in units]},
    )


def place(length, low, high):
    """Return where a length is, seen from those between two others."""
    if length < low:
        return "below"
    if length > high:
        return "above"
    return "inside"
