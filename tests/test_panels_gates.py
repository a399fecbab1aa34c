"""Drives the panels of chapter 10: what they must show is worked out here, in lists and by complex
steps, without revlib's cells."""

import cmath
import math
import re

import numpy as np
import pytest

from helpers.driving import page, state
from reference import network, pages
from revlib import decoders, panels, starts
from revlib.alphabet import Alphabet
from revlib.panels import gates

ABC = Alphabet("abc", end=True)


def some_nets():
    """Untrained, with every bias drawn: no number is the same by chance."""
    nets = {}
    for seed, cell in enumerate(("LSTM", "GRU")):
        rng = np.random.default_rng(seed)
        nets[cell] = decoders.EncoderDecoder("feedback", ABC, 4, cell)
        nets[cell].theta[:] = rng.normal(0, 1, nets[cell].theta.size)
    return nets


BUILD = {"flow": lambda: panels.flow_panel(), "gates": lambda: panels.gates_panel(some_nets())}
every_panel = pytest.mark.parametrize("name", BUILD)


# ---------------------------------------------------------------- a step of each cell, once more


def logistic(z):
    return 1 / (1 + cmath.exp(-z)) if isinstance(z, complex) else 1 / (1 + math.exp(-z))


def a_step(cell, p, x, s, n):
    """The state after, and by name what the step works with; x, s lists, real or complex."""
    tanh = cmath.tanh if any(isinstance(v, complex) for v in s) else math.tanh
    of_x = [
        sum(x[k] * p["Wh"][k][j] for k in range(len(x)) if x[k]) + p["bh"][j]
        for j in range(len(p["bh"]))
    ]
    of_s = [sum(s[k] * p["Ws"][k][j] for k in range(n)) for j in range(len(p["bh"]))]
    both = [a + b for a, b in zip(of_x, of_s)]
    if cell == "simple":
        return [v if v.real > 0 else 0 * v for v in both], {}
    if cell == "GRU":
        r, u = [logistic(v) for v in both[:n]], [logistic(v) for v in both[n : 2 * n]]
        seen = [v + c for v, c in zip(of_s[2 * n :], p["bs"])]
        g = [tanh(a + b * c) for a, b, c in zip(of_x[2 * n :], r, seen)]
        return [(1 - a) * b + a * c for a, b, c in zip(u, g, s)], dict(r=r, u=u, seen=seen, g=g)
    i, f, o = ([logistic(v) for v in both[k * n : (k + 1) * n]] for k in (0, 1, 3))
    g = [tanh(v) for v in both[2 * n : 3 * n]]
    C = [a * b + c * d for a, b, c, d in zip(f, s[n:], i, g)]
    shown = [tanh(v) for v in C]
    return [a * b for a, b in zip(o, shown)] + C, dict(i=i, f=f, g=g, o=o, shown=shown, C=s[n:])


def plain_lists(net):
    return (
        {name: view.tolist() for name, view in vars(layer).items()} for layer in (net.enc, net.dec)
    )


# ---------------------------------------------------------------- the flow of blame


def blame(cell, length, bias, scale, seed, n=8):
    """Norm of the last letter's blame on every state: a complex step at each unit of each, from
    there forward to the loss."""
    rng, kind = np.random.default_rng(seed), cell.split(",")[0]
    net = decoders.EncoderDecoder("feedback", "abc", n, kind)
    starts.initialize(net, "identity", rng)
    for layer in (net.enc, net.dec):
        if cell.endswith("gaussian start"):
            layer.Ws = rng.normal(0, n**-0.5, (n, n))
        layer.Ws *= scale
        if kind != "simple":
            layer.bh[n : 2 * n] = bias
    enc, dec = plain_lists(net)
    text, empty = ("abc" * length)[:length], [0.0] * 3
    feeds = [(enc, network.letter_row(letter)) for letter in text]
    feeds += [(dec, x) for x in [empty, *(network.letter_row(letter) for letter in text[:0:-1])]]
    width = 2 * n if kind == "LSTM" else n
    states = [[0.0] * width]
    for p, x in feeds:
        states.append(a_step(kind, p, x, states[-1], n)[0])
    right, sizes = "abc".index(text[0]), []
    for t in range(1, len(states)):
        slopes = []
        for k in range(width):
            s = [complex(v, 1e-30 * (j == k)) for j, v in enumerate(states[t])]
            for p, x in feeds[t:]:
                s = a_step(kind, p, x, s, n)[0]
            z = [sum(s[k] * net.Wo[k, j] for k in range(n)) + net.bo[j] for j in range(3)]
            top = max(v.real for v in z)
            slopes.append(
                (cmath.log(sum(cmath.exp(v - top) for v in z)) + top - z[right]).imag / 1e-30
            )
        sizes.append([math.hypot(*slopes[:n]), math.hypot(*slopes[n:])])
    return [of_S for of_S, _ in sizes], [of_C for _, of_C in sizes]


