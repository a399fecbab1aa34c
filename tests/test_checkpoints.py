"""Checkpoints: round trips; and torn, flipped, foreign, killed and failing writes: refused, and the
old file stays."""

import errno
import os
import pathlib
import pickle
import random
import subprocess
import sys

import numpy as np
import pytest
from test_model import random_net

from revlib import checkpoint, model, training
from revlib.alphabet import Alphabet

WORDS = ("zero", "one", "twenty", "five", "字", "é")


def same_net(a, b):
    """Whether two networks are the same to the bit."""
    return (a.made, a.theta.dtype, a.theta.tobytes()) == (b.made, b.theta.dtype, b.theta.tobytes())


@pytest.fixture
def saved(tmp_path):
    """A small network, and the file it is in."""
    net, _ = random_net(random.Random(9), "ab", 1)
    checkpoint.save(net, tmp_path / "net.npz")
    return net, tmp_path / "net.npz"


# In the locale C a file can have no other name.
NAME = "any name 🙂" if sys.getfilesystemencoding() == "utf-8" else "any name"


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("activation", ["relu", "tanh", "linear"])
@pytest.mark.parametrize("end", [False, True])
@pytest.mark.parametrize("letters", ["abc", "a", "🙂é\u0301'", ' "\\', "אב", WORDS])
def test_there_and_back(letters, activation, end, dtype, tmp_path):
    net = model.Net(Alphabet(letters, end), 3, activation).astype(dtype)
    net.theta[:] = np.random.default_rng(0).normal(0, 0.3, net.theta.size)
    checkpoint.save(net, tmp_path / NAME)
    found = checkpoint.load(tmp_path / NAME)
    assert same_net(found, net)
    assert type(found.n) is int
    assert os.listdir(tmp_path) == [NAME]
    found.Wh[:] = 0
    checkpoint.save(found, str(tmp_path / NAME))
    assert same_net(checkpoint.load(str(tmp_path / NAME)), found)


@pytest.mark.parametrize("reads_end", [False, True])
@pytest.mark.parametrize("says_end", [False, True])
@pytest.mark.parametrize("reads, says", [("0123456789", WORDS), (WORDS, "xyz"), ("abc", "abc")])
def test_both_alphabets_come_back(reads, says, reads_end, says_end, tmp_path):
    net = model.Net(Alphabet(reads, reads_end), 2, "tanh", Alphabet(says, says_end))
    net.theta[:] = np.random.default_rng(1).normal(0, 1, net.theta.size)
    checkpoint.save(net, tmp_path / "net")
    found = checkpoint.load(tmp_path / "net")
    assert same_net(found, net)
    assert (found.alphabet, found.says) == (net.alphabet, net.says)
    text = net.alphabet.join(net.alphabet.symbols)
    assert found.run(text).output == net.run(text).output


def test_numbers_of_every_kind_come_back(tmp_path):
    net = model.Net("a", 2)
    net.theta[:6] = -0.0, 5e-324, 1.7976931348623157e308, -1e-300, np.nextafter(1, 2), np.pi
    checkpoint.save(net, tmp_path / "net")
    assert same_net(checkpoint.load(tmp_path / "net"), net)


def test_a_network_that_was_loaded_can_be_trained_on(saved):
    net, path = saved
    runs = []
    for start in (net, checkpoint.load(path)):
        batch = training.Batch(start, ["ab", "b"])
        runs.append([*training.train(start, batch, training.Adam(), 5)][-1].theta.tolist())
    assert runs[0] == runs[1]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weights_that_are_no_numbers_are_not_written(value, saved):
    net, path = saved
    broken = net.copy()
    broken.theta[3] = value
    with pytest.raises(ValueError, match="net.npz is not written: the weights are not all finite"):
        checkpoint.save(broken, path)
    assert same_net(checkpoint.load(path), net)


# ---------------------------------------------------------------- files that are none


def test_torn_anywhere_is_refused(saved):
    _, path = saved
    for size in range(path.stat().st_size - 1, -1, -1):
        os.truncate(path, size)  # written anew two thousand times, the disk would take seconds
        with pytest.raises(checkpoint.CheckpointError, match="net.npz is not a whole checkpoint"):
            checkpoint.load(path)


def test_a_byte_flipped_is_refused_or_harmless(saved):
    """At 200 places drawn by lot, and at all 46 of the directory's first entry, where zip keeps
    flags and methods."""
    net, path = saved
    whole = path.read_bytes()
    rng = random.Random(11)
    refused = 0
    directory = whole.index(b"PK\x01\x02")
    places = [(rng.randrange(len(whole)), rng.randrange(1, 256)) for _ in range(200)]
    places += [(directory + i, 1 << bit) for i in range(46) for bit in (0, 3, 6)]
    for place, change in places:
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


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        "grüße".encode() * 50,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\x93NUMPY",
        b"PK\3\4",
    ],
    ids=repr,
)
def test_foreign_files_are_refused(content, tmp_path):
    path = tmp_path / "net.npz"
    path.write_bytes(content)
    with pytest.raises(checkpoint.CheckpointError, match="net.npz is not a whole checkpoint"):
        checkpoint.load(path)


