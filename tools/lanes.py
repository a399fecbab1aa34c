#!/usr/bin/env python3
"""Runs the tests on other versions and in odd places, one lane after the other, and prints a line
for each.

    python tools/lanes.py [LANES]     run these lanes, or all of them (an hour and more); exit
    status 1 if one fails
    python tools/lanes.py --list      say what the lanes are
    python tools/lanes.py audit       ask pip-audit whether what the newest lane installs has known
    vulnerabilities

Each lane works in a copy of the book as it is now, with an environment of its own in .venv-lanes.
What the tests said is kept in
.venv-lanes/logs. Warnings are errors in every lane, in the kernels of the notebooks too. PYTHON311
and PYTHON313 name the Pythons.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv-lanes"
UNITS = ["-m", "pytest", "-p", "no:cacheprovider", "-m", "not browser", "tests"]
NOTEBOOKS = ["tools/test.py", "--notebooks"]
NUMBERS = [
    "-m",
    "pytest",
    "-p",
    "no:cacheprovider",
    "-m",
    "not browser",
    *(
        f"tests/test_{name}.py"
        for name in (
            "model",
            "bptt",
            "training",
            "handmade",
            "decoders",
            "rnn_cells",
            "mlp",
            "exercises",
            "quizzes",
            "teaching",
            "panels",
            "panels_learning",
        )
    ),
]
AGED = ("pyparsing<3.3",)  # older matplotlib uses names that pyparsing 3.3 warns of
SHOWN = "numpy", "matplotlib", "ipywidgets", "ipykernel", "jupyterlab"

# What every kernel of a lane runs first: a warning about the book's own code is an error, as in the
# tests.
STRICT = (
    'import warnings\nwarnings.filterwarnings("error",'
    ' module=r"revlib|__main__|numpy|matplotlib")\n'
)
# And in the lane "last-bit": each entry of each gradient may be a few last bits larger or smaller,
# as on another processor.
NUDGED = """
import numpy
from revlib import training
def nudged(update, rng):
    def also(self, theta, gradient):
        bits = 4 * numpy.finfo(gradient.dtype).eps * rng.choice([-1, 0, 1], gradient.shape).astype(gradient.dtype)
        return update(self, theta, gradient * (1 + bits))
    return also
for optimiser in training.OPTIMISERS.values():
    optimiser.update = nudged(optimiser.update, numpy.random.default_rng({seed}))
