"""benchmarks/runs.py: each task once, killed and resumed, on processes and on a real Dask cluster.

And again when a source has changed.
"""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
import runs

# A task that is begun leaves its trace in the folder.
SCRIPT = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, {benchmarks!r})
import runs
import squaring
runs.HERE = Path({folder!r})

def learn(k, pause):
    (Path({folder!r}) / f"{{k}}.{{os.getpid()}}.{{time.time_ns()}}").touch()
    time.sleep(pause)
    return squaring.square(k), os.getpid()

if __name__ == "__main__":
    tasks = [dict(k=k, pause={pause}) for k in range(6)]
    found = list(runs.each(learn, tasks, "squares", runs.options("x").parse_args()))
    assert [task["k"] for task, _ in found] == list(range(6))
    print("found", [square for _, (square, _) in found], len({{pid for _, (_, pid) in found}}))
"""


@pytest.fixture
def script(tmp_path):
    """A function that writes the script, whose tasks last `pause` seconds, and a script beside it.

    It returns the command that runs it.
    """

    def write(pause=0.0, benchmarks=ROOT / "benchmarks"):
        (tmp_path / "squaring.py").write_text("def square(k):\n    return k * k\n")
        path = tmp_path / "squares.py"
        text = SCRIPT.format(benchmarks=str(benchmarks), folder=str(tmp_path), pause=pause)
        path.write_text(text)
        return [sys.executable, str(path)]

    return write


def traces(folder):
    """Return how often each task was begun."""
    begun = [int(path.name.split(".")[0]) for path in folder.glob("*.*.*")]
    return [begun.count(k) for k in range(6)]


def finish(command, *more, **environment):
    """Run a command to its end, which must be a good one, and return what it says."""
    done = subprocess.run(
        [*command, *more], capture_output=True, text=True, timeout=120, env=os.environ | environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.nightly
def test_each_task_runs_once(script, tmp_path):
    command = script()
    assert "found [0, 1, 4, 9, 16, 25]" in finish(command, "--at-once", "2")
    assert traces(tmp_path) == [1] * 6
    assert "found [0, 1, 4, 9, 16, 25]" in finish(command)
    assert traces(tmp_path) == [1] * 6, "a second start computes nothing"
    finish(command, "--fresh")
    assert traces(tmp_path) == [2] * 6, "a fresh one everything"


# ---------------------------------------------------------------- a change of source


def test_a_change_of_source_is_a_new_key(tmp_path):
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "model.py").write_text("x = 1\n")
    (folder / "sweep.py").write_text("z = 3\n")

    def key():
        return runs.sources(folder.glob("*.py"))

    keys = [key()]
    assert key() == keys[0]
    (folder / "model.py").write_text("x = 2\n")  # another content of the same length
    keys.append(key())
    (folder / "sweep.py").write_text("z = 3\n\n")
    keys.append(key())
    (folder / "sweep.py").rename(folder / "tape.py")
    keys.append(key())
    (folder / "starts.py").write_text("")
    keys.append(key())
    (folder / "tape.py").unlink()
    keys.append(key())
    assert len(set(keys)) == len(keys) == 6


@pytest.mark.parametrize(
    "what, value", [("kernels", lambda: "Another"), ("np.__version__", "1.2.3")]
)
def test_another_numpy_or_other_kernels_are_a_new_key(monkeypatch, what, value):
    before = runs.sources([])
    monkeypatch.setattr(f"runs.{what}", value)
    assert runs.sources([]) != before


def test_only_scripts_that_were_imported_count():
    """So that a change of another script costs no training."""
    code = (
        "import sys; sys.path.insert(0, 'benchmarks'); import gates, runs;"
        " print(*sorted(path.name for path in runs.scripts()))"
    )
    said = finish([sys.executable, "-c", code], OPENBLAS_NUM_THREADS="1")
    assert said.split() == ["curriculum.py", "gates.py", "runs.py", "styles.py"]


def test_tables_of_a_second_run_stand_aside(monkeypatch, tmp_path):
    """And have at their head what they were made on; not a number of the book's is written over."""
    monkeypatch.setattr(runs, "HERE", tmp_path)
    monkeypatch.setattr(runs, "RESULTS", tmp_path / "book")
    aside = runs.options("x").parse_args(["--aside", "--at-once", "1"])
    runs.write("table", dict(seeds=2, runs=[dict(right=1.0)]), aside)
    written = json.loads((runs.place(aside) / "table.json").read_text())
    assert runs.place(aside) == tmp_path / "second" and written["kernels"] == runs.kernels()
    assert written["machine"] == runs.processor() and written["numpy"] == runs.np.__version__
    assert (written["at_once"], written["seeds"], written["runs"]) == (1, 2, [{"right": 1.0}])
    runs.keep("table", dict(one=runs.np.ones(2)), aside)
    assert [path.name for path in runs.place(aside).iterdir()] == ["table.json"], "no weights"
    assert not (tmp_path / "book").exists()


