"""Drives a panel as a reader would, and checks what every panel must do: for the tests of
panels."""

import random
import threading

import ipywidgets as widgets
import pytest

pytest.register_assert_rewrite("expected")

import expected

from revlib.panels import controls

HOSTILE = ["", " ", "abx", "ABC", "a" * 10000, "ä", "<script>", "🙂", "ab\n"]


@pytest.fixture(autouse=True)
def forget_widgets():
    """ipywidgets keeps every widget alive until it is closed."""
    yield
    widgets.Widget.close_all()


def page(panel):
    return expected.read(panel.page.value)


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
            control.value = "bc"
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
        seen["grid"] = [(b.description, b.button_style, b.tooltip) for b in grid(panel)]
    return seen | {"page": panel.page.value, "repr": repr(panel)}


def grid(panel):
    """The buttons of the matrix in view, row by row."""
    return [button for row in panel.weights.grid.children[1].children for button in row.children]


def every_widget(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every_widget(child)


@pytest.fixture
def draws(monkeypatch):
    """Counts the drawings of a panel: `calls = draws(panel)` is a list that grows by one a
    drawing."""

    def count(panel):
        calls, draw = [], panel._draw
        monkeypatch.setattr(
            panel, "_draw", lambda **values: (calls.append(values), draw(**values))[1]
        )
        return calls

    return count


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
        if isinstance(control, controls.TextBox):
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
