"""How the cost of an update (forward, BPTT, Adam; float32) grows with units, length and strings.

    python benchmarks/scaling.py    # about half a minute; writes notebooks/results/scaling.json

The yardstick is the machine's own matrix product, measured in the same run: `speed` is the
operations a second of a 512 by 512 product, and `floor_us` is what an update's products would cost
at that speed. `ratio` says how many times longer the update takes: where matrices are small,
calling NumPy costs more than the sums; where they are large, the products are most of it. One
thread throughout, since threads help only the largest sizes.
"""

import json
import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is imported

from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from revlib import checkpoint, model, starts, training

RESULTS = Path(__file__).resolve().parent.parent / "notebooks" / "results"
LETTERS = "abcdefghijkl"
BASE = dict(units=16, length=8, strings=128)
SWEEPS = {
    "units": [1, 2, 4, 8, 16, 32, 64, 128, 256],
    "length": [1, 2, 4, 8, 16, 32, 64],
    "strings": [1, 4, 16, 64, 256, 1024, 4096],
}


def timed(call, seconds=0.3, least=15):
    """Return the median seconds of a call, over at least `least` calls and `seconds` seconds.

    Two calls before it are not counted.
    """
    call()
    call()
    times = []
    while sum(times) < seconds or len(times) < least:
        begin = perf_counter()
        call()
        times.append(perf_counter() - begin)
    return median(times)


def operations(units, length, strings):
    """Return how many multiplications and additions the matrix products of one update take."""
    V = len(LETTERS)
    layers = 2 * length * (V + units + 1) * units  # encoder and decoder
    scores = length * (units + 1) * V
    blame = 2 * length * units * units + length * V * units  # on states
    return 2 * strings * (2 * (layers + scores) + blame)  # a gradient costs what its run costs


def step_time(units, length, strings, seconds=0.3):
    """Return the median seconds of one update."""
    rng = np.random.default_rng(0)
    net = starts.initialize(model.Net(LETTERS, units), "gaussian", rng).astype(np.float32)
    drawn = rng.choice([*LETTERS], (strings, length))
    batch = training.Batch(net, ["".join(letters) for letters in drawn])
    adam = training.Adam(1e-4)

    def update():
        _, gradient = batch.gradient(net)
        adam.update(net.theta, gradient)

    return timed(update, seconds)


def main():
    """Measure all sizes, print them and write the table."""
    A = np.random.default_rng(0).random((512, 512), np.float32)
    speed = 2 * 512**3 / timed(lambda: A @ A)
    print(f"matrix product: {speed / 1e9:.0f} · 10^9 operations a second, one thread")
    sweeps = {}
    for name, values in SWEEPS.items():
        print(f"\n{name:>8} {'step':>10} {'floor':>10} {'ratio':>7}    (else {BASE})")
        sweeps[name] = []
        for value in values:
            sizes = BASE | {name: value}
            seconds = step_time(**sizes)
            floor = operations(**sizes) / speed
            row = sizes | dict(
                step_us=round(1e6 * seconds, 1),
                floor_us=round(1e6 * floor, 2),
                operations=operations(**sizes),
                ratio=round(seconds / floor, 2),
            )
            sweeps[name].append(row)
            print(
                f"{value:8} {1e6 * seconds:7.0f} µs {1e6 * floor:7.1f} µs {seconds / floor:7.1f}",
                flush=True,
            )
    table = dict(
        numpy=np.__version__,
        threads=1,
        speed=round(speed),
        letters=len(LETTERS),
        base=BASE,
        sweeps=sweeps,
    )
    text = json.dumps(table, indent=1, allow_nan=False) + "\n"
    checkpoint.write(RESULTS / "scaling.json", text.encode())


if __name__ == "__main__":
    main()
