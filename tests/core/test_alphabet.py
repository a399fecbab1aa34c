"""Symbols to indices and one-hot rows and back, and what a reader may type wrong.

Alphabets of words are in test_two_alphabets.py.
"""

import itertools
import string

import numpy as np
import pytest

from revlib.alphabet import END, Alphabet, LetterError, as_list, quote

SIXTY_FOUR = string.ascii_letters + string.digits + "+/"
PRINTABLE = ["é", "字", "🙂", "ß", "\N{COMBINING ACUTE ACCENT}", "<", "&", "'", '"', " "]
UNPRINTABLE = ["\N{RIGHT-TO-LEFT OVERRIDE}", "\0", "\ud800", "\n", "\t", "\N{NO-BREAK SPACE}"]


@pytest.fixture
def abc():
    return Alphabet("abc")


# ---------------------------------------------------------------- there and back


@pytest.mark.parametrize("letters", ["a", "abc", "cab", "<&'", "é字🙂", SIXTY_FOUR])
@pytest.mark.parametrize("end", [False, True])
def test_every_short_string_comes_back(letters, end):
    alphabet = Alphabet(letters, end)
    for length in range(4 if len(letters) < 64 else 2):
        texts = ["".join(chosen) for chosen in itertools.product(letters, repeat=length)]
        assert alphabet.strings(length) == texts
        indices = alphabet.indices(texts)
        assert indices.shape == (length, len(texts))
        assert indices.dtype.kind == "i"
        for text, column in zip(texts, indices.T):
            assert column.tolist() == [letters.find(letter) for letter in text]
            assert alphabet.indices(text).tolist() == column.tolist()
            assert alphabet.text(column) == text
            assert alphabet.read(text, empty=True) == tuple(text)
            assert alphabet.join(alphabet.read(text, empty=True)) == text


def test_one_hot_rows(abc):
    assert abc.one_hot("cab").tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert abc.one_hot("").shape == (0, 3)
    batch = abc.one_hot(["ca", "bb"])
    assert batch.shape == (2, 2, 3)  # time, string, letter
    assert batch[:, 0].tolist() == [[0, 0, 1], [1, 0, 0]]
    assert batch[:, 1].tolist() == [[0, 1, 0], [0, 1, 0]]


def test_end_has_the_last_index_and_no_row():
    alphabet = Alphabet("abc", end=True)
    assert alphabet.symbols == ("a", "b", "c")
    assert alphabet.outputs == ("a", "b", "c", END)
    assert len(alphabet) == 3
    assert alphabet.one_hot("abc").tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert alphabet.text([1, 0, 3, 2]) == "ba"
    assert alphabet.text([3, 0]) == ""
    assert alphabet.text(np.array([2, 2, 2])) == "ccc"
    assert Alphabet("abc").outputs == ("a", "b", "c")


def test_no_string_and_empty_strings(abc):
    assert abc.indices([]).shape == (0, 0)
    assert abc.indices(["", ""]).shape == (0, 2)
    assert abc.indices("").shape == (0,)
    assert abc.text([]) == ""
    assert abc.strings(0) == [""]


def test_equal_alphabets():
    assert Alphabet("abc") == Alphabet(["a", "b", "c"])
    assert hash(Alphabet("abc")) == hash(Alphabet("abc"))
    assert Alphabet("abc") != Alphabet("acb")
    assert Alphabet("abc") != Alphabet("abc", end=True)
    assert Alphabet("abc") != "abc"


@pytest.mark.parametrize(
    "alphabet, shown",
    [
        (Alphabet(), "Alphabet('abc')"),
        (Alphabet("abc", end=True), "Alphabet('abc', end=True)"),
        (Alphabet(["one", "two"]), "Alphabet(('one', 'two'))"),
        (Alphabet(["one", "two"], end=True), "Alphabet(('one', 'two'), end=True)"),
    ],
)
def test_shown_as_it_is_typed(alphabet, shown):
    assert repr(alphabet) == shown
    assert eval(shown) == alphabet


# ---------------------------------------------------------------- what is refused


def test_an_alphabet_of_nothing():
    with pytest.raises(ValueError, match="^an alphabet has one symbol at least, such as 'abc'$"):
        Alphabet("")


