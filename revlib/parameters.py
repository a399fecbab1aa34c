"""All parameters of a network in one flat vector, and named views into it."""

import numpy as np


class Arrays:
    """A holder of arrays that are views into one another: assigning to one writes into it.

    `net.Ws = M` and `net.Ws *= 2` both change the numbers that stand in net.Ws, and so those of
    every other view of them. A value of another shape is refused with a ValueError.
    """

    def __init__(self, **arrays):
        for name, array in arrays.items():
            setattr(self, name, array)

    def __setattr__(self, name, value):
        held = vars(self).get(name)
        if not isinstance(held, np.ndarray):
            super().__setattr__(name, value)
        elif np.shape(value) == held.shape:
            held[...] = value
        else:
            raise ValueError(
                f"{name} has shape {held.shape}; a value of shape {np.shape(value)} does not fit"
            )


class Network(Arrays):
    """What every network has: one flat vector `theta`, and names for its parts.

    A kind of network is a class that sets `made`, the arguments it was made of (theta aside, which
    is always the last), then `theta`, and then its arrays, which are views into theta.
    """

    def named(self):
        """Return a dict, name -> view of every parameter, in the order of theta."""
        raise NotImplementedError

    def weights(self):
        """Return the matrices among the parameters: what is drawn before training."""
        return [view for view in self.named().values() if view.ndim == 2 and len(view)]

    def like(self, theta):
        """Return a network made of the same arguments, with other parameters."""
        return type(self)(*self.made, theta)

    def copy(self):
        """Return the same network with parameters of its own."""
        return self.like(self.theta.copy())

    def astype(self, dtype):
        """Return the same network in another float type."""
        return self.like(self.theta.astype(dtype))

    def zeros(self):
        """Return a network of the same names whose parameters are 0: where a gradient is put."""
        return self.like(np.zeros_like(self.theta))

    def __reduce__(self):
        # the module copy and pickle make a network anew, so that its views are views of its theta
        return type(self), (*self.made, self.theta)


def flat(theta, size):
    """Return `theta`, or `size` zeros for None; ValueError if it has another shape."""
    if theta is None:
        return np.zeros(size)
    if np.shape(theta) != (size,):
        raise ValueError(f"this network has {size} parameters; theta has shape {np.shape(theta)}")
    return theta


def cut(theta, shapes):
    """Return a dict, name -> view: theta cut in the order of the dict `shapes`."""
    views, start = {}, 0
    for name, shape in shapes.items():
        end = start + int(np.prod(shape))
        views[name] = theta[start:end].reshape(shape)
        start = end
    return views


def count(shapes):
    """Return how many numbers arrays of these shapes hold: `shapes` is a dict, name -> shape."""
    return sum(int(np.prod(shape)) for shape in shapes.values())
