"""`python -m benchmarks.in_process`: engine.execute beside Strawberry's schema.execute, in one process, taking turns.

Both get an upstream's bytes from memory and decode them, in the cells named `ready` not even that. Prints the cells'
samples as JSON; the CPU time is this process's.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import orjson
import uvloop

from gateway.application.engine import Engine, Viewer
from gateway.application.garbage import spare_what_lives
from gateway.backends.wire import WireRequest, WireResponse
from gateway.http.request import GraphQLRequest
from gateway.observe.logs import configure_logs
from gateway.vocabulary.settings import BackendSettings, Settings

from . import ready_graph
from .graph import graph
from .peers.strawberry_schema import Context, schema
from .samples import Cell, Samples
from .upstream import answer
from .works import WORKS, Work

Execute = Callable[[], Awaitable[Any]]
_WORKS = ("q1", "q2", "q3", "deep", "wide", "5000", "clean", "error")
_QUICK_WORKS = ("q1", "q3", "error")
_LEAST = 3


@lru_cache(maxsize=1_000)
def _body(path: str, query: tuple[tuple[str, str], ...]) -> bytes:
    target = f"{path}?{'&'.join(f'{name}={value}' for name, value in query)}" if query else path
    return answer(target, 0).partition(b"\r\n\r\n")[2]


class MemoryWire:
    """A wire to the upstream's answers."""

    async def send(self, request: WireRequest, *, timeout_s: float) -> WireResponse:  # noqa: ARG002 - the port's
        return WireResponse(200, {"content-type": "application/json"}, _body(request.path, request.query))

    def drop_idle(self) -> None: ...

    async def close(self) -> None: ...


class MemorySource:
    """The same answers for Strawberry's resolvers, decoded as `httpx` does."""

    async def rows(self, path: str, query: Sequence[tuple[str, str]], viewer: str) -> Any:  # noqa: ARG002 - as Source
        return json.loads(_body(path, tuple(query)))


class ReadySource:
    """Rows that are decoded already."""

    async def rows(self, path: str, query: Sequence[tuple[str, str]], viewer: str) -> Any:  # noqa: ARG002 - as Source
        return _ready_rows(path, tuple(query))


@lru_cache(maxsize=1_000)
def _ready_rows(path: str, query: tuple[tuple[str, str], ...]) -> Any:
    return orjson.loads(_body(path, query))


def open_engine(of: Any) -> Engine:
    """An engine as shipped, over memory."""
    settings = Settings(backends={"upstream": BackendSettings(address="http://127.0.0.1:9")})
    return Engine(of, settings, wires={"upstream": MemoryWire()})


def by_engine(engine: Engine, work: Work) -> Execute:
    """One request to the gateway's engine, which gives the response map."""

    async def execute() -> Any:
        request = GraphQLRequest(query=work.query)
        return (await engine.execute(request, Viewer("bench", 30, headers={"x-viewer": "0"}))).result

    return execute


def by_strawberry(source: Any, work: Work) -> Execute:
    """One request to Strawberry's schema, with its caches."""

    async def execute() -> Any:
        result = await schema.execute(work.query, context_value=Context(source, "0"))
        errors = {"errors": [error.formatted for error in result.errors]} if result.errors else {}
        return {"data": result.data, **errors}

    return execute


def cells(engine: Engine, ready: Engine, *, quick: bool) -> dict[Cell, tuple[Work, Execute]]:
    """What takes turns."""
    if quick:
        return {Cell("gateway", name): (WORKS[name], by_engine(engine, WORKS[name])) for name in _QUICK_WORKS}
    chosen: dict[Cell, tuple[Work, Execute]] = {}
    for name in _WORKS:
        work = WORKS[name]
        chosen[Cell("gateway", name)] = work, by_engine(engine, work)
        chosen[Cell("vanilla", name)] = work, by_strawberry(MemorySource(), work)
    undeclared = WORKS["undeclared"]
    chosen[Cell("gateway", "undeclared")] = undeclared, by_engine(engine, undeclared)
    chosen[Cell("gateway", "ready")] = WORKS["q1"], by_engine(ready, WORKS["q1"])
    chosen[Cell("vanilla", "ready")] = WORKS["q1"], by_strawberry(ReadySource(), WORKS["q1"])
    return chosen


async def measure(rounds: int, turn_s: float, *, quick: bool) -> dict[str, Samples]:
    """Verify each cell, then let them take turns."""
    engine, ready = open_engine(graph), open_engine(ready_graph.graph)
    turns = cells(engine, ready, quick=quick)
    samples = {cell: await _prepare(*turn, turn_s) for cell, turn in turns.items()}
    order, shuffler = list(turns), random.Random(5)
    for _ in range(rounds):
        shuffler.shuffle(order)
        for cell in order:
            with collecting_as_shipped(cell.contestant):
                await _take(turns[cell][1], samples[cell])
    await asyncio.gather(engine.close(), ready.close())
    return {str(cell): taken for cell, taken in samples.items()}


@contextmanager
def collecting_as_shipped(contestant: str) -> Iterator[None]:
    """Each pays for its own garbage, and is collected from as its process would be: the gateway's spares what lives."""
    thresholds = gc.get_threshold()
    gc.collect()
    if contestant == "gateway":
        spare_what_lives()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


async def _prepare(work: Work, execute: Execute, turn_s: float) -> Samples:
    for _ in range(_LEAST):
        work.check(orjson.loads(orjson.dumps(await execute())), 0)
    began_s, done = time.perf_counter(), 0
    while time.perf_counter() - began_s < turn_s:
        await execute()
        done += 1
    return Samples(requests=max(_LEAST, done))


async def _take(execute: Execute, samples: Samples) -> None:
    began_s, cpu_s = time.perf_counter(), time.process_time()
    for _ in range(samples.requests):
        await execute()
    samples.cpu_ms.append((time.process_time() - cpu_s) * 1000 / samples.requests)
    samples.per_s.append(samples.requests / (time.perf_counter() - began_s))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.in_process")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--turn-s", type=float, default=0.2)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    # What a failing field logs in production is written, to nobody; Strawberry would log a traceback each time.
    configure_logs(readable=False)
    logging.getLogger("strawberry.execution").setLevel(logging.CRITICAL)
    taken = uvloop.run(measure(options.rounds, options.turn_s, quick=options.quick))
    print(json.dumps({cell: asdict(samples) for cell, samples in taken.items()}))
