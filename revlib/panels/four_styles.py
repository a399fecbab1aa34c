"""The panel of chapter 09: what a decoder looks at while it answers."""

import numpy as np

from revlib.drawing import blocks, figures
from revlib.panels.controls import Dropdown, TextBox
from revlib.panels.panel import Panel
from revlib.panels.shared import distinct, largest


def styles_panel(nets, text="abcab", longest=12):
    """Return the panel of decoders: the style, the string.

    Parameters
    ----------
    nets : dict of str to decoders.EncoderDecoder
        Of simple cells, all over one alphabet.
    text : str
        The string to begin with.
    longest : int
        Letters of a string, at most.
    """
    nets = {style: net.copy() for style, net in nets.items()}
    styles = list(nets)

    def draw(style, string):
        net = nets[style]
        run = net.run(string)
        steps = steps_until_end(net, run)
        said = [net.says.outputs[y] for y in run.Y[:steps]]
        answer = figures.draw_answer(string, said, run.P[range(steps), run.Y[:steps]])
        if net.style == "attention":
            return [answer, figures.draw_attention(string, said, run.alpha[:steps])]
        return [answer, draw_fed(net, run, said)]

    return Panel(
        {
            "style": Dropdown("style", styles, styles[-1]),
            "string": TextBox("string", text, nets[styles[0]].alphabet, longest),
        },
        draw,
        frames={
            "string": distinct(text, "abc", "cba", "aabbcc", "cabcab", "abcabcabc"),
            "style": styles,
        },
    )


def steps_until_end(net, run):
    """Return how many steps of a run belong to its answer, END counted."""
    ends = np.flatnonzero(run.Y == len(net.says))  # END has the last index
    return int(ends[0]) + 1 if len(ends) else len(run.Y)


FED = {
    "plain": "nothing",
    "feedback": "the letter said before",
    "peek": "the letter said before and the thought vector",
}


def draw_fed(net, run, said):
    """Draw what the decoder is fed at every step, beside its state.

    Parameters
    ----------
    net : decoders.EncoderDecoder
        Of any style but attention.
    run : decoders.Run
        Of one string.
    said : list of str
        The answer.
    """
    V = len(net.says)
    rows = tuple(said)
    limit = largest(run.S, run.dec_S)
    fed = np.array([kept.x for kept in run.dec_kept[: len(said)]])
    state = blocks.Block(
        run.dec_S[1 : len(said) + 1], "_S(t)", "decoder", rows, blocks.units(net.n), limit=limit
    )
    row = [state]
    if net.style == "peek":
        thought = blocks.Block(
            fed[:, V:], "fed: thought vector", "encoder", rows, blocks.units(net.n), limit=limit
        )
        row.insert(0, thought)
    if net.style != "plain":
        letter = blocks.Block(
            fed[:, :V], "fed: letter", "input", rows, net.says.symbols, digits=0, limit=1
        )
        row.insert(0, letter)
    return blocks.draw([row], f"At every step it is fed {FED[net.style]}.")
