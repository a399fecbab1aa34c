"""Times one training step of revlib, PyTorch and JAX, side by side in one run.

    make bench NAME=peers                        # in its own environment, .venv-peers
    python benchmarks/peers.py                   # where torch, jax, threadpoolctl and revlib are
    python benchmarks/peers.py --write-reference # writes tests/reference_*.json too

A step is a run forward, BPTT and Adam, in float32. First it checks: revlib's losses and gradients
equal PyTorch's autograd (float64, 1e-10 of the largest entry), and after 20 steps of Adam from one
start everyone's loss is the same (float32). Then it measures. Every library runs in a process of
its own for each number of threads; only one works at a time. Each setting of a library is tried,
and the best goes on; the best ones then take turns, 40 ms each, and the figure is the median of
their turns. The table and peers.json name the setting and the threads that were best.

PyTorch's RNN layers have two biases each, revlib's have one: the second is zero and frozen. All are
given the letters as one-hot rows, made beforehand. Nobody is asked for the loss as a Python number,
but revlib gives it.
"""

import argparse
import json
import multiprocessing
import os
import platform
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import NamedTuple

import autograd
import numpy as np

from revlib import checkpoint, model, numerals, padded, starts, training, translation

RESULTS = Path(__file__).resolve().parent.parent / "notebooks" / "results"  # what chapters show
RATE = 1e-3  # Adam's
THREADS = (1, 2)  # tried
TURN = 0.04  # seconds
PAUSE = 0.06  # seconds before a turn: threads of the last one spin for a while
CASES = {
    "a": "5 units, all 27 strings of length 3 over abc",
    "b": "5 units, all 729 strings of length 6 over abc",
    "c": "64 units, 256 strings of length 12 over 12 letters",
    "d": "64 tanh units with attention, 64 numbers in words, English to German, padded",
}


def start(case):
    """Return the case's network, float32, and its strings; of case d, its texts and answers."""
    rng = np.random.default_rng(0)
    if case == "d":
        net = starts.initialize(translation.network("de", "attention"), "gaussian", rng)
        numbers = rng.choice(numerals.last(), 64, replace=False) + 1
        return net.astype(np.float32), numerals.pairs(numbers, "de")
    if case == "c":
        letters = "abcdefghijkl"
        net = starts.initialize(model.Net(letters, 64), "gaussian", rng)
        strings = ["".join(rng.choice([*letters], 12)) for _ in range(256)]
    else:
        net = starts.initialize(model.Net("abc", 5), "gaussian", rng)
        strings = net.alphabet.strings({"a": 3, "b": 6}[case])
    return net.astype(np.float32), strings


# ---------------------------------------------------------------- one training step of each library


def revlib_steps(case):
    """Return name of a setting -> a function that makes one step and returns the loss before it."""
    net, strings = start(case)
    batch = padded.Texts(net, *strings).batch() if case == "d" else training.Batch(net, strings)
    adam = training.Adam(RATE)

    def step():
        loss, gradient = batch.gradient(net)
        adam.update(net.theta, gradient)
        return loss

    return {"NumPy": step}


def torch_steps(case):
    """Return the same; a setting is the style of the layers and Adam's implementation."""
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    net, strings = start(case)
    if case == "d":
        data, model_of = autograd.padded_rows(net, *strings), autograd.torch_translator
    else:
        data, model_of = autograd.one_hot(net, strings), autograd.torch_model
    data = [torch.from_numpy(a) for a in data]
    adams = {
        "fused": dict(fused=True),
        "foreach": dict(foreach=True),
        "plain": dict(foreach=False, fused=False),
    }

    def make(style, adam, compiled=False):
        theirs = model_of(net, style)
        optimiser = torch.optim.Adam(theirs.trained(), RATE, **adams[adam])
        forward = torch.compile(theirs, fullgraph=True, dynamic=False) if compiled else theirs

        def step():
            optimiser.zero_grad(set_to_none=True)
            loss = forward(*data)
            loss.backward()
            optimiser.step()
            return loss.detach()

        return step

    def make_compiled():
        return {f"torch.compile, {adam} Adam": make("cells", adam, compiled=True) for adam in adams}

    steps = {
        f"{style}, {adam} Adam": make(style, adam)
        for style in ("nn.RNN", "cells")
        for adam in adams
    }
    try:
        for step in make_compiled().values():
            step()  # compiles
        return steps | make_compiled()  # at the start again
    except Exception as error:  # no C++ compiler, say: the table says why there is no such row
        why = str(error).strip().splitlines()[0][:80]
        return steps | {f"torch.compile failed: {why}": None}


