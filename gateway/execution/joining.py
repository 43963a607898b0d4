"""Objects made last: those of a list wait for the one load below them, and are made with what it gives in place.

Made when their rows come, and filled when the next call is back, they would be several times as much to hold meanwhile
as the rows, and have to be fetched from memory twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from .placing import IrregularError, Projections
from .rows import Rows

if TYPE_CHECKING:
    from .columns import Column

#: From records of one class to response objects that are whole, each with what was loaded for its key.
Join: TypeAlias = Callable[[Sequence[Any], Mapping[Any, Any]], list[dict[str, Any]]]


class Joining:
    """For lists of objects of which all but what one load gives is read from records of one class."""

    __slots__ = ("_join", "_make", "_record")

    def __init__(self, record: type[Any], make: Callable[[], Join]) -> None:
        """Join to instances of *record* by what *make* makes, when it is first needed."""
        self._record = record
        self._make = make
        self._join: Join | None = None

    def late(
        self,
        column: Column,
        records: list[Any],
        projections: Projections,
        put: Callable[[list[dict[str, Any]]], None],
        begin_anew: Callable[[], None],
    ) -> Rows | None:
        """*records* as rows that are late, for whose list of objects *put* has a place; None where they cannot wait.

        They can where nobody can change them meanwhile, and nothing would be loaded for another class's.
        *projections* make the objects without what is loaded, *begin_anew* makes them where some are irregular.
        """
        if not column.is_validated or set(map(type, records)) != {self._record}:
            return None
        join = self._join
        if join is None:
            join = self._join = self._make()
        # The list itself may be another request's, too.
        records = list(records)
        return Rows(records, [], late=Late(records, projections, join, put, begin_anew))


class Late:
    """What makes the objects of rows that have none yet, and puts them into the answer."""

    __slots__ = ("_begin_anew", "_join", "_projections", "_put", "_records")

    def __init__(
        self,
        records: list[Any],
        projections: Projections,
        join: Join,
        put: Callable[[list[dict[str, Any]]], None],
        begin_anew: Callable[[], None],
    ) -> None:
        self._records = records
        self._projections = projections
        self._join = join
        self._put = put
        self._begin_anew = begin_anew

    def join(self, loaded: Mapping[Any, Any]) -> bool:
        """Make them whole, with what was *loaded* by key; False, and nothing is done, where a record is irregular."""
        try:
            made = self._join(self._records, loaded)
        except IrregularError:
            return False
        self._put(made)
        return True

    def make(self) -> list[dict[str, Any]] | None:
        """Make them without what is loaded; None where a record is irregular, and their level has begun anew."""
        try:
            made = self._projections.of(validated=True)(self._records)
        except IrregularError:
            self._begin_anew()
            return None
        self._put(made)
        return made
