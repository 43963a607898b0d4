"""What a local function is: its name, handler, limits and environment, checked when it is declared.

It starts nothing; `worker` runs what is described here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HANDLER = re.compile(r"[^\s:]+[.:][^\s:.]+")
_MAX_WORKERS = 1_000
_MAX_TIMEOUT_S = 900.0
_MEMORY_MB = range(128, 10_241)
ACCOUNT = "000000000000"


@dataclass(frozen=True, slots=True)
class Function:
    """A function to run locally.

    *handler* is `package.module.attribute` or `package.module:attribute`. *workers* is the number of concurrent
    executions, as reserved concurrency is on Lambda. *timeout_s* bounds one execution, *init_timeout_s* the import of
    the handler's module before the first one. *directory* is the working directory and the root of the module path;
    without one it is the current directory of this process.

    Raises:
        ValueError: a field is outside what Lambda accepts; the message names field, bound and value.

    Source: AWS API reference, CreateFunction,
    https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html.
    """

    name: str
    handler: str
    workers: int = 2
    timeout_s: float = 30.0
    memory_mb: int = 512
    # Not in the repr: it may hold secrets.
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    directory: Path | None = None
    init_timeout_s: float = 10.0

    def __post_init__(self) -> None:
        _check(_NAME.fullmatch(self.name), "name", "1 to 64 letters, digits, '-' or '_'", self.name)
        _check(_HANDLER.fullmatch(self.handler), "handler", "'module.attribute' or 'module:attribute'", self.handler)
        _check(1 <= self.workers <= _MAX_WORKERS, "workers", f"1 to {_MAX_WORKERS}", self.workers)
        _check(0 < self.timeout_s <= _MAX_TIMEOUT_S, "timeout_s", f"above 0, at most {_MAX_TIMEOUT_S}", self.timeout_s)
        _check(self.init_timeout_s > 0, "init_timeout_s", "above 0", self.init_timeout_s)
        _check(self.memory_mb in _MEMORY_MB, "memory_mb", f"{_MEMORY_MB[0]} to {_MEMORY_MB[-1]}", self.memory_mb)

    @property
    def dotted_handler(self) -> str:
        """The handler as the runtime takes it: `package.module.attribute`."""
        return self.handler.replace(":", ".")

    @property
    def root(self) -> Path:
        """The directory that workers run in."""
        return (self.directory or Path.cwd()).resolve()

    @property
    def region(self) -> str:
        """The region that the function believes it runs in."""
        names = ("AWS_REGION", "AWS_DEFAULT_REGION")
        settings = [*(self.environment.get(name) for name in names), *(os.environ.get(name) for name in names)]
        return next((region for region in settings if region), "us-east-1")

    def arn(self, qualifier: str | None = None) -> str:
        """The function's ARN, for example `arn:aws:lambda:us-east-1:000000000000:function:users:live`."""
        return arn_of(self.region, self.name, qualifier)


def arn_of(region: str, name: str, qualifier: str | None = None) -> str:
    """Return the ARN of function *name* in the one, made-up, account."""
    arn = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"
    return f"{arn}:{qualifier}" if qualifier else arn


def _check(accepted: object, name: str, expected: str, value: object) -> None:
    if not accepted:
        raise ValueError(f"Function.{name}: expected {expected}, got {value!r}")
