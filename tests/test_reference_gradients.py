"""revlib's losses and gradients against PyTorch's autograd, which wrote reference_gradients.json by
`make peers`."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from revlib import decoders, model, rnn_cells, training
from revlib.alphabet import Alphabet

REFERENCE = json.loads(
    (Path(__file__).parent / "reference_gradients.json").read_text(encoding="utf-8")
)


def name(case):
    return f"{case['activation']}-{case['letters']}{'-END' if case['end'] else ''}-{len(case['strings'][-1])}"  # noqa: E501


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
    net = model.Net(
        Alphabet(case["letters"], case["end"]),
        case["n"],
        case["activation"],
        np.array(case["theta"]),
    )
    loss, gradient = training.Batch(net, case["strings"]).gradient(net)
    assert abs(loss - case["loss"]) <= 1e-10 * case["loss"]
    assert np.abs(gradient - case["gradient"]).max() <= 1e-10 * np.abs(case["gradient"]).max()


# ---------------------------------------------------------------- four styles, three cells

STYLES = json.loads((Path(__file__).parent / "reference_styles.json").read_text(encoding="utf-8"))


def test_the_style_reference_covers_what_it_should():
    assert {(case["style"], case["cell"]) for case in STYLES} == {
        *itertools.product(decoders.STYLES, rnn_cells.CELLS)
    }
    assert {(case["cell"], case["end"]) for case in STYLES} == {
        *itertools.product(rnn_cells.CELLS, (False, True))
    }
    for case in STYLES:
        assert np.count_nonzero(case["gradient"]) > len(case["gradient"]) / 3


@pytest.mark.parametrize("case", STYLES, ids=lambda case: f"{case['style']}-{case['cell']}")
def test_styles_and_cells_are_autograds(case):
    """PyTorch's own RNNCell, GRUCell and LSTMCell, put together in each style."""
    net = decoders.EncoderDecoder(
        case["style"],
        Alphabet(case["letters"], case["end"]),
        case["n"],
        case["cell"],
        np.array(case["theta"]),
    )
    loss, gradient = training.Batch(net, case["strings"]).gradient(net)
    assert abs(loss - case["loss"]) <= 1e-10 * case["loss"]
    assert np.abs(gradient - case["gradient"]).max() <= 1e-10 * np.abs(case["gradient"]).max()
