"""Training: the numbers the chapters print, optimisers written again, interruptions, starts,
scores."""

import random
import signal
import subprocess
import sys
from math import sqrt

import numpy as np
import oracle
import pytest
from test_model import random_net, random_text

from revlib import bptt, model, post, starts, training
from revlib.alphabet import Alphabet

ALL_27 = Alphabet("abc").strings(3)


def trajectory(net, strings, optimiser, steps, **options):
    """Every snapshot of a training that leaves `net` alone."""
    net = net.copy()
    return [*training.train(net, training.Batch(net, strings), optimiser, steps, **options)]


def first_all_right(strings, every):
    net = starts.initialize(model.Net(), "post")
    for snapshot in training.train(
        net, training.Batch(net, strings), training.Descent(0.01), 3000, every=every
    ):
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
        self.alpha, self.beta1, self.beta2, self.epsilon, self.decay, self.t = (
            rate,
            beta1,
            beta2,
            epsilon,
            decay,
            0,
        )

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


@pytest.mark.parametrize(
    "own, plain, options",
    [
        (training.Descent, PlainDescent, (0.05,)),
        (training.Adam, PlainAdam, (0.01,)),
        (training.Adam, PlainAdam, (0.003, 0.8, 0.95, 1e-3)),  # an epsilon that is felt
        (training.Adam, PlainAdam, (0.01, 0.9, 0.999, 1e-8, 0.3)),
    ],
)
def test_optimisers_equal_plain_ones(own, plain, options):
    net, _ = random_net(random.Random(1), "abc", 4, "tanh", end=True)
    texts, plain, theta = ["abc", "bca", "aab"], plain(*options), net.theta.tolist()
    for snapshot in trajectory(net, texts, own(*options), 50):
        np.testing.assert_allclose(snapshot.theta, theta, rtol=1e-9)
        gradient = bptt.gradients(
            model.Net(net.alphabet, net.n, "tanh", np.array(theta)), texts
        ).d.theta
        assert snapshot.norm == pytest.approx(sqrt(sum(g * g for g in gradient)))
        theta = plain.update(theta, gradient.tolist())
    assert snapshot.step == 50 and set(training.OPTIMISERS.values()) == {
        training.Descent,
        training.Adam,
    }


def test_clipping_shortens_and_keeps_the_direction():
    net = starts.initialize(model.Net(), "post")
    start, after = trajectory(net, ["abc"], training.Descent(1), 1)
    step = start.theta - after.theta
    assert np.linalg.norm(step) == pytest.approx(start.norm)
    for clip in (0.001, 0.5 * start.norm, 2 * start.norm):
        clipped, last = trajectory(net, ["abc"], training.Descent(1), 1, clip=clip)
        assert clipped.norm == start.norm, "the norm told is the gradient's own"
        np.testing.assert_allclose(
            clipped.theta - last.theta, step * min(1, clip / start.norm), rtol=1e-9, atol=1e-14
        )


# ---------------------------------------------------------------- repeatable

REPEAT = """
import hashlib, numpy as np
from revlib import training
def digest():
    sha = hashlib.sha256()
    for end, optimiser in ((False, training.Adam()), (True, training.Descent(0.1))):
        net = training.initial("gaussian", training.Alphabet("abc", end), 6, np.random.default_rng(3), "tanh")
        for s in training.train(net, training.Batch(net, ["abc", "ba", "cab", "c"]), optimiser, 40, clip=0.3):
            sha.update(repr((s.step, s.loss, s.norm)).encode() + s.theta.tobytes())
    return sha.hexdigest()
"""  # noqa: E501


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
    net = starts.initialize(model.Net(), "post")
    whole, batch, kept = (
        trajectory(net, ["abc"], training.Descent(), steps),
        training.Batch(net, ["abc"]),
        [],
    )
    for snapshot in training.train(net, batch, training.Descent(), steps, every=every):
        assert snapshot.theta.tolist() == net.theta.tolist() and not np.shares_memory(
            snapshot.theta, net.theta
        )
        assert snapshot.loss == bptt.gradients(net, "abc").loss
        kept.append(snapshot)
    assert [s.step for s in kept] == told
    for s in kept:
        assert (s.loss, s.norm, s.theta.tolist()) == (
            *whole[s.step][1:3],
            whole[s.step].theta.tolist(),
        )


