"""Flights: which requests share a call, what they share of it, and what is left of those that leave."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway import Backend, BackendTimeout, Call, EngineError, Keys, get
from gateway.backends.wire import WireRequest
from gateway.loading.cancellation import until_over
from gateway.loading.flights import Flights
from gateway.testing.fake_backend import FakeBackend
from gateway.vocabulary.identity import Identity
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
)

_ROWS = [Row(letter) for letter in "abcdefg"]

personal = Backend("rows", identity=("sub",))
forwarding = Backend("rows", forward=("authorization",))


@personal.one(by=Row.id)
def my_row(ids: Keys[str]) -> Call[list[Row]]:
    return get("/rows", id=ids, into=list[Row])


@forwarding.one(by=Row.id)
def private_row(ids: Keys[str]) -> Call[list[Row]]:
    return get("/rows", id=ids, into=list[Row])


@rows.one(by=Row.id)
async def opaque_row(ids: Keys[str]) -> list[Row]:
    _opaque_calls.append(list(ids))
    return [Row(key) for key in ids]


_opaque_calls: list[list[str]] = []


@pytest.fixture
def flights() -> Flights:
    return Flights()


async def test_requests_at_once_share_a_call(flights: Flights) -> None:
    """The second request has the first one's rows in its own memo; only the first made a call."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with request(wire, flights=flights) as first, request(wire, flights=flights) as second:
        one = settled(first.want(row_by_id, dict.fromkeys(["a", "b"]), {}, hop=1))
        await held.begun.wait()
        two = settled(second.want(row_by_id, dict.fromkeys(["b"]), {}, hop=2))
        await _departed(second)
        held.may_answer.set()
        await asyncio.gather(one, two)
        known = second.want(row_by_id, dict.fromkeys(["b"]), {}, hop=3)

        assert (Row("b"), Row("b")) == (two.result().outcomes["b"], known.outcomes["b"])
        assert "a" not in two.result().outcomes
        assert [("backend", 2, 1)] == _sources(first)
        assert [("flight", 1, 2), ("memo", 1, 2)] == _sources(second)
        assert (1, 0) == (first.receipt.calls, second.receipt.calls)
    assert [["a", "b"]] == wire.keys("id")
    assert 0 == len(flights)


async def test_an_ended_flight_is_no_cache(flights: Flights) -> None:
    """Who asks when the answer is there makes a call of its own."""
    wire = FakeBackend({"GET /rows": _ROWS})

    async with request(wire, flights=flights) as first, request(wire, flights=flights) as second:
        await outcomes(first, row_by_id, ["a"])

        assert 0 == len(flights)
        await outcomes(second, row_by_id, ["a"])

    assert [["a"], ["a"]] == wire.keys("id")


