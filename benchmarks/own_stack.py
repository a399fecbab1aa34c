"""Is what training found a stack? Four tests of every trained network of 1 to 5 units; chapter 08.

    python benchmarks/own_stack.py

A stack that has pushed a letter and popped it is as it was before. Four tests, each over all 243
strings of length 5, each with the network's own states:

    suffix   the nearest other thought vector shares the last four letters. Often taken for the mark
             of a stack, but any layer whose steps shrink distances passes it, untrained too.
    gone     once the decoder has said the last letter and been fed it, the nearest of the other
             strings' states shares the four letters that are left: the letter has been taken off.
    undone   that state is, of the 81 states in which the decoder begins on a string of length 4,
             nearest to that of the four letters that are left: pop undoes push.
    shifted  the same, once a shift is taken off: the mean difference of the two states, over all
             strings with the same last letter. A decoder may keep a note of the letter that it has
             just been fed, or be elsewhere at its first step than later, beside a stack.

Chance is about 1, 2, 3 and 3 of 243. The same is asked of the stack by hand, of the triangle by
hand, and of untrained networks: Wh drawn between 0 and 1, Ws a quarter of the identity, and a drawn
decoder. For one unit, pop undoing push needs Ws times _Ws to be 1; the eigenvalues of the product
of both matrices are given for all.

The networks are those of sweep.npz, trained on lengths from 1 on. Writes
notebooks/results/own_stack.json: counts, a network a line.
"""

from time import process_time

import numpy as np
import runs

from revlib import handmade, model, starts, training
from revlib.alphabet import Alphabet

ABC = Alphabet("abc", end=True)
FIVE, FOUR = ABC.strings(5), ABC.strings(4)
LEFT = np.array([FOUR.index(string[:-1]) for string in FIVE])  # what is left after a pop
LAST = np.array([string[-1] for string in FIVE])
END = np.array([FOUR.index(string[1:]) for string in FIVE])  # the last four letters
MOST = 5  # units
UNTRAINED = 20  # networks a size


def nearest(points, others=None):
    """Return of each point, a row, the index of the nearest other one, or of `others`."""
    gaps = np.linalg.norm(points[:, None] - (points if others is None else others), axis=-1)
    if others is None:
        np.fill_diagonal(gaps, np.inf)
    return gaps.argmin(axis=1)


def without_shift(popped, begun):
    """Return states less their mean difference from others, a row each, letter by letter."""
    moved = popped.copy()
    for letter in "abc":
        ends = LAST == letter
        moved[ends] -= (popped - begun)[ends].mean(axis=0)
    return moved


def examine(net):
    """Return the counts of the four tests, the share right of length 5, and the eigenvalues."""
    thought, shorter = (net.encode(ABC.one_hot(strings))[-1] for strings in (FIVE, FOUR))
    empty = np.zeros(len(ABC))
    first = net.dec.step(empty, thought, net.act)  # says the last letter
    popped = net.dec.step(ABC.one_hot([string[-1] for string in FIVE])[0], first, net.act)
    begun = net.dec.step(empty, shorter, net.act)
    product = np.linalg.eigvals(net.Ws @ net.dec.Ws)
    product = product[np.argsort(-np.abs(product))]
    return dict(
        right=round(float(training.correct(net, FIVE).mean()), 4),
        suffix=int((END[nearest(thought)] == END).sum()),
        gone=int((LEFT[nearest(popped)] == LEFT).sum()),
        undone=int((nearest(popped, begun) == LEFT).sum()),
        shifted=int((nearest(without_shift(popped, begun[LEFT]), begun) == LEFT).sum()),
        product=[[round(float(value.real), 3), round(float(value.imag), 3)] for value in product],
    )


def untrained(units, seed):
    """Return a network that was never trained, and whose encoder shrinks distances."""
    rng = np.random.default_rng(seed)
    net = starts.initialize(model.Net(ABC, units), "gaussian", rng)
    net.Wh = rng.uniform(size=net.Wh.shape)
    net.Ws = np.eye(units) / 4
    return net


def main():
    """Examine all networks and write the table."""
    given = runs.options(__doc__).parse_args()
    begun = process_time()
    rows = [
        dict(network="by hand", units=1) | examine(handmade.build_stack()),
        dict(network="triangle by hand", units=2) | examine(handmade.build_triangle(5)),
    ]
    rows += [
        dict(network="untrained", units=units, seed=seed) | examine(untrained(units, seed))
        for units in (1, 2, 3, 5)
        for seed in range(UNTRAINED)
    ]
    with np.load(runs.RESULTS / "sweep.npz") as file:
        for name in file.files:
            units, shortest, longest, seed = map(int, name.split("-"))
            if units <= MOST and shortest == 1 and longest >= 6:
                found = examine(model.Net(ABC, units, theta=file[name]))
                rows.append(
                    dict(network="trained", units=units, longest=longest, seed=seed) | found
                )
    table = dict(strings=len(FIVE), cpu_seconds=round(process_time() - begun, 1), runs=rows)
    runs.write("own_stack", table, given)
    for units in (1, 2, 3, 5):
        for network in ("untrained", "trained"):
            mine = [row for row in rows if (row["network"], row["units"]) == (network, units)]
            if network == "trained":
                mine = [row for row in mine if row["right"] > 0.99]
            print(
                f"{units} units, {network}, {len(mine)} networks"
                + " that reverse 99 of 100" * (network == "trained")
            )
            for test in ("suffix", "gone", "undone", "shifted"):
                print(f"    {test:7}", sorted(row[test] for row in mine))


if __name__ == "__main__":
    main()
