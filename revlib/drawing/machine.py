"""The whole machine at a glance, with the part lit that a chapter is about."""

import numpy as np

from revlib.drawing.flows import head
from revlib.drawing.marks import letter_disc
from revlib.drawing.picture import FAINT, PAPER, on_paper, themed

# Pixels
WIDTH = 640
HEIGHT = 214
COLUMNS = [32 + 96 * k for k in range(7)]  # the middles of S(0), …, S(3), _S(1), …, _S(3)
TOP = 78  # of a state
CELL_W = 16
CELL_H = 12
SPINE = 108  # the height of the arrows from state to state
BLAME = 92  # and of those that lead back
LETTERS = 182  # the middle of the letters that are read
SAID = 24  # and of those that are said
DISC = 12  # radius
BAR_H = 15  # of a probability of 1

UNLIT = 0.22  # opacity of what the chapter is not about
EVEN = 0.3  # opacity of a state's cells, if no states are given
THOUGHT = 3  # the column

PARTS = {
    "all": "Read 'abc', hand the thought vector over, say 'cba'",
    "encoder": "The encoder reads: each letter changes the state",
    "thought": "The thought vector: all that is handed over",
    "decoder": "The decoder says: each letter said is read again",
    "scores": "Scores become probabilities, and those a letter",
    "blame": "Blame flows back, from the letters said to the letters read",
    "weights": "Behind these arrows stand the weights, which training moves",
}


def draw_machine(part="all", S=None, P=None, titled=True):
    """Draw the network unrolled on 'abc' and 'cba', one part of it lit.

    Parameters
    ----------
    part : str
        A key of PARTS.
    S : (7, n) array, optional
        The states S(0), …, S(3), _S(1), …, _S(3): the larger, the stronger a cell's colour.
    P : (3, 3) array, optional
        The probabilities of a, b and c at each step, drawn as bars.
    titled : bool
        Whether its words stand under it.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there is no such part; the message lists them.
    """
    if part not in PARTS:
        raise ValueError(f"there is no part {part!r} of the machine; there are {', '.join(PARTS)}")
    arrows = part in ("all", "weights")
    lit = {
        "letters": part in ("all", "encoder"),
        "encoder": part in ("all", "encoder"),
        "thought": part in ("all", "encoder", "thought"),
        "decoder": part in ("all", "decoder"),
        "fed": part in ("all", "decoder"),
        "scores": part in ("all", "scores"),
        "said": part in ("all", "decoder", "scores"),
        "reading": arrows or part == "encoder",
        "saying": arrows or part == "decoder",
        "scoring": arrows or part == "scores",
    }
    groups = [
        ("fed", _feedback()),
        ("reading", _spine(range(THOUGHT), "encoder") + _up(range(1, 4), "input")),
        ("saying", _spine(range(THOUGHT, 6), "decoder") + _up(range(4, 7), "input")),
        ("scoring", _stems()),
        ("letters", _letters(1, "abc", LETTERS, "input")),
        ("fed", _start() + _letters(5, "cb", LETTERS, "input")),
        ("encoder", "".join(_state(k, S, "encoder") for k in range(THOUGHT))),
        ("thought", _state(THOUGHT, S, "encoder") + _frame()),
        ("decoder", "".join(_state(k, S, "decoder") for k in range(4, 7))),
        ("scores", "".join(_bars(k, P) for k in range(3))),
        ("said", _letters(4, "cba", SAID, "output")),
    ]
    body = "".join(f"<g{_seen(lit[name])}>{drawn}</g>" for name, drawn in groups)
    if part == "blame":
        body += _blame()
    words = f"{PARTS[part]}."
    place = f'x="{WIDTH / 2:g}" y="{HEIGHT - 4}"'
    title = f'<text {place} fill="{FAINT}">{PARTS[part]}</text>' if titled else ""
    return on_paper(body + title, WIDTH, HEIGHT, words, "1")


def _seen(lit):
    """Return the attribute of what is lit, or not."""
    return "" if lit else f' opacity="{UNLIT}"'


def _state(k, S, role):
    """Return a state: five cells upright, the first hollow."""
    colour = themed(role)
    count = 5 if S is None else S.shape[1]
    high = 5 * CELL_H / count
    limit = 1 if S is None else float(np.abs(S).max()) or 1
    dashes = ' stroke-dasharray="2 2"' if k == 0 else ""
    cells = []
    for unit in range(count):
        full = (EVEN if k else 0) if S is None else abs(float(S[k, unit])) / limit
        place = f'x="{COLUMNS[k] - CELL_W / 2:g}" y="{TOP + unit * high:.4g}"'
        size = f'width="{CELL_W}" height="{high:.4g}"'
        cells.append(f'<rect {place} {size} fill-opacity="{full:.2f}"{dashes}/>')
    return f'<g fill="{colour}" stroke="{colour}">{"".join(cells)}</g>'


def _frame():
    """Return the frame of the thought vector: the encoder's last state is the decoder's first."""
    x = COLUMNS[THOUGHT] - CELL_W / 2 - 5
    size = f'width="{CELL_W + 10}" height="{5 * CELL_H + 10}" rx="4"'
    look = f'fill="none" stroke="{themed("decoder")}" stroke-width="2.5"'
    return f'<rect x="{x:g}" y="{TOP - 5}" {size} {look}/>'