def test_medians_and_quartiles():
    """By hand: the quartiles of 0, 1, 2, 3, 4 are 1 and 3; a line for each rate."""
    rows = [dict(rate=0.1, accuracy=[k, 0]) for k in range(5)] + [dict(rate=0.2, accuracy=[1, 1])]
    _, first, second = runs.table(rows, ("rate",)).splitlines()
    assert first.split() == ["0.1", "(5)", "2.00", "1.00-3.00", "0.00", "0.00-0.00"]
    assert second.split() == ["0.2", "(1)", "1.00", "1.00-1.00", "1.00", "1.00-1.00"]


@pytest.mark.nightly
def test_what_an_older_source_found_is_not_taken_for_a_result(script, tmp_path):
    """With a copy of revlib and of runs.py, so that it can be changed."""
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "revlib", copy / "revlib", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "benchmarks").mkdir()
    shutil.copy(ROOT / "benchmarks" / "runs.py", copy / "benchmarks")
    command = script(benchmarks=copy / "benchmarks")

    def start():
        finish(command, "--at-once", "1", PYTHONPATH=str(copy))
        return traces(tmp_path)

    assert start() == [1] * 6
    assert start() == [1] * 6, "a second start computes nothing"
    changed = copy / "revlib" / "rnn_cells.py"
    source = changed.read_text(encoding="utf-8")
    changed.write_text(source.replace("1 - u", "1 + u"), encoding="utf-8")
    assert start() == [2] * 6, "another network everything"
    with (copy / "benchmarks" / "runs.py").open("a", encoding="utf-8") as file:
        file.write("\n# a comment is a change\n")
    assert start() == [3] * 6, "another script, too"
    with (copy / "revlib" / "drawing" / "plots.py").open("a", encoding="utf-8") as file:
        file.write("\n# another colour\n")
    assert start() == [3] * 6, "another drawing nothing"


# ---------------------------------------------------------------- killed, and in many places


@pytest.mark.nightly
@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no SIGKILL for a group of processes"
)
def test_killed_it_goes_on_where_it_was(script, tmp_path):
    command = script(pause=0.5)
    process = subprocess.Popen(
        [*command, "--at-once", "2"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(lambda: sum(traces(tmp_path)) >= 4)  # two are done, two are on their way
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    begun = traces(tmp_path)
    kept = len(list((tmp_path / ".runs").rglob("output.pkl")))
    assert 2 <= kept < 6
    assert "found [0, 1, 4, 9, 16, 25]" in finish(command, "--at-once", "2")
    again = sum(after - before for after, before in zip(traces(tmp_path), begun))
    assert again == 6 - kept, "what was finished is not done again, and what was not is"


@pytest.mark.nightly
def test_the_same_on_a_dask_cluster(script, tmp_path):
    """A scheduler and two workers as a reader would start them, on loopback, in another folder;
    stopped by this test."""
    pytest.importorskip("distributed")
    command = script(pause=0.3)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = os.environ | {"DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "false"}
    started = []

    def start(name, program, *arguments):
        """Start a program of distributed, and return the file that it writes its log to."""
        log = (tmp_path / f"{name}.log").open("w+")
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *arguments],
            cwd=elsewhere,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        started.append((process, log))
        return pathlib.Path(log.name)

    try:
        where = tmp_path / "scheduler.json"
        same = ["--host", "127.0.0.1", "--scheduler-file", str(where)]
        start("scheduler", "dask_scheduler", *same, "--port", "0", "--no-dashboard")
        wait_for(lambda: where.exists() and where.stat().st_size)
        alone = ["--nthreads", "1", "--no-dashboard", "--no-nanny"]
        folder = ["--local-directory", str(tmp_path / "dask")]
        logs = [start(f"worker{i}", "dask_worker", *same, *alone, *folder) for i in range(2)]
        wait_for(lambda: all("Registered to" in log.read_text(encoding="utf-8") for log in logs))
        address = json.loads(where.read_text(encoding="utf-8"))["address"]
        said = finish(command, "--dask", address)
        assert "found [0, 1, 4, 9, 16, 25] 2" in said, "both workers worked"
        assert traces(tmp_path) == [1] * 6
        assert "found [0, 1, 4, 9, 16, 25] 2" in finish(command), (
            "without the cluster it finds what the cluster found"
        )
        assert traces(tmp_path) == [1] * 6
    finally:
        for process, log in reversed(started):
            process.terminate()
            process.wait(30)
            log.close()


def wait_for(what, seconds=60):
    """Wait until something is so; AssertionError if it takes too long."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)
