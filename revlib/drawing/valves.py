"""A gated cell as a road with valves on it: the LSTM's step, its memory through time, and what is
left after many steps. Knows nothing of models."""

from html import escape
from math import sqrt

import numpy as np

from revlib.drawing.blocks import CAPTION, CELL_H, CELL_W, Block, spoken
from revlib.drawing.flows import head
from revlib.drawing.marks import letter_disc
from revlib.drawing.picture import FAINT, PAPER, drawable, label, minus, number, on_paper, themed

# Pixels
WIDTH = 700
DISC = 9  # radius of a valve
UNLIT = 0.2  # opacity of what is not spoken of
ROAD = 7  # how thick the road of the memory is
PIPE = 2.2  # and all other lines

# The middles of what stands on and under the LSTM's road
BEFORE, FORGET, PASSED, ADD, AFTER, SHOW, OUT = 44, 126, 212, 305, 425, 585, 654
WRITE, CANDIDATE, OUTPUT = 230, 380, 500
LETTER = 88

PARTS = {
    "all": "One step of an LSTM: the memory C goes straight through, the state S goes below",
    "forget": "Forget: the gate f lets through its share of each number of the memory",
    "write": "Write: the gate i lets through its share of the candidate g, which is added",
    "show": "Show: the gate o lets through its share of tanh C(t), and that is S(t)",
}


def draw_lstm(part="all", C=None, S=None, f=None, i=None, g=None, o=None, t="t", mark="", read="x"):
    """Draw one step of an LSTM: the memory as a road, with gates as valves on it.

    Without numbers only the names are drawn.

    Parameters
    ----------
    part : str
        A key of PARTS: what is lit.
    C, S : (n,) arrays, optional
        Memory and state before the step.
    f, i, g, o : (n,) arrays, optional
        The gates and the candidate.
    t : str or int
        The step.
    mark : str
        What stands before the names of the decoder's states: "_".
    read : str
        The letter that is fed in; " " for none.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        If there is no such part; the message lists them.
    FloatingPointError
        If a number is not finite.
    """
    if part not in PARTS:
        raise ValueError(f"there is no part {part!r} of an LSTM; there are {', '.join(PARTS)}")
    names = _names(mark, t)
    made = None if C is None else _made(C, S, f, i, g, o)
    n = 2 if C is None else len(C)
    cells = _Cells(names, made, n, "decoder" if mark else "encoder")
    groups = {
        "forget": _forget(cells),
        "write": _write(cells),
        "show": _show(cells),
        "": _sums(cells, read),
    }
    body = ""
    for name, drawn in groups.items():
        seen = "" if part in ("all", name) else f' opacity="{UNLIT}"'
        body += f"<g{seen}>{drawn}</g>"
    words = f"{PARTS[part]}."
    if made:
        words += f" {names['C after']} is {spoken(made['C after'])}; {names['S after']} is "
        words += f"{spoken(made['S after'])}."
    title = f'<text x="{WIDTH / 2:g}" y="15" fill="{FAINT}">{PARTS[part]}</text>'
    return on_paper(title + body, WIDTH, cells.bottom, words)


def _names(mark, t):
    """Return what each row of cells is called."""
    before = t - 1 if isinstance(t, int) else f"{t}-1"
    C, S = f"{mark}C", f"{mark}S"
    return {
        "C": f"{C}({before})",
        "S": f"{S}({before})",
        "f": "f",
        "i": "i",
        "g": "g",
        "o": "o",
        "kept": f"f ∘ {C}({before})",
        "written": "i ∘ g",
        "C after": f"{C}({t})",
        "shown": f"tanh {C}({t})",
        "S after": f"{S}({t})",
    }


def _made(C, S, f, i, g, o):
    """Return every row of numbers of a step."""
    rows = {"C": C, "S": S, "f": f, "i": i, "g": g, "o": o}
    rows = {name: drawable(row, name) for name, row in rows.items()}
    kept = rows["f"] * rows["C"]
    written = rows["i"] * rows["g"]
    shown = np.tanh(kept + written)
    after = {"C after": kept + written, "shown": shown, "S after": rows["o"] * shown}
    return rows | {"kept": kept, "written": written} | after


