"""The deadline of a request: one moment that flows down into every call."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from types import CoroutineType
from typing import Any, Generic, TypeVar

import msgspec

from .clock import Clock
from .errors import BackendTimeout
from .time_limit import time_limit

T = TypeVar("T")


class Deadline(msgspec.Struct, frozen=True):
    """A moment on the monotonic clock after which nothing more is waited for."""

    at_s: float
    clock: Clock

    @classmethod
    def after(cls, seconds: float, clock: Clock) -> Deadline:
        """The deadline *seconds* from now."""
        return cls(clock.monotonic_s() + seconds, clock)

    def remaining_s(self) -> float:
        """Seconds left; zero or less when the moment has passed."""
        return self.at_s - self.clock.monotonic_s()


def request_time_s(*bounds: float | None) -> float:
    """The time a request may take: the least of the given bounds, `None` standing for no bound.

    Bounds are the setting, the client's wish and what Lambda leaves.
    """
    return min([bound for bound in bounds if bound is not None])


async def within(deadline: Deadline, work: Awaitable[T], label: str) -> T:
    """What *work* gives, unless the deadline passes first.

    Raises:
        BackendTimeout: DEADLINE_EXCEEDED; *label* says what was still running.
    """
    if isinstance(work, CoroutineType):
        # Most that is never waited for, such as a look-up in memory, is over here: there is nothing to limit.
        try:
            waits_for = work.send(None)
        except StopIteration as over:
            value: T = over.value
            return value
        work = _Begun(work, waits_for)
    try:
        with time_limit(deadline.remaining_s()) as limit:
            return await work
    except TimeoutError as timeout:
        if not limit.has_passed:
            raise
        raise BackendTimeout(f"{label} was still running", code="DEADLINE_EXCEEDED") from timeout


class _Begun(Generic[T]):
    """Awaited, the rest of a coroutine that has run until it first waits."""

    __slots__ = ("_coroutine", "_waits_for")

    def __init__(self, coroutine: CoroutineType[Any, Any, T], waits_for: Any) -> None:
        self._coroutine = coroutine
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, T]:
        """As the coroutine's own: what the event loop sends or throws is the coroutine's."""
        waits_for = self._waits_for
        while True:
            try:
                try:
                    sent = yield waits_for
                except BaseException as thrown:  # noqa: BLE001 - the coroutine's to handle
                    waits_for = self._coroutine.throw(thrown)
                else:
                    waits_for = self._coroutine.send(sent)
            except StopIteration as over:
                value: T = over.value
                return value
