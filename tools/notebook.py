#!/usr/bin/env python3
"""Runs the book's notebooks, and checks the rules of a chapter; jupytext edits them.

    python tools/notebook.py run [FILES]     run top to bottom in a fresh kernel and write it back
    python tools/notebook.py check [FILES]   print what breaks the rules; exit status 1 if any does

Without FILES: every notebook of the book. A cell that came from a text takes the id that stands in
its metadata.
"""

import argparse
import ast
import pathlib
import re
import sys

import nbformat

from revlib import checkpoint

ROOT = pathlib.Path(__file__).resolve().parent.parent
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
    },
}
LONGEST_CELL, LONGEST_OUTPUT, LARGEST_FILE = 30, 10, 500_000  # lines, lines, bytes
ONE_PAGE = 80  # lines of the cell tagged one-page, which holds the whole model


CHAPTER = re.compile(r"(\d\d|[A-Z])_[a-z0-9_]+\.ipynb")  # what it, or its solutions, is called
CALLED = "a chapter is called like 01_encoding.ipynb"


def book(root=None):
    """Every notebook of the book, in a folder or in this one's, chapters first."""
    return [path for path in notebooks(root) if CHAPTER.fullmatch(path.name)]


def strays(root=None):
    """Every other notebook beside them: a reader's own, a copy."""
    return [path for path in notebooks(root) if not CHAPTER.fullmatch(path.name)]


def notebooks(root):
    """Every notebook in the book's two folders that is not hidden, as JupyterLab's copies are."""
    folder = (root or ROOT) / "notebooks"
    return [
        *sorted(folder.glob("[!.]*.ipynb")),
        *sorted((folder / "solutions").glob("[!.]*.ipynb")),
    ]


def say_strays():
    """Say of each other notebook that it is left alone."""
    for path in strays():
        print(f"{path.relative_to(ROOT)} is no chapter and is left alone ({CALLED})", flush=True)


def read(path):
    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, UnicodeDecodeError, nbformat.reader.NotJSONError) as error:
        raise SystemExit(
            f"{path} is no notebook that can be read: {str(error).splitlines()[0]}"
        ) from error
    for k, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"{k:08x}")  # older formats have none
    return notebook


def write(notebook, path):
    """Write a notebook, whole or not at all."""
    checkpoint.write(path, (nbformat.writes(notebook) + "\n").encode())


def canonical(notebook):
    """The same notebook with nothing in it that differs between two runs."""
    notebook.metadata = nbformat.from_dict(KERNEL)
    notebook.nbformat_minor = 5
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        folded = (
            {"jupyter": {"source_hidden": True}} if "hide-input" in tags else {}
        )  # on the site the tag does it
        cell.id = cell.metadata.get("id", cell.id)
        cell.metadata = nbformat.from_dict(folded | ({"tags": tags} if tags else {}))
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET_VIEW, None)
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
    return notebook


def execute(notebook, folder, **options):
    """Run a notebook in a fresh kernel in a folder; its outputs are filled in."""
    from nbclient import NotebookClient

    NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        coalesce_streams=True,
        extra_arguments=["--IPKernelApp.log_level=40"],  # it warns of loopback without encryption
        resources={"metadata": {"path": str(folder)}},
    ).execute(**options)


def run(path):
    """Run a notebook where it stands, and write it back in its canonical form; not over what was
    saved meanwhile."""
    notebook, before = read(path), path.read_bytes()
    execute(notebook, path.parent)
    if path.read_bytes() != before:
        raise SystemExit(
            f"{path.name} was saved by someone else while it ran; it stays as they saved it. Run it"
            " again."
        )
    write(canonical(notebook), path)


def problems(notebook, name, folder, chapter=True):
    """What breaks the rules of a chapter: a list of sentences, each with the cell it is about."""
    found, code = [], [c for c in notebook.cells if c.cell_type == "code"]
    prose = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")

    def say(what, cell=None):
        found.append((name if cell is None else f"{name}, cell {cell.id}") + f": {what}")

    if [c.execution_count for c in code] != list(range(1, len(code) + 1)):
        say(f"execution counts are not 1 to {len(code)}: not one fresh run")
    if notebook.metadata != nbformat.from_dict(KERNEL):
        say("its metadata are not the canonical ones (run it with tools/notebook.py)")
    if not notebook.cells or not notebook.cells[0].source.startswith("# "):
        say("the first cell has no title")
    ids = [c.id for c in notebook.cells]
    for cell in notebook.cells:
        random = re.match(r"[0-9a-f]{8}(-[0-9a-f]{4}|$)", cell.id)
        if (
            ids.count(cell.id) > 1
            or random
            or not re.fullmatch(r"[a-z]+[a-z0-9]*(-[a-z0-9]+)*", cell.id)
        ):
            say("its id is not a name chosen by hand, or stands twice", cell)
    if sum("nbval-ignore-output" in c.metadata.get("tags", []) for c in code) > 1:
        say("more than one cell has outputs that are not compared")
    for cell in code:
        _check_code(cell, say)
        _check_outputs(cell, say)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
        if not re.match(r"https?://", target) and not (folder / target).exists():
            say(f"the link to {target} leads nowhere")
    if chapter and "**Minutes**" not in prose:
        say("it does not say how many minutes it takes")
    if chapter and not re.search(
        r"\]\([^)]*\.ipynb\)", notebook.cells[0].source if notebook.cells else ""
    ):
        say("its first cell does not link to the previous and the next chapter")
    return found


KINDS = (
    "By hand",
    "Predict",
    "Complete",
    "Explain",
    "Explore",
)  # of exercises; a chapter has all of them