class _Cells:
    """Where a step's rows of cells stand, and how they are drawn: numbers, or a name in a frame."""

    def __init__(self, names, made, n, role):
        self.names, self.made, self.role = names, made, role
        self.n = n
        self.high = n * CELL_H
        self.road = 30 + CAPTION  # the upper edge of the cells on the road
        self.middle = self.road + self.high / 2
        self.products = self.road + self.high + 42
        self.gates = self.products + self.high + 40
        self.boxes = self.gates + self.high + 14
        self.bus = self.boxes + 22 + 24
        self.bottom = self.bus + max(self.high / 2 + 14, 58)

    def draw(self, name, x, top, role, why=""):
        """Return a row of numbers, upright, its middle at x and its cells from `top` down."""
        title = minus(self.names[name])
        if self.made is None:
            wide = 60 if len(title) < 8 else 78
            box = f'x="{x - wide / 2:g}" y="{top:g}" width="{wide}" height="{self.high:g}" rx="6"'
            return (
                f'<rect {box} fill="{PAPER}" stroke="{themed(role)}" stroke-width="1.6"/>'
                f'<text x="{x:g}" y="{top + self.high / 2 + 4.5:g}" fill="{themed(role)}"'
                f' font-weight="bold">{title}</text>'
            )
        back = f'<rect x="{x - CELL_W / 2:g}" y="{top:g}" width="{CELL_W}" height="{self.high:g}"'
        block = Block(
            self.made[name][:, None],
            self.names[name],
            role,
            limit=1,
            title=title,
            why=why,
            names=tuple(str(k + 1) for k in range(self.n)),
        )
        return f'{back} fill="{PAPER}"/>' + block.svg(x - block.size[0] / 2, top - CAPTION)

    def valve(self, gate, x, middle):
        """Return a gate's valve: a disc for each unit, filled as far as it is open."""
        size = f'width="{2 * DISC + 8}" height="{self.high:g}" rx="8"'
        top = middle - self.high / 2
        place = f'x="{x - DISC - 4:g}" y="{top:g}"'
        parts = [f'<rect {place} {size} fill="{PAPER}" stroke="{themed("weights")}"/>']
        for k in range(self.n):
            share = 0.5 if self.made is None else float(self.made[gate][k])
            parts.append(disc(x, top + (k + 0.5) * CELL_H, share, themed(self.role)))
        return "".join(parts)


def disc(x, y, share, colour, radius=DISC):
    """Return a disc filled from below as far as a share of its height."""
    high = 2 * radius * min(max(share, 0), 1)
    half = sqrt(max(radius**2 - (radius - high) ** 2, 0))
    large = int(high > radius)
    level = y + radius - high
    fill = ""
    if high >= 2 * radius - 0.01:
        fill = f'<circle cx="{x:g}" cy="{y:g}" r="{radius}" fill="{colour}"/>'
    elif high > 0.01:
        arc = (
            f"M{x - half:.2f} {level:.2f}A{radius} {radius} 0 {large} 0 {x + half:.2f} {level:.2f}z"
        )
        fill = f'<path d="{arc}" fill="{colour}"/>'
    ring = f'cx="{x:g}" cy="{y:g}" r="{radius}" fill="none" stroke="{colour}" stroke-width="1.4"'
    return f'<g data-mark="valve" data-open="{share:.5g}">{fill}<circle {ring}/></g>'


def line(points, role, width=PIPE, tip=True, back=False):
    """Return a line along points, with a head at its end: filled forward, open and dashed back."""
    colour = themed(role)
    (x0, y0), (x1, y1) = points[-2:]
    ahead = np.sign(x1 - x0), np.sign(y1 - y0)
    thick = 0.8 + width / 9
    if tip and not back:
        x1, y1 = x1 - 6 * thick * ahead[0], y1 - 6 * thick * ahead[1]
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in [*points[:-1], (x1, y1)])
    dashes = ' stroke-dasharray="5 3"' if back else ""
    parts = [f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width:.3g}"{dashes}/>']
    if tip:
        drawn = head(*points[-1], ahead, thick, back, colour)
        look = f' fill="none" stroke="{colour}" stroke-width="{max(1, min(width, 2)):g}"'
        parts.append(f"<g{look if back else ''}>{drawn}</g>")
    return "".join(parts)


