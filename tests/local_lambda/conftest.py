"""A running local Lambda, a caller of it over raw HTTP, and a place where handlers and tests meet."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import select
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.local_lambda import Function, LocalLambda

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_function_error(self) -> bool:
        return self.headers.get("X-Amz-Function-Error") == "Unhandled"


class Caller:
    """Calls the Invoke API as an SDK would, less the signature."""

    def __init__(self, session: aiohttp.ClientSession, local: LocalLambda) -> None:
        self.local = local
        self._session = session

    async def invoke(
        self, reference: str, event: Any = None, *, payload: bytes | None = None, query: str = "", **headers: str
    ) -> Answer:
        body = json.dumps(event).encode() if payload is None else payload
        url = f"{self.local.endpoint}/2015-03-31/functions/{reference}/invocations{query}"
        named = {f"X-Amz-{name.title().replace('_', '-')}": value for name, value in headers.items()}
        # A stream, as aiohttp warns of large bodies given as bytes.
        async with self._session.post(url, data=io.BytesIO(body), headers=named) as response:
            return Answer(response.status, response.headers, await response.read())

    async def get(self, path: str) -> Answer:
        async with self._session.get(f"{self.local.endpoint}{path}") as response:
            return Answer(response.status, response.headers, await response.read())


@dataclass(frozen=True)
class Guest:
    """A handler that waits in `meet` for the test's answer."""

    pid: int
    has_client_context: bool
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter

    async def dismiss(self, result: Any = None) -> None:
        self._writer.write(json.dumps(result).encode() + b"\n")
        await self._writer.drain()

    async def is_gone(self) -> bool:
        """Wait until the other end is closed, as it is when its process has ended."""
        with contextlib.suppress(ConnectionResetError):
            return await self._reader.read() == b""
        return True


class Meeting:
    def __init__(self, port: int, guests: asyncio.Queue[Guest]) -> None:
        self.port = port
        self._guests = guests

    async def guest(self) -> Guest:
        async with asyncio.timeout(30):
            return await self._guests.get()


@pytest.fixture
async def meeting() -> AsyncIterator[Meeting]:
    guests: asyncio.Queue[Guest] = asyncio.Queue()
    writers: list[asyncio.StreamWriter] = []

    async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        said = json.loads(await reader.readline())
        guests.put_nowait(Guest(said["pid"], said["client"], reader, writer))

    server = await asyncio.start_server(welcome, "127.0.0.1", 0)
    yield Meeting(server.sockets[0].getsockname()[1], guests)
    for writer in writers:
        writer.close()
    server.close()
    await server.wait_closed()


@pytest.fixture
async def caller_of() -> AsyncIterator[Callable[[LocalLambda], Caller]]:
    """Make the caller of a local Lambda that the test starts and stops itself."""
    async with aiohttp.ClientSession() as session:
        yield lambda local: Caller(session, local)


@pytest.fixture
async def run(caller_of: Callable[[LocalLambda], Caller]) -> AsyncIterator[Callable[..., Any]]:
    """Start functions and return their caller; options are those of LocalLambda."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(*functions: Function, **options: Any) -> Caller:
            return caller_of(await stack.enter_async_context(LocalLambda(functions, **options)))

        yield start


@pytest.fixture
def function() -> Callable[..., Function]:
    """Make a function of `functions.py`, named as its handler unless said otherwise."""

    def make(handler: str, **fields: Any) -> Function:
        defaults: dict[str, Any] = {"name": handler, "directory": HERE, "timeout_s": 20.0}
        return Function(handler=f"functions.{handler}", **{**defaults, **fields})

    return make


@dataclass(frozen=True)
class ProcessWatch:
    """Sees the end of any process, its parent or not, without polling."""

    _pidfd: int

    def has_ended(self, within_s: float) -> bool:
        return bool(select.select([self._pidfd], [], [], within_s)[0])


@pytest.fixture
def watch() -> Any:
    pidfds: list[int] = []

    def of(pid: int) -> ProcessWatch:
        pidfds.append(os.pidfd_open(pid))
        return ProcessWatch(pidfds[-1])

    yield of
    for pidfd in pidfds:
        os.close(pidfd)
