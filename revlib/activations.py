"""Functions without weights: activations beside their slopes, and the softmax."""

import numpy as np


def relu(A, out=None):
    """Return the rectified linear unit of A: negative sums become 0."""
    return np.maximum(A, 0, out=out)


def relu_slope(S, out=None):
    """Return the slope of ReLU from the state it gave: 1 where S is above 0, else 0.

    Without `out`, true and false, which count as 1 and 0.
    """
    return np.greater(S, 0, out=out)


def tanh_slope(S, out=None):
    """Return the slope of tanh from the state it gave: 1 - S²."""
    return np.subtract(1, np.multiply(S, S, out=out), out=out)


def linear_slope(S, out=None):
    """Return the slope of a layer that gives its sums as they are: 1 everywhere."""
    out = np.empty_like(S) if out is None else out
    out[...] = 1
    return out


# name -> activation, from sums to states, and name -> its slope dS/dA, from states.
# All take `out`, as NumPy's own functions do.
ACTIVATIONS = {"relu": relu, "tanh": np.tanh, "linear": np.positive}
SLOPES = {"relu": relu_slope, "tanh": tanh_slope, "linear": linear_slope}


def sigmoid(A):
    """Return 1 / (1 + e^-A), by way of tanh, so that nothing overflows."""
    return 0.5 + 0.5 * np.tanh(np.multiply(0.5, A))


def log_softmax(Z, temperature=1.0):
    """Return the logarithms of probabilities (nats) of scores, along the last axis.

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
        If the largest of the scores is not a finite number.
    """
    if not 0 < temperature < np.inf:
        raise ValueError(f"the temperature is {temperature}; it must be above 0 and finite")
    Z = np.asarray(Z)
    if Z.dtype.kind != "f":
        Z = Z.astype(float)  # unsigned whole numbers would wrap around below
    largest = Z.max(axis=-1, keepdims=True)
    if not np.isfinite(largest).all():
        wrong = largest[~np.isfinite(largest)][0]
        raise FloatingPointError(
            f"the largest score is {wrong}; scores are numbers, or -inf for a letter never said"
        )
    with np.errstate(all="ignore"):  # too far below the largest for a float: -inf and 0 are right
        Z = (Z - largest) / temperature  # less the largest: exp stays finite
        return Z - np.log(np.exp(Z).sum(axis=-1, keepdims=True))


def softmax(Z, temperature=1.0):
    """Return probabilities of scores along the last axis: the exp of log_softmax."""
    with np.errstate(all="ignore"):
        return np.exp(log_softmax(Z, temperature))
