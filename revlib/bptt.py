"""Floor 2: the loss, and by hand its gradient with respect to every parameter, state and score.

The decoder is fed the right letters (teacher forcing). Forward, a step of a layer is one product,
[x(t+1), S(t), 1] @ W. Backward it is one product too: a state is to blame for the scores it gave
and for the
state it became, dS(t) = [dz(t), dA(t+1)] @ [Wo, Ws] transposed. And the gradient of a whole W is
the sum over
steps of one product each, all made by one call. Chapter 05 derives all three.
"""

import numpy as np

from revlib import model
from revlib.alphabet import LetterError, listed

# slope of the activation, from the state it gave: S -> dS/dA
SLOPES = {
    "relu": lambda S, out: np.greater(
        S, 0, out=out
    ),  # a state above 0 passes blame on as it is, one at 0 none
    "tanh": lambda S, out: np.subtract(1, np.multiply(S, S, out=out), out=out),
}


def task(alphabet, strings):
    """What to read and what to say: the strings' letters, and the same backwards, then END if there
    is one.

    Parameters
    ----------
    strings : list of B str, all of length T

    Returns
    -------
    inputs, targets : (T, B) and (L, B) int arrays; L is T, or T + 1 with END
    """
    inputs = alphabet.indices(listed(strings))
    end = np.full((int(alphabet.end), inputs.shape[1]), len(alphabet))
    return inputs, np.concatenate([inputs[::-1], end])


def some(targets):
    """`targets`, (L, B), if they are L letters, 1 or more, of B strings, 1 or more; else
    LetterError."""
    if not targets.shape[1]:
        raise LetterError("there is no string")
    if not len(targets):
        raise LetterError("there is no letter to say: an empty string needs an alphabet with END")
    return targets