def jax_steps(case):
    """Return the same; loss, gradient and Adam are one compiled function that may overwrite its
    arguments."""
    import jax
    import jax.numpy as jnp

    net, strings = start(case)
    if case == "d":
        X, fed, lengths, targets = autograd.padded_rows(net, *strings)
        padding = np.arange(len(X)) >= lengths[:, None]  # (B, T)
        share = (targets != autograd.COUNTS_NOT)[..., None] / (targets >= 0).sum()
        right = np.eye(len(net.says.outputs), dtype=np.float32)[targets] * share
    else:
        X, fed, targets = autograd.one_hot(net, strings)
        right = np.eye(len(net.alphabet.outputs), dtype=np.float32)[targets] / targets.size
    act = jnp.tanh if case == "d" else jax.nn.relu

    def layer(s, inputs, Wh, Ws, bh, unroll):
        def step(s, x):
            s = act(x + s @ Ws)
            return s, s

        return jax.lax.scan(step, s, inputs @ Wh + bh, unroll=unroll)

    def make(unroll):
        def loss(w):
            s = jnp.zeros((X.shape[1], net.n))
            s, S = layer(s, X, w["Wh"], w["Ws"], w["bh"], unroll)
            if case == "d":
                s = S[lengths - 1, np.arange(len(lengths))]
            _, D = layer(s, fed, w["dec.Wh"], w["dec.Ws"], w["dec.bh"], unroll)
            if case == "d":
                scores = jnp.einsum("lbn,tbn->lbt", D @ w["Wa"], S)
                alpha = jax.nn.softmax(jnp.where(padding, -jnp.inf, scores))
                D = jnp.concatenate([D, jnp.einsum("lbt,tbn->lbn", alpha, S)], -1)
            return -(right * jax.nn.log_softmax(D @ w["Wo"] + w["bo"])).sum()

        def moved(w, m, v, t):
            m = m / (1 - 0.9**t)
            v = v / (1 - 0.999**t)
            return w - RATE * m / (jnp.sqrt(v) + 1e-8)

        def update(w, m, v, t):
            value, g = jax.value_and_grad(loss)(w)
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            w = jax.tree.map(lambda w, m, v: moved(w, m, v, t), w, m, v)
            return w, m, v, t + 1, value

        compiled = jax.jit(update, donate_argnums=(0, 1, 2, 3))
        w = {name: jnp.array(view) for name, view in net.named().items()}
        m = jax.tree.map(jnp.zeros_like, w)
        v = jax.tree.map(jnp.zeros_like, w)
        state = [w, m, v, jnp.float32(1)]

        def step():
            *state[:], value = compiled(*state)
            return value  # may still be on its way; a turn waits for the last one

        return step

    return {"jit, scan": make(1), "jit, unrolled": make(True)}


# ---------------------------------------------------------------- processes that take turns

STEPS = {"revlib": revlib_steps, "PyTorch": torch_steps, "JAX": jax_steps}


def work(pipe, library, case):
    """Be a library's process: send its settings and their loss after 20 steps, then run the turns
    that are asked for."""
    steps = STEPS[library](case)
    pipe.send({name: loss_after(step, 20) if step else None for name, step in steps.items()})
    for name, seconds in iter(pipe.recv, None):
        step = steps[name]
        float(step())  # wakes threads and caches, untimed
        runs = 0
        begin = perf_counter()
        while perf_counter() - begin < seconds:
            loss = step()
            runs += 1
        float(loss)
        pipe.send((perf_counter() - begin) / runs)


def loss_after(step, updates):
    """Return the loss after so many updates; one more is made, since a step returns the loss before
    it."""
    for _ in range(updates):
        step()
    return float(step())


class Worker:
    """One library, one case, one number of threads, in a process of its own.

    Attributes
    ----------
    losses : dict
        Setting -> its loss after 20 steps, or None if it does not work here.
    """

    def __init__(self, library, case, threads):
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[name] = str(threads)
        os.environ["NPROC"] = str(threads)  # JAX reads this one
        many = "true" if threads > 1 else "false"
        os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={many}"
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=work, args=(other, library, case), daemon=True)
        self.process.start()
        other.close()
        self.losses = self.pipe.recv()

    def turn(self, setting, seconds=TURN):
        """Return the seconds of a step, over one turn."""
        sleep(PAUSE)
        self.pipe.send((setting, seconds))
        return self.pipe.recv()

    def close(self):
        """End the process."""
        self.pipe.send(None)
        self.process.join()


