"""Floor 6: the panels of the chapters: controls bound to drawings."""

from dataclasses import replace

import numpy as np

from revlib import bptt, decoders, handmade, mlp, model, rnn_cells, training
from revlib.alphabet import Alphabet, whole
from revlib.drawing import blocks, figures, plots
from revlib.drawing.picture import number
from revlib.panels.controls import Choice, Number, Panel, String, Weights

LONGEST = 8  # letters a panel's string may have
SCALES = [k / 4 for k in range(7)]  # of Ws, where no kernel draws all of them


def _largest(*arrays):
    return max(1e-9, *(float(np.abs(a).max()) for a in arrays))


def _alike(nets, known):
    """The networks of a panel's dict, copied, and the alphabet that they share; ValueError if there
    is none, one of another kind, or of another alphabet."""
    for name, net in nets.items():
        if (
            name not in known
            or not isinstance(net, decoders.EncoderDecoder)
            or net.alphabet != next(iter(nets.values())).alphabet
        ):
            raise ValueError(
                f"{name!r}: {net!r} does not fit; here is a decoders.EncoderDecoder under each of"
                f" {', '.join(known)}, all of one alphabet"
            )
    if not nets:
        raise ValueError(
            f"there is no network; give a decoders.EncoderDecoder under one of {', '.join(known)}"
        )
    return {name: net.copy() for name, net in nets.items()}, next(iter(nets.values())).alphabet


def _some(first, *others):
    """Strings for a page without a kernel, the panel's own first."""
    return [first, *(other for other in others if other != first)]


def encoding_panel(net, text="abc"):
    """One step of the encoder: the string, the step, every weight."""
    start, weights, text = (
        net.copy(),
        Weights(net.copy(), ("Wh", "Ws", "b")),
        net.alphabet.read(text, LONGEST),
    )
    step = Number("step t", min(2, len(text)), 1, len(text), 1)

    def draw(string, step):
        live, X = weights.net, net.alphabet.one_hot(string)
        S, limit = model.encode(live, X), _largest(model.encode(start, X))
        name, i, j = weights.entry
        return figures.draw_step(
            step,
            X[step - 1],
            live.Wh,
            S[step - 1],
            live.Ws,
            live.b,
            S[step],
            net.alphabet.letters,
            limit,
            {name: {(i, j)}},
        )

    return Panel(
        {"string": String("string", text), "step": step},
        draw,
        weights,
        lambda values: step.bound(len(net.alphabet.read(values["string"], LONGEST))),
        {
            "string": _some(text, "acb", "bac", "cab", "cba", "aab", "ccc"),
            "step": range(1, len(text) + 1),
        },
    )


def thought_panel(net, first="abc", second="acb"):
    """The states of two strings side by side: the strings, every weight, the scale of Ws."""
    start, weights = net.copy(), Weights(net.copy(), ("Wh", "Ws", "b"))

    def draw(first, second, scale):
        live = weights.net.copy()
        live.Ws[:] *= scale
        runs = []
        for string in (first, second):
            X = net.alphabet.one_hot(net.alphabet.read(string, LONGEST))
            runs += [string, model.encode(live, X)]
        limit = _largest(
            *(model.encode(start, net.alphabet.one_hot(string)) for string in (first, second))
        )
        return figures.draw_compare(*runs, limit=limit)

    return Panel(
        {
            "first": String("first string", first),
            "second": String("second string", second),
            "scale": Number("scale of Ws", 1.0, 0.0, 1.5),
        },
        draw,
        weights,
        frames={"second": _some(second, "bac", "cba", "cbc", "aba", "abc"), "scale": SCALES},
    )


