"""Torture of the library: any letters, any sizes, and weights that are huge, tiny, infinite or no
numbers.

Whatever is asked, the answer is finite or an error in words; a warning of NumPy's fails the test,
as in all of them.
"""

import contextlib
import dataclasses
import itertools
import logging
import math
import pathlib
import tempfile
import xml.etree.ElementTree as ET
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import oracle
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis.configuration import set_hypothesis_home_dir
from torture import LONG, count, times

from revlib import activations, bptt, decoders, handmade, mlp, model, rnn_cells, training
from revlib.alphabet import END, Alphabet, LetterError
from revlib.drawing import blocks, figures, plots

set_hypothesis_home_dir(
    pathlib.Path(tempfile.gettempdir()) / "hypothesis"
)  # what it keeps of Unicode; nothing in this folder

# letters by hand: combining, joining, right to left, no character at all, half a surrogate pair,
# markup
HOSTILE = [
    *"\u0301\u0308\u200d\u202e\ufeff\0\x1b\x7f\x85\u2028\ud800\udfff\uffff<>&'\"\\\n\t\r"
    " $é字🙂👩👧🏽🇫🇷"
]
# numbers a weight is not meant to be: as large, small and wrong as they come
WILD = [
    1e308,
    -1e308,
    np.finfo(float).max,
    1e200,
    -1e155,
    1e39,
    1e-308,
    5e-324,
    -5e-324,
    -0.0,
    math.inf,
    -math.inf,
    math.nan,
]


def trials(short, long):
    """Hypothesis's settings: the same cases at every short run, others at every long one; nothing
    is left on the disk."""
    return settings(
        max_examples=times(short, long),
        derandomize=not LONG,
        database=None,
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.filter_too_much,
            HealthCheck.data_too_large,
        ],
    )


characters = st.one_of(
    st.sampled_from(HOSTILE), st.characters(exclude_categories=()), st.sampled_from("abcxyz")
)
alphabets = st.builds(
    Alphabet, st.lists(characters, min_size=1, max_size=64, unique=True).map("".join), st.booleans()
)
seeds = st.integers(0, 2**32 - 1)
activations = st.sampled_from(list(model.ACTIVATIONS))


def texts(alphabet, longest=64, shortest=0):
    return st.lists(st.sampled_from(alphabet.symbols), min_size=shortest, max_size=longest).map(
        "".join
    )


def drawn(net, seed, scale=1.0):
    """The same network with every parameter drawn; with scale 1 states neither fade nor grow
    much."""
    net.theta[:] = np.random.default_rng(seed).normal(0, scale / math.sqrt(net.n), net.theta.size)
    return net


def not_finite(thing, where="it"):
    """Where in arrays, numbers, tuples, dicts and objects there is a number that is none; '' if
    nowhere."""
    if isinstance(thing, (float, np.floating, np.ndarray)):
        return "" if np.asarray(thing).dtype.kind not in "fc" or np.isfinite(thing).all() else where
    if dataclasses.is_dataclass(thing):
        thing = {
            key: getattr(thing, key)
            for key in ("P", *(f.name for f in dataclasses.fields(thing) if f.name != "kept"))
            if hasattr(thing, key)
        }
    if isinstance(thing, (list, tuple)):
        thing = dict(enumerate(thing))
    if isinstance(thing, dict):
        return next(
            filter(None, (not_finite(value, f"{where}.{key}") for key, value in thing.items())), ""
        )
    return ""


def answered(what, function, *given, **named):
    """What a function returns, all of it finite; or None, if it says in words what is wrong."""
    count(f"library: {what}")
    try:
        found = function(*given, **named)
    except (FloatingPointError, ValueError) as error:
        said = str(error)
        assert len(said.split()) >= 4 and not said.startswith(
            ("overflow enc", "invalid value enc", "divide by zero")
        ), said
        said.encode()  # half a surrogate pair in a message could not be printed
        return None
    assert not not_finite(found), f"{what}: {not_finite(found)} is no number, and nobody was told"
    return found


# ---------------------------------------------------------------- letters


@trials(120, 4_000)
@given(st.data())
def test_any_letters_there_and_back(data):
    alphabet = data.draw(alphabets)
    T, B = data.draw(st.integers(0, 64)), data.draw(st.integers(1, 4))
    strings = [
        "".join(letters)
        for letters in data.draw(
            st.lists(
                st.lists(st.sampled_from(alphabet.symbols), min_size=T, max_size=T),
                min_size=B,
                max_size=B,
            )
        )
    ]
    count("library: strings there and back", B)
    indices, rows = alphabet.indices(strings), alphabet.one_hot(strings)
    assert (
        indices.shape == (T, B)
        and rows.shape == (T, B, len(alphabet))
        and alphabet.text(indices) == strings
    )
    assert (rows.argmax(axis=-1) == indices).all() and (rows.sum(axis=-1) == 1).all()
    for k, string in enumerate(strings):
        assert (
            alphabet.read(string, empty=True) is string
            and alphabet.text(alphabet.indices(string)) == string
        )
        assert [alphabet.symbols[i] for i in indices[:, k]] == list(string)
        assert (alphabet.one_hot(string) == rows[:, k]).all()
        said = [*alphabet.indices(string), len(alphabet), 0]
        assert alphabet.text(said) == string, "what comes after END is not part of it"
    repr(alphabet).encode(), hash(alphabet)
    assert (
        alphabet
        == Alphabet(alphabet.symbols, alphabet.end)
        != Alphabet(alphabet.symbols, not alphabet.end)
    )
    assert alphabet.outputs == [*alphabet.symbols, *[END] * alphabet.end]
    if len(alphabet) ** 2 < 500:
        assert alphabet.strings(2) == [
            a + b for a, b in itertools.product(alphabet.symbols, repeat=2)
        ]


