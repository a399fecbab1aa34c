"""Drives the panels of chapters 05 and 06 without a browser; what they must show is worked out in
tests/reference."""

import functools
import statistics
import time

import numpy as np
import pytest

from helpers.driving import page, state
from reference import learning, network, pages, shown
from revlib import model, panels, starts, training
from revlib.drawing import plots
from revlib.drawing.picture import Picture
from revlib.panels import progress_bar, static

STRINGS = learning.every_string(3)
SHORT = 5  # updates of the training panel where what it learns is not the question


@functools.cache
def a_run(every=20):
    """Snapshots of a training, the notebook's in short."""
    net = model.post_net()
    return [
        *training.train(
            net, training.Batch(net, STRINGS), training.Adam(0.01), 200, clip=1, every=every
        )
    ]


BUILD = {
    "blame": lambda net: panels.blame_panel(net, "abc"),
    "vanishing": lambda net: panels.vanishing_panel(net),
    "training": lambda net: panels.training_panel(SHORT),
    "scrub": lambda net: panels.scrub_panel(net, a_run()),
}
WITH_STRING = ["blame", "scrub"]
every_panel = pytest.mark.parametrize("name", BUILD)
ENTRIES = [
    ("Wh", 0, 0),
    ("Ws", 2, 1),
    ("bh", 0, 3),
    ("dec.Wh", 1, 4),
    ("dec.Ws", 0, 2),
    ("dec.bh", 0, 0),
    ("Wo", 4, 1),
    ("bo", 0, 2),
]


def build(name):
    return BUILD[name](model.post_net())


def set_to(panel, **values):
    for control, value in values.items():
        panel.controls[control].value = value


def start_of(v, dtype=np.float32):
    """The weights that a training panel starts from."""
    rng = np.random.default_rng(v["seed"])
    return starts.initialize(model.Net("abc", v["units"]), v["start"], rng).astype(dtype).theta


def check(name, panel, W=None, **how):
    """The page shows what the controls say, with the weights W (the post's if not given)."""
    v = {control: part.value for control, part in panel.controls.items()}
    if name == "blame":
        shown.check_blame(
            page(panel),
            W or network.post_weights(),
            **v,
            entry=panel.weights.entry,
            label=panel.weights.number.description,
        )
    elif name == "vanishing":
        shown.check_vanishing(page(panel), W or network.post_weights(), **v)
    elif name == "training":
        shown.check_training(page(panel), start_of(v), **v, **{"steps": SHORT} | how)
    else:
        now = a_run()[v["moment"]]
        W = learning.unpacked(now.theta, 5)
        loss = learning.chain(W, learning.indices(STRINGS))[0]
        shown.check_scrub(page(panel), W, now.step, loss, v["string"])


# ---------------------------------------------------------------- the test's own slopes


def test_three_ways_to_a_slope():
    """Chain rule, complex step and central difference agree, for every weight: what is expected
    below is right."""
    W = learning.scaled_both(network.post_weights(), 0.7)
    W["bh"] += 0.1
    W["Wh"][1, 4] = -0.8
    _, g, dS, dR = learning.chain(W, learning.indices(["bca"]))
    for name, rows in W.items():
        for i, j in np.ndindex(rows.shape):
            by_step, h, both = learning.weight_slope(W, "bca", None, (name, i, j)), 1e-5, []
            for sign in (1, -1):
                live = {k: v.copy() for k, v in W.items()}
                live[name][i, j] += sign * h
                both.append(learning.taught(live, "bca")[0])
            assert (
                abs(by_step - g[name][i, j]) < 1e-12
                and abs(by_step - (both[0] - both[1]) / (2 * h)) < 1e-8
            )
    for t, (name, place, blame) in enumerate(
        [("S", 1, dS[0]), ("S", 3, dS[2]), ("_S", 0, dR[0]), ("_S", 2, dR[2])]
    ):
        for k in range(5):
            assert (
                abs(
                    learning.slope(
                        lambda h: learning.taught(W, "bca", None, (name, place, k, h))[0]
                    )
                    - blame[0, k]
                )
                < 1e-12
            )


# ---------------------------------------------------------------- blame


@every_panel
def test_the_start(name):
    check(name, build(name))


