"""Operations that the planner leaves to graphql-core, whole, and the closed list of reasons."""

from __future__ import annotations

from enum import Enum
from typing import Any

from graphql import (
    BREAK,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    Visitor,
    visit,
)

from ..declare.graph import Graph


class Fallback(Enum):
    """Why graphql-core runs an operation."""

    SETTING = "setting"
    INTROSPECTION = "introspection"
    INCREMENTAL_DELIVERY = "incremental_delivery"
    RUNTIME_DIRECTIVE = "runtime_directive"
    FRAGMENT_VARIABLES = "fragment_variables"
    SCHEMA_EXTENSION = "schema_extension"
    CONDITION_WITHOUT_VALUE = "condition_without_value"


_PLANNED_DIRECTIVES = frozenset({"skip", "include"})
_INCREMENTAL_DIRECTIVES = frozenset({"defer", "stream"})


def fallback_of_graph(graph: Graph) -> Fallback | None:
    """The reason that holds for every operation of *graph*: an extension that wraps each field's resolver."""
    wraps_resolvers = any(extension._implements_resolve() for extension in graph.schema.get_extensions())  # noqa: SLF001
    return Fallback.SCHEMA_EXTENSION if wraps_resolvers else None


def fallback_of_document(document: DocumentNode) -> Fallback | None:
    """The reason that *document* gives, whichever of its operations runs."""
    finder = _Finder()
    visit(document, finder)
    return finder.reason


class _Finder(Visitor):
    """Stops at the first thing that the planner does not plan."""

    def __init__(self) -> None:
        super().__init__()
        self.reason: Fallback | None = None

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        if node.name.value in {"__schema", "__type"}:
            return self._stop(Fallback.INTROSPECTION)
        return None

    def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
        name = node.name.value
        if name in _PLANNED_DIRECTIVES:
            return None
        incremental = name in _INCREMENTAL_DIRECTIVES
        return self._stop(Fallback.INCREMENTAL_DELIVERY if incremental else Fallback.RUNTIME_DIRECTIVE)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> Any:
        return self._stop(Fallback.FRAGMENT_VARIABLES) if node.variable_definitions else None

    def _stop(self, reason: Fallback) -> Any:
        self.reason = reason
        return BREAK