@trials(80, 4_000)
@given(alphabets, st.lists(characters, max_size=80).map("".join), st.integers(0, 64))
def test_what_cannot_be_read_is_said_in_words(alphabet, text, longest):
    count("library: strings read or refused")
    wrong = next((i for i, letter in enumerate(text) if letter not in set(alphabet.symbols)), None)
    try:
        assert alphabet.read(text, longest) == text
    except LetterError as error:
        str(error).encode()
        assert "\n" not in str(error) and "\0" not in str(error)
        if text and len(text) <= longest:
            assert f"letter {text[wrong]!r} at position {wrong + 1} of " in str(error)
        else:
            assert ("empty" in str(error)) != (f"at most {longest} fit" in str(error))
    else:
        assert text and len(text) <= longest and wrong is None


@trials(60, 2_000)
@given(st.lists(characters, max_size=80))
def test_letters_that_make_no_alphabet(letters):
    count("library: alphabets made or refused")
    try:
        alphabet = Alphabet("".join(letters))
    except ValueError as error:
        str(error).encode()
        assert not 1 <= len(letters) <= 64 or len(set(letters)) < len(letters)
    else:
        assert len(alphabet) == len(letters) == len(set(letters)) <= 64


# ---------------------------------------------------------------- the network


@trials(40, 1_000)
@given(st.data())
def test_a_batch_is_its_strings_and_decoding_ends(data):
    alphabet, n = data.draw(alphabets), data.draw(st.integers(1, 64))
    net = model.Net(alphabet, n, data.draw(activations))
    drawn(
        net,
        data.draw(seeds),
        data.draw(st.sampled_from([0.5, 1.0, 3.0 if net.activation == "relu" else 0.7])),
    )  # larger, and tanh is chaos
    T, B = data.draw(st.integers(0, 64)), data.draw(st.integers(1, 5))
    rng = np.random.default_rng(data.draw(seeds))
    inputs = rng.integers(len(alphabet), size=(T, B))
    strings = alphabet.text(inputs)
    right = bptt.task(alphabet, strings)[1]
    count("library: batches beside their strings", B)
    together = net.run(strings, given=right)
    nudged = model.Net(
        *net.made, net.theta * (1 + 1e-15 * rng.choice([-1, 1], net.theta.size))
    )  # sums of another order differ by as much
    also = nudged.run(strings, given=right)
    for k, string in enumerate(strings):
        alone = net.run(string, given=right[:, k])
        L = len(alone.dec.Z)
        for one, many, off in (
            (alone.S, together.S[:, k], also.S[:, k]),
            (alone.dec.S, together.dec.S[: L + 1, k], also.dec.S[: L + 1, k]),
            (alone.dec.Z, together.dec.Z[:L, k], also.dec.Z[:L, k]),
        ):
            last_bits = np.abs(many[: len(off)] - off[: len(many)]).max(initial=0)
            assert np.allclose(
                one, many, rtol=1e-9, atol=1e-9 * max(1, np.abs(many).max(initial=0)) + last_bits
            )
        free = net.run(string)  # fed back what it says itself
        steps = T + alphabet.end
        assert (
            len(free.dec.Y) <= steps
            and len(free.output) <= steps
            and set(free.output) <= set(alphabet.symbols)
        )
        ended = len(free.output) < len(free.dec.Y)
        assert len(free.dec.Y) == (len(free.output) + 1 if ended else steps), (
            "it goes on to END or to the last step, and no further"
        )
        for more in (0, 1, 64):
            dec = net.decode(alone.thought, more)
            assert len(dec.Y) <= more and alphabet.text(dec.Y) == dec.text


@trials(25, 2_000)
@given(st.data())
def test_small_networks_are_the_plain_ones(data):
    """Beside lists, loops and exact sums, with any letters."""
    alphabet, n = data.draw(alphabets), data.draw(st.integers(1, 6))
    net = drawn(model.Net(alphabet, n, data.draw(activations)), data.draw(seeds))
    W = {name: np.atleast_2d(view).tolist() for name, view in net.named().items()}
    text = data.draw(texts(alphabet, 12))
    count("library: runs beside the oracle")
    trace, S = (
        net.run(text),
        oracle.encode(W, [alphabet.symbols.index(letter) for letter in text], net.activation),
    )
    assert np.allclose(trace.S, S, rtol=1e-9, atol=1e-9)
    right = oracle.decode(
        W, S[-1], len(text) + alphabet.end, net.activation, given=trace.dec.Y.tolist()
    )
    for t, (x, s, z, _) in enumerate(right):
        assert (
            trace.dec.X[t].tolist() == x
            and np.allclose(trace.dec.S[t + 1], s, rtol=1e-9, atol=1e-9)
            and np.allclose(trace.dec.Z[t], z, rtol=1e-9, atol=1e-9)
        )
        assert z[trace.dec.Y[t]] >= max(z) - 1e-9


