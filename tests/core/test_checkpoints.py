"""Checkpoints: round trips; and torn, flipped, foreign, killed and failing writes: refused, and the
old file stays."""

import ast
import errno
import io
import json
import os
import pathlib
import pickle
import random
import subprocess
import sys

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from helpers.counting import count
from helpers.drawing_lots import alphabets, chosen, drawn, random_net, same_net, seeds, trials
from revlib import checkpoint, model, training
from revlib.alphabet import Alphabet

WORDS = ("zero", "one", "twenty", "five", "字", "é")


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


@pytest.mark.slow
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
@pytest.mark.parametrize("where", ["os.fsync", "numpy.savez", "os.replace"])
def test_a_write_that_fails_leaves_the_old_file(where, failure, saved, monkeypatch):
    net, path = saved

    def fail(*args, **named):
        if where == "os.fsync":
            os.ftruncate(args[0], 100)  # so much of it is on the disk
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


ROOT = pathlib.Path(__file__).resolve().parents[2]
OTHER_PICKLES = ("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve")
READERS = ("joblib.load", "load_pickle", "pandas.read_pickle", "pd.read_pickle")


# ---------------------------------------------------------------- the loaders there are


def code():
    """Yield (place, source) of all code of the book: cells, revlib, tools, benchmarks."""
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        if any(part.startswith(".") for part in path.relative_to(ROOT).parts):
            continue
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                lines = [line for line in cell["source"] if line.lstrip()[:1] not in ("!", "%")]
                yield f"{path.name} {cell['id']}", "".join(lines)
    for folder in ("revlib", "tools", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield f"{folder}/{path.name}", path.read_text(encoding="utf-8")


def pickled(source):
    """Return where a source could read a pickle: by a module that does, a loader, or NumPy."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            found += [name for name in names if name.split(".")[0] in OTHER_PICKLES]
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            allowed = [key.value for key in node.keywords if key.arg == "allow_pickle"]
            by_place = called in ("np.load", "numpy.load") and len(node.args) > 2
            if called in READERS or by_place:
                found.append(ast.unparse(node))
            found += [ast.unparse(each) for each in allowed if ast.unparse(each) != "False"]
    return found


def test_nobody_reads_a_pickle():
    """benchmarks/runs.py's cache aside, which is joblib's, of its own making, and never leaves the
    machine."""
    places = list(code())
    assert len(places) > 200 and sum("np.load(" in source for _, source in places) > 5
    assert {place: found for place, source in places if (found := pickled(source))} == {}
    count("files: pieces of code searched for a reader of pickles", len(places))
    assert "/benchmarks/.runs/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "np.load(x, allow_pickle=True)",
        "np.load(x, allow_pickle=yes)",
        "joblib.load(x)",
        "np.load(x, None, True)",
        "import dill as d",
    ],
)
def test_a_reader_of_pickles_is_found(source):
    assert pickled(source)


def disguises(bomb):
    """Yield bytes that would write to the path `bomb` if what is in them were unpickled."""
    trap = pickle.dumps(Bomb(bomb))
    yield from (pickle.dumps(Bomb(bomb), protocol) for protocol in range(6))
    yield from (magic + trap for magic in (b"PK\3\4", b"PK\5\6", b"\x93NUMPY\1\0"))
    for objects in (np.array([Bomb(bomb)], dtype=object), np.array(Bomb(bomb), dtype=object)):
        out = io.BytesIO()
        np.save(out, objects)
        yield out.getvalue()
        for name in ("theta", "symbols", "says", "revlib", "n", "end", "activation"):
            out = io.BytesIO()
            np.savez(out, **{"revlib": checkpoint.VERSION, name: objects})
            yield out.getvalue()


def test_a_pickle_in_disguise_is_never_run(tmp_path):
    bomb, path = tmp_path / "bomb", tmp_path / "net.npz"
    for content in disguises(bomb):
        path.write_bytes(content)
        with pytest.raises(checkpoint.CheckpointError):
            checkpoint.load(path)
        assert not bomb.exists(), content
        count("files: pickles in disguise")
    pickle.loads(pickle.dumps(Bomb(bomb))).close()
    assert bomb.exists(), "the bombs are live"


# ---------------------------------------------------------------- fuzz


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "net.npz"


def refused(path):
    """Return whether a file is refused, in the words of a checkpoint, and what it holds if not."""
    try:
        return False, checkpoint.load(path)
    except checkpoint.CheckpointError as error:
        assert str(error).startswith(f"{path} is not a whole checkpoint of revlib: ")
        return True, None


@pytest.mark.slow
@trials(80, 3_000)
@given(st.data())
def test_any_network_comes_back_or_is_refused(path, data):
    """Whole it comes back, to the bit; torn anywhere it is refused; with a bit flipped it is
    refused, or the same."""
    reads, says = data.draw(alphabets), data.draw(alphabets)
    net = model.Net(reads, data.draw(st.integers(1, 16)), data.draw(chosen), says)
    dtype = data.draw(st.sampled_from([np.float16, np.float32, np.float64]))
    net = drawn(net.astype(dtype), data.draw(seeds))
    checkpoint.save(net, path)
    assert same_net(checkpoint.load(path), net)
    whole = path.read_bytes()
    size = data.draw(st.integers(0, len(whole) - 1))
    path.write_bytes(whole[:size])
    assert refused(path)[0], size
    path.write_bytes(whole[:size] + bytes(len(whole) - size))  # what a power cut may leave
    assert refused(path)[0] or not any(whole[size:]), size
    place, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
    no, found = refused(path)
    assert no or same_net(found, net), (place, bit)
    count("files: networks there and back, torn and flipped")


@trials(60, 20_000)
@given(
    st.sampled_from([b"", b"PK\3\4", b"PK\5\6", b"\x93NUMPY\1\0v\0", b"\x80\4\x95", b"{"]),
    st.binary(max_size=200),
)
def test_foreign_bytes_are_refused(path, magic, content):
    path.write_bytes(magic + content)
    assert refused(path)[0]
    count("files: foreign bytes")
