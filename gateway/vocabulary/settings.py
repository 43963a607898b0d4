"""What can be set: one frozen object, each setting with its unit, its meaning and the reason of its default.

Where values come from is `settings_sources`. Limits hold for what those read; code that makes these objects itself is
trusted. No `repr` shows a secret, a header's value, a variable's value or the credentials in an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from .dangers import danger_in, wrong_origin

#: Tables and texts whose values nobody gets to see.
SECRET_NAMES: Final = frozenset({"headers", "environment", "secret"})

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
        Literal["httptools", "httpx"],
        Meta(description="What speaks HTTP. httptools costs less CPU a call; httpx takes a custom `auth=`."),
    ] = "httptools"
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


class CorsSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which sites' scripts may read answers in a browser.

    Raises:
        ValueError: an origin is none, or every site would be allowed with the visitor's credentials.
    """

    origins: Annotated[
        tuple[str, ...],
        Meta(
            description="Origins, as a browser sends them: `https://app.example.com`; compared whole. `*` is any site,"
            " for data that everybody may read. None: only pages of the gateway's own origin read answers.",
        ),
    ] = ()
    credentials: Annotated[
        bool,
        Meta(
            description="Whether a browser may send cookies and client certificates along, and scripts read the answer."
            " Off, since a token in `authorization` needs it not; never with the origin `*`.",
        ),
    ] = False
    headers: Annotated[
        tuple[str, ...],
        Meta(
            description="Request headers that scripts may send besides `content-type`, `authorization`, `x-request-id`"
            " and those that the gateway itself reads. None, since what else is read is the application's to say.",
        ),
    ] = ()
    max_age_s: Annotated[
        int,
        Meta(
            ge=0,
            le=86_400,
            description="Seconds a browser may remember that it was allowed. Two hours, which Chromium cuts longer ones"
            " to; after a change of `origins` it takes that long until all browsers ask again.",
        ),
    ] = 7_200

    def __post_init__(self) -> None:
        for origin in self.origins:
            problem = wrong_origin(origin)
            if problem is not None:
                raise ValueError(problem)
        if self.credentials and "*" in self.origins:
            raise ValueError(
                "expected the origins that may send credentials by name, got * with credentials = true, with which any"
                " site could act as its visitor"
            )


class HopsSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who may see the receipt of calls in production; in development everybody does."""

    secret: Annotated[
        Annotated[str, Meta(min_length=32)] | None,
        Meta(
            description="Key of the signed header `gateway-hops`, which asks for `extensions.hops`; never shown. Unset,"
            " nobody gets it: a receipt names backends and loaders. 32 characters, since a shorter key is guessed.",
        ),
    ] = None


class LimitSettings(_Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How large a document may be, how many are remembered, and what one operation may take.

    Documents are measured before they are validated. Depth, fields and aliases are those of the operation or fragment
    that has the most, and what a fragment holds counts wherever it is spread.
    """

    max_document_bytes: Annotated[
        int,
        Meta(
            ge=1,
            le=100 * _MIB,
            description="Bytes of a document's text. A page's operation is some kilobytes; what is long belongs into"
            " variables, since a document is read again for each error that is located in it.",
        ),
    ] = 100_000
    max_tokens: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Names, values, punctuation and comments of a document, or its lines if these are more. A page"
            " takes some hundred; the worst document of so many is parsed and validated within half a second.",
        ),
    ] = 6_000
    max_nesting: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            description="Brackets within each other, and selection sets within each other once fragments are spread."
            " Parser and validator recurse with them; GraphiQL's introspection has 18.",
        ),
    ] = 50
    max_name_length: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description="Characters of a name or a number. Errors repeat names, and compare them with the schema's to"
            " suggest one.",
        ),
    ] = 100
    max_comparisons: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000_000,
            description="Comparisons of fields and fragments, by which validation finds that what shares a name in the"
            " answer can be merged. They grow with the square of a selection's fragments: forty that share five"
            " fields take 32,000, and 50,000 a quarter of a second.",
        ),
    ] = 50_000
    max_depth: Annotated[
        int,
        Meta(
            ge=1,
            le=100,
            description="Fields within each other. Each level may be one more call after the other; GraphiQL's"
            " introspection has 15.",
        ),
    ] = 20
    max_fields: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Fields and spreads of fragments. Fragments multiply them; a page selects some hundred,"
            " GraphiQL's introspection 240.",
        ),
    ] = 2_000
    max_root_fields: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Fields of an operation's outermost selection set. Each is a query or a write of its own, so"
            " that a large page has a dozen.",
        ),
    ] = 20
    max_aliases: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="Fields with an alias. They ask for one thing many times, such as a try of a code each; a page"
            " has some.",
        ),
    ] = 30
    max_directives: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            description="Directives in a document, thus also at one place of it. A large page has some dozens.",
        ),
    ] = 100
    max_documents: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Valid documents remembered with their plans, the latest used, so that each is validated once."
            " The clients of some releases send some hundreds. Of invalid ones an eighth as many are remembered.",
        ),
    ] = 1_000
    max_document_cache_bytes: Annotated[
        int,
        Meta(
            ge=0,
            le=16 * 1024 * _MIB,
            description="Bytes that the remembered documents may take, estimated at 600 a token, plans not counted; an"
            " eighth as much for invalid ones. Room for 1,000 of a hundred tokens.",
        ),
    ] = 64 * _MIB
    max_keys_per_step: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000_000,
            description="Keys that one load of an operation may ask for, those of all parents together. Lists within"
            " lists multiply them: a hundred of a hundred are allowed.",
        ),
    ] = 10_000
    max_calls: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Calls to backends that one operation may make. A page makes a dozen; more come of small"
            " `max_batch`es, and 10,000 keys in batches of 20 are allowed.",
        ),
    ] = 500
    max_answer_bytes: Annotated[
        int,
        Meta(
            ge=1,
            le=16 * 1024 * _MIB,
            description="Bytes of backends' answers that one operation may read: as much as eight of the longest, which"
            " memory must hold at one time.",
        ),
    ] = 64 * _MIB
    max_errors: Annotated[
        int,
        Meta(
            ge=1,
            le=1_000_000,
            description="Errors in one answer. A list of failures repeats itself, and nobody reads so many.",
        ),
    ] = 100


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
    any_host: Annotated[
        bool,
        Meta(
            description="Whether `mode = development` may serve others than this machine: on an address that is not"
            " loopback, or on Lambda. Off, since it shows everybody the schema, causes of errors and receipts. For a"
            " container whose port is published on loopback alone.",
        ),
    ] = False


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
    body_timeout_s: Annotated[
        float,
        Meta(
            gt=0,
            le=_LONGEST_S,
            description="Seconds that a request body may take to arrive; then the answer is 408 and the connection"
            " closed. A mobile client sends `max_body_bytes` in less.",
        ),
    ] = 10.0
    idle_timeout_s: Annotated[
        float,
        Meta(
            ge=1,
            le=_LONGEST_S,
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


def mask_credentials(text: str) -> str:
    """*text* without what may be `user:password@`: `http://***@host`, or `***@host` when it has no scheme."""
    return _CREDENTIALS.sub(r"\1***@", text) if "@" in text else text


def _masked(name: str, value: object) -> object:
    if isinstance(value, tuple):
        # Names of headers are none of their values.
        return tuple(mask_credentials(item) for item in value)
    if name in SECRET_NAMES and value is not None:
        return dict.fromkeys(value, "***") if isinstance(value, Mapping) else "***"
    return mask_credentials(value) if isinstance(value, str) else value
