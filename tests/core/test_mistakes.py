"""Mistakes that a reader makes in a cell of one's own: each is answered in words, and none is
silently a wrong answer."""

import numpy as np
import pytest

from revlib import (
    activations,
    bptt,
    checkpoint,
    decoders,
    handmade,
    mlp,
    model,
    panels,
    starts,
    training,
)
from revlib.alphabet import Alphabet
from revlib.drawing import figures
from revlib.exercises import check
from revlib.panels.controls import Number
from revlib.panels.panel import Panel

ABC, END = Alphabet("abc"), Alphabet("abc", end=True)
NET = model.post_net()
RUN = NET.run("abc")
BATCH = training.Batch(NET, ["abc"])


def rng():
    return np.random.default_rng(0)


def attention():
    return starts.initialize(decoders.EncoderDecoder("attention", END, 4), "gaussian", rng())


def trained(net, batch, optimiser=None, steps=2, **how):
    return [*training.train(net, batch, optimiser or training.Adam(0.01), steps, **how)]


def with_weights(value):
    """Return a network all of whose weights are one number."""
    net = model.Net("abc", 2)
    net.theta[:] = value
    return net


def linear():
    return starts.initialize(model.Net("abc", 5, "linear"), "post")


# ---------------------------------------------------------------- answered in words

