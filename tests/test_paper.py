"""The book on paper: one file of all chapters, in which nothing is cut, split or lost."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent

from helpers import lab as jupyter
from helpers.site import built
from tools import notebook as tool
from tools import paper

LARGEST = 20_000_000  # bytes
SHEET = 297 - 18 - 20  # millimetres between the margins, from top to foot
CHAPTERS = [path.stem for path in tool.book() if path.parent.name == "notebooks"]


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """(the parts as printed, the file, as pypdf reads it)."""
    pypdf = pytest.importorskip("pypdf")
    with jupyter.browser("the book on paper (tests/test_paper.py)"):
        pass
    to = tmp_path_factory.mktemp("paper") / paper.NAME
    parts = paper.make(built("the book on paper (tests/test_paper.py)"), to)
    with open(to, "rb") as file:
        yield parts, to, pypdf.PdfReader(file)


@pytest.fixture(scope="module")
def texts(book):
    """The words of each page."""
    return [page.extract_text() for page in book[2].pages]


@pytest.mark.browser
@pytest.mark.nightly
class TestTheBook:
    def test_every_chapter_is_there_once_and_in_order(self, book):
        parts, to, reader = book
        assert [pathlib.PurePosixPath(part.path).stem for part in parts] == CHAPTERS
        assert to.stat().st_size < LARGEST
        front = len(reader.pages) - sum(len(part.pdf.pages) for part in parts)
        assert 2 <= front <= 6
        for page in reader.pages:
            width, height = (float(side) * 25.4 / 72 for side in page.mediabox[2:])
            assert abs(width - 210) < 1 and abs(height - 297) < 1

    def test_no_page_is_blank_and_each_has_its_number(self, book, texts):
        parts, _, reader = book
        front = len(texts) - sum(len(part.pdf.pages) for part in parts)
        assert reader.page_labels[:2] == ["i", "ii"]
        assert reader.page_labels[front:] == [str(k + 1) for k in range(len(texts) - front)]
        feet = ["Reverse Them All"] * front
        for part in parts:
            feet += [paper.titled(part.name, part.headings)] * len(part.pdf.pages)
        for label, foot, text in zip(reader.page_labels, feet, texts, strict=True):
            margin = label + squeezed(foot)  # the margins come first in a page's text
            assert squeezed(text).startswith(margin), (label, text[:200])
            assert len(squeezed(text)) > len(margin) + 20, (label, text)

    def test_a_chapter_begins_on_the_page_that_the_contents_name(self, book, texts):
        parts, _, _ = book
        front = len(texts) - sum(len(part.pdf.pages) for part in parts)
        contents = squeezed(" ".join(texts[1:front]))
        for part in parts:
            title = squeezed(paper.titled(part.name, part.headings))
            assert re.search(rf"{re.escape(title)}{part.first}(?!\d)", contents), part.name
            begins = squeezed(texts[front + part.first - 1])
            assert squeezed(part.headings[0][1]) in begins
            for _, section, anchor in part.headings[1:]:
                page = part.page_of(anchor)
                assert f"{squeezed(section)}{page}" in contents, section
                assert squeezed(section) in squeezed(texts[front + page - 1]), section

    def test_the_outline_leads_to_every_chapter_and_section(self, book):
        parts, _, reader = book
        front = len(reader.pages) - sum(len(part.pdf.pages) for part in parts)
        contents, *rest = reader.outline
        assert contents.title == "Contents" and reader.get_destination_page_number(contents) == 1
        assert len(rest) == 2 * len(parts)
        for part, chapter, sections in zip(parts, rest[::2], rest[1::2]):
            assert chapter.title == paper.titled(part.name, part.headings)
            assert reader.get_destination_page_number(chapter) == front + part.first - 1
            assert [item.title for item in sections] == [text for _, text, _ in part.headings[1:]]

    def test_links_stay_in_the_file_or_leave_this_machine(self, book):
        parts, _, reader = book
        inside = 0
        for number, page in enumerate(reader.pages):
            for reference in page.get("/Annots") or []:
                link = reference.get_object()
                if "/Dest" in link:
                    to = link["/Dest"][0].get_object()
                    assert reader.get_page_number(to) >= 0, number
                    inside += 1
                else:
                    assert "127.0.0.1" not in link["/A"]["/URI"], number
        assert inside > 10 * len(parts)

    def test_a_link_leads_to_the_word_it_names(self, book, texts):
        """The glossary's word that a chapter links to stands on the page it leads to."""
        parts, _, reader = book
        front = len(texts) - sum(len(part.pdf.pages) for part in parts)
        glossary = next(part for part in parts if "glossary" in part.path)
        page = front + glossary.page_of("softmax") - 1
        assert "softmax" in texts[page]
        linked = [
            reader.get_page_number(reference.get_object()["/Dest"][0].get_object())
            for page in reader.pages[front : front + glossary.first - 1]
            for reference in page.get("/Annots") or []
            if "/Dest" in reference.get_object()
        ]
        assert page in linked

    def test_nothing_is_cut(self, book):
        for part in book[0]:
            assert part.measured["blocks"] > 20, part.name
            assert part.measured["cut"] == [] and part.measured["wide"] == [], part.name

    def test_no_picture_is_split(self, book):
        for part in book[0]:
            assert part.measured["splits"] == [], part.name
            tallest = max(part.measured["heights"], default=0)
            assert tallest * 25.4 / 96 < SHEET, part.name

    def test_hints_stand_at_the_end_with_their_numbers(self, book, texts):
        parts, _, _ = book
        front = len(texts) - sum(len(part.pdf.pages) for part in parts)
        decode = next(part for part in parts if part.path.endswith("03_decoding.html"))
        assert decode.headings[-1][1] == "Hints"
        last = " ".join(texts[front + decode.page_of("paper-hints") - 1 :][:3])
        assert all(f"3.{k} Hint" in last for k in range(1, 9))
        assert "Reset the panel and set step t to 1" in " ".join(last.split())

    def test_what_only_a_screen_can_do_is_left_out(self, texts):
        said = " ".join(texts)
        assert "With a kernel all values between move" not in said
        assert "Link to this heading" not in said and "Skip to main content" not in said


def squeezed(text):
    """Return a text without spaces: a PDF has its own, where a line ends."""
    return re.sub(r"\s+", "", text)


def test_the_contents_are_those_of_the_sites_first_page():
    index = "# A\n```{toctree}\n:hidden:\n\n00 Start <notebooks/00_start>\n```\n```{toctree}\n"
    assert paper.contents_of(index) == [("00 Start", "/notebooks/00_start.html")]


def test_what_is_said_in_the_foot_cannot_break_the_style():
    assert "content: \"Say 'cba' \"" in paper.margins('Say "cba" \\', 3)
    assert "counter-reset: page 3" in paper.margins("", 3)


def test_a_browser_is_asked_for_in_words(monkeypatch):
    pytest.importorskip("playwright")
    monkeypatch.setattr(paper.web, "chromium", lambda own: None)
    with pytest.raises(SystemExit, match="No browser was found.*Install Chromium"):
        with paper.browser():
            pass


@pytest.mark.parametrize(
    "name, title, said",
    [
        ("03 Decode", "Decode: one vector", "03 Decode: one vector"),
        ("A Lost weights", "Find the lost weights", "A Find the lost weights"),
        ("Solutions to chapter 01", "Solutions to chapter 01", "Solutions to chapter 01"),
    ],
)
def test_a_part_is_called_by_its_number_and_title(name, title, said):
    assert paper.titled(name, [("H1", title, "x")]) == said
