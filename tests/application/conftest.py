"""One small graph behind three doors, and Lambda's in each of its four forms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
import strawberry

import gateway
from gateway.application.engine import Engine
from gateway.testing.doors import Door, as_lambda, in_process, over_socket
from gateway.vocabulary.settings import IdentitySettings, Settings


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"

    @strawberry.field
    def viewer(self, info: gateway.Info) -> str | None:
        return info.context.identity.subject

    @strawberry.field
    def language(self, info: gateway.Info) -> str | None:
        return info.context.headers.get("accept-language")

    @strawberry.field
    def secret_header(self, info: gateway.Info) -> str | None:
        return info.context.headers.get("cookie")

    @strawberry.field
    def broken(self) -> str | None:
        raise RuntimeError("the password is hunter2 at http://10.0.0.1")

    @strawberry.field
    async def slow(self) -> str | None:
        await asyncio.Event().wait()


@strawberry.type
class Mutation:
    @strawberry.mutation
    def shout(self, text: str) -> str:
        return text.upper()


GRAPH = gateway.graph(query=Query, mutation=Mutation)

PRODUCTION = Settings(max_body_bytes=2000)
DEVELOPMENT = Settings(mode="development", identity=IdentitySettings(development_header=True))

OpenDoor = Callable[[Engine], AbstractAsyncContextManager[Door]]

DOORS: dict[str, OpenDoor] = {
    "process": in_process,
    "socket": over_socket,
    "http_api": lambda engine: as_lambda(engine, "http_api"),
    "rest_api": lambda engine: as_lambda(engine, "rest_api"),
    "alb": lambda engine: as_lambda(engine, "alb"),
    "function_url": lambda engine: as_lambda(engine, "function_url"),
}


@pytest.fixture(params=DOORS)
async def door(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """A gateway as it is in production."""
    async with DOORS[request.param](Engine(GRAPH, PRODUCTION)) as opened:
        yield opened


@pytest.fixture(params=DOORS)
async def development_door(request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """A gateway as `gateway dev` runs it."""
    async with DOORS[request.param](Engine(GRAPH, DEVELOPMENT)) as opened:
        yield opened
