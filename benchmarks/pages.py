"""`python -m benchmarks.pages`: the example operations over the real services, in rounds that take turns.

Prints, for each operation, the CPU seconds that the gateway's process spends on 1,000 requests (median, least and most
of the rounds), the requests a second at the given concurrency, and the calls that one request makes.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import platform
import statistics
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import schema
from gateway import __version__
from gateway.application.engine import Engine, Viewer
from gateway.http.request import GraphQLRequest
from gateway.observe.logs import configure_logs
from gateway.testing.processes import service
from gateway.vocabulary.identity import Identity
from gateway.vocabulary.settings import BackendSettings, Settings

OPERATIONS = Path(__file__).parents[1] / "examples" / "operations"
SERVICES = ("users", "catalogue", "enrolments", "discussions", "search", "billing")
# Third parties next door, who count nothing: what is measured is the gateway.
TERMS = {f"{name}_{term}": "0" for name in ("SEARCH", "BILLING") for term in ("DELAY_MS", "RATE_PER_S")}
CASES: dict[str, dict[str, object]] = {"course_catalogue": {}, "home": {"text": "linux"}}


@dataclass(slots=True)
class Measured:
    """What the rounds of one operation took."""

    cpu_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)
    calls: int = 0


async def main() -> None:
    """Measure and print."""
    options = _options()
    configure_logs(readable=True, level=logging.ERROR)
    async with AsyncExitStack() as stack:
        backends = {name: await _backend(name, stack) for name in SERVICES}
        engine = Engine(schema.graph, Settings(backends=backends))
        measured = {name: Measured() for name in CASES}
        for name in CASES:
            measured[name].calls = await _warm_up(engine, name)
        for _ in range(options.rounds):
            for name, result in measured.items():
                await _round(engine, name, result, options.requests, options.concurrency)
        await engine.close()
    _print(measured, options)


async def _backend(name: str, stack: AsyncExitStack) -> BackendSettings:
    """The settings of a service that runs until *stack* is closed."""
    running = await stack.enter_async_context(service(["-m", f"services.{name}", "--port", "0"], environment=TERMS))
    return BackendSettings(address=running.address, headers={"x-api-key": f"demo-{name}-key"})


async def _warm_up(engine: Engine, name: str) -> int:
    for _ in range(20):
        answer = await engine.execute(*_request(name, CASES[name]))
        if "errors" in answer.result:
            raise SystemExit(f"{name}: {answer.result['errors']}")
    return len(answer.calls)


async def _round(engine: Engine, name: str, result: Measured, requests: int, concurrency: int) -> None:
    waiting = iter(range(requests))

    async def client() -> None:
        for _ in waiting:
            await engine.execute(*_request(name, CASES[name]))

    wall_s, cpu_s = time.perf_counter(), time.process_time()
    await asyncio.gather(*(client() for _ in range(concurrency)))
    result.wall_s.append(time.perf_counter() - wall_s)
    result.cpu_s.append((time.process_time() - cpu_s) * 1000 / requests)


def _request(name: str, variables: Mapping[str, object]) -> tuple[GraphQLRequest, Viewer]:
    query = (OPERATIONS / f"{name}.graphql").read_text()
    viewer = Viewer("bench", 30, Identity.from_claims({"sub": "u1"}))
    return GraphQLRequest(query=query, variables=dict(variables)), viewer


def _print(measured: Mapping[str, Measured], options: argparse.Namespace) -> None:
    print(f"onehop {__version__}, Python {platform.python_version()}, {platform.machine()}; {options.rounds} rounds of")
    print(f"{options.requests} requests, {options.concurrency} at a time; CPU seconds of the gateway's process")
    print(f"{'operation':<20}{'CPU s/1000':>12}{'least':>8}{'most':>8}{'req/s':>8}{'calls':>7}")
    for name, result in measured.items():
        cpu = result.cpu_s
        rate = options.requests / statistics.median(result.wall_s)
        print(f"{name:<20}{statistics.median(cpu):>12.2f}{min(cpu):>8.2f}{max(cpu):>8.2f}{rate:>8.0f}{result.calls:>7}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--concurrency", type=int, default=8)
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
