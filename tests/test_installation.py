"""What the installation check says: nothing here, and a cure for whatever is wrong."""

import importlib.metadata

import pytest

from revlib import installation

WANTED = ["numpy>=2.0", "matplotlib>=3.9", "ipywidgets<9,>=7.7", 'jupyterlab>=4.3; extra == "lab"']
HERE = {"numpy": "2.1.3", "matplotlib": "3.10.0", "ipywidgets": "7.7.1"}
READY = "All is well: Python, NumPy, matplotlib, ipywidgets and revlib are ready.\n"


@pytest.fixture
def machine(monkeypatch):
    """Set what is installed: name -> version."""

    def machine(**versions):
        def version(name):
            if versions.get(name) is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return versions[name]

        monkeypatch.setattr(importlib.metadata, "requires", lambda package: WANTED)
        monkeypatch.setattr(importlib.metadata, "version", version)

    return machine


def test_nothing_is_wrong_here(capsys):
    assert installation.problems() == []
    installation.check()
    assert capsys.readouterr().out == READY


def test_the_project_asks_for_what_is_tested_here():
    assert sorted(
        wanted for wanted in importlib.metadata.requires("revlib") if "extra" not in wanted
    ) == sorted([*WANTED[:3], "anywidget<0.12,>=0.9.13"])


@pytest.mark.parametrize(
    "versions",
    [
        HERE,
        {**HERE, "numpy": "2.0"},
        {**HERE, "numpy": "2.5.0rc1"},
        {**HERE, "ipywidgets": "8.1.9"},
    ],
    ids=str,
)
def test_a_good_machine(machine, versions):
    machine(**versions)
    assert installation.problems() == []
    assert installation.problems(python=(3, 11)) == installation.problems(python=(3, 14, 0)) == []


@pytest.mark.parametrize("python", [(3, 10, 12), (3, 9), (2, 7, 18)])
def test_too_old_a_python(machine, python):
    machine(**HERE)
    assert installation.problems(python=python) == [
        f"This is Python {python[0]}.{python[1]}; the book needs 3.11 or newer. Install it from"
        " python.org."
    ]


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("numpy", "numpy>=2.0"),
        ("matplotlib", "matplotlib>=3.9"),
        ("ipywidgets", "ipywidgets<9,>=7.7"),
    ],
)
def test_a_missing_package(machine, capsys, name, wanted):
    machine(**{**HERE, name: None})
    sentence = f'{name} is missing. Type: python -m pip install "{wanted}"'
    assert installation.problems() == [sentence]
    installation.check()
    assert capsys.readouterr().out == sentence + "\n"


@pytest.mark.parametrize(
    "name, version, bounds",
    [
        ("numpy", "1.26.4", ">=2.0"),
        ("matplotlib", "3.8.4", ">=3.9"),
        ("ipywidgets", "7.6.5", "<9,>=7.7"),
        ("ipywidgets", "9.0.0", "<9,>=7.7"),
    ],
)
def test_a_wrong_version(machine, name, version, bounds):
    machine(**{**HERE, name: version})
    assert installation.problems() == [
        f"{name} is {version}, and the book needs {bounds}. Type: python -m pip install"
        f' "{name}{bounds}"'
    ]


def test_everything_wrong_at_once(machine):
    machine(numpy="1.26.4", matplotlib="3.10.0")
    found = installation.problems(python=(3, 8))
    assert [sentence.split()[0] for sentence in found] == ["This", "numpy", "ipywidgets"]


def test_revlib_itself_is_missing():
    (sentence,) = installation.problems("no-such-package-of-ours")
    assert (
        sentence.startswith("no-such-package-of-ours is not installed.")
        and 'python -m pip install -e ".[lab]"' in sentence
    )
    assert len(installation.problems("no-such-package-of-ours", python=(3, 10))) == 2


def test_a_package_that_asks_for_nothing(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "requires", lambda package: None)
    assert installation.problems() == []
