"""Stacks: plates lie in their order, and points, ticks, boxes and dots stand where the numbers
say."""

import re
import xml.etree.ElementTree as ET
from fractions import Fraction

import numpy as np
import pytest

from revlib.drawing import blocks, marks, stacks

SVG = "{http://www.w3.org/2000/svg}"


def found(picture, attribute):
    """The elements of a picture that have an attribute, in the order drawn."""
    return [e for e in ET.fromstring(picture.svg).iter() if e.get(attribute) is not None]


def texts(picture):
    return [e.text for e in ET.fromstring(picture.svg).iter(f"{SVG}text") if e.text]


def pairs(path):
    """The points of a path, as they are written."""
    return [tuple(map(float, at)) for at in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


# ---------------------------------------------------------------- plates


def test_piles_grow_and_shrink():
    picture = stacks.draw_plates("abc", words="w")
    piles = found(picture, "data-pile")
    assert [pile.get("data-pile") for pile in piles] == ["", "a", "ab", "abc", "ab", "a", ""]
    for k, pile in enumerate(piles):
        plates = [e for e in pile if e.tag == f"{SVG}rect"]
        letters = [e.text for e in pile if e.tag == f"{SVG}text"][1:]  # after the title
        heights = [float(plate.get("y")) for plate in plates]
        assert letters == list(pile.get("data-pile")), "from the bottom up"
        assert heights == sorted(heights, reverse=True)
        (title,) = [e.text for e in pile if e.tag == f"{SVG}text"][:1]
        assert (
            title == ["start", *(f"push {x!r}" for x in "abc"), *(f"pop {x!r}" for x in "cba")][k]
        )


def test_a_plate_that_is_taken_off_hangs_over_the_pile():
    for pile, gone in zip(found(stacks.draw_plates("abc"), "data-pile")[4:], "cba", strict=True):
        (lifted,) = [e for e in pile.findall(f"{SVG}g") if e.get("color")]
        assert lifted.find(f"{SVG}text").text == gone
        others = [float(e.get("y")) for e in pile if e.tag == f"{SVG}rect"]
        assert float(lifted.find(f"{SVG}rect").get("y")) < min([*others, 130])


@pytest.mark.parametrize("text", ["abc", "cab", "ba"])
def test_each_pile_has_its_number(text):
    said = texts(stacks.draw_plates(text))
    number = Fraction(0)
    for t, letter in enumerate(text, start=1):
        number = (number + "abc".index(letter) + 1) / 4
        digits = "".join(str("abc".index(x) + 1) for x in reversed(text[:t]))
        assert said.count(f"0.{digits}") == (1 if t == len(text) else 2)
        assert f"= {float(number):.4g}" in said


def test_pushes_are_jumps_on_the_line():
    """From one number to the next, on the line under them."""
    picture = stacks.draw_plates("abc")
    (line,) = [e for e in found(picture, "data-mark") if e.get("data-mark") == "line"]
    left, _, width = floor_of(line)
    values = [0, 1 / 4, 9 / 16, 57 / 64]
    for jump, before, after in zip(
        found(picture, "data-jump"), values[:-1], values[1:], strict=True
    ):
        (start, _), _, (end, _) = pairs(jump.get("d"))
        assert start == pytest.approx(left + before * width, abs=0.6)
        assert end == pytest.approx(left + after * width, abs=0.6)


def floor_of(line):
    """Left end, height and width of its first level line."""
    for path in line.findall(f"{SVG}path"):
        level = re.match(r"M([\d.]+) ([\d.]+)h([\d.]+)", path.get("d"))
        if level:
            return tuple(map(float, level.groups()))


def test_a_pile_shows_its_top_beside_the_line():
    line = marks.NumberLine((2, 1, 3, 1), 4, (" ", *"abc"), "encoder")
    picture = blocks.draw([[stacks.Pile(tuple("bacba"), line, "encoder", "c")]], "w")
    plates, _ = found(picture, "data-mark")
    said = [e.text for e in plates.iter(f"{SVG}text")]
    assert said == ["b", "a", "c", "+ 2 more", "c off ↑"]
    floors = [e.get("y") for e in plates.findall(f"{SVG}rect")]
    assert floors == sorted(floors, key=float), "the newest on top"


# ---------------------------------------------------------------- lines


def test_the_highest_line_says_the_letter():
    picture = stacks.draw_lines(
        ["END", "a"], [-1, 1], [1, 0], [0.0, 2.0], ["END", "a"], "Two lines."
    )
    assert picture.words == "Two lines."
    assert {"END", "a", "0 → END", "2 → a", "score"} <= set(texts(picture))
    other = stacks.draw_lines(["END", "a"], [-1, 1], [2, 0], [0.0], ["END"], "Two lines.")
    assert other.svg != picture.svg
    with pytest.raises(FloatingPointError, match="the biases"):
        stacks.draw_lines(["a"], [1], [np.nan], [], [], "None.")
    with pytest.raises(ValueError):
        stacks.draw_lines(["a"], [1], [0], [1.0], [], "A state that says nothing.")


# ---------------------------------------------------------------- dust and rulers


def test_ticks_and_gaps_stand_where_the_numbers_say():
    rows = {"one": (np.array([0.25, 0.5]), (0.25, 0.5), "gap"), "two": ([1.0], (0, 1), "all")}
    picture = stacks.draw_dust(rows, "w")
    one, two = found(picture, "data-dust")
    assert [x for x, _ in pairs(one.get("d"))] == [16 + 660 * 0.25, 16 + 660 * 0.5]
    assert [x for x, _ in pairs(two.get("d"))] == [16 + 660]
    ends = [re.match(r"M([\d.]+) .*H([\d.]+)", e.get("d")) for e in found(picture, "data-gap")]
    assert [tuple(map(float, end.groups())) for end in ends] == [(181, 346), (16, 676)]
    assert {"one", "two", "gap", "all"} <= set(texts(picture))
    with pytest.raises(FloatingPointError, match="one"):
        stacks.draw_dust({"one": ([np.inf], (0, 1), "")}, "w")


def test_a_box_a_digit_as_wide_as_its_bits():
    picture = stacks.draw_rulers([(4, 26, 0), (8, 18, 1), (10, 3, 0)], 53, "w")
    for ruler, (bits, count, free) in zip(
        found(picture, "data-ruler"), [(2, 26, 0), (3, 18, 1), (np.log2(10), 3, 0)], strict=True
    ):
        boxes = [(float(e.get("x")), float(e.get("width"))) for e in ruler]
        assert len(boxes) == count
        for _, width in boxes:
            assert width / stacks.BIT == pytest.approx(bits, abs=1e-3)
        whole = [
            e for e in ET.fromstring(picture.svg).iter(f"{SVG}rect") if e.get("width") == "477"
        ]
        left = float(whole[0].get("x"))
        assert (left - boxes[0][0]) / stacks.BIT == free
    last = boxes_end(found(picture, "data-ruler")[1])
    assert last == left + 53 * stacks.BIT, "54 bits, of which one lies outside"


def boxes_end(ruler):
    box = ruler[-1]
    return float(box.get("x")) + float(box.get("width"))


# ---------------------------------------------------------------- the triangle

CORNERS = {"a": (1, 0), "b": (0, 1), "c": (1, 1)}
WAY = np.array([[0, 0], [0.5, 0], [0.25, 0.5], [0.625, 0.75]])


def cloud(points=((0.5, 0.25), (0.25, 0.5), (0.75, 0.75)), **more):
    return stacks.draw_cloud(
        np.array(points), {"…a": [0], "…b": [1, 2]}, ("across", "up"), "w", **more
    )


def test_dots_stand_where_the_numbers_say():
    (path,) = found(cloud(corners=CORNERS), "data-dots")
    dots = pairs(path.get("d"))
    x, y = 64, 444  # of (0, 0)
    expected = [(x + 400 * a, y - 400 * b) for a, b in ((0.5, 0.25), (0.25, 0.5), (0.75, 0.75))]
    assert dots == expected
    assert {"…a", "…b", "across", "up", "a", "b", "c", "empty"} <= set(
        texts(cloud(corners=CORNERS))
    )
    with pytest.raises(FloatingPointError, match="the map"):
        cloud([(0, np.nan), (0, 0), (1, 1)])


def test_each_jump_goes_half_of_the_way_to_its_corner():
    jumps = found(cloud(corners=CORNERS, path=("abc", WAY)), "data-jump")
    assert [jump.get("data-jump") for jump in jumps] == ["a", "b", "c"]
    for jump, start, end in zip(jumps, WAY[:-1], WAY[1:], strict=True):
        first, last = np.array(pairs(jump.get("d")))
        assert np.abs(first - [64 + 400 * start[0], 444 - 400 * start[1]]).max() < 0.1
        away = np.linalg.norm(last - [64 + 400 * end[0], 444 - 400 * end[1]])
        assert away == pytest.approx(8, abs=0.2), "its head reaches the end"
    assert not found(cloud(), "data-jump")


def test_a_name_keeps_clear_of_dots():
    line = np.column_stack([np.linspace(0, 1, 200), np.linspace(0, 1, 200)])
    picture = stacks.draw_cloud(line, {"…a": list(range(200))}, ("x", "y"), "w")
    (name,) = [e for e in ET.fromstring(picture.svg).iter(f"{SVG}text") if e.text == "…a"]
    dots = np.array(pairs(found(picture, "data-dots")[0].get("d")))
    gaps = np.abs(dots - [float(name.get("x")), float(name.get("y")) - 4])
    assert not (gaps < [20, 10]).all(axis=1).any()


# ---------------------------------------------------------------- tests of networks


def where(picture):
    """(kind, x, y) of every dot but those of the legend."""
    spots = [
        (e.get("data-dot"), *map(float, re.findall(r"[\d.]+", e.get("transform"))))
        for e in found(picture, "data-dot")
    ]
    return spots[: -len(stacks.SHAPES)]


def test_a_dot_stands_at_its_two_shares():
    dots = [("1", 0.5, (0.25, 1.0)), ("untrained", 0.0, (0.0, 0.5)), ("5", 1.0, (1.0, 0.0))]
    spots = where(stacks.draw_tests(("one", "two"), dots, ("across", "up"), "w"))
    left = (84, 84 + 226 + 84)
    expected = []
    for test in (0, 1):
        for kind, across, heights in dots:
            aside = -12 if kind == "untrained" else 0
            expected.append((kind, left[test] + 226 * across + aside, 290 - 250 * heights[test]))
    assert spots == expected


def test_dots_that_would_cover_one_another_move_a_little():
    dots = [("3", 1.0, (0.5,))] * 12
    spots = np.array([spot[1:] for spot in where(stacks.draw_tests(("t",), dots, ("x", "y"), "w"))])
    gaps = np.linalg.norm(spots[:, None] - spots, axis=-1) + 99 * np.eye(12)
    assert gaps.min() >= stacks.CLOSE - 0.1
    assert np.abs(spots - [84 + 226, 290 - 125]).max() <= 3 * stacks.CLOSE


def test_no_dot_rises_over_all_or_sinks_under_none():
    for share in (0.0, 1.0):
        dots = [("3", 1.0, (share,))] * 9
        heights = [y for *_, y in where(stacks.draw_tests(("t",), dots, ("x", "y"), "w"))]
        assert 40 <= min(heights) and max(heights) <= 290
    with pytest.raises(FloatingPointError, match="a share"):
        stacks.draw_tests(("t",), [("3", np.nan, (1,))], ("x", "y"), "w")
