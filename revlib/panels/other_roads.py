"""The panel of chapter 11: a string into a code, and back."""

from functools import lru_cache

import numpy as np

from revlib import mlp, starts, training
from revlib.alphabet import Alphabet
from revlib.drawing import roads
from revlib.drawing.blocks import spoken
from revlib.drawing.picture import number
from revlib.panels.controls import Number, TextBox
from revlib.panels.panel import Panel
from revlib.panels.words import plural

LETTERS = 3  # of every string
LIMIT = 10  # of a code, on the map
HOW = {  # what else is on the map
    1: ", and the cuts of each place",
    2: ", and the cuts of each place",
}


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
        X, code, scores = net.forward(net.rows([string]))
        _, all_codes, _ = net.forward(net.rows(strings))
        back = int(training.correct(net, strings, answers=strings).sum())
        words = (
            f"A bottleneck of {plural(bottleneck, 'unit')}, seed {seed}: '{string}' becomes"
            f" {spoken(code)} and comes back as '{answer.output}'. Of all {len(strings)} strings"
            f" {back} come back, of at most {most_back(alphabet, bottleneck)}; the loss is"
            f" {number(loss, 4)} nats."
        )
        return [
            roads.draw_pass(
                alphabet.symbols,
                string,
                (X, code, scores),
                answer.P,
                answer.output,
                net.weights(),
                words,
                middle="code",
            ),
            roads.draw_cuts(
                [pieces(net, strings, all_codes, strings.index(string))],
                f"Map: the codes of all {len(strings)} strings{HOW.get(bottleneck, '')}.",
            ),
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


def pieces(net, strings, codes, framed):
    """Return the map of an autoencoder's codes: a line or a plane, cut where an answer changes.

    Of a code of more than two units it shows the first two, and no cuts.
    """
    W, b = net.W[-1][:-1], net.W[-1][-1]
    said = tuple(net.run(strings).outputs)
    rest = dict(letters=net.alphabet.symbols, limit=LIMIT, framed=framed)
    if codes.shape[1] == 1:
        return roads.CutLine(codes[:, 0], strings, W, b, width=640, height=444, **rest)
    if codes.shape[1] > 2:
        W = b = None
    return roads.CutPlane(codes[:, :2], strings, W, b, said=said, **rest)


def most_back(alphabet, bottleneck):
    """Return the most strings that can come back through a bottleneck."""
    return mlp.most_strings(len(alphabet), LETTERS, bottleneck)
