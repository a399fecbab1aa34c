"""Says in words whether this machine can run the book, and what to do if it cannot."""

import importlib.metadata
import sys


def check():
    """Print what is wrong, or that all is well."""
    found = problems()
    if found:
        print("\n".join(found))
    else:
        print("All is well: Python, NumPy, matplotlib, ipywidgets and revlib are ready.")


def problems(package="revlib", python=sys.version_info):
    """Return what is wrong, a list of sentences, each with its cure; empty if nothing is.

    The versions wanted are those that the installed package declares: pyproject.toml is their one
    source.
    """
    found = []
    if python < (3, 11):
        found.append(
            f"This is Python {python[0]}.{python[1]}; the book needs 3.11 or newer. Install it from"
            " python.org."
        )
    try:
        wanted = importlib.metadata.requires(package) or []
    except importlib.metadata.PackageNotFoundError:
        found.append(
            f"{package} is not installed. In the book's folder, type: python -m pip install -e"
            ' ".[lab]"'
        )
        return found
    try:
        from packaging.requirements import Requirement  # comes with matplotlib
    except ModuleNotFoundError:
        found.append(
            "packaging is missing, so what else is cannot be said. Type: python -m pip install"
            " matplotlib"
        )
        return found
    for requirement in map(Requirement, wanted):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue  # one of an extra, such as JupyterLab
        problem = problem_with(requirement)
        if problem:
            found.append(problem)
    return found


def problem_with(requirement):
    """Return what is wrong with a package that is required, and its cure; "" if nothing is."""
    cure = f'Type: python -m pip install "{requirement}"'
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        return f"{requirement.name} is missing. {cure}"
    if not requirement.specifier.contains(version, prereleases=True):
        wanted = requirement.specifier
        return f"{requirement.name} is {version}, and the book needs {wanted}. {cure}"
    return ""
