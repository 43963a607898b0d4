"""A client with no care in it: one socket a request under way, kept, and answers with a content length alone.

No deadline, no limit, no retry, no TLS: what a gateway's HTTP client costs beyond this is the price of its care.
"""

from __future__ import annotations

import asyncio

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


class LeanClient:
    """GETs of one address."""

    def __init__(self, address: str) -> None:
        self._host, port = address.removeprefix("http://").split(":")
        self._port = int(port)
        self._idle: list[_Connection] = []

    async def get(self, target: str, headers: str) -> bytes:
        """The body of the answer; *headers* are whole lines."""
        connection = self._idle.pop() if self._idle else await self._connect()
        request = f"GET {target} HTTP/1.1\r\nhost: {self._host}\r\n{headers}\r\n"
        body = await connection.ask(request.encode())
        self._idle.append(connection)
        return body

    async def _connect(self) -> _Connection:
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, self._host, self._port)
        return connection


class _Connection(asyncio.Protocol):
    _transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a socket's can be written to
        self._answer: asyncio.Future[bytes] | None = None
        self._begin()

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._came += data
        if self._starts_at == 0:
            self._read_head()
        if self._starts_at and len(self._came) >= self._ends_at and self._answer is not None:
            self._answer.set_result(bytes(memoryview(self._came)[self._starts_at : self._ends_at]))
            self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    def _read_head(self) -> None:
        end = self._came.find(_HEAD_END)
        if end > 0:
            _, _, rest = bytes(self._came[:end]).lower().partition(_LENGTH)
            self._starts_at = end + len(_HEAD_END)
            self._ends_at = self._starts_at + int(rest.split(b"\r\n", 1)[0])

    def _begin(self) -> None:
        self._came = bytearray()
        self._starts_at = self._ends_at = 0
