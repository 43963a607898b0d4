"""Execution by graphql-core, through Strawberry: the reference that any other way of running must agree with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from ..declare.graph import Graph
from ..vocabulary.context import Context
from ..vocabulary.errors import BackendTimeout, ClientError

QUERIES = frozenset({OperationType.QUERY})
QUERIES_AND_MUTATIONS = frozenset({OperationType.QUERY, OperationType.MUTATION})


class DeadlineExecutor(StrawberryGraphQLCoreExecutionContext):
    """An executor that stops waiting for a resolver when the request's deadline passes: the field becomes an error.

    Loads are left alone, since each call has the deadline already: a timer for each of their futures would buy nothing.
    """

    async def complete_awaitable_value(  # noqa: PLR0917 - graphql-core's signature
        self, return_type: Any, field_details: Any, info: Any, path: Any, result: Awaitable[Any], position: Any
    ) -> Any:
        """Complete what the awaitable gives, or the error that time has run out."""
        if not isinstance(result, asyncio.Future) and isinstance(self.context_value, Context):
            result = _within(result, self.context_value.deadline.remaining_s())
        return await super().complete_awaitable_value(return_type, field_details, info, path, result, position)


def use_executor(graph: Graph) -> None:
    """Have the graph's schema run by this module's executor; doing it again changes nothing."""
    graph.schema.execution_context_class = DeadlineExecutor


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an operation gave.

    `ran` is false when it was refused before any field ran: there is no `data` then. Its document was at fault when
    `document_is_valid` is false, else its variables.
    """

    data: Any
    errors: tuple[GraphQLError, ...]
    ran: bool
    document_is_valid: bool


async def execute(
    graph: Graph,
    query: str,
    *,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
    context: Context[Any],
    allowed: frozenset[OperationType] = QUERIES_AND_MUTATIONS,
) -> Outcome:
    """Run one operation to its end.

    Raises:
        ClientError: METHOD_NOT_ALLOWED when the operation's type is not among *allowed*; OPERATION_RESOLUTION_FAILURE
            when *operation_name* names none.
    """
    try:
        result = await graph.schema.execute(
            query,
            variable_values=dict(variables or {}),
            context_value=context,
            operation_name=operation_name,
            allowed_operation_types=allowed,
        )
    except InvalidOperationTypeError as refused:
        kind = refused.operation_type.value
        raise ClientError(f"a {kind} cannot be sent this way", code="METHOD_NOT_ALLOWED") from refused
    except CannotGetOperationTypeError as unclear:
        name = repr(operation_name[:80]) if operation_name else "to run"
        raise ClientError(f"the document holds no operation {name}", code="OPERATION_RESOLUTION_FAILURE") from unclear
    errors = tuple(result.errors or ())
    # An error of a field has a path; what is refused before any field runs has none.
    ran = result.data is not None or any(error.path for error in errors)
    return Outcome(result.data, errors, ran, document_is_valid=not isinstance(result, PreExecutionError))


async def _within(result: Awaitable[Any], remaining_s: float) -> Any:
    try:
        async with asyncio.timeout(remaining_s) as limit:
            return await result
    except TimeoutError as timeout:
        if not limit.expired():
            raise
        raise BackendTimeout("a resolver was still running", code="DEADLINE_EXCEEDED") from timeout
