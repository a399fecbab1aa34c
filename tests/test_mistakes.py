"""Mistakes that a reader makes in a cell of one's own: each is answered in words, and none is
silently a wrong answer."""

import copy
import pickle

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
from revlib.panels import controls

ABC, END = Alphabet("abc"), Alphabet("abc", end=True)
NET = model.post_net()
RUN = NET.run("abc")


def rng():
    return np.random.default_rng(0)


def ended():
    return starts.initialize(model.Net(END, 5), "identity", rng())


def attention():
    return starts.initialize(decoders.EncoderDecoder("attention", END, 4), "gaussian", rng())


def three():
    return starts.initialize(mlp.MLP((9, 5, 9), ("relu",)), "gaussian", rng())


def trained(net, batch, **how):
    return [*training.train(net, batch, training.Adam(0.01), **{"steps": 2} | how)]


# ---------------------------------------------------------------- answered in words

MISTAKES = {
    "an alphabet of a list": (
        lambda: Alphabet(["a", "b"]),
        "an alphabet is a string of its letters, .* type list",
    ),
    "no string": (
        lambda: NET.run(None),
        "expected a list of strings, found a value of type NoneType",
    ),
    "numbers for strings": (
        lambda: NET.run([1, 2]),
        "expected a string of the letters 'abc', found a value of type int",
    ),
    "bytes": (
        lambda: NET.run(b"abc"),
        "expected a string of the letters 'abc', found a value of type int",
    ),
    "too many strings": (
        lambda: ABC.strings(40),
        r"3\^40 strings of 40 letters over 'abc'; at most 10,000,000",
    ),
    "too many to count": (lambda: ABC.strings(10**9), r"3\^1000000000 strings"),
    "strings of no length": (
        lambda: ABC.strings(-1),
        "the length of the strings is -1; it must be a whole number, 0 or more",
    ),
    "strings of length 2.0": (lambda: ABC.strings(2.0), "the length of the strings is 2.0"),
    "steps below 0": (lambda: NET.run("abc", steps=-1), "the number of steps is -1"),
    "steps as a word": (lambda: NET.run("abc", steps="3"), "the number of steps is '3'"),
    "another thought": (
        lambda: NET.decode([1.0], 3),
        r"thought has shape \(1,\); a network of 5 units needs \(5,\)",
    ),
    "given too few": (
        lambda: NET.run("abc", given=[0, 1]),
        r"given has shape \(2,\) .* 3 steps need whole numbers from 0 to 2",
    ),
    "given as letters": (
        lambda: NET.run("abc", given=["c", "b", "a"]),
        "3 steps need whole numbers",
    ),
    "given past the letters": (lambda: NET.run("abc", given=[0, 1, 3]), "from 0 to 2"),
    "given from behind": (lambda: NET.run("abc", given=[0, 1, -1]), "from 0 to 2"),
    "half a unit": (
        lambda: model.Net("abc", 2.5),
        "the number of units is 2.5; it must be a whole number, 1 or more",
    ),
    "theta as a list": (
        lambda: model.Net("abc", 5, theta=[0.0] * 108),
        "have 108 parameters; theta has shape .* and holds list",
    ),
    "theta of whole numbers": (
        lambda: model.Net("abc", 5, theta=np.zeros(108, int)),
        "holds int64: it must be one flat array of floats",
    ),
    "a seed for a generator": (
        lambda: starts.initialize(model.Net("abc", 5), "gaussian", 0),
        "rng is 0: give a generator, such as np.random.default_rng",
    ),
    "a seed for bounds": (lambda: starts.initialize(model.Net("abc", 5), "uniform", 0), "rng is 0"),
    "a seed, in styles": (
        lambda: starts.initialize(decoders.EncoderDecoder("peek", "abc", 5), "identity", None),
        "rng is None",
    ),
    "a batch of letters": (
        lambda: training.Batch(NET, "abc"),
        r"found the string 'abc'; \['abc'\] is a list of one",
    ),
    "an alphabet's batch": (
        lambda: training.Batch(NET, ["abx"]),
        "letter 'x' at position 3 of 'abx'",
    ),
    "correct, of letters": (lambda: training.correct(NET, "abc"), r"\['abc'\] is a list of one"),
    "by position, of letters": (
        lambda: training.by_position(NET, "abc"),
        r"\['abc'\] is a list of one",
    ),
    "a batch for others": (
        lambda: trained(
            NET.copy(),
            training.Batch(starts.initialize(model.Net("xyz", 5), "identity", rng()), ["xyz"]),
        ),
        (
            r"the batch is for 5 units over Alphabet\('xyz'\) in float64; the network has 5 over"
            r" Alphabet\('abc'\)"
        ),
    ),
    "a batch for fewer": (
        lambda: trained(
            NET.copy(),
            training.Batch(starts.initialize(model.Net("abc", 2), "identity", rng()), ["abc"]),
        ),
        "for 2 units",
    ),
    "a batch in float32": (
        lambda: trained(
            NET.copy(),
            training.Batch(starts.initialize(model.Net(), "post").astype(np.float32), ["abc"]),
        ),
        "in float32; .* in float64",
    ),
    "an optimiser's class": (
        lambda: [*training.train(NET.copy(), training.Batch(NET, ["abc"]), training.Adam, 2)],
        "make one, such as training.Adam",
    ),
    "a curriculum's seed": (
        lambda: training.Curriculum(NET, 2, 0),
        "something is to be drawn, and rng is 0",
    ),
    "shares of nothing": (lambda: training.by_position(NET, []), "there is no string"),
    "one choice for all": (
        lambda: NET.run(["bac", "abc"], choose=np.argmax),
        r"choose gave int64 of shape \(\); for scores \(2, 3\) .* \(2,\)",
    ),
    "a choice from behind": (lambda: NET.run("abc", choose=lambda z: -1), "indices from 0 to 2"),
    "probabilities as letters": (
        lambda: ABC.text(RUN.dec.P),
        r"letters are spelt by indices from 0 to 3, .* found float64 of shape \(3, 3\)",
    ),
    "letters from behind": (lambda: ABC.text([-1, -2]), "letters are spelt by indices"),
    "one index": (lambda: ABC.text(2), r"found int64 of shape \(\)"),
    "a slider without steps": (
        lambda: controls.Number("x", 0, 0, 1, 0),
        "x: from 0 to 1 in steps of 0 there is nothing to move",
    ),
    "a slider without an end": (
        lambda: controls.Number("x", 0.0, 0.0, float("inf")),
        "there is nothing to move",
    ),
    "updates below 0": (
        lambda: trained(NET.copy(), training.Batch(NET, ["abc"]), steps=-1),
        "steps is -1; it must be a whole number, 0 or more",
    ),
    "every none": (
        lambda: trained(NET.copy(), training.Batch(NET, ["abc"]), every=0),
        "every is 0; it must be a whole number, 1 or more",
    ),
    "a rate below 0": (
        lambda: training.Adam(-0.01),
        "rate is -0.01; it must be a number, 0 or more and finite",
    ),
    "a rate that is none": (lambda: training.Descent(float("nan")), "rate is nan"),
    "a rate as a word": (lambda: training.Descent("0.01"), "rate is '0.01'"),
    "beta1 of 1": (
        lambda: training.Adam(beta1=1),
        "beta1 is 1; it must be a number, 0 or more and below 1",
    ),
    "a curriculum downwards": (
        lambda: training.Curriculum(NET, 2, rng(), shortest=3),
        "the longest length is 2; it must be a whole number, 3 or more",
    ),
    "no string at all": (lambda: bptt.gradients(ended(), []), "there is no string"),
    "a task of letters": (lambda: bptt.task(ABC, "abc"), r"\['abc'\] is a list of one"),
    "shares too few": (
        lambda: bptt.gradients(NET, "abc", share=[1]),
        r"share has shape \(1,\); the 3 letters to say need \(3,\)",
    ),
    "no nudge": (lambda: bptt.check(NET, "abc", h=0), "h is 0; a nudge is small"),
    "styles: one string": (lambda: attention().run("abc"), r"\['abc'\] is a list of one"),
    "styles: no string": (lambda: attention().run([]), "there is no string"),
    "nothing to look at": (
        lambda: attention().run([""]),
        "the string is empty: attention has no state to look at",
    ),
    "styles: given as letters": (
        lambda: attention().run(["abc"], given=["cba"]),
        r"4 steps need whole numbers from 0 to 3, \(4, 1\) or more",
    ),
    "styles: given, one-hot": (
        lambda: attention().run(["abc"], given=np.eye(4, dtype=int)),
        r"4 steps need whole numbers from 0 to 3, \(4, 1\)",
    ),
    "styles: one blame for all": (
        lambda: decoders.backward(attention(), attention().run(["abc", "cab"]), np.ones((4, 1, 4))),
        r"dZ has shape \(4, 1, 4\); the run has scores of shape \(4, 2, 4\)",
    ),
    "styles: nothing to say": (
        lambda: decoders.Tape(
            starts.initialize(decoders.EncoderDecoder("feedback", "abc", 4), "identity", rng()),
            *bptt.task(ABC, [""]),
        ),
        "there is no letter to say",
    ),
    "a pointer to nothing": (
        lambda: handmade.build_pointer(0),
        "the length of the longest string is 0",
    ),
    "a pointer too far": (lambda: handmade.build_pointer(10**8), "10000000 at most"),
    "an MLP's END": (lambda: mlp.MLP((12, 5, 12), ("relu",), END), "there is no END"),
    "an MLP's activation": (
        lambda: mlp.MLP((9, 5, 9), ("Relu",)),
        "activation 'Relu' is not one of relu, tanh, linear",
    ),
    "an MLP's odd sizes": (
        lambda: mlp.MLP((8, 5, 9), ("relu",)),
        "the first and the last are 3 a letter",
    ),
    "answers missing": (
        lambda: training.Batch(three(), ["abc", "cab"], ["cba"]),
        "there are 2 strings and 1 answers",
    ),
    "regions of half a letter": (
        lambda: mlp.most_strings(2.5, 3, 2),
        "the number of letters is 2.5",
    ),
    "digits of a state": (
        lambda: handmade.digits(np.array([0.5]), 4, 5),
        "has no digits; it must be one number",
    ),
    "digits of half a base": (lambda: handmade.digits(0.5, 2.5, 5), "the base is 2.5"),
    "a number of a list": (
        lambda: handmade.number(["abc"]),
        "expected a string of the letters 'abc', found a value of type list",
    ),
    "a number of other letters": (lambda: handmade.number("abd"), "letter 'd' at position 3"),
    "a number in a small base": (
        lambda: handmade.number("ca", 3),
        "the base is 3; it must be a whole number, 4 or more",
    ),
    "a stack in base 3.25": (lambda: handmade.build_stack(base=3.25), "the base is 3.25"),
    "a triangle of nothing": (
        lambda: handmade.build_triangle(0),
        "the length of the longest string is 0",
    ),
    "until wrong, of a list": (
        lambda: handmade.until_wrong(handmade.build_stack(), ["abc"]),
        "found a value of type list",
    ),
    "until wrong, without END": (lambda: handmade.until_wrong(NET, "abc"), "cannot say END"),
    "four scores, three letters": (
        lambda: panels.softmax_panel(np.zeros(4)),
        "4 scores and the letters 'abc'",
    ),
    "a letter twice": (
        lambda: panels.softmax_panel(np.zeros(3), "aab"),
        "each score needs a letter of its own",
    ),
    "a panel of nothing": (lambda: panels.encoding_panel(NET, ""), "the string is empty"),
    "a map of one letter": (
        lambda: panels.map_panel(starts.initialize(model.Net("a", 2), "identity", rng())),
        "a map needs two to compare",
    ),
    "growth over one letter": (
        lambda: panels.growth_panel(NET, letters=1),
        "the number of letters is 1; it must be a whole number, 2 or more",
    ),
    "gates of another name": (
        lambda: panels.gates_panel(
            {
                "lstm": starts.initialize(
                    decoders.EncoderDecoder("feedback", "abc", 3, "LSTM"), "identity", rng()
                )
            }
        ),
        "under each of LSTM, GRU",
    ),
    "gates of none": (lambda: panels.gates_panel({}), "there is no network"),
    "styles of two alphabets": (
        lambda: panels.styles_panel(
            {
                "one": attention(),
                "two": starts.initialize(
                    decoders.EncoderDecoder("peek", "abc", 3), "identity", rng()
                ),
            }
        ),
        "all of one alphabet",
    ),
    "a reach with a hole": (
        lambda: panels.reach_panel(
            {(2, 1, 2, 1): np.ones(3)}, {(2, 1, 2, 1): ended()}, start=(2, 1, 2, 1)
        ),
        r"no network, or no share, of .* = \(2, 1, 2, 0\)",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_answered_in_words(name):
    act, words = MISTAKES[name]
    with pytest.raises(ValueError, match=words):
        act()


@pytest.mark.parametrize(
    "act",
    [
        lambda: attention().run("abc"),
        lambda: bptt.check(attention(), "abc"),
        lambda: training.Batch(attention(), ["abc"]),
        lambda: checkpoint.save(attention(), "x.npz"),
        lambda: training.correct(attention(), ["abc"]),
        lambda: training.correct(NET, ["abc"]),
    ],
)
def test_networks_of_two_modules_are_not_mixed(act):
    with pytest.raises(
        TypeError, match=r"this is for a (model.Net|decoders.EncoderDecoder), not for a revlib"
    ):
        act()


@pytest.mark.parametrize("number", [1.1, 1, None])
def test_the_number_of_an_exercise_is_a_string(number, capsys):
    check(number, 3)
    assert 'each written as a string: check("1.1", ...)' in capsys.readouterr().out


# ---------------------------------------------------------------- nothing comes apart

NETS = {"model": ended, "styles": attention, "roads": three}
COPIES = {
    "copy": lambda net: net.copy(),
    "deepcopy": copy.deepcopy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
}


def arrays(net):
    return (
        net.W
        if isinstance(net, mlp.MLP)
        else [*(net.p if isinstance(net, decoders.EncoderDecoder) else net.named()).values()]
    )


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("kind", NETS)
def test_a_copy_is_whole_and_its_own(kind, how):
    net = NETS[kind]()
    other = COPIES[how](net)
    assert (
        type(other) is type(net)
        and np.array_equal(other.theta, net.theta)
        and other.alphabet == net.alphabet
    )
    for k, view in enumerate(arrays(other)):
        view.flat[0] = 100 + k
    assert {100 + k for k in range(len(arrays(other)))} <= {*other.theta} and net.theta.max() < 100
    other.theta[:] = 7
    assert all((view == 7).all() for view in arrays(other))


@pytest.mark.parametrize("kind", NETS)
def test_a_shallow_copy_is_the_same_network(kind):
    net = NETS[kind]()
    other = copy.copy(net)
    other.theta[:] = 7
    assert all((view == 7).all() for view in (*arrays(net), *arrays(other)))


@pytest.mark.parametrize(
    "what",
    [lambda: bptt.gradients(NET, "abc"), lambda: training.Batch(NET, ["abc"])],
    ids=["tape", "batch"],
)
def test_a_tape_is_not_copied(what):
    for copied in (copy.copy, copy.deepcopy, pickle.dumps):
        if copied is copy.copy and isinstance(what(), training.Batch):
            continue  # the same tapes: it may be used in place of the first
        with pytest.raises(TypeError, match="a tape is not copied"):
            copied(what())


@pytest.mark.parametrize(
    "kind, name",
    [("model", "theta"), ("model", "Ws"), ("model", "bo"), ("styles", "theta"), ("roads", "theta")],
)
def test_an_array_is_written_into_and_never_replaced(kind, name):
    net = NETS[kind]()
    before = getattr(net, name).copy()
    with pytest.raises(
        AttributeError, match=rf"{name} cannot be replaced, write into it: {name}\[:\] = \.\.\."
    ):
        setattr(net, name, before * 0)
    assert np.array_equal(getattr(net, name), before)
    exec(f"net.{name} *= 2")
    exec(f"net.{name} += 1")
    assert (
        np.array_equal(getattr(net, name), 2 * before + 1)
        and np.isin(2 * before + 1, net.theta).all()
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda: setattr(ended(), "activation", "tanh"),
        lambda: setattr(ended(), "n", 6),
        lambda: setattr(attention(), "style", "peek"),
        lambda: setattr(ended().enc, "V", 2),
        lambda: setattr(three(), "sizes", (9, 2, 9)),
    ],
)
def test_a_network_stays_what_it_is(change):
    with pytest.raises(AttributeError, match="cannot be replaced, make another network"):
        change()


def test_what_is_ones_own_comes_and_goes():
    net = ended()
    net.note = "mine"
    net.note, net.count = "changed", 1
    net.count += 1
    del net.note
    assert net.count == 2 and not hasattr(net, "note")
    with pytest.raises(AttributeError, match="theta is a part of the network, and stays"):
        del net.theta


def test_an_alphabet_stays_as_it_is():
    """Networks share theirs: one that learned to say END by `end = True` would have no weights for
    it."""
    net = model.post_net()
    with pytest.raises(AttributeError, match=r"make another: Alphabet\('abc', end=...\)"):
        net.alphabet.end = True
    with pytest.raises(AttributeError, match="an alphabet stays as it is"):
        net.alphabet.symbols = "xyz"
    assert (
        copy.deepcopy(net.alphabet)
        == pickle.loads(pickle.dumps(net.alphabet))
        == net.alphabet
        == ABC
    )


@pytest.mark.parametrize(
    "weights", [lambda: ended().named(), lambda: attention().p, lambda: attention().dec]
)
def test_weights_kept_for_later_are_arrays_of_their_own(weights):
    now = weights()
    for kept in (copy.deepcopy(now), pickle.loads(pickle.dumps(now)), copy.copy(now)):
        assert kept.keys() == now.keys() and all(
            np.array_equal(kept[name], now[name]) for name in now
        )
        kept["Ws"] += 1
        assert not np.array_equal(kept["Ws"], now["Ws"])


def test_small_numbers_of_numpy():
    assert decoders.EncoderDecoder("attention", "abc", np.uint8(200)).Wo.shape == (400, 3)
    assert np.array_equal(
        *(starts.initialize(model.Net("abc", n), "uniform", rng()).theta for n in (7, np.uint8(7)))
    )
    assert np.allclose(
        activations.softmax(np.array([1, 2, 3], np.uint8)), activations.softmax([1.0, 2, 3])
    )
    with pytest.raises(TypeError):
        activations.softmax(np.array([1j, 2]))


def test_nothing_is_given_where_nothing_is_needed():
    assert model.post_net().run("", given=[]).output == ""


def test_an_iterable_of_batches_will_do():
    net = model.post_net()
    batch = training.Batch(net, ["abc"])
    assert len(trained(net.copy(), [batch] * 3)) == 3
    course = training.Curriculum(net, 2, rng())
    assert trained(net.copy(), course)[0].loss > 0


def test_a_link_to_a_checkpoint_stays_a_link(tmp_path):
    checkpoint.save(NET, tmp_path / "kept.npz")
    (tmp_path / "latest.npz").symlink_to(tmp_path / "kept.npz")
    checkpoint.save(handmade.build_stack(), tmp_path / "latest.npz")
    assert (tmp_path / "latest.npz").is_symlink() and checkpoint.load(tmp_path / "kept.npz").n == 1


# ---------------------------------------------------------------- panels


def test_a_wrong_place_leaves_the_weights_in_hand():
    panel = panels.encoding_panel(NET)
    with pytest.raises(TypeError):
        panel.weights.select(0.0, 1.0)
    panel.weights.select(1, 2)
    panel.weights.number.value = 0.7
    assert panel.weights.net.Wh[1, 2] == 0.7
    panel.reset()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: None,
        lambda: "words",
        lambda: 1 / 0,
        lambda: {}["x"],
        lambda: int("x"),
        lambda: (_ for _ in ()).throw(MemoryError()),
    ],
)
def test_a_drawing_that_fails_says_so_beside_the_old_picture(wrong):
    """The reader sees the picture of before; so the page says that it is, and the next move draws
    again."""
    good = figures.draw_states("abc", RUN.S)
    panel = controls.Panel(
        {"x": controls.Number("x", 0.0, 0.0, 1.0)}, lambda x: wrong() if x == 0.5 else good
    )
    with pytest.raises(Exception):
        panel.controls["x"].value = 0.5
    assert (
        "the drawing failed, and the picture is the one before" in panel.page.value
        and good.svg in panel.page.value
    )
    assert panel.words == good.words and 'role="alert"' in panel.page.value
    panel.controls["x"].value = 0.7
    assert 'role="status"' in panel.page.value and "failed" not in panel.page.value


