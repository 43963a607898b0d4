"""The planner: one operation, for one variant, as a plan.

Which fields a selection set holds is graphql-core's CollectFields (GraphQL specification, section 6.3.2), asked once a
response position and runtime type instead of once an object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    print_ast,
)
from graphql.execution.collect_fields import FieldDetailsList, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

from ..operations.plan import Field, Load, OperationKind, Plan, Selection, Step
from ..vocabulary.errors import RuleError
from .ahead import SharedKey, can_be_asked_ahead, shared_key_of
from .steps import step_of
from .variants import Variant

_KINDS: dict[OperationType, OperationKind] = {
    OperationType.QUERY: "query",
    OperationType.MUTATION: "mutation",
    OperationType.SUBSCRIPTION: "subscription",
}


def plan_operation(
    schema: GraphQLSchema,
    fragments: Mapping[str, FragmentDefinitionNode],
    operation: OperationDefinitionNode,
    variant: Variant,
    *,
    asks_ahead: bool = True,
    max_fields: int,
) -> Plan:
    """The plan of a validated *operation*, in time and memory that *max_fields* bounds.

    *variant* has a value for each variable that a condition of the operation reads. With *asks_ahead* a load whose key
    is its parent's leaves with the parent's own.

    Raises:
        RuleError: LIMIT_EXCEEDED, it has more field nodes than that, those of each runtime type counted.
    """
    root_type = schema.get_root_type(operation.operation)
    assert root_type is not None  # noqa: S101 - validation refuses operations of a kind that the schema lacks
    planner = _Planner(schema, fragments, operation, variant, asks_ahead=asks_ahead, max_fields=max_fields)
    return Plan(
        operation=_KINDS[operation.operation],
        name=operation.name.value if operation.name else None,
        variant=dict(variant),
        root=planner.root(root_type),
    )


class _Planner:
    """What planning one operation needs at every position."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        variant: Variant,
        *,
        asks_ahead: bool,
        max_fields: int,
    ) -> None:
        self._schema = schema
        self._fragments = {name: FragmentDetails(node) for name, node in fragments.items()}
        self._operation = operation
        self._values = VariableValues({}, dict(variant))
        # What a mutation changes must be loaded after it, not with it.
        self._asks_ahead = asks_ahead and operation.operation is not OperationType.MUTATION
        self._max_fields = max_fields
        self._count = 0

    def root(self, type_: GraphQLObjectType) -> Selection:
        collected = collect_fields(self._schema, self._fragments, self._values, type_, self._operation)
        return Selection(type_.name, {type_.name: self._fields(type_, collected.grouped_field_set, {}, None)})

    def _selection(self, type_: Any, nodes: FieldDetailsList, known: SharedKey | None) -> Selection:
        possible: Iterable[GraphQLObjectType] = (
            self._schema.get_possible_types(type_) if is_abstract_type(type_) else (type_,)
        )
        # Runtime types that share a field share what is below it: the plan grows with types, not with their powers.
        below: dict[Any, Selection] = {}
        fields = {}
        for runtime_type in possible:
            collected = collect_subfields(
                self._schema, self._fragments, self._values, self._operation, runtime_type, nodes
            )
            fields[runtime_type.name] = self._fields(runtime_type, collected.grouped_field_set, below, known)
        return Selection(type_.name, fields)

    def _fields(
        self,
        parent: GraphQLObjectType,
        grouped: Mapping[str, FieldDetailsList],
        below: dict[Any, Selection],
        known: SharedKey | None,
    ) -> tuple[Field, ...]:
        # Before they are planned: interfaces within interfaces multiply what stands below them.
        self._count += 1 + sum(map(len, grouped.values()))
        if self._count > self._max_fields:
            raise RuleError(
                f"operation: expected at most {self._max_fields:,} fields to plan, those of each runtime type counted,"
                " got more (max_planned_fields)",
                code="LIMIT_EXCEEDED",
            )
        return tuple(self._field(parent, key, nodes, below, known) for key, nodes in grouped.items())

    def _field(
        self,
        parent: GraphQLObjectType,
        key: str,
        details: FieldDetailsList,
        below: dict[Any, Selection],
        known: SharedKey | None,
    ) -> Field:
        nodes = [detail.node for detail in details]
        name = nodes[0].name.value
        definition = self._schema.get_field(parent, name)
        assert definition is not None  # noqa: S101 - validation refuses unknown fields
        step = step_of(parent, name, definition)
        if isinstance(step, Load) and can_be_asked_ahead(definition, step, known):
            step = msgspec.structs.replace(step, ahead=True)
        return Field(
            key=key,
            name=name,
            type=str(definition.type),
            at=tuple(map(offset_of, nodes)),
            step=step,
            arguments={argument.name.value: print_ast(argument.value) for argument in nodes[0].arguments or ()},
            selection=self._selection_below(definition, step, details, below),
        )

    def _selection_below(
        self, definition: GraphQLField, step: Step, details: FieldDetailsList, below: dict[Any, Selection]
    ) -> Selection | None:
        named = get_named_type(definition.type)
        if not is_composite_type(named):
            return None
        known = shared_key_of(definition, step) if self._asks_ahead else None
        place = (named.name, tuple(offset_of(detail.node) for detail in details), known)
        selection = below.get(place)
        if selection is None:
            selection = below[place] = self._selection(named, details, known)
        return selection


def offset_of(node: FieldNode) -> int:
    """Where a field node begins in its document."""
    assert node.loc is not None  # noqa: S101 - documents are parsed with locations
    return node.loc.start
