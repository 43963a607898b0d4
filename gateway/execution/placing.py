"""Placing a column of objects by generated code: what is regular at once, what is not item by item, by its shape.

An object that several parents have is projected once and shared by them, unless a resolver below might tell one from
another, or from its path; nothing changes an object of the answer once its fields are there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from itertools import chain, count, islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from graphql.pyutils import Path

from .lists import Lists, allowed
from .rows import Rows
from .shapes import ListShape, Shape

if TYPE_CHECKING:
    from .columns import Column
    from .joining import Joining

#: From records of one type to response objects with their plain fields in place, the other keys null.
Project: TypeAlias = Callable[[Sequence[Any]], list[dict[str, Any]]]


class Projections:
    """The functions of one level, each made when it is first needed."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[bool], Project]) -> None:
        """Let *make* make one for records of any origin, or, told so, one for those that msgspec has decoded."""
        self._make = make
        self._made: dict[bool, Project] = {}

    def of(self, *, validated: bool) -> Project:
        """The one for records that msgspec has decoded, or for those of any origin."""
        project = self._made.get(validated)
        if project is None:
            project = self._made[validated] = self._make(validated)
        return project


#: Values that are read without a pause, some milliseconds' worth.
CELLS_AT_ONCE: Final = 8_000


class IrregularError(Exception):
    """Generated code met a value that it was not made for; nothing has been changed."""


