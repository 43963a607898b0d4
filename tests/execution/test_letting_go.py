"""What a request holds while it waits: of what stands in its answer already, only what may be asked for again."""

import asyncio
from typing import Any
from weakref import WeakSet

import msgspec
import pytest
import strawberry

from gateway import Backend, Call, Info, Keys, by_kind, get, graph, load, object_of
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from tests.declare.library import query_of
from tests.execution.agreeing import PLANNED

library = Backend("library")

_LIVING: WeakSet[msgspec.Struct] = WeakSet()
# Set when an author is decoded, in whose turn of the loop it stands in the answer, too.
_DECODED: list[asyncio.Event] = []


class BookRecord(msgspec.Struct, frozen=True, weakref=True):
    id: int
    author_id: int

    def __post_init__(self) -> None:
        _LIVING.add(self)


class AuthorRecord(msgspec.Struct, frozen=True):
    id: int
    name: str

    def __post_init__(self) -> None:
        for event in _DECODED:
            event.set()


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

    def authors(_: object) -> list[dict[str, Any]]:
        seen.append(len(_LIVING))
        return [{"id": 1, "name": "Ada"}]

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


class EntryRecord(msgspec.Struct, frozen=True):
    id: int
    kind: str


@library.one(by=BookRecord.id)
def old_book(ids: Keys[int]) -> Call[list[BookRecord]]:
    return get("/old", id=ids, into=list[BookRecord])


@library.one(by=BookRecord.id)
def new_book(ids: Keys[int]) -> Call[list[BookRecord]]:
    return get("/new", id=ids, into=list[BookRecord])


@library.many()
def entries() -> Call[list[EntryRecord]]:
    return get("/entries", into=list[EntryRecord])


@object_of(EntryRecord, name="HeldEntry")
class Entry:
    book: Book = load(by_kind(EntryRecord.kind, {"old": old_book, "new": new_book}), key=EntryRecord.id)


CATALOGUE = graph(query=query_of(entries=(list[Entry], load(entries))))


async def test_what_a_choice_of_loaders_brings_later_finds_what_was_loaded_before(monkeypatch):
    """Books of one kind come when the author of the other kind's is there: it is not asked for again."""
    author_came = asyncio.Event()
    monkeypatch.setitem(globals(), "_DECODED", [author_came])
    asked = []

    def authors(_: object) -> list[dict[str, Any]]:
        asked.append("authors")
        return [{"id": 1, "name": "Ada"}]

    async def new(_: object) -> list[BookRecord]:
        await author_came.wait()
        return [BookRecord(2, 1)]

    backend = FakeBackend(
        {
            "GET /entries": [EntryRecord(1, "old"), EntryRecord(2, "new")],
            "GET /old": [BookRecord(1, 1)],
            "GET /new": new,
            "GET /authors": authors,
        }
    )
    async with running(CATALOGUE, settings=PLANNED, library=backend) as ask:
        data = await ask.data("{entries {book {id author {name}}}}")

    assert [{"id": 1, "author": {"name": "Ada"}}, {"id": 2, "author": {"name": "Ada"}}] == [
        entry["book"] for entry in data["entries"]
    ]
    assert ["authors"] == asked
