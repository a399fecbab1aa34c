"""Loss and gradient of texts of different lengths at once, fast: what chapter 13 trains with.

training.Batch with decoders.EncoderDecoder computes the same, a pair of lengths after the other,
and a test holds the two equal. Here a mini-batch goes through together. What makes it fast:

1. Shorter texts are padded to the longest: before their first word where they are read, behind
   their END where they are said. The texts stand in order of length, longest first, so those that
   have begun by a step are the first rows; the others stay at state 0, and nothing is computed for
   them. What is said behind an END counts 0 in the loss, and to attention what is padded is as good
   as not there (see 4).
2. A word times Wh is a row of Wh: it is looked up, for all steps in one go.
3. Of each step only s·Ws has to wait for the step before. Attention, scores, softmax and the
   gradients of all matrices are one product each over all steps.
4. No probability is below e^-36, which is float64's last digit. Products of two that are smaller
   would leave the range in which float32 is quick (denormal numbers), and change nothing.
"""

from typing import NamedTuple

import numpy as np

from revlib.activations import sigmoid, tanh_slope
from revlib.bptt import with_end
from revlib.rnn_cells import GRU, SimpleRNN

STYLES = ("feedback", "attention")
LEAST = -36  # logarithm of a probability, before they are divided by their sum; see trick 4


class Texts:
    """Texts and their answers as indices, padded once, for as many mini-batches as are wanted.

    Parameters
    ----------
    net : decoders.EncoderDecoder
        In one of STYLES, with simple, tanh or GRU cells. Any network made of the same arguments may
        be trained on the batches.
    texts, answers : lists of N str
        Answers of one length, if the network cannot say END.
    """

    def __init__(self, net, texts, answers):
        if net.style not in STYLES or not isinstance(net.cell, (SimpleRNN, GRU)):
            raise ValueError(f"{net!r} is trained by training.Batch; here only {', '.join(STYLES)}")
        if len(texts) != len(answers):
            raise ValueError(f"there are {len(texts)} texts and {len(answers)} answers")
        read = [net.alphabet.indices(text) for text in texts]
        said = [with_end(net, net.says.indices(answer)) for answer in answers]
        if not read or min(map(len, read)) == 0:
            raise ValueError("there is no text, or an empty one")
        if not net.says.end and len({len(each) for each in said}) > 1:
            raise ValueError(f"the answers differ in length, and {net!r} cannot say END")
        self.made = net.made
        self.lengths = np.array([len(each) for each in read])
        self.steps = np.array([len(each) for each in said])
        self.inputs = np.zeros((max(self.lengths), len(read)), int)  # padded with any word
        self.targets = np.zeros((max(self.steps), len(said)), int)
        for i, (word_by_word, answer) in enumerate(zip(read, said)):
            self.inputs[len(self.inputs) - len(word_by_word) :, i] = word_by_word
            self.targets[: len(answer), i] = answer

    def __len__(self):
        return len(self.lengths)

    def batch(self, places=None):
        """Return a Batch of the texts at some places, of all if not given."""
        places = np.arange(len(self)) if places is None else np.asarray(places)
        places = places[np.argsort(-self.lengths[places], kind="stable")]
        lengths, steps = self.lengths[places], self.steps[places]
        inputs = self.inputs[len(self.inputs) - lengths[0] :, places]
        return Batch(self.made, inputs, lengths, self.targets[: steps.max(), places], steps)

    def batches(self, size, rng):
        """Yield mini-batches without end, each of `size` drawn texts, all different."""
        while True:
            yield self.batch(rng.choice(len(self), min(size, len(self)), replace=False))


class Batch:
    """A mini-batch; what training.train needs.

    Parameters
    ----------
    made : tuple
        Arguments of the network that it is for.
    inputs, lengths : (T, B) and (B,) int arrays
        Padded before the first word; the longest text first.
    targets, steps : (L, B) and (B,) int arrays
        Padded behind END.
    """

    def __init__(self, made, inputs, lengths, targets, steps):
        self.made = made
        self.inputs, self.targets = inputs, targets
        T, L = len(inputs), len(targets)
        self.begun = [int((lengths >= T - t).sum()) for t in range(T)]  # rows, at each step
        self.padding = np.arange(T) < T - lengths[:, None]  # (B, T)
        self.share = (np.arange(L)[:, None] < steps) / steps.sum()  # (L, B) of a symbol, or 0

    def gradient(self, net):
        """Return the loss (nats per symbol) and the flat gradient at the network's weights."""
        if net.made != self.made:
            raise ValueError(f"the batch is for a network of {self.made}, not of {net.made}")
        return gradient(net, self)


