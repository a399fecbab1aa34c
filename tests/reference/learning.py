"""The loss, its slopes and a training once more: in NumPy, by other ways than revlib's.

`slope` is a derivative by a complex step, `chain` the chain rule, `trained` the updates.
"""

import itertools
import math
from functools import cache

import numpy as np

from reference.network import LETTERS, decode_letters, encode_letters


def scaled_both(W, scale):
    """Both Ws multiplied; arrays, biases with one row."""
    W = {name: np.array(rows, dtype=float) for name, rows in W.items()}
    return W | {name: W[name] * scale for name in ("Ws", "dec.Ws")}


def unpacked(theta, n, letters=LETTERS):
    """Flat weights -> name -> array: for each layer Wh, Ws and bh below each other, then Wo and
    bo."""
    V, W, at = len(letters), {}, 0
    for name, rows, columns in [
        (layer + part, rows, n)
        for layer in ("", "dec.")
        for part, rows in (("Wh", V), ("Ws", n), ("bh", 1))
    ] + [("Wo", n, V), ("bo", 1, V)]:
        W[name] = np.array(theta[at : at + rows * columns], dtype=float).reshape(rows, columns)
        at += rows * columns
    assert at == len(theta)
    return W


def taught(W, string, share=None, nudge=None, letters=LETTERS):
    """One string, the decoder fed the right letters: (loss, S, _S, P), S(0) and the thought vector
    first.

    `share`: how much each letter counts. `nudge`: (list, step, place, by how much) moves "S", "_S"
    or "z".
    Weights and nudge may be complex: that is how `slope` gets a derivative without rounding.
    """
    where, when, place, much = nudge or (None, 0, 0, 0)

    def moved(row, name, t):
        return row + much * (np.arange(row.size) == place) if (name, t) == (where, when) else row

    rectified = lambda row: np.where(row.real > 0, row, 0)
    right, S = string[::-1], [np.zeros(W["bh"].size)]
    for t, letter in enumerate(string, start=1):
        S.append(
            moved(rectified(W["Wh"][letters.index(letter)] + S[-1] @ W["Ws"] + W["bh"][0]), "S", t)
        )
    R, P, loss = [moved(S[-1], "_S", 0)], [], 0
    for t, letter in enumerate(right, start=1):
        x = W["dec.Wh"][letters.index(right[t - 2])] if t > 1 else 0
        R.append(moved(rectified(x + R[-1] @ W["dec.Ws"] + W["dec.bh"][0]), "_S", t))
        z = moved(R[-1] @ W["Wo"] + W["bo"][0], "z", t)
        z = z - z.real.max()
        P.append(np.exp(z) / np.exp(z).sum())
        loss += (share[t - 1] if share is not None else 1 / len(right)) * (
            np.log(np.exp(z).sum()) - z[letters.index(letter)]
        )
    return loss, S, R, P


def slope(loss, h=1e-30):
    """d loss(x) / dx at 0: Im loss(ih) / h, a finite difference whose step may be as small as one
    likes."""
    return float(np.imag(loss(1j * h)) / h)


def weight_slope(W, string, share, entry, unscaled=1.0):
    """d loss / d W[name][i][j]; `unscaled`: by how much the weight is multiplied after it is
    moved."""
    name, i, j = entry

    def loss(h):
        live = {k: v.astype(complex) for k, v in W.items()}
        live[name][i, j] += h * unscaled
        return taught(live, string, share)[0]

    return slope(loss)


def chain(W, inputs):
    """Loss and gradients of a batch by the chain rule: loss, name -> gradient, blames on S(1..T),
    on _S(0..L).

    inputs: (T, B) int array; the letters read.
    """
    targets, (T, B), n, K = inputs[::-1], inputs.shape, W["bh"].size, W["bo"].size
    one, S = np.eye(K), [np.zeros((B, n))]
    for t in range(T):
        S.append(np.maximum(0, W["Wh"][inputs[t]] + S[-1] @ W["Ws"] + W["bh"]))
    R = [S[-1]]
    for t in range(T):
        R.append(
            np.maximum(
                0, (W["dec.Wh"][targets[t - 1]] if t else 0) + R[-1] @ W["dec.Ws"] + W["dec.bh"]
            )
        )
    Z = np.array(R[1:]) @ W["Wo"] + W["bo"]
    Z -= Z.max(axis=-1, keepdims=True)
    E = np.exp(Z)
    total = E.sum(axis=-1, keepdims=True)
    loss = float(
        (np.log(total[..., 0]) - np.take_along_axis(Z, targets[..., None], -1)[..., 0]).mean()
    )
    dZ = (E / total - one[targets]) / (T * B)
    g = {name: np.zeros_like(value) for name, value in W.items()}
    dR, dS, behind = [None] * (T + 1), [None] * (T + 1), 0
    for t in range(T, 0, -1):
        g["Wo"] += R[t].T @ dZ[t - 1]
        g["bo"] += dZ[t - 1].sum(axis=0)
        dR[t] = dZ[t - 1] @ W["Wo"].T + behind
        before = dR[t] * (R[t] > 0)
        if t > 1:
            g["dec.Wh"] += one[targets[t - 2]].T @ before
        g["dec.Ws"] += R[t - 1].T @ before
        g["dec.bh"] += before.sum(axis=0)
        behind = before @ W["dec.Ws"].T
    dR[0] = behind
    for t in range(T, 0, -1):
        dS[t] = behind
        before = dS[t] * (S[t] > 0)
        g["Wh"] += one[inputs[t - 1]].T @ before
        g["Ws"] += S[t - 1].T @ before
        g["bh"] += before.sum(axis=0)
        behind = before @ W["Ws"].T
    return loss, g, dS[1:], dR


def indices(strings, letters=LETTERS):
    """(T, B) int array of strings of one length."""
    return np.array([[letters.index(letter) for letter in string] for string in strings]).T


def trained(W, strings, optimiser, rate, steps, clip=None):
    """(loss, weights) after 0, 1, ... `steps` updates; Adam as in the paper, with its bias
    corrections."""
    W, x = dict(W), indices(strings)
    m, v = ({name: np.zeros_like(value) for name, value in W.items()} for _ in range(2))
    for step in range(1, steps + 2):
        loss, g, _, _ = chain(W, x)
        yield loss, dict(W)
        norm = math.sqrt(sum(float((d * d).sum()) for d in g.values()))
        short = clip / norm if clip and norm > clip else 1.0
        for name in W:
            d = g[name] * short
            if optimiser == "Adam":
                m[name] = 0.9 * m[name] + 0.1 * d
                v[name] = 0.999 * v[name] + 0.001 * d * d
                d = (m[name] / (1 - 0.9**step)) / (np.sqrt(v[name] / (1 - 0.999**step)) + 1e-8)
            W[name] = W[name] - rate * d


def answers(W, strings, letters=LETTERS):
    """What the network says to each of some strings."""
    W = {name: value.tolist() for name, value in W.items()}
    return [
        "".join(
            step["said"] for step in decode_letters(encode_letters(s, W)[-1], len(s), W, letters)
        )
        for s in strings
    ]


def every_string(length, letters=LETTERS):
    return ["".join(some) for some in itertools.product(letters, repeat=length)]


@cache
def trained_panel(theta, n, optimiser, rate, steps=300):
    """(loss, the strings of three letters that are not reversed) after the training that the panel
    runs."""
    strings = every_string(3)
    *_, (loss, W) = trained(unpacked(theta, n), strings, optimiser, rate, steps, clip=1)
    return loss, [s for s, said in zip(strings, answers(W, strings)) if said != s[::-1]]
