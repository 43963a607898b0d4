"""A backend in memory, for tests of a graph: it answers from rows or handlers and remembers what it was asked.

It implements the wire port, so everything above the transport runs as it does in production.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from ..backends.send_limit import SendLimit
from ..backends.wire import WireRequest, WireResponse
from ..vocabulary.errors import BackendError

#: Takes the request; gives (or awaits) a value that is JSON, a WireResponse, or an exception to raise.
Handler: TypeAlias = Callable[[WireRequest], Any]

_ROUTE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S*)")


class FakeBackend:
    """A wire whose answers are given by route.

    A route is `"GET /users"` or `"PATCH /users/{id}"`. Its answer is a handler, or a value: a list of rows gives those
    rows whose fields have one of the values that the query asks of them, any other value is the answer itself.

        users = FakeBackend({"GET /users": [{"id": "u1", "name": "Ada"}, {"id": "u2", "name": "Alan"}]})
        async with running(graph, users=users) as ask:
            await ask.data("{courses {instructor {name}}}")
        assert [["u1", "u2"]] == users.keys("id")

    A query parameter that no row has as a field chooses nothing: the engine leaves out rows that it did not ask for.
    `requests` has all that it was asked, in order; once `is_closed`, it is unreachable.
    """

    def __init__(self, routes: Mapping[str, Handler | object]) -> None:
        """Answer by *routes*.

        Raises:
            ValueError: a route is no method and absolute path.
        """
        self.requests: list[WireRequest] = []
        self.is_closed = False
        self._names = tuple(routes)
        self._routes = [(*_read_route(route), answer) for route, answer in routes.items()]

    async def send(self, request: WireRequest, *, timeout_s: float) -> WireResponse:
        """As `Wire.send`; a request without a route is BACKEND_REFUSED, since 404 may mean a row that is absent."""
        if self.is_closed:
            raise BackendError("the fake backend is closed", code="BACKEND_UNREACHABLE")
        self.requests.append(request)
        for method, path, answer in self._routes:
            if method == request.method and path.fullmatch(request.path):
                with SendLimit("fake", timeout_s):
                    return await _respond(answer, request)
        raise BackendError(
            f"the fake backend has no route {request.method} {request.path}; it has {', '.join(self._names) or 'none'}",
            code="BACKEND_REFUSED",
        )

    def keys(self, name: str) -> list[list[str]]:
        """The values of the query parameter *name*, a list for each request that had it, in the order they came."""
        asked = [[value for given, value in request.query if given == name] for request in self.requests]
        return [values for values in asked if values]

    def calls(self, route: str) -> list[WireRequest]:
        """The requests that fit *route*, such as `"GET /users"`."""
        method, path = _read_route(route)
        return [request for request in self.requests if request.method == method and path.fullmatch(request.path)]

    def drop_idle(self) -> None:
        """As `Wire.drop_idle`: there are no connections to forget."""

    async def close(self) -> None:
        """As `Wire.close`."""
        self.is_closed = True

    def __repr__(self) -> str:
        return f"<FakeBackend of {len(self._routes)} routes, asked {len(self.requests)} times>"


def respond(body: object = None, *, status: int = 200) -> WireResponse:
    """A response with *body* as JSON: `respond({"problems": []}, status=422)`."""
    return WireResponse(status, {"content-type": "application/json"}, msgspec.json.encode(body))


async def _respond(answer: Any, request: WireRequest) -> WireResponse:
    if callable(answer):
        value = answer(request)
        value = await value if inspect.isawaitable(value) else value
    else:
        value = _chosen(answer, request) if isinstance(answer, list) else answer
    if isinstance(value, Exception):
        raise value
    return value if isinstance(value, WireResponse) else respond(value)


def _chosen(rows: list[Any], request: WireRequest) -> list[Any]:
    wanted: dict[str, set[str]] = {}
    for name, value in request.query:
        wanted.setdefault(name, set()).add(value)
    values = [(row, msgspec.to_builtins(row)) for row in rows]
    return [row for row, fields in values if _is_wanted(fields, wanted)]


def _is_wanted(fields: Any, wanted: Mapping[str, set[str]]) -> bool:
    if not isinstance(fields, dict):
        return True
    return all(_text(fields[name]) in values for name, values in wanted.items() if name in fields)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_route(route: str) -> tuple[str, re.Pattern[str]]:
    match = _ROUTE.fullmatch(route)
    if match is None:
        raise ValueError(f"expected a route such as 'GET /users' or 'PATCH /users/{{id}}', got {route!r}")
    method, path = match.groups()
    parts = [re.escape(part) if index % 2 == 0 else "[^/]+" for index, part in enumerate(re.split(r"\{(\w+)\}", path))]
    return method, re.compile("".join(parts))
