"""One step of a recurrent cell, forward and backward: the simple RNN's, GRU's and LSTM's.

The simple one comes with ReLU, the book's, and with tanh, the usual one.

Each cell has the same parts, so that any of them fits where another does::

    width        columns of its state; the first n are what others see, S(t)
    shapes(V)    name -> shape of its parameters, for inputs of V columns; gates stand side by side
                 in the columns
    pass_on(p)   set its weights so that a state passes on unchanged, or nearly
    step(p, x, s)                one step for B strings: (B, V), (B, width) -> (B, width), and
                                 what `back` needs
    back(p, d, kept, blame)      d loss / d (state after) -> d loss / d x, d loss / d (state
                                 before); adds what the weights are to blame for to d

p and d are layers, which hold arrays under the names of `shapes`.
"""

from typing import NamedTuple

import numpy as np

from revlib.activations import relu, relu_slope, sigmoid, tanh_slope


class SimpleRNN:
    """S(t) = ReLU(x·Wh + S(t-1)·Ws + bh): (V + n + 1)·n parameters."""

    act, slope = staticmethod(relu), staticmethod(relu_slope)

    class Kept(NamedTuple):
        """What a step leaves for the way back."""

        x: np.ndarray
        s: np.ndarray
        after: np.ndarray

    def __init__(self, n):
        self.n = self.width = n

    def shapes(self, V):
        """Return name -> shape of the parameters."""
        return {"Wh": (V, self.n), "Ws": (self.n, self.n), "bh": (self.n,)}

    def pass_on(self, p):
        """Set Ws to the identity."""
        p.Ws = np.eye(self.n)

    def step(self, p, x, s):
        """Return the state after, and what `back` needs."""
        after = self.act(x @ p.Wh + s @ p.Ws + p.bh)
        return after, self.Kept(x, s, after)

    def back(self, p, d, kept, blame):
        """Return the blame on x and on the state before; add the weights' to d."""
        dA = blame * self.slope(kept.after)
        add_gradients(d, kept.x, kept.s, dA, dA)
        return dA @ p.Wh.T, dA @ p.Ws.T


class TanhRNN(SimpleRNN):
    """S(t) = tanh(x·Wh + S(t-1)·Ws + bh), Elman's: entries of both signs, none beyond 1.

    Source: Elman, "Finding Structure in Time", 1990.
    """

    act, slope = staticmethod(np.tanh), staticmethod(tanh_slope)


class GRU:
    """Gated recurrent unit, reset after the product: 3·(V + n + 1)·n + n parameters.

    r = σ(x·Wh + S·Ws + bh)            how much of the old state the candidate sees
    u = σ(x·Wh + S·Ws + bh)            how much of the old state is kept
    g = tanh(x·Wh + bh + r ∘ (S·Ws + bs))      the candidate
    S(t) = (1 - u) ∘ g + u ∘ S(t-1)            a mixture of candidate and old state

    Each of the three has a third of the columns of Wh, Ws and bh, in this order. This is the
    variant of cuDNN, PyTorch, and Keras with reset_after=True. In the published one (Cho et al.
    2014, arXiv 1406.1078v3) r meets the state before the product, g = tanh(x·Wh + (r ∘ S)·Ws + bh),
    and there is no bs. PyTorch and Keras have a second bias for r and u too, which adds nothing.
    """

    class Kept(NamedTuple):
        """What a step leaves for the way back; `seen` is S·Ws + bs."""

        x: np.ndarray
        s: np.ndarray
        r: np.ndarray
        u: np.ndarray
        seen: np.ndarray
        g: np.ndarray

    def __init__(self, n):
        self.n = self.width = n

    def shapes(self, V):
        """Return name -> shape of the parameters."""
        n = self.n
        return {"Wh": (V, 3 * n), "Ws": (n, 3 * n), "bh": (3 * n,), "bs": (n,)}

    def pass_on(self, p):
        """Set the bias of u to 1: most of a state is kept."""
        p.bh[self.n : 2 * self.n] = 1

    def step(self, p, x, s):
        """Return the state after, and what `back` needs."""
        of_x, of_s = side_by_side(x @ p.Wh + p.bh, 3), side_by_side(s @ p.Ws, 3)
        r, u = sigmoid(of_x[:2] + of_s[:2])
        seen = of_s[2] + p.bs
        g = np.tanh(of_x[2] + r * seen)
        return (1 - u) * g + u * s, self.Kept(x, s, r, u, seen, g)

    def back(self, p, d, kept, blame):
        """Return the blame on x and on the state before; add the weights' to d."""
        x, s, r, u, seen, g = kept
        dg = blame * (1 - u) * (1 - g * g)  # on sums, before tanh and σ
        du = blame * (s - g) * u * (1 - u)
        dr = dg * seen * r * (1 - r)
        of_x = np.concatenate([dr, du, dg], axis=1)
        of_s = np.concatenate([dr, du, dg * r], axis=1)
        add_gradients(d, x, s, of_x, of_s)
        d.bs += (dg * r).sum(axis=0)
        return of_x @ p.Wh.T, of_s @ p.Ws.T + blame * u


