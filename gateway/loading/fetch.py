"""A fetch: the keys of one request that one flight brings, and those in the request who wait for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..declare.loader import Loader
from ..observe.calls import Source
from .flights import Outcome
from .memo import Pending
from .passes import call_each
from .wanted import Wanted


class Fetch:
    """Keys of one request on their way: `source` says whether its own call brings them or somebody else's."""

    __slots__ = ("departure", "hop", "keys", "loader", "shelves", "source", "start_s", "waiting")

    def __init__(
        self, pending: Pending, keys: Sequence[Any], *, departure: int, source: Source, start_s: float
    ) -> None:
        self.shelves = pending.shelves
        self.loader: Loader[Any, Any, Any] = pending.shelves[-1].loader
        self.keys = keys
        self.hop = pending.hop
        self.departure = departure
        self.source: Source = source
        self.start_s = start_s
        self.waiting: list[Wanted] = []

    def settle(self, outcome: Outcome) -> None:
        """Put the keys' outcomes into the memo and tell those who waited; part of a pass."""
        outcomes = outcomes_of(self.keys, outcome)
        for shelf in self.shelves:
            shelf.keep(outcomes, self.hop)
        waiting, self.waiting = self.waiting, []
        call_each(partial(wanted.settled_by, self) for wanted in waiting)

    def __repr__(self) -> str:
        return f"<Fetch {len(self.keys)} keys of {self.loader.label} from {self.source}, hop {self.hop}>"


def outcomes_of(keys: Sequence[Any], outcome: Outcome) -> Mapping[Any, Any]:
    """What each of *keys* gets of a flight's outcome: the flight may bring more, or fail as a whole."""
    if isinstance(outcome, Exception):
        return dict.fromkeys(keys, outcome)
    return outcome if len(outcome) == len(keys) else {key: outcome[key] for key in keys}
