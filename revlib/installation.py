"""Says in words whether this machine can run the book, and what to do if it cannot."""

import importlib.metadata
import sys


def problems(package="revlib", python=sys.version_info):
    """What is wrong, one sentence each with its cure; an empty list if nothing is.

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
        return [
            *found,
            (
                f"{package} is not installed. In the book's folder, type: python -m pip install -e"
                ' ".[lab]"'
            ),
        ]
    try:
        from packaging.requirements import Requirement  # comes with matplotlib
    except ModuleNotFoundError:
        return [
            *found,
            (
                "packaging is missing, so what else is cannot be said. Type: python -m pip install"
                " matplotlib"
            ),
        ]
    for requirement in map(Requirement, wanted):
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            found.append(
                f'{requirement.name} is missing. Type: python -m pip install "{requirement}"'
            )
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            found.append(
                f"{requirement.name} is {version}, and the book needs {requirement.specifier}. "
                f'Type: python -m pip install "{requirement}"'
            )
    return found


def check():
    """Print what is wrong, or that all is well."""
    found = problems()
    print(
        "\n".join(found)
        if found
        else "All is well: Python, NumPy, matplotlib, ipywidgets and revlib are ready."
    )