@pytest.mark.parametrize("string", ["a", "abc", "bca", "ccabb"])
def test_blame_strings_letters_and_scales(string):
    panel = build("blame")
    panel.controls["string"].value = string
    letter = panel.controls["letter"]
    assert (
        (letter.slider.min, letter.slider.max)
        == (letter.box.min, letter.box.max)
        == (0, len(string))
    )
    for k in range(len(string) + 1):
        for scale in (0.5, 1.0, 1.3) if len(string) <= 3 else (1.0,):
            set_to(panel, letter=k, scale=scale)
            check("blame", panel)


def test_a_shorter_string_takes_the_letter_with_it(draws):
    panel = build("blame")
    panel.controls["letter"].value = 3
    calls = draws(panel)
    panel.controls["string"].value = "ba"
    assert calls == [{"string": "ba", "letter": 2, "scale": 1.0, "reached": 4}]
    check("blame", panel)


@pytest.mark.parametrize("entry", ENTRIES, ids=[f"{m}-{i}-{j}" for m, i, j in ENTRIES])
def test_blame_a_dragged_weight(entry):
    """Each of the eight matrices: moved, its gradient is the one the loss really has."""
    panel, W, (matrix, i, j) = build("blame"), network.post_weights(), entry
    panel.weights.matrix.value = matrix
    panel.weights.select(i, j)
    check("blame", panel, W)
    for v in (-0.85, 1.37, -2.0, 2.0):
        panel.weights.number.slider.value = W[matrix][i][j] = v
        check("blame", panel, W)
    panel.controls["letter"].value = 1
    check("blame", panel, W)


@pytest.mark.parametrize("matrix", ["Ws", "dec.Ws"])
def test_the_gradient_is_that_of_the_number_on_the_slider(matrix):
    """At another scale too: it says how the loss moves when this slider does."""
    panel = build("blame")
    panel.weights.matrix.value = matrix
    panel.weights.select(2, 1)
    panel.controls["scale"].value = 0.5
    W = learning.scaled_both(network.post_weights(), 0.5)
    right = learning.weight_slope(W, "abc", None, (matrix, 2, 1), unscaled=0.5)
    text = page(panel).words.partition(f"∂loss/∂{matrix}[3, 2] is ")[2].split(". ")[0]
    pages.check_number(text, right, 4, f"the gradient of {matrix}[3, 2] at scale 0.5")


def test_the_farthest_weights_are_answered():
    """Every weight of the farthest the sliders go, at every scale: numbers or words, and no
    warning."""
    panel = build("blame")
    for end in (2.0, -2.0):
        panel.weights.net.theta[:] = end
        for scale in (0.0, 1.5):
            set_to(panel, string="ccccc", scale=scale)
            assert "nan" not in panel.words and page(panel).role in ("status", "alert")


# ---------------------------------------------------------------- vanishing


@pytest.mark.parametrize("length", [1, 5, 30])
def test_vanishing_lengths_and_scales(length):
    panel = build("vanishing")
    panel.controls["length"].value = length
    for scale in (0.3, 1.0, 1.5):
        panel.controls["scale"].value = scale
        check("vanishing", panel)


def test_vanishing_everywhere(monkeypatch):
    """The whole range of both sliders: a finite answer or an alert, and no warning. What matplotlib
    draws is tested above."""
    monkeypatch.setattr(
        plots.Curves, "draw", lambda self, x, curves, words: Picture("", 1, 1, words)
    )
    panel = build("vanishing")
    for length in range(1, 31):
        panel.controls["length"].value = length
        for scale in (0.0, 0.01, 0.2, 0.75, 1.25, 1.5):
            panel.controls["scale"].value = scale
            said = page(panel)
            assert said.role == "alert" or f"{length} letters" in said.words
            assert "nan" not in said.words and "inf" not in said.words


def test_vanishing_at_the_corners():
    panel = build("vanishing")
    for length, scale in ((1, 0.0), (30, 0.0), (30, 1.5), (1, 1.5)):
        set_to(panel, length=length, scale=scale)
        assert page(panel).role == "alert" or pages.check_still(page(panel)) is None


# ---------------------------------------------------------------- training

