"""Every quiz: its key is computed once more, each option has its reason, and the page answers at
once."""

import functools
import html
import itertools
import json
import math
import pathlib
import re
import sys

import numpy as np
import pytest

from revlib import exercises, model, numerals, starts, training
from revlib.alphabet import Alphabet
from revlib.exercises import grading
from revlib.panels import static

ROOT = pathlib.Path(__file__).resolve().parent.parent
from helpers import one_page
from reference import network
from reference.answers import (
    IDENTITY,
    RESULTS,
    WITH_END,
    attention,
    blame_arriving,
    decoded,
    five_units,
    log_probabilities,
    lowered,
    mean_loss,
    not_reversed,
    plain_reversed,
    plain_training,
    shares,
    strings,
    sweep,
    thought,
)
from tools import notebook as tool


def after_padding():
    """What two empty rows make of the thought vector of 'ab' in chapter 07's first network."""
    W = five_units("whole_task.npz")
    before = np.maximum(W["Wh"][1] + np.maximum(W["Wh"][0] + W["bh"], 0) @ W["Ws"] + W["bh"], 0)
    after = np.maximum(np.maximum(before @ W["Ws"] + W["bh"], 0) @ W["Ws"] + W["bh"], 0)
    if np.allclose(before, after):
        return 0
    return 1 if np.linalg.norm(after) < np.linalg.norm(before) else 2


def letters_after_longer_strings():
    right = [
        3 - len(not_reversed(five_units("sweep.npz", f"5-3-8-{seed}"), 1)) for seed in range(5)
    ]
    return 0 if min(right) == 3 else 2 if max(right) == 0 else 1


def farthest_sixteen_units():
    """The longest length up to which one of them gets 99 of 100 strings right."""
    found = [shares for longest in (4, 6, 8, 12, 16) for shares in sweep(16, 1, longest).values()]
    return max(
        next((T for T, share in enumerate(shares) if share < 0.99), len(shares)) for shares in found
    )


def popped(number, base, most):
    """The letters in the digits of a number, the first digit first, until nothing is left."""
    said = ""
    while number >= 0.5 / base and len(said) < most:
        digit = int(base * number)
        number, said = base * number - digit, said + " abcdefghijklmno"[digit]
    return said


def in_half_precision(text):
    number = 0.0
    for letter in text:
        number = float(np.float16((number + " abc".index(letter)) / 4))
    return popped(number, 4, len(text))


def longest_run(base):
    """Letters a that Python's numbers give back in a base, the digits read as they stand."""
    number, T = 0.0, 0
    while popped(number, base, T + 1) == "a" * T:
        number, T = (number + 1) / base, T + 1
    return T - 1


def runs_of_styles():
    return json.loads((RESULTS / "styles.json").read_text(encoding="utf-8"))["runs"]


def rank_sum(a, b):
    """Return how many of all splits, of many drawn ones, are as far apart."""
    both = np.array([*a, *b])
    ranks = (both[:, None] > both).sum(axis=1) + (both[:, None] == both).sum(axis=1) / 2
    keys = np.random.default_rng(0).random((200_000, len(both)))
    sums = ranks[np.argsort(keys, axis=1)[:, : len(a)]].sum(axis=1)
    mean = len(a) * ranks.mean()
    return np.mean(np.abs(sums - mean) >= abs(ranks[: len(a)].sum() - mean) - 1e-9)


def ahead_at_nine():
    """The style that is ahead of the two others by more than the luck of seeds, or none."""
    options = ["attention", "peek", "feedback"]
    shares = {
        style: [row["accuracy"][8] for row in runs_of_styles() if row["style"] == style]
        for style in options
    }
    for style in options:
        others = [shares[other] for other in options if other != style]
        if all(
            np.median(shares[style]) > np.median(other) and rank_sum(shares[style], other) < 0.01
            for other in others
        ):
            return options.index(style)
    return 3


