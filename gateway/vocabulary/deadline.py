"""The deadline of a request: one moment that flows down into every call."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

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
    try:
        with time_limit(deadline.remaining_s()) as limit:
            return await work
    except TimeoutError as timeout:
        if not limit.has_passed:
            raise
        raise BackendTimeout(f"{label} was still running", code="DEADLINE_EXCEEDED") from timeout
