"""What a step wants: many keys of one loader, settled together, without an object a key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .passes import Passes, call_each

if TYPE_CHECKING:
    from .fetch import Fetch
    from .memo import Shelf


class Wanted:
    """Keys that were asked for together; settled once the last of them has an outcome.

    `outcomes` is the memo's own mapping, good for these keys once this is settled: a value, or the exception that
    stands in its place. It must not be changed.
    """

    __slots__ = ("_callbacks", "_passes", "_shelf", "fetches", "hop", "keys", "outcomes")

    def __init__(self, keys: Collection[Any], shelf: Shelf, passes: Passes) -> None:
        #: Each of them once.
        self.keys = keys
        self.outcomes: Mapping[Any, Any] = shelf.outcomes
        self._shelf = shelf
        #: What will bring the keys that this waits for: fetches that are to leave, or under way.
        self.fetches: set[Fetch] = set()
        self._passes = passes
        #: The last hop at which one of the keys has been answered; 0 while none is.
        self.hop = 0
        self._callbacks: tuple[Callable[[], None], ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether every key has an outcome."""
        return not self.fetches

    @property
    def decoded(self) -> Any:
        """As `Shelf.decoded`."""
        return self._shelf.decoded

    def when_settled(self, callback: Callable[[], None]) -> None:
        """Call *callback* once, in the very pass that settles this; now, if that was before.

        It is never called where the request is closed first.
        """
        if self.fetches:
            self._callbacks = (*self._callbacks, callback)
        else:
            self._passes.run(callback)

    def answered_at(self, hop: int) -> None:
        """Some of the keys have been answered, at *hop*."""
        self.hop = max(self.hop, hop)

    def split(self, whole: Fetch, pieces: Iterable[Fetch]) -> None:
        """*whole* has left as *pieces*, of which these hold keys of this."""
        self.fetches.discard(whole)
        self.fetches.update(pieces)

    def settled_by(self, fetch: Fetch) -> None:
        """The keys that were to come by *fetch* have their outcomes."""
        self.fetches.discard(fetch)
        self.hop = max(self.hop, fetch.hop)
        if not self.fetches:
            callbacks, self._callbacks = self._callbacks, ()
            if len(callbacks) == 1:
                callbacks[0]()
            else:
                call_each(callbacks)

    def forget(self) -> None:
        """Let the memo know nothing any more of what this loader gave for these arguments: nobody asks for it again."""
        self._shelf.outcomes.clear()

    def __repr__(self) -> str:
        state = f"waits for {len(self.fetches)} fetches" if self.fetches else f"settled at hop {self.hop}"
        return f"<Wanted {state}>"
