"""The figures of the book: what each chapter shows of its numbers, laid out in blocks."""

from dataclasses import dataclass

import numpy as np

from revlib.alphabet import END
from revlib.drawing.blocks import CELL_H, DIGIT_W, Block, Sign, draw, spoken, units
from revlib.drawing.flows import Flow
from revlib.drawing.looking import Fan
from revlib.drawing.marks import Bars, NumberLine
from revlib.drawing.picture import FAINT, drawable, number, themed
from revlib.drawing.stacks import Pile

ACTIVATION = {
    "relu": "ReLU makes negative sums 0",
    "tanh": "tanh squeezes sums to −1 … 1",
    "linear": "the sums as they are",
}


def draw_step(
    t,
    x,
    Wh,
    s,
    Ws,
    bh,
    after,
    letters,
    activation="relu",
    limit=None,
    marks=None,
    text="",
    held=False,
):
    """Draw a step of the encoder: two roads that meet in a sum, and what it becomes.

    A unit is a column from head to foot. x(t) picks a row of Wh; the state before weights the rows
    of Ws; S(t) goes round, and is the state before of the next step.

    Parameters
    ----------
    t : int
        The step, from 1.
    x : (V,) array
        x(t), one-hot.
    Wh, Ws, bh : (V, n), (n, n), (n,) arrays
    s, after : (n,) arrays
        S(t-1), and S(t) as the network computed it.
    letters : sequence of V str
    activation : str
        "relu", "tanh" or "linear": what makes S(t) of the sum.
    limit : float, optional
        State with the full colour; the largest shown if not given.
    marks : dict, optional
        Block name -> cells with a heavy frame.
    text : sequence of str
        The letters that are read, drawn over x(t) if given.
    held : bool
        Whether the reader can take a weight or a letter in hand.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If the sum or S(t) is not finite.
    """
    n = len(s)
    with np.errstate(all="ignore"):  # what overflows is answered in words, below
        from_letter = x @ Wh
        from_state = s @ Ws
        total = drawable(from_letter + from_state + bh, "the sum")
    after = drawable(after, f"S({t})")
    letter = int(np.argmax(x))
    limit = limit or _largest(total, after)
    marks = marks or {}
    before = f"S({t - 1})"
    brought = f"x({t})·Wh"
    passed = f"{before}·Ws"

    def state(values, name, why):
        return Block(values, name, "encoder", limit=limit, why=why, names=units(n))

    def weights(values, name, row_names=(), faint=()):
        return Block(
            values,
            name,
            "weights",
            columns=units(n) if values.ndim == 2 else (),
            names=units(n),
            row_names=row_names,
            mark=marks.get(name, set()),
            limit=1.2,
            faint=set(faint),
            held=held,
        )

    words = (
        f"Step {t} reads '{letters[letter]}': S({t}) = {spoken(after)}. The letter brings"
        f" {spoken(from_letter)}, the state before it {spoken(from_state)}."
    )
    if not np.allclose(total, after):
        words += f" Before the activation it was {spoken(total)}."
    others = set(range(len(letters))) - {letter}
    upright_x = Block(x[:, None], f"x({t})", "input", tuple(letters), digits=0)
    upright_s = Block(s[:, None], before, "encoder", units(n), limit=limit)
    read = _letters_read(text, letters, np.eye(len(text))[t - 1], held) if text else None
    becomes = f"{activation}|sum" if activation != "linear" else "add|sum"
    grid = [
        [None, None, read],
        [
            Sign(" " * 8, points=12),
            upright_x,
            weights(Wh, "Wh", tuple(letters), others),
            Sign(" " * 6),
        ],
        [None, None, state(from_letter, brought, f"dot|x({t})|Wh")],
        [None, upright_s, weights(Ws, "Ws", units(n))],
        [None, None, state(from_state, passed, f"dot|{before}|Ws")],
        [None, None, weights(bh, "bh")],
        [None, None, state(total, "sum", f"add|{brought};add|{passed};add|bh")],
        [None, None, Bars(total, "encoder", limit, cut=activation == "relu")],
        [None, None, state(after, f"S({t})", becomes)],
    ]
    picked = (letter + 0.5) / len(letters)
    flows = [
        Flow((1, 1), (1, 2), "right", "left", "input", at=(picked, picked)),
        Flow((1, 2), (2, 2), role="input"),
        *_weighted((3, 1), (3, 2), s, limit),
        Flow((3, 2), (4, 2)),
        Flow((2, 2), (6, 2), "right", "right", "input", at=(0.5, 0.25), reach=34),
        Flow((4, 2), (6, 2), "right", "right", at=(0.5, 0.5), reach=18),
        Flow((5, 2), (6, 2), role="weights"),
        Flow((7, 2), (8, 2), label=ACTIVATION[activation]),
        Flow((8, 2), (3, 1), "left", "left", label="next step", reach=34),
    ]
    if text:
        flows.append(Flow((0, 2), (1, 1), "left", "top", "input", at=(0.5, 0.5)))
    return draw(grid, words, flows, gap=[14, 14, 18, 14, 14, 14, 2, 26, 14])


