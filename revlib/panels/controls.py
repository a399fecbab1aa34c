"""Floor 5: what a reader moves (numbers, choices, strings, weights) and the panel that redraws. The
one file that imports ipywidgets."""

import math
import operator
import os
import threading
import time
from contextlib import contextmanager
from html import escape

import ipywidgets as widgets
import numpy as np
from IPython.display import display

from revlib.alphabet import LetterError
from revlib.drawing import blocks
from revlib.drawing.picture import number

SITE = bool(
    os.environ.get("REVLIB_SITE")
)  # set where pages are made that no kernel will stand behind
_WIDE = {"description_width": "initial"}
_WORDS = "line-height:1.4;min-height:2.8em;max-width:820px"


class Whole:
    """What takes all its parts along when it is closed: a widget's own `close` leaves each of them
    in the kernel."""

    def close(self):
        for part in [*_parts(self)]:
            widgets.Widget.close(part)


def _parts(widget):
    """A widget, and all that it holds: layouts and styles are widgets too, and some grids of
    weights are out of sight."""
    yield widget
    grids = (
        [grid[0] for grid in widget.weights.grids.values()]
        if getattr(widget, "weights", None)
        else []
    )
    for part in (
        *getattr(widget, "children", ()),
        *grids,
        getattr(widget, "layout", None),
        getattr(widget, "style", None),
    ):
        if isinstance(part, widgets.Widget):
            yield from _parts(part)


class Number(widgets.HBox):
    """A number to drag or to type: a slider beside a box that carries its name.

    `value` is exact. A slider on a page knows only its steps, and sends back the step nearest to
    whatever
    it is given; that is no move of the reader's, and changes nothing here.
    """

    def __init__(self, name, value, low, high, step=0.01):
        if not (-math.inf < low <= high < math.inf and 0 < step < math.inf):
            raise ValueError(
                f"{name}: from {low} to {high} in steps of {step} there is nothing to move"
            )
        kind, value = "Int" if isinstance(step, int) else "Float", min(max(value, low), high)
        bounds = dict(value=value, min=low, max=high, step=step)
        self.box = getattr(widgets, f"Bounded{kind}Text")(
            description=name, style=_WIDE, **bounds, layout=widgets.Layout(width="170px")
        )
        self.slider = getattr(widgets, f"{kind}Slider")(
            readout=False, layout=widgets.Layout(width="280px"), **bounds
        )
        self._value, self._setting, self._acts = value, False, []
        self.lock = threading.RLock()  # a panel puts its own here
        self.slider.observe(self._slid, "value")
        self.box.observe(lambda change: self._set(change["new"]), "value")
        super().__init__([self.box, self.slider])

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, value):
        with self.lock:
            # only its own parts come back while it is set: an interrupted move may have left it so
            self._setting = False
            self._set(value)

    def on_change(self, act):
        """Call `act()` after every change of the value."""
        self._acts.append(act)

    def bound(self, high):
        """Change the upper end; a value above it comes down with it."""
        with self.lock:
            with self._quietly():
                self.slider.max = self.box.max = high
            self._set(min(self._value, high))

    def show(self, name, value):
        """Carry another name and value, and reach at least as far as that value."""
        with self.lock:
            self.box.description = name
            reach = max(2.0, math.ceil(min(1.5 * abs(value), np.finfo(float).max)))
            with self._quietly():
                for part in (self.slider, self.box):
                    part.min, part.max = -reach, reach
            self._set(value)

    def _slid(self, change):
        with self.lock:
            low, step = self.slider.min, self.slider.step
            steps = (
                self._value - low
            ) / step  # not finite for NaN, and for weights near the largest float
            nearest = low + round(steps) * step if math.isfinite(steps) else math.nan
            if not abs(change["new"] - nearest) < 1e-6 * step:
                self._set(round(change["new"], 9))

    def _set(self, value):
        with self.lock:
            if self._setting:
                return
            value = self._within(value)
            with self._quietly():
                changed, self._value = value != self._value, value
                self.box.value = value
                # what the page's slider just said, it is not told again: it may have moved on
                # meanwhile
                if not abs(self.slider.value - value) < 1e-9:
                    self.slider.value = value
            if changed:
                for act in self._acts:
                    act()

    def _within(self, value):
        """The value, or the end that it lies beyond; not a number stays so, unless only whole ones
        will do."""
        low, high = self.slider.min, self.slider.max
        try:  # compared first: infinite or too large for a float, it has an end all the same
            return type(self.slider.step)(low if value < low else high if value > high else value)
        except (TypeError, ValueError):
            raise TypeError(
                f"{self.box.description}: {value!r} is not a number from {low} to {high}"
            ) from None

    @contextmanager
    def _quietly(self):
        """While it moves its own parts, what they report is nobody's move."""
        try:
            self._setting = True
            yield
        finally:
            self._setting = False


