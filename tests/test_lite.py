"""The book as JupyterLite: what is in the build, and what a browser gets of it without a network.

Pyodide's own files are on a CDN, which no test asks: whatever is not on loopback is refused. Nor
is a kernel started here; CONTRIBUTING says what is tried by hand.
"""

import hashlib
import json
import runpy
import shutil
import sys
import tomllib
from importlib.util import find_spec
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from helpers import lab as jupyter
from tools import contents, lite, web
from tools import notebook as tool

CHAPTERS = [path for path in tool.book() if path.parent.name == "notebooks"]
LARGEST = 40_000_000  # bytes
CDN = "https://cdn.jsdelivr.net/pyodide/"
PYODIDE = lite.listed()

pytestmark = [pytest.mark.browser, pytest.mark.nightly]


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """The folder of a build, made anew."""
    what = "the tests of JupyterLite (tests/test_lite.py)"
    if not find_spec("jupyterlite_pyodide_kernel"):
        jupyter.leave_out(what, "it is not installed: pip install -e '.[lite]'")
    try:
        lite.wheels()
    except SystemExit as error:
        jupyter.leave_out(what, f"its wheels are not to be had: {error}")
    folder = tmp_path_factory.mktemp("lite").resolve() / "lite"
    try:
        size = lite.build(folder)
    except SystemExit as error:  # which would end the whole run
        pytest.fail(str(error))
    assert size < LARGEST
    return folder


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def settings(build):
    """What the kernel is told."""
    config = read(build / "jupyter-lite.json")["jupyter-config-data"]
    return config["litePluginSettings"][f"{lite.KERNEL}:kernel"]


def indexed(build):
    """Every wheel that piplite finds: name -> (its file, what the index says of it)."""
    found = {}
    for url in settings(build)["pipliteUrls"]:
        index = build / url.partition("?")[0]
        for name, project in read(index).items():
            for releases in project["releases"].values():
                for release in releases:
                    found.setdefault(name, []).append((index.parent / release["url"], release))
    return found


# ---------------------------------------------------------------- what is in it


def test_two_builds_are_the_same(build):
    """The same book gives the same bytes."""

    def digests():
        return {
            path.relative_to(build): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(build.rglob("*"))
            if path.is_file()
        }

    first = digests()
    lite.build(build)
    assert digests() == first and len(first) > 100


def test_every_wheel_is_there_as_the_index_says(build):
    wheels = indexed(build)
    assert {"revlib", "ipywidgets", "anywidget", "jupyterlab-widgets", "comm"} <= set(wheels)
    for path, said in [wheel for found in wheels.values() for wheel in found]:
        content = path.read_bytes()
        assert hashlib.sha256(content).hexdigest() == said["digests"]["sha256"], path.name
        assert len(content) == said["size"], path.name


def test_nothing_that_revlib_needs_is_elsewhere(build):
    """Each requirement of revlib, and of these in turn, comes with Pyodide or is met by a wheel of
    the build, in a version that is wanted; and no wheel lies there that nothing needs."""
    wheels, used = indexed(build), {"revlib"}
    (revlib,) = wheels["revlib"]
    ask = [(revlib[0].name, wanted) for wanted in lite.needs(revlib[0])]
    assert len(ask) == 4
    while ask:
        who, wanted = ask.pop()
        name = canonicalize_name(wanted.name)
        if name in PYODIDE["packages"] and PYODIDE["packages"][name] in wanted.specifier:
            continue
        assert name in wheels, f"{who} needs {wanted}: python tools/lite.py --pin"
        fitting = [path for path, _ in wheels[name] if lite.version(path) in wanted.specifier]
        assert fitting, f"{who} needs {wanted}: python tools/lite.py --pin"
        path = fitting[0]
        if name not in used:
            used.add(name)
            ask += [(path.name, one) for one in lite.needs(path)]
    own = {canonicalize_name(path.name.split("-")[0]) for path in (build / "pypi").glob("*.whl")}
    assert own <= used


