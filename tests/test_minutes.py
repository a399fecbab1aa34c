"""The minutes: words are counted as they are read, a running time is measured, and a wrong number
is found."""

import copy
import json
import math
import pathlib
import sys

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = pathlib.Path(__file__).resolve().parent.parent
from tools import minutes
from tools import notebook as tool

STORED = ROOT / "notebooks" / "results" / "minutes.json"


def page(*cells):
    """A notebook of these cells; a text is a cell of prose."""
    cells = [
        new_markdown_cell(cell) if isinstance(cell, str) else copy.deepcopy(cell) for cell in cells
    ]
    for k, cell in enumerate(cells):
        cell.id = f"cell-{k}"
    return new_notebook(cells=cells)


# ---------------------------------------------------------------- the real ones


@pytest.mark.skipif(not STORED.exists(), reason="no chapter has been measured yet: make minutes")
def test_every_chapter_says_what_was_measured():
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    assert minutes.problems(ROOT / "notebooks", stored) == []
    assert set(stored) == {"words a minute", "machine", "chapters"} and set(stored["machine"]) == {
        "cores",
        "python",
    }
    assert stored["words a minute"] == 150 and all(
        set(entry) == {"words", "seconds"} for entry in stored["chapters"].values()
    )


@pytest.mark.parametrize(
    "path", minutes.chapters(ROOT / "notebooks").values(), ids=lambda path: path.name
)
def test_every_title_has_a_place_for_the_minutes(path):
    assert len(minutes.OWN.findall(tool.read(path).cells[0].source)) == 1
    assert 300 < minutes.words(tool.read(path)) < 12_000


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    "cell, count",
    [
        ("# Two words", 2),
        ("one", 1),
        ("", 0),
        ("dec.Wh is 0.25", 5),
        ("a **bold** *word*", 3),
        ("S(t−1)", 3),
        ("see [chapter 01](01_encoding.ipynb#one-hot) now", 4),
        ("![a panel](images/panel.png)", 2),
        ("<https://example.org/a/b> end", 1),
        ("f(x) and [x] (aside)", 5),
        (
            (
                "before\n\n<details><summary>Hint</summary>\n\nNot read at"
                " first.\n\n</details>\n\nafter"
            ),
            2,
        ),
        ("a <b>bold</b> word<br>", 3),
        ("a < b and c > d", 5),
        ('<a id="here"></a>one', 1),
        (new_code_cell("import numpy as np\nx = [1, 2]  # two"), 8),
        (new_code_cell("f(a)(b)\n'<b>'"), 4),
        (new_code_cell("import sys", metadata={"tags": ["colab"]}), 0),
        (new_code_cell("import sys", metadata={"tags": ["one-page"]}), 2),
    ],
    ids=lambda value: (
        value if isinstance(value, str) else str(value) if isinstance(value, int) else value.source
    ),
)
def test_what_counts_as_a_word(cell, count):
    assert minutes.words(page(cell)) == count
    assert minutes.words(page(cell, "and three more", cell)) == 2 * count + 3


# ---------------------------------------------------------------- a small book

TITLE = "# Add\n\nnext: [there](01_b.ipynb)\n\n**Minutes** {} · **You need** nothing\n\n"
MAP = (
    "| chapter | its question | minutes |\n|---|---|---|\n| [01 B](01_b.ipynb) | Why 5? | {} |\n|"
    " [A C](A_c.ipynb) | Why? | {} |"
)


