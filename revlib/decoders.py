"""Encoder-decoders that differ in what the decoder may look at, with any cell.

The four styles::

    plain      nothing but its own state
    feedback   the symbol it said before: the post's, and model.py's
    peek       that symbol, and the thought vector at every step (Cho et al. 2014, arXiv 1406.1078)
    attention  that symbol; and its scores are made of its state and of a mixture of all encoder
               states, each weighted by the softmax of its dot product with the decoder's state
               (Luong et al. 2015, arXiv 1508.04025). With a learned score, a matrix Wa stands
               in that product: s·Wa·S(t), Luong's "general" score, where s·S(t) is their "dot"

Written to be read beside chapters 09 and 10; model.py and tape.py do the second style faster.
"""

from dataclasses import dataclass, replace

import numpy as np

from revlib.activations import log_softmax, softmax
from revlib.alphabet import Alphabet, LetterError, described
from revlib.bptt import task
from revlib.model import Answers, as_alphabet, finite
from revlib.parameters import Arrays, Network, count, cut, flat
from revlib.rnn_cells import CELLS

STYLES = ("plain", "feedback", "peek", "attention")
SCORES = ("dot", "learned")  # how attention rates an encoder state


class EncoderDecoder(Network):
    """An encoder-decoder: a style, a cell, and all parameters in one flat `theta`.

    enc and dec hold the arrays of the cell under its names, such as dec.Wh. In dec.Wh the symbols'
    rows come first, then, in "peek", the thought vector's; in Wo the state's rows come first, then,
    in "attention", the mixture's. Wa (n, n), which turns the decoder's state before it meets the
    encoder's, is there only if the score is learned; else it is None.

    Parameters
    ----------
    style : str
        One of STYLES.
    alphabet : Alphabet or str
        Of what is read.
    n : int
        Units.
    cell : str
        A key of rnn_cells.CELLS.
    says : Alphabet or str, optional
        Of what is said; that of what is read, if not given.
    score : str
        One of SCORES; "attention" alone has a choice.
    theta : (size,) float array, optional
        Used as it is; zeros if not given.
    """

    def __init__(
        self,
        style="feedback",
        alphabet="abc",
        n=5,
        cell="simple",
        says=None,
        score="dot",
        theta=None,
    ):
        if style not in STYLES:
            raise ValueError(f"style {described(style)} is not one of {', '.join(STYLES)}")
        if n < 1:
            raise ValueError(f"a network has 1 unit at least, not {n}")
        if cell not in CELLS:
            raise ValueError(f"cell {described(cell)} is not one of {', '.join(CELLS)}")
        if score not in SCORES:
            raise ValueError(f"score {described(score)} is not one of {', '.join(SCORES)}")
        if score == "learned" and style != "attention":
            raise ValueError(f"a learned score is attention's; {style!r} has none")
        self.style = style
        self.alphabet = as_alphabet(alphabet)
        self.says = self.alphabet if says is None else as_alphabet(says)
        self.n = n
        self.cell = CELLS[cell](n)
        self.made = (style, self.alphabet, n, cell, self.says, score)

        V, U, K = len(self.alphabet), len(self.says), len(self.says.outputs)
        width = self.cell.width  # of a state
        fed_columns = {"plain": 0, "feedback": U, "peek": U + width, "attention": U}[style]
        seen = 2 * n if style == "attention" else n
        encoder, decoder = self.cell.shapes(V), self.cell.shapes(fed_columns)
        shapes = encoder | {f"dec.{name}": shape for name, shape in decoder.items()}
        shapes |= {"Wa": (n, n)} if score == "learned" else {}
        shapes |= {"Wo": (seen, K), "bo": (K,)}
        self.theta = flat(theta, count(shapes))
        self.views = cut(self.theta, shapes)
        self.enc = Arrays(**{name: self.views[name] for name in encoder})
        self.dec = Arrays(**{name: self.views[f"dec.{name}"] for name in decoder})
        self.Wo, self.bo = self.views["Wo"], self.views["bo"]
        self.Wa = self.views.get("Wa")

    def __repr__(self):
        style, alphabet, n, cell, says, score = self.made
        said = "" if says == alphabet else f", says={says!r}"
        said += "" if score == "dot" else f", score={score!r}"
        return (
            f"EncoderDecoder({style!r}, {alphabet!r}, {n}, {cell!r}{said}):"
            f" {self.theta.size} parameters"
        )

    def named(self):
        """Return a dict, name -> view of every parameter, in the order of theta."""
        return dict(self.views)

    def pass_on(self):
        """Set the weights so that a state passes on unchanged, or nearly, in both layers."""
        for layer in (self.enc, self.dec):
            self.cell.pass_on(layer)

    def run(self, text, steps=None, given=None):
        """Encode a string, or a list of strings of one length, decode it, and keep everything.

        Parameters
        ----------
        text : str, or list of B str
        steps : int, optional
            How many symbols are said, END counted; as many as were read, and one for END if the
            network has it, if not given.
        given : (L, ...) int array, optional
            The symbols fed back in place of those said (teacher forcing).

        Returns
        -------
        Run

        Raises
        ------
        LetterError
            If there is nothing that attention could look at.
        FloatingPointError
            If a state or score is not finite; the message says which. An LSTM's place n + 1 is the
            first of C.
        """
        one = isinstance(text, str)
        inputs = self.alphabet.indices([text] if one else text)
        steps = len(inputs) + int(self.says.end) if steps is None else steps
        if one and given is not None:
            given = np.asarray(given)[:, None]
        ran = forward(self, inputs, steps, given)
        return ran.without_batch() if one else ran

    def tape(self, inputs, targets):
        """Return what computes loss and gradient of a batch, again and again."""
        return Tape(inputs, targets)


