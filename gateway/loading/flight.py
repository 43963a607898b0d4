"""A flight: one call under way, what is known of it so far, and who waits for it. `flights` keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping
from typing import Any, Protocol, TypeAlias

from ..declare.loader import Loader
from ..vocabulary.deadline import Deadline
from .alignment import Aligned
from .recipient import Recipient

#: A value or exception for each key, or the exception that fails all of them.
Outcome: TypeAlias = Aligned | Exception


class CallFacts:
    """What is known of one call so far; the moment is of the monotonic clock."""

    __slots__ = ("answered_s", "response_bytes", "status", "was_sent")

    def __init__(self) -> None:
        self.was_sent = False
        self.answered_s: float | None = None
        self.status: int | None = None
        self.response_bytes = 0


class Waiter(Protocol):
    """A request, as a flight sees it."""

    def landed(self, ticket: Any, flight: Flight, outcome: Outcome) -> None:
        """*flight* has ended with *outcome*, for what *ticket* stands for."""
        ...


class Flight(CallFacts):
    """One call under way: *keys* of a loader with *arguments*, asked of *recipient*.

    It ends at `ends_s` of the monotonic clock at the latest, which is earlier than the backend's own time where
    `is_shortened` by the deadline of the request that began it. At `place` it can be found; None is no place. Once it
    has ended, `decoded` is the type as which msgspec decoded its answer, unless the application has changed that.
    """

    __slots__ = (
        "arguments",
        "decoded",
        "ends_s",
        "has_begun",
        "is_shortened",
        "keys",
        "loader",
        "number",
        "place",
        "recipient",
        "task",
        "waiters",
    )

    number: int
    task: asyncio.Task[None]

    def __init__(
        self,
        loader: Loader[Any, Any, Any],
        keys: list[Any],
        arguments: Mapping[str, Any],
        recipient: Recipient,
        place: Hashable | None,
        *,
        ends_s: float,
        is_shortened: bool,
    ) -> None:
        # As CallFacts does it, without its frame.
        self.was_sent = False
        self.answered_s = self.status = None
        self.response_bytes = 0
        self.loader = loader
        self.keys = keys
        self.arguments = arguments
        self.recipient = recipient
        self.place = place
        self.ends_s = ends_s
        self.is_shortened = is_shortened
        self.decoded: Any = None
        #: Whether the task has taken its first step.
        self.has_begun = False
        #: Who waits, by the ticket that each is to be told of.
        self.waiters: dict[Any, Waiter] = {}

    def takes(self, deadline: Deadline) -> bool:
        """Whether a request with *deadline* may wait for this one without losing time of its own."""
        return (not self.is_shortened or deadline.at_s <= self.ends_s) and not self.task.done()

    def __repr__(self) -> str:
        sharing = "private" if self.place is None else "shared"
        keys, waiting = len(self.keys), len(self.waiters)
        return f"<Flight {self.number} of {self.loader.label}, {sharing}, {keys} keys, {waiting} waiting>"
