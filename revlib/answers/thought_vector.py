"""Aside: the answers and quizzes of chapter 02, Remember."""
import numpy as np

from revlib import model, post
from revlib.alphabet import Alphabet
from revlib.judge import Numbers, Word, Quiz


def _closest(length):
    net = model.post_net()
    strings = net.alphabet.strings(length)
    thoughts = model.run(net, strings, steps=0).thought
    gaps = np.linalg.norm(thoughts[:, None] - thoughts, axis=-1) + np.diag([np.inf] * len(strings))
    return [[strings[i], strings[j]] for i, j in np.argwhere(gaps < gaps.min() + 1e-9)]


def _largest_eigenvalue():
    return np.abs(np.linalg.eigvals(post.Ws)).max()


EXERCISES = {
    "2.1": Numbers("one whole number", lambda: len({(s.count("a"), s.count("b")) for s in Alphabet("abc").strings(5)}), 0),
    "2.2": Word("two strings of length 4, as ['....', '....']", lambda: _closest(4)),
    "2.3": Numbers("one number, the scale", lambda: 0.5 / _largest_eigenvalue(), 0.0006),
    "2.4": Numbers("five numbers, the units of the thought vector", lambda: post.Wh[1]),
}

QUIZZES = {
    "2.identity": Quiz("Ws becomes the identity, ones on the diagonal. Will 'abc' and 'bac' still have different thought vectors?",
                       {"Yes: Ws is not zero, so old letters still count": "They count, but all alike: the identity never changes a "
                        "letter's share, so its age is not written anywhere and the state is a plain sum.",
                        "No: the state becomes a sum, and a sum has no order": "Each step adds a row of Wh and changes nothing of what "
                        "is there, so only how many of each letter there were is left.",
                        "It depends on Wh": "Whatever Wh is, both strings add the same three rows."},
                       "No: the state becomes a sum, and a sum has no order"),
}
