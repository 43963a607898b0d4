"""What clients see. `graph` is what the gateway serves."""

from __future__ import annotations

import strawberry
from strawberry import relay

import gateway
from resolvers import books as resolve_books
from schema.books import Book


@strawberry.type(description="What can be asked.")
class Query:
    """What can be asked."""

    book: Book | None = resolve_books.book
    books: relay.Connection[Book] = resolve_books.books


graph = gateway.graph(query=Query)
