"""The multi-layer perceptron: forward in plain lists, gradients by complex steps and by
differences, trainings, and the bound on codes."""

import itertools
import math
import random

import numpy as np
import pytest

from revlib import mlp, starts, training
from revlib.activations import softmax
from revlib.alphabet import Alphabet, LetterError

ALL_27 = Alphabet("abc").strings(3)
BACKWARDS = [s[::-1] for s in ALL_27]
SHAPES = [
    ((9, 9), (), "abc"),
    ((9, 8, 9), ("relu",), "abc"),
    ((9, 2, 9), ("linear",), "abc"),
    ((4, 5, 4), ("tanh",), "ab"),
    ((8, 3, 7, 8), ("linear", "relu"), "wxyz"),
    ((6, 4, 1, 5, 6), ("tanh", "linear", "relu"), "ab"),
]
every_shape = pytest.mark.parametrize("sizes, activations, letters", SHAPES)


def random_net(sizes, activations, letters, seed=0):
    net = mlp.MLP(sizes, activations, letters)
    net.theta[:] = np.random.default_rng(seed).normal(0, 0.7, net.theta.size)
    return net


def some_strings(sizes, letters, seed=1, count=6):
    draw = random.Random(seed)
    return ["".join(draw.choices(letters, k=sizes[0] // len(letters))) for _ in range(count)]


# ---------------------------------------------------------------- the test's own network

ACT = {
    "relu": lambda v: v if v.real > 0 else 0 * v,
    "tanh": lambda v: np.tanh(v),
    "linear": lambda v: v,
}


def scores(theta, sizes, activations, letters, string):
    """One string, number by number; theta may be complex."""
    row = [float(letter == other) for letter in string for other in letters]
    at = 0
    for rows, columns, activation in zip(sizes, sizes[1:], [*activations, "linear"]):
        W = [theta[at + i * columns : at + (i + 1) * columns] for i in range(rows + 1)]
        at += (rows + 1) * columns
        row = [
            ACT[activation](sum(row[i] * W[i][j] for i in range(rows)) + W[rows][j])
            for j in range(columns)
        ]
    assert at == len(theta)
    return row


def loss_of(theta, sizes, activations, letters, strings, answers):
    """Mean over all letters, in nats."""
    total, V = 0, len(letters)
    for string, answer in zip(strings, answers):
        z = scores(theta, sizes, activations, letters, string)
        for k, letter in enumerate(answer):
            block = z[k * V : (k + 1) * V]
            total += np.log(sum(np.exp(v) for v in block)) - block[letters.index(letter)]
    return total / (len(strings) * len(answers[0]))


# ---------------------------------------------------------------- forward, backward


@every_shape
def test_forward_is_the_plain_one(sizes, activations, letters):
    net = random_net(sizes, activations, letters)
    texts = some_strings(sizes, letters)
    S = net.forward(net.rows(texts))
    assert [s.shape for s in S] == [(6, size) for size in sizes]
    ran = net.run(texts)
    for text, found, said in zip(texts, S[-1], ran.outputs, strict=True):
        right = scores(net.theta.tolist(), sizes, activations, letters, text)
        np.testing.assert_allclose(found, right, rtol=1e-12, atol=1e-12)
        V = len(letters)
        blocks = [right[k : k + V] for k in range(0, len(right), V)]
        assert said == "".join(letters[block.index(max(block))] for block in blocks)
        one = net.run(text)
        assert one.output == said
        assert one.Z.shape == (len(blocks), V)
        np.testing.assert_allclose(one.Z, blocks, rtol=1e-12, atol=1e-12)
    assert ran.Z.shape == (sizes[-1] // V, 6, V)  # letter, string, score
    np.testing.assert_array_equal(ran.Z.swapaxes(0, 1).reshape(6, -1), S[-1])
    np.testing.assert_allclose(ran.P, softmax(ran.Z))
    assert (ran.Y == ran.P.argmax(axis=-1)).all()


@every_shape
def test_the_gradient_is_the_slope_of_the_loss(sizes, activations, letters):
    """By complex steps, which have no rounding, and by differences of the loss that is told."""
    net = random_net(sizes, activations, letters, 2)
    texts = some_strings(sizes, letters)
    answers = [t[::-1] for t in texts]
    batch = training.Batch(net, texts, answers)
    loss, gradient = batch.gradient(net)
    gradient = gradient.copy()
    theta = net.theta.copy()
    assert loss == pytest.approx(
        loss_of(theta, sizes, activations, letters, texts, answers), rel=1e-12
    )
    for i in random.Random(0).sample(range(theta.size), 25):
        step = theta.astype(complex)
        step[i] += 1e-30j
        slope = loss_of(step, sizes, activations, letters, texts, answers).imag / 1e-30
        assert gradient[i] == pytest.approx(slope, rel=1e-9, abs=1e-13)
        both = []
        for h in (1e-6, -1e-6):
            net.theta[:] = theta
            net.theta[i] += h
            both.append(batch.gradient(net)[0])
        assert gradient[i] == pytest.approx((both[0] - both[1]) / 2e-6, abs=1e-8)


def test_scores_no_float_can_take_the_exp_of():
    net = mlp.MLP((9, 9), ())
    net.W[0][:9] = 1e4 * np.eye(9)
    loss, gradient = training.Batch(net, ["abc"], ["cab"]).gradient(net)
    assert loss == pytest.approx(1e4)
    assert np.isfinite(gradient).all()


# ---------------------------------------------------------------- parameters, rows, errors


@pytest.mark.parametrize("T, h, V", [(3, 8, 3), (1, 1, 2), (6, 20, 3), (8, 32, 4)])
def test_parameters_by_formula(T, h, V):
    net = mlp.MLP((V * T, h, V * T), ("relu",), "abcd"[:V])
    assert net.theta.size == V * T * h + h + h * V * T + V * T
    assert repr(net).endswith(f": {net.theta.size} parameters")


def test_weights_are_views_and_theta_is_used_as_it_is():
    theta = np.arange(90.0)
    net = mlp.MLP((9, 9), (), theta=theta)
    assert net.theta is theta
    assert net.W[0].shape == (10, 9)
    assert net.W[0][9, 8] == 89
    net.W[0][0, 1] = -5
    assert theta[1] == -5


def test_rows_are_the_posts():
    net = mlp.MLP((9, 9), ())
    assert net.rows(["abc"]).tolist() == [[1, 0, 0, 0, 1, 0, 0, 0, 1]]
    assert net.rows(["cab", "bbb"]).tolist() == [[0, 0, 1, 1, 0, 0, 0, 1, 0], [0, 1, 0] * 3]


WRONG = [
    ("abca", "this network reads exactly 3 letters; 'abca' has 4"),
    ("a", "this network reads exactly 3 letters; 'a' has 1"),
    ("abx", "letter 'x' at position 3 of 'abx' is not one of 'abc'"),
    ("", "the string is empty; type at least one of 'abc'"),
]


@pytest.mark.parametrize("text, words", WRONG)
def test_a_string_it_cannot_read(text, words):
    net = mlp.MLP((9, 9), ())
    for act in (
        lambda: net.rows(["abc", text]),
        lambda: net.run(text),
        lambda: net.run(["abc", text]),
    ):
        with pytest.raises(LetterError) as error:
            act()
        assert str(error.value) == words


@pytest.mark.parametrize(
    "strings, answers, words",
    [
        (["abca"], ["abc"], "this network reads exactly 3 letters, not 4"),
        (["abc"], ["abca"], "this network says exactly 3 letters, not 4"),
        (["abc"], ["a"], "this network says exactly 3 letters, not 1"),
        (["abx"], ["abc"], "letter 'x' at position 3 of 'abx' is not one of 'abc'"),
        (["abc"], ["abx"], "letter 'x' at position 3 of 'abx' is not one of 'abc'"),
    ],
)
def test_strings_it_cannot_be_trained_on(strings, answers, words):
    with pytest.raises(LetterError) as error:
        training.Batch(mlp.MLP((9, 9), ()), strings, answers)
    assert str(error.value) == words


@pytest.mark.parametrize(
    "arguments, message",
    [
        (((9, 5, 9), ()), r"have 1 hidden layers; activations \(\) are 0"),
        (((9, 8), ()), r"^sizes \(9, 8\) over Alphabet\('abc'\): the first and the last are 3 a"),
        (((8, 9), ()), r"^sizes \(8, 9\) over Alphabet\('abc'\): the first and the last are 3 a"),
        (((9, 9), (), Alphabet("abc", end=True)), "and there is no END$"),
        (((9, 9), (), "abc", np.zeros(91)), r"has 90 parameters; theta has shape \(91,\)"),
    ],
    ids=str,
)
def test_a_network_that_is_none(arguments, message):
    with pytest.raises(ValueError, match=message):
        mlp.MLP(*arguments)


@pytest.mark.parametrize("start", ["post", "uniform", "identity"])
def test_a_start_that_it_has_not(start):
    net = mlp.MLP((9, 9), ())
    with pytest.raises(ValueError, match=f"^start '{start}' is one of recurrent layers; MLP"):
        starts.initialize(net, start, np.random.default_rng(0))


def test_a_layer_that_is_no_number_is_named():
    net = mlp.MLP((9, 5, 9), ("relu",))
    net.W[0][0, 2] = np.inf
    with pytest.raises(FloatingPointError, match=r"^layer\(1\) is inf at place 3: the weights are"):
        net.run("abc")


# ---------------------------------------------------------------- training


def trained(sizes, activations, seed, texts, answers, steps=300):
    net = starts.initialize(mlp.MLP(sizes, activations), "gaussian", np.random.default_rng(seed))
    batch = training.Batch(net, texts, answers)
    run = [*training.train(net, batch, training.Adam(0.03), steps, every=100)]
    return net, run


def test_the_start():
    net = starts.initialize(mlp.MLP((300, 200, 9), ("relu",)), "gaussian", np.random.default_rng(0))
    for W in net.W:
        assert (W[-1] == 0).all()
        assert W[:-1].std() == pytest.approx(1 / math.sqrt(len(W) - 1), rel=0.05)
        assert abs(W[:-1].mean()) < 0.1 / math.sqrt(len(W) - 1)
    again, other = (
        starts.initialize(
            mlp.MLP((300, 200, 9), ("relu",)), "gaussian", np.random.default_rng(seed)
        )
        for seed in (0, 1)
    )
    assert (again.theta == net.theta).all()
    assert (other.theta != net.theta).any()


def test_it_learns_all_27_with_every_seed():
    for seed in range(5):
        net, run = trained((9, 8, 9), ("relu",), seed, ALL_27, BACKWARDS)
        assert net.run(ALL_27).outputs == BACKWARDS
        assert training.correct(net, ALL_27).all()
        assert training.by_position(net, ALL_27).tolist() == [1, 1, 1]
        assert [m.step for m in run] == [0, 100, 200, 300]
        assert run[0].loss > run[1].loss > run[3].loss
        assert (run[3].theta == net.theta).all()
        assert (run[0].theta != net.theta).any()


def test_what_is_never_seen_is_never_learned():
    seen = [s for s in ALL_27 if s[0] != "c"]
    start = starts.initialize(mlp.MLP((9, 8, 9), ("relu",)), "gaussian", np.random.default_rng(3))
    net, _ = trained((9, 8, 9), ("relu",), 3, seen, [s[::-1] for s in seen])
    assert (net.W[0][2] == start.W[0][2]).all()
    assert (net.W[0][5] != start.W[0][5]).any()
    assert net.run(seen).outputs == [s[::-1] for s in seen]
    assert training.correct(net, seen).all()
    assert not training.correct(net, [s for s in ALL_27 if s[0] == "c"]).any()


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_how_many_come_back(k):
    counts = []
    for seed in range(6):
        net, _ = trained((9, k, 9), ("linear",), seed, ALL_27, ALL_27)
        counts.append(training.correct(net, ALL_27, ALL_27).sum())
    assert max(counts) <= {1: 7, 2: 19}.get(k, 27)
    assert min(counts) >= (0 if k < 3 else 27)


# ---------------------------------------------------------------- the bound


def test_the_bound_is_what_the_chapter_says():
    assert [mlp.most_strings(3, 3, k) for k in range(6)] == [1, 7, 19, 27, 27, 27]
    for V, T in itertools.product((1, 2, 3, 5), (1, 2, 4)):
        assert mlp.most_strings(V, T, T) == mlp.most_strings(V, T, T + 3) == V**T
        assert mlp.most_strings(V, T, 1) == 1 + T * (V - 1)
    assert mlp.most_strings(2, 4, 2) == 11
    assert mlp.most_strings(3, 4, 2) == 33


def answers_along(W, start, direction):
    """Every answer that T blocks of V linear scores give on the line start + t · direction:
    exactly, between crossings."""
    T, V, _ = W.shape
    value = W[..., :-1] @ start + W[..., -1]
    slope = W[..., :-1] @ direction
    cuts = sorted(
        (value[p, j] - value[p, i]) / (slope[p, i] - slope[p, j])
        for p in range(T)
        for i in range(V)
        for j in range(i)
        if slope[p, i] != slope[p, j]
    )
    middles = [cuts[0] - 1, *((a + b) / 2 for a, b in zip(cuts, cuts[1:])), cuts[-1] + 1]
    return {tuple((value + t * slope).argmax(axis=1).tolist()) for t in middles}


@pytest.mark.parametrize("V, T", [(3, 3), (2, 4), (4, 2)])
def test_no_reader_finds_more_than_the_bound(V, T):
    rng = np.random.default_rng(V)
    most = 0
    for _ in range(200):  # one unit: every answer there is
        most = max(most, len(answers_along(rng.normal(size=(T, V, 2)), np.zeros(1), np.ones(1))))
    assert most == mlp.most_strings(V, T, 1), "reached, and never passed"
    for _ in range(10):  # two: along many lines
        W = rng.normal(size=(T, V, 3))
        found = set()
        for angle, offset in itertools.product(np.linspace(0.01, 3.1, 12), np.linspace(-6, 6, 25)):
            along = np.array([math.cos(angle), math.sin(angle)])
            found |= answers_along(W, offset * np.array([-along[1], along[0]]), along)
        assert len(found) <= mlp.most_strings(V, T, 2)


def test_nineteen_through_two_units_by_hand():
    """Each place reads how far the code lies along its own of three directions, 120 degrees
    apart."""
    directions = [(math.cos(2 * math.pi * p / 3), math.sin(2 * math.pi * p / 3)) for p in range(3)]
    back = []
    for s in ALL_27:
        code = [
            sum(("abc".index(letter) - 1) * u[axis] for letter, u in zip(s, directions))
            for axis in (0, 1)
        ]
        along = [code[0] * u[0] + code[1] * u[1] for u in directions]
        if "".join("a" if f < -0.75 else "c" if f > 0.75 else "b" for f in along) == s:
            back.append(s)
    assert len(back) == 19 == mlp.most_strings(3, 3, 2)


def test_what_a_network_cannot_do_is_said_when_it_is_made():
    with pytest.raises(ValueError, match="activation 'sigmoid' is not one of relu, tanh, linear"):
        mlp.MLP((9, 5, 9), ("sigmoid",))
    with pytest.raises(ValueError, match="steps is 1; this network says 3 letters, always"):
        mlp.MLP((9, 5, 9), ("relu",)).run("abc", steps=1)
