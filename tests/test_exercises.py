"""Every exercise: right, wrong, badly shaped and missing answers; the right ones come from
tests/oracle.py."""

import functools
import itertools
import json
import math
import pathlib

import numpy as np
import oracle
import pytest

from revlib import exercises, model, starts

LETTERS = "abc"


def thought(text, **changed):
    return oracle.encode(
        oracle.post_weights() | changed, [LETTERS.index(letter) for letter in text]
    )[-1]


def strings(length):
    return ["".join(letters) for letters in itertools.product(LETTERS, repeat=length)]


def shares(text):
    """What each letter adds to the thought vector of what comes after it; so as long as ReLU is
    idle."""
    return [
        [a - b for a, b in zip(thought(text[t:]), thought(text[t + 1 :]))] for t in range(len(text))
    ]


def closest_pairs():
    states = {text: thought(text) for text in strings(4)}
    gaps = {
        pair: math.dist(states[pair[0]], states[pair[1]])
        for pair in itertools.combinations(states, 2)
    }
    return [list(pair) for pair, gap in gaps.items() if gap < min(gaps.values()) + 1e-9]


def largest_eigenvalue():
    """Of a matrix without negative entries, by power iteration."""
    v = [1.0] * 5
    for _ in range(100):
        v = oracle.product(v, oracle.WS)
        rate = math.hypot(*v)
        v = [value / rate for value in v]
    return rate


def lowered(weight):
    """Wh with another weight from b to unit 5."""
    return [[*row[:4], weight] if k == 1 else row for k, row in enumerate(oracle.WH)]


def lifted(weight):
    """Wo with another weight from unit 4 to b."""
    return [[row[0], weight, row[2]] if i == 3 else row for i, row in enumerate(oracle.WO)]


def decoded(state, steps=3, **changed):
    """What the post's decoder says from a state; END is '.'."""
    return "".join(
        "abc."[said] for *_, said in oracle.decode(oracle.post_weights() | changed, state, steps)
    )


def first_letter(**changed):
    return decoded(thought("abc"), 1, **changed)


def scale_of_equal_distances():
    """Where 'abc' is as far from 'cbc' as from 'aba', by halving."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        scaled = [[middle * weight for weight in row] for row in oracle.WS]
        abc, cbc, aba = (thought(text, Ws=scaled) for text in ("abc", "cbc", "aba"))
        low, high = (middle, high) if math.dist(abc, cbc) < math.dist(abc, aba) else (low, middle)
    return low


WITH_END = {"Wo": [[*row, 1.0] for row in oracle.WO], "bo": [[0.0, 0.0, 0.0, -75.0]]}
IDENTITY = [oracle.one_hot(i, 5) for i in range(5)]
FIRST_SCORES = oracle.product(oracle.PRINTED_DEC_S[0], oracle.WO)


def temperature_of_a_half():
    low, high = 1.0, 10.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if max(oracle.softmax(FIRST_SCORES, middle)) > 0.5 else (low, middle)
        )
    return low


def log_probabilities(scores):
    return [float(value) for value in oracle.log_softmax(scores)]


def mean_loss(answer, **changed):
    given = [LETTERS.index(letter) for letter in answer]
    steps = oracle.decode(
        oracle.post_weights() | changed, thought("abc", **changed), 3, given=given
    )
    return -sum(log_probabilities(z)[k] for (_, _, z, _), k in zip(steps, given)) / 3


def lowest_entry():
    """Where the loss of 'cba' is lowest along the entry [1, c] of Wo: the middle third of an
    interval says which end to drop."""
    low, high = -2.0, 2.0
    loss_at = lambda value: mean_loss("cba", Wo=[[*oracle.WO[0][:2], value], *oracle.WO[1:]])
    for _ in range(40):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, right) if loss_at(left) < loss_at(right) else (left, high)
    return low


def bias_gradient(name, text, h=1e-5, **changed):
    """Central differences of the mean loss of the reversed string, in the oracle's arithmetic."""
    right, found = [LETTERS.index(letter) for letter in reversed(text)], []
    for k in range(len(oracle.post_weights()[name][0])):
        losses = []
        for nudge in (h, -h):
            W = (
                oracle.post_weights()
                | changed
                | {name: [[nudge * (i == k) for i in range(len(oracle.post_weights()[name][0]))]]}
            )
            last = oracle.encode(W, [LETTERS.index(letter) for letter in text])[-1]
            steps = oracle.decode(W, last, len(text), given=right)
            losses.append(
                -sum(oracle.log_softmax(z)[y] for (_, _, z, _), y in zip(steps, right)) / len(text)
            )
        found.append(float((losses[0] - losses[1]) / oracle.Decimal(2 * h)))
    return found


RESULTS = pathlib.Path(__file__).parent.parent / "notebooks" / "results"