def test_nothing_in_a_file_runs(saved, tmp_path):
    net, path = saved
    with np.load(path) as file:
        parts = dict(file)
    bomb = tmp_path / "bomb"
    trap = np.array([Bomb(bomb)], dtype=object)
    path.write_bytes(pickle.dumps(Bomb(bomb)))
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.load(path)
    for name in parts:
        with path.open("wb") as file:
            np.savez(file, **{**parts, name: trap})
        with pytest.raises(checkpoint.CheckpointError):
            checkpoint.load(path)
    assert not bomb.exists()
    pickle.loads(pickle.dumps(Bomb(bomb))).close()
    assert bomb.exists(), "the bomb is none"


def test_files_with_other_contents_are_refused(saved):
    net, path = saved
    with np.load(path) as file:
        parts = dict(file)
    theta = parts["theta"]
    changes = [
        {"revlib": 1},
        {"revlib": 3},
        {"revlib": "two"},
        {"revlib": [2, 2]},
        {"theta": theta[:-1]},
        {"theta": theta[:, None]},
        {"theta": theta * np.nan},
        {"theta": theta * np.inf},
        {"theta": theta.astype(int)},
        {"theta": theta.astype(str)},
        {"theta": theta + 1j},
        {"n": 0},
        {"n": -1},
        {"n": 10**15},
        {"activation": "sigmoid"},
        {"symbols": []},
        {"symbols": ["a", "a"]},
        {"symbols": ["a", "b", "c"]},
        {"symbols": ["a", "two words"]},
        {"symbols": [1, 2]},
        {"says": ["a"]},
        {"says": ["a", "a"]},
        {"end": [True, False]},
        {"says_end": True},
    ]
    wrong = [{**parts, **change} for change in changes]
    wrong += [{k: v for k, v in parts.items() if k != gone} for gone in parts]
    wrong += [{"x": np.zeros(3)}, {}]
    for content in wrong:
        with path.open("wb") as file:
            np.savez(file, **content)
        with pytest.raises(checkpoint.CheckpointError, match="net.npz is not a whole checkpoint"):
            checkpoint.load(path)
    with path.open("wb") as file:
        np.save(file, net.theta)  # .npy, not .npz
    with pytest.raises(checkpoint.CheckpointError, match="net.npz is not a whole checkpoint"):
        checkpoint.load(path)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"revlib": 1}, "it has version 1; this revlib reads 2$"),
        ({"theta": np.full(12, np.nan)}, "its weights are not all finite numbers$"),
        ({"theta": np.zeros(3)}, r"this network has 12 parameters; theta has shape \(3,\)$"),
        ({"activation": "sigmoid"}, "activation 'sigmoid' is not one of relu, tanh, linear$"),
    ],
)
def test_the_message_says_what_is_wrong(change, message, saved):
    net, path = saved
    assert net.theta.size == 12
    with np.load(path) as file:
        parts = dict(file)
    with path.open("wb") as file:
        np.savez(file, **{**parts, **change})
    with pytest.raises(checkpoint.CheckpointError, match=message):
        checkpoint.load(path)


def test_where_there_is_nothing_to_read(tmp_path):
    with pytest.raises(FileNotFoundError):
        checkpoint.load(tmp_path / "nothing")
    with pytest.raises(OSError):
        checkpoint.load(tmp_path)


# ---------------------------------------------------------------- writes that fail

KILLED = """
import os, random, signal, sys, time
from revlib import checkpoint, model
path, rng, seen = sys.argv[1], random.Random(12), set()
nets = [model.post_net(), model.post_net()]
nets[1].theta[:] = 7
wanted = [net.theta.tobytes() for net in nets]
checkpoint.save(nets[0], path)
for _ in range(50):
    child = os.fork()
    while not child:
        for net in nets:
            checkpoint.save(net, path)
    time.sleep(rng.uniform(0.002, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    seen.add(wanted.index(checkpoint.load(path).theta.tobytes()))
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
    "failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=repr
)
@pytest.mark.parametrize("where", ["pathlib.Path.write_bytes", "numpy.savez", "os.replace"])
def test_a_write_that_fails_leaves_the_old_file(where, failure, saved, monkeypatch):
    net, path = saved

    def fail(*args, **named):
        if where == "pathlib.Path.write_bytes":
            with open(args[0], "wb") as file:
                file.write(args[1][:100])
        raise failure

    before = path.read_bytes()
    monkeypatch.setattr(where, fail)
    with pytest.raises(type(failure)):
        checkpoint.save(model.post_net(), path)
    with pytest.raises(type(failure)):
        checkpoint.save(model.post_net(), path.with_name("new.npz"))
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert same_net(checkpoint.load(path), net)
    assert os.listdir(path.parent) == ["net.npz"]


def test_any_bytes_are_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "results.json"
    checkpoint.write(path, b"old")
    assert path.read_bytes() == b"old"
    checkpoint.write(str(path), b"new")
    assert path.read_bytes() == b"new"
    seen = []

    def replace(scratch, target):
        seen.append((pathlib.Path(scratch).read_bytes(), pathlib.Path(target).read_bytes()))
        raise OSError

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OSError):
        checkpoint.write(path, b"newer")
    assert seen == [(b"newer", b"new")], "the new file is whole before the old one goes"
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["results.json"]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_a_link_stays_a_link(saved, tmp_path):
    net, path = saved
    link = tmp_path / "link"
    link.symlink_to(path)
    checkpoint.save(model.post_net(), link)
    assert link.is_symlink()
    assert same_net(checkpoint.load(path), model.post_net())


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
    assert same_net(checkpoint.load(path), net)
    assert sorted(os.listdir(tmp_path)) == ["folder", "net.npz"]
    assert not os.listdir(tmp_path / "folder")
