"""A service that dies while the gateway runs, and comes back: partial answers meanwhile, no restart afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import schema
from gateway.application.engine import Answer, Engine, Viewer
from gateway.http.request import GraphQLRequest
from gateway.testing.processes import service, start_service
from tests.cli.processes import descendants
from tests.e2e.reference import platform, settings_for

QUERY = "{courses(first: 3) {edges {node {title lectures {title} instructor {name}}}}}"
ONLY_USERS = '{user(id: "VXNlcjp1MQ==") {name} courses(first: 1) {edges {node {title}}}}'
TIMEOUT_S = 2.0


async def ask(engine: Engine, query: str) -> Answer:
    return await engine.execute(GraphQLRequest(query=query), Viewer("faults", TIMEOUT_S))


async def test_a_dead_service_costs_its_own_fields_and_no_restart() -> None:
    """The dead service's fields become errors within the deadline, the rest is answered; it recovers within 5 s."""
    async with service(["-m", "services.catalogue", "--port", "0"]) as catalogue:
        users = await start_service(["-m", "services.users", "--port", "0"])
        engine = Engine(schema.graph, settings_for(users.address, catalogue.address))
        before = await ask(engine, ONLY_USERS)
        assert "errors" not in before.result

        await users.kill()
        asked_s = time.monotonic()
        during = await ask(engine, ONLY_USERS)
        waited_s = time.monotonic() - asked_s
        nested = await ask(engine, QUERY)

        assert waited_s < TIMEOUT_S + 0.5
        assert before.result["data"]["courses"] == during.result["data"]["courses"]
        assert during.result["data"]["user"] is None
        (error,) = during.result["errors"]
        assert (["user"], "BACKEND_UNREACHABLE") == (error["path"], error["extensions"]["code"])
        assert "A service this field needs is not available." == error["message"]
        assert {"BACKEND_UNREACHABLE"} == {error["extensions"]["code"] for error in nested.result["errors"]}
        courses = [edge["node"] for edge in nested.result["data"]["courses"]["edges"]]
        assert [None] * 3 == [course["instructor"] for course in courses]
        assert all(course["title"] and course["lectures"] for course in courses)

        revived = await start_service(["-m", "services.users", "--port", str(users.port)])
        try:
            async with asyncio.timeout(5):
                while "errors" in (after := await ask(engine, ONLY_USERS)).result:
                    await asyncio.sleep(0.05)
        finally:
            await revived.stop()
            await engine.close()

        assert before.result == after.result


async def test_a_service_that_does_not_answer_is_given_up_at_the_deadline() -> None:
    """A service that accepts and stays silent costs no more than the request's deadline; the error says so."""

    async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(stay_silent, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with silent, service(["-m", "services.catalogue", "--port", "0"]) as catalogue:
        engine = Engine(schema.graph, settings_for(f"http://127.0.0.1:{port}", catalogue.address))
        request = GraphQLRequest(query=ONLY_USERS)

        asked_s = time.monotonic()
        answer = await engine.execute(request, Viewer("faults", 0.3))
        waited_s = time.monotonic() - asked_s
        await engine.close()

    assert 0.3 <= waited_s < 1.0
    assert answer.result["data"]["courses"]["edges"]
    (error,) = answer.result["errors"]
    assert (["user"], "DEADLINE_EXCEEDED") == (error["path"], error["extensions"]["code"])


async def test_a_killed_lambda_worker_is_replaced(tmp_path: Path) -> None:
    """A function whose process is gone answers again from a new one, within 5 s, without a restart of anything."""
    async with platform("lambda", tmp_path) as learning:
        before = await learning.data(ONLY_USERS)

        workers = {pid for pid in descendants(os.getpid()) if b"services.users" in command_line(pid)}
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        async with asyncio.timeout(5):
            while "errors" in (after := await learning.ask(ONLY_USERS)).result:
                await asyncio.sleep(0.05)

    assert workers
    assert before == after.result["data"]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
