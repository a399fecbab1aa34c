"""JupyterLab in a headless Chromium, for tests: starts both, opens a chapter, runs it, reads and
drives its panels.

Everything stays on this machine and in a temporary folder: the server listens on loopback with a
token of its
own, the notebooks are copies, and no setting of the user's is read or written.
"""

import contextlib
import functools
import json
import os
import pathlib
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from tools import cells, web

NOTEBOOKS = pathlib.Path(__file__).resolve().parents[2] / "notebooks"
HAND = NOTEBOOKS.parent / "revlib" / "panels" / "hand.js"
PANEL = re.compile(r"panels\.(\w+_panel)\(")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",  # feigned by the processor where there is none
]
PAGE = {"width": 1200, "height": 1500}  # pixels
WAIT = 30  # seconds, at most, for anything but starting the server and running a chapter
LOOK = 50  # milliseconds from look to look; once a frame would have the page drawn without end
SETTINGS = {  # every cell is drawn, not only those in view; nothing is asked of anyone
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
}


def leave_out(what, why):
    """Skip, so that the summary says what was left out and why; or fail, if nothing may be left
    out."""
    if os.environ.get("REVLIB_NOTHING_LEFT_OUT") == "1":
        pytest.fail(
            f"{what} cannot run: {why} (and REVLIB_NOTHING_LEFT_OUT=1 is set)", pytrace=False
        )
    pytest.skip(f"LEFT OUT: {what}, because {why}")


@contextlib.contextmanager
def browser(what):
    """A headless Chromium; `what` is left out if there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        leave_out(what, "the package playwright is not installed: pip install -e '.[test]'")
    with sync_playwright() as playwright:
        path = web.chromium(playwright.chromium.executable_path)
        if path is None:
            leave_out(
                what,
                f"there is no browser: none of {', '.join(web.BROWSERS)} is on the path, and"
                " Playwright has none of its own (Debian and Ubuntu: apt install chromium)",
            )
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        running.new_context(viewport=PAGE)
        try:
            yield running
        finally:
            running.close()


def new_page(running, **options):
    """A page in the browser's one context, where scripts once fetched are kept compiled.

    With other options than PAGE's it has a context of its own.
    """
    page = running.new_page(**options) if options else running.contexts[0].new_page()
    page.set_default_timeout(WAIT * 1000)
    page.wait_for_function = functools.partial(page.wait_for_function, polling=LOOK)
    return page


class Lab:
    """A JupyterLab server over a copy of the notebooks. `with Lab(folder) as lab:`"""

    def __init__(self, folder, notebooks=NOTEBOOKS):
        self.folder, self.root, self.token = folder, folder / "notebooks", secrets.token_hex(16)
        shutil.copytree(
            notebooks, self.root, ignore=shutil.ignore_patterns(".ipynb_checkpoints", ".*")
        )
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        for name, settings in SETTINGS.items():
            file = self.folder / "settings/@jupyterlab" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(settings))
        # the widgets' extensions alone: JupyterLite's kernel, say, is for its own pages
        theirs = pathlib.Path(sys.prefix) / "share" / "jupyter" / "labextensions"
        extensions = self.folder / "labextensions"
        for name in ("@jupyter-widgets", "anywidget"):
            shutil.copytree(theirs / name, extensions / name)
        own = {
            name: str(self.folder / name.lower())
            for name in (
                "JUPYTER_CONFIG_DIR",
                "JUPYTER_DATA_DIR",
                "JUPYTER_RUNTIME_DIR",
                "JUPYTERLAB_WORKSPACES_DIR",
                "IPYTHONDIR",
            )
        }
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY_"))}
        env = (
            kept
            | own
            | {
                "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
                "JUPYTER_TOKEN": self.token,
            }
        )
        options = [
            "--no-browser",
            "--ip=127.0.0.1",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.root}",
            "--LabApp.expose_app_in_browser=True",
            f"--LabApp.labextensions_path={extensions}",
            "--LabApp.news_url=",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            options.append("--allow-root")
        self.log = self.folder / "lab.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyter", "lab", *options],
                env=env,
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until(self._answers, 90, f"JupyterLab did not start; see {self.log}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()  # it stops its kernels
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(15)

    def _answers(self):
        if self.process.poll() is not None:
            raise RuntimeError(
                f"JupyterLab ended at once: {self.log.read_text(encoding='utf-8')[-2000:]}"
            )
        try:
            return self.api("status")
        except OSError:
            return None

    def api(self, path, method="GET"):
        """An answer of the server's own interface."""
        request = urllib.request.Request(
            f"{self.address}/api/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")


