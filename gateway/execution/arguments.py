"""A field's arguments: coerced once an operation where they are constant, else once a request, never once a parent.

Coercion itself is graphql-core's (GraphQL specification, section 6.4.1) and Strawberry's.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from graphql import FieldNode, GraphQLField, VariableNode, Visitor, visit
from graphql.execution.values import VariableValues, get_argument_values

_IMMUTABLE = (str, int, float, bool, type(None), enum.Enum, dt.date, dt.time, dt.timedelta, Decimal, UUID)


class Arguments:
    """The arguments that one field node gives to one field definition."""

    __slots__ = ("_constant", "_definition", "_node", "has_any")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        """Coerce now what no variable takes part in."""
        self._definition = definition
        self._node = node
        self.has_any = bool(definition.args or node.arguments)
        self._constant: Mapping[str, Any] | None = None
        if not self.has_any:
            self._constant = {}
        elif not _has_variables(node):
            self._constant = self._shareable_constant()

    def coerced(self, variables: VariableValues) -> dict[str, Any]:
        """The arguments by GraphQL name, for the caller to keep.

        Raises:
            GraphQLError: a variable's value does not fit.
        """
        if self._constant is not None:
            return dict(self._constant)
        return get_argument_values(self._definition, self._node, variables)

    @property
    def is_constant(self) -> bool:
        """Whether they are the same in every request, and nobody can change them."""
        return self._constant is not None

    def is_shareable(self, coerced: Mapping[str, Any]) -> bool:
        """Whether several resolver calls may be handed these same values: nobody can change them."""
        return self._constant is not None or _is_immutable(coerced)

    def _shareable_constant(self) -> Mapping[str, Any] | None:
        try:
            coerced = get_argument_values(self._definition, self._node, VariableValues({}, {}))
        except Exception:  # noqa: BLE001 - raised again at each request, as the field's error
            return None
        return coerced if _is_immutable(coerced) else None


def _is_immutable(coerced: Mapping[str, Any]) -> bool:
    return all(isinstance(value, _IMMUTABLE) for value in coerced.values())


def _has_variables(node: FieldNode) -> bool:
    finder = _Finder()
    for argument in node.arguments or ():
        visit(argument, finder)
    return finder.found


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found = False

    def enter_variable(self, _node: VariableNode, *_: Any) -> None:
        self.found = True
