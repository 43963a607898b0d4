"""Writes: sent once, and what is loaded afterwards sees the change."""

from __future__ import annotations

import asyncio

import msgspec

from gateway import BackendError
from gateway.backends.wire import WireRequest
from gateway.loading.flights import Flights
from gateway.testing.fake_backend import FakeBackend
from tests.loading.request import Row, answer, outcome, request, resize, row_by_id


def store() -> FakeBackend:
    """A backend whose rows can be resized."""
    rows = {key: Row(key) for key in "ab"}

    def change(asked: WireRequest) -> Row:
        key = asked.path.rpartition("/")[2]
        rows[key] = Row(key, size=msgspec.json.decode(asked.body or b"")["size"])
        return rows[key]

    return FakeBackend({"GET /rows": lambda _: list(rows.values()), "PATCH /rows/{id}": change})


def slow_store(under_way: asyncio.Event, may_answer: asyncio.Event) -> FakeBackend:
    """A backend whose first answer, the old row, waits until it may come; the next one is the new row."""
    answers = [Row("a"), Row("a", size=5)]

    async def slow_at_first(_: object) -> list[Row]:
        row = answers.pop(0)
        if row.size == 0:
            under_way.set()
            await may_answer.wait()
        return [row]

    return FakeBackend({"GET /rows": slow_at_first, "PATCH /rows/{id}": Row("a", size=5)})


async def test_a_load_after_a_write_asks_again() -> None:
    """What was known before is forgotten: the new row comes from the backend."""
    wire = store()

    async with request(wire) as loads:
        before = await loads.load(row_by_id, "a", {})
        written = await loads.write(resize, {"row_id": "a", "size": 5})
        after = await loads.load(row_by_id, "a", {})

    assert [Row("a"), Row("a", size=5), Row("a", size=5)] == [before, written, after]
    assert [["a"], ["a"]] == wire.keys("id")
    assert b'{"size":5}' == wire.calls("PATCH /rows/{id}")[0].body


async def test_a_failed_write_drops_the_memo_too() -> None:
    """Nobody knows how far the backend came."""
    wire = FakeBackend({"GET /rows": [Row("a")], "PATCH /rows/{id}": lambda _: answer("{}", 500)})

    async with request(wire) as loads:
        await loads.load(row_by_id, "a", {})
        failure = await outcome(loads.write(resize, {"row_id": "a", "size": 5}))
        await loads.load(row_by_id, "a", {})

    assert isinstance(failure, BackendError)
    assert [["a"], ["a"]] == wire.keys("id")


async def test_a_write_is_never_repeated_or_merged() -> None:
    """Two writes of the same change are two calls."""
    wire = store()

    async with request(wire) as loads:
        await asyncio.gather(*(loads.write(resize, {"row_id": "a", "size": 5}) for _ in range(2)))

    assert 2 == len(wire.calls("PATCH /rows/{id}"))


async def test_a_load_that_has_not_left_sees_the_write() -> None:
    """What waits to depart while a write ends is asked once, afterwards, for those before and behind the write."""
    wire = store()

    async with request(wire) as loads:
        before = loads.load(row_by_id, "a", {})
        await loads.write(resize, {"row_id": "a", "size": 5})
        after = loads.load(row_by_id, "a", {})

        values = await asyncio.wait_for(asyncio.gather(before, after), 2)

    assert [Row("a", size=5), Row("a", size=5)] == values
    assert [["a"]] == wire.keys("id")


async def test_a_load_under_way_is_not_joined_after_a_write() -> None:
    """A call that left before the write may bring the old row: whoever asks afterwards asks anew."""
    under_way, may_answer = asyncio.Event(), asyncio.Event()
    wire = slow_store(under_way, may_answer)

    async with request(wire) as loads:
        old = loads.load(row_by_id, "a", {})
        await under_way.wait()
        await loads.write(resize, {"row_id": "a", "size": 5})
        new = await loads.load(row_by_id, "a", {})
        may_answer.set()

        assert (Row("a"), Row("a", size=5)) == (await old, new)


async def test_a_later_request_joins_no_call_that_began_before_a_write() -> None:
    """Somebody's call is under way when a client's change is answered: the client's next query sees the change."""
    under_way, may_answer = asyncio.Event(), asyncio.Event()
    wire = slow_store(under_way, may_answer)
    flights = Flights()

    async with request(wire, flights=flights) as somebodys:
        old = somebodys.load(row_by_id, "a", {})
        await under_way.wait()
        async with request(wire, flights=flights) as changing:
            await changing.write(resize, {"row_id": "a", "size": 5})
        async with request(wire, flights=flights) as asking:
            new = await asyncio.wait_for(asking.load(row_by_id, "a", {}), 2)
        may_answer.set()

        assert (Row("a"), Row("a", size=5)) == (await old, new)


async def test_a_write_outside_of_the_graph_says_what_is_missing() -> None:
    """A backend that no load names must be named to the graph."""
    from gateway import Backend, Call, patch

    strangers = Backend("strangers")

    @strangers.write()
    def touch() -> Call[Row]:
        return patch("/", into=Row)

    async with request(store()) as loads:
        failure = await outcome(loads.write(touch, {}))

    assert "backend 'strangers' is not part of the graph: name it in graph(backends=[...])" == failure.detail