def slope_fits(loss_at, theta, gradient, seed, masks=lambda: 0, h=1e-6):
    """The gradient along a direction drawn by lot is the difference of the loss there; None if a
    ReLU bends in between."""
    u = np.random.default_rng(seed).normal(0, 1, theta.size)
    u /= np.linalg.norm(u)
    ends, bends = [], [masks()]
    for sign in (1, -1):
        ends.append(loss_at(theta + sign * h * u))
        bends.append(masks())
    if any(not np.array_equal(bend, bends[0]) for bend in bends):
        return None
    size = np.linalg.norm(gradient)
    return abs((ends[0] - ends[1]) / (2 * h) - gradient @ u) <= 1e-5 * size + 1e-8 * (
        1 + max(map(abs, ends))
    )


@trials(40, 1_000)
@given(st.data())
def test_gradients_are_slopes(data):
    alphabet, n = data.draw(alphabets), data.draw(st.integers(1, 64))
    net = drawn(
        model.Net(alphabet, n, data.draw(activations)),
        data.draw(seeds),
        data.draw(st.sampled_from([0.3, 0.7, 1.0])),
    )
    T, rng = (
        data.draw(st.integers(0 if alphabet.end else 1, 64)),
        np.random.default_rng(data.draw(seeds)),
    )
    strings = alphabet.text(rng.integers(len(alphabet), size=(T, data.draw(st.integers(1, 3)))))
    tape = bptt.gradients(net, strings)
    assert not not_finite(
        [
            tape.loss,
            tape.S,
            tape.dec_S,
            tape.P,
            tape.dS,
            tape.dec_dS,
            tape.dA,
            tape.dec_dA,
            tape.dZ,
            tape.d.theta,
        ]
    )
    gradient, theta = tape.d.theta.copy(), net.theta.copy()

    def loss_at(values):
        return tape.forward(model.Net(alphabet, n, net.activation, values))

    fits = slope_fits(
        loss_at,
        theta,
        gradient,
        data.draw(seeds),
        lambda: np.concatenate([tape.S > 0, tape.dec_S > 0]) if net.activation == "relu" else 0,
    )
    assume(fits is not None)
    count("library: gradients beside differences")
    assert fits
    alone = [bptt.gradients(net, string) for string in strings]
    assert np.allclose(
        gradient,
        np.mean([one.d.theta for one in alone], axis=0),
        rtol=1e-9,
        atol=1e-9 * np.abs(gradient).max(),
    )


# ---------------------------------------------------------------- weights that are none


def wild_nets(seed):
    """Networks with a wild number in each parameter in turn, or all of one parameter wild: (name,
    number, net)."""
    rng = np.random.default_rng(seed)
    for activation, end, dtype in itertools.product(
        model.ACTIVATIONS, (False, True), (np.float64, np.float32)
    ):
        for k, (name, value) in enumerate(itertools.product(model.Net("abc", 2).named(), WILD)):
            if times(k % 2, 0):  # in short, half of them
                continue
            net = drawn(
                model.Net(Alphabet("abc", end), int(rng.integers(1, 5)), activation),
                rng.integers(2**32),
            )
            with np.errstate(over="ignore", under="ignore"):
                net = model.Net(net.alphabet, net.n, activation, net.theta.astype(dtype))
                view = net.named()[name]
                if rng.random() < 0.2:
                    view[:] = dtype(value)
                else:
                    view.flat[rng.integers(view.size)] = dtype(value)
            yield name, value, net


def test_a_wild_weight_gives_a_finite_answer_or_words():
    for turn in range(times(1, 20)):
        for name, value, net in wild_nets(turn):
            text = "abca"[: 1 + turn % 4] if turn else "abc"
            ran = answered("wild weights, run", model.run, net, text)
            S = answered(
                "wild weights, encode", model.encode, net, net.alphabet.one_hot([text, text[::-1]])
            )
            if S is not None:
                answered("wild weights, decode", model.decode, net, S[-1], 6)
            if ran is not None and net.theta.dtype == float and not isinstance(ran.text, list):
                W = {key: np.atleast_2d(view).tolist() for key, view in net.named().items()}
                with_oracle(W, net, text, ran)
            found = answered(
                "wild weights, gradients",
                lambda: vars_of(
                    bptt.gradients(net, [text, "cba"[: len(text)].ljust(len(text), "a")])
                ),
            )
            assert found is not None or value != value or abs(value) > 1e30, (
                name,
                value,
                "a tame weight was refused",
            )
            answered("wild weights, check", bptt.check, net, "ab")
            answered("wild weights, correct", training.correct, net, [text, "a"])
            answered("wild weights, by position", training.by_position, net, ["ab", "ba"])


def vars_of(tape):
    return {
        name: getattr(tape, name)
        for name in ("loss", "S", "dec_S", "P", "dZ", "dS", "dec_dS", "dA", "dec_dA")
    } | {"d": tape.d.theta}


