"""The plans of one graph's operations, kept with the documents that hold these, and forgotten with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import OperationDefinitionNode

from ..admission.documents import Document
from ..declare.graph import Graph
from ..execution.linked import LinkedPlan
from ..planning.fallback import Fallback
from ..planning.store import Execution, PreparedOperation


class Plans:
    """Prepares the operations of one graph to be planned."""

    def __init__(self, graph: Graph, execution: Execution, *, asks_ahead: bool, max_fields: int) -> None:
        """Plan for *graph* as the settings `execution`, `asks_ahead` and `max_planned_fields` say."""
        self._graph = graph
        self._execution = execution
        self._asks_ahead = asks_ahead
        self._max_fields = max_fields

    def of(self, document: Document, operation: OperationDefinitionNode) -> PreparedOperation:
        """The plans of *operation*, which stands in *document*."""
        name = operation.name.value if operation.name else None
        prepared = document.plans.get(name)
        if prepared is None:
            assert document.ast is not None  # noqa: S101 - an operation was found in it
            prepared = document.plans[name] = PreparedOperation(
                self._graph,
                document.ast,
                operation,
                document.fragments,
                execution=self._execution,
                asks_ahead=self._asks_ahead,
                max_fields=self._max_fields,
            )
        return prepared


def plan_for(document: Document, prepared: PreparedOperation, variables: Mapping[str, Any]) -> LinkedPlan | Fallback:
    """As `PreparedOperation.plan_for`; what a new plan takes counts as *document*'s, with which it is remembered."""
    before = prepared.plans_bytes
    plan = prepared.plan_for(variables)
    if prepared.plans_bytes != before:
        document.grow(prepared.plans_bytes - before)
    return plan
