"""The panel of chapter 04: from scores to probabilities, and to blame."""

import numpy as np

from revlib.activations import softmax
from revlib.drawing import figures
from revlib.panels.controls import Dropdown, Number
from revlib.panels.panel import Panel

TEMPERATURES = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0]


def softmax_panel(scores, letters="abc", target="a"):
    """Return the panel of the softmax: the scores, the temperature, the letter that is right.

    Parameters
    ----------
    scores : (K,) array
    letters : str
        K letters, all different.
    target : str
        The right letter to begin with.
    """
    low = min(-10.0, *np.floor(scores).tolist())
    high = max(20.0, *np.ceil(scores).tolist())
    sliders = {
        f"score_{letter}": Number(f"score of {letter}", round(float(score), 6), low, high)
        for letter, score in zip(letters, scores, strict=True)
    }

    def draw(temperature, target, **scores):
        z = np.array(list(scores.values()))
        p = softmax(z, temperature)
        y = np.eye(len(letters))[letters.index(target)]
        return [figures.draw_blame(z, p, y, letters, temperature, held=True)]

    return Panel(
        {
            **sliders,
            "temperature": Number("temperature", 1.0, 0.05, 5.0),
            "target": Dropdown("right letter", list(letters), target),
        },
        draw,
        frames={"target": letters, "temperature": TEMPERATURES},
        grips={"z": list(sliders)},
    )
