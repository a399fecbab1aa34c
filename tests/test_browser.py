"""Drives the panels of the chapters in a real JupyterLab, as a reader would; expectations are
tests/reference's."""

import base64
import functools
import itertools
import math
import re
import statistics
import time

import numpy as np
import pytest

from helpers import explaining
from helpers import lab as jupyter
from helpers.driving import CHAPTERS, PANELS, TYPED, build
from reference import learning, network, pages, shown
from revlib import exercises, model, starts
from revlib.panels import controls

PART_TWO = [
    name for name in CHAPTERS if name[:2] >= "07"
]  # their panels have tests of their own, which prove the twin right
PRESSED = {
    "encoding_panel": "Wh[a, 1]",
    "thought_panel": "scale of Ws",
    "map_panel": "scale of Ws",
    "turning_panel": "steps",
    "growth_panel": "scale of Ws",
    "decoding_panel": "thought, unit 1",
    "softmax_panel": "score of a",
    "blame_panel": "letter (0: all)",
    "vanishing_panel": "letters",
    "training_panel": "rate: 10 to the",
    "scrub_panel": "moment",
    "reach_panel": "length",
    "stack_panel": "step",
    "flow_panel": "letters",
    "gates_panel": "step",
    "autoencoder_panel": "bottleneck, units",
    "translate_panel": "step",
}  # the styles panel has no slider
STEPS = {
    "letter (0: all)": 1,
    "letters": 1,
    "moment": 1,
    "rate: 10 to the": 0.05,
    "length": 1,
    "step": 1,
    "steps": 1,
    "bottleneck, units": 1,
}  # of the sliders whose step is not 0.01
ENDS = {
    "letter (0: all)": 3,
    "letters": 30,
    "steps": 5,
    "rate: 10 to the": 0.5,
}  # where the keys cannot go beyond
DRAGGED = [
    (chapter, panel, slider)
    for chapter, panel in PANELS
    for slider in {
        "encoding_panel": [
            "Wh[a, 1]",
            "Wh[b, 5]",
            "step t",
        ],  # Wh[b, 5] lets ReLU cut, which takes more words
        "decoding_panel": ["thought, unit 1", "step t"],
        "softmax_panel": ["score of a", "temperature"],
        "blame_panel": ["scale of both Ws"],
        "vanishing_panel": ["scale of both Ws"],
        "training_panel": ["units"],
        "scrub_panel": ["moment"],
        "reach_panel": ["length", "seed"],
        "stack_panel": ["step"],
        "styles_panel": [],
        "flow_panel": ["letters", "gate's bias"],
        "gates_panel": ["step"],
        "autoencoder_panel": ["bottleneck, units"],
        "turning_panel": ["start, degrees", "steps"],
        "translate_panel": ["step"],
    }.get(panel, ["scale of Ws"])
]
HARMLESS = ()  # console errors that are no fault of ours, as regular expressions; none is known

every_chapter = pytest.mark.parametrize("name", CHAPTERS)
every_panel = pytest.mark.parametrize("name, panel", PANELS)
every_slider = pytest.mark.parametrize(
    "name, panel", [(name, panel) for name, panel in PANELS if panel in PRESSED]
)
browser = pytest.mark.browser
nightly = pytest.mark.nightly


# Of this module and not of the session: Playwright keeps an event loop running, in which other
# files' asyncio would fail.
@pytest.fixture(scope="module")
def started(request, tmp_path_factory):
    """(Chromium, JupyterLab)."""
    count = sum(item.get_closest_marker("browser") is not None for item in request.session.items)
    what = f"{count} tests of the panels in JupyterLab (tests/test_browser.py)"
    with jupyter.browser(what) as chromium, jupyter.Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield chromium, lab


@pytest.fixture(scope="module")
def chapter(started):
    """A function from a chapter's name to its page, opened, looked at and run.

    One page is open at a time; conftest.py puts the tests of a chapter together.
    """
    chromium, lab = started
    now = {}

    def get(name):
        if name not in now:
            page = None
            for other in now.values():
                if not isinstance(other, Exception):
                    other.leave()
                    page = other.page
            now.clear()
            now[name] = opened(lab, chromium, name, page)
        if isinstance(now[name], Exception):
            raise now[name]
        return now[name]

    yield get
    for one in now.values():
        if not isinstance(one, Exception):
            one.close()


def opened(lab, chromium, name, page):
    """Return a chapter, opened and run; or what went wrong, for all its tests to raise."""
    try:
        return ready(jupyter.Chapter(lab, chromium, name, page))
    except Exception as error:
        return error


