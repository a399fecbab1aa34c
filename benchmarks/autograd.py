"""revlib's networks in PyTorch: the oracle for losses and gradients, and what peers.py times.

PyTorch's RNN layers have two biases each, revlib's have one: the second is zero and frozen. Only
the GRU has a use for a third of it: the bias inside the reset, revlib's bs. Its gates stand in the
same order; r, u, g are PyTorch's r, z, n.
"""

import itertools
import json
from pathlib import Path

import numpy as np
import torch
from torch import nn

from revlib import bptt, decoders, model, padded, rnn_cells, training
from revlib.alphabet import Alphabet

REFERENCE = Path(__file__).resolve().parents[1] / "tests" / "reference"


def one_hot(net, strings):
    """Return what strings of one length are to an encoder-decoder, in the network's dtype.

    Returns
    -------
    X : (T, B, V) array
        The encoder's inputs.
    fed : (L, B, V) array
        The decoder's inputs, the first empty.
    targets : (L, B) int array
    """
    inputs, targets = bptt.task(net, strings)
    V = len(net.alphabet)
    K = len(net.alphabet.outputs)
    X = np.eye(V)[inputs]
    fed = np.zeros((*targets.shape, V))
    fed[1:] = np.eye(K, V)[targets[:-1]]
    targets = targets.copy()  # PyTorch cannot read an array from its end
    return X.astype(net.theta.dtype), fed.astype(net.theta.dtype), targets


def of_layers(*layers):
    """Return the parameters of layers that are trained, in the order of revlib's theta."""
    found = []
    for layer in layers:
        for kind in ("weight_ih", "weight_hh", "bias_ih"):
            found += [p for name, p in layer.named_parameters() if name.startswith(kind)]
    return found


def begin_as(theirs, net):
    """Give a model revlib's weights and float type; its second biases are 0, and stay so."""
    theirs.to(torch.from_numpy(net.theta).dtype)
    for parameter, ours in zip(theirs.trained(), net.named().values()):
        parameter.data.copy_(torch.from_numpy(ours.T.copy()))
    for name, bias in theirs.named_parameters():
        if "bias_hh" in name:
            nn.init.zeros_(bias).requires_grad_(False)


def torch_model(net, style):
    """Return revlib's network in PyTorch; its `forward` returns the loss.

    Parameters
    ----------
    net : model.Net
    style : str
        "nn.RNN", or "cells" for an nn.RNNCell in a loop.
    """
    V = len(net.alphabet)
    K = len(net.alphabet.outputs)
    layer = nn.RNN if style == "nn.RNN" else nn.RNNCell

    class Reverser(nn.Module):
        def __init__(self):
            super().__init__()
            self.enc = layer(V, net.n, nonlinearity=net.activation)
            self.dec = layer(V, net.n, nonlinearity=net.activation)
            self.out = nn.Linear(net.n, K)
            begin_as(self, net)

        def trained(self):
            """Return the trained parameters, in the order of revlib's theta."""
            return [*of_layers(self.enc, self.dec), *self.out.parameters()]

        def forward(self, X, fed, targets):
            if style == "nn.RNN":
                states = self.dec(fed, self.enc(X)[1])[0]
            else:
                s = X.new_zeros(X.shape[1], net.n)
                states = []
                for x in X:
                    s = self.enc(x, s)
                for x in fed:
                    s = self.dec(x, s)
                    states.append(s)
                states = torch.stack(states)
            return nn.functional.cross_entropy(self.out(states).flatten(0, 1), targets.flatten())

    return Reverser()


def autograd(net, strings, style):
    """Return the loss of strings of any lengths, and its gradient, by PyTorch.

    The loss is the mean over all symbols of all strings, and the gradient in the order of theta.
    """
    theirs = torch_model(net, style)
    total = 0
    letters = 0
    for _, group in itertools.groupby(strings, len):
        X, fed, targets = (torch.from_numpy(a) for a in one_hot(net, list(group)))
        total = total + theirs(X, fed, targets) * targets.numel()
        letters += targets.numel()
    (total / letters).backward()
    gradient = np.concatenate([p.grad.numpy().T.ravel() for p in theirs.trained()])
    return total.item() / letters, gradient


def hold(net, strings, loss, gradient, whose):
    """Raise AssertionError unless revlib's loss and gradient are these, to 1e-10 of the largest."""
    ours, our_gradient = training.Batch(net, strings).gradient(net)
    error = max(
        np.abs(our_gradient - gradient).max() / np.abs(gradient).max(), abs(ours - loss) / loss
    )
    assert error < 1e-10, f"{net} on {strings} differs from {whose} by {error:.1e}"


