"""A graph over services that were not made for it. The page `docs/services.md` shows this."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import parse_qs

import msgspec
import strawberry
from strawberry import relay
from strawberry.permission import BasePermission

import gateway
from gateway import (
    Backend,
    Call,
    ClientError,
    Context,
    Edge,
    Info,
    Keys,
    Page,
    PageInfo,
    RuleError,
    arg,
    by_kind,
    delete,
    enum_of,
    get,
    load,
    object_of,
    post,
    viewer,
)

T = TypeVar("T")


# --8<-- records
class OrderStatus(Enum):
    OPEN = "open"
    SHIPPED = "shipped"


class MoneyRecord(msgspec.Struct, frozen=True):
    amount: Decimal
    currency: str


class PayerRecord(msgspec.Struct, frozen=True):
    kind: str
    id: str


class OrderRecord(msgspec.Struct, frozen=True, rename="camel"):
    order_id: str
    status: OrderStatus
    placed_at: dt.datetime
    due_on: dt.date
    total: MoneyRecord
    payer: PayerRecord
    remarks: list[str] = []
    related_ids: list[str] = []


# --8<-- envelope
class Data(msgspec.Struct, Generic[T], frozen=True):
    data: T


class Rows(msgspec.Struct, frozen=True):
    data: list[OrderRecord]
    next_cursor: str | None = msgspec.field(name="next", default=None)


orders = Backend("orders", identity=("sub",))


# --8<-- page
def as_page(answer: Rows) -> Page[OrderRecord]:
    """The service's page; it knows the cursor behind its last row alone, and no row has one of its own."""
    cursor = answer.next_cursor
    edges = [Edge(cursor=cursor or "", node=row) for row in answer.data]
    return Page(edges, PageInfo(has_next_page=cursor is not None, end_cursor=cursor))


@orders.page()
def orders_page(
    *, first: int = 20, after: str | None = None, status: OrderStatus | None = None
) -> Call[Page[OrderRecord]]:
    return get("/v1/orders", limit=first, cursor=after, status=status, into=Rows).then(as_page)


# --8<-- one
@orders.one(by=OrderRecord.order_id, max_batch=1)
def order_by_id(ids: Keys[str]) -> Call[list[OrderRecord]]:
    return get("/v1/orders/{id}", id=ids[0], into=Data[OrderRecord]).then(lambda answer: [answer.data])


# --8<-- payers
class PersonRecord(msgspec.Struct, frozen=True):
    id: str
    name: str


class CompanyRecord(msgspec.Struct, frozen=True):
    id: str
    name: str
    vat: str


crm = Backend("crm")


@crm.one(by=PersonRecord.id)
def person_by_id(ids: Keys[str]) -> Call[list[PersonRecord]]:
    return get("/people", id=ids, into=list[PersonRecord])


@crm.one(by=CompanyRecord.id)
def company_by_id(ids: Keys[str]) -> Call[list[CompanyRecord]]:
    return get("/companies", id=ids, into=list[CompanyRecord])


# --8<-- writes
class NewOrder(msgspec.Struct, frozen=True, rename="camel"):
    skus: Sequence[str]
    due_on: dt.date


class Refused(msgspec.Struct, frozen=True):
    reason: str


@orders.write()
def place_order(order: NewOrder, *, key: str) -> Call[OrderRecord | Refused]:
    call = post("/v1/orders", json=order, into=Data[OrderRecord]).then(lambda answer: answer.data)
    return call.on_status(422, into=Refused).with_headers({"idempotency-key": key})


@orders.write()
def cancel_order(order_id: str) -> Call[None]:
    return delete("/v1/orders/{id}", id=order_id, into=type(None))


mail = Backend("mail")


@mail.write()
def send_mail(order_id: str) -> Call[None]:
    return post("/mails", json={"about": order_id}, into=type(None))


# --8<-- types
enum_of(OrderStatus, description="How far an order is.", values={"SHIPPED": "It has left the house."})


@object_of(MoneyRecord)
class Money:
    amount: Decimal
    currency: str


@strawberry.interface
class Payer:
    name: str


@object_of(PersonRecord)
class Person(Payer):
    name: str


@object_of(CompanyRecord)
class Company(Payer):
    name: str
    vat: str


@object_of(PayerRecord)
class Payment:
    by: Payer | None = load(
        by_kind(PayerRecord.kind, {"person": person_by_id, "company": company_by_id}), key=PayerRecord.id
    )


def days_to_wait(order: strawberry.Parent[OrderRecord]) -> int:
    return (order.due_on - order.placed_at.date()).days


async def related(order: strawberry.Parent[OrderRecord], info: Info) -> Any:
    return await order_by_id.load_many(info.context, order.related_ids)


@object_of(OrderRecord)
class Order(relay.Node):
    order_id: relay.NodeID[str]
    status: OrderStatus
    placed_at: dt.datetime
    due_on: dt.date
    total: Money
    remarks: list[str]
    payer: Payment = strawberry.field(name="payment", description="Who pays, and how.")
    days_to_wait: int = strawberry.field(resolver=days_to_wait)
    related: list[Order | None] = strawberry.field(resolver=related)


# --8<-- permission
class SignedIn(BasePermission):
    message = "Sign in to see orders."

    def has_permission(self, _source: Any, info: Info, **_arguments: Any) -> bool:
        return info.context.identity.subject is not None


@strawberry.type
class Query:
    order: Order | None = load(order_by_id, key=arg("number", strawberry.ID), permission_classes=[SignedIn])
    orders: relay.Connection[Order] | None = load(orders_page, description="All orders, a page at a time.")
    open_orders: relay.Connection[Order] | None = load(orders_page, fixed={"status": OrderStatus.OPEN})
    me: Person | None = load(person_by_id, key=viewer("sub"))


# --8<-- mutation
@strawberry.input
class OrderInput:
    skus: list[str]
    due_on: dt.date


@strawberry.type
class Rejection:
    reason: str


Placed = Annotated[Order | Rejection, strawberry.union("Placed")]


@dataclass
class Shop:
    """The application's own object."""

    today: dt.date


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def place_order(self, info: Info, order: OrderInput, key: str) -> Placed:
        context: Context[Shop] = info.context
        if context.identity.subject is None:
            raise RuleError("Sign in to order.", code="UNAUTHENTICATED")
        if order.due_on < context.app.today:
            raise ClientError(f"order.dueOn: expected a day to come, got {order.due_on}")
        placed = await place_order.send(context, NewOrder(order.skus, order.due_on), key=key)
        if isinstance(placed, Refused):
            return Rejection(reason=placed.reason)
        await send_mail.send(context, placed.order_id)
        return placed

    @strawberry.mutation
    async def cancel_order(self, info: Info, number: strawberry.ID) -> bool:
        await cancel_order.send(info.context, number)
        return True


def shop() -> Shop:
    return Shop(today=dt.datetime.now(dt.UTC).date())


graph = gateway.graph(query=Query, mutation=Mutation, types=[Person, Company], backends=[mail], app=shop)


# --8<-- function
def function(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """`/people` of the backend `crm`, as a Lambda function."""
    ids = parse_qs(event["rawQueryString"])["id"]
    rows = [{"id": each, "name": f"Person {each}"} for each in ids]
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(rows)}


# --8<-- end