MISTAKES = {
    "a wrong letter": (
        lambda: NET.run("abx"),
        "^letter 'x' at position 3 of 'abx' is not one of 'abc'$",
    ),
    "a wrong word": (
        lambda: Alphabet(["twenty", "five"]).read("twenty six"),
        "^word 'six' at position 2 of 'twenty six' is not one of 'twenty five'$",
    ),
    "a wrong letter in a batch": (
        lambda: training.Batch(NET, ["abc", "abx"]),
        "^letter 'x' at position 3 of 'abx'",
    ),
    "an empty string": (lambda: ABC.read(""), "^the string is empty; type at least one of 'abc'$"),
    "a string that is too long": (
        lambda: ABC.read("abcabc", longest=4),
        "^'abcabc' has 6 letters; at most 4 fit here$",
    ),
    "strings of unequal length": (
        lambda: NET.run(["abc", "ab"]),
        "^strings of one length make a batch; 'abc' has 3 letters and 'ab' has 2$",
    ),
    "no string": (lambda: ABC.read(None), "^expected a string of 'abc', found a value of type No"),
    "too many strings": (
        lambda: ABC.strings(40),
        r"^there are 3\^40 strings of 40 letters over 'abc'; at most 10,000,000 are made at once$",
    ),
    "an alphabet of nothing": (lambda: Alphabet(""), "^an alphabet has one symbol at least"),
    "a string where a list is wanted": (
        lambda: training.Batch(NET, "abc"),
        r"^expected a list of strings, found the string 'abc'; \['abc'\] is a list of one$",
    ),
    "a string to count in": (lambda: training.correct(NET, "abc"), r"\['abc'\] is a list of one$"),
    "an unknown start": (
        lambda: starts.initialize(model.Net(), "zero", rng()),
        "^start 'zero' is not one of post, gaussian, he, uniform, orthogonal, identity$",
    ),
    "an unknown style": (
        lambda: decoders.EncoderDecoder("peak"),
        "^style 'peak' is not one of plain, feedback, peek, attention$",
    ),
    "an unknown cell": (
        lambda: decoders.EncoderDecoder("feedback", cell="lstm"),
        "^cell 'lstm' is not one of simple, tanh, GRU, LSTM$",
    ),
    "an unknown activation": (
        lambda: model.Net(activation="Relu"),
        "^activation 'Relu' is not one of relu, tanh, linear$",
    ),
    "no generator": (
        lambda: starts.initialize(model.Net(), "gaussian"),
        "^weights are to be drawn: give rng, such as np.random.default_rng",
    ),
    "the post's weights for 4 units": (
        lambda: starts.initialize(model.Net("abc", 4), "post"),
        "^the post's weights fit 5 units over 'abc', not 4 units over 'abc'$",
    ),
    "another thought": (
        lambda: NET.decode([1.0], 3),
        r"^thought has shape \(1,\); a network of 5 units needs \(5,\), or \(B, 5\)$",
    ),
    "another theta": (
        lambda: NET.like(np.zeros(3)),
        r"^this network has 108 parameters; theta has shape \(3,\)$",
    ),
    "a batch of another alphabet": (
        lambda: trained(model.Net("xyz", 5), BATCH),
        r"^the batch is for a network of \(Alphabet\('abc'\), .* not of \(Alphabet\('xyz'\), ",
    ),
    "answers missing": (
        lambda: training.Batch(NET, ["abc", "cab"], ["cba"]),
        "^there are 2 strings and 1 answers$",
    ),
    "too short for an MLP": (
        lambda: mlp.MLP((9, 5, 9), ("relu",)).run("ab"),
        "^this network reads exactly 3 letters; 'ab' has 2$",
    ),
    "a base with too few digits": (
        lambda: handmade.build_stack(base=3),
        "^base 3 has 2 digits above 0; the 3 letters 'abc' need base 4$",
    ),
    "a rate of 0": (
        lambda: training.Descent(0),
        "^the learning rate is 0; it must be above 0 and finite$",
    ),
    "a rate below 0": (lambda: training.Adam(-0.01), "^the learning rate is -0.01; it must be"),
    "an optimiser's class": (
        lambda: trained(NET.copy(), BATCH, training.Adam),
        "^the optimiser is <class 'revlib.training.Adam'>; make one, such as training.Adam",
    ),
    "a clip of 0": (
        lambda: trained(NET.copy(), BATCH, clip=0),
        "^clip is 0, the largest norm of a gradient; it must be above 0$",
    ),
    "batches that end": (
        lambda: trained(NET.copy(), [BATCH] * 2, steps=5),
        "^the batches ended after 2 updates of 5. One more measures the end; without it the network"
        " keeps its weights of step 1$",
    ),
    "nothing to train on": (lambda: training.Batch(NET, []), "^there is no string to train on$"),
    "shares of nothing": (lambda: training.by_position(NET, []), "^there is no string, so no sha"),
    "nothing to say": (lambda: bptt.gradients(NET, ""), "^there is nothing to say: no string, or"),
    "nothing to look at": (
        lambda: attention().run(""),
        "^the string is empty: attention has no state to look at$",
    ),
    "a temperature of 0": (
        lambda: activations.softmax(RUN.dec.Z, 0),
        "^the temperature is 0; it must be above 0 and finite$",
    ),
    "a panel of nothing": (lambda: panels.encoding_panel(NET, ""), "^the string is empty"),
    "a panel of other letters": (lambda: panels.encoding_panel(NET, "abd"), "^letter 'd' at"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_answered_in_words(name):
    act, words = MISTAKES[name]
    with pytest.raises(ValueError, match=words):
        act()


OVERFLOWS = {
    "the encoder": (
        lambda: with_weights(1e200).run("abc"),
        r"^S\(2\) is inf at place 1: the weights are too large for float64 or not numbers$",
    ),
    "the decoder": (
        lambda: with_weights(1e200).decode([1.0, 1.0], 3),
        r"^z\(1\) is inf at place 1: the weights are too large",
    ),
    "a weight that is no number": (
        lambda: with_weights(np.nan).run("abc"),
        r"^S\(1\) is nan at place 1: the weights are too large for float64 or not numbers$",
    ),
    "the gradient": (
        lambda: bptt.gradients(with_weights(1e200), "abc"),
        r"^S\(2\) is inf at place 1: ",
    ),
    "a training that begins": (
        lambda: trained(with_weights(1e200), training.Batch(model.Net("abc", 2), ["abc"])),
        r"^the loss is \w+ and .* after step 0\. Start from smaller weights\.$",
    ),
    "a training that runs away": (
        lambda: trained(linear(), training.Batch(linear(), ["abc"]), training.Descent(1e80), 9),
        r" after step \d\. The network has its weights of step \d again\. Try a smaller learning"
        r" rate than 1e\+80, or clip=1\.$",
    ),
    "scores that are no numbers": (
        lambda: activations.softmax([0.0, np.nan]),
        "^the largest score is nan; scores are numbers, or -inf for a letter never said$",
    ),
}


@pytest.mark.parametrize("name", OVERFLOWS)
def test_what_overflows_is_named_with_its_place(name):
    act, words = OVERFLOWS[name]
    with pytest.raises(FloatingPointError, match=words):
        act()


def test_an_optimiser_belongs_to_one_network():
    adam = training.Adam(0.01)
    trained(NET.copy(), BATCH, adam)
    with pytest.raises(ValueError, match="^this Adam remembers another network's gradients"):
        trained(NET.copy(), BATCH, adam)


def test_a_torn_checkpoint_says_so(tmp_path):
    path = tmp_path / "net.npz"
    checkpoint.save(NET, path)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(checkpoint.CheckpointError, match="net.npz is not a whole checkpoint of"):
        checkpoint.load(path)


@pytest.mark.parametrize("number", [1.1, 1, None])
def test_the_number_of_an_exercise_is_a_string(number, capsys):
    check(number, 3)
    assert 'each written as a string: check("1.1", ...)' in capsys.readouterr().out


# ---------------------------------------------------------------- no mistake


def test_nothing_is_given_where_nothing_is_needed():
    assert NET.run("", given=[]).output == ""


def test_an_iterable_of_batches_will_do():
    assert len(trained(NET.copy(), [BATCH] * 3)) == 3
    assert len(trained(NET.copy(), iter([BATCH] * 3))) == 3


def test_small_numbers_of_numpy():
    scores = np.array([1, 2, 3], np.uint8)
    assert np.allclose(activations.softmax(scores), activations.softmax([1.0, 2, 3]))


@pytest.mark.parametrize("base", [8, 16, 64])
def test_the_last_place_of_a_full_stack_in_float32(base):
    """Its docstring says that the scores lose it: of one letter, where each digit above 0 is a
    letter, the dearest of all is misread."""
    letters = "".join(map(chr, range(0x100, 0x100 + base - 1)))
    places = handmade.capacity(base, np.float32)

    def misread(longest, dtype):
        net = handmade.build_stack(letters, base, longest, dtype)
        return [letter for letter in letters if net.run(letter).output != letter]

    assert misread(places, np.float32)
    assert not misread(places - 1, np.float32)
    assert not misread(handmade.capacity(base), float)


# ---------------------------------------------------------------- panels


@pytest.mark.parametrize("wrong", [lambda: None, lambda: 1 / 0, lambda: {}["x"]])
def test_a_drawing_that_fails_says_so_beside_the_old_picture(wrong):
    """The reader sees the picture of before; so the page says that it is, and the next move draws
    again."""
    good = figures.draw_states("abc", RUN.S)
    number = Number("x", 0.0, 0.0, 1.0)
    panel = Panel({"x": number}, lambda x: wrong() if x == 0.5 else [good])
    with pytest.raises(Exception):
        number.value = 0.5
    assert "the drawing failed, and the picture is the one before" in panel.page.value
    assert good.svg in panel.page.value and 'role="alert"' in panel.page.value
    assert panel.words == good.words
    number.value = 0.7
    assert 'role="status"' in panel.page.value and "failed" not in panel.page.value


@pytest.mark.parametrize("scores", [[100.0, 1, 2], [-50.0, 0, 0]])
def test_a_panel_shows_the_scores_that_it_draws(scores):
    panel = panels.softmax_panel(np.array(scores))
    sliders = [panel.controls[f"score_{letter}"] for letter in "abc"]
    assert [slider.box.value for slider in sliders] == scores
    assert [slider.value for slider in sliders] == scores


def test_a_panel_begins_within_its_bounds():
    assert panels.vanishing_panel(NET, longest=5).controls["length"].value == 5
    assert panels.decoding_panel(NET, -np.ones(5)).controls["unit_1"].value == -1
    assert panels.decoding_panel(NET, np.ones(5), steps=12).controls["most"].value == 12
    assert panels.map_panel(handmade.build_stack()).controls["up"].value == "1"


def test_a_map_stays_small():
    wide = starts.initialize(model.Net("abcdefghijklmnopqrstuvwxyz", 3), "identity", rng())
    panel = panels.map_panel(wide)
    panel.controls["length"].value = 99
    assert panel.controls["length"].value == 2 and "676 strings of length 2" in panel.words
    assert panels.map_panel(NET).controls["length"].slider.max == 5
