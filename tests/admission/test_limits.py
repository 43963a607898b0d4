"""Each limit lets pass what it allows and refuses one more, with its setting, what it allows and what came."""

from __future__ import annotations

import msgspec
import pytest
from graphql import get_introspection_query, parse

from gateway.admission.limits import check_document, check_text
from gateway.vocabulary.errors import ClientError, RuleError
from gateway.vocabulary.settings import LimitSettings
from tests.admission.hostile import chain, nested, times


def limits(**changes: int) -> LimitSettings:
    return msgspec.structs.replace(LimitSettings(), **changes)


def check(text: str, allowed: LimitSettings) -> None:
    check_text(text, allowed)
    check_document(parse(text), allowed)


X = "fragment F on Query {x}"
LEVELS = "fields within each other"
SPREADS = "fields and spreads"
CASES = [
    # setting, limit, what just passes, what is refused, what is said
    ("max_document_bytes", 5, "{ x }", "{ é }", "bytes, got 6"),
    ("max_tokens", 4, "{x y}", "{x y z}", "tokens, got 5"),
    ("max_tokens", 4, "{x}#", "{x}#\n#", "tokens, got 5"),
    ("max_tokens", 4, "\n\n\n{x}", "\n\n\n\n{x}", "lines, got 5"),
    ("max_tokens", 8, '{f(a:"{ x")}', '{f(a:"" b:"")}', "tokens, got 11"),
    ("max_nesting", 3, "{f(a: [1])}", "{f(a: [[1]])}", "brackets within each other, got 4"),
    ("max_nesting", 2, f"{{...F}} {X}", f"{{...{{...F}}}} {X}", "selection sets within each other, got 3"),
    ("max_nesting", 2, f"{{x}} {X}", f"{{x}} fragment G on Query {{q {{...F}}}} {X}", "selection sets within"),
    ("max_name_length", 5, "query {xxxxx}", "query {xxxxxx}", "characters in a name or number, got 6"),
    ("max_name_length", 5, "{f(a: 12345)}", "{f(a: 123456)}", "characters in a name or number, got 6"),
    ("max_depth", 2, "{q {x}}", "{q {q {x}}}", f"{LEVELS}, got 3"),
    ("max_depth", 2, f"{{q {{...F}}}} {X}", f"{{q {{q {{...F}}}}}} {X}", f"{LEVELS}, got 3"),
    ("max_depth", 2, "{... {... {q {x}}}}", "{... {q {... {q {x}}}}}", f"{LEVELS}, got 3"),
    ("max_aliases", 1, "{a: x x}", "{a: x b: x}", "aliases, got 2"),
    ("max_aliases", 1, f"{{a: q {{...F}}}} {X}", "{...F q {...F}} fragment F on Query {a: x}", "aliases, got 2"),
    ("max_root_fields", 2, "{x y}", "{x x x}", "root fields, got 3"),
    ("max_root_fields", 2, "{x q {x y}}", f"{{x ... {{x ...F}}}} {X}", "root fields, got 3"),
    ("max_root_fields", 1, "query A {x} query B {x}", "query A {x} query B {x x}", "root fields, got 2"),
    ("max_directives", 1, "{x @a}", "{x @a @a}", "directives, got 2"),
    ("max_directives", 0, "{x}", "{...F} fragment F on Query @a {x}", "directives, got 1"),
    ("max_fields", 3, "{x q {x}}", "{x q {x y}}", f"{SPREADS}, got 4"),
    ("max_fields", 3, f"{{x ...F}} {X}", f"{{...F ...F}} {X}", f"{SPREADS}, got 4"),
    ("max_fields", 1, f"{{x}} {X}", "{x} fragment F on Query {x y}", f"{SPREADS}, got 2"),
]


@pytest.mark.parametrize(("setting", "limit", "passes", "refused", "said"), CASES)
def test_a_limit_is_the_most_that_passes(setting, limit, passes, refused, said):
    """What is as much as the limit passes; more is refused, and the message names the setting and both numbers."""
    allowed = limits(**{setting: limit})
    check(passes, allowed)

    with pytest.raises(RuleError) as caught:
        check(refused, allowed)

    assert "LIMIT_EXCEEDED" == caught.value.code
    assert caught.value.client_message.startswith(f"document: expected at most {limit} {said}")
    assert caught.value.client_message.endswith(f" ({setting})")


def test_large_numbers_are_grouped():
    """Thousands are set apart, and what is beyond a billion is no longer counted."""
    with pytest.raises(RuleError) as many:
        check(f"{{ q {{ {times(1_200, 'a#: x')} }} }}", limits(max_aliases=1_000))
    with pytest.raises(RuleError) as beyond:
        check(
            "{ q { ...F0 } }" + chain(30, "fragment F# on Query { ...F+ ...F+ }", "fragment F# on Query { x }"),
            LimitSettings(),
        )

    assert "document: expected at most 1,000 aliases, got 1,200 (max_aliases)" == many.value.client_message
    assert (
        "document: expected at most 2,000 fields and spreads, got more than 1,000,000,000 (max_fields)"
        == beyond.value.client_message
    )


def test_a_lone_surrogate_is_no_text():
    """Half of a character cannot be encoded: it is refused as no GraphQL, and the message itself can be encoded."""
    with pytest.raises(ClientError) as caught:
        check_text('{ f(text: "\ud800") }', LimitSettings())

    assert "GRAPHQL_PARSE_FAILED" == caught.value.code
    assert "document: expected Unicode text, got the lone surrogate U+D800 as character 12" == caught.value.detail


def test_what_cannot_be_lexed_passes_to_the_parser():
    """Only the parser says what is wrong with a text within the limits."""
    assert 2 == check_text('{ ? "unterminated }', LimitSettings())


@pytest.mark.parametrize("levels", [5, 9])
def test_introspection_passes(levels):
    """GraphiQL's introspection is within the default limits."""
    options = dict.fromkeys(
        ("specified_by_url", "directive_is_repeatable", "schema_description", "input_value_deprecation", "one_of"), True
    )

    check(get_introspection_query(**options, type_depth=levels), LimitSettings())


def test_a_page_of_forty_components_passes():
    """A page made of fragments, each with some fields and lists of its own, is within the default limits."""
    component = "fragment F# on Query { id name q { x y q { x y } f(a: 1, l: [1, 2]) @include(if: $more) } }"

    check(f"query Page($more: Boolean!) {{ q {{ {times(40, '...F#')} }} }} {times(40, component)}", LimitSettings())


def test_values_may_be_deep_within_reason():
    """Objects within objects pass to the nesting that the settings allow, the outer brackets included."""
    check(f"{{ f(by: {nested(48, '{b: ', 'null', '}')}) }}", LimitSettings())
