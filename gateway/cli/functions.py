"""The Lambda functions of `gateway dev`, on the local Lambda."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ..local_lambda import Function
from ..vocabulary.settings import ServiceSettings
from .http_service import Place, ServiceFailedError, filled
from .modules import module_exists, module_of
from .renewal import Renew, Say
from .running import Running

if TYPE_CHECKING:
    from ..local_lambda import LocalLambda


async def start_functions(
    functions: Mapping[str, ServiceSettings],
    place: Place,
    running: Running,
    stack: AsyncExitStack,
    says: Mapping[str, Say],
) -> None:
    """Start the local Lambda with *functions*, whose lines go to their own of *says*; *stack* ends it.

    Raises:
        ServiceFailedError: it did not start, or a handler's module is not there.
    """
    for name, service in functions.items():
        module = module_of(service.handler or "")
        if not module_exists(module):
            raise ServiceFailedError(f"{name}: handler {service.handler}: no module named {module!r}")
    try:
        from ..local_lambda import LocalLambda  # noqa: PLC0415 - an extra that HTTP services need not

        local = LocalLambda(
            [_function(name, service, place) for name, service in functions.items()],
            log=lambda name, line: says[name](line),
        )
        await stack.enter_async_context(local)
    except (ModuleNotFoundError, NotADirectoryError, OSError) as failed:
        raise ServiceFailedError(f"local Lambda: {failed}") from failed
    running.rows.append(("local Lambda", "Invoke API", local.endpoint, ""))
    running.environment |= {
        "GATEWAY_AWS__LAMBDA_ENDPOINT": local.endpoint,
        # The local Lambda checks no signature; without credentials the gateway could make none.
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "",
    }
    if not (os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")):
        # Some region must be signed for; a setting of the application's own goes before it.
        running.environment["AWS_REGION"] = "us-east-1"
    for name, service in functions.items():
        running.renewal.add(running.code[name], _renewer(local, name, says[name]), says[name])
        running.rows.append((name, f"Lambda, {service.workers} workers", f"lambda:{name}", ""))
        running.give_address(name, f"lambda:{name}")


def _renewer(local: LocalLambda, name: str, say: Say) -> Renew:
    async def renew(changed: Path) -> None:
        say(f"{changed.name} has changed; the next calls have it")
        local.renew(name)

    return renew


def _function(name: str, service: ServiceSettings, place: Place) -> Function:
    environment = filled(service.environment.values(), {"state": place.state})
    return Function(
        name,
        service.handler or "",
        workers=service.workers,
        timeout_s=service.timeout_s,
        environment=dict(zip(service.environment, environment, strict=True)),
        directory=Path.cwd(),
    )
