"""The ASGI application: GraphQL requests take a short way to their endpoint, all else goes through the site."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

from ..http.security_headers import security_headers
from .endpoint import GRAPHQL_PATH, GraphQLEndpoint
from .engine import Engine

if TYPE_CHECKING:
    from starlette.applications import Starlette


class GatewayApp:
    """The application over one engine, which it closes when it shuts down.

    Between GraphQL requests and their endpoint stands nothing that they have no use for: Starlette's router and
    middleware cost more CPU than a small operation, and importing them more time than any other part of a function's
    first answer. Only where sites of other origins may read answers do the requests go all the way, through Starlette's
    CORS middleware.
    """

    def __init__(self, engine: Engine) -> None:
        """Answer from *engine*."""
        settings = engine.settings
        headers = security_headers(hsts_s=settings.hsts_s)
        self._engine = engine
        self._endpoint = GraphQLEndpoint(engine, headers)
        self._graphql: ASGIApp = self._endpoint
        if settings.mode == "development":
            from .graphiql import with_console  # noqa: PLC0415 - production serves none

            self._graphql = with_console(self._endpoint, headers)
        self._has_short_way = not settings.cors.origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application for one connection."""
        if self._has_short_way and scope["type"] == "http" and scope["path"] == GRAPHQL_PATH:
            await self._graphql(scope, receive, send)
        else:
            await self.site(scope, receive, send)

    @cached_property
    def site(self) -> Starlette:
        """Starlette's app, made when it is first needed; a server needs it before its first request."""
        from .site import create_site  # noqa: PLC0415 - on Lambda nothing else may ever be asked for

        return create_site(self._engine, self._graphql, self._endpoint.streams)
