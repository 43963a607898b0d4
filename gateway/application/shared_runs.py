"""Runs under way that identical queries wait for, instead of running themselves: what flights are to one call.

Who may share is known by the place: the plan, its variables, and what the backends are told of the viewer, as for
flights. A run takes nobody on board once one of its calls is over, so that nobody is given what is older than a joined
call could bring; and nobody who would lose time or data by it. Only answers without errors are shared: where a run
fails, or is cancelled, each of those who waited runs, once, and what was under way is still there to be joined.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final

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

#: By which times may differ that are the same.
_MOMENT_S: Final = 0.005


def place_of(plan: LinkedPlan, variables: VariableValues, context: Context[Any], *, as_json: bool) -> Hashable | None:
    """Where runs with the same answer find each other; None where the answer is for this request alone.

    One that may be JSON in part is another answer.
    """
    sharing = plan.sharing
    if sharing is None:
        return None
    partitions = tuple(map(_loads(context).partition, sharing.backends))
    if None in partitions:
        return None
    claims = tuple([freeze(context.identity.claim(name)) for name in sharing.claims]) if sharing.claims else ()
    place = (plan, as_json, freeze(variables.coerced) if variables.coerced else (), partitions, claims)
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
        other = self._under_way.get(place)
        if other is None or not other.takes(context):
            return await self._lead(place, context, run)
        try:
            shared = await within(context.deadline, other.join(), "an identical query")
        except BackendTimeout:
            # The other one had no more time than this: the run says so, field by field.
            shared = None
        if shared is None:
            # By itself, beside the others that waited: what can still be shared are calls.
            return await run()
        loads = _loads(context)
        for record in other.loads.receipt.records:
            loads.receipt.add(_joined(record, loads.began_s - other.loads.began_s))
        return shared

    async def _lead(self, place: Hashable, context: Context[Any], run: Callable[[], Awaitable[Outcome]]) -> Outcome:
        leading = self._under_way[place] = _SharedRun(context)
        shared: Outcome | None = None
        try:
            outcome = await run()
            # Records that were not kept could not be handed on.
            if leading.is_joined and not outcome.errors and not leading.loads.receipt.dropped:
                outcome = shared = structs.replace(outcome, shared_body=SharedBody())
            return outcome
        finally:
            if self._under_way.get(place) is leading:
                del self._under_way[place]
            leading.settle(shared)

    def __repr__(self) -> str:
        return f"<SharedRuns: {len(self._under_way)} under way>"


class _SharedRun:
    """A run under way, and those who wait for it."""

    __slots__ = ("_deadline_s", "_waiting", "loads")

    def __init__(self, context: Context[Any]) -> None:
        #: Of the request that runs.
        self.loads = _loads(context)
        self._deadline_s = context.deadline.at_s
        self._waiting: list[asyncio.Future[Outcome | None]] = []

    def takes(self, context: Context[Any]) -> bool:
        """Whether the request of *context* may wait for this one, and loses neither time nor data by it.

        This one has as much time in all, so that it is not cut short long before the other would be; and the other's
        ends later, so that it never has to leave with nothing. What is under way for this one stays so for both.
        """
        loads, deadline_s = _loads(context), context.deadline.at_s
        has_as_much_time = self._deadline_s - self.loads.began_s >= deadline_s - loads.began_s - _MOMENT_S
        if self.loads.receipt.records or not has_as_much_time or deadline_s < self._deadline_s:
            return False
        return loads.hold_calls_of(self.loads)

    @property
    def is_joined(self) -> bool:
        """Whether anybody has waited."""
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
