"""The memo of one request: what it knows, what is under way for it, and what waits to leave. Synchronous throughout."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from ..declare.loader import Loader
from .frozen import freeze
from .wanted import Source, Wanted


class Carrier(Source, Protocol):
    """A fetch, as the memo sees it."""

    keys: Sequence[Any]
    waiting: list[Wanted]


class Shelf:
    """One loader with the same arguments: each key is known, under way, waits to leave, or was never asked for."""

    __slots__ = ("arguments", "frozen_arguments", "hops", "loader", "outcomes", "pending", "under_way")

    def __init__(self, loader: Loader[Any, Any, Any], arguments: Mapping[str, Any], frozen_arguments: Any) -> None:
        self.loader = loader
        self.arguments = arguments
        self.frozen_arguments = frozen_arguments
        #: The value, or the exception in its place.
        self.outcomes: dict[Any, Any] = {}
        #: The hop at which each key of `outcomes` was answered.
        self.hops: dict[Any, int] = {}
        self.under_way: dict[Any, Carrier] = {}
        self.pending: Pending | None = None

    def look_up(self, wanted: Wanted, keys: Collection[Any]) -> list[Any]:
        """Those of *keys* that have not left; *wanted* is told of those known and waits for those under way."""
        outcomes, under_way = self.outcomes, self.under_way
        unknown = [key for key in keys if key not in outcomes]
        if len(unknown) < len(keys):
            wanted.answered_at(max(self.hops[key] for key in keys if key in outcomes))
        if not under_way:
            return unknown
        for carrier in {under_way[key] for key in unknown if key in under_way}:
            wanted.wait_for(carrier)
            carrier.waiting.append(wanted)
        return [key for key in unknown if key not in under_way]

    def keep(self, outcomes: Mapping[Any, Any], hop: int) -> None:
        """Know *outcomes* from now on, answered at *hop*."""
        self.outcomes.update(outcomes)
        self.hops.update(dict.fromkeys(outcomes, hop))
        for key in outcomes:
            self.under_way.pop(key, None)

    def __repr__(self) -> str:
        waiting = len(self.pending.keys) if self.pending else 0
        known, under_way = len(self.outcomes), len(self.under_way)
        return f"<Shelf of {self.loader.label}: {known} known, {under_way} under way, {waiting} to leave>"


class Pending:
    """Keys of a shelf that wait to leave, and who asked for them.

    `hop` is the greatest of those who asked. There are several `shelves` when the memo was dropped meanwhile: the keys
    leave once, for those who asked before and those who ask afterwards.
    """

    __slots__ = ("_asked", "hop", "keys", "shelves")

    def __init__(self, shelf: Shelf) -> None:
        self.shelves = [shelf]
        self.keys: dict[Any, None] = {}
        self.hop = 0
        self._asked: list[tuple[Wanted, Sequence[Any]]] = []

    def ask(self, wanted: Wanted, keys: Sequence[Any], hop: int) -> None:
        """Let *wanted* have *keys*, which have not left."""
        self.keys.update(dict.fromkeys(keys))
        self.hop = max(self.hop, hop)
        self._asked.append((wanted, keys))
        wanted.wait_for(self)

    def leave_by(self, carriers: Sequence[Carrier]) -> None:
        """The keys have left, each by one of *carriers*: whoever asked waits for those with keys of theirs alone."""
        carrier_of = {key: carrier for carrier in carriers for key in carrier.keys}
        for shelf in self.shelves:
            shelf.pending = None
            shelf.under_way.update(carrier_of)
        for wanted, keys in self._asked:
            # A dict, since a set of few carriers would forget the order in which callbacks were given.
            mine = dict.fromkeys(carriers if len(carriers) == 1 else map(carrier_of.__getitem__, keys))
            wanted.split(self, mine)
            for carrier in mine:
                carrier.waiting.append(wanted)

    def __repr__(self) -> str:
        return f"<Pending {len(self.keys)} keys of {self.shelves[-1].loader.label}, hop {self.hop}>"


class Memo:
    """The shelves of one request."""

    __slots__ = ("_pending", "_shelves")

    def __init__(self) -> None:
        self._shelves: dict[Any, Shelf] = {}
        self._pending: list[Pending] = []

    def shelf(self, loader: Loader[Any, Any, Any], arguments: Mapping[str, Any]) -> Shelf:
        """The shelf for *loader* with *arguments*."""
        frozen_arguments = freeze(arguments) if arguments else ()
        place = (loader, frozen_arguments)
        shelf = self._shelves.get(place)
        if shelf is None:
            shelf = self._shelves[place] = Shelf(loader, arguments, frozen_arguments)
        return shelf

    def pending(self, shelf: Shelf) -> Pending:
        """The group of *shelf* that leaves next."""
        if shelf.pending is None:
            shelf.pending = Pending(shelf)
            self._pending.append(shelf.pending)
        return shelf.pending

    def take_pending(self) -> list[Pending]:
        """All that waits to leave, in the order asked; nothing waits afterwards."""
        pending, self._pending = self._pending, []
        return pending

    def forget(self) -> None:
        """Know nothing any more.

        Who waits keeps waiting; what has not left yet leaves for those before and for those who ask from now on.
        """
        self._shelves = {}
        for pending in self._pending:
            old = pending.shelves[-1]
            new = self._shelves[old.loader, old.frozen_arguments] = Shelf(
                old.loader, old.arguments, old.frozen_arguments
            )
            new.pending = pending
            pending.shelves.append(new)

    def __repr__(self) -> str:
        return f"<Memo of {len(self._shelves)} loaders, {len(self._pending)} groups to leave>"
