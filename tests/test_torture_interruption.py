"""Interrupts, moves while a cell runs, a page that closes, restarts: at every line in this process,
at random moments in real kernels."""

import ast
import builtins
import gc
import itertools
import json
import os
import queue
import random
import signal
import threading
import time
import types
from pathlib import Path

import numpy as np
import pytest
import test_torture_panels as panels_tests
import torture
from driving import forget_widgets, state  # noqa: F401
from jupyter_client.manager import KernelManager
from lab import NOTEBOOKS

import revlib
from revlib import decoders, model, starts, training
from revlib.alphabet import Alphabet
from revlib.panels import controls

TESTS, REVLIB = Path(__file__).parent, Path(revlib.__path__[0])
WAIT = 60  # seconds, at most, for any answer of a kernel


# ---------------------------------------------------------------- at every line, in this process


class Ticks(ast.NodeTransformer):
    """Puts a call before every statement of every function."""

    def __init__(self):
        self.inside = 0

    def visit(self, node):
        function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        self.inside += function
        self.generic_visit(node)
        if self.inside:
            for name in ("body", "orelse", "finalbody"):
                if isinstance(statements := getattr(node, name, None), list):
                    tick = [
                        ast.copy_location(
                            ast.Expr(ast.Call(ast.Name("__tick__", ast.Load()), [], [])), one
                        )
                        for one in statements
                    ]
                    setattr(node, name, [each for pair in zip(tick, statements) for each in pair])
        self.inside -= function
        return node


def inner(code):
    """A code object, and all within it."""
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from inner(const)


@pytest.fixture(scope="module")
def ticking():
    """The functions of revlib, each calling `__tick__()` before every statement: what a signal
    would interrupt, and no tracer."""
    kept, builtins.__tick__ = (
        [],
        lambda: None,
    )  # before anything calls it: a panel that is collected closes itself
    for path in sorted(REVLIB.glob("*.py")):
        tree = ast.fix_missing_locations(Ticks().visit(ast.parse(path.read_text(encoding="utf-8"))))
        found = {
            (code.co_qualname, code.co_firstlineno): code
            for code in inner(compile(tree, str(path), "exec"))
        }
        for function in [
            one
            for one in gc.get_objects()
            if isinstance(one, types.FunctionType) and one.__code__.co_filename == str(path)
        ]:
            code = found.get((function.__code__.co_qualname, function.__code__.co_firstlineno))
            if (
                code
                and code.co_name != "<lambda>"
                and code.co_freevars == function.__code__.co_freevars
            ):
                kept.append((function, function.__code__))
                function.__code__ = code
    yield
    for function, code in kept:
        function.__code__ = code
    del builtins.__tick__


def interrupted_at(act, line):
    """Run `act` and raise KeyboardInterrupt before the `line`th statement of revlib that it runs;
    whether it came so far."""
    left = itertools.count(line, -1)

    def tick():
        if next(left) == 1:
            raise KeyboardInterrupt

    # a panel of an earlier turn that is collected here would close itself, and be what is
    # interrupted
    gc.disable()
    builtins.__tick__ = tick
    try:
        act()
    except KeyboardInterrupt:
        return True
    finally:
        builtins.__tick__ = lambda: None
        gc.enable()
    return False


def every_line(start, act, step=1):
    """(what `start` gave, its `act` interrupted) for each line at which it can be, or each so
    manyth."""
    for line in itertools.count(1 + random.Random(0).randrange(step), step):
        subject = start()
        if not interrupted_at(lambda: act(subject), line):
            return
        yield subject


BATCHES = {
    "one length": (
        lambda: starts.initialize(model.Net("ab", 2), "identity", np.random.default_rng(0)),
        lambda net: training.Batch(net, ["ab"]),
    ),
    "two lengths": (
        lambda: starts.initialize(
            model.Net(Alphabet("ab", end=True), 2), "identity", np.random.default_rng(1)
        ),
        lambda net: training.Batch(net, ["ab", "a"]),
    ),
    "attention": (
        lambda: starts.initialize(
            decoders.EncoderDecoder("attention", "ab", 2), "gaussian", np.random.default_rng(2)
        ),
        lambda net: training.Batch(net, ["ab"]),
    ),
}


