"""Identical queries in flight: who may see the same gets the same answer, from one run."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from typing import Annotated, Any

import msgspec
import pytest
import strawberry
from strawberry.scalars import JSON

import gateway
from gateway import Backend, Call, Info, Keys, get, load, object_of, viewer
from gateway.application.engine import Answer, Engine, Viewer
from gateway.backends.wire import WireResponse
from gateway.http.request import GraphQLRequest
from gateway.testing import FakeBackend
from gateway.vocabulary.identity import Identity
from gateway.vocabulary.settings import Settings


class Row(msgspec.Struct, frozen=True):
    id: int
    owner: str


open_rows = Backend("open")
own_rows = Backend("own", identity=("sub",))
secret_rows = Backend("secret", forward=("authorization",))


@open_rows.many()
def rows(*, number: int = 0) -> Call[list[Row]]:
    return get("/rows", number=number, into=list[Row])


@open_rows.one(by=Row.id)
def row_by_id(ids: Keys[int]) -> Call[list[Row]]:
    return get("/row", id=ids, into=list[Row])


@open_rows.one(by=Row.owner)
def row_by_owner(owners: Keys[str]) -> Call[list[Row]]:
    return get("/owned", owner=owners, into=list[Row])


@open_rows.many()
def rows_like(*, like: JSON) -> Call[list[Row]]:
    return get("/alike", like=str(like), into=list[Row])


@own_rows.many()
def mine() -> Call[list[Row]]:
    return get("/mine", into=list[Row])


@secret_rows.many()
def secrets() -> Call[list[Row]]:
    return get("/secrets", into=list[Row])


@object_of(Row, name="Row")
class RowType:
    id: int
    again: RowType | None = load(row_by_id, key=Row.id)


@object_of(Row)
class Chosen:
    id: int

    @classmethod
    def is_type_of(cls, _value: object, info: Any) -> bool:
        return info.context.request_id == "admin"


@strawberry.type
class Query:
    chosen: list[Chosen] | None = load(rows)
    either: list[Annotated[Chosen | RowType, strawberry.union("Either")]] = load(rows)
    rows: list[RowType] = load(rows)
    alike: list[RowType] = load(rows_like)
    mine: list[RowType] = load(mine)
    secrets: list[RowType] = load(secrets)
    owned: RowType | None = load(row_by_owner, key=viewer("sub"))

    @strawberry.field
    def asked_by(self, info: Info) -> str:
        return info.context.request_id


GRAPH = gateway.graph(query=Query)
ROWS = [{"id": 1, "owner": "ada"}, {"id": 2, "owner": "alan"}]


class Gated:
    """Backends that hold every call until `gate` opens; they say who asked and how often."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.arrived = asyncio.Semaphore(0)
        self.failing = False
        self.slow, self.later = "", asyncio.Event()
        self.cancelled = 0
        self.calls: Counter[str] = Counter()
        routes = {f"GET {path}": self._answer for path in ("/rows", "/row", "/owned", "/alike", "/mine", "/secrets")}
        self.backend = FakeBackend(routes)
        self.engine = Engine(
            GRAPH,
            Settings(mode="development", forward_headers=("authorization",)),
            wires=dict.fromkeys(("open", "own", "secret"), self.backend),
        )

    async def _answer(self, request: Any) -> Any:
        self.calls[request.path] += 1
        self.arrived.release()
        try:
            await self.gate.wait()
            if request.path == self.slow:
                await self.later.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return WireResponse(500, {}, b"broken") if self.failing else ROWS

    async def reached(self, count: int) -> None:
        """Wait for so many calls more."""
        async with asyncio.timeout(5):
            for _ in range(count):
                await self.arrived.acquire()

    def ask(self, query: str, who: Viewer | str = "anybody", **variables: Any) -> asyncio.Task[Answer]:
        viewer = Viewer(who, 30) if isinstance(who, str) else who
        return asyncio.ensure_future(self.engine.execute(GraphQLRequest(query, variables=variables or None), viewer))


@pytest.fixture
async def gated():
    gated = Gated()
    yield gated
    await gated.engine.close()


def identified(name: str) -> Viewer:
    return Viewer(f"of {name}", 30, Identity.from_claims({"sub": name}))


async def _turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


QUERY = "{rows {id again {id}}}"
WHOLE = {"data": {"rows": [{"id": 1, "again": {"id": 1}}, {"id": 2, "again": {"id": 2}}]}}