WITH_BATCH = ("S", "dec_S", "seen", "Z", "Y", "alpha")  # arrays of a Run whose second axis is B


@dataclass(frozen=True)
class Run(Answers):
    """One run forward, everything kept; of a single string there is no axis B.

    Row t - 1 of seen, Z, Y and alpha, and kept[t - 1], belong to step t.
    """

    S: np.ndarray  # (T + 1, B, width) encoder states
    dec_S: np.ndarray  # (L + 1, B, width) decoder states; the first is the thought vector
    seen: np.ndarray  # (L, B, n or 2n) what the scores are made of
    Z: np.ndarray  # (L, B, K) scores
    Y: np.ndarray  # (L, B) index of what was said
    alpha: np.ndarray  # (L, B, T) attention weights; zeros in the other styles
    enc_kept: list  # what each step of the encoder left for the way back
    dec_kept: list  # and of the decoder
    says: Alphabet

    @property
    def P(self):
        """(L, B, K) probabilities, the softmax of Z."""
        return softmax(self.Z)

    def without_batch(self):
        """Return the run of the only string, without the axis B."""
        arrays = {name: getattr(self, name)[:, 0] for name in WITH_BATCH}
        return replace(
            self,
            **arrays,
            enc_kept=[type(kept)(*(part[0] for part in kept)) for kept in self.enc_kept],
            dec_kept=[type(kept)(*(part[0] for part in kept)) for kept in self.dec_kept],
        )

    def with_batch(self):
        """Return the run of one string with an axis B."""
        arrays = {name: getattr(self, name)[:, None] for name in WITH_BATCH}
        return replace(
            self,
            **arrays,
            enc_kept=[type(kept)(*(part[None] for part in kept)) for kept in self.enc_kept],
            dec_kept=[type(kept)(*(part[None] for part in kept)) for kept in self.dec_kept],
        )


