"""Floor 3: encoder-decoders that differ in what the decoder may look at, with any cell; gradients
by hand.

    plain      nothing but its own state
    feedback   the letter it said before: the post's, and model.py's
    peek       that letter, and the thought vector at every step (Cho et al. 2014, arXiv 1406.1078)
    attention  that letter; and its scores are made of its state and of a mixture of all encoder
    states, each weighted by
               the softmax of its dot product with the decoder's state (Luong et al. 2015, arXiv
               1508.04025)

Written to be read beside chapters 09 and 10; model.py and bptt.py do the second style faster.
"""

from dataclasses import dataclass

import numpy as np

from revlib import bptt, model, parameters, rnn_cells
from revlib.alphabet import Alphabet, LetterError, listed, whole

STYLES = ("plain", "feedback", "peek", "attention")


class EncoderDecoder(parameters.Parameters):
    """An encoder-decoder: a style, a cell, and all parameters in one flat `theta` with views by
    name.

    Parameters
    ----------
    style : str
        One of STYLES.
    alphabet : Alphabet or str
    n : int
        Units.
    cell : str
        A key of rnn_cells.CELLS.
    theta : (size,) float array, optional
        Used as it is; zeros if not given.

    Attributes
    ----------
    p : dict
        Name -> view: the encoder's Wh, Ws, b (and c), the decoder's dec.Wh …, Wo and bo. In dec.Wh
        the letters' rows come
        first, then, in "peek", the thought vector's; in Wo the state's rows come first, then, in
        "attention", the mixture's.
    enc, dec : dict
        The same views as the cell knows them.
    """

    def __init__(self, style="feedback", alphabet="abc", n=5, cell="plain", theta=None):
        for value, known in ((style, STYLES), (cell, rnn_cells.CELLS)):
            if value not in known:
                raise ValueError(f"{value!r} is not one of {', '.join(known)}")
        self.alphabet = alphabet if isinstance(alphabet, Alphabet) else Alphabet(alphabet)
        self.style, self.n = style, whole(n, "the number of units", 1)
        self.cell, self.made = rnn_cells.CELLS[cell](self.n), (style, self.alphabet, self.n, cell)
        n, V, K = self.n, len(self.alphabet), len(self.alphabet.outputs)
        fed = {"plain": 0, "feedback": V, "peek": V + self.cell.width, "attention": V}[style]
        shapes = {
            **self.cell.shapes(V),
            **{f"dec.{name}": shape for name, shape in self.cell.shapes(fed).items()},
            "Wo": (2 * n if style == "attention" else n, K),
            "bo": (K,),
        }
        size = sum(int(np.prod(shape)) for shape in shapes.values())
        self.theta = parameters.vector(theta, size, f"{n} {cell} units in the style {style!r}")
        self.p = parameters.views(self.theta, shapes)
        self.enc = parameters.Views({name: self.p[name] for name in self.cell.shapes(V)})
        self.dec = parameters.Views({name: self.p[f"dec.{name}"] for name in self.enc})
        self.fix()

    def like(self, theta):
        """A network of the same style, cell and sizes with other parameters."""
        return EncoderDecoder(*self.made, theta)


def initial(style, alphabet, n, rng, cell="plain"):
    """A network before training: weights of mean 0 and variance 1 / (rows of the matrix), biases 0,
    then what the
    cell asks for: identity, or open gates. Not the identity with attention: states would mostly
    grow, and the last, as the
    longest, win every dot product."""
    net = EncoderDecoder(style, alphabet, n, cell)
    model.draw_gaussian(net.p.values(), rng)
    for layer in (net.enc, net.dec):
        if (style, cell) != ("attention", "plain"):
            net.cell.start(layer)
    return net


def pointer(longest, letters="abc"):
    """Attention written down: looks at the last letter first, then back along the string one letter
    a step, then says END.

    The encoder's unit 1 is always 1, unit 2 is 4t, unit 3 falls from a height, 4·(H - t(t-1)/2),
    and the others hold the
    letter just read, and nothing else of the string. In the decoder unit 2 is 4·(T + ½ - t), unit 3
    is 4 and the others 0. So the dot
    product with S(i) is 16·((T + ½ - t)·i + H - i(i-1)/2): largest at i = T + 1 - t, by 8 over both
    neighbours.

    Parameters
    ----------
    longest : int
        Letters of the longest string, 1 to 10^7: H is so large that unit 3 has not fallen to 0
        before.
    letters : str

    Returns
    -------
    EncoderDecoder, which has END and 3 + len(letters) units
    """
    longest, net = (
        whole(longest, "the length of the longest string", 1, 10**7),
        EncoderDecoder("attention", Alphabet(letters, end=True), 3 + len(letters)),
    )
    p, height, each = net.p, longest * (longest - 1) / 2, np.eye(len(letters))
    p["b"][:3], p["Ws"][1, 1], p["Ws"][2, 2] = (1, 4, 4 * height), 1, 1
    p["Ws"][:2, 2] = -4 * height, -1  # the height is added once; then unit 3 falls by the count
    p["Wh"][:, 3:] = each
    p["dec.Ws"][:2, 1], p["dec.b"][1:3] = (2, 1), (-4, 4)
    p["Wo"][net.n + 3 :, :-1] = 10 * each  # the letter that the mixture holds
    p["Wo"][1, -1], p["bo"][-1] = -10, 14  # END, once the count is 0
    return net


