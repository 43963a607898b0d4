"""A resolver step: the field's own resolver, with whatever extensions it has, once for each parent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from graphql.pyutils import Path
from strawberry.types.field import StrawberryField

from ..declare.strawberry_types import strawberry_field_of
from ..operations.plan import Resolver
from .columns import Column
from .rows import Rows

if TYPE_CHECKING:
    from .linked import LinkedField
    from .run import Run


class ResolverStep:
    """Calls the resolver that Strawberry made for the schema, as graphql-core would."""

    def __init__(self, field: LinkedField) -> None:
        self._field = field
        resolver = field.definition.resolve
        assert resolver is not None  # noqa: S101 - Strawberry gives each field one
        self._resolve = resolver
        self._plain = _plain_resolver(field)

    def start(self, run: Run, rows: Rows, hop: int) -> None:
        """Call the resolver for every parent; what it awaits goes on at the same time for all of them."""
        column = Column(run, self._field, hop)
        call = self._plain_call if self._plain is not None else self._caller(column)
        for value, out, path in rows:
            column.put(out, path, call(value, path) if run.gave_up is None else run.gave_up)
        column.filled()

    def _plain_call(self, parent: Any, _path: Path | None) -> Any:
        assert self._plain is not None  # noqa: S101 - see start
        try:
            return self._plain(parent)
        except Exception as failure:  # noqa: BLE001 - a resolver may raise anything; it is the field's error
            return failure

    def _caller(self, column: Column) -> Callable[[Any, Path | None], Any]:
        """What calls the resolver for one parent; arguments that nobody can change are coerced once for all."""
        arguments, variables = self._field.arguments, column.run.variables
        try:
            coerced = arguments.coerced(variables)
        except Exception as refusal:  # noqa: BLE001 - the field's error at each parent
            failure = refusal
            return lambda _parent, _path: failure
        is_shareable = arguments.is_shareable(coerced)

        def call(parent: Any, path: Path | None) -> Any:
            try:
                own = coerced if is_shareable else arguments.coerced(variables)
                return self._resolve(parent, column.info(column.path_below(path)), **own)
            except Exception as failure:  # noqa: BLE001 - a resolver may raise anything; it is the field's error
                return failure

        return call


def _plain_resolver(field: LinkedField) -> Callable[[Any], Any] | None:
    """The application's own function, where it takes the parent at most: nothing is to be made for it first."""
    declared = strawberry_field_of(field.definition)
    step = field.plan.step
    takes_info = not isinstance(step, Resolver) or step.takes_info
    if takes_info or declared is None or declared.is_subscription or field.arguments.has_any:
        return None
    return _called_with_parent(declared)


def _called_with_parent(declared: StrawberryField) -> Callable[[Any], Any] | None:
    resolver = declared.base_resolver
    if resolver is None:
        return None
    function: Any = resolver.wrapped_func
    named = [parameter.name for parameter in (resolver.parent_parameter, resolver.root_parameter) if parameter]
    takes_self = bool(resolver.self_parameter)

    def call(parent: Any) -> Any:
        return function(*((parent,) if takes_self else ()), **dict.fromkeys(named, parent))

    return call
