"""A backend that misbehaves on command: a raw asyncio peer which answers, hangs, truncates, resets and keeps count.

It reads just enough HTTP/1.1 for a client's requests. It judges nothing: `wire_conformance` does.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET
from types import TracebackType
from typing import Literal, Self

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came; `target` is path and query undecoded, `connection` counts from 1."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int = 0
    #: What the carrier said of the caller, apart from the headers.
    claims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """A proper answer."""

    status: int = 200
    headers: Pairs = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Hold:
    """A proper answer that waits for its gate to open."""

    gate: asyncio.Event
    then: Reply = field(default_factory=Reply)


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes in place of an answer, and what becomes of the connection after them; `hang` lasts until it is closed."""

    data: bytes
    end: Literal["keep", "close", "reset", "hang"] = "close"


Act = Reply | Hold | Raw


class ScriptedPeer:
    """What every peer of the suite keeps: a script, the requests that came, and how many were inside at once."""

    def __init__(self) -> None:
        #: Decides each answer; a check sets it.
        self.act: Callable[[Received], Act] = lambda _received: Reply()
        self.received: list[Received] = []
        self.inside = 0
        self.peak = 0
        self._changed = asyncio.Condition()

    async def arrived(self, count: int) -> None:
        """Wait until *count* requests have come."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.received) >= count)

    async def note(self, received: Received, perform: Callable[[Act], Awaitable[None]]) -> None:
        """Record *received*, and count it as inside while its act is performed."""
        self.inside += 1
        self.peak = max(self.peak, self.inside)
        self.received.append(received)
        try:
            async with self._changed:
                self._changed.notify_all()
            await perform(self.act(received))
        finally:
            self.inside -= 1


class Codec:
    """How a call lies inside a peer's HTTP; this one: it is the call itself."""

    def unpack(self, received: Received) -> Received:
        """The call in *received*."""
        return received

    def pack(self, reply: Reply) -> Reply:
        """The HTTP answer that carries *reply*."""
        return reply


class FaultPeer(ScriptedPeer):
    """A listening socket on 127.0.0.1; an asynchronous context manager."""

    def __init__(self, codec: Codec | None = None) -> None:
        super().__init__()
        self._codec = codec or Codec()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._busy: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._stopped = False
        #: Connections accepted so far.
        self.connections = 0
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def open_connections(self) -> int:
        """How many connections are open, as this side sees them."""
        return len(self._writers)

    async def stop(self) -> None:
        """Listen no more, and break every connection, whatever still waits to be written to it."""
        self._stopped = True
        # asyncio takes some steps between accepting a socket and calling `_accept`, and loses the socket when the
        # server is closed meanwhile.
        await _steps()
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        for task in tuple(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await _steps()

    async def close_idle(self) -> None:
        """Close the connections that wait for a request, and wait until the other side can have seen it."""
        idle = [writer for writer in self._writers if writer not in self._busy]
        for writer in idle:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in idle), return_exceptions=True)
        await self.settle()

    async def settle(self) -> None:
        """Let the event loop see whatever has arrived at its sockets: two round trips through a socket of our own."""
        for _ in range(2):
            server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
            async with server:
                reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
                await reader.read()
                writer.close()
                await writer.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._stopped:
            writer.transport.abort()
            return
        self.connections += 1
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        self._writers.add(writer)
        try:
            await self._serve(reader, writer, self.connections)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            # The client went away, or `stop` was called: the task ends either way.
            pass
        finally:
            self._writers.discard(writer)
            self._busy.discard(writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        while True:
            received = await _read_request(reader, number)
            self._busy.add(writer)
            await self._perform(received, reader, writer)
            self._busy.discard(writer)

    async def _perform(self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def perform(act: Act) -> None:
            if isinstance(act, Hold):
                await _gate_or_gone(act.gate, reader)
                act = act.then
            if isinstance(act, Reply):
                act = Raw(_reply_bytes(self._codec.pack(act), received.method), end="keep")
            writer.write(act.data)
            await writer.drain()
            await _end(act, reader, writer)

        await self.note(self._codec.unpack(received), perform)


async def _steps() -> None:
    """Let callbacks that are due, and those which they make due, run."""
    for _ in range(6):
        await asyncio.sleep(0)


async def _end(act: Raw, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Do to the connection what *act* says."""
    match act.end:
        case "keep":
            return
        case "hang":
            await reader.read()
        case "reset":
            # Linger for no time: the close sends RST in place of FIN.
            writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        case "close":
            pass
    raise ConnectionResetError("as the script says")


async def _gate_or_gone(gate: asyncio.Event, reader: asyncio.StreamReader) -> None:
    """Wait for *gate*; a client that hangs up first raises ConnectionResetError."""
    waits = {asyncio.ensure_future(gate.wait()), asyncio.ensure_future(reader.read(1))}
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    if not gate.is_set():
        raise ConnectionResetError("the client hung up")


async def _read_request(reader: asyncio.StreamReader, number: int) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = head[:-4].split("\r\n")
    method, target, _version = request_line.split(" ", 2)
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method, target, headers, body, number)


def _reply_bytes(reply: Reply, method: str) -> bytes:
    """*reply* as HTTP/1.1, with a Content-Length where RFC 9110 section 8.6 allows one."""
    lines = [f"HTTP/1.1 {reply.status} Scripted", *(f"{name}: {value}" for name, value in reply.headers)]
    if reply.status not in {204, 304}:
        lines.append(f"Content-Length: {len(reply.body)}")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return head if method == "HEAD" else head + reply.body
