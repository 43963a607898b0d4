"""`gateway.graph(...)`: the checked whole of what an application declares, handed to an engine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec
import strawberry
from graphql import GraphQLError
from strawberry.exceptions import DuplicatedTypeName
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.execution import ExecutionContext

from ..vocabulary.errors import DeclarationError
from .binding import binding_of
from .checks import check_interfaces, check_sharing, check_type
from .key_checks import check_id_types
from .loader import Service
from .runtime_types import note_possible_types
from .source_checks import check_sources


class GraphSchema(strawberry.Schema):
    """A Strawberry schema whose errors are logged once, by the gateway, with the request's id."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Leave the errors to the gateway."""

    def _warn_for_federation_directives(self) -> None:
        # Strawberry imports its directives to look for them, which takes 5 ms. Who uses one has imported them.
        if "strawberry.federation.schema_directives" in sys.modules:
            super()._warn_for_federation_directives()


class Graph(msgspec.Struct, frozen=True):
    """What an application is: its schema, the backends that it asks, by name, and what makes its own object.

    `gateway.graph(...)` makes one; a server, a function and `gateway.testing.running` are given it.
    """

    schema: strawberry.Schema
    backends: Mapping[str, Service]
    app: Callable[[], object] | None = None

    @property
    def sdl(self) -> str:
        """The schema in the schema definition language."""
        return self.schema.as_str()


def graph(
    *,
    query: type[Any],
    mutation: type[Any] | None = None,
    subscription: type[Any] | None = None,
    types: Iterable[type[Any]] = (),
    backends: Sequence[Service] = (),
    app: Callable[[], object] | None = None,
    extensions: Sequence[type[SchemaExtension]] = (),
    config: StrawberryConfig | None = None,
) -> Graph:
    """Build the graph and check every binding in it.

    *types* adds types that no field names, such as further implementations of an interface. *backends* adds those that
    no `load` names, because only writes and resolvers use them. *app* makes the application's own object, once
    an engine; resolvers find it as `info.context.app`. *config* is Strawberry's, for scalars and names.

    Raises:
        DeclarationError: declarations disagree; the text has a line for each.
    """
    if config is not None and config.enable_experimental_incremental_execution:
        raise DeclarationError(
            "graph: config= asks for @defer and @stream, which no transport of the gateway can send yet"
        )
    for name, root in (("query", query), ("mutation", mutation), ("subscription", subscription)):
        if root is not None or name == "query":
            _check_root(name, root)
    schema = _schema(
        types=list(types),
        query=query,
        mutation=mutation,
        subscription=subscription,
        extensions=list(extensions),
        config=config,
    )
    definitions = list(_object_types(schema))
    problems = list(check_sharing(definitions))
    own_scalars = config.scalar_map if config is not None else {}
    problems += [problem for definition in definitions for problem in check_type(definition, own_scalars)]
    problems += check_interfaces(definitions)
    problems += check_id_types(definitions)
    if subscription is not None:
        problems += check_sources(subscription.__strawberry_definition__)
    named = [*_loaded_backends(definitions), *backends]
    problems += _different_backends_of_one_name(named)
    if problems:
        raise DeclarationError("the graph's declarations disagree:\n" + "\n".join(f"  {line}" for line in problems))
    note_possible_types(schema._schema)  # noqa: SLF001 - Strawberry has no public way to graphql-core's schema
    return Graph(schema, MappingProxyType({backend.name: backend for backend in named}), app)


def _schema(*, types: list[type[Any]], **parts: Any) -> GraphSchema:
    """Strawberry's schema of the given *types* and *parts*.

    Raises:
        DeclarationError: it refuses to make one.
    """
    try:
        return GraphSchema(types=types, **parts)
    except DuplicatedTypeName as duplicate:
        raise DeclarationError(_two_modules(duplicate)) from None
    except TypeError as unexpected:
        # What Strawberry raises for a class that is no type; a root's has a check of its own.
        plain = next((extra for extra in types if not hasattr(extra, "__strawberry_definition__")), None)
        if plain is None:
            raise
        raise DeclarationError(f"graph: types= expects {_expected_type(plain)}") from unexpected
    except ValueError as invalid:
        # What Strawberry raises for a schema that the specification's type validation refuses.
        raise DeclarationError(str(invalid)) from invalid


def _check_root(name: str, root: object) -> None:
    if not (isinstance(root, type) and hasattr(root, "__strawberry_definition__")):
        raise DeclarationError(f"graph: {name}= expects {_expected_type(root)}")


def _expected_type(came: object) -> str:
    if isinstance(came, type):
        return (
            "a class made by strawberry.type, got the plain class"
            f" {came.__module__}.{came.__qualname__}; decorate it with @strawberry.type"
        )
    return f"a class made by strawberry.type, got {came!r}"


def _object_types(schema: strawberry.Schema) -> Iterator[StrawberryObjectDefinition]:
    for concrete in schema.schema_converter.type_map.values():
        definition = concrete.definition
        if isinstance(definition, StrawberryObjectDefinition) and not definition.is_input:
            yield definition


def _loaded_backends(definitions: Iterable[StrawberryObjectDefinition]) -> Iterator[Service]:
    for definition in definitions:
        for field in definition.fields:
            binding = binding_of(field)
            for loader in binding.loaders if binding else ():
                yield loader.backend


def _different_backends_of_one_name(backends: Iterable[Service]) -> list[str]:
    seen: dict[str, Service] = {}
    return [
        f"backend {backend.name!r} is declared twice, differently: {seen[backend.name]} and {backend}"
        for backend in backends
        if seen.setdefault(backend.name, backend) != backend
    ]


def _two_modules(duplicate: DuplicatedTypeName) -> str:
    classes = [cls for cls in (duplicate.first_cls, duplicate.second_cls) if cls is not None]
    places = " and ".join(f"{cls.__module__}.{cls.__qualname__}" for cls in classes)
    return f"{duplicate.message}, by {places}: expected one definition"
