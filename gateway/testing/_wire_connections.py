"""Wire conformance: connections are few, kept, never trusted, and gone after close."""

from __future__ import annotations

import asyncio
from typing import Final

from ..backends.wire import Wire, WireRequest
from ..vocabulary.errors import BackendError
from ._wire_carrier import AMPLE_S, GET, POST, Carrier, Checks, fails, same
from .fault_peer import Act, FaultPeer, Hold, Raw, Received, Reply

check = Checks()


@check()
async def _concurrency_is_bounded(carrier: Carrier) -> None:
    """max_connections sends are under way at once, not one more; the rest follow."""
    gate = asyncio.Event()
    carrier.peer.act = lambda _: Hold(gate)
    async with carrier.opened(max_connections=3) as wire, asyncio.TaskGroup() as tasks:
        for _ in range(9):
            tasks.create_task(wire.send(GET, timeout_s=AMPLE_S))
        await carrier.peer.arrived(3)
        # A fourth would come during these round trips.
        await FaultPeer().settle()
        same(3, carrier.peer.inside, "requests under way")
        gate.set()

    same((9, 3), (len(carrier.peer.received), carrier.peer.peak), "requests, and the most at once")


@check("sockets")
async def _a_connection_is_kept(carrier: Carrier) -> None:
    """A hundred sends one after another use one connection."""
    async with carrier.opened() as wire:
        for _ in range(50):
            await wire.send(GET, timeout_s=AMPLE_S)
            await wire.send(POST, timeout_s=AMPLE_S)

    same((100, 1), (len(carrier.peer.received), carrier.sockets.connections), "requests, connections")


@check("sockets")
async def _idle_connection_closed_by_the_peer_is_replaced(carrier: Carrier) -> None:
    """A kept connection that the peer closed is seen to be closed: even a POST goes out on a new one."""
    async with carrier.opened() as wire:
        await wire.send(GET, timeout_s=AMPLE_S)
        await carrier.sockets.close_idle()
        same(200, (await wire.send(POST, timeout_s=AMPLE_S)).status, "status")

    same(2, carrier.sockets.connections, "connections")


def _dead_when_used_again(received: Received) -> Act:
    """The first connections answer one request each and die upon the next; later ones live."""
    used = received.target == "/again" and received.connection <= _IDLE_CONNECTIONS
    return Raw(b"", "reset") if used else Reply(body=b"alive")


_IDLE_CONNECTIONS: Final = 3


async def _keep_idle_connections(carrier: Carrier, wire: Wire) -> None:
    """Make the wire keep several connections."""
    gate = asyncio.Event()
    carrier.peer.act = lambda _: Hold(gate)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(_IDLE_CONNECTIONS):
            tasks.create_task(wire.send(GET, timeout_s=AMPLE_S))
        await carrier.peer.arrived(_IDLE_CONNECTIONS)
        gate.set()
    same(_IDLE_CONNECTIONS, carrier.sockets.connections, "connections")


@check("sockets")
async def _dead_connection_does_not_fail_an_idempotent_call(carrier: Carrier) -> None:
    """A GET that meets a dead kept connection succeeds by a fresh one, though other kept ones are dead too."""
    async with carrier.opened() as wire:
        await _keep_idle_connections(carrier, wire)
        carrier.peer.act = _dead_when_used_again
        response = await wire.send(WireRequest("GET", "/again"), timeout_s=AMPLE_S)

    same(b"alive", response.body, "body")
    same([_IDLE_CONNECTIONS + 1], [r.connection for r in carrier.peer.received[-1:]], "the last connection")


@check("sockets")
async def _dead_connection_never_sends_a_post_twice(carrier: Carrier) -> None:
    """A POST or PATCH that meets a dead kept connection is BACKEND_UNREACHABLE: the peer may have acted on it."""
    for method in ("POST", "PATCH"):
        carrier.peer.received.clear()
        carrier.peer.act = lambda received: Raw(b"", "close") if received.target == "/again" else Reply()
        async with carrier.opened() as wire:
            await wire.send(GET, timeout_s=AMPLE_S)
            sending = wire.send(WireRequest(method, "/again", body=b"{}"), timeout_s=AMPLE_S)
            await fails(sending, BackendError, "BACKEND_UNREACHABLE")
        same(["/thing", "/again"], [received.target for received in carrier.peer.received], "requests at the peer")


@check("sockets")
async def _drop_idle_forgets_connections(carrier: Carrier) -> None:
    """After drop_idle the next send makes a new connection, and the old ones are closed."""
    async with carrier.opened() as wire:
        await _keep_idle_connections(carrier, wire)
        carrier.peer.act = lambda _: Reply()
        wire.drop_idle()
        await wire.send(POST, timeout_s=AMPLE_S)
        await carrier.sockets.settle()
        same(1, carrier.sockets.open_connections, "connections open")

    same(_IDLE_CONNECTIONS + 1, carrier.sockets.connections, "connections made")


@check()
async def _drop_idle_spares_what_is_under_way(carrier: Carrier) -> None:
    """A send that is under way while drop_idle is called gets its answer, and so do those after it."""
    gate = asyncio.Event()
    carrier.peer.act = lambda _: Hold(gate, Reply(body=b"whole"))
    async with carrier.opened() as wire:
        wire.drop_idle()
        sending = asyncio.ensure_future(wire.send(POST, timeout_s=AMPLE_S))
        await carrier.peer.arrived(1)
        wire.drop_idle()
        gate.set()
        same(b"whole", (await sending).body, "body")
        same(b"whole", (await wire.send(POST, timeout_s=AMPLE_S)).body, "body")


@check()
async def _closing_twice_is_closing_once(carrier: Carrier) -> None:
    """Closing may be repeated, and done on a wire that never sent; a send afterwards is BACKEND_UNREACHABLE."""
    async with carrier.opened() as wire:
        await wire.close()
    async with carrier.opened() as wire:
        await wire.send(GET, timeout_s=AMPLE_S)
        await wire.close()
        await wire.close()
        await fails(wire.send(GET, timeout_s=AMPLE_S), BackendError, "BACKEND_UNREACHABLE")

    same(1, len(carrier.peer.received), "requests at the peer")


@check("sockets")
async def _close_leaves_no_socket(carrier: Carrier) -> None:
    """Closing ends every connection, also one whose send is under way: that send is BACKEND_UNREACHABLE."""
    gate = asyncio.Event()
    async with carrier.opened() as wire:
        await _keep_idle_connections(carrier, wire)
        carrier.peer.act = lambda _: Hold(gate)
        sending = asyncio.ensure_future(wire.send(POST, timeout_s=AMPLE_S))
        await carrier.peer.arrived(_IDLE_CONNECTIONS + 1)
        await wire.close()
        await fails(sending, BackendError, "BACKEND_UNREACHABLE")
    await carrier.sockets.settle()

    same(0, carrier.sockets.open_connections, "connections open")
