"""The scripts of benchmarks/: what they ask, tune and count, on small budgets."""

import pathlib
import sys

import numpy as np
import pytest

from revlib import decoders, handmade, model, starts, training
from revlib.alphabet import Alphabet

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "benchmarks"))
import own_stack
import published
import roads
import runs
import styles
import whole_task

ABC = Alphabet("abc", end=True)


# ---------------------------------------------------------------- styles, cells, starts


def test_what_is_asked_for_tuning_is_not_what_is_reported():
    test, validation = (styles.questions(split) for split in ("test", "validation"))
    assert test[:8] == validation[:8] == [ABC.strings(T) for T in range(1, 9)]
    for T, (one, other) in enumerate(zip(test[8:], validation[8:]), start=9):
        assert {len(string) for string in one + other} == {T}
        assert len(one) == len(other) == 1_000 and one != other
    assert not set(styles.VALIDATION) & set(styles.SEEDS)


def test_the_fast_network_is_the_second_style():
    """Same start, same answers, same gradients: only the time differs."""
    fast = styles.begin("feedback", "simple", 5, "gaussian", np.random.default_rng(2))
    assert isinstance(fast, model.Net) and fast.theta.dtype == np.float32
    slow = decoders.EncoderDecoder("feedback", ABC, 5)
    starts.initialize(slow, "gaussian", np.random.default_rng(2))
    assert fast.theta.tolist() == slow.theta.astype(np.float32).tolist()
    gradients = [
        training.Batch(net, ["abc", "cab"]).gradient(net)[1]
        for net in (fast.astype(float), slow.astype(np.float32).astype(float))
    ]
    assert gradients[0] == pytest.approx(gradients[1], abs=1e-12)


@pytest.mark.parametrize("style, cell", [("plain", "simple"), ("attention", "LSTM")])
def test_a_training_is_made_of_its_arguments(style, cell):
    settings = dict(style=style, cell=cell, units=3, start="identity", rate=0.01, updates=30)
    row, theta = styles.learn(seed=4, **settings)
    again, same = styles.learn(seed=4, split="validation", **settings)
    assert theta.dtype == float and theta.tolist() == same.tolist()
    assert len(row["accuracy"]) == 16 and row["reached"] == again["reached"]
    _, other = styles.learn(seed=5, **settings)
    assert theta.tolist() != other.tolist()


def test_a_training_that_diverges_counts_as_it_is():
    row, theta = styles.learn("feedback", "simple", 3, "identity", 1e30, 0, updates=30)
    assert np.isfinite(theta).all() and row["accuracy"][7] == 0


def test_tuning_climbs_until_both_neighbours_are_worse(monkeypatch):
    """Two networks: one best at a rate beyond the first ones, from another start; one inside."""
    peaks = {"plain": (np.log2(0.16), "orthogonal"), "peek": (np.log2(0.02), "identity")}
    asked = []

    def each(learn, tasks, name, given):
        for task in tasks:
            asked.append((task["style"], task["start"], round(task["rate"], 4)))
            assert task["split"] == "validation" and task["seed"] in styles.VALIDATION
            peak, start = peaks[task["style"]]
            score = 10 - abs(np.log2(task["rate"]) - peak) + (task["start"] == start)
            yield task, (dict(accuracy=[score - task["seed"] / 100]), None)

    monkeypatch.setattr(runs, "each", each)
    networks = [dict(style=style) for style in peaks]
    given = runs.options("x").parse_args([])
    best, rows = styles.tune(networks, "x", given, rates=(0.02, 0.04), others=("orthogonal",))
    assert best == [dict(start="orthogonal", rate=0.16), dict(start="identity", rate=0.02)]
    assert len(rows) == len(asked)
    tried = {(start, rate) for style, start, rate in asked if style == "plain"}
    rates = (0.02, 0.04, 0.08, 0.16, 0.32)
    assert tried == {("identity", rate) for rate in rates} | {("orthogonal", 0.16)}
    tried = {(start, rate) for style, start, rate in asked if style == "peek"}
    assert tried == {("identity", rate) for rate in (0.01, 0.02, 0.04)} | {("orthogonal", 0.02)}


