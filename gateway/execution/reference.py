"""Execution by graphql-core: what every other way must agree with, and the fallback for what is not planned."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sized
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLResolveInfo, execute
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from ..declare.graph import Graph
from ..loading.door import Loads
from ..vocabulary.context import Context
from ..vocabulary.deadline import Deadline, within
from ..vocabulary.errors import BackendTimeout
from .items import too_many_items
from .outcome import Outcome

# Fields give up at the deadline itself; this is for putting their errors into the answer.
_GRACE_S = 0.2

# What Strawberry itself hands to graphql-core; typed there as what it is not, a type guard.
_is_awaitable: Any = optimized_is_awaitable


class BoundedExecutor(StrawberryGraphQLCoreExecutionContext):
    """An executor within the request's bounds: what is past them becomes its field's error.

    It stops waiting for a resolver when the deadline passes. Loads are left alone, since each call has the deadline
    already: a timer for each of their futures would buy nothing. And it completes as many items as an answer may have.
    """

    _items = 0

    async def with_abort_signal(self, awaitable: Awaitable[Any]) -> Any:
        """What *awaitable* gives, or the error that time has run out. Fields' and list items' awaitables pass here."""
        if not isinstance(awaitable, asyncio.Future) and isinstance(self.context_value, Context):
            awaitable = within(self.context_value.deadline, awaitable, "a resolver")
        return await super().with_abort_signal(awaitable)

    def complete_list_value(  # noqa: PLR0917 - graphql-core's signature
        self, return_type: Any, details: Any, info: GraphQLResolveInfo[Any], path: Any, result: Any, position: Any
    ) -> Any:
        """The completed items; how many a generator gives is the application's to bound."""
        context = self.context_value
        # None in a context of somebody else's making.
        if isinstance(result, Sized) and isinstance(context, Context) and isinstance(context.loads, Loads):
            most, items = context.loads.limits.max_list_items, self._items + len(result)
            if items > most:
                raise too_many_items(f"{info.parent_type}.{info.field_name}", most, items)
            self._items = items
        return super().complete_list_value(return_type, details, info, path, result, position)


def build_executor(
    graph: Graph,
    document: DocumentNode,
    *,
    variables: Mapping[str, Any],
    operation_name: str | None,
    context: Context[Any],
    root: Any = None,
    extensions: Mapping[str, Any] | None = None,
) -> Any:
    """graphql-core's executor for an operation whose variables are known to fit: it makes the infos of resolvers."""
    return BoundedExecutor.build(
        graph.schema._schema,  # noqa: SLF001 - Strawberry has no public way to graphql-core's schema
        document,
        root_value=root,
        context_value=context,
        raw_variable_values=dict(variables),
        operation_name=operation_name,
        is_awaitable=_is_awaitable,
        operation_extensions=extensions,
    )


async def run_by_reference(
    graph: Graph,
    document: DocumentNode,
    *,
    variables: Mapping[str, Any],
    operation_name: str | None,
    context: Context[Any],
    extensions: Mapping[str, Any] | None = None,
) -> Outcome:
    """Run one operation of a valid document to its end, by graphql-core."""
    result = execute(
        graph.schema._schema,  # noqa: SLF001 - Strawberry has no public way to graphql-core's schema
        document,
        context_value=context,
        variable_values=dict(variables),
        operation_name=operation_name,
        is_awaitable=_is_awaitable,
        executor_class=BoundedExecutor,
        operation_extensions=extensions,
    )
    if not isinstance(result, ExecutionResult):
        result = await at_last_moment(context, result)
    return as_outcome(result)


async def at_last_moment(context: Context[Any], running: Awaitable[Any]) -> Any:
    """What *running* gives, or a result that says only that time has run out.

    That is for what fields cannot give up, such as an async generator: nothing of the answer is known then.
    """
    try:
        return await within(_last_moment(context.deadline), running, "the operation")
    except BackendTimeout as timeout:
        return ExecutionResult(None, [GraphQLError(timeout.client_message, original_error=timeout, path=[])])


def as_outcome(result: Any) -> Outcome:
    """The outcome in an execution result of graphql-core's or Strawberry's."""
    errors = tuple(result.errors or ())
    # An error of a field has a path; what is refused before any field runs has none.
    ran = result.data is not None or any(error.path is not None for error in errors)
    return Outcome(result.data, errors, ran=ran)


def _last_moment(deadline: Deadline) -> Deadline:
    """A little after *deadline*, by when every field that could give up has done so."""
    return Deadline(deadline.at_s + _GRACE_S, deadline.clock)
