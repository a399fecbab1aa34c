#!/usr/bin/env python3
"""Builds the book as a static site in site/_build/html: all that its pages need inside it, sliders
that move without a kernel.

    python tools/pages.py

1. Of each notebook the cells that show a widget are run, and what these need, with REVLIB_SITE=1,
where a panel draws its frames beforehand (revlib/panels/static.py). All else is shown as stored.
2. Formulas are set by KaTeX, which comes from npm, by the hashes in site/package-lock.json.
3. Sphinx makes the pages; a warning is an error. What of the theme's they do not need is left out.
"""

import copy
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor

import nbformat

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import cells, reference  # noqa: E402  the folder is not a package
from tools import notebook as tool  # noqa: E402

SITE = ROOT / "site"
BUILD = SITE / "_build"
STILL = re.compile(r'<img class="revlib-[^>]*src="data:image/svg\+xml;base64,([^"]*)"[^>]*>')
LIVE = re.compile(r"_panel\(|\bquiz\(")  # what a cell shows that is a widget
UNCHECKED = (
    "*On this page nothing judges an answer. A kernel does: [how to get"
    " one](../index.md#with-a-kernel).*"
)
FRAMES = re.compile(r'<div class="revlib-panel revlib-frames">.*?</script></div>', re.DOTALL)
ICON = re.compile(
    r'<(i|span) class="([^"]*\bfa[bs]?(?:-solid|-brands)? fa-([a-z-]+)[^"]*)"([^>]*)></\1>'
)
ICONS = re.compile(r"\n[^\n]*(?:custom icons -->|scripts/fontawesome\.js[^\n]*)")
INDEX = re.compile(r"\n[^\n]*(?:searchtools|language_data|searchindex)\.js[^\n]*")