@dataclass
class Run:
    """One run forward over B strings of one length, everything kept. Row t-1 of Z, Y, A, told
    belongs to step t."""

    S: np.ndarray  # (T + 1, B, width) encoder states
    dec_S: np.ndarray  # (L + 1, B, width) decoder states; the first is the thought vector
    told: np.ndarray  # (L, B, n or 2n) what the scores are made of
    Z: np.ndarray  # (L, B, K) scores
    Y: np.ndarray  # (L, B) index of the letter said
    A: np.ndarray  # (L, B, T) attention: how much of each encoder state; zeros in the other styles
    alphabet: Alphabet
    kept: tuple  # what each step of encoder and decoder left for the way back

    @property
    def output(self):
        """(B,) what was said, up to END; worked out when it is asked for, which training never
        does."""
        return self.alphabet.text(self.Y)


def run(net, strings, given=None):
    """Encode strings of one length and decode them; everything kept.

    Parameters
    ----------
    strings : list of B str, or (T, B) int array of their letters' indices
    given : (L, B) int array, optional
        The letters fed back in place of those said (teacher forcing).

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        If there is no string (LetterError), nothing that attention could look at (LetterError), or
        `given` is not as described.
    FloatingPointError
        If a state or score is not finite; the message says which. An LSTM's place n + 1 is the
        first of C.
    """
    if not isinstance(net, EncoderDecoder):
        raise TypeError(
            f"this is for a decoders.EncoderDecoder, not for a {type(net).__module__}.{type(net).__qualname__}"
        )
    inputs = (
        strings
        if isinstance(strings, np.ndarray) and strings.dtype.kind in "iu"
        else net.alphabet.indices(listed(strings))
    )
    if not inputs.shape[1] or (net.style == "attention" and not len(inputs)):
        raise LetterError(
            "there is no string"
            if not inputs.shape[1]
            else "the string is empty: attention has no state to look at"
        )
    if given is not None:
        given = model.indices(
            given, (len(inputs) + net.alphabet.end, inputs.shape[1]), len(net.alphabet.outputs)
        )
    with np.errstate(all="ignore"):  # what overflows is answered in words, below
        ran = _run(net, inputs, given)
    model.finite(ran.dec_S, "_S")
    model.finite(ran.Z, "z", first=1)
    return ran


def _run(net, inputs, given):
    """As `run`, for indices; what overflows after the encoder is left as it is, unless attention
    would look at it."""
    (T, B), V, K, n, cell = (
        inputs.shape,
        len(net.alphabet),
        len(net.alphabet.outputs),
        net.n,
        net.cell,
    )
    L, X, letter = T + net.alphabet.end, np.eye(V)[inputs], np.eye(K, V)  # END's row is empty
    S, dec_S = np.zeros((T + 1, B, cell.width)), np.zeros((L + 1, B, cell.width))
    told, Z, Y, A = (
        np.zeros((L, B, len(net.p["Wo"]))),
        np.zeros((L, B, K)),
        np.zeros((L, B), int),
        np.zeros((L, B, T)),
    )
    kept = [], []
    for t in range(T):
        S[t + 1], keep = cell.step(net.enc, X[t], S[t])
        kept[0].append(keep)
    dec_S[0], states, fed = model.finite(S, "S")[-1], S[1:, :, :n], np.zeros((B, V))
    for t in range(L):
        dec_S[t + 1], keep = cell.step(net.dec, _fed(net.style, fed, S[-1]), dec_S[t])
        kept[1].append(keep)
        told[t, :, :n] = s = dec_S[t + 1, :, :n]
        if net.style == "attention":
            model.finite(dec_S[: t + 2], "_S")
            A[t] = model.softmax(np.einsum("bn,tbn->bt", s, states))  # one weight an encoder state
            told[t, :, n:] = np.einsum("bt,tbn->bn", A[t], states)  # the mixture
        Z[t] = told[t] @ net.p["Wo"] + net.p["bo"]
        Y[t] = Z[t].argmax(axis=1)
        fed = letter[Y[t] if given is None else given[t]]
    return Run(S, dec_S, told, Z, Y, A, net.alphabet, kept)


def _fed(style, letter, thought):
    """What the decoder's cell is fed: (B, V) letters and (B, width) thought vectors -> (B, 0, V or
    V + width)."""
    return {"plain": letter[:, :0], "peek": np.concatenate([letter, thought], axis=1)}.get(
        style, letter
    )


