"""The headers of every answer."""

from __future__ import annotations

from gateway.http.security_headers import security_headers


def test_nothing_may_be_loaded_framed_sniffed_or_kept():
    """Each of the headers is there, once; HSTS only where it is asked for."""
    names = [name for name, _ in security_headers(hsts_s=0)]

    expected = {
        "x-content-type-options",
        "content-security-policy",
        "x-frame-options",
        "cross-origin-resource-policy",
        "referrer-policy",
        "cache-control",
    }
    assert (len(names), expected) == (len(set(names)), set(names))


def test_hsts_has_the_age_that_is_set():
    """The age is in seconds."""
    assert ("strict-transport-security", "max-age=60") in security_headers(hsts_s=60)
