"""`load`: a field's value by every kind of key, and what a missing key or row does."""

import re

import msgspec
import pytest
import strawberry
from strawberry import relay
from strawberry.permission import BasePermission

from gateway import Call, DeclarationError, arg, by_kind, extend, graph, load, object_of, patch, type_of_id, viewer
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from tests.declare import library, types
from tests.declare.library import BOOKS, BookRecord, query_of
from tests.declare.types import Author, Book, Loan


@library.books.write()
def rename(book_id: str, *, title: str) -> Call[BookRecord]:
    return patch("/books/{id}", id=book_id, json={"title": title}, into=BookRecord)


def global_id(type_name, raw):
    return relay.to_base64(type_name, raw)


async def test_a_field_of_the_parents_record_is_the_key():
    """All parents' keys travel in one call, each once."""
    built = graph(query=query_of(books=(list[Book], load(library.books_on_shelf, key=arg("shelf", int)))))
    people, books = types.people(), types.books()

    async with running(built, people=people, books=books) as ask:
        data = await ask.data("{books(shelf: 1) {title author {name mentor {name}}}}")

    ada, bell = {"name": "Ada", "mentor": None}, {"name": "Bell", "mentor": {"name": "Ada"}}
    assert {"books": [{"title": "Engines", "author": ada}, {"title": "Wires", "author": bell}]} == data
    # Bell's mentor is known already.
    assert [["a1", "a2"]] == people.keys("id")


async def test_a_null_key_loads_nothing():
    """A record's field that is None gives null, without a call."""
    built = graph(query=query_of(author=(Author | None, load(library.author_by_id, key=arg("id", str)))))
    people = types.people()

    async with running(built, people=people, books=types.books()) as ask:
        data = await ask.data('{author(id: "a1") {mentor {name}}}')

    assert {"author": {"mentor": None}} == data
    assert [["a1"]] == people.keys("id")


async def test_a_row_that_is_absent_is_null():
    """A nullable field whose key has no row is null and no error."""
    built = graph(query=query_of(author=(Author | None, load(library.author_by_id, key=arg("id", str)))))

    async with running(built, people=types.people(), books=types.books()) as ask:
        data = await ask.data('{author(id: "a3") {mentor {name}} nobody: author(id: "a9") {name}}')

    assert {"author": {"mentor": None}, "nobody": None} == data


async def test_a_row_that_must_exist_is_an_error_when_absent():
    """A record refers to a row that its owner lacks: the non-null field is NOT_FOUND, and says which key."""
    built = graph(query=query_of(book=(Book | None, load(library.book_by_id, key=arg("id", str)))))
    books = FakeBackend({"GET /books": [BookRecord("b9", "Orphan", "a9")]})

    async with running(built, people=types.people(), books=books) as ask:
        reply = await ask('{book(id: "b9") {title author {name}}}')

    assert {"book": None} == reply.data
    assert ["NOT_FOUND"] == reply.codes
    assert ["people: NOT_FOUND: author_by_id: no AuthorRecord for key 'a9', which a non-null field needs"] == (
        reply.details
    )


async def test_a_global_id_reaches_the_loader_raw():
    """The argument is an ID! in the schema; the backend sees the id inside."""
    built = graph(query=query_of(author=(Author | None, load(library.author_by_id, key=arg("id", relay.GlobalID)))))
    people = types.people()

    async with running(built, people=people, books=types.books()) as ask:
        data = await ask.data("query ($id: ID!) {author(id: $id) {id name}}", {"id": global_id("Author", "a2")})

    assert {"author": {"id": global_id("Author", "a2"), "name": "Bell"}} == data
    assert [["a2"]] == people.keys("id")
    assert "author(id: ID!): Author" in built.sdl


