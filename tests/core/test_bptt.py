"""The hand-made gradient: against finite differences, mpmath, a plain re-run, and its own parts.

Here random_net makes a network and the oracle's lists of the same weights.
"""

import random

import hypothesis.strategies as st
import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings

from helpers.drawing_lots import NAMES, random_net, random_text
from reference import network
from revlib import bptt, model, training
from revlib.alphabet import Alphabet, LetterError

KINDS = [(activation, end) for activation in ("relu", "tanh") for end in (False, True)]
every_kind = pytest.mark.parametrize("activation, end", KINDS)

# Every array of bptt.Gradients, and whether it has a row for time 0.
ARRAYS = {
    "S": True,
    "dec_S": True,
    "P": False,
    "dZ": False,
    "dS": True,
    "dec_dS": True,
    "dA": False,
    "dec_dA": False,
}


def distance_to_kink(net, inputs, targets, found):
    """The smallest |sum before the activation| of a run, over encoder and decoder."""
    V, U, K = len(net.alphabet), len(net.says), len(net.says.outputs)
    fed = np.zeros((*targets.shape, U))
    fed[1:] = np.eye(K, U)[targets[:-1]]
    gaps = []
    for layer, S, X in ((net.enc, found.S, np.eye(V)[inputs]), (net.dec, found.dec_S, fed)):
        gaps += np.abs(X @ layer.Wh + S[:-1] @ layer.Ws + layer.bh).ravel().tolist()
    return min(gaps)


def smooth_case(seed, letters, n, activation, end, length, count):
    """A network of moderate weights, its lists, `count` strings, and their gradients: no sum within
    1e-4 of ReLU's kink."""
    for attempt in range(20):
        rng = random.Random(f"{seed} {attempt}")
        net, W = random_net(rng, letters, n, activation, end, reach=0.6)
        texts = [random_text(rng, letters, length) for _ in range(count)]
        found = bptt.gradients(net, texts)
        if activation == "tanh":
            return net, W, texts, found
        if distance_to_kink(net, *bptt.task(net, texts), found) > 1e-4:
            return net, W, texts, found
    raise AssertionError("every seed is near a kink")


def differences(loss, values, h=1e-6):
    """Central differences of loss() in each entry of `values`, a list or array changed in place."""
    slopes = []
    for i, value in enumerate(list(values)):
        values[i] = value + h
        above = loss()
        values[i] = value - h
        slopes.append((above - loss()) / (2 * h))
        values[i] = value
    return np.array(slopes)


def same_slopes(gradient, slopes):
    """Every one to 1e-7 of the largest; the first parameter that is not is named by its place in
    theta."""
    off = np.abs(gradient - slopes)
    worst = int(off.argmax())
    assert off.max() <= 1e-7 * np.abs(gradient).max(), (worst, gradient[worst], slopes[worst])


# ---------------------------------------------------------------- finite differences


@pytest.mark.slow
@settings(deadline=None, database=None, derandomize=True, max_examples=40)
@given(st.data())
def test_every_entry_equals_a_difference_of_the_oracles_loss(data):
    """Of the loss in plain Python and decimals, for any answer in any alphabet, any share."""
    draw = data.draw
    V = draw(st.integers(1, 4), "symbols read")
    U = draw(st.integers(1, 4), "symbols said")
    n = draw(st.integers(1, 3), "units")
    activation = draw(st.sampled_from(["relu", "tanh", "linear"]))
    end = draw(st.booleans(), "END")
    read = draw(st.lists(st.integers(0, V - 1), max_size=4), "read")
    answer = draw(st.lists(st.integers(0, U - 1), min_size=0 if end else 1, max_size=4), "answer")
    right = answer + [U] * end
    share = draw(
        st.none() | st.lists(st.floats(0, 1), min_size=len(right), max_size=len(right)), "share"
    )
    rng = random.Random(draw(st.integers(0, 10**6), "seed"))
    W = network.random_weights(rng, V, n, U + end, 0.6, U)

    reads = Alphabet("abcd"[:V])
    says = Alphabet("wxyz"[:U], end)
    theta = network.flat(W)
    net = model.Net(reads, n, activation, says, np.array(theta))
    found = bptt.gradients(net, reads.text(read), says.text(answer), share)
    inputs, targets = bptt.task(net, reads.text(read), says.text(answer))
    assert (inputs.tolist(), targets.tolist()) == (read, right)
    assume(activation != "relu" or distance_to_kink(net, inputs, targets, found) > 1e-4)

    def loss():
        return network.loss(network.cut(theta, W), read, right, activation, share)

    assert found.loss == pytest.approx(loss(), rel=1e-12, abs=1e-15)
    slopes = differences(loss, theta)
    np.testing.assert_allclose(found.d.theta, slopes, rtol=0, atol=2e-9)


