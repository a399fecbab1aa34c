"""The post's worked example for 'abc' as data, with where each number comes from.

Source: Ahmed Hani Ibrahim, "Feedback Sequence-to-Sequence Model - Gonna Reverse Them All!",
AH's Blog, 25 June 2017. Numbers named PRINTED stand in the post. Wh and Ws appear there only as
pictures; they were recovered from the printed states (appendix A). Wo was chosen (chapter 04).
"""

import numpy as np


def _fixed(rows):
    array = np.array(rows, dtype=float)
    array.flags.writeable = False
    return array


AUTHOR, DATE = "Ahmed Hani Ibrahim", "25 June 2017"
TITLE = "Feedback Sequence-to-Sequence Model - Gonna Reverse Them All!"

# Section "The Encoder": S(1), S(2), S(3), and section "The Decoder": _S(1), _S(2), _S(3), to two
# decimals.
PRINTED_S = _fixed(
    [[0.1, 0.2, 0.3, 0.4, 0.5], [0.98, 1.28, 1.65, 1.74, 0.58], [1.74, 2.16, 4.56, 4.62, 3.29]]
)
PRINTED_DEC_S = _fixed(
    [
        [3.83, 6.79, 9.66, 9.58, 6.31],
        [9.44, 16.05, 22.68, 22.78, 14.41],
        [21.91, 37.61, 52.35, 52.62, 32.80],
    ]
)
PRINTED_P = _fixed([0.03, 0.15, 0.81])  # first output, "approx."
PRINTED_OUTPUT = "ccc"
PRINTED_COUNTS = {"encoder": 45, "decoder": 63, "total": 108}

# Recovered: the entries in tenths from 0 to 1 that reproduce the printed states (appendix A does it
# again).
Wh = _fixed([[0.1, 0.2, 0.3, 0.4, 0.5], [0.6, 0.7, 0.9, 1.0, 0.1], [0.2, 0.3, 0.6, 0.6, 0.9]])
Ws = _fixed(
    [
        [0.1, 0.2, 0.2, 0.3, 0.5],
        [0.6, 0.7, 0.7, 0.8, 0.1],
        [0.2, 0.3, 0.9, 0.9, 0.9],
        [0.1, 0.7, 0.8, 0.7, 0.1],
        [0.3, 0.1, 0.0, 0.0, 0.2],
    ]
)

# Chosen among some 3.5e10 that give the printed 0.03, 0.15, 0.81: all positive, and no row
# constant,
# so that every unit has a say in the letters. It decodes 'ccc' on the printed states and on the
# exact ones.
Wo = _fixed([[0.3, 0.1, 0.3], [0.1, 0.2, 0.1], [0.2, 0.3, 0.2], [0.1, 0.1, 0.3], [0.1, 0.2, 0.3]])

# Three numbers that do not follow from the ones before them: (state, unit, printed, computed from
# the printed state before). The post goes on with what it printed. The last two are what a weight
# of 0.8 instead of 0.6 gives (appendix A).
SLIPS = (("S(3)", 2, 2.16, 3.163), ("_S(2)", 3, 22.68, 22.477), ("_S(2)", 4, 22.78, 22.581))

# A fourth is neither cut nor rounded from its sum: it is off by one in its last digit.
LAST_DIGIT = ("_S(3)", 4, 52.62, 52.63)
