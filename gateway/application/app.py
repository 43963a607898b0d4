"""The Starlette app: routes, lifespan, and the short way that GraphQL requests take past its router."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..http.security_headers import security_headers
from .endpoint import GraphQLEndpoint
from .engine import Engine
from .safety import DefaultHeaders, is_read_by_other_sites, safety
from .stopping import when_told_to_stop

GRAPHQL_PATH = "/graphql"


def create_app(engine: Engine) -> GatewayApp:
    """The ASGI application over *engine*, which it closes when it shuts down.

    Routes: `/graphql`, `/healthz` (the process lives), `/readyz` (it takes requests) and, in development, the console,
    to which `/` leads.
    """
    headers = security_headers(hsts_s=engine.settings.hsts_s)
    answers = GraphQLEndpoint(engine, headers)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        def stop() -> None:
            app.state.ready = False
            answers.streams.stop()

        app.state.ready = True
        try:
            with when_told_to_stop(stop):
                yield
        finally:
            # A server may also end it by cancelling it.
            app.state.ready = False
            await engine.close()

    endpoint: ASGIApp = answers
    routes: list[Route | Mount] = [Route("/healthz", _alive), Route("/readyz", _ready)]
    if engine.settings.mode == "development":
        from .graphiql import ConsoleForBrowsers, console_files  # noqa: PLC0415 - production serves none

        endpoint = DefaultHeaders(ConsoleForBrowsers(answers), headers)
        routes += [Mount("/console", console_files()), Route("/", _to_console)]
    routes.append(Route(GRAPHQL_PATH, endpoint))
    app = GatewayApp(
        routes=routes,
        middleware=safety(engine.settings),
        lifespan=lifespan,
        exception_handlers={HTTPException: _http_error},
    )
    if not is_read_by_other_sites(engine.settings):
        app.short_way = endpoint
    # Without a lifespan, as on Lambda, the app takes requests as soon as it exists.
    app.state.ready = True
    return app


class GatewayApp(Starlette):
    """Starlette, but for GraphQL requests: nothing stands between them and their endpoint that they have no use for.

    Router and middleware cost more CPU than a small operation. Only where sites of other origins may read answers do
    the requests go all the way, through Starlette's CORS middleware.
    """

    short_way: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application for one connection."""
        if self.short_way is not None and scope["type"] == "http" and scope["path"] == GRAPHQL_PATH:
            await self.short_way(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def _to_console(_request: Request) -> Response:
    # Relative, since a proxy may put something before the path.
    return RedirectResponse(GRAPHQL_PATH.removeprefix("/"))


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _ready(request: Request) -> Response:
    ready: bool = request.app.state.ready
    return JSONResponse({"status": "ready" if ready else "stopping"}, 200 if ready else 503)


async def _http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail: Any = error.detail if isinstance(error, HTTPException) else "Internal Server Error"
    return JSONResponse({"message": detail}, status)
