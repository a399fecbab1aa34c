#!/usr/bin/env python3
"""The one tool that runs, edits, checks and shows the book's notebooks.

    python tools/notebook.py run [FILES]         run top to bottom in a fresh kernel and write it
    back
    python tools/notebook.py text FILES          write each as MyST text beside it, for an editor;
    an edited text is not written over
    python tools/notebook.py build FILES.md      write that text back into the notebook, keeping
    outputs
    python tools/notebook.py check [FILES]       print what breaks the rules of a chapter; exit
    status 1 if any does
    python tools/notebook.py show FILE           source, text outputs and picture hashes (for git
    diff)

Without FILES: every notebook of the book.
"""

import argparse
import ast
import hashlib
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


def sources(notebook):
    """A digest of what a person has written in a notebook: ids and sources of its cells."""
    return hashlib.sha256(
        repr([(cell.id, cell.source) for cell in notebook.cells]).encode()
    ).hexdigest()[:12]


def canonical(notebook):
    """The same notebook with nothing in it that differs between two runs."""
    notebook.metadata = nbformat.from_dict(KERNEL)
    notebook.nbformat_minor = 5
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        folded = (
            {"jupyter": {"source_hidden": True}} if "hide-input" in tags else {}
        )  # on the site the tag does it
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


def text(path):
    """The notebook's source as MyST text; each cell keeps its id, and the head says from which
    sources it was made."""
    import jupytext

    notebook = read(path)
    made_from = sources(notebook)
    for cell in notebook.cells:
        cell.metadata["id"] = cell.id
        cell.outputs = [] if cell.cell_type == "code" else None
    return jupytext.writes(notebook, fmt="md:myst").replace(
        "---\n", f"---\nmade_from: {made_from}\n", 1
    )


def build(source, path):
    """The notebook that MyST text describes; outputs of cells whose source has not changed are
    kept, and pasted pictures.

    Nothing is written if the text is torn or foreign, a cell has no id of its own, or the notebook
    has been edited since `text`.
    """
    import jupytext

    refused = f"{path.name} stays as it is: "
    if not source.startswith("---\n") or "\n---\n" not in source:
        raise SystemExit(
            refused + "the text has no head between two lines of ---, as `text` writes it"
        )
    notebook, there = jupytext.reads(source, fmt="md:myst"), read(path) if path.exists() else None
    made_from, old = (
        re.search(r"^made_from: '?(\w+)", source, re.MULTILINE),
        {cell.id: cell for cell in there.cells} if there else {},
    )
    if made_from and there and made_from[1] != sources(there):
        raise SystemExit(
            refused
            + "it was edited after `text` wrote the .md; make the text anew, or undo that edit"
        )
    ids = [cell.metadata.get("id") for cell in notebook.cells]
    wrong = [
        each
        for each in ids
        if each is None
        or not re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", str(each))
        or ids.count(each) > 1
    ]
    if not ids or wrong:
        raise SystemExit(
            refused
            + (
                f"each cell has an id of its own, of letters, digits, - and _; see {wrong[0]!r}"
                if ids
                else "the text has no cell"
            )
        )
    for cell in notebook.cells:
        cell.id = cell.metadata.pop("id")
        before = old.get(cell.id)
        if before is not None and "attachments" in before:
            cell.attachments = before.attachments
        if cell.cell_type == "code" and before is not None and before.source == cell.source:
            cell.outputs, cell.execution_count = before.outputs, before.execution_count
    gone = [each for each in old if each not in ids]
    print(
        (
            f"{path.name}: {len(gone)} cell{'s' * (len(gone) != 1)} gone: {', '.join(gone)}\n"
            if gone
            else ""
        ),
        end="",
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
    if number.isdigit() and int(number) <= 11:
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


def show(path):
    """Source and text outputs, and a short hash for each picture: what a person compares in a
    diff."""
    lines = []
    for cell in read(path).cells:
        lines += [
            f"--- {cell.cell_type} {cell.id} {' '.join(cell.metadata.get('tags', []))}".rstrip(),
            cell.source,
        ]
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                lines.append(f"  > error: {output.ename}: {output.evalue}")
            for kind, value in {
                **output.get("data", {}),
                **({"stream": output.text} if "text" in output else {}),
            }.items():
                is_text = kind in ("text/plain", "text/markdown", "stream")
                lines.append(
                    f"  > {kind}: "
                    + (value if is_text else hashlib.sha256(str(value).encode()).hexdigest()[:12])
                )
    return "\n".join(lines)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["run", "text", "build", "check", "show"])
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    given = parser.parse_args(arguments)
    if given.command == "build" and (
        not given.files or any(path.suffix != ".md" for path in given.files)
    ):
        parser.error("build takes the .md files that `text` wrote")
    found = []
    if not given.files:
        say_strays()
    for path in [path.resolve() for path in given.files] or book():
        if given.command == "run":
            print(f"running {path.name}", flush=True)
            run(path)
        elif given.command == "text":
            made, there = text(path), path.with_suffix(".md")
            if there.exists() and there.read_text(encoding="utf-8") != made:
                raise SystemExit(
                    f"{there.name} is there, and is not what `text` would write; build it or delete"
                    " it first"
                )
            checkpoint.write(there, made.encode())
        elif given.command == "build":
            source = path.read_text(encoding="utf-8")
            build(source, path.with_suffix(".ipynb"))
            made_from = sources(
                read(path.with_suffix(".ipynb"))
            )  # so that it may be edited and built again
            checkpoint.write(
                path,
                re.sub(
                    r"^made_from: .*$",
                    f"made_from: {made_from}",
                    source,
                    count=1,
                    flags=re.MULTILINE,
                ).encode(),
            )
        elif given.command == "show":
            print(show(path))
        else:
            chapter = path.parent.name == "notebooks"
            found += problems(read(path), path.name, path.parent, chapter) + (
                teaching(read(path), path.name) if chapter and read(path).cells else []
            )
            if path.stat().st_size > LARGEST_FILE:
                found.append(
                    f"{path.name}: {path.stat().st_size // 1000} kB; GitHub shows no notebook that"
                    " large"
                )
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
