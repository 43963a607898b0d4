"""A resolver step: the field's own resolver, with whatever extensions it has, once for each parent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from graphql.pyutils import Path
from strawberry.types.field import StrawberryField

from ..declare.strawberry_types import strawberry_field_of
from ..vocabulary.raised import as_failure
from .columns import Column
from .rows import Rows

if TYPE_CHECKING:
    from .linked import LinkedField
    from .run import Run


#: Calls the application's function for one parent of the column, with the field's own path where it is kept.
_OwnFunction: TypeAlias = "Callable[[Any, Column, Path | None], Any]"


class ResolverStep:
    """Calls the resolver that Strawberry made for the schema, as graphql-core would."""

    def __init__(self, field: LinkedField) -> None:
        self._field = field
        resolver = field.definition.resolve
        assert resolver is not None  # noqa: S101 - Strawberry gives each field one
        self._resolve = resolver
        self._own_function = _own_function(field)

    def start(self, run: Run, rows: Rows, hop: int) -> None:
        """Call the resolver for every parent; what it awaits goes on at the same time for all of them."""
        column = Column(run, self._field, hop)
        call = self._caller(column) if self._own_function is None else self._caller_of(self._own_function, column)
        for value, out, path in rows:
            here = column.path_below(path)
            column.put_at(out, here, call(value, here) if run.gave_up is None else run.gave_up)
        column.filled()

    @staticmethod
    def _caller_of(function: _OwnFunction, column: Column) -> Callable[[Any, Path | None], Any]:
        """What calls the application's own function for one parent."""

        def call(parent: Any, here: Path | None) -> Any:
            try:
                return function(parent, column, here)
            except BaseException as raised:  # noqa: BLE001 - a resolver may raise anything; it is the field's error
                return as_failure(raised)

        return call

    def _caller(self, column: Column) -> Callable[[Any, Path | None], Any]:
        """What calls the resolver for one parent; arguments that nobody can change are coerced once for all."""
        arguments, variables = self._field.arguments, column.run.variables
        try:
            coerced = arguments.coerced(variables)
        except Exception as refusal:  # noqa: BLE001 - the field's error at each parent
            failure = refusal
            return lambda _parent, _here: failure
        is_shareable = arguments.is_shareable(coerced)

        def call(parent: Any, here: Path | None) -> Any:
            try:
                own = coerced if is_shareable else arguments.coerced(variables)
                return self._resolve(parent, column.info(here), **own)
            except BaseException as raised:  # noqa: BLE001 - a resolver may raise anything; it is the field's error
                return as_failure(raised)

        return call


def _own_function(field: LinkedField) -> _OwnFunction | None:
    """The application's own function, where it takes the parent and the info at most, and nothing surrounds it."""
    declared = strawberry_field_of(field.definition)
    if declared is None or declared.is_subscription or declared.extensions or field.arguments.has_any:
        return None
    resolver = declared.base_resolver
    if resolver is None or type(declared).get_result is not StrawberryField.get_result:
        return None
    function: Any = resolver.wrapped_func
    named = [parameter.name for parameter in (resolver.parent_parameter, resolver.root_parameter) if parameter]
    takes_self = bool(resolver.self_parameter)
    info_name = resolver.info_parameter.name if resolver.info_parameter else None
    info_class = field.converter.config.info_class

    def call(parent: Any, column: Column, here: Path | None) -> Any:
        arguments = dict.fromkeys(named, parent)
        if info_name is not None:
            raw_info = column.info(here)
            arguments[info_name] = info_class(_raw_info=raw_info, _field=declared)
        return function(*((parent,) if takes_self else ()), **arguments)

    return call
