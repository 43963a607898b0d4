"""Equality as backends see it."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from gateway.loading.frozen import ConstantArguments, freeze, frozen_arguments


@dataclasses.dataclass
class _Input:
    names: list[str]


class _Change(msgspec.Struct):
    names: list[str]


@pytest.mark.parametrize(
    "make",
    [
        lambda: {"a": [1, {"b": 2}], "c": {1, 2}},
        lambda: {"c": {2, 1}, "a": [1, {"b": 2}]},
        lambda: {"input": _Input(["x"])},
        lambda: {"change": _Change(["x"])},
    ],
)
def test_equal_arguments_freeze_equal(make: Any) -> None:
    """Made twice, they are one hashable value, whatever the order of names."""
    assert hash(freeze(make())) == hash(freeze(make()))
    assert freeze(make()) == freeze(make())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (True, 1),
        (1, 1.0),
        ("1", 1),
        (None, False),
        ([], ()),
        ({"a": 1}, [("a", 1)]),
        ({"a": 1}, {"a": True}),
        (_Input(["x"]), _Change(["x"])),
        ([[1], 2], [[1, 2]]),
        ({1}, [1]),
        (Decimal("1.0"), Decimal("1.00")),
        (0.0, -0.0),
        (datetime.fromisoformat("2026-01-01T00:30:00+01:00"), datetime.fromisoformat("2025-12-31T23:30:00+00:00")),
    ],
)
def test_arguments_that_a_backend_tells_apart_freeze_apart(one: Any, other: Any) -> None:
    """Python's equality is too generous: true and 1 are two arguments. A tuple is a list, as in JSON."""
    same_in_json = (one, other) == ([], ())

    assert same_in_json is (freeze(one) == freeze(other))


@pytest.mark.parametrize("arguments", [{}, {"count": 100, "names": ["x"]}])
def test_arguments_that_every_request_gives_are_known_as_others_are(arguments: dict[str, Any]) -> None:
    """What a field always asks for and what a resolver asks for this once are one call."""
    assert frozen_arguments(ConstantArguments(arguments)) == frozen_arguments(arguments)