async def test_keys_of_requests_are_never_merged(flights: Flights) -> None:
    """A request joins for the keys under way, and sends a call of its own for the rest, and only for that."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with request(wire, flights=flights) as first, request(wire, flights=flights) as second:
        one = settled(first.want(row_by_id, dict.fromkeys(["a", "b"]), {}, hop=1))
        two = settled(second.want(row_by_id, dict.fromkeys(["b", "c"]), {}, hop=1))
        await held.begun.wait()
        await _departed(second)
        held.may_answer.set()
        await asyncio.gather(one, two)

        assert [Row("b"), Row("c")] == [two.result().outcomes[key] for key in "bc"]
        assert {("flight", 1, 1), ("backend", 1, 1)} == set(_sources(second))
    assert [["a", "b"], ["c"]] == wire.keys("id")


async def test_other_arguments_or_loaders_are_other_flights(flights: Flights) -> None:
    """What is asked differently is answered differently."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with request(wire, flights=flights) as first, request(wire, flights=flights) as second:
        first.want(row_by_id, dict.fromkeys(["a"]), {"deep": True}, hop=1)
        await _departed(first)
        second.want(row_by_id, dict.fromkeys(["a"]), {"deep": False}, hop=1)
        second.want(rows_by_group, dict.fromkeys(["a"]), {}, hop=1)
        await _departed(second)

        assert "<Flights: 3 under way, 3 of them shared>" == repr(flights)


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        (Identity.from_claims({"sub": "ada"}), Identity.from_claims({"sub": "ada", "iat": 1}), True),
        (Identity.from_claims({"sub": "ada"}), Identity.from_claims({"sub": "alan"}), False),
        (
            Identity.from_claims({"sub": "ada", "tenant": "north"}),
            Identity.from_claims({"sub": "ada", "tenant": "south"}),
            False,
        ),
    ],
)
async def test_viewers_share_by_what_the_backend_is_told(
    flights: Flights, one: Identity, other: Identity, is_shared: bool
) -> None:
    """The declared claims and the tenant decide, nothing else of the viewer."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with (
        request(wire, flights=flights, identity=one) as first,
        request(wire, flights=flights, identity=other) as second,
    ):
        values = [settled(loads.want(my_row, dict.fromkeys(["a"]), {}, hop=1)) for loads in (first, second)]
        await _departed(first)
        await _departed(second)
        held.may_answer.set()
        await asyncio.gather(*values)

    assert (1 if is_shared else 2) == len(wire.requests)


async def test_a_call_with_a_credential_is_private(flights: Flights) -> None:
    """Not even the same viewer's requests share it, with equal headers."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})
    headers = {"authorization": "Bearer same"}

    async with (
        request(wire, flights=flights, headers=headers) as first,
        request(wire, flights=flights, headers=headers) as second,
    ):
        values = [settled(loads.want(private_row, dict.fromkeys(["a"]), {}, hop=1)) for loads in (first, second)]
        await _departed(first)
        await _departed(second)
        assert "<Flights: 2 under way, 0 of them shared>" == repr(flights)
        held.may_answer.set()
        await asyncio.gather(*values)

    assert 2 == len(wire.requests)


async def test_opaque_loaders_are_private(flights: Flights) -> None:
    """Nobody knows what they look at."""
    _opaque_calls.clear()
    wire = FakeBackend({})

    async with request(wire, flights=flights) as first, request(wire, flights=flights) as second:
        wanted = [settled(loads.want(opaque_row, dict.fromkeys(["a"]), {}, hop=1)) for loads in (first, second)]
        await asyncio.gather(*wanted)

    assert [["a"], ["a"]] == _opaque_calls


async def test_a_failure_is_shared(flights: Flights) -> None:
    """All who wait have the same error, each on its own receipt."""
    may_fail = asyncio.Event()

    async def failing(_: object) -> None:
        await may_fail.wait()
        raise RuntimeError("broken")

    wire = FakeBackend({"GET /rows": failing})

    async with request(wire, flights=flights) as first, request(wire, flights=flights) as second:
        one, two = (settled(loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)) for loads in (first, second))
        await _departed(first)
        await _departed(second)
        may_fail.set()
        await asyncio.gather(one, two)

        assert one.result().outcomes["a"] is two.result().outcomes["a"]
        codes = [(r.source, r.error_code) for loads in (first, second) for r in loads.receipt.records]
    assert [("backend", "INTERNAL_SERVER_ERROR"), ("flight", "INTERNAL_SERVER_ERROR")] == codes
    assert 1 == len(wire.requests)


async def test_an_owner_that_leaves_cancels_nobody(flights: Flights) -> None:
    """The call goes on for the request that joined it; the owner's receipt says that it no longer waited."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with request(wire, flights=flights) as second:
        async with request(wire, flights=flights) as first:
            waiting = first.load(row_by_id, "a", {})
            await held.begun.wait()
            joined = settled(second.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
            await _departed(second)

        assert isinstance(await outcome(waiting), EngineError)
        assert [("backend", "CANCELLED")] == [(record.source, record.error_code) for record in first.receipt.records]
        assert (1, False) == (len(flights), held.ended.is_set())
        held.may_answer.set()
        assert Row("a") == (await joined).outcomes["a"]
        assert [("flight", None)] == [(record.source, record.error_code) for record in second.receipt.records]


async def test_one_that_joined_leaves_alone(flights: Flights) -> None:
    """The owner gets its answer."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with request(wire, flights=flights) as first:
        owned = settled(first.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
        await held.begun.wait()
        async with request(wire, flights=flights) as second:
            second.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)
            await _departed(second)
        held.may_answer.set()

        assert Row("a") == (await owned).outcomes["a"]


