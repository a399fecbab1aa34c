"""For every test: what they share is imported with its asserts told in full; at the end it is
printed how much torture there was."""

import pytest

pytest.register_assert_rewrite("driving", "expected", "lab", "oracle")

import torture
from driving import draws  # noqa: F401  a fixture


def pytest_terminal_summary(terminalreporter):
    if torture.COUNTS:
        terminalreporter.section(
            "torture, in full" if torture.LONG else "torture, in short (in full: make torture)"
        )
        for what, many in sorted(torture.COUNTS.items()):
            terminalreporter.write_line(f"{many:>9,}  {what}")