def _letters_read(text, letters, read, held=True):
    """Return a strip of the letters of a string; the one with a 1 in `read` in the full colour."""
    return Block(
        read,
        "string",
        "input",
        texts=tuple(text),
        letters=" ".join(letters),
        held=held,
        width=CELL_H,
    )


def _weighted(start, end, vector, limit):
    """Return an arrow for each number of an upright vector, as thick as the number is large."""
    n = len(vector)
    return [
        Flow(
            start,
            end,
            "right",
            "left",
            at=((k + 0.5) / n, (k + 0.5) / n),
            width=0.4 + 2.6 * min(1, abs(value) / limit),
        )
        for k, value in enumerate(vector)
        if value != 0
    ]


def draw_states(text, S, name="S", role="encoder", limit=None):
    """Draw all states of a run, one row a step, each beside the letter that was read.

    Parameters
    ----------
    text : sequence of T str
        The letters, as a string; or the words.
    S : (T + 1, n) array
    name, role : str
        What a state is called, and a key of notation.COLOURS.
    limit : float, optional
        State with the full colour; the largest shown if not given.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a state is not finite.
    """
    S = drawable(S, name)
    _, n = S.shape  # of one string: a batch has another axis
    limit = limit or _largest(S)
    grid = []
    for t, (letter, s) in enumerate(zip([" ", *text], S, strict=True)):
        columns = units(n) if t == 0 else ()
        grid.append([Sign(letter), Block(s, f"{name}({t})", role, columns=columns, limit=limit)])
    words = (
        f"The states while '{_spelled(text)}' is read; the last, {name}({len(text)}), is"
        f" {spoken(S[-1])}."
    )
    return draw(grid, words, gap=6)


def draw_compare(first, S1, second, S2, limit=None, letters="", activation="relu"):
    """Draw the states of two strings side by side, and the difference of their thought vectors.

    Parameters
    ----------
    first, second : sequences of T1 and T2 str
        The letters, as strings; or the words.
    S1, S2 : (T1 + 1, n) and (T2 + 1, n) arrays
    limit : float, optional
        State with the full colour; the largest shown if not given.
    letters : sequence of V str
        Of the alphabet, if the weights stand beside: then each state says how it was made.
    activation : str

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If the difference is not finite, or too long for a float.
    """
    n = S1.shape[1]
    S1, S2 = drawable(S1, "S"), drawable(S2, "S")
    with np.errstate(all="ignore"):  # what overflows is answered in words
        difference = drawable(S1[-1] - S2[-1], "the difference")
        distance = drawable(np.linalg.norm(difference), "the distance")
    limit = limit or _largest(S1, S2)

    def side(text, S, t):
        columns = units(n) if t == 0 else ()
        if t >= len(S):  # the other string is longer
            empty = np.full(n, np.nan)
            return [Sign(" "), Block(empty, " ", "encoder", columns=columns, limit=limit)]
        letter = text[t - 1] if t > 0 else " "

        def name(t):
            return f"S({t}) of '{_spelled(text)}'"

        why = ""
        if letter in letters:
            why = _state_reason(name(t - 1), letter, letters, "", activation)
        block = Block(
            S[t],
            name(t),
            "encoder",
            columns=columns,
            limit=limit,
            title=f"S({t})",
            why=why,
            names=units(n),
        )
        return [Sign(letter), block]

    first_text = _spelled(first)
    second_text = _spelled(second)
    steps = max(len(S1), len(S2))
    grid = [[*side(first, S1, t), *side(second, S2, t)] for t in range(steps)]
    minus = f"thought of '{first_text}' minus thought of '{second_text}'"
    grid.append(
        [
            None,
            Sign(minus, FAINT, 11),
            Sign("="),
            Block(
                difference,
                "difference",
                "encoder",
                limit=limit,
                why=f"less|S({len(S1) - 1}) of '{first_text}'|S({len(S2) - 1}) of '{second_text}'",
                names=units(n),
            ),
        ]
    )
    words = (
        f"The thought vector of '{first_text}' is {spoken(S1[-1])}; of '{second_text}'"
        f" {spoken(S2[-1])}. They differ by {spoken(difference)}: a distance of"
        f" {number(distance, 3)}."
    )
    return draw(grid, words, gap=6)


