"""Wanting many keys at once: what settles with what, in which pass, and at which hop."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway import Backend, Call, EngineError, Keys, get
from gateway.backends.wire import WireRequest
from gateway.testing.fake_backend import FakeBackend
from tests.loading.request import (
    Held,
    Row,
    outcome,
    outcomes,
    request,
    resize,
    row_by_id,
    rows,
    rows_by_group,
    settled,
    the_row,
)

_ROWS = [Row(letter) for letter in "abcdefg"]


@rows.one(by=Row.id)
async def opaque_row(ids: Keys[str]) -> list[Row]:
    return [Row(key) for key in ids]


def backend() -> FakeBackend:
    return FakeBackend({"GET /rows": _ROWS, "GET /row": _ROWS[0]})


async def test_keys_of_a_column_are_asked_once_each() -> None:
    """Keys may repeat; `outcomes` holds a value for each, None for an absent row."""
    wire = backend()

    async with request(wire) as loads:
        values = await outcomes(loads, row_by_id, ["b", "z", "b"])

    assert {"b": Row("b"), "z": None} == values
    assert [["b", "z"]] == wire.keys("id")


async def test_no_keys_are_settled_at_once() -> None:
    """An empty column waits for nothing and leaves no record."""
    async with request(backend()) as loads:
        wanted = loads.want(row_by_id, {}, {}, hop=1)

        assert (True, 0, ()) == (wanted.is_settled, wanted.hop, loads.receipt.records)


async def test_wants_of_one_pass_depart_together() -> None:
    """Keys of one loader are merged and cut by `max_batch`; nothing leaves before the pass ends."""
    wire = backend()
    wanted: list[Any] = []

    async with request(wire) as loads:

        def step() -> None:
            wanted.append(loads.want(row_by_id, dict.fromkeys(["a", "b"]), {}, hop=1))
            wanted.append(loads.want(row_by_id, dict.fromkeys(["b", "c", "d"]), {}, hop=1))
            wanted.append(loads.want(rows_by_group, dict.fromkeys(["g"]), {}, hop=1))

        loads.passes.run(step)
        await asyncio.gather(*map(settled, wanted))

        assert [["a", "b", "c"], ["d"]] == wire.keys("id")
        assert {1} == {record.departure for record in loads.receipt.records}


async def test_a_call_of_other_keys_delays_nobody() -> None:
    """A want settles with the last of its own keys, though another piece of the departure is under way."""
    hanging = Held(_ROWS)
    wire = FakeBackend(
        {"GET /rows": lambda asked: hanging(asked) if ("id", "d") in asked.query else _ROWS, "GET /row": _ROWS[0]}
    )

    async with request(wire) as loads:
        first = loads.want(row_by_id, dict.fromkeys(["a", "b", "c"]), {}, hop=1)
        second = loads.want(row_by_id, dict.fromkeys(["c", "d"]), {}, hop=1)
        await settled(first)

        assert (True, False) == (first.is_settled, second.is_settled)
        assert Row("c") == second.outcomes["c"]

        hanging.may_answer.set()
        await settled(second)

        assert Row("d") == second.outcomes["d"]


async def test_what_a_step_makes_ready_departs_in_the_same_pass() -> None:
    """The callback runs in a pass: the loads that it asks for have left when it is over."""
    wire = backend()

    async with request(wire) as loads:
        done = asyncio.Event()

        def next_step() -> None:
            loads.want(row_by_id, dict.fromkeys(["b"]), {}, hop=2)
            loads.want(the_row, dict.fromkeys([None]), {}, hop=2).when_settled(done.set)

        loads.passes.run(lambda: loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1).when_settled(next_step))
        await done.wait()

        assert [(1, 1), (2, 2), (2, 2)] == [(record.departure, record.hop) for record in loads.receipt.records]


async def test_a_settled_want_calls_back_in_a_pass_at_once() -> None:
    """`when_settled` of what is known is synchronous, once, and departs like any pass."""
    wire = backend()

    async with request(wire) as loads:
        await outcomes(loads, row_by_id, ["a"])
        called: list[Any] = []
        known = loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=2)
        known.when_settled(lambda: called.append(loads.want(row_by_id, dict.fromkeys(["b"]), {}, hop=3)))

        assert known.is_settled
        assert Row("b") == (await settled(called[0])).outcomes["b"]
        assert 1 == len(called)


async def test_every_callback_is_called_though_one_raises() -> None:
    """A bug in one step leaves the others their values, and the event loop is told."""
    told: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.set_result(context))

    def bug() -> None:
        raise ZeroDivisionError

    async with request(backend()) as loads:
        loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1).when_settled(bug)
        other = loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)

        assert Row("a") == (await settled(other)).outcomes["a"]
        assert isinstance((await told)["exception"], ZeroDivisionError)


async def test_a_failed_call_is_the_outcome_of_its_keys() -> None:
    """The exception stands in the value's place; other pieces have their rows."""
    broken = RuntimeError("broken")
    wire = FakeBackend({"GET /rows": lambda asked: broken if ("id", "a") in asked.query else _ROWS})

    async with request(wire) as loads:
        values = await outcomes(loads, row_by_id, list("abcd"))

    assert {"a": broken, "b": broken, "c": broken, "d": Row("d")} == values


