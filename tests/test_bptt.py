"""The hand-made gradient: against finite differences, mpmath, a plain re-run, and its own parts."""

import random

import mpmath
import numpy as np
import oracle
import pytest
from test_model import NAMES, random_net, random_text

from revlib import bptt, model, training
from revlib.alphabet import Alphabet, LetterError

KINDS = [(activation, end) for activation in ("relu", "tanh") for end in (False, True)]
every_kind = pytest.mark.parametrize("activation, end", KINDS)


def distance_to_kink(net, tape):
    """The smallest |sum before the activation| of a run, over encoder and decoder."""
    gaps = []
    for layer, S, X in ((net.enc, tape.S, tape.inputs), (net.dec, tape.dec_S, tape.fed)):
        gaps += np.abs(X @ layer.Wh + S[:-1] @ layer.Ws + layer.bh).ravel().tolist()
    return min(gaps)


def smooth_case(seed, letters, n, activation, end, length, count):
    """A network of moderate weights, its lists, `count` strings, and their tape: no sum within 1e-4
    of ReLU's kink."""
    for attempt in range(20):
        rng = random.Random(f"{seed} {attempt}")
        net, W = random_net(rng, letters, n, activation, end, reach=0.6)
        texts = [random_text(rng, letters, length) for _ in range(count)]
        tape = bptt.gradients(net, texts)
        V, (_, targets) = len(letters), bptt.task(net.alphabet, texts)
        tape.inputs = net.alphabet.one_hot(texts)
        tape.fed = np.concatenate([np.zeros((1, count, V)), np.eye(V + end, V)[targets[:-1]]])
        if activation == "tanh" or distance_to_kink(net, tape) > 1e-4:
            return net, W, texts, tape
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
    assert off.max() <= 1e-7 * np.abs(gradient).max(), (
        int(off.argmax()),
        gradient[off.argmax()],
        slopes[off.argmax()],
    )


# ---------------------------------------------------------------- finite differences


def oracle_loss(theta, W, letters, text, activation, end):
    """Mean of -log p of the right letters, fed to the decoder, in plain Python and decimals;
    weights from a flat list."""
    values, V = iter(theta), len(letters)
    W = {name: [[next(values) for _ in row] for row in rows] for name, rows in W.items()}
    read = [letters.index(letter) for letter in text]
    right = read[::-1] + [V] * end
    steps = oracle.decode(
        W,
        oracle.encode(W, read, activation)[-1],
        len(right),
        activation,
        given=right,
        choose=lambda z: max(z[:V]),
    )  # never END: what it says does not matter here
    return -float(
        sum(oracle.log_softmax(z)[k] for (_, _, z, _), k in zip(steps, right, strict=True))
        / len(right)
    )


@every_kind
@pytest.mark.parametrize(
    "letters, n, length", [("a", 1, 2), ("abc", 2, 1), ("abc", 3, 4), ("abcde", 2, 3), ("ab", 2, 0)]
)
def test_every_entry_equals_a_difference_of_the_oracles_loss(letters, n, length, activation, end):
    net, W, (text,), tape = smooth_case("oracle", letters, n, activation, end, length or 1, 1)
    if not length:
        net, W = random_net(random.Random(1), letters, n, activation, end=True)
        text, end, tape = "", True, bptt.gradients(net, "")
    theta = oracle.flat(W)
    assert tape.loss == pytest.approx(
        oracle_loss(theta, W, letters, text, activation, end), rel=1e-13, abs=1e-15
    )
    same_slopes(
        tape.d.theta,
        differences(lambda: oracle_loss(theta, W, letters, text, activation, end), theta),
    )


@every_kind
@pytest.mark.parametrize("letters", ["a", "abc", "abcde"])
def test_every_entry_equals_a_difference_of_the_loss(letters, activation, end):
    """Lengths 1 to 12 (and 0 with END), 1 to 6 units, one string and batches."""
    largest = 0
    for length in range(0 if end else 1, 13):
        for n, count in ((1 + length % 6, 1), (1 + (length + 3) % 6, 3)):
            net, _, texts, tape = smooth_case(length, letters, n, activation, end, length, count)
            gradient = tape.d.theta.copy()
            same_slopes(gradient, differences(lambda: tape.forward(net), net.theta))
            largest = max(largest, np.abs(gradient).max())
    assert (largest > 0.1) == (
        len(letters) + end > 1
    )  # of one letter to say, the loss is 0 whatever the weights


