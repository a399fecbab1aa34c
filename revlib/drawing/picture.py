"""A picture: an SVG drawing, the words that say what it shows, its colours, and how its numbers are
written."""

import base64
from dataclasses import dataclass
from html import escape

import numpy as np

from revlib.notation import COLOURS

# Inline, a dark theme may change them; an image on its own is dark ink on white paper.
INK = "var(--revlib-ink,#222222)"
FAINT = "var(--revlib-faint,#6b6b6b)"
PAPER = "var(--revlib-paper,#ffffff)"


# What matplotlib draws in a colour that a dark theme may change.
THEMED = {
    "#000000": INK,
    "#767676": FAINT,
    "#ffffff": PAPER,
    "#c65d10": "var(--revlib-second,#c65d10)",  # a group of points that has no role
    **{colour: f"var(--revlib-{role},{colour})" for role, colour in COLOURS.items()},
}


def themed(role):
    """Return the colour of a role, which a dark theme may change."""
    return THEMED[COLOURS[role]]


def label(x, y, text, colour="var(--f)", look=""):
    """Return small words as an SVG element, on paper of their own: what lies under them stops."""
    return (
        f'<text x="{x:.4g}" y="{y:.4g}" font-size="12"{look} fill="{colour}"'
        f' stroke="{PAPER}" stroke-width="5" paint-order="stroke">{escape(text)}</text>'
    )


@dataclass(frozen=True, repr=False)
class Picture:
    """A drawing and its words: its title, its alternative text, and what `print` shows.

    A notebook stores it as an image with that alternative text, which is seen before any cell is
    run. A panel puts `svg` itself on the page.
    """

    body: str  # SVG elements
    width: float  # pixels
    height: float
    words: str
    kind: str = "cells"  # or "plot": drawn by matplotlib, so its bytes depend on that version

    @property
    def svg(self):
        """The whole drawing, an SVG element."""
        width = f"{self.width:.0f}"
        height = f"{self.height:.0f}"
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
            f' role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
            f' style="{self._look};height:auto">'
            f"<title>{escape(self.words)}</title>{self.body}</svg>"
        )

    @property
    def _look(self):
        """How wide it may be: no wider than the page, and, where a page says so (a phone's), no
        smaller than can be read."""
        return f"max-width:100%;min-width:calc(var(--revlib-least,0)*{self.width:.0f}px)"

    def _repr_html_(self):
        data = base64.b64encode(self.svg.encode()).decode()
        return (
            f'<img class="revlib-{self.kind}" alt="{escape(self.words)}"'
            f' src="data:image/svg+xml;base64,{data}" style="{self._look}">'
        )

    def __repr__(self):
        return self.words


def on_paper(body, width, height, words, stroke=".6"):
    """Return SVG elements as a Picture: on paper, in the book's type, their words centred.

    Parameters
    ----------
    body : str
        SVG elements; for them --i is the ink's colour and --f that of faint lines.
    width, height : float
        Pixels.
    words : str
        What the picture shows.
    stroke : str
        How wide a line is that does not say it, in pixels.

    Returns
    -------
    Picture
    """
    return Picture(
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="{PAPER}"/>'
        f'<g style="--i:{INK};--f:{FAINT}" font-family="DejaVu Sans,Verdana,sans-serif"'
        f' font-size="13" text-anchor="middle" stroke-width="{stroke}">{body}</g>',
        width,
        height,
        words,
    )


def drawable(values, name, empty=False):
    """Return values as a float array; a number that is not finite would just be missing.

    Parameters
    ----------
    values : array or float
    name : str
        What the values are called in the message.
    empty : bool
        Whether a NaN is an empty cell, and so allowed.

    Raises
    ------
    FloatingPointError
        If a value is infinite or NaN; the message says which, and where.
    """
    values = np.asarray(values, dtype=float)
    missing = np.isinf(values) if empty else ~np.isfinite(values)
    if missing.any():
        place = tuple(np.argwhere(missing)[0].tolist())
        where = f" at place {', '.join(str(k + 1) for k in place)}" if place else ""
        raise FloatingPointError(
            f"{name} is {values[place]}{where}; a picture shows finite numbers"
        )
    return values


def number(value, digits=2):
    """Return a value as a picture shows it: up to `digits` decimals, if six characters hold them.

    If even the whole part needs more than six, it has an exponent: 1.2e7.
    """
    for decimals in range(digits, -1, -1):
        text = f"{value:.{decimals}f}"
        if float(text) == 0:
            text = text.removeprefix("-")  # no -0.00
        if len(text) <= 6:
            return text
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def minus(text):
    """Return a number's text with the sign that axes have too."""
    return text.replace("-", "−")
