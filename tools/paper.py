#!/usr/bin/env python3
"""Prints the book into one PDF: a title, contents with page numbers, the chapters, the appendices.

    python tools/paper.py                dist/reverse-them-all.pdf
    python tools/paper.py --solutions    with the solutions at the end

1. The site is built (tools/pages.py), and served on loopback.
2. Chromium prints each chapter's page. Hints move to the chapter's end, where they give nothing
away; what only a screen can do is left out. site/_static/paper.css says how it looks.
3. pypdf joins the parts, and makes links and the outline lead to pages of the same file.
"""

import argparse
import contextlib
import io
import pathlib
import sys
import urllib.parse
from dataclasses import dataclass
from html import escape

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import notebook as tool  # noqa: E402  the folder is not a package
from tools import pages, web  # noqa: E402

HTML = ROOT / "site" / "_build" / "html"
NAME = "reverse-them-all.pdf"
OLDEST = 131  # the first Chromium that puts page numbers into the margin
A4 = {"width": 673, "height": 1123}  # pixels; what lies between the margins is as wide
SHEET = 920  # pixels, from top to foot, with a little to spare
WAIT = 60_000  # milliseconds, at most, until a page stands

# Whether fonts and formulas stand.
STANDS = """() => document.fonts.status === "loaded"
  && (!document.querySelector("article .math") || document.querySelector(".katex"))"""

# Make a page of the site ready for paper, and return its title and its sections.
PREPARE = """([kept, sheet]) => {
  const article = document.querySelector("article");
  document.documentElement.dataset.theme = "light";
  document.querySelectorAll("article section#in-revlib").forEach((e) => e.remove());
  // the rows of neighbours and of launch links
  article.querySelectorAll("p").forEach((p) => {
    const here = p.textContent.trim();
    const launch = p.querySelector("a[href*='colab.research'], a[href*='mybinder.org/v2']");
    if (p.querySelector("a") && (/^(previous|next|back to)\\b.*\\d\\d |^(previous|next): /.test(here) || launch)) p.remove();
  });
  // hints, with the number of their exercise, go to the end
  const hints = [...article.querySelectorAll("details")];
  if (hints.length) {
    const list = document.createElement("section");
    const answers = hints.some((e) => e.querySelector("summary").textContent.includes("Answer"));
    list.className = "paper-hints";
    list.innerHTML = `<h2 id="paper-hints">${answers ? "Hints and answers" : "Hints"}</h2>`;
    let number = "";
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_ELEMENT);
    const numbers = new Map();
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.matches("p > strong:first-child") && /^[\\dA-D]+\\.\\d+$/.test(node.textContent)) number = node.textContent;
      if (node.matches("details")) numbers.set(node, number);
    }
    for (const hint of hints) {
      const box = document.createElement("div"), lead = document.createElement("p");
      lead.innerHTML = "<strong></strong> <em></em>";
      lead.firstChild.textContent = numbers.get(hint);
      lead.lastChild.textContent = hint.querySelector("summary").textContent;
      hint.querySelector("summary").remove();
      box.append(lead, ...hint.childNodes);
      hint.remove();
      list.append(box);
    }
    (article.querySelector("section") ?? article).append(list);
  }
  // a listing that is longer than a sheet is set smaller
  article.querySelectorAll("pre").forEach((e) => {
    const height = e.getBoundingClientRect().height;
    if (height > sheet) e.style.fontSize = `${parseFloat(getComputedStyle(e).fontSize) * sheet / height}px`;
  });
  // a link whose page is not printed is words
  article.querySelectorAll("a[href]").forEach((a) => {
    const to = new URL(a.href, location);
    if (to.origin === location.origin && !kept.includes(decodeURI(to.pathname))) a.replaceWith(...a.childNodes);
  });
  // Chromium keeps the places of what is linked to: all that others may lead to
  const places = document.createElement("nav");
  places.hidden = true;
  article.querySelectorAll("[id]").forEach((e) => {
    if (e.closest("svg") || !e.getClientRects().length) return;
    const a = document.createElement("a");
    a.href = `#${encodeURIComponent(e.id)}`;
    places.append(a);
  });
  document.body.append(places);
  const clean = (h) => { const copy = h.cloneNode(true); copy.querySelectorAll(".headerlink").forEach((e) => e.remove()); return copy.textContent.trim(); };
  const anchor = (h) => h.id || h.closest("section[id]")?.id;
  return [...article.querySelectorAll("h1, h2")].map((h) => [h.tagName, clean(h), anchor(h)]);
}"""  # noqa: E501