def wait_until(check, seconds=WAIT, otherwise="", pause=0.05):
    """What `check()` returns once that is true. AssertionErrors count as "not yet"; the last one is
    the reason."""
    end = time.monotonic() + seconds
    while True:
        try:
            found, reason = check(), None
            if found:
                return found
        except AssertionError as error:
            reason = error
        if time.monotonic() > end:
            raise reason or TimeoutError(f"{otherwise or 'nothing'} within {seconds} s")
        time.sleep(pause)


def listen(page, address):
    """(addresses asked for that are not of this machine, errors in the page's console): both fill
    up as it goes on."""
    here, outside, errors = (
        (address, address.replace("http", "ws", 1), "data:", "blob:", "about:"),
        set(),
        [],
    )
    note = lambda request: None if request.url.startswith(here) else outside.add(request.url)
    page.on("request", note)
    page.on("websocket", note)
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    page.on("pageerror", lambda error: errors.append(f"uncaught: {error}"))
    return outside, errors


# In the page: `book` finds the panels by the place of their cells and looks at them.
SCRIPT = r"""
window.book = {
  cell: i => document.querySelectorAll('.jp-Notebook .jp-Cell')[i],
  output: i => book.cell(i).querySelector('.jp-OutputArea'),
  scroller: () => document.querySelector('.jp-Notebook').closest('.jp-WindowedPanel-outer') || document.querySelector('.jp-WindowedPanel-outer'),
  page: i => book.output(i).querySelector('.widget-html-content'),
  html: i => [...book.page(i).children].map(e => book.plain(e)).map(e => new XMLSerializer().serializeToString(e)).join(''),
  plain: e => { const copy = e.cloneNode(true);  // without what shows that a number was asked
      [copy, ...copy.querySelectorAll('[class]')].filter(c => !c.classList.contains('flow') && /^(revlib-\w+ ?)*$/.test(c.getAttribute('class') ?? 'no'))
          .forEach(c => c.removeAttribute('class'));
      return copy; },
  row: (i, name) => [...book.output(i).querySelectorAll('.widget-label')].find(e => e.textContent.trim() === name)?.parentElement,
  handle: (i, name) => book.row(i, name).parentElement.querySelector('.noUi-handle'),
  track: (i, name) => book.row(i, name).parentElement.querySelector('.noUi-target'),
  values: i => Object.fromEntries([...book.output(i).querySelectorAll('.widget-label')].map(e => {
      const at = e.parentElement.querySelector('input, select');
      return [e.textContent.trim(), at && (at.tagName === 'SELECT' ? at.selectedOptions[0].textContent.replaceAll('\u00a0', ' ') : at.value)]; })),
  stills: i => [...book.output(i).querySelectorAll('img')].map(e => ({alt: e.alt, width: e.naturalWidth, src: e.src, seen: e.checkVisibility() && e.offsetWidth > 50})),
  button: (i, name) => [...book.output(i).querySelectorAll('button')].find(e => e.title === name || e.textContent.trim() === name),
  rect: (i, block, place) => [...book.page(i).querySelectorAll('[data-block]')].find(g => g.dataset.block === block)
      ?.querySelectorAll(':scope > rect')[place],
  lit: i => [...book.page(i).querySelectorAll('.revlib-lit')].map(e => [e.closest('[data-block]').dataset.block,
      [...e.parentElement.querySelectorAll(':scope > rect')].indexOf(e)]),
  why: i => book.output(i).querySelector('.revlib-why')?.textContent,
  kernel: () => { const s = window.jupyterapp?.shell?.currentWidget?.sessionContext, k = s?.session?.kernel;
      return Boolean(s?.isReady && k?.connectionStatus === 'connected' && k?.status === 'idle'); },
  run: async code => { const notebook = jupyterapp.shell.currentWidget.content;
      for (const i of code) { notebook.activeCellIndex = i; await jupyterapp.commands.execute('notebook:run-cell'); } },
  outputs: () => jupyterapp.shell.currentWidget.content.model.toJSON().cells.map(c => c.outputs || []),
  // milliseconds from each key press to the changed picture, and what scrolled or grew meanwhile
  watch: i => {
      const page = book.page(i), top = book.scroller(), times = [], seen = {scroll: new Set(), height: new Set()};
      let pressed = null, on = true, changes = 0;
      const key = () => { pressed = performance.now(); };
      const changed = () => { changes += 1; if (pressed !== null) times.push(performance.now() - pressed); pressed = null; look(); };
      const look = () => { seen.scroll.add(Math.round(top.scrollTop)); seen.height.add(Math.round(book.output(i).offsetHeight)); };
      const frame = () => { if (on) { look(); requestAnimationFrame(frame); } };
      const observer = new MutationObserver(changed);
      document.addEventListener('keydown', key, true);
      observer.observe(page, {childList: true, subtree: true, characterData: true});
      frame();
      window.watched = { times: () => times, stop: () => { on = false; observer.disconnect();
          document.removeEventListener('keydown', key, true);
          return {times, changes, scroll: [...seen.scroll], height: [...seen.height]}; } };
  },
};
"""  # noqa: E501


