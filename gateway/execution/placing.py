"""Placing a column of objects by generated code: what is regular at once, what is not item by item, by its shape.

Equal objects are projected once and shared by all their parents; nothing changes an object of the answer once its
fields are there. Positions below which paths are kept never come here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeAlias

from .shapes import ListShape, Shape

if TYPE_CHECKING:
    from .columns import Column

#: From records of one type to response objects with their plain fields in place, the other keys null.
Project: TypeAlias = Callable[[Sequence[Any]], list[dict[str, Any]]]


class IrregularError(Exception):
    """Generated code met a value that it was not made for; nothing has been changed."""


class Placer:
    """Places the objects of one field: one a parent, or a list a parent."""

    def __init__(self, shape: Shape, type_name: str, project: Project) -> None:
        self._shape = shape
        self._type_name = type_name
        self._project = project
        self._is_list = isinstance(shape, ListShape)

    def place(self, column: Column, outs: list[dict[str, Any]], values: Sequence[Any]) -> None:
        """Put each parent's value into its response object, whatever the value is."""
        if self._is_list:
            self._place_lists(column, outs, values)
        else:
            names = list(map(id, values))
            self.place_named(column, outs, names, dict(zip(names, values, strict=True)))

    def place_named(
        self, column: Column, outs: list[dict[str, Any]], names: Sequence[Any], values: Mapping[Any, Any]
    ) -> None:
        """Put into each response object the object that its name has among *values*."""
        key = column.field.key
        placed = self._projected(column, values)
        if len(placed) == len(values):
            for out, name in zip(outs, names, strict=True):
                out[key] = placed[name]
            return
        for out, name in zip(outs, names, strict=True):
            if name in placed:
                out[key] = placed[name]
            else:
                column.put(out, None, values[name])

    @property
    def is_list(self) -> bool:
        """Whether a parent has a list of objects, not one."""
        return self._is_list

    def _place_lists(self, column: Column, outs: list[dict[str, Any]], values: Sequence[Any]) -> None:
        lists = [value for value in values if type(value) is list]
        items = lists[0] if len(lists) == 1 else list(chain.from_iterable(lists))
        try:
            made = self._project(items)
        except IrregularError:
            self._place_items(column, outs, values)
            return
        column.projected(self._type_name, items, made)
        key = column.field.key
        each = iter(made)
        for out, value in zip(outs, values, strict=True):
            if type(value) is list:
                out[key] = list(islice(each, len(value)))
            else:
                column.put(out, None, value)

    def _place_items(self, column: Column, outs: list[dict[str, Any]], values: Sequence[Any]) -> None:
        """As lists, with some items that are irregular: these by their own shape."""
        key = column.field.key
        shape = self._shape
        assert isinstance(shape, ListShape)  # noqa: S101 - lists come here
        items = chain.from_iterable(value for value in values if type(value) is list)
        placed = self._projected(column, {id(item): item for item in items})
        for out, value in zip(outs, values, strict=True):
            if type(value) is not list:
                column.put(out, None, value)
                continue
            places: list[Any] = [placed.get(id(item)) for item in value]
            out[key] = places
            for index, item in enumerate(value):
                if places[index] is None:
                    column.place_item(shape.item, item, places, index)

    def _projected(self, column: Column, values: Mapping[Any, Any]) -> dict[Any, dict[str, Any]]:
        """Response objects by the name of the value, those of irregular values left out."""
        records = list(values.values())
        try:
            made = self._project(records)
        except IrregularError:
            return self._one_by_one(column, values)
        column.projected(self._type_name, records, made)
        return dict(zip(values, made, strict=True))

    def _one_by_one(self, column: Column, values: Mapping[Any, Any]) -> dict[Any, dict[str, Any]]:
        made: dict[Any, dict[str, Any]] = {}
        records = []
        for name, value in values.items():
            try:
                (made[name],) = self._project((value,))
            except IrregularError:
                continue
            records.append(value)
        column.projected(self._type_name, records, list(made.values()))
        return made
