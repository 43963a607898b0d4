"""The Starlette app: routes, and one request from socket to answer. What is read and answered is decided in `http/`."""

from __future__ import annotations

import asyncio
import secrets
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Scope

from ..admission.hops_signature import HOPS_HEADER, may_see_hops
from ..admission.identity import identify
from ..http.answer import HttpAnswer, answer, failure
from ..http.csrf import require_preflight
from ..http.hops import HopTotals, hops_extension, server_timing
from ..http.negotiation import MediaType, negotiate, wants_html
from ..http.request import GraphQLRequest, read_get, read_post, require_json
from ..http.request_headers import REQUEST_ID_HEADER, TIMEOUT_HEADER, request_id_from, timeout_from
from ..planning.printing import plan_lines
from ..vocabulary.deadline import request_time_s
from ..vocabulary.errors import ClientError, EngineError, GatewayError
from .disconnects import ClientLeftError, while_connected
from .engine import Answer, Engine, Viewer
from .graphiql import console_files, console_page
from .safety import safety

# What API Gateway waits for an integration, by its quotas: 29 s for REST APIs, 30 s for HTTP APIs.
_API_GATEWAY_S = 29.0

# Nobody reads it; what logs count it as, after nginx's own.
_CLIENT_LEFT = 499

_log = structlog.get_logger("gateway.requests")