def test_a_named_matrix_is_written_into():
    net = attention()
    net.Ws, net.dec.bh = np.full((4, 4), 3.0), 5
    assert (
        (net.theta == 3).sum() == 16
        and (net.theta == 5).sum() == 4
        and (net.enc.Ws == 3).all()
        and (net.dec.bh == 5).all()
    )
    net.p.update(Wo=np.full(net.Wo.shape, 9))
    assert (net.theta == 9).sum() == net.Wo.size
    with pytest.raises(KeyError):
        net.p["new"] = np.zeros(3)
    with pytest.raises(TypeError, match="Ws is a part of the network, and stays"):
        del net.Ws
    named = ended()
    named.named()["bo"] = 4
    assert (named.theta == 4).sum() == 4
    with pytest.raises(TypeError):
        three().W[0] = np.zeros((10, 5))


@pytest.mark.parametrize("base", [8, 16, 64])
def test_the_last_place_of_a_full_stack_in_float32(base):
    """Its docstring says that the scores lose it. One letter, and each digit above 0 is one: the
    dearest of all is misread."""
    letters, places = (
        "".join(map(chr, range(0x100, 0x100 + base - 1))),
        handmade.capacity(base, np.float32),
    )
    right = [
        sum(
            handmade.build_stack(letters, base, longest, dtype).run(letter).output == letter
            for letter in letters
        )
        for longest, dtype in (
            (places, np.float32),
            (places - 1, np.float32),
            (handmade.capacity(base), float),
        )
    ]
    assert right[0] < len(letters) == right[1] == right[2]


