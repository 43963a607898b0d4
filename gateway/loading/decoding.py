"""A backend's answer as the value that its call declares, or the error that it stands for.

A row that does not fit the record fails alone: the rest of the answer is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, get_args, get_origin

import msgspec

from ..backends.wire import WireResponse
from ..declare.call import Call
from ..declare.loader import Loader
from ..declare.shapes import type_name
from ..vocabulary.errors import BackendError, BackendThrottled, DecodeError, GatewayError

_EXCERPT_BYTES = 200
#: What msgspec raises for a body that is no JSON of the type: text that is no UTF-8 and deep nesting included.
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class DecodedRows(msgspec.Struct, frozen=True):
    """The good rows of an answer and, for those that did not decode, their errors.

    `failed` holds the errors by key; `stray` is the error of a row whose key could not be read either.
    """

    good: Any
    failed: Mapping[Any, GatewayError] | None = None
    stray: GatewayError | None = None


def decode_answer(call: Call[Any], response: WireResponse, backend: str) -> Any:
    """The decoded and transformed answer to *call*.

    Raises:
        GatewayError: the status is a failure, or the body does not fit.
    """
    is_success = 200 <= response.status < 300  # noqa: PLR2004 - RFC 9110 section 15.3
    if not is_success and response.status not in call.also:
        raise _own_error(call, response, backend) or status_error(call, response, backend)
    into, transform = _reading(call, response.status)
    answer = _decode(into, response.body, backend, call=call)
    return answer if transform is None else transform(answer)


def decoded_type(call: Call[Any], status: int) -> Any:
    """The type as which msgspec decodes the body of an answer to *call*; None where the application changes it then."""
    into, transform = _reading(call, status)
    return into if transform is None else None


def _reading(call: Call[Any], status: int) -> tuple[Any, Callable[[Any], Any] | None]:
    """The type of the body of an answer with that *status*, and what is made of it."""
    return call.also.get(status, (call.into, call.transform))


def decode_rows(loader: Loader[Any, Any, Any], call: Call[Any], response: WireResponse) -> DecodedRows:
    """The answer to a loader's call, wrong rows set apart from good ones.

    Raises:
        GatewayError: the status is a failure, or the body as a whole does not fit.
    """
    backend = loader.backend.name
    try:
        return DecodedRows(decode_answer(call, response, backend))
    except DecodeError:
        rows_are_separable = loader.by and get_origin(call.into) is list and call.transform is None
        if not rows_are_separable:
            raise
        return _decode_row_by_row(loader, call, response.body)


def _own_error(call: Call[Any], response: WireResponse, backend: str) -> GatewayError | None:
    """The error that *call* says its status means; None where it says none, or the body is of another type.

    Something else than the backend may have answered, such as a proxy.
    """
    into, error_of = call.errors.get(response.status, (None, None))
    if error_of is None:
        return None
    try:
        said = _decode(into, response.body, backend)
    except DecodeError:
        return None
    error = error_of(said)
    error.backend = error.backend or backend
    return error


def status_error(call: Call[Any], response: WireResponse, backend: str) -> GatewayError:
    """The error that a failing status stands for."""
    excerpt = response.body[:_EXCERPT_BYTES].decode("utf-8", "replace")
    detail = f"{call.method} {call.path} answered {response.status}: {excerpt}"
    if response.status == 429:  # noqa: PLR2004 - RFC 6585 section 4
        return BackendThrottled(detail, backend=backend)
    server_failed = response.status >= 500  # noqa: PLR2004 - RFC 9110 section 15.6
    return BackendError(detail, code="BACKEND_FAILED" if server_failed else "BACKEND_REFUSED", backend=backend)


def _decode(into: Any, body: bytes, backend: str, *, call: Call[Any] | None = None, expected: Any = None) -> Any:
    """The value in *body*, which answers *call* or is a row of such an answer; an error says *expected* for *into*."""
    try:
        return _decoder(into).decode(body or b"null")
    except _UNREADABLE as wrong:
        where = "" if call is None else f"{call.method} {call.path}: "
        raise DecodeError(f"{where}expected {type_name(expected or into)}: {wrong}", backend=backend) from wrong


def _decode_row_by_row(loader: Loader[Any, Any, Any], call: Call[Any], body: bytes) -> DecodedRows:
    (row_type,) = get_args(call.into)
    backend = loader.backend.name
    good: list[Any] = []
    failed: dict[Any, GatewayError] = {}
    stray: GatewayError | None = None
    for raw in _decode(list[msgspec.Raw], body, backend, call=call, expected=call.into):
        try:
            good.append(_decode(row_type, bytes(raw), backend))
        except DecodeError as wrong:
            key = _key_of_raw_row(loader, bytes(raw))
            if key is None:
                stray = wrong
            else:
                failed[key] = DecodeError(f"row {key!r}: {wrong.detail}", backend=backend)
    return DecodedRows(good, failed, stray)


def _key_of_raw_row(loader: Loader[Any, Any, Any], raw: bytes) -> Any | None:
    """The key of a row that does not fit its record, or None when that cannot be read either."""
    try:
        row = msgspec.json.decode(raw)
    except _UNREADABLE:
        return None
    if not isinstance(row, Mapping):
        return None
    names = dict(zip(loader.record.__struct_fields__, loader.record.__struct_encode_fields__, strict=True))
    values = tuple(row.get(names[name]) for name in loader.by)
    try:
        return msgspec.convert(values if loader.key_is_tuple else values[0], loader.key_type)
    except msgspec.ValidationError:
        return None


@lru_cache(maxsize=1024)
def _decoder(into: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(into)
