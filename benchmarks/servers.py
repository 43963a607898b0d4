"""Servers as child processes on one core: started in a scratch directory, known by port, gone at the end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from gateway.testing.processes import listening, service

from .contestants import CONTESTANTS, SCRATCH, importable
from .cpu import CORES, cpu_s, family, pinned

_STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Server:
    """A contestant that listens."""

    name: str
    address: str
    pid: int

    def cpu_s(self) -> float:
        """CPU seconds that it has used."""
        return cpu_s(self.pid)


@asynccontextmanager
async def running_upstream(delay_ms: float = 0) -> AsyncIterator[str]:
    """The address of an upstream, which stays on this process's core."""
    arguments = ["-m", "benchmarks.upstream", "--delay-ms", str(delay_ms)]
    async with service(arguments, environment=importable()) as running:
        yield running.address


@asynccontextmanager
async def running_servers(names: Iterable[str], upstream: str) -> AsyncIterator[Mapping[str, Server]]:
    """The named contestants over *upstream*, those left out whose parts are not installed."""
    processes: list[asyncio.subprocess.Process] = []
    servers: dict[str, Server] = {}
    try:
        for name in names:
            if CONTESTANTS[name].is_here:
                port = free_port()
                processes.append(await start(name, port, upstream))
                await listening(port)
                servers[name] = Server(name, f"http://127.0.0.1:{port}/graphql", processes[-1].pid)
        yield servers
    finally:
        await asyncio.gather(*map(stop, processes))


async def start(name: str, port: int, upstream: str) -> asyncio.subprocess.Process:
    """Start a contestant; it need not listen yet."""
    command = CONTESTANTS[name].command(port, upstream)
    SCRATCH.mkdir(parents=True, exist_ok=True)
    return await asyncio.create_subprocess_exec(
        *pinned(command.arguments, CORES[0]),
        env={**os.environ, **command.environment},
        # Away from the repository, whose `gateway.toml` is the reference graph's.
        cwd=SCRATCH,
        # Records of requests are written as in production, and nobody reads them.
        stdout=asyncio.subprocess.DEVNULL,
        stderr=None if "BENCH_STDERR" in os.environ else asyncio.subprocess.DEVNULL,
    )


async def stop(process: asyncio.subprocess.Process) -> None:
    """End a server that `start` gave: by SIGTERM, and by SIGKILL, its workers too, when it does not."""
    members = family(process.pid)
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        for member in members:
            with suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        await process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
