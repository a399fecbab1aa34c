"""Arrows in a plane: where they end, and what is refused."""

import math
import re

import numpy as np
import pytest

from reference import pages
from revlib.drawing import plane

A = np.array([[0.9, 0.3], [0.3, 0.9]])
PAIRS = np.array([[[-4.0, 4.0], [2.0, 1.0]], [[0.5, 6.0], [-3.0, 3.0]]])


def marks(picture):
    return pages.read(f'{picture.svg}<p role="status">{picture.words}</p>').marks


def balance(pairs, titles=("step 1", "step 2")):
    return plane.draw_balance(pairs, ("x", "y"), (1, 0), titles, ("one", "other"), "Two steps.")


@pytest.mark.parametrize("steps", [0, 1, 2])
@pytest.mark.parametrize("matrix", [A, np.array([[2.0, 0.0], [1.0, 0.5]])])
def test_the_two_shares_add_up_to_the_row(matrix, steps):
    """The last three tips are those of the shares and of the row; the middle is between the first
    of the fan and its opposite."""
    row = np.array([0.6, -0.4])
    (drawn,) = marks(plane.draw_turning(matrix, row, steps, limit=8))
    one, other, whole = np.array(drawn.tips[-3:])
    middle = (np.array(drawn.tips[0]) + drawn.tips[6]) / 2
    assert np.allclose(one + other - middle, whole, atol=0.3)
    exact = row @ np.linalg.matrix_power(matrix, steps)
    assert np.allclose((whole - middle) / (150 / 8), exact * [1, -1], atol=0.1)


def test_a_direction_is_not_turned():
    (drawn,) = marks(plane.draw_turning(A, np.array([1.0, 1.0]), 3))
    share, whole = np.array(drawn.tips[-2:])
    assert np.allclose(share, whole, atol=0.2), "all of it lies along the growing direction"


def test_a_matrix_that_turns_every_row_is_refused():
    with pytest.raises(ValueError, match=r"turns every row: its eigenvalues are \[0\.\+1\.j"):
        plane.draw_turning(np.array([[0.0, 1.0], [-1.0, 0.0]]), np.array([1.0, 0.0]), 1)


def test_numbers_that_are_complex_in_type_alone_turn_nothing(monkeypatch):
    """As NumPy 2.5 gives them for every matrix."""
    row = np.array([1.0, 0.0])
    plain, eig = plane.draw_turning(A, row, 2), np.linalg.eig
    monkeypatch.setattr(np.linalg, "eig", lambda matrix: [part + 0j for part in eig(matrix)])
    assert plane.draw_turning(A, row, 2).svg == plain.svg


@pytest.mark.parametrize("bad", [np.inf, np.nan])
def test_what_no_picture_can_show_is_refused(bad):
    with pytest.raises(FloatingPointError, match="the row is"):
        plane.draw_turning(A, np.array([1.0, bad]), 1)
    pairs = PAIRS.copy()
    pairs[1, 0, 1] = bad
    with pytest.raises(FloatingPointError, match="a pair is"):
        balance(pairs)
    with pytest.raises(FloatingPointError, match="the (row|norm) is inf"):
        plane.draw_turning(1e200 * A, np.array([1.0, 0.0]), 2)


def crossings(svg):
    """Where the two axes of each plane cross."""
    axes = re.findall(r'd="M[\d.]+ ([\d.]+)H[\d.]+M([\d.]+) [\d.]+V', svg)
    return [np.array([float(x), float(y)]) for y, x in axes]


def test_a_balance_has_an_arrow_a_pair_and_a_line_where_they_cancel():
    picture = balance(PAIRS)
    drawn, middles = marks(picture), crossings(picture.svg)
    dashed = re.findall(
        r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"[^>]*dasharray="5 4"', picture.svg
    )
    assert len(drawn) == len(middles) == len(dashed) == 2
    planes = picture.svg.split('<g data-mark="plane"')[1:]
    for mark, pairs, middle, line, plane_svg, which in zip(
        drawn, PAIRS, middles, dashed, planes, (1, 0), strict=True
    ):
        scale = np.linalg.norm(mark.tips[0] - middle) / np.linalg.norm(pairs[0])
        assert scale > 1
        for tip, pair, name in zip(mark.tips, pairs, "xy", strict=True):
            assert np.allclose(middle + scale * pair * [1, -1], tip, atol=0.6)
            at = re.search(rf'<text x="([\d.]+)" y="([\d.]+)"[^>]*>{name}</text>', plane_svg)
            assert math.dist(tip, (float(at[1]), float(at[2]) - 4)) < 12, "each name at its tip"
        x, y, to_x, to_y = map(float, line)
        assert math.isclose(to_x - x, to_y - y, abs_tol=0.2), "as far down as to the right"
        assert math.isclose(middle[0] - x, middle[1] - y, abs_tol=0.2), "through the middle"
        looks = re.findall(r'<g stroke-width="([\d.]+)"', plane_svg)
        assert [float(look) == 3 for look in looks] == [k == which for k in (0, 1)]


def test_names_of_a_balance_are_text():
    picture = plane.draw_balance(PAIRS, ("a<b", "&"), (0, 0), ("<i>", "t & u"), ("<", ">"), "Two.")
    assert len(marks(picture)) == 2  # it can be parsed


def test_directions_are_named_by_their_own_numbers():
    """(1, 1) by 1.2 at the upper right, (1, -1) by 0.6 at the lower right; ticks where 1 is."""
    svg = plane.draw_turning(A, np.array([1.0, 0.0]), 0).svg
    (middle,) = crossings(svg)
    at = lambda text: [
        np.array([float(x), float(y)]) - middle
        for x, y in re.findall(rf'<text x="([\d.]+)" y="([\d.]+)"[^>]*>{text}</text>', svg)
    ]
    ((_, grows),) = at("× 1.20 a step")
    ((_, fades),) = at("× 0.60 a step")
    assert grows < -60 < 60 < fades
    across, up = at("1")
    assert abs(across[0] - 75) < 1 and abs(up[1] + 75) < 6


def test_one_direction_is_not_enough():
    with pytest.raises(ValueError, match="only one direction"):
        plane.draw_turning(np.array([[1.0, 1.0], [0.0, 1.0]]), np.array([1.0, 0.0]), 1)


def test_what_would_leave_the_plane_widens_it():
    (drawn,) = marks(plane.draw_turning(2 * A, np.array([0.6, 0.4]), 3))
    middle = (np.array(drawn.tips[0]) + drawn.tips[6]) / 2
    assert np.abs(np.array(drawn.tips) - middle).max() <= 150


def test_as_many_titles_as_steps():
    with pytest.raises(ValueError):
        balance(PAIRS, titles=("step 1",))
