"""Drives a panel as a reader would, and checks what every panel must do: for the tests of
panels."""

import ast
import contextlib
import functools
import io
import json
import random
import threading

import ipywidgets as widgets

from helpers.lab import NOTEBOOKS
from reference import pages
from revlib.panels import controls
from tools import cells

TYPED = controls.TextBox, controls.NumeralBox  # boxes into which anything may be typed
HOSTILE = ["", " ", "abx", "ABC", "a" * 10000, "ä", "<script>", "🙂", "ab\n"]


def page(panel):
    return pages.read(panel.page.value)


def numbers(panel):
    """Name -> Number of every number of a panel, the weight in hand among them."""
    found = {name: c for name, c in panel.controls.items() if isinstance(c, controls.Number)}
    return found | ({"weight": panel.weights.number} if panel.weights else {})


def is_int(number):
    return isinstance(number.slider, widgets.IntSlider)


def move_everything(panel):
    """Take every control somewhere else; the step last, since strings bound it."""
    for control in panel.controls.values():
        if isinstance(control, controls.TextBox):
            control.value = "bca"
        elif isinstance(control, controls.NumeralBox):
            control.value = "1984"
        elif isinstance(control, controls.Dropdown):
            control.value = next(o for o in reversed(control.options) if o != control.value)
    for number in panel.controls.values():
        if isinstance(number, controls.Number):
            number.value = (
                number.slider.min if number.value != number.slider.min else number.slider.max
            )
    if panel.weights:
        for matrix in reversed(panel.weights.names):
            panel.weights.matrix.value = matrix
            panel.weights.select(0, 2)
            panel.weights.number.value = -1.25
        panel.weights.matrix.value = panel.weights.names[-1]


def state(panel):
    """All that a reader sees or can reach, and the network."""
    seen = {name: control.value for name, control in panel.controls.items()}
    for name, number in numbers(panel).items():
        for part in (number.box, number.slider):
            seen[name, type(part).__name__] = part.value, part.min, part.max, part.description
    if panel.weights:
        seen["weights"] = panel.weights.net.theta.tobytes(), panel.weights.entry
        choice = panel.weights.choice.children
        seen["choice"] = [(part.value, tuple(part.options)) for part in choice]
    return seen | {"page": panel.page.value, "repr": repr(panel)}


