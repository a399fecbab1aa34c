"""Nothing that a reader types or loads is ever run: no pickle, eval or shell; all text escaped;
JupyterLab with its token, on loopback."""

import ast
import contextlib
import functools
import html.parser
import inspect
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
import zipfile

import numpy as np
import pytest
from jupyterlab import labapp

ROOT = pathlib.Path(__file__).resolve().parent.parent
from helpers import counting
from helpers import lab as jupyter
from helpers.driving import PANELS, TYPED, build
from revlib import activations, model, panels, starts
from revlib.drawing import (
    alignments,
    batches,
    blocks,
    bottleneck,
    figures,
    mappings,
    plots,
    scatter,
)
from revlib.panels.quiz import Quiz
from tools import lab as opener
from tools import notebook as tool

pytestmark = pytest.mark.nightly

# ---------------------------------------------------------------- no pickle, no eval, no shell

RUNS_CODE = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "breakpoint",
    "run_cell",
    "run_line_magic",
    "run_cell_magic",
    "system",
    "getoutput",
}
RUNS_SHELLS = re.compile(
    r"(os|posix|nt)\.(system|popen|exec\w*|spawn\w*|posix_spawn\w*|startfile)$|pty\.|asyncio\.create_subprocess"
)
OPEN_DOORS = {
    "pickle",
    "_pickle",
    "cPickle",
    "cloudpickle",
    "dill",
    "marshal",
    "shelve",
    "joblib",
    "subprocess",
    "code",
    "codeop",
    "runpy",
    "importlib",
    "ctypes",
    "pty",
    "torch",
    "yaml",
}
HARMLESS = {"importlib.metadata", "importlib.util"}  # look for packages, and run none


def dotted(node):
    """os.path.join for the nodes of that expression; "" for others."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def dangers(source):
    """What in a source could run what it is given: a list of words."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [
                alias.name
                for alias in node.names
                if alias.name not in HARMLESS and alias.name.split(".")[0] in OPEN_DOORS
            ]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found += (
                [node.module]
                if node.module not in HARMLESS and node.module.split(".")[0] in OPEN_DOORS
                else []
            )
            found += [
                alias.name
                for alias in node.names
                if RUNS_SHELLS.match(f"{node.module}.{alias.name}") or alias.name in RUNS_CODE
            ]
        elif isinstance(node, ast.Call):
            name, keywords = (
                dotted(node.func),
                {keyword.arg: keyword.value for keyword in node.keywords},
            )
            plain = name in RUNS_CODE or name.startswith("builtins.") or RUNS_SHELLS.match(name)
            method = isinstance(node.func, ast.Attribute) and node.func.attr in RUNS_CODE - {
                "compile",
                "eval",
                "exec",
            }  # re.compile, say
            found += [name or node.func.attr] if plain or method else []
            found += [
                f"{what}="
                for what in ("allow_pickle", "shell")
                if what in keywords and getattr(keywords[what], "value", None) is not False
            ]
            found += (
                ["getattr of builtins"]
                if name == "getattr"
                and node.args
                and dotted(node.args[0]) in ("builtins", "__builtins__")
                else []
            )
        elif isinstance(node, ast.Name) and node.id in ("__builtins__", "eval", "exec"):
            found.append(node.id)
    return found


def sources():
    """Name -> source of everything that runs where a reader types or loads: revlib, and every code
    cell of every notebook."""
    found = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in (ROOT / "revlib").rglob("*.py")
    }
    for path in tool.book():
        for cell in tool.read(path).cells:
            if cell.cell_type == "code" and "colab" not in cell.metadata.get(
                "tags", []
            ):  # that one fetches the book, in Colab alone
                found[f"{path.relative_to(ROOT).as_posix()}, {cell.id}"] = cell.source
    return found


