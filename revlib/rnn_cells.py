"""Floor 2: one step of a recurrent cell, forward and backward by hand: plain, GRU and LSTM.

Each cell has the same five parts, so that any of them fits where another does:

    width        columns of its state; the first n are what others see, S(t)
    shapes(V)    name -> shape of its parameters, for inputs of V columns; gates stand side by side
    in the columns
    start(p)     what is special about its weights before training; the rest are drawn
    step(p, x, s)                one step for B strings: (B, V), (B, width) -> (B, width), and what
    `back` needs
    back(p, d, kept, blame)      d loss / d (state after) -> d loss / d x, d loss / d (state
    before);
                                 adds what the weights are to blame for to d, which has the names of
                                 p
"""

import numpy as np

from revlib import model


def sigmoid(z):
    """1 / (1 + e^-z), by tanh: nothing overflows."""
    return 0.5 + 0.5 * np.tanh(np.multiply(0.5, z))


class SimpleRNN:
    """S(t) = ReLU(x·Wh + S(t-1)·Ws + b): (V + n + 1)·n parameters. Starts with Ws the identity."""

    def __init__(self, n):
        self.n = self.width = n

    def shapes(self, V):
        return {"Wh": (V, self.n), "Ws": (self.n, self.n), "b": (self.n,)}

    def start(self, p):
        p["Ws"][:] = np.eye(self.n)

    def step(self, p, x, s):
        after = model.relu(x @ p["Wh"] + s @ p["Ws"] + p["b"])
        return after, (x, s, after)

    def back(self, p, d, kept, blame):
        x, s, after = kept
        dA = blame * (after > 0)
        _share(d, x, s, dA, dA)
        return dA @ p["Wh"].T, dA @ p["Ws"].T


class GRU:
    """Gated recurrent unit, reset after the product: 3·(V + n + 1)·n + n parameters.

    r = σ(x·Wh + S·Ws + b)             how much of the old state the draft sees     (its own third
    of the columns)
    u = σ(x·Wh + S·Ws + b)             how much of the old state is kept            (the second
    third)
    m = tanh(x·Wh + b + r ∘ (S·Ws + c))        the draft                            (the last third)
    S(t) = (1 - u) ∘ m + u ∘ S(t-1)            a mixture of draft and old state

    This is the variant of cuDNN, PyTorch, and Keras with reset_after=True. In the published one
    (Cho et al. 2014, arXiv
    1406.1078v3) r meets the state before the product, m = tanh(x·Wh + (r ∘ S)·Ws + b), and there is
    no c. PyTorch and
    Keras have a second bias for r and u too, which adds nothing. Starts with the bias of u at 1:
    most is kept.
    """

    def __init__(self, n):
        self.n = self.width = n

    def shapes(self, V):
        return {
            "Wh": (V, 3 * self.n),
            "Ws": (self.n, 3 * self.n),
            "b": (3 * self.n,),
            "c": (self.n,),
        }

    def start(self, p):
        p["b"][self.n : 2 * self.n] = 1

    def step(self, p, x, s):
        of_x, of_s = _parts(x @ p["Wh"] + p["b"], 3), _parts(s @ p["Ws"], 3)
        r, u = sigmoid(of_x[:2] + of_s[:2])
        seen = of_s[2] + p["c"]
        m = np.tanh(of_x[2] + r * seen)
        return (1 - u) * m + u * s, (x, s, r, u, seen, m)

    def back(self, p, d, kept, blame):
        x, s, r, u, seen, m = kept
        dm = blame * (1 - u) * (1 - m * m)
        du = blame * (s - m) * u * (1 - u)
        dr = dm * seen * r * (1 - r)
        of_x, of_s = np.concatenate([dr, du, dm], axis=1), np.concatenate([dr, du, dm * r], axis=1)
        _share(d, x, s, of_x, of_s)
        d["c"] += (dm * r).sum(axis=0)
        return of_x @ p["Wh"].T, of_s @ p["Ws"].T + blame * u


class LSTM:
    """Long short-term memory: 4·(V + n + 1)·n parameters. Its state is two rows side by side, [S,
    C].

    i, f, g, o = σ, σ, tanh, σ of the four quarters of x·Wh + S(t-1)·Ws + b
    C(t) = f ∘ C(t-1) + i ∘ g          forget, then write: the memory
    S(t) = o ∘ tanh(C(t))              what others see

    The variant with a forget gate and without peepholes, as in PyTorch (which has a second bias)
    and Keras. Starts with the
    bias of f at 1 (Jozefowicz, Zaremba, Sutskever 2015).

    Source: Hochreiter and Schmidhuber 1997; the forget gate: Gers, Schmidhuber, Cummins 2000.
    """

    def __init__(self, n):
        self.n, self.width = n, 2 * n

    def shapes(self, V):
        return {"Wh": (V, 4 * self.n), "Ws": (self.n, 4 * self.n), "b": (4 * self.n,)}

    def start(self, p):
        p["b"][self.n : 2 * self.n] = 1

    def step(self, p, x, s):
        before, C = s[:, : self.n], s[:, self.n :]
        i, f, g, o = _parts(x @ p["Wh"] + before @ p["Ws"] + p["b"], 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        after = f * C + i * g
        shown = np.tanh(after)
        return np.concatenate([o * shown, after], axis=1), (x, before, C, i, f, g, o, shown)

    def back(self, p, d, kept, blame):
        x, before, C, i, f, g, o, shown = kept
        dS, dC = blame[:, : self.n], blame[:, self.n :]
        dC = dC + dS * o * (1 - shown * shown)
        dA = np.concatenate(
            [
                dC * g * i * (1 - i),
                dC * C * f * (1 - f),
                dC * i * (1 - g * g),
                dS * shown * o * (1 - o),
            ],
            axis=1,
        )
        _share(d, x, before, dA, dA)
        return dA @ p["Wh"].T, np.concatenate([dA @ p["Ws"].T, dC * f], axis=1)


CELLS = {"plain": SimpleRNN, "GRU": GRU, "LSTM": LSTM}


def _parts(A, count):
    """(B, count·n) -> (count, B, n), each part in one piece of memory, where NumPy is quicker."""
    return np.ascontiguousarray(A.reshape(len(A), count, -1).swapaxes(0, 1))


def _share(d, x, s, of_x, of_s):
    """Add one step's share of the blame to Wh, Ws and b; of_x and of_s are the blame on x·Wh + b
    and on S·Ws."""
    d["Wh"] += x.T @ of_x
    d["Ws"] += s.T @ of_s
    d["b"] += of_x.sum(axis=0)
