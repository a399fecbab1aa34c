"""The house rules: layers, docstrings, no pyplot, one source of versions."""

import ast
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

import pytest

from revlib import notation

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = {
    path.relative_to(ROOT / "revlib").with_suffix("").as_posix(): path
    for path in sorted((ROOT / "revlib").rglob("*.py"))
}
FILES = [*MODULES.values(), *sorted((ROOT / "tools").glob("*.py"))]

every_module = pytest.mark.parametrize("name", MODULES)
every_file = pytest.mark.parametrize(
    "path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}"
)


def imported(source):
    """Return the dotted names of modules that a source imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def docstrings(tree):
    """Return the nodes that are docstrings."""
    return [
        node.body[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and isinstance(getattr(node.body[0].value, "value", None), str)
    ]


def undocumented(source):
    """Return the public functions and classes of a source that have no docstring."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]


def pyplot_mentions(source):
    """Return where code, or text that is not a docstring, speaks of pyplot."""
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


# ---------------------------------------------------------------- layers


def lint(folder):
    """Run import-linter, with the book's contracts, on the copy of revlib in a folder."""
    done = subprocess.run(
        [pathlib.Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
    )
    return done.returncode == 0, done.stdout + done.stderr


def test_imports_point_down():
    kept, said = lint(ROOT)
    assert kept, said


@pytest.mark.parametrize(
    "module, line",
    [
        ("alphabet", "from revlib import model"),
        ("model", "import revlib.drawing.blocks"),
        ("drawing/figures", "from revlib.model import Net"),
        ("training", "from revlib.panels import words"),
        ("panels/encoding", "from revlib import exercises"),
        ("notation", "from revlib.drawing.picture import Picture"),
    ],
)
def test_an_import_that_points_up_is_found(module, line, tmp_path):
    shutil.copytree(ROOT / "revlib", tmp_path / "revlib")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "revlib" / f"{module}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    kept, said = lint(tmp_path)
    assert not kept and "BROKEN" in said, said


def test_every_module_has_its_layer():
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("importlinter")[2]
    alone = [name for name in MODULES if "/" not in name and name != "__init__"]
    outside = {"installation"}  # looks at the machine, and at no module
    assert [name for name in alone if f"revlib.{name}" not in contracts] == sorted(outside)


@every_module
def test_only_panels_import_ipywidgets(name):
    if not name.startswith("panels/"):
        names = imported(MODULES[name].read_text(encoding="utf-8"))
        assert not [other for other in names if re.match("ipywidgets|IPython", other)]


def test_importing_the_package_imports_nothing():
    assert not MODULES["__init__"].read_text(encoding="utf-8")
    assert not MODULES["drawing/__init__"].read_text(encoding="utf-8")


# ---------------------------------------------------------------- pyplot, docstrings


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
    assert not source or ast.get_docstring(ast.parse(source)).splitlines()[0].strip()


def test_the_measures_measure():
    source = 'class C:\n    pass\n\n\ndef f():\n    """Say."""\n'
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
    assert set(PROJECT["dependencies"]) == {
        "numpy>=2.0",
        "matplotlib>=3.9",
        "ipywidgets>=7.7,<9",
        "anywidget>=0.9.13,<0.12",
    }
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


# ---------------------------------------------------------------- colours


def luminance(colour):
    """How bright a colour is, from 0 to 1, as WCAG defines it."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_by_night_every_colour_can_be_read():
    """Each role has a colour for dark themes too, which reads on its paper at 4.5 : 1, as the
    colours of the day do on theirs."""
    css = (ROOT / "revlib/panels/hand.css").read_text()
    night = dict(re.findall(r"--revlib-(\w+): (#[0-9a-f]{6})", css))
    assert set(night) == {*notation.COLOURS, "ink", "faint", "paper", "second"}
    paper = night.pop("paper")
    assert luminance(paper) < 0.05
    assert {name: contrast(c, paper) for name, c in night.items() if contrast(c, paper) < 4.5} == {}
    day = notation.COLOURS.values()
    assert [colour for colour in day if contrast(colour, "#ffffff") < 4.5] == []