def who_looks_back():
    rows = [row for row in runs_of_styles() if row["style"] == "attention"]
    good = {row["seed"] for row in rows if row["accuracy"][7] >= 0.99}
    back = {
        row["seed"]
        for row in rows
        if np.mean([attention(row["seed"], 8)[t, 7 - t].mean() for t in range(8)]) > 0.5
    }
    assert len(good) == 4 and max(back) == 5, "the reasons name them"
    return 0 if len(back) == len(rows) else 1 if back == good else 2 if len(back) == 1 else 3


def a_thousand_letters(T=1000):
    """Where the dot products of attention by hand are largest, in whole numbers: 16 times ((T + 1/2
    - t) i + H - i (i - 1) / 2)."""
    won = []
    for t in range(1, T + 1):
        e = [8 * ((2 * (T - t) + 1) * i + T * (T - 1) - i * (i - 1)) for i in range(1, T + 1)]
        first, second = sorted(e, reverse=True)[:2]
        won.append(e.index(first) == T - t and first - second >= 8 and first < 2**53)
    return 0 if all(won) else 1 if not won[-1] else 2


WH = network.WH


def faint(first):
    """The thought vector of thirty letters, all but the first b, at a tenth of Ws."""
    return thought(first + "b" * 29, Ws=[[0.1 * weight for weight in row] for row in network.WS])


def printed_letters():
    scores = [network.product(state, network.WO) for state in network.PRINTED_DEC_S]
    return "".join("abc"[z.index(max(z))] for z in scores)


def best_and_greedy():
    """Of chapter 04's network that is drawn at random, by scoring all 27 answers."""
    drawn = iter(np.random.default_rng(33).normal(0, 0.6, size=108))
    W = {
        name: [[float(next(drawn)) for _ in row] for row in rows]
        for name, rows in network.post_weights().items()
    }
    last = network.encode(W, [0, 1, 2])[-1]

    def score(answer):
        steps = network.decode(W, last, 3, given=["abc".index(letter) for letter in answer])
        return sum(
            log_probabilities(z)["abc".index(letter)] for (_, _, z, _), letter in zip(steps, answer)
        )

    return max(strings(3), key=score), "".join("abc"[k] for *_, k in network.decode(W, last, 3))


def loss_with(state=0, unit=0, nudge=0.0, step=0):
    """The loss of 'cba' after 'abc' if something is added to one unit of a state, S(1) to _S(3), or
    to Ws[3, 2] at one step."""
    s, losses = [0.0] * 5, []
    for t, letter in enumerate(
        (0, 1, 2, None, 2, 1), start=1
    ):  # what is fed in: abc, nothing, c, b
        Ws = [
            [weight + nudge * (t == step and (i, j) == (2, 1)) for j, weight in enumerate(row)]
            for i, row in enumerate(network.WS)
        ]
        s = network.add(network.product(s, Ws), [0.0] * 5 if letter is None else WH[letter])
        s = [max(value, 0.0) + nudge * (t == state and i == unit) for i, value in enumerate(s)]
        losses += [-log_probabilities(network.product(s, network.WO))[5 - (t - 1)]] if t > 3 else []
    return sum(losses) / 3


def slope(h=1e-5, **of):
    return (loss_with(nudge=h, **of) - loss_with(nudge=-h, **of)) / (2 * h)


def largest_blame():
    norms = [math.hypot(*(slope(state=t, unit=i) for i in range(5))) for t in range(1, 7)]
    return {6: 0, 3: 1, 1: 2}[1 + norms.index(max(norms))]


def moves_a_shut_unit(h=1e-5):
    """Whether the loss changes with a weight that leads into a unit that is shut."""
    low = [mean_loss("cba", Wh=[WH[0], [*WH[1][:4], -0.8 + nudge], WH[2]]) for nudge in (h, -h)]
    return 0 if low[0] == low[1] else 1


def overshoots():
    losses = [
        loss
        for loss, _ in plain_training(
            network.flat(network.post_weights()), ["abc"], 0.01, 5, adam=False
        )
    ]
    return 2 if any(after > before for before, after in zip(losses, losses[1:])) else 0


