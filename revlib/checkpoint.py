"""Checkpoints: a network in one file, which is written whole or not at all."""

import io
import os
from pathlib import Path

import numpy as np

from revlib.alphabet import Alphabet
from revlib.model import Net

VERSION = 2  # of the file's format


class CheckpointError(ValueError):
    """A file that is not a whole checkpoint of this version."""


def write(path, content):
    """Write bytes to a file, whole or not at all: the old file stays until the new one is there."""
    path = Path(path).resolve()
    scratch = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with scratch.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # on the disk before the name: the power may fail, too
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def save(net, path):
    """Write a model.Net to one file; ValueError if its weights are not all finite numbers."""
    if not np.isfinite(net.theta).all():
        raise ValueError(f"{path} is not written: the weights are not all finite numbers")
    file = io.BytesIO()
    np.savez(
        file,
        revlib=VERSION,
        symbols=net.alphabet.symbols,
        end=net.alphabet.end,
        n=net.n,
        activation=net.activation,
        says=net.says.symbols,
        says_end=net.says.end,
        theta=net.theta,
    )
    write(path, file.getvalue())


def load(path):
    """Read a network that `save` wrote. Nothing in the file is executed.

    Raises
    ------
    CheckpointError
        If the file is torn, foreign or of another version; the message says what was met.
    FileNotFoundError
    """
    data = Path(path).read_bytes()
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            if file["revlib"] != VERSION:
                raise ValueError(f"it has version {file['revlib']}; this revlib reads {VERSION}")
            alphabet = Alphabet(file["symbols"].tolist(), bool(file["end"]))
            says = Alphabet(file["says"].tolist(), bool(file["says_end"]))
            theta = file["theta"]
            net = Net(alphabet, int(file["n"]), str(file["activation"]), says, theta)
        if theta.dtype.kind != "f" or not np.isfinite(theta).all():
            raise ValueError("its weights are not all finite numbers")
    except Exception as error:  # a torn or foreign file may fail anywhere in the reader
        raise CheckpointError(f"{path} is not a whole checkpoint of revlib: {error}") from error
    return net
