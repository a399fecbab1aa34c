"""The road of a fixed length: a string as one row, layers of weights, and one softmax a letter.

With the string reversed as its target that is a multi-layer perceptron; with the string itself, and
few units in the middle, an autoencoder, whose middle is the code. Rows are strings: X (B, V·T).
"""

from dataclasses import dataclass
from math import comb

import numpy as np

from revlib.activations import ACTIVATIONS, SLOPES, log_softmax, softmax
from revlib.alphabet import Alphabet, LetterError, described
from revlib.model import Answers, as_alphabet, finite
from revlib.parameters import Network, count, cut, flat


class MLP(Network):
    """A multi-layer perceptron: all parameters in one flat vector `theta`, one matrix a layer.

    W[i] (rows + 1, columns) has the bias as its last row: a layer is S @ W[i][:-1] + W[i][-1], then
    its activation. The last layer gives scores: L blocks of V, one block a letter to say.

    Parameters
    ----------
    sizes : sequence of int
        Numbers in the input row, units of each hidden layer, scores: (9, 5, 9) for three letters of
        'abc'.
    activations : sequence of str
        One a hidden layer: keys of ACTIVATIONS.
    alphabet : Alphabet or str
        Without END: the length is fixed.
    theta : (size,) float array, optional
        Used as it is, not copied; zeros if not given.

    Raises
    ------
    ValueError
        If activations and hidden layers differ in number, an activation is unknown, the ends of
        `sizes` are not so many letters, or theta has another size.
    """

    def __init__(self, sizes, activations, alphabet="abc", theta=None):
        self.alphabet = self.says = as_alphabet(alphabet)
        self.sizes, self.activations = tuple(sizes), tuple(activations)
        self.made = (self.sizes, self.activations, self.alphabet)
        V = len(self.alphabet)
        if len(self.activations) != len(self.sizes) - 2:
            raise ValueError(
                f"sizes {self.sizes} have {len(self.sizes) - 2} hidden layers;"
                f" activations {self.activations} are {len(self.activations)}"
            )
        for activation in self.activations:
            if activation not in ACTIVATIONS:
                known = ", ".join(ACTIVATIONS)
                raise ValueError(f"activation {described(activation)} is not one of {known}")
        if self.alphabet.end or self.sizes[0] % V or self.sizes[-1] % V:
            raise ValueError(
                f"sizes {self.sizes} over {self.alphabet!r}: the first and the last are {V} a"
                " letter, and there is no END"
            )
        shapes = {
            f"W[{i}]": (rows + 1, columns)
            for i, (rows, columns) in enumerate(zip(self.sizes, self.sizes[1:]))
        }
        self.theta = flat(theta, count(shapes))
        self.views = cut(self.theta, shapes)
        self.W = tuple(self.views.values())

    def __repr__(self):
        return f"MLP({self.sizes}, {self.activations}): {self.theta.size} parameters"

    def named(self):
        """Return a dict, name -> view of every layer's matrix, in the order of theta."""
        return dict(self.views)

    def weights(self):
        """Return the matrices without their last rows, the biases."""
        return [W[:-1] for W in self.W]

    def rows(self, strings):
        """Return one-hot rows of strings, (B, V·T), letter after letter.

        LetterError unless each has T letters.
        """
        T = self.sizes[0] // len(self.alphabet)
        for string in strings:
            letters = len(self.alphabet.read(string))
            if letters != T:
                raise LetterError(
                    f"this network reads exactly {T} letters; {string!r} has {letters}"
                )
        return one_row_a_string(self.alphabet.one_hot(strings))

    def forward(self, X):
        """Return every layer's rows, (B, size) each: X first, the scores last.

        FloatingPointError if one is not finite.
        """
        S = [X]
        for i, (W, activation) in enumerate(zip(self.W, [*self.activations, "linear"]), start=1):
            with np.errstate(all="ignore"):  # what overflows is answered in words
                S.append(ACTIVATIONS[activation](S[-1] @ W[:-1] + W[-1]))
            finite(S[-1][None], "layer", first=i)
        return S

    def run(self, text, steps=None):
        """Return what it says to a string, or to a list of strings.

        Every string gets as many letters as the network has: `steps` is there because other
        networks have it, and may say nothing else.

        Returns
        -------
        Said

        Raises
        ------
        ValueError
            For another number of steps.
        """
        letters = self.sizes[-1] // len(self.alphabet)
        if steps not in (None, letters):
            raise ValueError(f"steps is {steps}; this network says {letters} letters, always")
        one = isinstance(text, str)
        scores = self.forward(self.rows([text] if one else text))[-1]
        Z = scores.reshape(len(scores), -1, len(self.alphabet)).swapaxes(0, 1)  # (L, B, V)
        if one:
            Z = Z[:, 0]
        return Said(Z, Z.argmax(axis=-1), self.says)

    def tape(self, inputs, targets):
        """Return a Tape: forward(net) gives the loss, backward(net) the gradient."""
        return Tape(self, inputs, targets)


