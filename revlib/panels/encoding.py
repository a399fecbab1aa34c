"""The panel of chapter 01: one step of the encoder."""

from revlib.drawing import figures
from revlib.panels.controls import Number, TextBox, Weights
from revlib.panels.panel import Panel
from revlib.panels.shared import distinct, largest


def encoding_panel(net, text="abc"):
    """Return the panel of one step of the encoder: the string, the step, every weight.

    Parameters
    ----------
    net : model.Net
    text : str
        The string to begin with.
    """
    start = net.copy()
    weights = Weights(net.copy(), ("Wh", "Ws", "bh"))
    string = TextBox("string", text, net.alphabet)
    step = Number("step t", min(2, len(text)), 1, len(text), 1)

    def draw(string, step):
        live = weights.net
        X = net.alphabet.one_hot(string)
        S = live.encode(X)
        name, row, column = weights.entry
        picture = figures.draw_step(
            step,
            X[step - 1],
            live.Wh,
            S[step - 1],
            live.Ws,
            live.bh,
            S[step],
            net.alphabet.symbols,
            net.activation,
            limit=largest(start.encode(X)),
            marks={name: {(row, column)}},
            text=string,
            held=True,
        )
        return [picture]

    return Panel(
        {"string": string, "step": step},
        draw,
        weights,
        adjust=lambda values: step.bound(len(values["string"])),
        frames={
            "string": distinct(text, "acb", "bac", "cab", "cba", "aab", "ccc"),
            "step": range(1, len(text) + 1),
        },
        grips={"string": ["string"]},
        play="step",
    )
