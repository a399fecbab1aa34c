#!/usr/bin/env python3
"""Plants faults in revlib, one at a time, and says whether the tests catch each.

    python tests/mutants.py              all of them (some minutes); exit status 1 if one survives
    python tests/mutants.py adam clip    those whose names hold one of these words

Each row of MUTANTS is a fault that somebody might make: a file, a line of it, what stands there
instead, and the tests that should fail. They were chosen by reading the code, before it was known
which would be caught. A row whose line is no longer in its file is an error: move it along.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Mutant(NamedTuple):
    """A planted fault."""

    name: str
    file: str  # below revlib/
    right: str  # stands there, once
    wrong: str  # is planted
    tests: str  # names of files in tests/, which have to fail


MUTANTS = (
    # model
    Mutant(
        "relu keeps negatives",
        "activations.py",
        "np.maximum(A, 0, out=out)",
        "np.maximum(A, -1, out=out)",
        "test_model.py",
    ),
    Mutant(
        "softmax forgets temperature",
        "activations.py",
        "(Z - largest) / temperature",
        "(Z - largest)",
        "test_model.py",
    ),
    Mutant(
        "sigmoid is tanh",
        "activations.py",
        "0.5 + 0.5 * np.tanh",
        "0.0 + 1.0 * np.tanh",
        "test_rnn_cells.py",
    ),
    Mutant(
        "ties go to the last letter",
        "model.py",
        "return z.argmax(axis=-1)",
        "return z.shape[-1] - 1 - z[..., ::-1].argmax(axis=-1)",
        "test_model.py",
    ),
    Mutant(
        "no bias in a step", "model.py", "s @ self.Ws + self.bh)", "s @ self.Ws)", "test_model.py"
    ),
    Mutant(
        "END is fed back",
        "model.py",
        "np.eye(K, U)  # END",
        "np.eye(K, U, k=-1)  # END",
        "test_model.py",
    ),
    Mutant(
        "decoder ignores what is given",
        "model.py",
        "one_hot[Y[t - 1] if given is None else given[t - 1]]",
        "one_hot[Y[t - 1]]",
        "test_model.py",
    ),
    Mutant("never stops at END", "model.py", "if ended.all():", "if False:", "test_model.py"),
    Mutant(
        "one step too few",
        "model.py",
        "steps = len(X) + int(self.says.end)",
        "steps = len(X)",
        "test_model.py",
    ),
    Mutant(
        "text runs past END",
        "alphabet.py",
        "lambda i: i < len(self), indices",
        "lambda i: i <= len(self), indices",
        "test_alphabet.py test_model.py",
    ),
    Mutant(
        "a wrong letter's place",
        "alphabet.py",
        'at position {i + 1}"',
        'at position {i}"',
        "test_alphabet.py",
    ),
    Mutant(
        "assigning replaces the array",
        "parameters.py",
        "held[...] = value",
        "super().__setattr__(name, value)",
        "test_parameters.py",
    ),
    # gradient
    Mutant(
        "slope of ReLU at 0",
        "activations.py",
        "np.greater(S, 0, out=out)",
        "np.greater_equal(S, 0, out=out)",
        "test_bptt.py test_tape.py",
    ),
    Mutant(
        "slope of tanh",
        "activations.py",
        "np.subtract(1, np.multiply(S, S, out=out), out=out)",
        "np.subtract(1, np.abs(S, out=out), out=out)",
        "test_bptt.py test_tape.py",
    ),
    Mutant(
        "no blame from later states",
        "bptt.py",
        "dS[t] = of_scores[t - 1] + after",
        "dS[t] = of_scores[t - 1]",
        "test_bptt.py",
    ),
    Mutant(
        "blame without transposing",
        "bptt.py",
        "after = dA[t - 1] @ layer.Ws.T",
        "after = dA[t - 1] @ layer.Ws",
        "test_bptt.py",
    ),
    Mutant(
        "share is not applied",
        "bptt.py",
        'np.einsum("t,t...->t...", share, P - Y)',
        'np.einsum("t,t...->t...", np.full(L, 1 / L), P - Y)',
        "test_bptt.py",
    ),
    Mutant(
        "thought vector blamed twice",
        "tape.py",
        "dS[:] = self.dec_dS[0]",
        "dS[:] = 2 * self.dec_dS[0]",
        "test_tape.py",
    ),
    Mutant(
        "tape forgets the largest score",
        "tape.py",
        "Z -= Z.max(axis=0)",
        "Z -= 0",
        "test_tape.py test_training.py",
    ),
    Mutant(
        "tape's bias of scores",
        "tape.py",
        "of_dec[U:, :K], of_dec[:, K:]",
        "of_dec[U:, :K] * 0.999, of_dec[:, K:]",
        "test_tape.py",
    ),
    # training
    Mutant(
        "adam's first correction",
        "training.py",
        "self.m / (1 - self.beta1**self.steps)",
        "self.m",
        "test_training.py",
    ),
    Mutant(
        "adam's second correction",
        "training.py",
        "self.v / (1 - self.beta2**self.steps)",
        "self.v / (1 - self.beta1**self.steps)",
        "test_training.py",
    ),
    Mutant(
        "adam's epsilon inside the root",
        "training.py",
        "(np.sqrt(v) + self.epsilon)",
        "np.sqrt(v + self.epsilon)",
        "test_training.py",
    ),
    Mutant(
        "decay is not scaled by the rate",
        "training.py",
        "theta *= 1 - self.rate * self.decay",
        "theta *= 1 - self.decay",
        "test_training.py",
    ),
    Mutant(
        "clip by entry",
        "training.py",
        "gradient = gradient * (clip / norm)",
        "gradient = np.clip(gradient, -clip, clip)",
        "test_training.py",
    ),
    Mutant(
        "lengths weigh alike",
        "training.py",
        "[count / sum(letters) for",
        "[1 / len(letters) for",
        "test_bptt.py",
    ),
    Mutant(
        "bad weights stay",
        "training.py",
        "net.theta[:] = good\n        raise",
        "raise",
        "test_training.py",
    ),
    Mutant(
        "identity only in the encoder",
        "model.py",
        "self.Ws = self.dec.Ws = np.eye(self.n)",
        "self.Ws = np.eye(self.n)",
        "test_training.py",
    ),
    Mutant(
        "checkpoint forgets END",
        "checkpoint.py",
        "end=net.alphabet.end,",
        "end=False,",
        "test_checkpoints.py",
    ),
    # decoders and cells
    Mutant(
        "peek sees no thought",
        "decoders.py",
        "np.concatenate([said, thought], axis=1)",
        "np.concatenate([said, 0 * thought], axis=1)",
        "test_decoders.py",
    ),
    Mutant(
        "peek's blame is lost",
        "decoders.py",
        "dS[-1] += dx[:, U:]",
        "dS[-1] += 0 * dx[:, U:]",
        "test_decoders.py",
    ),
    Mutant(
        "attention's softmax is not crossed",
        "decoders.py",
        "dw = alpha * (dalpha - (alpha * dalpha).sum(axis=1, keepdims=True))",
        "dw = alpha * dalpha",
        "test_decoders.py",
    ),
    Mutant(
        "attention looks at S(0)",
        "decoders.py",
        "attend(asked, S[1:, :, :n])",
        "attend(asked, S[:-1, :, :n])",
        "test_decoders.py",
    ),
    Mutant(
        "a learned score blames the state as a dot product does",
        "decoders.py",
        "dec_dS[t, :, :n] += of_asked @ net.Wa.T",
        "dec_dS[t, :, :n] += of_asked",
        "test_decoders.py",
    ),
    # padded
    Mutant(
        "attention looks at what is padded",
        "padded.py",
        "np.copyto(alpha, -np.inf, where=padding[:, None])",
        "np.copyto(alpha, 0, where=padding[:, None])",
        "test_padded.py",
    ),
    Mutant(
        "what stands behind END counts",
        "padded.py",
        "(np.arange(L)[:, None] < steps)",
        "(np.arange(L)[:, None] < steps + 1)",
        "test_padded.py",
    ),
    Mutant(
        "no text waits for longer ones",
        "padded.py",
        "(lengths >= T - t).sum()",
        "(lengths >= 0).sum()",
        "test_padded.py",
    ),
    Mutant(
        "GRU keeps what it should write",
        "rnn_cells.py",
        "return (1 - u) * g + u * s, self.Kept(x, s, r, u, seen, g)",
        "return u * g + (1 - u) * s, self.Kept(x, s, r, u, seen, g)",
        "test_rnn_cells.py",
    ),
    Mutant(
        "GRU's second bias is not blamed",
        "rnn_cells.py",
        "d.bs += (dg * r).sum(axis=0)",
        "d.bs += dg.sum(axis=0)",
        "test_rnn_cells.py",
    ),
    Mutant(
        "LSTM's memory is not passed on",
        "rnn_cells.py",
        "np.concatenate([dA @ p.Ws.T, dC * f], axis=1)",
        "np.concatenate([dA @ p.Ws.T, dC], axis=1)",
        "test_rnn_cells.py",
    ),
    Mutant(
        "LSTM opens the wrong gate",
        "rnn_cells.py",
        '"""Set the bias of f to 1: most of the memory is kept."""\n        p.bh[self.n : 2 *'
        " self.n] = 1",
        '"""Set the bias of f to 1: most of the memory is kept."""\n        p.bh[: self.n] = 1',
        "test_rnn_cells.py",
    ),
    Mutant(
        "the stack's threshold",
        "handmade.py",
        "steeper * (k - gap / 2)",
        "steeper * k",
        "test_handmade.py",
    ),
    Mutant(
        "the pointer's last step",
        "handmade.py",
        "net.bo[-1] = 14",
        "net.bo[-1] = 2",
        "test_decoders.py test_handmade.py",
    ),
    Mutant("the bound on strings", "mlp.py", "range(k + 1))", "range(k))", "test_mlp.py"),
    Mutant(
        "MLP's slope",
        "mlp.py",
        "SLOPES[net.activations[i - 1]](self.S[i])",
        "SLOPES[net.activations[0]](self.S[1])",
        "test_mlp.py",
    ),
    # drawing and exercises
    Mutant(
        "negative numbers without stripes",
        "drawing/blocks.py",
        'if text.startswith("−"):',
        'if text.startswith("+"):',
        "test_cells.py",
    ),
    Mutant(
        "blame explained by the wrong state",
        "drawing/figures.py",
        'terms.append(f"back|{blames[k + 1]}|{part}Ws|{states[k + 1]}|{activation}")',
        'terms.append(f"back|{blames[k + 1]}|{part}Ws|{states[k]}|{activation}")',
        "test_panel_contract.py",
    ),
    Mutant(
        "a score explained without its state",
        "drawing/figures.py",
        'why=f"dot|_S({t})|Wo;add|bo" if held else "",',
        'why=f"dot|_S(1)|Wo;add|bo" if held else "",',
        "test_panel_contract.py",
    ),
    Mutant(
        "the letter beside the one dragged",
        "panels/panel.py",
        "letters[place] = ",
        "letters[place - 1] = ",
        "test_panel_contract.py",
    ),
    Mutant(
        "play does not follow",
        "panels/panel.py",
        "button.value = control.value",
        "button.value = button.value",
        "test_panel_contract.py",
    ),
    Mutant(
        "every caption says ReLU",
        "drawing/figures.py",
        "ACTIVATION[activation]",
        'ACTIVATION["relu"]',
        "test_cells.py test_faults.py",
    ),
    Mutant(
        "plots take the reader's settings",
        "drawing/plots.py",
        "mpl.rc_context(theirs | STYLE)",
        "mpl.rc_context(STYLE)",
        "test_faults.py",
    ),
    Mutant(
        "any number of numbers will do",
        "exercises/grading.py",
        "if self.whole and not",
        "if self.whole and False and not",
        "test_exercises.py",
    ),
    Mutant(
        "bars only grow up",
        "drawing/marks.py",
        "top = ground - long if value > 0 else ground",
        "top = ground - long",
        "test_cells.py",
    ),
    Mutant(
        "each line of a number line shows the first digit",
        "drawing/marks.py",
        "int(self.digits[level])",
        "int(self.digits[0])",
        "test_panel_stack.py",
    ),
    Mutant(
        "names on a map stand anywhere",
        "drawing/plots.py",
        "off_names = distance(boxes, (lows - 1, highs + 1)) >= 0",
        "off_names = distance(boxes, (lows - 1, highs + 1)) >= -99",
        "test_cells.py",
    ),
    Mutant(
        "the board fills what is read forward",
        "drawing/figures.py",
        "right = [answer == string[::-1] for",
        "right = [answer == string for",
        "test_cells.py",
    ),
    Mutant(
        "the machine lights what the chapter is not about",
        "drawing/machine.py",
        'return "" if lit else',
        'return "" if not lit else',
        "test_cells.py",
    ),
    # arrows
    Mutant(
        "shares grow by the other eigenvalue",
        "drawing/plane.py",
        "drawable(shares * stretches[:, None] ** steps",
        "drawable(shares * stretches[::-1, None] ** steps",
        "test_plane.py",
    ),
    Mutant(
        "columns for rows",
        "drawing/plane.py",
        "np.linalg.eig(A.T)",
        "np.linalg.eig(A)",
        "test_plane.py",
    ),
    Mutant(
        "a balance off its axes",
        "drawing/plane.py",
        "return middle + np.asarray(point) * [1, -1] * (SMALL / 2 / limit)",
        "return middle + 9 + np.asarray(point) * [1, -1] * (SMALL / 2 / limit)",
        "test_plane.py",
    ),
    Mutant(
        "a path's weights exchanged",
        "drawing/valley.py",
        "plot.axes.plot(*points.T,",
        "plot.axes.plot(*points.T[::-1],",
        "test_valley.py",
    ),
    Mutant(
        "the map's axes stay",
        "panels/thought_vector.py",
        "limits = usual(length, at) * widened",
        "limits = usual(length, at)",
        "test_panels.py",
    ),
    Mutant(
        "feedback enters the next letter",
        "drawing/figures.py",
        "place = (float(np.argmax(X[t])) + 0.5) / len(letters)",
        "place = (float(np.argmax(X[t - 1])) + 0.5) / len(letters)",
        "test_cells.py",
    ),
)


def plant(mutant, folder):
    """Write the fault into the copy of the book in a folder, run the tests, and take it out again.

    Returns
    -------
    str
        "caught", "survived", or what is wrong with the row.
    """
    path = folder / "revlib" / mutant.file
    source = path.read_text(encoding="utf-8")
    if source.count(mutant.right) != 1:
        return f"stands {source.count(mutant.right)} times in {mutant.file}"
    path.write_text(source.replace(mutant.right, mutant.wrong), encoding="utf-8")
    tests = [str(next((folder / "tests").rglob(name))) for name in mutant.tests.split()]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-x", *tests],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
    )
    path.write_text(source, encoding="utf-8")
    return {0: "survived", 1: "caught"}.get(done.returncode, f"pytest ended with {done.returncode}")


def main(words):
    """Plant the faults whose names hold one of the words, or all; print what became of each."""
    chosen = [m for m in MUTANTS if not words or any(word in m.name for word in words)]
    caught = 0
    with tempfile.TemporaryDirectory() as folder:
        book = pathlib.Path(folder) / "book"
        shutil.copytree(ROOT, book, ignore=shutil.ignore_patterns(".*", "_build", "node_modules"))
        for mutant in chosen:
            begin = time.perf_counter()
            became = plant(mutant, book)
            caught += became == "caught"
            print(f"{became:9} {time.perf_counter() - begin:4.0f} s  {mutant.name}", flush=True)
    print(f"{caught} of {len(chosen)} planted faults were caught")
    return 0 if caught == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
