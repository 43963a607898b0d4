"""One verb for the semantics suite: an operation run every way, and one answer because all ways agree.

The ways are a plan on the direct path, the same for an answer that is to be sent, a plan through Strawberry's lifecycle
(the seam), and graphql-core. Queries run several times on one engine, since a plan that returns may run by faster code
than at first sight.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec
import strawberry
from strawberry.extensions import SchemaExtension

from gateway import Graph
from gateway import graph as build_graph
from gateway.application.engine import Viewer
from gateway.backends.wire import WireRequest
from gateway.http.request import GraphQLRequest
from gateway.operations.plan import Plan
from gateway.planning.fallback import Fallback
from gateway.testing.fake_backend import FakeBackend, Handler
from gateway.testing.run import running
from gateway.vocabulary.identity import ANONYMOUS, Identity
from gateway.vocabulary.settings import Settings
from tests.declare.library import query_of
from tests.execution.sent import read

Routes: TypeAlias = Mapping[str, Mapping[str, Handler | object]]

PLANNED = Settings(mode="development")
REFERENCE = Settings(mode="development", execution="reference")

#: How often a query is sent to one engine.
_TIMES = 4


class NoOp(SchemaExtension):
    """An extension that does nothing but be there: a graph with one goes through the seam."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What every way gave; `asked` are the calls of the direct path: `["GET /authors?id=a1&id=a2"]`."""

    data: Any
    errors: list[dict[str, Any]]
    asked: list[str]
    plan: Plan | None
    fallback: Fallback | None

    @property
    def messages(self) -> list[str]:
        """The text of each error."""
        return [error["message"] for error in self.errors]

    @property
    def details(self) -> list[str]:
        """What the operator is told of each error."""
        return [error["extensions"].get("detail", error["message"]) for error in self.errors]

    @property
    def paths(self) -> list[list[str | int]]:
        """The path of each error."""
        return [error["path"] for error in self.errors]

    @property
    def codes(self) -> list[str]:
        """The code of each error."""
        return [error["extensions"]["code"] for error in self.errors]


async def agree(
    graph: Graph,
    query: str,
    variables: Mapping[str, object] | None = None,
    *,
    backends: Routes | None = None,
    identity: str | None = None,
    operation_name: str | None = None,
    fallback: Fallback | None = None,
    same_errors: bool = True,
) -> Answered:
    """The answer that all ways give to *query*, which is planned unless a *fallback* is expected.

    Data are compared as JSON text, so that the order of keys counts; errors by message, path, locations, code and the
    operator's detail, in any order. With *same_errors* off only data are: for documented differences. An answer without
    errors takes no more calls than graphql-core makes.

    Raises:
        AssertionError: two ways differ, or one was not run as expected.
    """
    request = GraphQLRequest(query, operation_name, dict(variables or {}))
    given = {"backends": backends or {}, "identity": identity}
    direct = await _ask(graph, PLANNED, request, **given)
    sent = await _ask(graph, PLANNED, request, **given, as_json=True)
    seam = await _ask(through_seam(graph), PLANNED, request, **given)
    reference = await _ask(graph, REFERENCE, request, **given)

    first = direct[0]
    for way in (*direct, *sent, *seam):
        assert fallback is way.fallback, f"expected {fallback or 'a plan'}, got {way.fallback}"
    for way in (*direct[1:], *sent, *seam, *reference):
        assert _text(first) == _text(way)
        assert not same_errors or _faults(first) == _faults(way)
    for way in (*direct, *sent, *seam):
        assert first.errors or len(way.asked) <= len(reference[0].asked)
    return first


def through_seam(graph: Graph) -> Graph:
    """*graph* with an extension that does nothing: its operations go through Strawberry's lifecycle."""
    schema = copy.copy(graph.schema)
    schema.extensions = [*schema.extensions, NoOp]
    return msgspec.structs.replace(graph, schema=schema)


def graph_of(**fields: tuple[Any, Any]) -> Graph:
    """A graph whose query has these fields: `graph_of(number=(int, given(1)))`."""
    return build_graph(query=query_of(**fields))


def resolved(resolve: Any) -> Any:
    """A field with that resolver."""
    return strawberry.field(resolver=resolve)


def made_by(make: Any) -> Any:
    """A field whose sync resolver gives what *make* does, such as an async generator."""

    def resolve():
        return make()

    return strawberry.field(resolver=resolve)


def given(value: Any) -> Any:
    """A field that a resolver gives *value* for; an exception is raised."""

    def resolve():
        if isinstance(value, Exception):
            raise value
        return value

    return strawberry.field(resolver=resolve)


def awaited(value: Any) -> Any:
    """A field that an async resolver gives *value* for; an exception is raised."""

    async def resolve():
        if isinstance(value, Exception):
            raise value
        return value

    return strawberry.field(resolver=resolve)


async def _ask(
    graph: Graph,
    settings: Settings,
    request: GraphQLRequest,
    *,
    backends: Routes,
    identity: str | None,
    as_json: bool = False,
) -> list[Answered]:
    fakes = {name: FakeBackend(backends.get(name, {})) for name in graph.backends}
    viewer = Viewer("test", 5, Identity.from_claims({"sub": identity}) if identity else ANONYMOUS)
    async with running(graph, settings=settings, **fakes) as ask:
        # A mutation is sent once: what it changes would be changed again.
        times = 1 if request.query.lstrip().startswith("mutation") else _TIMES
        return [await _once(ask.engine, request, viewer, fakes, as_json=as_json) for _ in range(times)]


async def _once(
    engine: Any, request: GraphQLRequest, viewer: Viewer, fakes: Mapping[str, FakeBackend], *, as_json: bool
) -> Answered:
    for fake in fakes.values():
        fake.requests.clear()
    answer = await engine.execute(request, viewer, as_json=as_json)
    result = read(answer.result) if as_json else answer.result
    asked = [_line(sent) for fake in fakes.values() for sent in fake.requests]
    return Answered(result.get("data", "no data"), result.get("errors", []), asked, answer.plan, answer.fallback)


def _line(sent: WireRequest) -> str:
    query = "&".join(f"{name}={value}" for name, value in sent.query)
    return f"{sent.method} {sent.path}{'?' if query else ''}{query}"


def _text(answered: Answered) -> str:
    return json.dumps(answered.data)


def _faults(answered: Answered) -> list[str]:
    return sorted(json.dumps(error, sort_keys=True) for error in answered.errors)
