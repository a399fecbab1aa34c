"""Aside: the answers and quizzes of chapter 10, Gate."""
import numpy as np

from revlib import gates
from revlib.judge import Numbers, Function, Works, Quiz


def small_gru():
    """The weights of a GRU of two units that reads three letters; its c is zero."""
    return {"Wh": (np.arange(18).reshape(3, 6) % 5 - 2) / 4, "Ws": (np.arange(12).reshape(2, 6) % 7 - 3) / 4,
            "b": np.arange(6) / 10, "c": np.zeros(2)}


def _published_gru(state):
    p, s = small_gru(), np.asarray(state, dtype=float)
    of_x = p["Wh"][0] + p["b"]
    r, u = gates.sigmoid(of_x[:4] + s @ p["Ws"][:, :4]).reshape(2, 2)
    return (1 - u) * np.tanh(of_x[4:] + (r * s) @ p["Ws"][:, 4:]) + u * s


def _carries(biases):
    cell = gates.LSTM(1)
    p, state = {"Wh": np.zeros((1, 4)), "Ws": np.zeros((1, 4)), "b": biases}, np.array([[0.0, 1.0]])
    for _ in range(30):
        state, _ = cell.step(p, np.zeros((1, 1)), state)
    return "a memory of 1" if abs(state[0, 1] - 1) < 0.01 else f"a memory of {state[0, 1]:.3g}"


EXERCISES = {
    "10.1": Numbers("one number, the bias", lambda: np.log(9)),
    "10.2": Numbers("one whole number", lambda: np.ceil(np.log(0.01) / np.log(gates.sigmoid(1))), 0),
    "10.3": Numbers("one whole number", lambda: np.prod(gates.LSTM(128).shapes(26)["b"]), 0),
    "10.4": Numbers("two numbers: the state, and the blame", lambda: [-0.1, 0.225], 0.0006),
    "10.5": Function("a function from a list of gates to as many numbers", lambda f: np.cumprod(f[::-1])[::-1],
                     ([0.5, 0.9], [0.9, 1.0, 0.3, 0.8], [0.99] * 6)),
    "10.6": Works("four biases: i, f, g, o", 4, _carries, "a memory of 1"),
    "10.7": Function("a function from two numbers to two", _published_gru, ((0.5, -0.4), (0.0, 0.0), (-0.9, 0.7))),
}

QUIZZES = {
}
