"""Torture of the library: any symbols, any sizes, and weights that are huge, tiny, infinite or no
numbers.

Whatever is asked, the answer is finite or an error in words; a warning of NumPy's fails the test,
as in all of them.
"""

import dataclasses
import math
import xml.etree.ElementTree as ET

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import example, given

from helpers.counting import count, times
from helpers.drawing_lots import alphabets, characters, chosen, drawn, letters, seeds, texts, trials
from revlib import activations, bptt, decoders, handmade, mlp, model, rnn_cells, training
from revlib.alphabet import Alphabet, LetterError
from revlib.drawing import blocks, plots

pytestmark = pytest.mark.nightly

# numbers a weight is not meant to be: as large, small and wrong as they come
HUGE = [1e308, -1e308, np.finfo(float).max, 1e200, -1e155, 1e39]
WILD = [*HUGE, 1e-308, 5e-324, -5e-324, -0.0, math.inf, -math.inf, math.nan]


def some(alphabet, rng, T, B):
    """Return B texts of T symbols."""
    return [alphabet.text(row) for row in rng.integers(len(alphabet), size=(B, T))]


def not_finite(thing, where="it"):
    """Return where in arrays, numbers, lists and objects there is a number that is none, or ''."""
    if hasattr(thing, "theta"):
        thing = thing.theta
    if isinstance(thing, (float, np.floating, np.ndarray)):
        array = np.asarray(thing)
        return "" if array.dtype.kind != "f" or np.isfinite(array).all() else where
    if dataclasses.is_dataclass(thing):
        seen = {name: value for name, value in vars(thing).items() if not name.endswith("_kept")}
        thing = {"P": getattr(thing, "P", None)} | seen
    if isinstance(thing, (list, tuple)):
        thing = dict(enumerate(thing))
    if isinstance(thing, dict):
        return next(filter(None, (not_finite(thing[k], f"{where}.{k}") for k in thing)), "")
    return ""


def answered(what, function, *given, **named):
    """Return what a function returns, all of it finite; or None, if it says in words what is
    wrong."""
    count(f"library: {what}")
    try:
        found = function(*given, **named)
    except (FloatingPointError, ValueError) as error:
        said = str(error)
        said.encode()  # half a surrogate pair in a message could not be printed
        assert len(said.split()) >= 4, said
        numpys_own = ("overflow enc", "invalid value enc", "divide by zero", "operands could not")
        assert not said.startswith(numpys_own), said
        return None
    assert not not_finite(found), f"{what}: {not_finite(found)} is no number, and nobody was told"
    return found


# ---------------------------------------------------------------- symbols


@trials(120, 4_000)
@given(st.data())
def test_any_symbols_there_and_back(data):
    alphabet = data.draw(alphabets)
    T, B = data.draw(st.integers(0, 32)), data.draw(st.integers(1, 4))
    strings = some(alphabet, np.random.default_rng(data.draw(seeds)), T, B)
    count("library: texts there and back", B)
    indices, rows = alphabet.indices(strings), alphabet.one_hot(strings)
    assert indices.shape == (T, B) and rows.shape == (T, B, len(alphabet))
    assert (rows.argmax(axis=-1) == indices).all() and (rows.sum(axis=-1) == 1).all()
    for k, string in enumerate(strings):
        assert alphabet.join(alphabet.read(string, empty=True)) == string
        assert alphabet.text(indices[:, k]) == string
        assert (alphabet.one_hot(string) == rows[:, k]).all()
        assert alphabet.text([*indices[:, k], len(alphabet), 0]) == string, "nothing after END"
    repr(alphabet).encode()
    assert alphabet == Alphabet(alphabet.symbols, alphabet.end)
    assert alphabet != Alphabet(alphabet.symbols, not alphabet.end)
    assert len(set(alphabet.strings(1))) == len(alphabet)