def ready(chapter):
    """Open a chapter, keep what it shows before it is run, run it, and keep where each panel
    starts."""
    chapter.open()
    places = {panel: chapter.place(panel) for panel in CHAPTERS[chapter.name]}
    for i in places.values():
        chapter.page.wait_for_function(
            "i => book.stills(i).length && book.stills(i).every(e => e.width)", arg=i
        )
    chapter.stills = {panel: chapter.js("stills", i) for panel, i in places.items()}
    content = chapter.lab.api(f"contents/{chapter.name}.ipynb")[
        "content"
    ]  # now: once run and saved, a notebook is trusted
    chapter.trusted = [
        cell["metadata"]["trusted"]
        for cell in content["cells"]
        if cell["cell_type"] == "code" and cell["outputs"]
    ]
    chapter.run()
    chapter.panels = {panel: Panel(chapter, panel, i) for panel, i in places.items()}
    return chapter


class Panel:
    """A panel on its page: read it, press its keys, and compare it with what it should show."""

    def __init__(self, chapter, name, place):
        self.chapter, self.name, self.place, self.page = chapter, name, place, chapter.page
        self.start, self.html = self.values(), self.js("html")

    def js(self, call, *args):
        return self.chapter.js(call, self.place, *args)

    def element(self, call, *args):
        """The element that book.`call` finds, as soon as it is there."""
        find = lambda: self.page.evaluate_handle(
            f"args => book.{call}(...args)", [self.place, *args]
        ).as_element()
        return jupyter.wait_until(find, otherwise=f"no {call} {args}")

    def values(self):
        """Name -> what its box shows, of every control; numbers as numbers."""
        shown = {k: v for k, v in self.js("values").items() if v is not None}
        return {k: float(v) if re.fullmatch(pages.NUMBER, v) else v for k, v in shown.items()}

    def reset(self):
        """Press Reset, and wait for the start; from the start nothing would tell when Reset is
        done, so it is not pressed."""
        at_start = lambda: self.js("html") == self.html and self.values() == self.start
        if not at_start():
            self.element("button", "Reset").click()
            jupyter.wait_until(at_start, 60, "Reset did not bring the start back")

    def cell(self, block, place):
        """(x, y) of the middle of a cell of the picture, in view."""
        rect = self.element("rect", block, place)
        rect.scroll_into_view_if_needed()
        box = rect.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def take(self, label):
        """Take a weight in hand where it stands in the picture."""
        matrix, i, j = entry(label)
        columns = len(network.post_weights()[matrix][0])
        self.page.mouse.click(*self.cell(matrix, i * columns + j))
        jupyter.wait_until(lambda: label in self.values(), otherwise=f"{label} is not in hand")

    def drag(self, block, place, by):
        """Drag a number of the picture to the right, a pixel at a time."""
        mouse = self.page.mouse
        x, y = self.cell(block, place)
        mouse.move(x, y)
        mouse.down()
        for step in range(1, by + 1):
            mouse.move(x + step, y)
        mouse.up()

    def focus(self, slider):
        handle = self.element("handle", slider)
        handle.scroll_into_view_if_needed()
        handle.focus()

    def press(self, slider, times=1):
        """Press ArrowRight on a slider."""
        self.focus(slider)
        for _ in range(times):
            self.page.keyboard.press("ArrowRight")

    def read(self):
        return pages.read(self.js("html"))

    def check(self, values=None, changed=None):
        """The page shows what these values of the controls (those in its boxes if not given) lead
        to.

        `changed` names weights that were moved: {"Wh[b, 5]": 0.11}.
        """
        v, W, page = values or self.values(), network.post_weights(), self.read()
        if self.chapter.name in PART_TWO:
            return pages.check_same(
                page, pages.read(twin(self.chapter.name, self.name, v).page.value)
            )
        weights = {k: at for k, at in v.items() if "[" in k} | (changed or {})
        for label, value in weights.items():
            matrix, i, j = entry(label)
            W[matrix][i][j] = value
        if self.name == "encoding_panel":
            (in_hand,) = (entry(label) for label in v if "[" in label)
            shown.check_encoding(page, W, v["string"], int(v["step t"]), in_hand)
        elif self.name == "thought_panel":
            shown.check_thought(page, W, v["first string"], v["second string"], v["scale of Ws"])
        elif self.name == "map_panel":
            shown.check_map(
                page,
                W,
                int(v["length"]),
                v["scale of Ws"],
                int(v["across: unit"]),
                int(v["up: unit"]),
                v["colour by"],
            )
        elif self.name == "turning_panel":
            shown.check_turning(page, v["start, degrees"], int(v["steps"]), v["scale of A"])
        elif self.name == "growth_panel":
            shown.check_growth(page, W, v["string"], v["scale of Ws"])
        elif self.name == "decoding_panel":
            shown.check_decoding(
                page,
                W,
                [v[f"thought, unit {i}"] for i in range(1, 6)],
                int(v["step t"]),
                int(v["at most, letters"]),
            )
        elif self.name == "blame_panel":
            (label,) = (k for k in v if "[" in k)
            shown.check_blame(
                page,
                W,
                v["string"],
                int(v["letter (0: all)"]),
                v["scale of both Ws"],
                entry(label),
                label,
                int(v["steps back"]),
            )
        elif self.name == "vanishing_panel":
            shown.check_vanishing(page, W, int(v["letters"]), v["scale of both Ws"])
        elif (
            self.name == "training_panel"
        ):  # small losses of float32 and of float64 are not alike, nor is what few units learn
            n, start, seed = int(v["units"]), v["start"], int(v["seed"])
            theta = (
                starts.initialize(model.Net("abc", n), start, np.random.default_rng(seed))
                .astype(np.float32)
                .theta
            )
            shown.check_training(
                page, theta, v["rate: 10 to the"], v["optimiser"], n, start, seed, n > 3, near=1
            )
        elif self.name == "scrub_panel":
            loss, W = moments()[int(v["moment"])]
            shown.check_scrub(page, W, 25 * int(v["moment"]), loss, v["string"])
        else:
            shown.check_softmax(
                page, [v[f"score of {k}"] for k in "abc"], v["temperature"], v["right letter"]
            )
        return True

    def settles(self, values=None, changed=None):
        """Within a bounded time it shows what it should."""
        jupyter.wait_until(lambda: self.check(values, changed))


