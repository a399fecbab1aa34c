"""What each panel must show, worked out in plain lists and `math` (what is learned: in NumPy).

Shares no code with revlib. A `check_…` raises AssertionError, saying which number or word is wrong.
"""

import itertools
import math
import re
from dataclasses import replace

import numpy as np

from reference.learning import (
    answers,
    chain,
    every_string,
    indices,
    scaled_both,
    slope,
    taught,
    trained_panel,
    weight_slope,
)
from reference.network import (
    LETTERS,
    add,
    decode_letters,
    distance,
    encode_letters,
    encode_step,
    growth_rate,
    letter_row,
    probabilities,
    scaled,
)
from reference.pages import (
    NUMBER,
    check_bars,
    check_blocks,
    check_number,
    check_still,
    check_weights,
    check_words,
)

# ---------------------------------------------------------------- what each panel shows


def check_encoding(page, W, string, step, entry=("Wh", 0, 0)):
    s = encode_letters(string[: step - 1], W)[-1]
    from_letter, from_state, before, after = encode_step(string[step - 1], s, W)
    check_still(page)
    assert page.blocks[0].name == "string" and page.blocks[0].texts == list(string)
    page = replace(page, blocks=page.blocks[1:])
    check_blocks(
        page,
        [
            (f"x({step})", letter_row(string[step - 1]), 0),
            ("Wh", W["Wh"], 2),
            (f"x({step})·Wh", from_letter, 2),
            (f"S({step - 1})", s, 2),
            ("Ws", W["Ws"], 2),
            (f"S({step - 1})·Ws", from_state, 2),
            ("bh", W["bh"], 2),
            ("sum", before, 2),
            (f"S({step})", after, 2),
        ],
    )
    (floor,) = page.marks
    check_bars(floor, before, cut=True)
    name, i, j = entry
    assert {b.name: b.marked for b in page.blocks if b.marked} == {name: {i * 5 + j}}, (
        "the frame is not on the weight in hand"
    )
    # the words mention the sum where the activation changed it, which ReLU does to a negative
    # number
    bent = [(" Before the activation it was ", (before, 2), ".")] * (min(before) < 0)
    check_words(
        page.words,
        f"Step {step} reads '{string[step - 1]}': S({step}) = ",
        (after, 2),
        ". The letter brings ",
        (from_letter, 2),
        ", the state before it ",
        (from_state, 2),
        ".",
        *itertools.chain(*bent),
    )


def without_weights(page, W, names):
    """The page without the picture of the weights, whose every number is checked."""
    rest, blocks = check_weights(page, names)
    for name in names:
        rows = W[name] if isinstance(W[name][0], (list, tuple)) else [W[name]]
        flat = list(itertools.chain(*rows))
        for text, value in zip(blocks[name].texts, flat, strict=True):
            check_number(text, value, 2, name)
    return rest


def check_thought(page, W, first, second, scale):
    page = without_weights(page, W, ["Wh", "Ws", "bh"])
    runs = [encode_letters(string, scaled(W, scale)) for string in (first, second)]
    u, v = runs[0][-1], runs[1][-1]
    rows = [
        (f"S({t}) of '{string}'" if t < len(S) else " ", S[t] if t < len(S) else None, 2)
        for t in range(max(map(len, runs)))
        for string, S in zip((first, second), runs)
    ]
    check_still(page)
    gap = add(u, [-x for x in v])
    check_blocks(page, [*rows, ("difference", gap, 2)])
    letters = [text for text, points in page.signs if points == 16 and text.strip() and text != "="]
    assert sorted(letters) == sorted(first + second), letters
    check_words(
        page.words,
        f"The thought vector of '{first}' is ",
        (u, 2),
        f"; of '{second}' ",
        (v, 2),
        ". They differ by ",
        (gap, 2),
        ": a distance of ",
        ([distance(u, v)], 3),
        ".",
    )


