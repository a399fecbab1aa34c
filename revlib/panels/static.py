"""Shows widgets in notebooks, and on pages that no kernel stands behind.

A widget's output holds a text and a still for readers without widgets. On the book's site, which is
built with REVLIB_SITE set, what would need a kernel is drawn beforehand.
"""

import os
from html import escape

import ipywidgets as widgets
from IPython.display import display

from revlib.panels.controls import WIDE, Number
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
    """Return a panel's pages for all values in its frames, and a selector for each frame."""
    panel.reset()
    selectors = {
        name: selector(panel.controls[name], values) for name, values in panel.frames.items()
    }
    drawn = pages(panel, selectors)
    panel.reset()
    note = widgets.HTML(f'<p class="needs-kernel">{kernel_note(panel)} {GET_KERNEL}</p>')
    return widgets.VBox([*selectors.values(), drawn, note])


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


def pages(panel, selectors):
    """Return a panel's page as it is; or, for each frame that is left, a stack of its pages.

    Parameters
    ----------
    panel : Panel
    selectors : dict of str to widget
        The frames that are left, and the selector of each.
    """
    if not selectors:
        return widgets.HTML(panel.page.value)
    name, *others = selectors
    drawn = []
    for value in panel.frames[name]:
        panel.controls[name].value = value
        drawn.append(pages(panel, {other: selectors[other] for other in others}))
    return follow(selectors[name], drawn)


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
