"""Departures: keys that wait to leave become calls, or join those that are under way already.

Deciding is synchronous: which keys join which flight, and into which calls the rest is cut. The doing is in `flights`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any, TypeVar

from ..vocabulary.deadline import Deadline
from ..vocabulary.errors import BackendTimeout, RuleError
from .calling import Caller
from .fetch import Fetch
from .flight import Flight, Outcome
from .flights import Flights
from .limits import Usage
from .memo import Shelf
from .passes import Passes, call_each
from .recipient import Recipient
from .recording import Recorder

K = TypeVar("K")


class Departures:
    """The departures of one request, counted from 1, and its fetches under way."""

    def __init__(
        self,
        deadline: Deadline,
        flights: Flights,
        passes: Passes,
        *,
        caller: Caller,
        recorder: Recorder,
        usage: Usage,
    ) -> None:
        self._deadline = deadline
        self._caller = caller
        self._flights = flights
        self._passes = passes
        self._recorder = recorder
        self._usage = usage
        self._number = 0
        self._joins_after = 0
        self._under_way: dict[Fetch, Flight] = {}
        self._refused: list[tuple[Fetch, RuleError]] = []
        self._cancelled: list[asyncio.Task[None]] = []
        self._hold = _Hold()
        self._held: list[Flight] = []

    def next_number(self) -> int:
        """The number of a departure that begins now."""
        self._number += 1
        return self._number

    def send(self, fetches: Sequence[Fetch]) -> None:
        """Let *fetches* leave together; what a limit forbids settles at once, in a pass of its own."""
        self._number += 1
        now_s = self._deadline.clock.monotonic_s()
        for fetch in fetches:
            self._send(fetch, now_s)
        if self._refused:
            refused, self._refused = self._refused, []
            self._passes.run(call_each, [partial(fetch.settle, refusal) for fetch, refusal in refused])

    def forget(self) -> None:
        """Join no flight that has begun before now."""
        self._joins_after = self._flights.last_number

    def hold(self, other: Departures) -> bool:
        """Keep the flights of *other* under way until `close`, even if it leaves them: this may want to join them.

        Only where this could join all of them without losing time of its own; else it says no.
        """
        flights = other._under_way.values()
        if not all(flight.place is not None and flight.takes(self._deadline) for flight in flights):
            return False
        for flight in flights:
            flight.waiters[self._hold] = self._hold
            self._held.append(flight)
        return True

    def close(self) -> list[asyncio.Task[None]]:
        """Leave all flights; the tasks of those that nobody else waits for, cancelled and to be waited for."""
        for fetch in list(self._under_way):
            self._leave(fetch, asyncio.CancelledError())
        for flight in self._held:
            if self._hold in flight.waiters:
                self._leave_flight(flight, self._hold)
        return self._cancelled

    def landed(self, ticket: Fetch, flight: Flight, outcome: Outcome) -> None:
        """*flight* has brought *outcome* for the fetch that is its *ticket*."""
        del self._under_way[ticket]
        failure = outcome if isinstance(outcome, Exception) else None
        refusal = self._usage.count_bytes(flight.loader, flight.response_bytes)
        if refusal is not None and failure is None:
            outcome = failure = refusal
        self._record(ticket, flight, failure)
        ticket.decoded = flight.decoded
        self._passes.run(ticket.settle, outcome)

    def _send(self, fetch: Fetch, now_s: float) -> None:
        """Let *fetch* leave: mostly there is nothing to join, and all its keys are one call."""
        shelf = fetch.shelves[-1]
        loader = shelf.loader
        recipient = self._caller.recipient(loader.backend)
        # Where requests find each other's flights; None for what is never shared.
        place: Hashable | None = None
        found = None
        if recipient.partition is not None and not loader.opaque:
            place = (loader, shelf.frozen_arguments, recipient.partition)
            found = self._flights.find(place, fetch.keys, self._deadline, after=self._joins_after)
        most = loader.max_batch if loader.by else 1
        if found is None and len(fetch.keys) <= most:
            fetch.leave(self._number, now_s)
            self._begin(fetch, shelf, recipient, place)
            return
        joinable, rest = found or ({}, list(fetch.keys))
        joined = [self._join(fetch, flight, keys, now_s) for flight, keys in joinable.items()]
        own = [fetch.piece(keys, self._number, now_s, "backend") for keys in split_batch(rest, most)]
        for piece in own:
            self._begin(piece, shelf, recipient, place)
        fetch.leave_as([*joined, *own])

    def _join(self, fetch: Fetch, flight: Flight, keys: Sequence[Any], now_s: float) -> Fetch:
        piece = fetch.piece(keys, self._number, now_s, "flight")
        flight.waiters[piece] = self
        self._under_way[piece] = flight
        if flight.ends_s > self._deadline.at_s:
            self._passes.start(self._give_up_at_deadline(piece, flight))
        return piece

    def _begin(self, fetch: Fetch, shelf: Shelf, recipient: Recipient, place: Hashable | None) -> None:
        """One call for all keys of *fetch*, unless a limit forbids it."""
        loader = shelf.loader
        refusal = self._usage.count_call(loader)
        if refusal is not None:
            self._refused.append((fetch, refusal))
            return
        deadline_s, client = self._deadline.at_s, recipient.client
        full_s = fetch.start_s + client.timeout_s if client is not None else fetch.start_s
        flight = Flight(
            loader,
            list(fetch.keys),
            shelf.arguments,
            recipient,
            place,
            ends_s=min(full_s, deadline_s),
            is_shortened=deadline_s < full_s,
        )
        self._flights.start(flight, self._caller)
        flight.waiters[fetch] = self
        self._under_way[fetch] = flight

    async def _give_up_at_deadline(self, fetch: Fetch, flight: Flight) -> None:
        """Settle *fetch* when this request's time is over before the flight that it joined is."""
        await asyncio.wait([flight.task], timeout=max(0.0, self._deadline.remaining_s()))
        if fetch in self._under_way:
            loader = fetch.loader
            late = BackendTimeout(
                f"{loader.label} was still under way", code="DEADLINE_EXCEEDED", backend=loader.backend.name
            )
            self._leave(fetch, late)
            self._passes.run(fetch.settle, late)

    def _leave(self, fetch: Fetch, why: BaseException) -> None:
        flight = self._under_way.pop(fetch)
        self._leave_flight(flight, fetch)
        self._record(fetch, flight, why)

    def _leave_flight(self, flight: Flight, ticket: object) -> None:
        task = self._flights.leave(flight, ticket)
        if task is not None:
            self._cancelled.append(task)

    def _record(self, fetch: Fetch, flight: Flight, failure: BaseException | None) -> None:
        self._recorder.call(
            fetch.loader,
            flight,
            failure,
            keys=len(fetch.keys) if fetch.loader.by else 0,
            departure=fetch.departure,
            hop=fetch.hop,
            start_s=fetch.start_s,
            source=fetch.source,
        )

    def __repr__(self) -> str:
        return f"<Departures: {self._number} so far, {len(self._under_way)} fetches under way>"


class _Hold:
    """A waiter that wants a flight to go on, and nothing of it.

    A request that waits for an identical one's answer holds its calls: where that one fails or leaves, this one runs
    by itself, and joins what it would else have to ask again.
    """

    def landed(self, ticket: object, flight: Flight, outcome: Outcome) -> None:
        """As `Waiter.landed`."""


def split_batch(keys: Sequence[K], limit: int) -> list[Sequence[K]]:
    """Cut *keys* into runs of at most *limit*, order kept: 250 keys by 100 give runs of 100, 100, 50.

    Raises:
        ValueError: *limit* is below 1.
    """
    if limit < 1:
        raise ValueError(f"split_batch: expected a limit of at least 1, got {limit}")
    return [keys[start : start + limit] for start in range(0, len(keys), limit)]
