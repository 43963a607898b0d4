"""Whatever document is sent, it is answered soon, in little memory, and with an error that says what is too much."""

from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress

import msgspec
import pytest

from gateway.admission.documents import Document, Documents
from gateway.vocabulary.errors import RuleError
from gateway.vocabulary.settings import LimitSettings
from tests.admission.hostile import FAMILIES, SCHEMA, chain, nested, times

MIB = 1024 * 1024
# The size of the text does not refuse them, so that each limit has to hold by itself.
ANY_SIZE = msgspec.structs.replace(LimitSettings(), max_document_bytes=2 * MIB)

TOO_MUCH = {
    "10,000 aliases": (f"{{ q {{ {times(10_000, 'a#: x')} }} }}", "6,000 tokens, got 30,005"),
    "1,000 aliases": (f"{{ q {{ {times(1_000, 'a#: x')} }} }}", "30 aliases, got 1,000"),
    "aliases behind fragments": (
        "{ q { ...F0 } }" + chain(9, "fragment F# on Query { a: x ...F+ ...F+ }", "fragment F# on Query { b: x }"),
        "30 aliases, got 1,023",
    ),
    "500 selections deep": (nested(500, "{q", "{x}", "}"), "50 brackets within each other, got 501"),
    "30 fields deep": (nested(30, "{q", "{x}", "}"), "20 fields within each other, got 31"),
    "30 fields deep behind fragments": (
        "{ ...F0 }" + chain(30, "fragment F# on Query { q { ...F+ } }", "fragment F# on Query { x }"),
        "50 selection sets within each other, got 62",
    ),
    "5,000 fragments deep": (FAMILIES["fragments in a chain"](700), "50 selection sets within each other, got 702"),
    "10,000 lists deep": ("{ f(l: " + nested(10_000, "[", "1", "]") + ") }", "6,000 tokens, got 20,008"),
    "2,000 lists deep": ("{ f(l: " + nested(2_000, "[", "1", "]") + ") }", "50 brackets within each other, got 2,002"),
    "open lists": ("{ f(l: " + "[" * 5_000, "50 brackets within each other, got 5,002"),
    "open parentheses": ("{ f" + "(" * 5_000, "50 brackets within each other, got 5,001"),
    "700 objects deep": (
        "{ f(by: " + nested(700, "{b: ", "null", "}") + ") }",
        "50 brackets within each other, got 702",
    ),
    "deep types": (f"query ($v: {nested(100, '[', 'Int', ']')}) {{ x }}", "50 brackets within each other, got 101"),
    "fields that double thirty times": (
        "{ q { ...F0 } }" + chain(30, "fragment F# on Query { ...F+ ...F+ }", "fragment F# on Query { x }"),
        "2,000 fields and spreads, got more than 1,000,000,000",
    ),
    "empty fragments that double": (
        FAMILIES["empty fragments that double"](30),
        "2,000 fields and spreads, got more than 1,000,000,000",
    ),
    "fragments nobody spreads that double": (
        "{ x }" + chain(30, "fragment F# on Query { ...F+ ...F+ }", "fragment F# on Query { x }"),
        "2,000 fields and spreads, got more than 1,000,000,000",
    ),
    "root fields that double": (FAMILIES["fragments that double"](8), "20 root fields, got 256"),
    "a name of a mebibyte": ("{ " + "a" * MIB + " }", "100 characters in a name or number, got 1,048,576"),
    "a number of a mebibyte": ("{ f(a: " + "1" * MIB + ") }", "100 characters in a name or number, got 1,048,576"),
    "100,000 tokens": (f"{{ {'x ' * 100_000} }}", "6,000 tokens, got 100,002"),
    "100,000 comments": ("{ x }" + "#\n" * 100_000, "6,000 tokens, got 100,003"),
    "a mebibyte of lines": ("\n" * (MIB - 10) + "{ x }", "6,000 lines, got 1,048,567"),
    "a mebibyte of braces": ("{" * MIB, "6,000 tokens, got 1,048,576"),
    "10,000 directives": ("{ x " + "@skip(if: true) " * 10_000 + "}", "6,000 tokens, got 70,003"),
    "500 directives": ("{ x " + "@skip(if: true) " * 500 + "}", "100 directives, got 500"),
    "5,000 fragments": (FAMILIES["fragments side by side"](5_000), "6,000 tokens, got 60,005"),
    "490 fragments": (FAMILIES["fragments side by side"](490), "50,000 comparisons"),
    "10,000 variables": (FAMILIES["variables"](10_000), "6,000 tokens, got 110,008"),
    "500 variables": (FAMILIES["variables"](500), "50,000 comparisons"),
    "one field with 900 arguments": (FAMILIES["one field with many arguments"](900), "50,000 comparisons"),
}  # fmt: skip