def _forget(c):
    """Return the road up to the sum, the gate on it, and what makes that gate."""
    half = CELL_W / 2 if c.made else 30
    over = c.gates - (CAPTION if c.made else 0)
    parts = [
        line([(BEFORE + half, c.middle), (ADD - 11, c.middle)], c.role, ROAD),
        line([(FORGET, over), (FORGET, c.road + c.high + 2)], "weights"),
        c.draw("C", BEFORE, c.road, c.role),
        c.valve("f", FORGET, c.middle),
        c.draw("f", FORGET, c.gates, "weights"),
        _box(c, FORGET, "σ"),
    ]
    if c.made:
        why = f"times|{c.names['f']}|{c.names['C']}"
        parts.append(c.draw("kept", PASSED, c.road, c.role, why))
    return "".join(parts)


def _write(c):
    """Return the candidate, the gate before it, and the sum on the road."""
    half = CELL_W / 2 if c.made else 30
    level = c.gates + c.high / 2
    top = c.products if c.made else c.middle + 12
    parts = [
        line([(WRITE + half, level), (ADD - DISC - 5, level)], "weights"),
        line([(CANDIDATE - half, level), (ADD + DISC + 5, level)], c.role),
        line(
            [(ADD, c.gates), (ADD, c.products + c.high if c.made else top)], c.role, tip=not c.made
        ),
        c.draw("i", WRITE, c.gates, "weights"),
        c.draw("g", CANDIDATE, c.gates, c.role),
        c.valve("i", ADD, level),
        _box(c, WRITE, "σ"),
        _box(c, CANDIDATE, "tanh"),
        line([(ADD + 11, c.middle), (WIDTH - 4, c.middle)], c.role, ROAD),
        _plus(c, ADD),
    ]
    if c.made:
        above = c.products - CAPTION
        parts.append(line([(ADD, above), (ADD, c.middle + 12)], c.role))
        parts.append(c.draw("written", ADD, c.products, c.role, "times|i|g"))
    why = f"add|{c.names['kept']};add|{c.names['written']}"
    parts.insert(0, line([(AFTER, c.middle), (WIDTH - 4, c.middle)], c.role, ROAD))
    parts.append(c.draw("C after", AFTER, c.road, c.role, why))
    return "".join(parts)


def _show(c):
    """Return the way down from the road: tanh, the gate, and the state."""
    half = CELL_W / 2 if c.made else 30
    level = c.gates + c.high / 2
    over = c.products - (CAPTION if c.made else 0)
    why = f"tanh|{c.names['C after']}"
    parts = [
        line([(SHOW, c.middle), (SHOW, over)], c.role, tip=False),
        line([(SHOW, c.products + c.high), (SHOW, c.gates - 1)], c.role),
        line([(OUTPUT + half, level), (SHOW - DISC - 5, level)], "weights"),
        line([(SHOW, c.gates + c.high), (SHOW, c.bus), (OUT - half, c.bus)], c.role),
        f'<circle cx="{SHOW}" cy="{c.middle:g}" r="4" fill="{themed(c.role)}"/>',
        c.draw("shown", SHOW, c.products, c.role, why),
        c.valve("o", SHOW, level),
        c.draw("o", OUTPUT, c.gates, "weights"),
        _box(c, OUTPUT, "σ"),
        line([(OUT + half, c.bus), (WIDTH - 4, c.bus)], c.role),
        c.draw("S after", OUT, c.bus - c.high / 2, c.role, f"times|o|{c.names['shown']}"),
    ]
    return "".join(parts)


def _box(c, x, name):
    """Return the box that squeezes a gate's sum, and the lines into it and out of it."""
    return (
        line([(x, c.bus), (x, c.boxes + 22)], "weights", tip=False)
        + line([(x, c.boxes), (x, c.gates + c.high)], "weights", tip=False)
        + _plain_box(x, c.boxes, name)
    )


def _plain_box(x, top, name):
    """Return the box of a function."""
    place = f'x="{x - 24:g}" y="{top:g}" width="48" height="22" rx="4"'
    return (
        f'<rect {place} fill="{PAPER}" stroke="{themed("weights")}" stroke-width="1.4"/>'
        f'<text x="{x:g}" y="{top + 15.5:g}" fill="var(--i)">{name}</text>'
    )


def _plus(c, x):
    """Return the place on the road where something is added."""
    look = f'r="11" fill="{PAPER}" stroke="{themed(c.role)}" stroke-width="2"'
    return (
        f'<circle cx="{x}" cy="{c.middle:g}" {look}/>'
        f'<text x="{x}" y="{c.middle + 6:g}" font-size="17" fill="{themed(c.role)}">+</text>'
    )


