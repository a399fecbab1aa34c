"""Times one training step (forward, BPTT, Adam; float32) of revlib, PyTorch and JAX, side by side
in one run.

    make peers                                   # in its own environment, .venv-peers
    python benchmarks/peers.py                   # where torch, jax, threadpoolctl and revlib are
    installed
    python benchmarks/peers.py --write-reference # writes tests/reference_gradients.json too

First it checks: revlib's losses and gradients equal PyTorch's autograd (float64, 1e-10 of the
largest entry), and
after 20 steps of Adam from one start everyone's loss is the same (float32). Then it measures. Every
library runs in
a process of its own for each number of threads; only one works at a time. Each setting of a library
is tried,
and the best goes on; the best ones then take turns, 40 ms each, and the figure is the median of
their turns.
The table and peers.json name the setting and the threads that were best.

PyTorch's RNN layers have two biases each, revlib's have one: the second is zero and frozen. All are
given the
letters as one-hot rows, made beforehand. Nobody is asked for the loss as a Python number, but
revlib gives it.
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

import autograd
import numpy as np

from revlib import checkpoint, model, starts, training

RESULTS = Path(__file__).resolve().parent.parent / "notebooks" / "results"  # what chapters show
RATE, THREADS = 1e-3, (1, 2)  # Adam's rate; threads tried
TURN, PAUSE = 0.04, 0.06  # seconds a turn, and before it: threads of the last one spin for a while
CASES = {
    "a": "5 units, all 27 strings of length 3 over abc",
    "b": "5 units, all 729 strings of length 6 over abc",
    "c": "64 units, 256 strings of length 12 over 12 letters",
}


def start(case):
    """The case's network, float32, and its strings."""
    if case == "c":
        rng, letters = np.random.default_rng(0), "abcdefghijkl"
        return starts.initialize(model.Net(letters, 64), "gaussian", rng).astype(np.float32), [
            "".join(rng.choice([*letters], 12)) for _ in range(256)
        ]
    net = starts.initialize(model.Net("abc", 5), "gaussian", np.random.default_rng(0)).astype(
        np.float32
    )
    return net, net.alphabet.strings({"a": 3, "b": 6}[case])


# ---------------------------------------------------------------- one training step of each library


def revlib_steps(case):
    """Name of a setting -> a function that makes one step and returns the loss before it."""
    net, strings = start(case)
    batch, adam = training.Batch(net, strings), training.Adam(RATE)

    def step():
        loss, gradient = batch.gradient(net)
        adam.update(net.theta, gradient)
        return loss

    return {"NumPy": step}


def torch_steps(case):
    """As revlib_steps; a setting is the style of the layers and Adam's implementation."""
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    net, strings = start(case)
    data = [torch.from_numpy(a) for a in autograd.one_hot(net, strings)]

    def make(style, adam, compiled):
        net_ = autograd.torch_model(net, style)
        optimiser = torch.optim.Adam(
            net_.trained(),
            RATE,
            **{adam: True} if adam != "plain" else dict(foreach=False, fused=False),
        )
        forward = torch.compile(net_, fullgraph=True, dynamic=False) if compiled else net_

        def step():
            optimiser.zero_grad(set_to_none=True)
            loss = forward(*data)
            loss.backward()
            optimiser.step()
            return loss.detach()

        return step

    adams = "fused", "foreach", "plain"
    steps = {
        f"{style}, {adam} Adam": make(style, adam, False)
        for style in ("nn.RNN", "cells")
        for adam in adams
    }
    try:
        compiled = {f"torch.compile, {adam} Adam": make("cells", adam, True) for adam in adams}
        for step in compiled.values():
            step()  # compiles
        compiled = {
            f"torch.compile, {adam} Adam": make("cells", adam, True) for adam in adams
        }  # at the start again
    except Exception as error:  # no C++ compiler, say: the table says why there is no such row
        compiled = {f"torch.compile failed: {str(error).strip().splitlines()[0][:80]}": None}
    return steps | compiled


def jax_steps(case):
    """As revlib_steps; loss, gradient and Adam in one compiled function that may overwrite its
    arguments."""
    import jax
    import jax.numpy as jnp

    net, strings = start(case)
    X, fed, targets = autograd.one_hot(net, strings)
    right = np.eye(len(net.alphabet.outputs), dtype=np.float32)[targets]

    def make(unroll):
        def layer(s, inputs, Wh, Ws, b):
            def step(s, x):
                s = jax.nn.relu(x + s @ Ws)
                return s, s

            return jax.lax.scan(step, s, inputs @ Wh + b, unroll=unroll)

        def loss(w):
            s, _ = layer(jnp.zeros((X.shape[1], net.n)), X, w["Wh"], w["Ws"], w["b"])
            _, S = layer(s, fed, w["dec.Wh"], w["dec.Ws"], w["dec.b"])
            return -(right * jax.nn.log_softmax(S @ w["Wo"] + w["bo"])).sum(-1).mean()

        def update(w, m, v, t):
            value, g = jax.value_and_grad(loss)(w)
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            w = jax.tree.map(
                lambda w, m, v: (
                    w - RATE * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)
                ),
                w,
                m,
                v,
            )
            return w, m, v, t + 1, value

        compiled = jax.jit(update, donate_argnums=(0, 1, 2, 3))
        w = {name: jnp.array(view) for name, view in net.named().items()}
        state = [
            w,
            jax.tree.map(jnp.zeros_like, w),
            jax.tree.map(jnp.zeros_like, w),
            jnp.float32(1),
        ]

        def step():
            *state[:], value = compiled(*state)
            return value  # may still be on its way; a turn waits for the last one

        return step

    return {"jit, scan": make(1), "jit, unrolled": make(True)}


