"""Alphabets of words, and networks that read one alphabet and say another, of other lengths."""

import itertools
import random

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from reference import network
from revlib import bptt, decoders, model, rnn_cells, starts, training
from revlib.alphabet import Alphabet, LetterError

DIGITS = Alphabet("0123456789")
WORDS = Alphabet(["zero", "one", "two", "five", "twenty", "sixty"], end=True)
SPOKEN = {"20": "twenty", "25": "twenty five", "1": "one", "65": "sixty five", "0": "zero"}
every_style = pytest.mark.parametrize("style", decoders.STYLES)
every_cell = pytest.mark.parametrize("cell", rnn_cells.CELLS)
drawn = settings(deadline=None, database=None, derandomize=True)


# ---------------------------------------------------------------- texts of words


def test_a_text_of_words():
    words = Alphabet(["twenty", "five", "one"], end=True)
    assert words.kind == "word"
    assert words.outputs == ("twenty", "five", "one", "END")
    assert len(words) == 3
    assert words.read("twenty five") == ("twenty", "five")
    assert words.indices("twenty five").tolist() == [0, 1]
    assert words.indices(["twenty five", "one one"]).tolist() == [[0, 2], [1, 2]]
    assert words.one_hot("five one").tolist() == [[0, 1, 0], [0, 0, 1]]
    assert words.text([0, 1, 3, 2]) == "twenty five"
    assert words.text([3]) == ""
    assert words.strings(2)[:4] == ["twenty twenty", "twenty five", "twenty one", "five twenty"]
    assert words.read("  twenty   five ") == ("twenty", "five"), "spaces more or less are none"


def test_one_word_of_one_letter_makes_it_no_alphabet_of_letters():
    mixed = Alphabet(["a", "bc"])
    assert mixed.read("a bc a") == ("a", "bc", "a")
    assert mixed.join(["a", "a"]) == "a a"
    assert Alphabet(["a", "b"]).read("ab") == ("a", "b")


words = st.text(min_size=1, max_size=6).filter(lambda word: word.isprintable() and " " not in word)


@drawn
@given(st.lists(words, min_size=1, max_size=6, unique=True), st.booleans(), st.data())
def test_any_words_come_back(symbols, end, data):
    alphabet = Alphabet(symbols, end)
    indices = data.draw(st.lists(st.integers(0, len(symbols) - 1), max_size=6))
    text = alphabet.text(indices)
    assert alphabet.indices(text).tolist() == indices
    assert alphabet.join(alphabet.read(text, empty=True)) == text
    assert alphabet.one_hot(text).argmax(axis=-1).tolist() == indices
    if end:
        assert alphabet.text([*indices, len(symbols), 0]) == text


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "twenty six",
            "^word 'six' at position 2 of 'twenty six' is not one of 'zero one two five t",
        ),
        ("Twenty five", "^word 'Twenty' at position 1 of 'Twenty five' is not one of"),
        ("five twentyfive", "^word 'twentyfive' at position 2 of"),
        ("END", "^word 'END' at position 1 of 'END' is not one of"),
        ("", "^the string is empty; type at least one of 'zero one two five tw…'$"),
        ("  ", "^the string is empty"),
    ],
)
def test_a_wrong_word_is_named_with_its_position(text, message):
    with pytest.raises(LetterError, match=message):
        WORDS.read(text)


def test_too_many_words_and_unequal_texts():
    with pytest.raises(LetterError, match="^'one one one' has 3 words; at most 2 fit here$"):
        WORDS.read("one one one", longest=2)
    with pytest.raises(LetterError, match="'one one' has 2 words and 'twenty' has 1$"):
        WORDS.indices(["one one", "twenty"])


@pytest.mark.parametrize(
    "symbols, message",
    [
        (["twenty five", "one"], "^word 'twenty five' has a space, which stands between words$"),
        ([" ", "one"], "^word ' ' has a space, which stands between words$"),
        (["one", "two\n"], r"^word 'two\\n' .*cannot be seen in a text$"),
        (["one", "t\u202ewo"], r"^word 't\\u202ewo' .*cannot be seen in a text$"),
        (["one", "a\u00a0b"], r"^word 'a\\xa0b' .*cannot be seen in a text$"),
        (["one", ""], "^word '' .*cannot be seen in a text$"),
        (
            ["one", "two", "one"],
            "^word 'one' stands at positions 1 and 3 of 'one two one'; each wo",
        ),
        ([], "^an alphabet has one symbol at least"),
    ],
)
def test_symbols_refused(symbols, message):
    with pytest.raises(ValueError, match=message):
        Alphabet(symbols)


# ---------------------------------------------------------------- what is read and what is said


def test_the_task_is_of_two_alphabets():
    net = model.Net(DIGITS, says=WORDS)
    inputs, targets = bptt.task(net, "25", "twenty five")
    assert inputs.tolist() == [2, 5]
    assert targets.tolist() == [4, 3, 6]
    inputs, targets = bptt.task(net, ["1", "0"], ["sixty five", "one two"])
    assert inputs.tolist() == [[1, 0]]
    assert targets.tolist() == [[5, 1], [3, 2], [6, 6]]


