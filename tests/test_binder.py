"""Binder: what environment.yml makes of a machine, and that it has what the notebooks import. No
Docker is needed."""

import ast
import functools
import importlib.metadata
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = pathlib.Path(__file__).resolve().parent.parent
from tools import notebook as tool

# What repo2docker looks for beside environment.yml, or before it.
SURPRISES = [
    "apt.txt",
    "postBuild",
    "preBuild",
    "start",
    "Dockerfile",
    "runtime.txt",
    "setup.py",
    "Pipfile",
    "Pipfile.lock",
    "install.R",
    "DESCRIPTION",
    "Project.toml",
    "JuliaProject.toml",
    "REQUIRE",
    "default.nix",
    "stencila.yml",
    "manifest.xml",
    "binder",
    ".binder",
    "repo2docker_config.py",
]
docker = pytest.mark.skipif(sys.platform == "win32", reason="repo2docker is not for Windows")


def rendered(folder):
    """The Dockerfile that Binder's builder would build of a folder, and what it says of it. A
    process of its own: its imports warn."""
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "repo2docker",
            "--no-build",
            "--no-run",
            "--debug",
            "--user-id",
            "1000",
            "--user-name",
            "jovyan",
            ".",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return re.sub(r"^#.*\n", "", done.stdout, flags=re.MULTILINE), done.stderr


def commands(dockerfile):
    """What a Dockerfile runs, each command with its lines joined."""
    return re.findall(r"^RUN (.*)$", dockerfile.replace("\\\n", " "), re.MULTILINE)


def surprising(folder):
    """What in a Dockerfile comes from no environment.yml: a list of sentences."""
    dockerfile, said = rendered(folder)
    installed = [
        command
        for command in commands(dockerfile)
        if re.search(r"\b(pip|mamba|MAMBA_EXE|conda|npm)\b", command)
    ]
    packages = {
        name
        for command in commands(dockerfile)
        for part in re.findall(r"apt-get(?: -qq)? install([^>&]*)", command)
        for name in part.split()
        if name[0] != "-"
    }
    found = []
    if not re.search(
        r"env update -p \$\{NB_PYTHON_PREFIX\} --file \"environment\.yml\"", dockerfile
    ):
        found.append("environment.yml is not used")
    if re.search(r"requirements\.txt|install [^\n]*-e \.", "\n".join(installed)):
        found.append("pip runs beside environment.yml")
    if packages != {
        "locales",
        "gettext-base",
        "less",
        "unzip",
    }:  # those that Binder gives to everybody
        found.append(f"apt installs {sorted(packages)}")
    if re.search(r"postBuild|preBuild|R2D_ENTRYPOINT", dockerfile):
        found.append("a script runs after the build or at the start")
    if "for python=3.13" not in said:
        found.append("its Python is not 3.13")
    return found


# ---------------------------------------------------------------- the machine


@pytest.mark.nightly
@docker
def test_binder_builds_from_environment_yml_and_nothing_else():
    assert surprising(ROOT) == []
    assert not [name for name in SURPRISES if (ROOT / name).exists()]


@pytest.mark.slow
@docker
@pytest.mark.parametrize(
    "change, found",
    [
        (lambda folder: (folder / "environment.yml").unlink(), "environment.yml is not used"),
        (lambda folder: (folder / "apt.txt").write_text("graphviz\n"), "apt installs"),
        (lambda folder: (folder / "postBuild").write_text("#!/bin/bash\n"), "a script runs"),
        (lambda folder: (folder / "start").write_text("#!/bin/bash\n"), "a script runs"),
        (
            lambda folder: (folder / "environment.yml").write_text(
                "name: x\ndependencies: [python=3.11]\n"
            ),
            "its Python is not 3.13",
        ),
        (lambda folder: (folder / "binder").mkdir(), "environment.yml is not used"),
    ],
    ids=["no environment", "apt", "postBuild", "start", "Python", "binder"],
)
def test_a_surprise_is_found(tmp_path, change, found):
    for name in ("environment.yml", "requirements.txt", "pyproject.toml"):
        shutil.copyfile(
            ROOT / name, tmp_path / name
        )  # not its rights: the checkout may be read-only
    change(tmp_path)
    assert any(sentence.startswith(found) for sentence in surprising(tmp_path))


