"""A step starts the moment its inputs are ready; what one pass made ready departs together."""

import asyncio

import pytest
import strawberry

from gateway import Call, Context, Keys, arg, batched, get, graph, load, object_of
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from tests.declare import library
from tests.declare.library import AUTHORS, BOOKS, AuthorRecord, BookRecord, query_of
from tests.execution.agreeing import PLANNED, through_seam

_OTHER = library.Backend("other")


@_OTHER.one(by=BookRecord.id)
def slow_book(ids: Keys[str]) -> Call[list[BookRecord]]:
    return get("/slow", id=ids, into=list[BookRecord])


@batched
async def measured(books: list[BookRecord], context: Context) -> list[int]:
    await context.app.wait()
    return [len(book.title) for book in books]


@object_of(AuthorRecord, name="ReadyAuthor")
class ReadyAuthor:
    name: str
    mentor: "ReadyAuthor | None" = load(library.author_by_id, key=AuthorRecord.mentor_id)
    books: list["ReadyBook"] = load(library.books_by_author, key=AuthorRecord.id)


@object_of(BookRecord, name="ReadyBook")
class ReadyBook:
    title: str
    author: ReadyAuthor = load(library.author_by_id, key=BookRecord.author_id)
    slow: "ReadyBook | None" = load(slow_book, key=BookRecord.id)
    measured: int = measured

    @strawberry.field
    async def hangs(self, info: strawberry.Info) -> int:
        await info.context.app.wait()
        return 1


_GRAPH = graph(
    query=query_of(
        books=(list[ReadyBook], load(library.books_on_shelf, key=arg("shelf", int))),
        slow=(ReadyBook | None, load(slow_book, key=arg("id", str))),
        author=(ReadyAuthor | None, load(library.author_by_id, key=arg("id", str))),
    )
)


class Stage:
    """Backends of which one is held back; `seen` is set when a call beyond it has been made."""

    def __init__(self, beyond):
        self.gate = asyncio.Event()
        self.seen = asyncio.Event()
        self._beyond = beyond
        self.books = FakeBackend({"GET /books": self._books})
        self.people = FakeBackend({"GET /authors": self._authors})
        self.other = FakeBackend({"GET /slow": self._slow})

    def _note(self, request):
        if self._beyond(request):
            self.seen.set()

    def _books(self, request):
        self._note(request)
        wanted = set(request.query)
        return [book for book in BOOKS if {("shelf", str(book.shelf)), ("author_id", book.author_id)} & wanted]

    def _authors(self, request):
        self._note(request)
        return [author for author in AUTHORS if ("id", author.id) in request.query]

    async def _slow(self, request):
        await self.gate.wait()
        return [book for book in BOOKS if ("id", book.id) in request.query]

    @property
    def backends(self):
        return {"books": self.books, "people": self.people, "other": self.other}


@pytest.mark.parametrize("way", [lambda built: built, through_seam], ids=["direct", "seam"])
@pytest.mark.parametrize(
    "beside", ['slow(id: "b2") {title}', "more: books(shelf: 2) {hangs}", "more: books(shelf: 2) {measured}"]
)
async def test_a_slow_branch_delays_no_other(way, beside):
    """While one branch waits, another one makes its second and its third call: nothing is levelled."""
    stage = Stage(lambda request: request.path == "/books" and "author_id" in dict(request.query))

    async with running(way(_GRAPH), settings=PLANNED, app=stage.gate, **stage.backends) as ask:
        asked = asyncio.create_task(ask.data(f"{{{beside} books(shelf: 1) {{author {{books {{title}}}}}}}}"))
        await stage.seen.wait()
        waited = not asked.done()
        stage.gate.set()
        data = await asked

    assert waited
    assert [["Engines", "Looms"], ["Wires"]] == [
        [b["title"] for b in book["author"]["books"]] for book in data["books"]
    ]


async def test_a_slow_field_delays_no_sibling_of_its_object():
    """Within one object, too, each field goes on by itself."""
    stage = Stage(lambda request: "author_id" in dict(request.query))

    async with running(_GRAPH, app=stage.gate, **stage.backends) as ask:
        asked = asyncio.create_task(ask.data("{books(shelf: 2) {slow {author {name}} author {books {title}}}}"))
        await stage.seen.wait()
        stage.gate.set()
        data = await asked

    assert [{"slow": {"author": {"name": "Ada"}}, "author": {"books": [{"title": "Engines"}, {"title": "Looms"}]}}] == (
        data["books"]
    )


