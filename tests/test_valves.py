"""Gated cells as roads with valves: their numbers are worked out here, and read out of the
drawings."""

import math
import re

import numpy as np
import pytest

from reference import pages
from revlib.drawing import valves

STEP = dict(
    C=np.array([0.9, -0.6]),
    S=np.array([0.5, -0.4]),
    f=np.array([0.7, 0.0]),
    i=np.array([0.4, 1.0]),
    g=np.array([0.5, -0.8]),
    o=np.array([0.25, 0.6]),
)


def blocks(picture):
    """Name -> numbers of the cells in a drawing."""
    return dict(pages.read_blocks(picture.svg))


def opened(svg):
    return [float(share) for share in re.findall(r'data-mark="valve" data-open="([^"]+)"', svg)]


@pytest.mark.parametrize("part", valves.PARTS)
def test_a_step_is_forget_write_show(part):
    found = blocks(valves.draw_lstm(part, **STEP, t=3, mark="_", read="b"))
    C = [0.7 * 0.9 + 0.4 * 0.5, 0 * -0.6 + 1 * -0.8]
    assert found["f ∘ _C(2)"] == [0.63, 0]
    assert found["i ∘ g"] == [0.2, -0.8]
    assert found["_C(3)"] == pytest.approx(C)
    assert found["tanh _C(3)"] == [round(math.tanh(value), 2) for value in C]
    shown = [0.25 * math.tanh(C[0]), 0.6 * math.tanh(C[1])]
    assert found["_S(3)"] == [round(value, 2) for value in shown]
    assert found["_S(2)"] == [0.5, -0.4]


@pytest.mark.parametrize("part", valves.PARTS)
def test_only_what_is_spoken_of_is_lit(part):
    svg = valves.draw_lstm(part, **STEP).svg
    pale = svg.count(f'opacity="{valves.UNLIT}"')
    assert pale == (0 if part == "all" else 3)
    lit = {"forget": "f ∘ C(t-1)", "write": "i ∘ g", "show": "tanh C(t)"}
    for name, block in lit.items():
        before = svg[: svg.index(f'data-block="{block}"')]
        group = before[before.rindex("<g>" if part in ("all", name) else '<g opacity="0.2">') :]
        assert "</g><g>" not in group or part == "all"


def test_a_valve_is_filled_as_far_as_it_is_open():
    svg = valves.draw_lstm(**STEP).svg
    assert opened(svg) == pytest.approx([0.7, 0, 0.4, 1, 0.25, 0.6])
    for share in (0.1, 0.25, 0.5, 0.75):
        arc = re.search(
            r"M([\d.-]+) ([\d.-]+)A9 9 0 (\d) 0 ([\d.-]+)", valves.disc(50, 50, share, "red")
        )
        left, level, large, right = map(float, arc.groups())
        assert 50 + 9 - level == pytest.approx(18 * share, abs=0.01), "height over the foot"
        assert math.hypot(left - 50, level - 50) == pytest.approx(9, abs=0.02)
        assert left + right == pytest.approx(100) and large == (share > 0.5)
    assert "<path" not in valves.disc(0, 0, 0, "red") and "<path" not in valves.disc(0, 0, 1, "red")


def test_without_numbers_there_are_names():
    svg = valves.draw_lstm().svg
    texts = set(re.findall(r">([^<>]+)</text>", svg))
    assert {"C(t−1)", "C(t)", "f", "i", "g", "o", "tanh C(t)", "S(t)", "σ", "tanh", "x"} <= texts
    assert not pages.read_blocks(svg)


def test_a_gru_has_three_valves_and_both_halves_of_its_gate():
    svg = valves.draw_gru().svg
    texts = set(re.findall(r">([^<>]+)</text>", svg))
    assert {"S(t−1)", "S(t)", "u", "1 − u", "g", "r", "σ", "tanh", "x", "+"} <= texts
    assert len(opened(svg)) == 3 * 2


