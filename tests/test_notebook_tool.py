"""The notebook tool: every rule refuses a notebook that breaks it, and nothing is lost between its
forms."""

import json
import pathlib
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = pathlib.Path(__file__).resolve().parent.parent
import tools.test as runner
from tools import notebook as tool

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
    },
}
VIEW = "application/vnd.jupyter.widget-view+json"
TITLE = "# Add: two numbers\n\nprevious: [Start](start.ipynb)\n\n**Minutes** 5"
UNCOUNTED = "page: execution counts are not 1 to 1: not one fresh run"


def code(source, id="add", count=1, outputs=None, **metadata):
    outputs = [result("2")] if outputs is None else outputs
    return new_code_cell(source, id=id, execution_count=count, outputs=outputs, metadata=metadata)


def result(text, **data):
    return new_output("execute_result", {"text/plain": text, **data}, execution_count=1)


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def page(*cells, title=TITLE):
    """A good notebook, or one with these cells after its title."""
    return new_notebook(
        metadata=json.loads(json.dumps(METADATA)),
        cells=[new_markdown_cell(title, id="title"), *(cells or [code("1 + 1")])],
    )


@pytest.fixture
def problems(tmp_path):
    (tmp_path / "start.ipynb").touch()
    return lambda notebook, chapter=True: tool.problems(notebook, "page", tmp_path, chapter)


# ---------------------------------------------------------------- the real ones


