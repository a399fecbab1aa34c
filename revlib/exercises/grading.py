"""Kinds of questions: what each expects, and what is wrong with an answer, in words.

A reader's answer may be anything. Whatever it is, `trouble` returns words, empty if it is right.
"""

import re
import unicodedata
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from revlib.alphabet import described
from revlib.panels.words import plural

# Besides format characters (Cf): joiners, fillers and selectors that Unicode calls ignorable.
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
# Scripts that put no blanks between words: Chinese characters, which are words or halves of them;
IDEOGRAPH = re.compile(
    "[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# and Thai, Lao, Tibetan, Burmese, Khmer, Tai, Japanese kana, Yi, Javanese.
UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3040-\u312f\u31f0-\u31ff"
    "\ua000-\ua4cf\ua980-\ua9df]"
)


class Question:
    """What every kind of question has: what it expects, in words, and two functions."""

    expected: str
    correct = "correct"  # what is said to a right answer

    def attempted(self, answer):
        """Return whether there is an answer: more than the `...` or None that waits for one."""
        return answer is not ... and answer is not None

    def trouble(self, answer):
        """Return what is wrong with an answer, in words; "" if it is right."""
        raise NotImplementedError


@dataclass(frozen=True)
class Numbers(Question):
    """Asks for one or more numbers, in any shape and type, right to two decimals.

    `key` computes the right ones; `tolerance` says otherwise what is near enough.
    """

    expected: str
    key: Callable[[], Any]
    tolerance: float = 0.0055

    def trouble(self, answer):
        """Return what was found in place of the right numbers; "" if it is them."""
        return difference(answer, self.key(), self.tolerance)


@dataclass(frozen=True)
class Word(Question):
    """Asks for one or more strings, in any order; `key` gives every list of them that is right."""

    expected: str
    key: Callable[[], Any]

    def trouble(self, answer):
        """Return what was found in place of the right strings; "" if it is them."""
        try:
            found = read_strings(answer)
        except Misfit as misfit:
            return str(misfit)
        if found in [sorted(right) for right in self.key()]:
            return ""
        if found == [""]:
            return "found an empty string"
        if all(string.isascii() and string.isprintable() for string in found):
            return f"found {shortened(as_meant(answer))}"
        return f"found {shortened(', '.join(map(described, found)), 240)}"


@dataclass(frozen=True)
class Function(Question):
    """Asks for a function; it is called on several arguments, and compared with `key`."""

    expected: str
    key: Callable[..., Any]
    arguments: tuple

    def attempted(self, answer):
        """Return whether there is an answer; a function that gives nothing yet is none."""
        if not callable(answer):
            return super().attempted(answer)
        try:
            return super().attempted(answer(deepcopy(self.arguments[0])))
        except Exception:  # what it raises is judged
            return True

    def trouble(self, answer):
        """Return the first argument at which the function fails, and how; "" if at none."""
        if not callable(answer):
            return str(Misfit.of_type(answer))
        for argument in self.arguments:
            try:
                found = answer(deepcopy(argument))  # it may use it up
            except Exception as error:  # whatever the reader's code raises is part of the answer
                return f"for {argument!r} it raised {type(error).__name__}: {shortened(error)}"
            key = np.asarray(self.key(argument), dtype=float)
            tolerance = 1e-5 * max(1, np.abs(key).max(initial=0))  # float32 will do
            wrong = difference(found, key, tolerance)
            if wrong:
                return f"for {argument!r} {wrong}"
        return ""


@dataclass(frozen=True)
class Works(Question):
    """Asks for numbers with which a network does what is wanted; many will do.

    `outcome` tries out `size` numbers and returns words, which are to be `wanted`. If `whole`, only
    whole numbers will do.
    """

    expected: str
    size: int
    outcome: Callable[[np.ndarray], str]
    wanted: str
    whole: bool = False

    def trouble(self, answer):
        """Return what the numbers do in place of what is wanted; "" if they do that."""
        try:
            values = read_numbers(answer, self.size)
        except Misfit as misfit:
            return str(misfit)
        if self.whole and not np.array_equal(values, np.round(values)):
            return f"found {values[0]}"
        try:
            outcome = self.outcome(values)
        except (ArithmeticError, ValueError) as error:  # weights too large, a seed that is none
            return f"tried out, it gives an error: {shortened(error)}"
        if outcome == self.wanted:
            return ""
        return f"tried out, it gives {outcome!r}"