class Choice(widgets.Dropdown):
    """One of several, by name."""

    def __init__(self, name, options, value):
        super().__init__(
            description=name,
            options=options,
            value=value,
            style=_WIDE,
            layout=widgets.Layout(width="220px"),
        )

    def on_change(self, act):
        self.observe(lambda _: act(), "value")


class String(widgets.Text):
    """A string box, read letter by letter as it is typed."""

    def __init__(self, name, value):
        super().__init__(
            description=name,
            value=value,
            style=_WIDE,
            continuous_update=True,
            layout=widgets.Layout(width="220px"),
        )

    def on_change(self, act):
        self.observe(lambda _: act(), "value")


class Weights:
    """Every weight of a network within reach: pick a matrix, pick an entry of its grid, drag it.

    The grid's buttons are reached by Tab and pressed by Space. It writes into the network it is
    given: give it a copy.
    """

    def __init__(self, net, names):
        for name in names:
            if not np.isfinite(net.named()[name]).all():
                raise ValueError(
                    f"{name} holds what is not a finite number; a panel starts from a network that"
                    " has none"
                )
        self.net, self.names, self._start = net, names, net.theta.copy()
        self._act, self._showing, self.grids = None, False, {}
        self.matrix = widgets.ToggleButtons(
            options=names, description="weights", style={"button_width": "76px"}
        )
        self.number = Number("", 0.0, -2.0, 2.0)
        self.grid = widgets.VBox([self.matrix])
        self.matrix.observe(lambda change: change["new"] and self._open(change["new"]), "value")
        self.number.on_change(self._drag)
        self._open(names[0])

    lock = property(
        lambda self: self.number.lock, lambda self, lock: setattr(self.number, "lock", lock)
    )

    def on_change(self, act):
        self._act = act

    @property
    def entry(self):
        """(matrix, row, column) of the entry the slider moves."""
        return self._name, *self._at

    def select(self, row, column):
        """Let the slider move the entry (row, column) of the matrix in view."""
        with self.lock:
            rows, columns = map(len, self._view[2:])
            row, column = operator.index(row), operator.index(column)
            if not (0 <= row < rows and 0 <= column < columns):
                raise IndexError(
                    f"{self._name} has no entry ({row}, {column}): it has {rows} rows and {columns}"
                    " columns, from 0"
                )
            self._button(*self._at).button_style = ""
            self._at = row, column
            self._button(row, column).button_style = "info"
            self._show_value()
            if self._act:
                self._act()

    def reset(self):
        """Back to the very same weights, the first entry in hand."""
        with self.lock:
            self.net.theta[:] = self._start
            for name, (_, buttons, _, _) in self.grids.items():
                for button, value in zip(buttons, self.net.named()[name].flat):
                    button.description = number(value)
            self.matrix.value = self.names[0]
            self._open(
                self.names[0]
            )  # and if that was so already: an interrupted change may have left another grid

    def _open(self, name):
        with self.lock:
            if self.grids:
                self._button(*self._at).button_style = ""
            if name not in self.grids:
                self.grids[name] = self._build(name)
            self._name, self._view, self._at = name, self.grids[name], (0, 0)
            self.grid.children = [self.matrix, self._view[0]]
            self.select(0, 0)

    def _build(self, name):
        """The grid of one matrix: its box, its buttons row by row, the names of its rows and
        columns."""
        values, letters = self._matrix(name), self.net.alphabet
        rows = (
            [""]
            if self.net.named()[name].ndim == 1
            # a bias is a row without a name
            else (letters.letters if name.endswith("Wh") else blocks.units(len(values)))
        )
        columns = letters.outputs if name in ("Wo", "bo") else blocks.units(values.shape[1])
        small = widgets.Layout(width="58px", height="26px", margin="1px")
        buttons = []
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                button = widgets.Button(
                    description=number(values[i, j]),
                    layout=small,
                    tooltip=self._label(name, row, column),
                )
                button.on_click(lambda _, at=(i, j): self.select(*at))
                buttons.append(button)
        width = len(columns)
        box = widgets.VBox(
            [widgets.HBox(buttons[k : k + width]) for k in range(0, len(buttons), width)]
        )
        return box, buttons, rows, columns

    @staticmethod
    def _label(name, row, column):
        return f"{name}[{row}, {column}]" if row else f"{name}[{column}]"

    def _matrix(self, name):
        return np.atleast_2d(self.net.named()[name])  # a view: writing into it writes into theta

    def _button(self, row, column):
        return self._view[1][row * len(self._view[3]) + column]

    def _show_value(self):
        name, i, j = self.entry
        try:
            self._showing = True
            self.number.show(
                self._label(name, self._view[2][i], self._view[3][j]),
                float(self._matrix(name)[i, j]),
            )
        finally:
            self._showing = False

    def _drag(self):
        if self._showing:
            return
        (name, i, j), value = self.entry, self.number.value
        if math.isfinite(value):
            self._matrix(name)[i, j] = value
            self._button(i, j).description = number(value)
        if self._act:
            self._act()