def check_map(page, W, length, scale, across, up, group):
    strings = ["".join(letters) for letters in itertools.product(LETTERS, repeat=length)]
    thoughts = {s: encode_letters(s, scaled(W, scale))[-1] for s in strings}
    check_still(page)
    pair = re.search(r"of '(\w+)' and '(\w+)', are", page.words)
    assert pair and pair[1] != pair[2], page.words
    closest = min(distance(thoughts[s], thoughts[o]) for s, o in itertools.combinations(strings, 2))
    assert abs(distance(thoughts[pair[1]], thoughts[pair[2]]) - closest) < 1e-9, (
        f"{pair[0]} is not the closest pair"
    )
    check_words(
        page.words,
        f"{len(strings)} strings of length {length}, Ws times ",
        ([scale], 2),
        f". The two closest thought vectors, of '{pair[1]}' and '{pair[2]}', are ",
        ([closest], 4),
        " apart; the largest norm is ",
        ([max(distance(v, [0.0] * 5) for v in thoughts.values())], 2),
        ".",
    )
    (plot,) = page.plots
    assert plot.labels == [f"unit {across} of S({length})", f"unit {up} of S({length})"]
    assert plot.legend == [f"{group} is {letter}" for letter in LETTERS]
    place = {"the first letter": 0, "the last letter": -1}[group]
    at = {s: (plot.x(v[int(across) - 1]), plot.y(v[int(up) - 1])) for s, v in thoughts.items()}
    outside = [s for s, (x, y) in at.items() if not plot.inside(x, y, -1)]
    assert not outside, f"{outside} are beyond the axes"
    for letter, dots in zip(LETTERS, plot.lines):
        check_dots(plot, dots, [at[s] for s in strings if s[place] == letter])
    if length <= 3:
        for s, (x, y) in at.items():
            if plot.inside(x, y, 8):
                near = [text for text, nx, ny in plot.texts if math.dist((nx, ny), (x, y)) < 100]
                named = [text for text in near if s in text.split(" = ") or "…" in text]
                assert named, f"{s} has no name"
    else:
        assert plot.texts == []


def check_dots(plot, dots, points):
    """The dots that can be seen are the points that can be seen, in their order, to half a
    pixel."""
    seen, right = [[p for p in some if plot.inside(*p)] for some in (dots, points)]
    assert len(seen) == len(right), f"{len(seen)} dots are in view, {len(right)} should be"
    for dot, point in zip(seen, right):
        assert math.dist(dot, point) < 0.5, f"a dot is at {dot}, {point} is right"


def check_turning(page, direction, steps, scale):
    """The row, from step to step, by the sums of products; its two shares by what a quarter turn
    leaves: along (1, 1) and (1, -1)."""
    angle = math.radians(direction)
    A = [[0.9, 0.3], [0.3, 0.9]]
    step = lambda row: [scale * sum(row[i] * A[i][j] for i in (0, 1)) for j in (0, 1)]
    rows = [[math.cos(angle), math.sin(angle)]]
    fan = [[math.cos(math.pi * k / 6), math.sin(math.pi * k / 6)] for k in range(12)]
    for _ in range(steps):
        rows.append(step(rows[-1]))
        fan = [step(row) for row in fan]
    x, y = rows[-1]
    shares = [[(x + y) / 2, (x + y) / 2], [(x - y) / 2, (y - x) / 2]]
    check_still(page)
    names = ["start", *(f"after {k}" for k in range(1, 6))]
    empty = [None] * (5 - steps)
    check_blocks(page, [("A", A, 1), *((n, r, 2) for n, r in zip(names, [*rows, *empty]))])
    times = {0: "Before the first step", 1: "After one step"}.get(steps, f"After {steps} steps")
    check_words(
        page.words,
        f"{times} the row is ",
        ([x, y], 2),
        ", of norm ",
        ([math.hypot(x, y)], 2),
        ": ",
        (shares[0], 2),
        " along the direction that is stretched by ",
        ([1.2 * scale], 2),
        " a step, and ",
        (shares[1], 2),
        " along the one by ",
        ([0.6 * scale], 2),
        ".",
    )
    (plane,) = page.marks
    if scale == 0 and steps > 0:
        assert plane.tips == []
        return
    wanted = [row for row in [*fan, *shares, rows[-1]] if math.hypot(*row) * 75 >= 1]
    assert len(plane.tips) == len(wanted)
    # opposite arrows: the middle lies between
    middle = [(a + b) / 2 for a, b in zip(plane.tips[0], plane.tips[6])]
    for tip, row in zip(plane.tips, wanted):
        assert math.dist(tip, (middle[0] + 75 * row[0], middle[1] - 75 * row[1])) < 0.3


