"""Which cells of a notebook another cell cannot do without, read off their syntax trees."""

import ast


def names_of(tree):
    """Return (what a cell reads, what it makes or changes), two sets of names."""
    reads = set()
    makes = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else makes).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            makes.add(node.name)
        elif isinstance(node, ast.alias):
            makes.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            makes |= {inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name)}
    return reads, makes


def needed(sources, last):
    """Return the places of the cells that cell `last` needs, in order, its own at the end.

    Parameters
    ----------
    sources : list of str
        The code cells of a notebook, in order.
    last : int
        The place of the cell that is wanted.
    """
    parts = [names_of(ast.parse(source)) for source in sources[: last + 1]]
    wanted = set(parts[last][0])
    kept = [last]
    for place in reversed(range(last)):
        reads, makes = parts[place]
        if makes & wanted:
            wanted |= reads
            kept.insert(0, place)
    return kept
