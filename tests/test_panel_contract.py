"""What every panel must do, whatever it shows; each is found by the cell of its chapter that makes
it."""

import base64
import functools
import html
import html.parser
import itertools
import json
import math
import xml.etree.ElementTree as ET

import ipywidgets as widgets
import numpy as np
import pytest
from traitlets import TraitError

from helpers import explaining
from helpers.driving import (
    HOSTILE,
    PANELS,
    TYPED,
    at_once,
    build,
    check_one_redraw_a_move,
    check_reset,
    every_widget,
    is_int,
    move_everything,
    moves,
    numbers,
    page,
    state,
)
from revlib import panels
from revlib.panels import controls, static
from revlib.panels.hand import Hand

TRIED = 12  # combinations of a panel's frames that are compared, of maybe hundreds


def picture(panel):
    """The drawings, without the line of words."""
    return panel.page.value.partition("<p ")[0]


def text_boxes(panel, kinds=TYPED):
    return {name: c for name, c in panel.controls.items() if isinstance(c, kinds)}


@pytest.fixture(params=PANELS, ids=[panel for _, panel in PANELS])
def make(request):
    """A function that makes the panel as its chapter does, anew at every call."""
    chapter, panel = request.param
    return functools.partial(build, chapter, panel)


def test_these_are_all_panels():
    made = {panel for _, panel in PANELS}
    assert made == {name for name in vars(panels) if name.endswith("_panel")}


# ---------------------------------------------------------------- what is seen


def test_two_constructions_look_alike(make):
    one, other = make(), make()
    assert one.page.value == other.page.value and page(one).role == "status"
    assert repr(one) == repr(other) == f"Panel: {page(one).words}"
    assert "0x" not in repr(one) and "\n" not in repr(one)


def test_every_control_has_a_name(make):
    panel = make()
    everything = list(every_widget(panel))
    for number in numbers(panel).values():
        assert number.slider in everything and number.children == (number.box, number.slider)
    beside_a_box = {number.slider for number in numbers(panel).values()}
    boxes = (widgets.Box, widgets.HTML, Hand)
    named = [w for w in everything if not isinstance(w, boxes) and w not in beside_a_box]
    assert len(named) >= len(panel.controls) + 1
    for w in named:
        assert w.description.strip(), f"{w!r} has no name"
        if isinstance(w, widgets.Button):
            assert w.tooltip.strip()
    descriptions = [w.description for w in named if not isinstance(w, widgets.Button)]
    assert len(set(descriptions)) == len(descriptions), f"two have one name: {descriptions}"


def test_it_is_displayed_with_a_still_picture_for_whoever_has_no_widgets(make, monkeypatch):
    displayed = []
    monkeypatch.setattr(static, "display", lambda data, raw: displayed.append(data))
    panel = make()
    panel._ipython_display_()
    (bundle,) = displayed
    view = "application/vnd.jupyter.widget-view+json"
    assert set(bundle) == {"text/plain", "text/html", view}
    assert bundle["text/plain"] == repr(panel)
    assert bundle[view]["model_id"] == panel.model_id and bundle[view]["version_major"] == 2
    images = ET.fromstring(f"<r>{bundle['text/html'].replace('>', '/>')}</r>")
    assert [e.get("alt") for e in images] == page(panel).titles
    for e, svg in zip(images, picture(panel).split("<svg ")[1:], strict=True):
        kind, data = e.get("src").split(",")
        still = base64.b64decode(data).decode()
        ET.fromstring(still)
        assert kind == "data:image/svg+xml;base64" and still == f"<svg {svg}"
    move_everything(panel)
    assert len(displayed) == 1, "a move shows nothing new"
    panel._ipython_display_()
    assert all(displayed[1][kind] != bundle[kind] for kind in ("text/plain", "text/html"))


