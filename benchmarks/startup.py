"""Cold start: processes that take turns, each from its start to its first right answer or to the end of its imports."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

import orjson

from .contestants import SCRATCH, importable
from .cpu import CORES, pinned
from .load import fetch, post
from .samples import Cell, Samples, Session
from .servers import free_port, start, stop
from .works import WORKS

_TIMEOUT_S = 30.0
_RETRY_S = 0.002
_GATEWAYS = ("gateway", "floor", "mercurius", "tailcall", "vanilla")
# What a process takes down when it ends is no part of its start.
_AND_NO_MORE = "\nimport os, sys\nsys.stdout.flush()\nos._exit(0)"
_BASELINE = "import strawberry, starlette.applications"
_IMPORTS = {"imports-baseline": _BASELINE, "imports-lambda": "import gateway.aws_lambda"}
_LAMBDA = """
import json, sys
from types import SimpleNamespace
from gateway.aws_lambda import handler
event = {
    "version": "2.0", "routeKey": "$default", "rawPath": "/graphql", "rawQueryString": "", "isBase64Encoded": False,
    "headers": {"content-type": "application/json", "accept": "application/json", "host": "bench"},
    "requestContext": {
        "accountId": "1", "apiId": "a", "domainName": "bench", "domainPrefix": "b", "requestId": "r",
        "stage": "$default",
        "http": {
            "method": "POST", "path": "/graphql", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "b"
        },
    },
    "body": sys.argv[1],
}
print(handler(event, SimpleNamespace(get_remaining_time_in_millis=lambda: 30_000))["body"])
"""


async def measure(session: Session, upstream: str, rounds: int, installed: Callable[[str], bool]) -> Session:
    """Fill *session* with wall milliseconds, in the place of CPU time, of each way to start."""
    ways: dict[str, Callable[[], Awaitable[float]]] = {
        **{name: lambda name=name: _first_answer(name, upstream) for name in filter(installed, _GATEWAYS)},
        "lambda": lambda: _lambda_answer(upstream),
        **{name: lambda code=code: _script(code) for name, code in _IMPORTS.items()},
    }
    cells = {name: Cell(name, "start") for name in ways}
    session.cells.update({cell: Samples(requests=1) for cell in cells.values()})
    order, shuffler = list(ways), random.Random(5)
    # Once without a measurement: files are read into the page cache and byte code is written.
    for number in range(rounds + 1):
        shuffler.shuffle(order)
        for name in order:
            taken_ms = await ways[name]() * 1000
            if number:
                session.cells[cells[name]].cpu_ms.append(taken_ms)
    return session


async def _first_answer(name: str, upstream: str) -> float:
    """Seconds from the process's start to its first right answer to q1."""
    port, began_s = free_port(), time.perf_counter()
    process = await start(name, port, upstream)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            body = await _answer(f"http://127.0.0.1:{port}/graphql")
        taken_s = time.perf_counter() - began_s
        WORKS["q1"].check(orjson.loads(body), 0)
    finally:
        await stop(process)
    return taken_s


async def _answer(address: str) -> bytes:
    request = post(address, WORKS["q1"].body(), 0)
    while True:
        try:
            return await fetch(address, request)
        except OSError:
            await asyncio.sleep(_RETRY_S)


async def _lambda_answer(upstream: str) -> float:
    """Seconds until a fresh process has answered q1 as a Lambda function."""
    settings = {"GATEWAY_BACKENDS__UPSTREAM": upstream, "GATEWAY_GRAPH": "benchmarks.graph:graph"}
    began_s = time.perf_counter()
    output = await _python(_LAMBDA, WORKS["q1"].body().decode(), **settings)
    taken_s = time.perf_counter() - began_s
    WORKS["q1"].check(orjson.loads(output.splitlines()[-1]), 0)
    return taken_s


async def _script(code: str) -> float:
    began_s = time.perf_counter()
    await _python(code)
    return time.perf_counter() - began_s


async def _python(code: str, *arguments: str, **environment: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *pinned([sys.executable, "-c", code + _AND_NO_MORE, *arguments], CORES[0]),
        cwd=SCRATCH,
        env={**os.environ, **importable(), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    async with asyncio.timeout(_TIMEOUT_S):
        output, problems = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"{code.strip().splitlines()[-1]}: {problems.decode()[-2000:]}")
    return output
