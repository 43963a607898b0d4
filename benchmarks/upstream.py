"""`python -m benchmarks.upstream`: the service behind every contestant, in a process of its own.

Cheap and constant: each distinct answer is encoded once. Prints its address; `GET /calls` says how many requests it
had.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

import orjson
import uvloop

from . import data

_VIEWER = re.compile(rb"\r\nx-viewer: *(\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"
_BY_ID: dict[str, Callable[[int], data.Row]] = {
    "/users": data.user,
    "/companies": data.company,
    "/cities": data.city,
    "/countries": data.country,
}


@lru_cache(maxsize=10_000)
def answer(target: str, viewer: int) -> bytes:
    """The whole response to `GET target`."""
    url = urlsplit(target)
    body = orjson.dumps(_rows(url.path, parse_qsl(url.query), viewer))
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def _rows(path: str, query: list[tuple[str, str]], viewer: int) -> list[data.Row]:
    if path in _BY_ID:
        ids = [int(value) for name, value in query if name == "id"]
        return [_BY_ID[path](id_) for id_ in ids if id_ != data.NOBODY]
    if path == "/posts":
        given = dict(query)
        return data.posts(int(given.get("count", data.POSTS)), viewer, int(given.get("broken", 0)))
    if path == "/wide":
        return data.wide()
    raise ValueError(f"no such path: {path}")


class Upstream:
    """Counts requests, and answers them at once or after *delay_s*."""

    def __init__(self, delay_s: float) -> None:
        self.calls = 0
        self.delay_s = delay_s

    def respond(self, head: bytes, transport: asyncio.Transport) -> None:
        target = head.split(b" ", 2)[1].decode()
        if target == "/calls":
            body = str(self.calls).encode()
            transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
            return
        self.calls += 1
        found = _VIEWER.search(head)
        response = answer(target, int(found[1]) if found else 0)
        if self.delay_s:
            asyncio.get_running_loop().call_later(self.delay_s, transport.write, response)
        else:
            transport.write(response)


class UpstreamConnection(asyncio.Protocol):
    """One kept connection; requests have no bodies."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # a socket's can be written to

    def data_received(self, data: bytes) -> None:
        *heads, self._unread = (self._unread + data).split(_HEAD_END)
        for head in heads:
            self._upstream.respond(head, self._transport)


async def serve(delay_ms: float) -> None:
    """Serve on a free port until killed."""
    upstream = Upstream(delay_ms / 1000)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: UpstreamConnection(upstream), "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.upstream")
    parser.add_argument("--delay-ms", type=float, default=0)
    uvloop.run(serve(parser.parse_args().delay_ms))
