"""revlib as a package: what a wheel and a source archive hold, and what `python -m revlib` says in
the book and without it."""

import os
import pathlib
import re
import subprocess
import sys
import tarfile
import venv
import zipfile

import pytest

from revlib import __main__ as entry

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = {path.relative_to(ROOT).as_posix() for path in (ROOT / "revlib").rglob("*.py")}


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """The wheel and the source archive, built without a network from a copy of the book's
    folder."""
    folder, copy = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("book")
    for name in (
        *MODULES,
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "LICENSE-prose.md",
        "notebooks/00_start_here.ipynb",
        "tools/lab.py",
    ):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((ROOT / name).read_bytes())
    for kind in ("wheel", "sdist"):
        build = f"from setuptools import build_meta; build_meta.build_{kind}({str(folder)!r})"
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", build], cwd=copy, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    wheel, source = sorted(folder.iterdir(), key=lambda path: path.suffix != ".whl")
    return wheel, source


def test_a_wheel_holds_the_package_and_nothing_else(archives):
    with zipfile.ZipFile(archives[0]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        told = next(
            wheel.read(name).decode() for name in wheel.namelist() if name.endswith("/METADATA")
        )
    assert names == MODULES
    assert (
        re.search(r"^Requires-Python: >=3\.11$", told, re.MULTILINE)
        and "Requires-Dist: numpy>=2.0" in told
    )


def test_a_source_archive_holds_what_a_wheel_needs(archives):
    with tarfile.open(archives[1]) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    assert MODULES | {"pyproject.toml", "README.md", "LICENSE", "LICENSE-prose.md"} <= names


def test_installed_in_an_empty_environment_it_says_where_the_book_is_not(archives, tmp_path):
    venv.create(tmp_path / "empty", with_pip=False)
    site = next((tmp_path / "empty").glob("[Ll]ib*/**/site-packages"))
    with zipfile.ZipFile(archives[0]) as wheel:
        wheel.extractall(site)  # what pip does with a wheel of plain Python
    python = next(path for path in (tmp_path / "empty").glob("*/python*") if path.stem == "python")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-m", "revlib"], cwd=tmp_path, env=clean, capture_output=True, text=True
    )
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"revlib \d+\.\d+\.\d+: .+\.", lines[0])
    assert lines[1] == "The book itself, the notebooks, is not beside this package."


def test_in_the_book_it_says_what_to_type():
    done = subprocess.run(
        [sys.executable, "-m", "revlib"], cwd=ROOT, capture_output=True, text=True
    )
    lines = done.stdout.splitlines()
    assert (
        done.returncode == 0
        and str(ROOT / "notebooks") in lines[1]
        and lines[2].strip() == "jupyter lab 00_start_here.ipynb"
    )


def test_the_address_is_told_once_it_is_known(monkeypatch, tmp_path):
    import email.message

    about = email.message.Message()
    for name, value in {
        "Version": "1.2.3",
        "Summary": "A book",
        "Project-URL": "Repository, https://example.org/book",
    }.items():
        about[name] = value
    monkeypatch.setattr(entry.importlib.metadata, "metadata", lambda name: about)
    assert list(entry.told(tmp_path))[1].endswith(" It is at https://example.org/book")