# ---------------------------------------------------------------- the whole task


def test_mistakes_are_of_four_kinds_and_of_each_place():
    """Counted again, string by string, for a stack that is full after eight letters."""
    net = handmade.build_stack(longest=8)
    net.theta *= 1 + 0.003 * np.random.default_rng(1).normal(size=net.theta.size)
    found = whole_task.mistakes(net, 5)
    kinds = dict(right=0, early=0, late=0, wrong=0)
    places = np.zeros(5)
    for string in ABC.strings(5):
        said, wanted = net.run(string, steps=10).output, string[::-1]
        letters = [a == b for a, b in zip(said, wanted)]
        places += letters + [False] * (5 - len(letters))
        if not all(letters):
            kinds["wrong"] += 1
        elif len(said) == 5:
            kinds["right"] += 1
        else:
            kinds["early" if len(said) < 5 else "late"] += 1
    assert found["of"] == 243 == sum(kinds.values())
    assert {kind: found[kind] for kind in kinds} == kinds
    assert kinds["right"] and kinds["wrong"]
    assert found["by_place"] == pytest.approx(places / 243, abs=1e-4)
    assert (np.array(found["told"]) >= np.array(found["by_place"]) - 1e-9).all()


# ---------------------------------------------------------------- a stack of their own


def test_the_stacks_by_hand_are_stacks_and_untrained_networks_are_not():
    for net in (handmade.build_stack(), handmade.build_triangle(5)):
        found = own_stack.examine(net)
        assert (found["right"], found["gone"], found["undone"]) == (1, 243, 243)
        assert [real for real, _ in found["product"]] == pytest.approx([1] * net.n)
    found = [own_stack.examine(own_stack.untrained(5, seed)) for seed in range(5)]
    assert all(one["suffix"] == 243 for one in found), "steps that shrink order by suffix"
    assert all(one["undone"] < 10 for one in found)


# ---------------------------------------------------------------- a published task


def test_the_mark_is_read_and_not_said():
    for recipe in (published.USUAL, published.ATTENTION):
        settings = {name: recipe[name] for name in ("style", "cell", "mark", "units", "start")}
        net = published.begin(rng=np.random.default_rng(0), **settings | dict(units=4))
        assert (published.MARK in net.alphabet.symbols) == recipe["mark"]
        assert len(net.says.outputs) == 27 and net.theta.dtype == np.float32
    read, said = published.task(["abc"], True)
    assert (read, said) == ([">abc"], ["cba"])
    assert published.task(["abc"], False) == (["abc"], ["cba"])


def test_each_string_of_a_length_comes_once_before_any_comes_again():
    rng = np.random.default_rng(0)
    net = published.begin("feedback", "tanh", False, 2, "identity", rng)
    known = {length: published.draw(length, 6, rng) for length in (2, 3)}
    batches = published.lessons(net, known, 3, False, rng)
    seen = {2: [], 3: []}
    for _ in range(40):
        (tape,) = next(batches).tapes
        said = [net.says.text(column) for column in tape.targets.T]
        seen[len(said[0])] += said
    for length, said in seen.items():
        wanted = sorted(string[::-1] for string in known[length])
        rounds = [said[at : at + 6] for at in range(0, len(said) - 5, 6)]
        assert len(rounds) > 4
        assert all(sorted(one) == wanted for one in rounds)
        assert rounds[0] != rounds[1]


# ---------------------------------------------------------------- other roads


def test_strings_are_held_back_by_place_or_by_lot():
    seen, unseen = roads.split("by place", 3)
    assert (len(seen), len(unseen)) == (162, 81)
    assert {s[0] for s in unseen} == {"c"} and {s[0] for s in seen} == {"a", "b"}
    assert {s[1] for s in seen} == {"a", "b", "c"}
    seen, unseen = roads.split("by lot", 3)
    assert (len(seen), len(unseen)) == (20, 7) and not set(seen) & set(unseen)
    assert roads.split("by lot", 4)[1] != unseen
