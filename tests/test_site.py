"""The static site, page by page in Chromium: nothing missing, nothing foreign, and sliders and
quizzes that move without a kernel."""

import functools
import json
import pathlib
import re
import urllib.parse
from html.parser import HTMLParser

import pytest
from nbformat.v4 import new_code_cell, new_output

from revlib import exercises
from revlib.drawing import machine
from revlib.panels import controls

ROOT = pathlib.Path(__file__).resolve().parent.parent

from helpers import explaining
from helpers import lab as jupyter
from helpers.driving import PANELS, build
from helpers.site import HTML, built
from reference.pages import read as read_page
from tools import notebook as tool
from tools import pages, reference, web

BOOK = [path.relative_to(ROOT).with_suffix("").as_posix() for path in tool.book()]
PAGES = ["index", "search", *BOOK, "reference/networks", "reference/revlib.model"]
LIVE = {name: tool.read(ROOT / f"{name}.ipynb") for name in BOOK if name.count("/") == 1}
QUIZZES = {
    name: quizzes
    for name, notebook in LIVE.items()
    for quizzes in [
        [
            key
            for cell in notebook.cells
            if cell.cell_type == "code"
            for key in re.findall(r'^quiz\("(.+?)"\)', cell.source)
        ]
    ]
    if quizzes
}
HEAVIEST = 3_000_000  # bytes of a page
PHONE = {"width": 390, "height": 844}

pytestmark = pytest.mark.browser
nightly = pytest.mark.nightly


@pytest.fixture(scope="module")
def site():
    """The address of the site, built anew and served on loopback while these tests last."""
    with web.served(built("the tests of the static site (tests/test_site.py)")) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(site):  # in this order: where there is a browser there is a site to look at
    with jupyter.browser("the tests of the static site (tests/test_site.py)") as running:
        yield running


