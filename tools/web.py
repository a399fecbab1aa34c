"""What tools, measurements and tests need of the web: a server on this machine, and a Chromium."""

import contextlib
import functools
import http.server
import os
import shutil
import threading

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Sends the files of a folder, and says nothing of it."""

    def log_message(self, *_):
        """Say nothing."""


@contextlib.contextmanager
def served(folder, handler=Quiet):
    """Serve a folder on loopback; give its address."""
    handler = functools.partial(handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)


def chromium(own=None):
    """Return the path of a Chromium: the first of BROWSERS on the path, or `own` (Playwright's) if
    that is there; None if there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or (own if own and os.path.exists(own) else None)
