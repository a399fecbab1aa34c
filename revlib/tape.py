"""The loss and its gradient, fast: bptt.gradients in the same order, arranged for training.

Three tricks make it fast, and a test holds it equal to bptt.gradients:

1. All arrays are made once, and what each step works on is cut out of them once.
2. A step of a layer is one product: [x(t), S(t-1), 1] @ W, where W is Wh, Ws and bh stacked. The
   gradient of a whole W is one product a step, too, and all of these are made by one call.
3. A string is a column: what runs over the strings of a step runs over neighbours in memory. So
   everything here is transposed, (steps, rows, B), and a step is W.T @ [x(t), S(t-1), 1].
"""

from typing import NamedTuple

import numpy as np


class Back(NamedTuple):
    """What one step of the way back works on: views into the tape's arrays."""

    later: np.ndarray  # blame on what was made of a state
    dS: np.ndarray  # blame on the state
    slope: np.ndarray  # of the activation there
    dA: np.ndarray  # blame on its sums


class Tape:
    """What one batch leaves behind on its way forward, for the way back.

    It is made once for a batch, and each `forward` and `backward` writes over what is in it.

    Parameters
    ----------
    net : model.Net
        Only its sizes and dtype are used here.
    inputs, targets : (T, B) and (L, B) int arrays
        What B strings of length T are, and what the decoder should say.
    share : (L,) float array, optional
        How much each output counts in the loss. All alike, 1 / L, if not given: the mean.

    Attributes
    ----------
    loss : float
        Nats per symbol, after `forward`.
    P : (L, B, K) array
        Probabilities, after `forward`.
    d : model.Net
        The gradient under the network's own names, after `backward`.
    """

    def __init__(self, net, inputs, targets, share=None):
        (T, B), L = inputs.shape, len(targets)
        n, V, U, K = net.n, len(net.alphabet), len(net.says), len(net.says.outputs)
        self.U, self.K = U, K
        dtype = net.theta.dtype
        share = np.full(L, 1 / L) if share is None else np.asarray(share)
        self.targets = targets
        self.d = net.zeros()

        # rows of [x(t+1), S(t), 1] and of [_x(t+1), _S(t), 1]; states are a part of them
        self.enc_in = np.zeros((T + 1, V + n + 1, B), dtype)
        self.dec_in = np.zeros((L + 1, U + n + 1, B), dtype)
        self.enc_in[:, -1] = self.dec_in[:, -1] = 1
        self.enc_in[:T, :V] = np.eye(V)[inputs].swapaxes(1, 2)
        self.dec_in[1:L, :U] = np.eye(K, U)[targets[:-1]].swapaxes(1, 2)
        self.S, self.dec_S = self.enc_in[:, V:-1], self.dec_in[:, U:-1]
        self.dec_out = self.dec_in[1:, U:]  # [_S(t), 1], what the scores are made of

        # scores, and in their place, once `forward` is done, probabilities: (K, L·B), one column a
        # step and string
        self.Z = np.zeros((K, L * B), dtype)
        self.dZ = np.zeros_like(self.Z)
        self.Z_steps = self.Z.reshape(K, L, B).swapaxes(0, 1)  # the same, (L, K, B)
        self.dZ_steps = self.dZ.reshape(K, L, B).swapaxes(0, 1)
        self.P = self.Z_steps.swapaxes(1, 2)
        self.share = np.repeat(share / B, B).astype(dtype)  # (L·B,)
        self.wanted = np.eye(K, dtype=dtype)[:, targets.ravel()] * self.share  # y, times its share

        # blame on states and, through the activation, on sums; the decoder's sums stand below the
        # scores, since a state is blamed for both in one product. The last row of sums stays 0: no
        # step follows
        self.dS, self.dec_dS = np.zeros_like(self.S), np.zeros_like(self.dec_S)
        self.slope, self.dec_slope = np.zeros_like(self.S), np.zeros_like(self.dec_S)
        self.dA = np.zeros((T + 1, n, B), dtype)  # dA[t] belongs to S(t + 1)
        self.dec_dZA = np.zeros((L + 1, K + n, B), dtype)  # dec_dZA[t] is [dz(t), d_A(t + 1)]
        self.dec_dA = self.dec_dZA[:, K:]

        self.enc_forward = list(zip(self.enc_in[:-1], self.S[1:]))
        self.dec_forward = list(zip(self.dec_in[:-1], self.dec_S[1:]))
        dec_views = self.dec_dZA[1:], self.dec_dS[1:], self.dec_slope[1:], self.dec_dA[:-1]
        enc_views = self.dA[1:], self.dS[1:], self.slope[1:], self.dA[:-1]
        self.dec_back = list(map(Back, *dec_views))[::-1]  # from the last step to the first
        self.enc_back = list(map(Back, *enc_views))[::-1]

    def forward(self, net):
        """Run the batch; fill S, dec_S and P, and return the loss."""
        run_layer(net.enc, net.act, self.enc_forward)
        self.dec_S[0] = self.S[-1]  # the thought vector
        run_layer(net.dec, net.act, self.dec_forward)
        Z = self.Z
        np.matmul(net.O.T, self.dec_out, out=self.Z_steps)
        Z -= Z.max(axis=0)  # less the largest: exp stays finite
        right_scores = np.vdot(self.wanted, Z)
        np.exp(Z, out=Z)
        total = Z.sum(axis=0)
        Z /= total  # Z has become P
        self.loss = float(np.vdot(self.share, np.log(total)) - right_scores)
        return self.loss

    def backward(self, net):
        """Send the blame back through the run that `forward` left; return the flat gradient.

        The network is the one that went forward, with the same weights.
        """
        K, U = self.K, self.U
        np.multiply(self.Z, self.share, out=self.dZ)
        self.dZ -= self.wanted  # p - y, each times its share
        self.dec_dZA[1:, :K] = self.dZ_steps
        net.slope(self.S, out=self.slope)
        net.slope(self.dec_S, out=self.dec_slope)
        run_back(np.concatenate([net.Wo, net.dec.Ws], axis=1), self.dec_back)
        np.matmul(net.dec.Ws, self.dec_dA[0], out=self.dec_dS[0])
        # the thought vector is S(T) and _S(0) in one: what _S(0) is blamed for, S(T) is
        if self.enc_back:
            last, *earlier = self.enc_back
            last.dS[:] = self.dec_dS[0]
            np.multiply(last.dS, last.slope, out=last.dA)
            run_back(net.Ws, earlier)
        self.d.enc.W = over_steps(self.enc_in[:-1], self.dA[:-1])
        of_dec = over_steps(self.dec_in, self.dec_dZA)  # [_x, _S, 1] met [dz, d_A]
        self.d.O, self.d.dec.W = of_dec[U:, :K], of_dec[:, K:]
        return self.d.theta


def run_layer(layer, act, steps):
    """Make each step's state from what came in, [x(t), S(t-1), 1]."""
    W = layer.W.T
    for came_in, S in steps:
        act(W.dot(came_in, out=S), out=S)  # (n, V + n + 1) @ (V + n + 1, B) -> (n, B)


def run_back(W, steps):
    """Blame each state for what was made of it by W, and its sums through the activation."""
    for later, dS, slope, dA in steps:
        np.multiply(W.dot(later, out=dS), slope, out=dA)


def over_steps(causes, blame):
    """Return a matrix's gradient: what came in, times the blame where it went, over all steps."""
    products = np.matmul(causes, blame.swapaxes(1, 2))
    steps, rows, columns = products.shape
    return products.reshape(steps, rows * columns).sum(axis=0).reshape(rows, columns)
