"""Training: the numbers the chapters print, optimisers written again, interruptions, starts,
scores."""

import random
import signal
import subprocess
import sys
import threading
from math import sqrt

import numpy as np
import pytest

from helpers.drawing_lots import random_net, random_text
from reference import network
from revlib import bptt, decoders, mlp, model, post, starts, training
from revlib.alphabet import Alphabet, LetterError

ALL_27 = Alphabet("abc").strings(3)


def trajectory(net, strings, optimiser, steps, **options):
    """Every snapshot of a training that leaves `net` alone."""
    net = net.copy()
    return [*training.train(net, training.Batch(net, strings), optimiser, steps, **options)]


def first_all_right(strings, every):
    net = model.post_net()
    run = training.train(
        net, training.Batch(net, strings), training.Descent(0.01), 3000, every=every
    )
    for snapshot in run:
        if training.correct(net, strings).all():
            return snapshot.step


# ---------------------------------------------------------------- what the chapters print


def test_abc_alone_is_right_at_update_185():
    assert first_all_right(["abc"], every=1) == 185


def test_all_27_are_right_at_update_2525():
    assert first_all_right(ALL_27, every=25) == 2525


# ---------------------------------------------------------------- optimisers


class PlainDescent:
    def __init__(self, rate):
        self.rate = rate

    def update(self, theta, gradient):
        return [w - self.rate * g for w, g in zip(theta, gradient)]


class PlainAdam:
    """Algorithm 1 of Kingma and Ba, line by line; with the weight decay of algorithm 2 of
    Loshchilov and Hutter."""

    def __init__(self, rate, beta1=0.9, beta2=0.999, epsilon=1e-8, decay=0.0):
        self.alpha = rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.decay = decay
        self.t = 0

    def update(self, theta, gradient):
        if self.t == 0:
            self.m = self.v = [0.0] * len(theta)
        self.t += 1
        self.m = [self.beta1 * m + (1 - self.beta1) * g for m, g in zip(self.m, gradient)]
        self.v = [self.beta2 * v + (1 - self.beta2) * g * g for v, g in zip(self.v, gradient)]
        m_hat = [m / (1 - self.beta1**self.t) for m in self.m]
        v_hat = [v / (1 - self.beta2**self.t) for v in self.v]
        return [
            w - self.alpha * (m / (sqrt(v) + self.epsilon) + self.decay * w)
            for w, m, v in zip(theta, m_hat, v_hat)
        ]


every_optimiser = pytest.mark.parametrize(
    "own, plain, options",
    [
        (training.Descent, PlainDescent, (0.05,)),
        (training.Adam, PlainAdam, (0.01,)),
        (training.Adam, PlainAdam, (0.003, 0.8, 0.95, 1e-3)),  # an epsilon that is felt
        (training.Adam, PlainAdam, (0.01, 0.9, 0.999, 1e-8, 0.3)),
    ],
)


@every_optimiser
def test_optimisers_equal_plain_ones_on_a_network(own, plain, options):
    net, _ = random_net(random.Random(1), "abc", 4, "tanh", end=True)
    texts = ["abc", "bca", "aab"]
    theta = net.theta.tolist()
    plain = plain(*options)
    for snapshot in trajectory(net, texts, own(*options), 50):
        np.testing.assert_allclose(snapshot.theta, theta, rtol=1e-9)
        gradient = bptt.gradients(net.like(np.array(theta)), texts).d.theta
        assert snapshot.norm == pytest.approx(sqrt(sum(g * g for g in gradient)))
        theta = plain.update(theta, gradient.tolist())
    assert snapshot.step == 50


@every_optimiser
def test_optimisers_equal_plain_ones_on_gradients_of_any_size(own, plain, options):
    """Also on gradients smaller than epsilon, which says where epsilon stands, and on none."""
    rng = np.random.default_rng(2)
    theta = rng.normal(0, 1, 30)
    expected = theta.tolist()
    own = own(*options)
    plain = plain(*options)
    for t in range(1, 60):
        size = 10.0 ** rng.integers(-11, 3, 30)
        gradient = rng.normal(0, 1, 30) * size * (t % 7 > 0)
        gradient[0] = 0
        kept = gradient.copy()
        own.update(theta, gradient)
        expected = plain.update(expected, gradient.tolist())
        np.testing.assert_allclose(theta, expected, rtol=1e-11, atol=1e-13)
        assert (gradient == kept).all()


