"""The books service: what it returns, and how it is asked."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gateway import Backend, Call, Keys, Page, get


class BookRecord(msgspec.Struct, frozen=True):
    """A book, as the service knows it. What else the service returns is not looked at."""

    id: str
    title: str
    year: int
    author_id: str


# Its address is a setting: `backends.books`.
books = Backend("books")


@books.one(by=BookRecord.id, max_batch=100)
def book_by_id(ids: Keys[str]) -> Call[list[BookRecord]]:
    """Books by their ids, many in one call; rows may come in any order."""
    return get("/books", id=ids, into=list[BookRecord])


@books.page()
def books_page(
    *, first: Annotated[int, msgspec.Meta(ge=1, le=100)] = 20, after: str | None = None
) -> Call[Page[BookRecord]]:
    """All books by title, a page at a time."""
    return get("/books/page", first=first, after=after, into=Page[BookRecord])
