"""The cells against plain arithmetic, number by number; their way back against finite differences;
the trained ones against the table."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from revlib import activations, decoders, rnn_cells, starts, training
from revlib.alphabet import Alphabet

RESULTS = Path(__file__).resolve().parent.parent / "notebooks" / "results"
every_cell = pytest.mark.parametrize("name", rnn_cells.CELLS)


def logistic(z):
    return 1 / (1 + math.exp(-z))


def random(name, n=3, V=4, B=2, seed=0):
    """A cell, its weights, inputs and states, all drawn."""
    rng, cell = np.random.default_rng(seed), rnn_cells.CELLS[name](n)
    p = {key: rng.normal(0, 1, shape) for key, shape in cell.shapes(V).items()}
    return (
        cell,
        p,
        rng.normal(0, 1, (B, V)),
        rng.normal(0, 1, (B, cell.width)),
        rng.normal(0, 1, (B, cell.width)),
    )


def by_arithmetic(name, p, x, s, n):
    """One step for one string, in lists and `math`: the equations of the papers and of PyTorch's
    documentation."""

    def of_x(j):
        return sum(x[k] * p["Wh"][k][j] for k in range(len(x))) + p["b"][j]

    def of_s(j):
        return sum(s[k] * p["Ws"][k][j] for k in range(n))

    if name == "plain":
        return [max(0.0, of_x(j) + of_s(j)) for j in range(n)]
    if name == "GRU":
        after = []
        for j in range(n):
            r, u = logistic(of_x(j) + of_s(j)), logistic(of_x(n + j) + of_s(n + j))
            m = math.tanh(of_x(2 * n + j) + r * (of_s(2 * n + j) + p["c"][j]))
            after.append((1 - u) * m + u * s[j])
        return after
    memory, shown = [], []
    for j in range(n):
        i, f, g, o = (
            act(of_x(k * n + j) + of_s(k * n + j))
            for k, act in enumerate((logistic, logistic, math.tanh, logistic))
        )
        memory.append(f * s[n + j] + i * g)
        shown.append(o * math.tanh(memory[-1]))
    return shown + memory


@every_cell
def test_a_step_is_the_equations(name):
    cell, p, x, s, _ = random(name)
    after, _ = cell.step(p, x, s)
    assert after.shape == (2, cell.width)
    for k in range(2):
        assert np.allclose(
            after[k], by_arithmetic(name, p, x[k].tolist(), s[k].tolist(), 3), rtol=0, atol=1e-14
        )


@every_cell
def test_the_way_back_is_the_slope_of_the_step(name):
    """Every weight, input and state nudged: the loss sum(blame · after) moves as `back` says."""
    cell, p, x, s, blame = random(name, seed=1)
    d = {key: np.zeros_like(view) for key, view in p.items()}
    dx, ds = cell.back(p, d, cell.step(p, x, s)[1], blame)
    everything, found, h = {**p, "x": x, "s": s}, {**d, "x": dx, "s": ds}, 1e-6
    for key, values in everything.items():
        for at in np.ndindex(values.shape):
            ends = []
            for sign in (1, -1):
                moved = {other: view.copy() for other, view in everything.items()}
                moved[key][at] += sign * h
                ends.append(float((blame * cell.step(moved, moved["x"], moved["s"])[0]).sum()))
            assert abs((ends[0] - ends[1]) / (2 * h) - found[key][at]) < 1e-8, (key, at)


@every_cell
def test_blame_on_weights_adds_up(name):
    """Over strings and over steps: `back` adds to what is there."""
    cell, p, x, s, blame = random(name, B=3)
    together = {key: np.full_like(view, 7.0) for key, view in p.items()}
    cell.back(p, together, cell.step(p, x, s)[1], blame)
    apart = {key: np.full_like(view, 7.0) for key, view in p.items()}
    for k in range(3):
        cell.back(p, apart, cell.step(p, x[k : k + 1], s[k : k + 1])[1], blame[k : k + 1])
    for key in p:
        assert np.allclose(together[key], apart[key]) and not np.allclose(together[key], 7.0)


@every_cell
def test_a_step_changes_nothing_it_was_given(name):
    cell, p, x, s, blame = random(name)
    before = [a.copy() for a in (*p.values(), x, s, blame)]
    _, kept = cell.step(p, x, s)
    cell.back(p, {key: np.zeros_like(view) for key, view in p.items()}, kept, blame)
    assert all((a == b).all() for a, b in zip((*p.values(), x, s, blame), before))


@pytest.mark.parametrize("V, n", [(3, 8), (26, 128), (0, 2)])
def test_parameters_by_formula(V, n):
    right = {"plain": (V + n + 1) * n, "GRU": 3 * (V + n + 1) * n + n, "LSTM": 4 * (V + n + 1) * n}
    for name, kind in rnn_cells.CELLS.items():
        assert sum(math.prod(shape) for shape in kind(n).shapes(V).values()) == right[name]
        assert kind(n).width == (2 * n if name == "LSTM" else n)


def test_the_customary_starts():
    for name, kind in rnn_cells.CELLS.items():
        net = starts.initialize(
            decoders.EncoderDecoder("feedback", "abc", 3, name),
            "identity",
            np.random.default_rng(0),
        )
        for layer in (net.enc, net.dec):
            if name == "plain":
                assert (layer["Ws"] == np.eye(3)).all() and not layer["b"].any()
            else:
                assert layer["b"].reshape(-1, 3).tolist() == [
                    [k == 1] * 3 for k in range(len(layer["b"]) // 3)
                ]


def test_sigmoid():
    for z in (-3.0, -0.5, 0.0, 1.0, 20.0):
        assert abs(activations.sigmoid(z) - logistic(z)) < 1e-15
    assert activations.sigmoid(np.array([-1e308, -np.inf, 1e308, np.inf])).tolist() == [0, 0, 1, 1]


def test_the_straight_road():
    """A memory that keeps all and writes nothing: C and the blame on it pass thirty steps whole;
    half open, the 30th power."""
    cell, blame_at_the_end = rnn_cells.LSTM(1), np.array([[0.0, 1.0]])
    for bias, kept_a_step in ((40.0, 1.0), (0.0, 0.5)):
        p = {"Wh": np.zeros((1, 4)), "Ws": np.zeros((1, 4)), "b": np.array([-40.0, bias, 0.3, 0.2])}
        state, steps, blame = np.array([[0.0, 0.8]]), [], blame_at_the_end
        for _ in range(30):
            state, keep = cell.step(p, np.ones((1, 1)), state)
            steps.append(keep)
        d = {name: np.zeros_like(view) for name, view in p.items()}
        for keep in reversed(steps):
            _, blame = cell.back(p, d, keep, blame)
        assert state[0, 1] == pytest.approx(0.8 * kept_a_step**30) and blame[0, 1] == pytest.approx(
            kept_a_step**30
        )


def test_the_reset_comes_after_the_product():
    """The published order, r before the product, gives another state: the variant is the one that
    is named."""
    cell, p, x, s, _ = random("GRU")
    p["c"][:] = 0
    r, u = (
        activations.sigmoid(
            x @ p["Wh"][:, k : k + 3] + s @ p["Ws"][:, k : k + 3] + p["b"][k : k + 3]
        )
        for k in (0, 3)
    )
    for seen, same in ((r * (s @ p["Ws"][:, 6:]), True), ((r * s) @ p["Ws"][:, 6:], False)):
        after = (1 - u) * np.tanh(x @ p["Wh"][:, 6:] + p["b"][6:] + seen) + u * s
        assert np.allclose(after, cell.step(p, x, s)[0]) == same


@pytest.mark.parametrize("name", ["GRU", "LSTM"])
def test_a_whole_network_with_gates(name):
    """The gradient of a feedback network, every weight nudged."""
    net = starts.initialize(
        decoders.EncoderDecoder("feedback", Alphabet("ab", end=True), 2, name),
        "identity",
        np.random.default_rng(0),
    )
    batch = training.Batch(net, ["abb", "bab", "a"])
    gradient, h = batch.gradient(net)[1].copy(), 1e-6
    for k in range(net.theta.size):
        ends = []
        for sign in (1, -1):
            moved = net.like(net.theta.copy())
            moved.theta[k] += sign * h
            ends.append(batch.gradient(moved)[0])
        assert abs((ends[0] - ends[1]) / (2 * h) - gradient[k]) < 1e-8


@every_cell
@pytest.mark.parametrize("alphabet", ["abc", Alphabet("abc", end=True)], ids=["no END", "END"])
def test_the_flow_is_that_of_the_last_letter_alone(name, alphabet):
    """Its gradient is the slope of -log p of the last thing said, every weight nudged; its sizes
    are those of the blame."""
    net, text, h = (
        starts.initialize(
            decoders.EncoderDecoder("feedback", alphabet, 2, name),
            "identity",
            np.random.default_rng(1),
        ),
        "cab",
        1e-6,
    )
    right = [*map("abc".index, text[::-1])] + [3] * net.alphabet.end

    def loss(theta):
        z = net.like(theta).run([text], given=np.array(right)[:, None]).Z[-1, 0].tolist()
        return math.log(sum(map(math.exp, z))) - z[right[-1]]

    d, sizes = decoders.blame_norms(net, text)
    for k in range(net.theta.size):
        step = h * (np.arange(net.theta.size) == k)
        assert abs((loss(net.theta + step) - loss(net.theta - step)) / (2 * h) - d.theta[k]) < 1e-8
    assert sizes.shape == (net.cell.width // 2, 3 + len(right))
    z = net.run([text], given=np.array(right)[:, None]).Z[-1, 0].tolist()
    miss = [math.exp(v) / sum(map(math.exp, z)) - (k == right[-1]) for k, v in enumerate(z)]
    assert sizes[0, -1] == pytest.approx(
        math.hypot(*(sum(m * w for m, w in zip(miss, row)) for row in net.Wo.tolist()))
    )


# ---------------------------------------------------------------- what chapter 10 shows


def test_the_table_is_that_of_the_networks():
    """Each trained network is there, with as many weights as its row says, and does on short
    strings what its row says."""
    found = json.loads((RESULTS / "gates.json").read_text(encoding="utf-8"))
    kept = np.load(RESULTS / "gates.npz")
    assert (
        len(kept.files) == len(found["runs"])
        and found["trained"] == [1, 8]
        and len(found["strings"]) == 16
    )
    abc = Alphabet("abc", end=True)
    for run in found["runs"]:
        net = decoders.EncoderDecoder(
            "feedback",
            abc,
            run["units"],
            run["cell"],
            kept["{cell}-{units}-{seed}-{rate}".format(**run)],
        )
        assert net.theta.size == run["parameters"] and len(run["accuracy"]) == 16
        for length in (1, 2, 3, 5):
            strings = abc.strings(length)
            right = sum(said == s[::-1] for said, s in zip(net.run(strings).output, strings))
            assert abs(right / len(strings) - run["accuracy"][length - 1]) < 1e-5