class Chapter:
    """One chapter, in a page of its own or in one that shows JupyterLab already; run when asked."""

    def __init__(self, lab, browser, name, page=None):
        self.lab, self.name, self.file = lab, name, f"{name}.ipynb"
        self.cells = json.loads((lab.root / self.file).read_text(encoding="utf-8"))["cells"]
        self.page = page or new_page(browser)
        self.page.add_init_script(SCRIPT)
        self.outside, self.errors = listen(self.page, lab.address)

    def place(self, panel):
        """Which cell, from 0, calls panels.`panel`."""
        return next(
            i
            for i, cell in enumerate(self.cells)
            if cell["cell_type"] == "code" and f"panels.{panel}(" in "".join(cell["source"])
        )

    def js(self, call, *args):
        """The value of `book.call(...args)` in the page."""
        return self.page.evaluate(f"args => book.{call}(...args)", list(args))

    def open(self):
        """Open the notebook and wait till its kernel is idle and connected; a command before that
        would be lost."""
        there = self.page.evaluate("() => Boolean(window.jupyterapp)")
        if there:
            self.page.evaluate(
                "path => { jupyterapp.commands.execute('docmanager:open', {path}); }", self.file
            )
        else:
            # one workspace a notebook, and `reset`: no other session is restored
            self.page.goto(
                f"{self.lab.address}/lab/workspaces/{self.name}/tree/{self.file}?reset&token={self.lab.token}"
            )
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=120000)
        self.page.wait_for_function("() => book.kernel()", timeout=120000)
        assert not self.page.locator(".jp-Dialog").count(), self.page.locator(
            ".jp-Dialog"
        ).first.inner_text()
        if not there:
            self.page.evaluate("() => jupyterapp.commands.execute('application:toggle-left-area')")
        self.page.wait_for_function(
            f"() => document.querySelectorAll('.jp-Notebook .jp-Cell').length >= {len(self.cells)}"
        )

    def run(self, seconds=180):
        """Run the cells that panels and quizzes need, and wait till the panels are there.

        What else the notebook computes is strict nbval's to run.
        """
        code = [i for i, cell in enumerate(self.cells) if cell["cell_type"] == "code"]
        sources = ["".join(self.cells[i]["source"]) for i in code]
        shown = [k for k, source in enumerate(sources) if PANEL.search(source)]
        asked = [k for k, source in enumerate(sources) if re.search(r"(?m)^quiz\(", source)]
        needed = sorted({code[j] for k in [*shown, *asked] for j in cells.needed(sources, k)})
        self.page.evaluate("code => { book.run(code); }", needed)
        self.page.wait_for_function(
            """code => book.kernel() && code.every(i => /\\[\\d+\\]/.test(book.cell(i).querySelector('.jp-InputPrompt').textContent))
            || book.outputs().flat().some(o => o.output_type === 'error')""",  # noqa: E501
            arg=needed,
            timeout=seconds * 1000,
        )
        for k in shown:
            self.page.wait_for_function("i => book.page(i)?.querySelector('svg')", arg=code[k])

    def leave(self):
        """Close the notebook, unsaved, and stop its kernel; JupyterLab stays, for the next."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.dispose()")
        self.page.wait_for_function("() => !document.querySelector('.jp-Notebook')")
        self.stop()

    def close(self):
        """Close the page and stop its kernel."""
        self.page.close()
        self.stop()

    def stop(self):
        """Stop the notebook's kernel."""
        for session in self.lab.api("sessions"):
            if session["path"] == self.file:
                self.lab.api(f"sessions/{session['id']}", "DELETE")
