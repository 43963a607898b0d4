"""What can be set: one frozen object, each setting with its unit, its meaning and the reason of its default.

Where values come from is `settings_sources`. Limits hold for what those read; code that makes these objects itself is
trusted. No `repr` shows a secret, a header's value, a variable's value or the credentials in an address.

Annotations are evaluated here and in the other modules that declare settings, not left as text: msgspec reads all of
them at each start, and takes five times as long for texts.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from msgspec import Meta

from .dangers import danger_in
from .masking import Masked
from .settings_backends import AwsSettings, BackendSettings
from .settings_clients import CorsSettings, HopsSettings, IdentitySettings
from .settings_dev import DevSettings, ServiceSettings
from .settings_limits import LimitSettings
from .settings_subscriptions import SubscriptionSettings
from .units import LONGEST_S, MIB

__all__ = [
    "AwsSettings",
    "BackendSettings",
    "CorsSettings",
    "DevSettings",
    "HopsSettings",
    "IdentitySettings",
    "LimitSettings",
    "ServiceSettings",
    "Settings",
    "SubscriptionSettings",
]


class Settings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
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
    introspection: Annotated[
        Literal["auto", "on", "off"],
        Meta(
            description="Whether `__schema` and `__type` may be asked, and errors suggest names of the schema. `auto`"
            " is on with `mode = development` alone: a schema that is not public tells an attacker where to look.",
        ),
    ] = "auto"
    csrf: Annotated[
        Literal["auto", "on", "off"],
        Meta(
            description="Whether a GET needs a header that makes a browser ask first, such as `gateway-preflight: 1`."
            " `auto` is on with `mode = production`: no other site's page can then run queries as its visitor. A POST"
            " is always safe, since it must be `application/json`.",
        ),
    ] = "auto"
    execution: Annotated[
        Literal["planned", "interpreted", "generated", "reference"],
        Meta(
            description="`planned` interprets an operation's plan at first sight and generates code for it when it"
            " returns. The others are for finding out where a difference comes from: `interpreted` generates no code,"
            " `generated` does so at first sight, and `reference` lets graphql-core run every operation."
        ),
    ] = "planned"
    asks_ahead: Annotated[
        bool,
        Meta(
            description="Whether a load leaves together with its parent's own load where both have the same key: a hop"
            " less, and a call for nothing where the parent turns out not to exist, which is rare."
        ),
    ] = True
    deadline_s: Annotated[
        float,
        Meta(
            gt=0,
            le=LONGEST_S,
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
            le=100 * MIB,
            description="Bytes of a request body; a longer one is refused, its rest unread. Operations are some"
            " kilobytes: this leaves room for variables.",
        ),
    ] = 1 * MIB
    body_timeout_s: Annotated[
        float,
        Meta(
            gt=0,
            le=LONGEST_S,
            description="Seconds that a request body may take to arrive; then the answer is 408 and the connection"
            " closed. A mobile client sends `max_body_bytes` in less.",
        ),
    ] = 10.0
    idle_timeout_s: Annotated[
        float,
        Meta(
            ge=1,
            le=LONGEST_S,
            description="Seconds a client's connection may take to send a request's headers, from its opening or the"
            " answer before. Above the 60 s for which AWS's load balancers and nginx keep an unused connection: they"
            " should close first.",
        ),
    ] = 65.0
    hsts_s: Annotated[
        int,
        Meta(
            ge=0,
            le=63_072_000,
            description="Seconds for which browsers are told, by `strict-transport-security`, to come back over HTTPS"
            " alone; 0 sends no such header: the gateway speaks plain HTTP and cannot know whether HTTPS stands before"
            " it.",
        ),
    ] = 0
    shutdown_s: Annotated[
        float,
        Meta(
            ge=0,
            le=300,
            description="Seconds that requests under way may still take once the gateway is told to stop. As long as"
            " `deadline_s`, and within the 30 s after which Kubernetes and ECS kill.",
        ),
    ] = 10.0
    log_calls: Annotated[
        bool | None,
        Meta(
            description="Whether each call to a backend is a line of the log; unset, with `mode = development` alone,"
            " since a line costs half of what a call costs in CPU. A failed call always is one."
        ),
    ] = None
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
    cors: Annotated[CorsSettings, Meta(description="Which sites' scripts may read answers; none by default.")] = (
        CorsSettings()
    )
    aws: Annotated[AwsSettings, Meta(description="Where AWS is; found out by itself on Lambda.")] = AwsSettings()
    hops: Annotated[
        HopsSettings, Meta(description="Who may see the receipt of calls; in production nobody by default.")
    ] = HopsSettings()
    limits: Annotated[
        LimitSettings, Meta(description="What one operation may ask for; room for large pages by default.")
    ] = LimitSettings()
    subscriptions: Annotated[
        SubscriptionSettings, Meta(description="How many subscriptions are open, and how long; an hour by default.")
    ] = SubscriptionSettings()
    dev: Annotated[
        DevSettings, Meta(description="What `gateway dev` runs besides the gateway; nothing by default.")
    ] = DevSettings()

    def __post_init__(self) -> None:
        problem = danger_in(self)
        if problem is not None:
            raise ValueError(problem)

    @property
    def shows_schema(self) -> bool:
        """Whether clients may learn the schema: by introspection, and by the names that errors suggest."""
        return self.introspection == "on" or (self.introspection == "auto" and self.mode == "development")

    @property
    def logs_calls(self) -> bool:
        """Whether each call to a backend is a line of the log, and not only those that fail."""
        return self.mode == "development" if self.log_calls is None else self.log_calls

    @property
    def guards_against_csrf(self) -> bool:
        """Whether a GET must show that a browser has asked before it sent it."""
        return self.csrf == "on" or (self.csrf == "auto" and self.mode == "production")