def map_panel(net, length=3, longest=5, units=(1, 5)):
    """The thought vectors of all strings of a length, on the plane of two units: length, scale of
    Ws, units.

    No longer than there are a thousand strings of: each is compared with each. ValueError for an
    alphabet of one letter.
    """
    if len(net.alphabet) == 1:
        raise ValueError(
            f"there is one string of each length over {net.alphabet!r}; a map needs two to compare"
        )
    net, names, maps, low = (
        net.copy(),
        blocks.units(net.n),
        {},
        0 if net.activation == "relu" else -1,
    )
    longest = max(T for T in range(1, longest + 1) if T == 1 or len(net.alphabet) ** T <= 1000)
    ends = {"the last letter": -1, "the first letter": 0}

    def draw(length, scale, across, up, group):
        live = net.copy()
        live.Ws[:] *= scale
        strings, at = net.alphabet.strings(length), [int(across) - 1, int(up) - 1]
        thoughts = model.run(live, strings, steps=0).thought
        key = length, across, up, group
        if key not in maps:
            if len(maps) == 8:
                maps.pop(
                    next(iter(maps))
                )  # the oldest: each holds a figure, and there are hundreds to ask for
            widest = 1.15 * np.abs(model.run(net, strings, steps=0).thought[:, at]).max(axis=0)
            widest[widest == 0] = 1
            place = ends[group]
            groups = {
                f"{group} is {letter}": [i for i, s in enumerate(strings) if s[place] == letter]
                for letter in net.alphabet.letters
            }
            maps[key] = plots.Map(
                groups,
                strings if len(strings) <= 27 else (),
                xlim=(low * widest[0], widest[0]),
                ylim=(low * widest[1], widest[1]),
                xlabel=f"unit {across} of S({length})",
                ylabel=f"unit {up} of S({length})",
            )
        gaps = np.linalg.norm(thoughts[:, None] - thoughts, axis=-1) + np.where(
            np.eye(len(strings)), np.inf, 0
        )
        i, j = np.unravel_index(
            gaps.round(9).argmin(), gaps.shape
        )  # the first of equally close pairs
        words = (
            f"{len(strings)} strings of length {length}, Ws times {number(scale)}. The two"
            f" closest thought vectors, of '{strings[i]}' and '{strings[j]}', are"
            f" {number(gaps[i, j], 4)} apart; the longest is"
            f" {number(np.linalg.norm(thoughts, axis=1).max())} long."
        )
        return maps[key].draw(thoughts[:, at], words)

    return Panel(
        {
            "length": Number("length", length, 1, longest, 1),
            "scale": Number("scale of Ws", 1.0, 0.0, 1.5),
            "across": Choice("across: unit", names, str(min(units[0], net.n))),
            "up": Choice("up: unit", names, str(min(units[1], net.n))),
            "group": Choice("colour by", list(ends), "the last letter"),
        },
        draw,
        frames={"length": range(1, min(longest, 4) + 1), "scale": SCALES},
    )


def growth_panel(net, text="abc", letters=20):
    """How long the state is after each letter, as a string repeats: the string, the scale of Ws."""
    net, t = net.copy(), np.arange(1, whole(letters, "the number of letters", 2) + 1)
    curves = plots.Curves(
        {"length of S(t)": "encoder", "by the largest eigenvalue": "weights"},
        xlabel="letters read, t",
        ylabel="length of S(t), no unit",
        xlim=(0, letters + 1),
        ylim=(1e-4, 1e10),
        yscale="log",
    )

    def draw(string, scale):
        live = net.copy()
        live.Ws[:] *= scale
        again = (net.alphabet.read(string, LONGEST) * letters)[:letters]
        lengths = np.linalg.norm(model.encode(live, net.alphabet.one_hot(again))[1:], axis=1)
        rate = np.abs(np.linalg.eigvals(live.Ws)).max()
        words = (
            f"Ws times {number(scale)}: its largest eigenvalue is {number(rate)}. After"
            f" {letters} letters of '{string}', repeated, the state is {number(lengths[-1])}"
            f" long, {number(lengths[-1] / (lengths[-2] or 1), 4)} times its length one"
            " letter before."
        )
        return curves.draw(t, [lengths, lengths[0] * rate ** (t - 1)], words)

    return Panel(
        {"string": String("string", text), "scale": Number("scale of Ws", 1.0, 0.0, 1.5)},
        draw,
        frames={"string": _some(text, "a", "b", "c"), "scale": [k / 10 for k in range(16)]},
    )


