"""What a decoder may look at, drawn: lines as thick as their weights, numbers that add up, and the
key that wins where the dot product is largest."""

import html
import math
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from helpers import explaining
from revlib import handmade
from revlib.drawing import figures, looking
from revlib.notation import COLOURS

SVG = "{http://www.w3.org/2000/svg}"
STATES = np.array([[1, 0], [0.5, 1], [2, 1]])


def elements(picture, name, **attributes):
    """All elements of a name in a picture whose attributes have these values."""
    attributes = {key.replace("_", "-"): value for key, value in attributes.items()}
    return [
        element
        for element in ET.fromstring(picture.svg).iter(SVG + name)
        if attributes.items() <= dict(element.attrib).items()
    ]


def texts(element):
    return ["".join(text.itertext()) for text in element.iter(SVG + "text")]


def numbers(data):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", data)]


def coloured(element, role):
    return [path for path in element.iter(SVG + "path") if COLOURS[role] in path.get("stroke", "")]


def opacities(root):
    """The opacity of every element, that of what it lies in included."""
    found = {}

    def walk(element, outside):
        own = outside * float(element.get("opacity", 1))
        found[element] = own
        for child in element:
            walk(child, own)

    walk(root, 1.0)
    return found


# ---------------------------------------------------------------- the machines


def test_the_wall_is_open_only_where_the_thought_vector_passes():
    picture = looking.draw_narrow("abcab", [*"bacba", "END"])
    (wall,) = elements(picture, "path", data_mark="wall")
    x, top, above, x2, below, foot = numbers(wall.get("d"))
    assert x == x2 and top < above < below < foot
    through = []
    for path in elements(picture, "path"):
        points = numbers(path.get("d"))
        flat = len(points) == 4 and points[1] == points[3] and top < points[1] < foot
        if flat and points[0] < x < points[2]:
            through.append(points[1])
    assert set(through) == {(above + below) / 2}
    assert "the other 4 states are lost" in picture.words
    assert "each of its 6 steps reads all 5 states" in picture.words


@pytest.mark.parametrize("lit", [1, 3])
def test_the_lines_of_one_step_are_in_full_colour(lit):
    picture = looking.draw_narrow("abcab", [*"bacba", "END"], lit)
    shown = opacities(ET.fromstring(picture.svg))
    curves = [path for path in shown if "Q" in path.get("d", "") and path.get("d").count("Q") == 5]
    assert [shown[path] for path in curves] == [pytest.approx(0.15)] * 5 + [1]
    assert f"here step {lit}'s" in html.unescape(picture.svg)


def test_each_style_has_in_full_colour_what_it_adds():
    picture = looking.draw_styles("abc", "cba")
    found = {}
    for group in elements(picture, "g"):
        if group.get("data-style"):
            shown = opacities(group)
            full = [
                path
                for path in [*coloured(group, "output"), *coloured(group, "encoder")]
                if shown[path] == 1 and path.get("fill") != "none" or "Q" in path.get("d", "")
            ]
            bent = [path for path in full if "Q" in path.get("d") and shown[path] == 1]
            fed = [text for text in texts(group) if len(text) == 1]
            found[group.get("data-style")] = (len(bent), len(fed))
            assert looking.STYLES[group.get("data-style")] in texts(group)
    # lines from said to fed; roads of the thought vector; one path with the lines of one step
    assert found == {"plain": (0, 6), "feedback": (2, 8), "peek": (3, 8), "attention": (1, 8)}


# ---------------------------------------------------------------- the fan


def fan(picture):
    """{(step, letter read): width} of the lines, and where they begin and end."""
    (group,) = elements(picture, "g", data_mark="fan")
    lines = {}
    for path in group.iter(SVG + "path"):
        x0, y0, x1, y1 = numbers(path.get("d"))
        assert y0 < y1
        lines[x0, x1] = float(path.get("stroke-width"))
    return lines


def test_a_line_is_as_thick_as_its_weight():
    A = np.array([[0.25, 0.745, 0.005], [0.5, 0, 0.5], [0.125, 0.875, 0]])
    picture = figures.draw_attention("abc", ["c", "b", "END"], A)
    lines = fan(picture)
    froms, tos = (sorted({pair[k] for pair in lines}) for k in (0, 1))
    assert len(froms) == len(tos) == 3
    for t, i in np.ndindex(3, 3):
        width = lines.get((froms[t], tos[i]), 0)
        assert width == pytest.approx(7 * A[t, i] if A[t, i] >= 0.01 else 0, abs=0.006)
    (group,) = elements(picture, "g", data_mark="fan")
    said = [title.text for title in group.iter(SVG + "title")]
    assert said[0] == "c looks at letter 1, a: 0.25" and len(said) == len(lines) == 6


def test_the_letters_read_stand_over_their_columns():
    picture = figures.draw_attention("abcab", [*"bacba", "END"], np.full((6, 5), 0.2))
    tos = sorted({x1 for _, x1 in fan(picture)})
    (cells,) = elements(picture, "g", data_block="looks at")
    middles = sorted({float(text.get("x")) for text in cells.iter(SVG + "text")})
    assert np.allclose(tos, middles, atol=0.1)


# ---------------------------------------------------------------- numbers