def test_words_are_reversed_as_words():
    net = model.Net(WORDS)
    inputs, targets = bptt.task(net, "one twenty five")
    assert inputs.tolist() == [1, 4, 3]
    assert targets.tolist() == [3, 4, 1, 6]
    assert training.reverse(WORDS, "one twenty five") == "five twenty one"


def test_without_an_answer_there_is_nothing_to_reverse():
    """An END more or less makes no other alphabet."""
    net = model.Net(DIGITS, says=WORDS)
    for act in (
        lambda: bptt.task(net, "25"),
        lambda: bptt.gradients(net, "25"),
        lambda: training.Batch(net, ["25"]),
    ):
        with pytest.raises(
            LetterError,
            match="^what should be said in 'zero one.*' to what is read in '0123456789'",
        ):
            act()
    mirrored = model.Net("abc", says=Alphabet("abc", end=True))
    assert bptt.task(mirrored, "ab")[1].tolist() == [1, 0, 3]


@pytest.mark.parametrize(
    "text, answer, message",
    [
        ("2x", "twenty", "^letter 'x' at position 2 of '2x' is not one of '0123456789'$"),
        ("25", "twenty six", "^word 'six' at position 2 of 'twenty six' is not one of"),
        ("25", "25", "^word '25' at position 1 of '25' is not one of"),
    ],
)
def test_a_wrong_symbol_is_looked_for_in_its_own_alphabet(text, answer, message):
    net = model.Net(DIGITS, says=WORDS)
    for act in (
        lambda: bptt.task(net, text, answer),
        lambda: training.Batch(net, [text], [answer]),
        lambda: training.correct(net, [text], [answer]),
    ):
        with pytest.raises(LetterError, match=message):
            act()


def test_shapes():
    net = model.Net("ab", 5, says=WORDS)
    assert {name: view.shape for name, view in net.named().items()} == {
        "Wh": (2, 5),
        "Ws": (5, 5),
        "bh": (5,),
        "dec.Wh": (6, 5),
        "dec.Ws": (5, 5),
        "dec.bh": (5,),
        "Wo": (5, 7),
        "bo": (7,),
    }
    assert repr(net).startswith("Net(Alphabet('ab'), n=5, 'relu', says=Alphabet(('zero', 'one',")


# ---------------------------------------------------------------- runs


