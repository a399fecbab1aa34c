"""Torture of what is written and read: torn, flipped, foreign, disguised, no room, no right to
write, killed.

Whatever happens, nothing is loaded wrong, nothing is executed, the old file stays, and no litter
grows.
"""

import argparse
import ast
import errno
import io
import json
import logging
import os
import pathlib
import pickle
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from test_checkpoints import Bomb, same_net
from test_torture_library import activations, alphabets, drawn, seeds, trials
from torture import count, times

from revlib import checkpoint, model
from revlib.alphabet import Alphabet

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "notebooks" / "results"
sys.path.insert(0, str(ROOT / "benchmarks"))
import runs

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing to kill here")


# ---------------------------------------------------------------- the loaders there are


def code():
    """(place, source) of every line of code of the book: the notebooks' cells, revlib, tools,
    benchmarks."""
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        if not any(part.startswith(".") for part in path.relative_to(ROOT).parts):
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                if cell["cell_type"] == "code":
                    yield (
                        f"{path.name} {cell['id']}",
                        "".join(
                            line for line in cell["source"] if line.lstrip()[:1] not in ("!", "%")
                        ),
                    )
    for folder in ("revlib", "tools", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield f"{folder}/{path.name}", path.read_text(encoding="utf-8")


def pickled(source):
    """Where a source could read a pickle: the modules that do, a loader of theirs, and NumPy told
    that it may."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            found += [
                name
                for name in names
                if name.split(".")[0]
                in ("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve")
            ]
        elif isinstance(node, ast.Call):
            found += [
                ast.unparse(node)
                for key in node.keywords
                if key.arg == "allow_pickle"
                and not (isinstance(key.value, ast.Constant) and key.value.value is False)
            ]
            found += [ast.unparse(node)] * (
                ast.unparse(node.func)
                in ("joblib.load", "load_pickle", "pandas.read_pickle", "pd.read_pickle")
            )
            found += [ast.unparse(node)] * (
                ast.unparse(node.func) in ("np.load", "numpy.load") and len(node.args) > 2
            )
    return found


def test_nobody_reads_a_pickle():
    """benchmarks/runs.py's cache aside, which is joblib's, of its own making, and never leaves the
    machine."""
    places = list(code())
    assert len(places) > 200 and sum("np.load(" in source for _, source in places) > 5
    for place, source in places:
        assert not pickled(source), place
    count("files: pieces of code searched for a reader of pickles", len(places))
    for broken in (
        "import pickle",
        "from pickle import loads",
        "np.load(x, allow_pickle=True)",
        "np.load(x, allow_pickle=yes)",
        "joblib.load(x)",
        "np.load(x, None, True)",
        "import dill as d",
    ):
        assert pickled(broken), broken
    assert "/benchmarks/.runs/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def read_npz(path, keys=None):
    """As the chapters read weights: np.load, and asked by key; it leaves a file open that it
    refuses, and so is given the bytes."""
    with np.load(io.BytesIO(path.read_bytes())) as file:
        return {name: file[name] for name in keys or file.files}


def read_json(path):
    """As the chapters read tables."""
    return json.loads(path.read_text())


REFUSALS = (
    ValueError,
    OSError,
    EOFError,
    KeyError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    MemoryError,
)  # what a foreign file gives


def refused_or(loader, path, right, same):
    """True if the loader refuses the file; else what it loads must be right."""
    try:
        found = loader(path)
    except REFUSALS:
        return True
    except Exception as error:  # zlib has an error of its own
        assert type(error).__module__ == "zlib", repr(error)
        return True
    assert same(found, right), path
    return False


def same_arrays(a, b):
    return a.keys() == b.keys() and all(
        a[key].dtype == b[key].dtype and np.array_equal(a[key], b[key]) for key in b
    )


SMALL = {
    "5-1-8-0": np.linspace(-1, 1, 20),
    "5-1-8-1": np.zeros(7),
    "grüße": np.ones((2, 3), np.float32),
}
TABLE = {
    "numpy": "2",
    "name": "grüße 🙂",
    "runs": [{"k": k, "accuracy": [1.0, 1 / 3]} for k in range(3)],
}


@pytest.fixture
def files(tmp_path, monkeypatch):
    """One of each kind, small: (path, loader, what is in it, how to compare)."""
    monkeypatch.setattr(runs, "RESULTS", tmp_path)
    runs.keep("small", SMALL)
    runs.write("table", TABLE)
    net = drawn(model.Net(Alphabet("aé🙂", end=True), 2, "tanh"), 0)
    checkpoint.save(net, tmp_path / "net.npz")
    return {
        "checkpoint": (tmp_path / "net.npz", checkpoint.load, net, same_net),
        "weights": (tmp_path / "small.npz", lambda path: read_npz(path, SMALL), SMALL, same_arrays),
        "table": (tmp_path / "table.json", read_json, TABLE, lambda a, b: a == b),
    }


KINDS = pytest.mark.parametrize("kind", ["checkpoint", "weights", "table"])


@KINDS
def test_torn_at_every_byte(kind, files):
    path, loader, right, same = files[kind]
    whole = path.read_bytes()
    assert same(loader(path), right)
    for size in range(len(whole) - 1, -1, -1):
        os.truncate(path, size)
        assert refused_or(loader, path, right, same) or whole[size:] == b"\n", size
        if kind == "checkpoint":
            with pytest.raises(checkpoint.CheckpointError, match="net.npz"):
                loader(path)
    count(f"files: {kind}, torn", len(whole))


@KINDS
def test_a_hole_of_zeros(kind, files):
    """What a power cut leaves of a file whose name came to the disk before its bytes."""
    path, loader, right, same = files[kind]
    whole = path.read_bytes()
    for size in range(0, len(whole), times(5, 1)):
        path.write_bytes(whole[:size] + bytes(len(whole) - size))
        assert refused_or(loader, path, right, same) or not any(whole[size:]), size
        count(f"files: {kind}, ending in zeros")


@pytest.mark.parametrize("kind", ["checkpoint", "weights"])
def test_every_byte_flipped(kind, files):
    """JSON has no checksum: a digit flipped is another digit; git keeps those files, and tests
    count the tables again."""
    path, loader, right, same = files[kind]
    whole, rng, refused = path.read_bytes(), random.Random(1), 0
    changes = [
        (place, 1 << bit)
        for place in range(len(whole))
        for bit in (range(8) if times(0, 1) else [rng.randrange(8)])
    ]
    for place, change in changes:
        with path.open("r+b") as file:
            file.seek(place)
            file.write(bytes([whole[place] ^ change]))
        refused += refused_or(loader, path, right, same)
        with path.open("r+b") as file:
            file.seek(place)
            file.write(whole[place : place + 1])
    assert refused > len(changes) / 2
    count(f"files: {kind}, a bit flipped", len(changes))


@pytest.mark.parametrize("name", sorted(path.name for path in RESULTS.iterdir()))
def test_the_committed_results_torn(name, tmp_path):
    path, whole = tmp_path / name, (RESULTS / name).read_bytes()
    loader, same = (
        (read_json, lambda a, b: a == b)
        if name.endswith("json")
        else (
            (checkpoint.load, same_net)
            if name == "whole_task.npz"
            else (lambda path: read_npz(path, keys), same_arrays)
        )
    )
    keys = read_npz(RESULTS / name) if name.endswith("npz") else ()
    right = loader(RESULTS / name)
    rng = random.Random(name)
    for size in sorted(
        {0, 1, 3, 4, len(whole) - 1, *(rng.randrange(len(whole)) for _ in range(times(10, 1000)))},
        reverse=True,
    ):
        path.write_bytes(whole[:size])
        assert refused_or(loader, path, right, same) or whole[size:] == b"\n"
        count("files: the book's own results, torn")


# ---------------------------------------------------------------- foreign, and pickles in disguise


def archive(**members):
    """A zip whose members are these bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("_npy", ".npy"), content)
    return out.getvalue()


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def disguises(bomb):
    """Files that would write to the path `bomb` if what is in them were unpickled."""
    trap = pickle.dumps(Bomb(bomb))
    objects, header = np.array([Bomb(bomb)], dtype=object), npy(np.zeros(1))[:-8]
    yield from (pickle.dumps(Bomb(bomb), protocol) for protocol in range(6))
    yield from (
        npy(objects),
        b"PK\3\4" + trap,
        b"PK\5\6" + trap,
        b"\x93NUMPY\1\0" + trap,
        header + trap,
        header.replace(b"'<f8'", b"'|O' ") + trap,
    )
    for name in ("theta", "letters", "revlib", "n", "end", "activation", "5-1-8-0"):
        out = io.BytesIO()
        np.savez(
            out,
            **{
                "revlib": 1,
                "letters": [97],
                "end": False,
                "n": 1,
                "activation": "relu",
                "theta": np.zeros(8),
                "5-1-8-0": np.zeros(3),
                name: objects,
            },
        )
        yield out.getvalue()
    yield from (
        archive(theta_npy=trap),
        archive(theta=trap),
        archive(revlib_npy=trap, theta_npy=npy(objects)),
        archive(**{"../theta.npy": trap}),
        archive(**{"data.pkl": trap, "archive/data.pkl": trap}),
    )


