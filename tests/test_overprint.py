"""No label of a picture is printed over another, wherever a panel's controls stand, in Chromium."""

import numpy as np
import pytest

from helpers import lab
from helpers.driving import PANELS, build
from revlib import numerals
from revlib.drawing import alignments, batches, bottleneck, mappings
from revlib.panels import controls

pytestmark = [pytest.mark.browser, pytest.mark.nightly]

OVERPRINTED = """() => [...document.querySelectorAll("svg")].flatMap((svg) => {
  const texts = [...svg.querySelectorAll("text")].filter((text) => text.textContent.trim());
  const boxes = texts.map((text) => text.getBoundingClientRect());
  return texts.flatMap((text, i) => texts.slice(0, i).filter((_, j) => {
    const [a, b] = [boxes[i], boxes[j]];
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return wide > 1 && high > 4;  // a line of text has room above and below its letters
  }).map((other) => `${text.textContent} over ${other.textContent}`));
})"""


@pytest.fixture(scope="module")
def page():
    with lab.browser("the tests of overprinted labels (tests/test_overprint.py)") as chromium:
        yield lab.new_page(chromium)


def overprinted(page, html):
    page.set_content(f"<body>{html}</body>")
    return page.evaluate(OVERPRINTED)


def ends(control):
    """The values of a control that are farthest apart."""
    if isinstance(control, controls.Number):
        return [control.slider.min, control.slider.max]
    return list(control.options) if isinstance(control, controls.Dropdown) else []


@pytest.mark.parametrize("name, panel", PANELS, ids=[panel for _, panel in PANELS])
def test_no_label_is_printed_over_another(page, name, panel):
    panel = build(name, panel)
    assert overprinted(page, panel.page.value) == []
    for key, control in panel.controls.items():
        start = control.value
        for value in ends(control):
            control.value = value
            assert overprinted(page, panel.page.value) == [], f"{key} at {value}"
        control.value = start


SPILLED = """() => [...document.querySelectorAll("svg rect[rx='11'] + text")].filter((text) => {
  const [a, b] = [text, text.previousElementSibling].map((each) => each.getBoundingClientRect());
  return a.left < b.left + 3 || a.right > b.right - 3;
}).map((text) => text.textContent)"""


@pytest.mark.parametrize("k", [7, 99, 1_984, 7_777])
@pytest.mark.parametrize("language", ["de", "fr"])
def test_drawings_of_words_have_room_for_them(page, k, language):
    """Each word stays on its ground, even if all answers are wrong."""
    read, said = numerals.english(k).split(), [*numerals.words(k, language).split(), "END"]
    wrong = [*said[1:], "seventeen"]
    weights = np.full((len(said), len(read)), 1 / len(read))
    captions = dict(over=f"{k}: {numerals.written(k, 'en')}", under=numerals.written(k, language))
    answer = captions | dict(sure=np.ones(len(said)), right=wrong)
    states = np.ones((len(said), 16))
    spoken = [text.split() for text in (numerals.english(k), "one", "seventy seven")]
    drawn = [
        alignments.draw_alignment(read, said, weights, lit=len(said), **answer),
        alignments.draw_shade(read, said, weights),
        bottleneck.draw_thought(read, said, states[0], states, lit=len(said), **answer),
        batches.draw_padded(spoken, [said] * 3),
        mappings.draw_kinds([("one", read, said), ("two", read, ["odd"]), ("three", ["7"], said)]),
    ]
    for picture in drawn:
        assert overprinted(page, picture.svg) == []
        assert page.evaluate(SPILLED) == []


def test_one_over_another_is_found(page):
    two = '<text y="20">abc</text><text x="{x}" y="20">def</text>'
    assert overprinted(page, f"<svg>{two.format(x=9)}</svg>") == ["def over abc"]
    assert overprinted(page, f"<svg>{two.format(x=90)}</svg>") == []


def test_a_word_wider_than_its_ground_is_found(page):
    one = '<svg><rect rx="11" width="{}" height="20"/><text x="4" y="15">seventeen</text></svg>'
    page.set_content(one.format(30))
    assert page.evaluate(SPILLED) == ["seventeen"]
    page.set_content(one.format(140))
    assert page.evaluate(SPILLED) == []
