"""The end of a process: a signal is heard beside the server, which hears it as before, and the engine is closed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator

import httpx
import pytest
from starlette.types import Message

from gateway.application.app import GatewayApp
from gateway.application.engine import Engine
from gateway.application.stopping import when_told_to_stop
from gateway.testing.fake_backend import FakeBackend
from gateway.vocabulary.errors import EngineError
from gateway.vocabulary.settings import Settings
from tests.application.leaving import GRAPH as ROWS


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """What a server heard that waits for SIGTERM."""
    heard: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append("server"))
    yield heard
    signal.signal(signal.SIGTERM, before)


async def test_the_server_and_the_application_hear_a_signal(heard: list[str]) -> None:
    """Both are told, in the block alone; afterwards the server is as it was."""
    told = asyncio.Event()
    servers = signal.getsignal(signal.SIGTERM)
    with when_told_to_stop(told.set):
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(told.wait(), 5)

    assert ["server"] == heard
    assert servers is signal.getsignal(signal.SIGTERM)


async def test_a_handler_that_came_later_stays(heard: list[str]) -> None:
    """What somebody put in its place within the block is theirs."""
    with when_told_to_stop(lambda: None):
        signal.signal(signal.SIGTERM, later := lambda *_: heard.append("later"))

    assert later is signal.getsignal(signal.SIGTERM)


async def test_where_nobody_waits_for_a_signal_nothing_changes() -> None:
    """A process without a handler ends upon a signal, as before."""
    before = signal.getsignal(signal.SIGTERM)
    assert before is signal.SIG_DFL
    with when_told_to_stop(lambda: None):
        within = signal.getsignal(signal.SIGTERM)

    assert before is within


def test_outside_of_the_main_thread_nothing_changes(heard: list[str]) -> None:
    """Only the main thread may have handlers; a server elsewhere is told by other means."""

    async def within() -> object:
        with when_told_to_stop(lambda: None):
            return signal.getsignal(signal.SIGTERM)

    async def outside() -> object:
        return await asyncio.to_thread(asyncio.run, within())

    assert signal.getsignal(signal.SIGTERM) is asyncio.run(outside())
    assert [] == heard


async def test_a_process_that_is_told_to_stop_is_not_ready(heard: list[str]) -> None:
    """A load balancer sends no more to it, while what is under way is answered; it still lives."""
    app = GatewayApp(Engine(ROWS, Settings(), wires={"rows": FakeBackend({})}))

    async def status(path: str) -> int:
        return (await client.get(path)).status_code

    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client,
        app.site.router.lifespan_context(app.site),
    ):
        before = await status("/readyz")
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(5):
            while await status("/readyz") != 503:
                await asyncio.sleep(0)
        after = await status("/healthz")

    assert (200, 200) == (before, after)
    assert ["server"] == heard


async def test_a_lifespan_that_is_cancelled_closes_the_engine() -> None:
    """Not every server says `lifespan.shutdown`: connections are released all the same."""
    rows, started = FakeBackend({}), asyncio.Event()
    messages: list[Message] = [{"type": "lifespan.startup"}]

    async def receive() -> Message:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop()

    async def send(message: Message) -> None:
        if message["type"] == "lifespan.startup.complete":
            started.set()

    app = GatewayApp(Engine(ROWS, Settings(), wires={"rows": rows}))
    running = asyncio.create_task(app({"type": "lifespan"}, receive, send))
    await asyncio.wait_for(started.wait(), 5)
    was_closed = rows.is_closed
    running.cancel()
    await asyncio.wait([running])

    assert running.cancelled()
    assert (False, True) == (was_closed, rows.is_closed)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        assert (await client.get("/readyz")).status_code == 503


async def test_an_application_that_was_shut_down_does_not_start_again() -> None:
    """Its backends are closed: it says so at its start, not to every client."""
    app = GatewayApp(Engine(ROWS, Settings(), wires={"rows": FakeBackend({})}))
    async with app.site.router.lifespan_context(app.site):
        pass

    with pytest.raises(EngineError, match="make another one"):
        async with app.site.router.lifespan_context(app.site):
            pass
