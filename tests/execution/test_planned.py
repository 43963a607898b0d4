"""What is planned: no fallback, and for plain fields and declared loads no resolver is called for any object."""

import asyncio
import datetime as dt
from decimal import Decimal
from enum import Enum
from typing import NewType, TypeVar

import msgspec
import pytest
import strawberry
from strawberry import relay
from strawberry.schema.config import StrawberryConfig

from gateway import Backend, Call, Edge, Keys, Page, PageInfo, arg, enum_of, get, graph, load, object_of
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from tests.declare import library, types
from tests.declare.library import AUTHORS, BOOKS, query_of
from tests.execution.counting import agree_counting

Even = NewType("Even", int)
T = TypeVar("T")


class Level(Enum):
    LOW = "low"
    HIGH = "high"


enum_of(Level)


class ThingRecord(msgspec.Struct, frozen=True):
    id: str
    level: Level = Level.LOW
    even: int = 2
    day: dt.date = dt.date(2024, 2, 29)
    price: Decimal = Decimal("1.10")
    ratio: float = 0.5
    is_on: bool = True
    count: int | None = None
    matrix: list[list[int | None]] = msgspec.field(default_factory=lambda: [[1, None], []])
    levels: list[Level] | None = None
    parent_id: str = ""


things = Backend("things")


@things.one(by=ThingRecord.id)
def thing_by_id(ids: Keys[str]) -> Call[list[ThingRecord]]:
    return get("/things", id=ids, into=list[ThingRecord])


@things.many(by=ThingRecord.parent_id)
def things_below(ids: Keys[str], *, at_least: int = 0, levels: list[Level] | None = None) -> Call[list[ThingRecord]]:
    return get("/things", parent_id=ids, at_least=at_least, into=list[ThingRecord])


@object_of(ThingRecord)
class Thing:
    id: strawberry.ID
    level: Level
    even: Even
    day: dt.date
    price: Decimal
    ratio: float
    is_on: bool
    count: int | None
    matrix: list[list[int | None]]
    levels: list[Level] | None
    parent: "Thing | None" = load(thing_by_id, key=ThingRecord.parent_id)
    below: list["Thing"] = load(things_below, key=ThingRecord.id)


_THINGS = [
    ThingRecord("t1", Level.HIGH, levels=[Level.LOW, Level.HIGH]),
    ThingRecord("t2", count=3, parent_id="t1"),
    ThingRecord("t3", parent_id="t1", matrix=[]),
    ThingRecord("t4", parent_id="t3"),
]
_BACKENDS = {"things": {"GET /things": _THINGS}, "books": {"GET /books": BOOKS}, "people": {"GET /authors": AUTHORS}}
_CONFIG = StrawberryConfig(
    scalar_map={Even: strawberry.scalar(name="Even", serialize=lambda value: value if value % 2 == 0 else None)}
)
_GRAPH = graph(
    query=query_of(
        thing=(Thing | None, load(thing_by_id, key=arg("id", str))),
        below=(list[Thing], load(things_below, key=arg("id", str))),
    ),
    config=_CONFIG,
)


async def planned(query, variables=None, built=_GRAPH):
    """The data of a plan that calls no resolver."""
    answer, resolvers = await agree_counting(built, query, variables, backends=_BACKENDS)
    assert ({}, []) == (resolvers, answer.errors)
    return answer.data


async def test_scalars_enums_and_lists_of_lists():
    """GraphQL's own scalars, Strawberry's, custom ones, enums, and lists of them are read from the record."""
    data = await planned('{thing(id: "t1") {id level even day price ratio isOn count matrix levels __typename}}')

    assert {
        "id": "t1",
        "level": "HIGH",
        "even": 2,
        "day": "2024-02-29",
        "price": "1.10",
        "ratio": 0.5,
        "isOn": True,
        "count": None,
        "matrix": [[1, None], []],
        "levels": ["LOW", "HIGH"],
        "__typename": "Thing",
    } == data["thing"]


async def test_loads_below_loads():
    """Each level is one call, however many its parents."""
    data = await planned('{below(id: "t1") {id parent {id below {id}} below {id below {id}}}}')

    family = {"id": "t1", "below": [{"id": "t2"}, {"id": "t3"}]}
    assert [
        {"id": "t2", "parent": family, "below": []},
        {"id": "t3", "parent": family, "below": [{"id": "t4", "below": []}]},
    ] == data["below"]


