"""An HTTP service of `gateway dev`: started, waited for until it answers, started again when it dies."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ..backends.address import parse_address
from ..backends.options import WireOptions
from ..backends.transport import open_wire
from ..backends.wire import WireRequest
from ..vocabulary.errors import GatewayError
from ..vocabulary.settings import ServiceSettings
from .child import Child

START_S = 20.0
_POLL_S = 0.05
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 2.0


class ServiceFailedError(Exception):
    """A service did not start; the text says what it did instead."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where services run: the host they listen on and the directory for their data."""

    host: str
    state: str


class HttpService:
    """One HTTP service by its command."""

    def __init__(
        self, name: str, settings: ServiceSettings, port: int, place: Place, say: Callable[[str], None]
    ) -> None:
        """Describe the service *name* at *port*; what it prints and what becomes of it goes to *say*."""
        self.name = name
        self.address = f"http://{place.host}:{port}"
        self._say = say
        values = {"host": place.host, "port": str(port), "python": sys.executable, "state": place.state}
        self._command = filled(settings.command or (), values)
        self._environment = dict(zip(settings.environment, filled(settings.environment.values(), values), strict=True))
        self._health = self.address + settings.health
        self._child: Child | None = None
        self._is_renewed = False

    @property
    def pid(self) -> int | None:
        """The process id of its present run."""
        return self._child.pid if self._child else None

    async def start(self) -> None:
        """Start it and wait until its health path answers 200.

        Raises:
            ServiceFailedError: there is no such program, it ended by itself, or it was not ready within 20 s.
        """
        program = shutil.which(self._command[0])
        if program is None:
            raise ServiceFailedError(f"{self.name}: expected a program to run, got {self._command[0]!r}, which is none")
        spawning = asyncio.create_task(Child.start([program, *self._command[1:]], self._environment, self._say))
        try:
            self._child = await asyncio.shield(spawning)
        except asyncio.CancelledError:
            # What is being spawned will run: it must be known, to be stopped.
            self._child = await spawning
            raise
        try:
            async with asyncio.timeout(START_S):
                while not await answers(self._health):
                    if self._child.exit_code is not None:
                        raise ServiceFailedError(f"{self.name}: ended with code {self._child.exit_code} at its start")
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise ServiceFailedError(f"{self.name}: {self._health} did not answer 200 within {START_S:g} s") from None

    async def keep_running(self) -> None:
        """Start it again whenever it ends, after a pause that grows while it keeps failing; runs until cancelled."""
        pause_s = _FIRST_PAUSE_S
        while True:
            assert self._child is not None  # noqa: S101 - `start` comes first
            code = await self._child.wait()
            await self._child.stop()
            if not self._is_renewed:
                self._say(f"ended with code {code}; starting it again in {pause_s:g} s")
                await asyncio.sleep(pause_s)
            self._is_renewed = False
            try:
                await self.start()
            except ServiceFailedError as failed:
                self._say(str(failed))
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
            else:
                self._say(f"runs again at {self.address}")
                pause_s = _FIRST_PAUSE_S

    async def renew(self, changed: Path) -> None:
        """End it because of what has *changed*; `keep_running` starts it again, at once."""
        self._say(f"{changed.name} has changed; starting it again")
        self._is_renewed = True
        await self.stop()

    async def stop(self) -> None:
        """End it."""
        if self._child is not None:
            await self._child.stop()

    def kill(self) -> None:
        """End it at once."""
        if self._child is not None:
            self._child.kill()


def filled(texts: Iterable[str], values: Mapping[str, str]) -> list[str]:
    """*texts* with `{host}`, `{port}`, `{python}` and `{state}` replaced; other braces stay."""
    made = []
    for text in texts:
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)  # noqa: PLW2901 - one replacement after the other
        made.append(text)
    return made


async def answers(url: str) -> bool:
    """Whether *url* answers 200."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    wire = open_wire("service", parse_address(origin), WireOptions())
    try:
        response = await wire.send(WireRequest("GET", url.removeprefix(origin) or "/"), timeout_s=2)
    except GatewayError:
        return False
    finally:
        await wire.close()
    return response.status == 200  # noqa: PLR2004 - RFC 9110 section 15.3.1