def of_seven_unseen():
    right = []
    for seed in (0, 1):
        rng = np.random.default_rng(seed)
        order = [strings(3)[i] for i in rng.permutation(27)]
        *_, (_, theta) = plain_training(
            starts.initialize(model.Net(), "identity", rng).theta, order[:20], 0.01, 1000, clip=1
        )
        assert plain_reversed(theta, order[:20]) == 20
        right.append(plain_reversed(theta, order[20:]))
    return 0 if max(right) == 0 else 2 if min(right) == 7 else 1


def of_length_nine():
    """Of those that learned all: one is nearly always wrong, one nearly never, or all are alike."""
    runs = json.loads((RESULTS / "whole_task.json").read_text())["runs"]
    solved = [run for run in runs if run["solved"]]
    assert len(solved) == 8 and solved[0]["beyond"][0]["length"] == 9
    share = [run["beyond"][0]["right"] / 3**9 for run in solved]
    if min(share) < 0.05 and max(share) > 0.95:
        return 0
    return 1 if max(share) < 0.5 else 2


def blame_of_the_starts():
    """Of 60 networks: is the median with gates more than with He's start; or no more, but the
    middle half far narrower; or does hardly anything arrive?"""
    he, *gated = (
        np.quantile([blame_arriving(cell, seed, 15)[0] for seed in range(60)], [0.25, 0.5, 0.75])
        for cell in ("simple, He", "GRU", "LSTM")
    )
    if all(median > 3 * he[1] for _, median, _ in gated):
        return 0
    if max(high for *_, high in gated) < 1e-6:
        return 2
    assert all(high / low < 10 for low, _, high in gated) and he[2] / he[0] > 1000
    return 1


def lstm_as_wide_as(width):
    """Which of 8, 4 and 2 units hands over so many numbers, S and C?"""
    return [n + n for n in (8, 4, 2)].index(width)


def memory_of_unit_3(letters):
    """Of the trained LSTM of four units while it reads a's: does it climb, stay, or come to rest at
    1?"""
    with np.load(RESULTS / "gates.npz") as file:
        Wh, Ws, b = np.split(file["LSTM-4-0"][: (3 + 4 + 1) * 16].reshape(8, 16), [3, 7])
    S, C, found = np.zeros(4), np.zeros(4), []
    for _ in range(letters):
        A = (Wh[0] + S @ Ws + b[0]).reshape(4, 4)
        i, f, o = 1 / (1 + np.exp(-A[[0, 1, 3]]))
        C = f * C + i * np.tanh(A[2])
        S = o * np.tanh(C)
        found.append(C[2])
    return 0 if min(np.diff(found)) > 0.5 else 1 if np.ptp(found) < 0.5 else 2


def rows_of(texts):
    return np.array(
        [[float(letter == other) for letter in text for other in "abc"] for text in texts]
    )


def learned_backwards(hidden, seen, asked, rng, steps=300):
    """How many strings a network without a loop reverses after it has learned others: Adam at
    0.03."""
    X, Y = rows_of(seen), rows_of(text[::-1] for text in seen)
    W = [
        rng.normal(0, rows**-0.5, (rows, columns))
        for rows, columns in itertools.pairwise([X.shape[1], *hidden, X.shape[1]])
    ]
    mean, square = [0.0] * len(W), [0.0] * len(W)

    def forward(S):
        states = [S]
        for k, weights in enumerate(W):
            S = S @ weights
            states.append(S if k == len(W) - 1 else np.maximum(S, 0))
        return states

    for t in range(1, steps + 1):
        *states, Z = forward(X)
        P = np.exp(Z).reshape(len(X), -1, 3)
        blame = ((P / P.sum(axis=2, keepdims=True)).reshape(Z.shape) - Y) / len(X)
        for k in reversed(range(len(W))):
            slope, blame = states[k].T @ blame, blame @ W[k].T * (states[k] > 0)
            mean[k], square[k] = 0.9 * mean[k] + 0.1 * slope, 0.999 * square[k] + 0.001 * slope**2
            W[k] -= 0.03 * mean[k] / (1 - 0.9**t) / (np.sqrt(square[k] / (1 - 0.999**t)) + 1e-8)
    said = forward(rows_of(asked))[-1].reshape(len(asked), -1, 3).argmax(axis=2)
    return sum("".join("abc"[k] for k in row) == text[::-1] for row, text in zip(said, asked))


