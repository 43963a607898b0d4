"""The reference graph explains itself: GraphiQL's documentation has no blank page."""

from __future__ import annotations

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
)

import schema

_TYPES = (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
)


def test_every_type_field_and_argument_has_a_description() -> None:
    """What a client can name, values of enums included, it can read about."""
    named = schema.graph.schema._schema.type_map.items()  # type: ignore[attr-defined]
    types = {name: type_ for name, type_ in named if isinstance(type_, _TYPES) and not name.startswith("__")}

    undescribed = [name for name, type_ in types.items() if not type_.description]
    for name, type_ in types.items():
        for field_name, field in getattr(type_, "fields", {}).items():
            undescribed += [] if field.description else [f"{name}.{field_name}"]
            for argument_name, argument in getattr(field, "args", {}).items():
                undescribed += [] if argument.description else [f"{name}.{field_name}({argument_name})"]

        for value_name, value in getattr(type_, "values", {}).items():
            undescribed += [] if value.description else [f"{name}.{value_name}"]

    assert [] == undescribed
    assert len(types) > 15
