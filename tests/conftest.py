"""For every test: what they share, asserts told in full there too, and how much was tried."""

import ipywidgets as widgets
import pytest

pytest.register_assert_rewrite("helpers", "reference")

from helpers import counting


@pytest.fixture(autouse=True)
def forget_widgets():
    """ipywidgets keeps every widget alive until it is closed."""
    yield
    widgets.Widget.close_all()


@pytest.fixture
def draws(monkeypatch):
    """Counts the drawings of a panel: `calls = draws(panel)` is a list that grows by one a
    drawing."""

    def count(panel):
        calls = []
        draw = panel._draw

        def counted(**values):
            calls.append(values)
            return draw(**values)

        monkeypatch.setattr(panel, "_draw", counted)
        return calls

    return count


def pytest_terminal_summary(terminalreporter):
    if counting.COUNTS:
        terminalreporter.section("tried at random" + (", at length" if counting.LONG else ""))
        for what, many in sorted(counting.COUNTS.items()):
            terminalreporter.write_line(f"{many:>9,}  {what}")
