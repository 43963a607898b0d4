"""A client's query after its own mutation: it sees the change, whoever else is asking the same at that time."""

import asyncio
from typing import Any

import msgspec
import strawberry

from gateway import Backend, Call, Info, Keys, arg, get, graph, load, object_of, patch
from gateway.testing import FakeBackend, running

things = Backend("things")


class ThingRecord(msgspec.Struct, frozen=True):
    id: str
    text: str


@things.one(by=ThingRecord.id)
def thing_by_id(ids: Keys[str]) -> Call[list[ThingRecord]]:
    return get("/things", id=ids, into=list[ThingRecord])


@things.write(invalidates=[thing_by_id])
def rename(thing_id: str, *, text: str) -> Call[ThingRecord]:
    return patch("/things/{id}", id=thing_id, json={"text": text}, into=ThingRecord)


@object_of(ThingRecord)
class Thing:
    text: str


@strawberry.type
class Query:
    thing: Thing | None = load(thing_by_id, key=arg("id", str))


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def rename(self, info: Info, text: str) -> str:
        return (await rename.send(info.context, "t", text=text)).text


async def test_a_client_sees_its_own_change():
    """Also where an identical query, whose whole answer it could be given, was under way before."""
    text, may_answer, under_way = "old", asyncio.Event(), asyncio.Event()

    async def read(_: Any) -> list[ThingRecord]:
        found = [ThingRecord("t", text)]
        under_way.set()
        if text == "old":
            await may_answer.wait()
        return found

    def change(_: Any) -> ThingRecord:
        nonlocal text
        text = "new"
        return ThingRecord("t", text)

    backend = FakeBackend({"GET /things": read, "PATCH /things/{id}": change})
    async with running(graph(query=Query, mutation=Mutation), things=backend) as ask:
        before = asyncio.create_task(ask.data('{thing(id: "t") {text}}', time_s=20))
        await under_way.wait()
        await ask.data('mutation {rename(text: "new")}')
        mine = await asyncio.wait_for(ask.data('{thing(id: "t") {text}}', time_s=20), 2)
        may_answer.set()

        assert ({"thing": {"text": "new"}}, {"thing": {"text": "old"}}) == (mine, await before)
