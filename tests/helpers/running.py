"""Runs pytest and nbval in another folder."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def strictly(folder, **options):
    """What strict nbval says of chapter 01 in a folder, its cells in their own order."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:randomly",
            "--nbval",
            "--nbval-current-env",
            "--nbval-cell-timeout",
            "60",
            "--nbval-sanitize-with",
            str(ROOT / "tests/nbval.cfg"),
            "-q",
            "notebooks/01_encoding.ipynb",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        **options,
    )
