"""Clients that leave before their answer: a gateway whose backend holds every call, and raw sockets that hang up.

`python -m tests.application.leaving 10000` lets so many leave, and says what is left of them and after how long.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

import msgspec
import strawberry

import gateway
from gateway.application.engine import Engine
from gateway.observe.logs import configure_logs
from gateway.testing.doors import over_socket
from gateway.testing.fault_peer import FaultPeer, Hold, Reply
from gateway.vocabulary.settings import BackendSettings, Settings


class Row(msgspec.Struct, frozen=True):
    id: str


rows = gateway.Backend("rows")


@rows.many()
def all_rows(*, number: int = 0) -> gateway.Call[list[Row]]:
    return gateway.get("/rows", number=number, into=list[Row])


@gateway.object_of(Row, name="Row")
class RowType:
    id: str


@strawberry.type
class Query:
    rows: list[RowType] = gateway.load(all_rows)

    @strawberry.field
    async def waiting(self) -> str | None:
        await asyncio.Event().wait()


GRAPH = gateway.graph(query=Query)
JSON = (("content-type", "application/json"),)
QUERY = "query Q($n: Int!) {rows(number: $n) {id} waiting}"


def body(number: int) -> bytes:
    """A request that shares its call with those of the same *number* alone."""
    return json.dumps({"query": QUERY, "variables": {"n": number}}).encode()


def request(body: bytes) -> bytes:
    """A POST as it lies on the wire."""
    head = f"POST /graphql HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


@dataclass(frozen=True, slots=True)
class Held:
    """What a test may look at to see that nothing is left."""

    tasks: int
    flights: int
    calls: int
    backend_connections: int
    descriptors: int

    def is_within(self, other: Held) -> bool:
        """Whether there is no more of anything than in *other*; what had been there before may be gone."""
        return all(mine <= theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True))


@dataclass(slots=True)
class HoldingGateway:
    """A gateway that answers nothing before *gate* opens."""

    engine: Engine
    peer: FaultPeer
    port: int
    gate: asyncio.Event

    def held(self) -> Held:
        """What is there now: both ends of every socket are in this process."""
        return Held(
            tasks=len(asyncio.all_tasks()),
            flights=len(self.engine.flights),
            calls=self.peer.inside,
            backend_connections=self.peer.open_connections,
            descriptors=sum(1 for _ in Path("/proc/self/fd").iterdir()),
        )

    async def back_at(self, baseline: Held, *, within_s: float = 1.0) -> Held:
        """What is held once it is no more than *baseline*; what still is after *within_s* otherwise."""
        try:
            async with asyncio.timeout(within_s):
                while not self.held().is_within(baseline):
                    await asyncio.sleep(0.005)
        except TimeoutError:
            pass
        return self.held()

    async def ask_and_leave(self, count: int) -> None:
        """Send *count* requests, each from a connection of its own, and hang up once all are at the backend."""
        arrived = len(self.peer.received) + count
        connections = [await asyncio.open_connection("127.0.0.1", self.port) for _ in range(count)]
        # Numbers that nobody had before: a call whose client has left, unnoticed as yet, would be joined.
        for number, (_, writer) in enumerate(connections, start=arrived):
            writer.write(request(body(number)))
        await self.peer.arrived(arrived)
        for _, writer in connections:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for _, writer in connections))


@asynccontextmanager
async def holding_gateway() -> AsyncIterator[HoldingGateway]:
    """A gateway over a real socket, its backend another one."""
    gate = asyncio.Event()
    async with FaultPeer() as peer:
        peer.act = lambda _received: Hold(gate, Reply(200, JSON, b'[{"id": "r1"}]'))
        address = f"http://127.0.0.1:{peer.port}"
        # A machine with other work may stall for longer than the default time to connect.
        backend = BackendSettings(address=address, timeout_s=30, connect_timeout_s=30, max_connections=1000)
        engine = Engine(GRAPH, Settings(deadline_s=60, backends={"rows": backend}))
        async with over_socket(engine) as door:
            yield HoldingGateway(engine, peer, int(door.url.rsplit(":", 1)[1]), gate)


async def main(count: int, at_once: int = 50) -> int:
    """Let *count* clients leave, *at_once* at a time; 0 when nothing is left of them within a second."""
    async with holding_gateway() as held:
        await held.ask_and_leave(at_once)
        await asyncio.sleep(1)
        baseline, began_s = held.held(), time.monotonic()
        for _ in range(count // at_once):
            await held.ask_and_leave(at_once)
        left_s = time.monotonic()
        left = await held.back_at(baseline)
        settled_s = time.monotonic()
    said = (
        f"{count} clients left in {left_s - began_s:.1f} s, {at_once} at a time",
        f"before: {baseline}",
        f"after:  {left}, {(settled_s - left_s) * 1000:.0f} ms later",
    )
    sys.stdout.write("\n".join(said) + "\n")
    return 0 if left.is_within(baseline) else 1


if __name__ == "__main__":
    configure_logs(readable=True, level=logging.ERROR)
    code = asyncio.run(main(int(sys.argv[1])))
    sys.stdout.flush()
    # Not `sys.exit`: granian's threads may still ask for the interpreter while it is taken down, and abort.
    os._exit(code)
