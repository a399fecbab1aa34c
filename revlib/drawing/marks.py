"""Numbers as lengths and places, beside the cells that hold them: bars, a floor, a number line; and
letters on discs."""

from dataclasses import dataclass
from html import escape
from math import pi, sin

import numpy as np

from revlib.drawing.blocks import CELL_W
from revlib.drawing.picture import PAPER, drawable, label, themed

# Pixels
UP = 26  # the longest bar, above the floor or below it
ROOM = 3  # between the longest bar and what is next to it
LINE_H = 46  # from a number line to the one that magnifies a part of it
ARC = 20  # the highest jump over a number line


@dataclass(frozen=True)
class Bars:
    """A bar for each number of a row of cells, up from a floor, or down if it is negative.

    Parameters
    ----------
    values : (columns,) array
    role : str
        A key of notation.COLOURS.
    limit : float
        The number with the longest bar.
    below : bool
        Whether there is room for bars under the floor.
    cut : bool
        Whether the floor lets nothing below it: such a bar is only an outline, as after ReLU.
    width : float
        Of a cell, in pixels.
    height : float
        Of the longest bar, in pixels.
    """

    values: np.ndarray
    role: str
    limit: float = 1
    below: bool = True
    cut: bool = False
    width: float = CELL_W
    height: float = UP

    @property
    def size(self):
        """Width and height in pixels."""
        sides = 2 if self.below else 1
        return len(self.values) * self.width, sides * (self.height + ROOM)

    def svg(self, x, y):
        """Return the bars as an SVG element, their upper left corner at (x, y).

        Raises
        ------
        FloatingPointError
            If a value is not finite; the message says which.
        """
        values = drawable(self.values, "the bars")
        ground = y + ROOM + self.height
        bars = []
        for j, value in enumerate(values.tolist()):
            long = self.height * min(1, abs(value) / self.limit)
            left = x + (j + 0.25) * self.width
            top = ground - long if value > 0 else ground
            look = ' fill-opacity=".45"'
            if value < 0 and self.cut:
                look = ' fill="none" stroke-dasharray="3 2"'
            if value != 0:
                size = f'width="{self.width / 2:g}" height="{long:.2f}"'
                bars.append(f'<rect x="{left:g}" y="{top:.2f}" {size}{look}/>')
        thick = ' stroke-width="2"' if self.cut else ""
        across = f"M{x:g} {ground:g}h{self.size[0]:g}"
        return (
            f'<g data-mark="bars" color="{themed(self.role)}" fill="currentColor"'
            f' stroke="currentColor" stroke-width="1">{"".join(bars)}'
            f'<path d="{across}" stroke="var(--i)"{thick}/></g>'
        )


@dataclass(frozen=True)
class NumberLine:
    """A number from 0 to 1, found digit by digit: the part where it lies is cut again, below.

    Parameters
    ----------
    digits : sequence of int
        After the point.
    base : int
        Into how many parts each line is cut.
    names : sequence of str
        What each part is called.
    role : str
        A key of notation.COLOURS.
    before : float, optional
        Where the number was: an arc leads from there.
    levels : int
        Lines, one under another.
    width : float
        In pixels.
    """

    digits: tuple
    base: int
    names: tuple
    role: str
    before: float | None = None
    levels: int = 3
    width: float = 420

    @property
    def size(self):
        """Width and height in pixels."""
        return self.width + 24, ARC + 12 + self.levels * LINE_H

    def svg(self, x, y):
        """Return the lines as an SVG element, their upper left corner at (x, y)."""
        left = x + 12
        top = y + ARC + 12
        parts = []
        for level in range(self.levels):
            part = int(self.digits[level]) if level < len(self.digits) else 0
            if level < self.levels - 1:
                parts.append(self._magnifier(left, top, part))
            parts.append(self._line(left, top, self._value(level), part, level))
            top += LINE_H
        if self.before is not None:
            parts.append(self._jump(left, y + ARC + 12))
        return (
            f'<g data-mark="line" color="{themed(self.role)}" fill="none"'
            f' stroke="currentColor" stroke-width="1.2">{"".join(parts)}</g>'
        )

    def _value(self, first=0):
        """Return the number that the digits from one on make, from 0 to 1."""
        powers = np.arange(1.0, len(self.digits) + 1 - first)
        return float(np.asarray(self.digits[first:]) @ self.base**-powers) if len(powers) else 0.0

    def _line(self, left, top, value, part, level):
        """Return one line: its cuts, the names of its parts, the chosen part, the point."""
        step = self.width / self.base
        ends = ["0", "1"] if level == 0 else ["", ""]
        cuts = "".join(f"M{left + k * step:.4g} {top - 4:g}v8" for k in range(self.base + 1))
        chosen = f'x="{left + part * step:.4g}" y="{top - 4:g}" width="{step:.4g}" height="8"'
        at = left + value * self.width
        parts = [
            f'<rect {chosen} fill="currentColor" fill-opacity=".3" stroke="none"/>',
            f'<path d="M{left:g} {top:g}h{self.width:g}{cuts}" stroke="var(--f)"/>',
            f'<circle cx="{at:.4g}" cy="{top:g}" r="4" fill="currentColor" stroke="none"/>',
        ]
        texts = [(left + (k + 0.5) * step, top + 17, name) for k, name in enumerate(self.names)]
        texts += [(left - 8, top + 4, ends[0]), (left + self.width + 8, top + 4, ends[1])]
        for across, down, text in texts:
            if text.strip():
                parts.append(label(across, down, text))
        return "".join(parts)

    def _magnifier(self, left, top, part):
        """Return the two lines from the ends of a part to those of the line that shows it large."""
        step = self.width / self.base
        near = top + 5
        far = top + LINE_H - 6
        sides = f"M{left + part * step:.4g} {near:g}L{left:g} {far:g}"
        sides += f"M{left + (part + 1) * step:.4g} {near:g}L{left + self.width:g} {far:g}"
        return f'<path d="{sides}" stroke="var(--f)" stroke-dasharray="2 3" stroke-width=".8"/>'

    def _jump(self, left, top):
        """Return an arc from where the number was to where it is, higher the farther."""
        value = self._value()
        start = left + self.before * self.width
        end = left + value * self.width
        high = top - 6 - 2 * ARC * sin(pi / 2 * abs(value - self.before))
        foot = top - 6
        tip = f"M{end - 4:.4g} {foot - 7:.4g}L{end:.4g} {foot:.4g}L{end + 4:.4g} {foot - 7:.4g}z"
        return (
            f'<path d="M{start:.4g} {foot:g}Q{(start + end) / 2:.4g} {high:.4g} {end:.4g} {foot:g}"'
            f'/><path d="{tip}" fill="currentColor" stroke="none"/>'
        )


def letter_disc(x, y, letter, role, radius=12):
    """Return a letter on a disc around (x, y), an SVG element: a full one if it is said."""
    colour = themed(role)
    inside, ink = (colour, PAPER) if role == "output" else (PAPER, colour)
    return (
        f'<circle cx="{x:.5g}" cy="{y:g}" r="{radius}" fill="{inside}" stroke="{colour}"'
        f' stroke-width="2"/><text x="{x:.5g}" y="{y + 4.5:g}" font-weight="bold"'
        f' fill="{ink}">{escape(letter)}</text>'
    )
