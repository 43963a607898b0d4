"""The memo of one request: what it knows, what is under way for it, and what waits to leave. Synchronous throughout."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..declare.loader import Loader
from .fetch import Fetch
from .frozen import frozen_arguments
from .limits import Usage
from .wanted import Wanted


class Shelf:
    """One loader with the same arguments: each key is known, under way, waits to leave, or was never asked for."""

    __slots__ = (
        "_hop",
        "_other_hops",
        "arguments",
        "decoded",
        "frozen_arguments",
        "leaving",
        "loader",
        "outcomes",
        "under_way",
    )

    def __init__(self, loader: Loader[Any, Any, Any], arguments: Mapping[str, Any], frozen_arguments: Any) -> None:
        self.loader = loader
        self.arguments = arguments
        self.frozen_arguments = frozen_arguments
        #: The value, or the exception in its place.
        self.outcomes: dict[Any, Any] = {}
        #: The type as which msgspec decoded the answers that the values are of; None where there are several types, or
        #: the application has changed a value.
        self.decoded: Any = None
        # The hop at which the keys of `outcomes` were answered, and that of keys for which it is another.
        self._hop = 0
        self._other_hops: dict[Any, int] = {}
        self.under_way: dict[Any, Fetch] = {}
        #: What leaves next.
        self.leaving: Fetch | None = None

    def look_up(self, wanted: Wanted, keys: Collection[Any]) -> Collection[Any]:
        """Those of *keys* that have not left; *wanted* is told of those known and waits for those under way."""
        outcomes, under_way = self.outcomes, self.under_way
        unknown = keys
        if outcomes:
            unknown = [key for key in keys if key not in outcomes]
            if len(unknown) < len(keys):
                wanted.answered_at(max(self._hop_of(key) for key in keys if key in outcomes))
        if not under_way:
            return unknown
        for fetch in {under_way[key] for key in unknown if key in under_way}:
            wanted.fetches.add(fetch)
            fetch.waiting[wanted] = ()
        return [key for key in unknown if key not in under_way]

    def keep(self, outcomes: Mapping[Any, Any], hop: int) -> None:
        """Know *outcomes* from now on, answered at *hop*."""
        if not self.outcomes:
            self._hop = hop
        elif hop != self._hop:
            self._other_hops.update(dict.fromkeys(outcomes, hop))
        self.outcomes.update(outcomes)

    def arrived(self, outcomes: Mapping[Any, Any], hop: int, *, decoded: Any) -> None:
        """Know *outcomes*, whose keys were under way until now, of an answer of type *decoded*."""
        self.decoded = decoded if not self.outcomes or self.decoded == decoded else None
        self.keep(outcomes, hop)
        if len(outcomes) == len(self.under_way):
            self.under_way.clear()
            return
        for key in outcomes:
            self.under_way.pop(key, None)

    def _hop_of(self, key: Any) -> int:
        return self._other_hops.get(key, self._hop)

    def __repr__(self) -> str:
        waiting = len(self.leaving.keys) if self.leaving else 0
        known, under_way = len(self.outcomes), len(self.under_way)
        return f"<Shelf of {self.loader.label}: {known} known, {under_way} under way, {waiting} to leave>"


class Memo:
    """The shelves of one request."""

    __slots__ = ("_shelves", "_usage", "leaving")

    def __init__(self, usage: Usage) -> None:
        self._usage = usage
        self._shelves: dict[Any, Shelf] = {}
        #: What waits to leave, in the order asked.
        self.leaving: list[Fetch] = []

    def shelf(self, loader: Loader[Any, Any, Any], arguments: Mapping[str, Any]) -> Shelf:
        """The shelf for *loader* with *arguments*."""
        frozen = frozen_arguments(arguments)
        place = (loader, frozen)
        shelf = self._shelves.get(place)
        if shelf is None:
            shelf = self._shelves[place] = Shelf(loader, arguments, frozen)
        return shelf

    def ask(self, shelf: Shelf, wanted: Wanted, keys: Collection[Any], hop: int) -> bool:
        """Let *wanted* have *keys* by the next departure, those past the limit refused at once; False if all are."""
        fetch = shelf.leaving
        already = len(fetch.keys) if fetch is not None else 0
        if already + len(keys) > self._usage.max_keys:
            keys = self._within_limit(shelf, wanted, keys, hop)
            if not keys:
                return False
        if fetch is None:
            fetch = shelf.leaving = Fetch([shelf], dict.fromkeys(keys), hop)
            self.leaving.append(fetch)
        else:
            fetch.add(keys, hop)
        fetch.waiting[wanted] = keys
        wanted.fetches.add(fetch)
        return True

    def ask_one(self, shelf: Shelf, key: Any, hop: int) -> Fetch | None:
        """What brings *key*, which was neither known nor under way; None where it is past the limit and refused."""
        fetch = shelf.leaving
        if fetch is None:
            fetch = shelf.leaving = Fetch([shelf], {key: None}, hop)
            self.leaving.append(fetch)
        elif key not in fetch.keys:
            if len(fetch.keys) >= self._usage.max_keys:
                shelf.keep({key: self._usage.refuse_keys(shelf.loader, len(fetch.keys) + 1)}, hop)
                return None
            fetch.add((key,), hop)
        return fetch

    def _within_limit(self, shelf: Shelf, wanted: Wanted, keys: Collection[Any], hop: int) -> Collection[Any]:
        """Those of *keys* that may leave; the others, past the limit of a step, are known as refused."""
        leaving = shelf.leaving.keys if shelf.leaving is not None else {}
        new = [key for key in keys if key not in leaving]
        room = self._usage.max_keys - len(leaving)
        if len(new) <= room:
            return keys
        refusal = self._usage.refuse_keys(shelf.loader, len(leaving) + len(new))
        refused = dict.fromkeys(new[room:], refusal)
        shelf.keep(refused, hop)
        wanted.answered_at(hop)
        return [key for key in keys if key not in refused]

    def take_leaving(self) -> list[Fetch]:
        """All that waits to leave; nothing waits afterwards."""
        leaving, self.leaving = self.leaving, []
        return leaving

    def forget(self) -> None:
        """Know nothing any more.

        Who waits keeps waiting; what has not left yet leaves for those before and for those who ask from now on.
        """
        self._shelves = {}
        for fetch in self.leaving:
            old = fetch.shelves[-1]
            new = Shelf(old.loader, old.arguments, old.frozen_arguments)
            self._shelves[old.loader, old.frozen_arguments] = new
            new.leaving = fetch
            fetch.shelves.append(new)

    def __repr__(self) -> str:
        return f"<Memo of {len(self._shelves)} loaders, {len(self.leaving)} fetches to leave>"
