"""Symbols, their indices and one-hot rows, both ways; and errors that name a wrong one."""

import itertools
import unicodedata

import numpy as np

END = "END"  # how the END symbol is written
MOST_STRINGS = 10_000_000  # made at once: a gigabyte of them
MOST_NAMED = 3  # characters, in one message
UNNAMED = {"Cc": "a control character", "Cs": "half a character", "Co": "a private character"}


class LetterError(ValueError):
    """A text that an alphabet cannot read; the message says which symbol, where, what is right."""


def quote(text):
    """Return `text` in quotes on one line, cut after 20 characters, for use in a message."""
    return repr(text if len(text) <= 20 else text[:20] + "…")


def described(text, among=""):
    """Return `text` in quotes, with the names of its characters that may be taken for others.

    These are the ones that are not printable ASCII: 'а' (U+0430 CYRILLIC SMALL LETTER A). A single
    character is named too where those it is held `among` are not all ASCII. What is no text is
    given as Python writes it.
    """
    if not isinstance(text, str):
        return repr(text)
    odd = [each for each in dict.fromkeys(text) if not (each.isascii() and each.isprintable())]
    if len(text) == 1 and (odd or not among.isascii()):
        return f"{text!r} ({character(text)})"
    if not odd:
        return repr(text)
    names = [f"{each!r} is {character(each)}" for each in odd[:MOST_NAMED]]
    names += ["…"] if len(odd) > MOST_NAMED else []
    return f"{text!r} ({', '.join(names)})"


def character(each):
    """Return a character's code point and its name in Unicode: 'U+0061 LATIN SMALL LETTER A'."""
    unnamed = UNNAMED.get(unicodedata.category(each), "a character without a name")
    return f"U+{ord(each):04X} {unicodedata.name(each, unnamed)}"


def as_list(strings):
    """Return strings as a list; LetterError for one string, which would pass for its letters."""
    if isinstance(strings, str):
        raise LetterError(
            f"expected a list of strings, found the string {quote(strings)};"
            f" [{quote(strings)}] is a list of one"
        )
    return list(strings)


class Alphabet:
    """The symbols that a network reads or says: letters, or whole words.

    A text over letters is a string of them, 'abc'. A text over words has spaces between them,
    'twenty five'.

    Parameters
    ----------
    symbols : str or sequence of str
        Distinct, printable. Symbol i has index i and the one-hot row with a 1 in place i.
    end : bool
        Whether a network may also say END, which has the last index and no one-hot row of its own:
        it is an output that stops the decoder, and is never fed back.

    Raises
    ------
    ValueError
        If there is no symbol, one stands there twice (which, and where), or one of them would get
        lost in a text.
    """

    def __init__(self, symbols="abc", end=False):
        self.symbols = tuple(symbols)
        self.end = bool(end)
        self.outputs = (*self.symbols, END) if end else self.symbols  # in order of index
        self._index = {symbol: i for i, symbol in enumerate(self.symbols)}
        self._between = "" if all(len(symbol) == 1 for symbol in self.symbols) else " "
        if not self.symbols:
            raise ValueError("an alphabet has one symbol at least, such as 'abc'")
        if self.end and END in self.symbols:
            raise ValueError(f"{END!r} is what stops the decoder; no symbol of {self} may be it")
        for i, symbol in enumerate(self.symbols):
            first = self.symbols.index(symbol)
            if first < i:
                raise ValueError(
                    f"{self.kind} {symbol!r} stands at positions {first + 1} and {i + 1}"
                    f" of {self}; each {self.kind} may stand there once"
                )
            if not symbol or not symbol.isprintable():
                raise ValueError(f"{self.kind} {described(symbol)} cannot be seen in a text")
            if self._between and " " in symbol:
                raise ValueError(f"word {symbol!r} has a space, which stands between words")

    @property
    def kind(self):
        """What a symbol is called: 'letter' or 'word'."""
        return "word" if self._between else "letter"

    def __len__(self):
        return len(self.symbols)

    def __eq__(self, other):
        if not isinstance(other, Alphabet):
            return NotImplemented
        return (self.symbols, self.end) == (other.symbols, other.end)

    def __hash__(self):
        return hash((self.symbols, self.end))

    def __str__(self):
        return quote(self.join(self.symbols))

    def __repr__(self):
        symbols = self.symbols if self._between else "".join(self.symbols)
        return f"Alphabet({symbols!r}, end=True)" if self.end else f"Alphabet({symbols!r})"

    def join(self, symbols):
        """Return the text of a sequence of symbols."""
        return self._between.join(symbols)

    def read(self, text, longest=None, empty=False):
        """Return the symbols of a text, a tuple.

        Raises
        ------
        LetterError
            For a symbol of another alphabet (which, where), for a text of none unless `empty`, and
            for more than `longest`.
        """
        if not isinstance(text, str):
            raise LetterError(
                f"expected a string of {self}, found a value of type {type(text).__name__}"
            )
        symbols = tuple(text.split() if self._between else text)
        if not symbols and not empty:
            raise LetterError(f"the string is empty; type at least one of {self}")
        if longest is not None and len(symbols) > longest:
            raise LetterError(
                f"{quote(text)} has {len(symbols)} {self.kind}s; at most {longest} fit here"
            )
        for i, symbol in enumerate(symbols):
            if symbol not in self._index:
                raise LetterError(
                    f"{self.kind} {described(symbol, self.join(self.symbols))} at position {i + 1}"
                    f" of {quote(text)} is not one of {self}"
                )
        return symbols

    def indices(self, text):
        """Return the indices of a text's symbols, or of several texts of one length.

        Parameters
        ----------
        text : str or list of str

        Returns
        -------
        (T,) int array for a text, (T, B) for a list of B texts: time always comes first.

        Raises
        ------
        LetterError
            For a symbol of another alphabet, or texts of different lengths.
        """
        if isinstance(text, str):
            return np.array([self._index[symbol] for symbol in self.read(text, empty=True)], int)
        rows = [self.indices(each) for each in text]
        for row, each in zip(rows, text):
            if len(row) != len(rows[0]):
                raise LetterError(
                    f"strings of one length make a batch; {quote(text[0])} has {len(rows[0])}"
                    f" {self.kind}s and {quote(each)} has {len(row)}"
                )
        return np.stack(rows, axis=1) if rows else np.zeros((0, 0), int)

    def one_hot(self, text):
        """Return one-hot rows of a text, (T, V), or of B texts of one length, (T, B, V)."""
        return np.eye(len(self))[self.indices(text)]

    def text(self, indices):
        """Return the text that indices (T,) spell, up to END."""
        said = itertools.takewhile(lambda i: i < len(self), indices)  # END has the last index
        return self.join(self.symbols[i] for i in said)

    def strings(self, length):
        """Return all texts of a length, in the alphabet's order: 27 of length 3 over 'abc'.

        Raises
        ------
        ValueError
            For a length of which there are too many.
        """
        if len(self) ** length > MOST_STRINGS:
            raise ValueError(
                f"there are {len(self)}^{length} strings of {length} {self.kind}s over {self};"
                f" at most {MOST_STRINGS:,} are made at once"
            )
        return [self.join(symbols) for symbols in itertools.product(self.symbols, repeat=length)]
