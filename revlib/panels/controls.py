"""What a reader moves: numbers, choices, strings, and every weight of a network.

A control has a `value`, which it can be set to and observed by, and `read()`, which returns what a
drawing is made of.
"""

import math

import ipywidgets as widgets
import numpy as np
import traitlets

from revlib.drawing.blocks import units
from revlib.drawing.picture import number
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


class TextBox(widgets.Text):
    """A box for a string over an alphabet, read letter by letter as it is typed.

    `value` is what stands in the box, right or wrong.

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
        layout = widgets.Layout(width="220px")
        super().__init__(
            description=name, value=value, style=WIDE, continuous_update=True, layout=layout
        )

    def read(self):
        """Return the string; LetterError, which says what is wrong, if it is not one."""
        return self.alphabet.join(self.alphabet.read(self.value, self.longest))


class Weights:
    """Every weight of a network within reach: pick a matrix, pick an entry of its grid, drag it.

    The grid's buttons are reached by Tab and pressed by Space.

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
        self.grids = {}  # name -> Grid; those that have been in view
        self._start = net.theta.copy()
        self._act = None
        self._showing = False  # the slider is shown another weight, and moves none
        self.number = Number("", 0.0, -2.0, 2.0)
        self.matrix = widgets.ToggleButtons(
            options=names, description="weights", style={"button_width": "76px"}
        )
        self.grid = widgets.VBox([self.matrix])
        self._open(names[0])
        self.number.observe(self._drag, "value")
        self.matrix.observe(lambda change: self._open(change.new), "value")

    def on_change(self, act):
        """Call `act()` after every change of a weight, or of which one is in hand."""
        self._act = act

    @property
    def entry(self):
        """(matrix, row, column) of the weight that the slider moves."""
        return (self._name, *self._at)

    def select(self, row, column):
        """Let the slider move the entry (row, column) of the matrix in view."""
        view = self.grids[self._name]
        button = view.buttons[row, column]
        view.buttons[self._at].button_style = ""
        button.button_style = "primary"
        self._at = row, column
        self._showing = True
        try:
            self.number.show(button.tooltip, float(view.values[row, column]))
        finally:
            self._showing = False
        self._changed()

    def reset(self):
        """Go back to the very same weights, with the first entry in hand."""
        self.net.theta[:] = self._start
        for grid in self.grids.values():
            grid.refresh()
        self.matrix.value = self.names[0]
        self._open(self.names[0])

    def _open(self, name):
        """Put the grid of a matrix in view, with its first entry in hand."""
        if self.grids:
            self.grids[self._name].buttons[self._at].button_style = ""
        if name not in self.grids:
            self.grids[name] = Grid(name, self.net, self.select)
        self._name = name
        self._at = 0, 0
        self.grid.children = [self.matrix, self.grids[name]]
        self.select(0, 0)

    def _drag(self, change):
        if self._showing:
            return
        view = self.grids[self._name]
        view.values[self._at] = self.number.value
        view.buttons[self._at].description = number(self.number.value)
        self._changed()

    def _changed(self):
        if self._act is not None:
            self._act()


class Grid(widgets.VBox):
    """One matrix of a network, a button an entry with its number on it.

    Parameters
    ----------
    name : str
        Of the parameter.
    net : model.Net
    select : function
        Called with the row and column of a button that is pressed.
    """

    def __init__(self, name, net, select):
        self.values = np.atleast_2d(net.named()[name])  # a view: writing into it writes into net
        rows, columns = labels(name, net)
        small = widgets.Layout(width="58px", height="26px", margin="1px")
        self.buttons = {}
        lines = []
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                label = f"{name}[{row}, {column}]" if row else f"{name}[{column}]"
                button = widgets.Button(tooltip=label, layout=small)
                button.on_click(lambda _, at=(i, j): select(*at))
                self.buttons[i, j] = button
            lines.append(widgets.HBox([self.buttons[i, j] for j in range(len(columns))]))
        self.refresh()
        super().__init__(lines)

    def refresh(self):
        """Show the numbers as they are now."""
        for at, button in self.buttons.items():
            button.description = number(self.values[at])


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
