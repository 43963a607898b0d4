"""Reading what request headers say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.request_headers import body_bytes_from, request_id_from, timeout_from
from gateway.vocabulary.errors import ClientError


@pytest.mark.parametrize("value", ["a", "req-1_2.3", "A" * 128])
def test_a_good_request_id_is_kept(value: str):
    """An id of 1 to 128 harmless characters is the client's own."""
    assert value == request_id_from(value, lambda: "fresh")


@pytest.mark.parametrize("value", [None, "", "A" * 129, "a b", "a\n", "a\nlevel=error", "é", "a/b", " a", "\u0661"])
def test_a_bad_request_id_is_replaced(value: str | None):
    """Anything else is replaced, never refused, never passed on."""
    assert request_id_from(value, lambda: "fresh") == "fresh"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, None), ("1", 0.001), ("1500", 1.5), (" 250\t", 0.25), ("000250", 0.25), ("600000", 600.0)],
)
def test_a_timeout_is_read_in_seconds(value: str | None, expected: float | None):
    """A whole number of milliseconds up to ten minutes becomes seconds."""
    assert expected == timeout_from(value)


@pytest.mark.parametrize(
    "value", ["", "0", "-1", "+1", "1.5", "1e3", "600001", "1000000", "1_000", "\u0661", "5s", "NaN"]
)
def test_a_wrong_timeout_is_refused(value: str):
    """Anything else is a 400 that says what was expected and what came."""
    with pytest.raises(ClientError) as caught:
        timeout_from(value)

    expected = f"gateway-timeout-ms: expected a whole number of milliseconds from 1 to 600000, got {value!r}"
    assert ("BAD_REQUEST", expected) == (caught.value.code, caught.value.detail)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, 0), ("0", 0), ("0012", 12), ("1048577", 1048577), ("9" * 5000, float("inf"))],
)
def test_the_length_of_a_body_is_read(value: str | None, expected: float):
    """Digits, however many: RFC 9110 section 8.6 has a reader expect large ones."""
    assert expected == body_bytes_from(value)


@pytest.mark.parametrize("value", ["", "-5", "+5", " 5", "5.0", "5e9", "5, 5", "1_000", "\u0661", "NaN", "inf"])
def test_a_malformed_length_of_a_body_is_the_servers_affair(value: str):
    """It says nothing: a server has refused it before, and what arrives is counted anyway."""
    assert 0 == body_bytes_from(value)


@given(st.text())
def test_random_headers_raise_nothing_but_client_errors(only_client_errors, value: str):
    """Whatever the header, the outcome is a timeout in bounds or a ClientError with a bounded message."""
    with only_client_errors():
        assert 0 < (timeout_from(value) or 0) <= 600
