"""Variants: the boolean variables that `@skip` and `@include` read, each combination of which is planned by itself.

Planning by actual values keeps key order and merged selections exactly as the specification's CollectFields gives
them. The store keeps a bounded number of variants an operation, so many conditions cost plans, not memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import DirectiveNode, DocumentNode, VariableNode, Visitor, visit

from .fallback import Fallback

#: Sorted names and values: what a variant is kept under.
Variant = tuple[tuple[str, bool], ...]


def condition_variables(document: DocumentNode, *, of: str | None = None) -> tuple[str, ...]:
    """The names of the variables that decide which fields *document* selects, sorted.

    With *of* those that the directive of that name reads, such as `include`.
    """
    finder = _Finder(of)
    visit(document, finder)
    return tuple(sorted(finder.names))


def variant_of(names: tuple[str, ...], variables: Mapping[str, Any]) -> Variant | Fallback:
    """The variant that *variables* choose, those of other operations left out.

    A nullable variable may hold null where `@skip` needs a boolean (All Variable Usages Are Allowed, with a default):
    graphql-core then tells the error.
    """
    if not names:
        return ()
    values = [(name, variables[name]) for name in names if name in variables]
    if any(value is None for _, value in values):
        return Fallback.CONDITION_WITHOUT_VALUE
    return tuple(values)


class _Finder(Visitor):
    def __init__(self, directive: str | None) -> None:
        super().__init__()
        self._directive = directive
        self.names: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        if self._directive not in {None, node.name.value}:
            return
        for argument in node.arguments or ():
            if isinstance(argument.value, VariableNode):
                self.names.add(argument.value.name.value)
