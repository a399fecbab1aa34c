"""No number stands in the prose that nothing prints: every decimal, every percentage and every
integer of 10 or more.

It must appear, at the precision printed or finer, in an output of the same notebook, in
revlib.post, or in the
list of cited figures (tests/cited.json), which names the source of each.
"""

import pathlib
import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = pathlib.Path(__file__).resolve().parent.parent
from helpers.prose import CITED, NOTEBOOKS, cited, figures, missing, paragraphs
from revlib import exercises
from revlib.drawing import picture
from tools import notebook as tool

# ---------------------------------------------------------------- the real ones


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_number_is_printed_or_cited(name):
    assert missing(tool.read(NOTEBOOKS[name]), cited(name)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", exercises.QUIZZES)
def test_a_quiz_says_nothing_that_its_chapter_does_not_print(name):
    """Its question, its reasons and its right option; wrong options may have wrong numbers."""
    quiz = exercises.QUIZZES[name]
    where = next(
        key
        for key, path in NOTEBOOKS.items()
        if any(f'quiz("{name}")' in cell.source for cell in tool.read(path).cells)
    )
    notebook = tool.read(NOTEBOOKS[where])
    notebook.cells = [
        new_markdown_cell(
            "\n\n".join([quiz.question, quiz.right, *(option.reason for option in quiz.options)]),
            id="quiz",
        ),
        *(cell for cell in notebook.cells if cell.cell_type == "code"),
    ]
    assert missing(notebook, cited(where)) == []


def test_every_citation_is_used_and_has_a_source():
    assert set(CITED) <= set(NOTEBOOKS)
    for name, entries in CITED.items():
        prose = {
            found[0]
            for _, text in paragraphs(tool.read(NOTEBOOKS[name]))
            for found, _ in figures(text)
        }
        assert set(entries) <= prose, f"{name} does not say {set(entries) - prose}"
        assert all(re.search(r"[A-Z].*\d{4}|alphabet", source) for source in entries.values()), name


# ---------------------------------------------------------------- small ones


def page(prose, *outputs, code="x = 1"):
    return new_notebook(
        cells=[
            new_markdown_cell("# Add: numbers", id="title"),
            new_markdown_cell(prose, id="read"),
            new_code_cell(code, id="code", outputs=list(outputs)),
        ]
    )


def stream(text):
    return new_output("stream", name="stdout", text=text)


def drawn(body, words="A picture."):
    drawing = picture.Picture(body, 10, 10, words)
    return new_output(
        "execute_result",
        {"text/plain": words, "text/html": drawing._repr_html_()},
        execution_count=1,
    )


TICK = '<g id="xtick_1"><g id="line2d_1"/><g id="text_1"><text>57</text></g></g>'

GOOD = {
    "printed": page("It takes 0.3191 and 57.", stream("0.3191 57\n")),
    "returned": page(
        "It takes 57.", new_output("execute_result", {"text/plain": "57"}, execution_count=1)
    ),
    "rounded": page("It takes 0.32.", stream("0.3191")),
    "in a picture": page("It takes 5.75.", drawn("<text x='1'>5.75</text>")),
    "in a picture's words": page("It takes 5.75.", drawn("", "It takes 5.75.")),
    "a NumPy array": page("They are 5.0 and 57.", stream("[5.0, 57.]")),
    "a negative number": page("It is −0.32.", stream("-0.3191")),
    "thousands": page("All 797,160 of them, and 9,840.", stream("797160 and 9,840")),
    "powers of ten": page("About 3.5·10¹⁰ and 1.2e-03.", stream("35332067732, 1.2e-03")),
    "percentages": page(
        "It is 44 %, 43.8%, 44 percent, 44 of 100 or 44 strings in 100.", stream("0.438")
    ),
    "a printed percentage": page("It is 44 %.", stream("43.8%")),
    "a table of percentages": page(
        "It is 44 %.", stream("% right at length  8\nmine             44\n")
    ),
    "a formula with a result": page("So $2 \\cdot 28.5 = 57$.", stream("57")),
    "in the post": page(
        "It prints 3.83 and 0.10, from 108 weights, and slips at 22.68 for 22.477."
    ),
    "small integers": page("There are 3 letters, 9 of 7, and twenty-seven strings."),
    "ordinals": page("The 25th letter."),
    "sources": page(
        "Wang (2023, arXiv 2303.06841); Cho et al. 2014; *Stacks*, Expert Systems 17, 2000; in 1997"
        " it had none. The post of 25 June 2017."
    ),
    "chapters": page(
        "Chapters 01 to 06, chapter 12, [10 Gate](10_gates.ipynb#57), exercise 7.35. **Minutes** 45"
        " · **You will** add"
    ),
    "code and formulas": page("`x = 57` $$e^{57}$$ and 11⁵, 12·26, 18·h, 1/57\n\n```\n58\n```"),
    "an exercise": page(
        "**7.3** A weight is 0.57, its gradient −57.\n\n**7.4** What is 12.5 % of 88?"
    ),
}

BROKEN = {
    "a wrong decimal": (page("It takes 0.33.", stream("0.3191")), ["0.33"]),
    "one digit too many": (page("It takes 0.3191.", stream("0.32")), ["0.3191"]),
    "a zero too many": (page("It takes 5.30.", stream("5.3")), ["5.30"]),
    "a decimal below 1": (page("It is .96.", stream("0.95")), [".96"]),
    "a wrong sign": (page("It is −0.32.", stream("0.32")), ["−0.32"]),
    "a wrong percentage": (page("It is 45 %.", stream("0.438 and 45")), ["45 %"]),
    "a small percentage": (page("It is 4 percent.", stream("0.438")), ["4 percent"]),
    "in a hundred": (
        page("Of length 8, 45 strings in 100.", stream("0.438")),
        ["45 strings in 100"],
    ),
    "an integer": (page("There are 58.", stream("57, 580, 158, 5.8, 0.58")), ["58"]),
    "a decimal is no integer": (page("There are 23.", stream("22.68")), ["23"]),
    "wrong thousands": (page("There are 9,841.", stream("9840 and 841")), ["9,841"]),
    "a wrong power of ten": (
        page("About 3.6·10¹⁰, 1.2e-04.", stream("35332067732, 1.2e-03")),
        ["3.6e10", "1.2e-04"],
    ),
    "a formula's result": (page("So $2 \\cdot 28.5 = 57$.", stream("56")), ["57"]),
    "only in the code": (
        page("There are 58, with 0.25.", stream("57"), code="x, y = 58, 0.25"),
        ["58", "0.25"],
    ),
    "only in a link or inline code": (page("There are 58, see [here](58.ipynb) and `58`."), ["58"]),
    "only on an axis": (page("It takes 57.", drawn(TICK)), ["57"]),
    "only in a picture's measures": (page("It takes 57.", drawn("<rect x='57'/>")), ["57"]),
    "a number like a year": (page("At update 2000, in 2017 steps."), ["2000", "2017"]),
    "in a heading": (page("## All 28 strings", stream("27")), ["28"]),
    "in a table": (page("| a | 28 |\n|---|---|\n| b | 0.55 |", stream("27")), ["28", "0.55"]),
    "after an exercise": (
        page("**7.3** A weight is 0.57.\n\nIt was 0.59.", stream("27")),
        ["0.59"],
    ),
    "in solutions": (
        new_notebook(
            cells=[
                new_markdown_cell("# Solutions to chapter 07", id="title"),
                new_markdown_cell("**7.3** It is 0.59.", id="read"),
            ]
        ),
        ["0.59"],
    ),
}


@pytest.mark.parametrize("notebook", GOOD.values(), ids=GOOD)
def test_a_good_notebook_misses_nothing(notebook):
    assert missing(notebook) == []


@pytest.mark.parametrize("notebook, wrong", BROKEN.values(), ids=BROKEN)
def test_a_broken_notebook_is_caught(notebook, wrong):
    said = missing(notebook)
    assert [sentence.partition(" (")[0] for sentence in said] == [
        f"read: nothing prints {number}" for number in wrong
    ]
    assert missing(notebook, [number.replace("−", "-") for number in wrong]) == [], (
        "and cited it would pass"
    )


def test_the_sentence_shows_where():
    assert missing(page("All of the first\n57 came back.")) == [
        "read: nothing prints 57 (… All of the first 57 came back. …)"
    ]