THOUGHT = "thought = _S(0)"
_SPACE = Sign(" ", points=10)  # between two states, for their arrow and the feedback's
NARROW_W = 46  # pixels, of a cell where many stand side by side
BACK_W = 41  # and where twelve do
BOARD_W = 52  # pixels, of a string on the board


def draw_decoding(
    thought,
    X,
    S,
    Z,
    P,
    said,
    letters,
    outputs,
    shown=None,
    limit=None,
    activation="relu",
    held=False,
):
    """Draw the decoder from left to right, a step a column: what is fed in, the state, the scores,
    the probabilities, the letter said.

    Arrows lead from state to state, up through the scores to the letter said, and take that letter
    to the next step's input: the feedback.

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
    activation : str
        "relu", "tanh" or "linear": what makes a state of its sum.
    held : bool
        Whether the reader can take the thought vector in hand, and the weights, which stand beside.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a probability or a state is not finite.
    """
    T = len(said)
    thought, S = drawable(thought, "the thought vector"), drawable(S, "_S")
    Z, P = drawable(Z, "z"), drawable(P, "P")
    shown = T if shown is None else min(shown, T)
    limit = limit or _largest(S)
    largest_score = _largest(Z)
    names = units(len(thought))
    start = _upright(thought, THOUGHT, "encoder", names, limit=limit, title="thought", held=held)
    top = [None, None]
    shares = [None, None]
    scores = [None, None]
    states = [start, _SPACE]
    inputs = [None, None]
    drawn = [_until(shown, rows) for rows in (X, S, Z, P)]
    for t, (x, s, z, p, letter) in enumerate(zip(*drawn, said, strict=True), start=1):
        before = f"_S({t - 1})" if t > 1 else THOUGHT
        read = letters[int(x.argmax())] if t <= shown and x.any() else None
        spelled = letter if t <= shown else " "
        made = f"dot|_S({t})|Wo;add|bo" if held else ""
        state = _state_reason(before, read, letters, "dec.", activation) if held else ""
        share = f"softmax:add|z({t})"
        said_by, fed_by = (outputs, letters) if t == 1 else ((), ())
        column = [
            Sign(spelled, themed("output"), 20 if len(letter) == 1 else 13),
            _upright(p, f"p({t})", "output", said_by, limit=1, why=share, names=outputs),
            _upright(z, f"z({t})", "output", said_by, limit=largest_score, why=made, names=outputs),
            _upright(s, f"_S({t})", "decoder", limit=limit, why=state),
            _upright(x, f"_x({t})", "input", fed_by, limit=1, digits=0, names=letters),
        ]
        for row, item in zip((top, shares, scores, states, inputs), column):
            row += [item, _SPACE if row is states else None]
    fed = X[shown - 1]
    read = f"'{letters[int(fed.argmax())]}'" if fed.any() else "nothing"
    words = (
        f"Step {shown} of {T}: fed {read}, the state becomes {spoken(S[shown - 1])}, the"
        f" probabilities {spoken(P[shown - 1])}, and it says {said[shown - 1]!r}. So far it has"
        f" said {' '.join(said[:shown])!r}."
    )
    flows = []
    for t in range(1, shown):  # what it hears, if it hears anything
        if not X[t].any():
            continue
        place = (float(np.argmax(X[t])) + 0.5) / len(letters)
        flows.append(Flow((0, 2 * t), (4, 2 * t + 2), "right", "left", "output", at=(0.5, place)))
    for t in range(1, shown + 1):
        column = 2 * t
        flows += [
            Flow(
                (3, column - 2),
                (3, column),
                "right",
                "left",
                "decoder",
                label="·_Ws" if t == 1 else "",
                label_up=11,
                width=2.4,
            ),
            Flow(
                (4, column), (3, column), "top", "bottom", "input", label="·_Wh" if t == 1 else ""
            ),
            Flow(
                (3, column), (2, column), "top", "bottom", "output", label="·Wo" if t == 1 else ""
            ),
            Flow((2, column), (1, column), "top", "bottom", "output"),
            Flow((1, column), (0, column), "top", "bottom", "output"),
        ]
    grid = [row[:-1] for row in (top, shares, scores, states, inputs)]
    return draw(grid, words, flows, gap=18)


