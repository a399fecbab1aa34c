"""The networks whose weights are written down: against exact fractions, by brute force, up to their
limits and one letter on."""

import itertools
import string
from fractions import Fraction

import numpy as np
import pytest

from revlib import handmade
from revlib.alphabet import LetterError

LIMITS = {np.float64: 26, np.float32: 12, np.float16: 5}
every_precision = pytest.mark.parametrize(
    "dtype, limit", LIMITS.items(), ids=lambda v: getattr(v, "__name__", v)
)


def exact(indices, base):
    """The states S(0) … S(T) of one unit, as fractions; a letter's digit is its index and 1."""
    S = [Fraction(0)]
    for index in indices:
        S.append((S[-1] + int(index) + 1) / base)
    return S


def in_base(value, base, places):
    """Digits of a fraction from 0 up, by long multiplication; exact only if they end there."""
    found = [int(value)]
    for _ in range(places):
        value = (value - int(value)) * base
        found.append(int(value))
    return found


def comes_back(net, letters):
    """Which columns of (T, B) letters are said in reverse, END next; END's index is that after the
    last letter."""
    V = len(net.alphabet)
    S = net.encode(np.eye(V, dtype=net.theta.dtype)[letters])
    Y = net.decode(S[-1], len(letters) + 1).Y
    if len(Y) <= len(letters):  # all have ended early
        return np.zeros(letters.shape[1], bool)
    return (Y[:-1] == letters[::-1]).all(axis=0) & (Y[-1] == V)


def every(T, V=3):
    return np.array([*itertools.product(range(V), repeat=T)]).T


def drawn(T, V=3, count=2000, seed=0):
    """Random strings, and those whose number is all ones or all of the largest digit but for one
    letter."""
    hard = [
        [k] * i + [other] + [k] * (T - 1 - i)
        for k in (0, V - 1)
        for i in range(T)
        for other in range(V)
    ]
    return np.concatenate(
        [np.random.default_rng(seed).integers(V, size=(T, count)), np.array(hard).T], axis=1
    )


# ---------------------------------------------------------------- numbers and digits


@pytest.mark.parametrize("base", [4, 5, 10, 16])
def test_the_number_of_a_string(base):
    for text in ("", "a", "c", "cab", "abcabcabc", "bbbbcccaaab"):
        value = handmade.number(text, base)
        assert isinstance(value, Fraction)
        assert value == exact(["abc".index(letter) for letter in text], base)[-1]
        k = ["abc".index(letter) + 1 for letter in reversed(text)]
        assert handmade.digits(value, base, len(text)).tolist() == [0, *k]
    assert handmade.number("zx", base, "xyz") == (Fraction(3, base) + 1) / base
    with pytest.raises(LetterError, match="^letter 'd' at position 3 of 'abd'"):
        handmade.number("abd", base)
    with pytest.raises(ValueError, match="^base 3 has 2 digits above 0; the 3 letters 'abc' need"):
        handmade.number("abc", 3)


def test_digits_of_what_a_machine_holds():
    for value in (
        0,
        0.5,
        np.float16(0.583),
        np.float32(0.1),
        np.float64(3.99),
        Fraction(63, 64),
        np.float64(4),
        12.75,
    ):
        right = in_base(Fraction(*value.as_integer_ratio()), 4, 40)
        assert handmade.digits(value, 4, 40).tolist() == right
    assert handmade.digits(Fraction(2, 3), 10, 3).tolist() == [0, 6, 6, 7], "to the nearest"
    assert handmade.digits(Fraction(999, 1000), 10, 2).tolist() == [1, 0, 0], "and carried"
    assert handmade.digits(Fraction(7, 4), 4, 0).tolist() == [2]


def test_what_a_significand_holds():
    for dtype, bits in ((np.float64, 53), (np.float32, 24), (np.float16, 11)):
        assert np.finfo(dtype).eps == 2.0 ** (1 - bits)
        for base in range(2, 65):
            fits = handmade.capacity(base, dtype)
            assert base**fits <= 2**bits < base ** (fits + 1), (base, bits)