def forward(net, inputs, steps, given=None):
    """Run a batch of index arrays, inputs (T, B) and given (L, B); see EncoderDecoder.run.

    Inputs may also be the rows themselves, (T, B, V), which then need not be one-hot.
    """
    (T, B), L, n, cell = inputs.shape[:2], steps, net.n, net.cell
    U, K = len(net.says), len(net.says.outputs)
    if net.style == "attention" and T == 0:
        raise LetterError("the string is empty: attention has no state to look at")
    dtype = net.theta.dtype
    X = inputs if inputs.ndim == 3 else np.eye(len(net.alphabet), dtype=dtype)[inputs]
    symbol = np.eye(K, U, dtype=dtype)  # END's row is empty
    S, dec_S = np.zeros((T + 1, B, cell.width), dtype), np.zeros((L + 1, B, cell.width), dtype)
    seen, Z = np.zeros((L, B, len(net.Wo)), dtype), np.zeros((L, B, K), dtype)
    Y, alpha = np.zeros((L, B), int), np.zeros((L, B, T), dtype)
    enc_kept, dec_kept = [], []

    with np.errstate(all="ignore"):  # what overflows is answered in words
        for t in range(1, T + 1):
            S[t], kept = cell.step(net.enc, X[t - 1], S[t - 1])
            enc_kept.append(kept)
        dec_S[0] = finite(S, "S")[-1]
        said = np.zeros((B, U), dtype)  # nothing at first
        for t in range(1, L + 1):
            x = fed(net.style, said, thought=S[-1])
            dec_S[t], kept = cell.step(net.dec, x, dec_S[t - 1])
            dec_kept.append(kept)
            finite(dec_S[t : t + 1], "_S", first=t)
            s = dec_S[t, :, :n]
            seen[t - 1, :, :n] = s
            if net.style == "attention":
                asked = s if net.Wa is None else s @ net.Wa
                alpha[t - 1], seen[t - 1, :, n:] = attend(asked, S[1:, :, :n])
            Z[t - 1] = seen[t - 1] @ net.Wo + net.bo
            Y[t - 1] = Z[t - 1].argmax(axis=1)
            said = symbol[Y[t - 1] if given is None else given[t - 1]]
    finite(Z, "z", first=1)
    return Run(S, dec_S, seen, Z, Y, alpha, enc_kept, dec_kept, net.says)


def fed(style, said, thought):
    """Return what the decoder's cell is fed, (B, columns): none, the symbol said, or more."""
    if style == "plain":
        return said[:, :0]
    if style == "peek":
        return np.concatenate([said, thought], axis=1)
    return said


def attend(s, states):
    """Return attention weights and the mixture of the encoder's states.

    Parameters
    ----------
    s : (B, n) array
        The decoder's state; turned by Wa, if the score is learned.
    states : (T, B, n) array
        The encoder's, from S(1) on.

    Returns
    -------
    alpha, mixture : (B, T), (B, n) arrays
    """
    alpha = softmax(np.einsum("bn,tbn->bt", s, states))  # one weight an encoder state
    return alpha, np.einsum("bt,tbn->bn", alpha, states)


def attend_back(alpha, s, states, blame):
    """Return the blame on the decoder's state and on the encoder's, for blame on the mixture.

    Parameters
    ----------
    alpha, s, states : as attend's
    blame : (B, n) array
        d loss / d mixture.

    Returns
    -------
    of_s, of_states : (B, n), (T, B, n) arrays
    """
    dalpha = np.einsum("bn,tbn->bt", blame, states)
    dw = alpha * (dalpha - (alpha * dalpha).sum(axis=1, keepdims=True))  # through the softmax
    of_s = np.einsum("bt,tbn->bn", dw, states)
    of_states = np.einsum("bt,bn->tbn", alpha, blame) + np.einsum("bt,bn->tbn", dw, s)
    return of_s, of_states


