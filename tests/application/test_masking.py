"""Nothing of ours reaches a client in production, whatever raised it; what is meant for clients does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any, NewType

import pytest
import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

import gateway
from gateway.application.engine import Engine
from gateway.testing import in_process
from gateway.testing.run import Ask, running
from gateway.vocabulary.settings import Settings

SECRET = "postgres://user:hunter2@db"


class Loud(Exception):  # noqa: N818
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.extensions = {"secret": SECRET, "code": "MINE"}


class Speechless(Exception):  # noqa: N818 - a bug
    def __str__(self) -> str:
        return str(self.args[3])


def refuse(value: object) -> object:
    raise KeyError(SECRET)


@strawberry.type
class Query:
    @strawberry.field
    def loud(self) -> int | None:
        raise Loud(SECRET)

    @strawberry.field
    def meant(self) -> int | None:
        raise GraphQLError("not today", extensions={"code": "CLOSED", "opens": "08:00"})

    @strawberry.field
    def unsendable(self) -> int | None:
        raise GraphQLError("not today", extensions={"object": object()})

    @strawberry.field
    def deep(self) -> int | None:
        levels: list[Any] = []
        for _ in range(300):
            levels = [levels]
        raise GraphQLError("not today", extensions={"levels": levels})

    @strawberry.field
    def numbered(self) -> int | None:
        raise GraphQLError("not today", extensions={"limits": {1: "one"}})

    @strawberry.field
    def half_a_character(self) -> int | None:
        raise GraphQLError("file \udcff.txt is missing")

    @strawberry.field
    def speechless(self) -> int | None:
        raise Speechless

    @strawberry.field
    def wrong_type(self) -> int | None:
        return SECRET  # type: ignore[return-value]

    @strawberry.field
    def day(self, day: date) -> str:
        return day.isoformat()

    @strawberry.field
    async def items(self) -> list[int | None]:
        async def never() -> int:
            await asyncio.Event().wait()
            return 1

        return [never(), 2]  # type: ignore[list-item]

    @strawberry.field
    async def generated(self) -> list[int] | None:
        async def endless() -> AsyncIterator[int]:
            yield 1
            await asyncio.Event().wait()

        return endless()  # type: ignore[return-value]

    @strawberry.field
    def hello(self) -> str:
        return "world"


Odd = NewType("Odd", object)


@strawberry.type
class OddQuery:
    @strawberry.field
    def odd(self, value: Odd) -> str:
        return str(value)


GRAPH = gateway.graph(query=Query)


@pytest.fixture
async def ask() -> AsyncIterator[Ask]:
    async with running(GRAPH, settings=Settings()) as asking:
        yield asking


@pytest.mark.parametrize("query", ["{loud}", "{wrongType}"])
async def test_what_a_bug_says_stays_inside(ask: Ask, query: str) -> None:
    """Text, extensions and code of an exception that is not for clients are left out."""
    reply = await ask(query)

    assert [("Something went wrong on our side.", {"code": "INTERNAL_SERVER_ERROR"})] == [
        (error["message"], error["extensions"]) for error in reply.errors
    ]


async def test_an_error_meant_for_the_client_arrives_whole(ask: Ask) -> None:
    """A GraphQLError's message and extensions are the resolver's words to the client."""
    reply = await ask("{meant}")

    assert [("not today", {"code": "CLOSED", "opens": "08:00"})] == [
        (error["message"], error["extensions"]) for error in reply.errors
    ]


async def test_extensions_that_json_cannot_say_cost_only_themselves(ask: Ask) -> None:
    """The error and the rest of the answer arrive without them."""
    reply = await ask("{unsendable hello}")

    assert {"unsendable": None, "hello": "world"} == reply.data
    assert [{"code": "BAD_USER_INPUT"}] == [error["extensions"] for error in reply.errors]


async def test_extensions_are_said_as_json_says_them(ask: Ask) -> None:
    """Names are texts there."""
    reply = await ask("{numbered}")

    assert [{"code": "BAD_USER_INPUT", "limits": {"1": "one"}}] == [error["extensions"] for error in reply.errors]


@pytest.mark.parametrize("field", ["unsendable", "deep", "numbered", "halfACharacter", "speechless"])
async def test_no_error_costs_the_whole_answer(field: str) -> None:
    """Whatever it carries, and whatever its text is made of: over HTTP, too."""
    body = json.dumps({"query": f"{{{field} hello}}"}).encode()

    async with in_process(Engine(GRAPH, Settings())) as door:
        received = await door.send("POST", "/graphql", {"content-type": "application/json"}, body)

    answer = json.loads(received.body)
    assert ({field: None, "hello": "world"}, 1) == (answer["data"], len(answer["errors"]))


@pytest.mark.parametrize(
    ("query", "variables"),
    [("query D($d: Date!) {day(day: $d)}", {"d": "soon"}), ('{day(day: "soon")}', None)],
)
async def test_a_value_that_its_scalar_refuses_is_the_clients_mistake(
    ask: Ask, query: str, variables: dict[str, object] | None
) -> None:
    """As a variable or a literal, the error names the value and is no fault of ours."""
    reply = await ask(query, variables)

    (error,) = reply.errors
    assert error["extensions"]["code"] in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
    assert "soon" in error["message"]


async def test_a_scalar_with_a_bug_shows_nothing() -> None:
    """What a scalar's own parsing raises by mistake is masked in variables too."""
    definition = strawberry.scalar(name="Odd", serialize=str, parse_value=refuse)
    graph = gateway.graph(query=OddQuery, config=StrawberryConfig(scalar_map={Odd: definition}))
    async with running(graph, settings=Settings()) as ask:
        reply = await ask("query O($v: Odd!) {odd(value: $v)}", {"v": "x"})

    assert ["INTERNAL_SERVER_ERROR"] == reply.codes
    assert SECRET not in str(reply.errors)


async def test_the_deadline_bounds_items_of_a_list(ask: Ask) -> None:
    """An item that is still awaited when time is over becomes an error at its own path."""
    reply = await ask("{items hello}", time_s=0.2)

    assert {"items": [None, 2], "hello": "world"} == reply.data
    assert [(["items", 0], "DEADLINE_EXCEEDED")] == [(e["path"], e["extensions"]["code"]) for e in reply.errors]


async def test_the_deadline_bounds_what_only_the_executor_awaits(ask: Ask) -> None:
    """An endless generator ends the request soon after its deadline, with an error, not with silence."""
    reply = await ask("{generated hello}", time_s=0.2)

    assert ["DEADLINE_EXCEEDED"] == reply.codes