def entry(label):
    """'Wh[b, 5]' -> ('Wh', 1, 4); 'b[2]' -> ('b', 0, 1)"""
    matrix, places = label.rstrip("]").split("[")
    at = [
        network.LETTERS.index(p) if p in network.LETTERS else int(p) - 1 for p in places.split(", ")
    ]
    return matrix, *([0] * (2 - len(at))), *at


def moved(panel, slider, times):
    """The start, with a slider moved some steps to the right of the step it stands on, or to its
    end."""
    to = round(round(panel.start[slider], 2) + times * STEPS.get(slider, 0.01), 9)
    return panel.start | {slider: min(to, end(panel, slider))}


def end(panel, slider):
    """Where the keys cannot go beyond."""
    if panel.chapter.name not in PART_TWO:
        return ENDS.get(slider, math.inf)
    there = twin(panel.chapter.name, panel.name, panel.start).controls.values()
    return next(
        c.slider.max
        for c in there
        if isinstance(c, controls.Number) and c.box.description == slider
    )


@functools.cache
def built(name, panel):
    """The panel of a chapter, built here by the chapter's own cells."""
    return build(name, panel)


def twin(name, panel, values):
    """That panel with its controls at these values. No page moves it, and the tests of
    test_panel_*.py prove it right."""
    panel = built(name, panel)
    panel.reset()
    for label, value in values.items():
        (control,) = (
            c for c in panel.controls.values() if getattr(c, "box", c).description == label
        )
        if isinstance(control, controls.Number):
            control.value = int(value) if isinstance(control.slider.step, int) else value
        else:
            control.value = (
                value if isinstance(value, str) else f"{value:g}"
            )  # a box that shows "5" may hold a word
    return panel


@functools.cache
def moments():
    """(loss, weights) at each moment of the training in chapter 06: gradient descent from the
    post's weights, every 25th."""
    W = {name: np.array(rows) for name, rows in network.post_weights().items()}
    return [
        *itertools.islice(
            learning.trained(W, learning.every_string(3), "gradient descent", 0.01, 3000),
            0,
            None,
            25,
        )
    ]


# ---------------------------------------------------------------- without a kernel


@browser
@every_panel
def test_before_a_run_the_still_picture_is_seen(chapter, name, panel):
    stills, live = chapter(name).stills[panel], pages.read(chapter(name).panels[panel].html)
    assert stills and all(s["seen"] and s["width"] > 0 and s["alt"].strip() for s in stills)
    svgs = "".join(base64.b64decode(s["src"].partition("base64,")[2]).decode() for s in stills)
    still = pages.read(f'{svgs}<p role="status">-</p>')
    assert (
        [s["alt"] for s in stills] == still.titles == live.titles
    )  # and it shows where the sliders start
    assert still.blocks == live.blocks and still.numbers == live.numbers


