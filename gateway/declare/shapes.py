"""Types taken apart: what the start-up checks compare of a field's GraphQL type and a record's annotation."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

import strawberry
from strawberry import relay
from strawberry.types.base import StrawberryList, StrawberryObjectDefinition, StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.types.lazy_type import LazyType


class Shape(NamedTuple):
    """A field's GraphQL type, taken apart: `list[Course] | None` is (Course, is_list, nullable)."""

    named: Any
    is_list: bool
    nullable: bool


def shape_of(field: StrawberryField, definition: StrawberryObjectDefinition) -> Shape:
    """The shape of a field of *definition*, lazy types resolved."""
    type_: Any = field.resolve_type(type_definition=definition)
    nullable = isinstance(type_, StrawberryOptional)
    type_ = type_.of_type if nullable else type_
    is_list = isinstance(type_, StrawberryList)
    while isinstance(type_, StrawberryList | StrawberryOptional):
        type_ = type_.of_type
    return Shape(type_.resolve_type() if isinstance(type_, LazyType) else type_, is_list, nullable)


def is_connection(named: Any) -> bool:
    """Whether a type is a Relay connection."""
    return isinstance(named, type) and issubclass(named, relay.Connection)


def connection_node(connection: Any) -> Any:
    """The type of a connection's nodes."""
    definition: StrawberryObjectDefinition = connection.__strawberry_definition__
    node = definition.type_var_map.get("NodeType")
    return node.resolve_type() if isinstance(node, LazyType) else node


def accepts(expected: Any, given: Any) -> bool:
    """Whether a key of type *given*, None aside, may be asked of a loader by *expected*; GraphQL's ID is text."""
    wanted = set(members_of(expected)) - {NoneType}
    offered = {str if member is strawberry.ID else member for member in members_of(given)} - {NoneType}
    return offered <= wanted or Any in wanted | offered


def members_of(type_: Any) -> tuple[Any, ...]:
    """The members of a union, None among them; a type that is no union is its own only member."""
    return get_args(type_) if get_origin(type_) in {Union, UnionType} else (type_,)


def type_name(type_: Any) -> str:
    """How an error calls a type."""
    return getattr(type_, "__name__", str(type_)) if not get_args(type_) else str(type_)
