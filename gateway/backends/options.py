"""How a wire is opened: limits and times, one frozen object for every carrier."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from ..vocabulary.settings_backends import BackendSettings

_DEFAULTS: Final = BackendSettings()


class WireOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one backend's wire. Meanings and defaults are those of the settings `backends.<name>` and `aws`.

    Raises:
        ValueError: a limit is not above 0.
    """

    engine: Literal["httptools", "httpx"] = _DEFAULTS.engine
    max_connections: int = _DEFAULTS.max_connections
    max_response_bytes: int = _DEFAULTS.max_response_bytes
    connect_timeout_s: float = _DEFAULTS.connect_timeout_s
    idle_timeout_s: float = _DEFAULTS.idle_timeout_s
    #: The same towards the Lambda API, which keeps its side open longer.
    lambda_idle_timeout_s: float = 50.0
    #: Another Invoke API than AWS's own, such as `http://127.0.0.1:9001`.
    lambda_endpoint: str | None = None
    #: When neither the ARN nor this says it: AWS_REGION, then AWS_DEFAULT_REGION.
    lambda_region: str | None = None

    def __post_init__(self) -> None:
        for name in ("max_connections", "max_response_bytes", "connect_timeout_s"):
            value = getattr(self, name)
            if value <= 0:
                raise ValueError(f"{name}: expected more than 0, got {value}")
