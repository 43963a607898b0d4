"""The clock, as a parameter: who needs the time is handed one."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Two clocks: deadlines go by the monotonic one, TTLs and idle times by the wall."""

    def monotonic_s(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...

    def wall_s(self) -> float:
        """Seconds since the Unix epoch."""
        ...


class SystemClock:
    """The machine's clocks."""

    #: Seconds of CLOCK_MONOTONIC, the one that asyncio's timers use. Read several times a call: no frame of its own.
    monotonic_s = staticmethod(time.monotonic)

    def wall_s(self) -> float:
        """Seconds since the Unix epoch."""
        return time.time()
