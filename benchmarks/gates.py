"""What do gates add? Simple cells, GRU and LSTM for chapter 10, on chapter 09's budget.

    python benchmarks/gates.py                   # all cores
    python benchmarks/gates.py --dask tcp://…    # the same on a Dask cluster

Each run is chapter 09's, feedback style (see styles.py): the same strings, curriculum, number of
updates and questions. Cells are compared twice: with 8 units each, and with about as many
parameters as the simple cell with 8 units has, or the LSTM with 8. One rate does not suit all: with
8 units and seed 0 each cell is trained at all of RATES, the first of which is chapter 09's. It then
goes on with the one that served it best (the largest sum of its accuracies over all lengths asked).

Writes, in notebooks/results, gates.json (accuracy by length, a run a line; what a step costs) and
gates.npz (the weights of every run, under cell-units-seed-rate).
"""

import numpy as np
import runs  # first: it says how many threads a product may have
import styles

SIZES = (  # cell, units
    ("simple", 8),
    ("GRU", 8),
    ("LSTM", 8),
    ("simple", 17),
    ("GRU", 4),
    ("LSTM", 4),
)
RATES = (styles.RATE, 0.02, 0.04)


def best_rates(rows):
    """Return cell -> the rate whose run has the largest sum of accuracies."""
    best = {}
    for cell in ("simple", "GRU", "LSTM"):
        tried = [row for row in rows if row["cell"] == cell]
        best[cell] = max(tried, key=lambda row: sum(row["accuracy"]))["rate"]
    return best


def place(row):
    """Return what runs are sorted by in the table."""
    return SIZES.index((row["cell"], row["units"])), row["rate"], row["seed"]


def main():
    """Train all networks and write the tables."""
    parser = runs.options(__doc__)
    parser.add_argument("--seeds", type=int, default=len(styles.SEEDS), help="only so many")
    given = parser.parse_args()
    rows = []
    weights = {}

    def train(tasks):
        for task, (row, theta) in runs.each(styles.learn, tasks, "gates", given):
            rows.append(task | row)
            weights["{cell}-{units}-{seed}-{rate}".format(**task)] = theta

    train(
        [
            dict(style="feedback", cell=cell, units=units, seed=0, rate=rate)
            for cell, units in SIZES[:3]
            for rate in RATES
        ]
    )
    best = best_rates(rows)
    given.fresh = False  # what was just found is not to be forgotten
    train(
        [
            dict(style="feedback", cell=cell, units=units, seed=seed, rate=best[cell])
            for seed in range(given.seeds)
            for cell, units in SIZES
            if (units, seed) != (8, 0)
        ]
    )
    rows.sort(key=place)
    calls = {}
    for cell, units in SIZES:
        net = styles.begin("feedback", cell, units, np.random.default_rng(0))
        calls[f"{cell}-{units}"] = styles.gradient_of_150(net)
    table = dict(
        numpy=np.__version__,
        updates=styles.UPDATES,
        trained=[1, styles.TRAINED],
        rate=best,
        lengths=[1, styles.ASKED],
        strings=[len(strings) for strings in styles.questions()],
        step_cpu_us=runs.costs(calls),
        runs=rows,
    )
    runs.write("gates", table)
    runs.keep("gates", weights)
    print(runs.minutes(rows))


if __name__ == "__main__":
    main()