def _letter(c, read):
    """Return the letter that is fed in, in a disc; a ring for none."""
    colour = themed("input")
    y = c.bus + 40
    if read == " ":
        return f'<circle cx="{LETTER}" cy="{y:g}" r="4" fill="none" stroke="{colour}"/>'
    return letter_disc(LETTER, y, read, "input")


def _sums(c, read):
    """Return the state and the letter that all four sums are made of."""
    half = CELL_W / 2 if c.made else 30
    return (
        line([(BEFORE + half, c.bus), (OUTPUT, c.bus)], "weights", tip=False)
        + line([(LETTER, c.bus + 27), (LETTER, c.bus)], "input")
        + _letter(c, read)
        + label((WRITE + CANDIDATE) / 2, c.bus + 22, "four sums, each with weights of its own")
        + c.draw("S", BEFORE, c.bus - c.high / 2, c.role)
    )


GRU_WORDS = "One step of a GRU: the state itself is the road, and u and 1 − u are one gate"


def draw_gru():
    """Draw one step of a GRU, without numbers: the state as a road, with gates as valves on it.

    Returns
    -------
    Picture
    """
    names = dict(S="S(t-1)", after="S(t)", u="u", rest="1 - u", g="g", r="r")
    c = _Cells(names, None, 2, "encoder")
    keep, rest, add, after, candidate, squeeze, look, reset = 130, 235, 335, 520, 428, 506, 574, 650
    level = c.gates + c.high / 2
    upright = [
        line([(keep, c.gates), (keep, c.road + c.high + 2)], "weights"),
        line([(add, c.gates), (add, c.middle + 12)], c.role),
        line([(BEFORE, c.road + c.high), (BEFORE, c.bus), (reset, c.bus)], c.role, tip=False),
        line([(look, c.bus), (look, c.gates + c.high + 2)], c.role),
        line([(squeeze, c.bus), (squeeze, level + 12)], "weights"),
        line([(LETTER, c.bus + 27), (LETTER, c.bus)], "input"),
    ]
    across = [
        line([(BEFORE + 30, c.middle), (add - 11, c.middle)], c.role, ROAD),
        line([(add + 11, c.middle), (WIDTH - 4, c.middle)], c.role, ROAD),
        line([(keep + 30, level), (rest - 31, level)], "weights"),
        line([(rest + 30, level), (add - DISC - 5, level)], "weights"),
        line([(candidate - 30, level), (add + DISC + 5, level)], c.role),
        line([(squeeze - 24, level), (candidate + 31, level)], c.role),
        line([(look - DISC - 4, level), (squeeze + 25, level)], c.role),
        line([(reset - 30, level), (look + DISC + 5, level)], "weights"),
    ]
    cells = [
        c.draw("S", BEFORE, c.road, c.role),
        c.draw("after", after, c.road, c.role),
        c.draw("u", keep, c.gates, "weights"),
        c.draw("rest", rest, c.gates, "weights"),
        c.draw("g", candidate, c.gates, c.role),
        c.draw("r", reset, c.gates, "weights"),
        c.valve("u", keep, c.middle),
        c.valve("rest", add, level),
        c.valve("r", look, level),
        _box(c, keep, "σ"),
        _box(c, reset, "σ"),
        _plain_box(squeeze, level - 11, "tanh"),
        _plus(c, add),
        _letter(c, "x"),
        label(look, c.bus + 22, "S(t−1)·Ws + bs, through the valve r"),
    ]
    title = f'<text x="{WIDTH / 2:g}" y="15" fill="{FAINT}">{GRU_WORDS}</text>'
    body = title + "".join(upright + across + cells)
    return on_paper(body, WIDTH, c.bottom, f"{GRU_WORDS}.")


LANE = 118  # from one unit's road to the next
PITCH = 126  # from step to step


