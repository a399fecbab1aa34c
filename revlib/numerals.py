"""Numbers in words, in several languages: what chapter 13 translates.

They lie in notebooks/results/numerals.npz, which benchmarks/numerals.py has written. Nothing here
knows a rule of any language; a number is looked up.

A text over words has spaces between them, as in alphabet.py: 'twenty five', 'fünf und zwanzig'. As
a language writes it, a number may look otherwise: 'twenty-five', 'fünfundzwanzig'.
"""

import functools
import re

import numpy as np

from revlib import results
from revlib.alphabet import Alphabet, LetterError, quote

NAMES = {"en": "English", "de": "German", "fr": "French"}
SEPARATORS = re.compile(r"[ ,|-]+")  # what stands between two words
FIGURES = re.compile(r"[0-9]{1,3}([ ,][0-9]{3})+|[0-9]+")


@functools.cache
def lines(language):
    """Return a tuple: every number as the file has it, from 1 on, parts marked by "|".

    ValueError for a language that the file has not.
    """
    with np.load(results.folder() / "numerals.npz", allow_pickle=False) as file:
        if language not in file.files:
            raise ValueError(f"language {language!r} is not one of {', '.join(file.files)}")
        return tuple(file[language].tobytes().decode().split("\n"))


@functools.cache
def texts(language):
    """Return a tuple: the words of every number, from 1 on, as texts."""
    return tuple(spaced(line) for line in lines(language))


def spaced(line):
    """Return a line of the file as a text over words: "fünf|und|zwanzig" is 'fünf und zwanzig'."""
    return " ".join(SEPARATORS.split(line))


def last(language="en"):
    """Return the last number in the file."""
    return len(lines(language))


def line_of(k, language):
    """Return a number's line; ValueError if it is not in the file."""
    if not 1 <= k <= last(language) or k != int(k):
        raise ValueError(f"{k} is not a whole number from 1 to {last(language):,}")
    return lines(language)[int(k) - 1]


def words(k, language):
    """Return the words of a number: words(25, "de") is 'fünf und zwanzig'."""
    return spaced(line_of(k, language))


def english(k):
    """Return the English words of a number, what the networks read."""
    return words(k, "en")


def written(k, language):
    """Return a number as the language writes it: written(25, "de") is 'fünfundzwanzig'."""
    return line_of(k, language).replace("|", "")


def alphabet(language, end=False):
    """Return the Alphabet of all words of a language, in the order in which counting meets them."""
    return Alphabet(dict.fromkeys(word for text in texts(language) for word in text.split()), end)


def pairs(numbers, language):
    """Return two lists of texts, numbers in English and in another language."""
    return [english(k) for k in numbers], [words(k, language) for k in numbers]


def spelling(text):
    """Return the small letters of a text, without what stands between words: 'twentyfive'."""
    return SEPARATORS.sub("", text.strip().lower())


@functools.cache
def by_spelling(language):
    """Return a dict, the spelling of a number -> the number."""
    return {spelling(line): k for k, line in enumerate(lines(language), start=1)}


def from_words(text, language):
    """Return the number that a text says, in words or as the language writes it.

    Raises
    ------
    LetterError
        If it says none. The message names the word that is not of the language, or the language in
        which the text is a number.
    """
    found = by_spelling(language).get(spelling(text))
    if found is None:
        raise LetterError(why_no_number(text, language))
    return found


def why_no_number(text, language):
    """Return why a text says no number in a language, and what would be right, as a message."""
    if not spelling(text):
        return f"the text is empty; type a number in words, such as {english(25)!r}"
    spoken = NAMES.get(language, language)
    other, k = elsewhere(spelling(text), language)
    if other:
        return (
            f"{quote(text)} is {k} in {other}, and no number in {spoken}: that would be"
            f" {written(k, language)!r}"
        )
    known = set(alphabet(language).symbols)
    for place, word in enumerate(SEPARATORS.split(text.strip().lower()), start=1):
        if word not in known and spelling(word) not in by_spelling(language):
            return (
                f"word {quote(word)} at position {place} of {quote(text)} is none of {spoken}'s"
                f" numbers{hint(word, language)}"
            )
    most = last(language)
    return (
        f"{quote(text)} is no number from 1 to {most:,} in {spoken}; 25 is"
        f" {written(25, language)!r}, {most:,} is {written(most, language)!r}"
    )


def elsewhere(spelled, language):
    """Return the name of another language in which a spelling is a number, and the number.

    ("", None) if there is none.
    """
    for other, name in NAMES.items():
        if other != language and spelled in by_spelling(other):
            return name, by_spelling(other)[spelled]
    return "", None


def hint(word, language):
    """Return what a word that is none of a language's may have meant, the end of a message."""
    other, k = elsewhere(word, language)
    if other:
        return f": it is {other} for {k:,}, which is {written(k, language)!r}"
    return f"; 25 is {written(25, language)!r}"


def read(text, language="en"):
    """Return the number that a text says, in figures, '1984' or '1,984', or in words.

    Raises
    ------
    LetterError
        If it says none that is in the file; see `from_words`.
    """
    if not any(each.isdigit() for each in text):
        return from_words(text, language)
    figures = text.strip()
    if FIGURES.fullmatch(figures) and len(figures) < 20:
        k = int(re.sub("[ ,]", "", figures))
        if 1 <= k <= last(language):
            return k
    raise LetterError(
        f"{quote(text)} is no whole number from 1 to {last(language):,}; type one in figures, such"
        f" as 1,984, or in words, such as {english(25)!r}"
    )
