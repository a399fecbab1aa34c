"""What the panels of several chapters share: how far a control goes, how strong a colour is."""

import numpy as np

LONGEST = 8  # letters of a panel's string
SCALES = [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5]  # of Ws, where no kernel draws those between


def scaled(net, scale):
    """Return a copy of a model.Net with both Ws multiplied."""
    net = net.copy()
    net.Ws *= scale
    net.dec.Ws *= scale
    return net


def largest(*arrays):
    """Return the largest absolute value of arrays: the limit of their colours.

    It is a little more than 0 if all are 0.
    """
    return max(1e-9, *(float(np.abs(array).max()) for array in arrays))


def distinct(*values):
    """Return a list of values in their order, each once."""
    return list(dict.fromkeys(values))
