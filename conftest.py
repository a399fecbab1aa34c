"""For every run of pytest, of tests and of notebooks: where matplotlib keeps what it has found."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def can_write(folder):
    """Return whether a file can be made in a folder, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def home():
    """Return the reader's home folder; one that is none, if that cannot be told."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull)


def spare_matplotlib(environment=os.environ):
    """Give matplotlib a folder of its own where it cannot write in the home folder.

    It would say so in red in every notebook; kernels inherit the environment.
    """
    if environment.get("MPLCONFIGDIR"):
        return
    places = {"XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache"}
    folders = [Path(environment.get(name) or home() / below) for name, below in places.items()]
    if not all(can_write(folder / "matplotlib") for folder in folders):
        own = tempfile.mkdtemp(prefix="matplotlib-")
        atexit.register(shutil.rmtree, own, ignore_errors=True)
        environment["MPLCONFIGDIR"] = own


spare_matplotlib()
