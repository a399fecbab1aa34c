"""The keys and quizzes of chapter 05, Blame."""

import numpy as np

from revlib import bptt, model
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz


def blame_on_biases(text):
    """Return the gradient of bo, one number a letter, for the post's network."""
    return bptt.gradients(model.post_net(), text).d.bo


def best_entry(row, column):
    """Return the value of an entry of Wo at which the loss of 'abc' is lowest.

    Its gradient grows with the entry, so the interval around its zero is halved until it is small.
    """
    net = model.post_net()
    low, high = -2.0, 2.0  # the slider's ends
    while high - low > 1e-9:
        middle = (low + high) / 2
        net.Wo[row, column] = middle
        if bptt.gradients(net, "abc").d.Wo[row, column] > 0:
            high = middle
        else:
            low = middle
    return low


def bent_net():
    """Return the post's network with the weight of chapter 01 that shuts unit 5."""
    net = model.post_net()
    net.Wh[1, 4] = -0.8
    return net


EXERCISES = {
    "5.1": Numbers("three numbers, p - y", lambda: [0.2, 0.5, -0.7]),
    "5.2": Numbers("two whole numbers", lambda: [1 + 19, np.floor(np.log2(1000))], tolerance=0),
    "5.3": Numbers("two numbers, the blame on S(1)", lambda: [0.5 * 0.3, 0.5 * 0.2]),
    "5.4": Numbers("three numbers, one for each letter", lambda: blame_on_biases("abc")),
    "5.5": Numbers("one number, the weight", lambda: best_entry(0, 2), tolerance=0.0125),
    "5.6": Explanation(),
    "5.7": Function(
        "a function from a string to the five numbers of the gradient of bh, for the bent network",
        lambda text: bptt.gradients(bent_net(), text).d.bh,
        ("a", "abc", "bacb"),
    ),
}

QUIZZES = {
    "5.grows": Quiz(
        "The blame sets out from the scores and goes back, state by state, to S(1). Where will it"
        " be largest?",
        [
            Option(
                "On the last state, beside the worst mistake",
                "There it sets out. But every step back multiplies it by Ws, which "
                "stretches it as it stretches states.",
            ),
            Option(
                "On the thought vector, through which all of it must pass",
                "All of it passes there, but the encoder goes on stretching it after that.",
            ),
            Option(
                "On S(1), the farthest from the mistake",
                "Every step back stretches it, and in the decoder every letter adds blame of "
                "its own.",
                right=True,
            ),
        ],
    ),
    "5.step": Quiz(
        "Which of the three steps adds most to the gradient of Ws[3, 2]?",
        [
            Option(
                "Step 1, where the blame is largest",
                "The blame is, but S(0) is zero: nothing came in, so nothing is added.",
            ),
            Option(
                "Step 3, where the state that came in is largest",
                "A step adds what came in times the blame where it went, and the states "
                "grew faster than the blame shrinks.",
                right=True,
            ),
            Option(
                "All three alike, since it is one and the same matrix",
                "One matrix with three jobs: each step has an input and a blame "
                "of its own, and they are added up.",
            ),
        ],
    ),
    "5.shut": Quiz(
        "Wh[b, 5] is so low that in 'abc' the letter b shuts unit 5, and the answer is wrong. Which"
        " way will the next step of gradient descent on 'abc' move Wh[b, 5]?",
        [
            Option(
                "Not at all",
                "What goes into a shut unit changes neither its state nor the loss: the gradient is"
                " zero.",
                right=True,
            ),
            Option(
                "Up, so that the unit opens again",
                "Nothing tells it to: below zero, a little more or less changes no state, and so no"
                " loss.",
            ),
            Option(
                "That depends on the blame on unit 5",
                "There is blame on the state, but whatever its size and sign, ReLU does not let "
                "it through.",
            ),
        ],
    ),
}
