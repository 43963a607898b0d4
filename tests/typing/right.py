"""Right uses of the public API: neither checker has anything to say, and the revealed types are these."""

# pyright: strict
from __future__ import annotations

from collections.abc import Sequence
from typing import assert_type

import msgspec
from strawberry import relay

from gateway import (
    Backend,
    Call,
    ClientError,
    Context,
    Keys,
    Loader,
    Page,
    arg,
    batched,
    by_kind,
    extend,
    get,
    load,
    object_of,
    patch,
    type_of_id,
    viewer,
)


class AuthorRecord(msgspec.Struct, frozen=True):
    id: str
    name: str
    mentor_id: str | None = None


class BookRecord(msgspec.Struct, frozen=True):
    id: str
    title: str
    author_id: str
    shelf: int


class LoanRecord(msgspec.Struct, frozen=True):
    book_id: str
    reader: str


class Problem(msgspec.Struct, frozen=True):
    message: str


library = Backend("library", identity=("sub",))


@library.one(by=AuthorRecord.id)
def author_by_id(ids: Keys[str]) -> Call[list[AuthorRecord]]:
    return get("/authors", id=ids, into=list[AuthorRecord])


@library.one(by=BookRecord.id)
def book_by_id(ids: Keys[str]) -> Call[list[BookRecord]]:
    return get("/books", id=ids, into=list[BookRecord])


@library.many(by=BookRecord.author_id, max_batch=50)
def books_by_author(ids: Keys[str], *, shelf: int | None = None) -> Call[list[BookRecord]]:
    return get("/books", author=ids, shelf=shelf, into=list[BookRecord])


@library.one(by=(LoanRecord.book_id, LoanRecord.reader))
def loan_of(keys: Keys[tuple[str, str]]) -> Call[list[LoanRecord]]:
    return get("/loans", book=[book for book, _ in keys], into=list[LoanRecord])


@library.page(by=BookRecord.author_id)
def pages_by_author(ids: Keys[str], *, first: int = 10, after: str | None = None) -> Call[dict[str, Page[BookRecord]]]:
    return get("/books", author=ids, first=first, after=after, into=dict[str, Page[BookRecord]])


@library.many()
def search(*, text: str) -> Call[list[BookRecord]]:
    return get("/search", text=text, into=list[BookRecord])


@library.one()
async def opaque() -> BookRecord:
    return BookRecord("b1", "Engines", "a1", 1)


@library.many()
def search_or_say(*, text: str) -> Call[list[BookRecord]]:
    call = get("/search", text=text, into=list[BookRecord])
    return call.on_status(400, into=Problem, raises=lambda problem: ClientError(repr(problem)))


@library.write(invalidates=[book_by_id])
def rename(book_id: str, *, title: str) -> Call[BookRecord | Problem]:
    return patch("/books/{id}", id=book_id, json=title, into=BookRecord).on_status(422, into=Problem)


@batched
async def lengths(books: list[BookRecord], context: Context) -> list[int | Exception]:
    return [len(book.title) for book in books]


@object_of(AuthorRecord)
class Author(relay.Node):
    id: relay.NodeID[str]
    name: str
    mentor: Author | None = load(author_by_id, key=AuthorRecord.mentor_id)


@object_of(BookRecord, description="A book.")
class Book(relay.Node):
    id: relay.NodeID[str]
    title: str
    length: int = lengths
    author: Author = load(author_by_id, key=BookRecord.author_id)
    loan: Loan | None = load(loan_of, key=(BookRecord.id, viewer("sub")))


@object_of(LoanRecord)
class Loan:
    reader: str


@extend(Author)
class Writing:
    books: list[Book] = load(books_by_author, key=AuthorRecord.id, fixed={"shelf": 1})
    pages: relay.Connection[Book] = load(pages_by_author, key=AuthorRecord.id)


me: Author = load(author_by_id, key=viewer("sub"))
author: Author = load(author_by_id, key=arg("id", relay.GlobalID))
by_name: Author = load(author_by_id, key=arg("name", str, description="Who."))
found: list[Book] = load(search)
reference = load(by_kind(LoanRecord.reader, {"author": author_by_id, "book": book_by_id}), key=LoanRecord.book_id)
node = load(by_kind(type_of_id("id"), {"Author": author_by_id, "Book": book_by_id}), key=arg("id", relay.GlobalID))

assert_type(author_by_id, Loader[str, AuthorRecord | None, []])
assert_type(get("/x", into=list[str]).then(len), Call[int])


async def uses(context: Context) -> None:
    assert_type(await author_by_id.load(context, "a1"), AuthorRecord | None)
    assert_type(await books_by_author.load(context, "a1", shelf=2), list[BookRecord])
    assert_type(await pages_by_author.load(context, "a1", first=2), Page[BookRecord])
    assert_type(await loan_of.load(context, ("b1", "r1")), LoanRecord | None)
    assert_type(await search.load(context, None, text="x"), list[BookRecord])
    assert_type(await opaque.load(context, None), BookRecord)
    assert_type(await author_by_id.load_many(context, ["a1"]), list[AuthorRecord | Exception | None])
    assert_type(await rename.send(context, "b1", title="New"), BookRecord | Problem)


def loaders() -> Sequence[Loader[str, AuthorRecord | None, []]]:
    return [author_by_id]
