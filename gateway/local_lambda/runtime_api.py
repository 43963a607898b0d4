"""The Lambda Runtime API for one worker process, on a port of its own.

It speaks HTTP and nothing else: when an event is handed out and what a reply means is decided by its `Runtime`. One
port a worker is what tells workers apart; `awslambdaric` breaks when `AWS_LAMBDA_RUNTIME_API` has a path.

Source: Lambda developer guide, "Using the Lambda runtime API",
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html.
"""

from __future__ import annotations

import time
from typing import Protocol

from aiohttp import web

from .invocation import Invocation, Reply, too_large
from .limits import MAX_REPLY_BYTES, read_body

_HOST = "127.0.0.1"
_SHUTDOWN_TIMEOUT_S = 1.0


class Runtime(Protocol):
    """What a worker does with the calls of its process."""

    async def next_invocation(self) -> Invocation | None:
        """Wait for work; None when there will be no more."""

    def accept_reply(self, request_id: str, reply: Reply) -> bool:
        """Take the reply to the execution under way; False if *request_id* is not it, or has one already."""

    def accept_init_error(self, payload: bytes) -> None:
        """Take the description of why the handler could not be loaded."""


class RuntimeApi:
    """Serves *runtime* until closed; `address` is `host:port` once started."""

    def __init__(self, runtime: Runtime, *, timeout_s: float) -> None:
        self._runtime = runtime
        self._timeout_s = timeout_s
        app = web.Application()
        app.router.add_get("/2018-06-01/runtime/invocation/next", self._next)
        app.router.add_post("/2018-06-01/runtime/invocation/{request_id}/response", self._response)
        app.router.add_post("/2018-06-01/runtime/invocation/{request_id}/error", self._error)
        app.router.add_post("/2018-06-01/runtime/init/error", self._init_error)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_TIMEOUT_S)
        self.address = ""

    async def start(self) -> None:
        """Listen on a free port."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, _HOST, 0)
        await site.start()
        self.address = f"{_HOST}:{site.port}"

    async def close(self) -> None:
        """Stop listening and close what is connected."""
        await self._runner.cleanup()

    async def _next(self, _request: web.Request) -> web.Response:
        invocation = await self._runtime.next_invocation()
        if invocation is None:
            return _refusal(403, "State.Shutdown", "no further events")
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + self._timeout_s) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
        }
        if invocation.client_context is not None:
            headers["Lambda-Runtime-Client-Context"] = invocation.client_context
        # Without a content type awslambdaric crashes.
        return web.Response(body=invocation.payload, content_type="application/json", headers=headers)

    async def _response(self, request: web.Request) -> web.Response:
        body = await read_body(request, MAX_REPLY_BYTES)
        if body.size > MAX_REPLY_BYTES:
            self._runtime.accept_reply(request.match_info["request_id"], too_large())
            text = f"Exceeded maximum allowed payload size ({MAX_REPLY_BYTES} bytes)."
            return _refusal(413, "RequestEntityTooLarge", text)
        return self._answer(request, Reply(body.content))

    async def _error(self, request: web.Request) -> web.Response:
        body = await read_body(request, MAX_REPLY_BYTES)
        reply = Reply(body.content, is_error=True) if body.size <= MAX_REPLY_BYTES else too_large()
        return self._answer(request, reply)

    def _answer(self, request: web.Request, reply: Reply) -> web.Response:
        request_id = request.match_info["request_id"]
        if self._runtime.accept_reply(request_id, reply):
            return web.json_response({"status": "OK"}, status=202)
        return _refusal(400, "InvalidRequestID", f"{request_id} is not the execution under way, or was answered before")

    async def _init_error(self, request: web.Request) -> web.Response:
        body = await read_body(request, MAX_REPLY_BYTES)
        self._runtime.accept_init_error(body.content)
        return web.json_response({"status": "OK"}, status=202)


def _refusal(status: int, error_type: str, message: str) -> web.Response:
    return web.json_response({"errorType": error_type, "errorMessage": message}, status=status)
