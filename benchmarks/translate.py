"""Numbers in words, from English into German and French, each learned from a few, for chapter 13.

    python benchmarks/translate.py
    python benchmarks/translate.py --at-once 1

A network reads "twenty five" and should say "fünf und zwanzig". It is taught some of the numbers
from 1 to 9,999, and asked the others: an answer counts if every word is right, and END. The numbers
of TUNING, a tenth of all, are kept apart: no network is taught them, and only tuning asks them.

Networks are decoders.EncoderDecoder, "feedback" or "attention" (with a learned score, where not
said otherwise), trained by padded.py in float32: mini-batches of 64 drawn from the numbers taught,
Adam with decoupled weight decay, its rate falling to 0 along a line, clip 1, both Ws started at the
identity. Every training makes UPDATES updates.

Tuning. Each style, cell and language has its own rate and decay, the best of RATES and DECAYS by
one training (seed 100) on the numbers kept apart: taught 400, for 100 to 400, and taught 1,000, for
1,000 and more, and numbers beyond the range; so has attention with the dot product as its score.
Other cells are tuned taught 400. Networks of other widths have the settings of 64 units.

Report, five other seeds each: by how many were taught; by cell; by the vector's width; by
attention's score; beyond the range (what is taught lies below a thousand or two, what is asked
above); and for attention, what is left of it if each word said looks at all words read alike, or
only at the one that it looks at most.

Writes, in notebooks/results, translate.json (a run a line: accuracy, also by how many words should
be said; the tuning; mistakes of some networks; for those taught 1,000, which English word's
embedding is nearest to which) and translate.npz (theta of the networks by how many were taught, of
seed 0, under language-style-taught; float16 where that changes none of 9,999 answers, else
float32).
"""

import itertools
from functools import cache
from time import process_time

import numpy as np
import runs

from revlib import decoders, numerals, padded, starts, training, translation
from revlib.alphabet import END

LAST = 9_999
TUNING = frozenset(np.random.default_rng(20170625).permutation(LAST)[:999] + 1)
LANGUAGES = ("de", "fr")
STYLES = ("feedback", "attention")
BUILDS = (("feedback", "learned"), ("attention", "learned"), ("attention", "dot"))  # with scores
UNITS = 64
SEEDS = range(5)
RATES = (0.003, 0.006)
DECAYS = (0.1, 0.5)
UPDATES = 2_000
SIZE = 64  # of a mini-batch
USUAL = dict(numbers="test", updates=UPDATES, score="learned")
KEPT = USUAL | dict(cell="tanh", units=UNITS, seed=0)  # networks whose weights are kept
BEYOND = {  # name -> what is taught, and from where on all is asked
    "below 1,000 and round thousands": ([*range(1, 1_000), *range(1_000, LAST, 1_000)], 1_001),
    "1,000 below 2,000": (None, 2_000),
}


def split(numbers, taught, seed):
    """Return numbers that are taught and numbers that are asked, two lists.

    Parameters
    ----------
    numbers : str
        "test" or "tuning", for numbers drawn from all: what is asked then are all others that are
        not of TUNING, or those of TUNING. Or a key of BEYOND.
    taught : int
        How many.
    seed : int
    """
    rng = np.random.default_rng(seed)
    if numbers in BEYOND:
        chosen, first = BEYOND[numbers]
        if chosen is None:
            chosen = rng.permutation(first - 1)[:taught] + 1
        asked = [k for k in range(first, LAST + 1) if k not in set(chosen)]
        return [int(k) for k in chosen], asked
    order = [int(k) for k in rng.permutation(LAST) + 1 if k not in TUNING]
    asked = sorted(TUNING) if numbers == "tuning" else sorted(order[taught:])
    return order[:taught], asked


def learn(
    language,
    style,
    cell,
    taught,
    units,
    rate,
    decay,
    seed,
    numbers="test",
    updates=UPDATES,
    score="learned",
):
    """Train one network and ask it; arguments as above and as `split`'s.

    Returns
    -------
    row, theta : dict, (size,) float32 array
        What became of it, and its weights. A training whose loss is no longer finite has ended
        there.
    """
    began = process_time()
    rng = np.random.default_rng(seed)
    net = translation.network(language, style, units, cell, score)
    net = starts.initialize(net, "identity", rng).astype(np.float32)
    told, asked = split(numbers, taught, seed)
    lessons = padded.Texts(net, *numerals.pairs(told, language)).batches(SIZE, rng)
    adam = training.Adam(rate, decay=decay)
    try:
        for moment in training.train(net, lessons, adam, updates, clip=1, every=20):
            adam.rate = rate * max(1 - moment.step / updates, 0.01)
    except FloatingPointError:
        pass  # the network has its last good weights, and is asked with those
    seconds = process_time() - began
    right = training.correct(net, *numerals.pairs(asked, language))
    words = np.array([len(numerals.words(k, language).split()) for k in asked])
    row = dict(
        parameters=net.theta.size,
        loss=round(moment.loss, 5),
        cpu_seconds=round(seconds, 1),
        taught_right=round(float(training.correct(net, *numerals.pairs(told, language)).mean()), 4),
        asked=len(asked),
        accuracy=round(float(right.mean()), 5),
        by_words={
            int(count): [int((words == count).sum()), round(float(right[words == count].mean()), 4)]
            for count in np.unique(words)
        },
    )
    if style == "attention" and numbers == "test":
        for name, look in LOOKS.items():
            row[name] = round(float(right_by(net, asked, language, look).mean()), 4)
    return row, net.theta


