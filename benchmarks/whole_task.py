"""The whole task: 5 ReLU units reverse every one of the 9,840 strings of length 1 to 8 over 'abc'.

    python benchmarks/whole_task.py                # seeds 0 to 4, one a core, a minute each at most
    python benchmarks/whole_task.py --at-once 1    # one after the other
    python benchmarks/whole_task.py --seeds 7 8

The network says END and has 114 parameters. Its start is "identity": what S(t-1) held passes on
unchanged, and all other weights are drawn with the seed. An update takes up to 150 strings of one
length, and is Adam's with the gradient clipped at 1; the rate falls along a half cosine. Lengths 1
and 2 come first; when most of the strings of the longest length are right, the next length joins,
and from then on nearly half of the updates or more are of the longest.

Every so often, when nearly all strings of length 8 look right, all 9,840 are decoded greedily, each
until the network says END. The run ends when every answer is the string backwards, and fails when
its updates or its time are used up. No restarts.

A seed's time counts everything from its first random number to the check that passed; its CPU
seconds are what one core worked for it, on a machine that others use too. Everything is float64,
and nothing depends on the clock but giving up, so that a seed gives the same network whenever it is
run on one machine.

Writes, in notebooks/results, whole_task.json, every seed with its outcome, and whole_task.npz, the
network that was ready first.
"""

import os
from time import perf_counter, process_time

import numpy as np
import runs  # first: it says how many threads a product may have
from curriculum import Curriculum, half_cosine

from revlib import checkpoint, model, starts, training
from revlib.alphabet import Alphabet

ABC = Alphabet("abc", end=True)
LONGEST = 8
UNITS = 5
STRINGS = [string for length in range(1, LONGEST + 1) for string in ABC.strings(length)]
STEPS = 130_000
RATE = 0.005
LOOK = 300  # updates from look to look
LIMIT = 60  # seconds, for giving up
GOAL = 25  # seconds


def learn(seed, steps=STEPS):
    """Train one network.

    Returns
    -------
    net, row : Net, dict
        The network, and what became of it.
    """
    begin = perf_counter()
    worked = process_time()
    rng = np.random.default_rng(seed)
    net = starts.initialize(model.Net(ABC, UNITS), "identity", rng)
    adam = training.Adam(RATE, beta2=0.99)
    lessons = Curriculum(net, LONGEST, rng)
    joined = {lessons.level: 0.0}
    said = 0
    for moment in training.train(net, lessons, adam, steps, clip=1, every=LOOK):
        adam.rate = RATE * half_cosine(moment.step, steps)
        level = lessons.level
        share = lessons.look()
        seconds = perf_counter() - begin
        if lessons.level > level:
            joined[lessons.level] = round(seconds, 1)
        right = 0
        if level == LONGEST and share > 0.98 and lessons.all_right():
            right = int(training.correct(net, STRINGS).sum())  # by brute force
        if seconds > said + 2:
            said = seconds
            print(
                f"seed {seed}: {seconds:4.0f} s, step {moment.step:6,}, length {level},"
                f" {share:6.1%} of it right",
                flush=True,
            )
        if right == len(STRINGS) or seconds > LIMIT:
            break
    right = int(training.correct(net, STRINGS).sum())
    row = dict(
        seed=seed,
        solved=right == len(STRINGS),
        right=right,
        of=len(STRINGS),
        steps=moment.step,
        seconds=round(perf_counter() - begin, 1),
        cpu_seconds=round(process_time() - worked, 1),
        length_joined_after_seconds=joined,
    )
    print(
        f"seed {seed}: {right:,} of {len(STRINGS):,} right after {row['seconds']} s"
        f" ({row['cpu_seconds']} s of CPU) and {moment.step:,} steps",
        flush=True,
    )
    return net, row


def main():
    """Train a network for each seed; if the seeds are the book's, write what came of it."""
    parser = runs.options(__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", default=range(5))
    given = parser.parse_args()
    tasks = [dict(seed=seed) for seed in given.seeds]
    found = [answer for _, answer in runs.each(learn, tasks, "whole-task", given)]
    rows = [row for _, row in found]
    solved = [(net, row) for net, row in found if row["solved"]]
    in_time = [row for _, row in solved if row["seconds"] <= GOAL]
    print(
        f"{len(solved)} of {len(found)} seeds reverse all {len(STRINGS):,} strings,"
        f" {len(in_time)} within {GOAL} s"
    )
    if list(given.seeds) != list(range(5)):
        return
    table = dict(
        numpy=np.__version__,
        cores=os.cpu_count(),
        at_once=given.at_once,
        parameters=found[0][0].theta.size,
        strings=len(STRINGS),
        goal_seconds=GOAL,
        runs=rows,
    )
    runs.write("whole_task", table)
    if solved:
        first, _ = min(solved, key=lambda answer: answer[1]["steps"])
        checkpoint.save(first, runs.RESULTS / "whole_task.npz")


if __name__ == "__main__":
    main()