WRONG = {
    "a ring of fragments": (FAMILIES["fragments in a ring"](40), "Cannot spread fragment"),
    "fragments in every direction": (FAMILIES["fragments in every direction"](6), "Cannot spread fragment"),
    "lines before errors": (FAMILIES["lines before errors"](5_900), "Cannot query field"),
    "lines before errors at two places": (FAMILIES["lines before errors at two places"](3_000), "Variable '$v0'"),
    "unknown fields": (FAMILIES["unknown fields"](1_900), "Cannot query field 'wideFieldWithALongName0x'"),
    "unknown input fields": (FAMILIES["unknown input fields"](900), "Expected value of type 'Filter'"),
    "a string of a mebibyte for a number": (FAMILIES["a long string in the place of a number"](MIB), "Int cannot"),
    "a string that does not end": ('{ f(text: "' + "a" * MIB, "Syntax Error: Unterminated string."),
    "a string in the wrong place": ('{ "' + "a" * MIB + '" }', "Syntax Error: Expected Name, found String"),
    "an escape that does not end": ('"\\' * (MIB // 2), "Syntax Error: Invalid character escape"),
}

LONG_AND_VALID = {
    "a string of a mebibyte": FAMILIES["a long string"](MIB),
    "a comment of a mebibyte": "{ x } #" + "a" * MIB,
    "a mebibyte of spaces": "{ x }" + " " * MIB,
    "a block string of lines": FAMILIES["a block string of short lines"](5_000),
    "deep values": "{ f(by: " + nested(48, "{b: ", "null", "}") + ") }",
}


def read(text: str, limits: LimitSettings) -> Document:
    """The document of *text*, within 5 s of CPU."""
    start = time.process_time()
    try:
        return Documents(SCHEMA, limits).get(text)
    finally:
        assert time.process_time() - start < 5


@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_much_is_refused(name):
    """The limit that is exceeded is named, whatever else the document exceeds, and what came beside it."""
    text, expected = TOO_MUCH[name]

    with pytest.raises(RuleError) as caught:
        read(text, ANY_SIZE)

    assert "LIMIT_EXCEEDED" == caught.value.code
    assert caught.value.client_message.startswith(f"document: expected at most {expected}")
    assert len(caught.value.client_message) < 200


@pytest.mark.parametrize("name", WRONG)
def test_wrong_is_wrong_soon(name):
    """What is within the limits, but for its size, is refused as it always is, in messages of bounded length."""
    text, expected = WRONG[name]

    document = read(text, ANY_SIZE)

    assert document.errors[0].message.startswith(expected)
    assert len(document.errors) <= 101
    assert max(len(error.message) for error in document.errors) < 1_100


@pytest.mark.parametrize("name", LONG_AND_VALID)
def test_long_is_not_too_much(name):
    """Long strings, comments and spaces are valid where the size of the document allows them."""
    assert () == read(LONG_AND_VALID[name], ANY_SIZE).errors


def test_size_alone_refuses():
    """By default a document of a mebibyte is refused before anything in it is counted."""
    with pytest.raises(RuleError, match=r"expected at most 100,000 bytes, got 1,048,597"):
        read(LONG_AND_VALID["a string of a mebibyte"], LimitSettings())


@pytest.mark.parametrize("name", FAMILIES)
def test_a_thousand_of_anything_ends(name):
    """Whatever there is a thousand of, the document is valid, wrong or over a limit; nothing else is raised."""
    with suppress(RuleError):
        read(FAMILIES[name](30 if name == "fragments in every direction" else 1_000), LimitSettings())


BY_NAME = {**{name: text for name, (text, _) in (TOO_MUCH | WRONG).items()}, **LONG_AND_VALID}


@pytest.mark.parametrize(
    "name",
    [
        "a mebibyte of braces",
        "100,000 comments",
        "490 fragments",
        "unknown input fields",
        "a string of a mebibyte for a number",
        "a block string of lines",
    ],
)
def test_memory_is_bounded(name):
    """A mebibyte of text takes some tens of them, not hundreds."""
    tracemalloc.start()
    with suppress(RuleError):
        Documents(SCHEMA, ANY_SIZE).get(BY_NAME[name])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 50 * MIB
