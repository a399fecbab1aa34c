"""Valleys: what is drawn stands where the numbers say, and no number that is none is drawn."""

import re

import numpy as np
import pytest

from revlib.drawing import valley
from revlib.notation import COLOURS

LENGTHS = np.linspace(0, 4, 9)


def bowl(one, other):
    return one**2 + 10 * other**2


def one_slice(losses=(LENGTHS - 2) ** 2):
    return valley.draw_slice(
        LENGTHS, losses, {"short": (1, 1.0), "long": (4, 4.0)}, "how far", "A valley."
    )


def two_paths(points):
    paths = {"one": (np.array(points), "blame"), "two": (np.zeros((2, 2)), "weights")}
    return valley.draw_paths(bowl, paths, (1, 5), (-2, 2), (-1, 1), "From above.")


def test_a_slice_names_its_steps_and_axes():
    picture = one_slice()
    assert picture.words == "A valley."
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", picture.svg)
    assert {"short", "long", "here", "how far", "loss, nats per letter"} <= set(texts)


def test_equal_slices_give_equal_pictures():
    assert one_slice().svg == one_slice().svg
    assert one_slice(LENGTHS).svg != one_slice().svg


def test_each_path_has_its_colour_and_name():
    svg = two_paths([[-1.0, 0.5], [1.0, 0.0]]).svg
    for role in ("blame", "weights", "output"):
        assert COLOURS[role] in svg
    assert {"one", "two"} <= set(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_not_finite_is_not_drawn(wrong):
    with pytest.raises(FloatingPointError, match="one"):
        two_paths([[0.0, wrong], [0.0, 0.0]])
    with pytest.raises(FloatingPointError, match="slice"):
        one_slice(np.where(LENGTHS == 2, wrong, LENGTHS))
