"""The graph over services as they are, tested as `docs/testing.md` shows."""

from __future__ import annotations

import datetime as dt
import json

import msgspec
import pytest

from gateway import BackendError, RuleError
from gateway.testing import (
    FakeBackend,
    Function,
    LocalLambda,
    Settings,
    WireRequest,
    as_lambda,
    captured_logs,
    in_process,
    lambda_event,
    over_socket,
    respond,
    running,
)

from .orders import Shop, function, graph

ORDER = {
    "orderId": "o1",
    "status": "shipped",
    "placedAt": "2026-11-02T08:00:00+01:00",
    "dueOn": "2026-12-24",
    "total": {"amount": "12.50", "currency": "EUR"},
    "payer": {"kind": "company", "id": "c1"},
}
COMPANY = {"id": "c1", "name": "ACME", "vat": "DE1"}


# --8<-- ask
async def test_an_order_and_who_pays() -> None:
    """Names, nested records, dates, decimals and enums are the graph's; the payer is a type of its interface."""
    orders = FakeBackend({"GET /v1/orders/{id}": {"data": ORDER}})
    crm = FakeBackend({"GET /companies": [COMPANY]})

    async with running(graph, orders=orders, crm=crm) as ask:
        data = await ask.data(
            '{order(number: "o1") {status dueOn placedAt total {amount} payment {by {__typename name}}}}', identity="u1"
        )

    assert {
        "status": "SHIPPED",
        "dueOn": "2026-12-24",
        "placedAt": "2026-11-02T08:00:00+01:00",
        "total": {"amount": "12.50"},
        "payment": {"by": {"__typename": "Company", "name": "ACME"}},
    } == data["order"]
    assert ["/v1/orders/o1"] == [request.path for request in orders.requests]


# --8<-- end
async def test_a_page_goes_on_where_the_last_one_ended() -> None:
    """The service's cursor is the connection's, and `after` is what the service is given."""
    orders = FakeBackend({"GET /v1/orders": {"data": [ORDER], "next": "c2"}})
    query = '{openOrders(first: 1, after: "c1") {pageInfo {hasNextPage endCursor} edges {node {remarks}}}}'

    async with running(graph, orders=orders) as ask:
        data = await ask.data(query)

    assert {"hasNextPage": True, "endCursor": "c2"} == data["openOrders"]["pageInfo"]
    assert (("limit", "1"), ("cursor", "c1"), ("status", "open")) == orders.requests[0].query


# --8<-- refused
async def test_an_order_that_is_refused() -> None:
    """What the service answers by 422 is a type of the answer; nobody is written to."""
    orders = FakeBackend({"POST /v1/orders": respond({"reason": "sold out"}, status=422)})
    mail = FakeBackend({"POST /mails": None})
    mutation = 'mutation {placeOrder(order: {skus: ["s1"], dueOn: "2026-12-24"}, key: "k") {... on Rejection {reason}}}'

    async with running(graph, app=Shop(dt.date(2026, 12, 1)), orders=orders, mail=mail) as ask:
        placed = await ask.data(mutation, identity={"sub": "u1"})
        anonymous = await ask(mutation)

    assert {"placeOrder": {"reason": "sold out"}} == placed
    assert (["UNAUTHENTICATED"], "Sign in to order.") == (anonymous.codes, anonymous.errors[0]["message"])
    assert {"skus": ["s1"], "dueOn": "2026-12-24"} == json.loads(orders.requests[0].body or b"")
    assert "k" == dict(orders.requests[0].headers)["idempotency-key"]
    assert [] == mail.requests


# --8<-- end
async def test_it_is_in_time() -> None:
    """A day that is over is the client's mistake, and told in full."""
    async with running(graph, app=Shop(dt.date(2027, 1, 1))) as ask:
        reply = await ask(
            'mutation {placeOrder(order: {skus: [], dueOn: "2026-12-24"}, key: "k") {__typename}}', identity="u1"
        )

    assert ["BAD_USER_INPUT"] == reply.codes
    assert "order.dueOn: expected a day to come, got 2026-12-24" == reply.errors[0]["message"]


