#!/usr/bin/env python3
"""Starts the Python of `make lite` in Chromium, by hand: a folder stands in for Pyodide's CDN.

    python tools/lite.py
    python tests/live.py

Pyodide itself comes from npm, and the pure Python packages that its kernel starts with from PyPI,
in the versions of Pyodide's own list. NumPy and matplotlib for Pyodide are on neither: they are
refused. So the kernel starts for real, and installs revlib and the widgets from the build, shows a
slider and an anywidget, and reads the book's results; but no chapter can be run.

Printed: what the cell said, what was refused, and the addresses asked that are not the CDN's.
"""

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / "site" / "_build" / "cdn"
STARTS = ("micropip", "ipython", "jedi", "typing-extensions")  # what the kernel asks for at first
TYPES = {".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json"}
SLIDER = "ipywidgets.IntSlider(description='drag me')"
CELL = f"""\
import piplite
await piplite.install(["ipywidgets", "anywidget"])
await piplite.install("revlib", deps=False)
import sys, os, ipywidgets, anywidget, revlib
print("Python", sys.version.split()[0], sys.platform, "ipywidgets", ipywidgets.__version__)
print(revlib.__file__, os.getcwd(), len(open("results/sweep.npz", "rb").read()))
{SLIDER}"""
SECONDS = 180  # that the kernel, and then the cell, may take


def fill():
    """Lay in the cache what stands in for the CDN's files."""
    CACHE.mkdir(parents=True, exist_ok=True)
    version = lite.pyodide_version()
    if not (CACHE / "pyodide.mjs").exists():
        command = [shutil.which("npm"), "pack", "--silent", f"pyodide@{version}"]
        subprocess.run(command, cwd=CACHE, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(CACHE / f"pyodide-{version}.tgz") as packed:
            for member in packed.getmembers():
                name = pathlib.PurePosixPath(member.name).name
                (CACHE / name).write_bytes(packed.extractfile(member).read())
        (CACHE / "pyodide-lock.json").rename(CACHE / "as-packed.json")
    lock = json.loads((CACHE / "as-packed.json").read_text(encoding="utf-8"))
    ask, seen = list(STARTS), set()
    while ask:
        name = lite.canonicalize_name(ask.pop())
        if name in seen:
            continue
        seen.add(name)
        package = lock["packages"][name]
        ask += package["depends"]
        wheel = CACHE / package["file_name"]
        if not wheel.exists():
            lite.download(CACHE, f"{name}=={package['version']}")
        # PyPI's wheel has the same version, but Pyodide packs its own
        package["sha256"] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (CACHE / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")


def wait(page, check, what):
    """Wait until `check()` is true, while the page goes on."""
    for _ in range(SECONDS):
        if check():
            return
        page.wait_for_timeout(1000)
    raise SystemExit(f"{what}: not within {SECONDS} s")


def main():
    """Start the kernel, run the cell, and say what came of it; return 1 if it is not well."""
    cdn = f"https://cdn.jsdelivr.net/pyodide/v{lite.pyodide_version()}/full/"
    fill()
    refused, others = [], []

    def answer(route):
        address = route.request.url
        if address.startswith(site):
            return route.continue_()
        file = CACHE / address.removeprefix(cdn)
        if not address.startswith(cdn):
            others.append(address)
        elif file.is_file():
            kind = TYPES.get(file.suffix, "application/octet-stream")
            headers = {"content-type": kind, "access-control-allow-origin": "*"}
            return route.fulfill(body=file.read_bytes(), headers=headers)
        else:
            refused.append(file.name)
        return route.abort()

    with web.served(lite.LITE.parent) as site, lab.browser("this") as running:
        context = running.new_context(viewport=lab.PAGE)
        context.route("**/*", answer)
        page = context.new_page()
        page.goto(f"{site}/{lite.ADDRESS.format('notebooks/01_encoding.ipynb')}")
        status = page.locator(".jp-StatusBar-Left")
        wait(page, lambda: status.count() and "Idle" in status.inner_text(), "the kernel's start")
        cell = page.locator(".jp-CodeCell").first
        output = cell.locator(".jp-OutputArea")
        wait(page, lambda: "%pip" in cell.inner_text(), "the first cell")
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(CELL)
        page.keyboard.press("Control+Enter")
        slider = cell.locator(".widget-slider")
        wait(page, lambda: slider.count() or "Error" in output.inner_text(), "the cell")
        print(output.inner_text(), f"\nsliders: {slider.count()}")
        well = slider.count() == 1
        if well:  # the kernel hears it move
            slider.locator(".noUi-handle").press("ArrowRight")
            well = slider.locator(".widget-readout").inner_text() == "1"
        context.close()
    print("refused:", *refused, "\nother hosts:", *others)
    return 0 if well and not others else 1


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    from helpers import lab
    from tools import lite, web

    sys.exit(main())
