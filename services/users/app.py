"""The function's entry: an API Gateway HTTP API event (payload format 2.0) in, its response shape out.

    GET   /users?id=u1&id=u2   the rows found, in no promised order
    PATCH /users/{id}          name, email, headline; the row as it is then
    GET   /health

Rows come from `store`, the rules of a change from `rules`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, unquote

from services.chassis.call_log import record_call

from .data import seeded_users
from .rules import problems_of
from .store import change_user, users_by_id

MAX_IDS = 100

Event = dict[str, Any]
Response = dict[str, Any]

_USER_PATH = re.compile(r"/users/([^/]+)")

# In the function's start-up, not in its first request.
seeded_users()


def handler(event: Event, _context: object) -> Response:
    """The response to one event: `{"statusCode": 200, "headers": {...}, "body": "..."}`.

    Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs", payload format version 2.0.
    """
    method: str = event["requestContext"]["http"]["method"]
    path: str = event["rawPath"]
    query = parse_qs(event.get("rawQueryString") or "")
    one_user = _USER_PATH.fullmatch(path)
    keys = [unquote(one_user[1])] if one_user else query.get("id", [])
    record_call("users", method, path, query, keys)

    if path == "/users":
        return _list_users(keys) if method == "GET" else _method_not_allowed(method, path, allowed="GET")
    if path == "/health":
        return _json(HTTPStatus.OK, {"status": "ok"}) if method == "GET" else _method_not_allowed(method, path, "GET")
    if one_user:
        return _patch_user(keys[0], event) if method == "PATCH" else _method_not_allowed(method, path, "PATCH")
    return _message(HTTPStatus.NOT_FOUND, f"no such path: {path}")


def _list_users(ids: list[str]) -> Response:
    if not 1 <= len(ids) <= MAX_IDS:
        return _message(HTTPStatus.BAD_REQUEST, f"id: expected 1 to {MAX_IDS} of them, got {len(ids)}")
    return _json(HTTPStatus.OK, sorted(users_by_id(ids), key=_storage_order))


def _storage_order(row: dict[str, Any]) -> bytes:
    # As from a hash-partitioned table: repeatable, yet not the order asked.
    return hashlib.sha256(row["id"].encode()).digest()


def _patch_user(user_id: str, event: Event) -> Response:
    try:
        changes = _json_object(event)
    except (ValueError, RecursionError) as error:
        return _message(HTTPStatus.BAD_REQUEST, f"body: expected a JSON object: {error}")
    if user_id not in seeded_users():
        return _message(HTTPStatus.NOT_FOUND, f"no such user: {user_id}")
    if problems := problems_of(changes):
        return _json(HTTPStatus.UNPROCESSABLE_ENTITY, {"problems": problems})
    return _json(HTTPStatus.OK, change_user(user_id, changes))


def _json_object(event: Event) -> dict[str, Any]:
    """The body.

    Raises:
        ValueError: no JSON object, or text that no UTF-8 answer could carry (a lone surrogate).
        RecursionError: nested too deep.
    """
    body: str = event.get("body") or ""
    value = json.loads(base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body)
    json.dumps(value, ensure_ascii=False).encode()
    if not isinstance(value, dict):
        raise ValueError(f"got {json.dumps(value)[:40]}")  # noqa: TRY004 - bad input, not a wrong call
    return value


def _method_not_allowed(method: str, path: str, allowed: str) -> Response:
    response = _message(HTTPStatus.METHOD_NOT_ALLOWED, f"{path}: expected {allowed}, got {method}")
    response["headers"]["allow"] = allowed
    return response


def _message(status: HTTPStatus, message: str) -> Response:
    return _json(status, {"message": message})


def _json(status: HTTPStatus, body: object) -> Response:
    return {"statusCode": int(status), "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