async def test_identical_queries_run_once(gated: Gated) -> None:
    """All get the whole answer; one of them made the calls, the others' receipts say that they joined these."""
    first = gated.ask(QUERY, "first")
    await gated.reached(1)
    others = [gated.ask(QUERY, f"other {number}") for number in range(3)]
    await _turns()
    gated.gate.set()
    answers = await asyncio.gather(first, *others)

    assert [WHOLE] * 4 == [answer.result for answer in answers]
    assert {"/rows": 1, "/row": 1} == gated.calls
    assert [(2, 2), (0, 2), (0, 2), (0, 2)] == [(answer.receipt.calls, answer.receipt.hops) for answer in answers]
    assert {("rows", "flight", 1), ("row_by_id", "flight", 2)} == {
        (record.loader, record.source, record.hop) for record in answers[1].receipt.records
    }
    assert len({id(answer.shared_body) for answer in answers}) == 1


async def test_what_is_changed_of_one_answer_does_not_show_in_another(gated: Gated) -> None:
    """The response map is each request's own: an extension of one is none of the other."""
    first, second = gated.ask(QUERY), gated.ask(QUERY)
    gated.gate.set()
    one, other = await asyncio.gather(first, second)
    one.result["extensions"] = {"hops": {}}

    assert WHOLE == other.result


async def test_other_variables_are_another_run(gated: Gated) -> None:
    """Nothing but the same operation with the same values is the same; a default is a value as if it were sent."""
    query = "query Q($n: Int! = 7) {rows(number: $n) {id}}"
    asked = [gated.ask(query, n=n) for n in (1, 2, 1)] + [gated.ask(query), gated.ask(query, n=7)]
    await _turns()
    gated.gate.set()
    await asyncio.gather(*asked)

    assert 3 == gated.calls["/rows"]


async def test_values_that_python_takes_for_equal_are_other_variables(gated: Gated) -> None:
    """1, true and 1.0 are three values where a scalar takes them all: each is a run and a call of its own."""
    query = "query Q($like: JSON!) {alike(like: $like) {id}}"
    asked = [gated.ask(query, like=like) for like in (1, True, 1.0, True)]
    await _turns()
    gated.gate.set()
    answers = await asyncio.gather(*asked)

    assert 3 == gated.calls["/alike"]
    assert [False, True, False, True] == [answer.shared_body is not None for answer in answers]


async def test_viewers_whom_a_backend_tells_apart_do_not_share(gated: Gated) -> None:
    """A backend that is told who asks answers each of them; the same viewer twice is one run."""
    asked = [gated.ask("{mine {id}}", identified(name)) for name in ("ada", "alan", "ada")]
    await gated.reached(2)
    gated.gate.set()
    await asyncio.gather(*asked)

    assert 2 == gated.calls["/mine"]


async def test_viewers_whose_claims_are_keys_do_not_share(gated: Gated) -> None:
    """The backend is told nothing, but the key comes from the viewer: each gets the row of their own."""
    asked = [gated.ask("{owned {id}}", identified(name)) for name in ("ada", "alan", "ada")]
    await _turns()
    gated.gate.set()
    answers = await asyncio.gather(*asked)

    assert [1, 2, 1] == [answer.result["data"]["owned"]["id"] for answer in answers]


async def test_a_credential_that_is_passed_on_shares_nothing(gated: Gated) -> None:
    """As with flights: who sends a credential along is answered alone, even by the same credential."""
    who = Viewer("r", 30, headers={"authorization": "Bearer t"})
    asked = [gated.ask("{secrets {id}}", who) for _ in range(2)]
    await gated.reached(2)
    gated.gate.set()
    await asyncio.gather(*asked)

    assert 2 == gated.calls["/secrets"]


async def test_code_of_the_application_runs_for_each(gated: Gated) -> None:
    """A resolver may say something else to everybody: only the calls are shared."""
    asked = [gated.ask("{rows {id} askedBy}", name) for name in ("a", "b")]
    await _turns()
    gated.gate.set()
    answers = await asyncio.gather(*asked)

    assert ["a", "b"] == [answer.result["data"]["askedBy"] for answer in answers]
    assert 1 == gated.calls["/rows"]


async def test_a_run_whose_first_call_is_over_takes_nobody(gated: Gated) -> None:
    """What a later request gets was asked for no earlier than a call that it could have joined."""
    first = gated.ask(QUERY)
    await gated.reached(1)
    gated.gate.set()
    await gated.reached(1)
    gated.gate.clear()
    late = gated.ask(QUERY)
    await _turns()
    gated.gate.set()
    answers = await asyncio.gather(first, late)

    assert [WHOLE] * 2 == [answer.result for answer in answers]
    assert 2 == gated.calls["/rows"]


async def test_failures_are_each_request_s_own(gated: Gated) -> None:
    """Who joined a run that fails runs as well, and reports the error under its own request id."""
    gated.failing = True
    asked = [gated.ask(QUERY, name) for name in ("a", "b", "c")]
    await gated.reached(1)
    gated.gate.set()
    answers = await asyncio.gather(*asked)

    assert [None] * 3 == [answer.result["data"] for answer in answers]
    assert ["BACKEND_FAILED"] * 3 == [answer.result["errors"][0]["extensions"]["code"] for answer in answers]
    assert [None] * 3 == [answer.shared_body for answer in answers]


