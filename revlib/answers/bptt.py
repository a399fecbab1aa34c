"""Aside: the answers and quizzes of chapter 05, Blame."""
from revlib import bptt, model
from revlib.judge import Numbers, Function, Quiz


EXERCISES = {
    "5.1": Numbers("three numbers, p - y", lambda: [0.2, 0.5, -0.7]),
    "5.2": Numbers("one whole number", lambda: 1 + 19, 0),
    "5.3": Numbers("three numbers, one for each letter", lambda: bptt.gradients(model.post_net(), "abc").d.bo, 0.0006),
    "5.4": Function("a function from a string to the five numbers of the gradient of b",
                    lambda text: bptt.gradients(model.post_net(), text).d.b, ("a", "abc", "cabba")),
}

QUIZZES = {
}
