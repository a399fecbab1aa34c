"""The panels of chapter 05: the blame on every state, and how it fades on its way back."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from revlib import bptt
from revlib.alphabet import END
from revlib.drawing import figures, plots
from revlib.drawing.picture import number
from revlib.panels.controls import Number, TextBox, Weights
from revlib.panels.panel import Panel
from revlib.panels.shared import SCALES, largest, scaled


def blame_panel(net, text="abc", longest=5):
    """Return the panel of the blame: the string, whose letter's loss, the scale of Ws, the weights.

    Parameters
    ----------
    net : model.Net
    text : str
        The string to begin with.
    longest : int
        Letters of a string, at most.
    """
    start = net.copy()
    weights = Weights(net.copy(), tuple(net.named()))
    string = TextBox("string", text, net.alphabet, longest)
    answer = right_answer(net, text)
    letter = Number("letter (0: all)", 0, 0, len(answer), 1)
    reached = Number("steps back", reach(net, text), 0, reach(net, text), 1)

    def adjust(values):
        letter.bound(len(right_answer(net, values["string"])))
        whole = reach(net, values["string"])
        follows = reached.value == reached.slider.max  # all the way stays all the way
        reached.bound(whole)
        if follows:
            reached.value = whole

    def draw(string, letter, scale, reached):
        right = right_answer(net, string)
        share = None if letter == 0 else np.eye(len(right))[letter - 1]
        now = bptt.gradients(scaled(weights.net, scale), string, share=share)
        usual = bptt.gradients(start, string, share=share)
        picture = figures.draw_backward(
            string,
            [" ", *right[:-1]],
            right,
            now.S,
            now.dS,
            now.dec_S,
            now.dec_dS,
            now.P,
            now.dZ,
            net.says.outputs,
            limit=largest(usual.dS, usual.dec_dS),
            letters=net.says.symbols,
            activation=net.activation,
            share=share,
            shown=reached,
            held=True,
        )
        loss = loss_words(now, weights, scale)
        return [
            replace(picture, words=f"{loss} {picture.words}"),
            weights.picture({"Ws": scale, "dec.Ws": scale}),
        ]

    return Panel(
        {
            "string": string,
            "letter": letter,
            "scale": Number("scale of both Ws", 1.0, 0.0, 1.5),
            "reached": reached,
        },
        draw,
        weights,
        adjust=adjust,
        frames={"letter": [0, 1], "reached": range(reach(net, text) + 1)},
        grips={"string": ["string"]},
        play="reached",
    )


def reach(net, string):
    """Return how many states the blame passes: those of the decoder, and those of the encoder."""
    return len(right_answer(net, string)) + len(string)


def right_answer(net, string):
    """Return what should be said to a string: a list of its letters reversed, and END if any."""
    letters = list(string[::-1])
    return [*letters, END] if net.says.end else letters


def loss_words(gradients, weights, scale):
    """Return the loss, and the gradient of the number that the weight's slider shows."""
    name, row, column = weights.entry
    blame = np.atleast_2d(gradients.d.named()[name])[row, column]
    if name.endswith("Ws"):
        blame *= scale  # the network has that number times the scale
    return (
        f"Loss {number(gradients.loss, 4)} nats; ∂loss/∂{weights.number.description} is"
        f" {number(blame, 4)}."
    )


def vanishing_panel(net, text="abc", longest=30):
    """Return the panel of the blame's norm at every step: the string's length, the scale of Ws.

    Parameters
    ----------
    net : model.Net
    text : str
        It is repeated.
    longest : int
        Letters, at most.
    """
    net = net.copy()

    @lru_cache(maxsize=8)  # each holds a figure
    def empty_curves(length, low, high):
        return plots.Curves(
            {"norm of the blame on a state": "blame", "the thought vector": "encoder"},
            xlabel="step: encoder's 1 to T, then decoder's",
            ylabel="|∂loss/∂S|, nats per unit",
            xlim=(0, 2 * length + 1),
            ylim=(low, high),
            yscale="log",
        )

    def draw(length, scale):
        gradients = bptt.gradients(scaled(net, scale), (text * longest)[:length])
        blame = np.concatenate([gradients.dS[1:], gradients.dec_dS[1:]])
        norms = np.linalg.norm(blame, axis=1)
        low, high = decades(norms)
        picture = empty_curves(length, low, high).draw(
            [np.arange(1, len(norms) + 1), np.array([length, length])],
            [np.maximum(norms, 1e-300), np.array([low, high])],  # a logarithmic axis has no 0
            vanishing_words(norms, length, scale),
        )
        return [picture]

    return Panel(
        {
            "length": Number("letters", 12, 1, longest, 1),
            "scale": Number("scale of both Ws", 1.0, 0.0, 1.5),
        },
        draw,
        frames={"length": [1, 3, 6, 12, 20, longest], "scale": SCALES},
    )


DECADES = 8  # an axis goes so many up and down from 1, or a multiple if that is not enough


def decades(norms):
    """Return the ends of a logarithmic axis that holds numbers above 1e-40: powers of ten."""
    exponents = np.log10(norms[norms > 1e-40]) / DECADES
    low = min([-1, *np.floor(exponents)])
    high = max([1, *np.ceil(exponents)])
    return 10.0 ** (DECADES * low), 10.0 ** (DECADES * high)


def vanishing_words(norms, length, scale):
    """Return the norm of the blame where it sets out, half way, and where it arrives."""
    return (
        f"{length} letters, both Ws times {number(scale)}. The norm of the blame is"
        f" {number(norms[-1], 4)} on the decoder's last state, {number(norms[length - 1], 4)} on"
        f" the thought vector and {norms[0]:.1e} on S(1)."
    )