@pytest.mark.parametrize("path", tool.book(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_book_breaks_no_rule(path):
    assert (
        tool.problems(
            tool.read(path), path.name, path.parent, chapter=path.parent.name == "notebooks"
        )
        == []
    )
    assert path.parent.name != "notebooks" or tool.teaching(tool.read(path), path.name) == []
    assert path.stat().st_size <= 500_000


def test_the_book_is_its_chapters_and_solutions(tmp_path, monkeypatch):
    """JupyterLab's checkpoints and other hidden files are none of them."""
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    wanted = ["notebooks/00_b.ipynb", "notebooks/01_a.ipynb", "notebooks/solutions/01_a.ipynb"]
    for name in [
        *wanted,
        "notebooks/.ipynb_checkpoints/00_b-checkpoint.ipynb",
        "notebooks/.draft.ipynb",
        "notebooks/00_b.md",
        "notebooks/solutions/.ipynb_checkpoints/01_a-checkpoint.ipynb",
        "other/02.ipynb",
    ]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [str(path.relative_to(tmp_path)) for path in tool.book()] == wanted


# ---------------------------------------------------------------- rules

GOOD = {
    "the smallest": page(),
    "nothing to show": page(code("x = 1", outputs=[])),
    "a call without an answer": page(code("f(1)", outputs=[])),
    "two cells": page(code("1"), code("2", "more", 2)),
    "one not compared": page(code("1", tags=["nbval-ignore-output"]), code("2", "more", 2)),
    "30 lines": page(code("\n".join(["1"] * 30))),
    "80 lines of one page": page(code("\n".join(["1"] * 80), tags=["one-page"])),
    "10 lines": page(code("print(1)", outputs=[stream("1\n" * 10)])),
    "a link elsewhere": page(
        title=TITLE
        + "\n[a](https://example.org/x) [b](http://example.org) [c](#here) [d](start.ipynb#there)"
    ),
    "a printed ratio": page(code("1", outputs=[result("3/home/2, a.b/tmp/c")])),
    "a Colab cell": page(
        code(
            "import sys\nif 'google.colab' in sys.modules:\n    %pip install revlib",
            tags=["colab"],
            outputs=[],
        )
    ),
    "long names": page(code("1", id="exercise-1-2"), code("2", id="step2-3rd-time", count=2)),
}

BROKEN = {
    "no count": (page(code("1 + 1", count=None)), UNCOUNTED),
    "a wrong count": (page(code("1 + 1", count=2)), UNCOUNTED),
    "out of order": (
        page(code("1", count=2), code("2", "more", 1)),
        "page: execution counts are not 1 to 2: not one fresh run",
    ),
    "no title": (page(title=TITLE[2:]), "page: the first cell has no title"),
    "a small title": (page(title="#" + TITLE), "page: the first cell has no title"),
    **{
        f"id {id}": (
            page(code("1 + 1", id=id)),
            f"page, cell {id}: its id is not a name chosen by hand, or stands twice",
        )
        for id in (
            "1a2b3c4d",
            "deadbeef",
            "f3b2c1d4-5678-4abc-9def-0123456789ab",
            "Add",
            "add_two",
            "-add",
            "add-",
            "add--two",
            "12",
        )
    },
    "two not compared": (
        page(
            code("1", tags=["nbval-ignore-output"]),
            code("2", "more", 2, tags=["nbval-ignore-output"]),
        ),
        "page: more than one cell has outputs that are not compared",
    ),
    "a semicolon": (page(code("x = 1;\n2")), "page, cell add: a line ends in a semicolon"),
    "a last semicolon": (page(code("1 + 1; ")), "page, cell add: a line ends in a semicolon"),
    "interact": (page(code("w.interact(f)")), "page, cell add: it uses interact"),
    "@interact": (page(code("@interact\ndef f(x):\n    pass")), "page, cell add: it uses interact"),
    "Output": (page(code("w = widgets.Output()")), "page, cell add: it uses an Output widget"),
    "sys.path": (page(code("sys.path.append('..')")), "page, cell add: it changes paths"),
    "chdir": (page(code("os.chdir('..')")), "page, cell add: it changes paths"),
    "pyplot": (page(code("from matplotlib import pyplot")), "page, cell add: it uses pyplot"),
    "plt": (page(code("plt.plot([1])")), "page, cell add: it uses pyplot"),
    "31 lines": (
        page(code("\n".join(["1"] * 31))),
        "page, cell add: it has 31 lines; at most 30 fit a screen",
    ),
    "81 lines of one page": (
        page(code("\n".join(["1"] * 81), tags=["one-page"])),
        "page, cell add: it has 81 lines; at most 80 fit a page",
    ),
    "80 lines of another tag": (
        page(code("\n".join(["1"] * 80), tags=["two-pages"])),
        "page, cell add: it has 80 lines; at most 30 fit a screen",
    ),
    "no Python": (page(code("1 +")), "page, cell add: it is not Python: invalid syntax"),
    "no result": (page(code("1 + 1", outputs=[])), "page, cell add: its output is missing"),
    "nothing printed": (
        page(code("print(1)\nx = 2", outputs=[])),
        "page, cell add: its output is missing",
    ),
    "nothing checked": (
        page(code("answer = ...\ncheck('1.1', answer)", outputs=[])),
        "page, cell add: its output is missing",
    ),
    "nothing drawn": (
        page(code("cells.draw_states('a', S)", outputs=[])),
        "page, cell add: its output is missing",
    ),
    "no panel": (
        page(code("panels.map_panel(net)", outputs=[])),
        "page, cell add: its output is missing",
    ),
    "no table": (
        page(code("symbols.table()", outputs=[])),
        "page, cell add: its output is missing",
    ),
    "an error": (
        page(
            code(
                "1 / 0",
                outputs=[new_output("error", ename="ZeroDivisionError", evalue="", traceback=[])],
            )
        ),
        "page, cell add: it raised ZeroDivisionError",
    ),
    "stderr": (
        page(code("1", outputs=[stream("careful\n", "stderr")])),
        "page, cell add: it writes to stderr",
    ),
    "11 lines": (
        page(code("print(1)", outputs=[stream("1\n" * 11)])),
        "page, cell add: it prints 11 lines; at most 10",
    ),
    "an 11-line result": (
        page(code("1", outputs=[result("\n".join("1" * 11))])),
        "page, cell add: it prints 11 lines; at most 10",
    ),
    **{
        text: (
            page(code("1", outputs=[result(text)])),
            "page, cell add: it prints a bare NumPy scalar, an address or an object",
        )
        for text in (
            "np.float64(1.0)",
            "[np.int64(1)]",
            "<f object at 0x7f>",
            "<Figure size 1x1>",
            "<Axes: >",
        )
    },
    **{
        repr(text): (
            page(code("print(1)", outputs=[stream(text)])),
            "page, cell add: it prints a path of one machine",
        )
        for text in (
            "/home/me/x",
            "in /root/x\n",
            'File "/tmp/x"',
            "first\n/home/me/x\n",
            "a\t/Users/me/x",
        )
    },
    "a path in a picture's page": (
        page(code("1", outputs=[result("2", **{"text/html": "<a href='/content/x'>"})])),
        "page, cell add: it prints a path of one machine",
    ),
    "a widget": (
        page(code("1", outputs=[result("2", **{VIEW: {"model_id": "1f"}})])),
        "page, cell add: it carries a widget view",
    ),
    "a dead link": (
        page(title=TITLE + "\n[a](gone.ipynb#here)"),
        "page: the link to gone.ipynb leads nowhere",
    ),
    "a dead picture": (
        page(title=TITLE + '\n![a](gone.png "title")'),
        "page: the link to gone.png leads nowhere",
    ),
    "no minutes": (
        page(title=TITLE.replace("**Minutes**", "Minutes")),
        "page: it does not say how many minutes it takes",
    ),
    "no neighbours": (
        page(title=TITLE.replace("(start.ipynb)", "(https://example.org)")),
        "page: its first cell does not link to the previous and the next chapter",
    ),
}


@pytest.mark.parametrize("notebook", GOOD.values(), ids=GOOD)
def test_a_good_notebook_has_no_problem(problems, notebook):
    nbformat.validate(notebook)
    assert problems(notebook) == []


@pytest.mark.parametrize("notebook, sentence", BROKEN.values(), ids=BROKEN)
def test_a_broken_notebook_has_its_problem(problems, notebook, sentence):
    assert problems(notebook) == [sentence]


def test_metadata_that_are_not_canonical(problems):
    for change in (
        lambda m: m.clear(),
        lambda m: m.update(widgets={}),
        lambda m: m["language_info"].update(version="3.11.2"),
    ):
        notebook = page()
        change(notebook.metadata)
        assert problems(notebook) == [
            "page: its metadata are not the canonical ones (run it with tools/notebook.py)"
        ]


@pytest.mark.parametrize("source", ["!ls", "%time 1", "  !ls", "x = 1\n%matplotlib inline"])
def test_shell_and_magic_lines(problems, source):
    found = problems(page(code(source)))
    assert found[0] == "page, cell add: it runs a shell or magic line"
    assert all(sentence.startswith("page, cell add: it is not Python: ") for sentence in found[1:])


def test_an_id_that_stands_twice(problems):
    twice = "page, cell add: its id is not a name chosen by hand, or stands twice"
    notebook = page(code("1"), code("2", "more", 2))
    notebook.cells[2].id = "add"
    assert problems(notebook) == [twice, twice]


def test_a_notebook_without_ids_or_cells(problems, tmp_path):
    """Colab writes format 4.0, in which cells have no id."""
    path = tmp_path / "colab.ipynb"
    path.write_text(
        json.dumps(
            {
                "nbformat": 4,
                "nbformat_minor": 0,
                "metadata": METADATA,
                "cells": [{"cell_type": "markdown", "metadata": {}, "source": TITLE}],
            }
        )
    )
    assert any(
        "its id is not a name chosen by hand" in sentence for sentence in problems(tool.read(path))
    )
    assert "page: the first cell has no title" in problems(new_notebook(metadata=METADATA))


def test_solutions_need_no_minutes_and_no_neighbours(problems):
    assert problems(page(title="# Answers"), chapter=False) == []


def test_every_problem_is_told(problems):
    notebook = page(
        code("plt.show();", id="1a2b3c4d", count=7, outputs=[stream("/tmp/x", "stderr")]),
        title="Nothing",
    )
    assert len(problems(notebook)) == 9


# ---------------------------------------------------------------- canonical form


def test_canonical():
    outputs = [
        result("2", **{VIEW: {"model_id": "1f"}, "text/html": "<b>2</b>"}),
        stream("hello\n"),
    ]
    outputs[0].metadata = {"image/png": {"width": 3}}
    notebook = page(
        code(
            "1 + 1",
            outputs=outputs,
            tags=["colab"],
            collapsed=True,
            execution={"iopub.status.busy": "2024"},
        )
    )
    notebook.metadata.update(widgets={"state": {}}, colab={"name": "x"})
    notebook.metadata["language_info"]["version"] = "3.11.2"
    done = tool.canonical(notebook)
    assert done.metadata == METADATA and (done.nbformat, done.nbformat_minor) == (4, 5)
    title, cell = done.cells
    assert (title.metadata, cell.metadata) == ({}, {"tags": ["colab"]})
    assert (
        cell.outputs[0].data == {"text/plain": "2", "text/html": "<b>2</b>"}
        and cell.outputs[0].metadata == {}
    )
    assert cell.outputs[1].text == "hello\n" and (cell.id, cell.source, cell.execution_count) == (
        "add",
        "1 + 1",
        1,
    )
    nbformat.validate(done)
    assert tool.canonical(nbformat.from_dict(json.loads(json.dumps(done)))) == done
    folded = tool.canonical(page(code("rows = []", tags=["hide-input"]))).cells[1].metadata
    assert folded == {
        "tags": ["hide-input"],
        "jupyter": {"source_hidden": True},
    }  # folded in JupyterLab as on the site


def test_what_is_written_can_be_read(tmp_path):
    path = tmp_path / "page.ipynb"
    tool.write(page(code("'é 字'", outputs=[result("'é 字'")])), path)
    written = path.read_bytes()
    assert written.endswith(b"}\n") and b"\r" not in written and "é 字".encode() in written
    tool.write(tool.read(path), path)
    assert path.read_bytes() == written


# ---------------------------------------------------------------- by way of jupytext


@pytest.mark.slow
def test_text_and_back_by_jupytext_keeps_ids_and_outputs(tmp_path):
    """A new cell takes the id in its metadata."""
    jupytext = [sys.executable, "-m", "jupytext", "-q"]
    path, text = tmp_path / "page.ipynb", tmp_path / "page.md"
    before = tool.canonical(page(code("1 + 1", "sum", 1, [result("2")]), code("2", "two", 2)))
    tool.write(before, path)
    subprocess.run([*jupytext, "--to", "md:myst", path], check=True)
    new = "\n```{code-cell}\n---\nid: new-one\ntags: [kept]\n---\n3\n```\n"
    text.write_text(text.read_text(encoding="utf-8") + new, encoding="utf-8")
    subprocess.run([*jupytext, "--update", "--to", "ipynb", text], check=True)
    after = tool.canonical(tool.read(path))
    assert [cell.id for cell in after.cells] == [*(cell.id for cell in before.cells), "new-one"]
    assert after.cells[1].outputs == [result("2")]
    assert after.cells[-1].metadata == {"tags": ["kept"]}


# ---------------------------------------------------------------- nobody's work is lost


@pytest.fixture
def kept(tmp_path):
    """A notebook on the disk, and its text beside it."""
    path = tmp_path / "page.ipynb"
    tool.write(
        tool.canonical(
            page(code("1 + 1", outputs=[result("2")]), code("2 + 2", "more", 2, [result("4")]))
        ),
        path,
    )
    return path


def test_a_write_that_is_interrupted_leaves_the_old_file(kept, monkeypatch):
    before = kept.read_bytes()
    for wrong in (KeyboardInterrupt, OSError(28, "No space left on device")):
        monkeypatch.setattr(
            tool.checkpoint.os, "replace", lambda *_, wrong=wrong: (_ for _ in ()).throw(wrong)
        )
        with pytest.raises((KeyboardInterrupt, OSError)):
            tool.write(page(), kept)
        assert kept.read_bytes() == before
        assert [path.name for path in kept.parent.iterdir()] == ["page.ipynb"]


def test_a_notebook_saved_while_it_ran_is_not_written_over(kept, monkeypatch):
    def execute(notebook, folder):
        tool.write(page(code("mine")), kept)  # as a reader's JupyterLab does

    monkeypatch.setattr(tool, "execute", execute)
    with pytest.raises(SystemExit, match="page.ipynb was saved by someone else while it ran"):
        tool.run(kept)
    assert tool.read(kept).cells[1].source == "mine"


def test_what_is_no_notebook_is_named(tmp_path):
    for name, content in (
        ("torn.ipynb", b'{"cells": ['),
        ("other.ipynb", b"\xff\xfe\x00"),
        ("empty.ipynb", b""),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SystemExit, match=f"{name} is no notebook that can be read"):
            tool.read(tmp_path / name)
    with pytest.raises(SystemExit, match="missing.ipynb"):
        tool.read(tmp_path / "missing.ipynb")


def test_check_knows_a_chapter_from_inside_its_folder(monkeypatch, tmp_path, capsys):
    (tmp_path / "notebooks").mkdir()
    tool.write(tool.canonical(page()), tmp_path / "notebooks" / "01_one.ipynb")
    monkeypatch.chdir(tmp_path / "notebooks")
    assert tool.main(["check", "01_one.ipynb"]) == 1
    inside = capsys.readouterr().out
    assert tool.main(["check", str(tmp_path / "notebooks" / "01_one.ipynb")]) == 1
    assert capsys.readouterr().out == inside and inside.count("\n") > 1


# ---------------------------------------------------------------- run, and the commands


@pytest.mark.nightly
def test_two_runs_give_the_same_bytes(tmp_path):
    (tmp_path / "start.ipynb").touch()
    paths = [tmp_path / "page.ipynb", tmp_path / "copy.ipynb"]
    for path, old in zip(paths, ([], [result("old")])):
        tool.write(
            page(
                code(
                    "import pathlib\nprint(pathlib.Path('start.ipynb').exists())\nprint('again')",
                    "where",
                    None,
                    old,
                ),
                code("import ipywidgets\nipywidgets.IntSlider()", "slider", 9, old, tags=["kept"]),
            ),
            path,
        )
    command = [sys.executable, str(ROOT / "tools" / "notebook.py"), "run", *map(str, paths)]
    assert (
        subprocess.run(command, capture_output=True, text=True).stdout
        == "running page.ipynb\nrunning copy.ipynb\n"
    )
    assert paths[0].read_bytes() == paths[1].read_bytes()
    _, where, slider = tool.read(paths[0]).cells
    assert where.outputs == [stream("True\nagain\n")] and [
        where.execution_count,
        slider.execution_count,
    ] == [1, 2]
    assert list(slider.outputs[0].data) == ["text/plain"] and slider.metadata == {"tags": ["kept"]}
    assert tool.problems(tool.read(paths[0]), "page", tmp_path) == []


CHAPTERS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


@pytest.mark.parametrize("k", range(1, len(CHAPTERS)), ids=[path.stem for path in CHAPTERS[1:]])
def test_a_chapter_leads_to_its_neighbours(k):
    """In its first and its last cell: to the one before and the one after, by the names that the
    map in chapter 00 gives."""
    names = dict(
        re.findall(
            r"\[(\d\d [^\]]+)\]\((\w+\.ipynb)\)",
            "\n".join(c.source for c in tool.read(CHAPTERS[0]).cells),
        )
    )
    named = {file: name for name, file in names.items()} | {CHAPTERS[0].name: "00 Start here"}
    last = k == len(CHAPTERS) - 1
    before, after = CHAPTERS[k - 1].name, CHAPTERS[0 if last else k + 1].name
    line = (
        f"previous: [{named[before]}]({before}) · {'back to' if last else 'next:'}"
        f" [{named[after]}]({after})"
    )
    cells = [cell.source.splitlines() for cell in tool.read(CHAPTERS[k]).cells]
    assert line in cells[0] and cells[-1][-1] == line


OBJECTIVES = "- add two numbers\n- say what a sum is"
TOP = f"{TITLE}\n\n**You will**\n\n{OBJECTIVES}"
HINT = "\n\n<details><summary>Hint</summary>\n\nOne, and one more.\n\n</details>"


def chapter(
    top=TOP,
    end="## You can now\n\n- add two numbers (2.1, 2.2, 2.3)\n- say what a sum is (2.4, 2.5)",
    kinds=tool.KINDS,
    hint=HINT,
    quizzes=("2.sum", "2.more"),
):
    """A chapter that has all that a chapter must have, or lacks what is said."""
    exercises = [
        new_markdown_cell(
            ("## On your own\n\n" if k == 1 else "")
            + f"**2.{k}** *{kind}.* Add.{hint if k == 3 else HINT}",
            id=f"exercise-{k}",
        )
        for k, kind in enumerate(kinds, 1)
    ]
    asked = [code(f'quiz("{name}")', id=f"quiz-{k}") for k, name in enumerate(quizzes)]
    return page(*asked, *exercises, new_markdown_cell(end, id="you-can-now"), title=top)


LACKING = {
    "does not take up the objectives": [
        chapter(top=TITLE),
        chapter(top=TOP.replace("- add", "- subtract")),
        chapter(end="## The end"),
        chapter(
            end=(
                "## You can now\n\n- say what a sum is (2.4, 2.5)\n- add two numbers (2.1, 2.2,"
                " 2.3)"
            )
        ),
    ],
    "two are the least": [
        chapter(quizzes=["2.sum"]),
        chapter(quizzes=["2.sum", "3.more"]),
        chapter(quizzes=[]),
    ],
    "its exercises are": [
        chapter(kinds=["By hand"] * 5),
        chapter(kinds=tool.KINDS[:4]),
        chapter(kinds=[*tool.KINDS[:4], "Guess"]),
    ],
    "exercise 2.3 has no hint that folds out": [
        chapter(hint=""),
        chapter(hint=" Hint: one more."),
        chapter(hint="\n\n<details><summary>Hint</summary>One.</details>"),
    ],
    "does not name every exercise": [
        chapter(
            end="## You can now\n\n- add two numbers (2.1, 2.2)\n- say what a sum is (2.4, 2.5)"
        )
    ],
}


@pytest.mark.parametrize(
    "sentence, notebook",
    [(sentence, notebook) for sentence, notebooks in LACKING.items() for notebook in notebooks],
)
def test_what_a_chapter_lacks_is_told(sentence, notebook):
    assert tool.teaching(chapter(), "02_sums.ipynb") == []
    found = tool.teaching(notebook, "02_sums.ipynb")
    assert (
        found
        and all(line.startswith("02_sums.ipynb: ") for line in found)
        and any(sentence in line for line in found)
    )


def test_who_need_not_teach():
    """What is no chapter; and chapter 00, the glossary and the teachers' page ask nothing."""
    assert tool.teaching(page(), "page.ipynb") == []
    silent = chapter(kinds=(), quizzes=(), end="## You can now\n\n" + OBJECTIVES)
    assert all(
        tool.teaching(silent, name) == []
        for name in ("00_start.ipynb", "B_glossary.ipynb", "C_teaching.ipynb")
    )
    assert (
        tool.teaching(silent, "A_more.ipynb")
        and tool.teaching(silent, "12_page.ipynb")
        and tool.teaching(page(), "00_start.ipynb")
    )


def test_check_tells_and_exits(tmp_path, capsys):
    chapters = tmp_path / "notebooks"
    chapters.mkdir()
    (chapters / "start.ipynb").touch()
    good, large = chapters / "page.ipynb", chapters / "large.ipynb"
    tool.write(page(), good)
    tool.write(page(code("1", outputs=[result("x" * 500_000)])), large)
    assert tool.main(["check", str(good)]) == 0 and capsys.readouterr().out == ""
    assert tool.main(["check", str(good), str(large)]) == 1
    out = capsys.readouterr().out
    assert (
        out.startswith("large.ipynb: 50")
        and out.endswith(" kB; GitHub shows no notebook that large\n")
        and out.count("\n") == 1
    )


COMMANDS = {"quick": 4, "test": 5, "rest": 2, "nightly": 5}  # how many each run has


@pytest.mark.parametrize("which", COMMANDS)
@pytest.mark.parametrize("code", [0, 1, 5, -9])  # of a run that a signal ended: a negative one
def test_the_test_runner_hides_no_failure(which, code, monkeypatch):
    for failing in range(COMMANDS[which]):
        asked = []

        def call(command, **_):
            asked.append(command)
            return code if len(asked) == failing + 1 else 0

        monkeypatch.setattr(subprocess, "call", call)
        monkeypatch.setenv("REVLIB_TORTURE", "0")
        assert runner.RUNS[which](["-x"]) == (code == 0)
        assert len(asked) == COMMANDS[which], "the others are run all the same"


def test_the_test_runner_runs_nothing_twice(monkeypatch):
    """What is marked runs in one command; the notebooks run strictly, and once."""
    asked = []
    monkeypatch.setattr(subprocess, "call", lambda command, **_: asked.append(command) or 0)
    assert runner.everyday([]) and runner.rest([])
    marks = [command[command.index("-m", 3) + 1] for command in asked if "pytest" in command]
    assert sorted(marks) == [
        "(slow or nightly) and not browser",
        "browser and not nightly",
        "nightly and browser",
        "not browser and not slow and not nightly",
    ]
    (strict,) = (command for command in asked if "--nbval" in command)
    assert [str(path) for path in tool.book()] == [word for word in strict if ".ipynb" in word]
