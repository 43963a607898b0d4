"""A guard: the permission classes of a declared load, asked for each parent before anything is loaded for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql.pyutils import Path
from strawberry.permission import PermissionExtension
from strawberry.schema.schema_converter import get_arguments
from strawberry.types.field import StrawberryField

from ..vocabulary.raised import as_failure
from .columns import Column
from .rows import Rows

if TYPE_CHECKING:
    from .linked import LinkedField

#: What a permission extension gives back when it lets a parent through.
_PASSED = object()


class Guard:
    """The synchronous permission checks of one field, by Strawberry's own extensions."""

    def __init__(self, field: LinkedField, declared: StrawberryField) -> None:
        self._field = field
        self._declared = declared
        # Strawberry's order: the extension given last wraps all the others.
        self._checks = [check for check in reversed(declared.extensions) if isinstance(check, PermissionExtension)]

    def let_through(self, column: Column, rows: Rows) -> Rows:
        """The rows that may be loaded; what a refusal raises, or silently gives, is put for the others."""
        passed = Rows()
        for value, out, path in rows:
            try:
                answer = self._answer(column, value, path)
            except BaseException as raised:  # noqa: BLE001 - a permission may raise anything; it is the field's error
                answer = as_failure(raised)
            if answer is _PASSED:
                passed.add(value, out, path)
            else:
                column.put(out, path, answer)
        return passed

    def _answer(self, column: Column, parent: Any, path: Path | None) -> Any:
        field, run = self._field, column.run
        here = column.path_below(path)
        info = field.converter.config.info_class(_raw_info=run.info(field, here), _field=self._declared)
        _, given = get_arguments(
            field=self._declared,
            source=parent,
            info=info,
            kwargs=field.arguments.coerced(run.variables),
            config=field.converter.config,
            scalar_registry=field.converter.scalar_registry,
        )
        given.pop("info", None)
        for check in self._checks:
            answer = check.resolve(_let_through, parent, info, **given)
            if answer is not _PASSED:
                return answer
        return _PASSED


def _let_through(_source: Any, _info: Any, **_arguments: Any) -> Any:
    return _PASSED
