"""The handout for a class: unpacked elsewhere it is whole and works, and it holds no solution."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib
import types
import zipfile

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from helpers import prose
from helpers.running import strictly
from tools import handout, stamp
from tools import notebook as tool

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A copy of the book, so that nobody edits it meanwhile; with files that lie about and are none
    of its own."""
    folder = tmp_path_factory.mktemp("handout") / "book"
    for name in ("notebooks", "revlib", "tools"):
        shutil.copytree(
            ROOT / name,
            folder / name,
            ignore=shutil.ignore_patterns(".*", "__pycache__", "*.egg-info"),
        )
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(
            path.stat().st_mode | 0o200
        )  # of a checkout that cannot be written to, the copy can
    for name in (
        "notebooks/.draft.ipynb",
        "notebooks/01_encoding.md",
        "notebooks/results/.cache",
        "revlib/__pycache__/model.pyc",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("not the book's")
    return folder


@pytest.fixture(scope="module")
def pack(book):
    """The handout, built and unpacked into a folder with a space in its name."""
    archive = handout.pack(book / "dist", book)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(book.parent / "my class")
        entries = opened.infolist()
    return types.SimpleNamespace(
        archive=archive, entries=entries, folder=book.parent / "my class" / handout.TOP
    )


def whole(book, folder="notebooks"):
    """The paths of the notebooks in a folder of the book."""
    return sorted((book / folder).glob("[!.]*.ipynb"))


@pytest.fixture
def notebooks(pack):
    return {
        path.name: tool.read(path) for path in sorted((pack.folder / "notebooks").glob("*.ipynb"))
    }


def copies(name, *links, prose="Prose."):
    """A chapter with such links, as the class gets it: the sources of its cells."""
    title = (
        "# Add: two numbers\n\nprevious:"
        f" [Start](start.ipynb){links[0] if links else ''}\n\n**Minutes** 5"
    )
    path = name / "01_add.ipynb"
    path.write_text(
        nbformat.writes(
            new_notebook(
                cells=[new_markdown_cell(title, id="title"), new_markdown_cell(prose, id="prose")]
            )
        ),
        encoding="utf-8",
    )
    return [cell.source for cell in nbformat.reads(handout.page(path), as_version=4).cells]


# ---------------------------------------------------------------- what is in it


def test_it_holds_the_book_without_solutions(book, pack, notebooks):
    chapters = {path.name for path in whole(book)} - {handout.TEACHERS}
    assert set(notebooks) == chapters and "00_start_here.ipynb" in chapters
    top = {path.name for path in pack.folder.iterdir()}
    assert top == {
        "LICENSE",
        "LICENSE-prose.md",
        "Makefile",
        "README.md",
        "environment.yml",
        "notebooks",
        "pyproject.toml",
        "requirements.txt",
        "revlib",
        "tools",
    }
    names = {
        path.relative_to(pack.folder).as_posix()
        for path in pack.folder.rglob("*")
        if path.is_file()
    }
    assert {path.relative_to(book).as_posix() for path in (book / "revlib").rglob("*.py")} <= names
    images = {name for name in names if name.startswith("notebooks/images/")}
    assert images == {"notebooks/images/panel.png"}, "the film and the emblems are the README's"
    assert {
        path.relative_to(book).as_posix() for path in (book / "notebooks/results").glob("[!.]*.*")
    } <= names
    assert not [
        name
        for name in names
        if re.search(
            r"solutions|teaching|/\.|pycache|egg-info|\.pyc$|^tests|^benchmarks|^site", name
        )
    ]


def test_no_solution_is_in_it(book, pack):
    """No line of code that only a solution has, and no sentence of one; revlib's own files
    aside."""

    def lines(notebook):
        return {
            line.strip()
            for cell in notebook.cells
            for line in re.split(r"\n|(?<=\.) ", cell.source)
            if len(line.strip()) > 30
        }

    told = set().union(*(lines(tool.read(path)) for path in whole(book, "notebooks/solutions")))
    secret = told - set().union(
        *(lines(tool.read(path)) for path in whole(book) if path.name != handout.TEACHERS)
    )
    assert len(secret) > 100
    for path in (path for path in pack.folder.rglob("*") if path.suffix in (".ipynb", ".md", "")):
        if path.is_file():
            assert not secret & (
                lines(tool.read(path))
                if path.suffix == ".ipynb"
                else set(path.read_text(encoding="utf-8").splitlines())
            ), path.name


def test_it_leads_nowhere_that_is_not_in_it(pack, notebooks):
    pages = {
        f"notebooks/{name}": "\n".join(
            cell.source for cell in notebook.cells if cell.cell_type == "markdown"
        )
        for name, notebook in notebooks.items()
    }
    pages |= {
        name: (pack.folder / name).read_text(encoding="utf-8")
        for name in ("README.md", "LICENSE-prose.md")
    }
    for name, text in pages.items():
        for target in re.findall(r"\]\(([^)#\s]+)", text):
            assert (
                re.match(r"https?://", target) or ((pack.folder / name).parent / target).exists()
            ), f"{name} links to {target}"
        assert not re.search(
            r"\]\([^)]*(solutions|teaching)|folder `solutions`|mybinder\.org/v2|colab\.research",
            text,
        ), name
    assert "{" not in pages["README.md"], "the template is filled in"


def test_only_links_to_what_is_kept_back_are_gone(book, notebooks):
    for name, notebook in notebooks.items():
        original = stamp.page(tool.read(book / "notebooks" / name), name, "")
        for before, after in zip(original.cells, notebook.cells, strict=True):
            if before.cell_type == "code" or not re.search(r"solutions|teaching", before.source):
                assert before == after
            else:
                assert (
                    0
                    < len(before.source) - len(after.source)
                    < 250 * len(re.findall(r"solutions/|`solutions`|teaching", before.source))
                )


def test_the_checker_and_the_numbers_find_nothing_new(book, notebooks, pack):
    for name, notebook in notebooks.items():
        original = tool.read(book / "notebooks" / name)
        assert tool.problems(notebook, name, pack.folder / "notebooks") == tool.problems(
            stamp.page(original, name, ""), name, book / "notebooks"
        )
        assert tool.teaching(notebook, name) == tool.teaching(original, name)
        assert prose.missing(notebook, prose.cited(name)) == prose.missing(
            original, prose.cited(name)
        )


def test_the_address_stays_out(book, pack):
    assert (
        stamp.repository(pack.folder) == ""
        and "urls"
        not in tomllib.loads((pack.folder / "pyproject.toml").read_text(encoding="utf-8"))[
            "project"
        ]
    )
    named = stamp.repository(book).encode() or b"mybinder.org/v2"
    assert not any(named in path.read_bytes() for path in pack.folder.rglob("*") if path.is_file())


# ---------------------------------------------------------------- small ones


@pytest.mark.parametrize(
    "before, after",
    [
        ("Sources. Answers with their working: [solutions](solutions/01_add.ipynb).", "Sources."),
        ("Answers with their working: [solutions](solutions/01_add.ipynb).", ""),
        (
            "You know how; answers with their working are in the folder `solutions`.",
            "You know how.",
        ),
        (
            (
                "| [01 A](01_add.ipynb) | Why? | 5 |\n| [C Teach](C_teaching.ipynb) | How? | 20"
                " |\n| [12 O](12.ipynb) | Why? | 5 |"
            ),
            "| [01 A](01_add.ipynb) | Why? | 5 |\n| [12 O](12.ipynb) | Why? | 5 |",
        ),
        ("| [C Teach](C_teaching.ipynb#plan) | How? | 20 |", ""),
        (
            "previous: [B](B_glossary.ipynb) · next: [C Teach](C_teaching.ipynb)",
            "previous: [B](B_glossary.ipynb)",
        ),
        (
            (
                "For teachers: [a page](C_teaching.ipynb#plan), and"
                " [this](solutions/01_add.ipynb#s-1-1)."
            ),
            "For teachers: a page, and this.",
        ),
        ("It solves [it](01_add.ipynb): a solution.", "It solves [it](01_add.ipynb): a solution."),
    ],
)
def test_what_goes_out_of_a_page(tmp_path, before, after):
    assert copies(tmp_path, prose=before)[1] == after


def test_the_neighbour_in_the_title_goes_out(tmp_path):
    assert copies(tmp_path, " · next: [C Teach](C_teaching.ipynb)")[0] == copies(tmp_path)[0]


def test_a_stamped_chapter_loses_its_stamp(tmp_path):
    (tmp_path / "notebooks").mkdir()
    name = "notebooks/01_encoding.ipynb"
    made = stamp.page(tool.read(ROOT / name), name, "some/class")
    (tmp_path / name).write_text(nbformat.writes(made) + "\n", encoding="utf-8")
    assert "some/class" in (tmp_path / name).read_text(encoding="utf-8") and handout.page(
        tmp_path / name
    ) == handout.page(ROOT / name)


# ---------------------------------------------------------------- that it works


def test_the_same_book_gives_the_same_bytes(book, pack, tmp_path):
    shutil.copytree(book, tmp_path / "later")
    (tmp_path / "later/revlib/model.py").touch()  # another time, the same contents
    assert handout.pack(tmp_path, tmp_path / "later").read_bytes() == pack.archive.read_bytes()
    names = [entry.filename for entry in pack.entries]
    assert (
        names == sorted(names)
        and len(set(names)) == len(names)
        and {name.partition("/")[0] for name in names} == {"reverse-them-all"}
    )
    assert {
        (entry.date_time, entry.create_system, entry.external_attr >> 16) for entry in pack.entries
    } == {((1980, 1, 1, 0, 0, 0), 3, 0o644)}


@pytest.mark.nightly
def test_it_installs_without_a_network(pack, tmp_path):
    """As a student would: pip, in the unpacked folder; then from outside, revlib is there and
    judges."""
    unpacked, target = (
        shutil.copytree(pack.folder, tmp_path / "my class"),
        tmp_path / "site",
    )  # a build leaves files behind
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            "--quiet",
            "--disable-pip-version-check",
            "--target",
            str(target),
            str(unpacked),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    code = (
        "import revlib.exercises as e, sys; assert e.__file__.startswith(sys.argv[1]), e.__file__;"
        " e.check('1.1', 7)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(target)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and done.stdout.startswith("1.1: "), done.stdout + done.stderr


@pytest.mark.nightly
def test_a_chapter_runs_strictly_from_there(pack):
    """In the unpacked folder, with the revlib that lies in it."""
    env = {**os.environ, "PYTHONPATH": str(pack.folder)}
    done = subprocess.run(
        [sys.executable, "-c", "import revlib.model as m; print(m.__file__)"],
        cwd=pack.folder / "notebooks",
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith(str(pack.folder))
    done = strictly(pack.folder, env=env)
    assert done.returncode == 0 and re.search(r"\d+ passed", done.stdout), done.stdout


ALONE = {
    name: value for name, value in os.environ.items() if not name.startswith("MAKE")
}  # this may itself be run by make


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
def test_its_makefile_has_what_works_there(pack):
    done = subprocess.run(
        ["make", "--no-print-directory"], cwd=pack.folder, capture_output=True, text=True, env=ALONE
    )
    assert done.returncode == 0 and re.findall(r"^  make (\S+)", done.stdout, re.MULTILINE) == [
        "help",
        "lab",
        "clean",
    ]
    done = subprocess.run(
        ["make", "--no-print-directory", "--dry-run", "lab"],
        cwd=pack.folder,
        capture_output=True,
        text=True,
        env=ALONE,
    )
    assert done.returncode == 0 and done.stdout.endswith(
        "tools/venv.py lab -- python tools/lab.py\n"
    )


def test_its_readme_says_what_the_books_readme_says(book, pack):
    readme, full = (
        (folder / "README.md").read_text(encoding="utf-8") for folder in (pack.folder, book)
    )
    hidden = readme.partition("## What this folder cannot hide\n")[2].partition("\n## ")[0]
    for told in ("`revlib/exercises`", "computations", "quizzes", "solutions", "history"):
        assert told in hidden, f"it is honest about {told}"
    for line in readme.splitlines():
        if (
            line.startswith(("    ", "|", "**With conda**", "The task", "Code under"))
            and "make lab " not in line
        ):
            assert line in full, f"the book's README does not say: {line}"
    assert (
        re.findall(r"Python (3\.\d+) or newer", readme) == ["3.11"] * 2 and readme.count("\n|") == 9
    )
    assert "make test" not in readme and "JupyterLite" not in readme


def test_what_lies_about_stays_at_home(book):
    """A copy of a solution, a reader's own notebook, half a file: none of them is the class's."""
    before = handout.contents(book)
    left = [
        book / "notebooks" / name
        for name in ("01_encoding-Copy1.ipynb", "my_answers.ipynb", "results/sweep.npz.12.34.part")
    ]
    try:
        for path in left:
            shutil.copyfile(book / "notebooks/solutions/01_encoding.ipynb", path)
        assert handout.contents(book) == before
    finally:
        for path in left:
            path.unlink(missing_ok=True)