def backward(net, ran, dZ):
    """Send blame on the scores back through a run.

    Parameters
    ----------
    ran : Run
    dZ : (L, B, K) array
        d loss / d scores.

    Returns
    -------
    d : EncoderDecoder
        The gradient under the network's own names.
    dS, dec_dS : (T + 1, B, width), (L + 1, B, width) arrays
        d loss / d state.

    Raises
    ------
    ValueError
        If dZ is not of the shape of the run's Z.
    FloatingPointError
        If any of it is not finite; the message says which.
    """
    dZ = np.asarray(dZ)
    if dZ.shape != ran.Z.shape:
        raise ValueError(f"dZ has shape {dZ.shape}; the run has scores of shape {ran.Z.shape}")
    with np.errstate(all="ignore"):  # answered below
        d, dS, dec_dS = _backward(net, ran, dZ)
    for A, name, first in (
        (dS, "dS", 0),
        (dec_dS, "dec_dS", 0),
        *((np.atleast_2d(view), f"the gradient of {name}", 1) for name, view in d.p.items()),
    ):
        model.finite(A, name, first)
    return d, dS, dec_dS


def _backward(net, ran, dZ):
    """As `backward`; what overflows is left as it is."""
    d, n, V = net.like(np.zeros_like(net.theta)), net.n, len(net.alphabet)
    dS, dec_dS, states = np.zeros_like(ran.S), np.zeros_like(ran.dec_S), ran.S[1:, :, :n]
    d.p["Wo"][:] = np.einsum("lbi,lbk->ik", ran.told, dZ, optimize=True)
    d.p["bo"][:] = dZ.sum(axis=(0, 1))
    dtold = dZ @ net.p["Wo"].T
    for t in reversed(range(len(dZ))):
        dec_dS[t + 1, :, :n] += dtold[t, :, :n]
        if net.style == "attention":
            a, mix = ran.A[t], dtold[t, :, n:]
            da = np.einsum("bn,tbn->bt", mix, states)
            de = a * (da - (a * da).sum(axis=1, keepdims=True))  # through the softmax
            dec_dS[t + 1, :, :n] += np.einsum("bt,tbn->bn", de, states)
            dS[1:, :, :n] += np.einsum("bt,bn->tbn", a, mix) + np.einsum(
                "bt,bn->tbn", de, ran.dec_S[t + 1, :, :n]
            )
        dx, dec_dS[t] = net.cell.back(net.dec, d.dec, ran.kept[1][t], dec_dS[t + 1])
        if net.style == "peek":
            dS[-1] += dx[:, V:]  # the thought vector was fed here too
    dS[-1] += dec_dS[0]
    for t in reversed(range(len(dS) - 1)):
        _, before = net.cell.back(net.enc, d.enc, ran.kept[0][t], dS[t + 1])
        dS[t] += before
    return d, dS, dec_dS


def flow(net, text):
    """How much blame for the last thing said arrives where: its loss alone sent back, all letters
    fed back being right.

    Parameters
    ----------
    net : EncoderDecoder
    text : str
        T letters; the last thing said is the first of them, or END if the alphabet has it.

    Returns
    -------
    d : EncoderDecoder
        The gradient under the network's own names.
    sizes : (1, T + L) array, or (2, T + L) for an LSTM
        |d loss / d state|, nats per unit, on S(1) … S(T), _S(1) … _S(L); in the second row the same
        on C.
    """
    targets = bptt.task(net.alphabet, [text])[1]
    ran = run(net, [text], given=targets)
    dZ = model.softmax(ran.Z) - np.eye(ran.Z.shape[-1])[targets]
    dZ[:-1] = 0  # only the last is to blame for anything
    d, dS, dec_dS = backward(net, ran, dZ)
    with np.errstate(over="ignore"):
        sizes = np.linalg.norm(
            np.reshape([*dS[1:, 0], *dec_dS[1:, 0]], (-1, net.cell.width // net.n, net.n)), axis=2
        )
    return d, model.finite(sizes, "the length of the blame", 1).T


class Tape:
    """Forward and backward over one batch, as bptt.Tape: what training.Batch needs to train a EncoderDecoder
    of this module."""

    def __init__(self, net, inputs, targets):
        self.inputs, self.targets = inputs, bptt.some(targets)
        self.P = np.zeros((*targets.shape, len(net.alphabet.outputs)))

    def forward(self, net):
        """The loss, nats per letter; the decoder is fed the right letters."""
        self.ran = run(net, self.inputs, given=self.targets)
        logs = model.log_softmax(self.ran.Z)
        self.P = np.exp(logs)
        return float(-np.take_along_axis(logs, self.targets[..., None], axis=-1).mean())

    def backward(self, net):
        """The flat gradient; leaves blame on states in dS and dec_dS."""
        dZ = (self.P - np.eye(self.P.shape[-1])[self.targets]) / self.targets.size
        d, self.dS, self.dec_dS = backward(net, self.ran, dZ)
        return d.theta
