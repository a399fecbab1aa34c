"""Aside: checks a reader's answers. One line of feedback, and never the answer itself."""
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np

from revlib import bptt, model, post, training
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
}


def check(number, answer):
    """Print one line about an answer: not attempted yet, correct, or what was found and what kind was expected."""
    exercise = EXERCISES.get(number)
    if exercise is None:
        print(f"there is no exercise {number!r}; they are {', '.join(EXERCISES)}")
    elif answer is Ellipsis or answer is None:
        print(f"{number}: not attempted yet")
    else:
        trouble = exercise.judge(answer)
        print(f"{number}: correct" if trouble is None else f"{number}: not yet; {trouble}; expected {exercise.expected}")