def test_the_optimisers_of_the_panels():
    assert training.OPTIMISERS == {"gradient descent": training.Descent, "Adam": training.Adam}


@pytest.mark.parametrize("rate", [0, -0.1, np.inf, np.nan])
@pytest.mark.parametrize("optimiser", training.OPTIMISERS.values())
def test_rates_refused(optimiser, rate):
    with pytest.raises(ValueError, match=f"^the learning rate is {rate}; it must be above 0 and"):
        optimiser(rate)


def test_an_adam_serves_one_network():
    net = model.post_net()
    adam = training.Adam()
    batch = training.Batch(net, ["abc"])
    [*training.train(net, batch, adam, 2)]
    [*training.train(net, batch, adam, 2)]  # it goes on where it was
    assert adam.steps == 4
    other = model.post_net()
    with pytest.raises(ValueError, match="^this Adam remembers another network's gradients"):
        [*training.train(other, training.Batch(other, ["abc"]), adam, 2)]
    assert (other.theta == model.post_net().theta).all()


def test_clipping_shortens_and_keeps_the_direction():
    net = model.post_net()
    start, after = trajectory(net, ["abc"], training.Descent(1), 1)
    step = start.theta - after.theta
    assert np.linalg.norm(step) == pytest.approx(start.norm)
    for clip in (0.001, 0.5 * start.norm, 2 * start.norm):
        clipped, last = trajectory(net, ["abc"], training.Descent(1), 1, clip=clip)
        assert clipped.norm == start.norm, "the norm told is the gradient's own"
        expected = step * min(1, clip / start.norm)
        np.testing.assert_allclose(clipped.theta - last.theta, expected, rtol=1e-9, atol=1e-14)


# ---------------------------------------------------------------- repeatable

REPEAT = """
import hashlib, numpy as np
from revlib import model, starts, training
from revlib.alphabet import Alphabet
def digest():
    sha = hashlib.sha256()
    for end, optimiser in ((False, training.Adam()), (True, training.Descent(0.1))):
        net = model.Net(Alphabet("abc", end), 6, "tanh")
        starts.initialize(net, "gaussian", np.random.default_rng(3))
        batch = training.Batch(net, ["abc", "ba", "cab", "c"])
        for s in training.train(net, batch, optimiser, 40, clip=0.3):
            sha.update(repr((s.step, s.loss, s.norm)).encode() + s.theta.tobytes())
    return sha.hexdigest()
"""