def backward(net, ran, dZ):
    """Send blame on the scores back through a run.

    Parameters
    ----------
    ran : Run
        Of a batch, or of one string.
    dZ : (L, B, K) or (L, K) array
        d loss / d scores.

    Returns
    -------
    d : EncoderDecoder
        The gradient under the network's own names.
    dS, dec_dS : arrays of the shapes of ran.S and ran.dec_S
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
    if dZ.ndim == 2:  # of one string
        d, dS, dec_dS = backward(net, ran.with_batch(), dZ[:, None])
        return d, dS[:, 0], dec_dS[:, 0]

    n, U, d = net.n, len(net.says), net.zeros()
    dS, dec_dS = np.zeros_like(ran.S), np.zeros_like(ran.dec_S)
    with np.errstate(all="ignore"):  # what overflows is answered below
        d.Wo = np.einsum("lbi,lbk->ik", ran.seen, dZ, optimize=True)
        d.bo = dZ.sum(axis=(0, 1))
        dseen = dZ @ net.Wo.T
        for t in range(len(dZ), 0, -1):
            dec_dS[t, :, :n] += dseen[t - 1, :, :n]
            if net.style == "attention":
                s = ran.dec_S[t, :, :n]
                asked = s if net.Wa is None else s @ net.Wa
                of_asked, of_states = attend_back(
                    ran.alpha[t - 1], asked, ran.S[1:, :, :n], dseen[t - 1, :, n:]
                )
                dS[1:, :, :n] += of_states
                if net.Wa is None:
                    dec_dS[t, :, :n] += of_asked
                else:  # asked is s @ Wa
                    d.Wa += s.T @ of_asked
                    dec_dS[t, :, :n] += of_asked @ net.Wa.T
            dx, dec_dS[t - 1] = net.cell.back(net.dec, d.dec, ran.dec_kept[t - 1], dec_dS[t])
            if net.style == "peek":
                dS[-1] += dx[:, U:]  # the thought vector was fed here too
        dS[-1] += dec_dS[0]
        for t in range(len(dS) - 1, 0, -1):
            _, before = net.cell.back(net.enc, d.enc, ran.enc_kept[t - 1], dS[t])
            dS[t - 1] += before
    finite(dS, "dS")
    finite(dec_dS, "d_S")
    for name, gradient in d.named().items():
        finite(np.atleast_2d(gradient), f"the gradient of {name}", first=1)
    return d, dS, dec_dS


def blame_norms(net, text):
    """Return how much blame for the last thing said arrives where.

    Its loss alone is sent back, and all symbols fed back are the right ones.

    Parameters
    ----------
    net : EncoderDecoder
    text : str
        T letters; the last thing said is the first of them, or END if the network says it.

    Returns
    -------
    d : EncoderDecoder
        The gradient under the network's own names.
    norms : (1, T + L) array, or (2, T + L) for an LSTM
        `|d loss / d state|`, nats per unit, on S(1) … S(T), _S(1) … _S(L); in the second row the
        same on C.
    """
    _, targets = task(net, text)
    ran = net.run(text, given=targets)
    dZ = np.zeros_like(ran.Z)
    dZ[-1] = ran.P[-1]
    dZ[-1, targets[-1]] -= 1
    d, dS, dec_dS = backward(net, ran, dZ)
    states = np.concatenate([dS[1:], dec_dS[1:]]).reshape(-1, net.cell.width // net.n, net.n)
    with np.errstate(over="ignore"):
        norms = np.linalg.norm(states, axis=2)
    return d, finite(norms, "the norm of the blame", first=1).T


class Tape:
    """Loss and gradient of one batch; what training.Batch needs.

    Parameters
    ----------
    inputs, targets : (T, B) and (L, B) int arrays
        Inputs may be rows, as in `forward`.

    Attributes
    ----------
    P : (L, B, K) array
        Probabilities, after `forward`.
    """

    def __init__(self, inputs, targets):
        self.inputs, self.targets = inputs, targets

    def forward(self, net):
        """Run the batch, fed the right symbols; return the loss, nats per symbol."""
        self.ran = forward(net, self.inputs, len(self.targets), given=self.targets)
        logP = log_softmax(self.ran.Z)
        self.P = np.exp(logP)
        return float(-np.take_along_axis(logP, self.targets[..., None], axis=-1).mean())

    def backward(self, net):
        """Send the blame back through the run that `forward` left; return the flat gradient."""
        right = np.eye(self.P.shape[-1], dtype=self.P.dtype)[self.targets]
        d, _, _ = backward(net, self.ran, (self.P - right) / self.targets.size)
        return d.theta