@pytest.fixture
def folder(tmp_path):
    """Chapters of 1,500, 300 and 150 words, whose minutes are not right; with outputs, hidden files
    and solutions."""
    wanted = {
        "00_start_here.ipynb": (TITLE.format(3), 1500, MAP.format(4, 4)),
        "01_b.ipynb": (TITLE.format(4), 300, ""),
        "A_c.ipynb": (TITLE.format(4) + "Not these: **Minutes** 9.", 150, ""),
    }
    for name, (title, count, table) in wanted.items():
        empty = page(title, table)
        code = new_code_cell("import time\nprint('out')", id="out", execution_count=7, outputs=[])
        rest = count - minutes.words(empty) - minutes.words(page(code))
        tool.write(page(title, table, "word " * rest, code), tmp_path / name)
        assert minutes.words(tool.read(tmp_path / name)) == count
    for name in ("solutions/01_b.ipynb", ".ipynb_checkpoints/01_b.ipynb", ".draft.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("never read")
    (tmp_path / "results").mkdir()
    return tmp_path


def stored(**seconds):
    times = {"00_start_here.ipynb": 0.0, "01_b.ipynb": 30.0, "A_c.ipynb": 60.6, **seconds}
    return {"chapters": {name: {"words": 1, "seconds": value} for name, value in times.items()}}


def said(folder):
    """The minutes in the titles, and in the map."""
    texts = {
        name: [cell.source for cell in tool.read(path).cells]
        for name, path in minutes.chapters(folder).items()
    }
    return (
        {name: int(minutes.OWN.search(cells[0])[0]) for name, cells in texts.items()},
        {
            name: int(minutes.row(name).search(texts["00_start_here.ipynb"][1])[2])
            for name in texts
            if name[0] != "0" or name[1] != "0"
        },
    )


def test_it_writes_the_minutes_and_nothing_else(folder):
    before = {name: tool.read(path) for name, path in minutes.chapters(folder).items()}
    assert minutes.stamp(folder, stored()) == ["00_start_here.ipynb", "01_b.ipynb", "A_c.ipynb"]
    assert said(folder) == (
        {"00_start_here.ipynb": 10, "01_b.ipynb": 3, "A_c.ipynb": 3},
        {"01_b.ipynb": 3, "A_c.ipynb": 3},
    )
    assert minutes.problems(folder, stored()) == []
    assert minutes.stamp(folder, stored()) == []
    after = {name: tool.read(path) for name, path in minutes.chapters(folder).items()}
    for name in before:
        for old, new in zip(before[name].cells, after[name].cells, strict=True):
            old.source, new.source = (
                minutes.OWN.sub("", cell.source, count=1) for cell in (old, new)
            )
            for other in minutes.chapters(folder):
                old.source, new.source = (
                    minutes.row(other).sub("", cell.source) for cell in (old, new)
                )
        assert before[name] == after[name]
    assert "Not these: **Minutes** 9." in tool.read(folder / "A_c.ipynb").cells[0].source


def test_it_rounds_up():
    assert [
        math.ceil(value) for value in minutes.exact(ROOT / "notebooks", {"chapters": {}}).values()
    ] == []
    for words, seconds, whole in ((150, 0, 1), (151, 0, 2), (150, 0.1, 2), (149, 0.1, 1)):
        assert math.ceil(words / minutes.PER_MINUTE + seconds / 60) == whole


@pytest.mark.parametrize(
    "own, mapped, wrong",
    [
        (2, 3, []),
        (3, 2, []),
        (1, 3, ["01_b.ipynb: its title says 1 minutes; measured are 2.5"]),
        (4, 3, ["01_b.ipynb: its title says 4 minutes; measured are 2.5"]),
        (3, 4, ["01_b.ipynb: the map says 4 minutes; measured are 2.5"]),
        (3, 30, ["01_b.ipynb: the map says 30 minutes; measured are 2.5"]),
        ("some", 3, ["01_b.ipynb: its title says no minutes; measured are 2.5"]),
        (3, "some", ["01_b.ipynb: the map says no minutes; measured are 2.5"]),
    ],
)
def test_wrong_minutes_are_found(folder, own, mapped, wrong):
    minutes.stamp(folder, stored())
    for name, cell, old, new in (
        ("01_b.ipynb", 0, "**Minutes** 3", f"**Minutes** {own}"),
        ("00_start_here.ipynb", 1, "5? | 3 |", f"5? | {mapped} |"),
    ):
        notebook = tool.read(folder / name)
        assert old in notebook.cells[cell].source
        notebook.cells[cell].source = notebook.cells[cell].source.replace(old, new)
        tool.write(notebook, folder / name)
    assert minutes.problems(folder, stored()) == wrong


def test_a_chapter_that_grew_or_was_never_measured_is_found(folder):
    minutes.stamp(folder, stored())
    notebook = tool.read(folder / "01_b.ipynb")
    notebook.cells[2].source += " word" * 300
    tool.write(notebook, folder / "01_b.ipynb")
    assert [
        sentence.partition(" minutes")[0] for sentence in minutes.problems(folder, stored())
    ] == ["01_b.ipynb: its title says 3", "01_b.ipynb: the map says 3"]
    lacking, odd = stored(**{"gone.ipynb": 1.0}), "A_c.ipynb"
    del lacking["chapters"][odd]
    assert minutes.stamp(folder, lacking) == ["00_start_here.ipynb", "01_b.ipynb"], (
        "what was never measured keeps what it says"
    )
    assert minutes.problems(folder, lacking) == [
        "A_c.ipynb: nobody has measured it: make minutes",
        "gone.ipynb: measured, but there is no such chapter",
    ]


def test_it_measures_by_running(folder, capsys):
    cell = new_code_cell(
        "import pathlib, time\ntime.sleep(1.5)\npathlib.Path('ran').touch()", id="sleep"
    )
    notebook = tool.read(folder / "01_b.ipynb")
    notebook.cells.append(cell)
    tool.write(notebook, folder / "01_b.ipynb")
    before = (folder / "01_b.ipynb").read_bytes()
    took = minutes.seconds(folder / "01_b.ipynb")
    assert 1.5 <= took < 60 and took == round(took, 1) and (folder / "ran").exists(), (
        "it runs where it stands"
    )
    assert (folder / "01_b.ipynb").read_bytes() == before


def test_the_commands(folder, monkeypatch, capsys):
    assert (
        minutes.main(["--check"], folder) == 1
        and capsys.readouterr().out == "No chapter has been measured: make minutes\n"
    )
    monkeypatch.setattr(minutes, "seconds", lambda path: 30.0)
    assert minutes.main([], folder) == 0
    told = json.loads((folder / "results/minutes.json").read_text(encoding="utf-8"))
    assert told["chapters"]["01_b.ipynb"] == {"words": 300, "seconds": 30.0} and list(
        told["chapters"]
    ) == sorted(told["chapters"])
    assert told["machine"] == {
        "cores": told["machine"]["cores"],
        "python": f"{sys.version_info[0]}.{sys.version_info[1]}",
    }
    assert said(folder)[0]["01_b.ipynb"] == 3 and minutes.main(["--check"], folder) == 0
    told["chapters"]["01_b.ipynb"]["seconds"] = 300.0
    (folder / "results/minutes.json").write_text(json.dumps(told))
    assert minutes.main(["--check"], folder) == 1 and said(folder)[0]["01_b.ipynb"] == 3, (
        "a check changes nothing"
    )
    assert (
        minutes.main(["--stamp"], folder) == 0
        and said(folder)[0]["01_b.ipynb"] == said(folder)[1]["01_b.ipynb"] == 7
    )
