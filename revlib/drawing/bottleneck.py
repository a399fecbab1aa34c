"""The bottleneck: all that is read goes through one vector, and all is said from it. Knows nothing
of models."""

import numpy as np

from revlib.drawing.flows import curved_arrow, straight_arrow
from revlib.drawing.marks import Bars
from revlib.drawing.picture import FAINT, PAPER, drawable, on_paper, themed
from revlib.drawing.words import (
    APART,
    EDGE,
    LINE,
    PAD,
    PILL_H,
    Answer,
    listed_words,
    pill,
    room_of,
    spread,
    text,
    width_of,
)

# Pixels
BAR_W = 8.0  # a number of a vector
GATHER = 50  # from the words read to the vector
DOWN = 38  # from the vector to the state
SAY = 26  # from the state to the words said
BESIDE = 34  # beside the vectors, more than the longest word
SMALL = ' font-size="12"'


def draw_thought(
    read,
    said,
    thought,
    states,
    words="",
    lit=1,
    over="",
    under="",
    sure=None,
    right=None,
    limit=None,
):
    """Draw how all that is read goes through one vector: the words, the vector, a state, the words.

    Parameters
    ----------
    read, said : sequences of T and L str
    thought : (n,) array
        The thought vector, drawn as bars.
    states : (L, n) array
        The decoder's state after each step; a row of NaN belongs to a word not said yet.
    words : str
        What the picture shows; which word is fed and which is said, if not given.
    lit : int
        The step whose state is drawn, from 1.
    over, under : str
        A line over the words read and one under the words said: the number as it is written.
    sure : (L,) array, optional
        The probability of each word said, written under it.
    right : sequence of str, optional
        The right words. A wrong word has the right one under it.
    limit : float, optional
        The number with the longest bar; the largest of all, if not given.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there is no step `lit`.
    FloatingPointError
        If a number is infinite.
    """
    thought, states = drawable(thought, "S(T)"), drawable(states, "_S(t)", empty=True)
    if not 1 <= lit <= len(said):
        raise ValueError(f"{len(said)} words are said; word {lit} is none of them")
    limit = limit or max(np.abs(thought).max(), np.nanmax(np.abs(states), initial=0)) or 1
    vectors = [
        Bars(values, role, limit, width=BAR_W)
        for values, role in ((thought, "encoder"), (states[lit - 1], "decoder"))
    ]
    answer = Answer(said, ~np.isnan(states).any(axis=1), sure, right)
    return Bottleneck(tuple(read), answer, vectors, lit, over, under).picture(words)


