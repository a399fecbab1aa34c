"""What the chapters say of the experiments: each sentence, and whether the tables bear it out.

    python benchmarks/sentences.py

A sentence is decided by a table of notebooks/results and, where there is one, by the table of the
second run in benchmarks/second, which was made with other kernels of OpenBLAS (see runs.py), and so
with other last bits and other networks. It stands only if both bear it out. One group of runs is
*ahead* of another if its median is higher and the exact rank-sum test (results.compare) gives it
less than LEVEL; where it does not, the two are *undecided*, and the chapter has to say so.

Prints a line for each sentence and table, and fails if a sentence does not hold.
"""

import json
import sys
from pathlib import Path

import numpy as np

from revlib import results

HERE = Path(__file__).resolve().parent
BOOK = HERE.parent / "notebooks" / "results"
SECOND = HERE / "second"
LEVEL = 0.01


def shares(table, length, **wanted):
    """Return the shares reversed at a length, a run each, of the runs that are as wanted."""
    rows = [row for row in table["runs"] if all(row[key] == wanted[key] for key in wanted)]
    found = np.array([row["accuracy"][length - 1] for row in rows])
    if not len(found):
        raise ValueError(f"the table has no run with {wanted}")
    return found


def order(a, b):
    """Return "ahead", "behind" or "undecided", for a beside b, and how sure: a word and a p."""
    p = results.compare(a, b)
    if p >= LEVEL:
        return "undecided", p
    return ("ahead" if np.median(a) > np.median(b) else "behind"), p


def compared(table, length, one, other, wanted):
    """Return whether `one` is to `other` as wanted at a length, and the numbers in words."""
    a, b = shares(table, length, **one), shares(table, length, **other)
    found, p = order(a, b)
    return found == wanted, f"medians {np.median(a):.2f}, {np.median(b):.2f}, p {p:.4f}: {found}"


# ---------------------------------------------------------------- 06, 07: the whole task


def solved(table):
    """Return the runs that reverse all strings of lengths 1 to 8."""
    return [run for run in table["runs"] if run["solved"]]


def most_solve(table):
    """Most of the ten seeds reverse every string of lengths 1 to 8, and not all of them do."""
    many = len(solved(table))
    return 5 < many < len(table["runs"]) == 10, f"{many} of {len(table['runs'])}"


def nine_depends_on_the_seed(table):
    """Of those that do, some reverse hardly any string of length 9, and some nearly all."""
    found = [run["beyond"][0]["right"] / run["beyond"][0]["of"] for run in solved(table)]
    return min(found) < 0.05 and max(found) > 0.95, f"{min(found):.3f} to {max(found):.3f}"


def one_stops_after_eight(table):
    """One that reverses no string of length 9 says END too soon nearly always."""
    run = min(solved(table), key=lambda run: run["beyond"][0]["right"])
    nine = run["beyond"][0]
    return nine["early"] > 0.9 * nine["of"], f"seed {run['seed']}: {nine['early']} of {nine['of']}"


def ten_is_too_long(table):
    """No seed reverses two thirds of the strings of length 10."""
    found = [run["beyond"][1]["right"] / run["beyond"][1]["of"] for run in table["runs"]]
    return max(found) < 2 / 3, f"at most {max(found):.2f}"


def last_letters_go_first(table):
    """At length 10 the last letter of the answer is right less often than the first, every seed."""
    found = [run["beyond"][1]["by_place"] for run in table["runs"]]
    return all(places[-1] < places[0] for places in found), f"{[p[-1] for p in found]}"


def errors_follow_from_errors(table):
    """Told the right letters, the ninth of ten is right more often in most seeds."""
    more = [run["beyond"][1]["told"][8] - run["beyond"][1]["by_place"][8] for run in table["runs"]]
    found = sum(one > 0.005 for one in more)
    return found > 5, f"in {found} of {len(more)}, by up to {max(more):.2f}"


# ---------------------------------------------------------------- 09: styles


def plain_is_behind(table):
    """Plain is behind peek and attention at lengths 8 and 9, and behind feedback at 9."""
    words = []
    holds = True
    for style, lengths in (("feedback", (9,)), ("peek", (8, 9)), ("attention", (8, 9))):
        for length in lengths:
            good, said = compared(table, length, dict(style="plain"), dict(style=style), "behind")
            holds &= good
            words.append(f"{style} at {length}: {said}")
    return holds, "; ".join(words)


