"""The plans of one operation: made at first sight of a variant, kept for the next time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode

from ..declare.graph import Graph
from ..execution.generating import generate
from ..execution.linked import LinkedPlan
from .fallback import Fallback, fallback_of_document, fallback_of_graph
from .planner import plan_operation
from .variants import Variant, condition_variables, variant_of

#: How operations run, as the setting `execution` says.
Execution: TypeAlias = Literal["planned", "interpreted", "generated", "reference"]

#: All combinations of four boolean variables; of more variables the latest used are kept.
MAX_VARIANTS: Final = 16


class PreparedOperation:
    """One operation of a valid document, and its plans by variant."""

    def __init__(
        self,
        graph: Graph,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        *,
        execution: Execution = "planned",
        asks_ahead: bool = True,
    ) -> None:
        """Prepare to plan *operation*; nothing is planned before its variables are known."""
        self._graph = graph
        self._document = document
        self._operation = operation
        self._fragments = fragments
        self._execution = execution
        self._asks_ahead = asks_ahead
        self._fallback = _fallback_of(execution) or fallback_of_graph(graph) or fallback_of_document(document)
        self._conditions = condition_variables(document)
        self._plans: OrderedDict[Variant, LinkedPlan] = OrderedDict()

    def plan_for(self, variables: Mapping[str, Any]) -> LinkedPlan | Fallback:
        """The plan for these coerced variables, or why graphql-core must run the operation."""
        if self._fallback is not None:
            return self._fallback
        variant = variant_of(self._conditions, variables)
        if isinstance(variant, Fallback):
            return variant
        known = self._plans.get(variant)
        if known is None:
            return self._first_seen(variant)
        if not known.has_code and self._execution != "interpreted":
            # Worth the milliseconds only for an operation that returns.
            generate(known)
        if len(self._plans) > 1:
            self._plans.move_to_end(variant)
        return known

    def _first_seen(self, variant: Variant) -> LinkedPlan:
        plan = self._plans[variant] = self._link(variant)
        if len(self._plans) > MAX_VARIANTS:
            self._plans.popitem(last=False)
        if self._execution == "generated":
            generate(plan)
        return plan

    def _link(self, variant: Variant) -> LinkedPlan:
        schema = self._graph.schema._schema  # noqa: SLF001 - Strawberry has no public way to graphql-core's schema
        plan = plan_operation(schema, self._fragments, self._operation, variant, asks_ahead=self._asks_ahead)
        return LinkedPlan(self._graph, self._document, self._operation, self._fragments, plan)

    def __repr__(self) -> str:
        return f"<PreparedOperation with {len(self._plans)} plans>"


def _fallback_of(execution: Execution) -> Fallback | None:
    return Fallback.SETTING if execution == "reference" else None
