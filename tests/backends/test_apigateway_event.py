from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.backends.apigateway_event import event_of, response_of
from gateway.backends.wire import WireRequest, WireResponse
from gateway.vocabulary.errors import DecodeError

NOW = datetime(2026, 11, 23, 12, 30, 5, 678_000, tzinfo=UTC)


def event(request: WireRequest):
    return event_of(request, domain="users.onehop", request_id="r1", now=NOW)


def test_event_has_the_documented_form():
    """A request becomes an event of payload format 2.0, member by member."""
    request = WireRequest(
        "POST",
        "/users/a%2Fb",
        (("id", "1"), ("id", "2"), ("q", "a b")),
        (("content-type", "application/json"), ("x-tag", "1"), ("x-tag", "2"), ("user-agent", "onehop")),
        b'{"a": 1}',
        {"sub": "u1", "roles": ["x", "y"]},
    )

    assert {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/users/a%2Fb",
        "rawQueryString": "id=1&id=2&q=a%20b",
        "queryStringParameters": {"id": "1,2", "q": "a b"},
        "headers": {
            "content-type": "application/json",
            "x-tag": "1,2",
            "user-agent": "onehop",
            "host": "users.onehop",
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "onehop",
            "authorizer": {"jwt": {"claims": {"sub": "u1", "roles": "[x y]"}, "scopes": None}},
            "domainName": "users.onehop",
            "domainPrefix": "users",
            "http": {
                "method": "POST",
                "path": "/users/a%2Fb",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "onehop",
            },
            "requestId": "r1",
            "routeKey": "$default",
            "stage": "$default",
            "time": "23/Nov/2026:12:30:05 +0000",
            "timeEpoch": 1795437005678,
        },
        "body": '{"a": 1}',
        "isBase64Encoded": False,
    } == event(request)


def test_what_is_absent_is_left_out():
    """No query, body or claims: no member for them."""
    made = event(WireRequest("GET", "/"))

    assert not {"queryStringParameters", "body", "cookies"} & set(made)
    assert "authorizer" not in made["requestContext"]


def test_body_that_is_no_text_is_base64():
    """Octets that are no UTF-8 travel as Base64, and the event says so."""
    made = event(WireRequest("POST", "/", body=b"\xff\x00"))

    assert ("/wA=", True) == (made["body"], made["isBase64Encoded"])


@given(
    st.lists(
        st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
    ),
    st.none() | st.binary(),
)
def test_every_event_is_json(query, body):
    """Whatever is asked, the event survives JSON unchanged."""
    made = event(WireRequest("GET", "/", tuple(query), body=body))

    assert made == json.loads(json.dumps(made))


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"statusCode": 201, "body": "é"}, WireResponse(201, {}, "é".encode())),
        ({"statusCode": "404"}, WireResponse(404, {}, b"")),
        ({"statusCode": 204, "body": None, "headers": None, "isBase64Encoded": None}, WireResponse(204, {}, b"")),
        ({"statusCode": 200, "headers": {"X-A": "v", "B": 1, "C": True, "D": None}},
         WireResponse(200, {"x-a": "v", "b": "1", "c": "true"}, b"")),
        ({"statusCode": 200, "multiValueHeaders": {"X-A": ["1", 2]}}, WireResponse(200, {"x-a": "1, 2"}, b"")),
        ({"statusCode": 200, "cookies": ["a=1", "b=2"]}, WireResponse(200, {"set-cookie": "a=1, b=2"}, b"")),
        ({"statusCode": 200, "body": b64encode(b"\xff\0").decode(), "isBase64Encoded": True},
         WireResponse(200, {}, b"\xff\0")),
    ],
)  # fmt: skip
def test_structured_reply_is_read(reply, expected):
    """A reply with a statusCode is read as payload format 2.0 says."""
    assert expected == response_of(json.dumps(reply).encode(), backend="users")


@pytest.mark.parametrize("payload", [b'{"users": []}', b"[1]", b'"text"', b"null", b'{"headers": 5}'])
def test_reply_without_a_status_is_a_200(payload):
    """A reply without statusCode is a 200 whose body is the reply's own JSON."""
    assert WireResponse(200, {"content-type": "application/json"}, payload) == response_of(payload, backend="users")


@pytest.mark.parametrize(
    ("payload", "clause"),
    [
        (b"", "truncated"),
        (b"<html>", "malformed"),
        (b'{"statusCode": 99}', "100 to 599, got 99"),
        (b'{"statusCode": "ok"}', "ok"),
        (b'{"statusCode": null}', "$.statusCode"),
        (b'{"statusCode": 200, "body": {"a": 1}}', "$.body"),
        (b'{"statusCode": 200, "headers": {"a": []}}', "$.headers"),
        (b'{"statusCode": 200, "body": "!!", "isBase64Encoded": true}', "base64"),
    ],
)
def test_malformed_reply_says_where(payload, clause):
    """A reply of a wrong form is BACKEND_INVALID_RESPONSE and says where it is wrong."""
    with pytest.raises(DecodeError) as raised:
        response_of(payload, backend="users")

    assert "BACKEND_INVALID_RESPONSE" == raised.value.code
    assert clause in str(raised.value)
