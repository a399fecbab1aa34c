#!/usr/bin/env python3
"""Makes .venv for this folder and this Python, with what is asked for; does nothing if it is there.

    python tools/venv.py lab         what a reader needs
    python tools/venv.py test        what every test needs
    python tools/venv.py peers       PyTorch and JAX to measure beside, in .venv-peers
    python tools/venv.py lab -- jupyter lab notebooks     and then runs a command in it

An environment knows where it was made: its programs and its link to revlib hold whole paths. So one
that was moved, copied, made by another Python or for another pyproject.toml is made anew.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
EVERY = 20  # packages from one line of progress to the next


def programs(venv):
    """Return the folder of an environment's programs."""
    return venv / ("Scripts" if os.name == "nt" else "bin")


def wanted(extra, root):
    """Return what is true of an environment that serves: where, for which project."""
    project = (root / "pyproject.toml").read_bytes()
    return {"folder": str(root), "project": hashlib.sha256(project).hexdigest(), "extra": extra}


def python_of(venv):
    """Return the version that the environment's Python says it has; None if it does not run."""
    program = programs(venv) / "python"
    try:
        said = subprocess.run(
            [program, "-c", "import sys; print(sys.version)"], capture_output=True, text=True
        )
    except OSError:
        return None
    return said.stdout if said.returncode == 0 else None


def ready(venv, extra, root=ROOT):
    """Return whether the environment serves: it is there, of this place and project, and runs.

    One with the extra "test" has all that "lab" has.
    """
    try:
        made = json.loads((venv / "made.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    enough = made.get("extra") == extra or (extra, made.get("extra")) == ("lab", "test")
    python = made.pop("python", None)
    same = made | {"extra": extra} == wanted(extra, root)
    return enough and same and python is not None and python == python_of(venv)


def make(venv, extra, root=ROOT):
    """Make the environment; SystemExit with the reason and the way out if it cannot be made."""
    if sys.version_info < OLDEST:
        raise SystemExit(
            f"This is Python {sys.version_info[0]}.{sys.version_info[1]}; the book needs 3.11 or"
            " newer. Install it from https://www.python.org, or say which:"
            " make lab PYTHON=/path/to/python3"
        )
    began = time.monotonic()
    print(f"Installing into {venv.name}, once: a minute or two.", flush=True)
    if venv.exists():
        print("  deleting the old one", flush=True)
        shutil.rmtree(venv, ignore_errors=True)
    print("  making an empty environment (some seconds)", flush=True)
    python = getattr(sys, "_base_executable", sys.executable)  # this may be the old one's Python
    made = subprocess.run([python, "-m", "venv", venv], capture_output=True, text=True)
    if made.returncode != 0:
        shutil.rmtree(venv, ignore_errors=True)
        why = (made.stdout + made.stderr).strip()
        cure = "\nOn Debian and Ubuntu: apt install python3-venv" if "ensurepip" in why else ""
        raise SystemExit(f"Making {venv.name} failed: {why}{cure}")
    pip = [programs(venv) / "python", "-m", "pip", "install"]
    pip += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    if extra == "peers":
        pip += ["-r", str(root / "benchmarks" / "requirements.txt"), "-e", str(root)]
    else:
        pip += ["-e", f"{root}[{extra}]"]
    if install(pip, root) != 0:
        raise SystemExit(f"Installing into {venv.name} failed; what pip said stands above.")
    stamp = wanted(extra, root) | {"python": python_of(venv)}
    (venv / "made.json").write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    print(f"  done, in {time.monotonic() - began:.0f} s", flush=True)


def stages(lines):
    """Yield what pip is about, a sentence a stage, from the lines that it prints."""
    yield "asking the package index what is needed"
    known = set()
    fetched = 0
    for line in lines:
        wanted = re.match(r"Collecting ([\w.-]+)", line)
        if wanted and wanted[1] not in known:
            known.add(wanted[1])
            if len(known) % EVERY == 0:
                yield f"asking the package index: {len(known)} packages so far"
        if re.match(r"(Downloading|Using cached) \S+(?<!\.metadata) ", line):
            fetched += 1
            if fetched % EVERY == 1:
                yield f"fetching packages: {fetched} of {len(known)}"
        if line.startswith("Installing collected packages:"):
            yield f"unpacking {line.count(',') + 1} packages (the longest wait)"


def install(pip, root):
    """Run pip and say what it is about; return its exit status. Its errors pass through."""
    with subprocess.Popen(pip, cwd=root, stdout=subprocess.PIPE, text=True) as running:
        for stage in stages(running.stdout):
            print(f"  {stage}", flush=True)
    return running.returncode


def run(command):
    """Run a command in the book's folder; return its exit status. Ctrl+C is the command's."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # it was told, too, and ends as it likes
    try:
        return subprocess.call(command, cwd=ROOT)
    finally:
        signal.signal(signal.SIGINT, before)


def main(arguments=None):
    """Make the environment if need be, and run the command if there is one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extra", choices=["lab", "test", "peers"])
    parser.add_argument("command", nargs="*", help="what to run in it, after --")
    given = parser.parse_args(arguments)
    venv = ROOT / (".venv-peers" if given.extra == "peers" else ".venv")
    if not ready(venv, given.extra):
        try:
            make(venv, given.extra)
        except KeyboardInterrupt:
            raise SystemExit(f"Stopped; next time {venv.name} is made from the start.") from None
    if not given.command:
        return 0
    program, *rest = given.command
    os.environ["PATH"] = f"{programs(venv)}{os.pathsep}{os.environ.get('PATH', '')}"
    return run([programs(venv) / program, *rest])


if __name__ == "__main__":
    sys.exit(main())