@pytest.mark.parametrize(
    "optimiser",
    [lambda: training.Descent(0.1), lambda: training.Adam(0.1, decay=0.1)],
    ids=["Descent", "Adam"],
)
@pytest.mark.parametrize("which", BATCHES)
def test_training_interrupted_at_every_line(ticking, which, optimiser):
    """The weights are then those after some whole number of updates; and training goes on from
    there."""
    new, batch = BATCHES[which]
    net = new()
    path = [moment.theta for moment in training.train(net, batch(net), optimiser(), 3, clip=1)]
    tried = 0
    for net in every_line(
        new,
        lambda net: [*training.train(net, batch(net), optimiser(), 3, clip=1, every=2)],
        torture.times(5, 1),
    ):
        assert any(np.array_equal(net.theta, theta) for theta in path), (
            "neither before an update nor after it"
        )
        tried += 1
        if tried % 20 == 0:
            assert np.isfinite([*training.train(net, batch(net), optimiser(), 2)][-1].loss)
    assert tried > 30
    torture.count("trainings interrupted, line by line", tried)


MOVES = {
    "encoding_panel": (
        "01_encoding",
        lambda panel: setattr(panel.controls["string"], "value", "b"),
    ),
    "thought_panel": (
        "02_thought_vector",
        lambda panel: setattr(panel.weights.matrix, "value", "Ws"),
    ),
    "growth_panel": (
        "02_thought_vector",
        lambda panel: setattr(panel.controls["scale"].slider, "value", 0.5),
    ),
    "decoding_panel": (
        "03_decoding",
        lambda panel: setattr(panel.controls["most"].box, "value", 1),
    ),
    "blame_panel": ("05_bptt", lambda panel: panel.weights.select(1, 1)),
    "softmax_panel": ("04_softmax", lambda panel: panel.reset()),
}


def move_all(panel):
    """Each control goes somewhere, as a reader would go on."""
    if panel.weights:
        for matrix in panel.weights.names[1::-1]:
            panel.weights.matrix.value = matrix
        panel.weights.number.value = 0.5
    for kind in (controls.Choice, controls.String, controls.Number):
        for name, control in panel.controls.items():
            if isinstance(control, kind):
                control.value = (
                    control.slider.min if kind is controls.Number else panel._start[name]
                )
    panel.redraw()


@pytest.mark.parametrize("panel", MOVES)
def test_a_panel_interrupted_at_every_line(ticking, panel):
    """A move that is cut off anywhere: the next one is drawn as ever, and Reset is the very same
    start."""
    name, move = MOVES[panel]
    moved, twin = panels_tests.build(name, panel), panels_tests.build(name, panel)
    start, tried = state(moved), 0

    def away():
        moved.reset()
        for control in moved.controls.values():  # a place from which every move is one
            if isinstance(control, controls.Number):
                control.value = control.slider.max
        if moved.weights:
            moved.weights.number.value = 0.25
        return moved

    for _ in every_line(
        away, move, torture.times({"growth_panel": 31, "softmax_panel": 151}.get(panel, 151), 1)
    ):
        tried += 1
        if tried % 2:
            move_all(moved)
            assert panels_tests.sound(moved)
            if tried % 5 == 0:
                panels_tests.same(moved, panels_tests.like(twin, moved))
        moved.reset()
        assert state(moved) == start
    panels_tests.same(moved, panels_tests.like(twin, moved))
    assert tried > torture.times(1, 100)
    torture.count("moves of panels interrupted, line by line", tried)


def test_the_first_drawing_interrupted_at_every_line(ticking):
    """A panel that was cut off while it drew for the first time draws all of its frame later."""
    whole = panels_tests.build("02_thought_vector", "growth_panel").page.value
    names = panels_tests.prepared("02_thought_vector", "growth_panel")
    net, kept, tried = names["net"], [], 0
    init = controls.Panel.__init__

    def keep(self, *args, **kwargs):
        kept.append(self)
        init(self, *args, **kwargs)

    controls.Panel.__init__ = keep
    try:
        for _ in every_line(
            lambda: None, lambda _: panels_tests.panels.growth_panel(net), torture.times(40, 1)
        ):
            tried += 1
            if kept and hasattr(kept[-1], "page"):
                kept[-1].redraw()
                assert kept[-1].page.value == whole
            kept.clear()
    finally:
        controls.Panel.__init__ = init
    torture.count("panels whose first drawing was interrupted, line by line", tried)


