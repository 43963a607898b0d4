"""What a client reads of the calls that its request took: the `Server-Timing` header and `extensions.hops`.

Both are pure functions of the receipt. Who may see the extension is decided in `admission/hops_signature.py`; the
header is for everybody and therefore holds totals alone. Neither holds a key's value or anything of the viewer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ..observe.calls import CallReceipt, CallRecord

SERVER_TIMING_HEADER: Final = "server-timing"


class HopTotals(msgspec.Struct, frozen=True):
    """The sums of one request.

    *backend_s* is the time during which at least one call was under way, *total_s* the request's time inside the
    gateway. *dropped* counts the records that the receipt did not keep.
    """

    hops: int
    calls: int
    invokes: int
    backend_s: float
    total_s: float
    dropped: int = 0

    @classmethod
    def of(cls, receipt: CallReceipt, *, invokes: int, total_s: float) -> HopTotals:
        """The sums of *receipt*, and what it does not know: Lambda invocations, and the request's own time."""
        return cls(receipt.hops, receipt.calls, invokes, receipt.backend_s, total_s, receipt.dropped)


def server_timing(totals: HopTotals) -> str:
    """The header's value: `hops;desc="2", calls;desc="4", backend;dur=12.3, total;dur=15.1`.

    Times are in milliseconds. Counts stand in `desc`, since `dur` is a time.

    Source: W3C Server Timing, section "The Server-Timing Header Field", https://www.w3.org/TR/server-timing/.
    """
    return (
        f'hops;desc="{totals.hops}", calls;desc="{totals.calls}"'
        f", backend;dur={totals.backend_s * 1000:.1f}, total;dur={totals.total_s * 1000:.1f}"
    )


def hops_extension(
    records: Sequence[CallRecord], totals: HopTotals, plan: str | None, fallback: str | None
) -> dict[str, Any]:
    r"""The value of `extensions.hops`; times are in milliseconds since the request began.

        {"hops": 2, "calls": 2, "invokes": 1, "backend_ms": 12.3, "total_ms": 15.1,
         "fallback": null, "plan": "query Courses  2 hops, 2 calls, 1 Lambda invoke\n...",
         "records": [{"backend": "users", "loader": "user_by_id", "keys": 10, "hop": 2, "departure": 2,
                      "start_ms": 4.1, "duration_ms": 8.0, "source": "backend", "bytes": 2048, "attempt": 1,
                      "status": 200, "error": null}, ...],
         "dropped": 0}

    Records stand in the order in which calls departed, after them what the memo answered, whose departure is 0. *plan*
    is the printed plan; None where there is none. *fallback* is why the operation ran on the reference executor, such
    as `introspection`; None where it ran by its plan. `attempt` is 1: a call that fails is not made again.
    """
    return {
        "hops": totals.hops,
        "calls": totals.calls,
        "invokes": totals.invokes,
        "backend_ms": _ms(totals.backend_s),
        "total_ms": _ms(totals.total_s),
        "fallback": fallback,
        "plan": plan,
        "records": [_record(record) for record in sorted(records, key=_place)],
        "dropped": totals.dropped,
    }


def _place(record: CallRecord) -> tuple[float, float]:
    return record.departure or math.inf, record.start_s


def _record(record: CallRecord) -> dict[str, Any]:
    # Written out, so that a field added to the record is not shown before somebody decided that.
    return {
        "backend": record.backend,
        "loader": record.loader,
        "keys": record.keys,
        "hop": record.hop,
        "departure": record.departure,
        "start_ms": _ms(record.start_s),
        "duration_ms": _ms(record.duration_s),
        "source": record.source,
        "bytes": record.response_bytes,
        "attempt": record.attempt,
        "status": record.status,
        "error": record.error_code,
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
