"""Settings of backends: where each is and what it may take, and where AWS is."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from .header_fields import FRAMING, NAME, VALUE
from .masking import Masked
from .units import LONGEST_S, MIB


class BackendSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One backend: where it is, and what it may take. A plain string in its place is its address.

    Raises:
        ValueError: HTTP cannot carry one of the headers.
    """

    address: Annotated[
        str | None,
        Meta(
            description="`http(s)://host[:port][/base]`, `lambda:function[:qualifier]` or `local:module:handler`."
            " `user:password@` in a URL is sent as basic authorization and never shown. Each backend needs one before"
            " the gateway serves; `gateway dev` gives it to those that it runs a service for.",
        ),
    ] = None
    timeout_s: Annotated[
        float,
        Meta(
            gt=0,
            le=LONGEST_S,
            description="Seconds one call may take, waiting for a connection included. Half of the default"
            " `deadline_s`, so that a page still answers when a backend hangs.",
        ),
    ] = 5.0
    connect_timeout_s: Annotated[
        float,
        Meta(
            gt=0,
            le=60,
            description="Seconds to resolve, connect and shake hands. Within one region that takes milliseconds: a host"
            " that is gone should not use up the whole `timeout_s`.",
        ),
    ] = 1.0
    idle_timeout_s: Annotated[
        float,
        Meta(
            gt=0,
            le=3600,
            description="Seconds an unused connection is kept. Under the backend's own keep-alive time, which is 5 s"
            " for a bare Node or uvicorn server and 60 s for an AWS load balancer: the gateway closes first."
            " Lambda's own API keeps connections longer; there 50 s count.",
        ),
    ] = 4.0
    max_connections: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description="Calls under way at one time; more wait for a place within their `timeout_s`. Enough for a busy"
            " gateway process, and a backend survives that many from each.",
        ),
    ] = 100
    max_response_bytes: Annotated[
        int,
        Meta(
            ge=1,
            le=1024 * MIB,
            description="Bytes of one decoded answer; a longer one is an error. Above the 6 MB that Lambda can answer.",
        ),
    ] = 8 * MIB
    engine: Annotated[
        Literal["httptools", "httpx"],
        Meta(
            description="What speaks HTTP. httptools costs less CPU a call; httpx, an extra, is another implementation,"
            " to compare with where a backend's answers are doubted."
        ),
    ] = "httptools"
    headers: Annotated[
        Mapping[str, str],
        Meta(
            description="Headers sent with each call, such as an API key. Values are secret and never shown. None,"
            " since what a backend needs is its own affair. In an environment variable's name `_` stands for `-`.",
        ),
    ] = {}

    def __post_init__(self) -> None:
        for name, value in self.headers.items():
            if not re.fullmatch(rf"(?!{FRAMING}$){NAME}", name, re.IGNORECASE | re.ASCII):
                raise ValueError(
                    f"headers: expected a header's name that a caller may give, such as x-api-key, got {name!r}"
                )
            if not re.fullmatch(VALUE, value):
                raise ValueError(
                    f"headers.{name}: expected a value of one line without control characters, got another"
                )


class AwsSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where AWS is, for `lambda:` backends."""

    lambda_endpoint: Annotated[
        str | None,
        Meta(
            description="URL of another Invoke API than AWS's own, such as `http://127.0.0.1:9001`. Unset, the region's"
            " own endpoint is used.",
        ),
    ] = None
    region: Annotated[
        str | None,
        Meta(
            description="AWS region of functions whose address names none. Unset, `AWS_REGION` and then"
            " `AWS_DEFAULT_REGION` rule, as Lambda itself sets them.",
        ),
    ] = None