@trials(80, 4_000)
@given(alphabets, st.lists(characters, max_size=80).map("".join), st.integers(0, 64))
def test_what_cannot_be_read_is_said_in_words(alphabet, text, longest):
    count("library: texts read or refused")
    symbols = text.split() if alphabet.kind == "word" else text
    wrong = next((i for i, one in enumerate(symbols) if one not in alphabet.symbols), None)
    try:
        assert alphabet.read(text, longest) == tuple(symbols)
    except LetterError as error:
        said = str(error)
        said.encode()
        assert "\n" not in said and "\0" not in said
        if symbols and len(symbols) <= longest:
            assert said.startswith(f"{alphabet.kind} {symbols[wrong]!r} ")
            assert f" at position {wrong + 1} of " in said
        else:
            assert ("is empty" in said) != (f"at most {longest} fit" in said)
    else:
        assert symbols and len(symbols) <= longest and wrong is None


@trials(60, 2_000)
@given(st.lists(st.text(characters, max_size=3), max_size=40))
def test_symbols_that_make_no_alphabet(symbols):
    count("library: alphabets made or refused")
    try:
        alphabet = Alphabet(symbols)
    except ValueError as error:
        str(error).encode()
        good = symbols and len(set(symbols)) == len(symbols)
        assert not good or any(" " in one or not one.isprintable() or not one for one in symbols)
    else:
        assert len(alphabet) == len(symbols) == len(set(symbols))
        assert all(alphabet.read(one) == (one,) for one in symbols)


# ---------------------------------------------------------------- networks


def networks(data, reads, says, n):
    """Return a network of any kind."""
    kind = data.draw(st.sampled_from(["model", *decoders.STYLES]))
    if kind == "model":
        return model.Net(reads, n, data.draw(chosen), says)
    return decoders.EncoderDecoder(kind, reads, n, data.draw(st.sampled_from(CELLS)), says)


CELLS = [*rnn_cells.CELLS]


@trials(60, 2_000)
@given(st.data())
def test_a_batch_is_its_strings_and_decoding_ends(data):
    reads, says = data.draw(alphabets), data.draw(alphabets)
    net = drawn(networks(data, reads, says, data.draw(st.integers(1, 24))), data.draw(seeds))
    T, B = data.draw(st.integers(1, 24)), data.draw(st.integers(1, 4))
    rng = np.random.default_rng(data.draw(seeds))
    strings, answers = some(reads, rng, T, B), some(says, rng, T, B)
    _, targets = bptt.task(net, strings, answers)
    count("library: batches beside their strings", B)
    together = net.run(strings, given=targets)
    assert not not_finite(together)
    for k, string in enumerate(strings):
        alone = net.run(string, given=targets[:, k])
        L = len(dec(alone).Z)
        assert np.allclose(alone.S, together.S[:, k], rtol=1e-9, atol=1e-9)
        assert np.allclose(dec(alone).Z, dec(together).Z[:L, k], rtol=1e-9, atol=1e-9)
        free = net.run(string)  # fed back what it says itself
        said = says.read(free.output, empty=True)
        assert len(said) <= len(dec(free).Y) <= T + says.end
        assert not not_finite(free)
    loss, gradient = training.Batch(net, strings, answers).gradient(net)
    each = [training.Batch(net, [s], [a]).gradient(net) for s, a in zip(strings, answers)]
    assert loss == pytest.approx(np.mean([one for one, _ in each]), rel=1e-9, abs=1e-12)
    mean = np.mean([one for _, one in each], axis=0)
    assert np.allclose(gradient, mean, rtol=1e-9, atol=1e-9 * max(1, np.abs(mean).max()))


def dec(ran):
    """Return the decoder's part of a run of any network."""
    return getattr(ran, "dec", ran)


# ---------------------------------------------------------------- weights that are none

KINDS = {
    f"Net, {activation}, {np.dtype(dtype).name}": (
        lambda end, a=activation, d=dtype: model.Net(Alphabet("abc", end), 3, a).astype(d)
    )
    for activation in activations.ACTIVATIONS
    for dtype in (np.float64, np.float32)
}
KINDS |= {
    f"{style}, {cell}": (
        lambda end, s=style, c=cell: decoders.EncoderDecoder(s, Alphabet("abc", end), 3, c)
    )
    for style in decoders.STYLES
    for cell in CELLS
}
KINDS |= {
    f"MLP, {activation}": lambda end, a=activation: mlp.MLP((6, 3, 6), (a,), "abc")
    for activation in activations.ACTIVATIONS
}


