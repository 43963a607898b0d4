"""Looks at the services that `gateway dev` would start. Nothing is started, and production does without them."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator

from ...vocabulary.settings import ServiceSettings, Settings
from ..http_service import filled
from ..modules import module_exists, module_of
from .finding import Finding, ok, warn


def look_at_services(settings: Settings) -> Iterator[Finding]:
    """A finding for each service of `dev.services`."""
    for name, service in settings.dev.services.items():
        check = f"dev service {name}"
        problem = _of_function(service.handler) if service.handler else _of_command(service)
        what = f"handler {service.handler}" if service.handler else " ".join(service.command or ())
        yield warn(check, problem[0], f"{problem[1]}, before `gateway dev`") if problem else ok(check, what)


def _of_function(handler: str) -> tuple[str, str] | None:
    """What is wrong with a Lambda function, and what to do."""
    if importlib.util.find_spec("awslambdaric") is None:
        return "the local Lambda is not installed", "install onehop-gateway[dev]"
    module = module_of(handler)
    if not module_exists(module):
        return f"no module named {module!r}", "correct its handler"
    return None


def _of_command(service: ServiceSettings) -> tuple[str, str] | None:
    program, *arguments = filled(service.command or (), {"python": sys.executable})
    if shutil.which(program) is None:
        return f"no program {program!r}", "install it, or correct its command"
    if arguments[:1] == ["-m"] and len(arguments) > 1 and program == sys.executable and not module_exists(arguments[1]):
        return f"no module named {arguments[1]!r}", "correct its command"
    return None
