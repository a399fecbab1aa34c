"""The keys and quizzes of chapter 06, Train."""

import numpy as np

from revlib import model, starts, training
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Works


def _first_cba(rate):
    net = starts.initialize(model.Net(), "post")
    for moment in training.train(net, training.Batch(net, ["abc"]), training.Descent(rate), 500):
        if net.run("abc").output == "cba":
            return moment.step


def _reversed(seed, n=5, rate=0.01, dtype=float):
    net = starts.initialize(model.Net(n=n), "identity", np.random.default_rng(seed)).astype(dtype)
    strings = net.alphabet.strings(3)
    for _ in training.train(
        net, training.Batch(net, strings), training.Adam(rate), 300, clip=1, every=300
    ):
        pass
    return training.correct(net, strings).sum()


def _lowest_power():
    """Of the panel's rates, down from 0.01 in the slider's steps: the last before a string is
    wrong. The panel has float32."""
    powers = np.arange(-2, -4, -0.05)
    return powers[
        next(
            k
            for k, power in enumerate(powers)
            if _reversed(0, rate=10**power, dtype=np.float32) < 27
        )
        - 1
    ]


def _two_units(seed):
    return (
        "the 27 of 27 that the chapter has shown"
        if seed == 0
        else f"{_reversed(int(seed), n=2)} of 27"
    )


def _adam(gradients):
    adam, theta, steps = training.Adam(0.01), np.zeros(1), []
    for gradient in gradients:
        before = theta.copy()
        adam.update(theta, np.array([gradient]))
        steps += (before - theta).tolist()
    return steps


EXERCISES = {
    "6.1": Numbers("one number, the weight", lambda: 0.52, 1e-6),
    "6.2": Numbers("one number, the factor", lambda: 1 / 8, 1e-6),
    "6.3": Numbers("one whole number", lambda: sum(3**length for length in range(1, 9)), 0),
    "6.4": Numbers("one whole number", lambda: _first_cba(0.02), 0),
    "6.5": Numbers("one number, the power of ten", _lowest_power, 0.026),
    "6.6": Function(
        "a function from gradients to as many steps",
        _adam,
        ((2.0, 2.0, 2.0), (3.0, -3.0, 3.0, -3.0), (0.5, 4.0)),
    ),
    "6.7": Works(
        "one whole number, a seed", 1, lambda seed: _two_units(seed[0]), "27 of 27", whole=True
    ),
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
        "This network is right on every string of length 1 to 8. How will it do on strings of"
        " length 9, which it has never seen?",
        [
            Option(
                "Nearly all will be right",
                "So many strings left it hardly another way than the rule, and the rule holds a"
                " little further than it was taught.",
                right=True,
            ),
            Option(
                "Most will be wrong, as they were one letter beyond length 4",
                "That network had learned 120 strings; this one had to "
                "get 9,840 right, which only the rule can do.",
            ),
            Option(
                "All will be right: a rule knows no length",
                "The rule knows none, but the states do: each letter more must fit into the "
                "same five units.",
            ),
        ],
    ),
}
