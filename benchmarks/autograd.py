"""revlib's networks in PyTorch: the oracle for losses and gradients, and what peers.py times.

PyTorch's RNN layers have two biases each, revlib's have one: the second is zero and frozen. Only
the GRU has a use for
a third of it: the bias inside the reset, revlib's c. Its gates stand in the same order, r, u, m
being PyTorch's r, z, n.
"""

import itertools
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from revlib import bptt, decoders, model, rnn_cells, training
from revlib.alphabet import Alphabet

TESTS = Path(__file__).resolve().parents[1] / "tests"


def one_hot(net, strings):
    """Encoder's inputs (T, B, V), decoder's inputs (L, B, V), the first empty, and targets (L,
    B)."""
    inputs, targets = bptt.task(net.alphabet, strings)
    V, K = len(net.alphabet), len(net.alphabet.outputs)
    fed = np.concatenate([np.zeros((1, inputs.shape[1], V)), np.eye(K, V)[targets[:-1]]])
    return np.eye(V)[inputs].astype(net.theta.dtype), fed.astype(net.theta.dtype), targets


def torch_model(net, style):
    """revlib's network in PyTorch, by nn.RNN or by an nn.RNNCell in a loop; forward returns the
    loss."""
    V, n, K = len(net.alphabet), net.n, len(net.alphabet.outputs)

    class Reverser(nn.Module):
        def __init__(self):
            super().__init__()
            layer = nn.RNN if style == "nn.RNN" else nn.RNNCell
            self.enc, self.dec = (layer(V, n, nonlinearity=net.activation) for _ in range(2))
            self.out = nn.Linear(n, K)
            self.to(torch.from_numpy(net.theta).dtype)
            ours = [
                W.T
                for W in (
                    net.Wh,
                    net.Ws,
                    net.bh,
                    net.dec.Wh,
                    net.dec.Ws,
                    net.dec.bh,
                    net.Wo,
                    net.bo,
                )
            ]
            for theirs, weights in zip(self.trained(), ours):
                theirs.data.copy_(torch.from_numpy(weights.copy()))
            for name, bias in self.named_parameters():
                if "bias_hh" in name:
                    nn.init.zeros_(bias).requires_grad_(False)

        def trained(self):
            """The trained parameters, in the order of revlib's theta."""
            kinds = "weight_ih", "weight_hh", "bias_ih"
            return [
                p
                for layer in (self.enc, self.dec)
                for kind in kinds
                for name, p in layer.named_parameters()
                if name.startswith(kind)
            ] + [*self.out.parameters()]

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
    """PyTorch's losses and gradients of several networks, float64, each held to revlib's by 1e-10
    of the largest."""
    found, seed = [], 0
    for activation, end, (letters, n, lengths) in itertools.product(
        ("relu", "tanh"),
        (False, True),
        [("abc", 5, [1]), ("ab", 3, [4]), ("abcd", 4, [7]), ("abc", 5, [2, 3, 12])],
    ):
        seed += 1
        rng = np.random.default_rng(seed)
        net = model.Net(Alphabet(letters, end), n, activation)
        net.theta[:] = rng.uniform(-0.4, 0.7, net.theta.size).round(6)
        strings = ["".join(rng.choice([*letters], T)) for T in lengths for _ in range(5)]
        for style in ("nn.RNN", "cells"):
            loss, gradient = autograd(net, strings, style)
            ours, our_gradient = training.Batch(net, strings).gradient(net)
            error = max(
                np.abs(our_gradient - gradient).max() / np.abs(gradient).max(),
                abs(ours - loss) / loss,
            )
            assert error < 1e-10, (
                f"{net} on {strings} differs from PyTorch's {style} by {error:.1e}"
            )
        found.append(
            dict(
                letters=letters,
                end=end,
                n=n,
                activation=activation,
                strings=strings,
                theta=net.theta.tolist(),
                loss=loss,
                gradient=[float(f"{g:.15g}") for g in gradient],
            )
        )
    return found


def autograd(net, strings, style):
    """Mean loss over all letters of strings of any lengths, and its gradient in the order of theta,
    by PyTorch."""
    theirs, total, letters = torch_model(net, style), 0, 0
    for _, group in itertools.groupby(strings, len):
        X, fed, targets = (torch.from_numpy(a) for a in one_hot(net, list(group)))
        total, letters = (
            total + theirs(X, fed, targets) * targets.numel(),
            letters + targets.numel(),
        )
    (total / letters).backward()
    return total.item() / letters, np.concatenate(
        [p.grad.numpy().T.ravel() for p in theirs.trained()]
    )


