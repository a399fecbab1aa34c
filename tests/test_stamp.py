"""The address: where it is set everything shows it, where it is not nothing does, and taking it out
restores every byte."""

import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib
import types

import pytest
from IPython.core.inputtransformer2 import TransformerManager

ROOT = pathlib.Path(__file__).resolve().parent.parent
from helpers.running import strictly
from tools import notebook as tool
from tools import stamp

REPO = "some-class/seq2.seq_book"
ADDRESS = f"https://github.com/{REPO}"
TAG = f"v{tomllib.loads((ROOT / 'pyproject.toml').read_text('utf-8'))['project']['version']}"
SHOWN = re.compile(
    r"mybinder\.org/v2|mybinder\.org/badge|colab\.research\.google|actions/workflows|launch"
    r" in|google\.colab|git clone --"
)
pytestmark = pytest.mark.slow

EVERY = [path.relative_to(ROOT).as_posix() for path in tool.book()]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A copy of the book's notebooks and of what the address is written into, without an
    address."""
    folder = tmp_path_factory.mktemp("plain") / "book"
    for name in ("README.md", "pyproject.toml", *EVERY):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name in ("images", "results"):
        shutil.copytree(ROOT / "notebooks" / name, folder / "notebooks" / name)
    for path in (folder, *folder.rglob("*")):
        path.chmod(
            path.stat().st_mode | 0o200
        )  # of a checkout that cannot be written to, the copy can
    stamp.stamp("", folder)
    return folder


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def book(plain, tmp_path):
    return shutil.copytree(plain, tmp_path / "book")


@pytest.fixture(scope="module")
def stamped(plain, tmp_path_factory):
    folder = shutil.copytree(plain, tmp_path_factory.mktemp("stamped") / "book")
    changed = stamp.stamp(REPO, folder)
    return types.SimpleNamespace(
        folder=folder, plain=files(plain), files=files(folder), changed=changed
    )


def linked(text):
    """The repositories that a text's launch links, its badges and its Colab cell name; those of its
    sources are none."""
    return set(
        re.findall(r"(?:mybinder\.org/v2/gh|google\.com/github)/([\w.-]+/[\w.-]+)", text)
        + re.findall(
            r"github\.com/([\w.-]+/[\w.-]+)(?=/actions| /content| reverse|\"$)", text, re.MULTILINE
        )
        + re.findall(
            r"github\.com/((?:your|user|owner|me|example)[\w.-]*/[\w.-]+)", text, re.IGNORECASE
        )
    )


# ---------------------------------------------------------------- the real one


def test_the_book_shows_the_address_that_is_set_and_no_other():
    """No address: no badge, no launch link, no Colab cell. An address: everything is what the stamp
    makes of it."""
    repo = stamp.repository(ROOT)
    for name in ["README.md", "pyproject.toml", *EVERY]:
        text = (ROOT / name).read_text(encoding="utf-8")
        if repo:
            assert repo in linked(text), name
        else:
            assert not SHOWN.search(text) and "[project.urls]" not in text, (
                f"{name} shows an address, and none is set"
            )
            assert not linked(text), name
        if name.endswith(".ipynb"):
            there, made = (
                tool.read(ROOT / name).cells,
                stamp.page(tool.read(ROOT / name), name, repo).cells,
            )
            assert [(cell.id, cell.source) for cell in there] == [
                (cell.id, cell.source) for cell in made
            ], f"{name}: stamp it again"
            assert any(cell.id == "colab" for cell in there) == bool(repo)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert stamp.readme(readme, repo) == readme, (
        "the README's blocks are not those of tools/stamp.py"
    )


# ---------------------------------------------------------------- set


def test_everything_shown_has_the_address(plain, stamped):
    assert sorted(
        path.relative_to(stamped.folder).as_posix() for path in stamped.changed
    ) == sorted(["README.md", "pyproject.toml", *EVERY])
    assert stamp.repository(stamped.folder) == REPO
    urls = tomllib.loads(stamped.files["pyproject.toml"].decode())["project"]["urls"]
    assert urls == {"Repository": ADDRESS}
    readme = stamped.files["README.md"].decode()
    assert linked(readme) == {REPO}
    assert (
        f"{ADDRESS}/actions/workflows/test.yml/badge.svg" in readme
        and (ROOT / ".github/workflows/test.yml").is_file()
    )
    first = "notebooks/00_start_here.ipynb"
    binder = f"https://mybinder.org/v2/gh/{REPO}/{TAG}?urlpath=lab/tree/{first}"
    assert readme.count(binder) == readme.count("mybinder.org/v2") == 2
    colab = f"https://colab.research.google.com/github/{REPO}/blob/{TAG}/{first}"
    assert readme.count(colab) == readme.count("colab.research") == 2
    assert f"git clone {ADDRESS} reverse-them-all\n" in readme
    assert "https://some-class.github.io/seq2.seq_book/" in readme
    assert "ADDRESS" not in readme and (stamped.folder / "notebooks/00_start_here.ipynb").is_file()
    for name in EVERY:
        notebook = tool.read(stamped.folder / name)
        navigation, launch = notebook.cells[0].source.split("\n\n")[1:3]
        assert navigation in tool.read(plain / name).cells[0].source.split("\n\n")
        assert (
            launch == "launch in"
            f" [Binder](https://mybinder.org/v2/gh/{REPO}/{TAG}?urlpath=lab/tree/{name}) · "
            f"[Google Colab](https://colab.research.google.com/github/{REPO}/blob/{TAG}/{name})"
        )
        (colab,) = [cell for cell in notebook.cells if "colab" in cell.metadata.get("tags", [])]
        assert (
            colab is next(cell for cell in notebook.cells if cell.cell_type == "code")
            and colab.id == "colab"
            and colab.outputs == []
        )
        assert (
            ADDRESS in colab.source and f'"/content/book/{name.rpartition("/")[0]}"' in colab.source
        )
        assert max(map(len, colab.source.splitlines())) <= 110


def test_nothing_else_differs(stamped):
    assert set(stamped.files) == set(stamped.plain)
    touched = {"README.md", "pyproject.toml", *EVERY}
    assert all(
        stamped.files[name] == stamped.plain[name] for name in stamped.files if name not in touched
    )
    outside = [
        re.sub(
            r"(<!-- stamp \w+ -->).*?<!-- /stamp -->",
            r"\1",
            side["README.md"].decode(),
            flags=re.DOTALL,
        )
        for side in (stamped.plain, stamped.files)
    ]
    assert outside[0] == outside[1] and outside[0].count("<!-- stamp") == 3
    projects = [
        tomllib.loads(side["pyproject.toml"].decode()) for side in (stamped.plain, stamped.files)
    ]
    del projects[1]["project"]["urls"]
    assert projects[0] == projects[1]
    for name in EVERY:
        plain, made = (
            tool.nbformat.reads(side[name].decode(), as_version=4)
            for side in (stamped.plain, stamped.files)
        )
        others = [cell for cell in made.cells if cell.id != "colab"]
        assert (
            made.metadata == plain.metadata
            and len(others) == len(plain.cells) == len(made.cells) - 1
        )
        assert [c.source for c in others[1:]] == [c.source for c in plain.cells[1:]]
        assert len(others[0].source.split("\n\n")) == len(plain.cells[0].source.split("\n\n")) + 1
        for before, after in zip(plain.cells, others):
            assert (before.id, before.metadata) == (after.id, after.metadata)
            if before.cell_type == "code":
                assert after.execution_count == (
                    before.execution_count and before.execution_count + 1
                )  # None: not run yet
                for output in (*before.outputs, *after.outputs):
                    assert output.get("execution_count") in (
                        None,
                        before.execution_count,
                        after.execution_count,
                    )
                    output.pop("execution_count", None)
                assert before.outputs == after.outputs


def test_the_checker_finds_nothing_new(plain, stamped):
    for name in EVERY:
        path, chapter = stamped.folder / name, name.count("/") == 1
        count = sum(cell.cell_type == "code" for cell in tool.read(plain / name).cells)
        old, new = (
            tool.problems(
                tool.read(folder / name), path.name, folder / pathlib.Path(name).parent, chapter
            )
            for folder in (plain, stamped.folder)
        )
        assert [problem.replace(f"1 to {count + 1}", f"1 to {count}") for problem in new] == old
        if chapter:
            assert tool.teaching(tool.read(path), path.name) == tool.teaching(
                tool.read(plain / name), path.name
            )


def test_twice_changes_nothing_and_another_address_leaves_nothing_of_the_first(stamped, book):
    assert stamp.stamp(REPO, book) and stamp.stamp(REPO, book) == []
    assert files(book) == stamped.files
    stamp.stamp("other/book", book)
    assert not any(REPO.encode() in data for data in files(book).values())
    assert stamp.repository(book) == "other/book"


def test_another_version_leaves_nothing_of_the_first(stamped, book):
    """The release that everything names is that of pyproject.toml, once it is stamped again."""
    stamp.stamp(REPO, book)
    project = book / "pyproject.toml"
    text = project.read_text("utf-8")
    project.write_text(text.replace(f'version = "{TAG[1:]}"', 'version = "12.3.4"'), "utf-8")
    before = files(book)
    changed = stamp.stamp(REPO, book)
    assert len(changed) == len(EVERY) + 1
    for path in changed:
        name = path.relative_to(book).as_posix()
        new = path.read_bytes()
        assert new == before[name].replace(TAG.encode(), b"v12.3.4"), name
        assert b"/v12.3.4" in new, name


def test_taking_it_out_restores_every_byte(stamped, book):
    before = files(book)
    assert before == stamped.plain
    stamp.stamp(REPO, book)
    assert stamp.stamp("", book) and files(book) == before
    assert stamp.stamp("", book) == [] and stamp.repository(book) == ""


def test_other_addresses_in_pyproject_stay():
    start, end = '[project]\nname = "x"\n', "\n[project.optional-dependencies]\nlab = []\n"
    other = f'{start}\n[project.urls]\nHomepage = "https://example.org"\n{end}'
    made = stamp.project(other, REPO)
    assert tomllib.loads(made)["project"]["urls"] == {
        "Homepage": "https://example.org",
        "Repository": ADDRESS,
    }
    assert stamp.project(made, "") == other and stamp.project(made, REPO) == made
    by_hand = f'{start}\n[project.urls]\nRepository = "https://example.org/git"\n{end}'
    assert tomllib.loads(stamp.project(by_hand, REPO))["project"]["urls"] == {"Repository": ADDRESS}
    assert stamp.project(by_hand, "") == start + end


@pytest.mark.parametrize(
    "line, repo",
    [
        ("", ""),
        ('[project.urls]\nHomepage = "https://github.com/a/b"', ""),
        ('[project.urls]\nRepository = "https://github.com/a/b"', "a/b"),
        ('[project.urls]\nRepository = "https://example.org/a/b"', ""),
        ('[project.urls]\nRepository = "https://github.com/a"', ""),
    ],
)
def test_which_address_is_set(tmp_path, line, repo):
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "x"\n{line}\n')
    assert stamp.repository(tmp_path) == repo


# ---------------------------------------------------------------- refused

BAD = [
    "name",
    "https://github.com/owner/name",
    "github.com/owner/name",
    "owner/name/tree",
    "owner/",
    "/name",
    "owner/na me",
    "owner/name.git",
    "owner/..",
    "-owner/name",
    "ow_ner/name",
    "owner/name)",
    'owner/na"me',
    "owner/name\n",
    "owner/$(name)",
]


@pytest.mark.parametrize("repo", BAD)
def test_what_is_no_repository_is_refused(plain, repo):
    before = files(plain)
    with pytest.raises(ValueError, match="is no repository on GitHub. Give it as OWNER/NAME"):
        stamp.stamp(repo, plain)
    assert files(plain) == before


def test_what_cannot_be_stamped_is_told_and_nothing_is_written(book):
    last = book / EVERY[-1]
    notebook = tool.read(last)
    notebook.cells[0].source = "# Solutions"
    tool.write(notebook, last)
    before = files(book)
    with pytest.raises(ValueError, match=f"{EVERY[-1]}: no line of links to other chapters"):
        stamp.stamp(REPO, book)
    (book / "README.md").write_text("# No blocks\n")
    with pytest.raises(ValueError, match="stands there 0 times"):
        stamp.stamp(REPO, book)
    assert {**files(book), "README.md": before["README.md"]} == before


def test_an_unrun_cell_stays_unrun():
    notebook = tool.read(ROOT / EVERY[0])
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    cell.execution_count = None
    assert stamp.page(notebook, EVERY[0], REPO) is notebook and cell.execution_count is None


def test_the_command(book, monkeypatch, capsys):
    monkeypatch.setattr(stamp, "repository", lambda root=book, found=stamp.repository: found(root))
    monkeypatch.setattr(stamp, "stamp", lambda repo, root=book, made=stamp.stamp: made(repo, root))
    assert (
        stamp.main([]) == 0
        and capsys.readouterr().out
        == "No address of the repository is set. To set it: python tools/stamp.py owner/name\n"
    )
    now = f"The address of the repository is {ADDRESS}; links name its tag {TAG}\n"
    assert stamp.main([REPO]) == 0
    assert capsys.readouterr().out == f"{len(EVERY) + 2} files changed.\n{now}"
    assert stamp.main([]) == 0 and capsys.readouterr().out == now
    assert stamp.main(["name"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith(
        "Nothing was changed: 'name' is no repository on GitHub."
    )
    assert (
        stamp.main([""]) == 0
        and "No address" in capsys.readouterr().out
        and stamp.repository() == ""
    )


# ---------------------------------------------------------------- the Colab cell


def colab_cell(name):
    """The source that a notebook's Colab cell has, as IPython hands it to Python."""
    notebook = stamp.page(tool.read(ROOT / name), name, REPO)
    return TransformerManager().transform_cell(
        next(cell.source for cell in notebook.cells if cell.id == "colab")
    )


