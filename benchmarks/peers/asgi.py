"""The least of ASGI that a hand-written application needs."""

from __future__ import annotations

from typing import Any

_JSON = (b"content-type", b"application/json")


async def read(receive: Any) -> bytes:
    """The whole request body."""
    message = await receive()
    body: bytes = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    return body


async def answer(send: Any, body: bytes) -> None:
    """Send *body* as JSON with status 200."""
    headers = [_JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def live(receive: Any, send: Any) -> None:
    """Answer the server's start-up and shut-down events."""
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


def viewer_of(scope: Any) -> str:
    """The header `x-viewer`."""
    return next((value.decode() for name, value in scope["headers"] if name == b"x-viewer"), "0")