def test_the_interrupts_come(ticking):
    """At every statement there is one, and a run that has fewer is left alone; a generator is hit
    as well, and what is made in a function."""
    net = model.post_net()
    assert all(interrupted_at(lambda: net.run("abc"), line) for line in (1, 5, 40))
    assert not interrupted_at(lambda: net.run("abc"), 10**6)
    panel = panels_tests.build("01_encoding", "encoding_panel")
    assert interrupted_at(lambda: setattr(panel.controls["step"], "value", 1), 20)
    assert [
        function.__code__.co_names.count("__tick__")
        for function in (training.train, panel._draw, controls.Number._set)
    ] == [1, 1, 1]


# ---------------------------------------------------------------- a real kernel


class Kernel:
    """A kernel of its own, as a front end sees it: `run` a cell, and what came meanwhile; `send` a
    widget a message."""

    def __init__(self, folder):
        self.manager = KernelManager(kernel_name="python3")
        own = {"IPYTHONDIR": str(folder / "ipython"), "JUPYTER_RUNTIME_DIR": str(folder)}
        self.manager.start_kernel(cwd=str(NOTEBOOKS), env=os.environ | own)
        self.connect()

    def connect(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=WAIT)
        features = self.client.kernel_info(reply=True, timeout=WAIT)["content"].get(
            "supported_features", []
        )
        self.subshell = None
        if (
            "kernel subshells" in features
        ):  # where JupyterLab sends what widgets say: answered while a cell runs
            self.client.control_channel.send(self.client.session.msg("create_subshell_request", {}))
            self.subshell = self.client.get_control_msg(timeout=WAIT)["content"]["subshell_id"]

    def begin(self, code):
        """Send a cell, and wait till it prints that it has begun."""
        self.cell = self.client.execute(code)
        self.seen = []
        self.until(
            lambda message: (
                message["msg_type"] == "stream" and "begun" in message["content"]["text"]
            )
        )

    def until(self, last):
        """Read what the kernel says about this cell, until `last` is true of a message."""
        end = time.monotonic() + WAIT
        while True:
            assert time.monotonic() < end and self.manager.is_alive(), self.text()[-2000:]
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue
            self.seen.append(message)
            if last(message):
                return message

    def end(self, wrong=()):
        """Wait till the cell is done; its error, if it has one, must be among `wrong`."""
        self.until(
            lambda message: (
                message["msg_type"] == "status"
                and message["content"]["execution_state"] == "idle"
                and message["parent_header"].get("msg_id") == self.cell
            )
        )
        errors = [
            message["content"]
            for message in self.seen
            if message["msg_type"] == "error"
            and message["parent_header"].get("msg_id") == self.cell
        ]
        assert all(error["ename"] in wrong for error in errors), "\n".join(errors[0]["traceback"])
        return errors[0]["ename"] if errors else None

    def run(self, code, wrong=()):
        """Run a cell to its end; what it printed."""
        self.cell, self.seen = self.client.execute(code), []
        self.end(wrong)
        return self.text()

    def text(self):
        return "".join(
            message["content"]["text"] for message in self.seen if message["msg_type"] == "stream"
        )

    def send(self, model, **data):
        """Say something in the name of a widget on a page."""
        message = self.client.session.msg(
            "comm_msg", {"comm_id": model, "data": {"method": "update", "buffer_paths": [], **data}}
        )
        if self.subshell:
            message["header"]["subshell_id"] = self.subshell
        self.client.shell_channel.send(message)

    def settled(self):
        """Wait till every message sent so far has been answered."""
        if self.subshell:
            message = self.client.session.msg("kernel_info_request", {})
            message["header"]["subshell_id"] = self.subshell
            self.client.shell_channel.send(message)
            self.until(
                lambda seen: (
                    seen["parent_header"].get("msg_id") == message["header"]["msg_id"]
                    and seen["content"].get("execution_state") == "idle"
                )
            )
        self.run("pass")

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    running = Kernel(tmp_path_factory.mktemp("kernel"))
    running.run(SETUP)
    yield running
    running.close()


