"""Floor 3: training: starts, optimisers, batches, the loop as a generator of snapshots,
checkpoints."""

import contextlib
import glob
import io
import numbers
import os
import re
import threading
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from revlib import bptt, model, post
from revlib.alphabet import Alphabet, listed, whole

STARTS = ("post", "gaussian", "uniform", "identity")
VERSION = 1  # of the checkpoint's format


def initial(start, alphabet="abc", n=5, rng=None, activation="relu", dtype=float):
    """A network before training.

    Parameters
    ----------
    start : str
        "post": the post's matrices (abc, 5 units, ReLU; END, if there is one, gets zeros).
        "gaussian": weights of mean 0 and variance 1 / (rows of the matrix), biases 0.
        "uniform": weights and biases between -1/√n and 1/√n, PyTorch's default.
        "identity": gaussian, but each Ws the identity, so that a state passes on unchanged (Le,
        Jaitly, Hinton 2015).
    rng : numpy Generator
        Where the weights are drawn from; "post" needs none.
    """
    net = model.Net(alphabet, n, activation)
    n = net.n
    if start == "post":
        if (net.alphabet.letters, n) != ("abc", 5):
            raise ValueError(
                f"the post's weights fit 5 units over 'abc', not {n} units over"
                f" {net.alphabet.letters!r}"
            )
        for layer in (net.enc, net.dec):
            layer.Wh[:], layer.Ws[:] = post.Wh, post.Ws
        net.Wo[:, :3] = post.Wo
    elif start == "uniform":
        net.theta[:] = model.generator(rng).uniform(-1, 1, net.theta.size) / np.sqrt(n)
    elif start in ("gaussian", "identity"):
        model.draw_gaussian(net.named().values(), rng)
        if start == "identity":
            net.Ws[:] = net.dec.Ws[:] = np.eye(n)
    else:
        raise ValueError(f"start {start!r} is not one of {', '.join(STARTS)}")
    return model.Net(*net.made, net.theta.astype(dtype))


def _factor(name, value, end=np.inf):
    """`value`, if it is a number from 0 up and below `end`."""
    if not (isinstance(value, numbers.Real) and 0 <= value < end):
        raise ValueError(
            f"{name} is {value!r}; it must be a number, 0 or more"
            + (f" and below {end}" if end < np.inf else " and finite")
        )
    return value


class Descent:
    """Gradient descent: theta -= rate · gradient. ValueError for a rate that is negative, infinite
    or no number."""

    def __init__(self, rate=0.01):
        self.rate = _factor("rate", rate)

    def update(self, theta, gradient):
        theta -= self.rate * gradient


class Adam:
    """Adam: each weight's step is its smoothed gradient over its smoothed size.

    The moments are kept without their factors 1 - beta; those are constants, and go into the rate
    and epsilon.
    With `decay`, every weight also shrinks by rate · decay of itself at each step (AdamW).
    ValueError for a number that is
    negative, infinite or none, and for a beta that is not below 1.

    Sources: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, arXiv 1412.6980;
    Loshchilov and Hutter,
    "Decoupled Weight Decay Regularization", 2019, arXiv 1711.05101.
    """

    def __init__(self, rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8, decay=0.0):
        self.rate, self.epsilon, self.decay, self.steps = (
            _factor("rate", rate),
            _factor("epsilon", epsilon),
            _factor("decay", decay),
            0,
        )
        self.beta1, self.beta2 = _factor("beta1", beta1, 1), _factor("beta2", beta2, 1)

    def update(self, theta, gradient):
        if self.steps == 0:
            self._m, self._v, self._room = (
                np.zeros_like(theta),
                np.zeros_like(theta),
                np.empty_like(theta),
            )
        self.steps += 1
        m, v, room = self._m, self._v, self._room
        m *= self.beta1
        m += gradient
        v *= self.beta2
        v += np.multiply(gradient, gradient, out=room)
        size = ((1 - self.beta2**self.steps) / (1 - self.beta2)) ** 0.5
        np.sqrt(v, out=room)
        room += self.epsilon * size
        np.divide(m, room, out=room)
        room *= self.rate * size * (1 - self.beta1) / (1 - self.beta1**self.steps)
        if self.decay:
            theta *= 1 - self.rate * self.decay
        theta -= room