def test_nothing_can_run_what_a_reader_types_or_loads():
    checked = sources()
    counting.count("sources in which nothing runs what it is given", len(checked))
    assert len(checked) > 300
    assert {name: found for name, source in checked.items() if (found := dangers(source))} == {}


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import _pickle as p",
        "import numpy, dill",
        "import joblib",
        "import subprocess as s",
        "from subprocess import run",
        "from os import system",
        "from os import popen as quiet",
        "import os\nos.system('ls')",
        "os.popen('ls')",
        "os.execvp('ls', [])",
        "os.spawnl(0, 'ls')",
        "eval(text)",
        "exec('1')",
        "compile(text, '', 'exec')",
        "__import__('os')",
        "f = eval",
        "builtins.eval('1')",
        "getattr(__builtins__, 'ev' + 'al')('1')",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=flag)",
        "run(['ls'], shell=True)",
        "import yaml\nyaml.load(text)",
        "import torch",
        "get_ipython().system('ls')",
        "get_ipython().run_line_magic('run', 'x.py')",
        "ip.getoutput('ls')",
        "def f():\n    import marshal",
        "import importlib\nimportlib.import_module(name)",
        "import runpy",
        "import shelve",
        "import ctypes",
        "asyncio.create_subprocess_shell('ls')",
    ],
)
def test_what_could_run_it_is_found(source):
    assert dangers(source)


def test_what_is_harmless_is_let_through():
    assert not dangers(
        "import re, os, json, numpy as np, importlib.metadata\nre.compile('a')\nnp.load(file,"
        " allow_pickle=False)\nos.replace(a, b)\njson.loads(text)\nmodel.run(net,"
        " text)\nself.execute = 1\nsystem = 'solar'"
    )


def test_what_the_notebooks_load_holds_numbers_only():
    for path in (ROOT / "notebooks" / "results").iterdir():
        if path.suffix == ".npz":
            with zipfile.ZipFile(path) as archive:
                assert all(name.endswith(".npy") for name in archive.namelist())
            with np.load(path, allow_pickle=False) as file:
                assert all(
                    file[name].dtype.kind in "fiubU" for name in file.files
                )  # an object array would raise, too
        else:
            assert path.suffix == ".json"
            json.loads(path.read_text(encoding="utf-8"))


# ---------------------------------------------------------------- what is drawn and said is text

HOSTILE = [
    "<script>window.hurt=1</script>",
    '"><img src=x onerror="window.hurt=1">',
    "'><svg onload='window.hurt=1'>",
    "]]>",
    "&",
    "&lt;b&gt;",
    "<!--",
    "</title><script>hurt()</script>",
    "</svg><a href='javascript:hurt()'>a</a>",
    "<style>*{display:none}</style>",
    "<![CDATA[",
    "<?xml version='1.0'?>",
    "a\0b\x1b",
    "\ud83d",
    "$\\frac{1}{2}$",
    "\u202e\u2028",
]
SVG = {
    "svg",
    "title",
    "g",
    "rect",
    "text",
    "tspan",
    "path",
    "use",
    "defs",
    "clipPath",
    "line",
    "circle",
    "polygon",
    "polyline",
    "marker",
}
HTML = SVG | {"p", "b", "img", "ul", "li"}


class Tags(html.parser.HTMLParser):
    """The elements and attributes that a browser would see in HTML, and its text."""

    def __init__(self, text):
        super().__init__()
        self.seen, self.words = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, attributes))

    def handle_data(self, data):
        self.words += data

    def handle_comment(self, data):
        self.seen.append(("!--", []))

    handle_decl = handle_pi = unknown_decl = handle_comment


def foreign(text):
    """Elements and attributes in HTML that revlib never writes, and that a reader could only have
    smuggled in."""
    allowed, found = {tag.lower() for tag in HTML}, []
    for tag, attributes in Tags(text).seen:
        found += [f"<{tag}>"] if tag not in allowed else []
        found += [
            f"{name}={value}"
            for name, value in attributes
            if name.startswith("on")
            or name in ("srcdoc", "action", "formaction")
            or (
                name.endswith(("href", "src"))
                and not re.match(r"#|data:image/svg\+xml;base64,", value or "")
            )
        ]
    return found