def test_the_list_of_what_pyodide_brings_is_that_of_the_kernel(build):
    """And the kernel in the build is the one that was asked; it never asks PyPI."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_PYTHON_VERSION

    lite.as_wanted()
    assert PYODIDE["python"].startswith(f"{PYODIDE_PYTHON_VERSION}.")
    scripts = (build / "extensions" / lite.KERNEL / "static").glob("*.js")
    assert any(f"{CDN}v{PYODIDE['pyodide']}/" in path.read_text("utf-8") for path in scripts)
    assert settings(build)["disablePyPIFallback"] is True


def test_a_kernel_with_another_pyodide_is_refused(monkeypatch):
    monkeypatch.setattr(lite, "pyodide_version", lambda: "9.9.9")
    with pytest.raises(SystemExit, match=r"brings, and the kernel.* asks for 9\.9\.9: .*--pin"):
        lite.as_wanted()


def test_its_notebooks_are_the_books_with_one_cell_more(build):
    """The second cell installs revlib; all others, with their outputs, are as they are here."""
    for path in tool.book():
        there = tool.read(build / "files" / path.relative_to(lite.ROOT))
        here = [c for c in tool.read(path).cells if "colab" not in c.metadata.get("tags", [])]
        assert there.cells[1].source.endswith("\n%pip install -q revlib")
        assert [there.cells[0], *there.cells[2:]] == here
        assert there.metadata.kernelspec.name == "python"
    for name in ("images", "results"):
        for path in (lite.ROOT / "notebooks" / name).glob("[!.]*"):
            copy = build / "files" / "notebooks" / name / path.name
            assert copy.read_bytes() == path.read_bytes()


def test_the_wheel_of_revlib_is_revlib(build):
    """Every file of the package is in it, as it is here."""
    (wheel,) = (build / "pypi").glob("revlib-*.whl")
    project = tomllib.loads((lite.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert wheel.name.split("-")[1] == project["version"]
    with ZipFile(wheel) as archive:
        packed = {
            name: archive.read(name) for name in archive.namelist() if "dist-info" not in name
        }
    source = [
        path for path in (lite.ROOT / "revlib").rglob("*") if path.suffix in (".py", ".js", ".css")
    ]
    assert packed == {path.relative_to(lite.ROOT).as_posix(): path.read_bytes() for path in source}


def test_nothing_is_in_it_for_nothing(build):
    """No source map, no other application, no kernel but Pyodide."""
    assert not list(build.rglob("*.map"))
    assert not [name for name in ("repl", "tree", "consoles", "edit") if (build / name).exists()]
    config = read(build / "jupyter-lite.json")["jupyter-config-data"]
    assert {extension["name"] for extension in config["federated_extensions"]} == {
        "@jupyter-widgets/jupyterlab-manager",
        lite.KERNEL,
        "anywidget",
    }


# ---------------------------------------------------------------- the site leads there


@pytest.fixture
def book(tmp_path):
    """A copy of what a build is made from."""
    for path in contents.files():
        to = tmp_path / path.relative_to(lite.ROOT)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, to)
    return tmp_path


def test_a_build_has_the_stamp_of_the_book(build, book):
    assert contents.is_present(build) and contents.is_present(build, book)


@pytest.mark.parametrize(
    "changed",
    [
        "notebooks/01_encoding.ipynb",
        "notebooks/solutions/01_encoding.ipynb",
        "notebooks/images/01.svg",
        "notebooks/results/numerals.npz",
        "revlib/model.py",
        "revlib/panels/hand.js",
        "pyproject.toml",
        "site/wheels.txt",
        "site/pyodide.json",
    ],
)
def test_a_build_of_another_book_is_known(book, changed, tmp_path_factory):
    folder, file = tmp_path_factory.mktemp("build"), book / changed
    assert not contents.is_present(folder, book), "it has no stamp"
    (folder / contents.STAMP).write_text(contents.digest(book), encoding="utf-8")
    assert contents.is_present(folder, book)
    before = file.read_bytes()
    file.write_bytes(before + b" ")
    assert not contents.is_present(folder, book)
    file.write_bytes(before)
    assert contents.is_present(folder, book)


@pytest.mark.parametrize("name", ["notebooks/14_more.ipynb", "revlib/more.py"])
def test_a_file_more_or_less_is_another_book(book, name):
    before = contents.digest(book)
    (book / name).touch()
    more = contents.digest(book)
    (book / name).rename((book / name).with_stem("15_other"))
    other = contents.digest(book)
    (book / name).with_stem("15_other").unlink()
    assert len({before, more, other}) == 3
    assert contents.digest(book) == before


def test_what_is_in_no_build_leaves_it_as_it_is(book):
    now = contents.digest(book)
    for name in ("notebooks/Untitled.ipynb", "notebooks/results/sweep.part", "revlib/a.pyc"):
        (book / name).touch()
    assert contents.digest(book) == now


def test_pages_lead_to_a_build_of_this_book_and_to_no_other(monkeypatch, tmp_path):
    """By what Sphinx is told: a value that makes it write all pages anew, and a chapter's text."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    conf = runpy.run_path(str(lite.ROOT / "site" / "conf.py"))
    setup, lead = conf["setup"], conf["lead_to_lite"]
    assert setup.__globals__["LITE"] == lite.LITE
    setup.__globals__["LITE"] = tmp_path

    def shown(page):
        config, rebuilt = {}, {}

        def add(name, value, rebuild):
            config[name], rebuilt[name] = value, rebuild

        setup(SimpleNamespace(add_config_value=add, connect=lambda *_: None))
        assert rebuilt == {"lite": "html"}
        context = {"body": "text", "pathto": lambda name: f"../{name}.html"}
        lead(SimpleNamespace(config=SimpleNamespace(**config)), page, "", context, None)
        return context["body"]

    assert shown("notebooks/01_encoding") == "text", "no stamp"
    (tmp_path / contents.STAMP).write_text("0" * 64)
    assert shown("notebooks/01_encoding") == "text", "another book's"
    (tmp_path / contents.STAMP).write_text(contents.digest())
    leading = f'href="../{lite.ADDRESS.format("notebooks/01_encoding.ipynb")}"'
    assert leading in shown("notebooks/01_encoding")
    assert shown("index") == "text"


