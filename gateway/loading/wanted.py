"""What a step wants: many keys of one loader, settled together, without an object a key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from .passes import Passes, call_each


class Source(Protocol):
    """What will bring keys: a group that is to leave, or a fetch under way."""

    hop: int


class Wanted:
    """Keys that were asked for together; settled once the last of them has an outcome.

    `outcomes` is the memo's own mapping, good for these keys once this is settled: a value, or the exception that
    stands in its place. It must not be changed.
    """

    __slots__ = ("_callbacks", "_hop", "_passes", "_sources", "outcomes")

    def __init__(self, outcomes: Mapping[Any, Any], passes: Passes) -> None:
        self.outcomes = outcomes
        self._passes = passes
        self._hop = 0
        self._sources: set[Source] = set()
        self._callbacks: tuple[Callable[[], None], ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether every key has an outcome."""
        return not self._sources

    @property
    def hop(self) -> int:
        """The hop at which the last of the keys was answered, or as things stand will be; 0 for no keys."""
        return max(self._hop, *(source.hop for source in self._sources)) if self._sources else self._hop

    def when_settled(self, callback: Callable[[], None]) -> None:
        """Call *callback* once, in the very pass that settles this; now, if that was before.

        It is never called where the request is closed first.
        """
        if self.is_settled:
            self._passes.run(callback)
        else:
            self._callbacks = (*self._callbacks, callback)

    def answered_at(self, hop: int) -> None:
        """Some of the keys have been answered, at *hop*."""
        self._hop = max(self._hop, hop)

    def wait_for(self, source: Source) -> None:
        """Some of the keys are to come from *source*."""
        self._sources.add(source)

    def split(self, group: Source, fetches: Iterable[Source]) -> None:
        """*group* has left as *fetches*, of which these hold keys of this."""
        self._sources.discard(group)
        self._sources.update(fetches)

    def settled_by(self, source: Source) -> None:
        """The keys that were to come from *source* have their outcomes."""
        self._sources.discard(source)
        self.answered_at(source.hop)
        if not self._sources:
            callbacks, self._callbacks = self._callbacks, ()
            call_each(callbacks)

    def __repr__(self) -> str:
        state = "settled" if self.is_settled else f"waits for {len(self._sources)} sources"
        return f"<Wanted {state}, hop {self.hop}>"