def check_picture(drawn, hostile=None):
    """A picture is well-formed, holds nothing foreign, and (if `hostile`) has that text in it as
    text."""
    root = ET.fromstring(drawn.svg.encode())  # not well-formed raises
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= SVG
    assert foreign(drawn.svg) == [] and foreign(drawn._repr_html_()) == []
    if hostile is not None:
        squeezed = lambda text: re.sub(r"\s", "", text)
        assert squeezed(hostile) in squeezed("".join(root.itertext())), drawn.svg[:500]
    counting.count("pictures with hostile text in them")


@functools.lru_cache
def ran():
    net = starts.initialize(model.Net(), "post")
    return net, net.run("abc")


def drawings(h):
    """draw_… -> a picture with the text `h` wherever the function takes text."""
    net, run = ran()
    dec, z = run.dec, run.dec.Z[0]
    rows, three = np.arange(15.0).reshape(3, 5), [h, h, h]
    four = np.ones((4, 5))
    return {
        "draw": blocks.draw(
            [[h, blocks.Block(rows, h, "output", three, [h] * 5), blocks.Sign(h)]],
            h,
            [((0, 0), (0, 2))] * 0,
        ),
        "draw_step": figures.draw_step(
            1, run.X[0], net.Wh, run.S[0], net.Ws, net.bh, run.S[1], three
        ),
        "draw_states": figures.draw_states(h[:3].ljust(3), np.ones((4, 5)), name=h),
        "draw_compare": figures.draw_compare(
            h,
            four[: len(h) + 1] if len(h) < 3 else np.ones((len(h) + 1, 5)),
            h,
            np.ones((len(h) + 1, 5)),
        ),
        "draw_decoding": figures.draw_decoding(
            dec.S[0], dec.X, dec.S[1:], dec.Z, dec.P, three, three, three
        ),
        "draw_backward": figures.draw_backward(
            three, three, three, four, four, four, four, dec.P, dec.P, three
        ),
        "draw_blame": figures.draw_blame(z, activations.softmax(z), np.eye(3)[0], three),
        "draw_answer": figures.draw_answer(h, three, np.full(3, 0.5)),
        "draw_gates": figures.draw_gates(
            [figures.Gate(h, np.ones(2), h, np.ones(2), h), figures.Sum(h, np.ones(2), h)],
            "encoder",
            h,
        ),
        "draw_stack": figures.draw_stack(
            np.array([0, 1, 2]), np.array([0, 1, 1]), 4, three, 2, h, 0, h, h
        ),
        "draw_board": figures.draw_board([h, h], [h, h[::-1]], h),
        "draw_attention": figures.draw_attention(three, three, np.eye(3)),
        "draw_weights": figures.draw_weights(
            {"Wh": rows, "bh": np.ones(5)},
            {"Wh": three, "bh": [""]},
            {"Wh": [h] * 5, "bh": [h] * 5},
            ("Wh", 0, 0),
            {"Wh": 2.0},
            h,
        ),
    }


def word_drawings(h):
    """The same of the drawings of words."""
    weights, n = np.eye(3), np.ones(4)
    more = {"over": h, "under": h, "sure": np.full(3, 0.5), "right": ["a", h, "b"]}
    texts = [[h, h, h], [h]]
    return {
        "draw_alignment": alignments.draw_alignment([h] * 3, [h] * 3, weights, lit=2, **more),
        "draw_shade": alignments.draw_shade([h] * 3, [h] * 3, weights),
        "draw_thought": bottleneck.draw_thought(
            [h] * 3, [h] * 3, n, np.ones((3, 4)), lit=2, **more
        ),
        "draw_padded": batches.draw_padded(texts, texts),
        "draw_stars": scatter.draw_stars(np.eye(2), [{h: [0, 1]}], h, [h]),
        "draw_kinds": mappings.draw_kinds([(h, [h], [h]), (h, [h, h], [h, h])]),
    }