@pytest.mark.parametrize(
    "letters, first, second", [("aa", 1, 2), ("abcb", 2, 4), (SIXTY_FOUR[:63] + "z", 26, 64)]
)
def test_a_repeated_letter_is_named_with_both_places(letters, first, second):
    with pytest.raises(
        ValueError, match=rf"^letter '{letters[-1]}' stands at positions {first} and {second} of '"
    ):
        Alphabet(letters)


@pytest.mark.parametrize(
    "text, letter, place",
    [("x", "x", 1), ("abx", "x", 3), ("aBx", "B", 2), ("ab ", " ", 3), ("a" * 50 + "d", "d", 51)],
)
def test_a_wrong_letter_is_named_with_its_place(abc, text, letter, place):
    for read in (
        abc.read,
        abc.indices,
        abc.one_hot,
        lambda text: abc.indices(["a" * len(text), text]),
    ):
        with pytest.raises(
            LetterError,
            match=rf"^letter '{letter}' at position {place} of 'a?.* is not one of 'abc'$",
        ):
            read(text)


def test_empty_too_long_and_unequal(abc):
    with pytest.raises(LetterError, match="^the string is empty; type at least one of 'abc'$"):
        abc.read("")
    assert abc.read("", empty=True) == ()
    assert abc.read("abc", longest=3) == ("a", "b", "c")
    with pytest.raises(LetterError, match="^'abca' has 4 letters; at most 3 fit here$"):
        abc.read("abca", longest=3)
    with pytest.raises(LetterError, match="'ab' has 2 letters and 'c' has 1"):
        abc.indices(["ab", "ba", "c"])


def test_too_many_strings_to_make(abc):
    with pytest.raises(ValueError, match=r"^there are 3\^15 strings of 15 letters over 'abc'; at"):
        abc.strings(15)


@pytest.mark.parametrize("value", [None, 5, b"abc", ["a", "b"]])
def test_what_is_no_string_is_refused(abc, value):
    with pytest.raises(LetterError, match=f"found a value of type {type(value).__name__}$"):
        abc.read(value)


@pytest.mark.parametrize("letter", PRINTABLE + UNPRINTABLE)
def test_a_hostile_letter_is_named_on_one_line(abc, letter):
    with pytest.raises(LetterError) as caught:
        abc.read("a" + letter)
    message = str(caught.value)
    assert repr(letter) in message
    assert "position 2" in message
    assert message.isprintable(), "nothing in a message breaks the line or turns it around"


@pytest.mark.parametrize("letter", PRINTABLE)
def test_any_letter_that_can_be_seen_may_be_one(letter):
    own = Alphabet("a" + letter)
    assert own.text(own.indices(letter + "a")) == letter + "a"


@pytest.mark.parametrize("letter", UNPRINTABLE)
def test_a_letter_that_cannot_be_seen_is_refused(letter):
    with pytest.raises(
        ValueError, match=r"^letter '.*' \(U\+.*\) cannot be seen in a text$"
    ) as caught:
        Alphabet("a" + letter)
    assert repr(letter) in str(caught.value)


def test_letters_are_code_points():
    composed = "\u00e9"
    decomposed = "e\u0301"
    assert Alphabet(composed).read(composed) == (composed,)
    with pytest.raises(
        LetterError, match=r"^letter 'e' \(U\+0065 LATIN SMALL LETTER E\) at position 1"
    ):
        Alphabet(composed).read(decomposed)


def test_one_string_is_no_list_of_strings():
    with pytest.raises(LetterError, match=r"^expected a list of strings, found the string 'abc';"):
        as_list("abc")
    assert as_list(("abc", "a")) == ["abc", "a"]


@pytest.mark.parametrize("text", ["", "abc", "it's", 'a"b', "\n", "a" * 20])
def test_short_text_is_quoted_whole(text):
    assert quote(text) == repr(text)


@pytest.mark.parametrize("text", ["a" * 21, "a" * 10_000, "it's " * 10, "\n" * 30])
def test_long_text_is_cut_inside_its_quotes(text):
    quoted = quote(text)
    assert quoted[0] == quoted[-1] == repr(text)[0]
    assert quoted[-2] == "…"
    assert quoted[1:-2] == repr(text[:20])[1:-1]
    assert quoted.isprintable()


def test_no_symbol_is_what_stops_the_decoder():
    assert Alphabet(["END", "x"]).outputs == ("END", "x"), "where nothing stops, it is a word"
    with pytest.raises(ValueError, match="'END' is what stops the decoder; no symbol of 'END x'"):
        Alphabet(["END", "x"], end=True)