# ---------------------------------------------------------------- the loss


def exact_loss(net, text):
    """The loss at 50 digits, from the weights on."""
    with mpmath.workdps(50):
        act = mpmath.tanh if net.activation == "tanh" else lambda v: max(v, mpmath.mpf(0))
        W = {
            name: mpmath.matrix(np.atleast_2d(view).tolist()) for name, view in net.named().items()
        }
        V = len(net.alphabet)

        def run(s, xs, *names):
            Wh, Ws, b = (W[name] for name in names)
            for x in xs:
                s = (s * Ws + b + (Wh[x, :] if x is not None else 0 * b)).apply(act)
                yield s

        read = [net.alphabet.symbols.index(letter) for letter in text]
        right = read[::-1] + [V] * net.alphabet.end
        thought = [mpmath.zeros(1, net.n), *run(mpmath.zeros(1, net.n), read, "Wh", "Ws", "b")][-1]
        cost = 0
        for s, k in zip(
            run(thought, [None, *right[:-1]], "dec.Wh", "dec.Ws", "dec.b"), right, strict=True
        ):
            z = list(s * W["Wo"] + W["bo"])
            cost += max(z) - z[k] + mpmath.log(sum(mpmath.exp(v - max(z)) for v in z))
        return float(cost / len(right))


@every_kind
@pytest.mark.parametrize("reach", [0.1, 1, 30, 1000])
def test_loss_equals_fifty_digits(reach, activation, end):
    """From weights that say nothing to scores thousands and more apart; a NumPy warning would be an
    error."""
    rng, losses = random.Random(reach), []
    for n in range(1, 6):
        net, _ = random_net(rng, "abc", n, activation, end, reach)
        for text in ("a", "cab", random_text(rng, "abc", 7)):
            tape = bptt.gradients(net, text)
            assert tape.loss == pytest.approx(exact_loss(net, text), rel=1e-10, abs=1e-15)
            assert np.isfinite(tape.d.theta).all() and np.isfinite(tape.loss)
            losses.append(tape.loss)
    assert max(losses) > reach


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gap", [20, 800, 5000, 1e30])
def test_a_letter_held_impossible_costs_the_gap(gap, dtype):
    net = model.Net("ab", n=2)
    net = model.Net("ab", n=2, theta=net.theta.astype(dtype))
    net.bo[:] = gap, 0
    for texts, loss, blame in (
        ("bb", gap, [1, -1]),
        ("aa", 0, [0, 0]),
        (["ab", "ba"], gap / 2, [0.5, -0.5]),
    ):
        tape = bptt.gradients(net, texts)
        assert tape.loss == pytest.approx(loss, rel=1e-6, abs=3e-9)
        np.testing.assert_allclose(tape.d.bo, blame, rtol=1e-6, atol=3e-9)


# ---------------------------------------------------------------- batches


@every_kind
def test_a_batch_is_the_mean_of_its_strings(activation, end):
    rng = random.Random(2)
    for length in range(1, 7):
        net, _ = random_net(rng, "abc", 4, activation, end)
        texts = [random_text(rng, "abc", length) for _ in range(5)]
        batch, ones = bptt.gradients(net, texts), [bptt.gradients(net, text) for text in texts]
        assert batch.loss == pytest.approx(np.mean([one.loss for one in ones]), rel=1e-12)
        np.testing.assert_allclose(
            batch.d.theta, np.mean([one.d.theta for one in ones], axis=0), rtol=1e-9, atol=1e-13
        )