def decoding_panel(net, thought, steps=3):
    """The decoder from a thought vector: every unit of the vector, the step, the most letters,
    every weight."""
    thought = np.array(thought, dtype=float)
    weights = Weights(net.copy(), ("dec.Wh", "dec.Ws", "dec.b", "Wo", "bo"))
    limit = _largest(model.decode(net, thought, steps).S)
    high = float(max(10, np.ceil(2 * np.abs(thought).max())))
    low = 0.0 if net.activation == "relu" and thought.min() >= 0 else -high
    units = {
        f"unit_{i + 1}": Number(f"thought, unit {i + 1}", round(float(v), 6), low, high)
        for i, v in enumerate(thought)
    }
    step = Number("step t", steps, 1, steps, 1)

    def draw(step, most, **unit):
        run = model.decode(weights.net, np.array(list(unit.values())), most)
        said = [net.alphabet.outputs[y] for y in run.Y]
        return figures.draw_decoding(
            run.S[0],
            run.X,
            run.S[1:],
            run.Z,
            run.P,
            said,
            net.alphabet.letters,
            net.alphabet.outputs,
            step,
            limit,
        )

    def bound(values):
        vector = np.array([values[name] for name in units])
        step.bound(
            len(model.decode(weights.net, vector, values["most"]).Y)
        )  # fewer than the most if it says END

    return Panel(
        {
            **units,
            "step": step,
            "most": Number("at most, letters", steps, 1, max(steps, LONGEST), 1),
        },
        draw,
        weights,
        bound,
        {
            "unit_1": sorted({units["unit_1"].value, *np.linspace(low, high, 6).tolist()}),
            "step": range(1, steps + 1),
        },
    )


def softmax_panel(scores, letters="abc", target="a"):
    """Scores to letters and to blame: the scores, the temperature, the letter that would be
    right."""
    if len(scores) != len(letters) or len({*letters}) != len(letters):
        raise ValueError(
            f"{len(scores)} scores and the letters {letters!r}: each score needs a letter of"
            " its own"
        )
    low, high = min(-10.0, *np.floor(scores).tolist()), max(20.0, *np.ceil(scores).tolist())
    bars = (
        plots.Bars(letters, "output", "probability", (0, 1.15)),
        plots.Bars(letters, "blame", "p − y", (-1.15, 1.15)),
    )
    sliders = {
        f"score_{k}": Number(f"score of {k}", round(float(z), 6), low, high)
        for k, z in zip(letters, scores)
    }

    def draw(temperature, target, **scores):
        z = np.array(list(scores.values()))
        p, y = model.softmax(z, temperature), np.eye(len(letters))[letters.index(target)]
        return (
            figures.draw_blame(z, p, y, letters, temperature),
            bars[0].draw(p, "Bars: p."),
            bars[1].draw(p - y, "Bars: p − y."),
        )

    return Panel(
        {
            **sliders,
            "temperature": Number("temperature", 1.0, 0.05, 5.0),
            "target": Choice("right letter", list(letters), target),
        },
        draw,
        frames={
            "target": letters,
            "temperature": [0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0],
        },
    )


def _scaled(net, scale):
    """A copy of a network with both Ws multiplied."""
    net = net.copy()
    net.Ws[:] *= scale
    net.dec.Ws[:] *= scale
    return net


def blame_panel(net, text="abc", longest=5):
    """Gradients of every state: the string, which letter's loss, the scale of Ws, every weight."""
    start, weights, names = (
        net.copy(),
        Weights(net.copy(), tuple(net.named())),
        net.alphabet.outputs,
    )
    letter = Number("letter (0: all)", 0, 0, len(text) + net.alphabet.end, 1)

    def tape_of(net, string, letter):
        length = len(string) + net.alphabet.end
        tape = bptt.gradients(net, string, None if letter == 0 else np.eye(length)[letter - 1])
        if not np.isfinite(tape.loss):
            raise FloatingPointError(f"the loss is {tape.loss:g}: the weights are too large")
        return tape

    def draw(string, letter, scale):
        tape, usual = (
            tape_of(_scaled(weights.net, scale), string, letter),
            tape_of(start, string, letter),
        )
        right = [*string[::-1], *(["END"] if net.alphabet.end else [])]
        one = {
            name: getattr(tape, name)[:, 0] for name in ("S", "dS", "dec_S", "dec_dS", "P", "dZ")
        }
        picture = figures.draw_backward(
            string,
            [" ", *right[:-1]],
            right,
            **one,
            outputs=names,
            limit=_largest(usual.dS, usual.dec_dS),
        )
        name, i, j = weights.entry
        blame = np.atleast_2d(tape.d.named()[name])[i, j] * (
            scale if name.endswith("Ws") else 1
        )  # of the slider's number
        loss = (
            f"Loss {number(tape.loss, 4)} nats; ∂loss/∂{weights.number.box.description} is"
            f" {number(blame, 4)}. "
        )
        return replace(picture, words=loss + picture.words)

    return Panel(
        {
            "string": String("string", text),
            "letter": letter,
            "scale": Number("scale of both Ws", 1.0, 0.0, 1.5),
        },
        draw,
        weights,
        lambda values: letter.bound(
            len(net.alphabet.read(values["string"], longest)) + net.alphabet.end
        ),
        {
            "string": _some(text, "cba", "bbb", "aca"),
            "letter": range(len(text) + net.alphabet.end + 1),
        },
    )