@every_kind
@pytest.mark.parametrize("letters", ["a", "abc", "abcde"])
def test_every_entry_equals_a_difference_of_the_loss(letters, activation, end):
    """Lengths 1 to 12 (and 0 with END), 1 to 6 units, one string and batches.

    The loss is that of the tape, which is quicker, and the same.
    """
    largest = 0
    for length in range(0 if end else 1, 13):
        for n, count in ((1 + length % 6, 1), (1 + (length + 3) % 6, 3)):
            net, _, texts, found = smooth_case(length, letters, n, activation, end, length, count)
            tape = net.tape(*bptt.task(net, texts))
            assert tape.forward(net) == pytest.approx(found.loss, rel=1e-12, abs=1e-15)
            same_slopes(found.d.theta, differences(lambda: tape.forward(net), net.theta))
            largest = max(largest, np.abs(found.d.theta).max())
    # with one symbol to say, the loss is 0 whatever the weights
    assert (largest > 0.1) == (len(letters) + end > 1)


# ---------------------------------------------------------------- the loss


def exact_loss(net, text):
    """The loss at 50 digits, from the weights on."""
    with mpmath.workdps(50):
        act = mpmath.tanh if net.activation == "tanh" else lambda v: max(v, mpmath.mpf(0))
        W = {
            name: mpmath.matrix(np.atleast_2d(view).tolist()) for name, view in net.named().items()
        }
        V = len(net.alphabet)

        def run(s, xs, layer):
            Wh, Ws, bh = (W[layer + name] for name in ("Wh", "Ws", "bh"))
            for x in xs:
                of_x = Wh[x, :] if x is not None else 0 * bh
                s = (s * Ws + bh + of_x).apply(act)
                yield s

        read = [net.alphabet.symbols.index(letter) for letter in text]
        right = read[::-1] + [V] * net.alphabet.end
        nothing = mpmath.zeros(1, net.n)
        thought = [nothing, *run(nothing, read, "")][-1]
        states = run(thought, [None, *right[:-1]], "dec.")
        cost = 0
        for s, k in zip(states, right, strict=True):
            z = list(s * W["Wo"] + W["bo"])
            cost += max(z) - z[k] + mpmath.log(sum(mpmath.exp(v - max(z)) for v in z))
        return float(cost / len(right))


@every_kind
@pytest.mark.parametrize("reach", [0.1, 1, 30, 1000])
def test_loss_equals_fifty_digits(reach, activation, end):
    """From weights that say nothing to scores thousands and more apart; a NumPy warning would be an
    error."""
    rng = random.Random(reach)
    losses = []
    for n in range(1, 6):
        net, _ = random_net(rng, "abc", n, activation, end, reach)
        for text in ("a", "cab", random_text(rng, "abc", 7)):
            found = bptt.gradients(net, text)
            assert found.loss == pytest.approx(exact_loss(net, text), rel=1e-10, abs=1e-15)
            assert np.isfinite(found.loss)
            assert np.isfinite(found.d.theta).all()
            losses.append(found.loss)
    assert max(losses) > reach


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gap", [20, 800, 5000, 1e30])
def test_a_letter_held_impossible_costs_the_gap(gap, dtype):
    net = model.Net("ab", n=2).astype(dtype)
    net.bo = gap, 0
    for texts, loss, blame in (
        ("bb", gap, [1, -1]),
        ("aa", 0, [0, 0]),
        (["ab", "ba"], gap / 2, [0.5, -0.5]),
    ):
        found = bptt.gradients(net, texts)
        assert found.loss == pytest.approx(loss, rel=1e-6, abs=3e-9)
        np.testing.assert_allclose(found.d.bo, blame, rtol=1e-6, atol=3e-9)


