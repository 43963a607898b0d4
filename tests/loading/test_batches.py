"""Batched resolvers in bulk: one call for all parents, whose values come in a pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gateway import EngineError
from gateway.declare.batched import Batched
from gateway.loading.door import Loads
from gateway.testing.fake_backend import FakeBackend
from tests.loading.request import Row, outcome, request, row_by_id


def batched(resolve: Callable[..., Awaitable[Any]], *, context_name: str | None = None) -> Batched:
    return Batched("field", "tests", resolve, int, (), context_name)


async def values_of(loads: Loads, declared: Batched, parents: list[Any], **arguments: Any) -> list[Any]:
    """What the parents get."""
    future: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
    loads.resolve_batched(declared, parents, arguments, "the context", future.set_result)  # type: ignore[arg-type]
    return await future


async def test_one_call_answers_all_parents() -> None:
    """Arguments and the context are handed on; an exception in a value's place stays there."""
    failure = ValueError("no")

    async def resolve(parents: list[int], *, context: Any, unit: int) -> list[Any]:
        seen.append((parents, context))
        return [failure if parent == 2 else parent * unit for parent in parents]

    seen: list[Any] = []
    async with request(FakeBackend({})) as loads:
        values = await values_of(loads, batched(resolve, context_name="context"), [1, 2, 3], unit=10)

    assert [10, failure, 30] == values
    assert [([1, 2, 3], "the context")] == seen


async def test_values_come_in_a_pass() -> None:
    """What they make ready departs when `done` returns."""
    wire, departed = FakeBackend({"GET /rows": [Row("a")]}), asyncio.Event()

    async def resolve(parents: list[int]) -> list[str]:
        return ["a" for _ in parents]

    async with request(wire) as loads:

        def done(values: list[str]) -> None:
            loads.want(row_by_id, dict.fromkeys(values), {}, hop=1).when_settled(departed.set)

        loads.resolve_batched(batched(resolve), [1, 2], {}, None, done)  # type: ignore[arg-type]
        await departed.wait()

    assert [["a"]] == wire.keys("id")


async def test_loads_of_several_resolvers_depart_together() -> None:
    """Tasks that one pass starts ask before anything that the pass asked for has left."""
    wire = FakeBackend({"GET /rows": [Row(letter) for letter in "abc"]})

    async with request(wire) as loads:

        async def resolve(parents: list[str]) -> list[Row]:
            return [await loads.load(row_by_id, parent, {}) for parent in parents]

        asked: list[asyncio.Future[Any]] = []

        def step() -> None:
            asked.append(loads.load(row_by_id, "a", {}))
            for parent in "bc":
                asked.append(asyncio.ensure_future(values_of(loads, batched(resolve), [parent])))
                loads.resolve_batched(batched(resolve), [parent], {}, None, lambda _: None)  # type: ignore[arg-type]

        loads.passes.run(step)
        await asyncio.gather(*asked)

    assert [["a", "b", "c"]] == wire.keys("id")


async def test_parents_asked_one_by_one_are_gathered() -> None:
    """By resolver, response position and arguments; an exception in a value's place fails that future alone."""
    failure = ValueError("no")

    async def resolve(parents: list[int], *, unit: int) -> list[Any]:
        calls.append((parents, unit))
        return [failure if parent == 2 else parent * unit for parent in parents]

    calls: list[Any] = []
    declared = batched(resolve)
    async with request(FakeBackend({})) as loads:

        def ask(position: str, parent: int, unit: int) -> asyncio.Future[Any]:
            return loads.batch(declared, (position,), parent, {"unit": unit}, None)  # type: ignore[arg-type]

        asked = [ask("here", 1, 10), ask("here", 2, 10), ask("there", 3, 10), ask("here", 4, 1)]
        values = await asyncio.gather(*asked, return_exceptions=True)

    assert [10, failure, 30, 4] == values
    assert [([1, 2], 10), ([3], 10), ([4], 1)] == calls


async def _too_few(parents: list[int]) -> list[int]:
    return parents[1:]


async def _no_list(_: list[int]) -> None: ...


async def _failing(_: list[int]) -> list[int]:
    raise RuntimeError("secret")


async def _exiting(_: list[int]) -> list[int]:
    raise SystemExit


async def _cancelled(_: list[int]) -> list[int]:
    raise asyncio.CancelledError


async def _stop_iteration(parents: list[int]) -> list[Any]:
    return [StopIteration(parent) for parent in parents]


async def _endless(_: list[int]) -> list[int]:
    await asyncio.Event().wait()
    return []


@pytest.mark.parametrize(
    ("resolve", "expected"),
    [
        (_too_few, "INTERNAL_SERVER_ERROR: tests.field: expected 2 values, one a parent, got 1"),
        (_no_list, "INTERNAL_SERVER_ERROR: tests.field: expected a list, got NoneType"),
        (_failing, "secret"),
        (_exiting, "INTERNAL_SERVER_ERROR: the application raised SystemExit, which is no Exception"),
        (_cancelled, "INTERNAL_SERVER_ERROR: a load ended without an outcome; was it cancelled from within?"),
        (_stop_iteration, "INTERNAL_SERVER_ERROR: expected a value or an error, got StopIteration(7)"),
        (_endless, "DEADLINE_EXCEEDED: tests.field was still running"),
    ],
)
async def test_what_goes_wrong_for_all_is_every_parents(resolve: Callable[..., Any], expected: str) -> None:
    """However the resolver ends, there is one outcome a parent."""
    async with request(FakeBackend({}), time_s=0.05) as loads:
        values = await values_of(loads, batched(resolve), [7, 7])

    assert [expected, expected] == [str(value) for value in values]


async def test_close_calls_nobody_back() -> None:
    """The resolver is cancelled and over; its parents' values are never told, a waiting future is."""
    begun, over, called = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def resolve(_: list[int]) -> list[int]:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            over.set()
        return []

    async with request(FakeBackend({})) as loads:
        loads.resolve_batched(batched(resolve), [1], {}, None, lambda _: called.set())  # type: ignore[arg-type]
        waiting = loads.batch(batched(resolve), ("field",), 1, {}, None)  # type: ignore[arg-type]
        await begun.wait()

    assert (True, False) == (over.is_set(), called.is_set())
    assert isinstance(await outcome(waiting), EngineError)
