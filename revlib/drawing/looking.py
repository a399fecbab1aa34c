"""What a decoder may look at: the one vector that everything must pass, the four styles as small
machines, attention's weights as lines, and its dot products in a plane."""

from dataclasses import dataclass
from html import escape

import numpy as np

from revlib.drawing.blocks import CELL_W, Block, draw, spoken, units
from revlib.drawing.flows import head, rounded
from revlib.drawing.picture import FAINT, INK, PAPER, drawable, label, number, on_paper, themed

# Pixels of a small machine, from its upper edge
SAID = 14  # the middle of the letters said
BASE = 46  # what the bars of the scores stand on
MIXED = 60  # the middle of a mixture
STATE = 76  # the upper edge of a state
CELL = 9  # a unit of a state, high
DEEP = STATE + 5 * CELL  # the lower edge of a state
ROAD = DEEP + 15  # of the thought vector, under the states
READ = DEEP + 38  # the middle of the letters read and fed
FOOT = READ + 18
DISC = 10  # radius
TITLES = 42  # over it
BROAD = 12  # of a state

PALE = 0.3  # opacity of what is not the point
LOOK_W = 7.0  # a line whose weight is 1
LEAST = 0.01  # a smaller weight has no line
FAN_H = 130
PLANE = 180  # the side of the plane of three states
UP = 17  # pixels for 1, in the planes of the keys

STYLES = {
    "plain": "fed nothing",
    "feedback": "fed the letter that was said before",
    "peek": "fed that letter, and the thought vector",
    "attention": "fed that letter; its scores also read a mixture",
}


