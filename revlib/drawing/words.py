"""Words in a row, each on its ground, and what a network said: how sure it was of each word, and
what would have been right. Knows nothing of models."""

from html import escape
from math import ceil

import numpy as np

from revlib.drawing.picture import FAINT, INK, PAPER, drawable, number, themed

# Pixels
EDGE = 12  # of a picture
PILL_H = 24  # a word on its ground
PAD = 9  # before and behind a word
APART = 12  # between two words, at the least
LINE = 18  # of a text

NARROW = {letter: 0.5 for letter in "fijlrt'-,.()"} | {letter: 1.05 for letter in "mwMW"}


def width_of(text, size=13):
    """Return how wide bold words are, about, never less than they are, in whole pixels.

    Whole ones add up alike in any order, so a drawing is the same with every NumPy.
    """
    return ceil(size * sum(NARROW.get(each, 0.86 if each.isupper() else 0.72) for each in text))


def pill(x, y, word, role, there=True):
    """Return a word on its ground, an SVG element around (x, y): full if it is said.

    What is not there yet is a dashed outline.
    """
    colour = themed(role)
    wide = width_of(word) + 2 * PAD
    said = role == "output" and there
    place = f'x="{x - wide / 2:.1f}" y="{y - PILL_H / 2:g}" width="{wide:.1f}" height="{PILL_H}"'
    inside = f'fill="{colour if said else PAPER}" stroke="{colour}"'
    if not there:
        return f'<rect {place} rx="11" {inside} stroke-width="1.2" stroke-dasharray="3 3"/>'
    return (
        f'<rect {place} rx="11" {inside} stroke-width="2"/><text x="{x:.1f}" y="{y + 4.5:g}"'
        f' font-weight="bold" fill="{PAPER if said else colour}">{escape(word)}</text>'
    )


def room_of(words, others=()):
    """Return the width that each word needs, with what stands under it, an array."""
    wide = [width_of(word) + 2 * PAD for word in words]
    for place, other in enumerate(others):
        wide[place] = max(wide[place], width_of(other))
    return np.array(wide) + APART


def spread(rooms, width):
    """Return the middles of words in a row that is as wide as is said, left end at 0."""
    between = (width - rooms.sum()) / len(rooms)
    ends = np.cumsum(rooms + between)
    return ends - (rooms + between) / 2


def text(x, y, words, look=""):
    """Return a text as an SVG element; the picture's ink, if the look names no colour."""
    colour = "" if "fill" in look else f' fill="{INK}"'
    return f'<text x="{x:.1f}" y="{y:g}"{colour}{look}>{escape(words)}</text>'


def listed_words(words):
    """Return words in quotes, as a sentence has them: 'twenty five'."""
    return f"'{' '.join(words)}'"


class Answer:
    """The words said, in a row: how sure the network was of each, and what would have been right.

    Parameters
    ----------
    said : sequence of L str
        END too.
    there : (L,) bool array
        Which have been said yet.
    sure : (L,) array, optional
        The probability of each.
    right : sequence of str, optional
        The right words, END too.
    """

    def __init__(self, said, there, sure=None, right=None):
        self.said, self.there = tuple(said), there
        self.sure = None if sure is None else drawable(sure, "sure", empty=True)
        self.wrong = {}  # place -> what would be right
        for place, word in enumerate(self.said if right is not None else ()):
            expected = right[place] if place < len(right) else "nothing"
            if word != expected:
                self.wrong[place] = f"≠ {expected}"
        others = [self.wrong.get(place, "") for place in range(len(self.said))]
        self.rooms = room_of(self.said, others)

    @property
    def height(self):
        """In pixels."""
        lines = [self.sure is not None, bool(self.wrong)].count(True)
        return PILL_H + LINE * lines

    def svg(self, middles, y, lit=None):
        """Return SVG elements, the upper edge at y; word `lit`, from 1, is framed."""
        parts = []
        for place, (x, word) in enumerate(zip(middles, self.said)):
            there = bool(self.there[place])
            parts.append(pill(x, y + PILL_H / 2, word, "output", there))
            if place + 1 == lit:
                wide = width_of(word) + 2 * PAD + 6
                place_of = f'x="{x - wide / 2:.1f}" y="{y - 3:g}" rx="14" width="{wide:.1f}"'
                look = f'fill="none" stroke="{INK}" stroke-width="1.6"'
                parts.append(f'<rect {place_of} height="{PILL_H + 6}" {look}/>')
            below = y + PILL_H + 15
            if there and self.sure is not None:
                shown = number(self.sure[place])
                parts.append(text(x, below, shown, f' font-size="12" fill="{FAINT}"'))
                below += LINE
            if there and place in self.wrong:
                look = f' font-weight="bold" fill="{themed("input")}"'
                parts.append(text(x, below, self.wrong[place], look))
        return "".join(parts)