# What would be cut off at the right edge, or split between pages.
MEASURE = """() => {
  const seen = [...document.querySelectorAll("article *")].filter((e) => e.getClientRects().length);
  const edge = document.querySelector("article").getBoundingClientRect().right + 1;
  const name = (e) => `${e.tagName} ${e.textContent.trim().slice(0, 50)}`;
  const blocks = seen.filter((e) => e.matches("pre, table, p, h1, h2, h3, li, .math, .katex-display"));
  const pictures = seen.filter((e) => e.matches("svg:not(svg svg, .katex svg), img"));
  return {
    cut: blocks.filter((e) => (e.scrollWidth > e.clientWidth + 1 && !e.matches(".math, .katex-display"))
      || e.getBoundingClientRect().right > edge).map(name),
    wide: pictures.filter((e) => e.getBoundingClientRect().right > edge).map(name),
    splits: pictures.filter((e) => getComputedStyle(e).breakInside !== "avoid").map(name),
    heights: pictures.map((e) => e.getBoundingClientRect().height),
    blocks: blocks.length,
  };
}"""  # noqa: E501


@dataclass
class Part:
    """A part of the book, printed: its name in the contents, its headings, its pages."""

    name: str  # "03 Decode"
    path: str  # "/notebooks/03_decoding.html"
    headings: list  # (tag, text, id), the first is the title
    first: int  # its first page, counted from 1
    pdf: object  # a PdfReader
    measured: dict

    def page_of(self, anchor):
        """Return the page on which an element is, counted from 1; its first if it has no place."""
        place = self.pdf.named_destinations.get(f"/{anchor}")
        if place is None:
            return self.first
        return self.first + self.pdf.get_destination_page_number(place)


@contextlib.contextmanager
def browser():
    """Give a headless Chromium; SystemExit in words if there is none, or none that can do it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = web.chromium(playwright.chromium.executable_path)
        if path is None:
            raise SystemExit(
                f"No browser was found that prints: none of {', '.join(web.BROWSERS)} is on the"
                " path. Install Chromium, or run: .venv/bin/python -m playwright install chromium"
            )
        running = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            if int(running.version.split(".")[0]) < OLDEST:
                raise SystemExit(
                    f"{path} is Chromium {running.version}, which numbers no pages; version"
                    f" {OLDEST} or newer does"
                )
            yield running
        finally:
            running.close()


def contents_of(index):
    """Return (name, path) of each chapter, in order, from the toctree of the site's first page."""
    toc = index.partition("```{toctree}")[2].partition("```")[0]
    lines = [line.rpartition(" <") for line in toc.splitlines() if line.endswith(">")]
    return [(name, f"/{target.removesuffix('>')}.html") for name, _, target in lines]


def solutions():
    """Return (name, path) of the solutions, in order."""
    paths = [path for path in tool.book() if path.parent.name == "solutions"]
    return [
        (f"Solutions {path.stem[:2]}", f"/notebooks/solutions/{path.stem}.html") for path in paths
    ]


def margins(said, before=0, number="counter(page)"):
    """Return the style of pages: what is said in the foot, and how many pages came before."""
    words = said.replace("\\", "").replace('"', "'")
    return f"""
        @page {{
          size: A4; margin: 18mm 16mm 20mm;
          @bottom-left {{ content: "{words}"; font: 9pt sans-serif; color: #555; }}
          @bottom-right {{ content: {number}; font: 9pt sans-serif; color: #555; }}
        }}
        html {{ counter-reset: page {before}; }}
    """