def vanishing_panel(net, text="abc", longest=30):
    """How the blame changes on its way back: the length of the string, the scale of both Ws."""
    net = net.copy()
    curves = plots.Curves(
        {"length of the blame on a state": "blame", "the thought vector": "encoder"},
        xlabel="step: encoder's 1 to T, then decoder's",
        ylabel="|∂loss/∂S|, nats per unit",
        xlim=(0, 2 * longest + 1),
        ylim=(1e-12, 1e12),
        yscale="log",
    )

    def draw(length, scale):
        with np.errstate(all="ignore"):
            tape = bptt.gradients(_scaled(net, scale), (text * longest)[:length])
            sizes = np.linalg.norm(np.concatenate([tape.dS[1:, 0], tape.dec_dS[1:, 0]]), axis=1)
        if not np.isfinite(sizes).all():
            raise FloatingPointError(
                f"at scale {scale:g} the states no longer fit a float; take a smaller one"
            )
        words = (
            f"{length} letters, both Ws times {number(scale)}. The blame is"
            f" {number(sizes[-1], 4)} long on the decoder's last state,"
            f" {number(sizes[length - 1], 4)} on the thought vector and {sizes[0]:.1e} on"
            " S(1)."
        )
        steps = np.arange(1, len(sizes) + 1)
        return curves.draw(
            [steps, np.array([length, length])],
            [np.maximum(sizes, 1e-300), np.array([1e-12, 1e12])],
            words,
        )

    return Panel(
        {
            "length": Number("letters", 12, 1, longest, 1),
            "scale": Number("scale of both Ws", 1.0, 0.0, 1.5),
        },
        draw,
        frames={"length": [1, 3, 6, 12, 20, longest], "scale": SCALES},
    )


def _loss_curves(steps, second):
    return plots.Curves(
        {"loss": "output", second: "blame"},
        xlabel="updates",
        ylabel="loss, nats per letter",
        xlim=(0, steps),
        ylim=(1e-4, 20),
        yscale="log",
    )


def training_panel(steps=300, length=3):
    """The whole training at every move: rate, optimiser, units, start, seed. All strings of one
    length, float32."""
    curves, alphabet = _loss_curves(steps, "length of the gradient"), Alphabet("abc")
    strings, units = alphabet.strings(length), Number("units", 5, 1, 12, 1)

    def draw(rate, optimiser, units, start, seed):
        net = training.initial(
            start, alphabet, units, np.random.default_rng(seed), dtype=np.float32
        )
        rate = 10.0**rate
        run = [
            *training.train(
                net,
                training.Batch(net, strings),
                training.OPTIMISERS[optimiser](rate),
                steps,
                clip=1,
            )
        ]
        right = training.correct(net, strings)
        wrong = [string for string, good in zip(strings, right) if not good][:4]
        words = (
            f"{optimiser}, rate {rate:.3g}, {units} unit{'s' * (units != 1)}, {start} start, seed"
            f" {seed}: after {steps} updates the loss is {number(run[-1].loss, 4)} nats and"
            f" {right.sum()} of {len(strings)} strings are reversed"
            + (
                f"; 'abc' gives '{model.run(net, 'abc').output}'."
                if not wrong
                else f", not {', '.join(wrong)}{' …' if (~right).sum() > 4 else ''}."
            )
        )
        return curves.draw(
            np.array([moment.step for moment in run]),
            [np.array([moment.loss for moment in run]), np.array([moment.norm for moment in run])],
            words,
        )

    return Panel(
        {
            "rate": Number("rate: 10 to the", -2.0, -4.0, 0.5, 0.05),
            "optimiser": Choice("optimiser", [*training.OPTIMISERS], "Adam"),
            "units": units,
            "start": Choice("start", training.STARTS, "identity"),
            "seed": Number("seed", 0, 0, 99, 1),
        },
        draw,
        adjust=lambda values: values["start"] == "post" and setattr(units, "value", 5),
        frames={"optimiser": [*training.OPTIMISERS], "rate": [k / 4 for k in range(-16, 3)]},
    )


