"""The trainings of chapter 13: what is taught and asked, other looks, the kept networks, the kinds
of mapping; on small budgets."""

import json
import pathlib
import sys

import numpy as np
import pytest

from revlib import decoders, numerals, results, training, translation

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "benchmarks"))
import kinds
import runs
import translate

QUICK = dict(units=8, rate=0.006, decay=0.1, seed=3, updates=40)


def drawn(language="de", style="attention", units=6, seed=0):
    """A network whose every parameter is drawn."""
    net = translation.network(language, style, units)
    net.theta[:] = np.random.default_rng(seed).normal(0, 0.6, net.theta.size)
    return net


# ---------------------------------------------------------------- taught and asked


@pytest.mark.parametrize("taught", [100, 4_000])
def test_taught_asked_and_kept_for_tuning_are_all_numbers_once(taught):
    told, asked = translate.split("test", taught, 3)
    assert len(told) == taught
    assert sorted([*told, *asked, *translate.TUNING]) == [*range(1, 10_000)]
    again, tuned = translate.split("tuning", taught, 3)
    assert again == told
    assert tuned == sorted(translate.TUNING)
    assert translate.split("test", taught, 4)[0] != told


@pytest.mark.parametrize("name", translate.BEYOND)
def test_beyond_the_range_every_word_is_one_that_was_taught(name):
    told, asked = translate.split(name, 1_000, 0)
    assert len(set(told)) == len(told) in (1_000, 1_008)
    assert not set(told) & set(asked)
    assert max(asked) == 9_999
    assert min(asked) == (2_000 if "2,000" in name else 1_001)
    for language in ("en", "de", "fr"):
        words = [
            {word for k in numbers for word in numerals.words(k, language).split()}
            for numbers in (told, asked)
        ]
        assert words[1] <= words[0]


def test_tuning_takes_the_best_of_its_settings(monkeypatch):
    def each(learn, tasks, name, given):
        for task in tasks:
            assert task["numbers"] == "tuning" and task["seed"] == 100
            best = (0.006, 0.1) if task["language"] == "de" else (0.003, 0.5)
            yield task, (dict(accuracy=0.5 + 0.1 * ((task["rate"], task["decay"]) == best)), None)

    monkeypatch.setattr(runs, "each", each)
    given = runs.options("x").parse_args([])
    chosen, rows = translate.tune([dict(language="de"), dict(language="fr")], given)
    assert chosen == [dict(rate=0.006, decay=0.1), dict(rate=0.003, decay=0.5)]
    assert len(rows) == 8


def test_no_run_is_reported_twice_and_none_was_tuned_with():
    every = [
        translate.USUAL | task
        for tasks in translate.stages(lambda *kind: dict(rate=0.003, decay=0.1))
        for task in tasks
    ]
    assert len({tuple(sorted(task.items())) for task in every}) == len(every)
    assert 100 not in {task["seed"] for task in every}
    kept = [task for task in every if task.items() >= translate.KEPT.items()]
    assert len({(t["language"], t["style"], t["taught"]) for t in kept}) == len(kept) == 24


@pytest.mark.parametrize("style", translate.STYLES)
def test_a_training_is_made_of_its_arguments(style):
    row, theta = translate.learn("fr", style, "tanh", 60, **QUICK)
    again, same = translate.learn("fr", style, "tanh", 60, numbers="tuning", **QUICK)
    assert theta.dtype == np.float32
    assert theta.tolist() == same.tolist()
    assert (row["asked"], again["asked"]) == (8_940, 999)
    assert sum(many for many, _ in row["by_words"].values()) == 8_940
    shares = [many * share for many, share in row["by_words"].values()]
    assert sum(shares) / 8_940 == pytest.approx(row["accuracy"], abs=1e-4)
    assert ("everywhere" in row) == (style == "attention")


def test_a_training_that_diverges_counts_as_it_is():
    wild = QUICK | dict(rate=1e30)
    row, theta = translate.learn("de", "feedback", "simple", 60, **wild)
    assert np.isfinite(theta).all()
    assert row["accuracy"] < 0.1


# ---------------------------------------------------------------- other looks


def test_to_look_as_attention_does_changes_nothing():
    net = drawn()
    texts = [numerals.english(k) for k in (21, 99, 54)]
    said = translate.answers(net, net.alphabet.indices(texts), 6)
    assert (said == net.run(texts, steps=6).Y).all()


def test_what_is_seen_everywhere_and_at_one_place():
    rng = np.random.default_rng(0)
    s, states = rng.normal(0, 1, (4, 5)), rng.normal(0, 1, (3, 4, 5))
    alpha, mixture = translate.everywhere(s, states)
    assert alpha.shape == (4, 3)
    np.testing.assert_allclose(alpha, 1 / 3)
    np.testing.assert_allclose(mixture, states.mean(axis=0))
    alpha, mixture = translate.at_one(s, states)
    for b in range(4):
        best = int(np.argmax([s[b] @ states[t, b] for t in range(3)]))
        assert alpha[b].tolist() == np.eye(3)[best].tolist()
        np.testing.assert_allclose(mixture[b], states[best, b])


def test_numbers_right_by_another_look():
    net = drawn()
    asked = [7, 25, 3_333, 1_000]
    texts, wanted = numerals.pairs(asked, "de")
    right = translate.right_by(net, asked, "de", decoders.attend)
    assert right.tolist() == training.correct(net, texts, wanted).tolist()


