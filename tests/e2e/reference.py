"""The reference graph over its real services, carried in each of the three ways; and the services' own call log."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
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


@dataclass(slots=True)
class Platform:
    """The reference graph's engine and the file in which its services log what they were asked."""

    engine: Engine
    call_log: Path

    async def ask(self, query: str, *, subject: str | None = None, **variables: object) -> Answer:
        """The answer to *query* for a viewer."""
        identity = Identity.from_claims({"sub": subject}) if subject else ANONYMOUS
        viewer = Viewer("e2e", 10.0, identity)
        return await self.engine.execute(GraphQLRequest(query=query, variables=variables), viewer)

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


@asynccontextmanager
async def platform(carrier: str, directory: Path) -> AsyncIterator[Platform]:
    """The platform with both services behind *carrier*; *directory* takes the call log and the users' changes."""
    call_log = directory / "calls.jsonl"
    environment = {
        "CALL_LOG": str(call_log),
        "USERS_DATABASE": str(directory / "users.db"),
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
        users = await stack.enter_async_context(
            service(["-m", "services.users", "--port", "0"], environment=environment)
        )
        catalogue = await stack.enter_async_context(
            service(["-m", "services.catalogue", "--port", "0"], environment=environment)
        )
        return settings_for(users.address, catalogue.address)
    if carrier == "lambda":
        functions = [
            Function("users", "services.users.app.handler", workers=2, environment=environment, directory=ROOT),
            Function(
                "catalogue",
                "services.catalogue.lambda_function.handler",
                workers=4,
                environment=environment,
                directory=ROOT,
            ),
        ]
        local_lambda = await stack.enter_async_context(LocalLambda(functions))
        aws = AwsSettings(lambda_endpoint=local_lambda.endpoint, region="eu-west-1")
        return settings_for("lambda:users", "lambda:catalogue", aws=aws)
    return settings_for("local:services.users.app:handler", "local:services.catalogue.lambda_function:handler")


def settings_for(users: str, catalogue: str, *, aws: AwsSettings | None = None) -> Settings:
    """Settings of the reference graph with these addresses."""
    backends = {"users": BackendSettings(address=users), "catalogue": BackendSettings(address=catalogue)}
    return Settings(mode="development", backends=backends, aws=aws or AwsSettings())
