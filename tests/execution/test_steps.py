"""Steps beside plain fields and loads: batched resolvers, opaque loaders, resolvers that load, what they await."""

import asyncio

import pytest
import strawberry

from gateway import Context, Info, Keys, arg, batched, graph, load, object_of, viewer
from tests.declare import library, types
from tests.declare.library import AUTHORS, BOOKS, AuthorRecord, BookRecord, query_of
from tests.execution.agreeing import agree, made_by
from tests.execution.counting import agree_counting

_BACKENDS = {"books": {"GET /books": BOOKS}, "people": {"GET /authors": AUTHORS}}


class Calls(list):
    """What batched resolvers and opaque loaders were called with; the engine's own."""


@batched
async def length(books: list[BookRecord], context: Context, *, unit: int = 1) -> list[int | Exception]:
    context.app.append([book.id for book in books])
    await asyncio.sleep(0)
    return [ValueError("short") if book.id == "b2" else len(book.title) * unit for book in books]


@batched
async def namesakes(books: list[BookRecord]) -> list[list[AuthorRecord]]:
    return [[author for author in AUTHORS if author.id == book.author_id] for book in books]


@batched
async def too_few(books: list[BookRecord]) -> list[int]:
    return []


@library.books.one(by=BookRecord.id)
async def book_somewhere(ids: Keys[str]) -> list[BookRecord]:
    await asyncio.sleep(0)
    return [book for book in BOOKS if book.id in ids]


@object_of(BookRecord, name="SteppedBook")
class SteppedBook:
    id: str
    title: str
    length: int | None = length
    namesakes: list[types.Author] = namesakes
    too_few: int | None = too_few
    again: "SteppedBook | None" = load(book_somewhere, key=BookRecord.id)

    @strawberry.field
    async def author_name(self, info: Info) -> str:
        author = await library.author_by_id.load(info.context, self.author_id)
        return author.name

    @strawberry.field
    async def mentor(self, info: Info) -> types.Author | None:
        author = await library.author_by_id.load(info.context, self.author_id)
        return author.mentor_id and await library.author_by_id.load(info.context, author.mentor_id)

    @strawberry.field
    def authors(self, info: Info) -> list[types.Author | None]:
        return [library.author_by_id.load(info.context, key) for key in (self.author_id, "a9", "a1")]

    @strawberry.field
    async def echo(self, word: str = "w") -> str:
        return f"{word} {self.title}"


_GRAPH = graph(
    query=query_of(
        books=(list[SteppedBook], load(library.books_on_shelf, key=arg("shelf", int))),
        mine=(list[SteppedBook] | None, load(library.books_by_author, key=viewer("sub"))),
    ),
    app=Calls,
)


async def test_a_batched_field_is_one_call_for_all_parents():
    """Parents come in their order; what is selected below goes on for all of them."""
    answer = await agree(_GRAPH, "{books(shelf: 1) {length namesakes {name mentor {name}}}}", backends=_BACKENDS)

    assert [
        {"length": 7, "namesakes": [{"name": "Ada", "mentor": None}]},
        {"length": 5, "namesakes": [{"name": "Bell", "mentor": {"name": "Ada"}}]},
    ] == answer.data["books"]


async def test_a_batched_field_calls_no_resolver():
    """The field's own resolver is for where graphql-core runs it."""
    _, resolvers = await agree_counting(_GRAPH, "{books(shelf: 1) {length(unit: 2)}}", backends=_BACKENDS)

    assert {} == resolvers


@pytest.mark.parametrize(
    ("field", "paths"), [("length", [["books", 0, "length"]]), ("tooFew", [["books", 0, "tooFew"]])]
)
async def test_a_batched_field_may_fail(field, paths):
    """An exception in a value's place, or too few values: errors at the parents' own paths."""
    answer = await agree(_GRAPH, f"{{books(shelf: 2) {{title {field}}}}}", backends=_BACKENDS)

    assert [{"title": "Looms", field: None}] == answer.data["books"]
    assert paths == answer.paths


async def test_an_opaque_loader_is_asked_like_any():
    """It is aligned, remembered and shared; only its calls are unknown."""
    answer, resolvers = await agree_counting(
        _GRAPH, "{books(shelf: 1) {again {title again {id length}}}}", backends=_BACKENDS
    )

    assert [
        {"again": {"title": "Engines", "again": {"id": "b1", "length": 7}}},
        {"again": {"title": "Wires", "again": {"id": "b3", "length": 5}}},
    ] == answer.data["books"]
    assert ({}, ["GET /books?shelf=1"]) == (resolvers, answer.asked)


async def test_what_resolvers_load_departs_together():
    """Resolvers of all parents that await the same loader make one call, their own kind called once a parent."""
    answer, resolvers = await agree_counting(_GRAPH, "{books(shelf: 1) {authorName}}", backends=_BACKENDS)

    assert ["Ada", "Bell"] == [book["authorName"] for book in answer.data["books"]]
    assert {"SteppedBook.authorName": 2} == resolvers
    assert ["GET /books?shelf=1", "GET /authors?id=a1&id=a2"] == answer.asked


async def test_a_resolver_that_loads_twice_makes_two_hops():
    """What it awaits first is known from then on; only new keys are asked."""
    answer = await agree(_GRAPH, "{books(shelf: 1) {mentor {name} authorName}}", backends=_BACKENDS)

    assert [None, {"name": "Ada"}] == [book["mentor"] for book in answer.data["books"]]
    assert 2 == len(answer.asked)


async def test_loads_as_awaitables_in_a_list():
    """A sync resolver may give a list of what it has begun to load."""
    answer = await agree(_GRAPH, "{books(shelf: 2) {authors {name mentor {name}}}}", backends=_BACKENDS)

    ada = {"name": "Ada", "mentor": None}
    assert [[ada, None, ada]] == [book["authors"] for book in answer.data["books"]]
    assert 2 == len(answer.asked)


async def test_a_viewers_claim_is_a_key():
    """Without it a nullable field is null and nothing is asked."""
    seen = await agree(_GRAPH, "{mine {title}}", identity="a1", backends=_BACKENDS)
    unseen = await agree(_GRAPH, "{mine {title}}", backends=_BACKENDS)

    assert ["Engines", "Looms"] == [book["title"] for book in seen.data["mine"]]
    assert ({"mine": None}, []) == (unseen.data, unseen.asked)


async def test_a_resolver_without_info_is_handed_none():
    """Its arguments and its parent are all that it needs."""
    answer, resolvers = await agree_counting(
        _GRAPH, "query ($w: String!) {books(shelf: 1) {echo more: echo(word: $w)}}", {"w": "x"}, backends=_BACKENDS
    )

    assert [("w Engines", "x Engines"), ("w Wires", "x Wires")] == [
        (book["echo"], book["more"]) for book in answer.data["books"]
    ]
    assert {"SteppedBook.echo": 4} == resolvers


async def test_async_iterables_of_objects():
    """An async generator's objects are loaded for together, once it has ended."""

    async def streamed() -> list[SteppedBook]:
        for book in BOOKS:
            await asyncio.sleep(0)
            yield book

    built = graph(query=query_of(books=(list[SteppedBook], made_by(streamed))), app=Calls)

    answer = await agree(built, "{books {title namesakes {books {title}}}}", backends=_BACKENDS)

    assert ["Engines", "Looms", "Wires"] == [book["title"] for book in answer.data["books"]]
    assert 1 == len(answer.asked)
