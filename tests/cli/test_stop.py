"""`gateway serve` ends when it is told to, at whatever moment, and never leaves a worker behind."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from gateway.cli.ports import free_port
from gateway.testing.processes import listening as until_listening
from tests.application.listening import listening
from tests.cli.processes import alive, descendants, gateway, read_until

# Longer than any test waits: who would use that time is seen.
PATIENT = {"GATEWAY_SHUTDOWN_S": "60"}

# A worker makes its own object for as long as a large application would.
LOADS_LONG = """
import sys, time
import strawberry
import gateway

@strawberry.type
class Query:
    hello: str = "world"

def app():
    print("loading", file=sys.stderr, flush=True)
    time.sleep(90)

graph = gateway.graph(query=Query, app=app)
"""


# Its source says nothing, for as long as it is listened to.
LISTENS = """
import asyncio, sys
from collections.abc import AsyncGenerator
import strawberry
import gateway

@strawberry.type
class Query:
    hello: str = "world"

@strawberry.type
class Subscription:
    @strawberry.subscription
    async def silence(self) -> AsyncGenerator[int, None]:
        try:
            print("listening", file=sys.stderr, flush=True)
            await asyncio.Event().wait()
            yield 1
        finally:
            print("source ended", file=sys.stderr, flush=True)

graph = gateway.graph(query=Query, subscription=Subscription)
"""


async def test_workers_that_still_load_end_at_once(tmp_path: Path) -> None:
    """SIGTERM while a worker makes its application is not lost: nobody waits for the time that requests would get."""
    (tmp_path / "slow.py").write_text(LOADS_LONG)
    arguments = ("serve", "slow:graph", "--port", str(free_port()))
    async with gateway(*arguments, environment=PATIENT, directory=tmp_path) as process:
        await read_until(process, "loading")
        process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), 20)

    assert 0 == code


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
async def test_workers_end_with_a_killed_server(tmp_path: Path) -> None:
    """After SIGKILL of the server no worker goes on listening: the port is free for the next start."""
    (tmp_path / "slow.py").write_text(LOADS_LONG)
    async with gateway("serve", "slow:graph", "--port", str(free_port()), directory=tmp_path) as process:
        await read_until(process, "loading")
        workers = descendants(process.pid)

        process.kill()
        await process.wait()
        async with asyncio.timeout(5):
            while alive(workers):
                await asyncio.sleep(0.02)

    assert workers


async def test_subscriptions_end_before_the_process(tmp_path: Path) -> None:
    """SIGTERM ends a stream that has no end: its client is told to subscribe again, and nobody waits `shutdown_s`."""
    (tmp_path / "listens.py").write_text(LISTENS)
    port = free_port()
    arguments = ("serve", "listens:graph", "--port", str(port))
    async with gateway(*arguments, environment=PATIENT, directory=tmp_path) as process:
        await asyncio.wait_for(until_listening(port), 30)
        async with listening(f"http://127.0.0.1:{port}", "subscription {silence}") as events:
            await read_until(process, "listening")
            process.send_signal(signal.SIGTERM)
            told = await events.rest()
        await read_until(process, "source ended")
        code = await asyncio.wait_for(process.wait(), 20)

    assert ["next", "complete"] == [name for name, _ in told]
    assert "SUBSCRIPTION_ENDED" == told[0][1]["errors"][0]["extensions"]["code"]
    assert 0 == code
