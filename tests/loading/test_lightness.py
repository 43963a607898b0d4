"""What a request does not pay for: parts that it does not need, and garbage that outlives it."""

from __future__ import annotations

import gc

from gateway.loading.door import Loads
from gateway.observe.calls import CallReceipt
from gateway.testing.fake_backend import FakeBackend
from tests.loading.request import Row, outcomes, request, row_by_id

_ROWS = [Row("a"), Row("b")]


async def test_a_request_without_loads_makes_no_parts() -> None:
    """Its passes run, it forgets nothing and closes, without memo, caller or counts."""
    async with request(FakeBackend({})) as loads:
        loads.passes.run(lambda: None)

    assert loads._parts is None
    assert loads._futures is None


async def test_steps_need_no_futures() -> None:
    """They are for resolvers."""
    async with request(FakeBackend({"GET /rows": _ROWS})) as loads:
        await outcomes(loads, row_by_id, ["a"])

    assert loads._futures is None


async def test_a_closed_request_is_freed_at_once() -> None:
    """Nothing that it held waits for the garbage collector, which stops all requests while it looks."""
    gc.collect()
    gc.disable()
    earlier = _requests()
    try:
        async with request(FakeBackend({"GET /rows": _ROWS})) as loads:
            await outcomes(loads, row_by_id, ["a"])
        del loads
        held = _requests()
    finally:
        gc.enable()

    assert earlier == held


def _requests() -> list[object]:
    """What is there of any: not by weak references, of which a compiled class takes none."""
    return [each for each in gc.get_objects() if isinstance(each, Loads | CallReceipt)]
