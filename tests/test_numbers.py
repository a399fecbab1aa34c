"""No number stands in the prose that nothing prints: every decimal, every percentage and every
integer of 10 or more.

It must appear, at the precision printed or finer, in an output of the same notebook, in
revlib.post, or in the
list of cited figures (tests/cited.json), which names the source of each.
"""

import base64
import json
import pathlib
import re
import sys
from decimal import Decimal
from html import unescape

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from revlib import exercises, post
from revlib.drawing import picture
from tools import notebook as tool

CITED = json.loads(
    (ROOT / "tests" / "cited.json").read_text(encoding="utf-8")
)  # notebook -> number -> its source
NOTEBOOKS = {path.relative_to(ROOT / "notebooks").as_posix(): path for path in tool.book()}

# 1,092 · -0.48 · .96 · 1.2e-03 · 27. in an array; not a1 or 4.5.6, not 25th, and no sign in t-1
NUMBER = re.compile(
    r"((?:(?<![\w)\].])-)?(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d*\.?\d+)(?:e[-+]?\d+)?)(?!\d|st|nd|rd|th|\.\d)"
    r"(\s?%|\spercent|\s(?:[a-z]+\s)?(?:in|of)\s100\b)?"
)
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")

NO_FIGURES = [
    re.compile(pattern, re.MULTILINE | re.DOTALL)
    for pattern in (
        r"```.*?```|`[^`\n]*`",  # code
        r"\]\([^)\s]*\)|https?://\S+",  # where a link leads
        r"\b(arXiv|doi)[: ]*\S+",  # the name of a source
        r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b",  # a date
        r"\b([A-Z]\w+|volume) \d+, (19|20)\d\d\b",  # a journal's volume and year
        # a year after a title or names,
        r"(\*, |\b[A-Z]\w*,? \(?|\bothers, |\bal\. \(?)(19|20)\d\d(?=[.,;:)])",
        r"\b[Ii]n (19|20)\d\d\b(?! \w+s\b)",  # or in 1997, but not in 2000 steps
        # how long a chapter takes; for the map in chapter 00 see below
        r"\*\*Minutes\*\* \d+|^\|[^\n]*\?[^\n]*\| \d+ \|$",
        # a chapter's number, also in a link
        r"(?<![\w.-])0\d\b(?!\.)( to \d\d\b)?|\bchapters? \d\d( (to|and) \d\d)?\b|\[1\d (?=[A-Z])",
        r"^\*\*[\dA]+\.\d+\*\*|\bexercise \d+\.\d+",  # an exercise's
        # those that train an objective, in 'You can now'; 'You will' has it too
        r"^- [^\n]* \(([1-9]\d?\.[1-9]\d?(, )?)+\)$",
        r"\d+[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿᵀ]+",  # a power is a formula, as is a product or a fraction:
        (  # what comes after its = is looked at
            r"(?<![\w.])[\d.]*\d(\s?[·×/]\s?([\d.]*\d|[a-zA-Z]\b))+|\b[a-zA-Z]\s?·\s?\d+"
        ),
    )
]


def numbers(text):
    """Each number of a text, as it is written and as a value that keeps its digits; 43.8 % is
    0.438."""
    for found in NUMBER.finditer(text.replace("−", "-")):
        yield found, Decimal(found[1].replace(",", "")).scaleb(-2 if found[2] else 0)


def figures(prose):
    """The numbers of a prose that somebody must have computed."""
    prose = re.sub(
        r"\$\$?(.*?)\$\$?",
        lambda formula: " ".join(re.findall(r"=\s*(-?[\d.]*\d)\s*$", formula[1])),
        prose,
        flags=re.DOTALL,
    )
    prose = re.sub(
        r"·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda power: "e" + power[1].translate(POWERS), prose
    )  # 3.5·10¹⁰
    for pattern in NO_FIGURES:
        prose = pattern.sub(" ", prose)
    yield from (
        (found, value)
        for found, value in numbers(prose)
        if abs(value) >= 10 or value.as_tuple().exponent < 0
    )


