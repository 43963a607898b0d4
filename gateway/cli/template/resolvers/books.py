"""Fields about books."""

from __future__ import annotations

from strawberry import relay

from dataloaders.books import book_by_id, books_page
from gateway import arg, load

book = load(
    book_by_id,
    key=arg("id", relay.GlobalID, description="The book's global id."),
    description="One book, or null when there is none with that id.",
)

books = load(books_page, description="All books by title, a page at a time.")
