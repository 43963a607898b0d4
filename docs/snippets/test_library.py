"""A test of a graph: fakes in place of its services, and the keys that each was asked for."""

from __future__ import annotations

from gateway.testing import FakeBackend, running

from .library import graph

AUTHORS = [{"id": "a1", "name": "Ada"}, {"id": "a2", "name": "Bo"}]
BOOKS = [{"id": f"b{number}", "title": f"Book {number}", "author_id": f"a{number % 2 + 1}"} for number in range(4)]


async def test_four_books_cost_two_calls() -> None:
    """Authors of a page are asked for together, each once."""
    page = {"edges": [{"cursor": book["id"], "node": book} for book in BOOKS], "page_info": {"has_next_page": False}}
    people = FakeBackend({"GET /authors": AUTHORS})
    books = FakeBackend({"GET /books/page": page})

    async with running(graph, people=people, books=books) as ask:
        data = await ask.data("{books(first: 4) {edges {node {title author {name}}}}}")

    assert {"title": "Book 0", "author": {"name": "Ada"}} == data["books"]["edges"][0]["node"]
    assert [["a1", "a2"]] == [sorted(keys) for keys in people.keys("id")]
