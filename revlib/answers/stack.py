"""Aside: the answers and quizzes of chapter 08, Stack."""
import numpy as np

from revlib import model, stack, training
from revlib.alphabet import Alphabet
from revlib.judge import Numbers, Word, Function, Works, Quiz


def _held(number):
    n = 0
    while number:
        number, n = 4 * number % 1, n + 1
    return n


def _reads_with(bo):
    net = stack.build("ab", 3, 6)
    net.Wo[0], net.bo[:] = (0, 3, -1), bo    # slopes and biases of a, b and END
    strings = [string for length in range(1, 7) for string in Alphabet("ab").strings(length)]
    return f"{training.correct(net, strings).sum()} of {len(strings)}"


def _first_failure():
    net = stack.build("abcdefg", 8, 4, np.float16)
    return [[next(s for s in net.alphabet.strings(4) if model.run(net, s).output != s[::-1])]]


EXERCISES = {
    "8.1": Numbers("one number", lambda: 39 / 64, 1e-4),
    "8.2": Word("one string", lambda: [["bbac"]]),
    "8.3": Numbers("two whole numbers: over abc, over 26 letters", lambda: [32, 12], 0),
    "8.4": Function("a function from a number to how many letters it holds", _held, (0.609375, 0.25, 0.984375, 0.0)),
    "8.5": Word("one string of four letters", _first_failure),
    "8.6": Numbers("two numbers, one a unit", lambda: [0.625, 0.75], 1e-4),
    "8.7": Works("three biases: of a, b and END", 3, _reads_with, "126 of 126"),
}

QUIZZES = {
}
