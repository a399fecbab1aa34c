"""Loss and gradient of padded texts are those of training.Batch, a pair of lengths at a time."""

import itertools

import numpy as np
import pytest

from revlib import decoders, padded, starts, training
from revlib.alphabet import Alphabet

READS = Alphabet(["two", "and", "twenty", "hundred"])
SAYS = Alphabet(["zwei", "und", "zwanzig"], end=True)
CELLS = ("simple", "tanh", "GRU")
KINDS = [("feedback", "dot"), ("attention", "dot"), ("attention", "learned")]
every_kind = pytest.mark.parametrize(
    "style, score, cell", [(*kind, cell) for kind, cell in itertools.product(KINDS, CELLS)]
)


def drawn(style, score, cell, n=5, seed=0, spread=0.6):
    """A network whose every parameter is drawn."""
    net = decoders.EncoderDecoder(style, READS, n, cell, SAYS, score)
    net.theta[:] = np.random.default_rng(seed).normal(0, spread, net.theta.size)
    return net


def some(many, rng, shortest=1, longest=6):
    """Texts to read and answers, of many lengths, in no order."""
    lengths = rng.integers(shortest, longest + 1, (many, 2))
    texts = [READS.join(rng.choice(READS.symbols, length)) for length in lengths[:, 0]]
    answers = [SAYS.join(rng.choice(SAYS.symbols, length)) for length in lengths[:, 1]]
    return texts, answers


def assert_alike(net, texts, answers, places=None):
    """Hold a padded batch to training.Batch, to 1e-10 of the largest entry."""
    loss, gradient = padded.Texts(net, texts, answers).batch(places).gradient(net)
    chosen = range(len(texts)) if places is None else places
    plain = training.Batch(net, [texts[i] for i in chosen], [answers[i] for i in chosen])
    right, wanted = plain.gradient(net)
    assert loss == pytest.approx(right, rel=1e-10, abs=1e-12)
    np.testing.assert_allclose(gradient, wanted, rtol=0, atol=1e-10 * np.abs(wanted).max())
    for name, view in net.like(wanted).named().items():
        assert np.abs(view).max() > 0, name  # of every parameter something was asked


@every_kind
@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_plain_gradient(style, score, cell, seed):
    rng = np.random.default_rng(seed)
    assert_alike(drawn(style, score, cell, seed=seed), *some(17, rng))


@every_kind
def test_of_one_length_and_of_one_text(style, score, cell):
    rng = np.random.default_rng(9)
    net = drawn(style, score, cell, seed=9)
    texts, answers = some(5, rng, 3, 3)
    assert_alike(net, texts, answers)
    padded.Texts(net, texts[:1], answers[:1]).batch().gradient(net)
    assert_alike(net, ["two and twenty two"], ["zwei und zwanzig und"])


@every_kind
def test_a_part_of_the_texts_is_padded_no_more_than_it_needs(style, score, cell):
    net = drawn(style, score, cell, seed=3)
    texts, answers = some(12, np.random.default_rng(3))
    texts.append(" ".join(["two"] * 11))
    answers.append(" ".join(["zwei"] * 13))
    assert_alike(net, texts, answers, places=[4, 0, 7, 2, 5, 8, 1])
    batch = padded.Texts(net, texts, answers).batch([1, 2])
    assert len(batch.inputs) == max(len(texts[i].split()) for i in (1, 2))
    assert len(batch.targets) == max(len(answers[i].split()) for i in (1, 2)) + 1


@every_kind
def test_without_end_answers_have_one_length(style, score, cell):
    net = decoders.EncoderDecoder(style, READS, 5, cell, Alphabet(SAYS.symbols), score)
    net.theta[:] = np.random.default_rng(2).normal(0, 0.6, net.theta.size)
    texts, _ = some(9, np.random.default_rng(2))
    for length in (1, 3):
        answers = [SAYS.join(SAYS.symbols[i % 3 :][:1] * length) for i in range(9)]
        pairs = padded.Texts(net, texts, answers)
        loss, gradient = pairs.batch().gradient(net)
        right, wanted = training.Batch(net, texts, answers).gradient(net)
        assert loss == pytest.approx(right, rel=1e-10)
        np.testing.assert_allclose(gradient, wanted, rtol=0, atol=1e-10 * np.abs(wanted).max())


def test_what_pads_a_text_has_no_say():
    """Neither the word that it is padded with, nor the one that stands behind END."""
    net = drawn("attention", "learned", "GRU")
    texts = padded.Texts(net, *some(9, np.random.default_rng(1)))
    loss, gradient = texts.batch().gradient(net)
    for i, (length, steps) in enumerate(zip(texts.lengths, texts.steps)):
        texts.inputs[: len(texts.inputs) - length, i] = 3
        texts.targets[steps:, i] = 2
    other, same = texts.batch().gradient(net)
    assert loss == other
    assert gradient.tolist() == same.tolist()


