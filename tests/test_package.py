"""revlib as a package: what a wheel and a source archive hold."""

import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = {path.relative_to(ROOT).as_posix() for path in (ROOT / "revlib").rglob("*.py")}
BESIDE = ("pyproject.toml", "README.md", "LICENSE", "LICENSE-prose.md")
OF_THE_BOOK = ("notebooks/00_start_here.ipynb", "tools/lab.py")


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
    wheel, source = sorted(folder.iterdir(), key=lambda path: path.suffix != ".whl")
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
