"""Real services as child processes, for tests: started, known by the address they print, and gone at the end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

_ADDRESS = re.compile(r"https?://[\w.\[\]:]+")
_START_S = 20.0
_STOP_S = 5.0


@dataclass(slots=True)
class ServiceProcess:
    """A service that is running: its address, and the process that can be killed."""

    address: str
    process: asyncio.subprocess.Process

    @property
    def port(self) -> int:
        """The port in its address."""
        return int(self.address.rsplit(":", 1)[1])

    async def kill(self) -> None:
        """End it without warning, as a crash does, and wait until it is gone."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        """Ask it to end by SIGTERM, and kill it when it does not."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), _STOP_S)
        except TimeoutError:
            await self.kill()


async def start_service(arguments: Sequence[str], *, environment: Mapping[str, str] | None = None) -> ServiceProcess:
    """Start `python ARGUMENTS` and read the address from the first line that it prints.

    Raises:
        TimeoutError: it printed nothing for 20 s.
        RuntimeError: its first line names no address.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, env={**os.environ, **(environment or {})}
    )
    assert process.stdout is not None  # noqa: S101 - PIPE was asked for
    line = (await asyncio.wait_for(process.stdout.readline(), _START_S)).decode()
    found = _ADDRESS.search(line)
    if found is None:
        process.kill()
        await process.wait()
        raise RuntimeError(f"{' '.join(arguments)}: expected a line with its address first, got {line!r}")
    return ServiceProcess(found[0], process)


@asynccontextmanager
async def service(
    arguments: Sequence[str], *, environment: Mapping[str, str] | None = None
) -> AsyncIterator[ServiceProcess]:
    """A service for the time of the block; arguments and errors are those of `start_service`."""
    running = await start_service(arguments, environment=environment)
    try:
        yield running
    finally:
        await running.stop()


async def listening(port: int, *, timeout_s: float = _START_S) -> None:
    """Return once *port* accepts connections, for servers that tell nobody when they do.

    Raises:
        TimeoutError: nothing listened for *timeout_s*.
    """
    async with asyncio.timeout(timeout_s):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
                continue
            writer.close()
            await writer.wait_closed()
            return
