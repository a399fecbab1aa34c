"""The keys and quizzes of chapter 09, Look."""

import numpy as np

from revlib import activations, decoders, handmade
from revlib.alphabet import Alphabet
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Word, Works


def count_parameters(style):
    """Return the parameters of a network in a style: eight units, ten digits and END."""
    return decoders.EncoderDecoder(style, Alphabet("0123456789", end=True), 8).theta.size


def look(state):
    """Return the mixture M of three encoder states that a decoder state looks at."""
    states = np.array([[1, 0], [0, 1], [1, 1]])
    alpha = activations.softmax(states @ state)
    return alpha @ states


def first_look(text):
    """Return α(1) of attention by hand, if its decoder counts T - t and not T + ½ - t."""
    net = handmade.build_pointer(12)
    net.dec.Ws[0, 1] = 0
    return net.run(text).alpha[0]


def every_second(values):
    """Return for how many strings attention by hand says every second letter, from the last on.

    The values are the weight from the decoder's unit 1 to its unit 2, and the bias of unit 2.
    """
    net = handmade.build_pointer(12)
    net.dec.Ws[0, 1], net.dec.bh[1] = values
    right = []
    for length in range(1, 6):
        strings = net.alphabet.strings(length)
        with np.errstate(all="ignore"):  # what is infinite is only wrong
            answers = net.run(strings).outputs
        right += [answer == text[::-2] for answer, text in zip(answers, strings)]
    return f"{right.count(True)} of {len(right)}"


EXERCISES = {
    "9.1": Numbers(
        "four whole numbers: plain, feedback, peek, attention",
        lambda: [count_parameters(style) for style in decoders.STYLES],
        tolerance=0,
    ),
    "9.2": Numbers(
        "three numbers, one a letter",
        lambda: activations.softmax(np.array([0, np.log(2), np.log(2)])),
    ),
    "9.3": Function(
        "a function from a decoder state to the two numbers of its mixture",
        look,
        ([0, 0], [1, -2], [3, 0.5]),
    ),
    "9.4": Numbers("three numbers, one a letter", lambda: first_look("abc")),
    "9.5": Numbers("three numbers, one a dot product", lambda: [0.24, 0.08, -0.32]),
    "9.6": Explanation(),
    # of a trained network; tests/test_exercises.py finds them once more
    "9.7": Word("two strings of two letters", lambda: [["ba", "ca"]]),
    "9.8": Works("two numbers", 2, every_second, "363 of 363"),
}

QUIZZES = {
    "9.best": Quiz(
        "Each style is trained at its own best rate and start, with ten seeds. Which of feedback,"
        " peek and attention reverses more strings of length 9 than the other two, by more than the"
        " luck of the seeds?",
        [
            Option(
                "Attention, which alone sees every state of the encoder",
                "To be shown every state is not yet to use them. And for strings of eight letters"
                " the thought vector is wide enough.",
            ),
            Option(
                "Peek, which has the thought vector before it at every step",
                "It need not carry it from step to step, and blame has a shorter way back. But"
                " what sets it apart from feedback is within the luck of the seeds.",
            ),
            Option(
                "Feedback, which has the fewest parameters of the three",
                "Its best runs go far, and its worst get stuck: no style has a wider spread.",
            ),
            Option(
                "None of them",
                "The runs of one style differ more than the styles do. Only plain, which is fed"
                " nothing, is behind by more than luck.",
                right=True,
            ),
        ],
    ),
    "9.looks": Quiz(
        "Ten networks with attention were trained. In which of them does the anti-diagonal, the"
        " letter that comes next in the reversal, get more than half of the weight?",
        [
            Option(
                "In all ten: nothing else reverses a string",
                "Nine do something else: the thought vector is still there to be read, and so is"
                " feedback.",
            ),
            Option(
                "In those that reverse 99 in 100 strings of length 8, and in no other",
                "Four do, and only one of the four looks back along the string. Others of them keep"
                " to the last letter.",
            ),
            Option(
                "In one of them",
                "Seed 5 looks back. Most of the others give nearly all the weight to the last"
                " letter.",
                right=True,
            ),
            Option(
                "In none: without positions no dot product can tell places apart",
                "The states carry what has been read so far, so they may also carry a place. One"
                " network found that out, in part.",
            ),
        ],
    ),
    "9.far": Quiz(
        "Chapter 08's unit was full after twenty-six letters. What does attention by hand do with a"
        " thousand, given the height for them?",
        [
            Option(
                "It reverses them",
                "No state holds more than one letter and a place: what grows with the string is the"
                " number of states.",
                right=True,
            ),
            Option(
                "It loses the letters read first",
                "It would if one state had to hold them all. Here the first letter has a state of"
                " its own, and it is kept.",
            ),
            Option(
                "It confuses neighbours, for they hardly differ",
                "The right place wins by 8 over both its neighbours, however many others there"
                " are.",
            ),
        ],
    ),
}
