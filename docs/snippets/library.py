"""A library over two services: every kind of declaration, once. The page `docs/declaring.md` is about this file."""

from __future__ import annotations

from typing import Annotated

import msgspec
import strawberry
from strawberry import relay

import gateway
from gateway import (
    Backend,
    Call,
    ClientError,
    Context,
    Info,
    Keys,
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


# --8<-- records
class AuthorRecord(msgspec.Struct, frozen=True):
    id: str
    name: str


class BookRecord(msgspec.Struct, frozen=True):
    id: str
    title: str
    author_id: str
    shelf: str | None = None


class LoanRecord(msgspec.Struct, frozen=True):
    book_id: str
    reader_id: str
    due: str


class MentionRecord(msgspec.Struct, frozen=True):
    kind: str
    id: str


# --8<-- backends
people = Backend("people")
books = Backend("books", identity=("sub",), forward=("accept-language",))


# --8<-- one
@people.one(by=AuthorRecord.id, max_batch=50)
def author_by_id(ids: Keys[str]) -> Call[list[AuthorRecord]]:
    return get("/authors", id=ids, into=list[AuthorRecord])


@books.one(by=BookRecord.id)
def book_by_id(ids: Keys[str]) -> Call[list[BookRecord]]:
    return get("/books", id=ids, into=list[BookRecord])


# --8<-- tuple
@books.one(by=(LoanRecord.book_id, LoanRecord.reader_id))
def loan_of(pairs: Keys[tuple[str, str]]) -> Call[list[LoanRecord]]:
    return get("/loans", pair=[f"{book}:{reader}" for book, reader in pairs], into=list[LoanRecord])


# --8<-- many
@books.many(by=BookRecord.author_id)
def books_by_author(ids: Keys[str], *, in_print: bool = True) -> Call[list[BookRecord]]:
    return get("/books", author=ids, in_print=in_print, into=list[BookRecord])


# --8<-- page
@books.page()
def books_page(
    *, first: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20, after: str | None = None
) -> Call[Page[BookRecord]]:
    return get("/books/page", first=first, after=after, into=Page[BookRecord])


# --8<-- keyless
class Refusal(msgspec.Struct, frozen=True):
    reason: str


@books.many()
def mentions(*, text: str) -> Call[list[MentionRecord]]:
    call = get("/mentions", text=text, into=list[MentionRecord])
    return call.on_status(400, into=Refusal, raises=lambda refusal: ClientError(refusal.reason))


# --8<-- write
@books.write(invalidates=[book_by_id])
def move_book(book_id: str, *, shelf: str) -> Call[BookRecord | Refusal]:
    return patch("/books/{id}", id=book_id, json={"shelf": shelf}, into=BookRecord).on_status(409, into=Refusal)


# --8<-- types
@object_of(AuthorRecord)
class Author(relay.Node):
    id: relay.NodeID[str]
    name: str


@object_of(LoanRecord)
class Loan:
    due: str


@batched
async def pages_read(parents: list[BookRecord], context: Context) -> list[int | Exception]:
    """Pages that the viewer has read, of each book."""
    return [len(book.title) if context.identity.subject else 0 for book in parents]


@object_of(BookRecord)
class Book(relay.Node):
    id: relay.NodeID[str]
    title: str
    shelf: str | None
    author: Author = load(author_by_id, key=BookRecord.author_id)
    my_loan: Loan | None = load(loan_of, key=(BookRecord.id, viewer("sub")))
    pages_read: int = pages_read


# --8<-- extend
@extend(Author)
class Writing:
    books: list[Book] = load(books_by_author, key=AuthorRecord.id)


# --8<-- kinds
Mentioned = Annotated[Author | Book, strawberry.union("Mentioned")]


@object_of(MentionRecord)
class Mention:
    what: Mentioned | None = load(
        by_kind(MentionRecord.kind, {"author": author_by_id, "book": book_by_id}), key=MentionRecord.id
    )


# --8<-- root
@strawberry.type
class Query:
    book: Book | None = load(book_by_id, key=arg("id", relay.GlobalID))
    books: relay.Connection[Book] = load(books_page)
    mentions: list[Mention] = load(mentions)
    node: relay.Node | None = load(
        by_kind(type_of_id("id"), {"Author": author_by_id, "Book": book_by_id}), key=arg("id", relay.GlobalID)
    )

    @strawberry.field
    async def title_of(self, info: Info, raw_id: str) -> str | None:
        book = await book_by_id.load(info.context, raw_id)
        return book.title if book else None


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def move(self, info: Info, raw_id: str, shelf: str) -> str:
        moved = await move_book.send(info.context, raw_id, shelf=shelf)
        return moved.reason if isinstance(moved, Refusal) else f"{moved.title} stands on {moved.shelf}"


graph = gateway.graph(query=Query, mutation=Mutation)
# --8<-- end