async def test_a_key_under_way_is_waited_for() -> None:
    """A want joins the request's own calls, whoever asked for them, and its hop is theirs."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with request(wire) as loads:
        first = loads.load(row_by_id, "a", {}, hop=2)
        await held.begun.wait()
        second = loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=3)
        held.may_answer.set()
        await settled(second)

        assert (Row("a"), Row("a"), 2) == (await first, second.outcomes["a"], second.hop)
    assert [["a"]] == wire.keys("id")


async def test_the_hop_of_a_call_is_the_greatest_of_those_who_asked() -> None:
    """Keys of several steps in one call leave at the latest step's hop, which all of them learn."""
    async with request(backend()) as loads:
        early = loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)
        late = loads.want(row_by_id, dict.fromkeys(["b"]), {}, hop=4)
        await settled(late)

        assert (4, 4) == (early.hop, late.hop)
        assert [4] == [record.hop for record in loads.receipt.records]


async def test_the_hop_of_what_is_known_is_that_of_the_call() -> None:
    """A step whose keys earlier calls brought adds no hop: it has the latest of theirs."""
    async with request(backend()) as loads:
        await outcomes(loads, row_by_id, ["a"], hop=1)
        await outcomes(loads, row_by_id, ["b"], hop=2)
        known = loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=7)
        both = loads.want(row_by_id, dict.fromkeys(["a", "b"]), {}, hop=7)
        more = loads.want(row_by_id, dict.fromkeys(["b", "c"]), {}, hop=3)
        await settled(more)

    assert (1, 2, 3) == (known.hop, both.hop, more.hop)


async def test_opaque_loaders_are_wanted_like_any() -> None:
    """They await by themselves: one call for all keys, of which the receipt knows nothing."""
    async with request(backend()) as loads:
        values = await outcomes(loads, opaque_row, ["a", "b"])

        assert ({"a": Row("a"), "b": Row("b")}, ()) == (values, loads.receipt.records)


async def test_loads_of_woken_tasks_join_the_passs_departure() -> None:
    """A resolver that waited for a key asks for more before what the same answer made ready departs."""
    wire = backend()

    async with request(wire) as loads:
        steps: list[Any] = []

        async def resolver() -> Row:
            first = await loads.load(row_by_id, "a", {})
            return await loads.load(row_by_id, "b" if first else "z", {})

        def step() -> None:
            wanted = loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)
            wanted.when_settled(lambda: steps.append(loads.want(row_by_id, dict.fromkeys(["c"]), {}, hop=2)))

        resolved = loads.passes.start(resolver())
        loads.passes.run(step)
        assert Row("b") == await resolved

        assert Row("c") == (await settled(steps[0])).outcomes["c"]
    assert [["a"], ["c", "b"]] == wire.keys("id")


async def test_loads_of_async_resolvers_join_those_of_sync_fields() -> None:
    """Fields ask first and the tasks of resolvers are created afterwards, in the same turn: it is one departure."""
    wire = backend()

    async with request(wire) as loads:

        async def resolver() -> Row:
            return await loads.load(row_by_id, "b", {})

        field = loads.load(row_by_id, "a", {})
        task = asyncio.get_running_loop().create_task(resolver())
        await asyncio.gather(field, task)

    assert [["a", "b"]] == wire.keys("id")


async def test_close_calls_nobody_back() -> None:
    """What settles after the request is over settles nothing; what waits to leave never leaves."""
    held, called = Held(_ROWS), asyncio.Event()
    wire = FakeBackend({"GET /rows": held})

    async with request(wire) as loads:
        loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1).when_settled(called.set)
        await held.begun.wait()
        loads.want(row_by_id, dict.fromkeys(["b"]), {}, hop=1).when_settled(called.set)

    assert held.ended.is_set()
    assert not called.is_set()
    assert [["a"]] == wire.keys("id")
    with pytest.raises(EngineError, match="the request is answered"):
        loads.want(row_by_id, dict.fromkeys(["c"]), {}, hop=1)


