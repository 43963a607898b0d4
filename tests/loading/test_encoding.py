"""Encoding: a call's path, query, body and headers, and how little of the viewer they hold."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import json
import uuid
from typing import Any

import msgspec
import pytest

from gateway import Backend, Call, ClientError, EngineError, delete, get, post
from gateway.backends.wire import WireRequest
from gateway.loading.encoding import encode_call
from gateway.loading.recipient import Recipient
from gateway.vocabulary.identity import Identity
from tests.loading.request import Row, sender

_BACKEND = Backend("rows")


class Colour(enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    BIG = 3


def encoded(call: Call[Any], backend: Backend = _BACKEND, **request: Any) -> WireRequest:
    sent_by = sender(**request)
    return encode_call(call, Recipient(backend, None, sent_by), sent_by.deadline.remaining_s())


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("u1", "/users/u1/x"),
        ("a/b", "/users/a%2Fb/x"),
        ("a b?c#d", "/users/a%20b%3Fc%23d/x"),
        ("..%2f", "/users/..%252f/x"),
        ("{other}", "/users/%7Bother%7D/x"),
        ("köln", "/users/k%C3%B6ln/x"),
        (7, "/users/7/x"),
        (True, "/users/true/x"),
        (Colour.RED, "/users/red/x"),
    ],
)
def test_a_placeholder_takes_one_place_in_the_path(value: object, path: str) -> None:
    """Whatever the value, it stays within its segment and leaves the query."""
    request = encoded(get("/users/{id}/x", id=value, into=Row))

    assert (path, ()) == (request.path, request.query)


@pytest.mark.parametrize("value", [".", "..", ""])
def test_a_value_that_would_leave_its_place_is_refused(value: str) -> None:
    """Dot segments and nothing would name another resource: the client's error, naming the parameter."""
    with pytest.raises(ClientError, match=f"id: '{value}' is not a possible value") as refused:
        encoded(delete("/users/{id}", id=value, into=Row))

    assert "BAD_USER_INPUT" == refused.value.code


def test_a_placeholder_may_stand_twice() -> None:
    """Both places get the value."""
    assert "/a/1/b/1" == encoded(get("/a/{id}/b/{id}", id="1", into=Row)).path


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [({}, "GET /users/{id}: expected a parameter 'id' for the path"), ({"id": None}, "parameter 'id': expected text")],
)
def test_a_placeholder_needs_a_value(parameters: dict[str, Any], expected: str) -> None:
    """Without one the loader has a bug, and the text says where."""
    with pytest.raises(EngineError) as failed:
        encoded(Call("GET", "/users/{id}", Row, parameters))

    assert failed.value.detail.startswith(expected)


@pytest.mark.parametrize("keys", [["u1", "u2"], ("u1",)])
def test_a_placeholder_takes_one_value(keys: Any) -> None:
    """Keys as they come are several, even where there is one: the text says what to do for one key a call."""
    with pytest.raises(EngineError) as failed:
        encoded(get("/users/{id}", id=keys, into=Row))

    assert failed.value.detail == (
        f"GET /users/{{id}}: expected one value for 'id' of the path, got a {type(keys).__name__};"
        " for one key a call, declare max_batch=1 and give its first key"
    )


@pytest.mark.parametrize("path", ["users", "", "/users?active=1", "/users#top", "https://users/users"])
def test_a_path_is_absolute_and_nothing_else(path: str) -> None:
    """Behind a query of its own the parameters would be part of its last value, and the service would not see them."""
    with pytest.raises(EngineError) as failed:
        encoded(get(path, id="u1", into=Row))

    assert failed.value.detail == (
        f"expected a path that begins with / and has no query, got GET {path};"
        " what belongs into the query is given by name"
    )


def test_every_kind_of_value_has_one_text() -> None:
    """Booleans as in JSON, enum members by value, dates in ISO 8601, numbers and UUIDs as text; no encoding yet."""
    uuid_ = uuid.UUID(int=1)

    request = encoded(
        get(
            "/rows",
            into=Row,
            text="a b&c",
            yes=True,
            no=False,
            number=7,
            fraction=0.5,
            exact=decimal.Decimal("1.10"),
            colour=Colour.RED,
            size=Size.BIG,
            day=dt.date(2026, 2, 1),
            moment=dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC),
            uuid=uuid_,
        )
    )

    assert {
        "text": "a b&c",
        "yes": "true",
        "no": "false",
        "number": "7",
        "fraction": "0.5",
        "exact": "1.10",
        "colour": "red",
        "size": "3",
        "day": "2026-02-01",
        "moment": "2026-02-01T12:00:00+00:00",
        "uuid": str(uuid_),
    } == dict(request.query)


def test_a_sequence_repeats_its_name() -> None:
    """Lists, tuples and generators do; an empty one sends nothing; the order is kept."""
    request = encoded(get("/rows", into=Row, id=["b", "a"], size=(1, 2), none=[], made=(n for n in (True, False))))

    assert (
        ("id", "b"),
        ("id", "a"),
        ("size", "1"),
        ("size", "2"),
        ("made", "true"),
        ("made", "false"),
    ) == request.query


def test_none_leaves_the_name_out() -> None:
    """A parameter that was not given is not sent."""
    assert (("b", ""),) == encoded(get("/rows", into=Row, a=None, b="")).query