class Bottleneck:
    """Where everything in the drawing of one step stands, and each part of it as SVG elements.

    Parameters
    ----------
    read : tuple of T str
    answer : Answer
    vectors : (Bars, Bars)
        The thought vector and the decoder's state.
    lit : int
        The step, from 1.
    over, under : str
        As in draw_thought.
    """

    def __init__(self, read, answer, vectors, lit, over, under):
        self.read, self.answer, self.lit = read, answer, lit
        self.over, self.under = over, under
        self.thought, self.state = vectors
        self.fed = answer.said[lit - 2] if lit > 1 else ""
        self.name = f"the thought vector, {len(self.thought.values)} numbers"
        self._place_across()
        self._place_down()

    def _place_across(self):
        """Say where things stand, from left to right."""
        wide, self.high = self.thought.size
        longest = max(width_of(word) for word in self.answer.said) + 2 * PAD
        strip = max(wide, 2 * width_of(self.name, 12))  # the name stands left of the arrows
        captions = max(width_of(self.over), width_of(self.under)) + APART
        rooms = room_of(self.read)
        both_sides = 2 * (longest + BESIDE)  # where the word fed stands
        self.width = max(rooms.sum(), self.answer.rooms.sum(), captions, strip + both_sides)
        self.read_middles = EDGE + spread(rooms, self.width)
        self.said_middles = EDGE + spread(self.answer.rooms, self.width)
        self.middle = EDGE + self.width / 2
        self.names_left = self.middle - strip / 2  # of the vectors' names
        self.bars_left = self.middle - wide / 2
        self.beside = self.names_left - 14 - longest / 2  # the middle of the word fed

    def _place_down(self):
        """Say where things stand, from top to bottom: their upper edges."""
        self.read_top = EDGE + LINE if self.over else EDGE
        self.thought_top = self.read_top + PILL_H + GATHER
        self.state_top = self.thought_top + self.high + DOWN
        self.said_top = self.state_top + self.high + SAY
        self.height = self.said_top + self.answer.height + EDGE

    def picture(self, words=""):
        """Return the whole as a Picture; its words say the step, if none are given."""
        parts = [self.gathered(), self.kept(), self.handed_on(), self.fed_back()]
        parts += [self.answer.svg(self.said_middles, self.said_top, self.lit), self.captions()]
        height = self.height + LINE if self.under else self.height
        return on_paper("".join(parts), self.width + 2 * EDGE, height, words or self.sentence())

    def gathered(self):
        """Return the words read, and an arrow from each to the vector."""
        arrows = [
            curved_arrow(x, self.read_top + PILL_H, self.middle, self.thought_top - 3, "input")
            for x in self.read_middles
        ]
        middle = self.read_top + PILL_H / 2
        pills = [pill(x, middle, word, "input") for x, word in zip(self.read_middles, self.read)]
        return "".join(arrows + pills)

    def kept(self):
        """Return the thought vector with its name."""
        look = f'{SMALL} text-anchor="start" fill="{themed("encoder")}"'
        name = text(self.names_left, self.thought_top - 6, self.name, look)
        return name + self.thought.svg(self.bars_left, self.thought_top)

    def handed_on(self):
        """Return the steps from the vector to the state, and the word said, if it is said yet."""
        below = self.thought_top + self.high + 2
        start = f'{SMALL} text-anchor="start"'
        name = f"the decoder's state, step {self.lit}"
        steps = "1 step" if self.lit == 1 else f"{self.lit} steps"
        parts = [
            straight_arrow(self.middle, below, self.middle, self.state_top - 3, "decoder"),
            text(self.names_left, self.state_top - 6, name, f'{start} fill="{themed("decoder")}"'),
            text(self.middle + 8, self.state_top - 14, steps, f'{start} fill="{FAINT}"'),
        ]
        if self.answer.there[self.lit - 1]:
            below, said = self.state_top + self.high, self.said_middles[self.lit - 1]
            parts.append(self.state.svg(self.bars_left, self.state_top))
            parts.append(curved_arrow(self.middle, below, said, self.said_top - 4, "output"))
        return "".join(parts)

    def fed_back(self):
        """Return the word said before, which the state is fed; an empty circle at step 1."""
        level = self.state_top + self.high / 2
        if self.fed:
            mark, name = pill(self.beside, level, self.fed, "input"), "it is fed"
            half = width_of(self.fed) / 2 + PAD
        else:
            look = f'fill="{PAPER}" stroke="{themed("input")}" stroke-width="2"'
            mark = f'<circle cx="{self.beside:.1f}" cy="{level:g}" r="4" {look}/>'
            name, half = "fed nothing", 5
        name = text(self.beside, level - 20, name, f'{SMALL} fill="{FAINT}"')
        start, stop = self.beside + half + 2, self.bars_left - 2
        return mark + name + straight_arrow(start, level, stop, level, "input")

    def captions(self):
        """Return the lines over and under all, those that are given."""
        over = text(self.middle, EDGE + 11, self.over) if self.over else ""
        under = text(self.middle, self.height + 6, self.under) if self.under else ""
        return over + under

    def sentence(self):
        """Return what the picture shows, in words."""
        return (
            f"Read: {listed_words(self.read)}. All that is handed over is one vector of"
            f" {len(self.thought.values)} numbers. At step {self.lit} the decoder is fed"
            f" {repr(self.fed) if self.fed else 'nothing'}, and says"
            f" {self.answer.said[self.lit - 1]!r}."
        )
