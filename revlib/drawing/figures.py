"""The figures of the book: what each chapter shows, laid out in blocks."""

import functools
import inspect

import numpy as np

from revlib.drawing.blocks import DIGIT_W, FAINT, Block, Sign, draw, spoken, units
from revlib.drawing.picture import drawable, number
from revlib.notation import COLOURS


def _shaped(array, name, *shape):
    """ValueError unless an array, or a list of names, has a shape; None stands for any number."""
    found = np.shape(array)
    if len(found) != len(shape) or any(
        want not in (None, have) for want, have in zip(shape, found)
    ):
        wanted = ", ".join("any" if want is None else str(want) for want in shape)
        raise ValueError(
            f"{name} has shape {found}; beside the rest of the picture it needs"
            f" ({wanted}{',' * (len(shape) == 1)})"
        )


def _of_numbers(drawing):
    """A drawing that shows numbers: an array or a number that is not finite is answered in
    words."""
    signature = inspect.signature(drawing)

    @functools.wraps(drawing)
    def checked(*given, **named):
        for name, value in signature.bind(*given, **named).arguments.items():
            if isinstance(value, (np.ndarray, float)):
                drawable(value, name)
        with np.errstate(all="ignore"):  # what overflows on the way is answered where it arises
            return drawing(*given, **named)

    return checked


@_of_numbers
def draw_step(t, x, Wh, s, Ws, b, after, letters, limit=None, marks=None):
    """One step of the encoder as a sum on paper: x(t)·Wh + S(t-1)·Ws + b = before ReLU, then S(t).

    Parameters
    ----------
    t : int
        The step, from 1.
    x : (V,) array
        x(t), one-hot.
    Wh, Ws, b : (V, n), (n, n), (n,) arrays
    s, after : (n,) arrays
        S(t-1), and S(t) as the network computed it.
    letters : str
        The V letters.
    limit : float, optional
        State with the full colour; the largest shown if not given.
    marks : dict, optional
        Block name -> cells with a heavy frame; without it the row of Wh that x(t) picks.
    """
    for array, name, *shape in (
        (x, "x", len(letters)),
        (Wh, "Wh", len(letters), len(s)),
        (s, "s", None),
        (Ws, "Ws", len(s), len(s)),
        (b, "b", len(s)),
        (after, "after", len(s)),
    ):
        _shaped(array, name, *shape)
    from_letter, from_state, n = x @ Wh, s @ Ws, units(len(s))
    before = drawable(from_letter + from_state + b, "the sum")
    limit = limit or max(np.abs([before, after]).max(), 1e-9)
    letter = int(np.argmax(x))
    marks = {"Wh": {(letter, j) for j in range(len(n))}} if marks is None else marks

    def state(values, name):
        return Block(
            values, name, "encoder", columns=n if name == f"S({t - 1})" else (), limit=limit
        )

    def weights(values, name, rows=()):
        return Block(
            values, name, "weights", rows, n if rows else (), mark=marks.get(name, set()), limit=1.2
        )

    activation = (
        "ReLU makes negative sums 0"
        if np.allclose(after, np.maximum(before, 0))
        else "tanh squeezes sums to −1 … 1"
    )
    product = f"x({t})·Wh", f"S({t - 1})·Ws"
    changed = (
        "" if np.allclose(before, after) else f" Before the activation it was {spoken(before)}."
    )
    words = (
        f"Step {t} reads '{letters[letter]}': S({t}) = {spoken(after)}. The letter brings"
        f" {spoken(from_letter)}, the state before it {spoken(from_state)}.{changed}"
    )
    return draw(
        [
            [
                Block(x, f"x({t})", "input", columns=tuple(letters), digits=0),
                "·",
                weights(Wh, "Wh", tuple(letters)),
                "=",
                state(from_letter, product[0]),
            ],
            [
                state(s, f"S({t - 1})"),
                "·",
                weights(Ws, "Ws", n),
                "=",
                state(from_state, product[1]),
            ],
            [None, None, None, "+", weights(b, "b")],
            [None, None, None, "=", state(before, "sum")],
            [None, None, Sign(activation, FAINT, 12), "→", state(after, f"S({t})")],
        ],
        words,
    )