def test_same_seed_same_bits():
    names = {}
    exec(REPEAT, names)
    there = subprocess.run(
        [sys.executable, "-c", REPEAT + "print(digest())"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert names["digest"]() == names["digest"]() == there.stdout.strip()


@pytest.mark.parametrize(
    "every, steps, told",
    [
        (1, 3, [0, 1, 2, 3]),
        (4, 10, [0, 4, 8, 10]),
        (5, 10, [0, 5, 10]),
        (100, 7, [0, 7]),
        (1, 0, [0]),
    ],
)
def test_snapshots_are_copies_of_the_moments_told(every, steps, told):
    net = model.post_net()
    whole = trajectory(net, ["abc"], training.Descent(), steps)
    batch = training.Batch(net, ["abc"])
    kept = []
    for snapshot in training.train(net, batch, training.Descent(), steps, every=every):
        assert snapshot.theta.tolist() == net.theta.tolist()
        assert not np.shares_memory(snapshot.theta, net.theta)
        assert snapshot.loss == pytest.approx(bptt.gradients(net, "abc").loss, rel=1e-12)
        kept.append(snapshot)
    assert [s.step for s in kept] == told
    for s in kept:
        same = whole[s.step]
        assert (s.loss, s.norm) == (same.loss, same.norm)
        assert s.theta.tolist() == same.theta.tolist()


def test_batches_may_come_from_an_iterator():
    net = model.post_net()
    batches = [training.Batch(net, [text]) for text in ("abc", "b", "ca")]
    theta = net.theta.copy()
    run = training.train(net, iter(batches), training.Descent(0.1), 2)
    for batch, snapshot in zip(batches, run, strict=True):
        assert snapshot.theta.tolist() == theta.tolist()
        theta -= 0.1 * batch.gradient(net)[1]


def test_batches_that_end_are_said_so_and_leave_the_last_good_weights():
    net = model.post_net()
    batches = iter([training.Batch(net, ["abc"])] * 3)
    run = training.train(net, batches, training.Descent(0.01), 10)
    words = "the batches ended after 3 updates of 10. .* keeps its weights of step 2$"
    with pytest.raises(ValueError, match=words):
        for moment in run:
            last = moment
    assert last.step == 2
    assert (net.theta == last.theta).all()


@pytest.mark.parametrize("texts", [["abc"], ["abc", "ab"]])
def test_using_the_batch_between_snapshots_changes_nothing(texts):
    net = model.post_net()
    other = starts.initialize(model.Net(), "identity", np.random.default_rng(5))
    batch = training.Batch(net, texts)
    path = trajectory(net, texts, training.Descent(0.1), 5)
    run = training.train(net, batch, training.Descent(0.1), 5)
    for snapshot, wanted in zip(run, path, strict=True):
        assert snapshot.theta.tolist() == wanted.theta.tolist()
        batch.gradient(other)  # as a panel would that draws the loss around these weights


def test_a_training_left_early_leaves_the_weights_of_the_last_snapshot():
    net = model.post_net()
    run = training.train(net, training.Batch(net, ["abc"]), training.Descent(0.1), 9)
    for snapshot in run:
        if snapshot.step == 3:
            break
    assert (net.theta == snapshot.theta).all()
    net.theta[:] = 0.25
    run.close()
    assert (net.theta == 0.25).all(), "what is written after a training is not undone"


def test_two_trainings_at_once_disturb_each_other_in_nothing():
    """A panel's callback may run on another thread than a cell."""

    def train(net):
        batch = training.Batch(net, net.alphabet.strings(3))
        return [*training.train(net, batch, training.Adam(0.01), 300, clip=1)][-1].theta

    def start(seed):
        return starts.initialize(model.Net(), "identity", np.random.default_rng(seed))

    beside = {}
    hands = [
        threading.Thread(target=lambda seed=seed: beside.update({seed: train(start(seed))}))
        for seed in range(4)
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(60)
    for seed in range(4):
        assert (beside[seed] == train(start(seed))).all()


# ---------------------------------------------------------------- what goes wrong on the way


@pytest.mark.parametrize("texts", [["abc"], ["abc", "a"]])
@pytest.mark.parametrize("optimiser", training.OPTIMISERS.values())
@pytest.mark.parametrize("rate", [1e100, 1e300, 1.7e308])
def test_a_rate_too_large(rate, optimiser, texts):
    """Of all starts some die instead, all units at 0; the others fail in words, with the weights
    last told. No warning."""
    failed = 0
    for seed in range(8):
        net = starts.initialize(model.Net("abc", 8), "gaussian", np.random.default_rng(seed))
        told = []
        try:
            for snapshot in training.train(net, training.Batch(net, texts), optimiser(rate), 20):
                told.append(snapshot)
        except FloatingPointError as error:
            failed += 1
            last = told[-1].step
            assert str(error).startswith("the loss is ")
            assert str(error).endswith(
                f" after step {last + 1}. The network has its weights of step {last} again. "
                f"Try a smaller learning rate than {rate:g}, or clip=1."
            )
        assert np.isfinite(net.theta).all()
        assert net.theta.tolist() == told[-1].theta.tolist()
    assert failed >= 3


@pytest.mark.parametrize(
    "net", [decoders.EncoderDecoder("attention"), mlp.MLP((9, 8, 9), ("relu",))], ids=str
)
def test_a_rate_too_large_for_other_networks(net):
    """They say themselves what is not finite."""
    starts.initialize(net, "gaussian", np.random.default_rng(0))
    told = []
    with pytest.raises(
        FloatingPointError,
        match=r"^\w+\(\d+\) is -?(inf|nan) at place .*after step 1\. The network has its weights of"
        r" step 0 again\. Try a smaller learning rate than 1e\+300, or clip=1\.$",
    ):
        batch = training.Batch(net, ALL_27)
        for snapshot in training.train(net, batch, training.Descent(1e300), 20):
            told.append(snapshot)
    assert [snapshot.step for snapshot in told] == [0]
    assert (net.theta == told[0].theta).all()


def test_an_update_too_large_for_a_float():
    """The step itself overflows; NumPy's warning would be an error here."""
    net = model.post_net()
    start = net.theta.tolist()
    with pytest.raises(
        FloatingPointError,
        match=r"weights of step 0 again\. Try a smaller learning rate than 1\.7e\+308",
    ):
        [*training.train(net, training.Batch(net, ["abc"]), training.Descent(1.7e308), 5)]
    assert net.theta.tolist() == start


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e250])
def test_weights_that_are_none_at_the_start(value):
    net = model.post_net()
    net.Ws[1, 2] = value
    start = net.theta.copy()
    with pytest.raises(
        FloatingPointError, match=r"^the loss is .* after step 0\. Start from smaller weights\.$"
    ):
        [*training.train(net, training.Batch(net, ["abc"]), training.Adam(), 5)]
    np.testing.assert_array_equal(net.theta, start)


class Stopped(Exception):
    """What a learner's own batches may raise."""


@pytest.mark.parametrize("reason", [KeyboardInterrupt, Stopped, MemoryError, StopIteration])
@pytest.mark.parametrize("rate", [0.1, 1e300])
def test_whatever_the_batches_raise_the_last_good_weights_stay(rate, reason):
    """Also where the update before it has ruined the weights."""
    net = model.post_net()
    batch = training.Batch(net, ["abc"])
    good = []

    class Failing:
        def gradient(self, net):
            raise reason

    def batches():
        yield batch
        yield Failing()

    run = training.train(net, batches(), training.Descent(rate), 9)
    # a StopIteration would end a generator without a word: Python makes a RuntimeError of it
    with pytest.raises(RuntimeError if reason is StopIteration else reason):
        for snapshot in run:
            good.append(snapshot)
    assert len(good) == 1
    assert (net.theta == good[0].theta).all()


def test_interrupted_in_an_update_or_a_gradient(monkeypatch):
    start = model.post_net()
    rng = random.Random(2)
    path = [s.theta.tolist() for s in trajectory(start, ["abc", "ab"], training.Adam(), 20)]
    for _ in range(20):
        when = rng.randrange(1, 20)
        half = rng.randrange(108)
        net = start.copy()
        optimiser = training.Adam()
        batch = training.Batch(net, ["abc", "ab"])
        update = optimiser.update
        gradient = batch.gradient
        calls = []

        def torn_update(theta, g):
            before = theta.copy()
            update(theta, g)
            if optimiser.steps == when:
                theta[half:] = before[half:]  # as if stopped half way
                optimiser.steps -= 1
                raise KeyboardInterrupt

        def stopped_gradient(net):
            calls.append(1)
            if len(calls) == when + 1:
                raise KeyboardInterrupt
            return gradient(net)

        with monkeypatch.context() as patch:
            if rng.random() < 0.5:
                patch.setattr(optimiser, "update", torn_update)
            else:
                patch.setattr(batch, "gradient", stopped_gradient)
            with pytest.raises(KeyboardInterrupt):
                [*training.train(net, batch, optimiser, 20, every=3)]
        done = optimiser.steps
        assert net.theta.tolist() in (path[done], path[max(done - 1, 0)])


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers here")
def test_interrupted_at_any_moment():
    """A real signal, 60 times: the weights are always those after some whole number of updates."""
    start = model.post_net()
    rng = random.Random(3)
    stopped = 0
    path = {s.theta.tobytes() for s in trajectory(start, ["abc", "ab"], training.Adam(), 400)}
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        for _ in range(60):
            net = start.copy()
            batch = training.Batch(net, ["abc", "ab"])
            try:
                signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-4, 0.015))
                [*training.train(net, batch, training.Adam(), 400, every=1000)]
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                stopped += 1
            assert net.theta.tobytes() in path
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert stopped > 20


