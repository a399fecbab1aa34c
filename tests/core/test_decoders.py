"""The four styles against plain Python, their way back against finite differences, the hand-written
attention, and the committed table."""

import itertools
import json
import math
import pathlib

import numpy as np
import pytest

from reference.styles import ABC, by_hand, drawn
from revlib import bptt, decoders, handmade, model, rnn_cells, starts, training
from revlib.alphabet import Alphabet, LetterError

RESULTS = pathlib.Path(__file__).resolve().parents[2] / "notebooks" / "results"
every_style = pytest.mark.parametrize("style", decoders.STYLES)
every_score = pytest.mark.parametrize(
    "style, score", [*itertools.product(decoders.STYLES, ["dot"]), ("attention", "learned")]
)
every_cell = pytest.mark.parametrize("cell", rnn_cells.CELLS)


def begun(style, n, seed, cell="simple"):
    """A network as it is before training."""
    start = "gaussian" if (style, cell) == ("attention", "simple") else "identity"
    net = decoders.EncoderDecoder(style, ABC, n, cell)
    return starts.initialize(net, start, np.random.default_rng(seed))


@every_score
@pytest.mark.parametrize("text", ["a", "abcab", "ccb"])
@pytest.mark.parametrize("given", [None, [2, 0, 1, 3, 1, 0]])
def test_a_run_is_the_equations(style, score, text, given):
    net = drawn(style, seed=0 if given is None else 1, score=score)
    ran = net.run(text, given=None if given is None else given[: len(text) + 1])
    found = (ran.S, ran.dec_S, ran.Z, ran.alpha)
    for array, right in zip(found, by_hand(net, text, given), strict=True):
        assert array.shape == np.shape(right)
        assert np.allclose(array, right, rtol=0, atol=1e-12)
    letters = [ABC.outputs[int(np.argmax(z))] for z in ran.Z]
    answer = "".join(itertools.takewhile(lambda letter: letter != "END", letters))
    assert ran.output == answer
    assert ran.outputs == [answer]
    e = np.exp(ran.Z)
    np.testing.assert_allclose(ran.P, e / e.sum(axis=1, keepdims=True))


@every_style
@every_cell
def test_a_batch_is_its_strings(style, cell):
    net = drawn(style, cell=cell)
    strings = ["abca", "cccc", "bacb"]
    together = net.run(strings)
    for k, string in enumerate(strings):
        alone = net.run(string)
        assert alone.output == together.outputs[k]
        for name in ("S", "dec_S", "seen", "Z", "alpha", "P"):
            expected = getattr(together, name)[:, k]
            assert getattr(alone, name).shape == expected.shape, name
            assert np.allclose(getattr(alone, name), expected, rtol=0, atol=1e-12), name
        for one, all_of_them in (
            (alone.enc_kept, together.enc_kept),
            (alone.dec_kept, together.dec_kept),
        ):
            for kept, several in zip(one, all_of_them, strict=True):
                assert kept._fields == several._fields
                for part, parts in zip(kept, several):
                    assert np.allclose(part, parts[k], rtol=0, atol=1e-12)


@every_style
@every_cell
def test_the_way_back_of_one_string_is_that_of_a_batch_of_one(style, cell):
    net = drawn(style, cell=cell)
    one = net.run("abca")
    batch = net.run(["abca"])
    dZ = np.random.default_rng(5).normal(0, 1, one.Z.shape)
    d, dS, dec_dS = decoders.backward(net, one, dZ)
    d_batch, dS_batch, dec_dS_batch = decoders.backward(net, batch, dZ[:, None])
    assert np.allclose(d.theta, d_batch.theta, rtol=0, atol=1e-12)
    assert dS.shape == one.S.shape
    assert dec_dS.shape == one.dec_S.shape
    assert np.allclose(dS, dS_batch[:, 0], rtol=0, atol=1e-12)
    assert np.allclose(dec_dS, dec_dS_batch[:, 0], rtol=0, atol=1e-12)


@every_style
@every_cell
def test_in_float32_everything_is_float32(style, cell):
    """And within its precision what it is in float64: nothing is quietly widened on the way."""
    net = decoders.EncoderDecoder(style, Alphabet("abc", end=True), 4, cell)
    starts.initialize(net, "gaussian", np.random.default_rng(3))
    small = net.astype(np.float32)
    ran = small.run(["abc", "cab"])
    for name in ("S", "dec_S", "seen", "Z", "alpha", "P"):
        assert getattr(ran, name).dtype == np.float32, name
    loss, gradient = training.Batch(net, ["abc", "cab"]).gradient(net)
    loss32, gradient32 = training.Batch(small, ["abc", "cab"]).gradient(small)
    assert gradient32.dtype == np.float32
    assert loss32 == pytest.approx(loss, rel=1e-5)
    assert gradient32 == pytest.approx(gradient, abs=1e-5)


