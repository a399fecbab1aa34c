"""The keys and quizzes of chapter 11, Other roads."""

import numpy as np

from revlib import mlp, starts, training
from revlib.alphabet import Alphabet
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Works

ALL_27 = Alphabet("abc").strings(3)


def count_right(net, answers):
    """Return to how many of the 27 strings a network gives the wanted answers, in words."""
    with np.errstate(all="ignore"):  # whatever numbers a reader gives
        right = training.correct(net, ALL_27, answers)
    return f"{right.sum()} of 27"


def reversed_without(row):
    """Return how many strings one matrix reverses, once one of its rows is zero."""
    net = mlp.MLP((9, 9), ())
    net.W[0][:9] = np.kron(np.eye(3)[::-1], np.eye(3))  # the places turned round, letters kept
    net.W[0][row] = 0
    return training.correct(net, ALL_27).sum()


def rotated_by(matrix):
    """Return for how many strings one matrix, 81 numbers, moves the first letter to the end."""
    net = mlp.MLP((9, 9), ())
    net.W[0][:9] = matrix.reshape(9, 9)
    return count_right(net, [text[1:] + text[0] for text in ALL_27])


def learned_by_one_unit(values):
    """Return how many strings an autoencoder of one unit brings back after training from a seed."""
    (seed,) = values
    net = mlp.MLP((9, 1, 9), ("linear",))
    starts.initialize(net, "gaussian", np.random.default_rng(int(seed)))
    batch = training.Batch(net, ALL_27, ALL_27)
    for _ in training.train(net, batch, training.Adam(0.03), 300, every=300):
        pass
    return count_right(net, ALL_27)


def gradient_of_last_bias(text):
    """Return the gradient of the last layer's bias in a new network that is to reverse a string."""
    net = mlp.MLP((9, 8, 9), ("relu",))
    starts.initialize(net, "gaussian", np.random.default_rng(0))
    _, gradient = training.Batch(net, [text]).gradient(net)
    return gradient[-9:]


def through_one_unit(values):
    """Return how many strings come back through one unit, with these weights into it.

    Its readout is given. Place 1 is read as a below 1 and as c above 4, place 2 as c below 2 and as
    a above 5, place 3 as a below 3 and as c above 6; in between, as b.
    """
    slopes = [[-1, 0, 1], [1, 0, -1], [-1, 0, 1]]  # of a, b and c, a row a place
    biases = [[1, 0, -4], [-5, 0, 2], [3, 0, -6]]
    net = mlp.MLP((9, 1, 9), ("linear",))
    net.W[0][:9, 0] = values
    net.W[1][0] = np.ravel(slopes)
    net.W[1][1] = np.ravel(biases)
    return count_right(net, ALL_27)


EXERCISES = {
    "11.1": Numbers("one whole number", lambda: 18 * 20 + 20 + 20 * 18 + 18, tolerance=0),
    "11.2": Numbers(
        "two whole numbers: without the row of b, and without that of a",
        lambda: [reversed_without(4), reversed_without(3)],
        tolerance=0,
    ),
    "11.3": Numbers("one whole number", lambda: (108 - 18) // (18 + 1 + 18), tolerance=0),
    "11.4": Works("81 numbers, 9 × 9", 81, rotated_by, "27 of 27"),
    "11.5": Numbers("one whole number", lambda: mlp.most_strings(2, 4, 2), tolerance=0),
    "11.6": Works("one whole number, a seed", 1, learned_by_one_unit, "7 of 27", whole=True),
    "11.7": Explanation(),
    "11.8": Function(
        "a function from a string of three letters to nine numbers",
        gradient_of_last_bias,
        ("abc", "cab", "bbb"),
    ),
    "11.9": Works("nine numbers, three a place", 9, through_one_unit, "7 of 27"),
}

QUIZZES = {
    "11.place": Quiz(
        "The MLP learns the 162 strings of length 5 that do not begin with c. How many of the 81"
        " that do will it reverse?",
        [
            Option(
                "Nearly all: it has met c at all the other places",
                "Each place is read by weights of its own. Those of place 1 have never met a c.",
            ),
            Option(
                "About a third: it has one letter of three to guess",
                "It does not guess. That a c should be said last was never right, and it "
                "has learned so.",
            ),
            Option(
                "None",
                "The weights for c at place 1 never moved, and the score for c as the last letter"
                " has only been pushed down.",
                right=True,
            ),
        ],
    ),
    "11.random": Quiz(
        "Seven of the 27 strings, drawn at random, are held back. How many of them will the MLP"
        " without a hidden layer reverse?",
        [
            Option(
                "None again",
                "What was missing was a letter at a place. Here each letter has been seen at each"
                " place.",
            ),
            Option(
                "All seven",
                "Each letter to say depends on one place only, and each letter has been seen at"
                " each place: nothing is new to it.",
                right=True,
            ),
            Option(
                "3 to 6 of them, like chapter 06's feedback network",
                "That network takes all letters through one state. Here each place has a way of "
                "its own.",
            ),
        ],
    ),
    "11.units": Quiz(
        "Three units bring all 27 strings back. With how few would a linear readout still do it?",
        [
            Option(
                "Three: fewer are not enough",
                "With fewer, the cuts of three places leave too few pieces for so many answers.",
                right=True,
            ),
            Option(
                "Two: a plane has room for 27 points",
                "It has. But straight cuts do not part it into so many pieces.",
            ),
            Option(
                "One: a number can be 27 different things",
                "It can. But the highest of three straight lines changes too seldom to read them"
                " off.",
            ),
        ],
    ),
}
