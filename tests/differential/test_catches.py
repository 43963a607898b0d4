"""The comparison can fail: executors that are wrong in one thing disagree with graphql-core within some cases."""

from __future__ import annotations

import pytest

from gateway.execution import failure, load_step, nulls, shapes
from gateway.execution.nulls import NullPass
from gateway.planning import store
from tests.compiled import interpreted
from tests.differential.tally import cases_of, tally

_WORLDS = range(7000, 7006)

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def null_items_stay(monkeypatch):
    """A null in a list of non-nulls does not null the list."""

    def settle_items(self, items, shape, field):
        settled = [self._settle(item, shape, field) for item in items]
        return [None if item is nulls._NULLED else item for item in settled]

    monkeypatch.setattr(NullPass, "_settle_items", settle_items)


def null_is_allowed(monkeypatch):
    """A null where none is allowed is no error."""
    monkeypatch.setattr(shapes, "null", lambda _shape, _column, container, key: container.__setitem__(key, None))


def one_location(monkeypatch):
    """An error names the first of several places that select its field."""
    init = failure.Failure.__init__
    monkeypatch.setattr(
        failure.Failure, "__init__", lambda self, error, nodes, raised_by: init(self, error, nodes[:1], raised_by)
    )


def missing_is_null(monkeypatch):
    """A row that a non-null field needs is null instead of NOT_FOUND."""
    monkeypatch.setattr(load_step, "missing", lambda _loader, _key: None)


def conditions_hold(monkeypatch):
    """Every condition is taken for true."""
    variant_of = store.variant_of
    monkeypatch.setattr(
        store,
        "variant_of",
        lambda names, given: tuple((name, True) for name, _ in variant_of(names, given)),
    )


@interpreted
@pytest.mark.parametrize("mutate", [null_items_stay, null_is_allowed, one_location, missing_is_null, conditions_hold])
def test_a_wrong_executor_is_caught(mutate, monkeypatch):
    """Some case disagrees."""
    mutate(monkeypatch)

    assert any(tally(cases_of(world)[::3], cuts_down=False).disagreements for world in _WORLDS)
