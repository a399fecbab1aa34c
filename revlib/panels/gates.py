"""The panels of chapter 10: how blame flows through a cell, and what its gates let through."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from revlib import decoders, starts
from revlib.activations import sigmoid
from revlib.alphabet import END
from revlib.drawing import blocks, figures, plots, valves
from revlib.drawing.picture import number
from revlib.panels.controls import Dropdown, Number, TextBox
from revlib.panels.panel import Panel
from revlib.panels.words import plural, verdict

STARTED = "simple, gaussian start", "simple, identity start", "GRU", "LSTM"
KEEPING = {"GRU": "update", "LSTM": "forget"}  # the gate that keeps


LOST = 1e-3  # what is smaller is shaded


def flow_panel(longest=30):
    """Return the panel of the blame's norm at every step of an untrained network.

    Its controls are the cell, the string's length, the bias of the gate that keeps, the scale of
    Ws and the seed.

    Parameters
    ----------
    longest : int
        Letters, at most.
    """
    empty_curves = lru_cache(maxsize=8)(flow_curves)  # each holds a figure

    def draw(cell, length, bias, scale, seed):
        text = ("abc" * length)[:length]
        _, norms = decoders.blame_norms(untrained(cell, bias, scale, seed), text)
        norms_of_S, *norms_of_C = norms
        low, high = decades(norms)
        steps = np.arange(1, 2 * length + 1)
        xs = [np.full(3, length), steps]
        ys = [np.array([low, high / 10, high]), above_zero(norms_of_S)]
        for of_C in norms_of_C:  # an LSTM's; its last C is not asked for anything
            xs.append(steps[:-1])
            ys.append(above_zero(of_C[:-1]))
        words = flow_words(cell, length, bias, scale, seed, norms)
        return [empty_curves(cell, length, low, high).draw(xs, ys, words)]

    return Panel(
        {
            "cell": Dropdown("cell", STARTED, "LSTM"),
            "length": Number("letters", 15, 1, longest, 1),
            "bias": Number("gate's bias", 1.0, -3.0, 8.0, 0.1),
            "scale": Number("scale of both Ws", 1.0, 0.0, 1.5),
            "seed": Number("seed", 0, 0, 99, 1),
        },
        draw,
        frames={"cell": STARTED, "length": [1, 2, 5, 10, 15, 20, 25, longest]},
    )


DECADES = 6  # the axis begins at so many below 1, or at a multiple if that is not enough


def decades(norms):
    """Return the ends of a logarithmic axis that holds norms above 1e-40: powers of ten."""
    exponents = np.log10(norms[norms > 1e-40])
    low = DECADES * min([-1, *np.floor(exponents / DECADES)])
    high = max([1, *np.ceil(exponents)])
    return 10.0**low, 10.0**high


def flow_curves(started, length, low, high):
    """Return empty axes for the blame's norm in one of STARTED; what is lost is shaded."""
    names = {"the thought vector": "encoder", "blame on S": "blame"}
    if started == "LSTM":
        names["blame on C"] = "blame"
    curves = plots.Curves(
        names,
        xlabel="step: encoder's 1 to T, then decoder's",
        ylabel="norm of the blame",
        xlim=(0, 2 * length + 1),
        ylim=(low, high),
        yscale="log",
    )
    with plots.style():
        curves.axes.axhspan(low, LOST, color="#4d4d4d", alpha=0.08, lw=0)
    return curves


def above_zero(norms):
    """Return norms, none of them 0: a logarithmic axis has no 0."""
    return np.maximum(norms, 1e-300)


def untrained(started, bias, scale, seed, n=8):
    """Return an untrained network: one of STARTED, with this bias of the gate that keeps, if any.

    Both its Ws are multiplied by the scale.
    """
    rng = np.random.default_rng(seed)
    cell = started.split(",")[0]
    net = decoders.EncoderDecoder("feedback", "abc", n, cell)
    starts.initialize(net, "identity", rng)
    for layer in (net.enc, net.dec):
        if started == "simple, gaussian start":
            layer.Ws = rng.normal(0, 1 / np.sqrt(n), (n, n))
        layer.Ws *= scale
        if cell in KEEPING:
            layer.bh[n : 2 * n] = bias
    return net


def flow_words(started, length, bias, scale, seed, norms):
    """Return the norm of the blame where it sets out, half way, and where it arrives."""
    words = f"{started}, seed {seed}, {plural(length, 'letter')}, both Ws times {number(scale)}."
    if started in KEEPING:
        words += (
            f" The {KEEPING[started]} gate's bias is {number(bias)}: alone it keeps"
            f" {number(sigmoid(bias), 4)} a step."
        )
    of_S = norms[0]
    words += (
        f" The norm of the blame for the last letter is {of_S[-1]:.1e} on the decoder's last"
        f" state, {of_S[length - 1]:.1e} on the thought vector and {of_S[0]:.1e} on S(1)"
    )
    if started == "LSTM":
        words += f", {norms[1][0]:.1e} on C(1)"
    return words + "."


