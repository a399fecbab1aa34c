"""What may a decoder look at? The four styles of chapter 09, five seeds each, on one budget.

    python benchmarks/styles.py                  # all cores
    python benchmarks/styles.py --dask tcp://…   # the same on a Dask cluster

Each run trains ReLU units over 'abc' with END on all 9,840 strings of lengths 1 to 8: the start of
decoders.initial, Adam (beta2
0.99, rate 0.005 falling along a half cosine), clip 1, batches of up to 150 strings of one length, a
curriculum of lengths, and
12,000 updates, whatever has been reached by then. Afterwards the network is asked, stopping by END,
every string of lengths 1
to 8 and 1,000 drawn strings of each length from 9 to 16: the same for all runs, and drawn with
another seed than any training.
`learn` takes any cell of gates.py too: three more runs are attention with GRU cells, and chapter 10
asks for others.

Writes, in notebooks/results, styles.json (accuracy by length, a run a line; what a step costs) and
styles.npz (the weights of
every run, under style-units-seed, and -GRU).
"""

from time import process_time

import numpy as np
import runs  # first: it says how many threads a product may have

from revlib import decoders, starts, training
from revlib.alphabet import Alphabet

ABC = Alphabet("abc", end=True)
UNITS, SEEDS = 8, range(5)
UPDATES, RATE, LAST, LOOK = 12_000, 0.005, 0.01, 400
TRAINED, ASKED, DRAWN = 8, 16, 1_000


def questions():
    """The strings of each length that every network is asked: a list of lists."""
    rng = np.random.default_rng(20170625)
    return [
        (
            ABC.strings(length)
            if length <= TRAINED
            else ["".join(letters) for letters in rng.choice([*ABC.letters], (DRAWN, length))]
        )
        for length in range(1, ASKED + 1)
    ]


def costs():
    """Style -> microseconds of CPU for one gradient of 150 strings of length 8."""
    nets = {
        style: starts.initialize(
            decoders.EncoderDecoder(style, ABC, UNITS),
            "gaussian" if style == "attention" else "identity",
            np.random.default_rng(0),
        )
        for style in decoders.STYLES
    }
    return runs.costs(
        {
            style: (training.Batch(net, ABC.strings(TRAINED)[::43][:150]).gradient, net)
            for style, net in nets.items()
        }
    )


def learn(style, cell, units, seed, rate=RATE, updates=UPDATES):
    """Train one network; returns what became of it, and its weights."""
    begin, rng = process_time(), np.random.default_rng(seed)
    net = starts.initialize(decoders.EncoderDecoder(style, ABC, units, cell), "identity", rng)
    adam = training.Adam(rate, beta2=0.99)
    lessons = training.Curriculum(net, TRAINED, rng, tape=decoders.Tape)
    for moment in training.train(net, iter(lessons), adam, updates, clip=1, every=LOOK):
        adam.rate = rate * (LAST + (1 - LAST) * (1 + np.cos(np.pi * moment.step / updates)) / 2)
        lessons.look()
    found = [float(training.correct(net, strings).mean()) for strings in questions()]
    return (
        dict(
            parameters=net.theta.size,
            reached=lessons.level,
            cpu_seconds=round(process_time() - begin, 1),
            accuracy=[round(share, 5) for share in found],
        ),
        net.theta,
    )


def main():
    given = runs.options(__doc__).parse_args()
    tasks = [
        dict(style=style, cell="plain", units=UNITS, seed=seed)
        for style in decoders.STYLES
        for seed in SEEDS
    ]
    tasks += [dict(style="attention", cell="GRU", units=UNITS, seed=seed) for seed in range(3)]
    rows, weights = [], {}
    for task, (found, theta) in runs.each(learn, tasks, "styles", given):
        rows.append(task | found)
        weights["{style}-{units}-{seed}".format(**task) + "-GRU" * (task["cell"] == "GRU")] = theta
    runs.write(
        "styles",
        dict(
            numpy=np.__version__,
            updates=UPDATES,
            trained=[1, TRAINED],
            lengths=[1, ASKED],
            strings=[len(strings) for strings in questions()],
            step_cpu_us=costs(),
            runs=rows,
        ),
    )
    runs.keep("styles", weights)
    print(f"{len(rows)} runs, {sum(row['cpu_seconds'] for row in rows) / 60:.0f} minutes of CPU")


if __name__ == "__main__":
    main()