def test_batches_may_come_from_an_iterator():
    net = starts.initialize(model.Net(), "post")
    batches = [training.Batch(net, [text]) for text in ("abc", "b", "ca")]
    theta = net.theta.copy()
    for batch, snapshot in zip(
        batches, training.train(net, iter(batches), training.Descent(0.1), 2), strict=True
    ):
        assert snapshot.theta.tolist() == theta.tolist()
        theta -= 0.1 * batch.gradient(net)[1]


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
            failed, last = failed + 1, told[-1].step
            assert str(error).startswith("the loss is ") and str(error).endswith(
                f" after step {last + 1}. The network has its weights of step {last} again. "
                f"Try a smaller learning rate than {rate:g}, or clip=1."
            )
        assert np.isfinite(net.theta).all() and net.theta.tolist() == told[-1].theta.tolist()
    assert failed >= 3


def test_an_update_too_large_for_a_float():
    """The step itself overflows; NumPy's warning would be an error here."""
    net = starts.initialize(model.Net(), "post")
    start = net.theta.tolist()
    with pytest.raises(
        FloatingPointError,
        match=r"weights of step 0 again\. Try a smaller learning rate than 1\.7e\+308",
    ):
        [*training.train(net, training.Batch(net, ["abc"]), training.Descent(1.7e308), 5)]
    assert net.theta.tolist() == start


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e250])
def test_weights_that_are_none_at_the_start(value):
    net = starts.initialize(model.Net(), "post")
    net.Ws[1, 2] = value
    start = net.theta.copy()
    with pytest.raises(
        FloatingPointError, match=r"the loss is .* after step 0\. Start from smaller weights\."
    ):
        [*training.train(net, training.Batch(net, ["abc"]), training.Adam(), 5)]
    np.testing.assert_array_equal(net.theta, start)


def test_interrupted_in_an_update_or_a_gradient(monkeypatch):
    start, rng = starts.initialize(model.Net(), "post"), random.Random(2)
    path = [s.theta.tolist() for s in trajectory(start, ["abc", "ab"], training.Adam(), 20)]
    for _ in range(20):
        when, half = rng.randrange(1, 20), rng.randrange(108)
        net, optimiser = start.copy(), training.Adam()
        batch = training.Batch(net, ["abc", "ab"])
        update, gradient, calls = optimiser.update, batch.gradient, []

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
    start, rng, stopped = starts.initialize(model.Net(), "post"), random.Random(3), 0
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


# ---------------------------------------------------------------- a hand on the weights between two
# snapshots


