"""The deadline of a request, by a clock that the test moves."""

from __future__ import annotations

import pytest

from gateway.testing.clock import ManualClock
from gateway.vocabulary.clock import Clock, SystemClock
from gateway.vocabulary.deadline import Deadline, request_time_s


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
