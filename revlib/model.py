"""The feedback encoder-decoder: its parameters, its two loops, and what a run leaves behind.

Vectors are rows and time is the first axis, as in the post: X[t - 1] is x(t), S[t] is S(t). What is
run is one string, arrays (T, V), or a batch of B strings of one length, arrays (T, B, V).
"""

from dataclasses import dataclass

import numpy as np

from revlib import starts
from revlib.activations import ACTIVATIONS, SLOPES, softmax
from revlib.alphabet import Alphabet, described
from revlib.parameters import Arrays, Network, flat
from revlib.tape import Tape


def greedy(z):
    """Return the index of the highest score, the first of equals: (..., K) -> (...)."""
    return z.argmax(axis=-1)


class Layer(Arrays):
    """One recurrent layer: Wh (V, n), Ws (n, n) and bh (n,), which are row blocks of one matrix W.

    So a step is x @ Wh + s @ Ws + bh, or one product: [x, s, 1] @ W.
    """

    def __init__(self, W, V):
        super().__init__(W=W, Wh=W[:V], Ws=W[V:-1], bh=W[-1])

    def step(self, x, s, act):
        """Return the state after state `s` when x is read: (..., V), (..., n) -> (..., n)."""
        return act(x @ self.Wh + s @ self.Ws + self.bh)


class Net(Network):
    """The network: an encoder, a decoder that is fed what it said, and scores.

    Wh (V, n), Ws (n, n), bh (n,) are the encoder's, and stand under `enc` too; dec.Wh (U, n),
    dec.Ws (n, n) and dec.bh (n,) are the decoder's. Wo (n, K) and bo (K,) make K scores from its
    state: one for each of the U symbols, and one for END if the network may say it. All are views
    into the flat vector `theta`: write into one to change the network, net.Ws[0, 1] = 0.5.

    Parameters
    ----------
    alphabet : Alphabet or str
        Of what is read.
    n : int
        Units in the state.
    activation : str
        A key of ACTIVATIONS: "relu", "tanh" or "linear".
    says : Alphabet or str, optional
        Of what is said; that of what is read, if not given.
    theta : (size,) float array, optional
        Used as it is, not copied; zeros if not given. Its dtype is the network's.

    Raises
    ------
    ValueError
        For an unknown activation, no unit, or a theta of another size; the message gives both.
    """

    def __init__(self, alphabet="abc", n=5, activation="relu", says=None, theta=None):
        self.alphabet = as_alphabet(alphabet)
        self.says = self.alphabet if says is None else as_alphabet(says)
        if activation not in ACTIVATIONS:
            raise ValueError(
                f"activation {described(activation)} is not one of {', '.join(ACTIVATIONS)}"
            )
        if n < 1:
            raise ValueError(f"a network has 1 unit at least, not {n}")
        self.n = n
        self.activation = activation
        self.made = (self.alphabet, n, activation, self.says)

        V, U, K = len(self.alphabet), len(self.says), len(self.says.outputs)
        encoder, decoder, scores = (V + n + 1) * n, (U + n + 1) * n, (n + 1) * K
        self.theta = theta = flat(theta, encoder + decoder + scores)
        self.enc = Layer(theta[:encoder].reshape(-1, n), V)
        self.dec = Layer(theta[encoder : encoder + decoder].reshape(-1, n), U)
        self.O = theta[encoder + decoder :].reshape(-1, K)
        self.Wh, self.Ws, self.bh = self.enc.Wh, self.enc.Ws, self.enc.bh
        self.Wo, self.bo = self.O[:-1], self.O[-1]

    @property
    def act(self):
        """The activation, from sums to states."""
        return ACTIVATIONS[self.activation]

    @property
    def slope(self):
        """The activation's slope, from states."""
        return SLOPES[self.activation]

    def __repr__(self):
        said = "" if self.says == self.alphabet else f", says={self.says!r}"
        return (
            f"Net({self.alphabet!r}, n={self.n}, {self.activation!r}{said}):"
            f" {self.theta.size} parameters"
        )

    def named(self):
        """Return a dict, name -> view of every parameter, in the order of theta."""
        return {
            "Wh": self.Wh,
            "Ws": self.Ws,
            "bh": self.bh,
            "dec.Wh": self.dec.Wh,
            "dec.Ws": self.dec.Ws,
            "dec.bh": self.dec.bh,
            "Wo": self.Wo,
            "bo": self.bo,
        }

    def pass_on(self):
        """Set both Ws to the identity: a state passes on unchanged, but for what is read."""
        self.Ws = self.dec.Ws = np.eye(self.n)

    def encode(self, X):
        """Run the encoder over one string or a batch.

        Parameters
        ----------
        X : (T, V) or (T, B, V) float array
            X[t - 1] is x(t), one-hot.

        Returns
        -------
        S : (T + 1, n) or (T + 1, B, n) float array
            S[t] is S(t); S[0] is zero, S[-1] is the thought vector.

        Raises
        ------
        FloatingPointError
            If a state is not finite; the message says which.

        Source: the post, section "The Encoder".
        """
        with np.errstate(all="ignore"):  # what overflows is answered in words, below
            X = np.asarray(X, self.theta.dtype)
            S = np.zeros((len(X) + 1, *X.shape[1:-1], self.n), X.dtype)
            for t in range(1, len(X) + 1):
                S[t] = self.enc.step(X[t - 1], S[t - 1], self.act)
        return finite(S, "S")

    def decode(self, thought, steps, given=None, choose=greedy):
        """Run the decoder from a thought vector, or from a batch of them.

        The first input is empty. After that each step is fed the symbol said before it (feedback),
        or, with `given`, the symbols given (teacher forcing). It stops after `steps` steps, and
        before that once every string of the batch has said END; what comes after an END is not
        part of the answer.

        Parameters
        ----------
        thought : (n,) or (B, n) float array
        steps : int
            The most symbols it may say, END counted.
        given : (L, ...) int array, optional
            given[t - 1] is fed in at step t + 1 in place of what was said at step t.
        choose : function
            From scores (..., K) to indices (...).

        Returns
        -------
        Decoded

        Raises
        ------
        ValueError
            If thought's last axis is not n.
        FloatingPointError
            If a state or score is not finite; the message says which.

        Source: the post, section "The Decoder".
        """
        with np.errstate(all="ignore"):  # what is too large for the type is named below
            thought = np.asarray(thought, self.theta.dtype)
        if thought.shape[-1:] != (self.n,):
            raise ValueError(
                f"thought has shape {thought.shape}; a network of {self.n} units needs"
                f" ({self.n},), or (B, {self.n})"
            )
        batch, U, K = thought.shape[:-1], len(self.says), len(self.says.outputs)
        X = np.zeros((steps + 1, *batch, U), thought.dtype)
        S = np.zeros((steps + 1, *batch, self.n), thought.dtype)
        Z = np.zeros((steps, *batch, K), thought.dtype)
        Y = np.zeros((steps, *batch), int)
        one_hot = np.eye(K, U)  # END's row is empty: it is never fed back
        ended = np.zeros(batch, bool)
        done = 0
        S[0] = thought
        finite(S[:1], "_S")
        with np.errstate(all="ignore"):
            for t in range(1, steps + 1):
                S[t] = self.dec.step(X[t - 1], S[t - 1], self.act)
                Z[t - 1] = S[t] @ self.Wo + self.bo
                finite(S[t : t + 1], "_S", first=t)
                finite(Z[t - 1 : t], "z", first=t)
                Y[t - 1] = choose(Z[t - 1])
                X[t] = one_hot[Y[t - 1] if given is None else given[t - 1]]
                ended |= Y[t - 1] == U
                done = t
                if ended.all():
                    break
        return Decoded(X[:done], S[: done + 1], Z[:done], Y[:done], self.says)

    def run(self, text, steps=None, given=None, choose=greedy):
        """Encode a string, or a list of strings of one length, decode it, and keep everything.

        `steps` is the most symbols the decoder may say; if not given, as many as were read, and
        one more for END if the network has it. See encode and decode for the rest.

        Returns
        -------
        Trace
        """
        X = self.alphabet.one_hot(text)
        S = self.encode(X)
        if steps is None:
            steps = len(X) + int(self.says.end)
        return Trace(text, X, S, self.decode(S[-1], steps, given, choose))

    def tape(self, inputs, targets, share=None):
        """Return what computes loss and gradient of a batch, fast: see tape.Tape.

        inputs (T, B) and targets (L, B) are indices of B strings.
        """
        return Tape(self, inputs, targets, share)


