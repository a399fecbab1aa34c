"""Rows cut into shares: what is read out of the picture is what was put in."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from revlib.drawing import shares

SVG = "{http://www.w3.org/2000/svg}"
PARTS = {"right": ("output", "solid"), "early": ("output", "pale"), "wrong": ("blame", "striped")}


def pieces(picture):
    """[(title, left, top, width, stripes)] of every piece."""
    found = []
    for g in ET.fromstring(picture.svg).iter(f"{SVG}g"):
        if g.get("data-share"):
            (box,) = g.iter(f"{SVG}rect")
            stripes = [place for path in g.iter(f"{SVG}path") for place in path.get("d").split("M")]
            found.append(
                (
                    g.find(f"{SVG}title").text,
                    *(float(box.get(name)) for name in ("x", "y", "width")),
                    len(stripes),
                )
            )
    return found


def test_a_piece_is_as_wide_as_its_share():
    rows = np.array([[0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.1, 0.2, 0.7]])
    picture = shares.draw_shares(rows, ("seed 0", "seed 1", "<2>"), PARTS, "what it shows")
    found = pieces(picture)
    said = [title for title, *_ in found]
    assert said[:4] == [
        "seed 0: right 50.0 %",
        "seed 0: early 25.0 %",
        "seed 0: wrong 25.0 %",
        "seed 1: right 100.0 %",
    ]
    assert said[-1] == "<2>: wrong 70.0 %" and len(said) == 7, "a share of 0 has no piece"
    for top in {top for _, _, top, _, _ in found}:
        row = [(left, width) for _, left, y, width, _ in found if y == top]
        ends = [left + width for left, width in row]
        assert [left for left, _ in row[1:]] == pytest.approx(ends[:-1], abs=0.02)
        assert row[0][0] == shares.LEFT and ends[-1] == pytest.approx(shares.LEFT + shares.WIDE)
    widths = [width / shares.WIDE for _, _, _, width, _ in found]
    assert widths == pytest.approx([0.5, 0.25, 0.25, 1, 0.1, 0.2, 0.7], abs=1e-4)
    assert [stripes > 0 for *_, stripes in found] == ["wrong" in title for title in said]
    assert picture.words == "what it shows"
    assert {"right", "early", "wrong", "seed 0"} <= set(
        re.findall(r">([^<>]+)</text>", picture.svg)
    )


@pytest.mark.parametrize(
    "rows, parts, error, message",
    [
        ([[0.5, 0.2, 0.2]], PARTS, ValueError, "^the shares of x sum to 0.9, not 1$"),
        ([[np.nan, 0.5, 0.5]], PARTS, FloatingPointError, "^the shares is nan at place 1, 1;"),
        ([[1.0]], {"a": ("output", "dotted")}, ValueError, "^fill 'dotted' is not one of solid,"),
    ],
)
def test_refused(rows, parts, error, message):
    with pytest.raises(error, match=message):
        shares.draw_shares(np.array(rows), ["x"], parts, "")
