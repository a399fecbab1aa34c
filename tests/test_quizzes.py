"""Every quiz: its key is computed once more, each option has its reason, and the page answers at once."""
import html
import pathlib
import sys

import ipywidgets as widgets
import pytest
from test_exercises import IDENTITY, thought

from revlib import exercises, judge

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import notebook as tool  # noqa: E402

# Quiz -> which option is right, from 0: computed without revlib, or, where the question is one of meaning, said with its reason.
TRUE = {
    "2.identity": lambda: 1 if thought("abc", Ws=IDENTITY) == thought("bac", Ws=IDENTITY) != thought("aac", Ws=IDENTITY) else 0,
}

every_quiz = pytest.mark.parametrize("name", exercises.QUIZZES)


@pytest.fixture(autouse=True)
def forget_widgets():
    yield
    widgets.Widget.close_all()


def test_every_quiz_is_here():
    assert set(TRUE) == set(exercises.QUIZZES)


@every_quiz
def test_the_key_is_right(name):
    asked = exercises.QUIZZES[name]
    assert list(asked.options).index(asked.right) == TRUE[name]()


@every_quiz
def test_a_quiz_is_well_made(name):
    asked = exercises.QUIZZES[name]
    assert asked.question.endswith("?") and 2 <= len(asked.options) <= 5
    assert all(reason.endswith((".", "!")) and len(reason.split()) >= 5 for reason in asked.options.values())
    assert len({*asked.options.values()}) == len(asked.options), "two options have one reason"


def test_the_right_option_has_no_usual_place():
    places = [list(asked.options).index(asked.right) for asked in exercises.QUIZZES.values()]
    assert max(places.count(place) for place in set(places)) <= 0.6 * len(places) or len(places) < 10
    longest = [max(asked.options, key=len) == asked.right for asked in exercises.QUIZZES.values()]
    assert sum(longest) <= 0.6 * len(longest) or len(places) < 10, "the longest option is too often the right one"


@every_quiz
def test_the_answer_comes_at_once(name):
    asked, shown = exercises.QUIZZES[name], exercises.quiz(name)
    assert shown.choice.index is None and shown.reply.value == "", "nothing is chosen and nothing given away"
    for k, (option, reason) in enumerate(asked.options.items()):
        shown.choice.index = k
        assert html.escape(reason) in shown.reply.value
        assert ("<b>Yes.</b>" in shown.reply.value) == (option == asked.right)
    shown.choice.index = None
    assert shown.reply.value == ""


@every_quiz
def test_the_page_before_it_is_run_gives_nothing_away(name):
    asked = exercises.QUIZZES[name]
    assert repr(exercises.quiz(name)) == f"Quiz: {asked.question} " + " / ".join(asked.options)


@pytest.mark.parametrize("path", [path for path in tool.book() if path.parent.name == "notebooks"], ids=lambda path: path.stem)
def test_no_key_stands_in_a_chapter(path):
    """Neither which option is right nor a reason can be read in a notebook, its cells or its stored outputs."""
    text = path.read_text(encoding="utf-8")
    for asked in exercises.QUIZZES.values():
        assert not [reason for reason in asked.options.values() if reason in text]


def test_every_quiz_is_asked_once():
    asked = [name for path in tool.book() for cell in tool.read(path).cells if cell.cell_type == "code"
             for name in exercises.QUIZZES if f'quiz("{name}")' in cell.source]
    assert sorted(asked) == sorted(exercises.QUIZZES)


def test_a_quiz_that_is_not_there():
    with pytest.raises(ValueError, match=r"there is no quiz '2.nothing'; there is 2\.identity"):
        exercises.quiz("2.nothing")


def test_a_quiz_without_its_answer():
    with pytest.raises(ValueError, match=r"'C' is not among the options of 'A or B\?'"):
        judge.Quiz("A or B?", {"A": "Because it is so.", "B": "Because it is not."}, "C")