# ---------------------------------------------------------------- what is kept


@pytest.fixture(scope="module")
def table():
    return json.loads((results.folder() / "translate.json").read_text(encoding="utf-8"))


def test_every_kept_network_has_its_row(table):
    kept = {
        (row["language"], row["style"], row["taught"])
        for row in table["runs"]
        if row.items() >= translate.KEPT.items()
    }
    assert kept == set(translation.names())
    assert {("de", "attention", 400), ("fr", "feedback", 1_000)} <= kept


@pytest.mark.parametrize("style", translate.STYLES)
def test_a_kept_network_is_as_good_as_its_row_says(table, style):
    net = translation.trained("de", style, 400)
    _, asked = translate.split("test", 400, 0)
    kind = translate.KEPT | dict(language="de", style=style, taught=400)
    row = next(row for row in table["runs"] if row.items() >= kind.items())
    share = training.correct(net, *numerals.pairs(asked, "de")).mean()
    assert share == pytest.approx(row["accuracy"], abs=5e-4)  # float16 and float64 round otherwise


def test_the_nearest_embedding_is_the_nearest(table):
    assert len(table["neighbours"]) == 20  # languages, styles, seeds
    for about in table["neighbours"]:
        if about["seed"] == 0:
            net = translation.trained(about["language"], about["style"], about["taught"])
            for word, other in about["nearest"].items():
                i, j = net.alphabet.indices(f"{word} {other}")
                apart = [float(np.linalg.norm(row - net.enc.Wh[i])) for row in net.enc.Wh]
                apart[i] = np.inf
                assert apart[j] == pytest.approx(min(apart), rel=1e-2)  # float16 was rounded


def test_mistakes_are_mistakes(table):
    for case in table["mistakes"]:
        kind = case["language"], case["style"], case["taught"]
        net = translation.trained(*kind)
        told, _ = translate.split("test", kind[2], case["seed"])
        for k, said, right in case["mistakes"]:
            assert k not in told
            assert right == numerals.words(k, kind[0]) != said
            assert translation.translate(net, numerals.english(k)).output in (said, "")


def test_a_number_is_translated_until_end():
    net = translation.trained("de", "attention", 1_000)
    ran = translation.translate(net, "twenty five")
    assert ran.output == "fünf und zwanzig"
    assert ran.alpha.shape == (4, 2)
    several = translation.translate(net, ["twenty five", "thirty one"])
    assert several.outputs == ["fünf und zwanzig", "ein und dreißig"]
    silent = translation.network("de", "feedback", 3)
    assert len(translation.translate(silent, "one").Y) == translation.LONGEST


def test_a_network_that_was_not_kept_is_named():
    with pytest.raises(
        ValueError, match="^no network was kept for 'de', 'peek', 400; there are de"
    ):
        translation.trained("de", "peek", 400)


def test_half_precision_is_kept_where_it_changes_no_answer():
    net = translation.trained("de", "attention", 1_000)
    theta = net.theta.astype(np.float32)
    assert translate.smallest("de", "attention", 1_000, theta).dtype == np.float16
    finer = theta.copy()
    finer[-len(net.bo) :] += 4_096  # scores of which float16 keeps whole numbers
    assert translate.smallest("de", "attention", 1_000, finer).dtype == np.float32


# ---------------------------------------------------------------- four kinds


def test_a_display_shows_its_number():
    shown = {k: kinds.display(k) for k in range(10_000)}
    assert len({row.tobytes() for row in shown.values()}) == 10_000
    assert shown[8].tolist() == [0] * 21 + [1] * 7
    assert shown[1_000].reshape(4, 7).sum(axis=1).tolist() == [2, 6, 6, 6]
    assert [int(kinds.display(k).sum()) for k in range(10)] == [6, 2, 5, 5, 4, 5, 6, 3, 7, 6]


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_each_kind_learns(kind):
    row = kinds.learn(kind, seed=1, updates=250 if kind == "one to many" else 120)
    assert row["taught"] == kinds.KINDS[kind]
    numbers, _ = kinds.whole(kind)
    assert row["taught"] + row["asked"] == len(numbers) == (27 if kind == "one to one" else 9_999)
    assert row["taught_right"] > 0.3


def test_what_the_kinds_should_say():
    assert kinds.answer("one to one", 7) == "sieben"
    assert kinds.answer("one to many", 25) == "fünf und zwanzig"
    assert [kinds.answer("many to one: odd or even", k) for k in (7, 20)] == ["odd", "even"]
    assert [kinds.answer("many to one: how many figures", k) for k in (7, 20, 9_999)] == [*"124"]
    for kind in ("one to one", "many to one: odd or even", "many to one: how many figures"):
        numbers, net = kinds.whole(kind)
        assert {len(net.says.read(kinds.answer(kind, k))) for k in numbers} == {1}


def test_displays_in_mini_batches():
    _, net = kinds.whole("one to many")
    groups = kinds.by_answer([1, 25, 2, 30, 99])
    assert sorted(map(sorted, groups)) == [[1, 2, 30], [25, 99]]
    batches = kinds.shown(net, [1, 25, 2, 30, 99], np.random.default_rng(0))
    sizes = {next(batches).tape.inputs.shape for _ in range(20)}
    assert sizes == {(1, 3, 28), (1, 2, 28)}