def _upright(values, name, role, rows=(), names=(), **look):
    """Return a state, or what belongs to a step, as a narrow block whose numbers run down."""
    return Block(
        values[:, None], name, role, tuple(rows), width=NARROW_W, names=tuple(names), **look
    )


def draw_backward(
    text,
    fed,
    right,
    S,
    dS,
    dec_S,
    dec_dS,
    P,
    dZ,
    outputs,
    limit=None,
    letters="abc",
    activation="relu",
    share=None,
    shown=None,
    held=False,
):
    """Draw a run from left to right and, beside every state, what the loss blames on it.

    Thin arrows go forward: letters in, state to state, the thought vector, scores. Broken ones go
    back, as thick as the blame: from the scores by Woᵀ, from state to state by Wsᵀ.

    Parameters
    ----------
    text, fed, right : sequences of str
        The T letters read; the L letters fed to the decoder (' ' for the empty first input); the L
        right ones.
    S, dS : (T + 1, n) arrays
        Encoder states and ∂loss/∂S; row 0 is not drawn.
    dec_S, dec_dS : (L + 1, n) arrays
        The decoder's; row 0 is the thought vector, drawn as S(T).
    P, dZ : (L, K) arrays
        Probabilities, and ∂loss/∂z.
    outputs : sequence of K str
    limit : float, optional
        Blame with the full colour; the largest shown if not given.
    letters : sequence of V str
    activation : str
        What the blame passes on its way from a state to the one before.
    share : (L,) array, optional
        How much the loss of each letter counts; 1/L if not given.
    shown : int, optional
        How many states, from the last, the blame has reached; all if not given.
    held : bool
        Whether the reader can drag a letter of the string, which then stands below.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a state, a probability or its blame is not finite.
    """
    T, L = len(text), len(fed)
    S, dec_S, P = drawable(S, "S"), drawable(dec_S, "_S"), drawable(P, "P")
    dS = drawable(dS, "∂loss/∂S")
    dec_dS = drawable(dec_dS, "∂loss/∂_S")
    dZ = drawable(dZ, "∂loss/∂z")
    limit = limit or _largest(dS, dec_dS)
    largest_state = _largest(S, dec_S)
    shown = T + L if shown is None else shown
    share = np.full(L, 1 / L) if share is None else share
    states = [f"S({t})" for t in range(1, T + 1)] + [f"_S({t})" for t in range(1, L + 1)]
    blames = [f"∂loss/∂{name}" for name in states]

    top = []
    scores = []
    middle = []
    bottom = []
    for k, letter in enumerate([*text, *fed]):
        reading = k < T
        t = k - T
        role = "encoder" if reading else "decoder"
        value, blame = (S[k + 1], dS[k + 1]) if reading else (dec_S[t + 1], dec_dS[t + 1])
        terms = []  # of the blame: from the scores, and from the next state
        if reading:
            top += [None, None]
            scores += [None, None]
        else:
            answer = right[t]
            terms.append(f"dotT|∂loss/∂z({t + 1})|Wo")
            top += [Sign("right:", FAINT, 12), _letter(answer)]
            scores += [
                Block(
                    P[t][:, None],
                    f"p({t + 1})",
                    "output",
                    rows=tuple(outputs) if t == 0 else (),
                    limit=1,
                    width=BACK_W,
                    why=f"softmax:dot|{states[k]}|Wo;add|bo",
                    names=tuple(outputs),
                ),
                Block(
                    dZ[t][:, None],
                    f"∂loss/∂z({t + 1})",
                    "blame",
                    digits=3,
                    limit=float(share.max()),
                    width=BACK_W,
                    title="blame",
                    why=f"miss|p({t + 1})|{list(outputs).index(answer)}|{share[t]:.10g}",
                    names=tuple(outputs),
                ),
            ]
        if k + 1 < T + L:
            part = "" if k + 1 < T else "dec."
            terms.append(f"back|{blames[k + 1]}|{part}Ws|{states[k + 1]}|{activation}")
        before = states[k - 1] if k > 0 else ""
        middle += [
            Block(
                value[:, None],
                states[k],
                role,
                rows=units(len(value)) if k == 0 else (),
                limit=largest_state,
                width=BACK_W,
                why=_state_reason(before, letter, letters, "" if reading else "dec.", activation),
            ),
            Block(
                (blame if _reached(k, T + L, shown) else np.full(len(blame), np.nan))[:, None],
                blames[k],
                "blame",
                digits=3,
                limit=limit,
                width=BACK_W,
                title="blame",
                why=";".join(terms),
            ),
        ]
        bottom += [_letter(letter), None]

    norms = [*np.linalg.norm(dS[1:], axis=1), *np.linalg.norm(dec_dS[1:], axis=1)]
    flows = [
        *_forward_flows([*text, *fed], T),
        *_blame_flows(norms, np.linalg.norm(dZ, axis=1), T, shown),
    ]
    words = f"Blame flows from the right letters, {' '.join(right)}, back to '{_spelled(text)}'."
    blamed = [  # how many states it has passed when it is there
        (1, f"the last state of the decoder: {spoken(dec_dS[-1], 3)}"),
        (L + 1, f"the thought vector: {spoken(dec_dS[0], 3)}"),
        (T + L, f"S(1): {spoken(dS[1], 3)}"),
    ]
    there = [said for passed, said in blamed if passed <= shown]
    if there:
        words += f" On {'; on '.join(there)}."
    if shown == 0:
        words += " It sets out."
    elif shown < T + L:
        words += f" It has come as far as {states[T + L - shown]}."
    top.append(Sign("  ", points=12))  # room for the last label
    grid = [top, scores, middle, bottom]
    if held:
        grid.append([_letters_read(text, letters, np.ones(T))])
    return draw(grid, words, flows, gap=[6, 38, 26, 6, 6][: len(grid)])


