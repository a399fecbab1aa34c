"""The keys and quizzes of chapter 02, Remember."""

import numpy as np

from revlib import model, post
from revlib.alphabet import Alphabet
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Word


def _closest(length):
    net = model.post_net()
    strings = net.alphabet.strings(length)
    thoughts = net.run(strings, steps=0).thought
    gaps = np.linalg.norm(thoughts[:, None] - thoughts, axis=-1) + np.diag([np.inf] * len(strings))
    return [[strings[i], strings[j]] for i, j in np.argwhere(gaps < gaps.min() + 1e-9)]


def _others(pairs):
    """All but the first, which is the one that the panel names."""
    return [pair for pair in pairs if sorted(pair) != sorted(pairs[0])]


def _largest_eigenvalue():
    return np.abs(np.linalg.eigvals(post.Ws)).max()


def _shares(text):
    rows = Alphabet("abc").one_hot(text) @ post.Wh
    return [
        row @ np.linalg.matrix_power(post.Ws, age)
        for age, row in zip(reversed(range(len(text))), rows)
    ]


def _even_scale():
    gap = post.Wh[0] - post.Wh[2]  # a and c change places: in the last letter, or in the first
    return np.sqrt(np.linalg.norm(gap) / np.linalg.norm(gap @ post.Ws @ post.Ws))


EXERCISES = {
    "2.1": Numbers("five numbers, the units of the thought vector", lambda: post.Wh[1]),
    "2.2": Numbers("one number, the factor", lambda: 1.5 * _largest_eigenvalue()),
    "2.3": Numbers(
        "one whole number",
        lambda: len({(s.count("a"), s.count("b")) for s in Alphabet("abc").strings(5)}),
        0,
    ),
    "2.4": Numbers("one number, the scale", _even_scale),
    "2.5": Numbers("one number, the scale", lambda: 0.5 / _largest_eigenvalue(), 0.0006),
    "2.6": Word(
        "two strings of length 4, as ['....', '....'], other than the panel's",
        lambda: _others(_closest(4)),
    ),
    "2.7": Function(
        "a function from a string to its letters' shares, five numbers each",
        _shares,
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
