"""The load: kept HTTP/1.1 connections, a request after the other on each, every answer compared.

It runs in the harness, on another core than the server, and is cheap: requests are bytes made before, answers are
compared and thrown away.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from .works import WrongAnswerError

_HEAD_END = b"\r\n\r\n"
_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as bytes, and the body that must come back; None accepts any."""

    request: bytes
    body: bytes | None = None


def post(address: str, body: bytes, viewer: int) -> bytes:
    """A GraphQL request as a browser's client sends it, without what only browsers say."""
    url = urlsplit(address)
    head = (
        f"POST {url.path} HTTP/1.1\r\nhost: {url.netloc}\r\ncontent-type: application/json\r\n"
        f"accept: application/json\r\nx-viewer: {viewer}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def get(address: str) -> bytes:
    """A plain GET."""
    url = urlsplit(address)
    return f"GET {url.path} HTTP/1.1\r\nhost: {url.netloc}\r\n\r\n".encode()


class Connection(asyncio.Protocol):
    """One connection, on which one request is under way."""

    _transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a socket's can be written to
        self._came = bytearray()
        self._starts_at = self._ends_at = 0
        self._answer: asyncio.Future[bytes] | None = None

    async def ask(self, request: bytes) -> bytes:
        """The body of the answer to *request*.

        Raises:
            ConnectionError: the server closed the connection.
            WrongAnswerError: its status is not 200.
        """
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._came += data
        if not self._starts_at and _HEAD_END in self._came:
            self._read_head()
        if self._starts_at and len(self._came) >= self._ends_at and self._answer is not None:
            body = bytes(memoryview(self._came)[self._starts_at : self._ends_at])
            self._came.clear()
            self._starts_at = 0
            if not self._answer.done():
                self._answer.set_result(body)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server closed the connection"))

    def _read_head(self) -> None:
        end = self._came.index(_HEAD_END)
        head = bytes(self._came[:end])
        length = head.lower().partition(b"\r\ncontent-length:")[2].split(b"\r\n", 1)[0]
        self._starts_at = end + len(_HEAD_END)
        self._ends_at = self._starts_at + int(length or 0)
        if head.split(b" ", 2)[1] != b"200" and self._answer is not None and not self._answer.done():
            self._answer.set_exception(WrongAnswerError(f"expected status 200, got {bytes(self._came[:500])!r}"))


async def connect(address: str) -> Connection:
    """A connection to the server at *address*."""
    url = urlsplit(address)
    _, connection = await asyncio.get_running_loop().create_connection(Connection, url.hostname, url.port)
    return connection


async def fetch(address: str, request: bytes) -> bytes:
    """The body of the answer to one request on a connection of its own."""
    connection = await connect(address)
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            return await connection.ask(request)
    finally:
        connection.close()


class Load:
    """Connections that have each had one answer, so that opening them is not measured."""

    def __init__(self, connections: Sequence[Connection]) -> None:
        self._connections = connections

    @classmethod
    async def open(cls, address: str, exchanges: Sequence[Exchange], concurrency: int) -> Load:
        """Connect, and ask once on each connection."""
        load = cls([await connect(address) for _ in range(concurrency)])
        await load.run(exchanges, concurrency)
        return load

    async def run(self, exchanges: Sequence[Exchange], requests: int) -> list[float]:
        """Send *requests*, taking *exchanges* in turn; the seconds that each took.

        Raises:
            WrongAnswerError: an answer differs by a byte.
            TimeoutError: they took more than two minutes.
        """
        numbers = iter(range(requests))
        taken_s: list[float] = []

        async def client(connection: Connection) -> None:
            for number in numbers:
                exchange = exchanges[number % len(exchanges)]
                began_s = time.perf_counter()
                body = await connection.ask(exchange.request)
                taken_s.append(time.perf_counter() - began_s)
                if exchange.body is not None and body != exchange.body:
                    raise WrongAnswerError(f"expected {exchange.body[:300]!r}, got {body[:300]!r}")

        async with asyncio.timeout(_TIMEOUT_S), asyncio.TaskGroup() as clients:
            for connection in self._connections:
                clients.create_task(client(connection))
        return taken_s

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
