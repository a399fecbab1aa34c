"""Backpropagation through time: the loss and its gradient, in the order of chapter 05.

Forward, the network reads a string and is fed the right symbols (teacher forcing). Backward, every
score, sum and state is blamed for its share of the loss: blame on S(t) is d loss / d S(t), and
stands in dS[t]. This is the plain version; tape.py computes the same faster.
"""

from dataclasses import dataclass

import numpy as np

from revlib.activations import log_softmax
from revlib.alphabet import LetterError
from revlib.model import Net, finite


@dataclass(frozen=True)
class Gradients:
    """What one run forward and backward computes. Of a single string there is no axis B.

    Row t of a state's arrays belongs to step t, and so does row t - 1 of the others.
    """

    loss: float  # nats per symbol
    S: np.ndarray  # (T + 1, ..., n) encoder states
    dec_S: np.ndarray  # (L + 1, ..., n) decoder states; the first is the thought vector
    P: np.ndarray  # (L, ..., K) probabilities
    dZ: np.ndarray  # (L, ..., K) blame on scores
    dS: np.ndarray  # (T + 1, ..., n) blame on encoder states; dS[0] stays 0, S(0) is given
    dec_dS: np.ndarray  # (L + 1, ..., n) blame on decoder states
    dA: np.ndarray  # (T, ..., n) blame on the encoder's sums, before the activation
    dec_dA: np.ndarray  # (L, ..., n) blame on the decoder's
    d: Net  # the gradient, under the names of the parameters: d.Wh, d.dec.Ws, d.Wo, d.theta


def task(net, text, answer=None):
    """Return indices of what is read and of what should be said.

    Parameters
    ----------
    net : Net, or another network with `alphabet` and `says`
    text : str, or list of B str of one length
    answer : the same for what should be said; the text reversed, if not given. END is added if the
        network can say it.

    Returns
    -------
    inputs, targets : (T, ...) and (L, ...) int arrays

    Raises
    ------
    LetterError
        For a symbol of another alphabet, nothing to say, or no answer where a reversed text is
        none.
    ValueError
        If there are not as many answers as texts.
    """
    inputs = net.alphabet.indices(text)
    if answer is None:
        check_reversible(net)
        targets = inputs[::-1]
    else:
        targets = net.says.indices(answer)
    if targets.shape[1:] != inputs.shape[1:]:
        raise ValueError(f"the answer to {text!r} is {answer!r}: not one answer a string")
    targets = with_end(net, targets)
    if not targets.size:
        raise LetterError("there is nothing to say: no string, or an empty one and no END")
    return inputs, targets


def with_end(net, targets):
    """Return what should be said, (L, ...), with END as its last row if the network can say it."""
    if not net.says.end:
        return targets
    end = np.full((1, *targets.shape[1:]), len(net.says))
    return np.concatenate([targets, end])


def check_reversible(net):
    """Raise LetterError if a network cannot say what it has read."""
    if net.says.symbols != net.alphabet.symbols:
        raise LetterError(f"what should be said in {net.says} to what is read in {net.alphabet}?")


def gradients(net, text, answer=None, share=None):
    """Return the loss of a string, or of B strings of one length, and all blame for it.

    All of it is computed in float64; only `d` is of the network's own float type.

    Parameters
    ----------
    net : Net
    text, answer : as in task
    share : (L,) float array, optional
        How much each output counts in the loss. All alike, 1 / L, if not given: the mean.

    Raises
    ------
    FloatingPointError
        If a state, a probability or any blame is not finite; the message says which.
    """
    inputs, targets = task(net, text, answer)
    L, U, K = len(targets), len(net.says), len(net.says.outputs)
    strings = targets[0].size
    share = np.full(L, 1 / L) if share is None else np.asarray(share)

    X = np.eye(len(net.alphabet))[inputs]  # X[t-1] is x(t)
    Y = np.eye(K)[targets]  # Y[t-1] is y(t)
    fed = np.zeros((L, *targets.shape[1:], U))  # fed[t-1] is _x(t): nothing at first,
    fed[1:] = np.eye(K, U)[targets[:-1]]  # and then the right symbol before

    with np.errstate(all="ignore"):  # what overflows is answered in words, below
        # forward: chapters 01, 03 and 04
        S = run_layer(net.enc, net.act, X, np.zeros((*inputs.shape[1:], net.n)))
        dec_S = run_layer(net.dec, net.act, fed, S[-1])
        finite(S, "S")
        finite(dec_S, "_S")
        logP = log_softmax(dec_S[1:] @ net.Wo + net.bo)
        P = np.exp(logP)
        each = -np.where(Y, logP, 0).reshape(L, -1).sum(axis=1)  # -log p of the right symbols
        loss = float(share @ each) / strings

        # backward: from the scores through the decoder, the thought vector and the encoder
        dZ = np.einsum("t,t...->t...", share, P - Y) / strings  # p - y, chapter 04
        dec_dS, dec_dA = run_back(net.dec, net.slope, dec_S, dZ @ net.Wo.T, np.zeros_like(S[0]))
        dec_dS[0] = dec_dA[0] @ net.dec.Ws.T
        nothing = np.zeros_like(S[1:])  # an encoder state has no scores
        dS, dA = run_back(net.enc, net.slope, S, nothing, dec_dS[0])

        # a matrix is blamed at every step for what came in, times the blame where it went
        d = net.zeros()
        d.Wo, d.bo = over_steps(dec_S[1:], dZ), total(dZ)
        d.dec.Wh, d.dec.Ws, d.dec.bh = (
            over_steps(fed, dec_dA),
            over_steps(dec_S[:-1], dec_dA),
            total(dec_dA),
        )
        d.Wh, d.Ws, d.bh = over_steps(X, dA), over_steps(S[:-1], dA), total(dA)
    if not np.isfinite(loss):
        raise FloatingPointError(f"the loss is {loss}: the weights are too large, or not numbers")
    finite(dS, "dS")
    finite(dec_dS, "d_S")
    for name, gradient in d.named().items():
        finite(np.atleast_2d(gradient), f"the gradient of {name}", first=1)
    return Gradients(loss, S, dec_S, P, dZ, dS, dec_dS, dA, dec_dA, d)


