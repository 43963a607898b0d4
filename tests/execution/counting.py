"""Which resolvers ran: what a plan of declared loads and plain fields must not need."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from graphql import GraphQLField, GraphQLObjectType

from gateway import Graph
from gateway.declare.batched import BINDING as BATCHED
from gateway.declare.binding import BINDING as LOAD
from gateway.declare.strawberry_types import strawberry_field_of
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from gateway.vocabulary.settings import Settings
from tests.execution.agreeing import PLANNED, REFERENCE, Answered, Routes, agree


async def agree_counting(
    graph: Graph, query: str, variables: Mapping[str, object] | None = None, **options: Any
) -> tuple[Answered, dict[str, int]]:
    """As `agree`, and how often each resolver ran for a plan, by `Type.field`.

    The counts are those of a plan at first sight and of one that returns, which are the same.

    Raises:
        AssertionError: as `agree`, or a resolver ran more often than graphql-core would have it.
    """
    answer = await agree(graph, query, variables, **options)
    asking = (query, variables, options.get("backends") or {}, options.get("identity"))
    first, again = await _counts(graph, PLANNED, *asking)
    reference, _ = await _counts(graph, REFERENCE, *asking)
    assert first == again
    assert all(times <= reference[name] for name, times in first.items())
    return answer, dict(first)


@contextmanager
def counted_resolvers(graph: Graph) -> Iterator[Counter[str]]:
    """Counts the calls of the resolvers of *graph*, whose engines must be made inside.

    Of a field with a function of the application's the calls of that function count, of any other one, loads among
    them, those of the resolver that the schema has for it.
    """
    calls: Counter[str] = Counter()
    with ExitStack() as undo:
        for name, field in _fields(graph):
            declared = strawberry_field_of(field)
            is_declared = declared is not None and not {LOAD, BATCHED}.isdisjoint(declared.metadata)
            resolver = None if declared is None or is_declared else declared.base_resolver
            is_stock = resolver is not None and resolver.wrapped_func.__module__.startswith("strawberry.")
            place, attribute = (field, "resolve") if resolver is None or is_stock else (resolver, "wrapped_func")
            known = getattr(place, attribute)
            undo.callback(setattr, place, attribute, known)
            setattr(place, attribute, _counting(name, known, calls))
        yield calls


def _counting(name: str, resolve: Any, calls: Counter[str]) -> Any:
    @functools.wraps(resolve)
    def counting(*given: Any, **arguments: Any) -> Any:
        calls[name] += 1
        return resolve(*given, **arguments)

    return counting


def _fields(graph: Graph) -> Iterator[tuple[str, GraphQLField]]:
    for type_ in graph.schema._schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                yield f"{type_.name}.{name}", field


async def _counts(
    graph: Graph,
    settings: Settings,
    query: str,
    variables: Mapping[str, object] | None,
    backends: Routes,
    identity: str | None,
) -> list[Counter[str]]:
    seen = []
    with counted_resolvers(graph) as calls:
        fakes = {name: FakeBackend(backends.get(name, {})) for name in graph.backends}
        async with running(graph, settings=settings, **fakes) as ask:
            for _ in range(2):
                await ask(query, variables, identity=identity)
                seen.append(Counter(calls))
                calls.clear()
    return seen