@_of_numbers
def draw_states(text, S, name="S", role="encoder", limit=None):
    """All states of a run, one row a step, each beside the letter that was read.

    Parameters
    ----------
    text : str
        T letters.
    S : (T + 1, n) array
    """
    _shaped(S, name, len(text) + 1, None)
    limit = limit or max(np.abs(S).max(), 1e-9)
    rows = [
        [
            Sign(letter),
            Block(
                row, f"{name}({t})", role, columns=units(len(row)) if t == 0 else (), limit=limit
            ),
        ]
        for t, (letter, row) in enumerate(zip(" " + text, S))
    ]
    return draw(
        rows,
        f"The states while '{text}' is read; the last, {name}({len(text)}), is {spoken(S[-1])}.",
        gap=6,
    )


@_of_numbers
def draw_compare(first, S1, second, S2, limit=None):
    """The states of two strings side by side, and the difference of their thought vectors.

    Parameters
    ----------
    first, second : str
    S1, S2 : (T1 + 1, n) and (T2 + 1, n) arrays
    """
    _shaped(S1, "S1", len(first) + 1, None)
    _shaped(S2, "S2", len(second) + 1, S1.shape[1])
    limit = limit or max(np.abs(S1).max(), np.abs(S2).max(), 1e-9)
    n, gone = units(S1.shape[1]), np.full(S1.shape[1], np.nan)
    grid = []
    for t in range(max(len(S1), len(S2))):
        row = []
        for text, S in ((first, S1), (second, S2)):
            there = t < len(S)
            row += [
                Sign((" " + text)[t] if there else " "),
                Block(
                    S[t] if there else gone,
                    f"S({t})" if there else " ",
                    "encoder",
                    columns=n if t == 0 else (),
                    limit=limit,
                ),
            ]
        grid.append(row)
    difference = drawable(S1[-1] - S2[-1], "the difference")
    distance = drawable(np.linalg.norm(difference), "the distance")
    grid.append(
        [
            None,
            Sign(f"thought of '{first}' minus thought of '{second}'", FAINT, 11),
            Sign("="),
            Block(difference, "difference", "encoder", limit=limit),
        ]
    )
    words = (
        f"The thought vector of '{first}' is {spoken(S1[-1])}; of '{second}' {spoken(S2[-1])}. "
        f"They differ by {spoken(difference)}: a distance of {number(distance, 3)}."
    )
    return draw(grid, words, gap=6)


@_of_numbers
def draw_decoding(thought, X, S, Z, P, said, letters, outputs, shown=None, limit=None):
    """The decoder, one row a step: what is fed in, the state, the scores, the probabilities, the
    letter said.

    Arrows take each letter said to the next step's input: the feedback.

    Parameters
    ----------
    thought : (n,) array
    X, S, Z, P : (T, V), (T, n), (T, K), (T, K) arrays
        Row t-1 belongs to step t; S is without the thought vector.
    said : sequence of T str
        The letters, or END.
    letters, outputs : sequences of V and K str
        Names of the inputs and the outputs.
    shown : int, optional
        Steps drawn; the rest stays empty. All if not given.
    limit : float, optional
        State with the full colour; the largest shown if not given.
    """
    T = len(said)
    for array, name, columns in (
        (X, "X", len(letters)),
        (S, "S", len(thought)),
        (Z, "Z", len(outputs)),
        (P, "P", len(outputs)),
    ):
        _shaped(array, name, T, columns)
    shown = T if shown is None else min(shown, T)
    limit = limit or max(np.abs(S).max(), 1e-9)
    grid = [
        [
            None,
            Block(
                thought,
                "thought vector = _S(0)",
                "encoder",
                columns=units(len(thought)),
                limit=limit,
            ),
        ]
    ]
    for t in range(1, T + 1):
        there = 1 if t <= shown else np.nan  # NaN: an empty cell
        head = {"columns": tuple(letters)} if t == 1 else {}
        names = {"columns": tuple(outputs)} if t == 1 else {}
        grid.append(
            [
                Block(X[t - 1] * there, f"x({t})", "input", digits=0, limit=1, **head),
                Block(S[t - 1] * there, f"_S({t})", "decoder", limit=limit),
                Block(Z[t - 1] * there, f"z({t})", "output", limit=np.abs(Z).max() or 1, **names),
                Block(P[t - 1] * there, f"p({t})", "output", limit=1, **names),
                Sign(
                    said[t - 1] if t <= shown else " ",
                    COLOURS["output"],
                    20 if len(said[t - 1]) == 1 else 13,
                ),
            ]
        )
    fed = "nothing" if not X[shown - 1].any() else f"'{letters[int(X[shown - 1].argmax())]}'"
    words = (
        f"Step {shown} of {T}: fed {fed}, the state becomes {spoken(S[shown - 1])}, "
        f"the probabilities {spoken(P[shown - 1])}, and it says {said[shown - 1]!r}. "
        f"So far it has said {' '.join(said[:shown])!r}."
    )
    return draw(grid, words, [((t, 4), (t + 1, 0)) for t in range(1, shown)], gap=24)


