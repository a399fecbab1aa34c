"""Floor 0: all parameters of a network in one flat vector, and the views into it, which stay views whatever a reader does."""
import numpy as np


def vector(theta, size, what):
    """`theta`, or zeros for None; ValueError if it is no flat array of `size` floats, which `what` has."""
    if theta is None:
        return np.zeros(size)
    held = getattr(theta, "dtype", type(theta).__name__)
    if not isinstance(theta, np.ndarray) or theta.dtype.kind != "f" or theta.shape != (size,):
        raise ValueError(f"{what} have {size} parameters; theta has shape {np.shape(theta)} and holds {held}: it must be one flat array of floats")
    return theta


class Views(dict):
    """Name -> view of a flat vector. To set one is to write into it."""

    def __setitem__(self, name, value):
        if value is not self[name]:    # as it is after `views[name] *= 2`
            self[name][...] = value


def views(theta, shapes):
    """Views of a flat vector, cut in the order of the dict `shapes`, name -> shape."""
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes.values()])
    return Views({name: piece.reshape(shape) for (name, shape), piece in zip(shapes.items(), np.split(theta, ends[:-1]))})


class Fixed:
    """What keeps the arrays that it was made with: they are views into one another, and what took the place of one would be none."""

    def __setattr__(self, name, value):
        if not hasattr(self, name):
            return super().__setattr__(name, value)
        held = getattr(self, name)
        if not isinstance(held, np.ndarray):
            raise AttributeError(f"{name} is {held!r} for good; make another network")
        if getattr(value, "__array_interface__", None) != held.__array_interface__:    # the same, where `net.Ws *= 2` has written into it
            raise AttributeError(f"{name} cannot be replaced, write into it: {name}[:] = ...")


class Parameters(Fixed):
    """A network whose parameters all lie in one flat `theta`.

    `made` is what it was made of, theta aside: the arguments of its class, in order. From these every copy is made anew
    (`copy`, the module copy, pickle), so that its views are views into its own theta; copy.copy alone shares that.
    """

    def __reduce__(self):
        return type(self), (*self.made, self.theta)

    def copy(self):
        return type(self)(*self.made, self.theta.copy())