@browser
@every_chapter
def test_the_notebook_was_not_trusted(chapter, name):
    assert chapter(name).trusted and not any(chapter(name).trusted)


# ---------------------------------------------------------------- run


@browser
@every_chapter
def test_run_all_raises_nothing(chapter, name):
    outputs = sum(chapter(name).js("outputs"), [])
    assert outputs
    assert not [o["evalue"] for o in outputs if o["output_type"] == "error"]
    assert not [
        "".join(o["text"])
        for o in outputs
        if o["output_type"] == "stream" and o["name"] == "stderr"
    ]


@browser
@every_panel
def test_the_live_panel_takes_the_place_of_the_still_one(chapter, name, panel):
    panel = chapter(name).panels[panel]
    assert panel.js("stills") == []
    assert (
        panel.page.evaluate(
            "i => book.output(i).querySelectorAll('.widget-html-content').length", panel.place
        )
        == 1
    )
    panel.reset()
    panel.check()


@browser
@every_slider
def test_arrow_key(chapter, name, panel, record_property):
    """Two presses, one after the other: each time the numbers and the words are right."""
    panel = chapter(name).panels[panel]
    slider = PRESSED[panel.name]
    panel.reset()
    panel.focus(slider)
    panel.js("watch")
    for n in (1, 2):
        panel.press(slider)
        panel.page.wait_for_function(
            "n => watched.times().length >= n", arg=n
        )  # looks once a frame: hardly disturbs
        panel.settles(moved(panel, slider, n))
        assert panel.values() == moved(panel, slider, n)
    seen = panel.page.evaluate("() => watched.stop()")
    times = seen["times"]
    assert panel.read().words != pages.read(panel.html).words
    median = statistics.median(times)
    record_property(
        f"{panel.name}, ms from key press to changed picture", [round(t) for t in times]
    )
    print(
        f"{panel.name}: key press to changed picture: median {median:.0f} ms, slowest"
        f" {max(times):.0f} ms of {len(times)}"
    )
    assert len(times) == seen["changes"] == 2, f"{seen['changes']} changes for two presses"
    panel.reset()


@browser
@nightly
@every_slider
def test_a_burst_of_keys_ends_on_the_right_picture(chapter, name, panel):
    panel = chapter(name).panels[panel]
    slider = PRESSED[panel.name]
    panel.reset()
    times = 10 if panel.name == "training_panel" else 20  # faster, and training is chaos
    panel.press(slider, times)
    panel.settles(moved(panel, slider, times))
    time.sleep(0.3)  # nothing comes after it
    panel.check(moved(panel, slider, times))
    assert panel.values() == moved(panel, slider, times)
    panel.reset()


@browser
@nightly
@pytest.mark.parametrize("name, panel, slider", DRAGGED)
def test_the_page_does_not_jump(chapter, name, panel, slider):
    """A slider dragged by the mouse to both ends: the page stays where it is, the panel as high as
    it is."""
    panel = chapter(name).panels[panel]
    panel.reset()
    if slider not in panel.start:  # a weight that is not in hand yet
        panel.take(slider)
        panel.check()
    panel.page.evaluate(
        "i => { book.cell(i).scrollIntoView(); book.scroller().scrollBy(0, -40); }", panel.place
    )
    handle, track = panel.element("handle", slider), panel.element("track", slider)
    box, ends = handle.bounding_box(), track.bounding_box()
    y = box["y"] + box["height"] / 2
    panel.js("watch")
    mouse = panel.page.mouse
    mouse.move(box["x"] + box["width"] / 2, y)
    mouse.down()
    words = set()
    for to in (ends["x"] + ends["width"] + 20, ends["x"] - 20, ends["x"] + 0.7 * ends["width"]):
        mouse.move(to, y, steps=15)
        panel.settles()
        words.add(panel.read().words)
    mouse.up()
    panel.settles()
    seen = panel.page.evaluate("() => watched.stop()")
    assert len(words) > 1, "the drag moved nothing"
    assert len(seen["scroll"]) == 1, f"the page scrolled: {seen['scroll']}"
    assert len(seen["height"]) == 1, (
        f"the panel was {min(seen['height'])} to {max(seen['height'])} pixels high"
    )
    panel.reset()


# ---------------------------------------------------------------- chapter 01: strings, steps,
# weights, Reset


