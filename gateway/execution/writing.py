"""Lists that are JSON as soon as they are made, for an answer that is sent: nobody looks at their objects.

These are structs, which take a third of a dictionary's memory and none of the garbage collector's time; and what many
parents have is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgspec
import orjson

from .placing import IrregularError

#: From records of one class to objects, or what a `Row` makes of their values, each with what was loaded for its key.
Join: TypeAlias = Callable[[Sequence[Any], Mapping[Any, Any]], Any]
#: Makes something of one object's values, in the order of its response keys.
Row: TypeAlias = Callable[..., Any]

#: Stands in the answer where a list would.
WrittenList: TypeAlias = orjson.Fragment
#: As `Join`, to a list that is written.
Write: TypeAlias = Callable[[Sequence[Any], Mapping[Any, Any]], WrittenList]

#: Rows for each object below them from which on it pays to write that by itself.
_WORTH_IT_ROWS: Final = 4

_encode: Final = msgspec.json.Encoder().encode


def is_worth_it(rows: int, loaded: int) -> bool:
    """Whether to write a list of that many *rows*, which share that many *loaded* objects."""
    return rows >= loaded * _WORTH_IT_ROWS


def writing(keys: Sequence[str], make: Callable[[Row], Join]) -> Write:
    """What writes the list whose objects have those *keys*: *make* gives the function that makes the rows.

    Values are to be JSON's own, which is written the same everywhere. It raises IrregularError where one is not, such
    as a string that is no Unicode.
    """
    names = {f"a{number}": key for number, key in enumerate(keys)}
    # Rows hold text and numbers: no ring can pass through them.
    join = make(msgspec.defstruct("Row", list(names), rename=names, gc=False))

    def write(records: Sequence[Any], loaded: Mapping[Any, Any]) -> WrittenList:
        try:
            texts = {key: msgspec.Raw(orjson.dumps(made)) for key, made in loaded.items()}
            return orjson.Fragment(_encode(join(records, texts)))
        except (TypeError, ValueError) as unsendable:
            raise IrregularError from unsendable

    return write
