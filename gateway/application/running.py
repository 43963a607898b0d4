"""Running an operation of a valid document: by its plan, or, for a reason that is counted, by graphql-core.

Graphs with schema extensions go through Strawberry's lifecycle and the seam; all others take the direct path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any, TypeAlias

from graphql import GraphQLError, OperationDefinitionNode
from graphql.execution.values import VariableValues, get_variable_values
from msgspec import structs
from strawberry.types.execution import PreExecutionError

from ..admission.documents import Document
from ..declare.graph import Graph
from ..execution.linked import LinkedPlan
from ..execution.outcome import Outcome, refused_document, refused_variables
from ..execution.reference import as_outcome, at_last_moment, build_executor, run_by_reference
from ..execution.run import Run
from ..http.request import GraphQLRequest
from ..planning.fallback import Fallback
from ..planning.store import PreparedOperation
from ..vocabulary.context import Context
from .plans import Plans, plan_for
from .seam import PlannedExecutor, Seam, with_seam
from .shared_runs import SharedRuns, place_of

#: The way an operation ran: its plan, or why graphql-core ran it; None where it was refused before.
Way: TypeAlias = LinkedPlan | Fallback | None

# As many errors of variables as graphql-core reports by default.
_MAX_VARIABLE_ERRORS = 50

_NO_VARIABLES = VariableValues({}, {})


class Runner:
    """Runs the operations of one graph."""

    def __init__(self, graph: Graph, plans: Plans, *, max_errors: int, shows_schema: bool) -> None:
        """Run operations of *graph*, whose schema is told to use the seam's executor, by their *plans*.

        Of more than *max_errors* errors the rest is counted. If not *shows_schema*, errors of variables suggest no
        names.
        """
        self.graph = graph
        self._shows_schema = shows_schema
        self.plans = plans
        self._max_errors = max_errors
        self.schema = graph.schema._schema  # noqa: SLF001 - Strawberry has no public way to graphql-core's schema
        graph.schema.execution_context_class = PlannedExecutor
        #: Runs under way that identical queries may share.
        self.shared_runs = SharedRuns()
        self.has_lifecycle = bool(graph.schema.get_extensions())
        #: How many operations graphql-core ran, by reason.
        self.fallbacks: Counter[Fallback] = Counter()

    async def run(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        request: GraphQLRequest,
        context: Context[Any],
        *,
        as_json: bool = False,
    ) -> tuple[Outcome, Way]:
        """What the operation gives, some of it as JSON already if it may be *as_json*, and the way it ran.

        Raises:
            RuleError: LIMIT_EXCEEDED, its plan would be too large.
        """
        prepared = self.plans.of(document, operation)
        if self.has_lifecycle:
            return await self._through_strawberry(document, prepared, request, context)
        return await self._directly(document, operation, prepared, request, context, as_json=as_json)

    async def _directly(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        prepared: PreparedOperation,
        request: GraphQLRequest,
        context: Context[Any],
        *,
        as_json: bool,
    ) -> tuple[Outcome, Way]:
        assert document.ast is not None  # noqa: S101 - an operation was found in it
        given = request.variables or {}
        variables = self._variables(operation, given)
        if isinstance(variables, list):
            return refused_variables(tuple(variables)), None
        how: Mapping[str, Any] = {
            "variables": given,
            "operation_name": request.operation_name,
            "context": context,
            "extensions": request.extensions,
        }
        plan = plan_for(document, prepared, variables.coerced)
        if isinstance(plan, Fallback):
            self.count(plan)
            return await run_by_reference(self.graph, document.ast, **how), plan
        build = partial(build_executor, self.graph, document.ast, **how)

        def run() -> Awaitable[Outcome]:
            limit = self._max_errors
            return Run(plan, variables, context, None, build, max_errors=limit, as_json=as_json).to_end()

        place = place_of(plan, variables, context, as_json=as_json)
        return await (run() if place is None else self.shared_runs.outcome(place, context, run)), plan

    def _variables(
        self, operation: OperationDefinitionNode, given: dict[str, Any]
    ) -> VariableValues | list[GraphQLError]:
        """The variables' values, or what is wrong with those *given*."""
        definitions = operation.variable_definitions
        if not definitions:
            return _NO_VARIABLES
        return get_variable_values(
            self.schema,
            definitions,
            given,
            max_errors=_MAX_VARIABLE_ERRORS,
            hide_suggestions=not self._shows_schema,
        )

    async def _through_strawberry(
        self, document: Document, prepared: PreparedOperation, request: GraphQLRequest, context: Context[Any]
    ) -> tuple[Outcome, Way]:
        ways: list[LinkedPlan | Fallback] = []
        left_out: list[int] = []
        seam = self.seam(document, prepared, renew=lambda same: same, note=ways.append, note_left_out=left_out.append)
        running = self.graph.schema.execute(
            request.query,
            variable_values=dict(request.variables or {}),
            context_value=with_seam(context, seam),
            operation_name=request.operation_name,
            operation_extensions=request.extensions,
        )
        result = await at_last_moment(context, running)
        for way in ways:
            self.count(way)
        return _outcome(result, left_out), ways[0] if ways else None

    def seam(self, document: Document, prepared: PreparedOperation, **notes: Any) -> Seam:
        """What graphql-core's executor finds of an operation that Strawberry runs; *notes* are told what it did."""
        return Seam(
            document,
            prepared,
            **notes,
            shows_schema=self._shows_schema,
            max_errors=self._max_errors,
        )

    def count(self, way: LinkedPlan | Fallback) -> None:
        """One more operation has run that way."""
        if isinstance(way, Fallback):
            self.fallbacks[way] += 1


def _outcome(result: Any, left_out: list[int]) -> Outcome:
    outcome = structs.replace(as_outcome(result), left_out=sum(left_out))
    was_validated = not isinstance(result, PreExecutionError) or outcome.ran
    return outcome if was_validated else refused_document(outcome.errors)
