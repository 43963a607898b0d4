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
from collections.abc import Collection, Hashable, Mapping
from functools import partial
from typing import Any

from ..declare.loader import Write
from ..vocabulary.deadline import Deadline
from ..vocabulary.errors import EngineError
from ..vocabulary.raised import as_failure
from ..vocabulary.tasks import start_task
from .calling import Caller
from .cancellation import cancel
from .flight import Flight, Outcome
from .passes import call_each


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
        self, place: Hashable, keys: Collection[Any], deadline: Deadline, *, after: int
    ) -> tuple[dict[Flight, list[Any]], list[Any]] | None:
        """Which of *keys* are under way in flights that may be joined, by flight, and which are not; None: not one is.

        *place* is loader, arguments and partition. Flights up to the number *after* are left alone.
        """
        shared = self._shared.get(place)
        if shared is None:
            return None
        # The same request comes again while it is answered: all keys are those of one flight, which is alone here.
        first = shared.get(next(iter(keys)))
        if first is not None and first.keys == [*keys] and _is_alone(first, shared):
            return ({first: first.keys}, []) if first.number > after and first.takes(deadline) else None
        joinable: dict[Flight, list[Any]] = {}
        rest: list[Any] = []
        for key in keys:
            flight = shared.get(key)
            if flight is not None and flight.number > after and flight.takes(deadline):
                joinable.setdefault(flight, []).append(key)
            else:
                rest.append(key)
        return (joinable, rest) if joinable else None

    def start(self, flight: Flight, caller: Caller) -> None:
        """Let *caller* make the call of *flight*; whoever asks for one of its keys at its place can find it.

        Of two flights with the same key the later one is found: it has more time, or sees more writes.
        """
        self._started += 1
        flight.number = self._started
        self._under_way.add(flight)
        flight.task = start_task(self._fly(flight, caller), name="flight")
        place = flight.place
        if place is None:
            return
        shared = self._shared.get(place)
        if shared is None:
            self._shared[place] = dict.fromkeys(flight.keys, flight)
        else:
            shared.update(dict.fromkeys(flight.keys, flight))

    def leave(self, flight: Flight, ticket: Any) -> asyncio.Task[None] | None:
        """Nobody waits for *ticket* any longer; the flight's task, cancelled and to be waited for, if it was the last.

        A task that is cancelled before its first step never takes it: its traces are removed here.
        """
        flight.waiters.pop(ticket, None)
        if flight.waiters:
            return None
        self._hide(flight)
        if not flight.has_begun:
            self._under_way.discard(flight)
        flight.task.cancel()
        return flight.task

    def outdated_by(self, write: Write[Any, Any]) -> None:
        """Let nobody join what *write* may have changed: calls of its backend, and of the loaders that it names.

        Those who are on board get what was read before, as if they had asked before.
        """
        for flight in self._under_way:
            if flight.loader.backend is write.backend or flight.loader in write.invalidates:
                self._hide(flight)

    async def close(self) -> None:
        """Cancel all that is under way and wait until it is over; who still waits gets an error."""
        flights = list(self._under_way)
        await cancel([flight.task for flight in flights])
        for flight in flights:
            self._land_lost(flight)

    async def _fly(self, flight: Flight, caller: Caller) -> None:
        flight.has_begun = True
        outcome: Outcome
        try:
            outcome = await caller.fetch(flight)
        except (asyncio.CancelledError, GeneratorExit, KeyboardInterrupt):
            self._land_lost(flight)
            raise
        except BaseException as raised:  # noqa: BLE001 - handed to every waiter, whose field it becomes the error of
            outcome = as_failure(raised)
        self._land(flight, outcome)

    def _land_lost(self, flight: Flight) -> None:
        """Tell who waits, if anybody does, that there will be no outcome."""
        self._land(flight, EngineError("a load ended without an outcome; was it cancelled from within?"))

    def _land(self, flight: Flight, outcome: Outcome) -> None:
        """Hand *outcome* to all who wait, each in a pass of its own request; leave no trace."""
        self._hide(flight)
        self._under_way.discard(flight)
        waiters, flight.waiters = flight.waiters, {}
        try:
            if len(waiters) == 1:
                ((ticket, waiter),) = waiters.items()
                waiter.landed(ticket, flight, outcome)
            else:
                call_each(partial(waiter.landed, ticket, flight, outcome) for ticket, waiter in waiters.items())
        except Exception as bug:  # noqa: BLE001 - of those who were handed the outcome; nobody awaits the task
            told = {"message": f"{flight!r} met a bug where it landed", "exception": bug, "task": flight.task}
            asyncio.get_running_loop().call_exception_handler(told)

    def _hide(self, flight: Flight) -> None:
        """Let nobody find *flight* any more."""
        place, flight.place = flight.place, None
        shared = self._shared.get(place) if place is not None else None
        if shared is None:
            return
        if len(flight.keys) > 1 and _is_alone(flight, shared):
            del self._shared[place]
            return
        for key in flight.keys:
            if shared.get(key) is flight:
                del shared[key]
        if not shared:
            del self._shared[place]

    def __len__(self) -> int:
        return len(self._under_way)

    def __repr__(self) -> str:
        shared = len({flight for place in self._shared.values() for flight in place.values()})
        return f"<Flights: {len(self._under_way)} under way, {shared} of them shared>"


def _is_alone(flight: Flight, shared: Mapping[Any, Flight]) -> bool:
    """Whether *shared* holds nothing else."""
    return len(shared) == len(flight.keys) and set(shared.values()) == {flight}
