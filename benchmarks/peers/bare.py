"""A bare ASGI application: it reads the request and sends q3's answer, which it does not compute."""

from __future__ import annotations

from typing import Any

import orjson

from benchmarks.data import GREETING

from .asgi import answer, live, read

_ANSWER = orjson.dumps({"data": {"greet": GREETING}})


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await live(receive, send)
        return
    await read(receive)
    await answer(send, _ANSWER)
