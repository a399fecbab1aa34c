"""A curriculum of lengths: short strings first, longer ones when most of the longest are right.

The long trainings behind chapters 06, 07, 09 and 10 take their batches, and their falling rate,
from here.
"""

import numpy as np

from revlib import model, training

FAVOUR = 3  # how many times as often the longest length is drawn, for its length
AT_ONCE = 100  # lengths drawn at a time


class Curriculum:
    """Batches without end for training.train, each of strings of one length.

    The two shortest lengths are there from the start. `look` lets the next one join, and is to be
    called now and then. A length is drawn the more often the longer it is, in proportion; the
    longest that has joined, FAVOUR times as often as that.

    Parameters
    ----------
    net : a network
        The one in training.
    longest : int
        The longest length that may join.
    rng : numpy Generator
        What orders the strings, and draws lengths and batches.
    size : int
        The most strings of a batch. A length's strings are dealt out as evenly as can be.
    enough : float
        The share of the longest strings that has to be right before the next length joins.
    shortest : int
    most : int
        Of a length that has more strings, so many are drawn, and one may be drawn twice.

    Attributes
    ----------
    level : int
        The longest length that has joined.
    batches : dict
        Length -> list of training.Batch.

    Raises
    ------
    ValueError
        If `shortest` or `size` is below 1, or `longest` below `shortest`.
    """

    def __init__(self, net, longest, rng, size=150, enough=0.9, shortest=1, most=10_000):
        if shortest < 1:
            raise ValueError(f"the shortest length is {shortest}; it must be 1 or more")
        if longest < shortest:
            raise ValueError(f"the longest length, {longest}, is below the shortest, {shortest}")
        if size < 1:
            raise ValueError(f"a batch has {size} strings; it must be 1 or more")
        self.net = net
        self.shortest = shortest
        self.longest = longest
        self.rng = rng
        self.enough = enough
        self.level = min(shortest + 1, longest)
        self.batches = {}
        for length in range(shortest, longest + 1):
            strings = self.strings(length, most)
            count = -(-len(strings) // size)  # rounded up
            self.batches[length] = [training.Batch(net, strings[i::count]) for i in range(count)]

    def strings(self, length, most):
        """Return all strings of a length, or `most` drawn ones, in random order."""
        alphabet = self.net.alphabet
        if len(alphabet) ** length <= most:
            strings = alphabet.strings(length)
            return [strings[i] for i in self.rng.permutation(len(strings))]
        drawn = self.rng.choice(len(alphabet), (most, length))
        return [alphabet.text(indices) for indices in drawn]

    def law(self):
        """Return the lengths that have joined, and the probability of each: two arrays."""
        lengths = np.arange(self.shortest, self.level + 1)
        weights = lengths.astype(float)
        weights[-1] *= FAVOUR
        return lengths, weights / weights.sum()

    def __iter__(self):
        """Yield batches without end; a length that joins is drawn from the next AT_ONCE on."""
        while True:
            lengths, probabilities = self.law()
            for length in self.rng.choice(lengths, AT_ONCE, p=probabilities):
                batches = self.batches[length]
                yield batches[self.rng.integers(len(batches))]

    def share_right(self, length, batches=None):
        """Return the share of a length's strings that come out right, fed the right symbols.

        Parameters
        ----------
        length : int
        batches : int, optional
            How many of the length's batches are tried; all, if not given.

        Raises
        ------
        FloatingPointError
            If a probability is not a number.
        """
        right = []
        for batch in self.batches[length][:batches]:
            (tape,) = batch.tapes
            with np.errstate(all="ignore"):  # what overflows is answered in words
                tape.forward(self.net)
            P = model.finite(tape.P, "p", first=1)  # (L, B, K)
            right.append((P.argmax(axis=-1) == tape.targets).all(axis=0))
        return float(np.concatenate(right).mean())

    def look(self):
        """Return the share right of the longest length so far; if it is enough, the next joins.

        Four batches of it are tried.
        """
        share = self.share_right(self.level, batches=4)
        if share >= self.enough and self.level < self.longest:
            self.level += 1
        return share

    def all_right(self):
        """Return whether all strings of all lengths come out right, fed the right symbols."""
        return all(self.share_right(length) == 1 for length in self.batches)


def half_cosine(step, steps, last=0.01):
    """Return what is left of the first learning rate at a step: from 1 down to `last`."""
    return last + (1 - last) * (1 + np.cos(np.pi * step / steps)) / 2