def gradient(net, batch):
    """Return loss and flat gradient of a Batch; see training.Batch.gradient."""
    T, B = batch.inputs.shape
    L, n, dtype = len(batch.targets), net.n, net.theta.dtype
    layer = GatedLayer if isinstance(net.cell, GRU) else SimpleLayer

    # forward
    encoder = layer(net.cell, net.enc, batch.inputs, batch.begun, np.zeros((B, n), dtype))
    S = encoder.S[1:].swapaxes(0, 1)  # (B, T, n)
    fed = np.minimum(batch.targets[:-1], len(net.says) - 1)  # behind an END any word: it counts 0
    decoder = layer(net.cell, net.dec, fed, [B] * L, encoder.S[-1], nothing_first=True)
    seen = D = decoder.S[1:]  # (L, B, n)
    if net.style == "attention":
        looked = look(net, D, S, batch.padding)
        seen = np.concatenate([D, looked.mixture.swapaxes(0, 1)], axis=2)
    seen = seen.reshape(L * B, -1)
    Z = seen @ net.Wo + net.bo  # (L·B, K)
    Z -= Z.max(axis=1, keepdims=True)  # less the largest: exp stays finite
    each = np.arange(L * B)
    right = batch.targets.ravel()
    share = batch.share.ravel().astype(dtype)
    right_scores = share @ Z[each, right]
    P = np.exp(np.maximum(Z, LEAST, out=Z), out=Z)
    total = P.sum(axis=1)
    loss = float(share @ np.log(total) - right_scores)

    # backward
    d = net.zeros()
    P *= (share / total)[:, None]
    P[each, right] -= share
    dZ = P  # (p - y), each times its share
    d.Wo, d.bo = seen.T @ dZ, dZ.sum(axis=0)
    dseen = (dZ @ net.Wo.T).reshape(L, B, -1)
    dD, dS = dseen[..., :n], np.zeros_like(encoder.S)
    if net.style == "attention":
        of_D, of_S, of_Wa = look_back(net, D, S, looked, dseen[..., n:].swapaxes(0, 1))
        dD = dD + of_D
        dS[1:] += of_S.swapaxes(0, 1)
        if of_Wa is not None:
            d.Wa = of_Wa
    dS[-1] += decoder.back(d.dec, dD)
    encoder.back(d.enc, dS[1:])
    return loss, d.theta


# ---------------------------------------------------------------- attention, all steps at once


class Looked(NamedTuple):
    """What attention leaves for the way back."""

    asked: np.ndarray  # (B, L, n) what met the encoder's states
    alpha: np.ndarray  # (B, L, T) weights
    mixture: np.ndarray  # (B, L, n)


def look(net, D, S, padding):
    """Let decoder states (L, B, n) look at encoder states (B, T, n); return a Looked."""
    asked = D.swapaxes(0, 1)
    if net.Wa is not None:
        asked = (D.reshape(-1, net.n) @ net.Wa).reshape(D.shape).swapaxes(0, 1)
    alpha = asked @ S.swapaxes(1, 2)  # (B, L, n) @ (B, n, T)
    np.copyto(alpha, -np.inf, where=padding[:, None])
    alpha -= alpha.max(axis=2, keepdims=True)
    np.exp(np.maximum(alpha, LEAST, out=alpha), out=alpha)
    alpha /= alpha.sum(axis=2, keepdims=True)
    return Looked(asked, alpha, alpha @ S)


def look_back(net, D, S, looked, dmixture):
    """Return the blame on decoder and encoder states and on Wa (or None), for that on mixtures."""
    asked, alpha, _ = looked
    dalpha = dmixture @ S.swapaxes(1, 2)
    dw = alpha * (dalpha - (alpha * dalpha).sum(axis=2, keepdims=True))  # through the softmax
    of_S = alpha.swapaxes(1, 2) @ dmixture + dw.swapaxes(1, 2) @ asked
    of_asked = (dw @ S).swapaxes(0, 1)  # (L, B, n)
    if net.Wa is None:
        return of_asked, of_S, None
    rows = of_asked.reshape(-1, net.n)
    of_Wa = D.reshape(-1, net.n).T @ rows
    return (rows @ net.Wa.T).reshape(D.shape), of_S, of_Wa


# ---------------------------------------------------------------- layers, a step at a time


