"""No label of a picture is printed over another, wherever a panel's controls stand, in Chromium."""

import pytest

from helpers import lab
from helpers.driving import PANELS, build
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


def test_one_over_another_is_found(page):
    two = '<text y="20">abc</text><text x="{x}" y="20">def</text>'
    assert overprinted(page, f"<svg>{two.format(x=9)}</svg>") == ["def over abc"]
    assert overprinted(page, f"<svg>{two.format(x=90)}</svg>") == []
