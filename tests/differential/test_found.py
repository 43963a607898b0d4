"""What random cases have found, cut down: each once differed from graphql-core."""

from __future__ import annotations

import pytest
import strawberry
from graphql import GraphQLError
from strawberry.permission import BasePermission
from strawberry.scalars import JSON

from gateway import Info, batched, graph
from gateway.testing.run import running
from gateway.vocabulary.settings import Settings
from tests.declare import library, types
from tests.declare.library import BOOKS, query_of
from tests.declare.types import Book

WAYS = ("reference", "interpreted", "generated")


def settings(way):
    return Settings(mode="development", execution=way)


async def first(info: Info) -> Book:
    return BOOKS[0]


async def third(info: Info) -> Book:
    return BOOKS[2]


@pytest.mark.parametrize("way", WAYS)
async def test_a_mutation_may_be_left_without_fields(way):
    """Where conditions skip every root field, the answer is an empty object."""

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        def change(self) -> int:
            return 1

    built = graph(query=query_of(first=(Book, strawberry.field(first))), mutation=Mutation, backends=[library.people])

    async with running(built, settings=settings(way), people=types.people(), books=types.books()) as ask:
        assert {} == await ask.data("mutation ($no: Boolean!) {change @include(if: $no)}", {"no": False})


@pytest.mark.parametrize("way", WAYS)
async def test_what_resolvers_that_end_together_make_ready_departs_together(way):
    """Two async resolvers end in the same turn of the event loop: the loads below them are one call."""
    built = graph(query=query_of(first=(Book, strawberry.field(first)), third=(Book, strawberry.field(third))))
    people = types.people()

    async with running(built, settings=settings(way), people=people, books=types.books()) as ask:
        await ask.data("{first {author {name}} third {author {name}}}")

    assert [["a1", "a2"]] == people.keys("id")


@batched
async def refusal(books: list[library.BookRecord]) -> list[str | Exception | None]:
    return [GraphQLError("not on Sundays") for _ in books]


@strawberry.type
class Closed:
    @strawberry.field
    def returned(self) -> str | None:
        return GraphQLError("not on Sundays")

    @strawberry.field
    async def returned_later(self) -> str | None:
        return GraphQLError("not on Sundays")

    @strawberry.field
    def raised(self) -> str | None:
        raise GraphQLError("not on Sundays")

    refusal: str | None = refusal


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("field", ["returned", "returnedLater", "raised", "refusal"])
async def test_an_error_that_is_given_is_an_error_that_is_raised(field, way):
    """A GraphQLError is for the client to see, whether a resolver raises it, returns it, or a batched one gives it."""

    def closed() -> Closed:
        return Closed()

    built = graph(query=query_of(closed=(Closed, strawberry.field(closed))))

    async with running(built, settings=settings(way)) as ask:
        reply = await ask(f"{{closed {{{field}}}}}")

    assert ("not on Sundays", ["BAD_USER_INPUT"]) == (reply.errors[0]["message"], reply.codes)


class Later(BasePermission):
    """A permission that awaits, before a resolver that does not."""

    async def has_permission(self, source, info, **arguments):
        return True


@strawberry.type
class Waiting:
    @strawberry.field(permission_classes=[Later])
    def value(self) -> JSON:
        async def later():
            return [1]

        return later()


def waiting() -> Waiting:
    return Waiting()


@pytest.mark.parametrize("way", WAYS)
async def test_an_awaitable_that_a_scalar_lets_pass_is_awaited(way):
    """What an awaitable gives may be awaitable itself: a scalar that takes anything takes it, and it is awaited."""
    built = graph(query=query_of(waiting=(Waiting, strawberry.field(waiting))))

    async with running(built, settings=settings(way)) as ask:
        assert {"waiting": {"value": [1]}} == await ask.data("{waiting {value}}")
