"""A call as the request that its backend gets."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Iterable, Mapping
from urllib.parse import quote

import msgspec

from ..backends.wire import Pairs, WireRequest
from ..declare.call import Call
from ..vocabulary.errors import ClientError, EngineError
from .recipient import CONTENT_TYPE_HEADER, DEADLINE_HEADER, Recipient

_SCALARS = (str, int, float, decimal.Decimal, uuid.UUID, dt.date, dt.time)


def encode_call(call: Call[object], recipient: Recipient, remaining_s: float) -> WireRequest:
    """The wire request of *call*, with no more of the viewer than its backend declares; *remaining_s* are left for it.

    Raises:
        EngineError: the path is relative or has a query, a parameter's value has no text form, or a placeholder of the
            path has no parameter.
        ClientError: a path parameter would leave its place in the path (`.`, `..` or empty).
    """
    path, parameters = call.path, call.parameters
    if not path.startswith("/") or "?" in path or "#" in path:
        raise EngineError(_wrong_path(call))
    if "{" in path:
        path, parameters = _filled(call)
    remaining_ms = str(max(0, int(remaining_s * 1000)))
    if call.json is None and not call.headers and recipient.headers_are_plain:
        headers: Pairs = (*recipient.headers, (DEADLINE_HEADER, remaining_ms))
    else:
        headers = _headers(call, recipient, remaining_ms)
    return WireRequest(
        call.method,
        path,
        _query(parameters) if parameters else (),
        headers,
        None if call.json is None else msgspec.json.encode(call.json),
        recipient.claims,
    )


def _wrong_path(call: Call[object]) -> str:
    """What is wrong with a path that is not one alone: behind a query of its own the parameters would be lost."""
    expected = "a path that begins with / and has no query"
    return f"expected {expected}, got {call.method} {call.path}; what belongs into the query is given by name"


def _filled(call: Call[object]) -> tuple[str, dict[str, object]]:
    """The path, its placeholders filled, and the parameters that are left for the query."""
    path, parameters = call.path, dict(call.parameters)
    for name in dict.fromkeys(call.placeholders):
        if name not in parameters:
            raise EngineError(f"{call.method} {call.path}: expected a parameter {name!r} for the path")
        value = parameters.pop(name)
        if isinstance(value, list | tuple | set | frozenset):
            raise EngineError(
                f"{call.method} {call.path}: expected one value for {name!r} of the path, got a {type(value).__name__};"
                f" for one key a call, declare max_batch=1 and give its first key"
            )
        text = _text(name, value)
        if text in {"", ".", ".."}:
            raise ClientError(f"{name}: {text!r} is not a possible value")
        path = path.replace("{" + name + "}", quote(text, safe=""))
    return path, parameters


def _query(parameters: Mapping[str, object]) -> Pairs:
    pairs: list[tuple[str, str]] = []
    for name, value in parameters.items():
        if value is None:
            continue
        if type(value) is str or type(value) is int:
            pairs.append((name, str(value)))
        elif type(value) is list or (isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)):
            # Keys are text or whole numbers mostly, and may be many.
            pairs += [
                (name, item if type(item) is str else str(item) if type(item) is int else _text(name, item))
                for item in value
            ]
        else:
            pairs.append((name, _text(name, value)))
    return tuple(pairs)


def _text(name: str, value: object) -> str:
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, _SCALARS):
        return str(value)
    raise EngineError(
        f"parameter {name!r}: expected text, a number, a boolean, a date, an enum member, a UUID or a sequence of"
        f" these; got {type(value).__name__}"
    )


def _headers(call: Call[object], recipient: Recipient, remaining_ms: str) -> Pairs:
    """Whoever comes later rules: the gateway's own headers, what is forwarded, the call's, and last who asks."""
    headers = {DEADLINE_HEADER: remaining_ms}
    if call.json is not None:
        headers[CONTENT_TYPE_HEADER] = "application/json"
    headers |= dict(recipient.headers)
    headers |= {name.lower(): value for name, value in call.headers.items()}
    headers |= recipient.claim_headers
    return tuple(headers.items())
