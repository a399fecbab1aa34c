"""revlib as a package: what a wheel and a source archive hold, and that they work where nothing
else of the book is."""

import os
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = {
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "revlib").rglob("*")
    if path.suffix in (".py", ".js", ".css")
}
BESIDE = ("pyproject.toml", "README.md", "LICENSE", "LICENSE-prose.md", "MANIFEST.in")
BESIDE += ("CITATION.cff", "CHANGELOG.md")
OF_THE_BOOK = ("notebooks/00_start_here.ipynb", "tools/lab.py", "tests/test_package.py")


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """Return the wheel and the source archive, built without a network from a copy of the book."""
    folder, copy = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("book")
    for name in (*MODULES, *BESIDE, *OF_THE_BOOK):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes((ROOT / name).read_bytes())
    for kind in ("wheel", "sdist"):
        build = f"from setuptools import build_meta; build_meta.build_{kind}({str(folder)!r})"
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", build], cwd=copy, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    wheel, source = sorted(folder.glob("revlib-*"), key=lambda path: path.suffix != ".whl")
    return wheel, source


def test_a_wheel_holds_the_package_and_nothing_else(archives):
    with zipfile.ZipFile(archives[0]) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        (about,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
        says = wheel.read(about).decode()
    assert names == MODULES
    assert re.search(r"^Requires-Python: >=3\.11$", says, re.MULTILINE)
    assert "Requires-Dist: numpy>=2.0" in says


def test_a_source_archive_holds_what_a_wheel_needs(archives):
    with tarfile.open(archives[1]) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    assert MODULES | set(BESIDE) <= names
    made = {"", "PKG-INFO", "setup.cfg"}  # by setuptools
    others = {name for name in names if not name.startswith("revlib")} - set(BESIDE)
    assert others == made, "no tests: they test the book, which is not in it"


# What a reader does first, and the parts that are easily left out of an archive.
PIECE = """
import importlib.metadata
import pathlib
import sys

import numpy as np

import revlib
from revlib import exercises, model, panels, results
from revlib.alphabet import Alphabet
from revlib.drawing import emblem
from revlib.panels.hand import Hand

assert pathlib.Path(revlib.__file__).is_relative_to(sys.prefix), revlib.__file__
net = model.post_net()
S = net.encode(Alphabet("abc").one_hot("abc"))
print(np.round(S, 2).tolist())
panel = panels.encoding_panel(net, "abc")
panel.controls["step"].value = 3
print(panel.page.value.count("<rect") > 50, "S(3)" in panel.page.value)
print("export default" in Hand._esm, ".revlib-why" in Hand._css)
exercises.check("1.1", 7)
exercises.quiz("1.lookup")
print(emblem.draw_emblem("01").words)
print(importlib.metadata.version("revlib"))
try:
    results.folder()
except FileNotFoundError as error:
    print("start JupyterLab in the book's folder" in str(error))
"""
STATES = [
    [0.0, 0.0, 0.0, 0.0, 0.0],
    [0.1, 0.2, 0.3, 0.4, 0.5],
    [0.98, 1.28, 1.65, 1.74, 0.58],
    [1.74, 3.16, 4.57, 4.62, 3.29],
]


@pytest.mark.nightly
@pytest.mark.parametrize("which", [0, 1], ids=["wheel", "source"])
def test_it_works_in_an_empty_environment(archives, tmp_path, which):
    """Installed from the archive with what it asks for, and run from a folder of its own. The
    package index is asked for NumPy and the like."""
    venv, elsewhere = tmp_path / "empty", tmp_path / "elsewhere"
    elsewhere.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}

    def run(*command):
        done = subprocess.run(command, cwd=elsewhere, env=kept, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    run(sys.executable, "-m", "venv", str(venv))
    python = str(venv / ("Scripts" if os.name == "nt" else "bin") / "python")
    run(python, "-m", "pip", "install", "--quiet", str(archives[which]))
    states, *said = run(python, "-W", "error", "-c", PIECE)
    assert states == str(STATES)
    assert said[:2] == ["True True", "True True"]
    assert said[2].startswith("1.1: ") and "attempted" not in said[2]
    version = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert said[-3:] == ["the encoder reads.", version[1], "True"]
    there = run(python, "-m", "pip", "list", "--format=freeze")
    assert not [name for name in there if name.startswith(("jupyterlab==", "pytest", "ruff"))]