def as_alphabet(symbols):
    """Return an Alphabet of symbols, or the Alphabet that was given."""
    return symbols if isinstance(symbols, Alphabet) else Alphabet(symbols)


def post_net():
    """Return the post's network before training: its matrices in encoder and decoder alike,
    biases 0; 108 parameters."""
    return starts.initialize(Net("abc", n=5), "post")


class Answers:
    """What was said, as text, from `Y` (L,) or (L, B), the indices said, and the alphabet `says`.

    What stands after an END is no part of an answer.
    """

    @property
    def output(self):
        """The answer to one string; ValueError for a batch, which has `outputs`."""
        if self.Y.ndim > 1:
            raise ValueError(f"{self.Y.shape[1]} strings were read; their answers are in `outputs`")
        return self.says.text(self.Y)

    @property
    def outputs(self):
        """The answers to a batch, a list; of one string, a list of one."""
        return [self.says.text(said) for said in np.atleast_2d(self.Y.T)]


@dataclass(frozen=True)
class Decoded(Answers):
    """A run of the decoder. Row t - 1 of X, Z, P and Y belongs to step t; S[t] is _S(t)."""

    X: np.ndarray  # (L, ..., U) what was fed in, one-hot; the first row is empty (zeros)
    S: np.ndarray  # (L + 1, ..., n) states; S[0] is the thought vector
    Z: np.ndarray  # (L, ..., K) scores
    Y: np.ndarray  # (L, ...) index of what was said
    says: Alphabet

    @property
    def P(self):
        """(L, ..., K) probabilities, the softmax of Z."""
        return softmax(self.Z)


@dataclass(frozen=True)
class Trace(Answers):
    """One run from text to text, everything kept. S[t] is S(t); X[t - 1] is x(t)."""

    text: str | list
    X: np.ndarray  # (T, ..., V)
    S: np.ndarray  # (T + 1, ..., n)
    dec: Decoded

    @property
    def thought(self):
        """The thought vector, (..., n)."""
        return self.S[-1]

    @property
    def Y(self):
        """(L, ...) index of what was said."""
        return self.dec.Y

    @property
    def says(self):
        """The alphabet of what was said."""
        return self.dec.says


def finite(A, name, first=0):
    """Return A if every entry is finite; else raise an error that says where one is not.

    A is (steps, ..., columns), and its first row is called name(first).
    """
    if not np.isfinite(A).all():
        t, *batch, unit = np.argwhere(~np.isfinite(A))[0]
        raise FloatingPointError(
            f"{name}({t + first}) is {A[(t, *batch, unit)]} at place {unit + 1}: "
            f"the weights are too large for {A.dtype} or not numbers"
        )
    return A
