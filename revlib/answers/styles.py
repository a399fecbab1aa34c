"""Aside: the answers and quizzes of chapter 09, Look."""
import numpy as np

from revlib import model, styles
from revlib.alphabet import Alphabet
from revlib.judge import Numbers, Function, Works, Quiz


def _attention(s):
    states = np.array([[1, 0], [0, 1], [1, 1]])
    return model.softmax(states @ s) @ states


def _first_look(text):
    net = styles.pointer(12)
    net.p["dec.Ws"][0, 1] = 0
    return styles.run(net, [text]).A[0, 0]


def _every_second(values):
    net = styles.pointer(12)
    net.p["dec.Ws"][0, 1], net.p["dec.b"][1] = values
    groups = [net.alphabet.strings(length) for length in range(1, 6)]
    with np.errstate(all="ignore"):    # what is infinite is only wrong
        good = [said == string[::-2] for group in groups for said, string in zip(styles.run(net, group).output, group)]
    return f"{sum(good)} of {len(good)}"


EXERCISES = {
    "9.1": Numbers("four whole numbers: plain, feedback, peek, attention",
                   lambda: [styles.Net(style, Alphabet("0123456789", end=True), 8).theta.size for style in styles.STYLES], 0),
    "9.2": Numbers("three numbers, one a letter", lambda: model.softmax(np.array([0, np.log(2), np.log(2)]))),
    "9.3": Function("a function from a decoder state to the two numbers of its mixture", _attention, ([0, 0], [1, -2], [3, 0.5])),
    "9.4": Numbers("three numbers, one a letter", lambda: _first_look("abc")),
    "9.5": Numbers("three numbers, one a dot product", lambda: [0.24, 0.08, -0.32]),
    "9.6": Works("two numbers", 2, _every_second, "363 of 363"),
}

QUIZZES = {
}
