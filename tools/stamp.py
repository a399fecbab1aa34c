#!/usr/bin/env python3
"""Sets the repository's one address, and makes from it every badge, launch link and Colab cell of
the book.

    python tools/stamp.py               say which address is set
    python tools/stamp.py OWNER/NAME    set it to https://github.com/OWNER/NAME
    python tools/stamp.py ""            take it out again, and all that was made from it

The address is kept in pyproject.toml, [project.urls] Repository, and nowhere else. Elsewhere it
only shows: in the README between <!-- stamp … --> and <!-- /stamp -->, in each notebook as a line
below the navigation and as a cell named colab.

Links and cells name a release, the tag v1.0.0 of the version 1.0.0 in pyproject.toml: so a copy of
a notebook goes on working when the book has changed. They lead somewhere once that tag is pushed.
When the version changes, set the address again.
"""

import pathlib
import re
import sys
import tomllib

from nbformat.v4 import new_code_cell

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import notebook as tool  # noqa: E402  the folder is not a package

GITHUB, START = "https://github.com/", "notebooks/00_start_here.ipynb"
NAME = (  # what GitHub calls a repository
    r"[A-Za-z0-9][A-Za-z0-9-]*/(?!\.+$)[A-Za-z0-9._-]+(?<!\.git)"
)
BINDER = "https://mybinder.org/v2/gh/{repo}/{tag}?urlpath=lab/tree/{path}"
COLAB = "https://colab.research.google.com/github/{repo}/blob/{tag}/{path}"
SITE = "https://{owner}.github.io/{name}/"  # where .github/workflows/site.yml publishes it
LINE = f"\n\nlaunch in [Binder]({BINDER}) · [Google Colab]({COLAB})"
LAUNCHES = re.compile(r"\n\nlaunch in \[Binder\]\([^)]*\) · \[Google Colab\]\([^)]*\)")
CELL = """\
# Only in Google Colab: fetch the book, install revlib, go to this notebook's folder. Elsewhere: nothing.
import importlib.util
import os
import sys

if "google.colab" in sys.modules:
    if importlib.util.find_spec("revlib") is None:
        get_ipython().system("git clone --quiet --depth 1 --branch {tag} "
                             "https://github.com/{repo} /content/book")
        # what Colab has is new enough, and stays as it is; anywidget is added
        get_ipython().run_line_magic("pip", "install --quiet /content/book")
    os.chdir("/content/book/{folder}")"""  # noqa: E501

# The README's blocks: what stands there while no address is set, and what once there is one.
BLOCKS = {
    "badges": (
        "",
        f"""
[![test]({GITHUB}{{repo}}/actions/workflows/test.yml/badge.svg)]({GITHUB}{{repo}}/actions/workflows/test.yml)
""",
    ),
    "doors": (
        """
- **Read it**: `make site` builds pages whose sliders move without Python, in `site/_build/html`.
- **Run it**, with Python 3.11 or newer, make and git; it opens in JupyterLab, where every number can be moved:

      git clone ADDRESS reverse-them-all
      make -C reverse-them-all lab

- **Open it** in Google Colab or Binder: [how to](#what-you-need), with the address of your copy.
""",  # noqa: E501
        f"""
- **Read it**: [{SITE}]({SITE}), in any browser; the sliders move without Python.
- **Run it**, with Python 3.11 or newer, make and git; it opens in JupyterLab, where every number can be moved:

      git clone {GITHUB}{{repo}} reverse-them-all
      make -C reverse-them-all lab

- **Open it** in [Google Colab]({COLAB}) or [Binder]({BINDER}), where nothing is installed on your machine.
""",  # noqa: E501
    ),
    "launch": (
        """
**In Binder**: give [mybinder.org](https://mybinder.org) the address of your copy of this repository. It reads `environment.yml`.

**In Google Colab**: open a chapter there, and run this in a first cell, with the address of your copy. It upgrades nothing that Colab has; \
`nox -s colab` runs every notebook with Colab's versions.

    !test -d /content/book || git clone ADDRESS /content/book
    %pip install --quiet /content/book
    %cd /content/book/notebooks
""",  # noqa: E501
        f"""
**In Binder**: [open chapter 00]({BINDER}). It reads `environment.yml`; the first start takes some minutes.

**In Google Colab**: [open chapter 00]({COLAB}). The first cell of each chapter fetches the book. It upgrades nothing that Colab has; \
`nox -s colab` runs every notebook with Colab's versions.

Every chapter has both links under its title.
""",  # noqa: E501
    ),
}


