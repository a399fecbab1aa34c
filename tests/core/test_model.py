"""The network against the post's numbers and against tests/network.py."""

import math
import random

import numpy as np
import pytest

from helpers.drawing_lots import NAMES, random_net, random_text
from reference import network
from revlib import activations, model, post
from revlib.alphabet import Alphabet


def near(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


# ---------------------------------------------------------------- the post's example


def test_the_posts_data():
    for found, typed in (
        (post.Wh, network.WH),
        (post.Ws, network.WS),
        (post.Wo, network.WO),
        (post.PRINTED_S, network.PRINTED_S),
        (post.PRINTED_DEC_S, network.PRINTED_DEC_S),
        (post.PRINTED_P, network.PRINTED_P),
    ):
        assert found.tolist() == typed
        with pytest.raises(ValueError, match="read-only"):
            found[0] = 0
    slips = {(state, unit): (printed, computed) for state, unit, printed, computed in post.SLIPS}
    assert slips == network.SLIPS
    assert post.PRINTED_OUTPUT == "ccc"
    assert post.PRINTED_COUNTS == {"encoder": 45, "decoder": 63, "total": 108}


def test_exact_chain():
    run = model.post_net().run("abc")
    assert run.S.round(3).tolist() == [[0] * 5, *network.EXACT_S]
    assert run.dec.S.round(3).tolist() == [network.EXACT_S[-1], *network.EXACT_DEC_S]
    assert run.dec.P[0].round(4).tolist() == [0.0289, 0.1351, 0.8360]
    assert run.output == run.dec.output == "ccc"
    assert run.outputs == run.dec.outputs == ["ccc"]
    assert run.dec.Y.tolist() == [2, 2, 2]
    assert run.thought.tolist() == run.S[3].tolist() == run.dec.S[0].tolist()


def test_printed_chain():
    """Each printed state follows from the printed state before it, cut or rounded, but for the
    three slips and one last digit."""
    net = model.post_net()

    def step(layer, letter, before):
        x = [float(letter == other) for other in "abc"]
        return net.act(np.array([*x, *before, 1]) @ layer.W)

    S = network.PRINTED_S
    dec = network.PRINTED_DEC_S
    chain = [
        ("S(1)", S[0], step(net.enc, "a", [0] * 5)),
        ("S(2)", S[1], step(net.enc, "b", S[0])),
        ("S(3)", S[2], step(net.enc, "c", S[1])),
        ("_S(1)", dec[0], step(net.dec, "", S[2])),
        ("_S(2)", dec[1], step(net.dec, "c", dec[0])),
        ("_S(3)", dec[2], step(net.dec, "c", dec[1])),
    ]
    slips = {}
    for name, row, computed_row in chain:
        for unit, (printed, computed) in enumerate(zip(row, computed_row), start=1):
            thousandths = round(1000 * float(computed))  # the sums have three decimals
            if round(100 * printed) not in (thousandths // 10, (thousandths + 5) // 10):
                slips[name, unit] = printed, thousandths / 1000
    assert slips == network.SLIPS | network.LAST_DIGIT
    state, unit, printed, computed = post.LAST_DIGIT
    assert network.LAST_DIGIT == {(state, unit): (printed, computed)}
    assert step(net.dec, "c", dec[0])[2:4].round(3).tolist() == [22.477, 22.581]
    net.dec.Wh[2, 2:4] = 0.8  # both numbers of _S(2), rounded, if this weight was misread
    assert step(net.dec, "c", dec[0]).round(2).tolist() == dec[1]
    net.dec.Wh[2, 2:4] = 0.6
    near(net.decode(S[2], 1).S[1], chain[3][2])
    P = activations.softmax(np.array(dec) @ net.Wo)
    assert P[0].round(4).tolist() == [0.0339, 0.1533, 0.8128]
    assert [math.floor(100 * p) / 100 for p in P[0]] == network.PRINTED_P  # the post cuts
    assert P.argmax(axis=1).tolist() == [2, 2, 2]


# ---------------------------------------------------------------- parameters


def test_counts():
    sizes = {name: view.size for name, view in model.post_net().named().items()}
    assert tuple(sizes) == NAMES
    assert sizes["Wh"] + sizes["Ws"] + sizes["bh"] == 45
    assert sum(sizes[name] for name in NAMES[3:]) == 63
    assert sum(sizes.values()) == model.post_net().theta.size == 108
    with_end = model.Net(Alphabet("abc", end=True))
    assert sum(view.size for view in with_end.named().values()) == with_end.theta.size == 114


@pytest.mark.parametrize(
    "letters, n, end", [("abc", 5, False), ("abc", 5, True), ("a", 1, False), ("abcde", 7, True)]
)
def test_views_of_theta_in_order(letters, n, end):
    alphabet = Alphabet(letters, end)
    V = len(letters)
    K = V + end
    theta = np.arange(2 * (V + n + 1) * n + (n + 1) * K, dtype=float)
    net = model.Net(alphabet, n, theta=theta)
    assert net.theta is theta
    named = net.named()
    layer = [(V, n), (n, n), (n,)]
    assert [view.shape for view in named.values()] == [*layer, *layer, (n, K), (K,)]
    assert np.concatenate([view.ravel() for view in named.values()]).tolist() == theta.tolist()
    attributes = [net.Wh, net.Ws, net.bh, net.dec.Wh, net.dec.Ws, net.dec.bh, net.Wo, net.bo]
    for (name, view), attribute in zip(named.items(), attributes):
        attribute[:] = -1
        assert (view == -1).all(), name
    assert (theta == -1).all()


def test_a_copy_is_its_own():
    net = model.post_net()
    copy = net.copy()
    copy.theta[:] = 0
    assert net.theta.tolist() == network.flat(network.post_weights())
    assert copy.made == net.made


def test_networks_refused():
    with pytest.raises(ValueError, match="^activation 'sigmoid' is not one of relu, tanh, linear$"):
        model.Net(activation="sigmoid")
    with pytest.raises(ValueError, match="^a network has 1 unit at least, not 0$"):
        model.Net(n=0)
    for wrong in (np.zeros(107), np.zeros((108, 1)), np.zeros((9, 12))):
        with pytest.raises(
            ValueError, match=rf"108 parameters; theta has shape \({wrong.shape[0]},"
        ):
            model.Net(theta=wrong)


# ---------------------------------------------------------------- encoder and decoder against the
# oracle


@pytest.mark.parametrize("activation", ["relu", "tanh", "linear"])
@pytest.mark.parametrize("end", [False, True])
@pytest.mark.parametrize("letters", ["a", "abc", "abcde"])
def test_runs_equal_the_oracle(letters, end, activation):
    rng = random.Random(f"{letters} {end} {activation}")
    stopped = 0
    for n in range(1, 8):
        for length in range(10):
            net, W = random_net(rng, letters, n, activation, end)
            text = random_text(rng, letters, length)
            run = net.run(text)
            S = network.encode(W, [letters.index(letter) for letter in text], activation)
            steps = network.decode(W, S[-1], length + end, activation)
            near(run.S, S)
            rows = [network.one_hot(letters.index(letter), len(letters)) for letter in text]
            assert run.X.tolist() == rows
            compare_decoded(run.dec, S[-1], steps, letters)
            assert run.output == run.dec.output
            assert run.outputs == [run.output]
            stopped += len(steps) < length + end
    assert bool(stopped) == end, "the cases do not include an END before the last step"


def compare_decoded(dec, thought, steps, letters):
    assert len(dec.X) == len(dec.Z) == len(dec.Y) == len(dec.S) - 1 == len(steps)
    near(dec.S, [thought, *(s for _, s, _, _ in steps)])
    assert dec.X.tolist() == [x for x, _, _, _ in steps]
    assert dec.Y.tolist() == [said for *_, said in steps]
    assert dec.output == "".join(letters[said] for *_, said in steps if said < len(letters))
    if steps:
        near(dec.Z, [z for _, _, z, _ in steps])
        near(dec.P, [[float(p) for p in network.softmax(z)] for _, _, z, _ in steps])


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("end", [False, True])
def test_a_batch_equals_its_strings_one_by_one(activation, end):
    rng = random.Random(4)
    lengths_said = set()
    for n in range(1, 8):
        net, _ = random_net(rng, "abc", n, activation, end)
        texts = net.alphabet.strings(n % 4)
        batch = net.run(texts)
        assert batch.dec.outputs == batch.outputs
        assert len(batch.outputs) == len(texts)
        assert batch.thought.shape == (len(texts), n)
        for i, text in enumerate(texts):
            one = net.run(text)
            T = len(one.dec.Y)  # the batch goes on until its last string has said END
            near(batch.S[:, i], one.S)
            near(batch.dec.S[: T + 1, i], one.dec.S)
            near(batch.dec.Z[:T, i], one.dec.Z)
            near(batch.dec.P[:T, i], one.dec.P)
            assert batch.dec.X[:T, i].tolist() == one.dec.X.tolist()
            assert batch.dec.Y[:T, i].tolist() == one.dec.Y.tolist()
            assert batch.outputs[i] == one.output
            lengths_said.add(len(one.output))
    assert len(lengths_said) > 2


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("end", [False, True])
def test_given_letters(activation, end):
    rng = random.Random(5)
    for _ in range(20):
        net, W = random_net(rng, "abc", 4, activation, end)
        thought = [rng.random() for _ in range(4)]
        given = [rng.randrange(3 + end) for _ in range(6)]
        compare_decoded(
            net.decode(thought, 6, given=np.array(given)),
            thought,
            network.decode(W, thought, 6, activation, given),
            "abc",
        )


def test_given_letters_of_a_batch():
    net, W = random_net(random.Random(6))
    given = net.alphabet.indices(["abca", "ccba"])
    thoughts = np.array([[1.0, 0, 2, 0, 1], [0.5, 1, 0, 1, 0]])
    dec = net.decode(thoughts, 4, given=given)
    for i in range(2):
        steps = network.decode(W, thoughts[i].tolist(), 4, given=given[:, i].tolist())
        near(dec.S[1:, i], [s for _, s, _, _ in steps])
        assert dec.outputs[i] == "".join("abc"[said] for *_, said in steps)


def test_a_batch_stops_when_each_string_has_said_end():
    """Also when one that had said it before says letters again: they are no part of its answer."""
    net = model.Net(Alphabet("ab", end=True), n=1)
    said = iter([[2, 0], [1, 2], [0, 0]])  # END and then 'b'; 'a' and then END
    dec = net.decode(np.zeros((2, 1)), 3, choose=lambda z: np.array(next(said)))
    assert dec.Y.tolist() == [[2, 0], [1, 2]]
    assert dec.outputs == ["", "a"]
    assert dec.S.shape == (3, 2, 1)


def test_choose():
    net, W = random_net(random.Random(7), n=3)
    seen = []

    def least(z):
        seen.append(z.copy())
        return z.argmin(axis=-1)

    dec = net.decode([1.0, 2.0, 3.0], 5, choose=least)
    compare_decoded(dec, [1.0, 2.0, 3.0], network.decode(W, [1.0, 2.0, 3.0], 5, choose=min), "abc")
    assert np.array(seen).tolist() == dec.Z.tolist()
    batch = net.decode(np.ones((4, 3)), 2, choose=least)
    assert seen[-1].shape == (4, 3)
    assert batch.Y.shape == (2, 4)
    near(
        net.run("ab", choose=least).dec.Z,
        [z for _, _, z, _ in network.decode(W, network.encode(W, [0, 1])[-1], 2, choose=min)],
    )


def test_of_equal_scores_the_first_is_said():
    net = model.Net("abc")  # all weights, so all scores, are 0
    assert net.run("cc").output == "aa"
    net.bo[:] = 0, 1, 1
    assert net.run(["cc", "ab"]).outputs == ["bb", "bb"]


# ---------------------------------------------------------------- where it stops


def test_it_stops_at_end():
    net = model.Net(Alphabet("abc", end=True), n=1)
    net.bo[3] = 1  # END always wins
    run = net.run("abc")
    assert run.output == ""
    assert run.dec.Y.tolist() == [3]
    assert run.dec.S.shape == (2, 1)
    batch = net.run(["abc", "bca"])
    assert batch.outputs == ["", ""]
    assert batch.dec.Y.shape == (1, 2)


def test_it_stops_at_the_length():
    net = model.Net(Alphabet("abc", end=True), n=1)
    net.bo[1] = 1  # END never wins
    assert net.run("ab").dec.output == "bbb"  # two letters, and one step for END
    assert net.run("ab", steps=5).output == "b" * 5
    assert net.run("ab", steps=0).output == ""
    plain = model.Net("abc", n=1)
    assert plain.run("ab").output == "aa"
    assert plain.run("").output == ""
    assert plain.run("").outputs == [""]
    assert plain.run(["", ""]).outputs == ["", ""]
    assert plain.run([]).outputs == []


def test_end_is_never_fed_back():
    """One string of the batch has said END while the other goes on."""
    net = model.Net(Alphabet("ab", end=True), n=1)
    net.dec.Ws[:] = 1
    net.dec.Wh[:] = 5
    net.Wo = [[1, 0, -1]]  # a small state says END, a large one 'a'
    net.bo = [0, 0, 1]
    dec = net.decode([[0.0], [2.0]], 4)
    assert dec.Y.T.tolist() == [[2, 2, 2, 2], [0, 0, 0, 0]]
    assert dec.outputs == ["", "aaaa"]
    assert not dec.X[0].any(), "the first input is not empty"
    assert not dec.X[:, 0].any(), "END was fed back"
    assert dec.X[1:, 1].tolist() == [[1, 0]] * 3
    assert dec.S[:, 0].tolist() == [[0]] * 5
    assert dec.S[:, 1].tolist() == [[2], [2], [7], [12], [17]]


@pytest.mark.parametrize("shape", [(4,), (6,), (2, 4), (5, 1), ()])
def test_a_thought_has_one_number_a_unit(shape):
    with pytest.raises(
        ValueError, match=r"^thought has shape \(.*units needs \(5,\), or \(B, 5\)$"
    ):
        model.post_net().decode(np.zeros(shape), 3)


# ---------------------------------------------------------------- softmax

SCORES = [
    [0.0],
    [2.0, 1.0, 0.0],
    [1000.0, -1000.0, 0.0],
    [-1000.0, -1001.0],
    [1e308, 0.0],
    [-1e308, -1e308],
    [-math.inf, 0.0, 1.0],
    [0.0, -math.inf],
    [1e-300, 0.0],
    [-5000.0, -5001.0, -1e4],
    [3.5] * 64,
]


@pytest.mark.parametrize("temperature", [1.0, 0.5, 2.0, 0.01, 100.0, 1e-300, 1e300])
@pytest.mark.parametrize("z", SCORES, ids=str)
def test_softmax_equals_fifty_digits(z, temperature):
    logs, probabilities = network.log_softmax(z, temperature), network.softmax(z, temperature)
    for scores in (np.array(z), np.array([[z, z]])):
        found = activations.log_softmax(scores, temperature)
        assert found.shape == scores.shape
        np.testing.assert_allclose(
            found, np.broadcast_to([float(v) for v in logs], scores.shape), rtol=1e-11, atol=3e-16
        )
        found = activations.softmax(scores, temperature)
        np.testing.assert_allclose(
            found,
            np.broadcast_to([float(p) for p in probabilities], scores.shape),
            rtol=1e-11,
            atol=1e-300,
        )
        near(found.sum(axis=-1), 1)


@pytest.mark.parametrize("temperature", [1.0, 0.5, 2.0, 1e-300, 1e300])
def test_softmax_of_scores_too_far_apart_for_a_float(temperature):
    assert activations.softmax(np.array([1e308, -1e308, 1e308]), temperature).tolist() == [
        0.5,
        0,
        0.5,
    ]


def test_softmax_leaves_its_argument_alone():
    z = np.array([1.0, 2.0, 3.0])
    activations.softmax(z)
    activations.softmax(z, 2.0)
    assert z.tolist() == [1, 2, 3]
    assert activations.softmax([1, 2, 3]).tolist() == activations.softmax(z).tolist()


@pytest.mark.parametrize("temperature", [0, 0.0, -1, -math.inf, math.nan])
@pytest.mark.parametrize("function", [activations.softmax, activations.log_softmax])
def test_temperatures_refused(function, temperature):
    with pytest.raises(ValueError, match=f"the temperature is {temperature}; it must be above 0"):
        function(np.zeros(3), temperature)


@pytest.mark.parametrize("scores", [[np.nan, 0], [0, np.inf], [-np.inf, -np.inf]])
@pytest.mark.parametrize("function", [activations.softmax, activations.log_softmax])
def test_scores_refused(function, scores):
    with pytest.raises(
        FloatingPointError, match="^the largest score is (nan|inf|-inf); scores are"
    ):
        function(np.array([[0.0, 0.0], scores]))


def test_scores_of_any_whole_number_type():
    for dtype in (np.uint8, np.int64):
        found = activations.softmax(np.array([3, 2, 1], dtype))
        assert found.tolist() == activations.softmax([3.0, 2.0, 1.0]).tolist()


# ---------------------------------------------------------------- numbers that are none


@pytest.mark.parametrize(
    "name, entry, value, place",
    [
        ("Wh", (1, 2), math.nan, r"S\(1\) is nan at place 3"),
        ("bh", 4, math.inf, r"S\(1\) is inf at place 5"),
        ("Ws", (0, 3), math.nan, r"S\(1\) is nan at place 4"),
        ("Ws", (0, 0), 1e308, r"S\(3\) is inf at place 1"),
        ("dec.Ws", (2, 1), math.nan, r"_S\(1\) is nan at place 2"),
        ("dec.Wh", (2, 0), math.inf, r"_S\(1\) is nan at place 1"),
        ("Wo", (0, 2), math.nan, r"z\(1\) is nan at place 3"),
        ("bo", 1, -math.inf, r"z\(1\) is -inf at place 2"),
    ],
)
def test_where_a_number_is_none(name, entry, value, place):
    """No NumPy warning either: in these tests a warning is an error."""
    net = model.post_net()
    net.named()[name][entry] = value
    for text in ("abc", ["abc", "aab"]):
        with pytest.raises(
            FloatingPointError,
            match=f"^{place}: the weights are too large for float64 or not numbers$",
        ):
            net.run(text)


def test_overflow_names_the_step():
    net = model.Net("a", n=2)
    net.Wh[:] = 1e150
    net.Ws = np.eye(2) * 1e150
    assert np.isfinite(net.encode(net.alphabet.one_hot("aa"))).all()  # 1e300
    with pytest.raises(FloatingPointError, match=r"^S\(3\) is inf at place 1: .* float64"):
        net.encode(net.alphabet.one_hot("aaaa"))
    small = model.Net("a", n=2, theta=np.zeros(net.theta.size, np.float32))
    small.Wh[:] = 1
    small.dec.Ws = np.eye(2) * 1e20
    with pytest.raises(FloatingPointError, match=r"^_S\(2\) is inf at place 1: .* float32"):
        small.run("aaa")
    for wrong in (math.nan, -math.inf):
        with pytest.raises(FloatingPointError, match=rf"^_S\(0\) is {wrong} at place 2"):
            net.decode([0, wrong], 1)


@pytest.mark.parametrize("name", ["Wo", "dec.Ws"])
def test_choose_sees_no_such_number(name):
    """A function that draws a letter would fail on them before the network could say what is
    wrong."""
    net = model.post_net()
    net.named()[name][0] = math.nan

    def draws(z):
        assert np.isfinite(z).all()
        return z.argmax(axis=-1)

    with pytest.raises(FloatingPointError):
        net.run("abc", choose=draws)


def test_float32_stays_float32():
    rng = random.Random(8)
    for activation in ("relu", "tanh"):
        net, W = random_net(rng, activation=activation)
        small = net.astype(np.float32)
        run = small.run("abcab")
        for array in (small.Wh, run.S, run.dec.X, run.dec.S, run.dec.Z, run.dec.P):
            assert array.dtype == np.float32
        np.testing.assert_allclose(
            run.S, network.encode(W, [0, 1, 2, 0, 1], activation), rtol=1e-5, atol=1e-5
        )
        assert small.run(["ab", "ba"]).dec.S.dtype == np.float32