def printed(page):
    """Return what is open as a PDF."""
    from pypdf import PdfReader

    return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))


def print_part(running, address, name, path, kept, first):
    """Print one page of the site; return the part."""
    page = running.new_page(viewport=A4, color_scheme="light")
    page.set_default_timeout(WAIT)
    page.goto(f"{address}{path}")
    page.wait_for_load_state("networkidle")
    page.wait_for_function(STANDS)
    page.emulate_media(media="print", color_scheme="light")
    headings = page.evaluate(PREPARE, [kept, SHEET])
    page.add_style_tag(content=margins(titled(name, headings), first - 1))
    measured = page.evaluate(MEASURE)
    pdf = printed(page)
    page.close()
    return Part(name, path, headings, first, pdf, measured)


def front(address, parts, picture):
    """Return the title page and the contents, in HTML."""
    rows = []
    for part in parts:
        sections = part.headings[1:]
        lines = [
            f'<a href="{address}{part.path}#{anchor}">{escape(text)}'
            f"&nbsp;<b>{part.page_of(anchor)}</b></a>"
            for _, text, anchor in sections
        ]
        rows.append(
            f'<section><h3><a href="{address}{part.path}">'
            f"<span>{escape(titled(part.name, part.headings))}</span>"
            f"<i></i><b>{part.first}</b></a></h3>"
            f"<p>{' · '.join(lines)}</p></section>"
        )
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Reverse Them All</title>
        <style>{FRONT}{margins("Reverse Them All", number="counter(page, lower-roman)")}</style>
        <header><h1>Reverse Them All</h1>
        <p>A book that teaches sequence-to-sequence models on one task small enough to follow by
        hand: read 'abc', say 'cba'.</p>{picture}
        <p class="small">Printed from the book's notebooks. There its panels move, its quizzes
        answer and its exercises are judged. Hints stand at the end of each chapter. Code under the
        MIT licence, prose and pictures under CC BY 4.0.</p></header>
        <h2>Contents</h2>{"".join(rows)}"""


FRONT = """
    body { font: 10pt/1.45 sans-serif; color: #222; margin: 0; font-variant-ligatures: none; }
    header { break-after: page; padding-top: 45mm; text-align: center; }
    header h1 { font-size: 34pt; margin: 0 0 8mm; }
    header p { font-size: 13pt; margin: 0 auto 14mm; max-width: 125mm; }
    header svg { max-width: 100%; height: auto; }
    header .small { font-size: 9pt; color: #555; margin-top: 20mm; }
    section { break-inside: avoid; margin-bottom: 4mm; }
    h3 { font-size: 11pt; margin: 0; }
    h3 a { display: flex; align-items: baseline; gap: 2mm; }
    h3 i { flex: 1; border-bottom: 1px dotted #888; }
    p { margin: 0; } section p { font-size: 9pt; color: #444; }
    a { color: inherit; text-decoration: none; } p a b { color: #0060a0; font-weight: 600; }
"""


def print_front(running, address, parts, picture):
    """Print the title page and the contents."""
    page = running.new_page(viewport=A4, color_scheme="light")
    page.set_content(front(address, parts, picture))
    pdf = printed(page)
    page.close()
    return pdf


def join(address, cover, parts):
    """Return a PdfWriter that holds all: pages, links from page to page, the outline."""
    from pypdf import PdfWriter
    from pypdf.generic import Fit

    writer = PdfWriter()
    for reader in (cover, *(part.pdf for part in parts)):
        for page in reader.pages:
            writer.add_page(page)
    before = len(cover.pages)
    by_path = {part.path: part for part in parts}
    of_page = [None] * before + [part for part in parts for _ in part.pdf.pages]
    for page, here in zip(writer.pages, of_page):
        lead_on(writer, page, before, here, by_path, address)
    writer.set_page_label(0, before - 1, style="/r")  # i, ii, iii; then from 1
    writer.set_page_label(before, len(writer.pages) - 1, style="/D", start=1)
    writer.add_outline_item(title="Contents", page_number=1)
    for part in parts:
        sections = part.headings[1:]
        chapter = writer.add_outline_item(
            title=titled(part.name, part.headings),
            page_number=before + part.first - 1,
            is_open=False,
        )
        for _, text, anchor in sections:
            writer.add_outline_item(
                title=text,
                page_number=before + part.page_of(anchor) - 1,
                parent=chapter,
                fit=Fit.xyz(left=0, top=top_of(part, anchor), zoom=0),
            )
    writer.add_metadata({"/Title": "Reverse Them All"})
    writer.page_mode = "/UseOutlines"
    return writer


def titled(name, headings):
    """Return the number of a part and its title, "03 Decode: …"; of solutions the title alone."""
    number, title = name.split()[0], headings[0][1]
    return title if title.startswith(number) else f"{number} {title}"


def top_of(part, anchor):
    """Return how high above the foot of its page an element is, in points; None if not known."""
    place = part.pdf.named_destinations.get(f"/{anchor}")
    return None if place is None else place.top


def lead_on(writer, page, before, here, by_path, address):
    """Let the links of one page that lead to other parts of the book lead to pages of this file.

    `before` pages come before the first part; `here` is the part whose page it is, None if it is
    one of these.
    """
    from pypdf.generic import ArrayObject, FloatObject, NameObject, NullObject

    for reference in page.get("/Annots") or []:
        link = reference.get_object()
        part, anchor = target(link, here, by_path, address)
        if part is None:
            continue
        top = top_of(part, anchor)
        place = NullObject() if top is None else FloatObject(top)
        to = writer.pages[before + part.page_of(anchor) - 1].indirect_reference
        link.pop("/A", None)
        link[NameObject("/Dest")] = ArrayObject(
            [to, NameObject("/XYZ"), NullObject(), place, NullObject()]
        )


def target(link, here, by_path, address):
    """Return the part and the anchor to which a link leads; None, "" if out of the book."""
    if "/Dest" in link:
        return here, str(link["/Dest"]).removeprefix("/")
    url = str(link.get("/A", {}).get("/URI", ""))
    if not url.startswith(address):
        return None, ""
    to = urllib.parse.urlsplit(url)
    return by_path.get(urllib.parse.unquote(to.path)), urllib.parse.unquote(to.fragment)


def make(html, to, with_solutions=False):
    """Print the book from the built site into a file; return its parts.

    Parameters
    ----------
    html : path
        The folder of the built site.
    to : path
        Of the PDF.
    with_solutions : bool
        Whether the solutions stand at the end.
    """
    from revlib.drawing import machine

    index = (html.parent / "source" / "index.md").read_text(encoding="utf-8")
    wanted = contents_of(index) + (solutions() if with_solutions else [])
    kept = [path for _, path in wanted]
    picture = machine.draw_machine().svg
    with web.served(html) as address, browser() as running:
        parts = []
        first = 1
        for name, path in wanted:
            print(f"printing {name}", flush=True)
            parts.append(print_part(running, address, name, path, kept, first))
            first += len(parts[-1].pdf.pages)
        cover = print_front(running, address, parts, picture)
        writer = join(address, cover, parts)
    to.parent.mkdir(parents=True, exist_ok=True)
    writer.write(to)
    return parts


def main(arguments=None):
    """Build the site, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--solutions", action="store_true", help="put the solutions at the end")
    given = parser.parse_args(arguments)
    if pages.main() != 0:
        return 1
    to = ROOT / "dist" / NAME
    parts = make(HTML, to, given.solutions)
    pages_long = sum(len(part.pdf.pages) for part in parts)
    print(f"{to.relative_to(ROOT)}: {pages_long} pages, {to.stat().st_size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