CELLS = {
    rnn_cells.SimpleRNN: lambda V, n: nn.RNNCell(V, n, nonlinearity="relu"),
    rnn_cells.GRU: nn.GRUCell,
    rnn_cells.LSTM: nn.LSTMCell,
}


class Cell:
    """PyTorch's own cell with the weights `p` of one of revlib.gates; its step is that of revlib:
    (B, V), (B, width) -> (B, width)."""

    def __init__(self, kind, p):
        V, n, c = len(p["Wh"]), len(p["Ws"]), p.get("c", np.zeros(0))
        self.cell, self.kind, self.own = CELLS[kind](V, n).double(), kind, len(c)
        second = np.concatenate([np.zeros(len(p["b"]) - len(c)), c])
        for theirs, ours in zip(self.cell.parameters(), (p["Wh"].T, p["Ws"].T, p["b"], second)):
            theirs.data.copy_(torch.from_numpy(ours.copy()))

    def step(self, x, s):
        return (
            torch.cat(self.cell(x, s.chunk(2, dim=1)), dim=1)
            if self.kind is rnn_cells.LSTM
            else self.cell(x, s)
        )

    def gradient(self):
        """In the order of theta: Wh, Ws, b, and of the second bias what revlib has."""
        Wh, Ws, b, second = (p.grad.numpy() for p in self.cell.parameters())
        return np.concatenate([Wh.T.ravel(), Ws.T.ravel(), b, second[len(second) - self.own :]])


def autograd_styles(net, strings):
    """As autograd, for a network of revlib.styles and strings of one length, with PyTorch's own
    cells."""
    enc, dec = (Cell(type(net.cell), layer) for layer in (net.enc, net.dec))
    Wo, bo = (torch.tensor(net.p[name], requires_grad=True) for name in ("Wo", "bo"))
    X, fed, targets = (torch.from_numpy(a) for a in one_hot(net, strings))
    s, states, scores = X.new_zeros(len(strings), net.cell.width), [], []
    for x in X:
        s = enc.step(x, s)
        states.append(s[:, : net.n])
    thought, states = s, torch.stack(states, dim=1)  # (B, T, n)
    for x in fed:
        s = dec.step(
            {"plain": x[:, :0], "peek": torch.cat([x, thought], dim=1)}.get(net.style, x), s
        )
        told = s[:, : net.n]
        if net.style == "attention":
            share = torch.softmax((states @ told[:, :, None])[:, :, 0], dim=1)
            told = torch.cat([told, (share[:, None] @ states)[:, 0]], dim=1)
        scores.append(told @ Wo + bo)
    loss = nn.functional.cross_entropy(torch.stack(scores).flatten(0, 1), targets.flatten())
    loss.backward()
    return loss.item(), np.concatenate(
        [enc.gradient(), dec.gradient(), Wo.grad.numpy().ravel(), bo.grad.numpy()]
    )


def style_references():
    """As references, for each style with each cell of revlib.styles, in turn with END and
    without."""
    found = []
    for seed, (style, cell) in enumerate(itertools.product(decoders.STYLES, rnn_cells.CELLS)):
        letters, n, end = ("abc", 3, True) if seed % 2 else ("ab", 4, False)
        rng = np.random.default_rng(seed)
        net = decoders.EncoderDecoder(style, Alphabet(letters, end), n, cell)
        net.theta[:] = rng.uniform(-0.7, 0.9, net.theta.size).round(4)
        strings = ["".join(rng.choice([*letters], 5)) for _ in range(4)]
        loss, gradient = autograd_styles(net, strings)
        ours, our_gradient = training.Batch(net, strings).gradient(net)
        error = max(
            np.abs(our_gradient - gradient).max() / np.abs(gradient).max(), abs(ours - loss) / loss
        )
        assert error < 1e-10, (
            f"{style} with {cell} on {strings} differs from PyTorch's by {error:.1e}"
        )
        found.append(
            dict(
                style=style,
                cell=cell,
                letters=letters,
                end=end,
                n=n,
                strings=strings,
                theta=net.theta.tolist(),
                loss=loss,
                gradient=[float(f"{g:.15g}") for g in gradient],
            )
        )
    return found


def write(found, name):
    """Keep references for `make test`, which has no PyTorch: one network a line."""
    (TESTS / f"{name}.json").write_text(
        "[\n" + ",\n".join(json.dumps(case) for case in found) + "\n]\n"
    )
