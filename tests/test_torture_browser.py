"""A page of JupyterLab under many slider moves, and two notebooks at once: page and kernel stay up,
and their memory levels off."""

import pathlib
import random
import time

import nbformat
import psutil
import pytest

from helpers import counting
from helpers import lab as jupyter

pytestmark = pytest.mark.nightly

browser = pytest.mark.browser
SLIDERS = {
    "02_thought_vector": {
        "thought_panel": ["scale of Ws"],
        "map_panel": ["scale of Ws", "length"],
        "turning_panel": ["steps"],
        "growth_panel": ["scale of Ws"],
    },
    "01_encoding": {"encoding_panel": ["step t", "Wh[a, 1]"]},
}
KEYS = ["ArrowRight", "ArrowLeft", "ArrowRight", "ArrowLeft", "PageUp", "PageDown", "Home", "End"]


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    with jupyter.browser(
        "moves of sliders without end (tests/test_torture_browser.py)"
    ) as chromium:
        with jupyter.Lab(tmp_path_factory.mktemp("lab")) as lab:
            yield chromium, lab


def ready(started, name):
    chapter = jupyter.Chapter(started[1], started[0], name)
    chapter.open()
    chapter.run()
    return chapter


class Gauge:
    """The page's JavaScript heap after a forced collection, and the resident memory of its kernel;
    megabytes."""

    def __init__(self, chapter):
        self.chapter, self.cdp = chapter, chapter.page.context.new_cdp_session(chapter.page)
        self.cdp.send("HeapProfiler.enable")
        (session,) = (each for each in chapter.lab.api("sessions") if each["path"] == chapter.file)
        self.id = session["kernel"]["id"]
        lab = psutil.Process(chapter.lab.process.pid)
        (self.kernel,) = (
            each for each in lab.children(recursive=True) if self.id in " ".join(each.cmdline())
        )

    def heap(self):
        self.cdp.send("HeapProfiler.collectGarbage")
        return self.cdp.send("Runtime.getHeapUsage")["usedSize"] / 2**20

    def resident(self):
        return self.kernel.memory_info().rss / 2**20

    def alive(self):
        return self.kernel.is_running() and self.chapter.lab.api(f"kernels/{self.id}")[
            "execution_state"
        ] in ("idle", "busy")


def handles(chapter, panels):
    return [
        (chapter.place(panel), slider) for panel, sliders in panels.items() for slider in sliders
    ]


def drive(chapter, places, moves, rng):
    """Press the keys of sliders, as fast as they go; now and then drag one, or press Reset. Wait
    till the kernel has done it all."""
    page = chapter.page
    find = lambda call, *args: page.evaluate_handle(
        f"args => book.{call}(...args)", list(args)
    ).as_element()
    for k in range(moves):
        if (
            k % 40 == 0
            # JupyterLab keeps some of the toolbar of each cell that has been the active one: not ours,  # noqa: E501
            # so rarely
        ):
            place, slider = rng.choice(places)
        handle = find("handle", place, slider)
        if k % 20 == 19:
            find("button", place, "Reset").click()
        elif k % 20 == 9:
            handle.scroll_into_view_if_needed()
            box, track = handle.bounding_box(), find("track", place, slider).bounding_box()
            page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.mouse.down()
            page.mouse.move(track["x"] + rng.uniform(0, 1) * track["width"], box["y"], steps=4)
            page.mouse.up()
        else:
            handle.focus()
            page.keyboard.press(rng.choice(KEYS))
    quiet(chapter)


def quiet(chapter, seconds=60):
    """Wait till the kernel is idle and no picture has changed for a while."""
    last, since, end = None, time.monotonic(), time.monotonic() + seconds
    while time.monotonic() - since < 1:
        assert time.monotonic() < end, "the panels never came to rest"
        now = (
            [chapter.js("html", chapter.place(panel)) for panel in SLIDERS[chapter.name]],
            chapter.page.evaluate("() => book.kernel()"),
        )
        if now != last or not now[1]:
            last, since = now, time.monotonic()
        time.sleep(0.1)


def whole(chapter, panels):
    """After Reset each panel shows what it showed at the start, and still moves."""
    for panel in panels:
        place = chapter.place(panel)
        reset = lambda: (
            chapter.page.evaluate_handle("i => book.button(i, 'Reset')", place).as_element().click()
        )
        reset()
        jupyter.wait_until(
            lambda: chapter.js("html", place) == chapter.starts[panel],
            20,
            f"{panel} is not as it was",
        )
        handle = chapter.page.evaluate_handle(
            "args => book.handle(...args)", [place, panels[panel][0]]
        ).as_element()
        handle.focus()
        chapter.page.keyboard.press("Home")
        jupyter.wait_until(
            lambda: chapter.js("html", place) != chapter.starts[panel], 20, f"{panel} does not move"
        )
        reset()
        jupyter.wait_until(
            lambda: chapter.js("html", place) == chapter.starts[panel],
            20,
            f"{panel} is not as it was",
        )


