"""Loads asked ahead: with their parent's own load, where both have the same key."""

from __future__ import annotations

import asyncio
from typing import Any

import strawberry
from strawberry.permission import BasePermission

from gateway import arg, graph, load, object_of, viewer
from gateway.testing import FakeBackend, running
from gateway.vocabulary.settings import Settings
from tests.declare import library
from tests.declare.library import AUTHORS, BOOKS, LOANS, AuthorRecord, BookRecord, LoanRecord, query_of


class Nobody(BasePermission):
    message = "Nobody may."

    def has_permission(self, source: Any, info: Any, **arguments: Any) -> bool:
        return False


@object_of(LoanRecord)
class Loan:
    days: int


@object_of(BookRecord)
class Book:
    id: str
    title: str
    loan: Loan | None = load(library.loan_of, key=(BookRecord.id, viewer("sub")))
    others: list[Book] = load(library.books_by_author, key=BookRecord.author_id)


@object_of(AuthorRecord)
class Author:
    name: str
    books: list[Book] = load(library.books_by_author, key=AuthorRecord.id)
    hidden: list[Book] | None = load(
        library.books_by_author, key=AuthorRecord.id, fixed={"shelf": 9}, permission_classes=[Nobody]
    )
    mentor: Author | None = load(library.author_by_id, key=AuthorRecord.mentor_id)


GRAPH = graph(
    query=query_of(
        author=(Author | None, load(library.author_by_id, key=arg("id", str))),
        book=(Book | None, load(library.book_by_id, key=arg("id", str))),
        me=(Author | None, load(library.author_by_id, key=viewer("sub"))),
    )
)


def people() -> FakeBackend:
    return FakeBackend({"GET /authors": AUTHORS})


def books() -> FakeBackend:
    loans = [{"book_id": loan.book_id, "reader": loan.reader, "days": loan.days} for loan in LOANS]
    return FakeBackend({"GET /books": BOOKS, "GET /loans": lambda _request: loans})


async def test_a_load_by_the_parents_key_does_not_wait_for_the_parent():
    """An author and the books of that author are asked for at the same time: both calls must be under way to go on."""
    both = asyncio.Barrier(2)

    async def authors(_request):
        await both.wait()
        return AUTHORS[:1]

    async def written(_request):
        await both.wait()
        return BOOKS

    async with running(
        GRAPH, people=FakeBackend({"GET /authors": authors}), books=FakeBackend({"GET /books": written})
    ) as ask:
        reply = await ask('{author(id: "a1") {name books {title}}}')

    assert {"author": {"name": "Ada", "books": [{"title": "Engines"}, {"title": "Looms"}]}} == reply.data
    assert [1, 1] == [call.hop for call in reply.calls]


async def test_parts_of_a_key_may_be_the_viewers():
    """A key made of the parent's key and a claim is known ahead as well."""
    async with running(GRAPH, people=people(), books=books()) as ask:
        reply = await ask('{book(id: "b1") {title loan {days}}}', identity="r1")

    assert {"book": {"title": "Engines", "loan": {"days": 14}}} == reply.data
    assert [1, 1] == [call.hop for call in reply.calls]


async def test_a_key_that_only_the_row_knows_is_waited_for():
    """A reference that stands in the record is one hop later."""
    async with running(GRAPH, people=people(), books=books()) as ask:
        reply = await ask('{book(id: "b1") {title others {title}} author(id: "a2") {mentor {name books {title}}}}')

    assert {"name": "Ada", "books": [{"title": "Engines"}, {"title": "Looms"}]} == reply.data["author"]["mentor"]
    assert [1, 1, 2, 2] == sorted(call.hop for call in reply.calls)


async def test_each_key_is_asked_once():
    """What was asked ahead is in the request's memo when the rows come: no second call."""
    fake = books()

    async with running(GRAPH, people=people(), books=fake) as ask:
        await ask.data("{me {books {title}}}", identity="a1")

    assert [["a1"]] == fake.keys("author_id")


async def test_a_guard_sees_the_row_first():
    """Nothing is asked for what a permission might refuse."""
    fake = books()

    async with running(GRAPH, people=people(), books=fake) as ask:
        reply = await ask('{author(id: "a1") {hidden {title}}}')

    assert ({"author": {"hidden": None}}, ["FORBIDDEN"]) == (reply.data, reply.codes)
    assert [] == fake.requests


async def test_what_was_asked_for_a_missing_parent_is_not_told():
    """The parent is null, and nothing of the call that was made for it shows, not even its failure."""
    failing = FakeBackend({"GET /books": lambda _request: RuntimeError("broken")})

    async with running(GRAPH, people=people(), books=failing) as ask:
        reply = await ask('{author(id: "gone") {name books {title}}}')

    assert ({"author": None}, []) == (reply.data, reply.errors)


async def test_a_setting_leaves_it():
    """Where calls are dear and parents often missing, each load waits for its parent."""
    fake = books()

    async with running(
        GRAPH, settings=Settings(mode="development", asks_ahead=False), people=people(), books=fake
    ) as ask:
        reply = await ask('{author(id: "gone") {books {title}} me {books {title}}}', identity="a1")

    assert [1, 2] == [call.hop for call in reply.calls]
    assert [["a1"]] == fake.keys("author_id")


async def test_a_mutations_result_is_loaded_after_it():
    """Below a mutation's root field nothing is asked ahead."""
    update = strawberry.type(
        type(
            "Mutation",
            (),
            {
                "__annotations__": {"author": Author | None},
                "__module__": __name__,
                "author": load(library.author_by_id, key=arg("id", str)),
            },
        )
    )
    built = graph(query=query_of(me=(Author | None, load(library.author_by_id, key=viewer("sub")))), mutation=update)

    async with running(built, people=people(), books=books()) as ask:
        reply = await ask('mutation {author(id: "a1") {books {title}}}')

    assert [1, 2] == [call.hop for call in reply.calls]
