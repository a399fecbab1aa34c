"""Drives the panel of chapter 09; what it must show is worked out in plain Python by
test_decoders.by_hand."""

import math
import re

import numpy as np
import pytest

from helpers.driving import HOSTILE, page
from reference import network, pages
from reference.styles import by_hand, drawn
from revlib import decoders, handmade, panels
from revlib.drawing import figures, picture

NETS = {style: drawn(style, seed=seed) for style, seed in zip(decoders.STYLES, (3, 1, 2, 1))} | {
    "by hand": handmade.build_pointer(12)
}
STRINGS = ["a", "abcab", "ccc", "abcabcabcabc"]


def build():
    return panels.styles_panel(NETS)


def two(values):
    return [picture.number(v) for v in np.ravel(values)]


def check(panel):
    """Every number and word on the page, for the network and the string that the controls name."""
    style, text, shown = panel.controls["style"].value, panel.controls["string"].value, page(panel)
    net = NETS[style]
    _, R, Z, A = by_hand(net, text)
    said = [int(np.argmax(z)) for z in Z]
    steps = said.index(3) + 1 if 3 in said else len(said)
    names = [("a", "b", "c", "END")[k] for k in said[:steps]]
    answer = "".join(name for name in names if name != "END")
    sure = [network.probabilities(z)[k] for z, k in zip(Z, said)][:steps]
    pages.check_still(shown)
    verdict = "right" if names == [*text[::-1], "END"] else "first wrong at letter"
    assert f"'{text}' gives '{answer}': {verdict}" in shown.words
    blocks = {block.name: block for block in shown.blocks}
    assert blocks["what it says, and how sure it is"].texts == two(sure)
    if net.style == "attention":
        weights = blocks["looks at"]
        assert weights.texts == two(A[:steps])
        looks = [max(range(len(text)), key=row.__getitem__) for row in A[:steps]]
        assert weights.marked == {t * len(text) + look for t, look in enumerate(looks)}
        places = re.findall(r"(\w+) at (\d+) \((\S+)\)", shown.words)
        assert places == [
            (name, str(look + 1), two(A[t][look])[0])
            for t, (name, look) in enumerate(zip(names, looks))
        ]
        back = sum(look == len(text) - 1 - t for t, look in enumerate(looks[: len(text)]))
        assert f"{back} of {min(steps, len(text))} looks are on the anti-diagonal" in shown.words
        return
    fed = [[0] * 3] + [[int(k == j) for j in range(3)] for k in said[: steps - 1]]
    assert blocks["_S(t)"].texts == two(R[1 : steps + 1])
    assert ("fed: letter" in blocks) == (style != "plain") and (
        "fed: thought vector" in blocks
    ) == (style == "peek")
    if style != "plain":
        assert blocks["fed: letter"].texts == [str(v) for row in fed for v in row]
    if style == "peek":
        assert blocks["fed: thought vector"].texts == two([R[0]] * steps)


@pytest.mark.parametrize("style", NETS)
@pytest.mark.parametrize("text", STRINGS)
def test_every_style_and_string(style, text):
    panel = build()
    panel.controls["string"].value = text
    panel.controls["style"].value = style
    check(panel)


def test_the_start():
    panel = build()
    assert panel.controls["style"].value == "by hand" and panel.controls["string"].value == "abcab"
    check(panel)
    assert "'abcab' gives 'bacba': right" in panel.words and "5 of 5 looks" in panel.words


@pytest.mark.parametrize("text", [*HOSTILE, "a" * 13])
def test_a_wrong_string_is_answered_in_words(text):
    panel = build()
    for style in NETS:
        panel.controls["style"].value = style
        before = page(panel)
        panel.controls["string"].value = text
        after = page(panel)
        assert after.role == "alert" and re.search("letter|empty", after.words)
        assert after.titles == before.titles and after.numbers == before.numbers
        panel.controls["string"].value = "abcab"
        check(panel)


def test_draw_attention_says_what_it_shows():
    picture = figures.draw_attention(
        "ab", ["b", "a", "END"], np.array([[0.25, 0.75], [0.5, 0.5], [0.125, 0.875]])
    )
    assert (
        picture.words
        == "While it says a letter it looks most at this one of 'ab': b at 2 (0.75), a at 1"
        " (0.50), "
        "END at 2 (0.88). 2 of 2 looks are on the anti-diagonal."
    )
    shown = pages.read(picture.svg + "<p>.</p>")
    assert math.isclose(sum(map(float, shown.blocks[0].texts[:2])), 1) and shown.blocks[
        0
    ].marked == {1, 2, 5}
