"""Lists that are JSON as soon as they are made: what is sent is what it would be else, to the byte."""

import asyncio
import gc
import json
from enum import Enum
from typing import Any, NewType

import msgspec
import orjson
import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway import Backend, Call, Keys, get, graph, load, object_of
from gateway.application.engine import Viewer
from gateway.http.encoding import encode
from gateway.http.request import GraphQLRequest
from gateway.testing.doors import in_process
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from tests.declare.library import query_of
from tests.execution.agreeing import PLANNED, agree

shop = Backend("shop")


@strawberry.enum
class Size(Enum):
    SMALL = "s"
    LARGE = "l"


Weight = NewType("Weight", int)
Mass = NewType("Mass", int)


class ItemRecord(msgspec.Struct, frozen=True):
    id: int
    maker_id: int
    title: str
    code: str = "c-1"
    note: str | None = None
    is_new: bool = True
    size: Size = Size.SMALL
    price: float = 1.5
    weight: Weight = Weight(3)
    mass: Mass = Mass(10**16)


class MakerRecord(msgspec.Struct, frozen=True):
    id: int
    name: str
    rating: float = 4.5


@shop.many()
def items() -> Call[list[ItemRecord]]:
    return get("/items", into=list[ItemRecord])


def _renamed(rows: list[ItemRecord]) -> list[ItemRecord]:
    return [msgspec.structs.replace(row, code=5) for row in rows]


@shop.many()
def renamed() -> Call[list[ItemRecord]]:
    return get("/items", into=list[ItemRecord]).then(_renamed)


class SpecialRecord(ItemRecord, frozen=True):
    pass


@shop.many()
def special() -> Call[list[ItemRecord]]:
    return get("/items", into=list[SpecialRecord])


@shop.one(by=MakerRecord.id)
def maker_by_id(ids: Keys[int]) -> Call[list[MakerRecord]]:
    return get("/makers", id=ids, into=list[MakerRecord])


def _badly_named(rows: list[MakerRecord]) -> list[MakerRecord]:
    return [MakerRecord(row.id, "\ud800") for row in rows]


@shop.one(by=MakerRecord.id)
def broken_maker(ids: Keys[int]) -> Call[list[MakerRecord]]:
    return get("/makers", id=ids, into=list[MakerRecord]).then(_badly_named)


@object_of(MakerRecord, name="WrittenMaker")
class Maker:
    id: int
    name: str
    rating: float


@object_of(ItemRecord, name="WrittenItem")
class Item:
    id: int
    maker_id: int
    title: str
    code: strawberry.ID
    note: str | None
    is_new: bool
    size: Size
    price: float
    weight: Weight
    mass: Mass
    maker: Maker | None = load(maker_by_id, key=ItemRecord.maker_id)
    sure_maker: Maker = load(maker_by_id, key=ItemRecord.maker_id)
    broken_maker: Maker | None = load(broken_maker, key=ItemRecord.maker_id)


class ShopRecord(msgspec.Struct, frozen=True):
    id: int


@shop.one()
def main_shop() -> Call[ShopRecord]:
    return get("/main", into=ShopRecord)


@object_of(ShopRecord, name="WrittenShop")
class Shop:
    id: int


def _unsendable(_: int) -> object:
    return object()


GRAPH = graph(
    config=StrawberryConfig(
        scalar_map={
            Weight: strawberry.scalar(name="WrittenWeight", serialize=_unsendable, parse_value=int),
            Mass: strawberry.scalar(name="WrittenMass", serialize=float, parse_value=int),
        }
    ),
    query=query_of(
        items=(list[Item | None], load(items)),
        renamed=(list[Item | None], load(renamed)),
        special=(list[Item | None], load(special)),
        shop=(Shop | None, load(main_shop)),
    ),
)
_TOO_LARGE = 2**40
#: A list is written once it is known to come again.
_TIMES = 4


def _rows(makers: list[int], **more: object) -> list[dict[str, Any]]:
    return [{"id": number, "maker_id": maker, "title": f"t{number}", **more} for number, maker in enumerate(makers)]


