"""The whole task: 5 ReLU units and END, 114 parameters, reverse every one of the 9,840 strings of
length 1 to 8 over abc.

    python benchmarks/whole_task.py                # seeds 0 to 4, one a core, a minute each at most
    python benchmarks/whole_task.py --at-once 1    # one after the other
    python benchmarks/whole_task.py --seeds 7 8

Start: training.initial("identity"): what S(t-1) held passes on unchanged, all other weights are
drawn with the seed.
A step takes up to 150 strings of one length, and Adam makes one update with the gradient clipped at
1. Lengths
1 and 2 come first; when most of the strings of the longest length are right, the next length joins,
and from then
on nearly half of the steps or more are of the longest. The learning rate falls along a half cosine.
Every so often, when
nearly all strings of length 8 look right, all 9,840 are decoded greedily, each until the network
says END: the run
ends when every answer is the string backwards, and fails when its steps or its time are used up. No
restarts.

A seed's time counts everything from its first random number to the check that passed; its CPU
seconds are what one
core worked for it, on a machine that others use too. Everything is float64, and
nothing depends on the clock but giving up, so that a seed gives the same network whenever it is run
on one machine.
Writes, in notebooks/results, whole_task.json, every seed with its outcome, and whole_task.npz, the
network that was ready first.
"""

import os
from functools import partial
from time import perf_counter, process_time

import numpy as np
import runs  # first: it says how many threads a product may have

from revlib import checkpoint, model, starts, training
from revlib.alphabet import Alphabet

ABC = Alphabet("abc", end=True)
LONGEST, UNITS, LIMIT = 8, 5, 60  # the limit in seconds is for giving up; the goal is 25
STRINGS = [string for T in range(1, LONGEST + 1) for string in ABC.strings(T)]
STEPS, RATE, LAST = (
    130_000,
    0.005,
    0.01,
)  # the cosine runs over so many steps, from RATE to LAST · RATE
LOOK = 300  # steps from look to look


def learn(seed, report=partial(print, flush=True)):  # noqa: B008
    """Train one network; returns it and what became of it."""
    begin, worked = perf_counter(), process_time()
    rng = np.random.default_rng(seed)
    net = starts.initialize(model.Net(ABC, UNITS), "identity", rng)
    adam, lessons = training.Adam(RATE, beta2=0.99), training.Curriculum(net, LONGEST, rng)
    right, reached, told = 0, {2: 0.0}, 0
    for moment in training.train(net, iter(lessons), adam, STEPS, clip=1, every=LOOK):
        adam.rate = RATE * (LAST + (1 - LAST) * (1 + np.cos(np.pi * moment.step / STEPS)) / 2)
        level, share, seconds = lessons.level, lessons.look(), perf_counter() - begin
        if lessons.level > level:
            reached[lessons.level] = round(seconds, 1)
        if (
            level == LONGEST
            and share > 0.98
            and all(lessons.right(length) == 1 for length in lessons.batches)
        ):
            right = int(training.correct(net, STRINGS).sum())  # by brute force
        if seconds > told + 2:
            told = seconds
            report(
                f"seed {seed}: {seconds:4.0f} s, step {moment.step:6,}, length {level},"
                f" {share:6.1%} of it right"
            )
        if right == len(STRINGS) or seconds > LIMIT:
            break
    right = int(training.correct(net, STRINGS).sum())
    result = dict(
        seed=seed,
        solved=right == len(STRINGS),
        right=right,
        of=len(STRINGS),
        steps=moment.step,
        seconds=round(perf_counter() - begin, 1),
        cpu_seconds=round(process_time() - worked, 1),
        length_joined_after_seconds=reached,
    )
    report(
        f"seed {seed}: {right:,} of {len(STRINGS):,} right after {result['seconds']} s "
        f"({result['cpu_seconds']} s of CPU) and {moment.step:,} steps"
    )
    return net, result


def main():
    parser = runs.options(__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=range(5))
    given = parser.parse_args()
    found = [
        answer
        for _, answer in runs.each(
            learn, [dict(seed=seed) for seed in given.seeds], "whole-task", given
        )
    ]
    results = [result for _, result in found]
    solved = [(result["steps"], net) for net, result in found if result["solved"]]
    print(
        f"{len(solved)} of {len(found)} seeds reverse all {len(STRINGS):,} strings, "
        f"{sum(r['solved'] and r['seconds'] <= 25 for r in results)} within 25 s"
    )
    if list(given.seeds) == list(range(5)):
        runs.write(
            "whole_task",
            dict(
                numpy=np.__version__,
                cores=os.cpu_count(),
                at_once=given.at_once,
                parameters=found[0][0].theta.size,
                strings=len(STRINGS),
                goal_seconds=25,
                runs=results,
            ),
        )
        if solved:
            checkpoint.save(min(solved, key=lambda s: s[0])[1], runs.RESULTS / "whole_task.npz")


if __name__ == "__main__":
    main()
