"""The four styles in plain Python, from the equations."""

import math

import numpy as np

from revlib import decoders
from revlib.alphabet import Alphabet

ABC = Alphabet("abc", end=True)


def drawn(style, n=4, seed=0, cell="simple", alphabet=ABC, says=None, score="dot"):
    """A network whose every parameter is drawn."""
    net = decoders.EncoderDecoder(style, alphabet, n, cell, says, score)
    net.theta[:] = np.random.default_rng(seed).normal(0, 0.6, net.theta.size)
    return net


def by_hand(net, text, given=None):
    """One string in plain Python, from the equations: encoder states, decoder states, scores,
    attention weights."""
    p = {name: view.tolist() for name, view in net.named().items()}

    def times(row, matrix, columns):
        return [math.fsum(row[i] * matrix[i][j] for i in range(len(row))) for j in range(columns)]

    def step(layer, x, s):
        of_x = times(x, p[f"{layer}Wh"], net.n)
        of_s = times(s, p[f"{layer}Ws"], net.n)
        return [max(0.0, math.fsum(three)) for three in zip(of_x, of_s, p[f"{layer}bh"])]

    V = len(net.alphabet)
    S = [[0.0] * net.n]
    for letter in text:
        x = [float(letter == other) for other in net.alphabet.symbols]
        S.append(step("", x, S[-1]))
    dec_S = [S[-1]]
    Z = []
    alpha = []
    said = [0.0] * V
    for t in range(len(text) + net.alphabet.end):
        x = {"plain": [], "peek": said + S[-1]}.get(net.style, said)
        dec_S.append(step("dec.", x, dec_S[-1]))
        asked = times(dec_S[-1], p["Wa"], net.n) if "Wa" in p else dec_S[-1]
        w = [math.fsum(a * b for a, b in zip(asked, state)) for state in S[1:]]
        e = [math.exp(v - max(w)) for v in w]
        seen = dec_S[-1]
        weights = [0.0] * len(text)
        if net.style == "attention":
            weights = [v / math.fsum(e) for v in e]
            seen = seen + times(weights, S[1:], net.n)
        alpha.append(weights)
        Z.append([z + b for z, b in zip(times(seen, p["Wo"], len(p["bo"])), p["bo"])])
        index = Z[-1].index(max(Z[-1])) if given is None else given[t]
        said = [float(index == k) for k in range(V)]
    return S, dec_S, Z, alpha
