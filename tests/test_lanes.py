"""tools/lanes.py: the oldest versions come from pyproject.toml, what pytest says is added up, and a
lane's copy is the book."""

import io
import json
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
from tools import lanes as tool

PROJECT = {
    "name": "revlib",
    "dependencies": ["numpy>=2.0", "ipywidgets>=7.7,<9"],
    "optional-dependencies": {
        "lab": ["jupyterlab>=4.3,<5", "ipywidgets>=8.1,<9"],
        "test": ["revlib[lab]", "x>=1.10; sys_platform != 'win32'", "x>=1.9"],
    },
}


def test_the_oldest_versions_are_the_lower_bounds_and_the_highest_of_them_counts():
    assert tool.pins(["revlib[test]", *PROJECT["dependencies"]], PROJECT) == {
        "numpy": "numpy==2.0.*",
        "jupyterlab": "jupyterlab==4.3.*",
        "ipywidgets": "ipywidgets==8.1.*",
        "x": "x==1.10.*",
    }
    assert tool.pins(PROJECT["dependencies"], PROJECT)["ipywidgets"] == "ipywidgets==7.7.*"


def test_every_dependency_has_a_lower_bound_that_a_lane_can_pin():
    project = tool.project()
    pins = tool.pins(
        [
            *project["dependencies"],
            *(f"revlib[{extra}]" for extra in project["optional-dependencies"]),
        ],
        project,
    )
    assert all(re.fullmatch(r"[\w.-]+==\d+(\.\d+)*\.\*", pin) for pin in pins.values())
    assert {
        "numpy",
        "matplotlib",
        "ipywidgets",
        "jupyterlab",
        "ipykernel",
        "pytest",
        "nbval",
    } <= set(pins)


def test_the_lanes_are_those_that_the_book_promises():
    lanes = tool.lanes()
    assert list(lanes)[:5] == [
        "newest-3.11",
        "newest-3.13",
        "oldest-3.11",
        "bare-3.11",
        "colab-3.13",
    ]
    assert {
        "random-order",
        "odd-folder",
        "read-only",
        "elsewhere",
        "blas-Prescott",
        "no-network",
        "last-bit",
    } < set(lanes)
    assert all(
        lane.of in ("", "newest-3.11") and (lane.install or lane.of) for lane in lanes.values()
    )
    assert " " in lanes["odd-folder"].folder and not lanes["odd-folder"].folder.isascii()
    assert (
        "numpy==2.0.*" in lanes["oldest-3.11"].install[0]
        and "ipywidgets==7.7.*" in lanes["bare-3.11"].install[0]
    )


def test_what_pytest_says_is_added_up():
    said = (
        "=== 3 failed, 1,5 nonsense ===\n= 2 failed, 890 passed, 1 skipped in 114.19s (0:01:54)"
        " =\nmore\n5 passed in 0.10s\n==== 1 passed, 2 errors in 3.00s ====\nthis line, 7 passed in"
        " words\n"
    )
    assert tool.counted(said) == {"failed": 2, "passed": 896, "skipped": 1, "error": 2}
    assert tool.counted("nothing ran") == {}


def test_an_unknown_lane_is_told_in_words(capsys):
    with pytest.raises(SystemExit):
        tool.main(["newest-2.7"])
    assert "no lane is called 'newest-2.7'; there are newest-3.11, " in capsys.readouterr().err
    assert tool.main(["--list"]) == 0 and len(capsys.readouterr().out.splitlines()) == len(
        tool.lanes()
    )


def test_a_python_that_is_not_there_fails_the_lane_in_words(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHON313", "no-such-python")
    monkeypatch.setattr(tool, "HOME", tmp_path)
    version = "3.13" if sys.version_info[:2] != (3, 13) else "3.11"
    monkeypatch.setenv(f"PYTHON{version.replace('.', '')}", "no-such-python")
    log = io.StringIO()
    assert (
        tool.environment("x", tool.Lane("", python=version, install=(("nothing",),)), log) is None
    )
    assert f"No Python {version} was found" in log.getvalue()


@pytest.mark.skipif(
    subprocess.call(
        ["git", "rev-parse"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    != 0,
    reason="not a checkout",
)
def test_a_copy_is_the_book_without_what_git_ignores(tmp_path):
    tool.copy(tmp_path)
    names = {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()
    }
    assert {
        "Makefile",
        "revlib/model.py",
        "notebooks/06_training.ipynb",
        "notebooks/results/sweep.npz",
        ".gitignore",
    } <= names
    assert not [
        name for name in names if name.startswith((".venv", ".git/")) or "__pycache__" in name
    ]
    assert (tmp_path / "revlib/model.py").read_bytes() == (ROOT / "revlib/model.py").read_bytes()


def test_nudged_gradients_stay_within_a_few_last_bits():
    """The lane last-bit changes what an optimiser gets, by so little that a single update looks the
    same."""
    code = (
        tool.NUDGED.format(seed=1)
        + "\nimport numpy as np\nfrom revlib import training as t\ntheta = np.zeros(1000)\ng ="
        " np.linspace(1, 2, 1000)\nt.Descent(1.0).update(theta, g)\noff = np.abs(theta +"
        " g)\nprint(off.any(), bool((off <= 9 * np.finfo(float).eps).all()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True"]


# ---------------------------------------------------------------- the audit


def package(name, **more):
    return {"name": name, "version": "1.0", "vulns": []} | more


SKIPPED = {"skip_reason": "Dependency not found on PyPI and could not be audited: a (1.0)"}


@pytest.mark.parametrize(
    "said, errors, words, status",
    [
        (
            json.dumps({"dependencies": [package("a"), package("b")]}),
            "No known vulnerabilities found",
            "2 of 2 packages were looked up, 0 known",
            0,
        ),
        (
            json.dumps({"dependencies": [package("a"), package("b", vulns=[{"id": "X-1"}])]}),
            "Found 1",
            "b 1.0: X-1",
            1,
        ),
        (
            json.dumps({"dependencies": [package("a", **SKIPPED)]}),
            "No known vulnerabilities found",
            "0 of 1 packages were looked up",
            2,
        ),
        (
            json.dumps({"dependencies": [package("a", **SKIPPED), package("b")]}),
            "No known vulnerabilities found",
            "nothing is known of the other 1; of the first, pip-audit says: Dependency not",
            2,
        ),
        (
            json.dumps(
                {"dependencies": [package("a", **SKIPPED), package("b", vulns=[{"id": "X-1"}])]}
            ),
            "",
            "b 1.0: X-1",
            1,
        ),
        (
            json.dumps(
                {
                    "dependencies": [
                        package("revlib", skip_reason="distribution marked as editable"),
                        package("b"),
                    ]
                }
            ),
            "",
            "1 of 1 packages were looked up",
            0,
        ),
        (json.dumps({"dependencies": []}), "No known vulnerabilities found", "0 of 0", 2),
        (
            "",
            "Traceback\nConnectionError: no route to pypi.org\n",
            "could not reach its data (ConnectionError: no route to pypi.org)",
            2,
        ),
        ("", "", "nothing is known", 2),
    ],
)
def test_an_audit_says_clearly_what_it_knows(said, errors, words, status):
    told, came_to = tool.audited(said, errors)
    assert words in told and came_to == status