class StandIn(html.parser.HTMLParser):
    """What tools/pages.py puts in a panel's place: its selectors, the first frame, all frames."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.selectors, self.buttons, self.text = [], [], text
        self.feed(text)
        packed = json.loads(text.split('<script type="application/json">')[1].split("</script>")[0])
        self.frames = [
            "<".join(packed["pieces"][place] for place in frame) for frame in packed["frames"]
        ]
        self.first = text.split('<div class="frame">')[1].split('</div><p class="needs-kernel">')[0]
        self.note = html.unescape(text.split('<p class="needs-kernel">')[1].split("</p>")[0])

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "input":
            options = json.loads(given["data-values"])
            assert int(given["max"]) == len(options) - 1
            assert given["aria-valuetext"] == options[int(given["value"])]
            self.selectors.append([given["data-axis"], options, int(given["value"])])
        elif tag == "select":
            self.selectors.append([given["data-axis"], [], None])
        elif tag == "option":
            if "selected" in given:
                self.selectors[-1][2] = len(self.selectors[-1][1])
            self.selectors[-1][1].append(None)
        elif tag == "button":
            self.buttons.append(given)

    def handle_data(self, data):
        if self.selectors and self.selectors[-1][1][-1:] == [None]:
            self.selectors[-1][1][-1] = data


@pytest.mark.slow
def test_drawn_beforehand_it_is_what_it_is_alive(make):
    """Of every value of a selector, and of some combinations."""
    panel = make()
    start, shown = state(panel), panel.page.value
    stand_in = StandIn(static.drawn_beforehand(panel))
    names = list(panel.frames)
    assert names and state(panel) == start
    assert stand_in.first == shown
    for axis, name in enumerate(names):
        number = isinstance(panel.controls[name], controls.Number)
        options = [f"{value:g}" if number else str(value) for value in panel.frames[name]]
        place = list(panel.frames[name]).index(panel.controls[name].value)
        assert stand_in.selectors[axis] == [str(axis), options, place]
        assert f"<label><span>{html.escape(panel.controls[name].description)}</span>" in (
            stand_in.text
        )
    assert "How to get a kernel" in stand_in.note
    for other in panel.controls.keys() - panel.frames:
        assert f"“{panel.controls[other].description}”" in stand_in.note
    assert ("every weight" in stand_in.note) == (panel.weights is not None)
    places = list(itertools.product(*(range(len(panel.frames[name])) for name in names)))
    assert len(stand_in.frames) == len(places)
    for index in range(0, len(places), math.ceil(len(places) / TRIED)):
        for name, place in zip(names, places[index]):
            panel.controls[name].value = list(panel.frames[name])[place]
        assert stand_in.frames[index] == panel.page.value, places[index]
    assert len(set(stand_in.frames)) >= max(len(panel.frames[name]) for name in names)
    assert bool(stand_in.buttons) == (panel.steps in names)
    for button in stand_in.buttons:
        assert button["data-axis"] == str(names.index(panel.steps))


# ---------------------------------------------------------------- what explains itself

GIVEN = {"input", "weights"}  # roles of numbers that are not computed
UNEXPLAINED = {  # computed from numbers that stand in no cell of the picture
    "encoding_panel": {"S("},  # the state before
    "thought_panel": {"S(0)", " "},
    "turning_panel": {"start", "A"},
    "decoding_panel": {"thought"},
    "scrub_panel": {"thought", "_S(", "z(", "answers"},
    "softmax_panel": {"z"},
    "reach_panel": {"what it says"},
    "stack_panel": {"the exact number", "what float", ""},
    "styles_panel": {"looks at", "what it says"},
    "gates_panel": {"", "C", "S", "f", "i", "o", "g", "z", "r", "1"},
    "autoencoder_panel": {"code", "p("},
}


def test_every_number_is_made_of_what_its_reason_says(make):
    """At the start, after ReLU has something to cut, and after everything moved."""
    panel = make()
    for move in (lambda: None, lambda: cut(panel), panel.reset, lambda: move_everything(panel)):
        move()
        found = explaining.blocks(picture(panel))
        for block in found.values():
            if not block.why:
                continue
            made, names = explaining.reasoned(block, found)
            assert names, f"{block.name}: {block.why} names no block of the picture"
            there = ~np.isnan(block.values.ravel())
            size = max(1.0, *(np.abs(found[name].values).max() for name in names))
            wrong = np.abs(np.ravel(made) - block.values.ravel())[there]
            assert np.all(wrong <= 2e-3 * size), (block.name, block.why, made, block.values)


def cut(panel):
    """Let no state reach unit 1 but with a minus: the sums of unit 1 become negative."""
    names = panel.weights.names if panel.weights is not None else ()
    for name in names:
        for place in range(0, 25 if name.endswith("Ws") else 0, 5):
            panel.take(name, place, -1.0)


def test_what_is_computed_of_what_is_seen_says_so(make):
    panel = make()
    name = make.args[1]
    for block in explaining.blocks(picture(panel)).values():
        known = block.why or block.held or block.name.startswith(("x(", "_x(", "y"))
        left = tuple(UNEXPLAINED.get(name, ()))
        assert known or block.name.startswith(left), f"{block.name} does not explain itself"


@pytest.mark.slow
def test_what_is_dragged_in_the_picture_moves_its_control(make, draws):
    """Of every block that can be taken in hand the first cell, the last and one between: it takes
    the value, with one redraw."""
    panel = make()
    for block in explaining.blocks(picture(panel)).values():
        last = len(block.texts) - 1
        for place in sorted({0, last // 2, last}) if block.held else ():
            panel.reset()
            at = {"block": block.name, "place": place}
            panel.hand.move = at | {"value": None, "count": 1}
            calls = draws(panel)
            value, text = 0.25, "0.25"
            if block.texts[place].isalpha():
                value, text = (0, "a") if block.texts[place] == "c" else (2, "c")
            panel.hand.move = at | {"value": value, "count": 2}
            now = explaining.blocks(picture(panel))[block.name]
            assert now.texts[place] == text, (block.name, place)
            assert len(calls) == 1
            others = [t for k, t in enumerate(now.texts) if k != place]
            assert others == [t for k, t in enumerate(block.texts) if k != place]


def test_a_page_may_send_anything(make):
    panel = make()
    start = state(panel)
    for count, said in enumerate(
        [
            {},
            {"block": "Wh"},
            {"block": "Wh", "place": "0", "value": 1.0},
            {"block": "Wh", "place": 10**9, "value": 1.0},
            {"block": "Wh", "place": -1, "value": 1.0},
            {"block": "no such", "place": 0, "value": 1.0},
            {"block": ["Wh"], "place": 0, "value": 1.0},
            {"block": "string", "place": 99, "value": 1},
            {"block": "Wh", "place": 0, "value": "<b>"},
            {"block": "Wh", "place": 0, "value": [1]},
            {"block": "Wh", "place": 0, "value": math.nan},
            {"block": "string", "place": 0, "value": math.nan},
            {"block": "Wh", "place": True, "value": math.inf},
        ]
    ):
        panel.hand.move = said | {"count": count}
        assert state(panel) == start, said


def test_play_steps_to_the_end(make):
    panel = make()
    if panel.play is None:
        return  # nothing in it happens in steps
    (control,) = [
        c for c in panel.controls.values() if panel.play.description.endswith(c.description)
    ]
    for value in range(control.slider.min, control.slider.max + 1):
        panel.play.value = value
        assert control.value == value == panel.play.value
    panel.reset()
    assert panel.play.value == control.value


# ---------------------------------------------------------------- what is moved


def test_reset_is_the_very_same_start(make):
    check_reset(make())


def test_one_redraw_a_move(make, draws):
    panel = make()
    check_one_redraw_a_move(panel, draws(panel))


def test_a_value_set_again_costs_nothing(make, draws):
    panel = make()
    calls = draws(panel)
    for control in panel.controls.values():
        control.value = control.value
    assert calls == []


@pytest.mark.slow
def test_two_copies_share_nothing(make):
    one, other = make(), make()
    start = state(other)
    move_everything(one)
    assert one.page.value != other.page.value
    other.redraw()
    assert state(other) == start
    other.reset()
    assert state(other) == start


@pytest.mark.slow
def test_no_number_is_refused_and_an_infinite_one_is_the_end(make):
    panel = make()
    for name, number in numbers(panel).items():
        start = state(panel)
        with pytest.raises(TraitError):
            number.value = math.nan
        assert state(panel) == start, name
        for end, bad in ((number.slider.max, math.inf), (number.slider.min, -math.inf)):
            if is_int(number):
                with pytest.raises(TraitError):
                    number.box.value = bad
            else:
                number.box.value = bad
                assert number.value == number.slider.value == number.box.value == end, name
        panel.reset()


def test_a_page_is_not_answered_back(make, monkeypatch):
    """A slider on a page may send 0.10999999999999988. The box shows 0.11; but to send 0.11 back to
    the slider would undo the key presses that came meanwhile."""
    panel = make()
    still = panel.pictures
    monkeypatch.setattr(panel, "_draw", lambda **values: still)  # what is drawn is not the question
    for name, number in numbers(panel).items():
        slider, sent = number.slider, []
        start = round((slider.value - slider.min) / slider.step)
        with monkeypatch.context() as patch:
            patch.setattr(slider, "send_state", lambda key=None: sent.append(slider.value))
            for k in range(start + 1, start + 20):
                at = slider.min + k * slider.step
                if at <= slider.max:
                    slider.set_state({"value": at})
                    assert sent == [], f"{name}: the page said {at!r}"
                    assert number.box.value == round(at, 6)


@pytest.mark.slow
def test_two_threads_move_it(make):
    """Whatever the order, controls and picture agree in the end."""
    panel = make()
    one, *rest = sorted(panel.controls.values(), key=lambda c: isinstance(c, controls.Dropdown))
    acts = [moves(one, 6, 1), moves(rest[-1] if rest else one, 6, 2)]
    at_once(*acts)
    for number in numbers(panel).values():
        assert number.box.value == number.slider.value == number.value
    now = panel.page.value
    panel.redraw()
    assert panel.page.value == now


# ---------------------------------------------------------------- what is typed


def test_a_wrong_string_is_answered_in_words_and_the_picture_stays(make):
    panel = make()
    for (name, box), text in itertools.product(text_boxes(panel).items(), HOSTILE):
        before = page(panel)
        svg = picture(panel)
        box.value = text
        after = page(panel)  # parses: nothing unescaped, nothing but drawings and a line of words
        assert after.role == "alert" and len(after.words) > 10, name
        assert picture(panel) == svg and after.titles == before.titles
        assert repr(panel) == f"Panel: {before.words}"
        assert "<script" not in panel.page.value and len(panel.page.value) < len(svg) + 500
        for number in panel.controls.values():
            if isinstance(number, controls.Number):  # others may move meanwhile
                number.value = number.slider.max
                assert page(panel).role == "alert"
        panel.reset()
        assert page(panel).role == "status" and picture(panel) == svg


def test_the_answer_names_the_letter_and_the_place(make):
    panel = make()
    for box in text_boxes(panel, controls.TextBox).values():
        box.value = "abx"
        words = page(panel).words
        assert "letter 'x' at position 3 of 'abx' is not one of" in words
        box.value = ""
        assert page(panel).words.startswith("the string is empty")
        if box.longest < 1000:
            box.value = "a" * (box.longest + 1)
            assert f"has {box.longest + 1} letters" in page(panel).words
        panel.reset()
