"""Every panel under random sequences of all that a reader, a page or a later cell can do to it;
counted."""

import ast
import contextlib
import functools
import gc
import html
import math
import os
import random
import re
import sys
import threading
import warnings
import weakref

import comm
import ipywidgets as widgets
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure
from traitlets import TraitError

from helpers import counting
from helpers.driving import (
    HOSTILE,
    PANELS,
    TYPED,
    at_once,
    build,
    every_widget,
    is_int,
    like,
    needed,
    prepared,
    run_cell,
    same,
    settle,
    sound,
    sources,
    state,
)
from revlib import exercises, model, numerals, panels, post, training
from revlib.alphabet import Alphabet
from revlib.drawing import plots
from revlib.panels.controls import Dropdown, Number, NumeralBox, TextBox, Weights
from revlib.panels.panel import Panel
from revlib.panels.progress_bar import Progress

pytestmark = pytest.mark.nightly

# ---------------------------------------------------------------- the chapters' panels


SLOW = {
    "training_panel": 10,
    "map_panel": 6,
    "autoencoder_panel": 15,
    "reach_panel": 3,
    "scrub_panel": 2,
    "softmax_panel": 2,
}  # in the long form only each so manyth move is drawn
every_panel = pytest.mark.parametrize("name, panel", PANELS, ids=[panel for _, panel in PANELS])


# ---------------------------------------------------------------- what can be done to a panel

REFUSED = TraitError, TypeError, ValueError, OverflowError, IndexError
LETTERS = (
    [*"abc"] * 3
    + [*"ABCxyz019 .,-_\"'&<>/\\%{}\n\t\0"]
    + ["\ud800", "\u202e", "\u200d", "\u0301", "🙂", "ß", "ﬁ", "𝒶", "\x1b", "\ufeff", "\u2028"]
)
INJECTIONS = [
    "<img src=x onerror=alert(1)>",
    "</svg><script>alert(1)</script>",
    "&lt;b&gt;",
    "]]>",
    "${7*7}",
    "{{7*7}}",
    "%s%n",
    "'; --",
    "__import__('os')",
    "../../etc/passwd",
    "a" * 100_000,
    "a\0bc",
    "\ud83d",
    "abc\u202ecba",
    "ＡＢＣ",
    "аbс",
]


def fuzz(rng):
    """A string to type: a good one, a hostile one, or anything at all."""
    kind = rng.random()
    if kind < 0.55:
        return "".join(rng.choices("abc", k=rng.randint(1, 9)))
    if kind < 0.7:
        return rng.choice(HOSTILE + INJECTIONS)
    return "".join(
        rng.choice(LETTERS) if rng.random() < 0.8 else chr(rng.randrange(sys.maxunicode + 1))
        for _ in range(rng.randint(0, 30))
    )


def refused(act, control):
    """What is no value at all may be refused, loudly; then nothing has changed."""
    before = control.value
    try:
        act()
    except REFUSED as error:
        assert str(error)
        assert control.value == before or control.value != control.value, (
            f"refused, and yet it is {control.value!r}"
        )


def move_number(number, rng):
    low, high = number.slider.min, number.slider.max
    inside = (
        rng.randint(low, high)
        if is_int(number)
        else rng.choice([rng.uniform(low, high), round(rng.uniform(low, high), 2)])
    )
    where = rng.choice(
        [
            low,
            high,
            inside,
            inside,
            inside,
            low - 1,
            high + 1,
            low - 10**9,
            math.inf,
            -math.inf,
            inside + 0.5,
            np.float64(inside),
            np.int64(high),
        ]
    )
    part = rng.choice([number, number.slider, number.box])
    usual = isinstance(where, (int, float)) and where == inside
    if usual and rng.random() < 0.5 and part is not number:
        part.set_state({"value": where})  # as a page says it
    elif usual:
        part.value = where
    else:
        refused(lambda: setattr(part, "value", where), number)


