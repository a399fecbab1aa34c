"""How much torture, and what came of it: a little in `make test`, all of it in `make nightly`, that
is with REVLIB_TORTURE=1; every event is counted."""

import collections
import os

LONG = os.environ.get("REVLIB_TORTURE") == "1"
COUNTS = collections.Counter()  # what was tried -> how many times; conftest.py prints it at the end


def times(short, long):
    """How often to do something: `long` under `make nightly`, `short` in the usual tests."""
    return long if LONG else short


def count(what, many=1):
    """Say that something was tried, so that the table at the end tells how often."""
    COUNTS[what] += many
