"""Networks whose weights are written down: a stack of digits in one number, and attention that
points."""

from fractions import Fraction
from math import log2

import numpy as np

from revlib.alphabet import Alphabet
from revlib.decoders import EncoderDecoder
from revlib.model import Net

CORNERS = np.array([[1, 0], [0, 1], [1, 1]])  # a, b, c in the plane of two units; (0, 0) is empty


def number(text, base=4, letters="abc"):
    """Return the exact number of a string, a Fraction: 0.k(T)…k(1) in that base.

    The digit k(t) of letter t is 1, 2, …; the last letter's stands first. ValueError for a base
    that is not above the number of letters.
    """
    check_base(base, letters)
    value = Fraction(0)
    for letter in Alphabet(letters).read(text, empty=True):
        value = (value + letters.index(letter) + 1) / base
    return value


def digits(value, base, places):
    """Return a number from 0 up, rounded to so many digits after the point, as an int array.

    The first entry is what stands before the point.
    """
    rest = round(Fraction(*value.as_integer_ratio()) * base**places)
    found = []
    for _ in range(places):
        rest, digit = divmod(rest, base)
        found.append(digit)
    return np.array([rest, *found[::-1]])


def capacity(base, dtype=float):
    """Return how many digits of a base fit into the significand of a float type.

    26 digits of base 4 fit into the 53 bits of a float64.
    """
    bits = np.finfo(dtype).nmant + 1  # the significand's first bit is not stored
    return int(bits / log2(base))


def check_base(base, letters):
    """Raise ValueError if a base has too few digits for the letters."""
    if base <= len(letters):
        raise ValueError(
            f"base {base} has {base - 1} digits above 0; the {len(letters)} letters {letters!r}"
            f" need base {len(letters) + 1}"
        )


def build_stack(letters="abc", base=4, longest=26, dtype=float):
    """Return one ReLU unit that keeps a string as a number: its digits are 1, 2, … for the letters,
    and 0 is "nothing left".

    The encoder pushes: S(t) = S(t-1) / base + k / base. The decoder's first step multiplies by the
    base, and what is then before the point is the last letter; fed back, it is taken off:
    _S(t) = base · _S(t-1) - base · k. Scores are lines in the state. Each overtakes the one before
    it halfway between the largest state that should still read the lower digit, with `longest`
    digits, and the smallest that should read its own.

    Parameters
    ----------
    letters : str
    base : int
        Above the number of letters.
    longest : int
        Letters of the longest string; with every digit in use, halfway is base^(1 - longest) / 2
        from either side. What a float type holds (`capacity`), its scores may not tell apart: not
        the last place in float32 if each digit is a letter, from base 8 on. `until_wrong` shows it.
    dtype : NumPy float type
        What weights and states are kept in.

    Returns
    -------
    Net, which has END and n = 1

    Raises
    ------
    ValueError
        If the base has too few digits, one of its digits does not fit into the dtype, a weight is
        too large for it, or `longest` is below 1.
    """
    check_base(base, letters)
    check_longest(longest)
    if base > 2 ** (np.finfo(dtype).nmant + 1):
        raise ValueError(
            f"one digit of base {base} does not fit into the significand of {np.dtype(dtype)}"
        )
    V = len(letters)
    k = np.arange(1.0, V + 1)  # the letters' digits
    net = Net(Alphabet(letters, end=True), n=1)
    net.Wh[:, 0] = k / base
    net.Ws[:] = 1 / base
    net.dec.Wh[:, 0] = -base * k
    net.dec.Ws[:] = base

    # from k.VVV…V, the largest state that reads k, to k + 1, the smallest that reads the next
    gap = (base - 1 - V + V * float(base) ** (1 - longest)) / (base - 1)
    slopes = np.array([0, *2.0 ** np.arange(V - 1)])  # 0, 1, 2, 4, …: no product is ever rounded
    steeper = np.diff(slopes, prepend=0)
    net.Wo[0] = *slopes, -1
    net.bo[:] = *(1 - np.cumsum(steeper * (k - gap / 2))), 1.5
    net.O[:] *= 2.0 ** (3 - V)  # the steepest slope is 2, so that no score overflows
    return cast(net, dtype)


