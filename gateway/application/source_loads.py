"""What the source of a subscription loads through: nothing is remembered between one event and the next.

A source may live for an hour, far longer than what it has loaded stays true, and longer than any call may take. So its
loads are those of a request only as long as some of them are under way: asked together they leave together and share
an answer; asked after the last has come they are asked anew, with the time and the limits of a request of their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from ..loading.cancellation import until_over
from ..loading.door import Loads
from ..vocabulary.context import Context


class SourceLoads:
    """A loading door for a source."""

    def __init__(self, begin: Callable[[], Loads]) -> None:
        """Load through what *begin* makes, which is closed once nothing of it is under way."""
        self._begin = begin
        self._loads: Loads | None = None
        self._under_way = 0

    async def load(
        self, loader: Any, key: Any, arguments: Mapping[str, Any], *, required: bool = False, hop: int = 1
    ) -> Any:
        """The loader's value for *key*."""
        async with self._open() as loads:
            return await loads.load(loader, key, arguments, required=required, hop=hop)

    async def load_many(self, loader: Any, keys: Sequence[Any], arguments: Mapping[str, Any]) -> Any:
        """Values aligned to *keys*, an error in the place of a value that failed."""
        async with self._open() as loads:
            return await loads.load_many(loader, keys, arguments)

    async def write(self, write: Any, arguments: Mapping[str, Any]) -> Any:
        """What the write's backend answered."""
        async with self._open() as loads:
            return await loads.write(write, arguments)

    async def batch(
        self, batched: Any, position: tuple[str, ...], parent: Any, arguments: Mapping[str, Any], context: Context[Any]
    ) -> Any:
        """The value that a batched resolver gives for *parent*."""
        async with self._open() as loads:
            return await loads.batch(batched, position, parent, arguments, context)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Loads]:
        loads = self._loads = self._loads or self._begin()
        self._under_way += 1
        try:
            yield loads
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._loads = None
                # A source that gave up waiting leaves a call that nobody wants.
                await until_over(loads.close())
