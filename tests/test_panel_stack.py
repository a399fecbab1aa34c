"""Drives the stack panel: its digits against whole numbers and fractions, its answer against the
same run done step by step in Python."""

import itertools
import re
from fractions import Fraction

import numpy as np
import pytest

from reference import pages
from revlib import panels

BITS = {"float16": 11, "float32": 24, "float64": 53}
TITLES = ["the exact number", "what {} holds", "the difference"]


def move(panel, **values):
    for name in ("string", "precision", "base", "step"):  # the string bounds the step
        if name in values:
            panel.controls[name].value = values[name]


def exact_states(string, base):
    """What the unit should hold after each push, then at each step of the decoder: fractions."""
    pushes = [Fraction(0)]
    for letter in string:
        pushes.append((pushes[-1] + "abc".index(letter) + 1) / base)
    return pushes[1:], [base * value for value in reversed(pushes)]


def rounded(value, bits):
    """A fraction to the nearest number of so many bits, of two equally near to the even one."""
    if value == 0:
        return value
    power = 0
    while value * Fraction(2) ** power >= 2**bits:
        power -= 1
    while value * Fraction(2) ** power < 2 ** (bits - 1):
        power += 1
    return Fraction(round(value * Fraction(2) ** power)) / Fraction(2) ** power


def held_run(string, base, bits):
    """Pushes and pops as a machine of so many bits does them in a base that is a power of two:
    states, letters said."""
    pushes = []
    for letter in string:
        pushes.append(
            rounded((([Fraction(0)] + pushes)[-1] + "abc".index(letter) + 1) / base, bits)
        )
    longest = min(len(string), int(np.log2(2**bits) / np.log2(base)))
    half = (1 - 3 * sum(Fraction(1, base**i) for i in range(1, longest))) / 2
    state, pops, said = base * pushes[-1], [], []
    for right in [*reversed(string), "END"]:
        digit = (
            0 if state < Fraction(1, 2) else max(d for d in (1, 2, 3) if d == 1 or state > d - half)
        )
        pops, said = [*pops, state], [*said, ["END", *"abc"][digit]]
        if said[-1] != right:
            break
        state = rounded(base * (state - digit), bits)
    return pushes, pops, said


def shown(value, base, places):
    """Digits as the panel shows them: before the point, then so many after it."""
    whole, found = round(value * base**places), []
    for _ in range(places):
        whole, digit = divmod(whole, base)
        found.insert(0, digit)
    return [whole, *found]


