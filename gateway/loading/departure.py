"""Departures: keys that wait to leave become calls, or join those that are under way already.

Deciding is synchronous: which keys join which flight, and into which calls the rest is cut. The doing is in `flights`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from ..declare.loader import Service
from ..vocabulary.errors import BackendTimeout, RuleError
from .calling import Caller
from .encoding import Sender
from .fetch import Fetch
from .flights import Flight, Flights, Outcome, TimeLimit
from .limits import Budget
from .memo import Pending, Shelf
from .partition import partition_of
from .passes import Passes, call_each
from .recording import Recorder

K = TypeVar("K")


class Departures:
    """The departures of one request, counted from 1, and its fetches under way."""

    def __init__(
        self,
        sender: Sender,
        flights: Flights,
        passes: Passes,
        *,
        caller: Caller,
        recorder: Recorder,
        budget: Budget,
    ) -> None:
        self._sender = sender
        self._caller = caller
        self._flights = flights
        self._passes = passes
        self._recorder = recorder
        self._budget = budget
        self._partitions: dict[Service, Hashable | None] = {}
        self._number = 0
        self._joins_after = 0
        self._under_way: dict[Fetch, Flight] = {}
        self._cancelled: list[asyncio.Task[None]] = []

    def next_number(self) -> int:
        """The number of a departure that begins now."""
        self._number += 1
        return self._number

    def send(self, groups: Sequence[Pending]) -> None:
        """Let *groups* leave together; what a limit forbids settles at once, in a pass of its own."""
        departure = self.next_number()
        refused: list[tuple[Fetch, RuleError]] = []
        for pending in groups:
            shelf = pending.shelves[-1]
            place = self._shared_place(shelf)
            joinable, rest = self._flights.find(place, pending.keys, self._sender.deadline, after=self._joins_after)
            joined = [self._join(pending, flight, keys, departure) for flight, keys in joinable.items()]
            own = list(self._begin_each(pending, rest, place, departure, refused))
            pending.leave_by([*joined, *own])
        if refused:
            self._passes.run(lambda: call_each(partial(fetch.settle, refusal) for fetch, refusal in refused))

    def forget(self) -> None:
        """Join no flight that has begun before now."""
        self._joins_after = self._flights.last_number

    def close(self) -> list[asyncio.Task[None]]:
        """Leave all flights; the tasks of those that nobody else waits for, cancelled and to be waited for."""
        for fetch in list(self._under_way):
            self._leave(fetch, asyncio.CancelledError())
        return self._cancelled

    def _join(self, pending: Pending, flight: Flight, keys: Sequence[Any], departure: int) -> Fetch:
        fetch = Fetch(pending, keys, departure=departure, source="flight", start_s=self._recorder.now_s())
        self._board(fetch, flight)
        if flight.limit.at_s > self._sender.deadline.at_s:
            self._passes.start(self._give_up_at_deadline(fetch, flight))
        return fetch

    def _begin_each(
        self,
        pending: Pending,
        keys: Sequence[Any],
        place: Hashable | None,
        departure: int,
        refused: list[tuple[Fetch, RuleError]],
    ) -> Iterator[Fetch]:
        """Own calls for *keys*, at most `max_batch` each; those past a limit are put among *refused*."""
        loader = pending.shelves[-1].loader
        for piece in split_batch(keys, loader.max_batch if loader.keyed else 1):
            fetch = Fetch(pending, piece, departure=departure, source="backend", start_s=self._recorder.now_s())
            refusal = self._budget.count_call(loader.label)
            if refusal is not None:
                refused.append((fetch, refusal))
            else:
                self._board(fetch, self._begin(piece, pending.shelves[-1], place))
            yield fetch

    def _begin(self, keys: Sequence[Any], shelf: Shelf, place: Hashable | None) -> Flight:
        loader = shelf.loader
        limit = TimeLimit.of(self._caller.timeout_s(loader.backend), self._sender.deadline)
        work = partial(self._caller.fetch, loader, keys, shelf.arguments)
        return self._flights.start(loader.label, work, keys, place=place, limit=limit)

    def _shared_place(self, shelf: Shelf) -> Hashable | None:
        """Where requests find each other's flights; None for what is never shared."""
        loader = shelf.loader
        if loader.opaque:
            return None
        if loader.backend not in self._partitions:
            self._partitions[loader.backend] = partition_of(loader.backend, self._sender)
        partition = self._partitions[loader.backend]
        return None if partition is None else (loader, shelf.frozen_arguments, partition)

    def _board(self, fetch: Fetch, flight: Flight) -> None:
        flight.join(fetch, partial(self._landed, fetch, flight))
        self._under_way[fetch] = flight

    def _landed(self, fetch: Fetch, flight: Flight, outcome: Outcome) -> None:
        del self._under_way[fetch]
        refusal = self._budget.count_bytes(fetch.loader.label, flight.facts.response_bytes)
        if refusal is not None and not isinstance(outcome, Exception):
            outcome = refusal
        self._record(fetch, flight, outcome if isinstance(outcome, Exception) else None)
        self._passes.run(partial(fetch.settle, outcome))

    async def _give_up_at_deadline(self, fetch: Fetch, flight: Flight) -> None:
        """Settle *fetch* when this request's time is over before the flight that it joined is."""
        await asyncio.wait([flight.task], timeout=max(0.0, self._sender.deadline.remaining_s()))
        if fetch in self._under_way:
            late = BackendTimeout(
                f"{fetch.loader.label} was still under way", code="DEADLINE_EXCEEDED", backend=fetch.loader.backend.name
            )
            self._leave(fetch, late)
            self._passes.run(partial(fetch.settle, late))

    def _leave(self, fetch: Fetch, why: BaseException) -> None:
        flight = self._under_way.pop(fetch)
        task = self._flights.leave(flight, fetch)
        if task is not None:
            self._cancelled.append(task)
        self._record(fetch, flight, why)

    def _record(self, fetch: Fetch, flight: Flight, failure: BaseException | None) -> None:
        self._recorder.call(
            fetch.loader,
            keys=len(fetch.keys) if fetch.loader.keyed else 0,
            departure=fetch.departure,
            hop=fetch.hop,
            start_s=fetch.start_s,
            facts=flight.facts,
            failure=failure,
            source=fetch.source,
        )

    def __repr__(self) -> str:
        return f"<Departures: {self._number} so far, {len(self._under_way)} fetches under way>"


def split_batch(keys: Sequence[K], limit: int) -> list[Sequence[K]]:
    """Cut *keys* into runs of at most *limit*, order kept: 250 keys by 100 give runs of 100, 100, 50.

    Raises:
        ValueError: *limit* is below 1.
    """
    if limit < 1:
        raise ValueError(f"split_batch: expected a limit of at least 1, got {limit}")
    return [keys[start : start + limit] for start in range(0, len(keys), limit)]
