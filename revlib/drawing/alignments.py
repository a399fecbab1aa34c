"""An alignment: which word read each word said looks at, as lines or as a grid. Knows nothing of
models."""

from html import escape
from itertools import compress

import numpy as np

from revlib.drawing.blocks import Block, draw
from revlib.drawing.picture import drawable, number, on_paper, themed
from revlib.drawing.words import (
    APART,
    EDGE,
    LINE,
    PILL_H,
    Answer,
    listed_words,
    pill,
    room_of,
    spread,
    text,
    width_of,
)

FAN_H = 104  # pixels from the words read to the words said
THICK = 9.0  # pixels, a line whose weight is 1
UNLIT = 0.28  # opacity of lines that are not lit
LEAST = 0.02  # a smaller weight has no line


def draw_alignment(
    read, said, weights, words="", lit=None, over="", under="", sure=None, right=None
):
    """Draw the words read, the words said under them, and lines as thick as their weights.

    Parameters
    ----------
    read, said : sequences of T and L str
        END too, if it is read or said.
    weights : (L, T) array
        How much each word said takes of each word read; a row of NaN is a word not said yet.
    words : str
        What the picture shows; which word looks most at which, if not given.
    lit : int, optional
        The word said whose lines alone are in full colour, from 1. Its weights stand as numbers
        over the words read.
    over, under : str
        A line over the words read and one under the words said: the number as it is written.
    sure : (L,) array, optional
        The probability of each word said, written under it.
    right : sequence of str, optional
        The right words. A wrong word has the right one under it.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If the weights do not fit the words, or there is no word `lit`.
    FloatingPointError
        If a weight is infinite.
    """
    weights = fitting(weights, read, said)
    if lit is not None and not 1 <= lit <= len(said):
        raise ValueError(f"{len(said)} words are said; word {lit} is none of them")
    answer = Answer(said, ~np.isnan(weights).any(axis=1), sure, right)
    rooms = room_of(read)
    captions = max(width_of(over), width_of(under)) + APART
    width = max(rooms.sum(), answer.rooms.sum(), captions)
    froms, tos = EDGE + spread(rooms, width), EDGE + spread(answer.rooms, width)
    shares = EDGE + LINE if over else EDGE  # of the lit word, over the words read
    top = shares if lit is None else shares + LINE
    foot = top + PILL_H + FAN_H
    middle = EDGE + width / 2

    parts = [lines(froms, tos, top + PILL_H, foot, weights, read, said, lit)]
    parts += [pill(x, top + PILL_H / 2, word, "input") for x, word in zip(froms, read)]
    parts.append(answer.svg(tos, foot, lit))
    if over:
        parts.append(text(middle, EDGE + 11, over))
    if lit is not None and answer.there[lit - 1]:
        most = weights[lit - 1].argmax()
        for place, (x, weight) in enumerate(zip(froms, weights[lit - 1].tolist())):
            bold = ' font-weight="bold"' if place == most else ""
            look = f' font-size="12" fill="{themed("encoder")}"{bold}'
            parts.append(text(x, shares + 12, number(weight), look))
    height = foot + answer.height + EDGE
    if under:
        parts.append(text(middle, height + 6, under))
        height += LINE
    words = words or looks(read, said, weights)
    return on_paper("".join(parts), width + 2 * EDGE, height, words)


def fitting(weights, read, said):
    """Return weights as a float array; ValueError if it has not a row a word said."""
    weights = drawable(weights, "a weight", empty=True)
    if weights.shape != (len(said), len(read)):
        raise ValueError(
            f"the weights have shape {weights.shape}; {len(said)} words said and {len(read)} read"
            f" have {(len(said), len(read))}"
        )
    return weights


def lines(froms, tos, top, foot, weights, read, said, lit):
    """Return the lines between two rows of words, those that are lit the last."""
    drawn = []
    half = (foot - top) / 2
    for t, row in enumerate(weights.tolist()):
        for i, weight in enumerate(row):
            if not weight >= LEAST:  # NaN too
                continue
            x0, x1 = froms[i], tos[t]
            says = f"{said[t]} looks at word {i + 1}, {read[i]}: {number(weight)}"
            shown = 0.25 + 0.6 * min(weight, 1)
            if lit is not None and t != lit - 1:
                shown *= UNLIT
            drawn.append(
                (
                    t + 1 == lit,
                    f'<path d="M{x0:.1f} {top:g}C{x0:.1f} {top + half:g} {x1:.1f} {foot - half:g}'
                    f' {x1:.1f} {foot:g}" stroke-width="{THICK * weight:.2f}"'
                    f' stroke-opacity="{shown:.2f}"><title>{escape(says)}</title></path>',
                )
            )
    drawn.sort(key=lambda pair: pair[0])
    body = "".join(line for _, line in drawn)
    return f'<g data-mark="lines" fill="none" stroke="{themed("encoder")}">{body}</g>'


def looks(read, said, weights):
    """Return which word said looks most at which word read, as a sentence."""
    spelled = f"Read: {listed_words(read)}."
    there = [(word, row) for word, row in zip(said, weights) if not np.isnan(row).any()]
    if not there:
        return spelled
    if np.isin(weights, (0, 1)).all():  # drawn by hand
        links = [
            f"{word} to {' and '.join(compress(read, row.tolist())) or 'none'}"
            for word, row in there
        ]
        return f"{spelled} Words said, joined to words read: {'; '.join(links)}."
    most = [f"{word} at {read[row.argmax()]} ({number(row.max())})" for word, row in there]
    return f"{spelled} Each word said looks most at: {', '.join(most)}."


def draw_shade(read, said, weights, words=""):
    """Draw weights as a grid of shaded cells: a row a word said, a column a word read.

    The heaviest of each row is framed.

    Parameters
    ----------
    read, said, weights, words
        As in draw_alignment.

    Returns
    -------
    Picture
    """
    weights = fitting(weights, read, said)
    there = ~np.isnan(weights).any(axis=1)
    mark = {(int(t), int(weights[t].argmax())) for t in np.flatnonzero(there)}
    width = max(48, *(width_of(word, 12) + 6 for word in read))
    block = Block(
        weights, "", "encoder", tuple(said), tuple(read), limit=1, mark=mark, width=round(width)
    )
    return draw([[block]], words or looks(read, said, weights))