# ---------------------------------------------------------------- one string, batches


@every_kind
def test_a_string_is_a_batch_of_one_without_its_axis(activation, end):
    rng = random.Random(11)
    for length in range(0 if end else 1, 6):
        net, _ = random_net(rng, "abc", 4, activation, end)
        text = random_text(rng, "abc", length)
        one = bptt.gradients(net, text)
        batch = bptt.gradients(net, [text])
        assert one.loss == pytest.approx(batch.loss, rel=1e-13)
        np.testing.assert_allclose(one.d.theta, batch.d.theta, rtol=1e-11, atol=1e-15)
        for name, from_zero in ARRAYS.items():
            alone = getattr(one, name)
            together = getattr(batch, name)
            steps = length if name in ("S", "dS", "dA") else length + end
            columns = 3 + end if name in ("P", "dZ") else 4
            assert alone.shape == (steps + from_zero, columns), name
            assert together.shape == (steps + from_zero, 1, columns), name
            np.testing.assert_allclose(alone, together[:, 0], rtol=1e-11, atol=1e-15, err_msg=name)


@every_kind
def test_a_batch_is_the_mean_of_its_strings(activation, end):
    rng = random.Random(2)
    for length in range(1, 7):
        net, _ = random_net(rng, "abc", 4, activation, end)
        texts = [random_text(rng, "abc", length) for _ in range(5)]
        batch = bptt.gradients(net, texts)
        ones = [bptt.gradients(net, text) for text in texts]
        assert batch.loss == pytest.approx(np.mean([one.loss for one in ones]), rel=1e-12)
        mean = np.mean([one.d.theta for one in ones], axis=0)
        np.testing.assert_allclose(batch.d.theta, mean, rtol=1e-9, atol=1e-13)
        for name in ("S", "dec_S", "P"):
            for b, one in enumerate(ones):
                np.testing.assert_allclose(
                    getattr(batch, name)[:, b], getattr(one, name), rtol=1e-12, atol=1e-15
                )


@every_kind
def test_mixed_lengths_weigh_every_letter_alike(activation, end):
    rng = random.Random(3)
    net, _ = random_net(rng, "abc", 4, activation, end)
    texts = [random_text(rng, "abc", length) for length in (1, 5, 2, 1, 5, 9, 3)] + [""] * end
    loss, gradient = training.Batch(net, texts).gradient(net)
    ones = [bptt.gradients(net, text) for text in texts]
    letters = [len(text) + end for text in texts]
    assert loss == pytest.approx(np.average([one.loss for one in ones], weights=letters), rel=1e-12)
    mean = np.average([one.d.theta for one in ones], axis=0, weights=letters)
    np.testing.assert_allclose(gradient, mean, rtol=1e-9, atol=1e-13)


@every_kind
@pytest.mark.parametrize("texts", [["abc", "cba"], ["abc", "b", "ab", "ca"]])
def test_repeats_to_the_bit(texts, activation, end):
    """Also on room that another network's run has been through: nothing of it is left."""
    net, _ = random_net(random.Random(4), "abc", 5, activation, end)
    batch = training.Batch(net, texts)
    loss, gradient = batch.gradient(net)
    first = loss, gradient.tolist()
    other, _ = random_net(random.Random(5), "abc", 5, activation, end, reach=50)
    assert batch.gradient(other)[1].tolist() != first[1]
    for again in (batch, training.Batch(net, texts)):
        loss, gradient = again.gradient(net)
        assert (loss, gradient.tolist()) == first


