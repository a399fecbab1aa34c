"""Checkpoints: round trips; and torn, flipped, foreign, killed and failing writes: refused, and the
old file stays."""

import errno
import os
import pickle
import random
import subprocess
import sys

import numpy as np
import pytest
from test_model import random_net

from revlib import checkpoint, model, training


def same_net(a, b):
    return (a.alphabet, a.n, a.activation, a.theta.dtype, a.theta.tobytes()) == (
        b.alphabet,
        b.n,
        b.activation,
        b.theta.dtype,
        b.theta.tobytes(),
    )


@pytest.fixture
def saved(tmp_path):
    """A small network, and the file it is in."""
    net, _ = random_net(random.Random(9), "ab", 1)
    checkpoint.save(net, tmp_path / "net.npz")
    return net, tmp_path / "net.npz"


NAME = (
    "any name 🙂" if sys.getfilesystemencoding() == "utf-8" else "any name"
)  # in the locale C a file can have no other


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("activation, end", [("relu", False), ("tanh", True)])
@pytest.mark.parametrize(
    "letters", ["abc", "a", "🙂é\u0301'", ' \n\t"\\', "\u202eאב", "\0a", "a\0"]
)
def test_round_trip(letters, activation, end, dtype, tmp_path):
    net, _ = random_net(random.Random(10), letters, 3, activation, end)
    net = model.Net(net.alphabet, 3, activation, net.theta.astype(dtype))
    checkpoint.save(net, tmp_path / NAME)
    found = checkpoint.load(tmp_path / NAME)
    assert same_net(found, net) and type(found.n) is int and os.listdir(tmp_path) == [NAME]
    found.Wh[:] = 0
    [
        *training.train(found, training.Batch(found, [*letters]), training.Adam(), 2)
    ]  # it can be trained on
    checkpoint.save(found, str(tmp_path / NAME))
    assert same_net(checkpoint.load(str(tmp_path / NAME)), found)


def test_torn_anywhere_is_refused(saved):
    _, path = saved
    for size in range(path.stat().st_size - 1, -1, -1):
        os.truncate(path, size)  # written anew sixteen hundred times, the disk would take seconds
        with pytest.raises(checkpoint.CheckpointError, match="net.npz"):
            checkpoint.load(path)


def test_a_byte_flipped_is_refused_or_harmless(saved):
    """At 200 places drawn by lot, and at all 46 of the directory's first entry, where zip keeps
    flags and methods."""
    net, path = saved
    whole, rng, refused = path.read_bytes(), random.Random(11), 0
    directory = whole.index(b"PK\x01\x02")
    places = [(rng.randrange(len(whole)), rng.randrange(1, 256)) for _ in range(200)]
    for place, change in places + [
        (directory + i, 1 << bit) for i in range(46) for bit in (0, 3, 6)
    ]:
        with path.open("r+b") as file:
            file.write(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :])
        try:
            assert same_net(checkpoint.load(path), net), (place, change)
        except checkpoint.CheckpointError:
            refused += 1
    assert refused > 100


