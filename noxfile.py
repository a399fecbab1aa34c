"""Runs the tests on other versions and in odd places: `nox --list` says where.

    nox                                 units and notebooks, on every Python that is here
    nox -s oldest                       one session; `nox -t numbers`: all with a tag
    nox -s "blas(core='Zen')" -- tests/core/test_model.py notebooks/06_training.ipynb -x

What follows `--` are the tests and notebooks to run instead of all, and options for pytest.
Warnings are errors everywhere, in the kernels of the notebooks too.
"""

import pathlib
import random
import shutil
import subprocess

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["units", "notebooks"]

ROOT = pathlib.Path(__file__).resolve().parent
VERSIONS = ["3.11", "3.12", "3.13", "3.14"]
AGED = "pyparsing>=3.2,<3.3"  # older matplotlib uses names that pyparsing 3.3 warns of
PYTEST = ["python", "-m", "pytest", "-p", "no:cacheprovider"]
NBVAL = "--nbval --nbval-current-env --nbval-cell-timeout=60 --nbval-sanitize-with=tests/nbval.cfg"
RUNS = {
    "tests": [*PYTEST, "-m", "not browser and not nightly"],
    "notebooks": [*PYTEST, *NBVAL.split(), "--ignore-glob=*/.*", "-q"],
}

# What every kernel runs first: a warning about the book's own code is an error, as in the tests.
STRICT = """
import warnings
warnings.filterwarnings("error", module=r"revlib|__main__|numpy|matplotlib")
"""

# And in `last_bit`: each entry of each gradient may be a few last bits larger or smaller, as on
# another processor.
NUDGED = """
import numpy
from revlib import training
def nudged(update, rng):
    def also(self, theta, gradient):
        sign = rng.choice([-1, 0, 1], gradient.shape).astype(gradient.dtype)
        return update(self, theta, gradient * (1 + 4 * numpy.finfo(gradient.dtype).eps * sign))
    return also
for optimiser in training.OPTIMISERS.values():
    optimiser.update = nudged(optimiser.update, numpy.random.default_rng({seed}))
"""

ELSEWHERE = {"LANG": "C", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"}
ELSEWHERE |= {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
OFFLINE = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
# Who may write everywhere gives that right up.
NO_ROOT = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]


def run(session, *parts, folder=ROOT, before=(), kernel="", **env):
    """Run the tests or notebooks that were asked for, or all of these parts, in a folder."""
    asked = [word for word in session.posargs if word.startswith(tuple(RUNS))]
    options = [word for word in session.posargs if word not in asked]
    home = pathlib.Path(session.create_tmp()).resolve()
    startup = home / "ipython" / "profile_default" / "startup" / "00-strict.py"
    startup.parent.mkdir(parents=True, exist_ok=True)
    startup.write_text(STRICT + kernel, encoding="utf-8")
    env = {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
    } | env
    with session.chdir(folder):
        for part in parts:
            chosen = [word for word in asked if word.startswith(part)]
            if chosen or not asked:
                command = [*before, *RUNS[part], *options, *(chosen or [part])]
                session.run(*command, env=env, external=bool(before))


def copy(to):
    """The book as it is now, without what git ignores."""
    ask = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(ask, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in listed.split("\0"):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to / name)


@nox.session(python=VERSIONS, tags=["versions"])
def units(session):
    """The newest versions: the tests."""
    session.install("-e", ".[test]")
    run(session, "tests")


@nox.session(python=VERSIONS, tags=["versions"])
def notebooks(session):
    """The newest versions: the notebooks."""
    session.install("-e", ".[test]")
    run(session, "notebooks")


@nox.session(python="3.11", venv_backend="uv", tags=["versions"])
def oldest(session):
    """The oldest versions that pyproject.toml allows."""
    session.install("--resolution=lowest-direct", "-e", ".[test]", AGED)
    run(session, "tests", "notebooks")


@nox.session(python="3.11", venv_backend="uv", tags=["versions"])
def bare(session):
    """The oldest versions for the package alone, and notebooks."""
    needs = ["pytest>=8.3", "nbval>=0.11", "ipykernel>=6.29"]
    session.install("--resolution=lowest-direct", "-e", ".", *needs, AGED)
    run(session, "notebooks")


@nox.session(python="3.13", tags=["versions"])
def colab(session):
    """What Google Colab has, and notebooks."""
    session.install("-r", "tests/colab.txt", AGED)
    session.install("--no-build-isolation", "-e", ".", "-r", "tests/colab.txt")  # nothing else
    run(session, "notebooks", PYTEST_ADDOPTS="-W default")  # its own old tools warn


@nox.session(python="3.11", tags=["numbers"])
@nox.parametrize("core", ["Prescott", "Nehalem", "Haswell", "Zen", "SkylakeX"])
def blas(session, core):
    """OpenBLAS as on another processor; on Nehalem NumPy has no AVX2 and no AVX-512 either."""
    session.install("-e", ".[test]")
    off = "AVX512_SPR AVX512_ICL X86_V4 X86_V3" if core == "Nehalem" else ""
    run(session, "tests", "notebooks", OPENBLAS_CORETYPE=core, NPY_DISABLE_CPU_FEATURES=off)


@nox.session(python="3.11", tags=["numbers"])
def last_bit(session):
    """Each gradient off by a few last bits, in the notebooks."""
    session.install("-e", ".[test]")
    seed = random.randrange(10_000)
    session.log(f"seed {seed}")
    run(session, "notebooks", kernel=NUDGED.format(seed=seed))


@nox.session(python="3.11")
def shuffled(session):
    """The tests in random order."""
    session.install("-e", ".[test]", "pytest-randomly")
    run(session, "tests")


@nox.session(python="3.11")
@nox.parametrize("place", ["odd_folder", "elsewhere", "read_only", "no_network"])
def places(session, place):
    """A copy of the book in an odd place; read_only: HOME too."""
    session.install("-e", ".[test]")
    before = {"read_only": NO_ROOT, "no_network": OFFLINE}.get(place, [])
    if before and subprocess.call([*before, "true"], stderr=subprocess.DEVNULL):
        session.skip(f"this machine does not let us {before[0]}")
    scratch = pathlib.Path(session.create_tmp()).resolve() / "place"
    shutil.rmtree(scratch, ignore_errors=True)
    folder = scratch / ("Grüße aus 東京 (ü)" if place == "odd_folder" else "book")
    home = scratch / "home"
    home.mkdir(parents=True)
    copy(folder)
    env = ELSEWHERE if place == "elsewhere" else {}
    if place == "read_only":
        subprocess.run(["chmod", "-R", "a-w", folder, home], check=True)
    try:
        run(session, "tests", "notebooks", folder=folder, before=before, HOME=str(home), **env)
    finally:
        subprocess.run(["chmod", "-R", "u+w", scratch], check=True)


@nox.session(python="3.11", venv_backend="uv")
def audit(session):
    """What pip-audit knows against the newest versions of all that pyproject.toml names."""
    session.install("pip-audit", "uv")
    pins = str(pathlib.Path(session.create_tmp()).resolve() / "requirements.txt")
    session.run("uv", "pip", "compile", "-q", "pyproject.toml", "--all-extras", "-o", pins)
    session.run("pip-audit", "--strict", "--disable-pip", "--no-deps", "-r", pins)