def references():
    """Return PyTorch's losses and gradients of several networks, float64, each held to revlib's."""
    found = []
    seed = 0
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
            hold(net, strings, loss, gradient, f"PyTorch's {style}")
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


# ---------------------------------------------------------------- four styles, four cells

CELLS = {
    rnn_cells.SimpleRNN: lambda V, n: nn.RNNCell(V, n, nonlinearity="relu"),
    rnn_cells.TanhRNN: nn.RNNCell,
    rnn_cells.GRU: nn.GRUCell,
    rnn_cells.LSTM: nn.LSTMCell,
}


class Cell:
    """PyTorch's own cell with the weights of one of revlib's.

    Parameters
    ----------
    kind : class
        A key of CELLS.
    p : layer
        With Wh, Ws and bh, and bs if it is a GRU's.
    """

    def __init__(self, kind, p):
        self.kind = kind
        self.cell = CELLS[kind](len(p.Wh), len(p.Ws)).double()
        inside = p.bs if kind is rnn_cells.GRU else np.zeros(0)
        self.second = len(inside)  # how much of the second bias revlib has
        second = np.concatenate([np.zeros(len(p.bh) - len(inside)), inside])
        for theirs, ours in zip(self.cell.parameters(), (p.Wh.T, p.Ws.T, p.bh, second)):
            theirs.data.copy_(torch.from_numpy(ours.copy()))

    def step(self, x, s):
        """Return the state after, as revlib's cell does: (B, V), (B, width) -> (B, width)."""
        if self.kind is rnn_cells.LSTM:
            return torch.cat(self.cell(x, s.chunk(2, dim=1)), dim=1)
        return self.cell(x, s)

    def gradient(self):
        """Return the gradient in the order of theta: Wh, Ws, bh, and bs if there is one."""
        Wh, Ws, bh, second = (p.grad.numpy() for p in self.cell.parameters())
        return np.concatenate([Wh.T.ravel(), Ws.T.ravel(), bh, second[len(second) - self.second :]])


def autograd_styles(net, strings):
    """Return the same as `autograd` for an EncoderDecoder and strings of one length.

    The cells are PyTorch's own.
    """
    enc = Cell(type(net.cell), net.enc)
    dec = Cell(type(net.cell), net.dec)
    Wo = torch.tensor(net.Wo, requires_grad=True)
    bo = torch.tensor(net.bo, requires_grad=True)
    Wa = None if net.Wa is None else torch.tensor(net.Wa, requires_grad=True)
    X, fed, targets = (torch.from_numpy(a) for a in one_hot(net, strings))
    s = X.new_zeros(len(strings), net.cell.width)
    states = []
    for x in X:
        s = enc.step(x, s)
        states.append(s[:, : net.n])
    thought = s
    states = torch.stack(states, dim=1)  # (B, T, n)
    scores = []
    for x in fed:
        if net.style == "plain":
            x = x[:, :0]
        elif net.style == "peek":
            x = torch.cat([x, thought], dim=1)
        s = dec.step(x, s)
        seen = s[:, : net.n]
        if net.style == "attention":
            asked = seen if Wa is None else seen @ Wa
            alpha = torch.softmax((states @ asked[:, :, None])[:, :, 0], dim=1)  # (B, T)
            seen = torch.cat([seen, (alpha[:, None] @ states)[:, 0]], dim=1)
        scores.append(seen @ Wo + bo)
    loss = nn.functional.cross_entropy(torch.stack(scores).flatten(0, 1), targets.flatten())
    loss.backward()
    of_scores = [part.grad.numpy().ravel() for part in (Wa, Wo, bo) if part is not None]
    return loss.item(), np.concatenate([enc.gradient(), dec.gradient(), *of_scores])