class Bomb:
    """Writes a file when unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_foreign_files_are_refused_and_nothing_runs(saved, tmp_path):
    net, path = saved
    with np.load(path) as file:
        parts = dict(file)
    bomb, trap = tmp_path / "bomb", np.array([Bomb(tmp_path / "bomb")], dtype=object)
    for content in (
        b"",
        b"hello",
        "grüße".encode() * 50,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        pickle.dumps(Bomb(bomb)),
        b"\x93NUMPY",
        b"PK\3\4",
    ):
        path.write_bytes(content)
        with pytest.raises(checkpoint.CheckpointError, match="net.npz is not a whole checkpoint"):
            checkpoint.load(path)
    wrong = [
        {**parts, "theta": trap},
        {**parts, "letters": trap},
        {**parts, "revlib": trap},
        {"x": np.zeros(3)},
        {},
        {**parts, "revlib": 2},
        {**parts, "revlib": "one"},
        {**parts, "revlib": [1, 1]},
        {**parts, "theta": parts["theta"][:-1]},
        {**parts, "theta": parts["theta"][:, None]},
        {**parts, "theta": parts["theta"] * np.nan},
        {**parts, "theta": parts["theta"] * np.inf},
        {**parts, "theta": parts["theta"].astype(int)},
        {**parts, "theta": parts["theta"].astype(str)},
        {**parts, "theta": parts["theta"] + 1j},
        {**parts, "n": 0},
        {**parts, "n": -1},
        {**parts, "n": 10**15},
        {**parts, "activation": "sigmoid"},
        {**parts, "letters": ""},
        {**parts, "letters": "aa"},
        {**parts, "end": [True, False]},
        *({k: v for k, v in parts.items() if k != gone} for gone in parts),
    ]
    for content in wrong:
        with path.open("wb") as file:
            np.savez(file, **content)
        with pytest.raises(checkpoint.CheckpointError, match="net.npz"):
            checkpoint.load(path)
    with path.open("wb") as file:
        np.save(file, net.theta)  # .npy, not .npz
    with pytest.raises(checkpoint.CheckpointError, match="net.npz is not a whole checkpoint"):
        checkpoint.load(path)
    assert not bomb.exists()
    for place, error in (
        (tmp_path / "nothing", FileNotFoundError),
        (tmp_path, OSError),
    ):  # nothing to read there at all
        with pytest.raises(error):
            checkpoint.load(place)


def test_the_message_says_what_is_wrong(saved):
    net, path = saved
    with np.load(path) as file:
        parts = dict(file)
    for change, message in (
        ({"revlib": 2}, "it has version 2, and this revlib reads version 1"),
        ({"theta": parts["theta"] * np.nan}, "its weights are not all numbers"),
        ({"theta": np.zeros(3)}, rf"have {net.theta.size} parameters; theta has shape \(3,\)"),
    ):
        with path.open("wb") as file:
            np.savez(file, **{**parts, **change})
        with pytest.raises(checkpoint.CheckpointError, match=message):
            checkpoint.load(path)


KILLED = """
import os, random, signal, sys, time
from revlib import training
path, rng, seen = sys.argv[1], random.Random(12), set()
nets = [training.initial("post"), training.initial("post")]
nets[1].theta[:] = 7
wanted = [net.theta.tobytes() for net in nets]
training.save(nets[0], path)
for _ in range(50):
    child = os.fork()
    while not child:
        for net in nets:
            training.save(net, path)
    time.sleep(rng.uniform(0.002, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    seen.add(wanted.index(training.load(path).theta.tobytes()))
print(sorted(seen))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing to kill here")
def test_killed_while_it_writes(tmp_path):
    """Fifty times at a moment drawn by lot; what is there is always one of the two networks,
    whole."""
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", KILLED, tmp_path / "net.npz"],
        capture_output=True,
        text=True,
    )
    assert (run.stdout, run.returncode) == ("[0, 1]\n", 0), run.stderr


@pytest.mark.parametrize(
    "failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()]
)
@pytest.mark.parametrize("where", ["os.fsync", "numpy.savez", "os.replace"])
def test_a_write_that_fails_leaves_the_old_file(where, failure, saved, monkeypatch):
    net, path = saved

    def fail(*args, **named):
        if where == "numpy.savez":
            args[0].write(b"PK\3\4 half a file")
        raise failure

    monkeypatch.setattr(where, fail)
    with pytest.raises(type(failure)):
        checkpoint.save(model.post_net(), path)
    with pytest.raises(type(failure)):
        checkpoint.save(model.post_net(), path.with_name("new.npz"))
    monkeypatch.undo()
    assert same_net(checkpoint.load(path), net) and os.listdir(path.parent) == ["net.npz"]


def test_places_that_cannot_be_written(saved, tmp_path):
    net, path = saved
    (tmp_path / "folder").mkdir()
    for place in (tmp_path / "nowhere" / "net.npz", path / "net.npz", tmp_path / "folder"):
        with pytest.raises(OSError):
            checkpoint.save(net, place)
    if os.geteuid():  # root may write anywhere
        (tmp_path / "folder").chmod(0o500)
        with pytest.raises(PermissionError):
            checkpoint.save(net, tmp_path / "folder" / "net.npz")
    assert same_net(checkpoint.load(path), net) and sorted(os.listdir(tmp_path)) == [
        "folder",
        "net.npz",
    ]
    assert not os.listdir(tmp_path / "folder")