def with_oracle(W, net, text, ran):
    """A finite answer is the right one too: exact sums say the same, where they can take such
    numbers at all."""
    try:
        S = oracle.encode(W, ["abc".index(letter) for letter in text], net.activation)
        right = oracle.decode(W, S[-1], len(ran.dec.Y), net.activation, given=ran.dec.Y.tolist())
    except (
        OverflowError,
        ValueError,
    ):  # fsum's own words for inf - inf and for what is too large on the way
        return
    count("library: wild weights beside the oracle")
    for one, many in (
        (ran.S, S),
        (ran.dec.S[1:], [s for _, s, _, _ in right]),
        (ran.dec.Z, [z for _, _, z, _ in right]),
    ):
        many = np.array(many)
        assert np.allclose(
            one / 2, many / 2, rtol=1e-7, atol=1e-9 + 1e-12 * np.abs(many / 2).max(initial=0)
        ), (net, text)


def test_training_from_wild_weights():
    for turn in range(times(1, 10)):
        for k, (name, value, net) in enumerate(wild_nets(100 + turn)):
            start, told = net.theta.copy(), []
            optimiser = [training.Adam, training.Descent][k % 2](
                [0.01, 1e10, 1e-320, 1e300][k // 2 % 4]
            )

            def learn():
                for moment in training.train(
                    net,
                    training.Batch(net, ["ab", "abc"]),
                    optimiser,
                    4,
                    clip=[None, 1.0, 1e-300][k % 3],
                ):
                    told.append(moment)
                    yield moment.step, moment.loss, moment.norm

            answered("training from wild weights", lambda: [*learn()])
            last = told[-1].theta if told else start
            np.testing.assert_array_equal(
                net.theta, last, err_msg="the network has its last good weights"
            )


@trials(60, 2_000)
@given(
    st.sampled_from([0.0, -1.0, *WILD]),
    st.sampled_from([None, 0.0, -1.0, 1.0, *WILD]),
    st.sampled_from(list(training.OPTIMISERS)),
    seeds,
)
@example(
    0.01, -1.0, "Adam", 0
)  # a negative length turned the gradient round: training went uphill, silently
@example(0.01, math.nan, "Adam", 0)
def test_any_rate_and_any_clip(rate, clip, name, seed):
    net = drawn(model.Net("abc", 3), seed)
    batch, good = training.Batch(net, ["abc", "a"]), net.theta.copy()

    def learn():
        for moment in training.train(net, batch, training.OPTIMISERS[name](rate), 6, clip=clip):
            good[:] = moment.theta
            assert np.isfinite(moment.theta).all()
            yield moment.loss, moment.norm

    found = answered("training at any rate and clip", lambda: [*learn()])
    assert found is None or clip is None or clip > 0
    assert net.theta.tolist() == good.tolist()


@trials(25, 2_000)
@given(st.data())
def test_batches_and_lessons_of_any_letters(data):
    """A batch weighs every letter alike; a curriculum keeps every string whole, NUL at its end or
    not."""
    alphabet = data.draw(alphabets)
    net = drawn(
        model.Net(alphabet, data.draw(st.integers(1, 8)), data.draw(activations)),
        data.draw(seeds),
        0.5,
    )
    strings = data.draw(
        st.lists(texts(alphabet, 10, 0 if alphabet.end else 1), min_size=1, max_size=6)
    )
    count("library: batches of any strings")
    loss, gradient = training.Batch(net, strings).gradient(net)
    weights = np.array([len(s) + alphabet.end for s in strings], float)
    ones = [bptt.gradients(net, s) for s in strings]
    assert loss == pytest.approx(np.average([one.loss for one in ones], weights=weights), rel=1e-9)
    assert np.allclose(
        gradient,
        np.average([one.d.theta for one in ones], axis=0, weights=weights),
        rtol=1e-9,
        atol=1e-12,
    )
    longest, rng = data.draw(st.integers(1, 4)), np.random.default_rng(data.draw(seeds))
    lessons = training.Curriculum(
        net, longest, rng, size=20, most=50, enough=data.draw(st.sampled_from([0.0, 0.9]))
    )
    for length, batches in lessons.batches.items():
        back = [
            string
            for batch in batches
            for tape in batch.tapes
            for string in alphabet.text(tape.targets)
        ]
        assert all(len(string) == length for string in back) and len(back) == min(
            len(alphabet) ** length, 50
        )
        assert len(alphabet) ** length > 50 or {s[::-1] for s in back} == set(
            alphabet.strings(length)
        )
    for batch in itertools.islice(lessons, 10):
        assert len(batch.tapes[0].targets) - alphabet.end <= lessons.level <= longest
        assert 0 <= lessons.look() <= 1


def test_a_curriculum_keeps_a_nul_at_the_end():
    """An array of strings drops it: 'a\\0' became 'a', and a batch had strings of two lengths."""
    for most in (100, 3):  # all strings; strings drawn
        lessons = training.Curriculum(model.Net("a\0", 2), 3, np.random.default_rng(0), most=most)
        found = [
            s
            for batches in lessons.batches.values()
            for batch in batches
            for s in Alphabet("a\0").text(batch.tapes[0].targets)
        ]
        assert any(s.startswith("\0") for s in found) and sorted({len(s) for s in found}) == [
            1,
            2,
            3,
        ]


def test_a_curriculum_says_what_overflows():
    net = model.Net("abc", 2)
    lessons = training.Curriculum(net, 3, np.random.default_rng(0))
    net.theta[:] = 1e200
    with pytest.raises(FloatingPointError, match=r"p\(1\) is nan at place 1"):
        lessons.look()


@pytest.mark.parametrize(
    "Z",
    [[math.nan, 0.0], [math.inf, 0.0], [-math.inf, -math.inf], [[0.0, 1.0], [math.nan, math.inf]]],
)
def test_scores_that_are_none(Z):
    with pytest.raises(
        FloatingPointError,
        match=(
            "the largest score is (nan|inf|-inf); scores are numbers, or -inf for a letter that is"
            " never said"
        ),
    ):
        activations.softmax(np.array(Z))


@trials(150, 4_000)
@given(
    st.lists(st.sampled_from([0.0, 1.0, -3.5, *WILD]), min_size=1, max_size=6),
    st.sampled_from([1.0, 0.05, 0.0, -1.0, *WILD]),
)
@example([1.0, -math.inf], math.inf)  # -inf / inf was no number
def test_softmax_of_anything(Z, temperature):
    p = answered("softmax", activations.softmax, np.array(Z), temperature)
    if p is not None:
        assert abs(p.sum() - 1) < 1e-12 and (p >= 0).all() and p[np.argmax(Z)] == p.max()
    else:
        assert not 0 < temperature < math.inf or not math.isfinite(np.max(Z))


def test_a_thought_vector_too_large_for_float32():
    """The cast itself overflowed, outside of what answers in words."""
    net = model.Net("abc", 2, theta=np.zeros(model.Net("abc", 2).theta.size, np.float32))
    with pytest.raises(FloatingPointError, match=r"_S\(0\) is inf at place 1: .* float32"):
        net.decode(np.array([1e300, 0]), 1)
    with pytest.raises(FloatingPointError, match=r"S\(1\) is nan"):
        net.encode(np.array([[1e300, 0, 0]]))


def test_a_loss_that_is_none_is_said():
    net = model.Net("abc", 2)
    net.bo[:] = 1.7e308, -1.7e308, 0  # the gap is too large for a float, though each score is not
    for asked in (lambda: bptt.gradients(net, "abc"), lambda: bptt.check(net, "abc")):
        with pytest.raises(
            FloatingPointError,
            match=(
                "the loss is nan, and it or its gradient is not finite: the weights are too large"
            ),
        ):
            asked()


# ---------------------------------------------------------------- four styles, three cells

every_style = pytest.mark.parametrize("style", decoders.STYLES)
every_cell = pytest.mark.parametrize("cell", rnn_cells.CELLS)


@every_cell
@every_style
def test_styles_of_any_letters_and_sizes(style, cell):
    @trials(6, 150)
    @given(st.data())
    def torture(data):
        alphabet, n = data.draw(alphabets), data.draw(st.integers(1, times(12, 64)))
        net = drawn(decoders.EncoderDecoder(style, alphabet, n, cell), data.draw(seeds), 0.7)
        T, B = data.draw(st.integers(1, times(12, 64))), data.draw(st.integers(1, 3))
        rng = np.random.default_rng(data.draw(seeds))
        strings = alphabet.text(rng.integers(len(alphabet), size=(T, B)))
        inputs, targets = bptt.task(alphabet, strings)
        count("library: styles × cells, any sizes")
        together = net.run(strings, targets)
        assert not not_finite(together) and len(together.Y) == T + alphabet.end
        assert all(
            set(said) <= set(alphabet.symbols) and len(said) <= len(together.Y)
            for said in together.output
        )
        for k, string in enumerate(strings):
            alone = net.run([string], targets[:, k : k + 1])
            assert np.allclose(alone.Z[:, 0], together.Z[:, k], rtol=1e-9, atol=1e-9)
        if style == "attention":
            assert np.allclose(together.A.sum(axis=2), 1)
        tape = decoders.Tape(net, inputs, targets)
        tape.forward(net)
        gradient = tape.backward(net).copy()
        fits = slope_fits(
            lambda theta: tape.forward(net.like(theta)),
            net.theta,
            gradient,
            data.draw(seeds),
            lambda: np.concatenate([tape.ran.S > 0, tape.ran.dec_S > 0]) if cell == "plain" else 0,
        )
        assert fits is not False
        d, sizes = decoders.blame_norms(net, strings[0])
        assert not not_finite([d.theta, sizes])

    torture()


@every_cell
@every_style
def test_a_wild_weight_in_any_style_and_cell(style, cell):
    rng = np.random.default_rng(8)
    for _ in range(times(1, 6)):
        for k, (name, value) in enumerate(
            itertools.product(decoders.EncoderDecoder(style, "abc", 2, cell).p, WILD)
        ):
            if times((k + len(style)) % 3, 0):  # in short a third, another in each style
                continue
            net = drawn(
                decoders.EncoderDecoder(style, Alphabet("abc", bool(rng.integers(2))), 3, cell),
                rng.integers(2**32),
            )
            if net.p[name].size == 0:  # the plain style is fed nothing
                continue
            net.p[name].flat[rng.integers(net.p[name].size)] = value
            start = net.theta.copy()
            ran = answered("styles × cells, wild weights, run", decoders.run, net, ["abc", "cab"])
            if ran is not None:
                answered(
                    "styles × cells, wild weights, backward",
                    lambda: [
                        x if isinstance(x, np.ndarray) else x.theta
                        for x in decoders.backward(net, ran, np.ones_like(ran.Z))
                    ],
                )
                answered(
                    "styles × cells, wild blame, backward",
                    lambda: [
                        x if isinstance(x, np.ndarray) else x.theta
                        for x in decoders.backward(net, ran, np.full_like(ran.Z, value))
                    ],
                )
            answered(
                "styles × cells, wild weights, flow",
                lambda: (lambda d, sizes: [d.theta, sizes])(*decoders.blame_norms(net, "abca")),
            )
            answered(
                "styles × cells, wild weights, correct",
                training.correct,
                net,
                ["abc"],
                run=decoders.run,
            )
            told = []

            def learn():
                for moment in training.train(
                    net, training.Batch(net, ["ab", "abc"]), training.Adam(), 2
                ):
                    told.append(moment)
                    yield moment.loss, moment.norm

            found = answered("styles × cells, wild weights, train", lambda: [*learn()])
            assert found is not None or value != value or abs(value) > 1e30, (name, value)
            np.testing.assert_array_equal(net.theta, told[-1].theta if told else start)


def test_a_style_says_where_it_overflows():
    net = decoders.EncoderDecoder("attention", "abc", 2)
    net.Wh[:], net.Ws[:] = 1e300, 1e300
    with pytest.raises(
        FloatingPointError,
        match=r"^S\(2\) is inf at place 1: the weights are too large for float64 or not numbers$",
    ):
        net.run(["abc"])
    with pytest.raises(
        FloatingPointError,
        match=(
            r"^S\(2\) is inf at place 1: .* numbers, after step 0\. Start from smaller weights\.$"
        ),
    ):
        [*training.train(net, training.Batch(net, ["abc"]), training.Adam(), 1)]
    net.Ws[:], net.dec.Ws[:] = 0, 1e300
    with pytest.raises(FloatingPointError, match=r"^_S\(1\) is inf at place 1"):
        decoders.blame_norms(net, "abc")
    net.dec.Ws[:], net.Wo[:] = 1, math.nan
    with pytest.raises(
        FloatingPointError,
        match=r"^_S\(1\) is inf at place 1|^the largest score is|^z\(1\) is nan at place 1",
    ):
        net.run(["abc"])
    net.theta[:] = 0
    ran = net.run(["abc"])
    with pytest.raises(FloatingPointError, match=r"^\w+\(\d\) is nan at place 1: "):
        decoders.backward(net, ran, np.full_like(ran.Z, math.nan))


@trials(60, 4_000)
@given(st.lists(st.one_of(st.floats(), st.sampled_from(WILD)), min_size=1, max_size=8))
def test_the_sigmoid_takes_every_float(values):
    count("library: sigmoids", len(values))
    for value, found in zip(values, activations.sigmoid(np.array(values))):
        assert math.isnan(found) if math.isnan(value) else 0 <= found <= 1
        if abs(value) < 700:
            assert abs(found - 1 / (1 + math.exp(-value))) < 1e-15


# ---------------------------------------------------------------- weights written down, and a fixed
# length


@trials(40, 4_000)
@given(st.data())
def test_the_stack_reverses_any_letters(data):
    """With a power of two as base no state is rounded, so every string that fits comes back; in
    float32, where each digit is a
    letter, every string that leaves a place free."""
    alphabet = data.draw(alphabets)
    base = 2 ** data.draw(st.integers(len(alphabet).bit_length(), 12))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    longest = min(
        64, handmade.capacity(base, dtype) - (dtype is np.float32 and len(alphabet) == base - 1)
    )
    text = data.draw(texts(alphabet, longest))
    count("library: strings on the stack")
    net = handmade.build_stack(alphabet.symbols, base, longest, dtype)
    assert net.run(text).output == text[::-1]
    exact = handmade.number(text, base, alphabet.symbols)
    assert [alphabet.symbols[d - 1] for d in handmade.digits(exact, base, len(text))[1:]] == list(
        text[::-1]
    )
    assert Fraction(*net.encode(net.alphabet.one_hot(text))[-1, 0].as_integer_ratio()) == exact


@trials(60, 2_000)
@given(st.data())
def test_any_stack_is_built_or_refused(data):
    alphabet, dtype = (
        data.draw(alphabets),
        data.draw(st.sampled_from([np.float16, np.float32, np.float64])),
    )
    base = data.draw(
        st.one_of(
            st.integers(-2, 300),
            st.sampled_from([2**11, 2**11 + 1, 70_000, 2**24, 10**20, 2**1023, 10**310]),
        )
    )
    net = answered(
        "stacks of any base",
        lambda: handmade.build_stack(alphabet.symbols, base, data.draw(st.integers(-1, 64)), dtype),
    )
    if net is not None:
        assert np.isfinite(net.theta).all()
        text = data.draw(texts(alphabet, 20))
        S, ran = handmade.until_wrong(net, text) if text else (None, None)
        assert ran is None or not not_finite([S, ran.S, ran.Z])
        answered("stacks of any base, run", model.run, net, text)


@pytest.mark.parametrize(
    "base, dtype, words",
    [
        (
            70_000,
            np.float16,
            "one digit of base '70000' does not fit into the significand of float16",
        ),
        (
            10**310,
            float,
            "one digit of base '10{19}…' does not fit into the significand of float64",
        ),
        (
            2**11,
            np.float16,
            r"the largest weight of Net\(.*, 8\.19e\+04, does not fit into float16",
        ),
    ],
)
def test_a_stack_that_a_float_cannot_hold(base, dtype, words):
    with pytest.raises(ValueError, match=words):
        handmade.build_stack("".join(map(chr, range(97, 137))), base, 1, dtype)


@trials(30, 2_000)
@given(st.data())
def test_roads_of_any_letters_and_sizes(data):
    alphabet = Alphabet(data.draw(alphabets).symbols)
    T, V = data.draw(st.integers(1, 8)), len(alphabet)
    hidden = data.draw(st.lists(st.integers(1, 32), max_size=3))
    chosen = data.draw(
        st.lists(st.sampled_from(list(mlp.ACTIVATIONS)), min_size=len(hidden), max_size=len(hidden))
    )
    net = mlp.MLP((T * V, *hidden, T * V), chosen, alphabet)
    net.theta[:] = np.random.default_rng(data.draw(seeds)).normal(0, 0.5, net.theta.size)
    strings = data.draw(st.lists(texts(alphabet, T, T), min_size=1, max_size=4))
    count("library: roads of any sizes")
    rows = net.rows(strings)
    assert [
        "".join(alphabet.symbols[i] for i in row.reshape(T, V).argmax(axis=1)) for row in rows
    ] == strings
    for k, string in enumerate(strings):
        assert np.allclose(
            net.scores(rows)[k], net.scores(net.rows([string]))[0], rtol=1e-9, atol=1e-9
        )
    assert all(len(said) == T for said in net.answers(strings))
    pairs = training.Batch(net, strings, [s[::-1] for s in strings])
    gradient, theta = pairs.gradient(net)[1].copy(), net.theta.copy()
    fits = slope_fits(
        lambda values: pairs.gradient(mlp.MLP(net.sizes, chosen, alphabet, values))[0],
        theta,
        gradient,
        data.draw(seeds),
    )
    assert (
        fits or "relu" in chosen
    )  # which may bend in between; test_roads.py keeps away from there
    assert mlp.most_strings(V, T, T) == V**T and mlp.most_strings(V, T, 0) == 1


def test_a_wild_weight_on_a_road():
    rng = np.random.default_rng(9)
    for _, activation, value in itertools.product(range(times(4, 100)), mlp.ACTIVATIONS, WILD):
        net = mlp.MLP((6, 3, 6), (activation,))
        net.theta[:] = rng.normal(0, 1, net.theta.size)
        net.theta[rng.integers(net.theta.size)] = value
        answered("roads, wild weights, forward", lambda: net.forward(net.rows(["ab", "cc"])))
        answered("roads, wild weights, answers", net.answers, ["ab", "cc"])
        answered(
            "roads, wild weights, train",
            lambda: [
                moment[:3]
                for moment in training.train(
                    net, training.Batch(net, ["ab", "cc"], ["ba", "cc"]), training.Adam(), 2
                )
            ],
        )


def test_a_road_says_which_layer():
    net = mlp.MLP((6, 3, 6), ("tanh",))
    net.W[0][0, 1] = math.nan
    with pytest.raises(FloatingPointError, match=r"^layer\(1\) is nan at place 2"):
        net.answers(["ab"])
    net.W[0][:], net.W[1][-1, 4] = 0, math.inf
    with pytest.raises(
        FloatingPointError,
        match=r"^layer\(2\) is inf at place 5: .* after step 0\. Start from smaller weights",
    ):
        [*training.train(net, training.Batch(net, ["ab"], ["ba"]), training.Adam(), 1)]


def test_a_letter_never_said_costs_nothing_on_a_road():
    """Its log-probability may be -inf; 0 times that was no number."""
    net = mlp.MLP((3, 3), ())
    net.W[0][-1] = 1.7e308, -1.7e308, 0
    with np.errstate(all="ignore"):
        loss, gradient = training.Batch(net, ["a"], ["a"]).gradient(net)
    assert loss == 0 and not gradient.any()


# ---------------------------------------------------------------- pictures

SVG = "{http://www.w3.org/2000/svg}"
numbers = st.one_of(st.floats(-100, 100), st.floats(-100, 100), st.sampled_from([0.0, 1.0]))
wild_numbers = st.one_of(numbers, numbers, st.sampled_from(WILD))


def arrays(*shape, entries=wild_numbers):
    size = math.prod(shape)
    return st.lists(entries, min_size=size, max_size=size).map(
        lambda values: np.array(values).reshape(shape)
    )


def drawings(data, V=3, n=2, T=3):
    """Every way to draw, with numbers of any kind: name -> what draws."""
    letters, array = (
        data.draw(alphabets.filter(lambda a: len(a) >= V)).symbols[:V],
        lambda *shape: data.draw(arrays(*shape)),
    )
    text, said = letters[:T], [*letters[: T - 1], END]
    eye, p = np.eye(V), np.full((T, V + 1), 1 / (V + 1))
    name = data.draw(
        st.sampled_from(
            [
                "step",
                "states",
                "compare",
                "decoding",
                "backward",
                "blame",
                "answer",
                "gates",
                "code",
                "attention",
                "map",
                "curves",
                "log curves",
                "bars",
            ]
        )
    )
    draw = {
        "step": lambda: figures.draw_step(
            1, eye[0], array(V, n), array(n), array(n, n), array(n), array(n), letters
        ),
        "states": lambda: figures.draw_states(text, array(T + 1, n)),
        "compare": lambda: figures.draw_compare(text, array(T + 1, n), text[:2], array(3, n)),
        "decoding": lambda: figures.draw_decoding(
            array(n), eye, array(T, n), array(T, V + 1), p, said, letters, [*letters, END]
        ),
        "backward": lambda: figures.draw_backward(
            text,
            " " + text[:-1],
            text,
            array(T + 1, n),
            array(T + 1, n),
            array(T + 1, n),
            array(T + 1, n),
            p,
            array(T, V + 1),
            [*letters, END],
        ),
        "blame": lambda: figures.draw_blame(
            array(V), array(V), eye[1], letters, data.draw(wild_numbers)
        ),
        "answer": lambda: figures.draw_answer(text, said, array(T)),
        "gates": lambda: figures.draw_gates(
            [
                figures.Gate("keep", array(n), "f", array(n), "".join(letters)),
                figures.Sum("sum:", array(n), "C"),
            ],
            "encoder",
            "".join(text),
        ),
        "code": lambda: figures.draw_code(text, eye, array(2), array(T, V), text, letters, 4, text),
        "attention": lambda: figures.draw_attention(text, said, array(T, T)),
        "map": (
            lambda: plots.Map({letters[0]: [0], letters[1]: [1, 2]}, letters, **AXES).draw(
                array(3, 2), text
            )
        ),
        "curves": (
            lambda: plots.Curves({letters[0]: "encoder", letters[1]: "blame"}, **AXES).draw(
                array(3), [array(3), array(3)], text
            )
        ),
        "log curves": (
            lambda: plots.Curves(
                {letters[0]: "encoder"}, **AXES | {"ylim": (1e-3, 1e3)}, yscale="log"
            ).draw(array(3), [array(3)], text)
        ),
        "bars": lambda: plots.Bars(letters, "output", letters[0], (-1, 1)).draw(array(3), text),
    }[name]
    return name, draw


@contextlib.contextmanager
def silent(name):
    """Nothing is logged meanwhile: a reader would see it under the picture."""
    said, handler = [], logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())
    logging.getLogger(name).addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger(name).removeHandler(handler)
    assert not said