@every_kind
def test_mixed_lengths_weigh_every_letter_alike(activation, end):
    rng = random.Random(3)
    net, _ = random_net(rng, "abc", 4, activation, end)
    texts = [random_text(rng, "abc", length) for length in (1, 5, 2, 1, 5, 9, 3)] + [""] * end
    loss, gradient = training.Batch(net, texts).gradient(net)
    ones, letters = (
        [bptt.gradients(net, text) for text in texts],
        [len(text) + end for text in texts],
    )
    assert loss == pytest.approx(np.average([one.loss for one in ones], weights=letters), rel=1e-12)
    np.testing.assert_allclose(
        gradient,
        np.average([one.d.theta for one in ones], axis=0, weights=letters),
        rtol=1e-9,
        atol=1e-13,
    )


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
        return nudge(
            prefix + "S", t, net.act(nudge(prefix + "A", t, x @ layer.Wh + s @ layer.Ws + layer.bh))
        )

    V, read = len(net.alphabet), net.alphabet.indices(text).tolist()
    right, s, loss = read[::-1] + [V] * net.alphabet.end, np.zeros(net.n), 0
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
    net, _, texts, tape = smooth_case("nudge", "abc", 3, activation, end, length, 2)
    L, h = length + end, 1e-6
    for name, blame, first in (
        ("S", tape.dS, 1),
        ("A", tape.dA, 1),
        ("Z", tape.dZ, 1),
        ("dec_S", tape.dec_dS, 0),
        ("dec_A", tape.dec_dA, 1),
    ):
        states = name.endswith("S")  # their row 0 is time 0; the others' is step 1
        last = L if name == "Z" or name.startswith("dec") else length
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
    assert not tape.dS[0].any() and np.abs(tape.dS[1]).max() > 1e-4


@every_kind
def test_the_thought_vector_is_one_state_with_one_blame(activation, end):
    net, _ = random_net(random.Random(6), "abc", 5, activation, end)
    tape = bptt.gradients(net, ["abca", "bbca"])
    assert (
        tape.S[-1].tolist() == tape.dec_S[0].tolist()
        and tape.dS[-1].tolist() == tape.dec_dS[0].tolist()
    )
    assert tape.dS[-1].any()


def test_dead_units_pass_no_blame():
    net, _ = random_net(random.Random(7), n=6)
    net.bh[2] = net.dec.bh[4] = -100  # these two never wake
    tape = bptt.gradients(net, ["abcab", "cacba"])
    for S, dA in ((tape.S, tape.dA), (tape.dec_S, tape.dec_dA)):
        dead = S[1:] == 0
        assert dead.any() and not dead.all() and not dA[dead].any() and dA[~dead].any()
    assert not tape.d.enc.W[:, 2].any() and not tape.d.dec.W[:, 4].any() and not tape.d.Wo[4].any()
    assert tape.dS[:, :, 2].any(), "a dead unit may be blamed; it hands nothing on"


@every_kind
def test_a_share_picks_output_letters(activation, end):
    net, _ = random_net(random.Random(8), "abc", 4, activation, end)
    texts = ["abca", "ccba", "bbbb"]
    whole, L = bptt.gradients(net, texts), 4 + end
    parts = [bptt.gradients(net, texts, share=np.eye(L)[t]) for t in range(L)]
    right = bptt.task(net.alphabet, texts)[1]
    losses, gradients = [part.loss for part in parts], [part.d.theta.copy() for part in parts]
    for t, part in enumerate(parts):
        assert part.loss == pytest.approx(-np.log(whole.P[t, range(3), right[t]]).mean(), rel=1e-12)
        assert not part.dZ[np.arange(L) != t].any() and part.dZ[t].any()
        assert not part.dec_dS[t + 2 :].any(), "a later state is blamed for an earlier letter"
        same_slopes(gradients[t], differences(lambda: part.forward(net), net.theta))
    assert whole.loss == pytest.approx(np.mean(losses), rel=1e-12)
    np.testing.assert_allclose(whole.d.theta, np.mean(gradients, axis=0), atol=1e-14)


# ---------------------------------------------------------------- the checker


@every_kind
def test_check_agrees(activation, end):
    net, _, texts, _ = smooth_case("check", "abc", 4, activation, end, 3, 2)
    before = net.theta.tolist()
    for strings in (texts, texts[0]):
        error, where = bptt.check(net, strings)
        assert type(error) is float and 0 < error < 1e-7 and where.split("[")[0] in NAMES
    assert net.theta.tolist() == before


