"""benchmarks/curriculum.py: which batches come how often, what is in them, when a length joins."""

import itertools
import pathlib
import sys

import numpy as np
import pytest

from revlib import bptt, decoders, handmade, model, starts, training
from revlib.alphabet import Alphabet

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "benchmarks"))
import curriculum
from curriculum import Curriculum

ABC = Alphabet("abc", end=True)


def course(longest, seed=0, n=3, **more):
    """Return a curriculum of a network that is not trained yet."""
    rng = np.random.default_rng(seed)
    net = starts.initialize(model.Net(ABC, n), "identity", rng)
    return Curriculum(net, longest, rng, **more)


def strings(batch):
    """Return the strings of a batch, read off the targets."""
    (tape,) = batch.tapes
    return [ABC.text(said[:-1][::-1]) for said in tape.targets.T]  # the last is END


def length(batch):
    """Return the length of a batch's strings."""
    return len(batch.tapes[0].targets) - 1


def all_strings(lessons):
    """Return length -> the strings of all its batches."""
    return {
        length: [string for batch in batches for string in strings(batch)]
        for length, batches in lessons.batches.items()
    }


def chi_square(counts, shares):
    """Return how far counts are from a law: Pearson's sum, which is some degrees of freedom."""
    expected = np.array(shares) / sum(shares) * sum(counts)
    return float((np.square(counts - expected) / expected).sum())


# ---------------------------------------------------------------- which batches come

# Shares in proportion to the length, and three times that for the longest that has joined.
LAWS = [
    (1, 2, {1: 1, 2: 6}),
    (1, 4, {1: 1, 2: 2, 3: 3, 4: 12}),
    (3, 6, {3: 3, 4: 4, 5: 5, 6: 18}),
    (4, 4, {4: 1}),
]


@pytest.mark.parametrize(("shortest", "level", "law"), LAWS)
def test_a_length_comes_in_proportion_and_the_longest_three_times_as_often(shortest, level, law):
    lessons = course(max(level, 5), shortest=shortest)
    lessons.level = level
    came = [length(batch) for batch in itertools.islice(lessons, 20_000)]
    assert set(came) == set(law)
    counts = np.array([came.count(each) for each in law])
    # 21.1 is what 3 degrees of freedom go beyond once in 10,000 times; fewer do so more seldom
    assert chi_square(counts, [*law.values()]) < 21.1
    if len(law) > 1:  # and the test can tell other laws from this one
        assert chi_square(counts, [*law]) > 1000, "three times is not once"
        assert chi_square(counts, [*list(law)[:-1], 2 * level]) > 200, "nor twice"
        assert chi_square(counts, [1] * (len(law) - 1) + [3]) > 200, "long ones come more often"


def test_batches_of_a_length_come_equally_often():
    lessons = course(5, size=20)
    lessons.level = 5
    place = {id(batch): i for i, batch in enumerate(lessons.batches[5])}
    came = [place[id(b)] for b in itertools.islice(lessons, 20_000) if length(b) == 5]
    counts = np.bincount(came, minlength=len(place))
    assert len(counts) == 13  # 243 strings, at most 20 a batch
    assert chi_square(counts, [1] * 13) < 40  # of 12 degrees of freedom: once in 10,000 times


def test_a_seed_gives_the_batches_that_the_stored_results_were_trained_on():
    lessons = course(4, n=5, size=2)
    lessons.level = 4
    first = [strings(batch)[0] for batch in itertools.islice(lessons, 12)]
    # said by revlib's own curriculum, before it moved to benchmarks
    assert " ".join(first) == "cbbc aaaa abc ccab ccca ca bcac ccab b cbcb aacb acab"


# ---------------------------------------------------------------- what is in them


