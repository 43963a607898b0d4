"""Parsing and validation: Strawberry's own errors, at a bounded cost."""

from __future__ import annotations

import re

import msgspec
import pytest
import strawberry
from graphql import GraphQLError, GraphQLSyntaxError, Source, ValidationRule
from hypothesis import given, settings
from hypothesis import strategies as st
from strawberry.extensions import (
    AddValidationRules,
    DisableIntrospection,
    DisableValidation,
    MaxAliasesLimiter,
    MaxTokensLimiter,
    QueryDepthLimiter,
    SchemaExtension,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.exceptions import CannotGetOperationTypeError

from gateway.admission.validation import Reader, _LocatedSource
from gateway.vocabulary.errors import RuleError
from gateway.vocabulary.settings import LimitSettings
from tests.admission.hostile import FAMILIES, SCHEMA, Query, times


def errors(text: str, schema: strawberry.Schema = SCHEMA) -> list[GraphQLError]:
    reader = Reader(schema, LimitSettings())
    try:
        return list(reader.validate(reader.parse(text)))
    except GraphQLSyntaxError as error:
        return [error]


def shown(found: list[GraphQLError] | None) -> list[tuple[str, object]]:
    return [(error.message, error.locations) for error in found or ()]


def of_strawberry(text: str, schema: strawberry.Schema = SCHEMA) -> list[tuple[str, object]]:
    return shown(schema.execute_sync(text, root_value=Query()).errors)


def without_suggestion(message: str) -> str:
    return re.split(r"\.? Did you mean|, found:|\.$", message, maxsplit=1)[0]


class Watcher(SchemaExtension):
    """An extension with a hook of its own, which may do anything."""

    def on_operation(self):
        raise AssertionError("run outside of a request")


class NoX(ValidationRule):
    def enter_field(self, node, *_):
        if node.name.value == "x":
            self.report_error(GraphQLError("x is not for you.", node))


class Broken(ValidationRule):
    def enter_field(self, node, *_):
        raise KeyError(node.name.value)


class Raising(ValidationRule):
    def enter_field(self, node, *_):
        raise GraphQLError("No fields today.", node)


def schema_with(*extensions, **config) -> strawberry.Schema:
    return strawberry.Schema(Query, extensions=list(extensions), config=StrawberryConfig(**config))


WORDS = [
    *"{{}}()[]:!$=@",
    *("...", "on", "query", "mutation", "fragment", "x", "y", "f", "q", "thing", "id", "a", "by", "zz"),
    *("Query", "Int", "Thing", "F", "skip", "if", "true", "1", "null", '"t"'),
]
PARTS = """\
{ x }
{ z q { ...F } }
{ x { y } q }
{ f(a: $w) }
{ f(a: "1", c: 1, a: 2, by: {c: 1}) }
{ f(a: 1) f(a: 2) }
{ thing { id ... on ThingNumber1 { field10 } } }
{ x @skip y @nope @nope }
{ }
query A { x }
query A($v: Int, $v: Int, $u: [Wide!]) { f(a: $v, b: $u) }
mutation M { x }
fragment F on Query { x y }
fragment F on Query { ...F }
fragment G on Querry { x }
type T { a: Int }
# { comment""".splitlines()


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS)).map(" ".join) | st.lists(st.sampled_from(PARTS), min_size=1).map("\n".join))
def test_errors_are_those_of_strawberry(text):
    """Message and place of each error are what `schema.execute` gives, suggestions after the fifth error left out."""
    try:
        expected = of_strawberry(text) if text else [("Syntax Error: Unexpected <EOF>.", [(1, 1)])]
    except CannotGetOperationTypeError:
        # It never came to validation.
        return

    found = shown(errors(text))

    assert expected[:5] == found[:5]
    assert [(without_suggestion(message), places) for message, places in expected] == [
        (without_suggestion(message), places) for message, places in found
    ]


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (schema_with(DisableIntrospection), "{ __schema { types { name } } }"),
        (schema_with(lambda: MaxAliasesLimiter(max_alias_count=1)), "{ a: x b: x }"),
        (schema_with(lambda: MaxTokensLimiter(max_token_count=3)), "{ x x }"),
        (schema_with(lambda: QueryDepthLimiter(max_depth=1)), "{ q { q { q { x } } } }"),
        (schema_with(lambda: AddValidationRules([NoX])), "{ x }"),
        (schema_with(lambda: AddValidationRules([NoX]), DisableValidation, lambda: AddValidationRules([NoX])), "{ x }"),
        (schema_with(lambda: AddValidationRules([Broken])), "{ x }"),
        (schema_with(lambda: AddValidationRules([Raising])), "{ x }"),
        (schema_with(disable_field_suggestions=True), "{ xx }"),
        (schema_with(), "{ xx }"),
    ],
)
def test_rules_of_extensions_count(schema, text):
    """Rules and parser options that extensions choose are kept to, and so is the schema's configuration."""
    expected = of_strawberry(text, schema)

    assert expected
    assert expected == shown(errors(text, schema))


