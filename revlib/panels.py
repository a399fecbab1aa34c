"""Floor 5: sliders and text boxes bound to drawings. The one file that imports ipywidgets."""
import math
import threading
from dataclasses import replace
from html import escape

import ipywidgets as widgets
import numpy as np
from IPython.display import display

from revlib import bptt, cells, model, plots, training
from revlib.alphabet import Alphabet, LetterError

LONGEST = 8    # letters a panel's string may have
_WIDE = {"description_width": "initial"}
_WORDS = "line-height:1.4;min-height:2.8em;max-width:820px"


class Number(widgets.HBox):
    """A number to drag or to type: a slider beside a box that carries its name.

    `value` is exact. A slider on a page knows only its steps, and sends back the step nearest to whatever
    it is given; that is no move of the reader's, and changes nothing here.
    """

    def __init__(self, name, value, low, high, step=0.01):
        kind = "Int" if isinstance(step, int) else "Float"
        bounds = dict(value=value, min=low, max=high, step=step)
        self.box = getattr(widgets, f"Bounded{kind}Text")(description=name, style=_WIDE, **bounds,
                                                          layout=widgets.Layout(width="170px"))
        self.slider = getattr(widgets, f"{kind}Slider")(readout=False, layout=widgets.Layout(width="280px"), **bounds)
        self._value, self._setting, self._acts = value, False, []
        self.lock = threading.RLock()    # a panel puts its own here
        self.slider.observe(self._slid, "value")
        self.box.observe(lambda change: self._set(change["new"]), "value")
        super().__init__([self.box, self.slider])

    value = property(lambda self: self._value, lambda self, value: self._set(value))

    def on_change(self, act):
        """Call `act()` after every change of the value."""
        self._acts.append(act)

    def bound(self, high):
        """Change the upper end; a value above it comes down with it."""
        with self.lock:
            self._setting = True
            self.slider.max = self.box.max = high
            self._setting = False
            self._set(min(self._value, high))

    def show(self, name, value):
        """Carry another name and value, and reach at least as far as that value."""
        with self.lock:
            self.box.description = name
            reach = max(2.0, math.ceil(1.5 * abs(value)))
            self._setting = True
            for part in (self.slider, self.box):
                part.min, part.max = -reach, reach
            self._setting = False
            self._set(value)

    def _slid(self, change):
        with self.lock:
            low, step = self.slider.min, self.slider.step
            nearest = low + round((self._value - low) / step) * step if math.isfinite(self._value) else math.nan
            if not abs(change["new"] - nearest) < 1e-6 * step:
                self._set(round(change["new"], 9))

    def _set(self, value):
        with self.lock:
            if self._setting:
                return
            self._setting = True
            try:
                if math.isfinite(value):
                    value = min(max(value, self.slider.min), self.slider.max)
                changed, self._value = value != self._value, value
                self.box.value = value
                # what the page's slider just said, it is not told again: it may have moved on meanwhile
                if not abs(self.slider.value - value) < 1e-9:
                    self.slider.value = value
            finally:
                self._setting = False
            if changed:
                for act in self._acts:
                    act()


class Choice(widgets.Dropdown):
    """One of several, by name."""

    def __init__(self, name, options, value):
        super().__init__(description=name, options=options, value=value, style=_WIDE,
                         layout=widgets.Layout(width="220px"))

    def on_change(self, act):
        self.observe(lambda _: act(), "value")


class String(widgets.Text):
    """A string box, read letter by letter as it is typed."""

    def __init__(self, name, value):
        super().__init__(description=name, value=value, style=_WIDE, continuous_update=True,
                         layout=widgets.Layout(width="220px"))

    def on_change(self, act):
        self.observe(lambda _: act(), "value")


