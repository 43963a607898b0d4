"""Passes: what is run together, and when it departs."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable

import pytest

from gateway import EngineError
from gateway.loading import cancellation
from gateway.loading.cancellation import until_over
from gateway.loading.passes import Passes, call_each
from gateway.testing import captured_logs

_viewer: contextvars.ContextVar[str] = contextvars.ContextVar("viewer", default="nobody")


class Trace(list[str]):
    """What happened, in order."""

    def note(self, what: str) -> Callable[[], None]:
        return lambda: self.append(what)


@pytest.fixture
def trace() -> Trace:
    return Trace()


@pytest.fixture
async def passes(trace: Trace):
    passes = Passes(trace.note("depart"))
    yield passes
    await until_over(passes.close())


async def test_a_pass_departs_when_it_ends(trace: Trace, passes: Passes) -> None:
    """Without tasks, the departure is synchronous: `run` returns after it."""
    passes.run(trace.note("work"))

    assert ["work", "depart"] == trace


async def test_nested_work_is_part_of_the_pass(trace: Trace, passes: Passes) -> None:
    """What work itself runs as a pass departs with the outermost one, once."""
    passes.run(lambda: call_each([lambda: passes.run(trace.note("inner")), trace.note("outer")]))

    assert ["inner", "outer", "depart"] == trace


async def test_a_departure_goes_behind_the_tasks_of_its_pass(trace: Trace, passes: Passes) -> None:
    """Tasks that the pass started or woke take their next step first, and the tasks that those create."""
    loop = asyncio.get_running_loop()
    answer, departed = loop.create_future(), asyncio.Event()
    passes = Passes(lambda: call_each([trace.note("depart"), departed.set]))

    async def resolver() -> None:
        passes.due()
        await answer
        trace.append("woken")
        passes.due()

    async def creator() -> None:
        trace.append("started")
        created.append(passes.start(child()))

    async def child() -> None:
        trace.append("created")

    created: list[object] = []
    passes.start(resolver())
    await departed.wait()
    departed.clear()
    passes.run(
        lambda: call_each([passes.due, lambda: answer.set_result(None), passes.woke, lambda: passes.start(creator())])
    )
    await departed.wait()

    assert ["depart", "woken", "started", "created", "depart"] == trace
    await until_over(passes.close())


async def test_loads_outside_of_a_pass_make_one_departure_due(trace: Trace) -> None:
    """However many are asked for, by however many tasks that can run now."""
    departed = asyncio.Event()
    passes = Passes(lambda: call_each([trace.note("depart"), departed.set]))

    async def resolver() -> None:
        trace.append("ask")
        passes.due()

    for _ in range(3):
        passes.start(resolver())
    passes.due()
    await departed.wait()

    assert ["ask", "ask", "ask", "depart"] == trace
    await until_over(passes.close())


async def test_a_pending_departure_takes_later_passes_along(trace: Trace) -> None:
    """A pass that ends while a departure waits behind tasks leaves with them: their keys may be one call."""
    departed = asyncio.Event()
    passes = Passes(lambda: call_each([trace.note("depart"), departed.set]))

    async def resolver() -> None:
        trace.append("task")

    passes.run(lambda: call_each([trace.note("first"), passes.due, lambda: passes.start(resolver())]))
    passes.run(trace.note("second"))
    await departed.wait()

    assert ["first", "second", "task", "depart"] == trace
    await until_over(passes.close())


async def test_tasks_make_their_own_departure_due(trace: Trace, passes: Passes) -> None:
    """A pass that only woke or started tasks arranges nothing: there may be nothing to depart."""

    async def resolver() -> None:
        trace.append("task")

    started: list[asyncio.Task[None]] = []
    passes.run(lambda: started.append(passes.start(resolver())))
    await started[0]
    await passes.start(_nothing())

    assert ["task"] == trace


async def test_due_inside_a_pass_does_nothing(trace: Trace, passes: Passes) -> None:
    """The pass departs anyway."""
    passes.run(passes.due)
    await passes.start(_nothing())

    assert ["depart"] == trace


async def test_an_exception_passes_on_after_the_departure(trace: Trace, passes: Passes) -> None:
    """What was asked for before the bug still leaves, and the next pass is a pass like any."""

    def bug() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        passes.run(bug)
    passes.run(trace.note("work"))

    assert ["depart", "work", "depart"] == trace


async def test_close_cancels_the_tasks(trace: Trace) -> None:
    """They are over when it returns; nothing is run, started or departs afterwards."""
    passes = Passes(trace.note("depart"))
    before = asyncio.all_tasks()
    task = passes.start(_forever())
    passes.due()

    await until_over(passes.close())
    passes.run(trace.note("work"))
    passes.due()

    assert task.cancelled()
    assert before == asyncio.all_tasks()
    assert [] == trace
    with pytest.raises(EngineError, match="the request is answered"):
        passes.start(_nothing())


async def test_close_waits_for_no_task_for_ever(monkeypatch: pytest.MonkeyPatch, trace: Trace) -> None:
    """A task that ignores its cancellation is logged, once, by the name of its function."""
    monkeypatch.setattr(cancellation, "GRACE_S", 0.01)
    passes, released = Passes(trace.note("depart")), asyncio.Event()

    async def stubborn() -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    task = passes.start(stubborn())
    await passes.start(_nothing())
    with captured_logs() as logs:
        await until_over(passes.close())

    assert [("tasks ignored their cancellation", 1)] == [(log["event"], len(log["tasks"])) for log in logs]
    assert logs[0]["tasks"][0].endswith("stubborn")
    released.set()
    await task


async def test_a_failing_task_is_no_ones_burden_at_close(passes: Passes, caplog: pytest.LogCaptureFixture) -> None:
    """What a task raises while it is cancelled is read, so that asyncio does not complain."""

    async def failing() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("on the way out")

    passes.start(failing())
    await passes.start(_nothing())
    await until_over(passes.close())

    assert [] == caplog.records


async def test_tasks_that_end_are_forgotten(passes: Passes) -> None:
    """A request of many tasks holds those that run."""
    passes.start(_forever())
    for _ in range(10):
        await passes.start(_nothing())

    assert "<Passes idle, 1 tasks>" == repr(passes)


async def test_work_sees_the_context_of_its_own_request(trace: Trace) -> None:
    """A pass that another request's call sets off, and its tasks, see nothing of that request."""
    token = _viewer.set("mine")
    passes = Passes(lambda: trace.append(f"depart {_viewer.get()}"))
    _viewer.reset(token)
    tasks: list[asyncio.Task[None]] = []

    async def task() -> None:
        trace.append(f"task {_viewer.get()}")

    other = contextvars.copy_context()
    other.run(_viewer.set, "other")
    other.run(passes.run, lambda: call_each([lambda: trace.append(f"work {_viewer.get()}")]))
    other.run(passes.run, lambda: tasks.append(passes.start(task())))
    await tasks[0]
    await until_over(passes.close())

    assert ["work mine", "depart mine", "task mine"] == trace


def test_each_is_called_also_after_one_has_raised(trace: Trace) -> None:
    """A bug in one step loses no other step its values; one is raised as it is, several as a group."""

    def broken() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        call_each([broken, trace.note("second")])
    with pytest.raises(ExceptionGroup) as group:
        call_each([broken, trace.note("third"), broken])

    assert ["second", "third"] == trace
    assert 2 == len(group.value.exceptions)


async def _nothing() -> None: ...


async def _forever() -> None:
    await asyncio.Event().wait()
