"""A limit on the time that a block of a coroutine takes: `asyncio.timeout` with an alarm for its timer."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from .alarms import Alarm, set_alarm


class time_limit:  # noqa: N801 - reads as the statement that it is: `with time_limit(2.5):`
    """Cancels its block after *seconds*, and raises TimeoutError where the block ends by that.

    A cancellation from elsewhere stays one, and a TimeoutError that the block raises by itself passes unchanged: then
    `has_passed` is false, or the limit passed later than it.
    """

    __slots__ = ("_alarm", "_cancelling", "_seconds", "_task", "has_passed")

    _alarm: Alarm
    _task: asyncio.Task[object]

    def __init__(self, seconds: float) -> None:
        """Zero and less let the block run until it first waits."""
        self._seconds = seconds
        self.has_passed = False

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("expected a task, which alone can be cancelled")
        self._task = task
        self._cancelling = task.cancelling()
        self._alarm = set_alarm(self._seconds, self._pass)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alarm.stop()
        # Cancelled once more by somebody else, it is theirs to end.
        if self.has_passed and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise TimeoutError from error

    def _pass(self) -> None:
        self.has_passed = True
        self._task.cancel()