@pytest.mark.parametrize("value", [{"a": 1}, b"bytes", [None], object(), dt.timedelta(1)])
def test_a_value_without_text_is_the_loaders_bug(value: object) -> None:
    """The text names the parameter, what was expected and what came."""
    with pytest.raises(EngineError, match=r"parameter 'x': expected text, a number, .*; got "):
        encoded(get("/rows", into=Row, x=value))


def test_a_body_is_json() -> None:
    """Records and plain values alike; without a body there is neither body nor content type."""
    with_body = encoded(post("/rows", into=Row, json=Row("a", size=2)))
    without = encoded(post("/rows", into=Row))

    assert {"id": "a", "group": "g", "size": 2} == json.loads(with_body.body or b"")
    assert "application/json" == dict(with_body.headers)["content-type"]
    assert (None, None) == (without.body, dict(without.headers).get("content-type"))


def test_an_empty_body_is_a_body() -> None:
    """`json=[]` is sent; only None is none."""
    assert b"[]" == encoded(post("/rows", into=Row, json=[])).body


_ADA = Identity.from_claims({"sub": "ada", "tenant": "acme", "email": "ada@example.org", "roles": ["a", "ü"], "n": 7})


def test_nothing_of_the_viewer_is_sent_undeclared() -> None:
    """A backend that declares no identity gets no claim and no header of the client."""
    request = encoded(get("/rows", into=Row), identity=_ADA, headers={"authorization": "Bearer x", "cookie": "c=1"})

    assert ["accept", "gateway-deadline-ms", "x-request-id"] == sorted(dict(request.headers))
    assert {} == request.claims


def test_declared_claims_are_sent_and_no_others() -> None:
    """Each has a header of its own and stands in `claims`; one that the viewer lacks is left out."""
    backend = Backend("rows", identity=("sub", "roles", "n", "phone"))

    request = encoded(get("/rows", into=Row), backend, identity=_ADA)

    identity = {name: value for name, value in request.headers if name.startswith("gateway-identity-")}
    assert {
        "gateway-identity-sub": "ada",
        "gateway-identity-roles": '["a","%C3%BC"]',
        "gateway-identity-n": "7",
    } == identity
    assert {"sub": "ada", "roles": ["a", "ü"], "n": 7} == request.claims


@pytest.mark.parametrize(
    ("claim", "header"), [("a\r\nx: y", "a%0D%0Ax: y"), ("100%", "100%25"), ("ü", "%C3%BC"), (True, "true")]
)
def test_a_claim_cannot_break_out_of_its_header(claim: object, header: str) -> None:
    """What is no visible ASCII is percent-encoded."""
    request = encoded(
        get("/", into=Row), Backend("rows", identity=("team",)), identity=Identity.from_claims({"team": claim})
    )

    assert header == dict(request.headers)["gateway-identity-team"]


def test_a_claim_rules_over_a_header_of_the_call() -> None:
    """No call can say that somebody else asks."""
    call = get("/", into=Row).with_headers({"Gateway-Identity-Sub": "eve"})

    request = encoded(call, Backend("rows", identity=("sub",)), identity=_ADA)

    assert [("gateway-identity-sub", "ada")] == [pair for pair in request.headers if "identity" in pair[0]]


def test_declared_headers_are_forwarded_and_no_others() -> None:
    """Names in `forward` are compared without case; what the client did not send is left out."""
    backend = Backend("rows", forward=("Accept-Language", "x-missing"))

    request = encoded(get("/", into=Row), backend, headers={"accept-language": "de", "cookie": "c=1"})

    assert "de" == dict(request.headers)["accept-language"]
    assert not {"cookie", "x-missing"} & set(dict(request.headers))


def test_a_forwarded_header_may_be_one_of_the_gateways_own() -> None:
    """The declared one is sent, once: with a body, and without."""
    backend = Backend("rows", forward=("gateway-deadline-ms", "content-type"))
    headers = {"gateway-deadline-ms": "7", "content-type": "text/x"}

    sent = [encoded(call, backend, headers=headers) for call in (get("/", into=Row), post("/", into=Row, json=1))]

    for request in sent:
        own = [pair for pair in request.headers if pair[0] in headers]
        assert headers == dict(own)
        assert 2 == len(own)


def test_the_calls_own_headers() -> None:
    """They stand in lower case and replace the usual ones."""
    request = encoded(get("/", into=Row).with_headers({"Accept": "text/csv", "X-Flag": "1"}))

    assert ("text/csv", "1") == (dict(request.headers)["accept"], dict(request.headers)["x-flag"])
    assert 1 == [name for name, _ in request.headers].count("accept")


def test_the_backend_is_told_id_and_time() -> None:
    """The request id joins logs; the deadline is in whole milliseconds left, never negative."""
    request = dict(encoded(get("/", into=Row), time_s=2).headers)
    late = dict(encoded(get("/", into=Row), time_s=-1).headers)

    assert "request-1" == request["x-request-id"]
    assert 1500 < int(request["gateway-deadline-ms"]) <= 2000
    assert "0" == late["gateway-deadline-ms"]


def test_a_record_with_unset_fields() -> None:
    """What a change leaves UNSET is not in the body."""

    class Change(msgspec.Struct):
        name: str | msgspec.UnsetType = msgspec.UNSET
        headline: str | msgspec.UnsetType | None = msgspec.UNSET

    assert b'{"headline":null}' == encoded(post("/", into=Row, json=Change(headline=None))).body
