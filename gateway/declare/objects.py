"""`object_of` and `extend`: GraphQL types bound to the records behind them, and fields added from another module."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, dataclass_transform

import msgspec
import strawberry
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from ..vocabulary.errors import DeclarationError
from .load import load

T = TypeVar("T")

_RECORD = "__gateway_record__"
_RECOGNISED = "__gateway_recognised_by_class__"
_EXTENDED_BY = "__gateway_extended_by__"


@dataclass_transform(field_specifiers=(strawberry.field, load), kw_only_default=True)
def object_of(
    record: type[msgspec.Struct],
    *,
    name: str | None = None,
    description: str | None = None,
    directives: Sequence[object] = (),
) -> Callable[[type[T]], type[T]]:
    """Make the class a GraphQL object type over *record*: plain fields read the record's attributes of that name.

    It is `strawberry.type`, bound to the record: interfaces and unions recognise the record as this type, and every
    field is checked against it when the graph is built.

    Raises:
        DeclarationError: *record* is no msgspec.Struct class.
    """
    if not (isinstance(record, type) and issubclass(record, msgspec.Struct)):
        came = record.__qualname__ if isinstance(record, type) else repr(record)
        raise DeclarationError(f"object_of: expected a msgspec.Struct class, as in @object_of(UserRecord), got {came}")

    def bind(cls: type[T]) -> type[T]:
        _own_fields(cls)
        recognised_by_class = "is_type_of" not in vars(cls)
        if recognised_by_class:
            cls.is_type_of = classmethod(lambda _cls, value, _info: type(value) is record)  # type: ignore[attr-defined]
        bound = strawberry.type(cls, name=name, description=description, directives=directives)
        setattr(bound, _RECORD, record)
        setattr(bound, _RECOGNISED, recognised_by_class)
        if recognised_by_class:
            _refuse_values(bound, record)
        return bound

    return bind


@dataclass_transform(field_specifiers=(strawberry.field, load), kw_only_default=True)
def extend(target: type[Any]) -> Callable[[type[T]], type[T]]:
    """Add the class's fields to the type *target*, as SDL's `extend type` does, from the module that owns them.

    The module must be imported before the graph is built.

    Raises:
        DeclarationError: *target* is no Strawberry type, or has a field of that name already.
    """
    definition = getattr(target, "__strawberry_definition__", None)
    if not isinstance(definition, StrawberryObjectDefinition):
        raise DeclarationError(f"extend: expected a type made by object_of or strawberry.type, got {target!r}")

    def add(cls: type[T]) -> type[T]:
        _own_fields(cls)
        fragment = strawberry.type(cls)
        origins: dict[str, str] = dict(getattr(target, _EXTENDED_BY, {}))
        names = {existing.python_name for existing in definition.fields}
        added: list[StrawberryField] = fragment.__strawberry_definition__.fields  # type: ignore[attr-defined]
        for new in added:
            if new.python_name in names:
                owner = origins.get(new.python_name, target.__module__)
                raise DeclarationError(
                    f"extend({target.__name__}) in {cls.__module__}: the field {new.python_name!r} is defined already,"
                    f" in {owner}"
                )
            origins[new.python_name] = cls.__module__
            definition.fields.append(new)
        setattr(target, _EXTENDED_BY, origins)
        return fragment

    return add


def record_of(cls: Any) -> type[msgspec.Struct] | None:
    """The record that *cls* is bound to by `object_of`, else None."""
    record: type[msgspec.Struct] | None = vars(cls).get(_RECORD) if isinstance(cls, type) else None
    return record


def is_recognised_by_class(cls: Any) -> bool:
    """Whether the type's values are the instances of its record, by no other rule than their class."""
    return isinstance(cls, type) and vars(cls).get(_RECOGNISED, False) is True


def _refuse_values(bound: type[Any], record: type[msgspec.Struct]) -> None:
    """Let *bound* make no values: it would take none of them for its own, and the error would name it twice."""

    def refuse(self: object, *_values: object, **_fields: object) -> None:
        name = type(self).__name__
        raise TypeError(f"{name}: expected a {record.__name__} as a value of this type, got {name}(...)")

    bound.__init__ = refuse


def _own_fields(cls: type[Any]) -> None:
    """Give *cls* copies of its fields: types may share one, as `teacher = load(...)`, and Strawberry writes into it."""
    for attribute, value in list(vars(cls).items()):
        if isinstance(value, StrawberryField):
            setattr(cls, attribute, copy.copy(value))
