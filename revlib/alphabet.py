"""Floor 0: letters, their indices and their one-hot rows, both ways; and reading what a reader
gave."""

import itertools
import math
import operator

import numpy as np

LARGEST = 64  # letters an alphabet may have
MOST = 10_000_000  # strings that are made at once; a gigabyte of them
END = "END"  # how the END symbol is written


class LetterError(ValueError):
    """A string that an alphabet cannot read; the message says which letter, where, and what would
    be right."""


def quote(text):
    """`text` in quotes on one line, cut after 20 letters, for use in a message."""
    return repr(text if len(text) <= 20 else text[:20] + "…")


def whole(value, what, low=0, high=None):
    """`value` as an int; ValueError if it is no whole number from `low` (to `high`): `what` it is
    of, what was given, what would be right."""
    try:
        found = operator.index(value)
    except TypeError:
        found = None
    if found is None or found < low or (high is not None and found > high):
        raise ValueError(
            f"{what} is {value!r}; it must be a whole number, {low} or more"
            + (f", {high} at most" if high is not None else "")
        )
    return found


def listed(strings):
    """The strings of a list or the like, as a list. LetterError for one string, which would pass
    for a list of its letters."""
    if isinstance(strings, str):
        raise LetterError(
            f"expected a list of strings, found the string {quote(strings)}; [{quote(strings)}] is"
            " a list of one"
        )
    try:
        return list(strings)
    except TypeError:
        raise LetterError(
            f"expected a list of strings, found a value of type {type(strings).__name__}"
        ) from None


class Alphabet:
    """The letters a network reads and writes.

    Parameters
    ----------
    letters : str
        1 to 64 distinct characters; letter i has index i and the one-hot row with a 1 in place i.
    end : bool
        Whether the network may also say END, which has the last index and no one-hot row of its
        own:
        it is an output that stops the decoder, and is never fed back.

    Raises
    ------
    ValueError
        If there is no letter, more than 64, or one of them twice (which, and where), or it is no
        string.
    """

    def __init__(self, letters="abc", end=False):
        if not isinstance(letters, str):
            raise ValueError(
                "an alphabet is a string of its letters, such as 'abc'; this is a value of type"
                f" {type(letters).__name__}"
            )
        if not 1 <= len(letters) <= LARGEST:
            raise ValueError(
                f"an alphabet has 1 to {LARGEST} letters, {quote(letters)} has {len(letters)}"
            )
        for i, letter in enumerate(letters):
            if letter in letters[:i]:
                raise ValueError(
                    f"letter {letter!r} stands at positions {letters.index(letter) + 1} and {i + 1}"
                    f" of {quote(letters)}; each letter may stand there once"
                )
        self.letters, self.end = letters, bool(end)
        self.outputs = (
            [*letters, END] if end else list(letters)
        )  # what the network can say, in order of index

    def __setattr__(self, name, value):
        if name in vars(self):  # networks share it
            raise AttributeError(
                f"an alphabet stays as it is; make another: Alphabet({self.letters!r}, end=...)"
            )
        super().__setattr__(name, value)

    def __len__(self):
        return len(self.letters)

    def __eq__(self, other):
        return isinstance(other, Alphabet) and (self.letters, self.end) == (
            other.letters,
            other.end,
        )

    def __hash__(self):
        return hash((self.letters, self.end))

    def __repr__(self):
        return f"Alphabet({self.letters!r}{', end=True' if self.end else ''})"

    def read(self, text, longest=None, empty=False):
        """Return `text` if every character is a letter of this alphabet.

        Raises
        ------
        LetterError
            For a letter outside the alphabet (which, where), for '' unless `empty`, and for more
            than
            `longest` letters.
        """
        if not isinstance(text, str):
            raise LetterError(
                f"expected a string of the letters {quote(self.letters)}, "
                f"found a value of type {type(text).__name__}"
            )
        if not text and not empty:
            raise LetterError(f"the string is empty; type at least one of {quote(self.letters)}")
        if longest is not None and len(text) > longest:
            raise LetterError(f"{quote(text)} has {len(text)} letters; at most {longest} fit here")
        for i, letter in enumerate(text):
            if letter not in self.letters:
                raise LetterError(
                    f"letter {letter!r} at position {i + 1} of {quote(text)} "
                    f"is not one of {quote(self.letters)}"
                )
        return text

    def indices(self, text):
        """Indices of the letters of a string, or of several strings of one length.

        Parameters
        ----------
        text : str or list of str

        Returns
        -------
        (T,) int array for a string, (T, B) for a list of B strings: time always comes first.

        Raises
        ------
        LetterError
            For a letter outside the alphabet, or strings of different lengths.
        """
        if isinstance(text, str):
            return np.array(
                [self.letters.index(letter) for letter in self.read(text, empty=True)], dtype=int
            )
        text = listed(text)
        for other in text:
            if not isinstance(other, str):
                self.read(other)  # says what it is
            if len(other) != len(text[0]):
                raise LetterError(
                    f"strings of one length make a batch; {quote(text[0])} has {len(text[0])} "
                    f"letters and {quote(other)} has {len(other)}"
                )
        return (
            np.stack([self.indices(t) for t in text], axis=1)
            if text
            else np.zeros((0, 0), dtype=int)
        )

    def one_hot(self, text):
        """One-hot rows of a string (T, V), or of a list of B strings of one length (T, B, V)."""
        return np.eye(len(self))[self.indices(text)]

    def text(self, indices):
        """The string that indices spell, up to END; for a (T, B) array a list of B strings.
        LetterError for what is no index."""
        found, indices = np.asarray(indices), np.asarray(indices, dtype=int)
        if (
            found.ndim not in (1, 2)
            or found.size
            and (found.dtype.kind not in "iu" or not 0 <= found.min() <= found.max() <= len(self))
        ):
            raise LetterError(
                f"letters are spelt by indices from 0 to {len(self)}, which ends the string, (T,)"
                f" or (T, B); found {found.dtype} of shape {found.shape}:"
                f" {quote(str(found).replace(chr(10), ' '))}"
            )
        if indices.ndim > 1:
            return [self.text(column) for column in indices.T]
        spoken = itertools.takewhile(
            lambda i: i < len(self), indices
        )  # END has the index after the last letter
        return "".join(self.letters[i] for i in spoken)

    def strings(self, length):
        """All strings of a length, in the alphabet's order: 27 of length 3 over 'abc'. ValueError
        for a length of which there are too many."""
        if whole(length, "the length of the strings") * math.log(len(self)) > math.log(MOST):
            raise ValueError(
                f"there are {len(self)}^{length} strings of {length} letters over"
                f" {quote(self.letters)}; at most {MOST:,} are made at once"
            )
        return ["".join(letters) for letters in itertools.product(self.letters, repeat=length)]
