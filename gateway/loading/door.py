"""The one door through which every load, write and batched resolver of a request goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ..backends.client import BackendClient
from ..backends.wire import WireResponse
from ..declare.batched import Batched
from ..declare.call import Call
from ..declare.loader import Loader, Service, Write
from ..observe.calls import CallReceipt, CallRecord
from ..vocabulary.context import Context
from ..vocabulary.deadline import within
from ..vocabulary.errors import EngineError, GatewayError, MissingError
from .alignment import align
from .decoding import Rows, decode_answer, decode_rows
from .departure import BatchGroup, Entry, LoadGroup, Piece, freeze, pieces_of
from .encoding import Sender, encode_call

_NOT_FOUND = 404


class Loads:
    """The loads of one request: its memo, what waits to depart, and the calls under way.

    *when_idle* is told once to call `depart` as soon as nothing more can become ready; what was asked until then
    departs together.
    """

    def __init__(
        self,
        clients: Mapping[str, BackendClient],
        sender: Sender,
        receipt: CallReceipt,
        when_idle: Callable[[Callable[[], None]], object],
    ) -> None:
        """Load for the request that *sender* describes."""
        self._clients = clients
        self._sender = sender
        self._receipt = receipt
        self._when_idle = when_idle
        self._loop = asyncio.get_running_loop()
        self._clock = sender.deadline.clock
        self._began_s = self._clock.monotonic_s()
        self._memo: dict[Any, dict[Any, Entry]] = {}
        self._groups: dict[Any, LoadGroup] = {}
        self._batches: dict[Any, BatchGroup] = {}
        self._departures = 0
        self._departure_is_due = False
        self._is_closed = False
        self._under_way: set[asyncio.Task[None]] = set()

    def load(
        self, loader: Loader[Any, Any, Any], key: Any, arguments: Mapping[str, Any], *, required: bool = False
    ) -> asyncio.Future[Any]:
        """A future of the loader's value for *key*; asked before in this request, it is not asked again.

        Where it is *required*, an absent row is a MissingError instead of None.
        """
        self._refuse_if_closed()
        place = (loader, freeze(arguments))
        known = self._memo.setdefault(place, {})
        entry = known.get(key)
        if entry is None:
            entry = known[key] = Entry()
            group = self._groups.get(place)
            if group is None:
                group = self._groups[place] = LoadGroup(loader, arguments)
            group.entries[key] = entry
            self._departure_due()
        return entry.wait(self._loop.create_future(), or_raise=partial(_missing, loader, key) if required else None)

    async def load_many(
        self, loader: Loader[Any, Any, Any], keys: Sequence[Any], arguments: Mapping[str, Any]
    ) -> list[Any]:
        """Values aligned to *keys*, an error in the place of a value that failed."""
        return await asyncio.gather(*(self.load(loader, key, arguments) for key in keys), return_exceptions=True)

    def batch(
        self,
        batched: Batched,
        position: tuple[str, ...],
        parent: Any,
        arguments: Mapping[str, Any],
        context: Context[Any],
    ) -> asyncio.Future[Any]:
        """A future of what *batched* gives for *parent*, among all parents at *position*."""
        self._refuse_if_closed()
        place = (batched, position, freeze(arguments))
        group = self._batches.get(place)
        if group is None:
            group = self._batches[place] = BatchGroup(batched, arguments, context)
            self._departure_due()
        entry = Entry()
        group.parents.append(parent)
        group.entries.append(entry)
        return entry.wait(self._loop.create_future())

    async def write(self, write: Write[Any, Any], arguments: Mapping[str, Any]) -> Any:
        """What the backend answered; the memo is dropped, so that later loads see the change.

        Raises:
            GatewayError: the call failed.
        """
        self._refuse_if_closed()
        call = write.build(**arguments)
        try:
            response = await self._send(call, write.backend, write.name, 0, self._departed())
            return decode_answer(call, response, write.backend.name)
        finally:
            # Also after a failure: nobody knows how far the backend came. What has not left yet will see the change.
            self._memo = {place: dict(group.entries) for place, group in self._groups.items()}

    def depart(self) -> None:
        """Send all that waits: loads of one loader with the same arguments together, in pieces of its `max_batch`."""
        self._departure_is_due = False
        if self._is_closed:
            return
        groups, self._groups = self._groups, {}
        batches, self._batches = self._batches, {}
        number = self._departed() if groups else self._departures
        for group in groups.values():
            for piece in pieces_of(group):
                self._start(self._fetch(piece, number), piece.entries.values())
        for batch in batches.values():
            self._start(self._resolve_batch(batch), batch.entries)

    async def close(self) -> None:
        """Cancel the calls under way and wait until they are gone; what waits to depart never leaves."""
        self._is_closed = True
        under_way = list(self._under_way)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _departure_due(self) -> None:
        if not self._departure_is_due:
            self._departure_is_due = True
            self._when_idle(self.depart)

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise EngineError("the request is answered: nothing can be loaded any more")

    def _departed(self) -> int:
        self._departures += 1
        return self._departures

    def _start(self, work: Coroutine[Any, Any, None], entries: Iterable[Entry]) -> None:
        """Run *work*, which settles *entries*; however it ends, nobody waits for ever."""

        def ended(task: asyncio.Task[None]) -> None:
            self._under_way.discard(task)
            for entry in entries:
                entry.abandon()

        task = self._loop.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(ended)

    async def _fetch(self, piece: Piece, departure: int) -> None:
        try:
            aligned = align(piece.loader, piece.keys, await self._rows(piece, departure))
        except Exception as failure:  # noqa: BLE001 - handed to every waiter, whose field it becomes the error of
            for entry in piece.entries.values():
                entry.settle(failure)
            return
        for key, entry in piece.entries.items():
            entry.settle(aligned[key])

    async def _rows(self, piece: Piece, departure: int) -> Rows:
        loader = piece.loader
        call = loader.build(piece.keys, **piece.arguments) if loader.keyed else loader.build(**piece.arguments)
        if loader.opaque:
            return Rows(await within(self._sender.deadline, call, loader.label))
        if not isinstance(call, Call):
            raise EngineError(f"{loader.label}: expected a Call, got {type(call).__name__}")
        keys = len(piece.keys) if loader.keyed else 0
        response = await self._send(call, loader.backend, loader.name, keys, departure)
        row_is_absent = response.status == _NOT_FOUND and loader.cardinality == "one" and len(piece.keys) == 1
        if row_is_absent and _NOT_FOUND not in call.also:
            return Rows([] if loader.keyed else None)
        return decode_rows(loader, call, response)

    async def _send(self, call: Call[Any], backend: Service, name: str, keys: int, departure: int) -> WireResponse:
        """Send one call and put it on the receipt, whatever becomes of it."""
        client = self._clients.get(backend.name)
        if client is None:
            raise EngineError(f"backend {backend.name!r} is not part of the graph: name it in graph(backends=[...])")
        request = encode_call(call, backend, self._sender)
        start_s = self._clock.monotonic_s()
        response: WireResponse | None = None
        error_code: str | None = None
        try:
            response = await client.send(request, self._sender.deadline)
        except (GatewayError, asyncio.CancelledError) as failure:
            error_code = failure.code if isinstance(failure, GatewayError) else "CANCELLED"
            if isinstance(failure, GatewayError) and failure.backend is None:
                failure.backend = backend.name
            raise
        finally:
            self._receipt.add(
                CallRecord(
                    backend=backend.name,
                    loader=name,
                    keys=keys,
                    departure=departure,
                    start_s=start_s - self._began_s,
                    duration_s=self._clock.monotonic_s() - start_s,
                    response_bytes=len(response.body) if response else 0,
                    status=response.status if response else None,
                    error_code=error_code,
                )
            )
        return response

    async def _resolve_batch(self, batch: BatchGroup) -> None:
        batched = batch.batched
        extra = {batched.context_name: batch.context} if batched.context_name else {}
        try:
            answer = batched.resolve(batch.parents, **extra, **batch.arguments)
            values = await within(self._sender.deadline, answer, batched.label)
            _check_one_each(batched, values, batch.parents)
        except Exception as failure:  # noqa: BLE001 - handed to every waiter, whose field it becomes the error of
            values = [failure] * len(batch.parents)
        for entry, value in zip(batch.entries, values, strict=True):
            entry.settle(value)


def _missing(loader: Loader[Any, Any, Any], key: Any) -> MissingError:
    return MissingError(
        f"{loader.name}: no {loader.record.__name__} for key {key!r}, which a non-null field needs",
        backend=loader.backend.name,
    )


def _check_one_each(batched: Batched, values: object, parents: list[Any]) -> None:
    if not isinstance(values, list):
        raise EngineError(f"{batched.label}: expected a list, got {type(values).__name__}")
    if len(values) != len(parents):
        raise EngineError(f"{batched.label}: expected {len(parents)} values, one a parent, got {len(values)}")