class Tape:
    """One batch, and room for its run forward and backward; made once, used at every step of
    training.

    Parameters
    ----------
    net : Net
        Only its sizes and dtype are used here.
    inputs, targets : (T, B) and (L, B) int arrays
        What B strings of length T are, and what the decoder should say; L at least 1.
    share : (L,) float array, optional
        How much each output letter counts in the loss. All alike, 1 / L, if not given: the mean.

    Attributes
    ----------
    loss : float
        Nats per letter, after `forward`.
    S, dec_S : (T + 1, B, n), (L + 1, B, n) arrays
        States, and dS, dec_dS what the loss blames on each: d loss / d S. dS[0] is left at 0: S(0)
        is given.
    dA, dec_dA : (T, B, n), (L, B, n) arrays
        Blame on the sums before the activation; row t-1 belongs to step t.
    P, dZ : (L, B, K) arrays
        Probabilities, and blame on the scores.
    d : Net
        The gradient under the same names as the network: d.Wh, d.dec.Ws, d.Wo; d.theta is all of
        it, flat.
    """

    def __init__(self, net, inputs, targets, share=None):
        (T, B), L, V, n, K = (
            inputs.shape,
            len(some(targets)),
            len(model.ours(net).alphabet),
            net.n,
            net.O.shape[1],
        )
        dtype = net.theta.dtype
        rows = model.unroll_rows(
            T + L + 1, (B,), net.enc, dtype
        )  # the encoder's T + 1, then the decoder's L + 1
        rows[:T, :, :V], rows[T + 2 : -1, :, :V] = np.eye(V)[inputs], np.eye(K, V)[targets[:-1]]
        blame = model.room((T + 1, B, n), dtype)  # row t is dA(t+1)
        dec_blame = model.room((L + 1, B, K + n), dtype)  # row t is [dz(t), dA(t+1)]
        states = rows[..., V:-1]
        dS, slope = np.zeros_like(states), np.zeros_like(states)
        scores = np.zeros((K, L * B), dtype)
        self.P = np.moveaxis(scores.reshape(K, L, B), 0, -1)
        self.S, self.dec_S, self.dS, self.dec_dS = (
            states[: T + 1],
            states[T + 1 :],
            dS[: T + 1],
            dS[T + 1 :],
        )
        self.dA, self.dec_dA, self.dZ = blame[:-1], dec_blame[:-1, :, K:], dec_blame[1:, :, :K]
        self.targets = targets
        self.d = model.Net(*net.made, np.zeros_like(net.theta))
        share = np.full(L, 1 / L) if share is None else np.asarray(share, dtype=float)
        if share.shape != (L,):
            raise ValueError(f"share has shape {share.shape}; the {L} letters to say need ({L},)")
        self._share = np.repeat(share / B, B).astype(dtype)  # (L·B,)
        self._right = (
            np.eye(K, dtype=dtype)[:, targets.ravel()] * self._share
        )  # (K, L·B): y, each times its share
        # What is computed with, cut once: a slice costs as much as a product this small. It all
        # stands upright, one
        # column a string, as it lies in memory: a step is W.T @ [x(t+1), S(t), 1].
        self._scores, self._after = scores, rows[T + 2 :, :, V:].swapaxes(1, 2)
        self._Z, self._dZ = self.P.swapaxes(1, 2), self.dZ.transpose(2, 0, 1)
        self._states, self._slope = states.swapaxes(1, 2), slope.swapaxes(1, 2)
        H, S, dS, slope, blame, dec_blame = (
            a.swapaxes(1, 2) for a in (rows, states, dS, slope, blame, dec_blame)
        )
        self._forth = [*zip(H[:T], S[1 : T + 1])], [*zip(H[T + 1 : -1], S[T + 2 :])]
        self._back = (
            [*zip(dec_blame[1:], dS[T + 2 :], slope[T + 2 :], dec_blame[:-1, K:])][::-1],
            [*zip(blame[1:], dS[1 : T + 1], slope[1 : T + 1], blame[:-1])][::-1],
        )
        self._causes = (H[:T], self.dA), (H[T + 1 :], dec_blame.swapaxes(1, 2))

    def __reduce__(self):
        raise TypeError(
            "a tape is not copied: its arrays are views into one another; make another one"
        )

    def forward(self, net):
        """Run the batch; fills S, dec_S and P, and returns the loss.

        loss = sum of share · (log of the sum of e^z, minus the right letter's z), both less the
        largest z,
        so that a letter held impossible costs what it should and not infinity.
        """
        for steps, layer in zip(self._forth, (net.enc, net.dec)):
            if layer is net.dec:
                self.dec_S[0] = self.S[-1]  # the thought vector
            W = layer.W.T
            for column, state in steps:
                W.dot(column, out=state)  # (n, V + n + 1) @ (V + n + 1, B) -> (n, B)
                net.act(state, out=state)
        Z, share = self._scores, self._share
        np.matmul(net.O.T, self._after, out=self._Z)  # [Wo, bo].T @ [_S(t), 1]
        Z -= np.maximum.reduce(Z)
        right = np.vdot(self._right, Z)
        np.exp(Z, out=Z)
        total = np.add.reduce(Z)
        Z /= total  # P
        self.loss = float(np.vdot(share, np.log(total)) - right)
        return self.loss

    def backward(self, net):
        """Send the blame back through the run that `forward` left; returns the flat gradient,
        d.theta."""
        d, K, V = self.d, net.O.shape[1], net.enc.V
        dZ = self._scores * self._share
        dZ -= self._right  # p - y (chapter 04), each times its share
        self._dZ[:] = dZ.reshape(self._dZ.shape)
        SLOPES[net.activation](self._states, out=self._slope)
        decoder, encoder = self._back
        back = np.concatenate([net.Wo, net.dec.Ws], axis=1)
        for blame, dS, slope, dA in decoder:
            np.multiply(back.dot(blame, out=dS), slope, out=dA)  # (n, K + n) @ (K + n, B)
        np.matmul(self.dec_dA[0], net.dec.Ws.T, out=self.dec_dS[0])
        if encoder:
            self._across(encoder, net.Ws)
        of_enc, of_dec = (_over_steps(np.matmul(causes, blame)) for causes, blame in self._causes)
        d.enc.W[:] = of_enc
        d.O[:], d.dec.W[:] = (
            of_dec[V:, :K],
            of_dec[:, K:],
        )  # [x, _S, 1] met [dz, dA]; x with dz is no weight
        return d.theta

    def _across(self, steps, back):
        """From the thought vector, _S(0) and S(T) in one, to S(1)."""
        (_, dS, slope, dA), *earlier = steps
        self.dS[-1] = self.dec_dS[0]
        np.multiply(dS, slope, out=dA)
        for blame, dS, slope, dA in earlier:
            np.multiply(back.dot(blame, out=dS), slope, out=dA)