@pytest.mark.parametrize("texts", [["abc"], ["abc", "ab"]])
def test_weights_changed_by_hand_are_trained_from(texts):
    """As if training had started from them: the step is the gradient at the weights that are there
    now."""
    net, other = (
        starts.initialize(model.Net(), "post"),
        starts.initialize(model.Net(), "identity", np.random.default_rng(4)),
    )
    run = training.train(net, training.Batch(net, texts), training.Descent(0.1), 5)
    next(run), next(run)
    net.theta[:] = other.theta
    expected = trajectory(other, texts, training.Descent(0.1), 4)[1:]
    for snapshot, wanted in zip(run, expected):
        np.testing.assert_allclose(snapshot.theta, wanted.theta, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("texts", [["abc"], ["abc", "ab"]])
def test_using_the_batch_between_snapshots_changes_nothing(texts):
    net, other = (
        starts.initialize(model.Net(), "post"),
        starts.initialize(model.Net(), "identity", np.random.default_rng(5)),
    )
    batch, path = training.Batch(net, texts), trajectory(net, texts, training.Descent(0.1), 5)
    for snapshot, wanted in zip(
        training.train(net, batch, training.Descent(0.1), 5), path, strict=True
    ):
        assert snapshot.theta.tolist() == wanted.theta.tolist()
        batch.gradient(other)  # as a panel would that draws the loss around these weights


def test_a_hand_that_writes_no_number():
    net = starts.initialize(model.Net(), "post")
    with pytest.raises(FloatingPointError, match="the loss is nan"):
        for snapshot in training.train(net, training.Batch(net, ["abc"]), training.Adam(), 9):
            if snapshot.step == 3:
                net.Ws[0, 0] = np.nan
    assert net.theta.tolist() == snapshot.theta.tolist()


def test_interrupted_after_a_hand_on_the_weights(monkeypatch):
    net, optimiser = starts.initialize(model.Net(), "post"), training.Descent(0.1)
    run = training.train(net, training.Batch(net, ["abc"]), optimiser, 5)
    next(run)
    net.theta[:] = 0.25

    def interrupted(theta, gradient):
        raise KeyboardInterrupt

    monkeypatch.setattr(optimiser, "update", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(run)
    assert (net.theta == 0.25).all(), "the weights set by hand are lost"


# ---------------------------------------------------------------- starts


def test_the_posts_start():
    for end in (False, True):
        for activation in ("relu", "tanh"):
            net = starts.initialize(model.Net(Alphabet("abc", end), activation=activation), "post")
            assert net.activation == activation and net.theta.size == 108 + 6 * end
            for layer in (net.enc, net.dec):
                assert (
                    layer.Wh.tolist() == post.Wh.tolist()
                    and layer.Ws.tolist() == post.Ws.tolist()
                    and not layer.bh.any()
                )
            assert (
                net.Wo[:, :3].tolist() == post.Wo.tolist()
                and not net.Wo[:, 3:].any()
                and not net.bo.any()
            )
    assert starts.initialize(model.Net(), "post").theta.tolist() == model.post_net().theta.tolist()


@pytest.mark.parametrize("start", ["gaussian", "uniform", "identity"])
def test_drawn_starts(start):
    letters, n = "abcdefghijklmnopqrstuvwxyz", 40
    net = starts.initialize(
        model.Net(Alphabet(letters, end=True), n), start, np.random.default_rng(6)
    )
    assert net.theta.dtype == float and [v.shape for v in net.named().values()] == [
        (26, n),
        (n, n),
        (n,),
    ] * 2 + [(n, 27), (27,)]
    for name, view in net.named().items():
        if start == "identity" and name.endswith("Ws"):
            assert view.tolist() == np.eye(n).tolist()
        elif start != "uniform" and view.ndim == 1:
            assert not view.any()
        else:
            variance = 1 / (3 * n) if start == "uniform" else 1 / len(view)
            assert abs(view.mean()) < 4 * sqrt(variance / view.size)
            if view.size > 500:
                assert view.var() == pytest.approx(variance, rel=0.15)
    if start == "uniform":
        assert 0.99 < np.abs(net.theta).max() * sqrt(n) <= 1
    again = starts.initialize(
        model.Net(Alphabet(letters, end=True), n), start, np.random.default_rng(6)
    ).astype(np.float32)
    assert (
        again.theta.dtype == np.float32
        and again.theta.tolist() == net.theta.astype(np.float32).tolist()
    )
    assert (
        starts.initialize(
            model.Net(net.alphabet, n), start, np.random.default_rng(7)
        ).theta.tolist()
        != net.theta.tolist()
    )


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("zeros",), "start 'zeros' is not one of post, gaussian, uniform, identity"),
        (("post", "abd"), "the post's weights fit 5 units over 'abc', not 5 units over 'abd'"),
        (("post", "abc", 4), "the post's weights fit 5 units over 'abc', not 4 units over 'abc'"),
    ],
)
def test_starts_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        training.initial(*arguments)


def test_nothing_to_train_on():
    with pytest.raises(ValueError, match="there is no string to train on"):
        training.Batch(starts.initialize(model.Net(), "post"), [])
    with pytest.raises(ValueError, match="an empty string needs an alphabet with END"):
        training.Batch(starts.initialize(model.Net(), "post"), ["a", ""])


# ---------------------------------------------------------------- how many are right


def said(net, W, text):
    """What the oracle's network says, up to END."""
    letters = net.alphabet.symbols
    thought = oracle.encode(W, [letters.index(letter) for letter in text], net.activation)[-1]
    steps = oracle.decode(W, thought, len(text) + net.alphabet.end, net.activation)
    return "".join(letters[k] for *_, k in steps if k < len(letters))


@pytest.mark.parametrize("end", [False, True])
def test_correct_is_what_the_oracle_says(end):
    rng, seen = random.Random(7), []
    for n in range(1, 7):
        net, W = random_net(rng, "ab", n, "tanh", end)
        texts = [random_text(rng, "ab", rng.randrange(5)) for _ in range(25)]
        right = training.correct(net, texts)
        assert right.dtype == bool and right.tolist() == [
            said(net, W, text) == text[::-1] for text in texts
        ]
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


# ---------------------------------------------------------------- the curriculum


