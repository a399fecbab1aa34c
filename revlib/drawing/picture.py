"""Floor 0: a picture, which is an SVG drawing and the words that say what it shows now; and how
numbers stand in it."""

import base64
import re
from dataclasses import dataclass
from html import escape

import numpy as np


@dataclass(frozen=True, repr=False)
class Picture:
    """One drawing. The words are its title, its alternative text, and what `print` shows.

    A notebook stores it as an image with that alternative text, which is seen before any cell is
    run;
    a panel puts `svg` itself on the page.
    """

    body: str  # SVG elements
    width: float  # pixels
    height: float
    words: str
    kind: str = "cells"  # or "plot": drawn by matplotlib, so its bytes depend on that version

    @property
    def svg(self):
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
            ' role="img" '
            f'width="{self.width:.0f}" height="{self.height:.0f}" viewBox="0 0 {self.width:.0f}'
            f' {self.height:.0f}" '
            f'style="max-width:100%;height:auto"><title>{escape(legible(self.words))}</title>{self.body}</svg>'
        )

    def _repr_html_(self):
        data = base64.b64encode(self.svg.encode()).decode()
        return (
            f'<img class="revlib-{self.kind}" alt="{escape(legible(self.words))}"'
            f' src="data:image/svg+xml;base64,{data}">'
        )

    def __repr__(self):
        return self.words


def legible(text):
    """`text` as an SVG can hold it: a character that no XML may have, such as NUL or half a
    surrogate pair, is written as
    Python writes it, \\x00."""
    return re.sub(
        "[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]",
        lambda found: ascii(found[0])[1:-1],
        str(text),
    )


def drawable(values, name):
    """`values` as a float array; FloatingPointError if one is no number or not finite: its place
    would just be empty."""
    values = np.asarray(values, dtype=float)
    if not np.isfinite(values).all():
        place = tuple(np.argwhere(~np.isfinite(values))[0].tolist())
        where = f" at place {', '.join(str(k + 1) for k in place)}" if place else ""
        raise FloatingPointError(
            f"{name} is {values[place]}{where}; a picture shows finite numbers"
        )
    return values


def number(value, digits=2):
    """A value as a picture shows it: up to `digits` decimals, as many as six characters hold, else
    1.2e7."""
    for decimals in range(digits, -1, -1):
        text = f"{value:.{decimals}f}"
        text = text if float(text) else text.removeprefix("-")  # no -0.00
        if len(text) <= 6:
            return text
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"
