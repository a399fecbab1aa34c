"""What may a decoder look at? The four styles of chapter 09, each at its own best rate and start.

    python benchmarks/styles.py                  # all cores
    python benchmarks/styles.py --dask tcp://…   # the same on a Dask cluster

Each run trains 8 ReLU units over 'abc' with END on all 9,840 strings of lengths 1 to 8: Adam (beta2
0.99, its rate falling along a half cosine), clip 1, batches of up to 150 strings of one length, a
curriculum of lengths, and 12,000 updates, whatever has been reached by then. It computes in
float32, and the network is asked in float64.

Tuning. A rate or a start that suits one style need not suit another. So each is first tried with
the seeds of VALIDATION, from the start "identity", at the rates of RATES; where the best of them is
the highest or lowest, at one more beyond it, until it is not. At the best rate the other STARTS are
tried. Best is the highest sum of the shares reversed of lengths 1 to 16, averaged over these seeds.
The strings of lengths 9 to 16 asked here are not those of the report.

Report. At its best rate and start each style is trained with ten other seeds. The network is asked,
until it says END, every string of lengths 1 to 8, and 1,000 drawn strings of each length from 9 to
16: the same for all runs, and drawn with another seed than any training.

`learn` takes any cell: gates.py and starts.py ask for others.

Writes, in notebooks/results, styles.json (accuracy by length, a run a line; the tuning; what a step
costs) and styles.npz (the weights of every run reported, under style-units-seed).
"""

from functools import partial
from time import process_time

import numpy as np
import runs
from curriculum import Curriculum, half_cosine

from revlib import decoders, model, starts, training
from revlib.alphabet import Alphabet

ABC = Alphabet("abc", end=True)
UNITS = 8
SEEDS = range(10)
VALIDATION = (100, 101)  # seeds
RATES = (0.01, 0.02, 0.04)
STARTS = ("gaussian", "orthogonal")  # beside the identity
UPDATES = 12_000
LOOK = 400  # updates from look to look
TRAINED = 8  # the longest length that is trained
ASKED = 16  # and that is asked
DRAWN = 1_000  # strings asked of each length that is not trained
DRAWN_WITH = {"test": 20170625, "validation": 20170626}


def questions(split):
    """Return the strings that every network is asked: a list for each length."""
    rng = np.random.default_rng(DRAWN_WITH[split])
    asked = [ABC.strings(length) for length in range(1, TRAINED + 1)]
    for length in range(TRAINED + 1, ASKED + 1):
        drawn = rng.choice([*ABC.symbols], (DRAWN, length))
        asked.append(["".join(letters) for letters in drawn])
    return asked


def begin(style, cell, units, start, rng):
    """Return a network before training, in float32.

    Simple cells with feedback are model.Net, which is faster; their parameters stand in the same
    order.
    """
    if (style, cell) == ("feedback", "simple"):
        net = model.Net(ABC, units)
    else:
        net = decoders.EncoderDecoder(style, ABC, units, cell)
    return starts.initialize(net, start, rng).astype(np.float32)


def gradient_of_150(style, cell, units):
    """Return a function that computes the gradient of 150 strings of length 8, in float32.

    All with decoders.EncoderDecoder, so that what a step costs can be compared.
    """
    net = decoders.EncoderDecoder(style, ABC, units, cell)
    net = starts.initialize(net, "identity", np.random.default_rng(0)).astype(np.float32)
    return partial(training.Batch(net, ABC.strings(8)[::43][:150]).gradient, net)


