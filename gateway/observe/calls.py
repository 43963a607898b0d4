"""One record per call, and the receipt that gathers a request's."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Final, Literal, TypeAlias

import msgspec

from .logs import log as _log

#: What brought the keys: a call of this request, another request's call that it joined, or what it knew already.
Source: TypeAlias = Literal["backend", "flight", "memo"]

#: Records that one receipt keeps; the rest is counted.
MAX_RECORDS: Final = 1_000


class CallRecord(msgspec.Struct, frozen=True):
    """One call to a backend that is over for its request, or what took the place of one.

    Only records of source `backend` are calls of the request. `departure` counts the request's departures from 1: calls
    of one departure left together; it is 0 for the memo. `hop` is the place in the longest chain of dependent calls,
    from 1. Times are in seconds, `start_s` since the request began. `error_code` is that of the error's row, or
    `CANCELLED`.
    """

    backend: str
    loader: str
    keys: int
    departure: int
    hop: int
    start_s: float
    duration_s: float
    source: Source
    response_bytes: int
    attempt: int = 1
    status: int | None = None
    error_code: str | None = None


class CallReceipt:
    """The calls of one request, in the order they ended.

    Totals count what is not kept, too. Failed calls are logged as they are added, the others where *logs_calls*.
    """

    def __init__(self, request_id: str, *, logs_calls: bool = True) -> None:
        self._request_id = request_id
        self._logs_calls = logs_calls
        self._records: list[CallRecord] = []
        # When calls were under way whose records are not kept.
        self._busy_besides: BusyTime | None = None
        self._calls = self._hops = self._dropped = 0

    @property
    def records(self) -> tuple[CallRecord, ...]:
        """The records so far."""
        return tuple(self._records)

    @property
    def calls(self) -> int:
        """How many calls the request made itself."""
        return self._calls

    @property
    def hops(self) -> int:
        """How long the longest chain of dependent calls was, joined ones included."""
        return self._hops

    @property
    def dropped(self) -> int:
        """How many records came after the first `MAX_RECORDS`, and were not kept."""
        return self._dropped

    @property
    def backend_s(self) -> float:
        """Seconds during which at least one call was under way, own or joined."""
        if not self._records:
            return 0.0
        busy = BusyTime() if self._busy_besides is None else self._busy_besides.copy()
        for record in self._records:
            if record.source != "memo":
                busy.add(record.start_s, record.start_s + record.duration_s)
        return busy.total_s

    def add(self, record: CallRecord) -> None:
        """Keep one ended call and log it, where it is to be; what the memo answered is kept only."""
        is_kept = len(self._records) < MAX_RECORDS
        if is_kept:
            self._records.append(record)
        else:
            self._dropped += 1
        if record.source == "memo":
            return
        if record.source == "backend":
            self._calls += 1
        self._hops = max(self._hops, record.hop)
        if not is_kept:
            self._busy_besides = self._busy_besides or BusyTime()
            self._busy_besides.add(record.start_s, record.start_s + record.duration_s)
        if self._logs_calls or record.error_code is not None:
            self._write_log_line(record)

    def _write_log_line(self, record: CallRecord) -> None:
        log = _log.warning if record.error_code else _log.info
        log(
            "call",
            loader=f"{record.backend}.{record.loader}",
            keys=record.keys,
            departure=record.departure,
            hop=record.hop,
            source=None if record.source == "backend" else record.source,
            ms=round(record.duration_s * 1000, 1),
            status=record.status,
            error=record.error_code,
            request_id=self._request_id,
        )

    def __repr__(self) -> str:
        return f"<CallReceipt {self._request_id}: {self.calls} calls, {self.hops} hops, {self.backend_s:.3f} s>"


class BusyTime:
    """The union of stretches of time, kept as stretches that do not touch, in order."""

    __slots__ = ("_ends_s", "_starts_s")

    def __init__(self) -> None:
        self._starts_s: list[float] = []
        self._ends_s: list[float] = []

    @property
    def total_s(self) -> float:
        """Its length."""
        return sum(self._ends_s, 0.0) - sum(self._starts_s, 0.0)

    def copy(self) -> BusyTime:
        """The same, to be added to."""
        copy = BusyTime()
        copy._starts_s, copy._ends_s = self._starts_s.copy(), self._ends_s.copy()
        return copy

    def add(self, start_s: float, end_s: float) -> None:
        """Add the stretch from *start_s* to *end_s*, melting those that it touches into one."""
        starts_s, ends_s = self._starts_s, self._ends_s
        if not ends_s or start_s > ends_s[-1]:
            starts_s.append(start_s)
            ends_s.append(end_s)
            return
        first = bisect_left(ends_s, start_s)
        beyond = bisect_right(starts_s, end_s)
        if first < beyond:
            start_s = min(start_s, starts_s[first])
            end_s = max(end_s, ends_s[beyond - 1])
        starts_s[first:beyond] = [start_s]
        ends_s[first:beyond] = [end_s]
