"""Floor 2: the loss, and by hand its gradient with respect to every parameter, state and score.

The decoder is fed the right letters (teacher forcing). Forward, a step of a layer is one product,
[x(t+1), S(t), 1] @ W. Backward it is one product too: a state is to blame for the scores it gave and for the
state it became, dS(t) = [dz(t), dA(t+1)] @ [Wo, Ws] transposed. And the gradient of a whole W is one product
over all steps and strings. Chapter 05 derives all three.
"""
import numpy as np

from revlib import model
from revlib.alphabet import LetterError

# slope of the activation, from the state it gave: S -> dS/dA
SLOPES = {"relu": np.sign,    # a state above 0 passes blame on as it is, a state at 0 passes none
          "tanh": lambda S, out: np.subtract(1, np.multiply(S, S, out=out), out=out)}


def task(alphabet, strings):
    """What to read and what to say: the strings' letters, and the same backwards, then END if there is one.

    Parameters
    ----------
    strings : list of B str, all of length T

    Returns
    -------
    inputs, targets : (T, B) and (L, B) int arrays; L is T, or T + 1 with END
    """
    inputs = alphabet.indices(strings)
    end = np.full((int(alphabet.end), inputs.shape[1]), len(alphabet))
    return inputs, np.concatenate([inputs[::-1], end])


class Tape:
    """One batch, and room for its run forward and backward; made once, used at every step of training.

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
        States, and dS, dec_dS what the loss blames on each: d loss / d S. dS[0] is left at 0: S(0) is given.
    dA, dec_dA : (T, B, n), (L, B, n) arrays
        Blame on the sums before the activation; row t-1 belongs to step t.
    P, dZ : (L, B, K) arrays
        Probabilities, and blame on the scores.
    d : Net
        The gradient under the same names as the network: d.Wh, d.dec.Ws, d.Wo; d.theta is all of it, flat.
    """

    def __init__(self, net, inputs, targets, share=None):
        (T, B), L, V, n, K = inputs.shape, len(targets), len(net.alphabet), net.n, net.O.shape[1]
        if L == 0:
            raise LetterError("there is no letter to say: an empty string needs an alphabet with END")
        dtype = net.theta.dtype
        H, G = model.unroll_rows(T, (B,), net.enc, dtype), model.unroll_rows(L, (B,), net.dec, dtype)
        H[:-1, :, :V], G[1:-1, :, :V] = np.eye(V)[inputs], np.eye(K, V)[targets[:-1]]
        self.S, self.dec_S, self.P = H[..., V:-1], G[..., V:-1], model.room((L, B, K), dtype)
        self.dS, self.dec_dS = np.zeros_like(self.S), np.zeros_like(self.dec_S)
        slope, dec_slope = np.zeros_like(self.S), np.zeros_like(self.dec_S)
        blame = model.room((T + 1, B, n), dtype)             # row t is dA(t+1)
        dec_blame = model.room((L + 1, B, K + n), dtype)     # row t is [dz(t), dA(t+1)]
        self.dA, self.dec_dA, self.dZ = blame[:-1], dec_blame[:-1, :, K:], dec_blame[1:, :, :K]
        self.d = model.Net(net.alphabet, n, net.activation, np.zeros_like(net.theta))
        share = np.full(L, 1 / L) if share is None else np.asarray(share)
        self._share = np.repeat(share / B, B)[:, None].astype(dtype)    # (L·B, 1)
        self._right = _flat(model.room((L, B, K), dtype))
        self._right[:] = np.eye(K)[targets.ravel()]
        self._counted = self._share * self._right    # how much each score counts
        # what the loops run over, cut once: a slice costs as much as a product this small
        self._slopes = (self.dec_S, dec_slope), (self.S, slope)
        self._forth = [*zip(H[:-1], self.S[1:])], [*zip(G[:-1], self.dec_S[1:])]
        self._back = ([*zip(dec_blame[1:], self.dec_dS[1:], dec_slope[1:], self.dec_dA)][::-1],
                      [*zip(blame[1:], self.dS[1:], slope[1:], self.dA)][::-1])
        self._flat = {name: _flat(rows) for name, rows in dict(
            P=self.P, dZ=self.dZ, after=G[1:, :, V:], H=H[:-1], G=G[:-1], dA=self.dA, dec_dA=self.dec_dA).items()}

    def forward(self, net):
        """Run the batch; fills S, dec_S and P, and returns the loss.

        loss = sum of share · (log of the sum of e^z, minus the right letter's z), both less the largest z,
        so that a letter held impossible costs what it should and not infinity.
        """
        for steps, layer in zip(self._forth, (net.enc, net.dec)):
            W = layer.W
            for row, state in steps:
                np.matmul(row, W, out=state)    # (B, V + n + 1) @ (V + n + 1, n) -> (B, n)
                net.act(state, out=state)
            if layer is net.enc:
                self.dec_S[0] = self.S[-1]      # the thought vector
        Z = np.matmul(self._flat["after"], net.O, out=self._flat["P"])    # [_S(t), 1] @ [Wo, bo]
        Z -= Z.max(axis=1, keepdims=True)
        right = np.vdot(self._counted.T, Z.T)
        np.exp(Z, out=Z)
        total = Z.sum(axis=1, keepdims=True)
        Z /= total
        self.loss = float(np.vdot(self._share, np.log(total)) - right)
        return self.loss

    def backward(self, net):
        """Send the blame back through the run that `forward` left; returns the flat gradient, d.theta."""
        flat, d = self._flat, self.d
        dZ = np.subtract(flat["P"], self._right, out=flat["dZ"])    # p - y (chapter 04)
        dZ *= self._share
        for S, slope in self._slopes:
            SLOPES[net.activation](S, out=slope)
        decoder, encoder = self._back
        back = np.concatenate([net.Wo.T, net.dec.Ws.T])
        for blame, dS, slope, dA in decoder:
            np.multiply(np.matmul(blame, back, out=dS), slope, out=dA)
        np.matmul(self.dec_dA[0], net.dec.Ws.T, out=self.dec_dS[0])
        if encoder:
            self._across(encoder, net.Ws.T)
        np.matmul(flat["after"].T, dZ, out=d.O)
        np.matmul(flat["G"].T, flat["dec_dA"], out=d.dec.W)
        np.matmul(flat["H"].T, flat["dA"], out=d.enc.W)
        return d.theta

    def _across(self, steps, back):
        """From the thought vector, _S(0) and S(T) in one, to S(1)."""
        (_, dS, slope, dA), *earlier = steps
        dS[:] = self.dec_dS[0]
        np.multiply(dS, slope, out=dA)
        for blame, dS, slope, dA in earlier:
            np.multiply(np.matmul(blame, back, out=dS), slope, out=dA)


