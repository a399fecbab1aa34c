"""Drawings of words: lines as thick as their weights, words where they are said, padding where it
belongs, and no word wider than its ground."""

import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from reference import pages
from revlib import notation, numerals
from revlib.drawing import alignments, batches, bottleneck, mappings, scatter, words

SVG = "{http://www.w3.org/2000/svg}"
READ = ["nine", "hundred", "and", "eighty", "four"]
SAID = ["neun", "hundert", "vier", "und", "achtzig", "END"]
WEIGHTS = np.array(
    [
        [0.9, 0.08, 0.015, 0.005, 0],
        [0.1, 0.7, 0.2, 0, 0],
        [0, 0, 0, 0.25, 0.75],
        [0, 0, 0, 0.5, 0.5],
        [0, 0, 0.03, 0.97, 0],
        [0.2, 0.2, 0.2, 0.2, 0.2],
    ]
)


def root(picture):
    return ET.fromstring(picture.svg)


def numbers(data):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", data)]


def texts(element):
    return ["".join(text.itertext()) for text in element.iter(SVG + "text")]


def pills(picture):
    """(text, left, top, right, bottom, full, dashed) of every word on its ground."""
    found = []
    after = list(root(picture).iter())
    for k, rect in enumerate(after):
        if rect.tag == SVG + "rect" and rect.get("rx") == "11":
            x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
            dashed = rect.get("stroke-dasharray") is not None
            word = "" if dashed else after[k + 1].text
            full = rect.get("fill") == rect.get("stroke")
            found.append((word, x, y, x + w, y + h, full, dashed))
    return found


def lines(picture):
    """[(start, end, width, opacity, what it says)] of the lines of an alignment."""
    (group,) = [g for g in root(picture).iter(SVG + "g") if g.get("data-mark") == "lines"]
    found = []
    for path in group.iter(SVG + "path"):
        data = numbers(path.get("d"))
        look = float(path.get("stroke-width")), float(path.get("stroke-opacity"))
        found.append((tuple(data[:2]), tuple(data[-2:]), *look, path[0].text))
    return found


# ---------------------------------------------------------------- alignments


def test_a_line_is_as_thick_as_its_weight_and_joins_its_two_words():
    picture = alignments.draw_alignment(READ, SAID, WEIGHTS)
    found = pills(picture)
    read, said = found[: len(READ)], found[len(READ) :]
    assert [pill[0] for pill in read] == READ and [pill[0] for pill in said] == SAID
    assert not any(pill[5] for pill in read) and all(pill[5] for pill in said)
    expected = {}
    for (t, i), weight in np.ndenumerate(WEIGHTS):
        if weight >= 0.02:
            start = (read[i][1] + read[i][3]) / 2, read[i][4]
            end = (said[t][1] + said[t][3]) / 2, said[t][2]
            expected[t, i] = start, end, weight
    drawn = lines(picture)
    assert len(drawn) == len(expected)
    for (start, end, width, _, says), ((t, i), (from_, to, weight)) in zip(drawn, expected.items()):
        assert np.allclose([*start, *end], [*from_, *to], atol=0.15), (t, i)
        assert width == pytest.approx(9 * weight, abs=0.006)
        assert says == f"{SAID[t]} looks at word {i + 1}, {READ[i]}: {weight:.2f}"
    strong = sorted(drawn, key=lambda line: line[2])
    assert [line[3] for line in strong] == sorted(line[3] for line in drawn), "darker with weight"


@pytest.mark.parametrize("lit", [1, 4, 6])
def test_the_lines_of_one_word_are_lit_and_its_weights_stand_as_numbers(lit):
    plain = {line[4]: line for line in lines(alignments.draw_alignment(READ, SAID, WEIGHTS))}
    picture = alignments.draw_alignment(READ, SAID, WEIGHTS, lit=lit)
    drawn = lines(picture)
    for _, _, width, opacity, says in drawn:
        own = says.startswith(f"{SAID[lit - 1]} looks")
        assert width == plain[says][2]
        assert (opacity == plain[says][3]) == own and opacity <= plain[says][3]
    own = [line[4].startswith(f"{SAID[lit - 1]} looks") for line in drawn]
    assert own == sorted(own), "they lie over the others"
    assert texts(root(picture))[-len(READ) :] == [f"{w:.2f}" for w in WEIGHTS[lit - 1]]
    over = [text for text in root(picture).iter(SVG + "text")][-len(READ) :]
    middles = [(pill[1] + pill[3]) / 2 for pill in pills(picture)[: len(READ)]]
    assert np.allclose([float(text.get("x")) for text in over], middles, atol=0.1)


@pytest.mark.parametrize("lit", [None, 2, 6])
def test_the_word_that_is_lit_has_a_frame(lit):
    picture = alignments.draw_alignment(READ, SAID, WEIGHTS, lit=lit)
    frames = [rect for rect in root(picture).iter(SVG + "rect") if rect.get("rx") == "14"]
    middles = [float(rect.get("x")) + float(rect.get("width")) / 2 for rect in frames]
    said = pills(picture)[len(READ) :]
    places = [] if lit is None else [(said[lit - 1][1] + said[lit - 1][3]) / 2]
    assert np.allclose(middles, places, atol=0.1)


