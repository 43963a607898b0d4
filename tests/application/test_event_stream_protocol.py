"""GraphQL over Server-Sent Events, "distinct connections mode": the protocol, behind every door that can carry it.

Source: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import quote

import msgspec
import pytest

from gateway.application.engine import Engine
from gateway.testing.doors import Door, Received
from gateway.vocabulary.settings import LimitSettings, Settings
from tests.application.conftest import DOORS
from tests.application.listening import GRAPH, STREAM, Stage, fake_rows

COMPLETE = "event: complete\ndata:\n\n"
ANSWER_IN_ONE_PIECE = sorted(set(DOORS) - {"process", "socket"})


@pytest.fixture(params=DOORS)
async def door(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """A gateway as it is in production, its source having said one word."""
    stage = Stage()
    stage.words.put_nowait("one")
    stage.words.put_nowait(".")
    settings = Settings(max_body_bytes=2000, limits=LimitSettings(max_root_fields=1))
    engine = Engine(GRAPH, settings, app=stage, wires={"rows": fake_rows()})
    async with DOORS[request.param](engine) as opened:
        yield opened


async def post(door: Door, query: str, accept: str = "text/event-stream", **members: object) -> Received:
    body = msgspec.json.encode({"query": query, **members})
    return await door.send("POST", "/graphql", {**STREAM, "accept": accept}, body)


def results(received: Received) -> list[object]:
    """What the `next` events hold, of a stream that is complete."""
    assert (200, "text/event-stream; charset=utf-8") == (received.status, received.headers["content-type"])
    text = received.body.decode()
    assert text.startswith(":\n\n")
    assert text.endswith(COMPLETE)
    events = text.removeprefix(":\n\n").removesuffix(COMPLETE).split("\n\n")[:-1]
    assert all(event.startswith("event: next\ndata: ") for event in events)
    return [msgspec.json.decode(event.removeprefix("event: next\ndata: ")) for event in events]


@pytest.mark.parametrize(
    ("operation", "data"), [("{hello}", b'{"hello":"hello"}'), ('mutation {say(text: "a\\nb")}', b'{"say":"a\\nb"}')]
)
async def test_a_query_or_mutation_is_one_event(door: Door, operation: str, data: bytes) -> None:
    """One `next` with the answer, one `complete`, which has a `data` line, as browsers need it."""
    received = await post(door, operation)

    assert b':\n\nevent: next\ndata: {"data":' + data + b"}\n\nevent: complete\ndata:\n\n" == received.body
    assert (200, "text/event-stream; charset=utf-8") == (received.status, received.headers["content-type"])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{nothing}", "GRAPHQL_VALIDATION_FAILED"),
        ("query A {hello} query B {hello}", "OPERATION_RESOLUTION_FAILURE"),
        ("query ($n: Int!) {hello @skip(if: $n)}", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($n: Boolean!) {hello @skip(if: $n)}", "BAD_USER_INPUT"),
        ("{a: hello b: hello}", "LIMIT_EXCEEDED"),
    ],
)
async def test_a_wrong_operation_is_told_by_an_event(door: Door, query: str, code: str) -> None:
    """What is wrong before execution is the one result of a stream that is accepted: browsers show no other."""
    (result,) = results(await post(door, query))

    assert [code] == [error["extensions"]["code"] for error in result["errors"]]  # type: ignore[index]
    assert "data" not in result  # type: ignore[operator]


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "status", "code"),
    [
        ("GET", "/graphql?query=" + quote("mutation {say}"), {"gateway-preflight": "1"}, b"", 405,
         "METHOD_NOT_ALLOWED"),
        ("GET", "/graphql?query=" + quote("{hello}"), {}, b"", 400, "PREFLIGHT_REQUIRED"),
        ("PUT", "/graphql", {}, b"{}", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/graphql", {"content-type": "text/plain"}, b"{}", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("POST", "/graphql", {"content-type": "application/json"}, b"{}", 400, "BAD_REQUEST"),
        ("POST", "/graphql", {"content-type": "application/json"}, b" " * 2001, 413, "PAYLOAD_TOO_LARGE"),
        ("GET", "/graphql?query=" + quote("{hello}"), {"gateway-preflight": "1", "gateway-timeout-ms": "x"}, b"", 400,
         "BAD_REQUEST"),
    ],
)  # fmt: skip
async def test_a_wrong_request_is_told_by_its_status(
    door: Door, method: str, target: str, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    """The rules of HTTP are those of every request, and their errors JSON: no stream begins."""
    received = await door.send(method, target, {"accept": "text/event-stream", **headers}, body)

    assert (status, code) == (received.status, received.json()["errors"][0]["extensions"]["code"])
    assert "application/json; charset=utf-8" == received.headers["content-type"]


async def test_a_get_may_ask_for_a_stream(door: Door) -> None:
    """As browsers' EventSource does."""
    headers = {"accept": "text/event-stream", "gateway-preflight": "1"}

    assert [{"data": {"hello": "hello"}}] == results(
        await door.send("GET", "/graphql?query=" + quote("{hello}"), headers)
    )


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/json, text/event-stream"])
async def test_a_subscription_in_one_piece_is_refused(door: Door, accept: str) -> None:
    """The error says what to ask for instead; who takes JSON as gladly gets JSON."""
    received = await post(door, "subscription {said {text}}", accept)

    assert (405, "METHOD_NOT_ALLOWED") == (received.status, received.json()["errors"][0]["extensions"]["code"])
    assert "accept: text/event-stream" in received.json()["errors"][0]["message"]


@pytest.mark.parametrize("door", ["process", "socket"], indirect=True)
async def test_a_subscription_is_an_event_a_result(door: Door) -> None:
    """And one that says that there are no more."""
    received = await post(
        door, "subscription ($n: Boolean!) {said {text @skip(if: $n) row {name}}}", variables={"n": 0}
    )
    again = await post(
        door, "subscription ($n: Boolean!) {said {text @skip(if: $n) row {name}}}", variables={"n": False}
    )

    assert [["BAD_USER_INPUT"]] == [[e["extensions"]["code"] for e in r["errors"]] for r in results(received)]  # type: ignore[index]
    assert [{"data": {"said": {"text": "one", "row": {"name": "Ada"}}}}] == results(again)


@pytest.mark.parametrize("door", ANSWER_IN_ONE_PIECE, indirect=True)
async def test_a_lambda_function_refuses_subscriptions(door: Door) -> None:
    """It answers in one piece: the one result says so, and where to subscribe."""
    (result,) = results(await post(door, "subscription {said {text}}"))

    (error,) = result["errors"]  # type: ignore[index]
    assert "SUBSCRIPTIONS_UNAVAILABLE" == error["extensions"]["code"]
    assert "Lambda" in error["message"]
    assert "in one piece" in error["message"]


@pytest.mark.parametrize("door", ["process", "socket"], indirect=True)
async def test_a_head_request_begins_no_stream(door: Door) -> None:
    """It could not be given one."""
    headers = {"accept": "text/event-stream", "gateway-preflight": "1"}

    received = await door.send("HEAD", "/graphql?query=" + quote("subscription {said {text}}"), headers)

    assert (405, b"") == (received.status, received.body)
