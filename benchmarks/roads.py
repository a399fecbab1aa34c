"""What carries over from place to place, for chapter 11: a network with a loop, and two without.

    python benchmarks/roads.py

Two ways to hold strings back. By place: train on the 162 strings of length 5 that do not begin with
'c', and ask the 81 that do. By lot: train on 20 of the 27 strings of length 3, drawn, and ask the
other 7.

Four networks: an MLP without a hidden layer, one with a hidden layer as wide as its input, and the
feedback network of 5 units, with two budgets of updates. Each trains until its updates are used up;
the rates are chapter 11's and 06's. Ten seeds each, none left out; the split by lot is the seed's.

Writes notebooks/results/roads.json: right of those seen and of those held back, a run a line.
"""

from time import process_time

import numpy as np
import runs

from revlib import mlp, model, starts, training
from revlib.alphabet import Alphabet

ABC = Alphabet("abc")
SEEDS = range(10)
NETWORKS = {  # updates, rate
    "MLP, no hidden layer": (300, 0.03),
    "MLP, one hidden layer": (300, 0.03),
    "feedback": (2_000, 0.01),
    "feedback, longer": (10_000, 0.01),
}


def split(held, seed):
    """Return the strings to train on, and those held back."""
    if held == "by place":
        fives = ABC.strings(5)
        return [s for s in fives if s[0] != "c"], [s for s in fives if s[0] == "c"]
    threes = ABC.strings(3)
    order = np.random.default_rng(seed).permutation(len(threes))
    return [threes[i] for i in order[:20]], [threes[i] for i in order[20:]]


def learn(network, held, seed):
    """Train one network; return how many strings it reverses, seen and held back."""
    started = process_time()
    seen, unseen = split(held, seed)
    updates, rate = NETWORKS[network]
    rng = np.random.default_rng(seed)
    if network.startswith("MLP"):
        wide = 3 * len(seen[0])
        hidden = network == "MLP, one hidden layer"
        sizes = (wide, wide, wide) if hidden else (wide, wide)
        net = starts.initialize(mlp.MLP(sizes, ("relu",) * hidden), "gaussian", rng)
    else:
        net = starts.initialize(model.Net(ABC, 5), "identity", rng)
    batch = training.Batch(net, seen, [s[::-1] for s in seen])
    adam = training.Adam(rate)
    for _ in training.train(net, batch, adam, updates, clip=1, every=updates):
        pass
    right = [
        sum(said == s[::-1] for said, s in zip(net.run(strings).outputs, strings))
        for strings in (seen, unseen)
    ]
    return dict(
        parameters=net.theta.size,
        updates=updates,
        rate=rate,
        seen=[right[0], len(seen)],
        unseen=[right[1], len(unseen)],
        cpu_seconds=round(process_time() - started, 1),
    )


def main():
    """Train all and write the table."""
    given = runs.options(__doc__).parse_args()
    tasks = [
        dict(network=network, held=held, seed=seed)
        for held in ("by place", "by lot")
        for network in NETWORKS
        for seed in SEEDS
    ]
    rows = [task | row for task, row in runs.each(learn, tasks, "roads", given)]
    runs.write("roads", dict(runs=rows), given)
    print(runs.minutes(rows))
    for held in ("by place", "by lot"):
        for network in NETWORKS:
            found = [row for row in rows if (row["held"], row["network"]) == (held, network)]
            seen, unseen = ([row[what][0] for row in found] for what in ("seen", "unseen"))
            print(
                f"{held}: {network:22} seen {seen} of {found[0]['seen'][1]}, held back {unseen} of"
                f" {found[0]['unseen'][1]}"
            )


if __name__ == "__main__":
    main()