@pytest.fixture
def encoding(chapter, name):
    panel = chapter(name).panels["encoding_panel"]
    panel.reset()
    yield panel
    panel.reset()


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_the_step(encoding):
    encoding.press("step t")
    encoding.settles(encoding.start | {"step t": 3})
    encoding.press("step t")  # that was the last
    time.sleep(0.2)
    encoding.check(encoding.start | {"step t": 3})


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_a_weight_by_mouse_and_by_keys(encoding):
    """Dragged where it stands, typed at by + and −, chosen by name: one after the other."""
    page = encoding.page
    rest = {k: v for k, v in encoding.start.items() if "[" not in k}
    encoding.drag("Wh", 9, 11)  # Wh[b, 5], now 0.10
    encoding.settles(rest | {"Wh[b, 5]": 0.21})
    jupyter.wait_until(lambda: encoding.values()["Wh[b, 5]"] == 0.21)
    encoding.press("Wh[b, 5]")
    encoding.settles(rest | {"Wh[b, 5]": 0.22})
    encoding.take("Wh[c, 2]")
    page.evaluate("i => book.output(i).querySelector('[data-revlib]').focus()", encoding.place)
    page.keyboard.press("+")
    encoding.settles(rest | {"Wh[c, 2]": 0.31}, changed={"Wh[b, 5]": 0.22})
    page.keyboard.press("PageDown")
    encoding.settles(rest | {"Wh[c, 2]": 0.21}, changed={"Wh[b, 5]": 0.22})
    for _ in range(20):  # faster than the kernel draws: none is lost
        page.keyboard.press("-")
    encoding.settles(rest | {"Wh[c, 2]": 0.01}, changed={"Wh[b, 5]": 0.22})
    encoding.element("row", "weights").query_selector("select").select_option("Ws")
    encoding.settles(rest | {"Ws[1, 1]": 0.1}, changed={"Wh[b, 5]": 0.22, "Wh[c, 2]": 0.01})
    encoding.element("row", "column").query_selector("select").select_option("3")
    jupyter.wait_until(lambda: "Ws[1, 3]" in encoding.values())


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_a_letter_is_dragged(encoding):
    x, y = encoding.cell("string", 0)
    mouse = encoding.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x, y - 22, steps=4)  # a to b
    encoding.settles(encoding.start | {"string": "bbc"})
    mouse.move(x, y - 42, steps=4)  # and to c
    encoding.settles(encoding.start | {"string": "cbc"})
    mouse.up()
    assert encoding.page.evaluate("() => getSelection().toString()") == "", "no text is marked"


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_a_picture_is_one_tab_stop_and_its_numbers_are_walked(encoding):
    """Arrows walk, Enter explains and lights what made a number, Escape lets go; all of it is
    said in a line that is announced."""
    page = encoding.page
    picture = page.evaluate_handle(
        "i => book.output(i).querySelector('[data-revlib]')", encoding.place
    ).as_element()
    stops = "i => book.page(i).querySelectorAll('[tabindex]').length"
    assert page.evaluate(stops, encoding.place) == 0 and picture.get_attribute("tabindex") == "0"
    line = "i => book.output(i).querySelector('.revlib-why').getAttribute('aria-live')"
    assert page.evaluate(line, encoding.place) == "polite"
    picture.focus()
    page.keyboard.press("Escape")
    says = lambda text: jupyter.wait_until(lambda: encoding.js("why") == text, 5, text)
    for keys, text in [
        ("ArrowDown", "letter 1 of the string: a"),
        ("ArrowRight", "letter 2 of the string: b"),
        ("ArrowDown", "Wh[a, 3]: 0.30"),
        ("ArrowDown ArrowDown ArrowDown", "unit 3 of x(2)·Wh: 0.90"),
        ("ArrowDown ArrowDown ArrowDown ArrowDown ArrowDown ArrowDown", "unit 3 of S(1)·Ws: 0.75"),
        ("Enter", "unit 3 of S(1)·Ws: 0.75 = 0.1·0.2 + 0.2·0.7 + 0.3·0.9 + 0.4·0.8"),
    ]:
        for key in keys.split():
            page.keyboard.press(key)
        says(text)
    assert encoding.js("lit") == [
        *(["S(1)", k] for k in range(4)),
        *(["Ws", 5 * k + 2] for k in range(4)),
    ]
    page.keyboard.press("Escape")
    says("")
    assert encoding.js("lit") == []
    assert page.evaluate("() => document.querySelectorAll('.jp-Notebook').length") == 1


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_pointed_at_a_number_explains_itself(encoding):
    page = encoding.page
    page.mouse.move(*encoding.cell("sum", 4))
    told = "unit 5 of sum: 0.58 = 0.1 + 0.48"
    jupyter.wait_until(lambda: encoding.js("why") == told)
    assert encoding.js("lit") == [["x(2)·Wh", 4], ["S(1)·Ws", 4]]
    encoding.press("step t")  # the picture is drawn anew: nothing was asked of it yet
    encoding.settles(encoding.start | {"step t": 3})
    page.mouse.click(*encoding.cell("sum", 4))  # asked for good: it follows the slider
    jupyter.wait_until(lambda: encoding.js("why").startswith("unit 5 of sum: 3.29 = "))
    encoding.focus("step t")
    page.keyboard.press("ArrowLeft")
    encoding.settles(encoding.start)
    jupyter.wait_until(lambda: encoding.js("why") == told)


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_what_relu_cuts_says_so(encoding):
    """The 0 that is left says the sum that it was, and that sum lights up."""
    encoding.take("Wh[b, 1]")
    encoding.focus("Wh[b, 1]")
    encoding.page.keyboard.press("Home")
    jupyter.wait_until(lambda: encoding.values()["Wh[b, 1]"] < -0.5)
    encoding.settles()
    encoding.page.mouse.move(*encoding.cell("S(2)", 0))
    said = jupyter.wait_until(lambda: encoding.js("why"))
    assert said.startswith("unit 1 of S(2): 0.00 = ReLU(−"), said
    assert encoding.js("lit") == [["sum", 0]]
    encoding.page.mouse.move(0, 0)
    encoding.reset()


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_play_reads_the_string(encoding):
    """From the last step it begins anew, and stops at the end."""
    encoding.press("step t")
    encoding.settles(encoding.start | {"step t": 3})
    button = "i => book.output(i).querySelector('.revlib-play button')"
    encoding.page.evaluate_handle(button, encoding.place).as_element().click()
    for step in (1, 2, 3):
        jupyter.wait_until(lambda: encoding.values()["step t"] == step, otherwise=f"step {step}")
    encoding.settles(encoding.start | {"step t": 3})
    time.sleep(1)
    assert encoding.values()["step t"] == 3