@dataclass(frozen=True)
class Machine:
    """A network unrolled: where its states and letters stand, time to the right.

    Parameters
    ----------
    left, top : float
        Pixels.
    step : float
        From a state to the next, in pixels.
    read, said : sequence of str
    """

    left: float
    top: float
    step: float
    read: tuple
    said: tuple

    @property
    def thought(self):
        """The number of the thought vector: the encoder's states are 1 to it."""
        return len(self.read)

    @property
    def decoder(self):
        """The numbers of the decoder's states."""
        return range(self.thought + 1, self.thought + len(self.said) + 1)

    def x(self, k):
        """Return where state k stands."""
        return self.left + (k - 0.5) * self.step

    def arrow(self, points, role, width=2.0, look=""):
        """Return an arrow along points, on a casing that clears what it crosses."""
        points = [(x, self.top + y) for x, y in points]
        (x0, y0), (x1, y1) = points[-2:]
        ahead = np.array([x1 - x0, y1 - y0]) / np.hypot(x1 - x0, y1 - y0)
        thick = 0.7 + width / 8
        stop = np.array([x1, y1]) - 6 * thick * ahead
        line = rounded([*points[:-1], tuple(stop)])
        colour = themed(role)
        return (
            f'<g fill="none"{look}><path d="{line}" stroke="{PAPER}" stroke-width="{width + 4:g}"/>'
            f'<path d="{line}" stroke="{colour}" stroke-width="{width:g}"/>'
            f"{head(x1, y1, ahead, thick, False, colour)}</g>"
        )

    def state(self, k):
        """Return a state: five cells upright."""
        role = "encoder" if k <= self.thought else "decoder"
        cells = "".join(
            f'<rect x="{self.x(k) - BROAD / 2:g}" y="{self.top + STATE + CELL * unit:g}"'
            f' width="{BROAD}" height="{CELL}"/>'
            for unit in range(5)
        )
        colour = themed(role)
        return f'<g fill="{colour}" stroke="{colour}" fill-opacity=".3">{cells}</g>'

    def states(self):
        """Return all states, the thought vector in a frame, and the arrows from each to the
        next."""
        reading = range(1, self.thought)
        parts = [self.state(k) for k in (*range(1, self.thought + 1), *self.decoder)]
        for k in (*reading, self.thought, *self.decoder[:-1]):
            off = BROAD / 2 + 2
            out = off + 5 * (k == self.thought)
            into = off + 5 * (k + 1 == self.thought)
            ends = [(self.x(k) + out, DEEP - 18), (self.x(k + 1) - into, DEEP - 18)]
            parts.append(self.arrow(ends, "encoder" if k < self.thought else "decoder"))
        x = self.x(self.thought) - BROAD / 2 - 5
        parts.append(
            f'<rect x="{x:g}" y="{self.top + STATE - 5:g}" width="{BROAD + 10}"'
            f' height="{5 * CELL + 10}" rx="4" fill="none" stroke="{themed("decoder")}"'
            ' stroke-width="2.5"/>'
        )
        return "".join(parts)

    def disc(self, k, y, letter, role):
        """Return a letter in a disc, full if it is said; a ring if there is none."""
        place = f'cx="{self.x(k):g}" cy="{self.top + y:g}"'
        colour = themed(role)
        if not letter:
            return f'<circle {place} r="4" fill="{PAPER}" stroke="{colour}" stroke-width="2"/>'
        inside, ink = (colour, PAPER) if role == "output" else (PAPER, colour)
        small = ' font-size="8"' if len(letter) > 1 else ""
        lower = self.top + y + (3 if small else 4.5)
        return (
            f'<circle {place} r="{DISC}" fill="{inside}" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{self.x(k):g}" y="{lower:g}" font-weight="bold" fill="{ink}"{small}>'
            f"{escape(letter)}</text>"
        )

    def letters_read(self):
        """Return the letters read, each with its arrow up."""
        parts = []
        for k, letter in enumerate(self.read, start=1):
            stop = DEEP + 3 + 5 * (k == self.thought)
            ends = [(self.x(k), READ - DISC - 2), (self.x(k), stop)]
            parts.append(self.arrow(ends, "input", 1.8) + self.disc(k, READ, letter, "input"))
        return "".join(parts)

    def letters_said(self):
        """Return the scores over each state of the decoder, as bars, and the letter said."""
        colour = themed("output")
        names = sorted({*self.read, *self.said}, key=lambda name: (len(name), name))
        parts = []
        for k, letter in zip(self.decoder, self.said, strict=True):
            x = self.x(k)
            heights = [10 if name == letter else 4 for name in names]
            bars = "".join(
                f'<rect x="{x - 3.5 * len(names) + 7 * j + 1:g}" y="{self.top + BASE - high:g}"'
                f' width="5" height="{high}"/>'
                for j, high in enumerate(heights)
            )
            stem = f"M{x:g} {self.top + STATE - 2:g}V{self.top + BASE + 2:g}"
            stem += f"M{x:g} {self.top + BASE - 12:g}V{self.top + SAID + DISC + 1:g}"
            parts.append(
                f'<path d="{stem}" stroke="{colour}" stroke-width="1.8"/><g fill="{colour}">{bars}'
                f'<rect x="{x - 13:g}" y="{self.top + BASE:g}" width="26" height="1.2"/></g>'
                f"{self.disc(k, SAID, letter, 'output')}"
            )
        return "".join(parts)

    def letters_fed(self, nothing=False):
        """Return what each step of the decoder is fed: the letter said before, or nothing."""
        fed = ["", *([""] * len(self.said) if nothing else self.said)]
        parts = []
        for k, letter in zip(self.decoder, fed):
            if letter:
                ends = [(self.x(k), READ - DISC - 2), (self.x(k), DEEP + 3)]
                parts.append(self.arrow(ends, "input", 1.8))
            parts.append(self.disc(k, READ, letter, "input"))
        return "".join(parts)

    def feedback(self, look=""):
        """Return the lines from each letter said to where it is read again."""
        parts = []
        for k in self.decoder[:-1]:
            half = (self.x(k) + self.x(k + 1)) / 2
            right, left = self.x(k) + DISC + 1, self.x(k + 1) - DISC - 2
            line = [(right, SAID), (half, SAID), (half, READ), (left, READ)]
            parts.append(self.arrow(line, "output", 1.8, look))
        return "".join(parts)

    def peeks(self):
        """Return the road of the thought vector to every step of the decoder."""
        parts = []
        start = self.x(self.thought) + 8, DEEP + 6
        for k in reversed(self.decoder):
            x = self.x(k) - 5
            line = [start, (start[0], ROAD), (x, ROAD), (x, DEEP + 3)]
            parts.append(self.arrow(line, "encoder", 2.2))
        return "".join(parts)

    def looks(self, lit):
        """Return the lines from all states of the encoder to the mixture of each step.

        Parameters
        ----------
        lit : int
            The step whose lines are in full colour, from 1.
        """
        colour = themed("encoder")
        parts = []
        for t, k in sorted(enumerate(self.decoder, start=1), key=lambda pair: pair[0] == lit):
            x, y = self.x(k) - 15, self.top + MIXED
            look = "" if t == lit else f' opacity="{PALE / 2}"'
            lines = []
            for i in range(1, self.thought + 1):
                start = self.x(i), self.top + STATE - (7 if i == self.thought else 2)
                over = self.top + min(STATE - 24 - 0.22 * (x - start[0]), MIXED - 8)
                middle = (start[0] + x) / 2
                lines.append(f"M{start[0]:g} {start[1]:g}Q{middle:g} {over:g} {x - 4:g} {y:g}")
            into = self.arrow([(x, MIXED), (self.x(k) - 6, BASE + 4)], "encoder", 1.8)
            parts.append(
                f'<g{look}><path d="{"".join(lines)}" stroke="{colour}" stroke-width="1.6"'
                f' fill="none"/>{into}<circle cx="{x:g}" cy="{y:g}" r="4.5" fill="{PAPER}"'
                f' stroke="{colour}" stroke-width="2"/></g>'
            )
        return "".join(parts)

    def title(self, name, words):
        """Return two lines over the machine."""
        return (
            f'<g text-anchor="start"><text x="{self.left + 6:g}" y="{self.top - 24:g}"'
            f' font-weight="bold" fill="{INK}">{escape(name)}</text>'
            f'<text x="{self.left + 6:g}" y="{self.top - 8:g}" font-size="12"'
            f' fill="{FAINT}">{escape(words)}</text></g>'
        )


