"""The HTTP clients that the floor can be put on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import urlencode

from gateway.backends.address import parse_address
from gateway.backends.options import WireOptions
from gateway.backends.transport import open_wire
from gateway.backends.wire import Pairs, WireRequest

from .lean_client import LeanClient

#: The body of `GET path?query` as the viewer gets it.
Fetch = Callable[[str, Pairs, str], Awaitable[bytes]]

_TIMEOUT_S = 5.0
_CONNECTIONS = 100


def open_fetch(client: str, address: str) -> Fetch:
    """A fetch over *client*, one of `shipped`, `aiohttp` and `lean`."""
    return {"shipped": _over_wire, "aiohttp": _over_aiohttp, "lean": _over_lean}[client](address)


def _over_wire(address: str) -> Fetch:
    """The gateway's own transport with its defaults."""
    wire = open_wire("upstream", parse_address(address), WireOptions())

    async def fetch(path: str, query: Pairs, viewer: str) -> bytes:
        headers = (("accept", "application/json"), ("x-viewer", viewer))
        response = await wire.send(WireRequest("GET", path, query, headers), timeout_s=_TIMEOUT_S)
        assert response.status == HTTPStatus.OK
        return response.body

    return fetch


def _over_aiohttp(address: str) -> Fetch:
    """A session that is opened inside the loop; the address is not parsed again."""
    # For this floor alone: the others' starts would pay for it.
    import aiohttp  # noqa: PLC0415
    from yarl import URL  # noqa: PLC0415

    session: aiohttp.ClientSession | None = None

    async def fetch(path: str, query: Pairs, viewer: str) -> bytes:
        nonlocal session
        session = session or aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_CONNECTIONS))
        url = URL(f"{address}{path}?{urlencode(query)}", encoded=True)
        async with session.get(url, headers={"x-viewer": viewer}) as response:
            assert response.status == HTTPStatus.OK
            return await response.read()

    return fetch


def _over_lean(address: str) -> Fetch:
    client = LeanClient(address)

    async def fetch(path: str, query: Pairs, viewer: str) -> bytes:
        target = f"{path}?{urlencode(query)}" if query else path
        return await client.get(target, f"accept: application/json\r\nx-viewer: {viewer}\r\n")

    return fetch