@browser
@every_panel
def test_every_number_says_a_sum_that_adds_up(chapter, name, panel):
    """Each cell of each picture, by the page's own script; the sums are worked out in Python."""
    panel = chapter(name).panels[panel]
    panel.reset()
    source = jupyter.HAND.read_text(encoding="utf-8")
    said = panel.page.evaluate(
        """async ([source, i]) => {
            const address = URL.createObjectURL(new Blob([source], {type: 'text/javascript'}));
            return (await import(address)).everything(book.output(i)); }""",
        [source, panel.place],
    )
    assert len(said) == sum(block.cells for block in panel.read().blocks)
    found = explaining.blocks(panel.js("html"))
    for one in said:
        block = found[one["block"]]
        lit = {tuple(cell) for cell in one["made"]}
        told = block.why and block.texts[one["place"]]
        assert lit == (explaining.made_of(block, one["place"], found) if told else set()), one
        if one["made"]:
            explaining.adds_up(one["text"])


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_tab_reaches_every_control(encoding):
    """From the string box on: the boxes, the sliders, the choice of a weight, play, Reset."""
    page = encoding.page
    encoding.element("row", "string").query_selector("input").focus()
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        found = encoding.page.evaluate(
            """i => { const e = document.activeElement; return book.output(i).contains(e) &&
            (e.tagName === 'SELECT' && e.parentElement.querySelector('.widget-label').textContent || e.title || e.textContent.trim() || e.closest('.widget-hbox')?.querySelector('.widget-label')?.textContent.trim() || e.className); }""",  # noqa: E501
            encoding.place,
        )
        if not found:
            break
        reached.append(found)
    assert reached.count("step t") == reached.count("Wh[a, 1]") == 2  # box and slider
    assert {"weights", "row", "column"} <= {name.split("\n")[0] for name in reached}
    assert any(name.startswith("Back to the start") for name in reached)


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_a_wrong_letter_is_answered_in_words(encoding):
    encoding.press("step t")  # so that the picture changes with the string
    encoding.settles(encoding.start | {"step t": 3})
    encoding.element("row", "string").query_selector("input").click()
    for key in ("End", "Backspace"):
        encoding.page.keyboard.press(key)
    encoding.settles(encoding.start | {"string": "ab", "step t": 2})
    jupyter.wait_until(lambda: encoding.values()["step t"] == 2)
    picture = encoding.js("html").partition("<p")[0]
    encoding.page.keyboard.type("x")
    answer = jupyter.wait_until(lambda: encoding.read().role == "alert" and encoding.read().words)
    assert "'x'" in answer and "position 3" in answer and "'abx'" in answer
    assert encoding.js("html").partition("<p")[0] == picture
    encoding.page.keyboard.press("Backspace")
    encoding.page.keyboard.type("b")
    encoding.settles(encoding.start | {"string": "abb", "step t": 2})


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_reset_brings_the_start_back(encoding):
    encoding.take("Ws[2, 3]")
    encoding.press("Ws[2, 3]", times=3)
    encoding.element("row", "string").query_selector("input").fill("cabx")
    jupyter.wait_until(lambda: encoding.read().role == "alert")
    encoding.reset()
    assert encoding.js("html") == encoding.html
    encoding.check()


