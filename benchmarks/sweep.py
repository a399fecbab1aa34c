"""How long can 1, 2, 3, 5, 8 and 16 units go? Units × training lengths × seeds, for chapter 07.

    python benchmarks/sweep.py                   # all cores
    python benchmarks/sweep.py --dask tcp://…    # the same on a Dask cluster

Each run trains ReLU units over 'abc' with END like whole_task.py, but for less long: identity
start, Adam (beta2 0.99, rate 0.005 falling along a half cosine, clip 1), batches of up to 150
strings of one length, a curriculum of lengths. Up to length 8 it trains on every string there is;
of longer lengths on 1,500, drawn with the seed. It ends when every training string, fed the right
letters, comes out right, or after 40,000 updates.

Then it is asked, until it says END, every string of lengths 1 to 8, and 2,000 drawn strings of each
length from 9 to 24: the same for all runs, and drawn with another seed than any training.

Writes, in notebooks/results, sweep.json (accuracy by length, a run a line) and sweep.npz (the
weights of every run, under units-shortest-longest-seed).
"""

from time import process_time

import numpy as np
import runs
from curriculum import Curriculum, half_cosine

from revlib import model, starts, training
from revlib.alphabet import Alphabet

ABC = Alphabet("abc", end=True)
# units -> how many seeds: the fewer units, the more depends on luck
SEEDS = {1: 20, 2: 20, 3: 10, 5: 5, 8: 5, 16: 5}
SPANS = ((1, 4), (1, 6), (1, 8), (1, 12), (1, 16), (3, 8))  # shortest and longest length
UPDATES = 40_000
RATE = 0.005
LOOK = 400  # updates from look to look
ASKED = 24  # the longest length that is asked
EVERY = 8  # every string is asked up to this length,
DRAWN = 2_000  # and so many of each longer one


def questions():
    """Return the strings that every network is asked: a list for each length."""
    rng = np.random.default_rng(20170625)
    asked = [ABC.strings(length) for length in range(1, EVERY + 1)]
    for length in range(EVERY + 1, ASKED + 1):
        drawn = rng.choice([*ABC.symbols], (DRAWN, length))
        asked.append(["".join(letters) for letters in drawn])
    return asked


def learn(units, shortest, longest, seed, updates=UPDATES):
    """Train one network.

    Returns
    -------
    row, theta : dict, (size,) array
        What became of it, and its weights.
    """
    started = process_time()
    rng = np.random.default_rng(seed)
    net = starts.initialize(model.Net(ABC, units), "identity", rng)
    adam = training.Adam(RATE, beta2=0.99)
    most = 1_500 if longest > EVERY else 3**EVERY
    lessons = Curriculum(net, longest, rng, shortest=shortest, most=most)
    for moment in training.train(net, lessons, adam, updates, clip=1, every=LOOK):
        adam.rate = RATE * half_cosine(moment.step, updates)
        full = lessons.level == longest
        share = lessons.look()
        if full and share > 0.98 and lessons.all_right():
            break
    accuracy = [float(training.correct(net, strings).mean()) for strings in questions()]
    row = dict(
        parameters=net.theta.size,
        updates=moment.step,
        reached=lessons.level,
        cpu_seconds=round(process_time() - started, 1),
        accuracy=[round(share, 5) for share in accuracy],
    )
    return row, net.theta


def main():
    """Train all networks and write the tables."""
    given = runs.options(__doc__).parse_args()
    tasks = [
        dict(units=units, shortest=shortest, longest=longest, seed=seed)
        for shortest, longest in SPANS
        for units, seeds in SEEDS.items()
        for seed in range(seeds)
    ]
    # the longest first: no core waits at the end
    tasks.sort(key=lambda task: -task["units"] * task["longest"])
    rows = {}
    weights = {}
    for task, (row, theta) in runs.each(learn, tasks, "sweep", given):
        key = tuple(task.values())
        rows[key] = task | row
        weights[key] = theta
    table = dict(
        updates=UPDATES,
        lengths=[1, ASKED],
        strings=[len(strings) for strings in questions()],
        runs=[rows[key] for key in sorted(rows)],
    )
    runs.write("sweep", table, given)
    runs.keep("sweep", {"-".join(map(str, key)): weights[key] for key in sorted(weights)}, given)
    print(runs.minutes(table["runs"]))


if __name__ == "__main__":
    main()
