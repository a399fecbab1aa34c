#!/usr/bin/env python3
"""Builds the book as a live JupyterLab without a server, in site/_build/html/lite (JupyterLite).

    python tools/lite.py           build it, and the site, whose pages lead there
    python tools/lite.py --pin     write the newest versions of its wheels into site/wheels.txt, and
                                   what Pyodide brings into site/pyodide.json (needs npm)

In a reader's browser Python is Pyodide, which comes from a CDN, and NumPy and matplotlib with it.
All else lies in the build:

1. the notebooks, with a first cell that installs revlib, their images and results;
2. revlib as a wheel, and the wheels that it needs and Pyodide does not bring: those of
   site/wheels.txt, which pip downloads and checks by their hashes;
3. the scripts of JupyterLite, of its kernel and of the widgets.

The same book gives the same bytes. A stamp says of which book it is: only as long as that is this
one do the site's pages lead there. While it is built only pip asks another host for anything.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from email.parser import BytesParser
from zipfile import ZipFile

import nbformat
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import contents, pages  # noqa: E402  the folder is not a package
from tools import notebook as tool  # noqa: E402

LITE = ROOT / "site" / "_build" / "html" / "lite"
WHEELS = ROOT / "site" / "_build" / "wheels"
PINS = ROOT / "site" / "wheels.txt"
PYODIDE = ROOT / "site" / "pyodide.json"  # versions: its own, its Python's, its packages'
ADDRESS = "lite/lab/index.html?path={}"  # of a notebook, from the site's first page
EPOCH = "315532800"  # 1 January 1980, the earliest time that a zip can hold
KERNEL = "@jupyterlite/pyodide-kernel-extension"
BROWSER = {  # the environment in which the markers of a requirement are judged
    "extra": "",
    "platform_machine": "wasm32",
    "platform_system": "Emscripten",
    "sys_platform": "emscripten",
}
CELL = """\
# Only here, in the browser: fetch revlib and what it needs. The first time takes a minute.
%pip install -q revlib"""
HEAD = """\
# Wheels that the book needs in a browser and Pyodide does not bring. Written by
#     python tools/lite.py --pin
"""


def needs(wheel):
    """Return the requirements of a wheel that hold in the browser."""
    with ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = BytesParser().parsebytes(archive.read(name))
    full = listed()["python"]
    there = BROWSER | {"python_full_version": full, "python_version": full.rpartition(".")[0]}
    wanted = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    return [one for one in wanted if one.marker is None or one.marker.evaluate(there)]


def revlib_wheel(folder):
    """Build the wheel of revlib into a folder; return its path."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = pathlib.Path(scratch) / "book"
        shutil.copytree(
            ROOT / "revlib", copy / "revlib", ignore=shutil.ignore_patterns("__pycache__")
        )
        for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-prose.md"):
            shutil.copy(ROOT / name, copy / name)
        pip("wheel", "--no-deps", "--no-build-isolation", "-w", folder, copy)
    (wheel,) = folder.glob("revlib-*.whl")
    return wheel


def pip(*arguments):
    """Call pip; SystemExit with what it said if it fails."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(
        command, env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH}, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise SystemExit(f"pip {arguments[0]} failed: {(done.stdout + done.stderr).strip()}")


def download(folder, *what):
    """Download wheels without their requirements, as for the browser's Python, into a folder."""
    python = listed()["python"].rpartition(".")[0]
    pure = "--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none"
    pip("download", "--no-deps", *pure, f"--python-version={python}", "-d", folder, *what)


def listed():
    """Return what site/pyodide.json says."""
    return json.loads(PYODIDE.read_text(encoding="utf-8"))


def digest(path):
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pinned():
    """Return the hashes in site/wheels.txt."""
    return set(re.findall(r"--hash=sha256:([0-9a-f]{64})", PINS.read_text(encoding="utf-8")))


