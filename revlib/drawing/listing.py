"""The machine, and beside each of its parts the lines of a program that compute it."""

from html import escape

from revlib.drawing import machine
from revlib.drawing.picture import FAINT, INK, PAPER, Picture, themed

# Pixels
WIDTH = 700
OVER = 118  # the machine's top
LEFT = 30  # and its left edge
HEIGHT = OVER + 280
LINE = 16
CODE = 'font-family="DejaVu Sans Mono,monospace" font-size="12" text-anchor="start"'

BELOW = OVER + 232  # the first line under the machine
# name -> role, where its lines stand, and the corners of the line from there to its part
PLACES = {
    "letters": ("input", 8, BELOW, [(158, BELOW - 13), (158, 197 + OVER)]),
    "reading": ("encoder", 8, 88, [(110, 94), (110, 103 + OVER)]),
    "thought": ("encoder", 200, 112, [(344, 108), (350, 108), (350, 71 + OVER)]),
    "saying": ("decoder", 200, BELOW + 36, [(398, BELOW + 23), (398, 113 + OVER)]),
    "fed": ("input", 450, BELOW, [(542, BELOW - 13), (542, 197 + OVER)]),
    "scores": ("output", 440, 24, [(610, 44), (610, 57 + OVER), (558, 57 + OVER)]),
    "said": ("output", 396, 80, [(446, 102), (446, 10 + OVER)]),
    "weights": ("weights", 8, 24, []),
    "blame on scores": ("blame", 440, 88, [(574, 94), (574, 44 + OVER), (551, 44 + OVER)]),
    "blame, decoder": ("blame", 400, BELOW, [(494, BELOW - 13), (494, 97 + OVER)]),
    "blame, encoder": ("blame", 8, BELOW, [(206, BELOW - 13), (206, 97 + OVER)]),
}


def draw_listing(part, lines, words):
    """Draw the machine, each part joined to the lines of code that compute it.

    Parameters
    ----------
    part : str
        What is lit: a key of machine.PARTS.
    lines : dict of str to list of (int, str)
        A key of PLACES -> numbers of lines, and what stands there.
    words : str
        What the picture shows.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there is no such part, or no such place.
    """
    unknown = set(lines) - set(PLACES)
    if unknown:
        raise ValueError(f"there is no place {sorted(unknown)[0]!r}; there are {', '.join(PLACES)}")
    inner = machine.draw_machine(part, titled=False).body
    parts = []
    for name, some in lines.items():
        role, x, y, corners = PLACES[name]
        colour = themed(role)
        if corners:
            (x0, y0), *rest = corners
            path = f"M{x0} {y0}" + "".join(f"L{a} {b}" for a, b in rest)
            parts.append(
                f'<path d="{path}" fill="none" stroke="{PAPER}" stroke-width="5"/>'
                f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.2"/>'
                f'<circle cx="{rest[-1][0]}" cy="{rest[-1][1]}" r="3" fill="{colour}"/>'
            )
        for k, (number, code) in enumerate(some):
            parts.append(
                f'<text x="{x}" y="{y + LINE * k}" {CODE} fill="{colour}" xml:space="preserve">'
                f"{number:2}  {escape(code)}</text>"
            )
    return Picture(
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
        f'<g transform="translate({LEFT} {OVER})">{inner}</g>'
        f'<g style="--i:{INK};--f:{FAINT}">{"".join(parts)}</g>',
        WIDTH,
        HEIGHT,
        words,
    )
