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


@pytest.mark.parametrize("steps", [0, 1, 3])
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


def test_a_balance_has_an_arrow_a_pair_and_a_line_where_they_cancel():
    picture = balance(PAIRS)
    drawn = marks(picture)
    assert len(drawn) == 2
    for mark, pairs in zip(drawn, PAIRS):
        assert len(mark.tips) == len(pairs)
        one, other = np.array(mark.tips)
        # both from one middle, in one scale
        scale = (one - other) / ((pairs[0] - pairs[1]) * [1, -1])
        assert math.isclose(scale[0], scale[1], rel_tol=0.02)
        middle = one - pairs[0] * [1, -1] * scale
        assert np.allclose(middle + pairs[1] * [1, -1] * scale, other, atol=0.3)
    dashed = re.findall(
        r'd="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"[^>]*dasharray="5 4"', picture.svg
    )
    assert len(dashed) == 2
    for x, y, to_x, to_y in (map(float, numbers) for numbers in dashed):
        assert math.isclose(to_x - x, to_y - y, abs_tol=0.2), "down and to the right, half a turn"


def test_as_many_titles_as_steps():
    with pytest.raises(ValueError):
        balance(PAIRS, titles=("step 1",))
