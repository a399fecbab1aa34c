"""Shows widgets in notebooks, and on pages that no kernel stands behind.

A widget's output holds a text and a still for readers without widgets. On the book's site, which is
built with REVLIB_SITE set, what would need a kernel is drawn beforehand.
"""

import itertools
import os
from html import escape

import ipywidgets as widgets
from IPython.display import display

from revlib.panels.controls import WIDE, Number, play_button
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
        From the widget to the one that stands for it on the site; or to None, if only `still` does.
    """
    data = {"text/plain": repr(widget), "text/html": still}
    shown = on_site(widget) if SITE else widget
    if shown is not None:
        data["application/vnd.jupyter.widget-view+json"] = {
            "version_major": 2,
            "version_minor": 0,
            "model_id": shown.model_id,
        }
    display(data, raw=True)


def drawn_beforehand(panel):
    """Return a panel's pictures and words for all values in its frames, and their selectors.

    What does not depend on a selector is drawn once.
    """
    panel.reset()
    selectors = {
        name: selector(panel.controls[name], values) for name, values in panel.frames.items()
    }
    drawn = all_frames(panel)
    panel.reset()
    parts = [
        stacked(drawn, moving, group, list(selectors.values()))
        for moving, group in itertools.groupby(
            range(len(panel.parts)), lambda k: moving_axes(drawn, k)
        )
    ]
    note = widgets.HTML(f'<p class="needs-kernel">{kernel_note(panel)} {GET_KERNEL}</p>')
    buttons = [step_on(selectors[name], panel.play) for name in selectors if name == panel.steps]
    stand_in = widgets.VBox([*selectors.values(), *buttons, *parts, note])
    stand_in.add_class("revlib-panel")
    return stand_in


def all_frames(panel):
    """Return a panel's parts, pictures and words, by the places of its frames' values."""
    drawn = {}
    for frame in itertools.product(*(enumerate(values) for values in panel.frames.values())):
        for name, (_, value) in zip(panel.frames, frame):
            panel.controls[name].value = value
        drawn[tuple(place for place, _ in frame)] = panel.parts
    return drawn


def moving_axes(drawn, k):
    """Return the axes of the frames, from 0, along which part k is not the same everywhere."""
    return [
        axis
        for axis in range(len(next(iter(drawn))))
        if any(
            parts[k] != drawn[(*places[:axis], 0, *places[axis + 1 :])][k]
            for places, parts in drawn.items()
        )
    ]


def stacked(drawn, moving, group, selectors):
    """Return some parts of a panel, which follow the selectors that they depend on.

    Parameters
    ----------
    drawn : dict of tuple to list of str
        As all_frames returns it.
    moving : list of int
        The selectors that move these parts.
    group : iterable of int
        Which parts.
    selectors : list of widget
    """
    group = list(group)
    plain = widgets.HTML()  # one look for all frames: a page is lighter

    def stack(places):
        if len(places) == len(selectors):
            parts = [drawn[places][k] for k in group]
            return widgets.HTML("".join(parts), layout=plain.layout, style=plain.style)
        axis = len(places)
        if axis not in moving:
            return stack((*places, 0))
        count = 1 + max(other[axis] for other in drawn)
        return follow(selectors[axis], [stack((*places, place)) for place in range(count)])

    return stack(())


def step_on(selector, play):
    """Return a panel's play button for a selector, which needs no kernel."""
    name, pause = play.description.removeprefix("play "), play.interval
    button = play_button(name, selector.index, 0, len(selector.options) - 1, pause)
    widgets.jslink((button, "value"), (selector, "index"))
    return button


def selector(control, values):
    """Return a slider or a list of some values of a control, set to the one it has now."""
    options = list(values)
    index = options.index(control.value)
    if isinstance(control, Number):
        kind = widgets.SelectionSlider
        options = [f"{value:g}" for value in options]
        width = "420px"
    else:
        kind = widgets.Dropdown
        width = "260px"
    layout = widgets.Layout(width=width, max_width="100%")
    return kind(
        description=control.description, options=options, index=index, style=WIDE, layout=layout
    )


def follow(selector, children):
    """Return a stack that shows the child with the index of what is selected, without a kernel."""
    stack = widgets.Stack(children, selected_index=selector.index)
    widgets.jslink((selector, "index"), (stack, "selected_index"))
    return stack


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
