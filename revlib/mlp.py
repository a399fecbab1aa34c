"""Floor 3: the road of a fixed length: a string as one row, layers of weights, and one softmax a
letter.

With the string reversed as its target that is a multi-layer perceptron; with the string itself, and
few units in
the middle, an autoencoder, whose middle is the code. Rows are strings: X (B, V·T).
"""

from math import comb

import numpy as np

from revlib import bptt, model, parameters
from revlib.alphabet import Alphabet, LetterError, listed, quote, whole

# a layer that is "linear" gives its sums as they are
ACTIVATIONS = model.ACTIVATIONS | {"linear": np.positive}
SLOPES = bptt.SLOPES | {"linear": lambda S, out: 1.0}


class MLP(parameters.Parameters):
    """A multi-layer perceptron: all parameters in one flat vector `theta`, and one matrix a layer
    as views into it.

    W[i] (rows + 1, columns) has the bias as its last row: a layer is S @ W[:-1] + W[-1], then its
    activation.
    The last layer gives scores: L blocks of V, one block a letter to say.

    Parameters
    ----------
    sizes : sequence of int
        Numbers in the input row, units of each hidden layer, scores: (9, 5, 9) for three letters of
        'abc'.
    activations : sequence of str
        One a hidden layer: "relu", "tanh" or "linear".
    alphabet : Alphabet or str
        Without END: the length is fixed.
    theta : (size,) float array, optional
        Used as it is, not copied; zeros if not given.

    Raises
    ------
    ValueError
        If activations and hidden layers differ in number, or theta has another size; the message
        gives both. If the alphabet
        has END, an activation is unknown, or the ends of `sizes` are not so many letters.
    """

    def __init__(self, sizes, activations, alphabet="abc", theta=None):
        self.alphabet = alphabet if isinstance(alphabet, Alphabet) else Alphabet(alphabet)
        self.sizes, self.activations = (
            tuple(whole(size, "a size", 1) for size in sizes),
            tuple(activations),
        )
        self.made = self.sizes, self.activations, self.alphabet
        if len(self.activations) != len(self.sizes) - 2:
            raise ValueError(
                f"sizes {self.sizes} have {len(self.sizes) - 2} hidden layers; "
                f"activations {self.activations} are {len(self.activations)}"
            )
        unknown = [name for name in self.activations if name not in ACTIVATIONS]
        if unknown:
            raise ValueError(f"activation {unknown[0]!r} is not one of {', '.join(ACTIVATIONS)}")
        if self.alphabet.end or any(
            size % len(self.alphabet) for size in (self.sizes[0], self.sizes[-1])
        ):
            raise ValueError(
                f"sizes {self.sizes} over {self.alphabet!r}: the first and the last are"
                f" {len(self.alphabet)} a letter, and there is no END"
            )
        shapes = {
            f"W[{i}]": (rows + 1, columns)
            for i, (rows, columns) in enumerate(zip(self.sizes, self.sizes[1:]))
        }
        self.theta = parameters.vector(
            theta,
            sum(rows * columns for rows, columns in shapes.values()),
            f"layers of {self.sizes}",
        )
        self.W = tuple(parameters.views(self.theta, shapes).values())
        self.fix()

    def __repr__(self):
        return f"MLP({self.sizes}, {self.activations}): {self.theta.size} parameters"

    def rows(self, strings):
        """One-hot rows of strings, (B, V·T), letter after letter; LetterError unless each has T
        letters."""
        T, strings = self.sizes[0] // len(self.alphabet), listed(strings)
        for string in strings:
            if len(self.alphabet.read(string)) != T:
                raise LetterError(
                    f"{quote(string)} has {len(string)} letter{'s' * (len(string) != 1)}; "
                    f"this network reads exactly {T}"
                )
        return self.alphabet.one_hot(strings).swapaxes(0, 1).reshape(len(strings), -1)

    def forward(self, X):
        """Every layer's rows, (B, size) each: X first, the scores last; FloatingPointError if one
        is not finite."""
        S = [X]
        for i, (W, activation) in enumerate(zip(self.W, [*self.activations, "linear"]), start=1):
            with np.errstate(all="ignore"):  # what overflows is answered in words
                S.append(ACTIVATIONS[activation](S[-1] @ W[:-1] + W[-1]))
            model.finite(S[-1][None], "layer", first=i)
        return S

    def scores(self, X):
        """(B, L, V): what the last layer gives, one block a letter to say."""
        return self.forward(X)[-1].reshape(len(X), -1, len(self.alphabet))

    def answers(self, strings):
        """What it says to each of some strings: the letter with the highest score at each place."""
        return self.alphabet.text(model.greedy(self.scores(self.rows(strings))).T)


def initial(sizes, activations, rng, alphabet="abc"):
    """A network before training: weights of mean 0 and variance 1 / (rows of the matrix), biases
    0."""
    net = MLP(sizes, activations, alphabet)
    model.draw_gaussian([W[:-1] for W in net.W], rng)
    return net


class Pairs:
    """Strings and what should be said to each; stands in for a Batch in `training.train`.
    ValueError if they differ in number."""

    def __init__(self, net, strings, answers):
        strings, answers = listed(strings), listed(answers)
        if not strings or len(strings) != len(answers):
            raise ValueError(
                f"there are {len(strings)} strings and {len(answers)} answers; each string has one,"
                " and there is one at least"
            )
        self.X, self.Y = net.rows(strings), net.rows(answers)
        self.d = MLP(*net.made, np.zeros_like(net.theta))

    def gradient(self, net):
        """Loss (nats per letter) and flat gradient at the network's weights; the next call writes
        over the gradient."""
        S, d, shape = net.forward(self.X), self.d, (len(self.X), -1, len(net.alphabet))
        logP, Y = model.log_softmax(S[-1].reshape(shape)), self.Y.reshape(shape)
        letters = Y.shape[0] * Y.shape[1]
        blame = ((np.exp(logP) - Y) / letters).reshape(self.Y.shape)  # p - y, once a letter
        for i in reversed(range(len(net.W))):
            d.W[i][:-1], d.W[i][-1] = S[i].T @ blame, blame.sum(axis=0)
            if i:
                slope = SLOPES[net.activations[i - 1]](S[i], out=np.empty_like(S[i]))
                blame = blame @ net.W[i][:-1].T * slope
        return (
            float(-np.where(Y, logP, 0).sum() / letters),
            d.theta,
        )  # not logP * Y: 0 times -inf is no number


def most_strings(V, T, k):
    """The most strings of T letters out of V that can be read off a code of k units by linear
    scores.

    At each place the largest of V scores cuts the codes' space into at most V pieces, each without
    a dent; T such
    cuts make at most as many pieces together as this sum says, and one piece has one answer.

    Source: the sharp bound for T maxout units of rank V in Montúfar, Ren and Zhang, "Sharp bounds
    for the number
    of regions of maxout networks and vertices of Minkowski sums", 2021, arXiv 2104.08135.
    """
    V, T, k = (
        whole(V, "the number of letters", 1),
        whole(T, "the length"),
        whole(k, "the number of units"),
    )
    return sum(comb(T, j) * (V - 1) ** j for j in range(k + 1))
