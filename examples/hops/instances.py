"""Instances of functions, warm and cold, and the time that reaching them takes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .delays import Delays


class Instances:
    """Who is warm: an instance answers one invocation at a time, so that two at once need two of them."""

    def __init__(self, delays: Delays) -> None:
        self.delays = delays
        self._all_warm = True
        self._idle: Counter[str] = Counter()

    def warm(self) -> None:
        """Have enough of every function, as after an hour of traffic."""
        self._all_warm = True

    def cool(self) -> None:
        """Have none of any function, as after a deployment."""
        self._all_warm = False
        self._idle.clear()

    @asynccontextmanager
    async def one_of(self, function: str) -> AsyncIterator[None]:
        """Reach an instance of *function*, and keep it busy for the time of the block."""
        is_warm = self._all_warm or self._idle[function] > 0
        if is_warm:
            self._idle[function] -= 1
        await asyncio.sleep(self.delays.warm_s if is_warm else self.delays.cold_s)
        try:
            yield
        finally:
            self._idle[function] += 1

    async def reach_service(self) -> None:
        """Reach a service that is no function: it runs all the time."""
        await asyncio.sleep(self.delays.warm_s)
