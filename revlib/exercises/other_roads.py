"""The keys and quizzes of chapter 11, Other roads."""

import numpy as np

from revlib import mlp, starts, training
from revlib.alphabet import Alphabet
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Works


def _come_out(net, wanted):
    with np.errstate(all="ignore"):  # whatever numbers a reader gives
        return f"{sum(map(str.__eq__, net.run(_ALL_27).outputs, wanted))} of 27"


def _through_one_unit(values):
    net = mlp.MLP((9, 1, 9), ("linear",))
    net.W[0][:9, 0] = values
    net.W[1][:] = [
        [
            -1,
            0,
            1,
            1,
            0,
            -1,
            -1,
            0,
            1,
        ],  # place 1: a below 1, c above 4; place 2: c below 2, a above 5;
        [1, 0, -4, -5, 0, 2, 3, 0, -6],
    ]  # place 3: a below 3, c above 6
    return _come_out(net, _ALL_27)


def _rotated_by(matrix):
    net = mlp.MLP((9, 9), ())
    net.W[0][:9] = matrix.reshape(9, 9)
    return _come_out(net, [s[1:] + s[0] for s in _ALL_27])


def _last_bias(text):
    net = starts.initialize(mlp.MLP((9, 8, 9), ("relu",)), "gaussian", np.random.default_rng(0))
    return training.Batch(net, [text], [text[::-1]]).gradient(net)[1][-9:]


def _flips_without(row):
    net = mlp.MLP((9, 9), ())
    net.W[0][:9] = np.kron(np.eye(3)[::-1], np.eye(3))
    net.W[0][row] = 0
    return sum(said == s[::-1] for said, s in zip(net.run(_ALL_27).outputs, _ALL_27))


def _one_unit(seed):
    net = starts.initialize(
        mlp.MLP((9, 1, 9), ("linear",)), "gaussian", np.random.default_rng(int(seed[0]))
    )
    for _ in training.train(
        net, training.Batch(net, _ALL_27, _ALL_27), training.Adam(0.03), 300, every=300
    ):
        pass
    return _come_out(net, _ALL_27)


_ALL_27 = Alphabet("abc").strings(3)


EXERCISES = {
    "11.1": Numbers("one whole number", lambda: 18 * 20 + 20 + 20 * 18 + 18, 0),
    "11.2": Numbers(
        "two whole numbers: without the row of b, and without that of a",
        lambda: [_flips_without(4), _flips_without(3)],
        0,
    ),
    "11.3": Numbers("one whole number", lambda: (108 - 18) // (18 + 1 + 18), 0),
    "11.4": Works("81 numbers, 9 × 9", 81, _rotated_by, "27 of 27"),
    "11.5": Numbers("one whole number", lambda: mlp.most_strings(2, 4, 2), 0),
    "11.6": Works("one whole number, a seed", 1, _one_unit, "7 of 27", whole=True),
    "11.7": Explanation(),
    "11.8": Function(
        "a function from a string of three letters to nine numbers",
        _last_bias,
        ("abc", "cab", "bbb"),
    ),
    "11.9": Works("nine numbers, three a place", 9, _through_one_unit, "7 of 27"),
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
        " reverse?",
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
                "2 to 6 of them, like the feedback network",
                "That network takes all letters through one state. Here each place has a way of "
                "its own.",
            ),
        ],
    ),
    "11.units": Quiz(
        "Three units bring all 27 strings back. With how few would a straight reader still do it?",
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
