"""The keys and quizzes of chapter 08, Stack."""

import numpy as np

from revlib import handmade, training
from revlib.alphabet import Alphabet
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Word, Works


def _held(number):
    n = 0
    while number:
        number, n = 4 * number % 1, n + 1
    return n


def _reads_with(bo):
    net = handmade.build_stack("ab", 3, 6)
    net.Wo[0], net.bo[:] = (0, 3, -1), bo  # slopes and biases of a, b and END
    strings = [string for length in range(1, 7) for string in Alphabet("ab").strings(length)]
    return f"{training.correct(net, strings).sum()} of {len(strings)}"


def _first_failure():
    net = handmade.build_stack("abcdefg", 8, 4, np.float16)
    return [[next(s for s in net.alphabet.strings(4) if net.run(s).output != s[::-1])]]


EXERCISES = {
    "8.1": Numbers("one number", lambda: 39 / 64),
    "8.2": Word("one string", lambda: [["bbac"]]),
    "8.3": Numbers("two whole numbers: over abc, over 26 letters", lambda: [32, 12], 0),
    "8.4": Function(
        "a function from a number to how many letters it holds",
        _held,
        (0.609375, 0.25, 0.984375, 0.0),
    ),
    "8.5": Numbers(
        "four numbers: the units of the thought vector, and those of _S(2)",
        lambda: [0.625, 0.75, 0.5, 1],
    ),
    "8.6": Numbers(
        "three whole numbers: in base 4, in base 8, in base 16",
        lambda: [handmade.capacity(base, np.float32) + 1 for base in (4, 8, 16)],
        0,
    ),
    "8.7": Explanation(),
    "8.8": Word("one string of four letters", _first_failure),
    "8.9": Works("three biases: of a, b and END", 3, _reads_with, "126 of 126"),
}

QUIZZES = {
    "8.first": Quiz(
        "'aaaaab' has six letters, and float16 has bits for five. What does the network answer in"
        " place of 'baaaaa'?",
        [
            Option(
                "'aaaaa': for the b, which came last, no bits were left",
                "The b is pushed to the front, where it counts most. There is always room at the"
                " front; what falls off is at the other end.",
            ),
            Option(
                "'baaaa': an a is missing, the one read first",
                "Every push moves the first letter's digit, 01, further to the right, and the sixth"
                " push moves its 1 out of the significand.",
                right=True,
            ),
            Option(
                "Something else: a rounded number has other digits throughout",
                "Rounding takes the last bit of the last digit. Only where it rounds up may it"
                " carry to the digits before; here it rounds down.",
            ),
        ],
    ),
    "8.base": Quiz(
        "In base 5 the margin stays open, however long the string. Does one unit hold longer"
        " strings in base 5 than in base 4?",
        [
            Option(
                "Shorter ones",
                "A letter takes 2.32 bits in place of 2, so the bits run out sooner, whatever the"
                " margin.",
                right=True,
            ),
            Option(
                "Longer ones",
                "The margin is about reading a number, and a number must be held before it can be"
                " read: there bits count, not margins.",
            ),
            Option(
                "As long ones",
                "The letters are the same three, but each takes more of the 53 bits when there is a"
                " digit to spare.",
            ),
        ],
    ),
    "8.units": Quiz(
        "One unit held 26 letters in float64. How many will two units hold that halve the way to a"
        " corner?",
        [
            Option(
                "26", "Each unit has its own significand, and a letter takes but one bit of each."
            ),
            Option(
                "52",
                "Nearly: 26 digits of base 4 leave one of the 53 bits over. In base 2 that one"
                " holds a letter too.",
            ),
            Option(
                "53",
                "In base 2 a letter is one bit of each unit, so each bit of the significand holds"
                " one letter.",
                right=True,
            ),
            Option(
                "676, which is 26 times 26",
                "Two units make pairs of numbers, but each letter needs a bit of both, so lengths"
                " do not multiply.",
            ),
        ],
    ),
}
