"""The keys and quizzes of chapter 02, Remember."""

from itertools import combinations

import numpy as np

from revlib import model, post
from revlib.alphabet import Alphabet
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Word


def largest_eigenvalue():
    """Return the largest eigenvalue of Ws, without its sign."""
    return np.abs(np.linalg.eigvals(post.Ws)).max()


def counts(length):
    """Return every pair of how many a and b a string of that length may have."""
    return {(text.count("a"), text.count("b")) for text in Alphabet("abc").strings(length)}


def even_scale():
    """Return the scale of Ws at which 'abc' is as far from 'cbc' as from 'aba'."""
    gap = post.Wh[0] - post.Wh[2]  # between the first letters, and between the last
    return np.sqrt(np.linalg.norm(gap) / np.linalg.norm(gap @ post.Ws @ post.Ws))


def closest_pairs(length):
    """Return the pairs of strings whose thought vectors are closest; the panel names the first."""
    net = model.post_net()
    strings = net.alphabet.strings(length)
    thoughts = dict(zip(strings, net.run(strings, steps=0).thought))
    gaps = {
        (one, other): np.linalg.norm(thoughts[one] - thoughts[other])
        for one, other in combinations(strings, 2)
    }
    smallest = min(gaps.values())
    return [list(pair) for pair, gap in gaps.items() if gap < smallest + 1e-9]


def shares(text):
    """Return each letter's share in the thought vector: its row of Wh, once through Ws a step."""
    rows = Alphabet("abc").one_hot(text) @ post.Wh
    steps_since = reversed(range(len(text)))
    return [row @ np.linalg.matrix_power(post.Ws, steps) for row, steps in zip(rows, steps_since)]


EXERCISES = {
    "2.1": Numbers("five numbers, the units of the thought vector", lambda: post.Wh[1]),
    "2.2": Numbers("one number, the factor", lambda: 1.5 * largest_eigenvalue()),
    "2.3": Numbers("one whole number", lambda: len(counts(5)), tolerance=0),
    "2.4": Numbers("one number, the scale", even_scale),
    "2.5": Numbers("one number, the scale", lambda: 0.5 / largest_eigenvalue(), tolerance=0.0006),
    "2.6": Word(
        "two strings of length 4, as ['....', '....'], other than the panel's",
        lambda: closest_pairs(4)[1:],
    ),
    "2.7": Function(
        "a function from a string to its letters' shares, five numbers each",
        shares,
        ("abc", "b", "bbaca"),
    ),
    "2.8": Explanation(),
}

QUIZZES = {
    "2.weighs": Quiz(
        "Which letter of 'abc' has the largest share in S(3)?",
        [
            Option(
                "c, which was read last",
                "Nothing has made c's share smaller, but Ws makes shares larger, and c's has not"
                " met it yet.",
            ),
            Option(
                "a, which Ws has multiplied most often",
                "Ws does make it larger, twice, but a's row of Wh is the smallest of the three.",
            ),
            Option(
                "b, which has the largest row in Wh",
                "It began as the largest, and Ws has made it larger once; that is enough to stay"
                " ahead of a.",
                right=True,
            ),
        ],
    ),
    "2.identity": Quiz(
        "Ws becomes the identity, ones on the diagonal, and Wh stays. Will 'abc' and 'bac' still"
        " have different thought vectors?",
        [
            Option(
                "Yes: Ws is not zero, so old letters still count",
                "They count, but all alike: the identity never changes a "
                "letter's share, so its age is not written anywhere and the state is a plain sum.",
            ),
            Option(
                "No: the state becomes a sum, and a sum has no order",
                "Each step adds a row of Wh and changes nothing of what "
                "is there, so only how many of each letter there were is left.",
                right=True,
            ),
            Option(
                "Yes: the three rows of Wh differ",
                "They do, so the state shows which letters were read. But both strings add the "
                "same three rows, and their sum is the same in any order.",
            ),
        ],
    ),
    "2.lost": Quiz(
        "At scale 0.1, by how much will the two thought vectors differ, as the computer holds"
        " them?",
        [
            Option(
                "Not at all",
                "Each step leaves less than a quarter of the share. In the end it is too little to"
                " change a number of sixteen digits.",
                right=True,
            ),
            Option(
                "By very little: a share fades but never becomes 0",
                "On paper, yes. But if it is far smaller than the last of a number's sixteen"
                " digits, adding it changes nothing.",
            ),
            Option(
                "By as much as the rows of a and b in Wh",
                "So it would be for the last letter. The first letter's share has been through Ws"
                " at every step since.",
            ),
        ],
    ),
}