def move_string(control, rng):
    text = fuzz(rng)
    if rng.random() < 0.05:
        refused(lambda: setattr(control, "value", rng.choice([None, 3, b"abc", ["a"]])), control)
    elif rng.random() < 0.3:
        for k in range(min(len(text), 4) + 1):  # letter by letter, as it is typed
            control.set_state({"value": text[:k]})
    else:
        control.value = text


def move_numeral(control, rng):
    k = rng.randint(1, 9_999)
    spoken = [str(k), f"{k:,}", numerals.english(k), numerals.written(k, "en")]
    control.value = rng.choice([*spoken, numerals.words(k, "de"), "0", "10000", fuzz(rng)])


def move_choice(control, rng):
    kind = rng.random()
    if kind < 0.8:
        control.value = rng.choice(control.options)
    elif kind < 0.95:
        control.set_state({"index": rng.randrange(len(control.options))})
    else:
        refused(lambda: setattr(control, "value", rng.choice(["", "no such", 0, -1])), control)


def move_weights(weights, rng):
    kind = rng.random()
    if kind < 0.2:
        weights.matrix.value = rng.choice(weights.names)
    elif kind < 0.5:
        choice = rng.choice([weights.row, weights.column])
        choice.index = rng.randrange(len(choice.options))
    elif kind < 0.55:
        before = weights.entry
        with pytest.raises(IndexError):
            weights.select(*rng.choice([(99, 0), (0, 99), (-1, 0), (0, -9), (10**30, 0)]))
        assert weights.entry == before
    else:
        move_number(weights.number, rng)


def drag(panel, rng):
    """Something taken in a picture, and pulled; or what no picture of ours sends."""
    names = [g.group(1) for g in re.finditer('data-block="([^"]*)"', panel.page.value)] or [""]
    said = {
        "block": html.unescape(rng.choice([*names, "no such", "Wh"])),
        "place": rng.choice([rng.randrange(6), rng.randrange(30), -1, 10**6]),
        "count": rng.random(),
    }
    for _ in range(rng.randrange(4)):
        values = [None, rng.uniform(-3, 3), rng.randrange(3), 1e9, math.nan, -math.inf, "a"]
        panel.hand.set_state({"move": said | {"value": rng.choice(values), "count": rng.random()}})


def event(panel, rng):
    """One thing that can be done to a panel."""
    kind = rng.random()
    if kind < 0.03:
        rng.choice([panel.reset, panel.reset_button.click])()
    elif kind < 0.05:
        rng.choice([panel.redraw, lambda: repr(panel), lambda: panel.get_state()])()
    elif kind < 0.2:
        drag(panel, rng)
    elif panel.weights and kind < 0.45:
        move_weights(panel.weights, rng)
    else:
        control = rng.choice([*panel.controls.values()])
        MOVES[type(control)](control, rng)


MOVES = {Number: move_number, TextBox: move_string, NumeralBox: move_numeral, Dropdown: move_choice}


def open_comms():
    return len(comm.get_comm_manager().comms)


def figures():
    gc.collect()
    return [found for found in gc.get_objects() if isinstance(found, Figure)]


def in_pyplot():
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return list(helpers.Gcf.figs) if helpers else []


