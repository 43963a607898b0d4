"""The engine: one immutable snapshot of graph, settings and clients.

All state hangs on it; two engines in one process share nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ..admission.operations import check_operation_is_clear
from ..backends.address import parse_address
from ..backends.client import BackendClient
from ..backends.options import WireOptions
from ..backends.transport import open_wire
from ..backends.wire import Wire
from ..declare.graph import Graph
from ..execution.errors import present
from ..execution.reference import QUERIES, QUERIES_AND_MUTATIONS, execute, use_executor
from ..http.request import GraphQLRequest
from ..loading.door import Loads
from ..loading.encoding import Sender
from ..observe.calls import CallReceipt, CallRecord
from ..vocabulary.clock import Clock, SystemClock
from ..vocabulary.context import Context
from ..vocabulary.deadline import Deadline
from ..vocabulary.errors import SettingsError
from ..vocabulary.identity import ANONYMOUS, Identity
from ..vocabulary.nearest import did_you_mean
from ..vocabulary.settings import BackendSettings, Settings


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks and what they sent along: everything of a request that is not the operation."""

    request_id: str
    time_s: float
    identity: Identity = ANONYMOUS
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The result map of an operation, and the calls it took."""

    result: dict[str, Any]
    calls: tuple[CallRecord, ...]


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
        use_executor(graph)
        self.graph = graph
        self.settings = settings
        self._app = graph.app() if app is None and graph.app is not None else app
        self._clock = clock or SystemClock()
        self._readable_names = frozenset(name.lower() for name in settings.forward_headers)
        self._clients = _open_clients(graph, settings, wires or {})

    async def execute(self, request: GraphQLRequest, viewer: Viewer, *, queries_only: bool = False) -> Answer:
        """The answer to one operation: data as far as it is known, an error for the rest.

        Raises:
            ClientError: no operation could be chosen, or it is not one that *queries_only* allows.
        """
        check_operation_is_clear(request.query, request.operation_name)
        deadline = Deadline.after(viewer.time_s, self._clock)
        receipt = CallReceipt(viewer.request_id)
        sender = Sender(viewer.identity, viewer.headers, viewer.request_id, deadline)
        loads = Loads(self._clients, sender, receipt, _after_this_turn)
        context = Context(
            identity=viewer.identity,
            deadline=deadline,
            request_id=viewer.request_id,
            receipt=receipt,
            headers=self._readable(viewer.headers),
            loads=loads,
            app=self._app,
        )
        try:
            outcome = await execute(
                self.graph,
                request.query,
                variables=request.variables,
                operation_name=request.operation_name,
                context=context,
                allowed=QUERIES if queries_only else QUERIES_AND_MUTATIONS,
            )
        finally:
            await loads.close()
        result: dict[str, Any] = {}
        if outcome.errors:
            expose = self.settings.mode == "development"
            result["errors"] = present(outcome, request_id=viewer.request_id, expose=expose)
        if outcome.ran:
            result["data"] = outcome.data
        return Answer(result, receipt.calls)

    def drop_idle(self) -> None:
        """Forget idle connections: their peers are gone after a freeze."""
        for client in self._clients.values():
            client.drop_idle()

    async def close(self) -> None:
        """Release every socket."""
        await asyncio.gather(*(client.close() for client in self._clients.values()))

    def _readable(self, headers: Mapping[str, str]) -> Mapping[str, str]:
        return MappingProxyType({name: value for name, value in headers.items() if name in self._readable_names})

    def __repr__(self) -> str:
        return f"<Engine of {', '.join(map(repr, self._clients.values())) or 'no backend'}>"


def _after_this_turn(depart: Callable[[], None]) -> None:
    """Call *depart* one turn later than `call_soon` alone, so that coroutines just started take their first step."""
    loop = asyncio.get_running_loop()
    loop.call_soon(loop.call_soon, depart)


def _open_clients(graph: Graph, settings: Settings, wires: Mapping[str, Wire]) -> dict[str, BackendClient]:
    for name in {*settings.backends, *wires} - set(graph.backends):
        raise SettingsError(f"backends.{name}: the graph has no such backend{did_you_mean(name, graph.backends)}")
    clients = {}
    for name in graph.backends:
        configured = settings.backends.get(name) or BackendSettings()
        wire = wires.get(name) or _open_wire(name, configured, settings)
        clients[name] = BackendClient(name, wire, timeout_s=configured.timeout_s, headers=configured.headers)
    return clients


def _open_wire(name: str, configured: BackendSettings, settings: Settings) -> Wire:
    if not configured.address:
        raise SettingsError(
            f"backends.{name}: expected an address, got none; set it in gateway.toml or as"
            f" GATEWAY_BACKENDS__{name.upper()}, such as http://127.0.0.1:8101 or lambda:{name}"
        )
    try:
        address = parse_address(configured.address)
    except ValueError as wrong:
        raise SettingsError(f"backends.{name}: {wrong}") from wrong
    options = WireOptions(
        engine=configured.engine,
        max_connections=configured.max_connections,
        max_response_bytes=configured.max_response_bytes,
        connect_timeout_s=configured.connect_timeout_s,
        idle_timeout_s=configured.idle_timeout_s,
        lambda_endpoint=settings.aws.lambda_endpoint,
        lambda_region=settings.aws.region,
    )
    return open_wire(name, address, options)