@drawn
@given(st.data())
def test_runs_equal_the_oracle(data):
    V = data.draw(st.integers(1, 4))
    U = data.draw(st.integers(1, 6))
    n = data.draw(st.integers(1, 4))
    end = data.draw(st.booleans())
    activation = data.draw(st.sampled_from(["relu", "tanh"]))
    read = data.draw(st.lists(st.integers(0, V - 1), max_size=5))
    steps = data.draw(st.none() | st.integers(0, 8))
    rng = random.Random(data.draw(st.integers(0, 10**6)))
    W = network.random_weights(rng, V, n, U + end, 1.0, U)
    says = Alphabet(WORDS.symbols[:U], end)
    net = model.Net("wxyz"[:V], n, activation, says, np.array(network.flat(W)))

    run = net.run(net.alphabet.text(read), steps)
    S = network.encode(W, read, activation)
    expected = network.decode(W, S[-1], len(read) + end if steps is None else steps, activation)
    np.testing.assert_allclose(run.S, S, rtol=1e-10, atol=1e-12)
    assert run.dec.Y.tolist() == [said for *_, said in expected]
    assert run.dec.X.tolist() == [x for x, *_ in expected]
    for t, (_, s, z, _) in enumerate(expected):
        np.testing.assert_allclose(run.dec.S[t + 1], s, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(run.dec.Z[t], z, rtol=1e-10, atol=1e-12)
    said = [WORDS.symbols[said] for *_, said in expected if said < U]
    assert run.output == " ".join(said)


def test_a_batch_says_words():
    net = model.Net(DIGITS, 4, "tanh", WORDS)
    net.theta[:] = np.random.default_rng(2).normal(0, 1, net.theta.size)
    texts = DIGITS.strings(2)
    outputs = net.run(texts, steps=5).outputs
    assert outputs == [net.run(text, steps=5).output for text in texts]
    assert len({len(output.split()) for output in outputs}) > 3
    for output in outputs:
        WORDS.read(output, empty=True)


def test_what_is_fed_back_is_of_the_alphabet_that_is_said():
    net = model.Net("a", 1, "linear", Alphabet("xyz"))
    net.bo[2] = 1  # it says 'z' whatever it has read
    run = net.run("a", steps=3)
    assert run.output == "zzz"
    assert run.dec.X.tolist() == [[0, 0, 0], [0, 0, 1], [0, 0, 1]]


# ---------------------------------------------------------------- training


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_it_learns_to_say_numbers(activation):
    """Two lengths of what is read, two of what is said; and every one is said exactly."""
    net = model.Net(DIGITS, 12, activation, WORDS)
    starts.initialize(net, "identity", np.random.default_rng(0))
    texts = [*SPOKEN]
    answers = [*SPOKEN.values()]
    batch = training.Batch(net, texts, answers)
    assert not training.correct(net, texts, answers).all()
    for _ in training.train(net, batch, training.Adam(0.02), 400, clip=1, every=400):
        pass
    assert training.correct(net, texts, answers).all()
    for text, answer in SPOKEN.items():
        assert net.run(text, steps=4).output == answer


@pytest.mark.slow
@every_style
@every_cell
def test_every_style_and_cell_learns_to_say_numbers(style, cell):
    net = decoders.EncoderDecoder(style, DIGITS, 12, cell, WORDS)
    start = "gaussian" if (style, cell) == ("attention", "simple") else "identity"
    starts.initialize(net, start, np.random.default_rng(0))
    texts = [*SPOKEN]
    answers = [*SPOKEN.values()]
    batch = training.Batch(net, texts, answers)
    for _ in training.train(net, batch, training.Adam(0.02), 300, clip=1, every=300):
        pass
    assert training.correct(net, texts, answers).all()
    for text, answer in SPOKEN.items():
        assert net.run(text, steps=4).output == answer


def test_correct_reads_answers_as_texts():
    """Spaces more or less make no other answer."""
    net = model.Net("a", 1, says=Alphabet(["one", "two"], end=True))
    net.dec.bh[:] = net.dec.Ws[:] = 1  # _S is 1, 2, 3
    net.Wo = [[0, 0, 1]]
    net.bo = 1.5, 0, 0  # 'one' at first, then END
    assert net.run("a").output == "one"
    right = training.correct(net, ["a"] * 5, ["one", " one ", "one one", "two", ""])
    assert right.tolist() == [True, True, False, False, False]


def test_each_answer_is_compared_with_its_own_string():
    """Whatever lengths there are, in whatever order they stand."""
    net = model.Net("ab", 3, "tanh", Alphabet("xy", end=True))
    net.theta[:] = np.random.default_rng(2).normal(0, 1.5, net.theta.size)
    texts = [text for length in (1, 2, 3) for text in net.alphabet.strings(length)]
    random.Random(0).shuffle(texts)
    answers = [net.run(text, steps=9).output for text in texts]
    assert {len(answer) for answer in answers} == {0, 1, 2, 3}
    assert training.correct(net, texts, answers).all()
    wrong = random.Random(1).sample(range(len(texts)), 5)
    for i in wrong:
        answers[i] += "y"
    right = training.correct(net, texts, answers)
    assert np.flatnonzero(~right).tolist() == sorted(wrong)


# ---------------------------------------------------------------- gradients


@pytest.mark.slow
@every_style
@every_cell
@pytest.mark.parametrize("end", [False, True])
def test_gradients_are_the_slopes_of_the_loss(style, cell, end):
    says = Alphabet(["one", "twenty", "five"], end)
    net = decoders.EncoderDecoder(style, "ab", 3, cell, says)
    net.theta[:] = np.random.default_rng(3).normal(0, 0.6, net.theta.size)
    texts = ["ab", "bb", "a"]
    answers = ["twenty five one", "one one one", "five"]
    batch = training.Batch(net, texts, answers)
    gradient = batch.gradient(net)[1].copy()
    h = 1e-6
    for i in range(net.theta.size):
        losses = []
        for nudge in (h, -h):
            moved = net.copy()
            moved.theta[i] += nudge
            losses.append(batch.gradient(moved)[0])
        assert abs(gradient[i] - (losses[0] - losses[1]) / (2 * h)) < 1e-8
    assert np.count_nonzero(gradient) > net.theta.size / 2


@pytest.mark.parametrize("activation", ["relu"])
@pytest.mark.parametrize("end", [False, True])
def test_the_second_style_is_the_model_of_the_post(activation, end):
    says = Alphabet(["one", "twenty", "five"], end)
    post = model.Net("ab", 3, activation, says)
    ours = decoders.EncoderDecoder("feedback", "ab", 3, "simple", says)
    post.theta[:] = np.random.default_rng(5).normal(0, 0.8, post.theta.size)
    for name, view in ours.named().items():
        view[:] = post.named()[name]
    texts = ["ab", "bb", "a"]
    answers = ["twenty five one", "one one one", "five"]
    loss, gradient = training.Batch(post, texts, answers).gradient(post)
    other_loss, other = training.Batch(ours, texts, answers).gradient(ours)
    assert loss == pytest.approx(other_loss, rel=1e-12)
    named = ours.like(other).named()
    for name, view in post.like(gradient).named().items():
        np.testing.assert_allclose(named[name], view, rtol=1e-9, atol=1e-14, err_msg=name)
    for text in itertools.chain(post.alphabet.strings(1), post.alphabet.strings(3)):
        assert ours.run(text, steps=4).output == post.run(text, steps=4).output