# ---------------------------------------------------------------- blame on states and scores


def rerun(net, text, name, at, unit, h):
    """The loss of one string, one step at a time, with `h` added to one number of the run as soon
    as it is there."""

    def nudge(now, t, row):
        return row + h * np.eye(len(row))[unit] if (now, t) == (name, at) else row

    def step(layer, prefix, t, x, s):
        A = nudge(prefix + "A", t, x @ layer.Wh + s @ layer.Ws + layer.bh)
        return nudge(prefix + "S", t, net.act(A))

    V = len(net.alphabet)
    read = net.alphabet.indices(text).tolist()
    right = read[::-1] + [V] * net.alphabet.end
    s = np.zeros(net.n)
    loss = 0
    for t, letter in enumerate(read, 1):
        s = step(net.enc, "", t, np.eye(V)[letter], s)
    s = nudge("dec_S", 0, s)
    for t, letter in enumerate(right, 1):
        s = step(net.dec, "dec_", t, np.zeros(V) if t == 1 else np.eye(V)[right[t - 2]], s)
        z = nudge("Z", t, s @ net.Wo + net.bo)
        loss += (np.log(np.exp(z).sum()) - z[letter]) / len(right)
    return loss


@every_kind
@pytest.mark.parametrize("length", [1, 4])
def test_blame_is_what_a_nudge_costs(length, activation, end):
    """dS, dA, dec_dS, dec_dA and dZ: every step, string and place."""
    net, _, texts, found = smooth_case("nudge", "abc", 3, activation, end, length, 2)
    h = 1e-6
    for name, blame, first in (
        ("S", found.dS, 1),
        ("A", found.dA, 1),
        ("Z", found.dZ, 1),
        ("dec_S", found.dec_dS, 0),
        ("dec_A", found.dec_dA, 1),
    ):
        states = name.endswith("S")  # their row 0 is time 0; the others' is step 1
        last = length + end if name == "Z" or name.startswith("dec") else length
        assert blame.shape[:2] == (last + states, 2)
        for t in range(first, last + 1):
            for b, text in enumerate(texts):
                cost = [
                    rerun(net, text, name, t, i, h) - rerun(net, text, name, t, i, -h)
                    for i in range(blame.shape[2])
                ]
                np.testing.assert_allclose(
                    blame[t - 1 + states, b],
                    np.array(cost) / (2 * h) / 2,
                    atol=2e-9,
                    err_msg=f"{name}({t}) of {text}, one of two strings",
                )
    assert not found.dS[0].any()
    assert np.abs(found.dS[1]).max() > 1e-4


@every_kind
def test_the_thought_vector_is_one_state_with_one_blame(activation, end):
    net, _ = random_net(random.Random(6), "abc", 5, activation, end)
    found = bptt.gradients(net, ["abca", "bbca"])
    assert found.S[-1].tolist() == found.dec_S[0].tolist()
    assert found.dS[-1].tolist() == found.dec_dS[0].tolist()
    assert found.dS[-1].any()


def test_dead_units_pass_no_blame():
    net, _ = random_net(random.Random(7), n=6)
    net.bh[2] = net.dec.bh[4] = -100  # these two never wake
    found = bptt.gradients(net, ["abcab", "cacba"])
    for S, dA in ((found.S, found.dA), (found.dec_S, found.dec_dA)):
        dead = S[1:] == 0
        assert dead.any()
        assert not dead.all()
        assert not dA[dead].any()
        assert dA[~dead].any()
    assert not found.d.enc.W[:, 2].any()
    assert not found.d.dec.W[:, 4].any()
    assert not found.d.Wo[4].any()
    assert found.dS[:, :, 2].any(), "a dead unit may be blamed; it hands nothing on"