def teaching(notebook, name):
    """What a chapter lacks of what every chapter has: objectives that its end takes up, quizzes,
    exercises with hints."""
    named = re.match(r"(\d\d|[A-Z])_", name)
    if not named:
        return []  # no chapter of the book
    found, number = [], named[1].lstrip("0")
    top = notebook.cells[0].source.partition("**You will**\n")[2]
    end = next((c.source for c in notebook.cells if c.source.startswith("## You can now")), "")
    objectives, reached = (re.findall(r"^- (.+)$", part, re.MULTILINE) for part in (top, end))
    if not objectives or [re.sub(r" \([^()]*\)$", "", line) for line in reached] != objectives:
        found.append("'You can now' does not take up the objectives of 'You will', line by line")
    if number in ("", "B", "C"):  # chapter 00, the glossary and the page for teachers ask nothing
        return [f"{name}: {what}" for what in found]
    quizzes = re.findall(
        r"^quiz\(\"(.+?)\"\)$",
        "\n".join(c.source for c in notebook.cells if c.cell_type == "code"),
        re.MULTILINE,
    )
    if len(quizzes) < 2 or any(quiz.partition(".")[0] != number for quiz in quizzes):
        found.append(
            f"it has {len(quizzes)} quizzes, or one with another chapter's name; two are the least"
        )
    if number.isdigit() and number != "12":  # which asks to change a line and see
        there = [
            c.source
            for c in notebook.cells
            if c.cell_type == "markdown"
            and re.search(rf"^\*\*{number}\.\d+\*\*", c.source, re.MULTILINE)
        ]
        kinds = [
            (re.search(rf"^\*\*{number}\.{k}\*\* \*(.+?)\.\*", text, re.MULTILINE) or " ?")[1]
            for k, text in enumerate(there, 1)
        ]
        if len(there) < 5 or set(kinds) != set(KINDS):
            found.append(
                f"its exercises are {', '.join(kinds)}; five at least, in order, of the kinds"
                f" {', '.join(KINDS)}"
            )
        found += [
            f"exercise {number}.{k} has no hint that folds out"
            for k, text in enumerate(there, 1)
            if not re.search(
                r"\n<details><summary>Hint</summary>\n\n.+\n\n</details>", text, re.DOTALL
            )
        ]
        asked = {place for line in reached for place in re.findall(rf"\b{number}\.\d+", line)}
        if not asked or not all(f"{number}.{k}" in asked for k in range(1, len(there) + 1)):
            found.append("'You can now' does not name every exercise beside what it trains")
    return [f"{name}: {what}" for what in found]


def _check_code(cell, say):
    source, colab = cell.source, "colab" in cell.metadata.get("tags", [])
    for pattern, what in (
        (r";\s*$", "a line ends in a semicolon"),
        (r"\binteract\(|@interact", "it uses interact"),
        (r"\bOutput\(", "it uses an Output widget"),
        (r"^\s*[!%]", "it runs a shell or magic line"),
        (r"sys\.path|chdir", "it changes paths"),
        (r"\bplt\b|pyplot", "it uses pyplot"),
    ):
        if re.search(pattern, source, re.MULTILINE) and not colab:
            say(what, cell)
    lines, longest = (
        len(source.splitlines()),
        ONE_PAGE if "one-page" in cell.metadata.get("tags", []) else LONGEST_CELL,
    )
    folded = "hide-input" in cell.metadata.get("tags", [])  # it only writes a table
    if lines > longest and not folded:
        say(
            f"it has {lines} lines; at most {longest} fit a"
            f" {'page' if longest == ONE_PAGE else 'screen'}",
            cell,
        )
    try:
        body = ast.parse(source).body
    except SyntaxError as error:  # a Colab cell may hold a magic line
        return None if colab else say(f"it is not Python: {error.msg}", cell)
    last = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    shows = last is not None and not isinstance(last, ast.Call)
    prints = any(
        isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("print", "check")
        for node in (statement.value for statement in body if isinstance(statement, ast.Expr))
    )
    draws = isinstance(last, ast.Call) and re.search(
        r"(draw\w*|_panel|table)$", ast.unparse(last.func)
    )
    if (shows or prints or draws) and not cell.outputs:
        say("its output is missing", cell)


def _check_outputs(cell, say):
    for output in cell.outputs:
        if output.output_type == "error":
            say(f"it raised {output.ename}", cell)
        shown = str(output.get("text", "")) or str(output.get("data", {}).get("text/plain", ""))
        if output.get("name") == "stderr":
            say("it writes to stderr", cell)
        if len(shown.splitlines()) > LONGEST_OUTPUT:
            say(f"it prints {len(shown.splitlines())} lines; at most {LONGEST_OUTPUT}", cell)
        if re.search(r"np\.\w+\(|object at 0x|<Figure|<Axes", shown):
            say("it prints a bare NumPy scalar, an address or an object", cell)
        everything = "\n".join(
            [shown, *map(str, output.get("data", {}).values()), *output.get("traceback", [])]
        )
        if re.search(r"(?<![\w.])/(root|home|tmp|Users|work|content)/", everything):
            say("it prints a path of one machine", cell)
        if WIDGET_VIEW in output.get("data", {}):
            say("it carries a widget view", cell)


def main(arguments=None):
    """Run or check the notebooks that the arguments name; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=["run", "check"])
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    given = parser.parse_args(arguments)
    found = []
    for path in [path.resolve() for path in given.files] or book():
        if given.command == "run":
            print(f"running {path.name}", flush=True)
            run(path)
            continue
        chapter = path.parent.name == "notebooks"
        found += problems(read(path), path.name, path.parent, chapter)
        if chapter and read(path).cells:
            found += teaching(read(path), path.name)
        if path.stat().st_size > LARGEST_FILE:
            size = path.stat().st_size // 1000
            found.append(f"{path.name}: {size} kB; GitHub shows no notebook that large")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