def resident():
    """Megabytes of this process that are in memory."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)  # what is free already is no growth
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


# ---------------------------------------------------------------- random sequences


@every_panel
def test_everything_at_random(name, panel):
    """No exception; now and then, and at the end, the picture of a fresh panel with those values;
    Reset is the start; nothing stays."""
    prepared(name, panel)  # what its chapter draws before it stays
    threads, comms, before = (
        threading.active_count(),
        open_comms(),
        len(figures()),
    )  # figures: after a collection
    moved, twin, rng = build(name, panel), build(name, panel), random.Random(panel)
    start, events = state(moved), counting.times(15 if panel in SLOW else 50, 10_000)
    warm, checks = counting.times(10**9, 2500), counting.times(1, 25)
    draw, drawn, size = moved._draw, [0], None

    def seldom(**values):
        drawn[0] += 1
        return draw(**values) if drawn[0] % SLOW[panel] == 0 else moved.pictures  # noqa: F821

    for k in range(events + counting.times(0, warm)):
        moved._draw = seldom if counting.LONG and panel in SLOW else draw
        event(moved, rng)
        moved._draw = draw
        sound(moved)
        if k % (events // checks) == 0:
            settle(moved)
            same(moved, like(twin, moved))
        if k == warm:
            size = resident() if os.path.exists("/proc/self/statm") else None
    settle(moved)
    same(moved, like(build(name, panel), moved))
    if size:
        growth = resident() - size
        print(f"{panel}: {growth:+.2f} MB in {events:,} events")
        assert growth < 5
        counting.count("panels whose memory was measured over 10,000 events")
    moved.reset()
    assert state(moved) == start
    assert not counting.LONG or len(figures()) <= before + 3 * 10
    parts = [weakref.ref(part) for part in every_widget(moved)] + [
        weakref.ref(moved),
        weakref.ref(twin),
    ]
    widgets.Widget.close_all()
    assert open_comms() == comms or open_comms() == 0
    del moved, twin, draw, seldom
    gc.collect()
    assert not [part for part in parts if part() is not None]
    assert len(figures()) <= before and not in_pyplot()
    assert threading.active_count() == threads
    counting.count("events on panels, at random", events)


@every_panel
def test_two_copies_at_once(name, panel):
    """What is done to one copy leaves the other as it was; done in turns, each shows its own
    values."""
    one, other, rng = build(name, panel), build(name, panel), random.Random(f"two {panel}")
    start = state(other)
    many = counting.times(3 if panel in SLOW else 8, 300)
    for _ in range(many):
        event(one, rng)
    assert state(other) == start
    for _ in range(many):
        event(rng.choice([one, other]), rng)
    fresh = build(name, panel)
    for copy in (one, other):
        settle(copy)
        same(copy, like(fresh, copy))
    counting.count("events on two copies of one panel", 2 * many)


@every_panel
def test_bursts_from_several_threads(name, panel):
    """Four threads, each with its own events; at the end one consistent picture."""
    moved = build(name, panel)
    many = counting.times(1 if panel in SLOW else 4, 100)

    def burst(seed):
        rng = random.Random(f"{panel} {seed}")
        for _ in range(many):
            control = rng.choice(
                [*moved.controls.values(), *([moved.weights.number] if moved.weights else [])]
            )
            if isinstance(control, Number):
                low, high = control.slider.min, control.slider.max
                part = rng.choice([control, control.slider, control.box])
                part.value = rng.choice([low, high, rng.randint(math.ceil(low), math.floor(high))])
            elif isinstance(control, TYPED):
                control.value = fuzz(rng)
            else:
                control.value = rng.choice(control.options)
            if rng.random() < 0.1:
                moved.reset()
            if moved.weights and rng.random() < 0.3:
                with contextlib.suppress(
                    IndexError
                ):  # another thread may have opened a smaller matrix meanwhile
                    moved.weights.select(0, rng.randrange(3))

    at_once(*(functools.partial(burst, seed) for seed in range(4)))
    settle(moved)
    sound(moved)
    same(moved, like(build(name, panel), moved))
    counting.count("events on panels from four threads at once", 4 * many)


def test_a_cell_draws_beside_a_panel():
    """Matplotlib's settings are one for all threads: drawing in two of them leaves the settings,
    and the pictures, as they were."""
    import matplotlib as mpl

    before, moved = dict(mpl.rcParams), build("02_thought_vector", "growth_panel")
    axes = dict(xlabel="x", ylabel="y", xlim=(0, 1), ylim=(0, 1))
    alone = (
        plots.Curves({"a": "input"}, **axes)
        .draw(np.array([0.0, 1.0]), [np.array([0.0, 1.0])], "words")
        .svg
    )
    many, seen = counting.times(10, 300), []

    def cell():
        for _ in range(many):
            seen.append(
                plots.Curves({"a": "input"}, **axes)
                .draw(np.array([0.0, 1.0]), [np.array([0.0, 1.0])], "words")
                .svg
            )

    def slider():
        for k in range(2 * many):
            moved.controls["scale"].value = k % 150 / 100

    at_once(cell, slider)
    assert set(seen) == {alone} and dict(mpl.rcParams) == before
    same(moved, like(build("02_thought_vector", "growth_panel"), moved))
    counting.count("drawings in a cell beside a panel that moves", 3 * many)


# ---------------------------------------------------------------- cells: twice, out of order, names
# overwritten


def deface(value, seen):
    """Spoil whatever a later cell could: arrays, networks, lists, dicts."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        if value.flags.writeable and value.dtype.kind in "fiu":
            value[...] = math.nan if value.dtype.kind == "f" else 0
    elif hasattr(value, "theta"):
        deface(value.theta, seen)
    elif isinstance(value, (list, tuple, set)):
        for item in value:
            deface(item, seen)
        if isinstance(value, list):
            value.clear()
    elif isinstance(value, dict):
        for item in value.values():
            deface(item, seen)
        value.clear()