"""  # noqa: E501


class Lane(NamedTuple):
    """A way to run the tests: in which environment, which of them, and what is odd about it."""

    what: str
    python: str = "3.11"
    of: str = ""  # the lane whose environment it shares
    install: tuple = ()  # what pip is given, one call each
    runs: tuple = (UNITS, NOTEBOOKS)
    env: dict = {}
    folder: str = "book"  # what the copy is called
    before: tuple = ()  # words before the command
    kernel: str = ""  # what kernels run first, STRICT aside
    writable: bool = True


def pins(wanted, project):
    """The oldest versions that requirements allow: `numpy>=2.0` -> `numpy==2.0.*`; extras of the
    project itself are followed."""
    found = {}
    for line in wanted:
        line = line.partition(";")[0].strip()
        name, extras, bounds = re.fullmatch(r"([\w.-]+)(?:\[([\w,]+)\])?\s*(.*)", line).groups()
        if name == project["name"]:
            for extra in extras.split(","):
                for other, pin in pins(project["optional-dependencies"][extra], project).items():
                    found[other] = max(found.get(other, pin), pin, key=_numbers)
        else:
            pin = f"{name}=={re.search(r'>=([0-9.]+)', bounds)[1]}.*"
            found[name] = max(found.get(name, pin), pin, key=_numbers)
    return found


def _numbers(pin):
    return [int(part) for part in re.findall(r"\d+", pin.partition("==")[2])]


def project(root=ROOT):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def lanes():
    """Every lane by its name, in the order in which they run."""
    declared = project()
    oldest = pins([*declared["dependencies"], "revlib[test]"], declared)
    bare = pins(declared["dependencies"], declared)
    tools = [
        pin
        for name, pin in oldest.items()
        if name in ("pytest", "nbval", "nbclient", "nbformat", "ipykernel", "mpmath", "hypothesis")
    ]
    test, here = (("-e", ".[test]"),), (("--no-deps", "--no-build-isolation", "-e", "."),)
    newest = {"of": "newest-3.11"}
    return {
        "newest-3.11": Lane(
            "the newest versions, everything, browser and site too",
            install=test,
            runs=(["tools/test.py"],),
        ),
        "newest-3.13": Lane("the newest versions", python="3.13", install=test),
        "oldest-3.11": Lane(
            "the oldest versions that pyproject.toml allows",
            install=((*oldest.values(), *AGED), *here),
        ),
        "bare-3.11": Lane(
            "the oldest versions for the package alone, and notebooks",
            install=((*bare.values(), *tools, "setuptools>=77", *AGED), *here),
            runs=(NOTEBOOKS,),
        ),
        "colab-3.13": Lane(
            "what Google Colab has, notebooks",
            python="3.13",
            install=(("-r", "tests/colab.txt", *AGED), *here),
            runs=(NOTEBOOKS,),
            env={"PYTEST_ADDOPTS": "-W default -p no:cacheprovider"},
        ),  # pytest meets Colab's own old tools there
        "random-order": Lane("tests in random order", runs=(UNITS,), **newest),
        "odd-folder": Lane(
            "a folder with a space and non-ASCII letters in its path",
            folder="Grüße aus 東京 (ü)",
            **newest,
        ),
        "read-only": Lane("a checkout that cannot be written to", writable=False, **newest),
        "elsewhere": Lane(
            "another locale, time zone and encoding",
            **newest,
            env={
                "LANG": "C",
                "LC_ALL": _locale(),
                "PYTHONUTF8": "0",
                "PYTHONCOERCECLOCALE": "0",
                "TZ": "Pacific/Kiritimati",
            },
        ),
        **{
            f"blas-{core}": Lane(
                f"OpenBLAS as on {core}",
                runs=(NUMBERS, NOTEBOOKS),
                env={"OPENBLAS_CORETYPE": core},
                **newest,
            )
            for core in ("Prescott", "Haswell", "Zen", "SkylakeX")
        },
        "old-processor": Lane(
            "NumPy and OpenBLAS as on a processor without AVX-512 and AVX2",
            runs=(NUMBERS, NOTEBOOKS),
            **newest,
            env={
                "OPENBLAS_CORETYPE": "Nehalem",
                "NPY_DISABLE_CPU_FEATURES": "AVX512_SPR AVX512_ICL X86_V4 X86_V3",
            },
        ),
        "last-bit": Lane(
            "each gradient off by a few last bits", runs=(NOTEBOOKS,), kernel=NUDGED, **newest
        ),
        "no-network": Lane(
            "no network but the loopback",
            before=("unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"),
            **newest,
        ),
    }


def _locale():
    """A locale whose letters and commas are not English ones, if this machine has one; else C."""
    there = (
        subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
        if shutil.which("locale")
        else []
    )
    return next((name for name in there if name.startswith(("tr_TR", "de_DE", "fr_FR"))), "C")


def interpreter(version):
    """The Python of a version: as PYTHON311 or PYTHON313 says, the one on the path, or the one that
    runs this; None if none is."""
    found = shutil.which(os.environ.get(f"PYTHON{version.replace('.', '')}", f"python{version}"))
    return found or (sys.executable if "{}.{}".format(*sys.version_info) == version else None)


def environment(name, lane, log):
    """The Python of a lane's environment, made if it is not there or no longer what the lane wants;
    None if that fails."""
    folder = HOME / name
    python = folder / "bin" / "python"
    wanted = hashlib.sha256(
        repr(
            (
                lane.install,
                (ROOT / "pyproject.toml").read_bytes(),
                (ROOT / "tests" / "colab.txt").read_bytes(),
            )
        ).encode()
    ).hexdigest()
    if (folder / ".ready").exists() and (folder / ".ready").read_text(encoding="utf-8") == wanted:
        return python
    base = interpreter(lane.python)
    if base is None:
        print(
            f"No Python {lane.python} was found; PYTHON{lane.python.replace('.', '')} says where"
            " it is.",
            file=log,
        )
        return None
    calls = [
        [base, "-m", "venv", "--clear", folder],
        *(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
            for what in lane.install
        ),
    ]
    for call in calls:
        if subprocess.call(call, cwd=ROOT, stdout=log, stderr=log):
            return None
    (folder / ".ready").write_text(wanted, encoding="utf-8")
    return python


def copy(to):
    """The book as it is now, without what git ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)


