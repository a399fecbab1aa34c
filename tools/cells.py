"""Which cells of a notebook another cell cannot do without, read off their syntax trees."""

import ast
import symtable


def names_of(source):
    """Return what a cell reads, what it makes or changes, and what it makes anew: sets of names.

    Names that only a function or a comprehension knows are not the cell's.
    """
    reads = set()
    makes = set()
    anew = set()
    for statement in ast.parse(source).body:
        table = symtable.symtable(ast.unparse(statement), "a statement", "exec")
        reads |= read_in(table) - anew - looped_over(statement)
        makes |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_local()}
        makes |= changed_in(statement)
        anew |= made_by(statement)
    return reads, makes, anew


def read_in(table):
    """Return the names of the notebook that a scope, or one within it, reads."""
    top = table.get_type() == "module"
    symbols = [s for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())]
    return {s.get_name() for s in symbols}.union(*map(read_in, table.get_children()))


def changed_in(statement):
    """Return the names whose entries or attributes are set."""
    places = [n for n in ast.walk(statement) if isinstance(n, (ast.Subscript, ast.Attribute))]
    stores = [place.value for place in places if isinstance(place.ctx, ast.Store)]
    return {n.id for value in stores for n in ast.walk(value) if isinstance(n, ast.Name)}


def stored(*targets):
    """Return the names that are bound in the targets of an assignment or a loop."""
    names = [n for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]
    return {n.id for n in names if isinstance(n.ctx, ast.Store)}


def looped_over(statement):
    """Return the names that a loop binds before its body reads them."""
    return stored(statement.target) if isinstance(statement, ast.For) else set()


def made_by(statement):
    """Return the names that a statement makes, whatever they were before."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    return stored(*statement.targets) if isinstance(statement, ast.Assign) else set()


def needed(sources, last):
    """Return the places of the cells that cell `last` needs, in order, its own at the end.

    Parameters
    ----------
    sources : list of str
        The code cells of a notebook, in order.
    last : int
        The place of the cell that is wanted.
    """
    parts = [names_of(source) for source in sources[: last + 1]]
    wanted = set(parts[last][0])
    kept = [last]
    for place in reversed(range(last)):
        reads, makes, anew = parts[place]
        if makes & wanted:
            wanted = (wanted - anew) | reads
            kept.insert(0, place)
    return kept