def check(panel, string, precision, base, step, run=None):
    """Every number and word of the page; `run` is what held_run gives, or the exact run if nothing
    is lost."""
    T, page = len(string), pages.read(panel.page.value)
    right_pushes, right_pops = exact_states(string, base)
    pushes, pops, said = run or (right_pushes, right_pops, [*reversed(string), "END"])
    pop = min(max(step - T, 0), len(said))
    right, held, left = (
        (right_pops[pop - 1], pops[pop - 1], T + 1 - pop)
        if pop
        else (right_pushes[step - 1], pushes[step - 1], step)
    )
    places = max(left - (pop > 0), 0)
    right, held = shown(right, base, places), shown(held, base, places)
    pages.check_still(page)
    strip = page.blocks.pop(0)
    assert strip.name == "string" and strip.texts == list(string)
    plates, line = page.marks
    pile = string[: max(T - pop, 0)] if pop else string[:step]
    check_number_line(line, exact_part(pile, base), base)
    assert len(plates.bars) == min(len(pile), 3), "a plate a letter, and no more than lines"
    above = [text for text in page.numbers if text.endswith(" off ↑")]
    assert above == ([f"{string[T - pop]} off ↑"] if 0 < pop <= T else [])
    more = [text for text in page.numbers if text.endswith(" more")]
    assert more == ([f"+ {len(pile) - 3} more"] if len(pile) > 3 else [])
    names = [name for title in TITLES for name in ("", title.format(precision))]
    if right[0] == held[0]:
        names.pop(-2)  # no box where nothing is lost before the point
    assert [block.name for block in page.blocks] == names
    assert [text for text, _ in page.signs if text in ("−", "=")] == ["−", "="]
    rows = [page.blocks[i].texts + page.blocks[i + 1].texts for i in (0, 2)]
    rows.append([text for block in page.blocks[4:] for text in block.texts])
    assert rows[0] == [str(d) for d in right] and rows[1][1:] == [str(d) for d in held[1:]]
    pages.check_number(rows[1][0], held[0], 0)  # may be large once it has gone wrong
    for text, difference in zip(
        rows[2], [r - h for h, r in zip(held, right) if h != r], strict=True
    ):
        pages.check_number(text, difference, 0)
    assert {block.cells for block in page.blocks if block.name} == {max(T, 7)}
    assert {block.cells for block in page.blocks if not block.name} == {1}
    assert [block.marked for block in page.blocks] == [
        {0} if pop else set(),
        set() if pop else {0},
    ] * 2 + [set()] * (len(page.blocks) - 4)
    letters = [text for text in page.numbers if text in tuple("abc")][T:]
    letters = letters[: len([d for d in right if d])]
    assert letters == [" abc"[d] for d in right if d], "the letters above the digits"
    off = sum(a != b for a, b in zip(right, held))
    does = (
        f"Step {pop} of the decoder says {said[pop - 1]!r}" if pop else f"Push {string[step - 1]!r}"
    )
    end = (
        f"comes back as {string[::-1]!r}, which is right"
        if said == [*reversed(string), "END"]
        else (
            f"goes wrong at letter {len(said)}: {said[-1]!r} for"
            f" {[*reversed(string), 'END'][len(said) - 1]!r}"
        )
    )
    value = right_pops[pop - 1] if pop else right_pushes[step - 1]
    assert (
        page.words
        == f"{does}. The exact number is {right[0]}.{''.join(map(str, right[1:])) or 0} in base"
        f" {base}, {float(value):.6g}; {precision} has {off or 'none'} of its digits wrong."
        f" {string!r} {end}."
    )
    if pop:
        assert " ".join(said[:pop]) in page.numbers, "what has been said so far"


def exact_part(letters, base):
    """What stands after the point: the letters as digits, the last one first."""
    places = enumerate(reversed(letters), start=1)
    return sum(Fraction("abc".index(letter) + 1, base**place) for place, letter in places)


def check_number_line(mark, value, base):
    """The point stands where the number is, and on each line below where it is in the part that
    was chosen, which has a box."""
    assert len(mark.points) == len(mark.floors) == len(mark.bars) == 3
    for (left, y, width), (x, at), (start, _, part, _, _) in zip(
        mark.floors, mark.points, mark.bars
    ):
        assert at == y and abs(x - left - value * width) < 0.1, f"the point is at {x}"
        digit = int(value * base)
        assert abs(start - left - digit * width / base) < 0.1, f"the wrong part of {base}"
        assert abs(part - width / base) < 0.1
        value = value * base - digit


def test_the_start():
    panel = panels.stack_panel()
    assert {name: control.value for name, control in panel.controls.items()} == dict(
        string="abcab", precision="float16", base=4, step=5
    )
    check(panel, "abcab", "float16", 4, 5)


STRINGS = [
    "a",
    "c",
    "ab",
    "abcab",
    "aaaaaa",
    "aaaaab",
    "ccccca",
    "cccccc",
    "caaaab",
    "bccccc",
    "abcabcabcabc",
    "cabcabcabcabc",
    "aaaaaaaaaaaaa",
    "b" * 13,
    "abcabcabc" * 3,
    "c" * 26,
    "c" * 27,
    "a" * 26 + "b",
    "bacab" * 6,
    "c" * 30,
]