WORD_MODULES = (alignments, batches, bottleneck, mappings, scatter)


@pytest.mark.parametrize("modules, drawn", [([figures], drawings), (WORD_MODULES, word_drawings)])
def test_every_drawing_is_among_them(modules, drawn):
    assert set(drawn("a")) - {"draw"} == {
        name
        for module in modules
        for name, function in vars(module).items()
        if name.startswith("draw_")
        and inspect.isfunction(function)
        and function.__module__ == module.__name__
    }


def plots_of(h):
    axes = {"xlabel": h, "ylabel": h, "xlim": (0, 1), "ylim": (0, 1)}
    return [
        plots.Map({h: [0]}, [h], **axes).draw(np.array([[0.5, 0.5]]), h),
        plots.Curves({h: "output"}, **axes).draw(np.array([0, 1.0]), [np.array([0, 1.0])], h),
    ]


# What cannot be printed is no symbol of an alphabet, and so gets into no picture.
PRINTED = [h for h in HOSTILE if h not in ("a\0b\x1b", "\ud83d")]


@pytest.mark.parametrize("h", PRINTED, ids=ascii)
def test_every_drawing_shows_hostile_text_as_text(h):
    for name, drawn in drawings(h).items():
        check_picture(
            drawn,
            (
                h[:1]
                if name == "draw_states" and h[:1].isprintable() and h[:1].strip()
                else None
                if name in ("draw_states", "draw_answer")
                else h
            ),
        )
    for drawn in [*plots_of(h), *word_drawings(h).values()]:
        check_picture(drawn, h)


@pytest.mark.parametrize(
    "text",
    [
        "<script>1</script>",
        "<svg><image href='http://x'/></svg>",
        '<img src="http://x">',
        "<p onclick='1'>a</p>",
        "<a href='javascript:1'>a</a>",
        "<iframe srcdoc='a'></iframe>",
        "<p>a</p><!-- a -->",
        "<svg><use xlink:href='http://x#a'/></svg>",
        "<style>a</style>",
        "<object>",
        "<foreignObject>",
    ],
)
def test_what_is_foreign_is_found(text):
    assert foreign(text)
    assert not foreign(
        '<svg><use xlink:href="#a"/><text x="1">&lt;script&gt;</text></svg><p'
        ' role="alert">a</p><img alt="b" src="data:image/svg+xml;base64,AA">'
    )


@pytest.mark.parametrize("letters", ["<&>", "\"'`", "]>&", "/=;"])
def test_an_alphabet_of_hostile_letters_is_drawn_in_every_panel_of_a_network(letters):
    net = starts.initialize(model.Net(letters, 5), "gaussian", np.random.default_rng(0))
    text = letters + letters[::-1]
    made = [
        panels.encoding_panel(net, text),
        panels.thought_panel(net, text, text[::-1]),
        panels.growth_panel(net, text),
        panels.decoding_panel(net, np.ones(5)),
        panels.blame_panel(net, letters),
        panels.softmax_panel(np.array([2.0, 1.0, 0.0]), letters, letters[0]),
    ]
    for panel in made:
        assert foreign(panel.page.value) == [] and letters[0] in Tags(panel.page.value).words
        for drawn in panel.pictures:
            check_picture(drawn)


BOX = re.compile(r"\b(TextBox|NumeralBox)\(")


@pytest.mark.parametrize("name, panel", PANELS, ids=[panel for _, panel in PANELS])
def test_what_is_typed_into_a_panel_is_answered_as_text(name, panel):
    fields = lambda panel: [
        control for control in panel.controls.values() if isinstance(control, TYPED)
    ]
    if not BOX.search(inspect.getsource(getattr(panels, panel))):
        return  # without a text field
    panel = build(name, panel)
    assert fields(panel)
    for field in fields(panel):
        for h in HOSTILE[: counting.times(4, None)]:
            field.value = h
            words = Tags(panel.page.value).words
            assert foreign(panel.page.value) == [] and any(
                form[1:5] in words for form in (repr(h), ascii(h))
            ), words[-300:]
            counting.count("hostile strings typed into panels")
        panel.reset()


