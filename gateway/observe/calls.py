"""One record per call, and the receipt that gathers a request's."""

from __future__ import annotations

import msgspec
import structlog

_log = structlog.get_logger("gateway.calls")


class CallRecord(msgspec.Struct, frozen=True):
    """One call to a backend, once it ended.

    `departure` counts the request's departures from 1: calls of one departure left together. Times are in seconds,
    `start_s` since the request began.
    """

    backend: str
    loader: str
    keys: int
    departure: int
    start_s: float
    duration_s: float
    response_bytes: int
    status: int | None = None
    error_code: str | None = None


class CallReceipt:
    """The calls of one request, in the order they ended; each is logged as it is added."""

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id
        self._calls: list[CallRecord] = []

    @property
    def calls(self) -> tuple[CallRecord, ...]:
        """The records so far."""
        return tuple(self._calls)

    def add(self, call: CallRecord) -> None:
        """Keep and log one ended call."""
        self._calls.append(call)
        log = _log.warning if call.error_code else _log.info
        log(
            "call",
            loader=f"{call.backend}.{call.loader}",
            keys=call.keys,
            departure=call.departure,
            ms=round(call.duration_s * 1000, 1),
            status=call.status,
            error=call.error_code,
            request_id=self._request_id,
        )