async def test_what_has_not_left_when_loads_stop_never_leaves() -> None:
    """An answer that is lost already needs no calls; what is under way ends with the request."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with request(wire) as loads:
        loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)
        await held.begun.wait()

        def lose() -> None:
            loads.want(row_by_id, dict.fromkeys(["b"]), {}, hop=1)
            loads.stop()

        loads.passes.run(lose)
        with pytest.raises(EngineError, match="the request is answered"):
            loads.want(row_by_id, dict.fromkeys(["c"]), {}, hop=1)
        assert not held.ended.is_set()

    assert [["a"]] == wire.keys("id")


async def test_forgetting_lets_those_who_wait_have_their_values() -> None:
    """Known, under way or about to leave: an earlier want gets what it asked for; a later one asks anew."""
    held = Held(_ROWS)
    calls: list[list[str]] = []

    async def handle(asked: WireRequest) -> list[Row]:
        ids = [value for _, value in asked.query]
        calls.append(ids)
        return await held(asked) if ids == ["b"] else _ROWS

    async with request(FakeBackend({"GET /rows": handle})) as loads:
        await outcomes(loads, row_by_id, ["a"])
        loads.want(row_by_id, dict.fromkeys(["b"]), {}, hop=1)
        await held.begun.wait()
        old = loads.want(row_by_id, dict.fromkeys(["a", "b", "c"]), {}, hop=2)
        loads.forget()
        new = loads.want(row_by_id, dict.fromkeys(["a", "c"]), {}, hop=1)
        await settled(new)
        held.may_answer.set()
        await settled(old)

        assert [Row("a"), Row("b"), Row("c")] == [old.outcomes[key] for key in "abc"]
        assert [Row("a"), Row("c")] == [new.outcomes[key] for key in "ac"]
        assert "b" not in new.outcomes
    assert [["a"], ["b"], ["c", "a"]] == calls


async def test_a_write_counts_at_its_hop() -> None:
    """A mutation's call has a record like a load's."""
    wire = FakeBackend({"PATCH /rows/{id}": Row("a", size=3)})

    async with request(wire) as loads:
        await loads.write(resize, {"row_id": "a", "size": 3}, hop=2)

        assert [("resize", 2, "backend", 200)] == [
            (record.loader, record.hop, record.source, record.status) for record in loads.receipt.records
        ]


async def test_a_backend_outside_of_the_graph_is_an_error() -> None:
    """It says how to make it part; there is no record, since nothing was sent."""
    strangers = Backend("strangers")

    @strangers.one(by=Row.id)
    def stranger(ids: Keys[str]) -> Call[list[Row]]:
        return get("/", id=ids, into=list[Row])

    async with request(backend()) as loads:
        failure = await outcome(loads.load(stranger, "a", {}))

        assert "name it in graph(backends=[...])" in failure.detail
        assert () == loads.receipt.records


async def test_states_can_be_read() -> None:
    """What waits for what is in the repr: a hang is found in a debugger."""
    held = Held(_ROWS)

    async with request(FakeBackend({"GET /rows": held})) as loads:
        wanted = loads.want(row_by_id, dict.fromkeys(["a", "b"]), {}, hop=1)
        parts = loads._open()
        shelf = parts.memo.shelf(row_by_id, {})
        before = [repr(wanted), repr(shelf), repr(shelf.leaving), repr(parts.memo)]
        await held.begun.wait()
        after = [repr(wanted), repr(shelf), repr(shelf.under_way["a"]), repr(parts.departures), repr(parts.usage)]

    assert [
        "<Wanted waits for 1 fetches>",
        "<Shelf of rows.row_by_id: 0 known, 0 under way, 2 to leave>",
        "<Fetch 2 keys of rows.row_by_id to leave, hop 1>",
        "<Memo of 1 loaders, 1 fetches to leave>",
    ] == before
    assert "<Shelf of rows.row_by_id: 0 known, 2 under way, 0 to leave>" == after[1]
    assert "<Fetch 2 keys of rows.row_by_id from backend, hop 1>" == after[2]
    assert "<Departures: 1 so far, 1 fetches under way>" == after[3]
