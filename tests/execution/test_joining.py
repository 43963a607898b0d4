"""Objects that wait for what is loaded for them: whatever comes of the load, the answer is what it would be else."""

import asyncio
import gc
from typing import Annotated, NewType

import msgspec
import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway import Backend, Call, Info, Keys, get, graph, load, object_of
from gateway.execution.columns import Column
from gateway.execution.joining import Late
from gateway.testing.fake_backend import FakeBackend, respond
from gateway.testing.run import running
from tests.declare.library import query_of
from tests.execution.agreeing import PLANNED, agree

shop = Backend("shop")


class OrderRecord(msgspec.Struct, frozen=True):
    id: int
    buyer_id: int | None
    cents: int = 100


class BuyerRecord(msgspec.Struct, frozen=True):
    id: int
    name: str


@shop.many()
def orders() -> Call[list[OrderRecord]]:
    return get("/orders", into=list[OrderRecord])


@shop.many()
def some_orders() -> Call[list[OrderRecord]]:
    # Says less than is true: nobody keeps an application from that.
    return get("/orders", into=list[OrderRecord | None])  # type: ignore[arg-type]


@shop.one(by=BuyerRecord.id)
def buyer_by_id(ids: Keys[int]) -> Call[list[BuyerRecord]]:
    return get("/buyers", id=ids, into=list[BuyerRecord])


@shop.one(by=BuyerRecord.id)
def buyer_since(ids: Keys[int], *, year: Annotated[int, msgspec.Meta(ge=2000)]) -> Call[list[BuyerRecord]]:
    return get("/buyers", id=ids, year=year, into=list[BuyerRecord])


@object_of(BuyerRecord, name="JoinedBuyer")
class Buyer:
    id: int
    name: str


@object_of(OrderRecord, name="JoinedOrder")
class Order:
    id: int
    cents: int
    buyer: Buyer | None = load(buyer_by_id, key=OrderRecord.buyer_id)
    since: Buyer | None = load(buyer_since, key=OrderRecord.buyer_id)

    @strawberry.field
    async def emptied(self: OrderRecord, info: Info) -> int:
        rows = await orders.load(info.context, None)
        rows.clear()
        return 0


# Set when buyers are asked for: whoever asks has its rows.
_ASKED: list[asyncio.Event] = []


class DraftRecord(msgspec.Struct):
    id: int
    buyer_id: int
    cents: int = 100


@shop.many()
def drafts() -> Call[list[DraftRecord]]:
    return get("/orders", into=list[DraftRecord])


@object_of(DraftRecord, name="JoinedDraft")
class Draft:
    id: int
    cents: int
    buyer: Buyer | None = load(buyer_by_id, key=DraftRecord.buyer_id)

    @strawberry.field
    async def emptied(self: DraftRecord) -> int:
        for asked in _ASKED:
            await asked.wait()
        self.cents = 0
        return 0


@shop.many(by=OrderRecord.cents)
def orders_at(prices: Keys[int]) -> Call[list[OrderRecord]]:
    return get("/orders", cents=prices, into=list[OrderRecord])


class PriceRecord(msgspec.Struct, frozen=True):
    cents: int


@shop.many()
def prices() -> Call[list[PriceRecord]]:
    return get("/prices", into=list[PriceRecord])


@object_of(PriceRecord)
class Price:
    cents: int
    orders: list[Order] = load(orders_at, key=PriceRecord.cents)


class AddressRecord(msgspec.Struct, frozen=True):
    street: str


ParcelRecord = msgspec.defstruct(
    "ParcelRecord", [("id", int), ("class", int), ("to", AddressRecord)], frozen=True, module=__name__
)


@shop.many()
def parcels() -> Call[list[ParcelRecord]]:
    return get("/parcels", into=list[ParcelRecord])


@object_of(AddressRecord)
class Address:
    street: str


@object_of(ParcelRecord, name="JoinedParcel")
class Parcel:
    id: int
    to: Address
    buyer: Buyer | None = load(buyer_by_id, key=getattr(ParcelRecord, "class"))


class PaidRecord(msgspec.Struct, frozen=True):
    id: int
    payer_id: int
    note: str = ""


@shop.many()
def paid() -> Call[list[PaidRecord]]:
    return get("/paid", into=list[PaidRecord])


