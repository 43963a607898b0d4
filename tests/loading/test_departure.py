"""Departures: what leaves together, in which pieces, how often, and what cancellation leaves behind."""

from __future__ import annotations

import asyncio
import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import BackendError, Call, EngineError, Keys
from gateway.loading.departure import split_batch
from gateway.testing.fake_backend import FakeBackend
from tests.loading.request import Row, outcome, request, resize, row_by_id, rows, rows_by_group, the_row

_ROWS = [Row(letter) for letter in "abcdefg"]


def backend() -> FakeBackend:
    return FakeBackend({"GET /rows": _ROWS, "GET /row": _ROWS[0]})


async def test_keys_of_one_turn_are_one_call() -> None:
    """What is asked in one iteration of the event loop leaves together, each key once, in the order asked."""
    wire = backend()

    async with request(wire) as loads:
        values = await asyncio.gather(*(loads.load(row_by_id, key, {}) for key in "baba"))

    assert [Row("b"), Row("a"), Row("b"), Row("a")] == values
    assert [["b", "a"]] == wire.keys("id")


async def test_a_known_key_is_not_asked_again() -> None:
    """The request's memo answers, also for a row that is absent."""
    wire = backend()

    async with request(wire) as loads:
        first = await loads.load_many(row_by_id, ["a", "z"], {})
        again = await loads.load_many(row_by_id, ["a", "z", "b"], {})

    assert [Row("a"), None] == first
    assert [Row("a"), None, Row("b")] == again
    assert [["a", "z"], ["b"]] == wire.keys("id")


async def test_a_key_under_way_is_joined() -> None:
    """A key asked while its call is under way waits for that call."""
    under_way, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(_: object) -> list[Row]:
        under_way.set()
        await may_answer.wait()
        return _ROWS

    wire = FakeBackend({"GET /rows": slow})

    async with request(wire) as loads:
        first = loads.load(row_by_id, "a", {})
        await under_way.wait()
        second = loads.load(row_by_id, "a", {})
        may_answer.set()

        assert [Row("a"), Row("a")] == await asyncio.gather(first, second)
    assert [["a"]] == wire.keys("id")


async def test_pieces_of_max_batch_are_under_way_at_once() -> None:
    """Seven keys by three are three calls of 3, 3 and 1, each of which waits for the others to start."""
    rendezvous = asyncio.Barrier(3)

    async def meet(_: object) -> list[Row]:
        await rendezvous.wait()
        return _ROWS

    wire = FakeBackend({"GET /rows": meet})

    async with request(wire, timeout_s=2) as loads:
        values = await loads.load_many(row_by_id, list("abcdefg"), {})

    assert _ROWS == values
    assert [["a", "b", "c"], ["d", "e", "f"], ["g"]] == wire.keys("id")


async def test_a_failed_piece_fails_its_keys_alone() -> None:
    """The other pieces keep their rows."""
    wire = FakeBackend({"GET /rows": lambda asked: RuntimeError("broken") if ("id", "a") in asked.query else _ROWS})

    async with request(wire) as loads:
        values = await loads.load_many(row_by_id, list("abcd"), {})

    assert [True, True, True, False] == [isinstance(value, RuntimeError) for value in values]
    assert Row("d") == values[3]


async def test_other_arguments_are_another_call() -> None:
    """Keys are merged and kept by loader and arguments."""
    wire = backend()

    async with request(wire) as loads:
        await asyncio.gather(
            loads.load(row_by_id, "a", {"deep": True}),
            loads.load(row_by_id, "b", {"deep": True}),
            loads.load(row_by_id, "a", {"deep": False}),
            loads.load(rows_by_group, "a", {}),
        )

    assert [["a", "b"], ["a"]] == wire.keys("id")
    assert ([["true"], ["false"]], [["a"]]) == (wire.keys("deep"), wire.keys("group"))


async def test_a_loader_without_keys_is_asked_once() -> None:
    """Its one key is None."""
    wire = backend()

    async with request(wire) as loads:
        await asyncio.gather(*(loads.load(the_row, None, {}) for _ in range(5)))

    assert 1 == len(wire.requests)


async def test_a_cancelled_waiter_leaves_the_others() -> None:
    """Each waiter has a future of its own: cancelling one cancels neither the call nor another waiter."""
    under_way, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(_: object) -> list[Row]:
        under_way.set()
        await may_answer.wait()
        return _ROWS

    async with request(FakeBackend({"GET /rows": slow})) as loads:
        cancelled, other = loads.load(row_by_id, "a", {}), loads.load(row_by_id, "a", {})
        await under_way.wait()
        cancelled.cancel()
        may_answer.set()

        assert Row("a") == await other
        assert cancelled.cancelled()


async def test_close_cancels_what_is_under_way() -> None:
    """After close the call has been cancelled and no task of the request is left."""
    under_way, ended = asyncio.Event(), asyncio.Event()

    async def hanging(_: object) -> None:
        under_way.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    before = asyncio.all_tasks()
    async with request(FakeBackend({"GET /rows": hanging})) as loads:
        waiting = loads.load(row_by_id, "a", {})
        await under_way.wait()

    assert ended.is_set()
    assert before == asyncio.all_tasks()
    assert isinstance(await outcome(waiting), EngineError)


async def test_close_stops_what_has_not_left() -> None:
    """A load that waits to depart when the request ends never becomes a call."""
    wire = backend()

    async with request(wire) as loads:
        loads.load(row_by_id, "a", {})
    for _ in range(3):
        await asyncio.sleep(0)

    assert [] == wire.requests


