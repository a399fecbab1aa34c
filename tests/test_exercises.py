"""Every exercise: right, wrong, badly shaped and missing answers; the right ones come from
tests/network.py."""

import math

import numpy as np
import pytest

from reference import network
from reference.answers import (
    FIRST_SCORES,
    IDENTITY,
    ROTATION,
    WITH_END,
    adam_steps,
    bias_gradient,
    blame_on_the_last_bias,
    closest_pairs,
    common_run,
    decoded,
    farthest_three_units,
    first_cba,
    first_letter,
    first_lost_in_half_precision,
    largest_eigenvalue,
    lifted,
    log_probabilities,
    look_from,
    lowered,
    lowest_bias,
    lowest_entry,
    lowest_power,
    mean_loss,
    moved_rows,
    not_at_the_last_letter,
    published_gru,
    right_below_twenty,
    scale_of_equal_distances,
    shares,
    strings,
    temperature_of_a_half,
    thought,
    wrong_of_length_nine,
)
from revlib import exercises, numerals, translation

NUMBERS = {
    "1.1": [0, 0, 1, 1, 0, 0, 0, 1, 0],
    "1.2": thought("ba"),
    "1.3": 12 * (26 + 12 + 1),
    "1.5": -0.38,
    "1.4": [
        thought(text, Wh=lowered(-2))[unit] - thought(text, Wh=lowered(-0.8))[unit]
        for text, unit in (("ab", 4), ("abc", 0))
    ],
    "2.1": thought("bbacb", Ws=[[0.0] * 5] * 5),
    "2.2": 1.5 * largest_eigenvalue(),
    "2.3": len(
        {tuple(round(value, 9) for value in thought(text, Ws=IDENTITY)) for text in strings(5)}
    ),
    "2.4": scale_of_equal_distances(),
    "2.5": 0.5 / largest_eigenvalue(),
    "3.1": network.decode(network.post_weights(), thought("c"), 1)[0][2],
    "3.2": 2 * 12 * (26 + 12 + 1) + (12 + 1) * 27,
    "3.4": next(k for k in range(100) if first_letter(Wo=lifted(k / 100)) == "b") / 100,
    "4.1": [float(p) for p in network.softmax([2.0, 1.0, 0.0])],
    "4.2": temperature_of_a_half(),
    "4.3": [float(p) - (k == 1) for k, p in enumerate(network.softmax(FIRST_SCORES))],
    "4.4": [0.6 * max(0.55, 0.45), max(0.6 * 0.55, 0.6 * 0.45, 0.4 * 0.9, 0.4 * 0.1)],
    "4.6": mean_loss("ccc"),
    "5.1": [0.2, 0.5, -0.7],
    "5.2": [20, len([T for T in range(1, 50) if 1000 >= 2**T])],
    "5.3": [0.3 * 0.5 + 0.1 * 0, 0.2 * 0.5 + 0.6 * 0],
    "5.4": bias_gradient("bo", "abc"),
    "5.5": lowest_entry(),
    "6.1": 0.52,
    "6.2": 0.125,
    "6.3": sum(len(strings(length)) for length in range(1, 9)),
    "6.4": first_cba(0.02),
    "6.5": lowest_power(),
    "7.1": math.log2(len(strings(8))),
    "7.2": 2 * (4 * 7 + 7 * 7 + 7) + 7 * 5 + 5,
    "7.3": math.exp(math.log(0.96) / 16),
    "7.5": 3**9 - len(wrong_of_length_nine()),
    "7.6": farthest_three_units(),
    "8.1": 2 / 4 + 1 / 16 + 3 / 64,
    "8.3": [64 // 2, 64 // 5],
    "8.5": [0.5 / 4 + 0.5, 0.25 + 0.5, 2 * 0.25, 2 * 0.5],  # and twice what 'ab' left
    "8.6": [
        next(T for T in range(1, 31) if (bits * T - bits + 1) > 24) for bits in (2, 3, 4)
    ],  # from the first 1 to the last
    "9.1": [
        (10 + 8 + 1) * 8 + (fed + 8 + 1) * 8 + (told + 1) * 11
        for fed, told in ((0, 8), (10, 8), (18, 8), (10, 16))
    ],
    "9.2": [1 / 5, 2 / 5, 2 / 5],
    "9.4": look_from([3 - 1, 1], [[i, -i * (i - 1) / 2] for i in (1, 2, 3)], 16)[0],
    "9.5": [a * (da - (0.2 * 1 - 0.4 * 1)) for a, da in ((0.2, 1), (0.4, 0), (0.4, -1))],
    "10.1": math.log(0.9 / 0.1),
    "10.2": next(t for t in range(100) if (1 / (1 + math.exp(-1))) ** t < 0.01),
    "10.3": [0.8 / 2 / 2 / 2, 0, 0.8],
    "10.5": 4 * (26 * 128 + 128 * 128 + 128 + 128) - 4 * (26 * 128 + 128 * 128 + 128),
    "10.4": [
        0.75 * -0.4 + 0.25 * 0.8,
        (0.8 - -0.4) * 0.25 * 0.75,
        0.75 * 1.6 - 0.5 * 0.4,
        0.5 * math.tanh(1),
        0.5 / math.cosh(1) ** 2 * 0.75,
    ],
    "10.8": [lowest_bias(length) for length in (5, 15, 30)],
    "11.1": (18 + 1) * 20 + (20 + 1) * 18,
    "11.2": [
        sum(text[1] != gone or gone == "a" for text in strings(3)) for gone in "ba"
    ],  # of three zeros the first is the largest: a
    "11.3": max(h for h in range(20) if (18 + 1) * h + (h + 1) * 18 <= 108),
    "11.5": 1 + 4 + math.comb(4, 2),
    "13.1": [
        (30 + 31) * 64 + 2 * (64 * 64 + 64) + read * 32 + 32 + learned
        for read, learned in ((64, 0), (128, 64 * 64))
    ],
    "13.2": look_from([math.log(2), math.log(2)], [[1, 0], [0, 1], [1, 1]])[0],
    "13.4": moved_rows("five thousand five hundred and five", "fünf tausend fünf hundert fünf"),
    "13.7": right_below_twenty(),
}
WORDS = {
    "2.6": [pair for pair in closest_pairs() if pair != ["abaa", "caca"]],
    "3.3": [[decoded([0.0] * 5, bo=[[0.0, 0.1, 0.0]])]],
    "7.8": [common_run(wrong_of_length_nine())],
    "8.2": [["bbac"]],
    "8.8": [[first_lost_in_half_precision()]],
    "9.7": [not_at_the_last_letter(2)],
}
FUNCTIONS = {
    "1.6": lambda text: thought(text, Wh=lowered(-0.8)),
    "2.7": lambda text: sum(shares(text), []),
    "3.7": lambda text: [len(decoded(thought(text), **WITH_END).rstrip("."))],
    "4.5": log_probabilities,
    "5.7": lambda text: bias_gradient("bh", text, Wh=lowered(-0.8)),
    "6.6": adam_steps,
    "7.4": lambda text: [sum(max(map(int, text)) - int(digit) for digit in text)],
    "9.3": lambda state: look_from(state, [[1, 0], [0, 1], [1, 1]])[1],
    "8.4": lambda value: [
        math.ceil(math.log2(value.as_integer_ratio()[1]) / 2)
    ],  # two bits a letter
    "10.6": lambda gates: [math.prod(gates[t:]) for t in range(len(gates))],
    "10.10": published_gru,
    "11.8": blame_on_the_last_bias,
    "13.3": lambda lengths: [
        place < max(lengths) - length for length in lengths for place in range(max(lengths))
    ],
    "13.6": lambda step: [a * b for a in step[0] for b in step[1]],
}
WORKS = {
    "3.5": ([-50], [-75]),
    "3.6": ([1000, 0, 0], [0, 0, 0]),
    "6.7": ([21], [0]),
    "8.9": ([2, -3.994, 2.5], [0, 0, 0]),
    "9.8": ([6, -8], [2, -4]),
    "10.9": ([-9, 12, 1, 0], [0, 1, 0, 0]),
    "11.6": ([7], [0]),
    "11.9": ([0.5, 1.5, 2.5, 2, 1, 0, 0, 1, 2], [0.5, 1.5, 2.5, 0, 1, 2, 0, 1, 2]),
    "11.4": (ROTATION, [0] * 81),
    "13.8": ([0, 0, 3.7, 0, 3.7, 0, 3.7, 0, 0], [0, 0, 3.6, 0, 3.6, 0, 3.6, 0, 0]),
}  # one that works, one that does not
EXPLAINED = [  # sentences, which only a reader can judge; a line for each chapter
    "1.7",
    "2.8",
    "3.8",
    "4.7",
    "5.6",
    "6.8",
    "6.9",
    "7.7",
    "8.7",
    "9.6",
    "10.7",
    "11.7",
    "13.5",
    "13.9",
]
MANY = {number: key for number, key in NUMBERS.items() if isinstance(key, list)}
ONE = {number: key for number, key in NUMBERS.items() if number not in MANY}
NO_NUMBERS = ["abc", {}, {"a": 1}, object(), print, [[1], [2, 3]], [1, "b"], [...], b"x", set()]
TOO_LARGE = [10**400, [10**400] * 5, 1e308, [1e308] * 3]


@pytest.fixture
def told(capsys):
    """The one line that `check` prints."""

    def told(number, answer):
        assert exercises.check(number, answer) is None
        out, err = capsys.readouterr()
        assert err == "" and out.endswith("\n") and out.count("\n") == 1, f"not one line: {out!r}"
        assert len(out) < 300, "a line that long is no line"
        return out[:-1]

    return told


def refused(line, number):
    """The line says what was found and what kind is expected."""
    expected = exercises.EXERCISES[number].expected
    return (
        line.startswith(f"{number}: not yet; ")
        and line.endswith(f"; expected {expected}")
        and ("found " in line or "it gives " in line)
    )


def test_every_exercise_is_here():
    assert {*NUMBERS, *WORDS, *FUNCTIONS, *WORKS, *EXPLAINED} == set(exercises.EXERCISES)


@pytest.mark.parametrize("number", exercises.EXERCISES)
@pytest.mark.parametrize("missing", [None, ...])
def test_not_attempted(told, number, missing):
    assert told(number, missing) == f"{number}: not attempted yet"


@pytest.mark.parametrize(
    "number, there",
    [
        ("7.9", "7.1 to 7.8"),
        ("0.1", "1.1 to 13.9"),
        ("", "1.1 to 13.9"),
        ("1", "1.1 to 1.7"),
        (1.1, "1.1 to 1.7"),
        (None, "1.1 to 13.9"),
        (("1.1",), "1.1 to 13.9"),
    ],
)
def test_unknown_number(told, number, there):
    how = "" if isinstance(number, str) else ', each written as a string: check("1.1", ...)'
    assert told(number, 1) == f"there is no exercise {number!r}; there is {there}{how}"


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize("number, key", NUMBERS.items(), ids=NUMBERS)
def test_right_numbers_in_every_form(told, number, key):
    array = np.array(key, dtype=float)
    forms = [
        key,
        array,
        array.reshape(-1, 1),
        array.reshape(1, -1),
        array.astype(np.float32),
        array.tolist(),
        [key],
    ]
    forms += (
        [tuple(key), np.array(key, dtype=object)]
        if number in MANY
        else [(key,), np.float64(key), np.float32(key), [[key]]]
    )
    for form in forms:
        assert told(number, form) == f"{number}: correct", repr(form)


def test_right_to_two_decimals(told):
    for number in ("1.2", "4.1", "4.3"):
        assert told(number, [round(value, 2) for value in NUMBERS[number]]) == f"{number}: correct"
    assert told("1.1", np.array(NUMBERS["1.1"], dtype=bool).reshape(3, 3)) == "1.1: correct"
    assert told("2.5", round(NUMBERS["2.5"], 3)) == "2.5: correct"


@pytest.mark.parametrize("number, key", NUMBERS.items(), ids=NUMBERS)
def test_wrong_numbers(told, number, key):
    array = np.array(key, dtype=float)
    flipped = array if array.ndim == 0 else array[::-1]
    wrong = [array + 1, -array - 1, array * math.nan, array + math.inf, array - math.inf] + [
        flipped
    ] * (flipped.tolist() != array.tolist())
    for answer in wrong:
        line = told(number, answer.tolist())
        assert refused(line, number)
        assert not gives_away(line, number, key)
    if number in ("1.3", "2.3", "3.2"):
        assert refused(told(number, key + 0.001), number), "a whole number is exact"


def gives_away(line, number, key):
    """A number of the key, as a reader would type it, stands in the line; 0 and 1 stand in many."""
    values = {f"{value:{kind}}" for value in np.ravel(key) for kind in ("g", ".2f", ".3f")} - {
        "0",
        "1",
    }
    return [value for value in values if value in line.removeprefix(number)]


@pytest.mark.slow
@pytest.mark.parametrize("number, key", NUMBERS.items(), ids=NUMBERS)
def test_badly_shaped_numbers(told, number, key):
    size = len(np.ravel(key))
    for count in {0, 1, size - 1, size + 1, 100} - {size}:
        line = told(number, [7.25] * count)
        assert refused(line, number) and f"found {count} number{'s' * (count != 1)};" in line
        assert not gives_away(
            line.replace(f"found {count} number", ""), number, key
        )  # how many were given is no secret
    for answer in NO_NUMBERS:
        line = told(number, answer)
        assert refused(line, number) and not gives_away(line, number, key)
        assert f"found a value of type {type(answer).__name__}" in line


def test_numbers_no_float_can_hold(told):
    for number in (*NUMBERS, *WORKS):
        for answer in TOO_LARGE:
            assert told(number, answer).startswith(f"{number}: ")


def test_complex_numbers(told):
    """NumPy's eigenvalues come as complex numbers: with no imaginary part they are right, and no
    warning is given."""
    for number, key in ONE.items():
        for answer in (np.complex128(key), np.array([complex(key)])):
            assert told(number, answer) == f"{number}: correct"
        for answer in (
            complex(key, 5),
            np.complex128(complex(key, 5)),
            np.array([complex(key, 5)]),
        ):
            assert refused(told(number, answer), number)


# ---------------------------------------------------------------- words, functions, what works,
# explanations


@pytest.mark.parametrize("number, keys", WORDS.items(), ids=WORDS)
def test_words(told, number, keys):
    for key in keys:
        for form in (key, key[::-1], tuple(key), set(key), np.array(key)):
            assert told(number, form) == f"{number}: correct"
    for wrong in (
        "aaaa",
        ["aaaa", "cccc"],
        [],
        "",
        ["a", "b", "c"],
        ("bb",),
        keys[0][0][:-1],
        "x" * 10_000,
        ["a\nb"],
        keys[0] * 2,
    ):
        line = told(number, wrong)
        assert refused(line, number)
        if keys[0][0] not in wrong:  # it may say again what the reader said
            assert not [word for key in keys for word in key if word in line]
    for wrong in (
        5,
        ["a", 5],
        {"a": 1},
        object(),
        b"ccccc",
        [None],
        np.array([["a"]]),
        np.array(5),
    ):
        assert refused(
            told(number, wrong), number
        ) and f"found a value of type {type(wrong).__name__}" in told(number, wrong)


def test_a_word_in_an_array_of_its_own(told):
    assert told("8.2", np.array("bbac")) == "8.2: correct"


@pytest.mark.slow
@pytest.mark.parametrize("number", exercises.EXERCISES)
def test_trouble_is_words_whatever_the_answer(number):
    """Always a string, and never an empty one for what is no answer to anything."""
    question = exercises.EXERCISES[number]
    for answer in (*NO_NUMBERS, ["abc"], 10**400, math.nan, [math.inf] * 9, lambda: 1):
        trouble = question.trouble(answer)
        assert isinstance(trouble, str) and trouble


def test_three_pairs_are_equally_close():
    assert len(closest_pairs()) == 3 and len(WORDS["2.6"]) == 2


@pytest.mark.parametrize("number, ours", FUNCTIONS.items(), ids=FUNCTIONS)
def test_functions(told, number, ours):
    for right in (
        ours,
        lambda argument: tuple(ours(argument)),
        lambda argument: np.array(ours(argument)).reshape(-1, 1),
        lambda argument: np.array(ours(argument), np.float32),
    ):
        assert told(number, right) == f"{number}: correct"

    def fails(argument):
        raise KeyError(argument)

    def fails_at_length(argument):
        raise ValueError("first line\nsecond line\n" + "x" * 10_000)

    for unfinished in (lambda argument: None, lambda argument: ...):
        assert told(number, unfinished) == f"{number}: not attempted yet"
    wrong = [
        lambda argument: [],
        lambda argument: np.array(ours(argument)) + 0.01,
        lambda argument: "abc",
        lambda argument: ours(argument)[::-1] + [0],
        lambda: 1,
        lambda argument: np.nan,
        fails,
        fails_at_length,
    ]
    for answer in wrong:
        line = told(number, answer)
        assert (
            refused(line, number)
            or line.startswith(f"{number}: not yet; for ")
            and " it raised " in line
        )
        assert not [
            value
            for value in ours(exercises.EXERCISES[number].arguments[0])
            if f"{value:.2f}" in line
        ]
    for answer in (5, "thought", [ours], ours(exercises.EXERCISES[number].arguments[0])):
        assert refused(
            told(number, answer), number
        ) and f"found a value of type {type(answer).__name__}" in told(number, answer)


def test_a_function_may_use_up_its_argument(told):
    """Each call gets an argument of its own: one that empties its list stays right, one that turns
    it round stays wrong."""

    def empties(gates):
        answer = FUNCTIONS["10.6"](gates)
        gates.clear()
        return answer

    def turns(gates):
        gates.reverse()
        return FUNCTIONS["10.6"](gates)

    for _ in range(2):
        assert told("10.6", empties) == "10.6: correct"
        assert refused(told("10.6", turns), "10.6") or "for [" in told("10.6", turns)


@pytest.mark.parametrize("number, answers", WORKS.items(), ids=WORKS)
def test_what_works(told, number, answers):
    right, wrong = answers
    for form in (right, np.array(right), np.array(right, np.float32).reshape(-1, 1), tuple(right)):
        assert told(number, form) == f"{number}: correct"
    line = told(number, wrong)
    assert refused(line, number) and "tried out, it gives '" in line
    for answer in (*NO_NUMBERS, [], right * 2, [math.nan] * len(right), [0.5] * 7):
        assert refused(told(number, answer), number)
    for answer in (
        [math.inf] * len(right),
        [-math.inf] * len(right),
        [math.inf, 0, 0][: len(right)],
        [-math.inf, 0, 0][: len(right)],
    ):
        assert told(number, answer).startswith(f"{number}: "), (
            "an exercise never stops the notebook"
        )


@pytest.mark.parametrize("number", EXPLAINED)
def test_explanations(told, number):
    """A sentence is noted, never called correct; a few words, or what is no string, are not."""
    for sentence in (
        "It is so because of that.",
        "One line\nand another, and more.\n",
        "word " * 10_000,
    ):
        assert (
            told(number, sentence)
            == f"{number}: noted; now compare it with the one in the solutions"
        )
    for short, found in (
        ("", "0 words"),
        ("  \n", "0 words"),
        ("because", "1 word"),
        ("It just is so.", "4 words"),
    ):
        line = told(number, short)
        assert refused(line, number) and f"found {found};" in line
    for answer in (
        5,
        ["It is so because of that."],
        b"It is so because of that.",
        {},
        object(),
        print,
        math.nan,
    ):
        line = told(number, answer)
        assert refused(line, number) and f"found a value of type {type(answer).__name__};" in line


def test_a_seed_is_a_whole_number(told):
    for number, seed in (("6.7", 21), ("11.6", 7)):
        assert told(number, seed) == told(number, float(seed)) == f"{number}: correct"
        assert refused(told(number, seed + 0.5), number) and f"found {seed}.5;" in told(
            number, seed + 0.5
        )


def test_the_network_with_an_end():
    """Its END scores the sum of the units plus the bias; the rest of it is the post's network."""
    W = network.post_weights()
    W |= WITH_END
    assert exercises.ender(-75).theta.tolist() == network.flat(W)
    steps = network.decode(W, thought("abc"), 4)
    assert [k for *_, k in steps] == exercises.ender(-75).run("abc").dec.Y.tolist() == [2, 2, 3]


def test_no_answer_of_the_network_of_13_7_hangs_on_its_last_digits():
    """Another machine rounds otherwise, by far less than the margins."""
    net = translation.trained("de", "attention", 400)
    for k in range(1, 20):
        scores = np.sort(translation.translate(net, numerals.english(k)).Z, axis=1)
        assert (scores[:, -1] - scores[:, -2]).min() > 1e-3
