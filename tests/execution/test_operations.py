"""Executing operations: queries at once, mutations field after field. GraphQL specification, section 6.2."""

import asyncio

import pytest
import strawberry

from gateway import Call, Info, Keys, get, graph, load, object_of, patch
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from gateway.vocabulary.settings import LimitSettings, Settings
from tests.declare import library
from tests.declare.library import BookRecord, query_of
from tests.execution.agreeing import PLANNED, REFERENCE, agree, given, through_seam


class Counter:
    """A number that root fields change and read; the engine's own, so that each way begins at zero."""

    def __init__(self):
        self.value = 0
        self.seen = []


@strawberry.type
class Count:
    value: int

    @strawberry.field
    def now(self, info: Info) -> int:
        return info.context.app.value

    @strawberry.field
    async def later(self, info: Info) -> int:
        await asyncio.sleep(0)
        return info.context.app.value


def add_now(info: Info, by: int) -> Count:
    info.context.app.value += by
    return Count(value=info.context.app.value)


async def add_slowly(info: Info, by: int) -> Count:
    before = info.context.app.value
    await asyncio.sleep(0)
    info.context.app.value = before + by
    return Count(value=before + by)


def refuse(info: Info) -> Count:
    raise ValueError("no")


async def refuse_slowly(info: Info) -> Count | None:
    await asyncio.sleep(0)
    raise ValueError("no")


@strawberry.type
class Mutation:
    add: Count = strawberry.mutation(resolver=add_now)
    slow: Count = strawberry.mutation(resolver=add_slowly)
    fail: Count | None = strawberry.mutation(resolver=refuse, graphql_type=Count | None)
    fail_slowly: Count | None = strawberry.mutation(resolver=refuse_slowly)
    must: Count = strawberry.mutation(resolver=refuse)


_GRAPH = graph(query=query_of(word=(str, given("word"))), mutation=Mutation, app=Counter)


async def test_root_fields_of_a_mutation_run_in_order():
    """Each begins when the one before it has completed, sync or async."""
    answer = await agree(
        _GRAPH, "mutation {a: add(by: 1) {value} b: slow(by: 2) {value} c: slow(by: 3) {value} d: add(by: 4) {value}}"
    )

    assert {"a": {"value": 1}, "b": {"value": 3}, "c": {"value": 6}, "d": {"value": 10}} == answer.data


async def test_a_root_fields_selection_belongs_to_its_turn():
    """What is selected from a mutation's result is complete before the next root field begins."""
    answer = await agree(
        _GRAPH, "mutation {a: slow(by: 1) {now later} b: add(by: 5) {now later} c: slow(by: 1) {later now}}"
    )

    assert {"a": {"now": 1, "later": 1}, "b": {"now": 6, "later": 6}, "c": {"later": 7, "now": 7}} == answer.data


async def test_a_failed_root_field_does_not_stop_the_others():
    """A nullable root field that fails is null, and the next one has its turn."""
    answer = await agree(
        _GRAPH, "mutation {a: slow(by: 1) {value} x: fail {value} y: failSlowly {value} b: add(by: 1) {later}}"
    )

    assert {"a": {"value": 1}, "x": None, "y": None, "b": {"later": 2}} == answer.data
    assert [["x"], ["y"]] == answer.paths


async def test_a_failed_non_null_root_field_ends_the_mutation():
    """It nulls the whole answer; root fields after it are not run."""
    seen = []
    for built, settings in ((_GRAPH, PLANNED), (through_seam(_GRAPH), PLANNED), (_GRAPH, REFERENCE)):
        app = Counter()
        async with running(built, settings=settings, app=app) as ask:
            reply = await ask("mutation {a: add(by: 1) {value} must {value} b: add(by: 10) {value}}")
        seen.append((reply.data, [error["path"] for error in reply.errors], app.value))

    assert [(None, [["must"]], 1)] * 3 == seen


