"""The client of one request, as long as it is answered: slow with its body, or gone, it ends the work for it."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final, Self

from starlette.types import Receive

from ..vocabulary.alarms import Alarm, set_alarm
from ..vocabulary.errors import ClientError

#: From then on a client is watched: to watch costs more than most answers that are there sooner.
UNWATCHED_S: Final = 0.05


class ClientLeftError(Exception):
    """The client closed its connection before it had its answer; nobody is there to be told."""


class ConnectedClient:
    """Runs a block as long as the client is there: `with ConnectedClient(receive, body_timeout_s=10) as client:`.

    Leaving the block raises ClientLeftError when the client left, and the block has been cancelled for it. One that
    left in the first moments is missed when they are over. One alarm serves for both, the body and the watch.
    """

    __slots__ = (
        "_alarm",
        "_block",
        "_body_timeout_s",
        "_cancelling",
        "_has_left",
        "_is_late",
        "_is_reading",
        "_is_slow",
        "_may_leave",
        "_receive",
        "_watcher",
    )

    _alarm: Alarm
    _block: asyncio.Task[object]

    def __init__(self, receive: Receive, *, body_timeout_s: float, may_leave: bool = True) -> None:
        """The client that *receive* tells of; one that cannot leave, as that of a Lambda event, is not watched."""
        self._receive = receive
        self._body_timeout_s = body_timeout_s
        self._may_leave = may_leave
        self._is_reading = self._is_slow = self._is_late = self._has_left = False
        self._cancelling = 0
        self._watcher: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        block = asyncio.current_task()
        assert block is not None  # noqa: S101 - the block is a coroutine's
        self._block = block
        self._alarm = set_alarm(min(UNWATCHED_S, self._body_timeout_s), self._look)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._alarm.stop()
        if self._watcher is not None:
            self._watcher.cancel()
            # Whose traceback, once it is cancelled, knows this.
            self._watcher = None
        # Only the watcher's own cancellation ends here; somebody else's, such as a server's that stops, goes on.
        if kind is asyncio.CancelledError and self._has_left and self._block.uncancel() == 0:
            raise ClientLeftError from None

    async def body(self, limit_bytes: int) -> bytes:
        """The body of the request. ASGI specification, "Request - receive event".

        Raises:
            ClientError: PAYLOAD_TOO_LARGE past *limit_bytes*, REQUEST_TIMEOUT when its time is over; nothing more is
                read then.
            ClientLeftError: the client left before the body was whole.
        """
        self._is_reading = True
        try:
            body = await self._whole_body(limit_bytes)
        except asyncio.CancelledError:
            # Cancelled once more by somebody else, it is theirs to end.
            if not self._is_late or self._block.uncancel() > self._cancelling:
                raise
            expected = f"expected the whole body within {self._body_timeout_s:g} s"
            raise ClientError(expected, code="REQUEST_TIMEOUT") from None
        self._is_reading = False
        if self._is_slow:
            self._alarm.stop()
            self._alarm = set_alarm(UNWATCHED_S, self._look)
        return body

    async def _whole_body(self, limit_bytes: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientLeftError
            part: bytes = message.get("body", b"")
            size += len(part)
            if size > limit_bytes:
                raise too_large(limit_bytes)
            parts.append(part)
            if not message.get("more_body", False):
                return part if len(parts) == 1 else b"".join(parts)

    def _look(self) -> None:
        """The first moments are over."""
        if self._is_reading:
            self._is_slow = True
            self._alarm = set_alarm(self._body_timeout_s - UNWATCHED_S, self._end_reading)
        elif self._may_leave:
            self._watcher = asyncio.create_task(self._watch())

    def _end_reading(self) -> None:
        self._is_late = True
        self._cancelling = self._block.cancelling()
        self._block.cancel()

    async def _watch(self) -> None:
        await until_it_leaves(self._receive)
        self._has_left = True
        self._block.cancel()


async def until_it_leaves(receive: Receive) -> None:
    """Wait until the client whose body has been read leaves. ASGI specification, "Disconnect - receive event"."""
    while (await receive())["type"] != "http.disconnect":
        pass


def too_large(limit_bytes: int) -> ClientError:
    """The error of a body that is larger than it may be."""
    return ClientError(f"expected a body of at most {limit_bytes} bytes", code="PAYLOAD_TOO_LARGE")
