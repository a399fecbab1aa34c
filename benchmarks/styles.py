"""What may a decoder look at? The four styles of chapter 09, five seeds each, on one budget.

    python benchmarks/styles.py                  # all cores
    python benchmarks/styles.py --dask tcp://…   # the same on a Dask cluster

Each run trains ReLU units over 'abc' with END on all 9,840 strings of lengths 1 to 8: Adam (beta2
0.99, rate 0.005 falling along a half cosine), clip 1, batches of up to 150 strings of one length, a
curriculum of lengths, and 12,000 updates, whatever has been reached by then. The start is
"identity"; for simple cells with attention it is "gaussian", since otherwise states mostly grow,
and the last one, having the largest norm, would win every dot product.

Afterwards the network is asked, until it says END, every string of lengths 1 to 8, and 1,000 drawn
strings of each length from 9 to 16: the same for all runs, and drawn with another seed than any
training. `learn` takes any cell: three more runs are attention with GRU cells, and gates.py asks
for others.

Writes, in notebooks/results, styles.json (accuracy by length, a run a line; what a step costs) and
styles.npz (the weights of every run, under style-units-seed, and -GRU).
"""

from functools import partial
from time import process_time

import numpy as np
import runs  # first: it says how many threads a product may have
from curriculum import Curriculum, half_cosine

from revlib import decoders, starts, training
from revlib.alphabet import Alphabet

ABC = Alphabet("abc", end=True)
UNITS = 8
SEEDS = range(5)
UPDATES = 12_000
RATE = 0.005
LOOK = 400  # updates from look to look
TRAINED = 8  # the longest length that is trained
ASKED = 16  # and that is asked
DRAWN = 1_000  # strings asked of each length that is not trained


def questions():
    """Return the strings that every network is asked: a list for each length."""
    rng = np.random.default_rng(20170625)
    asked = [ABC.strings(length) for length in range(1, TRAINED + 1)]
    for length in range(TRAINED + 1, ASKED + 1):
        drawn = rng.choice([*ABC.symbols], (DRAWN, length))
        asked.append(["".join(letters) for letters in drawn])
    return asked


def begin(style, cell, units, rng):
    """Return a network before training."""
    net = decoders.EncoderDecoder(style, ABC, units, cell)
    start = "gaussian" if (style, cell) == ("attention", "simple") else "identity"
    return starts.initialize(net, start, rng)


def gradient_of_150(net):
    """Return a function that computes the gradient of 150 strings of length 8."""
    return partial(training.Batch(net, ABC.strings(8)[::43][:150]).gradient, net)


def learn(style, cell, units, seed, rate=RATE, updates=UPDATES):
    """Train one network.

    Returns
    -------
    row, theta : dict, (size,) array
        What became of it, and its weights.
    """
    started = process_time()
    rng = np.random.default_rng(seed)
    net = begin(style, cell, units, rng)
    adam = training.Adam(rate, beta2=0.99)
    lessons = Curriculum(net, TRAINED, rng)
    for moment in training.train(net, lessons, adam, updates, clip=1, every=LOOK):
        adam.rate = rate * half_cosine(moment.step, updates)
        lessons.look()
    accuracy = [float(training.correct(net, strings).mean()) for strings in questions()]
    row = dict(
        parameters=net.theta.size,
        reached=lessons.level,
        cpu_seconds=round(process_time() - started, 1),
        accuracy=[round(share, 5) for share in accuracy],
    )
    return row, net.theta


def main():
    """Train all networks and write the tables."""
    given = runs.options(__doc__).parse_args()
    tasks = [
        dict(style=style, cell="simple", units=UNITS, seed=seed)
        for style in decoders.STYLES
        for seed in SEEDS
    ]
    tasks += [dict(style="attention", cell="GRU", units=UNITS, seed=seed) for seed in range(3)]
    rows = []
    weights = {}
    for task, (row, theta) in runs.each(learn, tasks, "styles", given):
        rows.append(task | row)
        key = "{style}-{units}-{seed}".format(**task)
        if task["cell"] == "GRU":
            key += "-GRU"
        weights[key] = theta
    calls = {
        style: gradient_of_150(begin(style, "simple", UNITS, np.random.default_rng(0)))
        for style in decoders.STYLES
    }
    table = dict(
        numpy=np.__version__,
        updates=UPDATES,
        trained=[1, TRAINED],
        lengths=[1, ASKED],
        strings=[len(strings) for strings in questions()],
        step_cpu_us=runs.costs(calls),
        runs=rows,
    )
    runs.write("styles", table)
    runs.keep("styles", weights)
    print(runs.minutes(rows))


if __name__ == "__main__":
    main()