def never_first():
    """Strings of length 5 that begin with c, by a network that has seen only the others."""
    seen, asked = ([text for text in strings(5) if (text[0] == "c") == c] for c in (False, True))
    right = [learned_backwards([15], seen, asked, np.random.default_rng(seed)) for seed in (10, 11)]
    return 2 if max(right) == 0 else 1 if max(right) <= 40 else 0


def held_back():
    right = []
    for seed in range(6):
        order = np.random.default_rng(seed).permutation(27)
        some, rest = ([strings(3)[k] for k in part] for part in (order[:20], order[20:]))
        right += [
            learned_backwards(hidden, some, rest, np.random.default_rng(seed + 100))
            for hidden in ([], [32])
        ]
    return 1 if min(right) == 7 else 2 if min(right) >= 2 else 0


def units_for_all():
    """The fewest for which the bound reaches 27, among the options."""
    k = next(k for k in range(10) if sum(math.comb(3, j) * 2**j for j in range(k + 1)) >= 27)
    return [3, 2, 1].index(k)


def page_and_oracle():
    """Whether the page of chapter 12 says what the oracle says, to strings longer than any it was
    taught."""
    page, _ = one_page.run(one_page.ONE_UPDATE)
    net = one_page.shaken(page, 5)
    W = {
        name.replace("dec_", "dec."): np.atleast_2d(weight).tolist() for name, weight in net.items()
    }
    agree, wrong = [], []
    for text in strings(5)[::7]:
        steps = network.decode(
            W, network.encode(W, ["abc".index(letter) for letter in text])[-1], 20
        )
        said = "".join("abc"[k] for *_, k in steps if k < 3)
        agree.append(said == page["reverse"](net, text))
        wrong.append(said != text[::-1])
    assert any(wrong), "answers that are wrong must be among them"
    return 2 if all(agree) else 0


@functools.cache
def from_the_states():
    """What each of all columns of tenths makes of the five states before."""
    columns = np.array(list(itertools.product(np.arange(11) / 10, repeat=5)))
    return columns @ np.array([*network.PRINTED_S, *network.PRINTED_DEC_S[:2]]).T


def candidates(printed):
    """How few of the five numbers printed for a unit the best candidate misses, S(2) met exactly,
    and how many do so well."""
    tenths = np.arange(11) / 10
    gap = printed - from_the_states()  # what the letter must bring
    gap = gap[np.abs(gap[:, 0] - np.clip(gap[:, 0].round(1), 0, 1)) < 1e-9]
    if not len(gap):
        return 5, 0
    missed = (np.abs(gap[:, 2]) > 0.0101)[:, None] + (
        np.abs(gap[:, [1, 3, 4], None] - tenths) > 0.0101
    ).sum(axis=1)
    return missed.min(), (missed == missed.min()).sum()


PRINTED = np.array([*network.PRINTED_S[1:], *network.PRINTED_DEC_S])  # five numbers a unit


def tenths_that_fit():
    found = [candidates(PRINTED[:, j]) for j in range(5)]
    meet = [many if missed == 0 else 0 for missed, many in found]
    return 1 if set(meet) == {0, 1} else 2 if set(meet) == {1} else 0


def made_up():
    """Of the chapter's twenty made-up units, how many a candidate fits but for one number."""
    rng = np.random.default_rng(25)
    few = sum(
        candidates((PRINTED[:, j] + rng.uniform(-1, 1, size=5)).round(2))[0] <= 1
        for j in range(5)
        for _ in range(4)
    )
    return 0 if few == 0 else 1 if few < 15 else 2