def test_a_curriculum_lets_longer_strings_join_when_the_longest_are_right():
    net = starts.initialize(
        model.Net(Alphabet("abc", end=True), 5), "identity", np.random.default_rng(0)
    )
    lessons = training.Curriculum(net, 4, np.random.default_rng(0), size=20)
    assert {
        length: sum(batch.tapes[0].S.shape[1] for batch in batches)
        for length, batches in lessons.batches.items()
    } == {1: 3, 2: 9, 3: 27, 4: 81}  # every string of each length, once
    assert all(
        batch.tapes[0].S.shape[1] <= 20 for batches in lessons.batches.values() for batch in batches
    )
    strings = [text for length in (1, 2, 3, 4) for text in net.alphabet.strings(length)]
    plan, levels, best, fed = iter(lessons), [], 0, 0
    seen = {next(plan).tapes[0].S.shape[0] - 1 for _ in range(100)}
    assert seen == {1, 2}, "longer strings came too early"
    for _ in training.train(net, plan, training.Adam(0.01), 3000, clip=1, every=100):
        level, share = lessons.level, lessons.look()
        assert (lessons.level > level) == (share >= 0.9 and level < 4)
        levels.append(lessons.level)
        best, fed = (
            max(best, training.correct(net, strings).mean()),
            max(fed, lessons.right(4)),
        )  # at best: the last look may fall into a bad patch
    assert levels == sorted(levels) and levels[0] == 2 and levels[-1] == 4
    assert best > 0.95 and fed > 0.95


def test_a_curriculum_may_begin_later_and_draw_what_is_too_much():
    net = starts.initialize(
        model.Net(Alphabet("abc", end=True), 3), "identity", np.random.default_rng(0)
    )
    lessons = training.Curriculum(net, 6, np.random.default_rng(0), size=20, shortest=3, most=100)
    assert {
        length: sum(batch.tapes[0].S.shape[1] for batch in batches)
        for length, batches in lessons.batches.items()
    } == {3: 27, 4: 81, 5: 100, 6: 100}
    plan = iter(lessons)
    assert lessons.level == 4 and {next(plan).tapes[0].S.shape[0] - 1 for _ in range(100)} == {3, 4}
    drawn = np.concatenate([batch.tapes[0].targets[:-1].T for batch in lessons.batches[6]])
    assert len({tuple(row) for row in drawn.tolist()}) > 80, (
        "drawn, and not one string a hundred times"
    )
    again = training.Curriculum(net, 6, np.random.default_rng(0), size=20, shortest=3, most=100)
    assert all(
        (one.tapes[0].targets == other.tapes[0].targets).all()
        for one, other in zip(lessons.batches[6], again.batches[6])
    )


def test_batches_that_end_are_said_so_and_leave_the_last_good_weights():
    net = starts.initialize(model.Net(), "post")
    batches = iter([training.Batch(net, ["abc"])] * 3)
    run = training.train(net, batches, training.Descent(0.01), 10)
    with pytest.raises(ValueError, match="the batches ended after 3 updates of 10"):
        for moment in run:
            last = moment
    assert last.step == 2 and (net.theta == last.theta).all()


# ---------------------------------------------------------------- beside a panel


def test_a_slider_moved_while_a_cell_trains_leaves_both_right():
    """Callbacks may run on another thread than the cell's."""
    import threading

    from revlib import panels

    def trained(moves=(0,) * 4):
        """1,500 updates, or as many more as it takes until the slider has moved four times."""
        net = starts.initialize(model.Net(n=5), "identity", np.random.default_rng(4))
        for moment in training.train(
            net, training.Batch(net, net.alphabet.strings(3)), training.Adam(0.01), 100_000, clip=1
        ):
            after = (
                net.theta.copy() if moment.step == 1500 else (after if moment.step > 1500 else None)  # noqa: F821
            )
            if moment.step >= 1500 and len(moves) >= 4:
                return after

    alone, panel, moves = trained(), panels.training_panel(), []

    def drag():
        while not done.is_set() or not moves:
            panel.controls["seed"].slider.value = len(moves) % 10
            moves.append(panel.page.value)

    done, hand = threading.Event(), threading.Thread(target=drag)
    hand.start()
    beside = trained(moves)
    done.set()
    hand.join(20)
    assert not hand.is_alive() and len(moves) > 3
    assert (beside == alone).all()
    fresh = panels.training_panel()
    for k in range(10):
        fresh.controls["seed"].slider.value = k
        assert all(page == fresh.page.value for page in moves[k::10][1 if k == 0 else 0 :])
