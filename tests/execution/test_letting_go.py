"""What a request holds while it waits: of what stands in its answer already, only what may be asked for again."""

from weakref import WeakSet

import msgspec
import pytest
import strawberry

from gateway import Backend, Call, Info, Keys, get, graph, load, object_of
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from tests.declare.library import query_of
from tests.execution.agreeing import PLANNED

library = Backend("library")

_LIVING: WeakSet[msgspec.Struct] = WeakSet()


class BookRecord(msgspec.Struct, frozen=True, weakref=True):
    id: int
    author_id: int

    def __post_init__(self) -> None:
        _LIVING.add(self)


class AuthorRecord(msgspec.Struct, frozen=True):
    id: int
    name: str


@library.many()
def books() -> Call[list[BookRecord]]:
    return get("/books", into=list[BookRecord])


@library.one(by=AuthorRecord.id)
def author_by_id(ids: Keys[int]) -> Call[list[AuthorRecord]]:
    return get("/authors", id=ids, into=list[AuthorRecord])


@object_of(AuthorRecord, name="HeldAuthor")
class Author:
    name: str


@object_of(BookRecord, name="HeldBook")
class Book:
    id: int
    author: Author = load(author_by_id, key=BookRecord.author_id)

    @strawberry.field
    async def siblings(self: BookRecord, info: Info) -> int:
        return len(await books.load(info.context, None))


GRAPH = graph(query=query_of(books=(list[Book], load(books)), more=(list[Book], load(books))))
ROWS = [{"id": number, "author_id": 1} for number in range(5)]


@pytest.mark.parametrize(
    ("query", "held"),
    [
        ("{books {id author {name}}}", 0),
        ("{books {id author {name}} more {id}}", 5),
        ("{books {id author {name} siblings}}", 5),
    ],
)
async def test_records_are_held_as_long_as_somebody_may_ask_for_them(query, held):
    """While the authors are asked for, books are let go of where nothing else in the operation could want them."""
    seen, asked = [], []

    def authors(_: object) -> list[AuthorRecord]:
        seen.append(len(_LIVING))
        return [AuthorRecord(1, "Ada")]

    def shelf(_: object) -> list[dict[str, int]]:
        asked.append("books")
        return ROWS

    backend = FakeBackend({"GET /books": shelf, "GET /authors": authors})
    async with running(GRAPH, settings=PLANNED, library=backend) as ask:
        data = await ask.data(query)

    assert [{"id": number, "author": {"name": "Ada"}} for number in range(5)] == [
        {"id": book["id"], "author": book["author"]} for book in data["books"]
    ]
    assert ([held], ["books"]) == (seen, asked)