def test_links_set_by_hand():
    crossing = alignments.draw_alignment(
        ["twenty", "five"],
        ["fünf", "und", "zwanzig"],
        [[0, 1], [0, 0], [1, 0]],
        over="25",
        under="fünfundzwanzig",
    )
    (first, second) = lines(crossing)
    assert (first[0][0] - second[0][0]) * (first[1][0] - second[1][0]) < 0, "they cross"
    assert texts(root(crossing))[-2:] == ["25", "fünfundzwanzig"]
    assert crossing.words == (
        "Read: 'twenty five'. Words said, joined to words read: fünf to five; und to none; zwanzig"
        " to twenty."
    )
    two = alignments.draw_alignment(["seventy", "five"], ["soixante", "quinze"], [[1, 0], [1, 1]])
    assert len(lines(two)) == 3 and two.words.endswith("quinze to seventy and five.")


def test_a_word_not_said_yet_is_an_outline():
    weights = WEIGHTS.copy()
    weights[3:] = math.nan
    sure = np.array([0.5, 0.625, 0.75, 1, 1, 1])
    right = ["neun", "hundert", "fünf", "und", "achtzig", "END"]
    picture = alignments.draw_alignment(READ, SAID, weights, lit=3, sure=sure, right=right)
    said = pills(picture)[len(READ) :]
    assert [pill[0] for pill in said] == ["neun", "hundert", "vier", "", "", ""]
    assert [pill[6] for pill in said] == [False] * 3 + [True] * 3
    shown = texts(root(picture))
    assert shown[len(READ) :] == [
        *("neun", "0.50", "hundert", "0.62", "vier", "0.75", "≠ fünf"),
        *("0.00", "0.00", "0.00", "0.25", "0.75"),
    ]
    assert "vier at four (0.75)." in picture.words
    whole = alignments.draw_alignment(READ, SAID, WEIGHTS, lit=3, sure=sure, right=right)
    assert (whole.width, whole.height) == (picture.width, picture.height)
    assert [pill[1] for pill in pills(whole)] == [pill[1] for pill in pills(picture)]


def test_what_stands_beyond_the_right_answer_is_wrong():
    picture = alignments.draw_alignment(["five"], ["fünf", "und"], [[1], [1]], right=["fünf"])
    assert texts(root(picture)) == ["five", "fünf", "und", "≠ nothing"]


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match=r"shape \(2, 2\); 1 words said and 2 read have \(1, 2\)"):
        alignments.draw_alignment(["a", "b"], ["c"], np.ones((2, 2)))
    for lit in (0, 2):
        with pytest.raises(ValueError, match=f"1 words are said; word {lit} is none"):
            alignments.draw_alignment(["a"], ["c"], [[1]], lit=lit)
        with pytest.raises(ValueError, match=f"1 words are said; word {lit} is none"):
            bottleneck.draw_thought(["a"], ["c"], np.ones(2), np.ones((1, 2)), lit=lit)
    with pytest.raises(FloatingPointError, match="^a weight is inf at place 1, 1"):
        alignments.draw_shade(["a"], ["c"], [[math.inf]])
    with pytest.raises(FloatingPointError, match=r"^S\(T\) is nan at place 2"):
        bottleneck.draw_thought(["a"], ["c"], [1, math.nan], np.ones((1, 2)))


def test_the_grid_has_a_row_a_word_said():
    picture = alignments.draw_shade(READ, SAID, WEIGHTS)
    (block,) = pages.read(picture.svg + "<p>.</p>").blocks
    assert block.texts == [pages_number(weight) for weight in WEIGHTS.ravel()]
    rows = len(SAID)
    assert block.marked == {t * 5 + int(WEIGHTS[t].argmax()) for t in range(rows)}
    shown = texts(root(picture))
    assert shown[:5] == READ and shown[5 : 5 + rows] == SAID


def pages_number(value):
    return f"{value:.2f}"


# ---------------------------------------------------------------- one vector


def test_one_vector_in_place_of_lines():
    thought = np.array([0.5, -1, 0.25, 0])
    states = np.array([[1, -0.5, 0.125, 0.75], [0, 0.25, -0.75, 1]])
    picture = bottleneck.draw_thought(["five"], ["fünf", "END"], thought, states, lit=2)
    page = pages.read(picture.svg + "<p>.</p>")
    first, second = (mark for mark in page.marks if mark.floors)
    pages.check_bars(first, thought.tolist(), 1)
    pages.check_bars(second, states[1].tolist(), 1)
    assert [pill[0] for pill in pills(picture)] == ["five", "fünf", "fünf", "END"]
    assert "the thought vector, 4 numbers" in page.numbers and "it is fed" in page.numbers
    assert picture.words == (
        "Read: 'five'. All that is handed over is one vector of 4 numbers. At step 2 the decoder is"
        " fed 'fünf', and says 'END'."
    )
    first = bottleneck.draw_thought(["five"], ["fünf", "END"], thought, states, lit=1)
    assert "fed nothing, and says 'fünf'" in first.words and "fed nothing" in texts(root(first))
    halved = bottleneck.draw_thought(["five"], ["fünf", "END"], thought, states, limit=2)
    page = pages.read(halved.svg + "<p>.</p>")
    pages.check_bars(next(mark for mark in page.marks if mark.floors), thought.tolist(), 2)


