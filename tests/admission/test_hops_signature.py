"""Who may see `extensions.hops`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.admission.hops_signature import may_see_hops, sign_hops
from gateway.vocabulary.settings import HopsSettings, Settings

SECRET = "correct-horse-battery-staple-0001"
PRODUCTION = Settings(hops=HopsSettings(secret=SECRET))
NOW_S = 1_764_000_000.7


def test_the_signature_is_what_is_documented():
    """`v1` is the HMAC-SHA256 of the digits of `t`, in hexadecimal."""
    expected = "t=1764000000,v1=3ccaa05f45be898ee6a803f6f864f31d34a2450187c9e7e074c0edeef3f9e98d"

    assert expected == sign_hops(SECRET, NOW_S)


def test_in_development_everybody_sees_them():
    """Without a header, without a secret."""
    assert may_see_hops(None, Settings(mode="development"), NOW_S)


@pytest.mark.parametrize("header", [None, "", sign_hops(SECRET, NOW_S), sign_hops("", NOW_S)])
def test_without_a_secret_nobody_sees_them(header: str | None):
    """An unset secret is no empty key."""
    assert not may_see_hops(header, Settings(), NOW_S)


@pytest.mark.parametrize(
    ("age_s", "expected"), [(0, True), (299, True), (-299, True), (302, False), (-302, False), (86_400, False)]
)
def test_a_signature_is_good_for_some_minutes(age_s: int, expected: bool):
    """300 seconds either way, since clocks differ."""
    header = sign_hops(SECRET, NOW_S - age_s)

    assert expected is may_see_hops(header, PRODUCTION, NOW_S)


def test_another_secret_opens_nothing():
    """What another key signed is refused, and so is a signature of another time."""
    ours, theirs = sign_hops(SECRET, NOW_S), sign_hops(SECRET[::-1], NOW_S)
    time, signature = ours.split(",")
    later = f"t={int(time.removeprefix('t=')) + 1}"

    assert may_see_hops(ours, PRODUCTION, NOW_S)
    assert not may_see_hops(theirs, PRODUCTION, NOW_S)
    assert not may_see_hops(f"{later},{signature}", PRODUCTION, NOW_S)


@pytest.mark.parametrize(
    "mangle",
    [
        "",
        "t=1764000000",
        "{}x",
        "{},v2=00",
        "{}\n",
        "x{}",
        "t=-1,v1=" + "0" * 64,
        "t=1e9,v1=" + "0" * 64,
        "t=,v1=" + "0" * 64,
        "t=\u0661,v1=" + "0" * 64,
        "t=" + "9" * 5000 + ",v1=" + "0" * 64,
        "t=1764000000,v1=\u00e9",
        "t=1764000000,v1=" + "A" * 64,
    ],
)
def test_a_malformed_header_is_no_error(mangle: str):
    """The answer comes without the extension."""
    assert not may_see_hops(mangle.format(sign_hops(SECRET, NOW_S)), PRODUCTION, NOW_S)


def test_space_around_the_header_does_not_count():
    """HTTP allows it around any value (RFC 9110 section 5.5)."""
    assert may_see_hops(f" {sign_hops(SECRET, NOW_S)}\t", PRODUCTION, NOW_S)


@given(st.text())
def test_random_headers_open_nothing(header: str):
    """Whatever is sent, the outcome is no."""
    assert not may_see_hops(header, PRODUCTION, NOW_S)
