"""A small library, whose records and loaders the tests of declarations bind in right and wrong ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import strawberry

from gateway import Backend, Call, DeclarationError, Keys, Page, get, graph


class AuthorRecord(msgspec.Struct, frozen=True):
    id: str
    name: str
    mentor_id: str | None = None


class BookRecord(msgspec.Struct, frozen=True):
    id: str
    title: str
    author_id: str
    shelf: int = 0
    subtitle: str | None = None


class LoanRecord(msgspec.Struct, frozen=True):
    book_id: str
    reader: str
    days: int


class HitRecord(msgspec.Struct, frozen=True):
    kind: str
    id: str


people = Backend("people")
books = Backend("books", identity=("sub",))


@people.one(by=AuthorRecord.id)
def author_by_id(ids: Keys[str]) -> Call[list[AuthorRecord]]:
    return get("/authors", id=ids, into=list[AuthorRecord])


@books.one(by=BookRecord.id)
def book_by_id(ids: Keys[str]) -> Call[list[BookRecord]]:
    return get("/books", id=ids, into=list[BookRecord])


@books.many(by=BookRecord.author_id)
def books_by_author(ids: Keys[str], *, shelf: int | None = None) -> Call[list[BookRecord]]:
    return get("/books", author_id=ids, shelf=shelf, into=list[BookRecord])


@books.many(by=BookRecord.shelf)
def books_on_shelf(shelves: Keys[int]) -> Call[list[BookRecord]]:
    return get("/books", shelf=shelves, into=list[BookRecord])


@books.one(by=(LoanRecord.book_id, LoanRecord.reader))
def loan_of(keys: Keys[tuple[str, str]]) -> Call[list[LoanRecord]]:
    return get("/loans", pair=[f"{book}.{reader}" for book, reader in keys], into=list[LoanRecord])


@books.many()
def hits(*, text: str, limit: int = 10) -> Call[list[HitRecord]]:
    return get("/search", text=text, limit=limit, into=list[HitRecord])


@books.one()
def featured() -> Call[BookRecord]:
    return get("/featured", into=BookRecord)


@books.page()
def books_page(*, first: int = 2, after: str | None = None) -> Call[Page[BookRecord]]:
    return get("/books/page", first=first, after=after, into=Page[BookRecord])


AUTHORS = [
    AuthorRecord("a1", "Ada"),
    AuthorRecord("a2", "Bell", mentor_id="a1"),
    AuthorRecord("a3", "Cole", mentor_id="gone"),
]
BOOKS = [
    BookRecord("b1", "Engines", "a1", 1),
    BookRecord("b2", "Looms", "a1", 2),
    BookRecord("b3", "Wires", "a2", 1, subtitle="and bells"),
]
LOANS = [LoanRecord("b1", "r1", 14), LoanRecord("b2", "r1", 7)]


def query_of(**fields: tuple[Any, Any]) -> type[Any]:
    """A query type with these fields: `query_of(author=(Author | None, load(...)))`."""
    annotations = {name: annotation for name, (annotation, _) in fields.items()}
    body = {name: value for name, (_, value) in fields.items()}
    return strawberry.type(type("Query", (), {"__annotations__": annotations, "__module__": __name__, **body}))


def problems_of(query: type[Any], **options: Any) -> list[str]:
    """What the graph over *query* is refused for, a line each."""
    with pytest.raises(DeclarationError) as refused:
        graph(query=query, **options)
    return [line.strip() for line in str(refused.value).splitlines()[1:]]


def refusal(declare: Callable[[], object]) -> str:
    """The message with which a declaration is refused, the place of the test's own function left out."""
    with pytest.raises(DeclarationError) as refused:
        declare()
    return str(refused.value).rpartition("<locals>.")[2]
