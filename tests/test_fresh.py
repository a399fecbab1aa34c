"""tools/fresh.py: a notebook that is not as a fresh run makes it is found, and where; nothing is
written."""

import functools
import pathlib
import subprocess
import sys
import tempfile

import pytest
from nbformat.v4 import new_code_cell, new_notebook

ROOT = pathlib.Path(__file__).resolve().parent.parent
from tools import fresh
from tools import notebook as tool

PLOT = (
    'class P:\n    def _repr_html_(self):\n        return \'<img class="revlib-plot" alt="a"'
    ' src="data:{}">\'\n    def __repr__(self):\n        return "a plot"\nP()'
)


def command(*arguments):
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@functools.lru_cache
def ran():
    """A notebook of three cells, run and written as the book's are: the file's text."""
    cells = [
        new_code_cell("print('one')", id="one"),
        new_code_cell(PLOT.format("here"), id="plot"),
        new_code_cell(
            "import time\nprint(time.time())",
            id="never-twice",
            metadata={"tags": ["nbval-ignore-output"]},
        ),
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "a.ipynb"
        tool.write(new_notebook(cells=cells), path)
        assert command("tools/notebook.py", "run", path).returncode == 0
        return path.read_text(encoding="utf-8")


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """The file; in this process a fresh run of it is `ran`, since a kernel leaves an event loop
    behind."""
    path = tmp_path / "a.ipynb"
    path.write_text(ran(), encoding="utf-8", newline="\n")
    monkeypatch.setattr(fresh, "rerun", lambda path: tool.nbformat.reads(ran(), as_version=4))
    return path


def change(path, old, new):
    """Change the first place where a text stands: in a file the outputs come before the source."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def test_running_twice_gives_the_same_bytes_and_writes_nothing(stored):
    done = command("tools/fresh.py", stored)
    assert (
        done.returncode == 0 and "1 notebooks run afresh: equal to those in the book" in done.stdout
    ), done.stdout + done.stderr
    assert stored.read_text(encoding="utf-8") == ran()
    change(stored, '"one\\n"', '"two\\n"')
    done = command("tools/fresh.py", stored)
    assert done.returncode == 1 and "a.ipynb, cell one: stored 'two', now 'one'" in done.stdout


@pytest.mark.parametrize(
    "old, new, exact, says",
    [
        ('"one\\n"', '"two\\n"', True, "a.ipynb, cell one: stored 'two', now 'one'"),
        ('"one\\n"', '"two\\n"', False, "a.ipynb, cell one: stored 'two', now 'one'"),
        ("data:here", "data:there", True, "a.ipynb, cell plot: stored 'text/html"),
        ('alt=\\"a\\"', 'alt=\\"b\\"', False, "a.ipynb, cell plot: stored 'text/html"),
        (
            '"execution_count": 1',
            '"execution_count": 7',
            False,
            "a.ipynb: it is not as `make notebooks` writes it",
        ),
        (
            '"nbformat": 4,',
            '"nbformat":  4,',
            True,
            "a.ipynb: it is not as `make notebooks` writes it",
        ),
    ],
)
def test_what_differs_is_found_and_where(stored, old, new, exact, says):
    assert fresh.compared(stored, exact) == ""
    change(stored, old, new)
    assert fresh.compared(stored, exact).startswith(says)


def test_pictures_of_plots_are_left_out_where_versions_differ(stored):
    change(stored, "data:here", "data:there")
    assert fresh.compared(stored, exact=True) and not fresh.compared(stored, exact=False)


def test_the_pins_name_what_bytes_hang_on():
    text = fresh.PINNED.read_text(encoding="utf-8")
    assert text.startswith(fresh.HEAD) and list(fresh.pinned(text)) == [
        "python",
        *fresh.MAKERS,
        "arithmetic",
    ]
    now = fresh.here()
    assert list(now) == list(fresh.pinned(text)) and now == fresh.here(), "twice the same"


def test_another_environment_is_named(stored, monkeypatch, tmp_path, capsys):
    now = fresh.here()
    pinned = tmp_path / "pinned.txt"
    monkeypatch.setattr(fresh, "PINNED", pinned)
    fresh.main(["--pin"])
    assert (
        fresh.main([str(stored)]) == 0
        and "equal to those in the book, byte for byte." in capsys.readouterr().out
    )
    pinned.write_text(
        pinned.read_text(encoding="utf-8").replace(f"numpy=={now['numpy']}", "numpy==1.0"),
        encoding="utf-8",
    )
    change(stored, "data:here", "data:there")
    assert fresh.main([str(stored)]) == 0
    said = capsys.readouterr().out
    assert "all but plots" in said and f"numpy {now['numpy']} (pinned: 1.0)" in said
    change(stored, '"one\\n"', '"two\\n"')
    assert fresh.main([str(stored)]) == 1 and "1 differ from the book." in capsys.readouterr().out
