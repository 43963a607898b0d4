"""A send's time limit: what runs out of it ends as BackendTimeout. Knows nothing of what is sent."""

from __future__ import annotations

from types import TracebackType

from ..vocabulary.errors import BackendTimeout
from ..vocabulary.time_limit import time_limit


class SendLimit(time_limit):
    """`with SendLimit(name, timeout_s):` cancels its block after *timeout_s* and raises BackendTimeout."""

    __slots__ = ("_backend",)

    def __init__(self, backend: str, timeout_s: float) -> None:
        super().__init__(timeout_s)
        self._backend = backend

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        except TimeoutError:
            raise BackendTimeout(f"no answer within {self._seconds:g} s", backend=self._backend) from None