SETUP = f"""
import sys, json, itertools, threading
sys.path.insert(0, {str(TESTS)!r})
import numpy as np
from revlib import decoders, model, panels, training
from revlib.drawing import plots
from revlib.panels import controls
from revlib.alphabet import Alphabet
abc = Alphabet("abc", end=True)
strings = [string for length in (1, 2, 3) for string in abc.strings(length)]
optimisers = {{"Descent": lambda: training.Descent(0.05), "Adam": lambda: training.Adam(0.01, decay=0.001)}}
import ipykernel.comm.comm
Comm = next((kind for kind in vars(ipykernel.comm.comm).values() if "_reply_subshell_for" in getattr(kind, "__dict__", {{}})), None)
by_comm = Comm and Comm._reply_subshell_for
def beside_the_cell(wanted):
    # which thread hears a widget: the page's (ipykernel 7.0), or, where ipykernel knows it, that of the cell that made the widget
    if Comm:
        Comm._reply_subshell_for = (lambda self, data, default: default) if wanted else by_comm
def fresh(seed):
    return training.initial("identity", abc, 5, np.random.default_rng(seed))
"""  # noqa: E501
TRAINING = """
net, seen = fresh({seed}), []
run = training.train(net, training.Batch(net, strings), optimisers[{optimiser!r}](), steps=10**7, clip=1, every={every})
print("begun", flush=True)
for moment in {run}:
    seen.append(moment.step)
    if moment.step % (5 * {every}) == 0:
        training.save(net, {path!r})
"""  # noqa: E501
CHECK = """
assert net.theta.shape == fresh(0).theta.shape and net.theta.base is None and np.isfinite(net.theta).all()
again, found, kept, held = fresh({seed}), None, None, training.load({path!r}).theta
for moment in training.train(again, training.Batch(again, strings), optimisers[{optimiser!r}](), steps=(seen[-1] if seen else 0) + 2 * {every}, clip=1):
    found = moment.step if np.array_equal(moment.theta, net.theta) else found
    kept = moment.step if np.array_equal(moment.theta, held) else kept
assert found is not None, "the weights are of no step"
assert kept is not None and kept % (5 * {every}) == 0, "the checkpoint is of no step it was written at"
more = [*training.train(net, training.Batch(net, strings), training.Adam(0.001), 3)]
assert all(np.isfinite(moment.loss) for moment in more)
print("step", found, "checkpoint", kept)
"""  # noqa: E501


def test_a_kernel_interrupted_at_random_moments_of_training(kernel, tmp_path):
    rng, many = random.Random(1), torture.times(4, 200)
    for k in range(many):
        every = rng.choice([1, 7, 100])
        how = dict(
            seed=rng.randrange(5),
            every=every,
            path=str(tmp_path / "kept.npz"),
            optimiser=rng.choice(["Adam", "Descent"]),
            run="controls.progress(run, steps=10**7)" if k % 2 else "run",
        )
        kernel.run(f"training.save(fresh({how['seed']}), {how['path']!r})")
        kernel.begin(TRAINING.format(**how))
        time.sleep(rng.uniform(0, 0.25))
        kernel.manager.interrupt_kernel()
        again = threading.Timer(
            5, os.kill, (kernel.manager.provisioner.pid, signal.SIGINT)
        )  # as a reader would: Python drops one that falls into a __del__
        again.start()
        try:
            ended = kernel.end(wrong={"KeyboardInterrupt"})
        finally:
            again.cancel()
        if (
            ended is None
            # between two lines IPython finds no line to show, says so, and reports no error; but the  # noqa: E501
            # cell has ended
        ):
            assert (
                "Unexpected exception formatting" in kernel.text()
                and "KeyboardInterrupt" in kernel.text()
            )
        assert "step" in kernel.run(CHECK.format(**how))
    torture.count("interrupts of a real kernel in the middle of training", many)


