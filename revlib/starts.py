"""Starts: what a network's weights are before training."""

import numpy as np

from revlib import post
from revlib.alphabet import described

STARTS = ("post", "gaussian", "he", "uniform", "orthogonal", "identity")


def initialize(net, start, rng=None):
    """Give a network its weights before training, and return it.

    Parameters
    ----------
    net : a network
    start : str
        "post": the post's matrices (5 units over 'abc'; END, if there is one, gets zeros).
        "gaussian": weights of mean 0 and variance 1 / (rows of the matrix), biases 0.
        "he": the same with variance 2 / rows, since ReLU halves it again (He et al. 2015).
        "uniform": weights and biases between -1/√n and 1/√n, as PyTorch's recurrent layers.
        "orthogonal": gaussian, but Ws is a random rotation or reflection, in a gated cell each
        gate's own part of it (Saxe et al. 2014).
        "identity": gaussian, but in each recurrent layer a state passes on unchanged, or nearly:
        Ws is the identity (Le, Jaitly, Hinton 2015), or the gate that keeps has bias 1.
    rng : numpy Generator
        What the weights are drawn with; "post" needs none.

    Raises
    ------
    ValueError
        For another start, a start of recurrent layers for a network that has none, a network that
        the post's weights do not fit, or no generator.
    """
    if start not in STARTS:
        raise ValueError(f"start {described(start)} is not one of {', '.join(STARTS)}")
    if start not in ("gaussian", "he") and not hasattr(net, "enc"):
        raise ValueError(f"start {start!r} is one of recurrent layers; {net!r} has none")
    if start == "post":
        return copy_post(net)
    if rng is None:
        raise ValueError("weights are to be drawn: give rng, such as np.random.default_rng(0)")
    if start == "uniform":
        net.theta[:] = rng.uniform(-1, 1, net.theta.size) / np.sqrt(net.n)
        return net
    net.theta[:] = 0
    variance = 2 if start == "he" else 1  # times the rows
    for weights in net.weights():
        weights[:] = rng.normal(0, np.sqrt(variance / len(weights)), weights.shape)
    if start == "identity":
        net.pass_on()
    if start == "orthogonal":
        for layer in (net.enc, net.dec):
            for gate in range(0, layer.Ws.shape[1], net.n):
                layer.Ws[:, gate : gate + net.n] = rotation(net.n, rng)
    return net


def rotation(n, rng):
    """Return a random orthogonal matrix, (n, n), all of them equally likely.

    Source: Mezzadri, "How to Generate Random Matrices from the Classical Compact Groups", 2007,
    arXiv math-ph/0609050: QR of a gaussian matrix, with the signs of R's diagonal taken out.
    """
    Q, R = np.linalg.qr(rng.normal(size=(n, n)))
    return Q * np.sign(np.diag(R))


def copy_post(net):
    """Write the post's matrices into a network, and return it."""
    if net.alphabet.symbols != ("a", "b", "c") or net.n != 5:
        raise ValueError(
            f"the post's weights fit 5 units over 'abc', not {net.n} units over {net.alphabet}"
        )
    shapes = net.enc.Wh.shape, net.dec.Wh.shape, net.Wo[:, :3].shape
    if net.says.symbols != net.alphabet.symbols or shapes != ((3, 5), (3, 5), (5, 3)):
        raise ValueError(f"the post's weights are those of its own network; they do not fit {net}")
    net.theta[:] = 0
    for layer in (net.enc, net.dec):
        layer.Wh, layer.Ws = post.Wh, post.Ws
    net.Wo[:, :3] = post.Wo
    return net
