"""The four styles against plain Python, their way back against finite differences, the hand-written
attention, and the committed table."""

import itertools
import json
import math
import pathlib

import numpy as np
import pytest

from revlib import bptt, decoders, handmade, model, rnn_cells, starts, training
from revlib.alphabet import Alphabet

ABC = Alphabet("abc", end=True)
RESULTS = pathlib.Path(__file__).resolve().parent.parent / "notebooks" / "results"
every_style = pytest.mark.parametrize("style", decoders.STYLES)


def drawn(style, n=4, seed=0, cell="plain", alphabet=ABC):
    """A network whose every parameter is drawn."""
    net = decoders.EncoderDecoder(style, alphabet, n, cell)
    net.theta[:] = np.random.default_rng(seed).normal(0, 0.6, net.theta.size)
    return net


def by_hand(net, text, given=None):
    """One string in plain Python, from the equations: encoder states, decoder states, scores,
    attention."""
    p = {name: view.tolist() for name, view in net.p.items()}

    def times(row, matrix, columns):
        return [math.fsum(row[i] * matrix[i][j] for i in range(len(row))) for j in range(columns)]

    def step(kind, x, s):
        sums = zip(times(x, p[f"{kind}Wh"], net.n), times(s, p[f"{kind}Ws"], net.n), p[f"{kind}b"])
        return [max(0.0, math.fsum(three)) for three in sums]

    S, V = [[0.0] * net.n], len(net.alphabet)
    for letter in text:
        S.append(step("", [float(letter == other) for other in net.alphabet.symbols], S[-1]))
    R, Z, A, letter = [S[-1]], [], [], [0.0] * V
    for t in range(len(text) + net.alphabet.end):
        x = {"plain": [], "peek": letter + S[-1]}.get(net.style, letter)
        R.append(step("dec.", x, R[-1]))
        e = [math.fsum(a * b for a, b in zip(R[-1], key)) for key in S[1:]]
        a = [math.exp(v - max(e)) for v in e]
        A.append([v / math.fsum(a) for v in a] if net.style == "attention" else [0.0] * len(text))
        mixture = times(A[-1], S[1:], net.n)
        Z.append(
            [
                z + b
                for z, b in zip(
                    times(R[-1] + mixture * (net.style == "attention"), p["Wo"], len(p["bo"])),
                    p["bo"],
                )
            ]
        )
        said = Z[-1].index(max(Z[-1])) if given is None else given[t]
        letter = [float(said == k) for k in range(V)]
    return S, R, Z, A


@every_style
@pytest.mark.parametrize("text", ["a", "abcab", "ccb"])
def test_a_run_is_the_equations(style, text):
    for seed, given in ((0, None), (1, [2, 0, 1, 3, 1, 0])):
        net = drawn(style, seed=seed)
        ran = net.run([text], None if given is None else np.array(given)[: len(text) + 1, None])
        for found, right in zip((ran.S, ran.dec_S, ran.Z, ran.A), by_hand(net, text, given)):
            assert np.allclose(found[:, 0], right, rtol=0, atol=1e-12)
        letters = [ABC.outputs[int(np.argmax(z))] for z in ran.Z[:, 0]]
        assert ran.output == ["".join(itertools.takewhile(lambda letter: letter != "END", letters))]


@every_style
def test_a_batch_is_its_strings(style):
    net, strings = drawn(style), ["abca", "cccc", "bacb"]
    together = net.run(strings)
    for k, string in enumerate(strings):
        alone = net.run([string])
        assert alone.output[0] == together.output[k] and np.allclose(
            alone.Z[:, 0], together.Z[:, k], rtol=0, atol=1e-12
        )