def the_others_are_undecided(table):
    """Between feedback, peek and attention lengths 8 and 9 decide nothing."""
    words = []
    holds = True
    for length in (8, 9):
        for one, other in (("feedback", "peek"), ("feedback", "attention"), ("peek", "attention")):
            good, said = compared(table, length, dict(style=one), dict(style=other), "undecided")
            holds &= good
            words.append(f"{one}, {other} at {length}: {said}")
    return holds, "; ".join(words)


def feedback_spreads_most(table):
    """At lengths 8 and 9 the quartiles of feedback lie farther apart than those of the others."""
    words = []
    holds = True
    for length in (8, 9):
        wide = {
            style: float(
                np.subtract(*np.quantile(shares(table, length, style=style), (0.75, 0.25)))
            )
            for style in table["best"]
        }
        holds &= max(wide, key=wide.get) == "feedback"
        words.append(f"{length}: " + ", ".join(f"{style} {w:.2f}" for style, w in wide.items()))
    return holds, "; ".join(words)


def attention_costs_twice(table):
    """A gradient with attention takes about twice as long as one with feedback."""
    ratio = table["step_cpu_us"]["attention"] / table["step_cpu_us"]["feedback"]
    return 1.5 < ratio < 2.5, f"{ratio:.1f}"


# ---------------------------------------------------------------- 10: cells, starts


def network(name):
    """Return what runs of a network such as "LSTM-8" have in common."""
    cell, units = name.split("-")
    return dict(cell=cell, units=int(units))


def each_pair(table, wanted, pairs, lengths):
    """Return whether all pairs of networks are as wanted at all lengths, and the numbers."""
    holds = True
    words = []
    for one, other in pairs:
        for length in lengths:
            good, said = compared(table, length, network(one), network(other), wanted)
            holds &= good
            words.append(f"{one}, {other} at {length}: {said}")
    return holds, "; ".join(words)


def gated_networks_of_eight_units_all_learn(table):
    """Every GRU and LSTM of 8 units has 9 in 10 at length 8; some simple ones have under half."""
    gated = min(shares(table, 8, **network(name)).min() for name in ("GRU-8", "LSTM-8"))
    simple = max(shares(table, 8, **network(name)).min() for name in ("simple-8", "simple-16"))
    return gated > 0.9 and simple < 0.5, f"gated at least {gated:.2f}, simple at worst {simple:.2f}"


def simple_beside_gated_is_undecided(table):
    """At lengths 9, 10 no simple network is decidedly ahead of a gated one as wide, or behind."""
    pairs = [("simple-8", "GRU-8"), ("simple-8", "LSTM-4"), ("simple-16", "LSTM-8")]
    return each_pair(table, "undecided", pairs, (9, 10))


def all_fall_off(table):
    """At length 12 no network has a median above one in ten."""
    found = {name: np.median(shares(table, 12, **network(name))) for name in table["best"]}
    return max(found.values()) < 0.1, f"at most {max(found.values()):.2f}"


def least_blame_is_no_hindrance(table):
    """Least blame arrives from the uniform start; its median at length 8 is above nine in ten."""
    simple = {
        row["start"]: row["quartiles"][1] for row in table["blame"] if row["cell"] == "simple"
    }
    median = np.median(shares(table, 8, start="uniform"))
    least = min(simple, key=simple.get)
    return least == "uniform" and median > 0.9, f"median {median:.2f}; least from {least}"


def none_is_ahead_of_uniform(table):
    """At length 8 no start is decidedly ahead of the uniform one."""
    uniform = shares(table, 8, start="uniform")
    found = {start: order(shares(table, 8, start=start), uniform) for start in table["best"]}
    holds = all(word != "ahead" for word, _ in found.values())
    return holds, "; ".join(f"{start} {word}, p {p:.4f}" for start, (word, p) in found.items())


def blame_of_gated_cells_is_alike(table):
    """Of He's start the quartiles of the blame on S(1) lie farther apart than of GRU and LSTM."""
    ratio = {
        f"{row['cell']} {row['start']}": row["quartiles"][2] / row["quartiles"][0]
        for row in table["blame"]
    }
    gated = max(ratio["GRU identity"], ratio["LSTM identity"])
    return ratio["simple he"] > 1000 * gated, f"{ratio['simple he']:.0f} and at most {gated:.1f}"


# ---------------------------------------------------------------- 11: other roads


def held_back(table, network, held):
    """Return how many of the strings held back each seed of a network reverses."""
    wanted = (network, held)
    return [row["unseen"][0] for row in table["runs"] if (row["network"], row["held"]) == wanted]


def no_mlp_carries_over_by_place(table):
    """By place no MLP reverses any string held back, with or without a hidden layer."""
    networks = ("MLP, no hidden layer", "MLP, one hidden layer")
    found = [held_back(table, network, "by place") for network in networks]
    return np.max(found) == 0, f"{found}"


