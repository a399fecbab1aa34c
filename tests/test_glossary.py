"""The glossary: its terms are the chapters' terms, its formulas are revlib's, and each first use
leads to its entry."""

import functools
import json
import pathlib
import re
import shutil

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from revlib import activations, bptt, decoders, handmade, model, post, rnn_cells, starts, training
from revlib.alphabet import Alphabet
from revlib.parameters import Arrays

ROOT = pathlib.Path(__file__).resolve().parent.parent
from helpers import lab as jupyter
from helpers.prose import missing
from tools import glossary as tool
from tools import notebook as notebooks

NOTEBOOKS = ROOT / "notebooks"
GLOSSARY = notebooks.read(tool.GLOSSARY)
TERMS = tool.terms(GLOSSARY)
ENTRIES = {
    cell.id.removeprefix("term-"): cell.source
    for cell in GLOSSARY.cells
    if cell.id.startswith("term-")
}
CHAPTERS = (
    "00_start_here",
    "01_encoding",
    "02_thought_vector",
    "03_decoding",
    "04_softmax",
    "05_bptt",
    "06_training",
    "07_reverse_them_all",
    "08_a_stack_by_hand",
    "09_four_styles",
    "10_gates",
    "11_other_roads",
    "12_on_one_page",
    "13_translate",
    "A_lost_weights",
    "C_teaching",
    "D_under_the_hood",
)

every_chapter = pytest.mark.parametrize("name", CHAPTERS)
every_term = pytest.mark.parametrize("name", TERMS)


def chapter(name):
    path = NOTEBOOKS / f"{name}.ipynb"
    if not path.exists():
        pytest.skip(f"LEFT OUT: the links of {path.name}, because there is no such notebook yet")
    return notebooks.read(path)


def copied(notebook, sources):
    """The same notebook with other sources."""
    other = new_notebook(metadata=notebook.metadata, cells=[cell.copy() for cell in notebook.cells])
    for cell, source in zip(other.cells, sources):
        cell.source = source
    return other


def links(sources):
    """The slugs that the links in some sources lead to."""
    return [
        found[0].partition("#")[2][:-1]
        for source in sources
        for found in tool.LINK.finditer(source)
    ]


def definition(entry):
    """An entry without its heading and its last line."""
    return "\n\n".join(entry.split("\n\n")[1:-1])


# ---------------------------------------------------------------- the chapters


def test_no_chapter_is_forgotten():
    assert {path.stem for path in tool.chapters()} <= set(CHAPTERS)


@every_chapter
def test_every_first_use_is_linked_and_nothing_else(name):
    assert tool.problems(chapter(name), name, TERMS) == [], (
        "python tools/glossary.py makes the links again"
    )


@pytest.mark.parametrize("path", notebooks.book(), ids=lambda path: path.stem)
def test_every_link_leads_to_a_term(path):
    assert set(links(cell.source for cell in notebooks.read(path).cells)) <= set(TERMS)


def test_every_term_is_used_and_linked():
    used, there = set(), set()
    for path in tool.chapters():
        notebook = notebooks.read(path)
        used |= set(links(tool.linked(notebook, TERMS)))
        there |= set(links(cell.source for cell in notebook.cells))
    assert used == set(TERMS), "no chapter uses the others"
    assert there == set(TERMS), "no chapter links the others"


@pytest.mark.slow
@every_chapter
def test_links_break_no_rule_and_come_out_again(name):
    """The rules of a chapter, its figures and its sources are the same with links and without."""
    notebook = chapter(name)
    without = copied(notebook, [tool.remove(cell.source) for cell in notebook.cells])
    with_links = copied(notebook, tool.linked(notebook, TERMS))
    assert len(links(cell.source for cell in with_links.cells)) >= 3
    for rules in (
        lambda book: notebooks.problems(book, name, NOTEBOOKS),
        lambda book: notebooks.teaching(book, name),
        lambda book: [figure.partition(" (")[0] for figure in missing(book)],
    ):
        assert rules(with_links) == rules(without)
    assert tool.linked(with_links, TERMS) == [cell.source for cell in with_links.cells], (
        "twice is once"
    )
    assert [tool.remove(cell.source) for cell in with_links.cells] == [
        cell.source for cell in without.cells
    ]
    assert tool.problems(without, name, TERMS) and not tool.problems(with_links, name, TERMS)


