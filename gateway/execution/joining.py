"""Objects made whole: a list's wait for the one load below them, if there is one, and are made with what it gives.

Made when their rows come, and filled when the next call is back, they would be several times as much to hold meanwhile
as the rows, and have to be fetched from memory twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import GenericAlias
from typing import TYPE_CHECKING, Any

from .placing import IrregularError, Projections
from .rows import Rows
from .writing import Join, Row, Writing, WrittenList

if TYPE_CHECKING:
    from .columns import Column


class Joining:
    """For lists of objects of which all but what one load gives, or all, is read from records of one class."""

    __slots__ = ("_join", "_list", "_make", "_writing", "waits")

    def __init__(
        self, record: type[Any], make: Callable[[Row | None], Join], keys: Sequence[str] | None, *, waits: bool
    ) -> None:
        """Join to instances of *record* by what *make* makes when it is first needed: objects, or rows of their values.

        An object's response *keys* say that lists may be written; None is where values are not JSON's own. The list
        *waits* if there is a load.
        """
        self.waits = waits
        self._list = GenericAlias(list, (record,))
        self._make = make
        self._join: Join | None = None
        self._writing = None if keys is None else Writing(keys, make)

    def late(
        self,
        column: Column,
        records: list[Any],
        projections: Projections,
        put: Callable[[Any], None],
        begin_anew: Callable[[], None],
    ) -> Rows | None:
        """*records* as rows that are late, for whose list of objects *put* has a place; None where they cannot wait.

        They can where nobody can change them meanwhile, and nothing would be loaded for another class's.
        *projections* make the objects without what is loaded, *begin_anew* makes them where some are irregular.
        """
        if not self._fits(column, records):
            return None
        # The list itself may be another request's, too.
        records = list(records)
        late = Late(self, records, projections, put, begin_anew, as_json=column.run.as_json)
        return Rows(records, [], late=late)

    def written(self, column: Column, records: list[Any]) -> WrittenList | None:
        """The list of what *records* alone make, written; None where that is not wanted, or cannot be."""
        writing = self._writing
        if writing is None or not column.run.as_json or not self._fits(column, records):
            return None
        try:
            return writing.written(records, {})
        except IrregularError:
            return None

    def _fits(self, column: Column, records: list[Any]) -> bool:
        """Whether there are any, and nothing but instances of the class."""
        return bool(records) and column.decoded == self._list

    def joined(self, records: Sequence[Any], loaded: Mapping[Any, Any], *, as_json: bool) -> Any:
        """The list of objects; written, where that pays, if it is wanted *as_json*.

        Raises:
            IrregularError: a value is not what the schema promises.
        """
        written = self._writing.written(records, loaded) if as_json and self._writing is not None else None
        if written is not None:
            return written
        join = self._join
        if join is None:
            join = self._join = self._make(None)
        return join(records, loaded)


class Late:
    """What makes the objects of rows that have none yet, and puts them into the answer."""

    __slots__ = ("_as_json", "_begin_anew", "_joining", "_projections", "_put", "_records")

    def __init__(
        self,
        joining: Joining,
        records: list[Any],
        projections: Projections,
        put: Callable[[Any], None],
        begin_anew: Callable[[], None],
        *,
        as_json: bool,
    ) -> None:
        self._joining = joining
        self._records = records
        self._projections = projections
        self._put = put
        self._begin_anew = begin_anew
        self._as_json = as_json

    def join(self, loaded: Mapping[Any, Any]) -> bool:
        """Make them whole, with what was *loaded* by key; False, and nothing is done, where a record is irregular."""
        try:
            made = self._joining.joined(self._records, loaded, as_json=self._as_json)
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