def run_live(notebook, folder):
    """Run the cells that show a widget, and what these need; the others keep their outputs."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [cell.source for cell in code]
    live = [place for place, source in enumerate(sources) if LIVE.search(source)]
    kept = {place for last in live for place in cells.needed(sources, last)}
    part = copy.deepcopy(notebook)
    part.cells = [copy.deepcopy(code[place]) for place in sorted(kept)]
    tool.execute(part, folder, env=os.environ | {"REVLIB_SITE": "1"})
    for place, run in zip(sorted(kept), part.cells):
        if place in live:
            code[place].outputs = run.outputs


def inline(cell):
    """A still as a drawing of the page itself, which a dark theme reaches, and not as an image."""
    for output in cell.get("outputs", []):
        html = output.get("data", {}).get("text/html", "")
        if "revlib-" in html:
            output.data["text/html"] = STILL.sub(
                lambda still: f'<div class="revlib-still">{b64decode(still[1]).decode()}</div>',
                html,
            )


def key(path):
    """What the pages of a notebook depend on, as one hash."""
    sources = [
        path,
        *sorted((ROOT / "revlib").rglob("*.py")),
        *sorted((ROOT / "tools").glob("*.py")),
        *sorted(path for path in (ROOT / "notebooks" / "results").iterdir() if path.is_file()),
    ]
    said = [reference.section(path.stem).encode(), *(source.read_bytes() for source in sources)]
    return hashlib.sha256(b"".join(said)).hexdigest()


def page(path):
    """A notebook as the site shows it: run, if it shows widgets, and with nothing in it that only a
    kernel can do."""
    to, notebook = BUILD / "source" / path.relative_to(ROOT), tool.read(path)
    live = path.parent.name == "notebooks" and any(
        LIVE.search(cell.source) for cell in notebook.cells if cell.cell_type == "code"
    )
    made_from = key(path) if live else None
    if not live or not to.exists() or tool.read(to).metadata.get("made_from") != made_from:
        if live:
            print(f"running the panels of {path.name}", flush=True)
            run_live(notebook, path.parent)
        notebook.metadata = nbformat.from_dict(tool.KERNEL | {"made_from": made_from})
        for cell in notebook.cells:
            inline(cell)
            if cell.cell_type == "markdown":
                cell.source = re.sub(
                    r"^## On your own\n",
                    rf"\g<0>\n{UNCHECKED}\n",
                    cell.source.replace("../README.md", "../index.md"),
                )
                cell.source = re.sub(
                    r'^(#+ )<a id="[^"]*"></a>', r"\1", cell.source, flags=re.MULTILINE
                )  # Sphinx makes its own anchor
        notebook.cells = [
            cell for cell in notebook.cells if "colab" not in cell.metadata.get("tags", [])
        ]
        if path.parent.name == "notebooks":
            reference.with_section(notebook, path.stem)
        to.parent.mkdir(parents=True, exist_ok=True)
        tool.write(notebook, to)


def katex():
    """Lay KaTeX's styles and fonts where the pages look for them."""
    modules, wanted = SITE / "node_modules", SITE / "package-lock.json"
    if (
        not (modules / ".package-lock.json").exists()
        or (modules / ".package-lock.json").stat().st_mtime < wanted.stat().st_mtime
    ):
        if shutil.which("npm") is None:
            sys.exit(
                "npm was not found, which brings what sets the formulas. Install"
                " Node.js 18 or newer (https://nodejs.org; on Debian and Ubuntu: apt install npm)"
            )
        print("fetching from npm what sets the formulas", flush=True)
        subprocess.run(
            [shutil.which("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
            cwd=SITE,
            check=True,
        )
        (modules / ".package-lock.json").touch()
    shutil.rmtree(BUILD / "static", ignore_errors=True)
    to, dist = BUILD / "static" / "katex", modules / "katex" / "dist"
    (to / "fonts").mkdir(parents=True)
    styles = (dist / "katex.min.css").read_text(encoding="utf-8")
    # browsers of today ask for the first kind only
    styles = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", styles)
    (to / "katex.css").write_text(styles, encoding="utf-8")
    for font in (dist / "fonts").glob("*.woff2"):
        shutil.copy(font, to / "fonts")
    for name in ("hand.js", "hand.css"):  # what makes numbers explain themselves, as in a notebook
        shutil.copy(ROOT / "revlib" / "panels" / name, BUILD / "static" / name)


def first_panel():
    """Return the first panel of chapter 01 as the site's first page shows it, HTML."""
    page = (BUILD / "source" / "notebooks" / "01_encoding.ipynb").read_text(encoding="utf-8")
    for cell in nbformat.reads(page, 4).cells:
        for output in cell.get("outputs", []):
            found = FRAMES.search(output.get("data", {}).get("text/html", ""))
            if found:
                return found[0].replace("../index.html#", "#")
    raise LookupError("chapter 01 shows no panel")


def lighten(html):
    """Take from the pages what weighs most and serves least.

    The theme draws some ten icons by a script of 1.5 MB that holds all of Font Awesome's: they are
    drawn in the page instead. Only the page that searches needs the index of all words.
    """
    script = html / "_static" / "scripts" / "fontawesome.js"
    if script.exists():
        shapes = script.read_text(encoding="utf-8")
        for path in html.rglob("*.html"):
            if {"_static", "lite"} & set(path.relative_to(html).parts):
                continue
            text = path.read_text(encoding="utf-8")
            text = ICON.sub(lambda found: icon(found, shapes), ICONS.sub("", text))
            if path.name != "search.html":
                text = INDEX.sub("", text)
            # the theme gives what folds a part of the list of pages no name
            text = text.replace("<summary><span", '<summary aria-label="the pages below"><span')
            path.write_text(text, encoding="utf-8")


def icon(found, shapes):
    """Return one of the theme's icons as a drawing, with the classes that the theme knows it by.

    `found` is a match of ICON, `shapes` the text of the theme's script.
    """
    _, classes, name, attributes = found.groups()
    shape = rf'[,{{]"?{name}"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+","([^"]+)"'
    drawn = re.findall(shape, shapes)
    if not drawn:
        raise LookupError(f"the theme's script has no icon {name!r}")
    width, height, path = drawn[-1]  # the outlined one stands first
    return (
        f'<svg class="svg-inline--fa {classes}"{attributes} aria-hidden="true"'
        f' viewBox="0 0 {width} {height}"><path fill="currentColor" d="{path}"/></svg>'
    )


def write_notebooks(source):
    """Write every notebook of the book as the site shows it; delete those that are no more."""
    paths = tool.book()
    tool.say_strays()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(page, paths):
            pass
    here = {source / path.relative_to(ROOT) for path in paths}
    for old in set(source.rglob("*.ipynb")) - here:
        old.unlink()


def from_readme():
    """Return what the first page takes from the README: its table of chapters, its launch links."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = re.search(r"(?ms)^(\| chapter .*?\n)\n", readme)[1]
    launch = re.search(r"(?s)<!-- stamp launch -->(.*?)<!-- /stamp -->", readme)[1]
    return table, launch


def toctree(table):
    """Return the table of chapters as lines of a toctree: a name and its page each."""
    rows = re.findall(r"^\| \[(.+?)\]\((.+?)\.ipynb\)", table, re.MULTILINE)
    return "\n".join(f"{name} <{target}>" for name, target in rows)


def write_index(source):
    """Write the site's first page, and the pages of the reference, to which it leads."""
    table, launch = from_readme()
    index = (SITE / "index.md").read_text(encoding="utf-8")
    for place, text in (
        ("TABLE\n", table),
        ("CHAPTERS", toctree(table)),
        ("LAUNCH\n", launch),
        ("PANEL", first_panel()),
        ("REFERENCE", reference.write(source)),
    ):
        index = index.replace(place, text)
    (source / "index.md").write_text(index, encoding="utf-8")


def sphinx(source):
    """Let Sphinx make the pages; return its exit status. A warning is an error."""
    strict = ["-W", "--keep-going", "-q"]
    folders = ["-c", SITE, "-d", BUILD / "doctrees", source, BUILD / "html"]
    return subprocess.call([sys.executable, "-m", "sphinx", *strict, "-b", "html", *folders])


def main():
    """Lay out what Sphinx reads, and let it make the pages; return its exit status."""
    source = BUILD / "source"
    write_notebooks(source)
    write_index(source)
    images = pathlib.Path("notebooks", "images")
    shutil.copytree(ROOT / images, source / images, dirs_exist_ok=True)
    katex()
    print("making the pages", flush=True)
    failed = sphinx(source)
    lighten(BUILD / "html")
    return failed


if __name__ == "__main__":
    sys.exit(main())
