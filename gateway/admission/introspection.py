"""What a schema that is not public keeps to itself: introspection, and the names that errors would suggest.

`__typename` stays: clients need it, and it names only what an answer holds anyway.
"""

from __future__ import annotations

import re
from typing import Any, Final

from graphql import FieldNode, GraphQLError, ValidationContext, ValidationRule

from ..vocabulary.errors import RuleError

_FIELDS: Final = frozenset({"__schema", "__type"})
# graphql-core gives some hints whatever is asked of it: `Did you mean 'me { ... }'?`, `, did you mean '...'?`.
_HINT: Final = re.compile(r",? did you mean [^?]*\?", re.IGNORECASE)


class NoIntrospection(ValidationRule):
    """Refuses to select the schema's own fields, wherever in the document."""

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Report `__schema` and `__type`."""
        if node.name.value in _FIELDS:
            refused = RuleError(f"{node.name.value} cannot be asked for here", code="INTROSPECTION_DISABLED")
            self.report_error(GraphQLError(refused.client_message, node, original_error=refused))


class NoHints(ValidationRule):
    """No rule: keeps the others from looking for names to suggest; before them, since some report when made."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        context._hide_suggestions = True  # noqa: SLF001 - Strawberry's validation has no way to say so


def without_hint(error: GraphQLError) -> GraphQLError:
    """*error*, its message without "did you mean"."""
    error.message = _HINT.sub("", error.message)
    return error
