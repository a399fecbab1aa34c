"""The keys and quizzes of chapter 06, Train."""

from functools import cache

import numpy as np

from revlib import model, starts, training
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Works


def first_cba(rate):
    """Return the update after which the post's network first answers 'abc' by 'cba'."""
    net = model.post_net()
    batch = training.Batch(net, ["abc"])
    moments = training.train(net, batch, training.Descent(rate), 500)
    return next(moment.step for moment in moments if net.run("abc").output == "cba")


def count_reversed(seed, n=5, rate=0.01, dtype=float):
    """Return how many strings of length 3 a network reverses after the panel's 300 updates."""
    rng = np.random.default_rng(seed)
    net = starts.initialize(model.Net(n=n), "identity", rng).astype(dtype)
    strings = net.alphabet.strings(3)
    batch = training.Batch(net, strings)
    for _ in training.train(net, batch, training.Adam(rate), 300, clip=1, every=300):
        pass
    return training.correct(net, strings).sum()


@cache  # it takes a second or two
def lowest_power():
    """Return the last of the panel's rates, down from 0.01, before a string is wrong."""
    powers = np.arange(-2, -4, -0.05)  # the slider's steps; the panel has float32
    first_wrong = next(
        k
        for k, power in enumerate(powers)
        if count_reversed(0, rate=10**power, dtype=np.float32) < 27
    )
    return powers[first_wrong - 1]


def two_units(values):
    """Return what two units learn from a seed; seed 0 is the chapter's own, and so will not do."""
    (seed,) = values
    if seed == 0:
        return "the 27 of 27 that the chapter has shown"
    return f"{count_reversed(int(seed), n=2)} of 27"


def adam_steps(gradients):
    """Return Adam's steps for one weight, each by how much the weight falls."""
    adam = training.Adam(0.01)
    weight = np.zeros(1)
    path = [weight[0]]
    for gradient in gradients:
        adam.update(weight, np.array([gradient]))
        path.append(weight[0])
    return -np.diff(path)


def count_strings(longest):
    """Return how many strings over 'abc' have 1 letter to `longest`."""
    return sum(3**length for length in range(1, longest + 1))


EXERCISES = {
    "6.1": Numbers("one number, the weight", lambda: 0.52, tolerance=1e-6),
    "6.2": Numbers("one number, the factor", lambda: 1 / 8, tolerance=1e-6),
    "6.3": Numbers("one whole number", lambda: count_strings(8), tolerance=0),
    "6.4": Numbers("one whole number", lambda: first_cba(0.02), tolerance=0),
    "6.5": Numbers("one number, the power of ten", lowest_power, tolerance=0.026),
    "6.6": Function(
        "a function from gradients to as many steps",
        adam_steps,
        ((2.0, 2.0, 2.0), (3.0, -3.0, 3.0, -3.0), (0.5, 4.0), (0.0, 2.0)),
    ),
    "6.7": Works("one whole number, a seed", 1, two_units, "27 of 27", whole=True),
    "6.8": Explanation(),
    "6.9": Explanation(),
}

QUIZZES = {
    "6.overshoot": Quiz(
        "Every update moves the weights against the gradient. Will the loss fall at every one?",
        [
            Option(
                "Yes: against the gradient is always downhill",
                "It is, but only nearby: the gradient is the slope at one point, and "
                "a step leaves that point.",
            ),
            Option(
                "Yes, until the loss is nearly 0",
                "How near to 0 it is plays no part: what counts is how far the slope holds good,"
                " and how long the step is.",
            ),
            Option(
                "No: a step may be too long for the slope",
                "The gradient is true only nearby; where the slope bends, a full step "
                "can end higher than it began.",
                right=True,
            ),
        ],
    ),
    "6.unseen": Quiz(
        "Trained on 20 of the 27 strings, the network gets all 20 right. How many of the other 7"
        " will it reverse?",
        [
            Option(
                "None: it has learned the 20 by heart",
                "Then it would have no use for what the strings share, but it has only one set of "
                "weights for all of them.",
            ),
            Option(
                "Some: it depends on the seed",
                "So few examples can be got right in many ways, and only some of them reverse the"
                " rest.",
                right=True,
            ),
            Option(
                "All: it has learned to reverse",
                "The 20 can be got right without having quite the rule, and nothing in training"
                " asks for more.",
            ),
        ],
    ),
    "6.nine": Quiz(
        "Eight trainings, all right on every string of length 1 to 8. How will the eight networks"
        " do on strings of length 9, which none of them has seen?",
        [
            Option(
                "It depends on the seed: anything from none to nearly all",
                "The training strings do not say what should happen at nine letters. To reverse"
                " and to stop after eight at the latest is as right on all of them as the rule is.",
                right=True,
            ),
            Option(
                "Most will be wrong in each, as they were one letter beyond length 4",
                "With so many strings some networks do find what holds a little longer; that it"
                " can happen does not mean that it must.",
            ),
            Option(
                "Nearly all will be right in each: 9,840 strings leave room for nothing but the"
                " rule",
                "They leave no room for a list of answers. But between the list and the rule there"
                " is a third thing: a rule that is right only at the lengths that were taught.",
            ),
        ],
    ),
}