def test_a_pickle_in_disguise_is_never_run(files, tmp_path):
    bomb = tmp_path / "bomb"
    for content in disguises(bomb):
        for kind, (_, loader, _, _) in files.items():
            path = tmp_path / {"checkpoint": "x.npz", "weights": "y.npz", "table": "z.json"}[kind]
            path.write_bytes(content)
            try:
                loader(path)
            except Exception:
                pass
            else:
                assert kind == "weights", (
                    "a stray member alone does no harm: np.load gives it as bytes"
                )
            assert not bomb.exists(), content
            if kind == "checkpoint":
                with pytest.raises(checkpoint.CheckpointError):
                    loader(path)
            count("files: pickles in disguise")
    try:
        pickle.loads(pickle.dumps(Bomb(bomb))).close()
    finally:
        assert bomb.exists(), "the bombs are live"


@trials(60, 20_000)
@given(
    st.binary(max_size=200),
    st.sampled_from(
        [b"", b"PK\3\4", b"PK\5\6", b"\x93NUMPY\1\0v\0", b"\x80\4\x95", b"{", b"\x1f\x8b"]
    ),
)
def test_foreign_bytes(content, magic):
    path = pathlib.Path(tempfile.gettempdir()) / f"revlib-foreign-{os.getpid()}"
    try:
        path.write_bytes(magic + content)
        with pytest.raises(checkpoint.CheckpointError, match="is not a whole checkpoint of revlib"):
            checkpoint.load(path)
        count("files: foreign bytes")
    finally:
        path.unlink()


