"""The keys and quizzes of chapter 08, Stack."""

import numpy as np

from revlib import handmade, training
from revlib.alphabet import Alphabet
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Word, Works


def count_letters(number):
    """Return how many letters a number holds: its digits in base 4, until nothing is left."""
    count = 0
    while number:
        number = 4 * number % 1
        count += 1
    return count


def first_wrong_length(base):
    """Return the length at which letters 'a' first come back wrong from float32, in a base."""
    return handmade.capacity(base, np.float32) + 1


def first_failure():
    """Return the first string of four letters out of seven that float16 does not give back."""
    net = handmade.build_stack("abcdefg", 8, 4, np.float16)
    return next(text for text in net.alphabet.strings(4) if net.run(text).output != text[::-1])


def reads_with(bo):
    """Return how many strings a stack over 'ab' in base 3 reverses, with biases of its scores."""
    net = handmade.build_stack("ab", 3, 6)
    net.Wo[0] = 0, 3, -1  # the slopes of a, b and END
    net.bo = bo
    strings = [text for length in range(1, 7) for text in Alphabet("ab").strings(length)]
    return f"{training.correct(net, strings).sum()} of {len(strings)}"


EXERCISES = {
    "8.1": Numbers("one number", lambda: 39 / 64),
    "8.2": Word("one string", lambda: [["bbac"]]),
    "8.3": Numbers("two whole numbers: over abc, over 26 letters", lambda: [32, 12], tolerance=0),
    "8.4": Function(
        "a function from a number to how many letters it holds",
        count_letters,
        (0.609375, 0.25, 0.984375, 0.0),
    ),
    "8.5": Numbers(
        "four numbers: the units of the thought vector, and those of _S(2)",
        lambda: [0.625, 0.75, 0.5, 1],
    ),
    "8.6": Numbers(
        "three whole numbers: in base 4, in base 8, in base 16",
        lambda: [first_wrong_length(base) for base in (4, 8, 16)],
        tolerance=0,
    ),
    "8.7": Explanation(),
    "8.8": Word("one string of four letters", lambda: [[first_failure()]]),
    "8.9": Works("three biases: of a, b and END", 3, reads_with, "126 of 126"),
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
        "In base 5 the gap stays open, however long the string. Does one unit hold longer"
        " strings in base 5 than in base 4?",
        [
            Option(
                "Shorter ones",
                "A letter takes 2.32 bits in place of 2, so the bits run out sooner, whatever the"
                " gap.",
                right=True,
            ),
            Option(
                "Longer ones",
                "The gap is about reading a number, and a number must be held before it can be"
                " read: there bits count, not gaps.",
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
