"""What a request's receipt is told of its loads: which record, and when."""

from __future__ import annotations

import asyncio
from typing import Any

from ..declare.loader import Loader, Write
from ..observe.calls import CallReceipt, CallRecord, Source
from ..vocabulary.clock import Clock
from ..vocabulary.errors import EngineError, GatewayError
from .flight import CallFacts


class Recorder:
    """Adds records to one receipt; their moments are in seconds since *began_s* of the monotonic clock."""

    __slots__ = ("_began_s", "_clock", "_receipt")

    def __init__(self, receipt: CallReceipt, clock: Clock, began_s: float) -> None:
        self._receipt = receipt
        self._clock = clock
        self._began_s = began_s

    def call(
        self,
        declared: Loader[Any, Any, Any] | Write[Any, Any],
        facts: CallFacts,
        failure: BaseException | None,
        *,
        keys: int,
        departure: int,
        hop: int,
        start_s: float,
        source: Source = "backend",
    ) -> None:
        """Record a call begun at *start_s*, or a share in one, that is over for this request.

        One that was never sent is left out.
        """
        if not facts.was_sent:
            return
        end_s = self._clock.monotonic_s() if facts.answered_s is None else facts.answered_s
        self._receipt.add(
            CallRecord(
                backend=declared.backend.name,
                loader=declared.name,
                keys=keys,
                departure=departure,
                hop=hop,
                start_s=start_s - self._began_s,
                duration_s=max(0.0, end_s - start_s),
                source=source,
                response_bytes=facts.response_bytes,
                status=facts.status,
                error_code=None if failure is None else _code_of(failure),
            )
        )

    def memo(self, loader: Loader[Any, Any, Any], *, keys: int, hop: int) -> None:
        """Record that the memo knew all of *keys* keys, which calls at *hop* and before had brought."""
        self._receipt.add(
            CallRecord(
                backend=loader.backend.name,
                loader=loader.name,
                keys=keys,
                departure=0,
                hop=hop,
                start_s=self._clock.monotonic_s() - self._began_s,
                duration_s=0.0,
                source="memo",
                response_bytes=0,
            )
        )


def _code_of(failure: BaseException) -> str:
    if isinstance(failure, asyncio.CancelledError):
        return "CANCELLED"
    # What is none of ours is a bug, as it is to clients.
    return failure.code if isinstance(failure, GatewayError) else EngineError().code
