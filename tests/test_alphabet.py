"""Letters to indices and one-hot rows and back, and what a reader may type wrong."""

import itertools
import string

import numpy as np
import pytest

from revlib.alphabet import END, Alphabet, LetterError, quote

SIXTY_FOUR = string.ascii_letters + string.digits + "+/"
HOSTILE = [
    "é",
    "字",
    "🙂",
    "ß",
    "\N{COMBINING ACUTE ACCENT}",
    "\N{RIGHT-TO-LEFT OVERRIDE}",
    "\0",
    "\ud800",
    "<",
    "&",
    "'",
    '"',
    "\n",
    " ",
]


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
        assert alphabet.text(indices) == texts
        for text, column in zip(texts, indices.T):
            assert (
                alphabet.indices(text).tolist()
                == column.tolist()
                == [letters.find(letter) for letter in text]
            )
            assert alphabet.text(column) == text


def test_one_hot_rows(abc):
    assert abc.one_hot("cab").tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert abc.one_hot("").shape == (0, 3)
    batch = abc.one_hot(["ca", "bb"])
    assert batch.shape == (2, 2, 3)  # time, string, letter
    assert batch[:, 0].tolist() == [[0, 0, 1], [1, 0, 0]] and batch[:, 1].tolist() == [
        [0, 1, 0],
        [0, 1, 0],
    ]


def test_end_has_the_last_index_and_no_row():
    alphabet = Alphabet("abc", end=True)
    assert alphabet.outputs == ["a", "b", "c", END] and len(alphabet) == 3
    assert alphabet.one_hot("abc").tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    assert alphabet.text([1, 0, 3, 2]) == "ba"
    assert alphabet.text([3, 0]) == ""
    assert alphabet.text(np.array([[0, 3, 2], [3, 1, 2], [1, 1, 2]])) == ["a", "", "ccc"]


def test_no_string_and_empty_strings(abc):
    assert abc.indices([]).shape == (0, 0) and abc.text(abc.indices([])) == []
    assert abc.indices(["", ""]).shape == (0, 2) and abc.text(abc.indices(["", ""])) == ["", ""]


def test_equal_alphabets():
    assert Alphabet("abc") == Alphabet("abc") and hash(Alphabet("abc")) == hash(Alphabet("abc"))
    assert (
        Alphabet("abc") != Alphabet("acb")
        and Alphabet("abc") != Alphabet("abc", end=True)
        and Alphabet("abc") != "abc"
    )
    assert (
        repr(Alphabet("abc", end=True)) == "Alphabet('abc', end=True)"
        and repr(Alphabet()) == "Alphabet('abc')"
    )


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize("letters, size", [("", 0), (SIXTY_FOUR + "é", 65)])
def test_sizes_refused(letters, size):
    with pytest.raises(ValueError, match=rf"1 to 64 letters, .* has {size}$"):
        Alphabet(letters)


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
    assert abc.read("", empty=True) == ""
    assert abc.read("abc", longest=3) == "abc"
    with pytest.raises(LetterError, match="^'abca' has 4 letters; at most 3 fit here$"):
        abc.read("abca", longest=3)
    with pytest.raises(LetterError, match="'ab' has 2 letters and 'c' has 1"):
        abc.indices(["ab", "ba", "c"])


@pytest.mark.parametrize(
    "value", [None, 5, 1.5, b"abc", ["a", "b"], ("abc",), ..., np.array([0, 1])]
)
def test_what_is_no_string_is_refused(abc, value):
    with pytest.raises(LetterError, match=f"found a value of type {type(value).__name__}$"):
        abc.read(value)


@pytest.mark.parametrize("letter", HOSTILE)
def test_hostile_letters(abc, letter):
    with pytest.raises(LetterError) as caught:
        abc.read("a" + letter)
    message = str(caught.value)
    assert repr(letter) in message and "position 2" in message
    assert message.isprintable(), "a message is one line, and nothing in it turns the line around"
    own = Alphabet("a" + letter)
    assert own.text(own.indices(letter + "a")) == letter + "a"


def test_letters_are_code_points(abc):
    composed, decomposed = "\u00e9", "e\u0301"
    assert Alphabet(composed).read(composed) == composed
    with pytest.raises(LetterError, match="^letter 'e' at position 1"):
        Alphabet(composed).read(decomposed)


@pytest.mark.parametrize("text", ["", "abc", "it's", 'a"b', "\n", "a" * 20])
def test_short_text_is_quoted_whole(text):
    assert quote(text) == repr(text)


@pytest.mark.parametrize("text", ["a" * 21, "a" * 10_000, "it's " * 10, "\n" * 30])
def test_long_text_is_cut_inside_its_quotes(text):
    quoted = quote(text)
    assert quoted[0] == quoted[-1] == repr(text)[0] and quoted[-2] == "…"
    assert quoted[1:-2] == repr(text[:20])[1:-1]
    assert quoted.isprintable()