async def test_loads_of_one_pass_leave_in_one_call():
    """Fields at several places that become ready together ask one loader once, each key once."""
    stage = Stage(lambda request: False)

    async with running(_GRAPH, app=stage.gate, **stage.backends) as ask:
        await ask.data("{books(shelf: 1) {author {name} again: author {mentor {name}} same: author {name}}}")

    assert [["a1", "a2"]] == stage.people.keys("id")


async def test_root_loads_leave_together():
    """All root fields of a query become ready in the first pass: one departure, one call a loader and arguments."""
    stage = Stage(lambda request: False)

    async with running(_GRAPH, app=stage.gate, **stage.backends) as ask:
        reply = await ask('{a: author(id: "a1") {name} b: author(id: "a3") {name} books(shelf: 2) {title}}')

    assert [["a1", "a3"]] == stage.people.keys("id")
    assert {1} == {call.departure for call in reply.calls}
    assert ["GET", "GET"] == [request.method for request in (*stage.people.requests, *stage.books.requests)]


async def test_each_hop_is_one_departure():
    """A chain of loads departs once a level, however many parents a level has; what is known is not asked again."""
    stage = Stage(lambda request: False)

    async with running(_GRAPH, app=stage.gate, **stage.backends) as ask:
        reply = await ask("{books(shelf: 1) {author {mentor {name mentor {name}}} again: author {name}}}")

    assert [] == reply.errors
    assert [("books", 1), ("people", 2)] == [(call.backend, call.departure) for call in reply.calls]
    assert [["a1", "a2"]] == stage.people.keys("id")


async def test_a_load_whose_key_is_known_is_asked_ahead():
    """An author's books are asked by the key that the author is loaded by: both calls leave together."""
    stage = Stage(lambda request: False)

    async with running(_GRAPH, app=stage.gate, **stage.backends) as ask:
        reply = await ask('{author(id: "a1") {name books {title}}}')

    assert {"author": {"name": "Ada", "books": [{"title": "Engines"}, {"title": "Looms"}]}} == reply.data
    assert [1, 1] == [call.departure for call in reply.calls]


async def test_resolvers_and_loads_of_one_pass_share_a_call():
    """What the resolvers of a level await leaves with what the loads of that level ask."""

    @strawberry.type
    class Shelf:
        number: strawberry.Private[int]

        @strawberry.field
        async def first_author(self, info: strawberry.Info) -> str:
            author = await library.author_by_id.load(info.context, "a3")
            return author.name

    built = graph(
        query=query_of(
            shelf=(Shelf, strawberry.field(resolver=lambda: Shelf(number=1))),
            author=(ReadyAuthor | None, load(library.author_by_id, key=arg("id", str))),
        )
    )
    stage = Stage(lambda request: False)

    async with running(built, app=stage.gate, **stage.backends) as ask:
        data = await ask.data('{shelf {firstAuthor} author(id: "a1") {name}}')

    assert {"shelf": {"firstAuthor": "Cole"}, "author": {"name": "Ada"}} == data
    assert [{"a1", "a3"}] == [set(keys) for keys in stage.people.keys("id")]


@strawberry.type
class Shelf:
    number: int

    @strawberry.field
    async def items(self, info: strawberry.Info) -> list[str]:
        """Items that come by themselves; the second shelf has some once the first one's first item is there."""
        if self.number == 2:
            await info.context.app.wait()

        async def item() -> str:
            info.context.app.set()
            return f"of {self.number}"

        return [item()]  # type: ignore[list-item]  # awaited one by one, as graphql-core does


@strawberry.type
class Shelves:
    @strawberry.field
    def shelves(self) -> list[Shelf]:
        return [Shelf(number=1), Shelf(number=2)]


@pytest.mark.parametrize("way", [lambda built: built, through_seam], ids=["direct", "seam"])
async def test_items_of_a_list_go_on_before_other_lists_are_there(way):
    """A list of awaitables is not held back until the last parent's list has come."""
    async with running(way(graph(query=Shelves)), app=asyncio.Event()) as ask:
        data = await asyncio.wait_for(ask.data("{shelves {items}}"), 5)

    assert [["of 1"], ["of 2"]] == [shelf["items"] for shelf in data["shelves"]]