def counted(said):
    """What pytest's last lines say, added up: {"passed": …, "failed": …}."""
    found = {}
    for line in re.findall(r"^=*\s*((?:\d+ \w+,? ?)+) in [\d.]+s", said, re.MULTILINE):
        for many, what in re.findall(r"(\d+) (\w+)", line):
            what = {"errors": "error", "warnings": "warning"}.get(what, what)
            found[what] = found.get(what, 0) + int(many)
    return found


def run(name, lane, log):
    """Run a lane's tests in a copy of the book; what is to be said of it, and whether all is
    well."""
    python = environment(lane.of or name, lanes()[lane.of] if lane.of else lane, log)
    if python is None:
        return "its environment could not be made", False
    if lane.before and subprocess.call([*lane.before, "true"], stdout=log, stderr=log):
        return f"left out: this machine does not let us ({' '.join(lane.before[:2])})", True
    seed, codes = random.randrange(10_000), []
    with tempfile.TemporaryDirectory() as scratch:
        book, home = pathlib.Path(scratch) / lane.folder, pathlib.Path(scratch) / "home"
        book.mkdir()
        copy(book)
        start = home / "ipython" / "profile_default" / "startup" / "00-strict.py"
        start.parent.mkdir(parents=True)
        start.write_text(STRICT + lane.kernel.format(seed=seed), encoding="utf-8")
        (home / "tmp").mkdir()
        env = (
            os.environ
            | {
                "HOME": str(home),
                "IPYTHONDIR": str(home / "ipython"),
                "TMPDIR": str(home / "tmp"),
                "PYTHONPATH": str(book),
                "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
                "PYTHONDONTWRITEBYTECODE": "1",
            }
            | lane.env
        )
        before, options = list(lane.before), []
        if name == "random-order":
            extra = HOME / "randomly"
            if not extra.exists() and subprocess.call(
                [
                    python,
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--no-deps",
                    "--target",
                    extra,
                    "pytest-randomly",
                ],
                stdout=log,
                stderr=log,
            ):
                return "pytest-randomly could not be installed", False
            env["PYTHONPATH"] += os.pathsep + str(extra)
            options = [f"--randomly-seed={seed}"]
        if not lane.writable:
            subprocess.run(["chmod", "-R", "a-w", book], check=True)
            if os.geteuid() == 0:  # who may write everywhere gives that right up
                before = [
                    "setpriv",
                    "--bounding-set=-dac_override,-dac_read_search",
                    "--inh-caps=-all",
                ]
        for arguments in lane.runs:
            log.flush()
            codes.append(
                subprocess.call(
                    [*before, python, *arguments, *options],
                    cwd=book,
                    env=env,
                    stdout=log,
                    stderr=log,
                )
            )
        if not lane.writable:
            subprocess.run(["chmod", "-R", "u+w", book], check=True)
    log.flush()
    found = counted(pathlib.Path(log.name).read_text(encoding="utf-8", errors="replace"))
    versions = subprocess.run(
        [
            python,
            "-c",
            (
                "import sys, importlib.metadata as m\nprint('Python', '.'.join(map(str,"
                " sys.version_info[:3])), end='')\nfor d in m.distributions():\n  if"
                f" d.name.lower() in {SHOWN}: print(',', d.name, d.version, end='')"
            ),
        ],
        capture_output=True,
        text=True,
    ).stdout
    told = ", ".join(f"{many:,} {what}" for what, many in found.items())
    drawn = f" (seed {seed})" if name in ("random-order", "last-bit") else ""
    return f"{versions}: {told}{drawn}", not any(codes)


