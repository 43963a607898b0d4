"""HTTP in front of a Lambda function, as API Gateway is: a request becomes an event, a response an HTTP answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from gateway.application.engine import Engine
from gateway.testing.doors import as_lambda
from gateway.testing.lambda_events import EventKind


@asynccontextmanager
async def bridge(engine: Engine, kind: EventKind) -> AsyncIterator[str]:
    """The URL at which the function answers that *engine* is in, invoked with events of *kind*."""
    async with as_lambda(engine, kind) as function:

        async def answer(request: web.Request) -> web.Response:
            received = await function.send(request.method, request.path_qs, request.headers, await request.read())
            # What concerns the connection is the front's own affair.
            headers = {name: value for name, value in received.headers.items() if name != "content-length"}
            return web.Response(status=received.status, headers=headers, body=received.body)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            host, port = runner.addresses[0][:2]
            yield f"http://{host}:{port}"
        finally:
            await runner.cleanup()