class Tried(NamedTuple):
    """A setting that was tried."""

    seconds: float  # a step
    threads: int
    setting: str
    worker: Worker


def measure(case, turns):
    """Return peer -> figures of its best setting, for one case; notes, if there are any, too."""
    workers = [Worker(library, case, threads) for library in STEPS for threads in THREADS]
    names = [(library, threads) for library in STEPS for threads in THREADS]
    goal = workers[names.index(("revlib", 1))].losses["NumPy"]
    tried = {}
    notes = []
    for (library, threads), worker in zip(names, workers):
        for setting, loss in worker.losses.items():
            if loss is None:
                notes.append(setting)
                continue
            assert abs(loss - goal) < 1e-3 * goal, (
                f"{library}, {setting}: loss {loss} after 20 steps, revlib's {goal}"
            )
            peer = f"PyTorch {setting.split(',')[0]}" if library == "PyTorch" else library
            seconds = median(worker.turn(setting) for _ in range(7))
            tried.setdefault(peer, []).append(Tried(seconds, threads, setting, worker))
    best = {peer: min(settings, key=lambda one: one.seconds) for peer, settings in tried.items()}
    times = {peer: [] for peer in best}
    for _ in range(turns):
        for peer, one in best.items():
            times[peer].append(one.worker.turn(one.setting))
    for worker in workers:
        worker.close()
    found = {}
    for peer, one in best.items():
        low, high = np.quantile(times[peer], (0.25, 0.75))
        found[peer] = dict(
            median_us=microseconds(median(times[peer])),
            ratio=round(median(times[peer]) / median(times["revlib"]), 2),
            quartiles_us=[microseconds(low), microseconds(high)],
            threads=one.threads,
            setting=one.setting,
            tried_us={
                f"{other.setting}, {other.threads} thr.": microseconds(other.seconds)
                for other in tried[peer]
            },
        )
    if notes:
        found["notes"] = notes
    return found


def microseconds(seconds):
    """Return seconds as microseconds, to one digit after the point."""
    return round(1e6 * float(seconds), 1)


def matrix_product_speed(size=512):
    """Return number of threads -> the machine's best float32 matrix product with NumPy.

    In 10^9 operations a second.
    """
    from threadpoolctl import threadpool_limits

    A = np.ones((size, size), np.float32)
    speed = {}
    for threads in THREADS:
        with threadpool_limits(threads, "blas"):
            times = []
            for _ in range(30):
                begin = perf_counter()
                A @ A
                times.append(perf_counter() - begin)
        speed[str(threads)] = round(2 * size**3 / median(times) / 1e9, 1)
    return speed


def show(case, row):
    """Print the table of one case."""
    print(f"\n({case}) {row['what']}; load {row['load']}")
    print(f"{'peer':24}{'median':>11}{'ratio':>8}  best setting")
    for peer, figures in row["peers"].items():
        if peer != "notes":
            print(
                f"{peer:24}{figures['median_us']:8.0f} µs{figures['ratio']:8.2f}"
                f"  {figures['setting']}, {figures['threads']} thr.",
                flush=True,
            )
    for note in row["peers"].get("notes", []):
        print(note)


def main():
    """Check, measure, print, and write the table if all cases were measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write-reference", action="store_true")
    parser.add_argument("--turns", type=int, default=41)
    parser.add_argument("--cases", default="abcd")
    options = parser.parse_args()
    found = {"gradients": autograd.references(), "styles": autograd.style_references()}
    print(
        f"losses and gradients of {sum(map(len, found.values()))} networks equal PyTorch's autograd"
        " within 1e-10"
    )
    net, (texts, answers) = start("d")
    autograd.hold_padded(net.astype(float), texts, answers)
    if options.write_reference:
        for name, networks in found.items():
            autograd.write(networks, name)
    versions = {name: version(name) for name in ("numpy", "torch", "jax")}
    versions["python"] = platform.python_version()
    speed = matrix_product_speed()
    print(versions, "matrix product, 10^9/s by threads:", speed)
    cases = {}
    for case in options.cases:
        peers = measure(case, options.turns)
        cases[case] = dict(what=CASES[case], load=round(os.getloadavg()[0], 1), peers=peers)
        show(case, cases[case])
    table = dict(
        versions=versions,
        cores=os.cpu_count(),
        matrix_product_gflops_by_threads=speed,
        rate=RATE,
        turns=options.turns,
        cases=cases,
    )
    if options.cases == "abcd":
        text = json.dumps(table, indent=1, allow_nan=False) + "\n"
        checkpoint.write(RESULTS / "peers.json", text.encode())


if __name__ == "__main__":
    main()