AXES = {"xlabel": "x", "ylabel": "y", "xlim": (0, 3), "ylim": (0, 3)}


@trials(70, 4_000)
@given(st.data())
def test_a_picture_of_anything_is_whole_or_refused_in_words(data):
    name, draw = drawings(data)
    with silent("matplotlib"):
        found = answered(
            f"pictures: {'plots' if name in ('map', 'curves', 'log curves', 'bars') else 'cells'}",
            draw,
        )
    if found is not None:
        root = ET.fromstring(found.svg.encode())  # so no character that SVG cannot hold
        shown = [text.text or "" for text in root.iter(f"{SVG}text")]
        assert (
            not {"nan", "inf", "-inf"} & {text.strip() for text in shown}
            and " nan" not in found.words
            and " inf" not in found.words
        )
        found._repr_html_().encode()
        for block, values in (
            oracle.read_blocks(found.svg.encode())
            if name not in ("map", "curves", "log curves", "bars")
            else []
        ):
            assert not any(map(math.isnan, values)), block


@trials(35, 1_000)
@given(st.lists(characters.filter(str.isprintable), min_size=1, max_size=6).map("".join))
@example("🙂字")  # the plots' font has neither; matplotlib warned
def test_any_text_stands_in_a_picture(text):
    """As it is. What cannot be printed is no symbol of an alphabet."""
    right = " ".join(text.split())
    for made in (
        blocks.draw(
            [[blocks.Block([1.0], text, columns=(text,), rows=(text,)), blocks.Sign(text)]], text
        ),
        *(
            plots.Bars([text], "output", "p", (0, 1)).draw([0.5], text)
            for _ in range(len(text) < 3)
        ),
    ):
        count("library: texts in pictures")
        root = ET.fromstring(made.svg.encode())
        assert " ".join((root[0].text or "").split()) == right
        shown = [" ".join((element.text or "").split()) for element in root.iter(f"{SVG}text")]
        assert right in shown or right in " ".join(shown) or made.kind == "plot" and "\n" in text