class Colab:
    """A stand-in for Colab's shell: writes down what it is asked to do, and does it in words
    alone."""

    def __init__(self, fails=()):
        self.done, self.fails, self.installed = [], set(fails), False

    def system(self, line):
        self.done.append(f"!{line}")

    def run_line_magic(self, name, line):
        self.done.append(f"%{name} {line}")
        self.installed = name not in self.fails

    def find_spec(self, name):
        return object() if self.installed or name != "revlib" else None

    def chdir(self, folder):
        self.done.append(f"cd {folder}")


@pytest.fixture
def colab(monkeypatch):
    def start(**options):
        shell = Colab(**options)
        monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
        monkeypatch.setattr(importlib.util, "find_spec", shell.find_spec)
        monkeypatch.setattr(os, "chdir", shell.chdir)
        return shell

    return start


@pytest.mark.parametrize("name", EVERY)
def test_elsewhere_the_cell_does_nothing(name, monkeypatch):
    monkeypatch.delitem(sys.modules, "google.colab", raising=False)
    here, names = os.getcwd(), {}
    exec(colab_cell(name), names)  # without get_ipython: plain Python
    assert os.getcwd() == here and set(names) - {"__builtins__"} == {"importlib", "os", "sys"}


@pytest.mark.parametrize(
    "name, folder",
    [
        ("notebooks/07_reverse_them_all.ipynb", "notebooks"),
        ("notebooks/solutions/07_reverse_them_all.ipynb", "notebooks/solutions"),
    ],
)
def test_in_colab_the_cell_fetches_installs_and_goes_there(colab, name, folder):
    shell, source = colab(), colab_cell(name)
    first = [
        f"!git clone --quiet --depth 1 --branch {TAG} {ADDRESS} /content/book",
        "%pip install --quiet /content/book",
        f"cd /content/book/{folder}",
    ]
    exec(source, {"get_ipython": lambda: shell})
    assert shell.done == first
    exec(source, {"get_ipython": lambda: shell})
    assert shell.done == [*first, first[2]], "the second time it clones and installs nothing"
    assert (ROOT / folder).is_dir()


