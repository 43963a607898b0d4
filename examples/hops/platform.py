"""What stands behind the page: the demo's services, a local Lambda for those that are functions, and API Gateway."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from unittest.mock import patch

from gateway.local_lambda import Function, LocalLambda
from gateway.testing.processes import service

from .api_gateway import ApiGateway
from .delays import Delays
from .functions import FUNCTIONS

#: The handlers of our own services.
HANDLERS = MappingProxyType(
    {
        "users": "services.users.app:handler",
        "catalogue": "services.catalogue.lambda_function:handler",
        "enrolments": "services.enrolments.app:handler",
        "discussions": "services.discussions.app:handler",
    }
)
#: Those of them that are Lambda functions.
LAMBDAS = frozenset({"users", "enrolments", "discussions"})
THIRD_PARTIES = ("search", "billing")

_ROOT = Path(__file__).parents[2]
# The gateway asks for people at several places of the page at one time.
_WORKERS = {"users": 4}
# The local Lambda takes any signature; without credentials nothing can be signed.
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


@dataclass(frozen=True, slots=True)
class Platform:
    """Everything that runs: API Gateway, and third parties by their addresses."""

    api_gateway: ApiGateway
    third_parties: Mapping[str, str]


@asynccontextmanager
async def running(delays: Delays) -> AsyncIterator[Platform]:
    """The platform for the time of the block; third parties are as slow as *delays* say."""
    async with AsyncExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, _CREDENTIALS))
        names = ("catalogue", *THIRD_PARTIES)
        starting = [stack.enter_async_context(_started(name, delays)) for name in names]
        addresses = dict(zip(names, await asyncio.gather(*starting), strict=True))
        functions = [Function(name, HANDLERS[name], workers=_WORKERS.get(name, 1), directory=_ROOT) for name in LAMBDAS]
        local_lambda = await stack.enter_async_context(LocalLambda(functions))
        third_parties = {name: addresses[name] for name in THIRD_PARTIES}
        api_gateway = ApiGateway(
            delays,
            functions=FUNCTIONS,
            lambdas=LAMBDAS,
            lambda_endpoint=local_lambda.endpoint,
            services={"catalogue": addresses["catalogue"]},
            third_parties=third_parties,
        )
        yield Platform(await stack.enter_async_context(api_gateway), third_parties)


@asynccontextmanager
async def _started(name: str, delays: Delays) -> AsyncIterator[str]:
    """A service as a process of its own, by its address; a third party counts nothing."""
    prefix = name.upper()
    terms = {f"{prefix}_DELAY_MS": str(delays.third_party_s * 1000), f"{prefix}_RATE_PER_S": "0"}
    arguments = ["-m", f"services.{name}", "--port", "0"]
    async with service(arguments, environment=terms) as process:
        yield process.address