def audit():
    """Ask pip-audit about the environment newest-3.11; 0, 1 if something is vulnerable, 2 if that
    is not known of everything."""
    with open(HOME / "logs" / "audit.txt", "w", encoding="utf-8") as log:
        lane = lanes()["newest-3.11"]
        python, auditor = (
            environment("newest-3.11", lane, log),
            environment("audit", Lane("", install=(("pip-audit",),)), log),
        )
        if python is None or auditor is None:
            print(f"audit         pip-audit could not be installed; see {log.name}")
            return 2
        site = subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
        ).stdout.strip()
        done = subprocess.run(
            [
                auditor,
                "-m",
                "pip_audit",
                "--path",
                site,
                "--skip-editable",
                "--progress-spinner",
                "off",
                "--timeout",
                "15",
                "--format",
                "json",
            ],
            capture_output=True,
            text=True,
        )
        log.write(done.stdout + done.stderr)
    told, status = audited(done.stdout, done.stderr)
    print(f"audit         {told}")
    return status


def audited(said, errors):
    """What an audit came to, in words, and 0, 1 (something is vulnerable) or 2 (not everything
    could be looked up).

    pip-audit says "No known vulnerabilities found" of packages that it could not look up, too: so
    what it skipped is counted.
    """
    try:
        packages = [
            package
            for package in json.loads(said)["dependencies"]
            if package.get("skip_reason") != "distribution marked as editable"
        ]
    except (ValueError, KeyError, TypeError):
        last = next(
            (line.strip() for line in reversed((said + errors).splitlines()) if line.strip()),
            "it said nothing",
        )
        return f"nothing is known: pip-audit could not reach its data ({last[:300]})", 2
    unknown = [package for package in packages if "skip_reason" in package]
    bad = [
        f"{package['name']} {package['version']}: {vulnerability['id']}"
        for package in packages
        for vulnerability in package.get("vulns", [])
    ]
    told = (
        f"{len(packages) - len(unknown)} of {len(packages)} packages were looked up, {len(bad)}"
        " known vulnerabilities" + "".join(f"\n  {one}" for one in bad)
    )
    if unknown:
        told += (
            f"\n  nothing is known of the other {len(unknown)}; of the first, pip-audit says:"
            f" {unknown[0]['skip_reason']}"
        )
    return told, 1 if bad else 2 if unknown or not packages else 0


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true")
    parser.add_argument("lanes", nargs="*", metavar="LANE")
    given, every = parser.parse_args(arguments), lanes()
    unknown = [name for name in given.lanes if name not in (*every, "audit")]
    if unknown:
        parser.error(f"no lane is called {unknown[0]!r}; there are {', '.join([*every, 'audit'])}")
    if given.list:
        print("\n".join(f"{name:13} {lane.what}" for name, lane in every.items()))
        return 0
    (HOME / "logs").mkdir(parents=True, exist_ok=True)
    status = 0
    for name in given.lanes or [*every, "audit"]:
        if name == "audit":
            status = max(status, audit() % 2)  # not to know is no failure, and has been said
            continue
        start = time.monotonic()
        with open(HOME / "logs" / f"{name}.txt", "w", encoding="utf-8") as log:
            told, good = run(name, every[name], log)
        print(
            f"{name:13} {told}, {time.monotonic() - start:.0f}"
            f" s{'' if good else f'; NOT WELL, see {log.name}'}",
            flush=True,
        )
        status = status if good else 1
    return status


if __name__ == "__main__":
    sys.exit(main())
