"""The keys and quizzes of chapter 03, Decode."""

import numpy as np

from revlib import model, post
from revlib.alphabet import Alphabet
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Word, Works


def with_biases(bo):
    """Return the post's network with biases of its scores."""
    net = model.post_net()
    net.bo = bo
    return net


def ender(bias):
    """Return the post's network with an END whose score is the sum of the units, plus `bias`.

    So END wins once that sum is large.
    """
    old = model.post_net()
    net = model.Net(Alphabet("abc", end=True))
    net.enc.W[:] = old.enc.W
    net.dec.W[:] = old.dec.W
    net.Wo[:, :3] = old.Wo
    net.Wo[:, 3] = 1
    net.bo[3] = bias
    return net


def count_parameters():
    """Return the parameters of encoder and decoder, 26 letters and 12 units, and of the scores."""
    layer = 26 * 12 + 12 * 12 + 12
    return layer + layer + 12 * 27 + 27


def lowest_weight_for_b():
    """Return the weight from unit 4 to b, in hundredths, from which on b comes before c."""
    dec = model.post_net().run("abc").dec
    lead = dec.Z[0, 2] - dec.Z[0, 1]
    weight = post.Wo[3, 1] + lead / dec.S[1, 3]
    return np.ceil(100 * weight) / 100


EXERCISES = {
    "3.1": Numbers("three scores", lambda: model.post_net().run("c").dec.Z),
    "3.2": Numbers("one whole number", count_parameters, tolerance=0),
    "3.3": Word(
        "three letters in one string",
        lambda: [[with_biases([0, 0.1, 0]).decode(np.zeros(5), 3).output]],
    ),
    "3.4": Numbers("one number, the weight", lowest_weight_for_b, tolerance=0.002),
    "3.5": Works(
        "one number, the bias of END", 1, lambda bias: ender(bias[0]).run("abc").output, "c"
    ),
    "3.6": Works(
        "three numbers, one a letter", 3, lambda bo: with_biases(bo).run("abc").output, "aaa"
    ),
    "3.7": Function(
        "a function from a string to a number of letters",
        lambda text: len(ender(-75).run(text, steps=3).output),
        ("abc", "a", "bbb", "bbac", "abb"),
    ),
    "3.8": Explanation(),
}

QUIZZES = {
    "3.end": Quiz(
        "How many weights does END add to the 108 of this network?",
        [
            Option(
                "5: a column of Wo",
                "The five lead from the units to the score of END. But each score has a bias, too.",
            ),
            Option(
                "11: a column of Wo, a bias and a row of dec.Wh",
                "A row of dec.Wh is for what is fed back. Nothing comes after END, so it never is.",
            ),
            Option(
                "6: a column of Wo and a bias",
                "That is what it takes to score END, and it is never fed back, so nothing more is"
                " needed.",
                right=True,
            ),
        ],
    ),
    "3.letters": Quiz(
        "Take any thought vector, no unit below 0 and not all of them 0. Which letters can come"
        " first?",
        [
            Option(
                "Any: each letter has units that speak for it",
                "Every unit raises all three scores, and each of the five raises that of c the"
                " most.",
            ),
            Option(
                "Only c",
                "Each of the five units raises the score of c more than the two others, so every"
                " mix of them does.",
                right=True,
            ),
            Option(
                "b or c, but never a",
                "In some units b comes close behind c, but in none of them does it come first.",
            ),
        ],
    ),
}