def build_triangle(longest=53, dtype=float):
    """Return two ReLU units that keep a string over 'abc' as a point: each letter halves the way to
    its corner.

    S(t) = S(t-1) / 2 + corner / 2, so each unit is a number in base 2, and a letter one bit of
    each. The decoder doubles, reads both bits before the point, and subtracts twice the corner that
    is fed back.

    Parameters, returns: as in `build_stack`; the network has n = 2.
    """
    check_longest(longest)
    net = Net(Alphabet("abc", end=True), n=2)
    net.Wh = CORNERS / 2
    net.Ws = np.eye(2) / 2
    net.dec.Wh = -2 * CORNERS
    net.dec.Ws = 2 * np.eye(2)
    half = 1 - 2.0**-longest  # between 0.11…1 and 1
    net.Wo[:, :3] = 2 * CORNERS.T - 1
    net.Wo[:, 3] = -1
    net.bo[2:] = -2 * half, 2 * half
    return cast(net, dtype)


def build_pointer(longest, letters="abc"):
    """Return attention written down: it looks at the last letter first, then back along the string
    one letter a step, then says END.

    The encoder's unit 1 is always 1, unit 2 is 4t, unit 3 falls from a height, 4·(H - t(t-1)/2),
    and the others hold the letter just read, and nothing else of the string. In the decoder unit 2
    is 4·(T + ½ - t), unit 3 is 4 and the others 0. So the dot product with S(i) is
    16·((T + ½ - t)·i + H - i(i-1)/2): largest at i = T + 1 - t, by 8 over both neighbours.

    Parameters
    ----------
    longest : int
        Letters of the longest string, up to 10^7: H is so large that unit 3 has not fallen to 0
        before.
    letters : str

    Returns
    -------
    EncoderDecoder, which has END and 3 + len(letters) units
    """
    check_longest(longest)
    if longest > 10**7:
        raise ValueError(f"a string of {longest} letters is too long for a float64 to point into")
    n = 3 + len(letters)
    net = EncoderDecoder("attention", Alphabet(letters, end=True), n)
    height = longest * (longest - 1) / 2
    each = np.eye(len(letters))
    net.enc.bh[:3] = 1, 4, 4 * height
    net.enc.Ws[1, 1] = net.enc.Ws[2, 2] = 1
    net.enc.Ws[:2, 2] = -4 * height, -1  # the height is added once; then unit 3 falls by the count
    net.enc.Wh[:, 3:] = each
    net.dec.Ws[:2, 1] = 2, 1
    net.dec.bh[1:3] = -4, 4
    net.Wo[n + 3 :, :-1] = 10 * each  # the letter that the mixture holds
    net.Wo[1, -1] = -10  # END, once the count is 0
    net.bo[-1] = 14
    return net


def check_longest(longest):
    """Raise ValueError if a length is below 1."""
    if longest < 1:
        raise ValueError(f"the longest string has 1 letter or more, not {longest}")


def cast(net, dtype):
    """Return a network in another float type; ValueError if a weight becomes infinite."""
    with np.errstate(all="ignore"):
        small = net.astype(dtype)
    if not np.isfinite(small.theta).all():
        raise ValueError(
            f"the largest weight of {net}, {np.abs(net.theta).max():.3g},"
            f" does not fit into {np.dtype(dtype)}"
        )
    return small


def until_wrong(net, text):
    """Encode and decode a string with a network that says END.

    Stop after the first letter, or END, that is not right, or before a state overflows.

    Returns
    -------
    S : (T + 1, n) float array
    Decoded
        Of 1 to T + 1 steps; all but the last are right.

    Raises
    ------
    FloatingPointError
        If the very first state of the decoder overflows.
    """
    S = net.encode(net.alphabet.one_hot(text))
    right = [*net.alphabet.indices(text)[::-1], len(net.alphabet)]
    for steps in range(1, len(right) + 1):
        try:
            run = net.decode(S[-1], steps)
        except FloatingPointError:  # what no feedback takes off is multiplied at every step
            if steps == 1:
                raise
            break
        if run.Y[-1] != right[steps - 1]:
            break
    return S, run
