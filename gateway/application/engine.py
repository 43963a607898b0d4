"""The engine: one immutable snapshot of graph, settings and clients.

All state hangs on it; two engines in one process share nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from graphql import OperationDefinitionNode, OperationType

from ..admission.documents import Document, Documents
from ..backends.wire import Wire
from ..declare.graph import Graph
from ..execution.errors import present
from ..execution.linked import LinkedPlan
from ..execution.outcome import Outcome, SharedBody, refused_document
from ..http.encoding import unsendable
from ..http.request import GraphQLRequest
from ..loading.cancellation import until_over
from ..loading.door import Loads
from ..loading.flights import Flights
from ..loading.sender import Sender
from ..observe.calls import CallReceipt, CallRecord
from ..operations.plan import Plan
from ..planning.fallback import Fallback
from ..vocabulary.clock import Clock, SystemClock
from ..vocabulary.context import Context
from ..vocabulary.deadline import Deadline
from ..vocabulary.errors import ClientError
from ..vocabulary.identity import ANONYMOUS, Identity
from ..vocabulary.settings import Settings
from .clients import invoked_backends, open_clients
from .plans import Plans
from .running import Runner, Way

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})

# Tuples: a member of an enum is found in one by identity, while its hash is a call.
QUERIES = (OperationType.QUERY,)
QUERIES_AND_MUTATIONS = (OperationType.QUERY, OperationType.MUTATION)


class Viewer(msgspec.Struct, frozen=True):
    """Who asks and what they sent along: everything of a request that is not the operation."""

    request_id: str
    time_s: float
    identity: Identity = ANONYMOUS
    headers: Mapping[str, str] = {}


class Answer(msgspec.Struct, frozen=True):
    """The result map of an operation, the calls it took, and the way it ran: its plan, or why there was none."""

    result: dict[str, Any]
    receipt: CallReceipt
    way: Way = None
    #: When what this answers came, by the engine's monotonic clock; for streams of events alone.
    began_s: float = 0.0
    #: Where several requests share the result, what they encode once.
    shared_body: SharedBody | None = None

    @property
    def fallback(self) -> Fallback | None:
        """Why graphql-core ran the operation, if it did."""
        return self.way if isinstance(self.way, Fallback) else None

    @property
    def plan(self) -> Plan | None:
        """The plan that the operation ran by."""
        return self.way.plan if isinstance(self.way, LinkedPlan) else None

    @property
    def calls(self) -> tuple[CallRecord, ...]:
        """One record a call, in the order they ended."""
        return tuple(record for record in self.receipt.records if record.source == "backend")


class Engine:
    """Answers operations over one graph with one set of settings and clients."""

    def __init__(
        self,
        graph: Graph,
        settings: Settings,
        *,
        app: object = None,
        wires: Mapping[str, Wire] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Open a client for each backend of *graph*; no socket is opened before the first call.

        *app* is handed to resolvers as `info.context.app`, instead of what the graph's own `app` makes. *wires*
        replaces the transports of the backends it names.

        Raises:
            SettingsError: a backend has no address or a wrong one, or an address belongs to no backend.
        """
        self.graph = graph
        self.settings = settings
        limits = settings.limits
        plans = Plans(graph, settings.execution, asks_ahead=settings.asks_ahead, max_fields=limits.max_planned_fields)
        self.runner = Runner(graph, plans, max_errors=limits.max_errors, shows_schema=settings.shows_schema)
        self.documents = Documents(graph.schema, limits, shows_schema=settings.shows_schema)
        self.flights = Flights()
        self._app = graph.app() if app is None and graph.app is not None else app
        self.clock = clock or SystemClock()
        self._readable_names = frozenset(name.lower() for name in settings.forward_headers)
        self._clients = open_clients(graph, settings, wires or {})
        #: Whether a backend's calls are Lambda invocations, by its name.
        self.invoked = invoked_backends(settings)

    async def execute(
        self, request: GraphQLRequest, viewer: Viewer, *, queries_only: bool = False, as_json: bool = False
    ) -> Answer:
        """The answer to one operation: data as far as it is known, an error for the rest.

        Lists of its data may be instances of orjson's Fragment, which are JSON already, if it is wanted *as_json*.

        Raises:
            ClientError: no operation could be chosen, or it is not one that *queries_only* allows.
            RuleError: LIMIT_EXCEEDED, the document, or the operation's plan, is larger than a limit allows.
        """
        receipt = self.receipt_for(viewer)
        found = self.find(request, QUERIES if queries_only else QUERIES_AND_MUTATIONS)
        if isinstance(found, Outcome):
            return Answer(self.result_of(found, viewer.request_id), receipt)
        document, operation = found
        loads, context = self.begin(viewer, receipt)
        failure: BaseException | None = None
        try:
            outcome, way = await self.runner.run(document, operation, request, context, as_json=as_json)
        except BaseException as raised:  # noqa: BLE001 - raised again
            failure = raised
        # Not in the handler: a compiled coroutine that waits there leaves the exception to whatever else runs.
        left = loads.close()
        if left:
            await until_over(left)
        if failure is not None:
            try:
                raise failure
            finally:
                # Which its traceback leads back to.
                failure = None
        result = self.result_of(outcome, viewer.request_id)
        return Answer(result, receipt, way, shared_body=outcome.shared_body)

    def subscribe(
        self, request: GraphQLRequest, viewer: Viewer, *, lifetime_s: float | None = None
    ) -> AsyncGenerator[Answer, None]:
        """An answer for each event of a subscription, each with the time and the loads of a request of its own.

        The source is told, by its context's deadline, that it has *lifetime_s* in all, by default the setting's; to
        end it then is the caller's. It is to be closed by whoever leaves before its end.

        Raises:
            ClientError: no operation could be chosen, or it is no subscription.
            RuleError: LIMIT_EXCEEDED, the document is larger than a limit allows.
        """
        from .subscribing import answers_of_events  # noqa: PLC0415 - few graphs have subscriptions

        return answers_of_events(self, request, viewer, lifetime_s)

    def operation_type(self, request: GraphQLRequest) -> OperationType | None:
        """What kind of operation is asked for; None where its document is refused.

        Raises:
            ClientError: no operation could be chosen.
            RuleError: LIMIT_EXCEEDED, the document is larger than a limit allows.
        """
        document = self.documents.get(request.query)
        return None if document.ast is None else document.operation(request.operation_name).operation

    def sendable(self, request: GraphQLRequest, result: Mapping[str, Any], request_id: str) -> dict[str, Any]:
        """The *result* of *request*, which JSON cannot say: the fields at fault are null, and have their errors."""
        from ..execution.unsendable import Selected, without  # noqa: PLC0415 - hardly an answer needs it

        document = self.documents.get(request.query)
        schema = self.graph.schema._schema  # noqa: SLF001 - Strawberry has no public way to graphql-core's schema
        selected = Selected(schema, document.operation(request.operation_name), document.fragments)
        limit = self.settings.limits.max_errors
        outcome = without(result.get("data"), unsendable(result), selected, max_errors=limit)
        errors = [*result.get("errors", ()), *self.result_of(outcome, request_id).get("errors", ())]
        return {
            "errors": errors,
            **{name: member for name, member in result.items() if name != "errors"},
            "data": outcome.data,
        }

    def drop_idle(self) -> None:
        """Forget idle connections: their peers are gone after a freeze."""
        for client in self._clients.values():
            client.drop_idle()

    async def close(self) -> None:
        """Release every socket."""
        await self.flights.close()
        await asyncio.gather(*(client.close() for client in self._clients.values()))

    def find(
        self, request: GraphQLRequest, allowed: tuple[OperationType, ...]
    ) -> tuple[Document, OperationDefinitionNode] | Outcome:
        """The operation to run and its document, or what the document is refused with."""
        document = self.documents.get(request.query)
        if document.ast is None:
            return refused_document(document.errors)
        operation = document.operation(request.operation_name)
        if operation.operation not in allowed:
            raise _sent_wrongly(operation.operation)
        return refused_document(document.errors) if document.errors else (document, operation)

    def begin(self, viewer: Viewer, receipt: CallReceipt) -> tuple[Loads, Context[Any]]:
        """The loads and the context of one request, or of one event of a subscription."""
        deadline = Deadline.after(viewer.time_s, self.clock)
        sender = Sender(viewer.identity, viewer.headers, viewer.request_id, deadline)
        loads = Loads(self._clients, sender, receipt, self.flights, self.settings.limits)
        context = Context(
            identity=viewer.identity,
            deadline=deadline,
            request_id=viewer.request_id,
            receipt=receipt,
            headers=self._readable(viewer.headers),
            loads=loads,
            app=self._app,
        )
        return loads, context

    def receipt_for(self, viewer: Viewer) -> CallReceipt:
        """An empty one."""
        return CallReceipt(viewer.request_id, logs_calls=self.settings.logs_calls)

    def result_of(self, outcome: Outcome, request_id: str) -> dict[str, Any]:
        """The response map: GraphQL specification, section 7.1."""
        result: dict[str, Any] = {}
        if outcome.errors:
            expose = self.settings.mode == "development"
            result["errors"] = present(
                outcome, request_id=request_id, expose=expose, limit=self.settings.limits.max_errors
            )
        if outcome.ran:
            result["data"] = outcome.data
        return result

    def _readable(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        if self._readable_names.isdisjoint(headers):
            return _NO_HEADERS
        return MappingProxyType({name: value for name, value in headers.items() if name in self._readable_names})

    def __repr__(self) -> str:
        return f"<Engine of {', '.join(map(repr, self._clients.values())) or 'no backend'}>"


def _sent_wrongly(operation: OperationType) -> ClientError:
    way = ": ask for its events with `accept: text/event-stream`" if operation is OperationType.SUBSCRIPTION else ""
    return ClientError(f"a {operation.value} cannot be sent this way{way}", code="METHOD_NOT_ALLOWED")
