"""A graph with every kind of step: all loads, guards, opaque loaders, resolvers, and types that share fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import strawberry
from strawberry import relay
from strawberry.permission import BasePermission

import gateway
from gateway import Backend, Call, Keys, arg, batched, by_kind, get, load, object_of, type_of_id, viewer
from gateway.admission.documents import Documents
from gateway.declare.graph import Graph
from gateway.operations.plan import Plan
from gateway.planning.combinations import Explanations, explain_all
from gateway.planning.conditions import Conditions, conditions_of
from gateway.planning.fallback import Fallback
from gateway.planning.store import PreparedOperation
from gateway.vocabulary.settings import LimitSettings


class HouseRecord(msgspec.Struct, frozen=True):
    name: str


class PlayRecord(msgspec.Struct, frozen=True):
    id: str
    title: str
    director_id: str
    house: HouseRecord


class PersonRecord(msgspec.Struct, frozen=True):
    id: str
    name: str
    house: HouseRecord


class HitRecord(msgspec.Struct, frozen=True):
    person_id: str
    kind: str
    id: str


class ReviewRecord(msgspec.Struct, frozen=True):
    play_id: str
    author_id: str


plays = Backend("plays")
people = Backend("people")


@plays.one(by=PlayRecord.id, max_batch=20)
def play_by_id(ids: Keys[str]) -> Call[list[PlayRecord]]:
    return get("/plays", id=ids, into=list[PlayRecord])


@plays.many()
def season(*, year: int = 2026, text: str = "") -> Call[list[PlayRecord]]:
    return get("/season", year=year, text=text, into=list[PlayRecord])


@people.one(by=PersonRecord.id)
def person_by_id(ids: Keys[str]) -> Call[list[PersonRecord]]:
    return get("/people", id=ids, into=list[PersonRecord])


@plays.many(by=HitRecord.person_id)
def hits_of(ids: Keys[str]) -> Call[list[HitRecord]]:
    return get("/hits", id=ids, into=list[HitRecord])


@plays.many(by=ReviewRecord.play_id)
async def reviews_of(ids: Keys[str]) -> list[ReviewRecord]:
    return []


class IsStaff(BasePermission):
    message = "staff only"

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        return True


@batched
async def seats(parents: list[PlayRecord]) -> list[int | Exception]:
    return [7 for _ in parents]


@object_of(HouseRecord)
class House:
    name: str


@object_of(ReviewRecord)
class Review:
    author: Person | None = load(person_by_id, key=ReviewRecord.author_id)


@strawberry.interface
class Housed:
    house: House
    found: list[Item]


@object_of(PersonRecord)
class Person(relay.Node, Housed):
    id: relay.NodeID[str]
    name: str
    house: House
    found: list[Item] = load(hits_of, key=PersonRecord.id)


@object_of(PlayRecord)
class Play(relay.Node, Housed):
    id: relay.NodeID[str]
    title: str
    house: House
    found: list[Item] = load(hits_of, key=PlayRecord.id)
    director: Person | None = load(person_by_id, key=PlayRecord.director_id)
    pay: Person | None = load(person_by_id, key=PlayRecord.director_id, permission_classes=[IsStaff])
    viewer: Person | None = load(person_by_id, key=viewer("sub"))
    reviews: list[Review] = load(reviews_of, key=PlayRecord.id)
    seats: int = seats

    @strawberry.field
    def shout(self) -> str:
        return self.title.upper()

    @strawberry.field
    async def twin(self) -> Play | None:
        return None


@object_of(HitRecord)
class Item:
    what: Annotated[Play | Person, strawberry.union("What")] | None = load(
        by_kind(HitRecord.kind, {"play": play_by_id, "person": person_by_id}), key=HitRecord.id
    )


@strawberry.type
class Query:
    play: Play | None = load(play_by_id, key=arg("id", relay.GlobalID))
    season: list[Play] = load(season)
    node: relay.Node | None = load(
        by_kind(type_of_id("id"), {"Play": play_by_id, "Person": person_by_id}), key=arg("id", relay.GlobalID)
    )


@strawberry.type
class Mutation:
    first: Play | None = load(play_by_id, key=arg("id", relay.GlobalID))
    second: Play | None = load(play_by_id, key=arg("id", relay.GlobalID))

    @strawberry.mutation
    async def change(self) -> Play | None:
        return None


graph = gateway.graph(query=Query, mutation=Mutation)


def prepared(text: str, over: Graph = graph, **chosen: bool) -> tuple[PreparedOperation, Conditions]:
    """The only operation in *text*, and the combinations of its conditions that nobody has chosen."""
    document = Documents(over.schema, LimitSettings(max_depth=100)).get(text)
    assert not document.errors, document.errors
    assert document.ast is not None
    operation = document.operation(None)
    return (
        PreparedOperation(over, document.ast, operation, document.fragments),
        conditions_of(document.ast, operation, chosen),
    )


def plan(text: str) -> Plan:
    """The plan of an operation without conditions."""
    operation, conditions = prepared(text)
    (values,) = conditions.combinations
    found = operation.plan_for(values)
    assert not isinstance(found, Fallback)
    return found.plan


def explanations(
    text: str, over: Graph = graph, *, invoked: Mapping[str, bool] | None = None, **chosen: bool
) -> Explanations:
    """What the operation costs under each combination of its conditions."""
    found = explain_all(*prepared(text, over, **chosen), invoked=invoked)
    assert isinstance(found, Explanations)
    return found
