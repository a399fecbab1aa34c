"""The hand in a picture: what lets its numbers explain themselves, and be dragged."""

import pathlib

import anywidget
import traitlets

HERE = pathlib.Path(__file__).parent


class Hand(anywidget.AnyWidget):
    """The line under a panel's pictures that says how a number was made.

    On the page, hand.js listens to the pictures beside it. Where it cannot load, there is no such
    line, and sliders, pictures and words are as before.
    """

    # texts, since anywidget would hold on to every widget of a file
    _esm = (HERE / "hand.js").read_text(encoding="utf-8")
    _css = (HERE / "hand.css").read_text(encoding="utf-8")
    # what is moved in a picture: block, place (row by row, from 0), value or None, and a count
    move = traitlets.Dict().tag(sync=True)

    def __repr__(self):
        return "Hand()"
