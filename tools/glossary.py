#!/usr/bin/env python3
"""Links the first use of each of the glossary's terms in every chapter to its place in the
glossary.

    python tools/glossary.py [FILES]             make the links, or make them again
    python tools/glossary.py --remove [FILES]    take them out
    python tools/glossary.py --check [FILES]     print which are missing or wrong; exit status 1 if
    any is

Without FILES: every chapter, but neither the glossary nor the solutions. Only the prose changes. A
chapter's title
cell, its "You can now" and its sources are left alone, and so are the questions of exercises (not
their hints),
headings, tables, code, formulas, links and titles of papers.
"""

import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools import notebook as tool  # noqa: E402

GLOSSARY = ROOT / "notebooks" / "B_glossary.ipynb"
LINK = re.compile(rf"\[([^][]*)\]\({GLOSSARY.name}#[^)]*\)")
OTHER_SENSES = (  # where a word is none of the terms
    r"looks like a loss",
    r"exposure bias",
    r"is no loss",
    r"Its unit is",
    r"unit of the last place",
    r"push unit \d down",
    r"as much weight",
    r"[Ss]tack (?:Wh|those|the)\b",
    r"a stack of arrays",
)
SKIPPED = (
    r"\A# .*",
    r"\A## You can now.*",
    r"^## Sources.*",  # to the cell's end
    r"^(?:previous:|next:|back to)[^\n]*$",  # where to go
    r"^\*\*(?:\w+\.\d+|Panel:)\*\*.*?(?=\n\n|\Z)",  # what an exercise asks; what to drag
    r"^```.*?^```",
    r"^~~~.*?^~~~",
    r"^ {4}[^\n]*$",
    r"(?P<ticks>`+).+?(?P=ticks)",  # code
    r"^#+ [^\n]*$",
    r"^\|[^\n]*$",  # headings, tables
    r"\$\$.*?\$\$",
    r"\$[^$\n]+\$",  # formulas
    r"!?\[[^][]*\]\([^)]*\)",
    r"https?://\S+",  # links
    r"<summary>.*?</summary>",
    r"<!--.*?-->",
    r"</?[a-zA-Z][^>]*>",  # HTML
    r"\*[^*\n]+\*(?=, [^.*\n]*\b(?:19|20)\d\d\b)",
    *OTHER_SENSES,
)  # a title and its year


def slug(term):
    """The end of a link to a term: JupyterLab finds it by the heading or its anchor, Sphinx by the
    heading in lower case."""
    return term.lower().replace(" ", "-")


def terms(glossary):
    """Slug -> the term and its other forms, as the glossary's cells give them."""
    found = {}
    for cell in glossary.cells:
        heading = (
            re.match(r"### (?:<a id=\"[^\"]*\"></a>)?(.+)", cell.source)
            if cell.cell_type == "markdown"
            else None
        )
        if heading:
            also = re.search(r"^\*Also:\* (.+?) · ", cell.source, re.MULTILINE)
            found[slug(heading[1])] = [heading[1], *(also[1].split(", ") if also else ())]
    return found


def pattern(form):
    """What matches a form and its plural; one without capitals may also begin a sentence."""
    words = re.escape(form).replace(r"\ ", r"\s")
    words = words[:-1] + "(?:y|ies)" if words.endswith("y") else words + "(?:s|es)?"
    return f"[{form[0]}{form[0].upper()}]" + words[1:] if form == form.lower() else words


def remove(source):
    return LINK.sub(r"\1", source)


def linked(notebook, terms):
    """The sources of a notebook's cells with each term's first use linked, and no other; the
    longest term at a place."""
    forms = sorted(
        ((form, name) for name, forms in terms.items() for form in forms),
        key=lambda pair: -len(pair[0]),
    )
    any_form = (
        "|".join(f"(?P<form{k}>{pattern(form)})" for k, (form, _) in enumerate(forms)) or r"(?!)"
    )  # no term: nothing
    places = re.compile(
        rf"(?P<skipped>{'|'.join(SKIPPED)})|(?<![\w-])(?:{any_form})(?![\w(-])",
        re.MULTILINE | re.DOTALL,
    )
    seen = set()

    def link(found):
        if found["skipped"] is not None:
            return found[0]
        name = forms[int(found.lastgroup.removeprefix("form"))][1]
        if name in seen:
            return found[0]
        seen.add(name)
        return f"[{found[0]}]({GLOSSARY.name}#{name})"

    return [
        places.sub(link, remove(cell.source)) if cell.cell_type == "markdown" else cell.source
        for cell in notebook.cells
    ]


def problems(notebook, name, terms):
    """Where the links are not those that `linked` makes: a list of sentences, each with the cell it
    is about."""
    found = []
    for cell, wanted in zip(notebook.cells, linked(notebook, terms)):
        if cell.source != wanted:
            has, needs = (
                [match[0] for match in LINK.finditer(source)] for source in (cell.source, wanted)
            )
            found += [
                f"{name}, cell {cell.id}: a first use without its link, {link}"
                for link in needs
                if link not in has
            ]
            found += [
                f"{name}, cell {cell.id}: {link} is no first use of a term"
                for link in has
                if link not in needs
            ]
            if sorted(has) == sorted(needs):
                found.append(
                    f"{name}, cell {cell.id}: a link stands at another place than the first use"
                )
    return found


def chapters():
    return [path for path in tool.book() if path.parent == GLOSSARY.parent and path != GLOSSARY]


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--remove", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    given = parser.parse_args(arguments)
    if any(path.name == GLOSSARY.name for path in given.files):
        parser.error("the glossary does not link to itself")
    known, found = terms(tool.read(GLOSSARY)), []
    for path in given.files or chapters():
        notebook = tool.read(path)
        if given.check:
            found += problems(notebook, path.name, known)
            continue
        before = [cell.source for cell in notebook.cells]
        after = linked(notebook, {} if given.remove else known)
        for cell, source in zip(notebook.cells, after):
            cell.source = source
        if after != before:
            tool.write(notebook, path)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
