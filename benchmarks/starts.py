"""Where should weights start? Five starts of simple cells, and two of gated ones, for chapter 10.

    python benchmarks/starts.py

Two questions. How much of the blame for the last letter of the answer arrives at the encoder's
first state, before any training? That is asked of 200 drawn networks a start, 8 units, feedback,
and the string 'abcabcabcabcabc': 30 states. The table has the quartiles, since the networks of one
start differ by much. GRU and LSTM start with the bias of the gate that keeps at 1.

And how well does each start learn? Simple cells only: chapter 09's training (see styles.py), each
start at its own best rate of RATES, found with the seeds and strings of validation; ten seeds.

Writes notebooks/results/starts.json: accuracy by length, a run a line; blame; tuning.
"""

import numpy as np
import runs
import styles

from revlib import decoders, starts

SIMPLE = ("gaussian", "he", "orthogonal", "uniform", "identity")
CELLS = [("simple", start) for start in SIMPLE] + [("GRU", "identity"), ("LSTM", "identity")]
RATES = (0.005, 0.01, 0.02, 0.04, 0.08)
TEXT = "abc" * 5
DRAWN = 200  # networks a start


def blame(cell, start):
    """Return quartiles of the norm of the blame on S(1), nats per unit, over drawn networks."""
    norms = []
    for seed in range(DRAWN):
        net = decoders.EncoderDecoder("feedback", "abc", styles.UNITS, cell)
        starts.initialize(net, start, np.random.default_rng(seed))
        norms.append(decoders.blame_norms(net, TEXT)[1][0, 0])
    return [float(f"{norm:.3g}") for norm in np.quantile(norms, (0.25, 0.5, 0.75))]


def main():
    """Measure, tune, train, and write the table."""
    given = runs.options(__doc__).parse_args()
    reached = [
        task | dict(quartiles=found)
        for task, found in runs.each(
            blame, [dict(cell=cell, start=start) for cell, start in CELLS], "starts-blame", given
        )
    ]
    network = dict(style="feedback", cell="simple", units=styles.UNITS)
    tasks = [
        network | dict(start=start, rate=rate, seed=seed, split="validation")
        for start in SIMPLE
        for rate in RATES
        for seed in styles.VALIDATION
    ]
    tuning = [task | row for task, (row, _) in runs.each(styles.learn, tasks, "starts", given)]
    given.fresh = False  # what was just found is not to be forgotten
    best = {}
    for start in SIMPLE:
        tried = {
            rate: sum(
                sum(row["accuracy"])
                for row in tuning
                if (row["start"], row["rate"]) == (start, rate)
            )
            for rate in RATES
        }
        best[start] = max(tried, key=tried.get)
    tasks = [
        network | dict(start=start, rate=best[start], seed=seed)
        for start in SIMPLE
        for seed in styles.SEEDS
    ]
    rows = [task | row for task, (row, _) in runs.each(styles.learn, tasks, "starts", given)]
    table = dict(
        updates=styles.UPDATES,
        units=styles.UNITS,
        text=TEXT,
        drawn=DRAWN,
        blame=reached,
        validation_seeds=styles.VALIDATION,
        best=best,
        tuning=[{key: row[key] for key in row if key != "split"} for row in tuning],
        runs=rows,
    )
    runs.write("starts", table, given)
    for row in reached:
        print(f"{row['cell']:7} {row['start']:11} blame on S(1), quartiles {row['quartiles']}")
    print(runs.minutes(tuning), "to tune,", runs.minutes(rows), "to report")
    print(runs.table(rows, ("start", "rate")))


if __name__ == "__main__":
    main()
