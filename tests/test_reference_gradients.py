"""revlib's losses and gradients against PyTorch's autograd, which wrote reference_gradients.json by `make peers`."""
import json
from pathlib import Path

import numpy as np
import pytest

from revlib import model, training
from revlib.alphabet import Alphabet

REFERENCE = json.loads((Path(__file__).parent / "reference_gradients.json").read_text())


def name(case):
    return f"{case['activation']}-{case['letters']}{'-END' if case['end'] else ''}-{len(case['strings'][-1])}"


def test_the_reference_covers_what_it_should():
    kinds = {(case["activation"], case["end"], len({len(s) for s in case["strings"]}) > 1) for case in REFERENCE}
    assert len(kinds) == 8    # relu and tanh, with and without END, one length and several
    for case in REFERENCE:
        assert np.count_nonzero(case["gradient"]) > len(case["gradient"]) / 3


@pytest.mark.parametrize("case", REFERENCE, ids=name)
def test_losses_and_gradients_are_autograds(case):
    net = model.Net(Alphabet(case["letters"], case["end"]), case["n"], case["activation"], np.array(case["theta"]))
    loss, gradient = training.Batch(net, case["strings"]).gradient(net)
    assert abs(loss - case["loss"]) <= 1e-10 * case["loss"]
    assert np.abs(gradient - case["gradient"]).max() <= 1e-10 * np.abs(case["gradient"]).max()
