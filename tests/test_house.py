"""The house rules: floors, docstrings, no pyplot, one source of versions. Reads files,
runs nothing."""

import ast
import pathlib
import re
import tomllib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = {
    path.relative_to(ROOT / "revlib").with_suffix("").as_posix(): path
    for path in sorted((ROOT / "revlib").rglob("*.py"))
}
EMPTY = {"__init__", "answers/__init__"}
ANSWERS = tuple(
    name for name in MODULES if name.startswith("answers/") and name not in EMPTY
)  # a file a chapter
FILES = [*MODULES.values(), *sorted((ROOT / "tools").glob("*.py"))]
FLOOR = {
    "alphabet": 0,
    "post": 0,
    "symbols": 0,
    "picture": 0,
    "flat": 0,
    "model": 1,
    "bptt": 2,
    "gates": 2,
    "training": 3,
    "stack": 3,
    "styles": 3,
    "roads": 3,
    "cells": 4,
    "plots": 4,
    "controls": 5,
    "panels": 6,
}
ASIDE = {
    "exercises",
    "judge",
    "installation",
    "__main__",
    *ANSWERS,
}  # may look at any floor; no floor looks at them

every_module = pytest.mark.parametrize("name", MODULES)
every_file = pytest.mark.parametrize(
    "path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}"
)


def imported(source):
    """Every dotted name that is imported anywhere in a source, a name from a package included:
    {'revlib.model', ...}."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = "revlib" if node.level else ""
            base = ".".join(filter(None, [package, node.module]))
            names |= {f"{base}.{alias.name}" for alias in node.names} | {base}
    return names


def rooms(source):
    """The modules of revlib that a source imports."""
    return {
        parts[1]
        for parts in (name.split(".") for name in imported(source))
        if parts[0] == "revlib" and len(parts) > 1
    }


def broken_floors(name, source, floors=FLOOR):
    here = floors.get(name, max(floors.values()) + 1)
    beside = {"judge", "answers"} if name in ASIDE else set()  # these two are made for each other
    return sorted(other for other in rooms(source) - beside if floors.get(other, 99) >= here)


def docstrings(tree):
    """The nodes that are docstrings."""
    return [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(getattr(node.body[0].value, "value", None), str)
    ]


def undocumented(source):
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]


def pyplot_mentions(source):
    """Where code, or text that is not a docstring, speaks of pyplot."""
    tree, found = ast.parse(source), []
    silent = {id(node.value) for node in docstrings(tree)}
    for node in ast.walk(tree):
        said = [getattr(node, key, None) for key in ("id", "attr", "module", "name", "asname")]
        if isinstance(node, ast.Constant) and id(node) not in silent:
            said.append(node.value)
        found += [
            text for text in said if isinstance(text, str) and re.search(r"pyplot|\bplt\b", text)
        ]
    return found


# ---------------------------------------------------------------- floors


def test_every_module_has_its_place():
    assert set(MODULES) - EMPTY <= set(FLOOR) | ASIDE
    assert set(FLOOR) | ASIDE <= set(MODULES)
    assert not any(MODULES[name].read_text(encoding="utf-8") for name in EMPTY), (
        "importing the package imports nothing"
    )


@every_module
def test_imports_point_down(name):
    source = MODULES[name].read_text(encoding="utf-8")
    assert not broken_floors(name, source)
    if name in ("cells", "plots"):
        assert all(FLOOR[other] == 0 for other in rooms(source)), (
            "drawing takes arrays and knows nothing of models"
        )


@every_module
def test_only_controls_imports_ipywidgets(name):
    if name != "controls":
        assert not [
            other
            for other in imported(MODULES[name].read_text(encoding="utf-8"))
            if re.match("ipywidgets|IPython", other)
        ]


@every_module
def test_the_first_line_tells_the_floor(name):
    if name not in EMPTY:
        said = ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8")))
        assert said.startswith("Aside: " if name in ASIDE else f"Floor {FLOOR[name]}: ")


@pytest.mark.parametrize(
    "name, source",
    [
        ("alphabet", "from revlib import model"),
        ("model", "import revlib.cells"),
        ("cells", "from revlib.plots import Map"),
        ("cells", "def f():\n    from revlib.controls import Panel"),
        ("post", "from . import alphabet"),
        ("post", "from .symbols import TABLE"),
        ("panels", "from revlib import cells, exercises"),
        ("model", "from revlib import unheard_of"),
    ],
)
def test_a_wrong_import_is_found(name, source):
    assert broken_floors(name, source)
    assert not broken_floors("panels", "from revlib import cells, model\nimport numpy as np")


# ---------------------------------------------------------------- pyplot, docstrings, lines


@every_file
def test_nobody_mentions_pyplot(path):
    mentions = pyplot_mentions(path.read_text(encoding="utf-8"))
    if path.name == "notebook.py":  # the checker's own pattern, and what it says
        assert mentions == [r"\bplt\b|pyplot", "it uses pyplot"]
    else:
        assert not mentions


@every_module
def test_what_is_public_has_a_docstring(name):
    assert not undocumented(MODULES[name].read_text(encoding="utf-8"))


@every_file
def test_a_file_opens_with_its_one_job(path):
    source = path.read_text(encoding="utf-8")
    assert (
        path.name == "__init__.py" or ast.get_docstring(ast.parse(source)).splitlines()[0].strip()
    )


def test_the_measures_measure():
    source = (
        '"""Job.\n\nMore.\n"""\n# why\n\nx = """a\nb"""    # two\n\n\ndef f():\n    """Says."""\n  '
        "  return (1,\n            2)\n\n\nclass C:\n    pass\n"
    )
    assert undocumented(source) == ["C"] and undocumented("def _f(): pass") == []
    for broken in (
        "import matplotlib.pyplot",
        "from matplotlib import pyplot as plt",
        "import x as plt",
        "plt.show()",
        "m.pyplot",
        "f('pyplot')",
    ):
        assert pyplot_mentions(broken), broken
    assert not pyplot_mentions('"""Never pyplot."""\nx = 1    # nor pyplot here')


# ---------------------------------------------------------------- versions

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LAB = "-e .[lab]"


def pinned(text):
    """Package names with a version beside them, Python's own aside."""
    return [
        name
        for name in re.findall(r"([\w.-]+(?:\[[\w,]+\])?)\s*(?:[<>=!~]=?|===)\s*[\d*]", text)
        if name != "python"
    ]


