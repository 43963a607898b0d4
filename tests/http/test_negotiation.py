"""Choosing the answer's media type from the Accept header."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http.negotiation import MediaType, negotiate, wants_html
from gateway.vocabulary.errors import ClientError

NEW = MediaType.GRAPHQL_RESPONSE
OLD = MediaType.JSON
CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        # No preference at all: an old client (audit 80D8).
        (None, OLD),
        ("", OLD),
        (" , ", OLD),
        # One named.
        ("application/graphql-response+json", NEW),
        ("application/json", OLD),
        ("APPLICATION/JSON; charset=UTF-8", OLD),
        ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", NEW),
        # Wildcards alone (audit 47DE), and under a named type.
        ("*/*", OLD),
        ("application/*", OLD),
        ("application/json, text/plain, */*", OLD),
        ("application/graphql-response+json, */*", NEW),
        (CHROMIUM, OLD),
        # Weights rule over order; order rules nothing.
        ("application/graphql-response+json, application/json;q=0.9", NEW),
        ("application/graphql-response+json;q=0.5, application/json;q=0.9", OLD),
        ("application/json, application/graphql-response+json", NEW),
        ("application/json ; Q=0.1, application/graphql-response+json;q=0.2", NEW),
        # The most specific range wins over a heavier wildcard.
        ("application/json;q=0.1, */*", NEW),
        ("application/json;q=0, */*", NEW),
        ("application/graphql-response+json;q=0, application/*;q=0.3", OLD),
        ("application/*;q=0.2, */*;q=0.9, application/graphql-response+json;q=0.1", OLD),
        ("application/json;q=0.1, application/json;charset=utf-8;q=0.9, application/graphql-response+json;q=0.5", OLD),
        # Another charset is another representation, which we do not have; other parameters are tolerated.
        ("application/json;charset=latin1, application/graphql-response+json;q=0.1", NEW),
        ('application/json;profile="a,b;c\\"d"', OLD),
        # Members that cannot be read are skipped; the weights of old Java clients can be read.
        ("json, application/json", OLD),
        ("application/graphql-response+json;q=2, application/json;q=0.1", OLD),
        ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", OLD),
    ],
)
def test_the_highest_ranked_type_is_chosen(accept: str | None, expected: MediaType):
    """The type the client ranks highest is chosen; ties fall as the specification's audits want."""
    assert expected is negotiate(accept)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("text/event-stream", MediaType.EVENT_STREAM),
        ("Text/Event-Stream;q=0.5, multipart/mixed", MediaType.EVENT_STREAM),
        ("text/event-stream, */*;q=0.1", MediaType.EVENT_STREAM),
        ("text/event-stream, application/json;q=0.9", MediaType.EVENT_STREAM),
        ("text/event-stream, application/json", MediaType.JSON),
        ("text/event-stream, */*", MediaType.JSON),
        ("text/event-stream;q=0.9, application/graphql-response+json", MediaType.GRAPHQL_RESPONSE),
        ("text/event-stream;q=0, application/json;q=0.1", MediaType.JSON),
        ("text/*, application/json;q=0.1", MediaType.JSON),
    ],
)
def test_events_are_for_who_prefers_them(accept: str, expected: MediaType):
    """A stream is given to who names it and ranks it above an answer in one piece."""
    assert expected is negotiate(accept)


@pytest.mark.parametrize(
    "accept",
    [
        "text/event-stream;q=0",
        "text/*",
        "text/html",
        "image/*",
        "application/xml;q=1",
        "application/json;q=0",
        "*/*;q=0",
        "*/*;q=0.000",
        "application/json;charset=utf-16",
        "json",
        "application/json;q=nan",
        '"application/json',
    ],
)
def test_nothing_acceptable_is_refused(accept: str):
    """A header that allows neither type is a 406 that says what can be had and what was asked."""
    with pytest.raises(ClientError) as caught:
        negotiate(accept)

    expected = (
        f"Accept: expected application/graphql-response+json, application/json or text/event-stream, got {accept!r}"
    )
    assert ("NOT_ACCEPTABLE", expected) == (caught.value.code, caught.value.detail)


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (CHROMIUM, True),
        ("text/html", True),
        ("text/html, application/json", True),
        ("text/html;q=0.5, */*;q=0.5", True),
        ("text/html;charset=utf-8", True),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0.5, */*", False),
        ("text/html;q=0", False),
        ("text/*", False),
        ("*/*", False),
        ("application/graphql-response+json", False),
        ("", False),
        (None, False),
    ],
)
def test_only_who_names_html_first_gets_html(accept: str | None, expected: bool):
    """HTML is for clients that name text/html and rank no JSON above it."""
    assert expected is wants_html(accept)


RANGE_PIECES = st.sampled_from([
    "application/json", "application/graphql-response+json", "*/*", "text/html", "*", "/", ";", ",", "q=", "q=0.5", '"',
    "\\", " ", "\t", "charset=", "utf-8", "0", "1", ".", "é", "\ud800",
])  # fmt: skip


@given(st.none() | st.text(max_size=100) | st.lists(RANGE_PIECES, max_size=30).map("".join))
def test_random_headers_raise_nothing_but_client_errors(only_client_errors, accept: str | None):
    """Whatever the header, the outcome is a media type or a ClientError with an encodable message."""
    wants_html(accept)

    with only_client_errors():
        assert negotiate(accept) in MediaType


@pytest.mark.parametrize("piece", ['"', '"\\', '\\"', 'a/b;c="\\', "a/b;", ",", "a/b,", "a", "\t", "a/b; \t"])
def test_a_long_header_takes_linear_time(piece: str):
    """A hostile header of 256 KiB is read in a moment: no pattern tries the same text twice."""
    header = piece * (262_144 // len(piece))
    started = time.monotonic()

    wants_html(header)

    assert time.monotonic() - started < 5
