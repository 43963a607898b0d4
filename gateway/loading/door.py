"""The one door through which every load, write and batched resolver of a request goes.

A step of a plan wants many keys at once (`want`); a resolver, and graphql-core, load one by one (`load`). Both share
the request's memo and its departures.

Nobody waits for ever: a call ends with its backend's time or the request's deadline, whichever is first; a request that
joined another's flight gives up at its own deadline; `close` ends what is left, and is the engine's to call when the
deadline passes or the client is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ..backends.client import BackendClient
from ..declare.batched import Batched
from ..declare.loader import Loader, Write
from ..observe.calls import CallReceipt
from ..vocabulary.context import Context
from ..vocabulary.errors import EngineError, MissingError
from .batches import Batch, Batches, start_batch
from .calling import Caller, CallFacts
from .cancellation import until_over
from .decoding import decode_answer
from .departure import Departures
from .encoding import Sender
from .flights import Flights
from .futures import Futures
from .limits import Budget, LoadLimits
from .memo import Memo, Shelf
from .passes import Passes
from .recording import Recorder
from .wanted import Wanted


class Loads:
    """The loads of one request: `passes` runs what they set off, `receipt` holds what they took."""

    def __init__(
        self,
        clients: Mapping[str, BackendClient],
        sender: Sender,
        receipt: CallReceipt,
        flights: Flights,
        limits: LoadLimits = LoadLimits(),  # noqa: B008 - frozen
    ) -> None:
        """Load for the request that *sender* describes; made where its context variables are set."""
        self.passes = Passes(self.depart)
        self.receipt = receipt
        self._deadline = sender.deadline
        self._caller = Caller(clients, sender)
        self._recorder = Recorder(receipt, sender.deadline.clock)
        self._budget = Budget(limits)
        self._departures = Departures(
            sender, flights, self.passes, caller=self._caller, recorder=self._recorder, budget=self._budget
        )
        self._memo = Memo()
        self._batches = Batches()
        self._futures = Futures(self.passes)
        self._is_closed = False

    def want(
        self, loader: Loader[Any, Any, Any], keys: Sequence[Any], arguments: Mapping[str, Any], *, hop: int
    ) -> Wanted:
        """The loader's outcomes for *keys*, which may repeat; those asked before in this request are not asked again.

        *hop* is the step's: 1 at the root, below that the parent's and one more.
        """
        self._refuse_if_closed()
        shelf = self._memo.shelf(loader, arguments)
        wanted = Wanted(shelf.outcomes, self.passes)
        distinct = dict.fromkeys(keys)
        unsent = shelf.look_up(wanted, distinct)
        if unsent:
            self._ask(shelf, wanted, unsent, hop)
        elif distinct and wanted.is_settled:
            self._recorder.memo(loader, keys=len(distinct) if loader.keyed else 0, hop=wanted.hop)
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
        self._refuse_if_closed()
        shelf = self._memo.shelf(loader, arguments)
        wanted = Wanted(shelf.outcomes, self.passes)
        unsent = shelf.look_up(wanted, (key,))
        if unsent:
            self._ask(shelf, wanted, unsent, hop)
        or_raise = partial(missing, loader, key) if required else None
        return self._future_of(wanted, lambda future: self._futures.resolve(future, shelf.outcomes[key], or_raise))

    async def load_many(
        self, loader: Loader[Any, Any, Any], keys: Sequence[Any], arguments: Mapping[str, Any], *, hop: int = 1
    ) -> list[Any]:
        """Values aligned to *keys*, an error in the place of a value that failed."""
        wanted = self.want(loader, keys, arguments, hop=hop)
        await self._future_of(wanted, lambda future: self._futures.resolve(future, None))
        return [wanted.outcomes[key] for key in keys]

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
        future = self._futures.open()
        self._batches.ask(batched, position, parent, arguments=arguments, context=context, future=future)
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
        self._refuse_if_closed()
        start_batch(self.passes, self._deadline, batched, parents, arguments=arguments, context=context, done=done)

    async def write(self, write: Write[Any, Any], arguments: Mapping[str, Any], *, hop: int = 1) -> Any:
        """What the backend answered; all is forgotten then, so that later loads see the change.

        Raises:
            GatewayError: the call failed, or a limit forbids it.
        """
        self._refuse_if_closed()
        call = write.build(**arguments)
        refusal = self._budget.count_call(write.label)
        if refusal is not None:
            raise refusal
        facts, failure = CallFacts(), None
        departure, start_s = self._departures.next_number(), self._recorder.now_s()
        try:
            response = await self._caller.send(call, write.backend, facts)
            return decode_answer(call, response, write.backend.name)
        except (Exception, asyncio.CancelledError) as raised:
            failure = raised
            raise
        finally:
            self._recorder.call(
                write, keys=0, departure=departure, hop=hop, start_s=start_s, facts=facts, failure=failure
            )
            # Also after a failure: nobody knows how far the backend came.
            self.forget()

    def forget(self) -> None:
        """Know nothing any more, and join no flight that has begun: what is loaded from now on is asked anew.

        What is under way continues for those who wait; what has not left yet sees the change.
        """
        self._memo.forget()
        self._departures.forget()

    def depart(self) -> None:
        """Send all that waits: loads of one loader with the same arguments together, in pieces of its `max_batch`."""
        if self._is_closed:
            return
        groups = self._memo.take_pending()
        if groups:
            self._departures.send(groups)
        for batch in self._batches.take():
            done = partial(self._settle_batch, batch)
            self.resolve_batched(batch.batched, batch.parents, batch.arguments, batch.context, done)

    def stop(self) -> None:
        """Let nothing leave, and nothing be asked for, any more: the answer is known whatever it would bring."""
        self._is_closed = True

    async def close(self) -> None:
        """Leave what is under way, wait until what nobody else waits for is gone, and let nothing leave any more."""
        self.stop()
        cancelled = self._departures.close()
        self._futures.close()
        await self.passes.close()
        await until_over(cancelled)

    def _ask(self, shelf: Shelf, wanted: Wanted, keys: Sequence[Any], hop: int) -> None:
        """Let *wanted* have *keys* by the next departure; those past the limit are refused at once."""
        pending = self._memo.pending(shelf)
        new = [key for key in keys if key not in pending.keys]
        room = self._budget.max_keys - len(pending.keys)
        if len(new) > room:
            refusal = self._budget.refuse_keys(shelf.loader.label, len(pending.keys) + len(new))
            refused = dict.fromkeys(new[room:], refusal)
            shelf.keep(refused, hop)
            wanted.answered_at(hop)
            keys = [key for key in keys if key not in refused]
        if keys:
            pending.ask(wanted, keys, hop)
            self.passes.due()

    def _future_of(self, wanted: Wanted, resolve: Callable[[asyncio.Future[Any]], None]) -> asyncio.Future[Any]:
        """A future that *resolve* is to resolve once *wanted* is settled."""
        future = self._futures.open()
        if wanted.is_settled:
            resolve(future)
        else:
            wanted.when_settled(partial(resolve, future))
        return future

    def _settle_batch(self, batch: Batch, values: list[Any]) -> None:
        for future, value in zip(batch.futures, values, strict=True):
            self._futures.resolve(future, value)

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise EngineError("the request is answered: nothing can be loaded any more")


def missing(loader: Loader[Any, Any, Any], key: Any) -> MissingError:
    """The error of a row that a non-null field needs and nobody has."""
    return MissingError(
        f"{loader.name}: no {loader.record.__name__} for key {key!r}, which a non-null field needs",
        backend=loader.backend.name,
    )
