"""Lists that are JSON as soon as they are made, for an answer that is sent: nobody looks at their objects.

These are structs, which take a third of a dictionary's memory and none of the garbage collector's time; and what many
parents have is written once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import msgspec
import orjson

#: From records of one class to objects, or what a `Row` makes of their values, each with what was loaded for its key.
Join: TypeAlias = Callable[[Sequence[Any], Mapping[Any, Any]], Any]
#: Makes something of one object's values, in the order of its response keys.
Row: TypeAlias = Callable[..., Any]

#: Stands in the answer where a list would.
WrittenList: TypeAlias = orjson.Fragment

#: Rows for each object below them from which on it pays to write that by itself.
_WORTH_IT_ROWS: Final = 4

#: Lists that are made of objects before one is written.
_WORTH_IT_LISTS: Final = 2
_MAX_CLASSES: Final = 256

_encode: Final = msgspec.json.Encoder().encode


class Writing:
    """Writes the lists of one level, once it is known to come again."""

    __slots__ = ("_join", "_keys", "_make", "_seen")

    def __init__(self, keys: Sequence[str], make: Callable[[Row], Join]) -> None:
        """Write objects with those *keys*; *make* gives the function that makes their rows.

        Their values are to be JSON's own, which is written the same everywhere.
        """
        self._keys = tuple(keys)
        self._make = make
        self._seen = 0
        self._join: Join | None = None

    def written(self, records: Sequence[Any], loaded: Mapping[Any, Any]) -> WrittenList | None:
        """The list of what *records* make, each with what was *loaded* for its key.

        None where it is not worth it yet, or JSON cannot say a value, such as text that is no Unicode.

        Raises:
            IrregularError: a value is not what the schema promises.
        """
        if self._seen < _WORTH_IT_LISTS or len(records) < len(loaded) * _WORTH_IT_ROWS:
            self._seen += 1
            return None
        join = self._join
        if join is None:
            join = self._join = self._make(_known_row_class(self._keys))
        try:
            texts = {key: msgspec.Raw(orjson.dumps(made)) for key, made in loaded.items()}
            return orjson.Fragment(_encode(join(records, texts)))
        except (TypeError, ValueError):
            return None


def _row_class(keys: tuple[str, ...]) -> Row:
    """A class of rows that are written with those *keys*.

    A class is a ring, which only Python's collector frees: it is made for what comes again, and outlives a plan.
    """
    names = {f"a{number}": key for number, key in enumerate(keys)}
    # Rows hold text and numbers: no ring can pass through them.
    return msgspec.defstruct("Row", list(names), rename=names, gc=False)


_known_row_class: Final = lru_cache(_MAX_CLASSES)(_row_class)