class Layer:
    """A recurrent layer's way through a batch, and back.

    Parameters
    ----------
    cell, p : a cell of rnn_cells, and its weights
    words : (steps, B) int array
    begun : list of int
        How many rows, the first, have begun by each step.
    start : (B, n) array
        States before the first step.
    nothing_first : bool
        Whether nothing is fed at a first step, before the words.

    Attributes
    ----------
    S : (steps + 1, B, n) array
        States, from the start on.
    """

    def __init__(self, cell, p, words, begun, start, nothing_first=False):
        self.cell, self.p, self.words, self.begun = cell, p, words, begun
        self.first = int(nothing_first)
        of_x = np.empty((len(begun), len(start), len(p.bh)), start.dtype)
        of_x[: self.first] = p.bh
        np.add(p.Wh[words], p.bh, out=of_x[self.first :])
        self.S = np.zeros((len(begun) + 1, *start.shape), start.dtype)
        self.S[0] = start
        self.run(of_x)

    def add_gradients(self, d, of_x, of_s):
        """Put the gradients of Wh, Ws and bh into d: one product over all steps each."""
        rows = of_x.reshape(-1, of_x.shape[2])
        d.bh = rows.sum(axis=0)
        d.Ws = self.S[:-1].reshape(len(rows), -1).T @ of_s.reshape(len(rows), -1)
        one_hot = np.eye(len(self.p.Wh), dtype=of_x.dtype)[self.words.ravel()]
        d.Wh = one_hot.T @ rows[len(rows) - len(one_hot) :]


class SimpleLayer(Layer):
    """Of simple cells, with ReLU or tanh."""

    def run(self, of_x):
        """Fill S, step by step, from what the words add to the sums."""
        Ws, act, S = self.p.Ws, self.cell.act, self.S
        for t, m in enumerate(self.begun):
            sums = S[t, :m] @ Ws
            sums += of_x[t, :m]
            act(sums, out=S[t + 1, :m])

    def back(self, d, dS):
        """Send blame on the states after each step back; return that on the start."""
        Ws = np.ascontiguousarray(self.p.Ws.T)
        slope = self.cell.slope(self.S[1:])
        dA = np.zeros_like(self.S[1:])
        blame = np.zeros_like(self.S[0])
        for t in range(len(self.begun) - 1, -1, -1):
            m = self.begun[t]
            blame[:m] += dS[t, :m]
            np.multiply(blame[:m], slope[t, :m], out=dA[t, :m])
            np.matmul(dA[t, :m], Ws, out=blame[:m])
        self.add_gradients(d, dA, dA)
        return blame


class GatedLayer(Layer):
    """Of GRU cells; the names are those of rnn_cells.GRU."""

    def run(self, of_x):
        """Fill S, step by step, from what the words add to the sums."""
        n, S, p = self.cell.n, self.S, self.p
        steps, B, _ = of_x.shape
        self.gates = np.zeros((steps, B, 2 * n), S.dtype)  # r and u
        self.seen, self.g = np.zeros((2, steps, B, n), S.dtype)
        for t, m in enumerate(self.begun):
            s = S[t, :m]
            of_s = s @ p.Ws
            gates = sigmoid(of_x[t, :m, : 2 * n] + of_s[:, : 2 * n])
            seen = of_s[:, 2 * n :] + p.bs
            g = np.tanh(of_x[t, :m, 2 * n :] + gates[:, :n] * seen)
            S[t + 1, :m] = g + gates[:, n:] * (s - g)
            self.gates[t, :m], self.seen[t, :m], self.g[t, :m] = gates, seen, g

    def back(self, d, dS):
        """Send blame on the states after each step back; return that on the start."""
        n, S, p = self.cell.n, self.S, self.p
        Ws = np.ascontiguousarray(p.Ws.T)
        r, u = self.gates[..., :n], self.gates[..., n:]
        of_g = (1 - u) * tanh_slope(self.g)  # what each blame is times the blame on the state
        of_u = (S[:-1] - self.g) * u * (1 - u)
        of_r = self.seen * r * (1 - r)  # and this, times that on g
        of_x = np.zeros((*self.g.shape[:2], 3 * n), S.dtype)
        of_s = np.zeros_like(of_x)
        blame = np.zeros_like(S[0])
        for t in range(len(self.begun) - 1, -1, -1):
            m = self.begun[t]
            blame[:m] += dS[t, :m]
            row, other = of_x[t, :m], of_s[t, :m]
            np.multiply(blame[:m], of_g[t, :m], out=row[:, 2 * n :])
            np.multiply(row[:, 2 * n :], of_r[t, :m], out=row[:, :n])
            np.multiply(blame[:m], of_u[t, :m], out=row[:, n : 2 * n])
            other[:, : 2 * n] = row[:, : 2 * n]
            np.multiply(row[:, 2 * n :], r[t, :m], out=other[:, 2 * n :])
            blame[:m] = blame[:m] * u[t, :m] + other @ Ws
        d.bs = of_s[..., 2 * n :].reshape(-1, n).sum(axis=0)
        self.add_gradients(d, of_x, of_s)
        return blame