async def test_aliases_fragments_and_conditions():
    """They cost nothing at run time."""
    query = """query ($yes: Boolean!) {
        a: thing(id: "t1") {...F kids: below {id ... on Thing @skip(if: $yes) {level}}}
        b: thing(id: "t2") {...F @include(if: $yes) x: count}
    }
    fragment F on Thing {name: id parent {...G}}
    fragment G on Thing {id}"""

    assert {
        "a": {"name": "t1", "parent": None, "kids": [{"id": "t2"}, {"id": "t3"}]},
        "b": {"name": "t2", "parent": {"id": "t1"}, "x": 3},
    } == await planned(query, {"yes": True})
    assert {"x": 3} == (await planned(query, {"yes": False}))["b"]


async def test_arguments_of_loads():
    """Literals, variables, enums and lists reach the loader; defaults hold."""
    query = "query ($id: String!, $n: Int! = 4, $l: [Level!]) {below(id: $id, atLeast: $n, levels: $l) {id}}"

    assert {"below": [{"id": "t2"}, {"id": "t3"}]} == await planned(query, {"id": "t1", "l": ["LOW"]})


async def test_non_null_bubbling():
    """A null where none may be needs no resolver either."""
    bad = {"things": {"GET /things": [ThingRecord("t1"), ThingRecord("t5", even=3, parent_id="t1")]}}

    answer, resolvers = await agree_counting(
        _GRAPH, '{thing(id: "t1") {id below {id even}} other: thing(id: "t1") {even}}', backends=bad
    )

    assert {"thing": None, "other": {"even": 2}} == answer.data
    assert ([["thing", "below", 0, "even"]], {}) == (answer.paths, resolvers)


async def test_relay_nodes():
    """Global ids are made of the type's name and the record's key, at every level."""
    built = graph(query=query_of(book=(types.Book | None, load(library.book_by_id, key=arg("id", relay.GlobalID)))))

    data = await planned(
        "query ($id: ID!) {book(id: $id) {id author {id books {id}}}}", {"id": relay.to_base64("Book", "b1")}, built
    )

    assert relay.to_base64("Book", "b1") == data["book"]["id"]
    assert [relay.to_base64("Book", key) for key in ("b1", "b2")] == [b["id"] for b in data["book"]["author"]["books"]]


async def test_connections():
    """A page loader's records are read as Relay's connection, edges and page info."""
    page = Page([Edge("c1", BOOKS[0]), Edge("c2", BOOKS[2])], PageInfo(has_next_page=True, end_cursor="c2"))
    built = graph(query=query_of(books=(relay.Connection[types.Book], load(library.books_page))))
    backends = {"books": {"GET /books/page": page}, "people": {"GET /authors": AUTHORS}}

    answer, resolvers = await agree_counting(
        built,
        "{books(first: 2) {pageInfo {hasNextPage endCursor startCursor} edges {cursor node {id title author {name}}}}}",
        backends=backends,
    )

    assert {"hasNextPage": True, "endCursor": "c2", "startCursor": None} == answer.data["books"]["pageInfo"]
    assert ["Ada", "Bell"] == [edge["node"]["author"]["name"] for edge in answer.data["books"]["edges"]]
    assert ({}, ["GET /books/page?first=2", "GET /authors?id=a1&id=a2"]) == (resolvers, answer.asked)


@pytest.mark.parametrize("count", [1, 2, 6])
async def test_each_combination_of_conditions_is_planned(count):
    """Up to six boolean variables: whichever are given, no condition is left to run time and no resolver is called."""
    declared = ", ".join(f"$v{n}: Boolean!" for n in range(count))
    selected = " ".join(f"f{n}: id @include(if: $v{n})" for n in range(count))
    query = f'query ({declared}) {{thing(id: "t1") {{__typename {selected}}}}}'

    for number in (0, 1, 2**count - 1):
        chosen = {f"v{n}": bool(number >> n & 1) for n in range(count)}
        data = await planned(query, chosen)
        assert ["__typename", *(f"f{n}" for n in range(count) if chosen[f"v{n}"])] == list(data["thing"])


async def test_a_run_may_begin_before_the_code_is_there():
    """Code is generated for a plan that returns while its first run still waits: both give the same."""
    gate, held = asyncio.Event(), asyncio.Event()

    async def things(request):
        if not held.is_set():
            held.set()
            await gate.wait()
        wanted = set(request.query)
        return [row for row in _THINGS if {("id", row.id), ("parent_id", row.parent_id)} & wanted]

    query = '{below(id: "t1") {id level parent {id} below {id price}}}'
    async with running(_GRAPH, things=FakeBackend({"GET /things": things})) as ask:
        first = asyncio.create_task(ask.data(query, identity="u1"))
        await held.wait()
        others = [await ask.data(query, identity="u2") for _ in range(3)]
        gate.set()
        begun_before = await first

    assert [begun_before] * 3 == others
    assert [["t2", "t3"]] * 3 == [[row["id"] for row in other["below"]] for other in others]
