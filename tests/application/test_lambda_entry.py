"""What only the Lambda entry does: claims of an authorizer, Lambda's own deadline, and sockets after a freeze."""

from __future__ import annotations

import msgspec
import pytest

from gateway.application.engine import Engine
from gateway.aws_lambda import IDLE_LIMIT_S, LambdaHandler
from gateway.testing.doors import LambdaDoor
from gateway.testing.lambda_events import EventKind
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


async def test_answers_are_text_not_base64() -> None:
    """API Gateway passes both JSON types on as they are."""
    handler = LambdaHandler(Engine(GRAPH, PRODUCTION))
    door = LambdaDoor(handler)

    received = await door.send("POST", "/graphql", HEADERS, msgspec.json.encode({"query": "{hello}"}))
    door.close()

    assert {"data": {"hello": "hello world"}} == received.json()


class WallClock:
    """A clock whose wall time the test sets."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic_s(self) -> float:
        return self.now_s

    def wall_s(self) -> float:
        return self.now_s


class CountingEngine(Engine):
    """An engine that counts how often its idle connections were dropped."""

    drops = 0

    def drop_idle(self) -> None:
        self.drops += 1
        super().drop_idle()


@pytest.mark.parametrize(("frozen_s", "drops"), [(IDLE_LIMIT_S - 1, 0), (IDLE_LIMIT_S + 1, 1)])
async def test_connections_are_dropped_after_a_freeze(frozen_s: float, drops: int) -> None:
    """A sandbox that slept longer than peers keep a connection starts with fresh ones."""
    clock, engine = WallClock(), CountingEngine(GRAPH, PRODUCTION)
    door = LambdaDoor(LambdaHandler(engine, clock=clock))
    body = msgspec.json.encode({"query": "{hello}"})

    await door.send("POST", "/graphql", HEADERS, body)
    clock.now_s += frozen_s
    await door.send("POST", "/graphql", HEADERS, body)
    door.close()

    assert drops == engine.drops
