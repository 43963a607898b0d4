"""The one door through which every load, write and batched resolver of a request goes.

A step of a plan wants many keys at once (`want`); a resolver, and graphql-core, load one by one (`load`). Both share
the request's memo and its departures.

Nobody waits for ever: a call ends with its backend's time or the request's deadline, whichever is first; a request that
joined another's flight gives up at its own deadline; `close` ends what is left, and is the engine's to call when the
deadline passes or the client is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

from ..backends.client import BackendClient
from ..declare.batched import Batched
from ..declare.loader import Loader, Service, Write
from ..observe.calls import CallReceipt
from ..vocabulary.context import Context
from ..vocabulary.errors import EngineError, MissingError
from ..vocabulary.settings_limits import LimitSettings
from .batches import start_batch
from .calling import expect_call
from .decoding import decode_answer
from .flight import CallFacts
from .flights import Flights
from .futures import Futures
from .parts import Parts
from .passes import Passes
from .sender import Sender
from .wanted import Wanted


class Loads:
    """The loads of one request: `passes` runs what they set off, `receipt` holds what they took."""

    def __init__(
        self,
        clients: Mapping[str, BackendClient],
        sender: Sender,
        receipt: CallReceipt,
        flights: Flights,
        limits: LimitSettings,
    ) -> None:
        """Load for the request that *sender* describes; made where its context variables are set."""
        self.passes = Passes(self.depart)
        self.receipt = receipt
        self._clients = clients
        self._sender = sender
        self._flights = flights
        #: What the operation may take.
        self.limits = limits
        #: Of the monotonic clock; the receipt's records count from it.
        self.began_s = sender.deadline.clock.monotonic_s()
        # Made for the first load, and for the first one of a resolver.
        self._parts: Parts | None = None
        self._futures: Futures | None = None
        self._is_closed = False

    def want(
        self, loader: Loader[Any, Any, Any], keys: dict[Any, None], arguments: Mapping[str, Any], *, hop: int
    ) -> Wanted:
        """The loader's outcomes for *keys*, each there once; those asked before in this request are not asked again.

        *hop* is the step's: 1 at the root, below that the parent's and one more.
        """
        parts = self._parts
        if parts is None or self._is_closed:
            parts = self._open()
        shelf = parts.memo.shelf(loader, arguments)
        wanted = Wanted(keys, shelf, self.passes)
        unsent = shelf.look_up(wanted, keys) if shelf.outcomes or shelf.under_way else keys
        if unsent and parts.memo.ask(shelf, wanted, unsent, hop):
            self.passes.due()
        elif keys and not unsent and not wanted.fetches:
            parts.recorder.memo(loader, keys=len(keys) if loader.by else 0, hop=wanted.hop)
        return wanted

    def load(
        self,
        loader: Loader[Any, Any, Any],
        key: Any,
        arguments: Mapping[str, Any],
        *,
        required: bool = False,
        hop: int = 1,
    ) -> asyncio.Future[Any]:
        """A future of the loader's value for *key*; asked before in this request, it is not asked again.

        Where it is *required*, an absent row is a MissingError instead of None.
        """
        memo, futures = self._open().memo, self._open_futures()
        shelf = memo.shelf(loader, arguments)
        future = futures.open()
        tell = partial(futures.resolve, future)
        if required:
            tell = partial(futures.resolve, future, or_raise=partial(missing, loader, key))
        fetch = None
        if key not in shelf.outcomes:
            fetch = shelf.under_way.get(key)
            if fetch is None:
                fetch = memo.ask_one(shelf, key, hop)
                self.passes.due()
        if fetch is None:
            tell(shelf.outcomes[key])
        else:
            fetch.tell_of(key, tell)
        return future

    async def load_many(
        self, loader: Loader[Any, Any, Any], keys: Sequence[Any], arguments: Mapping[str, Any], *, hop: int = 1
    ) -> list[Any]:
        """Values aligned to *keys*, an error in the place of a value that failed."""
        wanted = self.want(loader, dict.fromkeys(keys), arguments, hop=hop)
        outcomes = wanted.outcomes
        await self._open_futures().once_settled(wanted)
        return [outcomes[key] for key in keys]

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
        futures = self._open_futures()
        future = futures.open()
        futures.batches.ask(batched, position, parent, arguments=arguments, context=context, future=future)
        self.passes.due()
        return future

    def resolve_batched(
        self,
        batched: Batched,
        parents: Sequence[Any],
        arguments: Mapping[str, Any],
        context: Context[Any],
        done: Callable[[list[Any]], None],
    ) -> None:
        """Call *batched* once for all *parents*; *done* gets a value or an exception for each, in a pass."""
        self._open()
        start_batch(
            self.passes, self._sender.deadline, batched, parents, arguments=arguments, context=context, done=done
        )

    async def write(self, write: Write[Any, Any], arguments: Mapping[str, Any], *, hop: int = 1) -> Any:
        """What the backend answered; all is forgotten then, so that later loads see the change.

        Raises:
            GatewayError: the call failed, or a limit forbids it.
        """
        parts = self._open()
        call = expect_call(write.label, write.build(**arguments))
        refusal = parts.usage.count_call(write)
        if refusal is not None:
            raise refusal
        facts, failure = CallFacts(), None
        departure, start_s = parts.departures.next_number(), self._sender.deadline.clock.monotonic_s()
        try:
            response = await parts.caller.send(call, parts.caller.recipient(write.backend), facts)
            return decode_answer(call, response, write.backend.name)
        except (Exception, asyncio.CancelledError) as raised:
            failure = raised
            raise
        finally:
            parts.recorder.call(write, facts, failure, keys=0, departure=departure, hop=hop, start_s=start_s)
            # Also after a failure: nobody knows how far the backend came.
            self.forget()
            self._flights.outdated_by(write)

    def partition(self, backend: Service) -> Hashable | None:
        """Who may be given this request's answers of *backend*; None for nobody else."""
        return self._open().caller.recipient(backend).partition

    def hold_calls_of(self, other: Loads) -> bool:
        """Let the calls that *other* waits for go on until `close`, whatever becomes of it: they may be joined.

        False, and nothing is held, where one of them ends before this request's own would.
        """
        return other._parts is None or self._open().departures.hold(other._parts.departures)

    def forget(self) -> None:
        """Know nothing any more, and join no flight that has begun: what is loaded from now on is asked anew.

        What is under way continues for those who wait; what has not left yet sees the change.
        """
        if not self._is_closed:
            parts = self._open()
            parts.memo.forget()
            parts.departures.forget()

    def depart(self) -> None:
        """Send all that waits: loads of one loader with the same arguments together, in pieces of its `max_batch`."""
        if self._is_closed:
            return
        parts, futures = self._parts, self._futures
        if parts is not None and parts.memo.leaving:
            parts.departures.send(parts.memo.take_leaving())
        if futures is not None:
            for batch in futures.batches.take():
                done = partial(futures.resolve_each, batch.futures)
                self.resolve_batched(batch.batched, batch.parents, batch.arguments, batch.context, done)

    def stop(self) -> None:
        """Let nothing leave, and nothing be asked for, any more: the answer is known whatever it would bring."""
        self._is_closed = True

    def close(self) -> list[asyncio.Task[Any]]:
        """Leave what is under way, and let nothing leave any more.

        What is given are tasks that nobody else waits for: they are cancelled, and to be waited for by `until_over`.
        """
        self._is_closed = True
        flying = self._parts.departures.close() if self._parts is not None else []
        if self._futures is not None:
            self._futures.close()
        running = self.passes.close()
        return [*flying, *running]

    def _open(self) -> Parts:
        """What loads need.

        Raises:
            EngineError: the request is answered.
        """
        if self._is_closed:
            self._refuse_if_closed()
        parts = self._parts
        if parts is None:
            parts = self._parts = Parts(
                self._clients,
                self._sender,
                self.receipt,
                self._flights,
                passes=self.passes,
                limits=self.limits,
                began_s=self.began_s,
            )
        return parts

    def _open_futures(self) -> Futures:
        """What resolvers wait for."""
        if self._futures is None:
            self._futures = Futures(self.passes)
        return self._futures

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise EngineError("the request is answered: nothing can be loaded any more")


def missing(loader: Loader[Any, Any, Any], key: Any) -> MissingError:
    """The error of a row that a non-null field needs and nobody has."""
    return MissingError(
        f"{loader.name}: no {loader.record.__name__} for key {key!r}, which a non-null field needs",
        backend=loader.backend.name,
    )
