"""Wire conformance: what breaks is told apart, within its time, and gives its place back."""

from __future__ import annotations

import asyncio
from typing import Final

from ..vocabulary.errors import BackendError, BackendTimeout
from ._wire_carrier import AMPLE_S, GET, SHORT_S, Carrier, Checks, always, fails, same
from .fault_peer import Act, Hold, Raw

check = Checks()
#: As many turns of the loop as either engine takes from the call to the wait for an answer, and some more.
_TURNS: Final = 40


@check("sockets")
async def _refused_connection_is_unreachable(carrier: Carrier) -> None:
    """Nobody listening is BACKEND_UNREACHABLE."""
    await carrier.sockets.stop()
    async with carrier.opened() as wire:
        await fails(wire.send(GET, timeout_s=AMPLE_S), BackendError, "BACKEND_UNREACHABLE")


@check("sockets")
async def _early_end_is_unreachable_and_sent_once(carrier: Carrier) -> None:
    """A fresh connection that ends before an answer is BACKEND_UNREACHABLE; even a GET is sent only once."""
    ends: list[Act] = [Raw(b"", "close"), Raw(b"", "reset"), Raw(b"HTTP/1.1 200 OK\r\nConte", "close")]
    for number, act in enumerate(ends, start=1):
        carrier.peer.act = always(act)
        async with carrier.opened() as wire:
            await fails(wire.send(GET, timeout_s=AMPLE_S), BackendError, "BACKEND_UNREACHABLE")
        same(number, len(carrier.peer.received), "requests at the peer")


@check("sockets")
async def _body_cut_short_is_unreachable(carrier: Carrier) -> None:
    """A body that ends or breaks before its length is BACKEND_UNREACHABLE, never a short body."""
    sized = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
    acts: list[Act] = [Raw(sized, "close"), Raw(sized, "reset"), Raw(chunked, "close"), Raw(chunked, "reset")]
    async with carrier.opened() as wire:
        for act in acts:
            carrier.peer.act = always(act)
            await fails(wire.send(GET, timeout_s=AMPLE_S), BackendError, "BACKEND_UNREACHABLE")

    same(len(acts), len(carrier.peer.received), "requests at the peer")


@check()
async def _silence_is_a_timeout(carrier: Carrier) -> None:
    """An answer that does not come in time is BackendTimeout, and the place is free again."""
    gate = asyncio.Event()
    carrier.peer.act = lambda _: Hold(gate)
    async with carrier.opened(max_connections=1) as wire:
        await fails(wire.send(GET, timeout_s=SHORT_S), BackendTimeout, "BACKEND_TIMEOUT")
        gate.set()
        same(200, (await wire.send(GET, timeout_s=AMPLE_S)).status, "status")


@check("sockets")
async def _silence_inside_the_body_is_a_timeout(carrier: Carrier) -> None:
    """The time limit holds until the last byte."""
    carrier.peer.act = lambda _: Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}", "hang")
    async with carrier.opened() as wire:
        await fails(wire.send(GET, timeout_s=SHORT_S), BackendTimeout, "BACKEND_TIMEOUT")


@check()
async def _waiting_for_a_place_counts(carrier: Carrier) -> None:
    """The time limit includes the wait for a free place."""
    gate = asyncio.Event()
    carrier.peer.act = lambda _: Hold(gate)
    async with carrier.opened(max_connections=1) as wire, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(wire.send(GET, timeout_s=AMPLE_S))
        await carrier.peer.arrived(1)
        await fails(wire.send(GET, timeout_s=SHORT_S), BackendTimeout, "BACKEND_TIMEOUT")
        gate.set()
        await first

    same(1, len(carrier.peer.received), "requests at the peer")


@check()
async def _cancellation_at_any_turn_frees_the_place(carrier: Carrier) -> None:
    """A send that is cancelled in any turn of the loop, before or after it connects, leaves its place free."""
    for turns in range(_TURNS):
        gate = asyncio.Event()
        carrier.peer.act = always(Hold(gate))
        async with carrier.opened(max_connections=1) as wire:
            sending = asyncio.ensure_future(wire.send(GET, timeout_s=AMPLE_S))
            for _ in range(turns):
                await asyncio.sleep(0)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            gate.set()
            same(200, (await wire.send(GET, timeout_s=AMPLE_S)).status, f"status after {turns} turns")


@check()
async def _cancellation_frees_the_place(carrier: Carrier) -> None:
    """A cancelled send ends as cancelled, and its place is free again."""
    gate = asyncio.Event()
    carrier.peer.act = lambda _: Hold(gate)
    async with carrier.opened(max_connections=1) as wire:
        sending = asyncio.ensure_future(wire.send(GET, timeout_s=AMPLE_S))
        await carrier.peer.arrived(1)
        sending.cancel()
        ended = await asyncio.gather(sending, return_exceptions=True)
        same(asyncio.CancelledError, type(ended[0]), "how the send ended")
        gate.set()
        same(200, (await wire.send(GET, timeout_s=AMPLE_S)).status, "status")
