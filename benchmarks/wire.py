"""`python -m benchmarks.wire`: what one call costs on each HTTP engine, in rounds that take turns.

The upstream answers 10 KB of JSON and runs in a process of its own. Prints the CPU seconds that this process spends on
1,000 calls (median, least and most of the rounds), calls a second, and what it costs to import each engine.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvloop

from gateway.backends.address import parse_address
from gateway.backends.options import WireOptions
from gateway.backends.transport import open_wire
from gateway.backends.wire import Wire, WireRequest

ENGINES = {
    "httptools": "gateway.backends.http_httptools",
    "httpx": "gateway.backends.http_httpx",
}
CONCURRENCIES = (1, 32)
BODY = b'{"id": "u1", "name": "Ada"},' * 365
REQUEST = WireRequest("GET", "/users", (("id", "u1"), ("id", "u2")), (("accept", "application/json"),))

_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Tue, 24 Nov 2026 12:00:00 GMT\r\nServer: bench\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)


@dataclass(slots=True)
class Measured:
    """What the rounds of one engine took."""

    cpu_s: list[float] = field(default_factory=list)
    wall_s: list[float] = field(default_factory=list)


class Upstream(asyncio.Protocol):
    """Answers whatever ends a head; the requests here have no bodies and come one by one."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"\r\n\r\n"):
            self._transport.write(_ANSWER)


async def serve() -> None:
    """Be the upstream: print the port, and stop when the standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Upstream, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


@asynccontextmanager
async def upstream() -> AsyncIterator[int]:
    """The port of an upstream in another process."""
    command = [sys.executable, "-m", "benchmarks.wire", "--serve"]
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


async def measure(options: argparse.Namespace) -> dict[tuple[str, int], Measured]:
    """Every engine at every concurrency, one round after another."""
    measured = {(engine, concurrency): Measured() for concurrency in CONCURRENCIES for engine in options.engines}
    async with upstream() as port:
        address = parse_address(f"http://127.0.0.1:{port}")
        wires = {engine: open_wire("bench", address, WireOptions(engine=engine)) for engine in options.engines}
        for wire in wires.values():
            await _calls(wire, 50, 32)
        for _ in range(options.rounds):
            for (engine, concurrency), result in measured.items():
                await _round(wires[engine], options.requests, concurrency, result)
        for wire in wires.values():
            await wire.close()
    return measured


async def _round(wire: Wire, requests: int, concurrency: int, result: Measured) -> None:
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    await _calls(wire, requests, concurrency)
    result.wall_s.append(time.perf_counter() - wall_s)
    result.cpu_s.append((time.process_time() - cpu_s) * 1000 / requests)


async def _calls(wire: Wire, requests: int, concurrency: int) -> None:
    waiting = iter(range(requests))

    async def caller() -> None:
        for _ in waiting:
            response = await wire.send(REQUEST, timeout_s=60)
            if response.body != BODY:
                raise SystemExit(f"another answer than the upstream's: {response}")

    await asyncio.gather(*(caller() for _ in range(concurrency)))


def import_ms(module: str, rounds: int) -> float:
    """Median CPU milliseconds of importing *module* after the wire port and asyncio, each in a fresh process."""
    code = (
        "import asyncio, time, gateway.backends.transport\n"
        f"began = time.process_time(); import {module}; print((time.process_time() - began) * 1000)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True) for _ in range(rounds)]
    return statistics.median(float(run.stdout) for run in runs)


def main() -> None:
    """Measure and print."""
    options = _options()
    run = uvloop.run if options.loop == "uvloop" else asyncio.run
    if options.serve:
        run(serve())
        return
    measured = run(measure(options))
    print(f"Python {platform.python_version()}, {platform.machine()}, {options.loop}; {options.rounds} rounds of")
    print(f"{options.requests} calls for {len(BODY)} bytes; CPU seconds of the caller's process")
    print(f"{'engine':<12}{'at once':>8}{'CPU s/1000':>12}{'least':>8}{'most':>8}{'calls/s':>9}")
    for (engine, concurrency), result in measured.items():
        cpu, rate = result.cpu_s, options.requests / statistics.median(result.wall_s)
        figures = f"{statistics.median(cpu):>12.3f}{min(cpu):>8.3f}{max(cpu):>8.3f}{rate:>9.0f}"
        print(f"{engine:<12}{concurrency:>8}{figures}")
    for engine in options.engines:
        print(f"import {engine}: {import_ms(ENGINES[engine], options.rounds):.0f} ms")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wire")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