@browser
def test_a_thousand_moves_in_one_page(started):
    """In five parts: over the last three of them heap and kernel grow by next to nothing."""
    name = "02_thought_vector" if counting.LONG else "01_encoding"
    panels, rng, moves = SLIDERS[name], random.Random(name), counting.times(60, 1000)
    chapter = ready(started, name)
    chapter.starts = {panel: chapter.js("html", chapter.place(panel)) for panel in panels}
    gauge, heaps, kernels = Gauge(chapter), [], []
    for _ in range(5):
        drive(chapter, handles(chapter, panels), moves // 5, rng)
        heaps.append(gauge.heap())
        kernels.append(gauge.resident())
        assert gauge.alive()
    whole(chapter, panels)
    print(
        f"MB after each fifth of {moves} moves: heap {[round(h, 1) for h in heaps]}, kernel"
        f" {[round(k, 1) for k in kernels]}"
    )
    assert heaps[-1] - heaps[1] < counting.times(5, 8) and kernels[-1] - kernels[
        1
    ] < counting.times(8, 12)
    assert chapter.errors == [] and chapter.outside == set()
    chapter.close()
    counting.count("moves of sliders in one page of JupyterLab", moves)


@browser
def test_two_notebooks_at_once(started):
    """Moved in turns, each shows its own; one is closed in the middle of it and opened again, on
    the same kernel."""
    if not counting.LONG:
        pytest.skip("in the long form")
    chapters, moves = [ready(started, name) for name in SLIDERS], 200
    gauges = [Gauge(chapter) for chapter in chapters]
    for chapter in chapters:
        chapter.starts = {
            panel: chapter.js("html", chapter.place(panel)) for panel in SLIDERS[chapter.name]
        }
    rngs = [random.Random(chapter.name) for chapter in chapters]
    for _ in range(10):
        for chapter, rng in zip(chapters, rngs):
            drive(chapter, handles(chapter, SLIDERS[chapter.name]), moves // 10, rng)
    for chapter, gauge in zip(chapters, gauges):
        whole(chapter, SLIDERS[chapter.name])
        assert gauge.alive() and chapter.errors == []
    closed = chapters[1]
    closed.page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
    time.sleep(0.3)
    closed.page.close(run_before_unload=False)
    assert gauges[1].alive()
    again = jupyter.Chapter(started[1], started[0], closed.name)
    again.open()
    again.run()
    again.starts = closed.starts
    whole(again, SLIDERS[closed.name])
    assert again.errors == [] and Gauge(again).id == gauges[1].id
    whole(chapters[0], SLIDERS[chapters[0].name])
    chapters[0].close()
    again.close()
    counting.count("moves of sliders in two notebooks at once", 2 * moves)
    counting.count("pages closed while all cells ran, and opened again in JupyterLab")


CELLS = (
    """import numpy as np
from revlib import model, panels, starts, training
from revlib.alphabet import Alphabet
alphabet = Alphabet("abc", end=True)
net = starts.initialize(model.Net(alphabet, 5), "identity", np.random.default_rng(0))
start, strings = net.theta.copy(), alphabet.strings(3)
run = training.train(net, training.Batch(net, strings), training.Adam(0.01), steps=10**7, clip=1)
for moment in panels.progress(run, steps=10**7):
    last = moment.step""",
    """print("never reached" if "last" not in globals() else last)""",
    """again, steps = starts.initialize(model.Net(alphabet, 5), "identity", np.random.default_rng(0)), []
for moment in training.train(again, training.Batch(again, strings), training.Adam(0.01), steps=last + 1, clip=1):
    steps += [moment.step] * np.array_equal(moment.theta, net.theta)
print("as after step", steps[0] - last, "more than the last one shown" if not (net.theta == start).all() else "NOT TRAINED")""",  # noqa: E501
)


@browser
def test_a_training_interrupted_by_keys(started):
    """I, I as a reader types it: the cell ends, those below it do not run, and the weights are
    those of a step. Then 0, 0, and all goes anew."""
    name = "interrupted"
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in CELLS],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )
    nbformat.write(notebook, started[1].root / f"{name}.ipynb")
    chapter = jupyter.Chapter(started[1], started[0], name)
    chapter.open()
    page, many = chapter.page, counting.times(1, 10)
    prompt = lambda i: page.evaluate(
        "i => book.cell(i).querySelector('.jp-InputPrompt').textContent", i
    )
    said = lambda i: "".join(
        output.get("text", output.get("ename", "")) for output in chapter.js("outputs")[i]
    )
    filled = (
        "() => parseFloat(document.querySelector('.widget-hprogress .progress-bar, .jupyter-widgets"
        " .progress-bar')?.style.width) >= 0"
    )
    for k in range(many):
        page.evaluate("() => { jupyterapp.commands.execute('notebook:run-all-cells'); }")
        page.wait_for_function(filled)
        time.sleep(random.Random(k).uniform(0, 0.5))
        page.locator(".jp-Cell .jp-InputPrompt").nth(
            0
        ).click()  # a cell, not the text in it: then keys are commands
        page.keyboard.press("i")
        page.keyboard.press("i")
        jupyter.wait_until(
            lambda: said(0) == "KeyboardInterrupt" and "*" not in prompt(1),
            30,
            "the training was not interrupted",
        )
        assert said(1) == ""
        page.locator(".jp-Cell .jp-InputPrompt").nth(2).click()
        page.keyboard.press("Control+Enter")
        jupyter.wait_until(lambda: said(2), 30, "the last cell said nothing")
        assert said(2).strip() in (
            f"as after step {more} more than the last one shown" for more in (0, 1)
        )
        page.keyboard.press("0")
        page.keyboard.press("0")
        page.locator(".jp-Dialog button.jp-mod-accept").click()
        jupyter.wait_until(
            lambda: not page.locator(".jp-Dialog").count() and chapter.js("kernel"),
            30,
            "the kernel did not restart",
        )
        page.evaluate("() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    assert [error for error in chapter.errors if "KeyboardInterrupt" not in error] == []
    chapter.close()
    counting.count("trainings interrupted by keys in JupyterLab, and the kernel restarted", many)


def test_every_slider_named_here_is_there():
    for name in SLIDERS:
        text = (pathlib.Path(jupyter.NOTEBOOKS) / f"{name}.ipynb").read_text(encoding="utf-8")
        assert all(f"panels.{panel}(" in text for panel in SLIDERS[name])
