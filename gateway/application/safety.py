"""What surrounds every route, whatever it answers: security headers, and the sites whose scripts may read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..admission.hops_signature import HOPS_HEADER
from ..http.csrf import PREFLIGHT_HEADERS
from ..http.headers import encoded, with_defaults
from ..http.hops import SERVER_TIMING_HEADER
from ..http.request_headers import TIMEOUT_HEADER
from ..http.security_headers import security_headers
from ..vocabulary.header_fields import REQUEST_ID_HEADER
from ..vocabulary.settings import CorsSettings, Settings

#: What scripts of an allowed origin may send; Content-Type is what makes a POST one that a browser asks for first.
ALLOWED_HEADERS: Final = (
    "authorization",
    "content-type",
    HOPS_HEADER,
    REQUEST_ID_HEADER,
    TIMEOUT_HEADER,
    *PREFLIGHT_HEADERS,
)
#: What they may read besides the body.
EXPOSED_HEADERS: Final = (REQUEST_ID_HEADER, SERVER_TIMING_HEADER)


def safety(settings: Settings) -> list[Middleware]:
    """The middleware around the app, the outermost first; no CORS without an origin, so that browsers refuse all."""
    cors = [_cors(settings.cors)] if settings.cors.origins else []
    return [Middleware(DefaultHeaders, headers=security_headers(hsts_s=settings.hsts_s)), *cors]


class DefaultHeaders:
    """An ASGI application whose answers have *headers*, each unless they have one of that name."""

    def __init__(self, app: ASGIApp, headers: Iterable[tuple[str, str]]) -> None:
        """Add *headers* to what *app* answers."""
        self._app = app
        self._headers = [encoded(*header) for header in headers]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = with_defaults(message.get("headers", ()), self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _cors(settings: CorsSettings) -> Middleware:
    """Starlette's middleware, which compares origins whole and says `Vary: Origin` to each of them."""
    return Middleware(
        CORSMiddleware,
        allow_origins=settings.origins,
        allow_methods=("GET", "POST"),
        allow_headers=(*ALLOWED_HEADERS, *settings.headers),
        allow_credentials=settings.credentials,
        expose_headers=EXPOSED_HEADERS,
        max_age=settings.max_age_s,
    )