def five_units(name, key="theta"):
    """The weights of a trained network of five units, by name, out of a file of results."""
    with np.load(RESULTS / name) as file:
        sizes = {
            "Wh": (3, 5),
            "Ws": (5, 5),
            "bh": (5,),
            "_Wh": (3, 5),
            "_Ws": (5, 5),
            "_bh": (5,),
            "Wo": (5, 4),
            "bo": (4,),
        }
        ends = np.cumsum([math.prod(shape) for shape in sizes.values()])
        return {
            name: part.reshape(shape)
            for part, (name, shape) in zip(np.split(file[key], ends[:-1]), sizes.items())
        }


def not_reversed(W, T):
    """What a network of five units does not reverse, of all strings of length T; its run written
    out once more."""
    read = np.array(list(itertools.product(range(3), repeat=T)))
    S, fed, right = np.zeros((len(read), 5)), np.zeros((len(read), 3)), np.ones(len(read), bool)
    for t in range(T):
        S = np.maximum(W["Wh"][read[:, t]] + S @ W["Ws"] + W["bh"], 0)
    for t in range(T + 1):
        S = np.maximum(fed @ W["_Wh"] + S @ W["_Ws"] + W["_bh"], 0)
        said = (S @ W["Wo"] + W["bo"]).argmax(axis=1)
        right &= said == (read[:, T - 1 - t] if t < T else 3)
        fed = np.eye(4, 3)[said]
    return ["".join(LETTERS[i] for i in row) for row in read[~right]]


@functools.cache
def wrong_of_length_nine():
    return not_reversed(five_units("whole_task.npz"), 9)


def sweep(units, shortest, longest):
    """Chapter 07's networks of that size and training: seed -> share reversed of each length."""
    rows = json.loads((RESULTS / "sweep.json").read_text(encoding="utf-8"))["runs"]
    return {
        row["seed"]: row["accuracy"]
        for row in rows
        if [row[key] for key in ("units", "shortest", "longest")] == [units, shortest, longest]
    }


def farthest_three_units():
    """Which of those trained on lengths 1 to 12 is best at length 10, and where it first reverses
    less than half."""
    seed, shares = max(sweep(3, 1, 12).items(), key=lambda item: item[1][9])
    return [seed, next(T for T, share in enumerate(shares, start=1) if share < 0.5)]


def plain_blocks(theta):
    """Encoder, decoder and output of a network over 'abc': views of its weights, each matrix's rows
    above its biases."""
    n = next(n for n in range(1, 20) if 2 * (3 + n + 1) * n + 3 * n + 3 == len(theta))
    ends = [(4 + n) * n, 2 * (4 + n) * n]
    return [part.reshape(-1, columns) for part, columns in zip(np.split(theta, ends), (n, n, 3))]


def plain_reversed(theta, texts):
    """How many of the texts, all of one length, the network reverses when it hears itself."""
    (E, D, O), read = (
        plain_blocks(theta),
        np.array([[LETTERS.index(letter) for letter in text] for text in texts]),
    )
    S, fed, one, right = (
        np.zeros((len(texts), E.shape[1])),
        np.zeros((len(texts), 3)),
        np.ones((len(texts), 1)),
        np.ones(len(texts), bool),
    )
    for letters in read.T:
        S = np.maximum(np.hstack([np.eye(3)[letters], S, one]) @ E, 0)
    for letters in read.T[::-1]:
        S = np.maximum(np.hstack([fed, S, one]) @ D, 0)
        said = (np.hstack([S, one]) @ O).argmax(axis=1)
        fed, right = np.eye(3)[said], right & (said == letters)
    return int(right.sum())


def plain_training(theta, texts, rate, steps, adam=True, clip=math.inf):
    """A training once more, in plain NumPy, with texts of one length: the loss and the weights
    before each update and at the end."""
    theta, length, one = np.array(theta, dtype=float), len(texts[0]), np.ones((len(texts), 1))
    (E, D, O), m, v = plain_blocks(theta), 0.0, 0.0
    read = np.array([[LETTERS.index(letter) for letter in text] for text in texts])
    x, y, n = np.eye(3)[read], np.eye(3)[read[:, ::-1]], E.shape[1]
    for update in range(1, steps + 2):
        S, run = np.zeros((len(texts), n)), []
        for t in range(2 * length):
            fed = (
                x[:, t] if t < length else y[:, t - length - 1] * (t > length)
            )  # the right letters are fed in
            H = np.hstack([fed, S, one])
            S = np.maximum(H @ (E if t < length else D), 0)
            run.append((H, S))
        P = [
            np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
            for z in (np.hstack([S, one]) @ O for _, S in run[length:])
        ]
        yield -np.mean([np.log((p * y[:, t]).sum(axis=1)) for t, p in enumerate(P)]), theta.copy()
        dE, dD, dO, back = np.zeros_like(E), np.zeros_like(D), np.zeros_like(O), 0.0
        for t in reversed(range(2 * length)):
            H, S = run[t]
            if t >= length:
                dz = (P[t - length] - y[:, t - length]) / (len(texts) * length)
                dO += np.hstack([S, one]).T @ dz
                back = back + dz @ O[:n].T
            dA = back * (S > 0)
            (dE if t < length else dD)[:] += H.T @ dA
            back = dA @ (E if t < length else D)[3 : 3 + n].T
        g = np.concatenate([dE.ravel(), dD.ravel(), dO.ravel()])
        g *= min(1, clip / np.linalg.norm(g))
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        theta -= rate * (
            m / (1 - 0.9**update) / (np.sqrt(v / (1 - 0.999**update)) + 1e-8) if adam else g
        )