def test_quizzes_and_checks_escape_what_they_say(capsys):
    quiz = Quiz(HOSTILE[0], {HOSTILE[1]: HOSTILE[2], HOSTILE[4]: HOSTILE[8]}, HOSTILE[1])
    quiz.choice.index = 1
    for part in (quiz.children[0].value, quiz.reply.value):
        assert foreign(part) == []
    assert (
        HOSTILE[8] in Tags(quiz.reply.value).words
        and HOSTILE[0] in Tags(quiz.children[0].value).words
    )


# ---------------------------------------------------------------- JupyterLab: a token, and this
# machine alone


def test_the_command_line_opens_nothing(monkeypatch):
    given = []
    monkeypatch.setattr(labapp.LabApp, "launch_instance", given.extend, raising=True)
    monkeypatch.setattr(sys, "argv", ["lab.py"])
    source = pathlib.Path(opener.__file__).read_text(encoding="utf-8")
    exec(
        compile(source, opener.__file__, "exec"),
        {"__name__": "__main__", "__file__": opener.__file__},
    )
    assert "--ServerApp.ip=127.0.0.1" in given
    assert not [
        option
        for option in given
        if re.search(
            r"(?i)token|password|allow_origin|allow_remote|disable_check_xsrf|0\.0\.0\.0|ip=\*",
            option,
        )
    ]


