"""Documents are read once and remembered within bounds, and say which of their operations is to run."""

from __future__ import annotations

import gc
import time
import tracemalloc

import msgspec
import pytest
from graphql import parse

from gateway.admission.documents import Document, Documents
from gateway.vocabulary.errors import ClientError, RuleError
from gateway.vocabulary.settings import LimitSettings
from tests.admission.hostile import FAMILIES, SCHEMA


def documents(**limits: int) -> Documents:
    return Documents(SCHEMA, msgspec.structs.replace(LimitSettings(), **limits))


def test_a_document_is_read_once():
    """The same text, as another string, gives the same document with its plans; another text gives another."""
    cache = documents()
    first = cache.get("query A { x }")
    first.plans["variant"] = "plan"

    again = cache.get(b"query A { x }".decode())

    assert first is again
    assert {"variant": "plan"} == again.plans
    assert first is not cache.get("query A  { x }")


def test_a_document_shows_what_it_holds():
    """Operations and fragments are found by name, an operation without a name by None."""
    document = documents().get("{ ...F } fragment F on Query { x }")

    assert () == document.errors
    assert [None] == list(document.operations)
    assert ["F"] == list(document.fragments)
    assert document.ast.definitions[0] is document.operation(None)
    assert "<Document of an unnamed operation: 0 errors, 0 plans>" == repr(document)


SEVERAL = "expected operationName, since the document holds"
TWO = "query A { x } query B { y }"


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("{ x }", None, "{"),
        ("query A { x }", None, "q"),
        ("query A { x }", "A", "q"),
        ("mutation B { x } " + TWO, "B", "m"),
    ],
)
def test_an_operation_is_found(text, name, expected):
    """The one that is named, the first where two share the name; without a name the only one."""
    operation = documents().get(text).operation(name)

    assert expected == text[operation.loc.start]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (TWO, None, f"{SEVERAL} 2 operations: A, B"),
        ("{ x } query A { x }", None, f"{SEVERAL} 2 operations: an unnamed one, A"),
        ("{ x } { y }", None, f"{SEVERAL} 2 operations: an unnamed one, an unnamed one"),
        ("{ x } " * 7, None, f"{SEVERAL} 7 operations: {', '.join(['an unnamed one'] * 5)}"),
        ("query A { x }", "B", "the document holds no operation 'B'"),
        ("query A { x }", "B" * 500, f"the document holds no operation '{'B' * 80}'"),
        ("query A { x }", "", "the document holds no operation to run"),
        ("{ x }", "A", "the document holds no operation 'A'"),
        ("fragment F on Query { x }", None, "the document holds no operation to run"),
        ("fragment F on Query { x }", "A", "the document holds no operation 'A'"),
        ("{", None, "the document holds no operation to run"),
    ],
)
def test_an_operation_that_is_not_clear_is_explained(text, name, expected):
    """What is missing is the client's to say: the name, or the operation of that name."""
    document = documents().get(text)

    with pytest.raises(ClientError) as caught:
        document.operation(name)

    assert "OPERATION_RESOLUTION_FAILURE" == caught.value.code
    assert expected == caught.value.client_message


def test_a_syntax_error_leaves_no_document():
    """The error is there instead, without the frames that raised it, which would keep the parser."""
    document = documents().get("query {")
    (error,) = document.errors

    assert document.ast is None
    assert "Syntax Error: Expected Name, found <EOF>." == error.message
    assert (None, None, None) == (error.__traceback__, error.__context__, error.__cause__)


def test_the_latest_used_are_remembered():
    """With no room for another, the one unused for longest is forgotten, its plans with it."""
    cache = documents(max_documents=2)
    first, second = cache.get("{ a: x }"), cache.get("{ b: x }")
    cache.get("{ a: x }")

    cache.get("{ c: x }")

    assert first is cache.get("{ a: x }")
    assert second is not cache.get("{ b: x }")


def test_remembered_bytes_are_bounded():
    """Documents are forgotten once they are estimated to take more than the setting; a huge one takes no place."""
    small = documents().get("{ a: x }").estimated_bytes
    cache = documents(max_document_cache_bytes=4 * small)
    texts = [f"{{ {alias}: x }}" for alias in "abcd"]
    kept = [cache.get(text) for text in texts]
    huge = cache.get("{ c: x x x x x x x x x x x x x }")

    assert huge is not cache.get("{ c: x x x x x x x x x x x x x }")
    assert kept == [cache.get(text) for text in texts]
    cache.get("{ e: x }")
    assert kept[0] is not cache.get(texts[0])


def test_plans_take_room():
    """What hangs on a document counts: others go for it, those unused for longest, but for one that is huge none."""
    small = documents().get("{ a: x }").estimated_bytes
    cache = documents(max_document_cache_bytes=8 * small)
    first, second, third = (cache.get(text) for text in ("{ a: x }", "{ b: x }", "{ c: x }"))

    second.grow(3 * small)
    again = cache.get("{ b: x }")
    assert second is not again
    assert (first, third) == (cache.get("{ a: x }"), cache.get("{ c: x }"))
    for text in ("{ d: x }", "{ e: x }", "{ f: x }", "{ g: x }", "{ h: x }", "{ a: x }"):
        cache.get(text)
    first.grow(small)

    assert first is cache.get("{ a: x }")
    assert third is cache.get("{ c: x }")
    assert again is not cache.get("{ b: x }")


@pytest.mark.parametrize("wrong", ["{ z# }", "{ z#"])
def test_invalid_documents_do_not_drive_out_valid_ones(wrong):
    """However many invalid documents come, a valid one stays."""
    cache = documents(max_documents=8)
    valid = cache.get("{ x }")

    for number in range(100):
        cache.get(wrong.replace("#", str(number)))

    assert valid is cache.get("{ x }")


@pytest.mark.parametrize("text", ["{ nowhere }", "{ x", "query A { x } query A { y }"])
def test_an_invalid_document_is_remembered(text):
    """What is sent again is not validated again, in an eighth of the room for valid ones."""
    cache = documents(max_documents=8)
    invalid = cache.get(text)

    assert invalid.errors
    assert invalid is cache.get(text)
    cache.get("{ other }")
    assert invalid is not cache.get(text)


def test_what_exceeds_a_limit_is_refused_each_time():
    """A refused document is not remembered, and refused again."""
    cache = documents(max_aliases=0)

    for _ in range(2):
        with pytest.raises(RuleError, match="expected at most 0 aliases, got 1"):
            cache.get("{ a: x }")


def test_two_caches_share_nothing():
    """Each schema has documents of its own."""
    assert documents().get("{ x }") is not documents().get("{ x }")


@pytest.mark.parametrize("family", ["operations", "comments", "a long list", "input objects", "one field with objects"])
def test_what_a_document_takes_is_not_underestimated(family):
    """The estimate is at least what a parsed document takes, and no more than five times as much."""
    text = FAMILIES[family](36)
    estimated = documents().get(text).estimated_bytes

    gc.collect()
    tracemalloc.start()
    document = Document(text, 0, parse(text), [])
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert document.ast is not None
    assert taken <= estimated <= 5 * taken


def test_a_remembered_document_costs_next_to_nothing():
    """Ten thousand look-ups of a page, each of a new string, take far less than reading it a hundred times would."""
    cache = documents()
    body = b"query Page { " + b"q { x y f(a: 1) } " * 15 + b"}"
    cache.get(body.decode())
    start = time.process_time()

    for _ in range(10_000):
        cache.get(body.decode())

    assert time.process_time() - start < 0.5
