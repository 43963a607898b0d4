"""The combinations of conditions that are planned where no request gives variables."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Final, NamedTuple

from graphql import BooleanValueNode, DocumentNode, OperationDefinitionNode

from .variants import condition_variables

#: The most variables of which both values are tried: 256 combinations.
MAX_VARIABLES: Final = 8


class Conditions(NamedTuple):
    """Values of the variables that decide which fields an operation has, by name: every combination.

    The first has what a client is likeliest to send. `untried` are the variables that have one value in all of them
    though nobody has chosen it, since there are too many.
    """

    combinations: tuple[Mapping[str, bool], ...]
    untried: tuple[str, ...] = ()


def conditions_of(document: DocumentNode, operation: OperationDefinitionNode, chosen: Mapping[str, bool]) -> Conditions:
    """The combinations of *operation*'s conditions in which the variables that are *chosen* have that value.

    In the first one the others have their defaults. One without a default is true where an `@include` reads it, and
    else false: what selects most where no condition excludes another.
    """
    names, included = condition_variables(document), condition_variables(document, of="include")
    likeliest: dict[str, bool] = {}
    for definition in operation.variable_definitions or ():
        name, default = definition.variable.name.value, definition.default_value
        if name in names:
            given = default.value if isinstance(default, BooleanValueNode) else name in included
            likeliest[name] = chosen.get(name, given)
    free = [name for name in likeliest if name not in chosen]
    tried, untried = free[:MAX_VARIABLES], free[MAX_VARIABLES:]
    choices = product(*((likeliest[name], not likeliest[name]) for name in tried))
    combinations = tuple(likeliest | dict(zip(tried, values, strict=True)) for values in choices)
    return Conditions(combinations, tuple(untried))