def test_how_many_steps_are_run():
    net = drawn("feedback")
    assert len(net.run("abc").Y) == 4
    assert len(net.run("abc", steps=7).Y) == 7
    assert len(net.run(["abc", "aaa"], steps=2).Y) == 2
    assert net.run("abc", steps=0).output == ""
    assert len(drawn("feedback", alphabet=Alphabet("abc")).run("abc").Y) == 3


def test_the_second_style_is_the_model_of_the_post():
    net = drawn("feedback")
    old = model.Net(ABC, 4)
    for name, view in old.named().items():
        view[:] = net.named()[name]
    strings = ["abca", "cccb"]
    ran = old.run(strings)
    assert np.allclose(net.run(strings).Z[: len(ran.dec.Z)], ran.dec.Z, rtol=0, atol=1e-12)
    assert net.run(strings).outputs == ran.outputs
    plain = bptt.gradients(old, strings)
    tape = net.tape(*bptt.task(net, strings))
    assert abs(tape.forward(net) - plain.loss) < 1e-12
    d = net.like(tape.backward(net))
    for name, view in plain.d.named().items():
        assert np.allclose(d.named()[name], view, rtol=0, atol=1e-12), name


@every_cell
@every_score
@pytest.mark.parametrize(
    "text, alphabet",
    [pytest.param("abcab", ABC, marks=pytest.mark.slow), ("b", ABC), ("cab", Alphabet("abc"))],
    ids=str,
)
def test_gradients_are_the_slopes_of_the_loss(text, alphabet, style, score, cell):
    net = drawn(style, 3, 2, cell, alphabet, score=score)
    h = 1e-6
    tape = net.tape(*bptt.task(net, [text, text[::-1]]))
    tape.forward(net)
    found = tape.backward(net).copy()
    for i in range(net.theta.size):
        losses = []
        for nudge in (h, -h):
            theta = net.theta.copy()
            theta[i] += nudge
            losses.append(tape.forward(net.like(theta)))
        assert abs(found[i] - (losses[0] - losses[1]) / (2 * h)) < 1e-8


def test_the_loss_is_the_mean_of_minus_log_p():
    net = drawn("attention")
    right = [1, 0, 2, 3]
    scores = by_hand(net, "cab", right)[2]
    nats = [math.log(math.fsum(map(math.exp, z))) - z[k] for z, k in zip(scores, right)]
    tape = net.tape(*bptt.task(net, ["cab"]))
    assert abs(tape.forward(net) - math.fsum(nats) / 4) < 1e-12


@pytest.mark.parametrize("rows", [1, 0])
def test_peek_is_blamed_at_every_step(rows):
    """The thought vector's blame is the first state's and each input's; with the rows it meets at
    0, the first state's alone."""
    net = drawn("peek", seed=1)
    net.dec.Wh[3:] *= rows
    ran = net.run("abca")
    _, dS, dec_dS = decoders.backward(net, ran, np.ones_like(ran.Z))
    through = [(dec_dS[t] * (ran.dec_S[t] > 0)) @ net.dec.Wh[3:].T for t in range(1, 6)]
    assert np.allclose(dS[-1], dec_dS[0] + sum(through), rtol=0, atol=1e-12)
    assert (np.abs(through).max() > 0.01) == bool(rows)


@pytest.mark.parametrize("letters, n", [("abc", 5), ("abc", 8), ("ab", 1), ("abcdefghij", 20)])
@pytest.mark.parametrize("end", [False, True])
@every_style
def test_sizes(style, end, letters, n):
    V = len(letters)
    fed = {"plain": 0, "feedback": V, "peek": V + n, "attention": V}[style]
    seen = 2 * n if style == "attention" else n
    size = (V + n + 1) * n + (fed + n + 1) * n + (seen + 1) * (V + end)
    assert decoders.EncoderDecoder(style, Alphabet(letters, end), n).theta.size == size


@every_cell
def test_a_learned_score_that_is_the_identity_is_the_dot_product(cell):
    dot = drawn("attention", cell=cell)
    learned = decoders.EncoderDecoder("attention", ABC, 4, cell, score="learned")
    for name, view in dot.named().items():
        learned.named()[name][...] = view
    learned.Wa = np.eye(4)
    assert learned.theta.size == dot.theta.size + 16
    assert np.allclose(learned.run("abca").Z, dot.run("abca").Z, rtol=0, atol=1e-12)
    gradients = {}
    for net in (dot, learned):
        loss, gradient = training.Batch(net, ["abca", "cab"]).gradient(net)
        gradients[net] = net.like(gradient.copy()).named()
    for name, view in gradients[dot].items():
        assert np.allclose(gradients[learned][name], view, rtol=0, atol=1e-12), name