@pytest.mark.slow
@pytest.mark.parametrize("base", [4, 8, 16])
@pytest.mark.parametrize("precision", BITS)
def test_every_step_at_every_precision(precision, base):
    """Past the limits too: what is rounded off, and where the answer goes wrong, bit for bit."""
    panel = panels.stack_panel()
    for string in STRINGS:
        move(panel, string=string, precision=precision, base=base)
        step, run = panel.controls["step"], held_run(string, base, BITS[precision])
        assert (
            (step.slider.min, step.slider.max)
            == (step.box.min, step.box.max)
            == (1, 2 * len(string) + 1)
        )
        for t in {
            1,
            len(string) // 2 + 1,
            len(string),
            len(string) + 1,
            len(string) + 5,
            2 * len(string),
            2 * len(string) + 1,
        }:
            if t <= 2 * len(string) + 1:
                step.value = t
                check(panel, string, precision, base, t, run)


@pytest.mark.slow
@pytest.mark.parametrize("base", range(4, 17))
def test_every_base_within_its_limit(base):
    """Where division rounds, the digits still come out while there are bits enough."""
    panel = panels.stack_panel()
    for precision, string in (("float64", "abccabbacb"), ("float32", "acbbc"), ("float16", "ca")):
        move(panel, string=string, precision=precision, base=base)
        for t in range(1, 2 * len(string) + 2):
            panel.controls["step"].value = t
            check(panel, string, precision, base, t)


def test_every_base_past_its_limit():
    """Thirty letters, whatever the base: the answer goes wrong somewhere, is said to, and nothing
    overflows."""
    panel = panels.stack_panel()
    for precision, base, string in itertools.product(
        BITS, range(5, 17), ("acacbcaacaabcaaccbababaccbcacb", "abc" * 10)
    ):
        move(panel, string=string, precision=precision, base=base, step=61)
        page = pages.read(panel.page.value)
        pages.check_still(page)
        at = int(re.search(r"goes wrong at letter (\d+):", page.words)[1])
        assert page.words.startswith(f"Step {at} of the decoder says ")
        said = next(text for text in page.numbers if text.count(" ") >= at - 1 and text.strip())
        assert said.split()[:-1] == [*reversed(string)][: at - 1], "right up to there"
        assert at <= 4 + np.log2(float(2 ** BITS[precision])) / np.log2(base)


@pytest.mark.parametrize(
    "text, words",
    [
        ("abx", "letter 'x' at position 3 of 'abx' is not one of 'abc'"),
        ("", "the string is empty; type at least one of 'abc'"),
        ("a" * 31, "'aaaaaaaaaaaaaaaaaaaa…' has 31 letters; at most 30 fit here"),
        ("ABC", "letter 'A' at position 1 of 'ABC' is not one of 'abc'"),
        ("<script>", "letter '<' at position 1 of '<script>' is not one of 'abc'"),
        (" ", "letter ' ' at position 1 of ' ' is not one of 'abc'"),
    ],
)
def test_hostile_strings(text, words):
    panel = panels.stack_panel()
    svg = panel.page.value.partition("<p ")[0]
    move(panel, string=text)
    page = pages.read(panel.page.value)
    assert page.role == "alert" and page.words == words and panel.page.value.startswith(svg + "<p ")
    move(panel, base=7, string="cab", step=3)
    check(panel, "cab", "float16", 7, 3)


@pytest.mark.slow
def test_what_overflows():
    """Where the right letter is the largest, it stays right by luck while the state grows."""
    panel = panels.stack_panel()
    move(panel, string="acccccccccc", precision="float16", base=6, step=23)
    assert panel.words.endswith("'acccccccccc' goes wrong at letter 11: the state overflows.")
    for precision, base, T in itertools.product(BITS, range(4, 17), (6, 13, 30)):
        move(panel, string="c" * T, precision=precision, base=base, step=2 * T + 1)
        pages.check_still(pages.read(panel.page.value))
