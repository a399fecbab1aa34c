"""An environment that knows where, by which Python and for which project it was made."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

import pytest

from tools import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = "#!/bin/sh\necho '3.99.0 (a Python that says so)'\n"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a shell script stands for Python here")


def program(path, text=PYTHON):
    """Write a program into a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A folder with a project, in which making and installing are only pretended."""
    root = tmp_path / "book"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\n", encoding="utf-8")

    def pretend(command, **_):
        if "venv" in command:
            program(root / ".venv" / "bin" / "python")
            return subprocess.CompletedProcess(command, 0, "", "")
        return real(command, **_) if "-c" in command else subprocess.CompletedProcess(command, 0)

    real = subprocess.run
    monkeypatch.setattr(venv, "install", lambda pip, root: 0)
    monkeypatch.setattr(subprocess, "run", pretend)
    return root


def test_it_is_made_once(book):
    there = book / ".venv"
    assert not venv.ready(there, "lab", book)
    venv.make(there, "lab", book)
    assert venv.ready(there, "lab", book)
    assert not venv.ready(there, "test", book), "the tests need more"
    venv.make(there, "test", book)
    assert venv.ready(there, "test", book) and venv.ready(there, "lab", book)


@pytest.mark.parametrize("how", [shutil.move, shutil.copytree])
def test_one_that_was_moved_or_copied_is_made_anew(book, how):
    """Its programs and its link to revlib hold the old folder's name."""
    venv.make(book / ".venv", "lab", book)
    other = book.parent / "book2"
    how(book, other)
    assert not venv.ready(other / ".venv", "lab", other)
    venv.make(book / ".venv", "lab", book) if book.exists() else None


def test_one_of_another_python_is_made_anew(book):
    """The system's Python was upgraded: what is installed belongs to the old one."""
    venv.make(book / ".venv", "lab", book)
    program(book / ".venv" / "bin" / "python", PYTHON.replace("3.99", "4.0"))
    assert not venv.ready(book / ".venv", "lab", book)


def test_one_whose_python_is_gone_is_made_anew(book):
    venv.make(book / ".venv", "lab", book)
    (book / ".venv" / "bin" / "python").unlink()
    assert not venv.ready(book / ".venv", "lab", book)


def test_one_for_other_requirements_is_made_anew(book):
    venv.make(book / ".venv", "lab", book)
    (book / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    assert not venv.ready(book / ".venv", "lab", book)


def test_one_whose_stamp_is_torn_is_made_anew(book):
    venv.make(book / ".venv", "lab", book)
    (book / ".venv" / "made.json").write_text("{", encoding="utf-8")
    assert not venv.ready(book / ".venv", "lab", book)


@pytest.mark.parametrize(
    "why, advice", [("ensurepip is not available", True), ("No space left on device", False)]
)
def test_what_went_wrong_is_told_and_advice_only_where_it_helps(book, why, advice, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, "", why)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(SystemExit) as raised:
        venv.make(book / ".venv", "lab", book)
    assert why in str(raised.value) and ("python3-venv" in str(raised.value)) == advice
    assert not (book / ".venv").exists(), "half an environment is none"


PIP = """\
Obtaining file:///book
  Installing build dependencies: started
Collecting numpy>=2.0 (from revlib==1.0.0)
  Downloading numpy-2.0-py3-none-any.whl.metadata (5 kB)
Requirement already satisfied: pip in /book
{more}
Downloading numpy-2.0-py3-none-any.whl (5.3 MB)
Using cached package_1-1.0-py3-none-any.whl (5 kB)
Installing collected packages: numpy, {names}
Successfully installed all
"""


def test_each_stage_of_pip_is_said(tmp_path, capsys):
    """What a pip prints in its order, and nothing else of it; its errors pass through."""
    names = [f"package_{k}" for k in range(1, 45)]
    more = "\n".join(f"Collecting {name} (from numpy)" for name in [*names, *names])
    (tmp_path / "said").write_text(PIP.format(more=more, names=", ".join(names)), "utf-8")
    assert venv.install(["cat", str(tmp_path / "said")], tmp_path) == 0
    assert capsys.readouterr().out.splitlines() == [
        "  asking the package index what is needed",
        "  asking the package index: 20 packages so far",
        "  asking the package index: 40 packages so far",
        "  fetching packages: 1 of 45",
        "  unpacking 45 packages (the longest wait)",
    ]
    assert venv.install(["sh", "-c", "echo 'ERROR: no such package' >&2; exit 3"], tmp_path) == 3


def test_it_is_said_what_is_waited_for(book, capsys):
    """Before each step and not after it."""
    venv.make(book / ".venv", "lab", book)
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [
        "Installing into .venv, once: a minute or two.",
        "  making an empty environment (some seconds)",
    ]
    assert re.fullmatch(r"  done, in \d+ s", said[2]) and len(said) == 3
    venv.make(book / ".venv", "test", book)
    assert capsys.readouterr().out.splitlines()[1] == "  deleting the old one"


def test_an_installation_that_is_stopped_says_so(book, monkeypatch):
    def stopped(pip, root):
        raise KeyboardInterrupt

    monkeypatch.setattr(venv, "install", stopped)
    monkeypatch.setattr(venv, "ROOT", book)
    monkeypatch.setattr(venv, "ready", lambda *_: False)
    monkeypatch.setattr(venv, "make", lambda there, extra, make=venv.make: make(there, extra, book))
    with pytest.raises(SystemExit, match="Stopped; next time .venv is made from the start"):
        venv.main(["lab"])
    assert not (book / ".venv" / "made.json").exists()


def test_ctrl_c_is_the_commands(tmp_path):
    """JupyterLab asks whether it is meant: who started it waits for it, without a traceback."""
    child = "import signal, sys, time; signal.signal(signal.SIGINT, lambda *_: sys.exit(7));"
    command = [sys.executable, "-c", f"{child} print(1, flush=True); time.sleep(60)"]
    parent = f"import sys; from tools import venv; sys.exit(venv.run({command!r}))"
    running = subprocess.Popen(
        [sys.executable, "-c", parent],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert running.stdout.readline() == "1\n"
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to both
    said, errors = running.communicate(timeout=30)
    assert (running.returncode, said, errors) == (7, "", "")


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_a_python_whose_path_has_spaces(tmp_path):
    python = tmp_path / "Program Files" / "it's (x86) python3"
    program(python, '#!/bin/sh\necho "$@"\n')
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--no-print-directory", "lab", f"PYTHON={python}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=kept,
    )
    assert done.stdout == "tools/venv.py lab -- python tools/lab.py\n", done.stderr
