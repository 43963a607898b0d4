"""Parsing and validation as a schema wants them, the schema's own extensions included, at a bounded cost.

The errors are those that Strawberry gives, but for three bounds that only absurd documents reach: an error's message is
cut, many long messages end validation as many errors do, and names are suggested in the first errors alone.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final, TypeAlias

import strawberry
from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OverlappingFieldsCanBeMergedRule,
    Source,
    SourceLocation,
    ValidationContext,
    ValidationRule,
    parse,
)
from graphql.validation.validate import ValidationAbortedError
from strawberry.extensions import AddValidationRules, DisableValidation, MaxTokensLimiter
from strawberry.schema.schema import validate_document
from strawberry.types.execution import ExecutionContext

from ..vocabulary.errors import RuleError
from ..vocabulary.settings import LimitSettings
from .introspection import NoHints, NoIntrospection, without_hint
from .scan import line_starts

_Rules: TypeAlias = tuple[type[ASTValidationRule], ...]

# Extensions whose start hook does no more than choose rules and parser options. Any other hook might do anything, and
# runs where Strawberry runs it: around the request.
_CHOOSING_HOOKS: Final = (
    AddValidationRules.on_operation,
    DisableValidation.on_operation,
    MaxTokensLimiter.on_operation,
)
_MAX_MESSAGE_CHARS: Final = 1_000
# graphql-core stops after 100 errors, yet each may print a whole literal, and each reads the text to find its lines.
_MAX_MESSAGES_CHARS: Final = 50_000
_TEXT_CHARS_LIKE_ONE_WRITTEN: Final = 50
# Each suggestion compares the name with every name of the schema that could have been meant: up to 60 ms an error.
_ERRORS_WITH_SUGGESTIONS: Final = 5


class Reader:
    """Parses and validates documents for one schema.

    Where it does not *shows_schema*, introspection is refused, also where extensions switch validation off, and errors
    suggest no names.
    """

    def __init__(self, schema: strawberry.Schema, limits: LimitSettings, *, shows_schema: bool = True) -> None:
        self._schema = schema
        self._shows_schema = shows_schema
        rules, self._parse_options = _choices(schema)
        overlapping = _overlapping_rule(limits.max_comparisons)
        rules = tuple(overlapping if rule is OverlappingFieldsCanBeMergedRule else rule for rule in rules)
        self._rules: _Rules = rules if shows_schema else (NoHints, NoIntrospection, *rules)

    def parse(self, text: str) -> DocumentNode:
        """The document of *text*.

        Raises:
            GraphQLSyntaxError: *text* is no GraphQL.
        """
        try:
            document = parse(_LocatedSource(text), **self._parse_options)
        except GraphQLSyntaxError as error:
            if not self._shows_schema:
                without_hint(error)
            raise
        _part_tokens(document)
        return document

    def validate(self, document: DocumentNode) -> Sequence[GraphQLError]:
        """What is wrong with *document*; nothing when the schema's extensions switch validation off.

        Raises:
            RuleError: LIMIT_EXCEEDED, its fields or fragments take too many comparisons.
        """
        if not self._rules:
            return ()
        try:
            errors = validate_document(self._schema._schema, document, (_Meter, *self._rules))  # noqa: SLF001
        except RuleError:
            raise
        except Exception as bug:  # noqa: BLE001 - in a rule: it fails this document, as Strawberry has it
            return [bug if isinstance(bug, GraphQLError) else GraphQLError(str(bug), original_error=bug)]
        if errors and errors[-1].message == "Validation aborted.":
            raise RuleError(
                "document: expected fewer operations that spread fewer fragments, got more than validation follows",
                code="LIMIT_EXCEEDED",
            )
        if not self._shows_schema:
            return [without_hint(error) for error in errors]
        if self._schema.config.disable_field_suggestions:
            for error in errors:
                self._schema.remove_field_suggestion(error)
        return errors


def _part_tokens(document: DocumentNode) -> None:
    """Let no token know the next and the last one, which only the parser asks for.

    Else each document was a ring, and stayed in memory after it had been forgotten until Python's collector found it.
    """
    token = document.loc.start_token if document.loc is not None else None
    while token is not None:
        following, token.prev, token.next = token.next, None, None
        token = following


class _LocatedSource(Source):
    """A source that finds its lines once: graphql-core's reads the text anew for the location of each error."""

    @cached_property
    def _line_starts(self) -> array[int]:
        return line_starts(self.body)

    def get_location(self, position: int) -> SourceLocation:
        """The line and column of *position*."""
        line = bisect_right(self._line_starts, position)
        return SourceLocation(line, position + 1 - self._line_starts[line - 1])


class _Meter(ValidationRule):
    """No rule: bounds what the others' errors cost. First of all, since some report when they are made."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._report = context.on_error
        text = context.document.loc.source.body if context.document.loc else ""
        self._chars_an_error = len(text) // _TEXT_CHARS_LIKE_ONE_WRITTEN
        self._errors = self._chars = 0
        context.on_error = self._on_error  # type: ignore[method-assign]  # an attribute in truth

    def _on_error(self, error: GraphQLError) -> None:
        self._errors += 1
        self._chars += len(error.message) + self._chars_an_error
        self._report(shorten(error))
        if self._errors == _ERRORS_WITH_SUGGESTIONS:
            self.context._hide_suggestions = True  # noqa: SLF001 - there is no way to say so midway
        if self._chars > _MAX_MESSAGES_CHARS:
            raise ValidationAbortedError("Too many validation errors, error limit reached. Validation aborted.")


def shorten(error: GraphQLError) -> GraphQLError:
    """*error*, its message cut where it goes on for pages; it may repeat a literal of the document."""
    length = len(error.message)
    if length > _MAX_MESSAGE_CHARS:
        error.message = f"{error.message[:_MAX_MESSAGE_CHARS]}... ({length:,} characters)"
    return error


def _overlapping_rule(max_comparisons: int) -> type[OverlappingFieldsCanBeMergedRule]:
    """The rule that compares fields pair by pair, with a budget of our own: graphql-core's allows it seconds."""

    class Bounded(OverlappingFieldsCanBeMergedRule):
        def __init__(self, context: ValidationContext) -> None:
            super().__init__(context)
            self.rule_context.remaining_complexity_budget = max_comparisons

        def enter_selection_set(self, *arguments: Any) -> None:
            try:
                super().enter_selection_set(*arguments)
            except ValidationAbortedError:
                if self.rule_context.remaining_complexity_budget >= 0:
                    raise
                raise RuleError(
                    f"document: expected at most {max_comparisons:,} comparisons of fields that share a response name,"
                    " got more (max_comparisons)",
                    code="LIMIT_EXCEEDED",
                ) from None

    return Bounded


def _choices(schema: strawberry.Schema) -> tuple[_Rules, dict[str, Any]]:
    """The validation rules and the parser's options that *schema* uses, those of its extensions included."""
    context = ExecutionContext(query=None, schema=schema, allowed_operations=())
    for extension in schema.get_extensions():
        hook: Any = type(extension).on_operation
        if hook in _CHOOSING_HOOKS:
            extension.execution_context = context
            with contextmanager(hook)(extension):
                pass
    return context.validation_rules, dict(context.parse_options)
