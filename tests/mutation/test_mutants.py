"""Mutants of a small module: what is changed, what is left alone, and what a changed function does."""

import sys
from types import ModuleType

import pytest

from tests.mutation.applying import PACKAGE, apply
from tests.mutation.mutants import mutants_of

SOURCE = '''
"""A module."""
LIMIT = 3

class Counter:
    """Counts."""

    __slots__ = ("count", "__dict__")
    step: int = 1

    def add(self, times: int = 1) -> int:
        """Count on."""
        if times < LIMIT and self:
            self.count += times
        return self.count

    def __repr__(self) -> str:
        return "counter"
'''


def test_each_mutant_has_one_thing_changed():
    """Conditions, constants, operators and statements; nothing that only people read."""
    assert {
        "LIMIT = 4",
        "step: int = 2",
        "def add(self, times: int=2) -> int",
        "if True",
        "if False",
        "if times <= LIMIT and self",
        "if times < LIMIT or self",
        "if times < LIMIT",
        "if self",
        "pass",
        "self.count -= times",
        "return None",
    } == {mutant.after for mutant in mutants_of("m", SOURCE)}


def test_a_mutant_says_where_it_is():
    """By names, which stay when lines move."""
    (removed,) = [mutant for mutant in mutants_of("m", SOURCE) if mutant.after == "pass"]

    assert "`m.Counter.add`: `self.count += times` → `pass`" == str(removed)
    assert (range(14, 15), False) == (removed.lines, removed.is_at_import)


@pytest.mark.parametrize(
    ("after", "expected"), [("return None", (None, 1, 3)), ("step: int = 2", (1, 2, 3)), ("LIMIT = 4", (1, 1, 4))]
)
def test_what_was_imported_before_is_changed_too(after, expected, monkeypatch):
    """Classes stay the same objects; their functions and plain values are the mutant's."""
    module = ModuleType(f"{PACKAGE}.m")
    module.__file__ = "m.py"
    exec(SOURCE, vars(module))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    counter = module.Counter()
    counter.count = 0

    apply(next(mutant for mutant in mutants_of("m", SOURCE) if mutant.after == after))

    assert expected == (counter.add(), type(counter).step, module.LIMIT)