def first_cba(rate):
    run = plain_training(oracle.flat(oracle.post_weights()), ["abc"], rate, 500, adam=False)
    return next(update for update, (_, theta) in enumerate(run) if plain_reversed(theta, ["abc"]))


def lowest_power():
    """Down from 0.01 by the panel's steps: the last rate whose 300 updates leave no string
    wrong."""
    start = starts.initialize(model.Net(), "identity", np.random.default_rng(0)).theta
    for k in range(40):
        *_, (_, theta) = plain_training(start, strings(3), 10 ** (-2 - 0.05 * k), 300, clip=1)
        if plain_reversed(theta, strings(3)) < 27:
            return -2 - 0.05 * (k - 1)


def adam_steps(gradients):
    """Adam's two means as the sums they are: weights that shrink with age, over the sum of those
    weights."""

    def mean(values, beta):
        weights = [beta**age for age in reversed(range(len(values)))]
        return sum(w * value for w, value in zip(weights, values)) / sum(weights)

    seen = [gradients[:t] for t in range(1, len(gradients) + 1)]
    return [0.01 * mean(g, 0.9) / math.sqrt(mean([x * x for x in g], 0.999)) for g in seen]


def common_run(texts):
    """The longest runs of letters that all texts have."""
    first = texts[0]
    runs = {
        first[i:j]
        for i, j in itertools.combinations(range(len(first) + 1), 2)
        if all(first[i:j] in text for text in texts)
    }
    return [run for run in runs if len(run) == max(map(len, runs))]


def first_lost_in_half_precision():
    """Of all strings of 'abcdefg' of length 4, the first whose number in base 8 is no float16: too
    many bits from first to last 1."""
    for digits in itertools.product(range(1, 8), repeat=4):
        number = sum(
            digit * 8**place for place, digit in enumerate(digits)
        )  # the last letter's place is the highest
        while number % 2 == 0:
            number //= 2
        if number.bit_length() > 11:
            return "".join("abcdefg"[digit - 1] for digit in digits)


@functools.cache
def attention(seed, T):
    """Chapter 09's network of that seed on all strings of length T, its run written out once more:
    weights (T, T, strings) of the letters said."""
    with np.load(RESULTS / "styles.npz") as file:
        sizes = {
            "Wh": (3, 8),
            "Ws": (8, 8),
            "bh": (8,),
            "_Wh": (3, 8),
            "_Ws": (8, 8),
            "_bh": (8,),
            "Wo": (16, 4),
            "bo": (4,),
        }
        ends = np.cumsum([math.prod(shape) for shape in sizes.values()])
        W = {
            name: part.reshape(shape)
            for part, (name, shape) in zip(
                np.split(file[f"attention-8-{seed}"], ends[:-1]), sizes.items()
            )
        }
    read = np.array(list(itertools.product(range(3), repeat=T)))
    S, kept, looks, fed = np.zeros((len(read), 8)), [], [], np.zeros((len(read), 3))
    for t in range(T):
        S = np.maximum(W["Wh"][read[:, t]] + S @ W["Ws"] + W["bh"], 0)
        kept.append(S)
    for t in range(T):
        S = np.maximum(fed @ W["_Wh"] + S @ W["_Ws"] + W["_bh"], 0)
        w = np.array([(S * key).sum(axis=1) for key in kept])
        alpha = np.exp(w - w.max(axis=0)) / np.exp(w - w.max(axis=0)).sum(axis=0)
        mixed = sum(weight[:, None] * key for weight, key in zip(alpha, kept))
        fed = np.eye(4, 3)[(np.hstack([S, mixed]) @ W["Wo"] + W["bo"]).argmax(axis=1)]
        looks.append(alpha)
    return np.array(looks)


