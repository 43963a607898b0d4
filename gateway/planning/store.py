"""The plans of one operation: made at first sight of a variant, kept for the next time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from graphql import DocumentNode, FragmentDefinitionNode, OperationDefinitionNode

from ..declare.graph import Graph
from ..execution.generating import generate
from ..execution.linked import LinkedPlan
from ..vocabulary.errors import RuleError
from ..vocabulary.settings_limits import LimitSettings
from .fallback import Fallback, fallback_of_document, fallback_of_graph
from .planner import plan_operation
from .variants import Variant, condition_variables, variant_of

#: How operations run, as the setting `execution` says.
Execution: TypeAlias = Literal["planned", "interpreted", "generated", "reference"]

_DEFAULTS: Final = LimitSettings()

# Measured: a field of a plan, linked and with generated code, takes 1,400 bytes to 2,700; with code for both kinds of
# records, decoded ones and others, 3,200 at most.
_BYTES_PER_FIELD: Final = 3_300
_BYTES_PER_PLAN: Final = 2_000

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
        max_fields: int = _DEFAULTS.max_planned_fields,
    ) -> None:
        """Prepare to plan *operation*; nothing is planned before its variables are known.

        A plan has at most *max_fields*.
        """
        self._graph = graph
        self._document = document
        self._operation = operation
        self._fragments = fragments
        self._execution = execution
        self._asks_ahead = asks_ahead
        self._max_fields = max_fields
        self._fallback = _fallback_of(execution) or fallback_of_graph(graph) or fallback_of_document(document)
        self._conditions = condition_variables(document)
        self._plans: OrderedDict[Variant, LinkedPlan] = OrderedDict()
        # Variants that are too large to be planned, so that to find out once is enough.
        self._refused: dict[Variant, RuleError] = {}
        #: What its plans take, estimated.
        self.plans_bytes = 0

    def of(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> PreparedOperation:
        """Another operation, prepared as this one is."""
        return PreparedOperation(
            self._graph,
            document,
            operation,
            fragments,
            execution=self._execution,
            asks_ahead=self._asks_ahead,
            max_fields=self._max_fields,
        )

    def plan_for(self, variables: Mapping[str, Any]) -> LinkedPlan | Fallback:
        """The plan for these coerced variables, or why graphql-core must run the operation.

        Raises:
            RuleError: LIMIT_EXCEEDED, it would have too many fields.
        """
        if self._fallback is not None:
            return self._fallback
        variant = variant_of(self._conditions, variables)
        if isinstance(variant, Fallback):
            return variant
        known = self._plans.get(variant)
        if known is None:
            refused = self._refused.get(variant)
            if refused is not None:
                # Another one, since an exception keeps the frames that it went through.
                raise RuleError(refused.detail, code=refused.code)
            return self._first_seen(variant)
        if not known.has_code and self._execution != "interpreted":
            # Worth the milliseconds only for an operation that returns.
            generate(known)
        if len(self._plans) > 1:
            self._plans.move_to_end(variant)
        return known

    def _first_seen(self, variant: Variant) -> LinkedPlan:
        plan = self._plans[variant] = self._link(variant)
        self.plans_bytes += _estimated_bytes(plan)
        if len(self._plans) > MAX_VARIANTS:
            _, forgotten = self._plans.popitem(last=False)
            self.plans_bytes -= _estimated_bytes(forgotten)
        if self._execution == "generated":
            generate(plan)
        return plan

    def _link(self, variant: Variant) -> LinkedPlan:
        schema = self._graph.schema._schema  # noqa: SLF001 - Strawberry has no public way to graphql-core's schema
        try:
            plan = plan_operation(
                schema,
                self._fragments,
                self._operation,
                variant,
                asks_ahead=self._asks_ahead,
                max_fields=self._max_fields,
            )
        except RuleError as refused:
            if len(self._refused) >= MAX_VARIANTS:
                self._refused.clear()
            self._refused[variant] = RuleError(refused.detail, code=refused.code)
            raise
        return LinkedPlan(self._graph, self._document, self._operation, self._fragments, plan)

    def __repr__(self) -> str:
        return f"<PreparedOperation with {len(self._plans)} plans>"


def _estimated_bytes(plan: LinkedPlan) -> int:
    return _BYTES_PER_PLAN + _BYTES_PER_FIELD * plan.plan.size


def _fallback_of(execution: Execution) -> Fallback | None:
    return Fallback.SETTING if execution == "reference" else None