@every_panel
def test_a_later_cell_overwrites_names_and_spoils_arrays(name, panel):
    """net, thought, run, nets, share … are the notebook's; a panel keeps its own."""
    names = {"__name__": name}
    for tree in needed(name, panel):
        moved = run_cell(tree, names)
    fresh, start, rng = build(name, panel), state(moved), random.Random(f"later {panel}")
    values, seen = [value for key, value in names.items() if not key.startswith("__")], set()
    spoilt = [
        value
        for value in values
        if not isinstance(value, type(sys)) and not callable(value) and value is not moved
    ]
    for value in spoilt:
        deface(value, seen)
    for key in [*names]:
        if not key.startswith("__"):
            names[key] = rng.choice([None, 0, "abc", [], Ellipsis])
    moved.redraw()
    assert state(moved) == start
    many = counting.times(2 if panel in SLOW else 8, 300)
    for _ in range(many):
        event(moved, rng)
    settle(moved)
    same(moved, like(fresh, moved))
    moved.reset()
    assert state(moved) == start
    counting.count("names of notebooks overwritten, arrays spoilt", len(spoilt))


@pytest.mark.parametrize("name", sorted({name for name, _ in PANELS}))
def test_cells_twice_and_out_of_order(name):
    """Whatever order cells are run in, and however they fail: the panels there stay whole, and a
    run in order gives the same ones."""
    if not counting.LONG and name not in ("01_encoding", "04_softmax"):
        pytest.skip("in the long form")
    rng, names = random.Random(name), {"__name__": name}
    trees = [ast.parse(source) for source in sources(name)]
    shell = (
        InteractiveShell.initialized() or InteractiveShell.instance()
    )  # what displays something asks for one
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # a cell that failed may leave a file open
        first = [run_cell(tree, names) for tree in trees]
        panels_of = lambda values: [value for value in values if isinstance(value, Panel)]
        starts = [state(panel) for panel in panels_of(first)]
        tried = failed = 0
        for _ in range(counting.times(1, 2)):
            again, order = names.copy(), rng.choices(trees, k=len(trees))
            for tree in order:
                try:
                    run_cell(tree, again)
                except (
                    Exception
                ):  # a reader's cell, with the names of another, may fail, by its own asserts too
                    failed += 1
                tried += 1
            assert [state(panel) for panel in panels_of(first)] == starts
        second = [
            run_cell(tree, names) for tree in trees
        ]  # once more from the top, over the names that are there
    assert [state(panel) for panel in panels_of(second)] == starts
    if shell is not True:
        InteractiveShell.clear_instance()
    assert failed < tried
    counting.count("cells of chapters run twice and out of order", tried + 2 * len(trees))


# ---------------------------------------------------------------- Quiz, Progress