def _flat(rows):
    """(steps, B, columns) as (steps · B, columns), the same memory."""
    flat = rows.reshape(-1, rows.shape[-1])
    assert np.shares_memory(flat, rows) or not rows.size
    return flat


def gradients(net, strings, share=None):
    """Forward and backward for a string or a list of strings of one length; returns the Tape."""
    inputs, targets = task(net.alphabet, [strings] if isinstance(strings, str) else strings)
    tape = Tape(net, inputs, targets, share)
    tape.forward(net)
    tape.backward(net)
    return tape


def check(net, strings, h=1e-6):
    """Compare every entry of the gradient with a central difference of the loss.

    Returns
    -------
    error, where : float, str
        The largest |gradient - difference| over the largest |gradient|, and the parameter it belongs to.
    """
    net = model.Net(net.alphabet, net.n, net.activation, net.theta.astype(float))    # a nudge needs the digits
    tape, probe = gradients(net, strings), net.copy()
    gradient, nudged = tape.d.theta.copy(), np.zeros_like(net.theta)
    for i in range(net.theta.size):
        for sign in (1, -1):
            probe.theta[i] = net.theta[i] + sign * h
            nudged[i] += sign * tape.forward(probe) / (2 * h)
        probe.theta[i] = net.theta[i]
    off = np.abs(gradient - nudged)
    at = model.Net(net.alphabet, net.n, net.activation, np.arange(net.theta.size)).named()
    name, place = next((name, np.argwhere(view == off.argmax())[0]) for name, view in at.items() if off.argmax() in view)
    return float(off.max() / (np.abs(gradient).max() or 1)), f"{name}{[int(k) for k in place]}"