def check_growth(page, W, string, scale, letters=20):
    W = scaled(W, scale)
    norms = [distance(s, [0.0] * 5) for s in encode_letters((string * letters)[:letters], W)[1:]]
    rate = growth_rate(W["Ws"])
    check_still(page)
    check_words(
        page.words,
        "Ws times ",
        ([scale], 2),
        ": its largest eigenvalue is ",
        ([rate], 2),
        f". After {letters} letters of '{string}', repeated, the norm of the state is ",
        ([norms[-1]], 2),
        ", ",
        ([norms[-1] / norms[-2]], 4),
        " times its norm one letter before.",
    )
    (plot,) = page.plots
    assert len(plot.lines) == 2
    for line, values in zip(plot.lines, (norms, [norms[0] * rate**t for t in range(letters)])):
        for t, value in enumerate(values, start=1):
            if value > 0 and plot.inside(plot.x(t), plot.y(value)):
                nearest = min(math.dist(vertex, (plot.x(t), plot.y(value))) for vertex in line)
                assert nearest < 0.5, (
                    f"at t = {t} the curve is {nearest:.1f} pixels from {value:.4g}"
                )


def check_decoding(page, W, thought, step, most, outputs=LETTERS, before=()):
    """`before`: what the words say before those on the decoder, as parts of check_words."""
    if " in hand." in page.words:
        page = without_weights(page, W, ["dec.Wh", "dec.Ws", "dec.bh", "Wo", "bo"])
    run = decode_letters(thought, most, W, outputs)
    T, shown = len(run), min(step, len(run))
    rows = lambda name, key, digits: [
        (f"{name}({t})", now[key] if t <= shown else None, digits)
        for t, now in enumerate(run, start=1)
    ]
    above = [*rows("p", "p", 2), *rows("z", "z", 2)]
    start = ("thought = _S(0)", thought, 2)
    check_still(page)
    check_blocks(page, [*above, start, *rows("_S", "S", 2), *rows("_x", "x", 0)])
    said, now = [step["said"] for step in run[:shown]], run[shown - 1]
    assert [text for text, points in page.signs if text.strip()] == said
    fed = f"'{outputs[now['x'].index(1)]}'" if 1 in now["x"] else "nothing"
    check_words(
        page.words,
        *before,
        f"Step {shown} of {T}: fed {fed}, the state becomes ",
        (now["S"], 2),
        ", the probabilities ",
        (now["p"], 2),
        f", and it says '{now['said']}'. So far it has said '{' '.join(said)}'.",
    )


def share_of(string, letter):
    """How much each letter counts in the panel's loss: letter 0 is the mean over all."""
    return np.eye(len(string))[letter - 1] if letter else None