def _noted(rows: list[PaidRecord]) -> list[PaidRecord]:
    return [PaidRecord(row.id, row.payer_id, 5) for row in rows]  # type: ignore[arg-type]


@shop.many()
def repaid() -> Call[list[PaidRecord]]:
    return get("/paid", into=list[PaidRecord]).then(_noted)


@object_of(PaidRecord, name="PaidOrder")
class Paid:
    id: int
    note: str
    payer: Buyer = load(buyer_by_id, key=PaidRecord.payer_id)


Weight = NewType("Weight", int)
_DONE: list[str] = []


def _told(weight: int) -> int:
    _DONE.append("order")
    return weight


class CrateRecord(msgspec.Struct, frozen=True):
    id: int
    buyer_id: int
    weight: Weight


@shop.many()
def crates() -> Call[list[CrateRecord]]:
    return get("/crates", into=list[CrateRecord])


@object_of(CrateRecord)
class Crate:
    weight: Weight
    buyer: Buyer | None = load(buyer_by_id, key=CrateRecord.buyer_id)


_SCALARS = {Weight: strawberry.scalar(name="Weight", serialize=_told, parse_value=int)}

GRAPH = graph(
    config=StrawberryConfig(scalar_map=_SCALARS),
    query=query_of(
        crates=(list[Crate], load(crates)),
        orders=(list[Order | None], load(orders)),
        some_orders=(list[Order | None], load(some_orders)),
        paid=(list[Paid | None], load(paid)),
        repaid=(list[Paid | None], load(repaid)),
        drafts=(list[Draft], load(drafts)),
        prices=(list[Price], load(prices)),
        parcels=(list[Parcel], load(parcels)),
    ),
)
_TOO_LARGE = 2**40
_ADA, _BOB, _CY = ({"id": number, "name": name} for number, name in ((7, "Ada"), (8, "Bob"), (_TOO_LARGE, "Cy")))
_ALL = "{orders {id cents buyer {name}}}"


def _order(number: int, buyer: int | None, cents: int = 100) -> dict[str, int | None]:
    return {"id": number, "buyer_id": buyer, "cents": cents}


def _answered(number: int, buyer: str | None, cents: int = 100) -> dict[str, object]:
    return {"id": number, "cents": cents, "buyer": buyer and {"name": buyer}}


@pytest.mark.parametrize(
    ("rows", "buyers", "orders_answered", "failed", "asked"),
    [
        ([_order(1, 7), _order(2, 8)], [_ADA, _BOB], [_answered(1, "Ada"), _answered(2, "Bob")], [], ["7", "8"]),
        ([_order(1, 7), _order(2, 7)], [_ADA], [_answered(1, "Ada"), _answered(2, "Ada")], [], ["7"]),
        ([_order(1, 7), _order(2, 8)], [_ADA], [_answered(1, "Ada"), _answered(2, None)], [], ["7", "8"]),
        ([_order(1, 7), _order(2, None)], [_ADA], [_answered(1, "Ada"), _answered(2, None)], [], ["7"]),
        (
            [_order(1, 7, _TOO_LARGE), _order(2, 8)],
            [_ADA, _BOB],
            [None, _answered(2, "Bob")],
            [["orders", 0, "cents"]],
            ["7", "8"],
        ),
        (
            [_order(1, 7, _TOO_LARGE), _order(2, 8)],
            [_BOB],
            [None, _answered(2, "Bob")],
            [["orders", 0, "cents"]],
            ["7", "8"],
        ),
        ([], [], [], [], None),
    ],
    ids=["regular", "shared", "absent", "no_key", "order_irregular", "irregular_and_absent", "empty"],
)
async def test_every_order_has_its_buyer(rows, buyers, orders_answered, failed, asked):
    """What is wrong with one order or one buyer is told there, and nothing is asked for twice."""
    routes = {"shop": {"GET /orders": rows, "GET /buyers": buyers}}

    answer = await agree(GRAPH, _ALL, backends=routes)

    assert orders_answered == answer.data["orders"]
    assert failed == answer.paths
    calls = [] if asked is None else ["GET /buyers?" + "&".join(f"id={key}" for key in asked)]
    assert ["GET /orders", *calls] == answer.asked


