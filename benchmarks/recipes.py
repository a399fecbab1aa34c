"""Search for a recipe that goes farther on the published task; what came of it, for chapter 07.

    python benchmarks/recipes.py                 # all recipes, one after the other
    python benchmarks/recipes.py --at-once 2

The task is published.py's: 26 letters, 1,000 strings of each length from 6 to 15. Every recipe gets
half the updates there, and a seed and strings that are not among those reported.
Fresh strings of some lengths below, inside and above are asked, 1,000 of each.

What is tried: how quickly, how much decay, which start and cell; and, with attention, what the
decoder can see of the string's beginning: a network that walks back along the string must notice
that it has arrived. So some recipes read a mark before the first letter: a place to look at when it
is time to stop.

Writes notebooks/results/recipes.json: accuracy by length, a recipe a line, each one training.
"""

from time import process_time

import published
import runs  # before NumPy in effect: published imports it first

LENGTHS = (1, 2, 3, 5, 6, 10, 15, 16, 17, 18, 19, 20)  # asked
SEED = 777
PLAIN = published.USUAL | dict(rate=0.001, updates=15_000)
LOOKS = published.ATTENTION | dict(rate=0.001, decay=0.0, updates=8_000)
RECIPES = [
    LOOKS,
    LOOKS | dict(mark=False),
    LOOKS | dict(start="orthogonal"),
    LOOKS | dict(cell="simple", start="gaussian"),
    LOOKS | dict(decay=0.3),
    LOOKS | dict(rate=0.003),
    LOOKS | dict(decay=0.3, rate=0.003),
    LOOKS | dict(updates=16_000),
    PLAIN,
    PLAIN | dict(rate=0.003),
]


def attempt(recipe):
    """Train one network by a recipe on lengths 6 to 15, and ask it; return accuracy by length."""
    started = process_time()
    row, _ = published.learn(shortest=6, seed=SEED, asked=LENGTHS, fresh=1_000, **recipe)
    return row | dict(cpu_seconds=round(process_time() - started))


def main():
    """Try all recipes and write the table."""
    given = runs.options(__doc__).parse_args()
    rows = []
    for task, row in runs.each(attempt, [dict(recipe=one) for one in RECIPES], "recipes", given):
        rows.append(task["recipe"] | row)
        told = {key: value for key, value in task["recipe"].items() if value != PLAIN[key]}
        print(f"\n{told or 'the usual'}: {row['cpu_seconds']} s, {row['accuracy']}", flush=True)
    runs.write("recipes", dict(seed=SEED, lengths=LENGTHS, trained=[6, 15], runs=rows), given)
    print(runs.minutes(rows))


if __name__ == "__main__":
    main()