def test_the_cell_fetches_the_release_and_not_what_came_after(colab, tmp_path, monkeypatch):
    """With a real git, and a folder that stands for GitHub: an old copy of a notebook gets the
    book that it belongs to, and one of a release that is not there gets none."""
    work, there = tmp_path / "work", tmp_path / f"github/{REPO}"
    settings = tmp_path / "gitconfig"
    settings.write_text(
        f'[url "file://{tmp_path}/github/"]\n\tinsteadOf = https://github.com/\n'
        "[user]\n\tname = a\n\temail = a@b\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    git = ["git", "-C", str(work)]
    (work / "notebooks").mkdir(parents=True)
    page = work / "notebooks" / "page"
    for text, tag in (("as released", TAG), ("as it is now", None)):
        page.write_text(text, encoding="utf-8")
        if tag == TAG:
            subprocess.run([*git, "init", "-q"], check=True)
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", text], check=True)
        if tag:
            subprocess.run([*git, "tag", tag], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(work), str(there)], check=True)
    shell, said = colab(), []

    def system(line):
        done = subprocess.run(line, shell=True, capture_output=True, text=True)
        said.append(done.stdout + done.stderr)

    monkeypatch.setattr(shell, "system", system)
    source = colab_cell("notebooks/01_encoding.ipynb").replace("/content", str(tmp_path))
    exec(source, {"get_ipython": lambda: shell})
    assert (tmp_path / "book/notebooks/page").read_text("utf-8") == "as released", said
    assert shell.done == [f"%pip install --quiet {tmp_path}/book", f"cd {tmp_path}/book/notebooks"]
    shutil.rmtree(tmp_path / "book")
    shell.installed = False
    exec(source.replace(TAG, "v0.0.9"), {"get_ipython": lambda: shell})
    assert not (tmp_path / "book").exists() and "v0.0.9 not found" in said[-1]