def eight_units_for_one():
    """An update's time with 8 units, in the measured table: within a tenth of that with 1 unit,
    half as long again, or nine times it."""
    rows = json.loads((RESULTS / "scaling.json").read_text(encoding="utf-8"))["sweeps"]["units"]
    took = {row["units"]: row["step_us"] for row in rows}
    return 0 if took[8] < 1.1 * took[1] else 1 if took[8] < 2 * took[1] else 2


def after_the_last_bit():
    """How far 600 updates of one training carry two networks that differ in one last bit."""
    alphabet, ends = Alphabet("abc", end=True), []
    texts = [text for length in (1, 2, 3, 4) for text in strings(length)]
    for last_bit in (False, True):
        net = starts.initialize(model.Net(alphabet, 5), "identity", np.random.default_rng(0))
        if last_bit:
            net.theta[0] = np.nextafter(net.theta[0], 1)
        batch = training.Batch(net, texts)
        *_, last = training.train(net, batch, training.Adam(0.01), 600, clip=1, every=600)
        ends.append(last.theta)
    apart = np.abs(ends[0] - ends[1]).max()
    return 0 if apart == 0 else 1 if apart < 1e-6 else 2


def due_at_five():
    """What tells what is still to be said when 'fünf' is, to a number of two English words: the
    first of them, the last, or only both."""
    english, german = numerals.texts("en"), numerals.texts("de")
    pairs = [(e.split(), g) for e, g in zip(english, german) if len(e.split()) == 2]
    pairs = [(e, g) for e, g in pairs if "fünf" in g.split()[:1] and e[1] == "five"]
    by_last = {e[1]: {g for other, g in pairs if other[1] == e[1]} for e, g in pairs}
    if all(len(answers) == 1 for answers in by_last.values()):
        return 0
    first = {g.split()[0] for e, g in zip(english, german) if e.split()[:1] == ["twenty"]}
    return 1 if len(first) == 1 else 2


def not_taught(share):
    """Which option a share is: more than nine in ten, about half, hardly any."""
    return 0 if share > 0.9 else 1 if 0.3 < share < 0.7 else 2 if share < 0.05 else None


def translated(**wanted):
    """The shares of numbers not taught that trained networks get right."""
    table = json.loads((RESULTS / "translate.json").read_text(encoding="utf-8"))
    rows = [row for row in table["runs"] if wanted.items() <= row.items()]
    assert len(rows) >= 3
    return [row["accuracy"] for row in rows]


USUAL = dict(language="de", style="attention", cell="tanh", units=64, score="learned")


def of_the_numbers_not_taught():
    shares = translated(**USUAL, numbers="test", taught=400)
    return min(map(not_taught, shares)) if len({*map(not_taught, shares)}) == 1 else None


def beyond_the_thousands():
    """Most, next to none, or most with attention alone."""
    found = {}
    for style in ("feedback", "attention"):
        shares = [
            share
            for language in ("de", "fr")
            for share in translated(
                language=language, style=style, numbers="below 1,000 and round thousands"
            )
        ]
        found[style] = "most" if min(shares) > 0.5 else "none" if max(shares) < 0.01 else "some"
    options = [("most", "most"), ("none", "none"), ("none", "most")]
    return options.index((found["feedback"], found["attention"]))


def of_the_words_not_taught():
    rows = json.loads((RESULTS / "kinds.json").read_text(encoding="utf-8"))["runs"]
    rows = [row for row in rows if row["kind"] == "one to one"]
    assert {(row["taught"], row["asked"], row["taught_right"]) for row in rows} == {(21, 6, 1)}
    right = [round(row["accuracy"] * row["asked"]) for row in rows]
    return 2 if max(right) == 0 else 1 if max(right) <= 4 else 0


