"""What do gates add? Simple cells, GRU and LSTM for chapter 10, on chapter 09's budget.

    python benchmarks/gates.py                   # all cores
    python benchmarks/gates.py --dask tcp://…    # the same on a Dask cluster

Each run is chapter 09's, feedback style (see styles.py): the same strings, curriculum, number of
updates and questions, and each network of SIZES at a rate and a start of its own, found with other
seeds and strings than those reported. Cells are compared in two ways:

    equal width      of the thought vector: an LSTM's is [S, C], 2n numbers.
                     8 numbers: simple-8, GRU-8, LSTM-4. 16: simple-16, LSTM-8.
    equal weights    nearly: simple-8, GRU-4, LSTM-4 have 228, 220 and 276;
                     GRU-8, simple-16 and LSTM-8 have 628, 708 and 804.

With --aside (see runs.py) the settings are those of the book's table, and only the report is made
again. Ten seeds of simple cells, whose runs take less than a minute of one core, and five of the
others.

Writes, in notebooks/results, gates.json (accuracy by length, a run a line; the tuning; what a step
costs) and gates.npz (the weights of every run reported, under cell-units-seed).
"""

import json

import runs  # before NumPy: it says how many threads a product may have
import styles

SIZES = (  # cell, units, seeds
    ("simple", 8, 10),
    ("GRU", 8, 5),
    ("LSTM", 4, 5),
    ("GRU", 4, 5),
    ("simple", 16, 10),
    ("LSTM", 8, 5),
)
RATES = (0.02, 0.04)  # to begin with; simple cells are best below, gated ones above
STARTS = ("orthogonal",)  # tried beside the identity, or the gate that keeps


def settings(networks, given):
    """Return the best start and rate of each network, and all that was tried.

    With --aside the book's own are taken: to tune takes longer than all the rest.
    """
    if not given.aside:
        return styles.tune(networks, "gates", given, RATES, STARTS)
    book = json.loads((runs.RESULTS / "gates.json").read_text(encoding="utf-8"))
    if "best" not in book:
        raise SystemExit("notebooks/results/gates.json has no settings; run it without --aside")
    return list(book["best"].values()), book["tuning"]


def main():
    """Tune and train all cells, and write the tables."""
    given = runs.options(__doc__).parse_args()
    networks = [dict(style="feedback", cell=cell, units=units) for cell, units, _ in SIZES]
    best, tuning = settings(networks, given)
    tasks = [
        network | setting | dict(seed=seed)
        for network, setting, (*_, seeds) in zip(networks, best, SIZES)
        for seed in range(seeds)
    ]
    rows = []
    weights = {}
    for task, (row, theta) in runs.each(styles.learn, tasks, "gates", given):
        rows.append(task | row)
        weights["{cell}-{units}-{seed}".format(**task)] = theta
    calls = {
        f"{cell}-{units}": styles.gradient_of_150("feedback", cell, units)
        for cell, units, _ in SIZES
    }
    table = dict(
        updates=styles.UPDATES,
        trained=[1, styles.TRAINED],
        lengths=[1, styles.ASKED],
        strings=[len(strings) for strings in styles.questions("test")],
        validation_seeds=styles.VALIDATION,
        best={f"{cell}-{units}": setting for (cell, units, _), setting in zip(SIZES, best)},
        step_cpu_us=runs.costs(calls),
        tuning=[{key: row[key] for key in row if key != "split"} for row in tuning],
        runs=rows,
    )
    runs.write("gates", table, given)
    runs.keep("gates", weights, given)
    print(runs.minutes(tuning), "to tune,", runs.minutes(rows), "to report")
    print(runs.table(rows, ("cell", "units", "start", "rate")))


if __name__ == "__main__":
    main()
