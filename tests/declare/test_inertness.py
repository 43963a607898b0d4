"""Declarations are inert: all state hangs on an engine, and two engines share nothing."""

import asyncio

from gateway import arg, graph, load
from gateway.application.engine import Engine
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from gateway.vocabulary.settings import BackendSettings, Settings
from tests.declare import library, types
from tests.declare.library import AuthorRecord, query_of
from tests.declare.types import Author

_GRAPH = graph(query=query_of(author=(Author | None, load(library.author_by_id, key=arg("id", str)))))
_QUERY = '{author(id: "a1") {name mentor {name}}}'


def people_named(name: str, rendezvous: asyncio.Barrier) -> FakeBackend:
    """Authors of one name; each call waits until the other engine's call is under way too."""

    async def authors(request):
        await rendezvous.wait()
        return [AuthorRecord(id_, name, "a2" if id_ == "a1" else None) for _, id_ in request.query]

    return FakeBackend({"GET /authors": authors})


async def test_two_engines_over_one_graph_share_nothing():
    """The same operation at the same time on two engines asks each one's own backends and mixes no answers."""
    rendezvous = asyncio.Barrier(2)
    north, south = people_named("North", rendezvous), people_named("South", rendezvous)

    async with (
        running(_GRAPH, people=north, books=types.books()) as ask_north,
        running(_GRAPH, people=south, books=types.books()) as ask_south,
    ):
        answers = await asyncio.gather(ask_north.data(_QUERY), ask_south.data(_QUERY))

    assert [{"author": {"name": n, "mentor": {"name": n}}} for n in ("North", "South")] == answers
    assert [["a1"], ["a2"]] == north.keys("id") == south.keys("id")


async def test_closing_one_engine_leaves_the_other():
    """Each engine owns its clients."""
    async with running(_GRAPH, people=types.people(), books=types.books()) as ask_open:
        async with running(_GRAPH, people=types.people(), books=types.books()) as ask_closed:
            pass

        still = await ask_open.data(_QUERY)
        closed = await ask_closed(_QUERY)

    assert {"author": {"name": "Ada", "mentor": None}} == still
    assert ["BACKEND_UNREACHABLE"] == closed.codes


async def test_two_requests_share_no_memo():
    """What a request has loaded is forgotten with it, also when two run at once; of two tenants, they share no call."""
    rendezvous = asyncio.Barrier(2)
    people = people_named("Same", rendezvous)

    async with running(_GRAPH, people=people, books=types.books()) as ask:
        await asyncio.gather(*(ask.data(_QUERY, identity={"tenant": tenant}) for tenant in ("north", "south")))

    assert [["a1"], ["a1"], ["a2"], ["a2"]] == people.keys("id")


async def test_settings_belong_to_one_engine():
    """A backend's timeout in one engine is not that of another."""
    started = asyncio.Event()

    async def hanging(request):
        started.set()
        await asyncio.Event().wait()

    def settings(timeout_s):
        slow = BackendSettings(address="http://127.0.0.1:1", timeout_s=timeout_s)
        return Settings(mode="development", backends={"people": slow})

    hangs = FakeBackend({"GET /authors": hanging})
    async with (
        running(_GRAPH, settings=settings(0.02), people=hangs, books=types.books()) as impatient,
        running(_GRAPH, settings=settings(60), people=hangs, books=types.books()) as patient,
    ):
        first = await impatient(_QUERY)
        second = await patient(_QUERY, time_s=0.05)

    assert (["BACKEND_TIMEOUT"], ["DEADLINE_EXCEEDED"]) == (first.codes, second.codes)
    assert started.is_set()


def test_making_declarations_or_an_engine_needs_no_event_loop():
    """Nothing is opened before the first call: a graph can be built and an engine made on import."""
    engine = Engine(_GRAPH, Settings(), wires={"people": types.people(), "books": types.books()})

    assert "<Engine of " in repr(engine)
    assert not [name for name in dir(library.author_by_id) if "cache" in name or "memo" in name]
