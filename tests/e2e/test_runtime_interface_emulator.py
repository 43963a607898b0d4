"""The gateway as AWS runs it: its handler in awslambdaric, under AWS's own Runtime Interface Emulator."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

import schema
from gateway.cli.ports import free_port
from gateway.testing.doors import Received, received_from
from gateway.testing.lambda_events import EventKind, lambda_event
from gateway.testing.processes import listening, service
from tests.e2e import join
from tests.e2e.reference import OPERATIONS, ROOT

EMULATOR = ROOT / ".tools" / "aws-sam-cli" / "samcli" / "local" / "rapid" / "aws-lambda-rie-x86_64"
HEADERS = {"content-type": "application/json", "accept": "application/graphql-response+json"}


@pytest.fixture
async def function(tmp_path: Path) -> AsyncIterator[str]:
    """The address at which the emulator takes invocations of `gateway.aws_lambda.handler`."""
    async with (
        service(["-m", "services.users", "--port", "0"]) as users,
        service(["-m", "services.catalogue", "--port", "0"]) as catalogue,
    ):
        # The other backends need an address too; nothing here asks them.
        addresses = dict.fromkeys(schema.graph.backends, "http://127.0.0.1:9")
        addresses |= {"users": users.address, "catalogue": catalogue.address}
        settings = {f"GATEWAY_BACKENDS__{name.upper()}": address for name, address in addresses.items()}
        async with emulated({**settings, "GATEWAY_GRAPH": "schema:graph"}, tmp_path / "emulator.log") as address:
            yield address


@asynccontextmanager
async def emulated(environment: Mapping[str, str], log: Path) -> AsyncIterator[str]:
    """The emulator around the gateway's handler; its output goes to *log*."""
    interface, runtime = free_port(), free_port()
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            EMULATOR,
            "--runtime-interface-emulator-address",
            f"127.0.0.1:{interface}",
            "--runtime-api-address",
            f"127.0.0.1:{runtime}",
            sys.executable,
            "-m",
            "awslambdaric",
            "gateway.aws_lambda.handler",
            cwd=ROOT,
            env={**os.environ, "AWS_LAMBDA_FUNCTION_TIMEOUT": "20", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"}
            | dict(environment),
            stdout=output,
            stderr=output,
        )
        try:
            await listening(interface)
            yield f"http://127.0.0.1:{interface}/2015-03-31/functions/function/invocations"
        finally:
            process.terminate()
            await process.wait()


async def invoke(address: str, kind: EventKind, query: str, **variables: object) -> Received:
    body = json.dumps({"query": query, "variables": variables}).encode()
    event = lambda_event(kind, "POST", "/graphql", HEADERS, body, claims={"sub": "u1"})
    async with httpx.AsyncClient(timeout=20) as client:
        return received_from((await client.post(address, json=event)).json())


@pytest.mark.skipif(not EMULATOR.exists(), reason="`make test` installs the emulator")
async def test_the_gateway_answers_as_a_lambda_function(function: str) -> None:
    """Cold and warm, behind every kind of front, the function answers as the server does."""
    query = (OPERATIONS / "course_catalogue.graphql").read_text()
    kinds: list[EventKind] = ["http_api", "rest_api", "alb", "function_url"]

    answers = [await invoke(function, kind, query) for kind in kinds]

    assert [200] * 4 == [answer.status for answer in answers]
    expected = {"data": join.unordered(join.course_catalogue(12))}
    assert [expected] * 4 == [join.unordered(answer.json()) for answer in answers]


@pytest.mark.skipif(not EMULATOR.exists(), reason="`make test` installs the emulator")
async def test_the_authorizers_claims_reach_the_function(function: str) -> None:
    """`me` is who API Gateway's authorizer says."""
    answer = await invoke(function, "http_api", "{me {name}}")

    assert {"data": {"me": {"name": join.USERS["u1"]["name"]}}} == answer.json()