def check_flow(panel):
    v = {name: control.value for name, control in panel.controls.items()}
    said, (of_S, of_C) = page(panel), blame(**v)
    pages.check_still(said)
    found = re.fullmatch(
        r"(?P<cell>.+), seed (?P<seed>\d+), (?P<length>\d+) letters?, both Ws times"
        rf" (?P<scale>{pages.NUMBER})\. "
        rf"(?:The (?P<gate>\w+) gate's bias is (?P<bias>{pages.NUMBER}): alone it keeps"
        rf" (?P<keeps>{pages.NUMBER}) a step\. )?"
        r"The norm of the blame for the last letter is (?P<last>\S+) on the decoder's last state,"
        r" (?P<thought>\S+) on the thought "
        r"vector and (?P<first>\S+) on S\(1\)(?:, (?P<memory>\S+) on C\(1\))?\.",
        said.words,
    )
    assert found, said.words
    assert (found["cell"], int(found["seed"]), int(found["length"])) == (
        v["cell"],
        v["seed"],
        v["length"],
    )
    pages.check_number(found["scale"], v["scale"])
    assert found["gate"] == {"GRU": "update", "LSTM": "forget"}.get(v["cell"])
    if found["gate"]:
        pages.check_number(found["bias"], v["bias"])
        pages.check_number(found["keeps"], logistic(float(v["bias"])), 4)
    right = {"last": of_S[-1], "thought": of_S[v["length"] - 1], "first": of_S[0]}
    if v["cell"] == "LSTM":
        right["memory"] = of_C[0]
    for name, value in right.items():
        assert float(found[name]) == pytest.approx(value, rel=0.051), (name, found[name], value)
    (plot,) = said.plots
    curves = [of_S] + ([of_C[:-1]] if v["cell"] == "LSTM" else [])
    named = {
        text.strip() for text, _, _ in plot.texts
    }  # a name that would stand outside is not drawn
    assert (
        "the thought vector"
        in named
        <= {"the thought vector", "blame on S", *(["blame on C"] if v["cell"] == "LSTM" else [])}
    )
    assert max(abs(x - plot.x(v["length"])) for x, _ in plot.lines[0]) < 0.5, (
        "the line at the thought vector"
    )
    for line, sizes in zip(plot.lines[1:], curves, strict=True):
        for t, size in enumerate(sizes, start=1):
            if size > 0 and plot.inside(plot.x(t), plot.y(size)) and len(sizes) > 1:
                assert min(math.dist(point, (plot.x(t), plot.y(size))) for point in line) < 0.7, (
                    f"the curve at step {t}"
                )


@pytest.mark.slow
@pytest.mark.parametrize("cell", gates.STARTED)
@pytest.mark.parametrize(
    "length, bias, scale, seed",
    [(15, 1.0, 1.0, 0), (1, 1.0, 1.0, 3), (6, 5.0, 0.5, 99), (9, -3.0, 1.5, 7)],
)
def test_the_blame_flows_as_drawn(cell, length, bias, scale, seed):
    panel = panels.flow_panel()
    for name, value in dict(cell=cell, length=length, bias=bias, scale=scale, seed=seed).items():
        panel.controls[name].value = value
    check_flow(panel)


def test_flow_at_every_end():
    panel = panels.flow_panel()
    for cell in gates.STARTED:
        panel.controls["cell"].value = cell
        for name in ("length", "bias", "scale", "seed"):
            for end in (panel.controls[name].slider.max, panel.controls[name].slider.min):
                panel.controls[name].value = end
                pages.check_still(page(panel))
                assert not re.search(r"\b(nan|inf)\b", panel.words)


def test_the_forget_bias_decides():
    """The chapter's point: the blame that is left on C(1) grows with the bias, all the way up."""
    panel, left = panels.flow_panel(), []
    for bias in (-3.0, -1.0, 1.0, 3.0, 5.0):
        panel.controls["bias"].value = bias
        left.append(float(re.search(r"(\S+) on C\(1\)", panel.words)[1]))
    assert left == sorted(left) and left[-1] > 1e6 * left[0]


# ---------------------------------------------------------------- inside a cell