class Weights:
    """Every weight of a network within reach: pick a matrix, pick an entry of its grid, drag it.

    The grid's buttons are reached by Tab and pressed by Space. The network is the panel's own copy.
    """

    def __init__(self, net, names):
        self.net, self.names, self._start = net, names, net.theta.copy()
        self._act, self._showing, self._grids = None, False, {}
        self.matrix = widgets.ToggleButtons(options=names, description="weights", style={"button_width": "76px"})
        self.number = Number("", 0.0, -2.0, 2.0)
        self.grid = widgets.VBox([self.matrix, widgets.VBox()])
        self.matrix.observe(lambda change: self._open(change["new"]), "value")
        self.number.on_change(self._drag)
        self._open(names[0])

    lock = property(lambda self: self.number.lock, lambda self, lock: setattr(self.number, "lock", lock))

    def on_change(self, act):
        self._act = act

    @property
    def entry(self):
        """(matrix, row, column) of the entry the slider moves."""
        return self._name, *self._at

    def select(self, row, column):
        """Let the slider move the entry (row, column) of the matrix in view."""
        with self.lock:
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
            for name, (_, buttons, _, _) in self._grids.items():
                for button, value in zip(buttons, self.net.named()[name].flat):
                    button.description = cells.number(value)
            self.matrix.value = self.names[0]
            self.select(0, 0)

    def _open(self, name):
        with self.lock:
            if self._grids:
                self._button(*self._at).button_style = ""
            if name not in self._grids:
                self._grids[name] = self._build(name)
            self._name, self._view, self._at = name, self._grids[name], (0, 0)
            self.grid.children = [self.matrix, self._view[0]]
            self.select(0, 0)

    def _build(self, name):
        """The grid of one matrix: its box, its buttons row by row, the names of its rows and columns."""
        values, letters = self._matrix(name), self.net.alphabet
        rows = [""] if len(values) == 1 and not name.endswith("Wh") else (
            letters.letters if name.endswith("Wh") else cells.units(len(values)))
        columns = letters.outputs if name in ("Wo", "bo") else cells.units(values.shape[1])
        small = widgets.Layout(width="58px", height="26px", margin="1px")
        buttons = []
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                button = widgets.Button(description=cells.number(values[i, j]), layout=small,
                                        tooltip=self._label(name, row, column))
                button.on_click(lambda _, at=(i, j): self.select(*at))
                buttons.append(button)
        width = len(columns)
        box = widgets.VBox([widgets.HBox(buttons[k:k + width]) for k in range(0, len(buttons), width)])
        return box, buttons, rows, columns

    @staticmethod
    def _label(name, row, column):
        return f"{name}[{row}, {column}]" if row else f"{name}[{column}]"

    def _matrix(self, name):
        return np.atleast_2d(self.net.named()[name])    # a view: writing into it writes into theta

    def _button(self, row, column):
        return self._view[1][row * len(self._view[3]) + column]

    def _show_value(self):
        name, i, j = self.entry
        self._showing = True
        try:
            self.number.show(self._label(name, self._view[2][i], self._view[3][j]), float(self._matrix(name)[i, j]))
        finally:
            self._showing = False

    def _drag(self):
        if self._showing:
            return
        (name, i, j), value = self.entry, self.number.value
        if math.isfinite(value):
            self._matrix(name)[i, j] = value
            self._button(i, j).description = cells.number(value)
        if self._act:
            self._act()


