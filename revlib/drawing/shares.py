"""Draws rows that are cut into shares, side by side. Knows nothing of models."""

from html import escape

import numpy as np

from revlib.drawing.picture import drawable, number, on_paper, themed

# Pixels
WIDE = 520  # a whole row
HIGH = 18
STEP = 24  # from row to row
LEFT = 90  # for the rows' names
HEAD = 24  # for the parts' names

# How a part is filled besides its colour: told apart in print, and by the colour-blind.
FILLS = {"solid": ".9", "pale": ".3", "striped": "0", "empty": "0"}
APART = 5  # pixels between stripes


def draw_shares(shares, rows, parts, words):
    """Draw each row as a bar that is cut into shares.

    Parameters
    ----------
    shares : (rows, parts) float array
        Each row sums to 1.
    rows : sequence of str
        What each row is.
    parts : dict of str to (role, fill)
        What each part is -> a key of notation.COLOURS, and one of FILLS.
    words : str
        What the picture shows.

    Returns
    -------
    Picture
        Pointed at, a piece says its row, its part and its share.

    Raises
    ------
    ValueError
        If a row does not sum to 1.
    FloatingPointError
        If a share is not finite.
    """
    shares = drawable(shares, "the shares")
    for name, row in zip(rows, shares, strict=True):
        if not np.isclose(row.sum(), 1):
            raise ValueError(f"the shares of {name} sum to {row.sum():g}, not 1")
    body = []
    x = LEFT
    for name, look in parts.items():
        body.append(_piece(x, 4, 12, 12, *look))
        body.append(f'<text x="{x + 17}" y="14">{escape(name)}</text>')
        x += 34 + 7 * len(name)
    for i, (name, row) in enumerate(zip(rows, shares)):
        top = HEAD + i * STEP
        body.append(f'<text x="{LEFT - 8}" y="{top + 13}" text-anchor="end">{escape(name)}</text>')
        left = LEFT
        for (part, look), share in zip(parts.items(), row, strict=True):
            if share > 0:
                said = f"{name}: {part} {number(100 * share, 1)} %"
                piece = _piece(left, top, WIDE * share, HIGH, *look)
                body.append(f'<g data-share="{share:.5f}"><title>{escape(said)}</title>{piece}</g>')
            left += WIDE * share
    look = 'font-size="12" text-anchor="start" fill="var(--i)"'
    width, height = LEFT + WIDE + 4, HEAD + len(rows) * STEP
    return on_paper(f"<g {look}>{''.join(body)}</g>", width, height, words)


def _piece(x, y, wide, high, role, fill):
    """Return a rectangle in a role's colour, filled in one of the ways of FILLS."""
    if fill not in FILLS:
        raise ValueError(f"fill {fill!r} is not one of {', '.join(FILLS)}")
    box = f'<rect x="{x:.2f}" y="{y}" width="{wide:.2f}" height="{high}"'
    box += f' fill-opacity="{FILLS[fill]}" stroke-width="1"/>'
    if fill == "striped":
        places = np.arange(x + APART / 2, x + wide, APART)
        stripes = "".join(f"M{place:.2f} {y}v{high}" for place in places)
        box += f'<path d="{stripes}" stroke-width="2"/>'
    return f'<g fill="{themed(role)}" stroke="{themed(role)}">{box}</g>'
