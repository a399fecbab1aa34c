"""Floor 3: networks whose weights are written down: the state is a number, each letter one of its
digits, and feedback takes them off."""

from fractions import Fraction
from math import log2

import numpy as np

from revlib import model
from revlib.alphabet import Alphabet, quote, whole

CORNERS = np.array(
    [[1, 0], [0, 1], [1, 1]]
)  # a, b, c in the plane of two units; (0, 0) is "nothing left"


def number(text, base=4, letters="abc"):
    """The exact number of a string: 0.d(T)…d(1) in that base, the last letter's digit first; a
    Fraction.

    LetterError for what the letters cannot read, ValueError for a base that is not above their
    number.
    """
    value, base = Fraction(0), whole(base, "the base", len(letters) + 1)
    for letter in Alphabet(letters).read(text, empty=True):
        value = (value + letters.index(letter) + 1) / base
    return value


def digits(value, base, places):
    """A number from 0 up, rounded to so many digits after the point: an int array; first what is
    before the point.

    ValueError if it is no number, or negative.
    """
    base, places = whole(base, "the base", 2), whole(places, "the number of digits")
    if not hasattr(value, "as_integer_ratio") or not value >= 0:
        raise ValueError(
            f"{value!r} has no digits; it must be one number, 0 or more, such as S[-1][0]"
        )
    rest, found = round(Fraction(*value.as_integer_ratio()) * base**places), []
    for _ in range(places):
        rest, digit = divmod(rest, base)
        found.append(digit)
    return np.array([rest, *found[::-1]])


def capacity(base, dtype=float):
    """How many digits of a base fit into the significand of a float type: 26 digits of base 4 into
    53 bits."""
    return int(
        (np.finfo(dtype).nmant + 1) / log2(base)
    )  # the significand's first bit is not stored


def build_stack(letters="abc", base=4, longest=26, dtype=float):
    """One ReLU unit that keeps a string as a number: digits 1, 2, … are its letters, and 0 is
    "nothing left".

    The encoder pushes: S(t) = S(t-1) / base + d / base. The decoder's first step multiplies by the
    base, and what is
    then before the point is the last letter; fed back, it is taken off: _S(t) = base · _S(t-1) -
    base · d.
    Scores are lines in the state. Each overtakes the one before it halfway between the largest
    state that should
    still read the lower digit, with `longest` digits, and the smallest that should read its own.

    Parameters
    ----------
    letters : str
    base : int
        Above the number of letters.
    longest : int
        Letters of the longest string; with every digit in use, halfway is base^(1 - longest) / 2
        from either side. What a float
        type holds (`capacity`), its scores may not tell apart: not the last place in float32 if each
        digit is a letter, from
        base 8 on. `until_wrong` shows it.
    dtype : NumPy float type
        What weights and states are kept in.

    Returns
    -------
    model.Net, which has END and n = 1

    Raises
    ------
    ValueError
        If the base has too few digits, one of its digits does not fit into the dtype, a weight is
        too large for it, or
        `longest` is below 1.
    """
    count, base, longest = (
        len(letters),
        whole(base, "the base", 1),
        whole(longest, "the length of the longest string", 1),
    )
    if base <= count:
        raise ValueError(
            f"base {base} has {base - 1} digits above 0; the {count} letters {letters!r} need base"
            f" {count + 1}"
        )
    if base > 2 ** (np.finfo(dtype).nmant + 1):
        raise ValueError(
            f"one digit of base {quote(str(base))} does not fit into the significand of"
            f" {np.dtype(dtype)}"
        )
    net, d = model.Net(Alphabet(letters, end=True), n=1), np.arange(1.0, count + 1)
    net.Wh[:, 0], net.Ws[:] = d / base, 1 / base
    net.dec.Wh[:, 0], net.dec.Ws[:] = -base * d, base
    gap = (base - 1 - count + count * float(base) ** (1 - longest)) / (
        base - 1
    )  # from d.kkk…k to d + 1, k = count
    slope = np.array(
        [0, *2.0 ** np.arange(count - 1)]
    )  # 0, 1, 2, 4, …: a product with them is never rounded
    net.Wo[0] = *slope, -1
    net.bo[:] = *(1 - np.cumsum(np.diff(slope, prepend=0) * (d - gap / 2))), 1.5
    net.O[:] *= 2.0 ** (3 - count)  # the steepest slope is 2, so that no score overflows
    return _cast(net, dtype)


def _cast(net, dtype):
    """The same network in another float type; ValueError if a weight becomes infinite."""
    with np.errstate(all="ignore"):
        theta = net.theta.astype(dtype)
    if not np.isfinite(theta).all():
        raise ValueError(
            f"the largest weight of {net}, {np.abs(net.theta).max():.3g}, does not fit into"
            f" {np.dtype(dtype)}"
        )
    return model.Net(net.alphabet, net.n, theta=theta)


def build_triangle(longest=53, dtype=float):
    """Two ReLU units that keep a string over 'abc' as a point: each letter halves the way to its
    corner.

    S(t) = S(t-1) / 2 + corner / 2, so each unit is a number in base 2, and a letter one bit of
    each. The decoder
    doubles, reads both bits before the point, and subtracts twice the corner that is fed back.

    Parameters, returns: as in `build_stack`; the network has n = 2.
    """
    net, longest = (
        model.Net(Alphabet("abc", end=True), n=2),
        whole(longest, "the length of the longest string", 1),
    )
    net.Wh[:], net.Ws[:] = CORNERS / 2, np.eye(2) / 2
    net.dec.Wh[:], net.dec.Ws[:] = -2 * CORNERS, 2 * np.eye(2)
    half = 1 - 2.0**-longest  # between 0.11…1 and 1
    net.Wo[:, :3], net.bo[2:] = 2 * CORNERS.T - 1, (-2 * half, 2 * half)
    net.Wo[:, 3] = -1
    return _cast(net, dtype)


def until_wrong(net, text):
    """Encode and decode a string, and stop after the first letter (or END) that is not right, or
    before the state overflows.

    Returns
    -------
    S : (T + 1, n) float array
    Decoded
        Of 1 to T + 1 steps; all but the last are right.

    Raises
    ------
    ValueError
        If the network cannot say END, or (LetterError) not read the string.
    """
    if not net.alphabet.end:
        raise ValueError(f"{net} cannot say END, which is what is right after the last letter")
    text = net.alphabet.read(text, empty=True)
    S, right = (
        model.encode(net, net.alphabet.one_hot(text)),
        [*net.alphabet.indices(text[::-1]), len(net.alphabet)],
    )
    for steps in range(1, len(right) + 1):
        try:
            run = model.decode(net, S[-1], steps)
        except FloatingPointError:  # what no feedback takes off is multiplied at every step
            break
        if run.Y[-1] != right[steps - 1]:
            break
    return S, run
