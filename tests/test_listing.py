"""The machine and the page: what stands beside a part is on that line of the page."""

import re
from html import unescape

import nbformat
import pytest

from helpers.one_page import PATH, SOURCE
from revlib.drawing import listing

PAGE = SOURCE.splitlines()
SVG = {}
for cell in nbformat.read(PATH, as_version=4).cells:
    if cell.id in ("machine-forward", "machine-back"):
        names = {}
        exec(compile(cell.source.rpartition("listing.draw_listing")[0], cell.id, "exec"), names)
        part, lines = ("all", names["forward"]) if "forward" in names else ("blame", names["back"])
        SVG[cell.id] = listing.draw_listing(part, lines, "Words.").svg


def listed(svg):
    """(number, code) of every line in a picture."""
    found = re.findall(r'xml:space="preserve">([^<]*)</text>', svg)
    return [(int(text[:2]), unescape(text[4:])) for text in found]


@pytest.mark.parametrize("id", ["machine-forward", "machine-back"])
def test_each_line_stands_on_the_page(id):
    lines = listed(SVG[id])
    assert len(lines) >= 7
    for number, code in lines:
        rest = PAGE[number - 1]
        for piece in code.split("…"):  # what is left out is anything
            assert piece.strip() in rest, (number, code)
            rest = rest[rest.index(piece.strip()) + len(piece.strip()) :]


def test_the_picture_names_every_part_of_the_way():
    code = " ".join(code for svg in SVG.values() for _, code in listed(svg))
    for function in ("step(", "step_back(", "argmax", "END", "logP", "rate"):
        assert function in code


def test_lines_do_not_cover_one_another():
    for svg in SVG.values():
        places = re.findall(r'<text x="(\d+)" y="(\d+)" font-family[^>]*>([^<]*)<', svg)
        boxes = [
            (int(x), int(y), int(x) + 7.3 * len(unescape(t)), int(y) + 12) for x, y, t in places
        ]
        for k, (x0, y0, x1, y1) in enumerate(boxes):
            assert x1 <= listing.WIDTH
            for a0, b0, a1, b1 in boxes[:k]:
                assert x1 <= a0 or a1 <= x0 or y1 <= b0 or b1 <= y0


def test_a_line_leads_to_its_part():
    svg = listing.draw_listing("all", {"letters": [(1, "<x>")]}, "Words.").svg
    x, y = map(int, re.search(r'<circle cx="(\d+)" cy="(\d+)" r="3"', svg).groups())
    letter = re.search(r'<circle cx="(\d+)" cy="(\d+)" r="12"', svg)
    across, down = map(int, letter.groups())
    assert x == across + listing.LEFT and 0 < y - down - listing.OVER < 20
    assert "&lt;x&gt;" in svg and "<x>" not in svg


def test_an_unknown_place_is_answered_in_words():
    with pytest.raises(ValueError, match="there is no place 'ear'; there are letters, "):
        listing.draw_listing("all", {"ear": []}, "")