# 10 to the rate, optimiser, units, start, seed: far enough from chaos that float32 and float64
# agree string by string
SETTINGS = [
    (-2, "Adam", 5, "identity", 0),
    (-2, "Adam", 5, "uniform", 2),
    (-3, "Adam", 5, "gaussian", 1),
    (-2, "Adam", 2, "identity", 3),
    (-2, "Adam", 2, "gaussian", 6),
    (-3, "Adam", 5, "identity", 7),
    (-3, "Adam", 5, "post", 0),
    (-2, "gradient descent", 5, "post", 0),
    (-2, "gradient descent", 5, "gaussian", 4),
    (-3, "gradient descent", 2, "identity", 1),
]


@pytest.mark.slow
@pytest.mark.parametrize("rate, optimiser, units, start, seed", SETTINGS)
def test_training_is_training(rate, optimiser, units, start, seed):
    panel = panels.training_panel()
    with panel._lock:
        panel._held = True  # one training, not five
        set_to(panel, rate=rate, optimiser=optimiser, units=units, start=start, seed=seed)
        panel._held = False
        panel.redraw()
    check("training", panel, steps=300)


def test_the_posts_start_has_five_units(draws):
    panel = build("training")
    panel.controls["units"].value = 2
    calls = draws(panel)
    panel.controls["start"].value = "post"
    assert (
        panel.controls["units"].value
        == panel.controls["units"].box.value
        == panel.controls["units"].slider.value
        == 5
    )
    panel.controls["units"].value = 12  # and stays there
    assert panel.controls["units"].box.value == panel.controls["units"].slider.value == 5
    assert [call["units"] for call in calls] == [5, 5]
    check("training", panel)
    panel.controls["start"].value = "uniform"
    panel.controls["units"].value = 2
    check("training", panel)


@pytest.mark.parametrize("optimiser", training.OPTIMISERS)
def test_training_at_every_end(optimiser):
    panel = panels.training_panel(60)
    panel.controls["optimiser"].value = optimiser
    for control in ("rate", "units", "seed"):
        number = panel.controls[control]
        for end in (number.slider.max, number.slider.min):
            number.value = end
            said = page(panel)
            if said.role == "status":
                pages.check_still(said)
                shown.read_training(said)
            else:
                assert "smaller learning rate" in said.words
    for start in starts.STARTS:
        panel.controls["start"].value = start
        pages.check_still(page(panel))


def test_a_training_that_diverges_is_answered_in_words():
    """The greatest rate of all, by hand far beyond the slider: an alert, and the picture stays."""
    panel = build("training")
    svg = panel.page.value.partition("<p ")[0]
    number = panel.controls["rate"]
    number.slider.max = number.box.max = 40.0
    number.value = 30.0
    said = page(panel)
    assert (
        said.role == "alert"
        and "after step" in said.words
        and "Try a smaller learning rate than" in said.words
    )
    assert panel.page.value.startswith(svg + "<p ")
    panel.reset()
    assert page(panel).role == "status"


def test_one_unit_is_not_units():
    panel = build("training")
    panel.controls["units"].value = 1
    assert "1 unit," in page(panel).words


def test_how_long_a_training_takes(record_property, capsys):
    panel, times = panels.training_panel(), []
    for k in range(7):
        began = time.perf_counter()
        panel.controls["rate"].slider.value = -2 + 0.05 * (k + 1)
        times.append(1000 * (time.perf_counter() - began))
    record_property("training_panel, ms a redraw", [round(t) for t in times])
    with capsys.disabled():
        print(
            f"\ntraining_panel: a redraw takes {statistics.median(times):.0f} ms (median),"
            f" {max(times):.0f} at most; the aim is 150"
        )


# ---------------------------------------------------------------- scrub