# ---------------------------------------------------------------- mini-batches


def test_padding_stands_before_what_is_read_and_behind_what_is_said():
    read = [["one", "hundred"], ["two"]]
    said = [["cent", "END"], ["deux", "cent", "END"]]
    picture = batches.draw_padded(read, said)
    groups = []
    for group in root(picture).iter(SVG + "g"):
        cells = [rect for rect in group if rect.tag == SVG + "rect" and rect.get("x")]
        if cells and group.get("fill") == group.get("stroke"):
            groups.append((cells, texts(group)))
    (read_cells, read_words), (said_cells, said_words) = groups
    full = [[rect.get("data-padded") is None for rect in cells] for cells, _ in groups]
    assert full[0] == [True, True, False, True] and full[1] == [True, True, False, True, True, True]
    assert read_words == ["one", "hundred", "two"]
    assert said_words == ["cent", "END", "deux", "cent", "END"]
    assert float(read_cells[3].get("x")) == float(read_cells[1].get("x")), "it ends with the others"
    counts = [text for text in texts(root(picture)) if text.isdigit()]
    assert counts == ["1", "2", "2", "2", "1"]
    assert picture.words == (
        "A mini-batch of 2 texts: read in 2 steps, 1 of 4 places padded before the first word; said"
        " in 3 steps, 1 of 6 places padded behind END."
    )
    assert "said" not in batches.draw_padded(read).words


# ---------------------------------------------------------------- scatter plots


def test_a_star_joins_a_group_to_its_middle():
    rng = np.random.default_rng(0)
    points = rng.normal(0, 1, (12, 2))
    by_two = {"even": list(range(0, 12, 2)), "odd": list(range(1, 12, 2))}
    by_three = {str(k): list(range(k, 12, 3)) for k in range(3)}
    picture = scatter.draw_stars(points, [by_two, by_three], "stars", ["two", "three"])
    charts = [g for g in root(picture).iter(SVG + "g") if g.get("data-mark") == "stars"]
    assert len(charts) == 2
    for chart, groups in zip(charts, (by_two, by_three)):
        paths = [path.get("d") for path in chart.iter(SVG + "path")]
        every = {}
        for spokes, members in zip(paths[::2], groups.values(), strict=True):
            ends = np.reshape(numbers(spokes), (-1, 4))
            assert len(ends) == len(members)
            assert np.allclose(ends[:, :2], ends[:, 2:].mean(axis=0), atol=0.1)
            every |= {k: end for k, end in zip(members, ends[:, 2:])}
        drawn = np.array([every[k] for k in range(12)])
        assert np.corrcoef(drawn[:, 0], points[:, 0])[0, 1] > 0.9999
        assert np.corrcoef(drawn[:, 1], -points[:, 1])[0, 1] > 0.9999
    assert {"even", "odd", "0", "1", "2", "two", "three"} <= {
        t.strip() for t in texts(root(picture))
    }


# ---------------------------------------------------------------- the four kinds

KINDS = [
    ("one-to-one", ["five"], ["fünf"]),
    ("one-to-many", ["25"], ["fünf", "und", "zwanzig"]),
    ("many-to-one", ["twenty", "five"], ["odd"]),
    ("many-to-many", ["twenty", "five"], ["fünf", "und", "zwanzig"]),
]


def test_each_kind_has_the_states_it_needs():
    picture = mappings.draw_kinds(KINDS)
    machines = [g for g in root(picture).iter(SVG + "g") if g.get("data-kind")]
    assert [g.get("data-kind") for g in machines] == [name for name, _, _ in KINDS]
    for machine, (name, read, said) in zip(machines, KINDS):
        states = [g.get("fill") for g in machine.iter(SVG + "g") if g.get("fill-opacity") == ".3"]
        blue, purple = (notation.COLOURS[role] for role in ("encoder", "decoder"))
        saying = len(said) if len(said) > 1 else 0
        assert [blue in fill for fill in states] == [True] * len(read) + [False] * saying
        assert all(purple in fill for fill in states[len(read) :])
        frames = [r for r in machine.iter(SVG + "rect") if r.get("rx") == "4"]
        assert len(frames) == (saying > 0), "what is handed over is framed"
        example = f"{' '.join(read)} → {' '.join(said)}"
        assert texts(machine) == [name, example, *read, *said]
        assert f"{name}: {example}" in picture.words


def test_no_word_is_wider_than_its_ground():
    """By DejaVu's own measures, which matplotlib brings; Chromium is asked in test_overprint.py."""
    bold = FontProperties(family="DejaVu Sans", weight="bold", size=13)
    every = {word for code in numerals.NAMES for word in numerals.alphabet(code).symbols} | {"END"}
    for word in sorted(every):
        wide = TextPath((0, 0), word, prop=bold).get_extents().width
        assert wide <= words.width_of(word) <= 1.35 * wide + 6, word