def test_an_installation_that_failed_is_tried_again(colab):
    shell, source = colab(fails=["pip"]), colab_cell(EVERY[1])
    for _ in range(2):
        exec(source, {"get_ipython": lambda: shell})
    assert sum(line.startswith("%pip") for line in shell.done) == 2


@pytest.mark.nightly
def test_a_stamped_chapter_runs_strictly(plain, stamped):
    done = strictly(stamped.folder)
    cells = sum(
        cell.cell_type == "code"
        for cell in tool.read(stamped.folder / "notebooks/01_encoding.ipynb").cells
    )
    assert done.returncode == 0 and f"{cells} passed" in done.stdout, done.stdout
    assert (
        sum(
            cell.cell_type == "code"
            for cell in tool.read(plain / "notebooks/01_encoding.ipynb").cells
        )
        == cells - 1
    )


def test_a_stamp_that_is_interrupted_leaves_none(plain, tmp_path, monkeypatch):
    book = tmp_path / "book"
    shutil.copytree(plain, book)
    before = {path: path.read_bytes() for path in book.rglob("*") if path.is_file()}
    write, calls = stamp.tool.checkpoint.write, []

    def torn(path, content):
        calls.append(path)
        if len(calls) == 3:
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(stamp.tool.checkpoint, "write", torn)
    with pytest.raises(KeyboardInterrupt):
        stamp.stamp("owner/name", book)
    assert (
        len(calls) > 3
        and {path: path.read_bytes() for path in book.rglob("*") if path.is_file()} == before
    )
