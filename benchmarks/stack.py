"""How long a stack of weights written down can be, by precision and base; for chapter 08.

    python benchmarks/stack.py

A limit is the greatest length T for which every string tried comes back right, END in time, at T
and at every shorter length. There is no one network: each length is tried with the network built
for it. Up to 600,000 strings of a length (over three letters, up to length 12) are few enough to
try every one. Of longer lengths or larger alphabets 20,000 are drawn, and as many more that are
hard: a run of the first or of the last letter of the alphabet at one end, the rest drawn. `first`
is the first string in the alphabet's order, of those tried, that fails at the next length, and
`after` the share that still comes back right there.

Writes notebooks/results/stack.json, a limit a line; some minutes of CPU.
"""

import string
from itertools import count
from time import perf_counter

import numpy as np
import runs

from revlib import handmade

EVERY = 600_000  # the most strings of a length that are all tried
DRAWN = 20_000  # strings of each kind, drawn and hard, of a length that has more
PIECE = 20_000  # strings at a time
PRECISIONS = {"float64": np.float64, "float32": np.float32, "float16": np.float16}
FULL = [(base, base - 1) for base in (4, 8, 16, 32)]  # every digit above 0 is a letter
SPARE = [(base, 3) for base in (5, 6, 8, 10, 16)]  # three letters, digits to spare


def right(net, letters):
    """Return which strings come back reversed, with END right after them.

    Parameters
    ----------
    net : Net
    letters : (T, B) int array
        A string a column.

    Returns
    -------
    (B,) bool array
    """
    pieces = [letters[:, at : at + PIECE] for at in range(0, letters.shape[1], PIECE)]
    return np.concatenate([right_at_once(net, piece) for piece in pieces])


def right_at_once(net, letters):
    """Return the same, all strings in one batch; if one of them overflows, one by one."""
    V = len(net.alphabet)
    T, B = letters.shape
    S = net.encode(np.eye(V)[letters])
    try:
        said = net.decode(S[-1], T + 1).Y
    except FloatingPointError:
        return np.array([right_alone(net, one) for one in letters.T])
    answer = np.full((T + 1, B), V)  # a batch that has ended early has said END
    answer[: len(said)] = said
    return (answer[:-1] == letters[::-1]).all(axis=0) & (answer[-1] == V)


def right_alone(net, one):
    """Return whether one string, indices (T,), comes back reversed, with END right after it."""
    _, run = handmade.until_wrong(net, net.alphabet.text(one))
    return run.Y.tolist() == [*one[::-1], len(net.alphabet)]


def strings(T, V, rng):
    """Return strings of T of V letters: every one, in order, or drawn and hard ones.

    Returns
    -------
    (T, B) int array
        A string a column.
    """
    if V**T <= EVERY:
        return np.indices((V,) * T).reshape(T, -1)
    drawn, hard = rng.integers(V, size=(2, T, DRAWN))
    cut = rng.integers(T + 1, size=DRAWN)  # where the run ends, or begins
    same = rng.choice([0, V - 1], DRAWN)  # the letter of the run
    late = rng.integers(2, size=DRAWN).astype(bool)  # whether the run is at the end
    place = np.arange(T)[:, None]
    in_run = np.where(late, place >= cut, place < cut)
    both = np.concatenate([drawn, np.where(in_run, same, hard)], axis=1)
    return both[:, np.lexsort(both[::-1])]


def learn(units, base, letters, precision):
    """Return the longest length that the network by hand reverses, and what comes one letter later.

    Every length is tried, from 1 on.
    """
    alphabet = (string.ascii_lowercase + string.ascii_uppercase)[:letters]
    dtype = PRECISIONS[precision]
    rng = np.random.default_rng([8, base, letters])
    tried = 0
    for T in count(1):
        if units == 1:
            net = handmade.build_stack(alphabet, base, longest=T, dtype=dtype)
        else:
            net = handmade.build_triangle(T, dtype)
        batch = strings(T, letters, rng)
        good = right(net, batch)
        if not good.all():
            return dict(
                limit=T - 1,
                strings=tried,
                every_up_to=max(t for t in range(T) if letters**t <= EVERY),
                first=net.alphabet.text(batch[:, ~good][:, 0]),
                after=round(float(good.mean()), 4),
            )
        tried += batch.shape[1]


def main():
    """Find all limits and write the table."""
    given = runs.options(__doc__).parse_args()
    networks = [(1, base, letters) for base, letters in FULL + SPARE] + [(2, 2, 3)]
    tasks = [
        dict(units=units, base=base, letters=letters, precision=precision)
        for units, base, letters in networks
        for precision in PRECISIONS
    ]
    begin = perf_counter()
    rows = [task | row for task, row in runs.each(learn, tasks, "stack", given)]
    runs.write("stack", dict(drawn=DRAWN, runs=rows), given)
    print(f"{len(rows)} limits in {perf_counter() - begin:.0f} seconds")


if __name__ == "__main__":
    main()