def test_versions_are_those_colab_meets():
    assert PROJECT["requires-python"] == ">=3.11"
    assert set(PROJECT["dependencies"]) == {"numpy>=2.0", "matplotlib>=3.9", "ipywidgets>=7.7,<9"}
    assert "lab" in PROJECT["optional-dependencies"]


def test_requirements_and_environment_name_no_version():
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert [line for line in requirements.splitlines() if line and not line.startswith("#")] == [
        LAB
    ]
    environment = "\n".join(
        line.split("#")[0]
        for line in (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    )
    assert LAB in environment and not pinned(environment)
    assert [
        item.split("=")[0] for item in re.findall(r"^\s+- (\w[^:\n]*)$", environment, re.MULTILINE)
    ] == ["python", "pip"]
    assert tuple(map(int, re.search(r"python=(\d+)\.(\d+)", environment).groups())) >= (3, 11)
    assert pinned("- numpy=2.1\n- python=3.13\nmatplotlib>=3.9, a==1, b[c]~=2, d === 3") == [
        "numpy",
        "matplotlib",
        "a",
        "b[c]",
        "d",
    ]


def test_makefile_and_readme_agree():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"sys\.version_info < \((\d+), (\d+)\)", makefile) == [("3", "11")]
    assert re.findall(r"No Python (\d\.\d+) or newer", makefile) == ["3.11"]
    assert not pinned(makefile)
    said = re.findall(r"python3\.(\d+)", makefile)
    assert said and min(map(int, said)) == 11, "the oldest Python that the Makefile looks for"
    readme = ROOT / "README.md"
    if readme.exists():
        text = readme.read_text(encoding="utf-8")
        assert re.search(r"Python[^.\n]*\b3\.11\b", text), "the README does not say which Python"
        assert set(re.findall(r"Python (?:version )?(3\.\d+)(?: or|\+)", text)) <= {"3.11"}
        declared = {
            re.match(r"[\w-]+", wanted)[0].lower(): wanted for wanted in PROJECT["dependencies"]
        }
        for name, version in re.findall(
            r"(?i)\b(numpy|matplotlib|ipywidgets)\s*>=?\s*(\d+(?:\.\d+)*)", text
        ):
            assert f">={version}" in declared[name.lower()]