def wild_nets(kind, seed):
    """Yield networks with a wild number in each parameter in turn: the number, the network."""
    rng = np.random.default_rng(seed)
    for name in KINDS[kind](False).named():
        for value in WILD:
            net = drawn(KINDS[kind](bool(rng.integers(2))), rng.integers(2**32), 2.0)
            with np.errstate(all="ignore"):  # float32 has no 1e308
                value = net.theta.dtype.type(value)
            view = net.named()[name]
            if view.size:  # the plain style is fed nothing
                view.flat[rng.integers(view.size)] = value
                yield value, net


@pytest.mark.parametrize("kind", [kind for kind in KINDS])
def test_a_wild_weight_gives_a_finite_answer_or_words(kind):
    """And a training of it leaves the last good weights."""
    strings, answers = (["ab", "cc"], ["ba", "cc"])
    for turn in range(times(1, 20)):
        for k, (value, net) in enumerate(wild_nets(kind, turn)):
            if kind.startswith("MLP"):
                net = mlp.MLP((6, 3, 6), net.activations, "abc", net.theta)
            answered("wild weights, run", net.run, strings)
            answered("wild weights, correct", training.correct, net, strings)
            answered("wild weights, by position", training.by_position, net, strings)
            if kind.startswith("Net"):
                found = answered("wild weights, gradients", bptt.gradients, net, strings)
                assert found is not None or not abs(value) < 1e30, "a tame weight was refused"
                if k % 10 == 0:
                    answered("wild weights, check", bptt.check, net, "ab")
            elif not kind.startswith("MLP"):
                answered("wild weights, blame", decoders.blame_norms, net, "ab")
            optimiser = [training.Adam, training.Descent][k % 2]([0.01, 1e10, 1e300][k // 2 % 3])
            batch = training.Batch(net, strings, answers)
            start, seen = net.theta.copy(), []

            def learn():
                for moment in training.train(net, batch, optimiser, 4, [None, 1.0, 1e-300][k % 3]):
                    seen.append(moment)
                    yield moment.loss, moment.norm

            answered("wild weights, train", lambda: [*learn()])
            np.testing.assert_array_equal(net.theta, seen[-1].theta if seen else start)


@trials(60, 2_000)
@given(
    st.sampled_from([0.0, -1.0, 0.01, *WILD]),
    st.sampled_from([None, 0.0, -1.0, 1.0, *WILD]),
    st.sampled_from(list(training.OPTIMISERS)),
    seeds,
)
@example(0.01, -1.0, "Adam", 0)  # a negative norm turned the gradient round: uphill, silently
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
    assert found is None or (rate > 0 and (clip is None or clip > 0))
    assert net.theta.tolist() == good.tolist()


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


@trials(60, 4_000)
@given(st.lists(st.one_of(st.floats(), st.sampled_from(WILD)), min_size=1, max_size=8))
def test_the_sigmoid_takes_every_float(values):
    for value, found in zip(values, activations.sigmoid(np.array(values))):
        assert math.isnan(found) if math.isnan(value) else 0 <= found <= 1
        if abs(value) < 700:
            assert abs(found - 1 / (1 + math.exp(-value))) < 1e-15


def test_where_it_overflows_is_said():
    net = decoders.EncoderDecoder("attention", "abc", 2)
    net.enc.Wh[:], net.enc.Ws[:] = 1e300, 1e300
    with pytest.raises(FloatingPointError, match=r"^S\(2\) is inf at place 1: "):
        net.run(["abc"])
    net = mlp.MLP((6, 3, 6), ("tanh",))
    net.W[1][-1, 4] = math.inf
    words = r"^layer\(2\) is inf at place 5: .* after step 0\. Start from smaller weights\.$"
    with pytest.raises(FloatingPointError, match=words):
        [*training.train(net, training.Batch(net, ["ab"]), training.Adam(), 1)]


# ---------------------------------------------------------------- weights written down


@trials(40, 4_000)
@given(st.data())
def test_the_stack_reverses_any_letters(data):
    """With a power of two as base no state is rounded, so every string that fits comes back; in
    float32, where each digit is a letter, every string that leaves a place free."""
    symbols = "".join(data.draw(st.lists(letters, min_size=1, max_size=64, unique=True)))
    base = 2 ** data.draw(st.integers(len(symbols).bit_length(), 12))
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    full = dtype is np.float32 and len(symbols) == base - 1
    longest = min(64, handmade.capacity(base, dtype) - full)
    text = data.draw(texts(Alphabet(symbols), longest))
    count("library: strings on the stack")
    net = handmade.build_stack(symbols, base, longest, dtype)
    assert net.run(text).output == text[::-1]
    exact = handmade.number(text, base, symbols)
    assert net.encode(net.alphabet.one_hot(text))[-1, 0] == exact


@trials(60, 2_000)
@given(
    st.lists(letters, min_size=1, max_size=40, unique=True).map("".join),
    st.one_of(st.integers(-2, 300), st.sampled_from([2**11 + 1, 70_000, 2**24, 10**20])),
    st.integers(-1, 64),
    st.sampled_from([np.float16, np.float32, np.float64]),
)
def test_any_stack_is_built_or_refused(symbols, base, longest, dtype):
    net = answered("stacks of any base", handmade.build_stack, symbols, base, longest, dtype)
    if net is not None:
        assert not not_finite(net)
        answered("stacks of any base, until wrong", handmade.until_wrong, net, symbols[:20])


# ---------------------------------------------------------------- pictures

SVG = "{http://www.w3.org/2000/svg}"
AXES = {"xlabel": "x", "ylabel": "y", "xlim": (0, 3), "ylim": (0, 3)}


def check_picture(made):
    """Fail if a picture is not well-formed, or shows what is no number."""
    root = ET.fromstring(made.svg.encode())  # so no character that SVG cannot hold
    shown = {(text.text or "").strip() for text in root.iter(f"{SVG}text")}
    assert not {"nan", "inf", "-inf"} & shown
    made._repr_html_().encode()


tame = st.one_of(st.floats(-100, 100), st.sampled_from([0.0, -0.0, 1e9, 5e-324]))
none = st.sampled_from([math.inf, -math.inf, math.nan])


@trials(60, 4_000)
@given(st.lists(st.one_of(tame, st.sampled_from(WILD)), min_size=6, max_size=6))
def test_blocks_of_anything_are_whole_or_refused_in_words(values):
    array = np.array(values).reshape(3, 2)
    made = answered("pictures: blocks", blocks.draw, [[blocks.Block(array, "values")]], "words")
    if made is not None:
        check_picture(made)


@trials(20, 1_000)
@given(
    st.one_of(
        st.lists(tame, min_size=6, max_size=6),
        st.lists(st.one_of(tame, tame, none), min_size=6, max_size=6),
    ),
    st.lists(letters, min_size=3, max_size=3),
)
@example([math.inf] * 6, ["🙂", "字", "é"])  # the plots' font has neither; matplotlib warned
def test_a_plot_of_anything_is_whole_or_refused_in_words(values, names):
    array = np.array(values).reshape(3, 2)
    makers = {
        "curves": lambda: plots.Curves({names[0]: "encoder"}, **AXES).draw(
            array[:, 0], [array[:, 1]], "words"
        ),
        "map": lambda: plots.Map({names[0]: [0, 1, 2]}, names, **AXES).draw(array, "words"),
    }
    for name, make in makers.items():
        made = answered(f"pictures: {name}", make)
        if made is not None:
            check_picture(made)


@trials(35, 1_000)
@given(st.lists(letters, min_size=1, max_size=6).map("".join))
def test_any_text_stands_in_a_picture(text):
    right = " ".join(text.split())
    signs = [blocks.Block([1.0], text, columns=(text,), rows=(text,)), blocks.Sign(text)]
    root = ET.fromstring(blocks.draw([signs], text).svg.encode())
    assert " ".join((root[0].text or "").split()) == right
    shown = [" ".join((element.text or "").split()) for element in root.iter(f"{SVG}text")]
    assert right in shown
    count("library: texts in pictures")