def check_blame(page, W, string, letter, scale, entry, label, reached=None):
    """Every number of the picture, the loss, and the gradient of the weight in hand, as the scaled
    network has it."""
    page = without_weights(
        page, {name: np.asarray(value).tolist() for name, value in W.items()}, list(W)
    )
    W, share = scaled_both(W, scale), share_of(string, letter)
    loss, S, R, P = taught(W, string, share)
    n, rows = W["bh"].size, []
    blame = lambda name, t, size: [
        slope(lambda h: taught(W, string, share, (name, t, k, h))[0]) for k in range(size)
    ]
    for t in range(1, len(string) + 1):
        rows += [(f"p({t})", list(P[t - 1]), 2), (f"∂loss/∂z({t})", blame("z", t, len(P[0])), 3)]
    T = len(string)
    reached = 2 * T if reached is None else reached
    blamed = {}
    for which, states in (("S", S), ("_S", R)):
        for t in range(1, T + 1):
            left = 2 * T - (t if which == "_S" else t - T) - T  # states after it
            blamed[which, t] = blame(which, t, n)
            there = blamed[which, t] if left < reached else None
            name = f"{which}({t})"
            rows += [(name, list(states[t]), 2), (f"∂loss/∂{name}", there, 3)]
    names = [f"S({t})" for t in range(1, T + 1)] + [f"_S({t})" for t in range(1, T + 1)]
    where = f" It has come as far as {names[2 * T - reached]}." if reached else " It sets out."
    where = where if reached < 2 * T else ""
    there = []  # what the words say of the states that it has reached
    for passed, of, values in (
        (1, "the last state of the decoder", blamed["_S", T]),
        (T + 1, "the thought vector", blame("_S", 0, n)),
        (2 * T, "S(1)", blamed["S", 1]),
    ):
        if passed <= reached:
            there += ["; on " if there else " On ", f"{of}: ", (values, 3)]
    there += ["."] if there else []
    check_still(page)
    strip = page.blocks[-1]  # the letters, to be dragged
    assert strip.name == "string" and strip.texts == list(string)
    check_blocks(replace(page, blocks=page.blocks[:-1]), rows)
    check_words(
        page.words,
        "Loss ",
        ([loss], 4),
        f" nats; ∂loss/∂{label} is ",
        ([weight_slope(W, string, share, entry)], 4),
        f". Blame flows from the right letters, {' '.join(string[::-1])}, back to '{string}'.",
        *there,
        where,
    )


def check_vanishing(page, W, length, scale, text="abc"):
    _, _, dS, dR = chain(scaled_both(W, scale), indices([(text * length)[:length]]))
    sizes = [float(np.linalg.norm(d)) for d in (*dS, *dR[1:])]
    check_still(page)
    found = re.fullmatch(
        rf"{length} letters, both Ws times ({NUMBER})\. The norm of the blame is ({NUMBER}) on"
        r" the decoder's last "
        rf"state, ({NUMBER}) on the thought vector and (\d\.\de[+-]\d+) on S\(1\)\.",
        page.words,
    )
    assert found, page.words
    check_number(found[1], scale, 2)
    check_number(found[2], sizes[-1], 4, "the decoder's last state")
    check_number(found[3], sizes[length - 1], 4, "the thought vector")
    assert abs(float(found[4]) - sizes[0]) <= 0.5001 * 10.0 ** (
        int(found[4].partition("e")[2]) - 1
    ), (found[4], sizes[0])
    (plot,) = page.plots
    for t, size in enumerate(sizes, start=1):
        if size > 1e-40:
            assert plot.inside(plot.x(t), plot.y(size), -1), f"step {t} is not in the picture"
            assert min(math.dist(v, (plot.x(t), plot.y(size))) for v in plot.lines[0]) < 0.5, (
                f"the curve at step {t}"
            )
    seen = [x for x, _ in plot.lines[1]]
    assert seen and max(abs(x - plot.x(length)) for x in seen) < 0.5, (
        "the line at the thought vector"
    )


def read_training(page):
    """What the words say of a training: a dict of texts."""
    found = re.fullmatch(
        rf"(?P<optimiser>gradient descent|Adam), rate (?P<rate>\S+), (?P<units>\d+) units?,"
        rf" (?P<start>\w+) start, "
        rf"seed (?P<seed>\d+): after (?P<steps>\d+) updates the loss is (?P<loss>{NUMBER}) nats"
        r" and "
        r"(?P<right>\d+) of 27 strings are reversed(?:; 'abc' gives '(?P<abc>\w+)'|, not"
        r" (?P<wrong>[abc, ]+)(?P<more> …)?)\.",
        page.words,
    )
    assert found, page.words
    return found.groupdict()


