"""The fast loss and gradient are the plain ones of bptt.py, for any network and any batch."""

import random

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from reference import network
from revlib import bptt, model, training
from revlib.alphabet import Alphabet

WORDS = ("zero", "one", "twenty", "five")
drawn = settings(deadline=None, database=None, derandomize=True, max_examples=150)


@st.composite
def cases(draw):
    """A network, strings of one length and answers of one length, or None, and a share, or None."""
    symbols = st.sampled_from(["a", "abc", "abcde", WORDS])
    reads = Alphabet(draw(symbols))
    mirrored = draw(st.booleans())
    end = draw(st.booleans())
    says = Alphabet(reads.symbols if mirrored else draw(symbols), end)
    n = draw(st.integers(1, 7))
    activation = draw(st.sampled_from(["relu", "tanh", "linear"]))
    rng = random.Random(draw(st.integers(0, 10**6)))
    W = network.random_weights(rng, len(reads), n, len(says.outputs), 1.0, len(says))
    net = model.Net(reads, n, activation, says, np.array(network.flat(W)))

    count = draw(st.integers(1, 6))
    said_at_least = 0 if end else 1
    length = draw(st.integers(said_at_least if mirrored else 0, 7))
    strings = some_texts(rng, reads, length, count)
    answers = None
    if not mirrored:
        answers = some_texts(rng, says, draw(st.integers(said_at_least, 7)), count)
    L = (length if mirrored else len(says.read(answers[0], empty=True))) + end
    share = draw(st.none() | st.lists(st.floats(0, 1), min_size=L, max_size=L))
    return net, strings, answers, share


def some_texts(rng, alphabet, length, count):
    return [alphabet.join(rng.choices(alphabet.symbols, k=length)) for _ in range(count)]


def compare(found, plain, rtol, atol):
    """`atol` is that of the gradient, and counts in its largest entry."""
    np.testing.assert_allclose(found.loss, plain.loss, rtol=rtol, atol=atol)
    np.testing.assert_allclose(found.P, plain.P, rtol=rtol, atol=atol)
    largest = max(np.abs(plain.d.theta).max(), 1e-3)
    np.testing.assert_allclose(found.d.theta, plain.d.theta, rtol=rtol, atol=atol * largest)


@drawn
@given(cases())
def test_the_tape_is_the_plain_version(case):
    net, strings, answers, share = case
    plain = bptt.gradients(net, strings, answers, share)
    tape = net.tape(*bptt.task(net, strings, answers), share)
    loss = tape.forward(net)
    gradient = tape.backward(net)
    assert type(loss) is float
    assert loss == tape.loss
    assert gradient is tape.d.theta
    assert gradient.dtype == tape.P.dtype == float
    compare(tape, plain, rtol=1e-9, atol=1e-12)
    for name, view in plain.d.named().items():
        assert tape.d.named()[name].shape == view.shape


@drawn
@given(cases())
def test_in_float32_it_is_near(case):
    net, strings, answers, share = case
    small = net.astype(np.float32)
    plain = bptt.gradients(small.astype(float), strings, answers, share)
    tape = small.tape(*bptt.task(small, strings, answers), share)
    tape.forward(small)
    tape.backward(small)
    for array in (tape.S, tape.dec_S, tape.P, tape.d.theta, tape.dS, tape.dec_dS):
        assert array.dtype == np.float32
    assert type(tape.loss) is float
    if net.activation == "tanh":
        compare(tape, plain, rtol=1e-3, atol=1e-4)
    else:  # a sum near ReLU's kink may fall on its other side; states grow, and rounding with them
        reach = max(1.0, np.abs(plain.S).max(), np.abs(plain.dec_S).max())
        assert tape.loss == pytest.approx(plain.loss, rel=1e-3, abs=1e-5 * reach)


@drawn
@given(cases(), st.integers(0, 10**6))
def test_a_tape_used_again_gives_the_same(case, seed):
    """Whatever other weights it has been through."""
    net, strings, answers, share = case
    task = bptt.task(net, strings, answers)
    tape = net.tape(*task, share)
    other = net.copy()
    other.theta[:] = np.random.default_rng(seed).normal(0, 1, net.theta.size)
    tape.forward(other)
    tape.backward(other)
    again = tape.forward(net), tape.backward(net).tolist()
    fresh = net.tape(*task, share)
    assert again == (fresh.forward(net), fresh.backward(net).tolist())


@drawn
@given(cases())
def test_the_tape_writes_into_no_network(case):
    net, strings, answers, share = case
    before = net.theta.copy()
    tape = net.tape(*bptt.task(net, strings, answers), share)
    tape.forward(net)
    tape.backward(net)
    assert (net.theta == before).all()
    assert not np.shares_memory(tape.d.theta, net.theta)


def test_states_and_blame_stand_in_columns():
    """(steps, units, strings): the plain version's arrays with their last two axes changed over."""
    rng = np.random.default_rng(3)
    net = model.Net(Alphabet("abc", end=True), 4, "tanh")
    net.theta[:] = rng.normal(0, 1, net.theta.size)
    strings = ["abca", "bbca", "cccc"]
    plain = bptt.gradients(net, strings)
    tape = net.tape(*bptt.task(net, strings))
    tape.forward(net)
    tape.backward(net)
    for name in ("S", "dec_S", "dS", "dec_dS"):
        np.testing.assert_allclose(
            getattr(tape, name), getattr(plain, name).swapaxes(1, 2), rtol=1e-9, atol=1e-14
        )


@pytest.mark.parametrize("gap", [800, 5000, 1e30])
def test_scores_too_far_apart_for_exp(gap):
    net = model.Net("ab", n=2)
    net.bo = gap, 0
    tape = net.tape(*bptt.task(net, ["bb", "aa"]))
    assert tape.forward(net) == pytest.approx(gap / 2)
    np.testing.assert_allclose(tape.backward(net)[-2:], [0.5, -0.5])


def test_a_batch_uses_one_tape_a_pair_of_lengths():
    net = model.Net("abc", says="xy")
    batch = training.Batch(net, ["a", "ab", "cb", "c"], ["x", "x", "xy", "y"])
    assert [len(tape.targets) for tape in batch.tapes] == [1, 1, 2]
    assert [tape.targets.shape[1] for tape in batch.tapes] == [2, 1, 1]
    assert batch.weights == [2 / 5, 1 / 5, 2 / 5]