@every_kind
def test_a_share_picks_output_letters(activation, end):
    net, _ = random_net(random.Random(8), "abc", 4, activation, end)
    texts = ["abca", "ccba", "bbbb"]
    L = 4 + end
    whole = bptt.gradients(net, texts)
    parts = [bptt.gradients(net, texts, share=np.eye(L)[t]) for t in range(L)]
    inputs, right = bptt.task(net, texts)
    for t, part in enumerate(parts):
        assert part.loss == pytest.approx(-np.log(whole.P[t, range(3), right[t]]).mean(), rel=1e-12)
        assert not part.dZ[np.arange(L) != t].any()
        assert part.dZ[t].any()
        assert not part.dec_dS[t + 2 :].any(), "a later state is blamed for an earlier letter"
        tape = net.tape(inputs, right, share=np.eye(L)[t])
        same_slopes(part.d.theta, differences(lambda: tape.forward(net), net.theta))
    assert whole.loss == pytest.approx(np.mean([part.loss for part in parts]), rel=1e-12)
    mean = np.mean([part.d.theta for part in parts], axis=0)
    np.testing.assert_allclose(whole.d.theta, mean, atol=1e-14)


# ---------------------------------------------------------------- the checker


@every_kind
def test_check_agrees(activation, end):
    net, _, texts, _ = smooth_case("check", "abc", 4, activation, end, 3, 2)
    before = net.theta.tolist()
    for strings in (texts, texts[0]):
        error, where = bptt.check(net, strings)
        assert type(error) is float
        assert 0 < error < 1e-7
        assert where.split("[")[0] in NAMES
    assert net.theta.tolist() == before


@pytest.mark.parametrize("name", NAMES)
def test_check_finds_a_planted_error(name, monkeypatch):
    net, _, texts, _ = smooth_case("plant", "abc", 4, "relu", True, 3, 2)
    gradients = bptt.gradients
    last = [k - 1 for k in net.named()[name].shape]

    def wrong(net, text, answer):
        found = gradients(net, text, answer)
        found.d.named()[name][tuple(last)] += 0.01
        return found

    monkeypatch.setattr(bptt, "gradients", wrong)
    error, where = bptt.check(net, texts)
    assert error > 1e-3
    assert where == f"{name}{last}"


def test_check_where_there_is_nothing_to_blame():
    """With one letter to say the loss is 0 whatever the weights, and so is its gradient."""
    net, _ = random_net(random.Random(9), "a", 2)
    assert bptt.check(net, "aaa")[0] == 0


def test_check_takes_the_digits_that_it_needs():
    net, _, texts, _ = smooth_case("digits", "abc", 4, "tanh", True, 3, 2)
    small = net.astype(np.float32)
    assert bptt.check(small, texts)[0] < 1e-7
    assert small.theta.dtype == np.float32


def test_every_place_of_theta_has_a_name():
    net = model.Net(Alphabet("ab", end=True), n=3)
    names = [bptt.name_of(net, place) for place in range(net.theta.size)]
    expected = [
        f"{name}{list(at)}" for name, view in net.named().items() for at in np.ndindex(view.shape)
    ]
    assert names == expected


# ---------------------------------------------------------------- types, views, refusals


@every_kind
def test_a_float32_network_has_a_float32_gradient(activation, end):
    net, _, texts, exact = smooth_case("small", "abc", 5, activation, end, 6, 3)
    small = net.astype(np.float32)
    found = bptt.gradients(small, texts)
    assert found.d.theta.dtype == np.float32
    assert type(found.loss) is float
    assert found.loss == pytest.approx(exact.loss, rel=1e-5)
    largest = np.abs(exact.d.theta).max()
    np.testing.assert_allclose(found.d.theta, exact.d.theta, atol=1e-5 * largest)
    assert training.Batch(small, ["a", "bc"]).gradient(small)[1].dtype == np.float32


