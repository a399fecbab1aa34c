"""Aside: checks a reader's answers. One line of feedback, and never the answer itself."""
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np

from revlib import bptt, gates, model, post, roads, stack, styles, training
from revlib.alphabet import Alphabet


@dataclass(frozen=True)
class Numbers:
    """An answer of one or more numbers, in any shape and type, right to two decimals unless said otherwise."""
    expected: str
    key: Callable[[], Any]
    tolerance: float = 0.0055

    def judge(self, answer):
        key = np.ravel(self.key())
        try:
            found = np.real_if_close(answer)
            if np.iscomplexobj(found):
                raise TypeError
            found = found.astype(float).ravel()
        except (TypeError, ValueError, OverflowError):
            return f"found a value of type {type(answer).__name__}"
        if len(found) != len(key):
            return f"found {len(found)} number{'s' * (len(found) != 1)}"
        near = np.abs(found - key) <= self.tolerance
        if near.all():
            return None
        return f"found {found[0]:g}" if len(key) == 1 else f"{near.sum()} of the {len(key)} numbers found are right"


@dataclass(frozen=True)
class Word:
    """An answer of one or more strings, in any order; `key` gives all that are right."""
    expected: str
    key: Callable[[], Any]

    def judge(self, answer):
        found = [answer] if isinstance(answer, str) else answer
        if not isinstance(found, (list, tuple, set)) or not all(isinstance(word, str) for word in found):
            return f"found a value of type {type(answer).__name__}"
        return None if sorted(found) in map(sorted, self.key()) else f"found {_short(answer)}"


@dataclass(frozen=True)
class Function:
    """A function of the reader's, called on several arguments and compared with ours."""
    expected: str
    key: Callable[..., Any]
    arguments: tuple

    def judge(self, answer):
        if not callable(answer):
            return f"found a value of type {type(answer).__name__}"
        for argument in self.arguments:
            try:
                found = answer(argument)
            except Exception as error:    # whatever the reader's code raises is part of the answer
                return f"for {argument!r} it raised {type(error).__name__}: {_short(error)}"
            trouble = Numbers("", lambda: self.key(argument), 1e-9).judge(found)
            if trouble:
                return f"for {argument!r} {trouble}"
        return None


@dataclass(frozen=True)
class Works:
    """An answer that is right if the network does what was asked with it: there are many."""
    expected: str
    size: int
    outcome: Callable[[np.ndarray], str]
    wanted: str

    def judge(self, answer):
        trouble = Numbers("", lambda: np.zeros(self.size), np.inf).judge(answer)
        if trouble:
            return trouble
        try:
            said = self.outcome(np.asarray(answer, dtype=float).ravel())
        except (FloatingPointError, ValueError, OverflowError) as error:    # a seed that is none, weights too large
            return f"with it {_short(error)}"
        return None if said == self.wanted else f"with it the network says {said!r}"


def _short(what):
    """The first line of what a message quotes, cut to a readable length."""
    line = (str(what).splitlines() or [""])[0]
    return line if len(line) <= 80 else line[:80] + "…"


def _state(text):
    return model.run(model.post_net(), text).thought


def _says_with_bias(bo):
    net = model.post_net()
    net.bo[:] = bo
    return model.run(net, "abc").output


def ender(bias):
    """The post's network with an END that wins once the units' sum is large: its score is that sum plus `bias`."""
    old, net = model.post_net(), model.Net(Alphabet("abc", end=True))
    net.enc.W[:], net.dec.W[:], net.Wo[:, :3] = old.enc.W, old.dec.W, old.Wo
    net.Wo[:, 3], net.bo[3] = 1, bias
    return net


def _closest(length):
    net = model.post_net()
    strings = net.alphabet.strings(length)
    thoughts = model.run(net, strings, steps=0).thought
    gaps = np.linalg.norm(thoughts[:, None] - thoughts, axis=-1) + np.diag([np.inf] * len(strings))
    return [[strings[i], strings[j]] for i, j in np.argwhere(gaps < gaps.min() + 1e-9)]


def _largest_eigenvalue():
    return np.abs(np.linalg.eigvals(post.Ws)).max()


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


def _first_cba(rate):
    net = training.initial("post")
    for moment in training.train(net, training.Batch(net, ["abc"]), training.Descent(rate), 500):
        if model.run(net, "abc").output == "cba":
            return moment.step


def _two_units(seed):
    if seed == 0:
        return "27 of 27 with seed 0; find another"
    net = training.initial("identity", n=2, rng=np.random.default_rng(int(seed)))
    strings = net.alphabet.strings(3)
    for _ in training.train(net, training.Batch(net, strings), training.Adam(0.01), 300, clip=1, every=300):
        pass
    return f"{training.correct(net, strings).sum()} of 27"

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


def _held(number):
    n = 0
    while number:
        number, n = 4 * number % 1, n + 1
    return n


