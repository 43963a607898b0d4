"""Writes a result as JSON with orjson, and says where when a value has no JSON form.

Scalars have been serialized before; this is the net below them. It knows nothing of statuses or headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final, NamedTuple

import orjson

from ..vocabulary.errors import EngineError
from .excerpt import excerpt

#: Objects and arrays within each other that orjson writes.
MAX_ANSWER_DEPTH: Final = 250

# A value that holds itself twice has more than anybody could count.
_MAX_FAULTS: Final = 2_000

_Path = tuple[str | int, ...]


class Unsendable(NamedTuple):
    """What JSON cannot say: where it stands in a result, and why."""

    path: _Path
    why: str


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
        faults: list[Unsendable] = []
        mended = _mended(dict(result), (), faults)
    if faults:
        raise EngineError(faults[0].why)
    try:
        return orjson.dumps(mended, default=_default)
    except TypeError as error:
        raise EngineError(f"result: expected values that JSON can say, got: {error}") from error


def unsendable(result: Mapping[str, object]) -> list[Unsendable]:
    """What keeps *result* from being encoded, in its order, up to 2,000 places."""
    faults: list[Unsendable] = []
    _mended(dict(result), (), faults)
    return faults


def _default(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError


def _mended(value: object, path: _Path, faults: list[Unsendable]) -> object:
    """Copy *value* with its big integers as raw JSON; what no JSON text can hold is null, and one of *faults*."""
    if len(faults) >= _MAX_FAULTS:
        return None
    if len(path) > MAX_ANSWER_DEPTH:
        where = f"{_written(path[:8])}..."
        faults.append(Unsendable(path, f"result: expected at most {MAX_ANSWER_DEPTH} levels, got more at {where}"))
        return None
    # Loops, not comprehensions: those would take a second stack frame for every level.
    if isinstance(value, dict):
        members: dict[str, object] = {}
        for key, item in value.items():
            text = _text_of(key)
            if text is None:
                why = f"{_written(path)}: expected keys that are strings, got {_described(key)}"
                faults.append(Unsendable(path, why))
            else:
                members[text] = _mended(item, (*path, text), faults)
        return members
    if isinstance(value, list | tuple):
        items: list[object] = []
        for index, item in enumerate(value):
            items.append(_mended(item, (*path, index), faults))
        return items
    return _mended_leaf(value, path, faults)


def _mended_leaf(value: object, path: _Path, faults: list[Unsendable]) -> object:
    """An integer above 64 bits is written as it is; what else orjson refuses is a bug of ours or a resolver's."""
    try:
        orjson.dumps(value, default=_default)
    except TypeError:
        if isinstance(value, int):
            return orjson.Fragment(str(value).encode())
        why = f"{_written(path)}: expected a value that JSON can say, got {_described(value)}"
        faults.append(Unsendable(path, why))
        return None
    return value


def _text_of(key: object) -> str | None:
    """*key* as a member's name; None where it is none."""
    # orjson refuses subclasses of str, such as members of a StrEnum, as keys; this is their text.
    text = str.__str__(key) if isinstance(key, str) else None
    return text if text is not None and _is_unicode(text) else None


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
