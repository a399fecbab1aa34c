"""Whether two groups of runs differ: the exact rank sum, against every way to split them."""

import itertools
import math

import numpy as np
import pytest

from revlib import results


def by_all_splits(a, b):
    """The two-sided p, every split counted one by one."""
    both = [*a, *b]
    order = sorted(both)
    places = {v: [k + 1 for k, w in enumerate(order) if w == v] for v in both}
    ranks = [sum(places[v]) / len(places[v]) for v in both]  # ties: the mean of their places
    mean = len(a) * (len(both) + 1) / 2
    far = abs(sum(ranks[: len(a)]) - mean)
    splits = [*itertools.combinations(ranks, len(a))]
    return sum(abs(sum(split) - mean) >= far - 1e-9 for split in splits) / len(splits)


@pytest.mark.parametrize("seed", range(30))
def test_the_exact_share_of_all_splits(seed):
    """With and without ties, of equal and unequal sizes."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 7, 2)
    a, b = (rng.integers(0, (3, 100)[seed % 2], size) / 8 for size in sizes)
    assert math.isclose(results.compare(a, b), by_all_splits(a, b), rel_tol=1e-12)
    assert results.compare(a, b) == results.compare(b, a)


def test_what_is_known_by_hand():
    low, high = np.arange(10) / 100, np.arange(10) / 100 + 0.5
    assert results.compare(low, high) == 2 / math.comb(20, 10)
    assert results.compare([0.5] * 10, [0.5] * 10) == 1
    assert results.compare([1, 4], [2, 3]) == 1
    assert results.compare([1, 2], [3, 4]) == 2 / 6


def test_only_the_order_counts():
    a, b = [0.1, 0.2, 0.9], [0.3, 0.8, 0.7, 0.6]
    assert results.compare(a, b) == results.compare(np.log(a), np.log(b))


def test_what_cannot_be_compared_is_named():
    with pytest.raises(ValueError, match="each needs a run at least"):
        results.compare([], [1.0])
    with pytest.raises(ValueError, match="run 3 of both is NaN"):
        results.compare([1, 2], [math.nan])