def _makers(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": number, "name": f"m{number}"} for number in numbers]


def _backend(rows: list[dict[str, Any]], makers: list[dict[str, Any]], **others: object) -> FakeBackend:
    return FakeBackend({"GET /items": rows, "GET /makers": makers, "GET /main": {"id": 1}, **others})


async def _sent(ask: Any, query: str, *, as_json: bool = True) -> dict[str, Any]:
    request = GraphQLRequest(query, None, {})
    answer = await ask.engine.execute(request, Viewer("test", 60), as_json=as_json)
    return answer.result


async def _both(query: str, backend: FakeBackend) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is sent, and what the application is given, of a plan that returns."""
    async with running(GRAPH, settings=PLANNED, shop=backend) as ask:
        for _ in range(_TIMES):
            sent, given = await _sent(ask, query), await _sent(ask, query, as_json=False)
    return sent, given


@pytest.mark.parametrize(
    "selection",
    [
        "id makerId title maker {id name}",
        "maker {name} title id",
        "__typename number: id other: makerId makerId code note isNew size maker {called: name __typename}",
        "title note sureMaker {id}",
        "title __typename id code note isNew size",
    ],
)
async def test_what_is_sent_is_the_same_to_the_byte(selection):
    """Names, order, text of every kind, null and enums."""
    rows = [
        *_rows([7, 8, 7, 7], note='a "note"\n\u2028 \x01 \U0001f600 </script>'),
        *_rows([7, 8, 8, 7], size="l", is_new=False),
    ]

    sent, given = await _both(f"{{items {{{selection}}}}}", _backend(rows, _makers(7, 8)))

    assert isinstance(sent["data"]["items"], orjson.Fragment)
    assert isinstance(given["data"]["items"], list)
    assert orjson.dumps(given) == encode(sent)


@pytest.mark.parametrize(
    ("makers", "selection", "is_written"),
    [
        ([7] * 4, "id maker {name}", True),
        ([7] * 3, "id maker {name}", False),
        ([7, 7, 7, 7, 7, 7, 7, 8], "id maker {name}", True),
        ([7, 7, 7, 7, 7, 7, 8], "id maker {name}", False),
        # All writers of JSON write text, whole numbers and booleans the same way, and nothing else.
        ([7] * 4, "id price maker {name}", False),
        ([7] * 4, "id maker {rating}", False),
        ([7], "id", True),
        ([7], "id price", False),
        ([7], "id mass", False),
    ],
)
async def test_a_list_is_written_where_that_pays_and_is_safe(makers, selection, is_written):
    """It pays where many have the same object below."""
    query = f"{{items {{{selection}}}}}"

    sent, given = await _both(query, _backend(_rows(makers), _makers(7, 8)))

    assert is_written is isinstance(sent["data"]["items"], orjson.Fragment)
    assert orjson.dumps(given) == encode(sent)


@pytest.mark.parametrize(
    ("more", "makers"),
    [({"id": _TOO_LARGE}, [7]), ({}, []), ({"title": 5}, [7]), ({"maker_id": _TOO_LARGE}, [7, _TOO_LARGE])],
    ids=["no_integer", "absent", "no_text", "no_key"],
)
@pytest.mark.parametrize("below", ["maker {id name}", "sureMaker {id name}", ""])
async def test_what_is_wrong_is_told_as_ever(more, makers, below):
    """The error is where it would be, and so is what nulls."""
    rows = [*_rows([7] * 3), {**_rows([7])[0], **more}]
    query = f"{{shop {{id}} items {{id makerId title {below}}}}}"

    await agree(GRAPH, query, backends={"shop": {"GET /items": rows, "GET /makers": _makers(*makers)}})


@pytest.mark.parametrize("below", ["maker {name}", ""])
async def test_what_fails_beside_a_written_list_leaves_it_alone(below):
    """The list is whole: nobody looks into it."""
    backend = _backend(_rows([7] * 4), _makers(7), **{"GET /main": {"id": _TOO_LARGE}})

    sent, given = await _both(f"{{items {{id {below}}} shop {{id}}}}", backend)

    assert isinstance(sent["data"]["items"], orjson.Fragment)
    assert [["shop", "id"]] == [error["path"] for error in sent["errors"]]
    assert json.loads(encode({"data": given["data"]})) == json.loads(encode({"data": sent["data"]}))


async def test_text_that_is_no_unicode_is_the_fault_of_its_field():
    """It cannot be written: the list is made of objects, as for the application."""
    sent, given = await _both("{items {id brokenMaker {name}}}", _backend(_rows([7] * 4), _makers(7)))

    assert {"id": 0, "brokenMaker": {"name": "\ud800"}} == sent["data"]["items"][0]
    assert given == sent


@pytest.mark.parametrize("below", ["maker {name}", ""])
async def test_records_that_the_application_makes_are_looked_at(below):
    """No decoder did: a number becomes the text that the schema promises."""
    routes = {"shop": {"GET /items": _rows([7] * 4), "GET /makers": _makers(7)}}

    answer = await agree(GRAPH, f"{{renamed {{id code {below}}}}}", backends=routes)

    assert [(number, "5") for number in range(4)] == [(item["id"], item["code"]) for item in answer.data["renamed"]]


@pytest.mark.parametrize("below", ["maker {name}", ""])
async def test_records_of_another_class_are_refused_as_ever(below):
    """Of what else than the type's own class its objects are, nobody said."""
    routes = {"shop": {"GET /items": _rows([7] * 4), "GET /makers": _makers(7)}}

    answer = await agree(GRAPH, f"{{special {{id {below}}}}}", backends=routes)

    assert [None] * 4 == answer.data["special"]
    assert [["special", number] for number in range(4)] == answer.paths


@pytest.mark.parametrize("below", ["maker {name}", ""])
async def test_what_json_cannot_say_is_told_beside_a_written_list(below):
    """A scalar of the application may give anything; what is written is sent all the same."""
    body = orjson.dumps({"query": f"{{items {{id {below}}} odd: items {{weight}}}}"})
    backend = _backend(_rows([7] * 4), _makers(7))
    async with running(GRAPH, settings=PLANNED, shop=backend) as ask, in_process(ask.engine) as door:
        for _ in range(_TIMES):
            received = await door.send("POST", "/graphql", {"content-type": "application/json"}, body)

    answered = received.json()
    maker = {"maker": {"name": "m7"}} if below else {}
    assert [{"id": number, **maker} for number in range(4)] == answered["data"]["items"]
    assert [None] * 4 == answered["data"]["odd"]
    assert [["odd", number, "weight"] for number in range(4)] == [error["path"] for error in answered["errors"]]


async def test_an_answer_in_events_is_written_too():
    """One event has the whole of it."""
    headers = {"content-type": "application/json", "accept": "text/event-stream"}
    backend = _backend(_rows([7] * 4), _makers(7))
    async with running(GRAPH, settings=PLANNED, shop=backend) as ask, in_process(ask.engine) as door:
        for _ in range(_TIMES):
            received = await door.send("POST", "/graphql", headers, orjson.dumps({"query": "{items {id}}"}))

    (data,) = [line for line in received.body.splitlines() if line.startswith(b"data: {")]
    assert [{"id": number} for number in range(4)] == orjson.loads(data.removeprefix(b"data: "))["data"]["items"]


async def test_two_who_ask_the_same_at_once_each_get_their_own_form():
    """One is sent its answer, the other is the application; the backend is asked once."""

    async def slow(_: object) -> list[dict[str, Any]]:
        # Long enough for the other to come: the calls are counted below.
        await asyncio.sleep(0.01)
        return _rows([7] * 4)

    backend = FakeBackend({"GET /items": slow, "GET /makers": _makers(7)})
    query = "{items {id maker {name}}}"
    async with running(GRAPH, settings=PLANNED, shop=backend) as ask:
        for _ in range(_TIMES):
            sent, given = await asyncio.gather(_sent(ask, query), _sent(ask, query, as_json=False))

    assert isinstance(sent["data"]["items"], orjson.Fragment)
    assert {"id": 0, "maker": {"name": "m7"}} == given["data"]["items"][0]
    assert orjson.dumps(given) == encode(sent)
    assert _TIMES == len(backend.calls("GET /items"))


@pytest.mark.parametrize(
    ("below", "seldom", "often"), [("maker {name}", "seldom1", "often1"), ("", "seldom2", "often2")]
)
async def test_what_seldom_comes_leaves_nothing_for_the_garbage_collector(below, seldom, often):
    """Rows are of a class of their own, a ring that only the collector frees: it is made for what comes again."""
    backend = _backend(_rows([7] * 4), _makers(7))
    gc.collect()
    gc.disable()
    try:
        async with running(GRAPH, settings=PLANNED, shop=backend) as ask:
            for name in (seldom, often):
                for _ in range(_TIMES - 1 if name == seldom else _TIMES):
                    await _sent(ask, f"{{items {{{name}: id {below}}}}}")
        rows = [each for each in gc.get_objects() if isinstance(each, type) and issubclass(each, msgspec.Struct)]
    finally:
        gc.enable()

    named = {name for row in rows for name in row.__struct_encode_fields__}
    assert {often} == named & {seldom, often}
