"""The keys and quizzes of chapter 13, Translate."""

import numpy as np

from revlib import activations, decoders, numerals, padded, starts, translation
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Works


def count_parameters(style):
    """Return the parameters of a network from English to German, 64 tanh units."""
    return translation.network("de", style).theta.size


def learned_weights():
    """Return the weights of three encoder states, their score learned."""
    states = np.array([[1, 0], [0, 1], [1, 1]])
    Wa = np.array([[0, 1], [1, 1]])
    return activations.softmax(states @ (np.array([0, np.log(2)]) @ Wa))


def padded_places(lengths):
    """Return where texts of these lengths are padded, (B, T) bool array."""
    T = max(lengths)
    return np.arange(T) < T - np.array(lengths)[:, None]


def moved_rows(text, answer):
    """Return how many rows of Wh and of dec.Wh a training text has a gradient for."""
    net = translation.network("de", "feedback", 8)
    starts.initialize(net, "identity", np.random.default_rng(0))
    _, theta = padded.Texts(net, [text], [answer]).batch().gradient(net)
    d = net.like(theta)
    return [np.count_nonzero(dWh.any(axis=1)) for dWh in (d.enc.Wh, d.dec.Wh)]


def gradient_of_Wa(step):
    """Return the gradient of Wa, (n, n), for the state and the blame on the query of one step."""
    s, blame = step
    return np.outer(s, blame)


def right_below_twenty():
    """Return the numbers below 20 that German attention, taught 400 numbers, gets right."""
    net = translation.trained("de", "attention", 400)
    return [
        k
        for k in range(1, 20)
        if translation.translate(net, numerals.english(k)).output == numerals.words(k, "de")
    ]


def look_with(values):
    """Return at which letters attention looks with a Wa of nine numbers, in words.

    The states are one-hot: S(i) has its 1 in unit i, and _S(t) in unit t.
    """
    states = np.eye(3)
    with np.errstate(all="ignore"):  # what is infinite looks nowhere
        alpha, _ = decoders.attend(np.eye(3) @ values.reshape(3, 3), np.stack([states] * 3, axis=1))
    places = [", ".join(map(str, np.flatnonzero(row > 0.95) + 1)) or "none" for row in alpha]
    return "letter " + ", then ".join(places)


EXERCISES = {
    "13.1": Numbers(
        "two whole numbers: feedback, attention",
        lambda: [count_parameters(style) for style in padded.STYLES],
        tolerance=0,
    ),
    "13.2": Numbers("three numbers, one a word", learned_weights),
    "13.3": Function(
        "a function from a list of B lengths to B rows of T truth values",
        padded_places,
        ([2, 4, 1], [3], [1, 1, 5, 2]),
    ),
    "13.4": Numbers(
        "two whole numbers: rows of Wh, rows of dec.Wh",
        lambda: moved_rows("five thousand five hundred and five", "fünf tausend fünf hundert fünf"),
        tolerance=0,
    ),
    "13.5": Explanation(),
    "13.6": Function(
        "a function from two rows of n numbers, s and the blame on s·Wa, to n rows of n",
        gradient_of_Wa,
        (([1.0, -2.0], [0.5, 3.0]), ([0.0, 1.5, -0.25], [2.0, -1.0, 4.0]), ([0.5], [-0.5])),
    ),
    # of a trained network; tests/test_exercises.py finds it once more
    "13.7": Numbers("one whole number", right_below_twenty, tolerance=0),
    "13.8": Works("nine numbers", 9, look_with, "letter 3, then 2, then 1"),
    "13.9": Explanation(),
}

QUIZZES = {
    "13.crossing": Quiz(
        "'twenty five' is 'fünf und zwanzig': the first word said answers to the last one read. A"
        " network without attention is about to say 'fünf'. What must its one vector hold?",
        [
            Option(
                "'five': it is what must be said now",
                "Then 'zwanzig' could never follow. Nothing more is read, and what is fed back is"
                " only what was said.",
            ),
            Option(
                "'twenty': the word read last need not be remembered",
                "The word read last is in the vector too, or it is nowhere: the decoder sees no"
                " word.",
            ),
            Option(
                "Both words: one is due now, and one in two steps",
                "Whatever has still to be said must be in it, as long as it has not been said.",
                right=True,
            ),
        ],
    ),
    "13.taught": Quiz(
        "Attention was taught 400 of the 9,999 numbers. How many of the others does it get right"
        " in German?",
        [
            Option(
                "More than nine in ten",
                "It was not taught numbers but words and their places, and most of these come"
                " again and again in the numbers taught.",
                right=True,
            ),
            Option(
                "About half of them",
                "That is what one expects if it had to meet every pair of words once. But what it"
                " says for the hundreds hardly depends on the tens.",
            ),
            Option(
                "Hardly any: it never met them",
                "It never met these numbers. But it met their words, and at the same places.",
            ),
        ],
    ),
    "13.beyond": Quiz(
        "Networks were taught every number below a thousand, and 'one thousand' to 'nine thousand'."
        " They get all of them right. How many of the numbers above do they get right, such as"
        " 'three thousand two hundred and seven'?",
        [
            Option(
                "Most: they know both parts, and have only to say one after the other",
                "You would. But in no text taught did anything follow a 'thousand', and the state"
                " in which one begins the second part was never met.",
            ),
            Option(
                "Next to none, with attention or without",
                "A text taught ended where its 'thousand' stood. What a network learns is which"
                " words come at which places, and the loss asked for no more.",
                right=True,
            ),
            Option(
                "With attention most, without it next to none",
                "Attention compares states, and the states after a 'thousand' are none that it was"
                " taught to compare.",
            ),
        ],
    ),
    "13.word": Quiz(
        "One word in, one word out: a network was taught the German of twenty-one words of numbers,"
        " until it got every one of them right. How many of the other six does it get right?",
        [
            Option(
                "Most: the words of numbers are alike in English and German",
                "To a reader of letters, some are. To the network a word is a place in a one-hot"
                " row, and all of them are equally far apart.",
            ),
            Option(
                "About half of them, by what the words have in common",
                "A one-hot row has nothing in common with another: the row of Wh that a new word"
                " picks has never been trained.",
            ),
            Option(
                "None of them",
                "Nothing in 'seven' says 'sieben'. What is made of known parts can be put together;"
                " a part that was never met can only be guessed.",
                right=True,
            ),
        ],
    ),
}
