"""revlib's losses and gradients against PyTorch's autograd.

`make peers` wrote them down, in reference/gradients.json and styles.json.
"""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from revlib import bptt, decoders, model, rnn_cells, training
from revlib.alphabet import Alphabet

FOLDER = Path(__file__).parents[1] / "reference"
REFERENCE = json.loads((FOLDER / "gradients.json").read_text(encoding="utf-8"))


def name(case):
    """Return what a case of REFERENCE is called in the list of tests."""
    end = "-END" if case["end"] else ""
    return f"{case['activation']}-{case['letters']}{end}-{len(case['strings'][-1])}"


def assert_autograds(net, case):
    """Hold a network's loss and gradient to a case's, to 1e-10 of the largest entry."""
    loss, gradient = training.Batch(net, case["strings"]).gradient(net)
    assert abs(loss - case["loss"]) <= 1e-10 * case["loss"]
    assert np.abs(gradient - case["gradient"]).max() <= 1e-10 * np.abs(case["gradient"]).max()


def test_the_reference_covers_what_it_should():
    kinds = {
        (case["activation"], case["end"], len({len(s) for s in case["strings"]}) > 1)
        for case in REFERENCE
    }
    assert len(kinds) == 8  # relu and tanh, with and without END, one length and several
    for case in REFERENCE:
        assert np.count_nonzero(case["gradient"]) > len(case["gradient"]) / 3


@pytest.mark.parametrize("case", REFERENCE, ids=name)
def test_losses_and_gradients_are_autograds(case):
    alphabet = Alphabet(case["letters"], case["end"])
    theta = np.array(case["theta"])
    net = model.Net(alphabet, case["n"], case["activation"], theta=theta)
    assert_autograds(net, case)


@pytest.mark.parametrize("case", REFERENCE, ids=name)
def test_the_plain_gradients_are_autograds_too(case):
    """bptt.gradients, a string at a time: the mean over all symbols of all strings."""
    alphabet = Alphabet(case["letters"], case["end"])
    theta = np.array(case["theta"])
    net = model.Net(alphabet, case["n"], case["activation"], theta=theta)
    loss = 0
    gradient = 0
    symbols = [len(string) + case["end"] for string in case["strings"]]
    for string, count in zip(case["strings"], symbols):
        found = bptt.gradients(net, string)
        loss = loss + count / sum(symbols) * found.loss
        gradient = gradient + count / sum(symbols) * found.d.theta
    assert abs(loss - case["loss"]) <= 1e-10 * case["loss"]
    assert np.abs(gradient - case["gradient"]).max() <= 1e-10 * np.abs(case["gradient"]).max()


# ---------------------------------------------------------------- four styles, four cells

STYLES = json.loads((FOLDER / "styles.json").read_text(encoding="utf-8"))


def test_the_style_reference_covers_what_it_should():
    kinds = [*itertools.product(decoders.STYLES, ["dot"]), ("attention", "learned")]
    assert {((case["style"], case["score"]), case["cell"]) for case in STYLES} == {
        *itertools.product(kinds, rnn_cells.CELLS)
    }
    assert {(case["cell"], case["end"]) for case in STYLES} == {
        *itertools.product(rnn_cells.CELLS, (False, True))
    }
    for case in STYLES:
        assert np.count_nonzero(case["gradient"]) > len(case["gradient"]) / 3


@pytest.mark.parametrize(
    "case", STYLES, ids=lambda case: f"{case['style']}-{case['score']}-{case['cell']}"
)
def test_styles_and_cells_are_autograds(case):
    """PyTorch's own RNNCell, GRUCell and LSTMCell, put together in each style."""
    alphabet = Alphabet(case["letters"], case["end"])
    theta = np.array(case["theta"])
    kind = case["style"], alphabet, case["n"], case["cell"]
    net = decoders.EncoderDecoder(*kind, score=case["score"], theta=theta)
    assert_autograds(net, case)
