"""Writing results as JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest

from gateway.http.encoding import encode
from gateway.vocabulary.errors import EngineError


class Level(StrEnum):
    BEGINNER = "beginner"


def nested(levels: int, leaf: object) -> dict[str, object]:
    """A result of *levels* levels around *leaf*."""
    value = leaf
    for _ in range(levels - 1):
        value = [value]
    return {"data": value}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), b"null"),
        (float("-inf"), b"null"),
        (Decimal("12.50"), b'"12.50"'),
        (2**64, b"18446744073709551616"),
        (-(2**63) - 1, b"-9223372036854775809"),
        ([1, {"big": 10**30}, Decimal(1)], b'[1,{"big":1000000000000000000000000000000},"1"]'),
        ((1, 2), b"[1,2]"),
        ({Level.BEGINNER: Level.BEGINNER}, b'{"beginner":"beginner"}'),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), b'"2026-01-02T03:04:05+00:00"'),
        (UUID(int=1), b'"00000000-0000-0000-0000-000000000001"'),
        ("<é\u2028>", '"<é\u2028>"'.encode()),
    ],
)
def test_values_have_one_documented_form(value: object, expected: bytes):
    """Values beyond plain JSON have the form that the docstring of `encode` gives."""
    assert b'{"data":' + expected + b"}" == encode({"data": value})


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ({"user": [{"tags": {"a"}}]}, "data.user.0.tags: expected a value that JSON can say, got set"),
        (b"bytes", "data: expected a value that JSON can say, got bytes"),
        ({1: "a"}, "data: expected keys that are strings, got int"),
        ({"name": "a\ud800"}, "data.name: expected a value that JSON can say, got the string 'a\\ud800'"),
        ({"a\ud800": 1}, "data: expected keys that are strings, got the string 'a\\ud800'"),
    ],
)
def test_a_value_without_json_form_is_named(value: object, detail: str):
    """A value or key that JSON cannot say is an EngineError with its path."""
    with pytest.raises(EngineError) as caught:
        encode({"data": value})

    assert detail == caught.value.detail


@pytest.mark.parametrize("leaf", [1, 2**64])
def test_the_greatest_depth_is_written(leaf: int):
    """250 levels are written, whether or not a value needs mending."""
    assert b'{"data":' + b"[" * 249 + str(leaf).encode() + b"]" * 249 + b"}" == encode(nested(250, leaf))


@pytest.mark.parametrize("levels", [300, 5_000])
def test_deeper_results_are_refused(levels: int):
    """Deeper nesting is an EngineError that says so, never a RecursionError."""
    with pytest.raises(EngineError) as caught:
        encode(nested(levels, 1))

    assert caught.value.detail == "result: expected at most 250 levels, got more at data.0.0.0.0.0.0.0..."
