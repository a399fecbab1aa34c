"""benchmarks/sentences.py: what the chapters say of the experiments, both runs bear out."""

import pathlib
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "benchmarks"))
import sentences

TABLES = [
    (name, folder)
    for name in sentences.SENTENCES
    for folder in (sentences.BOOK, sentences.SECOND)
    if folder == sentences.BOOK or (folder / f"{name}.json").exists()
]


@pytest.mark.parametrize("name, folder", TABLES, ids=lambda value: getattr(value, "name", value))
def test_every_sentence_holds(name, folder):
    found = list(sentences.examine(name, folder))
    assert found
    for sentence, holds, numbers in found:
        assert holds, f"{sentence} {numbers}"


def test_ahead_is_more_than_a_higher_median():
    """Ten of ten above is ahead; three of five runs higher is not."""
    low = np.linspace(0.1, 0.2, 10)
    assert sentences.order(low + 0.5, low)[0] == "ahead"
    assert sentences.order(low, low + 0.5)[0] == "behind"
    word, p = sentences.order(np.array([0.1, 0.5, 0.6, 0.7, 0.2]), low[:5] + 0.1)
    assert word == "undecided" and p > sentences.LEVEL
    apart = np.arange(5.0)
    assert sentences.order(apart + 5, apart) == ("ahead", pytest.approx(2 / 252))


def test_a_setting_that_no_run_has_is_named():
    with pytest.raises(ValueError, match="^the table has no run with {'style': 'glance'}$"):
        sentences.shares(dict(runs=[dict(style="peek", accuracy=[1])]), 1, style="glance")