def draw_road(f, written, letters, blame=1.0):
    """Draw the memory of each unit through time: what is kept, what is added, what blame returns.

    Parameters
    ----------
    f, written : (T, n) arrays
        Forget gates, and i ∘ g, step by step. C(0) is 0.
    letters : sequence of T str
    blame : float
        ∂loss/∂C(T), of every unit. It goes back along the road alone.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a gate or what is written is not finite.
    """
    f, written = drawable(f, "f"), drawable(written, "i ∘ g")
    T, n = f.shape
    C, dC = np.zeros((T + 1, n)), np.full((T + 1, n), blame)
    for t in range(1, T + 1):
        C[t] = f[t - 1] * C[t - 1] + written[t - 1]
    for t in range(T, 0, -1):
        dC[t - 1] = dC[t] * f[t - 1]
    left = (WIDTH - T * PITCH) / 2
    parts = [_unit(f[:, k], written[:, k], C[:, k], dC[:, k], left, k) for k in range(n)]
    foot = 64 + (n - 1) * LANE + 80
    colour = themed("input")
    back = "dashed: the blame on C(t), on its way back"
    parts.append(f'<text x="{WIDTH / 2:g}" y="13" fill="{themed("blame")}">{back}</text>')
    for t, letter in enumerate(letters, start=1):
        x = left + t * PITCH - 46
        look = f'r="12" fill="{PAPER}" stroke="{colour}" stroke-width="2"'
        parts.append(
            f'<circle cx="{x:g}" cy="{foot:g}" {look}/><text x="{x:g}" y="{foot + 4.5:g}"'
            f' font-weight="bold" fill="{colour}">{escape(letter)}</text>'
        )
    words = f"The memory through {T} steps. " + " ".join(
        f"Unit {k + 1}: gates {spoken(f[:, k])}; C(1) to C({T}) {spoken(C[1:, k])};"
        f" blame on C(0) to C({T}) {spoken(dC[:, k])}."
        for k in range(n)
    )
    return on_paper("".join(parts), WIDTH, foot + 22, words)


def _unit(f, written, C, dC, left, k):
    """Return the road of one unit, with the blame over it."""
    y = 64 + k * LANE
    over = y - 30
    colour = themed("encoder")
    rust = themed("blame")
    parts = [label(left + 4, y + 50, f"unit {k + 1}", "var(--i)", ' font-weight="bold"')]
    for t in range(1, len(C)):
        x = left + t * PITCH
        valve, add = x - 84, x - 46
        thick = 1.2 + 5 * f[t - 1]
        parts += [
            line([(x - PITCH + 20, y), (valve, y)], "encoder", ROAD, tip=False),
            line([(valve, y), (add - 9, y)], "encoder", thick, tip=False),
            line([(add + 9, y), (x - 19, y)], "encoder", ROAD, tip=False),
            f'<circle cx="{valve:g}" cy="{y:g}" r="{DISC}" fill="{PAPER}"/>',
            disc(valve, y, f[t - 1], colour),
            label(valve, y + 29, f"f {number(f[t - 1])}", themed("weights")),
            line([(add, y + 38), (add, y + 10)], "encoder", PIPE),
            label(add, y + 50, f"+ {minus(number(written[t - 1], 1))}", colour),
            f'<circle cx="{add:g}" cy="{y:g}" r="9" fill="{PAPER}" stroke="{colour}"'
            f' stroke-width="1.6"/><text x="{add:g}" y="{y + 5:g}" fill="{colour}">+</text>',
        ]
        if dC[t - 1] > 0.004:
            ends = [(x - 22, over), (x - PITCH + 22, over)]
            parts.append(line(ends, "blame", 0.6 + 3 * min(1, dC[t - 1]), back=True))
    for t, (value, blame) in enumerate(zip(C, dC)):
        x = left + t * PITCH
        block = Block(np.array([value]), f"C({t})", "encoder", limit=2, title="", width=38)
        parts.append(f'<rect x="{x - 19:g}" y="{y - 12}" width="38" height="24" fill="{PAPER}"/>')
        parts.append(block.svg(x - 19, y - 12))
        parts.append(label(x, y + 29, f"C({t})", colour))
        parts.append(label(x, over + 4, number(blame), rust))
    return "".join(parts)


BAR_W = 15
BAR_H = 44