# ---------------------------------------------------------------- the glossary


def test_terms_stand_in_the_order_of_the_alphabet():
    assert list(TERMS) == sorted(TERMS) and 55 <= len(TERMS) <= 75
    assert list(ENTRIES) == list(TERMS), "each entry is a cell of its own, named after its term"


def test_no_form_belongs_to_two_terms():
    forms = [form for forms in TERMS.values() for form in forms]
    assert len(set(forms)) == len(forms)


def test_the_list_at_the_top_is_all_terms():
    top = next(cell.source for cell in GLOSSARY.cells if cell.id == "terms")
    assert re.findall(r"\[([^]]*)\]\(#([^)]*)\)", top) == [
        (forms[0], name) for name, forms in TERMS.items()
    ]


@every_term
def test_an_entry_is_well_made(name):
    entry, term = ENTRIES[name], TERMS[name][0]
    anchor = "" if term == term.lower() else f'<a id="{name}"></a>'
    assert entry.startswith(f"### {anchor}{term}\n\n"), (
        "a heading with capitals has an anchor: JupyterLab keeps them, Sphinx does not"
    )
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert 8 <= len(definition(entry).split()) <= 90
    assert len(re.findall(r"[.!?](?:\s|$)", definition(entry))) <= 4


@every_term
def test_an_entry_names_a_chapter_that_has_the_word(name):
    last = ENTRIES[name].split("\n\n")[-1]
    assert re.fullmatch(
        r"(\*Also:\* [^·\n]+ · )?\[[^]]+\]\([^)#]+\.ipynb\)(, \[[^]]+\]\([^)#]+\.ipynb\))?", last
    )
    for title, file in re.findall(r"\[([^]]+)\]\(([^)]+)\)", last):
        assert file.startswith(title.split()[0]) and file.removesuffix(".ipynb") in CHAPTERS
        prose = " ".join(cell.source for cell in notebooks.read(NOTEBOOKS / file).cells)
        assert any(
            re.search(rf"(?<![\w-])(?:{tool.pattern(form)})(?!\w)", prose) for form in TERMS[name]
        ), file


def test_a_value_is_shown_right_after_its_term():
    ids = [cell.id for cell in GLOSSARY.cells]
    shown = [cell for cell in GLOSSARY.cells if cell.cell_type == "code" and cell.id != "setup"]
    assert 8 <= len(shown) <= 12 and all(
        len(cell.source.splitlines()) <= 8 and cell.outputs for cell in shown
    )
    assert all(ids[ids.index(cell.id) - 1] == cell.id.replace("show-", "term-") for cell in shown)


def near(a, b):
    return bool(np.allclose(a, b))


def one_step(kind):
    """A cell of two units after one step: its parameters, what went in, the state after, and what
    it kept."""
    cell, rng = rnn_cells.CELLS[kind](2), np.random.default_rng(0)
    p = Arrays(**{name: rng.normal(size=shape) for name, shape in cell.shapes(3).items()})
    x, s = np.eye(3)[[1]], rng.normal(size=(1, cell.width))
    return p, x, s, *cell.step(p, x, s)


def gru():
    p, x, s, after, kept = one_step("GRU")
    g = np.tanh(x @ p.Wh[:, 4:] + p.bh[4:] + kept.r * (s @ p.Ws[:, 4:] + p.bs))
    return near(after, (1 - kept.u) * g + kept.u * s)


def lstm():
    _, _, s, after, kept = one_step("LSTM")
    C = kept.f * s[:, 2:] + kept.i * kept.g
    return near(after, np.concatenate([kept.o * np.tanh(C), C], axis=1))


def mixture():
    found = []
    for score in decoders.SCORES:
        net = decoders.EncoderDecoder("attention", "abc", 4, score=score)
        ran = starts.initialize(net, "gaussian", np.random.default_rng(0)).run("abca")
        S, dec_S = ran.S[1:], ran.dec_S[1:]
        w = dec_S @ (np.eye(4) if score == "dot" else net.Wa) @ S.T
        alpha = np.exp(w) / np.exp(w).sum(axis=1, keepdims=True)
        found.append(near(ran.alpha, alpha) and near(ran.seen[:, 4:], alpha @ S))
    return all(found)


