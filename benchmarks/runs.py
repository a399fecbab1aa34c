"""Many trainings, each run once: on all cores, or on a Dask cluster with --dask.

A script of this folder names its tasks and the function that does one:

    for task, found in runs.each(learn, tasks, "sweep", given): …

What a task has found is kept in .runs, by joblib.Memory. So a run that was killed goes on where it
was, and a second start finds everything done. It is kept under the task and under all that the task
depends on: the sources of revlib's networks and of the scripts that were imported, NumPy's version,
and the kernels of OpenBLAS, whose last bits differ (`sources`). Change one of them, and everything
is computed again. --fresh forgets what there is.

Which kernels those are may be chosen: OPENBLAS_CORETYPE=Nehalem python benchmarks/…, say. That
stands for another machine. With --aside its tables are written into benchmarks/second and not in
place of the book's, without the weights, and `sentences.py` asks of both whether they bear out what
the chapters say.

A Dask worker keeps the revlib that it has imported: after a change, start the workers again.
"""

import argparse
import contextlib
import hashlib
import io
import json
import os
import platform
import shutil
import sys
from pathlib import Path
from time import process_time

import joblib
import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits
from tqdm import tqdm

import revlib
from revlib import checkpoint

# one core a task: in this process, and in those that it starts
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
threadpool_limits(1, "blas")

HERE = Path(__file__).resolve().parent
REVLIB = Path(revlib.__file__).resolve().parent
RESULTS = HERE.parent / "notebooks" / "results"


def kernels():
    """Return for which processors OpenBLAS multiplies here, such as "Haswell"."""
    return threadpool_info()[0]["architecture"]


def processor():
    """Return the processor's name as the system knows it, and how many cores there are."""
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.machine()}, {os.cpu_count()} cores"


def scripts():
    """Return the paths of this script and of those beside it that have been imported."""
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    here = {path for path in map(Path, filter(None, files)) if path.resolve().parent == HERE}
    return here | {Path(__file__)}


def sources(paths):
    """Return a name for what results depend on, 16 hex digits of a SHA-256.

    It changes with the name and content of every file, and with NumPy's version and OpenBLAS's
    kernels.
    """
    digest = hashlib.sha256(f"{np.__version__} {kernels()}".encode())
    for path in sorted(paths, key=lambda path: path.name):
        content = path.read_bytes()
        digest.update(f"\n{path.name}: {len(content)} bytes\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def options(description):
    """Return a parser of the options that every long run has."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument(
        "--at-once", type=int, default=os.cpu_count(), help="tasks at once (default: one a core)"
    )
    parser.add_argument(
        "--dask", metavar="ADDRESS", help="run on this Dask cluster, such as tcp://127.0.0.1:8786"
    )
    parser.add_argument(
        "--aside", action="store_true", help="write tables into benchmarks/second, a second run"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="forget what earlier starts have found"
    )
    return parser


def each(learn, tasks, name, given):
    """Do every task, or remember what it has found.

    Parameters
    ----------
    learn : function
        Of a module, so that another process can import it. Seeded by its arguments.
    tasks : list of dict
    name : str
        Findings are kept in .runs/name.
    given : what `options` parsed

    Yields
    ------
    task, found : dict, what learn(**task) returned
        In the order of the tasks.
    """
    folder = HERE / ".runs" / name
    if given.fresh and folder.exists():
        shutil.rmtree(folder)
    # compressed with a checksum: what is damaged is computed again
    where = folder / sources(scripts() | set(REVLIB.glob("*.py")))
    once = joblib.Memory(where, verbose=0, compress=True).cache(learn)
    with cluster(given.dask):
        at_once = None if given.dask else given.at_once
        parallel = joblib.Parallel(n_jobs=at_once, return_as="generator")
        found = parallel(joblib.delayed(once)(**task) for task in tasks)
        yield from zip(tasks, tqdm(found, total=len(tasks), desc=name, unit="run"))


@contextlib.contextmanager
def cluster(address):
    """Send tasks to the Dask cluster at an address; without one, to processes of this machine.

    Scheduler and workers need revlib, and see this folder: scripts import one another, and findings
    are kept here.
    """
    if not address:
        yield
        return
    from distributed import Client  # needed for this only

    scripts = str(HERE)

    def see_scripts():  # of no module, so that the function itself is sent
        if scripts not in sys.path:
            sys.path.append(scripts)

    with Client(address) as client, joblib.parallel_config(backend="dask"):
        client.run_on_scheduler(see_scripts)  # which reads the tasks, too
        client.register_worker_callbacks(see_scripts)
        yield


def costs(calls, turns=200):
    """Return microseconds of CPU that calls take.

    They take turns, and the lower quartile counts, so that a busy machine is no one's disadvantage.

    Parameters
    ----------
    calls : dict
        Name -> function without arguments.
    turns : int

    Returns
    -------
    dict, name -> int
    """
    taken = {name: [] for name in calls}
    for _ in range(turns):
        for name, call in calls.items():
            begin = process_time()
            call()
            taken[name].append(process_time() - begin)
    return {name: round(1e6 * float(np.quantile(times, 0.25))) for name, times in taken.items()}


def place(given):
    """Return the folder that tables go to: the book's, or with --aside that of a second run."""
    return HERE / "second" if given.aside else RESULTS


def write(name, what, given):
    """Write a table as notebooks/results/name.json, headed by the machine that it was made on.

    Each of `what["runs"]` is one line, so that a diff shows which changed. A number that is not
    finite is a ValueError, and nothing is written: JSON has no such numbers.
    """
    head = dict(numpy=np.__version__, machine=processor(), kernels=kernels(), at_once=given.at_once)
    head |= {key: value for key, value in what.items() if key != "runs"}
    top = json.dumps(head, indent=1, allow_nan=False)[:-2]  # without its closing brace
    rows = ",\n  ".join(json.dumps(row, allow_nan=False) for row in what["runs"])
    text = f'{top},\n "runs": [\n  {rows}\n ]\n}}\n'
    place(given).mkdir(exist_ok=True)
    checkpoint.write(place(given) / f"{name}.json", text.encode())


def keep(name, weights, given):
    """Write weights, key -> array, as notebooks/results/name.npz, whole or not at all.

    Those of a second run are not kept.
    """
    if given.aside:
        return
    file = io.BytesIO()
    np.savez_compressed(file, **weights)
    checkpoint.write(place(given) / f"{name}.npz", file.getvalue())


def minutes(rows):
    """Return in words how many runs there were, and what they took."""
    seconds = sum(row["cpu_seconds"] for row in rows)
    return f"{len(rows)} runs, {seconds / 60:.0f} minutes of CPU"


def table(rows, names, share="accuracy", first=1):
    """Return medians and quartiles over seeds as text: a line for each setting of the names."""
    settings = list(dict.fromkeys(tuple(row[name] for name in names) for row in rows))
    lengths = range(first, first + len(rows[0][share]))
    lines = [f"{' '.join(names):30}" + "".join(f"{length:>16}" for length in lengths)]
    for setting in settings:
        found = [row[share] for row in rows if tuple(row[name] for name in names) == setting]
        low, middle, high = np.quantile(found, (0.25, 0.5, 0.75), axis=0)
        cells = [f"{m:.2f} {lo:.2f}-{h:.2f}" for lo, m, h in zip(low, middle, high)]
        name = " ".join(map(str, setting)) + f" ({len(found)})"
        lines.append(f"{name:30}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)