def _pale(drawn):
    return f'<g opacity="{PALE}">{drawn}</g>'


def draw_narrow(read, said, lit=1):
    """Draw what reaches the decoder: through one vector alone, and with attention.

    Parameters
    ----------
    read : sequence of T str
    said : sequence of L str
    lit : int
        The step of the decoder whose lines are in full colour, from 1.

    Returns
    -------
    Picture
    """
    width = 680
    step = (width - 20) / (len(read) + len(said))
    read, said = tuple(read), tuple(said)
    above = Machine(10, TITLES, step, read, said)
    below = Machine(10, TITLES + FOOT + TITLES, step, read, said)
    x = (above.x(above.thought) + above.x(above.thought + 1)) / 2
    hole = above.top + DEEP - 18
    ends = above.top + 4, above.top + FOOT - 4
    wall = (
        f'<path data-mark="wall" d="M{x:g} {ends[0]:g}V{hole - 9:g}M{x:g} {hole + 9:g}V{ends[1]:g}"'
        f' stroke="{INK}" stroke-width="5"/><text x="{x - 10:g}" y="{ends[0] + 12:g}"'
        f' fill="{FAINT}" font-size="12" text-anchor="end">nothing else passes</text>'
    )
    parts = []
    for machine in (above, below):
        parts.append(_pale(machine.feedback() + machine.letters_fed()))
        if machine is below:
            parts.append(machine.looks(lit))
        parts.append(machine.letters_read() + machine.states() + machine.letters_said())
    parts += [
        wall,
        above.title(
            "Without attention", "all that is ever known of the string is in the framed vector"
        ),
        below.title(
            "With attention", f"every step reads a mixture of all states; here step {lit}'s"
        ),
    ]
    text = "".join(read)
    words = (
        f"Above, all that the decoder gets of '{text}' is the thought vector: the other"
        f" {len(read) - 1} states are lost to it. Below, with attention, each of its {len(said)}"
        f" steps reads all {len(read)} states, mixed."
    )
    return on_paper("".join(parts), width, 2 * (TITLES + FOOT), words, "1")