def adam():
    """One update from nothing: m and v are the gradient and its square, once corrected, so each
    weight moves by the rate."""
    theta = np.zeros(2)
    training.Adam(rate=0.01).update(theta, np.array([3.0, -0.5]))
    return near(theta, [-0.01, 0.01])


def loss():
    net, z = model.post_net(), model.post_net().run("abc", given=np.array([2, 1, 0])).dec.Z
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return near(bptt.gradients(net, "abc").loss, -np.log([p[0, 2], p[1, 1], p[2, 0]]).mean())


def differences():
    net, h = model.post_net(), 1e-6
    up, down = net.copy(), net.copy()
    up.Wo[0, 0] += h
    down.Wo[0, 0] -= h
    return near(
        (bptt.gradients(up, "abc").loss - bptt.gradients(down, "abc").loss) / (2 * h),
        bptt.gradients(net, "abc").d.Wo[0, 0],
    )


def descent():
    theta = np.array([0.5])
    training.Descent(rate=0.01).update(theta, np.array([-2.0]))
    return near(theta, 0.52)


def eigenvalue():
    largest, vectors = (lambda found: (found[0].real, found[1].real))(np.linalg.eig(post.Ws.T))
    v = vectors[:, largest.argmax()]
    return near(v @ post.Ws, largest.max() * v)


def decay():
    theta = np.ones(3)
    training.Adam(rate=0.01, decay=0.1).update(theta, np.zeros(3))
    return near(theta, 1 - 0.01 * 0.1)


def state():
    net = model.post_net()
    S, X = net.encode(net.alphabet.one_hot("ab")), net.alphabet.one_hot("ab")
    return near(S[2], np.maximum(0, X[1] @ net.Wh + S[1] @ net.Ws + net.bh)) and not S[0].any()