# ---------------------------------------------------------------- what is refused


def test_nothing_to_train_on():
    net = model.post_net()
    with pytest.raises(ValueError, match="^there is no string to train on$"):
        training.Batch(net, [])
    with pytest.raises(LetterError, match="^there is nothing to say"):
        training.Batch(net, ["a", ""])
    with pytest.raises(LetterError, match="^expected a list of strings, found the string 'abc'"):
        training.Batch(net, "abc")
    with pytest.raises(ValueError, match="^there are 2 strings and 1 answers$"):
        training.Batch(net, ["a", "b"], ["a"])
    with pytest.raises(LetterError, match="^letter 'x' at position 2 of 'bx' is not one of 'abc'$"):
        training.Batch(net, ["a", "bx"])
    with pytest.raises(LetterError, match="^letter 'x' at position 2 of 'bx' is not one of 'abc'$"):
        training.Batch(net, ["a", "b"], ["a", "bx"])


@pytest.mark.parametrize(
    "other",
    [
        model.Net("abd"),
        model.Net(Alphabet("abc", end=True)),
        model.Net("abc", n=6),
        model.Net("abc", activation="tanh"),
        model.Net("abc", says="abd"),
        decoders.EncoderDecoder(),
    ],
    ids=repr,
)
def test_a_batch_for_another_network_is_refused(other):
    batch = training.Batch(model.Net("abc"), ["abc"])
    before = other.theta.copy()
    with pytest.raises(ValueError, match="^the batch is for a network of .*'abc'.*, not of "):
        batch.gradient(other)
    with pytest.raises(ValueError, match="^the batch is for a network of .*'abc'.*, not of "):
        [*training.train(other, batch, training.Adam(), 3)]
    assert (other.theta == before).all()


