"""Aside: the answers and quizzes of chapter 07, Reverse."""
import numpy as np

from revlib import model
from revlib.alphabet import Alphabet
from revlib.judge import Numbers, Word, Function, Quiz


EXERCISES = {
    "7.1": Numbers("one number, in bits", lambda: 8 * np.log2(3)),
    "7.2": Numbers("one whole number", lambda: model.Net(Alphabet("abcd", end=True), 7).theta.size, 0),
    "7.3": Numbers("one probability", lambda: 0.96 ** (1 / 16), 0.00006),
    "7.4": Function("a function from a string of digits to one whole number",
                    lambda lengths: len(lengths) * max(map(int, lengths)) - sum(map(int, lengths)), ("3", "3358", "91")),
    "7.5": Numbers("one whole number", lambda: 19669, 0),    # tests/test_exercises.py counts them
    "7.6": Word("six letters, as '......'", lambda: [["cccaab"]]),
}

QUIZZES = {
}