def _letter(letter):
    """Return a letter that goes in, or should come out."""
    return Sign(letter, themed("input"), 16 if len(letter) == 1 else 12)


def _reached(k, states, shown):
    """Return whether the blame has reached state k of all, once it has passed the last `shown`."""
    return states - k <= shown


def _state_reason(before, letter, letters, part, activation):
    """Return how a state was made: of the state before, the letter and the bias.

    `before` is "" where that state is all zeros, `part` "dec." in the decoder.
    """
    terms = [f"add|{part}bh"]
    if letter in letters:
        terms.insert(0, f"pick|{part}Wh|{list(letters).index(letter)}")
    if before:
        terms.insert(0, f"dot|{before}|{part}Ws")
    return f"{activation}:{';'.join(terms)}"


# Rows of draw_backward; state k stands in column 2k, its blame beside it.
SCORES = 1
STATES = 2
LETTERS = 3


def _forward_flows(letters, T):
    """Return the thin arrows of draw_backward: letters in, state to state, states to scores."""
    flows = []
    for k, letter in enumerate(letters):
        role = "encoder" if k < T else "decoder"
        here = STATES, 2 * k
        if letter.strip():
            flows.append(Flow((LETTERS, 2 * k), here, "top", "bottom", "input"))
        if k > 0:
            label = "thought vector" if k == T else ""
            before = STATES, 2 * k - 2
            flows.append(Flow(before, here, "bottom", "bottom", role, label=label, at=(0.75, 0.25)))
        if k >= T:
            flows.append(Flow(here, (SCORES, 2 * k), "top", "bottom", "output"))
    return flows


def _blame_flows(norms, score_norms, T, shown):
    """Return the broken arrows of draw_backward; no arrow where no blame flows.

    Parameters
    ----------
    norms, score_norms : sequences of float
        Of the blame on each state, and on the scores of each state of the decoder.
    T : int
        States of the encoder.
    shown : int
        How many states the blame has reached.
    """
    flows = []
    count = len(norms)
    for k in range(count):
        blame = STATES, 2 * k + 1
        if k >= T and score_norms[k - T] > 0:
            on_scores = SCORES, 2 * k + 1
            flows.append(Flow((SCORES, 2 * k), on_scores, "right", "left", "blame", back=True))
            if _reached(k, count, shown):
                flows.append(
                    Flow(
                        on_scores,
                        blame,
                        role="blame",
                        back=True,
                        width=_thickness(score_norms[k - T]),
                        label="·Woᵀ" if k == count - 1 else "",
                    )
                )
        if k > 0 and norms[k] > 0 and _reached(k - 1, count, shown):
            flows.append(
                Flow(
                    blame,
                    (STATES, 2 * k - 1),
                    "top",
                    "top",
                    "blame",
                    back=True,
                    at=(0.2, 0.85),
                    width=_thickness(norms[k - 1]),
                    label="·_Wsᵀ" if k >= T else "·Wsᵀ",
                    label_at=0.74 if k >= T else 0.5,  # not where the state's own arrow goes up
                    label_up=11,
                )
            )
    return flows


