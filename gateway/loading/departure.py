"""Departures: what loads are waiting to leave, and how they are cut into calls. Synchronous throughout."""

from __future__ import annotations

import dataclasses
import numbers
from asyncio import Future
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import msgspec

from ..declare.batched import Batched
from ..declare.loader import Loader
from ..vocabulary.context import Context
from ..vocabulary.errors import EngineError

K = TypeVar("K")

OrRaise: TypeAlias = Callable[[], Exception] | None


class Entry:
    """One key's value for one request: waited for, or there.

    Every waiter has a future of its own: one that is cancelled leaves the others alone.
    """

    __slots__ = ("_outcome", "_settled", "_waiters")

    def __init__(self) -> None:
        self._settled = False
        self._outcome: Any = None
        self._waiters: list[tuple[Future[Any], OrRaise]] = []

    def wait(self, future: Future[Any], *, or_raise: OrRaise = None) -> Future[Any]:
        """Give *future* the outcome, now or when it comes; in place of None the error that *or_raise* makes."""
        if self._settled:
            resolve(future, self._outcome, or_raise)
        else:
            self._waiters.append((future, or_raise))
        return future

    def settle(self, outcome: Any) -> None:
        """Keep the outcome and hand it to all who wait; an exception is an outcome that is raised."""
        self._settled, self._outcome = True, outcome
        waiters, self._waiters = self._waiters, []
        for future, or_raise in waiters:
            resolve(future, outcome, or_raise)

    def abandon(self) -> None:
        """Fail those who still wait: what should have settled this entry is over."""
        if not self._settled:
            self.settle(EngineError("a load ended without an outcome; was it cancelled from within?"))


def resolve(future: Future[Any], outcome: Any, or_raise: OrRaise = None) -> None:
    """Set *outcome* as result or exception, unless the future is cancelled; *or_raise* makes the error for None."""
    if future.done():
        return
    if outcome is None and or_raise is not None:
        outcome = or_raise()
    if isinstance(outcome, StopIteration):
        # A future cannot raise it: the await would end as if it had returned.
        outcome = EngineError(f"expected a value or an error, got {outcome!r}")
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
        # Read once, so that asyncio does not log an error whose field another error has nulled meanwhile.
        future.exception()
    else:
        future.set_result(outcome)


@dataclass(slots=True)
class LoadGroup:
    """Keys waiting for one loader with the same arguments."""

    loader: Loader[Any, Any, Any]
    arguments: Mapping[str, Any]
    entries: dict[Any, Entry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """Keys that travel in one call."""

    loader: Loader[Any, Any, Any]
    arguments: Mapping[str, Any]
    keys: Sequence[Any]
    entries: Mapping[Any, Entry]


@dataclass(slots=True)
class BatchGroup:
    """Parents waiting for one batched resolver at one response position."""

    batched: Batched
    arguments: Mapping[str, Any]
    context: Context[Any]
    parents: list[Any] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


def pieces_of(group: LoadGroup) -> list[Piece]:
    """The group as calls of at most `max_batch` keys each, keys in the order they were asked."""
    keys = list(group.entries)
    size = group.loader.max_batch if group.loader.keyed else len(keys)
    return [
        Piece(group.loader, group.arguments, part, {key: group.entries[key] for key in part})
        for part in split_batch(keys, size)
    ]


def split_batch(keys: Sequence[K], limit: int) -> list[Sequence[K]]:
    """Cut *keys* into runs of at most *limit*, order kept: 250 keys by 100 give runs of 100, 100, 50.

    Raises:
        ValueError: *limit* is below 1.
    """
    if limit < 1:
        raise ValueError(f"split_batch: expected a limit of at least 1, got {limit}")
    return [keys[start : start + limit] for start in range(0, len(keys), limit)]


def freeze(value: Any) -> Any:
    """A hashable stand-in that is equal for equal arguments: lists, dicts, records and input objects included."""
    frozen: Any = value
    if isinstance(value, numbers.Number):
        # True, 1 and 1.0 are equal in Python and three arguments to a backend.
        frozen = (type(value), value)
    elif isinstance(value, Mapping):
        frozen = (dict, frozenset((name, freeze(item)) for name, item in value.items()))
    elif isinstance(value, list | tuple):
        frozen = (list, *map(freeze, value))
    elif isinstance(value, set | frozenset):
        frozen = (set, frozenset(map(freeze, value)))
    elif isinstance(value, msgspec.Struct):
        frozen = (type(value), *(freeze(getattr(value, name)) for name in value.__struct_fields__))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        frozen = (type(value), *(freeze(getattr(value, item.name)) for item in dataclasses.fields(value)))
    return frozen