def _over_steps(products):
    """The sum of (steps, rows, columns) over the steps; as a flat sum, which NumPy adds faster."""
    steps, rows, columns = products.shape
    return np.add.reduce(products.reshape(steps, rows * columns)).reshape(rows, columns)


def gradients(net, strings, share=None):
    """Forward and backward for a string or a list of strings of one length; returns the Tape.

    Raises
    ------
    FloatingPointError
        If a state, a probability, the loss or any blame is not finite; the message says which.
    """
    inputs, targets = task(net.alphabet, [strings] if isinstance(strings, str) else strings)
    tape = Tape(net, inputs, targets, share)
    with np.errstate(all="ignore"):  # what overflows is answered in words, below
        tape.forward(net)
        tape.backward(net)
    for A, name, first in (
        (tape.S, "S", 0),
        (tape.dec_S, "_S", 0),
        (tape.P, "p", 1),
        (tape.dS, "dS", 0),
        (tape.dec_dS, "dec_dS", 0),
    ):
        model.finite(A, name, first)
    if not np.isfinite([tape.loss, *tape.d.theta]).all():
        raise FloatingPointError(
            f"the loss is {tape.loss:g}, and it or its gradient is not finite: the weights are too"
            " large"
        )
    return tape


def check(net, strings, h=1e-6):
    """Compare every entry of the gradient with a central difference of the loss.

    Where a sum before ReLU is 0, or nearer to 0 than a nudge moves it, ReLU has a bend, and the
    difference takes in both
    sides of it: what it says there is no error of the gradient.

    Parameters
    ----------
    h : float
        The nudge, above 0.

    Returns
    -------
    error, where : float, str
        The largest |gradient - difference| over the largest |gradient|, and the parameter it
        belongs to.

    Raises
    ------
    FloatingPointError
        If a loss, a difference or the gradient is not finite.
    """
    model.ours(net)
    if not 1e-12 <= h <= 1e-2:
        raise ValueError(
            f"h is {h}; a nudge is small, and not so small that it is lost in rounding: 1e-6, say"
        )
    net = model.Net(*net.made, net.theta.astype(float))  # a nudge needs the digits
    tape, probe = gradients(net, strings), net.copy()
    gradient, nudged = tape.d.theta.copy(), np.zeros_like(net.theta)
    with np.errstate(all="ignore"):  # answered below
        for i in range(net.theta.size):
            for sign in (1, -1):
                probe.theta[i] = net.theta[i] + sign * h
                nudged[i] += sign * tape.forward(probe) / (2 * h)
            probe.theta[i] = net.theta[i]
        off = np.abs(gradient - nudged)
    if not np.isfinite(off).all():
        raise FloatingPointError(
            "a difference of the loss is not finite: the weights are too large to be nudged"
        )
    at = model.Net(*net.made, np.arange(float(net.theta.size))).named()
    name, place = next(
        (name, np.argwhere(view == off.argmax())[0])
        for name, view in at.items()
        if off.argmax() in view
    )
    return float(off.max() / (np.abs(gradient).max() or 1)), f"{name}{[int(k) for k in place]}"