def test_the_road_forgets_and_takes_blame_back():
    f = np.array([[1.0, 0.9], [1.0, 0.1], [0.5, 0.9]])
    written = np.array([[1.0, 0.5], [2.0, 0.5], [-1.0, 0.0]])
    picture = valves.draw_road(f, written, "abc")
    found = [numbers for _, (numbers) in pages.read_blocks(picture.svg)]
    one, other = [0, 1, 3, 0.5], [0, 0.5, 0.55, 0.5]  # 0.495
    assert np.ravel(found) == pytest.approx(one + other, abs=0.0051)
    assert opened(picture.svg) == [1, 1, 0.5, 0.9, 0.1, 0.9]
    assert "blame on C(0) to C(3) 0.50, 0.50, 0.50, 1.00." in picture.words
    assert "blame on C(0) to C(3) 0.08, 0.09, 0.90, 1.00." in picture.words
    wide = [float(w) for w in re.findall(r'stroke-width="([\d.]+)" stroke-dasharray', picture.svg)]
    assert wide == pytest.approx(
        [0.6 + 3 * b for b in (0.5, 0.5, 0.5, 0.081, 0.09, 0.9)], rel=0.01
    ), "as thick as the blame"


def test_bars_are_as_high_as_their_numbers():
    row = [1.0, 0.5, 0.004, 2.0]
    svg = valves.draw_fading([row], ["one <&>"], "Bars.", read="ab", said="ba", limit=2).svg
    bars = svg[svg.index('data-mark="bars"') :]
    high = [float(h) for h in re.findall(r'height="([\d.]+)"', bars)]
    assert high == pytest.approx([valves.BAR_H * value / 2 for value in row], abs=0.01)
    assert ">1.00</text>" in svg and ">2.00</text>" in svg and "one &lt;&amp;&gt;" in svg


@pytest.mark.parametrize(
    "value, text",
    [(0.5, "0.50"), (0, "0.00"), (0.0099, "9.9e-03"), (1e-40, "1.0e-40"), (12, "12.00")],
)
def test_brief(value, text):
    assert valves.brief(value) == text


def test_intervals_stand_where_their_numbers_are():
    """Three powers of ten are as wide everywhere; what lies beyond the axis is cut off."""
    rows = [[1e-6, 1e-3, 1.0], [1e-30, 1e-4, 1e-2]]
    svg = valves.draw_intervals(rows, ["one", "other"], "norm", -9, 0, "Two.").svg
    ticks = {
        text: float(x)
        for x, text in re.findall(r'<text x="([\d.]+)" y="\d+" fill="var\(--f\)">(1[e\d−]*)<', svg)
    }
    assert set(ticks) == {"1e−9", "1e−6", "1e−3", "1"}
    boxes = re.findall(r'interval"><rect x="([\d.]+)"[^>]*width="([\d.]+)".*?d="M([\d.]+)', svg)
    (low, wide, middle), (cut, rest, other) = (map(float, box) for box in boxes)
    assert (low, low + wide, middle) == pytest.approx(
        [ticks["1e−6"], ticks["1"], ticks["1e−3"]], abs=0.3
    )
    third = (ticks["1"] - ticks["1e−3"]) / 3
    assert (cut, cut + rest, other) == pytest.approx(
        [ticks["1e−9"], ticks["1"] - 2 * third, ticks["1e−3"] - third], abs=0.3
    )


def test_what_no_picture_can_show_is_refused():
    with pytest.raises(ValueError, match="no part 'keep' of an LSTM; there are all, forget"):
        valves.draw_lstm("keep")
    for bad in (np.nan, np.inf):
        with pytest.raises(FloatingPointError, match="g is"):
            valves.draw_lstm(**STEP | {"g": np.array([0.0, bad])})
        with pytest.raises(FloatingPointError, match="i ∘ g is"):
            valves.draw_road(np.ones((1, 1)), np.array([[bad]]), "a")
        with pytest.raises(FloatingPointError, match="a bar is"):
            valves.draw_fading([[bad]], ["x"], "w")
        with pytest.raises(FloatingPointError, match="a quartile is"):
            valves.draw_intervals([[0, bad, 1]], ["x"], "x", -3, 0, "w")
