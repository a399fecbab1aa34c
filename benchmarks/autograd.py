"""revlib's network in PyTorch: the oracle for losses and gradients, and what peers.py times.

PyTorch's RNN layers have two biases each, revlib's have one: the second is zero and frozen.
"""
import itertools
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from revlib import bptt, model, training
from revlib.alphabet import Alphabet

REFERENCE = Path(__file__).resolve().parents[1] / "tests" / "reference_gradients.json"


def one_hot(net, strings):
    """Encoder's inputs (T, B, V), decoder's inputs (L, B, V), the first empty, and targets (L, B)."""
    inputs, targets = bptt.task(net.alphabet, strings)
    V, K = len(net.alphabet), len(net.alphabet.outputs)
    fed = np.concatenate([np.zeros((1, inputs.shape[1], V)), np.eye(K, V)[targets[:-1]]])
    return np.eye(V)[inputs].astype(net.theta.dtype), fed.astype(net.theta.dtype), targets


def torch_model(net, style):
    """revlib's network in PyTorch, by nn.RNN or by an nn.RNNCell in a loop; forward returns the loss."""
    V, n, K = len(net.alphabet), net.n, len(net.alphabet.outputs)

    class Reverser(nn.Module):
        def __init__(self):
            super().__init__()
            layer = nn.RNN if style == "nn.RNN" else nn.RNNCell
            self.enc, self.dec = (layer(V, n, nonlinearity=net.activation) for _ in range(2))
            self.out = nn.Linear(n, K)
            self.to(torch.from_numpy(net.theta).dtype)
            ours = [W.T for W in (net.Wh, net.Ws, net.b, net.dec.Wh, net.dec.Ws, net.dec.b, net.Wo, net.bo)]
            for theirs, weights in zip(self.trained(), ours):
                theirs.data.copy_(torch.from_numpy(weights.copy()))
            for name, bias in self.named_parameters():
                if "bias_hh" in name:
                    nn.init.zeros_(bias).requires_grad_(False)

        def trained(self):
            """The trained parameters, in the order of revlib's theta."""
            kinds = "weight_ih", "weight_hh", "bias_ih"
            return [p for layer in (self.enc, self.dec) for kind in kinds
                    for name, p in layer.named_parameters() if name.startswith(kind)] + [*self.out.parameters()]

        def forward(self, X, fed, targets):
            if style == "nn.RNN":
                states = self.dec(fed, self.enc(X)[1])[0]
            else:
                s, states = X.new_zeros(X.shape[1], n), []
                for x in X:
                    s = self.enc(x, s)
                for x in fed:
                    s = self.dec(x, s)
                    states.append(s)
                states = torch.stack(states)
            return nn.functional.cross_entropy(self.out(states).flatten(0, 1), targets.flatten())
    return Reverser()


def references():
    """PyTorch's losses and gradients of several networks, float64, each held to revlib's by 1e-10 of the largest."""
    found, seed = [], 0
    for activation, end, (letters, n, lengths) in itertools.product(
            ("relu", "tanh"), (False, True), [("abc", 5, [1]), ("ab", 3, [4]), ("abcd", 4, [7]), ("abc", 5, [2, 3, 12])]):
        seed += 1
        rng = np.random.default_rng(seed)
        net = model.Net(Alphabet(letters, end), n, activation)
        net.theta[:] = rng.uniform(-0.4, 0.7, net.theta.size).round(6)
        strings = ["".join(rng.choice([*letters], T)) for T in lengths for _ in range(5)]
        for style in ("nn.RNN", "cells"):
            loss, gradient = autograd(net, strings, style)
            ours, our_gradient = training.Batch(net, strings).gradient(net)
            error = max(np.abs(our_gradient - gradient).max() / np.abs(gradient).max(), abs(ours - loss) / loss)
            assert error < 1e-10, f"{net} on {strings} differs from PyTorch's {style} by {error:.1e}"
        found.append(dict(letters=letters, end=end, n=n, activation=activation, strings=strings,
                          theta=net.theta.tolist(), loss=loss, gradient=[float(f"{g:.15g}") for g in gradient]))
    return found


def autograd(net, strings, style):
    """Mean loss over all letters of strings of any lengths, and its gradient in the order of theta, by PyTorch."""
    theirs, total, letters = torch_model(net, style), 0, 0
    for _, group in itertools.groupby(strings, len):
        X, fed, targets = (torch.from_numpy(a) for a in one_hot(net, list(group)))
        total, letters = total + theirs(X, fed, targets) * targets.numel(), letters + targets.numel()
    (total / letters).backward()
    return total.item() / letters, np.concatenate([p.grad.numpy().T.ravel() for p in theirs.trained()])


def write(found):
    """Keep the references for `make test`, which has no PyTorch: one network a line."""
    REFERENCE.write_text("[\n" + ",\n".join(json.dumps(case) for case in found) + "\n]\n")