def feedback_carries_over_by_luck(table):
    """By place feedback networks reverse from under 10 to over 70 of 81, at both budgets."""
    found = [held_back(table, network, "by place") for network in ("feedback", "feedback, longer")]
    holds = all(min(one) < 10 and max(one) > 70 for one in found)
    return holds, "; ".join(f"{sorted(one)}" for one in found)


def by_lot_the_matrix_wins(table):
    """By lot the MLP without a hidden layer reverses all seven with every seed, no other does."""
    networks = list(dict.fromkeys(row["network"] for row in table["runs"]))
    least = {network: min(held_back(table, network, "by lot")) for network in networks}
    holds = [network for network in networks if least[network] == 7] == ["MLP, no hidden layer"]
    return holds, f"at least {least}"


# ---------------------------------------------------------------- 13: translation

USUAL = dict(numbers="test", cell="tanh", units=64, score="learned")
BOTH = ("de", "fr")


def exact(table, what="accuracy", **wanted):
    """Return a column of the runs that are as wanted, a run each; 64 tanh units, if not said."""
    wanted = USUAL | wanted
    found = np.array([row[what] for row in table["runs"] if wanted.items() <= row.items()])
    if not len(found):
        raise ValueError(f"the table has no run with {wanted}")
    return found


def attention_is(wanted, table, cases):
    """Return whether attention is "ahead" of feedback, say, in all cases; and the numbers."""
    holds, words = True, []
    for case in cases:
        one, other = (exact(table, style=style, **case) for style in ("attention", "feedback"))
        found, p = order(one, other)
        holds &= found == wanted
        words.append(f"{case}: {np.median(one):.3f}, {np.median(other):.3f}, p {p:.3f}: {found}")
    return holds, "; ".join(words)


def few_examples(table):
    """Taught 400 numbers attention is ahead of feedback in both languages; taught 100 in German."""
    cases = [dict(language=language, taught=400) for language in BOTH]
    return attention_is("ahead", table, [*cases, dict(language="de", taught=100)])


def many_examples(table):
    """Taught 2,000 numbers feedback is ahead in both languages, 1,000 and 4,000 in French."""
    cases = [dict(language=language, taught=2000) for language in BOTH]
    return attention_is(
        "behind", table, [*cases, *(dict(language="fr", taught=n) for n in (1000, 4000))]
    )


def a_thousand_suffice(table):
    """Taught 1,000 numbers attention gets .99 of the others right in German, .98 in French."""
    found = [exact(table, language=each, style="attention", taught=1000).mean() for each in BOTH]
    return found[0] >= 0.99 and found[1] >= 0.98, "{:.4f}, {:.4f}".format(*found)


def a_narrow_vector_cannot_hold_them(table):
    """16 units with feedback do not even get right what they are taught; with attention they do."""
    holds, words = True, []
    for taught in (400, 1000):
        which = dict(what="taught_right", language="de", taught=taught, units=16)
        one, other = (exact(table, style=style, **which) for style in ("feedback", "attention"))
        holds &= one.max() < 0.8 and other.min() > 0.99
        words.append(f"taught {taught}: at most {one.max():.3f}, at least {other.min():.3f}")
    return holds, "; ".join(words)


def a_broad_one_holds_them(table):
    """With 64 units, and with 128, both styles get right all that they are taught."""
    found = [
        exact(table, "taught_right", language="de", style=style, taught=taught, units=units).min()
        for style in ("feedback", "attention")
        for taught in (400, 1000)
        for units in (64, 128)
    ]
    return min(found) > 0.995, f"at least {min(found):.3f}"


def the_dot_product_is_as_feedback(table):
    """Into German, 64 units: the dot product is nowhere ahead of feedback, and nowhere behind."""
    holds, words = True, []
    for taught in (100, 400, 1000, 4000):
        which = dict(language="de", taught=taught)
        dot = exact(table, style="attention", score="dot", **which)
        found, p = order(dot, exact(table, style="feedback", **which))
        holds &= found == "undecided"
        words.append(f"taught {taught}: {found}, p {p:.3f}")
    return holds, "; ".join(words)


def only_the_learned_score_looks(table):
    """All words alike, into German, from 400 on: the dot product keeps over half, Wa no tenth."""
    kept = {
        score: [
            exact(table, "everywhere", **which).mean() / exact(table, **which).mean()
            for taught in (400, 1000, 4000)
            for which in [dict(language="de", style="attention", taught=taught, score=score)]
        ]
        for score in ("dot", "learned")
    }
    holds = min(kept["dot"]) > 0.5 and max(kept["learned"]) < 0.1
    return holds, f"dot at least {min(kept['dot']):.2f}, learned at most {max(kept['learned']):.2f}"