async def test_a_global_id_of_another_type_is_the_clients_error():
    """The text names the argument and both types, and nothing is asked."""
    built = graph(query=query_of(author=(Author | None, load(library.author_by_id, key=arg("id", relay.GlobalID)))))
    people = types.people()

    async with running(built, people=people, books=types.books()) as ask:
        wrong = await ask("query ($id: ID!) {author(id: $id) {name}}", {"id": global_id("Book", "b1")})
        malformed = await ask('{author(id: "a1") {name}}')

    assert ["argument id: expected an id of Author, got an id of Book"] == [e["message"] for e in wrong.errors]
    assert ["argument id: expected a global id of Author, got 'a1'"] == [e["message"] for e in malformed.errors]
    assert ["BAD_USER_INPUT"] == wrong.codes == malformed.codes
    assert [] == people.requests


async def test_a_list_by_a_global_id_names_whose_id_it_is():
    """`of=` says whose id the argument is, where the field's own type is another."""
    key = arg("author", relay.GlobalID, of="Author", description="Who wrote them.")
    built = graph(query=query_of(books=(list[Book], load(library.books_by_author, key=key))))
    books = types.books()

    async with running(built, people=types.people(), books=books) as ask:
        data = await ask.data("query ($id: ID!) {books(author: $id) {title}}", {"id": global_id("Author", "a2")})
        wrong = await ask("query ($id: ID!) {books(author: $id) {title}}", {"id": global_id("Book", "b1")})

    assert {"books": [{"title": "Wires"}]} == data
    assert ["argument author: expected an id of Author, got an id of Book"] == [e["message"] for e in wrong.errors]
    assert '"""Who wrote them."""\n    author: ID!' in built.sdl


async def test_the_viewers_claim_is_the_key():
    """`viewer("sub")` is who asks; for nobody it is null without a call."""
    built = graph(query=query_of(me=(Author | None, load(library.author_by_id, key=viewer("sub")))))
    people = types.people()

    async with running(built, people=people, books=types.books()) as ask:
        signed_in = await ask.data("{me {name}}", identity="a1")
        by_other_claim = await ask.data("{me {name}}", identity={"email": "ada@example.org"})
        visitor = await ask.data("{me {name}}")

    assert [{"me": {"name": "Ada"}}, {"me": None}, {"me": None}] == [signed_in, by_other_claim, visitor]
    assert [["a1"]] == people.keys("id")


async def test_a_visitor_may_not_ask_for_what_needs_a_viewer():
    """A non-null field by a claim is UNAUTHENTICATED for a viewer without it."""
    built = graph(query=query_of(me=(Author, load(library.author_by_id, key=viewer("sub")))))

    async with running(built, people=types.people(), books=types.books()) as ask:
        reply = await ask("{me {name}}")

    assert (None, ["UNAUTHENTICATED"]) == (reply.data, reply.codes)
    assert "me needs a signed-in viewer" == reply.errors[0]["message"]


@object_of(BookRecord, name="ShelvedBook")
class ShelvedBook:
    title: str
    loan: Loan | None = load(library.loan_of, key=(BookRecord.id, viewer("sub")))


async def test_a_key_of_several_parts():
    """A tuple takes each part from a source of its own; rows come back to the right parent."""
    built = graph(query=query_of(books=(list[ShelvedBook], load(library.books_by_author, key=arg("author", str)))))
    books = types.books()

    async with running(built, books=books) as ask:
        data = await ask.data('{books(author: "a1") {title loan {days}}}', identity="r1")
        other = await ask.data('{books(author: "a1") {loan {days}}}', identity="r2")

    assert [("Engines", 14), ("Looms", 7)] == [(book["title"], book["loan"]["days"]) for book in data["books"]]
    assert [{"loan": None}, {"loan": None}] == other["books"]
    assert [["b1.r1", "b2.r1"], ["b1.r2", "b2.r2"]] == books.keys("pair")


