"""Three doors into one engine: in process, a real socket, a Lambda event. A rule of HTTP holds behind each of them."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from ..application.app import GatewayApp
from ..application.engine import Engine
from ..application.lambda_handler import LambdaHandler
from ..cli.ports import free_port
from .lambda_events import EventKind, lambda_event
from .processes import listening

try:
    import httpx
except ModuleNotFoundError as missing:
    if missing.name != "httpx":
        raise
    raise ModuleNotFoundError(
        "httpx is not installed; the doors of gateway.testing speak HTTP by it: pip install 'onehop-gateway[httpx]'",
        name="httpx",
    ) from None


@dataclass(frozen=True, slots=True)
class Received:
    """A response as a client sees it; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, decoded."""
        return msgspec.json.decode(self.body)


class Door(Protocol):
    """A way to send one HTTP request to the gateway."""

    async def send(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Received:
        """Send and wait for the whole response."""
        ...


class HttpDoor:
    """A door for an httpx client."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Send through *client*."""
        self._client = client

    @property
    def url(self) -> str:
        """Where the gateway listens."""
        return str(self._client.base_url).rstrip("/")

    async def send(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Received:
        """Send over HTTP; only the headers given and those that HTTP/1.1 needs."""
        request = self._client.build_request(method, target, headers=dict(headers or {}), content=body)
        for name in ("accept", "accept-encoding", "user-agent"):
            if name not in {given.lower() for given in headers or {}}:
                request.headers.pop(name, None)
        response = await self._client.send(request)
        return Received(response.status_code, dict(response.headers), response.content)


class LambdaDoor:
    """A door for the Lambda handler, with events of one kind.

    Lambda's runtime calls it without an event loop running; a thread of its own gives it the same.
    """

    def __init__(self, handler: LambdaHandler, kind: EventKind = "http_api", *, remaining_ms: int = 30_000) -> None:
        """Invoke *handler* with events of *kind*; *remaining_ms* is what the function has left."""
        self._handler = handler
        self._kind: EventKind = kind
        self._remaining_ms = remaining_ms
        self._thread = ThreadPoolExecutor(1, initializer=lambda: asyncio.set_event_loop(asyncio.new_event_loop()))

    async def send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        *,
        claims: Mapping[str, Any] | None = None,
    ) -> Received:
        """Invoke the function with the request as its event."""
        event = lambda_event(self._kind, method, target, headers or {}, body, claims=claims)
        response = await asyncio.get_running_loop().run_in_executor(
            self._thread, self._handler, event, LambdaContext(self._remaining_ms)
        )
        return received_from(response)

    def close(self, engine: Engine | None = None) -> None:
        """End the thread, after closing *engine*'s connections in the event loop that they belong to."""
        self._thread.submit(_end_loop, engine).result()
        self._thread.shutdown()


def _end_loop(engine: Engine | None) -> None:
    loop = asyncio.get_event_loop()
    if engine is not None:
        loop.run_until_complete(engine.close())
    loop.close()


@dataclass(frozen=True, slots=True)
class LambdaContext:
    """What Lambda tells a function about its invocation."""

    remaining_ms: int
    aws_request_id: str = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"
    function_name: str = "onehop"
    memory_limit_in_mb: int = 512

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function is stopped."""
        return self.remaining_ms


def received_from(response: Mapping[str, Any]) -> Received:
    """The HTTP response that a proxy integration makes of a function's *response*."""
    text = response.get("body") or ""
    body = base64.b64decode(text) if response.get("isBase64Encoded") else text.encode()
    several = {name.lower(): ", ".join(values) for name, values in (response.get("multiValueHeaders") or {}).items()}
    single = {name.lower(): value for name, value in (response.get("headers") or {}).items()}
    return Received(response["statusCode"], {**several, **single}, body)


@asynccontextmanager
async def in_process(engine: Engine) -> AsyncIterator[HttpDoor]:
    """The ASGI app called directly. *engine* is left open: whoever made it closes it."""
    transport = httpx.ASGITransport(GatewayApp(engine))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield HttpDoor(client)


@asynccontextmanager
async def over_socket(engine: Engine) -> AsyncIterator[HttpDoor]:
    """The app served by granian in this process, asked over a real socket; its end closes *engine*.

    Raises:
        TimeoutError: the server did not listen within 20 s.
    """
    port = free_port()
    server = Server(
        GatewayApp(engine), "127.0.0.1", port, interface=Interfaces.ASGI, http=HTTPModes.http1, log_enabled=False
    )
    serving = asyncio.create_task(server.serve())
    try:
        await listening(port)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield HttpDoor(client)
    finally:
        server.stop()  # type: ignore[no-untyped-call]  # granian has no annotation there
        await serving


@asynccontextmanager
async def as_lambda(engine: Engine, kind: EventKind = "http_api") -> AsyncIterator[LambdaDoor]:
    """The app as a Lambda function, asked with events of *kind*. *engine* is left open.

    Connections to backends that it opens belong to the function's own event loop, which `LambdaDoor.close` can close
    them in; fake backends have none.
    """
    door = LambdaDoor(LambdaHandler(engine), kind)
    try:
        yield door
    finally:
        door.close()