def _arrow(x0, y0, x1, y1, role, width=2.5):
    """Return a straight arrow, on a casing that clears what it crosses."""
    colour = themed(role)
    ahead = np.sign(x1 - x0), np.sign(y1 - y0)
    thick = 0.8 + width / 8
    stop = 6 * thick
    line = f"M{x0:g} {y0:g}L{x1 - stop * ahead[0]:.4g} {y1 - stop * ahead[1]:.4g}"
    return (
        f'<path d="{line}" stroke="{PAPER}" stroke-width="{width + 6:g}"/>'
        f'<path d="{line}" stroke="{colour}" stroke-width="{width:g}"/>'
        f"{head(x1, y1, ahead, thick, False, colour)}"
    )


def _spine(columns, role):
    """Return the arrows from states to those after them."""
    arrows = []
    for k in columns:
        left = COLUMNS[k] + CELL_W / 2 + (7 if k == THOUGHT else 2)
        right = COLUMNS[k + 1] - CELL_W / 2 - (7 if k + 1 == THOUGHT else 2)
        arrows.append(_arrow(left, SPINE, right, SPINE, role))
    return "".join(arrows)


def _up(columns, role):
    """Return the arrows from letters up to states."""
    ends = {k: TOP + 5 * CELL_H + (7 if k == THOUGHT else 2) for k in columns}
    starts = {k: LETTERS - (5 if k == 4 else DISC + 1) for k in columns}
    return "".join(_arrow(COLUMNS[k], starts[k], COLUMNS[k], ends[k], role, 2) for k in columns)


def _letters(first, letters, y, role):
    """Return letters on discs, from one column on."""
    return "".join(
        letter_disc(x, y, letter, role, DISC) for x, letter in zip(COLUMNS[first:], letters)
    )


def _start():
    """Return the ring that stands for no letter: the decoder's first input."""
    look = f'fill="none" stroke="{themed("input")}" stroke-width="2"'
    return f'<circle cx="{COLUMNS[4]}" cy="{LETTERS}" r="4" {look}/>'


def _bars(k, P):
    """Return the probabilities of a step as three bars."""
    right = {0: 2, 1: 1, 2: 0}[k]  # c, b, a
    heights = P[k] if P is not None else [0.9 if j == right else 0.3 for j in range(3)]
    x = COLUMNS[4 + k]
    bars = "".join(
        f'<rect x="{x - 11 + 8 * j}" y="{64 - BAR_H * p:.4g}" width="6" height="{BAR_H * p:.4g}"/>'
        for j, p in enumerate(np.asarray(heights).tolist())
    )
    return (
        f'<g fill="{themed("output")}">{bars}<rect x="{x - 13}" y="64" width="26" height="1"/></g>'
    )


def _stems():
    """Return the lines from states to their probabilities, and on to the letters."""
    lines = "".join(f"M{x} {TOP - 1}V67M{x} 47V{SAID + DISC + 1}" for x in COLUMNS[4:])
    return f'<path d="{lines}" stroke="{themed("output")}" stroke-width="2"/>'


def _feedback():
    """Return the two lines from letters said to where they are read again."""
    colour = themed("output")
    parts = []
    for k in (4, 5):
        x = COLUMNS[k]
        half = x + 48
        end = COLUMNS[k + 1] - DISC - 2
        path = (
            f"M{x + DISC + 1} {SAID}H{half - 8}Q{half} {SAID} {half} {SAID + 8}"
            f"V{LETTERS - 8}Q{half} {LETTERS} {half + 8} {LETTERS}H{end - 6}"
        )
        parts.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(head(end, LETTERS, (1, 0), 1, False, colour))
    return "".join(parts)


def _blame():
    """Return the arrows of blame, from the letters said back to the first state."""
    colour = themed("blame")
    parts = []
    for k in range(6):
        start = COLUMNS[k + 1] - CELL_W / 2 - (6 if k + 1 == THOUGHT else 2)
        end = COLUMNS[k] + CELL_W / 2 + (6 if k == THOUGHT else 2)
        parts.append(f'<path d="M{start:g} {BLAME}H{end:g}" stroke="{PAPER}" stroke-width="8"/>')
        look = f'stroke="{colour}" stroke-width="2.5" stroke-dasharray="6 3"'
        parts.append(f'<path d="M{start:g} {BLAME}H{end + 2:g}" {look}/>')
        tip = head(end, BLAME, (-1, 0), 1.2, True, colour)
        parts.append(f'<g fill="none" stroke="{colour}" stroke-width="2.5">{tip}</g>')
    for x in COLUMNS[4:]:
        look = f'fill="none" stroke="{colour}" stroke-width="2"'
        tip = head(x + 4, TOP, (0, 1), 1, True, colour)
        parts.append(f'<g {look}><path d="M{x + 4} 44V{TOP - 2}" stroke-dasharray="6 3"/>{tip}</g>')
    return "".join(parts)