def draw_fading(rows, names, words, role="weights", read="", said="", limit=1.0):
    """Draw rows of numbers as bars side by side, so that what becomes of a number is seen.

    Parameters
    ----------
    rows : (R, N) array
        None negative.
    names : sequence of R str
        Written over each row.
    words : str
        What the picture shows.
    role : str
        A key of notation.COLOURS.
    read, said : sequences of N str together, optional
        Written below the last row: letters read, then letters said, the thought vector between.
    limit : float
        The number with the highest bar.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a number is not finite.
    """
    rows = drawable(np.atleast_2d(rows), "a bar")
    count = rows.shape[1]
    left = (WIDTH - count * BAR_W) / 2
    step = BAR_H + 30
    parts = []
    for k, (row, name) in enumerate(zip(rows, names, strict=True)):
        foot = (k + 1) * step
        parts.append(label(left, foot - BAR_H - 9, name, "var(--i)", ' text-anchor="start"'))
        bars = []
        for j, value in enumerate(row.tolist()):
            high = BAR_H * min(1, value / limit)
            x = left + j * BAR_W + 2
            bars.append(
                f'<rect x="{x:g}" y="{foot - high:.2f}" width="{BAR_W - 4}" height="{high:.2f}"/>'
            )
        across = f"M{left:g} {foot:g}h{count * BAR_W:g}"
        parts.append(
            f'<g data-mark="bars" fill="{themed(role)}">{"".join(bars)}</g>'
            f'<path d="{across}" stroke="var(--f)" stroke-width="1"/>'
        )
        ends = (left - 6, "end", row[0]), (left + count * BAR_W + 6, "start", row[-1])
        for x, anchor, value in ends:
            look = f' text-anchor="{anchor}" fill="{themed(role)}"'
            parts.append(f'<text x="{x:g}" y="{foot:g}"{look}>{minus(brief(value))}</text>')
    foot = len(rows) * step
    if not read:
        return on_paper("".join(parts), WIDTH, foot + 8, words)
    for j, letter in enumerate([*read, *said]):
        x = left + (j + 0.5) * BAR_W
        colour = themed("input" if j < len(read) else "output")
        parts.append(f'<text x="{x:g}" y="{foot + 17}" fill="{colour}">{escape(letter)}</text>')
    x = left + len(read) * BAR_W
    look = 'stroke="var(--f)" stroke-width="1" stroke-dasharray="3 3"'
    parts.insert(0, f'<path d="M{x:g} 8V{foot + 22}" {look}/>')
    parts.append(
        label(x, foot + 36, "thought vector")
        + label(left + 40, foot + 36, "letters read")
        + label(left + count * BAR_W - 40, foot + 36, "letters said")
    )
    return on_paper("".join(parts), WIDTH, foot + 44, words)


NAMES_W = 190  # of the names beside intervals
INTERVAL_H = 30  # from one to the next


def draw_intervals(quartiles, names, xlabel, low, high, words):
    """Draw intervals on a logarithmic axis: from the lower quartile to the upper, at the median a
    stroke.

    Parameters
    ----------
    quartiles : (R, 3) array
        Of each row: lower quartile, median, upper quartile.
    names : sequence of R str
    xlabel : str
    low, high : int
        Powers of ten at the ends of the axis. What lies beyond is cut off.
    words : str
        What the picture shows.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a number is not finite.
    """
    quartiles = drawable(quartiles, "a quartile")
    wide = WIDTH - NAMES_W - 30

    def at(value):
        power = np.log10(max(float(value), 1e-300))
        return NAMES_W + wide * min(max((power - low) / (high - low), 0), 1)

    foot = 10 + INTERVAL_H * len(names)
    ticks = range(low, high + 1, 3)
    rules = "".join(f"M{at(10.0**k):.1f} 6V{foot}" for k in ticks)
    parts = [f'<path d="{rules}" stroke="var(--f)" stroke-width=".6" opacity=".5"/>']
    for k in ticks:
        mark = f"1e{minus(str(k))}" if k else "1"
        parts.append(f'<text x="{at(10.0**k):.1f}" y="{foot + 16}" fill="var(--f)">{mark}</text>')
    parts.append(
        f'<text x="{NAMES_W + wide / 2:g}" y="{foot + 36}" fill="var(--f)">{escape(xlabel)}</text>'
    )
    colour = themed("blame")
    for k, (row, name) in enumerate(zip(quartiles, names, strict=True)):
        y = 10 + (k + 0.5) * INTERVAL_H
        first, middle, last = map(at, row)
        parts.append(
            f'<text x="{NAMES_W - 14}" y="{y + 4.5:g}" text-anchor="end" fill="var(--i)">'
            f"{escape(name)}</text>"
            f'<g data-mark="interval"><rect x="{first:.1f}" y="{y - 6:g}"'
            f' width="{last - first:.1f}" height="12" rx="3" fill="{colour}" fill-opacity=".35"/>'
            f'<path d="M{middle:.1f} {y - 9:g}v18" stroke="{colour}" stroke-width="3"/></g>'
        )
    return on_paper("".join(parts), WIDTH, foot + 44, words)


def brief(value):
    """Return a number in two digits: 0.23, or 8.3e-05 if it is small."""
    return f"{value:.2f}" if value == 0 or value >= 0.01 else f"{value:.1e}"