def test_the_second_style_is_the_model_of_the_post():
    net, old = drawn("feedback"), model.Net(ABC, 4)
    for name, view in old.named().items():
        view[:] = net.p[name]
    strings = ["abca", "cccb"]
    assert np.allclose(net.run(strings).Z, old.run(strings, steps=5).dec.Z[:5], rtol=0, atol=1e-12)
    tape, task = bptt.gradients(old, strings), bptt.task(ABC, strings)
    ours = decoders.Tape(net, *task)
    assert abs(ours.forward(net) - tape.loss) < 1e-12
    d = net.like(ours.backward(net))
    assert all(
        np.allclose(d.p[name], view, rtol=0, atol=1e-12) for name, view in tape.d.named().items()
    )


@pytest.mark.parametrize("cell", rnn_cells.CELLS)
@every_style
def test_gradients_are_the_slopes_of_the_loss(style, cell):
    for text, alphabet in (("abcab", ABC), ("b", ABC), ("cab", Alphabet("abc"))):
        net, h = drawn(style, 3, 2, cell, alphabet), 1e-6
        tape = decoders.Tape(net, *bptt.task(alphabet, [text, text[::-1]]))
        tape.forward(net)
        found = tape.backward(net).copy()
        for i in range(net.theta.size):
            both = []
            for sign in (1, -1):
                theta = net.theta.copy()
                theta[i] += sign * h
                both.append(tape.forward(net.like(theta)))
            assert abs(found[i] - (both[0] - both[1]) / (2 * h)) < 1e-8


def test_the_loss_is_the_mean_of_minus_log_p():
    net, text, right = drawn("attention"), "cab", [1, 0, 2, 3]
    scores = by_hand(net, text, right)[2]
    loss = (
        math.fsum(math.log(math.fsum(math.exp(v) for v in z)) - z[k] for z, k in zip(scores, right))
        / 4
    )
    assert abs(decoders.Tape(net, *bptt.task(ABC, [text])).forward(net) - loss) < 1e-12


def test_peek_is_blamed_at_every_step():
    """The thought vector's blame is the first state's and each input's; with the rows it meets at
    0, the first state's alone."""
    net = drawn("peek", seed=1)
    for rows in (1, 0):
        net.dec.Wh[3:] *= rows
        ran = net.run(["abca"])
        _, dS, dec_dS = decoders.backward(net, ran, np.ones_like(ran.Z))
        through = [(dec_dS[t, 0] * (ran.dec_S[t, 0] > 0)) @ net.dec.Wh[3:].T for t in range(1, 6)]
        assert np.allclose(dS[-1, 0], dec_dS[0, 0] + sum(through), rtol=0, atol=1e-12)
        assert (np.abs(through).max() > 0.01) == bool(rows)


@pytest.mark.parametrize("letters, n", [("abc", 5), ("abc", 8), ("ab", 1), ("abcdefghij", 20)])
@every_style
def test_sizes(style, letters, n):
    V = len(letters)
    for end in (False, True):
        fed, told = {
            "plain": (0, n),
            "feedback": (V, n),
            "peek": (V + n, n),
            "attention": (V, 2 * n),
        }[style]
        size = (V + n + 1) * n + (fed + n + 1) * n + (told + 1) * (V + end)
        assert decoders.EncoderDecoder(style, Alphabet(letters, end), n).theta.size == size


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="'glance' is not one of plain, feedback, peek, attention"):
        decoders.EncoderDecoder("glance")
    with pytest.raises(ValueError, match="'RNN' is not one of plain, GRU, LSTM"):
        decoders.EncoderDecoder("peek", cell="RNN")
    with pytest.raises(ValueError, match="have 114 parameters; theta has shape \\(7,\\)"):
        decoders.EncoderDecoder("feedback", ABC, 5, theta=np.zeros(7))


