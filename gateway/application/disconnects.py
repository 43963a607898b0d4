"""A client that leaves: what was done for it alone is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Receive


class ClientLeftError(Exception):
    """The client closed its connection before it had its answer; nobody is there to be told."""


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncIterator[None]:
    """Run the block as long as the client is there; its body must have been read whole.

    Raises:
        ClientLeftError: the client left, and the block has been cancelled.
    """
    block = asyncio.current_task()
    assert block is not None  # noqa: S101 - the block is a coroutine's
    has_left = False

    async def watch() -> None:
        nonlocal has_left
        # ASGI specification, "Disconnect - receive event": the one message that comes after the body.
        while (await receive())["type"] != "http.disconnect":
            pass
        has_left = True
        block.cancel()

    watcher = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        # Only the watcher's own cancellation ends here; somebody else's, such as a server's that stops, goes on.
        if has_left and block.uncancel() == 0:
            raise ClientLeftError from None
        raise
    finally:
        watcher.cancel()
