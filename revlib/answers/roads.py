"""Aside: the answers and quizzes of chapter 11, Other roads."""
import numpy as np

from revlib import roads
from revlib.alphabet import Alphabet
from revlib.judge import Numbers, Function, Works, Quiz


def _come_out(net, wanted):
    with np.errstate(all="ignore"):    # whatever numbers a reader gives
        return f"{sum(map(str.__eq__, net.answers(_ALL_27), wanted))} of 27"


def _through_one_unit(values):
    net = roads.MLP((9, 1, 9), ("linear",))
    net.W[0][:9, 0] = values
    net.W[1][:] = [[-1, 0, 1, 1, 0, -1, -1, 0, 1],     # place 1: a below 1, c above 4; place 2: c below 2, a above 5;
                   [1, 0, -4, -5, 0, 2, 3, 0, -6]]     # place 3: a below 3, c above 6
    return _come_out(net, _ALL_27)


def _rotated_by(matrix):
    net = roads.MLP((9, 9), ())
    net.W[0][:9] = matrix.reshape(9, 9)
    return _come_out(net, [s[1:] + s[0] for s in _ALL_27])


def _last_bias(text):
    net = roads.initial((9, 8, 9), ("relu",), np.random.default_rng(0))
    return roads.Pairs(net, [text], [text[::-1]]).gradient(net)[1][-9:]


_ALL_27 = Alphabet("abc").strings(3)


EXERCISES = {
    "11.1": Numbers("one whole number", lambda: 18 * 20 + 20 + 20 * 18 + 18, 0),
    "11.2": Numbers("one whole number", lambda: (108 - 18) // (18 + 1 + 18), 0),
    "11.3": Numbers("one whole number", lambda: roads.most(2, 4, 2), 0),
    "11.4": Works("nine numbers, three a place", 9, _through_one_unit, "7 of 27"),
    "11.5": Works("81 numbers, 9 × 9", 81, _rotated_by, "27 of 27"),
    "11.6": Function("a function from a string of three letters to nine numbers", _last_bias, ("abc", "cab", "bbb")),
}

QUIZZES = {
}
