"""The networks of chapter 13, which read a number in English words and say it in another language.

They are decoders.EncoderDecoder. Trained ones lie in notebooks/results/translate.npz, which
benchmarks/translate.py has written.
"""

import numpy as np

from revlib import numerals, results
from revlib.alphabet import described
from revlib.decoders import EncoderDecoder

LONGEST = 12  # steps that an answer may take: the longest right one, with END, takes nine


def network(language, style, units=64, cell="tanh", score="learned"):
    """Return a network before training, its parameters all 0.

    Parameters
    ----------
    language : str
        What it says, a key of numerals.NAMES.
    style, cell : as decoders.EncoderDecoder's
    units : int
    score : str
        Attention's, "dot" or "learned". Other styles have none.
    """
    reads, says = numerals.alphabet("en"), numerals.alphabet(language, end=True)
    score = score if style == "attention" else "dot"
    return EncoderDecoder(style, reads, units, cell, says, score)


def names():
    """Return a list of (language, style, taught): the trained networks that there are."""
    with np.load(results.folder() / "translate.npz", allow_pickle=False) as file:
        found = [key.split("-") for key in file.files]
    return [(language, style, int(taught)) for language, style, taught in found]


def trained(language, style, taught):
    """Return a trained network, in float64.

    Parameters
    ----------
    language, style : str
    taught : int
        How many numbers it was taught.

    Raises
    ------
    ValueError
        If there is none; the message says which there are.
    """
    if (language, style, taught) not in names():
        there = ", ".join(f"{a} {b} {c}" for a, b, c in names())
        asked = f"{described(language)}, {described(style)}, {taught}"
        raise ValueError(f"no network was kept for {asked}; there are {there}")
    with np.load(results.folder() / "translate.npz", allow_pickle=False) as file:
        theta = file[f"{language}-{style}-{taught}"].astype(float)
    return network(language, style).like(theta)


def translate(net, text):
    """Return a network's run on a number in English words, or on a list of texts of one length.

    The network says words until it says END, at most LONGEST. What was said is in `output`, or in
    `outputs`; the attention weights of step t are alpha[t - 1]. For a single text the run ends with
    its END.
    """
    ran = net.run(text, steps=LONGEST)
    if not isinstance(text, str):
        return ran
    ended = np.flatnonzero(ran.Y == len(net.says))
    return ran if not len(ended) else net.run(text, steps=int(ended[0]) + 1)
