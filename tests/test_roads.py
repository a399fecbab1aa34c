"""Networks without a loop: wires, cuts and dots stand where the numbers say."""

import itertools
import re

import numpy as np
import pytest

from reference import pages
from revlib.drawing import roads

LETTERS = "abc"


def readout(k, seed):
    """A drawn readout of k units for three places of three letters."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(k, 9)), rng.normal(size=9)


def read(codes, W, b):
    """What the highest score at each place says, worked out place by place."""
    answers = []
    for code in codes:
        z = [sum(c * w for c, w in zip(code, W[:, j])) + b[j] for j in range(9)]
        answers.append("".join(LETTERS[int(np.argmax(z[3 * t : 3 * t + 3]))] for t in range(3)))
    return answers


def line(W, b, **look):
    names = ["aaa", "abc"]
    item = roads.CutLine(np.array([-1.0, 1.5]), names, W, b, LETTERS, 3.0, **look)
    return roads.draw_cuts([item], "A line.")


def plane(W, b, codes=((0.5, -1.0), (1.0, 1.0), (0.5, -1.0)), **look):
    codes = np.array(codes)
    names = ["aaa", "abc", "cab"][: len(codes)]
    said = read(codes, W, b)
    item = roads.CutPlane(codes, names, W, b, LETTERS, 2.0, said=said, **look)
    return roads.draw_cuts([item], "A plane.")


# ---------------------------------------------------------------- wires


def one_pass(weights):
    rows = [np.eye(9)[:1] + np.eye(9)[4:5] + np.eye(9)[8:]]
    for W in weights:
        rows.append(rows[-1] @ W)
    P = np.full((3, 3), 1 / 3)
    return roads.draw_pass(LETTERS, "abc", rows, P, "cba", weights, "A way.")


def wires(svg):
    pattern = r'<path d="M(\S+) (\S+)L(\S+) (\S+)" stroke-width="(\S+)"([^/]*)/>'
    return [(*map(float, found[:5]), found[5]) for found in re.findall(pattern, svg)]


def test_a_permutation_has_nine_wires_and_three_carry_something():
    W = np.kron(np.eye(3)[::-1], np.eye(3))
    drawn = wires(one_pass([W]).svg)
    assert len(drawn) == 9
    assert sum("opacity" not in rest for *_, rest in drawn) == 3
    starts = sorted({x for x, *_ in drawn})
    ends = sorted({x for _, _, x, *_ in drawn})
    for x, _, end, _, thick, rest in drawn:
        i, j = starts.index(x), ends.index(end)
        assert W[i, j] == 1 and thick == 3
        assert ("opacity" in rest) == (i not in (0, 4, 8))


def test_a_wire_is_as_thick_as_its_weight_and_dashed_if_that_is_negative():
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(9, 2)), rng.normal(size=(2, 9))]
    drawn = wires(one_pass(weights).svg)
    flat = np.concatenate([W.ravel() / np.abs(W).max() for W in weights])
    for (*_, thick, rest), weight in zip(drawn, flat, strict=True):
        assert abs(thick - 3 * abs(weight)) < 0.02
        assert ("dasharray" in rest) == (weight < 0)


def test_the_numbers_of_a_pass_stand_in_its_cells():
    weights = [np.arange(18.0).reshape(9, 2), np.ones((2, 9))]
    found = dict(pages.read_blocks(one_pass(weights).svg))
    assert found["x(2)"] == [0, 1, 0]
    assert found["h"] == [0 + 8 + 16, 1 + 9 + 17]
    assert found["p(3)"] == [0.33, 0.33, 0.33]


def test_a_pass_must_be_finite():
    rows = [np.ones((1, 9)), np.array([[np.inf, 0]]), np.ones((1, 9))]
    weights = [np.full((9, 2), np.nan), np.ones((2, 9))]
    for hidden, match in ((rows, "a hidden layer"), ([rows[0], np.ones((1, 2)), rows[2]], "W1")):
        with pytest.raises(FloatingPointError, match=match):
            roads.draw_pass(LETTERS, "abc", hidden, np.ones((3, 3)), "cba", weights, "")


# ---------------------------------------------------------------- cuts


@pytest.mark.parametrize("seed", range(30))
def test_cuts_of_a_line_are_where_the_answer_changes(seed):
    W, b = readout(1, seed)
    xs = np.linspace(-9, 9, 4001)
    answers = read(xs[:, None], W, b)
    for t, cuts in enumerate(roads.cuts_of_line(W, b, 3)):
        letters = [answer[t] for answer in answers]
        changes = [(x, old, new) for x, old, new in zip(xs, letters, letters[1:]) if old != new]
        inside = [cut for cut in cuts if abs(cut[0]) < 8.99]
        assert len(cuts) <= 2
        for (x, old, new), (cut, below, above) in zip(changes, inside, strict=True):
            assert x - 1e-9 <= cut <= x + 18 / 4000 + 1e-9
            assert (old, new) == (LETTERS[below], LETTERS[above])


@pytest.mark.parametrize("seed", range(30))
def test_cuts_of_a_plane_are_where_two_letters_share_the_highest_score(seed):
    W, b = readout(2, seed)
    for t, cuts in enumerate(roads.cuts_of_plane(W, b, 3, 2.0)):
        for start, end in cuts:
            for share in (0.01, 0.5, 0.99):
                point = start + share * (end - start)
                scores = np.sort((point @ W + b)[3 * t : 3 * t + 3])
                assert np.abs(point).max() <= 2 + 1e-9
                assert scores[2] - scores[1] < 1e-9
        # and no change of answer without a cut between
        grid = np.linspace(-2, 2, 61)
        rows = [[answer[t] for answer in read([(x, y) for x in grid], W, b)] for y in grid]
        for y, letters in zip(grid, rows):
            for x, old, new in zip(grid, letters, letters[1:]):
                if old != new:
                    ends = np.array([[x, y], [x + 4 / 60, y]])
                    assert any(crosses(ends, cut) for cut in cuts), (x, y, old, new)


def crosses(one, other):
    """Whether two pieces of lines, (2, 2) each, meet."""

    def side(line, point):
        (x0, y0), (x1, y1) = line
        return (x1 - x0) * (point[1] - y0) - (y1 - y0) * (point[0] - x0)

    near = 1e-9
    return (
        side(one, other[0]) * side(one, other[1]) <= near
        and side(other, one[0]) * side(other, one[1]) <= near
    )


def test_letters_that_are_never_read_make_no_cut():
    W = np.tile([0.0, 1.0, 1.0], (1, 3))
    b = np.tile([0.0, 5.0, 4.0], 3)
    cuts = roads.cuts_of_line(W, b, 3)
    assert cuts == [[(-5.0, 0, 1)]] * 3
    assert roads.cuts_of_line(np.zeros((1, 9)), b, 3) == [[], [], []]


def test_a_line_shows_the_answer_of_each_piece():
    W, b = readout(1, 3)
    svg = line(W, b, height=300).svg
    titles = re.findall(r"<title>(\w{3})</title></rect>", svg)
    cuts = sorted(cut for place in roads.cuts_of_line(W, b, 3) for cut, _, _ in place)
    ends = [-3.0, *(cut for cut in cuts if abs(cut) < 3), 3.0]
    middles = [[(low + high) / 2] for low, high in itertools.pairwise(ends)]
    assert titles == read(middles, W, b)


def test_strings_at_one_place_have_one_name_and_those_that_come_back_are_bold():
    W, b = readout(2, 1)
    picture = plane(W, b)
    assert picture.words == "A plane."
    flat = re.sub(r"</?tspan[^>]*>", "", picture.svg)
    assert ">aaa = cab</text>" in flat
    bold = re.findall(r'<tspan font-weight="bold"[^>]*>(\w+)</tspan>', picture.svg)
    names = ["aaa", "abc", "cab"]
    said = read([(0.5, -1.0), (1.0, 1.0), (0.5, -1.0)], W, b)
    assert bold == [name for name, answer in zip(names, said) if name == answer]


def test_pieces_are_named_by_the_places_drawn():
    W, b = readout(2, 5)
    item = roads.CutPlane(np.zeros((0, 2)), (), W, b, LETTERS, 2.0, places=(0,), axes=("", ""))
    svg = roads.draw_cuts([item], "One place.").svg
    grid = np.stack(np.meshgrid(*[np.linspace(-2, 2, 141)] * 2), axis=-1).reshape(-1, 2)
    assert set(re.findall(r">(\w··)<", svg)) == {s[0] + "··" for s in set(read(grid, W, b))}
    assert 'data-place="2"' not in svg


def test_a_code_must_be_finite():
    W, b = readout(2, 0)
    with pytest.raises(FloatingPointError, match="a code"):
        plane(W, b, codes=[(np.nan, 0.0)])
    with pytest.raises(FloatingPointError, match="a code"):
        one = roads.CutLine(np.array([np.inf]), ["aaa"], W[:1], b, LETTERS, 3.0)
        roads.draw_cuts([one], "")


# ---------------------------------------------------------------- results


def test_every_seed_has_its_dot():
    groups = {"one": [0, 0, 0, 0, 0, 0, 7], "<other>": [3, 5, 5]}
    learned = [[True] * 6 + [False], [True] * 3]
    svg = roads.draw_seeds(groups, "right", 7, "Seeds.", learned).svg
    dots = re.findall(r'data-kind="(\d)" cx="(\S+)" cy="(\S+)"[^>]* fill="(\S+)"><title>', svg)
    assert [int(kind) for kind, *_ in dots] == [0] * 7 + [1] * 3
    assert len({(x, y) for _, x, y, _ in dots}) == 10, "no dot covers another"
    assert [fill == "var(--revlib-paper,#ffffff)" for *_, fill in dots] == [False] * 6 + [True] + [
        False
    ] * 3
    at = {value: float(x) for value, (_, x, _, _) in zip([0] * 6 + [7, 3, 5, 5], dots) if value}
    assert (at[5] - at[3]) / 2 == pytest.approx((at[7] - at[5]) / 2, abs=0.1)
    assert "&lt;other&gt;" in svg and "<other>" not in svg