def models(kernel, panel="panel"):
    """Name -> widget id of what can be moved of the panel that the kernel's notebook calls so."""
    return json.loads(
        kernel.run(
            "print(json.dumps({n: (c.slider if isinstance(c, controls.Number) else c).model_id"
            f" for n, c in {panel}.controls.items()}} | {{'reset': {panel}.reset_button.model_id}}"
            f" | ({{'weight': {panel}.weights.number.slider.model_id}} if {panel}.weights else"
            " {})))"
        )
    )


@pytest.mark.parametrize("beside", [True, False], ids=["another thread", "as installed"])
def test_sliders_moved_while_a_cell_runs(kernel, beside):
    """The cell trains, draws and moves the very same panel; what the page says meanwhile comes on
    another thread, or after the cell."""
    kernel.run(f"beside_the_cell({beside})")
    kernel.run(
        "import test_torture_panels as t\nnames = [('01_encoding', 'encoding_panel'),"
        " ('02_thought_vector', 'growth_panel'), ('03_decoding', 'decoding_panel')]\nall_panels ="
        " [t.build(*name) for name in names]\nstarts = [t.state(p) for p in all_panels]"
    )
    rng, meanwhile = random.Random(2), 0
    for which in [0, 1, 2] * torture.times(1, 10) if beside or torture.LONG else [1]:
        kernel.run(
            f"panel, thread = all_panels[{which}], set()\npanel.reset()\nif not hasattr(panel,"
            " 'drawn_by'):\n    panel.drawn_by, panel_draw = set(), panel._draw\n    panel._draw ="
            " lambda draw=panel._draw, by=panel.drawn_by, **v: (by.add(threading.get_ident()),"
            " draw(**v))[1]"
        )
        ids = models(kernel)
        kernel.begin("""
import random, time
rng, until = random.Random(3), time.monotonic() + 0.8
print("begun", flush=True)
curves = lambda: plots.Curves({"a": "input"}, xlabel="x", ylabel="y", xlim=(0, 1), ylim=(0, 1))
first = curves().draw(np.arange(2.0), [np.arange(2.0)], "words").svg
while time.monotonic() < until:
    net = fresh(0)
    [*training.train(net, training.Batch(net, strings), training.Adam(0.01), 5)]
    assert curves().draw(np.arange(2.0), [np.arange(2.0)], "words").svg == first
    number = rng.choice([c for c in panel.controls.values() if isinstance(c, controls.Number)])
    number.value = rng.choice([number.slider.min, number.slider.max])
    if rng.random() < 0.2:
        panel.reset()
print("cell done", flush=True)
""")
        for _ in range(torture.times(40, 100)):
            name = rng.choice([*ids])
            if name == "reset":
                kernel.send(ids[name], method="custom", content={"event": "click"})
            elif name == "string":
                kernel.send(
                    ids[name], state={"value": "".join(rng.choices("abcx", k=rng.randint(0, 4)))}
                )
            else:
                kernel.send(
                    ids[name],
                    state={
                        "value": rng.choice(
                            [0, 1, 2, 3, 0.37] if name in ("weight", "scale") else [1, 2, 3]
                        )
                    },
                )
            time.sleep(0.012)
            meanwhile += 1
        kernel.end()
        assert "cell done" in kernel.text()
        kernel.settled()
        if kernel.subshell and beside:
            assert int(kernel.run("print(len(panel.drawn_by))")) > 1, (
                "nothing came on another thread"
            )
        kernel.run(
            f"t.settle(panel)\nt.same(panel, t.like(t.build(*names[{which}]),"
            f" panel))\npanel.reset()\nassert t.state(panel) == starts[{which}]"
        )
    torture.count("moves by a page while a cell ran in a real kernel", meanwhile)


