"""The cells against plain arithmetic, number by number; their way back against finite differences;
the trained ones against the table."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from revlib import activations, decoders, rnn_cells, starts, training
from revlib.alphabet import Alphabet
from revlib.parameters import Arrays

RESULTS = Path(__file__).resolve().parents[2] / "notebooks" / "results"
every_cell = pytest.mark.parametrize("name", rnn_cells.CELLS)


def logistic(z):
    return 1 / (1 + math.exp(-z))


def random(name, n=3, V=4, B=2, seed=0):
    """A cell, its weights, inputs, states and blame, all drawn."""
    rng = np.random.default_rng(seed)
    cell = rnn_cells.CELLS[name](n)
    p = Arrays(**{key: rng.normal(0, 1, shape) for key, shape in cell.shapes(V).items()})
    x = rng.normal(0, 1, (B, V))
    s = rng.normal(0, 1, (B, cell.width))
    blame = rng.normal(0, 1, (B, cell.width))
    return cell, p, x, s, blame


def filled(p, value):
    """A layer of the shapes of `p`, one number everywhere."""
    return Arrays(**{key: np.full_like(view, value) for key, view in vars(p).items()})


def by_arithmetic(name, p, x, s, n):
    """One step for one string, in lists and `math`: the equations of the papers and of PyTorch's
    documentation."""
    Wh, Ws, bh = p.Wh.tolist(), p.Ws.tolist(), p.bh.tolist()

    def of_x(j):
        return sum(x[k] * Wh[k][j] for k in range(len(x))) + bh[j]

    def of_s(j):
        return sum(s[k] * Ws[k][j] for k in range(n))

    if name == "simple":
        return [max(0.0, of_x(j) + of_s(j)) for j in range(n)]
    if name == "tanh":
        return [math.tanh(of_x(j) + of_s(j)) for j in range(n)]
    if name == "GRU":
        after = []
        for j in range(n):
            r = logistic(of_x(j) + of_s(j))
            u = logistic(of_x(n + j) + of_s(n + j))
            g = math.tanh(of_x(2 * n + j) + r * (of_s(2 * n + j) + p.bs[j]))
            after.append((1 - u) * g + u * s[j])
        return after
    memory = []
    shown = []
    for j in range(n):
        i = logistic(of_x(j) + of_s(j))
        f = logistic(of_x(n + j) + of_s(n + j))
        g = math.tanh(of_x(2 * n + j) + of_s(2 * n + j))
        o = logistic(of_x(3 * n + j) + of_s(3 * n + j))
        memory.append(f * s[n + j] + i * g)
        shown.append(o * math.tanh(memory[-1]))
    return shown + memory


@every_cell
def test_a_step_is_the_equations(name):
    cell, p, x, s, _ = random(name)
    after, _ = cell.step(p, x, s)
    assert after.shape == (2, cell.width)
    for k in range(2):
        right = by_arithmetic(name, p, x[k].tolist(), s[k].tolist(), 3)
        assert np.allclose(after[k], right, rtol=0, atol=1e-14)


@every_cell
def test_what_is_kept_has_its_name(name):
    """The parts from which the state after can be made again."""
    cell, p, x, s, _ = random(name)
    after, kept = cell.step(p, x, s)
    assert kept.x is x
    assert (kept.s == s[:, :3]).all()
    if name in ("simple", "tanh"):
        again = kept.after
    if name == "GRU":
        assert np.allclose(kept.seen, s @ p.Ws[:, 6:] + p.bs)
        again = (1 - kept.u) * kept.g + kept.u * kept.s
    if name == "LSTM":
        assert (kept.C == s[:, 3:]).all()
        C = kept.f * kept.C + kept.i * kept.g
        assert np.allclose(kept.shown, np.tanh(C))
        again = np.concatenate([kept.o * kept.shown, C], axis=1)
    assert np.allclose(again, after, rtol=0, atol=1e-15)


@every_cell
def test_the_way_back_is_the_slope_of_the_step(name):
    """Every weight, input and state nudged: the loss sum(blame · after) moves as `back` says."""
    cell, p, x, s, blame = random(name, seed=1)
    d = filled(p, 0.0)
    dx, ds = cell.back(p, d, cell.step(p, x, s)[1], blame)
    everything = {**vars(p), "x": x, "s": s}
    found = {**vars(d), "x": dx, "s": ds}
    h = 1e-6
    for key, values in everything.items():
        for at in np.ndindex(values.shape):
            ends = []
            for nudge in (h, -h):
                moved = {other: view.copy() for other, view in everything.items()}
                moved[key][at] += nudge
                moved_x, moved_s = moved.pop("x"), moved.pop("s")
                after, _ = cell.step(Arrays(**moved), moved_x, moved_s)
                ends.append(float((blame * after).sum()))
            assert abs((ends[0] - ends[1]) / (2 * h) - found[key][at]) < 1e-8, (key, at)


@every_cell
def test_blame_on_weights_adds_up(name):
    """Over strings and over steps: `back` adds to what is there."""
    cell, p, x, s, blame = random(name, B=3)
    together = filled(p, 7.0)
    cell.back(p, together, cell.step(p, x, s)[1], blame)
    apart = filled(p, 7.0)
    for k in range(3):
        cell.back(p, apart, cell.step(p, x[k : k + 1], s[k : k + 1])[1], blame[k : k + 1])
    for key, view in vars(together).items():
        assert np.allclose(view, vars(apart)[key])
        assert not np.allclose(view, 7.0)


@every_cell
def test_a_step_changes_nothing_it_was_given(name):
    cell, p, x, s, blame = random(name)
    given = (*vars(p).values(), x, s, blame)
    before = [array.copy() for array in given]
    _, kept = cell.step(p, x, s)
    cell.back(p, filled(p, 0.0), kept, blame)
    assert all((a == b).all() for a, b in zip(given, before))


@pytest.mark.parametrize("V, n", [(3, 8), (26, 128), (0, 2)])
def test_parameters_by_formula(V, n):
    simple = (V + n + 1) * n
    right = {
        "simple": simple,
        "tanh": simple,
        "GRU": 3 * (V + n + 1) * n + n,
        "LSTM": 4 * (V + n + 1) * n,
    }
    assert set(right) == set(rnn_cells.CELLS)
    for name, kind in rnn_cells.CELLS.items():
        assert sum(math.prod(shape) for shape in kind(n).shapes(V).values()) == right[name]
        assert kind(n).width == (2 * n if name == "LSTM" else n)


@every_cell
def test_a_state_passes_on_from_the_start(name):
    net = decoders.EncoderDecoder("feedback", "abc", 3, name)
    starts.initialize(net, "identity", np.random.default_rng(0))
    for layer in (net.enc, net.dec):
        if name in ("simple", "tanh"):
            assert (layer.Ws == np.eye(3)).all()
            assert not layer.bh.any()
        else:  # the gate that keeps is the second
            gates = layer.bh.reshape(-1, 3).tolist()
            assert gates == [[float(k == 1)] * 3 for k in range(len(gates))]
        if name == "GRU":
            assert not layer.bs.any()


def test_sigmoid():
    for z in (-3.0, -0.5, 0.0, 1.0, 20.0):
        assert abs(activations.sigmoid(z) - logistic(z)) < 1e-15
    assert activations.sigmoid(np.array([-1e308, -np.inf, 1e308, np.inf])).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("bias, kept_a_step", [(40.0, 1.0), (0.0, 0.5)])
def test_the_straight_road(bias, kept_a_step):
    """A memory that keeps all and writes nothing: C and the blame on it pass thirty steps whole;
    half open, the 30th power."""
    cell = rnn_cells.LSTM(1)
    p = Arrays(Wh=np.zeros((1, 4)), Ws=np.zeros((1, 4)), bh=np.array([-40.0, bias, 0.3, 0.2]))
    state = np.array([[0.0, 0.8]])
    steps = []
    for _ in range(30):
        state, kept = cell.step(p, np.ones((1, 1)), state)
        steps.append(kept)
    d = filled(p, 0.0)
    blame = np.array([[0.0, 1.0]])
    for kept in reversed(steps):
        _, blame = cell.back(p, d, kept, blame)
    assert state[0, 1] == pytest.approx(0.8 * kept_a_step**30)
    assert blame[0, 1] == pytest.approx(kept_a_step**30)


def test_the_reset_comes_after_the_product():
    """The published order, r before the product, gives another state: the variant is the one that
    is named."""
    cell, p, x, s, _ = random("GRU")
    p.bs[:] = 0

    def gate(columns):
        return activations.sigmoid(x @ p.Wh[:, columns] + s @ p.Ws[:, columns] + p.bh[columns])

    r = gate(slice(0, 3))
    u = gate(slice(3, 6))
    after_the_product = r * (s @ p.Ws[:, 6:])
    before_the_product = (r * s) @ p.Ws[:, 6:]
    for seen, same in ((after_the_product, True), (before_the_product, False)):
        after = (1 - u) * np.tanh(x @ p.Wh[:, 6:] + p.bh[6:] + seen) + u * s
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
    gradient = batch.gradient(net)[1].copy()
    h = 1e-6
    for k in range(net.theta.size):
        ends = []
        for nudge in (h, -h):
            moved = net.copy()
            moved.theta[k] += nudge
            ends.append(batch.gradient(moved)[0])
        assert abs((ends[0] - ends[1]) / (2 * h) - gradient[k]) < 1e-8


@every_cell
@pytest.mark.parametrize("alphabet", ["abc", Alphabet("abc", end=True)], ids=["no END", "END"])
def test_blame_norms_are_those_of_the_last_letter_alone(name, alphabet):
    """Its gradient is the slope of -log p of the last thing said, every weight nudged; its norms
    are those of the blame."""
    net = starts.initialize(
        decoders.EncoderDecoder("feedback", alphabet, 2, name), "identity", np.random.default_rng(1)
    )
    text = "cab"
    h = 1e-6
    right = [*map("abc".index, text[::-1])] + [3] * net.alphabet.end

    def last_scores(theta):
        return net.like(theta).run(text, given=right).Z[-1].tolist()

    def loss(theta):
        z = last_scores(theta)
        return math.log(sum(map(math.exp, z))) - z[right[-1]]

    d, norms = decoders.blame_norms(net, text)
    for k in range(net.theta.size):
        step = h * (np.arange(net.theta.size) == k)
        slope = (loss(net.theta + step) - loss(net.theta - step)) / (2 * h)
        assert abs(slope - d.theta[k]) < 1e-8
    assert norms.shape == (net.cell.width // 2, 3 + len(right))
    z = last_scores(net.theta)
    miss = [math.exp(v) / sum(map(math.exp, z)) - (k == right[-1]) for k, v in enumerate(z)]
    blame = [sum(m * w for m, w in zip(miss, row)) for row in net.Wo.tolist()]
    assert norms[0, -1] == pytest.approx(math.hypot(*blame))


# ---------------------------------------------------------------- what chapter 10 shows


def test_the_table_is_that_of_the_networks():
    """Each trained network is there, with as many weights as its row says, and does on short
    strings what its row says."""
    found = json.loads((RESULTS / "gates.json").read_text(encoding="utf-8"))
    kept = np.load(RESULTS / "gates.npz")
    assert len(kept.files) == len(found["runs"])
    assert found["trained"] == [1, 8]
    assert len(found["strings"]) == 16
    abc = Alphabet("abc", end=True)
    for run in found["runs"]:
        theta = kept["{cell}-{units}-{seed}".format(**run)]
        net = decoders.EncoderDecoder("feedback", abc, run["units"], run["cell"], theta=theta)
        assert net.theta.size == run["parameters"]
        assert len(run["accuracy"]) == 16
        for length in (1, 2, 3, 5):
            share = training.correct(net, abc.strings(length)).mean()
            assert abs(share - run["accuracy"][length - 1]) < 1e-5
