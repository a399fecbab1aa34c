"""The four kinds of mapping, each trained on numbers in words, for chapter 13.

    python benchmarks/kinds.py

    one to one     a word, and the German word for it: seven, sieben
    one to many    a calculator's display, and its words: 28 segments, dark or lit, make one vector
    many to one    words, and whether their number is odd or even; and how many figures it has
    many to many   words, and the German words

All are made of the same parts: a layer that reads, tanh cells, a layer that says, the softmax. What
is read, or said, at one step only is a text of length 1. A number as one symbol of 9,999 could not
be asked without being taught: so the second kind reads segments, which numbers share.

Each has UNITS units, and for many to many attention; Adam, its rate falling along a line, clip 1,
identity start, mini-batches of 64, float32. The settings are those that translate.py found good for
German, and were not chosen for each. What is taught is drawn; all others are asked. The numbers are
from 1 to 9,999; of one to one, the 27 that are one word in both languages.

Writes, in notebooks/results, kinds.json: accuracy on what was taught and on what was not, a run a
line.
"""

from time import process_time

import numpy as np
import runs

from revlib import bptt, decoders, numerals, padded, starts, training
from revlib.alphabet import Alphabet

LAST = 9_999
UNITS = 64
SEEDS = range(3)
RATE, DECAY = 0.006, 0.1
UPDATES = 1_000
SIZE = 64
KINDS = {  # name -> how many are taught
    "one to one": 21,
    "one to many": 1_000,
    "many to one: odd or even": 400,
    "many to one: how many figures": 400,
    "many to many": 400,
}

#   a        the segments of a figure, and those that are lit in 0 to 9
# f   b
#   g
# e   c
#   d
SEGMENTS = "abcdefg"
LIT = ("abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg", "abcdfg")


def display(k):
    """Return a number on a display of four figures, (28,): 1 where a segment is lit.

    Places before the first figure are dark.
    """
    rows = np.zeros((4, 7))
    for place, figure in enumerate(str(k).rjust(4)):
        if figure != " ":
            rows[place] = [segment in LIT[int(figure)] for segment in SEGMENTS]
    return rows.ravel()


def whole(kind):
    """Return the numbers of a kind, and its network before training, of zeros in float32."""
    english, german = numerals.alphabet("en"), numerals.alphabet("de", end=True)
    numbers = range(1, LAST + 1)
    style, reads, says, score = "feedback", english, german, "dot"
    if kind == "one to one":
        says = Alphabet(german.symbols)
        numbers = [k for k in numbers if " " not in numerals.english(k) + numerals.words(k, "de")]
    elif kind == "one to many":
        reads = Alphabet([f"{segment}{place}" for place in (1, 2, 3, 4) for segment in SEGMENTS])
    elif kind == "many to one: odd or even":
        says = Alphabet(["odd", "even"])
    elif kind == "many to one: how many figures":
        says = Alphabet("1234")
    else:
        style, score = "attention", "learned"
    net = decoders.EncoderDecoder(style, reads, UNITS, "tanh", says, score)
    return [*numbers], net.astype(np.float32)


def answer(kind, k):
    """Return what should be said of a number."""
    if kind == "many to one: odd or even":
        return "odd" if k % 2 else "even"
    if kind == "many to one: how many figures":
        return str(len(str(k)))
    return numerals.words(k, "de")


class Shown:
    """Displays, and answers of one length; what training.train needs."""

    def __init__(self, net, numbers):
        _, targets = bptt.task(
            net, [""] * len(numbers), [answer("one to many", k) for k in numbers]
        )
        rows = np.array([[display(k) for k in numbers]], net.theta.dtype)  # (1, B, 28)
        self.targets = targets
        self.tape = decoders.Tape(rows, targets)

    def gradient(self, net):
        """Return the loss (nats per symbol) and the flat gradient at the network's weights."""
        return self.tape.forward(net), self.tape.backward(net)

    def correct(self, net):
        """Return which displays get the right answer, (B,) bool."""
        ran = decoders.forward(net, self.tape.inputs, len(self.targets))
        return (ran.Y == self.targets).all(axis=0)


def by_answer(numbers):
    """Return a list of lists: the numbers whose answers have one length."""
    groups = {}
    for k in numbers:
        groups.setdefault(len(numerals.words(k, "de").split()), []).append(k)
    return [*groups.values()]


def shown(net, numbers, rng):
    """Yield mini-batches of displays without end; each has answers of one length."""
    groups = by_answer(numbers)
    shares = np.array([len(group) for group in groups]) / len(numbers)
    while True:
        group = groups[rng.choice(len(groups), p=shares)]
        yield Shown(net, rng.choice(group, min(SIZE, len(group)), replace=False).tolist())


def texts(kind, numbers):
    """Return what is read and what should be said, two lists of texts."""
    return [numerals.english(k) for k in numbers], [answer(kind, k) for k in numbers]


def share(kind, net, numbers):
    """Return the share of numbers that get the right answer."""
    if kind == "one to many":
        right = [Shown(net, group).correct(net) for group in by_answer(numbers)]
        return round(float(np.concatenate(right).mean()), 4)
    return round(float(training.correct(net, *texts(kind, numbers)).mean()), 4)


def learn(kind, seed, updates=UPDATES):
    """Train one network of a kind; return a row, a dict."""
    began = process_time()
    rng = np.random.default_rng(seed)
    numbers, net = whole(kind)
    starts.initialize(net, "identity", rng)
    drawn = rng.permutation(numbers).tolist()
    told, others = drawn[: KINDS[kind]], drawn[KINDS[kind] :]
    if kind == "one to many":
        lessons = shown(net, told, rng)
    else:
        lessons = padded.Texts(net, *texts(kind, told)).batches(SIZE, rng)
    adam = training.Adam(RATE, decay=DECAY)
    for moment in training.train(net, lessons, adam, updates, clip=1, every=20):
        adam.rate = RATE * max(1 - moment.step / updates, 0.01)
    return dict(
        parameters=net.theta.size,
        cpu_seconds=round(process_time() - began, 1),
        taught=len(told),
        taught_right=share(kind, net, told),
        asked=len(others),
        accuracy=share(kind, net, others),
    )


def main():
    """Train all kinds and write the table."""
    given = runs.options(__doc__).parse_args()
    tasks = [dict(kind=kind, seed=seed) for kind in KINDS for seed in SEEDS]
    rows = [task | row for task, row in runs.each(learn, tasks, "kinds", given)]
    runs.write("kinds", dict(units=UNITS, updates=UPDATES, runs=rows), given)
    print(runs.minutes(rows))
    for row in rows:
        print(*row.values(), sep="  ")


if __name__ == "__main__":
    main()
