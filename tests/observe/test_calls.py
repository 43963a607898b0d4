"""Call records and the receipt: what a request took, in totals and one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.observe.calls import MAX_RECORDS, BusyTime, CallReceipt, CallRecord
from gateway.testing import captured_logs
from gateway.vocabulary.settings import Settings

_MOMENTS = st.integers(0, 60)


def record(**facts: Any) -> CallRecord:
    """A call of no consequence, but for *facts*."""
    usual: dict[str, Any] = {
        "backend": "users",
        "loader": "user_by_id",
        "keys": 2,
        "departure": 1,
        "hop": 1,
        "start_s": 0.0,
        "duration_s": 0.5,
        "source": "backend",
        "response_bytes": 10,
        "status": 200,
    }
    return CallRecord(**(usual | facts))


def receipt_of(*records: CallRecord) -> CallReceipt:
    receipt = CallReceipt("request-1")
    for each in records:
        receipt.add(each)
    return receipt


def test_only_own_calls_are_counted() -> None:
    """Joined calls and the memo make no call; joined ones count as hops, what the memo knew does not."""
    receipt = receipt_of(record(), record(source="flight", hop=2), record(source="memo", hop=3, duration_s=0.0))

    assert (1, 2, 3, 0) == (receipt.calls, receipt.hops, len(receipt.records), receipt.dropped)


def test_backend_time_is_counted_once() -> None:
    """Calls at the same time take the time of the longest; a gap between calls is not theirs."""
    receipt = receipt_of(
        record(start_s=0.0, duration_s=1.0),
        record(start_s=0.5, duration_s=1.0, source="flight"),
        record(start_s=4.0, duration_s=0.25),
        record(start_s=9.0, duration_s=9.0, source="memo"),
    )

    assert 1.75 == receipt.backend_s
    assert "<CallReceipt request-1: 2 calls, 1 hops, 1.750 s>" == repr(receipt)


@given(st.lists(st.tuples(_MOMENTS, _MOMENTS)))
def test_busy_time_is_the_union(stretches: list[tuple[int, int]]) -> None:
    """In any order, overlapping, touching or apart: the seconds that lie in at least one of them."""
    busy = BusyTime()
    for start, length in stretches:
        busy.add(start, start + length)

    assert len({second for start, length in stretches for second in range(start, start + length)}) == busy.total_s


def test_a_receipt_is_bounded() -> None:
    """Records past the bound are not kept, yet they are counted in the totals."""
    receipt = receipt_of(*(record(hop=1 + number) for number in range(MAX_RECORDS + 5)))

    assert (MAX_RECORDS, 5) == (len(receipt.records), receipt.dropped)
    assert (MAX_RECORDS + 5, MAX_RECORDS + 5) == (receipt.calls, receipt.hops)


def test_time_that_is_not_kept_is_counted_too() -> None:
    """Backend time has the calls past the bound, asked for once or again."""
    records = [record(start_s=float(number), duration_s=0.5) for number in range(MAX_RECORDS + 2)]
    receipt = receipt_of(*records)

    assert [(MAX_RECORDS + 2) * 0.5] * 2 == [receipt.backend_s, receipt.backend_s]


def test_only_failed_calls_are_logged_where_lines_are_not_wanted() -> None:
    """A line costs a good part of what a call costs; a failure is worth it."""
    receipt = CallReceipt("request-1", logs_calls=False)
    with captured_logs() as logs:
        receipt.add(record())
        receipt.add(record(status=None, error_code="BACKEND_TIMEOUT"))

    assert [("warning", "BACKEND_TIMEOUT")] == [(log["level"], log["error"]) for log in logs]
    assert 2 == receipt.calls


@pytest.mark.parametrize(
    ("mode", "log_calls", "expected"),
    [
        ("production", None, False),
        ("development", None, True),
        ("production", True, True),
        ("development", False, False),
    ],
)
def test_calls_are_logged_in_development_unless_said(mode: Any, log_calls: bool | None, expected: bool) -> None:
    """In production a call costs no line, unless it fails."""
    assert expected is Settings(mode=mode, log_calls=log_calls).logs_calls


def test_a_call_is_one_log_line() -> None:
    """A failed one is a warning; a joined one says so; what the memo answered is no line."""
    with captured_logs() as logs:
        receipt_of(
            record(duration_s=0.0123),
            record(source="flight", hop=2, status=None, error_code="CANCELLED"),
            record(source="memo"),
        )

    line = {
        "event": "call",
        "level": "info",
        "loader": "users.user_by_id",
        "keys": 2,
        "departure": 1,
        "hop": 1,
        "source": None,
        "ms": 12.3,
        "status": 200,
        "error": None,
        "request_id": "request-1",
    }
    joined = {"level": "warning", "hop": 2, "source": "flight", "ms": 500.0, "status": None, "error": "CANCELLED"}
    assert [line, line | joined] == logs
