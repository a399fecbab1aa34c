"""The panel of chapter 08: one unit's number as a stack of digits."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from revlib import handmade
from revlib.alphabet import END, Alphabet
from revlib.drawing import figures
from revlib.panels.controls import Dropdown, Number, TextBox
from revlib.panels.panel import Panel
from revlib.panels.shared import distinct

ROOM = 7  # places after the point that there always are


class Moment(NamedTuple):
    """The stack after a step: the number that it should hold, and the number held."""

    does: str  # in words
    exact: Fraction
    held: float
    places: int  # digits after the point
    said: list  # letters, and END
    before: Fraction  # what was after the point a step earlier


def stack_panel(text="abcab", precision="float16", longest=30):
    """Return the panel of the stack, pushed and popped: the string, precision, base, step.

    Parameters
    ----------
    text, precision : str
        The string and the float type to begin with.
    longest : int
        Letters of a string, at most.
    """
    step = Number("step", len(text), 1, 2 * len(text) + 1, 1)

    def draw(string, precision, base, step):
        dtype = np.dtype(precision).type
        digits_kept = min(len(string), handmade.capacity(base, dtype))
        net = handmade.build_stack("abc", base, digits_kept, dtype)
        S, run = handmade.until_wrong(net, string)
        said = [net.says.outputs[y] for y in run.Y]
        if step <= len(string):
            now = pushed(string[:step], base, S[step])
        else:
            # after a wrong letter there is nothing more to see
            now = popped(string, base, run.S, said[: step - len(string)])
        right = handmade.digits(now.exact, base, now.places)
        held = handmade.digits(now.held, base, now.places)
        off = int((right != held).sum())
        end = outcome(string, said)
        picture = figures.draw_stack(
            right,
            held,
            max(len(string), ROOM),
            [" ", *"abc"],
            base - 1,
            precision,
            0 if now.said else 1,
            " ".join(now.said),
            text=string,
            before=float(now.before),
            words=f"{now.does}. The exact number is {written(right)} in base {base},"
            f" {float(now.exact):.6g}; {precision} has {off or 'none'} of its digits wrong."
            f" {string!r} {end}.",
        )
        return [picture]

    return Panel(
        {
            "string": TextBox("string", text, Alphabet("abc"), longest),
            "precision": Dropdown("precision", ["float16", "float32", "float64"], precision),
            "base": Number("base", 4, 4, 16, 1),
            "step": step,
        },
        draw,
        adjust=lambda values: step.bound(2 * len(values["string"]) + 1),
        frames={"string": distinct(text, text[::-1]), "step": range(1, 2 * len(text) + 2)},
        grips={"string": ["string"]},
        play="step",
    )


def pushed(string, base, state):
    """Return the Moment after the last letter of a string has been pushed."""
    return Moment(
        does=f"Push {string[-1]!r}",
        exact=handmade.number(string, base),
        held=state[0],
        places=len(string),
        said=[],
        before=handmade.number(string[:-1], base),
    )


def popped(string, base, S, said):
    """Return the Moment after a step of the decoder, given its states and what it has said."""
    step = len(said)
    left = string[: len(string) + 1 - step]  # the last of them is now before the point
    return Moment(
        does=f"Step {step} of the decoder says {said[-1]!r}",
        exact=base * handmade.number(left, base),
        held=S[step][0],
        places=max(len(left) - 1, 0),
        said=said,
        before=handmade.number(left, base),
    )


def written(digits):
    """Return a number's digits with the point between them: '2.13'."""
    before, *after = digits
    return f"{before}.{''.join(map(str, after)) or 0}"


def outcome(string, said):
    """Return how a run ends that has stopped at the first wrong letter, or before an overflow."""
    right = [*string[::-1], END]
    if said == right:
        return f"comes back as {string[::-1]!r}, which is right"
    at = len(said)
    if said[-1] != right[at - 1]:
        return f"goes wrong at letter {at}: {said[-1]!r} for {right[at - 1]!r}"
    return f"goes wrong at letter {at + 1}: the state overflows"