OPTIMISERS = {"gradient descent": Descent, "Adam": Adam}


class Batch:
    """Strings of any lengths, trained on together: one tape a length, weighted by its letters. So
    no masks.

    `tape` makes the room for one length: bptt.Tape, or styles.Tape for the networks of that module.
    Any network of the
    same alphabet and sizes may be trained on it.

    Raises
    ------
    ValueError
        If there is no string, or one that the network's alphabet cannot read.
    """

    def __init__(self, net, strings, tape=bptt.Tape):
        lengths = defaultdict(list)
        for string in listed(strings):
            lengths[len(net.alphabet.read(string, empty=True))].append(string)
        if not lengths:
            raise ValueError("there is no string to train on")
        self.alphabet, self.n, self.dtype = net.alphabet, net.n, net.theta.dtype
        self.tapes = [tape(net, *bptt.task(net.alphabet, group)) for group in lengths.values()]
        letters = np.array([tape.P.shape[0] * tape.P.shape[1] for tape in self.tapes])
        self.weights = [float(w) for w in letters / letters.sum()]

    def gradient(self, net):
        """Loss (nats per letter, over all letters) and flat gradient at the network's weights;
        ValueError for a network of other sizes.

        The gradient is written over by the next call.
        """
        if (
            (net.alphabet is not self.alphabet and net.alphabet != self.alphabet)
            or net.n != self.n
            or net.theta.dtype != self.dtype
        ):
            raise ValueError(
                f"the batch is for {self.n} units over {self.alphabet!r} in {self.dtype}; the"
                f" network has {net.n} over {net.alphabet!r} in {net.theta.dtype}"
            )
        if len(self.tapes) == 1:
            return self.tapes[0].forward(net), self.tapes[0].backward(net)
        loss, gradient = 0.0, np.zeros_like(net.theta)
        for tape, weight in zip(self.tapes, self.weights):
            loss += weight * tape.forward(net)
            gradient += weight * tape.backward(net)
        return loss, gradient


