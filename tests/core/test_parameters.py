"""One flat vector, and views that stay its views: through assignments, copies and pickles."""

import copy
import pickle

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from revlib import decoders, mlp, model, parameters
from revlib.alphabet import Alphabet

WORDS = ("zero", "one", "twenty")
ABC = Alphabet("abc", end=True)
# One of each kind, with every argument unlike its default.
KINDS = {
    "Net": lambda: model.Net("ab", 3, "tanh", Alphabet(WORDS, end=True)),
    "MLP": lambda: mlp.MLP((8, 5, 4, 8), ("tanh", "relu"), "wxyz"),
    "EncoderDecoder": lambda: decoders.EncoderDecoder(
        "attention", "ab", 3, "GRU", Alphabet(WORDS, end=True)
    ),
    "LSTM": lambda: decoders.EncoderDecoder("peek", ABC, 2, "LSTM"),
    "plain": lambda: decoders.EncoderDecoder("plain", ABC, 2),  # its dec.Wh has no rows
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def filled(kind, dtype=float):
    """A network of that kind whose parameters are 1, 2, 3, …"""
    net = KINDS[kind]()
    return net.like(np.arange(1, net.theta.size + 1, dtype=dtype))


def arrays(net):
    """Every array that can be reached from a network by a name, theta among them."""
    found = {}
    for name, value in vars(net).items():
        if isinstance(value, np.ndarray):
            found[name] = value
        elif isinstance(value, parameters.Arrays):
            found |= {f"{name}.{inner}": array for inner, array in vars(value).items()}
        elif isinstance(value, tuple):
            found |= {f"{name}[{i}]": v for i, v in enumerate(value) if isinstance(v, np.ndarray)}
        elif isinstance(value, dict):
            found |= {f"{name}[{inner}]": array for inner, array in value.items()}
    return found


def check_views(net):
    """Every view shows what stands in theta, whatever is written there."""
    size = net.theta.size
    for numbers in (np.arange(1.0, size + 1), np.arange(size, 0.0, -1)):
        net.theta[:] = numbers
        in_order = np.concatenate([view.ravel() for view in net.named().values()])
        assert in_order.tolist() == numbers.tolist()
        for name, array in arrays(net).items():
            assert array.size == 0 or np.shares_memory(array, net.theta), name
            assert np.isin(array, numbers).all(), name


# ---------------------------------------------------------------- views


@every_kind
def test_views_are_views_of_theta_in_its_order(kind):
    check_views(filled(kind))


@every_kind
def test_theta_is_used_as_it_is(kind):
    theta = np.arange(1.0, KINDS[kind]().theta.size + 1)
    assert KINDS[kind]().like(theta).theta is theta
    assert not KINDS[kind]().theta.any()


def test_weights_are_the_matrices_that_are_drawn():
    shapes = [W.shape for W in KINDS["Net"]().weights()]
    assert shapes == [(2, 3), (3, 3), (3, 3), (3, 3), (3, 4)]
    assert [W.shape for W in KINDS["MLP"]().weights()] == [(8, 5), (5, 4), (4, 8)]
    assert [W.shape for W in KINDS["plain"]().weights()] == [(3, 2), (2, 2), (2, 2), (2, 4)]
    for kind in KINDS:
        net = KINDS[kind]()
        for W in net.weights():
            W[:] = 1
        for name, view in net.named().items():
            if view.ndim == 1:
                assert not view.any(), name
        assert net.theta.any()


# ---------------------------------------------------------------- assigning


@every_kind
def test_assigning_writes_into_theta(kind):
    """For every array under every name: the whole of it, and then twice it."""
    names = [name for name in arrays(KINDS[kind]()) if "[" not in name]
    for name in names:
        net = filled(kind)
        *owner, last = name.split(".")
        owner = getattr(net, owner[0]) if owner else net
        array = getattr(owner, last)
        before = net.theta.copy()
        inside = np.isin(before, array)  # each number stands there once
        value = -array.copy()

        setattr(owner, last, value)
        assert getattr(owner, last) is array
        assert not np.shares_memory(array, value)
        assert (net.theta == np.where(inside, -before, before)).all(), name

        if array.size:
            setattr(owner, last, value.tolist())  # a list is as good
        assert (net.theta == np.where(inside, -before, before)).all(), name

        doubled = getattr(owner, last)
        doubled *= 2
        setattr(owner, last, doubled)  # what net.Ws *= 2 does
        assert getattr(owner, last) is array
        assert (net.theta == np.where(inside, -2 * before, before)).all(), name
        check_views(net)


def test_assigning_as_it_is_typed():
    net = model.Net("abc", n=2)
    M = np.array([[1.0, 2], [3, 4]])
    net.Ws = M
    assert net.theta[6:10].tolist() == [1, 2, 3, 4]
    net.Ws *= 2
    assert net.enc.Ws.tolist() == [[2, 4], [6, 8]]
    assert M.tolist() == [[1, 2], [3, 4]]
    net.Ws -= np.eye(2)
    assert net.theta[6:10].tolist() == [1, 4, 6, 7]
    net.dec.bh = [5, 6]
    assert net.dec.W[-1].tolist() == [5, 6]
    net.dec.Ws = net.Ws
    net.dec.Ws[0, 0] = -1
    assert net.Ws[0, 0] == 1, "what is assigned is written, not shared"
    net.bo = 1, 2, 3
    assert net.theta[-3:].tolist() == [1, 2, 3]
    net.theta = np.arange(net.theta.size)
    assert net.Wh.tolist() == [[0, 1], [2, 3], [4, 5]]
    net.theta += 1
    assert net.bh.tolist() == [11, 12]
    net.enc.W = np.zeros((6, 2))
    assert not net.theta[:12].any()
    check_views(net)


def test_assigning_to_other_networks():
    net = decoders.EncoderDecoder("peek", "abc", 2, "GRU")
    net.dec.bh = [1, 2, 3, 4, 5, 6]
    net.dec.bh *= 2
    assert net.named()["dec.bh"].tolist() == [2, 4, 6, 8, 10, 12]
    net.Wo += 1
    assert net.named()["Wo"].tolist() == [[1] * 3] * 2
    check_views(net)
    layers = mlp.MLP((9, 9), ())
    layers.theta = np.arange(90.0)
    assert layers.W[0][9, 8] == 89
    layers.W[0][:] = 1
    assert (layers.theta == 1).all()
    check_views(layers)


@every_kind
def test_what_is_assigned_takes_the_dtype_of_the_network(kind):
    net = filled(kind, np.float32)
    net.theta = np.full(net.theta.size, 1 / 3)
    assert net.theta.dtype == np.float32
    assert (net.theta == np.float32(1 / 3)).all()


@pytest.mark.parametrize(
    "name, shape, value",
    [
        ("Ws", (3, 3), np.zeros((2, 2))),
        ("Ws", (3, 3), np.zeros(3)),  # which would be spread over the rows
        ("Ws", (3, 3), 0.5),
        ("Ws", (3, 3), np.zeros((1, 3, 3))),
        ("bh", (3,), [1, 2]),
        ("bh", (3,), np.zeros((1, 3))),
        ("Wh", (2, 3), np.zeros((3, 2))),
        ("bo", (4,), [0, 0, 0]),
        ("theta", (55,), np.zeros(54)),
        ("theta", (55,), 0),
    ],
)
def test_another_shape_is_refused(name, shape, value):
    net = filled("Net")
    before = net.theta.copy()
    with pytest.raises(ValueError) as caught:
        setattr(net, name, value)
    assert str(caught.value) == (
        f"{name} has shape {shape}; a value of shape {np.shape(value)} does not fit"
    )
    assert (net.theta == before).all()


@every_kind
def test_another_shape_is_refused_in_layers(kind):
    net = filled(kind)
    if isinstance(net, mlp.MLP):
        with pytest.raises(TypeError):  # a tuple: its matrices are written into, not replaced
            net.W[0] = np.zeros((9, 5))
        return
    for layer in (net.enc, net.dec):
        for name, array in vars(layer).items():
            with pytest.raises(ValueError, match=f"^{name} has shape .* does not fit$") as caught:
                setattr(layer, name, np.zeros((7, 11)))
            assert str(array.shape) in str(caught.value)
            assert "(7, 11)" in str(caught.value)
    check_views(net)


@every_kind
def test_a_theta_of_another_size_is_refused(kind):
    net = KINDS[kind]()
    size = net.theta.size
    for wrong in (np.zeros(size - 1), np.zeros((size, 1)), np.zeros(0)):
        with pytest.raises(ValueError) as caught:
            net.like(wrong)
        assert str(caught.value) == (
            f"this network has {size} parameters; theta has shape {wrong.shape}"
        )


# ---------------------------------------------------------------- copies

COPIES = {
    "copy": lambda net: net.copy(),
    "deepcopy": copy.deepcopy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
    "astype": lambda net: net.astype(float),
    "like": lambda net: net.like(net.theta.copy()),
}


@every_kind
@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_copy_is_the_same_and_its_own(kind, way, dtype):
    net = filled(kind, dtype)
    other = COPIES[way](net)
    assert type(other) is type(net)
    assert other.made == net.made
    assert (other.alphabet, other.says) == (net.alphabet, net.says)
    assert other.theta.tolist() == net.theta.tolist()
    assert other.theta.dtype == (float if way == "astype" else dtype)
    before = net.theta.copy()
    check_views(other)
    assert (net.theta == before).all()
    check_views(net)


@every_kind
def test_a_shallow_copy_shares_theta(kind):
    """As the module copy promises: the object is new, what is in it is not."""
    net = filled(kind)
    other = copy.copy(net)
    assert other is not net
    assert other.theta is net.theta
    check_views(other)
    assert (net.theta == other.theta).all()
    check_views(net)


@every_kind
@pytest.mark.parametrize("way", COPIES)
def test_a_copy_runs_alike(kind, way):
    net = KINDS[kind]()
    net.theta[:] = np.random.default_rng(0).normal(0, 0.5, net.theta.size)
    text = net.alphabet.symbols[0] * 2
    assert COPIES[way](net).run(text).output == net.run(text).output


@every_kind
def test_several_networks_in_one_pickle_stay_apart(kind):
    one = filled(kind)
    several = pickle.loads(pickle.dumps([one, one.copy(), one]))
    assert several[0] is several[2]
    assert not np.shares_memory(several[0].theta, several[1].theta)
    for net in several:
        check_views(net)


@every_kind
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_another_float_type(kind, dtype):
    net = filled(kind)
    small = net.astype(dtype)
    assert small.theta.dtype == dtype
    assert {array.dtype for array in arrays(small).values()} == {np.dtype(dtype)}
    assert small.theta.tolist() == net.theta.astype(dtype).tolist()
    assert small.made == net.made
    assert net.theta.dtype == float


@every_kind
def test_zeros(kind):
    for dtype in (np.float32, float):
        net = filled(kind, dtype)
        before = net.theta.copy()
        nothing = net.zeros()
        assert nothing.theta.dtype == dtype
        assert not nothing.theta.any()
        assert nothing.made == net.made
        check_views(nothing)
        assert (net.theta == before).all()


@every_kind
def test_a_network_of_other_parameters(kind):
    net = filled(kind)
    theta = -net.theta
    other = net.like(theta)
    assert other.theta is theta
    assert other.made == net.made
    check_views(other)


# ---------------------------------------------------------------- cutting

shapes = st.lists(st.lists(st.integers(0, 4), max_size=3).map(tuple), max_size=6).map(
    lambda several: {str(i): shape for i, shape in enumerate(several)}
)


@settings(deadline=None, database=None, derandomize=True)
@given(shapes)
def test_theta_is_cut_without_gaps(shapes):
    size = parameters.count(shapes)
    theta = np.arange(float(size))
    views = parameters.cut(theta, shapes)
    assert {name: view.shape for name, view in views.items()} == shapes
    in_order = [number for view in views.values() for number in view.ravel().tolist()]
    assert in_order == theta.tolist()
    for view in views.values():
        view += 1
    assert theta.tolist() == [number + 1 for number in in_order]


def test_names_that_hold_no_array_may_be_set():
    holder = parameters.Arrays(a=np.zeros(2))
    holder.name = "x"
    holder.name = ["y"]
    assert holder.name == ["y"]
    with pytest.raises(
        ValueError, match=r"^a has shape \(2,\); a value of shape \(\) does not fit$"
    ):
        holder.a = "z"
