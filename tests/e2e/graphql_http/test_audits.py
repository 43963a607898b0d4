"""The GraphQL Foundation's audits of GraphQL over HTTP (npm `graphql-http`), all levels, over a socket and on Lambda.

Some audits ask `__type`, and three send a GET with nothing that makes a browser ask first. Where production refuses
these, that is what they report, and nothing else.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.application.engine import Engine
from gateway.cli.ports import free_port
from gateway.testing.doors import over_socket
from gateway.testing.lambda_events import EventKind
from gateway.testing.processes import listening
from gateway.vocabulary.settings import Settings
from tests.application.conftest import GRAPH
from tests.cli.processes import ROOT, gateway
from tests.e2e.graphql_http.bridge import bridge

HERE = Path(__file__).parent
COUNT = 61
PREFLIGHT = "gateway-preflight=1"

SIMPLE_GETS = {"5A70", "D6D5", "6A70"}
INTROSPECTING = {"2EA1", "28B9", "D6D5", "6A70"}

pytestmark = pytest.mark.skipif(not (HERE / "node_modules").exists(), reason="`make test` installs the audits")


async def audits(url: str, *header: str) -> list[dict[str, Any]]:
    """The result of each audit of *url*."""
    process = await asyncio.create_subprocess_exec(
        "node", HERE / "audit.js", f"{url}/graphql", *header, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await asyncio.wait_for(process.communicate(), 50)
    results: list[dict[str, Any]] = json.loads(output)
    return results


def not_ok(results: list[dict[str, Any]]) -> set[str]:
    return {result["id"] for result in results if result["status"] != "ok"}


@pytest.mark.parametrize(
    ("settings", "header"),
    [
        (Settings(mode="development"), []),
        (Settings(introspection="on"), [PREFLIGHT]),
        (Settings(introspection="on", csrf="off"), []),
    ],
)
async def test_the_server_passes_every_audit(settings: Settings, header: list[str]) -> None:
    """Over a socket all 61 are passed, recommendations included, wherever their queries are allowed."""
    async with over_socket(Engine(GRAPH, settings)) as door:
        results = await audits(door.url, *header)

    assert (COUNT, set()) == (len(results), not_ok(results))


async def test_production_refuses_introspection_and_simple_gets_alone(tmp_path: Path) -> None:
    """Under `gateway serve` with the defaults, the audits that need either of them fail, and no other one."""
    (tmp_path / "hello.py").write_text("from tests.application.conftest import GRAPH as graph\n")
    port = free_port()
    command = ("serve", "hello:graph", "--port", str(port))

    async with gateway(*command, environment={"PYTHONPATH": str(ROOT)}, directory=tmp_path):
        await listening(port)
        results = await audits(f"http://127.0.0.1:{port}")

    assert (COUNT, SIMPLE_GETS | INTROSPECTING) == (len(results), not_ok(results))


@pytest.mark.parametrize("kind", ["http_api", "rest_api", "alb", "function_url"])
async def test_the_lambda_function_passes_every_audit(kind: EventKind) -> None:
    """Behind each kind of front the function passes all 61."""
    async with bridge(Engine(GRAPH, Settings(introspection="on")), kind) as url:
        results = await audits(url, PREFLIGHT)

    assert (COUNT, set()) == (len(results), not_ok(results))
