"""The order of looks: each needs what the one before it found. Every look is bounded in time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from rich.console import Console

from ... import __version__
from ...application.importing import import_graph
from ...declare.graph import Graph
from ...vocabulary.errors import DeclarationError, SettingsError
from ...vocabulary.settings import Settings
from ...vocabulary.settings_sources import load_settings_with_sources
from ...vocabulary.settings_tree import DEFAULT
from ..table import working
from .aws import look_at_credentials, needs_aws
from .backends import BackendChecks
from .bounded import within
from .finding import Finding, fail, masked, ok, tell, warn
from .services import look_at_services

_IMPORT_S: Final = 20.0
#: No page of the documentation: a project has none.
_OF_SETTINGS: Final = "correct or remove it; `gateway config` then prints all settings"
_SHOWN_VERSIONS: Final = ("granian", "strawberry-graphql", "graphql-core", "httptools")
_SECRET_VARIABLES: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def run_doctor(file: Path | None, target: str | None, *, timeout_s: float, json: bool) -> int:
    """Look at everything, print what was found, and give the exit code: 1 when something failed, else 0."""
    console = Console(stderr=True)
    with working(console, "looking at settings, graph and backends"):
        findings = asyncio.run(_examine(file, target, timeout_s))
    tell(findings, json=json)
    # An import that was given up may still run, and hold locks that an orderly end would wait for.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if any(each.status == "fail" for each in findings) else 0)


async def _examine(file: Path | None, target: str | None, timeout_s: float) -> list[Finding]:
    findings = [_versions()]
    try:
        settings, sources = load_settings_with_sources(file)
    except SettingsError as wrong:
        problems = str(wrong).splitlines()
        return findings + [fail("settings", each, _OF_SETTINGS) for each in problems]
    findings.append(_settings(settings, sources))
    graph, looked = await _graph(target or settings.graph)
    findings.append(looked)
    if graph is not None:
        findings += await BackendChecks(graph, settings, sources, timeout_s).findings()
    if needs_aws(settings):
        findings.append(await look_at_credentials(settings, os.environ, datetime.now(UTC), timeout_s=timeout_s))
    findings += look_at_services(settings)
    return masked(findings, _secrets(settings))


def _versions() -> Finding:
    others = ", ".join(f"{name} {version(name)}" for name in _SHOWN_VERSIONS)
    return ok("versions", f"onehop {__version__}, Python {platform.python_version()}, {others}")


def _settings(settings: Settings, sources: Mapping[str, str]) -> Finding:
    given = [*dict.fromkeys(source for source in sources.values() if source != DEFAULT)]
    found = f"from {', '.join(given)}" if given else "defaults alone"
    if settings.mode == "development":
        return warn("settings", f"{found}; mode = development", "use production wherever others can reach it")
    return ok("settings", found)


async def _graph(target: str) -> tuple[Graph | None, Finding]:
    try:
        # What the application prints while it is imported is not what was asked for.
        with contextlib.redirect_stdout(sys.stderr):
            graph = await within(_IMPORT_S, partial(import_graph, target))
    except TimeoutError:
        return None, fail(
            "graph", f"importing {target} took longer than {_IMPORT_S:g} s", "import what takes long later"
        )
    except (SettingsError, DeclarationError) as wrong:
        return None, fail(
            "graph", str(wrong).removeprefix("graph: "), "correct the declarations, or the setting `graph`"
        )
    except Exception as raised:  # noqa: BLE001 - whatever the application's own code raises
        found = f"importing {target} raised {type(raised).__name__}: {raised}"
        return None, fail("graph", found, f"see {_place(raised)}")
    return graph, ok("graph", f"{target}, over {', '.join(graph.backends) or 'no backend'}")


def _place(raised: BaseException) -> str:
    """`schema/books.py:12`, the innermost line of the application's own code."""
    frames = traceback.extract_tb(raised.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(Path.cwd())]
    if not own:
        return "its traceback, with `gateway schema`"
    return f"{Path(own[-1].filename).relative_to(Path.cwd())}:{own[-1].lineno}"


def _secrets(settings: Settings) -> Iterator[str]:
    """Everything that must not be seen, wherever it was quoted."""
    yield settings.hops.secret or ""
    for backend in settings.backends.values():
        yield from backend.headers.values()
        address = urlsplit(backend.address or "") if "@" in (backend.address or "") else None
        if address is not None and address.password:
            yield from (address.password, unquote(address.password))
    for service in settings.dev.services.values():
        yield from service.environment.values()
    for name in _SECRET_VARIABLES:
        yield os.environ.get(name, "")
