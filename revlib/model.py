"""Floor 1: the feedback encoder-decoder: its parameters, its two loops, its softmax, and the trace
of a run.

Vectors are rows and time is the first axis, as in the post: X[t-1] is x(t), S[t] is S(t). Every
function
takes one string, arrays (T, V), or a batch of B strings of one length, arrays (T, B, V): same code.
"""

from dataclasses import dataclass

import numpy as np

from revlib import parameters, post
from revlib.alphabet import Alphabet, whole


def relu(z, out=None):
    """Rectified linear unit: negative sums become 0."""
    return np.maximum(z, 0, out=out)


ACTIVATIONS = {"relu": relu, "tanh": np.tanh}  # each takes `out`, as NumPy's own functions do


def generator(rng):
    """`rng`, if something can be drawn with it; ValueError for a seed, or None."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(
            f"something is to be drawn, and rng is {rng!r}: give a generator, such as"
            " np.random.default_rng(0)"
        )
    return rng


def draw_gaussian(views, rng):
    """Draw every matrix among the views: mean 0, variance 1 / (its rows). ValueError if `rng` is no
    NumPy Generator."""
    for view in views:
        if view.ndim == 2 and len(view):
            view[:] = generator(rng).normal(0, 1 / np.sqrt(len(view)), view.shape)


class Layer(parameters.Fixed):
    """One recurrent layer. Wh (V, n), Ws (n, n) and b (n,) are row blocks of one matrix W (V + n +
    1, n),
    so that a step is one product: [x, s, 1] @ W = x @ Wh + s @ Ws + b."""

    def __init__(self, W, V):
        self.W, self.V = W, V
        self.fix()

    Wh = property(lambda self: self.W[: self.V])
    Ws = property(lambda self: self.W[self.V : -1])
    b = property(lambda self: self.W[-1])


class Net(parameters.Parameters):
    """The network: all parameters in one flat vector `theta`, and named views into it.

    Wh (V, n), Ws (n, n), b (n,) are the encoder's; dec.Wh, dec.Ws, dec.b the decoder's;
    Wo (n, K) and bo (K,) make K scores: one a letter, and one more for END if the alphabet has it.
    Write into a view to change the network: net.Ws[0, 1] = 0.5.

    Parameters
    ----------
    alphabet : Alphabet or str
    n : int
        Units in the state, at least 1.
    activation : "relu" or "tanh"
    theta : (size,) float array, optional
        Used as it is, not copied; zeros if not given. Its dtype is the network's.

    Raises
    ------
    ValueError
        For an unknown activation, an n that is no whole number above 0, or a theta of another size
        (the message gives both sizes)
        or kind.
    """

    def __init__(self, alphabet="abc", n=5, activation="relu", theta=None):
        self.alphabet = alphabet if isinstance(alphabet, Alphabet) else Alphabet(alphabet)
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation {activation!r} is not one of {', '.join(ACTIVATIONS)}")
        self.n = n = whole(n, "the number of units", 1)
        self.activation, self.act, self.made = (
            activation,
            ACTIVATIONS[activation],
            (self.alphabet, n, activation),
        )
        V, K = len(self.alphabet), len(self.alphabet.outputs)
        recurrent, size = (V + n + 1) * n, 2 * (V + n + 1) * n + (n + 1) * K
        self.theta = parameters.vector(theta, size, f"{n} units over {self.alphabet!r}")
        self.enc = Layer(self.theta[:recurrent].reshape(-1, n), V)
        self.dec = Layer(self.theta[recurrent : 2 * recurrent].reshape(-1, n), V)
        self.O = self.theta[2 * recurrent :].reshape(-1, K)  # Wo above bo
        self.fix()

    Wh = property(lambda self: self.enc.Wh)
    Ws = property(lambda self: self.enc.Ws)
    b = property(lambda self: self.enc.b)
    Wo = property(lambda self: self.O[:-1])
    bo = property(lambda self: self.O[-1])

    def __repr__(self):
        return (
            f"Net({self.alphabet!r}, n={self.n}, {self.activation!r}): {self.theta.size} parameters"
        )

    def named(self):
        """Name -> view of every parameter, in the order of theta."""
        return parameters.Views(
            {
                "Wh": self.Wh,
                "Ws": self.Ws,
                "b": self.b,
                "dec.Wh": self.dec.Wh,
                "dec.Ws": self.dec.Ws,
                "dec.b": self.dec.b,
                "Wo": self.Wo,
                "bo": self.bo,
            }
        )


def post_net():
    """The post's network before training: its matrices in encoder and decoder, biases zero; 108
    parameters."""
    net = Net("abc", n=5)
    for layer in (net.enc, net.dec):
        layer.Wh[:], layer.Ws[:] = post.Wh, post.Ws
    net.Wo[:] = post.Wo
    return net


def log_softmax(Z, temperature=1.0):
    """Log-probabilities (nats) of scores along the last axis; exp of it is the softmax.

    Parameters
    ----------
    Z : (..., K) float array
        Scores, finite or -inf (a letter that is never said), not all -inf.
    temperature : float
        Above 0; below 1 sharpens, above 1 flattens.

    Raises
    ------
    ValueError
        If the temperature is not above 0, or is infinite.
    FloatingPointError
        If the largest of the scores is no number, or not finite.
    """
    if not 0 < temperature < np.inf:
        raise ValueError(f"the temperature is {temperature}; it must be above 0 and finite")
    Z = np.asarray(Z)
    if Z.dtype.kind != "f":
        Z = Z.astype(
            float, casting="same_kind" if Z.dtype.kind == "c" else "unsafe"
        )  # less the largest, unsigned numbers would wrap
    top = Z.max(axis=-1, keepdims=True)
    if not np.isfinite(top).all():
        raise FloatingPointError(
            f"the largest score is {top[~np.isfinite(top)][0]}; scores are numbers, or -inf for a"
            " letter that is never said"
        )
    with np.errstate(
        over="ignore"
    ):  # too far below the max for a float: -inf, and its exp 0, is right
        Z = (Z - top) / temperature  # minus the max: exp stays finite, its largest is 1
    return Z - np.log(np.exp(Z).sum(axis=-1, keepdims=True))


def softmax(Z, temperature=1.0):
    """Probabilities of scores along the last axis, by log_softmax."""
    return np.exp(log_softmax(Z, temperature))


def room(shape, dtype):
    """Zeros of a shape (steps, B, columns), where at each step the strings lie side by side in
    memory, column after
    column: what runs over all strings of a step then runs over neighbours. Other shapes: plain
    zeros.
    """
    if len(shape) < 3:
        return np.zeros(shape, dtype)
    return np.zeros((*shape[:-2], shape[-1], shape[-2]), dtype).swapaxes(-1, -2)


def unroll_rows(steps, batch, layer, dtype):
    """Room for a run of `layer`: H (steps + 1, *batch, V + n + 1), row t is [x(t+1), S(t), 1].

    A step is H[t] @ W, and S is a view of the middle columns. The last row has no x(t+1): zeros.
    """
    H = room((steps + 1, *batch, layer.W.shape[0]), dtype)
    H[..., -1] = 1
    return H


def ours(net):
    """`net`, if it is a network of this module; TypeError for others, which have functions of their
    own."""
    if not isinstance(net, Net):
        raise TypeError(
            f"this is for a model.Net, not for a {type(net).__module__}.{type(net).__qualname__};"
            " see the functions of that one's module"
        )
    return net


def encode(net, X):
    """Run the encoder over one string or a batch.

    Parameters
    ----------
    X : (T, V) or (T, B, V) float array
        X[t-1] is x(t), one-hot.

    Returns
    -------
    S : (T + 1, n) or (T + 1, B, n) float array
        S[t] is S(t), activation without unit; S[0] is zero, S[-1] is the thought vector.

    Raises
    ------
    ValueError
        If the last axis of X is not V; the message gives the shape found.
    FloatingPointError
        If a state is not finite; the message says which.

    Source: the post, section "The Encoder".
    """
    V, X = len(ours(net).alphabet), np.asarray(X)
    if X.ndim < 2 or X.shape[-1] != V:
        raise ValueError(f"X has shape {X.shape}; a string over {net.alphabet!r} needs (T, {V})")
    H = unroll_rows(len(X), X.shape[1:-1], net.enc, net.theta.dtype)
    S = H[..., V:-1]
    with np.errstate(all="ignore"):  # what overflows is answered in words, below
        H[:-1, ..., :V] = X
        for t in range(len(X)):
            S[t + 1] = net.act(H[t] @ net.enc.W)  # (..., V+n+1) @ (V+n+1, n) -> (..., n)
    return finite(S, "S")


def greedy(z):
    """The letter with the highest score; the first of equals. z (..., K) -> indices (...)."""
    return z.argmax(axis=-1)


def indices(given, shape, K):
    """`given` as an array, if it has a shape, or is longer, and holds indices below K; else
    ValueError."""
    given = np.asarray(given)
    if (
        given.ndim != len(shape)
        or given.shape[1:] != shape[1:]
        or len(given) < shape[0]
        or given.size
        and (given.dtype.kind not in "iu" or given.min() < 0 or given.max() >= K)
    ):
        raise ValueError(
            f"given has shape {given.shape} and kind {given.dtype}; {shape[0]} steps need whole"
            f" numbers from 0 to {K - 1}, {shape} or more of them"
        )
    return given


def chosen(choose, z):
    """What `choose` chooses, if that is one index of an output for each row of z; else
    ValueError."""
    found = np.asarray(choose(z))
    if (
        found.shape != z.shape[:-1]
        or found.dtype.kind not in "iu"
        or not ((0 <= found) & (found < z.shape[-1])).all()
    ):
        raise ValueError(
            f"choose gave {found.dtype} of shape {found.shape}; for scores {z.shape} it gives"
            f" indices from 0 to {z.shape[-1] - 1}, {z.shape[:-1]}"
        )
    return found


@dataclass(frozen=True)
class Decoded:
    """A run of the decoder. Row t-1 of X, Z, P, Y belongs to step t; S[t] is _S(t)."""

    X: np.ndarray  # (T, ..., V) what was fed in, one-hot; the first row is empty (zeros)
    S: np.ndarray  # (T + 1, ..., n) states; S[0] is the thought vector
    Z: np.ndarray  # (T, ..., K) scores
    Y: np.ndarray  # (T, ...) index of the letter said
    text: str | list  # what was said, up to END

    @property
    def P(self):
        """(T, ..., K) probabilities, the softmax of Z."""
        return softmax(self.Z)


def decode(net, thought, steps, given=None, choose=greedy):
    """Run the decoder from a thought vector, or from a batch of them.

    The first input is empty. After that each step is fed the letter said before it (feedback), or,
    with
    `given`, the letters given. It stops after `steps` steps, and before that once every string of
    the
    batch has said END; what comes after an END is not part of the answer.

    Parameters
    ----------
    thought : (n,) or (B, n) float array
    steps : int
        The most letters it may say, END counted.
    given : (T, ...) int array, optional
        given[t-1] is fed in at step t + 1 in place of the letter said at step t; T at least
        `steps`.
    choose : function
        From scores (..., K) to indices (...).

    Returns
    -------
    Decoded

    Raises
    ------
    ValueError
        If thought's last axis is not n, `steps` no whole number, or `given` not as described; the
        message says what was found.
    FloatingPointError
        If a state or score is not finite; the message says which.

    Source: the post, section "The Decoder".
    """
    V, K = len(ours(net).alphabet), len(net.alphabet.outputs)
    thought, steps = np.asarray(thought), whole(steps, "the number of steps")
    batch = thought.shape[:-1]
    if thought.shape[-1:] != (net.n,):
        raise ValueError(
            f"thought has shape {thought.shape}; a network of {net.n} units needs ({net.n},), or"
            f" (B, {net.n})"
        )
    if given is not None:
        given = indices(given, (steps, *batch), K)
    H = unroll_rows(steps, batch, net.dec, net.theta.dtype)
    X, S = H[..., :V], H[..., V:-1]
    Z, Y = np.zeros((steps, *batch, K), net.theta.dtype), np.zeros((steps, *batch), int)
    one_hot, ended = np.eye(K, V), np.zeros(batch, bool)  # END's row is empty: it is never fed back
    with np.errstate(all="ignore"):
        S[0] = thought
        for t in range(steps):
            S[t + 1] = net.act(H[t] @ net.dec.W)
            Z[t] = H[t + 1, ..., V:] @ net.O  # [_S(t), 1] @ [Wo, bo] -> (..., K)
            if not np.isfinite(Z[t]).all():
                steps = t + 1  # nothing can be chosen here; `finite` says why
                break
            Y[t] = greedy(Z[t]) if choose is greedy else chosen(choose, Z[t])
            X[t + 1] = one_hot[Y[t] if given is None else given[t]]
            ended |= Y[t] == V
            if ended.all():
                steps = t + 1
                break
    Y = Y[:steps]
    return Decoded(
        X[:steps],
        finite(S[: steps + 1], "_S"),
        finite(Z[:steps], "z", first=1),
        Y,
        net.alphabet.text(Y),
    )


def finite(A, name, first=0):
    """A, if every entry is finite; else an error that says where the first other one is."""
    if not np.isfinite(A).all():
        t, *batch, unit = np.argwhere(~np.isfinite(A))[0]
        raise FloatingPointError(
            f"{name}({t + first}) is {A[(t, *batch, unit)]} at place {unit + 1}: "
            f"the weights are too large for {A.dtype} or not numbers"
        )
    return A


@dataclass(frozen=True)
class Trace:
    """One run from string to string, everything kept. S[t] is S(t); X[t-1] is x(t)."""

    text: str | list
    X: np.ndarray  # (T, ..., V)
    S: np.ndarray  # (T + 1, ..., n)
    dec: Decoded

    @property
    def thought(self):
        return self.S[-1]

    @property
    def output(self):
        return self.dec.text


def run(net, text, steps=None, given=None, choose=greedy):
    """Encode a string, or a list of strings of one length, decode it, and keep everything.

    `steps` is the most letters the decoder may say; if not given, as many as the string has, and
    one more
    for END if the network has it. See encode and decode for the rest.
    """
    X = net.alphabet.one_hot(text)
    S = encode(net, X)
    if steps is None:
        steps = len(X) + net.alphabet.end
    return Trace(text, X, S, decode(net, S[-1], steps, given, choose))
