"""Middleware that logs each HTTP request, as `services.chassis.call_log` says."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.call_log import record_call

# The query parameters that name the entities asked for.
_KEY_PARAMETERS = ("id", "instructor", "course")


class CallLog:
    """The line is written when a request arrives, whatever becomes of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query = parse_qs(scope["query_string"].decode("latin-1"))
            keys = [value for name in _KEY_PARAMETERS for value in query.get(name, [])]
            record_call("catalogue", scope["method"], scope["path"], query, keys)
        await self._app(scope, receive, send)
