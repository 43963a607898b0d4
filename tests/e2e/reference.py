"""The reference graph over its real services, carried in each of the three ways; and the services' own call log."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

import schema
from gateway.application.engine import Answer, Engine, Viewer
from gateway.http.request import GraphQLRequest
from gateway.local_lambda import Function, LocalLambda
from gateway.testing.processes import service
from gateway.vocabulary.identity import ANONYMOUS, Identity
from gateway.vocabulary.settings import AwsSettings, BackendSettings, Settings

ROOT = Path(__file__).parents[2]
OPERATIONS = ROOT / "examples" / "operations"
CARRIERS = ("http", "lambda", "local")

#: The handlers of our own services.
HANDLERS = {
    "users": "services.users.app:handler",
    "catalogue": "services.catalogue.lambda_function:handler",
    "enrolments": "services.enrolments.app:handler",
    "discussions": "services.discussions.app:handler",
}
#: How many processes each of them has as a function, which is as many calls as are sent at one time.
WORKERS = {"users": 3, "catalogue": 4, "enrolments": 2, "discussions": 2}
#: What is HTTP however our own services are carried.
THIRD_PARTIES = ("search", "billing")
#: Third parties next door, who count nothing: what most tests and measurements want.
NO_TERMS = MappingProxyType(
    {f"{name}_{term}": "0" for name in ("SEARCH", "BILLING") for term in ("DELAY_MS", "RATE_PER_S")}
)

_KEYS = {name: {"x-api-key": f"demo-{name}-key"} for name in THIRD_PARTIES}
# The discard port: nobody listens.
_NOWHERE = "http://127.0.0.1:9"


@dataclass(slots=True)
class Platform:
    """The reference graph's engine and the file in which its services log what they were asked."""

    engine: Engine
    call_log: Path

    async def ask(self, query: str, *, subject: str | None = None, **variables: object) -> Answer:
        """The answer to *query* for a viewer."""
        return await self.engine.execute(GraphQLRequest(query=query, variables=variables), viewer(subject))

    async def data(self, query: str, *, subject: str | None = None, **variables: object) -> Any:
        """The data of an answer that has no errors."""
        answer = await self.ask(query, subject=subject, **variables)
        assert "errors" not in answer.result, answer.result["errors"]
        return answer.result["data"]

    def calls(self) -> list[dict[str, Any]]:
        """What the services were asked since the last look, health checks left out."""
        lines = self.call_log.read_text().splitlines() if self.call_log.exists() else []
        self.call_log.write_text("")
        return [call for call in map(json.loads, lines) if call["path"] != "/health"]


def viewer(subject: str | None, time_s: float = 10.0) -> Viewer:
    """Somebody who asks, nobody in particular without a *subject*."""
    return Viewer("e2e", time_s, Identity.from_claims({"sub": subject}) if subject else ANONYMOUS)


@asynccontextmanager
async def platform(carrier: str, directory: Path, *, terms: Mapping[str, str] = NO_TERMS) -> AsyncIterator[Platform]:
    """The platform with our services behind *carrier*; *directory* takes the call log and what the services keep.

    *terms* are the environment of the third parties: `{"SEARCH_DELAY_MS": "150"}`.
    """
    call_log = directory / "calls.jsonl"
    databases = {f"{name.upper()}_DATABASE": str(directory / f"{name}.db") for name in HANDLERS}
    environment = {
        "CALL_LOG": str(call_log),
        **databases,
        **terms,
        # The local Lambda takes any signature; without credentials nothing can be signed.
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    async with AsyncExitStack() as stack:
        # `local:` services run in this process and read its environment.
        stack.enter_context(patch.dict(os.environ, environment))
        settings = await _settings(carrier, environment, stack)
        engine = Engine(schema.graph, settings)
        stack.push_async_callback(engine.close)
        yield Platform(engine, call_log)


async def _settings(carrier: str, environment: dict[str, str], stack: AsyncExitStack) -> Settings:
    if carrier == "http":
        return settings_for(**await started((*HANDLERS, *THIRD_PARTIES), environment, stack))
    third_parties = await started(THIRD_PARTIES, environment, stack)
    if carrier == "lambda":
        functions = [
            Function(name, handler, workers=WORKERS[name], environment=environment, directory=ROOT)
            for name, handler in HANDLERS.items()
        ]
        local_lambda = await stack.enter_async_context(LocalLambda(functions))
        aws = AwsSettings(lambda_endpoint=local_lambda.endpoint, region="eu-west-1")
        functions_by_name = {name: f"lambda:{name}" for name in HANDLERS}
        return settings_for(**functions_by_name, **third_parties, aws=aws, max_connections=WORKERS)
    return settings_for(**{name: f"local:{handler}" for name, handler in HANDLERS.items()}, **third_parties)


async def started(names: Iterable[str], environment: Mapping[str, str], stack: AsyncExitStack) -> dict[str, str]:
    """The addresses of services that run, each as an HTTP process, until *stack* is closed."""

    async def start(name: str) -> tuple[str, str]:
        arguments = ["-m", f"services.{name}", "--port", "0"]
        running = await stack.enter_async_context(service(arguments, environment=environment))
        return name, running.address

    return dict(await asyncio.gather(*map(start, names)))


def settings_for(
    users: str = _NOWHERE,
    catalogue: str = _NOWHERE,
    *,
    aws: AwsSettings | None = None,
    max_connections: Mapping[str, int] = MappingProxyType({}),
    **others: str,
) -> Settings:
    """Settings of the reference graph with these addresses; a backend without one is where nobody listens."""
    addresses = {"users": users, "catalogue": catalogue, **others}
    backends = {
        name: BackendSettings(
            address=addresses.get(name, _NOWHERE),
            headers=_KEYS.get(name, {}),
            max_connections=max_connections.get(name, 100),
        )
        for name in schema.graph.backends
    }
    return Settings(mode="development", backends=backends, aws=aws or AwsSettings())