def run_layer(layer, act, X, start):
    """Return all states of a layer that starts in `start` and reads X: (steps + 1, ..., n)."""
    S = np.zeros((len(X) + 1, *start.shape))
    S[0] = start
    for t in range(1, len(X) + 1):
        S[t] = layer.step(X[t - 1], S[t - 1], act)
    return S


def run_back(layer, slope, S, of_scores, after):
    """Return the blame on a layer's states and sums, from its last step to its first.

    Parameters
    ----------
    layer : Layer
    slope : function
        From states to slopes of the activation.
    S : (steps + 1, ..., n) array
        The states.
    of_scores : (steps, ..., n) array
        Blame that reaches S(t) from its own scores, in row t - 1.
    after : (..., n) array
        Blame that reaches the last state from what was made of it later.

    Returns
    -------
    dS, dA : (steps + 1, ..., n), (steps, ..., n) arrays
        dS[0] is 0: S(0) is not this layer's doing.
    """
    dS = np.zeros_like(S)
    dA = np.zeros_like(S[1:])
    for t in range(len(dA), 0, -1):
        dS[t] = of_scores[t - 1] + after  # for its scores, and for the state after it
        dA[t - 1] = dS[t] * slope(S[t])  # through the activation
        after = dA[t - 1] @ layer.Ws.T  # on to the state before
    return dS, dA


def over_steps(causes, blame):
    """Return a matrix's gradient, the sum over all steps and strings of causeᵀ · blame."""
    return rows(causes).T @ rows(blame)


def total(blame):
    """Return a bias's gradient, the sum of the blame over all steps and strings."""
    return rows(blame).sum(axis=0)


def rows(A):
    """Return an array with its steps and strings, (steps, ..., columns), as rows of one table."""
    return A.reshape(-1, A.shape[-1])


def check(net, text, h=1e-6, answer=None):
    """Compare every entry of the gradient with a central difference of the loss.

    Where a sum before ReLU is 0, or nearer to 0 than a nudge moves it, ReLU has a bend, and the
    difference takes in both sides of it: what it says there is no error of the gradient.

    Parameters
    ----------
    text, answer : as in task
    h : float
        The nudge.

    Returns
    -------
    error, where : float, str
        The largest `|gradient - difference|` over the largest `|gradient|`, and its parameter.

    Raises
    ------
    FloatingPointError
        If a loss is not finite at a nudged weight.
    """
    net = net.astype(float)  # a nudge needs the digits
    gradient = gradients(net, text, answer).d.theta
    nudged = net.copy()
    difference = np.zeros_like(gradient)
    for i in range(len(gradient)):
        losses = []
        for nudge in (h, -h):
            nudged.theta[i] = net.theta[i] + nudge
            losses.append(gradients(nudged, text, answer).loss)
        nudged.theta[i] = net.theta[i]
        difference[i] = (losses[0] - losses[1]) / (2 * h)
    off = np.abs(gradient - difference)
    worst = int(off.argmax())
    return float(off[worst] / (np.abs(gradient).max() or 1)), name_of(net, worst)


def name_of(net, place):
    """Return the name of the parameter at a place of theta, such as 'dec.Ws[0, 3]'."""
    places = net.like(np.arange(float(net.theta.size)))
    for name, view in places.named().items():
        if place in view:
            where = np.argwhere(view == place)[0].tolist()
            return f"{name}{where}"