@trials(40, 3_000)
@given(
    alphabets,
    st.integers(1, 64),
    activations,
    st.sampled_from([np.float16, np.float32, np.float64, ">f8"]),
    seeds,
)
def test_any_network_comes_back(alphabet, n, activation, dtype, seed):
    net = drawn(model.Net(alphabet, n, activation), seed)
    net = model.Net(alphabet, n, activation, net.theta.astype(dtype))
    path = pathlib.Path(tempfile.gettempdir()) / f"revlib-net-{os.getpid()}"
    try:
        checkpoint.save(net, path)
        assert same_net(checkpoint.load(path), net)
        count("files: networks there and back")
    finally:
        path.unlink(missing_ok=True)


def test_parts_that_save_never_writes(files):
    """n = 1.5 was read as 1, letters as floats or one too many members were nobody's business."""
    path, _, net, _ = files["checkpoint"]
    parts = read_npz(path)
    changes = [
        ("n", 2.0),
        ("n", 2.5),
        ("n", [2]),
        ("n", True),
        ("n", "2"),
        ("n", b"2"),
        ("n", 2**63),
        ("n", -2),
        ("n", None),
        ("n", 2 + 0j),
        ("end", 1),
        ("end", [True]),
        ("end", "True"),
        ("end", 2.0),
        ("activation", b"tanh"),
        ("activation", ["tanh"]),
        ("activation", "tanh "),
        ("letters", "aé🙂"),
        ("letters", [97.0, 233.0, 128578.0]),
        ("letters", [[97, 233, 128578]]),
        ("letters", [97, 233, -1]),
        ("letters", [97, 233, 0x110000]),
        ("letters", 97),
        ("letters", [97, 233]),
        ("letters", [97, 97, 233]),
        ("letters", range(65)),
        ("revlib", 1.0),
        ("revlib", True),
        ("revlib", [1]),
        ("revlib", 0),
        ("revlib", 2),
        ("revlib", "1"),
        ("theta", parts["theta"].astype(int)),
        ("theta", parts["theta"] > 0),
        ("theta", parts["theta"].astype(complex)),
        ("theta", parts["theta"][None]),
        ("theta", parts["theta"].astype("M8[s]")),
        ("theta", parts["theta"][:-1]),
        ("theta", parts["theta"] + np.inf),
        ("theta", 0.0),
        ("theta", parts["theta"].view([("x", float)])),
        ("stranger", 1),
        ("theta.npy", 1),
    ]
    for name, value in changes:
        with path.open("wb") as file:
            np.savez(file, **{**parts, name: value if value is not None else np.zeros(0)})
        with pytest.raises(
            checkpoint.CheckpointError, match="net.npz is not a whole checkpoint of revlib: ."
        ):
            checkpoint.load(path)
        count("files: checkpoints with a part that is not right")
    other = model.Net(
        "abcde", 7
    )  # another alphabet, whole: it is what it says, and its parts fit no other
    checkpoint.save(other, path)
    theirs = read_npz(path)
    assert same_net(checkpoint.load(path), other)
    for name in parts:
        with path.open("wb") as file:
            np.savez(file, **{**parts, name: theirs[name]})
        if name not in ("revlib", "activation", "end"):
            with pytest.raises(checkpoint.CheckpointError):
                checkpoint.load(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_could_not_be_read_again_is_not_written(value, files, tmp_path):
    """A network with a weight that is none took the place of a good one, and then could not be
    loaded."""
    path, _, right, _ = files["checkpoint"]
    net = right.copy()
    net.bh[0] = value
    with pytest.raises(ValueError, match="its weights are not all numbers"):
        checkpoint.save(net, path)
    for bad in (dict(TABLE, loss=float(value)), dict(TABLE, runs=[{"loss": float(value)}])):
        with pytest.raises(ValueError, match="not JSON compliant"):
            runs.write("table", bad)
    assert same_net(checkpoint.load(path), right) and read_json(tmp_path / "table.json") == TABLE
    assert sorted(os.listdir(tmp_path)) == ["net.npz", "small.npz", "table.json"]


# ---------------------------------------------------------------- the tables of the long runs


@pytest.mark.parametrize("name", ["gates", "published", "stack", "styles", "sweep", "whole_task"])
def test_a_table_is_written_as_it_was(name, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "RESULTS", tmp_path)
    table = read_json(RESULTS / f"{name}.json")
    before = json.dumps(table)
    runs.write(name, table)
    assert (tmp_path / f"{name}.json").read_bytes() == (
        RESULTS / f"{name}.json"
    ).read_bytes() and json.dumps(table) == before
    if (RESULTS / f"{name}.npz").exists() and name != "whole_task":
        weights = read_npz(RESULTS / f"{name}.npz")
        runs.keep(name, weights)
        assert same_arrays(read_npz(tmp_path / f"{name}.npz"), weights)


def learn(k):
    """What a long run would find."""
    LEARNED.append(k)
    return dict(k=k, accuracy=[k / 7] * 8), np.arange(20.0) / 3 + k


LEARNED = []


def test_a_damaged_cache_is_computed_again(tmp_path, monkeypatch):
    """Torn anywhere, or with a bit flipped anywhere: without a checksum, half of those gave another
    number."""
    monkeypatch.setattr(runs, "HERE", tmp_path)
    monkeypatch.setattr(runs, "tqdm", lambda found, **_: found)
    given = argparse.Namespace(fresh=False, dask=None, at_once=1)
    logging.getLogger().setLevel(logging.ERROR)  # joblib says each time that it could not load

    def ask():
        ((task, (row, theta)),) = runs.each(learn, [dict(k=3)], "torture", given)
        assert (task, row) == (dict(k=3), dict(k=3, accuracy=[3 / 7] * 8)) and np.array_equal(
            theta, np.arange(20.0) / 3 + 3
        )

    LEARNED.clear()
    try:
        ask(), ask()
        assert LEARNED == [3]
        (kept,) = (tmp_path / ".runs" / "torture").rglob("output.pkl")
        whole, rng = kept.read_bytes(), random.Random(2)
        every = times(9, 1)
        for place in range(0, len(whole), every):
            for content in (
                whole[:place],
                whole[:place] + bytes([whole[place] ^ 1 << rng.randrange(8)]) + whole[place + 1 :],
            ):
                kept.write_bytes(content)
                ask()
                count("files: the long runs' cache, torn or flipped")
        for content in (b"", b"hello", json.dumps(TABLE).encode(), npy(np.zeros(3))):
            kept.write_bytes(content)
            ask()
        assert len(LEARNED) > len(whole) / every
    finally:
        logging.getLogger().setLevel(logging.WARNING)


# ---------------------------------------------------------------- no room, no right

PRELUDE = f"""
import errno, json, os, pathlib, random, resource, signal, subprocess, sys, threading, time
sys.path.insert(0, {str(ROOT / "benchmarks")!r})
import numpy as np
import runs
from revlib import model, training
folder = runs.RESULTS = pathlib.Path(sys.argv[1])
nets = [training.initial("post"), training.initial("gaussian", "abcdef", 9, np.random.default_rng(0))]
tables = [dict(a=1, runs=[dict(k=k) for k in range(99)]), dict(a=2, runs=[dict(k=-k) for k in range(50)])]
weights = [dict(x=np.arange(50.0)), dict(x=np.arange(99.0), y=np.ones(3))]

def save(i):
    training.save(nets[i], folder / "net.npz")
    runs.write("table", tables[i])
    runs.keep("weights", weights[i])

def which():
    '''Which of the two each file holds; an error if it holds neither.'''
    net, table = training.load(folder / "net.npz"), json.loads((folder / "table.json").read_text())
    with np.load(folder / "weights.npz") as file:
        found = dict(file)
    (net,) = [i for i in (0, 1) if net.theta.tobytes() == nets[i].theta.tobytes() and net.alphabet == nets[i].alphabet]
    (found,) = [i for i in (0, 1) if found.keys() == weights[i].keys() and all(np.array_equal(found[k], weights[i][k]) for k in found)]
    return net, tables.index(table), found

FILES = ["net.npz", "table.json", "weights.npz"]
save(0)
"""  # noqa: E501


def run(script, folder, *before):
    """Run a script in a process of its own, which may break what it likes; returns what it says."""
    done = subprocess.run(
        [
            *before,
            sys.executable,
            "-W",
            "error",
            "-W",
            "ignore::DeprecationWarning",
            "-c",
            PRELUDE + script,
            str(folder),
        ],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout.split()


LIMITED = """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sizes = {name: (folder / name).stat().st_size for name in FILES}
tried = 0
for name, ours in zip(FILES, (lambda: training.save(nets[0], folder / "net.npz"), lambda: runs.write("table", tables[0]), lambda: runs.keep("weights", weights[0]))):
    for most in range(0, sizes[name], int(sys.argv[2]) if len(sys.argv) > 2 else EVERY):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))    # the system refuses the byte after that
        try:
            ours()
        except OSError as error:
            assert error.errno == errno.EFBIG, error
        else:
            raise AssertionError((name, most))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        tried += 1
        assert sorted(os.listdir(folder)) == FILES
    assert which() == (0, 0, 0)
print(tried)
"""  # noqa: E501


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of a file")
def test_no_room_after_any_byte(tmp_path):
    (tried,) = run(LIMITED.replace("EVERY", str(times(7, 1))), tmp_path)
    count("files: writes stopped after a byte", int(tried))
    assert int(tried) > 500


FULL = """
filler, tried = folder / "filler", 0
for left in range(0, 12 * 1024, 512):
    room = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    filler.write_bytes(bytes(max(room - left, 0)))
    for write in (lambda: training.save(nets[1], folder / "net.npz"), lambda: runs.write("table", tables[1]), lambda: runs.keep("weights", weights[1])):
        try:
            write()
        except OSError as error:
            assert error.errno == errno.ENOSPC, error
            tried += 1
    filler.unlink()
    assert sorted(os.listdir(folder)) == FILES
    which()
    save(0)
print(tried)
"""  # noqa: E501


@pytest.mark.skipif(
    not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("unshare")),
    reason="only root may mount a small disk",
)
def test_a_disk_that_is_full(tmp_path):
    """A disk of 96 KB, in a namespace of its own that ends with the process."""
    mount = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        'mount -t tmpfs -o size=96k tmpfs "$0" && exec "$@"',
        str(tmp_path),
    ]
    if subprocess.run([*mount, "true"], capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")
    (tried,) = run(FULL, tmp_path, *mount)
    count("files: writes to a full disk", int(tried))
    assert int(tried) > 10 and not os.listdir(tmp_path)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("where", ["write", "flush", "fsync", "close", "replace", "open"])
def test_a_write_that_fails_anywhere(where, number, files, tmp_path, monkeypatch):
    failure = OSError(number, os.strerror(number))

    class Failing(io.BufferedWriter):
        """A file that takes a few bytes, and then no more."""

        def write(self, content):
            if where == "write":
                super().write(content[:99])
                raise failure
            return super().write(content)

        def flush(self):
            super().flush()
            if where == "flush":
                raise failure

        def close(self):
            if not self.closed:
                super().close()
                if where == "close":
                    raise failure

    def refuse(*_):
        raise failure

    if where in ("fsync", "replace"):
        monkeypatch.setattr(os, where, refuse)
    else:
        monkeypatch.setattr(
            pathlib.Path,
            "open",
            (
                refuse
                if where == "open"
                else lambda self, mode: Failing(io.FileIO(self, mode.replace("b", "")))
            ),
        )
    for write in (
        lambda: checkpoint.save(model.post_net(), tmp_path / "net.npz"),
        lambda: runs.write("table", dict(TABLE, more=1)),
        lambda: runs.keep("small", {}),
        lambda: checkpoint.save(model.post_net(), tmp_path / "new.npz"),
    ):
        with pytest.raises(OSError) as caught:
            write()
        assert caught.value is failure
        count("files: writes that fail in every place")
    monkeypatch.undo()
    for path, loader, right, same in files.values():
        assert same(loader(path), right)
    assert sorted(os.listdir(tmp_path)) == ["net.npz", "small.npz", "table.json"]


READ_ONLY = """
(folder / "net.npz.999999999.7.part").write_bytes(b"litter")    # that may not be cleaned away is no error of its own
os.chmod(folder, 0o555)
assert which() == (0, 0, 0)    # all that this needs is loaded now: nobody may not even read where Python is
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)    # nobody: rights do not bind root
before = sorted(os.listdir(folder))
for write in (lambda: training.save(nets[1], folder / "net.npz"), lambda: training.save(nets[1], folder / "new.npz"), lambda: runs.write("table", tables[1]),
              lambda: runs.keep("weights", weights[1])):
    try:
        write()
    except PermissionError as error:
        assert str(folder) in str(error)
    else:
        raise AssertionError("it was written")
assert which() == (0, 0, 0) and sorted(os.listdir(folder)) == before
print("kept")
"""  # noqa: E501


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_a_read_only_folder():
    open_to_all = [
        base
        for base in map(
            pathlib.Path, (tempfile.gettempdir(), "/tmp", "/var/tmp")
        )  # not below pytest's own, where nobody may look
        if base.is_dir()
        and all(part.stat().st_mode & 0o001 for part in (base.resolve(), *base.resolve().parents))
    ]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="revlib-", dir=open_to_all[0]))
    try:
        folder.chmod(0o755)
        assert run(READ_ONLY, folder) == ["kept"]
        count("files: writes into a read-only folder", 4)
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


