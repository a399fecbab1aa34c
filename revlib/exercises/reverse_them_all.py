"""The keys and quizzes of chapter 07, Reverse."""

import numpy as np

from revlib import model
from revlib.alphabet import Alphabet
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Word


def count_parameters():
    """Return the parameters of seven units over 'abcd' and END."""
    return model.Net(Alphabet("abcd", end=True), 7).theta.size


def count_padding(text):
    """Return how many letters of padding strings need whose lengths are the digits of a text."""
    lengths = [int(digit) for digit in text]
    return len(lengths) * max(lengths) - sum(lengths)


EXERCISES = {
    "7.1": Numbers("one number, in bits", lambda: 8 * np.log2(3)),
    "7.2": Numbers("one whole number", count_parameters, tolerance=0),
    "7.3": Numbers("one probability", lambda: 0.96 ** (1 / 16), tolerance=0.00006),
    "7.4": Function(
        "a function from a string of digits to one whole number", count_padding, ("3", "3358", "91")
    ),
    # 7.5, 7.6 and 7.8 are of trained networks; tests/test_exercises.py finds them once more
    "7.5": Numbers("one whole number", lambda: 19669, tolerance=0),
    "7.6": Numbers("two whole numbers: the seed, the length", lambda: [1, 11], tolerance=0),
    "7.7": Explanation(),
    "7.8": Word("six letters, as '......'", lambda: [["cccaab"]]),
}

QUIZZES = {
    "7.padding": Quiz(
        "A network has read 'ab'. Now it reads two rows of zeros, as padding is. What becomes of"
        " its thought vector?",
        [
            Option(
                "It stays as it is: an empty row adds nothing",
                "The row adds nothing, but reading it is a step, and a step multiplies the state by"
                " Ws and adds the bias.",
            ),
            Option(
                "It fades towards zero, since nothing new comes in",
                "Unit 1 does fall to 0, but other units grow: nothing says that Ws and the bias"
                " make a state smaller.",
            ),
            Option(
                "It becomes another one, no nearer to zero",
                "A step with an empty input is a step: Ws and the bias go on working on the state.",
                right=True,
            ),
        ],
    ),
    "7.shorter": Quiz(
        "Networks of five units have learned strings of length 3 to 8, from five seeds. How many of"
        " the three strings of one letter will they reverse?",
        [
            Option(
                "All three, with every seed: nothing is easier than one letter",
                "Two seeds reverse none of them. To say END after one letter is something that no"
                " string of theirs ever asked for.",
            ),
            Option(
                "None to three, as the seed has it",
                "Two seeds reverse none, two reverse two, and one reverses all three: what was not"
                " taught is left to chance.",
                right=True,
            ),
            Option(
                "None, with every seed: they never met one",
                "One seed reverses all three without having met one. A network may do right what it"
                " was not taught; nothing sees to it.",
            ),
        ],
    ),
    "7.longer": Quiz(
        "Sixteen units trained on lengths 1 to 8 go to length 8. How far does the best network of"
        " sixteen units go that was trained on longer strings?",
        [
            Option(
                "About twice as far: nobody had asked for more",
                "It goes to all lengths that it was shown, and one more. At length 8 it was not"
                " full.",
                right=True,
            ),
            Option(
                "Hardly farther: eight letters are what sixteen units hold",
                "What they reverse after training says what they were shown, not what they can"
                " hold.",
            ),
            Option(
                "To any length: with longer strings it finds the rule",
                "It stops one letter after the longest that it was shown. Nothing in its training"
                " asks for a rule.",
            ),
        ],
    ),
}
