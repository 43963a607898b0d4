"""The deadline of a request, by a clock that the test moves."""

from __future__ import annotations

import asyncio

import pytest

from gateway.testing.clock import ManualClock
from gateway.vocabulary.clock import Clock, SystemClock
from gateway.vocabulary.deadline import Deadline, request_time_s, within
from gateway.vocabulary.errors import BackendTimeout


def test_time_left_shrinks_with_the_clock():
    """What is left is the time given less the time gone, and may be negative."""
    clock = ManualClock(monotonic_s=100.0)
    deadline = Deadline.after(10.0, clock)

    left = [deadline.remaining_s()]
    for step_s in (4.0, 6.0, 1.0):
        clock.advance(step_s)
        left.append(deadline.remaining_s())

    assert [10.0, 6.0, 0.0, -1.0] == left
    assert 110.0 == deadline.at_s


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [((10.0, None, None), 10.0), ((10.0, 3.0, None), 3.0), ((10.0, 30.0, 2.5), 2.5), ((10.0, None, 0.0), 0.0)],
)
def test_a_request_takes_the_least_of_its_bounds(bounds, expected):
    """The least bound rules, zero included; None is no bound."""
    assert expected == request_time_s(*bounds)


def test_a_manual_clock_moves_when_told():
    """Both of its clocks stand still until advanced, together and never back."""
    clock = ManualClock(monotonic_s=1.0, wall_s=1_000.0)

    before = (clock.monotonic_s(), clock.wall_s())
    clock.advance(2.5)

    assert (1.0, 1_000.0) == before
    assert (3.5, 1_002.5) == (clock.monotonic_s(), clock.wall_s())
    with pytest.raises(ValueError):
        clock.advance(-1.0)


def test_the_system_clock_does_not_go_back():
    """The machine's monotonic clock never decreases; deadlines by it are near the time given."""
    clock: Clock = SystemClock()

    first, second = clock.monotonic_s(), clock.monotonic_s()

    assert first <= second
    assert 0 < Deadline.after(10.0, clock).remaining_s() <= 10.0


def soon(seconds):
    """A deadline by the system's clock."""
    return Deadline.after(seconds, SystemClock())


async def test_what_never_waits_is_over_whatever_time_is_left():
    """Nothing can be saved by not having what is there already."""

    async def at_once():
        return 5

    async def fails():
        raise TimeoutError("its own")

    assert 5 == await within(soon(-1), at_once(), "it")
    with pytest.raises(TimeoutError, match="its own"):
        await within(soon(-1), fails(), "it")


async def test_what_waits_goes_on_where_it_was():
    """It hears what it waits for and what is raised there, and its own locals and task are what they were."""
    task = asyncio.current_task()

    async def waits(future):
        before = asyncio.current_task()
        try:
            heard = await future
        except ValueError as raised:
            heard = str(raised)
        await asyncio.sleep(0)
        return heard, before is asyncio.current_task() is task

    loop = asyncio.get_running_loop()
    told, failed = loop.create_future(), loop.create_future()
    loop.call_soon(told.set_result, "told")
    loop.call_soon(failed.set_exception, ValueError("failed"))

    assert ("told", True) == await within(soon(5), waits(told), "it")
    assert ("failed", True) == await within(soon(5), waits(failed), "it")


async def test_what_waits_too_long_is_cancelled_where_it_waits():
    """It can clean up; whose time is over is named."""
    ended = []

    async def waits():
        try:
            async with asyncio.timeout(60):
                await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("cleaned up")

    with pytest.raises(BackendTimeout, match="it was still running"):
        await within(soon(0.01), waits(), "it")
    assert ["cleaned up"] == ended


async def test_a_cancellation_from_elsewhere_stays_one():
    """It reaches what is waited for, and whoever waits."""
    began, ended = asyncio.Event(), []

    async def waits():
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    waiting = asyncio.create_task(within(soon(5), waits(), "it"))
    await began.wait()
    waiting.cancel()
    await asyncio.wait([waiting])

    assert (True, ["cancelled"]) == (waiting.cancelled(), ended)
