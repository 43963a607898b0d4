"""A send's time limit: what runs out of it ends as BackendTimeout. Knows nothing of what is sent."""

from __future__ import annotations

import asyncio
from types import TracebackType

from ..vocabulary.errors import BackendTimeout


class TimeLimit:
    """`async with TimeLimit(name, timeout_s):` cancels its body after *timeout_s* and raises BackendTimeout.

    A cancellation from outside stays one, and a TimeoutError that the body raised by itself passes unchanged.
    """

    __slots__ = ("_backend", "_scope", "_timeout_s")

    def __init__(self, backend: str, timeout_s: float) -> None:
        self._backend = backend
        self._timeout_s = timeout_s
        self._scope = asyncio.timeout(timeout_s)

    async def __aenter__(self) -> None:
        await self._scope.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._scope.__aexit__(kind, error, trace)
        except TimeoutError:
            raise BackendTimeout(f"no answer within {self._timeout_s:g} s", backend=self._backend) from None