@every_kind
def test_scores_too_far_apart_for_exp(style, score, cell):
    net = drawn(style, score, cell, spread=30)
    loss, gradient = padded.Texts(net, *some(9, np.random.default_rng(1))).batch().gradient(net)
    assert np.isfinite(loss) and np.isfinite(gradient).all()


@every_kind
def test_in_float32_it_is_near(style, score, cell):
    net = drawn(style, score, cell, spread=0.3)
    small = net.astype(np.float32)
    texts, answers = some(9, np.random.default_rng(4))
    loss, gradient = padded.Texts(net, texts, answers).batch().gradient(net)
    loss32, gradient32 = padded.Texts(small, texts, answers).batch().gradient(small)
    assert type(loss32) is float
    assert gradient32.dtype == np.float32
    assert loss32 == pytest.approx(loss, rel=1e-4)
    np.testing.assert_allclose(gradient32, gradient, rtol=0, atol=1e-3 * np.abs(gradient).max())


def test_no_number_is_too_small_to_be_quick():
    """A score of -100 beside 0 gives no denormal float32, with which a product takes far longer."""
    net = drawn("attention", "learned", "tanh").astype(np.float32)
    net.bo[:] = 100, 0, 0, 0
    texts, answers = ["two", "two and"], ["zwei", "zwei zwei"]
    _, gradient = padded.Texts(net, texts, answers).batch().gradient(net)
    there = np.abs(gradient[gradient != 0])
    assert there.min() >= np.finfo(np.float32).tiny


def test_mini_batches_are_drawn_without_repeats():
    net = drawn("feedback", "dot", "simple")
    answers = [SAYS.join(word) for word in itertools.product(SAYS.symbols, repeat=3)]
    texts = ["two"] * len(answers)
    pairs = padded.Texts(net, texts, answers)
    assert len(pairs) == 27
    seen = set()
    batches = pairs.batches(10, np.random.default_rng(0))
    for batch in itertools.islice(batches, 30):
        columns = [tuple(column) for column in batch.targets.T]
        assert len(set(columns)) == 10
        seen |= set(columns)
    assert len(seen) == 27
    few = padded.Texts(net, texts[:4], answers[:4]).batches(10, np.random.default_rng(0))
    assert next(few).targets.shape == (4, 4)


def test_training_learns_by_it():
    """Sixteen numbers by heart; the same seed gives the same weights."""
    texts = [f"{a} {b} {c}" for a, b, c in itertools.product(["two", "twenty"], repeat=3)]
    word = {"two": "zwei", "twenty": "zwanzig"}
    answers = [" und ".join(word[w] for w in text.split()[::-1]) for text in texts]
    ends = []
    for _ in range(2):
        rng = np.random.default_rng(5)
        net = decoders.EncoderDecoder("attention", READS, 8, "tanh", SAYS, "learned")
        net = starts.initialize(net, "identity", rng).astype(np.float32)
        batches = padded.Texts(net, texts, answers).batches(4, rng)
        for _ in training.train(net, batches, training.Adam(0.02), 300, clip=1, every=300):
            pass
        assert training.correct(net, texts, answers).all()
        ends.append(net.theta.tolist())
    assert ends[0] == ends[1]


def test_what_does_not_fit_is_named():
    net = drawn("feedback", "dot", "simple")
    with pytest.raises(ValueError, match="^there are 2 texts and 1 answers$"):
        padded.Texts(net, ["two", "two"], ["zwei"])
    with pytest.raises(ValueError, match="^there is no text, or an empty one$"):
        padded.Texts(net, ["two", ""], ["zwei", "zwei"])
    peek = decoders.EncoderDecoder("peek", READS, 3, "simple", SAYS)
    with pytest.raises(ValueError, match="'peek'.* by training.Batch; here only feedback, atten"):
        padded.Texts(peek, ["two"], ["zwei"])
    lstm = decoders.EncoderDecoder("feedback", READS, 3, "LSTM", SAYS)
    with pytest.raises(ValueError, match="'LSTM'"):
        padded.Texts(lstm, ["two"], ["zwei"])
    endless = decoders.EncoderDecoder("feedback", READS, 3, "simple", Alphabet(SAYS.symbols))
    with pytest.raises(ValueError, match="^the answers differ in length, and .* cannot say END$"):
        padded.Texts(endless, ["two", "two"], ["zwei", "zwei zwei"])
    batch = padded.Texts(net, ["two"], ["zwei"]).batch()
    with pytest.raises(ValueError, match="^the batch is for a network of "):
        batch.gradient(drawn("feedback", "dot", "tanh"))
