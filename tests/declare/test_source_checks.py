"""A subscription's fields are sources of events: anything else is told when the graph is built."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import strawberry
from strawberry.extensions import FieldExtension

from gateway import graph, load
from tests.declare import library
from tests.declare.library import problems_of, query_of
from tests.declare.types import Book


class Repeating(FieldExtension):
    """Makes events of one value."""

    async def resolve_async(self, next_: Any, source: Any, info: Any, **arguments: Any) -> Any:
        yield await next_(source, info, **arguments)


async def ticks() -> AsyncGenerator[int, None]:
    yield 1


def ticks_elsewhere() -> AsyncIterator[int]:
    return ticks()


class Ticks:
    """A source by its methods."""

    def __aiter__(self) -> Any:
        return ticks()


def own_ticks() -> Ticks:
    return Ticks()


@strawberry.type
class Sound:
    ticks: int = strawberry.subscription(resolver=ticks)
    elsewhere: int = strawberry.subscription(resolver=ticks_elsewhere)
    own: int = strawberry.subscription(resolver=own_ticks, graphql_type=int)

    @strawberry.subscription(extensions=[Repeating()])
    async def once(self) -> int:
        return 1


@strawberry.type
class Unsound:
    book: Book = load(library.featured)
    plain: int
    query: int = strawberry.field(resolver=ticks)

    @strawberry.subscription
    async def one(self) -> int:
        return 1

    @strawberry.subscription
    def listed(self) -> AsyncGenerator[int, None]:
        yield 1


def test_a_field_of_the_subscription_is_a_source() -> None:
    """A load, a plain field, a query's field, a function of one value and a `def` that yields could give no event."""
    query = query_of(book=(Book, load(library.featured)))
    expected = "expected @strawberry.subscription over `async def` with `yield`, got"

    problems = problems_of(query, subscription=Unsound)

    assert {
        f"Unsound.book: {expected} a load, which gives one value",
        f"Unsound.plain: {expected} a field without a resolver",
        f"Unsound.query: {expected} @strawberry.field",
        f"Unsound.one: {expected} a function that returns one value",
        f"Unsound.listed: {expected} `def` with `yield`",
    } == set(problems)
    assert "once: Int!" in graph(query=query, subscription=Sound).sdl