# Quiz -> which option is right, from 0: computed without revlib, or, where the question is one of
# meaning, said with its reason.
TRUE = {
    "1.lookup": (
        lambda: [
            [row[1] for row in WH],
            [[0.0] * 5, WH[1], [0.0] * 5],
            WH[1],
            network.add(*WH),
        ].index(network.product([0, 1, 0], WH))
    ),
    "1.weights": lambda: (
        0 if len(network.encode(network.post_weights(), [0] * 100)) == 101 else 1
    ),  # the post's weights, a hundred letters
    "1.bent": lambda: [-0.32, 0.0, -0.8, 0.58].index(thought("ab", Wh=lowered(-0.8))[4]),
    "2.weighs": lambda: [1, 2, 0][
        max(range(3), key=lambda t: math.hypot(*shares("abc")[t]))
    ],  # the options are c, a, b
    "2.lost": lambda: 0 if faint("a") == faint("b") else 1,
    "3.end": lambda: [5, 11, 6].index(len(network.flat(network.post_weights() | WITH_END)) - 108),
    "3.letters": lambda: (
        1 if {decoded(network.one_hot(i, 5), 1) for i in range(5)} == {"c"} else 0
    ),  # every mix of units, then
    "2.identity": lambda: (
        1
        if thought("abc", Ws=IDENTITY) == thought("bac", Ws=IDENTITY) != thought("aac", Ws=IDENTITY)
        else 0
    ),
    "4.shift": lambda: (
        1
        if np.allclose(
            *(
                [float(p) for p in network.softmax([z + by for z in (5.3, 6.9, 8.5)])]
                for by in (0, 100)
            )
        )
        else 0
    ),
    "4.greedy": lambda: 0 if len({*best_and_greedy()}) == 1 else 2,
    "4.sure": lambda: (
        0
        if mean_loss("cba") > 2 * math.log(3)
        else 1
        if mean_loss("cba") > 0.9 * math.log(3)
        else 2
    ),
    "5.grows": largest_blame,
    "5.shut": moves_a_shut_unit,
    "5.step": lambda: max(
        range(3), key=lambda k: slope(step=(1, 3, 2)[k])
    ),  # the third option: step 2, were all alike
    "6.overshoot": overshoots,
    "6.unseen": of_seven_unseen,
    "6.nine": of_length_nine,
    "7.padding": after_padding,
    "7.shorter": letters_after_longer_strings,
    "7.longer": lambda: (
        1 if farthest_sixteen_units() < 12 else 2 if farthest_sixteen_units() >= 24 else 0
    ),
    "8.first": lambda: ["aaaaa", "baaaa"].index(in_half_precision("aaaaab")),
    "8.base": lambda: (
        0 if longest_run(5) < longest_run(4) else 1 if longest_run(5) > longest_run(4) else 2
    ),
    "8.units": (
        lambda: [26, 52, 53, 26 * 26].index(sys.float_info.mant_dig)
    ),  # one bit of each unit is one letter
    "9.best": ahead_at_nine,
    "9.looks": who_looks_back,
    "9.far": a_thousand_letters,
    "10.thirty": lambda: 2 if (1 / (1 + math.exp(-1))) ** 30 < 0.001 else 1,
    "10.start": blame_of_the_starts,
    "10.width": lambda: lstm_as_wide_as(8),
    "10.counter": lambda: memory_of_unit_3(8),
    "11.place": never_first,
    "11.random": held_back,
    "11.units": units_for_all,
    "12.mean": lambda: [81, 108, 27].index(len(strings(3)) * (3 + 1)),
    "12.longer": page_and_oracle,  # letters and an END each
    "13.crossing": due_at_five,
    "13.taught": of_the_numbers_not_taught,
    "13.beyond": beyond_the_thousands,
    "13.word": of_the_words_not_taught,
    "A.tenths": tenths_that_fit,
    "A.slips": lambda: 0 if printed_letters() == decoded(thought("abc")) else 1,
    "A.chance": made_up,
    "D.units": eight_units_for_one,
    "D.bit": after_the_last_bit,
}

every_quiz = pytest.mark.parametrize("name", exercises.QUIZZES)


def test_every_quiz_is_here():
    assert set(TRUE) == set(exercises.QUIZZES)


