"""A call as an API Gateway HTTP API event (payload format 2.0), and a function's reply as an answer. Pure.

An HTTP function behind API Gateway therefore works unchanged when it is invoked directly.
Source: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs".
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from ..vocabulary.errors import DecodeError
from .target import query_string
from .wire import Pairs, WireRequest, WireResponse

# Of the form that AWS uses, and of no account: a function that logs it shows where the call came from.
_ACCOUNT_ID: Final = "000000000000"
_API_ID: Final = "onehop"
_STATUSES: Final = range(100, 600)

_HeaderValue = str | int | float | bool | None


class _Reply(msgspec.Struct, rename="camel"):
    """The structured form of a reply."""

    status_code: int | str
    headers: dict[str, _HeaderValue] | None = None
    multi_value_headers: dict[str, list[_HeaderValue]] | None = None
    cookies: list[str] | None = None
    body: str | None = None
    is_base64_encoded: bool | None = False


def event_of(request: WireRequest, *, domain: str, request_id: str, now: datetime) -> dict[str, Any]:
    """The event for *request*, JSON-compatible; *domain* stands in for the API's host name, *now* is aware.

    `{"version": "2.0", "rawPath": "/users", "rawQueryString": "id=1&id=2", "queryStringParameters": {"id": "1,2"}, …}`
    """
    headers = _joined(request.headers)
    headers.setdefault("host", domain)
    path, client = request.path, headers.get("x-forwarded-for", "127.0.0.1").partition(",")[0].strip()
    context: dict[str, Any] = {
        "accountId": _ACCOUNT_ID,
        "apiId": _API_ID,
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "http": {
            "method": request.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": client,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": now.astimezone(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(now.timestamp() * 1000),
    }
    if request.claims:
        context["authorizer"] = {"jwt": {"claims": _claims(request.claims), "scopes": None}}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query_string(request.query),
        "headers": headers,
        "requestContext": context,
        "isBase64Encoded": False,
    }
    if request.query:
        event["queryStringParameters"] = _joined(request.query)
    if request.body is not None:
        event["body"], event["isBase64Encoded"] = _body_text(request.body)
    return event


def response_of(payload: bytes, *, backend: str) -> WireResponse:
    """The answer in a function's reply.

    A reply without `statusCode` is a 200 whose body is the reply's own JSON.

    Raises:
        DecodeError: the reply is no JSON, or has a `statusCode` and other members of a wrong form.
    """
    try:
        reply = msgspec.json.decode(payload)
        if not isinstance(reply, dict) or "statusCode" not in reply:
            return WireResponse(200, {"content-type": "application/json"}, payload)
        parsed = msgspec.convert(reply, _Reply)
        return WireResponse(_status(parsed.status_code), _reply_headers(parsed), _reply_body(parsed))
    except (msgspec.DecodeError, Base64Error, ValueError) as error:
        detail = f"expected a function's reply of payload format 2.0: {error}"
        raise DecodeError(detail, backend=backend) from error


def _joined(pairs: Pairs) -> dict[str, str]:
    """One value a name: API Gateway joins repeats by commas."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body_text(body: bytes) -> tuple[str, bool]:
    """The body as the event carries it, and whether that is Base64: only what is no UTF-8 needs it."""
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return b64encode(body).decode(), True


def _claims(claims: Mapping[str, object]) -> dict[str, str]:
    return {name: _claim_text(value) for name, value in claims.items() if value is not None}


def _claim_text(value: object) -> str:
    """A claim as API Gateway's JWT authorizer hands it on: everything is a string, a list is `[a b]`."""
    match value:
        case str():
            return value
        case list() | tuple() | set() | frozenset():
            return f"[{' '.join(_claim_text(item) for item in value)}]"
        case _:
            return msgspec.json.encode(value).decode()


def _status(value: int | str) -> int:
    status = int(value)
    if status not in _STATUSES:
        raise ValueError(f"expected a status of 100 to 599, got {status} - at `$.statusCode`")
    return status


def _reply_headers(reply: _Reply) -> dict[str, str]:
    headers = {name.lower(): _header_text(value) for name, value in (reply.headers or {}).items() if value is not None}
    for name, values in (reply.multi_value_headers or {}).items():
        headers[name.lower()] = ", ".join(_header_text(value) for value in values if value is not None)
    if reply.cookies:
        headers["set-cookie"] = ", ".join(reply.cookies)
    return headers


def _header_text(value: _HeaderValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reply_body(reply: _Reply) -> bytes:
    text = reply.body or ""
    return b64decode(text, validate=True) if reply.is_base64_encoded else text.encode()