# ---------------------------------------------------------------- its wheels


def fake_wheel(folder, name, version, *needed):
    """A wheel that holds nothing but what it needs."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {one}" for one in needed)]
    with ZipFile(path, "w") as archive:
        archive.writestr(f"{name}-{version}.dist-info/METADATA", "\n".join(lines) + "\n")
    return path


@pytest.fixture
def pin(monkeypatch, tmp_path):
    """Pins what is needed of a registry of our own: `pin(needed, brought, registry)` returns
    name -> version. The registry is a list of (name, version, *what it needs)."""

    def pinned(needed, brought, registry):
        def download(folder, wanted):
            wanted = Requirement(wanted)
            known = [one for one in registry if one[0] == wanted.name]
            fitting = [one for one in known if one[1] in wanted.specifier]
            if not fitting:
                raise SystemExit(f"pip download failed: {wanted}")
            newest = max(fitting, key=lambda one: Version(one[1]))
            fake_wheel(folder, *newest)

        root = fake_wheel(tmp_path, "revlib", "1.0", *needed)
        monkeypatch.setattr(lite, "revlib_wheel", lambda folder: root)
        monkeypatch.setattr(lite, "brought", lambda: brought)
        monkeypatch.setattr(lite, "download", download)
        monkeypatch.setattr(lite, "PINS", tmp_path / "wheels.txt")
        lite.pin()
        lines = lite.PINS.read_text(encoding="utf-8").removeprefix(lite.HEAD).splitlines()
        assert lines == sorted(lines) and len(lite.pinned()) == len(lines)
        return dict(line.partition(" ")[0].split("==") for line in lines)

    return pinned


def test_a_version_that_is_brought_and_not_wanted_is_pinned(pin):
    registry = [("b", "2.1"), ("b", "2.3"), ("b", "3.0")]
    assert pin(["b>=2,<3"], {"b": ["1.9"]}, registry) == {"b": "2.3"}
    assert pin(["b>=2,<3"], {"b": ["1.9", "2.0"]}, registry) == {}, "one of two that are brought"
    registry += [("c", "1.0", "b>=2.2")]
    assert pin(["c", "b"], {"b": ["2.0"]}, registry) == {"b": "3.0", "c": "1.0"}
    assert pin(["c", "b<3"], {"b": ["2.0"]}, registry) == {"b": "2.3", "c": "1.0"}


@pytest.mark.parametrize("needed", [["b", "c"], ["c", "b"]], ids="-".join)
def test_the_pinned_version_is_one_that_all_want(pin, needed):
    """Whoever asks first; what only a version given up had needed is not pinned."""
    registry = [("b", "1.0"), ("b", "2.0", "d"), ("c", "1.0", "b<2"), ("d", "1.0")]
    assert pin(needed, {}, registry) == {"b": "1.0", "c": "1.0"}
    with pytest.raises(SystemExit, match="b<2,>=2"):
        pin([*needed, "b>=2"], {}, registry)


# ---------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def site(build):
    """The address of a site with the build in it, on loopback."""
    with web.served(build.parent) as address:
        yield address


@pytest.fixture(scope="module")
def opened(site):
    """(chapter 01 opened in Chromium, what was refused as it lies on another host, what was not
    found)."""
    refused, missing = [], []

    def answer(route):
        if route.request.url.startswith(site):
            return route.continue_()
        refused.append(route.request.url)
        return route.abort()

    with jupyter.browser("the tests of JupyterLite (tests/test_lite.py)") as running:
        context = running.new_context(viewport=jupyter.PAGE)
        context.route("**/*", answer)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("response", lambda got: missing.append(got.url) if got.status >= 400 else None)
        page.goto(f"{site}/{lite.ADDRESS.format('notebooks/01_encoding.ipynb')}")
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
        yield page, refused, missing
        context.close()


def wait_in(page, check, seconds=60):
    """What `check()` returns once that is true; the page goes on meanwhile."""
    for _ in range(seconds * 10):
        found = check()
        if found:
            return found
        page.wait_for_timeout(100)
    raise TimeoutError(f"not within {seconds} s")


def test_it_lists_the_chapters(opened):
    page, *_ = opened
    names = page.locator(".jp-DirListing-itemText")
    listed = wait_in(page, lambda: len(names.all()) > 10 and names.all_inner_texts())
    assert {path.name for path in CHAPTERS} <= set(listed)
    assert {"images", "results", "solutions"} <= set(listed)


def test_it_shows_a_chapter(opened):
    """All its cells, with the still picture of the panel and its words."""
    page, *_ = opened
    stored = tool.read(lite.ROOT / "notebooks" / "01_encoding.ipynb")
    cells = page.locator(".jp-Notebook .jp-Cell")
    wait_in(page, lambda: cells.count() > len(stored.cells))
    assert cells.count() == len(stored.cells) + 1
    assert cells.first.inner_text().strip().startswith("Encode: a string becomes numbers")
    assert "%pip install -q revlib" in cells.nth(1).inner_text()
    alts = page.locator(".jp-OutputArea img").evaluate_all("all => all.map(one => one.alt)")
    assert any(alt.startswith("Step 2 reads 'b': S(2) = 0.98") for alt in alts)
    assert not page.locator(".jp-Dialog").count()


def test_only_pyodides_cdn_is_asked_and_what_it_refuses_breaks_nothing(opened):
    page, refused, missing = opened
    wait_in(page, lambda: refused)
    assert [url for url in refused if not url.startswith(f"{CDN}v{PYODIDE['pyodide']}/")] == []
    assert missing == []
    page.get_by_text("02_thought_vector.ipynb", exact=True).first.dblclick()
    wait_in(page, lambda: page.get_by_text("Remember: five numbers for a whole string").count())
    assert not page.locator(".jp-Dialog").count()
