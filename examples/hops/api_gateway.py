"""An emulated API Gateway: every call through it is a real HTTP request, pays its delay, and is counted.

Two ways in: `GET /{service}/{path}`, as services call each other, and Lambda's Invoke API, as the gateway calls
functions. Behind it stand the demo's services and the `functions` that this example adds. How long the longest chain of
dependent calls is, travels with the calls: a header says on the way in how many calls came before, on the way out how
many there were by then, as in Lamport's clock.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self, TypeAlias

import aiohttp
from aiohttp import web

from .caller import HOPS_HEADER, SUBJECT_HEADER, Caller
from .delays import Delays, Tally
from .instances import Instances

#: One of the functions of this example: called with a way to call others, and the parameters of its query.
PlainFunction: TypeAlias = Callable[..., Awaitable[Any]]

_INVOKE_PATH = "/2015-03-31/functions/{}/invocations"


class ApiGateway:
    """Passes calls on after their delay; an async context manager.

    *functions* are run here, *lambdas* invoked at *lambda_endpoint*, *services* asked at their addresses; these are no
    functions, hence never cold. *third_parties* are what functions may ask without API Gateway, by address.
    """

    def __init__(
        self,
        delays: Delays,
        *,
        functions: Mapping[str, PlainFunction],
        lambdas: frozenset[str],
        lambda_endpoint: str,
        services: Mapping[str, str],
        third_parties: Mapping[str, str],
    ) -> None:
        self.instances = Instances(delays)
        self.tally = Tally()
        self.endpoint = ""
        self._functions = functions
        self._lambdas = lambdas
        self._lambda_endpoint = lambda_endpoint
        self._services = services
        self._third_parties = third_parties

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post(_INVOKE_PATH.format("{name}"), self._invoke)
        app.router.add_get("/{name}{path:.*}", self._call)
        self._session = aiohttp.ClientSession()
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.endpoint = f"http://127.0.0.1:{site.port}"
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self._runner.cleanup()
        await self._session.close()

    def caller(self, subject: str, hops: int = 0) -> Caller:
        """The way for a function to call others, on behalf of *subject*, after *hops* calls."""
        return Caller(
            self._session,
            self.endpoint,
            third_parties=self._third_parties,
            tally=self.tally,
            subject=subject,
            hops=hops,
        )

    async def _call(self, request: web.Request) -> web.Response:
        """A service's call: run, invoke or ask what stands behind the name."""
        name = request.match_info["name"]
        hops = int(request.headers.get(HOPS_HEADER, "0")) + 1
        async with self._counted(name):
            if name in self._services:
                content = await self._asked(self._services[name] + request.match_info["path"], request)
            elif name in self._lambdas:
                content = await self._invoked(name, request)
            else:
                caller = self.caller(request.headers[SUBJECT_HEADER], hops)
                content = json.dumps(await self._functions[name](caller, **request.query)).encode()
                hops = caller.hops
        return web.Response(body=content, content_type="application/json", headers={HOPS_HEADER: str(hops)})

    async def _invoke(self, request: web.Request) -> web.Response:
        """The gateway's call, which is an Invoke already: passed on as it is."""
        name = request.match_info["name"]
        async with self._counted(name):
            return await self._passed_on(name, await request.read())

    @asynccontextmanager
    async def _counted(self, name: str) -> AsyncIterator[None]:
        """One call: counted, and an instance kept busy until its answer if it invokes a function."""
        self.tally.calls += 1
        if name in self._services:
            await self.instances.reach_service()
            yield
            return
        self.tally.invokes += 1
        async with self.instances.one_of(name):
            yield

    async def _asked(self, url: str, request: web.Request) -> bytes:
        headers = {SUBJECT_HEADER: request.headers[SUBJECT_HEADER]} if SUBJECT_HEADER in request.headers else {}
        async with self._session.get(url, params=request.query, headers=headers) as answer:
            answer.raise_for_status()
            return await answer.read()

    async def _invoked(self, name: str, request: web.Request) -> bytes:
        reply = await self._passed_on(name, json.dumps(_event_of(request)).encode())
        assert isinstance(reply.body, bytes)  # noqa: S101 - made by `_passed_on`
        payload = json.loads(reply.body)
        if payload.get("statusCode") != web.HTTPOk.status_code:
            raise web.HTTPBadGateway(text=f"{name}: {payload}")
        return str(payload["body"]).encode()

    async def _passed_on(self, name: str, event: bytes) -> web.Response:
        async with self._session.post(self._lambda_endpoint + _INVOKE_PATH.format(name), data=event) as reply:
            return web.Response(body=await reply.read(), status=reply.status, content_type="application/json")


def _event_of(request: web.Request) -> dict[str, Any]:
    """The event of a proxy integration. Source: AWS, HTTP APIs, payload format version 2.0."""
    path = request.match_info["path"]
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": request.query_string,
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "requestContext": {"http": {"method": request.method, "path": path}},
        "isBase64Encoded": False,
    }