def test_a_page_that_closes_in_the_middle_and_comes_back(kernel):
    """The cell goes on; the page that comes back is told what every widget is now, and its sliders
    move."""
    many = torture.times(1, 10)
    for k in range(many):
        kernel.run(
            "import test_torture_panels as t\npanel = t.build('01_encoding',"
            " 'encoding_panel')\npanel"
        )
        ids = models(kernel)
        kernel.begin(
            "import time\nprint('begun', flush=True)\nnet = fresh(0)\nrun = training.train(net,"
            " training.Batch(net, strings), training.Adam(0.01), steps=400, every=20)\nseen ="
            " [m.step for m in controls.progress(run, steps=400)]\npanel.controls['step'].value ="
            " 3\ntime.sleep(0.3)\nfinished = True"
        )
        kernel.send(ids["step"], state={"value": 1})
        if k % 2:  # the page may also say that it goes
            kernel.client.shell_channel.send(
                kernel.client.session.msg("comm_close", {"comm_id": ids["string"], "data": {}})
            )
        kernel.client.stop_channels()
        time.sleep(0.2)
        kernel.connect()
        kernel.settled()
        kernel.run("assert finished and seen[-1] == 400 and np.isfinite(net.theta).all()")
        control = kernel.client.session.msg(
            "comm_open",
            {"comm_id": f"back-{k}", "target_name": "jupyter.widget.control", "data": {}},
            metadata={"version": "1.0.0"},
        )
        kernel.client.shell_channel.send(control)
        kernel.seen = []
        kernel.client.shell_channel.send(
            kernel.client.session.msg(
                "comm_msg", {"comm_id": f"back-{k}", "data": {"method": "request_states"}}
            )
        )
        told = kernel.until(
            lambda message: (
                message["msg_type"] == "comm_msg"
                and message["content"]["data"].get("method") == "update_states"
            )
        )
        states = told["content"]["data"]["states"]
        page, shown, step = json.loads(
            kernel.run(
                "print(json.dumps([panel.page.model_id, panel.page.value,"
                " panel.controls['step'].value]))"
            )
        )
        assert (
            states[page]["state"]["value"] == shown
            and states[ids["step"]]["state"]["value"] == step
        )
        kernel.send(ids["step"], state={"value": 2})
        kernel.send(ids["weight"], state={"value": 0.75})
        kernel.settled()
        kernel.run(
            "panel.controls['string'].value = 'cab'\nassert panel.controls['step'].value == 2 and"
            " panel.weights.net.Wh[0, 0] == 0.75\nt.same(panel, t.like(t.build('01_encoding',"
            " 'encoding_panel'), panel))"
        )
    torture.count("pages closed while a cell ran, and opened again", many)


def outputs(kernel):
    """What a cell showed, without what differs by design: the ids of widgets."""
    shown = []
    for message in kernel.seen:
        content = message["content"]
        if message["msg_type"] == "stream":
            shown.append(content["text"])
        elif message["msg_type"] in ("display_data", "execute_result"):
            shown += [
                str(data)
                for kind, data in sorted(content["data"].items())
                if "widget-view" not in kind
            ]
        elif message["msg_type"] == "error":
            shown.append(content["ename"])
    return "".join(shown)


@pytest.mark.parametrize("name", sorted({name for name, _ in panels_tests.PANELS}))
def test_restart_and_run_all_twice(kernel, name):
    """A restart in the middle of a training, then all cells, then all once more in the same kernel:
    always the same outputs."""
    if not torture.LONG and name != "04_softmax":
        pytest.skip("in the long form")
    kernel.begin(
        "print('begun', flush=True)\nwhile True:\n    net = fresh(0)\n    [*training.train(net,"
        " training.Batch(net, strings), training.Adam(), 50)]"
    )
    kernel.client.stop_channels()
    kernel.manager.restart_kernel(now=True)
    kernel.connect()
    seen = []
    for _ in range(2):
        seen.append([])
        for source in panels_tests.sources(name):
            kernel.run(source)
            seen[-1].append(outputs(kernel))
    differ = [k for k, (first, second) in enumerate(zip(*seen)) if first != second]
    timed = [
        k
        for k in differ
        if any(word in panels_tests.sources(name)[k] for word in ("perf_counter", "timeit"))
    ]
    assert differ == timed, [(seen[0][k], seen[1][k]) for k in differ][:1]
    kernel.run(SETUP)
    torture.count("cells run, and run again, after a restart", 2 * len(seen[0]))