class Panel(Whole, widgets.VBox):
    """Controls bound to a drawing, with a line of words and Reset.

    Parameters
    ----------
    controls : dict of str to Number, Choice or String
        Their values are handed to `draw` by name.
    draw : function
        From those values to a Picture or several; LetterError and FloatingPointError are answered
        in words
        and the picture stays.
    weights : Weights, optional
        The draw function reads its network.
    adjust : function, optional
        Called with the dict of values before each drawing, to move the bounds of other controls.
    frames : dict of str to sequence, optional
        Of one control or two, the values that still move where no kernel runs: every combination is
        drawn beforehand.

    One lock lets only one change in at a time, wherever callbacks run.
    """

    def __init__(self, controls, draw, weights=None, adjust=None, frames=None):
        self.controls, self.weights, self.frames = controls, weights, frames or {}
        self._draw, self._adjust = draw, adjust
        self._lock, self._held = threading.RLock(), False
        self._start = {name: control.value for name, control in controls.items()}
        self.picture, self._svg = (), ""
        self.page = widgets.HTML()
        self.reset_button = widgets.Button(
            description="Reset", tooltip="Back to the start: the same string, the same weights"
        )
        self.reset_button.on_click(self.reset)
        for control in (*controls.values(), *([weights] if weights else [])):
            control.lock = self._lock
            control.on_change(self._changed)
        self._changed()
        left = [*controls.values(), *([weights.number] if weights else []), self.reset_button]
        top = widgets.HBox(
            [widgets.VBox(left), *([weights.grid] if weights else [])],
            layout=widgets.Layout(flex_flow="row wrap"),
        )
        super().__init__([top, self.page])

    @property
    def words(self):
        """What the picture shows now."""
        return " ".join(picture.words for picture in self.picture)

    def reset(self, _=None):
        """Back to the very same start, with one redraw."""
        with self._lock:
            try:
                self._held = True
                if self.weights:
                    self.weights.reset()
                if self._adjust:
                    self._adjust(self._start)  # the bounds, so that every value fits again
                for name, control in self.controls.items():
                    control.value = self._start[name]
                self.redraw()
            finally:
                self._held = False

    def redraw(self):
        """Draw what the controls say now; called by every change."""
        with self._lock:
            try:
                drawn = self._draw(**self._values())
                pictures = drawn if isinstance(drawn, tuple) else (drawn,)
                svg = "".join(picture.svg for picture in pictures)
            except (LetterError, FloatingPointError) as error:
                self._alert(str(error))
                return
            # a fault of the drawing's own: said here as well, since the picture is of something
            # else
            except Exception as error:
                self._alert(
                    "the drawing failed, and the picture is the one before:"
                    f" {type(error).__name__}: {error}"
                )
                raise
            self.picture, self._svg = pictures, svg
            self.page.value = (
                f'{self._svg}<p role="status" style="{_WORDS}">{escape(self.words)}</p>'
            )

    def _alert(self, words):
        self.page.value = (
            f'{self._svg}<p role="alert" style="{_WORDS};color:#b33c00">{escape(words)}</p>'
        )

    def _values(self):
        values = {name: control.value for name, control in self.controls.items()}
        for control in (*self.controls.values(), *([self.weights.number] if self.weights else [])):
            if isinstance(control, Number) and not math.isfinite(control.value):
                raise FloatingPointError(
                    f"{control.box.description} is {control.value}; it must be a number"
                )
            if isinstance(control, Choice) and control.value is None:
                raise LetterError(
                    f"{control.description}: nothing is chosen; choose one of"
                    f" {', '.join(map(str, control.options))}"
                )
        if self._adjust:
            self._adjust(values)  # moves numbers only: what else has been read stays as it was read
        return {
            name: control.value if isinstance(control, Number) else values[name]
            for name, control in self.controls.items()
        }

    def _changed(self):
        with self._lock:
            if self._held:
                return
            try:
                self._held = True  # what a redraw moves, such as a bound, asks for no second one
                self.redraw()
            finally:
                self._held = False

    def __repr__(self):
        return f"Panel: {self.words}"

    def _ipython_display_(self, **kwargs):
        """Offer the live panel and, where no kernel runs, its picture; alike in ipywidgets 7 and
        8."""
        display(
            _bundle(
                self._drawn_beforehand() if SITE else self,
                repr(self),
                "".join(picture._repr_html_() for picture in self.picture),
            ),
            raw=True,
        )

    def _drawn_beforehand(self):
        """The panel for a page without a kernel: what `frames` names moves, among pages that have
        been drawn."""
        self.reset()
        names, shown = list(self.frames), widgets.VBox()
        selectors = [_selector(self.controls[name], self.frames[name]) for name in names]

        def pages(values=()):
            if len(values) < len(names):
                return follow(
                    selectors[len(values)],
                    [pages((*values, value)) for value in self.frames[names[len(values)]]],
                )
            for name, value in zip(names, values):
                self.controls[name].value = value
            return widgets.HTML(self.page.value)

        others = [
            f"“{label(control)}”" for name, control in self.controls.items() if name not in names
        ]
        others += ["every weight"] * bool(self.weights)
        also = (
            f", and so do {' and '.join(filter(None, [', '.join(others[:-1]), others[-1]]))}"
            if others
            else ""
        )
        note = (
            "These pictures were drawn beforehand. With a kernel all values between"
            f" move{escape(also)}. {GET_KERNEL}"
        )
        shown.children = [*selectors, pages(), widgets.HTML(f'<p class="needs-kernel">{note}</p>')]
        self.reset()
        return shown