def test_validation_can_be_switched_off():
    """A schema that disables validation finds nothing wrong."""
    assert [] == errors("{ nowhere }", schema_with(DisableValidation))


def test_other_extensions_are_left_alone():
    """A hook that might do anything is not run to find the rules."""
    assert [] == errors("{ x }", schema_with(Watcher))


def test_a_long_message_is_cut():
    """An error that repeats a long literal shows its beginning and says how long it is."""
    (syntax,) = errors('"' + "a" * 5_000 + '"')
    wrong, *_ = errors('{ f(a: "' + "a" * 5_000 + '") }')

    assert len(syntax.message) < 1_100
    assert wrong.message.startswith('Int cannot represent non-integer value: "aaa')
    assert wrong.message.endswith("a... (5,042 characters)")


def test_long_messages_end_validation():
    """Errors that each repeat a large object are given up as too many."""
    found = errors(f"{{ f(by: {{ {times(1_000, 'name_of_a_field_#: 1')} }}) }}")

    assert len(found) < 10
    assert "Too many validation errors, error limit reached. Validation aborted." == found[-1].message


def test_suggestions_end():
    """Only the first errors suggest a name: each costs a comparison with all that could be meant."""
    suggestions = ["Did you mean" in error.message for error in errors(FAMILIES["unknown fields"](20))]

    assert [True] * 5 + [False] * 15 == suggestions


@pytest.mark.parametrize("count", [20, 300])
def test_comparisons_are_bounded(count):
    """As many comparisons as the setting allows find the conflicts; more refuse the document."""
    reader = Reader(SCHEMA, msgspec.structs.replace(LimitSettings(), max_comparisons=1_000))
    document = reader.parse(FAMILIES["one field again and again"](count))

    if count == 20:
        assert [] == reader.validate(document)
    else:
        with pytest.raises(RuleError) as caught:
            reader.validate(document)
        assert "LIMIT_EXCEEDED" == caught.value.code
        assert (
            "document: expected at most 1,000 comparisons of fields that share a response name, got more"
            " (max_comparisons)" == caught.value.client_message
        )


def test_too_many_conflicts_are_errors():
    """Conflicts beyond the number of errors that validation allows end it as any errors do."""
    found = errors(f"{{ q {{ {times(150, 'f(a: #)')} }} }}")

    assert "Too many validation errors, error limit reached. Validation aborted." == found[-1].message


def test_what_validation_gives_up_is_refused():
    """Where graphql-core stops for the work that fragments make, the document exceeds a limit and is no bug."""
    with pytest.raises(RuleError) as caught:
        errors(FAMILIES["operations over one large fragment"](300))

    assert "LIMIT_EXCEEDED" == caught.value.code
    assert "fewer operations" in caught.value.client_message


@settings(deadline=None)
@given(st.text("ab\n\r"), st.data())
def test_locations_are_those_of_graphql_core(text, data):
    """Line and column of a place are what graphql-core finds by reading the text from its beginning."""
    position = data.draw(st.integers(0, len(text)))
    if text[position - 1 : position + 1] == "\r\n":
        # No token begins within a line break.
        position -= 1

    assert Source(text).get_location(position) == _LocatedSource(text).get_location(position)