def scrub_panel(net, run, text="abc"):
    """Back and forth through a training: the moment, and a string to ask the network of that
    moment.

    Parameters
    ----------
    net : Net
        Any network of the run's sizes.
    run : list of training.Snapshot
    """
    net, run = net.copy(), [moment._replace(theta=moment.theta.copy()) for moment in run]
    if not run:
        raise ValueError(
            "there is no moment in this run: a run that was read to its end is empty, so train"
            " again"
        )
    alphabet, steps, losses = (
        net.alphabet,
        np.array([m.step for m in run]),
        np.array([m.loss for m in run]),
    )
    curves = _loss_curves(max(steps[-1], 1), "this moment")

    def draw(moment, string):
        now = run[moment]
        then = model.Net(alphabet, net.n, net.activation, now.theta.copy())
        trace = model.run(then, alphabet.read(string, LONGEST))
        dec, answer = trace.dec, trace.output
        said = [alphabet.outputs[y] for y in dec.Y]
        words = (
            f"After {now.step} updates the loss is {number(now.loss, 4)} nats, and '{string}'"
            f" gives '{answer}', which is {'right' if answer == string[::-1] else 'wrong'}."
        )
        line = curves.draw(
            [steps, np.array([now.step, now.step])], [losses, np.array([1e-4, 20])], words
        )
        return line, figures.draw_decoding(
            dec.S[0], dec.X, dec.S[1:], dec.Z, dec.P, said, alphabet.letters, alphabet.outputs
        )

    return Panel(
        {"moment": Number("moment", 0, 0, len(run) - 1, 1), "string": String("string", text)},
        draw,
        frames={
            "string": _some(text, "cab"),
            "moment": sorted({*np.linspace(0, len(run) - 1, 25).astype(int).tolist()}),
        },
    )


def reach_panel(shares, nets, start=(5, 1, 8, 0), length=9, text="abcabcabc", longest=16):
    """How far trained networks reach: units, the lengths they were trained on, the seed, a length,
    and a string.

    Parameters
    ----------
    shares : dict of (units, shortest, longest, seed) to array
        Share reversed of each length, from 1.
    nets : dict of the same keys to Net
    """
    shares, nets = (
        {key: np.array(share) for key, share in shares.items()},
        {key: net.copy() for key, net in nets.items()},
    )
    seeds = {units: max(key[3] for key in shares if key[0] == units) + 1 for units, *_ in shares}
    wanted = {
        (units, *key[1:3], seed)
        for key in shares
        for units in seeds
        for seed in range(seeds[units])
    }
    missing = sorted(({start} | wanted) - (shares.keys() & nets.keys()))
    if missing:
        raise ValueError(
            f"there is no network, or no share, of (units, shortest, longest, seed) = {missing[0]}"
        )
    asked = np.arange(1, len(shares[start]) + 1)
    spans = {
        f"{low} to {high}": (low, high)
        for _, low, high, _ in sorted(shares, key=lambda key: key[1:3])
    }
    many = [str(units) for units in sorted({key[0] for key in shares})]
    seed = Number("seed", start[3], 0, max(seeds.values()) - 1, 1)
    curves = plots.Curves(
        {"share reversed": "output", "trained on": "weights", "this length": "input"},
        xlabel="letters in the string",
        ylabel="share of strings reversed",
        xlim=(0, len(asked) + 1),
        ylim=(0, 1.08),
    )

    def draw(units, trained, seed, length, string):
        key = int(units), *spans[trained], seed
        net, share, (low, high) = nets[key], shares[key], spans[trained]
        run = model.run(net, net.alphabet.read(string, longest))
        said = [net.alphabet.outputs[y] for y in run.dec.Y]
        place = "inside" if low <= length <= high else "above" if length > high else "below"
        words = (
            f"{units} unit{'s' * (units != '1')}, {net.theta.size} parameters, trained on lengths"
            f" {trained}, seed {seed}: of length {length}, {place} the lengths trained on, it"
            f" reverses {100 * share[length - 1]:.1f} %."
        )
        bounds = (
            np.array([low, low, high, high]) + np.array([-0.5, -0.5, 0.5, 0.5]),
            np.array([0, 1.04, 1.04, 0]),
        )
        return (
            curves.draw(
                [asked, bounds[0], np.full(3, length)],
                [share, bounds[1], np.array([0, 0.03, share[length - 1]])],
                words,
            ),
            figures.draw_answer(string, said, run.dec.P.max(axis=-1)),
        )

    return Panel(
        {
            "units": Choice("units", many, str(start[0])),
            "trained": Choice("trained on lengths", list(spans), f"{start[1]} to {start[2]}"),
            "seed": seed,
            "length": Number("length", length, 1, len(asked), 1),
            "string": String("string", text),
        },
        draw,
        adjust=lambda values: seed.bound(seeds[int(values["units"])] - 1),
        frames={"trained": list(spans), "units": many},
    )


