"""What a reader moves: numbers, choices, strings, and every weight of a network.

A control has a `value`, which it can be set to and observed by, and `read()`, which returns what a
drawing is made of.
"""

import math

import ipywidgets as widgets
import numpy as np
import traitlets

from revlib import numerals
from revlib.drawing import figures
from revlib.drawing.blocks import units
from revlib.panels.shared import LONGEST

WIDE = {"description_width": "initial"}


class Number(widgets.HBox):
    """A number to drag or to type: a slider beside a box that carries its name.

    The value is exact. A slider on a page knows only its steps, and sends back the step nearest to
    whatever it is given; that is no move of the reader's, and changes nothing here.

    Parameters
    ----------
    name : str
    value, low, high : float or int
    step : float or int
        Of the slider; an int makes the number a whole one.
    """

    value = traitlets.Any()

    def __init__(self, name, value, low, high, step=0.01):
        self.kind = type(step)
        whole = self.kind is int
        box = widgets.BoundedIntText if whole else widgets.BoundedFloatText
        slider = widgets.IntSlider if whole else widgets.FloatSlider
        bounds = {"value": min(max(value, low), high), "min": low, "max": high, "step": step}
        self.box = box(description=name, style=WIDE, layout=widgets.Layout(width="170px"), **bounds)
        self.slider = slider(readout=False, layout=widgets.Layout(width="280px"), **bounds)
        super().__init__([self.box, self.slider], value=bounds["value"])
        self.observe(self._moved, "value")
        self.box.observe(self._typed, "value")
        self.slider.observe(self._slid, "value")

    @property
    def description(self):
        """The name on the page."""
        return self.box.description

    def read(self):
        """Return the value."""
        return self.value

    def bound(self, high):
        """Change the upper end; a value above it comes down with it."""
        self.value = min(self.value, high)
        self.slider.max = self.box.max = high

    def show(self, name, value):
        """Carry another name and value, and reach at least as far as that value."""
        self.box.description = name
        reach = max(2.0, float(math.ceil(1.5 * abs(value))))
        for part in (self.slider, self.box):
            part.min = -reach
            part.max = reach
        self.value = value

    @traitlets.validate("value")
    def _inside(self, proposal):
        """Return the value, or the end that it lies beyond."""
        if math.isnan(proposal.value):
            raise traitlets.TraitError(f"{self.description}: nan is not a number")
        return self.kind(min(max(proposal.value, self.slider.min), self.slider.max))

    def _moved(self, change):
        """Show the value in both parts."""
        self.box.value = self.value
        # what the page's slider just said it is not told again: it may have moved on meanwhile
        if abs(self.slider.value - self.value) >= 1e-9:
            self.slider.value = self.value

    def _typed(self, change):
        self.value = change.new

    def _slid(self, change):
        low = self.slider.min
        step = self.slider.step
        nearest = low + round((self.value - low) / step) * step
        if change.new != self.value and abs(change.new - nearest) >= 1e-6 * step:
            self.value = round(change.new, 9)


class Dropdown(widgets.Dropdown):
    """One of several, by name."""

    def __init__(self, name, options, value):
        layout = widgets.Layout(width="220px")
        super().__init__(description=name, options=options, value=value, style=WIDE, layout=layout)

    def read(self):
        """Return the choice."""
        return self.value


class Box(widgets.Text):
    """A box that is read as it is typed in; `value` is what stands there, right or wrong."""

    def __init__(self, name, value, width):
        layout = widgets.Layout(width=width)
        super().__init__(
            description=name, value=value, style=WIDE, continuous_update=True, layout=layout
        )


class TextBox(Box):
    """A box for a string over an alphabet, read letter by letter.

    Parameters
    ----------
    name, value : str
    alphabet : Alphabet
    longest : int
        Letters, at most.

    Raises
    ------
    LetterError
        If the string to begin with is wrong.
    """

    def __init__(self, name, value, alphabet, longest=LONGEST):
        self.alphabet = alphabet
        self.longest = longest
        alphabet.read(value, longest)
        super().__init__(name, value, "220px")

    def read(self):
        """Return the string; LetterError, which says what is wrong, if it is not one."""
        return self.alphabet.join(self.alphabet.read(self.value, self.longest))


class NumeralBox(Box):
    """A box for a whole number, in figures or in words.

    Parameters
    ----------
    name, value : str
    language : str
        Of the words; one of numerals.NAMES.

    Raises
    ------
    LetterError
        If what stands there to begin with is no number.
    """

    def __init__(self, name, value, language="en"):
        self.language = language
        numerals.read(value, language)
        super().__init__(name, value, "420px")

    def read(self):
        """Return the number; LetterError, which says what would be right, if it is none."""
        return numerals.read(self.value, self.language)


