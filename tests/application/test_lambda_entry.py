"""What only the Lambda entry does: claims of an authorizer, Lambda's own deadline, and sockets after a freeze."""

from __future__ import annotations

import asyncio
import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
import strawberry

import gateway
from gateway.application.engine import Engine
from gateway.application.lambda_handler import IDLE_LIMIT_S, LambdaHandler, create_handler
from gateway.testing.doors import LambdaContext, LambdaDoor
from gateway.testing.fault_peer import FaultPeer
from gateway.testing.fault_peer import Reply as PeerReply
from gateway.testing.lambda_events import EventKind, lambda_event
from gateway.vocabulary.errors import SettingsError
from gateway.vocabulary.settings import BackendSettings, Settings
from tests.application.conftest import GRAPH, PRODUCTION

HEADERS = {"content-type": "application/json", "accept": "application/graphql-response+json"}


@pytest.mark.parametrize("kind", ["http_api", "rest_api"])
async def test_an_authorizers_claims_are_the_identity(kind: EventKind) -> None:
    """What API Gateway has verified says who asks."""
    door = LambdaDoor(LambdaHandler(Engine(GRAPH, PRODUCTION)), kind)
    body = msgspec.json.encode({"query": "{viewer}"})

    received = await door.send("POST", "/graphql", HEADERS, body, claims={"sub": "u7"})
    door.close()

    assert {"data": {"viewer": "u7"}} == received.json()


async def test_the_functions_remaining_time_is_the_deadline() -> None:
    """What Lambda leaves, less the reserve for the answer, bounds the request: the function is never cut off."""
    door = LambdaDoor(LambdaHandler(Engine(GRAPH, PRODUCTION)), remaining_ms=600)

    received = await door.send("POST", "/graphql", HEADERS, msgspec.json.encode({"query": "{hello slow}"}))
    door.close()

    assert {"hello": "hello world", "slow": None} == received.json()["data"]
    assert ["DEADLINE_EXCEEDED"] == [error["extensions"]["code"] for error in received.json()["errors"]]


def invoke(event: object) -> dict[str, Any]:
    """What the handler gives, called as Lambda's runtime does: without a running event loop."""
    with ThreadPoolExecutor(1, initializer=lambda: asyncio.set_event_loop(asyncio.new_event_loop())) as thread:
        # Made in the thread as well: it asks for the current event loop, and would leave a new one to this thread.
        handler = thread.submit(LambdaHandler, Engine(GRAPH, PRODUCTION)).result()
        response: dict[str, Any] = thread.submit(handler, event, LambdaContext(30_000)).result()
        thread.submit(lambda: asyncio.get_event_loop().close()).result()
    return response


def test_answers_are_text_not_base64() -> None:
    """API Gateway passes both JSON types on as they are."""
    body = msgspec.json.encode({"query": "{hello}"})

    response = invoke(lambda_event("http_api", "POST", "/graphql", HEADERS, body))

    assert (False, '{"data":{"hello":"hello world"}}') == (response["isBase64Encoded"], response["body"])


@pytest.mark.parametrize("authorizer", [{"principalId": "u1", "jwt": "eyJ.token"}, "nonsense", None])
def test_an_authorizer_of_any_form_is_read(authorizer: object) -> None:
    """A REST API's authorizer may name a text `jwt`; whatever stands there, the request is answered."""
    body = msgspec.json.encode({"query": "{viewer}"})
    event = lambda_event("rest_api", "POST", "/graphql", HEADERS, body)
    event["requestContext"]["authorizer"] = authorizer

    response = invoke(event)

    expected = "u1" if isinstance(authorizer, dict) else None
    assert {"data": {"viewer": expected}} == msgspec.json.decode(response["body"])


@pytest.mark.parametrize(
    "change",
    [
        {"body": "abc", "isBase64Encoded": True},
        {"body": "\udcff"},
        {"body": {"query": "{hello}"}},
        {"headers": {"content-type": 1}},
        {"Records": [], "version": "9", "requestContext": {}},
        {"version": "9", "requestContext": {}},
    ],
)
def test_an_event_that_is_no_request_is_a_400(change: dict[str, object]) -> None:
    """A body that is not what it says, or a warm-up ping, gets an answer and no failed invocation."""
    event = lambda_event("http_api", "POST", "/graphql", HEADERS, b"{}")

    response = invoke({**event, **change})

    assert 400 == response["statusCode"]
    assert "expected an event of API Gateway" in response["body"]


@pytest.mark.parametrize("kind", ["http_api", "rest_api", "alb", "function_url"])
def test_a_body_may_come_in_base64(kind: EventKind) -> None:
    """Fronts encode what they take for binary: it is read as it was sent, good or bad."""
    bodies = [b'{"query": "{hello}"}', b'{"query": "\xff"}', b"[" * 10_000, b""]
    events = [lambda_event(kind, "POST", "/graphql", HEADERS) for _ in bodies]

    statuses = [
        invoke({**event, "body": base64.b64encode(body).decode(), "isBase64Encoded": True})["statusCode"]
        for event, body in zip(events, bodies, strict=True)
    ]

    # PRODUCTION takes 2,000 bytes.
    assert [200, 400, 413, 400] == statuses


def test_development_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A function is reachable by others: it does not start in development."""
    (tmp_path / "gateway.toml").write_text('mode = "development"')
    monkeypatch.setenv("GATEWAY_SETTINGS", str(tmp_path / "gateway.toml"))
    monkeypatch.setenv("GATEWAY_GRAPH", "tests.application.conftest:GRAPH")

    with pytest.raises(SettingsError, match="expected mode = production on Lambda"):
        create_handler()


class WallClock:
    """A clock whose wall time the test sets."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.now_s


class Row(msgspec.Struct, frozen=True):
    id: str


rows = gateway.Backend("rows")


@rows.many()
def all_rows() -> gateway.Call[list[Row]]:
    return gateway.get("/rows", into=list[Row])


@gateway.object_of(Row, name="Row")
class RowType:
    id: str


@strawberry.type
class RowQuery:
    rows: list[RowType] = gateway.load(all_rows)


@pytest.mark.parametrize(("frozen_s", "connections"), [(IDLE_LIMIT_S - 1, 1), (IDLE_LIMIT_S + 1, 2)])
async def test_connections_are_dropped_after_a_freeze(frozen_s: float, connections: int) -> None:
    """A sandbox that slept longer than peers keep a connection opens a new one; before, the warm one is used."""
    clock, body = WallClock(), msgspec.json.encode({"query": "{rows {id}}"})
    async with FaultPeer() as peer:
        peer.act = lambda _received: PeerReply(200, (("content-type", "application/json"),), b'[{"id": "r1"}]')
        backends = {"rows": BackendSettings(address=f"http://127.0.0.1:{peer.port}")}
        engine = Engine(gateway.graph(query=RowQuery), Settings(backends=backends))
        door = LambdaDoor(LambdaHandler(engine, clock=clock))

        answers = [await door.send("POST", "/graphql", HEADERS, body)]
        clock.now_s += frozen_s
        answers.append(await door.send("POST", "/graphql", HEADERS, body))
        door.close(engine)

    assert [{"data": {"rows": [{"id": "r1"}]}}] * 2 == [answer.json() for answer in answers]
    assert connections == peer.connections