class Page:
    """A page of the site, opened in a window of its own; what went wrong is in `wrong`."""

    def __init__(self, chromium, site, name, **options):
        self.page = jupyter.new_page(chromium, **options)
        self.outside, self.wrong = jupyter.listen(self.page, site)
        self.page.on("requestfailed", lambda request: self.wrong.append(f"failed: {request.url}"))
        self.page.on(
            "response",
            lambda answer: (
                self.wrong.append(f"{answer.status}: {answer.url}")
                if answer.status >= 400
                else None
            ),
        )
        self.page.goto(f"{site}/{name}.html")
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function(
            """() => [...document.querySelectorAll(".revlib-panel:has(svg [data-block])")]
            .every(panel => panel.querySelector(".revlib-why"))"""
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.page.close()

    def panels(self):
        """The panels of the page, in order."""
        return self.page.locator(".revlib-frames").all()


@pytest.fixture
def opened(chromium, site):
    return functools.partial(Page, chromium, site)


# ---------------------------------------------------------------- every page


@pytest.fixture(scope="module", params=PAGES)
def looked_at(request, chromium, site):
    """Each page in turn, opened once for the three tests that look at it."""
    with Page(chromium, site, request.param) as one:
        one.name = request.param
        yield one


def test_a_page_is_whole(looked_at):
    """No errors, no failing request, nothing asked of another host; light enough; seen."""
    page, name = looked_at.page, looked_at.name
    assert looked_at.wrong == [] and looked_at.outside == set()
    assert page.locator("article h1").count() == 1 or name == "search"
    assert page.evaluate("performance.getEntriesByName('first-contentful-paint').length")
    assert (HTML / f"{name}.html").stat().st_size < HEAVIEST
    if any("$$" in cell.source for cell in LIVE.get(name, tool.nbformat.v4.new_notebook()).cells):
        assert page.locator(".katex").count()
    assert not page.locator(".math:not(:has(.katex))").count()


PAINT = """() => [...document.querySelectorAll(".revlib-frames .frame svg")].map((svg) => {
  const ground = svg.querySelector(":scope > rect, #patch_1 path");
  const label = [...svg.querySelectorAll("text")].find((text) => text.textContent === "a");
  return [getComputedStyle(ground).fill, getComputedStyle(label ?? svg.querySelector("text")).fill];
})"""


@pytest.mark.parametrize(
    "scheme, paper", [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 18, 18)")]
)
@pytest.mark.parametrize("name", ["02_thought_vector"])
def test_panels_follow_the_theme(opened, name, scheme, paper):
    """Cells and plots: light on dark by night, and on paper as by day."""
    with opened(f"notebooks/{name}", color_scheme=scheme) as one:
        painted = one.page.evaluate(PAINT)
        assert len(painted) >= 3 and {ground for ground, _ in painted} == {paper}
        bright = {int(ink.removeprefix("rgb(").split(",")[0]) > 120 for _, ink in painted}
        assert bright == {scheme == "dark"}
        one.page.emulate_media(media="print")
        assert {ground for ground, _ in one.page.evaluate(PAINT)} == {"rgb(255, 255, 255)"}


@nightly
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(looked_at, scheme):
    from axe_playwright_python.sync_playwright import Axe

    looked_at.page.emulate_media(color_scheme=scheme)
    looked_at.page.wait_for_function(
        "scheme => document.documentElement.dataset.theme === scheme", arg=scheme
    )
    looked_at.page.evaluate(
        "() => Promise.all(document.getAnimations().map(fading => fading.finished.catch(() =>"
        " null)))"
    )
    found = Axe().run(looked_at.page).response["violations"]
    assert [
        f"{v['id']} ({v['impact']}): " + "; ".join(node["html"][:200] for node in v["nodes"][:4])
        for v in found
        if v["impact"] in ("serious", "critical")
    ] == []


@nightly
def test_a_phone_shows_it_without_moving_sideways(looked_at):
    """What is wider than a phone moves in its own frame, which keys reach."""
    looked_at.page.set_viewport_size(PHONE)
    width, window = looked_at.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= window
    jupyter.wait_until(
        lambda: (
            not looked_at.page.evaluate(
                """() => [...document.querySelectorAll("article svg, article img")]
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth && !e.closest("[tabindex='0'], .math")).length"""  # noqa: E501
            )
        ),
        otherwise="a picture is wider than the page, and keys do not reach its end",
    )


class Anchors(HTMLParser):
    """What a page leads to and what can be led to in it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.links += [given["href"]] if tag == "a" and given.get("href") else []
        self.ids |= {given.get("id")}


@nightly
@pytest.mark.parametrize("name", ["notebooks/01_encoding", "notebooks/06_training", "index"])
def test_on_paper_it_is_light_and_nothing_is_cut(opened, name):
    """A4 at 96 dots per inch, from the dark theme."""
    with opened(name, viewport={"width": 794, "height": 1123}, color_scheme="dark") as one:
        one.page.emulate_media(media="print", color_scheme="dark")
        found = one.page.evaluate(
            """() => {
                const shown = [...document.querySelectorAll(".bd-content pre, .bd-content table, .bd-content p, .bd-content h1")]
                    .filter(e => e.checkVisibility());
                const light = color => { const [r, g, b] = color.match(/\\d+/g).map(Number); return 0.3 * r + 0.6 * g + 0.1 * b; };
                return {
                    cut: shown.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.slice(0, 60)),
                    pale: shown.filter(e => light(getComputedStyle(e).color) > 110).map(e => e.textContent.slice(0, 60)),
                    paper: light(getComputedStyle(document.body).backgroundColor),
                    many: shown.length,
                }; }"""  # noqa: E501
        )
        assert found["many"] > 5 and found["paper"] > 250
        assert found["cut"] == [] and found["pale"] == []


def test_every_link_leads_somewhere(site):
    foreign = {HTML / "_static", HTML / "lite"}  # the second from tools/lite.py
    seen = {path: Anchors(path) for path in HTML.rglob("*.html") if not foreign & set(path.parents)}
    dead = []
    for path, page in seen.items():
        for link in page.links:
            address = urllib.parse.urlsplit(link)
            if not address.scheme:
                to = (
                    (path.parent / urllib.parse.unquote(address.path)).resolve()
                    if address.path
                    else path
                )
                if (
                    not to.is_file()
                    or address.fragment
                    and to in seen
                    and urllib.parse.unquote(address.fragment) not in seen[to].ids
                ):
                    dead.append(f"{path.relative_to(HTML)}: {link}")
    assert len(seen) > len(BOOK) and dead == []


def test_every_public_function_has_an_entry(site):
    for module, names in reference.modules().items():
        there = Anchors(HTML / "reference" / f"{module}.html").ids
        assert [name for name in names if f"{module}.{name}" not in there] == []


@pytest.mark.parametrize(
    "chapter, entry",
    [
        ("00_start_here", "revlib.model.html#revlib.model.post_net"),
        ("01_encoding", "revlib.alphabet.html#revlib.alphabet.Alphabet"),
        ("05_bptt", "revlib.bptt.html#revlib.bptt.gradients"),
        ("05_bptt", "revlib.panels.bptt.html#revlib.panels.bptt.blame_panel"),
    ],
)
def test_a_chapter_leads_to_what_it_introduces_and_back(site, chapter, entry):
    assert f"../reference/{entry}" in Anchors(HTML / "notebooks" / f"{chapter}.html").links
    page = HTML / "reference" / entry.partition("#")[0]
    assert f"../notebooks/{chapter}.html" in Anchors(page).links
    assert "First used in" in page.read_text(encoding="utf-8")


def test_pages_lead_to_their_neighbours(site):
    chapters = [name for name in BOOK if name.count("/") == 1]
    for name, after in zip(chapters, chapters[1:]):
        text = (HTML / f"{name}.html").read_text(encoding="utf-8")
        assert re.search(
            rf'class="right-next"[^>]*href="{after.rpartition("/")[2]}\.html"', text
        ), name


@nightly
def test_search_and_night(opened):
    with opened("index") as one:
        one.page.goto(one.page.url.replace("index.html", "search.html?q=temperature"))
        one.page.wait_for_selector("ul.search li a[href*='04_softmax']")
        one.page.wait_for_load_state("networkidle")  # it fetches each page it found, for a summary
        one.page.goto(
            one.page.url.replace("search.html?q=temperature", "notebooks/01_encoding.html")
        )
        for theme in ("dark", "light"):
            one.page.locator("button.theme-switch-button:visible").first.click()
            one.page.locator("button.theme-change-button:visible", has_text=theme.title()).click()
            one.page.wait_for_function(
                "theme => document.documentElement.dataset.theme === theme", arg=theme
            )
        assert one.wrong == [] and one.outside == set()


# ---------------------------------------------------------------- panels and quizzes


def read(area):
    """(the words, the numbers in the pictures) of a panel as they stand on the page."""
    return area.evaluate(
        """e => [e.querySelector(".frame > p[role]").textContent,
            [...e.querySelectorAll(".frame svg text")].map(t => t.textContent)]"""
    )


def choose(one, area, name, control, value, values):
    """Move a selector to a value by keys alone: arrows from its first one."""
    if isinstance(control, controls.Number):
        slider = area.get_by_role("slider", name=name)
        slider.focus()
        one.page.keyboard.press("Home")
        for _ in range(list(values).index(value)):
            one.page.keyboard.press("ArrowRight")
        assert slider.get_attribute("aria-valuetext") == f"{value:g}"
    else:
        area.get_by_role("combobox", name=name).focus()
        one.page.keyboard.press("Home")
        for _ in range(list(values).index(value)):
            one.page.keyboard.press("ArrowDown")


@pytest.mark.parametrize(
    "chapter",
    [
        pytest.param(chapter, marks=() if chapter[:2] in ("01", "05") else nightly)
        for chapter in sorted({chapter for chapter, _ in PANELS})
    ],
)
def test_numbers_explain_themselves_without_a_kernel(opened, chapter):
    """Each sum that a page can say adds up; pointed at, one is said and what made it lights up."""
    with opened(f"notebooks/{chapter}") as one:
        if not one.page.locator(".revlib-panel svg [data-block]").count():
            return
        one.page.wait_for_selector(".revlib-panel .revlib-why", state="attached")
        said = one.page.evaluate(
            """async () => { const {everything} = await import("../_static/hand.js");
            return [...document.querySelectorAll(".revlib-panel")].flatMap(everything); }"""
        )
        for sentence in said:
            if sentence["made"]:
                explaining.adds_up(sentence["text"])
        if not any(sentence["made"] for sentence in said):
            return
        panel = one.page.locator(".revlib-panel:has([data-why])").first
        panel.locator("[data-why]:visible > rect").first.hover()
        line = panel.locator(".revlib-why")
        jupyter.wait_until(lambda: line.inner_text())
        assert line.inner_text() in {sentence["text"] for sentence in said}
        assert panel.locator(".revlib-lit").count()
        assert one.wrong == [] and one.outside == set()


@nightly
def test_a_tap_explains_and_less_motion_is_still(site, chromium):
    """On a phone; what plays is not there for who asks the system for less motion."""
    page = jupyter.new_page(
        chromium, viewport=PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    try:
        page.goto(f"{site}/notebooks/01_encoding.html")
        panel = page.locator(".revlib-panel").first
        panel.locator(".revlib-why").wait_for(state="attached")
        panel.locator("[data-block='sum']:visible > rect").nth(4).tap()
        said = panel.locator(".revlib-why").inner_text()
        assert said == "unit 5 of sum: 0.58 = 0.1 + 0.48"
        assert not panel.locator(".revlib-play").is_visible()
    finally:
        page.context.close()


@nightly
@pytest.mark.parametrize("chapter, panel", PANELS)
def test_sliders_move_without_a_kernel(opened, chapter, panel):
    """Each value of each selector, reached by keys: the words and every number in the picture are
    those the live panel would show."""
    twin = build(chapter, panel)
    assert 1 <= len(twin.frames) <= 5

    def shown():
        page = read_page(twin.page.value)
        return [page.words, [text.strip() for text in page.numbers]]

    def shown_in(area):
        words, numbers = read(area)
        return [words, [number.strip() for number in numbers]]

    with opened(f"notebooks/{chapter}") as one:
        area = next(area for area in one.panels() if shown_in(area) == shown())
        looks = [shown()]
        for name, values in twin.frames.items():
            control = twin.controls[name]
            for value in values:
                control.value = value
                choose(one, area, control.description, control, value, values)
                jupyter.wait_until(
                    lambda: shown_in(area) == shown(),
                    otherwise=f"{name} at {value}: {read(area)} instead of {shown()}",
                )
                looks.append(shown())
        assert len({str(look) for look in looks}) >= max(map(len, twin.frames.values()))
        assert (
            area.locator("a", has_text="How to get a kernel").get_attribute("href")
            == "../index.html#with-a-kernel"
        )
        assert one.wrong == [] and one.outside == set()


@nightly
@pytest.mark.parametrize("name", QUIZZES)
def test_quizzes_answer_without_a_kernel(opened, name):
    """Every option of every quiz, chosen by keys: its reason stands below."""
    with opened(name) as one:
        boxes = one.page.locator("[role=radiogroup]").all()
        assert len(boxes) == len(QUIZZES[name])
        for key, box in zip(QUIZZES[name], boxes):
            asked = exercises.QUIZZES[key]
            assert asked.question in box.locator("legend").inner_text()
            assert box.locator("[role=status]").count() == 0, "nothing is given away"
            for place, option in enumerate(asked.options):
                if place == 0:
                    box.locator("input").first.focus()
                    one.page.keyboard.press("Space")
                else:
                    one.page.keyboard.press("ArrowDown")
                said = f"{'Yes.' if option.right else 'Not so.'} {option.reason}"
                jupyter.wait_until(
                    lambda: box.locator("[role=status]").all_inner_texts() == [said],
                    otherwise=f"{key}, {option.text}: another reply than {said!r}",
                )
        assert one.wrong == []


@nightly
def test_a_moving_panel_leaves_the_page_where_it_is(opened):
    with opened("notebooks/01_encoding") as one:
        handle = one.page.locator(".revlib-frames input[type=range]").first
        handle.scroll_into_view_if_needed()
        handle.focus()
        one.page.evaluate(
            """() => { window.seen = {tops: new Set(), heights: new Set()};
            const look = () => { seen.tops.add(scrollY); seen.heights.add(document.documentElement.scrollHeight); requestAnimationFrame(look); }; look(); }"""  # noqa: E501
        )
        for key in ["ArrowRight", "ArrowLeft"] * 10:
            one.page.keyboard.press(key)
            one.page.wait_for_timeout(30)
        tops, heights = one.page.evaluate("[[...seen.tops], [...seen.heights]]")
        assert len(tops) == 1 and max(heights) - min(heights) < 60, (tops, heights)


def test_exercises_say_what_judges_them(site):
    for k in (*range(1, 12), 13):
        path = next(HTML.glob(f"notebooks/{k:02}_*.html"))
        assert "nothing judges an answer" in path.read_text(encoding="utf-8"), path.name


# ---------------------------------------------------------------- the tool


@pytest.mark.parametrize(
    "classes", ["fa-solid fa-sun fa-lg", "fab fa-github", "theme-switch fas fa-moon"]
)
def test_an_icon_of_the_theme_is_drawn(site, classes):
    """The repository's, too, which no page has as long as no address is set."""
    shapes = (HTML / "_static" / "scripts" / "fontawesome.js").read_text(encoding="utf-8")
    found = pages.ICON.search(f'<p><i class="{classes}" title="x"></i></p>')
    drawn = pages.icon(found, shapes)
    assert drawn.startswith(f'<svg class="svg-inline--fa {classes}" title="x"') and "<path" in drawn
    with pytest.raises(LookupError, match="no icon 'sun'"):
        pages.icon(pages.ICON.search('<i class="fa-solid fa-sun"></i>'), "{}")


