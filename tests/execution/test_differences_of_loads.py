"""What a plan loads and asks, where graphql-core does not: each test is a row of `docs/differences.md`."""

import pytest
import strawberry

from gateway import arg, graph, load, object_of
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from gateway.vocabulary.settings import Settings
from tests.declare import library
from tests.declare.library import AUTHORS, BOOKS, AuthorRecord, BookRecord, query_of
from tests.execution.agreeing import PLANNED, REFERENCE
from tests.execution.differing import Log


@object_of(AuthorRecord, name="DiffAuthor")
class DiffAuthor:
    name: str


@object_of(BookRecord, name="DiffBook")
class DiffBook:
    title: str
    author: DiffAuthor = load(library.author_by_id, key=BookRecord.author_id)

    @strawberry.field
    def bad(self) -> int:
        raise ValueError("bad")


@object_of(AuthorRecord, name="AheadAuthor")
class AheadAuthor:
    books: list[DiffBook] = load(library.books_by_author, key=AuthorRecord.id)


_AUTHORS = graph(query=query_of(author=(AheadAuthor | None, load(library.author_by_id, key=arg("id", str)))))
_BOOKS = graph(
    query=query_of(books=(list[DiffBook | None], load(library.books_by_author, key=arg("by", str)))), app=Log
)


@pytest.mark.parametrize(("settings", "asked"), [(PLANNED, [["a1"]]), (REFERENCE, [])], ids=["planned", "reference"])
async def test_loads_below_a_nulled_position(settings, asked):
    """A plan loads for parents that turn out to be null, graphql-core only for those it has not given up."""
    people = FakeBackend({"GET /authors": AUTHORS})

    async with running(_BOOKS, settings=settings, books=FakeBackend({"GET /books": BOOKS}), people=people) as ask:
        reply = await ask('{books(by: "a1") {bad author {name}}}')

    assert {"books": [None, None]} == reply.data
    assert asked == people.keys("id")


@pytest.mark.parametrize(
    ("settings", "asked"),
    [(PLANNED, 1), (REFERENCE, 0), (Settings(asks_ahead=False), 0)],
    ids=["planned", "reference", "not ahead"],
)
async def test_loads_that_are_asked_ahead(settings, asked):
    """A plan asks for what hangs on a row by the row's own key at the same time: for nothing, if there is no row."""
    books = FakeBackend({"GET /books": BOOKS})

    async with running(_AUTHORS, settings=settings, books=books, people=FakeBackend({"GET /authors": AUTHORS})) as ask:
        data = await ask.data('{author(id: "a9") {books {title}}}')

    assert {"author": None} == data
    assert asked == len(books.requests)
