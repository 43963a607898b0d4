"""Abstract types over records: unions, references by kind, Relay nodes, and loads that several types share."""

from typing import Annotated

import strawberry
from strawberry import relay

from gateway import arg, by_kind, graph, load, object_of, type_of_id
from tests.declare import library, types
from tests.declare.library import AUTHORS, BOOKS, AuthorRecord, BookRecord, HitRecord, query_of
from tests.execution.agreeing import agree, given, graph_of, resolved


async def test_records_are_recognised():
    """A union of types over records takes the records that loaders give."""
    Found = Annotated[types.Author | types.Book, strawberry.union("FoundHere")]  # noqa: N806 - a type

    built = graph_of(found=(list[Found | None], given([AUTHORS[0], BOOKS[2], None, library.LOANS[0]])))

    answer = await agree(built, "{found {__typename ... on Author {name} ... on Book {title}}}", backends={})

    assert [
        {"__typename": "Author", "name": "Ada"},
        {"__typename": "Book", "title": "Wires"},
        None,
        None,
    ] == answer.data["found"]
    assert [["found", 3]] == answer.paths


async def test_references_to_several_types():
    """Each kind's loader is asked once, and each record is completed as the type over it."""

    @object_of(HitRecord)
    class Hit:
        kind: str
        item: Annotated[types.Author | types.Book, strawberry.union("Item")] | None = load(
            by_kind(HitRecord.kind, {"a": library.author_by_id, "b": library.book_by_id}), key=HitRecord.id
        )

    rows = [
        HitRecord("a", "a1"),
        HitRecord("b", "b1"),
        HitRecord("x", "?"),
        HitRecord("a", "gone"),
        HitRecord("a", "a2"),
    ]
    built = graph_of(hits=(list[Hit], load(library.hits, fixed={"text": "t"})))

    answer = await agree(
        built,
        "{hits {item {__typename ... on Author {name} ... on Book {title author {name}}}}}",
        backends={"books": {"GET /search": rows, "GET /books": BOOKS}, "people": {"GET /authors": AUTHORS}},
    )

    assert [
        {"__typename": "Author", "name": "Ada"},
        {"__typename": "Book", "title": "Engines", "author": {"name": "Ada"}},
        None,
        None,
        {"__typename": "Author", "name": "Bell"},
    ] == [hit["item"] for hit in answer.data["hits"]]
    assert [["hits", 2, "item"]] == answer.paths


async def test_a_node_is_found_by_its_id():
    """Relay's `node(id:)` gives an interface whose type is the record's; ids are global."""
    loaders = {"Author": library.author_by_id, "Book": library.book_by_id}
    built = graph(
        query=query_of(
            node=(relay.Node | None, load(by_kind(type_of_id("id"), loaders), key=arg("id", relay.GlobalID)))
        ),
        types=[types.Author, types.Book],
    )
    backends = {"people": {"GET /authors": AUTHORS}, "books": {"GET /books": BOOKS}}
    ids = {"a": relay.to_base64("Author", "a2"), "b": relay.to_base64("Book", "b3"), "c": relay.to_base64("Loan", "1")}

    answer = await agree(
        built,
        "query ($a: ID!, $b: ID!, $c: ID!) {a: node(id: $a) {...N} b: node(id: $b) {...N} c: node(id: $c) {...N}}"
        " fragment N on Node {__typename id ... on Author {name} ... on Book {author {id}}}",
        ids,
        backends=backends,
    )

    assert {
        "a": {"__typename": "Author", "id": ids["a"], "name": "Bell"},
        "b": {"__typename": "Book", "id": ids["b"], "author": {"id": ids["a"]}},
        "c": None,
    } == answer.data
    assert ["argument id: expected an id of Author or Book, got an id of Loan"] == answer.messages


@object_of(BookRecord)
class Volume:
    title: str

    @classmethod
    def is_type_of(cls, value, info):
        return type(value) is BookRecord and value.shelf == 1


async def test_a_type_over_a_record_may_be_choosier():
    """An `is_type_of` of its own replaces the one by record."""
    built = graph_of(books=(list[Volume | None], load(library.books_on_shelf, key=arg("shelf", int))))
    backends = {
        "books": {
            "GET /books": lambda request: [BOOKS[0], BOOKS[2]] if "1" in dict(request.query).values() else [BOOKS[1]]
        }
    }

    one = await agree(built, "{books(shelf: 1) {title}}", backends=backends)
    two = await agree(built, "{books(shelf: 2) {title}}", backends=backends)

    assert {"books": [{"title": "Engines"}, {"title": "Wires"}]} == one.data
    assert ({"books": [None]}, [["books", 0]]) == (two.data, two.paths)


async def test_parents_of_several_types_share_what_is_below():
    """A load that several types have is one call for all of them."""

    @strawberry.interface
    class Written:
        author: types.Author

    @object_of(BookRecord)
    class Tome(Written):
        author: types.Author = load(library.author_by_id, key=BookRecord.author_id)

    @object_of(AuthorRecord)
    class Memoir(Written):
        author: types.Author = load(library.author_by_id, key=AuthorRecord.id)

    built = graph(
        query=query_of(all=(list[Written], resolved(lambda: [BOOKS[0], AUTHORS[1], BOOKS[2]]))), types=[Tome, Memoir]
    )

    answer = await agree(built, "{all {__typename author {name}}}", backends={"people": {"GET /authors": AUTHORS}})

    assert ["Ada", "Bell", "Bell"] == [item["author"]["name"] for item in answer.data["all"]]
    assert 1 == len(answer.asked)
