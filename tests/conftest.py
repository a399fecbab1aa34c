"""For every test: what they share, asserts told in full there too, and how much was tried."""

import re

import ipywidgets as widgets
import pytest
from xdist.scheduler import LoadScopeScheduling

pytest.register_assert_rewrite("helpers", "reference")

from helpers import counting

CHAPTER = re.compile(r"tests/test_browser\.py::\w+\[(\w+)")  # whose page a test is about


def chapter_of(nodeid):
    """Return the name of the chapter in whose page a test is; "" if it is in none."""
    found = CHAPTER.match(nodeid)
    return found[1] if found else ""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put the tests of one chapter's page together: it is opened once, and then the next."""
    items.sort(key=lambda item: chapter_of(item.nodeid))


class ByPage(LoadScopeScheduling):
    """The tests of a file are one process's work; those of a chapter's page, if it has its own."""

    def _split_scope(self, nodeid):
        return chapter_of(nodeid) or super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config, log):
    """Serve --dist loadscope."""
    return ByPage(config, log) if config.getvalue("dist") == "loadscope" else None


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