@pytest.mark.parametrize("string", ["abc", "a", "bbca", "ccccbbbb"])
def test_scrub_moments_and_strings(string):
    panel = build("scrub")
    last = len(a_run()) - 1
    assert (panel.controls["moment"].slider.min, panel.controls["moment"].slider.max) == (0, last)
    panel.controls["string"].value = string
    for moment in (0, last // 2, last):
        panel.controls["moment"].value = moment
        check("scrub", panel)
    assert ("right" in page(panel).words) == (
        learning.answers(learning.unpacked(a_run()[last].theta, 5), [string])[0] == string[::-1]
    )


def test_scrub_keeps_its_moments():
    """Drawing a moment changes no snapshot, and what happens to the list later is not the
    panel's."""
    before = [m.theta.copy() for m in a_run()]
    panel = build("scrub")
    for moment in (3, 0, 10):
        panel.controls["moment"].value = moment
    assert all((m.theta == theta).all() for m, theta in zip(a_run(), before))
    run = [*a_run()]
    panel = panels.scrub_panel(model.post_net(), run)
    run.clear()
    panel.controls["moment"].value = 3
    check("scrub", panel)


def test_scrub_through_one_moment():
    """A training of no update: one moment, and a picture of it."""
    net = model.post_net()
    run = [*training.train(net, training.Batch(net, STRINGS), training.Adam(0.01), 0)]
    panel = panels.scrub_panel(net, run)
    pages.check_still(page(panel))


# ---------------------------------------------------------------- what a reader may type


@pytest.mark.parametrize("name, longest", [("blame", 5), ("scrub", 8)])
def test_too_long_a_string(name, longest):
    panel = build(name)
    panel.controls["string"].value = "c" * (longest + 1)
    assert (
        page(panel).words
        == f"'{'c' * (longest + 1)}' has {longest + 1} letters; at most {longest} fit here"
    )
    panel.controls["string"].value = "c" * longest
    check(name, panel)


# ---------------------------------------------------------------- Reset, redraws, copies, display


def test_reset_from_the_posts_start():
    panel = build("training")
    start = state(panel)
    panel.controls["start"].value = "post"
    panel.controls["rate"].value = 0.5
    panel.reset()
    assert state(panel) == start


# ---------------------------------------------------------------- the bar


@pytest.fixture
def bars(monkeypatch):
    shown = []
    for module in (progress_bar, static):
        monkeypatch.setattr(module, "display", lambda bar, **_: shown.append(bar))
    return shown


def test_progress_hands_on_every_snapshot(bars):
    net = model.post_net()
    run = training.train(net, training.Batch(net, STRINGS[:3]), training.Adam(0.01), 30, every=5)
    seen = []
    for moment in panels.progress(run, 30):
        seen.append(moment)
    assert [m.step for m in seen] == [0, 5, 10, 15, 20, 25, 30]
    (bar,) = bars
    assert bar.bar.value == bar.bar.max == bar.steps == 30


def test_the_bar_does_not_flood_the_page(bars, monkeypatch):
    now, moved = [100.0], []
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: now[0])
    net = model.post_net()
    for moment in panels.progress(
        training.train(net, training.Batch(net, STRINGS[:3]), training.Adam(0.01), 95), 95
    ):
        if moment.step == 0:
            bars[0].bar.observe(lambda change: moved.append(change["new"]), "value")
        now[0] += 0.011
    assert moved == [10, 20, 30, 40, 50, 60, 70, 80, 90, 95]


def test_what_ends_the_loop_ends_the_training(bars):
    net = model.post_net()
    with pytest.raises(KeyboardInterrupt):
        for moment in panels.progress(
            training.train(net, training.Batch(net, STRINGS[:3]), training.Adam(0.01), 100), 100
        ):
            if moment.step == 4:
                raise KeyboardInterrupt  # as an interrupted kernel does
    assert bars[0].bar.value <= moment.step == 4
    assert (net.theta == moment.theta).all()  # the weights stay as they are


def test_progress_passes_on_what_goes_wrong(bars):
    def run():
        yield a_run()[0]
        raise FloatingPointError("too fast")

    with pytest.raises(FloatingPointError, match="too fast"):
        [*panels.progress(run(), 9)]


def test_how_the_bar_is_displayed(bars):
    bar = progress_bar.Progress(300)
    assert repr(bar) == repr(progress_bar.Progress(300)) == "Training: 300 updates"
    bar._ipython_display_()
    (bundle,) = bars
    assert (
        bundle["text/plain"] == "Training: 300 updates"
        and bundle["text/html"] == "<p>Training: 300 updates</p>"
    )
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == bar.model_id
    how = bar.children[1].value
    assert (
        bar.bar.description.strip()
        and how == "Interrupt the kernel (■) to end it here; the weights stay."
    )
