"""Writes the pages of the site that describe revlib's public functions and classes, and says which
chapter introduces each.

Public is what has no leading underscore and is defined in its module. Layers and their order are
those of `[tool.importlinter]` in pyproject.toml. No list is kept by hand.
"""

import ast
import functools
import importlib
import inspect
import pathlib
import re
import tomllib

from tools import notebook as tool

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEFINITION = (ast.FunctionDef, ast.ClassDef)
NEIGHBOURS = re.compile(
    r"^(previous:|next:|back to) \[[^\n]*\Z", re.MULTILINE
)  # the last line of a chapter


@functools.cache
def modules():
    """Return the names of the public functions and classes of each module, in order: a dict."""
    found = {}
    for path in sorted((ROOT / "revlib").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        body = ast.parse(path.read_text(encoding="utf-8")).body
        names = [node.name for node in body if isinstance(node, DEFINITION)]
        found[".".join(parts).removesuffix(".__init__")] = [n for n in names if n[0] != "_"]
    return {name: names for name, names in found.items() if names}


def layers():
    """Return the modules of each layer, in the order of the house: a dict.

    What no layer names stands at the end, as "beside them".
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = project["tool"]["importlinter"]["contracts"][0]["layers"]
    exercises, panels, networks, numbers = [layer.split(" : ") for layer in contract]
    wanted = {"numbers": numbers, "networks": networks, "drawing": ["revlib.drawing"]}
    wanted |= {"panels": panels, "exercises": exercises}
    found = {
        layer: [m for root in roots for m in modules() if m == root or m.startswith(f"{root}.")]
        for layer, roots in wanted.items()
    }
    placed = {module for of_layer in found.values() for module in of_layer}
    return found | {"beside them": [module for module in modules() if module not in placed]}


def used(sources):
    """Return what code cells take from revlib, in order: full names, where each is defined."""
    trees = [ast.parse(source) for source in sources]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    known = {}  # a name in the notebook -> what it stands for, a module or what is in one
    names = []
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "revlib":
            for alias in node.names:
                known[alias.asname or alias.name] = thing(node.module, alias.name)
                names.append(full_name(known[alias.asname or alias.name]))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("revlib.") and alias.asname:
                    known[alias.asname] = importlib.import_module(alias.name)
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if inspect.ismodule(known.get(node.value.id)):
                names.append(full_name(getattr(known[node.value.id], node.attr)))
    public = {f"{module}.{name}" for module, of_module in modules().items() for name in of_module}
    return [name for name in dict.fromkeys(names) if name in public]


def thing(module, name):
    """Return what `from module import name` gives: a module, or what is in one."""
    found = importlib.import_module(module)
    if hasattr(found, name):
        return getattr(found, name)
    return importlib.import_module(f"{module}.{name}")


def full_name(value):
    """Return where a function or class is defined, with its name; "" of anything else."""
    return f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}".strip(".")


@functools.cache
def chapters():
    """Return what each chapter takes from revlib: a dict by the name of its file."""
    paths = [path for path in tool.book() if path.parent.name == "notebooks"]
    return {
        path.stem: used([c.source for c in tool.read(path).cells if c.cell_type == "code"])
        for path in paths
    }


def introduced():
    """Return which chapter is the first to use a function or class: a dict of file names."""
    first = {}
    for chapter, names in chapters().items():
        for name in names:
            first.setdefault(name, chapter)
    return first


def section(chapter):
    """Return the section that closes a chapter's page: what it takes from revlib, with links."""
    names = chapters().get(chapter, [])
    new = [name for name in names if introduced()[name] == chapter]
    again = [name for name in names if introduced()[name] != chapter]
    lines = [
        f"**{said}**: {', '.join(map(link, sorted(of_kind)))}"
        for said, of_kind in (("New in this chapter", new), ("Used again", again))
        if of_kind
    ]
    return "\n\n".join(["## In revlib", *lines]) if lines else ""


def link(name):
    """Return a link to the entry of a function or class, in MyST."""
    return f"{{py:obj}}`{name.removeprefix('revlib.')} <{name}>`"


def with_section(notebook, chapter):
    """Put the section into the last cell of a chapter, above the line of its neighbours."""
    said = section(chapter)
    if said:
        text = notebook.cells[-1].source
        neighbours = NEIGHBOURS.search(text)
        place = neighbours.start() if neighbours else len(text)
        parts = [text[:place].rstrip(), said, text[place:]]
        notebook.cells[-1].source = "\n\n".join(part for part in parts if part)


def headed(title, mark="="):
    """Return a title as reST wants it."""
    return [title, mark * len(title), ""]


def module_page(module):
    """Return the page of a module, in reST."""
    lines = [*headed(module), f".. automodule:: {module}", ""]
    for name in modules()[module]:
        kind = "class" if inspect.isclass(thing(module, name)) else "function"
        lines += [f".. auto{kind}:: {module}.{name}"]
        lines += ["   :members:", ""] if kind == "class" else [""]
        chapter = introduced().get(f"{module}.{name}")
        if chapter:
            lines += [f"   First used in :doc:`/notebooks/{chapter}`.", ""]
    return "\n".join(lines)


def layer_page(layer):
    """Return the page of a layer, in reST: its modules, what each is for, what is in it."""
    lines = headed(layer.capitalize())
    for module in layers()[layer]:
        lines += [f":doc:`{module}`"]
        lines += [f"    {line}" for line in first_sentence(module)]
        lines += ["", f"    {', '.join(f'`{name}`' for name in modules()[module])}", ""]
    lines += [".. toctree::", "   :hidden:", ""]
    lines += [f"   {module}" for module in layers()[layer]]
    return "\n".join([*lines, ""])


def first_sentence(module):
    """Return the lines of the first paragraph of a module's docstring."""
    return inspect.getdoc(importlib.import_module(module)).split("\n\n")[0].splitlines()


def write(source):
    """Write all pages into the folder `reference` of what Sphinx reads; return their toctree."""
    folder = source / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    pages = {layer.replace(" ", "_"): layer_page(layer) for layer in layers()}
    pages |= {module: module_page(module) for module in modules()}
    for old in {path.stem for path in folder.glob("*.rst")} - set(pages):
        (folder / f"{old}.rst").unlink()
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return "\n".join(f"reference/{layer.replace(' ', '_')}" for layer in layers())