def relu_is_no_help_to_attention(table):
    """With ReLU cells attention is ahead in neither language, taught 400 or 1,000."""
    holds, words = True, []
    for language in BOTH:
        for taught in (400, 1000):
            which = dict(language=language, taught=taught, cell="simple")
            one, other = (exact(table, style=style, **which) for style in ("attention", "feedback"))
            found, p = order(one, other)
            holds &= found != "ahead"
            words.append(f"{language} {taught}: {found}, p {p:.3f}")
    return holds, "; ".join(words)


def german_hangs_on_where_it_looks(table):
    """Into German, taught 1,000: all words alike leave little, the heaviest alone nearly all."""
    which = dict(language="de", style="attention", taught=1000)
    as_trained, alike, heaviest = (
        exact(table, what, **which).mean() for what in ("accuracy", "everywhere", "at_one")
    )
    plain = exact(table, "everywhere", score="dot", **which).mean()
    holds = alike < 0.2 and heaviest > as_trained - 0.01 and plain > 0.5
    return holds, f"{as_trained:.3f}, {alike:.3f}, {heaviest:.3f}; dot, all alike {plain:.3f}"


def nothing_beyond(table):
    """Beyond the range that was taught hardly a number is right, in either style."""
    found = [
        np.mean([row["accuracy"] for row in table["runs"] if which.items() <= row.items()])
        for numbers in ("below 1,000 and round thousands", "1,000 below 2,000")
        for style in ("feedback", "attention")
        for language in BOTH
        for which in [dict(numbers=numbers, style=style, language=language)]
    ]
    return max(found) < 0.1, f"mean shares {', '.join(f'{share:.3f}' for share in found)}"


def two_and_twelve_come_together_for_a_french_reader(table):
    """Nearest to 'twelve' to 'nineteen' are their units into French often, into German hardly."""
    tens = "twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    ones = "two three four five six seven eight nine".split()
    near = {
        language: [
            sum(one["nearest"][ten] == unit for ten, unit in zip(tens, ones))
            for one in table["neighbours"]
            if one["language"] == language
        ]
        for language in BOTH
    }
    holds = max(near["de"]) <= 1 and min(near["fr"]) > 0 and np.mean(near["fr"]) > 4
    return holds, f"of 8, a network each: {near['de']}; {near['fr']}"


SENTENCES = {
    "whole_task": (
        most_solve,
        nine_depends_on_the_seed,
        one_stops_after_eight,
        ten_is_too_long,
        last_letters_go_first,
        errors_follow_from_errors,
    ),
    "styles": (
        plain_is_behind,
        the_others_are_undecided,
        feedback_spreads_most,
        attention_costs_twice,
    ),
    "gates": (
        gated_networks_of_eight_units_all_learn,
        simple_beside_gated_is_undecided,
        all_fall_off,
    ),
    "starts": (
        least_blame_is_no_hindrance,
        none_is_ahead_of_uniform,
        blame_of_gated_cells_is_alike,
    ),
    "roads": (no_mlp_carries_over_by_place, feedback_carries_over_by_luck, by_lot_the_matrix_wins),
    "translate": (
        few_examples,
        many_examples,
        a_thousand_suffice,
        a_narrow_vector_cannot_hold_them,
        a_broad_one_holds_them,
        the_dot_product_is_as_feedback,
        only_the_learned_score_looks,
        relu_is_no_help_to_attention,
        german_hangs_on_where_it_looks,
        nothing_beyond,
        two_and_twelve_come_together_for_a_french_reader,
    ),
}


def examine(name, folder):
    """Yield for each sentence of a table what it says, whether it holds there, and the numbers."""
    table = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    for sentence in SENTENCES[name]:
        holds, numbers = sentence(table)
        yield sentence.__doc__.strip(), bool(holds), numbers


def main():
    """Go through all sentences, of both runs; return how many do not hold."""
    wrong = 0
    for name in SENTENCES:
        for run, folder in (("the book's", BOOK), ("second", SECOND)):
            if not (folder / f"{name}.json").exists():
                print(f"{name}: there is no {run} table")
                continue
            for sentence, holds, numbers in examine(name, folder):
                print(f"{name}, {run}: {sentence}\n    {'holds' if holds else 'FAILS'}: {numbers}")
                wrong += not holds
    return wrong


if __name__ == "__main__":
    sys.exit(main())
