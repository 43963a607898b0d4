"""The receipt behind every door: totals always, the extension for whoever may see it."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import msgspec
import pytest
import strawberry

from gateway import Backend, Call, get, graph, load, object_of
from gateway.application.engine import Engine
from gateway.testing import FakeBackend, sign_hops
from gateway.testing.doors import Door, Received, in_process
from gateway.vocabulary.settings import BackendSettings, HopsSettings, Settings
from tests.application.conftest import GRAPH

SECRET = "correct-horse-battery-staple-0001"
THINGS = Backend("things")
TIMING = re.compile(r'hops;desc="0", calls;desc="0", backend;dur=0\.0, total;dur=\d+\.\d')


class ThingRecord(msgspec.Struct, frozen=True):
    id: str


@THINGS.many()
def all_things() -> Call[list[ThingRecord]]:
    return get("/things", into=list[ThingRecord])


@object_of(ThingRecord)
class Thing:
    id: str


@strawberry.type
class Query:
    things: list[Thing] = load(all_things)


async def ask(door: Door, query: str, **headers: str) -> Received:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps({"query": query}).encode()
    return await door.send("POST", "/graphql", {"content-type": "application/json", **named}, body)


async def signed_answer(header: str, *, secret: str | None = SECRET) -> Any:
    """What a gateway in production answers to a request with this `gateway-hops`."""
    engine = Engine(GRAPH, Settings(hops=HopsSettings(secret=secret)))
    async with in_process(engine) as door:
        answer = await ask(door, "{hello}", gateway_hops=header)
    return answer.json()


@pytest.mark.parametrize("query", ["{hello}", "{broken}", "{", "{nothing}"])
async def test_every_answer_tells_its_totals(door: Door, query: str) -> None:
    """`Server-Timing` is there whether the operation succeeded, failed, or did not run."""
    answer = await ask(door, query)

    assert TIMING.fullmatch(answer.headers["server-timing"])


@pytest.mark.parametrize(
    ("method", "body"), [("POST", b"{"), ("PUT", b""), ("POST", b'{"query": "{%s}"}' % (b"a " * 9000))]
)
async def test_a_refusal_tells_that_nothing_was_called(door: Door, method: str, body: bytes) -> None:
    """What is refused before it can run took no call, and says so."""
    answer = await door.send(method, "/graphql", {"content-type": "application/json"}, body)

    assert answer.json()["errors"]
    assert 'hops;desc="0", calls;desc="0", backend;dur=0.0, total;dur=0.0' == answer.headers["server-timing"]


async def test_in_production_there_is_no_receipt(door: Door) -> None:
    """Who does not sign gets the answer alone."""
    answer = await ask(door, "{hello}")

    assert {"data": {"hello": "hello world"}} == answer.json()


async def test_in_development_the_receipt_is_there(development_door: Door) -> None:
    """Nothing needs signing; an operation without calls has a receipt that says so."""
    answer = await ask(development_door, "{hello}")

    receipt = answer.json()["extensions"]["hops"]
    assert (0, 0, 0, []) == (receipt["hops"], receipt["calls"], receipt["invokes"], receipt["records"])


@pytest.mark.parametrize("address", ["lambda:things", "LAMBDA:things", " lambda:things"])
async def test_a_call_of_a_function_is_an_invoke_however_its_address_is_written(address: str) -> None:
    """A scheme is read in any case, for the call and for the receipt."""
    settings = Settings(mode="development", backends={"things": BackendSettings(address=address)})
    engine = Engine(graph(query=Query), settings, wires={"things": FakeBackend({"GET /things": []})})
    async with in_process(engine) as door:
        answer = await ask(door, "{things {id}}")

    hops = answer.json()["extensions"]["hops"]
    assert (1, 1) == (hops["calls"], hops["invokes"])


async def test_a_signature_opens_the_receipt() -> None:
    """In production a request signed with the secret of the settings gets it."""
    answer = await signed_answer(sign_hops(SECRET, time.time()))

    assert 0 == answer["extensions"]["hops"]["hops"]


@pytest.mark.parametrize(
    "header",
    ["", "t=1,v1=2", sign_hops(SECRET, time.time() - 4000), sign_hops(SECRET[::-1], time.time())],
    # The signatures differ by the moment; names of tests must not.
    ids=["empty", "malformed", "old", "another secret"],
)
async def test_a_wrong_signature_opens_nothing(header: str) -> None:
    """Malformed, old or of another secret: the answer comes without the receipt."""
    assert {"data": {"hello": "hello world"}} == await signed_answer(header)


async def test_without_a_secret_a_signature_opens_nothing() -> None:
    """A gateway without `hops.secret` shows nobody its receipt."""
    header = sign_hops("", time.time())

    assert {"data": {"hello": "hello world"}} == await signed_answer(header, secret=None)
