"""Kinds of questions, and how an answer to each is judged."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np


class Question:
    """What `check` asks of an exercise: whether there is an answer, what is wrong with it (None if
    nothing), what to say if it is right."""

    correct = "correct"

    def attempted(self, answer):
        return True

    def judge(self, answer):
        raise NotImplementedError


@dataclass(frozen=True)
class Numbers(Question):
    """An answer of one or more numbers, in any shape and type, right to two decimals unless said
    otherwise."""

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
        return (
            f"found {found[0]:g}"
            if len(key) == 1
            else f"{near.sum()} of the {len(key)} numbers found are right"
        )


@dataclass(frozen=True)
class Word(Question):
    """An answer of one or more strings, in any order; `key` gives all that are right."""

    expected: str
    key: Callable[[], Any]

    def judge(self, answer):
        found = (
            [answer]
            if isinstance(answer, str)
            else answer.tolist()
            if isinstance(answer, np.ndarray)
            else answer
        )
        if not isinstance(found, (list, tuple, set)) or not all(
            isinstance(word, str) for word in found
        ):
            return f"found a value of type {type(answer).__name__}"
        return None if sorted(found) in map(sorted, self.key()) else f"found {_short(answer)}"


@dataclass(frozen=True)
class Function(Question):
    """A function of the reader's, called on several arguments and compared with ours."""

    expected: str
    key: Callable[..., Any]
    arguments: tuple

    def attempted(self, answer):
        """Whether a function to complete gives anything yet."""
        try:
            return not callable(answer) or not isinstance(
                answer(deepcopy(self.arguments[0])), (type(None), type(...))
            )
        except Exception:  # what it raises is judged
            return True

    def judge(self, answer):
        if not callable(answer):
            return f"found a value of type {type(answer).__name__}"
        for argument in self.arguments:
            try:
                found = answer(deepcopy(argument))  # it may use it up
            except Exception as error:  # whatever the reader's code raises is part of the answer
                return f"for {argument!r} it raised {type(error).__name__}: {_short(error)}"
            key = np.asarray(self.key(argument), dtype=float)
            tolerance = 1e-5 * max(1, np.abs(key).max(initial=0))  # float32 will do
            trouble = Numbers("", lambda key=key: key, tolerance).judge(found)
            if trouble:
                return f"for {argument!r} {trouble}"
        return None


@dataclass(frozen=True)
class Works(Question):
    """An answer that is right if the network does what was asked with it: there are many."""

    expected: str
    size: int
    outcome: Callable[[np.ndarray], str]
    wanted: str
    whole: bool = False  # whether only whole numbers will do

    def judge(self, answer):
        trouble = Numbers("", lambda: np.zeros(self.size), np.inf).judge(answer)
        if trouble:
            return trouble
        answer = np.real_if_close(answer).astype(float).ravel()
        if self.whole and not np.array_equal(np.round(answer), answer):
            return f"found {answer[0]!s}"
        try:
            said = self.outcome(answer)
        except (
            FloatingPointError,
            ValueError,
            OverflowError,
        ) as error:  # a seed that is none, weights too large
            return f"tried out, it gives an error: {_short(error)}"
        return None if said == self.wanted else f"tried out, it gives {said!r}"


def _short(what):
    """The first line of what a message quotes, cut to a readable length."""
    line = (str(what).splitlines() or [""])[0]
    return line if len(line) <= 80 else line[:80] + "…"


@dataclass(frozen=True)
class Explanation(Question):
    """An answer in sentences: no program can judge it, so it is only seen whether there is one."""

    expected: str = "a string of a sentence or two"
    correct = "noted; now compare it with the one in the solutions"

    def judge(self, answer):
        if not isinstance(answer, str):
            return f"found a value of type {type(answer).__name__}"
        words = len(answer.split())
        return None if words >= 5 else f"found {words} word{'s' * (words != 1)}"


@dataclass(frozen=True)
class Option:
    """An answer that a quiz offers, and what is to be said to it."""

    text: str
    reason: str
    right: bool = False


@dataclass(frozen=True)
class Quiz:
    """A question and the options it offers; ValueError unless just one of them is right."""

    question: str
    options: list

    def __post_init__(self):
        right = sum(option.right for option in self.options)
        if right != 1:
            raise ValueError(f"quiz {self.question!r} has {right} right options")

    @property
    def right(self):
        """The text of the right option."""
        return next(option.text for option in self.options if option.right)