def autoencoder_panel(steps=300, widest=6):
    """A string into a code and back: the string, the bottleneck's width, the seed. Trained anew at
    every move of those two."""
    alphabet, trained = Alphabet("abc"), {}
    strings = alphabet.strings(3)
    groups = {
        f"begins with {letter}": [i for i, s in enumerate(strings) if s[0] == letter]
        for letter in alphabet.letters
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

    def draw(string, bottleneck, seed):
        if (bottleneck, seed) not in trained:
            net = mlp.initial((9, bottleneck, 9), ("linear",), np.random.default_rng(seed))
            run = training.train(
                net, mlp.Pairs(net, strings, strings), training.Adam(0.03), steps, every=steps
            )
            trained.clear()  # the last one is kept: a new string asks the same network
            trained[bottleneck, seed] = [*run][-1].loss, net
        loss, net = trained[bottleneck, seed]
        x, code, z = net.forward(net.rows([string]))
        said, p = net.answers([string])[0], model.softmax(z.reshape(3, 3))
        right = sum(answer == s for answer, s in zip(net.answers(strings), strings))
        words = (
            f"A bottleneck of {bottleneck} unit{'s' * (bottleneck != 1)}, seed {seed}: '{string}'"
            f" becomes {blocks.spoken(code)} and comes back as '{said}'. Of all 27 strings {right}"
            f" come back, of at most {mlp.most_strings(3, 3, bottleneck)}; the loss is"
            f" {number(loss, 4)} nats."
        )
        points = np.pad(net.forward(net.rows(strings))[1], ((0, 0), (0, 1)))[:, :2]
        return (
            figures.draw_code(
                string, x.reshape(3, 3), code[0], p, said, alphabet.letters, widest, words
            ),
            codes.draw(points, "Map: the codes of all 27 strings."),
        )

    return Panel(
        {
            "string": String("string", "abc"),
            "bottleneck": Number("bottleneck, units", 2, 1, widest, 1),
            "seed": Number("seed", 0, 0, 99, 1),
        },
        draw,
        frames={"bottleneck": range(1, widest + 1), "string": ["abc", "bbb", "cab"]},
    )


def stack_panel(text="abcab", precision="float16", longest=30):
    """One unit's number as a stack of digits, pushed and popped: the string, the precision, the
    base, the step."""
    step = Number("step", len(text), 1, 2 * len(text) + 1, 1)

    def draw(string, precision, base, step):
        T, dtype = len(string), np.dtype(precision).type
        S, run = handmade.until_wrong(
            handmade.build_stack("abc", base, min(T, handmade.capacity(base, dtype)), dtype), string
        )
        said, right = [[*"abc", "END"][y] for y in run.Y], [*string[::-1], "END"]
        pop = min(max(step - T, 0), len(said))  # after a wrong letter there is nothing more to see
        left = string[:step] if pop == 0 else string[: T + 1 - pop]
        exact = handmade.number(left, base) * (base if pop else 1)
        places = max(len(left) - (pop > 0), 0)
        digits, held = (
            handmade.digits(value, base, places)
            for value in (exact, (run.S[pop] if pop else S[step])[0])
        )
        off = int((digits != held).sum())
        does = (
            f"push {left[-1]!r}"
            if pop == 0
            else f"step {pop} of the decoder says {said[pop - 1]!r}"
        )
        good = len(said) - (said[-1] != right[len(said) - 1])
        end = (
            f"comes back as {run.text!r}, which is right"
            if said == right
            else f"goes wrong at letter {good + 1}: "
            + (f"{said[good]!r} for {right[good]!r}" if good < len(said) else "the state overflows")
        )
        words = (
            f"{does[0].upper()}{does[1:]}. The exact number is"
            f" {digits[0]}.{''.join(map(str, digits[1:])) or 0} in base {base}, {float(exact):.6g};"
            f" {precision} has {off or 'none'} of its digits wrong. {string!r} {end}."
        )
        return figures.draw_stack(
            digits,
            held,
            max(T, 7),
            [" ", *"abc"],
            base - 1,
            precision,
            int(pop == 0),
            " ".join(said[:pop]),
            words,
        )

    return Panel(
        {
            "string": String("string", text),
            "precision": Choice("precision", ["float16", "float32", "float64"], precision),
            "base": Number("base", 4, 4, 16, 1),
            "step": step,
        },
        draw,
        adjust=lambda values: step.bound(
            2 * len(Alphabet("abc").read(values["string"], longest)) + 1
        ),
        frames={"string": _some(text, "abcabca"), "step": range(1, 2 * len(text) + 2)},
    )


STARTED = "plain, gaussian start", "plain, identity start", "GRU", "LSTM"


def _started(cell, bias, scale, seed, units=8):
    """An untrained net: one of STARTED, its Ws times scale, its keeping gates with a bias, if it
    has any."""
    rng = np.random.default_rng(seed)
    net = decoders.initial("feedback", "abc", units, rng, cell.split(",")[0])
    for layer in (net.enc, net.dec):
        if cell == STARTED[0]:
            layer["Ws"][:] = rng.normal(0, units**-0.5, (units, units))
        layer["Ws"] *= scale
        if cell in rnn_cells.CELLS:  # a plain cell has a start in its name, and no gate
            layer["b"][units : 2 * units] = bias  # the LSTM's f, the GRU's u
    return net


def flow_panel(longest=30, low=1e-20, high=1e8):
    """How the blame fades on its way through a cell: the cell, the length, the bias of its keeping
    gate, the scale of Ws, the seed."""
    names = {"the thought vector": "encoder", "blame on S": "blame"}
    axes = dict(
        xlabel="step: encoder's 1 to T, then decoder's",
        ylabel="|∂loss/∂S|, nats per unit",
        xlim=(0, 2 * longest + 1),
        ylim=(low, high),
        yscale="log",
    )
    curves = {
        cell: plots.Curves({**names, **({"blame on C": "blame"} if cell == "LSTM" else {})}, **axes)
        for cell in STARTED
    }

    def draw(cell, length, bias, scale, seed):
        sizes = decoders.flow(_started(cell, bias, scale, seed), ("abc" * length)[:length])[1]
        gate = {"GRU": "update", "LSTM": "forget"}.get(cell)
        words = (
            f"{cell}, seed {seed}, {length} letter{'s' * (length != 1)}, both Ws times"
            f" {number(scale)}. "
            + (
                f"The {gate} gate's bias is {number(bias)}: alone it keeps"
                f" {number(1 / (1 + np.exp(-bias)), 4)} a step. "
                if gate
                else ""
            )
            + f"The blame for the last letter is {sizes[0, -1]:.1e} long on the decoder's last"
            f" state, {sizes[0, length - 1]:.1e} on the thought vector and {sizes[0, 0]:.1e} on"
            " S(1)" + (f", {sizes[1, 0]:.1e} on C(1)." if cell == "LSTM" else ".")
        )
        lines = [
            (np.full(3, length), np.array([low, high / 100, high])),
            (np.arange(1, 2 * length + 1), np.maximum(sizes[0], 1e-300)),
        ]
        lines += [
            (np.arange(1, 2 * length), np.maximum(of_C[:-1], 1e-300)) for of_C in sizes[1:]
        ]  # C's last is not asked for anything
        return curves[cell].draw([x for x, _ in lines], [y for _, y in lines], words)

    return Panel(
        {
            "cell": Choice("cell", STARTED, "LSTM"),
            "length": Number("letters", 15, 1, longest, 1),
            "bias": Number("gate's bias", 1.0, -3.0, 8.0, 0.1),
            "scale": Number("scale of both Ws", 1.0, 0.0, 1.5),
            "seed": Number("seed", 0, 0, 99, 1),
        },
        draw,
        frames={"cell": STARTED, "length": [1, 2, 5, 10, 15, 20, 25, longest]},
    )


def gates_panel(nets, text="abcab"):
    """Inside a trained cell, gate by gate: the cell, the string, the step. `nets` has a decoders.EncoderDecoder
    under "LSTM" and "GRU"."""
    nets, alphabet = _alike(nets, ("LSTM", "GRU"))
    step = Number("step", len(text), 1, 2 * len(text) + alphabet.end, 1)

    def draw(cell, string, step):
        ran, T, n = decoders.run(nets[cell], [string]), len(string), nets[cell].n
        steps = [[part[0] for part in kept] for kept in (*ran.kept[0], *ran.kept[1])]
        said = [*alphabet.outputs][: len(alphabet)] + [" "]
        fed = [*string, " ", *(said[y] for y in ran.Y[:-1, 0])]
        layer, t = ("encoder", step) if step <= T else ("decoder", step - T)
        S = "S" if layer == "encoder" else "_S"
        if cell == "LSTM":
            _, _, C, i, f, g, o, shown = steps[step - 1]
            keeps, after = [kept[4] for kept in steps], o * shown
            rows = [
                ("keep", f, "f", C, f"C({t - 1})"),
                ("write", i, "i", g, "g"),
                ("sum:", f * C + i * g, f"C({t})"),
                ("show", o, "o", shown, f"tanh C({t})"),
            ]
        else:
            _, s, r, u, seen, m = steps[step - 1]
            keeps, after = [kept[3] for kept in steps], (1 - u) * m + u * s
            rows = [
                ("look back", r, "r", seen, f"({S}({t - 1})·Ws + c)"),
                ("write", 1 - u, "(1 - u)", m, "m"),
                ("keep", u, "u", s, f"{S}({t - 1})"),
                ("sum:", after, f"{S}({t})"),
            ]
        answer = ran.output[0]
        words = (
            f"{cell}: {string!r} gives {answer!r}, which is"
            f" {'right' if answer == string[::-1] else 'wrong'}. Step {t} of the {layer} is fed"
            f" {repr(fed[step - 1]) if fed[step - 1] != ' ' else 'nothing'}: the gate keeps"
            f" {blocks.spoken(keeps[step - 1])}, and {S}({t}) is {blocks.spoken(after)}."
        )
        kept = blocks.Block(
            np.array(keeps),
            "kept, step by step",
            "weights",
            tuple(fed),
            blocks.units(n),
            mark={(step - 1, unit) for unit in range(n)},
            limit=1,
        )
        return figures.draw_gates(rows, layer, words), blocks.draw(
            [[kept]], "Below: the keeping gate at every step."
        )

    return Panel(
        {
            "cell": Choice("cell", list(nets), next(iter(nets))),
            "string": String("string", text),
            "step": step,
        },
        draw,
        adjust=lambda values: step.bound(
            2 * len(alphabet.read(values["string"], LONGEST)) + alphabet.end
        ),
        frames={"cell": list(nets), "step": range(1, 2 * len(text) + alphabet.end + 1)},
    )


def styles_panel(nets, text="abcab", longest=12):
    """What a decoder looks at while it answers: the style, the string. `nets` has a decoders.EncoderDecoder of
    plain cells under each name."""
    nets, alphabet = _alike(nets, nets)

    def draw(style, string):
        net = nets[style]
        ran = decoders.run(net, [alphabet.read(string, longest)])
        steps = len(ran.output[0]) + (len(ran.output[0]) < len(ran.Y))  # END too, if it was said
        said, V = [alphabet.outputs[y] for y in ran.Y[:steps, 0]], len(alphabet)
        sure = model.softmax(ran.Z[:steps, 0])[range(steps), ran.Y[:steps, 0]]
        answer, rows, limit = (
            figures.draw_answer(string, said, sure),
            tuple(said),
            _largest(ran.S, ran.dec_S),
        )
        if net.style == "attention":
            return answer, figures.draw_attention(string, said, ran.A[:steps, 0])
        fed = np.array([kept[0][0] for kept in ran.kept[1][:steps]])
        row = [
            blocks.Block(
                ran.dec_S[1 : steps + 1, 0],
                "_S(t)",
                "decoder",
                rows,
                blocks.units(net.n),
                limit=limit,
            )
        ]
        if fed.shape[1] > V:
            row.insert(
                0,
                blocks.Block(
                    fed[:, V:],
                    "fed: thought vector",
                    "encoder",
                    rows,
                    blocks.units(net.n),
                    limit=limit,
                ),
            )
        if fed.shape[1]:
            row.insert(
                0,
                blocks.Block(
                    fed[:, :V], "fed: letter", "input", rows, tuple(alphabet.letters), 0, limit=1
                ),
            )
        what = {0: "nothing", V: "the letter said before"}.get(
            fed.shape[1], "the letter said before and the thought vector"
        )
        return answer, blocks.draw([row], f"At every step it is fed {what}.")

    return Panel(
        {"style": Choice("style", list(nets), list(nets)[-1]), "string": String("string", text)},
        draw,
        frames={
            "string": _some(text, "abc", "cba", "aabbcc", "cabcab", "abcabcabc"),
            "style": list(nets),
        },
    )