# ---------------------------------------------------------------- processes that take turns

STEPS = {"revlib": revlib_steps, "PyTorch": torch_steps, "JAX": jax_steps}


def work(pipe, library, case):
    """A library's process: sends its settings and their loss after 20 steps, then runs turns as it
    is asked."""
    steps = STEPS[library](case)
    pipe.send(
        {name: step and float([step() for _ in range(21)][-1]) for name, step in steps.items()}
    )
    for name, seconds in iter(pipe.recv, None):
        step, runs = steps[name], 0
        float(step())  # wakes threads and caches, untimed
        begin = perf_counter()
        while perf_counter() - begin < seconds:
            loss, runs = step(), runs + 1
        float(loss)
        pipe.send((perf_counter() - begin) / runs)


class Worker:
    """One library, one case, one number of threads, in a process of its own."""

    def __init__(self, library, case, threads):
        for name in (
            "OMP_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "MKL_NUM_THREADS",
            "NPROC",
        ):  # JAX reads the last
            os.environ[name] = str(threads)
        os.environ["XLA_FLAGS"] = (
            f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
        )
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=work, args=(other, library, case), daemon=True)
        self.process.start()
        other.close()
        self.losses = self.pipe.recv()

    def turn(self, setting, seconds=TURN):
        """Seconds a step, over one turn."""
        sleep(PAUSE)
        self.pipe.send((setting, seconds))
        return self.pipe.recv()

    def close(self):
        self.pipe.send(None)
        self.process.join()


def measure(case, turns):
    """Peer -> figures of its best setting, for one case."""
    workers = {
        (library, threads): Worker(library, case, threads)
        for library in STEPS
        for threads in THREADS
    }
    goal = workers["revlib", 1].losses["NumPy"]
    tried, notes = {}, []
    for (library, threads), worker in workers.items():
        for setting, loss in worker.losses.items():
            if loss is None:
                notes.append(setting)
                continue
            assert abs(loss - goal) < 1e-3 * goal, (
                f"{library}, {setting}: loss {loss} after 20 steps, revlib's {goal}"
            )
            peer = f"PyTorch {setting.split(',')[0]}" if library == "PyTorch" else library
            time = median(worker.turn(setting) for _ in range(7))
            tried.setdefault(peer, []).append((time, threads, setting, worker))
    best = {peer: min(settings, key=lambda s: s[0]) for peer, settings in tried.items()}
    times = {peer: [] for peer in best}
    for _ in range(turns):
        for peer, (_, _, setting, worker) in best.items():
            times[peer].append(worker.turn(setting))
    for worker in workers.values():
        worker.close()
    ours = median(times["revlib"])
    return {
        peer: dict(
            median_us=round(1e6 * median(times[peer]), 1),
            ratio=round(median(times[peer]) / ours, 2),
            quartiles_us=[round(1e6 * float(q), 1) for q in np.quantile(times[peer], (0.25, 0.75))],
            threads=threads,
            setting=setting,
            tried_us={f"{s}, {t} thr.": round(1e6 * x, 1) for x, t, s, _ in tried[peer]},
        )
        for peer, (_, threads, setting, _) in best.items()
    } | ({"notes": notes} if notes else {})


def matrix_product_speed(size=512):
    """The machine's best float32 matrix product with NumPy, in 10^9 operations a second, by number
    of threads."""
    from threadpoolctl import threadpool_limits

    A, speed = np.ones((size, size), np.float32), {}
    for threads in THREADS:
        with threadpool_limits(threads, "blas"):
            times = []
            for _ in range(30):
                begin = perf_counter()
                A @ A
                times.append(perf_counter() - begin)
        speed[str(threads)] = round(2 * size**3 / median(times) / 1e9, 1)
    return speed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write-reference", action="store_true")
    parser.add_argument("--turns", type=int, default=41)
    parser.add_argument("--cases", default="abc")
    options = parser.parse_args()
    found = {
        "reference_gradients": autograd.references(),
        "reference_styles": autograd.style_references(),
    }
    print(
        f"losses and gradients of {sum(map(len, found.values()))} networks equal PyTorch's autograd"
        " within 1e-10"
    )
    if options.write_reference:
        for name, networks in found.items():
            autograd.write(networks, name)
    results = dict(
        versions={name: version(name) for name in ("numpy", "torch", "jax")}
        | {"python": platform.python_version()},
        cores=os.cpu_count(),
        matrix_product_gflops_by_threads=matrix_product_speed(),
        rate=RATE,
        turns=options.turns,
        cases={},
    )
    print(
        results["versions"],
        "matrix product, 10^9/s by threads:",
        results["matrix_product_gflops_by_threads"],
    )
    for case in options.cases:
        peers = measure(case, options.turns)
        results["cases"][case] = dict(
            what=CASES[case], load=round(os.getloadavg()[0], 1), peers=peers
        )
        print(
            f"\n({case}) {CASES[case]}; load"
            f" {os.getloadavg()[0]:.1f}\n{'peer':24}{'median':>11}{'ratio':>8}  best setting"
        )
        for peer, figures in peers.items():
            if peer != "notes":
                print(
                    f"{peer:24}{figures['median_us']:8.0f} µs{figures['ratio']:8.2f}  "
                    f"{figures['setting']}, {figures['threads']} thr.",
                    flush=True,
                )
        print(*peers.get("notes", []), sep="\n")
    if options.cases == "abc":
        checkpoint.write(
            RESULTS / "peers.json", (json.dumps(results, indent=1, allow_nan=False) + "\n").encode()
        )


if __name__ == "__main__":
    main()
