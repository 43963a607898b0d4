"""One JSON line for each HTTP request, appended to the file that CALL_LOG names. Nothing is written without it."""

from __future__ import annotations

import json
import os
import time
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

# The query parameters that name the entities asked for.
_KEY_PARAMETERS = ("id", "instructor", "course")


class CallLog:
    """Middleware: the line is written when a request arrives, whatever becomes of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (log := os.environ.get("CALL_LOG")):
            _append(log, scope)
        await self._app(scope, receive, send)


def _append(log: str, scope: Scope) -> None:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    call = {
        "service": "catalogue",
        "method": scope["method"],
        "path": scope["path"],
        "query": query,
        "keys": [value for name in _KEY_PARAMETERS for value in query.get(name, [])],
        "at": time.time(),
    }
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        # A single write in append mode: the lines of several processes never mix.
        os.write(file, json.dumps(call).encode() + b"\n")
    finally:
        os.close(file)