def gates_panel(nets, text="abcab"):
    """Return the panel of a trained cell, gate by gate: the cell, the string, the step.

    Parameters
    ----------
    nets : dict of str to decoders.EncoderDecoder
        Under "LSTM" and "GRU", or one of them; over one alphabet.
    text : str
        The string to begin with.
    """
    nets = {cell: net.copy() for cell, net in nets.items()}
    cells = list(nets)
    alphabet = nets[cells[0]].alphabet
    string = TextBox("string", text, alphabet)
    step = Number("step", len(text), 1, steps_of(text, alphabet), 1)

    def draw(cell, string, step):
        net = nets[cell]
        run = net.run(string)
        kept = [*run.enc_kept, *run.dec_kept]
        T = len(string)
        layer, t, mark = ("encoder", step, "") if step <= T else ("decoder", step - T, "_")
        fed = fed_letters(net, string, run)
        now = kept[step - 1]
        keeps = np.array([keeping_gate(cell, step_kept) for step_kept in kept])
        states = [*run.S[1:], *run.dec_S[1:]]
        after = states[step - 1][: net.n]
        words = (
            f"{cell}: {string!r} gives {run.output!r}, which is"
            f" {verdict(run.output == string[::-1])}. Step {t} of the {layer} is fed"
            f" {spoken_letter(fed[step - 1])}: the gate keeps {blocks.spoken(keeps[step - 1])}, and"
            f" {mark}S({t}) is {blocks.spoken(after)}."
        )
        table = blocks.Block(
            keeps,
            "kept, step by step",
            "weights",
            named_steps(fed, T),
            blocks.units(net.n),
            mark={(step - 1, unit) for unit in range(net.n)},
            limit=1,
        )
        if cell == "LSTM":
            above = draw_lstm_step(now, t, mark, fed[step - 1], words)
        else:
            above = figures.draw_gates(gru_rows(now, t, mark), layer, words)
        return [above, blocks.draw([[table]], "The table: the keeping gate at every step.")]

    return Panel(
        {"cell": Dropdown("cell", cells, cells[0]), "string": string, "step": step},
        draw,
        adjust=lambda values: step.bound(steps_of(values["string"], alphabet)),
        frames={"cell": cells, "step": range(1, steps_of(text, alphabet) + 1)},
    )


def steps_of(string, alphabet):
    """Return how many steps a string takes: each letter read, each said, and END if any."""
    return 2 * len(string) + int(alphabet.end)


def fed_letters(net, string, run):
    """Return the letter fed in at every step; ' ' for none."""
    said = [net.says.outputs[y] for y in run.Y[:-1]]
    return [*string, " ", *(" " if letter == END else letter for letter in said)]


def named_steps(fed, T):
    """Return what each step is called: the letter fed in, or "start", or "END"."""
    fed = list(fed)
    fed[T] = "start"  # the decoder's first step, which is fed nothing
    return tuple("END" if letter == " " else letter for letter in fed)


def spoken_letter(letter):
    """Return a letter in quotes, or 'nothing'."""
    return "nothing" if letter == " " else repr(letter)


def keeping_gate(cell, kept):
    """Return the gate that keeps: the LSTM's f, the GRU's u."""
    return kept.f if cell == "LSTM" else kept.u


def draw_lstm_step(kept, t, mark, read, words):
    """Return the drawing of an LSTM's step, with all its numbers.

    `mark` stands before the names of the decoder's states: "_".
    """
    picture = valves.draw_lstm(
        C=kept.C, S=kept.s, f=kept.f, i=kept.i, g=kept.g, o=kept.o, t=t, mark=mark, read=read
    )
    return replace(picture, words=words)


def gru_rows(kept, t, mark):
    """Return the rows of a GRU's step for draw_gates.

    `mark` stands before the names of the decoder's states: "_".
    """
    S = f"{mark}S"
    after = (1 - kept.u) * kept.g + kept.u * kept.s
    return [
        figures.Gate("look back", kept.r, "r", kept.seen, f"({S}({t - 1})·Ws + bs)"),
        figures.Gate("write", 1 - kept.u, "(1 - u)", kept.g, "g"),
        figures.Gate("keep", kept.u, "u", kept.s, f"{S}({t - 1})"),
        figures.Sum("added", after, f"{S}({t})"),
    ]
