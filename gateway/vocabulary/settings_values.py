"""One setting's value: what its type expects, in words, and the conversion of what came.

Which settings exist is `settings`, where values come from `settings_sources`. Types are those of `msgspec.inspect`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec.inspect import (
    BoolType,
    DictType,
    FloatType,
    IntType,
    LiteralType,
    Metadata,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    VarTupleType,
)

from .masking import mask_credentials
from .settings_backends import BackendSettings

_LONGEST_SHOWN: Final = 60


def bare(kind: Type) -> Type:
    """*kind* without its description, and without None where it may be None."""
    while isinstance(kind, Metadata | UnionType):
        if isinstance(kind, Metadata):
            kind = kind.type
        else:
            kind = next(member for member in kind.types if not isinstance(member, NoneType))
    return kind


def expected(kind: Type) -> str:
    """What *kind* takes, as an error and a reference page say it: `a number above 0, up to 900`."""
    match bare(kind):
        case StructType() | DictType() as table:
            return _expected_table(table)
        case StrType() as text:
            return _expected_text(text)
        case IntType() | FloatType() as number:
            return _expected_number(number)
        case LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}"
        case BoolType():
            return "true or false"
        case _:
            return "a list of strings"


def shown(value: object, *, secret: bool) -> str:
    """*value* as an error may quote it: scalars alone, without credentials; only its type when *secret*."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if secret or not isinstance(value, str | int | float):
        return f"a value of type {type(value).__name__}"
    if isinstance(value, str):
        text = mask_credentials(value)
        return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")
    return str(value).lower()


def convert(value: object, annotation: Any, kind: Type, *, is_text: bool) -> Any:
    """*value* as *annotation* wants it; text from the environment is read as the type's own form first.

    Lists in text are JSON or comma-separated; empty text is None where None is allowed.

    Raises:
        ValueError: *value* does not fit. What it says may quote the value.
    """
    if not is_text or not isinstance(value, str):
        return msgspec.convert(value, annotation)
    if not value and _may_be_none(kind):
        return None
    match bare(kind):
        case BoolType() | IntType() | FloatType():
            return msgspec.convert(value.strip(), annotation, strict=False)
        case VarTupleType():
            return msgspec.convert(_list_from(value), annotation)
    return msgspec.convert(value, annotation)


def _list_from(text: str) -> Any:
    if text.lstrip().startswith("["):
        return msgspec.json.decode(text)
    return [item.strip() for item in text.split(",") if item.strip()]


def _may_be_none(kind: Type) -> bool:
    inner = kind.type if isinstance(kind, Metadata) else kind
    return isinstance(inner, UnionType) and any(isinstance(member, NoneType) for member in inner.types)


def _expected_table(table: StructType | DictType) -> str:
    if isinstance(table, DictType):
        return "a table of strings" if isinstance(table.value_type, StrType) else "a table"
    return "an address or a table" if table.cls is BackendSettings else "a table"


def _expected_text(text: StrType) -> str:
    if text.pattern == "^/":
        return "a path that begins with /"
    if text.min_length and text.min_length > 1:
        return f"a string of at least {text.min_length} characters"
    return "a string that is not empty" if text.min_length else "a string"


def _expected_number(number: IntType | FloatType) -> str:
    what = "a whole number" if isinstance(number, IntType) else "a number"
    if number.gt is not None:
        return f"{what} above {number.gt}, up to {number.le}"
    return f"{what} from {number.ge} to {number.le}"