def test_environment_yml_names_python_and_the_book():
    wanted = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert wanted["channels"] == ["conda-forge"] and set(wanted) == {
        "name",
        "channels",
        "dependencies",
    }
    assert wanted["dependencies"] == ["python=3.13", "pip", {"pip": ["-e .[lab]"]}]
    assert (ROOT / "requirements.txt").read_text(encoding="utf-8").strip() == wanted[
        "dependencies"
    ][2]["pip"][0], "pip and conda install the same"
    assert (ROOT / "pyproject.toml").is_file(), "-e . is meant from the folder of environment.yml"


# ---------------------------------------------------------------- what is in it


def wanted(name, extra=""):
    """The names of what a distribution asks for, here."""
    asked = map(Requirement, importlib.metadata.requires(name) or [])
    return {
        re.sub(r"[-_.]+", "-", r.name).lower(): r
        for r in asked
        if r.marker is None or r.marker.evaluate({"extra": extra})
    }


def closure(name, extra=""):
    """Every distribution that comes with one, by its installed metadata."""
    found, open_ = set(), list(wanted(name, extra).values())
    while open_:
        requirement = open_.pop()
        key = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if key not in found:
            found.add(key)
            for part in ("", *requirement.extras):
                open_ += wanted(key, part).values()
    return found


def imported(source):
    """The top packages that a source imports, its own (relative) ones aside."""
    tree = list(ast.walk(ast.parse(source)))
    return {
        alias.name.partition(".")[0]
        for node in tree
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        node.module.partition(".")[0]
        for node in tree
        if isinstance(node, ast.ImportFrom) and not node.level
    }


BOOK = {path.relative_to(ROOT).as_posix(): path for path in tool.book()}


def of_notebook(path):
    """The top packages that a notebook imports."""
    cells = [cell for cell in tool.read(path).cells if cell.cell_type == "code"]
    return set().union(*(imported(cell.source) for cell in cells))


@functools.cache
def of_package():
    """The top packages that revlib imports."""
    paths = (ROOT / "revlib").rglob("*.py")
    return set().union(*(imported(path.read_text(encoding="utf-8")) for path in paths))


COMES = closure("revlib", "lab")
PROVIDED = {
    module: {re.sub(r"[-_.]+", "-", name).lower() for name in names}
    for module, names in importlib.metadata.packages_distributions().items()
}


def absent(modules, comes=COMES):
    """Modules that are neither Python's, nor revlib, nor provided by what comes."""
    return sorted(
        module
        for module in modules - set(sys.stdlib_module_names) - {"revlib"}
        if not PROVIDED.get(module, set()) & comes
    )


@pytest.mark.parametrize("name", BOOK)
def test_everything_that_a_notebook_imports_comes_with_it(name):
    assert absent(of_notebook(BOOK[name])) == []


def test_everything_that_revlib_imports_comes_with_it():
    assert absent(of_package()) == []
    assert absent(of_package(), closure("revlib")) == [], "also without JupyterLab"


def test_nothing_comes_that_nobody_asked_for():
    """Each package that revlib[lab] names is imported, or it is JupyterLab or the kernel."""
    used = set().union(of_package(), *map(of_notebook, BOOK.values()))
    named = set(wanted("revlib", "lab"))
    assert named == {
        name for module in used for name in PROVIDED.get(module, ()) if name in named
    } | {"jupyterlab", "ipykernel"}
    assert (
        not {"pytest", "nbval", "playwright", "jupyter-repo2docker", "torch", "tensorflow"} & COMES
    )


def test_what_is_absent_is_found():
    assert absent({"numpy", "json", "revlib", "matplotlib"}) == []
    assert absent({"numpy", "pytest", "no_such_module", "nbval"}) == [
        "nbval",
        "no_such_module",
        "pytest",
    ]
    assert imported(
        "import a.b, c as d\nfrom e.f import g\nfrom . import h\ndef i():\n    import j"
    ) == {"a", "c", "e", "j"}
    assert {"numpy", "ipython", "ipykernel", "traitlets"} <= COMES
