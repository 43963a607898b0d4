"""Running a subscription: an answer for each event of its source."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from inspect import isawaitable
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, OperationType, subscribe
from msgspec import structs

from ..admission.documents import Document
from ..execution.linked import LinkedPlan
from ..execution.outcome import Outcome
from ..execution.reference import as_outcome, at_last_moment
from ..http.request import GraphQLRequest
from ..loading.cancellation import until_over
from ..loading.door import Loads
from ..planning.fallback import Fallback
from ..vocabulary.context import Context
from ..vocabulary.deadline import Deadline
from .engine import Answer, Engine, Viewer
from .running import Runner, Way
from .seam import PlannedExecutor, SeamContext, with_seam
from .source_loads import SourceLoads

_SUBSCRIPTIONS = (OperationType.SUBSCRIPTION,)


async def answers_of_events(
    engine: Engine, request: GraphQLRequest, viewer: Viewer, lifetime_s: float | None
) -> AsyncGenerator[Answer, None]:
    """As `Engine.subscribe` says."""
    began_s = engine.clock.monotonic_s()
    found = engine.find(request, _SUBSCRIPTIONS)
    if isinstance(found, Outcome):
        yield Answer(engine.result_of(found, viewer.request_id), engine.receipt_for(viewer), None, began_s)
        return
    life = Deadline.after(engine.settings.subscriptions.lifetime_s if lifetime_s is None else lifetime_s, engine.clock)
    between_events, opening = engine.begin(viewer, engine.receipt_for(viewer))
    loads_of_event = between_events

    def renew(_context: Context[Any]) -> Context[Any]:
        nonlocal loads_of_event, began_s
        began_s = engine.clock.monotonic_s()
        loads_of_event, fresh = engine.begin(viewer, engine.receipt_for(viewer))
        return structs.replace(_context, deadline=fresh.deadline, receipt=fresh.receipt, loads=fresh.loads)

    def begin_loads() -> Loads:
        time_s = min(viewer.time_s, life.remaining_s())
        return engine.begin(structs.replace(viewer, time_s=time_s), engine.receipt_for(viewer))[0]

    context = structs.replace(opening, deadline=life, loads=SourceLoads(begin_loads))
    events = _events(engine.runner, *found, request, context, opens_by=opening.deadline, renew=renew)
    try:
        async with aclosing(events) as outcomes:
            async for outcome, way in outcomes:
                await until_over(loads_of_event.close())
                result = engine.result_of(outcome, viewer.request_id)
                yield Answer(result, loads_of_event.receipt, way, began_s)
                # What the source fails with belongs to no event.
                loads_of_event, began_s = between_events, engine.clock.monotonic_s()
    finally:
        await until_over(loads_of_event.close())


async def _events(
    runner: Runner,
    document: Document,
    operation: OperationDefinitionNode,
    request: GraphQLRequest,
    context: Context[Any],
    *,
    opens_by: Deadline,
    renew: Callable[[Context[Any]], Context[Any]],
) -> AsyncGenerator[tuple[Outcome, Way], None]:
    """What each event of a subscription gives, and the way it ran; *renew* makes the context of an event.

    The source has its own *context*, and until *opens_by* to begin. One that fails ends the events with an outcome of
    its own.
    """
    left_out: list[int] = []
    ways: list[LinkedPlan | Fallback] = []
    prepared = runner.plans.of(document, operation)
    seam = runner.seam(document, prepared, renew=renew, note=ways.append, note_left_out=left_out.append)
    opening = _open_source(runner, document, request, with_seam(context, seam))
    started = await at_last_moment(structs.replace(context, deadline=opens_by), opening)
    if not isinstance(started, AsyncGenerator):
        yield _event_outcome(started, []), None
        return
    async with aclosing(started) as results:
        try:
            async for result in results:
                for way in ways:
                    runner.count(way)
                yield _event_outcome(result, left_out), ways[0] if ways else None
                left_out.clear()
                ways.clear()
        except Exception as failure:  # noqa: BLE001 - the application's source may raise anything
            yield Outcome(None, (GraphQLError(str(failure), path=[], original_error=failure),)), None


async def _open_source(
    runner: Runner, document: Document, request: GraphQLRequest, context: SeamContext[Any]
) -> AsyncGenerator[Any, None] | Any:
    """The results of the events, or the one result that says why there are none."""
    how: dict[str, Any] = {
        "variable_values": dict(request.variables or {}),
        "context_value": context,
        "operation_name": request.operation_name,
        "operation_extensions": request.extensions,
    }
    if runner.has_lifecycle:
        return await runner.graph.schema.subscribe(request.query, **how)
    assert document.ast is not None  # noqa: S101 - an operation was found in it
    started = subscribe(runner.schema, document.ast, executor_class=PlannedExecutor, **how)
    return await started if isawaitable(started) else started


def _event_outcome(result: Any, left_out: list[int]) -> Outcome:
    """The outcome of one event, or of what kept the source from beginning; the document is known to be valid."""
    outcome = structs.replace(as_outcome(result), left_out=sum(left_out))
    source_failed = any(not isinstance(error.original_error, GraphQLError | None) for error in outcome.errors)
    return structs.replace(outcome, ran=outcome.ran or source_failed)
