#!/usr/bin/env python3
"""Builds the book as a static site in site/_build/html: every script inside it, sliders that move
without a kernel.

    python tools/pages.py

1. Of each notebook the cells that show a widget are run, and what these need, with REVLIB_SITE=1,
where a panel draws its frames beforehand (revlib/panels/static.py). All else is shown as stored.
2. The scripts of widgets and formulas come from npm, by the hashes in site/package-lock.json.
3. Sphinx makes the pages; a warning is an error.
"""

import copy
import hashlib
import json
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
STATE = "application/vnd.jupyter.widget-state+json"
STILL = re.compile(r'<img class="revlib-[^>]*src="data:image/svg\+xml;base64,([^"]*)"[^>]*>')
LIVE = re.compile(r"_panel\(|\bquiz\(")  # what a cell shows that is a widget
UNCHECKED = (
    "*On this page nothing judges an answer. A kernel does: [how to get"
    " one](../index.md#with-a-kernel).*"
)
MATHJAX = "tex-mml-chtml.js", "output/chtml", "input/tex/extensions", "a11y", "sre"


def displayed(notebook):
    """The widget state of a run notebook, cut down to what its outputs show: their models and all
    that those refer to."""
    state = notebook.metadata.get("widgets", {}).get(STATE, {}).get("state", {})
    kept, ask = (
        set(),
        [
            output.data[tool.WIDGET_VIEW]["model_id"]
            for cell in notebook.cells
            for output in cell.get("outputs", [])
            if tool.WIDGET_VIEW in output.get("data", {})
        ],
    )
    links = {
        model: re.findall(r"IPY_MODEL_(\w+)", json.dumps(data)) for model, data in state.items()
    }
    while ask:
        model = ask.pop()
        if model in state and model not in kept:
            kept.add(model)
            ask += links[model]
            ask += [
                link
                for link, data in state.items()
                if data["model_name"] == "LinkModel" and model in links[link]
            ]
    return {model: without_defaults(data) for model, data in state.items() if model in kept}


def without_defaults(model):
    """A model of a drawn frame, without what the page's script knows by itself."""
    if model["model_name"] not in ("LayoutModel", "HTMLModel", "HTMLStyleModel", "StackModel"):
        return model
    state = {
        name: value
        for name, value in model["state"].items()
        if value not in (None, "", [], "\u200b")
    }
    return model | {"state": state}


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
    notebook.metadata["widgets"] = part.metadata.get("widgets", {})


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
        state = displayed(notebook)
        notebook.metadata = nbformat.from_dict(tool.KERNEL | {"made_from": made_from})
        if state:
            notebook.metadata["widgets"] = {
                STATE: {"state": state, "version_major": 2, "version_minor": 0}
            }
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


def scripts():
    """The scripts of widgets and formulas, laid where the pages look for them."""
    modules, wanted = SITE / "node_modules", SITE / "package-lock.json"
    if (
        not (modules / ".package-lock.json").exists()
        or (modules / ".package-lock.json").stat().st_mtime < wanted.stat().st_mtime
    ):
        if shutil.which("npm") is None:
            sys.exit(
                "npm was not found, which brings the scripts of widgets and formulas. Install"
                " Node.js 18 or newer (https://nodejs.org; on Debian and Ubuntu: apt install npm)"
            )
        subprocess.run(
            [shutil.which("npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
            cwd=SITE,
            check=True,
        )
        (modules / ".package-lock.json").touch()
    vendor = BUILD / "static" / "vendor"
    shutil.rmtree(vendor, ignore_errors=True)
    shutil.copytree(
        modules / "@jupyter-widgets" / "html-manager" / "dist",
        vendor / "widgets",
        ignore=lambda _, names: [
            n
            for n in names
            if not (n == "embed.js" or n.endswith(("LICENSE.txt", ".woff2", ".woff", ".ttf")))
        ],
    )
    for part in MATHJAX:
        source, target = modules / "mathjax" / "es5" / part, vendor / "mathjax" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    for name in ("hand.js", "hand.css"):  # what makes numbers explain themselves, as in a notebook
        shutil.copy(ROOT / "revlib" / "panels" / name, BUILD / "static" / name)


def main():
    paths, source = tool.book(), BUILD / "source"
    tool.say_strays()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(page, paths):
            pass
    here = {source / path.relative_to(ROOT) for path in paths}
    for old in set(source.rglob("*.ipynb")) - here:  # of a notebook that is no more
        old.unlink()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table, launch = (
        re.search(pattern, readme)[1]
        for pattern in (
            r"(?ms)^(\| chapter .*?\n)\n",
            r"(?s)<!-- stamp launch -->(.*?)<!-- /stamp -->",
        )
    )
    toc = "\n".join(
        f"{name} <{target}>"
        for name, target in re.findall(r"^\| \[(.+?)\]\((.+?)\.ipynb\)", table, re.MULTILINE)
    )
    index = (
        (SITE / "index.md")
        .read_text(encoding="utf-8")
        .replace("TABLE\n", table)
        .replace("CHAPTERS", toc)
        .replace("LAUNCH\n", launch)
    )
    index = index.replace("REFERENCE", reference.write(source))
    (source / "index.md").write_text(index, encoding="utf-8")
    scripts()
    return subprocess.call(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-W",
            "--keep-going",
            "-q",
            "-b",
            "html",
            "-c",
            SITE,
            "-d",
            BUILD / "doctrees",
            source,
            BUILD / "html",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