@pytest.mark.parametrize(
    "optimiser, steps, clip, message",
    [
        (training.Adam, 5, None, "^the optimiser is <class .*make one, such as training.Adam"),
        (None, 5, None, "^the optimiser is None; make one, such as training.Adam"),
        (training.Adam(), -1, None, "^steps is -1; a training makes 0 updates or more$"),
        (training.Adam(), 5, 0, "^clip is 0, the largest norm of a gradient; it must be above 0$"),
        (training.Adam(), 5, np.nan, "^clip is nan, the largest norm of a gradient; it must be"),
    ],
)
def test_refused_when_a_training_is_asked_for(optimiser, steps, clip, message):
    """Not only when its first snapshot is."""
    net = model.post_net()
    with pytest.raises(ValueError, match=message):
        training.train(net, training.Batch(net, ["abc"]), optimiser, steps, clip)


# ---------------------------------------------------------------- starts


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("end", [False, True])
def test_the_posts_start(end, activation):
    net = model.Net(Alphabet("abc", end), activation=activation)
    assert starts.initialize(net, "post") is net
    for layer in (net.enc, net.dec):
        assert layer.Wh.tolist() == post.Wh.tolist()
        assert layer.Ws.tolist() == post.Ws.tolist()
        assert not layer.bh.any()
    assert net.Wo[:, :3].tolist() == post.Wo.tolist()
    assert not net.Wo[:, 3:].any()
    assert not net.bo.any()


def test_the_posts_network():
    net = starts.initialize(model.Net(), "post")
    assert net.theta.tolist() == model.post_net().theta.tolist()


@pytest.mark.parametrize("start", ["gaussian", "he", "uniform", "orthogonal", "identity"])
def test_drawn_starts(start):
    letters = "abcdefghijklmnopqrstuvwxyz"
    n = 40

    def begin(seed):
        net = model.Net(Alphabet(letters, end=True), n)
        return starts.initialize(net, start, np.random.default_rng(seed))

    net = begin(6)
    for name, view in net.named().items():
        if start == "identity" and name.endswith("Ws"):
            assert view.tolist() == np.eye(n).tolist()
        elif start == "orthogonal" and name.endswith("Ws"):
            assert view @ view.T == pytest.approx(np.eye(n), abs=1e-12)
            assert not np.allclose(view, view.T)
        elif start != "uniform" and view.ndim == 1:
            assert not view.any()
        else:
            rows = len(view)
            variance = {"uniform": 1 / (3 * n), "he": 2 / rows}.get(start, 1 / rows)
            assert abs(view.mean()) < 4 * sqrt(variance / view.size)
            if view.size > 500:
                assert view.var() == pytest.approx(variance, rel=0.15)
    if start == "uniform":
        assert 0.99 < np.abs(net.theta).max() * sqrt(n) <= 1
    again = begin(6).astype(np.float32)
    assert again.theta.dtype == np.float32
    assert again.theta.tolist() == net.theta.astype(np.float32).tolist()
    assert begin(7).theta.tolist() != net.theta.tolist()