class Panel(widgets.VBox):
    """Controls bound to a drawing, with a line of words and Reset.

    Parameters
    ----------
    controls : dict of str to Number, Choice or String
        Their values are handed to `draw` by name.
    draw : function
        From those values to a Picture or several; LetterError and FloatingPointError are answered in words
        and the picture stays.
    weights : Weights, optional
        The draw function reads its network.
    adjust : function, optional
        Called with the dict of values before each drawing, to move the bounds of other controls.

    One lock lets only one change in at a time, wherever callbacks run.
    """

    def __init__(self, controls, draw, weights=None, adjust=None):
        self.controls, self.weights = controls, weights
        self._draw, self._adjust = draw, adjust
        self._lock, self._held = threading.RLock(), False
        self._start = {name: control.value for name, control in controls.items()}
        self.picture, self._svg = (), ""
        self.page = widgets.HTML()
        self.reset_button = widgets.Button(description="Reset", tooltip="Back to the start: the same string, the same weights")
        self.reset_button.on_click(self.reset)
        for control in (*controls.values(), *([weights] if weights else [])):
            control.lock = self._lock
            control.on_change(self._changed)
        self.redraw()
        left = [*controls.values(), *([weights.number] if weights else []), self.reset_button]
        top = widgets.HBox([widgets.VBox(left), *([weights.grid] if weights else [])],
                           layout=widgets.Layout(flex_flow="row wrap"))
        super().__init__([top, self.page])

    @property
    def words(self):
        """What the picture shows now."""
        return " ".join(picture.words for picture in self.picture)

    def reset(self, _=None):
        """Back to the very same start, with one redraw."""
        with self._lock:
            self._held = True
            try:
                if self._adjust:
                    self._adjust(self._start)    # first the bounds, so that every value fits again
                for name, control in self.controls.items():
                    control.value = self._start[name]
                if self.weights:
                    self.weights.reset()
                self.redraw()
            finally:
                self._held = False

    def redraw(self):
        """Draw what the controls say now; called by every change."""
        try:
            drawn = self._draw(**self._values())
        except (LetterError, FloatingPointError) as error:
            self.page.value = f'{self._svg}<p role="alert" style="{_WORDS};color:#b33c00">{escape(str(error))}</p>'
            return
        self.picture = drawn if isinstance(drawn, tuple) else (drawn,)
        self._svg = "".join(picture.svg for picture in self.picture)
        self.page.value = f'{self._svg}<p role="status" style="{_WORDS}">{escape(self.words)}</p>'

    def _values(self):
        values = {name: control.value for name, control in self.controls.items()}
        for control in (*self.controls.values(), *([self.weights.number] if self.weights else [])):
            if isinstance(control, Number) and not math.isfinite(control.value):
                raise FloatingPointError(f"{control.box.description} is {control.value}; it must be a number")
        if self._adjust:
            self._adjust(values)    # moves numbers only: what else has been read stays as it was read
        return {name: control.value if isinstance(control, Number) else values[name]
                for name, control in self.controls.items()}

    def _changed(self):
        with self._lock:
            if self._held:
                return
            self._held = True    # what a redraw moves, such as a bound, asks for no second one
            try:
                self.redraw()
            finally:
                self._held = False

    def __repr__(self):
        return f"Panel: {self.words}"

    def _ipython_display_(self, **kwargs):
        """Offer the live panel and, where no kernel runs, its picture; alike in ipywidgets 7 and 8."""
        display(_bundle(self, repr(self), "".join(picture._repr_html_() for picture in self.picture)), raw=True)


def _bundle(widget, text, html):
    """The outputs of a widget: itself, and what stands in its place where no kernel runs."""
    return {"text/plain": text, "text/html": html, "application/vnd.jupyter.widget-view+json":
            {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}}


def _largest(*arrays):
    return max(1e-9, *(float(np.abs(a).max()) for a in arrays))


def encoding_panel(net, text="abc"):
    """One step of the encoder: the string, the step, every weight."""
    start, weights = net.copy(), Weights(net.copy(), ("Wh", "Ws", "b"))
    step = Number("step t", min(2, len(text)), 1, len(text), 1)

    def draw(string, step):
        live, X = weights.net, net.alphabet.one_hot(string)
        S, limit = model.encode(live, X), _largest(model.encode(start, X))
        name, i, j = weights.entry
        return cells.draw_step(step, X[step - 1], live.Wh, S[step - 1], live.Ws, live.b, S[step],
                               net.alphabet.letters, limit, {name: {(i, j)}})

    return Panel({"string": String("string", text), "step": step}, draw, weights,
                 lambda values: step.bound(len(net.alphabet.read(values["string"], LONGEST))))


def thought_panel(net, first="abc", second="acb"):
    """The states of two strings side by side: the strings, every weight, the scale of Ws."""
    start, weights = net.copy(), Weights(net.copy(), ("Wh", "Ws", "b"))

    def draw(first, second, scale):
        live = weights.net.copy()
        live.Ws[:] *= scale
        runs = []
        for string in (first, second):
            X = net.alphabet.one_hot(net.alphabet.read(string, LONGEST))
            runs += [string, model.encode(live, X)]
        limit = _largest(*(model.encode(start, net.alphabet.one_hot(string)) for string in (first, second)))
        return cells.draw_compare(*runs, limit=limit)

    return Panel({"first": String("first string", first), "second": String("second string", second),
                  "scale": Number("scale of Ws", 1.0, 0.0, 1.5)}, draw, weights)


