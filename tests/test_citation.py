"""CITATION.cff: how the book is cited, and the post that it grew from."""

import datetime
import pathlib
import re
import tomllib

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
CITED = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# what the format 1.2.0 knows at its top and in a reference; the first four it asks for
KNOWN = {"cff-version", "message", "title", "authors", "type", "abstract", "version"}
KNOWN |= {"date-released", "license", "keywords", "references", "preferred-citation"}
TYPES = {"software", "dataset"}
BOOK = {"type", "title", "authors", "year", "edition"}
REFERENCE = {"type", "title", "authors", "collection-title", "date-published", "notes", "url"}


def test_it_has_what_the_format_asks_for_and_nothing_that_it_does_not_know():
    assert CITED["cff-version"] == "1.2.0"
    assert {"cff-version", "message", "title", "authors"} <= set(CITED) <= KNOWN
    assert CITED["type"] in TYPES
    assert all(set(author) == {"name"} for author in CITED["authors"]), "an entity has a name alone"
    for reference in CITED["references"]:
        assert {"type", "title", "authors"} <= set(reference) <= REFERENCE


def test_it_cites_the_book_of_this_version():
    assert README.startswith(f"# {CITED['title']}\n")
    assert CITED["authors"] == [{"name": "The authors of Reverse Them All"}]
    assert CITED["version"] == PROJECT["version"]
    book = CITED["preferred-citation"]
    assert set(book) == BOOK and book["type"] == "book"
    assert (book["title"], book["authors"]) == (CITED["title"], CITED["authors"])
    assert (book["year"], book["edition"]) == (CITED["date-released"].year, CITED["version"])
    assert " AND ".join(CITED["license"]) == PROJECT["license"]


def test_it_cites_the_post_as_the_readme_does():
    (post,) = CITED["references"]
    assert f"*{post['title']}*" in README
    (author,) = post["authors"]
    day = post["date-published"]
    assert isinstance(day, datetime.date)
    said = f"{author['given-names']} {author['family-names']}'s post"
    assert said in README and f"({post['collection-title']}, {day:%d %B %Y})" in README


def test_the_list_of_changes_begins_with_this_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version, day = re.search(r"^## (\S+), (\S+)$", text, re.MULTILINE).groups()
    assert version == PROJECT["version"] == CITED["version"]
    assert day == str(CITED["date-released"])
    assert text.index(f"## {version}") == text.index("## "), "before all others"