# ---------------------------------------------------------------- another way to look


def everywhere(s, states):
    """Return what decoders.attend does, but every encoder state counts the same."""
    alpha = np.full((states.shape[1], len(states)), 1 / len(states), states.dtype)
    return alpha, states.mean(axis=0)


def at_one(s, states):
    """Return what decoders.attend does, but only the state that counts most is seen."""
    alpha, _ = decoders.attend(s, states)
    alpha = np.eye(len(states), dtype=states.dtype)[alpha.argmax(axis=1)]
    return alpha, np.einsum("bt,tbn->bn", alpha, states)


LOOKS = {"everywhere": everywhere, "at_one": at_one}


def answers(net, inputs, steps, look=decoders.attend):
    """Return the words said, (L, B), by an attention network that looks in a way of its own."""
    B, n = inputs.shape[1], net.n
    X = np.eye(len(net.alphabet), dtype=net.theta.dtype)[inputs]
    symbol = np.eye(len(net.says) + 1, len(net.says), dtype=net.theta.dtype)
    s = np.zeros((B, net.cell.width), net.theta.dtype)
    states = []
    for x in X:
        s, _ = net.cell.step(net.enc, x, s)
        states.append(s[:, :n])
    said = np.zeros((B, len(net.says)), net.theta.dtype)
    found = []
    for _ in range(steps):
        s, _ = net.cell.step(net.dec, said, s)
        asked = s[:, :n] if net.Wa is None else s[:, :n] @ net.Wa
        _, mixture = look(asked, np.stack(states))
        found.append((np.concatenate([s[:, :n], mixture], axis=1) @ net.Wo + net.bo).argmax(axis=1))
        said = symbol[found[-1]]
    return np.stack(found)


def right_by(net, asked, language, look):
    """Return which numbers an attention network gets right that looks in another way, (N,) bool."""
    texts, wanted = numerals.pairs(asked, language)
    right = np.zeros(len(asked), bool)
    for group, answer, places in training.by_length(net, texts, wanted):
        targets = training.with_end(net, net.says.indices(answer))
        said = answers(net, net.alphabet.indices(group), len(targets), look)
        right[places] = (said == targets).all(axis=0)
    return right


# ---------------------------------------------------------------- what is kept


@cache
def said(language, style, taught, dtype, theta):
    """Return the words said to every number, a list of texts; theta in bytes, of a dtype."""
    net = translation.network(language, style).like(np.frombuffer(theta, dtype).astype(np.float32))
    texts = [numerals.english(k) for k in range(1, LAST + 1)]
    found = [None] * LAST
    lengths = np.array([len(text.split()) for text in texts])
    for length in np.unique(lengths):
        places = np.flatnonzero(lengths == length)
        outputs = translation.translate(net, [texts[i] for i in places]).outputs
        for i, output in zip(places, outputs):
            found[i] = output
    return found


def smallest(language, style, taught, theta):
    """Return theta in float16 if that changes no answer, else as it is."""
    half = theta.astype(np.float16)
    same = said(language, style, taught, "f4", theta.tobytes()) == said(
        language, style, taught, "f2", half.tobytes()
    )
    return half if same else theta


def mistakes(language, style, taught, theta, seed, many=8):
    """Return some numbers not taught, spread over the range, that a network gets wrong.

    Returns
    -------
    list of [number, what was said, what is right]
    """
    found = said(language, style, taught, "f4", theta.tobytes())
    _, asked = split("test", taught, seed)
    wrong = [k for k in asked if found[k - 1] != numerals.words(k, language)]
    some = [wrong[i] for i in np.linspace(0, len(wrong) - 1, min(many, len(wrong))).astype(int)]
    return [[k, found[k - 1] or END, numerals.words(k, language)] for k in some]


def nearest(theta, task):
    """Return English word -> the word whose row of Wh, its embedding, is nearest; a dict."""
    net = translation.network(task["language"], task["style"]).like(theta)
    apart = np.linalg.norm(net.enc.Wh[:, None] - net.enc.Wh, axis=2)
    np.fill_diagonal(apart, np.inf)
    words = net.alphabet.symbols
    return {word: words[i] for word, i in zip(words, apart.argmin(axis=1))}


# ---------------------------------------------------------------- all runs


def tune(settings, given):
    """Return the best rate and decay of each setting, a list of dicts, and all rows."""
    tasks = [
        setting | dict(units=UNITS, rate=rate, decay=decay, seed=100, numbers="tuning")
        for setting in settings
        for rate in RATES
        for decay in DECAYS
    ]
    rows = [task | row for task, (row, _) in runs.each(learn, tasks, "translate", given)]
    given.fresh = False  # what was just found is not to be forgotten
    many = len(RATES) * len(DECAYS)
    best = []
    for i in range(len(settings)):
        row = max(rows[i * many : (i + 1) * many], key=lambda row: row["accuracy"])
        best.append(dict(rate=row["rate"], decay=row["decay"]))
    return best, rows