async def test_an_order_may_be_null():
    """The others have their buyers."""
    routes = {"shop": {"GET /orders": [None, _order(2, 8)], "GET /buyers": [_BOB]}}

    answer = await agree(GRAPH, "{someOrders {id cents buyer {name}}}", backends=routes)

    assert [None, _answered(2, "Bob")] == answer.data["someOrders"]
    assert ["GET /orders", "GET /buyers?id=8"] == answer.asked


async def test_objects_are_made_when_what_they_wait_for_is_there():
    """By generated code, from the second time on: rows are what is held until then."""

    def buyers(_: object) -> list[dict[str, object]]:
        _DONE.append("buyers")
        return [_ADA]

    crate = {"id": 1, "buyer_id": 7, "weight": 3}
    backend = FakeBackend({"GET /crates": [crate, crate], "GET /buyers": buyers})
    done = []
    async with running(GRAPH, settings=PLANNED, shop=backend) as ask:
        for _ in range(3):
            _DONE.clear()
            data = await ask.data("{crates {weight buyer {name}}}")
            done.append([*_DONE])

    assert [{"weight": 3, "buyer": {"name": "Ada"}}] * 2 == data["crates"]
    assert [["order", "order", "buyers"], *[["buyers", "order", "order"]] * 2] == done


async def test_a_value_that_cannot_be_told_fails_the_buyer_where_it_stands():
    """A number that is no GraphQL integer nulls each object that has it, and no other."""
    routes = {"shop": {"GET /orders": [_order(1, _TOO_LARGE), _order(2, 7)], "GET /buyers": [_CY, _ADA]}}

    answer = await agree(GRAPH, "{orders {buyer {id name}}}", backends=routes)

    assert [{"buyer": None}, {"buyer": {"id": 7, "name": "Ada"}}] == answer.data["orders"]
    assert [["orders", 0, "buyer", "id"]] == answer.paths


async def test_a_buyer_that_must_be_there_and_is_not_nulls_the_order_alone():
    """The others are whole."""
    routes = {"shop": {"GET /paid": [{"id": 1, "payer_id": 8}, {"id": 2, "payer_id": 7}], "GET /buyers": [_ADA]}}

    answer = await agree(GRAPH, "{paid {id payer {name}}}", backends=routes)

    assert [None, {"id": 2, "payer": {"name": "Ada"}}] == answer.data["paid"]
    assert ([["paid", 0, "payer"]], ["NOT_FOUND"]) == (answer.paths, answer.codes)


async def test_each_list_has_its_own_orders():
    """Where there are several lists, the right objects are in each."""
    rows = [_order(1, 7), _order(2, 8, 200), _order(3, 7, 200)]
    routes = {
        "shop": {"GET /prices": [{"cents": 100}, {"cents": 200}], "GET /orders": rows, "GET /buyers": [_ADA, _BOB]}
    }

    answer = await agree(GRAPH, "{prices {cents orders {id cents buyer {name}}}}", backends=routes)

    assert [
        {"cents": 100, "orders": [_answered(1, "Ada")]},
        {"cents": 200, "orders": [_answered(2, "Bob", 200), _answered(3, "Ada", 200)]},
    ] == answer.data["prices"]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ("id to {street}", {"id": 1, "to": {"street": "High St"}}),
        ("id buyer {name}", {"id": 1, "buyer": {"name": "Ada"}}),
        ("id buyer {name} to {street}", {"id": 1, "buyer": {"name": "Ada"}, "to": {"street": "High St"}}),
    ],
)
async def test_what_no_source_code_can_name_is_read_all_the_same(selection, expected):
    """A record's attribute may be named as a keyword; and what is below an object may be no load at all."""
    parcel = {"id": 1, "class": 7, "to": {"street": "High St"}}
    routes = {"shop": {"GET /parcels": [parcel], "GET /buyers": [_ADA]}}

    answer = await agree(GRAPH, f"{{parcels {{{selection}}}}}", backends=routes)

    assert [expected] == answer.data["parcels"]


async def test_records_that_the_application_makes_may_hold_anything():
    """No decoder has looked at them: a number becomes the text that the schema promises."""
    routes = {"shop": {"GET /paid": [{"id": 1, "payer_id": 7}], "GET /buyers": [_ADA]}}

    answer = await agree(GRAPH, "{repaid {note payer {name}}}", backends=routes)

    assert [{"note": "5", "payer": {"name": "Ada"}}] == answer.data["repaid"]


