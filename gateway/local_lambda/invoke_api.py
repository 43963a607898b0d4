"""The HTTP face: Invoke, from request to answer. Who runs an invocation is `pool`'s decision.

A caller that goes away changes nothing: the execution runs on, and its worker returns to the pool.

Source: AWS API reference, Invoke, https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
"""

from __future__ import annotations

import asyncio
import base64
import uuid
from collections.abc import Mapping

import orjson
from aiohttp import web

from .errors import InvokeError, function_not_found, unknown_operation
from .function import arn_of
from .invocation import Invocation, Outcome
from .invoke_request import InvokeRequest, check_payload, parse_invoke
from .limits import read_body
from .pool import Pool

_INVOKE = "/2015-03-31/functions/{reference}/invocations"


class InvokeApi:
    """Serves the functions of *pools*, by name; *region* stands in the ARN of those that are not found."""

    def __init__(self, pools: Mapping[str, Pool], *, region: str) -> None:
        self._pools = pools
        self._region = region

    def application(self) -> web.Application:
        """Return the application that serves Invoke, and answers everything else with an error."""
        app = web.Application()
        app.router.add_post(_INVOKE, self._serve)
        app.router.add_route("*", "/{path:.*}", self._serve_unknown)
        return app

    async def _serve(self, request: web.Request) -> web.Response:
        request_id = str(uuid.uuid4())
        try:
            response = await self._invoke(request, request_id)
        except InvokeError as error:
            response = _refuse(error)
        response.headers["X-Amzn-RequestId"] = request_id
        return response

    async def _serve_unknown(self, request: web.Request) -> web.Response:
        return _refuse(unknown_operation(request.method, request.path))

    async def _invoke(self, request: web.Request, request_id: str) -> web.Response:
        asked = parse_invoke(request.match_info["reference"], request.query, request.headers)
        body = await read_body(request, asked.payload_limit_bytes)
        pool = self._pools.get(asked.name)
        if pool is None:
            raise function_not_found(arn_of(self._region, asked.name, asked.qualifier))
        invocation = Invocation(
            request_id=request_id,
            payload=check_payload(body, asked),
            function_arn=pool.function.arn(asked.qualifier),
            trace_id=asked.trace_id,
            client_context=asked.client_context,
            outcome=asyncio.get_running_loop().create_future(),
        )
        if asked.invocation_type == "DryRun":
            return web.Response(status=204)
        if asked.invocation_type == "Event":
            pool.enqueue(invocation)
            return web.Response(status=202)
        pool.invoke(invocation)
        return _answer(await invocation.outcome, asked)


def _answer(outcome: Outcome, asked: InvokeRequest) -> web.Response:
    headers = {"X-Amz-Executed-Version": "$LATEST", "X-Amzn-Trace-Id": asked.trace_id}
    if outcome.reply.is_error:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if asked.log_type == "Tail":
        headers["X-Amz-Log-Result"] = base64.b64encode(outcome.log_tail).decode()
    return web.Response(body=outcome.reply.payload, content_type="application/json", headers=headers)


def _refuse(error: InvokeError) -> web.Response:
    headers = {"X-Amzn-Errortype": error.error_type, **error.headers}
    return web.Response(
        status=error.status, body=orjson.dumps(error.body), content_type="application/json", headers=headers
    )
