"""A mini-batch of texts of different lengths, padded to the longest. Knows nothing of models."""

import numpy as np

from revlib.drawing.picture import FAINT, on_paper, themed
from revlib.drawing.words import APART, EDGE, LINE, PILL_H, text, width_of


def draw_padded(read, said=(), words=""):
    """Draw a mini-batch of texts: padded before the first word read, and behind the last one said.

    Under each step stands how many texts have begun by it, or still speak.

    Parameters
    ----------
    read : sequence of texts, each a sequence of str
        The longest first.
    said : sequence of texts
        An answer each, END too; or none at all.
    words : str
        What the picture shows; how much is padded, if not given.

    Returns
    -------
    Picture
    """
    sides = [("read", "input", [tuple(each) for each in read], True)]
    if said:
        sides.append(("said", "output", [tuple(each) for each in said], False))
    parts, told = [], []
    top, right = EDGE, 0.0
    for name, role, texts, before in sides:
        long = max(map(len, texts))
        full = np.array([[_is_word(len(t), k, long, before) for k in range(long)] for t in texts])
        edges = EDGE + np.cumsum([0, *_columns(texts, long, before)])
        colour = themed(role)
        many = "have begun" if before else "not past END"
        heading = f"{name}, in {long} steps"
        look = f' font-weight="bold" fill="{colour}" text-anchor="start"'
        parts.append(text(EDGE, top + 12, heading, look))
        parts.append(_grid(texts, full, edges, top + LINE + 4, colour, before))
        below = top + LINE + 4 + len(texts) * PILL_H + 16
        look = f' font-size="12" fill="{FAINT}"'
        for middle, count in zip((edges[1:] + edges[:-1]) / 2, full.sum(axis=0).tolist()):
            parts.append(text(middle, below, str(count), look))
        parts.append(text(edges[-1] + 10, below, many, f'{look} text-anchor="start"'))
        empty = int((~full).sum())
        where = "before the first word" if before else "behind END"
        told.append(f"{name} in {long} steps, {empty} of {full.size} places padded {where}")
        top, right = below + 2 * APART, max(right, edges[-1] + 20 + width_of(many, 12))
    words = words or f"A mini-batch of {len(read)} texts: {'; '.join(told)}."
    return on_paper("".join(parts), right, top - APART, words)


def _columns(texts, long, before):
    """Return how wide each column of a padded mini-batch is."""
    columns = [[] for _ in range(long)]
    for each in texts:
        for k, word in enumerate(each, start=long - len(each) if before else 0):
            columns[k].append(width_of(word) + 14)
    return [max(widths) for widths in columns]


def _is_word(count, place, long, before):
    """Return whether a place of a padded text holds one of its words."""
    return place >= long - count if before else place < count


def _grid(texts, full, edges, top, colour, before):
    """Return the cells of texts: words on their ground, padding with stripes and without a word."""
    boxes, stripes, words = [], [], []
    for i, each in enumerate(texts):
        shift = full.shape[1] - len(each) if before else 0
        for k in range(full.shape[1]):
            x, y = edges[k], top + i * PILL_H
            cell = edges[k + 1] - x
            solid = full[i, k]
            look = ' fill-opacity=".2"' if solid else ' fill="none" data-padded=""'
            boxes.append(
                f'<rect x="{x:.1f}" y="{y:g}" width="{cell:.1f}" height="{PILL_H}"{look}/>'
            )
            if solid:
                look = ' font-weight="bold" stroke="none"'
                words.append(text(x + cell / 2, y + 16.5, each[k - shift], look))
            else:
                stripes.append(f"M{x:.1f} {y + PILL_H / 2:g}h{cell:.1f}")
    hatched = f'stroke-width="{PILL_H}" stroke-opacity=".3" stroke-dasharray="1 6"'
    return (
        f'<g fill="{colour}" stroke="{colour}">{"".join(boxes)}'
        f'<path d="{"".join(stripes)}" {hatched}/>{"".join(words)}</g>'
    )