def _reads_with(bo):
    net = stack.build("ab", 3, 6)
    net.Wo[0], net.bo[:] = (0, 3, -1), bo    # slopes and biases of a, b and END
    strings = [string for length in range(1, 7) for string in Alphabet("ab").strings(length)]
    return f"{training.correct(net, strings).sum()} of {len(strings)}"


def _first_failure():
    net = stack.build("abcdefg", 8, 4, np.float16)
    return [[next(s for s in net.alphabet.strings(4) if model.run(net, s).output != s[::-1])]]


def small_gru():
    """The weights of a GRU of two units that reads three letters; its c is zero."""
    return {"Wh": (np.arange(18).reshape(3, 6) % 5 - 2) / 4, "Ws": (np.arange(12).reshape(2, 6) % 7 - 3) / 4,
            "b": np.arange(6) / 10, "c": np.zeros(2)}


def _published_gru(state):
    p, s = small_gru(), np.asarray(state, dtype=float)
    of_x = p["Wh"][0] + p["b"]
    r, u = gates.sigmoid(of_x[:4] + s @ p["Ws"][:, :4]).reshape(2, 2)
    return (1 - u) * np.tanh(of_x[4:] + (r * s) @ p["Ws"][:, 4:]) + u * s


def _carries(biases):
    cell = gates.LSTM(1)
    p, state = {"Wh": np.zeros((1, 4)), "Ws": np.zeros((1, 4)), "b": biases}, np.array([[0.0, 1.0]])
    for _ in range(30):
        state, _ = cell.step(p, np.zeros((1, 1)), state)
    return "a memory of 1" if abs(state[0, 1] - 1) < 0.01 else f"a memory of {state[0, 1]:.3g}"


def _attention(s):
    states = np.array([[1, 0], [0, 1], [1, 1]])
    return model.softmax(states @ s) @ states


def _first_look(text):
    net = styles.pointer(12)
    net.p["dec.Ws"][0, 1] = 0
    return styles.run(net, [text]).A[0, 0]


def _every_second(values):
    net = styles.pointer(12)
    net.p["dec.Ws"][0, 1], net.p["dec.b"][1] = values
    groups = [net.alphabet.strings(length) for length in range(1, 6)]
    with np.errstate(all="ignore"):    # what is infinite is only wrong
        good = [said == string[::-2] for group in groups for said, string in zip(styles.run(net, group).output, group)]
    return f"{sum(good)} of {len(good)}"