def map_panel(net, length=3, longest=5, units=(1, 5)):
    """The thought vectors of all strings of a length, on the plane of two units: length, scale of Ws, units."""
    net, names, maps, low = net.copy(), cells.units(net.n), {}, 0 if net.activation == "relu" else -1
    ends = {"the last letter": -1, "the first letter": 0}

    def draw(length, scale, across, up, group):
        live = net.copy()
        live.Ws[:] *= scale
        strings, at = net.alphabet.strings(length), [int(across) - 1, int(up) - 1]
        thoughts = model.run(live, strings, steps=0).thought
        key = length, across, up, group
        if key not in maps:
            widest = 1.15 * np.abs(model.run(net, strings, steps=0).thought[:, at]).max(axis=0)
            widest[widest == 0] = 1
            place = ends[group]
            groups = {f"{group} is {letter}": [i for i, s in enumerate(strings) if s[place] == letter]
                      for letter in net.alphabet.letters}
            maps[key] = plots.Map(groups, strings if len(strings) <= 27 else (), xlim=(low * widest[0], widest[0]), ylim=(low * widest[1], widest[1]),
                                  xlabel=f"unit {across} of S({length})", ylabel=f"unit {up} of S({length})")
        gaps = np.linalg.norm(thoughts[:, None] - thoughts, axis=-1) + np.where(np.eye(len(strings)), np.inf, 0)
        i, j = np.unravel_index(gaps.round(9).argmin(), gaps.shape)    # the first of equally close pairs
        words = (f"{len(strings)} strings of length {length}, Ws times {cells.number(scale)}. The two closest thought vectors, "
                 f"of '{strings[i]}' and '{strings[j]}', are {cells.number(gaps[i, j], 4)} apart; the longest is "
                 f"{cells.number(np.linalg.norm(thoughts, axis=1).max())} long.")
        return maps[key].draw(thoughts[:, at], words)

    return Panel({"length": Number("length", length, 1, longest, 1), "scale": Number("scale of Ws", 1.0, 0.0, 1.5),
                  "across": Choice("across: unit", names, str(units[0])), "up": Choice("up: unit", names, str(units[1])),
                  "group": Choice("colour by", list(ends), "the last letter")}, draw)


def growth_panel(net, text="abc", letters=20):
    """How long the state is after each letter, as a string repeats: the string, the scale of Ws."""
    net, t = net.copy(), np.arange(1, letters + 1)
    curves = plots.Curves({"length of S(t)": "encoder", "by the largest eigenvalue": "weights"},
                          xlabel="letters read, t", ylabel="length of S(t), no unit", xlim=(0, letters + 1),
                          ylim=(1e-4, 1e10), yscale="log")

    def draw(string, scale):
        live = net.copy()
        live.Ws[:] *= scale
        again = (net.alphabet.read(string, LONGEST) * letters)[:letters]
        lengths = np.linalg.norm(model.encode(live, net.alphabet.one_hot(again))[1:], axis=1)
        rate = np.abs(np.linalg.eigvals(live.Ws)).max()
        words = (f"Ws times {cells.number(scale)}: its largest eigenvalue is {cells.number(rate)}. After {letters} letters of "
                 f"'{string}', repeated, the state is {cells.number(lengths[-1])} long, "
                 f"{cells.number(lengths[-1] / (lengths[-2] or 1), 4)} times its length one letter before.")
        return curves.draw(t, [lengths, lengths[0] * rate ** (t - 1)], words)

    return Panel({"string": String("string", text), "scale": Number("scale of Ws", 1.0, 0.0, 1.5)}, draw)


def decoding_panel(net, thought, steps=3):
    """The decoder from a thought vector: every unit of the vector, the step, the most letters, every weight."""
    thought, V = np.array(thought, dtype=float), len(net.alphabet)
    weights = Weights(net.copy(), ("dec.Wh", "dec.Ws", "dec.b", "Wo", "bo"))
    limit = _largest(model.decode(net, thought, steps).S)
    high = float(max(10, np.ceil(2 * np.abs(thought).max())))
    low = 0.0 if net.activation == "relu" else -high
    units = {f"unit_{i + 1}": Number(f"thought, unit {i + 1}", round(float(v), 6), low, high) for i, v in enumerate(thought)}
    step = Number("step t", steps, 1, steps, 1)

    def draw(step, most, **unit):
        run = model.decode(weights.net, np.array(list(unit.values())), most)
        said = [net.alphabet.outputs[y] for y in run.Y]
        return cells.draw_decoding(run.S[0], run.X, run.S[1:], run.Z, run.P, said, net.alphabet.letters,
                                   net.alphabet.outputs, step, limit)

    return Panel({**units, "step": step, "most": Number("at most, letters", steps, 1, LONGEST, 1)}, draw, weights,
                 lambda values: step.bound(values["most"]))


