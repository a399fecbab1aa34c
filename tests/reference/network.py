"""The feedback encoder-decoder once more, in lists, loops and decimals: no NumPy, and nothing of
revlib."""

import math
from decimal import Decimal, localcontext
from math import fsum, tanh

# The post's worked example, typed in from its numbers.
WH = [[0.1, 0.2, 0.3, 0.4, 0.5], [0.6, 0.7, 0.9, 1.0, 0.1], [0.2, 0.3, 0.6, 0.6, 0.9]]
WS = [
    [0.1, 0.2, 0.2, 0.3, 0.5],
    [0.6, 0.7, 0.7, 0.8, 0.1],
    [0.2, 0.3, 0.9, 0.9, 0.9],
    [0.1, 0.7, 0.8, 0.7, 0.1],
    [0.3, 0.1, 0.0, 0.0, 0.2],
]
WO = [[0.3, 0.1, 0.3], [0.1, 0.2, 0.1], [0.2, 0.3, 0.2], [0.1, 0.1, 0.3], [0.1, 0.2, 0.3]]
PRINTED_S = [
    [0.1, 0.2, 0.3, 0.4, 0.5],
    [0.98, 1.28, 1.65, 1.74, 0.58],
    [1.74, 2.16, 4.56, 4.62, 3.29],
]
PRINTED_DEC_S = [
    [3.83, 6.79, 9.66, 9.58, 6.31],
    [9.44, 16.05, 22.68, 22.78, 14.41],
    [21.91, 37.61, 52.35, 52.62, 32.8],
]
PRINTED_P = [0.03, 0.15, 0.81]
EXACT_S = [
    [0.1, 0.2, 0.3, 0.4, 0.5],
    [0.98, 1.28, 1.65, 1.74, 0.58],
    [1.744, 3.163, 4.569, 4.621, 3.293],
]
EXACT_DEC_S = [
    [4.436, 7.498, 10.372, 10.4, 6.421],
    [10.183, 17.469, 24.39, 24.544, 15.527],
    [23.69, 40.616, 56.452, 56.762, 35.25],
]
SLIPS = {
    ("S(3)", 2): (2.16, 3.163),
    ("_S(2)", 3): (22.68, 22.477),
    ("_S(2)", 4): (22.78, 22.581),
}  # printed, computed
LAST_DIGIT = {("_S(3)", 4): (52.62, 52.63)}  # neither cut nor rounded

ACTIVATIONS = {"relu": lambda z: z if z > 0 else 0.0, "tanh": tanh, "linear": lambda z: z}


# ---------------------------------------------------------------- the network


def post_weights():
    """Name -> rows of the post's network, a fresh copy; its biases are zero."""
    bh = [[0.0] * 5]
    encoder = {"Wh": WH, "Ws": WS, "bh": bh}
    W = encoder | {f"dec.{name}": rows for name, rows in encoder.items()}
    W |= {"Wo": WO, "bo": [[0.0] * 3]}
    return {name: [list(row) for row in rows] for name, rows in W.items()}