def _thickness(norm):
    """Return how thick an arrow of blame is, in pixels: by the logarithm of its norm."""
    return 1 + 5 * min(1, max(0, (np.log10(max(norm, 1e-9)) + 2) / 3))


WEIGHTS = (
    ("Wh", "Ws"),
    ("bh", None),
    ("dec.Wh", "dec.Ws"),
    ("dec.bh", None),
    ("Wo", None),
    ("bo", None),
)


def draw_weights(named, rows, columns, mark, scales, words=""):
    """Draw the weights of a network, for a reader to take one in hand.

    Parameters
    ----------
    named : dict of str to (n,) or (rows, n) array
        Parameters by name, as model.Net.named() has them.
    rows, columns : dict of str to sequence of str
        The names of each one's rows and columns.
    mark : (str, int, int)
        The weight in hand: parameter, row, column.
    scales : dict of str to float
        What the network multiplies some of them by.
    words : str

    Returns
    -------
    Picture
    """

    def block(name):
        if name not in named:
            return None
        values = named[name]
        title = name
        if scales.get(name, 1) != 1:
            title += f" × {number(scales[name])}"
        return Block(
            values,
            name,
            "weights",
            rows=tuple(rows[name]) if values.ndim == 2 else (),
            columns=tuple(columns[name]),
            mark={mark[1:]} if mark[0] == name else set(),
            limit=max(1.2, _largest(values)),
            width=43,
            title=title,
            scale=scales.get(name, 1),
            held=True,
        )

    lines = [[block(name) for name in line] for line in WEIGHTS]
    grid = [line for line in lines if any(item is not None for item in line)]
    return draw(grid, words, gap=4)


def draw_blame(z, p, y, letters, temperature=1.0, held=False):
    """Draw how scores become probabilities and blame: z, exp(z / temperature - max), p, the right
    letter y, and p - y.

    Parameters
    ----------
    z, p, y : (K,) arrays
    letters : sequence of K str
    temperature : float
    held : bool
        Whether the reader can take a score in hand.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a scaled score or a probability is not finite.
    """
    target = int(y.argmax())
    with np.errstate(all="ignore"):  # what overflows is answered in words
        scaled = z / temperature
        shifted = drawable(scaled - scaled.max(), "z / temperature − max")
    p = drawable(p, "p")
    loss = np.log(np.exp(shifted).sum()) - shifted[target]  # not -log p: p may have become 0

    def row(words, values, name, role="output", digits=3, columns=(), limit=1, why="", held=False):
        block = Block(
            values,
            name,
            role,
            columns=columns,
            digits=digits,
            limit=limit,
            why=why,
            names=tuple(letters),
            held=held,
        )
        return [Sign(words, FAINT, 12), block]

    shift = "z / temperature − max"

    grid = [
        row("scores", z, "z", digits=2, columns=tuple(letters), limit=None, held=held),
        row(
            "the largest becomes 0",
            shifted,
            shift,
            digits=2,
            limit=None,
            why=f"shift|z|{temperature:.10g}",
        ),
        row("e to that power", np.exp(shifted), "exp", why=f"exp|{shift}"),
        row("divided by their sum", p, "p", why="part|exp"),
        [None, Bars(p, "output", below=False)],
        row("the right letter", y, "y", "input", digits=0),
        row("the blame", p - y, "p − y", "blame", why="less|p|y"),
        [None, Bars(p - y, "blame")],
    ]
    words = (
        f"At temperature {number(temperature)} the probabilities are {spoken(p, 3)}. The right"
        f" letter is {letters[target]!r}: the loss is {number(loss, 4)} nats, and p − y is"
        f" {spoken(p - y, 3)}."
    )
    return draw(grid, words, gap=6)


