"""The static site, built once in a run of the tests, whichever of its processes asks first."""

import os
import subprocess
import sys

from filelock import FileLock

from helpers import lab as jupyter
from tools import pages

HTML = pages.BUILD / "html"


def built(what):
    """Build the site if this run of the tests has not yet; `what` is left out without Node.js.

    Two processes that built it side by side would serve each other's halves: between Sphinx's
    start and its end even the colours of code are others.
    """
    if not pages.shutil.which("npm") and not (pages.SITE / "node_modules").exists():
        jupyter.leave_out(what, "npm is not on the path: install Node.js")
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    by = pages.BUILD / "built-by"
    pages.BUILD.mkdir(exist_ok=True)
    with FileLock(pages.BUILD / "building.lock"):
        if not by.exists() or by.read_text("utf-8") != run:
            done = subprocess.run(
                [sys.executable, pages.ROOT / "tools" / "pages.py"], capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout + done.stderr
            by.write_text(run, "utf-8")
    return HTML