Z = np.array([3.0, 1.0, 0.0])
# what an entry says -> whether revlib does it
FORMULAS = {
    "adam": ("rate · m/√v", adam),
    "attention": ("α(t) = softmax(w(t)) with wᵢ(t) = _S(t)·S(i)", mixture),
    "bit": (
        "T·log₂ 3 bits",
        lambda: near(np.log2(len(Alphabet("abc").strings(4))), 4 * np.log2(3)),
    ),
    "encoder": ("S(t) = ReLU(x(t)·Wh + S(t−1)·Ws + bh), from S(0) = 0", state),
    "eigenvalue": ("v·W = λ·v", eigenvalue),
    "finite-differences": ("(loss(w + h) − loss(w − h)) / 2h", differences),
    "gradient-descent": ("θ ← θ − rate · ∂loss/∂θ", descent),
    "gru": (
        (
            "S(t) = (1 − u)∘g + u∘S(t−1), with the update gate u and a candidate g ="
            " tanh(x(t)·Wh + bh + r∘(S(t−1)·Ws + bs))"
        ),
        gru,
    ),
    "lstm": ("C(t) = f∘C(t−1) + i∘g and S(t) = o∘tanh C(t)", lstm),
    "forget-gate": ("C(t) = f∘C(t−1) + i∘g", lstm),
    "logistic-function": (
        "σ(z) = 1 / (1 + e⁻ᶻ)",
        lambda: near(activations.sigmoid(Z), 1 / (1 + np.exp(-Z))),
    ),
    "loss": ("the mean of −log p over all letters", loss),
    "cross-entropy": ("−log p", loss),
    "nat": ("log K nats", lambda: near(-activations.log_softmax(np.zeros(4)), np.log(4))),
    "parameter": (
        "2·(V + n + 1)·n + (n + 1)·K",
        lambda: (
            model.Net(Alphabet("abcd", end=True), 7).theta.size == 2 * (4 + 7 + 1) * 7 + (7 + 1) * 5
        ),
    ),
    "relu": ("max(0, z)", lambda: near(activations.relu(Z - 1), [2, 0, 0])),
    "softmax": (
        r"$p_k = e^{z_k} / \sum_j e^{z_j}$",
        lambda: near(activations.softmax(Z), np.exp(Z) / np.exp(Z).sum()),
    ),
    "stack": (
        "in base 4 whose first digit is the letter read last",
        lambda: handmade.digits(handmade.number("abc"), 4, 3).tolist() == [0, 3, 2, 1],
    ),
    "temperature": (
        "all scores are divided before the softmax",
        lambda: near(activations.softmax(Z, 5), activations.softmax(Z / 5)),
    ),
    "weight-decay": ("a small share of itself", decay),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_is_what_revlib_does(name):
    says, holds = FORMULAS[name]
    assert says in definition(ENTRIES[name]) and holds()


# ---------------------------------------------------------------- made up

KNOWN = {
    "batch": ["batch"],
    "end": ["END"],
    "gradient": ["gradient"],
    "gradient-descent": ["gradient descent"],
    "query": ["query", "key"],
    "thought-vector": ["thought vector", "context vector"],
    "loss": ["loss"],
    "relu": ["ReLU"],
}
TITLE = (
    "# Add a batch\n\nprevious: [Start](start.ipynb) · next: the loss\n\n**Minutes** 5 · **You"
    " need** a gradient\n\n**You will**\n\n- use END"
)


def to(text, name):
    return f"[{text}](B_glossary.ipynb#{name})"


def page(*sources):
    return new_notebook(
        metadata=notebooks.KERNEL,
        cells=[
            new_markdown_cell(TITLE, id="title"),
            *(new_markdown_cell(source, id=f"read-{k}") for k, source in enumerate(sources)),
        ],
    )


G, D, T, L = (
    to("gradient", "gradient"),
    to("gradient descent", "gradient-descent"),
    to("thought vector", "thought-vector"),
    to("loss", "loss"),
)
MADE = {
    "the first use only": (
        ["A gradient, a gradient.", "A gradient."],
        [f"A {G}, a gradient.", "A gradient."],
    ),
    "each term once": (["The loss and the gradient."], [f"The {L} and the {G}."]),
    "the longest term": (["By gradient descent. A gradient."], [f"By {D}. A {G}."]),
    "the longest term, again": (
        ["By gradient descent, gradient descent."],
        [f"By {D}, gradient descent."],
    ),
    "across a line": (
        ["The thought\nvector."],
        [f"The {to('thought' + chr(10) + 'vector', 'thought-vector')}."],
    ),
    "plurals": (
        ["Batches, losses, queries."],
        [f"{to('Batches', 'batch')}, {to('losses', 'loss')}, {to('queries', 'query')}."],
    ),
    "another form": (
        ["The context vector. A thought vector."],
        [f"The {to('context vector', 'thought-vector')}. A thought vector."],
    ),
    "a sentence's first word": (
        ["Gradient descent."],
        [f"{to('Gradient descent', 'gradient-descent')}."],
    ),
    "capitals as they are": (
        ["In the end a relu: END, ReLUs."],
        [f"In the end a relu: {to('END', 'end')}, {to('ReLUs', 'relu')}."],
    ),
    "whole words": (
        ["lossless, log-loss, loss-like, gradients', loss_of"],
        [f"lossless, log-loss, loss-like, {to('gradients', 'gradient')}', loss_of"],
    ),
    "emphasis": (["A *thought vector*, the **loss**."], [f"A *{T}*, the **{L}**."]),
    "headings": (["## The loss\n\nIts gradient."], [f"## The loss\n\nIts {G}."]),
    "code": (
        [
            "`loss` and ``a `loss` b``\n\n    loss = 1\n\n```\nloss\n```\n\n~~~\nloss\n~~~\n\nA"
            " loss."
        ],
        [
            "`loss` and ``a `loss` b``\n\n    loss = 1\n\n```\nloss\n```\n\n~~~\nloss\n~~~\n\nA"
            f" {L}."
        ],
    ),
    "formulas": (
        ["$loss$ and $$\\frac{loss}{x}$$ and f = ReLU(x), a loss."],
        [f"$loss$ and $$\\frac{{loss}}{{x}}$$ and f = ReLU(x), a {L}."],
    ),
    "links": (
        ["[the loss](04.ipynb), ![loss](loss.png), https://loss.org/loss and a loss."],
        [f"[the loss](04.ipynb), ![loss](loss.png), https://loss.org/loss and a {L}."],
    ),
    "tables": (
        ["| loss | x |\n|---|---|\n| a | loss |\n\nA loss."],
        [f"| loss | x |\n|---|---|\n| a | loss |\n\nA {L}."],
    ),
    "hints": (
        ["<details><summary>Hint: loss</summary>\n\nThe loss.\n\n</details>"],
        [f"<details><summary>Hint: loss</summary>\n\nThe {L}.\n\n</details>"],
    ),
    "comments and tags": (
        ['<!-- loss --><img alt="loss"> 1 < loss'],
        [f'<!-- loss --><img alt="loss"> 1 < {L}'],
    ),
    "what you can now": (
        ["## You can now\n\n- lower the loss (1.2)", "A loss."],
        ["## You can now\n\n- lower the loss (1.2)", f"A {L}."],
    ),
    "sources": (["A gradient.\n\n## Sources\n\nThe loss."], [f"A {G}.\n\n## Sources\n\nThe loss."]),
    "a paper": (
        ["Smith, *On loss*, Journal, 1990, is about loss."],
        [f"Smith, *On loss*, Journal, 1990, is about {L}."],
    ),
    "where to go": (["previous: the loss", "A loss."], ["previous: the loss", f"A {L}."]),
    "what an exercise asks": (
        [
            "**1.3** *By hand.* The loss\nof 'abc'.\n\n<details><summary>Hint</summary>\n\nThe"
            " loss.\n\n</details>"
        ],
        [
            "**1.3** *By hand.* The loss\nof 'abc'.\n\n<details><summary>Hint</summary>\n\nThe"
            f" {L}.\n\n</details>"
        ],
    ),
    "what to drag": (
        ["**Panel:** *style* from loss.\n\nA loss."],
        [f"**Panel:** *style* from loss.\n\nA {L}."],
    ),
    "another sense": (
        ["It looks like a loss, and is a loss."],
        [f"It looks like a loss, and is a {L}."],
    ),
    "a link that is there": ([f"A loss, the {L}, of x."], [f"A {L}, the loss, of x."]),
    "a link to nowhere": ([f"A {to('word', 'word')}."], ["A word."]),
}


@pytest.mark.parametrize("before, after", MADE.values(), ids=MADE)
def test_what_is_linked(before, after):
    made = tool.linked(page(*before), KNOWN)
    assert made == [TITLE, *after]
    assert tool.linked(page(*after), KNOWN) == made, "twice is once"
    assert not tool.problems(page(*after), "page", KNOWN)


def test_code_cells_are_left_alone():
    notebook = page("A loss.")
    notebook.cells.insert(1, new_code_cell("# the loss\nloss = 1", id="add"))
    assert tool.linked(notebook, KNOWN)[1:] == ["# the loss\nloss = 1", f"A {L}."]


@pytest.mark.parametrize(
    "broken, said",
    [
        (["A loss."], [f"page, cell read-0: a first use without its link, {L}"]),
        (
            ["A loss.", f"The {L}."],
            [
                f"page, cell read-0: a first use without its link, {L}",
                f"page, cell read-1: {L} is no first use of a term",
            ],
        ),
        (
            [f"A loss, the {L}."],
            ["page, cell read-0: a link stands at another place than the first use"],
        ),
        (
            [f"A {to('word', 'word')}."],
            [f"page, cell read-0: {to('word', 'word')} is no first use of a term"],
        ),
        (
            [f"A {to('loss', 'gradient')}."],
            [
                f"page, cell read-0: a first use without its link, {L}",
                f"page, cell read-0: {to('loss', 'gradient')} is no first use of a term",
            ],
        ),
        ([f"## The {L}"], [f"page, cell read-0: {L} is no first use of a term"]),
        ([f"`the {L}`"], [f"page, cell read-0: {L} is no first use of a term"]),
    ],
)
def test_what_is_broken_is_caught(broken, said):
    assert tool.problems(page(*broken), "page", KNOWN) == said


def test_terms_are_read_from_the_cells():
    cells = [
        new_markdown_cell("# Look up"),
        new_markdown_cell("## The terms"),
        new_code_cell("### no"),
        new_markdown_cell('### <a id="end"></a>END\n\nIt stops.\n\n[03](03.ipynb)'),
        new_markdown_cell(
            "### thought vector\n\nAll there is.\n\n*Also:* context vector, code · [02](02.ipynb)"
        ),
    ]
    assert tool.terms(new_notebook(cells=cells)) == {
        "end": ["END"],
        "thought-vector": ["thought vector", "context vector", "code"],
    }


# ---------------------------------------------------------------- as a command


def test_the_command(tmp_path, capsys):
    """On a copy: links, links again, checks, and takes them out; outputs and counts stay, to the
    byte."""
    path, plain = tmp_path / "page.ipynb", page("The gradient of the loss.")
    plain.cells.append(
        new_code_cell(
            "print(1)", id="add", execution_count=1, outputs=[new_output("stream", text="1\n")]
        )
    )
    notebooks.write(plain, path)
    before = path.read_bytes()
    assert tool.main(["--check", str(path)]) == 1
    assert f"page.ipynb, cell read-0: a first use without its link, {G}" in capsys.readouterr().out
    assert path.read_bytes() == before
    assert tool.main([str(path)]) == 0
    after = path.read_bytes()
    assert (
        tool.main([str(path)]) == tool.main(["--check", str(path)]) == 0
        and path.read_bytes() == after
    )
    assert json.loads(before)["cells"][2] == json.loads(after)["cells"][2]
    assert json.loads(after)["cells"][1]["source"] == [f"The {G} of the {L}."]
    assert tool.main(["--remove", str(path)]) == 0 and path.read_bytes() == before
    assert capsys.readouterr().out == ""


# ---------------------------------------------------------------- in JupyterLab


@pytest.mark.nightly
@pytest.mark.browser
def test_a_link_leads_to_its_entry_in_jupyterlab(tmp_path):
    """A click in a chapter brings the entry to the top of the glossary, with capitals in its
    heading or without."""
    asked = {"END": "end", "thought vector": "thought-vector", "ReLU": "relu"}
    (folder := tmp_path / "book").mkdir()
    shutil.copy(tool.GLOSSARY, folder)
    notebooks.write(
        page("\n\n".join(to(text, name) for text, name in asked.items())), folder / "page.ipynb"
    )
    with (
        jupyter.browser("the test of the glossary's links in JupyterLab") as chromium,
        jupyter.Lab(tmp_path, folder) as lab,
    ):
        place = chromium.new_page(viewport=jupyter.PAGE)
        place.set_default_timeout(jupyter.WAIT * 1000)
        place.goto(
            f"{lab.address}/lab/workspaces/links/tree/B_glossary.ipynb?reset&token={lab.token}"
        )
        place.wait_for_selector(".jp-NotebookPanel .jp-RenderedMarkdown h3", timeout=60000)
        place.evaluate(
            "() => { jupyterapp.commands.execute('docmanager:open', {path: 'page.ipynb'}); }"
        )
        place.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) a[href$='#end']")
        for text, name in asked.items():
            place.wait_for_function(
                """() => { const page = [...jupyterapp.shell.widgets('main')].find(w => w.context?.path === 'page.ipynb');
                if (page) jupyterapp.shell.activateById(page.id);
                return Boolean(page); }"""  # noqa: E501
            )
            place.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) a[href$='#{name}']").click()
            tops = functools.partial(
                place.evaluate,
                """name => [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) h3')]
                .filter(e => [e.dataset.jupyterId, ...[...e.querySelectorAll('a')].map(a => a.dataset.jupyterId)].includes(name))
                .map(e => e.getBoundingClientRect().top)""",  # noqa: E501
                name,
            )
            jupyter.wait_until(
                lambda: [top for top in tops() if 0 < top < 200],
                otherwise=f"the entry of {text} is not at the top",
            )
