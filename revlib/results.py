"""Where the results of long runs lie, wherever a notebook's kernel was started, and whether two
groups of runs differ by more than chance."""

from collections import Counter
from math import comb
from pathlib import Path

import numpy as np

PLACES = ("results", "notebooks/results")  # below a folder of the book
ALWAYS_THERE = "whole_task.json"  # tells the book's results from another folder of that name


def folder():
    """Return the path of the book's notebooks/results.

    It is looked for in the current folder, in the folders above that, and beside this package.

    Raises
    ------
    FileNotFoundError
        If it is in none of them; the message says where it was looked for, and what to do.
    """
    here = current()
    source = Path(__file__).resolve().parent.parent
    for place in (*([here, *here.parents] if here else []), source):
        for name in PLACES:
            if (place / name / ALWAYS_THERE).is_file():
                return place / name
    looked = f"neither in {here} and the folders above it nor" if here else "not"
    raise FileNotFoundError(
        f"the book's folder notebooks/results, with {ALWAYS_THERE} in it, is {looked} beside the"
        f" package revlib in {source}; start JupyterLab in the book's folder (make lab does)"
    )


def current():
    """Return the folder that this process stands in; None if it is no more."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return None


def compare(a, b):
    """Return how often chance alone would set two groups of runs as far apart as they are.

    The rank-sum test of Wilcoxon, Mann and Whitney, exact and two-sided. All runs are ranked
    together; equal ones share the mean of their ranks. If the groups did not differ, every choice
    of len(a) of the runs would be as likely to be the first group as any other. So p is the share
    of these choices whose sum of ranks is at least as far from the mean of all as that of `a`.

    Parameters
    ----------
    a, b : (runs,) float arrays
        One number a run: the share of strings reversed, say. The groups may differ in size.

    Returns
    -------
    p : float
        From above 0 to 1. Two groups of ten, every run of one above every run of the other, give
        2 / 184,756.

    Raises
    ------
    ValueError
        If a group is empty, or holds a NaN, which has no rank.

    Source: Mann and Whitney 1947, Annals of Mathematical Statistics 18(1).
    """
    both = np.concatenate([np.ravel(a), np.ravel(b)]).astype(float)
    size = np.size(a)
    if not 0 < size < len(both):
        raise ValueError("to compare two groups, each needs a run at least")
    if np.isnan(both).any():
        raise ValueError(
            f"run {int(np.isnan(both).argmax()) + 1} of both is NaN, which has no rank"
        )
    below = (both < both[:, None]).sum(axis=1)
    equal = (both == both[:, None]).sum(axis=1)
    ranks = (2 * below + equal + 1).tolist()  # twice each rank, so that all are whole numbers

    ways = [Counter({0: 1}), *(Counter() for _ in range(size))]  # [k][sum]: choices of k runs
    for rank in ranks:
        for k in range(size, 0, -1):  # downwards, so that no run is chosen twice
            for total, count in ways[k - 1].items():
                ways[k][total + rank] += count
    middle = size * (len(both) + 1)
    far = abs(sum(ranks[:size]) - middle)
    extreme = sum(count for total, count in ways[size].items() if abs(total - middle) >= far)
    return extreme / comb(len(both), size)
