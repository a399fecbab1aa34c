"""No number stands in the prose that nothing prints: every decimal, every percentage and every integer of 10 or more.

It must appear, at the precision printed or finer, in an output of the same notebook, in revlib.post, or in the
list of cited figures (tests/cited.json), which names the source of each.
"""
import base64
import json
import pathlib
import re
import sys
from decimal import Decimal
from html import unescape

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from revlib import picture, post  # noqa: E402
from tools import notebook as tool  # noqa: E402

CITED = json.loads((ROOT / "tests" / "cited.json").read_text(encoding="utf-8"))    # notebook -> number -> source

# 1,092 · -0.48 · .96 · 1.2e-03 · 27. in an array; not a1 or 4.5.6, not 25th, and no sign in t-1
NUMBER = re.compile(r"((?:(?<![\w)\].])-)?(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d*\.?\d+)(?:e[-+]?\d+)?)(?!\d|st|nd|rd|th|\.\d)"
                    r"(\s?%|\spercent)?")
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")

NO_FIGURES = [re.compile(pattern, re.MULTILINE | re.DOTALL) for pattern in (
    r"```.*?```|`[^`\n]*`",                                # code
    r"\]\([^)\s]*\)|https?://\S+",                         # where a link leads
    r"\b(arXiv|doi)[: ]*\S+",                              # the name of a source
    r"\b\d{1,2} [A-Z][a-z]+ \d{4}\b",                      # a date
    r"(?<=[A-Z])\w+ \d+, (19|20)\d\d\b",                   # a journal's volume and year
    r"((?<=[a-z\]*], )|(?<=[a-z] \()|(?<=[A-Z])[a-z]+ |\bal\. )(19|20)\d\d(?=[.,;:)])",    # a year after names or a title
    r"\*\*Minutes\*\* \d+|^\|[^\n]*\?[^\n]*\| \d+ \|$",    # how long a chapter takes; the map in chapter 00 says it again
    r"(?<![\w.-])0\d\b(?!\.)( to \d\d\b)?|\bchapters? \d\d( (to|and) \d\d)?\b|\[1\d (?=[A-Z])",    # a chapter's number, also in a link
    r"^\*\*[\dA]+\.\d+\*\*|\bexercise \d+\.\d+",           # an exercise's
    r"\d+[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ⁿᵀ]+",                                # a power is a formula, as is a product or a fraction:
    r"(?<![\w.])[\d.]*\d(\s?[·×/]\s?([\d.]*\d|[a-zA-Z]\b))+|\b[a-zA-Z]\s?·\s?\d+",    # what comes after its = is looked at
)]


def numbers(text):
    """Each number of a text: how it is written, its value with the digits it is given, whether it is a percentage."""
    for found in NUMBER.finditer(text.replace("−", "-")):
        yield found, Decimal(found[1].replace(",", "")), bool(found[2])


def figures(prose):
    """The numbers of a prose that somebody must have computed."""
    prose = re.sub(r"\$\$?(.*?)\$\$?", lambda formula: " ".join(re.findall(r"=\s*(-?[\d.]*\d)\s*$", formula[1])), prose, flags=re.DOTALL)
    prose = re.sub(r"·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda power: "e" + power[1].translate(POWERS), prose)    # 3.5·10¹⁰
    for pattern in NO_FIGURES:
        prose = pattern.sub(" ", prose)
    for found, value, percent in numbers(prose):
        if percent or abs(value) >= 10 or value.as_tuple().exponent < 0:
            yield found, value, percent


def printed(output):
    """The texts of an output: what was printed or returned, and what stands in its pictures, but for the ticks of an axis."""
    data = output.get("data", {})
    texts = [output.get("text", ""), data.get("text/plain", ""), data.get("text/markdown", "")]
    for drawing in re.findall(r"data:image/svg\+xml;base64,([^\"]+)", data.get("text/html", "")):
        svg = re.sub(r'<g id="[xy]tick_.*?</text>', "", base64.b64decode(drawing).decode(), flags=re.DOTALL)
        texts += re.findall(r"<(?:text|title|tspan)\b[^>]*>([^<]+)<", svg)
    return map(unescape, texts)


def agrees(value, percent, other, other_percent):
    """Whether a figure is what the other number gives, rounded: 0.32 is 0.3191, and 0.3191 is not 0.32."""
    if percent:    # 44 % is 0.438, and 43.8 %
        value, other = value.scaleb(-2), other.scaleb(-2) if other_percent else other
    last = value.as_tuple().exponent
    return other.as_tuple().exponent <= last and 2 * abs(value - other) <= Decimal(1).scaleb(last)


def missing(notebook, cited=()):
    """The figures of a notebook's prose that none of its outputs, nor the post, nor `cited` (numbers as texts) holds."""
    texts = [text for cell in notebook.cells for output in cell.get("outputs", []) for text in printed(output)]
    known = [number[1:] for text in [*texts, *POST, *cited] for number in numbers(text)]
    solutions, said = notebook.cells[0].source.startswith("# Solutions"), []
    for cell in notebook.cells:
        for paragraph in re.split(r"\n\n+", cell.source) if cell.cell_type == "markdown" else ():
            if EXERCISE.match(paragraph) and not solutions:
                continue    # it gives its data, and asks
            for found, value, percent in figures(paragraph):
                if not any(agrees(value, percent, *other) for other in known):
                    around = found.string[max(found.start() - 40, 0):found.end() + 30].replace("\n", " ")
                    said.append(f"{cell.id}: nothing prints {found[0]} ({around})")
    return said


EXERCISE = re.compile(r"\*\*[\dA]+\.\d+\*\*")
POST = [f"{value:.2f} {value!r}" for name in ("PRINTED_S", "PRINTED_DEC_S", "PRINTED_P", "Wh", "Ws", "Wo")
        for value in getattr(post, name).ravel().tolist()]
POST += [f"{value} " for value in post.PRINTED_COUNTS.values()] + [f"{was} {follows}" for _, _, was, follows in post.SLIPS]


def test_x():
    for path in tool.book():
        for s in missing(tool.read(path)): print(path.relative_to(ROOT/"notebooks"), s)