async def test_a_key_with_a_part_missing_loads_nothing():
    """Where one part of a tuple is null, there is no key: no call."""
    built = graph(query=query_of(books=(list[ShelvedBook], load(library.books_by_author, key=arg("author", str)))))
    books = types.books()

    async with running(built, books=books) as ask:
        data = await ask.data('{books(author: "a1") {loan {days}}}')

    assert {"books": [{"loan": None}, {"loan": None}]} == data
    assert [] == books.calls("GET /loans")


async def test_a_loader_without_keys():
    """It is asked once, whatever the number of fields that want it."""
    built = graph(query=query_of(featured=(Book, load(library.featured))))
    books = types.books()

    async with running(built, people=types.people(), books=books) as ask:
        data = await ask.data("{featured {title} again: featured {subtitle}}")

    assert {"featured": {"title": "Looms"}, "again": {"subtitle": None}} == data
    assert 1 == len(books.requests)


async def test_a_loaders_parameters_are_arguments():
    """They keep their defaults and get descriptions; different values are different calls."""
    field = load(
        library.books_by_author, key=arg("author", str), argument_descriptions={"shelf": "Only books that stand there."}
    )
    built = graph(query=query_of(books=(list[Book], field)))
    books = types.books()

    async with running(built, people=types.people(), books=books) as ask:
        data = await ask.data('{all: books(author: "a1") {title} one: books(author: "a1", shelf: 2) {title}}')

    assert {"all": [{"title": "Engines"}, {"title": "Looms"}], "one": [{"title": "Looms"}]} == data
    assert 2 == len(books.requests)
    assert '"""Only books that stand there."""\n    shelf: Int = null' in built.sdl


async def test_a_fixed_argument_is_no_argument_of_the_field():
    """What the graph sets, clients cannot: it is not in the schema, and reaches the backend."""
    built = graph(
        query=query_of(books=(list[Book], load(library.books_by_author, key=arg("author", str), fixed={"shelf": 2})))
    )
    books = types.books()

    async with running(built, people=types.people(), books=books) as ask:
        data = await ask.data('{books(author: "a1") {title}}')

    assert {"books": [{"title": "Looms"}]} == data
    assert [["2"]] == books.keys("shelf")
    assert "books(author: String!): [Book!]!" in built.sdl


async def test_a_page_is_a_connection():
    """A `page` loader fills a relay.Connection; first and after are its arguments."""
    page = {
        "edges": [{"cursor": "b1", "node": BOOKS[0]}],
        "page_info": {"has_next_page": True, "end_cursor": "b1"},
    }
    built = graph(query=query_of(books=(relay.Connection[Book], load(library.books_page))))
    books = FakeBackend({"GET /books/page": page})

    async with running(built, people=types.people(), books=books) as ask:
        data = await ask.data(
            '{books(first: 1, after: "b0") {pageInfo {hasNextPage endCursor} edges {cursor node {title}}}}'
        )

    assert {"hasNextPage": True, "endCursor": "b1"} == data["books"]["pageInfo"]
    assert [{"cursor": "b1", "node": {"title": "Engines"}}] == data["books"]["edges"]
    assert (("first", "1"), ("after", "b0")) == books.requests[0].query


class _Readers(BasePermission):
    message = "Only readers may."

    def has_permission(self, source, info, **kwargs):
        return info.context.identity.subject is not None


class _ReadersByAwaiting(_Readers):
    async def has_permission(self, source, info, **kwargs):
        return info.context.identity.subject is not None


async def test_permissions_guard_a_load():
    """A permission class, sync or async, lets the load pass or refuses it before anything is asked."""
    for permission in (_Readers, _ReadersByAwaiting):
        people = types.people()
        nullable = load(library.author_by_id, key=arg("id", str), permission_classes=[permission])
        required = load(library.featured, permission_classes=[permission])
        built = graph(query=query_of(author=(Author | None, nullable), featured=(Book, required)))

        async with running(built, people=people, books=types.books()) as ask:
            allowed = await ask.data('{author(id: "a1") {name} featured {title}}', identity="r1")
            refused = await ask('{author(id: "a1") {name}}')

        assert {"author": {"name": "Ada"}, "featured": {"title": "Looms"}} == allowed
        assert ({"author": None}, ["FORBIDDEN"]) == (refused.data, refused.codes)
        assert "Only readers may." == refused.errors[0]["message"]
        assert [["a1"]] == people.keys("id")


