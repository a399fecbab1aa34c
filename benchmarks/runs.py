"""Many trainings, each run once: on all cores by default, on a Dask cluster with --dask; killed, it
goes on where it was.

A script of this folder names its tasks and the function that does one:

    for task, found in runs.each(learn, tasks, "sweep", given): …

What a task has found is kept in .runs, by joblib.Memory, under the function's source and the task:
a second start finds it
there, and --fresh throws it away. So does any change of `learn` itself; change something that it
calls, and it is for you to say
--fresh.
"""

import os

os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # one core a task; read by NumPy when it is first imported

import argparse
import contextlib
import io
import json
from pathlib import Path
from time import process_time

import joblib
import numpy as np
from tqdm import tqdm

from revlib import checkpoint

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "notebooks" / "results"


def options(description):
    """The options that every long run has."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument(
        "--at-once", type=int, default=os.cpu_count(), help="tasks at once (default: one a core)"
    )
    parser.add_argument(
        "--dask", metavar="ADDRESS", help="run on this Dask cluster, such as tcp://127.0.0.1:8786"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="forget what earlier starts have found"
    )
    return parser


def each(learn, tasks, name, given):
    """Yield (task, what learn(**task) found) in the order of the tasks, each computed or
    remembered.

    Parameters
    ----------
    learn : function
        Of a module, so that another process can import it. Seeded by its arguments.
    tasks : list of dict
    name : str
        Where its findings are kept: .runs/name.
    given : what `options` parsed
    """
    memory = joblib.Memory(
        HERE / ".runs" / name, verbose=0, compress=True
    )  # with a checksum: what is damaged is computed again
    if given.fresh:
        memory.clear(warn=False)
    once = memory.cache(learn)
    with cluster(given.dask):
        found = joblib.Parallel(
            n_jobs=None if given.dask else given.at_once, return_as="generator"
        )(joblib.delayed(once)(**task) for task in tasks)
        yield from zip(tasks, tqdm(found, total=len(tasks), desc=name, unit="run"))


@contextlib.contextmanager
def cluster(address):
    """With an address: everything goes to that Dask cluster, through joblib's own backend; without:
    to processes."""
    if not address:
        yield
        return
    from distributed import Client  # needed for this only

    with Client(address), joblib.parallel_config(backend="dask"):
        yield


def costs(calls, turns=200):
    """Name -> microseconds of CPU that a call (function, argument) takes. They take turns, and the
    lower quartile counts,
    so that a busy machine is no one's disadvantage."""
    taken = {name: [] for name in calls}
    for _ in range(turns):
        for name, (function, argument) in calls.items():
            begin = process_time()
            function(argument)
            taken[name].append(process_time() - begin)
    return {name: round(1e6 * float(np.quantile(times, 0.25))) for name, times in taken.items()}


def write(name, what):
    """Write a table as notebooks/results/name.json: one run a line, so that a diff shows which
    changed.

    A number that is none (NaN, infinite) is a ValueError, and nothing is written: JSON has no such
    numbers.
    """
    rows = ",\n  ".join(json.dumps(row, allow_nan=False) for row in what["runs"])
    head = json.dumps(
        {key: value for key, value in what.items() if key != "runs"}, indent=1, allow_nan=False
    )[:-2]
    checkpoint.write(RESULTS / f"{name}.json", f'{head},\n "runs": [\n  {rows}\n ]\n}}\n'.encode())


def keep(name, weights):
    """Write weights, key -> array, as notebooks/results/name.npz, whole or not at all."""
    file = io.BytesIO()
    np.savez_compressed(file, **weights)
    checkpoint.write(RESULTS / f"{name}.npz", file.getvalue())
