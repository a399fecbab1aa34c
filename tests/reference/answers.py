"""What the answers of exercises and quizzes are computed from, written out once more."""

import functools
import itertools
import json
import math
import pathlib

import numpy as np

from reference import network, translation
from revlib import model, numerals, starts

LETTERS = "abc"


def thought(text, **changed):
    return network.encode(
        network.post_weights() | changed, [LETTERS.index(letter) for letter in text]
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
        v = network.product(v, network.WS)
        rate = math.hypot(*v)
        v = [value / rate for value in v]
    return rate


def lowered(weight):
    """Wh with another weight from b to unit 5."""
    return [[*row[:4], weight] if k == 1 else row for k, row in enumerate(network.WH)]


def lifted(weight):
    """Wo with another weight from unit 4 to b."""
    return [[row[0], weight, row[2]] if i == 3 else row for i, row in enumerate(network.WO)]


def decoded(state, steps=3, **changed):
    """What the post's decoder says from a state; END is '.'."""
    return "".join(
        "abc."[said] for *_, said in network.decode(network.post_weights() | changed, state, steps)
    )


def first_letter(**changed):
    return decoded(thought("abc"), 1, **changed)


def scale_of_equal_distances():
    """Where 'abc' is as far from 'cbc' as from 'aba', by halving."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        scaled = [[middle * weight for weight in row] for row in network.WS]
        abc, cbc, aba = (thought(text, Ws=scaled) for text in ("abc", "cbc", "aba"))
        low, high = (middle, high) if math.dist(abc, cbc) < math.dist(abc, aba) else (low, middle)
    return low


WITH_END = {"Wo": [[*row, 1.0] for row in network.WO], "bo": [[0.0, 0.0, 0.0, -75.0]]}


IDENTITY = [network.one_hot(i, 5) for i in range(5)]


FIRST_SCORES = network.decode(network.post_weights(), network.THOUGHT, 1)[0][2]


def temperature_of_a_half():
    low, high = 1.0, 10.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if max(network.softmax(FIRST_SCORES, middle)) > 0.5 else (low, middle)
        )
    return low


def log_probabilities(scores):
    return [float(value) for value in network.log_softmax(scores)]


def mean_loss(answer, **changed):
    given = [LETTERS.index(letter) for letter in answer]
    steps = network.decode(
        network.post_weights() | changed, thought("abc", **changed), 3, given=given
    )
    return -sum(log_probabilities(z)[k] for (_, _, z, _), k in zip(steps, given)) / 3


def lowest_entry():
    """Where the loss of 'cba' is lowest along the entry [1, c] of Wo: the middle third of an
    interval says which end to drop."""
    low, high = -2.0, 2.0
    loss_at = lambda value: mean_loss("cba", Wo=[[*network.WO[0][:2], value], *network.WO[1:]])
    for _ in range(40):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, right) if loss_at(left) < loss_at(right) else (left, high)
    return low


def bias_gradient(name, text, h=1e-5, **changed):
    """Central differences of the mean loss of the reversed string, in the oracle's arithmetic."""
    right, found = [LETTERS.index(letter) for letter in reversed(text)], []
    for k in range(len(network.post_weights()[name][0])):
        losses = []
        for nudge in (h, -h):
            W = (
                network.post_weights()
                | changed
                | {name: [[nudge * (i == k) for i in range(len(network.post_weights()[name][0]))]]}
            )
            last = network.encode(W, [LETTERS.index(letter) for letter in text])[-1]
            steps = network.decode(W, last, len(text), given=right)
            losses.append(
                -sum(network.log_softmax(z)[y] for (_, _, z, _), y in zip(steps, right)) / len(text)
            )
        found.append(float((losses[0] - losses[1]) / network.Decimal(2 * h)))
    return found


RESULTS = pathlib.Path(__file__).resolve().parents[2] / "notebooks" / "results"


def named(theta, n, seen):
    """Name -> array, of the flat weights of a network of n units that reads 'abc' and says END too;
    `seen` numbers make a score."""
    sizes = {"Wh": (3, n), "Ws": (n, n), "bh": (n,)}
    sizes |= {f"_{name}": shape for name, shape in sizes.items()}
    sizes |= {"Wo": (seen, 4), "bo": (4,)}
    ends = np.cumsum([math.prod(shape) for shape in sizes.values()])
    parts = np.split(theta, ends[:-1])
    return {name: part.reshape(shape) for part, (name, shape) in zip(parts, sizes.items())}


def five_units(name, key="theta"):
    """The weights of a trained network of five units, by name, out of a file of results."""
    with np.load(RESULTS / name) as file:
        return named(file[key], 5, seen=5)


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
    run = plain_training(network.flat(network.post_weights()), ["abc"], rate, 500, adam=False)
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
    weights; and 1e-8, which keeps 0 from being divided by 0."""

    def mean(values, beta):
        weights = [beta**age for age in reversed(range(len(values)))]
        return sum(w * value for w, value in zip(weights, values)) / sum(weights)

    seen = [gradients[:t] for t in range(1, len(gradients) + 1)]
    root = lambda g: math.sqrt(mean([x * x for x in g], 0.999))
    return [0.01 * mean(g, 0.9) / (root(g) + 1e-8) for g in seen]


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
        W = named(file[f"attention-8-{seed}"], 8, seen=16)
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
        for text, places in zip(strings(T), attention(6, T).argmax(axis=1).T)
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
    variance = 2 if cell.endswith("He") else 1  # times the rows
    enc, dec = (
        [rng.normal(0, math.sqrt(variance / rows), (rows, parts * n)) for rows in (3, n)]
        for _ in range(2)
    )
    Wo = rng.normal(0, math.sqrt(variance / n), (n, 3))
    b = np.repeat([0, bias * (parts > 1), 0, 0][:parts], n)
    if cell.endswith("identity"):
        enc[1] = dec[1] = np.eye(n)

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
    z = s[:, :n] @ Wo
    z -= z.max(axis=1, keepdims=True)
    p = np.exp(z)
    total = p.sum(axis=1, keepdims=True)
    p /= total
    loss = np.log(total[:, 0]) - z[:, read[0]]
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
    z = network.product([max(0.0, float(v)) for v in network.product(row, W1)], W2)
    right = [float(letter == other) for letter in reversed(text) for other in LETTERS]
    return [
        (float(p) - y) / 3
        for k in (0, 3, 6)
        for p, y in zip(network.softmax(z[k : k + 3]), right[k : k + 3])
    ]


ROTATION = [
    float(i % 3 == j % 3 and (i // 3 - 1) % 3 == j // 3) for i in range(9) for j in range(9)
]


def look_from(query, keys, scale=1):
    """Weights and mixture of attention, in plain Python."""
    e = [math.exp(scale * (sum(q * k for q, k in zip(query, key)) - 4)) for key in keys]
    a = [value / sum(e) for value in e]
    return a, [sum(weight * key[j] for weight, key in zip(a, keys)) for j in range(2)]


def moved_rows(read, said, n=3, h=1e-4):
    """How many rows of Wh and of the decoder's Wh change the loss of one text at all, a row nudged
    after the other; feedback from 30 words to 31 and END, tanh units."""
    rng = np.random.default_rng(0)
    shapes = [(30, n), (n, n), (n,), (31, n), (n, n), (n,), (n, 32), (32,)]
    weights = [rng.normal(0, 0.5, shape) for shape in shapes]
    words = [list(dict.fromkeys(" ".join(numerals.texts(code)).split())) for code in ("en", "de")]

    def loss():
        Wh, Ws, b, _Wh, _Ws, _b, Wo, bo = weights
        s, total, x = np.zeros(n), 0.0, np.zeros(n)
        for word in read.split():
            s = np.tanh(Wh[words[0].index(word)] + s @ Ws + b)
        for word in [*said.split(), "END"]:
            s = np.tanh(x + s @ _Ws + _b)
            z = s @ Wo + bo
            k = 31 if word == "END" else words[1].index(word)
            total += np.log(np.exp(z).sum()) - z[k]
            x = _Wh[k] if k < 31 else None
        return total

    before, moved = loss(), []
    for matrix in (weights[0], weights[3]):
        moved.append(0)
        for row in matrix:
            row += h
            moved[-1] += loss() != before
            row -= h
    return moved


def right_below_twenty():
    """The numbers of one word, below 20, that the kept network says right: by the equations."""
    n = 64
    sizes = {"Wh": (30, n), "Ws": (n, n), "bh": (n,)}
    sizes |= {"dec.Wh": (31, n), "dec.Ws": (n, n), "dec.bh": (n,), "Wa": (n, n)}
    sizes |= {"Wo": (2 * n, 32), "bo": (32,)}
    with np.load(RESULTS / "translate.npz") as file:
        theta = file["de-attention-400"].astype(float)
    parts = np.split(theta, np.cumsum([math.prod(shape) for shape in sizes.values()]))
    p = {name: part.reshape(shape) for part, (name, shape) in zip(parts, sizes.items())}
    reads, says = (
        list(dict.fromkeys(" ".join(numerals.texts(code)).split())) for code in ("en", "de")
    )
    right = []
    for k in range(1, 20):
        said, *_ = translation.answer(p, "attention", [reads[k - 1]], reads, says, 12)
        right += [k] if said == [numerals.texts("de")[k - 1], "END"] else []
    return right