def addresses():
    """Addresses of this machine that are not loopback."""
    found = set()
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect(("192.0.2.1", 9))  # sends nothing; says which address would
        found.add(s.getsockname()[0])
    return {address for address in found if not address.startswith("127.")}


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a free port: (port, token)."""
    folder = tmp_path_factory.mktemp("opened")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "JPY_"))
    }
    env = (
        kept
        | {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
        | {"JUPYTERLAB_SETTINGS_DIR": str(folder / "s")}
    )
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                ROOT / "tools" / "lab.py",
                "--no-browser",
                f"--port={port}",
                "--ServerApp.port_retries=0",
            ],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:

        def running():
            assert process.poll() is None, (folder / "log").read_text(encoding="utf-8")
            return next((folder / "RUNTIME").glob("jpserver-*.json"), None)

        told = jupyter.wait_until(running, 60, "JupyterLab did not start")
        jupyter.wait_until(lambda: told.read_text(encoding="utf-8").strip().endswith("}"), 5)
        yield port, json.loads(told.read_text(encoding="utf-8"))["token"]
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(15)


def answer(port, path, token=None, host="127.0.0.1", method="GET"):
    """The status of an answer of the server; None if nobody answers there."""
    headers = {"Authorization": f"token {token}"} if token is not None else {}
    request = urllib.request.Request(f"http://{host}:{port}/{path}", headers=headers, method=method)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            request, timeout=10
        ) as reply:
            return reply.status if "/login" not in reply.url else 403
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def test_jupyterlab_asks_for_its_token(started):
    port, token = started
    assert re.fullmatch(r"[0-9a-f]{40,}", token)
    end = time.monotonic() + 20
    while answer(port, "api/status", token) is None and time.monotonic() < end:
        time.sleep(0.1)
    assert answer(port, "api/status", token) == 200
    for path in (
        "api/status",
        "api/contents",
        "api/kernels",
        "api/sessions",
        "lab",
        "files/README.md",
    ):
        assert (
            answer(port, path) == 403
            and answer(port, path, "wrong") == 403
            and answer(port, path, "") == 403
        ), path
    assert answer(port, "api/kernels", method="POST") == 403, "nobody starts a kernel without it"


def test_jupyterlab_listens_on_loopback_alone(started):
    port, token = started
    for address in addresses():
        assert answer(port, "api/status", token, host=address) is None
        with socket.socket() as s:
            assert s.connect_ex((address, port)) != 0
    listening = pathlib.Path("/proc/net/tcp")
    if listening.exists():
        tables = [
            line.split()
            for name in ("tcp", "tcp6")
            if (listening.parent / name).exists()
            for line in (listening.parent / name).read_text(encoding="utf-8").splitlines()[1:]
        ]
        open_here = {
            row[1].rpartition(":")[0]
            for row in tables
            if row[3] == "0A" and int(row[1].rpartition(":")[2], 16) == port
        }
        assert open_here == {"0100007F"}  # 127.0.0.1


# ---------------------------------------------------------------- in Chromium, into every text
# field

LOOK = """() => { window.hurt = window.hurt || 0; window.kinds = new Set();
  new MutationObserver(all => all.forEach(m => m.addedNodes.forEach(n => { if (n.querySelectorAll) [n, ...n.querySelectorAll('*')].forEach(e => {
    if (e.closest('.widget-html-content')) kinds.add(e.localName);
    if ([...e.attributes].some(a => a.name.startsWith('on')) ) kinds.add('on-attribute'); }); })))
  .observe(document.body, {childList: true, subtree: true}); }"""  # noqa: E501
INJECTED = [
    "<script>window.hurt=1</script>",
    '"><img src=x onerror="window.hurt=1">',
    "</svg></p><iframe srcdoc='<script>parent.hurt=1</script>'></iframe>",
    "<svg onload=window.hurt=1>",
    "]]>&\"'><b onmouseover=window.hurt=1>b</b>",
]
WITH_FIELDS = sorted(
    {name for name, panel in PANELS if BOX.search(inspect.getsource(getattr(panels, panel)))}
)


@pytest.mark.browser
def test_what_is_typed_is_never_run(tmp_path):
    names = WITH_FIELDS if counting.LONG else ["01_encoding"]
    with (
        jupyter.browser(
            "injections into the panels' text fields (tests/test_torture_security.py)"
        ) as chromium,
        jupyter.Lab(tmp_path) as lab,
    ):
        for name in names:
            chapter = jupyter.Chapter(lab, chromium, name)
            dialogs = []
            chapter.page.on(
                "dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss())
            )
            chapter.open()
            chapter.run(120)
            chapter.page.evaluate(LOOK)
            asked = []
            chapter.page.on("request", lambda request: asked.append(request.url))
            fields = 0
            for panel in [panel for of, panel in PANELS if of == name]:
                place = chapter.place(panel)
                boxes = (
                    chapter.page.locator(".jp-Notebook .jp-Cell")
                    .nth(place)
                    .locator(".jp-OutputArea input[type=text]:not(.widget-readout input)")
                )
                for k in range(boxes.count()):
                    start = boxes.nth(k).input_value()
                    for typed in INJECTED:
                        before = chapter.js("html", place)
                        boxes.nth(k).fill(typed)
                        boxes.nth(k).press("Enter")
                        jupyter.wait_until(
                            lambda: (
                                chapter.js("html", place) != before
                                or boxes.nth(k).input_value() != typed
                            ),
                            10,
                            f"{panel} said nothing to {typed}",
                        )
                        counting.count("injections typed in Chromium")
                    fields += 1
                    boxes.nth(k).fill(start)
                    boxes.nth(k).press("Enter")
            assert fields, name
            chapter.page.wait_for_timeout(300)
            assert chapter.page.evaluate("window.hurt") == 0 and not dialogs
            assert set(chapter.page.evaluate("[...kinds]")) <= {tag for tag in HTML} | {
                "div",
                "span",
                "br",
            }
            assert not chapter.outside and not [url for url in asked if url.endswith("/x")]
            chapter.close()


def test_versions_of_the_audit_are_those_declared():
    """`nox -s audit` looks at what pyproject.toml installs; nothing is installed by another way."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert not [
        line
        for line in (*project["dependencies"], *sum(project["optional-dependencies"].values(), []))
        if "@" in line or "://" in line
    ]
