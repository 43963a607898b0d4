"""Third parties that fail, limit or dawdle: they cost their own fields and no more, and come back by themselves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

import schema
from gateway.application.engine import Answer, Engine
from gateway.http.request import GraphQLRequest
from gateway.testing.processes import ServiceProcess, start_service
from gateway.vocabulary.settings import BackendSettings, Settings
from tests.e2e import join
from tests.e2e.reference import NO_TERMS, OPERATIONS, settings_for, started, viewer

HOME = (OPERATIONS / "home.graphql").read_text()
SEARCH = '{search(text: "linux", limit: 1) {score}}'
OURS = ("users", "catalogue", "enrolments", "discussions")

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("third parties")]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return join.home("u1", "linux")


class Stage:
    """Our services, running, and third parties that a test starts as it needs them."""

    def __init__(self, addresses: dict[str, str], stack: AsyncExitStack) -> None:
        self._addresses = addresses
        self._stack = stack

    async def third_party(self, name: str, port: int = 0, **terms: str) -> ServiceProcess:
        environment = {**NO_TERMS, **{f"{name.upper()}_{term}": value for term, value in terms.items()}}
        running = await start_service(["-m", f"services.{name}", "--port", str(port)], environment=environment)
        self._stack.push_async_callback(running.stop)
        self._addresses[name] = running.address
        return running

    def engine(self, **changes: BackendSettings) -> Engine:
        settings = settings_for(**self._addresses)
        engine = Engine(schema.graph, Settings(mode="production", backends={**settings.backends, **changes}))
        self._stack.push_async_callback(engine.close)
        return engine


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ours() -> AsyncIterator[dict[str, str]]:
    async with AsyncExitStack() as stack:
        yield await started(OURS, {}, stack)


@pytest_asyncio.fixture(loop_scope="module")
async def stage(ours: dict[str, str]) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield Stage(dict(ours), stack)


async def ask(engine: Engine, query: str, time_s: float = 5.0, **variables: object) -> Answer:
    return await engine.execute(GraphQLRequest(query=query, variables=variables), viewer("u1", time_s))


def failures(answer: Answer) -> dict[str, str]:
    """Error codes by dotted path."""
    return {".".join(map(str, error["path"])): error["extensions"]["code"] for error in answer.result["errors"]}


async def test_a_third_party_that_is_down_costs_its_fields(stage: Stage, expected: dict[str, Any]) -> None:
    """Search and billing are gone: the home page is whole but for these two, and whole again when they are back."""
    search = await stage.third_party("search")
    billing = await stage.third_party("billing")
    engine = stage.engine()
    await asyncio.gather(search.kill(), billing.kill())

    during = await ask(engine, HOME, text="linux")
    await stage.third_party("search", search.port)
    await stage.third_party("billing", billing.port)
    after = await ask(engine, HOME, text="linux")

    assert {"search": "BACKEND_UNREACHABLE", "me.membership": "BACKEND_UNREACHABLE"} == failures(during)
    without = expected | {"search": None, "me": expected["me"] | {"membership": None}}
    assert join.unordered(without) == join.unordered(during.result["data"])
    assert join.unordered(expected) == join.unordered(after.result["data"])
    assert "errors" not in after.result


async def test_a_third_party_that_limits_costs_its_field(stage: Stage, expected: dict[str, Any]) -> None:
    """Past the rate the provider answers 429: the field says busy, and the page stands."""
    await stage.third_party("search", RATE_PER_S="0.05")
    await stage.third_party("billing")
    engine = stage.engine()
    first = await ask(engine, SEARCH)

    answer = await ask(engine, HOME, text="linux")

    assert "errors" not in first.result
    assert {"search": "BACKEND_THROTTLED"} == failures(answer)
    assert join.unordered(expected | {"search": None}) == join.unordered(answer.result["data"])


async def test_a_slow_third_party_costs_its_own_time(stage: Stage, expected: dict[str, Any]) -> None:
    """A provider that takes longer than its `timeout_s` is given up, and the page with it takes that long."""
    search = await stage.third_party("search", DELAY_MS="3000")
    await stage.third_party("billing")
    headers = {"x-api-key": "demo-search-key"}
    engine = stage.engine(search=BackendSettings(address=search.address, headers=headers, timeout_s=0.3))

    asked_s = time.monotonic()
    answer = await ask(engine, HOME, text="linux")
    waited_s = time.monotonic() - asked_s

    assert {"search": "BACKEND_TIMEOUT"} == failures(answer)
    assert join.unordered(expected | {"search": None}) == join.unordered(answer.result["data"])
    assert 0.3 <= waited_s < 1.5


async def test_far_away_third_parties_are_asked_together(stage: Stage) -> None:
    """Two providers of 400 ms each cost one page 400 ms and a little, since neither waits for the other."""
    await stage.third_party("search", DELAY_MS="400")
    await stage.third_party("billing", DELAY_MS="400")
    engine = stage.engine()
    query = '{search(text: "linux", limit: 1) {score} me {membership {status}}}'
    await ask(engine, query)

    asked_s = time.monotonic()
    answer = await ask(engine, query)
    waited_s = time.monotonic() - asked_s

    assert "errors" not in answer.result
    assert 0.4 <= waited_s < 0.75


async def test_what_only_a_provider_can_tell_is_told_to_the_client(stage: Stage) -> None:
    """A text without a word is the client's to change: it reads why, and the rest of the page is answered."""
    await stage.third_party("search")

    answer = await ask(stage.engine(), '{search(text: "!?", limit: 1) {score} courses(first: 1) {edges {cursor}}}')

    (error,) = answer.result["errors"]
    assert ("text: expected a word to search for, got '!?'", "BAD_USER_INPUT") == (
        error["message"],
        error["extensions"]["code"],
    )
    assert 1 == len(answer.result["data"]["courses"]["edges"])


async def test_a_wrong_key_is_ours_to_mend(stage: Stage) -> None:
    """Without the right key a provider refuses; the client learns neither the key nor that there is one."""
    search = await stage.third_party("search", API_KEY="another")
    engine = stage.engine(search=BackendSettings(address=search.address, headers={"x-api-key": "s3cret"}))

    answer = await ask(engine, SEARCH)

    assert {"search": "BACKEND_REFUSED"} == failures(answer)
    assert "key" not in str(answer.result)
