"""Flights: calls under way, each of which requests of one partition may share. No cache: what has ended is gone.

Who guards what:

- the call's time is the client's: the least of the backend's timeout and the deadline of the request that began it;
- a flight cut short by that deadline takes nobody on board who has more time, since they would share its early end;
- a request that joins a flight with more time than itself gives up at its own deadline: `departure` sees to it;
- a request that ends leaves, and the last one to leave has the flight cancelled and waits for it.

A failure is an outcome like another, shared by all. A cancellation is not: no request sees that of another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from ..vocabulary.deadline import Deadline
from ..vocabulary.errors import EngineError
from .alignment import Aligned
from .calling import CallFacts
from .cancellation import cancel
from .passes import call_each

#: A value or exception for each key, or the exception that fails all of them.
Outcome: TypeAlias = Aligned | Exception
Work: TypeAlias = Callable[[CallFacts], Coroutine[Any, Any, Aligned]]


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """When a flight ends at the latest, on the monotonic clock, and whether a deadline made that earlier."""

    at_s: float
    is_shortened: bool

    @classmethod
    def of(cls, timeout_s: float, deadline: Deadline) -> TimeLimit:
        """The limit of a call begun now that may take *timeout_s* and has until *deadline*."""
        full_s = deadline.clock.monotonic_s() + timeout_s
        return cls(min(full_s, deadline.at_s), deadline.at_s < full_s)


class Flight:
    """One call under way and those who wait for it."""

    __slots__ = ("facts", "keys", "label", "limit", "number", "place", "task", "waiters")

    task: asyncio.Task[None]

    def __init__(self, number: int, label: str, place: Hashable | None, keys: Sequence[Any], limit: TimeLimit) -> None:
        self.number = number
        self.label = label
        self.place = place
        self.keys = keys
        self.limit = limit
        self.facts = CallFacts()
        self.waiters: dict[object, Callable[[Outcome], None]] = {}

    def join(self, waiter: object, land: Callable[[Outcome], None]) -> None:
        """Have *land* called with the outcome, unless *waiter* leaves before."""
        self.waiters[waiter] = land

    def takes(self, deadline: Deadline) -> bool:
        """Whether a request with *deadline* may wait for this one without losing time of its own."""
        return not self.limit.is_shortened or deadline.at_s <= self.limit.at_s

    def __repr__(self) -> str:
        sharing = "private" if self.place is None else "shared"
        return f"<Flight {self.number} of {self.label}, {sharing}, {len(self.keys)} keys, {len(self.waiters)} waiting>"


class Flights:
    """The flights of one engine."""

    def __init__(self) -> None:
        self._under_way: set[Flight] = set()
        self._shared: dict[Hashable, dict[Any, Flight]] = {}
        self._started = 0

    @property
    def last_number(self) -> int:
        """The number of the flight that began last: later ones have greater numbers."""
        return self._started

    def find(
        self, place: Hashable | None, keys: Iterable[Any], deadline: Deadline, *, after: int
    ) -> tuple[dict[Flight, list[Any]], list[Any]]:
        """Which of *keys* are under way in flights that may be joined, by flight, and which are not.

        *place* is loader, arguments and partition; None is no place to share. Flights up to the number *after* are
        left alone.
        """
        shared = self._shared.get(place) if place is not None else None
        if not shared:
            return {}, list(keys)
        joinable: dict[Flight, list[Any]] = {}
        rest: list[Any] = []
        for key in keys:
            flight = shared.get(key)
            if flight is not None and flight.number > after and flight.takes(deadline):
                joinable.setdefault(flight, []).append(key)
            else:
                rest.append(key)
        return joinable, rest

    def start(self, label: str, work: Work, keys: Sequence[Any], *, place: Hashable | None, limit: TimeLimit) -> Flight:
        """Begin *work*, which brings *keys*; at a *place* it can be found by whoever asks for one of them.

        Of two flights with the same key the later one is found: it has more time, or sees more writes.
        """
        self._started += 1
        flight = Flight(self._started, label, place, keys, limit)
        flight.task = asyncio.get_running_loop().create_task(self._fly(flight, work))
        flight.task.add_done_callback(partial(self._ended, flight))
        self._under_way.add(flight)
        if place is not None:
            self._shared.setdefault(place, {}).update(dict.fromkeys(keys, flight))
        return flight

    def leave(self, flight: Flight, waiter: object) -> asyncio.Task[None] | None:
        """*waiter* waits no longer; the flight's task, cancelled and to be waited for, when it was the last one."""
        flight.waiters.pop(waiter, None)
        if flight.waiters:
            return None
        self._hide(flight)
        flight.task.cancel()
        return flight.task

    async def close(self) -> None:
        """Cancel all that is under way and wait until it is over; who still waits gets an error."""
        await cancel([flight.task for flight in self._under_way])

    async def _fly(self, flight: Flight, work: Work) -> None:
        outcome: Outcome
        try:
            outcome = await work(flight.facts)
        except Exception as failure:  # noqa: BLE001 - handed to every waiter, whose field it becomes the error of
            outcome = failure
        self._land(flight, outcome)

    def _land(self, flight: Flight, outcome: Outcome) -> None:
        """Hand *outcome* to all who wait, each in a pass of its own request."""
        self._hide(flight)
        self._under_way.discard(flight)
        waiters, flight.waiters = flight.waiters, {}
        call_each(partial(land, outcome) for land in waiters.values())

    def _ended(self, flight: Flight, task: asyncio.Task[None]) -> None:
        """Leave no trace and nobody waiting, also where the task was cancelled before its first step."""
        self._under_way.discard(flight)
        if flight.waiters:
            self._land(flight, EngineError("a load ended without an outcome; was it cancelled from within?"))
        if not task.cancelled():
            # A bug of those who were handed the outcome is raised here, where the event loop reports it.
            task.result()

    def _hide(self, flight: Flight) -> None:
        """Let nobody find *flight* any more."""
        shared = self._shared.get(flight.place) if flight.place is not None else None
        if shared is None:
            return
        for key in flight.keys:
            if shared.get(key) is flight:
                del shared[key]
        if not shared:
            del self._shared[flight.place]

    def __len__(self) -> int:
        return len(self._under_way)

    def __repr__(self) -> str:
        shared = len({flight for place in self._shared.values() for flight in place.values()})
        return f"<Flights: {len(self._under_way)} under way, {shared} of them shared>"
