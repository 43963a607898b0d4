"""The same operation by a plan and by graphql-core, for what differs between them."""

from __future__ import annotations

from typing import Any

from gateway import Graph
from gateway.testing.fake_backend import FakeBackend
from gateway.testing.run import running
from gateway.vocabulary.settings import Settings
from tests.declare.library import AUTHORS, BOOKS
from tests.execution.agreeing import PLANNED, REFERENCE

#: Enough for what comes, and soon over for what does not.
TIME_S = 0.25


class Log(list[str]):
    """What ran, in order; the engine's own."""


#: Data, the paths of errors in their order, and what ran.
Told = tuple[Any, list[list[str | int]], list[str]]


async def told(built: Graph, query: str, settings: Settings, times: int = 1) -> Told:
    """Data, the paths of errors in their order, and what ran; of the last time of asking."""
    fakes = {"books": {"GET /books": BOOKS}, "people": {"GET /authors": AUTHORS}}
    log = Log()
    backends = {name: FakeBackend(fakes[name]) for name in built.backends}
    async with running(built, settings=settings, app=log, **backends) as ask:
        for _ in range(times):
            log.clear()
            reply = await ask(query, time_s=TIME_S)
    return reply.data, [error["path"] for error in reply.errors], list(log)


async def both(built: Graph, query: str, times: int = 1) -> tuple[Told, Told]:
    """The same of a plan and of graphql-core; their data are equal."""
    planned, reference = await told(built, query, PLANNED, times), await told(built, query, REFERENCE, times)
    assert planned[0] == reference[0]
    return planned, reference