EXERCISES = {
    "1.1": Numbers("nine numbers, 0 or 1", lambda: Alphabet("abc").one_hot("cab")),
    "1.2": Numbers("five numbers, the units of S(2)", lambda: _state("ba")),
    "1.3": Function("a function from a string to the five numbers of its last state", _state, ("a", "cab", "bbacb")),
    "1.4": Numbers("one number, the weight", lambda: -(post.PRINTED_S[0] @ post.Ws)[0]),
    "1.5": Numbers("one whole number", lambda: 12 * 26 + 12 * 12 + 12, 0),
    "2.1": Numbers("one whole number", lambda: len({(s.count("a"), s.count("b")) for s in Alphabet("abc").strings(5)}), 0),
    "2.2": Word("two strings of length 4, as ['....', '....']", lambda: _closest(4)),
    "2.3": Numbers("one number, the scale", lambda: 0.5 / _largest_eigenvalue(), 0.0006),
    "2.4": Numbers("five numbers, the units of the thought vector", lambda: post.Wh[1]),
    "3.1": Numbers("three scores", lambda: model.run(model.post_net(), "c").dec.Z),
    "3.2": Works("three numbers, one a letter", 3, _says_with_bias, "aaa"),
    "3.3": Works("one number, the bias of END", 1, lambda bias: model.run(ender(bias[0]), "abc").output, "c"),
    "3.4": Numbers("one whole number", lambda: 12 * 26 + 12 * 12 + 12 + 12 * 26 + 12 * 12 + 12 + 12 * 27 + 27, 0),
    "4.1": Numbers("three probabilities", lambda: model.softmax(np.array([2.0, 1.0, 0.0]))),
    "4.2": Numbers("one number, the temperature", lambda: _temperature_for(0.5), 0.051),
    "4.3": Numbers("three numbers, p - y", lambda: model.softmax(_first_scores()) - np.eye(3)[1]),
    "4.4": Function("a function from scores to log-probabilities that never overflows", model.log_softmax,
                    ((1.0, 2.0, 3.0), (1000.0, 0.0, -1000.0), (-5000.0, -5001.0))),
    "4.5": Numbers("one number, in nats", lambda: _loss("abc", "ccc"), 0.002),
    "5.1": Numbers("three numbers, p - y", lambda: [0.2, 0.5, -0.7]),
    "5.2": Numbers("one whole number", lambda: 1 + 19, 0),
    "5.3": Numbers("three numbers, one for each letter", lambda: bptt.gradients(model.post_net(), "abc").d.bo, 0.0006),
    "5.4": Function("a function from a string to the five numbers of the gradient of b",
                    lambda text: bptt.gradients(model.post_net(), text).d.b, ("a", "abc", "cabba")),
    "6.1": Numbers("one number, the weight", lambda: 0.52, 1e-6),
    "6.2": Numbers("one number, the factor", lambda: 1 / 8, 1e-6),
    "6.3": Numbers("one whole number", lambda: _first_cba(0.02), 0),
    "6.4": Works("one whole number, a seed", 1, lambda seed: _two_units(seed[0]), "27 of 27"),
    "6.5": Numbers("one whole number", lambda: sum(3 ** length for length in range(1, 9)), 0),
    "7.1": Numbers("one number, in bits", lambda: 8 * np.log2(3)),
    "7.2": Numbers("one whole number", lambda: model.Net(Alphabet("abcd", end=True), 7).theta.size, 0),
    "7.3": Numbers("one probability", lambda: 0.96 ** (1 / 16), 0.00006),
    "7.4": Function("a function from a string of digits to one whole number",
                    lambda lengths: len(lengths) * max(map(int, lengths)) - sum(map(int, lengths)), ("3", "3358", "91")),
    "7.5": Numbers("one whole number", lambda: 19669, 0),    # tests/test_exercises.py counts them
    "7.6": Word("six letters, as '......'", lambda: [["cccaab"]]),
    "8.1": Numbers("one number", lambda: 39 / 64, 1e-4),
    "8.2": Word("one string", lambda: [["bbac"]]),
    "8.3": Numbers("two whole numbers: over abc, over 26 letters", lambda: [32, 12], 0),
    "8.4": Function("a function from a number to how many letters it holds", _held, (0.609375, 0.25, 0.984375, 0.0)),
    "8.5": Word("one string of four letters", _first_failure),
    "8.6": Numbers("two numbers, one a unit", lambda: [0.625, 0.75], 1e-4),
    "8.7": Works("three biases: of a, b and END", 3, _reads_with, "126 of 126"),
    "9.1": Numbers("four whole numbers: plain, feedback, peek, attention",
                   lambda: [styles.Net(style, Alphabet("0123456789", end=True), 8).theta.size for style in styles.STYLES], 0),
    "9.2": Numbers("three numbers, one a letter", lambda: model.softmax(np.array([0, np.log(2), np.log(2)]))),
    "9.3": Function("a function from a decoder state to the two numbers of its mixture", _attention, ([0, 0], [1, -2], [3, 0.5])),
    "9.4": Numbers("three numbers, one a letter", lambda: _first_look("abc")),
    "9.5": Numbers("three numbers, one a dot product", lambda: [0.24, 0.08, -0.32]),
    "9.6": Works("two numbers", 2, _every_second, "363 of 363"),
    "10.1": Numbers("one number, the bias", lambda: np.log(9)),
    "10.2": Numbers("one whole number", lambda: np.ceil(np.log(0.01) / np.log(gates.sigmoid(1))), 0),
    "10.3": Numbers("one whole number", lambda: np.prod(gates.LSTM(128).shapes(26)["b"]), 0),
    "10.4": Numbers("two numbers: the state, and the blame", lambda: [-0.1, 0.225], 0.0006),
    "10.5": Function("a function from a list of gates to as many numbers", lambda f: np.cumprod(f[::-1])[::-1],
                     ([0.5, 0.9], [0.9, 1.0, 0.3, 0.8], [0.99] * 6)),
    "10.6": Works("four biases: i, f, g, o", 4, _carries, "a memory of 1"),
    "10.7": Function("a function from two numbers to two", _published_gru, ((0.5, -0.4), (0.0, 0.0), (-0.9, 0.7))),
    "11.1": Numbers("one whole number", lambda: 18 * 20 + 20 + 20 * 18 + 18, 0),
    "11.2": Numbers("one whole number", lambda: (108 - 18) // (18 + 1 + 18), 0),
    "11.3": Numbers("one whole number", lambda: roads.most(2, 4, 2), 0),
    "11.4": Works("nine numbers, three a place", 9, _through_one_unit, "7 of 27"),
    "11.5": Works("81 numbers, 9 × 9", 81, _rotated_by, "27 of 27"),
    "11.6": Function("a function from a string of three letters to nine numbers", _last_bias, ("abc", "cab", "bbb")),
}


def _place(number):
    return [int(part) for part in number.split(".")]


def check(number, answer):
    """Print one line about an answer: not attempted yet, correct, or what was found and what kind was expected."""
    exercise = EXERCISES.get(number)
    if exercise is None:
        chapter = str(number).split(".")[0]
        there = [known for known in EXERCISES if known.split(".")[0] == chapter] or EXERCISES
        print(f"there is no exercise {number!r}; there is {min(there, key=_place)} to {max(there, key=_place)}")
    elif answer is Ellipsis or answer is None:
        print(f"{number}: not attempted yet")
    else:
        trouble = exercise.judge(answer)
        print(f"{number}: correct" if trouble is None else f"{number}: not yet; {trouble}; expected {exercise.expected}")
