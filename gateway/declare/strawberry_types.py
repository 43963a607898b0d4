"""From graphql-core's types and fields back to Strawberry's definitions of them."""

from __future__ import annotations

from graphql import GraphQLField, GraphQLNamedType
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField


def strawberry_field_of(definition: GraphQLField) -> StrawberryField | None:
    """The Strawberry field behind a field of the schema; None for introspection's own."""
    field: StrawberryField | None = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return field


def definition_of(type_: GraphQLNamedType) -> StrawberryObjectDefinition | None:
    """The Strawberry object type, or interface, behind a type of the schema; None for any other."""
    definition = type_.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return definition if isinstance(definition, StrawberryObjectDefinition) else None
