"""The machine drawn small: one emblem a chapter, its part in full colour."""

from revlib.drawing.picture import on_paper, themed

# Pixels
WIDTH = 104
HEIGHT = 48
SAID = 8  # the middle of the letters that are said
TOP = 17  # of a state
STATE_W = 8
STATE_H = 15
MIDDLE = TOP + STATE_H / 2
READ = 41  # the middle of the letters that are read
DISC = 3.6  # radius

UNLIT = 0.2  # opacity of what the chapter is not about

# chapter -> what its emblem shows in full colour, in words
EMBLEMS = {
    "00": "the whole machine",
    "01": "the encoder reads",
    "02": "the thought vector",
    "03": "the decoder says",
    "04": "scores become letters",
    "05": "blame flows back",
    "06": "the weights learn",
    "07": "longer strings",
    "08": "the state as a stack",
    "09": "the decoder looks back",
    "10": "a road with gates",
    "11": "wires without states",
    "12": "all of it on a page",
    "13": "words for letters",
    "A": "weights with gaps",
}

# chapter -> the parts of the machine that are lit
ALL = {"read", "encoder", "thought", "decoder", "said", "fed", "arrows in", "arrows out"}
LIT = {
    "01": {"read", "encoder", "thought", "arrows in"},
    "02": {"thought"},
    "03": {"decoder", "said", "fed", "arrows out"},
    "04": {"scores"},
    "05": {"blame"},
    "06": {"arrows in", "arrows out"},
    "08": {"encoder", "thought", "decoder"},
    "09": {"look"},
    "10": {"road"},
    "11": {"read", "said", "wires"},
    "A": {"arrows in", "arrows out"},
}
HIDDEN = {"04": {"said"}, "11": ALL - {"read", "said"}}


def draw_emblem(chapter):
    """Draw the small machine of a chapter.

    Parameters
    ----------
    chapter : str
        A key of EMBLEMS: what the names of a chapter's files begin with.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there is none for it; the message lists those that there are.
    """
    if chapter not in EMBLEMS:
        raise ValueError(f"chapter {chapter!r} has no emblem; there are {', '.join(EMBLEMS)}")
    half = 5 if chapter == "07" else 3  # letters
    pitch = WIDTH / (2 * half)
    columns = [pitch * (k + 0.5) for k in range(2 * half)]
    reading, saying = columns[:half], columns[half:]
    if chapter == "11":  # nothing stands between letters and letters
        reading = saying = [WIDTH * share for share in (0.15, 0.5, 0.85)]
    wide = 5 if half > 3 else STATE_W
    draws = {
        "look": lambda: _look(reading, saying),
        "road": lambda: _road(columns),
        "wires": lambda: _wires(reading, saying),
        "arrows in": lambda: _arrows(reading, wide, "encoder", chapter == "A"),
        "arrows out": lambda: _arrows(columns[half - 1 :], wide, "decoder", chapter == "A"),
        "fed": lambda: _letters(saying[1:], READ, "input", chapter),
        "read": lambda: _letters(reading, READ, "input", chapter),
        "encoder": lambda: _states(reading[:-1], wide, "encoder", chapter, 1),
        "thought": lambda: (
            _states(reading[-1:], wide, "encoder", chapter, 3) + _frame(reading, wide)
        ),
        "decoder": lambda: _states(saying, wide, "decoder", chapter, 2, -1),
        "scores": lambda: _scores(saying),
        "said": lambda: _letters(saying, SAID, "output", chapter),
        "blame": lambda: _blame(columns),
    }
    lit = LIT.get(chapter, ALL)
    shown = (ALL | lit) - HIDDEN.get(chapter, set())
    body = "".join(
        f'<g opacity="{1 if part in lit else UNLIT}">{draw()}</g>'
        for part, draw in draws.items()
        if part in shown
    )
    if chapter == "12":
        body = f'<g transform="translate(13 6) scale(.75)">{body}</g>{_page()}'
    return on_paper(body, WIDTH, HEIGHT, f"{EMBLEMS[chapter]}.", "2")


def _bar(x, y, width, height, colour):
    """Return a filled bar around the middle x."""
    size = f'width="{width:.4g}" height="{height:.4g}"'
    return f'<rect x="{x - width / 2:.4g}" y="{y:.4g}" {size} rx="1.5" fill="{colour}"/>'


def _states(columns, wide, role, chapter, first, by=1):
    """Return the states; as plates, one a letter that is held, where the chapter has a stack."""
    colour = themed(role)
    if chapter != "08":
        return "".join(_bar(x, TOP, wide, STATE_H, colour) for x in columns)
    plates = ""
    for k, x in enumerate(columns):
        for height in range(first + by * k):
            plates += _bar(x, TOP + STATE_H - 4 - 5.5 * height, 11, 4, colour)
    return plates