# ---------------------------------------------------------------- one unit


@every_precision
def test_the_states_are_the_numbers(dtype, limit):
    net = handmade.build_stack(longest=limit, dtype=dtype)
    assert net.theta.dtype == dtype
    assert net.theta.size == 18
    for column in drawn(limit, count=20).T:
        text = "".join("abc"[i] for i in column)
        S = exact(column, 4)
        run = net.run(text)
        assert [Fraction(*value.as_integer_ratio()) for value in run.S[:, 0]] == S
        assert run.output == text[::-1]
        assert len(run.dec.Y) == limit + 1
        left = [4 * value for value in reversed(S)]  # _S(1), …, _S(T), and 0 when nothing is left
        assert [Fraction(*value.as_integer_ratio()) for value in run.dec.S[1:, 0]] == left


@every_precision
def test_every_string_and_the_limit(dtype, limit):
    """All strings of up to 9 letters, and drawn ones up to the limit, each from the network of the
    limit and its own."""
    for T in range(1, limit + 1):
        letters = every(T) if T <= 9 else drawn(T)
        assert comes_back(handmade.build_stack(longest=limit, dtype=dtype), letters).all(), T
        assert comes_back(handmade.build_stack(longest=T, dtype=dtype), letters).all(), T


@every_precision
def test_one_letter_later(dtype, limit):
    """Whichever length it is built for: some fail, and those whose number cannot be held fail for
    sure."""
    letters = every(limit + 1) if limit < 9 else drawn(limit + 1)
    for longest in (limit, limit + 1):
        good = comes_back(handmade.build_stack(longest=longest, dtype=dtype), letters)
        assert not good.all()
        # a whole number of 2T bits, and the same without its final zeros
        value = sum((letters[t].astype(object) + 1) * 4**t for t in range(limit + 1))
        odd = np.array([int(v) // (int(v) & -int(v)) for v in value], dtype=object)
        held = np.array([int(v).bit_length() <= np.finfo(dtype).nmant + 1 for v in odd])
        assert not good[~held].any(), "what is rounded off cannot come back"
    if dtype is not np.float32:  # where no bit is left over, the scores are rounded too
        assert held.any()
        good = comes_back(handmade.build_stack(longest=limit, dtype=dtype), letters)
        assert good[held].mean() > 0.95


def test_the_first_failures():
    half = handmade.build_stack(longest=5, dtype=np.float16)
    first = every(6)
    good = comes_back(half, first)
    assert "".join("abc"[i] for i in first[:, ~good][:, 0]) == "aaaaab"
    assert good.sum() == 404
    S, run = handmade.until_wrong(half, "aaaaab")
    assert run.output == "baaaa"
    assert run.Y.tolist() == [1, 0, 0, 0, 0, 3]
    rounded_off = [0, 2, 1, 1, 1, 1, 0]
    assert in_base(Fraction(*S[-1, 0].as_integer_ratio()), 4, 6) == rounded_off
    _, late = handmade.until_wrong(handmade.build_stack(), "a" * 26 + "b")
    assert late.output == "b" + "a" * 25
    _, light = handmade.until_wrong(handmade.build_stack(), "a" * 27)
    assert light.output == "a" * 27, "a leading 0 costs nothing"


def test_the_scores_change_hands_halfway():
    for letters, base, longest in (
        ("abc", 4, 5),
        ("abc", 4, 12),
        ("abc", 5, 4),
        ("abcdefg", 8, 3),
        ("ab", 3, 6),
        ("a", 2, 4),
        ("abcdefgh", 10, 3),
    ):
        net = handmade.build_stack(letters, base, longest)
        V = len(letters)
        # the digits after the point, all the largest
        most = sum(Fraction(V, base**i) for i in range(1, longest))
        for k in range(1, V):
            meet = (net.bo[k - 1] - net.bo[k]) / (net.Wo[0, k] - net.Wo[0, k - 1])
            halfway = float(k + 1 - (1 - most) / 2)
            assert meet == pytest.approx(halfway, rel=1e-12), (letters, base, k)
        for k in range(V + 1):  # from the smallest to the largest state of each digit
            for state in (k, *[float(k + most)] * (k > 0)):
                assert (net.Wo[0] * state + net.bo).argmax() == (k - 1) % (V + 1)


@pytest.mark.parametrize(
    "letters, base, length",
    [
        ("abcdefg", 8, 17),
        ("abcdefghijklmno", 16, 13),
        ("abc", 8, 18),
        ("abc", 5, 21),
        ("abc", 10, 14),
        ("ab", 3, 12),
        ("a", 2, 50),
    ],
)
def test_other_bases_reach(letters, base, length):
    assert comes_back(
        handmade.build_stack(letters, base, length), drawn(length, len(letters))
    ).all()


def test_what_cannot_be_built():
    with pytest.raises(
        ValueError, match="base 3 has 2 digits above 0; the 3 letters 'abc' need base 4"
    ):
        handmade.build_stack("abc", 3)
    for build in (handmade.build_stack, handmade.build_triangle):
        with pytest.raises(ValueError, match="^the longest string has 1 letter or more, not 0$"):
            build(longest=0)
    with pytest.raises(ValueError, match="^one digit of base 4096 does not fit into the signific"):
        handmade.build_stack(base=4096, dtype=np.float16)
    with pytest.raises(ValueError, match="^the largest weight of Net.* does not fit into float16$"):
        handmade.build_stack(string.ascii_letters, 2048, 2, np.float16)
    assert comes_back(handmade.build_stack(longest=1), every(1)).all()


# ---------------------------------------------------------------- two units


def test_the_triangle_halves_the_way():
    net = handmade.build_triangle()
    corners = {"a": (1, 0), "b": (0, 1), "c": (1, 1)}
    for text in ("a", "cab", "abccba", "bca" * 6):
        point = [Fraction(0), Fraction(0)]
        for letter in text:
            point = [(u + corner) / 2 for u, corner in zip(point, corners[letter])]
        assert [Fraction(*value.as_integer_ratio()) for value in net.run(text).thought] == point


@pytest.mark.parametrize(
    "dtype, limit",
    [(np.float64, 53), (np.float32, 24), (np.float16, 11)],
    ids=["float64", "float32", "float16"],
)
def test_the_triangle_lasts_a_letter_a_bit(dtype, limit):
    for T in (1, 2, 3, 5, 8, limit - 1, limit):
        letters = every(T) if T <= 9 else drawn(T)
        assert comes_back(handmade.build_triangle(limit, dtype), letters).all(), T
    assert not comes_back(handmade.build_triangle(limit + 1, dtype), drawn(limit + 1)).all()


# ---------------------------------------------------------------- decoding until it goes wrong


def test_until_wrong():
    net = handmade.build_stack(longest=5)
    S, run = handmade.until_wrong(net, "abcab")
    whole = net.run("abcab")
    assert (S == whole.S).all()
    assert run.Y.tolist() == whole.dec.Y.tolist()
    assert run.output == "bacba"
    wild = handmade.build_stack("abc", 10, 2, np.float16)
    text = "acacbcaacaabcaaccbababaccbcacb"
    with pytest.raises(FloatingPointError):  # decoded on, it overflows
        wild.run(text)
    S, run = handmade.until_wrong(wild, text)
    right = ["abc".index(letter) for letter in reversed(text)]
    assert run.Y[:-1].tolist() == right[: len(run.Y) - 1]
    assert run.Y[-1] != right[len(run.Y) - 1]
    # here the largest letter stays right while the state grows, till it is no number
    lucky = handmade.build_stack("abc", 6, 4, np.float16)
    S, run = handmade.until_wrong(lucky, "cccccccccc")
    assert run.Y.tolist() == [2] * 10
    assert np.isfinite(run.S).all()
    assert run.S[-1] > 6**4


def test_a_decoder_that_overflows_at_once_is_answered_in_words():
    net = handmade.build_stack()
    net.dec.Ws[:] = 1e308
    net.enc.bh[:] = 1e300
    with pytest.raises(FloatingPointError, match=r"_S\(1\)"):
        handmade.until_wrong(net, "ab")
