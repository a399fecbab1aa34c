"""The panel: controls bound to a drawing, with a line of words and Reset."""

import math
import threading

import ipywidgets as widgets

from revlib.alphabet import LetterError
from revlib.panels import static
from revlib.panels.controls import Number, TextBox, play_button
from revlib.panels.hand import Hand
from revlib.panels.words import lines_of, paragraph


class Panel(widgets.VBox):
    """Controls bound to a drawing, with a line of words and Reset.

    A wrong string, or a number that no picture can show, is answered in words, and the picture
    stays. One lock lets only one change in at a time, wherever callbacks run.

    Parameters
    ----------
    controls : dict of str to Number, Dropdown, TextBox or NumeralBox
        What they read is handed to `draw` by name.
    draw : function
        From those values to a list of Pictures.
    weights : Weights, optional
        Of the network that `draw` shows.
    adjust : function, optional
        Called with a dict of the values before each drawing, to move or bound other numbers.
    frames : dict of str to sequence, optional
        Of some controls, the values that still move where no kernel runs: all combinations.
    grips : dict of str to sequence of str, optional
        Block of a picture -> the control that each of its numbers moves, when it is dragged. A
        text box's letters are all its own.
    play : str, optional
        The control that steps on by itself.
    pause : int
        Milliseconds between its steps.
    """

    def __init__(
        self,
        controls,
        draw,
        weights=None,
        adjust=None,
        frames=None,
        grips=None,
        play=None,
        pause=800,
    ):
        self.controls = controls
        self.weights = weights
        self.frames = frames or {}
        self.pictures = []
        self._seen = {}  # the values that the pictures show
        self.parts = []  # of the page: the pictures, and the line of words
        self.lines = None  # of words, as many as the first take: with fewer nothing moves up
        self.page = widgets.HTML()
        self.hand = Hand()
        self.play = None if play is None else followed(controls[play], pause)
        self.steps = play  # the control that it moves
        self._grips = grips or {}
        self._draw = draw
        self._adjust = adjust
        self._start = {name: control.value for name, control in controls.items()}
        self._start_read = {name: control.read() for name, control in controls.items()}
        self._lock = threading.RLock()
        self._held = False  # what a redraw or Reset moves asks for no other redraw
        self.reset_button = widgets.Button(
            description="Reset", tooltip="Back to the start: the same string, the same weights"
        )

        self.reset_button.on_click(self.reset)
        for control in controls.values():
            control.observe(self.redraw, "value")
        self.hand.observe(self._moved, "move")
        rows = [*controls.values()]
        if weights is not None:
            weights.on_change(self.redraw)
            rows += [weights.number, weights.choice]
        buttons = [self.reset_button] if self.play is None else [self.play, self.reset_button]
        rows.append(widgets.HBox(buttons))
        self.redraw()
        super().__init__([*rows, self.page, self.hand])
        self.add_class("revlib-panel")

    @property
    def words(self):
        """What the pictures show now."""
        return " ".join(picture.words for picture in self.pictures)

    def redraw(self, change=None):
        """Draw what the controls say now; every change of a control calls it."""
        with self._lock:
            if self._held:
                return
            self._held = True
            try:
                self._show()
            finally:
                self._held = False

    def reset(self, button=None):
        """Go back to the very same start, with one redraw."""
        with self._lock:
            self._held = True
            try:
                self._move_back()
            finally:
                self._held = False
            self.redraw()

    def take(self, block, place, value):
        """Give a number that stands in a picture another value; only take it in hand, if None.

        Parameters
        ----------
        block : str
            As the picture calls it: a parameter, or a key of `grips`.
        place : int
            Row by row, from 0.
        value : float, int or None
            Of a letter: its place in the alphabet.
        """
        with self._lock:
            if self.weights is not None and block in self.weights.names:
                self.weights.take(block, place, value)
            elif value is not None and block in self._grips:
                self._give(self._grips[block], place, value)

    def _give(self, names, place, value):
        """Give the control behind a number, or behind a letter, another value."""
        control = self.controls[names[min(place, len(names) - 1)]]
        if isinstance(control, TextBox):
            # what is seen, which is not what stands in the box if that is wrong
            letters = list(control.alphabet.read(self._seen[names[0]]))
            if place < len(letters):
                letters[place] = control.alphabet.symbols[int(value) % len(control.alphabet)]
                control.value = control.alphabet.join(letters)
        elif place < len(names):
            control.value = value

    def _moved(self, change):
        """Do what was done in the picture; it comes from a page, which may send anything."""
        said = change.new
        block, place, value = (said.get(key) for key in ("block", "place", "value"))
        number = isinstance(value, (int, float)) and math.isfinite(value)
        if isinstance(block, str) and isinstance(place, int) and place >= 0:
            if value is None or number:
                self.take(block, place, value)

    def _show(self):
        """Put the new pictures on the page; or why there are none, under the old ones."""
        try:
            self.pictures = self._drawn()
        except (LetterError, FloatingPointError) as error:
            self._write(str(error), "alert")
        except Exception as error:  # a fault of the drawing's own
            trouble = f"{type(error).__name__}: {error}"
            self._write(
                f"the drawing failed, and the picture is the one before: {trouble}", "alert"
            )
            raise
        else:
            self._write(self.words, "status")

    def _drawn(self):
        """Return the pictures of what the controls say."""
        values = {name: control.read() for name, control in self.controls.items()}
        if self._adjust is not None:
            self._adjust(values)
            for name, control in self.controls.items():
                if isinstance(control, Number):  # what else was read stays as it was read
                    values[name] = control.value
        pictures = list(self._draw(**values))
        self._seen = values
        return pictures

    def _write(self, words, role):
        self.lines = self.lines or lines_of(words)
        line = paragraph(words, role, lines=self.lines)
        self.parts = [*(picture.svg for picture in self.pictures), line]
        self.page.value = "".join(self.parts)

    def _move_back(self):
        """Give every control its first value; the bounds go first, so that every value fits."""
        if self.weights is not None:
            self.weights.reset()
        if self._adjust is not None:
            self._adjust(dict(self._start_read))
        for name, control in self.controls.items():
            control.value = self._start[name]

    def __repr__(self):
        return f"Panel: {self.words}"

    def _ipython_display_(self, **kwargs):
        still = "".join(picture._repr_html_() for picture in self.pictures)
        static.show(self, still, static.drawn_beforehand)


def followed(control, pause):
    """Return a play button for a Number: each moves the other, and it stops at the end."""
    low, high = control.slider.min, control.slider.max
    button = play_button(control.description, control.value, low, high, pause)

    def follow(change=None):
        with button.hold_sync():
            button.max = control.slider.max
            button.value = control.value

    control.observe(follow, "value")
    control.slider.observe(follow, "max")
    button.observe(lambda change: setattr(control, "value", change.new), "value")
    return button