def draw_answer(text, said, sure):
    """Draw an answer letter by letter, each over how sure the network was of it.

    A wrong letter stands beside the right one, and is framed.

    Parameters
    ----------
    text : sequence of T str
        The letters that were read, as a string; or the words.
    said : sequence of L str
        Letters, and END if the network said it.
    sure : (L,) array
        The probability of each.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a probability is not finite.
    """
    sure = drawable(sure, "sure")
    right = [*text[::-1], END]
    names = []
    wrong = []
    for t, letter in enumerate(said):
        expected = right[t] if t < len(right) else "nothing"
        if letter == expected:
            names.append(letter)
        else:
            names.append(f"{letter}≠{expected}")
            wrong.append(t)

    answer = _spelled([letter for letter in said if letter != END])
    verdict = "right"
    if wrong:
        verdict = f"first wrong at letter {wrong[0] + 1}"
    elif len(said) < len(right):
        verdict = f"right so far, {len(said)} of {len(right)}"
    least = number(sure.min(), 4)
    if least == "1.0000":
        doubt = "It is sure of every letter."
    else:
        doubt = f"It is least sure of letter {int(sure.argmin()) + 1}, {least}."
    block = Block(
        sure,
        "what it says, and how sure it is",
        "output",
        columns=tuple(names),
        limit=1,
        mark={(0, t) for t in wrong},
    )
    return draw([[block]], f"'{_spelled(text)}' gives '{answer}': {verdict}. {doubt}")


def draw_board(strings, answers, words=""):
    """Draw what a network answers to all strings of a length: those that are right are filled.

    A row has the strings that begin with one letter, a column those that go on alike.

    Parameters
    ----------
    strings, answers : sequences of N str
        The strings in alphabetical order, with what the network says to each.
    words : str
        What the picture shows.

    Returns
    -------
    Picture
    """
    firsts = sorted({string[0] for string in strings})
    across = len(strings) // len(firsts)
    right = [answer == string[::-1] for string, answer in zip(strings, answers, strict=True)]
    board = Block(
        np.reshape(right, (len(firsts), across)).astype(float),
        "answers",
        "output",
        rows=tuple(firsts),
        columns=tuple(string[1:] for string in strings[:across]),
        texts=tuple(answers),
        limit=1,
        width=BOARD_W,
        title="what it answers; filled: right",
    )
    return draw([[board]], words)


@dataclass(frozen=True)
class Gate:
    """A row of draw_gates: gate ∘ other = what passes.

    Parameters
    ----------
    word : str
        What the gate does: "keep".
    gate, other : (n,) arrays
    name, other_name : str
        The captions of both.
    why : str
        How the other was made: see Block.
    """

    word: str
    gate: np.ndarray
    name: str
    other: np.ndarray
    other_name: str
    why: str = ""

    def row(self, role):
        """Return the row for draw, all but the gate in the colour of a role."""
        passes = self.gate * self.other
        return [
            self.word,
            Block(self.gate, self.name, "weights", limit=1),
            "∘",
            Block(self.other, self.other_name, role, limit=1, why=self.why),
            "=",
            Block(
                drawable(passes, self.name),
                self.passes,
                role,
                limit=1,
                why=f"times|{self.name}|{self.other_name}",
            ),
        ]

    @property
    def passes(self):
        """What passes: the caption of the product."""
        return f"{self.name} ∘ {self.other_name}"


@dataclass(frozen=True)
class Sum:
    """A row of draw_gates: the sum of what has passed in the two rows before.

    Parameters
    ----------
    word : str
    values : (n,) array
    name : str
        The caption.
    """

    word: str
    values: np.ndarray
    name: str

    def row(self, role, passed):
        """Return the row for draw, in the colour of a role: the sum of blocks that have passed."""
        why = ";".join(f"add|{name}" for name in passed)
        block = Block(drawable(self.values, self.name), self.name, role, limit=1, why=why)
        return [None, None, None, None, self.word, block]


def draw_gates(rows, role, words):
    """Draw what gates let through, a row each, and sums of what has passed.

    Parameters
    ----------
    rows : sequence of Gate and Sum
    role : str
        Of all but the gates: a key of notation.COLOURS.
    words : str

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If what passes, or a sum, is not finite.
    """
    grid = []
    passed = []
    for row in rows:
        if isinstance(row, Gate):
            grid.append(row.row(role))
            passed.append(row.passes)
        else:
            grid.append(row.row(role, passed[-2:]))
    return draw(grid, words, gap=6)