def test_no_icon_is_left_to_a_script(site):
    for path in [HTML / "index.html", *HTML.glob("notebooks/*.html")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'<(i|span) class="[^"]*\bfa[bs]? ', text), path.name
        assert not pages.ICON.search(text) and "fontawesome" not in text, path.name


def test_npm_is_asked_for_in_words(monkeypatch, tmp_path):
    monkeypatch.setattr(pages, "SITE", tmp_path)
    monkeypatch.setattr(pages.shutil, "which", lambda name: None)
    (tmp_path / "package-lock.json").write_text("{}")
    with pytest.raises(SystemExit, match="npm was not found.*Install Node.js"):
        pages.katex()


def test_what_npm_brings_is_pinned_by_hash():
    lock = json.loads((ROOT / "site" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = lock.pop("")["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert lock and all(
        package["integrity"].startswith("sha512-") and "resolved" not in package
        for package in lock.values()
    )


def test_a_still_becomes_a_drawing_of_the_page():
    """What a picture stores in a notebook is what tools/pages.py finds and puts in its place."""
    picture = machine.draw_machine()
    data = {"text/plain": repr(picture), "text/html": picture._repr_html_()}
    cell = new_code_cell("machine", outputs=[new_output("display_data", data)])
    pages.inline(cell)
    shown = cell.outputs[0].data["text/html"]
    assert shown == f'<div class="revlib-still">{picture.svg}</div>'