class Placer:
    """Places the objects of one field: one a parent, or a list a parent."""

    def __init__(
        self,
        shape: Shape,
        type_name: str,
        projections: Projections,
        joining: Joining | None,
        *,
        cells: int,
        shares: bool,
    ) -> None:
        """Place objects of *type_name* by *projections*, which read that many *cells* of each.

        With *shares* parents that have the same value are given the same object. With *joining* a list's objects may
        be made whole.
        """
        self.shares = shares
        self._joining = joining
        self._shape = shape
        self._type_name = type_name
        self._projections = projections
        self._at_once = max(1, CELLS_AT_ONCE // (cells + 1))
        #: Whether a parent has a list of objects, not one.
        self.is_list = isinstance(shape, ListShape)

    def place(
        self, column: Column, outs: list[dict[str, Any]], paths: list[Path | None] | None, values: Sequence[Any]
    ) -> None:
        """Put each parent's value into its response object, whatever the value is; *paths* lead there if kept."""
        if self.is_list:
            values = allowed(column, values)
            lists = Lists(outs, paths, values)
            if len(lists.items) > self._at_once:
                # As they are now: in other turns of the event loop whoever owns them may change them.
                lists = Lists(outs, paths, [value.copy() if type(value) is list else value for value in values])
            elif self._joining is not None and len(outs) == 1 and self._is_whole(self._joining, column, lists, outs[0]):
                return
            self._place_lists(column, lists)
        else:
            names = list(map(id, values)) if self.shares else list(range(len(values)))
            self.place_named(column, outs, names, dict(zip(names, values, strict=True)), paths)

    def place_named(
        self,
        column: Column,
        outs: list[dict[str, Any]],
        names: list[Any],
        values: Mapping[Any, Any],
        paths: list[Path | None] | None = None,
    ) -> None:
        """Put into each response object the object that its name has among *values*.

        Where *paths* are kept the names are their numbers.
        """
        key = column.field.key
        records = list(values.values())

        def put(made: list[dict[str, Any]] | None) -> None:
            if made is not None:
                column.projected(self._type_name, Rows(records, made, paths))
                _put_named(outs, key, names, dict(zip(values, made, strict=True)))
                return
            placed = self._one_by_one(column, values, paths)
            for out, name in zip(outs, names, strict=True):
                if name in placed:
                    out[key] = placed[name]
                else:
                    column.put_at(out, paths[name] if paths else None, values[name])

        self._make(column, records, put)

    def made(self, column: Column, values: Mapping[Any, Any]) -> dict[Any, dict[str, Any]] | None:
        """An object for each of *values*, by its name; None where one is irregular, or they are too many for one go."""
        if len(values) > self._at_once:
            return None
        try:
            made = self._projections.of(validated=column.decoded is not None)(list(values.values()))
        except IrregularError:
            return None
        return dict(zip(values, made, strict=True))

    def place_named_lists(
        self, column: Column, outs: list[dict[str, Any]], names: list[Any], values: Mapping[Any, Any]
    ) -> bool:
        """As `place_named`, for lists of several parents; False, and nothing is done, where not all is regular."""
        if len(values) == len(names) or set(map(type, values.values())) != {list}:
            return False
        items = list(chain.from_iterable(values.values()))
        if len(items) > self._at_once:
            return False
        try:
            made = self._projections.of(validated=column.decoded is not None)(items)
        except IrregularError:
            return False
        if column.refuse_items(sum([len(values[name]) for name in names])) is not None:
            return False
        column.projected(self._type_name, Rows(items, made))
        each = iter(made)
        placed = {name: list(islice(each, len(value))) for name, value in values.items()}
        _put_named(outs, column.field.key, names, placed)
        return True

    def _is_whole(self, joining: Joining, column: Column, lists: Lists, out: dict[str, Any]) -> bool:
        """Whether the only list is put whole into *out*, now or later; nothing is done where it is not."""
        if not joining.waits:
            written = joining.written(column, lists.items)
            if written is None:
                return False
            out[column.field.key] = written
            return True
        put, begin_anew = partial(out.__setitem__, column.field.key), partial(self._place_anew, column, lists)
        late = joining.late(column, lists.items, self._projections, put, begin_anew)
        if late is None:
            return False
        column.projected(self._type_name, late)
        return True

    def _place_anew(self, column: Column, lists: Lists) -> None:
        column.begin_anew()
        self._place_lists(column, lists)
        column.filled()

    def _place_lists(self, column: Column, lists: Lists) -> None:
        key = column.field.key

        def put(made: list[dict[str, Any]] | None) -> None:
            if made is None:
                self._place_items(column, lists)
                return
            column.projected(self._type_name, Rows(lists.items, made, lists.item_paths))
            each = iter(made)
            for out, here, value in lists:
                if type(value) is list:
                    # Nobody changes a list of the answer, nor rows in place.
                    out[key] = made if len(value) == len(made) else list(islice(each, len(value)))
                else:
                    column.put_at(out, here, value)

        self._make(column, lists.items, put)

    def _place_items(self, column: Column, lists: Lists) -> None:
        """As lists, with some items that are irregular: these by their own shape."""
        key = column.field.key
        shape = self._shape
        assert isinstance(shape, ListShape)  # noqa: S101 - lists come here
        item_paths = lists.item_paths
        placed = self._one_by_one(column, dict(enumerate(lists.items)), item_paths)
        numbers = count()
        for out, here, value in lists:
            if type(value) is not list:
                column.put_at(out, here, value)
                continue
            places: list[Any] = [None] * len(value)
            out[key] = places
            for index, (item, number) in enumerate(zip(value, numbers, strict=False)):
                if number in placed:
                    places[index] = placed[number]
                else:
                    column.place(shape.item, item, places, index, item_paths[number] if item_paths else None)

    def _make(self, column: Column, records: list[Any], put: Callable[[list[dict[str, Any]] | None], None]) -> None:
        """Call *put* with an object for each of *records*, or with None where some are irregular.

        Many are made in several turns of the event loop, so that other requests are not held up.
        """
        project = self._projections.of(validated=column.decoded is not None)
        if len(records) > self._at_once:
            column.later(self._made_in_turns(project, records), lambda made: put(made if type(made) is list else None))
            return
        try:
            made = project(records)
        except IrregularError:
            put(None)
        else:
            put(made)

    async def _made_in_turns(self, project: Project, records: list[Any]) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        for start in range(0, len(records), self._at_once):
            made += project(records[start : start + self._at_once])
            await _Turn()
        return made

    def _one_by_one(
        self, column: Column, values: Mapping[Any, Any], paths: list[Path | None] | None
    ) -> dict[Any, dict[str, Any]]:
        """Response objects by the name of the value, those of irregular values left out.

        Where *paths* are kept the names are their numbers.
        """
        project = self._projections.of(validated=False)
        made: dict[Any, dict[str, Any]] = {}
        for name, value in values.items():
            try:
                (made[name],) = project((value,))
            except IrregularError:
                continue
        own_paths = None if paths is None else [paths[name] for name in made]
        column.projected(self._type_name, Rows([values[name] for name in made], list(made.values()), own_paths))
        return made


def _put_named(outs: list[dict[str, Any]], key: str, names: list[Any], placed: dict[Any, Any]) -> None:
    # Not strict, for which the compiler has no loop of its own: there is one name a response object.
    for out, name in zip(outs, names):  # noqa: B905
        out[key] = placed[name]


class _Turn:
    """Awaited, it lets everything else that can run in the event loop run once."""

    def __await__(self) -> Generator[None, None, None]:
        yield
