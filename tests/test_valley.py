"""Valleys: what is drawn stands where the numbers say, and no number that is none is drawn."""

import math
import re

import numpy as np
import pytest

from reference import pages
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


def plot_of(picture):
    page = pages.read(f'{picture.svg}<p role="status">{picture.words}</p>')
    return page.plots[0]


def test_the_slice_stands_where_the_numbers_say():
    plot = plot_of(one_slice())
    curve, *dots = plot.lines
    for length, loss in zip(LENGTHS, (LENGTHS - 2) ** 2):
        nearest = min(math.dist(vertex, (plot.x(length), plot.y(loss))) for vertex in curve)
        assert nearest < 1.5, f"at {length}"
    ends = [dot[0] for dot in dots]
    for end in ((1, 1.0), (4, 4.0), (0, 4.0)):  # the two steps, and where they begin
        assert min(math.dist(dot, (plot.x(end[0]), plot.y(end[1]))) for dot in ends) < 1


def test_paths_stand_where_the_numbers_say():
    points = [[-1.0, 0.5], [1.0, 0.0], [0.5, -0.25]]
    plot = plot_of(two_paths(points))
    lines = [line for line in plot.lines if len(line) == 3]
    assert len(lines) == 1
    for vertex, (one, other) in zip(lines[0], points, strict=True):
        assert math.dist(vertex, (plot.x(one), plot.y(other))) < 1


def test_every_path_is_drawn():
    paths = {f"way {k}": (np.full((2, 2), k / 9), "blame") for k in range(5)}
    svg = valley.draw_paths(bowl, paths, (1, 5), (-2, 2), (-1, 1), "Five.").svg
    assert set(paths) <= set(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def test_a_step_and_a_loss_must_be_finite():
    with pytest.raises(FloatingPointError, match="step 'short'"):
        valley.draw_slice(LENGTHS, LENGTHS, {"short": (1, np.inf)}, "how far", "A valley.")
    with pytest.raises(FloatingPointError, match="the loss"):
        valley.draw_paths(lambda a, b: a + np.inf, {}, (1,), (-2, 2), (-1, 1), "None.")
    assert valley.draw_slice(LENGTHS, LENGTHS, {}, "how far", "No step.").words == "No step."


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_what_is_not_finite_is_not_drawn(wrong):
    with pytest.raises(FloatingPointError, match="one"):
        two_paths([[0.0, wrong], [0.0, 0.0]])
    with pytest.raises(FloatingPointError, match="slice"):
        one_slice(np.where(LENGTHS == 2, wrong, LENGTHS))
