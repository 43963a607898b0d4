"""GraphQL over HTTP at one address: one request from its ASGI messages to its answer.

It speaks ASGI itself, since a framework's request and response objects would cost more than most operations do. What is
read and answered is decided in `http/`; every way to fail is an answer too.
"""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from ..admission.hops_signature import HOPS_HEADER, may_see_hops
from ..admission.identity import identify
from ..http.answer import HttpAnswer, answer, failure
from ..http.csrf import require_preflight
from ..http.headers import encoded, with_defaults
from ..http.hops import HopTotals, hops_extension, server_timing
from ..http.negotiation import MediaType, negotiate
from ..http.request import GraphQLRequest, read_get, read_post, require_json
from ..http.request_headers import (
    REQUEST_ID_HEADER,
    TIMEOUT_HEADER,
    body_bytes_from,
    request_id_from,
    timeout_from,
)
from ..observe.logs import log as _log
from ..vocabulary.deadline import request_time_s
from ..vocabulary.errors import ClientError, EngineError, GatewayError
from ..vocabulary.time_limit import time_limit
from .disconnects import ClientLeftError, while_connected
from .engine import Answer, Engine, Viewer
from .event_stream import Connection, EventStreams

# What API Gateway waits for an integration, by its quotas: 29 s for REST APIs, 30 s for HTTP APIs.
_API_GATEWAY_S: Final = 29.0

# Of a request that is refused before anything runs.
_NO_HOPS: Final = (server_timing(HopTotals(0, 0, 0, 0.0, 0.0)),)

# Nobody reads it; what logs count it as, after nginx's own.
_CLIENT_LEFT: Final = HttpAnswer(499, (), b"")


class GraphQLEndpoint:
    """An ASGI application that answers GraphQL requests, whatever their path."""

    def __init__(self, engine: Engine, headers: Iterable[tuple[str, str]] = ()) -> None:
        """Answer from *engine*; answers have *headers*, each unless they say something of their own by that name."""
        self._engine = engine
        self._headers = [encoded(*header) for header in headers]
        #: The answers that are given as streams of events.
        self.streams = EventStreams(engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        headers = read_headers(scope)
        request_id = request_id_from(headers.get(REQUEST_ID_HEADER), _fresh_request_id)
        media_type = MediaType.JSON
        try:
            media_type = negotiate(headers.get("accept"))
            if media_type is MediaType.EVENT_STREAM:
                # What keeps a stream from beginning is said in JSON.
                media_type = MediaType.JSON
                await self._stream(scope, headers, receive, send, request_id)
                return
            made = await self._answer(scope, headers, receive, request_id, media_type)
        except GatewayError as error:
            made = failure(error, media_type, headers=_NO_HOPS)
        except ClientLeftError:
            _log.info("client left", request_id=request_id)
            made = _CLIENT_LEFT
        except Exception:  # noqa: BLE001 - logged whole, answered as our fault
            _log.error("request failed", request_id=request_id, exception=traceback.format_exc())
            made = failure(EngineError(), media_type, headers=_NO_HOPS)
        headers_sent = [encoded(*header) for header in made.headers]
        headers_sent += [(b"content-length", b"%d" % len(made.body)), (b"x-request-id", request_id.encode())]
        headers_sent = with_defaults(headers_sent, self._headers)
        await send({"type": "http.response.start", "status": made.status, "headers": headers_sent})
        await send({"type": "http.response.body", "body": made.body if scope["method"] != "HEAD" else b""})

    async def _answer(
        self, scope: Scope, headers: Mapping[str, str], receive: Receive, request_id: str, media_type: MediaType
    ) -> HttpAnswer:
        engine = self._engine
        operation = await self._read(scope, headers, receive)
        began_s = engine.clock.monotonic_s()
        viewer = self._viewer(scope, headers, request_id)
        with _while_wanted(scope, receive):
            answered = await engine.execute(operation, viewer, queries_only=scope["method"] != "POST")
        totals = self._totals(answered, began_s)
        result, shared = answered.result, answered.shared_body
        if may_see_hops(headers.get(HOPS_HEADER), engine.settings, engine.clock.wall_s()):
            result["extensions"] = {"hops": _hops(answered, totals, engine.invoked)}
            shared = None
        encoded = None if shared is None else shared.encoded
        made = answer(result, media_type, headers=(server_timing(totals),), encoded=encoded)
        if shared is not None:
            shared.encoded = made.body
        return made

    async def _stream(
        self, scope: Scope, headers: Mapping[str, str], receive: Receive, send: Send, request_id: str
    ) -> None:
        """Answer with events: GraphQL over SSE, distinct connections mode."""
        engine = self._engine
        if scope["method"] == "HEAD":
            raise ClientError("expected GET or POST for events, got HEAD", code="METHOD_NOT_ALLOWED")
        operation = await self._read(scope, headers, receive)
        sees_hops = may_see_hops(headers.get(HOPS_HEADER), engine.settings, engine.clock.wall_s())

        def result_of(answered: Answer) -> dict[str, Any]:
            if sees_hops:
                totals = self._totals(answered, answered.began_s)
                answered.result["extensions"] = {"hops": _hops(answered, totals, engine.invoked)}
            return answered.result

        viewer = self._viewer(scope, headers, request_id)
        await self.streams.answer(operation, viewer, Connection(scope, receive, send, self._headers), result_of)

    async def _read(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> GraphQLRequest:
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
                raise _too_large(settings.max_body_bytes)
            return read_post(await _read_body(receive, settings.max_body_bytes, settings.body_timeout_s))
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
    """The request's headers by lower-case name; of several of one name the first, as Starlette reads them."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed([*scope["headers"]])}


def _while_wanted(scope: Scope, receive: Receive) -> AbstractContextManager[None]:
    """Run the block while the client is connected; a Lambda event has no connection that could end."""
    return nullcontext() if "aws.event" in scope else while_connected(receive)


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


async def _read_body(receive: Receive, limit_bytes: int, time_s: float) -> bytes:
    """The request body. ASGI specification, "Request - receive event".

    Raises:
        ClientError: PAYLOAD_TOO_LARGE past *limit_bytes*, REQUEST_TIMEOUT after *time_s*; nothing more is read then.
        ClientLeftError: the client left before the body was whole.
    """
    parts: list[bytes] = []
    size = 0
    try:
        with time_limit(time_s):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientLeftError
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > limit_bytes:
                    raise _too_large(limit_bytes)
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise ClientError(f"expected the whole body within {time_s:g} s", code="REQUEST_TIMEOUT") from None


def _too_large(limit_bytes: int) -> ClientError:
    return ClientError(f"expected a body of at most {limit_bytes} bytes", code="PAYLOAD_TOO_LARGE")


def _fresh_request_id() -> str:
    return secrets.token_hex(16)