def create_app(engine: Engine) -> Starlette:
    """The ASGI application over *engine*, which it closes when it shuts down.

    Routes: `/graphql`, `/healthz` (the process lives), `/readyz` (it takes requests) and, in development, the console.
    """
    endpoint = GraphQLEndpoint(engine)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.ready = True
        yield
        app.state.ready = False
        await engine.close()

    routes: list[Route | Mount] = [
        # Every method comes in, so that a wrong one gets a GraphQL error.
        Route("/graphql", endpoint.respond, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
        Route("/healthz", _alive),
        Route("/readyz", _ready),
    ]
    if endpoint.serves_console:
        routes.append(Mount("/console", console_files()))
    app = Starlette(
        routes=routes,
        middleware=safety(engine.settings),
        lifespan=lifespan,
        exception_handlers={HTTPException: _http_error},
    )
    # Without a lifespan, as on Lambda, the app takes requests as soon as it exists.
    app.state.ready = True
    return app


class GraphQLEndpoint:
    """GraphQL over HTTP at one address."""

    def __init__(self, engine: Engine) -> None:
        """Answer from *engine*."""
        self._engine = engine
        self.serves_console = engine.settings.mode == "development"

    async def respond(self, request: Request) -> Response:
        """The answer to one HTTP request; every way to fail is one too."""
        request_id = request_id_from(request.headers.get(REQUEST_ID_HEADER), _fresh_request_id)
        accept = request.headers.get("accept")
        if self.serves_console and request.method in {"GET", "HEAD"} and wants_html(accept):
            return console_page()
        media_type = MediaType.JSON
        try:
            media_type = negotiate(accept)
            made = await self._answer(request, request_id, media_type)
        except GatewayError as error:
            made = failure(error, media_type)
        except ClientLeftError:
            _log.info("client left", request_id=request_id)
            return Response(status_code=_CLIENT_LEFT)
        except Exception:  # noqa: BLE001 - logged whole, answered as our fault
            _log.error("request failed", request_id=request_id, exception=traceback.format_exc())
            made = failure(EngineError(), media_type)
        return _to_response(made, request_id)

    async def _answer(self, request: Request, request_id: str, media_type: MediaType) -> HttpAnswer:
        operation = await self._read(request)
        is_get = request.method != "POST"
        began_s = self._engine.clock.monotonic_s()
        viewer = self._viewer(request, request_id)
        async with _while_wanted(request):
            answered = await self._engine.execute(operation, viewer, queries_only=is_get)
        totals = self._totals(answered, began_s)
        result = answered.result
        if may_see_hops(request.headers.get(HOPS_HEADER), self._engine.settings, self._engine.clock.wall_s()):
            result["extensions"] = {"hops": _hops(answered, totals, self._engine.invoked)}
        return answer(result, media_type, headers=(server_timing(totals),))

    async def _read(self, request: Request) -> GraphQLRequest:
        """What is asked, by whichever method; what can be refused by the headers alone costs no body."""
        settings = self._engine.settings
        headers = request.headers
        if request.method in {"GET", "HEAD"}:
            if settings.guards_against_csrf:
                require_preflight(headers)
            return read_get(request.scope["query_string"])
        if request.method == "POST":
            require_json(headers.get("content-type"), headers.get("content-encoding"))
            return read_post(await _read_body(request, settings.max_body_bytes, settings.body_timeout_s))
        raise ClientError(f"expected GET or POST, got {request.method}", code="METHOD_NOT_ALLOWED")

    def _totals(self, answered: Answer, began_s: float) -> HopTotals:
        invokes = sum(self._engine.invoked.get(record.backend, False) for record in answered.calls)
        total_s = self._engine.clock.monotonic_s() - began_s
        return HopTotals.of(answered.receipt, invokes=invokes, total_s=total_s)

    def _viewer(self, request: Request, request_id: str) -> Viewer:
        settings = self._engine.settings
        lambda_context = request.scope.get("aws.context")
        time_s = request_time_s(
            settings.deadline_s,
            timeout_from(request.headers.get(TIMEOUT_HEADER)),
            _lambda_time_s(lambda_context, settings.lambda_reserve_s),
            _API_GATEWAY_S - settings.lambda_reserve_s if _behind_api_gateway(request.scope) else None,
        )
        trust_header = settings.identity.development_header
        identity = identify(request.headers, request.scope.get("aws.event"), trust_header=trust_header)
        return Viewer(request_id, time_s, identity, request.headers)


def _while_wanted(request: Request) -> AbstractAsyncContextManager[None]:
    """Run the block while the client is connected; a Lambda event has no connection that could end."""
    return nullcontext() if "aws.event" in request.scope else while_connected(request.receive)


def _hops(answered: Answer, totals: HopTotals, invoked: Mapping[str, bool]) -> dict[str, Any]:
    plan = None if answered.plan is None else plan_lines(answered.plan, invoked=invoked)
    fallback = None if answered.fallback is None else answered.fallback.value
    return hops_extension(answered.receipt.records, totals, plan, fallback)


def _lambda_time_s(context: Any, reserve_s: float) -> float | None:
    """What Lambda leaves for the request, the time to send the answer kept back; None elsewhere."""
    return None if context is None else max(0.0, context.get_remaining_time_in_millis() / 1000 - reserve_s)


def _behind_api_gateway(scope: Scope) -> bool:
    """Whether a Lambda event came from API Gateway, not from a load balancer or a function URL, which wait longer."""
    context = (scope.get("aws.event") or {}).get("requestContext") or {}
    return "apiId" in context and ".lambda-url." not in context.get("domainName", "")


async def _read_body(request: Request, limit_bytes: int, time_s: float) -> bytes:
    """The request body.

    Raises:
        ClientError: PAYLOAD_TOO_LARGE past *limit_bytes*, REQUEST_TIMEOUT after *time_s*; nothing more is read then.
        ClientLeftError: the client left before the body was whole.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(time_s):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit_bytes:
                    raise ClientError(f"expected a body of at most {limit_bytes} bytes", code="PAYLOAD_TOO_LARGE")
    except TimeoutError:
        raise ClientError(f"expected the whole body within {time_s:g} s", code="REQUEST_TIMEOUT") from None
    except ClientDisconnect:
        raise ClientLeftError from None
    return bytes(body)


def _to_response(made: HttpAnswer, request_id: str) -> Response:
    response = Response(made.body, made.status)
    for name, value in (*made.headers, (REQUEST_ID_HEADER, request_id)):
        response.headers.append(name, value)
    return response


def _fresh_request_id() -> str:
    return secrets.token_hex(16)


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _ready(request: Request) -> Response:
    ready: bool = request.app.state.ready
    return JSONResponse({"status": "ready" if ready else "stopping"}, 200 if ready else 503)


async def _http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else "Internal Server Error"
    return JSONResponse({"message": detail}, status)
