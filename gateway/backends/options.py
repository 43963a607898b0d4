"""How a wire is opened: limits and times, one frozen object for every carrier."""

from __future__ import annotations

from typing import Literal

import msgspec


class WireOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one backend's wire. The defaults are right for production."""

    #: What speaks HTTP: httptools is the cheaper one, httpx takes a custom `auth=` or a client of one's own.
    engine: Literal["httptools", "httpx"] = "httptools"
    #: Sends at one time; more wait for a place within their own `timeout_s`.
    max_connections: int = 100
    #: Of the decoded body. Lambda's own limit is 6 MB.
    max_response_bytes: int = 10_000_000
    #: To resolve, connect and shake hands; a host that is gone should not use up the whole `timeout_s`.
    connect_timeout_s: float = 2.0
    #: How long an unused connection is kept. Node's and uvicorn's servers close theirs after 5 s: be first.
    idle_timeout_s: float = 4.0
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