@_of_numbers
def draw_backward(text, fed, right, S, dS, dec_S, dec_dS, P, dZ, outputs, limit=None):
    """A run and, beside every state, what the loss blames on it: down the left in time, back up the
    right.

    Parameters
    ----------
    text, fed, right : str or sequence of str
        The T letters read; the L letters fed to the decoder (' ' for the empty first input); the L
        right ones.
    S, dS : (T + 1, n) arrays
        Encoder states and d loss / d S; row 0 is not drawn.
    dec_S, dec_dS : (L + 1, n) arrays
        The decoder's; row 0 is the thought vector, drawn as S(T).
    P, dZ : (L, K) arrays
        Probabilities, and d loss / d z.
    outputs : sequence of K str
    limit : float, optional
        Blame with the full colour; the largest shown if not given.
    """
    steps, n = len(fed), np.shape(S)[-1]
    for array, name, *shape in (
        (S, "S", len(text) + 1, n),
        (dS, "dS", len(text) + 1, n),
        (dec_S, "dec_S", steps + 1, n),
        (dec_dS, "dec_dS", steps + 1, n),
        (P, "P", steps, len(outputs)),
        (dZ, "dZ", steps, len(outputs)),
        ([*right], "right", steps),
    ):
        _shaped(array, name, *shape)
    limit = limit or max(np.abs(dS).max(), np.abs(dec_dS).max(), 1e-12)
    n, grid = units(S.shape[1]), []
    for t, letter in enumerate(text, start=1):
        grid.append(
            [
                Sign(letter),
                Block(S[t], f"S({t})", "encoder", columns=n if t == 1 else ()),
                "←",
                Block(
                    dS[t],
                    f"∂loss/∂S({t})",
                    "blame",
                    columns=n if t == 1 else (),
                    digits=3,
                    limit=limit,
                ),
            ]
        )
    for t, (letter, said) in enumerate(zip(fed, right), start=1):
        names = tuple(outputs) if t == 1 else ()
        grid.append(
            [
                Sign(letter),
                Block(dec_S[t], f"_S({t})", "decoder"),
                "←",
                Block(dec_dS[t], f"∂loss/∂_S({t})", "blame", digits=3, limit=limit),
                "←",
                Block(
                    dZ[t - 1], f"∂loss/∂z({t})", "blame", columns=names, digits=3, limit=1 / len(P)
                ),
                "←",
                Block(P[t - 1], f"p({t})", "output", columns=names, limit=1),
                Sign(said, COLOURS["input"], 16 if len(said) == 1 else 12),
            ]
        )
    words = (
        f"Blame flows from the right letters, {' '.join(right)}, back to '{text}'. On the last"
        f" state of the decoder: {spoken(dec_dS[-1], 3)}; on the thought vector:"
        f" {spoken(dec_dS[0], 3)}; on S(1): {spoken(dS[1], 3)}."
    )
    return draw(grid, words, gap=4)


