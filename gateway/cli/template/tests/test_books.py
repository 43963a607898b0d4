"""Fields about books, over a fake of their service."""

from __future__ import annotations

from strawberry.relay import to_base64

from gateway.testing import FakeBackend, running
from schema import graph

BOOKS = [
    {"id": "b1", "title": "Kindred", "year": 1979, "author_id": "a1"},
    {"id": "b2", "title": "Solaris", "year": 1961, "author_id": "a2"},
]


async def test_a_page_of_books_is_one_call() -> None:
    """However long the page is."""
    page = {"edges": [{"cursor": book["id"], "node": book} for book in BOOKS], "page_info": {"has_next_page": False}}
    books = FakeBackend({"GET /books/page": page})

    async with running(graph, books=books) as ask:
        data = await ask.data("{books(first: 2) {edges {node {title}}}}")

    assert [{"node": {"title": "Kindred"}}, {"node": {"title": "Solaris"}}] == data["books"]["edges"]
    assert 1 == len(books.requests)


async def test_books_by_id_are_asked_for_together() -> None:
    """Two fields, one call with both keys; what does not exist is null."""
    books = FakeBackend({"GET /books": BOOKS})
    ids = {"one": to_base64("Book", "b1"), "none": to_base64("Book", "b9")}

    async with running(graph, books=books) as ask:
        data = await ask.data(
            "query($one: ID!, $none: ID!) {one: book(id: $one) {year} none: book(id: $none) {year}}", ids
        )

    assert {"one": {"year": 1979}, "none": None} == data
    assert [["b1", "b9"]] == books.keys("id")
