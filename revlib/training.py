"""Training: gradient descent and Adam, batches, the loop, and how much comes out right."""

import itertools
from collections import defaultdict
from typing import NamedTuple

import numpy as np

from revlib.alphabet import as_list
from revlib.bptt import check_reversible, task, with_end


class Descent:
    """Gradient descent: theta -= rate · gradient. ValueError for a rate that is not above 0."""

    def __init__(self, rate=0.01):
        self.rate = above_zero(rate)

    def update(self, theta, gradient):
        """Change theta in place."""
        theta -= self.rate * gradient


class Adam:
    """Adam: each weight's step is the mean of its gradients over the root of their mean square.

    With `decay`, every weight also shrinks by rate · decay of itself at each step (AdamW).

    Sources: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, arXiv 1412.6980,
    algorithm 1; Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, arXiv
    1711.05101.
    """

    def __init__(self, rate=0.01, beta1=0.9, beta2=0.999, epsilon=1e-8, decay=0.0):
        self.rate = above_zero(rate)
        self.beta1, self.beta2 = beta1, beta2
        self.epsilon = epsilon
        self.decay = decay
        self.steps = 0
        self.m = self.v = 0.0
        self.theta = None  # whose steps these are

    def update(self, theta, gradient):
        """Change theta in place; ValueError for another network's theta than at the first step."""
        if self.theta is None:
            self.theta = theta
        if theta is not self.theta:
            raise ValueError("this Adam remembers another network's gradients; make one for each")
        self.steps += 1
        self.m = self.beta1 * self.m + (1 - self.beta1) * gradient  # a running mean,
        self.v = self.beta2 * self.v + (1 - self.beta2) * gradient**2  # and one of squares
        m = self.m / (1 - self.beta1**self.steps)  # both began at 0: this corrects it
        v = self.v / (1 - self.beta2**self.steps)
        theta *= 1 - self.rate * self.decay
        theta -= self.rate * m / (np.sqrt(v) + self.epsilon)


def above_zero(rate):
    """Return a learning rate; ValueError if it is not a finite number above 0."""
    if not 0 < rate < np.inf:
        raise ValueError(f"the learning rate is {rate}; it must be above 0 and finite")
    return rate


OPTIMISERS = {"gradient descent": Descent, "Adam": Adam}


class Batch:
    """Strings of any lengths, trained on together.

    There is one tape for each pair of lengths, of what is read and of what should be said, and it
    counts as much as it has symbols to say. So no string is padded, and there are no masks.

    Parameters
    ----------
    net : a network, with `alphabet`, `says` and `tape`
        Any network made of the same arguments may be trained on the batch.
    strings : list of str
    answers : list of str, optional
        What should be said to each; the strings reversed, if not given.

    Raises
    ------
    ValueError
        If there is no string, or not as many answers.
    LetterError
        For a symbol of another alphabet.
    """

    def __init__(self, net, strings, answers=None):
        self.made = net.made
        self.dtype = net.theta.dtype
        self.tapes = []
        letters = []
        for group, wanted, _ in by_length(net, strings, answers):
            inputs, targets = task(net, group, wanted)
            self.tapes.append(net.tape(inputs, targets))
            letters.append(targets.size)
        if not self.tapes:
            raise ValueError("there is no string to train on")
        self.weights = [count / sum(letters) for count in letters]

    def gradient(self, net):
        """Return the loss (nats per symbol) and the flat gradient at the network's weights.

        The gradient is written over by the next call. ValueError for a network that is made of
        other arguments: of another alphabet, say, or of another float type.
        """
        if net.made != self.made:
            raise ValueError(f"the batch is for a network of {self.made}, not of {net.made}")
        if net.theta.dtype != self.dtype:
            raise ValueError(f"the batch is for weights in {self.dtype}, not {net.theta.dtype}")
        if len(self.tapes) == 1:
            return self.tapes[0].forward(net), self.tapes[0].backward(net)
        loss, gradient = 0.0, np.zeros_like(net.theta)
        for tape, weight in zip(self.tapes, self.weights):
            loss += weight * tape.forward(net)
            gradient += weight * tape.backward(net)
        return loss, gradient


def by_length(net, strings, answers=None):
    """Group strings that have one length, and answers of one length.

    Yields
    ------
    strings, answers, places : lists
        Of a group; `places` says where in the whole list each string stands.
    """
    strings = as_list(strings)
    if answers is None:
        check_reversible(net)
        answers = [reverse(net.alphabet, string) for string in strings]
    answers = as_list(answers)
    if len(answers) != len(strings):
        raise ValueError(f"there are {len(strings)} strings and {len(answers)} answers")
    groups = defaultdict(list)
    for place, (string, answer) in enumerate(zip(strings, answers)):
        read = net.alphabet.read(string, empty=True)
        said = net.says.read(answer, empty=True)
        groups[len(read), len(said)].append(place)
    for places in groups.values():
        wanted = [answers[place] for place in places]
        yield [strings[place] for place in places], wanted, places


class Snapshot(NamedTuple):
    """A moment of training: the weights after `step` updates, the loss and the gradient's norm."""

    step: int
    loss: float
    norm: float
    theta: np.ndarray