async def test_nothing_is_sent_for_an_answer_that_is_lost_already():
    """A field that fails at once nulls the answer: loads that wait beside it never leave."""

    def broken() -> str:
        raise RuntimeError("broken")

    built = graph(query=query_of(featured=(Book, load(library.featured)), broken=(str, strawberry.field(broken))))
    books = types.books()

    async with running(built, people=types.people(), books=books) as ask:
        reply = await ask("{featured {title} broken}")

    assert (None, ["INTERNAL_SERVER_ERROR"]) == (reply.data, reply.codes)
    assert [] == books.requests


async def test_one_declaration_may_serve_several_types():
    """A `load` that two types share is copied: each keeps its own name and type."""
    shared = load(library.author_by_id, key=BookRecord.author_id)

    @object_of(BookRecord)
    class Novel:
        title: str
        author: Author = shared
        writer: Author | None = shared

    @object_of(BookRecord)
    class Manual:
        by: Author = shared

    @extend(Manual)
    class MoreOfManual:
        maybe: Author | None = shared

    novel = load(library.book_by_id, key=arg("id", str))
    manual = load(library.book_by_id, key=arg("id", str))
    built = graph(query=query_of(novel=(Novel | None, novel), manual=(Manual | None, manual)))

    async with running(built, people=types.people(), books=types.books()) as ask:
        data = await ask.data(
            '{novel(id: "b1") {author {name} writer {name}} manual(id: "b1") {by {name} maybe {name}}}'
        )

    ada = {"name": "Ada"}
    assert {"novel": {"author": ada, "writer": ada}, "manual": {"by": ada, "maybe": ada}} == data
    assert "type Manual {\n  by: Author!\n  maybe: Author\n}" in built.sdl


@pytest.mark.parametrize(
    ("target", "came"),
    [
        (global_id, "the function tests.declare.test_load.global_id; decorate it with @backend.one, @backend.many or"),
        (library.books, "the backend 'books'; name one of its loaders"),
        (rename, "the write books.rename; a mutation's resolver sends it: `await write.send(...)`"),
        (None, "None; declare one with @backend.one, @backend.many or @backend.page"),
    ],
)
def test_only_a_loader_is_loaded_by(target, came):
    """What stands in a loader's place is named where it is written, with what to do."""
    with pytest.raises(DeclarationError, match=re.escape(f"load: expected a loader, got {came}")):
        load(target, key=BookRecord.id)
    with pytest.raises(DeclarationError, match=re.escape(f"by_kind: 'Book': expected a loader, got {came}")):
        by_kind(type_of_id("id"), {"Book": target})


@pytest.mark.parametrize("name", ["info", "root"])
def test_a_loaders_parameter_has_a_name_of_its_own(name):
    """Resolvers have these two: the loader is named, whose parameter would stand twice."""

    @library.books.many()
    def found(*, info: str = "", root: str = "") -> Call[list[BookRecord]]: ...

    only_one = msgspec.structs.replace(found, parameters=tuple(p for p in found.parameters if p.name == name))

    with pytest.raises(DeclarationError) as refused:
        load(only_one)

    assert f"load of books.found: a parameter cannot be named {name!r}, which resolvers have: rename it" == str(
        refused.value
    )


def test_an_argument_has_a_name_first():
    """`arg` without one, or with both exchanged, shows how it is written."""
    with pytest.raises(DeclarationError, match=r"arg: expected a name and a type, such as arg\("):
        arg(str, "id")
