"""A wait of more than two seconds says beforehand what it waits for."""

import pathlib
import subprocess
import sys

import pytest

from tools import test as runs

ROOT = pathlib.Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "which, waits",
    [
        ("quick", ["The core's mathematics", "Lint"]),
        ("test", ["Lint", "Tests and every notebook; pytest", "Panels and pages in Chromium"]),
        ("rest", ["What is slow or nightly; pytest", "What is nightly, in Chromium; pytest"]),
    ],
)
def test_each_part_of_a_run_says_what_it_is(which, waits, monkeypatch, capsys):
    """Before it begins: with each command that is called stands a line, printed before it."""
    monkeypatch.setattr(runs, "call", lambda *arguments: print("called") or True)
    assert runs.RUNS[which]([])
    lines = capsys.readouterr().out.splitlines()
    said = [line for line in lines if line != "called"]
    assert len(said) == len(waits) and lines[0] == said[0]
    assert all(line.startswith(f"== {wait}") for line, wait in zip(said, waits)), said
    collects = [line for line in said if "pytest" in line]
    assert all("first collects them" in line for line in collects)


@pytest.mark.parametrize("which, calls", [("quick", 4), ("test", 5), ("rest", 2)])
def test_what_fails_anywhere_fails_the_run_and_stops_nothing(which, calls, monkeypatch):
    for broken in range(calls + 1):
        called = []
        monkeypatch.setattr(
            runs, "call", lambda *arguments: called.append(arguments) or len(called) != broken
        )
        assert runs.RUNS[which]([]) == (broken == 0) and len(called) == calls


def test_make_lab_speaks_before_it_imports():
    """JupyterLab takes seconds to import: the line stands before that."""
    source = (ROOT / "tools" / "lab.py").read_text(encoding="utf-8")
    assert source.index("JupyterLab is starting") < source.index("from jupyterlab")
    code = f"import runpy; runpy.run_path({str(ROOT / 'tools' / 'lab.py')!r}); import sys;"
    code += " print('jupyterlab' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr
