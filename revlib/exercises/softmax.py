"""The keys and quizzes of chapter 04, Choose."""

import numpy as np

from revlib import activations, model
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz


def first_scores():
    """Return the scores of the first letter that the post's network says to 'abc'."""
    return model.post_net().run("abc").dec.Z[0]


def temperature_for(probability):
    """Return the temperature at which the best first letter has that probability.

    Its probability falls as the temperature rises, so the interval is halved until it is small.
    """
    low, high = 1.0, 10.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        if activations.softmax(first_scores(), middle).max() > probability:
            low = middle
        else:
            high = middle
    return low


def first_blame():
    """Return p - y of the first letter, were 'b' the right one."""
    return activations.softmax(first_scores()) - np.array([0, 1, 0])


def mean_loss(text, answer):
    """Return the mean loss of an answer's letters, in nats, when they are fed back."""
    net = model.post_net()
    right = net.alphabet.indices(answer)
    scores = net.run(text, given=right).dec.Z
    return -np.mean([activations.log_softmax(z)[k] for z, k in zip(scores, right)])


EXERCISES = {
    "4.1": Numbers("three probabilities", lambda: activations.softmax(np.array([2.0, 1.0, 0.0]))),
    "4.2": Numbers("one number, the temperature", lambda: temperature_for(0.5), tolerance=0.051),
    "4.3": Numbers("three numbers, p - y", first_blame),
    "4.4": Numbers(
        "two probabilities, of greedy decoding's string and of the best",
        lambda: [0.6 * 0.55, 0.4 * 0.9],
    ),
    "4.5": Function(
        "a function from scores to log-probabilities that never overflows",
        activations.log_softmax,
        ((1.0, 2.0, 3.0), (1000.0, 0.0, -1000.0), (-5000.0, -5001.0)),
    ),
    "4.6": Numbers("one number, in nats", lambda: mean_loss("abc", "ccc"), tolerance=0.002),
    "4.7": Explanation(),
}

QUIZZES = {
    "4.shift": Quiz(
        "All three scores grow by the same amount. What becomes of the probabilities?",
        [
            Option(
                "The largest of them comes closer to 1",
                "That takes larger differences between the scores, and all of them stay "
                "as they were.",
            ),
            Option(
                "They stay exactly as they are",
                "Each power of e grows by the same factor, and so does their total. The division"
                " takes that factor out again.",
                right=True,
            ),
            Option(
                "They come closer together, as the scores do in proportion",
                "Proportions of scores do not count. Softmax raises e to each score, and the ratio"
                " of two such powers depends on the difference of the scores alone.",
            ),
        ],
    ),
    "4.greedy": Quiz(
        "Greedy decoding takes the most likely letter at every step. Is its answer always the most"
        " likely string?",
        [
            Option(
                "Yes: a product is largest when each of its factors is",
                "It would be, if the factors were independent. But each "
                "letter changes the state, and with it all factors that follow.",
            ),
            Option(
                "Yes, unless two letters are equally likely",
                "No tie is needed: a slightly worse letter can lead to a much better rest.",
            ),
            Option(
                "No: it never looks ahead",
                "A likely letter may lead to a state in which nothing is likely, and greedy"
                " decoding has then no way back.",
                right=True,
            ),
        ],
    ),
    "4.sure": Quiz(
        "What will the letters of 'cba' cost on average, beside the 1.10 of a guess?",
        [
            Option(
                "Far more",
                "The surer the network was that a letter is wrong, the more that letter costs. The"
                " last alone costs 18.32 nats.",
                right=True,
            ),
            Option(
                "About as much",
                "One letter of three right is what guessing gets too, but the loss also counts how"
                " sure the network was of the two that are wrong.",
            ),
            Option(
                "Less, since the network has at least read the string",
                "Reading helps only if what follows from it is right. To be sure of a wrong"
                " letter costs more than to have no opinion.",
            ),
        ],
    ),
}