def test_rotations_and_reflections_are_drawn_alike():
    """Of many, half turn the plane and half reflect it, and no direction is favoured.

    Plain QR leaves signs that depend on the library: with it, nearly all would be of one kind.
    """
    rng = np.random.default_rng(1)
    drawn = [starts.rotation(2, rng) for _ in range(2000)]
    kinds = np.linalg.det(drawn)
    assert np.abs(kinds) == pytest.approx(np.ones(2000))
    assert abs(kinds.mean()) < 0.1
    angles = np.arctan2(*np.array(drawn)[:, 0].T)
    assert np.histogram(angles, 8, (-np.pi, np.pi))[0] == pytest.approx(np.full(8, 250), abs=60)


@pytest.mark.parametrize("cell", ["GRU", "LSTM"])
def test_the_orthogonal_start_of_a_gated_cell_is_orthogonal_gate_by_gate(cell):
    net = decoders.EncoderDecoder("feedback", "abc", 6, cell)
    starts.initialize(net, "orthogonal", np.random.default_rng(0))
    for layer in (net.enc, net.dec):
        for gate in np.split(layer.Ws, layer.Ws.shape[1] // 6, axis=1):
            assert gate @ gate.T == pytest.approx(np.eye(6), abs=1e-12)


@pytest.mark.parametrize("start", starts.STARTS)
@pytest.mark.parametrize(
    "net",
    [model.Net(Alphabet("abc", end=True)), decoders.EncoderDecoder(), mlp.MLP((9, 9), ())],
    ids=repr,
)
def test_nothing_of_the_weights_before_is_left(net, start):
    """A network may be begun again."""
    if start not in ("gaussian", "he") and isinstance(net, mlp.MLP):
        return  # test_mlp.py: it has no such start
    net = net.copy()
    rng = np.random.default_rng
    fresh = starts.initialize(net, start, rng(1)).theta.copy()
    net.theta[:] = 7
    assert starts.initialize(net, start, rng(1)).theta.tolist() == fresh.tolist()


@pytest.mark.parametrize(
    "net, start, message",
    [
        (model.Net(), "zeros", "^start 'zeros' is not one of post, gaussian, he, uniform,"),
        (model.Net("abd"), "post", "^the post's weights fit 5 units over 'abc', not 5 units over"),
        (model.Net(n=4), "post", "^the post's weights fit 5 units over 'abc', not 4 units over"),
        (model.Net(), "gaussian", "^weights are to be drawn: give rng, such as np.random"),
    ],
)
def test_starts_refused(net, start, message):
    with pytest.raises(ValueError, match=message):
        starts.initialize(net, start)
    assert not net.theta.any()


@pytest.mark.parametrize(
    "net",
    [
        model.Net("abc", says="ab"),
        model.Net("abc", says="xyz"),
        decoders.EncoderDecoder("plain"),
        decoders.EncoderDecoder("peek"),
        decoders.EncoderDecoder("attention"),
        decoders.EncoderDecoder(cell="GRU"),
        decoders.EncoderDecoder(cell="LSTM"),
    ],
    ids=repr,
)
def test_a_network_that_the_posts_weights_do_not_fit_keeps_its_own(net):
    net = net.copy()
    net.theta[:] = 7
    with pytest.raises(ValueError, match="^the post's weights are those of its own network; they"):
        starts.initialize(net, "post")
    assert (net.theta == 7).all()


# ---------------------------------------------------------------- how many are right


def said(net, W, text):
    """What the oracle's network says, up to END."""
    letters = net.alphabet.symbols
    thought = network.encode(W, [letters.index(letter) for letter in text], net.activation)[-1]
    steps = network.decode(W, thought, len(text) + net.alphabet.end, net.activation)
    return "".join(letters[k] for *_, k in steps if k < len(letters))


@pytest.mark.parametrize("end", [False, True])
def test_correct_is_what_the_oracle_says(end):
    rng = random.Random(7)
    seen = []
    for n in range(1, 7):
        net, W = random_net(rng, "ab", n, "tanh", end)
        texts = [random_text(rng, "ab", rng.randrange(5)) for _ in range(25)]
        right = training.correct(net, texts)
        assert right.dtype == bool
        assert right.tolist() == [said(net, W, text) == text[::-1] for text in texts]
        backwards = [text[::-1] for text in texts]
        assert training.correct(net, texts, backwards).tolist() == right.tolist()
        seen += right.tolist()
    assert 0.05 < np.mean(seen) < 0.95
    assert training.correct(net, []).tolist() == []


@pytest.mark.parametrize("end", [False, True])
def test_by_position_is_what_the_oracle_says(end):
    """A letter after END is no part of the answer, whatever other strings there are."""
    rng = random.Random(8)
    for n in range(1, 7):
        for length in range(1, 5):
            net, W = random_net(rng, "ab", n, "tanh", end)
            texts = [random_text(rng, "ab", length) for _ in range(12)]
            shares = [
                np.mean([said(net, W, text)[t : t + 1] == text[::-1][t] for text in texts])
                for t in range(length)
            ]
            np.testing.assert_allclose(
                training.by_position(net, texts), shares, err_msg=f"{n} units, {texts}"
            )


@pytest.mark.parametrize("end", [False, True])
def test_told_the_right_letters_it_is_asked_each_one_alone(end):
    """The loop written out once more: each step is fed the right letter, whatever was said."""
    rng = random.Random(9)
    differs = False
    for n in range(1, 6):
        net, _ = random_net(rng, "ab", n, "tanh", end)
        texts = [random_text(rng, "ab", 4) for _ in range(12)]
        right = np.zeros((len(texts), 4))
        for i, text in enumerate(texts):
            S = np.zeros(n)
            for letter in text:
                S = np.tanh(net.Wh["ab".index(letter)] + S @ net.Ws + net.bh)
            fed = np.zeros(2)
            for t, letter in enumerate(reversed(text)):
                S = np.tanh(fed @ net.dec.Wh + S @ net.dec.Ws + net.dec.bh)
                k = "ab".index(letter)
                right[i, t] = (S @ net.Wo + net.bo).argmax() == k
                fed = np.eye(2)[k]
        found = training.by_position(net, texts, told=True)
        np.testing.assert_allclose(found, right.mean(axis=0))
        differs |= not np.allclose(found, training.by_position(net, texts))
    assert differs


def test_no_string_has_no_share():
    with pytest.raises(ValueError, match="^there is no string, so no share of any$"):
        training.by_position(model.post_net(), [])
    for score in (training.by_position, training.correct):
        with pytest.raises(LetterError, match="^expected a list of strings"):
            score(model.post_net(), "abc")


# ---------------------------------------------------------------- what is given once


def test_strings_and_answers_may_be_given_once():
    net, _ = random_net(random.Random(4))
    strings = net.alphabet.strings(3)
    answers = net.run(strings).outputs
    usual = training.correct(net, strings, answers)
    assert usual.all() and not training.correct(net, strings).all()
    assert (training.correct(net, iter(strings), iter(answers)) == usual).all()
    assert (training.by_position(net, iter(strings)) == training.by_position(net, strings)).all()
    once = training.Batch(net, iter(strings), iter(answers))
    assert once.gradient(net)[0] == training.Batch(net, strings, answers).gradient(net)[0]


@pytest.mark.parametrize("of_batch, of_net", [("float32", "float64"), ("float64", "float32")])
def test_a_batch_is_for_one_float_type(of_batch, of_net):
    net, _ = random_net(random.Random(4))
    batch = training.Batch(net.astype(of_batch), ["abc"])
    with pytest.raises(ValueError, match=f"for weights in {of_batch}, not {of_net}"):
        batch.gradient(net.astype(of_net))


def test_snapshots_come_after_one_update_or_more():
    net, _ = random_net(random.Random(4))
    with pytest.raises(ValueError, match="every is 0; a snapshot comes after every 1 update"):
        training.train(net, training.Batch(net, ["abc"]), training.Descent(0.1), 3, every=0)


def test_as_many_batches_as_measurements():
    """The last batch measures the end: 3 updates take 4."""
    net, _ = random_net(random.Random(4))
    batch = training.Batch(net, ["abc"])
    *_, last = training.train(net, [batch] * 4, training.Descent(0.1), 3)
    assert last.step == 3
