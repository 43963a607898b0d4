"""Completion: a raw value becomes what the response shows, or a failure in its place.

GraphQL specification, section 6.4.3 (Value Completion). A shape is one field's type, taken apart once a plan; errors
say what graphql-core's would. Nothing is propagated here: `nulls` does that, over the finished tree.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    default_type_resolver,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.pyutils import Path, inspect, is_iterable
from strawberry.execution import optimized_is_awaitable as is_awaitable

from ..declare.objects import is_recognised_by_class, record_of
from ..declare.strawberry_types import definition_of

if TYPE_CHECKING:
    from .columns import Column
    from .linked import LinkedField

#: Where a completed value goes: an object's dict by response key, or a list by index.
Container: TypeAlias = Any


class Shape(Protocol):
    """One level of a field's type: a leaf, a list, an object; non-null or not."""

    non_null: bool

    @property
    def asks_the_application(self) -> bool:
        """Whether a function of a type of the application's is asked about values, which is handed the context."""
        ...

    def is_complete(self, value: Any) -> bool:
        """Whether placing *value*, which has been awaited, asks and awaits nothing more."""
        ...

    def place(self, column: Column, value: Any, container: Container, key: str | int, path: Path | None) -> None:
        """Put the completed *value*, or its failure, into *container* at *key*; *path* leads there where it is kept."""
        ...


def shape_of(type_: GraphQLOutputType, field: LinkedField) -> Shape:
    """The shape of *field*'s type."""
    non_null = is_non_null_type(type_)
    inner: Any = type_.of_type if is_non_null_type(type_) else type_
    if is_list_type(inner):
        return ListShape(shape_of(inner.of_type, field), non_null=non_null)
    if is_leaf_type(inner):
        return LeafShape(inner, non_null=non_null)
    if is_abstract_type(inner):
        # A tuple for a union, which graphql-core's annotation calls a list.
        schema: Any = field.schema
        types: Iterable[GraphQLObjectType] = schema.get_possible_types(inner)
        return AbstractShape(inner, {possible.name: possible for possible in types}, non_null=non_null)
    return ObjectShape(inner, non_null=non_null)


def null(shape: Shape, column: Column, container: Container, key: str | int) -> None:
    """Null where the shape allows it, else the failure that section 6.4.4 demands."""
    if shape.non_null:
        field = column.field
        message = f"Cannot return null for non-nullable field {field.parent_type}.{field.plan.name}."
        column.fail(container, key, TypeError(message), "completion")
    else:
        container[key] = None


def is_absent(shape: Shape, column: Column, value: Any, container: Container, key: str | int) -> bool:
    """Whether *value* is null or an error, which then stands in its place."""
    if value is None or value is Undefined:
        null(shape, column, container, key)
        return True
    if isinstance(value, Exception):
        column.fail(container, key, value)
        return True
    return False


class LeafShape:
    """A scalar or an enum."""

    __slots__ = ("non_null", "type")

    #: A scalar's function is handed the value alone.
    asks_the_application = False

    def __init__(self, type_: Any, *, non_null: bool) -> None:
        self.type = type_
        self.non_null = non_null

    def is_complete(self, value: Any) -> bool:
        """As `Shape.is_complete`."""
        return not is_awaitable(value)

    def place(self, column: Column, value: Any, container: Container, key: str | int, path: Path | None) -> None:
        """As `Shape.place`: what the type's `coerce_output_value` makes of the value."""
        if is_absent(self, column, value, container, key):
            return
        try:
            coerced = self.type.coerce_output_value(value)
        except Exception as refusal:  # noqa: BLE001 - a scalar may raise anything; it is the field's error
            column.fail(container, key, refusal, "completion")
            return
        if coerced is None or coerced is Undefined:
            message = (
                f"Expected `{inspect(self.type)}.coerce_output_value({inspect(value)})`"
                f" to return non-nullable value, returned: {inspect(coerced)}"
            )
            column.fail(container, key, TypeError(message), "completion")
        elif is_awaitable(coerced):
            # A scalar that lets everything pass lets an awaitable pass, and graphql-core awaits what it is given.
            column.wait(coerced, _AS_IT_IS, container, key, path)
        else:
            container[key] = coerced


class _AsItIs:
    """What has been completed before it was there."""

    non_null = False
    asks_the_application = False

    def is_complete(self, _value: Any) -> bool:
        """As `Shape.is_complete`."""
        return True

    def place(self, column: Column, value: Any, container: Container, key: str | int, _path: Path | None) -> None:
        """As `Shape.place`, for a value that nothing more is done to."""
        if isinstance(value, Exception):
            column.fail(container, key, value)
        else:
            container[key] = value


_AS_IT_IS = _AsItIs()