def train(net, batches, optimiser, steps, clip=None, every=1):
    """Train a network in place, as the snapshots are asked for.

    Parameters
    ----------
    net : a network
    batches : Batch, or iterable of Batch
        The same batch at every step, or the next one. A training of `steps` updates takes
        steps + 1 of them: with the last, the end is measured.
    optimiser : Descent or Adam
    steps : int
        Updates to make.
    clip : float, optional
        The largest norm of a gradient, above 0: a larger gradient is scaled down to it.
    every : int
        Yield after every so many updates, 1 or more, and at the end.

    Returns
    -------
    iterator of Snapshot
        The first is of the start, step 0; the weights in each are a copy.

    Raises
    ------
    FloatingPointError
        When the loss is no longer finite: at which step, and what to try.
    ValueError
        If there is no optimiser, `steps` is below 0, `every` below 1, `clip` is not above 0, or the
        batches end too early.

    Whatever ends it early, an interrupt too, the network keeps its last good weights.
    """
    if not hasattr(optimiser, "rate"):  # a class has none yet
        raise ValueError(f"the optimiser is {optimiser!r}; make one, such as training.Adam(0.01)")
    if steps < 0:
        raise ValueError(f"steps is {steps}; a training makes 0 updates or more")
    if every < 1:
        raise ValueError(f"every is {every}; a snapshot comes after every 1 update or more")
    if clip is not None and not clip > 0:
        raise ValueError(f"clip is {clip}, the largest norm of a gradient; it must be above 0")
    same = hasattr(batches, "gradient")
    batches = itertools.repeat(batches) if same else iter(batches)
    return updates(net, batches, optimiser, steps, clip, every)


def updates(net, batches, optimiser, steps, clip, every):
    """Make the updates of `train`, and yield its snapshots."""
    good = net.theta.copy()
    try:
        for step in range(steps + 1):
            batch = next(batches, None)
            if batch is None:
                raise ValueError(
                    f"the batches ended after {step} updates of {steps}. One more measures the end;"
                    f" without it the network keeps its weights of step {max(step - 1, 0)}"
                )
            loss, gradient, norm = downhill(net, batch, step, optimiser.rate)
            good[:] = net.theta
            if step % every == 0 or step == steps:
                gradient = gradient.copy()  # the batch may be used while the snapshot is looked at
                yield Snapshot(step, loss, norm, good.copy())
            if step < steps:
                if clip is not None and norm > clip:
                    gradient = gradient * (clip / norm)
                with np.errstate(all="ignore"):  # what overflows is answered at the next step
                    optimiser.update(net.theta, gradient)
    except (KeyboardInterrupt, Exception):  # but not when the iterator is closed: it is at rest
        net.theta[:] = good
        raise


def downhill(net, batch, step, rate):
    """Return loss, gradient and its norm; FloatingPointError, in words, if they are not finite."""
    try:
        with np.errstate(all="ignore"):
            loss, gradient = batch.gradient(net)
            norm = float(np.vdot(gradient, gradient)) ** 0.5
        trouble = f"the loss is {loss:g} and the gradient's norm {norm:g}"
    except FloatingPointError as error:  # a network that says itself what is not finite
        loss, norm = np.nan, np.nan
        trouble = f"{error},"
    if np.isfinite(loss + norm):
        return loss, gradient, norm
    cure = "Start from smaller weights."
    if step > 0:
        cure = (
            f"The network has its weights of step {step - 1} again."
            f" Try a smaller learning rate than {rate:g}, or clip=1."
        )
    raise FloatingPointError(f"{trouble} after step {step}. {cure}")


def correct(net, strings, answers=None):
    """Return which strings get the right answer, decoding greedily: a bool array.

    Parameters
    ----------
    answers : list of str, optional
        What should be said to each; the strings reversed, if not given.
    """
    strings = as_list(strings)
    right = np.zeros(len(strings), bool)
    for group, wanted, places in by_length(net, strings, answers):
        targets = with_end(net, net.says.indices(wanted))
        said = net.run(group, steps=len(targets)).Y
        if len(said) == len(targets):  # if not, END was said too early in all of them
            right[places] = (said == targets).all(axis=0)
    return right


def by_position(net, strings, told=False):
    """Return the share of strings of one length whose t-th letter is right, (T,) float array.

    The network's own letters are fed back; or, with `told`, the right ones, whatever it said.
    ValueError if there is no string.
    """
    strings = as_list(strings)
    if not strings:
        raise ValueError("there is no string, so no share of any")
    if told:
        inputs, targets = task(net, strings)
        tape = net.tape(inputs, targets)
        tape.forward(net)
        return (tape.P.argmax(axis=-1) == targets)[: len(inputs)].mean(axis=1)
    right = []
    for said, string in zip(net.run(strings).outputs, strings):
        wanted = net.alphabet.read(reverse(net.alphabet, string))
        letters = net.says.read(said, empty=True)
        right.append([letters[t : t + 1] == (wanted[t],) for t in range(len(wanted))])
    return np.mean(right, axis=0)


def reverse(alphabet, string):
    """Return a text with its symbols in the opposite order."""
    return alphabet.join(alphabet.read(string, empty=True)[::-1])