def printed(output):
    """The texts of an output: what was printed or returned, and what stands in its pictures, but
    for the ticks of an axis."""
    data = output.get("data", {})
    if data.get("text/plain", "").startswith("Quiz: "):  # it asks
        return
    texts = [output.get("text", ""), data.get("text/plain", ""), data.get("text/markdown", "")]
    for drawing in re.findall(r"data:image/svg\+xml;base64,([^\"]+)", data.get("text/html", "")):
        svg = re.sub(
            r'<g id="[xy]tick_.*?</text>', "", base64.b64decode(drawing).decode(), flags=re.DOTALL
        )
        texts += re.findall(r"<(?:text|title|tspan)\b[^>]*>([^<]+)<", svg)
    yield from map(unescape, texts)


def agrees(value, other):
    """Whether a figure is the other number, rounded: 0.32 is 0.3191, but 0.3191 is not 0.32, and
    the integer 23 not 22.68."""
    last = value.as_tuple().exponent
    return (
        value == other
        if last == 0
        else other.as_tuple().exponent <= last and 2 * abs(value - other) <= Decimal(1).scaleb(last)
    )


def paragraphs(notebook, exercises=False):
    """The paragraphs of the prose, each with its cell: those that tell, or the exercises, which
    give data and ask."""
    solutions = notebook.cells[0].source.startswith("# Solutions")  # they tell
    for cell in notebook.cells:
        for paragraph in re.split(r"\n\n+", cell.source) if cell.cell_type == "markdown" else ():
            if exercises == (bool(re.match(r"\*\*[\dA]+\.\d+\*\*", paragraph)) and not solutions):
                yield cell, paragraph


def missing(notebook, cited=()):
    """The figures of a notebook's prose that none of its outputs, nor the post, nor `cited`
    (numbers as texts) holds."""
    texts = [
        text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for text in printed(output)
    ]
    known = [value for text in [*texts, *POST, *cited] for _, value in numbers(text)]
    known += [
        value.scaleb(-2)
        for text in texts
        if re.search(r"% [a-z]", text)
        for _, value in numbers(text)
    ]  # a table in %
    said = []
    for cell, paragraph in paragraphs(notebook):
        for found, value in figures(paragraph):
            if not any(agrees(value, other) for other in known):
                around = " ".join(
                    found.string[max(found.start() - 40, 0) : found.end() + 30].split()
                )
                said.append(
                    f"{cell.id}: nothing prints {re.sub('^-', '−', found[0])} (… {around} …)"
                )
    return said


POST = [
    f"{value:.2f} {value!r}"
    for name in ("PRINTED_S", "PRINTED_DEC_S", "PRINTED_P", "Wh", "Ws", "Wo")
    for value in getattr(post, name).ravel().tolist()
]
POST += [f"{value} " for value in post.PRINTED_COUNTS.values()] + [
    f"{was} {follows}" for _, _, was, follows in post.SLIPS
]


def cited(name):
    """What a notebook may say without printing it: figures with a source; in solutions, the data of
    the exercises too."""
    data = [
        paragraph
        for _, paragraph in paragraphs(
            tool.read(NOTEBOOKS[name.removeprefix("solutions/")]), exercises=True
        )
    ]
    return [*CITED.get(name, {}), *(data if name.startswith("solutions/") else ())]


# ---------------------------------------------------------------- the real ones


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_number_is_printed_or_cited(name):
    assert missing(tool.read(NOTEBOOKS[name]), cited(name)) == []


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


def test_the_map_gives_each_chapter_its_minutes():
    start = "\n".join(cell.source for cell in tool.read(NOTEBOOKS["00_start_here.ipynb"]).cells)
    rows = dict(re.findall(r"^\| \[[^\]]*\]\((\S+)\) \|[^\n]*\| (\d+) \|$", start, re.MULTILINE))
    own = {
        name: re.search(r"\*\*Minutes\*\* (\d+)", tool.read(path).cells[0].source)[1]
        for name, path in NOTEBOOKS.items()
        if "/" not in name
    }
    assert rows == own


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