def stages(best):
    """Yield lists of tasks, what matters most first.

    Parameters
    ----------
    best : function
        Of language, style, cell, how many are taught and score: a dict with rate and decay.
    """

    def task(language, style, cell, taught, seed, **more):
        chosen = best(language, style, cell, taught, more.get("score", "learned"))
        setting = dict(language=language, style=style, cell=cell, taught=taught)
        return setting | chosen | dict(units=UNITS, seed=seed) | more

    pairs = [(language, style) for language in LANGUAGES for style in STYLES]
    for counts in ((1_000, 400), (100, 4_000), (200, 2_000)):
        yield [task(*pair, "tanh", taught, s) for s in SEEDS for taught in counts for pair in pairs]
    yield [
        task(*pair, "tanh", len(told or range(1_000)), seed, numbers=numbers)
        for seed in SEEDS
        for numbers, (told, _) in BEYOND.items()
        for pair in pairs
    ]
    yield [
        task(language, "attention", "tanh", taught, seed, score="dot")
        for seed in SEEDS
        for taught in (100, 400, 1_000, 4_000)
        for language in LANGUAGES
    ]
    yield [
        task("de", style, "tanh", taught, seed, units=units, score=score)
        for seed in SEEDS
        for units in (8, 16, 32, 128)
        for taught in (400, 1_000)
        for style, score in BUILDS
    ]
    for cell in ("simple", "GRU"):
        yield [
            task(*pair, cell, taught, seed)
            for seed in SEEDS
            for taught in (400, 1_000)
            for pair in pairs
        ]


def main():
    """Tune, train and ask all networks, and write the tables after each stage."""
    given = runs.options(__doc__).parse_args()
    tuning = []

    @cache
    def tuned(cell, score):
        """Return (language, style, taught) -> rate and decay."""
        if cell != "tanh":
            kinds = [*itertools.product(LANGUAGES, STYLES, (400,))]
        elif score == "dot":
            kinds = [*itertools.product(LANGUAGES, ("attention",), (400, 1_000))]
        else:
            kinds = [*itertools.product(LANGUAGES, STYLES, (400, 1_000))]
        names = ("language", "style", "taught")
        settings = [dict(zip(names, kind)) | dict(cell=cell, score=score) for kind in kinds]
        chosen, rows = tune(settings, given)
        tuning.extend(rows)
        return dict(zip(kinds, chosen))

    def best(language, style, cell, taught, score):
        if cell != "tanh":
            return tuned(cell, score)[language, style, 400]
        return tuned(cell, score)[language, style, 400 if taught <= 400 else 1_000]

    rows = []
    weights = {}
    neighbours = []
    for tasks in stages(best):
        for task, (row, theta) in runs.each(learn, tasks, "translate", given):
            rows.append(USUAL | task | row)
            if (USUAL | task).items() >= KEPT.items():
                weights[task["language"], task["style"], task["taught"]] = theta
            alike = (USUAL | task | dict(seed=0)).items() >= (KEPT | dict(taught=1_000)).items()
            if alike:
                about = {key: task[key] for key in ("language", "style", "taught", "seed")}
                neighbours.append(about | dict(nearest=nearest(theta, task)))
        given.fresh = False
        some = {kind: theta for kind, theta in weights.items() if kind[2] in (400, 1_000)}
        table = dict(
            last=LAST,
            kept_for_tuning=len(TUNING),
            size=SIZE,
            mistakes=[
                dict(zip(("language", "style", "taught"), kind), seed=0)
                | dict(mistakes=mistakes(*kind, theta, 0))
                for kind, theta in some.items()
            ],
            neighbours=neighbours,
            tuning=[{key: row[key] for key in row if key != "by_words"} for row in tuning],
            runs=rows,
        )
        runs.write("translate", table, given)
        kept = {"-".join(map(str, kind)): smallest(*kind, theta) for kind, theta in weights.items()}
        runs.keep("translate", kept, given)
        print(runs.minutes(tuning), "to tune,", runs.minutes(rows), "to report", flush=True)
    print(summary(rows))


def summary(rows):
    """Return the mean accuracy of each setting, with its lowest and highest, as text."""
    names = ("numbers", "language", "style", "cell", "score", "taught", "units", "updates")
    lines = []
    for setting in dict.fromkeys(tuple(row[name] for name in names) for row in rows):
        found = [row for row in rows if tuple(row[name] for name in names) == setting]
        shares = [row["accuracy"] for row in found]
        seconds = np.mean([row["cpu_seconds"] for row in found])
        lines.append(
            f"{' '.join(map(str, setting)):70} {np.mean(shares):.4f} {min(shares):.4f}"
            f"-{max(shares):.4f} ({len(shares)} seeds, {seconds:.1f} s)"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