def softmax_panel(scores, letters="abc", target="a"):
    """Scores to letters and to blame: the scores, the temperature, the letter that would be right."""
    bars = plots.Bars(letters, "output", "probability", (0, 1.15)), plots.Bars(letters, "blame", "p − y", (-1.15, 1.15))
    sliders = {f"score_{k}": Number(f"score of {k}", round(float(z), 6), -10.0, 20.0) for k, z in zip(letters, scores)}

    def draw(temperature, target, **scores):
        z = np.array(list(scores.values()))
        p, y = model.softmax(z, temperature), np.eye(len(letters))[letters.index(target)]
        return (cells.draw_blame(z, p, y, letters, temperature),
                bars[0].draw(p, "Bars: p."), bars[1].draw(p - y, "Bars: p − y."))

    return Panel({**sliders, "temperature": Number("temperature", 1.0, 0.05, 5.0),
                  "target": Choice("right letter", list(letters), target)}, draw)


def _scaled(net, scale):
    """A copy of a network with both Ws multiplied."""
    net = net.copy()
    net.Ws[:] *= scale
    net.dec.Ws[:] *= scale
    return net


def blame_panel(net, text="abc", longest=5):
    """Gradients of every state: the string, which letter's loss, the scale of Ws, every weight."""
    start, weights, names = net.copy(), Weights(net.copy(), tuple(net.named())), net.alphabet.outputs
    letter = Number("letter (0: all)", 0, 0, len(text) + net.alphabet.end, 1)

    def tape_of(net, string, letter):
        length = len(string) + net.alphabet.end
        tape = bptt.gradients(net, string, None if letter == 0 else np.eye(length)[letter - 1])
        if not np.isfinite(tape.loss):
            raise FloatingPointError(f"the loss is {tape.loss:g}: the weights are too large")
        return tape

    def draw(string, letter, scale):
        tape, usual = tape_of(_scaled(weights.net, scale), string, letter), tape_of(start, string, letter)
        right = [*string[::-1], *(["END"] if net.alphabet.end else [])]
        one = {name: getattr(tape, name)[:, 0] for name in ("S", "dS", "dec_S", "dec_dS", "P", "dZ")}
        picture = cells.draw_backward(string, [" ", *right[:-1]], right, **one, outputs=names,
                                      limit=_largest(usual.dS, usual.dec_dS))
        name, i, j = weights.entry
        blame = np.atleast_2d(tape.d.named()[name])[i, j] * (scale if name.endswith("Ws") else 1)    # of the slider's number
        loss = f"Loss {cells.number(tape.loss, 4)} nats; ∂loss/∂{weights.number.box.description} is {cells.number(blame, 4)}. "
        return replace(picture, words=loss + picture.words)

    return Panel({"string": String("string", text), "letter": letter, "scale": Number("scale of both Ws", 1.0, 0.0, 1.5)},
                 draw, weights, lambda values: letter.bound(
                     len(net.alphabet.read(values["string"], longest)) + net.alphabet.end))


def vanishing_panel(net, text="abc", longest=30):
    """How the blame changes on its way back: the length of the string, the scale of both Ws."""
    net = net.copy()
    curves = plots.Curves({"length of the blame on a state": "blame", "the thought vector": "encoder"},
                          xlabel="step: encoder's 1 to T, then decoder's", ylabel="|∂loss/∂S|, nats per unit",
                          xlim=(0, 2 * longest + 1), ylim=(1e-12, 1e12), yscale="log")

    def draw(length, scale):
        with np.errstate(all="ignore"):
            tape = bptt.gradients(_scaled(net, scale), (text * longest)[:length])
        sizes = np.linalg.norm(np.concatenate([tape.dS[1:, 0], tape.dec_dS[1:, 0]]), axis=1)
        if not np.isfinite(sizes).all():
            raise FloatingPointError(f"at scale {scale:g} the states no longer fit a float; take a smaller one")
        words = (f"{length} letters, both Ws times {cells.number(scale)}. The blame is {cells.number(sizes[-1], 4)} long on the "
                 f"decoder's last state, {cells.number(sizes[length - 1], 4)} on the thought vector and {sizes[0]:.1e} on S(1).")
        steps = np.arange(1, len(sizes) + 1)
        return curves.draw([steps, np.array([length, length])], [np.maximum(sizes, 1e-300), np.array([1e-12, 1e12])], words)

    return Panel({"length": Number("letters", 12, 1, longest, 1), "scale": Number("scale of both Ws", 1.0, 0.0, 1.5)}, draw)