def play_button(name, value, low, high, pause):
    """Return a button that counts from low to high, and stops there.

    Parameters
    ----------
    name : str
        Of what it steps through.
    value, low, high : int
    pause : int
        Milliseconds between two steps.
    """
    button = widgets.Play(
        value=value,
        min=low,
        max=high,
        interval=pause,
        description=f"play {name}",
        show_repeat=False,
    )
    button.add_class("revlib-play")
    return button


class Weights:
    """Every weight of a network within reach: in the picture, or by matrix, row and column.

    Parameters
    ----------
    net : model.Net
        It is written into: give a copy.
    names : sequence of str
        Parameters, as net.named() calls them.
    """

    def __init__(self, net, names):
        self.net = net
        self.names = names
        self._start = net.theta.copy()
        self._act = None
        self._showing = False  # another weight is shown, and none is moved
        self.number = Number("", 0.0, -2.0, 2.0)
        small = widgets.Layout(width="150px")
        self.matrix = widgets.Dropdown(
            description="weights", options=names, style=WIDE, layout=small
        )
        self.row = widgets.Dropdown(description="row", style=WIDE, layout=small)
        self.column = widgets.Dropdown(description="column", style=WIDE, layout=small)
        self.choice = widgets.HBox(
            [self.matrix, self.row, self.column], layout=widgets.Layout(flex_flow="row wrap")
        )
        self._show(names[0], 0, 0)
        self.number.observe(self._drag, "value")
        self.matrix.observe(self._choose_matrix, "value")
        self.row.observe(self._choose_entry, "value")
        self.column.observe(self._choose_entry, "value")

    def on_change(self, act):
        """Call `act()` after every change of a weight, or of which one is in hand."""
        self._act = act

    @property
    def entry(self):
        """(matrix, row, column) of the weight that the slider moves."""
        return (self._name, *self._at)

    def select(self, row, column):
        """Take the entry (row, column) of the matrix in view in hand."""
        self._show(self._name, row, column)
        self._changed()

    def take(self, name, place, value=None):
        """Take a weight in hand, and give it another value if there is one.

        Parameters
        ----------
        name : str
        place : int
            Row by row, from 0; one that is not there changes nothing.
        value : float, optional
        """
        columns = len(labels(name, self.net)[1])
        if place >= self.net.named()[name].size:
            return
        at = divmod(place, columns)
        if (self._name, self._at) != (name, at):
            self._show(name, *at)
            if value is None or value == self.number.value:
                self._changed()
        if value is not None:
            self.number.value = value

    def reset(self):
        """Go back to the very same weights, with the first entry in hand."""
        self.net.theta[:] = self._start
        self._show(self.names[0], 0, 0)
        self._changed()

    def picture(self, scales=None):
        """Return the picture of the weights, each to be dragged.

        Parameters
        ----------
        scales : dict of str to float, optional
            What a panel multiplies some of them by.
        """
        named = self.net.named()
        names = {name: labels(name, self.net) for name in self.names}
        return figures.draw_weights(
            {name: named[name] for name in self.names},
            {name: rows for name, (rows, _) in names.items()},
            {name: columns for name, (_, columns) in names.items()},
            self.entry,
            scales or {},
            f"The weights, with {self.number.description} in hand.",
        )

    def _show(self, name, row, column):
        """Show an entry in all four controls."""
        rows, columns = labels(name, self.net)
        if not (0 <= row < len(rows) and 0 <= column < len(columns)):
            size = f"{len(rows)} rows and {len(columns)} columns"
            raise IndexError(f"{name} has {size}; there is no entry ({row}, {column})")
        value = float(np.atleast_2d(self.net.named()[name])[row, column])
        self._name = name
        self._at = row, column
        place = f"{rows[row]}, {columns[column]}" if rows[row] else columns[column]
        self._showing = True
        try:
            self.matrix.value = name
            for choice, options, at in zip((self.row, self.column), (rows, columns), self._at):
                options = [option or "–" for option in options]  # a bias has one row, and no name
                if list(choice.options) != options:
                    choice.options = options
                choice.index = at
            self.number.show(f"{name}[{place}]", value)
        finally:
            self._showing = False

    def _choose_matrix(self, change):
        if not self._showing:
            self._show(change.new, 0, 0)
            self._changed()

    def _choose_entry(self, change):
        if not self._showing:
            self.select(self.row.index, self.column.index)

    def _drag(self, change):
        if not self._showing:
            np.atleast_2d(self.net.named()[self._name])[self._at] = self.number.value
            self._changed()

    def _changed(self):
        if self._act is not None:
            self._act()


def labels(name, net):
    """Return the names of a parameter's rows and of its columns; a bias is one row without one."""
    values = net.named()[name]
    if values.ndim == 1:
        rows = ("",)
    elif name == "Wh":
        rows = net.alphabet.symbols
    elif name == "dec.Wh":
        rows = net.says.symbols
    else:
        rows = units(len(values))
    columns = net.says.outputs if name in ("Wo", "bo") else units(values.shape[-1])
    return rows, columns
