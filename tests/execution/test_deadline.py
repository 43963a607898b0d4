"""The deadline: what is known by then is answered, the rest is an error at its path. One timer a request."""

import asyncio

import pytest
import strawberry

from gateway import Info, arg, batched, graph, load, object_of
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from tests.declare import library
from tests.declare.library import BOOKS, AuthorRecord, BookRecord, query_of
from tests.execution.agreeing import PLANNED, REFERENCE, through_seam

_SOON_S = 0.25


async def never():
    await asyncio.Event().wait()


@batched
async def endless(books: list[BookRecord]) -> list[int | Exception]:
    await never()


@object_of(AuthorRecord, name="LateAuthor")
class LateAuthor:
    name: str


@object_of(BookRecord, name="LateBook")
class LateBook:
    title: str
    author: LateAuthor | None = load(library.author_by_id, key=BookRecord.author_id)
    must: LateAuthor = load(library.author_by_id, key=BookRecord.author_id)
    endless: int | None = endless

    @strawberry.field
    async def hangs(self) -> int | None:
        await never()

    @strawberry.field
    async def hangs_twice(self) -> list[int | None]:
        return [never(), 1, never()]


_SEEN = []


async def hang() -> str | None:
    await never()


def note() -> str:
    _SEEN.append("note")
    return "noted"


@strawberry.type
class Mutation:
    note: str | None = strawberry.mutation(resolver=note)
    hang: str | None = strawberry.mutation(resolver=hang)


_GRAPH = graph(
    query=query_of(
        books=(list[LateBook | None], load(library.books_on_shelf, key=arg("shelf", int))),
        hang=(str | None, strawberry.field(resolver=hang)),
        must=(str, strawberry.field(resolver=hang, graphql_type=str)),
    ),
    mutation=Mutation,
)


async def late(query, way=lambda built: built, settings=PLANNED):
    """The reply of a graph whose authors never come."""
    people = FakeBackend({"GET /authors": lambda request: never()})
    async with running(way(_GRAPH), settings=settings, books=FakeBackend({"GET /books": BOOKS}), people=people) as ask:
        return await ask(query, time_s=_SOON_S)


WAYS = pytest.mark.parametrize("way", [lambda built: built, through_seam], ids=["direct", "seam"])


@WAYS
@pytest.mark.parametrize("field", ["author {name}", "endless", "hangs"])
async def test_what_is_known_is_answered(way, field):
    """A load, a batched field or a resolver that hangs is null with an error; its siblings are there."""
    reply = await late(f"{{books(shelf: 1) {{title late: {field}}}}}", way)

    assert [{"title": "Engines", "late": None}, {"title": "Wires", "late": None}] == reply.data["books"]
    assert [["books", 0, "late"], ["books", 1, "late"]] == [error["path"] for error in reply.errors]
    assert ["DEADLINE_EXCEEDED"] * 2 == reply.codes


@WAYS
async def test_graphql_core_says_the_same(way):
    """The answer at the deadline does not depend on who ran the operation."""
    query = "{books(shelf: 1) {title author {name} hangs} hang}"

    planned, reference = await late(query, way), await late(query, way, REFERENCE)

    assert planned.data == reference.data
    assert sorted(map(str, ([e["path"], e["message"]] for e in planned.errors))) == (
        sorted(map(str, ([e["path"], e["message"]] for e in reference.errors)))
    )


async def test_a_non_null_field_that_is_late_takes_its_parent_along():
    """As any failure does."""
    reply = await late("{books(shelf: 1) {title must {name}} hang}")

    assert {"books": [None, None], "hang": None} == reply.data
    assert ["DEADLINE_EXCEEDED"] * 3 == reply.codes


async def test_items_that_are_late():
    """Each awaitable of a list has an error of its own; the items that came stay."""
    reply = await late("{books(shelf: 2) {title hangsTwice}}")

    assert [{"title": "Looms", "hangsTwice": [None, 1, None]}] == reply.data["books"]
    assert [["books", 0, "hangsTwice", index] for index in (0, 2)] == [error["path"] for error in reply.errors]


async def test_a_late_non_null_root_field():
    """Nothing of the answer may stay."""
    reply = await late("{books(shelf: 1) {title} must}")

    assert (None, ["DEADLINE_EXCEEDED"]) == (reply.data, reply.codes)


async def test_root_fields_of_a_mutation_after_the_deadline():
    """They are not run: each is an error at its path, the ones before it are answered."""
    _SEEN.clear()

    reply = await late("mutation {a: note hang b: note}")

    assert {"a": "noted", "hang": None, "b": None} == reply.data
    assert (["DEADLINE_EXCEEDED"] * 2, ["note"]) == (reply.codes, _SEEN)


class Timers:
    """Counts the timers that an event loop is given."""

    def __init__(self, monkeypatch):
        self.set = 0
        loop = asyncio.get_running_loop()
        for name in ("call_at", "call_later"):
            monkeypatch.setattr(loop, name, self._counting(getattr(loop, name)), raising=False)

    def _counting(self, plain):
        def counting(*given, **options):
            self.set += 1
            return plain(*given, **options)

        return counting


@pytest.mark.parametrize("count", [1, 20])
async def test_one_timer_a_request(monkeypatch, count):
    """However many resolvers a request awaits, the deadline is one timer."""

    async def slow(info: Info) -> int:
        await asyncio.sleep(0)
        return 1

    built = graph(query=query_of(slow=(int, strawberry.field(resolver=slow))))

    async with running(built) as ask:
        timers = Timers(monkeypatch)
        await ask.data("{" + " ".join(f"s{number}: slow" for number in range(count)) + "}")
        before_close = timers.set

    assert 1 == before_close


async def test_no_timer_where_nothing_is_waited_for(monkeypatch):
    """An operation that is complete in its first pass needs none."""
    built = graph(query=query_of(word=(str, strawberry.field(resolver=lambda: "w"))))

    async with running(built) as ask:
        timers = Timers(monkeypatch)
        await ask.data("{word}")
        before_close = timers.set

    assert 0 == before_close


@WAYS
async def test_whoever_is_cancelled_leaves_nothing_running(way):
    """A cancelled request's resolvers are cancelled with it."""
    ended, begun = asyncio.Event(), asyncio.Event()

    async def watched() -> int:
        begun.set()
        try:
            await never()
        finally:
            ended.set()

    built = way(graph(query=query_of(watched=(int, strawberry.field(resolver=watched)))))

    async with running(built) as ask:
        asked = asyncio.create_task(ask("{watched}"))
        await begun.wait()
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked

    assert ended.is_set()


async def test_an_answer_does_not_change_once_it_is_given():
    """What comes after the deadline finds nobody, also where it is a list that would have to be read."""
    late = asyncio.get_running_loop().create_future()
    built = graph(query=query_of(numbers=(list[int] | None, strawberry.field(resolver=lambda: late))))

    async with running(built, settings=PLANNED) as ask:
        reply = await ask("{numbers}", time_s=0.1)
        given = repr(reply.data)
        assert not late.done()
        late.set_result((1, 2))
        for _ in range(5):
            await asyncio.sleep(0)

    assert ({"numbers": None}, given) == (reply.data, repr(reply.data))