def test_quizzes_and_progress_at_random():
    rng, many = random.Random(5), counting.times(200, 10_000)
    names = [*exercises.QUIZZES]
    quizzes = [exercises.quiz(name) for name in names]
    for _ in range(many):
        quiz = rng.choice(quizzes)
        kind, options = rng.random(), len(quiz.options)
        if kind < 0.6:
            quiz.choice.set_state({"index": rng.randrange(options)})
        elif kind < 0.8:
            quiz.choice.value = rng.choice([*quiz.options, None])
        else:
            with pytest.raises((TraitError, IndexError)):
                setattr(
                    quiz.choice,
                    *rng.choice(
                        [
                            ("index", options),
                            ("value", "no such"),
                            ("index", -options - 1),
                            ("index", "0"),
                        ]
                    ),
                )
        at = quiz.choice.index
        assert quiz.reply.value == ("" if at is None else quiz.replies[at])
        assert ("Yes." in quiz.reply.value) == (
            quiz.choice.value == exercises.QUIZZES[names[quizzes.index(quiz)]].right
        )
    bar = Progress(10)
    for _ in range(many):
        bar.bar.value = rng.choice([0, 5, 10, 11, -1, 10**400])
        assert 0 <= bar.bar.value <= 10
    counting.count("events on quizzes and progress bars", 2 * many)


# ---------------------------------------------------------------- the smallest cases of what broke


@pytest.mark.parametrize(
    "where, at",
    [(math.inf, 1.5), (-math.inf, 0.0), (7, 1.5), (np.float32(0.5), 0.5)],
    ids=["inf", "-inf", "7", "float32"],
)
def test_a_number_set_by_code_ends_where_its_box_does(where, at):
    number = Number("scale", 1.0, 0.0, 1.5)
    number.value = where
    assert number.value == number.box.value == number.slider.value == at


def test_a_whole_number_is_whole():
    number = Number("step", 2, 1, 3, 1)
    number.value = 2.7  # as a box does: the whole part
    assert number.value == number.box.value == 2 and isinstance(number.value, int)
    number.box.value = 3
    assert number.value == number.slider.value == 3


def test_a_control_that_failed_to_move_its_bound_still_moves():
    number = Number("step", 2, 1, 3, 1)
    with pytest.raises(TraitError):
        number.bound(0)  # below its lower end
    number.slider.value = 3
    assert number.value == number.box.value == 3


def test_a_weight_out_of_reach_is_refused_and_the_one_in_hand_stays():
    panel = build("01_encoding", "encoding_panel")
    panel.weights.select(1, 1)
    with pytest.raises(IndexError, match=r"^Wh has 3 rows .* no entry \(3, 0\)"):
        panel.weights.select(3, 0)
    panel.weights.number.value = 0.5
    assert panel.weights.entry == ("Wh", 1, 1) and panel.weights.net.Wh[1, 1] == 0.5


@pytest.mark.parametrize("huge", [1e9, 1e150, -1e300])
def test_a_panel_of_huge_weights(huge):
    net = model.post_net()
    net.Wh[0, 0] = huge
    panel = panels.encoding_panel(net)
    number = panel.weights.number
    assert number.value == number.box.value == huge
    for where in (number.slider.min, number.slider.max, 0.0, 1.0):
        number.slider.value = where
        assert number.value == number.box.value == panel.weights.net.Wh[0, 0] == where
    panel.reset()
    assert number.value == panel.weights.net.Wh[0, 0] == huge


def test_one_unit_has_its_number_in_every_matrix():
    net = model.Net("ab", n=1)
    weights = Weights(net, tuple(net.named()))
    labels = {}
    for matrix in weights.names:
        weights.matrix.value = matrix
        labels[matrix] = []
        for i in range(len(weights.row.options)):
            for j in range(len(weights.column.options)):
                weights.select(i, j)
                labels[matrix].append(weights.number.description)
    assert labels == {
        "Wh": ["Wh[a, 1]", "Wh[b, 1]"],
        "Ws": ["Ws[1, 1]"],
        "bh": ["bh[1]"],
        "dec.Wh": ["dec.Wh[a, 1]", "dec.Wh[b, 1]"],
        "dec.Ws": ["dec.Ws[1, 1]"],
        "dec.bh": ["dec.bh[1]"],
        "Wo": ["Wo[1, a]", "Wo[1, b]"],
        "bo": ["bo[a]", "bo[b]"],
    }