@pytest.mark.parametrize("size", [1, 7, 20, 150])
def test_batches_hold_every_string_once_and_at_most_size(size):
    lessons = course(4, size=size)
    for each, found in all_strings(lessons).items():
        assert sorted(found) == ABC.strings(each)
        sizes = [len(strings(batch)) for batch in lessons.batches[each]]
        assert max(sizes) <= size
        assert max(sizes) - min(sizes) <= 1, "dealt out evenly"
        assert len(sizes) == -(-(3**each) // size), "and in no more batches than needed"
    assert found != ABC.strings(4), "in random order"


def test_of_a_length_with_more_strings_than_most_so_many_are_drawn():
    lessons = course(6, size=20, shortest=3, most=81)
    found = all_strings(lessons)
    assert {each: len(drawn) for each, drawn in found.items()} == {3: 27, 4: 81, 5: 81, 6: 81}
    assert sorted(found[4]) == ABC.strings(4), "81 are not more than 81"
    assert len(set(found[6])) > 65, "drawn, and not one string again and again"
    letters = "".join(found[5] + found[6])
    assert chi_square(np.array([letters.count(each) for each in "abc"]), [1, 1, 1]) < 18.4
    assert all_strings(course(6, size=20, shortest=3, most=81)) == found
    assert all_strings(course(6, seed=1, size=20, shortest=3, most=81)) != found


@pytest.mark.parametrize("most", [2, 100])
def test_words_will_do(most):
    words = Alphabet(["twenty", "one"])
    net = model.Net(words, 2)
    lessons = Curriculum(net, 3, np.random.default_rng(0), most=most)
    for batch in lessons.batches[2]:
        for read in batch.tapes[0].targets.T[:, ::-1]:
            assert words.text(read) in words.strings(2)
    assert [len(batch.tapes[0].targets) for batch in lessons.batches[3]] == [3]


# ---------------------------------------------------------------- when a length joins


def test_who_reverses_all_is_given_the_next_length_at_every_look():
    lessons = Curriculum(handmade.build_stack(), 5, np.random.default_rng(0))
    levels = [lessons.level]
    for _ in range(5):
        assert lessons.look() == 1
        levels.append(lessons.level)
    assert levels == [2, 3, 4, 5, 5, 5]
    assert lessons.all_right()


def test_who_reverses_none_stays_where_it_is():
    lessons = course(5)
    lessons.net.theta[:] = 0
    for _ in range(3):
        assert lessons.look() < 0.9
        assert lessons.level == 2
    assert not lessons.all_right()
    assert {length(batch) for batch in itertools.islice(lessons, 500)} == {1, 2}


def test_the_share_is_of_strings_that_are_right_when_fed_the_right_letters():
    lessons = course(4, seed=2, n=5, size=20)
    batch = training.Batch(lessons.net, ABC.strings(2))
    for _ in training.train(lessons.net, batch, training.Adam(0.02), 40):
        pass
    right = {}
    for string in ABC.strings(2):
        _, targets = bptt.task(lessons.net, string)
        right[string] = (lessons.net.run(string, given=targets).dec.Y == targets).all()
    share = float(np.mean([*right.values()]))
    assert 0 < share < 1
    assert lessons.share_right(2) == pytest.approx(share)
    for enough, level in ((share + 0.01, 2), (share, 3)):  # exactly enough is enough
        lessons.enough = enough
        assert lessons.look() == pytest.approx(share)
        assert lessons.level == level


def test_a_look_takes_the_first_four_batches():
    lessons = course(5, size=20)
    lessons.level = 4
    for batch in lessons.batches[4][4:]:
        batch.tapes.clear()  # whoever looks here fails
    lessons.look()


def test_a_training_gets_longer_strings_as_it_learns():
    lessons = course(4, n=5, size=20)
    every = [string for length in (1, 2, 3, 4) for string in ABC.strings(length)]
    plan = iter(lessons)
    assert {length(next(plan)) for _ in range(100)} == {1, 2}, "longer strings came too early"
    levels = []
    best = 0
    fed = 0
    for _ in training.train(lessons.net, plan, training.Adam(0.01), 3000, clip=1, every=100):
        level = lessons.level
        share = lessons.look()
        assert (lessons.level > level) == (share >= 0.9 and level < 4)
        levels.append(lessons.level)
        # at best: the last look may fall into a bad patch
        best = max(best, training.correct(lessons.net, every).mean())
        fed = max(fed, lessons.share_right(4))
    assert levels == sorted(levels)
    assert levels[0] == 2
    assert levels[-1] == 4
    assert best > 0.95
    assert fed > 0.95


@pytest.mark.parametrize("style", decoders.STYLES)
def test_any_style_takes_lessons(style):
    net = decoders.EncoderDecoder(style, ABC, 3, "GRU")
    starts.initialize(net, "identity", np.random.default_rng(0))
    lessons = Curriculum(net, 3, np.random.default_rng(0), enough=0.0)
    moments = list(training.train(net, lessons, training.Adam(0.01), 20, clip=1))
    assert moments[-1].loss < moments[0].loss
    lessons.look()
    assert lessons.level == 3


# ---------------------------------------------------------------- what is wrong is said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(longest=2, shortest=0), "the shortest length is 0; it must be 1 or more"),
        (dict(longest=2, shortest=3), "the longest length, 2, is below the shortest, 3"),
        (dict(longest=2, size=0), "a batch has 0 strings; it must be 1 or more"),
    ],
)
def test_wrong_sizes(arguments, message):
    with pytest.raises(ValueError, match=message):
        course(**arguments)


def test_what_overflows_is_said():
    lessons = course(3)
    lessons.net.theta[:] = 1e200
    with pytest.raises(FloatingPointError, match=r"p\(1\) is nan at place 1"):
        lessons.look()


# ---------------------------------------------------------------- the falling rate


def test_the_rate_falls_along_half_a_cosine():
    rates = [curriculum.half_cosine(step, 8, last=0.2) for step in range(9)]
    assert rates[0] == 1
    assert rates[8] == pytest.approx(0.2)
    assert rates[4] == pytest.approx(0.6), "half way at half time"
    falls = -np.diff(rates)
    assert (falls > 0).all()
    assert falls[0] == pytest.approx(falls[-1])
    assert falls.argmax() in (3, 4), "fastest in the middle"
    assert curriculum.half_cosine(8, 8) == pytest.approx(0.01)
