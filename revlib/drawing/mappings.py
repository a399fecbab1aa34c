"""Kinds of mapping between sequences, one to one as many to many, each as a small machine. Knows
nothing of models."""

from html import escape

import numpy as np

from revlib.drawing.flows import head, straight_arrow
from revlib.drawing.picture import FAINT, on_paper, themed
from revlib.drawing.words import EDGE, PILL_H, pill, room_of, text, width_of

# Pixels
SAID = 16  # the middle of the words said, from a machine's upper edge
STATE = 50  # the upper edge of a state
UNIT = 8  # of a state, high
BROAD = 14  # of a state
READ = STATE + 5 * UNIT + 32  # the middle of the words read
MACHINE_H = READ + PILL_H / 2 + 4
TITLE_H = 42


def draw_kinds(rows, words=""):
    """Draw kinds of mapping as small machines, two beside each other.

    One word said is made of the last state of the half that reads; more have a half that says.

    Parameters
    ----------
    rows : sequence of (name, read, said)
        read, said: sequences of str.
    words : str
        What the picture shows; all kinds with their words, if not given.

    Returns
    -------
    Picture
    """
    machines = [Kind(name, tuple(read), tuple(said)) for name, read, said in rows]
    across = max(machine.width for machine in machines) + 24
    down = TITLE_H + MACHINE_H + 14
    parts = [
        machine.svg(EDGE + across * (place % 2), EDGE + down * (place // 2))
        for place, machine in enumerate(machines)
    ]
    lines_of_two = -(-len(machines) // 2)
    words = words or "; ".join(f"{machine.name}: {machine.example}" for machine in machines) + "."
    width = EDGE + across * min(2, len(machines))
    return on_paper("".join(parts), width, EDGE + down * lines_of_two, words, "1")


class Kind:
    """One small machine: what it reads, its states, what it says."""

    def __init__(self, name, read, said):
        self.name, self.read, self.said = name, read, said
        steps = len(read) + (len(said) if len(said) > 1 else 0)
        need = np.full(steps, 48.0)  # a column's room
        need[: len(read)] = np.maximum(need[: len(read)], room_of(read))
        said_from = steps - len(said)
        need[said_from:] = np.maximum(need[said_from:], room_of(said))
        self.middles = np.cumsum(need) - need / 2
        self.width = max(need.sum(), width_of(self.example, 12), width_of(name))

    @property
    def example(self):
        """What goes in and what comes out."""
        return f"{' '.join(self.read)} → {' '.join(self.said)}"

    def svg(self, left, top):
        """Return the machine under its two lines of text, the upper left corner given."""
        parts = [
            text(left, top + 13, self.name, ' font-weight="bold" text-anchor="start"'),
            text(
                left, top + 30, self.example, f' font-size="12" fill="{FAINT}" text-anchor="start"'
            ),
        ]
        xs, top = left + self.middles, top + TITLE_H
        handed = len(self.read) if len(self.said) > 1 else 0  # the state in a frame, from 1
        level, foot = top + STATE + 2.5 * UNIT, top + STATE + 5 * UNIT

        def off(k):
            """Return how far from the middle of state k, from 1, an arrow stops beside it."""
            return BROAD / 2 + (6 if k == handed else 2)

        roles = ["encoder"] * len(self.read) + ["decoder"] * (len(xs) - len(self.read))
        for k, (x, role) in enumerate(zip(xs, roles), start=1):
            parts.append(self._state(x, top + STATE, role, k == handed))
        for k, (x0, x1, role) in enumerate(zip(xs, xs[1:], roles[1:]), start=1):
            parts.append(straight_arrow(x0 + off(k), level, x1 - off(k + 1), level, role))
        for k, (x, word) in enumerate(zip(xs, self.read), start=1):
            stop = foot + (7 if k == handed else 3)
            parts.append(straight_arrow(x, top + READ - PILL_H / 2, x, stop, "input"))
            parts.append(pill(x, top + READ, word, "input"))
        of_said = xs[len(xs) - len(self.said) :]
        for x, word in zip(of_said, self.said):
            parts.append(straight_arrow(x, top + STATE - 3, x, top + SAID + PILL_H / 2, "output"))
            parts.append(pill(x, top + SAID, word, "output"))
        parts += [self._back(x0, x1, top) for x0, x1 in zip(of_said, of_said[1:])]
        return f'<g data-kind="{escape(self.name)}">{"".join(parts)}</g>'

    def _state(self, x, y, role, framed):
        """Return a state: five cells upright, in a frame if it is handed over."""
        colour = themed(role)
        cells = "".join(
            f'<rect x="{x - BROAD / 2:.1f}" y="{y + UNIT * unit:g}" width="{BROAD}"'
            f' height="{UNIT}"/>'
            for unit in range(5)
        )
        frame = (
            f'<rect x="{x - BROAD / 2 - 4:.1f}" y="{y - 4:g}" width="{BROAD + 8}"'
            f' height="{5 * UNIT + 8}" rx="4" fill="none" stroke="{themed("decoder")}"'
            ' stroke-width="2.2"/>'
        )
        drawn = f'<g fill="{colour}" stroke="{colour}" fill-opacity=".3">{cells}</g>'
        return drawn + (frame if framed else "")

    def _back(self, x0, x1, top):
        """Return the line from a word said to the next step, which is fed it."""
        start, end = top + SAID + PILL_H / 2, top + STATE + UNIT
        right = x1 - BROAD / 2 - 2
        path = f"M{x0 + 10:.1f} {start:g}C{x0 + 14:.1f} {end:g} {x0 + 22:.1f} {end:g}"
        path += f" {right - 5:.1f} {end:g}"
        colour = themed("output")
        tip = head(right, end, np.array([1, 0]), 0.8, False, colour)
        return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"/>{tip}'
