"""Looks at AWS credentials, where a backend is a Lambda function: are there any, for which region, until when."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from ...application.clients import invoked_backends
from ...backends.credentials import DefaultCredentials, environment_credentials
from ...vocabulary.errors import BackendError
from ...vocabulary.settings import Settings
from .finding import Finding, fail, ok, warn

_CHECK: Final = "AWS credentials"
#: What tools that export temporary credentials set beside them.
_EXPIRY: Final = "AWS_CREDENTIAL_EXPIRATION"
_SOON_S: Final = 900


def needs_aws(settings: Settings) -> bool:
    """Whether a backend is called with AWS credentials."""
    return any(invoked_backends(settings).values())


async def look_at_credentials(
    settings: Settings, environment: Mapping[str, str], now: datetime, *, timeout_s: float
) -> Finding:
    """Whether there are credentials that are good at *now*; whether AWS takes them, each function's own look tells."""
    try:
        async with asyncio.timeout(timeout_s):
            await DefaultCredentials(environment=environment).current()
    except TimeoutError:
        return fail(_CHECK, f"none within {timeout_s:g} s", "see whether the profile, container or instance has any")
    except BackendError as none:
        found, _, advice = none.detail.partition("; ")
        return fail(_CHECK, found, advice or "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    where = f"{_origin(environment)}, {_region(settings, environment)}"
    left_s = _seconds_left(environment, now)
    if left_s is not None and left_s <= 0:
        return fail(_CHECK, f"{where}; expired at {environment[_EXPIRY]}", "renew them")
    if left_s is not None and left_s < _SOON_S:
        return warn(_CHECK, f"{where}; they end at {environment[_EXPIRY]}", "renew them soon")
    return ok(_CHECK, where)


def _origin(environment: Mapping[str, str]) -> str:
    if environment_credentials(environment) is None:
        return "from botocore's chain"
    return "from the environment, temporary" if environment.get("AWS_SESSION_TOKEN") else "from the environment"


def _region(settings: Settings, environment: Mapping[str, str]) -> str:
    if settings.aws.region:
        return f"region {settings.aws.region} (aws.region)"
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if environment.get(name):
            return f"region {environment[name]} ({name})"
    return "no region but those of ARNs"


def _seconds_left(environment: Mapping[str, str], now: datetime) -> float | None:
    """How long the environment's temporary credentials are still good, if it says so."""
    if environment_credentials(environment) is None or not environment.get(_EXPIRY):
        return None
    try:
        ends = datetime.fromisoformat(environment[_EXPIRY])
    except ValueError:
        return None
    return ((ends if ends.tzinfo else ends.replace(tzinfo=UTC)) - now).total_seconds()
