"""One run of a plan: the interpreter, exact reference for every faster way.

A step starts the moment its inputs are there; whatever one completed step makes ready is run in the same synchronous
pass, whose loads depart together when it ends. Nothing here is a coroutine but the wait for the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Final, TypeVarTuple

from graphql.execution.values import VariableValues
from graphql.pyutils import Path

from ..declare.batched import Batched
from ..vocabulary.alarms import set_alarm
from ..vocabulary.context import Context
from ..vocabulary.errors import BackendTimeout
from ..vocabulary.raised import as_failure
from .awaiting import outcome_of
from .failure import Failure
from .linked import LinkedField, LinkedPlan
from .nulls import NullPass
from .outcome import Outcome
from .rows import Rows

if TYPE_CHECKING:
    from ..loading.door import Loads
    from ..loading.wanted import Wanted

# Timers for the same time may ring in any order.
_MOMENT_S: Final = 0.005

Ts = TypeVarTuple("Ts")

#: Called with what was waited for, or with the reason why it is waited for no longer.
_Give = Callable[[Any, Exception | None], None]


class Run:
    """The state of one run: what is waited for, and what the steps need to know of the request."""

    def __init__(
        self,
        plan: LinkedPlan,
        variables: VariableValues,
        context: Context[Any],
        root: Any,
        build_executor: Callable[[], Any],
        *,
        max_errors: int,
        as_json: bool = False,
    ) -> None:
        """Prepare to run *plan*; *build_executor* makes graphql-core's, for resolvers that are handed an info.

        What the answer holds may be JSON already if it is wanted *as_json*.
        """
        self.plan = plan
        self.as_json = as_json
        self.variables = variables
        self.context = context
        self.loads: Loads = context.loads  # type: ignore[assignment]  # the door of the engine's own contexts
        self.has_failures = False
        self.gave_up: Exception | None = None
        #: How many more items the lists of the answer may have.
        self.items_left = self.loads.limits.max_list_items
        #: The runtime types of response objects, by id, at positions of abstract type.
        self.types: dict[int, str] = {}
        (self._root_type, self._root_fields) = next(iter(plan.root.by_type.items()))
        self._root = root
        self._build_executor = build_executor
        self._executor: Any = None
        # In the order in which the waiting began.
        self._waiting: dict[_Wait, None] = {}
        self._depth = 0
        self._data: dict[str, Any] = plan.root.template(self._root_type).copy()
        self._nulls = NullPass(self.types, max_errors)
        self._data_is_null = False
        self._finished: asyncio.Future[None] | None = None
        self._is_serial = plan.plan.operation == "mutation"
        # One turn at least: conditions may leave no field at all.
        in_series = [(field,) for field in self._root_fields] if self._is_serial else []
        self._turns: list[tuple[LinkedField, ...]] = [*in_series] or [self._root_fields]
        self._next_turn = 0
        self._hops = 0

    @property
    def executor(self) -> Any:
        """graphql-core's executor of this operation, built when something first needs it."""
        if self._executor is None:
            self._executor = self._build_executor()
        return self._executor

    def info(self, field: LinkedField, path: Path | None) -> Any:
        """The resolve info of *field* at *path*."""
        return self.executor.build_resolve_info(field.definition, field.nodes, field.parent_type, path)

    async def to_end(self) -> Outcome:
        """Data and errors: whole, or, when the deadline passes, what is known by then."""
        self.loads.passes.run(self._do, self._take_turn)
        if not self._is_finished:
            finished = self._finished = asyncio.get_running_loop().create_future()
            # Calls and loaders end at the deadline by themselves, and know better what was still running.
            alarm = set_alarm(self.context.deadline.remaining_s() + _MOMENT_S, partial(_end_late, finished))
            try:
                await finished
            except BackendTimeout as timeout:
                self._give_up(timeout)
            finally:
                alarm.stop()
                # Whoever is cancelled waits for nothing more; what comes in late finds nobody.
                self._waiting.clear()
        nulls = self._nulls
        return Outcome(None if self._data_is_null else self._data, tuple(nulls.errors), nulls.left_out)

    # What steps ask of the run.

    def descend(self, field: LinkedField, found: Mapping[str, Rows], projected: Mapping[str, Rows], hop: int) -> None:
        """Begin the level below *field*, for all its objects of one runtime type at once.

        Objects of *projected* have their plain fields already, those of *found* have none.
        """
        if field.selection is None:
            return
        if self._is_serial and field in self._root_fields:
            # What the mutation changed must be seen by what is selected from its result.
            self.loads.forget()
        for type_name in {**found, **projected} if found else projected:
            bare, begun = found.get(type_name), projected.get(type_name)
            everyone = bare if begun is None else begun if bare is None else bare.joined(begun)
            for below in field.selection.by_type[type_name]:
                rows = bare if below.is_projected else everyone
                if rows is not None and rows.values:
                    below.step.start(self, rows, hop)

    def wait_for(self, awaitable: Any, arrived: Callable[[Any], None]) -> None:
        """Call *arrived* with what *awaitable* gives, or with its exception, in a pass of its own."""
        settle = self.waits(lambda value, gave_up: arrived(value if gave_up is None else gave_up))
        self.future_of(awaitable).add_done_callback(lambda done: self.arrive(partial(settle, outcome_of(done))))

    def waits(self, give: _Give) -> Callable[..., None]:
        """Wait for something; what is returned is to be called with it, in a pass, once it is there.

        *give* is called with it then, or with the reason why nobody waits any more.
        """
        return _Wait(self, give).settle

    def future_of(self, awaitable: Any) -> asyncio.Future[Any]:
        """What can be asked to tell when *awaitable*, which goes on from now, is over."""
        if isinstance(awaitable, asyncio.Future):
            return awaitable
        return self.loads.passes.start(awaitable if isinstance(awaitable, CoroutineType) else _result_of(awaitable))

    def wait_until(self, wanted: Wanted, loaded: _Give) -> None:
        """Call *loaded* with *wanted* once it is settled, or with the reason why nobody waits any more."""
        if wanted.is_settled:
            loaded(wanted, None)
        else:
            wanted.when_settled(partial(_Wait(self, loaded).settle, wanted))

    def resolve_batched(
        self,
        batched: Batched,
        parents: list[Any],
        arguments: Mapping[str, Any],
        answered: Callable[[list[Any], Exception | None], None],
    ) -> None:
        """Call *answered* with one value a parent, or with the reason why nobody waits any more."""
        settle = self.waits(answered)
        self.loads.resolve_batched(
            batched, parents, arguments, self.context, lambda values: self.arrive(partial(settle, values))
        )

    def arrive(self, arrival: Callable[[], None]) -> None:
        """Do *arrival* in a pass; what it asks for leaves behind whatever else ends in this turn of the loop.

        Resolvers end one by one, often in the same turn: what they make ready together is to depart together.
        """
        self.loads.passes.run(self._arrive, arrival)

    def _arrive(self, arrival: Callable[[], None]) -> None:
        self.loads.passes.woke()
        arrival()

    # Turns: one for a query, one a root field for a mutation.

    @property
    def _is_finished(self) -> bool:
        return not self._waiting and self._next_turn >= len(self._turns)

    def _take_turn(self) -> None:
        fields = self._turns[self._next_turn]
        self._next_turn += 1
        rows = Rows([self._root], [self._data])
        for field in fields:
            field.step.start(self, rows, self._hops)

    def reached(self, hop: int) -> None:
        """A load came in at *hop*: what a later root field of a mutation calls comes after it."""
        self._hops = max(self._hops, hop)

    def _turn_ended(self) -> None:
        """Settle the turn's fields; a mutation that nulls the answer ends it: GraphQL specification, section 6.2.2."""
        if self.has_failures and not self._nulls.root_may_stay(self._data, self._turns[self._next_turn - 1]):
            self._data_is_null = True
            self._next_turn = len(self._turns)

    def _do(self, work: Callable[[*Ts], None], *arguments: *Ts) -> None:
        """Do *work*, then whatever follows from nothing being waited for any more."""
        self._depth += 1
        try:
            work(*arguments)
            if self._depth == 1:
                # A loop, since a mutation may have more root fields than the stack has room for.
                while self._has_next_turn():
                    self._take_turn()
        except BaseException as raised:  # noqa: BLE001 - raised again, or told
            bug = as_failure(raised)
            if self._finished is None:
                raise bug from bug.__cause__
            # Whoever waits for the end hears of it: nothing else would end the run before its time is over.
            if not self._finished.done():
                self._finished.set_exception(bug)
        finally:
            self._depth -= 1

    def _has_next_turn(self) -> bool:
        """Whether there is one and nothing is waited for any more; after the last one the run is over."""
        if self._waiting and self.has_failures and self._answer_is_lost():
            # What is still under way would be null whatever it brings.
            self._waiting.clear()
            self.loads.stop()
        if self._waiting:
            return False
        self._turn_ended()
        if self._next_turn < len(self._turns):
            return True
        if self._finished is not None and not self._finished.done():
            self._finished.set_result(None)
        return False

    def _answer_is_lost(self) -> bool:
        """Whether a non-null root field has failed by itself."""
        data = self._data
        fields = self._turns[self._next_turn - 1]
        return any(type(data[field.plan.key]) is Failure and field.shape.non_null for field in fields)

    def _give_up(self, reason: Exception) -> None:
        """Let everything that is waited for fail, and whatever that would begin."""
        self.gave_up = reason
        while self._waiting:
            next(iter(self._waiting)).settle([], reason)


class _Wait:
    """Something that the run waits for: settled by what came, or by the reason why it is waited for no longer."""

    __slots__ = ("_give", "_run")

    def __init__(self, run: Run, give: _Give) -> None:
        self._run = run
        self._give: _Give | None = give
        run._waiting[self] = None  # noqa: SLF001 - a part of the run

    def settle(self, value: Any = None, gave_up: Exception | None = None) -> None:
        """Go on with it; what comes too late, or a second time, finds nobody."""
        waiting = self._run._waiting  # noqa: SLF001 - a part of the run
        # Let go of: who is given to may hold this, and would keep the whole answer in memory until Python's collector
        # came by.
        give, self._give = self._give, None
        if give is not None and self in waiting:
            del waiting[self]
            self._run._do(give, value, gave_up)  # noqa: SLF001 - a part of the run


def _end_late(finished: asyncio.Future[None]) -> None:
    """The time for the operation is over."""
    if not finished.done():
        finished.set_exception(BackendTimeout("the operation was still running", code="DEADLINE_EXCEEDED"))


async def _result_of(awaitable: Any) -> Any:
    return await awaitable
