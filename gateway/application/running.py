"""Running an operation of a valid document: by its plan, or, for a reason that is counted, by graphql-core.

Graphs with schema extensions go through Strawberry's lifecycle and the seam; all others take the direct path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from functools import partial
from inspect import isawaitable
from typing import Any, TypeAlias

from graphql import GraphQLError, OperationDefinitionNode, subscribe
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
from ..vocabulary.deadline import Deadline
from .plans import Plans, plan_for
from .seam import PlannedExecutor, Seam, SeamContext
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
        self._graph = graph
        self._shows_schema = shows_schema
        self._plans = plans
        self._max_errors = max_errors
        self._schema = graph.schema._schema  # noqa: SLF001 - Strawberry has no public way to graphql-core's schema
        graph.schema.execution_context_class = PlannedExecutor
        #: Runs under way that identical queries may share.
        self.shared_runs = SharedRuns()
        self._has_lifecycle = bool(graph.schema.get_extensions())
        #: How many operations graphql-core ran, by reason.
        self.fallbacks: Counter[Fallback] = Counter()

    async def run(
        self, document: Document, operation: OperationDefinitionNode, request: GraphQLRequest, context: Context[Any]
    ) -> tuple[Outcome, Way]:
        """What the operation gives, and the way it ran.

        Raises:
            RuleError: LIMIT_EXCEEDED, its plan would be too large.
        """
        prepared = self._plans.of(document, operation)
        if self._has_lifecycle:
            return await self._through_strawberry(document, prepared, request, context)
        return await self._directly(document, operation, prepared, request, context)

    async def events(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        request: GraphQLRequest,
        context: Context[Any],
        *,
        opens_by: Deadline,
        renew: Callable[[Context[Any]], Context[Any]],
    ) -> AsyncGenerator[tuple[Outcome, Way], None]:
        """What each event of a subscription gives, and the way it ran; *renew* makes the context of an event.

        The source has its own *context*, and until *opens_by* to begin. One that fails ends the events with an outcome
        of its own.
        """
        left_out: list[int] = []
        ways: list[LinkedPlan | Fallback] = []
        prepared = self._plans.of(document, operation)
        seam = self._seam(document, prepared, renew=renew, note=ways.append, note_left_out=left_out.append)
        opening = self._start_events(document, request, _with_seam(context, seam))
        started = await at_last_moment(structs.replace(context, deadline=opens_by), opening)
        if not isinstance(started, AsyncGenerator):
            yield _event_outcome(started, []), None
            return
        async with aclosing(started) as results:
            try:
                async for result in results:
                    for way in ways:
                        self._count(way)
                    yield _event_outcome(result, left_out), ways[0] if ways else None
                    left_out.clear()
                    ways.clear()
            except Exception as failure:  # noqa: BLE001 - the application's source may raise anything
                yield Outcome(None, (GraphQLError(str(failure), path=[], original_error=failure),)), None

    async def _start_events(
        self, document: Document, request: GraphQLRequest, context: SeamContext[Any]
    ) -> AsyncGenerator[Any, None] | Any:
        """The results of the events, or the one result that says why there are none."""
        how: dict[str, Any] = {
            "variable_values": dict(request.variables or {}),
            "context_value": context,
            "operation_name": request.operation_name,
            "operation_extensions": request.extensions,
        }
        if self._has_lifecycle:
            return await self._graph.schema.subscribe(request.query, **how)
        assert document.ast is not None  # noqa: S101 - an operation was found in it
        started = subscribe(self._schema, document.ast, executor_class=PlannedExecutor, **how)
        return await started if isawaitable(started) else started

    async def _directly(
        self,
        document: Document,
        operation: OperationDefinitionNode,
        prepared: PreparedOperation,
        request: GraphQLRequest,
        context: Context[Any],
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
            self._count(plan)
            return await run_by_reference(self._graph, document.ast, **how), plan
        build = partial(build_executor, self._graph, document.ast, **how)

        def run() -> Awaitable[Outcome]:
            return Run(plan, variables, context, None, build, max_errors=self._max_errors).to_end()

        place = place_of(plan, variables, context)
        return await (run() if place is None else self.shared_runs.outcome(place, context, run)), plan

    def _variables(
        self, operation: OperationDefinitionNode, given: dict[str, Any]
    ) -> VariableValues | list[GraphQLError]:
        """The variables' values, or what is wrong with those *given*."""
        definitions = operation.variable_definitions
        if not definitions:
            return _NO_VARIABLES
        return get_variable_values(
            self._schema,
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
        seam = self._seam(document, prepared, renew=lambda same: same, note=ways.append, note_left_out=left_out.append)
        running = self._graph.schema.execute(
            request.query,
            variable_values=dict(request.variables or {}),
            context_value=_with_seam(context, seam),
            operation_name=request.operation_name,
            operation_extensions=request.extensions,
        )
        result = await at_last_moment(context, running)
        for way in ways:
            self._count(way)
        return _outcome(result, left_out), ways[0] if ways else None

    def _seam(self, document: Document, prepared: PreparedOperation, **notes: Any) -> Seam:
        return Seam(
            document,
            prepared,
            **notes,
            shows_schema=self._shows_schema,
            max_errors=self._max_errors,
        )

    def _count(self, way: LinkedPlan | Fallback) -> None:
        if isinstance(way, Fallback):
            self.fallbacks[way] += 1


def _event_outcome(result: Any, left_out: list[int]) -> Outcome:
    """The outcome of one event, or of what kept the source from beginning; the document is known to be valid."""
    outcome = structs.replace(as_outcome(result), left_out=sum(left_out))
    source_failed = any(not isinstance(error.original_error, GraphQLError | None) for error in outcome.errors)
    return structs.replace(outcome, ran=outcome.ran or source_failed)


def _outcome(result: Any, left_out: list[int]) -> Outcome:
    outcome = structs.replace(as_outcome(result), left_out=sum(left_out))
    was_validated = not isinstance(result, PreExecutionError) or outcome.ran
    return outcome if was_validated else refused_document(outcome.errors)


def _with_seam(context: Context[Any], seam: Seam) -> SeamContext[Any]:
    return SeamContext(**structs.asdict(context), seam=seam)