# ---------------------------------------------------------------- killed, and side by side

KILLED = """
rng, seen, most = random.Random(3), set(), 0
for turn in range(TURNS):
    child = os.fork()
    while not child:
        save(1), save(0)
    time.sleep(rng.uniform(0.001, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    seen |= set(enumerate(which()))
    litter = [name for name in os.listdir(folder) if name.endswith(".part")]
    most = max(most, len(litter))
    assert sorted(set(os.listdir(folder)) - set(litter)) == FILES and len(litter) <= len(FILES), litter
save(1)
assert which() == (1, 1, 1) and sorted(os.listdir(folder)) == FILES
print(len(seen), most)
"""  # noqa: E501


@needs_fork
def test_killed_at_random_moments(tmp_path):
    """A process that saves over and over, killed; every file is whole, one of the two, and what was
    left is cleaned away."""
    turns = times(15, 200)
    seen, most = map(int, run(KILLED.replace("TURNS", str(turns)), tmp_path))
    count("files: processes killed while they save", turns)
    assert seen >= 4 and most <= 3
    if turns == 200:
        assert seen == 6 and most > 0, "it was never in the middle of a write"


TOGETHER = """
children = []
for k in range(4):
    child = os.fork()
    if not child:
        for turn in range(TURNS):
            save((k + turn) % 2)
        os._exit(0)
    children.append(child)
codes = [os.waitpid(child, 0)[1] for child in children]
wrong, threads = [], []

def often(k):
    try:
        for turn in range(TURNS):
            save((k + turn) % 2)
    except BaseException as error:
        wrong.append(repr(error))

threads = [threading.Thread(target=often, args=(k,)) for k in range(4)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
which()
assert sorted(os.listdir(folder)) == FILES and not wrong, (os.listdir(folder), wrong)
print(*codes)
"""