async def test_the_last_to_leave_ends_the_flight(flights: Flights) -> None:
    """It is cancelled, and over when the last request's close returns."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})
    before = asyncio.all_tasks()

    async with request(wire, flights=flights) as second:
        async with request(wire, flights=flights) as first:
            first.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)
            await held.begun.wait()
            second.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)
            await _departed(second)
        assert not held.ended.is_set()

    assert held.ended.is_set()
    assert (0, before) == (len(flights), asyncio.all_tasks())


async def test_a_flight_that_is_being_cancelled_takes_nobody(flights: Flights) -> None:
    """Who asks while it cleans up begins one of its own."""
    begun, cancelled, may_end = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow_to_end(_: object) -> list[Row]:
        if begun.is_set():
            return _ROWS
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
            await may_end.wait()
        return []

    wire = FakeBackend({"GET /rows": slow_to_end})

    async with request(wire, flights=flights) as second, request(wire, flights=flights) as first:
        first.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)
        await begun.wait()
        closing = asyncio.ensure_future(until_over(first.close()))
        await cancelled.wait()
        values = await outcomes(second, row_by_id, ["a"])
        assert (Row("a"), 1, False) == (values["a"], len(flights), closing.done())
        may_end.set()
        await closing

    assert 0 == len(flights)


async def test_a_joiner_gives_up_at_its_own_deadline(flights: Flights) -> None:
    """It gets DEADLINE_EXCEEDED while the call goes on for the owner, who has more time."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with request(wire, flights=flights) as patient:
        owned = settled(patient.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
        await held.begun.wait()
        async with request(wire, flights=flights, time_s=0.02) as hasty:
            late = (await settled(hasty.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))).outcomes["a"]
            records = [(record.source, record.error_code) for record in hasty.receipt.records]
        held.may_answer.set()

        assert Row("a") == (await owned).outcomes["a"]
    assert isinstance(late, BackendTimeout)
    assert "rows: DEADLINE_EXCEEDED: rows.row_by_id was still under way" == str(late)
    assert [("flight", "DEADLINE_EXCEEDED")] == records


