"""Floor 3: networks whose weights are written down: a state that is a number, and a decoder that takes its digits off."""
from fractions import Fraction

import numpy as np

from revlib import model
from revlib.alphabet import Alphabet


def build(letters="abc", base=4, longest=26, dtype=float):
    """One ReLU unit that holds a string as a number 0.d(T)…d(1): digits 1, 2, … are the letters, 0 is "nothing left".

    The encoder pushes a digit, S(t) = S(t-1) / base + d / base. The decoder's first step multiplies by the base, and
    what stands before the point is the last letter; fed back, it is taken away: _S(t) = base · (_S(t-1) - d).
    The score of a letter is a line in the state; each overtakes the one before it halfway between the largest
    state that reads the lower digit and the smallest that reads its own.

    Parameters
    ----------
    letters : str
    base : int
        Above the number of letters.
    longest : int
        The length at which that halfway is meant: with every digit in use it is base^(1 - longest) / 2 from the
        smallest.
    dtype : NumPy float type

    Returns
    -------
    model.Net with END and n = 1

    Raises
    ------
    ValueError
        If the base is too small or `longest` below 1.
    """
    digits = len(letters)
    if base <= digits:
        raise ValueError(f"base {base} has {base - 1} digits above 0, too few for the {digits} letters {letters!r}")
    if longest < 1:
        raise ValueError(f"the longest string has at least 1 letter, not {longest}")
    net = model.Net(Alphabet(letters, end=True), n=1)
    d = np.arange(1, digits + 1)
    net.Wh[:, 0], net.Ws[:] = d / base, 1 / base
    net.dec.Wh[:, 0], net.dec.Ws[:] = -base * d, base
    gap = (base - 1 - digits + digits * float(base) ** (1 - longest)) / (base - 1)    # from d.kkk…k to d + 1
    slope = np.array([0, *2.0 ** np.arange(digits - 1)])    # 0, 1, 2, 4, …: products with them are never rounded
    net.Wo[0], net.bo[:] = [*slope, -1], [*(1 - np.cumsum(np.diff(slope, prepend=0) * (d - gap / 2))), 1.5]
    return model.Net(net.alphabet, 1, theta=net.theta.astype(dtype))
