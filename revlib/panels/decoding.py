"""The panel of chapter 03: the decoder, from a thought vector to letters."""

import numpy as np

from revlib.drawing import figures
from revlib.panels.controls import Number, Weights
from revlib.panels.panel import Panel
from revlib.panels.shared import LONGEST, largest


def decoding_panel(net, thought, steps=3):
    """Return the panel of the decoder: the thought vector, the step, the most letters, the weights.

    Parameters
    ----------
    net : model.Net
    thought : (n,) array
        The thought vector to begin with.
    steps : int
        The most letters to begin with.
    """
    thought = np.array(thought, dtype=float)
    weights = Weights(net.copy(), ("dec.Wh", "dec.Ws", "dec.bh", "Wo", "bo"))
    says = net.says
    limit = largest(net.decode(thought, steps).S)
    high = float(max(10, np.ceil(2 * np.abs(thought).max())))
    low = 0.0 if net.activation == "relu" and thought.min() >= 0 else -high
    units = {
        f"unit_{i}": Number(f"thought, unit {i}", round(float(value), 6), low, high)
        for i, value in enumerate(thought, start=1)
    }
    step = Number("step t", steps, 1, steps, 1)
    most = Number("at most, letters", steps, 1, max(steps, LONGEST), 1)

    def decode(values):
        vector = np.array([values[unit] for unit in units])
        return weights.net.decode(vector, values["most"])

    def bound_step(values):
        step.bound(len(decode(values).Y))  # fewer than the most if it says END

    def draw(step, **values):
        run = decode(values)
        said = [says.outputs[y] for y in run.Y]
        picture = figures.draw_decoding(
            run.S[0],
            run.X,
            run.S[1:],
            run.Z,
            run.P,
            said,
            says.symbols,
            says.outputs,
            step,
            limit,
            net.activation,
            held=True,
        )
        return [picture, weights.picture()]

    return Panel(
        {**units, "step": step, "most": most},
        draw,
        weights,
        adjust=bound_step,
        frames={
            "unit_1": sorted({units["unit_1"].value, *np.linspace(low, high, 6).tolist()}),
            "step": range(1, steps + 1),
        },
        grips={figures.THOUGHT: list(units)},
        play="step",
    )
