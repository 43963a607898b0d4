"""Time limits, on real loops and against what `asyncio.timeout` does."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref

import pytest
import uvloop

from gateway.vocabulary.alarms import set_alarm
from gateway.vocabulary.time_limit import time_limit

RUNNERS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
SHORT_S = 0.01


@RUNNERS
def test_block_past_its_limit_is_cancelled(run):
    """What still waits when the time is over is cancelled, and the block ends with TimeoutError."""

    async def scenario():
        with pytest.raises(TimeoutError), time_limit(SHORT_S) as limit:
            await asyncio.Event().wait()
        assert limit.has_passed
        await asyncio.sleep(0)
        return asyncio.current_task().cancelling()

    assert 0 == run(scenario())


@RUNNERS
def test_block_within_its_limit_is_left_alone(run):
    """Long after its block a limit does nothing."""

    async def scenario():
        with time_limit(SHORT_S) as limit:
            await asyncio.sleep(0)
        await asyncio.sleep(3 * SHORT_S)
        return limit.has_passed

    assert run(scenario()) is False


@RUNNERS
@pytest.mark.parametrize("seconds", [0, -1])
def test_no_time_lets_the_block_run_until_it_waits(run, seconds):
    """What needs no waiting is done; the first wait ends it."""

    async def scenario():
        done = []

        async def block():
            done.append("at once")
            await asyncio.Event().wait()

        with pytest.raises(TimeoutError), time_limit(seconds):
            await block()
        return done

    assert ["at once"] == run(scenario())


@RUNNERS
def test_limits_pass_in_the_order_of_their_times(run):
    """Whatever the order in which they were set, and those that were stopped do not."""

    async def scenario():
        rung = []
        alarms = [set_alarm(SHORT_S * place, lambda place=place: rung.append(place)) for place in (5, 1, 4, 2, 3)]
        alarms[2].stop()
        await asyncio.sleep(10 * SHORT_S)
        assert not any(alarm.is_set for alarm in alarms)
        return rung

    assert [1, 2, 3, 5] == run(scenario())


@RUNNERS
def test_limits_may_follow_one_that_has_passed_already(run):
    """One without time left does not keep those from working that are set before it rings."""

    async def scenario():
        rung = []
        for place, seconds in enumerate((-1, -2, SHORT_S, 0)):
            set_alarm(seconds, lambda place=place: rung.append(place))
        await asyncio.sleep(5 * SHORT_S)
        return rung

    assert [1, 0, 3, 2] == run(scenario())


@pytest.mark.parametrize("limit_of", [time_limit, asyncio.timeout], ids=["ours", "asyncio's"])
async def test_inner_and_outer_limits_keep_apart(limit_of):
    """The outer limit's cancellation is not taken for the inner one's, and the other way round."""

    async def wait(outer_s, inner_s):
        ended = []
        try:
            async with asyncio.timeout(outer_s):
                try:
                    if limit_of is time_limit:
                        with time_limit(inner_s):
                            await asyncio.Event().wait()
                    else:
                        async with asyncio.timeout(inner_s):
                            await asyncio.Event().wait()
                except TimeoutError:
                    ended.append("inner")
                    await asyncio.sleep(0)
        except TimeoutError:
            ended.append("outer")
        return ended

    assert (["inner"], ["outer"]) == (await wait(5, SHORT_S), await wait(SHORT_S, 5))


async def test_cancellation_from_elsewhere_stays_one():
    """Who cancels the task sees it cancelled, also in the very turn in which the limit passes."""
    waits = asyncio.Event()

    async def limited(seconds):
        with time_limit(seconds):
            waits.set()
            await asyncio.Event().wait()

    outcomes = []
    for seconds in (5, 0):
        waits.clear()
        task = asyncio.create_task(limited(seconds))
        await waits.wait()
        task.cancel()
        outcomes += await asyncio.gather(task, return_exceptions=True)

    assert [asyncio.CancelledError] * 2 == [type(outcome) for outcome in outcomes]


async def test_error_of_the_block_passes():
    """A TimeoutError that the block raises by itself is told apart by `has_passed`."""
    with pytest.raises(TimeoutError, match="of the block"), time_limit(5) as limit:
        raise TimeoutError("of the block")

    assert not limit.has_passed


async def test_alarm_that_fails_does_not_silence_the_others():
    """The loop's exception handler hears of it, and the next one rings."""
    told, rung = [], asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))

    set_alarm(0, lambda: 1 / 0)
    set_alarm(0, rung.set)
    await rung.wait()

    assert [ZeroDivisionError] == [type(failure) for failure in told]


async def test_limits_that_end_unused_are_forgotten():
    """Memory does not grow with the limits of the last half minute: what they held is let go when their blocks end."""

    class Held:
        def ring(self):
            raise AssertionError

    held = Held()
    last = weakref.ref(held)
    alarms = set_alarm(30, held.ring)._alarms
    for _ in range(10_000):
        set_alarm(30, held.ring).stop()
    assert len(alarms._heap) < 2_000

    alarms._heap[0][2].stop()
    del held
    gc.collect()
    assert last() is None


def test_loops_of_one_thread_and_of_several_do_not_mix():
    """A limit belongs to the loop in which it was set: an earlier loop's are gone with it."""

    async def leave_one_behind():
        set_alarm(SHORT_S, lambda: pytest.fail("of a loop that is closed"))

    async def limited():
        with pytest.raises(TimeoutError), time_limit(3 * SHORT_S):
            await asyncio.Event().wait()
        return True

    asyncio.run(leave_one_behind())
    ended = []
    threads = [threading.Thread(target=lambda: ended.append(asyncio.run(limited()))) for _ in range(3)]
    for thread in threads:
        thread.start()
    ended.append(asyncio.run(limited()))
    for thread in threads:
        thread.join(5)

    assert [True] * 4 == ended


def test_outside_of_a_task_it_is_refused():
    """Only a task can be cancelled."""

    async def scenario():
        refused = asyncio.get_running_loop().create_future()

        def callback():
            try:
                with time_limit(1):
                    pass
            except RuntimeError as error:
                refused.set_result(str(error))

        asyncio.get_running_loop().call_soon(callback)
        return await refused

    assert "expected a task" in asyncio.run(scenario())
