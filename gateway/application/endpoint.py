"""GraphQL over HTTP at one address: one request from its ASGI messages to its answer.

It speaks ASGI itself, since a framework's request and response objects would cost more than most operations do. What is
read and answered is decided in `http/`; every way to fail is an answer too.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from ..admission.hops_signature import HOPS_HEADER, may_see_hops
from ..admission.identity import identify
from ..http.answer import Headers, HttpAnswer, answer, failure
from ..http.csrf import require_preflight
from ..http.event_stream import next_event
from ..http.headers import Encoded, encoded, with_defaults
from ..http.hops import SERVER_TIMING_HEADER, HopTotals, hops_extension, server_timing
from ..http.negotiation import MediaType, negotiate
from ..http.request import GraphQLRequest, read_get, read_post, require_json
from ..http.request_headers import TIMEOUT_HEADER, body_bytes_from, request_id_from, timeout_from
from ..observe.logs import log as _log
from ..vocabulary.deadline import request_time_s
from ..vocabulary.errors import ClientError, EngineError, GatewayError
from ..vocabulary.header_fields import REQUEST_ID_HEADER
from .connected_client import ClientLeftError, ConnectedClient, too_large
from .engine import Answer, Engine, Viewer
from .event_stream import Connection, EventStreams

#: Where it is found.
GRAPHQL_PATH: Final = "/graphql"

# What API Gateway waits for an integration, by its quotas: 29 s for REST APIs, 30 s for HTTP APIs.
_API_GATEWAY_S: Final = 29.0

# Of a request that is refused before anything runs.
_NO_HOPS: Final = HopTotals(0, 0, 0, 0.0, 0.0)

# What answers have by themselves, of any status and media type, is of some kinds only: each is made ready once.
_KINDS_OF_HEADERS: Final = 64
_SERVER_TIMING: Final = SERVER_TIMING_HEADER.encode()
_REQUEST_ID: Final = REQUEST_ID_HEADER.encode()

# Nobody reads it; what logs count it as, after nginx's own.
_CLIENT_LEFT: Final = HttpAnswer(499, (), b"")


class GraphQLEndpoint:
    """An ASGI application that answers GraphQL requests, whatever their path."""

    def __init__(self, engine: Engine, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Answer from *engine*; answers have *headers*, each unless they say something of their own by that name."""
        self._engine = engine
        self._headers = [encoded(*header) for header in headers]
        self._prepared = lru_cache(maxsize=_KINDS_OF_HEADERS)(self._prepare)
        #: The answers that are given as streams of events.
        self.streams = EventStreams(engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = read_headers(scope)
        request_id = request_id_from(headers.get(REQUEST_ID_HEADER), _fresh_request_id)
        media_type, totals = MediaType.JSON, _NO_HOPS
        try:
            media_type = negotiate(headers.get("accept"))
            if media_type is MediaType.EVENT_STREAM:
                # What keeps a stream from beginning is said in JSON.
                media_type = MediaType.JSON
                await self._stream(scope, headers, receive, send, request_id)
                return
            made, totals = await self._answer(scope, headers, receive, request_id, media_type)
        except GatewayError as error:
            if isinstance(error, EngineError):
                _log.error("request failed", request_id=request_id, exception=traceback.format_exc())
            made = failure(error, media_type)
        except ClientLeftError:
            _log.info("client left", request_id=request_id)
            made = _CLIENT_LEFT
        except Exception:  # noqa: BLE001 - logged whole, answered as our fault
            _log.error("request failed", request_id=request_id, exception=traceback.format_exc())
            made = failure(EngineError(), media_type)
        headers_sent = [
            *self._prepared(made.headers),
            (_SERVER_TIMING, server_timing(totals).encode()),
            (b"content-length", b"%d" % len(made.body)),
            (_REQUEST_ID, request_id.encode()),
        ]
        await send({"type": "http.response.start", "status": made.status, "headers": headers_sent})
        await send({"type": "http.response.body", "body": made.body if scope["method"] != "HEAD" else b""})

    def _prepare(self, own: Headers) -> list[Encoded]:
        return with_defaults([encoded(*header) for header in own], self._headers)

    async def _answer(
        self, scope: Scope, headers: Mapping[str, str], receive: Receive, request_id: str, media_type: MediaType
    ) -> tuple[HttpAnswer, HopTotals]:
        engine = self._engine
        with self._client(scope, receive) as client:
            operation = await self._read(scope, headers, client)
            began_s = engine.clock.monotonic_s()
            viewer = self._viewer(scope, headers, request_id)
            queries_only = scope["method"] != "POST"
            answered = await engine.execute(operation, viewer, queries_only=queries_only, as_json=True)
        totals = self._totals(answered, began_s)
        result, shared = answered.result, answered.shared_body
        if may_see_hops(headers.get(HOPS_HEADER), engine.settings, engine.clock.wall_s()):
            result["extensions"] = {"hops": _hops(answered, totals, engine.invoked)}
            shared = None
        try:
            made = answer(result, media_type, encoded=None if shared is None else shared.encoded)
        except EngineError:
            shared, made = None, answer(engine.sendable(operation, result, request_id), media_type)
        if shared is not None:
            shared.encoded = made.body
        return made, totals

    async def _stream(
        self, scope: Scope, headers: Mapping[str, str], receive: Receive, send: Send, request_id: str
    ) -> None:
        """Answer with events: GraphQL over SSE, distinct connections mode."""
        engine = self._engine
        if scope["method"] == "HEAD":
            raise ClientError("expected GET or POST for events, got HEAD", code="METHOD_NOT_ALLOWED")
        with self._client(scope, receive) as client:
            operation = await self._read(scope, headers, client)
        sees_hops = may_see_hops(headers.get(HOPS_HEADER), engine.settings, engine.clock.wall_s())

        def event_of(answered: Answer) -> bytes:
            if sees_hops:
                totals = self._totals(answered, answered.began_s)
                answered.result["extensions"] = {"hops": _hops(answered, totals, engine.invoked)}
            try:
                return next_event(answered.result)
            except EngineError:
                return next_event(engine.sendable(operation, answered.result, request_id))

        viewer = self._viewer(scope, headers, request_id)
        await self.streams.answer(operation, viewer, Connection(scope, receive, send, self._headers), event_of)

    def _client(self, scope: Scope, receive: Receive) -> ConnectedClient:
        """Whom the request comes from; a Lambda event has no connection that could end."""
        body_timeout_s = self._engine.settings.body_timeout_s
        return ConnectedClient(receive, body_timeout_s=body_timeout_s, may_leave="aws.event" not in scope)

    async def _read(self, scope: Scope, headers: Mapping[str, str], client: ConnectedClient) -> GraphQLRequest:
        """What is asked, by whichever method; what can be refused by the headers alone costs no body."""
        settings = self._engine.settings
        method = scope["method"]
        if method in {"GET", "HEAD"}:
            if settings.guards_against_csrf:
                require_preflight(headers)
            return read_get(scope["query_string"])
        if method == "POST":
            require_json(headers.get("content-type"), headers.get("content-encoding"))
            if body_bytes_from(headers.get("content-length")) > settings.max_body_bytes:
                raise too_large(settings.max_body_bytes)
            return read_post(await client.body(settings.max_body_bytes))
        raise ClientError(f"expected GET or POST, got {method}", code="METHOD_NOT_ALLOWED")

    def _totals(self, answered: Answer, began_s: float) -> HopTotals:
        invoked = self._engine.invoked
        invokes = sum(invoked.get(record.backend, False) for record in answered.calls) if answered.receipt.calls else 0
        total_s = self._engine.clock.monotonic_s() - began_s
        return HopTotals.of(answered.receipt, invokes=invokes, total_s=total_s)

    def _viewer(self, scope: Scope, headers: Mapping[str, str], request_id: str) -> Viewer:
        settings = self._engine.settings
        event = scope.get("aws.event")
        time_s = request_time_s(
            settings.deadline_s,
            timeout_from(headers.get(TIMEOUT_HEADER)),
            _lambda_time_s(scope.get("aws.context"), settings.lambda_reserve_s),
            _API_GATEWAY_S - settings.lambda_reserve_s if _behind_api_gateway(event) else None,
        )
        identity = identify(headers, event, trust_header=settings.identity.development_header)
        return Viewer(request_id, time_s, identity, headers)


def read_headers(scope: Scope) -> dict[str, str]:
    """The request's headers by lower-case name; several of one name are one list. Source: RFC 9110 section 5.3."""
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    headers = dict(pairs)
    if len(headers) < len(pairs):
        for name in headers:
            # RFC 6265 section 5.4: cookies are parted by another sign.
            headers[name] = ("; " if name == "cookie" else ", ").join([value for own, value in pairs if own == name])
    return headers


def _hops(answered: Answer, totals: HopTotals, invoked: Mapping[str, bool]) -> dict[str, Any]:
    from ..planning.printing import plan_lines  # noqa: PLC0415 - only where hops are shown

    plan = None if answered.plan is None else plan_lines(answered.plan, invoked=invoked)
    fallback = None if answered.fallback is None else answered.fallback.value
    return hops_extension(answered.receipt.records, totals, plan, fallback)


def _lambda_time_s(context: Any, reserve_s: float) -> float | None:
    """What Lambda leaves for the request, the time to send the answer kept back; None elsewhere."""
    return None if context is None else max(0.0, context.get_remaining_time_in_millis() / 1000 - reserve_s)


def _behind_api_gateway(event: Mapping[str, Any] | None) -> bool:
    """Whether a Lambda event came from API Gateway, not from a load balancer or a function URL, which wait longer."""
    context = (event or {}).get("requestContext") or {}
    return "apiId" in context and ".lambda-url." not in context.get("domainName", "")


def _fresh_request_id() -> str:
    # As `secrets.token_hex` does, which would be one more import of every start.
    return os.urandom(16).hex()
