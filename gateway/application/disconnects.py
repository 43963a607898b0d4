"""A client that leaves: what was done for it alone is cancelled."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final

from starlette.types import Receive

from ..vocabulary.alarms import Alarm, set_alarm

#: From then on a client is watched: to watch costs more than most answers that are there sooner.
UNWATCHED_S: Final = 0.05


class ClientLeftError(Exception):
    """The client closed its connection before it had its answer; nobody is there to be told."""


class while_connected:  # noqa: N801 - reads as the statement that it is: `with while_connected(receive):`
    """Runs the block as long as the client is there; its body must have been read whole.

    Leaving the block raises ClientLeftError when the client left, and the block has been cancelled for it. One that
    left in the first moments is missed when they are over.
    """

    __slots__ = ("_alarm", "_block", "_has_left", "_receive", "_watcher")

    _alarm: Alarm
    _block: asyncio.Task[object]

    def __init__(self, receive: Receive) -> None:
        """Watch the connection that *receive* tells of."""
        self._receive = receive
        self._has_left = False
        self._watcher: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        block = asyncio.current_task()
        assert block is not None  # noqa: S101 - the block is a coroutine's
        self._block = block
        self._alarm = set_alarm(UNWATCHED_S, self._begin_to_watch)

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._alarm.stop()
        if self._watcher is not None:
            self._watcher.cancel()
        # Only the watcher's own cancellation ends here; somebody else's, such as a server's that stops, goes on.
        if kind is asyncio.CancelledError and self._has_left and self._block.uncancel() == 0:
            raise ClientLeftError from None

    def _begin_to_watch(self) -> None:
        self._watcher = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        # ASGI specification, "Disconnect - receive event": the one message that comes after the body.
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        self._block.cancel()
