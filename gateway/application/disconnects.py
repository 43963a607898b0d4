"""A client that leaves: what was done for it alone is cancelled."""

from __future__ import annotations

import asyncio

from starlette.types import Receive


class ClientLeftError(Exception):
    """The client closed its connection before it had its answer; nobody is there to be told."""


class while_connected:  # noqa: N801 - reads as the statement that it is: `async with while_connected(receive):`
    """Runs the block as long as the client is there; its body must have been read whole.

    Leaving the block raises ClientLeftError when the client left, and the block has been cancelled for it.
    """

    __slots__ = ("_block", "_has_left", "_receive", "_watcher")

    def __init__(self, receive: Receive) -> None:
        """Watch the connection that *receive* tells of."""
        self._receive = receive
        self._has_left = False

    async def __aenter__(self) -> None:
        block = asyncio.current_task()
        assert block is not None  # noqa: S101 - the block is a coroutine's
        self._block = block
        self._watcher = asyncio.create_task(self._watch())

    async def __aexit__(self, kind: type[BaseException] | None, _error: object, _traceback: object) -> None:
        self._watcher.cancel()
        # Only the watcher's own cancellation ends here; somebody else's, such as a server's that stops, goes on.
        if kind is asyncio.CancelledError and self._has_left and self._block.uncancel() == 0:
            raise ClientLeftError from None

    async def _watch(self) -> None:
        # ASGI specification, "Disconnect - receive event": the one message that comes after the body.
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        self._block.cancel()