async def test_nothing_is_loaded_after_close() -> None:
    """A resolver that outlives its request is told."""
    async with request(backend()) as loads:
        pass

    with pytest.raises(EngineError, match="the request is answered"):
        loads.load(row_by_id, "a", {})
    with pytest.raises(EngineError, match="the request is answered"):
        await loads.write(resize, {"row_id": "a", "size": 1})


async def test_a_call_that_was_cancelled_from_within_is_an_error() -> None:
    """A CancelledError that nobody sent to the request ends in an error, not in waiting for ever."""

    def cancelled(_: object) -> None:
        raise asyncio.CancelledError

    async with request(FakeBackend({"GET /rows": cancelled})) as loads:
        failure = await asyncio.wait_for(outcome(loads.load(row_by_id, "a", {})), 2)

    assert isinstance(failure, EngineError)
    assert "ended without an outcome" in failure.detail


async def test_an_error_that_nobody_reads_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A failed load whose field another error has nulled leaves no complaint of asyncio's."""
    wire = FakeBackend({"GET /rows": lambda _: RuntimeError("broken")})

    async with request(wire) as loads:
        loads.load(row_by_id, "a", {})
        await outcome(loads.load(row_by_id, "b", {}))
    gc.collect()

    assert [] == [record.message for record in caplog.records if record.name == "asyncio"]


async def test_a_call_ends_with_the_requests_deadline() -> None:
    """It gets what is left; with nothing left it is not made."""

    async def hanging(_: object) -> None:
        await asyncio.Event().wait()

    wire = FakeBackend({"GET /rows": hanging})

    async with request(wire, time_s=0.05) as loads:
        late = await outcome(loads.load(row_by_id, "a", {}))
        too_late = await outcome(loads.load(row_by_id, "b", {}))

    assert ["DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED"] == [late.code, too_late.code]
    assert [["a"]] == wire.keys("id")


async def test_a_backends_own_time_is_told_apart() -> None:
    """A backend that uses up its timeout is BACKEND_TIMEOUT."""

    async def hanging(_: object) -> None:
        await asyncio.Event().wait()

    async with request(FakeBackend({"GET /rows": hanging}), timeout_s=0.02) as loads:
        assert "BACKEND_TIMEOUT" == (await outcome(loads.load(row_by_id, "a", {}))).code


@given(st.lists(st.integers()), st.integers(1, 10))
def test_a_batch_is_cut_without_loss(keys: list[int], limit: int) -> None:
    """The runs put together are the keys; each is full but the last, which is not empty."""
    runs = split_batch(keys, limit)

    assert keys == [key for run in runs for key in run]
    assert all(len(run) == limit for run in runs[:-1])
    assert all(1 <= len(run) <= limit for run in runs)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_batch_has_a_limit(limit: int) -> None:
    """A limit below 1 could never be kept."""
    with pytest.raises(ValueError, match=f"expected a limit of at least 1, got {limit}"):
        split_batch([1], limit)


async def test_a_required_row_that_is_absent_is_an_error() -> None:
    """Each waiter has its own need: null for one, an error that names loader and key for the other."""
    async with request(backend()) as loads:
        optional = loads.load(row_by_id, "z", {})
        required = await outcome(loads.load(row_by_id, "z", {}, required=True))
        present = await loads.load(row_by_id, "a", {}, required=True)

        assert (None, Row("a")) == (await optional, present)
    assert "rows: NOT_FOUND: row_by_id: no Row for key 'z', which a non-null field needs" == str(required)


async def test_a_wires_error_gets_its_backends_name() -> None:
    """What a transport raises without a name is told apart by it."""
    wire = FakeBackend({"GET /rows": lambda _: BackendError("reset", code="BACKEND_UNREACHABLE")})

    async with request(wire) as loads:
        failure = await outcome(loads.load(row_by_id, "a", {}))

    assert "rows: BACKEND_UNREACHABLE: reset" == str(failure)


async def test_a_loader_that_describes_no_call_is_an_error() -> None:
    """It is a bug of the loader's, named after it."""

    @rows.one(by=Row.id)
    def no_call(ids: Keys[str]) -> Call[list[Row]]:
        return list(ids)  # type: ignore[return-value]

    async with request(backend()) as loads:
        failure = await outcome(loads.load(no_call, "a", {}))

    assert "rows.no_call: expected a Call, got list" == failure.detail


async def test_a_known_key_is_there_at_once() -> None:
    """Its future is resolved when `load` returns: value, error or the error for an absent row."""
    wire = FakeBackend({"GET /rows": lambda asked: RuntimeError("broken") if ("id", "e") in asked.query else _ROWS})

    async with request(wire) as loads:
        await loads.load_many(row_by_id, ["a", "z"], {})
        await loads.load_many(row_by_id, ["e"], {})
        futures = [loads.load(row_by_id, key, {}, required=True) for key in "aze"]

        assert [True, True, True] == [future.done() for future in futures]
        assert Row("a") == futures[0].result()
        assert ["MissingError", "RuntimeError"] == [type(future.exception()).__name__ for future in futures[1:]]


async def test_an_exception_that_no_coroutine_may_raise_is_replaced() -> None:
    """A StopIteration would end the await as if it had returned."""
    async with request(backend()) as loads:
        future = loads._open_futures().open()
        loads._open_futures().resolve(future, StopIteration(1))

        assert "INTERNAL_SERVER_ERROR: expected a value or an error, got StopIteration(1)" == str(await outcome(future))
