"""The keys and quizzes of chapter 10, Gate."""

from bisect import bisect_left

import numpy as np

from revlib import activations, decoders, parameters, rnn_cells, starts
from revlib.exercises.grading import Explanation, Function, Numbers, Option, Quiz, Works


def steps_until(share):
    """Return after how many gates with a bias of 1 less than a share is left."""
    return np.ceil(np.log(share) / np.log(activations.sigmoid(1)))


def kept_by(biases):
    """Return what three gates with the same bias leave of 0.8, for each bias."""
    return 0.8 * activations.sigmoid(np.array(biases)) ** 3


def blame_on_memories(gates):
    """Return the blame on C(0) … C(T-1) through the forget gates alone, if that on C(T) is 1."""
    return np.cumprod(gates[::-1])[::-1]


def arriving_share(length, bias):
    """Return the norm of the blame on S(1), over that on the last decoder state, in a new GRU.

    The bias is that of the gate that keeps, in encoder and decoder.
    """
    net = decoders.EncoderDecoder("feedback", "abc", 8, "GRU")
    starts.initialize(net, "identity", np.random.default_rng(0))
    for layer in (net.enc, net.dec):
        layer.bh[8:16] = bias
    _, norms = decoders.blame_norms(net, ("abc" * length)[:length])
    return norms[0, 0] / norms[0, -1]


def lowest_bias(length):
    """Return the lowest bias, in tenths, with which a hundredth of the blame arrives."""
    tenths = range(-30, 81)
    first = bisect_left(tenths, 0.01, key=lambda tenth: arriving_share(length, tenth / 10))
    return tenths[first] / 10


def carry(biases):
    """Return what an LSTM of one unit makes of a memory of 1 in thirty steps."""
    cell = rnn_cells.LSTM(1)
    p = parameters.Arrays(Wh=np.zeros((1, 4)), Ws=np.zeros((1, 4)), bh=biases)
    state = np.array([[0.0, 1.0]])  # S and C
    for _ in range(30):
        state, _ = cell.step(p, np.zeros((1, 1)), state)
    C = state[0, 1]
    if abs(C - 1) < 0.01:
        return "a memory of 1"
    return f"a memory of {C:.3g}"


def small_gru():
    """Return the weights of a GRU of two units that reads three letters; its bs is zero."""
    return parameters.Arrays(
        Wh=(np.arange(18).reshape(3, 6) % 5 - 2) / 4,
        Ws=(np.arange(12).reshape(2, 6) % 7 - 3) / 4,
        bh=np.arange(6) / 10,
        bs=np.zeros(2),
    )


def published_gru(state):
    """Return the state after one step on 'a', where r meets the state before the product with Ws.

    Source: Cho et al. 2014, arXiv 1406.1078v3.
    """
    p = small_gru()
    s = np.asarray(state, dtype=float)
    of_x = p.Wh[0] + p.bh
    r, u = activations.sigmoid(of_x[:4] + s @ p.Ws[:, :4]).reshape(2, 2)
    g = np.tanh(of_x[4:] + (r * s) @ p.Ws[:, 4:])
    return (1 - u) * g + u * s


EXERCISES = {
    "10.1": Numbers("one number, the bias", lambda: np.log(9)),
    "10.2": Numbers("one whole number", lambda: steps_until(0.01), tolerance=0),
    "10.3": Numbers(
        "three numbers: S(3) with a bias of 0, of -100 and of 100", lambda: kept_by([0, -100, 100])
    ),
    "10.4": Numbers(
        "five numbers: two of the GRU, three of the LSTM",
        lambda: [-0.1, 0.225, 1, 0.5 * np.tanh(1), 0.5 * 0.75 * (1 - np.tanh(1) ** 2)],
    ),
    "10.5": Numbers("one whole number", lambda: 4 * 128, tolerance=0),
    "10.6": Function(
        "a function from a list of gates to as many numbers",
        blame_on_memories,
        ([0.5, 0.9], [0.9, 1.0, 0.3, 0.8], [0.99] * 6),
    ),
    "10.7": Explanation(),
    "10.8": Numbers(
        "three numbers, a bias for each length",
        lambda: [lowest_bias(length) for length in (5, 15, 30)],
        tolerance=0.051,
    ),
    "10.9": Works("four biases: i, f, g, o", 4, carry, "a memory of 1"),
    "10.10": Function(
        "a function from two numbers to two", published_gru, ((0.5, -0.4), (0.0, 0.0), (-0.9, 0.7))
    ),
}

QUIZZES = {
    "10.thirty": Quiz(
        "A gate with a bias of 1 is nearly three quarters open. How much comes through thirty of"
        " them in a row?",
        [
            Option(
                "About three quarters: they are all alike",
                "Alike they are, but each multiplies what the one before has left over.",
            ),
            Option(
                "About a fortieth: three quarters, divided among thirty",
                "They do not divide one amount; each takes its quarter of what is left.",
            ),
            Option(
                "Less than a thousandth",
                "Nearly three quarters, multiplied by itself thirty times, is 8.3e-05.",
                right=True,
            ),
        ],
    ),
    "10.start": Quiz(
        "LSTM and GRU start with a keeping gate's bias of 1. How does the blame that reaches S(1)"
        " differ from that in simple cells with He's start?",
        [
            Option(
                "In the median network much more arrives: gates were invented for this",
                "They were invented so that a network can open them. At 1 they are not open"
                " enough.",
            ),
            Option(
                "In the median network no more arrives, but the networks are more alike",
                "A gate is about as far open in one network as in another. A random Ws shrinks the"
                " blame in one and lets it grow in the next.",
                right=True,
            ),
            Option(
                "Nearly nothing arrives in any network: every gate takes some away",
                "Every gate does, and so do Ws and ReLU. Some arrives in all gated networks.",
            ),
        ],
    ),
    "10.width": Quiz(
        "A simple network has 8 units. How many units has the LSTM whose thought vector is equally"
        " wide?",
        [
            Option(
                "8: a unit is a number of the thought vector",
                "An LSTM hands over two rows, S and C, so a unit is two numbers.",
            ),
            Option(
                "4: each unit hands over two numbers, S and C",
                "The thought vector is [S, C], and the decoder gets both.",
                right=True,
            ),
            Option(
                "2: it has four sums where the simple cell has one",
                "The sums make four times the weights. They are not handed over.",
            ),
        ],
    ),
    "10.counter": Quiz(
        "Unit 3 forgets nothing. What will its memory C do while 'aaaaaaaa' is read?",
        [
            Option(
                "It climbs with every letter",
                "Whatever is written, i times g, comes on top of all that is there, and nothing"
                " bounds the sum.",
                right=True,
            ),
            Option(
                "It stays where it was: nothing is forgotten, so nothing changes",
                "Forgetting is f's affair. What is written is added all the same.",
            ),
            Option(
                "It climbs to 1 and stays there, since tanh goes no further",
                "The tanh is on what is written and shown; C itself goes through none.",
            ),
        ],
    ),
}