class LSTM:
    """Long short-term memory: 4·(V + n + 1)·n parameters. Its state is two rows, [S, C].

    i, f, g, o = σ, σ, tanh, σ of the four quarters of x·Wh + S(t-1)·Ws + bh
    C(t) = f ∘ C(t-1) + i ∘ g          forget, then write: the memory
    S(t) = o ∘ tanh(C(t))              what others see

    The variant with a forget gate and without peepholes, as in PyTorch (which has a second bias)
    and Keras.

    Sources: Hochreiter and Schmidhuber 1997; the forget gate: Gers, Schmidhuber, Cummins 2000; its
    bias of 1: Jozefowicz, Zaremba, Sutskever 2015.
    """

    class Kept(NamedTuple):
        """What a step leaves for the way back; s and C are those before it, `shown` is tanh(C)."""

        x: np.ndarray
        s: np.ndarray
        C: np.ndarray
        i: np.ndarray
        f: np.ndarray
        g: np.ndarray
        o: np.ndarray
        shown: np.ndarray

    def __init__(self, n):
        self.n = n
        self.width = 2 * n

    def shapes(self, V):
        """Return name -> shape of the parameters."""
        n = self.n
        return {"Wh": (V, 4 * n), "Ws": (n, 4 * n), "bh": (4 * n,)}

    def pass_on(self, p):
        """Set the bias of f to 1: most of the memory is kept."""
        p.bh[self.n : 2 * self.n] = 1

    def step(self, p, x, s):
        """Return the state after, [S, C] side by side, and what `back` needs."""
        S, C = s[:, : self.n], s[:, self.n :]
        i, f, g, o = side_by_side(x @ p.Wh + S @ p.Ws + p.bh, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        C_after = f * C + i * g
        shown = np.tanh(C_after)
        kept = self.Kept(x, S, C, i, f, g, o, shown)
        return np.concatenate([o * shown, C_after], axis=1), kept

    def back(self, p, d, kept, blame):
        """Return the blame on x and on the state before; add the weights' to d."""
        x, S, C, i, f, g, o, shown = kept
        dS, dC = blame[:, : self.n], blame[:, self.n :]
        dC = dC + dS * o * (1 - shown * shown)
        di, df, dg, do = dC * g, dC * C, dC * i, dS * shown
        on_sums = [di * i * (1 - i), df * f * (1 - f), dg * (1 - g * g), do * o * (1 - o)]
        dA = np.concatenate(on_sums, axis=1)  # before tanh and σ
        add_gradients(d, x, S, dA, dA)
        return dA @ p.Wh.T, np.concatenate([dA @ p.Ws.T, dC * f], axis=1)


CELLS = {"simple": SimpleRNN, "tanh": TanhRNN, "GRU": GRU, "LSTM": LSTM}


def side_by_side(A, count):
    """Return the gates that stand side by side in the columns: (B, count·n) -> (count, B, n)."""
    # each in one piece of memory, where NumPy is quicker
    n = A.shape[1] // count
    return np.ascontiguousarray(A.reshape(len(A), count, n).swapaxes(0, 1))


def add_gradients(d, x, s, of_x, of_s):
    """Add one step's gradients of Wh, Ws and bh to d.

    of_x is the blame on x·Wh + bh, of_s the blame on S·Ws.
    """
    d.Wh += x.T @ of_x
    d.Ws += s.T @ of_s
    d.bh += of_x.sum(axis=0)
