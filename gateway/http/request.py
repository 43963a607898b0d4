"""Reads a GraphQL request out of a POST body or a GET query string.

Whatever the bytes, the outcome is a request or a ClientError that names the member, what was expected and what came.
It does not parse the document, and does not bound the body's size: that is done while the body is received.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from ..vocabulary.errors import ClientError
from .excerpt import excerpt
from .media_types import parse_media_range

#: Levels of objects and arrays, the outermost included. Later stages walk variables recursively: this keeps them safe.
MAX_JSON_DEPTH: Final = 100
#: Parameters of a query string, ours and others'.
MAX_GET_PARAMETERS: Final = 100

_MEMBERS: Final = ("query", "operationName", "variables", "extensions")
_JSON_MEMBERS: Final = ("variables", "extensions")
# Where keys of objects may end; in texts, too. Who has one at most repeats none.
_KEYS: Final = re.compile(rb'"[ \t\r\n]*:')
_JSON_TYPE_NAMES: Final[dict[type, str]] = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


class GraphQLRequest(msgspec.Struct, frozen=True):
    """What a client asks: the parameters of a GraphQL-over-HTTP request, of the right types, not yet parsed."""

    query: str
    operation_name: str | None = None
    variables: dict[str, object] | None = None
    extensions: dict[str, object] | None = None


# A client says the same with every request.
@lru_cache(maxsize=256)
def require_json(content_type: str | None, content_encoding: str | None = None) -> None:
    """Refuse a POST whose body is not declared as plain UTF-8 JSON, before any of it is read.

    No other type is taken: browsers send forms and plain text across sites without asking first (CSRF). No compressed
    body either: some kilobytes could unpack to gigabytes.

    Raises:
        ClientError: UNSUPPORTED_MEDIA_TYPE.

    Source: GraphQL over HTTP, section POST; RFC 9110 section 8.4 for the encoding.
    """
    expected = "Content-Type: expected application/json"
    if content_type is None:
        raise ClientError(f"{expected}, got none", code="UNSUPPORTED_MEDIA_TYPE")
    media_type = parse_media_range(content_type)
    if media_type is None or media_type.essence != "application/json":
        raise ClientError(f"{expected}, got {excerpt(content_type)}", code="UNSUPPORTED_MEDIA_TYPE")
    for charset in media_type.parameter_values("charset"):
        if charset.lower() != "utf-8":
            raise ClientError(f"{expected} in charset utf-8, got {excerpt(charset)}", code="UNSUPPORTED_MEDIA_TYPE")
    if content_encoding is not None and content_encoding.strip(" \t").lower() not in {"", "identity"}:
        came = excerpt(content_encoding)
        raise ClientError(f"Content-Encoding: expected none, got {came}", code="UNSUPPORTED_MEDIA_TYPE")


def read_post(body: bytes) -> GraphQLRequest:
    """Read the JSON *body* of a POST, which `require_json` let pass; members that are not of the protocol are ignored.

    Raises:
        ClientError: BAD_REQUEST, *body* is no well-formed GraphQL request.

    Source: GraphQL over HTTP, section POST.
    """
    members = _decode_json(body, where="body")
    if isinstance(members, list):
        raise _bad_request(
            "body", "one JSON object", "an array; batches of requests are not supported, send each alone"
        )
    if not isinstance(members, dict):
        raise _bad_request("body", "a JSON object", _type_name(members))
    return _request(members)


def read_get(query_string: bytes) -> GraphQLRequest:
    """Read the query string of a GET, without its `?`; parameters that are not of the protocol are ignored.

    An empty optional parameter counts as absent.

    Raises:
        ClientError: BAD_REQUEST, the query string is no well-formed GraphQL request.

    Source: GraphQL over HTTP, section GET.
    """
    members: dict[str, object] = {}
    for name, text in _parameters(query_string):
        if name not in _MEMBERS:
            continue
        if name in members:
            raise _bad_request(name, "one parameter of this name", "several")
        members[name] = _decode_json(text.encode(), where=name) if name in _JSON_MEMBERS and text else text or None
    return _request(members)


def _parameters(query_string: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query_string.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_GET_PARAMETERS
        )
    except UnicodeDecodeError as error:
        raise _bad_request("query string", "UTF-8", f"the byte {error.object[error.start]:#04x}") from None
    except ValueError:
        raise _bad_request("query string", f"at most {MAX_GET_PARAMETERS} parameters", "more") from None


def _request(members: Mapping[str, object]) -> GraphQLRequest:
    query = _text(members, "query")
    if not query:
        came = "an empty string" if query == "" else "none"
        raise _bad_request("query", "a GraphQL document", came)
    return GraphQLRequest(
        query=query,
        # No operation can have an empty name, so clients that always send the member mean none.
        operation_name=_text(members, "operationName") or None,
        variables=_object(members, "variables"),
        extensions=_object(members, "extensions"),
    )


def _text(members: Mapping[str, object], name: str) -> str | None:
    value = members.get(name)
    if value is None or isinstance(value, str):
        return value
    raise _bad_request(name, "a string", _type_name(value))


def _object(members: Mapping[str, object], name: str) -> dict[str, object] | None:
    value = members.get(name)
    if value is None or isinstance(value, dict):
        return value
    raise _bad_request(name, "an object", _type_name(value))


def _decode_json(data: bytes, *, where: str) -> object:
    """Give the value of one JSON text.

    msgspec decodes, not orjson: orjson turns an integer above 64 bits into a rounded float, without a word. Both refuse
    deep nesting without harm: orjson at 1024 levels with a ValueError, msgspec with a RecursionError at a depth that
    depends on the caller's stack; hence our own, lower limit.
    """
    try:
        value: object = msgspec.json.decode(data)
        # Neither decoder sees a repeated key: the text then has more keys than the value. It may also have some that
        # stand in texts, which the standard library tells apart by showing every pair; it lets NaN, Infinity and lone
        # surrogates pass, so its value is not used.
        keys = len(_KEYS.findall(data))
        if keys > 1 and keys != _key_count(value):
            json.loads(data, object_pairs_hook=_refuse_repeated_keys)
    except RecursionError:
        raise _too_deep(where) from None
    except _RepeatedKeyError as repeated:
        raise _bad_request(where, "every key once in an object", f"{excerpt(repeated.key)} twice") from None
    except UnicodeDecodeError as no_text:
        raise _bad_request(where, "JSON in UTF-8", f"the byte {no_text.object[no_text.start]:#04x}") from None
    except ValueError as unreadable:
        raise _bad_request(where, "JSON", _complaint(data, unreadable)) from None
    # Fewer brackets than levels allowed need no walk: that is nearly every request.
    if data.count(b"{") + data.count(b"[") > MAX_JSON_DEPTH and _is_too_deep(value):
        raise _too_deep(where)
    return value


class _RepeatedKeyError(Exception):
    """An object has a key more than once: two readers of it might not see the same request."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _key_count(value: object) -> int:
    """How many keys the objects in *value* have together."""
    count = 0
    rest = [value]
    while rest:
        item = rest.pop()
        if isinstance(item, dict):
            count += len(item)
            rest.extend(item.values())
        elif isinstance(item, list):
            rest.extend(item)
    return count


def _refuse_repeated_keys(pairs: list[tuple[str, object]]) -> None:
    keys = {key for key, _ in pairs}
    if len(keys) == len(pairs):
        return
    for key, _ in pairs:
        if key not in keys:
            raise _RepeatedKeyError(key)
        keys.discard(key)


def _complaint(data: bytes, error: ValueError) -> str:
    return f"unreadable text: {error}" if data.strip() else "nothing"


def _is_too_deep(value: object) -> bool:
    """Walk level by level, not recursively, so that the limit is the same however deep our caller is."""
    level = [value]
    for _ in range(MAX_JSON_DEPTH + 1):
        containers = [item for item in level if isinstance(item, dict | list)]
        if not containers:
            return False
        level = [child for item in containers for child in (item.values() if isinstance(item, dict) else item)]
    return True


def _too_deep(where: str) -> ClientError:
    return _bad_request(where, f"JSON of at most {MAX_JSON_DEPTH} levels", "more")


def _type_name(value: object) -> str:
    return _JSON_TYPE_NAMES[type(value)]


def _bad_request(where: str, expected: str, came: str) -> ClientError:
    return ClientError(f"{where}: expected {expected}, got {came}", code="BAD_REQUEST")
