"""The panel of chapter 11: a string into a code, and back."""

from functools import lru_cache

import numpy as np

from revlib import mlp, starts, training
from revlib.alphabet import Alphabet
from revlib.drawing import figures, plots
from revlib.drawing.blocks import spoken
from revlib.drawing.picture import number
from revlib.panels.controls import Number, TextBox
from revlib.panels.panel import Panel
from revlib.panels.words import plural

LETTERS = 3  # of every string


def autoencoder_panel(steps=300, widest=6):
    """Return the panel of an autoencoder: the string, the bottleneck's width, the seed.

    At every move of the last two a network is trained anew, on all strings of three letters.

    Parameters
    ----------
    steps : int
        Updates.
    widest : int
        Units of the bottleneck, at most.
    """
    alphabet = Alphabet("abc")
    strings = alphabet.strings(LETTERS)
    groups = {
        f"begins with {letter}": [i for i, string in enumerate(strings) if string[0] == letter]
        for letter in alphabet.symbols
    }
    codes = plots.Map(
        groups,
        strings,
        xlabel="unit 1 of the code",
        ylabel="unit 2 of the code (with one unit: 0)",
        xlim=(-10, 10),
        ylim=(-10, 10),
        size=(480, 340),
    )

    @lru_cache(maxsize=1)  # another string asks the same network
    def trained(bottleneck, seed):
        width = LETTERS * len(alphabet)
        net = mlp.MLP((width, bottleneck, width), ("linear",), alphabet)
        starts.initialize(net, "gaussian", np.random.default_rng(seed))
        batch = training.Batch(net, strings, answers=strings)
        run = training.train(net, batch, training.Adam(0.03), steps, every=steps)
        return net, list(run)[-1].loss

    def draw(string, bottleneck, seed):
        net, loss = trained(bottleneck, seed)
        answer = net.run(string)
        _, code, _ = net.forward(net.rows([string]))
        _, all_codes, _ = net.forward(net.rows(strings))
        back = int(training.correct(net, strings, answers=strings).sum())
        words = (
            f"A bottleneck of {plural(bottleneck, 'unit')}, seed {seed}: '{string}' becomes"
            f" {spoken(code)} and comes back as '{answer.output}'. Of all {len(strings)} strings"
            f" {back} come back, of at most {most_back(alphabet, bottleneck)}; the loss is"
            f" {number(loss, 4)} nats."
        )
        plane = np.pad(all_codes, ((0, 0), (0, 1)))[:, :2]  # a second unit, 0, where there is one
        return [
            figures.draw_code(
                string,
                alphabet.one_hot(string),
                code[0],
                answer.P,
                answer.output,
                alphabet.symbols,
                widest,
                words,
            ),
            codes.draw(plane, f"Map: the codes of all {len(strings)} strings."),
        ]

    return Panel(
        {
            "string": TextBox("string", "abc", alphabet, LETTERS),
            "bottleneck": Number("bottleneck, units", 2, 1, widest, 1),
            "seed": Number("seed", 0, 0, 99, 1),
        },
        draw,
        frames={"bottleneck": range(1, widest + 1), "string": ["abc", "bbb", "cab"]},
    )


def most_back(alphabet, bottleneck):
    """Return the most strings that can come back through a bottleneck."""
    return mlp.most_strings(len(alphabet), LETTERS, bottleneck)