@pytest.mark.parametrize("name", NAMES)
def test_check_finds_a_planted_error(name, monkeypatch):
    net, _, texts, _ = smooth_case("plant", "abc", 4, "relu", True, 3, 2)
    backward, place = bptt.Tape.backward, net.named()[name].shape

    def wrong(tape, net):
        gradient = backward(tape, net)
        tape.d.named()[name][tuple(k - 1 for k in place)] += 0.01
        return gradient

    monkeypatch.setattr(bptt.Tape, "backward", wrong)
    error, where = bptt.check(net, texts)
    assert error > 1e-3 and where == f"{name}{[k - 1 for k in place]}"


def test_check_where_there_is_nothing_to_blame():
    """With one letter to say the loss is 0 whatever the weights, and so is its gradient."""
    net, _ = random_net(random.Random(9), "a", 2)
    assert bptt.check(net, "aaa")[0] == 0


# ---------------------------------------------------------------- types, views, refusals


@every_kind
def test_float32_stays_float32(activation, end):
    net, _, texts, tape = smooth_case("small", "abc", 5, activation, end, 6, 3)
    small = model.Net(net.alphabet, net.n, activation, net.theta.astype(np.float32))
    found = bptt.gradients(small, texts)
    arrays = (
        found.d.theta,
        found.S,
        found.dec_S,
        found.dS,
        found.dec_dS,
        found.dA,
        found.dec_dA,
        found.P,
        found.dZ,
    )
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)} and type(found.loss) is float
    assert found.loss == pytest.approx(tape.loss, rel=1e-5)
    np.testing.assert_allclose(found.d.theta, tape.d.theta, atol=1e-5 * np.abs(tape.d.theta).max())
    assert training.Batch(small, ["a", "bc"]).gradient(small)[1].dtype == np.float32


def test_the_gradient_has_the_networks_names():
    net, _ = random_net(random.Random(10), "abc", 4, end=True)
    tape = bptt.gradients(net, "abc")
    assert tape.backward(net) is tape.d.theta and repr(tape.d) == repr(net)
    for (name, view), own in zip(tape.d.named().items(), net.named().values(), strict=True):
        assert (
            view.shape == own.shape
            and np.shares_memory(view, tape.d.theta)
            and not np.shares_memory(view, own)
        ), name
    assert (
        np.concatenate([view.ravel() for view in tape.d.named().values()]).tolist()
        == tape.d.theta.tolist()
    )
    L = 4
    assert (
        tape.S.shape,
        tape.dec_S.shape,
        tape.dA.shape,
        tape.dec_dA.shape,
        tape.P.shape,
        tape.dZ.shape,
    ) == ((4, 1, 4), (L + 1, 1, 4), (3, 1, 4), (L, 1, 4), (L, 1, 4), (L, 1, 4))
    np.testing.assert_allclose(tape.P.sum(axis=-1), 1)


def test_what_to_say():
    inputs, targets = bptt.task(Alphabet("abc"), ["abc", "bbc"])
    assert inputs.T.tolist() == [[0, 1, 2], [1, 1, 2]] and targets.T.tolist() == [
        [2, 1, 0],
        [2, 1, 1],
    ]
    inputs, targets = bptt.task(Alphabet("abc", end=True), ["abc", "bbc"])
    assert inputs.T.tolist() == [[0, 1, 2], [1, 1, 2]] and targets.T.tolist() == [
        [2, 1, 0, 3],
        [2, 1, 1, 3],
    ]
    assert bptt.task(Alphabet("abc", end=True), [""])[1].tolist() == [[3]]


@pytest.mark.parametrize(
    "strings, message",
    [
        ("", "an empty string needs an alphabet with END"),
        (["", ""], "an empty string needs an alphabet with END"),
        ("abx", "letter 'x' at position 3"),
        (["ab", "a"], "strings of one length make a batch"),
    ],
)
def test_refused_in_words(strings, message):
    with pytest.raises(LetterError, match=message):
        bptt.gradients(model.post_net(), strings)
