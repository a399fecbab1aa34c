"""How Sphinx makes the site from what tools/pages.py has laid in _build/source. Nothing in it asks
another host for anything."""

import pathlib
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "site"))  # for formulas
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
sys.path.insert(0, str(ROOT))  # the revlib of this folder is the one described
from tools import contents  # noqa: E402  found by that path

REPOSITORY = PROJECT.get("urls", {}).get("Repository", "")  # set by tools/stamp.py

project = "Reverse Them All"
author = "The authors of Reverse Them All"
copyright = f"2026 {author}"
version = release = PROJECT["version"]
language = "en"

extensions = ["myst_nb", "sphinx.ext.githubpages", "formulas"]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # tools/pages.py has run them
nb_render_markdown_format = "myst"  # so that links in tables that a cell prints are followed too
html_math_renderer = "katex"  # formulas.py
suppress_warnings = ["mystnb.unknown_mime_type"]

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static", "_build/static"]
html_css_files = ["hand.css", "book.css", "paper.css"]
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto"}
html_js_files = [("book.js", {"defer": "defer"})]
html_copy_source = html_show_sourcelink = html_show_sphinx = False
html_theme_options = {
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "use_download_button": False,
    "home_page_in_toc": True,
    "use_fullscreen_button": False,
    "search_bar_text": "Search the book",
    "navbar_persistent": [],
    **({"repository_url": REPOSITORY, "use_repository_button": True} if REPOSITORY else {}),
}

# the reference (tools/reference.py): docstrings of revlib
extensions += ["sphinx.ext.autodoc", "sphinx.ext.napoleon"]
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_param = napoleon_use_rtype = False  # shapes, such as (n,), are no names to link
default_role = "code"  # what stands in backticks in a docstring


LITE = ROOT / "site" / "_build" / "html" / "lite"  # which make lite puts there
LINE = (
    '<p class="open-live"><a href="{root}lite/lab/index.html?path={page}.ipynb">Open this page'
    " live</a>: it fetches Python from a CDN (cdn.jsdelivr.net), once, and installs nothing.</p>"
)


def lead_to_lite(app, pagename, templatename, context, doctree):
    """Put a link to the live notebook over a chapter, if JupyterLite was built of this book."""
    if app.config.lite and pagename.startswith("notebooks/"):
        root = context["pathto"]("index").removesuffix("index.html")
        context["body"] = LINE.format(root=root, page=pagename) + context["body"]


def setup(app):
    """Let Sphinx write all pages anew when a JupyterLite of this book has come, or is no more."""
    app.add_config_value("lite", contents.is_present(LITE), "html")
    app.connect("html-page-context", lead_to_lite)