async def test_a_mutation_may_repeat_a_field_under_one_key():
    """Fields of one response key are one field: it is run once."""
    answer = await agree(_GRAPH, "mutation {add(by: 1) {value} ...More} fragment More on Mutation {add(by: 1) {now}}")

    assert {"add": {"value": 1, "now": 1}} == answer.data


async def test_many_root_fields_are_run_one_by_one():
    """A long mutation takes no deeper stack than a short one."""
    fields = " ".join(f"m{number}: add(by: 1) {{value}}" for number in range(1200))
    limits = LimitSettings(max_aliases=1200, max_root_fields=1200, max_fields=2400, max_tokens=20_000)

    async with running(_GRAPH, settings=Settings(limits=limits)) as ask:
        data = await ask.data(f"mutation {{{fields}}}")

    assert {f"m{number}": {"value": number + 1} for number in range(1200)} == data


async def test_root_fields_of_a_query_run_at_the_same_time():
    """Each may wait for the others."""
    barrier = asyncio.Barrier(3)

    async def meet() -> int:
        await barrier.wait()
        return 1

    met = graph(query=query_of(meet=(int, strawberry.field(resolver=meet))))

    assert {"a": 1, "b": 1, "c": 1} == (await agree(met, "{a: meet b: meet c: meet}")).data


async def test_keys_are_in_the_order_of_the_document():
    """Whatever ends first, the answer is as the document has it."""
    gate = asyncio.Event()

    async def late() -> int:
        await gate.wait()
        return 1

    async def early() -> int:
        gate.set()
        return 2

    built = graph(
        query=query_of(late=(int, strawberry.field(resolver=late)), early=(int, strawberry.field(resolver=early)))
    )

    answer = await agree(built, "{late early again: late}")

    assert ["late", "early", "again"] == list(answer.data)


@library.books.write(invalidates=[library.book_by_id])
def rename(book_id: str, *, title: str) -> Call[BookRecord]:
    return patch("/books/{id}", id=book_id, json={"title": title}, into=BookRecord)


@library.books.many(by=BookRecord.shelf)
def neighbours(shelves: Keys[int]) -> Call[list[BookRecord]]:
    return get("/books", shelf=shelves, into=list[BookRecord])


@object_of(BookRecord)
class Book:
    title: str
    shelf: int
    neighbours: list["Book"] = load(neighbours, key=BookRecord.shelf)


async def rename_book(info: Info, title: str) -> Book:
    return await rename.send(info.context, "b1", title=title)


@strawberry.type
class Renaming:
    rename: Book = strawberry.mutation(resolver=rename_book)


_RENAMING = graph(query=query_of(book=(Book, load(library.featured))), mutation=Renaming)


def shelf():
    """Books whose titles can be changed."""
    titles = {"b1": "Engines", "b2": "Looms"}

    def changed(request):
        titles["b1"] = request.body.decode().split('"')[3]
        return BookRecord("b1", titles["b1"], "a1", 1)

    return FakeBackend(
        {
            "PATCH /books/{id}": changed,
            "GET /books": lambda request: [BookRecord(key, title, "a1", 1) for key, title in titles.items()],
        }
    )


@pytest.mark.parametrize("settings", [PLANNED, REFERENCE], ids=["planned", "reference"])
@pytest.mark.parametrize("way", [lambda graph: graph, through_seam], ids=["direct", "seam"])
async def test_what_a_mutation_selects_sees_its_change(settings, way):
    """Loads below a root field are asked anew, although an earlier root field has loaded the same keys."""
    books = shelf()

    async with running(way(_RENAMING), settings=settings, books=books) as ask:
        data = await ask.data(
            'mutation {a: rename(title: "One") {neighbours {title}} b: rename(title: "Two") {neighbours {title}}}'
        )

    assert {
        "a": {"neighbours": [{"title": "One"}, {"title": "Looms"}]},
        "b": {"neighbours": [{"title": "Two"}, {"title": "Looms"}]},
    } == data
    assert ["PATCH", "GET", "PATCH", "GET"] == [request.method for request in books.requests]
