"""Writes a result as JSON with orjson, and says where when a value has no JSON form.

Scalars have been serialized before; this is the net below them. It knows nothing of statuses or headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

import orjson

from ..vocabulary.errors import EngineError
from .excerpt import excerpt

#: Objects and arrays within each other that orjson writes.
MAX_ANSWER_DEPTH: Final = 250

_Path = tuple[str | int, ...]


def encode(result: Mapping[str, object]) -> bytes:
    """Write *result* as compact UTF-8 JSON, keys in the order given.

    What orjson knows keeps its form: NaN and infinities are null, datetimes ISO 8601, UUIDs and enums their value.
    Added to it: a Decimal is a string (a number would be rounded by most readers), an integer above 64 bits is a number
    with all its digits.

    Raises:
        EngineError: a value, or a key that is no string, has no JSON form, or the nesting is deeper than 250; the
            message gives the path.
    """
    try:
        return orjson.dumps(dict(result), default=_default)
    except TypeError:
        # orjson neither says where it stopped nor asks `default` about integers. A walk costs time only here.
        mended = _mended(dict(result), ())
    try:
        return orjson.dumps(mended, default=_default)
    except TypeError as error:
        raise EngineError(f"result: expected values that JSON can say, got: {error}") from error


def _default(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError


def _mended(value: object, path: _Path) -> object:
    """Copy *value* with its big integers as raw JSON; refuse what no JSON text can hold, naming *path*."""
    if len(path) > MAX_ANSWER_DEPTH:
        raise EngineError(f"result: expected at most {MAX_ANSWER_DEPTH} levels, got more at {_written(path[:8])}...")
    # Loops, not comprehensions: those would take a second stack frame for every level.
    if isinstance(value, dict):
        members: dict[str, object] = {}
        for key, item in value.items():
            members[_key(key, path)] = _mended(item, (*path, key))
        return members
    if isinstance(value, list | tuple):
        items: list[object] = []
        for index, item in enumerate(value):
            items.append(_mended(item, (*path, index)))
        return items
    try:
        orjson.dumps(value, default=_default)
    except TypeError:
        return _digits(value, path)
    return value


def _digits(value: object, path: _Path) -> orjson.Fragment:
    """Write an integer above 64 bits as it is; everything else that orjson refused is a bug of ours or a resolver's."""
    if isinstance(value, int):
        return orjson.Fragment(str(value).encode())
    raise EngineError(f"{_written(path)}: expected a value that JSON can say, got {_described(value)}")


def _key(key: object, path: _Path) -> str:
    # orjson refuses subclasses of str, such as members of a StrEnum, as keys; this is their text.
    text = str.__str__(key) if isinstance(key, str) else None
    if text is None or not _is_unicode(text):
        raise EngineError(f"{_written(path)}: expected keys that are strings, got {_described(key)}")
    return text


def _is_unicode(text: str) -> bool:
    """Tell whether UTF-8 can hold *text*, which is so unless it has a lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _described(value: object) -> str:
    # Only a string's text helps (a lone surrogate); the repr of other values may be long, or raise.
    return f"the string {excerpt(value)}" if isinstance(value, str) else type(value).__qualname__


def _written(path: _Path) -> str:
    return ".".join(map(str, path)) or "result"