@every_cell
def test_inputs_may_be_rows(cell):
    """One-hot ones are what indices are; others, such as the mean of two letters, have slopes."""
    net = drawn("attention", cell=cell)
    inputs, targets = bptt.task(net, ["abca", "cabb"])
    rows = np.eye(3)[inputs]
    tapes = [decoders.Tape(each, targets) for each in (inputs, rows)]
    assert tapes[0].forward(net) == tapes[1].forward(net)
    assert (tapes[0].backward(net) == tapes[1].backward(net)).all()
    tape = decoders.Tape(np.random.default_rng(1).normal(0, 1, rows.shape), targets)
    tape.forward(net)
    found = net.like(tape.backward(net)).enc.Wh
    for i in np.ndindex(found.shape):
        losses = []
        for nudge in (1e-6, -1e-6):
            other = net.copy()
            other.enc.Wh[i] += nudge
            losses.append(tape.forward(other))
        assert abs(found[i] - (losses[0] - losses[1]) / 2e-6) < 1e-8


def test_a_learned_score_is_kept_with_the_network():
    net = drawn("attention", score="learned")
    assert repr(net).endswith("'simple', score='learned'): 116 parameters")
    assert drawn("attention").Wa is None
    assert "Wa" not in drawn("attention").named()
    other = net.copy()
    assert (other.Wa == net.Wa).all() and not np.shares_memory(other.Wa, net.theta)
    assert any(weights is net.Wa for weights in net.weights())


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="^score 'general' is not one of dot, learned$"):
        decoders.EncoderDecoder("attention", score="general")
    with pytest.raises(ValueError, match="^a learned score is attention's; 'peek' has none$"):
        decoders.EncoderDecoder("peek", score="learned")
    with pytest.raises(ValueError, match="'glance' is not one of plain, feedback, peek, attention"):
        decoders.EncoderDecoder("glance")
    with pytest.raises(ValueError, match="'RNN' is not one of simple, tanh, GRU, LSTM"):
        decoders.EncoderDecoder("peek", cell="RNN")
    with pytest.raises(ValueError, match=r"has 114 parameters; theta has shape \(7,\)"):
        decoders.EncoderDecoder("feedback", ABC, 5, theta=np.zeros(7))
    net = drawn("feedback")
    with pytest.raises(
        ValueError, match=r"^dZ has shape \(4,\); the run has scores of shape \(4, 4"
    ):
        decoders.backward(net, net.run("abc"), np.ones(4))
    with pytest.raises(LetterError, match="^the string is empty: attention has no state to look"):
        drawn("attention").run("")
    assert drawn("feedback").run("").output in ("", "a", "b", "c")


def test_a_number_that_is_none_is_named():
    """No NumPy warning either: in these tests a warning is an error."""
    for name, place in (("Wh", r"S\(1\)"), ("dec.bh", r"_S\(1\)"), ("bo", r"z\(1\)")):
        net = drawn("attention")
        net.named()[name][:] = np.inf
        with pytest.raises(FloatingPointError, match=f"^{place} is (inf|nan) at place 1: the weig"):
            net.run("abc")


@every_style
def test_the_start(style):
    net = begun(style, 40, 3)
    assert (net.theta == begun(style, 40, 3).theta).all()
    for name, view in net.named().items():
        if view.ndim == 1:
            assert not view.any()
        elif name.endswith("Ws") and style != "attention":
            assert (view == np.eye(40)).all()
        elif len(view):
            assert abs(view.std() * math.sqrt(len(view)) - 1) < 0.2
            assert abs(view.mean()) * math.sqrt(len(view)) < 0.25


@pytest.mark.slow
@every_style
def test_a_network_learns_in_every_style(style):
    net = begun(style, 6, 0)
    strings = ABC.strings(1) + ABC.strings(2)
    batch = training.Batch(net, strings)
    run = training.train(net, batch, training.Adam(0.02), 300, clip=1, every=300)
    first, last = (snapshot.loss for snapshot in run)
    assert last < first / 5
    assert training.correct(net, strings).mean() > 0.6


# ---------------------------------------------------------------- attention by hand


