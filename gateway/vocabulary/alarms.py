"""Alarms of one event loop: however many are set, the loop has one timer.

A timer of the server's loop is a handle of libuv, which costs more to make and to close than most limits are worth:
several a request, nearly all of which end unused. Here setting and stopping one is a push on a heap and a flag.
"""

from __future__ import annotations

import asyncio
import contextvars
import math
import threading
from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

#: Stopped alarms wait in the heap for their time. When they are the greater part, and this many, they are swept out.
_SWEPT_ABOVE: Final = 512
_RESOLUTION_S: Final = 0.001


class Alarm:
    """One alarm: rings once, at its time, unless it is stopped before."""

    __slots__ = ("_alarms", "_ring")

    def __init__(self, alarms: _Alarms, ring: Callable[[], None]) -> None:
        self._alarms: _Alarms | None = alarms
        self._ring: Callable[[], None] | None = ring

    @property
    def is_set(self) -> bool:
        """Whether it will ring."""
        return self._ring is not None

    def stop(self) -> None:
        """Do not ring; one that has rung stays as it is."""
        if self._ring is not None:
            self._ring = None
            if self._alarms is not None:
                self._alarms.stopped()

    def leaves_heap(self) -> None:
        """It is about to ring, or has been stopped: nobody counts it any more."""
        self._alarms = None

    def ring(self) -> None:
        """Ring, unless it is stopped."""
        ring, self._ring = self._ring, None
        if ring is not None:
            ring()


def set_alarm(seconds: float, ring: Callable[[], None]) -> Alarm:
    """Call *ring* in the running loop after *seconds*, with no context variables.

    What it raises goes to the loop's exception handler.
    """
    loop = asyncio.get_running_loop()
    alarms: _Alarms | None = getattr(_of_this_thread, "alarms", None)
    if alarms is None or alarms.loop is not loop:
        alarms = _of_this_thread.alarms = _Alarms(loop)
    return alarms.set(seconds, ring)


class _Alarms:
    """The alarms of one loop, the earliest first."""

    __slots__ = ("_heap", "_numbers", "_rings_at_s", "_stopped", "_timer", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        # Of two for the same time the one that was set first rings first.
        self._heap: list[tuple[float, int, Alarm]] = []
        self._numbers = count()
        self._stopped = 0
        self._timer: asyncio.Handle | None = None
        # Not the timer's own `when`: for a moment that has passed uvloop's is no timer, and has none.
        self._rings_at_s = math.inf

    def set(self, seconds: float, ring: Callable[[], None]) -> Alarm:
        at_s = self.loop.time() + seconds
        alarm = Alarm(self, ring)
        heappush(self._heap, (at_s, next(self._numbers), alarm))
        if at_s < self._rings_at_s:
            self._ring_at(at_s)
        return alarm

    def stopped(self) -> None:
        """One in the heap will not ring."""
        self._stopped += 1
        if self._stopped > _SWEPT_ABOVE and self._stopped * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].is_set]
            heapify(self._heap)
            self._stopped = 0

    def _ring_at(self, at_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at_s = at_s
        # Not with the context of whoever happened to set the earliest alarm, which the timer would keep alive, too.
        self._timer = self.loop.call_at(at_s, self._ring_due, context=contextvars.Context())

    def _ring_due(self) -> None:
        self._timer, self._rings_at_s = None, math.inf
        # The server's loop counts in whole milliseconds, and rings within one of them.
        now_s = self.loop.time() + _RESOLUTION_S
        due: list[Alarm] = []
        while self._heap and (self._heap[0][0] <= now_s or not self._heap[0][2].is_set):
            alarm = heappop(self._heap)[2]
            alarm.leaves_heap()
            if alarm.is_set:
                due.append(alarm)
            else:
                self._stopped -= 1
        if self._heap:
            self._ring_at(self._heap[0][0])
        for alarm in due:
            # By the loop, so that one that fails does not keep the others from ringing.
            self.loop.call_soon(alarm.ring)


# A thread runs one loop at a time; the `alarms` of an earlier one are never heard of again.
_of_this_thread: Final = threading.local()
