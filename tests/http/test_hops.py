"""The receipt a client sees: totals for everybody, one record a call for whoever may."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.hops import HopTotals, hops_extension, server_timing
from gateway.observe.calls import CallReceipt, CallRecord

TOTALS = HopTotals(hops=2, calls=4, invokes=1, backend_s=0.0123, total_s=0.01506)
USERS = CallRecord(
    backend="users",
    loader="user_by_id",
    keys=10,
    departure=2,
    hop=2,
    start_s=0.0041,
    duration_s=0.00801,
    source="backend",
    response_bytes=2048,
    status=200,
)


def call(**changes: object) -> CallRecord:
    return msgspec.structs.replace(USERS, **changes)


def test_the_header_tells_totals_alone():
    """Everybody gets counts and two times, and no name of a backend or loader."""
    header = server_timing(TOTALS)

    assert 'hops;desc="2", calls;desc="4", backend;dur=12.3, total;dur=15.1' == header


def test_a_request_without_calls_has_the_header_too():
    """Nothing called is told as nothing called."""
    totals = HopTotals.of(CallReceipt("r1"), invokes=0, total_s=0.0004)

    header = server_timing(totals)

    assert 'hops;desc="0", calls;desc="0", backend;dur=0.0, total;dur=0.4' == header


def test_totals_are_those_of_the_receipt():
    """Calls, hops and the time with calls under way are the receipt's sums."""
    receipt = CallReceipt("r1")
    receipt.add(call(hop=1, departure=1, start_s=0, duration_s=1))
    receipt.add(call(hop=2, departure=2, start_s=1.5, duration_s=1))

    totals = HopTotals.of(receipt, invokes=1, total_s=3)

    assert HopTotals(hops=2, calls=2, invokes=1, backend_s=2, total_s=3, dropped=0) == totals


def test_the_extension_tells_each_call():
    """Totals, why and how the operation ran, and a record for each call with times in milliseconds."""
    page = call(
        backend="catalogue",
        loader="courses_page",
        keys=0,
        departure=1,
        hop=1,
        start_s=0.0,
        duration_s=0.004,
        response_bytes=0,
        attempt=2,
        status=None,
        error_code="BACKEND_TIMEOUT",
    )

    shown = hops_extension([USERS, page], TOTALS, "1 catalogue.courses_page", None)

    assert {
        "hops": 2,
        "calls": 4,
        "invokes": 1,
        "backend_ms": 12.3,
        "total_ms": 15.06,
        "fallback": None,
        "plan": "1 catalogue.courses_page",
        "records": [
            {
                "backend": "catalogue",
                "loader": "courses_page",
                "keys": 0,
                "hop": 1,
                "departure": 1,
                "start_ms": 0.0,
                "duration_ms": 4.0,
                "source": "backend",
                "bytes": 0,
                "attempt": 2,
                "status": None,
                "error": "BACKEND_TIMEOUT",
            },
            {
                "backend": "users",
                "loader": "user_by_id",
                "keys": 10,
                "hop": 2,
                "departure": 2,
                "start_ms": 4.1,
                "duration_ms": 8.01,
                "source": "backend",
                "bytes": 2048,
                "attempt": 1,
                "status": 200,
                "error": None,
            },
        ],
        "dropped": 0,
    } == shown


def test_records_stand_in_the_order_of_departure():
    """Calls are recorded as they end and shown as they left; within a departure the first to start is first."""
    left_last = call(loader="c", departure=2, start_s=0.3)
    started_second = call(loader="b", departure=1, start_s=0.2)
    started_first = call(loader="a", departure=1, start_s=0.1)
    known = call(loader="d", departure=0, start_s=0.15, source="memo")

    shown = hops_extension([known, left_last, started_second, started_first], TOTALS, None, "introspection")

    assert ["a", "b", "c", "d"] == [record["loader"] for record in shown["records"]]
    assert ("introspection", None) == (shown["fallback"], shown["plan"])


def test_a_field_added_to_the_record_is_not_shown():
    """What the receipt shows is listed: a key that a record should once carry stays inside."""

    class Talkative(CallRecord, frozen=True):
        key_values: tuple[str, ...] = ("u1-s3cret",)

    record = Talkative(**{name: getattr(USERS, name) for name in USERS.__struct_fields__})

    shown = hops_extension([record], TOTALS, None, None)

    assert b"s3cret" not in msgspec.json.encode(shown)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_header_has_its_form_whatever_a_clock_says(backend_s: float, total_s: float):
    """Durations are plain decimal numbers, never with an exponent."""
    value = server_timing(HopTotals(hops=1, calls=1, invokes=0, backend_s=backend_s, total_s=total_s))

    durations = [part.split("=")[1] for part in value.split(", ") if "dur=" in part]
    assert all(set(duration) <= set("0123456789.") for duration in durations)
