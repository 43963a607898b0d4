"""What the service answers, without HTTP.

GET /books?id=b1&id=b2           the books found, in no promised order
GET /books?author_id=a1          the books of these authors
GET /books/page?first=2&after=b1 a page of all books by title
GET /health
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

Query = dict[str, list[str]]
Answer = tuple[HTTPStatus, Any]

# In place of a database.
BOOKS: list[dict[str, Any]] = [
    {"id": "b1", "title": "The Left Hand of Darkness", "year": 1969, "author_id": "a1"},
    {"id": "b2", "title": "The Dispossessed", "year": 1974, "author_id": "a1"},
    {"id": "b3", "title": "Kindred", "year": 1979, "author_id": "a2"},
    {"id": "b4", "title": "Solaris", "year": 1961, "author_id": "a3"},
    {"id": "b5", "title": "The Cyberiad", "year": 1965, "author_id": "a3"},
]
MOST_ROWS = 100


def answer(target: str) -> Answer:
    """Status and JSON value for a GET of *target*, such as `/books?id=b1`."""
    url = urlsplit(target)
    query = parse_qs(url.query)
    match url.path:
        case "/books":
            return HTTPStatus.OK, _chosen(query)
        case "/books/page":
            return _page(query)
        case "/health":
            return HTTPStatus.OK, {"status": "ok"}
    return HTTPStatus.NOT_FOUND, {"message": f"no such path: {url.path}"}


def _chosen(query: Query) -> list[dict[str, Any]]:
    return [book for book in BOOKS if all(book.get(name) in values for name, values in query.items())]


def _page(query: Query) -> Answer:
    (first,), (after,) = query.get("first", ["20"]), query.get("after", [""])
    if not first.isdecimal() or not 1 <= int(first) <= MOST_ROWS:
        return HTTPStatus.BAD_REQUEST, {"message": f"first: expected 1 to {MOST_ROWS}, got {first}"}
    rows = sorted(BOOKS, key=lambda book: book["title"])
    ids = [book["id"] for book in rows]
    start = ids.index(after) + 1 if after in ids else 0
    end = start + int(first)
    return HTTPStatus.OK, {
        "edges": [{"cursor": book["id"], "node": book} for book in rows[start:end]],
        "page_info": {"has_next_page": end < len(rows)},
    }