# --8<-- down
async def test_a_service_that_is_down_costs_its_own_fields() -> None:
    """The order is answered without who pays; the log says what failed."""
    down = BackendError("connection refused", code="BACKEND_UNREACHABLE")
    orders = FakeBackend({"GET /v1/orders/{id}": {"data": ORDER}})
    crm = FakeBackend({"GET /companies": lambda _request: down})

    with captured_logs() as lines:
        async with running(graph, orders=orders, crm=crm) as ask:
            reply = await ask('{order(number: "o1") {status payment {by {name}}}}', identity="u1")

    assert {"order": {"status": "SHIPPED", "payment": {"by": None}}} == reply.data
    assert ["BACKEND_UNREACHABLE"] == reply.codes
    assert ["crm.company_by_id"] == [line["loader"] for line in lines if line["level"] == "warning"]


# --8<-- doors
async def test_one_engine_behind_three_doors() -> None:
    """In this process, over a socket, and as API Gateway's event."""
    async with running(graph) as ask:
        async with in_process(ask.engine) as door:
            answer = await door.send("GET", "/graphql?query={__typename}")
        async with over_socket(ask.engine) as door:
            healthy = await door.send("GET", "/healthz")
        async with as_lambda(ask.engine, "http_api") as door:
            invoked = await door.send("GET", "/healthz")

    assert {"data": {"__typename": "Query"}} == {"data": answer.json()["data"]}
    assert (200, 200) == (healthy.status, invoked.status)


# --8<-- end
async def test_fields_of_ones_own() -> None:
    """A resolver is given the record; each row of several that fails is an error of its own."""

    def row(request: WireRequest) -> object:
        number = request.path.rpartition("/")[2]
        if number == "o3":
            return BackendError("it broke")
        return (
            respond(status=404)
            if number == "o9"
            else {"data": {**ORDER, "orderId": number, "relatedIds": ["o2", "o9", "o3"]}}
        )

    async with running(graph, orders=FakeBackend({"GET /v1/orders/{id}": row})) as ask:
        reply = await ask('{order(number: "o1") {daysToWait related {dueOn}}}', identity="u1")

    assert {"order": {"daysToWait": 52, "related": [{"dueOn": "2026-12-24"}, None, None]}} == reply.data
    assert [("BACKEND_FAILED", ["order", "related", 2])] == [
        (error["extensions"]["code"], error["path"]) for error in reply.errors
    ]


async def test_cancelling() -> None:
    """A write may answer nothing."""
    orders = FakeBackend({"DELETE /v1/orders/{id}": respond(status=200)})

    async with running(graph, orders=orders) as ask:
        assert {"cancelOrder": True} == await ask.data('mutation {cancelOrder(number: "o1")}')

    assert ["/v1/orders/o1"] == [request.path for request in orders.requests]


# --8<-- settings
async def test_a_setting() -> None:
    """Any may be tried, here a limit and an address in this process."""
    address = {"address": "local:docs.snippets.orders:function"}
    settings = msgspec.convert({"limits": {"max_depth": 2}, "backends": {"crm": address}}, Settings)

    async with running(graph, settings=settings) as ask:
        me = await ask.data("{me {name}}", identity="p1")
        with pytest.raises(RuleError, match="expected at most 2 fields within each other, got 4"):
            await ask("{orders {edges {node {dueOn}}}}")

    assert {"me": {"name": "Person p1"}} == me


# --8<-- function
def test_the_function_answers_its_event() -> None:
    """As AWS would call it, without AWS."""
    event = lambda_event("http_api", "GET", "/people?id=p1&id=p2", {})

    rows = json.loads(function(event, None)["body"])

    assert [{"id": "p1", "name": "Person p1"}, {"id": "p2", "name": "Person p2"}] == rows


async def test_the_function_in_a_runtime_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS's own runtime, in a process; the gateway signs and invokes as it would on AWS."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    async with LocalLambda([Function("crm-prod", "docs.snippets.orders.function")]) as aws:
        here = {"lambda_endpoint": aws.endpoint, "region": "eu-west-1"}
        settings = msgspec.convert({"backends": {"crm": {"address": "lambda:crm-prod"}}, "aws": here}, Settings)
        async with running(graph, settings=settings) as ask:
            data = await ask.data("{me {name}}", identity="p1")

    assert {"me": {"name": "Person p1"}} == data


# --8<-- end
