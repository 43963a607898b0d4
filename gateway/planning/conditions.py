"""The variant that is planned where no request gives variables: as chosen, by default, else with the most fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import BooleanValueNode, DirectiveNode, DocumentNode, OperationDefinitionNode, VariableNode, Visitor, visit

from .variants import condition_variables


def conditions_of(
    document: DocumentNode, operation: OperationDefinitionNode, chosen: Mapping[str, bool]
) -> dict[str, bool]:
    """A value for each variable of *operation* that decides which fields it has, by name.

    A variable that is not *chosen* has its default. One without a default is true where an `@include` reads it, and
    else false: the largest plan. Where `@skip` reads it too, the other value may give a larger one.
    """
    finder = _Includes()
    visit(document, finder)
    names = condition_variables(document)
    values: dict[str, bool] = {}
    for definition in operation.variable_definitions or ():
        name, default = definition.variable.name.value, definition.default_value
        if name in names:
            given = default.value if isinstance(default, BooleanValueNode) else name in finder.names
            values[name] = chosen.get(name, given)
    return values


class _Includes(Visitor):
    """Finds the variables that `@include` reads."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        for argument in node.arguments or ():
            if node.name.value == "include" and isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)
