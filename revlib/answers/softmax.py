"""Aside: the answers and quizzes of chapter 04, Choose."""
import numpy as np

from revlib import model, post
from revlib.judge import Numbers, Function, Quiz


def _first_scores():
    return post.PRINTED_DEC_S[0] @ post.Wo


def _temperature_for(probability):
    low, high = 1.0, 10.0    # the probability of the best letter falls as the temperature rises: bisection
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if model.softmax(_first_scores(), middle).max() > probability else (low, middle)
    return low


def _loss(text, answer):
    net = model.post_net()
    run = model.run(net, text, given=net.alphabet.indices(answer))
    return -np.mean([model.log_softmax(z)[k] for z, k in zip(run.dec.Z, net.alphabet.indices(answer))])


EXERCISES = {
    "4.1": Numbers("three probabilities", lambda: model.softmax(np.array([2.0, 1.0, 0.0]))),
    "4.2": Numbers("one number, the temperature", lambda: _temperature_for(0.5), 0.051),
    "4.3": Numbers("three numbers, p - y", lambda: model.softmax(_first_scores()) - np.eye(3)[1]),
    "4.4": Function("a function from scores to log-probabilities that never overflows", model.log_softmax,
                    ((1.0, 2.0, 3.0), (1000.0, 0.0, -1000.0), (-5000.0, -5001.0))),
    "4.5": Numbers("one number, in nats", lambda: _loss("abc", "ccc"), 0.002),
}

QUIZZES = {
}
