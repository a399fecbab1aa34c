"""How long a stack of weights written down can be, by precision and base; for chapter 08.

    python benchmarks/stack.py

A limit is the greatest length T for which every string tried comes back right, END in time, at T
and at every shorter
length. There is no one network: each length is tried with the network built for it. Up to 600,000
strings of a length (over
three letters, up to length 12) are few enough to try every one; of longer lengths or larger
alphabets 20,000 are drawn, and
as many more that are hard: a run of the first or of the last letter of the alphabet at one end, the
rest drawn. `first` is the
first string in the alphabet's order, of those tried, that fails at the next length, and `after` the
share that still comes
back right there. Writes notebooks/results/stack.json, a limit a line; some minutes of CPU.
"""

import string
from itertools import count
from time import perf_counter

import numpy as np
import runs  # first: it says how many threads a product may have

from revlib import handmade

EVERY, DRAWN, PIECE = (
    600_000,
    20_000,
    20_000,
)  # most strings of a length to try all; drawn of each kind; at a time
PRECISIONS = {"float64": np.float64, "float32": np.float32, "float16": np.float16}
FULL = [(base, base - 1) for base in (4, 8, 16, 32)]  # every digit above 0 is a letter
SPARE = [(base, 3) for base in (5, 6, 8, 10, 16)]  # three letters, digits to spare


def right(net, letters):
    """Which strings, columns of a (T, B) int array, come back reversed, with END right after them:
    (B,) bool."""
    V, found = len(net.alphabet), []
    for at in range(0, letters.shape[1], PIECE):
        piece = letters[:, at : at + PIECE]
        S = net.encode(np.eye(V, dtype=net.theta.dtype)[piece])
        try:
            said = net.decode(S[-1], len(piece) + 1).Y
            answer = np.full(
                (len(piece) + 1, piece.shape[1]), V
            )  # a batch that has ended early has said END
            answer[: len(said)] = said
            found.append((answer[:-1] == piece[::-1]).all(axis=0) & (answer[-1] == V))
        except FloatingPointError:  # some string of the piece overflowed: one by one
            runs = [handmade.until_wrong(net, net.alphabet.text(one))[1] for one in piece.T]
            found.append(
                np.array([run.Y.tolist() == [*one[::-1], V] for run, one in zip(runs, piece.T)])
            )
    return np.concatenate(found)


def strings(T, V, rng):
    """(T, B) int array: every string of T of V letters, in order, or drawn and hard ones."""
    if V**T <= EVERY:
        return np.indices((V,) * T).reshape(T, -1)
    drawn, hard = rng.integers(V, size=(2, T, DRAWN))
    cut, same = rng.integers(T + 1, size=DRAWN), rng.choice([0, V - 1], DRAWN)
    late, place = rng.integers(2, size=DRAWN).astype(bool), np.arange(T)[:, None]
    hard = np.where(np.where(late, place >= cut, place < cut), same, hard)
    both = np.concatenate([drawn, hard], axis=1)
    return both[:, np.lexsort(both[::-1])]


def learn(units, base, letters, precision):
    """The longest length that the network by hand reverses, every length tried, and what happens
    one letter later."""
    alphabet, dtype, tried = (
        (string.ascii_lowercase + string.ascii_uppercase)[:letters],
        PRECISIONS[precision],
        0,
    )
    rng = np.random.default_rng([8, base, letters])
    for T in count(1):
        net = (
            handmade.build_stack(alphabet, base, longest=T, dtype=dtype)
            if units == 1
            else handmade.build_triangle(T, dtype)
        )
        batch = strings(T, letters, rng)
        good = right(net, batch)
        if not good.all():
            first = net.alphabet.text(batch[:, ~good][:, 0])
            return dict(
                limit=T - 1,
                strings=tried,
                every_up_to=max(t for t in range(T) if letters**t <= EVERY),
                first=first,
                after=round(float(good.mean()), 4),
            )
        tried += batch.shape[1]


def main():
    given = runs.options(__doc__).parse_args()
    networks = [(1, base, letters) for base, letters in FULL + SPARE] + [(2, 2, 3)]
    tasks = [
        dict(units=units, base=base, letters=letters, precision=name)
        for units, base, letters in networks
        for name in PRECISIONS
    ]
    begin = perf_counter()
    rows = [task | found for task, found in runs.each(learn, tasks, "stack", given)]
    runs.write("stack", dict(numpy=np.__version__, drawn=DRAWN, runs=rows))
    print(f"{len(rows)} limits in {perf_counter() - begin:.0f} seconds")


if __name__ == "__main__":
    main()