def not_at_the_last_letter(T):
    """The strings of length T for which the network that keeps to the last letter looks most at
    another one, for a letter that it says."""
    return [
        text
        for text, places in zip(strings(T), attention(0, T).argmax(axis=1).T)
        if (places != T - 1).any()
    ]


def published_gru(state):
    """One step of the GRU of Cho and others (2014), v3, on the letter with index 0, weight by
    weight."""
    logistic, units = (lambda z: 1 / (1 + math.exp(-z))), range(2)
    Wh, bh = [(j % 5 - 2) / 4 for j in range(6)], [j / 10 for j in range(6)]
    Ws = [[((6 * i + j) % 7 - 3) / 4 for j in range(6)] for i in units]
    r, u = (
        [logistic(Wh[j] + bh[j] + sum(state[i] * Ws[i][j] for i in units)) for j in columns]
        for columns in ((0, 1), (2, 3))
    )
    g = [
        math.tanh(Wh[4 + j] + bh[4 + j] + sum(r[i] * state[i] * Ws[i][4 + j] for i in units))
        for j in units
    ]
    return [(1 - u[j]) * g[j] + u[j] * state[j] for j in units]


def blame_arriving(cell, seed, length, bias=1.0, n=8, h=1e-6):
    """The norm of the blame for the last letter on S(1), by central differences, and on the
    decoder's last state, before training; the cells of chapter 10 written out once more."""
    rng, parts = np.random.default_rng(seed), {"GRU": 3, "LSTM": 4}.get(cell, 1)
    enc, dec = ([rng.normal(0, rows**-0.5, (rows, parts * n)) for rows in (3, n)] for _ in range(2))
    Wo = rng.normal(0, n**-0.5, (n, 3))
    b = np.repeat([0, bias * (parts > 1), 0, 0][:parts], n)
    for layer in (enc, dec) if parts == 1 else ():
        layer[1] = np.eye(n) if "identity" in cell else rng.normal(0, n**-0.5, (n, n))

    def step(layer, letter, s):
        of_x, of_s = b + (0 if letter is None else layer[0][letter]), s[:, :n] @ layer[1]
        if parts == 1:
            return np.maximum(of_x + of_s, 0)
        first, second, third, *fourth = np.split(1 / (1 + np.exp(-of_x - of_s)), parts, axis=1)
        if parts == 3:
            return (1 - second) * np.tanh(of_x[2 * n :] + first * of_s[:, 2 * n :]) + second * s
        C = second * s[:, n:] + first * np.tanh((of_x + of_s)[:, 2 * n : 3 * n])
        return np.hstack([fourth[0] * np.tanh(C), C])

    read = [k % 3 for k in range(length)]
    s = step(enc, read[0], np.zeros((1, 2 * n if parts == 4 else n)))
    s = s + h * np.vstack([np.eye(n, s.shape[1]), -np.eye(n, s.shape[1])])
    for layer, letter in [
        *((enc, letter) for letter in read[1:]),
        (dec, None),
        *((dec, letter) for letter in read[:0:-1]),
    ]:
        s = step(layer, letter, s)
    p = np.exp(s[:, :n] @ Wo)
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[:, read[0]])
    return np.linalg.norm(loss[:n] - loss[n:]) / (2 * h), np.linalg.norm(
        Wo @ (p.mean(axis=0) - np.eye(3)[read[0]])
    )


def lowest_bias(length):
    """To a tenth, so that a hundredth of the blame comes through a GRU."""
    ratios = (
        (tenth / 10, *blame_arriving("GRU", 0, length, tenth / 10)) for tenth in range(-30, 81)
    )
    return next(bias for bias, first, last in ratios if first >= last / 100)


def blame_on_the_last_bias(text):
    """p - y of an untrained MLP, 9 to 8 to 9, number by number; a third of it, as the loss is the
    mean of three letters."""
    rng = np.random.default_rng(0)
    W1, W2 = rng.normal(0, 1 / 3, (9, 8)).tolist(), rng.normal(0, 1 / math.sqrt(8), (8, 9)).tolist()
    row = [float(letter == other) for letter in text for other in LETTERS]
    z = oracle.product([max(0.0, float(v)) for v in oracle.product(row, W1)], W2)
    right = [float(letter == other) for letter in reversed(text) for other in LETTERS]
    return [
        (float(p) - y) / 3
        for k in (0, 3, 6)
        for p, y in zip(oracle.softmax(z[k : k + 3]), right[k : k + 3])
    ]