def random_weights(rng, V, n, K, reach=1.0, U=None):
    """Name -> rows, uniform in -reach to reach, in the order in which a network keeps them.

    V symbols are read and U are said, as many if not given; K is U, and one more with END.
    """
    shapes = {
        "Wh": (V, n),
        "Ws": (n, n),
        "bh": (1, n),
        "dec.Wh": (V if U is None else U, n),
        "dec.Ws": (n, n),
        "dec.bh": (1, n),
        "Wo": (n, K),
        "bo": (1, K),
    }
    return {
        name: [[rng.uniform(-reach, reach) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in shapes.items()
    }


def flat(W):
    """All numbers of name -> rows, in order."""
    return [value for rows in W.values() for row in rows for value in row]


def cut(values, W):
    """Name -> rows again: `values` in order, in the shapes of W."""
    values = iter(values)
    return {name: [[next(values) for _ in row] for row in rows] for name, rows in W.items()}


def product(row, matrix):
    return [fsum(row[i] * matrix[i][j] for i in range(len(row))) for j in range(len(matrix[0]))]


def add(*rows):
    return [fsum(column) for column in zip(*rows)]


def one_hot(index, V):
    """The row of a letter; END, whose index is V, has none and leaves it empty."""
    return [float(i == index) for i in range(V)]


def encode(W, letters, activation="relu"):
    """[S(0), ..., S(T)] for the indices of T letters."""
    S = [[0.0] * len(W["Ws"])]
    for letter in letters:
        x = one_hot(letter, len(W["Wh"]))
        z = add(product(x, W["Wh"]), product(S[-1], W["Ws"]), W["bh"][0])
        S.append([ACTIVATIONS[activation](v) for v in z])
    return S


def decode(W, thought, steps, activation="relu", given=None, choose=max):
    """One (x, S, z, said) a step: fed back what was said, or `given`; stops after END or
    `steps`."""
    V = len(W["dec.Wh"])
    run = []
    s = list(thought)
    x = [0.0] * V
    for t in range(steps):
        z = add(product(x, W["dec.Wh"]), product(s, W["dec.Ws"]), W["dec.bh"][0])
        s = [ACTIVATIONS[activation](v) for v in z]
        scores = add(product(s, W["Wo"]), W["bo"][0])
        said = scores.index(choose(scores))
        run.append((x, s, scores, said))
        if said == V:
            break
        x = one_hot(said if given is None else given[t], V)
    return run


def log_softmax(z, temperature=1.0):
    """Natural logarithms of the probabilities, as Decimals of 50 digits."""
    with localcontext(prec=50):
        scaled = [Decimal(v) / Decimal(temperature) for v in z]
        shifted = [v - max(scaled) for v in scaled]
        log_sum = sum(v.exp() for v in shifted).ln()
        return [v - log_sum for v in shifted]


def softmax(z, temperature=1.0):
    with localcontext(prec=50):
        return [v.exp() for v in log_softmax(z, temperature)]


def loss(W, read, right, activation="relu", share=None):
    """The mean of -log p of the right indices, which are fed to the decoder; or their sum, each
    times its share."""
    V = len(W["dec.Wh"])
    thought = encode(W, read, activation)[-1]
    steps = decode(
        W,
        thought,
        len(right),
        activation,
        given=right,
        choose=lambda z: max(z[:V]),  # never END: what it says does not matter here
    )
    nats = [-log_softmax(z)[k] for (_, _, z, _), k in zip(steps, right, strict=True)]
    if share is None:
        return float(sum(nats) / len(right))
    return fsum(part * float(cost) for part, cost in zip(share, nats, strict=True))


# ---------------------------------------------------------------- the same, of letters

LETTERS = "abc"
THOUGHT = EXACT_S[-1]  # of 'abc', to three decimals


def distance(u, v):
    return math.sqrt(math.fsum((a - b) ** 2 for a, b in zip(u, v)))


def scaled(W, scale):
    return {**W, "Ws": [[scale * v for v in row] for row in W["Ws"]]}


def encode_step(letter, s, W):
    """(what the letter brings, what the state brings, their sum, the new state)."""
    from_letter, from_state = (product(letter_row(letter), W["Wh"]), product(s, W["Ws"]))
    before = add(from_letter, from_state, W["bh"][0])
    return from_letter, from_state, before, [max(0.0, v) for v in before]


def growth_rate(Ws):
    """Modulus of the largest eigenvalue of a matrix without negative entries, by power
    iteration."""
    v = [1.0] * len(Ws)
    rate = 0.0
    for _ in range(200):
        v = product(v, Ws)
        rate = math.sqrt(math.fsum(a * a for a in v))
        if not rate:
            return 0.0
        v = [a / rate for a in v]
    return rate


def letter_row(letter, letters=LETTERS):
    """The one-hot row of a letter."""
    return one_hot(letters.index(letter), len(letters))


def probabilities(z, temperature=1.0):
    """softmax as floats."""
    return [float(p) for p in softmax(z, temperature)]


def encode_letters(string, W):
    """[S(0), …, S(T)] of a string of a, b and c, under ReLU."""
    return encode(W, [LETTERS.index(letter) for letter in string])


def decode_letters(thought, steps, W, outputs=LETTERS):
    """One dict a step: x, S, z, p, said; stops after END."""
    return [
        {"x": x, "S": s, "z": z, "p": probabilities(z), "said": outputs[said]}
        for x, s, z, said in decode(W, thought, steps)
    ]
