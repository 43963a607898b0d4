"""Null propagation: one pass over a finished tree that has failures. GraphQL specification, section 6.4.4.

A failure becomes null; where null is not allowed its parent does, and so on up. Errors are collected in the order of
the response, with the path that the walk took. Once a position is nulled nothing more below it is reported. Objects may
stand at several positions, so the pass copies what it changes, and tells an error at every path.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from .failure import Failure
from .linked import LinkedField, LinkedSelection
from .shapes import LeafShape, ListShape, Shape
from .writing import WrittenList

#: What stands for a value that nulls its parent.
_NULLED = object()


class NullPass:
    """Walks one operation's tree, in whole or root field by root field, and collects the errors."""

    def __init__(self, types: Mapping[int, str], max_errors: int) -> None:
        """*types* names the runtime type of each response object, by `id`, whose position allows several.

        Of more than *max_errors* errors the rest is only counted: each costs a search for its line in the document.
        """
        self._types = types
        self._max_errors = max_errors
        self._path: list[str | int] = []
        # Objects of this walk below which nothing failed, by `id`: those that many parents share are walked once.
        self._whole: set[int] = set()
        self.errors: list[GraphQLError] = []
        self.left_out = 0

    def root_may_stay(self, data: dict[str, Any], fields: tuple[LinkedField, ...]) -> bool:
        """Settle these root fields in *data*; False when one of them nulls the whole of it."""
        # What an earlier walk nulled is gone, and another object may have its `id`.
        self._whole.clear()
        for field in fields:
            settled = self._settle_field(data[field.key], field)
            if settled is _NULLED:
                return False
            data[field.key] = settled
        return True

    def _settle_field(self, value: Any, field: LinkedField) -> Any:
        self._path.append(field.key)
        settled = self._settle(value, field.shape, field)
        self._path.pop()
        return settled

    def _settle(self, value: Any, shape: Shape, field: LinkedField) -> Any:
        """*value* without failures: itself, a copy, None, or the mark that nulls the parent."""
        if value is None or type(value) is WrittenList:
            return value
        settled = value
        if type(value) is Failure:
            self._tell(value)
            settled = _NULLED
        elif isinstance(shape, ListShape):
            settled = self._settle_items(value, shape.item, field)
        elif field.selection is not None:
            settled = self._settle_object(value, field.selection)
        return None if settled is _NULLED and not shape.non_null else settled

    def _tell(self, failure: Failure) -> None:
        if len(self.errors) < self._max_errors:
            self.errors.append(failure.located(list(self._path)))
        else:
            self.left_out += 1

    def _settle_items(self, items: list[Any], shape: Shape, field: LinkedField) -> Any:
        kept = items
        for index, item in enumerate(items):
            self._path.append(index)
            settled = self._settle(item, shape, field)
            self._path.pop()
            if settled is _NULLED:
                return _NULLED
            if settled is not item:
                kept = list(items) if kept is items else kept
                kept[index] = settled
        return kept

    def _settle_object(self, out: dict[str, Any], selection: LinkedSelection) -> Any:
        if id(out) in self._whole:
            return out
        fields = selection.only_fields
        if fields is None:
            fields = selection.by_type[self._types[id(out)]]
        whole = self._whole
        kept = out
        for field in fields:
            value = out[field.key]
            if type(value) is not Failure and (type(field.shape) is LeafShape or id(value) in whole):
                continue
            settled = self._settle_field(value, field)
            if settled is _NULLED:
                return _NULLED
            if settled is not value:
                kept = dict(out) if kept is out else kept
                kept[field.key] = settled
        if kept is out:
            self._whole.add(id(out))
        return kept
