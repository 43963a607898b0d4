"""What can be set: one frozen object, each setting with its unit, its meaning and the reason of its default.

Where values come from is `settings_sources`. Limits hold for what those read; code that makes these objects itself is
trusted. No `repr` shows a header's value, a variable's value or the credentials in an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

#: Tables whose values nobody gets to see.
SECRET_TABLES: Final = frozenset({"headers", "environment"})

_MIB: Final = 1024 * 1024
# Lambda's longest run: nothing in here waits longer.
_LONGEST_S: Final = 900
# Up to the last "@", since people forget to escape the one in a password.
_CREDENTIALS: Final = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)?.*@", re.DOTALL)


class _Masked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A struct that can be printed and logged."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, _masked(name, getattr(self, name))) for name in self.__struct_fields__]


class BackendSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One backend: where it is, and what it may take. A plain string in its place is its address."""

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
            le=_LONGEST_S,
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
            le=1024 * _MIB,
            description="Bytes of one decoded answer; a longer one is an error. Above the 6 MB that Lambda can answer.",
        ),
    ] = 8 * _MIB
    engine: Annotated[
        Literal["aiohttp", "httpx"],
        Meta(description="What speaks HTTP. aiohttp costs less CPU a call; httpx takes a custom `auth=`."),
    ] = "aiohttp"
    headers: Annotated[
        Mapping[str, str],
        Meta(
            description="Headers sent with each call, such as an API key. Values are secret and never shown. None,"
            " since what a backend needs is its own affair. In an environment variable's name `_` stands for `-`.",
        ),
    ] = {}


class IdentitySettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may say who asks."""

    development_header: Annotated[
        bool,
        Meta(
            description="Whether the request header `gateway-development-identity` is believed. Only for development:"
            " with it anybody is whoever they say, hence off.",
        ),
    ] = False


class AwsSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
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


class ServiceSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One service that `gateway dev` runs: a Lambda function by `handler`, or an HTTP service by `command`.

    Raises:
        ValueError: both are given, or neither.
    """

    handler: Annotated[
        str | None,
        Meta(
            description="Lambda handler, such as `services.users.app.handler`, run on the local Lambda. Unset for a"
            " service with a `command`.",
        ),
    ] = None
    command: Annotated[
        tuple[str, ...] | None,
        Meta(
            description="Program and arguments of an HTTP service; `{port}`, `{host}`, `{python}` and `{state}` (a"
            " directory for its data) are filled in. Unset for a service with a `handler`.",
        ),
    ] = None
    port: Annotated[
        Annotated[int, Meta(ge=1, le=65_535)] | None,
        Meta(description="TCP port of an HTTP service. Unset, a free one is taken, so that two checkouts can run."),
    ] = None
    workers: Annotated[
        int,
        Meta(
            ge=1,
            le=64,
            description="Runtime processes of a Lambda function; each runs one call at a time. Two show what runs"
            " concurrently and cost little memory.",
        ),
    ] = 2
    timeout_s: Annotated[
        float,
        Meta(
            gt=0,
            le=_LONGEST_S,
            description="Seconds a Lambda function may run, as on AWS. Longer than a backend's `timeout_s`: the gateway"
            " gives up first, as in production.",
        ),
    ] = 30.0
    environment: Annotated[
        Mapping[str, str],
        Meta(
            description="Environment variables of the service, added to those of `gateway dev`. Values are never shown."
            " None, since a service should start without.",
        ),
    ] = {}
    health: Annotated[
        str,
        Meta(
            pattern="^/",
            description="Path of an HTTP service that answers 200 once it is ready; a common name for it.",
        ),
    ] = "/health"

    def __post_init__(self) -> None:
        if (self.handler is None) == (not self.command):
            came = "neither" if self.handler is None else "both"
            raise ValueError(f"expected exactly one of handler and command, got {came}")


class DevSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `gateway dev` runs besides the gateway."""

    services: Annotated[
        Mapping[str, ServiceSettings],
        Meta(description="Services by name. None: backends may run elsewhere."),
    ] = {}


class Settings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that can be set. The defaults are right for production."""

    graph: Annotated[
        str,
        Meta(
            min_length=1,
            description="`module:attribute` of the graph to serve, made by `gateway.graph(...)`. The default is where"
            " an application's `schema` package has it.",
        ),
    ] = "schema:graph"
    mode: Annotated[
        Literal["development", "production"],
        Meta(
            description="`development` shows clients what went wrong and serves GraphiQL. Only `gateway dev` should:"
            " the default gives nothing away.",
        ),
    ] = "production"
    deadline_s: Annotated[
        float,
        Meta(
            gt=0,
            le=_LONGEST_S,
            description="Seconds a request may take; a client may ask for less. People leave a page that takes longer,"
            " and API Gateway hangs up after 29 s.",
        ),
    ] = 10.0
    lambda_reserve_s: Annotated[
        float,
        Meta(
            ge=0,
            le=60,
            description="Seconds kept back from the time that Lambda leaves, so that the answer can still be sent:"
            " ample to encode a large one.",
        ),
    ] = 0.5
    max_body_bytes: Annotated[
        int,
        Meta(
            ge=1,
            le=100 * _MIB,
            description="Bytes of a request body; a longer one is refused, its rest unread. Operations are some"
            " kilobytes: this leaves room for variables.",
        ),
    ] = 1 * _MIB
    shutdown_s: Annotated[
        float,
        Meta(
            ge=0,
            le=300,
            description="Seconds that requests under way may still take once the gateway is told to stop. As long as"
            " `deadline_s`, and within the 30 s after which Kubernetes and ECS kill.",
        ),
    ] = 10.0
    forward_headers: Annotated[
        tuple[str, ...],
        Meta(
            description="Names of the request headers that resolvers may read. The language of texts alone, since each"
            " further one makes answers differ by it.",
        ),
    ] = ("accept-language",)
    backends: Annotated[
        Mapping[str, BackendSettings],
        Meta(description="Backends by name: an address, or a table. None, since the graph says which ones it needs."),
    ] = {}
    identity: Annotated[
        IdentitySettings, Meta(description="Who may say who asks; nobody but API Gateway by default.")
    ] = IdentitySettings()
    aws: Annotated[AwsSettings, Meta(description="Where AWS is; found out by itself on Lambda.")] = AwsSettings()
    dev: Annotated[
        DevSettings, Meta(description="What `gateway dev` runs besides the gateway; nothing by default.")
    ] = DevSettings()

    def __post_init__(self) -> None:
        if self.identity.development_header and self.mode == "production":
            raise ValueError(
                "expected identity.development_header only with mode = development, got it with production,"
                " where anybody could say who they are"
            )


def mask_credentials(text: str) -> str:
    """*text* without what may be `user:password@`: `http://***@host`, or `***@host` when it has no scheme."""
    return _CREDENTIALS.sub(r"\1***@", text) if "@" in text else text


def _masked(name: str, value: object) -> object:
    if isinstance(value, Mapping) and name in SECRET_TABLES:
        return dict.fromkeys(value, "***")
    if isinstance(value, tuple):
        return tuple(mask_credentials(item) for item in value)
    return mask_credentials(value) if isinstance(value, str) else value
