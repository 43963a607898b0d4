"""One request's loads over fake backends, without a graph above them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from gateway import Backend, Call, Keys, get, patch
from gateway.backends.client import BackendClient
from gateway.backends.wire import Wire, WireResponse
from gateway.loading.door import Loads
from gateway.loading.encoding import Sender
from gateway.observe.calls import CallReceipt
from gateway.vocabulary.clock import SystemClock
from gateway.vocabulary.deadline import Deadline
from gateway.vocabulary.identity import ANONYMOUS, Identity


class Row(msgspec.Struct, frozen=True):
    id: str
    group: str = "g"
    size: int = 0


rows = Backend("rows")


@rows.one(by=Row.id, max_batch=3)
def row_by_id(ids: Keys[str], *, deep: bool | None = None) -> Call[list[Row]]:
    return get("/rows", id=ids, deep=deep, into=list[Row])


@rows.many(by=Row.group, max_batch=3)
def rows_by_group(groups: Keys[str]) -> Call[list[Row]]:
    return get("/rows", group=groups, into=list[Row])


@rows.one()
def the_row() -> Call[Row]:
    return get("/row", into=Row)


@rows.write(invalidates=[row_by_id])
def resize(row_id: str, size: int) -> Call[Row]:
    return patch("/rows/{id}", id=row_id, json={"size": size}, into=Row)


def sender(*, identity: Identity = ANONYMOUS, headers: Mapping[str, str] | None = None, time_s: float = 5) -> Sender:
    """What a request's calls may carry."""
    return Sender(identity, headers or {}, "request-1", Deadline.after(time_s, SystemClock()))


@asynccontextmanager
async def request(wire: Wire, *, time_s: float = 5, timeout_s: float = 5) -> AsyncIterator[Loads]:
    """The loads of a request to the backend `rows`; closed at the end."""
    client = BackendClient("rows", wire, timeout_s=timeout_s)
    receipt = CallReceipt("request-1")
    loads = Loads({"rows": client}, sender(time_s=time_s), receipt, asyncio.get_running_loop().call_soon)
    try:
        yield loads
    finally:
        await loads.close()


def answer(body: bytes | str, status: int = 200) -> WireResponse:
    """A response with these bytes."""
    return WireResponse(status, {}, body.encode() if isinstance(body, str) else body)


async def outcome(awaitable: Any) -> Any:
    """The value, or the exception in its place."""
    return (await asyncio.gather(awaitable, return_exceptions=True))[0]
