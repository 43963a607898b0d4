"""A plan made runnable: its names and offsets looked up in the schema and the document, once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    Visitor,
    visit,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.schema_converter import GraphQLCoreConverter

from ..declare.graph import Graph
from ..operations.plan import BatchedCall, Field, Load, Plan, Resolver, Selection
from .arguments import Arguments
from .letting_go import let_go_of_values
from .placing import Placer
from .shapes import ListShape, Shape, shape_of
from .sharing import sharing_of
from .steps import Step, step_for


class LinkedField:
    """A field of the plan with what it names: definition, nodes, shape, and the step that gives its values."""

    __slots__ = (
        "arguments",
        "converter",
        "definition",
        "details",
        "is_projected",
        "keeps_path",
        "key",
        "nodes",
        "parent_type",
        "placer",
        "plan",
        "schema",
        "selection",
        "shape",
        "step",
    )
    # Named for the compiler: what may be deleted.
    __deletable__ = ("shape", "step")

    def __init__(self, link: _Link, plan: Field, parent_type: GraphQLObjectType) -> None:
        self.plan = plan
        self.key = plan.key
        self.schema = link.schema
        self.converter: GraphQLCoreConverter = link.converter
        self.parent_type = parent_type
        definition = link.schema.get_field(parent_type, plan.name)
        assert definition is not None  # noqa: S101 - the plan was made for this schema
        self.definition: GraphQLField = definition
        self.nodes: list[FieldNode] = [link.nodes[offset] for offset in plan.at]
        self.details = [FieldDetails(node, None) for node in self.nodes]
        self.arguments = Arguments(definition, self.nodes[0])
        self.shape: Shape = shape_of(definition.type, self)
        self.selection = None if plan.selection is None else link.selection(plan.selection)
        #: Whether its response path is kept: it, or something below it, hands out paths.
        self.keeps_path: bool = _takes_path(plan) or (self.selection is not None and self.selection.keeps_paths)
        self.step: Step = step_for(self)
        #: Places whole columns by generated code, once the plan has some.
        self.placer: Placer | None = None
        #: Whether generated code has put the field's value in place before its step could.
        self.is_projected = False


class LinkedSelection:
    """The fields at one position by runtime type, and the empty object that each type's answer begins as."""

    __slots__ = ("_templates", "by_type", "is_shareable", "keeps_paths", "only_fields")

    def __init__(self, link: _Link, plan: Selection) -> None:
        self.by_type: dict[str, tuple[LinkedField, ...]] = {
            name: tuple(LinkedField(link, field, link.object_type(name)) for field in fields)
            for name, fields in plan.fields.items()
        }
        #: The fields where the runtime type can be no other.
        self.only_fields = next(iter(self.by_type.values())) if len(self.by_type) == 1 else None
        #: Whether nothing below may tell one parent from another that has the same value: no resolver runs. Nor may
        #: there be lists of objects, whose items count as often as they stand in the answer.
        self.is_shareable: bool = all(_is_shareable(field) for fields in self.by_type.values() for field in fields)
        self.keeps_paths: bool = any(field.keeps_path for fields in self.by_type.values() for field in fields)
        self._templates = {name: dict.fromkeys(field.key for field in fields) for name, fields in plan.fields.items()}

    def template(self, type_name: str) -> dict[str, Any]:
        """The response keys of that runtime type, in order, all null; copied for each object."""
        return self._templates[type_name]

    def all_fields(self) -> Iterator[LinkedField]:
        """Every field here and below; those of a selection that several share once."""
        open_ones, seen = [self], {id(self)}
        while open_ones:
            for fields in open_ones.pop().by_type.values():
                for field in fields:
                    yield field
                    if field.selection is not None and id(field.selection) not in seen:
                        seen.add(id(field.selection))
                        open_ones.append(field.selection)


class LinkedPlan:
    """A plan that can run, any number of times and at the same time."""

    __slots__ = ("document", "fragments", "has_code", "operation", "plan", "root", "schema", "sharing")

    def __init__(
        self,
        graph: Graph,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        plan: Plan,
    ) -> None:
        """Link *plan*, which was made for this operation of the document and this graph."""
        self.plan = plan
        self.document = document
        self.operation = operation
        self.fragments = fragments
        self.schema = graph.schema._schema  # noqa: SLF001 - Strawberry has no public way to graphql-core's schema
        link = _Link(self.schema, graph.schema.schema_converter, document)
        self.root = link.selection(plan.root)
        #: What a query's answer hangs on, where requests may share it.
        self.sharing = sharing_of(self.root) if plan.operation == "query" else None
        if self.sharing is not None:
            let_go_of_values(self.root)
        #: Whether code has been generated for it.
        self.has_code = False

    def __del__(self) -> None:
        """Part its fields from their steps and shapes, which know each other: the plan is gone with its last run.

        Plans of documents that never come again would else wait for Python's collector, which seldom looks at what is
        that old, and holds up every request when it does.
        """
        root: LinkedSelection | None = getattr(self, "root", None)
        for field in root.all_fields() if root is not None else ():
            del field.step, field.shape


class _Link:
    """What linking needs at every position."""

    def __init__(self, schema: GraphQLSchema, converter: GraphQLCoreConverter, document: DocumentNode) -> None:
        self.schema = schema
        self.converter = converter
        self.nodes = _nodes_by_offset(document)
        # Selections that types share in the plan stay shared.
        self._selections: dict[int, LinkedSelection] = {}

    def selection(self, plan: Selection) -> LinkedSelection:
        known = self._selections.get(id(plan))
        if known is None:
            known = self._selections[id(plan)] = LinkedSelection(self, plan)
        return known

    def object_type(self, name: str) -> GraphQLObjectType:
        type_ = self.schema.type_map[name]
        assert isinstance(type_, GraphQLObjectType)  # noqa: S101 - plans list runtime types
        return type_


def _nodes_by_offset(document: DocumentNode) -> dict[int, FieldNode]:
    finder = _Finder()
    visit(document, finder)
    return finder.nodes


class _Finder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.nodes: dict[int, FieldNode] = {}

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if node.loc is not None:
            self.nodes[node.loc.start] = node


def _is_shareable(field: LinkedField) -> bool:
    if isinstance(field.plan.step, Resolver | BatchedCall):
        return False
    return field.selection is None or (field.selection.is_shareable and not isinstance(field.shape, ListShape))


def _takes_path(field: Field) -> bool:
    """Whether the field's own step hands out its path."""
    step = field.step
    return (isinstance(step, Resolver) and step.takes_info) or (isinstance(step, Load) and bool(step.guards))