def test_the_pointer_reverses_everything_up_to_its_length():
    net = handmade.build_pointer(8)
    assert training.correct(net, [s for T in range(1, 9) for s in ABC.strings(T)]).all()
    rng = np.random.default_rng(0)
    for longest in (12, 300):
        for T, right in ((longest, True), (longest + 2, False)):
            strings = ["".join(rng.choice([*"abc"], T)) for _ in range(5)]
            assert (training.correct(handmade.build_pointer(longest), strings) == right).all()


@pytest.mark.parametrize("letters, text", [("abc", "abcab"), ("xyzuv", "vvvvvvv"), ("a", "a")])
def test_the_pointer_looks_where_it_says(letters, text):
    """Scores from the formula of its docstring; any alphabet, and whatever the letters are."""
    ran = handmade.build_pointer(9, letters).run(text)
    T = len(text)
    H = 9 * 8 / 2
    for t in range(1, T + 1):
        w = [16 * ((T + 0.5 - t) * i + H - i * (i - 1) / 2) for i in range(1, T + 1)]
        e = [math.exp(v - max(w)) for v in w]
        assert np.allclose(ran.alpha[t - 1], np.array(e) / sum(e), rtol=0, atol=1e-9)
        assert ran.alpha[t - 1].argmax() == T - t
    assert ran.output == text[::-1]


@pytest.mark.parametrize(
    "longest, message",
    [
        (0, "^the longest string has 1 letter or more, not 0$"),
        (10**7 + 1, "^a string of 10000001 letters is too long for a float64 to point into$"),
    ],
)
def test_a_pointer_that_cannot_be_built(longest, message):
    with pytest.raises(ValueError, match=message):
        handmade.build_pointer(longest)


# ---------------------------------------------------------------- the table


@pytest.fixture(scope="module")
def table():
    return json.loads((RESULTS / "styles.json").read_text(encoding="utf-8"))


def key(row):
    return "{style}-{units}-{seed}".format(**row)


def test_every_run_is_there_and_every_weight(table):
    with np.load(RESULTS / "styles.npz") as weights:
        assert {key(row) for row in table["runs"]} == set(weights.files)
        for row in table["runs"]:
            net = decoders.EncoderDecoder(row["style"], ABC, row["units"], row["cell"])
            assert net.theta.size == row["parameters"] == len(weights[key(row)])
            assert weights[key(row)].dtype == float
    found = [(row["style"], row["cell"], row["units"], row["seed"]) for row in table["runs"]]
    assert found == [*itertools.product(decoders.STYLES, ["simple"], [8], range(10))]


def test_every_style_has_its_best_setting(table):
    """The highest mean of the validation seeds; and that is how it was trained."""
    for style in decoders.STYLES:
        tried = {}
        for row in table["tuning"]:
            assert row["seed"] in table["validation_seeds"]
            if row["style"] == style:
                tried.setdefault((row["start"], row["rate"]), []).append(sum(row["accuracy"]))
        assert {len(sums) for sums in tried.values()} == {len(table["validation_seeds"])}
        best = max(tried, key=lambda setting: sum(tried[setting]))
        assert tuple(table["best"][style].values()) == best
        rates = sorted(rate for start, rate in tried if start == "identity")
        assert rates[0] < best[1] < rates[-1], "the best rate lies between two others"
        for row in table["runs"]:
            if row["style"] == style:
                assert (row["start"], row["rate"]) == best
                assert row["seed"] not in table["validation_seeds"]


def test_the_table_is_what_the_weights_do(table):
    """Lengths 1 to 6, every string, counted again; a seed of each."""
    with np.load(RESULTS / "styles.npz") as weights:
        for row in [row for row in table["runs"] if row["seed"] == 1]:
            theta = weights[key(row)]
            net = decoders.EncoderDecoder(row["style"], ABC, row["units"], row["cell"], theta=theta)
            for T in range(1, 7):
                share = training.correct(net, ABC.strings(T)).mean()
                assert abs(share - row["accuracy"][T - 1]) < 2e-5


@every_cell
def test_no_string_at_all(cell):
    """A list of none is answered by a list of none."""
    assert drawn("feedback", cell=cell).run([]).outputs == []


def test_what_a_network_is_called():
    net = decoders.EncoderDecoder("peek", "ab", 3, "GRU", says="xyz")
    assert "says=Alphabet('xyz')" in repr(net)
    with pytest.raises(ValueError, match="a network has 1 unit at least, not 0"):
        decoders.EncoderDecoder("peek", "ab", 0)
    with pytest.raises(ValueError, match="2 strings were read; their answers are in `outputs`"):
        net.run(["ab", "ba"]).output