def _frame(reading, wide):
    """Return the frame of the thought vector."""
    x = reading[-1] - wide / 2 - 2.5
    size = f'width="{wide + 5}" height="{STATE_H + 5}" rx="3"'
    return f'<rect x="{x:.4g}" y="{TOP - 2.5}" {size} fill="none" stroke="{themed("decoder")}"/>'


def _letters(columns, y, role, chapter):
    """Return the letters as discs; in chapter 13 they are words, long and short ones."""
    colour = themed(role)
    if chapter != "13":
        return "".join(
            f'<circle cx="{x:.4g}" cy="{y}" r="{DISC}" fill="{colour}"/>' for x in columns
        )
    widths = (14, 8, 11) if role == "input" else (8, 14, 11)
    return "".join(_bar(x, y - 3, wide, 6, colour) for x, wide in zip(columns, widths))


def _arrows(columns, wide, role, dashed):
    """Return the lines from state to state, and from a letter up to each, and out to each."""
    colour = themed(role)
    parts = []
    for left, right in zip(columns, columns[1:]):
        parts.append(f"M{left + wide / 2:.4g} {MIDDLE}H{right - wide / 2:.4g}")
    inside = columns if role == "encoder" else columns[1:]
    for k, x in enumerate(inside):
        if role == "encoder" or k:
            parts.append(f"M{x:.4g} {READ - DISC}V{TOP + STATE_H}")
        if role == "decoder":
            parts.append(f"M{x:.4g} {TOP}V{SAID + DISC}")
    dashes = ' stroke-dasharray="2 2"' if dashed else ""
    return f'<path d="{"".join(parts)}" stroke="{colour}"{dashes}/>'


def _scores(saying):
    """Return the probabilities at each step as bars, the right letter's the highest."""
    colour = themed("output")
    bars = ""
    for right, x in zip((2, 1, 0), saying):
        for j in range(3):
            high = 13 if j == right else 5
            bars += _bar(x + 4.5 * (j - 1), 15 - high, 3.5, high, colour)
    return bars


def _blame(columns):
    """Return the way of blame, from the last state back to the first."""
    colour = themed("blame")
    y = MIDDLE
    x0, x1 = columns[0] + STATE_W / 2, columns[-1]
    line = f'<path d="M{x1:.4g} {SAID}V{y}H{x0 + 5:.4g}" stroke-width="3" fill="none"/>'
    tip = f'<path d="M{x0 + 9:.4g} {y - 6}L{x0:.4g} {y}L{x0 + 9:.4g} {y + 6}z" fill="{colour}"/>'
    return f'<g stroke="{colour}" stroke-dasharray="6 2">{line}</g>{tip}'


def _look(reading, saying):
    """Return how each step of the decoder looks at the letter that it says."""
    colour = themed("output")
    ways = "".join(
        f"M{x:.4g} {TOP + STATE_H}C{x:.4g} 47 {seen:.4g} 47 {seen:.4g} {TOP + STATE_H}"
        for x, seen in zip(saying, reversed(reading))
    )
    eyes = "".join(
        f'<circle cx="{x:.4g}" cy="{TOP + STATE_H}" r="2.6" fill="{colour}"/>' for x in reading
    )
    return f'<path d="{ways}" fill="none" stroke="{colour}"/>{eyes}'


def _road(columns):
    """Return the straight road over the states, with a gate at each."""
    colour = themed("encoder")
    road = f'<path d="M0 {TOP - 7}H{WIDTH}" stroke="{colour}" stroke-width="4"/>'
    gates = "".join(_bar(x, TOP - 13, 4, 12, themed("output")) for x in columns[:-1])
    return road + gates


def _wires(reading, saying):
    """Return the wires that lead each letter to its place, with nothing between."""
    ways = "".join(f"M{a:.4g} {READ - DISC}L{b:.4g} {SAID + DISC}" for a in reading for b in saying)
    right = "".join(
        f"M{a:.4g} {READ - DISC}L{b:.4g} {SAID + DISC}" for a, b in zip(reading, reversed(saying))
    )
    colour = themed("weights")
    return (
        f'<path d="{ways}" stroke="{colour}" stroke-width="1" opacity=".45"/>'
        f'<path d="{right}" stroke="{colour}"/>'
    )


def _page():
    """Return the outline of a page."""
    look = f'fill="none" stroke="{themed("weights")}" stroke-width="1.5"'
    return f'<path d="M6 1.5H90L98 9.5V46.5H6z M90 1.5V9.5H98" {look}/>'