def draw_styles(read="abc", said="cba"):
    """Draw the four styles of decoder as small machines; in full colour what each adds.

    Parameters
    ----------
    read, said : sequences of str

    Returns
    -------
    Picture
    """
    across = 340
    down = TITLES + FOOT
    step = (across - 16) / (len(read) + len(said))
    parts = []
    for place, (style, fed) in enumerate(STYLES.items()):
        left = across * (place % 2) + 4
        top = TITLES + (down + 8) * (place // 2)
        machine = Machine(left, top, step, tuple(read), tuple(said))
        common = machine.letters_read() + machine.states() + machine.letters_said()
        own = machine.letters_fed(nothing=style == "plain")
        if style != "plain":
            lines = machine.feedback()
            own = lines + own if style == "feedback" else _pale(lines + own)
        if style == "attention":
            own += machine.looks(1)
        if style == "peek":
            common = machine.peeks() + common
        parts.append(
            f'<g data-style="{style}">{machine.title(style, fed)}{_under(style, common, own)}</g>'
        )
    words = "Four decoders, alike but for what they look at. " + "; ".join(
        f"{style}: {fed}" for style, fed in STYLES.items()
    )
    return on_paper("".join(parts), 2 * across, 2 * down + 8, f"{words}.", "1")


def _under(style, common, own):
    """Return what all share over what is a style's own; attention's lines lie over the states."""
    return common + own if style == "attention" else own + common


@dataclass(frozen=True)
class Fan:
    """Lines from each letter said down to the letters read: as thick as the weight is large.

    Parameters
    ----------
    weights : (L, T) array
    said, read : sequences of str
    width : float
        Of the letters read, in pixels each.
    """

    weights: np.ndarray
    said: tuple
    read: tuple
    width: float = CELL_W

    @property
    def size(self):
        """Width and height in pixels."""
        return max(len(self.read) * self.width, 26 * len(self.said)), FAN_H

    def svg(self, x, y):
        """Return the lines and letters as an SVG element, its upper left corner at (x, y)."""
        wide, high = self.size
        margin = (wide - len(self.read) * self.width) / 2
        froms = x + (np.arange(len(self.said)) + 0.5) * wide / len(self.said)
        tos = x + margin + (np.arange(len(self.read)) + 0.5) * self.width
        top, foot = y + 12, y + high - 12
        lines = []
        for t, row in enumerate(self.weights.tolist()):
            for i, weight in enumerate(row):
                if weight >= LEAST:
                    says = f"{self.said[t]} looks at letter {i + 1}, {self.read[i]}"
                    lines.append(
                        f'<path d="M{froms[t]:.1f} {top:g}L{tos[i]:.1f} {foot:g}"'
                        f' stroke-width="{LOOK_W * weight:.2f}"><title>'
                        f"{escape(says)}: {number(weight)}</title></path>"
                    )
        discs = [
            *(_disc(at, top, name, "output") for at, name in zip(froms, self.said)),
            *(_disc(at, foot, name, "input") for at, name in zip(tos, self.read)),
        ]
        return (
            f'<g data-mark="fan" color="{themed("encoder")}" fill="none" stroke="currentColor"'
            f' stroke-opacity=".75">{"".join(lines)}</g><g stroke="none">{"".join(discs)}</g>'
        )


def _disc(x, y, letter, role):
    """Return a letter, or a word, on a disc: full if it is said."""
    colour = themed(role)
    inside, ink = (colour, PAPER) if role == "output" else (PAPER, colour)
    small = len(letter) > 1
    half = max(DISC + 1, 4.2 * len(letter)) if small else DISC + 1
    size = 9 if small else 13
    return (
        f'<rect x="{x - half:.1f}" y="{y - 11:g}" width="{2 * half:g}" height="22" rx="11"'
        f' fill="{inside}" stroke="{colour}" stroke-width="2"/><text x="{x:.1f}"'
        f' y="{y + 0.36 * size:g}" font-size="{size}" font-weight="bold" fill="{ink}">'
        f"{escape(letter)}</text>"
    )


@dataclass(frozen=True)
class Mix:
    """States and a query as arrows in the plane of two units, and the mixture of the states.

    Parameters
    ----------
    states : (T, 2) array
    query, mixture : (2,) arrays
    weights : (T,) array
        The larger, the larger a state's dot.
    names : sequence of T str
    unturned : (2,) array, optional
        What became the query, a thin arrow.
    """

    states: np.ndarray
    query: np.ndarray
    mixture: np.ndarray
    weights: np.ndarray
    names: tuple
    unturned: np.ndarray | None = None

    @property
    def size(self):
        """Width and height in pixels."""
        return PLANE + 34, PLANE + 52

    def svg(self, x, y):
        """Return the plane as an SVG element, its upper left corner at (x, y)."""
        arrows = [self.query] if self.unturned is None else [self.query, self.unturned]
        most = 1.15 * max(float(np.abs(each).max()) for each in (self.states, *arrows))
        origin = np.array([x + 24, y + PLANE + 22])

        def at(point):
            return origin + np.asarray(point) * [1, -1] * (PLANE / most)

        parts = [_floor(origin, at, most, most, PLANE, ("unit 1", "unit 2"))]
        blue = themed("encoder")
        hull = "L".join(f"{px:.1f} {py:.1f}" for px, py in map(at, self.states))
        parts.append(f'<path d="M{hull}z" fill="{blue}" fill-opacity=".12" stroke="none"/>')
        parts.append(_ray(at, self.query, "decoder", 3))
        if self.unturned is not None:
            parts.append(_ray(at, self.unturned, "decoder", 1))
            px, py = at(self.unturned)
            parts.append(label(px + 6, py - 8, "_S(t)", themed("decoder")))
        for state, weight in zip(self.states, self.weights.tolist()):
            px, py = at(state)
            parts.append(
                f'<circle cx="{px:.1f}" cy="{py:.1f}" r="{3 + 7 * weight:.1f}" fill="{blue}"'
                ' fill-opacity=".75" stroke="none"/>'
            )
        px, py = at(self.mixture)
        parts.append(
            f'<path data-mark="mixture" d="M{px - 6:.1f} {py:.1f}h12M{px:.1f} {py - 6:.1f}v12"'
            f' stroke="{INK}" stroke-width="2.5"/>'
        )
        for state, weight, name in zip(self.states, self.weights.tolist(), self.names):
            px, py = at(state)
            parts.append(label(px, py - 6 - 7 * weight, name, blue))
        px, py = at(self.query)
        parts.append(label(px + 4, py - 8, "query", themed("decoder")))
        px, py = at(self.mixture)
        parts.append(label(px - 12, py + 4, "M", INK, ' text-anchor="end" font-weight="bold"'))
        return f'<g data-mark="mix" fill="none" stroke-width="1">{"".join(parts)}</g>'


def _floor(origin, at, right, up, side, names, every=1):
    """Return two axes from a corner, with ticks at whole numbers, and their names."""
    end, top = at((right, 0)), at((0, up))
    lines = f"M{origin[0]:g} {top[1]:.1f}V{origin[1]:g}H{end[0]:.1f}"
    labels = [
        label(end[0] - 3.4 * len(names[0]), origin[1] + 26, names[0]),
        label(origin[0] + 3.4 * len(names[1]) - 18, top[1] - 4, names[1]),
    ]
    for value in range(every, int(right) + 1, every):
        across = at((value, 0))
        lines += f"M{across[0]:.1f} {across[1]:.1f}v4"
        if value < right - 1.2 or right < 4:
            labels.append(label(across[0], across[1] + 14, str(value)))
    for value in range(every, int(up) + 1, every):
        across = at((0, value))
        lines += f"M{across[0] - 4:.1f} {across[1]:.1f}h4"
        labels.append(label(across[0] - 11, across[1] + 4, str(value)))
    return f'<path d="{lines}" stroke="{FAINT}" stroke-width=".8"/>{"".join(labels)}'


def _ray(at, point, role, width):
    """Return an arrow from the corner of a plane to a point."""
    start, end = at((0, 0)), at(point)
    size = float(np.linalg.norm(end - start)) or 1
    ahead = (end - start) / size
    near = end - 6 * ahead
    colour = themed(role)
    return (
        f'<path d="M{start[0]:.1f} {start[1]:.1f}L{near[0]:.1f} {near[1]:.1f}" stroke="{colour}"'
        f' stroke-width="{width:g}"/>{head(*end, ahead, 1.2, False, colour)}'
    )


def draw_mixing(text, S, s, Wa=None):
    """Draw one step of attention in numbers: dot products, powers of e, weights, mixture.

    Beside the numbers stand the states in the plane of their two units.

    Parameters
    ----------
    text : sequence of T str
    S : (T, 2) array
        The encoder's states.
    s : (2,) array
        The decoder's state.
    Wa : (2, 2) array, optional
        What the decoder's state is multiplied by before it is compared.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a dot product is too large for e to its power.
    """
    S, s = drawable(S, "S"), drawable(s, "_S(t)")
    query = s if Wa is None else s @ drawable(Wa, "Wa")
    w = S @ query
    with np.errstate(over="ignore"):  # what overflows is answered in words
        powers = drawable(np.exp(w), "e to a dot product")
    alpha = powers / powers.sum()
    M = alpha @ S
    names = tuple(text)

    def column(values, name, why, role="decoder", limit=None):
        return Block(values[:, None], name, role, why=why, names=names, limit=limit)

    last = [None] * 6
    asks = "_S(t)" if Wa is None else "query"
    title = "_S(t): the query" if Wa is None else "_S(t) · Wa: the query"
    made = "" if Wa is None else "dot|_S(t)|Wa"
    grid = [
        [Block(query, asks, "decoder", columns=units(2), limit=2, title=title, why=made), *last],
        [
            Block(S, "S(i)", "encoder", rows=names, limit=2, title="S(i): keys, values"),
            "→",
            column(w, "w", f"dotT|{asks}|S(i)"),
            "→",
            column(powers, "e^w", "exp|w"),
            "→",
            column(alpha, "α", "part|e^w", "encoder", 1),
        ],
        [Block(M, "M", "encoder", why="dot|α|S(i)", limit=2, title="M: the mixture"), *last],
    ]
    if Wa is not None:
        state = Block(s, "_S(t)", "decoder", columns=units(2), limit=2, title="_S(t)")
        turn = Block(np.asarray(Wa), "Wa", "weights", rows=units(2), columns=units(2), digits=0)
        grid[:0] = [[state, *last], [turn, *last]]
    most = int(alpha.argmax())
    words = "" if Wa is None else f"_S(t) {spoken(s)} times Wa is the query {spoken(query)}. "
    words += (
        f"The dot products with the query are {spoken(w)}; e to them {spoken(powers)}; divided by"
        f" their sum, {spoken(alpha)}. So the mixture is {spoken(M)}: most of it is the state after"
        f" {names[most]!r}."
    )
    numbers = draw(grid, words)
    states = tuple(f"S({i})" for i in range(1, len(S) + 1))
    plane = Mix(S, query, M, alpha, states, None if Wa is None else s)
    wide, high = plane.size
    beside = plane.svg(numbers.width + 8, (max(numbers.height, high) - high) / 2)
    return on_paper(
        numbers.body + f'<g stroke-width=".6">{beside}</g>',
        numbers.width + wide + 20,
        max(numbers.height, high),
        words,
    )


@dataclass(frozen=True)
class Pointing:
    """Keys in a plane and a query as a direction: the key farthest along it wins.

    A dashed line through the winner stands square to the query: all other keys lie behind it.

    Parameters
    ----------
    keys : (T, 2) array
    query : (2,) array
    title : str
    """

    keys: np.ndarray
    query: np.ndarray
    title: str

    @property
    def reach(self):
        """How far the axes go: across, up."""
        return float(self.keys[:, 0].max()) + 1, float(self.keys[:, 1].max()) + 1.5

    @property
    def size(self):
        """Width and height in pixels."""
        return UP * self.reach[0] + 22, UP * self.reach[1] + 66

    def svg(self, x, y):
        """Return the plane as an SVG element, its upper left corner at (x, y)."""
        right, up = self.reach
        origin = np.array([x + 16, y + 36 + UP * up])

        def at(point):
            return origin + np.asarray(point) * [1, -1] * UP

        winner = int((self.keys @ self.query).argmax())
        square = np.array([-self.query[1], self.query[0]]) / np.linalg.norm(self.query)
        ends = [at(self.keys[winner] + far * square) for far in (-2.6, 2.6)]
        blue = themed("encoder")
        curve = "L".join(f"{px:.1f} {py:.1f}" for px, py in map(at, self.keys))
        parts = [
            _axes_only(origin, at, right, up),
            f'<path d="M{curve}" stroke="{blue}" stroke-width="1" opacity=".5"/>',
            f'<path d="M{ends[0][0]:.1f} {ends[0][1]:.1f}L{ends[1][0]:.1f} {ends[1][1]:.1f}"'
            f' stroke="{themed("decoder")}" stroke-dasharray="4 3"/>',
            _ray(at, self.query, "decoder", 2.5),
        ]
        for i, key in enumerate(self.keys):
            px, py = at(key)
            wins = i == winner
            parts.append(
                f'<circle cx="{px:.1f}" cy="{py:.1f}" r="{6 if wins else 3.5}" fill="{blue}"'
                f"{' data-winner=' + chr(34) + str(i + 1) + chr(34) if wins else ''}/>"
            )
            parts.append(label(px + 13, py - 3, str(i + 1), blue))
        parts.append(
            f'<text x="{x + self.size[0] / 2:.1f}" y="{y + 13:.1f}" font-weight="bold"'
            f' fill="{themed("decoder")}">{escape(self.title)}</text>'
        )
        return f'<g data-mark="pointing" fill="none" stroke-width="1.4">{"".join(parts)}</g>'


def _axes_only(origin, at, right, up):
    """Return two axes from a corner, and their names."""
    end, top = at((right, 0)), at((0, up))
    return (
        f'<path d="M{origin[0]:.1f} {top[1]:.1f}V{origin[1]:.1f}H{end[0]:.1f}" stroke="{FAINT}"'
        f' stroke-width=".8"/>{label(end[0] - 18, origin[1] + 22, "unit 2")}'
        f"{label(top[0] + 8, top[1] - 2, 'unit 3')}"
    )


def draw_pointing(keys, queries, said):
    """Draw a plane a step: where the keys stand, where the query points, and which key wins.

    Parameters
    ----------
    keys : (T, 2) array
        Two units of the encoder's states.
    queries : (L, 2) array
        The same two of the decoder's, a step each.
    said : sequence of L str

    Returns
    -------
    Picture
    """
    keys, queries = drawable(keys, "the keys"), drawable(queries, "the queries")
    planes = [
        Pointing(keys, query, f"step {t}: '{letter}'")
        for t, (query, letter) in enumerate(zip(queries, said, strict=True), start=1)
    ]
    winners = (queries @ keys.T).argmax(axis=1) + 1
    words = (
        "The query turns from step to step, and the key farthest along it wins: key "
        + ", ".join(str(winner) for winner in winners)
        + "."
    )
    return draw([planes], words)
