"""References to several types: by a record's field, and by the type inside a global id."""

from typing import Annotated

import pytest
import strawberry
from strawberry import relay

from gateway import DeclarationError, arg, by_kind, graph, load, object_of, type_of_id
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from tests.declare import library, types
from tests.declare.library import AUTHORS, BOOKS, AuthorRecord, HitRecord, query_of
from tests.declare.types import Author, Book

Found = Annotated[Author | Book, strawberry.union("Found")]
_LOADERS = {"author": library.author_by_id, "book": library.book_by_id}


@object_of(HitRecord)
class Hit:
    kind: str
    item: Found | None = load(by_kind(HitRecord.kind, _LOADERS), key=HitRecord.id)


_SEARCH = graph(query=query_of(hits=(list[Hit], load(library.hits))))
_NODE = graph(
    query=query_of(
        node=(
            relay.Node | None,
            load(
                by_kind(type_of_id("id"), {"Author": library.author_by_id, "Book": library.book_by_id}),
                key=arg("id", relay.GlobalID),
            ),
        )
    ),
    types=[Author, Book],
)


async def test_a_field_says_by_which_loader():
    """Each kind's keys are one call to that kind's loader."""
    rows = [HitRecord("book", "b1"), HitRecord("author", "a2"), HitRecord("book", "b3"), HitRecord("book", "gone")]
    books = FakeBackend({"GET /search": rows, "GET /books": BOOKS})
    people = types.people()

    async with running(_SEARCH, people=people, books=books) as ask:
        data = await ask.data('{hits(text: "x") {item {__typename ... on Author {name} ... on Book {title}}}}')

    assert [
        {"__typename": "Book", "title": "Engines"},
        {"__typename": "Author", "name": "Bell"},
        {"__typename": "Book", "title": "Wires"},
        None,
    ] == [hit["item"] for hit in data["hits"]]
    assert ([["b1", "b3", "gone"]], [["a2"]]) == (books.keys("id"), people.keys("id"))


async def test_an_unknown_kind_fails_that_reference_alone():
    """A kind without a loader is the backend's fault, at its own path; the kinds known are named."""
    books = FakeBackend({"GET /search": [HitRecord("film", "f1"), HitRecord("author", "a1")]})

    async with running(_SEARCH, people=types.people(), books=books) as ask:
        reply = await ask('{hits(text: "x") {item {... on Author {name}}}}')

    assert {"hits": [{"item": None}, {"item": {"name": "Ada"}}]} == reply.data
    assert [["hits", 0, "item"]] == [error["path"] for error in reply.errors]
    assert ["BACKEND_INVALID_RESPONSE: HitRecord.kind: expected one of author, book, got 'film'"] == reply.details


@pytest.mark.parametrize(("type_name", "raw"), [("Author", "a2"), ("Book", "b3")])
async def test_node_is_found_by_the_type_in_its_id(type_name, raw):
    """`node(id:)` asks the loader of the id's type with the raw id."""
    async with running(_NODE, people=types.people(), books=types.books()) as ask:
        data = await ask.data(
            "query ($id: ID!) {node(id: $id) {__typename id}}", {"id": relay.to_base64(type_name, raw)}
        )

    assert {"__typename": type_name, "id": relay.to_base64(type_name, raw)} == data["node"]


async def test_node_refuses_an_id_of_an_unknown_type():
    """The text names every type that the id may be of."""
    books = types.books()

    async with running(_NODE, people=types.people(), books=books) as ask:
        reply = await ask("query ($id: ID!) {node(id: $id) {id}}", {"id": relay.to_base64("Loan", "x")})

    assert ["argument id: expected an id of Author or Book, got an id of Loan"] == [e["message"] for e in reply.errors]
    assert (["BAD_USER_INPUT"], []) == (reply.codes, books.requests)


def test_a_kind_is_a_field_or_the_type_of_an_id():
    """Anything else is refused where it is written."""
    with pytest.raises(DeclarationError) as refused:
        by_kind("kind", _LOADERS)

    assert "by_kind: expected a record field or type_of_id(...) as kind, got 'kind'" == str(refused.value)


def test_a_key_is_a_source():
    """`key=` takes a record's field, an argument or a claim."""
    with pytest.raises(DeclarationError) as refused:
        load(library.author_by_id, key="a1")

    assert (
        "load: key= expects a record field such as CourseRecord.instructor_id, arg(...), viewer(...)"
        " or a tuple of them; got 'a1'"
    ) == str(refused.value)


async def test_the_rows_of_kinds_are_found_by_their_record():
    """A union recognises a record as the type over it, without wrapping."""
    assert AuthorRecord is type(AUTHORS[0])
    assert [True, False] == [cls.is_type_of(AUTHORS[0], None) for cls in (Author, Book)]
