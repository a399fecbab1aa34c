"""What do gates add? Plain, GRU and LSTM cells for chapter 10, on chapter 09's budget.

    python benchmarks/gates.py                   # all cores
    python benchmarks/gates.py --dask tcp://…    # the same on a Dask cluster

Each run is chapter 09's, feedback style (see styles.py): the same strings, curriculum, number of
updates and questions. Cells
are compared twice: with 8 units each, and with about as many parameters as the plain cell with 8
units, or the LSTM with 8,
has. One rate does not suit all: with 8 units and seed 0 each cell is trained at all of RATES, the
first of which is chapter
09's, and then goes on with the one that served it best (the largest sum of its accuracies over all
lengths asked).

Writes, in notebooks/results, gates.json (accuracy by length, a run a line; what a step costs) and
gates.npz (the weights of
every run, under cell-units-seed-rate).
"""

import numpy as np
import runs  # first: it says how many threads a product may have
import styles

from revlib import styles as networks
from revlib import training

CELLS = (("plain", 8), ("GRU", 8), ("LSTM", 8), ("plain", 17), ("GRU", 4), ("LSTM", 4))
RATES = styles.RATE, 0.02, 0.04


def costs():
    """Cell and units -> microseconds of CPU for one gradient of 150 strings of length 8."""
    nets = {
        f"{cell}-{units}": networks.initial(
            "feedback", styles.ABC, units, np.random.default_rng(0), cell
        )
        for cell, units in CELLS
    }
    asked = styles.ABC.strings(8)[::43][:150]
    return runs.costs(
        {
            name: (training.Batch(net, asked, networks.Tape).gradient, net)
            for name, net in nets.items()
        }
    )


def main():
    parser = runs.options(__doc__)
    parser.add_argument("--seeds", type=int, default=len(styles.SEEDS), help="only so many")
    given = parser.parse_args()
    rows, weights = [], {}

    def train(tasks):
        for task, (found, theta) in runs.each(styles.learn, tasks, "gates", given):
            rows.append(task | found)
            weights["{cell}-{units}-{seed}-{rate}".format(**task)] = theta

    train(
        [
            dict(style="feedback", cell=cell, units=units, seed=0, rate=rate)
            for cell, units in CELLS[:3]
            for rate in RATES
        ]
    )
    best = {
        cell: max(
            (row for row in rows if row["cell"] == cell), key=lambda row: sum(row["accuracy"])
        )["rate"]
        for cell, _ in CELLS
    }
    given.fresh = False
    train(
        [
            dict(style="feedback", cell=cell, units=units, seed=seed, rate=best[cell])
            for seed in range(given.seeds)
            for cell, units in CELLS
            if (units, seed) != (8, 0)
        ]
    )
    rows.sort(key=lambda row: (CELLS.index((row["cell"], row["units"])), row["rate"], row["seed"]))
    runs.write(
        "gates",
        dict(
            numpy=np.__version__,
            updates=styles.UPDATES,
            trained=[1, styles.TRAINED],
            rate=best,
            lengths=[1, styles.ASKED],
            strings=[len(strings) for strings in styles.questions()],
            step_cpu_us=costs(),
            runs=rows,
        ),
    )
    runs.keep("gates", weights)
    print(f"{len(rows)} runs, {sum(row['cpu_seconds'] for row in rows) / 60:.0f} minutes of CPU")


if __name__ == "__main__":
    main()
