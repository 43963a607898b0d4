"""Subscriptions: each event's selection is planned. GraphQL specification, section 6.2.3."""

import asyncio
import json
from collections.abc import AsyncGenerator

import pytest
import strawberry
from graphql import GraphQLError

from gateway import Info, graph, load, object_of
from gateway.application.engine import Viewer
from gateway.http.request import GraphQLRequest
from gateway.planning.fallback import Fallback
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from tests.declare import library, types
from tests.declare.library import AUTHORS, BOOKS, BookRecord, query_of
from tests.execution.agreeing import PLANNED, REFERENCE, given, through_seam
from tests.execution.counting import counted_resolvers


@object_of(BookRecord, name="NewsBook")
class NewsBook:
    title: str
    author: types.Author = load(library.author_by_id, key=BookRecord.author_id)

    @strawberry.field
    def must(self) -> str:
        if self.id == "b2":
            raise ValueError("two")
        return self.id

    @strawberry.field
    def path(self, info: Info) -> str:
        return json.dumps(info.path.key)


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def books(self) -> AsyncGenerator[NewsBook | None, None]:
        for book in (*BOOKS, None):
            yield book

    @strawberry.subscription
    async def count(self, to: int, fail_at: int = -1) -> AsyncGenerator[int, None]:
        for number in range(to):
            if number == fail_at:
                raise ValueError("source")
            await asyncio.sleep(0)
            yield number

    @strawberry.subscription
    async def broken(self) -> AsyncGenerator[int, None]:
        raise ValueError("no stream")
        yield 1

    @strawberry.subscription
    async def closed(self, why: str) -> AsyncGenerator[int, None]:
        """No generator: what it returns is no source."""
        return GraphQLError(why) if why else "the password is hunter2"


_GRAPH = graph(query=query_of(word=(str, given("word"))), subscription=Subscription)
_ROUTES = {"people": {"GET /authors": AUTHORS}, "books": {"GET /books": BOOKS}}


async def events(query, variables=None, built=_GRAPH, settings=PLANNED):
    """The result map of each event, the backends, and the fallbacks that were counted."""
    fakes = {name: FakeBackend(_ROUTES[name]) for name in built.backends}
    async with running(built, settings=settings, **fakes) as ask:
        stream = ask.engine.subscribe(GraphQLRequest(query, None, variables or {}), Viewer("test", 5))
        results = [answer.result async for answer in stream]
        return results, fakes, dict(ask.engine.runner.fallbacks)


async def agreed(query, variables=None):
    """The result maps, which are the same for graphql-core and for a graph with an extension."""
    planned, fakes, counted = await events(query, variables)
    seam, _, _ = await events(query, variables, through_seam(_GRAPH))
    reference, _, _ = await events(query, variables, settings=REFERENCE)
    assert {} == counted
    assert json.dumps(planned) == json.dumps(seam) == json.dumps(reference)
    return planned, fakes


async def test_each_event_is_an_answer():
    """In the order of the source, until it ends."""
    results, _ = await agreed("subscription ($to: Int!) {n: count(to: $to)}", {"to": 3})

    assert [{"data": {"n": number}} for number in range(3)] == results


async def test_the_selection_of_each_event_is_planned():
    """Records of an event are projected, its loads are its own: nothing is remembered from one to the next."""
    query = "subscription {books {title author {name}}}"

    results, fakes = await agreed(query)
    with counted_resolvers(_GRAPH) as calls:
        await events(query)

    assert ["Ada", "Ada", "Bell"] == [result["data"]["books"]["author"]["name"] for result in results[:3]]
    assert {"books": None} == results[3]["data"]
    assert [["a1"], ["a1"], ["a2"]] == fakes["people"].keys("id")
    assert {"Subscription.books": 1} == calls


async def test_an_events_errors_are_its_own():
    """A field that fails nulls that event's answer alone."""
    results, _ = await agreed("subscription {books {must path}}")

    assert ["b1", "b3"] == [result["data"]["books"]["must"] for result in (results[0], results[2])]
    assert (None, ["books", "must"]) == (results[1]["data"]["books"], results[1]["errors"][0]["path"])


async def test_conditions_and_fragments_of_a_subscription():
    """They are planned as those of a query."""
    results, _ = await agreed(
        "subscription ($yes: Boolean!) {books {...F}} fragment F on NewsBook {title @include(if: $yes) __typename}",
        {"yes": False},
    )

    assert {"books": {"__typename": "NewsBook"}} == results[0]["data"]


async def test_a_source_that_fails_ends_the_answers():
    """What it gave before is answered; the failure is the last answer, masked."""
    results, _ = await agreed("subscription {count(to: 5, failAt: 2)}")

    assert [{"count": 0}, {"count": 1}] == [result["data"] for result in results[:2]]
    assert ["INTERNAL_SERVER_ERROR"] == [error["extensions"]["code"] for error in results[-1]["errors"]]


async def test_a_source_that_never_begins():
    """One answer says so."""
    results, _ = await agreed("subscription {broken}")

    assert 1 == len(results)
    assert ["INTERNAL_SERVER_ERROR"] == [error["extensions"]["code"] for error in results[0]["errors"]]


async def test_what_is_no_source_is_not_shown():
    """It is a bug, whose text would show the value; an error that is returned is meant for the client."""
    masked, _ = await agreed('subscription {closed(why: "")}')
    meant, _ = await agreed('subscription {closed(why: "on Sundays")}')

    errors = [result["errors"][0] for result in (*masked, *meant)]
    assert ["Something went wrong on our side.", "on Sundays"] == [error["message"] for error in errors]
    assert ["INTERNAL_SERVER_ERROR", "BAD_USER_INPUT"] == [error["extensions"]["code"] for error in errors]


async def test_variables_that_do_not_fit():
    """The subscription is refused in one answer without data."""
    results, _ = await agreed("subscription ($to: Int!) {count(to: $to)}", {"to": "three"})

    assert [["BAD_USER_INPUT"]] == [[error["extensions"]["code"] for error in result["errors"]] for result in results]
    assert "data" not in results[0]


async def test_a_fallback_is_counted_once_an_event():
    """The setting leaves each event to graphql-core."""
    _, _, counted = await events("subscription {count(to: 3)}", settings=REFERENCE)

    assert {Fallback.SETTING: 3} == counted


@pytest.mark.parametrize("settings", [PLANNED, REFERENCE], ids=["planned", "reference"])
async def test_leaving_a_subscription_ends_its_source(settings):
    """Whoever stops listening has the source closed."""
    closed = []

    @strawberry.type
    class Ticking:
        @strawberry.subscription
        async def ticks(self) -> AsyncGenerator[int, None]:
            try:
                for number in range(10):
                    yield number
            finally:
                closed.append(True)

    built = graph(query=query_of(word=(str, given("word"))), subscription=Ticking)

    async with running(built, settings=settings) as ask:
        stream = ask.engine.subscribe(GraphQLRequest("subscription {ticks}", None, {}), Viewer("test", 5))
        first = await anext(stream)
        await stream.aclose()

    assert ({"ticks": 0}, [True]) == (first.result["data"], closed)