@every_style
def test_the_start(style):
    net = starts.initialize(
        decoders.EncoderDecoder(style, ABC, 40),
        "gaussian" if style == "attention" else "identity",
        np.random.default_rng(3),
    )
    assert (
        net.theta
        == starts.initialize(
            decoders.EncoderDecoder(style, ABC, 40),
            "gaussian" if style == "attention" else "identity",
            np.random.default_rng(3),
        ).theta
    ).all()
    for name, view in net.p.items():
        if name.endswith("b") or name == "bo":
            assert not view.any()
        elif name.endswith("Ws") and style != "attention":
            assert (view == np.eye(40)).all()
        elif len(view):
            assert (
                abs(view.std() * math.sqrt(len(view)) - 1) < 0.2
                and abs(view.mean()) * math.sqrt(len(view)) < 0.25
            )


def test_a_network_learns_in_every_style():
    for style in decoders.STYLES:
        net = starts.initialize(
            decoders.EncoderDecoder(style, ABC, 6),
            "gaussian" if style == "attention" else "identity",
            np.random.default_rng(0),
        )
        strings = ABC.strings(1) + ABC.strings(2)
        batch = training.Batch(net, strings)
        losses = [
            moment.loss
            for moment in training.train(net, batch, training.Adam(0.02), 300, clip=1, every=300)
        ]
        assert losses[-1] < losses[0] / 5 and training.correct(net, strings).mean() > 0.6


# ---------------------------------------------------------------- attention by hand


def test_the_pointer_reverses_everything_up_to_its_length():
    net = handmade.build_pointer(8)
    assert training.correct(net, [s for T in range(1, 9) for s in ABC.strings(T)]).all()
    rng = np.random.default_rng(0)
    for longest in (12, 300):
        for T, right in ((longest, True), (longest + 2, False)):
            strings = ["".join(rng.choice([*"abc"], T)) for _ in range(5)]
            assert (training.correct(handmade.build_pointer(longest), strings) == right).all()


def test_the_pointer_looks_where_it_says():
    """Scores from the formula of its docstring; any alphabet, and whatever the letters are."""
    for letters, text in (("abc", "abcab"), ("xyzuv", "vvvvvvv"), ("a", "a")):
        ran, T, H = handmade.build_pointer(9, letters).run([text]), len(text), 9 * 8 / 2
        for t in range(1, T + 1):
            e = [16 * ((T + 0.5 - t) * i + H - i * (i - 1) / 2) for i in range(1, T + 1)]
            a = [math.exp(v - max(e)) for v in e]
            assert np.allclose(ran.A[t - 1, 0], np.array(a) / sum(a), rtol=0, atol=1e-9)
            assert ran.A[t - 1, 0].argmax() == T - t
        assert ran.output == [text[::-1]]


# ---------------------------------------------------------------- the table


@pytest.fixture(scope="module")
def table():
    return json.loads((RESULTS / "styles.json").read_text(encoding="utf-8"))


def key(row):
    return "{style}-{units}-{seed}".format(**row) + "-GRU" * (row["cell"] == "GRU")


def test_every_run_is_there_and_every_weight(table):
    with np.load(RESULTS / "styles.npz") as weights:
        assert {key(row) for row in table["runs"]} == set(weights.files)
        for row in table["runs"]:
            net = decoders.EncoderDecoder(row["style"], ABC, row["units"], row["cell"])
            assert (
                net.theta.size == row["parameters"] == len(weights[key(row)])
                and weights[key(row)].dtype == float
            )
    assert [(row["style"], row["seed"]) for row in table["runs"] if row["cell"] == "plain"] == [
        *itertools.product(decoders.STYLES, range(5))
    ]


def test_the_table_is_what_the_weights_do(table):
    """Lengths 1 to 6, every string, counted again; a seed of each."""
    with np.load(RESULTS / "styles.npz") as weights:
        for row in [row for row in table["runs"] if row["seed"] == 1]:
            net = decoders.EncoderDecoder(
                row["style"], ABC, row["units"], row["cell"], weights[key(row)]
            )
            for T in range(1, 7):
                strings = ABC.strings(T)
                right = sum(
                    said == string[::-1] for said, string in zip(net.run(strings).output, strings)
                )
                assert abs(right / len(strings) - row["accuracy"][T - 1]) < 2e-5