def test_the_gradient_has_the_networks_names():
    net, _ = random_net(random.Random(10), "abc", 4, end=True)
    d = bptt.gradients(net, "abc").d
    assert repr(d) == repr(net)
    for (name, view), own in zip(d.named().items(), net.named().values(), strict=True):
        assert view.shape == own.shape, name
        assert np.shares_memory(view, d.theta), name
        assert not np.shares_memory(view, own), name
    in_order = np.concatenate([view.ravel() for view in d.named().values()])
    assert in_order.tolist() == d.theta.tolist()
    np.testing.assert_allclose(bptt.gradients(net, "abc").P.sum(axis=-1), 1)


def test_what_to_say():
    net = model.Net("abc")
    inputs, targets = bptt.task(net, ["abc", "bbc"])
    assert inputs.T.tolist() == [[0, 1, 2], [1, 1, 2]]
    assert targets.T.tolist() == [[2, 1, 0], [2, 1, 1]]
    inputs, targets = bptt.task(net, "abc")
    assert (inputs.tolist(), targets.tolist()) == ([0, 1, 2], [2, 1, 0])
    inputs, targets = bptt.task(net, "ab", "cca")
    assert (inputs.tolist(), targets.tolist()) == ([0, 1], [2, 2, 0])
    with_end = model.Net(Alphabet("abc", end=True))
    inputs, targets = bptt.task(with_end, ["abc", "bbc"])
    assert inputs.T.tolist() == [[0, 1, 2], [1, 1, 2]]
    assert targets.T.tolist() == [[2, 1, 0, 3], [2, 1, 1, 3]]
    assert bptt.task(with_end, [""])[1].tolist() == [[3]]
    assert bptt.task(with_end, "")[1].tolist() == [3]


@pytest.mark.parametrize(
    "strings, message",
    [
        ("", "^there is nothing to say: no string, or an empty one and no END$"),
        (["", ""], "^there is nothing to say: no string, or an empty one and no END$"),
        ([], "^there is nothing to say: no string, or an empty one and no END$"),
        ("abx", "letter 'x' at position 3"),
        (["ab", "a"], "strings of one length make a batch"),
    ],
)
def test_refused_in_words(strings, message):
    with pytest.raises(LetterError, match=message):
        bptt.gradients(model.post_net(), strings)


def test_what_overflows_is_named():
    """No NumPy warning either: in these tests a warning is an error."""
    net = model.Net("ab", n=1, activation="linear")
    net.Ws[:] = net.dec.Ws[:] = 1e200  # the states are 0; the blame on them grows
    net.Wo = [[1, 0]]
    with pytest.raises(
        FloatingPointError, match=r"^dS\(1\) is -inf at place 1: the weights are too"
    ):
        bptt.gradients(net, "ab")
    net.bh[:] = 1
    with pytest.raises(FloatingPointError, match=r"^S\(3\) is inf at place 1: the weights are too"):
        bptt.gradients(net, "abb")


def test_there_is_one_answer_a_string():
    net, _ = random_net(random.Random(9))
    with pytest.raises(ValueError, match="not one answer a string"):
        bptt.task(net, ["abc", "cab"], ["cba"])
    with pytest.raises(ValueError, match="not one answer a string"):
        bptt.gradients(net, ["abc", "cab"], "cba")


def test_a_network_that_says_another_alphabet_is_checked():
    net = model.Net("ab", 4, "tanh", says="xyz")
    net.theta[:] = np.random.default_rng(3).normal(0, 0.5, net.theta.size)
    error, _ = bptt.check(net, ["ab", "ba"], answer=["xyz", "zzy"])
    assert error < 1e-7


def test_the_activation_and_its_slope_are_one():
    net, _ = random_net(random.Random(9), activation="tanh")
    net.activation = "linear"
    assert bptt.check(net, "abc")[0] < 1e-7
