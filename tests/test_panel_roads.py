"""Drives the autoencoder's panel without a browser; what it must show is worked out here, in plain
NumPy."""

import functools
import math
import re
import statistics
import time

import numpy as np
import pytest

from helpers.driving import page
from reference import learning, network, pages
from revlib import panels, training

STRINGS = learning.every_string(3)
MOST = {1: 7, 2: 19, 3: 27, 4: 27, 5: 27, 6: 27}
ROWS = np.array([[float(letter == other) for letter in s for other in "abc"] for s in STRINGS])


@functools.cache
def learned(k, seed, steps=300):
    """Codes (27, k), probabilities (27, 3, 3) and loss after the training that the panel runs: Adam
    as in the paper, rate 0.03."""
    rng = np.random.default_rng(seed)
    W = [
        rng.normal(0, 1 / 3, (9, k)),
        np.zeros(k),
        rng.normal(0, 1 / math.sqrt(k), (k, 9)),
        np.zeros(9),
    ]
    m, v = ([np.zeros_like(w) for w in W] for _ in range(2))
    for step in range(1, steps + 2):
        codes = ROWS @ W[0] + W[1]
        E = np.exp((codes @ W[2] + W[3]).reshape(27, 3, 3))
        P = E / E.sum(axis=-1, keepdims=True)
        loss = -np.log(P.reshape(27, 9)[ROWS == 1]).mean()
        if step > steps:
            return codes, P, loss
        dZ = (P.reshape(27, 9) - ROWS) / 81
        dcodes = dZ @ W[2].T
        for i, g in enumerate((ROWS.T @ dcodes, dcodes.sum(axis=0), codes.T @ dZ, dZ.sum(axis=0))):
            m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.999 * v[i] + 0.001 * g * g
            W[i] = W[i] - 0.03 * m[i] / (1 - 0.9**step) / (np.sqrt(v[i] / (1 - 0.999**step)) + 1e-8)


def check(panel):
    """The page shows what the controls say."""
    string, k, seed = (panel.controls[name].value for name in ("string", "bottleneck", "seed"))
    codes, P, loss = learned(k, seed)
    answers = ["".join("abc"[i] for i in p.argmax(axis=-1)) for p in P]
    at, seen = STRINGS.index(string), page(panel)
    pages.check_still(seen)
    pages.check_blocks(
        seen,
        [
            *((f"x({t + 1})", network.letter_row(string[t]), 0) for t in range(3)),
            ("code", codes[at].tolist(), 2),
            *((f"p({t + 1})", P[at, t].tolist(), 2) for t in range(3)),
        ],
    )
    letters = re.findall(r'font-weight="bold" fill="[^"]*">(\w)</text>', panel.page.value)
    assert letters[:6] == [*string, *answers[at]]
    right = sum(a == s for a, s in zip(answers, STRINGS))
    pages.check_words(
        seen.words,
        f"A bottleneck of {k} unit{'s' if k > 1 else ''}, seed {seed}: '{string}' becomes ",
        (codes[at].tolist(), 2),
        f" and comes back as '{answers[at]}'. Of all 27 strings {right} come back, "
        f"of at most {MOST[k]}; the loss is ",
        ([loss], 4),
        " nats. Map: the codes of all 27 strings"
        + (", and the cuts of each place." if k < 3 else "."),
    )
    assert right <= MOST[k]
    check_map(panel.page.value, codes, answers)


def check_map(html, codes, answers):
    """Every string has its dot where its code is, full if it comes back."""
    dots = {
        name: (float(x), float(y), fill == "var(--revlib-paper,#ffffff)", said)
        for x, y, fill, name, said in re.findall(
            r'<circle cx="(\S+)" cy="(\S+)" r="\d" fill="(\S+)"[^>]*>'
            r"<title>(\w+),.*? read as (\w+)</title>",
            html,
        )
    }
    assert set(dots) == set(STRINGS), "every code is in view"
    places = np.array([dots[s][:2] for s in STRINGS])
    for axis in range(min(2, codes.shape[1])):  # pixels are one straight line over the numbers
        slope, start = np.polyfit(codes[:, axis], places[:, axis], 1)
        assert np.abs(slope * codes[:, axis] + start - places[:, axis]).max() < 0.1
        assert (slope > 0) == (axis == 0)
    for s, answer in zip(STRINGS, answers):
        assert dots[s][2:] == (s != answer, answer)
    assert ('data-place="3"' in html) == (codes.shape[1] == 2)


@pytest.fixture
def panel():
    return panels.autoencoder_panel()


def test_the_start(panel):
    check(panel)
    assert repr(panel) == f"Panel: {page(panel).words}" == repr(panels.autoencoder_panel())


@pytest.mark.slow
@pytest.mark.parametrize("k", range(1, 7))
def test_every_width(panel, k):
    bottleneck = panel.controls["bottleneck"]
    assert (bottleneck.slider.min, bottleneck.slider.max) == (1, 6)
    bottleneck.value = k
    for seed in (0, 7, 99):
        panel.controls["seed"].value = seed
        check(panel)
    if k >= 3:
        assert "27 come back" in panel.words


def test_strings_ask_the_same_network(panel):
    for string in ("aaa", "cab", "bcc", "ccc"):
        panel.controls["string"].value = string
        check(panel)


def test_a_string_trains_nothing(panel, monkeypatch):
    monkeypatch.setattr(training, "train", lambda *_, **__: pytest.fail("trained anew"))
    panel.controls["string"].value = "cab"
    check(panel)


def test_it_reads_three_letters(panel):
    panel.controls["string"].value = "abca"
    assert page(panel).words == "'abca' has 4 letters; at most 3 fit here"
    panel.controls["string"].value = "ab"
    assert page(panel).words == "this network reads exactly 3 letters; 'ab' has 2"


def test_how_long_a_redraw_takes(panel, capsys):
    times = []
    for seed in range(1, 8):
        began = time.perf_counter()
        panel.controls["seed"].value = seed
        times.append(1000 * (time.perf_counter() - began))
    with capsys.disabled():
        print(
            f"\nautoencoder_panel: a redraw takes {statistics.median(times):.0f} ms (median),"
            f" {max(times):.0f} at most; the aim is 60"
        )