@every_quiz
def test_the_key_is_right(name):
    asked = exercises.QUIZZES[name]
    assert list(asked.reasons).index(asked.right) == TRUE[name]()


@every_quiz
def test_a_quiz_is_well_made(name):
    asked = exercises.QUIZZES[name]
    assert asked.question.endswith("?") and 2 <= len(asked.reasons) <= 5
    assert all(
        reason.endswith((".", "!")) and len(reason.split()) >= 5
        for reason in asked.reasons.values()
    )
    assert len({*asked.reasons.values()}) == len(asked.reasons), "two options have one reason"


def test_the_right_option_has_no_usual_place():
    places = [list(asked.reasons).index(asked.right) for asked in exercises.QUIZZES.values()]
    assert (
        max(places.count(place) for place in set(places)) <= 0.6 * len(places) or len(places) < 10
    )
    longest = [max(asked.reasons, key=len) == asked.right for asked in exercises.QUIZZES.values()]
    assert sum(longest) <= 0.6 * len(longest) or len(places) < 10, (
        "the longest option is too often the right one"
    )


@every_quiz
def test_the_answer_comes_at_once(name):
    asked, shown = exercises.QUIZZES[name], exercises.quiz(name)
    assert shown.choice.index is None and shown.reply.value == "", (
        "nothing is chosen and nothing given away"
    )
    for k, (option, reason) in enumerate(asked.reasons.items()):
        shown.choice.index = k
        assert html.escape(reason) in shown.reply.value
        assert ("<b>Yes.</b>" in shown.reply.value) == (option == asked.right)
    shown.choice.index = None
    assert shown.reply.value == ""


@every_quiz
def test_the_page_before_it_is_run_gives_nothing_away(name):
    asked = exercises.QUIZZES[name]
    assert repr(exercises.quiz(name)) == f"Quiz: {asked.question} " + " / ".join(asked.reasons)


@pytest.mark.parametrize(
    "path",
    [path for path in tool.book() if path.parent.name == "notebooks"],
    ids=lambda path: path.stem,
)
def test_no_key_stands_in_a_chapter(path):
    """Neither which option is right nor a reason can be read in a notebook, its cells or its stored
    outputs."""
    text = path.read_text(encoding="utf-8")
    for asked in exercises.QUIZZES.values():
        assert not [reason for reason in asked.reasons.values() if reason in text]


def test_every_quiz_is_asked_once():
    asked = [
        name
        for path in tool.book()
        for cell in tool.read(path).cells
        if cell.cell_type == "code"
        for name in exercises.QUIZZES
        if f'quiz("{name}")' in cell.source
    ]
    assert sorted(asked) == sorted(exercises.QUIZZES)


def test_a_quiz_that_is_not_there():
    with pytest.raises(
        ValueError, match=r"there is no quiz '2.nothing'; there is 2\.weighs, 2\.identity, 2\.lost"
    ):
        exercises.quiz("2.nothing")


@pytest.mark.parametrize("rights", [(False, False), (True, True)])
def test_a_quiz_has_one_right_answer(rights):
    options = [grading.Option(name, "Because.", right) for name, right in zip("AB", rights)]
    with pytest.raises(ValueError, match="quiz 'A or B\\?' has [02] right options"):
        grading.Quiz("A or B?", options)


def test_a_quiz_for_a_page_without_a_kernel(monkeypatch):
    """Its replies lie ready, one an option, and none is shown to begin with."""
    shown = []
    monkeypatch.setattr(static, "SITE", True)
    monkeypatch.setattr(static, "display", lambda data, raw: shown.append(data))
    quiz = exercises.quiz("2.identity")
    quiz._ipython_display_()
    (data,) = shown
    assert set(data) == {"text/plain", "text/html"} and data["text/plain"] == repr(quiz)
    page = data["text/html"]
    assert re.findall("<template>(.*?)</template>", page, re.DOTALL) == quiz.replies
    assert page.count('type="radio"') == len(quiz.options) and "checked" not in page
    assert page.index("</label><template>") and quiz.asked.value in page