@_of_numbers
def draw_blame(z, p, y, letters, temperature=1.0):
    """Scores to probabilities to blame: z, its share exp(z - max), p, the right letter y, and p -
    y.

    Parameters
    ----------
    z, p, y : (K,) arrays
    letters : sequence of K str
    """
    for array, name in ((z, "z"), (p, "p"), (y, "y")):
        _shaped(array, name, len(letters))
    scaled, target = z / temperature, int(y.argmax())
    shifted = drawable(scaled - scaled.max(), "z / temperature − max")
    loss = np.log(np.exp(shifted).sum()) - shifted[target]  # not -log p: p may have become 0
    rows = [
        (z, "z", "output", 2, "scores"),
        (shifted, "z / temperature − max", "output", 2, "the largest becomes 0"),
        (np.exp(shifted), "exp", "output", 3, "e to that power"),
        (p, "p", "output", 3, "divided by their sum"),
        (y, "y", "input", 0, "the right letter"),
        (p - y, "p − y", "blame", 3, "the blame"),
    ]
    words = (
        f"At temperature {number(temperature)} the probabilities are {spoken(p, 3)}. The right"
        f" letter is {letters[target]!r}: the loss is {number(loss, 4)} nats, and p − y is"
        f" {spoken(p - y, 3)}."
    )
    return draw(
        [
            [
                Sign(why, FAINT, 12),
                Block(
                    values,
                    name,
                    role,
                    columns=tuple(letters) if i == 0 else (),
                    digits=digits,
                    limit=None if i < 2 else 1,
                ),
            ]
            for i, (values, name, role, digits, why) in enumerate(rows)
        ],
        words,
        gap=6,
    )


@_of_numbers
def draw_answer(text, said, sure):
    """An answer letter by letter, each over how sure the network was of it; a wrong one beside the
    right one, and framed.

    Parameters
    ----------
    text : str
        The string that was read.
    said : sequence of str
        Letters, and END if the network said it.
    sure : (len(said),) array
        The probability of each.
    """
    _shaped(sure, "sure", len(said))
    right = [*text[::-1], "END"]
    wrong = [t for t, letter in enumerate(said) if t >= len(right) or letter != right[t]]
    names = [
        f"{letter}≠{(right + ['nothing'] * len(said))[t]}" if t in wrong else letter
        for t, letter in enumerate(said)
    ]
    answer = "".join(letter for letter in said if letter != "END")
    told = f"wrong from letter {wrong[0] + 1} on" if wrong else "right"
    least = number(min(sure), 4)
    doubt = (
        "It is sure of every letter."
        if least == "1.0000"
        else f"It is least sure of letter {int(np.argmin(sure)) + 1}, {least}."
    )
    words = f"'{text}' gives '{answer}': {told}. {doubt}"
    return draw(
        [
            [
                Block(
                    sure,
                    "what it says, and how sure it is",
                    "output",
                    columns=tuple(names),
                    limit=1,
                    mark={(0, t) for t in wrong},
                )
            ]
        ],
        words,
    )


@_of_numbers
def draw_gates(rows, role, words):
    """What gates let through, a row each: gate ∘ what it opens for = what passes; and sums of what
    has passed.

    Parameters
    ----------
    rows : sequence of (word, gate, its name, other, its name), or of (word, sum, its name)
        Gates, others and sums are (n,) arrays.
    role : str
        Of all but the gates: a key of symbols.COLOURS.
    words : str
    """
    grid = []
    for word, values, name, *other in rows:
        drawable(values * other[0] if other else values, name)
        if other:
            values, gate, passes = (
                other[0],
                Block(values, name, "weights", limit=1),
                Block(values * other[0], f"{name} ∘ {other[1]}", role, limit=1),
            )
            grid.append([word, gate, "∘", Block(values, other[1], role, limit=1), "=", passes])
        else:
            grid.append([*[None] * 4, word, Block(values, name, role, limit=1)])
    return draw(grid, words, gap=6)


