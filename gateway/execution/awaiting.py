"""Awaited values of a column: they go on at the same time, and are placed together when the last of them is there.

Placing one sooner would show nobody anything: the level below begins with all of them. Together they can be placed by
generated code, and the others' ends cost next to nothing. Only what holds something to be awaited in its turn, as a
list of awaitables does, is placed as it comes.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql.pyutils import Path

from ..vocabulary.errors import EngineError
from ..vocabulary.raised import as_failure
from .shapes import Container, Shape

if TYPE_CHECKING:
    from .columns import Column

#: Where one value goes: its shape puts it into a container at a key, to which the path leads where it is kept.
Place: TypeAlias = tuple[Shape, Container, str | int, Path | None]

_MISSING: Any = object()
_PLACED: Any = object()


class Awaited:
    """Values of one column that are awaited at the same time."""

    __slots__ = ("_column", "_missing", "_places", "_settle", "_values")

    def __init__(self, column: Column) -> None:
        self._column = column
        self._places: list[Place] = []
        self._values: list[Any] = []
        self._missing = 0
        self._settle = column.run.waits(self._settled)

    def add(self, future: asyncio.Future[Any], place: Place) -> None:
        """What *future* gives, or its exception, is for *place*."""
        arrived = partial(self._arrived, len(self._places))
        self._places.append(place)
        self._values.append(_MISSING)
        self._missing += 1
        future.add_done_callback(arrived)

    def _arrived(self, number: int, done: asyncio.Future[Any]) -> None:
        value = outcome_of(done)
        column, (shape, container, key, path) = self._column, self._places[number]
        if _is_complete(shape, value):
            self._values[number] = value
        elif column.run.gave_up is None:
            self._values[number] = _PLACED
            column.run.arrive(lambda: column.place_known(shape, value, container, key, path))
        self._missing -= 1
        if not self._missing:
            column.run.arrive(self._settle)

    def _settled(self, _: Any, gave_up: Exception | None) -> None:
        """Place what is there; where the waiting was given up, the reason stands for what is not."""
        open_ones = [number for number, value in enumerate(self._values) if value is not _PLACED]
        values = [gave_up if self._values[number] is _MISSING else self._values[number] for number in open_ones]
        self._column.place_awaited(self, values, [self._places[number] for number in open_ones])


def _is_complete(shape: Shape, value: Any) -> bool:
    """Whether placing *value* asks and awaits nothing more; what raises when looked at fails where it is placed."""
    try:
        return isinstance(value, Exception) or shape.is_complete(value)
    except Exception:  # noqa: BLE001 - an object's class may run code of the application
        return False


def outcome_of(done: asyncio.Future[Any]) -> Any:
    """The result, or the exception in its place."""
    if done.cancelled():
        return EngineError("a resolver was cancelled from within")
    failure = done.exception()
    return done.result() if failure is None else as_failure(failure)