def learn(style, cell, units, start, rate, seed, split="test", updates=UPDATES):
    """Train one network, and ask it the strings of a split.

    Returns
    -------
    row, theta : dict, (size,) array
        What became of it, and its weights. A training whose loss is no longer finite has ended
        there.
    """
    started = process_time()
    rng = np.random.default_rng(seed)
    net = begin(style, cell, units, start, rng)
    adam = training.Adam(rate, beta2=0.99)
    lessons = Curriculum(net, TRAINED, rng)
    try:
        for moment in training.train(net, lessons, adam, updates, clip=1, every=LOOK):
            adam.rate = rate * half_cosine(moment.step, updates)
            lessons.look()
    except FloatingPointError:
        pass  # the network has its last good weights, and is asked with those
    net = net.astype(float)
    accuracy = [float(training.correct(net, strings).mean()) for strings in questions(split)]
    row = dict(
        parameters=net.theta.size,
        updates=moment.step,
        reached=lessons.level,
        cpu_seconds=round(process_time() - started, 1),
        accuracy=[round(share, 5) for share in accuracy],
    )
    return row, net.theta


def tune(networks, name, given, rates=RATES, others=STARTS):
    """Find for each network its best rate and start.

    Parameters
    ----------
    networks : list of dict
        What `learn` is told of each: style, cell and units.
    name : str
        Findings are kept under it.
    given : what runs.options parsed
    rates : sequence of float
        Where to begin; each the double of the one before.
    others : sequence of str
        Starts that are tried beside the identity.

    Returns
    -------
    best : list of dict
        start and rate of each network.
    rows : list of dict
        All that was tried: the task, and what became of it.
    """
    rows = []
    scores = {}  # (network, start, rate) -> mean over the seeds of the sum of accuracies

    def attempt(settings):
        tasks = [
            networks[which] | dict(start=start, rate=rate, seed=seed, split="validation")
            for which, start, rate in settings
            for seed in VALIDATION
        ]
        found = []
        for task, (row, _) in runs.each(learn, tasks, name, given):
            rows.append(task | row)
            found.append(sum(row["accuracy"]))
        means = np.reshape(found, (-1, len(VALIDATION))).mean(axis=1)
        scores.update(zip(settings, means.tolist()))
        given.fresh = False  # what was just found is not to be forgotten

    def best(which):
        tried = {setting: score for setting, score in scores.items() if setting[0] == which}
        return max(tried, key=tried.get)

    attempt([(which, "identity", rate) for which in range(len(networks)) for rate in rates])
    while True:
        beyond = []
        for which in range(len(networks)):
            rate = best(which)[2]
            neighbours = [(which, "identity", rate * factor) for factor in (0.5, 2)]
            beyond += [setting for setting in neighbours if setting not in scores]
        if not beyond:
            break
        attempt(beyond)
    attempt([(which, start, best(which)[2]) for which in range(len(networks)) for start in others])
    chosen = [best(which) for which in range(len(networks))]
    return [dict(start=start, rate=rate) for _, start, rate in chosen], rows


def main():
    """Tune and train all styles, and write the tables."""
    given = runs.options(__doc__).parse_args()
    networks = [dict(style=style, cell="simple", units=UNITS) for style in decoders.STYLES]
    best, tuning = tune(networks, "styles", given)
    tasks = [
        network | setting | dict(seed=seed)
        for network, setting in zip(networks, best)
        for seed in SEEDS
    ]
    rows = []
    weights = {}
    for task, (row, theta) in runs.each(learn, tasks, "styles", given):
        rows.append(task | row)
        weights["{style}-{units}-{seed}".format(**task)] = theta
    calls = {style: gradient_of_150(style, "simple", UNITS) for style in decoders.STYLES}
    table = dict(
        updates=UPDATES,
        trained=[1, TRAINED],
        lengths=[1, ASKED],
        strings=[len(strings) for strings in questions("test")],
        validation_seeds=VALIDATION,
        best={style: setting for style, setting in zip(decoders.STYLES, best)},
        step_cpu_us=runs.costs(calls),
        tuning=[{key: row[key] for key in row if key != "split"} for row in tuning],
        runs=rows,
    )
    runs.write("styles", table, given)
    runs.keep("styles", weights, given)
    print(runs.minutes(tuning), "to tune,", runs.minutes(rows), "to report")
    print(runs.table(rows, ("style", "start", "rate")))


if __name__ == "__main__":
    main()
