"""Networks, alphabets and strings drawn at random, for the tests of laws."""

import math
import pathlib
import tempfile

import hypothesis.strategies as st
import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

from helpers.counting import LONG, times
from reference import network
from revlib import activations, model
from revlib.alphabet import Alphabet

# what Hypothesis keeps; nothing in this folder
set_hypothesis_home_dir(pathlib.Path(tempfile.gettempdir()) / "hypothesis")

NAMES = ("Wh", "Ws", "bh", "dec.Wh", "dec.Ws", "dec.bh", "Wo", "bo")


def random_net(rng, letters="abc", n=5, activation="relu", end=False, reach=1.0):
    """A network, and the same weights as lists."""
    alphabet = Alphabet(letters, end)
    W = network.random_weights(rng, len(letters), n, len(letters) + end, reach)
    return model.Net(alphabet, n, activation, theta=np.array(network.flat(W))), W


def random_text(rng, letters, length):
    return "".join(rng.choices(letters, k=length))


# combining, joining, right to left, no character at all, half a surrogate pair, markup
HOSTILE = [*"\u0301\u200d\u202e\ufeff\0\x1b\x85\u2028\ud800\uffff<>&'\"\\\n\t $é字🙂👩🏽🇫🇷"]


def trials(short, long):
    """Return Hypothesis's settings: the same cases at every short run, others at every long one."""
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(
        max_examples=times(short, long),
        derandomize=not LONG,
        database=None,
        deadline=None,
        suppress_health_check=checks,
    )


characters = st.one_of(
    st.sampled_from(HOSTILE), st.characters(exclude_categories=()), st.sampled_from("abcxyz")
)


letters = characters.filter(str.isprintable)


words = st.text(letters.filter(lambda letter: letter != " "), min_size=1, max_size=4)


alphabets = st.builds(
    Alphabet,
    st.one_of(
        st.lists(letters, min_size=1, max_size=32, unique=True),
        st.lists(words, min_size=1, max_size=32, unique=True),
    ),
    st.booleans(),
)


seeds = st.integers(0, 2**32 - 1)


chosen = st.sampled_from([*activations.ACTIVATIONS])


def texts(alphabet, longest=32, shortest=0):
    """Return what draws texts of an alphabet."""
    symbols = st.sampled_from(alphabet.symbols)
    return st.lists(symbols, min_size=shortest, max_size=longest).map(alphabet.join)


def drawn(net, seed, scale=0.7):
    """Return the same network with every parameter drawn."""
    reach = scale / math.sqrt(getattr(net, "n", 4))
    net.theta[:] = np.random.default_rng(seed).normal(0, reach, net.theta.size)
    return net


def same_net(a, b):
    """Whether two networks are the same to the bit."""
    return (a.made, a.theta.dtype, a.theta.tobytes()) == (b.made, b.theta.dtype, b.theta.tobytes())
