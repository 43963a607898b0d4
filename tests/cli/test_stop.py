"""`gateway serve` ends when it is told to, at whatever moment, and never leaves a worker behind."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from gateway.cli.ports import free_port
from tests.cli.processes import alive, descendants, gateway, read_until

# A worker imports this for as long as a large application would.
LOADS_LONG = """
import multiprocessing, sys, time
import strawberry
import gateway

if multiprocessing.parent_process():
    print("loading", file=sys.stderr, flush=True)
    time.sleep(30)

@strawberry.type
class Query:
    hello: str = "world"

graph = gateway.graph(query=Query)
"""


async def test_workers_that_still_load_end_at_once(tmp_path: Path) -> None:
    """SIGTERM while a worker imports the graph is not lost: nobody waits for the time that requests would get."""
    (tmp_path / "slow.py").write_text(LOADS_LONG)
    async with gateway("serve", "slow:graph", "--port", str(free_port()), directory=tmp_path) as process:
        await read_until(process, "loading")
        process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), 5)

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