def repository(root=ROOT):
    """The address that is set, as owner/name; "" if none is, or none on GitHub."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = re.fullmatch(f"{GITHUB}({NAME})", project.get("urls", {}).get("Repository", ""))
    return found[1] if found else ""


def release(root=ROOT):
    """The tag that links and cells name: v1.0.0, say, of the version in pyproject.toml."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return f"v{project['version']}"


def project(text, repo):
    """pyproject.toml with this address, or with none; other addresses stay."""
    text = re.sub(r"^Repository *=.*\n", "", text, flags=re.MULTILINE)
    if repo and "\n[project.urls]\n" not in text:
        text = text.replace(
            "\n[project.optional-dependencies]\n",
            "\n[project.urls]\n\n[project.optional-dependencies]\n",
        )
    if repo:
        return text.replace(
            "\n[project.urls]\n", f'\n[project.urls]\nRepository = "{GITHUB}{repo}"\n'
        )
    return text.replace("\n[project.urls]\n\n", "\n")  # the table, if nothing is left in it


def readme(text, repo, tag=None):
    """The README with its blocks filled in."""
    owner, _, called = repo.partition("/")
    words = {"repo": repo, "owner": owner, "name": called, "path": START, "tag": tag or release()}
    for name, (unset, made) in BLOCKS.items():
        block = made.format(**words) if repo else unset
        text, times = re.subn(
            f"(<!-- stamp {name} -->).*?(<!-- /stamp -->)",
            lambda found, block=block: found[1] + block + found[2],
            text,
            flags=re.DOTALL,
        )
        if times != 1:
            raise ValueError(
                f"README.md: the block <!-- stamp {name} --> … <!-- /stamp --> stands there {times}"
                " times, not once"
            )
    return text


def page(notebook, path, repo, tag=None):
    """A notebook, in place, with its launch line and its Colab cell, or without; `path` is its
    place in the repository, `tag` the release that they name."""
    tag = tag or release()
    if not notebook.cells:
        raise ValueError(f"{path}: it has no cell")
    title, *others = [cell for cell in notebook.cells if cell.id != "colab"]
    head, navigation, *rest = [*LAUNCHES.sub("", title.source).split("\n\n"), ""]
    if ".ipynb)" not in navigation:
        raise ValueError(f"{path}: no line of links to other chapters follows its title")
    made = LINE.format(repo=repo, path=path, tag=tag) if repo else ""
    title.source = "\n\n".join([head, navigation + made, *rest[:-1]])
    source = CELL.format(repo=repo, tag=tag, folder=path.rpartition("/")[0])
    # the site leaves out a cell tagged remove-cell
    colab = (
        [
            new_code_cell(
                source, id="colab", execution_count=0, metadata={"tags": ["colab", "remove-cell"]}
            )
        ]
        if repo
        else []
    )
    notebook.cells = [title, *colab, *others]
    for count, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        for counted in (
            cell,
            *(output for output in cell.outputs if output.output_type == "execute_result"),
        ):
            counted.execution_count = (
                None if counted.execution_count is None else count
            )  # an unrun cell stays one
    return notebook


def stamp(repo, root=ROOT):
    """Set the address, or with "" none, all through the book in the folder `root`; returns the
    files that changed."""
    if repo and not re.fullmatch(NAME, repo):
        raise ValueError(
            f"{repo!r} is no repository on GitHub. Give it as OWNER/NAME, without the"
            " https://github.com/ before it and the .git after it"
        )
    tag = release(root)
    new = {
        root / "pyproject.toml": project((root / "pyproject.toml").read_text("utf-8"), repo),
        root / "README.md": readme((root / "README.md").read_text("utf-8"), repo, tag),
    }
    for path in tool.book(root):
        place = path.relative_to(root).as_posix()
        new[path] = tool.nbformat.writes(page(tool.read(path), place, repo, tag)) + "\n"
    changed = [path for path, text in new.items() if path.read_text(encoding="utf-8") != text]
    old = {path: path.read_bytes() for path in changed}
    try:
        for path in changed:  # only now: a stamp is whole, or there is none
            tool.checkpoint.write(path, new[path].encode())
    except BaseException:  # no room, or interrupted
        for path, content in old.items():
            tool.checkpoint.write(path, content)
        raise
    return changed


def main(arguments):
    if arguments:
        try:
            print(f"{len(stamp(arguments[0].strip()))} files changed.")
        except ValueError as error:
            print(f"Nothing was changed: {error}.", file=sys.stderr)
            return 2
    repo = repository()
    print(
        f"The address of the repository is {GITHUB}{repo}; links name its tag {release()}"
        if repo
        else "No address of the repository is set. To set it: python tools/stamp.py owner/name"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
