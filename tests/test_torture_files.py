"""Torture of what is read: torn, flipped, foreign, disguised. Nothing is loaded wrong, and nothing
is executed."""

import ast
import io
import json
import pathlib
import pickle

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from test_checkpoints import Bomb, same_net
from test_torture_library import alphabets, chosen, drawn, seeds, trials
from torture import count

from revlib import checkpoint, model

ROOT = pathlib.Path(__file__).resolve().parent.parent
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
