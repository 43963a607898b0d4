"""Which runtime types the records of a loader may have, where a field of abstract type chooses among loaders by kind.

Told when the graph is built, since a field's GraphQL type alone does not know who implements an interface.
"""

from __future__ import annotations

from typing import Any, Final

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type, is_abstract_type, is_object_type

from .binding import binding_of
from .loader import Loader
from .objects import is_recognised_by_class, record_of
from .sources import ByKind
from .strawberry_types import definition_of, strawberry_field_of

_POSSIBLE: Final = "gateway.possible_types"


def note_possible_types(schema: GraphQLSchema) -> None:
    """Keep with each field that chooses by kind what `runtime_types` needs."""
    for type_ in schema.type_map.values():
        for field in type_.fields.values() if is_object_type(type_) else ():
            declared = strawberry_field_of(field)
            binding = None if declared is None else binding_of(declared)
            named: Any = get_named_type(field.type)
            if binding is not None and isinstance(binding.target, ByKind) and is_abstract_type(named):
                field.extensions[_POSSIBLE] = schema.get_possible_types(named)


def runtime_types(definition: GraphQLField, loader: Loader[Any, Any, Any]) -> tuple[str, ...] | None:
    """The names of the types that *loader*'s records may have as values of the field; None where nothing is known."""
    possible = definition.extensions.get(_POSSIBLE)
    # Who awaits by itself may give anything.
    if possible is None or loader.opaque:
        return None
    return tuple(type_.name for type_ in possible if _may_be(type_, loader.record))


def _may_be(type_: GraphQLObjectType, record: type[Any]) -> bool:
    definition = definition_of(type_)
    if definition is None or not is_recognised_by_class(definition.origin):
        return True
    own = record_of(definition.origin)
    return own is None or issubclass(own, record)
