"""Value completion: leaves and lists. GraphQL specification, section 6.4.3.

Abstract types and the propagation of nulls have files of their own.
"""

import asyncio
import datetime as dt
import decimal
import uuid
from enum import Enum
from typing import NewType

import pytest
import strawberry
from graphql import Undefined
from strawberry.schema.config import StrawberryConfig

from gateway import graph
from tests.declare.library import query_of
from tests.execution.agreeing import agree, awaited, given, made_by

Even = NewType("Even", int)
Blank = NewType("Blank", str)
Json = NewType("Json", object)
Nowhere = NewType("Nowhere", object)
Late = NewType("Late", object)


def serialize_even(value):
    if value % 2:
        raise ValueError(f"{value} is odd")
    return value


async def serialize_late(value):
    await asyncio.sleep(0)
    if not value:
        raise ValueError("too late")
    return f"late {value}"


_CONFIG = StrawberryConfig(
    scalar_map={
        Even: strawberry.scalar(name="Even", serialize=serialize_even),
        Blank: strawberry.scalar(name="Blank", serialize=lambda value: None),
        Nowhere: strawberry.scalar(name="Nowhere", serialize=lambda value: Undefined),
        Late: strawberry.scalar(name="Late", serialize=serialize_late),
        Json: strawberry.scalar(name="Json", serialize=lambda value: value),
    }
)


@strawberry.enum
class Level(Enum):
    LOW = 1
    HIGH = "h"


async def completed(type_, value):
    """The value that a nullable field of that type answers with, and the details of errors.

    A resolver gives it, and it is an attribute of an object that is an attribute: both are completed alike.
    """
    holder, holders = holders_of(type_)
    built = graph(
        query=query_of(field=(type_ | None, given(value)), outer=(holders, made_by(lambda: holders(holder(value))))),
        config=_CONFIG,
    )
    answer = await agree(built, "{field}")
    attribute = await agree(built, "{outer {inner {field}}}")
    assert (answer.data["field"], answer.details) == (attribute.data["outer"]["inner"]["field"], attribute.details)
    return answer.data["field"], answer.details


def holders_of(type_):
    """A type with a field of *type_*, and one with a field of that type."""

    @strawberry.type
    class Inner:
        field: type_ | None

        def __init__(self, field):
            self.field = field

    @strawberry.type
    class Outer:
        inner: Inner

        def __init__(self, inner):
            self.inner = inner

    return Inner, Outer


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (int, 1, 1),
        (int, 1.0, 1),
        (int, "1", 1),
        (int, True, 1),
        (float, 1, 1.0),
        (float, "1.5", 1.5),
        (float, True, 1.0),
        (str, "a", "a"),
        (str, 1, "1"),
        (str, 1.5, "1.5"),
        (str, True, "true"),
        (str, Text("t"), "t"),
        (bool, True, True),
        (bool, 1, True),
        (bool, 0.0, False),
        (strawberry.ID, "i", "i"),
        (strawberry.ID, 1, "1"),
    ],
)
async def test_builtin_scalars_convert(type_, value, expected):
    """What can be converted without losing anything is: section 3.5."""
    assert (expected, []) == await completed(type_, value)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        (int, 1.5),
        (int, 2**31),
        (int, -(2**31) - 1),
        (int, "one"),
        (int, ""),
        (int, [1]),
        (float, "x"),
        (float, float("nan")),
        (float, float("inf")),
        (str, [1]),
        (str, {"a": 1}),
        (bool, "true"),
        (bool, float("nan")),
        (strawberry.ID, 1.5),
        (strawberry.ID, {}),
        (Level, "LOW"),
        (Level, 3),
        (Even, 3),
        (Even, "x"),
    ],
)
async def test_what_does_not_fit_a_leaf_fails_the_field(type_, value):
    """It is null with an error, whose text the client does not see."""
    found, details = await completed(type_, value)

    assert (None, 1) == (found, len(details))


async def test_an_enum_is_its_name():
    """The member's name is answered, whatever its value is."""
    assert ("HIGH", []) == await completed(Level, Level.HIGH)
    assert ("LOW", []) == await completed(Level, 1)


@pytest.mark.parametrize(("type_", "shown"), [(Blank, "None"), (Nowhere, "Undefined")])
async def test_a_serializer_that_gives_null_fails_the_field(type_, shown):
    """A leaf that has a value may not become null."""
    found, details = await completed(type_, "x")

    assert found is None
    assert f"to return non-nullable value, returned: {shown}" in details[0]


async def test_a_serializer_may_be_awaited():
    """What it gives in the end is the value, or the field's error."""
    assert ("late 1", []) == await completed(Late, 1)
    assert (None, ["ValueError('too late')"]) == await completed(Late, 0)

    built = graph(query=query_of(value=(Late, awaited(1)), values=(list[Late], awaited([2, 3]))), config=_CONFIG)

    assert {"value": "late 1", "values": ["late 2", "late 3"]} == (await agree(built, "{value values}")).data


@pytest.mark.parametrize("value", [{"a": [1, None, {"b": True}]}, [1, [2]], "text", 0, False])
async def test_a_custom_scalar_may_be_any_json(value):
    """Lists and objects inside of a scalar are not completed any further."""
    assert (value, []) == await completed(Json, value)


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (dt.date, dt.date(2024, 2, 29), "2024-02-29"),
        (dt.datetime, dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC), "2024-02-29T12:00:00+00:00"),
        (decimal.Decimal, decimal.Decimal("1.10"), "1.10"),
        (uuid.UUID, uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
async def test_strawberrys_scalars(type_, value, expected):
    """Python's values are written as text."""
    assert (expected, []) == await completed(type_, value)


async def test_a_scalar_is_asked_for_values_only():
    """An attribute that is an error or awaitable never reaches a scalar, however willing to serialize anything."""

    @strawberry.type
    class Held:
        any: Json | None

    @strawberry.type
    class Holder:
        held: list[Held]

    async def later():
        return [1]

    def hold():
        return Holder(held=[Held(any=later()), Held(any=ValueError("secret")), Held(any=None), Held(any={"a": 1})])

    built = graph(query=query_of(holder=(Holder, made_by(hold))), config=_CONFIG)

    answer = await agree(built, "{holder {held {any}}}")

    assert [[1], None, None, {"a": 1}] == [held["any"] for held in answer.data["holder"]["held"]]
    assert [["holder", "held", 1, "any"]] == answer.paths
