"""The one table of symbols: what each means, its shape, its name elsewhere, its colour."""

from typing import NamedTuple

# One role, one colour, in every picture. The colour-blind can tell them apart, and each reads on
# white at 4.5 : 1.
COLOURS = {
    "input": "#8a5a00",  # what goes in: letters read, letters fed, right letters
    "weights": "#4d4d4d",
    "encoder": "#0060a0",
    "decoder": "#9b3a7a",
    "output": "#00704f",  # what comes out: scores, probabilities, letters said, the loss
    "blame": "#b33c00",  # how the loss changes with a number: ∂loss/∂·
}


class Symbol(NamedTuple):
    """A row of the table; `role` is a key of COLOURS."""

    name: str
    meaning: str
    shape: str
    elsewhere: str
    role: str


TABLE = (
    Symbol(
        "V, K, n, T",
        "letters in the alphabet, scores (one more with END), units, letters in the string",
        "3, 3, 5, 3 in the post",
        "",
        "",
    ),
    Symbol("x(t)", "letter t as a one-hot row; `X` has one row a letter", "1 × V", "xₜ", "input"),
    Symbol("Wh", "input → state", "V × n", "Wxh, W_ih, U", "weights"),
    Symbol("Ws", "state → next state", "n × n", "Whh, W_hh, W", "weights"),
    Symbol("bh", "bias, added to every state before ReLU", "1 × n", "b_h, b_ih + b_hh", "weights"),
    Symbol("S(t)", "encoder's state after t letters; S(0) is all zeros", "1 × n", "hₜ", "encoder"),
    Symbol("S(T)", "the last state: the thought vector", "1 × n", "context vector c", "encoder"),
    Symbol(
        "_x(t)",
        "what the decoder is fed: the letter said before, one-hot; _x(1) is all zeros",
        "1 × V",
        "yₜ₋₁",
        "input",
    ),
    Symbol("_S(t)", "decoder's state; _S(0) is the thought vector", "1 × n", "sₜ", "decoder"),
    Symbol(
        "_Wh, _Ws, _bh",
        "the decoder's own; in code `dec.Wh`, `dec.Ws`, `dec.bh`",
        "as above",
        "",
        "weights",
    ),
    Symbol("Wo, bo", "state → scores, and their bias", "n × K, 1 × K", "Why, W_hy, V", "weights"),
    Symbol("z(t)", "scores of the letters: the logits", "1 × K", "oₜ", "output"),
    Symbol("p(t)", "probabilities, softmax of z(t)", "1 × K", "ŷₜ", "output"),
    Symbol("y(t)", "the letter that would be right, as a one-hot row", "1 × K", "target", "input"),
    Symbol(
        "∂loss/∂S(t), ∂loss/∂_S(t)",
        "blame on a state: how the loss changes with it; `dS`, `dec_dS`",
        "1 × n",
        "δₜ, error signal",
        "blame",
    ),
    Symbol(
        "∂loss/∂z(t)", "blame on the scores, (p(t) − y(t)) / T; `dZ`", "1 × K", "δₜ, delta", "blame"
    ),
)


class _Markdown(str):
    def _repr_markdown_(self):
        return str(self)

    def __repr__(self):
        return f"a table of {len(TABLE)} rows"


def table():
    """Return the table of symbols as Markdown, for a notebook to show."""
    rows = [f"| **{s.name}** | {s.meaning} | {s.shape} | {s.elsewhere} |" for s in TABLE]
    return _Markdown(
        "\n".join(["| symbol | meaning | shape | elsewhere |", "|---|---|---|---|", *rows])
    )