class Curriculum:
    """Batches without end for `train`: short strings first, and a longer length when most of the
    longest are right.

    Each batch has up to `size` strings of one length, drawn with `rng`: the longer the more often,
    and the longest
    of those that have joined three times as often. The two shortest lengths are there from the
    start. Call `look` now
    and then; it is what lets the next length join. Of a length that has more than `most` strings,
    so many are drawn.
    """

    def __init__(
        self, net, longest, rng, size=150, enough=0.9, tape=bptt.Tape, shortest=1, most=10_000
    ):
        shortest, size = (
            whole(shortest, "the shortest length", 1),
            whole(size, "the size of a batch", 1),
        )
        self.net, self.shortest, self.longest, self.rng, self.enough = (
            net,
            shortest,
            whole(longest, "the longest length", shortest),
            model.generator(rng),
            enough,
        )
        self.level = min(shortest + 1, longest)  # the longest length that has joined
        self.batches = {}
        for length in range(shortest, longest + 1):
            strings = self._strings(length, most)
            pieces = -(-len(strings) // size)
            self.batches[length] = [Batch(net, strings[i::pieces], tape) for i in range(pieces)]

    def _strings(self, length, most):
        """All strings of a length, or `most` of them, in random order."""
        letters = (
            self.net.alphabet.letters
        )  # drawn by index: an array of strings would lose a NUL at their end
        if len(letters) ** length <= most:
            strings = self.net.alphabet.strings(length)
            return [strings[i] for i in self.rng.permutation(len(strings))]
        return [
            "".join(letters[i] for i in drawn)
            for drawn in self.rng.choice(len(letters), (most, length))
        ]

    def __iter__(self):
        while True:
            share = np.arange(1.0, self.level + 1)[self.shortest - 1 :]
            share[-1] *= 3
            for length in self.shortest + self.rng.choice(
                len(share), 100, p=share / share.sum()
            ):  # a hundred are drawn at once
                batches = self.batches[length]
                yield batches[self.rng.integers(len(batches))]

    def right(self, length, batches=None):
        """Share of the strings of a length, or of its first few batches, right when fed the right
        letters;
        FloatingPointError if a probability is no number."""
        found = []
        for batch in self.batches[length][:batches]:
            (tape,) = batch.tapes
            with np.errstate(all="ignore"):  # what overflows is answered in words
                tape.forward(self.net)
            found.append(
                (model.finite(tape.P, "p", first=1).argmax(axis=-1) == tape.targets).all(axis=0)
            )
        return float(np.concatenate(found).mean())

    def look(self):
        """The share right of the longest length so far; where it is enough, the next length
        joins."""
        share = self.right(self.level, batches=4)
        if share >= self.enough and self.level < self.longest:
            self.level += 1
        return share


class Snapshot(NamedTuple):
    """A moment of training: the weights after `step` updates, and the loss and the gradient's norm
    there."""

    step: int
    loss: float
    norm: float
    theta: np.ndarray


def train(net, batches, optimiser, steps, clip=None, every=1):
    """Train a network in place; a generator of snapshots.

    Parameters
    ----------
    net : Net
    batches : Batch, or iterable of Batch
        The same batch at every step, or the next one. Whatever has `gradient(net)`, loss and flat
        gradient, will do.
    optimiser : Descent or Adam
    steps : int
        Updates to make.
    clip : float, optional
        The longest gradient, above 0: a longer one is shortened to it.
    every : int
        Yield after every so many updates, and at the end.

    Yields
    ------
    Snapshot
        The first is of the start, step 0; the weights in it are a copy.

    Raises
    ------
    FloatingPointError
        When the loss is no longer finite: at which step, and what to try. The network then has its
        last good
        weights, as it has when training is interrupted.
    ValueError
        If `clip` is not above 0, `steps` or `every` no whole number, or the batches end too early.
    """
    steps, every = whole(steps, "steps"), whole(every, "every", 1)
    if not hasattr(optimiser, "rate"):
        raise ValueError(f"the optimiser is {optimiser!r}; make one, such as training.Adam(0.01)")
    batches = batches if hasattr(batches, "gradient") else iter(batches)
    if clip is not None and not clip > 0:
        raise ValueError(
            f"clip is {clip}, the longest gradient; it must be above 0, or None for no limit"
        )
    good = net.theta.copy()
    try:
        for step in range(steps + 1):
            batch = batches if hasattr(batches, "gradient") else next(batches, None)
            if batch is None:
                raise ValueError(f"the batches ended after {step} updates of {steps}")
            loss, gradient, norm = _downhill(net, batch, step, optimiser.rate)
            good[:] = net.theta
            if step % every == 0 or step == steps:
                gradient = (
                    gradient.copy()
                )  # whoever gets the snapshot may use the batch, or change the weights
                yield Snapshot(step, loss, norm, net.theta.copy())
                if not np.array_equal(net.theta, good):
                    loss, gradient, norm = _downhill(
                        net, batch, step + 1, optimiser.rate
                    )  # changed by hand since
                    good[:] = net.theta
            if step < steps:
                with np.errstate(all="ignore"):
                    optimiser.update(
                        net.theta, gradient * (clip / norm) if clip and norm > clip else gradient
                    )
    except (KeyboardInterrupt, FloatingPointError, ValueError):
        net.theta[:] = good
        raise


def _downhill(net, batch, step, rate):
    """Loss, gradient and its norm; in words if they are not finite."""
    try:
        with np.errstate(all="ignore"):  # what overflows is answered below
            loss, gradient = batch.gradient(net)
            norm = float(np.vdot(gradient, gradient)) ** 0.5
        wrong = (
            ""
            if np.isfinite(loss + norm)
            else f"the loss is {loss:g} and the gradient's norm {norm:g}"
        )
    except FloatingPointError as error:  # a batch that says itself what is not finite
        wrong = f"{error},"
    if wrong:
        cure = (
            f"The network has its weights of step {step - 1} again. Try a smaller learning rate"
            f" than {rate:g}, or clip=1."
            if step
            else "Start from smaller weights."
        )
        raise FloatingPointError(f"{wrong} after step {step}. {cure}")
    return loss, gradient, norm


def correct(net, strings, run=model.run):
    """Which strings the network reverses, decoding greedily: a bool array, one entry a string.
    `run` runs the network."""
    strings = listed(strings)
    lengths, right = defaultdict(list), np.zeros(len(strings), bool)
    for k, string in enumerate(strings):
        lengths[len(string)].append(k)
    for places in lengths.values():
        group = [strings[k] for k in places]
        right[places] = [
            said == string[::-1] for said, string in zip(run(net, group).output, group)
        ]
    return right


def by_position(net, strings):
    """Share of strings of one length whose t-th letter is right when the network's own letters are
    fed back.

    Returns
    -------
    (T,) float array
    """
    strings = listed(strings)
    if not strings:
        raise ValueError("there is no string, so no share of any")
    answers = zip(model.run(net, strings).output, strings)
    right = [
        [said[t : t + 1] == letter for t, letter in enumerate(string[::-1])]
        for said, string in answers
    ]
    return np.mean(right, axis=0)


def write(path, content):
    """Write bytes to one file, whole or not at all: an old file stays until the new one is on the
    disk.

    A write that is killed leaves a file NAME.PROCESS.THREAD.part beside it. Nothing reads those,
    and the next write
    of the same file deletes what dead processes have left.
    """
    path, ours = Path(path).resolve(), (os.getpid(), threading.get_ident())
    for left in path.parent.glob(f"{glob.escape(path.name)}.*.part"):
        found = re.fullmatch(r"\.(\d{1,9})\.(\d+)\.part", left.name.removeprefix(path.name))
        if found and (tuple(map(int, found.groups())) == ours or not _alive(int(found[1]))):
            with contextlib.suppress(
                OSError
            ):  # another process may be first; a folder may be read-only
                left.unlink()
    scratch = path.with_name(f"{path.name}.{ours[0]}.{ours[1]}.part")
    try:
        with scratch.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def _alive(process):
    """Whether a process of that number runs. Where it cannot be asked, no: Windows lets nobody
    delete what another has open."""
    try:
        return os.name == "posix" and os.kill(process, 0) is None
    except OSError as error:
        return isinstance(error, PermissionError)  # another user's


def _same(one, other):
    """Whether two arrays agree in kind, shape and every value."""
    return one.dtype.kind == other.dtype.kind and np.array_equal(one, other)


class CheckpointError(ValueError):
    """A file that is not a whole checkpoint of this version."""


def save(net, path):
    """Write a network to one file, as `write` does.

    Raises
    ------
    ValueError
        If its weights are not all numbers: `load` would refuse them. Nothing is written then.
    """
    file = io.BytesIO()
    try:
        np.savez(file, **_parts(model.ours(net)))
    except ValueError as error:
        if isinstance(
            error.__context__, KeyboardInterrupt
        ):  # zipfile puts an error of its own in the place of an interrupt
            raise KeyboardInterrupt from None
        raise
    write(path, file.getvalue())


def _parts(net):
    """What a checkpoint holds, name -> value; ValueError if a weight is no finite float."""
    if net.theta.dtype.kind != "f" or not np.isfinite(net.theta).all():
        raise ValueError("its weights are not all numbers")
    return dict(
        revlib=VERSION,
        letters=[ord(letter) for letter in net.alphabet.letters],
        end=net.alphabet.end,
        n=int(net.n),
        activation=net.activation,
        theta=net.theta,
    )


def load(path):
    """Read a network that `save` wrote. Nothing in the file is executed.

    Raises
    ------
    CheckpointError
        If the file is torn, foreign or of another version, or its weights do not fit; the message
        says which.
    FileNotFoundError
    """
    data = Path(path).read_bytes()
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            found = {name: file[name] for name in file.files}
        if int(found["revlib"]) != VERSION:
            raise ValueError(
                f"it has version {found['revlib']}, and this revlib reads version {VERSION}"
            )
        alphabet = Alphabet("".join(map(chr, found["letters"])), bool(found["end"]))
        net = model.Net(alphabet, int(found["n"]), str(found["activation"]), found["theta"])
        parts = {name: np.asarray(part) for name, part in _parts(net).items()}
        other = [
            name
            for name in sorted({*parts, *found})
            if name not in parts or not _same(parts[name], found[name])
        ]
        if other:
            raise ValueError(f"its {', '.join(other)} is not as `save` writes it")
    except (
        Exception
    ) as error:  # a torn or foreign file may fail anywhere in the reader; all of it means the same
        raise CheckpointError(f"{path} is not a whole checkpoint of revlib: {error}") from error
    return net
