"""One request's loads over fake backends, without a graph above them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from gateway import Backend, Call, Keys, Loader, get, patch
from gateway.backends.client import BackendClient
from gateway.backends.wire import Wire, WireRequest, WireResponse
from gateway.loading.cancellation import until_over
from gateway.loading.door import Loads
from gateway.loading.flights import Flights
from gateway.loading.sender import Sender
from gateway.loading.wanted import Wanted
from gateway.observe.calls import CallReceipt
from gateway.vocabulary.clock import SystemClock
from gateway.vocabulary.deadline import Deadline
from gateway.vocabulary.identity import ANONYMOUS, Identity
from gateway.vocabulary.settings_limits import LimitSettings


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
async def request(
    wire: Wire,
    *,
    time_s: float = 60,
    timeout_s: float = 5,
    flights: Flights | None = None,
    identity: Identity = ANONYMOUS,
    headers: Mapping[str, str] | None = None,
    limits: LimitSettings | None = None,
) -> AsyncIterator[Loads]:
    """The loads of a request to the backend `rows`; closed at the end. Requests with the same *flights* may share."""
    client = BackendClient("rows", wire, timeout_s=timeout_s)
    sent_by = sender(identity=identity, headers=headers, time_s=time_s)
    # Not `or`: flights without a call are false.
    shared = Flights() if flights is None else flights
    loads = Loads({"rows": client}, sent_by, CallReceipt("request-1"), shared, limits or LimitSettings())
    try:
        yield loads
    finally:
        await until_over(loads.close())


def settled(wanted: Wanted) -> asyncio.Future[Wanted]:
    """A future of *wanted* itself, resolved in the pass that settles it."""
    future: asyncio.Future[Wanted] = asyncio.get_running_loop().create_future()
    wanted.when_settled(lambda: future.set_result(wanted))
    return future


async def outcomes(loads: Loads, loader: Loader[Any, Any, Any], keys: Sequence[Any], *, hop: int = 1) -> dict[Any, Any]:
    """What a step that wants *keys* gets."""
    wanted = await settled(loads.want(loader, dict.fromkeys(keys), {}, hop=hop))
    return {key: wanted.outcomes[key] for key in keys}


class Held:
    """A handler whose answers wait until they are let go; `begun` and `ended` tell of the first call."""

    def __init__(self, rows: list[Row]) -> None:
        self.begun = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.ended = asyncio.Event()
        self._rows = rows

    async def __call__(self, asked: WireRequest) -> list[Row]:
        """The rows that were asked for, once they are let go."""
        self.begun.set()
        try:
            await self.may_answer.wait()
        finally:
            self.ended.set()
        ids = [value for name, value in asked.query if name == "id"]
        return [row for row in self._rows if row.id in ids]


def answer(body: bytes | str, status: int = 200) -> WireResponse:
    """A response with these bytes."""
    return WireResponse(status, {}, body.encode() if isinstance(body, str) else body)


async def outcome(awaitable: Any) -> Any:
    """The value, or the exception in its place."""
    return (await asyncio.gather(awaitable, return_exceptions=True))[0]
