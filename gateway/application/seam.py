"""The seam into Strawberry: an execution context that runs planned operations by their plan.

It serves graphs with schema extensions, whose lifecycle is Strawberry's, and subscriptions, whose source stream is
graphql-core's and each of whose events is planned. The direct path of the engine and this one are callers of one `Run`.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

import msgspec
from graphql import DocumentNode, ExecutionResult, GraphQLSchema
from msgspec import structs

from ..admission.documents import Document
from ..execution.linked import LinkedPlan
from ..execution.reference import BoundedExecutor, at_last_moment
from ..execution.run import Run
from ..planning.fallback import Fallback
from ..planning.store import PreparedOperation
from ..vocabulary.context import App, Context
from .plans import plan_for


class Seam(msgspec.Struct, frozen=True):
    """What the executor must know of the request besides its context."""

    document: Document
    prepared: PreparedOperation
    #: Makes the context of one event of a subscription: its loads are its own.
    renew: Callable[[Context[Any]], Context[Any]]
    #: Told the plan that ran, or why graphql-core did.
    note: Callable[[LinkedPlan | Fallback], None]
    #: Told how many errors are not among a result's, since there were too many.
    note_left_out: Callable[[int], None]
    #: Whether errors of variables may suggest names of the schema.
    shows_schema: bool
    max_errors: int


class SeamContext(Context[App], frozen=True):
    """A context that carries the seam, for requests that go through Strawberry."""

    seam: Seam


def with_seam(context: Context[Any], seam: Seam) -> SeamContext[Any]:
    """*context*, carrying *seam*."""
    return SeamContext(**structs.asdict(context), seam=seam)


class PlannedExecutor(BoundedExecutor):
    """Runs what is planned; leaves the rest to graphql-core."""

    @classmethod
    def build(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root_value: Any = None,
        context_value: Any = None,
        *arguments: Any,
        **options: Any,
    ) -> Any:
        """The executor, or what is wrong with the variables."""
        if isinstance(context_value, SeamContext):
            options["hide_suggestions"] = not context_value.seam.shows_schema
        return super().build(schema, document, root_value, context_value, *arguments, **options)

    def execute_operation(self, serially: bool | None = None) -> Any:
        """The operation's result, or an awaitable of it."""
        context = self.context_value
        if not isinstance(context, SeamContext):
            return super().execute_operation(serially)
        is_event = serially is False
        if is_event:
            # Only an event of a subscription says so: its selection is run on its own.
            context = context.seam.renew(context)
            self.context_value = context
        plan = self._plan(context.seam)
        context.seam.note(plan)
        if isinstance(plan, Fallback):
            result = super().execute_operation(serially)
            # A query's end is watched over by whoever runs it; nobody but this stands around an event.
            return at_last_moment(context, result) if is_event and isawaitable(result) else result
        return self._run(plan, context, context.seam)

    def _plan(self, seam: Seam) -> LinkedPlan | Fallback:
        location = self.operation.loc
        if location is not None and location.source.body == seam.document.text:
            return plan_for(seam.document, seam.prepared, self.variable_values.coerced)
        # An extension has put another document in its place, which nobody remembers.
        document = DocumentNode(definitions=(self.operation, *self.fragment_definitions.values()))
        prepared = seam.prepared.of(document, self.operation, self.fragment_definitions)
        return prepared.plan_for(self.variable_values.coerced)

    async def _run(self, plan: LinkedPlan, context: Context[Any], seam: Seam) -> ExecutionResult:
        run = Run(plan, self.variable_values, context, self.root_value, lambda: self, max_errors=seam.max_errors)
        outcome = await run.to_end()
        seam.note_left_out(outcome.left_out)
        return ExecutionResult(outcome.data, list(outcome.errors) or None)
