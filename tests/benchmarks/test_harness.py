"""The benchmark harness: it runs, it refuses wrong answers, and it judges goals by the worse end of an interval."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.cpu import cpu_s, family
from benchmarks.data import POSTS, q1_answer
from benchmarks.flame import costs
from benchmarks.goals import Verdict
from benchmarks.intervals import Interval, interval, paired
from benchmarks.works import WORKS, WrongAnswerError

ROOT = Path(__file__).parents[2]


async def run_quickly(out: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks", "--quick", "--out", str(out)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, problems = await process.communicate()
    assert 0 == process.returncode, problems.decode()[-3000:]


# Several servers start on one core, next to the other tests.
@pytest.mark.timeout(240)
@pytest.mark.xdist_group("benchmarks")
async def test_a_quick_run_measures_the_gateway_and_the_floor(tmp_path: Path) -> None:
    """In process and over HTTP each cell has a sample a round, and took the upstream calls of its work."""
    out = tmp_path / "bench.json"

    await run_quickly(out)

    sessions: dict[str, Any] = json.loads(out.read_text())["sessions"]
    assert {"in process", "q1", "q3", "error", "shared"} == set(sessions)
    assert {"gateway/q1", "floor/q1"} == set(sessions["q1"]["cells"])
    assert [2.0, 2.0] == sessions["q1"]["cells"]["gateway/q1"]["calls"]
    assert all(0 < cost for cost in sessions["q3"]["cells"]["gateway/q3"]["cpu_ms"])
    assert 2 == len(sessions["in process"]["cells"]["gateway/error"]["cpu_ms"])


def test_an_answer_that_differs_is_refused() -> None:
    """One field of one post out of order is another answer."""
    answer = q1_answer(POSTS, 3)
    WORKS["q1"].check({"data": answer}, 3)

    answer["posts"][99] = dict(reversed(answer["posts"][99].items()))

    with pytest.raises(WrongAnswerError, match="q1: expected data"):
        WORKS["q1"].check({"data": answer}, 3)


def test_an_error_elsewhere_is_refused() -> None:
    """Right data with an error too many is another answer."""
    with pytest.raises(WrongAnswerError, match="expected errors at"):
        WORKS["q3"].check({"data": WORKS["q3"].data(0), "errors": [{"path": ["greet"]}]}, 0)


def test_paired_rounds_cancel_what_slows_both() -> None:
    """A ratio of rounds that took turns is exact, however the machine drifts."""
    drift = [1.0, 2.0, 1.5, 3.0, 1.1]

    ratio = paired([2 * by for by in drift], drift, lambda ours, theirs: ours / theirs)

    assert Interval(2.0, 2.0, 2.0) == ratio


def test_an_interval_holds_its_median() -> None:
    """The bounds are medians of samples drawn again, thus among the samples' own range."""
    samples = [float(number) for number in range(1, 16)]

    found = interval(samples)

    assert 8.0 == found.median
    assert 1.0 < found.low < 8.0 < found.high < 15.0


@pytest.mark.parametrize(("high", "is_reached"), [(1.4, True), (1.41, False)])
def test_the_upper_end_decides(high: float, is_reached: bool) -> None:
    """A median within the goal is not enough."""
    verdict = Verdict("q1", 1.4, "x", Interval(1.3, 1.2, high))

    assert is_reached is verdict.is_reached


def test_a_goal_from_below_is_decided_by_the_lower_end() -> None:
    """40 times faster means that the slowest likely ratio is 40."""
    assert False is Verdict("q1", 40, "x", Interval(45, 39, 50), at_least=True).is_reached


async def test_cpu_time_counts_children() -> None:
    """A server's workers are children of the process that was started."""
    child = "print(sum(range(10**7)), flush=True); input()"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        await process.stdout.readline()

        members = family(process.pid)
        of_all, of_child = cpu_s(process.pid), cpu_s(members[-1])
    finally:
        await process.communicate(b"\n")

    assert 2 == len(members)
    assert 0.01 < of_child < of_all


def test_cpu_time_of_a_process_that_is_gone_is_nothing() -> None:
    """A worker may end between being listed and being read."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()

    assert 0.0 == cpu_s(gone.pid)


def test_a_profile_counts_a_function_on_the_stack_once() -> None:
    """A function that calls itself was on the stack in one sample, not in two."""
    total, own, below = costs(["a;b;b 3", "a;c 1", " 2"])

    assert 6 == total
    assert {"b": 3, "c": 1, "outside of Python": 2} == own
    assert 3 == below["b"]
