"""Interrupts in the middle of a training, and moves while a cell runs: in this process, and in a
real kernel."""

import json
import os
import queue
import random
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from jupyter_client.manager import KernelManager

from helpers import counting
from helpers.lab import NOTEBOOKS
from revlib import decoders, mlp, model, starts, training
from revlib.alphabet import Alphabet

pytestmark = pytest.mark.nightly

TESTS = Path(__file__).parent
WAIT = 60  # seconds, at most, for any answer of a kernel


# ---------------------------------------------------------------- in this process

NETS = {
    "one length": (lambda: model.Net("ab", 2), ["ab", "ba"]),
    "two lengths": (lambda: model.Net(Alphabet("ab", end=True), 2), ["ab", "a"]),
    "attention": (lambda: decoders.EncoderDecoder("attention", "ab", 2), ["ab", "b"]),
    "a fixed length": (lambda: mlp.MLP((4, 3, 4), ("relu",), "ab"), ["ab", "bb"]),
}


class Interrupted:
    """An optimiser or batch that is interrupted at its k-th turn, in the middle of what it does."""

    def __init__(self, inner, k):
        self.inner, self.left = inner, k

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def turn(self):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt

    def update(self, theta, gradient):
        if self.left == 1:
            theta[: len(theta) // 2] += 1e3  # half of the weights are new
        self.turn()
        self.inner.update(theta, gradient)

    def gradient(self, net):
        if self.left == 1 and self.inner.tapes:
            self.inner.tapes[0].forward(net)
        self.turn()
        return self.inner.gradient(net)


@pytest.mark.parametrize("where", ["optimiser", "batch"])
@pytest.mark.parametrize("optimiser", training.OPTIMISERS.values())
@pytest.mark.parametrize("kind", NETS)
def test_an_interrupt_leaves_the_last_good_weights(kind, optimiser, where):
    """Those of a whole number of updates, and of the last snapshot; and training goes on from
    there."""
    new, strings = NETS[kind]
    for k in range(1, 6):
        net = starts.initialize(new(), "gaussian", np.random.default_rng(0))
        batch, rule = training.Batch(net, strings), optimiser(0.1)
        path = [moment.theta for moment in training.train(net.copy(), batch, optimiser(0.1), 8)]
        if where == "batch":
            batch = Interrupted(batch, k)
        else:
            rule = Interrupted(rule, k)
        seen = []
        with pytest.raises(KeyboardInterrupt):
            for moment in training.train(net, batch, rule, 8):
                seen.append(moment)
        if seen:
            np.testing.assert_array_equal(net.theta, seen[-1].theta)
        np.testing.assert_array_equal(net.theta, path[len(seen) - 1] if seen else path[0])
        *_, last = training.train(net, training.Batch(net, strings), optimiser(0.1), 2)
        assert np.isfinite(last.loss)
        counting.count("trainings interrupted")


def test_an_interrupt_of_who_looks_on_leaves_the_weights_that_were_shown():
    net = starts.initialize(model.Net(), "post")
    batch = training.Batch(net, ["abc"])
    with pytest.raises(KeyboardInterrupt):
        for moment in training.train(net, batch, training.Adam(0.01), 10):
            if moment.step == 4:
                raise KeyboardInterrupt
    np.testing.assert_array_equal(net.theta, moment.theta)


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
sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]
import numpy as np
from revlib import checkpoint, decoders, model, panels, starts, training
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
    return starts.initialize(model.Net(abc, 5), "identity", np.random.default_rng(seed))
"""  # noqa: E501
TRAINING = """
net, seen = fresh({seed}), []
run = training.train(net, training.Batch(net, strings), optimisers[{optimiser!r}](), steps=10**7, clip=1, every={every})
print("begun", flush=True)
for moment in {run}:
    seen.append(moment.step)
    if moment.step % (5 * {every}) == 0:
        checkpoint.save(net, {path!r})
"""  # noqa: E501
CHECK = """
assert net.theta.shape == fresh(0).theta.shape and net.theta.base is None and np.isfinite(net.theta).all()
again, found, kept, held = fresh({seed}), None, None, checkpoint.load({path!r}).theta
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
    rng, many = random.Random(1), counting.times(4, 200)
    for k in range(many):
        every = rng.choice([1, 7, 100])
        how = dict(
            seed=rng.randrange(5),
            every=every,
            path=str(tmp_path / "kept.npz"),
            optimiser=rng.choice(["Adam", "Descent"]),
            run="panels.progress(run, steps=10**7)" if k % 2 else "run",
        )
        kernel.run(f"checkpoint.save(fresh({how['seed']}), {how['path']!r})")
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
    counting.count("interrupts of a real kernel in the middle of training", many)


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
        "from helpers import driving as t\nnames = [('01_encoding', 'encoding_panel'),"
        " ('02_thought_vector', 'growth_panel'), ('03_decoding', 'decoding_panel')]\nall_panels ="
        " [t.build(*name) for name in names]\nbefore = [t.state(p) for p in all_panels]"
    )
    rng, meanwhile = random.Random(2), 0
    for which in [0, 1, 2] * counting.times(1, 10) if beside or counting.LONG else [1]:
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
        for _ in range(counting.times(40, 100)):
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
            f" panel))\npanel.reset()\nassert t.state(panel) == before[{which}]"
        )
    counting.count("moves by a page while a cell ran in a real kernel", meanwhile)
