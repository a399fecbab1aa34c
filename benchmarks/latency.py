"""How long a key press on a slider takes until the page has changed, in JupyterLab in Chromium.

The panels beside an empty slider of ipywidgets that sets a text, in one run; medians, and their
ratio to the empty one.
"""

import json
import pathlib
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from helpers import lab as jupyter  # noqa: E402

PRESSES = 30
EMPTY = """
import ipywidgets as widgets
slider = widgets.FloatSlider(description="empty", max=2.0, step=0.01)
page = widgets.HTML("<svg></svg>")
slider.observe(lambda change: setattr(page, "value", f"<svg></svg><p>{change.new}</p>"), "value")
widgets.VBox([slider, page])
"""
PANELS = {
    "empty": (EMPTY, "empty"),
    "encoding": ("panels.encoding_panel(net)", "Wh[a, 1]"),
    "thought": ("panels.thought_panel(net)", "scale of Ws"),
    "decoding": ('panels.decoding_panel(net, net.run("abc").thought)', "thought, unit 1"),
    "softmax": ("panels.softmax_panel([6.5, 8.0, 9.69])", "score of a"),
    "blame": ("panels.blame_panel(net)", "scale of both Ws"),
}
WATCH = """([cell, name, presses]) => {
    const out = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.jp-OutputArea');
    const label = [...out.querySelectorAll('.widget-label')].find(e => e.textContent.trim() === name);
    label.parentElement.parentElement.querySelector('.noUi-handle').focus();
    const page = out.querySelector('.widget-html-content:has(svg)');
    window.times = []; let pressed = null;
    document.addEventListener('keydown', () => { pressed = performance.now(); }, true);
    new MutationObserver(() => { if (pressed) window.times.push(performance.now() - pressed); pressed = null; })
        .observe(page, {childList: true, subtree: true, characterData: true});
}"""  # noqa: E501


def main():
    """Print the medians."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "in").mkdir()
        sources = ["from revlib import model, panels\nnet = model.post_net()"]
        sources += [source.strip() for source, _ in PANELS.values()]
        cells = [
            {"cell_type": "code", "id": f"c{k}", "metadata": {}, "outputs": [], "source": source,
             "execution_count": None}
            for k, source in enumerate(sources)
        ]  # fmt: skip
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        book = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        (folder / "in" / "latency.ipynb").write_text(json.dumps(book), encoding="utf-8")
        with jupyter.browser("the latency") as chromium:
            with jupyter.Lab(folder, folder / "in") as lab:
                chapter = jupyter.Chapter(lab, chromium, "latency")
                chapter.open()
                chapter.page.evaluate("n => book.run([...Array(n).keys()])", len(cells))
                chapter.page.wait_for_timeout(3000)
                measured = {
                    name: medians(chapter.page, k, name) for k, name in enumerate(PANELS, 1)
                }
    for name, median in measured.items():
        print(f"{name:10} {median:5.1f} ms   {median / measured['empty']:.2f}")


def medians(page, cell, name):
    """Return the median of the milliseconds from key press to changed page."""
    page.evaluate(WATCH, [cell, PANELS[name][1], PRESSES])
    for n in range(1, PRESSES + 1):
        page.keyboard.press("ArrowRight")
        page.wait_for_function("n => window.times.length >= n", arg=n)
    return statistics.median(page.evaluate("() => window.times"))


if __name__ == "__main__":
    main()