ROTATION = [
    float(i % 3 == j % 3 and (i // 3 - 1) % 3 == j // 3) for i in range(9) for j in range(9)
]


def look_from(query, keys, scale=1):
    """Weights and mixture of attention, in plain Python."""
    e = [math.exp(scale * (sum(q * k for q, k in zip(query, key)) - 4)) for key in keys]
    a = [value / sum(e) for value in e]
    return a, [sum(weight * key[j] for weight, key in zip(a, keys)) for j in range(2)]


NUMBERS = {
    "1.1": [0, 0, 1, 1, 0, 0, 0, 1, 0],
    "1.2": thought("ba"),
    "1.3": 12 * (26 + 12 + 1),
    "1.5": -0.38,
    "1.4": [
        thought(text, Wh=lowered(-2))[unit] - thought(text, Wh=lowered(-0.8))[unit]
        for text, unit in (("ab", 4), ("abc", 0))
    ],
    "2.1": thought("bbacb", Ws=[[0.0] * 5] * 5),
    "2.2": 1.5 * largest_eigenvalue(),
    "2.3": len(
        {tuple(round(value, 9) for value in thought(text, Ws=IDENTITY)) for text in strings(5)}
    ),
    "2.4": scale_of_equal_distances(),
    "2.5": 0.5 / largest_eigenvalue(),
    "3.1": oracle.decode(oracle.post_weights(), thought("c"), 1)[0][2],
    "3.2": 2 * 12 * (26 + 12 + 1) + (12 + 1) * 27,
    "3.4": next(k for k in range(100) if first_letter(Wo=lifted(k / 100)) == "b") / 100,
    "4.1": [float(p) for p in oracle.softmax([2.0, 1.0, 0.0])],
    "4.2": temperature_of_a_half(),
    "4.3": [float(p) - (k == 1) for k, p in enumerate(oracle.softmax(FIRST_SCORES))],
    "4.4": [0.6 * max(0.55, 0.45), max(0.6 * 0.55, 0.6 * 0.45, 0.4 * 0.9, 0.4 * 0.1)],
    "4.6": mean_loss("ccc"),
    "5.1": [0.2, 0.5, -0.7],
    "5.2": [20, len([T for T in range(1, 50) if 1000 >= 2**T])],
    "5.3": [0.3 * 0.5 + 0.1 * 0, 0.2 * 0.5 + 0.6 * 0],
    "5.4": bias_gradient("bo", "abc"),
    "5.5": lowest_entry(),
    "6.1": 0.52,
    "6.2": 0.125,
    "6.3": sum(len(strings(length)) for length in range(1, 9)),
    "6.4": first_cba(0.02),
    "6.5": lowest_power(),
    "7.1": math.log2(len(strings(8))),
    "7.2": 2 * (4 * 7 + 7 * 7 + 7) + 7 * 5 + 5,
    "7.3": math.exp(math.log(0.96) / 16),
    "7.5": 3**9 - len(wrong_of_length_nine()),
    "7.6": farthest_three_units(),
    "8.1": 2 / 4 + 1 / 16 + 3 / 64,
    "8.3": [64 // 2, 64 // 5],
    "8.5": [0.5 / 4 + 0.5, 0.25 + 0.5, 2 * 0.25, 2 * 0.5],  # and twice what 'ab' left
    "8.6": [
        next(T for T in range(1, 31) if (bits * T - bits + 1) > 24) for bits in (2, 3, 4)
    ],  # from the first 1 to the last
    "9.1": [
        (10 + 8 + 1) * 8 + (fed + 8 + 1) * 8 + (told + 1) * 11
        for fed, told in ((0, 8), (10, 8), (18, 8), (10, 16))
    ],
    "9.2": [1 / 5, 2 / 5, 2 / 5],
    "9.4": look_from([3 - 1, 1], [[i, -i * (i - 1) / 2] for i in (1, 2, 3)], 16)[0],
    "9.5": [a * (da - (0.2 * 1 - 0.4 * 1)) for a, da in ((0.2, 1), (0.4, 0), (0.4, -1))],
    "10.1": math.log(0.9 / 0.1),
    "10.2": next(t for t in range(100) if (1 / (1 + math.exp(-1))) ** t < 0.01),
    "10.3": [0.8 / 2 / 2 / 2, 0, 0.8],
    "10.5": 4 * (26 * 128 + 128 * 128 + 128 + 128) - 4 * (26 * 128 + 128 * 128 + 128),
    "10.4": [
        0.75 * -0.4 + 0.25 * 0.8,
        (0.8 - -0.4) * 0.25 * 0.75,
        0.75 * 1.6 - 0.5 * 0.4,
        0.5 * math.tanh(1),
        0.5 / math.cosh(1) ** 2 * 0.75,
    ],
    "10.8": [lowest_bias(length) for length in (5, 15, 30)],
    "11.1": (18 + 1) * 20 + (20 + 1) * 18,
    "11.2": [
        sum(text[1] != gone or gone == "a" for text in strings(3)) for gone in "ba"
    ],  # of three zeros the first is the largest: a
    "11.3": max(h for h in range(20) if (18 + 1) * h + (h + 1) * 18 <= 108),
    "11.5": 1 + 4 + math.comb(4, 2),
}
WORDS = {
    "2.6": [pair for pair in closest_pairs() if pair != ["abaa", "caca"]],
    "3.3": [[decoded([0.0] * 5, bo=[[0.0, 0.1, 0.0]])]],
    "7.8": [common_run(wrong_of_length_nine())],
    "8.2": [["bbac"]],
    "8.8": [[first_lost_in_half_precision()]],
    "9.7": [not_at_the_last_letter(3)],
}
FUNCTIONS = {
    "1.6": lambda text: thought(text, Wh=lowered(-0.8)),
    "2.7": lambda text: sum(shares(text), []),
    "3.7": lambda text: [len(decoded(thought(text), **WITH_END).rstrip("."))],
    "4.5": log_probabilities,
    "5.7": lambda text: bias_gradient("bh", text, Wh=lowered(-0.8)),
    "6.6": adam_steps,
    "7.4": lambda text: [sum(max(map(int, text)) - int(digit) for digit in text)],
    "9.3": lambda state: look_from(state, [[1, 0], [0, 1], [1, 1]])[1],
    "8.4": lambda value: [
        math.ceil(math.log2(value.as_integer_ratio()[1]) / 2)
    ],  # two bits a letter
    "10.6": lambda gates: [math.prod(gates[t:]) for t in range(len(gates))],
    "10.10": published_gru,
    "11.8": blame_on_the_last_bias,
}
WORKS = {
    "3.5": ([-50], [-75]),
    "3.6": ([1000, 0, 0], [0, 0, 0]),
    "6.7": ([21], [0]),
    "8.9": ([2, -3.994, 2.5], [0, 0, 0]),
    "9.8": ([6, -8], [2, -4]),
    "10.9": ([-9, 12, 1, 0], [0, 1, 0, 0]),
    "11.6": ([7], [0]),
    "11.9": ([0.5, 1.5, 2.5, 2, 1, 0, 0, 1, 2], [0.5, 1.5, 2.5, 0, 1, 2, 0, 1, 2]),
    "11.4": (ROTATION, [0] * 81),
}  # one that works, one that does not
EXPLAINED = [  # sentences, which only a reader can judge; a line for each chapter
    "1.7",
    "2.8",
    "3.8",
    "4.7",
    "5.6",
    "6.8",
    "6.9",
    "7.7",
    "8.7",
    "9.6",
    "10.7",
    "11.7",
]
MANY = {number: key for number, key in NUMBERS.items() if isinstance(key, list)}
ONE = {number: key for number, key in NUMBERS.items() if number not in MANY}
NO_NUMBERS = ["abc", {}, {"a": 1}, object(), print, [[1], [2, 3]], [1, "b"], [...], b"x", set()]
TOO_LARGE = [10**400, [10**400] * 5, 1e308, [1e308] * 3]


@pytest.fixture
def told(capsys):
    """The one line that `check` prints."""

    def told(number, answer):
        assert exercises.check(number, answer) is None
        out, err = capsys.readouterr()
        assert err == "" and out.endswith("\n") and out.count("\n") == 1, f"not one line: {out!r}"
        assert len(out) < 300, "a line that long is no line"
        return out[:-1]

    return told


def refused(line, number):
    """The line says what was found and what kind is expected."""
    expected = exercises.EXERCISES[number].expected
    return (
        line.startswith(f"{number}: not yet; ")
        and line.endswith(f"; expected {expected}")
        and ("found " in line or "it gives " in line)
    )


def test_every_exercise_is_here():
    assert {*NUMBERS, *WORDS, *FUNCTIONS, *WORKS, *EXPLAINED} == set(exercises.EXERCISES)


@pytest.mark.parametrize("number", exercises.EXERCISES)
@pytest.mark.parametrize("missing", [None, ...])
def test_not_attempted(told, number, missing):
    assert told(number, missing) == f"{number}: not attempted yet"


@pytest.mark.parametrize(
    "number, there",
    [
        ("7.9", "7.1 to 7.8"),
        ("0.1", "1.1 to 11.9"),
        ("", "1.1 to 11.9"),
        ("1", "1.1 to 1.7"),
        (1.1, "1.1 to 1.7"),
        (None, "1.1 to 11.9"),
        (("1.1",), "1.1 to 11.9"),
    ],
)
def test_unknown_number(told, number, there):
    how = "" if isinstance(number, str) else ', each written as a string: check("1.1", ...)'
    assert told(number, 1) == f"there is no exercise {number!r}; there is {there}{how}"


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize("number, key", NUMBERS.items(), ids=NUMBERS)
def test_right_numbers_in_every_form(told, number, key):
    array = np.array(key, dtype=float)
    forms = [
        key,
        array,
        array.reshape(-1, 1),
        array.reshape(1, -1),
        array.astype(np.float32),
        array.tolist(),
        [key],
    ]
    forms += (
        [tuple(key), np.array(key, dtype=object)]
        if number in MANY
        else [(key,), np.float64(key), np.float32(key), [[key]]]
    )
    for form in forms:
        assert told(number, form) == f"{number}: correct", repr(form)


def test_right_to_two_decimals(told):
    for number in ("1.2", "4.1", "4.3"):
        assert told(number, [round(value, 2) for value in NUMBERS[number]]) == f"{number}: correct"
    assert told("1.1", np.array(NUMBERS["1.1"], dtype=bool).reshape(3, 3)) == "1.1: correct"
    assert told("2.5", round(NUMBERS["2.5"], 3)) == "2.5: correct"


@pytest.mark.parametrize("number, key", NUMBERS.items(), ids=NUMBERS)
def test_wrong_numbers(told, number, key):
    array = np.array(key, dtype=float)
    flipped = array if array.ndim == 0 else array[::-1]
    wrong = [array + 1, -array - 1, array * math.nan, array + math.inf, array - math.inf] + [
        flipped
    ] * (flipped.tolist() != array.tolist())
    for answer in wrong:
        line = told(number, answer.tolist())
        assert refused(line, number)
        assert not gives_away(line, number, key)
    if number in ("1.3", "2.3", "3.2"):
        assert refused(told(number, key + 0.001), number), "a whole number is exact"


def gives_away(line, number, key):
    """A number of the key, as a reader would type it, stands in the line; 0 and 1 stand in many."""
    values = {f"{value:{kind}}" for value in np.ravel(key) for kind in ("g", ".2f", ".3f")} - {
        "0",
        "1",
    }
    return [value for value in values if value in line.removeprefix(number)]


@pytest.mark.parametrize("number, key", NUMBERS.items(), ids=NUMBERS)
def test_badly_shaped_numbers(told, number, key):
    size = len(np.ravel(key))
    for count in {0, 1, size - 1, size + 1, 100} - {size}:
        line = told(number, [7.25] * count)
        assert refused(line, number) and f"found {count} number{'s' * (count != 1)};" in line
        assert not gives_away(
            line.replace(f"found {count} number", ""), number, key
        )  # how many were given is no secret
    for answer in NO_NUMBERS:
        line = told(number, answer)
        assert refused(line, number) and not gives_away(line, number, key)
        assert f"found a value of type {type(answer).__name__}" in line


def test_numbers_no_float_can_hold(told):
    for number in (*NUMBERS, *WORKS):
        for answer in TOO_LARGE:
            assert told(number, answer).startswith(f"{number}: ")


def test_complex_numbers(told):
    """NumPy's eigenvalues come as complex numbers: with no imaginary part they are right, and no
    warning is given."""
    for number, key in ONE.items():
        for answer in (np.complex128(key), np.array([complex(key)])):
            assert told(number, answer) == f"{number}: correct"
        for answer in (
            complex(key, 5),
            np.complex128(complex(key, 5)),
            np.array([complex(key, 5)]),
        ):
            assert refused(told(number, answer), number)


# ---------------------------------------------------------------- words, functions, what works,
# explanations


@pytest.mark.parametrize("number, keys", WORDS.items(), ids=WORDS)
def test_words(told, number, keys):
    for key in keys:
        for form in (key, key[::-1], tuple(key), set(key), np.array(key)):
            assert told(number, form) == f"{number}: correct"
    for wrong in (
        "aaaa",
        ["aaaa", "cccc"],
        [],
        "",
        ["a", "b", "c"],
        ("bb",),
        keys[0][0][:-1],
        "x" * 10_000,
        ["a\nb"],
        keys[0] * 2,
    ):
        line = told(number, wrong)
        assert refused(line, number)
        if keys[0][0] not in wrong:  # it may say again what the reader said
            assert not [word for key in keys for word in key if word in line]
    for wrong in (
        5,
        ["a", 5],
        {"a": 1},
        object(),
        b"ccccc",
        [None],
        np.array([["a"]]),
        np.array(5),
    ):
        assert refused(
            told(number, wrong), number
        ) and f"found a value of type {type(wrong).__name__}" in told(number, wrong)


def test_a_word_in_an_array_of_its_own(told):
    assert told("8.2", np.array("bbac")) == "8.2: correct"


@pytest.mark.parametrize("number", exercises.EXERCISES)
def test_trouble_is_words_whatever_the_answer(number):
    """Always a string, and never an empty one for what is no answer to anything."""
    question = exercises.EXERCISES[number]
    for answer in (*NO_NUMBERS, ["abc"], 10**400, math.nan, [math.inf] * 9, lambda: 1):
        trouble = question.trouble(answer)
        assert isinstance(trouble, str) and trouble


def test_three_pairs_are_equally_close():
    assert len(closest_pairs()) == 3 and len(WORDS["2.6"]) == 2


@pytest.mark.parametrize("number, ours", FUNCTIONS.items(), ids=FUNCTIONS)
def test_functions(told, number, ours):
    for right in (
        ours,
        lambda argument: tuple(ours(argument)),
        lambda argument: np.array(ours(argument)).reshape(-1, 1),
        lambda argument: np.array(ours(argument), np.float32),
    ):
        assert told(number, right) == f"{number}: correct"

    def fails(argument):
        raise KeyError(argument)

    def fails_at_length(argument):
        raise ValueError("first line\nsecond line\n" + "x" * 10_000)

    for unfinished in (lambda argument: None, lambda argument: ...):
        assert told(number, unfinished) == f"{number}: not attempted yet"
    wrong = [
        lambda argument: [],
        lambda argument: np.array(ours(argument)) + 0.01,
        lambda argument: "abc",
        lambda argument: ours(argument)[::-1] + [0],
        lambda: 1,
        lambda argument: np.nan,
        fails,
        fails_at_length,
    ]
    for answer in wrong:
        line = told(number, answer)
        assert (
            refused(line, number)
            or line.startswith(f"{number}: not yet; for ")
            and " it raised " in line
        )
        assert not [
            value
            for value in ours(exercises.EXERCISES[number].arguments[0])
            if f"{value:.2f}" in line
        ]
    for answer in (5, "thought", [ours], ours(exercises.EXERCISES[number].arguments[0])):
        assert refused(
            told(number, answer), number
        ) and f"found a value of type {type(answer).__name__}" in told(number, answer)


def test_a_function_may_use_up_its_argument(told):
    """Each call gets an argument of its own: one that empties its list stays right, one that turns
    it round stays wrong."""

    def empties(gates):
        answer = FUNCTIONS["10.6"](gates)
        gates.clear()
        return answer

    def turns(gates):
        gates.reverse()
        return FUNCTIONS["10.6"](gates)

    for _ in range(2):
        assert told("10.6", empties) == "10.6: correct"
        assert refused(told("10.6", turns), "10.6") or "for [" in told("10.6", turns)


@pytest.mark.parametrize("number, answers", WORKS.items(), ids=WORKS)
def test_what_works(told, number, answers):
    right, wrong = answers
    for form in (right, np.array(right), np.array(right, np.float32).reshape(-1, 1), tuple(right)):
        assert told(number, form) == f"{number}: correct"
    line = told(number, wrong)
    assert refused(line, number) and "tried out, it gives '" in line
    for answer in (*NO_NUMBERS, [], right * 2, [math.nan] * len(right), [0.5] * 7):
        assert refused(told(number, answer), number)
    for answer in (
        [math.inf] * len(right),
        [-math.inf] * len(right),
        [math.inf, 0, 0][: len(right)],
        [-math.inf, 0, 0][: len(right)],
    ):
        assert told(number, answer).startswith(f"{number}: "), (
            "an exercise never stops the notebook"
        )


@pytest.mark.parametrize("number", EXPLAINED)
def test_explanations(told, number):
    """A sentence is noted, never called correct; a few words, or what is no string, are not."""
    for sentence in (
        "It is so because of that.",
        "One line\nand another, and more.\n",
        "word " * 10_000,
    ):
        assert (
            told(number, sentence)
            == f"{number}: noted; now compare it with the one in the solutions"
        )
    for short, found in (
        ("", "0 words"),
        ("  \n", "0 words"),
        ("because", "1 word"),
        ("It just is so.", "4 words"),
    ):
        line = told(number, short)
        assert refused(line, number) and f"found {found};" in line
    for answer in (
        5,
        ["It is so because of that."],
        b"It is so because of that.",
        {},
        object(),
        print,
        math.nan,
    ):
        line = told(number, answer)
        assert refused(line, number) and f"found a value of type {type(answer).__name__};" in line


def test_a_seed_is_a_whole_number(told):
    for number, seed in (("6.7", 21), ("11.6", 7)):
        assert told(number, seed) == told(number, float(seed)) == f"{number}: correct"
        assert refused(told(number, seed + 0.5), number) and f"found {seed}.5;" in told(
            number, seed + 0.5
        )


def test_the_network_with_an_end():
    """Its END scores the sum of the units plus the bias; the rest of it is the post's network."""
    W = oracle.post_weights()
    W |= WITH_END
    assert exercises.ender(-75).theta.tolist() == oracle.flat(W)
    steps = oracle.decode(W, thought("abc"), 4)
    assert [k for *_, k in steps] == exercises.ender(-75).run("abc").dec.Y.tolist() == [2, 2, 3]
