"""Floor 0: all parameters of a network in one flat vector, and the views into it, which stay views
whatever a reader does."""

from collections.abc import MutableMapping

import numpy as np


def vector(theta, size, what):
    """`theta`, or zeros for None; ValueError if it is no flat array of `size` floats, which `what`
    has."""
    if theta is None:
        return np.zeros(size)
    held = getattr(theta, "dtype", type(theta).__name__)
    if not isinstance(theta, np.ndarray) or theta.dtype.kind != "f" or theta.shape != (size,):
        raise ValueError(
            f"{what} have {size} parameters; theta has shape {np.shape(theta)} and holds {held}: it"
            " must be one flat array of floats"
        )
    return theta


class Views(MutableMapping):
    """Name -> view of a flat vector. To set one is to write into it; none comes or goes. A copy is
    a plain dict of arrays of its own."""

    def __init__(self, views):
        self._views = views

    def __getitem__(self, name):
        return self._views[name]

    def __setitem__(self, name, value):
        if value is not self[name]:  # as it is after `views[name] *= 2`
            self[name][...] = value

    def __delitem__(self, name):
        raise TypeError(f"{name} is a part of the network, and stays")

    def __iter__(self):
        return iter(self._views)

    def __len__(self):
        return len(self._views)

    def __repr__(self):
        return repr({name: view.shape for name, view in self.items()})

    def __reduce__(self):
        return dict, ({name: view.copy() for name, view in self.items()},)


def views(theta, shapes):
    """Views of a flat vector, cut in the order of the dict `shapes`, name -> shape."""
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes.values()])
    return Views(
        {
            name: piece.reshape(shape)
            for (name, shape), piece in zip(shapes.items(), np.split(theta, ends[:-1]))
        }
    )


class Fixed:
    """What keeps all that it was made with, once `fix` is called: the arrays are views into one
    another, and what took the
    place of one would be none. Other attributes come and go."""

    _fixed = frozenset()

    def fix(self):
        self._fixed = frozenset(vars(self)) | {
            name
            for kind in type(self).__mro__
            for name, value in vars(kind).items()
            if isinstance(value, property) and value.fset is None
        }

    def __setattr__(self, name, value):
        if name not in self._fixed:
            return super().__setattr__(name, value)
        held = getattr(self, name)
        if not isinstance(held, np.ndarray):
            raise AttributeError(
                f"{name} cannot be replaced, make another network"
                + ("" if isinstance(held, (int, str, tuple)) else "; or write into its arrays")
            )
        if (
            getattr(value, "__array_interface__", None) != held.__array_interface__
        ):  # the same, where `net.Ws *= 2` has written into it
            raise AttributeError(f"{name} cannot be replaced, write into it: {name}[:] = ...")

    def __delattr__(self, name):
        if name in self._fixed:
            raise AttributeError(f"{name} is a part of the network, and stays")
        super().__delattr__(name)


class Parameters(Fixed):
    """A network whose parameters all lie in one flat `theta`.

    `made` is what it was made of, theta aside: the arguments of its class, in order. From these
    every copy is made anew
    (`copy`, the module copy, pickle), so that its views are views into its own theta; copy.copy
    alone shares that. Attributes
    of one's own stay behind.
    """

    def __reduce__(self):
        return type(self), (*self.made, self.theta)

    def copy(self):
        return type(self)(*self.made, self.theta.copy())
