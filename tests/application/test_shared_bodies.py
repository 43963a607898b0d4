"""Identical requests in flight share one body, behind HTTP: each client still gets exactly its own."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from gateway.application.engine import Engine
from gateway.testing import FakeBackend, sign_hops
from gateway.testing.doors import Door, Received, in_process
from gateway.vocabulary.settings import HopsSettings, Settings
from tests.application.leaving import GRAPH

SECRET = "correct-horse-battery-staple-0001"
BODY = b'{"data":{"rows":[{"id":"r1"}]}}'


class Held:
    """A gateway as it is in production, whose backend holds its calls until `gate` opens."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.rows = FakeBackend({"GET /rows": self._answer})
        self.engine = Engine(GRAPH, Settings(hops=HopsSettings(secret=SECRET)), wires={"rows": self.rows})

    async def _answer(self, _request: object) -> object:
        await self.gate.wait()
        return [{"id": "r1"}]

    async def joined_by(self, count: int) -> None:
        """Wait until so many requests wait for the one call."""
        async with asyncio.timeout(5):
            while [count] != [len(flight.waiters) for flight in self.engine.flights._under_way]:
                await asyncio.sleep(0)


async def ask(door: Door, accept: str, *, signs: bool) -> Received:
    signed = {"gateway-hops": sign_hops(SECRET, time.time())} if signs else {}
    headers = {"content-type": "application/json", "accept": accept, **signed}
    return await door.send("POST", "/graphql", headers, b'{"query": "{rows {id}}"}')


async def joined_answers(signs: list[bool], accepts: list[str]) -> list[Received]:
    """The answers to requests of which the first one runs and the others join it, in the order in which they came."""
    held, asked = Held(), list[asyncio.Task[Received]]()
    async with in_process(held.engine) as door:
        for accept, signed in zip(accepts, signs, strict=True):
            asked.append(asyncio.create_task(ask(door, accept, signs=signed)))
            await held.joined_by(len(asked))
        held.gate.set()
        answers = await asyncio.gather(*asked)
    await held.engine.close()

    assert 1 == len(held.rows.requests)
    return answers


def receipt_of(answer: Received) -> Any:
    """The receipt beside the data that everybody gets."""
    result = answer.json()
    receipt = result.pop("extensions")["hops"]
    assert {"data": {"rows": [{"id": "r1"}]}} == result
    return receipt


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
@pytest.mark.parametrize("who_signs", [0, 1, 2])
async def test_a_receipt_is_for_who_signed_alone(accept: str, who_signs: int) -> None:
    """Whether who signed runs or joins: the receipt is theirs and of their request, the others get the bare answer."""
    answers = await joined_answers([number == who_signs for number in range(3)], [accept] * 3)
    signed = answers.pop(who_signs)

    assert [(200, BODY)] * 2 == [(answer.status, answer.body) for answer in answers]
    receipt = receipt_of(signed)
    source = "flight" if who_signs else "backend"
    assert [("all_rows", source)] == [(record["loader"], record["source"]) for record in receipt["records"]]
    assert (0 if who_signs else 1) == receipt["calls"]


async def test_a_body_is_shared_in_either_media_type() -> None:
    """The bytes are the same; what they are called is what each client asked for."""
    accepts = ["application/json", "application/graphql-response+json"] * 2

    answers = await joined_answers([False] * 4, accepts)

    assert [BODY] * 4 == [answer.body for answer in answers]
    assert accepts == [answer.headers["content-type"].partition(";")[0] for answer in answers]
    assert [str(len(BODY))] * 4 == [answer.headers["content-length"] for answer in answers]
