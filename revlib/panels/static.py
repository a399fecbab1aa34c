"""Shows widgets in notebooks, and on pages that no kernel stands behind.

A widget's output holds a text and a still for readers without widgets. On the book's site, which is
built with REVLIB_SITE set, what would need a kernel is drawn beforehand and shown as plain HTML:
site/_static/book.js moves it.
"""

import itertools
import json
import os
from html import escape

from IPython.display import display

from revlib.panels.controls import Number
from revlib.panels.words import listed

SITE = bool(os.environ.get("REVLIB_SITE"))
GET_KERNEL = '<a href="../index.html#with-a-kernel">How to get a kernel</a>.'


def show(widget, still, on_site):
    """Display a widget.

    Parameters
    ----------
    widget : Widget
        Its repr is the text in its place.
    still : str
        HTML in its place.
    on_site : function
        From the widget to the HTML that stands for it on the site.
    """
    data = {"text/plain": repr(widget), "text/html": on_site(widget) if SITE else still}
    if not SITE:
        data["application/vnd.jupyter.widget-view+json"] = {
            "version_major": 2,
            "version_minor": 0,
            "model_id": widget.model_id,
        }
    display(data, raw=True)


def drawn_beforehand(panel):
    """Return a panel as HTML: selectors, the first frame, and all frames for the page's script."""
    panel.reset()
    selectors = [
        selector(panel.controls[name], values, axis)
        for axis, (name, values) in enumerate(panel.frames.items())
    ]
    first = "".join(panel.parts)
    frames = all_frames(panel)
    panel.reset()
    if panel.steps in panel.frames:
        selectors.append(step_on(panel, list(panel.frames).index(panel.steps)))
    note = f"{kernel_note(panel)} {GET_KERNEL}"
    return (
        f'<div class="revlib-panel revlib-frames"><div class="controls">{"".join(selectors)}</div>'
        f'<div class="frame">{first}</div><p class="needs-kernel">{note}</p>'
        f'<script type="application/json">{compact(packed(frames))}</script></div>'
    )


def compact(found):
    """Return what was found as JSON without spaces."""
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def all_frames(panel):
    """Return pictures and words, as HTML, for all values of a panel's frames, the last fastest."""
    drawn = []
    for values in itertools.product(*panel.frames.values()):
        for name, value in zip(panel.frames, values):
            panel.controls[name].value = value
        drawn.append("".join(panel.parts))
    return drawn


def packed(frames):
    """Return frames as {"pieces": [...], "frames": [[...], ...]}, whatever they share kept once.

    Each frame is cut before every "<"; its list says which pieces it is made of. No piece begins
    with "<", so none can end the script that they lie in.
    """
    places = {}
    lists = [
        [places.setdefault(piece, len(places)) for piece in frame.split("<")] for frame in frames
    ]
    return {"pieces": list(places), "frames": lists}


def selector(control, values, axis):
    """Return a slider or a list of some values of a control, as HTML, set to the one it has now.

    `axis` is which of the panel's selectors it is, from 0.
    """
    values = list(values)
    place = values.index(control.value)
    name = f"<span>{escape(control.description)}</span>"
    if isinstance(control, Number):
        said = [f"{value:g}" for value in values]
        return (
            f'<label>{name}<input type="range" min="0" max="{len(values) - 1}" value="{place}"'
            f' aria-valuetext="{said[place]}" data-axis="{axis}"'
            f' data-values="{escape(json.dumps(said))}"><output>{said[place]}</output></label>'
        )
    options = "".join(
        f"<option{' selected' if k == place else ''}>{escape(str(value))}</option>"
        for k, value in enumerate(values)
    )
    return f'<label>{name}<select data-axis="{axis}">{options}</select></label>'


def step_on(panel, axis):
    """Return a panel's play button, which steps through the values of one selector."""
    return (
        f'<button type="button" class="revlib-play" data-axis="{axis}"'
        f' data-pause="{panel.play.interval}">{escape(panel.play.description)}</button>'
    )


def kernel_note(panel):
    """Return what moves only with a kernel, as HTML."""
    others = [
        f"“{control.description}”"
        for name, control in panel.controls.items()
        if name not in panel.frames
    ]
    if panel.weights is not None:
        others.append("every weight")
    also = f", and so do {listed(others)}" if others else ""
    note = f"These pictures were drawn beforehand. With a kernel all values between move{also}."
    return escape(note)
