"""Arguments of declared loads: coerced like any field's, once for all parents. GraphQL specification, section 6.4.1."""

from enum import Enum
from typing import Annotated

import msgspec
import pytest
import strawberry

from gateway import Call, Keys, arg, get, graph, load, object_of
from tests.declare import library
from tests.declare.library import BOOKS, BookRecord, query_of
from tests.execution.agreeing import agree


@strawberry.enum
class Measure(Enum):
    METRE = 1
    MILE = 1609


Limit = Annotated[int, msgspec.Meta(le=10)]


class PageRecord(msgspec.Struct, frozen=True):
    shelf: int
    text: str


@library.books.many(by=PageRecord.shelf)
def pages(
    shelves: Keys[int], *, words: list[str] | None = None, unit: Measure = Measure.METRE, limit: Limit = 3
) -> Call[list[PageRecord]]:
    return get("/pages", shelf=shelves, words=words, unit=unit.name, limit=limit, into=list[PageRecord])


@object_of(PageRecord)
class Page:
    text: str


@object_of(BookRecord)
class PagedBook:
    title: str
    some: list[Page] | None = load(pages, key=BookRecord.shelf)
    pages: list[Page] = load(pages, key=BookRecord.shelf)


_PAGES = graph(query=query_of(books=(list[PagedBook], load(library.books_on_shelf, key=arg("shelf", int)))))
_ROUTES = {"books": {"GET /books": BOOKS, "GET /pages": [PageRecord(1, "p1"), PageRecord(2, "p2")]}}


@pytest.mark.parametrize(
    ("arguments", "variables", "asked"),
    [
        ("", {}, "unit=METRE&limit=3"),
        ('(words: ["a", "b"], unit: MILE)', {}, "words=a&words=b&unit=MILE&limit=3"),
        ("(limit: $n)", {"n": 9}, "unit=METRE&limit=9"),
        ("(limit: $n)", {}, "unit=METRE&limit=7"),
        ("(words: $w)", {"w": None}, "unit=METRE&limit=3"),
    ],
)
async def test_a_loads_arguments_are_coerced_alike(arguments, variables, asked):
    """The loader gets Python's values: defaults filled in, enums as members, names of its own."""
    declared = {"n": "$n: Int! = 7", "w": "$w: [String!]"}
    used = "".join(f"({text})" for name, text in declared.items() if f"${name}" in arguments)

    answer = await agree(
        _PAGES, f"query {used} {{books(shelf: 1) {{pages{arguments} {{text}}}}}}", variables, backends=_ROUTES
    )

    assert [{"pages": [{"text": "p1"}]}] * 2 == answer.data["books"]
    assert [f"GET /pages?shelf=1&{asked}"] == answer.asked[1:]


@pytest.mark.parametrize(("limit", "variables"), [("11", {}), ("$n", {"n": 11})], ids=["written", "by_variable"])
async def test_an_argument_outside_of_its_limits_fails_the_field_of_each_parent(limit, variables):
    """Nothing is asked for with it, and the rest of the answer is there."""
    used = "($n: Int!)" if variables else ""

    answer = await agree(
        _PAGES, f"query {used} {{books(shelf: 1) {{title some(limit: {limit}) {{text}}}}}}", variables, backends=_ROUTES
    )

    assert [{"title": "Engines", "some": None}, {"title": "Wires", "some": None}] == answer.data["books"]
    assert [["books", 0, "some"], ["books", 1, "some"]] == [error["path"] for error in answer.errors]
    assert ["BAD_USER_INPUT"] * 2 == [error["extensions"]["code"] for error in answer.errors]
    assert 1 == len(answer.asked)
