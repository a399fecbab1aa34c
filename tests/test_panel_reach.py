"""Drives chapter 07's panel; what it must say is worked out here, in NumPy, from the same
weights."""

import re

import numpy as np
import pytest

from helpers.driving import page
from reference import network
from revlib import model, panels
from revlib.alphabet import Alphabet
from revlib.drawing import figures
from revlib.panels import controls

ABC = Alphabet("abc", end=True)
KEYS = [
    (units, low, high, seed)
    for units in (1, 5)
    for low, high in ((1, 4), (3, 8))
    for seed in range(4 if units == 1 else 2)
]
SHARES = {key: np.linspace(1, 0.01 * sum(key), 20) for key in KEYS}
NETS = {
    key: model.Net(
        ABC,
        key[0],
        theta=np.random.default_rng(sum(key)).normal(0, 0.6, model.Net(ABC, key[0]).theta.size),
    )
    for key in KEYS
}


def build():
    return panels.reach_panel(SHARES, NETS, start=(5, 1, 4, 0), text="abca")


def answer(net, text):
    """[(what it says, how sure)] for one string: the run written out once more."""
    W, S, fed, found = net.named(), np.zeros(net.n), np.zeros(3), []
    for letter in text:
        S = np.maximum(W["Wh"]["abc".index(letter)] + S @ W["Ws"] + W["bh"], 0)
    for _ in range(len(text) + 1):
        S = np.maximum(fed @ W["dec.Wh"] + S @ W["dec.Ws"] + W["dec.bh"], 0)
        p = network.probabilities(list(S @ W["Wo"] + W["bo"]))
        k = int(np.argmax(p))
        found.append((("a", "b", "c", "END")[k], p[k]))
        if k == 3:
            break
        fed = np.eye(3)[k]
    return found


def check(panel):
    units, trained, seed, length, text = (
        panel.controls[k].value for k in ("units", "trained", "seed", "length", "string")
    )
    low, high = map(int, trained.split(" to "))
    key = int(units), low, high, seed
    first, second = panel.pictures
    share = 100 * SHARES[key][length - 1]
    place = "below" if length < low else "inside" if length <= high else "above"
    many = f"{units} unit" + ("" if units == "1" else "s")
    size = 2 * (3 + key[0] + 1) * key[0] + (key[0] + 1) * 4
    assert (
        first.words
        == f"{many}, {size} parameters, trained on lengths {trained}, seed {seed}: of length"
        f" {length}, {place} the lengths trained on, it reverses {share:.1f} %."
        f" The thin lines are all {4 if units == '1' else 2} seeds."
    )
    plot = page(panel).plots[0]
    curve, line = plot.lines
    assert [y for _, y in curve] == pytest.approx([plot.y(v) for v in SHARES[key]], abs=0.5)
    seeds = [share for other, share in SHARES.items() if other[:3] == key[:3]]
    assert len(plot.thin) == len(seeds)
    for thin, share_of_seed in zip(plot.thin, seeds):
        assert [y for _, y in thin] == pytest.approx([plot.y(v) for v in share_of_seed], abs=0.5)
    (shaded,) = plot.bars
    assert (shaded[0], shaded[2]) == pytest.approx((plot.x(low - 0.5), plot.x(high + 0.5)), abs=0.5)
    ((_, at, _),) = [text for text in plot.texts if text[0] == "trained on"]
    assert at == pytest.approx(plot.x((low + high) / 2), abs=0.5)
    assert line[-1] == pytest.approx((plot.x(length), plot.y(share / 100)), abs=0.5)
    said, right = answer(NETS[key], text), [*text[::-1], "END"]
    (shown,) = page(panel).blocks
    assert shown.name == "what it says, and how sure it is"
    assert [float(v) for v in shown.texts] == pytest.approx([p for _, p in said], abs=0.0051)
    assert f"'{text}' gives '{''.join(k for k, _ in said if k != 'END')}'" in second.words
    wrong = [t for t, (k, _) in enumerate(said) if k != right[t]]
    assert (": right." in second.words) == ([k for k, _ in said] == right)
    assert (
        (f"first wrong at letter {wrong[0] + 1}" in second.words)
        if wrong
        else "wrong" not in second.words
    )
    assert shown.marked == set(wrong)
    at = [float(x) for x in re.findall(r"least sure of letter (\d+)", second.words)]
    assert at == (
        []
        if min(p for _, p in said) > 0.99995
        else [1 + min(range(len(said)), key=lambda t: said[t][1])]
    )


def test_every_control():
    panel = build()
    check(panel)
    for control, values in {
        "units": ["1", "5"],
        "trained": ["3 to 8", "1 to 4"],
        "seed": [1, 0],
        "length": [1, 2, 9, 20],
        "string": ["a", "ccc", "abcabcabcabcabca", "bca"],
    }.items():
        for value in values:
            panel.controls[control].value = value
            check(panel)


def test_fewer_units_have_more_seeds():
    panel = build()
    panel.controls["units"].value, panel.controls["seed"].value = "1", 3
    check(panel)
    panel.controls["units"].value = "5"
    assert panel.controls["seed"].value == panel.controls["seed"].slider.max == 1
    check(panel)


@pytest.mark.parametrize(
    "text, words",
    [
        ("abx", "letter 'x' at position 3 of 'abx' is not one of 'abc'"),
        ("", "the string is empty"),
        ("a" * 17, "has 17 letters; at most 16 fit here"),
    ],
)
def test_a_wrong_string_is_answered_and_the_picture_stays(text, words):
    panel = build()
    before = panel.pictures
    panel.controls["string"].value = text
    assert words in panel.page.value.replace("&#x27;", "'") and 'role="alert"' in panel.page.value
    assert panel.pictures is before
    panel.controls["string"].value = "ab"
    check(panel)


def test_the_answers_words():
    """Right; wrong in the middle; too long; too short."""

    def words(text, *said):
        return figures.draw_answer(text, said, np.linspace(1, 0.5, len(said))).words

    assert (
        words("ab", "b", "a", "END")
        == "'ab' gives 'ba': right. It is least sure of letter 3, 0.5000."
    )
    assert "'ab' gives 'bb': first wrong at letter 2." in words("ab", "b", "b", "END")
    assert "'ab' gives 'bac': first wrong at letter 3." in words("ab", "b", "a", "c")
    assert "'ab' gives 'b': first wrong at letter 2." in words("ab", "b", "END")
    assert "'ab' gives 'b': right so far, 1 of 3." in words("ab", "b")
    assert figures.draw_answer("a", ["a", "END"], np.ones(2)).words.endswith(
        "It is sure of every letter."
    )
    assert "b≠END" in figures.draw_answer("a", ["a", "b"], np.ones(2)).svg and isinstance(
        build().controls["seed"], controls.Number
    )