@_of_numbers
def draw_code(text, X, code, P, said, letters, room, words):
    """A string's one-hot rows, the code they become, and what is read off it, letter by letter.

    Parameters
    ----------
    text, said : str
        T letters read, and the T letters that come back.
    X, P : (T, V) arrays
        One-hot rows, and probabilities.
    code : (k,) array
    letters : str
        The V letters.
    room : int
        Units the code has room for: the picture is as wide whatever k is.
    words : str
    """
    for array, name in ((X, "X"), (P, "P")):
        _shaped(array, name, len(text), len(letters))
    middle = Block(
        np.pad(code, (0, room - len(code)), constant_values=np.nan),
        "code",
        "encoder",
        columns=units(len(code)),
        limit=10,
    )
    grid = []
    for t, (letter, x, p, answer) in enumerate(zip(text, X, P, said)):
        columns = tuple(letters) if t == 0 else ()
        grid.append(
            [
                Sign(letter),
                Block(x, f"x({t + 1})", "input", columns=columns, digits=0, limit=1),
                *(["→", middle, "→"] if t == len(text) // 2 else [None] * 3),
                Block(p, f"p({t + 1})", "output", columns=columns, limit=1),
                Sign(answer),
            ]
        )
    return draw(grid, words, gap=6)


@_of_numbers
def draw_stack(right, held, places, letters, limit, kind, frame, said, words):
    """A number digit by digit, as it should be and as a machine holds it, and the difference.

    Parameters
    ----------
    right, held : (P + 1,) int arrays
        What is before the point, then P digits after it.
    places : int
        Digits after the point that there is room for; those beyond P are empty cells.
    letters : sequence of str
        What the digits 0, 1, … mean, written above the right ones.
    limit : int
        The digit with the full colour.
    kind : str
        What holds the number: 'float16'.
    frame : 0 or 1
        The digit with a heavy frame: 0 before the point, 1 the first after it.
    said : str
        The letters said so far.
    words : str
    """
    above = [*(letters[digit] for digit in right), *" " * (places + 1 - len(right))]
    rows = [
        ("the exact number", right, "encoder"),
        (f"what {kind} holds", held, "encoder"),
        ("the difference", np.where(held == right, np.nan, held - right), "blame"),
    ]
    grid = []
    for name, values, role in rows:
        values = np.append(values, np.full(places + 1 - len(values), np.nan))
        marks = [{(0, 0)} if role == "encoder" and place == frame else set() for place in (0, 1)]
        labels = above if name == rows[0][0] else []
        grid.append(
            [
                Block(values[:1], "", role, (), tuple(labels[:1]), 0, marks[0], limit),
                ".",
                Block(values[1:], name, role, (), tuple(labels[1:]), 0, marks[1], limit, DIGIT_W),
            ]
        )
    return draw([*grid, [None, None, Sign(said or " ", COLOURS["output"])]], words, gap=6)


@_of_numbers
def draw_attention(text, said, A):
    """Where an attention decoder looks: a row for each letter said, a column for each letter read;
    the heaviest of each row framed.

    Parameters
    ----------
    text : str
        The T letters read.
    said : sequence of L str
        Letters, and END if the network said it.
    A : (L, T) array
        Row t-1: how much of each encoder state step t takes; each row sums to 1.
    """
    _shaped(A, "A", len(said), len(text))
    looks, last = A.argmax(axis=1), len(text) - 1
    back = sum(look == last - t for t, look in enumerate(looks) if t <= last)
    places = ", ".join(
        f"{letter} at {look + 1} ({number(row[look])})" for letter, look, row in zip(said, looks, A)
    )
    words = (
        f"While it says a letter it looks most at this one of '{text}': {places}. "
        f"{back} of {min(len(said), len(text))} looks are on the anti-diagonal."
    )
    return draw(
        [
            [
                Block(
                    A,
                    "said, and how much of each letter's state",
                    "encoder",
                    tuple(said),
                    tuple(text),
                    limit=1,
                    mark={(t, int(look)) for t, look in enumerate(looks)},
                )
            ]
        ],
        words,
    )