@browser
@nightly
@pytest.mark.parametrize("name", ["01_encoding"])
def test_where_the_hand_cannot_load_all_else_works(started, name, tmp_path):
    """Sliders, picture and words, as before; nothing says sums, and nothing is in the way.

    In a JupyterLab of its own: a notebook has one kernel there, which another page may be using.
    """
    chromium, _ = started
    context = chromium.new_context(viewport=jupyter.PAGE)
    page = context.new_page()
    page.set_default_timeout(jupyter.WAIT * 1000)
    stopped = []
    page.route("**/anywidget/**", lambda route: (stopped.append(route.request.url), route.abort()))
    with jupyter.Lab(tmp_path) as lab:
        chapter = jupyter.Chapter(lab, chromium, name, page)
        chapter.open()
        chapter.run()
        panel = Panel(chapter, "encoding_panel", chapter.place("encoding_panel"))
        assert stopped, "nothing was asked for that could have been kept away"
        assert panel.js("why") is None
        panel.press("step t")
        panel.settles(panel.start | {"step t": 3})
        panel.element("row", "weights").query_selector("select").select_option("Ws")
        jupyter.wait_until(lambda: "Ws[1, 1]" in panel.values())
        panel.press("Ws[1, 1]")
        jupyter.wait_until(lambda: panel.values()["Ws[1, 1]"] == 0.11)
        panel.check()
        context.close()


# ---------------------------------------------------------------- chapters 05 and 06


@browser
@pytest.mark.parametrize("name", ["05_bptt"])
def test_a_weights_gradient_by_keys(chapter, name):
    """The gradient in the words is that of the weight in hand, before it moves and after."""
    blame = chapter(name).panels["blame_panel"]
    blame.reset()
    rest = {k: v for k, v in blame.start.items() if "[" not in k}
    blame.take("Wo[1, c]")
    blame.settles(rest | {"Wo[1, c]": 0.3})
    blame.press("Wo[1, c]", times=3)
    blame.settles(rest | {"Wo[1, c]": 0.33})
    blame.reset()


@browser
@pytest.mark.parametrize("name", ["06_training"])
def test_the_posts_start_brings_the_units_back(chapter, name):
    panel = chapter(name).panels["training_panel"]
    panel.reset()
    panel.press("units")
    panel.settles(panel.start | {"units": 6})
    panel.element("row", "start").query_selector("select").select_option("post")
    panel.settles(panel.start | {"start": "post"})
    jupyter.wait_until(lambda: panel.values() == panel.start | {"start": "post"})
    panel.reset()


@browser
@pytest.mark.parametrize("name", ["06_training"])
def test_a_string_is_asked_of_a_moment(chapter, name):
    panel = chapter(name).panels["scrub_panel"]
    panel.reset()
    panel.press("moment", times=5)
    panel.element("row", "string").query_selector("input").fill("bbca")
    panel.settles(panel.start | {"moment": 5, "string": "bbca"})
    panel.reset()


# ---------------------------------------------------------------- chapters 07 to 11


@browser
@nightly
@pytest.mark.parametrize(
    "name, panel", [(name, panel) for name, panel in PANELS if name in PART_TWO]
)
def test_every_choice_and_every_string(chapter, name, panel):
    """Each list is taken to its other end, each box is given other letters, and then a wrong
    one."""
    panel = chapter(name).panels[panel]
    panel.reset()
    for control in built(name, panel.name).controls.values():
        if isinstance(control, controls.Dropdown):
            other = next(
                option
                for option in reversed(control.options)
                if option != panel.start[control.description]
            )
            panel.element("row", control.description).query_selector("select").select_option(other)
            panel.settles()
            assert panel.read().words != pages.read(panel.html).words
            panel.reset()
        elif isinstance(control, TYPED):
            good, bad = ("cab", "caX") if isinstance(control, controls.TextBox) else ("99", "a b X")
            box = panel.element("row", control.description).query_selector("input")
            box.fill(good)
            panel.settles(panel.values() | {control.description: good})
            words = panel.read().words
            box.fill(bad)
            answer = jupyter.wait_until(lambda: panel.read().role == "alert" and panel.read().words)
            assert ("'X'" in answer and "position 3" in answer) or "'a' at position 1" in answer
            box.fill(good)
            jupyter.wait_until(lambda: panel.read().words == words)
            panel.reset()


