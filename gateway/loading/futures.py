"""The futures that resolvers wait for, one a waiter. Steps of a plan want many keys at once and need none of these."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from ..vocabulary.errors import EngineError
from .batches import Batches
from .passes import Passes
from .wanted import Wanted

#: Makes the error that stands in the place of None.
OrRaise: TypeAlias = Callable[[], Exception] | None


class Futures:
    """The unresolved futures of one request.

    Every waiter has a future of its own: one that is cancelled leaves the others alone.
    """

    __slots__ = ("_loop", "_open", "_passes", "batches")

    def __init__(self, passes: Passes) -> None:
        #: Parents whose batched resolver has not been called yet, and the futures of their values.
        self.batches = Batches()
        self._loop = asyncio.get_running_loop()
        self._passes = passes
        self._open: set[asyncio.Future[Any]] = set()

    def open(self) -> asyncio.Future[Any]:
        """A future that `resolve` or, at the latest, `close` resolves."""
        future = self._loop.create_future()
        self._open.add(future)
        return future

    def resolve(self, future: asyncio.Future[Any], outcome: Any, or_raise: OrRaise = None) -> None:
        """Give *future* its outcome, an exception being raised; the task that waits for it will run."""
        self._open.discard(future)
        if not future.done():
            _resolve(future, outcome, or_raise)
            self._passes.woke()

    def once_settled(self, wanted: Wanted) -> asyncio.Future[None]:
        """A future that resolves once *wanted* is settled."""
        future = self.open()
        if wanted.is_settled:
            self.resolve(future, None)
        else:
            wanted.when_settled(lambda: self.resolve(future, None))
        return future

    def resolve_each(self, futures: Sequence[asyncio.Future[Any]], outcomes: Sequence[Any]) -> None:
        """Give each of *futures* its outcome."""
        for future, outcome in zip(futures, outcomes, strict=True):
            self.resolve(future, outcome)

    def close(self) -> None:
        """Fail all that are still waited for."""
        for future in list(self._open):
            self.resolve(future, EngineError("the request ended before this was loaded"))


def _resolve(future: asyncio.Future[Any], outcome: Any, or_raise: OrRaise) -> None:
    if outcome is None and or_raise is not None:
        outcome = or_raise()
    if not isinstance(outcome, Exception):
        future.set_result(outcome)
        return
    if isinstance(outcome, StopIteration):
        # A future cannot raise it: the await would end as if it had returned.
        outcome = EngineError(f"expected a value or an error, got {outcome!r}")
    future.set_exception(outcome)
    # Read once, so that asyncio does not log an error whose field another error has nulled meanwhile.
    future.exception()