class ListShape:
    """A list; its items have a shape of their own."""

    __slots__ = ("item", "non_null")

    def __init__(self, item: Shape, *, non_null: bool) -> None:
        self.item = item
        self.non_null = non_null

    @property
    def asks_the_application(self) -> bool:
        """As `Shape.asks_the_application`."""
        return self.item.asks_the_application

    def is_complete(self, value: Any) -> bool:
        """As `Shape.is_complete`: what is no list may be anything."""
        return value is None or (type(value) is list and all(map(self.item.is_complete, value)))

    def place(self, column: Column, value: Any, container: Container, key: str | int, path: Path | None) -> None:
        """As `Shape.place`: any iterable but text and mappings; an async one is read to its end first."""
        if is_absent(self, column, value, container, key):
            return
        if isinstance(value, AsyncIterable):
            column.wait(_read(value), self, container, key, path)
        elif not is_iterable(value):
            field = column.field
            message = f"Expected Iterable, but did not find one for field '{field.parent_type}.{field.plan.name}'."
            column.fail(container, key, GraphQLError(message), "completion")
        else:
            self._place_items(column, value, container, key, path)

    def _place_items(
        self, column: Column, value: Iterable[Any], container: Container, key: str | int, path: Path | None
    ) -> None:
        try:
            items = list(value)
        except Exception as failure:  # noqa: BLE001 - a generator may raise anything; it is the field's error
            column.fail(container, key, failure)
            return
        refusal = column.refuse_items(len(items))
        if refusal is not None:
            column.fail(container, key, refusal)
            return
        places: list[Any] = [None] * len(items)
        container[key] = places
        for index, item in enumerate(items):
            item_path = None if path is None else path.add_key(index, None)
            column.place(self.item, item, places, index, item_path)


class ObjectShape:
    """An object of one type."""

    __slots__ = ("_is_type_of", "non_null", "record", "type")

    def __init__(self, type_: GraphQLObjectType, *, non_null: bool) -> None:
        self.type = type_
        self._is_type_of = type_.is_type_of
        #: The class whose instances are recognised by it, if the type's predicate looks at nothing else.
        self.record = _recognised_by_class(type_)
        self.non_null = non_null

    @property
    def asks_the_application(self) -> bool:
        """As `Shape.asks_the_application`."""
        return self._is_type_of is not None and self.record is None

    def is_complete(self, value: Any) -> bool:
        """As `Shape.is_complete`."""
        if type(value) is self.record or value is None:
            return True
        return self._is_type_of is None and not is_awaitable(value)

    def place(self, column: Column, value: Any, container: Container, key: str | int, path: Path | None) -> None:
        """As `Shape.place`: an object of this type, whose fields are filled in by the steps below it."""
        if is_absent(self, column, value, container, key):
            return
        if self._is_type_of is None or type(value) is self.record:
            column.place_object(self.type.name, value, container, key, path)
        else:
            check_type(column, self.type, value, container, key, path=path)


class AbstractShape:
    """An object of an interface or a union; its runtime type is found out by the type's resolver."""

    __slots__ = ("_possible", "_resolve", "_type", "non_null")

    def __init__(
        self, type_: GraphQLAbstractType, possible: Mapping[str, GraphQLObjectType], *, non_null: bool
    ) -> None:
        self._type = type_
        self._possible = possible
        self._resolve = type_.resolve_type or default_type_resolver
        self.non_null = non_null

    #: Even the stock function asks the possible types, which may have their own.
    asks_the_application = True

    def is_complete(self, value: Any) -> bool:
        """As `Shape.is_complete`."""
        return value is None

    def place(self, column: Column, value: Any, container: Container, key: str | int, path: Path | None) -> None:
        """As `Shape.place`: an object of the runtime type."""
        if is_absent(self, column, value, container, key):
            return

        def go_on(name: Any) -> None:
            runtime_type = self._checked(column, name, value)
            check_type(column, runtime_type, value, container, key, path=path)

        column.ask(lambda: self._resolve(value, column.info(path), self._type), go_on, container, key)

    def _checked(self, column: Column, name: Any, value: Any) -> GraphQLObjectType:
        """The possible type of that name.

        Raises:
            GraphQLError: there is none; the text is graphql-core's.
        """
        known = self._possible.get(name) if isinstance(name, str) else None
        if known is not None:
            return known
        run, field = column.run, column.field
        wrong: GraphQLObjectType = run.executor.ensure_valid_runtime_type(
            name, self._type, field.details, column.info(None), value
        )
        return wrong


def check_type(
    column: Column, type_: GraphQLObjectType, value: Any, container: Container, key: str | int, *, path: Path | None
) -> None:
    """Place the object if its type's own predicate, where there is one, says that it is one."""

    def go_on(is_one: Any) -> None:
        if not is_one:
            raise GraphQLError(f"Expected value of type '{type_}' but got: {inspect(value)}.", column.field.nodes)
        column.place_object(type_.name, value, container, key, path)

    predicate = type_.is_type_of
    if predicate is None:
        column.place_object(type_.name, value, container, key, path)
    else:
        column.ask(lambda: predicate(value, column.info(path)), go_on, container, key)


def _recognised_by_class(type_: GraphQLObjectType) -> type[Any] | None:
    """The class whose instances the type's own predicate says yes to, where it looks at nothing else."""
    definition = definition_of(type_)
    if definition is None or not is_recognised_by_class(definition.origin):
        return None
    return record_of(definition.origin)


async def _read(items: AsyncIterable[Any]) -> list[Any]:
    return [item async for item in items]
