"""Settings of `gateway dev`: the services that it runs besides the gateway."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from msgspec import Meta

from .masking import Masked
from .units import LONGEST_S

_NAME: Final = r"[A-Za-z0-9_-]+"
#: AWS API reference, CreateFunction, "FunctionName".
_LONGEST_FUNCTION_NAME: Final = 64
_HANDLER: Final = r"[^\s.:\0]+(?:\.[^\s.:\0]+)*[.:][^\s.:\0]+"


class ServiceSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One service that `gateway dev` runs: a Lambda function by `handler`, or an HTTP service by `command`.

    Raises:
        ValueError: both are given, or neither; or no process could be started with what is given.
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
            le=LONGEST_S,
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
    watch: Annotated[
        tuple[str, ...] | None,
        Meta(
            description="Folders of the service's code: a change there starts it again. Unset, the folder of the"
            " module that `handler`, or `-m` in `command`, names; `[]` for none.",
        ),
    ] = None
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
        if self.handler is not None and not re.fullmatch(_HANDLER, self.handler):
            raise ValueError(
                f"handler: expected module.function, such as services.users.app.handler, got {self.handler!r}"
            )
        if any("\0" in word for word in self.command or ()):
            raise ValueError("command: expected words without NUL characters, got one with")
        _check_environment(self.environment)


def _check_environment(environment: Mapping[str, str]) -> None:
    """Raise ValueError unless a process can have it; no value is told."""
    for name, value in environment.items():
        if "=" in name or "\0" in name:
            raise ValueError(f"environment: expected a variable's name without = and NUL, got {name!r}")
        if "\0" in value:
            raise ValueError(f"environment.{name}: expected a value without NUL characters, got one with")


class DevSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `gateway dev` runs besides the gateway.

    Raises:
        ValueError: a service has a name that no process or function could have.
    """

    services: Annotated[
        Mapping[str, ServiceSettings],
        Meta(description="Services by name, of letters, digits, `-` and `_`. None: backends may run elsewhere."),
    ] = {}
    any_host: Annotated[
        bool,
        Meta(
            description="Whether `mode = development` may serve others than this machine: on an address that is not"
            " loopback, or on Lambda. Off, since it shows everybody the schema, causes of errors and receipts. For a"
            " container whose port is published on loopback alone.",
        ),
    ] = False

    def __post_init__(self) -> None:
        for name, service in self.services.items():
            if not re.fullmatch(_NAME, name):
                raise ValueError(f"services: expected a name of letters, digits, - and _, got {name!r}")
            if service.handler is not None and len(name) > _LONGEST_FUNCTION_NAME:
                raise ValueError(
                    f"services.{name}: expected a name of at most {_LONGEST_FUNCTION_NAME} characters, as a Lambda"
                    f" function's is, got {len(name)}"
                )