def test_an_interrupt_while_a_file_is_packed_is_an_interrupt(tmp_path, monkeypatch):
    def packed(*_, **__):
        try:
            raise KeyboardInterrupt
        finally:
            raise ValueError(
                "Can't close the ZIP file while there is an open writing handle on it."
            )

    monkeypatch.setattr(np, "savez", packed)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(NET, tmp_path / "net.npz")
    assert not [*tmp_path.iterdir()]


def test_digits_of_numpys_whole_numbers():
    """Python's whole numbers have no end; NumPy's 64 bits do."""
    value = handmade.number("abc" * 12)
    assert all(
        (handmade.digits(value, np.int64(4), np.int64(k)) == handmade.digits(value, 4, k)).all()
        for k in range(30, 40)
    )
    assert handmade.digits(value, 4, 36)[1:].tolist() == [3, 2, 1] * 12
    assert mlp.most_strings(*map(np.int64, (3, 50, 45))) == mlp.most_strings(3, 50, 45) > 7e23
    assert (handmade.build_stack(base=np.uint8(4))).run("abc").output == "cba"


@pytest.mark.parametrize("scores", [[100.0, 1, 2], [-50.0, 0, 0]])
def test_a_panel_shows_the_scores_that_it_draws(scores):
    panel = panels.softmax_panel(np.array(scores))
    assert (
        [panel.controls[f"score_{k}"].box.value for k in "abc"]
        == [panel.controls[f"score_{k}"].value for k in "abc"]
        == scores
    )


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


def test_numbers_for_a_whole_number():
    from revlib.exercises import EXERCISES

    whole = [number for number, question in EXERCISES.items() if getattr(question, "whole", False)]
    assert whole
    for number in whole:
        judge = EXERCISES[number].judge
        assert judge(5.0000001) == "found 5.0000001" and judge(3 + 0j) == judge(3)
