"""What a first visit to a page of the site weighs, and how long it takes on a slow machine.

    make bench NAME=first-visit            every chapter, the first page, and an empty page
    python benchmarks/first_visit.py 01 06 these only

The site is built first. Each page is opened in Chromium, which is slowed four times by its own
throttling, with nothing in its cache, from a server on loopback that compresses as sites do (gzip).
Of three visits the median counts. Bytes are those that were sent, with their headers; times are
milliseconds from the request: the first paint, the end of loading, and the first drag, which is the
moment when the first slider was moved and the picture had changed.
"""

import gzip
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from helpers import lab as jupyter  # noqa: E402
from tools import pages, web  # noqa: E402

SLOWER = 4
VISITS = 3
EMPTY = "# An empty page\n\n$$S(t) = \\mathrm{ReLU}(x(t)\\,W_h + S(t-1)\\,W_s)$$\n"
COMPRESSED = {".html", ".js", ".css", ".svg", ".json", ".map"}
DRAG = """() => {
    const look = () => {
        const slider = document.querySelector(".revlib-frames input[type=range]");
        const frame = slider?.closest(".revlib-frames").querySelector(".frame");
        const before = frame?.textContent;
        if (frame) {  // else the page has come in part only
            slider.value = slider.value === slider.max ? slider.min : slider.max;
            slider.dispatchEvent(new Event("input", {bubbles: true}));
            if (frame.textContent !== before) window.dragged = performance.now();
        }
        if (!window.dragged) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
TIMES = """() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
    load: performance.getEntriesByType("navigation")[0].loadEventEnd,
    drag: window.dragged,
})"""


class Compressing(web.Quiet):
    """Serves a folder as a host of sites does, texts compressed."""

    def do_GET(self):
        """Send a file."""
        path = pathlib.Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in COMPRESSED:
            content = gzip.compress(content, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def visit(chromium, address, drags):
    """Open a page as one who was never there; return its bytes, requests and times."""
    context = chromium.new_context(viewport=jupyter.PAGE)
    page = context.new_page()
    session = context.new_cdp_session(page)
    sent = []
    session.on("Network.loadingFinished", lambda done: sent.append(done["encodedDataLength"]))
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(f"({DRAG})()")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if drags:
        page.wait_for_function("window.dragged")
    times = page.evaluate(TIMES)
    context.close()
    return {"bytes": sum(sent), "requests": len(sent), **times}


def empty_page(folder, lighter):
    """Build a site of one page without any text but a formula; return where it lies."""
    source, html = folder / "source", folder / ("lighter" if lighter else "theme")
    source.mkdir(exist_ok=True)
    (source / "index.md").write_text(EMPTY, encoding="utf-8")
    made = [sys.executable, "-m", "sphinx", "-q", "-E", "-c", pages.SITE]
    subprocess.run([*made, "-d", folder / "trees", source, html], check=True)
    if lighter:
        pages.lighten(html)
    return html


def row(name, chromium, address, drags=False):
    """Print one page's figures, the median of some visits."""
    visits = [visit(chromium, address, drags) for _ in range(VISITS)]
    measured = [key for key in visits[0] if drags or key != "drag"]
    median = {key: statistics.median(one[key] for one in visits) for key in measured}
    drag = f"{median['drag']:9,.0f}" if drags else " " * 9
    print(
        f"{name:32}{median['bytes'] / 1000:8,.0f}{median['requests']:10.0f}"
        f"{median['paint']:9,.0f}{median['load']:9,.0f}{drag}",
        flush=True,
    )


def main(wanted):
    """Print the table."""
    if pages.main():
        return 1
    html = pages.BUILD / "html"
    names = ["index", *(f"notebooks/{path.stem}" for path in sorted(html.glob("notebooks/*.html")))]
    names = [name for name in names if not wanted or any(one in name for one in wanted)]
    print(f"Chromium, {SLOWER} times slower than this machine, the median of {VISITS} visits")
    print(f"{'page':32}{'kB sent':>8}{'requests':>10}{'paint':>9}{'load':>9}{'drag':>9}")
    with jupyter.browser("the first visit") as chromium, tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for title, lighter in (("empty, as the theme comes", False), ("empty, ours", True)):
            with web.served(empty_page(folder, lighter), Compressing) as address:
                row(title, chromium, f"{address}/index.html")
        with web.served(html, Compressing) as address:
            for name in names:
                drags = 'type="range"' in (html / f"{name}.html").read_text(encoding="utf-8")
                row(name, chromium, f"{address}/{name}.html", drags)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
