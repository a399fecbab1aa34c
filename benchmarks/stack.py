"""How long a stack of weights written down can be, by precision and base, and what training finds; for chapter 08.

    python benchmarks/stack.py    # some minutes of CPU; writes stack.json and stack.npz in notebooks/results

A limit is the greatest length T for which every string tried comes back right, END in time, at T and at every shorter
length. There is no one network: each length is tried with the network built for it. Up to 600,000 strings of a length (over
three letters, up to length 12) are few enough to try every one; of longer lengths or larger alphabets 20,000 are drawn, and
as many more that are hard: a run of the first or of the last letter of the alphabet at one end, the rest drawn. `first` is the
first string in the alphabet's order, of those tried, that fails at the next length, and `after` the share that still comes
back right there.

The trained networks have 1, 2 and 3 units and learn every string of length 1 to 6 by the recipe of sweep.py, 40,000
updates each, five seeds each; stack.npz holds their weights under units-seed.
"""
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")    # read when NumPy is imported

import json
import string
from functools import partial
from itertools import count
from pathlib import Path
from time import perf_counter

import numpy as np

from revlib import model, stack, training
from revlib.alphabet import Alphabet

EVERY, DRAWN, PIECE = 600_000, 20_000, 20_000    # most strings of a length to try all; drawn of each kind; at a time
PRECISIONS = {"float64": np.float64, "float32": np.float32, "float16": np.float16}
FULL = [(base, base - 1) for base in (4, 8, 16, 32)]           # every digit above 0 is a letter
SPARE = [(base, 3) for base in (5, 6, 8, 10, 16)]              # three letters, digits to spare


def right(net, letters):
    """Which strings, columns of a (T, B) int array, come back reversed, with END right after them: (B,) bool."""
    V, found = len(net.alphabet), []
    for at in range(0, letters.shape[1], PIECE):
        piece = letters[:, at:at + PIECE]
        S = model.encode(net, np.eye(V, dtype=net.theta.dtype)[piece])
        try:
            said = model.decode(net, S[-1], len(piece) + 1).Y
            answer = np.full((len(piece) + 1, piece.shape[1]), V)    # a batch that has ended early has said END
            answer[:len(said)] = said
            found.append((answer[:-1] == piece[::-1]).all(axis=0) & (answer[-1] == V))
        except FloatingPointError:    # some string of the piece overflowed: one by one
            runs = [stack.until_wrong(net, net.alphabet.text(one))[1] for one in piece.T]
            found.append(np.array([run.Y.tolist() == [*one[::-1], V] for run, one in zip(runs, piece.T)]))
    return np.concatenate(found)


def strings(T, V, rng):
    """(T, B) int array: every string of T of V letters, in order, or drawn and hard ones."""
    if V ** T <= EVERY:
        return np.indices((V,) * T).reshape(T, -1)
    drawn, hard = rng.integers(V, size=(2, T, DRAWN))
    cut, same = rng.integers(T + 1, size=DRAWN), rng.choice([0, V - 1], DRAWN)
    late, place = rng.integers(2, size=DRAWN).astype(bool), np.arange(T)[:, None]
    hard = np.where(np.where(late, place >= cut, place < cut), same, hard)
    both = np.concatenate([drawn, hard], axis=1)
    return both[:, np.lexsort(both[::-1])]


def limit(make, letters, rng):
    """Longest T that `make(T)` reverses, every length tried, and what happens one letter later."""
    tried = 0
    for T in count(1):
        batch = strings(T, len(letters), rng)
        good = right(make(T), batch)
        if not good.all():
            first = "".join(letters[i] for i in batch[:, ~good][:, 0])
            return dict(letters=len(letters), limit=T - 1, strings=tried, every_up_to=max(
                t for t in range(T) if len(letters) ** t <= EVERY), first=first, after=round(float(good.mean()), 4))
        tried += batch.shape[1]


def learn(units, seed, longest=6, updates=40_000, rate=0.005, last=0.01):
    """The weights of one trained network."""
    rng = np.random.default_rng(seed)
    net = training.initial("identity", Alphabet("abc", end=True), units, rng)
    adam, lessons = training.Adam(rate, beta2=0.99), training.Curriculum(net, longest, rng)
    for moment in training.train(net, iter(lessons), adam, updates, clip=1, every=400):
        adam.rate = rate * (last + (1 - last) * (1 + np.cos(np.pi * moment.step / updates)) / 2)
        full = lessons.level == longest
        if lessons.look() > 0.98 and full and all(lessons.right(length) == 1 for length in lessons.batches):
            break
    print(f"{units} units, seed {seed}: {moment.step:,} updates, learned up to length {lessons.level}", flush=True)
    return net.theta


def main():
    begin, rng, rows = perf_counter(), np.random.default_rng(8), []
    for base, V in FULL + SPARE:
        for name, dtype in PRECISIONS.items():
            letters = (string.ascii_lowercase + string.ascii_uppercase)[:V]
            make = partial(stack.build, letters, base, dtype=dtype)
            rows.append(dict(units=1, base=base, precision=name, **limit(lambda T: make(longest=T), letters, rng)))
            print(rows[-1], flush=True)
    for name, dtype in PRECISIONS.items():
        rows.append(dict(units=2, base=2, precision=name, **limit(partial(stack.build_triangle, dtype=dtype), "abc", rng)))
        print(rows[-1], flush=True)
    results = Path(__file__).resolve().parent.parent / "notebooks" / "results"
    np.savez_compressed(results / "stack.npz", **{f"{n}-{seed}": learn(n, seed) for n in (1, 2, 3) for seed in range(5)})
    (results / "stack.json").write_text(json.dumps(
        dict(numpy=np.__version__, seconds=round(perf_counter() - begin), seed=8, drawn=DRAWN, limits=rows), indent=1) + "\n")


if __name__ == "__main__":
    main()