def every_widget(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every_widget(child)


def at_once(*acts):
    """Run functions in threads of their own; raise what they raised."""
    errors, gate = [], threading.Barrier(len(acts))

    def go(act):
        try:
            gate.wait(10)
            act()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=go, args=(act,), daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive(), "two callbacks wait for each other"
    if errors:
        raise errors[0]


def moves(control, times, seed):
    """A function that moves a control `times` times, to places that a seed picks."""
    rng = random.Random(seed)
    if isinstance(control, controls.Number):
        low, high = control.slider.min, control.slider.max
        places = [
            rng.randint(low, high) if is_int(control) else round(rng.uniform(low, high), 2)
            for _ in range(times)
        ]
    elif isinstance(control, controls.Dropdown):
        places = [rng.choice(control.options) for _ in range(times)]
    elif isinstance(control, controls.NumeralBox):
        places = [str(rng.randint(1, 9_999)) for _ in range(times)]
    else:
        places = ["".join(rng.choices("abc", k=rng.randint(1, 8))) for _ in range(times)]

    def act():
        for k, place in enumerate(places):
            if isinstance(
                control, controls.Number
            ):  # a page moves the one or the other, code the whole
                (control.slider, control.box, control)[k % 3].value = place
            else:
                control.value = place

    return act


def check_reset(panel):
    """Reset gives back the very same start: after every control has moved, once more, and after a
    wrong string."""
    start = state(panel)
    move_everything(panel)
    moved = state(panel)
    same = [key for key in start if start[key] == moved[key] and key != "repr"]
    assert all(start[c] != moved[c] for c in panel.controls), f"not moved: {same}"
    assert moved["page"] != start["page"]
    for again in (panel.reset_button.click, panel.reset):
        again()
        assert state(panel) == start
    for control in panel.controls.values():
        if isinstance(control, TYPED):
            move_everything(panel)
            control.value = "abx"
            panel.reset()
            assert state(panel) == start


def check_one_redraw_a_move(panel, calls):
    """Every slider, box, list, string and weight, and Reset, costs one drawing; `calls` is what
    `draws` counts in."""

    def costs_one(what, act):
        calls.clear()
        act()
        assert len(calls) == 1, f"{what}: {len(calls)} redraws"

    for which, number in numbers(panel).items():
        low, high = sorted(
            [number.slider.min, number.slider.max], key=lambda end: end == number.value
        )
        costs_one(f"{which}, slider", lambda: setattr(number.slider, "value", low))
        assert number.box.value == number.value == low  # a box and its slider are one number
        costs_one(f"{which}, box", lambda: setattr(number.box, "value", high))
        assert number.slider.value == number.value == high
        costs_one(f"{which}, by code", lambda: setattr(number, "value", low))
    for which, control in panel.controls.items():
        if isinstance(control, controls.Dropdown):
            for option in reversed(control.options):
                if option != control.value:
                    costs_one(f"{which}, {option}", lambda: setattr(control, "value", option))
        elif isinstance(control, controls.TextBox):
            costs_one(which, lambda: setattr(control, "value", "cabca"[: control.longest]))
            costs_one(f"{which}, shorter", lambda: setattr(control, "value", "a"))
        elif isinstance(control, controls.NumeralBox):
            costs_one(f"{which}, figures", lambda: setattr(control, "value", "9,999"))
            costs_one(f"{which}, shorter", lambda: setattr(control, "value", "seven"))
    if panel.weights:
        costs_one(
            "another matrix", lambda: setattr(panel.weights.matrix, "value", panel.weights.names[1])
        )
        costs_one("another weight", lambda: panel.weights.select(0, 3))
        costs_one("that weight", lambda: setattr(panel.weights.number, "value", -1.0))
        costs_one(
            "a matrix seen before",
            lambda: setattr(panel.weights.matrix, "value", panel.weights.names[0]),
        )
    costs_one("Reset", panel.reset_button.click)
    costs_one("Reset again", panel.reset)


# ---------------------------------------------------------------- the chapters' panels


def sources(name):
    """The code of a chapter, cell by cell."""
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


PANELS = [
    (path.stem, node.func.attr)
    for path in sorted(NOTEBOOKS.glob("[01]*.ipynb"))
    for source in sources(path.stem)
    for node in ast.walk(ast.parse(source))
    if isinstance(node, ast.Call)
    and isinstance(node.func, ast.Attribute)
    and node.func.attr.endswith("_panel")
    and getattr(node.func.value, "id", "") == "panels"
]

CHAPTERS = {}  # name -> its panels
for _name, _panel in PANELS:
    CHAPTERS.setdefault(_name, []).append(_panel)


@functools.cache
def needed(name, panel):
    """The cells of a chapter that its panel cannot do without, in order, the panel's own last."""
    code = sources(name)
    last = next(i for i, source in enumerate(code) if f"panels.{panel}(" in source)
    return [ast.parse(code[place]) for place in cells.needed(code, last)]


def run_cell(tree, names):
    """Run a cell as a notebook does; the value of its last line, if it has one."""
    *body, last = tree.body
    with contextlib.chdir(NOTEBOOKS), contextlib.redirect_stdout(io.StringIO()):
        exec(
            compile(
                ast.Module([*body] if isinstance(last, ast.Expr) else tree.body, []), "cell", "exec"
            ),
            names,
        )
        if isinstance(last, ast.Expr):
            return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


@functools.cache
def prepared(name, panel):
    """The notebook's names just before the panel's cell is run."""
    names = {"__name__": name}
    for tree in needed(name, panel)[:-1]:
        run_cell(tree, names)
    return names


def build(name, panel):
    """The panel, built by its own cell."""
    return run_cell(needed(name, panel)[-1], dict(prepared(name, panel)))


def svg_of(panel):
    return "".join(picture.svg for picture in panel.pictures)


def sound(panel):
    """What must be so after every event: a box and its slider are one number, and the page is a
    picture and words."""
    for number in numbers(panel).values():
        assert number.box.value == number.value
        # the nearest step
        assert abs(number.slider.value - number.value) <= 0.50001 * number.slider.step
        assert number.slider.min == number.box.min and number.slider.max == number.box.max
        assert number.slider.min <= number.value <= number.slider.max
    page = panel.page.value
    assert page.startswith("<svg ") and page.endswith("</p>") and page.count("<p role=") == 1
    picture, _, words = page.partition("<p role=")
    assert (
        "<script" not in page
        and "<img" not in page
        and "nan" not in panel.words.split()
        and picture == svg_of(panel)
    )
    return words.startswith('"status"')


def settle(panel):
    """Take back what is answered in words, so that there is a picture of what the controls say."""
    panel.redraw()
    if not sound(panel):
        for name, control in panel.controls.items():
            if isinstance(control, TYPED):
                control.value = panel._start[name]
    if not sound(panel) and "rate" in panel.controls:
        panel.controls["rate"].value = -2.0  # the loss was not finite
    if not sound(panel) and panel.weights:
        panel.reset()
    panel.redraw()
    assert sound(panel), panel.page.value[-300:]


def like(panel, other):
    """Set a panel, from its start, to the values of another."""
    panel.reset()
    if panel.weights:
        for matrix in panel.weights.names:
            panel.weights.matrix.value = matrix
        panel.weights.net.theta[:] = other.weights.net.theta
        matrix, row, column = other.weights.entry
        panel.weights.matrix.value = matrix
        panel.weights.select(row, column)
        panel.weights.number.show(panel.weights.number.description, other.weights.number.value)
    for kind in (
        controls.Dropdown,
        TYPED,
        controls.Number,
        controls.Number,
    ):  # twice: one number may bound another
        for name, control in panel.controls.items():
            if isinstance(control, kind):
                control.value = other.controls[name].value
    panel.redraw()
    return panel


def same(panel, fresh):
    """The pictures, words and values of two panels are equal."""
    values = {name: control.value for name, control in panel.controls.items()}
    assert values == {name: control.value for name, control in fresh.controls.items()}
    assert panel.words == fresh.words, values
    assert panel.page.value == fresh.page.value, values
    if panel.weights:
        assert panel.weights.entry == fresh.weights.entry
        choice = lambda one: [part.value for part in one.weights.choice.children]
        assert choice(panel) == choice(fresh)