def draw_stack(right, held, places, letters, limit, kind, frame, said, words, text="", before=None):
    """Draw a number digit by digit, as it should be and as a machine holds it, and the difference.

    The rows are a subtraction: the right number, less what is held, is what is lost. Below, what is
    after the point as plates on a pile, and its place on a number line, whose part is magnified for
    the next plate.

    Parameters
    ----------
    right, held : (P + 1,) int arrays
        What is before the point, then P digits after it.
    places : int
        The most digits after the point; those beyond P are empty cells.
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
    text : str
        The letters that are pushed, drawn over the digits if given, for the reader to drag.
    before : float, optional
        Where what is after the point was a step before.

    Returns
    -------
    Picture
    """
    base = limit + 1
    beyond = places + 1 - len(right)
    meanings = [*(letters[digit] for digit in right), *[" "] * beyond]
    lost = np.where(held == right, np.nan, right - held)  # a cell where they are equal is empty

    def row(sign, values, name, role, columns=(), framed=None, why=""):
        values = np.append(values, np.full(beyond, np.nan))
        before = Block(
            values[:1],
            "",
            role,
            columns=tuple(columns[:1]),
            digits=0,
            mark={(0, 0)} if framed == 0 else set(),
            limit=limit,
        )
        after = Block(
            values[1:],
            name,
            role,
            columns=tuple(columns[1:]),
            digits=0,
            mark={(0, 0)} if framed == 1 else set(),
            limit=limit,
            width=DIGIT_W,
            why=why,
        )
        whole = [None, None] if sign == "=" and held[0] == right[0] else [before, "."]
        return [sign, *whole, after]

    exact = "the exact number"
    holds = f"what {kind} holds"

    line = NumberLine(
        digits=tuple(right[1:]),
        base=base,
        names=tuple([*letters, *[" "] * base][:base]),
        role="encoder",
        before=before,
    )
    pile = [letters[digit] for digit in right[1:]]
    lifted = "" if frame else letters[right[0]].strip()
    pile = Pile(tuple(pile), line, "decoder" if frame == 0 else "encoder", lifted)
    read = np.eye(len(text))[len(right) - 2] if text and frame else np.zeros(len(text))
    grid = [
        *([[None, None, None, _letters_read(text, letters[1:], read)]] if text else []),
        row(None, right, exact, "encoder", meanings, frame),
        row("−", held, holds, "encoder", framed=frame),
        row("=", lost, "the difference", "blame", why=f"less|{exact}|{holds}"),
        [None, None, None, Sign(said or " ", themed("output"))],
        [pile],
    ]
    return draw(grid, words, gap=6)


def draw_attention(text, said, A):
    """Draw where an attention decoder looks: lines from each letter said to the letters read, as
    thick as the weight is large; below, the weights: a row a letter said, a column a letter read.

    The heaviest weight of each row is framed.

    Parameters
    ----------
    text : sequence of T str
        The letters read, as a string; or the words.
    said : sequence of L str
        Letters, and END if the network said it.
    A : (L, T) array
        Row t-1 is α(t): how much of each encoder state step t takes; each row sums to 1.

    Returns
    -------
    Picture

    Raises
    ------
    FloatingPointError
        If a weight is not finite.
    """
    A = drawable(A, "A")
    T = len(text)
    looks = A.argmax(axis=1).tolist()
    back = 0  # looks on the anti-diagonal: the letter that a reversal says next
    places = []
    for t, (letter, look) in enumerate(zip(said, looks, strict=True)):
        places.append(f"{letter} at {look + 1} ({number(A[t, look])})")
        if look == T - 1 - t:
            back += 1
    block = Block(
        A, "looks at", "encoder", tuple(said), tuple(text), limit=1, mark=set(enumerate(looks))
    )
    words = (
        f"While it says a letter it looks most at this one of '{_spelled(text)}':"
        f" {', '.join(places)}. {back} of {min(len(said), T)} looks are on the anti-diagonal."
    )
    return draw([[Fan(A, tuple(said), tuple(text))], [block]], words, gap=2)


def _largest(*arrays):
    """Return the largest absolute value of arrays; a little more than 0 if all are 0."""
    return max(1e-12, *(float(np.abs(array).max()) for array in arrays))


def _until(shown, rows):
    """Return a copy of rows; those after the first `shown` are empty cells."""
    rows = np.array(rows, dtype=float)
    rows[shown:] = np.nan
    return rows


def _spelled(symbols):
    """Return the text of a sequence of symbols: letters as they are, words with spaces between."""
    between = "" if all(len(symbol) == 1 for symbol in symbols) else " "
    return between.join(symbols)
