"""Where a plan and graphql-core differ, and both are right: each test is a row of `docs/differences.md`."""

import asyncio
from pathlib import Path

import pytest
import strawberry

from gateway import Info, arg, batched, graph, load, object_of
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from gateway.vocabulary.settings import Settings
from tests.declare import library
from tests.declare.library import AUTHORS, BOOKS, AuthorRecord, BookRecord, query_of
from tests.execution.agreeing import PLANNED, REFERENCE, graph_of, made_by, resolved

#: Enough for what comes, and soon over for what does not.
_TIME_S = 0.25


class Log(list):
    """What ran, in order; the engine's own."""


def note(info: Info, what: str) -> None:
    info.context.app.append(what)


@strawberry.type
class Part:
    """An object whose fields fail, wait and tell that they ran."""

    @strawberry.field
    def bad(self) -> int:
        raise ValueError("bad")

    @strawberry.field
    def may(self) -> int | None:
        raise ValueError("may")

    @strawberry.field
    async def bad_later(self) -> int:
        await asyncio.sleep(0)
        raise ValueError("later")

    @strawberry.field
    async def bad_soon(self) -> int:
        raise ValueError("soon")

    @strawberry.field
    def noted(self, info: Info) -> int:
        note(info, "noted")
        return 1

    @strawberry.field
    async def hangs(self, info: Info) -> int | None:
        note(info, "hangs")
        await asyncio.Event().wait()

    @strawberry.field
    def part(self) -> "Part | None":
        return self


_PARTS = graph(query=query_of(part=(Part | None, made_by(Part))), app=Log)


async def told(built, query, settings, times=1):
    """Data, the paths of errors in their order, and what ran; of the last time of asking."""
    fakes = {"books": {"GET /books": BOOKS}, "people": {"GET /authors": AUTHORS}}
    log = Log()
    backends = {name: FakeBackend(fakes[name]) for name in built.backends}
    async with running(built, settings=settings, app=log, **backends) as ask:
        for _ in range(times):
            log.clear()
            reply = await ask(query, time_s=_TIME_S)
    return reply.data, [error["path"] for error in reply.errors], list(log)


async def both(built, query, times=1):
    """The same of a plan and of graphql-core; their data are equal."""
    planned, reference = await told(built, query, PLANNED, times), await told(built, query, REFERENCE, times)
    assert planned[0] == reference[0]
    return planned, reference


async def test_what_stands_behind_a_failed_field():
    """A plan runs every field of an object; graphql-core stops at the first that fails without waiting."""
    (data, _, ran), (_, _, ran_by_reference) = await both(_PARTS, "{part {bad noted}}")

    assert {"part": None} == data
    assert (["noted"], []) == (ran, ran_by_reference)


async def test_which_of_several_errors_is_told():
    """Below one nulled position a plan tells the first error in the answer's order, graphql-core the first in time."""
    (data, paths, _), (_, paths_by_reference, _) = await both(_PARTS, "{part {badLater badSoon}}")

    assert {"part": None} == data
    assert ([["part", "badLater"]], [["part", "badSoon"]]) == (paths, paths_by_reference)


async def test_errors_behind_the_one_that_nulls():
    """A plan tells nothing that stands behind what nulled its parent, graphql-core what was found earlier."""
    (_, paths, _), (_, paths_by_reference, _) = await both(_PARTS, "{part {badLater may}}")

    assert [["part", "badLater"]] == paths
    assert [["part", "may"], ["part", "badLater"]] == paths_by_reference


async def test_the_order_of_errors():
    """A plan's errors are in the answer's order, graphql-core's in the order of their happening."""
    query = "{a: part {badLater} b: part {bad}}"

    (_, paths, _), (_, paths_by_reference, _) = await both(_PARTS, query)

    assert [["a", "badLater"], ["b", "bad"]] == paths
    assert [["b", "bad"], ["a", "badLater"]] == paths_by_reference


async def test_waiting_below_a_nulled_position():
    """A plan waits for what is under way below a position that is null already, graphql-core gives it up."""
    (data, paths, ran), (_, paths_by_reference, _) = await both(_PARTS, "{part {bad part {hangs}}}")
    (_, late_paths, _), (_, late_paths_by_reference, _) = await both(_PARTS, "{part {hangs badSoon}}")

    assert ({"part": None}, ["hangs"]) == (data, ran)
    assert [["part", "bad"]] == paths == paths_by_reference
    assert [["part", "hangs"], ["part", "badSoon"]] == late_paths
    assert [["part", "badSoon"]] == late_paths_by_reference


@object_of(AuthorRecord, name="DiffAuthor")
class DiffAuthor:
    name: str


@batched
async def size(authors: list[AuthorRecord]) -> list[int]:
    _SIZED.append([author.id for author in authors])
    return [len(author.name) for author in authors]


_SIZED = []
_NAMED = []


@object_of(AuthorRecord, name="SharedAuthor")
class SharedAuthor:
    name: str
    size: int = size

    @strawberry.field
    def named(self) -> str:
        _NAMED.append(self.id)
        return self.name.upper()

    @strawberry.field
    def placed(self, info: Info) -> str:
        _NAMED.append(self.id)
        return str(info.path.key)


