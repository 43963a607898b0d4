"""Runs under way that identical queries wait for, instead of running themselves: what flights are to one call.

Who may share is known by the place: the plan, its variables, and what the backends are told of the viewer, as for
flights. A run takes nobody on board once one of its calls is over, so that nobody is given what is older than a joined
call could bring; and nobody whose own calls would have more time than those under way. Only answers without errors are
shared: where a run fails, or is cancelled, those who waited run themselves, the first of them for the others, and what
was under way for it is still there to be joined.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from graphql.execution.values import VariableValues
from msgspec import structs

from ..execution.linked import LinkedPlan
from ..execution.outcome import Outcome, SharedBody
from ..loading.door import Loads
from ..loading.frozen import freeze
from ..observe.calls import CallRecord, Source
from ..vocabulary.context import Context
from ..vocabulary.deadline import within
from ..vocabulary.errors import BackendTimeout


def place_of(plan: LinkedPlan, variables: VariableValues, context: Context[Any]) -> Hashable | None:
    """Where runs with the same answer find each other; None where the answer is for this request alone."""
    sharing = plan.sharing
    if sharing is None:
        return None
    partitions = tuple(map(_loads(context).partition, sharing.backends))
    if None in partitions:
        return None
    claims = tuple(freeze(context.identity.claim(name)) for name in sharing.claims)
    place = (plan, freeze(variables.coerced) if variables.coerced else (), partitions, claims)
    try:
        hash(place)
    except TypeError:
        # A custom scalar's value that cannot be compared.
        return None
    return place


class SharedRuns:
    """The runs of one engine that may be shared."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, _SharedRun] = {}

    async def outcome(self, place: Hashable, context: Context[Any], run: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """What *run* gives, or what another one at *place* gives, whose calls are then on this request's receipt."""
        while (other := self._under_way.get(place)) is not None and other.takes_more:
            began_s = context.deadline.clock.monotonic_s()
            if not _loads(context).hold_calls_of(_loads(other.context)):
                break
            try:
                shared = await within(context.deadline, other.join(), "an identical query")
            except BackendTimeout:
                # No time is left: the run says so, field by field.
                break
            if shared is not None:
                for record in other.context.receipt.records:
                    _loads(context).receipt.add(_joined(record, began_s - other.began_s))
                return shared
        return await self._lead(place, context, run)

    async def _lead(self, place: Hashable, context: Context[Any], run: Callable[[], Awaitable[Outcome]]) -> Outcome:
        leading = self._under_way[place] = _SharedRun(context)
        shared: Outcome | None = None
        try:
            outcome = await run()
            if leading.is_joined and not outcome.errors:
                outcome = shared = dataclasses.replace(outcome, shared_body=SharedBody())
            return outcome
        finally:
            if self._under_way.get(place) is leading:
                del self._under_way[place]
            leading.settle(shared)

    def __len__(self) -> int:
        return len(self._under_way)


class _SharedRun:
    """A run under way, and those who wait for it."""

    __slots__ = ("_waiting", "began_s", "context")

    def __init__(self, context: Context[Any]) -> None:
        #: Of the request that runs.
        self.context = context
        self.began_s = context.deadline.clock.monotonic_s()
        self._waiting: list[asyncio.Future[Outcome | None]] = []

    @property
    def takes_more(self) -> bool:
        """Whether no call has ended yet."""
        return not self.context.receipt.records

    @property
    def is_joined(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting)

    def join(self) -> asyncio.Future[Outcome | None]:
        """A future of the outcome; of None where there is none to be shared."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future

    def settle(self, outcome: Outcome | None) -> None:
        """Tell those who still wait."""
        for future in self._waiting:
            if not future.done():
                future.set_result(outcome)


def _loads(context: Context[Any]) -> Loads:
    loads: Loads = context.loads  # type: ignore[assignment]  # the door of the engine's own contexts
    return loads


def _joined(record: CallRecord, later_s: float) -> CallRecord:
    """*record* for a request that began *later_s* after the one that made the call."""
    start_s = max(0.0, record.start_s - later_s)
    end_s = max(0.0, record.start_s + record.duration_s - later_s)
    source: Source = "flight" if record.source == "backend" else record.source
    return structs.replace(record, start_s=start_s, duration_s=max(0.0, end_s - start_s), source=source)