def check_gates(panel):
    v = {name: control.value for name, control in panel.controls.items()}
    net, string, n = some_nets()[v["cell"]], v["string"], 4
    enc, dec = plain_lists(net)
    s, x, inside, fed, said = [0.0] * net.cell.width, [0.0] * 3, [], [*string], ""
    for letter in string:
        before = s
        s, parts = a_step(v["cell"], enc, network.letter_row(letter), s, n)
        inside.append(dict(parts, before=before, after=s))
    ended, answer = False, ""
    for _ in range(len(string) + 1):
        fed.append(said if x != [0.0] * 3 else " ")
        before = s
        s, parts = a_step(v["cell"], dec, x, s, n)
        inside.append(dict(parts, before=before, after=s))
        z = [sum(s[k] * net.Wo[k, j] for k in range(n)) + net.bo[j] for j in range(4)]
        said = [*"abc", "END"][z.index(max(z))]
        ended = ended or said == "END"
        answer += "" if ended else said
        x = [0.0] * 3 if said == "END" else network.letter_row(said)
    T, k = len(string), v["step"] - 1
    now, t = inside[k], v["step"] if v["step"] <= T else v["step"] - T
    mark = "" if v["step"] <= T else "_"
    S = f"{mark}S"

    def times(a, b):
        return [p * q for p, q in zip(a, b)]

    if v["cell"] == "LSTM":
        C, after = f"{mark}C({t - 1})", f"{mark}C({t})"
        blocks = [
            (C, now["C"], 2),
            ("f", now["f"], 2),
            (f"f ∘ {C}", times(now["f"], now["C"]), 2),
            ("i", now["i"], 2),
            ("g", now["g"], 2),
            ("i ∘ g", times(now["i"], now["g"]), 2),
            (after, now["after"][n:], 2),
            (f"tanh {after}", now["shown"], 2),
            ("o", now["o"], 2),
            (f"{S}({t})", now["after"][:n], 2),
            (f"{S}({t - 1})", now["before"][:n], 2),
        ]
        keep = "f"
        open_ = [value for gate in ("f", "i", "o") for value in now[gate]]
        discs = re.findall(r'data-mark="valve" data-open="([^"]+)"', panel.page.value)
        assert [float(disc) for disc in discs] == pytest.approx(open_, rel=1e-4, abs=1e-6)
    else:
        rows = [
            ("r", now["r"], f"({S}({t - 1})·Ws + bs)", now["seen"]),
            ("(1 - u)", [1 - u for u in now["u"]], "g", now["g"]),
            ("u", now["u"], f"{S}({t - 1})", now["before"]),
        ]
        blocks = []
        for name, gate, other_name, other in rows:
            passes = (f"{name} ∘ {other_name}", times(gate, other), 2)
            blocks += [(name, gate, 2), (other_name, other, 2), passes]
        blocks.append((f"{S}({t})", now["after"][:n], 2))
        keep = "u"
    found = page(panel)
    pages.check_still(found)
    pages.check_blocks(found, [*blocks, ("kept, step by step", [step[keep] for step in inside], 2)])
    assert found.blocks[-1].marked == {4 * k + j for j in range(4)}
    reads = f"'{fed[k]}'" if fed[k] != " " else "nothing"
    pages.check_words(
        found.words,
        f"{v['cell']}: '{string}' gives '{answer}', which is"
        f" {'right' if answer == string[::-1] else 'wrong'}. Step {t} of the"
        f" {'encoder' if v['step'] <= T else 'decoder'} is fed {reads}: the gate keeps ",
        (now[keep], 2),
        f", and {S}({t}) is ",
        (now["after"][:n], 2),
        ". The table: the keeping gate at every step.",
    )


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
@pytest.mark.parametrize("string", ["a", "abc", "ccab", "bacabcca"])
def test_inside_at_every_step(cell, string):
    panel = BUILD["gates"]()
    panel.controls["cell"].value, panel.controls["string"].value = cell, string
    step = panel.controls["step"]
    assert (step.slider.max, step.box.max) == (2 * len(string) + 1,) * 2
    for value in range(1, 2 * len(string) + 2):
        step.value = value
        check_gates(panel)


def test_a_shorter_string_takes_the_step_with_it(draws):
    panel = BUILD["gates"]()
    panel.controls["step"].value = 11
    calls = draws(panel)
    panel.controls["string"].value = "ba"
    assert calls == [{"cell": "LSTM", "string": "ba", "step": 5}]
    check_gates(panel)


# ---------------------------------------------------------------- both


def test_the_networks_are_the_panels_own():
    nets = some_nets()
    panel = panels.gates_panel(nets)
    start = state(panel)
    for net in nets.values():
        net.theta[:] = 7.0
    panel.controls["step"].value = 2
    panel.reset()
    assert state(panel) == start
    check_gates(panel)
