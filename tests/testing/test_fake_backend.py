"""The fake backend and `running`: what users test their own graph with."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from gateway import BackendError, BackendTimeout, SettingsError, arg, graph, load, viewer
from gateway.backends.wire import WireRequest, WireResponse
from gateway.testing.fake_backend import FakeBackend, respond
from gateway.testing.run import running
from tests.declare import library, types
from tests.declare.library import query_of
from tests.declare.types import Author, Book

_ROWS = [{"id": "u1", "ok": True}, {"id": "u2", "ok": False}, {"id": "u3", "ok": True}]


async def asked(backend: FakeBackend, path: str = "/users", method: str = "GET", **query: str | list[str]) -> Any:
    """The decoded body of the backend's answer."""
    pairs = [(name, item) for name, value in query.items() for item in ([value] if isinstance(value, str) else value)]
    response = await backend.send(WireRequest(method, path, tuple(pairs)), timeout_s=1)
    return msgspec.json.decode(response.body)


async def test_rows_are_chosen_by_their_fields() -> None:
    """Repeated names are alternatives, several names all hold, names that no row has choose nothing."""
    users = FakeBackend({"GET /users": _ROWS})

    assert [_ROWS[2], _ROWS[1]] == sorted(await asked(users, id=["u3", "u2"]), key=str)[::-1]
    assert [_ROWS[0], _ROWS[2]] == await asked(users, ok="true", limit="1")
    assert [_ROWS[0]] == await asked(users, id=["u1", "u2"], ok="true")
    assert [["u3", "u2"], ["u1", "u2"]] == users.keys("id")


async def test_a_handler_may_be_anything() -> None:
    """Sync or async; a value, a response or an exception, given or raised; and a plain value is the answer."""

    async def later(request: WireRequest) -> object:
        await asyncio.sleep(0)
        return request.path

    backend = FakeBackend(
        {
            "GET /now": lambda request: {"path": request.path},
            "GET /later/{id}": later,
            "GET /plain": 7,
            "GET /fails": lambda _: BackendError("broken"),
            "POST /response": respond({"no": 1}, status=422),
        }
    )

    assert ({"path": "/now"}, "/later/x", 7) == (
        await asked(backend, "/now"),
        await asked(backend, "/later/x"),
        await asked(backend, "/plain"),
    )
    with pytest.raises(BackendError, match="broken"):
        await asked(backend, "/fails")
    response = await backend.send(WireRequest("POST", "/response"), timeout_s=1)
    assert WireResponse(422, {"content-type": "application/json"}, b'{"no":1}') == response
    assert (1, 1, 0) == tuple(len(backend.calls(route)) for route in ("GET /now", "GET /later/{id}", "GET /later"))


async def test_a_request_without_a_route_is_refused() -> None:
    """404 would mean a row that is absent: the text says what was asked, and what could be."""
    with pytest.raises(BackendError, match=r"no route PUT /users; it has GET /users, GET /users/\{id\}") as refused:
        await asked(FakeBackend({"GET /users": [], "GET /users/{id}": {}}), method="PUT")
    with pytest.raises(BackendError, match="no route GET /users; it has none"):
        await asked(FakeBackend({}))

    assert "BACKEND_REFUSED" == refused.value.code


@pytest.mark.parametrize("route", ["/users", "get /users", "GET users", "GET /a b"])
def test_a_route_is_method_and_path(route: str) -> None:
    """A mistake in one is told at once."""
    with pytest.raises(ValueError, match="expected a route such as"):
        FakeBackend({route: []})


async def test_it_keeps_the_wires_time() -> None:
    """A handler that takes too long is a timeout, as on a real wire."""

    async def hanging(_: WireRequest) -> None:
        await asyncio.Event().wait()

    with pytest.raises(BackendTimeout):
        await FakeBackend({"GET /": hanging}).send(WireRequest("GET", "/"), timeout_s=0.01)


async def test_a_closed_one_answers_no_more() -> None:
    """`running` closes the backends at its end."""
    people, books = types.people(), types.books()
    built = graph(query=query_of(me=(Author | None, load(library.author_by_id, key=viewer("sub")))))

    async with running(built, people=people, books=books) as ask:
        assert "<Engine of " in repr(ask.engine)

    assert people.is_closed
    assert "<FakeBackend of 1 routes, asked 0 times>" == repr(people)
    with pytest.raises(BackendError):
        await asked(people, "/authors")


async def test_data_refuses_errors() -> None:
    """`ask.data` is for answers without errors; its failure shows them."""
    built = graph(query=query_of(me=(Author | None, load(library.author_by_id, key=viewer("sub")))))

    async with running(built, people=FakeBackend({}), books=types.books()) as ask:
        with pytest.raises(AssertionError, match="BACKEND_REFUSED"):
            await ask.data("{me {name}}", identity="a1")


async def test_a_misspelt_backend_is_named() -> None:
    """With the nearest name that the graph has."""
    built = graph(query=query_of(me=(Author | None, load(library.author_by_id, key=viewer("sub")))))

    with pytest.raises(SettingsError, match=r"backends.poeple: .* did you mean people?"):
        async with running(built, poeple=types.people(), books=types.books()):
            pass


async def test_backends_that_a_test_does_not_name_refuse() -> None:
    """A test of one backend runs over a graph of several; a call to another is an error that names the route."""
    built = graph(query=query_of(book=(Book | None, load(library.book_by_id, key=arg("id", str)))))

    async with running(built) as ask:
        reply = await ask('{book(id: "b1") {title}}')

    assert ({"book": None}, ["BACKEND_REFUSED"]) == (reply.data, reply.codes)
    assert "no route GET /books" in reply.details[0]