def wheels():
    """Return the wheels of site/wheels.txt, downloaded if they are not there yet."""
    here = {digest(path): path for path in WHEELS.glob("*.whl")}
    if set(here) != pinned():
        shutil.rmtree(WHEELS, ignore_errors=True)
        download(WHEELS, "--require-hashes", "-r", PINS)
    return sorted(WHEELS.glob("*.whl"))


def as_wanted():
    """Check that site/pyodide.json is about the Pyodide of the kernel; SystemExit if it is not."""
    here = listed()["pyodide"]
    if here != pyodide_version():
        raise SystemExit(
            f"site/pyodide.json lists what Pyodide {here} brings, and the kernel that is"
            f" installed asks for {pyodide_version()}: python tools/lite.py --pin"
        )


def pyodide_version():
    """Return the version of Pyodide that the kernel asks for."""
    try:
        from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION
    except ModuleNotFoundError:
        raise SystemExit("JupyterLite is not installed: pip install -e '.[lite]'") from None
    return PYODIDE_VERSION


def pin_pyodide():
    """Write site/pyodide.json, from the list that lies in Pyodide's package on npm."""
    if shutil.which("npm") is None:
        raise SystemExit("npm was not found; install Node.js (https://nodejs.org)")
    with tempfile.TemporaryDirectory() as scratch:
        command = [shutil.which("npm"), "pack", "--silent", f"pyodide@{pyodide_version()}"]
        subprocess.run(command, cwd=scratch, check=True, stdout=subprocess.DEVNULL)
        (archive,) = pathlib.Path(scratch).glob("*.tgz")
        with tarfile.open(archive) as packed:
            lock = json.load(packed.extractfile("package/pyodide-lock.json"))
    packages = {
        name: package["version"]
        for name, package in lock["packages"].items()
        if not name.endswith("-tests")
    }
    found = {"pyodide": pyodide_version(), "python": lock["info"]["python"], "packages": packages}
    write(PYODIDE, found)


def brought():
    """Return what comes with Pyodide or with its kernel for JupyterLite: a name -> its versions."""
    path = extension(KERNEL) / "static" / "pypi" / "all.json"
    with_kernel = json.loads(path.read_text(encoding="utf-8"))
    versions = {name: [version] for name, version in listed()["packages"].items()}
    for name, project in with_kernel.items():
        versions.setdefault(canonicalize_name(name), []).extend(project["releases"])
    return versions


def pin():
    """Write site/wheels.txt: the newest wheels that revlib needs, and what these need in turn."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        lines = [
            f"{name}=={version(wheel)} --hash=sha256:{digest(wheel)}\n"
            for name, wheel in resolve(folder, revlib_wheel(folder), {}).items()
        ]
    PINS.write_text(HEAD + "".join(sorted(lines)), encoding="utf-8")


def resolve(folder, root, limits):
    """Download what a wheel needs and no fitting version of which is brought, and what that needs.

    Parameters
    ----------
    folder : Path
        Where the wheels go.
    root : Path
        The wheel to begin with.
    limits : dict of str to SpecifierSet
        What is known to be wanted of a package, by all that need it. Grows.

    Returns
    -------
    dict of str to Path
        Name -> wheel: the newest that all who need it want.

    Raises
    ------
    SystemExit
        If no version of a package is wanted by all; it says what pip said.
    """
    there, wheels, ask = brought(), {}, needs(root)
    while ask:
        wanted = ask.pop()
        name = canonicalize_name(wanted.name)
        limits[name] = limits.get(name, SpecifierSet()) & wanted.specifier
        versions = [version(wheels[name])] if name in wheels else there.get(name, [])
        if any(limits[name].contains(one, prereleases=True) for one in versions):
            continue
        if name in wheels:  # downloaded before this was known: begin again, knowing it
            return resolve(folder, root, limits)
        own = pathlib.Path(tempfile.mkdtemp(dir=folder))
        download(own, f"{name}{limits[name]}")
        (wheels[name],) = own.iterdir()
        ask += needs(wheels[name])
    return wheels


def version(wheel):
    """Return the version that a wheel's name gives."""
    return wheel.name.split("-")[1]


