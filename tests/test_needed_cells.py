"""Which cells a panel's cell needs: those that made what it reads, and no others."""

import pytest

from tools import cells


@pytest.mark.parametrize(
    "sources, needed",
    [
        (["a = 1", "b = 2", "a"], [0, 2]),
        (["a = 1", "a = 2", "a"], [1, 2]),  # made anew: the first is not needed
        (["a = 1", "a = a + 1", "a"], [0, 1, 2]),
        (["a = 1", "a += 1", "a"], [0, 1, 2]),
        (["a = []", "a[0] = 1", "a"], [0, 1, 2]),
        (["a = f()", "a.b[0] = 1", "c.a = 1", "a"], [0, 1, 3]),
        (["a = 1", "for a in ():\n    pass", "a"], [0, 1, 2]),  # which may loop over nothing
        (["a = 1", "for a in range(3):\n    print(a)", "b = 1", "b"], [2, 3]),
        (["a = 1", "def f(a):\n    return a", "f(2)"], [1, 2]),  # its own a
        (["a = 1", "def f():\n    return a", "f()"], [0, 1, 2]),
        (["a = 1", "b = [a for a in range(3)]", "b"], [1, 2]),
        (["a = 1", "b = [a for i in range(3)]", "b"], [0, 1, 2]),
        (["import m.n as a, o.p", "from q import a", "o.r(a)"], [0, 1, 2]),
        (["a, (b, *c) = x", "c = 1", "class D:\n    e = b", "D"], [0, 2, 3]),
        (["if x:\n    a = 1", "a = 1", "if x:\n    a = 2", "a"], [1, 2, 3]),
    ],
)
def test_needed(sources, needed):
    assert cells.needed(sources, len(sources) - 1) == needed