def test_the_numbers_of_one_step():
    """By math alone: dot products, powers, shares, mixture."""
    query = [1, 2]
    picture = looking.draw_mixing("abc", STATES, np.array(query))
    w = [query[0] * one + query[1] * other for one, other in STATES]
    powers = [math.exp(v) for v in w]
    alpha = [v / math.fsum(powers) for v in powers]
    M = [math.fsum(share * state[j] for share, state in zip(alpha, STATES)) for j in range(2)]
    found = explaining.blocks(picture.svg)
    expected = {"w": w, "e^w": powers, "α": alpha, "M": M}
    for name, values in expected.items():
        assert np.allclose(found[name].values.ravel(), values, rtol=1e-4, atol=5e-6), name
        reason, names = explaining.reasoned(found[name], found)
        assert names and np.allclose(np.ravel(reason), values, rtol=1e-3, atol=1e-4), name
    assert picture.width <= 700
    assert f"the mixture is {M[0]:.2f}, {M[1]:.2f}: most of it is the state after 'c'" in (
        picture.words
    )


def test_the_numbers_of_one_step_with_a_learned_score():
    """By math alone: the query is the state times Wa, and all else follows from it."""
    s, Wa = [2, 0.5], [[0, 1], [2, -1]]
    picture = looking.draw_mixing("abc", STATES, np.array(s), np.array(Wa))
    query = [math.fsum(s[i] * Wa[i][j] for i in range(2)) for j in range(2)]
    w = [query[0] * one + query[1] * other for one, other in STATES]
    powers = [math.exp(v) for v in w]
    alpha = [v / math.fsum(powers) for v in powers]
    M = [math.fsum(share * state[j] for share, state in zip(alpha, STATES)) for j in range(2)]
    found = explaining.blocks(picture.svg)
    expected = {"_S(t)": s, "query": query, "w": w, "e^w": powers, "α": alpha, "M": M}
    for name, values in expected.items():
        assert np.allclose(found[name].values.ravel(), values, rtol=1e-4, atol=5e-6), name
        if name != "_S(t)":
            reason, names = explaining.reasoned(found[name], found)
            assert names and np.allclose(np.ravel(reason), values, rtol=1e-3, atol=1e-4), name
    assert picture.words.startswith("_S(t) 2.00, 0.50 times Wa is the query 1.00, 1.50. ")


def test_the_mixture_stands_where_it_is():
    picture = looking.draw_mixing("abc", STATES, np.array([1, 2]))
    alpha = np.exp(STATES @ [1, 2]) / np.exp(STATES @ [1, 2]).sum()
    (plane,) = elements(picture, "g", data_mark="mix")
    dots = [(float(c.get("cx")), float(c.get("cy"))) for c in plane.iter(SVG + "circle")]
    radii = [float(c.get("r")) for c in plane.iter(SVG + "circle")]
    (cross,) = elements(picture, "path", data_mark="mixture")
    x, y = numbers(cross.get("d"))[:2]
    assert np.allclose((x + 6, y), alpha @ dots, atol=0.2)
    assert np.argsort(radii).tolist() == np.argsort(alpha).tolist()


# ---------------------------------------------------------------- keys and queries in a plane


@pytest.mark.parametrize("T", [2, 5])
def test_the_key_farthest_along_the_query_wins(T):
    text = "abcab"[:T]
    ran = handmade.build_pointer(T).run(text)
    keys = np.array([(i, T * (T - 1) / 2 - i * (i - 1) / 2) for i in range(1, T + 1)])
    queries = np.array([(T + 0.5 - t, 1) for t in range(1, T + 1)])
    assert np.allclose(ran.S[1:, 1:3] / 4, keys)
    assert np.allclose(ran.dec_S[1 : T + 1, 1:3] / 4, queries)
    picture = looking.draw_pointing(keys, queries, ran.output)
    planes = elements(picture, "g", data_mark="pointing")
    assert [texts(plane)[-1] for plane in planes] == [
        f"step {t}: '{letter}'" for t, letter in enumerate(text[::-1], start=1)
    ]
    for t, plane in enumerate(planes, start=1):
        dots = [*plane.iter(SVG + "circle")]
        (won,) = [k for k, dot in enumerate(dots, start=1) if dot.get("data-winner")]
        assert won == T + 1 - t
        (dashed,) = [path for path in plane.iter(SVG + "path") if path.get("stroke-dasharray")]
        x0, y0, x1, y1 = numbers(dashed.get("d"))
        query = queries[t - 1] * [1, -1]
        assert abs((x1 - x0) * query[0] + (y1 - y0) * query[1]) < 0.02 * math.hypot(
            x1 - x0, y1 - y0
        ) * math.hypot(*query)
        middle = (x0 + x1) / 2, (y0 + y1) / 2
        assert np.allclose(
            middle, [float(dots[won - 1].get(name)) for name in ("cx", "cy")], atol=0.2
        )
        ahead = [
            (float(dot.get("cx")) - middle[0]) * query[0]
            + (float(dot.get("cy")) - middle[1]) * query[1]
            for dot in dots
        ]
        assert max(ahead) < 0.5
    assert f"key {', '.join(str(i) for i in range(T, 0, -1))}." in picture.words


def test_what_is_no_number_is_named():
    with pytest.raises(FloatingPointError, match="^the queries is nan at place 1, 2"):
        looking.draw_pointing(np.eye(2), np.array([[1, math.nan]]), "a")
    with pytest.raises(FloatingPointError, match="^S is inf at place 1, 1"):
        looking.draw_mixing("a", np.array([[math.inf, 1]]), np.ones(2))
    with pytest.raises(FloatingPointError, match="^e to a dot product is inf at place 1"):
        looking.draw_mixing("a", np.array([[1000.0, 1]]), np.ones(2))
