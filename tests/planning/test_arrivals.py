"""Calls below a list whose objects come from several loaders: as many as a run makes at worst, and no more.

In each run the slow loader answers only when nothing else is under way any more, so that nothing leaves together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
import pytest
import strawberry

import gateway
from gateway import Backend, Call, Keys, by_kind, get, load, object_of, viewer
from gateway.planning.explained import Figure, LoadStep, all_steps
from gateway.testing import FakeBackend, running
from tests.planning.theatre import explanations


class PersonRecord(msgspec.Struct, frozen=True):
    id: str
    boss_id: str


class GuestRecord(PersonRecord, frozen=True):
    pass


class TeamRecord(msgspec.Struct, frozen=True):
    id: str
    lead_id: str


class HitRecord(msgspec.Struct, frozen=True):
    kind: str
    id: str


quick = Backend("quick")
slow = Backend("slow")


@quick.many()
def hits() -> Call[list[HitRecord]]:
    return get("/hits", into=list[HitRecord])


@quick.one(by=PersonRecord.id)
def person_by_id(ids: Keys[str]) -> Call[list[PersonRecord]]:
    return get("/people", id=ids, into=list[PersonRecord])


@quick.many()
def crew() -> Call[list[PersonRecord]]:
    return get("/crew", into=list[PersonRecord])


@slow.one(by=PersonRecord.id)
def guest_by_id(ids: Keys[str]) -> Call[list[PersonRecord]]:
    return get("/guests", id=ids, into=list[PersonRecord])


@slow.one(by=TeamRecord.id)
def team_by_id(ids: Keys[str]) -> Call[list[TeamRecord]]:
    return get("/teams", id=ids, into=list[TeamRecord])


@slow.one(by=PersonRecord.id)
async def stranger_by_id(ids: Keys[str]) -> list[PersonRecord]:
    return []


@strawberry.interface
class Named:
    id: str


@strawberry.interface
class Ranked:
    boss: Person | None


@object_of(PersonRecord)
class Person(Named):
    id: str
    boss: Person | None = load(person_by_id, key=PersonRecord.boss_id)
    viewer: Person | None = load(person_by_id, key=viewer("sub"))


@object_of(TeamRecord)
class Team(Named):
    id: str
    lead: Person | None = load(person_by_id, key=TeamRecord.lead_id)


@object_of(GuestRecord)
class Guest(Named):
    id: str


@object_of(PersonRecord)
class Senior(Ranked):
    boss: Person | None = load(person_by_id, key=PersonRecord.boss_id)

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, PersonRecord) and value.id.startswith("s")


@object_of(PersonRecord)
class Junior(Ranked):
    boss: Person | None = load(person_by_id, key=PersonRecord.boss_id)

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        return isinstance(value, PersonRecord) and not value.id.startswith("s")


Found = Annotated[Person | Team, strawberry.union("Found")]


@object_of(HitRecord)
class Hit:
    person: Person | None = load(by_kind(HitRecord.kind, {"a": person_by_id, "b": guest_by_id}), key=HitRecord.id)
    same: Person | None = load(by_kind(HitRecord.kind, {"a": guest_by_id, "b": guest_by_id}), key=HitRecord.id)
    found: Found | None = load(by_kind(HitRecord.kind, {"a": person_by_id, "b": team_by_id}), key=HitRecord.id)
    named: Named | None = load(by_kind(HitRecord.kind, {"a": person_by_id, "b": team_by_id}), key=HitRecord.id)
    mixed: Found | None = load(
        by_kind(HitRecord.kind, {"a": person_by_id, "b": guest_by_id, "c": team_by_id}), key=HitRecord.id
    )
    ranked: Ranked | None = load(by_kind(HitRecord.kind, {"a": person_by_id, "b": guest_by_id}), key=HitRecord.id)
    strange: Found | None = load(by_kind(HitRecord.kind, {"a": stranger_by_id, "b": team_by_id}), key=HitRecord.id)


@strawberry.type
class Query:
    hits: list[Hit] = load(hits)
    crew: list[Ranked] = load(crew)
    early: Person | None = load(person_by_id, key=viewer("sub"))


graph = gateway.graph(query=Query, types=[Senior, Junior, Guest])

#: Operations, the calls that they make at worst, and those that are answered before the slow one is.
RUNS = {
    "one type": ("{hits {person {boss {boss {id}}}}}", 7, 4),
    "one loader of two kinds": ("{hits {same {boss {boss {id}}}}}", 4, 1),
    "a type for each kind": ("{hits {found {... on Person {boss {id}} ... on Team {lead {boss {id}}}}}}", 6, 3),
    "an interface": ("{hits {named {id ... on Person {boss {boss {id}}} ... on Team {lead {id}}}}}", 6, 4),
    "some kinds with one type": ("{hits {mixed {... on Person {boss {id}} ... on Team {lead {id}}}}}", 7, 3),
    "the same key for all": ("{hits {person {viewer {boss {boss {id}}}}}}", 6, 5),
    "two types that share fields": ("{early {id} crew {... on Ranked {boss {boss {id}}}}}", 5, 3),
}


class Service:
    """Answers every id; what is slow only when *before* calls have been answered."""

    def __init__(self, before: int) -> None:
        self._before = before
        self._answered = 0
        self._may_answer = asyncio.Event()

    def rows(self, make: Callable[[str], object], *, is_slow: bool = False) -> Callable[[Any], Awaitable[list[object]]]:
        async def answer(request: Any) -> list[object]:
            ids = [value for name, value in request.query if name == "id"]
            if is_slow or "v" in ids:
                await self._may_answer.wait()
            self._answered += 1
            if self._answered == self._before:
                self._may_answer.set()
            return [make(each) for each in ids]

        return answer

    def backends(self, rows: list[HitRecord]) -> dict[str, FakeBackend]:
        async def found(request: Any) -> list[HitRecord]:
            await self.rows(person)(request)
            return rows

        async def everyone(request: Any) -> list[PersonRecord]:
            await self.rows(person)(request)
            return [PersonRecord("j", "v"), PersonRecord("s", "x")]

        quickly = {"GET /hits": found, "GET /crew": everyone, "GET /people": self.rows(person)}
        slowly = {
            "GET /guests": self.rows(person, is_slow=True),
            "GET /teams": self.rows(lambda id_: TeamRecord(id_, f"t{id_}"), is_slow=True),
        }
        return {"quick": FakeBackend(quickly), "slow": FakeBackend(slowly)}


def person(id_: str) -> PersonRecord:
    """Whose boss nobody has asked for before."""
    return PersonRecord(id_, f"x{id_}")


@pytest.mark.parametrize(("query", "calls", "before"), RUNS.values(), ids=RUNS)
async def test_calls_are_those_of_a_run_in_which_loaders_answer_apart(query: str, calls: int, before: int) -> None:
    """As many as the plan says, and as the run makes."""
    rows = [HitRecord(kind, kind) for kind in "abc" if kind != "c" or "mixed" in query]

    async with running(graph, **Service(before).backends(rows)) as ask:
        reply = await ask(query, identity="v" if "early" in query else "me")

    assert [] == reply.errors
    assert calls == len(reply.calls)
    assert Figure(calls) == explanations(query, graph).totals.calls


def test_invokes_below_are_counted_as_often() -> None:
    """Though of the loaders above only one is a Lambda function."""
    found = explanations("{hits {person {boss {id}}}}", graph, invoked={"quick": True, "slow": False})

    assert Figure(4) == found.totals.invokes
    assert (
        Figure(1)
        == explanations("{hits {person {boss {id}}}}", graph, invoked={"slow": True, "quick": False}).totals.invokes
    )


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ("{hits {ranked {... on Senior {boss {id}}}}}", Figure(5)),
        ("{hits {ranked {... on Ranked {boss {boss {id}}}}}}", Figure(9)),
        ("{hits {strange {... on Person {boss {id}} ... on Team {lead {id}}}}}", Figure(6, at_least=True)),
    ],
    ids=["a type by its own rule", "several such types", "a loader that awaits by itself"],
)
def test_where_types_cannot_be_told_every_loader_may_give_them(query: str, calls: Figure) -> None:
    """A type that looks at values, and a loader that nobody knows of."""
    assert calls == explanations(query, graph).totals.calls


def test_a_loader_may_give_records_derived_from_its_own() -> None:
    """What it decodes into is known when it is called: its record's type, or one over a class of that."""
    (told,) = explanations("{hits {named {id}}}", graph).each
    named = next(step for step in all_steps(told.steps) if isinstance(step, LoadStep) and len(step.loaders) > 1)

    assert [{"Person", "Guest"}, {"Team"}] == [set(loader.types or ()) for loader in named.loaders]


def test_one_parent_has_one_kind() -> None:
    """What a single reference leads to comes at once."""
    assert Figure(2) == explanations("{early {boss {id}}}", graph).totals.calls
