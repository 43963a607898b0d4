"""A call as the request that its backend gets."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from ..backends.wire import Pairs, WireRequest
from ..declare.call import Call
from ..declare.loader import Service
from ..vocabulary.deadline import Deadline
from ..vocabulary.errors import ClientError, EngineError
from ..vocabulary.identity import Identity

REQUEST_ID_HEADER = "x-request-id"
DEADLINE_HEADER = "gateway-deadline-ms"
IDENTITY_PREFIX = "gateway-identity-"

_SCALARS = (str, int, float, decimal.Decimal, uuid.UUID, dt.date, dt.time)


@dataclass(frozen=True, slots=True)
class Sender:
    """What of a request its calls may carry: who asks, its headers, its id and its deadline."""

    identity: Identity
    headers: Mapping[str, str]
    request_id: str
    deadline: Deadline


def encode_call(call: Call[object], backend: Service, sender: Sender) -> WireRequest:
    """The wire request of *call*, with no more of the viewer than *backend* declares.

    Raises:
        EngineError: a parameter's value has no text form, or a placeholder of the path has no parameter.
        ClientError: a path parameter would leave its place in the path (`.`, `..` or empty).
    """
    parameters = dict(call.parameters)
    path = _fill_path(call, parameters)
    claims = {name: value for name in backend.identity if (value := sender.identity.claim(name)) is not None}
    return WireRequest(
        method=call.method,
        path=path,
        query=tuple(_query(parameters)),
        headers=_headers(call, backend, sender, claims),
        body=None if call.json is None else msgspec.json.encode(call.json),
        claims=claims,
    )


def _fill_path(call: Call[object], parameters: dict[str, object]) -> str:
    path = call.path
    for name in dict.fromkeys(call.placeholders):
        if name not in parameters:
            raise EngineError(f"{call.method} {call.path}: expected a parameter {name!r} for the path")
        text = _text(name, parameters.pop(name))
        if text in {"", ".", ".."}:
            raise ClientError(f"{name}: {text!r} is not a possible value")
        path = path.replace("{" + name + "}", quote(text, safe=""))
    return path


def _query(parameters: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in parameters.items():
        if value is None:
            continue
        several = isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping)
        for item in value if several else (value,):  # type: ignore[attr-defined]  # `several` says it is iterable
            yield name, _text(name, item)


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


def _headers(call: Call[object], backend: Service, sender: Sender, claims: Mapping[str, object]) -> Pairs:
    headers = {"accept": "application/json", REQUEST_ID_HEADER: sender.request_id}
    headers[DEADLINE_HEADER] = str(max(0, int(sender.deadline.remaining_s() * 1000)))
    if call.json is not None:
        headers["content-type"] = "application/json"
    for name in backend.forward:
        if (value := sender.headers.get(name.lower())) is not None:
            headers[name.lower()] = value
    headers |= {name.lower(): value for name, value in call.headers.items()}
    headers |= {IDENTITY_PREFIX + name.lower(): _header_value(value) for name, value in claims.items()}
    return tuple(headers.items())


def _header_value(value: object) -> str:
    """A claim as an RFC 9110 field value: text is percent-encoded where it is not visible ASCII, the rest is JSON."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return quote(text, safe="!#$&'()*+,/:;=?@[]|{}\"<>^`~ ").strip()
