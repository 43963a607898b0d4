"""A clock that tests move by hand. asyncio's own timers do not follow it."""

from __future__ import annotations


class ManualClock:
    """A `Clock` that stands still until it is advanced."""

    def __init__(self, *, monotonic_s: float = 0.0, wall_s: float = 1_700_000_000.0) -> None:
        """Start at these times; the wall's default is some second of November 2023."""
        self._monotonic_s = monotonic_s
        self._wall_s = wall_s

    def monotonic_s(self) -> float:
        """Seconds since the clock's own beginning."""
        return self._monotonic_s

    def wall_s(self) -> float:
        """Seconds since the Unix epoch."""
        return self._wall_s

    def advance(self, seconds: float) -> None:
        """Move both clocks on by *seconds*.

        Raises:
            ValueError: *seconds* is negative; a monotonic clock never goes back.
        """
        if seconds < 0:
            raise ValueError(f"expected 0 seconds or more, got {seconds}")
        self._monotonic_s += seconds
        self._wall_s += seconds
