"""The panels of chapter 06: a whole training at every move, and the moments of one training."""

import numpy as np

from revlib import model, starts, training
from revlib.drawing import figures, plots
from revlib.drawing.picture import number
from revlib.panels.controls import Dropdown, Number, TextBox
from revlib.panels.panel import Panel
from revlib.panels.shared import distinct
from revlib.panels.words import plural, verdict

LOSSES = 1e-4, 20  # from the lowest to the highest that is drawn


def training_panel(steps=300, length=3):
    """Return the panel of a training: rate, optimiser, units, start, seed.

    At every move a network is trained anew, in float32, on all strings of one length.

    Parameters
    ----------
    steps : int
        Updates.
    length : int
        Letters of the strings.
    """
    strings = model.Net("abc").alphabet.strings(length)
    units = Number("units", 5, 1, 12, 1)
    curves = loss_curves(
        steps, "loss, nats per letter; norm of the gradient", "norm of the gradient", "blame"
    )

    def post_units(values):
        if values["start"] == "post":
            units.value = 5  # the post's matrices fit no other network

    def draw(rate, optimiser, units, start, seed):
        rng = np.random.default_rng(seed)
        net = starts.initialize(model.Net("abc", units), start, rng).astype(np.float32)
        batch = training.Batch(net, strings)
        optimise = training.OPTIMISERS[optimiser](10.0**rate)
        run = list(training.train(net, batch, optimise, steps, clip=1))
        setting = (
            f"{optimiser}, rate {10.0**rate:.3g}, {plural(units, 'unit')}, {start} start,"
            f" seed {seed}"
        )
        picture = curves.draw(
            np.array([moment.step for moment in run]),
            [np.array([moment.loss for moment in run]), np.array([moment.norm for moment in run])],
            training_words(setting, run[-1], net, strings),
        )
        return [picture]

    return Panel(
        {
            "rate": Number("rate: 10 to the", -2.0, -4.0, 0.5, 0.05),
            "optimiser": Dropdown("optimiser", list(training.OPTIMISERS), "Adam"),
            "units": units,
            "start": Dropdown("start", starts.STARTS, "identity"),
            "seed": Number("seed", 0, 0, 99, 1),
        },
        draw,
        adjust=post_units,
        frames={
            "optimiser": list(training.OPTIMISERS),
            "rate": [quarters / 4 for quarters in range(-16, 3)],
        },
    )


def loss_curves(steps, ylabel, second, role, low=LOSSES[0]):
    """Return empty axes for the loss of a training, and for a second curve of a name and role."""
    return plots.Curves(
        {"loss": "output", second: role},
        xlabel="updates",
        ylabel=ylabel,
        xlim=(0, steps),
        ylim=(low, LOSSES[1]),
        yscale="log",
    )


def training_words(setting, end, net, strings):
    """Return how a training went: its setting, its last moment, and what the network reverses."""
    right = training.correct(net, strings)
    wrong = [string for string, good in zip(strings, right) if not good]
    if not wrong:
        examples = f"; 'abc' gives '{net.run('abc').output}'"
    else:
        examples = f", not {', '.join(wrong[:4])}"
        if len(wrong) > 4:
            examples += " …"
    return (
        f"{setting}: after {end.step} updates the loss is {number(end.loss, 4)} nats and"
        f" {right.sum()} of {len(strings)} strings are reversed{examples}."
    )


def scrub_panel(net, run, text="abc"):
    """Return the panel that goes back and forth through a training: the moment, and a string.

    Under the curve stand the answers to all strings of the string's length at the start.

    Parameters
    ----------
    net : model.Net
        Any network of the run's sizes.
    run : list of training.Snapshot
    text : str
        The string to begin with.

    Raises
    ------
    ValueError
        If there is no moment in the run.
    """
    run = list(run)
    if not run:
        raise ValueError(
            "there is no moment in this run: a run that was read to its end is empty, so train"
            " again"
        )
    nets = [net.like(moment.theta.copy()) for moment in run]
    steps = np.array([moment.step for moment in run])
    losses = np.array([moment.loss for moment in run])
    low = max(LOSSES[0], 10.0 ** np.floor(np.log10(max(losses.min(), LOSSES[0]))))  # a whole decade
    last = max(steps[-1], 1)
    curves = loss_curves(last, "loss, nats per letter", "this moment", "weights", low)
    strings = net.alphabet.strings(len(net.alphabet.read(text)))
    moments = np.linspace(0, len(run) - 1, 25).astype(int).tolist()

    def draw(moment, string):
        trace = nets[moment].run(string)
        dec, says = trace.dec, net.says
        words = (
            f"After {steps[moment]} updates the loss is {number(losses[moment], 4)} nats, and"
            f" '{string}' gives '{trace.output}', which is"
            f" {verdict(trace.output == string[::-1])}."
        )
        here = np.array([steps[moment], steps[moment]])
        answers = nets[moment].run(strings).outputs
        right = training.correct(nets[moment], strings).sum()
        return [
            curves.draw([steps, here], [losses, np.array([low, LOSSES[1]])], words),
            figures.draw_board(
                strings, answers, f"It reverses {right} of all {len(strings)} strings."
            ),
            figures.draw_decoding(
                dec.S[0],
                dec.X,
                dec.S[1:],
                dec.Z,
                dec.P,
                [says.outputs[y] for y in dec.Y],
                says.symbols,
                says.outputs,
            ),
        ]

    return Panel(
        {
            "moment": Number("moment", 0, 0, len(run) - 1, 1),
            "string": TextBox("string", text, net.alphabet),
        },
        draw,
        frames={"string": distinct(text, "cab"), "moment": distinct(*moments)},
        play="moment",
        pause=200,
    )