def check_training(
    page, theta, rate, optimiser, units, start, seed, exact=True, near=0.03, steps=300
):
    """`theta`: the weights it starts from. `exact`: the number of reversed strings too, and which
    are not."""
    check_still(page)
    said = read_training(page)
    assert abs(float(said["rate"]) / 10.0**rate - 1) < 0.006
    right = [optimiser, units, start, seed, steps]
    assert [
        said["optimiser"],
        int(said["units"]),
        said["start"],
        int(said["seed"]),
        int(said["steps"]),
    ] == right
    loss, wrong = trained_panel(tuple(float(v) for v in theta), units, optimiser, 10.0**rate, steps)
    assert abs(float(said["loss"]) - loss) <= near * loss + 0.00005, (
        f"loss {said['loss']}; {loss:.6g} is right"
    )
    (plot,) = page.plots
    end = plot.lines[0][-1]
    assert abs(end[0] - plot.x(steps)) < 0.5 and abs(end[1] - plot.y(float(said["loss"]))) < 3, (
        "the end of the curve"
    )
    if exact:
        assert int(said["right"]) == 27 - len(wrong), (
            f"{said['right']} are reversed; {27 - len(wrong)} is right"
        )
        if wrong:
            assert said["wrong"].split(", ") == wrong[:4] and bool(said["more"]) == (
                len(wrong) > 4
            ), page.words
        else:
            assert said["abc"] == "cba"


def check_scrub(page, W, step, loss, string):
    """`W`: the weights of the moment."""
    plain = {name: value.tolist() for name, value in W.items()}
    (answer,) = answers(W, [string])
    every = every_string(3)
    said = answers(W, every)
    good = [one == asked[::-1] for asked, one in zip(every, said)]
    before = [
        f"After {step} updates the loss is ",
        ([loss], 4),
        (
            f" nats, and '{string}' gives '{answer}', which is "
            f"{'right' if answer == string[::-1] else 'wrong'}. "
            f"It reverses {sum(good)} of all 27 strings. "
        ),
    ]
    board = page.blocks[0]
    assert board.name == "answers" and board.texts == said and board.cells == 27
    page = replace(page, blocks=page.blocks[1:])
    check_decoding(
        page, plain, encode_letters(string, plain)[-1], len(string), len(string), before=before
    )
    (plot,) = page.plots
    assert max(abs(x - plot.x(step)) for x, _ in plot.lines[1]) < 0.5, "the line at this moment"
    assert (
        min(abs(x - plot.x(step)) + abs(y - plot.y(loss)) for x, y in plot.lines[0]) < 1
        or not 1e-4 < loss < 20
    )


def check_softmax(page, z, temperature, target, letters=LETTERS):
    p = probabilities(z, temperature)
    shifted = [(v - max(z)) / temperature for v in z]
    blame = add(p, [-v for v in letter_row(target, letters)])
    # from the scores: the loss stays finite where p would be 0
    loss = math.log(math.fsum(math.exp(v) for v in shifted)) - shifted[letters.index(target)]
    check_still(page)
    check_blocks(
        page,
        [
            ("z", z, 2),
            ("z / temperature − max", shifted, 2),
            ("exp", [math.exp(v) for v in shifted], 3),
            ("p", p, 3),
            ("y", letter_row(target, letters), 0),
            ("p − y", blame, 3),
        ],
    )
    check_words(
        page.words,
        "At temperature ",
        ([temperature], 2),
        " the probabilities are ",
        (p, 3),
        f". The right letter is '{target}': the loss is ",
        ([loss], 4),
        " nats, and p − y is ",
        (blame, 3),
        ".",
    )
    of_p, of_blame = page.marks
    check_bars(of_p, p, 1)
    check_bars(of_blame, blame, 1)