@dataclass(frozen=True)
class Explanation(Question):
    """Asks for sentences: no program can judge them, so it is only seen whether there are any."""

    expected: str = "a string of a sentence or two"
    correct: str = "noted; now compare it with the one in the solutions"

    def trouble(self, answer):
        """Return what was found in place of a sentence; "" if there are five words or more."""
        if not issubclass(type(answer), str):
            return str(Misfit.of_type(answer))
        words = count_words(answer)
        if words >= 5:
            return ""
        return f"found {plural(words, 'word')}"


def count_words(text):
    """Return how many words a text in any script has, about.

    Words stand between blanks, and have a letter or a digit in them. In scripts that put no blanks
    between words, two ideographs count as one, and four letters of the others.
    """
    ideographs = letters = 0
    spaced = []
    for each in unicodedata.normalize("NFKC", text):
        seen = unicodedata.category(each)[0] in "LMN"  # a letter, a mark on one, a digit
        if seen and IDEOGRAPH.match(each):
            ideographs += 1
        elif seen and UNSPACED.match(each):
            letters += 1
        else:
            spaced.append(each)
            continue
        spaced.append(" ")
    words = [word for word in "".join(spaced).split() if any(map(str.isalnum, word))]
    return len(words) + ideographs // 2 + letters // 4


class Misfit(Exception):
    """An answer that is not of the kind that is expected; its words say what was found."""

    @classmethod
    def of_type(cls, answer):
        """Return the error for an answer of another type."""
        return cls(f"found a value of type {type(answer).__name__}")


def read_numbers(answer, size):
    """Return an answer's numbers in one row, (size,) float array; Misfit if it holds others."""
    try:
        numbers = np.asarray(np.real_if_close(as_meant(answer)))  # NumPy's eigenvalues are complex
        if np.iscomplexobj(numbers):
            raise Misfit.of_type(answer)
        numbers = numbers.astype(float).ravel()
    except Exception:  # whatever the reader's object raises when it is to become an array
        raise Misfit.of_type(answer) from None
    if len(numbers) != size:
        raise Misfit(f"found {plural(len(numbers), 'number')}")
    return numbers


def read_strings(answer):
    """Return an answer's strings as meant, in order; Misfit if it holds anything else."""
    try:
        found = answer.tolist() if isinstance(answer, np.ndarray) else answer
        found = [found] if isinstance(found, str) else found
        if isinstance(found, (list, tuple, set)):
            return sorted(map(plain, found))
    except Exception:  # what it holds is no string, or whatever the reader's object raises
        pass
    raise Misfit.of_type(answer)


def as_meant(answer):
    """Return an answer, or a list of them, whose strings are without what nobody can see."""
    if isinstance(answer, str):
        return plain(answer)
    if isinstance(answer, (list, tuple)):
        return [plain(each) if isinstance(each, str) else each for each in answer]
    return answer


def plain(text):
    """Return a text without what nobody can see.

    That is blanks at the ends, invisible characters, and forms of letters that read the same: wide
    ones, or a letter and its accent in two. A minus sign is a hyphen, as Python writes it.
    """
    text = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    seen = (each for each in text if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFKC", UNSEEN.sub("", "".join(seen))).strip()


def difference(answer, key, tolerance):
    """Return in what an answer's numbers differ from the right ones, in words; "" if in nothing."""
    key = np.ravel(key)
    try:
        found = read_numbers(answer, len(key))
    except Misfit as misfit:
        return str(misfit)
    near = np.abs(found - key) <= tolerance
    if near.all():
        return ""
    if len(key) == 1:
        return f"found {found[0]:g}"
    return f"{np.count_nonzero(near)} of the {len(key)} numbers found are right"


def shortened(what, most=80):
    """Return the first line of what a message quotes, cut to so many characters."""
    try:
        lines = str(what).splitlines() or [""]
    except Exception:  # an error of the reader's that cannot say what it is
        return "(without words)"
    if len(lines[0]) <= most:
        return lines[0]
    return lines[0][:most] + "…"


@dataclass(frozen=True)
class Option:
    """An answer that a quiz offers, and what is said to whoever chooses it."""

    text: str
    reason: str
    right: bool = False


@dataclass(frozen=True)
class Quiz:
    """A question and its options; ValueError unless just one of them is right."""

    question: str
    options: list

    def __post_init__(self):
        right = [option for option in self.options if option.right]
        if len(right) != 1:
            raise ValueError(f"quiz {self.question!r} has {len(right)} right options")

    @property
    def right(self):
        """Return the text of the right option."""
        return next(option.text for option in self.options if option.right)

    @property
    def reasons(self):
        """Return a dict, each option's text -> what is said to it."""
        return {option.text: option.reason for option in self.options}
