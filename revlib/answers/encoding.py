"""Aside: the answers and quizzes of chapter 01, Encode."""
from revlib import model, post
from revlib.alphabet import Alphabet
from revlib.judge import Numbers, Function, Quiz


def _state(text):
    return model.run(model.post_net(), text).thought


EXERCISES = {
    "1.1": Numbers("nine numbers, 0 or 1", lambda: Alphabet("abc").one_hot("cab")),
    "1.2": Numbers("five numbers, the units of S(2)", lambda: _state("ba")),
    "1.3": Function("a function from a string to the five numbers of its last state", _state, ("a", "cab", "bbacb")),
    "1.4": Numbers("one number, the weight", lambda: -(post.PRINTED_S[0] @ post.Ws)[0]),
    "1.5": Numbers("one whole number", lambda: 12 * 26 + 12 * 12 + 12, 0),
}

QUIZZES = {
}
