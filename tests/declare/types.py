"""The library's GraphQL types, for tests that ask it."""

from __future__ import annotations

from strawberry import relay

from gateway import load, object_of
from gateway.testing.fake_backend import FakeBackend
from tests.declare import library
from tests.declare.library import AUTHORS, BOOKS, LOANS, AuthorRecord, BookRecord, LoanRecord


@object_of(AuthorRecord)
class Author(relay.Node):
    id: relay.NodeID[str]
    name: str
    mentor: Author | None = load(library.author_by_id, key=AuthorRecord.mentor_id)
    books: list[Book] = load(library.books_by_author, key=AuthorRecord.id)


@object_of(BookRecord)
class Book(relay.Node):
    id: relay.NodeID[str]
    title: str
    subtitle: str | None
    author: Author = load(library.author_by_id, key=BookRecord.author_id)


@object_of(LoanRecord)
class Loan:
    days: int


def people() -> FakeBackend:
    """The backend of authors."""
    return FakeBackend({"GET /authors": AUTHORS})


def books() -> FakeBackend:
    """The backend of books and loans."""
    return FakeBackend({"GET /books": BOOKS, "GET /loans": LOANS, "GET /featured": BOOKS[1]})
