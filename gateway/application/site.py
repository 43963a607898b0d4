"""The Starlette app around the endpoint: routes, lifespan, and the middleware that every route has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from ..vocabulary.errors import EngineError
from .endpoint import GRAPHQL_PATH
from .engine import Engine
from .event_stream import EventStreams
from .safety import safety
from .stopping import when_told_to_stop


def create_site(engine: Engine, graphql: ASGIApp, streams: EventStreams) -> Starlette:
    """The app over *engine*, which it closes when it shuts down; *streams* it ends when it is told to.

    Routes: `/graphql`, `/healthz` (the process lives), `/readyz` (it takes requests) and, in development, the console,
    to which `/` leads.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        def stop() -> None:
            app.state.ready = False
            streams.stop()

        if not app.state.ready:
            # It would take requests, and reach no backend for them.
            raise EngineError("the application was shut down, and its engine closed: make another one")
        try:
            with when_told_to_stop(stop):
                yield
        finally:
            # A server may also end it by cancelling it.
            app.state.ready = False
            await engine.close()

    routes: list[Route | Mount] = [Route("/healthz", _alive), Route("/readyz", _ready)]
    if engine.settings.mode == "development":
        from .graphiql import console_files  # noqa: PLC0415 - production serves none

        routes += [Mount("/console", console_files()), Route("/", _to_console)]
    routes.append(Route(GRAPHQL_PATH, graphql))
    site = Starlette(
        routes=routes,
        middleware=safety(engine.settings),
        lifespan=lifespan,
        exception_handlers={HTTPException: _http_error},
    )
    # Also without a lifespan, as on Lambda, the app takes requests as soon as it exists.
    site.state.ready = True
    return site


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
