"""Random operations on random graphs: every way of running agrees with graphql-core.

A failing case prints its seeds, its operation, all answers and the schema; `python -m tests.differential --case
3.14.15` prints the module that declares the graph too. `make fuzz` runs many more.
"""

from __future__ import annotations

import pytest

from tests.differential.__main__ import MOST_FALLBACKS, banked
from tests.differential.tally import tally
from tests.differential.trials import Case

_CHUNKS = 10
_WORLDS = 5
_OPERATIONS = 5
_RUNS = 2

# graphql-core itself leaves coroutines behind where an error nulls what they were for.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def cases_of(chunk):
    return [
        Case(chunk * _WORLDS + world, operation, run)
        for world in range(_WORLDS)
        for operation in range(_OPERATIONS)
        for run in range(_RUNS)
    ]


@pytest.mark.parametrize("chunk", range(_CHUNKS))
def test_every_way_of_running_agrees(chunk):
    """Interpreted, generated, and through Strawberry's lifecycle: data, errors, loads and writes are graphql-core's."""
    found = tally(cases_of(chunk))

    assert not found.disagreements, "\n\n".join(found.disagreements.values())
    assert found.fallbacks <= max(1, MOST_FALLBACKS * found.cases), found
    assert found.ran > found.cases / 2, found


def test_the_cases_that_once_disagreed_agree():
    """The seed bank is replayed."""
    found = tally(banked())

    assert not found.disagreements, "\n\n".join(found.disagreements.values())