def _loss_curves(steps, second):
    return plots.Curves({"loss": "output", second: "blame"}, xlabel="updates", ylabel="loss, nats per letter",
                        xlim=(0, steps), ylim=(1e-4, 20), yscale="log")


def training_panel(steps=300, length=3):
    """The whole training at every move: rate, optimiser, units, start, seed. All strings of one length, float32."""
    curves, alphabet = _loss_curves(steps, "length of the gradient"), Alphabet("abc")
    strings, units = alphabet.strings(length), Number("units", 5, 1, 12, 1)

    def draw(rate, optimiser, units, start, seed):
        net = training.initial(start, alphabet, units, np.random.default_rng(seed), dtype=np.float32)
        rate = 10.0 ** rate
        run = [*training.train(net, training.Batch(net, strings), training.OPTIMISERS[optimiser](rate), steps, clip=1)]
        right = training.correct(net, strings)
        wrong = [string for string, good in zip(strings, right) if not good][:4]
        words = (f"{optimiser}, rate {rate:.3g}, {units} unit{'s' * (units != 1)}, {start} start, seed {seed}: after {steps} updates the loss is "
                 f"{cells.number(run[-1].loss, 4)} nats and {right.sum()} of {len(strings)} strings are reversed"
                 + (f"; 'abc' gives '{model.run(net, 'abc').output}'." if not wrong else
                    f", not {', '.join(wrong)}{' …' if (~right).sum() > 4 else ''}."))
        return curves.draw(np.array([moment.step for moment in run]),
                           [np.array([moment.loss for moment in run]), np.array([moment.norm for moment in run])], words)

    return Panel({"rate": Number("rate: 10 to the", -2.0, -4.0, 0.5, 0.05), "optimiser": Choice("optimiser", [*training.OPTIMISERS], "Adam"),
                  "units": units, "start": Choice("start", training.STARTS, "identity"), "seed": Number("seed", 0, 0, 99, 1)},
                 draw, adjust=lambda values: values["start"] == "post" and setattr(units, "value", 5))


def scrub_panel(net, run, text="abc"):
    """Back and forth through a training: the moment, and a string to ask the network of that moment.

    Parameters
    ----------
    net : Net
        Any network of the run's sizes.
    run : list of training.Snapshot
    """
    run = list(run)
    alphabet, steps, losses = net.alphabet, np.array([m.step for m in run]), np.array([m.loss for m in run])
    curves = _loss_curves(max(steps[-1], 1), "this moment")

    def draw(moment, string):
        now = run[moment]
        then = model.Net(alphabet, net.n, net.activation, now.theta.copy())
        trace = model.run(then, alphabet.read(string, LONGEST))
        dec, answer = trace.dec, trace.output
        said = [alphabet.outputs[y] for y in dec.Y]
        words = (f"After {now.step} updates the loss is {cells.number(now.loss, 4)} nats, and '{string}' gives '{answer}', "
                 f"which is {'right' if answer == string[::-1] else 'wrong'}.")
        line = curves.draw([steps, np.array([now.step, now.step])], [losses, np.array([1e-4, 20])], words)
        return line, cells.draw_decoding(dec.S[0], dec.X, dec.S[1:], dec.Z, dec.P, said, alphabet.letters, alphabet.outputs)

    return Panel({"moment": Number("moment", 0, 0, len(run) - 1, 1), "string": String("string", text)}, draw)


class Progress(widgets.HBox):
    """A bar that fills as a training runs in a cell, with a Stop button where the kernel hears it in time."""

    def __init__(self, steps):
        self.steps, self.stopped = steps, False
        self.bar = widgets.IntProgress(value=0, min=0, max=steps, description="training")
        self.stop = widgets.Button(description="Stop", tooltip="End the training here; the weights stay as they are")
        self.stop.on_click(lambda _: setattr(self, "stopped", True))
        super().__init__([self.bar, self.stop])

    def __repr__(self):
        return f"Training: {self.steps} updates"

    def _ipython_display_(self, **kwargs):
        display(_bundle(self, repr(self), f"<p>{repr(self)}</p>"), raw=True)


def progress(run, steps):
    """The snapshots of a training, with a bar in the notebook's output; the Stop button ends it early."""
    bar = Progress(steps)
    display(bar)
    for moment in run:
        bar.bar.value = moment.step
        yield moment
        if bar.stopped:
            return
