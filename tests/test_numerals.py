"""Numbers in words: what lies in notebooks/results/numerals.npz, and how it is asked."""

import pathlib
import re
import sys

import pytest
from num2words import num2words

from revlib import numerals
from revlib.alphabet import LetterError

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "benchmarks"))
import numerals as script

ALL = range(1, 10_000)
every_language = pytest.mark.parametrize("language", numerals.NAMES)


@every_language
def test_the_file_is_what_num2words_says(language):
    assert numerals.last(language) == 9_999
    for k in ALL[:: 1 if language == "de" else 37]:
        assert numerals.written(k, language) == num2words(k, lang=language)


def test_the_parts_of_german_make_the_whole():
    for k in ALL:
        assert numerals.words(k, "de").replace(" ", "") == num2words(k, lang="de")
    assert set(numerals.alphabet("de").symbols) == set(script.PARTS)


def test_a_german_number_of_other_parts_is_refused():
    with pytest.raises(ValueError, match="^'eine Million', 1000000, is not made of tausend, hund"):
        script.german(1_000_000)


@every_language
def test_words_are_what_stands_between_spaces_and_hyphens(language):
    for k in ALL[::13]:
        words = numerals.words(k, language).split()
        assert all(word.isalpha() for word in words)
        if language != "de":
            assert words == re.split("[ ,-]+", num2words(k, lang=language))


@every_language
def test_words_and_numbers_are_each_others_inverse(language):
    for k in ALL:
        assert numerals.from_words(numerals.words(k, language), language) == k
        assert numerals.from_words(numerals.written(k, language), language) == k


def test_what_the_chapter_begins_with():
    assert numerals.english(25) == "twenty five"
    assert numerals.words(25, "de") == "fünf und zwanzig"
    assert numerals.written(25, "de") == "fünfundzwanzig"
    assert numerals.words(75, "fr") == "soixante quinze"
    assert numerals.words(80, "fr") == "quatre vingts"
    assert numerals.from_words(" Twenty-Five ", "en") == 25
    assert numerals.pairs([1, 7_000], "fr") == (["one", "seven thousand"], ["un", "sept mille"])


@every_language
def test_the_alphabet_has_every_word_once(language):
    alphabet = numerals.alphabet(language, end=True)
    used = {word for k in ALL for word in numerals.words(k, language).split()}
    assert set(alphabet.symbols) == used
    assert alphabet.end
    assert alphabet.symbols[0] == numerals.words(1, language)


@pytest.mark.parametrize(
    "text, language, says",
    [
        ("", "en", "^the text is empty; type a number in words, such as 'twenty five'$"),
        ("vingt cinq", "en", "^'vingt cinq' is 25 in French, .* would be 'twenty-five'$"),
        ("two", "de", "^'two' is 2 in English, and no number in German: that would be 'zwei'$"),
        ("twenty bananas", "en", "^word 'bananas' at position 2 of 'twenty bananas' is none of"),
        ("vingt two", "fr", "^word 'two' at position 2 of 'vingt two' is none of French's"),
        ("two hundred nine two", "en", "^'two hundred nine two' is no number from 1 to 9,999 in E"),
        ("zero", "en", "^word 'zero' at position 1"),
    ],
)
def test_a_text_that_is_no_number_is_told_why(text, language, says):
    with pytest.raises(LetterError, match=says):
        numerals.from_words(text, language)


@pytest.mark.parametrize("k", [0, -3, 10_000, 2.5])
def test_a_number_out_of_range(k):
    with pytest.raises(ValueError, match=f"^{k} is not a whole number from 1 to 9,999$"):
        numerals.words(k, "de")


def test_a_language_that_is_not_there():
    with pytest.raises(ValueError, match="^language 'nl' is not one of en, de, fr$"):
        numerals.words(3, "nl")


# ---------------------------------------------------------------- in figures or in words


@pytest.mark.parametrize("k", [1, 25, 999, 1_000, 1_984, 9_999])
def test_a_number_is_read_in_figures_or_in_words(k):
    spoken = [str(k), f"{k:,}", f" {k} ", f"{k:,}".replace(",", " "), numerals.english(k)]
    for text in [*spoken, numerals.written(k, "en"), numerals.english(k).upper()]:
        assert numerals.read(text) == k, text
    for language in ("de", "fr"):
        assert numerals.read(numerals.written(k, language), language) == k


@pytest.mark.parametrize(
    "text",
    ["0", "00", "10000", "-1", "+1", "1.0", "1e3", "1,2", "1,,000", "25 five", "²", "9" * 99],
)
def test_figures_that_are_no_number_are_named(text):
    with pytest.raises(LetterError, match=r"is no whole number from 1 to 9,999; type one in"):
        numerals.read(text)


def test_a_word_of_another_language_is_named_as_such():
    with pytest.raises(LetterError, match="it is French for 15, which is 'fifteen'$"):
        numerals.read("sixty quinze")
    with pytest.raises(LetterError, match="'fünf' is 5 in German, and no number in English"):
        numerals.read("fünf")
    with pytest.raises(LetterError, match="none of English's numbers; 25 is 'twenty-five'$"):
        numerals.read("sixty und")
