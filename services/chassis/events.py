"""A function's entry: an API Gateway HTTP API event (payload format 2.0) as a request, and the response shape back.

Source: AWS, "Create AWS Lambda proxy integrations for HTTP APIs", payload format version 2.0.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from .call_log import record_call

Event: TypeAlias = dict[str, Any]
Response: TypeAlias = dict[str, Any]
Row: TypeAlias = dict[str, Any]

_IDENTITY_HEADER = "gateway-identity-sub"


class RefusedError(Exception):
    """The request is answered with a status and one sentence."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked; names of headers are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: str

    @property
    def subject(self) -> str | None:
        """On whose behalf the gateway asks."""
        return self.headers.get(_IDENTITY_HEADER)

    def json_object(self) -> dict[str, Any]:
        """The body.

        Raises:
            RefusedError: no JSON object, nested too deep, or text that no UTF-8 answer could carry (a lone surrogate).
        """
        try:
            value = json.loads(self.body)
            json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"body: expected a JSON object: {error}") from error
        if not isinstance(value, dict):
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"body: expected a JSON object: got {self.body[:40]}")
        return value


Route: TypeAlias = Callable[[Request], Response]
Handler: TypeAlias = Callable[[Event, object], Response]


def handler_of(service: str, routes: Mapping[str, Mapping[str, Route]], *, keys: Sequence[str]) -> Handler:
    """A Lambda handler that logs each call and answers by its route: `{"/users": {"GET": list_users}}`.

    *keys* are the query parameters that name what is asked for. `/health` is answered for all.
    """
    table = {**routes, "/health": {"GET": lambda _request: answer(HTTPStatus.OK, {"status": "ok"})}}

    def handle(event: Event, _context: object) -> Response:
        request = _request(event)
        asked = [value for name in keys for value in request.query.get(name, [])]
        record_call(service, request.method, request.path, request.query, asked)
        methods = table.get(request.path)
        if methods is None:
            return message(HTTPStatus.NOT_FOUND, f"no such path: {request.path}")
        route = methods.get(request.method)
        if route is None:
            return _method_not_allowed(request, methods)
        try:
            return route(request)
        except RefusedError as refused:
            return message(refused.status, str(refused))

    return handle


def answer(status: HTTPStatus, body: object) -> Response:
    """`{"statusCode": 200, "headers": {"content-type": "application/json"}, "body": "..."}`."""
    return {"statusCode": int(status), "headers": {"content-type": "application/json"}, "body": json.dumps(body)}


def message(status: HTTPStatus, text: str) -> Response:
    return answer(status, {"message": text})


def problem(field: str, text: str) -> Response:
    """A change that a rule forbids: the field at fault, and what is wrong with it."""
    return answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"problems": [{"field": field, "message": text}]})


def _request(event: Event) -> Request:
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        # What is no text becomes replacement characters, which no JSON object survives.
        body = base64.b64decode(body).decode("utf-8", "replace")
    return Request(
        method=event["requestContext"]["http"]["method"],
        path=event["rawPath"],
        query=parse_qs(event.get("rawQueryString") or ""),
        headers={name.lower(): value for name, value in (event.get("headers") or {}).items()},
        body=body,
    )


def _method_not_allowed(request: Request, methods: Mapping[str, Route]) -> Response:
    allowed = ", ".join(sorted(methods))
    response = message(HTTPStatus.METHOD_NOT_ALLOWED, f"{request.path}: expected {allowed}, got {request.method}")
    response["headers"]["allow"] = allowed
    return response