def style_references():
    """Return the same as `references` for each style with each cell, by turns with END.

    Attention is there twice: with the dot product as its score, and with a learned one.
    """
    found = []
    kinds = [(style, "dot") for style in decoders.STYLES] + [("attention", "learned")]
    for seed, ((style, score), cell) in enumerate(itertools.product(kinds, rnn_cells.CELLS)):
        odd = (seed + seed // len(rnn_cells.CELLS)) % 2  # by turns for each style and each cell
        letters, n, end = ("abc", 3, True) if odd else ("ab", 4, False)
        rng = np.random.default_rng(seed)
        net = decoders.EncoderDecoder(style, Alphabet(letters, end), n, cell, score=score)
        net.theta[:] = rng.uniform(-0.7, 0.9, net.theta.size).round(4)
        strings = ["".join(rng.choice([*letters], 5)) for _ in range(4)]
        loss, gradient = autograd_styles(net, strings)
        hold(net, strings, loss, gradient, "PyTorch's")
        found.append(
            dict(
                style=style,
                score=score,
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


# ---------------------------------------------------------------- texts of different lengths

COUNTS_NOT = -100  # stands in the targets behind END; what cross_entropy leaves out


def padded_rows(net, texts, answers):
    """Return what padded.Texts is to PyTorch and JAX, who pad behind the last word.

    Returns
    -------
    X, fed : (T, B, V), (L, B, U) arrays
        One-hot rows, empty where padded, in the network's dtype.
    lengths : (B,) int array
    targets : (L, B) int array
        COUNTS_NOT behind END.
    """
    B, V, U = len(texts), len(net.alphabet), len(net.says)
    read = [net.alphabet.indices(text) for text in texts]
    said = [bptt.with_end(net, net.says.indices(answer)) for answer in answers]
    lengths = np.array([len(each) for each in read])
    X = np.zeros((lengths.max(), B, V), net.theta.dtype)
    fed = np.zeros((max(map(len, said)), B, U), net.theta.dtype)
    targets = np.full(fed.shape[:2], COUNTS_NOT)
    for b in range(B):
        X[np.arange(lengths[b]), b, read[b]] = 1
        fed[np.arange(1, len(said[b])), b, said[b][:-1]] = 1
        targets[: len(said[b]), b] = said[b]
    return X, fed, lengths, targets


def torch_translator(net, style):
    """Return a tanh network with attention and a learned score in PyTorch, for `padded_rows`.

    Its `forward` returns the loss; `style` and `trained` are those of `torch_model`.
    """
    V, U, K, n = len(net.alphabet), len(net.says), len(net.says.outputs), net.n

    class Translator(nn.Module):
        def __init__(self):
            super().__init__()
            layer = nn.RNN if style == "nn.RNN" else nn.RNNCell
            self.enc, self.dec = layer(V, n), layer(U, n)
            self.score = nn.Linear(n, n, bias=False)
            self.out = nn.Linear(2 * n, K)
            begin_as(self, net)

        def trained(self):
            """Return the trained parameters, in the order of revlib's theta."""
            layers = of_layers(self.enc, self.dec)
            return [*layers, self.score.weight, *self.out.parameters()]

        def layer(self, part, inputs, s):
            """Return all states, (steps, B, n)."""
            if style == "nn.RNN":
                return part(inputs, s[None].contiguous())[0]
            states = []
            for x in inputs:
                s = part(x, s)
                states.append(s)
            return torch.stack(states)

        def forward(self, X, fed, lengths, targets):
            T, B, _ = X.shape
            S = self.layer(self.enc, X, X.new_zeros(B, n))
            D = self.layer(self.dec, fed, S[lengths - 1, torch.arange(B)]).transpose(0, 1)
            S = S.transpose(0, 1)  # (B, T, n)
            w = self.score(D) @ S.transpose(1, 2)  # (B, L, T)
            padding = torch.arange(T) >= lengths[:, None]
            alpha = w.masked_fill(padding[:, None], -torch.inf).softmax(-1)
            Z = self.out(torch.cat([D, alpha @ S], -1))
            return nn.functional.cross_entropy(
                Z.flatten(0, 1), targets.T.flatten(), ignore_index=COUNTS_NOT
            )

    return Translator()


def hold_padded(net, texts, answers):
    """Raise AssertionError unless padded.py's loss and gradient are PyTorch's, to 1e-10."""
    for style in ("nn.RNN", "cells"):
        theirs = torch_translator(net, style)
        loss = theirs(*map(torch.from_numpy, padded_rows(net, texts, answers)))
        loss.backward()
        gradient = np.concatenate([p.grad.numpy().T.ravel() for p in theirs.trained()])
        ours, our_gradient = padded.Texts(net, texts, answers).batch().gradient(net)
        error = max(
            np.abs(our_gradient - gradient).max() / np.abs(gradient).max(),
            abs(ours - loss.item()) / ours,
        )
        assert error < 1e-10, f"padded.py differs from PyTorch's {style} by {error:.1e}"


def write(found, name):
    """Keep references for `make test`, which has no PyTorch: one network a line."""
    rows = ",\n".join(json.dumps(case) for case in found)
    (REFERENCE / f"{name}.json").write_text(f"[\n{rows}\n]\n", encoding="utf-8")
