"""Which numbers stand in a notebook's prose, and which of them nothing prints."""

import base64
import json
import pathlib
import re
from decimal import Decimal
from html import unescape

from revlib import post
from tools import notebook as tool

ROOT = pathlib.Path(__file__).resolve().parents[2]
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