@pytest.mark.parametrize("cents", [100, _TOO_LARGE], ids=["regular", "irregular"])
async def test_buyers_that_cannot_be_had_fail_in_their_places(cents):
    """The orders are there all the same."""
    routes = {"shop": {"GET /orders": [_order(1, 7), _order(2, 8, cents)], "GET /buyers": respond(status=403)}}

    answer = await agree(GRAPH, _ALL, backends=routes)

    assert [_answered(1, None), _answered(2, None) if cents == 100 else None] == answer.data["orders"]
    assert [["orders", 0, "buyer"], ["orders", 1, "buyer" if cents == 100 else "cents"]] == answer.paths


@pytest.mark.parametrize("cents", [100, _TOO_LARGE], ids=["regular", "irregular"])
async def test_what_must_not_be_asked_for_fails_in_its_places(cents):
    """An argument outside of its limits is told at each order, which is there all the same."""
    routes = {"shop": {"GET /orders": [_order(1, 7), _order(2, 8, cents)], "GET /buyers": [_ADA, _BOB]}}

    answer = await agree(GRAPH, "{orders {id cents since(year: 1999) {name}}}", backends=routes)

    there = {"id": 2, "cents": 100, "since": None} if cents == 100 else None
    assert [{"id": 1, "cents": 100, "since": None}, there] == answer.data["orders"]
    assert [["orders", 0, "since"], ["orders", 1, "since" if there else "cents"]] == answer.paths
    assert ["GET /orders"] == answer.asked


@pytest.mark.parametrize("cents", [100, _TOO_LARGE], ids=["regular", "irregular"])
async def test_orders_are_answered_when_the_time_for_buyers_is_over(cents):
    """As ever, what came before the deadline is in the answer."""

    async def never(_: object) -> None:
        await asyncio.sleep(60)

    backend = FakeBackend({"GET /orders": [_order(1, 7), _order(2, 8, cents)], "GET /buyers": never})
    async with running(GRAPH, settings=PLANNED, shop=backend) as ask:
        replies = [await ask(_ALL, time_s=0.1) for _ in range(2)]

    for reply in replies:
        assert [_answered(1, None), _answered(2, None) if cents == 100 else None] == reply.data["orders"]
        failed = ["orders", 1, "buyer" if cents == 100 else "cents"]
        assert [["orders", 0, "buyer"], failed] == [error["path"] for error in reply.errors]


@pytest.mark.parametrize("field", ["orders", "drafts"])
async def test_what_another_request_does_to_the_rows_they_share_is_its_own_affair(field):
    """Both have the same answer of the backend; one empties its list, or a row, while the other waits for buyers."""
    waits, asked = asyncio.Event(), asyncio.Event()
    _ASKED[:] = [asked]

    async def buyers(_: object) -> list[dict[str, object]]:
        asked.set()
        await waits.wait()
        return [_ADA]

    async def both(_: object) -> list[dict[str, int | None]]:
        # Long enough for the other request to come: the calls are counted below.
        await asyncio.sleep(0.01)
        return [_order(1, 7)]

    backend = FakeBackend({"GET /orders": both, "GET /buyers": buyers})
    async with running(GRAPH, settings=PLANNED, shop=backend) as ask:
        for _ in range(2):
            waits.clear()
            asked.clear()
            whole = asyncio.create_task(ask.data(_ALL.replace("orders", field), time_s=60))
            await ask.data(f"{{{field} {{emptied}}}}", time_s=60)
            waits.set()

            assert [_answered(1, "Ada")] == (await whole)[field]

    assert 2 == len(backend.calls("GET /orders"))


@pytest.mark.parametrize("buyers", [[_ADA], [], respond(status=500)], ids=["there", "absent", "failed"])
async def test_nothing_is_left_for_the_garbage_collector(buyers):
    """It stops all requests while it looks: what a request held is freed with it."""
    backend = FakeBackend({"GET /orders": [_order(1, 7)], "GET /buyers": buyers})
    async with running(GRAPH, settings=PLANNED, shop=backend) as ask:
        for _ in range(3):
            await ask(_ALL)
        gc.collect()
        gc.disable()
        try:
            await ask(_ALL)
            held = [each for each in gc.get_objects() if isinstance(each, Late | Column)]
        finally:
            gc.enable()

    assert [] == held
