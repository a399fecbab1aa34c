"""How long can 1, 2, 3, 5, 8 and 16 units go? Units × training lengths × seeds, for chapter 07.

    python benchmarks/sweep.py                   # all cores
    python benchmarks/sweep.py --dask tcp://…    # the same on a Dask cluster

Each run trains ReLU units over 'abc' with END like whole_task.py, but for less long: identity
start, Adam (beta2 0.99, rate 0.005
falling along a half cosine, clip 1), batches of up to 150 strings of one length, a curriculum of
lengths. Up to length 8 it
trains on every string there is; of longer lengths on 1,500, drawn with the seed. It ends when every
training string, fed
the right letters, comes out right, or after 40,000 updates. Then it is asked, letting it stop by
END, every string of lengths 1 to 8 and 2,000 drawn
strings of each length from 9 to 24: the same for all runs, and drawn with another seed than any
training.

Writes, in notebooks/results, sweep.json (accuracy by length, a run a line) and sweep.npz (the
weights of every run, under
units-shortest-longest-seed).
"""

from time import process_time

import numpy as np
import runs  # first: it says how many threads a product may have

from revlib import model, starts, training
from revlib.alphabet import Alphabet

ABC = Alphabet("abc", end=True)
SEEDS = {
    1: 20,
    2: 20,
    3: 10,
    5: 5,
    8: 5,
    16: 5,
}  # units -> how many seeds: the fewer units, the more depends on luck
SPANS = (1, 4), (1, 6), (1, 8), (1, 12), (1, 16), (3, 8)
UPDATES, RATE, LAST, LOOK = 40_000, 0.005, 0.01, 400
ASKED, EVERY, DRAWN = (
    24,
    8,
    2_000,
)  # lengths 1 to 24 are asked: every string to length 8, then 2,000 each


def questions():
    """The strings of each length that every network is asked: a list of lists."""
    rng = np.random.default_rng(20170625)
    return [
        (
            ABC.strings(length)
            if length <= EVERY
            else ["".join(letters) for letters in rng.choice([*ABC.letters], (DRAWN, length))]
        )
        for length in range(1, ASKED + 1)
    ]


def learn(units, shortest, longest, seed):
    """Train one network; returns what became of it, and its weights."""
    begin, rng = process_time(), np.random.default_rng(seed)
    net = starts.initialize(model.Net(ABC, units), "identity", rng)
    adam = training.Adam(RATE, beta2=0.99)
    lessons = training.Curriculum(
        net, longest, rng, shortest=shortest, most=1_500 if longest > EVERY else 3**EVERY
    )
    for moment in training.train(net, iter(lessons), adam, UPDATES, clip=1, every=LOOK):
        adam.rate = RATE * (LAST + (1 - LAST) * (1 + np.cos(np.pi * moment.step / UPDATES)) / 2)
        full = lessons.level == longest
        if (
            lessons.look() > 0.98
            and full
            and all(lessons.right(length) == 1 for length in lessons.batches)
        ):
            break
    found = [float(training.correct(net, strings).mean()) for strings in questions()]
    return (
        dict(
            parameters=net.theta.size,
            updates=moment.step,
            reached=lessons.level,
            cpu_seconds=round(process_time() - begin, 1),
            accuracy=[round(share, 5) for share in found],
        ),
        net.theta,
    )


def main():
    given = runs.options(__doc__).parse_args()
    tasks = [
        dict(units=n, shortest=low, longest=high, seed=seed)
        for low, high in SPANS
        for n, seeds in SEEDS.items()
        for seed in range(seeds)
    ]
    tasks.sort(
        key=lambda task: -task["units"] * task["longest"]
    )  # the longest first: no core waits at the end
    found = {
        tuple(task.values()): answer for task, answer in runs.each(learn, tasks, "sweep", given)
    }
    rows = [dict(zip(tasks[0], key), **found[key][0]) for key in sorted(found)]
    runs.write(
        "sweep",
        dict(
            numpy=np.__version__,
            updates=UPDATES,
            lengths=[1, ASKED],
            strings=[len(strings) for strings in questions()],
            runs=rows,
        ),
    )
    runs.keep("sweep", {"-".join(map(str, key)): found[key][1] for key in sorted(found)})
    print(f"{len(rows)} runs, {sum(row['cpu_seconds'] for row in rows) / 60:.0f} minutes of CPU")


if __name__ == "__main__":
    main()
