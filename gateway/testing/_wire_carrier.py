"""What the wire conformance checks share: a carrier under test, a check, and how one states what it expects."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal

from ..backends.options import WireOptions
from ..backends.wire import Wire, WireRequest, WireResponse
from ..vocabulary.errors import GatewayError
from .fault_peer import Act, FaultPeer, Received, ScriptedPeer

#: `sockets`: a connection to a FaultPeer carries the calls. `http`: the call itself travels as HTTP.
#: `claims`: the carrier has a place of its own for identity.
Capability = Literal["sockets", "http", "claims"]

#: For sends that must succeed or fail by something else than time.
AMPLE_S: Final = 10.0
#: For sends that must run out of time.
SHORT_S: Final = 0.1
GET: Final = WireRequest("GET", "/thing")
POST: Final = WireRequest("POST", "/thing", body=b"{}")


@dataclass(frozen=True, slots=True)
class Carrier:
    """A wire under test: how it is opened towards *peer*, and what makes sense for it."""

    open: Callable[[WireOptions], Wire]
    peer: ScriptedPeer
    capabilities: AbstractSet[Capability]

    @property
    def sockets(self) -> FaultPeer:
        """The peer, for checks that need its connections."""
        if not isinstance(self.peer, FaultPeer):
            raise TypeError(f"a carrier with `sockets` needs a FaultPeer, got a {type(self.peer).__name__}")
        return self.peer

    @asynccontextmanager
    async def opened(
        self, *, max_connections: int = 10, max_response_bytes: int = 100_000, connect_timeout_s: float = 2.0
    ) -> AsyncIterator[Wire]:
        """A wire that is closed in the end."""
        wire = self.open(
            WireOptions(
                max_connections=max_connections,
                max_response_bytes=max_response_bytes,
                connect_timeout_s=connect_timeout_s,
                idle_timeout_s=AMPLE_S * 3,
            )
        )
        try:
            yield wire
        finally:
            await wire.close()


@dataclass(frozen=True, slots=True)
class Check:
    """One rule; its function's docstring states it."""

    name: str
    run: Callable[[Carrier], Awaitable[None]]
    needs: frozenset[Capability]

    def lacks(self, carrier: Carrier) -> frozenset[Capability]:
        """What *carrier* would have to be capable of, or nothing: then the check applies."""
        return frozenset(self.needs - carrier.capabilities)

    def __str__(self) -> str:
        return self.name


class Checks(list[Check]):
    """Checks in the order in which they were written."""

    def __call__(self, *needs: Capability) -> Callable[[Callable[[Carrier], Awaitable[None]]], None]:
        """Decorate a check that makes sense for carriers capable of *needs*."""

        def register(run: Callable[[Carrier], Awaitable[None]]) -> None:
            self.append(Check(getattr(run, "__name__", "").lstrip("_"), run, frozenset(needs)))

        return register


def always(act: Act) -> Callable[[Received], Act]:
    """A script of one act."""
    return lambda _received: act


def same(expected: object, got: object, what: str) -> None:
    """Fail unless *got* is *expected*, saying of *what*."""
    if expected != got:
        raise AssertionError(f"{what}: expected {expected!r}, got {got!r}")


async def fails(sending: Awaitable[WireResponse], kind: type[GatewayError], code: str) -> GatewayError:
    """The error of *sending*, which has to be of this class and code."""
    try:
        response = await sending
    except GatewayError as error:
        same((kind, code), (type(error), error.code), f"the error ({error})")
        if not error.backend:
            raise AssertionError(f"expected the error to name its backend: {error!r}") from error
        return error
    raise AssertionError(f"expected {kind.__name__} {code}, got {response}")
