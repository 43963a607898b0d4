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
from ..vocabulary.deadline import Deadline, within
from ..vocabulary.errors import BackendTimeout, ClientError

QUERIES = frozenset({OperationType.QUERY})
QUERIES_AND_MUTATIONS = frozenset({OperationType.QUERY, OperationType.MUTATION})


# Fields give up at the deadline itself; this is for putting their errors into the answer.
_GRACE_S = 0.2


class DeadlineExecutor(StrawberryGraphQLCoreExecutionContext):
    """An executor that stops waiting for a resolver when the request's deadline passes: the field becomes an error.

    Loads are left alone, since each call has the deadline already: a timer for each of their futures would buy nothing.
    """

    async def with_abort_signal(self, awaitable: Awaitable[Any]) -> Any:
        """What *awaitable* gives, or the error that time has run out. Fields' and list items' awaitables pass here."""
        if not isinstance(awaitable, asyncio.Future) and isinstance(self.context_value, Context):
            awaitable = within(self.context_value.deadline, awaitable, "a resolver")
        return await super().with_abort_signal(awaitable)


def use_executor(graph: Graph) -> None:
    """Have the graph's schema run by this module's executor; doing it again changes nothing."""
    graph.schema.execution_context_class = DeadlineExecutor


def _last_moment(deadline: Deadline) -> Deadline:
    """A little after *deadline*, by when every field that could give up has done so."""
    return Deadline(deadline.at_s + _GRACE_S, deadline.clock)


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
    running = graph.schema.execute(
        query,
        variable_values=dict(variables or {}),
        context_value=context,
        operation_name=operation_name,
        allowed_operation_types=allowed,
    )
    try:
        result = await within(_last_moment(context.deadline), running, "the operation")
    except BackendTimeout as timeout:
        # What only graphql-core waits for, such as an async generator: nothing of the answer is known then.
        error = GraphQLError(timeout.client_message, original_error=timeout)
        return Outcome(None, (error,), ran=True, document_is_valid=True)
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
