"""What every wire must do, as checks that anybody's wire can be run through. Like the port, it knows of no carrier.

A carrier brings a way to open its wire, a scripted peer behind it, and the list of what it is capable of at all:

    @pytest.mark.parametrize("check", CHECKS, ids=str)
    async def test_my_wire(check):
        async with FaultPeer() as peer:
            carrier = Carrier(open=lambda options: MyWire(peer.port, options), peer=peer, capabilities={"sockets"})
            if lacking := check.lacks(carrier):
                pytest.skip(f"my wire has no {lacking}")

            await check.run(carrier)
"""

from __future__ import annotations

from typing import Final

from . import _wire_connections, _wire_faults, _wire_messages
from ._wire_carrier import Capability, Carrier, Check
from .fault_peer import Act, Codec, FaultPeer, Hold, Raw, Received, Reply, ScriptedPeer

__all__ = [
    "CHECKS",
    "Act",
    "Capability",
    "Carrier",
    "Check",
    "Codec",
    "FaultPeer",
    "Hold",
    "Raw",
    "Received",
    "Reply",
    "ScriptedPeer",
]

#: Every check: messages, then faults, then connections.
CHECKS: Final = (*_wire_messages.check, *_wire_faults.check, *_wire_connections.check)