def extension(name):
    """Return the folder of an extension of JupyterLab that is installed here."""
    folder = pathlib.Path(sys.prefix) / "share" / "jupyter" / "labextensions" / name
    if not folder.is_dir():
        raise SystemExit(f"{name} is not in {folder.parent}: pip install -e '.[lite]'")
    return folder


def page(path):
    """Return a notebook for Pyodide, with a first cell of its own."""
    notebook = tool.read(path)
    notebook.metadata.kernelspec = nbformat.from_dict(
        {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
    )
    title, *others = [
        cell for cell in notebook.cells if "colab" not in cell.metadata.get("tags", [])
    ]
    install = nbformat.v4.new_code_cell(CELL, id="install", metadata={"tags": ["lite"]})
    notebook.cells = [title, install, *others]
    return notebook


def stage(folder, target):
    """Lay out in a folder what JupyterLite builds from; `target` is where it builds."""
    laid = folder / "contents"
    for path in tool.book():
        to = laid / path.relative_to(ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        tool.write(page(path), to)
    for name in contents.FOLDERS:
        shutil.copytree(
            ROOT / "notebooks" / name,
            laid / "notebooks" / name,
            ignore=shutil.ignore_patterns(".*", "*.part"),
        )
    for name in ("README.md", "LICENSE", "LICENSE-prose.md"):
        shutil.copy(ROOT / name, laid / name)
    index = folder / "pypi"
    index.mkdir()
    revlib_wheel(index)
    for wheel in wheels():
        shutil.copy(wheel, index)
    scripts = [wheel for wheel in wheels() if wheel.name.startswith(("jupyterlab_", "anywidget"))]
    settings = {
        "apps": ["lab"],
        "contents": [str(laid)],
        "federated_extensions": [str(extension(KERNEL)), *map(str, scripts)],
        "ignore_sys_prefix": True,
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        "output_dir": str(target),
        "source_date_epoch": int(EPOCH),
    }
    write(folder / "jupyter_lite_config.json", {"LiteBuildConfig": settings})
    write(
        folder / "jupyter-lite.json",
        {
            "jupyter-lite-schema-version": 0,
            "jupyter-config-data": {
                "appName": "Reverse Them All",
                "litePluginSettings": {f"{KERNEL}:kernel": {"disablePyPIFallback": True}},
            },
        },
    )
    write(  # their times are all the same
        folder / "overrides.json",
        {"@jupyterlab/filebrowser-extension:browser": {"showLastModifiedColumn": False}},
    )


def write(path, data):
    """Write data as JSON."""
    path.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def build(target=LITE):
    """Build it anew in a folder, with a stamp of the book it is of; return its size in bytes."""
    as_wanted()
    built_from = contents.digest()
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch).resolve()
        stage(folder, target)
        own = {"JUPYTER_NO_CONFIG": "1", "JUPYTER_CONFIG_DIR": str(folder / "config")}
        done = subprocess.run(
            [sys.executable, "-m", "jupyterlite_core", "build"],
            cwd=folder,
            env=os.environ | own | {"SOURCE_DATE_EPOCH": EPOCH},
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise SystemExit(f"JupyterLite was not built: {done.stdout}{done.stderr}")
    (target / contents.STAMP).write_text(f"{built_from}\n", encoding="utf-8")
    return sum(path.stat().st_size for path in target.rglob("*") if path.is_file())


def main(arguments=None):
    """Build it, or pin its wheels."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pin", action="store_true", help="write site/wheels.txt anew")
    if parser.parse_args(arguments).pin:
        pin_pyodide()
        pin()
    else:
        print(f"{LITE.relative_to(ROOT)}: {build() / 1e6:.1f} MB", flush=True)
        sys.exit(pages.main())  # whose pages lead there


if __name__ == "__main__":
    main()