@needs_fork
def test_many_at_once(tmp_path):
    """Processes and threads that save the same files side by side: nobody cleans away what another
    is writing."""
    turns = times(10, 300)
    assert run(TOGETHER.replace("TURNS", str(turns)), tmp_path) == ["0"] * 4
    count("files: saves side by side", 8 * turns * 3)


def test_what_is_cleaned_away_and_what_is_not(tmp_path):
    """Litter of dead processes, and of an earlier process of the same number; nothing else that
    ends in .part."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    ours = f"{os.getpid()}.{threading.get_ident()}"
    gone = [
        f"net.npz.{dead.pid}.1.part",
        f"net.npz.{dead.pid}.140000000000000.part",
        f"net.npz.{ours}.part",
        "net.npz.999999999.3.part",
    ]
    kept = [
        f"net.npz.{os.getppid()}.1.part",
        f"net.npz.{os.getpid()}.1.part",
        "net.npz.part",
        "net.npz.mine.part",
        "net.npz.1.part",
        "other.npz.999999999.1.part",
        "net.npz.999999999.1.part.txt",
        "net.npz.12345678901.1.part",
        "net[1].npz.999999999.1.part",
    ]
    for name in gone + kept:
        (tmp_path / name).write_bytes(b"x")
    checkpoint.save(model.post_net(), tmp_path / "net.npz")
    assert sorted(os.listdir(tmp_path)) == sorted([*kept, "net.npz"])
    checkpoint.save(model.post_net(), tmp_path / "net[1].npz")  # not a pattern, a name
    assert sorted(os.listdir(tmp_path)) == sorted([*kept[:-1], "net.npz", "net[1].npz"])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_a_checkpoint_may_be_read_as_any_file(tmp_path):
    """Whoever may read what this process writes may read its checkpoints too; they were the
    writer's alone."""
    (tmp_path / "plain").write_bytes(b"")
    checkpoint.save(model.post_net(), tmp_path / "net.npz")
    assert (tmp_path / "net.npz").stat().st_mode == (tmp_path / "plain").stat().st_mode
