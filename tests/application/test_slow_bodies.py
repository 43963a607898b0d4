"""Bodies that do not arrive, are too long, or are refused before they are read, over a real socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import pytest

from gateway.application.engine import Engine
from gateway.testing.doors import over_socket
from gateway.vocabulary.settings import Settings
from tests.application.conftest import GRAPH

TIMEOUT_S = 0.3
HEAD = b"POST /graphql HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\n"
QUERY = b'{"query": "{hello}"}'


@asynccontextmanager
async def connection(
    timeout_s: float = TIMEOUT_S,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A raw connection to a gateway that waits *timeout_s* for a body."""
    settings = Settings(body_timeout_s=timeout_s, max_body_bytes=2000)
    async with over_socket(Engine(GRAPH, settings)) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(door.url.rsplit(":", 1)[1]))
        try:
            yield reader, writer
        finally:
            writer.close()


async def answer_to(pieces: Iterable[bytes], *, pause_s: float = 0.0) -> str:
    """All that the gateway says on a connection that sends *pieces*, until it closes it."""
    async with connection() as (reader, writer):
        sending = asyncio.create_task(_send(writer, pieces, pause_s))
        received = await asyncio.wait_for(reader.read(), 10)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    return received.decode()


async def _send(writer: asyncio.StreamWriter, pieces: Iterable[bytes], pause_s: float) -> None:
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause_s)


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([HEAD + b"content-length: 20\r\n\r\n"], id="nothing"),
        pytest.param([HEAD + b"content-length: 20\r\n\r\n" + QUERY[:-1]], id="all-but-one-byte"),
        pytest.param([HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\n" + QUERY[:5] + b"\r\n"], id="open-chunks"),
    ],
)
async def test_a_body_that_stops_is_a_408_and_the_end(pieces: list[bytes]) -> None:
    """Who begins a body and does not end it is told so, and the connection closes."""
    received = await answer_to(pieces)

    assert received.startswith("HTTP/1.1 408 ")
    assert '"code":"REQUEST_TIMEOUT"' in received
    assert "connection: close" in received


async def test_a_trickle_does_not_buy_time() -> None:
    """The time is that of the whole body: a byte now and then does not prolong it."""
    pieces = [HEAD + b"content-length: 1000\r\n\r\n", *[b" "] * 100]
    began_s = time.monotonic()

    received = await answer_to(pieces, pause_s=TIMEOUT_S / 5)

    assert received.startswith("HTTP/1.1 408 ")
    assert time.monotonic() - began_s < 10 * TIMEOUT_S


async def test_a_body_in_pieces_that_arrives_in_time_is_read() -> None:
    """Chunks are put together; where they end does not matter."""
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in QUERY)
    async with connection() as (reader, writer):
        writer.write(HEAD + b"transfer-encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
        status = await reader.readline()
        received = await reader.readuntil(b"}}")

    assert b"HTTP/1.1 200 OK\r\n" == status
    assert received.endswith(b'{"data":{"hello":"hello world"}}')


async def test_a_body_that_is_too_long_is_not_waited_for() -> None:
    """As soon as the limit is passed, 413: what a body without an end has left is not read, the connection closes."""
    pieces = [HEAD + b"transfer-encoding: chunked\r\n\r\n", *[b"400\r\n" + b" " * 0x400 + b"\r\n"] * 2]

    received = await answer_to(pieces)

    assert received.startswith("HTTP/1.1 413 ")
    assert '"code":"PAYLOAD_TOO_LARGE"' in received


@pytest.mark.parametrize("head", [b"content-length: 2001\r\n", b"content-length: 2001\r\nexpect: 100-continue\r\n"])
async def test_a_body_that_says_it_is_too_long_is_not_waited_for(head: bytes) -> None:
    """413 comes at once, though nothing of the body has, and nobody is told to send it."""
    async with connection(timeout_s=30) as (reader, writer):
        writer.write(HEAD + head + b"\r\n")
        received = (await asyncio.wait_for(reader.readuntil(b"}]}"), 5)).decode()

    assert received.startswith("HTTP/1.1 413 ")
    assert '"message":"expected a body of at most 2000 bytes"' in received
    assert '"code":"PAYLOAD_TOO_LARGE"' in received


@pytest.mark.parametrize(
    "header", [b"content-encoding: gzip", b"content-encoding: br, gzip", b"content-encoding: deflate"]
)
async def test_a_compressed_body_is_refused_unread(header: bytes) -> None:
    """415 comes at once, though nothing of the body has."""
    async with connection() as (reader, writer):
        writer.write(HEAD + header + b"\r\ncontent-length: 1000\r\n\r\n")
        received = (await asyncio.wait_for(reader.readuntil(b"}]}"), 5)).decode()

    assert received.startswith("HTTP/1.1 415 ")
    assert '"code":"UNSUPPORTED_MEDIA_TYPE"' in received
    assert "accept-encoding: identity" in received