async def test_a_joiner_with_less_time_has_what_comes_in_time(flights: Flights) -> None:
    """Its own deadline changes nothing about an answer that comes before."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with request(wire, flights=flights) as patient, request(wire, flights=flights, time_s=4) as hasty:
        patient.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)
        await held.begun.wait()
        joined = settled(hasty.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
        await _departed(hasty)
        held.may_answer.set()

        assert Row("a") == (await joined).outcomes["a"]
        await _until(lambda: "<Passes idle, 0 tasks>" == repr(hasty.passes))
        assert ["flight"] == [record.source for record in hasty.receipt.records]


async def test_a_joiner_that_gives_up_last_ends_the_flight(flights: Flights) -> None:
    """The owner has left before: the call is cancelled, and gone when the joiner's close returns."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with request(wire, flights=flights, time_s=0.02) as hasty:
        async with request(wire, flights=flights) as first:
            first.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)
            await held.begun.wait()
            wanted = settled(hasty.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
            await _departed(hasty)
        assert isinstance((await wanted).outcomes["a"], BackendTimeout)

    assert held.ended.is_set()
    assert 0 == len(flights)


async def test_a_flight_with_less_time_is_not_joined(flights: Flights) -> None:
    """One cut short by its request's deadline would fail early whoever has more time; who has less may join."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held})

    async with (
        request(wire, flights=flights, timeout_s=60, time_s=20) as hasty,
        request(wire, flights=flights, timeout_s=60, time_s=30) as patient,
        request(wire, flights=flights, timeout_s=60, time_s=10) as hastier,
    ):
        values = []
        for loads in (hasty, patient, hastier):
            values.append(settled(loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)))
            await _departed(loads)
        held.may_answer.set()
        await asyncio.gather(*values)

        assert [["backend"], ["backend"], ["flight"]] == [
            [record.source for record in loads.receipt.records] for loads in (hasty, patient, hastier)
        ]


async def test_of_two_flights_the_later_is_joined(flights: Flights) -> None:
    """The end of the earlier one does not hide it."""
    first_may_answer, may_answer = asyncio.Event(), asyncio.Event()
    calls = 0

    async def handle(_: object) -> list[Row]:
        nonlocal calls
        calls += 1
        await (first_may_answer if calls == 1 else may_answer).wait()
        return _ROWS

    wire = FakeBackend({"GET /rows": handle})

    async with (
        request(wire, flights=flights, timeout_s=60, time_s=20) as hasty,
        request(wire, flights=flights, time_s=90) as second,
        request(wire, flights=flights, time_s=90) as third,
    ):
        early = settled(hasty.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
        await _departed(hasty)
        later = settled(second.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
        await _departed(second)
        first_may_answer.set()
        await early
        joined = settled(third.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
        await _departed(third)
        may_answer.set()
        await asyncio.gather(later, joined)

    assert 2 == calls


async def test_after_a_write_no_earlier_flight_is_joined(flights: Flights) -> None:
    """Neither the request's own nor another's; one that began afterwards may be."""
    held = Held([Row("a")])
    answers: list[Any] = [held, held]

    async def handle(asked: WireRequest) -> list[Row]:
        return await answers.pop(0)(asked) if answers else [Row("a", size=5)]

    wire = FakeBackend({"GET /rows": handle, "PATCH /rows/{id}": Row("a", size=5)})

    async with request(wire, flights=flights) as reader, request(wire, flights=flights) as writer:
        reader.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)
        await _departed(reader)
        before = settled(writer.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
        await _departed(writer)
        await writer.write(resize, {"row_id": "a", "size": 5})
        answers.clear()
        after = await outcomes(writer, row_by_id, ["a"])
        held.may_answer.set()

        assert (Row("a"), Row("a", size=5)) == ((await before).outcomes["a"], after["a"])
        assert ["backend", "backend", "flight"] == [record.source for record in writer.receipt.records]


async def test_a_flight_after_a_write_may_be_joined(flights: Flights) -> None:
    """What another request began since then has seen the change."""
    held = Held(_ROWS)
    wire = FakeBackend({"GET /rows": held, "PATCH /rows/{id}": Row("a")})

    async with request(wire, flights=flights) as writer, request(wire, flights=flights) as reader:
        await writer.write(resize, {"row_id": "a", "size": 5})
        reader.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)
        await _departed(reader)
        joined = settled(writer.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
        await _departed(writer)
        held.may_answer.set()
        await joined

    assert [["a"]] == wire.keys("id")


async def test_closing_the_engine_fails_those_who_wait(flights: Flights) -> None:
    """Flights end with their engine; a request that still waits is told."""
    held = Held(_ROWS)

    async with request(FakeBackend({"GET /rows": held}), flights=flights) as loads:
        wanted = settled(loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
        await held.begun.wait()
        (flight,) = flights._under_way
        described = repr(flight)
        await flights.close()

        assert isinstance((await wanted).outcomes["a"], EngineError)
    assert "<Flight 1 of rows.row_by_id, shared, 1 keys, 1 waiting>" == described
    assert 0 == len(flights)


async def test_a_flight_cancelled_before_its_first_step_leaves_nothing(flights: Flights) -> None:
    """Its task never runs, hence cannot clean up after itself."""
    wire = FakeBackend({"GET /rows": _ROWS})

    async with request(wire, flights=flights) as loads:
        loads.passes.run(lambda: loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
        assert 1 == len(flights)

    assert ([], "<Flights: 0 under way, 0 of them shared>") == (wire.requests, repr(flights))


async def test_an_engine_that_closes_before_a_flight_has_begun_tells_who_waits(flights: Flights) -> None:
    """As for those under way."""
    async with request(FakeBackend({"GET /rows": _ROWS}), flights=flights) as loads:
        wanted: list[Any] = []
        loads.passes.run(lambda: wanted.append(loads.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1)))
        await flights.close()

        assert isinstance(wanted[0].outcomes["a"], EngineError)
    assert 0 == len(flights)


async def test_a_dead_flight_takes_nobody(flights: Flights) -> None:
    """Whoever ended its task from outside, before its first step, has told nobody: the next request asks anew."""
    wire = FakeBackend({"GET /rows": _ROWS})

    async with request(wire, flights=flights) as first, request(wire, flights=flights) as second:
        first.passes.run(lambda: first.want(row_by_id, dict.fromkeys(["a"]), {}, hop=1))
        (flight,) = flights._under_way
        flight.task.cancel()
        await asyncio.wait([flight.task])
        values = await outcomes(second, row_by_id, ["a"])

    assert ({"a": Row("a")}, 0) == (values, len(flights))


@pytest.mark.parametrize("keys", [["a"], ["a", "b"], ["b", "a"]])
async def test_a_flight_that_ends_hides_no_other(flights: Flights, keys: list[str]) -> None:
    """Of two at one place with the same keys or some, the one still under way stays to be found."""
    first_may_answer, may_answer = asyncio.Event(), asyncio.Event()
    calls = 0

    async def handle(_: object) -> list[Row]:
        nonlocal calls
        calls += 1
        await (first_may_answer if calls == 1 else may_answer).wait()
        return _ROWS

    wire = FakeBackend({"GET /rows": handle, "PATCH /rows/{id}": Row("a")})

    async with (
        request(wire, flights=flights) as first,
        request(wire, flights=flights) as second,
        request(wire, flights=flights) as third,
    ):
        early = settled(first.want(row_by_id, dict.fromkeys(["a", "b"]), {}, hop=1))
        await _departed(first)
        await second.write(resize, {"row_id": "a", "size": 5})
        later = settled(second.want(row_by_id, dict.fromkeys(keys), {}, hop=1))
        await _departed(second)
        first_may_answer.set()
        await early
        joined = settled(third.want(row_by_id, dict.fromkeys(keys), {}, hop=1))
        await _departed(third)
        may_answer.set()
        await asyncio.gather(later, joined)

        assert ["flight"] == [record.source for record in third.receipt.records]
    assert "<Flights: 0 under way, 0 of them shared>" == repr(flights)


async def test_requests_that_are_cancelled_leave_nothing(flights: Flights) -> None:
    """After 2,000 of them, sharing calls and not, there is no flight and no task; the last ones were awaited."""
    all_are_under_way = asyncio.Event()

    async def hanging(asked: WireRequest) -> None:
        if ("id", "own1999") in asked.query:
            all_are_under_way.set()
        await asyncio.Event().wait()

    wire = FakeBackend({"GET /rows": hanging})
    before = asyncio.all_tasks()

    async def ask(number: int) -> None:
        async with request(wire, flights=flights, timeout_s=60, time_s=50 + number % 20) as loads:
            await settled(loads.want(row_by_id, dict.fromkeys([f"k{number % 50}", f"own{number}"]), {}, hop=1))

    requests = [asyncio.ensure_future(ask(number)) for number in range(2_000)]
    await all_are_under_way.wait()
    assert len(flights) >= 2_000
    for each in requests:
        each.cancel()
    await asyncio.gather(*requests, return_exceptions=True)

    assert (0, before) == (len(flights), asyncio.all_tasks())
    assert "<Flights: 0 under way, 0 of them shared>" == repr(flights)


async def _departed(loads: Any) -> None:
    """Wait until what *loads* was asked for has left."""
    while loads._open().memo.leaving:
        await loads.passes.start(_nothing())


async def _until(condition: Any) -> None:
    """Wait while tasks that can run make *condition* true."""
    while not condition():
        await asyncio.ensure_future(_nothing())


async def _nothing() -> None: ...


def _sources(loads: Any) -> list[tuple[str, int, int]]:
    return [(record.source, record.keys, record.hop) for record in loads.receipt.records]


class OwnError(BaseException):
    """As libraries have them that want to pass through every `except Exception`."""


@pytest.mark.parametrize("raised", [OwnError, SystemExit])
async def test_what_a_loader_raises_that_is_no_exception_fails_its_keys(raised: type[BaseException]) -> None:
    """Nobody else hears of it: in a task it would end the process."""

    @rows.one(by=Row.id)
    def broken(ids: Keys[str]) -> Call[list[Row]]:
        raise raised

    async with request(FakeBackend({})) as loads:
        values = await outcomes(loads, broken, ["a"])

    assert f"INTERNAL_SERVER_ERROR: the application raised {raised.__name__}, which is no Exception" == str(values["a"])
