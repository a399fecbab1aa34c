"""benchmarks/runs.py: each task once, killed and resumed, on processes and on a real Dask cluster
of two workers."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPT = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, {benchmarks!r})
import runs
runs.HERE = Path({folder!r})

def learn(k, pause):
    (Path({folder!r}) / f"{{k}}.{{os.getpid()}}.{{time.time_ns()}}").touch()    # a task that is done leaves its trace
    time.sleep(pause)
    return k * k, os.getpid()

if __name__ == "__main__":
    found = list(runs.each(learn, [dict(k=k, pause={pause}) for k in range(6)], "squares", runs.options("x").parse_args()))
    assert [task["k"] for task, _ in found] == list(range(6))
    print("found", [square for _, (square, _) in found], len({{pid for _, (_, pid) in found}}))
"""  # noqa: E501


@pytest.fixture
def script(tmp_path):
    """A function that writes the script, whose tasks last `pause` seconds, and gives the command
    that runs it."""

    def write(pause=0.0):
        path = tmp_path / "squares.py"
        path.write_text(
            SCRIPT.format(benchmarks=str(ROOT / "benchmarks"), folder=str(tmp_path), pause=pause)
        )
        return [sys.executable, str(path)]

    return write


def traces(folder):
    """How often each task was begun."""
    begun = [int(path.name.split(".")[0]) for path in folder.glob("*.*.*")]
    return [begun.count(k) for k in range(6)]


def finish(command, *more):
    done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_each_task_runs_once(script, tmp_path):
    command = script()
    assert "found [0, 1, 4, 9, 16, 25]" in finish(command, "--at-once", "2")
    assert traces(tmp_path) == [1] * 6
    assert "found [0, 1, 4, 9, 16, 25]" in finish(command)
    assert traces(tmp_path) == [1] * 6, "a second start computes nothing"
    finish(command, "--fresh")
    assert traces(tmp_path) == [2] * 6, "a fresh one everything"


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


def test_the_same_on_a_dask_cluster(script, tmp_path):
    """A scheduler and two workers as a reader would start them, on loopback; stopped by this
    test."""
    pytest.importorskip("distributed")
    command, started = script(pause=0.3), []
    environment = os.environ | {"DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "false"}

    def start(*arguments):
        log = (tmp_path / f"dask{len(started)}.log").open("w+")
        started.append(
            (
                subprocess.Popen(
                    [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
                    cwd=tmp_path,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                ),
                log,
            )
        )
        return pathlib.Path(log.name)

    try:
        where = tmp_path / "scheduler.json"
        start(
            "dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(where),
        )
        wait_for(lambda: where.exists() and where.stat().st_size)
        for _ in range(2):
            start(
                "dask_worker",
                "--scheduler-file",
                str(where),
                "--host",
                "127.0.0.1",
                "--nthreads",
                "1",
                "--no-dashboard",
                "--no-nanny",
                "--local-directory",
                str(tmp_path / "dask"),
            )
        wait_for(
            lambda: all(
                "Registered to" in (tmp_path / f"dask{i}.log").read_text(encoding="utf-8")
                for i in (1, 2)
            )
        )
        said = finish(command, "--dask", json.loads(where.read_text(encoding="utf-8"))["address"])
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
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)