# ---------------------------------------------------------------- what must not happen


@browser
@every_chapter
def test_no_request_leaves_the_machine(chapter, name):
    assert chapter(name).outside == set()


@browser
@every_chapter
def test_no_console_errors(chapter, name):
    assert [e for e in chapter(name).errors if not any(re.search(h, e) for h in HARMLESS)] == []


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_what_leaves_the_machine_is_noticed(chapter, name):
    """The two tests above can fail: a page that asks elsewhere and raises is reported."""
    page = chapter(name).page.context.browser.new_page()
    try:
        page.route("**/*", lambda route: route.abort())  # nothing leaves the machine, not even now
        outside, errors = jupyter.listen(page, "http://127.0.0.1:1")
        page.set_content(
            "<img src='http://outside.invalid/a.png'><script>throw Error('broken')</script>"
        )
        jupyter.wait_until(lambda: outside and errors)
        assert outside == {"http://outside.invalid/a.png"} and any("broken" in e for e in errors)
    finally:
        page.close()


def test_without_a_browser_the_tests_are_left_out_aloud(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert jupyter.web.chromium("/no/such/chromium") is None
    monkeypatch.delenv("REVLIB_NOTHING_LEFT_OUT", raising=False)
    with pytest.raises(pytest.skip.Exception, match="LEFT OUT: 7 tests, because there is none"):
        jupyter.leave_out("7 tests", "there is none")
    monkeypatch.setenv("REVLIB_NOTHING_LEFT_OUT", "1")
    with pytest.raises(pytest.fail.Exception, match="7 tests cannot run: there is none"):
        jupyter.leave_out("7 tests", "there is none")


@browser
@pytest.mark.parametrize("name", ["01_encoding"])
def test_the_picture_follows_the_theme(chapter, name):
    """Light on dark where JupyterLab is dark."""
    page = chapter(name).page
    fill = """dark => { const was = document.body.dataset.jpThemeLight;
        document.body.dataset.jpThemeLight = String(!dark);
        const fill = getComputedStyle(document.querySelector('.revlib-panel svg > rect')).fill;
        document.body.dataset.jpThemeLight = was; return fill; }"""
    assert page.evaluate(fill, False) == "rgb(255, 255, 255)"
    assert page.evaluate(fill, True) == "rgb(18, 18, 18)"


# ---------------------------------------------------------------- quizzes


def has_focus(element):
    """Whether keys go to an element."""
    return element.evaluate("e => e === document.activeElement")


def take_focus(element):
    """Focus an element, until it keeps the focus: cells that are still being drawn may take it."""

    def kept():
        element.scroll_into_view_if_needed()
        element.focus()
        element.page.wait_for_timeout(200)
        return has_focus(element)

    jupyter.wait_until(kept, otherwise="the focus does not stay")


@browser
@nightly
@every_chapter
def test_quizzes_answer_to_keys(chapter, name):
    """Every option of every quiz, reached by Tab and chosen by Space: its reason comes at once, and
    only its own."""
    one = chapter(name)
    asked = [
        (i, key)
        for i, cell in enumerate(one.cells)
        if cell["cell_type"] == "code"
        for key in re.findall(r'^quiz\("(.+?)"\)$', "".join(cell["source"]))
    ]
    assert len(asked) >= 2
    for i, key in asked:
        quiz, output = (
            exercises.QUIZZES[key],
            one.page.locator(".jp-Notebook .jp-Cell").nth(i).locator(".jp-OutputArea"),
        )
        options, reply = output.locator("input[type=radio]"), output.locator("[role=status]")
        assert (
            quiz.question in output.inner_text()
            and options.count() == len(quiz.options)
            and reply.count() == 0
        )
        for place, option in enumerate(quiz.options):
            if place:
                one.page.keyboard.press("Tab")
            else:
                take_focus(options.first)
            assert has_focus(options.nth(place))
            one.page.keyboard.press("Space")
            said = f"{'Yes.' if option.right else 'Not so.'} {option.reason}"
            jupyter.wait_until(
                lambda: reply.all_inner_texts() == [said],
                otherwise=f"{key}, {option}: {reply.all_inner_texts()}",
            )