async def test_a_cancelled_request_leaves_its_calls_to_the_others(gated: Gated) -> None:
    """Those who wait go on by themselves, with the call that is under way already."""
    first = gated.ask(QUERY)
    await gated.reached(1)
    others = [gated.ask(QUERY) for _ in range(2)]
    await _turns()
    first.cancel()
    await _turns()
    gated.gate.set()
    answers = await asyncio.gather(*others)

    assert [WHOLE] * 2 == [answer.result for answer in answers]
    assert {"/rows": 1, "/row": 1} == gated.calls


async def test_a_cancelled_request_leaves_its_exception_to_nobody(gated: Gated) -> None:
    """Whatever runs while it ends, and later, handles no exception: a compiled coroutine would leave its own there."""
    first = gated.ask(QUERY)
    await gated.reached(1)
    first.cancel()
    handled = set()
    while not first.done():
        await asyncio.sleep(0)
        handled.add(sys.exc_info()[0])

    assert {None} == handled


async def test_when_all_have_left_nothing_goes_on(gated: Gated) -> None:
    """The call is cancelled with the last who waited for it."""
    asked = [gated.ask(QUERY) for _ in range(3)]
    await gated.reached(1)
    for task in asked:
        task.cancel()
        await _turns()
    await asyncio.gather(*asked, return_exceptions=True)

    assert 1 == gated.cancelled
    assert 0 == len(gated.engine.flights)
    assert "<SharedRuns: 0 under way>" == repr(gated.engine.runner.shared_runs)


async def test_who_has_more_time_than_the_calls_under_way_runs(gated: Gated) -> None:
    """The deadline of the first cuts its call short: who joined it would fail with it, long before its own time."""
    first = gated.ask(QUERY, Viewer("hurried", 0.1))
    await gated.reached(1)
    second = gated.ask(QUERY)
    await gated.reached(1)
    gated.gate.set()

    assert [WHOLE, WHOLE] == [(await first).result, (await second).result]


async def test_who_has_less_time_runs_and_keeps_what_it_knows(gated: Gated) -> None:
    """At its own deadline it has what came until then, and the run goes on for the other."""
    query, who = "{rows {id} owned {id}}", identified("ada")
    gated.slow = "/owned"
    first = gated.ask(query, who)
    await gated.reached(2)
    hurried = gated.ask(query, Viewer("hurried", 0.3, who.identity))
    await _turns()
    gated.gate.set()
    came = (await hurried).result
    gated.later.set()

    assert {"rows": [{"id": 1}, {"id": 2}], "owned": None} == came["data"]
    assert ["DEADLINE_EXCEEDED"] == [error["extensions"]["code"] for error in came["errors"]]
    assert "errors" not in (await first).result


async def test_a_failing_query_costs_those_who_waited_one_run_more(gated: Gated) -> None:
    """They run at the same time, not one after another."""
    gated.failing = True
    asked = [gated.ask(QUERY, f"r{number}") for number in range(10)]
    await gated.reached(1)
    gated.gate.set()
    gated.gate.clear()
    await gated.reached(1)
    await _turns()
    gated.gate.set()
    await asyncio.gather(*asked)

    assert 2 == gated.calls["/rows"]


async def test_a_request_with_less_time_in_all_leads_nobody(gated: Gated) -> None:
    """Who sends a query with a short time makes no other wait for a run that cannot end well."""
    hurried = gated.ask(QUERY, Viewer("hurried", 20))
    await gated.reached(1)
    other = gated.ask(QUERY)
    await _turns()
    gated.gate.set()
    answers = await asyncio.gather(hurried, other)

    assert [None, None] == [answer.shared_body for answer in answers]


async def test_types_that_look_at_the_request_share_nothing(gated: Gated) -> None:
    """A type's own `is_type_of` may say something else to each viewer."""
    query = "{chosen {id}}"
    asked = [gated.ask(query, name) for name in ("admin", "joe")]
    await _turns()
    gated.gate.set()
    answers = await asyncio.gather(*asked)

    assert [0, 1] == [len(answer.result.get("errors", [])) for answer in answers]


async def test_abstract_types_share_nothing(gated: Gated) -> None:
    """One of the possible types may look at the request: each viewer gets the types that it says."""
    query = "{either {__typename}}"
    asked = [gated.ask(query, name) for name in ("admin", "joe")]
    await _turns()
    gated.gate.set()
    answers = await asyncio.gather(*asked)

    typed = [{"either": [{"__typename": name}] * len(ROWS)} for name in ("Chosen", "Row")]
    assert typed == [answer.result["data"] for answer in answers]