@object_of(BookRecord, name="DiffBook")
class DiffBook:
    title: str
    author: DiffAuthor = load(library.author_by_id, key=BookRecord.author_id)
    shared: SharedAuthor = load(library.author_by_id, key=BookRecord.author_id)

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


@pytest.mark.parametrize(("settings", "calls"), [(PLANNED, 1), (REFERENCE, 2)], ids=["planned", "reference"])
@pytest.mark.parametrize(("field", "seen"), [("size", _SIZED), ("named", _NAMED)])
async def test_what_several_parents_share_may_be_asked_once(field, seen, settings, calls):
    """A plan that returns may ask batched fields, and resolvers without an info, once for an object that two share."""
    seen.clear()

    people = FakeBackend({"GET /authors": AUTHORS})
    async with running(_BOOKS, settings=settings, books=FakeBackend({"GET /books": BOOKS}), people=people) as ask:
        for _ in range(2):
            seen.clear()
            data = await ask.data(f'{{books(by: "a1") {{shared {{{field}}}}}}}')

    assert data["books"][0] == data["books"][1]
    assert calls == len([key for call in seen for key in ([call] if isinstance(call, str) else call)])


async def test_a_resolver_with_an_info_is_called_for_each_parent():
    """Its place is its own: that is the same for both."""
    for settings in (PLANNED, REFERENCE):
        _NAMED.clear()
        await told(_BOOKS, '{books(by: "a1") {shared {placed}}}', settings, times=2)
        assert ["a1"] * 4 == _NAMED


async def test_the_level_below_begins_together():
    """Below a list a plan begins when all of its awaitables have come, graphql-core with each item by itself."""
    gate = asyncio.Event()

    @strawberry.type
    class Item:
        number: strawberry.Private[int]

        @strawberry.field
        def opens(self) -> int:
            gate.set()
            return self.number

    async def waits():
        await gate.wait()
        return Item(number=2)

    async def comes():
        return Item(number=1)

    built = graph_of(items=(list[Item | None], resolved(lambda: [comes(), waits()])))

    async with running(built, settings=PLANNED) as ask:
        planned = await ask("{items {opens}}", time_s=_TIME_S)
    gate.clear()
    async with running(built, settings=REFERENCE) as ask:
        reference = await ask("{items {opens}}", time_s=_TIME_S)

    assert ([None, None], ["DEADLINE_EXCEEDED"] * 2) == (planned.data["items"], planned.codes)
    assert ([{"opens": 1}, {"opens": 2}], []) == (reference.data["items"], reference.codes)


async def test_an_async_iterable_is_read_first():
    """A plan completes items when all have come; graphql-core each as it comes, and stops reading at a null error."""
    read = []

    async def numbers():
        for number in (1, None, 3):
            read.append(number)
            yield number

    built = graph_of(numbers=(list[int] | None, made_by(numbers)))

    planned = await told(built, "{numbers}", PLANNED)
    read_by_plan = list(read)
    read.clear()
    reference = await told(built, "{numbers}", REFERENCE)

    assert planned[:2] == reference[:2] == ({"numbers": None}, [["numbers", 1]])
    assert ([1, None, 3], [1, None]) == (read_by_plan, read)


def items():
    yield "x"
    raise ValueError("broken")


async def items_later():
    yield "x"
    raise ValueError("broken")


@pytest.mark.parametrize("make", [items, items_later])
async def test_an_iterable_that_breaks_off(make):
    """A plan tells the iterable's error alone, graphql-core also those of the items before it."""
    built = graph_of(numbers=(list[int | None] | None, made_by(make)))

    (data, paths, _), (_, paths_by_reference, _) = await both(built, "{numbers}")

    assert {"numbers": None} == data
    assert ([["numbers"]], [["numbers", 0], ["numbers"]]) == (paths, paths_by_reference)


async def test_types_that_ask_for_the_place():
    """Where no resolver takes an info, a type's functions get one for all parents, with the field's own key as path."""
    seen = []

    @strawberry.type
    class Asked:
        name: str

        @classmethod
        def is_type_of(cls, value, info):
            seen.append(info.path.as_list())
            return True

    @strawberry.type
    class Outer:
        asked: Asked

    built = graph_of(outers=(list[Outer], resolved(lambda: [Outer(asked=Asked(name=name)) for name in "ab"])))

    await told(built, "{outers {asked {name}}}", PLANNED)
    planned = list(seen)
    seen.clear()
    await told(built, "{outers {asked {name}}}", REFERENCE)

    assert [["asked"], ["asked"]] == planned
    assert [["outers", 0, "asked"], ["outers", 1, "asked"]] == seen


def test_every_difference_is_told():
    """The document names each test of this module, and no other."""
    here = Path(__file__)
    text = (here.parents[2] / "docs" / "differences.md").read_text()

    names = [name for name, value in globals().items() if name.startswith("test_") and callable(value)]

    assert [] == [name for name in names if name != "test_every_difference_is_told" and name not in text]