def test_the_decoders_step_ends_where_end_was_said():
    net = exercises.ender(
        -75
    )  # says END after two or three letters, by how long the thought vector is
    thought = net.run("abc").thought
    panel = panels.decoding_panel(net, thought, steps=8)
    step, start = panel.controls["step"], state(panel)
    steps = lambda: len(
        net.decode(
            np.array([panel.controls[f"unit_{k}"].value for k in range(1, 6)]),
            panel.controls["most"].value,
        ).Y
    )
    assert step.slider.max == step.box.max == step.value == steps() < 8
    for most in (1, 2, 8):
        for first in (0.0, 1.7, 10.0):
            panel.controls["most"].value, panel.controls["unit_1"].value = most, first
            assert step.slider.max == step.box.max == steps() and step.value <= steps()
    panel.reset()
    assert state(panel) == start


def test_a_run_without_a_moment_is_answered_in_words():
    """Chapter 06's cells out of order: `run` is by then a generator that has ended."""
    net = model.post_net()
    run = training.train(net, training.Batch(net, ["abc"]), training.Descent(), 2)
    [*run]
    with pytest.raises(ValueError, match="there is no moment in this run"):
        panels.scrub_panel(net, run)


def test_few_figures_are_kept():
    """A map for every pair of units, length and colour would be hundreds of figures."""
    panel, before = panels.map_panel(model.post_net(), length=1, longest=2), len(figures())
    for across in panel.controls["across"].options:
        for up in panel.controls["up"].options[::2]:
            panel.controls["across"].value, panel.controls["up"].value = across, up
    assert len(figures()) - before <= 8
    same(panel, like(panels.map_panel(model.post_net(), length=1, longest=2), panel))


@pytest.mark.parametrize("moment", range(1, 6))
def test_a_drawing_that_was_interrupted_is_whole_the_next_time(moment, monkeypatch):
    """Interrupted at any of its parts: what was hidden for the frame must not stay hidden."""
    draw = lambda curves: curves.draw(np.array([0.0, 1.0]), [np.array([0.0, 1.0])], "words").svg
    made = lambda: plots.Curves({"a": "input"}, xlabel="x", ylabel="y", xlim=(0, 1), ylim=(0, 1))
    whole, curves, calls = draw(made()), made(), [0]

    def interrupted(self, visible, set_visible=type(curves.lines[0]).set_visible):
        calls[0] += 1
        if calls[0] == 3 * moment:
            raise KeyboardInterrupt
        set_visible(self, visible)

    for part in {type(part) for part in curves.axes.get_children()}:
        monkeypatch.setattr(part, "set_visible", interrupted)
    with pytest.raises(KeyboardInterrupt):
        draw(curves)
    monkeypatch.undo()
    assert draw(curves) == whole == draw(curves)


def test_what_a_panel_is_built_from_is_its_own():
    """scrub_panel, reach_panel and styles_panel kept the notebook's own arrays."""
    assert not post.Wh.flags.writeable  # the post's are fixed
    net = model.Net(Alphabet("abc", end=True), 2, theta=np.random.default_rng(0).normal(0, 1, 36))
    share = {(2, 1, 2, 0): np.array([1.0, 0.5, 0.25])}
    panel = panels.reach_panel(share, {(2, 1, 2, 0): net}, start=(2, 1, 2, 0), length=2, text="ab")
    page = panel.page.value
    share[2, 1, 2, 0][:], net.theta[:] = 0, 0
    share.clear()
    panel.redraw()
    assert panel.page.value == page