GET_KERNEL = '<a href="../index.html#with-a-kernel">How to get a kernel</a>.'


def label(control):
    """The name that a control carries on the page."""
    return control.box.description if isinstance(control, Number) else control.description


def _selector(control, values):
    """A slider or a list for some of a control's values, set to the one it has now."""
    options = [f"{value:g}" if isinstance(control, Number) else value for value in values]
    kind = widgets.SelectionSlider if isinstance(control, Number) else widgets.Dropdown
    return kind(
        description=label(control),
        options=options,
        index=list(values).index(control.value),
        style=_WIDE,
        layout=widgets.Layout(
            width="420px" if isinstance(control, Number) else "260px", max_width="100%"
        ),
    )


def follow(control, pages):
    """A box that shows the page with the index of what a control has chosen; it needs no kernel."""
    stack = widgets.Stack(pages, selected_index=control.index)
    widgets.jslink((control, "index"), (stack, "selected_index"))
    return stack


def _bundle(widget, text, html):
    """The outputs of a widget: itself, and what stands in its place where no kernel runs."""
    return {
        "text/plain": text,
        "text/html": html,
        "application/vnd.jupyter.widget-view+json": {
            "version_major": 2,
            "version_minor": 0,
            "model_id": widget.model_id,
        },
    }


class Quiz(Whole, widgets.VBox):
    """A question with radio buttons; what is to be said to an option stands below it as soon as it
    is chosen."""

    def __init__(self, question, options, right):
        self.question, self.options = question, options
        self.replies = [
            f'<p role="status" style="{_WORDS}"><b>{"Yes." if option == right else "Not so."}</b>'
            f" {escape(reason)}</p>"
            for option, reason in options.items()
        ]
        self.choice = widgets.RadioButtons(
            options=list(options), value=None, layout=widgets.Layout(width="auto")
        )
        self.reply = widgets.HTML()
        self.choice.observe(self._answer, "index")
        super().__init__(
            [
                widgets.HTML(f'<p style="{_WORDS}"><b>Predict.</b> {escape(question)}</p>'),
                self.choice,
                self.reply,
            ]
        )

    def _answer(self, change):
        self.reply.value = "" if change["new"] is None else self.replies[change["new"]]

    def __repr__(self):
        return f"Quiz: {self.question} " + " / ".join(self.options)

    def _ipython_display_(self, **kwargs):
        items = "".join(f"<li>{escape(option)}</li>" for option in self.options)
        if SITE:
            self.children = [
                *self.children[:2],
                follow(self.choice, [*map(widgets.HTML, self.replies)]),
            ]
        display(
            _bundle(
                self, repr(self), f"<p><b>Predict.</b> {escape(self.question)}</p><ul>{items}</ul>"
            ),
            raw=True,
        )


class Progress(Whole, widgets.HBox):
    """A bar that fills as a training runs in a cell, and how to end it early. (Few kernels hear a
    button while a cell runs; all hear an interrupt.)"""

    def __init__(self, steps):
        self.steps = steps
        self.bar = widgets.IntProgress(value=0, min=0, max=steps, description="training")
        super().__init__(
            [self.bar, widgets.Label("Interrupt the kernel (■) to end it here; the weights stay.")]
        )

    def __repr__(self):
        return f"Training: {self.steps} updates"

    def _ipython_display_(self, **kwargs):
        data = _bundle(self, repr(self), f"<p>{repr(self)}</p>")
        display(
            {kind: data[kind] for kind in list(data)[: 2 if SITE else 3]}, raw=True
        )  # a bar that nothing fills is none


def progress(run, steps):
    """The snapshots of a training, with a bar in the notebook's output."""
    bar, due = Progress(steps), 0.0
    display(bar)
    for moment in run:
        if (
            moment.step == steps or time.monotonic() >= due
        ):  # some thousand messages a second would choke the page
            bar.bar.value, due = moment.step, time.monotonic() + 0.1
        yield moment
