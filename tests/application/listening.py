"""A graph to listen to, whose sources a test leads by the hand, and a client that reads events as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import strawberry
from strawberry.scalars import JSON

import gateway
from gateway import Info
from gateway.testing import FakeBackend


class Row(msgspec.Struct, frozen=True):
    id: str
    name: str = "x"


rows = gateway.Backend("rows", identity=("sub",))


@rows.one(by=Row.id)
def row_by_id(ids: gateway.Keys[str]) -> gateway.Call[list[Row]]:
    return gateway.get("/rows", id=ids, into=list[Row])


@gateway.object_of(Row, name="Row")
class RowType:
    id: str
    name: str


class Said(msgspec.Struct, frozen=True):
    """One event: what was said, and the row that belongs to it."""

    text: str
    row_id: str = "r1"


@gateway.object_of(Said, name="Said")
class SaidType:
    text: str
    row: RowType = gateway.load(row_by_id, key=Said.row_id)

    @strawberry.field
    async def stuck(self) -> str | None:
        await asyncio.Event().wait()
        return None

    @strawberry.field
    def unsendable(self) -> JSON | None:
        return {"a": object()}  # type: ignore[return-value]  # what a resolver should not give

    @strawberry.field
    async def viewer(self, info: Info) -> str | None:
        return info.context.identity.subject


@dataclass
class Stage:
    """What is said, and how the sources are: the application's object."""

    words: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    listening: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    listeners: int = 0
    made: int = 0


async def words_of(stage: Stage) -> AsyncGenerator[str, None]:
    """What is said, until `.`; `!` is a failure, `?` the source's own cancellation, `#` the end of the process."""
    try:
        stage.listeners += 1
        stage.listening.set()
        while (word := await stage.words.get()) != ".":
            if word == "!":
                raise RuntimeError("the password is hunter2")
            if word == "?":
                raise asyncio.CancelledError
            if word == "#":
                raise SystemExit(3)
            yield word
    finally:
        stage.ended.set()


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "hello"


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def say(self, info: Info, text: str) -> str:
        await info.context.app.words.put(text)
        return text


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def said(self, info: Info) -> AsyncGenerator[SaidType, None]:
        async for word in words_of(info.context.app):
            yield Said(word)  # type: ignore[misc]  # the record that the type is of

    @strawberry.subscription
    async def looked_up(self, info: Info, together: bool = False) -> AsyncGenerator[str, None]:
        """Loads the same row for each word."""
        async for _ in words_of(info.context.app):
            asked = [row_by_id.load(info.context, "r1") for _ in range(2 if together else 1)]
            yield ",".join(row.name for row in await asyncio.gather(*asked) if row is not None)

    @strawberry.subscription
    async def several(self, info: Info) -> AsyncGenerator[str, None]:
        """Loads rows of which one does not exist."""
        async for _ in words_of(info.context.app):
            found = await row_by_id.load_many(info.context, ["r1", "r2"])
            yield ",".join(row.name if isinstance(row, Row) else "nobody" for row in found)

    @strawberry.subscription
    async def impatient(self, info: Info) -> AsyncGenerator[str, None]:
        """Waits for a row no longer than a moment."""
        async for _ in words_of(info.context.app):
            try:
                yield (await asyncio.wait_for(row_by_id.load(info.context, "r1"), 0.05)).name
            except TimeoutError:
                yield "not yet"

    @strawberry.subscription
    async def grouped(self, info: Info) -> AsyncGenerator[str, None]:
        """Holds a group of tasks open from event to event."""
        stage, heard = info.context.app, asyncio.Queue[str]()

        async def hear() -> None:
            async for word in words_of(stage):
                await heard.put(word)

        async with asyncio.TaskGroup() as group:
            task = group.create_task(hear())
            yield await heard.get()
            yield await heard.get()
            task.cancel()

    @strawberry.subscription
    async def flood(self, info: Info) -> AsyncGenerator[str, None]:
        """Never waits."""
        try:
            while True:
                info.context.app.made += 1
                yield "x" * 1000
        finally:
            info.context.app.ended.set()

    @strawberry.subscription
    async def seconds_left(self, info: Info) -> AsyncGenerator[float, None]:
        yield info.context.deadline.remaining_s()

    @strawberry.subscription
    async def unopened(self, info: Info) -> AsyncGenerator[str, None]:
        """Finds out for ever whether it may begin."""
        await asyncio.Event().wait()
        return words_of(info.context.app)


GRAPH = gateway.graph(query=Query, mutation=Mutation, subscription=Subscription)
STREAM = {"content-type": "application/json", "accept": "text/event-stream"}


def fake_rows() -> FakeBackend:
    return FakeBackend({"GET /rows": [{"id": "r1", "name": "Ada"}]})


@dataclass
class Events:
    """A stream as its client reads it."""

    response: httpx.Response
    comments: int = 0

    def __post_init__(self) -> None:
        self._lines = self.response.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        """The name and the decoded data of the next event; `("", None)` at the end."""
        name, data = "", ""
        async with asyncio.timeout(10):
            async for line in self._lines:
                if line.startswith(":"):
                    self.comments += 1
                elif line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data:"):
                    data = line.removeprefix("data:").strip()
                elif name:
                    return name, msgspec.json.decode(data) if data else None
        return "", None

    async def comment(self) -> None:
        """Wait for a comment more."""
        async with asyncio.timeout(10):
            async for line in self._lines:
                assert line in {":", ""}, line
                if line:
                    self.comments += 1
                    return

    async def rest(self) -> list[tuple[str, Any]]:
        """Every event until the stream ends."""
        events = []
        while (event := await self.next())[0]:
            events.append(event)
        return events


@asynccontextmanager
async def listening(
    url: str, query: str, headers: Mapping[str, str] | None = None, *, variables: Mapping[str, object] | None = None
) -> AsyncIterator[Events]:
    """The events of *query*; leaving the block closes the connection."""
    body = {"query": query, "variables": variables or {}}
    async with (
        httpx.AsyncClient(timeout=20) as client,
        client.stream("POST", f"{url}/graphql", json=body, headers={**STREAM, **(headers or {})}) as response,
    ):
        yield Events(response)