@dataclass(frozen=True)
class Said(Answers):
    """What a network of a fixed length says. Of a single string there is no axis B."""

    Z: np.ndarray  # (L, B, V) scores
    Y: np.ndarray  # (L, B) index of what was said
    says: Alphabet

    @property
    def P(self):
        """(L, B, V) probabilities, the softmax of Z."""
        return softmax(self.Z)


class Tape:
    """Loss and gradient of one batch; what training.Batch needs.

    Parameters
    ----------
    net : MLP
    inputs, targets : (T, B) and (L, B) int arrays
    """

    def __init__(self, net, inputs, targets):
        if len(inputs) * len(net.alphabet) != net.sizes[0]:
            raise LetterError(
                f"this network reads exactly {net.sizes[0] // len(net.alphabet)} letters,"
                f" not {len(inputs)}"
            )
        if len(targets) * len(net.alphabet) != net.sizes[-1]:
            raise LetterError(
                f"this network says exactly {net.sizes[-1] // len(net.alphabet)} letters,"
                f" not {len(targets)}"
            )
        each = np.eye(len(net.alphabet))
        self.targets = targets
        self.X, self.Y = one_row_a_string(each[inputs]), one_row_a_string(each[targets])
        self.d = net.zeros()

    def forward(self, net):
        """Run the batch; return the loss, nats per letter."""
        self.S = net.forward(self.X)
        blocks = len(self.X), -1, len(net.alphabet)  # one block a letter to say
        logP = log_softmax(self.S[-1].reshape(blocks)).reshape(self.Y.shape)
        self.P = np.exp(logP)
        return float(-np.where(self.Y, logP, 0).sum() / self.targets.size)

    def backward(self, net):
        """Send the blame back through the run that `forward` left; return the flat gradient."""
        dA = (self.P - self.Y) / self.targets.size  # p - y, once a letter
        for i in range(len(net.W) - 1, -1, -1):
            self.d.W[i][:-1] = self.S[i].T @ dA
            self.d.W[i][-1] = dA.sum(axis=0)
            if i > 0:
                dS = dA @ net.W[i][:-1].T
                dA = dS * SLOPES[net.activations[i - 1]](self.S[i])
        return self.d.theta


def one_row_a_string(X):
    """Return one-hot rows with a string's letters side by side: (T, B, V) -> (B, T·V)."""
    T, B, V = X.shape
    return X.swapaxes(0, 1).reshape(B, T * V)


def most_strings(V, T, k):
    """Return the most strings of T letters out of V that linear scores can read off k units.

    At each place the largest of V scores cuts the codes' space into at most V pieces, each without
    a dent; T such cuts make at most as many pieces together as this sum says, and one piece has one
    answer.

    Source: the sharp bound for T maxout units of rank V in Montúfar, Ren and Zhang, "Sharp bounds
    for the number of regions of maxout networks and vertices of Minkowski sums", 2021, arXiv
    2104.08135.
    """
    return sum(comb(T, j) * (V - 1) ** j for j in range(k + 1))
